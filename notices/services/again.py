"""Sending again by hand what did not go, or went and never came."""

from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from notices.models import Channel, Delivery, Telling
from notices.permissions import SEND_AGAIN
from notices.services.letters import why_not
from notices.services.telling import ask_to_send
from screens.lists import BulkResult


@transaction.atomic
def send_again(*, delivery, by, now):
    """Put a letter back among those that wait; refused where it does not concern the person any more."""
    require(by, SEND_AGAIN)
    row = _locked(delivery)
    if row.channel == Channel.PORTAL:
        raise Refused(_("It stands in the portal; there is nothing to send."))
    if row.state == Delivery.State.WAITING:
        raise Conflict(_("It waits to be sent already."))
    if row.state in (Delivery.State.DAILY, Delivery.State.BUNDLED):
        raise Refused(_("It goes with the letter of the morning. Send that letter again."))
    why = why_not(row, now)
    if why:
        raise Refused(str(Delivery.Why(why).label))
    record_event(
        "notice sent again", row, by=by, now=now, before={"state": row.state, "sent_at": row.sent_at},
        after={"state": Delivery.State.WAITING},
    )  # fmt: skip
    Delivery.objects.filter(pk=row.pk).update(
        state=Delivery.State.WAITING,
        attempts=0,
        times_again=F("times_again") + 1,
        next_try_at=now,
        sent_at=None,
        error="",
        why="",
    )
    transaction.on_commit(partial(ask_to_send, now=now), robust=True)
    return row


@transaction.atomic
def give_up_sending(*, delivery, by, now):
    """Leave a letter that was set aside unsent: the person is told in the portal, or in another way by hand."""
    require(by, SEND_AGAIN)
    row = _locked(delivery)
    if row.state != Delivery.State.PARKED:
        raise Conflict(_("Only a letter that was set aside is given up."))
    Delivery.objects.filter(pk=row.pk).update(state=Delivery.State.DROPPED, why=Delivery.Why.GIVEN_UP)
    record_event(
        "notice given up", row, by=by, now=now, before={"state": row.state}, after={"state": Delivery.State.DROPPED}
    )
    return row


def send_many_again(*, deliveries, by, now):
    """Likewise of many; a BulkResult for each."""
    results = []
    for delivery in deliveries:
        label = f"{delivery.called} – {delivery.title}"
        try:
            send_again(delivery=delivery, by=by, now=now)
        except Refused as refusal:
            results.append(BulkResult(label, False, str(refusal), delivery.get_absolute_url()))
        else:
            results.append(BulkResult(label, True, _("It waits to be sent."), delivery.get_absolute_url()))
    return results


@transaction.atomic
def pass_on_again(*, telling, by, now):
    """Try again to pass on a matter that was set aside after errors."""
    require(by, SEND_AGAIN)
    row = Telling.objects.select_for_update(of=("self",)).get(pk=telling.pk)
    if row.state != Telling.State.PARKED:
        raise Conflict(_("Only a matter that was set aside is passed on again."))
    row.state, row.attempts, row.next_try_at = Telling.State.WAITING, 0, now
    row.save(update_fields=["state", "attempts", "next_try_at"])
    record_event("matter passed on again", row, by=by, now=now, before={"error": row.error})
    transaction.on_commit(partial(ask_to_send, now=now), robust=True)
    return row


def _locked(delivery):
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("notice__telling", "person")
    return rows.get(pk=delivery.pk)
