"""The feed of events and the catalogue: what is heard, by whom, in which order, and that nothing else is."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from audit.chain import seal_all
from audit.events import sentences
from audit.models import AccessEntry, Event, EventLink
from enterprises.services.enterprises import edit_enterprise, register_enterprise, withdraw_enterprise
from enterprises.services.figures import confirm_figures
from exchange.catalogue import TYPES, names_within, schema_of, types_by_event, types_by_name
from exchange.heard import before
from exchange.resources import resources
from exchange.rights import all_scopes
from tests.exchange.calling import System
from tests.factories import make_figures, make_head, make_officer, make_tax_code, make_unit

pytestmark = pytest.mark.django_db
HEARS = ("events:read", "enterprises:read", "figures:read")


def register(name, *, by, now=None, **more):
    values = {"name": name, "tax_code": make_tax_code(), "enterprise_type": "llc", **more}
    return register_enterprise(values=values, by=by, now=now or timezone.now(), same_name=True)


def edit(enterprise, *, by, **values):
    enterprise.refresh_from_db()
    edit_enterprise(
        enterprise=enterprise, version=enterprise.version, values=values, by=by, now=timezone.now(), reason="Đổi"
    )


def sealed(now=None):
    seal_all(now=now or timezone.now())


def said(events):
    return [(event["type"], event["data"]["id"]) for event in events]


@pytest.fixture
def officer(db):
    return make_officer()


def test_what_happened_is_told_in_order_with_a_place_to_go_on(officer):
    system = System(*HEARS)
    first, second = (register(name, by=officer) for name in ("A", "B"))
    edit(first, by=officer, name="A mới")
    sealed()
    heard, cursor = system.changed("events?limit=2")
    ids = [str(each.public_id) for each in (first, second)]
    assert said(heard) == [
        ("enterprise.registered", ids[0]),
        ("enterprise.registered", ids[1]),
        ("enterprise.changed", ids[0]),
    ]
    assert system.changed("events?limit=2", cursor) == ([], cursor)
    withdraw_enterprise(enterprise=second, reason="Nhập nhầm", by=officer, now=timezone.now())
    assert system.changed("events?limit=2", cursor) == ([], cursor)  # not linked yet
    sealed()
    heard, _cursor = system.changed("events?limit=2", cursor)
    assert said(heard) == [("enterprise.withdrawn", ids[1])]


def test_an_event_names_the_thing_and_nothing_of_anybody(officer):
    system = System(*HEARS)
    enterprise = register("Bí mật", by=officer, phone="0912345678", email="bi-mat@example.com")
    sealed()
    (event,), _cursor = system.changed("events?limit=5")
    logged = Event.objects.get(kind="enterprise registered")
    assert event == {
        "id": str(logged.public_id),
        "type": "enterprise.registered",
        "version": 1,
        "timestamp": logged.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "data": {
            "resource": "enterprises",
            "id": str(enterprise.public_id),
            "url": f"/api/v1/enterprises/{enterprise.public_id}",
        },
    }
    Draft202012Validator(schema_of(event["type"]), format_checker=FormatChecker()).validate(event)
    assert system.get(event["data"]["url"].removeprefix("/api/v1/")).status_code == 200


def test_drafts_and_what_is_waiting_are_nobodys_news(officer):
    system, head = System(*HEARS), make_head()
    enterprise = register("A", by=officer)
    figures = make_figures(enterprise, 2024, state="waiting", by=officer)
    sealed()
    assert {kind for kind, _id in said(system.changed("events?limit=100")[0])} == {"enterprise.registered"}
    confirm_figures(figures=figures, by=head, now=timezone.now())
    sealed()
    assert ("figures.confirmed", str(figures.public_id)) in said(system.changed("events?limit=100")[0])


def test_each_right_opens_its_own_events_and_none_without_that_to_hear(officer):
    register("A", by=officer)
    sealed()
    deaf = System("enterprises:read", name="Không nghe")
    assert deaf.get("events").status_code == 403
    assert System("events:read", name="Không đọc").changed("events?limit=5")[0] == []
    assert System("events:read", "titles:read", name="Khác").changed("events?limit=5")[0] == []
    assert Browser().get("/api/v1/events").status_code == 401


def test_a_system_narrowed_to_a_ward_hears_of_its_own_and_of_what_leaves_it(officer):
    here, there = make_unit(), make_unit()
    system = System(*HEARS, wards=[here.code])
    ours, theirs = register("A", by=officer, ward=here), register("B", by=officer, ward=there)
    sealed()
    heard, cursor = system.changed("events?limit=5")
    assert said(heard) == [("enterprise.registered", str(ours.public_id))]
    edit(ours, by=officer, ward=there)
    edit(theirs, by=officer, name="B mới")
    sealed()
    assert said(system.changed("events?limit=5", cursor)[0]) == [("enterprise.changed", str(ours.public_id))]


def test_types_and_a_moment_narrow_the_feed(officer):
    system, noon = System(*HEARS), datetime(2026, 6, 1, 5, tzinfo=UTC)
    first = register("A", by=officer, now=noon)
    sealed(noon)
    second = register("B", by=officer, now=noon + timedelta(hours=1))
    edit(second, by=officer, name="B mới")
    sealed(noon + timedelta(hours=1))
    asked = "events?limit=5&since=2026-06-01T05:30:00Z"
    assert {each["data"]["id"] for each in system.changed(asked)[0][:1]} == {str(second.public_id)}
    assert {each["data"]["id"] for each in system.changed("events?limit=5&since=2026-06-01T05:00:00Z")[0]} >= {
        str(first.public_id)
    }
    assert {kind for kind, _id in said(system.changed("events?types=enterprise.changed")[0])} == {"enterprise.changed"}
    assert before(noon) == 0 and before(noon + timedelta(days=1)) == EventLink.objects.count()


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("colour=red", "colour"),
        ("types=enterprise.vanished", "types"),
        ("types=", "types"),
        ("since=yesterday", "since"),
        ("since=2026-06-01T05:00:00", "since"),
        ("since=0001-01-01T00:00:00%2B07:00", "since"),
        ("since=9999-12-31T23:59:59-14:00", "since"),
        ("limit=0", "limit"),
        ("limit=1000000000", "limit"),
        ("cursor=abc", "cursor"),
        ("since=2026-06-01T05:00:00Z&cursor=abc", "since"),
    ],
)
def test_what_is_not_known_is_named(asked, named):
    answer = System(*HEARS).get(f"events?{asked}")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, named)


def test_a_cursor_is_good_for_its_own_question_only():
    system, other = System(*HEARS), System(*HEARS, name="Khác")
    _none, cursor = system.changed("events?limit=5")
    assert system.get(f"events?types=enterprise.changed&cursor={cursor}").status_code == 400
    assert other.get(f"events?cursor={cursor}").status_code == 400


def test_reading_the_feed_leaves_a_trace():
    system = System(*HEARS)
    system.read("events")
    entry = AccessEntry.objects.get(what="api events list")
    assert (entry.actor, entry.basis) == (system.client.actor, system.client.basis)


def test_the_feed_asks_as_many_queries_for_many_events(officer, django_assert_max_num_queries):
    system = System(*HEARS)
    for number in range(12):
        register(f"E{number}", by=officer)
    sealed()
    with django_assert_max_num_queries(9):
        assert len(system.read("events")["data"]) == 12


# --- the catalogue -----------------------------------------------------------------------------


def test_every_entry_stands_for_events_that_the_log_knows_of_things_that_the_api_shows():
    known, kinds = sentences(), {kind for each in resources().values() for kind in each.changes}
    assert {kind for each in TYPES for kind in each.logged} <= known.keys()
    for each in TYPES:
        assert each.object_kind in each.resource.changes and each.object_kind in kinds
        assert not each.resource.open_to_all
    assert len(types_by_event()) == sum(len(each.logged) for each in TYPES)
    for alike in types_by_name().values():
        assert len({(each.scope, each.version, str(each.label)) for each in alike}) == 1
    assert names_within(all_scopes()) == list(types_by_name())


def test_every_kind_of_thing_that_has_rows_of_its_own_has_an_event():
    silent = {"unit_succession", "recognised", "procedures"}
    told = {each.resource_name for each in TYPES}
    assert {name for name, each in resources().items() if not each.open_to_all} - silent == told


def test_the_catalogue_is_open_to_all_in_both_languages():
    answer = Browser().get("/api/v1/events/catalogue")
    entries = json.loads(answer.content)["data"]
    assert [each["type"] for each in entries] == list(types_by_name())
    for each in entries:
        Draft202012Validator.check_schema(each["schema"])
        assert each["name_vi"] != each["name_en"] and each["scope"] in all_scopes()
    assert Browser().get("/api/v1/events/catalogue?a=1").status_code == 400
