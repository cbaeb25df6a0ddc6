"""A copy of an issued paper, waiting for its number; those who sign have one each to sign."""

from documents.copy_states import roles_of_copies
from tests.factories import make_copy_at


def build(world):
    clerk = world.people["records_clerk"]
    world.copy = make_copy_at("numbering", original=world.issued, clerk=clerk)
    world.to_be_signed = {
        role.value: make_copy_at("signing", original=world.issued, clerk=clerk, signer=world.people[role.value])
        for role in sorted(roles_of_copies("sign"))
        if role.value in ("director", "head")
    }


def _copy(world, who):
    return {"public_id": world.to_be_signed.get(who, world.copy).public_id}


OBJECTS = {
    **{
        f"documents:{name}": _copy
        for name in (
            "copy", "copy_pdf", "sign_copy", "number_copy", "issue_copy", "drop_copy", "upload_signed_copy",
            "upload_sealed_copy",
        )
    },
    "documents:copy_page": lambda world, who: _copy(world, who) | {"page": 1},
    "documents:copy_outgoing": lambda world: {"public_id": world.issued.public_id},
    "documents:copy_incoming": lambda world, who: {
        "public_id": (world.incoming.get(who) or world.incoming["officer"]).public_id
    },
}  # fmt: skip
