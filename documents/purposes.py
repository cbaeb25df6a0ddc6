"""What papers of the portal are made for. Rooms above begin papers for things of their own and register here

    purposes.register("results", of=f(paper), require=f(thing, paper, verb, dated_on=), follow=f(thing, paper, verb, by=, now=),
                      shown=f(thing, user), caution=f(thing, paper), after=f(thing, verb, now=), unsigned=f(),
                      withheld=f(user), readers=words)

so that a step is refused in words where the thing is not ready for it, what follows from it is done in the step's own
transaction, and the page of the paper says what it is for, and what should be looked at before it goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.functional import Promise


@dataclass(frozen=True)
class Purpose:
    """`of(paper)` is the thing that the paper is made for, or None; `require` refuses a step; `follow` does what follows from
    one; `shown` is (label, words, address) for the page of the paper, the address empty where the person does not see it;
    `caution` a sentence on what may be right but should be looked at, or ""; `after` a sentence on what follows from a step, to be
    read before it is taken, or ""; `unsigned` is the keys of the papers that wait for the thing before they may be signed, `withheld` of those
    that somebody does not read who has no business with the thing, issued as they are; `readers` says who sees such a paper then, ""
    where all staff do."""

    of: Callable
    require: Callable
    follow: Callable
    shown: Callable
    caution: Callable
    after: Callable
    unsigned: Callable
    withheld: Callable
    readers: str | Promise


_purposes: dict[str, Purpose] = {}


def register(
    code, *, of, require, follow, shown, caution=lambda thing, paper: "", after=lambda thing, verb, now: "", unsigned=list,
    withheld=lambda user: (), readers="",
):  # fmt: skip
    _purposes[code] = Purpose(of, require, follow, shown, caution, after, unsigned, withheld, readers)


def _found(paper):
    """[(purpose, thing)] that the paper is made for."""
    found = [(purpose, purpose.of(paper)) for purpose in _purposes.values()]
    return [(purpose, thing) for purpose, thing in found if thing is not None]


def require_step(paper, verb, *, dated_on=None):
    """Refuse a step for which the thing that the paper is made for is not ready."""
    for purpose, thing in _found(paper):
        purpose.require(thing, paper, verb, dated_on=dated_on)


def follow_step(paper, verb, *, by, now):
    """Do what follows from a step that was taken, in its transaction."""
    for purpose, thing in _found(paper):
        purpose.follow(thing, paper, verb, by=by, now=now)


def shown_on(paper, user):
    return [purpose.shown(thing, user) for purpose, thing in _found(paper)]


def cautions_on(paper):
    return [said for purpose, thing in _found(paper) if (said := purpose.caution(thing, paper))]


def after_step(paper, verb, *, now):
    """What follows from a step for the thing that the paper is made for, in sentences."""
    return " ".join(said for purpose, thing in _found(paper) if (said := purpose.after(thing, verb, now=now)))


def readers_of(paper):
    """Who sees the paper once it is issued, in a sentence; "" where all staff do."""
    return next((str(purpose.readers) for purpose, _thing in _found(paper) if purpose.readers), "")


def not_to_be_signed_yet():
    """The papers that cannot be signed until the thing that they are made for is ready, as a condition of a query."""
    return _any_of(purpose.unsigned() for purpose in _purposes.values())


def withheld_from(user):
    """The issued papers that somebody does not read, as a condition of a query."""
    return _any_of(purpose.withheld(user) for purpose in _purposes.values())


def _any_of(found):
    return reduce(or_, (Q(pk__in=keys) for keys in found), Q(pk__in=[]))
