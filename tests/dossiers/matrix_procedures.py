"""A draft and a procedure of its own for each head of an office, for the others those of the first."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from accounts.roles import HEADS
from documents.store import save_upload
from tests.factories import make_component, make_field, make_procedure, make_step, make_version


def one_page():
    """A PDF of one empty page."""
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(buffer)
    return buffer.getvalue()


def build(world):
    world.drafts, world.parts = {}, {}
    template = save_upload(SimpleUploadedFile("mau.pdf", one_page()), by=world.people["officer"], now=world.now)
    for role in sorted(role.value for role in HEADS):
        office = world.people[role].posts.get().office
        draft = world.drafts[role] = make_version(make_procedure(), office=office, total_days=30)
        world.parts[role] = {
            "step": make_step(draft),
            "field": make_field(draft),
            "component": make_component(draft, template=template),
        }


def _own(things, who):
    return things.get(who) or things["head"]


def _procedure(world, who):
    return {"public_id": _own(world.drafts, who).procedure.public_id}


def _draft(world, who):
    return {"public_id": _own(world.drafts, who).public_id}


def _part(part):
    return lambda world, who: {**_draft(world, who), "part_id": _own(world.parts, who)[part].public_id}


OBJECTS = {
    "dossiers:procedure": _procedure,
    "dossiers:edit_procedure": _procedure,
    "dossiers:close_procedure": _procedure,
    "dossiers:begin_version": _procedure,
    "dossiers:version": _draft,
    "dossiers:preview_version": _draft,
    "dossiers:edit_version": _draft,
    "dossiers:issue_version": _draft,
    "dossiers:discard_version": _draft,
    "dossiers:component_template": _part("component"),
}
for part in ("step", "component", "field"):
    OBJECTS[f"dossiers:add_{part}"] = _draft
    for verb in ("edit", "move", "remove"):
        OBJECTS[f"dossiers:{verb}_{part}"] = _part(part)
