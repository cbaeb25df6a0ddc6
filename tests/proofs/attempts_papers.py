"""What the guards of papers must refuse; the demonstration has drafts and a draft that was given up."""

PAPERS = "documents_outgoingpaper"
DRAFT = "state = 'draft', discarded_at = NULL, discarded_by = '', discarded_reason = ''"


def attempts(copied, updated, removed):
    """{guard: statements}"""
    return {
        "paper_begins_as_a_draft": [copied(PAPERS, "WHERE x.state = 'discarded'")],
        "paper_moves_by_the_table": [updated(PAPERS, DRAFT, "WHERE x.state = 'discarded'")],
    }
