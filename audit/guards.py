"""What the database itself refuses, beyond CHECK and UNIQUE: one list of triggers for SQLite and PostgreSQL.

Each room lists its guards in `<room>/guards.py` as GUARDS. They are laid again after every migrate, because SQLite
drops a table's triggers whenever a migration remakes it, and a system check compares them with the database at
start. Nothing in the database turns them off; only the test session lifts them, around its flush.
"""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connections
from django.utils.module_loading import module_has_submodule

from audit.identity import Identified

MESSAGE = "guard"


@dataclass(frozen=True)
class Trigger:
    """One trigger: `when` is a condition on OLD/NEW (empty: always), `event` INSERT, UPDATE, DELETE or TRUNCATE."""

    name: str
    table: str
    event: str
    when: str = ""
    before: str = ""  # PostgreSQL statements that run first (locks)

    def sqlite(self):
        condition = f" WHEN {_dialect(self.when, 'sqlite')}" if self.when else ""
        return (
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" FOR EACH ROW{condition} '
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE} {self.name}'); END"
        )

    def postgres_body(self):
        refuse = f"RAISE EXCEPTION '{MESSAGE} {self.name}' USING ERRCODE = 'integrity_constraint_violation'"
        if self.event == "TRUNCATE":
            return f" BEGIN {refuse}; END "
        result = "OLD" if self.event == "DELETE" else "NEW"
        check = f"IF ({_dialect(self.when, 'postgresql')}) THEN {refuse}; END IF;" if self.when else f"{refuse};"
        return f" BEGIN {self.before} {check} RETURN {result}; END "

    def postgres(self):
        level = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $guard${self.postgres_body()}$guard$',
            f'DROP TRIGGER IF EXISTS "{self.name}" ON "{self.table}"',
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
            f'FOR EACH {level} EXECUTE FUNCTION "{self.name}"()',
        ]


@dataclass(frozen=True)
class Follower:
    """A trigger that writes what follows from an inserted row: balances from entries. The same SQL on both engines."""

    name: str
    table: str
    statements: tuple
    event: str = "INSERT"
    when: str = ""

    def sqlite(self):
        return (
            f'CREATE TRIGGER "{self.name}" AFTER INSERT ON "{self.table}" FOR EACH ROW '
            f"BEGIN /* {MESSAGE} {self.name} */ {' '.join(f'{each};' for each in self.statements)} END"
        )

    def postgres_body(self):
        return (
            f" BEGIN /* {MESSAGE} {self.name} */ {' '.join(f'{each};' for each in self.statements)} RETURN NULL; END "
        )

    def postgres(self):
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $guard${self.postgres_body()}$guard$',
            f'DROP TRIGGER IF EXISTS "{self.name}" ON "{self.table}"',
            f'CREATE TRIGGER "{self.name}" AFTER INSERT ON "{self.table}" FOR EACH ROW EXECUTE FUNCTION "{self.name}"()',
        ]


@dataclass(frozen=True)
class Guard:
    """A rule on one table; `triggers()` is worked out when the models are known."""

    table: str
    kind: str
    columns: tuple = ()
    condition: str = ""
    name: str = ""
    events: tuple = ()
    before: str = ""
    statements: tuple = ()

    def triggers(self):
        return list(getattr(self, f"_{self.kind}")())

    def _model(self):
        return next(m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == self.table)

    def _append_only(self):
        model = self._model()
        keys = {f.column for f in model._meta.local_fields if f.unique or f.primary_key}
        frozen = [f.column for f in model._meta.local_fields if f.column not in self.columns]
        changed = [f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in frozen]
        changed += [f'(OLD."{c}" IS NOT NULL AND NEW."{c}" IS DISTINCT FROM OLD."{c}")' for c in self.columns]
        yield Trigger(f"keep_{self.table}_update", self.table, "UPDATE", " OR ".join(changed) if self.columns else "")
        yield Trigger(
            f"keep_{self.table}_delete", self.table, "DELETE", f"NOT ({self.condition})" if self.condition else ""
        )
        yield Trigger(f"keep_{self.table}_truncate", self.table, "TRUNCATE")
        same = " OR ".join(f'x."{c}" = NEW."{c}"' for c in sorted(keys))
        # INSERT OR REPLACE would remove the old row without telling the DELETE trigger (SQLite).
        yield Trigger(
            f"keep_{self.table}_replace",
            self.table,
            "INSERT",
            f'[sqlite]EXISTS (SELECT 1 FROM "{self.table}" x WHERE {same})',
        )

    def _no_delete(self):
        yield Trigger(f"stay_{self.table}_delete", self.table, "DELETE")
        yield Trigger(f"stay_{self.table}_truncate", self.table, "TRUNCATE")

    def _immutable(self):
        changed = " OR ".join(f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in self.columns)
        yield Trigger(f"same_{self.table}_{self.columns[0]}", self.table, "UPDATE", changed)

    def _frozen_when(self):
        free = set(self.columns)
        changed = " OR ".join(
            f'NEW."{f.column}" IS DISTINCT FROM OLD."{f.column}"'
            for f in self._model()._meta.local_fields
            if f.column not in free
        )
        label = self.name or "frozen"
        yield Trigger(f"{label}_{self.table}_update", self.table, "UPDATE", f"({self.condition}) AND ({changed})")
        yield Trigger(f"{label}_{self.table}_delete", self.table, "DELETE", f"({self.condition})")
        yield Trigger(f"{label}_{self.table}_truncate", self.table, "TRUNCATE")

    def _no_overlap(self):
        *keys, start, end = self.columns
        same = " AND ".join(f'x."{c}" = NEW."{c}"' for c in keys) or "1 = 1"
        far = "'9999-12-31'"
        clash = (
            f'EXISTS (SELECT 1 FROM "{self.table}" x WHERE {same} AND x.id <> NEW.id '
            f'AND x."{start}" <= COALESCE(NEW."{end}", {far}) AND NEW."{start}" <= COALESCE(x."{end}", {far}))'
        )
        if self.condition:
            clash = f"({self.condition}) AND " + clash.replace(
                "WHERE ", f"WHERE ({self.condition.replace('NEW.', 'x.')}) AND ", 1
            )
        text = " || '|' || ".join(f'NEW."{c}"::text' for c in keys) or "''"
        lock = f"PERFORM pg_advisory_xact_lock(hashtextextended('{self.table}|' || {text}, 0));"
        yield Trigger(f"apart_{self.table}_insert", self.table, "INSERT", clash, lock)
        yield Trigger(f"apart_{self.table}_update", self.table, "UPDATE", clash, lock)

    def _check(self):
        for event in self.events:
            yield Trigger(f"{self.name}_{event.lower()}", self.table, event, self.condition, self.before)

    def _follows(self):
        yield Follower(self.name, self.table, self.statements)


def append_only(table, allow=(), *, goes_when=""):
    """Rows are added, never changed or removed; columns in `allow` may go once from null to a value.

    With `goes_when`, a condition on OLD, a row for which it holds may be removed.
    """
    return Guard(table, "append_only", tuple(allow), goes_when)


def no_delete(table):
    """Rows are never removed: they end, are withdrawn, or are merged."""
    return Guard(table, "no_delete")


def immutable(table, *columns):
    """These columns keep the value they were inserted with."""
    return Guard(table, "immutable", columns)


def frozen_when(table, condition, *, free=(), name=""):
    """While `condition` holds on OLD, nothing but the columns `free` changes and the row is not removed."""
    return Guard(table, "frozen_when", tuple(free), condition, name)


def no_overlap(table, keys, start, end, *, only_when=""):
    """No two rows with equal `keys` hold at once; `start` and `end` are inclusive dates, an empty end is for ever.

    `only_when` limits the rule to rows for which the condition on NEW holds.
    """
    return Guard(table, "no_overlap", (*keys, start, end), only_when)


def check_trigger(name, table, events, condition, *, before=""):
    """Refuse INSERT, UPDATE or DELETE when `condition` on OLD/NEW holds; subqueries are allowed.

    Write `IS DISTINCT FROM`; prefix the condition with [sqlite] or [postgresql] for one engine only. `before` is
    PL/pgSQL that runs first, such as an advisory lock.
    """
    return Guard(table, "check", condition=condition, name=name, events=tuple(events), before=before)


def follows(name, table, *statements):
    """After each INSERT the database itself runs `statements`, which read NEW: sums kept beside what they add up."""
    return Guard(table, "follows", name=name, statements=statements)


def _dialect(condition, engine):
    only = re.match(r"\[(\w+)\]", condition)
    if only:
        condition = condition[only.end() :] if only.group(1) == engine else "1 = 0"
    if engine == "sqlite":
        condition = condition.replace("IS NOT DISTINCT FROM", "IS").replace("IS DISTINCT FROM", "IS NOT")
    return condition


def all_guards():
    """Every room's guards, with the immutable public ids of all identified models."""
    guards = [
        immutable(model._meta.db_table, "public_id")
        for model in apps.get_models()
        if issubclass(model, Identified) and model._meta.managed
    ]
    for room in settings.ROOMS:
        if room != "audit" and module_has_submodule(apps.get_app_config(room).module, "guards"):
            guards += import_module(f"{room}.guards").GUARDS
    return guards + OWN


def all_triggers():
    """The triggers of every guard."""
    return [trigger for guard in all_guards() for trigger in guard.triggers()]


# What a connected system took goes from the log only once a sum that stays tells of it.
SUMMED = (
    "EXISTS (SELECT 1 FROM audit_accesssum s WHERE s.actor = OLD.actor AND s.what = OLD.what AND s.basis = OLD.basis"
    " AND s.first_at <= OLD.at AND s.last_at >= OLD.at)"
)
OWN = [
    append_only("audit_event"),
    append_only("audit_eventlink"),
    append_only("audit_dayseal"),
    append_only("audit_accessentry", goes_when=SUMMED),
    append_only("audit_accesssum"),
    immutable("audit_personalvalue", "event_id", "field", "salt", "value"),
]


def _existing_tables(connection):
    return set(connection.introspection.table_names())


def _wanted(connection):
    tables = _existing_tables(connection)
    wanted = [t for t in all_triggers() if t.table in tables]
    if connection.vendor == "sqlite":
        wanted = [t for t in wanted if t.event != "TRUNCATE"]
    else:
        wanted = [t for t in wanted if not t.when.startswith("[sqlite]")]
    return wanted


def _standing(connection):
    """{name: definition} of the guards in the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE %s", [f"%{MESSAGE} %"]
            )
            return dict(cursor.fetchall())
        cursor.execute(
            "SELECT t.tgname, c.relname, p.prosrc, t.tgenabled::text, t.tgtype FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE NOT t.tgisinternal AND n.nspname = current_schema() AND p.prosrc LIKE %s",
            [f"%{MESSAGE} %"],
        )
        return {name: rest for name, *rest in cursor.fetchall()}


_TYPE = {"INSERT": 7, "DELETE": 11, "UPDATE": 19, "TRUNCATE": 34}
_AFTER_INSERT = 5


def _expected(trigger, vendor):
    if vendor == "sqlite":
        return trigger.sqlite()
    kind = _AFTER_INSERT if isinstance(trigger, Follower) else _TYPE[trigger.event]
    return [trigger.table, trigger.postgres_body(), "O", kind]


def lay_guards(using="default"):
    """Bring the database's triggers to what the rooms list, and the application role's rights with them."""
    connection = connections[using]
    wanted, standing = {t.name: t for t in _wanted(connection)}, _standing(connection)
    with connection.cursor() as cursor:
        for name, definition in standing.items():
            if name not in wanted or definition != _expected(wanted[name], connection.vendor):
                if connection.vendor == "sqlite":
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
                else:
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{definition[0]}"')
        for name, trigger in wanted.items():
            if standing.get(name) != _expected(trigger, connection.vendor):
                statements = [trigger.sqlite()] if connection.vendor == "sqlite" else trigger.postgres()
                for statement in statements:
                    cursor.execute(statement)
        if connection.vendor == "postgresql":
            _grant(cursor)


def _grant(cursor):
    """Give the application's role its rights: no DDL, no TRUNCATE, no UPDATE or DELETE where rows only are added."""
    role = settings.DATABASES["default"]["USER"]
    cursor.execute("SELECT current_user")
    if cursor.fetchone()[0] == role:
        return
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if not cursor.fetchone():
        return
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"')
    cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
    tables = _existing_tables(cursor.db)
    for guard in all_guards():
        if guard.kind == "append_only" and guard.table in tables:
            kept = "UPDATE" if guard.condition else "UPDATE, DELETE"
            cursor.execute(f'REVOKE {kept} ON "{guard.table}" FROM "{role}"')
            if guard.columns:
                columns = ", ".join(f'"{column}"' for column in guard.columns)
                cursor.execute(f'GRANT UPDATE ({columns}) ON "{guard.table}" TO "{role}"')


def missing_guards(using="default"):
    """Names of guards that the database lacks, holds differently, or holds without our asking."""
    connection = connections[using]
    standing = _standing(connection)
    wanted = {t.name: _expected(t, connection.vendor) for t in _wanted(connection)}
    return sorted(
        [name for name, definition in wanted.items() if standing.get(name) != definition]
        + [name for name in standing if name not in wanted]
    )


def _take_away(connection):
    standing = _standing(connection)
    with connection.cursor() as cursor:
        for name, definition in standing.items():
            on = "" if connection.vendor == "sqlite" else f' ON "{definition[0]}"'
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')


@contextmanager
def lifted(using="default"):
    """For the test session's flush only: without guards inside, with them again after."""
    _take_away(connections[using])
    try:
        yield
    finally:
        lay_guards(using)


def make_way_for_migrations(sender, using, plan, **kwargs):
    """SQLite cannot remake a table that another table's trigger reads: the guards step aside while migrations run.

    They are laid again after; a migrate that failed leaves a database that web and worker refuse to serve.
    """
    if plan and connections[using].vendor == "sqlite":
        _take_away(connections[using])


def lay_after_migrate(sender, using, **kwargs):
    lay_guards(using)


@checks.register(checks.Tags.database)
def guards_stand(app_configs, databases, **kwargs):
    """A database without its guards is not trusted."""
    errors = []
    for using in databases or []:
        if using != "default" or "audit_event" not in _existing_tables(connections[using]):
            continue
        for name in missing_guards(using):
            errors.append(
                checks.Error(f"The guard {name} does not stand in the database.", hint="Run migrate.", id="audit.E001")
            )
    return errors
