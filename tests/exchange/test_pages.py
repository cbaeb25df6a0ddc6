"""Lists in a stable order, strict questions, streams, and one thing."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exchange.api.enterprises import EnterpriseRow
from exchange.json_rows import texts_of
from exchange.resources import resources
from tests.exchange.calling import System
from tests.factories import make_enterprise, make_figures, make_industry_code, make_product_group, make_unit

pytestmark = pytest.mark.django_db
NAMES = ["Công ty cổ phần “Ánh \\Dương\\” \n\t\x01 Đông", "Ýên", "Ánh", "Ăn Bình", "Công ty TNHH Ánh Sáng", "Zeta"]


@pytest.fixture
def system(db):
    return System()


def test_the_bytes_from_the_database_are_those_of_the_documented_row(system):
    group = make_product_group()
    for name in NAMES:
        enterprise = make_enterprise(name=name, groups=[group], ward=make_unit(name=f"Phường {name[:3]}"))
    enterprise.main_activity = make_industry_code()
    enterprise.save()
    make_figures(enterprise, 2023)
    latest = make_figures(enterprise, 2024, output_vnd=0, export_direct_goods_usd_cents=123456789012)
    make_figures(enterprise, 2025, state="waiting")
    resource = resources()["enterprises"]
    texts = texts_of(resource, [each.pk for each in resource.model.objects.all()], resource.fields)
    for each in resource.model.objects.all():
        each.latest_figures = latest if each.pk == enterprise.pk else None
        wanted = json.dumps(EnterpriseRow(each).data, ensure_ascii=False, separators=(",", ":"), default=str)
        assert texts[each.pk] == wanted


def test_pages_follow_one_another_and_leave_nothing_out(system):
    made = [make_enterprise(name=f"Công ty {number % 3}") for number in range(7)]
    for sort in ("name", "-name", "created_at", "-created_at"):
        rows = system.walk(f"enterprises?limit=2&sort={sort}&fields=id,name,created_at")
        assert sorted(row["id"] for row in rows) == sorted(str(each.public_id) for each in made)
        keys = [row[sort.removeprefix("-")] for row in rows]
        assert keys == sorted(keys, reverse=sort.startswith("-"))


def test_what_comes_in_between_moves_no_page(system):
    for name in ("B", "C", "D"):
        make_enterprise(name=name)
    first = system.read("enterprises?limit=2&fields=name")
    make_enterprise(name="A")
    make_enterprise(name="C2")
    after = system.read(f"enterprises?limit=5&fields=name&cursor={first['next']}")
    assert [row["name"] for row in after["data"]] == ["C2", "D"]


def test_fields_are_chosen_and_expanded():
    system = System("enterprises:read", "figures:read")
    make_enterprise()
    usual = system.read("enterprises")["data"][0]
    assert "latest_figures" not in usual and list(usual) == list(resources()["enterprises"].usual_fields)
    assert list(system.read("enterprises?fields=name")["data"][0]) == ["id", "name"]
    assert system.read("enterprises?fields=id&expand=latest_figures")["data"][0]["latest_figures"] is None


def test_a_count_is_given_when_it_is_asked_for(system):
    for number in range(3):
        make_enterprise(name=f"Công ty {number}")
    assert "count" not in system.read("enterprises")
    page = system.read("enterprises?limit=1&count=true&q=cong ty 1")
    assert (page["count"], page["count_is_exact"]) == (1, True)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("colour=red", "colour"),
        ("format=xml", "format"),
        ("format=json", "format"),
        ("format=", "format"),
        ("limit=0", "limit"),
        ("limit=1000000000", "limit"),
        ("limit=1e3", "limit"),
        ("limit=１０", "limit"),
        ("limit=NaN", "limit"),
        ("limit=1&limit=2", "limit"),
        ("fields=password", "fields"),
        ("fields=", "fields"),
        ("expand=everything", "expand"),
        ("sort=phone", "sort"),
        ("count=1", "count"),
        ("status=lost", "status"),
        ("status=", "status"),
        ("created_from=29/11/2026", "created_from"),
        ("created_from=２０２６-11-29", "created_from"),
        ("created_from=2026-02-30", "created_from"),
        ("cursor=abc", "cursor"),
        ("cursor=", "cursor"),
    ],
)
def test_what_is_not_known_is_named_and_refused(system, asked, named):
    answer = system.get(f"enterprises?{asked}")
    assert answer.status_code == 400
    assert [each["attr"] for each in answer.json()["errors"]] == [named]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("enterprises?limit=x&sort=phone&status=lost&created_from=1&q=a&q=b&colour=1&count=1&cursor=abc",
         {"limit", "sort", "status", "created_from", "q", "colour", "count", "cursor"}),
        ("enterprises?fields=a,name,b&expand=c", {"fields", "expand"}),
        ("enterprises/stream?limit=1&cursor=a&colour=1&ward=1&ward=2&status=", {"limit", "cursor", "colour", "ward", "status"}),
        ("enterprises/changes?limit=0&cursor=abc&fields=a&expand=b&q=c", {"limit", "cursor", "fields", "expand", "q"}),
        (f"enterprises/{uuid.UUID(int=1)}?fields=a&expand=b&limit=1", {"fields", "expand", "limit"}),
        ("events?limit=0&types=a,b&since=x&cursor=abc&q=1", {"limit", "types", "since", "cursor", "q"}),
        ("events?limit=0&since=2026-11-29T08:00:00Z&cursor=abc", {"limit", "since"}),
    ],
)  # fmt: skip
def test_all_that_cannot_be_read_is_named_at_once(asked, named):
    answer = System("enterprises:read", "events:read").get(asked)
    assert answer.status_code == 400 and {each["attr"] for each in answer.json()["errors"]} == named
    assert len(answer.json()["errors"]) == len(named) + ("a,name,b" in asked or "a,b" in asked)


@pytest.mark.parametrize("asked", ["q=%FF", "q=%C3%28", "tax_code=%ED%A0%80", "q=ok&colour=%80"])
def test_parameters_that_are_no_utf8_are_refused(system, asked):
    for path in ("enterprises", "recognised", "events/catalogue"):
        answer = system.get(f"{path}?{asked}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_utf8")
    assert system.read("enterprises?q=%C3%81nh+D%C6%B0%C6%A1ng%EF%BF%BD")["data"] == []


def test_a_cursor_of_ours_is_no_fault_beside_another(system):
    for _number in range(2):
        make_enterprise()
    cursor = system.read("enterprises?limit=1")["next"]
    answer = system.get(f"enterprises?limit=0&cursor={cursor}")
    assert [each["attr"] for each in answer.json()["errors"]] == ["limit"]


def test_a_cursor_is_good_for_its_own_question_only(system):
    for number in range(3):
        make_enterprise(name=f"Công ty {number}")
    cursor = system.read("enterprises?limit=1")["next"]
    for other in ("sort=-name", "status=active", "q=cong"):
        assert system.get(f"enterprises?limit=1&{other}&cursor={cursor}").status_code == 400
    assert system.get(f"enterprises/changes?cursor={cursor}").status_code == 400
    assert System(name="another").read(f"enterprises?limit=1&cursor={cursor}")["data"]


def test_a_page_that_has_not_changed_is_not_sent_again(system):
    make_enterprise()
    first = system.get("enterprises")
    again = system.get("enterprises", **{"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_enterprise()
    assert system.get("enterprises", **{"if-none-match": first.headers["ETag"]}).status_code == 200


def test_a_stream_holds_every_row_one_a_line(system):
    for number in range(5):
        make_enterprise(name=f"Công ty {number}")
    answer = system.get("enterprises/stream?fields=name&sort=-name")
    lines = answer.getvalue().decode().splitlines()
    assert [json.loads(line)["name"] for line in lines] == [f"Công ty {number}" for number in (4, 3, 2, 1, 0)]
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert system.get("enterprises/stream?limit=2").status_code == 400


def test_one_thing_is_read_by_its_identifier(system):
    enterprise = make_enterprise()
    assert system.read(f"enterprises/{enterprise.public_id}")["tax_code"] == enterprise.tax_code
    assert system.get(f"enterprises/{uuid.uuid4()}").status_code == 404
    assert system.get(f"enterprises/{enterprise.pk}").status_code == 404
    one, other = (
        system.get(f"enterprises/{text}") for text in (enterprise.public_id, str(enterprise.public_id).upper())
    )
    assert (one.content, one["ETag"]) == (other.content, other["ETag"])
    assert system.get(f"enterprises/{enterprise.public_id.hex}").status_code == 404


def test_a_list_asks_the_same_few_queries_however_long_it_is():
    system = System("enterprises:read", "figures:read")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            system.read("enterprises?expand=latest_figures")
        return len(queries)

    make_enterprise()
    few = asked()
    for _each in range(3):
        make_enterprise(groups=[make_product_group()])
    assert asked() == few <= 7


def test_a_system_that_was_narrowed_sees_its_ward_only():
    here, there = make_unit(), make_unit()
    mine, other = make_enterprise(ward=here), make_enterprise(ward=there)
    system = System(wards=[here.code])
    assert [row["id"] for row in system.walk("enterprises?count=true")] == [str(mine.public_id)]
    assert system.read("enterprises?count=true")["count"] == 1
    assert system.get(f"enterprises/{other.public_id}").status_code == 404
    assert len(system.get("enterprises/stream").getvalue().splitlines()) == 1


@pytest.mark.parametrize(("typed", "named"), [("lost", "lost"), ("100%25", "100%"), ("%25(value)s", "%(value)s")])
def test_a_choice_that_there_is_not_is_answered_with_those_that_there_are(typed, named):
    said = System("enterprises:read").get(f"enterprises?status={typed}").json()["errors"][0]
    assert said["attr"] == "status" and said["detail"].startswith(f"“{named}” không thuộc các giá trị: active, ")
