"""Every resource of the API: who reads how much of it, in how many queries, and described as it is."""

import unicodedata
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS

from accounts.models import Office
from accounts.services import edit_office
from audit.chain import seal_all
from enterprises.services.enterprises import edit_enterprise
from exchange.resources import resources
from exchange.rights import all_scopes
from reporting.definitions import read
from reporting.services.publishing import publish_year
from tests.exchange import things
from tests.exchange.calling import System
from tests.exchange.test_description import answer_of, description  # noqa: F401 - a fixture
from tests.factories import (
    make_director,
    make_enterprise,
    make_figures,
    make_industry_code,
    make_officer,
    make_product,
    make_rate,
    make_title,
)
from tests.programme.making_plans import make_plan
from tests.reporting.making import EXPORT_SHARE, make_indicator, make_run

pytestmark = pytest.mark.django_db


def system(**fields):
    return System(*all_scopes(), calls_a_minute=100_000, **fields)


def asked(resource):
    """The resource with all that can be asked for."""
    return f"{resource.name}?limit=1000&fields={','.join(resource.fields)}"


def test_what_is_drafted_or_waits_is_read_by_nobody():
    enterprise = make_enterprise()
    for state in ("draft", "declared", "waiting", "returned"):
        make_figures(
            enterprise,
            2023,
            state=state,
            place="hanoi" if state in ("draft", "waiting") else "whole",
            scope=("whole" if state in ("draft", "declared") else "key_products"),
        )
    for year, state in ((2023, "draft"), (2024, "reviewing"), (2025, "submitted"), (2026, "withdrawn")):
        make_plan(year, state)
    reader, cursors = system(), {}
    for name in ("figures", "plans", "tasks"):
        changes, cursors[name] = reader.changed(f"{name}/changes")
        assert reader.walk(f"{name}?limit=1000") == changes == []
    values = {"name": "Tên mới"}
    edit_enterprise(
        enterprise=enterprise, version=1, values=values, by=make_officer(), now=things.NOW, reason="Đổi tên"
    )
    office = {"code": "MOI", "name": "Mới", "symbol": "", "kind": "office", "ended_on": None}
    for each in Office.objects.filter(tasks__isnull=False)[:1]:
        edit_office(office=each, expected=1, by="system:test", now=things.NOW, **office)
    seal_all(now=timezone.now())
    for name, cursor in cursors.items():
        assert reader.read(f"{name}/changes?cursor={cursor}")["data"] == []


def test_the_register_of_recognised_products_is_open_to_all_and_says_no_more_than_it_may():
    enterprise = make_enterprise("Công ty A", phone="02438", email="bi-mat@example.com", address="Số 1")
    title = make_title(make_product(enterprise, "Máy A"), round_year=2023)
    make_title(make_product(enterprise), round_year=2026, valid_from="2999-01-01", valid_to=None)
    answer = Client().get("/api/v1/recognised")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.json()["data"] == [
        {
            "id": str(title.public_id),
            "product": "Máy A",
            "enterprise": "Công ty A",
            "group": None,
            "kind": "key_product",
            "round_year": 2023,
            "decision_number": title.decision_number,
            "decision_on": "2023-11-01",
            "valid_from": "2023-11-01",
            "valid_to": "2026-10-31",
            "ended_on": None,
        }
    ]
    assert "recognised:read" not in all_scopes()
    assert Client().get("/api/v1/titles").status_code == 401


def test_a_list_takes_as_many_queries_for_many_rows_as_for_one():
    things.make_everything()
    reader, counts = system(), {}
    for name, resource in resources().items():
        for limit in (1, 1000):
            with CaptureQueriesContext(connection) as queries:
                reader.get(f"{name}?limit={limit}&fields={','.join(resource.fields)}&count=true")
            counts.setdefault(name, []).append(len(queries))
    assert {name: count for name, count in counts.items() if count[0] != count[1] or count[0] > 12} == {}


def test_every_answer_is_as_described(description):  # noqa: F811
    things.make_everything()
    reader = system()
    for name, resource in resources().items():
        for kind in ("", "/changes")[: 2 if resource.changes else 1]:
            page = reader.read(f"{name}{kind}?fields={','.join(resource.fields)}")
            answer_of(description, f"/api/v1/{name}{kind}").validate(page)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ("figures?enterprise=1", "enterprise"),
        ("figures?enterprise={aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa}", "enterprise"),
        ("figures?standing=yes", "standing"),
        ("titles?in_force_on=2026-02-30", "in_force_on"),
        ("budget_lines?managed=1", "managed"),
        ("plans?state=draft", "state"),
        ("units?kind=phuong", "kind"),
        ("tasks?code=NV%00", "code"),
        ("figures?year=２０２４", "year"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(asked, wrong):
    answer = system().get(asked)
    assert answer.status_code == 400 and [each["attr"] for each in answer.json()["errors"]] == [wrong]


def test_codes_and_words_are_found_by_digits_of_any_script_and_width():
    maker = make_enterprise("Công ty Ánh Dương", tax_code="0100109106")
    make_industry_code("Đ10")
    reader = system()
    for digits in (
        "0100109106",
        " 0100109106 ",
        "０１００１０９１０６",
        "٠١٠٠١٠٩١٠٦",
        "\u202d0100109106\u202c",
        "𝟶𝟷𝟶𝟶𝟷𝟶𝟿𝟷𝟶𝟼",
    ):
        for name in ("tax_code", "q"):
            found = reader.walk(f"enterprises?limit=5&{name}={digits}")
            assert [row["id"] for row in found] == [str(maker.public_id)], (name, digits)
    for code in ("Đ10", unicodedata.normalize("NFD", "Đ10"), "Đ１０"):
        assert len(reader.walk(f"industry_codes?limit=5&code={code}")) == 1, code


def test_a_currency_is_found_in_capitals_or_not():
    for currency in ("USD", "EUR"):
        make_rate(currency=currency)
    system = System("reference:read")
    for text in ("USD", "usd", "Usd", "ＵＳＤ"):
        assert [row["currency"] for row in system.walk(f"exchange_rates?limit=10&currency={text}")] == ["USD"], text


def test_blanks_alone_find_nothing_rather_than_everything():
    make_enterprise()
    reader = system()
    for asked in ("q=%20", "tax_code=%20%20", "ward=%E3%80%80", "sector=%E2%80%AE"):
        assert reader.walk(f"enterprises?limit=5&{asked}") == [], asked


def test_a_value_of_an_indicator_says_in_which_unit_it_counts():
    things.make_everything()
    counted = {
        "export_share": EXPORT_SHARE,
        "output_growth": {"counts": "growth", "numerator": ["revenue_vnd"], "unit": "percent"},
        "turns": {"counts": "turns", "unit": "turn"},
        "supported": {"counts": "supported", "unit": "enterprise"},
        "supported_share": {"counts": "supported_share", "unit": "percent"},
        "products": {"counts": "products", "unit": "product"},
        "products_first_time": {"counts": "first_time_products", "unit": "product"},
        "enterprises": {"counts": "enterprises", "unit": "enterprise"},
        "products_recognised": {"counts": "money", "unit": "vnd"},
    }
    for family, definition in counted.items():
        make_indicator(definition, f"{family}.a")
    later = things.NOW + timedelta(minutes=1)
    run = make_run(year_from=2024, year_to=2024, now=later)
    paper = {"paper_number": "3/BC-SCT", "paper_on": date(2026, 5, 2), "reason": "Thêm chỉ số"}
    publish_year(year=2024, run=run, by=make_director(), now=later, **paper)
    said = {row["indicator"]: row["counted_in"] for row in system().walk("kpi_values?limit=1000&standing=true")}
    assert said == {"output_share": "vnd"} | {family: read(each).counted_in for family, each in counted.items()}
    assert (said["export_share"], said["output_growth"], said["supported_share"]) == ("usd_cents", "vnd", "enterprise")


def test_bounds_of_the_band_are_written_as_those_of_targets():
    things.make_everything()
    bands = {(row["target_lower"], row["target_upper"]) for row in system().walk("kpi_values?limit=1000")}
    assert bands == {("40.5000", "50.0000")}


def test_filters_choose_rows():
    things.make_everything()
    reader = system()
    chosen = [
        ("figures?standing=false", lambda row: row["superseded_at"] is not None),
        ("figures?year=2023", lambda row: row["year"] == 2023),
        ("titles?in_force_on=2024-06-01", lambda row: row["ended_on"] is None or row["ended_on"] > "2024-06-01"),
        ("support?by_programme=false", lambda row: not row["by_programme"]),
        ("units?kind=district", lambda row: row["kind"] == "district"),
        ("units?in_force_on=2024-01-01", lambda row: row["valid_from"] <= "2024-01-01"),
        ("budget_lines?managed=false", lambda row: not row["managed"]),
        ("ledger_entries?kind=allocate", lambda row: row["kind"] == "allocate"),
        ("plans?state=in_force", lambda row: row["state"] == "in_force"),
        ("kpi_values?standing=true", lambda row: row["superseded_by"] is None),
        ("city_statistics?standing=true", lambda row: row["superseded_at"] is None),
        ("calendar_days?since=2026-09-02&until=2026-09-02", lambda row: row["on"] == "2026-09-02"),
    ]
    for path, is_meant in chosen:
        name = path.partition("?")[0]
        rows = reader.walk(f"{name}?limit=1000")
        assert [row for row in rows if is_meant(row)] == reader.walk(f"{path}&limit=1000") != [], path


def test_every_enumeration_of_the_description_has_one_name_and_says_what_its_values_mean(description):  # noqa: F811
    assert not GENERATOR_STATS  # warnings of its generator
    named = description["components"]["schemas"]["TitleKindEnum"]
    assert named["enum"] == ["key_product", "top_10"] and "Top 10" in named["description"]
