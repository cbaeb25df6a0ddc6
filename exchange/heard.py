"""Which events of the log a connected system hears, and what is said of each: the same by feed and by sending.

The sequence of the chain is the only clock. An event is heard by whoever has the right to hear events at all, the right
to read things of its kind, and sees the thing itself.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime

from django.db.models import F

from audit.chain import head
from audit.models import Event, EventLink
from exchange.catalogue import PING, names_within, types_by_event, types_by_name

LINKS_AT_ONCE = 5000


def before(moment: datetime) -> int:
    """The last sequence that was linked before the moment: links are in order of time too."""
    low, high = 0, head()[0]
    while low < high:
        middle = (low + high + 1) // 2
        if EventLink.objects.filter(sequence=middle, linked_at__lt=moment).exists():
            low = middle
        else:
            high = middle - 1
    return low


def events_after(caller, after: int, names, *, limit: int) -> tuple[list[Event], int]:
    """([at most `limit` events that the caller hears, each with its `sequence`], the last sequence that was looked at)."""
    last = min(head()[0], after + LINKS_AT_ONCE)
    wanted = {
        kind
        for name in names_within(caller.scopes)
        if name in names
        for each in types_by_name()[name]
        for kind in each.logged
    }
    found = Event.objects.filter(link__sequence__gt=after, link__sequence__lte=last, kind__in=wanted)
    found = list(found.annotate(sequence=F("link__sequence")).order_by("sequence")[: limit + 1])
    if len(found) > limit:
        last = found[limit].sequence - 1
    return heard(caller, found[:limit], names), max(last, after)


def heard(caller, events, names) -> list[Event]:
    """Of the events those that the caller hears; their objects are looked for kind by kind, not one by one."""
    may_hear, objects = set(names_within(caller.scopes)) & set(names), defaultdict(set)
    types = {event.pk: types_by_event().get((event.kind, event.object_kind)) for event in events}
    for event in events:
        each = types[event.pk]
        if each is not None and each.name in may_hear:
            objects[each].add(event.object_id)
    seen = {each: _seen(caller, each, ids) for each, ids in objects.items()}
    return [event for event in events if event.object_id in seen.get(types[event.pk], ())]


def _seen(caller, each, ids):
    resource, column = each.resource, f"{each.path}__public_id" if each.path else "public_id"
    found = set(resource.rows(caller).filter(**{f"{column}__in": ids}).values_list(column, flat=True))
    left = ids - found
    if each.gone and left:
        found |= left if resource.was_seen_by is None else set(resource.was_seen_by(caller, list(left)))
    return found


def body_of(event) -> str:
    """The JSON of an event, always the same text."""
    each = types_by_event()[event.kind, event.object_kind]
    data = {"resource": each.resource_name, "id": str(event.object_id), "url": each.address_of(event.object_id)}
    return _body(event.public_id, each.name, each.version, event.at, data)


def body_of_ping(public_id, at) -> str:
    return _body(public_id, PING, 1, at, {})


def _body(public_id, name, version, at, data):
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = {"id": str(public_id), "type": name, "version": version, "timestamp": moment, "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
