"""What the guards of work files must refuse; the demonstration has an open file, an empty one and a closed one."""

FILES, ITEMS = "documents_workfile", "documents_workfileitem"
OPEN, CLOSED = (f"JOIN {FILES} f ON f.id = x.work_file_id AND f.state = '{state}'" for state in ("open", "closed"))
LAST = f"AND x.place = (SELECT MAX(i.place) FROM {ITEMS} i WHERE i.work_file_id = x.work_file_id)"
ANOTHER = {"object_id": "x.public_id", "taken_out_at": "NULL", "taken_out_by": "''", "taken_out_reason": "''"}


def attempts(copied, updated, removed):
    """{guard: statements}"""
    return {
        "work_file_begins_open": [copied(FILES, "WHERE x.state = 'closed'", code="'another'")],
        "work_file_closed_over_something": [
            updated(
                FILES,
                "state = 'closed', closed_at = opened_at, closed_by = 'user:x'",
                f"WHERE x.state = 'open' AND NOT EXISTS (SELECT 1 FROM {ITEMS} i WHERE i.work_file_id = x.id)",
            )
        ],
        "file_item_of_an_open_file": [
            copied(ITEMS, f"{CLOSED} {LAST}", **ANOTHER, place="x.place + 1"),
            updated(
                ITEMS,
                "taken_out_at = put_at, taken_out_by = 'user:x', taken_out_reason = 'x'",
                f"{CLOSED} WHERE x.taken_out_at IS NULL",
            ),
        ],
        "file_item_is_the_next": [
            copied(ITEMS, f"{OPEN} {LAST}", **ANOTHER, place="x.place + 2"),
            copied(ITEMS, f"{OPEN} {LAST}", **ANOTHER | {"taken_out_at": "x.put_at", "taken_out_by": "'x'",
                   "taken_out_reason": "'x'"}, place="x.place + 1"),
        ],
    }  # fmt: skip
