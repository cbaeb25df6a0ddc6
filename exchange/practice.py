"""A system to practise with, of the demonstration only: what it calls with is no secret and stands on the terminal."""

from datetime import timedelta

from django.utils import timezone
from oauth2_provider.models import Application

from exchange.models import Client, Secret
from exchange.oauth import digest_of

CLIENT_ID, SECRET = "thuc-hanh", "thuc-hanh-api-ha-noi-2026"


def let_practise(client, *, now):
    """The registered system may call as everybody knows, for as long as it works."""
    Application.objects.filter(pk=client.application_id).update(client_id=CLIENT_ID)
    until = now + timedelta(days=(client.expires_on - now.date()).days + 1)
    Secret.objects.create(
        client=client, digest=digest_of(SECRET), hint=SECRET[-4:], made_at=now, made_by=client.created_by, ends_at=until
    )


def how_to_call():
    """Lines for whoever starts the demonstration; none where nobody can practise."""
    now = timezone.now()
    may = Client.objects.working(timezone.localdate(now)).filter(
        application__client_id=CLIENT_ID, secrets__digest=digest_of(SECRET), secrets__ends_at__gt=now
    )
    return ["Call the API as (client id, secret; see docs/api.md):", f"  {CLIENT_ID}  {SECRET}"] if may.exists() else []
