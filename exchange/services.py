"""Connected systems: registering them, their rights and secrets, switching them off; and what is done every night."""

import secrets
from collections import Counter
from datetime import datetime, time, timedelta
from ipaddress import ip_network

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import AccessToken, Application

from accounts.access import require
from accounts.services import rename_system_account
from audit.access_log import sum_up_reads
from audit.events import actor_name, record_event
from audit.refusals import Conflict, Refused
from exchange.callers import day_of, minute_of
from exchange.models import MOST_CALLS, Client, DayOfUse, MinuteOfUse, Secret
from exchange.oauth import digest_of
from exchange.permissions import MANAGE_CLIENTS
from exchange.rights import all_scopes
from exchange.telling import EXPIRES
from notices.services.telling import tell
from reference.models import AdministrativeUnit, ProductGroup
from reference.services import rule
from reference.years import same_day
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
WRITTEN = ("name", "owner", "contact", "purpose", "basis")
PERSONAL = ("contact",)  # may be somebody's name: what can be erased stands beside the chain of events
YEARS = 2  # that a system is connected for at most
OVERLAP = timedelta(days=7)
USUAL_ENDING = {"first_days": 30, "last_days": 7}  # where no rule says otherwise
USUAL_TRACES = {"days": 366}


def fault_of_network(text):
    """What is wrong with an address or network from which a system may call; "" where nothing is."""
    try:
        is_everywhere = ip_network(text).prefixlen == 0
    except ValueError:
        return _("“%(text)s” is no address or network, such as 10.1.0.0/16.") % {"text": text}
    return (
        _("“%(text)s” is every address. Leave the list empty to allow all.") % {"text": text} if is_everywhere else ""
    )


def fault_of_last_day(day, now):
    """What is wrong with the last day of a system; "" where nothing is."""
    today = timezone.localdate(now)
    last = same_day(today, YEARS)
    if today <= day <= last:
        return ""
    sentence = _("The last day lies between today and %(day)s; then the connection is looked at anew.")
    return sentence % {"day": formats.vn_date(last)}


def _sound(values, *, now):
    """The values as they are kept: texts without blanks around them, codes once and in order."""
    values = values | {name: values[name].strip() for name in WRITTEN}
    values |= {name: sorted(set(values[name])) for name in ("scopes", "wards", "groups")}
    if not all(values[name] for name in WRITTEN):
        raise Refused(_("Say which system it is, whose, whom to ask, what for and on which ground."))
    if not 1 <= values["calls_a_minute"] <= MOST_CALLS:
        raise Refused(_("Calls a minute: from 1 to %(most)s.") % {"most": formats.number(MOST_CALLS)})
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
    wrong = [*map(fault_of_network, values["addresses"]), fault_of_last_day(values["expires_on"], now)]
    if said := next(filter(None, wrong), ""):
        raise Refused(said)
    return values


def _take_name(client, save):
    """Save under a name that no other system has, whoever registers at the same moment."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        if Client.objects.filter(name=client.name).exclude(pk=client.pk).exists():
            raise Conflict(_("There is a system of this name already.")) from None
        raise


def _told(values, suffix=""):
    """(what an event says of the values, what it says in a way that can be erased)."""
    personal = {f"{name}{suffix}": values[name] for name in PERSONAL if name in values}
    return {name: value for name, value in values.items() if name not in PERSONAL}, personal


@transaction.atomic
def register_client(*, by, now, synthetic=False, **values):
    """Register a connected system; returns it with its first secret, which nobody can read again."""
    require(by, MANAGE_CLIENTS)
    values = _sound(values, now=now)
    application = Application(
        name=values["name"],
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        hash_client_secret=False,
    )
    client = Client(application=application, created_by=actor_name(by), created_at=now, synthetic=synthetic, **values)
    application.client_secret = str(client.public_id)  # names the client; its secrets are rows of their own
    application.save()
    client.application = application
    _take_name(client, client.save)
    after, personal = _told({name: values[name] for name in EDITABLE})
    record_event("client registered", client, by=by, now=now, after=after, personal=personal)
    return client, _make_secret(client, by=by, now=now)


@transaction.atomic
def edit_client(*, client, expected, by, now, **values):
    """Change what a connected system may do; it counts from its next call on."""
    require(by, MANAGE_CLIENTS)
    values = _sound(values, now=now)
    client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if client.switched_off_at:
        raise Conflict(_("This system is switched off. Register it anew."))
    stood = {name: getattr(client, name) for name in EDITABLE if getattr(client, name) != values[name]}
    for name in EDITABLE:
        setattr(client, name, values[name])
    _take_name(client, lambda: client.save_version(expected, update_fields=EDITABLE))
    if stood:
        before, was = _told(stood, " before")
        rename_system_account(public_id=client.public_id, name=client.name)
        after, personal = _told({name: values[name] for name in stood})
        record_event("client edited", client, by=by, now=now, before=before, after=after, personal=was | personal)
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
    client.secrets.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now)).update(ends_at=now)
    AccessToken.objects.filter(application=client.application).delete()
    record_event("client switched off", client, by=by, now=now, reason=reason.strip())
    return client


@transaction.atomic
def sum_up_use(*, now):
    """Sum the minutes before yesterday up to days; returns how many minutes these were."""
    old = MinuteOfUse.objects.filter(minute__lt=minute_of(timezone.localdate(now) - timedelta(days=1)))
    days, count = Counter(), 0
    for client, minute, calls in old.select_for_update(of=("self",)).values_list("client", "minute", "calls"):
        days[client, day_of(minute)] += calls
        count += 1
    for (client, day), calls in days.items():
        row, _made = DayOfUse.objects.get_or_create(client_id=client, day=day, defaults={"calls": 0})
        DayOfUse.objects.filter(pk=row.pk).update(calls=F("calls") + calls)
    old.delete()
    return count


def days_of_traces(on):
    """How many days each call is kept in the access log."""
    return {**USUAL_TRACES, **rule("system_traces", on, {})}["days"]


def sum_up_traces(*, now):
    """Put sums by day in the place of calls that were kept as long as the rule says; returns how many calls."""
    today = timezone.localdate(now)
    first_kept = today - timedelta(days=days_of_traces(today))
    before = timezone.make_aware(datetime.combine(first_kept, time.min))
    return sum(sum_up_reads(client.actor, before=before, now=now) for client in Client.objects.order_by("pk"))


@transaction.atomic
def warn_of_last_days(*, by, now):
    """Tell administrators twice before a system's last day, as the rule says; returns of how many systems."""
    today = timezone.localdate(now)
    warned = sorted({**USUAL_ENDING, **rule("system_ending", today, {})}.values())
    near = Client.objects.working(today).filter(expires_on__lte=today + timedelta(days=warned[-1]))
    for client in near:
        ahead = next(days for days in warned if client.expires_on <= today + timedelta(days=days))
        tell(EXPIRES, client, by=by, now=now, occasion=f"{client.expires_on} {ahead}")
    return len(near)
