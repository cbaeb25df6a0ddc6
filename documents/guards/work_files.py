"""Work files: nothing in them changes its place, and a closed one takes nothing more and gives nothing away."""

from audit.guards import check_trigger, frozen_when, immutable, no_delete

FILES, ITEMS = "documents_workfile", "documents_workfileitem"

GUARDS = [
    no_delete(FILES),
    immutable(FILES, "year", "opened_at", "opened_by"),
    frozen_when(FILES, "OLD.state = 'closed'", name="closed"),
    check_trigger("work_file_begins_open", FILES, ("INSERT",), "NEW.state <> 'open'"),
    check_trigger(
        "work_file_closed_over_something",
        FILES,
        ("UPDATE",),
        "OLD.state = 'open' AND NEW.state = 'closed' AND NOT EXISTS "
        f"(SELECT 1 FROM {ITEMS} i WHERE i.work_file_id = NEW.id AND i.taken_out_at IS NULL)",
    ),
    no_delete(ITEMS),
    immutable(
        ITEMS, "work_file_id", "place", "kind", "object_id", "symbol", "dated_on", "subject", "author", "pages", "note",
        "put_at", "put_by",
    ),
    frozen_when(ITEMS, "OLD.taken_out_at IS NOT NULL", name="out"),
    check_trigger(
        "file_item_of_an_open_file",
        ITEMS,
        ("INSERT", "UPDATE"),
        f"EXISTS (SELECT 1 FROM {FILES} f WHERE f.id = NEW.work_file_id AND f.state <> 'open')",
        before=f"PERFORM 1 FROM {FILES} WHERE id = NEW.work_file_id FOR NO KEY UPDATE;",
    ),
    check_trigger(
        "file_item_is_the_next",
        ITEMS,
        ("INSERT",),
        "NEW.taken_out_at IS NOT NULL OR NEW.place <> 1 + "
        f"(SELECT COALESCE(MAX(i.place), 0) FROM {ITEMS} i WHERE i.work_file_id = NEW.work_file_id)",
    ),
]  # fmt: skip
