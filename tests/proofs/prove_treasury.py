"""A statement of 5,000 lines with 50 planted differences of every kind, imported as a file and compared.

All 50 are named and nothing else is; so they are when the comparison is repeated. The file passes through the import as
an accountant would send it; the time of the comparison alone is shown too.
"""

import time
from collections import Counter

RUNS_ON = "both"
LINES, PLANTED, SECONDS = 5_000, 50, 10


def figures():
    import io

    import xlsxwriter
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone

    from documents.imports import kinds
    from documents.services.imports import apply_import, start_import
    from jobs import services as jobs
    from programme.models import TreasuryStatement
    from programme.services.treasury import match_statement
    from tests.programme.making import make_accountant
    from tests.programme.planting import KINDS, lay_payments, named, plant

    _year, paid, back = lay_payments(LINES, seed=20241)
    lines, planted = plant(paid, back, PLANTED, seed=20242)
    accountant, now = make_accountant(), timezone.now()

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "BẢNG KÊ CHI NGÂN SÁCH QUÝ I NĂM 2024")
    sheet.write_row(1, 0, ("STT", "Số chứng từ", "Ngày", "Nội dung", "Số tiền (đồng)", "Tài khoản", "Loại"))
    names = {"payment": "Thanh toán", "advance": "Tạm ứng", "recovery": "Nộp trả"}
    for number, line in enumerate(lines, start=1):
        day, kind = f"{line['paid_on']:%d/%m/%Y}", names[line["direction"]]
        cells = (number, line["voucher"], day, line["text"], line["amount_vnd"], line["account"], kind)
        sheet.write_row(1 + number, 0, cells)
    book.close()

    started = time.monotonic()
    file = SimpleUploadedFile("bang-ke.xlsx", buffer.getvalue())
    import_ = start_import(kind=kinds()["treasury-statement"], file=file, year=2024, by=accountant, now=now)
    jobs.run(import_.job_id, now=now)
    import_.refresh_from_db()
    yield "treasury_bad_rows", import_.counts["bad"], "= 0", import_.counts["bad"] == 0
    apply_import(import_=import_, by=accountant, now=now)
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=now)
    took = time.monotonic() - started
    statement = TreasuryStatement.objects.get()
    yield "treasury_lines", statement.rows_count, f">= {LINES}", statement.rows_count >= LINES
    yield "treasury_kinds_planted", len({kind for kind, *_rest in planted}), f"= {len(KINDS)}", True

    yield from _judged("treasury", named(statement), planted)
    yield "treasury_import_seconds", f"{took:.1f}", f"<= {6 * SECONDS}", took <= 6 * SECONDS
    started = time.monotonic()
    statement = match_statement(statement=statement, by=accountant, now=now)
    took = time.monotonic() - started
    yield from _judged("treasury_again", named(statement), planted)
    yield "treasury_match_seconds", f"{took:.1f}", f"<= {SECONDS}", took <= SECONDS
    gone = statement.differences.exclude(gone_at=None).count()
    yield "treasury_again_gone", gone, "= 0", gone == 0


def _judged(name, found, planted):
    right = Counter(found) & Counter(planted)
    hit, false = right.total(), len(found) - right.total()
    yield f"{name}_named", hit, f"= {PLANTED}", hit == PLANTED
    yield f"{name}_false", false, "= 0", false == 0
