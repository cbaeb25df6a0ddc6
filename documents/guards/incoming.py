"""Papers that came in: counted without gaps by the database itself, and in whose hands their newest step says they are."""

from audit.guards import append_only, check_trigger, follows, frozen_when, immutable, no_delete
from documents.guards.numbers import ARRIVAL, COUNTER, HELD, SERIES
from documents.incoming_states import INCOMING_MOVES

STEPS, SCANS = "documents_incomingstep", "documents_incomingscan"

_TABLE = " OR ".join(
    f"(NEW.verb = '{move.verb}' AND NEW.source = '{move.source.value}' AND NEW.target = '{move.target.value}')"
    for move in INCOMING_MOVES
)
_FOLLOWING = {
    "state": "target",
    "office_id": "office_id",
    "person_id": "person_id",
    "due_on": "due_on",
    "answer_id": "answer_id",
}
_MOVED = " OR ".join(f"NEW.{own} IS DISTINCT FROM OLD.{own}" for own in (*_FOLLOWING, "step_count"))
_SAME = " AND ".join(f"s.{column} IS NOT DISTINCT FROM NEW.{own}" for own, column in _FOLLOWING.items())

GUARDS = [
    no_delete(ARRIVAL),
    immutable(ARRIVAL, "counter_id", "series_id", "by_portal", "year", "number", "arrived_on", "entered_at", "entered_by"),
    frozen_when(ARRIVAL, "OLD.state = 'void'", name="void"),
    check_trigger(
        "arrival_begins_entered",
        ARRIVAL,
        ("INSERT",),
        "NEW.state <> 'entered' OR NEW.step_count <> 0 OR NEW.office_id IS NOT NULL OR NEW.person_id IS NOT NULL "
        "OR NEW.due_on IS NOT NULL OR NEW.answer_id IS NOT NULL",
    ),
    check_trigger(
        "arrival_in_its_year",
        ARRIVAL,
        ("INSERT",),
        "substr(CAST(NEW.arrived_on AS TEXT), 1, 4) <> CAST(NEW.year AS TEXT)",
    ),
    check_trigger(
        "arrival_is_the_next",
        ARRIVAL,
        ("INSERT",),
        f"NOT EXISTS (SELECT 1 FROM {COUNTER} c WHERE c.id = NEW.counter_id AND c.series_id = NEW.series_id "
        f"AND c.year = NEW.year AND EXISTS (SELECT 1 FROM {SERIES} s WHERE s.id = c.series_id AND s.register = 'in') "
        "AND ((NOT NEW.by_portal AND c.numbered_by = 'system') OR (NEW.by_portal AND c.numbered_by = 'portal' "
        "AND NEW.number = c.last_number + 1)))",
        before=HELD,
    ),
    follows(
        "counter_follows_arrivals",
        ARRIVAL,
        f"UPDATE {COUNTER} SET last_number = NEW.number, last_on = NEW.arrived_on "
        "WHERE id = NEW.counter_id AND numbered_by = 'portal'",
    ),
    append_only(SCANS),
    append_only(STEPS),
    check_trigger("incoming_step_by_the_table", STEPS, ("INSERT",), f"NOT ({_TABLE})"),
    check_trigger(
        "incoming_step_goes_on",
        STEPS,
        ("INSERT",),
        f"NOT EXISTS (SELECT 1 FROM {ARRIVAL} p WHERE p.id = NEW.paper_id AND p.state = NEW.source "
        "AND p.step_count = NEW.place - 1)",
        before=f"PERFORM 1 FROM {ARRIVAL} WHERE id = NEW.paper_id FOR NO KEY UPDATE;",
    ),
    follows(
        "incoming_by_its_steps",
        STEPS,
        f"UPDATE {ARRIVAL} SET state = NEW.target, office_id = NEW.office_id, person_id = NEW.person_id, "
        "due_on = NEW.due_on, answer_id = NEW.answer_id, step_count = NEW.place, version = version + 1, "
        "passed_at = CASE WHEN NEW.verb = 'pass' THEN NEW.at ELSE passed_at END, "
        "done_at = CASE WHEN NEW.target = 'done' THEN NEW.at END WHERE id = NEW.paper_id",
    ),
    check_trigger(
        "incoming_follows_its_steps",
        ARRIVAL,
        ("UPDATE",),
        f"({_MOVED}) AND NOT EXISTS (SELECT 1 FROM {STEPS} s WHERE s.paper_id = NEW.id AND s.place = NEW.step_count "
        f"AND s.place = (SELECT MAX(n.place) FROM {STEPS} n WHERE n.paper_id = NEW.id) AND {_SAME})",
    ),
]  # fmt: skip
