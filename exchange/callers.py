"""Who is calling: the token is looked up, the call counted against its limit and written down, each time anew."""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from oauth2_provider.models import AccessToken

from audit.context import current_source
from audit.models import AccessEntry
from exchange.prepared import Kept, execute


@dataclass(frozen=True)
class Caller:
    """A client as its token shows it: `scopes` are what both its token and its registration allow."""

    pk: int
    public_id: UUID
    scopes: frozenset
    wards: tuple
    groups: tuple
    basis: str
    calls_a_minute: int

    @property
    def actor(self):
        return f"client:{self.public_id}"

    @property
    def is_narrowed(self):
        return bool(self.wards or self.groups)


# Whoever reads what is open to all, without a token.
EVERYBODY = Caller(0, UUID(int=0), frozenset(), (), (), "", 0)

_SYSTEM = "application__system__"
_FACTS = ("pk", "public_id", "scopes", "wards", "groups", "basis", "calls_a_minute", "addresses", "expires_on")


def _tokens():
    """The token with a checksum, unless its system is switched off, with what a call needs to know of it."""
    standing = AccessToken.objects.filter(application__system__switched_off_at__isnull=True, token_checksum="")
    return standing.values_list("expires", "scope", *(f"{_SYSTEM}{name}" for name in _FACTS))


_TOKEN = Kept(_tokens)


def caller_of(token: str, *, now: datetime, address: str) -> Caller | None:
    """The client behind a token that holds now and may be used from there; None for any other, whatever is wrong."""
    checksum = hashlib.sha256(token.encode()).hexdigest()
    found = next(iter(_TOKEN.rows(checksum)), None)
    if found is None:
        return None
    expires, scope, pk, public_id, scopes, wards, groups, basis, calls, addresses, last_day = found
    if expires <= now or last_day < timezone.localdate(now) or not may_call_from(address, addresses):
        return None
    allowed = frozenset(scope.split()) & frozenset(scopes)
    return Caller(pk, public_id, allowed, tuple(wards), tuple(groups), basis, calls)


def caller_for(client) -> Caller:
    """The client as it may be told: with every right that it was given."""
    return Caller(
        client.pk,
        client.public_id,
        frozenset(client.scopes),
        tuple(client.wards),
        tuple(client.groups),
        client.basis,
        client.calls_a_minute,
    )


def may_call_from(address: str, networks: list) -> bool:
    """Whether the address lies in one of the networks; none named is any address."""
    if not networks:
        return True
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(place in ipaddress.ip_network(network) for network in networks)


def minute_of(day: date) -> int:
    """The first minute of a day, counted as MinuteOfUse counts."""
    return int(timezone.make_aware(datetime.combine(day, time.min)).timestamp()) // 60


def day_of(minute: int) -> date:
    return timezone.localdate(datetime.fromtimestamp(minute * 60, tz=UTC))


def seconds_left(now: datetime) -> int:
    """Seconds until the next minute begins."""
    return 60 - int(now.timestamp()) % 60


_COUNT = (
    "INSERT INTO exchange_minuteofuse (client_id, minute, calls) VALUES (%s, %s, 1) "
    "ON CONFLICT (client_id, minute) DO UPDATE SET calls = exchange_minuteofuse.calls + 1 "
    "WHERE exchange_minuteofuse.calls < %s RETURNING calls"
)
_COUNT_AND_NOTE = (
    f"WITH counted AS ({_COUNT}), noted AS ("  # noqa: S608 - SQL of our own
    "INSERT INTO audit_accessentry (at, actor, what, object_kind, object_id, basis, address, request_id) "
    "SELECT %s, %s, %s, %s, %s, %s, %s, %s FROM counted) SELECT calls FROM counted"
)


def count_and_note(caller: Caller, what: str, *, now: datetime, kind: str = "", obj: UUID | None = None) -> int | None:
    """Count the call and write down who took what on which ground; how many calls of the minute are left, or None.

    `kind` and `obj` are the kind of object that was asked for and its public id.

    One statement on PostgreSQL: of many calls at once exactly as many pass as the limit says, and only these are
    written down.
    """
    minute, where = int(now.timestamp()) // 60, current_source()
    count = [caller.pk, minute, caller.calls_a_minute]
    note = [now, caller.actor, what, kind if obj else "", obj, caller.basis, where.address, where.request_id]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            execute(cursor, _COUNT_AND_NOTE, [*count, *note])
            counted = cursor.fetchone()
        else:
            with transaction.atomic():
                cursor.execute(_COUNT, count)
                counted = cursor.fetchone()
                if counted:
                    columns = ("at", "actor", "what", "object_kind", "object_id", "basis", "address", "request_id")
                    AccessEntry.objects.create(**dict(zip(columns, note, strict=True)))
    return None if counted is None else caller.calls_a_minute - counted[0]


def use_by_day(client, *, since: date) -> dict[date, int]:
    """{day: calls} of the client from a day on, the days that are not summed up yet included."""
    days = dict(client.days.filter(day__gte=since).values_list("day", "calls"))
    for minute, calls in client.minutes.values_list("minute", "calls"):
        day = day_of(minute)
        if day >= since:
            days[day] = days.get(day, 0) + calls
    return days
