"""A support record for every route with an argument; it belongs to the world's enterprise."""

from tests.factories import make_enterprise, make_support


def build(world):
    enterprise = getattr(world, "enterprise", None) or make_enterprise()
    office = world.people["centre_staff"].posts.get().office if "centre_staff" in world.people else None
    world.support = make_support(enterprise, office=office)


OBJECTS = {
    name: lambda world: {"public_id": world.support.public_id}
    for name in (
        "support:support_detail",
        "support:support_evidence",
        "support:correct_support",
        "support:withdraw_support",
    )
}
