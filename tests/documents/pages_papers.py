"""Where the pages of papers stand in the demonstration: drafts, papers on their way at each step, and issued ones."""

from documents.models import OutgoingPaper, TrustedCertificate
from documents.paper_states import MOVES


def _at(state):
    return lambda: {"public_id": OutgoingPaper.objects.filter(state=state).order_by("pk").first().public_id}


def _issued():
    return {"token": OutgoingPaper.objects.filter(state="issued").order_by("pk").first().token}


def _certificate():
    return {"public_id": TrustedCertificate.objects.filter(ended_on__isnull=True).first().public_id}


ADDRESSES = {
    **{f"documents:{name}": _at("issued") for name in ("paper", "paper_preview", "paper_pdf", "paper_signatures")},
    **{f"documents:{name}": _at("draft") for name in ("paper_word", "edit_paper", "discard_paper")},
    **{f"documents:{move.verb}_paper": _at(move.source.value) for move in reversed(MOVES) if move.verb != "discard"},
    "documents:upload_signed": _at("signing"),
    "documents:upload_sealed": _at("sealing"),
    "documents:paper_page": lambda: _at("issued")() | {"page": 1},
    "documents:confirm_paper": _issued,
    "documents:certificate": _certificate,
    "documents:end_certificate": _certificate,
}
