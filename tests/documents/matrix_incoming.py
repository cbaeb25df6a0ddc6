"""A paper that came in, once in the hands of each person who may see such papers, and its scan."""

from django.core.files.uploadedfile import SimpleUploadedFile

from documents.incoming_states import HANDLERS
from documents.store import save_upload
from reporting.demo.scans import one_page
from tests.factories import make_incoming, make_incoming_series, pass_on


def build(world):
    clerk, series = world.people["records_clerk"], make_incoming_series()
    scan = save_upload(SimpleUploadedFile("van-ban-den.pdf", one_page("den")), by=clerk, now=world.now)
    world.incoming = {}
    for role in sorted(HANDLERS):
        person = world.people[role.value]
        paper = make_incoming(series, scan=scan)
        world.incoming[role.value] = pass_on(paper, person.posts.get().office, by=clerk, person=person)


def _scan(world, who):
    return {"public_id": (world.incoming.get(who) or world.incoming["officer"]).scans.get().public_id}


def _own(world, who):
    return {"public_id": (world.incoming.get(who) or world.incoming["officer"]).public_id}


OBJECTS = {
    **{
        f"documents:{name}": _own
        for name in (
            "incoming", "correct_incoming", "pass_incoming", "finish_incoming", "reopen_incoming", "void_incoming",
        )
    },
    "documents:incoming_scan": _scan,
    "documents:scan_signatures": _scan,
}  # fmt: skip
