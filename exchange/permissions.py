from django.utils.translation import gettext_lazy as _

from accounts.access import ANYONE, action, route, token_action
from accounts.permissions import ADMINISTRATOR, OVERSEERS
from exchange.catalogue import RIGHT
from exchange.resources import resources

SEE_CLIENTS = action("exchange.see clients", _("See the connected systems and their use"), roles=OVERSEERS)
MANAGE_CLIENTS = action("exchange.manage clients", _("Register and switch off connected systems"), roles=ADMINISTRATOR)

# the connected systems, on screen
for name in ("client_list", "client_detail"):
    route(f"systems:{name}", GET=SEE_CLIENTS)
for name in ("add_client", "edit_client", "make_secret", "switch_off_client"):
    route(f"systems:{name}", GET=MANAGE_CLIENTS, POST=MANAGE_CLIENTS)

# events on their way to them
for name in ("subscription_detail", "sending_list", "sending_detail"):
    route(f"systems:{name}", GET=SEE_CLIENTS)
for name in (
    "add_subscription",
    "edit_subscription",
    "make_signing_secret",
    "pause_subscription",
    "resume_subscription",
    "end_subscription",
    "replay_subscription",
):
    route(f"systems:{name}", GET=MANAGE_CLIENTS, POST=MANAGE_CLIENTS)
for name in ("test_subscription", "send_again", "leave_out", "send_many_again", "leave_many_out"):
    route(f"systems:{name}", POST=MANAGE_CLIENTS)

# a token for a client and its secret
route("exchange:token", POST=ANYONE)

# how to call, for whoever builds on it
for name in ("description", "swagger", "redoc"):
    route(f"exchange:{name}", GET=ANYONE)

# reading, by the scope of each resource; those of one right share it
reading = {each.scope: _("Read through the API") for each in resources().values() if not each.open_to_all}
reading = {scope: token_action(f"api.{scope}", label) for scope, label in reading.items()}
writing = {each.write_scope: _("Write through the API") for each in resources().values() if each.writes}
writing = {scope: token_action(f"api.{scope}", label) for scope, label in writing.items()}
for resource in resources().values():
    read = ANYONE if resource.open_to_all else reading[resource.scope]
    writes = {each.name for each in resource.writes if not each.of_one}
    for name in ("list", "stream", "one", *(["changes"] if resource.changes else [])):
        made = {"POST": writing[resource.write_scope]} if name == "list" and "create" in writes else {}
        route(f"exchange:{resource.name}_{name}", GET=read, **made)
    for each in resource.writes:
        if each.of_one:
            route(f"exchange:{resource.name}_{each.name}", POST=writing[resource.write_scope])
        if each.in_bulk:
            route(f"exchange:{resource.name}_bulk", POST=writing[resource.write_scope])

# what happened to what may be read
route("exchange:events_list", GET=token_action(f"api.{RIGHT}", _("Hear events through the API")))
route("exchange:events_catalogue", GET=ANYONE)
