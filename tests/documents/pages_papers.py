"""Where the pages of papers stand in the demonstration: a draft of the officer who signs in."""

from documents.models import OutgoingPaper


def _draft():
    return {"public_id": OutgoingPaper.objects.filter(state="draft").order_by("pk").first().public_id}


ADDRESSES = {
    f"documents:{name}": _draft
    for name in ("paper", "paper_preview", "paper_pdf", "paper_word", "edit_paper", "discard_paper")
}
ADDRESSES["documents:paper_page"] = lambda: _draft() | {"page": 1}
