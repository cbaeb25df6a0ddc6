"""The register and the series on screen: who sees and does what, each form once, and what was typed is kept."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from documents.forms.incoming import EnterIncomingForm
from documents.forms.numbers import ContinueForm, GiveNumberForm
from documents.forms.papers import NumberPaperForm
from documents.models import NumberSeries, PaperNumber
from documents.services import numbers as services
from tests.factories import (
    make_administrator,
    make_auditor,
    make_enterprise_user,
    make_number,
    make_office,
    make_officer,
    make_series,
    make_user,
)

pytestmark = pytest.mark.django_db


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def page(name, *rows):
    return reverse(f"documents:{name}", args=[row.public_id for row in rows])


@pytest.fixture
def clerk():
    return make_user(Role.RECORDS_CLERK)


def test_staff_read_the_register_the_clerk_writes_it_and_strangers_see_nothing(client_as, client, clerk):
    number = make_number()
    reads = [page("number_list"), page("number", number), page("series_list"), page("series", number.series)]
    gives = [page("give_number"), page("correct_number", number)]
    series = [page("add_series"), page("edit_series", number.series), page("continue_series", number.series)]
    for reader in (make_officer(), make_auditor()):
        assert {client_as(reader).get(address).status_code for address in reads} == {200}
        assert {client_as(reader).get(address).status_code for address in gives + series} == {403}
    assert {client_as(clerk).get(address).status_code for address in reads + gives + series} == {200}
    assert {client_as(make_administrator()).get(address).status_code for address in series} == {200}
    assert client_as(make_user(Role.CHIEF_OF_OFFICE)).get(page("void_number", number)).status_code == 200
    for outside in (make_enterprise_user(), make_user(Role.COUNCIL_MEMBER)):
        assert {client_as(outside).get(address).status_code for address in reads + gives + series} == {403}
    assert {client.get(address).status_code for address in reads + gives + series} == {302}


def test_a_number_is_given_once_however_often_the_form_is_sent_and_made_void_with_a_reason(client_as, clerk):
    client, series, office = client_as(clerk), make_series(pattern="{number}/TB-SCT"), make_office()
    given = {
        "series": series.pk, "office": office.pk, "dated_on": timezone.localdate().strftime("%d/%m/%Y"), "copies": "3",
        "subject": "Về việc thử & kiểm tra", "signer": "Giám đốc", "recipients": "Như trên", "note": "", "number": "",
        "operation_key": str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post(page("give_number"), given | {"secrecy": "yes"}).status_code == 200
    assert PaperNumber.objects.count() == 0
    answers = [client.post(page("give_number"), given | {"secrecy": "no"}) for _time in range(2)]
    number = PaperNumber.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {page("number", number)}
    shown = client.get(page("number", number)).content.decode()
    assert "01/TB-SCT" in shown
    assert "Về việc thử &amp; kiểm tra" in shown
    post(client, page("void_number", number), reason="Ghi trùng", version=1)
    assert "Ghi trùng" in client.get(page("number", number)).content.decode()
    again = post(client, page("void_number", number), reason="Lần nữa", version=1)
    assert "Lần nữa" in again.content.decode()
    assert "đã hủy" in again.content.decode()


def test_what_is_refused_keeps_what_was_typed(client_as, clerk):
    series, office = make_series(), make_office()
    given = {
        "series": series.pk, "office": office.pk, "dated_on": timezone.localdate().strftime("%d/%m/%Y"), "copies": "1",
        "subject": "Nội dung đã gõ", "signer": "Giám đốc", "number": "5", "secrecy": "no",
    }  # fmt: skip
    answer = post(client_as(clerk), page("give_number"), **given)
    assert "Nội dung đã gõ" in answer.content.decode()
    assert "để trống" in answer.content.decode()


def test_a_series_is_entered_corrected_continued_and_ended(client_as, clerk):
    client = client_as(clerk)
    given = {
        "code": "CD",
        "name_vi": "Công điện",
        "register": "out",
        "numbered_by": "portal",
        "pattern": "{number}/CĐ-SCT",
    }
    post(client, page("add_series"), **given, confidence="K")
    series = NumberSeries.objects.get(code="CD")
    changed = {"name_vi": "Công điện của Sở", "pattern": "{number}/CĐ-SCT", "confidence": "K", "version": 1}
    post(client, page("edit_series", series), **changed, reason="Tên đúng", numbered_by="system", code="KHAC")
    series.refresh_from_db()
    assert (series.name_vi, series.numbered_by, series.code) == ("Công điện của Sở", "portal", "CD")
    year = timezone.localdate().year
    post(client, page("continue_series", series), year=year, last_number="41", reason="Sổ giấy")
    assert "41" in client.get(page("series", series)).content.decode()
    day = timezone.localdate().strftime("%d/%m/%Y")
    post(client, page("end_series", series), ended_on=day, reason="Thôi dùng", version=2)
    assert page("edit_series", series) not in client.get(page("series", series)).content.decode()


def test_the_register_costs_the_same_for_one_row_and_for_three_and_is_found_without_marks(client_as, clerk):
    client, series = client_as(clerk), make_series(pattern="{number}/TB-SCT")
    make_number(series, subject="Thông báo kết luận")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page("number_list")).status_code == 200
        return len(queries)

    cost()
    one = cost()
    make_number(series)
    make_number(series)
    assert cost() == one <= 12
    found = client.get(page("number_list"), {"q": "ket luan"}).content.decode()
    assert "01/TB-SCT" in found
    assert "02/TB-SCT" not in found
    for kind in ("xlsx", "csv", "docx", "print"):
        answer = client.get(page("number_list"), {"export": kind})
        assert answer.status_code == 200
        assert answer.getvalue()


def test_the_register_is_printed_as_the_decree_has_it_in_the_order_of_its_days(client_as, clerk):
    series, today = make_series(name_vi="Thông báo"), timezone.localdate()
    first = make_number(series, dated_on=today - timedelta(days=1), now=timezone.now(), subject="Việc trước")
    make_number(series, dated_on=today, now=timezone.now(), subject="Việc sau")
    services.void_number(number=first, version=first.version, by=clerk, now=timezone.now(), reason="Ghi trùng")
    client = client_as(clerk)
    printed = client.get(page("number_list"), {"export": "register"}).content.decode()
    assert printed.index("Thông báo: Việc trước") < printed.index("Thông báo: Việc sau")
    assert all(words in printed for words in ("Tên loại và trích yếu nội dung", "nhận bản lưu", "Đã hủy: Ghi trùng"))
    for kind in ("register", "print"):
        sheet = client.get(page("number_list"), {"export": kind}).content.decode()
        assert "Văn thư" in sheet and "Kế toán trưởng" not in sheet


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (NumberPaperForm, "number"),
        (GiveNumberForm, "number"),
        (EnterIncomingForm, "number"),
        (ContinueForm, "last_number"),
    ],
)
def test_the_number_of_a_paper_reads_without_dots(form, name):
    field = form.base_fields[name]
    assert [field.prepare_value(field.clean(typed)) for typed in ("3002", "3.002")] == ["3002", "3002"]
    with pytest.raises(ValidationError, match="1000000"):
        field.clean("1000001")


def test_whoever_is_slower_at_a_number_or_a_series_reads_who_changed_it(client_as, clerk):
    other, number = make_user(Role.RECORDS_CLERK), make_number()
    entry = {name: getattr(number, name) for name in services.ENTRY} | {"note": "Bản sửa"}
    given = {"by": other, "now": timezone.now(), "reason": "Sửa"}
    services.correct_number(number=number, values=entry, version=number.version, **given)
    series = make_series()
    services.edit_series(series=series, values={"note": "x"}, version=series.version, **given)
    for name, row, more in (
        ("void_number", number, {}),
        ("end_series", series, {"ended_on": timezone.localdate().strftime("%d/%m/%Y")}),
    ):
        late = post(client_as(clerk), page(name, row), version=row.version, reason="Ghi trùng", **more).content.decode()
        assert "Cả hai bản" not in late and "Trong lúc đó đã có người xử lý" in late and other.full_name in late
        assert "Ghi trùng" in late
