"""Dossiers of the one-stop system: lodged once and whole, asked where they stand, handled here as any other."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.chain import seal_all
from audit.events import record_event
from audit.models import AccessEntry, Event
from documents.models import StoredFile
from dossiers.models import Dossier, DossierFile
from dossiers.services import dossiers as services
from dossiers.services import handling
from enterprises.models import Enterprise
from enterprises.services.merging import merge_enterprises
from notices.models import Telling
from reference.models import Rule
from screens import formats
from tests.dossiers.matrix_procedures import one_page
from tests.exchange.calling import System
from tests.exchange.test_writing import fault, sentence
from tests.exchange.things import put_in_force
from tests.factories import (
    make_component,
    make_dossier,
    make_enterprise,
    make_field,
    make_head,
    make_procedure,
    make_rule,
    make_slip_line,
    make_unit,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db
YESTERDAY = (timezone.localdate() - timedelta(days=1)).isoformat()
NOBODY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def version():
    """A procedure that asks a text, an amount, a day, a choice and whether; and a PDF, and one more where it is asked for."""
    version = make_version(make_procedure("KN-99"))
    version.fields.update(code="noi-dung")
    version.components.update(code="van-ban", name_vi="Văn bản kiến nghị")
    make_field(version, "so-tien", "money", required=False, name_vi="Số tiền")
    make_field(version, "tu-ngay", "past_date", required=False, name_vi="Từ ngày")
    make_field(version, "dien-thoai", "phone", required=False, name_vi="Điện thoại")
    make_field(version, "ten", "enterprise", required=False, fact="name", name_vi="Tên")
    kinds = [{"code": "dat", "label_vi": "Đất", "label_en": "Land"}, {"code": "von", "label_vi": "Vốn", "label_en": ""}]
    make_field(version, "loai", "choice", required=False, name_vi="Loại", choices=kinds)
    condition = {"need": "conditional", "condition_field": "loai", "condition_value": "dat"}
    make_component(version, "so-do", name_vi="Sơ đồ khu đất", most_files=2, **condition)
    return put_in_force(version)


@pytest.fixture
def enterprise():
    return make_enterprise("Công ty Ánh Dương")


@pytest.fixture
def one_stop():
    return System("dossiers:read", "dossiers:write", name="Hệ thống một cửa")


def paper(name="kien-nghi.pdf", content=None):
    return SimpleUploadedFile(name, one_page() if content is None else content, content_type="application/pdf")


def body(enterprise, **more):
    return {
        "procedure": "KN-99",
        "tax_code": enterprise.tax_code,
        "applicant_name": "Trần Thị Ký",
        "arrived_on": YESTERDAY,
        "outside_code": "MC-000123",
        "answers": {"noi-dung": "Thiếu mặt bằng sản xuất"},
        **more,
    }


def send(system, given, *, key=None, **files):
    """A form as a client sends it: the JSON in the part `dossier`, each file under the code of its component."""
    named = {code.replace("_", "-"): file for code, file in (files or {"van_ban": paper()}).items()}
    part = given if isinstance(given, (str, bytes)) else json.dumps(given)
    return system.send_form("dossiers", {"dossier": part, **named}, key=key)


def lodged(system, given, **more):
    answer = send(system, given, **more)
    assert answer.status_code == 201, answer.content
    return json.loads(answer.content)


def nothing_was_kept():
    return not (Dossier.objects.exists() or DossierFile.objects.exists() or StoredFile.objects.exists())


# --- lodging --------------------------------------------------------------------------------------


def test_a_dossier_is_lodged_whole_and_stands_under_our_code(one_stop, version, enterprise):
    answers = {"noi-dung": " Thiếu mặt bằng ", "so-tien": 5_000_000_000, "tu-ngay": "2025-12-31", "loai": "dat"}
    files = {"van_ban": paper(), "so_do": [paper("a.pdf"), paper("b.pdf", one_page() + b"\n")]}
    row = lodged(one_stop, body(enterprise, answers=answers), **files)
    dossier = Dossier.objects.get(public_id=row["id"])
    account = User.objects.get(public_id=one_stop.client.public_id)
    assert row == {
        "id": str(dossier.public_id), "code": dossier.code, "outside_code": "MC-000123",
        "procedure": {"code": "KN-99", "version": version.number},
        "enterprise": {"id": str(enterprise.public_id), "tax_code": enterprise.tax_code, "name": enterprise.name},
        "applicant_name": "Trần Thị Ký", "arrived_on": YESTERDAY,
        "lodged_at": dossier.submitted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "state": "lodged", "one_stop_code": None, "turn": "department", "due_on": None, "result_number": None,
        "result_on": None, "reason": None, "legal_basis": None,
    }  # fmt: skip
    kept = {"noi-dung": "Thiếu mặt bằng", "so-tien": 5_000_000_000, "tu-ngay": "2025-12-31", "loai": "dat"}
    assert dossier.answers == kept and dossier.facts == {"ten": "Công ty Ánh Dương"}
    assert (dossier.channel, dossier.typed_by, dossier.submitted_by, dossier.applicant) == (
        "one_stop", account, account, None,
    )  # fmt: skip
    assert sorted(file.component.code for file in dossier.files.all()) == ["so-do", "so-do", "van-ban"]
    happened = list(Event.objects.filter(object_id=dossier.public_id).order_by("id").values_list("kind", "actor"))
    assert [kind for kind, _actor in happened] == ["dossier brought", *["dossier file attached"] * 3, "dossier lodged"]
    assert {actor for _kind, actor in happened} == {f"user:{account.public_id}"}
    assert AccessEntry.objects.filter(what="api dossiers create", actor=one_stop.client.actor).exists()
    assert {telling.kind for telling in Telling.objects.all()} == {"dossiers.lodged", "dossiers.to_receive"}


def test_the_same_file_twice_for_one_component_is_kept_once_as_is_said(one_stop, version, enterprise, client):
    files = {"van_ban": paper(), "so_do": [paper("a.pdf"), paper("b.pdf")]}
    row = lodged(one_stop, body(enterprise, answers={"noi-dung": "x", "loai": "dat"}), **files)
    kept = DossierFile.objects.filter(dossier__public_id=row["id"]).order_by("pk")
    assert [file.component.code for file in kept] == ["van-ban", "so-do"]
    english = client.get("/api/v1/openapi.json", headers={"accept-language": "en"}).json()
    description = english["paths"]["/api/v1/dossiers"]["post"]["description"]
    assert "The same file twice for one component is kept once." in description


def test_without_files_plain_json_is_taken(one_stop, version, enterprise):
    answer = one_stop.post("dossiers", body(enterprise))
    assert fault(answer) == (422, "refused", "van-ban") and nothing_was_kept()
    bare = make_version(make_procedure("KN-98"))
    bare.components.update(need="optional")
    bare.fields.update(code="noi-dung")
    put_in_force(bare)
    assert one_stop.write("dossiers", body(enterprise, procedure="KN-98"))["state"] == "lodged"


def test_the_same_form_again_reads_the_same_bytes_and_another_one_is_refused(one_stop, version, enterprise):
    first = send(one_stop, body(enterprise), key="k-1")
    version.procedure.closed_on, version.procedure.closed_reason = timezone.localdate(), "Bãi bỏ"
    version.procedure.save()
    again = send(one_stop, body(enterprise), key="k-1")
    assert (first.status_code, first.content, first["ETag"]) == (201, again.content, again["ETag"])
    other_words = send(one_stop, body(enterprise, applicant_name="Khác"), key="k-1")
    other_file = send(one_stop, body(enterprise), key="k-1", van_ban=paper(content=one_page() + b"\n"))
    other_name = send(one_stop, body(enterprise), key="k-1", van_ban=paper("khac.pdf"))
    for answer in (other_words, other_file, other_name):
        assert fault(answer)[:2] == (422, "idempotency_key_reused")
    assert Dossier.objects.count() == 1 and StoredFile.objects.count() == 1


def test_what_they_call_by_one_code_is_lodged_once(one_stop, version, enterprise):
    row = lodged(one_stop, body(enterprise))
    for code in ("MC-000123", "mc-000123", "Mc-000123"):
        again = send(one_stop, body(enterprise, applicant_name="Khác", outside_code=code))
        assert (
            fault(again)[:2] == (409, "conflict") and row["code"] in sentence(again) and "MC-000123" in sentence(again)
        )
        assert [found["id"] for found in one_stop.walk(f"dossiers?outside_code={code}")] == [row["id"]]
    marked = lodged(one_stop, body(enterprise, outside_code="HS-Đ-1"))
    for code in ("hs-đ-1", "HS-Đ-1", "HS-Đ-１"):
        assert [found["id"] for found in one_stop.walk(f"dossiers?limit=5&outside_code={code}")] == [marked["id"]]
    assert fault(send(one_stop, body(enterprise, outside_code="hs-đ-1")))[:2] == (409, "conflict")
    other = System("dossiers:read", "dossiers:write", name="Hệ thống khác")
    lodged(other, body(enterprise))
    assert Dossier.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_with_one_code_of_theirs_one_is_lodged(one_stop, version, enterprise):
    def lodge(number):
        try:
            return send(one_stop, body(enterprise), key=f"k-{number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lodge, range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {fault(answer)[1] for answer in answers if answer.status_code == 409} == {"conflict"}
    assert Dossier.objects.get().code in sentence(next(answer for answer in answers if answer.status_code == 409))


def test_a_closed_procedure_takes_nothing(one_stop, version, enterprise):
    version.procedure.closed_on, version.procedure.closed_reason = timezone.localdate(), "Bãi bỏ"
    version.procedure.save()
    assert fault(send(one_stop, body(enterprise)))[:2] == (422, "refused")
    assert fault(send(one_stop, body(enterprise, procedure="KN-00"))) == (400, "invalid", "procedure")
    assert nothing_was_kept() and one_stop.walk("procedures?limit=10") == []


@pytest.mark.parametrize("status", ["dissolved", "withdrawn"])
def test_nothing_is_lodged_for_an_enterprise_that_ended(one_stop, version, enterprise, status):
    Enterprise.objects.filter(pk=enterprise.pk).update(status=status, status_from=date(2026, 1, 1))
    answer = send(one_stop, body(enterprise))
    assert answer.status_code == (422 if status == "dissolved" else 400) and nothing_was_kept()


@pytest.mark.parametrize(
    ("answers", "status", "attr"),
    [
        ({"noi-dung": "x", "khac": "y"}, 400, "answers.khac"),
        ({"noi-dung": "x", "ten": "Tên khác"}, 400, "answers.ten"),
        ({"noi-dung": 7}, 400, "answers.noi-dung"),
        ({"noi-dung": ["x"]}, 400, "answers.noi-dung"),
        ({"noi-dung": True}, 400, "answers.noi-dung"),
        ({"noi-dung": "a\x00b"}, 400, "answers.noi-dung"),
        ({"noi-dung": "\ud800"}, 400, "answers.noi-dung"),
        ({"noi-dung": "x", "\ud800": "x"}, 400, "answers"),
        ({"noi-dung": "x", "k" * 41: "x"}, 400, "answers"),
        ({"noi-dung": "x" * 301}, 422, "answers.noi-dung"),
        ({"noi-dung": "x", "so-tien": "5000000"}, 400, "answers.so-tien"),
        ({"noi-dung": "x", "so-tien": 1.5}, 400, "answers.so-tien"),
        ({"noi-dung": "x", "so-tien": -1}, 422, "answers.so-tien"),
        ({"noi-dung": "x", "so-tien": 10**15}, 422, "answers.so-tien"),
        ({"noi-dung": "x", "tu-ngay": "31/12/2025"}, 400, "answers.tu-ngay"),
        ({"noi-dung": "x", "tu-ngay": "2999-01-01"}, 422, "answers.tu-ngay"),
        ({"noi-dung": "x", "dien-thoai": "123"}, 422, "answers.dien-thoai"),
        ({"noi-dung": "x", "loai": "Đất"}, 400, "answers.loai"),
        ({"noi-dung": " "}, 422, "answers.noi-dung"),
        ({}, 422, "answers.noi-dung"),
        (["noi-dung"], 400, "answers"),
        (None, 400, "answers"),
    ],
    ids=str,
)
def test_answers_are_those_that_the_procedure_asks(one_stop, version, enterprise, answers, status, attr):
    answer = send(one_stop, body(enterprise, answers=answers))
    assert fault(answer)[::2] == (status, attr), answer.content
    assert nothing_was_kept()


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"arrived_on": "06/01/2026"}, "arrived_on"),
        ({"applicant_name": " "}, "applicant_name"),
        ({"outside_code": ""}, "outside_code"),
        ({"outside_code": "x" * 61}, "outside_code"),
        ({"outside_code": "MC-\u202e000123"}, "outside_code"),
        ({"outside_code": "MC\u200b-000123"}, "outside_code"),
        ({"outside_code": "MC\n000123"}, "outside_code"),
        ({"applicant_name": "Trần\u202e Thị"}, "applicant_name"),
        ({"applicant_name": "Trần\nThị"}, "applicant_name"),
        ({"answers": {"noi-dung": "Thiếu\u0007 đất"}}, "answers.noi-dung"),
        ({"answers": {"noi-dung": "Thiếu\ufffe đất"}}, "answers.noi-dung"),
        ({"tax_code": "0101\u200b234567"}, "tax_code"),
        ({"procedure": "KN-\u200b01"}, "procedure"),
        ({"state": "received"}, "state"),
        ({"files": {}}, "files"),
        ({"enterprise": NOBODY}, "enterprise"),
        ({"tax_code": "0000000000"}, "tax_code"),
    ],
    ids=str,
)
def test_what_is_not_what_it_should_be_is_named(one_stop, version, enterprise, change, attr):
    assert fault(send(one_stop, body(enterprise) | change))[::2] == (400, attr)
    assert nothing_was_kept()


@pytest.mark.parametrize("days", [-3650, -31, 1])
def test_a_day_still_to_come_or_long_ago_is_refused(one_stop, version, enterprise, days):
    today = timezone.localdate()
    answer = send(one_stop, body(enterprise, arrived_on=(today + timedelta(days=days)).isoformat()))
    assert fault(answer) == (422, "refused", "arrived_on") and nothing_was_kept()
    assert ("chưa đến" if days > 0 else formats.vn_date(today - timedelta(days=30))) in sentence(answer)
    lodged(one_stop, body(enterprise, arrived_on=(today - timedelta(days=30)).isoformat()))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("virus.pdf", b"MZ" + b"\0" * 500),
        ("van-ban.exe", b"MZ" + b"\0" * 500),
        ("trong.pdf", b""),
        ("anh.png", one_page()),
        ("lon.pdf", b"%PDF-1.4\n" + b"\0" * (11 * 2**20)),
    ],
    ids=str,
)
def test_a_hostile_file_is_refused_by_its_component_with_nothing_kept(one_stop, version, enterprise, name, content):
    files = {"so_do": paper(), "van_ban": paper(name, content)}
    answer = send(one_stop, body(enterprise), **files)
    assert fault(answer) == (422, "refused", "van-ban"), answer.content
    assert nothing_was_kept()
    lodged(one_stop, body(enterprise))


def test_files_are_those_of_the_components(one_stop, version, enterprise):
    missing = send(one_stop, body(enterprise, answers={"noi-dung": "x", "loai": "dat"}))
    assert fault(missing) == (422, "refused", "so-do") and "Sơ đồ" in sentence(missing)
    unknown = send(one_stop, body(enterprise), van_ban=paper(), khac=paper())
    assert fault(unknown) == (400, "invalid", "khac") and "thành phần" in sentence(unknown)
    three = [paper(f"{n}.pdf", one_page() + b"\n" * n) for n in range(3)]
    assert fault(send(one_stop, body(enterprise), van_ban=paper(), so_do=three)) == (422, "refused", "so-do")
    assert nothing_was_kept()


def faults(answer):
    return answer.status_code, {each["attr"] for each in json.loads(answer.content)["errors"]}


def test_all_that_keeps_it_from_being_lodged_is_named_at_once(one_stop, version, enterprise):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    wrong = {"so-tien": -1, "dien-thoai": "123", "loai": "dat"}
    files = {"khac": paper(), "van_ban": paper("virus.pdf", b"MZ" + b"\0" * 500)}
    said = {"answers.so-tien", "answers.dien-thoai", "answers.noi-dung", "khac", "van-ban", "so-do", "arrived_on"}
    answer = send(one_stop, body(enterprise, answers=wrong, arrived_on=tomorrow), **files)
    assert faults(answer) == (400, said)  # the procedure has no such component
    answer = send(one_stop, body(enterprise, answers=wrong, arrived_on=tomorrow), van_ban=files["van_ban"])
    assert faults(answer) == (422, said - {"khac"})
    answer = send(one_stop, body(enterprise, answers={**wrong, "tu-ngay": 5, "ten": "A"}, arrived_on=tomorrow), **files)
    assert faults(answer) == (400, said | {"answers.tu-ngay", "answers.ten"})  # some could not be read at all
    assert nothing_was_kept()


def test_an_unknown_procedure_and_an_unknown_enterprise_are_named_at_once(one_stop, version, enterprise):
    unknown = body(enterprise, procedure="KN-00") | {"tax_code": "0000000000"}
    assert faults(send(one_stop, unknown)) == (400, {"procedure", "tax_code"})
    answers = {"so-tien": "5", "loai": True}
    answer = send(one_stop, body(enterprise, answers=answers) | {"tax_code": "0000000000"})
    assert faults(answer) == (400, {"answers.so-tien", "answers.loai", "answers.noi-dung", "tax_code"})


def coded(answer):
    return answer.status_code, {each["attr"]: each["code"] for each in json.loads(answer.content)["errors"]}


def test_what_could_not_be_read_is_named_with_what_the_rules_refuse_of_the_rest(one_stop, version, enterprise):
    lodged(one_stop, body(enterprise))
    old = (timezone.localdate() - timedelta(days=31)).isoformat()
    wrong = body(enterprise, arrived_on=old, colour=1, answers={"so-tien": -1, "loai": True, "tu-ngay": "31/12"})
    del wrong["applicant_name"]
    files = {"van_ban": paper("virus.pdf", b"MZ" + b"\0" * 500), "khac": paper()}
    answer = send(one_stop, wrong, **files)
    said = {
        "colour": "invalid", "applicant_name": "required", "answers.loai": "invalid", "answers.tu-ngay": "not_a_day",
        "answers.so-tien": "refused", "answers.noi-dung": "refused", "arrived_on": "refused", "outside_code": "refused",
        "van-ban": "refused", "khac": "invalid",
    }  # fmt: skip
    assert coded(answer) == (400, said)
    Enterprise.objects.filter(pk=enterprise.pk).update(status="dissolved", status_from=date(2026, 1, 1))
    version.procedure.closed_on, version.procedure.closed_reason = timezone.localdate(), "Bãi bỏ"
    version.procedure.save()
    ended = {"procedure": "refused", "tax_code": "refused", "arrived_on": "refused"}
    assert coded(send(one_stop, body(enterprise, outside_code="MC-2", arrived_on=old))) == (422, ended)
    none = {"procedure": "required", "enterprise": "invalid", "arrived_on": "required"}
    none |= {"applicant_name": "required", "outside_code": "required"}
    assert coded(send(one_stop, {})) == (400, none)
    assert Dossier.objects.count() == StoredFile.objects.count() == 1


def test_what_could_not_be_read_uses_up_no_key_and_is_said_with_a_missing_one(one_stop, version, enterprise):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    wrong = body(enterprise, applicant_name=" ", arrived_on=tomorrow)
    assert faults(send(one_stop, wrong, key="k-1")) == (400, {"applicant_name", "arrived_on"})
    assert faults(one_stop.post("dossiers", wrong, key=""))[1] == {
        "Idempotency-Key", "applicant_name", "arrived_on", "van-ban",
    }  # fmt: skip
    assert nothing_was_kept() and not User.objects.filter(is_system=True).exists()
    lodged(one_stop, body(enterprise), key="k-1")


@pytest.mark.parametrize(
    ("parts", "status", "attr"),
    [
        ({}, 400, "dossier"),
        ({"dossier": ["{}", "{}"]}, 400, "dossier"),
        ({"dossier": "{}", "van-ban": "text"}, 400, "van-ban"),
        ({"dossier": "["}, 400, None),
        ({"dossier": '{"procedure": NaN}'}, 400, None),
        ({"dossier": '{"a": 1, "a": 2}'}, 400, None),
        ({"dossier": b'{"applicant_name": "\xff"}'}, 400, None),
        ({"dossier": "[]"}, 400, None),
        ({"dossier": "[" * 100_000}, 400, None),
        ({"dossier": " " * (6 * 2**20)}, 413, None),
    ],
    ids=["nothing", "twice", "text as file", "cut", "nan", "name twice", "bytes", "list", "deep", "6 MB"],
)
def test_a_form_that_is_none_is_a_clear_4xx(one_stop, version, parts, status, attr):
    answer = one_stop.send_form("dossiers", parts)
    assert answer.status_code == status and (attr is None or fault(answer)[2] == attr), answer.content
    assert nothing_was_kept()


def test_the_json_may_be_sent_as_a_file_and_a_form_is_no_larger_than_taken(one_stop, version, enterprise, settings):
    part = SimpleUploadedFile("dossier.json", json.dumps(body(enterprise)).encode(), "application/json")
    settings.API_FORM_MEGABYTES = 0
    assert one_stop.send_form("dossiers", {"dossier": part, "van-ban": paper()}).status_code == 413
    settings.API_FORM_MEGABYTES = 1
    part.seek(0)
    assert one_stop.send_form("dossiers", {"dossier": part, "van-ban": paper()}).status_code == 201


def test_a_form_is_taken_only_where_files_are_expected(one_stop):
    other = System("city_statistics:write", name="Thống kê")
    assert fault(other.send_form("city_statistics", {"dossier": "{}"}))[:2] == (415, "unsupported_media_type")
    answer = one_stop.post("dossiers", "a=1", content_type="application/x-www-form-urlencoded")
    assert fault(answer)[:2] == (415, "unsupported_media_type")
    broken = one_stop.post("dossiers", b"--x\r\nnothing", content_type="multipart/form-data; boundary=")
    assert broken.status_code == 400 and "multipart/form-data" in sentence(broken)


def test_lodging_nothing_is_refused(one_stop):
    answer = one_stop.post("dossiers", b"")
    assert answer.status_code == 400 and "procedure" in answer.content.decode(), answer.content


# --- who ------------------------------------------------------------------------------------------


def test_a_right_to_read_does_not_lodge(version, enterprise):
    reader = System("dossiers:read")
    assert fault(send(reader, body(enterprise)))[:2] == (403, "permission_denied") and nothing_was_kept()


def test_a_system_of_one_ward_lodges_for_no_enterprise_elsewhere(version):
    near, far = make_enterprise(ward=make_unit("00004")), make_enterprise(ward=make_unit("00008"))
    narrow = System("dossiers:read", "dossiers:write", wards=["00004"])
    lodged(narrow, body(near))
    unseen = send(narrow, body(far, outside_code="MC-2"))
    unknown = send(narrow, body(far, outside_code="MC-2") | {"tax_code": "0100000000"})
    assert (unseen.status_code, unseen.content) == (400, unknown.content)
    assert Dossier.objects.count() == 1


def test_another_system_sees_nothing_of_it(one_stop, version, enterprise):
    other = System("dossiers:read", "dossiers:write", name="Hệ thống khác")
    _rows, cursor = other.changed("dossiers/changes?limit=100")
    row = lodged(one_stop, body(enterprise))
    make_dossier(version, enterprise, state="lodged")
    seal_all(now=timezone.now())
    assert other.walk("dossiers?limit=10") == [] and other.read("dossiers?limit=1&count=true")["count"] == 0
    assert other.get(f"dossiers/{row['id']}").status_code == 404
    assert other.changed("dossiers/changes?limit=100", cursor)[0] == []
    assert [each["id"] for each in one_stop.walk("dossiers?limit=10")] == [row["id"]]


def test_a_dossier_is_found_by_its_codes_and_state(one_stop, version, enterprise):
    first = lodged(one_stop, body(enterprise))
    second = lodged(one_stop, body(enterprise, outside_code="MC-2"))
    for asked, found in (
        ("outside_code=MC-2", [second]), (f"code={first['code']}", [first]), ("state=received", []),
        (f"tax_code={enterprise.tax_code}&sort=-lodged_at", [second, first]), ("procedure=KN-99", [first, second]),
    ):  # fmt: skip
        assert [row["id"] for row in one_stop.walk(f"dossiers?{asked}")] == [row["id"] for row in found], asked
    assert fault(one_stop.get("dossiers?state=draft"))[::2] == (400, "state")


# --- where it stands ------------------------------------------------------------------------------


def status(system, row):
    return system.read(f"dossiers/{row['id']}?fields=state,one_stop_code,turn,due_on,reason,legal_basis,result_number")


def test_a_clerk_receives_it_on_the_page_and_the_system_reads_so(one_stop, version, enterprise, client):
    make_rule("dossier_one_stop_codes", [
        {"code": "lodged", "label_vi": "Chờ", "one_stop": "CHO_TIEP_NHAN"},
        {"code": "received", "label_vi": "Đã nhận", "one_stop": "DA_TIEP_NHAN"},
    ])  # fmt: skip
    row = lodged(one_stop, body(enterprise))
    _changes, cursor = one_stop.changed("dossiers/changes?limit=100")
    clerk, dossier = make_user(Role.INTAKE), Dossier.objects.get(public_id=row["id"])
    client.force_login(clerk)
    found = client.get(reverse("dossiers:dossier_list"), {"q": "MC-000123"})
    assert row["code"] in found.content.decode()
    shown = client.get(reverse("dossiers:dossier", args=[row["id"]])).content.decode()
    assert "MC-000123" in shown and "Hệ thống một cửa" in shown and "kien-nghi.pdf" in shown
    page = reverse("dossiers:receive_dossier", args=[row["id"]])
    asked = client.get(page)
    assert formats.vn_date(timezone.localdate() - timedelta(days=1)) in asked.content.decode()  # since when it lies
    answer = client.post(page, {"operation_key": asked.context["form"]["operation_key"].value(), "note": ""})
    assert answer.status_code == 302
    dossier.refresh_from_db()
    read = status(one_stop, row)
    assert read == {
        "id": row["id"], "state": "received", "one_stop_code": "DA_TIEP_NHAN", "turn": "department",
        "due_on": dossier.due_on.isoformat(), "reason": None, "legal_basis": None, "result_number": None,
    }  # fmt: skip
    seal_all(now=timezone.now())
    ((change,), _cursor) = one_stop.changed("dossiers/changes?limit=100", cursor)
    assert (change["id"], change["row"]["state"]) == (row["id"], "received")


def test_what_ended_says_why_and_what_was_issued_its_number(one_stop, version, enterprise):
    rows = [lodged(one_stop, body(enterprise, outside_code=f"MC-{n}")) for n in range(3)]
    refused_one, issued, withdrawn = (Dossier.objects.get(public_id=row["id"]) for row in rows)
    clerk = make_user(Role.INTAKE)
    told = {"reason": "Không thuộc thẩm quyền", "legal_basis": "NĐ 61/2018"}
    handling.refuse_dossier(dossier=refused_one, by=clerk, now=timezone.now(), **told)
    services.withdraw_dossier(dossier=withdrawn, reason="Nộp nhầm", by=clerk, now=timezone.now())
    for state in ("received", "appraising", "submitted", "approved", "issued"):
        make_slip_line(issued, state, note="Ghi chú nội bộ")
    said = [status(one_stop, row) for row in rows]
    assert [(each["state"], each["turn"], each["reason"], each["legal_basis"]) for each in said] == [
        ("refused", "nobody", "Không thuộc thẩm quyền", "NĐ 61/2018"),
        ("issued", "department", None, None),
        ("withdrawn", "nobody", "Nộp nhầm", ""),
    ]
    assert said[1]["result_number"] == "1/SCT"
    assert "Ghi chú nội bộ" not in one_stop.get(f"dossiers/{rows[1]['id']}").content.decode()


def test_the_names_of_states_follow_their_rule(one_stop, version, enterprise):
    row = lodged(one_stop, body(enterprise))
    seal_all(now=timezone.now())
    _changes, cursor = one_stop.changed("dossiers/changes?limit=100")
    for code, since, until in (("CU", date(2020, 1, 1), date(2025, 12, 31)), ("MOI", date(2026, 1, 1), None)):
        make_rule("dossier_one_stop_codes", [{"code": "lodged", "one_stop": code}], valid_from=since, valid_to=until)
    assert status(one_stop, row)["one_stop_code"] == "MOI"
    record_event("rule changed", Rule.objects.get(valid_to=None), by="system:test", now=timezone.now())
    seal_all(now=timezone.now())
    assert [each["id"] for each in one_stop.changed("dossiers/changes?limit=100", cursor)[0]] == [row["id"]]


# --- what the procedures ask ----------------------------------------------------------------------


def test_procedures_say_what_they_ask(one_stop, version):
    make_version(make_procedure("NHAP"))
    (row,) = one_stop.walk("procedures?limit=10")
    assert (row["code"], row["version"]) == ("KN-99", version.number)
    assert [(each["code"], each["need"], each["formats"]) for each in row["components"]] == [
        ("van-ban", "required", ["pdf"]), ("so-do", "conditional", ["pdf"]),
    ]  # fmt: skip
    assert [(each["code"], each["kind"], each["required"]) for each in row["form"]] == [
        ("noi-dung", "text", True), ("so-tien", "money", False), ("tu-ngay", "past_date", False),
        ("dien-thoai", "phone", False), ("loai", "choice", False),
    ]  # fmt: skip
    assert row["form"][-1]["choices"] == [
        {"code": "dat", "label_vi": "Đất", "label_en": "Land"}, {"code": "von", "label_vi": "Vốn", "label_en": ""},
    ]  # fmt: skip


def test_the_form_is_described_part_by_part(client):
    described = json.loads(client.get("/api/v1/openapi.json").content)
    content = described["paths"]["/api/v1/dossiers"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
    reference = content["multipart/form-data"]["schema"]["properties"]["dossier"]["$ref"]
    assert content["application/json"]["schema"] == {"$ref": reference}
    assert reference.rpartition("/")[2] in described["components"]["schemas"]


def test_for_a_record_that_was_merged_no_dossier_is_lodged_and_no_name_is_told(version, enterprise):
    here, there = make_unit(), make_unit()
    winner = make_enterprise("Công ty Kín Tên", ward=there)
    Enterprise.objects.filter(pk=enterprise.pk).update(ward=here)
    merge_enterprises(winner=winner, loser=enterprise, reason="Một", by=make_head(), now=timezone.now())
    for wards, words in ([here.code], "Không có doanh nghiệp này"), ([there.code], "merged_into"):
        system = System("dossiers:read", "dossiers:write", name=f"Một cửa {wards[0]}", wards=wards)
        for given in (body(enterprise), body(enterprise, answers={})):
            answer = system.post("dossiers", given)
            said = answer.content.decode()
            assert answer.status_code == 400 and words in said and "Kín Tên" not in said
    assert not Dossier.objects.exists()
