"""The one table of a dossier's states: what may follow what, by which verb, and who may do it.

The database refuses every move that is not here (`dossiers/guards`), the services ask it, and the pages offer only what it
has. How a state is called in the city's one-stop system is data: the rule `dossier_one_stop_codes`.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from accounts.roles import HEADS, LEADERS, SYSTEMS, Role


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


class Verb(TextChoices):
    """What may be done with a dossier; in the words of a line of its control slip."""

    LODGE = "lodge", pgettext_lazy("dossier slip", "Lodged")
    WITHDRAW = "withdraw", pgettext_lazy("dossier slip", "Withdrawn")
    RECEIVE = "receive", pgettext_lazy("dossier slip", "Received, with a promised date")
    REFUSE = "refuse", pgettext_lazy("dossier slip", "Not received")
    ASK = "ask", pgettext_lazy("dossier slip", "Supplement asked for")
    ANSWER = "answer", pgettext_lazy("dossier slip", "Supplement given")
    ASSIGN = "assign", pgettext_lazy("dossier slip", "Assigned")
    HAND_OVER = "hand_over", pgettext_lazy("dossier slip", "Handed over")
    APPRAISE = "appraise", pgettext_lazy("dossier slip", "Appraisal begun")
    SUBMIT = "submit", pgettext_lazy("dossier slip", "Submitted for approval")
    SEND_BACK = "send_back", pgettext_lazy("dossier slip", "Sent back")
    APPROVE = "approve", pgettext_lazy("dossier slip", "Approved")
    NOT_ELIGIBLE = "not_eligible", pgettext_lazy("dossier slip", "Found not eligible")
    STOP = "stop", pgettext_lazy("dossier slip", "Stopped")
    EXTEND = "extend", pgettext_lazy("dossier slip", "New date, with an apology")
    ISSUE = "issue", pgettext_lazy("dossier slip", "Result issued")
    RETURN = "return", pgettext_lazy("dossier slip", "Result returned")


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
DECIDERS = HEADS | LEADERS
# who receives, handles, checks and decides, and who supervises that; nobody else has business with what enterprises lodge
READERS = CLERKS | HANDLERS | LEADERS | {Role.CHIEF_OF_OFFICE, Role.INSPECTOR, Role.AUDITOR}
ENTERPRISE = frozenset({Role.SIGNATORY, Role.PREPARER})
SIGNATORY = frozenset({Role.SIGNATORY})


@dataclass(frozen=True)
class Move:
    """`verb` takes a dossier from `source` to `target`; `roles` may do it: those of the enterprise for a dossier of its
    own that came online, those of the Department for the others and for whatever is theirs to decide; a connected system
    lodges what came through it."""

    verb: Verb
    source: State
    target: State
    roles: frozenset


MOVES = (
    # the enterprise, the clerk who types in its paper, or the system that it was lodged with
    Move(Verb.LODGE, State.DRAFT, State.LODGED, SIGNATORY | CLERKS | SYSTEMS),
    Move(Verb.WITHDRAW, State.DRAFT, State.WITHDRAWN, ENTERPRISE | CLERKS),
    Move(Verb.WITHDRAW, State.LODGED, State.WITHDRAWN, SIGNATORY | CLERKS),
    Move(Verb.WITHDRAW, State.RECEIVED, State.WITHDRAWN, SIGNATORY | CLERKS),
    Move(Verb.WITHDRAW, State.APPRAISING, State.WITHDRAWN, SIGNATORY | CLERKS),
    Move(Verb.WITHDRAW, State.SUPPLEMENTING, State.WITHDRAWN, SIGNATORY | CLERKS),
    # at the door
    Move(Verb.RECEIVE, State.LODGED, State.RECEIVED, CLERKS),
    Move(Verb.REFUSE, State.LODGED, State.REFUSED, CLERKS),
    # supplements: asked for at the door or while it is appraised, and back to where they were asked for
    Move(Verb.ASK, State.LODGED, State.SUPPLEMENTING, CLERKS),
    Move(Verb.ASK, State.RECEIVED, State.SUPPLEMENTING, HEADS),
    Move(Verb.ASK, State.APPRAISING, State.SUPPLEMENTING, HEADS),
    Move(Verb.ANSWER, State.SUPPLEMENTING, State.LODGED, SIGNATORY | CLERKS),
    Move(Verb.ANSWER, State.SUPPLEMENTING, State.RECEIVED, SIGNATORY | CLERKS),
    Move(Verb.ANSWER, State.SUPPLEMENTING, State.APPRAISING, SIGNATORY | CLERKS),
    # appraisal and decision
    Move(Verb.APPRAISE, State.RECEIVED, State.APPRAISING, HANDLERS),
    Move(Verb.SUBMIT, State.APPRAISING, State.SUBMITTED, HANDLERS),
    Move(Verb.SEND_BACK, State.SUBMITTED, State.APPRAISING, DECIDERS),
    Move(Verb.APPROVE, State.SUBMITTED, State.APPROVED, LEADERS),
    Move(Verb.NOT_ELIGIBLE, State.SUBMITTED, State.NOT_ELIGIBLE, LEADERS),
    Move(Verb.STOP, State.RECEIVED, State.STOPPED, DECIDERS),
    Move(Verb.STOP, State.APPRAISING, State.STOPPED, DECIDERS),
    Move(Verb.STOP, State.SUPPLEMENTING, State.STOPPED, DECIDERS),
    Move(Verb.STOP, State.SUBMITTED, State.STOPPED, LEADERS),
    # the result
    Move(Verb.ISSUE, State.APPROVED, State.ISSUED, frozenset({Role.RECORDS_CLERK})),
    Move(Verb.RETURN, State.ISSUED, State.RETURNED, CLERKS),
)
# what is done with a dossier without moving it; who may do it hangs on whose it is (`dossiers/permissions`)
IN_HAND = (State.RECEIVED, State.APPRAISING, State.SUPPLEMENTING, State.SUBMITTED, State.APPROVED)
# where a dossier that nobody handles waits to be assigned
UNASSIGNED = (State.RECEIVED, State.APPRAISING)
STAYING = {
    Verb.ASSIGN: IN_HAND,
    Verb.HAND_OVER: IN_HAND,
    Verb.EXTEND: (State.RECEIVED, State.APPRAISING, State.SUBMITTED),
}
# the result is drafted while it is appraised, to be looked at by whoever decides, or once it is approved
DRAFTED = (State.APPRAISING, State.APPROVED)
# where what is drafted stands to be submitted, or to be approved
DECIDED = (State.APPRAISING, State.SUBMITTED)
# a promise is kept when the result is issued: until then the clock runs, unless the enterprise has the turn
RUNNING = (State.RECEIVED, State.APPRAISING, State.SUBMITTED, State.APPROVED)
FINAL = tuple(state for state in State if state not in {move.source for move in MOVES})


def move_between(source, target):
    """The Move from one state to the other, or None."""
    return next((move for move in MOVES if (move.source, move.target) == (source, target)), None)


def targets_of(verb):
    """{state: states that the verb may lead to from it}; of what stays, the state itself."""
    found = {state: {state} for state in STAYING.get(verb, ())}
    for move in MOVES:
        if move.verb == verb:
            found.setdefault(move.source, set()).add(move.target)
    return found
