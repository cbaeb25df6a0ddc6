import uuid
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.models.signals import pre_migrate
from django.utils import timezone

from audit.access_log import record_read
from audit.chain import seal_all
from audit.events import record_event
from audit.guards import all_triggers, guards_stand, lay_guards, lifted, missing_guards
from audit.models import Event
from tests.factories import make_day, make_office, make_user
from tests.flushing import empty_database

NOW = timezone.now()
OWNER = "owner"


def owner():
    return OWNER if OWNER in connections else "default"


def attempt(statement, *params):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.fixture
def linked(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    office = make_office()
    event = record_event("x", office, by="system:test", now=NOW)
    seal_all(now=NOW)
    record_read("system:test", "x", office, now=NOW)
    return event


@pytest.mark.django_db
def test_every_guard_stands():
    assert missing_guards() == []
    assert len(all_triggers()) > 20


@pytest.mark.parametrize("table", ["audit_event", "audit_eventlink", "audit_accessentry"])
def test_log_rows_are_neither_changed_nor_removed_by_raw_sql(linked, table):
    column = {"audit_event": "kind", "audit_eventlink": "hash", "audit_accessentry": "what"}[table]
    attempt(f"UPDATE {table} SET {column} = 'y'")
    attempt(f"DELETE FROM {table}")


def test_log_row_is_not_replaced_by_an_insert(linked):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_event WHERE id = %s", [linked.pk])
        row = cursor.fetchone()
    marks = ", ".join(["%s"] * len(row))
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    attempt(f"{verb} INTO audit_event VALUES ({marks})", *row)


def test_public_id_never_changes(db):
    user = make_user()
    attempt("UPDATE accounts_user SET public_id = %s WHERE id = %s", uuid.uuid4().hex, user.pk)


def test_person_is_never_removed(db):
    user = make_user()
    attempt("DELETE FROM accounts_user WHERE id = %s", user.pk)


@pytest.mark.django_db(transaction=True, databases=list(settings.DATABASES))
def test_guard_taken_away_is_missed_and_laid_again():
    name = next(t.name for t in all_triggers() if t.table == "audit_event" and t.event == "DELETE")
    on = "" if connection.vendor == "sqlite" else ' ON "audit_event"'
    with connections[owner()].cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on}')
    try:
        assert missing_guards() == [name]
        (error,) = guards_stand(None, ["default"])
        assert name in error.msg
    finally:
        lay_guards(owner())
    assert missing_guards() == []


@pytest.mark.django_db(transaction=True, databases=list(settings.DATABASES))
def test_guard_that_was_weakened_is_missed():
    """A trigger of the same name that refuses nothing does not pass for the guard."""
    name = next(t.name for t in all_triggers() if t.table == "audit_event" and t.event == "DELETE")
    with connections[owner()].cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "{name}"')
            cursor.execute(
                f'CREATE TRIGGER "{name}" BEFORE DELETE ON "audit_event" FOR EACH ROW WHEN 1 = 0 '
                f"BEGIN SELECT RAISE(ABORT, 'guard {name}'); END"
            )
        else:
            cursor.execute(
                f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql '
                f"AS $guard$ BEGIN /* guard {name} */ RETURN OLD; END $guard$"
            )
    try:
        assert missing_guards() == [name]
    finally:
        with connections[owner()].cursor() as cursor:
            on = "" if connection.vendor == "sqlite" else ' ON "audit_event"'
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
        lay_guards(owner())
    assert missing_guards() == []


@pytest.mark.django_db(transaction=True, databases=list(settings.DATABASES))
def test_guards_come_back_after_they_were_lifted():
    with lifted(owner()):
        assert missing_guards()
    assert missing_guards() == []
    assert Event.objects.count() == 0


@pytest.mark.django_db(transaction=True, databases=list(settings.DATABASES))
def test_guards_step_aside_while_migrations_run_on_sqlite_and_are_laid_again():
    """SQLite cannot remake a table that the trigger of another table reads."""
    pre_migrate.send(apps.get_app_config("audit"), using=owner(), plan=[("a migration", False)])
    gone = missing_guards()
    lay_guards(owner())
    assert bool(gone) == (connection.vendor == "sqlite")
    assert missing_guards() == []


@pytest.mark.django_db(transaction=True, databases=list(settings.DATABASES))
def test_guards_stay_when_there_is_nothing_to_migrate():
    pre_migrate.send(apps.get_app_config("audit"), using=owner(), plan=[])
    assert missing_guards() == []


@pytest.mark.django_db(transaction=True)
def test_emptying_the_tests_own_database_leaves_the_guards_as_they_were():
    make_day(date(2026, 1, 10), kind="work")  # a Saturday; its guard asks the engine for the day of the week
    empty_database()
    assert missing_guards() == []
    make_day(date(2026, 1, 10), kind="work")
