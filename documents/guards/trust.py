from audit.guards import frozen_when, immutable, no_delete

TRUST = "documents_trustedcertificate"

GUARDS = [
    no_delete(TRUST),
    immutable(TRUST, "name", "pem", "sha256", "expires_on", "added_at", "added_by"),
    frozen_when(TRUST, "OLD.ended_on IS NOT NULL", name="ended"),
]
