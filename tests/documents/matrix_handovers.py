"""The record of a handover for the matrix of roles and routes."""

from accounts.models import Handover
from tests.factories import make_officer


def build(world):
    world.handed_over = Handover.objects.create(
        person=make_officer(email="leaver@matrix.example"),
        at=world.now,
        by=world.people["administrator"].public_id,
        reason="Điều động",
        lines=[
            {"kind": "files", "count": 1, "to": str(person.public_id), "things": ["01 – Hồ sơ"]}
            for person in world.people.values()
        ],
    )


OBJECTS = {
    f"documents:handover_record_{kind}": lambda world: {"public_id": world.handed_over.public_id}
    for kind in ("pdf", "word")
}
