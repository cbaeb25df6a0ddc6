from exchange.callers import EVERYBODY
from exchange.resources import resources
from tests.exchange.calling import make_client


def build(world):
    world.client_system, _secret = make_client(now=world.now)


def one_of(resource):
    """A row that everybody may read; of others the address is enough, for nobody has a token here."""

    def row(world):
        found = resource.rows(EVERYBODY).values_list("public_id", flat=True).first() if resource.open_to_all else None
        return {"public_id": found or world.client_system.public_id}

    return row


WRITTEN = {
    f"exchange:{name}_{write.name}": one_of(resource)
    for name, resource in resources().items()
    for write in resource.writes
    if write.of_one
}
OBJECTS = (
    {f"exchange:{name}_one": one_of(resource) for name, resource in resources().items()}
    | WRITTEN
    | {
        f"systems:{name}": lambda world: {"public_id": world.client_system.public_id}
        for name in ("client_detail", "edit_client", "make_secret", "switch_off_client")
    }
)
