"""Where the pages of papers that came in stand in the demonstration."""

from django.urls import reverse

from documents.models import IncomingPaper, IncomingScan


def _at(state):
    return lambda: {"public_id": IncomingPaper.objects.filter(state=state).order_by("pk").first().public_id}


def _seen():
    """A page of a file, as every address that serves one shows it."""
    scan = IncomingScan.objects.order_by("pk").first()
    return reverse("documents:incoming_scan", args=[scan.public_id]) + "?view=1"


def _scanned():
    return {"public_id": IncomingScan.objects.order_by("pk").first().public_id}


ADDRESSES = {
    **{
        f"documents:{name}": _at(state)
        for name, state in (
            ("incoming", "done"), ("correct_incoming", "entered"), ("pass_incoming", "entered"),
            ("finish_incoming", "handling"), ("reopen_incoming", "done"), ("void_incoming", "entered"),
        )
    },
    "documents:incoming_scan": _seen,
    "documents:scan_signatures": _scanned,
}  # fmt: skip
