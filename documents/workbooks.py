"""Workbooks that the imports hand out: the template to fill in and the bad rows with their reasons."""

import tempfile
from datetime import date
from decimal import Decimal

import xlsxwriter
from django.utils.translation import gettext as _

from documents.headings import column_index
from documents.reasons import sentence
from documents.spreadsheets import UNIT_NAMES, UNITS
from documents.units import unit_in

FONT = {"font_name": "Times New Roman", "font_size": 12}


def _book():
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    return file, xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )


def template(kind, today):
    """The workbook to fill in: headings with their unit, one example row, and a sheet of notes."""
    file, book = _book()
    head = book.add_format(
        {**FONT, "bold": True, "text_wrap": True, "border": 1, "valign": "vcenter", "bg_color": "#E6EFF1"}
    )
    must = book.add_format(
        {**FONT, "bold": True, "text_wrap": True, "border": 1, "valign": "vcenter", "bg_color": "#FBEFD5"}
    )
    text = book.add_format({**FONT, "num_format": "@"})
    number = book.add_format({**FONT, "num_format": "#,##0.######"})
    plain = book.add_format(FONT)
    sheet = book.add_worksheet(_("Data"))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 8, plain)
    for index, column in enumerate(kind.columns, start=1):
        wide = 34 if column.type == "text" else 18
        sheet.set_column(index, index, wide, number if column.type in ("vnd", "usd", "whole", "decimal") else text)
    sheet.set_row(0, 48)
    sheet.write_string(0, 0, _("No."), head)
    for index, column in enumerate(kind.columns, start=1):
        sheet.write_string(0, index, heading(kind, column), must if column.required else head)
    if kind.example:
        sheet.write_string(1, 0, _("Example"), plain)
        for index, column in enumerate(kind.columns, start=1):
            _write_example(sheet, index, kind, column, number, text, today)
    notes = book.add_worksheet(_("Notes"))
    notes.set_column(0, 0, 34, plain)
    notes.set_column(1, 1, 90, book.add_format({**FONT, "text_wrap": True}))
    for number_of_line, (name, what) in enumerate(_notes(kind, today)):
        notes.write_string(number_of_line, 0, name, plain)
        notes.write_string(number_of_line, 1, what)
    book.close()
    file.seek(0)
    return file


def power_of(kind, column):
    return UNITS[column.type][kind.template_units[column.type]]


def heading(kind, column):
    """A heading as the reader reads it back: the title, and the unit in brackets."""
    if column.type in UNITS:
        return f"{column.title} ({UNIT_NAMES[column.type][power_of(kind, column)]})"
    return str(column.title)


def _write_example(sheet, index, kind, column, number, text, today):
    value = kind.example.get(column.key)
    if value is None:
        return
    if column.type in UNITS:
        sheet.write_number(1, index, Decimal(value).scaleb(-power_of(kind, column)), number)
    elif column.type == "whole":
        sheet.write_number(1, index, value, number)
    else:
        sheet.write_string(1, index, _in_words(kind, column, value, today), text)


def _in_words(kind, column, value, today):
    """An example as an office writes it: names for codes, a date as 31/12/2025."""
    if column.type == "choice":
        return str(column.choices[value][0])
    if column.type == "date":
        return date.fromisoformat(value).strftime("%d/%m/%Y")
    names = kind.permitted(column.key, today)
    return names.get(value) or next(iter(names.values()), str(value))


def _notes(kind, today):
    yield (
        str(kind.title),
        _("Fill in the sheet “%(sheet)s” from row 3; leave the example row, it is not imported.")
        % {"sheet": _("Data")},
    )
    for note in kind.notes:
        yield "", str(note)
    yield _("Empty cells"), _("An empty cell means “not reported”; write 0 only where the figure is nought.")
    yield _("Units"), _("The unit stands in the heading. If you use another one, change it there.")
    if any(column.type == "tax_code" for column in kind.columns):
        yield _("Tax codes"), _("Keep tax codes as text, so that the leading 0 stays.")
    for column in kind.columns:
        yield (
            heading(kind, column),
            " ".join(
                filter(None, [_("Must be filled in.") if column.required else "", _kind_words(kind, column, today)])
            ),
        )


def _kind_words(kind, column, today):
    names = [str(label) for label, _words in column.choices.values()] or list(
        kind.permitted(column.key, today).values()
    )
    if names:
        return _("One of: %(choices)s.") % {"choices": "; ".join(names)}
    return {
        "tax_code": _("10 digits, 13 digits (0199999991-001) or 12 digits of a household business."),
        "date": _("A date as 31/12/2025."),
        "year": _("A year as 2025."),
        "whole": _("A whole number."),
    }.get(column.type, "")


def headings_again(import_, kind):
    """The headings of the file with the units it was read in, so that the corrected rows read back the same."""
    reading, units = import_.reading, import_.options.get("units", {})
    names = list(reading.get("original", []))
    for column in kind.columns:
        letter = reading.get("places", {}).get(column.key)
        if letter and column_index(letter) < len(names):
            name = reading["titles"][column.key]
            if column.key in units and unit_in(name, column.type) != units[column.key]:
                name = f"{column.title} ({UNIT_NAMES[column.type][units[column.key]]})"
            names[column_index(letter)] = name
    return names


def lines_above(import_, kind):
    """The year and the bases in which the file was read, as lines above the heading that the reader reads back."""
    year = [_("Figures of the year %(year)s") % {"year": import_.year}] if import_.year else []
    chosen = import_.options.get("bases", {})
    return year + [basis.statement(chosen[basis.key]) for basis in kind.bases if chosen.get(basis.key)]


def rows_with_reasons(import_, kind, which="bad"):
    """The rows that were not taken, as they stood in the file, each with its reasons; or ("flag") those to look at."""
    file, book = _book()
    bold = book.add_format({**FONT, "bold": True, "text_wrap": True})
    plain, general = book.add_format({**FONT, "num_format": "@"}), book.add_format(FONT)
    sheet = book.add_worksheet(_("Bad rows") if which == "bad" else _("Rows to look at"))
    original = headings_again(import_, kind) if which == "bad" else []
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, 80)
    sheet.set_column(2, 2 + len(original), 18, plain)
    above = lines_above(import_, kind) if which == "bad" else []
    for line, text in enumerate(above):
        sheet.write_string(line, 0, text, general)
    top = len(above) + 1 if above else 0
    for index, name in enumerate([_("Row"), _("What is wrong") if which == "bad" else _("What to look at"), *original]):
        sheet.write_string(top, index, name, bold)
    for line, (number, cells, problems) in enumerate(rows_of(import_, which), start=top + 1):
        sheet.write_number(line, 0, number)
        sheet.write_string(line, 1, "\n".join(words(kind, import_, problem) for problem in problems), plain)
        for index, cell in enumerate(cells, start=2):
            if isinstance(cell, str):
                sheet.write_string(line, index, cell, plain)
            else:
                sheet.write_number(line, index, cell, general)
    book.close()
    file.seek(0)
    return file


def rows_of(import_, which, most=None):
    """Rows kept of an import, [number, original cells, problems], in the order of the file."""
    from documents.imports import unpack

    left = most
    for packed in (
        import_.parts.filter(kind=which).order_by("number").values_list("packed", flat=True).iterator(chunk_size=1)
    ):
        for row in unpack(packed):
            if left is not None:
                if left == 0:
                    return
                left -= 1
            yield row


def title_of(kind, import_, key):
    """The heading of a column as the file has it, else its own title."""
    titles = import_.reading.get("titles", {})
    if key in titles:
        return titles[key]
    return str(next((column.title for column in kind.columns if column.key == key), key))


def words(kind, import_, problem):
    key, letter, text, given = problem
    place = _("Column %(letter)s") % {"letter": letter} if letter else ""
    return f"{place} {title_of(kind, import_, key)}: {sentence(text, given)}".strip()
