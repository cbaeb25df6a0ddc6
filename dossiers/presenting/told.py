"""What the enterprise was told of its dossier: when, whom, in which way; and what could not be told."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from dossiers.telling import TO_ENTERPRISE
from notices.models import Channel, Delivery, Notice, Telling
from screens import formats

Why = Delivery.Why
NOT_REACHED = (Why.DISABLED, Why.NO_ADDRESS, Why.GIVEN_UP)


def told_of(dossier):
    """[{telling, kind, words, people}] of all that the enterprise was to be told, the latest first; `people` are (name, ways,
    whether a letter failed)."""
    notices = Notice.objects.select_related("person").prefetch_related("deliveries").order_by("pk")
    rows = Telling.objects.filter(object_id=dossier.public_id, kind__in=[kind.code for kind in TO_ENTERPRISE])
    rows = rows.prefetch_related(Prefetch("notices", notices)).order_by("-told_at", "-pk")
    return [_told(row, list(row.notices.all())) for row in rows]


def _told(telling, notices):
    people = [(notice.person.full_name if notice.person else notice.name, *_ways(notice)) for notice in notices]
    failed = any(failed for _name, _words, failed in people)
    State = Telling.State
    if telling.state == State.WAITING:
        kind, words = "info", _("not told yet, it waits to be passed on")
    elif telling.state == State.PARKED:
        kind, words = "bad", _("not told: passing it on failed")
    elif not people:
        kind = "warn"
        words = _(
            "told nobody: nobody of the enterprise had an account, or it was over by then. Tell them by hand if it still matters."
        )
    else:
        told = {"time": formats.vn_datetime(min(notice.at for notice in notices))}
        kind = "warn" if failed else "ok"
        words = _("told at %(time)s, but a letter was not sent") % told if failed else _("told at %(time)s") % told
    return {"telling": telling, "kind": kind, "words": words, "people": people}


def _ways(notice):
    """(in which ways a person was told, in words; whether one that leaves the portal failed)"""
    ways, failed = [], False
    for delivery in sorted(notice.deliveries.all(), key=lambda each: list(Channel).index(each.channel)):
        if delivery.channel == Channel.PORTAL and notice.read_at:
            ways.append(_("in the portal, read at %(time)s") % {"time": formats.vn_datetime(notice.read_at)})
        elif delivery.channel == Channel.PORTAL:
            ways.append(_("in the portal, not read yet"))
        else:
            is_dropped = delivery.state == Delivery.State.DROPPED
            said = delivery.get_why_display() if is_dropped else delivery.get_state_display()
            ways.append(f"{delivery.get_channel_display()}: {said[0].lower()}{said[1:]}".rstrip("."))
            failed = failed or delivery.state == Delivery.State.PARKED or delivery.why in NOT_REACHED
    return "; ".join(ways), failed
