"""Pages of rows in a stable order: first the keys of a page, then their rows as JSON text."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import Q

from exchange import cursors
from exchange.asking import MOST, MOST_COUNTED, Asked
from exchange.json_rows import texts_of
from exchange.resources import Resource


def rows_asked(resource: Resource, caller, asked: Asked):
    rows = resource.rows(caller)
    return asked.filters.filter_queryset(rows) if asked.filters else rows


def _after(columns, place, is_down):
    """What stands behind a place in the order: an index finds where to begin by the first column alone."""
    beyond, at_least = ("lt", "lte") if is_down else ("gt", "gte")
    condition = Q()
    for column, value in reversed(list(zip(columns, place, strict=True))):
        further = Q(**{f"{column}__{beyond}": value})
        condition = further | Q(**{column: value}) & condition if condition else further
    return Q(**{f"{columns[0]}__{at_least}": place[0]}) & condition if len(columns) > 1 else condition


def _plain(value):
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value


def keys_of(queryset, asked: Asked, place, limit):
    """[(columns of the order…, key)] of the next `limit` rows."""
    if place is not None:
        queryset = queryset.filter(_after(asked.columns, place, asked.is_down))
    order = [f"-{column}" for column in asked.columns] if asked.is_down else asked.columns
    return list(queryset.order_by(*order).values_list(*asked.columns)[:limit])


def page_of(resource: Resource, caller, asked: Asked) -> bytes:
    """The JSON of one page: its rows, the cursor of the next page or null, and a count when one was asked for."""
    queryset = rows_asked(resource, caller, asked)
    found = keys_of(queryset, asked, asked.place, asked.limit + 1)
    keys, more = [row[-1] for row in found[: asked.limit]], len(found) > asked.limit
    texts = texts_of(resource, keys, asked.names)
    following = cursors.write(asked.question, [_plain(v) for v in found[asked.limit - 1]]) if more else None
    parts = [f'"data":[{",".join(texts[key] for key in keys if key in texts)}]']
    parts.append(f'"next":"{following}"' if following else '"next":null')
    if asked.counted:
        counted = queryset.order_by().values("pk")[: MOST_COUNTED + 1].count()
        is_exact = "true" if counted <= MOST_COUNTED else "false"
        parts += [f'"count":{min(counted, MOST_COUNTED)}', f'"count_is_exact":{is_exact}']
    return ("{" + ",".join(parts) + "}").encode()


def stream_of(resource: Resource, caller, asked: Asked) -> Iterator[bytes]:
    """Every row that was asked for, one a line; what cannot be read is refused before the first of them."""
    return _lines(rows_asked(resource, caller, asked), resource, asked)


def _lines(queryset, resource, asked):
    """A thousand rows at a time: no more than these is held anywhere."""
    place = None
    while True:
        found = keys_of(queryset, asked, place, MOST)
        keys = [row[-1] for row in found]
        texts = texts_of(resource, keys, asked.names)
        if lines := [texts[key] for key in keys if key in texts]:
            yield ("\n".join(lines) + "\n").encode()
        if len(found) < MOST:
            return
        place = list(found[-1])


def one_of(resource: Resource, caller, public_id, names) -> str | None:
    """The JSON of the one row with this identifier, if the caller may see it."""
    key = resource.rows(caller).filter(public_id=public_id).values_list("pk", flat=True).first()
    return None if key is None else texts_of(resource, [key], names).get(key)
