"""Where the pages of copies stand in the demonstration."""

from documents.models import IncomingPaper, OutgoingPaper, PaperCopy


def _at(state):
    return lambda: {"public_id": PaperCopy.objects.filter(state=state).order_by("pk").first().public_id}


def _incoming():
    return {"public_id": IncomingPaper.objects.filter(scans__isnull=False).order_by("pk").first().public_id}


ADDRESSES = {
    **{
        f"documents:{name}": _at(state)
        for name, state in (
            ("copy", "issued"), ("copy_pdf", "issued"), ("sign_copy", "signing"), ("number_copy", "numbering"),
            ("issue_copy", "issuing"), ("drop_copy", "signing"), ("upload_signed_copy", "signing"),
            ("upload_sealed_copy", "issuing"),
        )
    },
    "documents:copy_page": lambda: _at("issued")() | {"page": 1},
    "documents:copy_incoming": _incoming,
    "documents:copy_outgoing": lambda: {
        "public_id": OutgoingPaper.objects.filter(state="issued").order_by("pk").first().public_id
    },
}  # fmt: skip
