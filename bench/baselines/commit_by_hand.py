"""Approving a commitment as one would write it by hand: the same inserts and updates, nothing read, nothing of ours.

The tables, their constraints and their triggers are the portal's: inserting the entry moves the balances here too.
"""

import json
import uuid

import psycopg2

COMMITMENT = "UPDATE programme_commitment SET state = 'approved', decided_by = %s, decided_at = %s, decided_for = NULL WHERE id = %s"
ENTRY = (
    "INSERT INTO programme_ledgerentry (public_id, line_id, number, kind, amount_vnd, opening, reported, commitment_id, "
    "document, document_on, happened_on, reason, recorded_at, recorded_by, approved_by) "
    "VALUES (%s, %s, %s, 'commit', %s, false, false, %s, %s, %s, %s, '', %s, %s, %s)"
)
EVENT = (
    "INSERT INTO audit_event (public_id, at, kind, actor, object_kind, object_id, source, body) "
    "VALUES (%s, %s, %s, %s, %s, %s, 'command', %s) RETURNING id"
)
PENDING = "INSERT INTO audit_pendingevent (event_id) VALUES (%s)"


def connect(url):
    return psycopg2.connect(url)


def approve(connection, commitment, number, *, by, now, today):
    """One commitment: {id, public_id, line_id, line, document, signed_on, amount, prepared_by} as entry `number`."""
    actor, entry = f"user:{by}", str(uuid.uuid4())
    with connection, connection.cursor() as cursor:
        cursor.execute(COMMITMENT, (by, now, commitment["id"]))
        _event(cursor, now, "commitment approved", actor, "programme.commitment", commitment["public_id"], {})
        cursor.execute(
            ENTRY,
            (entry, commitment["line_id"], number, commitment["amount"], commitment["id"], commitment["document"],
             commitment["signed_on"], today, now, commitment["prepared_by"], by),
        )  # fmt: skip
        facts = {
            "amount_vnd": commitment["amount"],
            "entry_kind": "commit",
            "line": commitment["line"],
            "number": number,
        }
        _event(cursor, now, "entry booked", actor, "programme.ledgerentry", entry, {"facts": facts})


def _event(cursor, now, kind, actor, object_kind, object_id, body):
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    cursor.execute(EVENT, (str(uuid.uuid4()), now, kind, actor, object_kind, object_id, text))
    cursor.execute(PENDING, (cursor.fetchone()[0],))
