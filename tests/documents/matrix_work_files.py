"""An open work file of each person who may keep one, with a paper that they see in it."""

from datetime import timedelta

from documents.incoming_states import HANDLERS
from documents.services.work_files import put_into_file
from tests.factories import make_work_file


def build(world):
    world.work_files = {}
    for role in sorted(HANDLERS):
        person = world.people[role.value]
        work_file = make_work_file(keeper=person)
        paper = world.incoming[role.value]
        put_into_file(
            work_file=work_file, kind="incoming", thing=paper, by=person, now=world.now + timedelta(minutes=1)
        )
        world.work_files[role.value] = work_file


def _file(world, who):
    return {"public_id": (world.work_files.get(who) or world.work_files["officer"]).public_id}


def _item(world, who):
    work_file = world.work_files.get(who) or world.work_files["officer"]
    return {"public_id": work_file.items.get().public_id}


def _thing(world, who):
    paper = world.incoming.get(who) or world.incoming["officer"]
    return {"kind": "incoming", "public_id": paper.public_id}


OBJECTS = {
    **{f"documents:{name}": _file for name in ("work_file", "work_file_contents", "edit_work_file", "close_work_file")},
    "documents:take_out_item": _item,
    "documents:put_into_file": _thing,
}
