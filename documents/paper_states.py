"""The one table of a paper's states: what may follow what, by which verb, and whose roles take the step.

soạn → ký nháy → soát thể thức → ký → cấp số, ngày → ký số của cơ quan → phát hành. The database refuses every other move
(`documents.guards.papers`), the services ask the table, and the pages offer what it has.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from accounts.roles import HEADS, LEADERS, STAFF, Role
from documents.signatories import MAY_SIGN


class State(TextChoices):
    DRAFT = "draft", pgettext_lazy("paper that goes out", "Draft")
    INITIALLING = "initialling", pgettext_lazy("paper that goes out", "Waiting to be initialled")
    CHECKING = "checking", pgettext_lazy("paper that goes out", "Waiting for the check of its form")
    SIGNING = "signing", pgettext_lazy("paper that goes out", "Waiting to be signed")
    NUMBERING = "numbering", pgettext_lazy("paper that goes out", "Signed, waiting for its number")
    SEALING = "sealing", pgettext_lazy("paper that goes out", "Numbered, waiting for the agency's signature")
    ISSUING = "issuing", pgettext_lazy("paper that goes out", "Signed by the agency, to be issued")
    ISSUED = "issued", pgettext_lazy("paper that goes out", "Issued")
    STOPPED = "stopped", pgettext_lazy("paper that goes out", "Stopped, its number is void")
    DISCARDED = "discarded", pgettext_lazy("paper that goes out", "Given up")


CLERK = frozenset({Role.RECORDS_CLERK})
OFFICE = CLERK | {Role.CHIEF_OF_OFFICE}
SEERS = STAFF - {Role.ADMINISTRATOR} | {
    Role.AUDITOR
}  # who runs the system reads none: they name enterprises and say what of them
DRAFTERS = STAFF - LEADERS - {Role.ADMINISTRATOR}
INITIALLERS = HEADS | {Role.CHIEF_OF_OFFICE}


@dataclass(frozen=True)
class Move:
    """`verb` takes a paper from `source` to `target`; `roles` may do it, of those whose turn it is."""

    verb: str
    source: State
    target: State
    roles: frozenset


MOVES = (
    Move("send", State.DRAFT, State.INITIALLING, DRAFTERS),
    Move("initial", State.INITIALLING, State.CHECKING, INITIALLERS),
    Move("check", State.CHECKING, State.SIGNING, OFFICE),
    Move("sign", State.SIGNING, State.NUMBERING, MAY_SIGN),
    Move("number", State.NUMBERING, State.SEALING, CLERK),
    Move("seal", State.SEALING, State.ISSUING, CLERK),
    Move("issue", State.ISSUING, State.ISSUED, CLERK),
    # back to whoever drafted it, by whoever would take the next step
    Move("return", State.INITIALLING, State.DRAFT, INITIALLERS),
    Move("return", State.CHECKING, State.DRAFT, OFFICE),
    Move("return", State.SIGNING, State.DRAFT, MAY_SIGN | OFFICE),
    Move("return", State.NUMBERING, State.DRAFT, CLERK),
    # what has its number is not changed any more: the number becomes void
    Move("stop", State.SEALING, State.STOPPED, OFFICE),
    Move("stop", State.ISSUING, State.STOPPED, OFFICE),
    Move("discard", State.DRAFT, State.DISCARDED, DRAFTERS),
)
WITH_NUMBER = (State.SEALING, State.ISSUING, State.ISSUED, State.STOPPED)
ON_THE_WAY = (
    State.INITIALLING, State.CHECKING, State.SIGNING, State.NUMBERING, State.SEALING, State.ISSUING,
)  # fmt: skip
# the verb that leads on from each state
NEXT = {
    move.source: move.verb
    for move in MOVES
    if move.verb in ("send", "initial", "check", "sign", "number", "seal", "issue")
}


def move_of(verb, source):
    """The Move of a verb from this state, or None."""
    return next((move for move in MOVES if (move.verb, move.source) == (verb, source)), None)


def roles_of(verb):
    """Everybody who may do the verb in some state."""
    return frozenset().union(*(move.roles for move in MOVES if move.verb == verb))
