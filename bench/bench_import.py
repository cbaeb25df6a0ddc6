"""Import of 100,000 rows against the same by hand in the same run; 1,000 wrong rows; and who waits on SQLite."""

import os
import statistics
import tempfile
import threading
import time
import uuid
from pathlib import Path

import psycopg2
import xlsxwriter
from django.conf import settings
from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone

from accounts.roles import Role
from audit.bulk import copy_rows
from documents import workbooks
from documents.cells import WEIGHTS
from documents.imports import kinds
from documents.models import Import
from documents.services import imports as services
from jobs import services as jobs
from tests.factories import make_user

RUNS_ON = "both"
ROWS = 100_000
ROUNDS = 3
KEYS = (
    "tax_code", "name", "output_vnd", "revenue_vnd", "key_product_revenue_vnd", "export_direct_goods_usd_cents",
    "labour_average", "labour_insured", "capital_vnd", "tax_vnd",
)  # fmt: skip
WRONG = (
    (0, lambda code: code[:-1] + str((int(code[-1]) + 1) % 10)),  # a wrong check digit
    (2, lambda _code: -5),
    (3, lambda _code: "1e9"),
    (4, lambda _code: "１２３"),
    (8, lambda _code: 0.0000005),  # half a đồng
)


def tax_codes(count):
    codes, number = [], 0
    while len(codes) < count:
        number += 1
        base = f"01{number:07d}"
        last = 10 - sum(w * int(d) for w, d in zip(WEIGHTS, base, strict=True)) % 11
        if last != 10:
            codes.append(f"{base}{last}")
    return codes


def lay_enterprises(codes):
    now = timezone.now()
    fixed = {
        "version": 1, "short_name": "", "name_en": "", "enterprise_type": "llc", "address": "", "phone": "",
        "email": "", "status": "active", "status_from": now.date(), "size_sector": "industry", "size": "",
        "created_at": now, "synthetic": True,
    }  # fmt: skip
    own = ("public_id", "tax_code", "parent_tax_code", "name", "folded", "sort_key")
    rows = (
        (uuid.uuid4(), code, code, f"Công ty {n}", f"cong ty {n}", f"cong ty {n}", *fixed.values())
        for n, code in enumerate(codes)
    )
    with transaction.atomic():
        copy_rows("enterprises_enterprise", (*own, *fixed), rows)


def write_file(path, kind, codes, salt):
    """The figures of every enterprise; every hundredth row is wrong in one cell. Returns {row: column letter}."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [workbooks.heading(kind, kind.column(key)) for key in KEYS])
    wrong = {}
    for n, code in enumerate(codes):
        row = [
            code,
            f"Công ty {n}",
            1000 + n % 977 + salt,
            2000 + n % 1013,
            500 + n % 389,
            n % 5003 + 0.5,
            n % 700,
            n % 600,
            3000 + n % 3001,
            n % 97,
        ]
        if n % 100 == 50:
            place, change = WRONG[n // 100 % len(WRONG)]
            row[place] = change(code)
            wrong[n + 2] = "ABCDEFGHIJ"[place]
        sheet.write_row(n + 1, 0, row)
    book.close()
    return wrong


def import_ours(kind, path, year, by):
    """Upload, preview and apply, as the person and the worker do it; returns the import."""
    now = timezone.now()
    with open(path, "rb") as file:
        import_ = services.start_import(kind=kind, file=File(file, Path(path).name), year=year, by=by, now=now)
    jobs.run(import_.job_id, now=timezone.now())
    import_.refresh_from_db()
    assert import_.state == Import.State.PREVIEWED, (import_.state, import_.refusal, import_.job.error)
    services.apply_import(import_=import_, by=by, now=timezone.now())
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=timezone.now())
    import_.refresh_from_db()
    assert import_.state == Import.State.APPLIED, (import_.state, import_.refusal)
    return import_


def reported(import_):
    return {
        number: problems[0][1] for number, _cells, problems in workbooks.rows_of(import_, "bad") if len(problems) == 1
    }


class Waiting(threading.Thread):
    """Somebody else who writes a little all the time; `longest` is how long one such write took."""

    def __init__(self):
        super().__init__(daemon=True)
        self.longest, self.stop = 0.0, threading.Event()

    def run(self):
        while not self.stop.wait(0.02):
            started = time.monotonic()
            jobs.give_sign("bench", now=timezone.now())
            self.longest = max(self.longest, time.monotonic() - started)
        connection.close()


def figures():
    kind = kinds()["figures"]
    by = make_user(Role.OFFICER)
    codes = tax_codes(ROWS)
    lay_enterprises(codes)
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{n}.xlsx" for n in range(ROUNDS)]
        for n, path in enumerate(paths):
            wrong = write_file(path, kind, codes, n)
        if settings.POSTGRES:
            yield from against_hand(kind, paths, wrong, by)
        else:
            yield from on_sqlite(kind, paths[0], wrong, by)


def against_hand(kind, paths, wrong, by):
    from bench.baselines import import_by_hand as hand

    owner = os.environ["DATABASE_OWNER_URL"]
    hand.lay_tables(owner)
    ours, theirs = [], []
    for n, path in enumerate(paths):
        _settle(owner)
        started = time.monotonic()
        hand.import_file(owner, path, 2021 + n)
        theirs.append(time.monotonic() - started)
        _settle(owner)
        started = time.monotonic()
        import_ = import_ours(kind, path, 2021 + n, by)
        ours.append(time.monotonic() - started)
    ratio = statistics.median(mine / hands for mine, hands in zip(ours, theirs, strict=True))
    yield "import_100k_by_hand_s", f"{statistics.median(theirs):.2f}", "-", True
    yield "import_100k_s", f"{statistics.median(ours):.2f}", "-", True
    yield "import_100k_ratio", f"{ratio:.2f}", "<= 1.5", ratio <= 1.5
    yield (
        "import_good_rows",
        import_.counts["good"],
        f"== {ROWS - len(wrong)}",
        import_.counts["good"] == ROWS - len(wrong),
    )
    yield "import_wrong_rows_reported", len(reported(import_)), f"== {len(wrong)}", reported(import_) == wrong


def _settle(owner):
    """Both begin on tables that were vacuumed: the database does it by itself a while after an import, in the midst of the next."""
    connection_ = psycopg2.connect(owner)
    connection_.autocommit = True
    with connection_.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection_.close()


def on_sqlite(kind, path, wrong, by):
    other = Waiting()
    other.start()
    started = time.monotonic()
    import_ = import_ours(kind, path, 2021, by)
    took = time.monotonic() - started
    other.stop.set()
    other.join()
    yield "import_100k_sqlite_s", f"{took:.2f}", "-", True
    yield "import_sqlite_longest_wait_s", f"{other.longest:.2f}", "<= 5", other.longest <= 5
    yield "import_sqlite_wrong_rows_reported", len(reported(import_)), f"== {len(wrong)}", reported(import_) == wrong
