"""Registering connected systems: their rights, their secrets, switching them off."""

import secrets
from datetime import timedelta
from ipaddress import ip_network

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import AccessToken, Application

from accounts.access import require
from audit.events import actor_name, record_event
from audit.refusals import Conflict, Refused
from exchange.models import Client, Secret
from exchange.oauth import digest_of
from exchange.permissions import MANAGE_CLIENTS
from exchange.rights import all_scopes
from reference.models import AdministrativeUnit, ProductGroup
from screens import formats

EDITABLE = (
    "name",
    "owner",
    "contact",
    "purpose",
    "basis",
    "scopes",
    "wards",
    "groups",
    "addresses",
    "calls_a_minute",
    "expires_on",
)
LONGEST = timedelta(days=2 * 366)
OVERLAP = timedelta(days=7)


def _require_sound(values, *, now):
    unknown = sorted(set(values["scopes"]) - set(all_scopes()))
    if unknown or not values["scopes"]:
        raise Refused(_("Choose at least one right. Unknown: %(those)s.") % {"those": ", ".join(unknown) or "–"})
    for codes, known in (
        (values["wards"], AdministrativeUnit.objects.filter(kind=AdministrativeUnit.Kind.WARD)),
        (values["groups"], ProductGroup.objects.all()),
    ):
        missing = sorted(set(codes) - set(known.filter(code__in=codes).values_list("code", flat=True)))
        if missing:
            raise Refused(_("There is no such code: %(those)s.") % {"those": ", ".join(missing)})
    for network in values["addresses"]:
        try:
            ip_network(network)
        except ValueError:
            raise Refused(_("“%(text)s” is no address or network, such as 10.1.0.0/16.") % {"text": network}) from None
    today = timezone.localdate(now)
    if not today <= values["expires_on"] <= today + LONGEST:
        raise Refused(
            _("The last day lies between today and %(day)s; then the connection is looked at anew.")
            % {"day": formats.vn_date(today + LONGEST)}
        )


@transaction.atomic
def register_client(*, by, now, **values):
    """Register a connected system; returns it with its first secret, which nobody can read again."""
    require(by, MANAGE_CLIENTS)
    _require_sound(values, now=now)
    if Client.objects.filter(name=values["name"]).exists():
        raise Conflict(_("There is a system of this name already."))
    application = Application(
        name=values["name"],
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        hash_client_secret=False,
    )
    client = Client(application=application, created_by=actor_name(by), created_at=now, **values)
    application.client_secret = str(client.public_id)  # names the client; its secrets are rows of their own
    application.save()
    client.application = application
    client.save()
    record_event("client registered", client, by=by, now=now, after={name: values[name] for name in EDITABLE})
    return client, _make_secret(client, by=by, now=now)


@transaction.atomic
def edit_client(*, client, expected, by, now, **values):
    """Change what a connected system may do; it counts from its next call on."""
    require(by, MANAGE_CLIENTS)
    _require_sound(values, now=now)
    client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if client.switched_off_at:
        raise Conflict(_("This system is switched off. Register it anew."))
    before = {name: getattr(client, name) for name in EDITABLE if getattr(client, name) != values[name]}
    for name in EDITABLE:
        setattr(client, name, values[name])
    client.save_version(expected, update_fields=EDITABLE)
    if before:
        after = {name: values[name] for name in before}
        record_event("client edited", client, by=by, now=now, before=before, after=after)
    return client


def _make_secret(client, *, by, now):
    text = secrets.token_urlsafe(32)
    secret = Secret.objects.create(
        client=client, digest=digest_of(text), hint=text[-4:], made_at=now, made_by=actor_name(by)
    )
    record_event("client secret made", client, by=by, now=now, hint=secret.hint)
    return text


@transaction.atomic
def rotate_secret(*, client, expected, by, now):
    """Make a new secret; the one before holds another week, any older one no longer. Returns the new one, shown once."""
    require(by, MANAGE_CLIENTS)
    client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if client.switched_off_at:
        raise Conflict(_("This system is switched off. Register it anew."))
    client.save_version(expected, update_fields=[])
    client.secrets.filter(ends_at__gt=now).update(ends_at=now)
    client.secrets.filter(ends_at__isnull=True).update(ends_at=now + OVERLAP)
    return _make_secret(client, by=by, now=now)


@transaction.atomic
def switch_off_client(*, client, reason, expected, by, now):
    """Switch a connected system off for good: its next call is refused."""
    require(by, MANAGE_CLIENTS)
    client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if client.switched_off_at:
        raise Conflict(_("This system is switched off already."))
    if not reason.strip():
        raise Refused(_("Say why the system is switched off."))
    client.switched_off_at, client.switched_off_by = now, actor_name(by)
    client.switched_off_reason = reason.strip()
    client.save_version(expected, update_fields=["switched_off_at", "switched_off_by", "switched_off_reason"])
    client.secrets.filter(ends_at__isnull=True).update(ends_at=now)
    AccessToken.objects.filter(application=client.application).delete()
    record_event("client switched off", client, by=by, now=now, reason=reason.strip())
    return client
