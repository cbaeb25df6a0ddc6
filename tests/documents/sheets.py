"""Files for tests: good ones as offices write them, and hostile ones."""

import io
import zipfile
from datetime import UTC, datetime

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.cells import WEIGHTS


def tax_code(number, prefix="01"):
    """A valid ten-digit tax code for a test number."""
    while True:
        base = f"{prefix}{number % 10**7:07d}"
        last = 10 - sum(w * int(d) for w, d in zip(WEIGHTS, base, strict=True)) % 11
        if last != 10 and base[2:] != "0000000":
            return base + str(last)
        number += 5_000_000


def workbook(*sheets, merges=()):
    """An .xlsx with the given sheets, each a list of rows."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 1, 5, tzinfo=UTC)})  # or every second makes other bytes
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if hasattr(value, "year"):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write(number, column, value)
        for merge in merges:
            sheet.merge_range(*merge)
    book.close()
    return buffer.getvalue()


def upload(data, name="so-lieu.xlsx"):
    return SimpleUploadedFile(name, data)


def changed(data, changes=None, remove=(), add=()):
    """A workbook with parts replaced ({name: bytes or function of bytes}), removed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename in remove:
                continue
            part = old.read(entry)
            change = (changes or {}).get(entry.filename)
            if change is not None:
                part = change(part) if callable(change) else change
            new.writestr(entry.filename, part)
        for name, part in add:
            new.writestr(name, part)
    return out.getvalue()


SHEET1 = "xl/worksheets/sheet1.xml"


def with_cells(data, xml):
    """A workbook whose first sheet holds this sheetData."""
    head = b'<?xml version="1.0" encoding="UTF-8"?>'
    body = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return changed(data, {SHEET1: head + body + xml + b"</sheetData></worksheet>"})
