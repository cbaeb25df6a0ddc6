"""What a person does with the notices they were given."""

from django.db import transaction
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from audit.events import record_event
from audit.refusals import Refused
from notices.kinds import kinds
from notices.models import Notice, Preference
from screens.text import sort_key


@transaction.atomic
def mark_read(*, by, now, public_ids=None):
    """Note that the person has read these notices of theirs (all, when none are named); returns how many were unread.

    The row itself says who and when; there is nothing else to record.
    """
    rows = Notice.objects.of(by).unread()
    if public_ids is not None:
        rows = rows.filter(public_id__in=public_ids)
    return rows.update(read_at=Greatest("at", now))


def kinds_for(user):
    """The kinds of which the person may ever be told, by name."""
    return sorted((kind for kind in kinds().values() if kind.roles & user.roles), key=lambda kind: sort_key(str(kind)))


def chosen_by(user):
    """{code of a kind: Preference} as far as the person chose."""
    return {row.kind: row for row in Preference.objects.filter(person=user)}


@transaction.atomic
def choose_ways(*, ways, by, now):
    """Keep how the person wants to be told: {code of a kind: (way, [other ways besides])}."""
    known, before = {kind.code: kind for kind in kinds_for(by)}, chosen_by(by)
    changed = []
    for code, (way, also) in ways.items():
        if code not in known:
            raise Refused(_("You are not told of this kind of thing."))
        if way not in known[code].ways:
            raise Refused(_("“%(kind)s” cannot be kept to the portal.") % {"kind": known[code]})
        standing = before.get(code)
        if (standing.way, standing.also) != (way, also) if standing else (way, also) != (known[code].usual, []):
            Preference.objects.update_or_create(person=by, kind=code, defaults={"way": way, "also": also})
            changed.append(code)
    if changed:
        record_event("notice ways chosen", by, by=by, now=now, kinds=sorted(changed))
    return by
