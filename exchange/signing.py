"""Signatures of events as Standard Webhooks has them, so that receivers verify them with a library."""

import base64
import secrets
from datetime import UTC, datetime

from django.db.models import Q
from standardwebhooks import Webhook

from accounts.sealing import seal_text, unseal_text
from exchange.models import SigningSecret

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sealed(secret: str) -> str:
    return seal_text(secret)


def secrets_of(subscription, now: datetime) -> list[str]:
    """Those that sign now, the latest first; one that cannot be opened (the key changed) is left out."""
    holding = SigningSecret.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), subscription=subscription)
    opened = (unseal_text(text) for text in holding.values_list("sealed", flat=True))
    return [secret for secret in opened if secret]


def headers_of(public_id, body: str, keys: list[str], now: datetime) -> dict:
    """What goes with an event; while a secret is changed it is signed with both."""
    moment = now.astimezone(UTC)  # the library takes the hour as it stands
    signatures = " ".join(Webhook(key).sign(str(public_id), moment, body) for key in keys)
    return {
        "Content-Type": "application/json",
        "User-Agent": "portal-events/1",
        "webhook-id": str(public_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures,
    }
