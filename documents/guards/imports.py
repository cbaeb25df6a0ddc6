from audit.guards import check_trigger, immutable, no_delete

GUARDS = [
    no_delete("documents_storedfile"),
    immutable(
        "documents_storedfile",
        "sha256",
        "size",
        "format",
        "content_type",
        "original_name",
        "owner",
        "stored_at",
        "is_identity",
    ),
    no_delete("documents_import"),
    immutable("documents_import", "kind", "file_id", "digest", "by", "uploaded_at"),
    check_trigger(
        "import_stays_applied",
        "documents_import",
        ["UPDATE"],
        "OLD.state IN ('undone', 'discarded', 'refused') AND NEW.state IS DISTINCT FROM OLD.state",
    ),
]
