"""The access log: reads that must leave a trace and attempts that were refused."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.context import current_source
from audit.events import actor_name, sentences
from audit.models import AccessEntry


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
    rest = _place(rest)
    if act == "refused":
        return _("Refused: %(what)s") % {"what": rest}
    if act == "exported":
        return _("Taken out as a file: %(what)s") % {"what": rest}
    return what
