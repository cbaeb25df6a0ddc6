from exchange.callers import EVERYBODY
from exchange.resources import resources
from tests.exchange.calling import make_client
from tests.exchange.receiving import make_sending, make_subscription


def build(world):
    world.client_system, _secret = make_client("events:read", "enterprises:read", now=world.now)
    world.subscription, _secret = make_subscription(world.client_system, now=world.now)
    world.sending = make_sending(world.subscription, now=world.now)


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
OBJECTS = {f"exchange:{name}_one": one_of(resource) for name, resource in resources().items()} | WRITTEN
OBJECTS |= {
    f"systems:{name}": lambda world: {"public_id": world.client_system.public_id}
    for name in ("client_detail", "edit_client", "make_secret", "switch_off_client", "add_subscription")
}
OBJECTS |= {
    f"systems:{name}_subscription": lambda world: {"public_id": world.subscription.public_id}
    for name in ("edit", "pause", "resume", "end", "replay", "test")
}
OBJECTS |= {
    f"systems:{name}": lambda world: {"public_id": world.subscription.public_id}
    for name in ("subscription_detail", "make_signing_secret")
}
OBJECTS |= {
    f"systems:{name}": lambda world: {"public_id": world.sending.public_id}
    for name in ("sending_detail", "send_again", "leave_out")
}
