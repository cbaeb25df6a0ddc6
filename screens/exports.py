"""Tables to files: Excel and CSV with the columns of the screen, of any length in flat memory.

Text never becomes a formula: an Excel cell is written as text whatever it begins with; in a CSV file, which has no types,
a blank is put before text that a spreadsheet would take for a formula. Numbers stay numbers, negative ones too.
"""

import csv
import itertools
import os
import re
import tempfile
from functools import partial
from urllib.parse import quote

import xlsxwriter
from django.conf import settings
from django.http import FileResponse, StreamingHttpResponse
from django.utils import translation

from screens.text import ascii_of

BOM = "\ufeff"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LARGEST_EXACT = 10**15
LONGEST_CELL = 32767
FIGURES = ("number", "year", "money", "usd", "percent")
NUMBER_FORMATS = {
    "text": "@",
    "code": "@",
    "number": "#,##0",
    "year": "0",
    "money": "#,##0",
    "usd": "#,##0.00",
    "percent": "0.0%",
    "date": "dd/mm/yyyy",
    "datetime": "hh:mm dd/mm/yyyy",
}


def safe_text(text):
    """Text for a CSV cell that no spreadsheet takes for a formula."""
    return f" {text}" if text.startswith(FORMULA_STARTS) else text


def sheet_name(title):
    """A title as Excel takes it for a sheet: 31 letters, without the signs it refuses."""
    return " ".join(re.sub(r"[\[\]:*?/\\]", " ", title).split()).strip("'")[:31].strip("' ") or "1"


def write_xlsx(target, columns, rows, *, sheet="1", heads=None):
    """Write `rows` (sequences of raw values in the order of `columns`) to the open file or path `target`."""
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "tmpdir": _temporary_folder(),
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )
    try:
        page = book.add_worksheet(sheet_name(sheet))
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for position, column in enumerate(columns):
            page.set_column(position, position, column.width)
        for position, column in enumerate(columns):
            page.write_string(0, position, heads[position] if heads else column.head(), head)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        writers = [_writer(book, page, column) for column in columns]
        count = 0
        for count, row in enumerate(rows, start=1):
            for position, write in enumerate(writers):
                write(count, position, row[position])
        page.autofilter(0, 0, count, max(len(columns) - 1, 0))
    finally:
        book.close()
    return count


def write_form(target, columns, parts, total, *, above=(), sheet="1", number_head=""):
    """Write a form (parts and sums of `screens.sheets.on_paper`) below its lines `above`; figures and dates stay such."""
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "tmpdir": _temporary_folder(),
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )
    try:
        page = book.add_worksheet(sheet_name(sheet))
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        strong = book.add_format({"bold": True, "valign": "top"})
        page.set_column(0, 0, 6)
        for position, column in enumerate(columns, start=1):
            page.set_column(position, position, column.width)
        for row, words in enumerate(above):
            page.write_string(row, 0, words, strong)
        row = len(above)
        page.write_string(row, 0, number_head, head)
        for position, column in enumerate(columns, start=1):
            page.write_string(row, position, column.head(), head)
        page.freeze_panes(row + 1, 0)
        page.repeat_rows(row)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        plain = [_writer(book, page, column) for column in columns]
        bold = [_writer(book, page, column, bold=True) for column in columns]
        middle = book.add_format({"valign": "top"})

        def write(line, writers, look):
            if line.number.isdecimal():
                page.write_number(row, 0, int(line.number), look)
            elif line.number:
                page.write_string(row, 0, line.number, look)
            if line.span:
                page.write_string(row, 1, line.label, look)
            for position, cell in enumerate(line.cells, start=len(columns) - len(line.cells)):
                if cell.value is not None:
                    writers[position](row, position + 1, cell.value)

        for part in parts:
            for line in (part.heading, *part.lines):
                if line is not None:
                    row += 1
                    write(line, *((bold, strong) if line is part.heading else (plain, middle)))
        if total is not None:
            row += 1
            write(total, bold, strong)
    finally:
        book.close()


def _writer(book, page, column, *, bold=False):
    if column.kind == "either":
        writers = {which: _writer(book, page, alike, bold=bold) for which, alike in column.alike.items()}
        return lambda row, position, value: writers[value[0]](row, position, value[1])
    look = book.add_format({"num_format": NUMBER_FORMATS.get(column.kind, "@"), "valign": "top", "bold": bold})
    places = getattr(column, "places", 0)
    if column.kind in ("number", "percent") and places:
        decimals = "0" * places
        look.set_num_format(f"0.{decimals}%" if column.kind == "percent" else f"#,##0.{decimals}")
    value_of = column.sheet_value
    if column.kind in FIGURES:
        finer = book.add_format({"num_format": "#,##0.######", "valign": "top", "bold": bold})
        return partial(_write_number, page.write_number, page.write_string, value_of, look, finer)
    if column.kind in ("date", "datetime"):
        return partial(_write_date, page.write_datetime, value_of, look)
    return partial(_write_text, page.write_string, value_of, look)


def _write_number(write_number, write_string, value_of, look, finer, row, position, value):
    if value is None:
        return
    value = value_of(value)
    if value is None:
        return
    if isinstance(value, int):
        if -LARGEST_EXACT < value < LARGEST_EXACT:
            write_number(row, position, value, look)
        else:
            write_string(row, position, str(value), look)
    else:
        is_money = look.num_format == NUMBER_FORMATS["money"]
        write_number(row, position, value, finer if is_money else look)


def _write_date(write_datetime, value_of, look, row, position, value):
    if value is not None:
        value = value_of(value)
        if value.year >= 1900:
            write_datetime(row, position, value, look)


def _write_text(write_string, value_of, look, row, position, value):
    if value is None or value == "":
        return
    text = value_of(value).replace("\r", "")
    if text:
        write_string(row, position, text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL], look)


def xlsx_response(name, columns, rows, *, sheet="1"):
    """An Excel file made in a temporary file that vanishes when it has been sent."""
    return _sent(name, lambda target: write_xlsx(target, columns, rows, sheet=sheet))


def form_response(name, columns, parts, total, **wording):
    """What `write_form` writes, sent likewise."""
    return _sent(name, lambda target: write_form(target, columns, parts, total, **wording))


def _sent(name, write):
    handle, path = tempfile.mkstemp(suffix=".xlsx", dir=_temporary_folder())
    try:
        with os.fdopen(handle, "wb") as target:
            write(target)
        file = open(path, "rb")  # noqa: SIM115 - FileResponse closes it
    finally:
        os.unlink(path)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


class _Line:
    """What csv writes into: hands each line on."""

    def write(self, line):
        return line


def csv_lines(columns, rows):
    """Lines of a CSV file: text in quotes where needed, numbers bare, in the unit that the heading names.

    A Vietnamese Excel parts columns at semicolons, writes a decimal comma, and takes 12.5 for a day: so does the file of
    a Vietnamese page. Our own imports read both kinds.
    """
    vietnamese = not (translation.get_language() or "").startswith("en")
    writer = csv.writer(_Line(), delimiter=";" if vietnamese else ",", quoting=csv.QUOTE_MINIMAL)
    heads = [column.plain_head() if hasattr(column, "plain_head") else column.head() for column in columns]
    yield BOM + writer.writerow([safe_text(head) for head in heads])
    figures = [column.kind in (*FIGURES, "either") for column in columns]
    figure_text = partial(_figure_text, decimal="," if vietnamese else ".")
    plains = [column.plain for column in columns]
    for row in rows:
        yield writer.writerow(
            [
                figure_text(plain(value)) if figure else safe_text(plain(value))
                for plain, figure, value in zip(plains, figures, row, strict=True)
            ]
        )


def _figure_text(plain, decimal):
    """Three decimals get a fourth: 12,345 could be read as twelve thousand."""
    whole, point, decimals = plain.partition(".")
    return f"{whole}{decimal}{decimals}{'0' if len(decimals) == 3 else ''}" if point else plain


def csv_response(name, columns, rows):
    """A CSV file sent while it is read."""
    lines = csv_lines(columns, rows)
    language = translation.get_language()

    def parts():
        while True:
            with translation.override(language):
                part = "".join(itertools.islice(lines, 1000))
            if not part:
                return
            yield part.encode()

    response = StreamingHttpResponse(parts(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_of(name)}.csv\"; filename*=UTF-8''{quote(name)}.csv"
    )
    return response


def _temporary_folder():
    folder = settings.DATA_DIR / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)
