"""Writing events in the transaction of their change, and reading a record's history as sentences."""

import hashlib
import json
import re
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from django.db import transaction
from django.db.models import Model
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from audit.bulk import copy_rows, next_ids
from audit.context import current_source
from audit.models import Event, PendingEvent, PersonalValue
from audit.rewriting import is_long, rewritten


@dataclass(frozen=True)
class EventData:
    """One event to be written by `record_events`; the same arguments as `record_event`."""

    kind: str
    object_kind: str
    object_id: uuid.UUID
    reason: str = ""
    before: dict | None = None
    after: dict | None = None
    facts: dict = field(default_factory=dict)


def canonical(value):
    """JSON text with one spelling for one value: sorted keys, no blanks, no floats."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain(value):
    """Values as they stand in an event: text, whole numbers, booleans, null, lists and dicts of these."""
    if value is None or isinstance(value, (str, bool, int)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Model):
        return str(getattr(value, "public_id", value.pk))
    if isinstance(value, (Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, float):
        raise TypeError("A float has no place in an event: use whole numbers or Decimal.")
    return str(value)


def actor_name(by):
    """ "user:<public id>" for a person, the given name for the system."""
    if isinstance(by, str):
        return by if ":" in by else f"system:{by}"
    return f"user:{by.public_id}"


def digest_of(salt, value):
    return hashlib.sha256(f"{salt}\x1f{value}".encode()).hexdigest()


def _body(*, reason="", before=None, after=None, facts=None, personal=None):
    content = {"reason": str(reason)} if reason else {}
    for name, value in (("before", before), ("after", after), ("facts", facts), ("personal", personal)):
        if value:
            content[name] = value
    return canonical(content)


def record_event(kind, obj, *, by, now, reason="", before=None, after=None, personal=None, **facts):
    """Write one event about `obj` in the running transaction.

    `before` and `after` hold the changed fields; `personal` maps field names to values that must be erasable:
    they stand in a side table and only their salted digest is hashed into the chain.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is written in the transaction of its change.")
    where = current_source()
    private = {name: str(value) for name, value in (personal or {}).items()}
    if where.address:
        private.setdefault("address", where.address)
    salts = {name: secrets.token_hex(16) for name in private}
    event = Event(
        at=now,
        kind=kind,
        actor=actor_name(by),
        object_kind=obj._meta.label_lower,
        object_id=obj.public_id,
        source=f"{where.name}:{where.request_id}" if where.request_id else where.name,
        body=_body(
            reason=reason,
            before=before,
            after=after,
            facts=facts,
            personal={name: digest_of(salts[name], value) for name, value in private.items()},
        ),
    )
    _insert(event)
    if private:
        PersonalValue.objects.bulk_create(
            PersonalValue(event=event, field=name, salt=salts[name], value=value) for name, value in private.items()
        )
    return event


EVENT_COLUMNS = ("public_id", "at", "kind", "actor", "object_kind", "object_id", "source", "body")
_WITH_PENDING = (
    f"WITH made AS (INSERT INTO audit_event ({', '.join(EVENT_COLUMNS)}) "  # noqa: S608 - SQL of our own
    f"VALUES ({', '.join(['%s'] * len(EVENT_COLUMNS))}) RETURNING id) "
    "INSERT INTO audit_pendingevent (event_id) SELECT id FROM made RETURNING event_id"
)


def _insert(event):
    """The event with its pending row: one statement where the database can, for every change writes events."""
    connection = transaction.get_connection()
    if connection.vendor != "postgresql":
        event.save(force_insert=True)
        PendingEvent.objects.create(event=event)
        return
    with connection.cursor() as cursor:
        cursor.execute(_WITH_PENDING, [getattr(event, column) for column in EVENT_COLUMNS])
        (event.pk,) = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias


def record_events(events, *, by, now):
    """Write many EventData at once (an import's rows): one statement for the events, one for their pending rows."""
    where, actor = current_source(), actor_name(by)
    source = f"{where.name}:{where.request_id}" if where.request_id else where.name
    return record_event_rows(
        (
            uuid.uuid4(),
            now,
            item.kind,
            actor,
            item.object_kind,
            item.object_id,
            source,
            _body(reason=item.reason, before=item.before, after=item.after, facts=item.facts),
        )
        for item in events
    )


def record_event_rows(rows):
    """Write prepared rows in the order of EVENT_COLUMNS with their pending rows; returns how many.

    For bulk work that builds `body` itself (canonical JSON, see `canonical`).
    """
    rows = list(rows)
    ids = next_ids("audit_event", len(rows))
    copy_rows("audit_event", ("id", *EVENT_COLUMNS), ((key, *row) for key, row in zip(ids, rows, strict=True)))
    copy_rows("audit_pendingevent", ("event_id",), ((key,) for key in ids))
    return len(rows)


def whole_numbers(values):
    """SQL for the canonical JSON of {name: whole number or null}; `values` maps names to SQL of whole numbers."""
    parts = [f"'\"{name}\":' || COALESCE(CAST({sql} AS TEXT), 'null')" for name, sql in sorted(values.items())]
    return "'{' || " + " || ',' || ".join(parts) + " || '}'"


def record_selected_events(kind, object_kind, select, params=(), *, by, now):
    """One event for each row of `select`, which gives object_id and body (canonical JSON text); returns how many.

    All in the database: what an import of many rows calls. `select` is SQL of our own, never of a user.
    """
    where = current_source()
    source = f"{where.name}:{where.request_id}" if where.request_id else where.name
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("An event is written in the transaction of its change.")
    columns = ", ".join(EVENT_COLUMNS)
    given = [connection.ops.adapt_datetimefield_value(now), kind, actor_name(by), object_kind, source]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"WITH chosen AS ({select}), made AS (INSERT INTO audit_event ({columns}) "  # noqa: S608 - SQL of our own
                "SELECT gen_random_uuid(), %s, %s, %s, %s, object_id, %s, body FROM chosen RETURNING id) "
                "INSERT INTO audit_pendingevent (event_id) SELECT id FROM made",
                [*params, *given],
            )
            return cursor.rowcount
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM audit_event")
        before = cursor.fetchone()[0]
        cursor.execute(
            f"INSERT INTO audit_event ({columns}) "  # noqa: S608 - SQL of our own
            "SELECT lower(hex(randomblob(16))), %s, %s, %s, %s, object_id, %s, body "
            f"FROM ({select}) AS chosen",
            [*given, *params],
        )
        cursor.execute("INSERT INTO audit_pendingevent (event_id) SELECT id FROM audit_event WHERE id > %s", [before])
        return cursor.rowcount


_PERSON = re.compile(r"user:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_sentences: dict[str, tuple] = {}


def describe(kind, sentence, *, fields=None):
    """Say how an event of `kind` reads in a history; `fields` gives labels for before/after columns.

    A label may come with a function that says the value: {"status": (_("status"), {"active": _("Active")}.get)}.
    """
    _sentences[kind] = (sentence, {} if fields is None else fields)


@cache
def sentences():
    """{kind of event: (sentence, fields)} of the whole house, whichever of its modules were loaded before."""
    autodiscover_modules("events")
    return _sentences


_names = []


def register_names(resolver):
    """`resolver(set of actor names) -> {actor: display name}`; rooms that know people or systems register one."""
    _names.append(resolver)


def actor_names(actors):
    """{actor: display name} for all of them: people by name and post, the rest as the system."""
    known: dict[str, str] = {}
    for resolver in _names:
        known |= resolver(set(actors))
    return {
        actor: known.get(actor) or (_("the system") if actor.startswith("system:") else _("unknown"))
        for actor in actors
    }


_finders = []


def register_finder(finder):
    """`finder(typed text) -> set of actor names`; rooms that know people register one for searching the log."""
    _finders.append(finder)


def actors_called(text):
    """Actor names of whoever the typed text may mean."""
    return set().union(*(finder(text) for finder in _finders))


_readers: dict[str, str] = {}


def register_reader(object_kind, action):
    """What events about such objects say is read only by who may do `action`; in the log others see that it happened. Rooms
    register what even those who oversee the system have no business with."""
    _readers[object_kind] = action


class _Withheld(dict):
    """The facts of an event for whoever may not read them."""

    def __missing__(self, name):
        return "…"


@dataclass(frozen=True)
class Line:
    """One sentence of a history with its changes as (label, before, after); of a long text `after` is a Rewritten, which tells
    what was before too."""

    at: datetime
    who: str
    sentence: str
    reason: str
    changes: tuple
    event: Event
    withheld: bool = False

    @property
    def told(self):
        """The sentence with its reason."""
        return f"{self.sentence.rstrip('.')}: {self.reason}" if self.reason else self.sentence


def history_of(obj, *, limit=200):
    """The history of `obj`, latest first, as sentences with before and after."""
    return lines_of(Event.objects.about(obj).order_by("-id").prefetch_related("personal_values")[:limit])


def _label(fields, name):
    label = fields.get(name, name)
    return label[0] if isinstance(label, tuple) else label


def _said(fields, name, value):
    label = fields.get(name)
    if isinstance(label, tuple) and value is not None:
        return label[1](value)
    return str(value) if name.endswith("year") and isinstance(value, int) else value  # a year is not grouped


def _change(fields, name, before, after):
    label = _label(fields, name)
    if is_long(before) or is_long(after):
        return label, None, rewritten(before, after, lambda text: _said(fields, name, text))
    return label, _said(fields, name, before), _said(fields, name, after)


def _is_person(value):
    """Whether a value of an event is the actor name of a person."""
    return isinstance(value, str) and _PERSON.fullmatch(value) is not None


def _with_names(fields, values, actors):
    """The values of an event, people by their names; a field that says its values itself is left to it."""
    return {
        name: actors[value] if _is_person(value) and not isinstance(fields.get(name), tuple) else value
        for name, value in values.items()
    }


def lines_of(events, *, reader=None):
    """Events as lines, to a `reader` of the log without what is not theirs to read (`register_reader`).

    What was done by a written authorisation (facts `authorised_by`, `…_paper`) says in whose name, and people who stand
    before or after a change are named.
    """
    known, events = sentences(), list(events)
    bodies = [json.loads(event.body) for event in events]
    givers = {body["facts"]["authorised_by"] for body in bodies if "authorised_by" in (body.get("facts") or {})}
    values = [value for body in bodies for side in ("before", "after") for value in (body.get(side) or {}).values()]
    changed = {value for value in values if _is_person(value)}
    actors = actor_names({event.actor for event in events} | givers | changed)
    lines = []
    for event, body in zip(events, bodies, strict=True):
        sentence, fields = known.get(event.kind, (event.kind, {}))
        if reader is not None and not _may_read(reader, event):
            text = str(sentence) % _Withheld() if "%(" in str(sentence) else str(sentence)
            lines.append(Line(event.at, actors[event.actor], text, "", (), event, withheld=True))
            continue
        before, after = (_with_names(fields, body.get(side) or {}, actors) for side in ("before", "after"))
        changes = tuple(
            _change(fields, name, before.get(name), after.get(name))
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name)
        )
        personal = {item.field: item.value for item in event.personal_values.all()}
        for name in body.get("personal", {}):
            if name != "address":
                changes += ((_label(fields, name), None, personal.get(name, _("(erased)"))),)
        try:
            text = str(sentence) % (body.get("facts") or {})
        except (KeyError, ValueError):
            text = str(sentence)
        who = _in_whose_name(actors, event.actor, body.get("facts") or {})
        reason = body.get("reason") or (body.get("facts") or {}).get("note", "")
        lines.append(Line(event.at, who, text, reason, changes, event))
    return lines


def _may_read(reader, event):
    action = _readers.get(event.object_kind)
    return action is None or reader.may(action)


def _in_whose_name(actors, actor, facts):
    if "authorised_by" not in facts:
        return actors[actor]
    given = {"name": actors[actor], "giver": actors[facts["authorised_by"]], "paper": facts["authorised_by_paper"]}
    return _("%(name)s, authorised by %(giver)s (%(paper)s)") % given
