"""Handing over: everything a person holds goes to one or several others in one act, so that nothing stays behind.

Rooms register what a person can hold:

    handover.register("figures", _("Figures waiting for this person"),
                      count=f(user), things=f(user), takers=f(user, on), move=f(user, to, by=, now=))

and say with `takers` whose role lets them go on with it: nobody else is offered, nor accepted. What `things` names, in
Vietnamese, stays in the record of the act: it is what the parties sign. Who else reads those names is said with `readers`.

Delegations are personal and go to nobody: they end with their last day, early by `end_delegation`, and all at once when
the giver's or the receiver's account is disabled. `delegations_of` names them to whoever hands over.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.access import may_open, require
from accounts.models import Delegation, Handover, User
from accounts.permissions import HAND_OVER
from audit.events import record_event
from audit.refusals import Refused


@dataclass(frozen=True)
class Holding:
    """A kind of thing a person can hold.

    `count(user)` says how many, `things(user)` which ones, `takers(user, on)` which users may go on with them on the day,
    and `move(user, to, by=, now=)` gives them all to `to`. `readers` are the roles that may read every thing of the kind;
    whoever is no party and has none of them reads of each name only what `short(name)` leaves of it.
    """

    code: str
    label: object
    count: object
    things: object
    takers: object
    move: object
    readers: frozenset = frozenset()
    short: object = lambda name: ""

    def open_to(self, reader, name):
        """What somebody who is no party reads of a name."""
        return name if reader.roles & self.readers else self.short(name)


class Line(NamedTuple):
    """What went to one taker of a kind: how many, and which ones where the record names them and the reader may know."""

    what: str
    count: int
    taker: str  # public id
    things: list
    withheld: bool = False  # whether the record names more than the reader may know


_holdings: dict[str, Holding] = {}
_files: list[tuple] = []


def register(code, label, **how):
    _holdings[code] = Holding(code, label, **how)


def register_file(label, route):
    """A room above makes a file of the record of a handover: what its link says, and its route."""
    _files.append((label, route))


def files_of(act, user):
    """[(label, address)] of the files of a record that the user may have."""
    return [(label, reverse(route, args=[act.public_id])) for label, route in _files if may_open(user, route)]


def takers_of(holding, person, on):
    """Who may take over what `person` holds of the kind, by name; each with `posts_now`, their posts on the day."""
    takers = holding.takers(person, on).filter(is_active=True).exclude(pk=person.pk)
    return takers.order_by("sort_key", "pk").with_posts(on)


def held_by(user):
    """[(holding, how many)] of what the person holds now."""
    counted = [(holding, holding.count(user)) for holding in _holdings.values()]
    return [(holding, count) for holding, count in counted if count]


def delegations_of(user, on):
    """What the person gave or received and is in force or to come: no part of a handover, but to be thought of."""
    return (
        Delegation.objects.touching(user).not_over(on).select_related("giver", "receiver").order_by("starts_on", "pk")
    )


@transaction.atomic
def hand_over(*, person, to, paper, reason, by, now):
    """Give all that `person` holds away; `to` maps each kind held to whoever takes it. Nothing may be left out."""
    require(by, HAND_OVER)
    if not reason.strip():
        raise Refused(_("Say why the work is handed over."))
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    held = held_by(person)
    if not held:
        raise Refused(_("The person holds nothing that could be handed over."))
    lines = []
    for holding, count in held:
        taker = to.get(holding.code)
        if taker is None:
            raise Refused(_("Choose who takes over: %(what)s.") % {"what": holding.label})
        if taker.pk == person.pk:
            raise Refused(_("The work must go to somebody else."))
        if not taker.is_active:
            raise Refused(_("%(name)s has a disabled account and cannot take over.") % {"name": taker.full_name})
        if not takers_of(holding, person, timezone.localdate(now)).filter(pk=taker.pk).exists():
            raise Refused(
                _("%(name)s holds no role that allows this work: %(what)s. Choose somebody who may go on with it.")
                % {"name": taker.full_name, "what": holding.label}
            )
        with override("vi"):
            things = [str(thing) for thing in holding.things(person)]
        holding.move(person, taker, by=by, now=now)
        lines.append({"kind": holding.code, "count": count, "to": str(taker.public_id), "things": things})
    left = held_by(person)
    if left:
        raise Refused(_("This would stay behind: %(what)s.") % {"what": ", ".join(str(h.label) for h, _count in left)})
    act = Handover.objects.create(
        person=person,
        at=now,
        by=None if isinstance(by, str) else by.public_id,
        paper=paper.strip(),
        reason=reason.strip(),
        lines=lines,
    )
    record_event(
        "work handed over",
        person,
        by=by,
        now=now,
        reason=reason.strip(),
        paper=paper.strip(),
        lines=[{name: line[name] for name in ("kind", "count", "to")} for line in lines],
        handover=act.public_id,
        count=sum(line["count"] for line in lines),
    )
    return act


def lines_of(act, reader):
    """The `Line`s of a handover, in words, as `reader` may know them; records from before things were named name none."""
    is_party = str(reader.public_id) in {str(act.person.public_id), *(line["to"] for line in act.lines)}
    return [_line(line, None if is_party else reader) for line in act.lines]


def _line(line, stranger):
    holding, things = _holdings.get(line["kind"]), line.get("things", [])
    label = str(holding.label) if holding else line["kind"]
    if stranger is None:
        return Line(label, line["count"], line["to"], things)
    shown = [said for thing in things if holding and (said := holding.open_to(stranger, thing))]
    return Line(label, line["count"], line["to"], shown, withheld=shown != things)
