"""Addenda on accounts: what is written stays, and is decided once."""

from audit.guards import frozen_when, immutable, no_delete

ADDENDUM = "programme_accountaddendum"
GUARDS = [
    no_delete(ADDENDUM),
    immutable(
        ADDENDUM, "commitment_id", "payee_account", "payee_bank", "document", "document_on", "file_id", "prepared_by",
        "prepared_at",
    ),
    frozen_when(ADDENDUM, "OLD.state <> 'prepared'", name="decided"),
]  # fmt: skip
