"""The register of dossiers: receipts of a period with what became of them, alike on the page and in every file."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from accounts.roles import Role
from dossiers.models import SlipLine
from dossiers.tables.register import register_table, with_period
from reference.rules import shape_of
from tests.documents.test_layout import bare, bare_lines, pages_of
from tests.factories import (
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_office,
    make_procedure,
    make_rule,
    make_slip_line,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 6, 1, 3, tzinfo=UTC)
JUNE = {"received_from": "01/06/2026", "received_to": "30/06/2026"}
REGISTER = "dossiers:register"


def received(version, enterprise=None, at=DAY, **fields):
    dossier = make_dossier(version, enterprise, state="lodged", at=at - timedelta(days=1), **fields)
    make_slip_line(dossier, "received", at=at, starts_on=date(2026, 6, 1), due_on=date(2026, 6, 8))
    return dossier


def returned(version, enterprise, at=DAY):
    dossier = received(version, enterprise, at)
    make_slip_line(dossier, "received", "assign", at=at + timedelta(hours=1), handler=make_user(Role.OFFICER))
    make_slip_line(dossier, "received", "extend", at=at + timedelta(hours=2), due_on=date(2026, 6, 12))
    for target in ("appraising", "submitted", "approved"):
        make_slip_line(dossier, target)
    number = f"{7 + SlipLine.objects.filter(verb='issue').count()}/SCT-QLCN"
    make_slip_line(dossier, "issued", at=at + timedelta(days=2), paper_number=number, paper_on=date(2026, 6, 3))
    make_slip_line(dossier, "returned", at=at + timedelta(days=3), note="Trả qua bưu chính")
    return dossier


@pytest.fixture
def office():
    return make_office(name="Phòng Quản lý công nghiệp")


@pytest.fixture
def version(office):
    return make_version(office=office, state="issued")


@pytest.fixture
def client(client_as):
    return client_as(make_user(Role.INTAKE))


def text_of(answer):
    return unescape(answer.content.decode())


def seen(client, **asked):
    return text_of(client.get(reverse(REGISTER), {**JUNE, **asked}))


def test_the_register_tells_what_became_of_each_receipt_of_the_period(client, version):
    enterprise = make_enterprise(name="Công ty Mộc Lan", address="Số 1 phố Thử", phone="024 1")
    done = returned(version, enterprise)
    before, after = (received(version, at=DAY + timedelta(days=days)) for days in (-40, 40))
    page = seen(client)
    for words in (
        done.code, "Công ty Mộc Lan", "Số 1 phố Thử, 024 1", "10:00 01/06/2026", "08/06/2026", "11:00 01/06/2026",
        "7/SCT-QLCN ngày 03/06/2026", "Trả qua bưu chính", "hẹn lại ngày 12/06/2026", "Phòng Quản lý công nghiệp",
    ):  # fmt: skip
        assert words in page, words
    assert before.code not in page and after.code not in page
    assert before.code in seen(client, received_from="01/04/2026", received_to="30/04/2026")
    assert done.code not in seen(client, received_from="31/02/2026")


def test_the_whole_last_day_counts_and_without_days_it_is_the_month_so_far(client, version):
    last = received(version, at=datetime(2026, 6, 30, 16, 59, tzinfo=UTC))  # 23:59 in Hà Nội
    next_day = received(version, at=datetime(2026, 6, 30, 17, 1, tzinfo=UTC))
    page = seen(client)
    assert last.code in page and next_day.code not in page
    now = received(version, at=timezone.now() - timedelta(minutes=1))
    shown = client.get(reverse(REGISTER))
    asked = {f'value="{state}"' in shown.text for state in ("received", "returned", "withdrawn")}
    assert asked == {True} and not any(f'value="{state}"' in shown.text for state in ("draft", "lodged", "refused"))
    page = text_of(shown)
    assert now.code in page and last.code not in page
    assert with_period({"received_from": "", "received_to": "02/01/2026"}, date(2026, 6, 9)) == {
        "received_from": "01/06/2026", "received_to": "02/01/2026",
    }  # fmt: skip


def test_the_register_of_an_office_or_a_procedure_has_its_dossiers_only(client, version, office):
    other = make_version(make_procedure(), office=make_office(), state="issued")
    own, foreign = received(version), received(other)
    page = seen(client, office=office.code)
    assert own.code in page and foreign.code not in page
    page = seen(client, procedure=other.procedure.code)
    assert foreign.code in page and own.code not in page
    assert own.code not in seen(client, state="returned")


def test_page_print_excel_word_and_pdf_are_alike(client, version):
    first = returned(version, make_enterprise())
    second = received(version, at=DAY + timedelta(hours=5))
    heads = [str(column.verbose_name) for column in register_table(date(2026, 6, 9)).base_columns.values()]
    page, printed = seen(client), seen(client, export="print")
    sheet = load_workbook(BytesIO(client.get(reverse(REGISTER), {**JUNE, "export": "xlsx"}).getvalue())).active
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    words = Document(BytesIO(client.get(reverse(REGISTER), {**JUNE, "export": "docx"}).getvalue()))
    table = [[cell.text for cell in row.cells] for row in words.tables[1].rows]
    pdf = bare(bare_lines(pages_of(client.get(reverse(REGISTER), {**JUNE, "export": "pdf"}).getvalue())))
    assert table[0][1:] == heads
    assert ["1", first.code] == table[1][:2] and ["2", second.code] == table[2][:2]
    assert [row[:2] for row in rows[-2:]] == [[1, first.code], [2, second.code]]
    assert ["SỔ THEO DÕI HỒ SƠ"] in rows and ["Từ ngày 01/06/2026 đến ngày 30/06/2026"] in rows
    for text in (*heads, *(cell for row in table[1:] for cell in row)):
        assert text in page and text in printed, text
        assert bare(text) in pdf, text


def test_the_number_of_the_form_stands_on_the_register_of_numbered_procedures_only(client):
    numbered, plain = (make_version(make_procedure(), form_set=kind, state="issued") for kind in ("numbered", "plain"))
    for version in (numbered, plain):
        received(version)
    assert "Mẫu số 07" in seen(client, export="print", procedure=numbered.procedure.code)
    assert "Mẫu số 07" not in seen(client, export="print", procedure=plain.procedure.code)
    assert "Mẫu số 07" not in seen(client, export="print")
    pdf = client.get(reverse(REGISTER), {**JUNE, "export": "pdf", "procedure": numbered.procedure.code}).getvalue()
    assert "Mẫu số 07" in pages_of(pdf)[0]


def test_columns_their_order_and_headings_are_a_rule(client, version):
    dossier = received(version)
    make_rule("dossier_register", [
        {"code": "tax_code", "label_vi": "MST", "label_en": "Tax code"},
        {"code": "code", "label_vi": "Số hồ sơ", "label_en": "Code"},
        {"code": "signature", "label_vi": "Ký nhận", "label_en": "Signature"},
        {"code": "unknown", "label_vi": "Không có", "label_en": "None"},
    ])  # fmt: skip
    words = Document(BytesIO(client.get(reverse(REGISTER), {**JUNE, "export": "docx"}).getvalue()))
    table = [[cell.text for cell in row.cells] for row in words.tables[1].rows]
    assert table == [["STT", "MST", "Số hồ sơ", "Ký nhận"], ["1", dossier.enterprise.tax_code, dossier.code, ""]]
    (rows,) = shape_of("dossier_register")
    with pytest.raises(ValidationError, match="không có cột khac"):
        rows.field().clean("khac | Khác | Other")


def test_staff_and_auditors_read_it_and_enterprises_do_not(client_as, version):
    dossier = received(version, make_enterprise())
    assert client_as(make_user(Role.AUDITOR)).get(reverse(REGISTER)).status_code == 200
    assert client_as(make_enterprise_user(dossier.enterprise)).get(reverse(REGISTER)).status_code == 403


def test_the_page_costs_the_same_however_many_rows_it_has(client, version):
    def cost():
        seen(client)
        with CaptureQueriesContext(connection) as queries:
            seen(client)
        return len(queries)

    returned(version, make_enterprise())
    before = cost()
    for _two in range(2):
        returned(version, make_enterprise())
    assert cost() == before <= 12
