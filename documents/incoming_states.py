"""The one table of the states of a paper that came in: what may follow what, by which verb, and whose roles may do it.

vào sổ → chuyển xử lý (with the instruction and the deadline) → giải quyết xong. The database refuses every other move
(`documents.guards.incoming`), the services ask the table, and the pages offer what it has.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from accounts.roles import HEADS, LEADERS, STAFF, Role
from documents.paper_states import OFFICE


class IncomingState(TextChoices):
    ENTERED = "entered", pgettext_lazy("paper that came in", "Entered, to be passed on")
    HANDLING = "handling", pgettext_lazy("paper that came in", "In hand")
    DONE = "done", pgettext_lazy("paper that came in", "Dealt with")
    VOID = "void", pgettext_lazy("paper that came in", "Its number is void")


HANDLERS = STAFF - {Role.ADMINISTRATOR}
SEERS = HANDLERS | {Role.AUDITOR}
ANYWHERE = OFFICE | LEADERS  # who may pass a paper on to every office; a head passes it on within the own one


@dataclass(frozen=True)
class IncomingMove:
    """`verb` takes a paper from `source` to `target`; `roles` may do it, of those in whose hands it is."""

    verb: str
    source: IncomingState
    target: IncomingState
    roles: frozenset


INCOMING_MOVES = (
    IncomingMove("pass", IncomingState.ENTERED, IncomingState.HANDLING, ANYWHERE),
    IncomingMove("pass", IncomingState.HANDLING, IncomingState.HANDLING, ANYWHERE | HEADS),
    IncomingMove("finish", IncomingState.HANDLING, IncomingState.DONE, HANDLERS),
    IncomingMove("reopen", IncomingState.DONE, IncomingState.HANDLING, ANYWHERE),
    IncomingMove("void", IncomingState.ENTERED, IncomingState.VOID, OFFICE),
    IncomingMove("void", IncomingState.HANDLING, IncomingState.VOID, OFFICE),
)


def incoming_move(verb, source):
    """The IncomingMove of a verb from this state, or None."""
    return next((move for move in INCOMING_MOVES if (move.verb, move.source) == (verb, source)), None)


def roles_of_incoming(verb):
    """Everybody who may do the verb in some state."""
    return frozenset().union(*(move.roles for move in INCOMING_MOVES if move.verb == verb))
