"""A paper that came in, once in the hands of each person who may see such papers, and its scan."""

from documents.incoming_states import HANDLERS
from tests.factories import make_incoming, make_incoming_series, make_stored_file, pass_on


def build(world):
    clerk, series = world.people["records_clerk"], make_incoming_series()
    world.incoming = {}
    for role in sorted(HANDLERS):
        person = world.people[role.value]
        scan = make_stored_file(clerk, name=f"{role.value}.pdf") if role.value == "officer" else None
        paper = make_incoming(series, scan=scan)
        world.incoming[role.value] = pass_on(paper, person.posts.get().office, by=clerk, person=person)


def _own(world, who):
    return {"public_id": (world.incoming.get(who) or world.incoming["officer"]).public_id}


OBJECTS = {
    **{
        f"documents:{name}": _own
        for name in (
            "incoming", "correct_incoming", "pass_incoming", "finish_incoming", "reopen_incoming", "void_incoming",
        )
    },
    "documents:incoming_scan": lambda world: {"public_id": world.incoming["officer"].scans.get().public_id},
}  # fmt: skip
