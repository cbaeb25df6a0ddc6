import uuid

from screens.models import SavedView


def build(world):
    world.views = {
        who: SavedView.objects.create(
            owner=person.public_id, list_name="enterprises", label="Của tôi", created_at=world.now
        )
        for who, person in world.people.items()
    }


def own_view(world, who):
    """A view is its owner's alone."""
    return {"public_id": world.views.get(who, world.views["officer"]).public_id}


def no_longer_kept(world):
    """A result that this session does not have: whoever is signed in reads just that."""
    return {"key": uuid.uuid4()}


OBJECTS = {"screens:delete_view": own_view, "screens:bulk_results": no_longer_kept}
