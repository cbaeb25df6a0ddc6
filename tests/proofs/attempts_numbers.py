"""What the guards of numbers must refuse; the demonstration has numbers of the portal and typed ones."""

SERIES, COUNTER, NUMBER = "documents_numberseries", "documents_numbercounter", "documents_papernumber"
PORTALS = f"JOIN {COUNTER} c ON c.id = x.counter_id WHERE x.by_portal"


def attempts(copied, updated, removed):
    """{guard: statements}"""
    following = {"number": "c.last_number + 1", "symbol": "'another'", "dated_on": "c.last_on"}
    return {
        "counter_begins_where_it_starts": [
            copied(COUNTER, "WHERE x.numbered_by = 'portal'", year="2099", last_number="x.starts_after + 1"),
            copied(COUNTER, "WHERE x.numbered_by = 'portal'", year="2099", last_number="0", starts_after="0",
                   last_on="'2099-01-01'"),
        ],
        "counter_moves_by_numbers": [
            updated(COUNTER, "last_number = last_number + 1", "WHERE x.numbered_by = 'portal'"),
            updated(COUNTER, "last_on = '2099-01-01'", "WHERE x.numbered_by = 'portal'"),
        ],
        "series_ended_only_taken_up": [
            updated(SERIES, "ended_on = '2099-01-01'", "WHERE x.ended_on IS NOT NULL")
        ],
        "number_begins_valid": [
            copied(NUMBER, PORTALS, **following, voided_at="x.given_at", voided_by="'x'", void_reason="'x'")
        ],
        "number_in_its_year": [copied(NUMBER, PORTALS, **following | {"dated_on": "'2099-01-01'"})],
        "number_is_the_next": [
            copied(NUMBER, PORTALS, **following | {"number": "c.last_number + 2"}),
            copied(NUMBER, PORTALS, **following | {"number": "c.last_number"}),
            copied(NUMBER, PORTALS, **following, by_portal="FALSE"),
        ],
    }  # fmt: skip
