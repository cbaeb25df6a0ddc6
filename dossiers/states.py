"""The one table of a dossier's states: what may follow what, by which verb, and who may do it.

The database refuses every move that is not here (`dossiers/guards`), the services ask it, and the pages offer only what it
has. How a state is called in the city's one-stop system is data: the rule `dossier_one_stop_codes`.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from accounts.roles import HEADS, LEADERS, Role


class State(TextChoices):
    DRAFT = "draft", pgettext_lazy("dossier", "Draft")
    LODGED = "lodged", pgettext_lazy("dossier", "Waiting to be received")
    RECEIVED = "received", pgettext_lazy("dossier", "Received")
    APPRAISING = "appraising", pgettext_lazy("dossier", "Being appraised")
    SUPPLEMENTING = "supplementing", pgettext_lazy("dossier", "Waiting for a supplement")
    SUBMITTED = "submitted", pgettext_lazy("dossier", "Submitted, waiting for approval")
    APPROVED = "approved", pgettext_lazy("dossier", "Approved")
    ISSUED = "issued", pgettext_lazy("dossier", "Issued")
    RETURNED = "returned", pgettext_lazy("dossier", "Result returned")
    REFUSED = "refused", pgettext_lazy("dossier", "Not received")
    NOT_ELIGIBLE = "not_eligible", pgettext_lazy("dossier", "Not eligible")
    STOPPED = "stopped", pgettext_lazy("dossier", "Stopped")
    WITHDRAWN = "withdrawn", pgettext_lazy("dossier", "Withdrawn")


class Turn(StrEnum):
    """Whose turn it is."""

    DEPARTMENT = "department"
    ENTERPRISE = "enterprise"
    NOBODY = "nobody"  # finished, refused, withdrawn


TURNS = {
    State.DRAFT: Turn.ENTERPRISE,
    State.LODGED: Turn.DEPARTMENT,
    State.RECEIVED: Turn.DEPARTMENT,
    State.APPRAISING: Turn.DEPARTMENT,
    State.SUPPLEMENTING: Turn.ENTERPRISE,
    State.SUBMITTED: Turn.DEPARTMENT,
    State.APPROVED: Turn.DEPARTMENT,
    State.ISSUED: Turn.DEPARTMENT,
    State.RETURNED: Turn.NOBODY,
    State.REFUSED: Turn.NOBODY,
    State.NOT_ELIGIBLE: Turn.NOBODY,
    State.STOPPED: Turn.NOBODY,
    State.WITHDRAWN: Turn.NOBODY,
}

CLERKS = frozenset({Role.INTAKE, Role.RECORDS_CLERK})  # who types in what comes on paper
HANDLERS = HEADS | {Role.OFFICER}
ENTERPRISE = frozenset({Role.SIGNATORY, Role.PREPARER})
SIGNATORY = frozenset({Role.SIGNATORY})


@dataclass(frozen=True)
class Move:
    """`verb` takes a dossier from `source` to `target`; `roles` may do it: those of the enterprise for a dossier of its
    own that came online, those of the Department for the others and for whatever is theirs to decide."""

    verb: str
    source: State
    target: State
    roles: frozenset


MOVES = (
    # the enterprise, or the clerk who types in its paper
    Move("lodge", State.DRAFT, State.LODGED, SIGNATORY | CLERKS),
    Move("withdraw", State.DRAFT, State.WITHDRAWN, ENTERPRISE | CLERKS),
    Move("withdraw", State.LODGED, State.WITHDRAWN, SIGNATORY | CLERKS),
    Move("withdraw", State.RECEIVED, State.WITHDRAWN, SIGNATORY | CLERKS),
    Move("withdraw", State.APPRAISING, State.WITHDRAWN, SIGNATORY | CLERKS),
    Move("withdraw", State.SUPPLEMENTING, State.WITHDRAWN, SIGNATORY | CLERKS),
    # at the door
    Move("receive", State.LODGED, State.RECEIVED, CLERKS),
    Move("refuse", State.LODGED, State.REFUSED, CLERKS),
    # supplements: asked for at the door or while it is appraised, and back to where they were asked for
    Move("ask for a supplement", State.LODGED, State.SUPPLEMENTING, CLERKS),
    Move("ask for a supplement", State.RECEIVED, State.SUPPLEMENTING, HEADS),
    Move("ask for a supplement", State.APPRAISING, State.SUPPLEMENTING, HEADS),
    Move("answer a supplement", State.SUPPLEMENTING, State.LODGED, SIGNATORY | CLERKS),
    Move("answer a supplement", State.SUPPLEMENTING, State.RECEIVED, SIGNATORY | CLERKS),
    Move("answer a supplement", State.SUPPLEMENTING, State.APPRAISING, SIGNATORY | CLERKS),
    # appraisal and decision
    Move("appraise", State.RECEIVED, State.APPRAISING, HANDLERS),
    Move("submit", State.APPRAISING, State.SUBMITTED, HANDLERS),
    Move("send back", State.SUBMITTED, State.APPRAISING, HEADS | LEADERS),
    Move("approve", State.SUBMITTED, State.APPROVED, LEADERS),
    Move("find not eligible", State.SUBMITTED, State.NOT_ELIGIBLE, LEADERS),
    Move("stop", State.RECEIVED, State.STOPPED, HEADS | LEADERS),
    Move("stop", State.APPRAISING, State.STOPPED, HEADS | LEADERS),
    Move("stop", State.SUPPLEMENTING, State.STOPPED, HEADS | LEADERS),
    Move("stop", State.SUBMITTED, State.STOPPED, LEADERS),
    # the result
    Move("issue", State.APPROVED, State.ISSUED, frozenset({Role.RECORDS_CLERK})),
    Move("return the result", State.ISSUED, State.RETURNED, CLERKS),
)
FINAL = tuple(state for state in State if state not in {move.source for move in MOVES})


def move_between(source, target):
    """The Move from one state to the other, or None."""
    return next((move for move in MOVES if (move.source, move.target) == (source, target)), None)


def moves_by(verb):
    """{state: Move} of a verb whose target does not hang on where it came from."""
    return {move.source: move for move in MOVES if move.verb == verb}
