"""Empties the test database between tests that really commit.

The guards forbid it, and on PostgreSQL the application's role may not do it either. So the owner does it, with the
guards of the tables that hold rows lifted for just that long.
"""

from contextlib import contextmanager

from django.db import connections, transaction

KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_database():
    if connections["default"].vendor == "sqlite":
        _empty_sqlite(connections["default"])
        return
    owner = connections["owner"].copy("flush")  # not the one that pytest-django locks
    try:
        _empty_postgres(owner)
    finally:
        owner.close()


def _tables_with_rows(connection, cursor):
    names = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in KEPT]
    if not names:
        return []
    cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names))
    return [name for (name,) in cursor.fetchall()]


def _empty_sqlite(connection):
    connection.close()
    with connection.cursor() as cursor:
        names = _tables_with_rows(connection, cursor)
        if not names:
            return
        cursor.execute("PRAGMA foreign_keys = OFF")
        with transaction.atomic(using=connection.alias):
            marks = ",".join(["%s"] * len(names))
            cursor.execute(
                f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})", names
            )
            guards = cursor.fetchall()
            for name, _ in guards:
                cursor.execute(f'DROP TRIGGER "{name}"')
            for name in names:
                cursor.execute(f'DELETE FROM "{name}"')
            for _, sql in guards:
                cursor.execute(sql)  # without parameters, so that a % in it stays one
        cursor.execute("PRAGMA foreign_keys = ON")
    connection.close()


@contextmanager
def _guards_lifted(cursor, names):
    for name in names:
        cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    try:
        yield
    finally:
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


def _empty_postgres(owner):
    with owner.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20s'")
        names = _tables_with_rows(owner, cursor)
        with _guards_lifted(cursor, names):
            cursor.execute("BEGIN")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for name in names:
                cursor.execute(f'DELETE FROM "{name}"')
            cursor.execute("COMMIT")
