"""Subscriptions of events: making and editing them, their signing secrets, pausing, replaying, and what was set aside."""

from functools import partial
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit.chain import head
from audit.events import actor_name, record_event
from audit.refusals import Conflict, Refused
from exchange.catalogue import PING, RIGHT, label_of, names_within
from exchange.heard import before
from exchange.models import Sending, SigningSecret, Subscription
from exchange.permissions import MANAGE_CLIENTS
from exchange.posting import why_not_address
from exchange.sending import SEND
from exchange.services import OVERLAP
from exchange.signing import new_secret, sealed
from jobs.models import Job
from jobs.services import enqueue
from screens.lists import BulkResult

WELL = {"failures": 0, "failing_since": None, "rest_until": None}


def _ask_to_send(now):
    """A job that has not begun yet finds this too; the timetable finds what is lost."""
    if not Job.objects.filter(kind=SEND, state=Job.State.QUEUED).exists():
        enqueue(SEND, by="system:exchange", now=now)


def _sound(client, address, types):
    """(address, types) as they are kept: what the system may not hear it is not told either."""
    address, allowed = address.strip(), names_within(client.scopes)
    if client.switched_off_at:
        raise Conflict(_("This system is switched off. Register it anew."))
    if RIGHT not in client.scopes:
        raise Refused(_("The system has no right to hear events. Give it that right first."))
    if why := why_not_address(address):
        raise Refused(why)
    beyond = [str(label_of(name)) for name in types if name not in allowed]
    if beyond or not types:
        raise Refused(
            _("Choose at least one event that the rights of the system let it hear. Beyond them: %(those)s.")
            % {"those": ", ".join(beyond) or "–"}
        )
    return address, [name for name in allowed if name in types]


def _take_address(subscription, save):
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        alike = Subscription.objects.exclude(state=Subscription.State.ENDED).exclude(pk=subscription.pk)
        if alike.filter(client=subscription.client, address=subscription.address).exists():
            raise Conflict(_("Events are sent to this address of the system already.")) from None
        raise


def _make_secret(subscription, *, by, now):
    text = new_secret()
    secret = SigningSecret.objects.create(
        subscription=subscription, sealed=sealed(text), hint=text[-4:], made_at=now, made_by=actor_name(by)
    )
    record_event("signing secret made", subscription, by=by, now=now, hint=secret.hint)
    return text


def _locked(subscription):
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("client")
    row = rows.get(pk=subscription.pk)
    if row.state == Subscription.State.ENDED:
        raise Conflict(_("Sending to this address has ended for good. Add the address anew."))
    return row


@transaction.atomic
def subscribe(*, client, address, types, by, now, synthetic=False):
    """Have a system told of what happens from now on; returns the subscription with the secret that it is signed with."""
    require(by, MANAGE_CLIENTS)
    address, types = _sound(client, address, types)
    subscription = Subscription(
        client=client,
        address=address,
        types=types,
        state_at=now,
        cursor=head()[0],
        created_by=actor_name(by),
        created_at=now,
        synthetic=synthetic,
    )
    _take_address(subscription, subscription.save)
    record_event(
        "subscription made", subscription, by=by, now=now, after={"address": address, "types": types}, client=client
    )
    return subscription, _make_secret(subscription, by=by, now=now)


@transaction.atomic
def edit_subscription(*, subscription, address, types, expected, by, now):
    """Change where events go, or which; it counts from the next sending on."""
    require(by, MANAGE_CLIENTS)
    row = _locked(subscription)
    address, types = _sound(row.client, address, types)
    before_it, after = {"address": row.address, "types": row.types}, {"address": address, "types": types}
    row.address, row.types = address, types
    _take_address(row, lambda: row.save_version(expected, update_fields=["address", "types"]))
    if before_it != after:
        record_event("subscription edited", row, by=by, now=now, before=before_it, after=after)
    return row


@transaction.atomic
def rotate_signing_secret(*, subscription, expected, by, now):
    """Make a new secret; the one before signs beside it for another week, any older one no longer."""
    require(by, MANAGE_CLIENTS)
    row = _locked(subscription)
    row.save_version(expected, update_fields=[])
    row.secrets.filter(ends_at__gt=now).update(ends_at=now)
    row.secrets.filter(ends_at__isnull=True).update(ends_at=now + OVERLAP)
    return _make_secret(row, by=by, now=now)


def _move(row, state, *, expected, reason="", now, **more):
    if state not in Subscription.MOVES[Subscription.State(row.state)]:
        raise Conflict(
            _("This does not fit the state of the subscription: %(state)s.") % {"state": row.get_state_display()}
        )
    values = {"state": state, "state_at": now, "state_reason": reason, **more}
    for name, value in values.items():
        setattr(row, name, value)
    row.save_version(expected, update_fields=list(values))


def _reason(text):
    if not text.strip():
        raise Refused(_("Say why."))
    return text.strip()


@transaction.atomic
def pause_subscription(*, subscription, reason, expected, by, now):
    """Send nothing for a while; what happens meanwhile is sent once it goes on."""
    require(by, MANAGE_CLIENTS)
    row, reason = _locked(subscription), _reason(reason)
    _move(row, Subscription.State.PAUSED, expected=expected, reason=reason, now=now)
    record_event("subscription paused", row, by=by, now=now, reason=reason)
    return row


@transaction.atomic
def resume_subscription(*, subscription, expected, by, now):
    """Go on where it was left."""
    require(by, MANAGE_CLIENTS)
    row = _locked(subscription)
    _move(row, Subscription.State.ACTIVE, expected=expected, now=now, **WELL)
    row.sendings.filter(state=Sending.State.WAITING).update(next_try_at=now)
    record_event("subscription resumed", row, by=by, now=now)
    transaction.on_commit(partial(_ask_to_send, now), robust=True)
    return row


@transaction.atomic
def end_subscription(*, subscription, reason, expected, by, now):
    """Send nothing to this address any more, for good."""
    require(by, MANAGE_CLIENTS)
    row, reason = _locked(subscription), _reason(reason)
    _move(row, Subscription.State.ENDED, expected=expected, reason=reason, now=now, **WELL)
    row.secrets.filter(ends_at__isnull=True).update(ends_at=now)
    row.secrets.filter(ends_at__gt=now).update(ends_at=now)
    record_event("subscription ended", row, by=by, now=now, reason=reason)
    return row


@transaction.atomic
def replay(*, subscription, since, expected, by, now):
    """Send everything again that came into the log since a moment, in its order; the receiver knows repeats by their id."""
    require(by, MANAGE_CLIENTS)
    row = _locked(subscription)
    if since > now:
        raise Refused(_("This moment is still to come."))
    row.cursor = min(before(since), row.cursor)
    row.save_version(expected, update_fields=["cursor"])
    row.sendings.filter(sequence__gt=row.cursor).delete()
    record_event("events replayed", row, by=by, now=now, after={"since": since})
    transaction.on_commit(partial(_ask_to_send, now), robust=True)
    return row


@transaction.atomic
def send_test(*, subscription, by, now):
    """Send a test, once and at once, whatever the state; what was answered stands among the sendings."""
    require(by, MANAGE_CLIENTS)
    row = _locked(subscription)
    if row.sendings.filter(event__isnull=True, state=Sending.State.WAITING).exists():
        raise Conflict(_("A test is on its way already."))
    sending = Sending.objects.create(subscription=row, object_id=uuid4(), type=PING, made_at=now, next_try_at=now)
    record_event("subscription tested", row, by=by, now=now)
    transaction.on_commit(partial(_ask_to_send, now), robust=True)
    return sending


# --- single events ---------------------------------------------------------------------------------


def _locked_sending(sending):
    rows = Sending.objects.select_for_update(of=("self",)).select_related("subscription__client")
    row = rows.get(pk=sending.pk)
    if row.event_id is None:
        raise Refused(_("This was a test. Send a new one."))
    return row


@transaction.atomic
def send_again(*, sending, by, now):
    """Have an event sent again that was set aside, left out, or received already."""
    require(by, MANAGE_CLIENTS)
    row = _locked_sending(sending)
    _locked(row.subscription)
    if row.state == Sending.State.WAITING:
        raise Conflict(_("This event waits to be sent already."))
    Sending.objects.filter(pk=row.pk).update(
        state=Sending.State.WAITING, attempts=0, next_try_at=now, status=None, why="", detail=""
    )
    record_event("event sent again", row.subscription, by=by, now=now, type=row.type, thing=str(row.object_id))
    transaction.on_commit(partial(_ask_to_send, now), robust=True)
    return row


@transaction.atomic
def leave_out(*, sending, by, now):
    """Do not send an event that was set aside; what happened to the same thing later goes on."""
    require(by, MANAGE_CLIENTS)
    row = _locked_sending(sending)
    if row.state != Sending.State.PARKED:
        raise Conflict(_("Only an event that was set aside is left out."))
    Sending.objects.filter(pk=row.pk).update(state=Sending.State.DROPPED, why=Sending.Why.BY_HAND)
    record_event("event left out", row.subscription, by=by, now=now, type=row.type, thing=str(row.object_id))
    transaction.on_commit(partial(_ask_to_send, now), robust=True)
    return row


def each_of(sendings, act, done, *, by, now):
    """Do `act` to each of many; a BulkResult for each, in their order."""
    results = []
    for sending in sendings:
        label, url = f"{label_of(sending.type)} – {sending.object_id}", sending.get_absolute_url()
        try:
            act(sending=sending, by=by, now=now)
        except Refused as refusal:
            results.append(BulkResult(label, False, str(refusal), url))
        else:
            results.append(BulkResult(label, True, done, url))
    return results
