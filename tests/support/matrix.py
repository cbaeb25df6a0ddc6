"""A support record for every route with an argument; it belongs to the world's enterprise."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from documents.store import save_upload
from tests.factories import make_enterprise, make_support


def one_page():
    """A PDF of one empty page."""
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(buffer)
    return buffer.getvalue()


def build(world):
    enterprise = getattr(world, "enterprise", None) or make_enterprise()
    office = world.people["centre_staff"].posts.get().office if "centre_staff" in world.people else None
    evidence = SimpleUploadedFile("bien-ban.pdf", one_page())
    stored = save_upload(evidence, by=world.people["officer"], now=world.now)
    world.support = make_support(enterprise, office=office, evidence_file=stored)


OBJECTS = {
    name: lambda world: {"public_id": world.support.public_id}
    for name in (
        "support:support_detail",
        "support:support_evidence",
        "support:correct_support",
        "support:withdraw_support",
    )
}
