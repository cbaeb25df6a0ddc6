"""Writing through the API: keys, what is refused, what nobody's change may lose, many rows at once."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from accounts.models import SignIn, User
from accounts.services import give_post
from accounts.sessions import reason_to_end
from audit.models import AccessEntry, Event
from enterprises.models import FigureRevision, FigureYearClosing
from enterprises.services.figures import confirm_figures, declare_figures, return_figures
from enterprises.services.merging import merge_enterprises
from exchange.bodies import SeenText, Text
from exchange.resources import resources
from exchange.rights import all_scopes
from exchange.writing import Written
from jobs.models import Operation
from programme.models import LedgerEntry
from reporting.models import CityStatistic
from tests.exchange.calling import System
from tests.factories import (
    make_administrator,
    make_enterprise,
    make_head,
    make_office,
    make_officer,
    make_period,
    make_unit,
)
from tests.programme.making import make_budget_year, make_commitment, make_line, make_payment

pytestmark = pytest.mark.django_db
BILLION = 10**9
STATISTIC = {
    "measure": "output",
    "year": 2025,
    "output_vnd": 1_190_000_000_000_000,
    "state": "estimate",
    "source": "Báo cáo 1200/BC-CTK",
    "published_on": "2025-12-29",
}


def fault(answer):
    """(status, code, field) of the first error."""
    body = json.loads(answer.content)
    return answer.status_code, body["errors"][0]["code"], body["errors"][0]["attr"]


def sentence(answer):
    return json.loads(answer.content)["errors"][0]["detail"]


@pytest.fixture
def year(db):
    return make_period()


@pytest.fixture
def statistics():
    return System("city_statistics:read", "city_statistics:write")


# --- keys -----------------------------------------------------------------------------------------


def test_a_write_needs_a_key(statistics):
    answer = statistics.post("city_statistics", STATISTIC, key="")
    assert fault(answer) == (400, "idempotency_key", "Idempotency-Key")
    assert fault(statistics.post("city_statistics", STATISTIC, key="k" * 121)) == (
        400,
        "idempotency_key",
        "Idempotency-Key",
    )
    assert not CityStatistic.objects.exists()


def test_the_same_request_reads_the_same_bytes(statistics):
    first = statistics.post("city_statistics", STATISTIC, key="k-1")
    again = [statistics.post("city_statistics", STATISTIC, key="k-1") for _ in range(3)]
    assert first.status_code == 201
    assert {(one.status_code, one.content, one["Location"], one["ETag"]) for one in [first, *again]} == {
        (201, first.content, first["Location"], first["ETag"])
    }
    assert CityStatistic.objects.count() == 1
    assert statistics.get(first["Location"].removeprefix("/api/v1/")).content == first.content


def test_a_repetition_says_in_which_language_it_answers(statistics):
    for body, key in ((STATISTIC, "k-1"), (STATISTIC, "k-2")):  # done, then refused
        answers = []
        for statistics.language in ("en", "vi", "en"):
            answers.append(statistics.post("city_statistics", body, key=key))
        assert {(one.content, one["Content-Language"]) for one in answers} == {(answers[0].content, "en")}
    statistics.language = "vi"
    assert statistics.post("city_statistics", STATISTIC, key="k-3")["Content-Language"] == "vi"


def test_what_was_kept_before_its_language_was_is_still_answered():
    kept = {"status": 201, "body": "{}", "place": "/api/v1/city_statistics/1"}
    answer = Written(**kept).response
    assert (answer.status_code, answer.content, answer.has_header("Content-Language")) == (201, b"{}", False)


def test_another_body_with_the_same_key_is_refused_and_does_nothing(statistics):
    statistics.write("city_statistics", STATISTIC, key="k-1")
    answer = statistics.post("city_statistics", {**STATISTIC, "year": 2024}, key="k-1")
    assert fault(answer) == (422, "idempotency_key_reused", None)
    assert CityStatistic.objects.count() == 1


def test_a_key_is_one_systems_own(statistics):
    other = System("city_statistics:write", "city_statistics:read", name="Hệ thống khác")
    statistics.write("city_statistics", STATISTIC, key="k-1")
    other.write("city_statistics", {**STATISTIC, "year": 2024}, key="k-1")
    assert CityStatistic.objects.count() == 2


def test_a_refusal_of_the_service_is_kept_with_its_key(statistics):
    statistics.write("city_statistics", STATISTIC)
    refused = statistics.post("city_statistics", STATISTIC, key="k-2")
    assert fault(refused)[:2] == (409, "conflict")
    CityStatistic.objects.update(superseded_at=timezone.now())
    assert statistics.post("city_statistics", STATISTIC, key="k-2").content == refused.content
    statistics.write("city_statistics", STATISTIC, key="k-3")


def test_what_could_not_be_read_keeps_no_key(statistics):
    assert statistics.post("city_statistics", {**STATISTIC, "year": "2025"}, key="k-1").status_code == 400
    statistics.write("city_statistics", STATISTIC, key="k-1")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_with_one_key_one_is_done(statistics):
    def send(_number):
        try:
            return statistics.post("city_statistics", STATISTIC, key="k-1")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = {answer.content for answer in answers if answer.status_code == 201}
    assert len(made) == 1 and CityStatistic.objects.count() == 1
    assert all(fault(answer)[1] == "in_flight" for answer in answers if answer.status_code == 409)


@pytest.mark.parametrize("path", ["city_statistics", "city_statistics/bulk", "sent_figures", "dossiers"])
def test_a_write_has_no_parameters_and_refuses_them_by_name_with_whatever_else_is_wrong(path):
    writer = System(*all_scopes())
    for asked, named in (
        ("foo=1", {"foo"}),
        ("fields=id&expand=x&foo=", {"fields", "expand", "foo"}),
        ("format=xml", {"format"}),
    ):
        answer = writer.post(f"{path}?{asked}", STATISTIC, key="")
        assert answer.status_code == 400
        assert {each["attr"] for each in answer.json()["errors"]} >= named | {"Idempotency-Key"}


def test_a_write_to_what_stands_has_no_parameters(statistics):
    made = statistics.write("city_statistics", STATISTIC)
    etag = statistics.get(f"city_statistics/{made['id']}").headers["ETag"]
    asked = f"city_statistics/{made['id']}/withdraw?foo=1"
    assert fault(statistics.post(asked, {"reason": "x"}, **{"if-match": etag})) == (400, "invalid", "foo")
    assert CityStatistic.objects.get().superseded_at is None


def test_a_sending_is_the_whole_declaration_what_is_absent_is_not_reported():
    enterprise, sender = make_enterprise(), System("figures:read", "figures:write")
    whole = {"tax_code": enterprise.tax_code, "year": 2024, "revenue_vnd": 9_000_000_000, "labour_average": 140}
    for body in (whole, {"tax_code": enterprise.tax_code, "year": 2024, "labour_average": 150}):
        sent = sender.write("sent_figures", body)
        figures = FigureRevision.objects.get(public_id=sent["id"])
        confirm_figures(figures=figures, by=make_head(), now=timezone.now())
    (standing,) = sender.read("figures?standing=true")["data"]
    assert (standing["labour_average"], standing["revenue_vnd"]) == (150, None)


UNSEEN = [
    "\x07",
    "\x7f",
    "\x85",
    "\u061c",
    "\u200b",
    "\u200e",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\ufdd0",
    "\ufffe",
    "\U000e0041",
    "\U0001ffff",
]


def texts_of_bodies():
    """(name, field) of every text of every body."""
    for each in resources().values():
        for write in each.writes:
            for name, field in write.body().fields.items():
                if isinstance(field, serializers.CharField):
                    yield f"{each.name}.{write.name}.{name}", field


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
def test_no_text_of_a_body_takes_a_sign_that_is_not_seen(sign):
    names = []
    for name, field in texts_of_bodies():
        assert isinstance(field, Text), name
        with pytest.raises(serializers.ValidationError) as refused:
            field.run_validation(f"a{sign}b")
        assert [each.code for each in refused.value.detail] == ["not_seen"], name
        names.append(name)
    assert len(names) >= 12


def test_long_texts_take_lines_and_words_their_own_signs():
    long = set()
    for name, field in texts_of_bodies():
        if not isinstance(field, SeenText):
            assert field.run_validation("a\u00adb\u200dc\u200cd\u00a0e") == "a\u00adb\u200dc\u200cd\u00a0e", name
        try:
            assert field.run_validation("a\r\n\tb") == "a\r\n\tb"
            long.add(name.rpartition(".")[2])
        except serializers.ValidationError as refused:
            assert refused.detail[0].code == "not_seen"
    assert long == {"note", "reason", "answer"}


def test_unseen_signs_are_named_where_they_stand(statistics):
    wrong = statistics.post(
        "city_statistics", {**STATISTIC, "source": "Báo cáo\u202e 12", "vsic_coverage": "B\u200b-E"}
    )
    assert wrong.status_code == 400 and not CityStatistic.objects.exists()
    assert {(each["code"], each["attr"]) for each in wrong.json()["errors"]} == {
        ("not_seen", "source"), ("not_seen", "vsic_coverage"),
    }  # fmt: skip


def test_what_is_out_of_use_says_whether_it_was_revised_or_withdrawn(statistics):
    made = statistics.write("city_statistics", STATISTIC)
    place, why = f"city_statistics/{made['id']}", {"reason": "Sai"}

    def done(verb, body):
        return statistics.post(f"{place}/{verb}", body, **{"if-match": statistics.get(place).headers["ETag"]})

    assert done("withdraw", why).status_code == 200
    for again in (done("withdraw", why), done("revise", revision())):
        assert fault(again)[:2] == (409, "conflict") and "đã được rút" in sentence(again)
    place = f"city_statistics/{statistics.write('city_statistics', STATISTIC)['id']}"
    assert done("revise", revision()).status_code == 200
    assert "vừa điều chỉnh" in sentence(done("withdraw", why))


# --- who ------------------------------------------------------------------------------------------


def test_a_right_to_read_does_not_write():
    reader = System("city_statistics:read")
    answer = reader.post("city_statistics", STATISTIC)
    assert fault(answer)[:2] == (403, "permission_denied") and "city_statistics:write" in sentence(answer)
    assert not CityStatistic.objects.exists() and not Operation.objects.exists()


def test_without_a_token_nothing_is_written(client):
    answer = client.post("/api/v1/city_statistics", STATISTIC, content_type="application/json")
    assert answer.status_code == 401 and not CityStatistic.objects.exists()


def test_who_wrote_is_named_and_traced(statistics):
    made = statistics.write("city_statistics", STATISTIC)
    account = User.objects.get(public_id=statistics.client.public_id)
    event = Event.objects.get(kind="statistic recorded")
    assert (str(event.object_id), event.actor) == (made["id"], f"user:{account.public_id}")
    assert account.is_system and account.full_name == statistics.client.name and not account.has_usable_password()
    trace = AccessEntry.objects.get(what="api city_statistics create")
    assert (trace.actor, trace.basis) == (statistics.client.actor, statistics.client.basis)


def test_the_account_of_a_system_never_signs_in(statistics, client):
    statistics.write("city_statistics", STATISTIC)
    account, now = User.objects.get(is_system=True), timezone.now()
    sign_in = SignIn(user=account, started_at=now, seen_at=now)
    assert reason_to_end(sign_in, account, now) == "connected system"
    client.force_login(account)
    answer = client.get("/")
    assert answer.status_code == 302 and answer.wsgi_request.user.is_anonymous


def test_people_neither_see_nor_change_the_account_of_a_system(statistics, client):
    statistics.write("city_statistics", STATISTIC)
    account, administrator, now = User.objects.get(is_system=True), make_administrator(), timezone.now()
    client.force_login(administrator)
    assert client.get(reverse("accounts:person_detail", args=[account.public_id])).status_code == 404
    with pytest.raises(User.DoesNotExist):
        give_post(
            user=account,
            office=make_office(),
            role="officer",
            starts_on=now.date(),
            paper="QĐ 1",
            by=administrator,
            now=now,
        )


# --- what is read ---------------------------------------------------------------------------------

WRONG = [
    ({"year": True}, "year"),
    ({"year": "2025"}, "year"),
    ({"year": 2025.0}, "year"),
    ({"output_vnd": 1.5}, "output_vnd"),
    ({"output_vnd": "1190000000000000"}, "output_vnd"),
    ({"output_vnd": 0}, "output_vnd"),
    ({"output_vnd": 10**18}, "output_vnd"),
    ({"output_vnd": None}, "output_vnd"),
    ({"measure": ["output"]}, "measure"),
    ({"source": 7}, "source"),
    ({"source": "a\x00b"}, "source"),
    ({"source": " "}, "source"),
    ({"published_on": "29/12/2025"}, "published_on"),
    ({"published_on": "20251229"}, "published_on"),
    ({"published_on": "2025-02-30"}, "published_on"),
    ({"output": 1}, "output"),
    ({"exports_usd_cents": 5}, "exports_usd_cents"),
]


@pytest.mark.parametrize(("change", "field"), WRONG, ids=str)
def test_what_is_not_what_it_should_be_is_named(statistics, change, field):
    answer = statistics.post("city_statistics", {**STATISTIC, **change})
    assert answer.status_code == 400 and fault(answer)[2] == field
    assert not CityStatistic.objects.exists()


def attributes(answer):
    return {each["attr"]: each["code"] for each in json.loads(answer.content)["errors"]}


def test_all_that_is_wrong_is_named_at_once(statistics):
    wrong = {"measure": "output", "year": "2025", "exports_usd_cents": 5, "published_on": "29/12", "colour": 1}
    answer = statistics.post("city_statistics", wrong, key="")
    assert answer.status_code == 400
    assert attributes(answer) == {
        "Idempotency-Key": "idempotency_key",  # missing
        "colour": "invalid",  # unknown
        "year": "not_whole", "published_on": "not_a_day",  # of the wrong kind
        "state": "required", "source": "required",  # missing
        "exports_usd_cents": "invalid", "output_vnd": "invalid",  # of another measure, and that of its own missing
    }  # fmt: skip
    many = statistics.post("city_statistics/bulk", {"rows": [wrong]})
    refusal = json.loads(many.content)["results"][0]["refusal"]["errors"]
    assert {each["attr"] for each in refusal} == attributes(answer).keys() - {"Idempotency-Key"}
    assert attributes(statistics.post("city_statistics/bulk", {"rows": []}, key="")).keys() == {
        "Idempotency-Key",
        "rows",
    }


def test_all_that_is_wrong_in_a_revision_is_named_at_once(statistics):
    made = statistics.post("city_statistics", STATISTIC)
    address = f"city_statistics/{json.loads(made.content)['id']}/revise"
    answer = statistics.post(address, {"published_on": 5, "colour": 1}, key="", if_match=made["ETag"])
    assert attributes(answer).keys() == {"Idempotency-Key", "published_on", "colour", "source", "reason"}
    amounts = {"exports_usd_cents": 5, "index_hundredths_of_percent": 5}
    body = {"source": "Niên giám", "published_on": "2026-06-30", "reason": "Sửa", **amounts}
    answer = statistics.post(address, body, **{"if-match": made["ETag"]})
    assert (answer.status_code, attributes(answer).keys()) == (400, {*amounts, "output_vnd"})


def test_figures_are_refused_with_all_that_is_wrong(sender):
    body = {"tax_code": 5, "enterprise": "x", "year": 1, "revenue_vnd": 1.5, "note": 7, "colour": 1}
    assert attributes(sender.post("sent_figures", body)).keys() == body.keys()
    assert attributes(sender.post("sent_figures", {"colour": 1})).keys() == {"colour", "year", "enterprise"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("[", 400),
        ("[]", 400),
        ('"text"', 400),
        ("null", 400),
        ('{"year": NaN}', 400),
        ('{"year": 1e9}', 400),
        ('{"year": 1E400}', 400),
        ('{"year": ２０２５}', 400),
        ('{"year": 2025, "year": 2024}', 400),
        ("[" * 1000 + "]" * 1000, 400),
        ('{"source": ' + "[" * 100_000, 400),
        (b'{"source": "\xff"}', 400),
        (b" " * (50 * 2**20), 413),
    ],
    ids=[
        "empty",
        "cut",
        "list",
        "word",
        "null",
        "nan",
        "1e9",
        "1e400",
        "full width",
        "twice",
        "deep",
        "deeper",
        "bytes",
        "50 MB",
    ],
)
def test_a_body_that_is_none_is_a_clear_4xx(statistics, text, status):
    answer = statistics.post("city_statistics", text)
    assert answer.status_code == status and json.loads(answer.content)["errors"][0]["detail"]
    assert not CityStatistic.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1,", "xem dòng 1, ký tự thứ 4"),
        ('{"a": 1\n "b"}', "xem dòng 2, ký tự thứ 2"),
        (" ", "xem dòng 1, ký tự thứ 2"),
        ("\ufeff{}", "xem dòng 1, ký tự thứ 1"),
        ('{"a": NaN}', "NaN không phải số"),
        ('{"a": -Infinity}', "-Infinity không phải số"),
        ('{"a": 1, "b": 2, "a": 3}', "“a” xuất hiện hai lần"),
        ('{"a": ' + "9" * 5000 + "}", "có số dài quá nhiều chữ số"),
        (b'{"a": "\xff"}', "byte thứ 8 không theo UTF-8"),
    ],
    ids=range(9),
)
def test_what_is_no_json_is_said_in_words_of_the_language_that_was_asked_for(statistics, text, said):
    answer = statistics.post("city_statistics", text)
    assert answer.status_code == 400 and said in sentence(answer)
    statistics.language = "en"
    assert "Expecting" not in sentence(statistics.post("city_statistics", text))


def test_another_kind_of_body_is_refused(statistics):
    answer = statistics.post("city_statistics", "year=2025", content_type="application/x-www-form-urlencoded")
    assert fault(answer)[:2] == (415, "unsupported_media_type")


def test_a_packed_body_is_refused_whether_it_is_packed_or_says_so(statistics):
    for body in (json.dumps(STATISTIC).encode(), gzip.compress(json.dumps(STATISTIC).encode())):
        answer = statistics.post("city_statistics", body, **{"content-encoding": "gzip"})
        assert answer.status_code == 415 and fault(answer)[1] == "unsupported_encoding"
    assert not CityStatistic.objects.exists()
    assert statistics.post("city_statistics", STATISTIC, **{"content-encoding": "identity"}).status_code == 201


def test_what_is_nested_too_deeply_reads_so(statistics):
    answer = statistics.post("city_statistics", '{"source": ' + "[" * 100_000)
    assert answer.status_code == 400 and "lồng nhau quá nhiều lớp" in answer.content.decode()


@pytest.mark.parametrize(
    ("charset", "status"),
    [("utf-8", 201), ('"UTF-8"', 201), ("utf8", 201), ("iso-8859-1", 415), ("utf-16", 415), ("windows-1258", 415)],
)
def test_a_body_in_another_charset_is_refused(statistics, charset, status):
    answer = statistics.post("city_statistics", STATISTIC, content_type=f"application/json; charset={charset}")
    assert answer.status_code == status
    assert status == 201 or (fault(answer)[1] == "unsupported_charset" and not CityStatistic.objects.exists())


def test_errors_are_in_the_language_that_was_asked_for(statistics):
    vietnamese = sentence(statistics.post("city_statistics", {**STATISTIC, "year": "2025"}))
    statistics.language = "en"
    assert sentence(statistics.post("city_statistics", {**STATISTIC, "year": "2025"})) != vietnamese


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ({**STATISTIC, "year": -1}, {}, "Giá trị phải lớn hơn hoặc bằng"),
        ({**STATISTIC, "state": "x"}, {}, "“x” không thuộc các giá trị: estimate, preliminary, official."),
        ([], {}, "phải là một đối tượng JSON"),
        (STATISTIC, {"accept": "text/html"}, "Không trả lời được theo loại nội dung"),
    ],
)
def test_what_the_library_refuses_is_said_in_vietnamese(statistics, body, more, said):
    assert said in sentence(statistics.post("city_statistics", body, **more))


# --- changing what stands -------------------------------------------------------------------------


def revision(**more):
    return {
        "output_vnd": 1_200_000_000_000_000,
        "source": "Niên giám 2025",
        "published_on": "2026-06-30",
        "reason": "Số chính thức",
        **more,
    }


def test_a_figure_of_the_city_is_revised_as_it_was_seen(statistics):
    made = statistics.post("city_statistics", STATISTIC)
    address = f"city_statistics/{json.loads(made.content)['id']}/revise"
    assert fault(statistics.post(address, revision()))[:2] == (428, "if_match_missing")
    assert fault(statistics.post(address, revision(), if_match='"other"'))[:2] == (412, "changed_meanwhile")
    revised = statistics.write(address, revision(), status=200, **{"if-match": made["ETag"]})
    assert (revised["output_vnd"], revised["revision"], revised["supersedes"]) == (
        1_200_000_000_000_000, 2, json.loads(made.content)["id"],
    )  # fmt: skip
    late = statistics.post(address, revision(source="Khác"), **{"if-match": made["ETag"]})
    assert fault(late)[:2] == (412, "changed_meanwhile")
    assert CityStatistic.objects.count() == 2


@pytest.mark.parametrize("any_state", ["*", " * "])
def test_any_state_is_not_what_was_seen(statistics, any_state):
    made = statistics.post("city_statistics", STATISTIC)
    address = f"city_statistics/{json.loads(made.content)['id']}/revise"
    answer = statistics.post(address, revision(), key="k-1", if_match=any_state)
    assert fault(answer) == (400, "if_match_any", "If-Match") and CityStatistic.objects.count() == 1
    answer = statistics.post(address, revision(), **{"if-match": made["ETag"].strip('"')})
    assert fault(answer) == (400, "if_match_unquoted", "If-Match") and CityStatistic.objects.count() == 1
    assert fault(statistics.post(address, revision(), key="k-1"))[:2] == (428, "if_match_missing")
    statistics.write(
        address, revision(), status=200, key="k-1", **{"if-match": made["ETag"]}
    )  # none of them kept the key


def test_a_figure_of_the_city_is_withdrawn(statistics):
    made = statistics.post("city_statistics", STATISTIC)
    address = f"city_statistics/{json.loads(made.content)['id']}/withdraw"
    row = statistics.write(address, {"reason": "Nhập nhầm"}, status=200, **{"if-match": made["ETag"]})
    assert row["superseded_at"] is not None


def test_an_etag_that_was_made_weak_changes_nothing_and_reads_why(statistics):
    made = statistics.post("city_statistics", STATISTIC)
    address = f"city_statistics/{json.loads(made.content)['id']}/withdraw"
    answer = statistics.post(address, {"reason": "Nhập nhầm"}, **{"if-match": f"W/{made['ETag']}"})
    assert fault(answer)[:2] == (412, "if_match_weak") and "W/" in sentence(answer)
    assert fault(statistics.post(address, {"reason": "Nhầm"}, **{"if-match": 'W/"1"'}))[:2] == (
        412,
        "changed_meanwhile",
    )
    statistics.write(address, {"reason": "Nhập nhầm"}, status=200, **{"if-match": made["ETag"]})


def test_what_is_not_there_is_not_changed(statistics):
    address = "city_statistics/11111111-1111-4111-8111-111111111111/withdraw"
    assert fault(statistics.post(address, {"reason": "Nhầm"}, **{"if-match": '"1"'}))[:2] == (404, "not_found")


# --- figures of years -----------------------------------------------------------------------------


@pytest.fixture
def sender(year):
    return System("figures:read", "figures:write", "enterprises:read")


def test_figures_are_sent_confirmed_and_returned(sender):
    enterprise, officer = make_enterprise(), make_officer()
    body = {"tax_code": enterprise.tax_code, "year": 2024, "revenue_vnd": 120_000_000_000, "labour_average": 0}
    sent = sender.write("sent_figures", body)
    assert (sent["state"], sent["revenue_vnd"], sent["labour_average"], sent["output_vnd"]) == (
        "waiting",
        120_000_000_000,
        0,
        None,
    )
    figures = FigureRevision.objects.get(public_id=sent["id"])
    return_figures(figures=figures, reason="Sai đơn vị", by=officer, now=timezone.now())
    assert sender.read(f"sent_figures/{sent['id']}")["return_reason"] == "Sai đơn vị"
    better = sender.write("sent_figures", {**body, "revenue_vnd": 12_000_000_000})
    confirm_figures(figures=FigureRevision.objects.get(public_id=better["id"]), by=officer, now=timezone.now())
    assert [row["id"] for row in sender.walk("figures?year=2024")] == [better["id"]]
    assert [row["state"] for row in sender.walk("sent_figures?standing=true")] == ["confirmed"]


def test_more_people_insured_than_there_are_on_average_are_refused_in_words(sender):
    body = {"tax_code": make_enterprise().tax_code, "year": 2024, "labour_average": 10, "labour_insured": 11}
    answer = sender.post("sent_figures", body)
    assert fault(answer)[:2] == (422, "refused") and "bảo hiểm xã hội" in sentence(answer)
    assert sender.write("sent_figures", {**body, "labour_insured": 10})["labour_insured"] == 10


def test_an_enterprise_is_named_once_and_must_be_there(sender):
    enterprise = make_enterprise()
    both = {"tax_code": enterprise.tax_code, "enterprise": str(enterprise.public_id), "year": 2024, "revenue_vnd": 1}
    assert fault(sender.post("sent_figures", both))[::2] == (400, "enterprise")
    assert fault(sender.post("sent_figures", {"year": 2024, "revenue_vnd": 1}))[::2] == (400, "enterprise")
    assert fault(sender.post("sent_figures", {"tax_code": "0100000000", "year": 2024, "revenue_vnd": 1}))[::2] == (
        400,
        "tax_code",
    )


def test_a_system_of_one_ward_writes_of_no_other(year):
    mine, other = make_unit("00004", name="Phường A"), make_unit("00008", name="Phường B")
    near, far = make_enterprise(ward=mine), make_enterprise(ward=other)
    sender = System("figures:read", "figures:write", wards=["00004"])
    sender.write("sent_figures", {"tax_code": near.tax_code, "year": 2024, "revenue_vnd": 1})
    refused = sender.post("sent_figures", {"tax_code": far.tax_code, "year": 2024, "revenue_vnd": 1})
    unknown = sender.post("sent_figures", {"tax_code": "0100000000", "year": 2024, "revenue_vnd": 1})
    assert refused.content == unknown.content and refused.status_code == 400
    assert FigureRevision.objects.count() == 1


def test_for_a_record_that_was_merged_nothing_is_written_and_the_other_rows_are(year):
    """A system of one ward sees the record go with the one that it was merged into."""
    mine, other = make_unit("00004", name="Phường A"), make_unit("00008", name="Phường B")
    merged, far, near, good = (make_enterprise(ward=ward) for ward in (mine, other, mine, mine))
    also_merged = make_enterprise(ward=other)
    merge_enterprises(winner=far, loser=merged, reason="Một", by=make_head(), now=timezone.now())
    merge_enterprises(winner=near, loser=also_merged, reason="Một", by=make_head(), now=timezone.now())
    sender = System("figures:read", "figures:write", wards=["00004"])
    rows = [{"tax_code": each.tax_code, "year": 2024, "revenue_vnd": 1} for each in (merged, also_merged, good)]
    answer = sender.post("sent_figures/bulk", {"rows": rows})
    body = json.loads(answer.content)
    assert [each["status"] for each in body["results"]] == [400, 400, 201]
    said = [each["refusal"]["errors"][0] for each in body["results"][:2]]
    assert [each["attr"] for each in said] == ["tax_code", "tax_code"]
    assert "Không có doanh nghiệp này" in said[0]["detail"] and "merged_into" in said[1]["detail"]
    everywhere = System("figures:read", "figures:write", name="Toàn thành phố")
    refused = everywhere.post("sent_figures", {"enterprise": str(merged.public_id), "year": 2024, "revenue_vnd": 1})
    assert fault(refused)[::2] == (400, "enterprise") and far.name not in refused.content.decode()
    assert FigureRevision.objects.count() == 1


def test_a_system_reads_of_what_it_sent_only_its_own(sender):
    enterprise = make_enterprise()
    sender.write("sent_figures", {"tax_code": enterprise.tax_code, "year": 2024, "revenue_vnd": 1})
    other = System("figures:read", "figures:write", name="Hệ thống khác")
    _rows, cursor = other.changed("sent_figures/changes?limit=100")
    sender.write("sent_figures", {"tax_code": enterprise.tax_code, "year": 2024, "revenue_vnd": 2})
    assert other.walk("sent_figures?limit=10") == [] and _rows == []
    assert other.changed("sent_figures/changes?limit=100", cursor)[0] == []


def test_many_rows_are_done_each_by_itself(sender):
    good, bad = make_enterprise(), make_enterprise()
    rows = [
        {"tax_code": good.tax_code, "year": 2024, "revenue_vnd": 5},
        {"tax_code": bad.tax_code, "year": 2024, "revenue_vnd": -5},
        {"tax_code": bad.tax_code, "year": 2024, "revenue_vnd": 1, "key_product_revenue_vnd": 2},
        "no row",
    ]
    answer = sender.post("sent_figures/bulk", {"rows": rows}, key="k-1")
    body = json.loads(answer.content)
    assert (answer.status_code, body["done"], body["refused"]) == (200, 1, 3)
    assert [(each["index"], each["status"]) for each in body["results"]] == [(0, 201), (1, 400), (2, 422), (3, 400)]
    assert body["results"][1]["refusal"]["errors"][0]["attr"] == "revenue_vnd"
    assert FigureRevision.objects.count() == 1
    assert sender.post("sent_figures/bulk", {"rows": rows}, key="k-1").content == answer.content


def test_what_holds_for_all_rows_is_read_once(sender):
    rows = [{"tax_code": make_enterprise().tax_code, "year": 2024, "revenue_vnd": 5} for _number in range(8)]
    sender.write("sent_figures/bulk", {"rows": rows[:1]}, status=200)  # what is written once, like its account
    with CaptureQueriesContext(connection) as few:
        sender.write("sent_figures/bulk", {"rows": rows[1:3]}, status=200)
    with CaptureQueriesContext(connection) as more:
        sender.write("sent_figures/bulk", {"rows": rows[3:]}, status=200)
    for table in ("programme_period", "enterprises_figureyearclosing", "reference_sizethreshold"):
        assert [sum(f'FROM "{table}"' in each["sql"] for each in asked) for asked in (few, more)] == [1, 1], table
    assert (len(more) - len(few)) / 3 <= 24


def test_a_closed_year_is_refused_to_each_row_and_keeps_no_other_back(sender):
    enterprise = make_enterprise()
    FigureYearClosing.objects.create(
        year=2023, decision_number="12/QĐ-SCT", decided_on=date(2024, 6, 1), closed_at=timezone.now(), closed_by=uuid4()
    )
    rows = [{"tax_code": enterprise.tax_code, "year": year, "revenue_vnd": 5} for year in (2024, 2023, 2023, 2022)]
    body = sender.write("sent_figures/bulk", {"rows": rows}, status=200)
    assert [each["status"] for each in body["results"]] == [201, 422, 422, 201]
    assert "12/QĐ-SCT" in body["results"][2]["refusal"]["errors"][0]["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"rows": []}, {"rows": [{}] * 501}, {"rows": {}}, {"rows": [{}], "more": 1}, []], ids=str
)
def test_many_rows_are_a_list_of_some_hundreds(sender, body):
    assert fault(sender.post("sent_figures/bulk", body))[::2] == (400, "rows")


# --- answers of the Treasury ----------------------------------------------------------------------


@pytest.fixture
def treasury():
    return System("payments:read", "payments:write")


def sent_payment(**more):
    line = make_line(make_budget_year(2024), assigned_vnd=BILLION, allocated_vnd=BILLION)
    return make_payment(make_commitment(line, 100_000_000), 40_000_000, state="sent", **more)


def test_what_the_treasury_paid_is_disbursed_once(treasury):
    payment = sent_payment()
    address = f"payments/{payment.public_id}"
    seen = treasury.get(address)
    body, headers = {"voucher": "KB-0001", "paid_on": "2024-03-05"}, {"if-match": seen["ETag"]}
    first = treasury.post(f"{address}/paid", body, key="k-1", **headers)
    again = treasury.post(f"{address}/paid", body, key="k-1", **headers)
    assert (first.status_code, first.content) == (200, again.content)
    assert json.loads(first.content)["state"] == "paid"
    entries = LedgerEntry.objects.filter(payment=payment)
    assert [(each.kind, each.amount_vnd, each.document) for each in entries] == [("pay", 40_000_000, "KB-0001")]
    late = treasury.post(f"{address}/refused", {"answer": "Sai"}, **headers)
    assert fault(late)[:2] == (412, "changed_meanwhile")
    after = treasury.post(f"{address}/refused", {"answer": "Sai"}, **{"if-match": first["ETag"]})
    assert fault(after)[:2] == (409, "conflict") and "đã thanh toán" in sentence(after)


def test_what_the_treasury_refused_is_not_spent(treasury):
    payment = sent_payment()
    seen = treasury.get(f"payments/{payment.public_id}")
    body = treasury.write(
        f"payments/{payment.public_id}/refused", {"answer": "Thiếu hồ sơ"}, status=200, **{"if-match": seen["ETag"]}
    )
    assert (body["state"], body["answer"]) == ("refused", "Thiếu hồ sơ")
    assert not LedgerEntry.objects.filter(payment=payment).exists()


@pytest.mark.parametrize("paid_on", ["2024-01-01", "2999-01-01"])
def test_a_day_that_cannot_be_is_refused_with_nothing_done(treasury, paid_on):
    payment = sent_payment()
    seen = treasury.get(f"payments/{payment.public_id}")
    answer = treasury.post(
        f"payments/{payment.public_id}/paid", {"voucher": "KB-1", "paid_on": paid_on}, **{"if-match": seen["ETag"]}
    )
    payment.refresh_from_db()
    assert fault(answer)[:2] == (422, "refused") and payment.state == "sent"


def test_only_what_went_to_the_treasury_is_there(treasury):
    payment = make_payment(state="signed")
    assert treasury.walk("payments?limit=10") == []
    answer = treasury.post(f"payments/{payment.public_id}/refused", {"answer": "Sai"}, **{"if-match": '"1"'})
    assert answer.status_code == 404


def test_a_narrowed_system_writes_no_figure_of_the_city(statistics):
    make_unit("00004")
    narrow = System("city_statistics:read", "city_statistics:write", wards=["00004"], name="Hệ thống của một phường")
    made = json.loads(statistics.post("city_statistics", STATISTIC).content)
    for path, body in (
        ("city_statistics", STATISTIC),
        ("city_statistics/bulk", [STATISTIC]),
        (f"city_statistics/{made['id']}/revise", {**STATISTIC, "reason": "Sai"}),
        (f"city_statistics/{made['id']}/withdraw", {"reason": "Sai"}),
    ):
        assert fault(narrow.post(path, body, **{"if-match": '"1"'}))[:2] == (403, "permission_denied")
    assert CityStatistic.objects.get().revision == 1


def test_a_narrowed_system_answers_no_payment():
    make_unit("00004")
    narrow, payment = System("payments:read", "payments:write", wards=["00004"]), sent_payment()
    answer = narrow.post(f"payments/{payment.public_id}/refused", {"answer": "Sai"}, **{"if-match": '"1"'})
    payment.refresh_from_db()
    assert answer.status_code == 404 and payment.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_is_there_is_read_while_another_reads_it(statistics):
    first = statistics.post("city_statistics", STATISTIC, key="k-1")
    if connection.vendor == "postgresql":
        name = f"{statistics.client.actor} api city_statistics create k-1"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
            with ThreadPoolExecutor(1) as pool:  # another connection, while this one holds the turn
                again = pool.submit(_in_a_thread, statistics).result()
    else:
        again = statistics.post("city_statistics", STATISTIC, key="k-1")
    assert (again.status_code, again.content) == (201, first.content)


def _in_a_thread(statistics):
    try:
        return statistics.post("city_statistics", STATISTIC, key="k-1")
    finally:
        connections.close_all()


def test_a_body_in_chunks_is_refused_and_not_read_as_nothing(statistics):
    answer = statistics.browser.generic(
        "POST",
        "/api/v1/city_statistics",
        "",
        headers={
            "transfer-encoding": "chunked",
            "authorization": f"Bearer {statistics.token}",
            "idempotency-key": "k-1",
        },
    )
    assert fault(answer)[:2] == (411, "length_required")


def test_what_is_too_large_is_said_in_the_language_that_was_asked_for(statistics):
    statistics.language = "en"
    answer = statistics.post("city_statistics", b" " * (5 * 2**20))
    assert (answer.status_code, sentence(answer)) == (413, "The body is too large: at most 4 MB.")


def test_figures_are_never_out_of_use_before_they_were_sent(sender):
    enterprise, body = make_enterprise(), {"year": 2024, "revenue_vnd": 5}
    first = sender.write("sent_figures", {**body, "tax_code": enterprise.tax_code})
    figures = FigureRevision.objects.get(public_id=first["id"])
    early = figures.submitted_at - timedelta(seconds=2)
    account = User.objects.get(public_id=sender.client.public_id)
    declare_figures(enterprise=enterprise, year=2024, values={"revenue_vnd": 6}, by=account, now=early)
    figures.refresh_from_db()
    assert figures.superseded_at >= figures.submitted_at


@pytest.mark.parametrize("path", ["enterprises/changes?status=active", "enterprises/changes?foo=1"])
def test_a_feed_of_changes_has_no_filters(sender, path):
    answer = sender.get(path)
    assert answer.status_code == 400 and "status" not in sentence(answer).replace("“status”", "")
