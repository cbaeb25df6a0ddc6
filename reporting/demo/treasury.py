"""Statements of the Treasury beside the invented payments: years and quarters reconciled, and two that wait for people."""

import io
from datetime import date, timedelta

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from documents.imports import kinds
from documents.services.imports import apply_import, change_reading, start_import
from jobs import services as jobs
from programme.models import BudgetYear, Payment, TreasuryStatement, YearState
from programme.services.treasury import confirm_reconciliation, explain_difference, number_statement, span_days
from reporting.demo.copying import at

HEADINGS = ("STT", "Số chứng từ", "Ngày", "Nội dung", "Số tiền", "Tài khoản/Đơn vị nhận", "Loại")
NAMES = {"q1": "QUÝ I", "q2": "QUÝ II", "q3": "QUÝ III", "year": "ĐẾN 31/12", "adjusted": "HẾT THỜI GIAN CHỈNH LÝ"}
CODES = {"q1": "Q1", "q2": "Q2", "q3": "Q3", "year": "CN", "adjusted": "CL"}  # of their numbers: cả năm, chỉnh lý
# (year, span, how it stands): "confirmed", or how many of its differences are explained
STATEMENTS = (
    (2023, "adjusted", "confirmed"),
    (2024, "adjusted", "confirmed"),
    (2025, "year", 2),
    (2026, "q1", "confirmed"),
    (2026, "q2", "confirmed"),
    (2026, "q3", 1),
)


def treasury_reconciled(stage):
    """statements of the Treasury, reconciled and waiting"""
    if TreasuryStatement.objects.exists():
        return
    for number, span, standing in STATEMENTS:
        year = BudgetYear.objects.filter(year=number, state__in=[YearState.OPEN, YearState.ADJUSTING]).first()
        if year:
            _tell(stage, year, span, standing)


def _tell(stage, year, span, standing):
    first, last = span_days(span, year.year)
    paid = Payment.objects.filter(
        state=Payment.State.PAID,
        amount_vnd__gt=0,
        commitment__line__year=year,
        commitment__line__managed=True,
        paid_on__range=(first, last),
    ).order_by("paid_on", "voucher")
    rows = [_row(payment) for payment in paid]
    if not rows:
        return
    if standing != "confirmed":
        rows = _with_differences(rows, last)
    accountant, chief = stage.people[Role.ACCOUNTANT], stage.people[Role.CHIEF_ACCOUNTANT]
    day = last + timedelta(days=8)
    import_ = _imported(rows, year, span, by=accountant, day=day)
    statement = TreasuryStatement.objects.get(import_batch=import_.public_id)
    statement = number_statement(
        statement=statement,
        number=f"MH-{CODES[span]}/{year.year}/KBNN (minh họa)",
        issued_on=day,
        version=statement.version,
        by=accountant,
        now=at(day, 11),
    )
    if standing == "confirmed":
        confirm_reconciliation(
            statement=statement,
            paper=f"MH-{CODES[span]}/{year.year}/BĐC-SCT (minh họa)",
            paper_on=day,
            version=statement.version,
            by=chief,
            now=at(day, 15),
        )
        return
    for difference in statement.differences.unexplained().order_by("id")[:standing]:
        explain_difference(
            difference=difference,
            cause="treasury_error",
            explanation="Kho bạc ghi nhầm, đã có văn bản đề nghị sửa (minh họa)",
            by=accountant,
            now=at(day, 14),
        )


def _row(payment):
    kind = "Tạm ứng" if payment.kind == Payment.Kind.ADVANCE else "Thanh toán"
    account = f"{payment.payee_account} - {payment.payee}"
    return [payment.voucher, payment.paid_on, payment.commitment.what, payment.amount_vnd, account, kind]


def _with_differences(rows, last):
    """An amount, a day, a repeat, one that the portal lacks; and one that the Treasury lacks."""
    rows = [list(row) for row in rows]
    rows[0][3] += 1_000_000
    if len(rows) > 2:
        rows[1][1] = min(rows[1][1] + timedelta(days=2), last)
        rows.append(list(rows[2]))
    if len(rows) > 5:
        del rows[4]
    return [
        *rows,
        ["KB-MH-KHAC", last, "Chi khác (minh họa)", 12_500_000, "1010000505 - Đơn vị khác (minh họa)", "Thanh toán"],
    ]


def _imported(rows, year, span, *, by, day):
    """The statement through the framework of imports, as an accountant would send it."""
    name = f"Bảng kê Kho bạc {span} {year.year} (minh họa).xlsx"
    import_ = start_import(
        kind=kinds()["treasury-statement"],
        file=SimpleUploadedFile(name, _workbook(rows, f"{NAMES[span]} NĂM {year.year}")),
        year=year.year,
        by=by,
        now=at(day, 9),
    )
    _work(import_, day)
    if import_.reading["questions"]:
        chosen = {"units": {}, "bases": {"span": span}, "year_confirmed": True}
        change_reading(import_=import_, chosen=chosen, year=year.year, by=by, now=at(day, 9))
        _work(import_, day)
    apply_import(import_=import_, by=by, now=at(day, 10))
    _work(import_, day)
    return import_


def _work(import_, day):
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=at(day, 10))
    import_.refresh_from_db()


def _workbook(rows, title):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": at(date(2026, 11, 16)).replace(tzinfo=None)})
    sheet = book.add_worksheet("Bảng kê")
    sheet.write(0, 0, "KHO BẠC NHÀ NƯỚC (số liệu minh họa)")
    sheet.write(1, 0, f"BẢNG KÊ CHI NGÂN SÁCH {title}")
    sheet.write(2, 0, "Đơn vị tính: đồng")
    sheet.write_row(3, 0, HEADINGS)
    for number, (voucher, on, what, vnd, account, kind) in enumerate(rows, start=1):
        sheet.write_row(3 + number, 0, [number, voucher, f"{on:%d/%m/%Y}", what, vnd, account, kind])
    sheet.write_row(4 + len(rows), 0, ["", "", "", "Tổng cộng", sum(row[3] for row in rows)])
    book.close()
    return buffer.getvalue()
