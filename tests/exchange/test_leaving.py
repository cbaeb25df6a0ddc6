"""What is on its way out says so in every answer and in the description."""

import json
from datetime import date

import pytest
from django.test import Client

from exchange import views
from exchange.api.enterprises import ENTERPRISES, EnterpriseRow, OwnerRow
from exchange.leaving import Leaving, fields_leaving
from tests.exchange.calling import System
from tests.factories import make_enterprise, make_product

pytestmark = pytest.mark.django_db
STREAM = Leaving(date(2027, 1, 1), date(2027, 7, 1), "/api/v1/enterprises/changes")
SIZE = Leaving(date(2026, 12, 1), date(2027, 9, 1), "size_code")
TO_READ = '</api/redoc>; rel="deprecation"; type="text/html"'
NAMES = ("Deprecation", "Sunset", "Link")


@pytest.fixture
def system():
    make_product(make_enterprise())
    return System("enterprises:read", "products:read")


@pytest.fixture
def mark(monkeypatch):
    """mark(row, field, leaving): the field of the row leaves."""

    def leave(row, name, leaving):
        monkeypatch.setattr(row, "leaving", {name: leaving})
        fields_leaving.cache_clear()

    yield leave
    fields_leaving.cache_clear()


@pytest.fixture(autouse=True)
def others_find_the_usual_description():
    yield
    views._described.cache_clear()


def said(answer):
    return [answer.headers.get(name) for name in NAMES]


def described():
    views._described.cache_clear()
    return json.loads(Client().get("/api/v1/openapi.json").content)


def test_nothing_is_said_of_what_stays(system):
    assert said(system.get("enterprises")) == [None] * 3
    assert "deprecated" not in json.dumps(described())


@pytest.mark.parametrize(("kind", "others"), [("stream", []), ("", ["enterprises", "enterprises/changes"])])
def test_an_operation_that_leaves_says_since_when_until_when_and_what_instead(kind, others, system, monkeypatch):
    monkeypatch.setitem(ENTERPRISES.leaving, kind, STREAM)
    links = f'{TO_READ}, </api/v1/enterprises/changes>; rel="successor-version"'
    for path in ("enterprises/stream", "enterprises/stream?colour=red"):
        # midnight in Hà Nội
        assert said(system.get(path)) == ["@1798736400", "Wed, 30 Jun 2027 17:00:00 GMT", links]
    assert [path for path in ("enterprises", "enterprises/changes") if said(system.get(path))[0]] == others
    operation = described()["paths"]["/api/v1/enterprises/stream"]["get"]
    assert operation["deprecated"] is True
    assert "2027-07-01" in operation["description"] and STREAM.instead in operation["description"]


def test_a_field_that_leaves_is_told_to_whoever_is_given_it(system, mark):
    mark(EnterpriseRow, "size", SIZE)
    one = system.read("enterprises?fields=name")["data"][0]["id"]
    for path in ("enterprises", f"enterprises/{one}", "enterprises/stream?fields=size", "enterprises/changes"):
        assert said(system.get(path)) == ["@1796058000", "Tue, 31 Aug 2027 17:00:00 GMT", TO_READ], path
    assert said(system.get("enterprises?fields=name")) == [None] * 3
    field = described()["components"]["schemas"]["EnterpriseRow"]["properties"]["size"]
    assert field["deprecated"] is True and field["description"].endswith("size_code.")


def test_a_field_of_a_row_within_a_row_is_told_too(system, mark):
    mark(OwnerRow, "tax_code", SIZE)
    assert said(system.get("products"))[0] == "@1796058000"
    assert said(system.get("products?fields=name"))[0] is None
    assert described()["components"]["schemas"]["OwnerRow"]["properties"]["tax_code"]["deprecated"] is True


def test_of_several_the_first_that_goes_sets_the_day(system, mark, monkeypatch):
    mark(EnterpriseRow, "size", SIZE)
    monkeypatch.setitem(ENTERPRISES.leaving, "list", STREAM)
    since, gone, links = said(system.get("enterprises"))
    assert (since, gone) == ("@1796058000", "Wed, 30 Jun 2027 17:00:00 GMT")
    assert links.count("successor-version") == 1
