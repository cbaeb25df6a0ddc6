"""What the database holds of meetings, whoever writes: nobody is invited before the invitation is issued, nobody answers once
it has begun, and a meeting is concluded by its notice, each conclusion with its task."""

from audit.guards import append_only, check_trigger, frozen_when, immutable, no_delete
from documents.paper_states import ON_THE_WAY, State
from programme.guards.plans import goes_otherwise
from programme.models.meetings import OVER, Meeting

MEETING, DOCUMENT, INVITEE = "programme_meeting", "programme_meetingdocument", "programme_invitee"
PAPER, CONCLUSION = "programme_meetingpaper", "programme_conclusion"
PAPERS, NUMBERS, GIVEN = "documents_outgoingpaper", "documents_papernumber", "programme_giventask"
DEADLINE = "programme_givendeadline"


def _listed(states):
    return ", ".join(f"'{state.value}'" for state in states)


def _state(row="NEW"):
    return f"(SELECT m.state FROM {MEETING} m WHERE m.id = {row}.meeting_id)"


def _paper(kind, meeting, states, *, inside=True):
    return (
        f"EXISTS (SELECT 1 FROM {PAPER} r JOIN {PAPERS} p ON p.id = r.paper_id WHERE r.meeting_id = {meeting} "
        f"AND r.kind = {kind} AND p.state {'IN' if inside else 'NOT IN'} ({_listed(states)}))"
    )


def _changes(*columns):
    return "(" + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns) + ")"


_ISSUED, _ON_ITS_WAY = (State.ISSUED,), (*ON_THE_WAY, State.ISSUED)
_INVITATION, _NOTICE = _paper("'invitation'", "NEW.id", _ISSUED), _paper("'conclusions'", "NEW.id", _ISSUED)
_NOTICE_UNDER_WAY = _paper("'conclusions'", "NEW.meeting_id", _ON_ITS_WAY)
_MINUTES_UNDER_WAY = _paper("'minutes'", "NEW.meeting_id", _ON_ITS_WAY)
_HELD = f"PERFORM 1 FROM {MEETING} m WHERE m.id = NEW.meeting_id FOR NO KEY UPDATE;"
_SETTLED = f"({_state()} <> 'held' OR {_NOTICE_UNDER_WAY})"
_TASK_FITS = (
    f"EXISTS (SELECT 1 FROM {PAPER} r JOIN {PAPERS} p ON p.id = r.paper_id JOIN {NUMBERS} n ON n.id = p.number_id "
    f"JOIN {GIVEN} g ON g.id = NEW.given_id WHERE r.meeting_id = NEW.meeting_id AND r.kind = 'conclusions' "
    "AND p.state = 'issued' AND g.document = n.symbol AND g.document_on = n.dated_on AND g.content = NEW.content "
    "AND g.office_id = NEW.office_id AND g.deadline = NEW.deadline)"
)
_CONCLUDED = f"EXISTS (SELECT 1 FROM {CONCLUSION} c WHERE c.given_id = OLD.id)"
_MOVED = (
    f"EXISTS (SELECT 1 FROM {DEADLINE} d WHERE d.id = (SELECT MAX(l.id) FROM {DEADLINE} l WHERE l.given_id = OLD.id) "
    "AND d.former = OLD.deadline AND d.deadline = NEW.deadline)"
)

GUARDS = [
    no_delete(MEETING),
    immutable(MEETING, "prepared_by", "prepared_at"),
    check_trigger("meeting_begins_prepared", MEETING, ("INSERT",), "NEW.state <> 'prepared'"),
    check_trigger("meeting_goes_on", MEETING, ("UPDATE",), goes_otherwise(Meeting.MOVES)),
    check_trigger(
        "meeting_invites_by_its_paper",
        MEETING,
        ("UPDATE",),
        f"NEW.state = 'invited' AND OLD.state <> 'invited' AND NOT {_INVITATION}",
    ),
    check_trigger(
        "meeting_moved_says_when",  # answers of before are told from it
        MEETING,
        ("UPDATE",),
        "OLD.state = 'invited' AND NEW.starts_at IS DISTINCT FROM OLD.starts_at "
        "AND (NEW.moved_at IS NULL OR NEW.moved_at = OLD.moved_at)",
    ),
    check_trigger(
        "meeting_concluded_by_its_paper",
        MEETING,
        ("UPDATE",),
        f"NEW.state = 'concluded' AND OLD.state <> 'concluded' AND (NOT {_NOTICE} "
        f"OR NOT EXISTS (SELECT 1 FROM {CONCLUSION} c WHERE c.meeting_id = NEW.id AND c.given_id IS NOT NULL) "
        f"OR EXISTS (SELECT 1 FROM {CONCLUSION} c WHERE c.meeting_id = NEW.id AND c.dropped_at IS NULL "
        "AND c.given_id IS NULL))",
    ),
    frozen_when(
        MEETING,
        "OLD.state = 'held'",
        free=("state", "version", "secretary_id", "attendance_at", "proceedings", "ended_at"),
        name="held",
    ),
    frozen_when(MEETING, "OLD.state IN ('concluded', 'cancelled')", name="ended"),
    append_only(DOCUMENT, allow=("withdrawn_by", "withdrawn_at")),
    check_trigger(
        "meeting_document_of_one_to_come", DOCUMENT, ("INSERT",), f"{_state()} NOT IN ('prepared', 'invited', 'held')"
    ),
    no_delete(INVITEE),
    immutable(INVITEE, "meeting_id", "place", "kind", "office_id", "person_id", "enterprise", "name"),
    check_trigger(
        "guest_begins_uninvited",
        INVITEE,
        ("INSERT",),
        f"NEW.sent_at IS NOT NULL OR NEW.attended IS NOT NULL OR {_state()} NOT IN ('prepared', 'invited', 'held') "
        f"OR {_MINUTES_UNDER_WAY}",
        before=_HELD,
    ),
    check_trigger(
        "guest_invited_with_the_meeting",
        INVITEE,
        ("UPDATE",),
        f"NEW.sent_at IS NOT NULL AND OLD.sent_at IS NULL AND {_state()} <> 'invited'",
    ),
    frozen_when(
        INVITEE,
        "OLD.sent_at IS NOT NULL",
        free=("version", "answer", "delegate", "answered_at", "answered_by", "attended", "attendee"),
        name="sent",
    ),
    check_trigger(
        "guest_withdrawn_who_did_not_come",
        INVITEE,
        ("UPDATE",),
        f"{_changes('withdrawn_at')} AND (OLD.attended OR {_state()} IN ('concluded', 'cancelled') OR {_MINUTES_UNDER_WAY})",
        before=_HELD,
    ),
    check_trigger(
        "guest_answers_before_it_begins",
        INVITEE,
        ("UPDATE",),
        f"{_changes('answer', 'delegate', 'answered_at', 'answered_by')} AND ({_state()} <> 'invited' "
        f"OR NEW.answered_at IS NULL OR NEW.answered_at >= (SELECT m.starts_at FROM {MEETING} m WHERE m.id = NEW.meeting_id))",
    ),
    check_trigger(
        "guest_comes_to_a_meeting",
        INVITEE,
        ("UPDATE",),
        f"{_changes('attended', 'attendee')} AND ({_state()} NOT IN ('invited', 'held') OR {_MINUTES_UNDER_WAY})",
        before=_HELD,
    ),
    append_only(PAPER),
    check_trigger(
        "meeting_one_paper_of_a_kind",
        PAPER,
        ("INSERT",),
        _paper("NEW.kind", "NEW.meeting_id", OVER, inside=False),
        before=_HELD,
    ),
    check_trigger(
        "meeting_paper_in_its_state",
        PAPER,
        ("INSERT",),
        f"NOT EXISTS (SELECT 1 FROM {PAPERS} p WHERE p.id = NEW.paper_id AND p.state = '{State.DRAFT.value}') "
        f"OR (NEW.kind = 'invitation' AND {_state()} <> 'prepared') "
        f"OR (NEW.kind = 'minutes' AND {_state()} NOT IN ('held', 'concluded')) "
        f"OR (NEW.kind = 'conclusions' AND {_state()} <> 'held')",
        before=_HELD,
    ),
    no_delete(CONCLUSION),
    immutable(CONCLUSION, "meeting_id", "number"),
    check_trigger(
        "conclusion_written_before_its_notice",
        CONCLUSION,
        ("INSERT",),
        f"NEW.given_id IS NOT NULL OR {_SETTLED}",
        before=_HELD,
    ),
    check_trigger(
        "conclusion_stands_with_its_notice",
        CONCLUSION,
        ("UPDATE",),
        f"{_changes('content', 'office_id', 'person_id', 'deadline', 'dropped_at')} AND {_SETTLED}",
        before=_HELD,
    ),
    check_trigger(
        "conclusion_given_by_its_notice",
        CONCLUSION,
        ("UPDATE",),
        f"NEW.given_id IS NOT NULL AND OLD.given_id IS NULL AND NOT {_TASK_FITS}",
    ),
    frozen_when(CONCLUSION, "OLD.given_id IS NOT NULL", name="given"),
    check_trigger(
        "given_task_stays_as_concluded",
        GIVEN,
        ("UPDATE",),
        f"{_changes('document', 'document_on', 'issuer', 'content', 'folded', 'office_id', 'file_id', 'entered_by', 'entered_at')} "
        f"AND {_CONCLUDED}",
    ),
    check_trigger(
        "concluded_deadline_moves_by_a_decision",
        GIVEN,
        ("UPDATE",),
        f"{_changes('deadline')} AND {_CONCLUDED} AND NOT {_MOVED}",
    ),
]
