"""The access log: reads that must leave a trace and attempts that were refused."""

from collections import defaultdict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.context import current_source
from audit.events import actor_name, sentences
from audit.models import AccessEntry, AccessSum


def record_read(by, what, obj=None, *, now, basis=""):
    """Note that `by` (a user or a system name) read `what`; `obj` is the thing read, if one."""
    where = current_source()
    return AccessEntry.objects.create(
        at=now,
        actor=actor_name(by),
        what=what,
        object_kind=obj._meta.label_lower if obj is not None else "",
        object_id=obj.public_id if obj is not None else None,
        basis=basis,
        address=where.address,
        request_id=where.request_id,
    )


AT_ONCE = 20_000


def sum_up_reads(actor, *, before, now):
    """Put sums in the place of what a connected system read before a moment; returns how many entries these were."""
    count = 0
    while summed := _sum_up_some(actor, before, now):
        count += summed
    return count


@transaction.atomic
def _sum_up_some(actor, before, now):
    columns = ("pk", "at", "what", "basis")
    rows = AccessEntry.objects.filter(actor=actor).order_by("id").values_list(*columns)[:AT_ONCE]
    old = [(pk, at, (timezone.localdate(at), what, basis)) for pk, at, what, basis in rows if at < before]
    times = defaultdict(list)
    for _pk, at, of in old:
        times[of].append(at)
    AccessSum.objects.bulk_create(
        AccessSum(
            day=day,
            actor=actor,
            what=what,
            basis=basis,
            calls=len(found),
            first_at=min(found),
            last_at=max(found),
            summed_at=now,
        )
        for (day, what, basis), found in times.items()
    )
    AccessEntry.objects.filter(pk__in=[pk for pk, _at, _of in old]).delete()
    return len(old)


_sayings = {"access log": gettext_lazy("Read the access log")}


def describe_access(what, sentence):
    """Say how accesses of a kind read in the list."""
    _sayings[what] = sentence


_places = []


def register_places(resolver):
    """`resolver(method, route name) -> what is done there, in words, or ""`; the room that keeps the table of rights."""
    _places.append(resolver)


def _place(rest):
    method, _blank, route = rest.partition(" ")
    words = next((found for resolver in _places if (found := resolver(method, route))), "")
    return f"{words} ({rest})" if words else rest


def said(what):
    """What was accessed, in words; refusals and exports say what is done there, and the address by its own name."""
    sentences()  # loads what the rooms say
    if what in _sayings:
        return str(_sayings[what])
    act, _blank, rest = what.partition(" ")
    rest = str(_sayings[rest]) if rest in _sayings else _place(rest)
    if act == "refused":
        return _("Refused: %(what)s") % {"what": rest}
    if act == "exported":
        return _("Taken out as a file: %(what)s") % {"what": rest}
    return what
