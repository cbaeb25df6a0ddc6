"""Papers that go out: they begin as drafts, move by the table of their states, and stand as they are once they have."""

from audit.guards import check_trigger, frozen_when, immutable, no_delete
from documents.paper_states import MOVES

PAPERS = "documents_outgoingpaper"

_KNOWN = " OR ".join(f"(OLD.state = '{move.source.value}' AND NEW.state = '{move.target.value}')" for move in MOVES)

GUARDS = [
    no_delete(PAPERS),
    immutable(PAPERS, "drafter_id", "drafted_at"),
    check_trigger("paper_begins_as_a_draft", PAPERS, ("INSERT",), "NEW.state <> 'draft'"),
    check_trigger("paper_moves_by_the_table", PAPERS, ("UPDATE",), f"OLD.state <> NEW.state AND NOT ({_KNOWN})"),
    frozen_when(PAPERS, "OLD.state = 'discarded'", name="discarded"),
]
