"""Copies of papers: they move by the table of their states, and what was copied, for whom and by whom never changes."""

from audit.guards import check_trigger, frozen_when, immutable, no_delete
from documents.copy_states import COPY_MOVES

COPIES, NUMBERS = "documents_papercopy", "documents_papernumber"
ARRIVAL, PAPERS = "documents_incomingpaper", "documents_outgoingpaper"

_KNOWN = " OR ".join(
    f"(OLD.state = '{move.source.value}' AND NEW.state = '{move.target.value}')" for move in COPY_MOVES
)

GUARDS = [
    no_delete(COPIES),
    immutable(
        COPIES, "kind", "series_id", "office_id", "incoming_id", "outgoing_id", "called", "source_id", "extract", "recipients",
        "signer_id", "authority", "authority_paper", "signer_post", "places", "drawn_id", "prepared_at", "prepared_by",
    ),
    check_trigger("copy_begins_to_be_signed", COPIES, ("INSERT",), "NEW.state <> 'signing' OR NEW.signed_id IS NOT NULL"),
    check_trigger("copy_moves_by_the_table", COPIES, ("UPDATE",), f"OLD.state <> NEW.state AND NOT ({_KNOWN})"),
    check_trigger(
        "copy_keeps_what_it_has",
        COPIES,
        ("UPDATE",),
        " OR ".join(
            f"(OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column})"
            for column in ("signed_id", "numbered_id", "sealed_id", "number_id", "signed_at")
        ),
    ),
    check_trigger(
        "copy_dated_after_its_original",
        COPIES,
        ("UPDATE",),
        f"NEW.number_id IS NOT NULL AND OLD.number_id IS NULL AND EXISTS (SELECT 1 FROM {NUMBERS} n "
        f"WHERE n.id = NEW.number_id AND (EXISTS (SELECT 1 FROM {ARRIVAL} a WHERE a.id = NEW.incoming_id "
        f"AND n.dated_on < a.arrived_on) OR EXISTS (SELECT 1 FROM {PAPERS} p JOIN {NUMBERS} o ON o.id = p.number_id "
        "WHERE p.id = NEW.outgoing_id AND n.dated_on < o.dated_on)))",
    ),
    frozen_when(COPIES, "OLD.state IN ('issued', 'dropped')", name="over"),
    check_trigger(
        "number_of_a_copy_stands",
        NUMBERS,
        ("UPDATE",),
        f"NEW.voided_at IS NOT NULL AND EXISTS (SELECT 1 FROM {COPIES} c WHERE c.number_id = NEW.id)",
    ),
]  # fmt: skip
