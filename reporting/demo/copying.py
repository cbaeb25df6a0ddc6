"""Rows straight into tables: constraints and guards hold as for single rows."""

from datetime import UTC, datetime, time
from itertools import islice

from django.utils import timezone

from audit.bulk import copy_rows, next_ids
from audit.events import canonical, record_event_rows
from reporting.demo.names import identifier

CHUNK = 20_000
ACTOR = "system:demo"


def at(day, hour=9):
    """A moment on `day` by the clock of Hà Nội."""
    return datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def chunks(items, size=CHUNK):
    items = iter(items)
    while part := list(islice(items, size)):
        yield part


def copy(model, names, rows, **constants):
    """Copy tuples of the attributes `names` into the model's table; every other column keeps its constant or default."""
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    for name, field in fields.items():
        if name not in names and name not in constants and not field.primary_key:
            constants[name] = field.get_default()
    constants = {name: value for name, value in constants.items() if value is not None}
    columns = [fields[name].column for name in (*names, *constants)]
    rest = tuple(constants.values())
    return copy_rows(model._meta.db_table, columns, (row + rest for row in rows))


def keys_for(model, count):
    return list(next_ids(model._meta.db_table, count))


def write_events(rows):
    """Rows (moment, kind, object kind, object's public id, facts) in order; facts are plain values."""
    for part in chunks(rows):
        record_event_rows(
            (
                identifier("event", kind, object_kind, object_id, moment),
                moment,
                kind,
                ACTOR,
                object_kind,
                object_id,
                "demo",
                canonical({"facts": facts}) if facts else "{}",
            )
            for moment, kind, object_kind, object_id, facts in part
        )
