"""What the guards of copies must refuse; the demonstration has copies at every step."""

COPIES, NUMBERS = "documents_papercopy", "documents_papernumber"
ISSUING = "WHERE x.state = 'issuing'"
VOID = "voided_at = given_at, voided_by = 'user:x', void_reason = 'x'"


def attempts(copied, updated, removed):
    """{guard: statements}"""
    return {
        "copy_begins_to_be_signed": [
            copied(COPIES, ISSUING, number_id="NULL", numbered_id="NULL", state="'numbering'"),
        ],
        "copy_moves_by_the_table": [
            updated(
                COPIES,
                "state = 'dropped', dropped_at = prepared_at, dropped_by = 'x', dropped_reason = 'x'",
                ISSUING,
            ),
            updated(COPIES, "state = 'signing'", "WHERE x.state = 'numbering'"),
        ],
        "copy_keeps_what_it_has": [updated(COPIES, "signed_id = drawn_id", ISSUING)],
        "copy_dated_after_its_original": [
            updated(
                COPIES,
                f"state = 'issuing', numbered_id = drawn_id, number_id = (SELECT n.id FROM {NUMBERS} n ORDER BY n.dated_on LIMIT 1)",
                "WHERE x.state = 'numbering'",
            )
        ],
        "number_of_a_copy_stands": [updated(NUMBERS, VOID, f"JOIN {COPIES} c ON c.number_id = x.id")],
    }
