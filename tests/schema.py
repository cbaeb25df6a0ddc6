"""The tables of a test database: made from the models, and compared with what the migrations make.

Migrating takes a quarter of a minute, tables alone two seconds. That both come to the same is asked once on each engine,
of a portal that was started (tests/test_supervisor.py, tests/browser/test_portals.py).

python -m tests.schema    makes such a database, prints what it consists of, and removes it
"""

import json
import os
import sys
from contextlib import contextmanager

import django
from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import pre_migrate
from django.test.utils import setup_databases, teardown_databases

POSTGRES_DEFINITIONS = """
    SELECT 'column', table_name || '.' || column_name,
        concat_ws(' ', udt_name, character_maximum_length, numeric_precision, numeric_scale, is_nullable, column_default,
            is_identity, generation_expression, collation_name)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL
    SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND proowner = 'portal_owner'::regrole
    UNION ALL
    SELECT 'rights', relname, array_to_string(array(SELECT unnest(relacl)::text ORDER BY 1), ' ') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
"""


@contextmanager
def noting_migrations():
    """A database whose tables are made from the models within this says that every migration has been applied.

    What models cannot say is done here as the migrations do it: the extension for searching by three letters.
    """
    names = sorted(MigrationLoader(None).disk_migrations)

    def note(using, **_):
        recorder = MigrationRecorder(connections[using])
        if not recorder.has_table():
            if connections[using].vendor == "postgresql":
                with connections[using].cursor() as cursor:
                    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            recorder.ensure_schema()
            for app, name in names:
                recorder.record_applied(app, name)

    pre_migrate.connect(note, dispatch_uid="noting_migrations")
    try:
        yield
    finally:
        pre_migrate.disconnect(dispatch_uid="noting_migrations")


def make_database():
    """Makes the test database of this process, as Django's setup_databases; on PostgreSQL as its owner.

    The application's role then uses it.
    """
    for database in settings.DATABASES.values():
        database["TEST"]["MIGRATE"] = False
    if settings.POSTGRES:
        assert "owner" in settings.DATABASES, "DATABASE_OWNER_URL is needed to test on PostgreSQL."
        settings.DATABASES["default"]["TEST"]["MIRROR"] = "owner"
    with noting_migrations():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    settings.DATABASES["default"]["TEST"]["MIRROR"] = None
    return made


def definitions(cursor, vendor):
    """{(kind, name): definition} of all that a database consists of; in which order it was made does not matter."""
    if vendor == "postgresql":
        cursor.execute(POSTGRES_DEFINITIONS)
        return {(kind, name): definition for kind, name, definition in cursor.fetchall()}
    cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    return {(kind, name): parts_of_table(sql) if kind == "table" else sql for kind, name, sql in cursor.fetchall()}


def parts_of_table(sql):
    """The columns and constraints of CREATE TABLE … (…), in the order of the alphabet."""
    parts, depth, quote = [""], 0, ""
    for letter in sql.partition("(")[2].rpartition(")")[0]:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "," and not depth:
            parts.append("")
            continue
        depth += 0 if quote else (letter == "(") - (letter == ")")
        parts[-1] += letter
    return sorted(part.strip() for part in parts)


def main():
    django.setup()
    made = make_database()
    try:
        with connections["owner" if settings.POSTGRES else "default"].cursor() as cursor:
            found = definitions(cursor, cursor.db.vendor)
        json.dump([[*key, definition] for key, definition in found.items()], sys.stdout)
    finally:
        teardown_databases(made, verbosity=0)


def differences(ours, theirs):
    """What stands in one of two databases only, or otherwise."""
    return sorted(str(key) for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
