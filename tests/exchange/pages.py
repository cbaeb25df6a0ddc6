from exchange.models import Client
from exchange.resources import resources
from tests.exchange.calling import make_client


def system():
    """One of the demonstration, or one made for the look."""
    client = Client.objects.working("2000-01-01").order_by("pk").first() or make_client()[0]
    return {"public_id": client.public_id}


ADDRESSES = {f"systems:{name}": system for name in ("client_detail", "edit_client", "make_secret", "switch_off_client")}
NOT_PAGES = dict.fromkeys(("exchange:description", "exchange:events_list", "exchange:events_catalogue"), "JSON") | {
    f"exchange:{name}_{kind}": "JSON" for name in resources() for kind in ("list", "stream", "one", "changes")
}
