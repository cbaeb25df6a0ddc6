"""What the guards of papers must refuse; the demonstration has papers in every state."""

PAPERS, NUMBERS = "documents_outgoingpaper", "documents_papernumber"
DRAFT = "WHERE x.state = 'draft'"
ON_THE_WAY = "WHERE x.state = 'initialling'"
VOID = "voided_at = given_at, voided_by = 'user:x', void_reason = 'x'"


def attempts(copied, updated, removed):
    """{guard: statements}"""
    return {
        "paper_begins_as_a_draft": [
            copied(PAPERS, ON_THE_WAY, token="NULL"),
            copied(PAPERS, DRAFT, token="NULL", step_count="3"),
        ],
        "paper_moves_by_the_table": [updated(PAPERS, "state = 'signing'", ON_THE_WAY)],
        "paper_moves_with_its_step": [
            updated(PAPERS, "state = 'initialling'", DRAFT),
            updated(PAPERS, "state = 'initialling', step_count = step_count + 1", DRAFT),
            updated(PAPERS, "step_count = step_count + 2", ON_THE_WAY),
        ],
        "paper_keeps_its_number": [
            updated(PAPERS, f"number_id = (SELECT MAX(n.id) FROM {NUMBERS} n)", "WHERE x.state = 'sealing'")
        ],
        "number_of_an_issued_paper_stands": [
            updated(NUMBERS, VOID, f"JOIN {PAPERS} p ON p.number_id = x.id AND p.state = 'issued'")
        ],
    }
