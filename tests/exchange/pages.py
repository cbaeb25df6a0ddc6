from exchange.models import Client, Sending, Subscription
from exchange.resources import resources
from tests.exchange.calling import make_client
from tests.exchange.receiving import make_sending, make_subscription


def system():
    """One of the demonstration, or one made for the look."""
    client = Client.objects.working("2000-01-01").order_by("pk").first() or make_client()[0]
    return {"public_id": client.public_id}


def subscription():
    rows = Subscription.objects.exclude(state=Subscription.State.ENDED)
    return {"public_id": (rows.order_by("pk").first() or make_subscription()[0]).public_id}


def sending():
    row = Sending.objects.order_by("pk").first()
    return {"public_id": (row or make_sending(make_subscription()[0], state="parked")).public_id}


OF_A_SYSTEM = ("client_detail", "edit_client", "make_secret", "switch_off_client", "add_subscription")
OF_A_SUBSCRIPTION = (
    "subscription_detail",
    "edit_subscription",
    "make_signing_secret",
    "pause_subscription",
    "resume_subscription",
    "end_subscription",
    "replay_subscription",
)
ADDRESSES = {f"systems:{name}": system for name in OF_A_SYSTEM}
ADDRESSES |= {f"systems:{name}": subscription for name in OF_A_SUBSCRIPTION}
ADDRESSES["systems:sending_detail"] = sending
NOT_PAGES = dict.fromkeys(("exchange:description", "exchange:events_list", "exchange:events_catalogue"), "JSON") | {
    f"exchange:{name}_{kind}": "JSON" for name in resources() for kind in ("list", "stream", "one", "changes")
}
