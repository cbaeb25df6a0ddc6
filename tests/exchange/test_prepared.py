"""Statements that are written once answer as a plain one does, are few for a connection, and outlive what they were made in."""

import pytest
from django.db import DatabaseError, connection, transaction

from exchange import prepared
from exchange.json_rows import texts_of
from exchange.prepared import Kept
from exchange.resources import resources
from reference.models import AdministrativeUnit
from tests.exchange.calling import System
from tests.factories import make_enterprise, make_unit


def kept():
    """How many plans the connection has, as it says itself; SQLite keeps none for us."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'of_the_api_%'")
        return cursor.fetchone()[0]


def close():
    connection.close()
    connection.ensure_connection()


@pytest.mark.django_db(transaction=True)
def test_each_statement_is_planned_once_and_a_new_connection_plans_anew():
    enterprise, system = make_enterprise(), System("enterprises:read")
    close()
    pages = [system.get("enterprises?fields=name").content for _turn in range(8)]
    assert enterprise.name in pages[0].decode() and len(set(pages)) == 1
    assert kept() in (None, 3)  # the token, the count with its trace, the rows
    close()
    assert kept() in (None, 0)
    assert system.get("enterprises?fields=name").content == pages[0]


@pytest.mark.django_db(transaction=True)
def test_a_plan_made_in_what_was_taken_back_stands():
    enterprise, resource = make_enterprise(), resources()["enterprises"]
    close()
    with transaction.atomic():
        before = texts_of(resource, [enterprise.pk], ("id", "name"))
        transaction.set_rollback(True)
    assert texts_of(resource, [enterprise.pk], ("id", "name")) == before


@pytest.mark.django_db(transaction=True)
def test_a_connection_keeps_few_plans_and_goes_on_when_it_has_them_all(monkeypatch):
    monkeypatch.setattr(prepared, "MOST", 5)
    enterprise, resource = make_enterprise(), resources()["enterprises"]
    close()
    for name in (*resource.fields, *resource.fields):
        assert f'"{name}":' in texts_of(resource, [enterprise.pk], (name,))[enterprise.pk]
        assert (kept() or 0) <= 5
    close()


@pytest.mark.django_db
def test_a_kept_query_takes_its_values_anew_and_has_one_for_each():
    unit = make_unit()
    by_code = Kept(lambda: AdministrativeUnit.objects.filter(code="").values_list("pk", "code"))
    assert by_code.rows(unit.code) == [(unit.pk, unit.code)] and by_code.rows("no such") == []
    with pytest.raises(ValueError, match="parameters"):
        Kept(lambda: AdministrativeUnit.objects.filter(code="").values_list("pk")).rows()


@pytest.mark.django_db
def test_what_cannot_be_planned_is_an_error_as_any_of_the_database():
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        prepared.execute(cursor, "SELECT nothing FROM nowhere WHERE %s = 1", [1])


@pytest.mark.django_db
def test_what_is_the_same_each_time_may_have_any_sign():
    with connection.cursor() as cursor:
        prepared.execute(cursor, "SELECT %s || %s || '%%'", ["' ; %s $1"], constants=["$2 \"' %"])
        assert cursor.fetchone() == ("$2 \"' %' ; %s $1%",)
