"""Export of 100,000 rows through a list page, against XlsxWriter alone; memory from 10,000 to 100,000 rows."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

RUNS_ON = "postgres"
ROWS = 100_000
FEW = 10_000


def fill():
    from enterprises.models import Enterprise

    if Enterprise.objects.exists():
        return
    for start in range(0, ROWS, 5000):
        Enterprise.objects.bulk_create(
            Enterprise(
                tax_code=f"{number:010d}",
                parent_tax_code=f"{number:010d}",
                name=f"Công ty TNHH Sản xuất và Thương mại số {number} Hà Nội",
                folded=f"cong ty tnhh san xuat va thuong mai so {number} ha noi",
                sort_key=f"{number:07d}",
                short_name=f"SX {number}",
                address=f"Số {number % 300}, Khu công nghiệp Nam Thăng Long, phường Đông Ngạc, Hà Nội",
                phone=f"024{number:08d}",
                status_from=date(2020, 1, 1 + number % 28),
                created_at=datetime(2026, 1, 1 + number % 28, tzinfo=UTC),
                synthetic=True,
            )
            for number in range(start, start + 5000)
        )


def table():
    from enterprises.models import Enterprise
    from screens import tables

    class ExportTable(tables.Table):
        name = tables.Column(verbose_name="Tên doanh nghiệp")
        short_name = tables.Column(verbose_name="Tên viết tắt")
        tax_code = tables.CodeColumn(verbose_name="Mã số thuế")
        address = tables.Column(verbose_name="Địa chỉ")
        phone = tables.CodeColumn(verbose_name="Điện thoại")
        status = tables.TagColumn(verbose_name="Trạng thái", choices=Enterprise.Status)
        status_from = tables.DateColumn(verbose_name="Từ ngày")
        created_at = tables.DateTimeColumn(verbose_name="Ghi lúc")
        revenue = tables.MoneyColumn(verbose_name="Doanh thu")
        output = tables.MoneyColumn(verbose_name="Giá trị sản xuất", unit=10**6)

    return ExportTable


def queryset(limit=None):
    from django.db.models import BigIntegerField, ExpressionWrapper, F

    from enterprises.models import Enterprise

    rows = Enterprise.objects.annotate(
        revenue=ExpressionWrapper(F("id") * 1_234_567, BigIntegerField()),
        output=ExpressionWrapper(F("id") * 1_000_001, BigIntegerField()),
    )
    return rows.filter(tax_code__lt=f"{limit:010d}") if limit else rows


def export(limit=None):
    """The list's Excel export, read to its end; returns the number of bytes."""
    from django.test import RequestFactory

    from accounts.models import User
    from screens.lists import show_list

    request = RequestFactory().get("/list/?export=xlsx")
    request.user = User()
    request.user.public_id = None
    answer = show_list(
        request,
        name="bench",
        title="Xuất",
        table_class=table(),
        queryset=queryset(limit),
        ordering=("sort_key", "pk"),
    )
    size = sum(map(len, answer.streaming_content))
    for close in answer._resource_closers:
        close()
    return size


def alone(path):
    from bench.baselines import xlsxwriter_export

    columns = [column for _name, column in table().base_columns.items()]
    names = list(table().base_columns)
    kinds = [{"date": "date", "datetime": "datetime", "money": "number"}.get(column.kind, "text") for column in columns]
    rows = [
        [column.sheet_value(value) for column, value in zip(columns, row, strict=True)]
        for row in queryset().order_by("sort_key").values_list(*names)
    ]
    started = time.perf_counter()
    xlsxwriter_export.write(path, [str(column.verbose_name) for column in columns], kinds, rows)
    return time.perf_counter() - started


def peak_of(limit):
    """Peak memory in MB of a fresh process that exports `limit` rows."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.bench_export", str(limit)],
        cwd=Path(__file__).resolve().parent.parent,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1024


def figures():
    fill()
    best = []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(3):
            baseline = alone(f"{folder}/{turn}.xlsx")
            started = time.perf_counter()
            export()
            best.append((time.perf_counter() - started) / baseline)
    ratio = min(best)
    yield "export-100000-rows-against-xlsxwriter-alone", f"{ratio:.2f}x", "1.3x", ratio <= 1.3
    few, many = peak_of(FEW), peak_of(ROWS)
    yield "export-memory-from-10000-to-100000-rows", f"{few:.0f}MB->{many:.0f}MB", "+10%", many <= few * 1.1


if __name__ == "__main__":
    import django

    django.setup()
    export(int(sys.argv[1]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
