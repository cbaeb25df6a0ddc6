"""The Treasury's table through the framework of imports: headings, bad rows, the same file twice, undoing."""

import html
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from audit.refusals import Refused
from documents import reasons, workbooks
from documents.imports import kinds
from documents.models import Import
from documents.services import imports as services
from jobs import services as jobs
from programme.models import TreasuryStatement
from tests.documents.sheets import upload, workbook
from tests.programme.making import (
    make_accountant,
    make_budget_year,
    make_chief_accountant,
    make_commitment,
    make_line,
    make_paid_payment,
    reconciled,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 4, 20, 3, 0, tzinfo=UTC)
HEAD = ["STT", "Số chứng từ", "Ngày", "Nội dung", "Số tiền", "Tài khoản/Đơn vị nhận", "Loại"]
TITLE = [["KHO BẠC NHÀ NƯỚC"], ["SỔ CHI TIẾT CHI NGÂN SÁCH QUÝ I NĂM 2024"], ["Đơn vị tính: đồng"]]


@pytest.fixture
def accountant():
    return make_accountant()


@pytest.fixture
def commitment():
    return make_commitment(make_line(make_budget_year(2024)), 900_000_000)


def row(number, voucher, on="05/03/2024", amount=10_000_000, account="1020304050 - Công ty A", kind="Thanh toán"):
    return [number, voucher, on, "Thanh toán hợp đồng", amount, account, kind]


def sent(rows, *, by, title=TITLE, head=HEAD, year=2024, name="so-phu.xlsx"):
    data = rows if isinstance(rows, bytes) else workbook([*title, head, *rows])
    import_ = services.start_import(
        kind=kinds()["treasury-statement"], file=upload(data, name), year=year, by=by, now=NOW
    )
    return worked(import_)


def worked(import_):
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=NOW + timedelta(seconds=1))
    import_.refresh_from_db()
    return import_


def applied(import_, by):
    services.apply_import(import_=import_, by=by, now=NOW)
    import_ = worked(import_)
    assert import_.state == Import.State.APPLIED, import_.refusal
    return import_


def flagged(import_):
    """The sentences of the preview about rows that deserve a look."""
    kind = kinds()["treasury-statement"]
    rows = workbooks.rows_of(import_, "flag")
    return [workbooks.words(kind, import_, problem) for _number, _cells, problems in rows for problem in problems]


def test_a_statement_as_the_treasury_writes_it_is_kept_and_compared(commitment, accountant):
    paid = make_paid_payment(commitment, 10_000_000, voucher="KB-001", paid_on=date(2024, 3, 5))
    rows = [
        row(1, "KB-001"),
        row(2, "KB-002", date(2024, 3, 7), "2.500.000", "Công ty TNHH B", "Tạm ứng"),
        row(3, 15, amount=1_000, account="", kind="Nộp trả"),
        ["", "", "", "Tổng cộng", 12_501_000, "", ""],
    ]
    import_ = sent(rows, by=accountant)
    assert (import_.state, import_.reading["questions"], import_.counts["good"]) == ("previewed", [], 3)
    import_ = applied(import_, accountant)
    assert import_.result == {"kept": 3, "differences": 2}
    statement = TreasuryStatement.objects.get()
    assert (statement.span, statement.starts_on, statement.paid_vnd, statement.recovered_vnd) == (
        "q1",
        date(2024, 1, 1),
        12_500_000,
        1_000,
    )
    facts = list(
        statement.rows.values_list("voucher", "paid_on", "amount_vnd", "direction", "account", "payee", "payment")
    )
    assert facts == [
        ("KB-001", date(2024, 3, 5), 10_000_000, "payment", "1020304050", "Công ty A", paid.pk),
        ("KB-002", date(2024, 3, 7), 2_500_000, "advance", "", "Công ty TNHH B", None),
        ("15", date(2024, 3, 5), 1_000, "recovery", "", "", None),
    ]
    assert list(statement.rows.values_list("number", flat=True)) == [5, 6, 7]
    assert kinds()["treasury-statement"].result_url(import_) == statement.get_absolute_url()


def test_columns_in_any_order_in_a_csv_file_and_a_period_that_is_asked_for(commitment, accountant):
    text = "Số tiền (nghìn đồng);Người thụ hưởng;Số TK;Ngày hạch toán;Số CT\n45,5;Công ty C;999888777;31/12/2024;KB-9\n"
    import_ = sent(text.encode(), by=accountant, name="so-phu.csv")
    assert import_.reading["questions"] == ["bases"]
    with pytest.raises(Refused):
        services.apply_import(import_=import_, by=accountant, now=NOW)
    services.change_reading(
        import_=import_, chosen={"units": {}, "bases": {"span": "adjusted"}}, year=2024, by=accountant, now=NOW
    )
    applied(worked(import_), accountant)
    statement = TreasuryStatement.objects.get()
    assert (statement.span, statement.ends_on) == ("adjusted", date(2025, 1, 31))
    kept = statement.rows.get()
    assert (kept.amount_vnd, kept.payee, kept.account, kept.direction) == (45_500, "Công ty C", "999888777", "out")


def test_every_bad_row_is_named_with_its_column_and_reason(commitment, accountant):
    import_ = sent(
        [
            row(1, "KB-1"),
            row(2, "KB-2", "05/04/2024"),
            row(3, "KB-3", amount=0),
            row(4, "KB-4", amount=-5),
            row(5, "KB-5", "hôm qua"),
            row(6, "KB-6", kind="Biếu"),
            row(7, "KB-7", amount=2 * 10**12),
            row(8, "", amount=7),
        ],
        by=accountant,
    )
    assert (import_.counts["good"], import_.counts["bad"]) == (1, 7)
    kind = kinds()["treasury-statement"]
    said = {
        number: [workbooks.words(kind, import_, problem) for problem in problems]
        for number, _cells, problems in workbooks.rows_of(import_, "bad")
    }
    assert sorted(said) == [6, 7, 8, 9, 10, 11, 12]
    assert all(words and words[0] for words in said.values())
    assert "31/03/2024" in said[6][0]
    with workbooks.rows_with_reasons(import_, kind) as file:
        assert file.read(2) == b"PK"


def test_the_same_file_twice_changes_nothing_and_undoing_takes_it_back(commitment, accountant):
    data = workbook([*TITLE, HEAD, row(1, "KB-1")])
    import_ = applied(sent(data, by=accountant), accountant)
    with pytest.raises(services.AlreadyHere):
        sent(data, by=accountant)
    assert TreasuryStatement.objects.count() == 1
    services.undo_import(import_=import_, reason="Nhầm tệp", by=accountant, now=NOW)
    import_ = worked(import_)
    assert import_.state == Import.State.UNDONE, import_.refusal
    assert TreasuryStatement.objects.get().state == "withdrawn"
    applied(sent(data, by=accountant), accountant)
    assert TreasuryStatement.objects.standing().get().revision == 1


def test_another_file_of_the_same_period_takes_its_place_and_the_preview_says_so(commitment, accountant):
    first = applied(sent([row(1, "KB-1")], by=accountant), accountant)
    second = sent([row(1, "KB-2")], by=accountant)
    assert second.counts["flags"] == 1
    assert "giải trình" in flagged(second)[0]
    applied(second, accountant)
    assert list(TreasuryStatement.objects.order_by("pk").values_list("state", "revision")) == [
        ("replaced", 1),
        ("open", 2),
    ]
    services.undo_import(import_=first, reason="Nhầm", by=accountant, now=NOW)
    first = worked(first)
    assert first.state == "applied" and first.refusal


def test_the_preview_says_that_the_statement_to_be_replaced_is_confirmed(commitment, accountant):
    applied(sent([row(1, "KB-1")], by=accountant), accountant)
    statement = TreasuryStatement.objects.get()
    reconciled(statement, make_chief_accountant())
    (said,) = flagged(sent([row(1, "KB-2")], by=accountant))
    assert "01/BĐC-SCT" in said and "xác nhận lại" in said


def test_a_year_without_a_budget_or_closed_takes_no_statement(accountant):
    with pytest.raises(Refused):
        sent([row(1, "KB-1")], by=accountant)
    make_budget_year(2024, state="closed")
    with pytest.raises(Refused):
        sent([row(1, "KB-1")], by=accountant)


def test_the_template_reads_back_and_the_words_of_periods_are_told_apart(commitment, accountant):
    kind = kinds()["treasury-statement"]
    with workbooks.template(kind, date(2024, 4, 1)) as file:
        assert file.read(2) == b"PK"
    for words, span in (
        ("QUÝ I", "q1"),
        ("QUÝ II", "q2"),
        ("Quý 3", "q3"),
        ("QUÝ IV", "q4"),
        ("tính đến 31/12/2024", "year"),
        ("hết thời gian chỉnh lý quyết toán", "adjusted"),
        ("từ ngày 01/01/2024 đến ngày 31/03/2024", "q1"),
        ("từ 1/10/2024 đến hết ngày 31/12/2024", "q4"),
        ("Từ ngày 01/01/2024 đến ngày 31/12/2024", "year"),
        ("từ ngày 01/01/2024 đến ngày 31/01/2025", "adjusted"),
        ("Từ ngày 1 tháng 4 năm 2024 đến ngày 30 tháng 6 năm 2024", "q2"),
        ("từ ngày 01 tháng 10 đến hết ngày 31 tháng 12", "q4"),
        ("từ ngày 01 tháng 01 năm 2024 đến ngày 31 tháng 01 năm 2025", "adjusted"),
    ):
        import_ = sent(
            [row(1, "KB-1")], by=accountant, title=[[f"BẢNG ĐỐI CHIẾU {words} NĂM 2024"], ["Đơn vị tính: đồng"]]
        )
        assert import_.options["bases"]["span"] == span


@pytest.mark.parametrize("first, last", [("01/12", "31/12"), ("01/01", "31/01"), ("01/01", "30/11"), ("11/1", "31/3")])
def test_a_statement_of_another_period_is_asked_about_and_told_which_can_be_compared(
    commitment, accountant, client_as, first, last
):
    title = [[f"BẢNG ĐỐI CHIẾU từ ngày {first}/2024 đến ngày {last}/2024"], ["Đơn vị tính: đồng"]]
    import_ = sent([row(1, "KB-1")], by=accountant, title=title)
    assert import_.reading["questions"] == ["bases"]
    page = client_as(accountant).get(reverse("documents:import_detail", args=[import_.public_id])).content.decode()
    assert "chỉ đối chiếu theo quý" in html.unescape(page)
    chosen = {"units": {}, "bases": {"span": "q1"}}
    services.change_reading(import_=import_, chosen=chosen, year=2024, by=accountant, now=NOW)
    (said,) = told(worked(import_))
    assert "từ 01/01/2024 đến 31/03/2024 do người nhập chọn" in said
    assert told(sent([row(1, "KB-1")], by=accountant)) == []


def told(import_):
    """What the preview tells of the file as a whole."""
    return [reasons.sentence(text, given) for text, given in import_.reading["remarks"]]


def total(amount, words="Tổng cộng"):
    return ["", "", "", words, amount, "", ""]


def test_a_total_that_is_not_the_sum_of_its_rows_is_told_before_anything_is_imported(commitment, accountant, client_as):
    rows = [row(1, "KB-001"), row(2, "KB-002", amount=2_500_000), total(12_600_000)]
    import_ = sent(rows, by=accountant)
    (said,) = told(import_)
    assert "12.600.000" in said and "12.500.000" in said and "100.000 đồng" in said and "nhiều hơn" in said
    page = client_as(accountant).get(reverse("documents:import_detail", args=[import_.public_id])).content.decode()
    assert said in html.unescape(page)
    applied(import_, accountant)  # the person decides


def test_a_total_below_its_rows_is_told_too_and_rows_that_are_refused_count_in_the_sum(commitment, accountant):
    rows = [row(1, "KB-001"), row(2, "KB-002", on="05/07/2024", amount=2_500_000)]  # the second is of another quarter
    assert told(sent([*rows, total(12_500_000)], by=accountant)) == []
    (said,) = told(sent([*rows, total(12_499_999)], by=accountant, name="khac.xlsx"))
    assert "1 đồng" in said and "ít hơn" in said


def test_a_total_of_what_was_paid_out_alone_or_less_what_came_back_is_right(commitment, accountant):
    rows = [
        row(1, "KB-001"),
        row(2, "KB-002", amount=3_000_000, kind="Thanh toán tạm ứng"),
        row(3, "NT-1", amount=1_000_000, kind="Nộp trả"),
    ]
    for number, sums in enumerate((14_000_000, 11_000_000, 10_000_000, 9_000_000)):
        assert told(sent([*rows, total(sums)], by=accountant, name=f"so-{number}.xlsx")) == []
    subtotals = [total(10_000_000, "Cộng nhóm I"), total(99_000_000, "Lũy kế"), total(10_000_000)]
    assert told(sent([row(1, "KB-001"), *subtotals], by=accountant, name="nhom.xlsx")) == []
    assert told(sent([row(1, "KB-001")], by=accountant, name="khong-cong.xlsx")) == []
