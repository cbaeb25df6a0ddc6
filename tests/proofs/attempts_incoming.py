"""What the guards of papers that came in must refuse; the demonstration has some in every state."""

ARRIVAL, STEPS, COUNTER = "documents_incomingpaper", "documents_incomingstep", "documents_numbercounter"
PORTALS = f"JOIN {COUNTER} c ON c.id = x.counter_id WHERE x.by_portal AND x.state = 'entered'"
NEXT = {"number": "c.last_number + 1", "symbol": "''", "source_key": "''"}
HANDLING = "WHERE x.state = 'handling'"


def attempts(copied, updated, removed):
    """{guard: statements}"""
    newest = f"JOIN {ARRIVAL} p ON p.id = x.paper_id AND p.step_count = x.place AND p.state = 'handling'"
    return {
        "arrival_begins_entered": [
            copied(ARRIVAL, PORTALS, **NEXT, step_count="1"),
            copied(ARRIVAL, PORTALS, **NEXT, due_on="x.arrived_on"),
        ],
        "arrival_in_its_year": [copied(ARRIVAL, PORTALS, **NEXT, arrived_on="'2099-01-01'")],
        "arrival_is_the_next": [
            copied(ARRIVAL, PORTALS, **NEXT | {"number": "c.last_number + 2"}),
            copied(ARRIVAL, PORTALS, **NEXT | {"number": "c.last_number"}),
            copied(ARRIVAL, PORTALS, **NEXT, by_portal="FALSE"),
        ],
        "incoming_step_by_the_table": [
            copied(STEPS, newest, place="x.place + 1", source="'handling'", target="'entered'")
        ],
        "incoming_step_goes_on": [
            copied(STEPS, newest, place="x.place + 2", source="'handling'"),
            copied(STEPS, newest, place="x.place + 1", source="'entered'"),
        ],
        "incoming_follows_its_steps": [
            updated(ARRIVAL, "state = 'done', done_at = passed_at", HANDLING),
            updated(ARRIVAL, "due_on = '2099-01-01'", HANDLING),
            updated(ARRIVAL, "step_count = step_count + 1", HANDLING),
        ],
    }
