"""Tokens by client credentials: the toolkit speaks OAuth, who may have one stands in our rows."""

import base64
import hashlib
from urllib.parse import unquote_plus

from django.db.models import Q
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from audit.context import current_source
from exchange.callers import may_call_from
from exchange.models import Client, Secret
from exchange.rights import all_scopes


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_plain(text: str) -> bool:
    """Whether the text is in printable ASCII, as RFC 6749 (appendix A) has what names and proves a client."""
    return text.isascii() and text.isprintable()


def credentials_in(header: str) -> tuple[str, str] | None:
    """(client id, secret) of an Authorization header (RFC 6749, 2.3.1); None where it holds none.

    The toolkit takes the scheme in one spelling only; its name is the same in capitals or not (RFC 9110, 11.1).
    """
    scheme, _blank, text = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(text.strip(), validate=True).decode("ascii").partition(":")
    except ValueError:
        return None
    found = unquote_plus(client_id), unquote_plus(secret)
    return found if colon and all(map(is_plain, found)) else None


class Validator(OAuth2Validator):
    """Gives tokens to clients that work today, from an address of theirs, with a secret that holds."""

    def _load_application(self, client_id, request):
        application = super()._load_application(client_id, request)
        if application is None:
            return None
        client = Client.objects.working(timezone.localdate()).filter(application=application).first()
        if client is None or not may_call_from(current_source().address, client.addresses):
            request.client = None
            return None
        return application

    def _extract_basic_auth(self, request):
        """What the toolkit decodes by itself, where it can be decoded."""
        header = request.headers.get("HTTP_AUTHORIZATION") or ""
        return header.partition(" ")[2].strip() if credentials_in(header) else None

    def _check_secret(self, provided_secret, stored_secret):
        """The toolkit keeps one secret; its column names the client instead, whose secrets are rows of their own."""
        now = timezone.now()
        holding = Secret.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), client__public_id=stored_secret)
        return bool(holding.filter(digest=digest_of(provided_secret)).update(used_at=now))


class Scopes(BaseScopes):
    """A token may have what its client was given, and has all of it unless it asks for less."""

    def get_all_scopes(self):
        return all_scopes()

    def get_available_scopes(self, application=None, request=None, *args, **kwargs):
        client = Client.objects.filter(application=application).first()
        return client.scopes if client else []

    def get_default_scopes(self, application=None, request=None, *args, **kwargs):
        return self.get_available_scopes(application, request)
