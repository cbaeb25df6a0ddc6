"""Papers that go out: they begin as drafts, move by the table of their states and with the step that moves them, and stand
as they are once they have left their drafter."""

from audit.guards import append_only, check_trigger, frozen_when, immutable, no_delete
from documents.paper_states import MOVES, State

PAPERS, STEPS, NUMBERS = "documents_outgoingpaper", "documents_paperstep", "documents_papernumber"

_KNOWN = " OR ".join(
    f"(OLD.state = '{source}' AND NEW.state = '{target}')"
    for source, target in dict.fromkeys((move.source.value, move.target.value) for move in MOVES)
)
_ON_THE_WAY = (
    "state",
    "drafter_id", "version", "round", "step_count", "waiting_since", "token", "places", "drawn_id", "signed_id", "numbered_id",
    "sealed_id", "number_id", "issued_at",
)  # fmt: skip
_OVER = ", ".join(f"'{state.value}'" for state in (State.ISSUED, State.STOPPED, State.DISCARDED))

GUARDS = [
    no_delete(PAPERS),
    immutable(PAPERS, "drafted_at"),
    check_trigger("paper_begins_as_a_draft", PAPERS, ("INSERT",), "NEW.state <> 'draft' OR NEW.step_count <> 0"),
    check_trigger("paper_moves_by_the_table", PAPERS, ("UPDATE",), f"OLD.state <> NEW.state AND NOT ({_KNOWN})"),
    check_trigger(
        "paper_moves_with_its_step",
        PAPERS,
        ("UPDATE",),
        "(NEW.step_count <> OLD.step_count AND NEW.step_count <> OLD.step_count + 1) "
        "OR (NEW.state <> OLD.state AND NEW.state <> 'discarded' AND (NEW.step_count <> OLD.step_count + 1 OR NOT EXISTS "
        f"(SELECT 1 FROM {STEPS} s WHERE s.paper_id = NEW.id AND s.place = NEW.step_count AND s.target = NEW.state)))",
    ),
    check_trigger(
        "paper_keeps_its_number",
        PAPERS,
        ("UPDATE",),
        "OLD.number_id IS NOT NULL AND NEW.number_id IS DISTINCT FROM OLD.number_id",
    ),
    frozen_when(PAPERS, f"OLD.state IN ({_OVER})", name="over"),
    frozen_when(PAPERS, "OLD.state <> 'draft'", free=_ON_THE_WAY, name="sent"),
    append_only(STEPS),
    check_trigger(
        "number_of_an_issued_paper_stands",
        NUMBERS,
        ("UPDATE",),
        "NEW.voided_at IS NOT NULL AND EXISTS "
        f"(SELECT 1 FROM {PAPERS} p WHERE p.number_id = NEW.id AND p.state <> 'stopped')",
    ),
]
