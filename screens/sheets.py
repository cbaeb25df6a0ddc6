"""Tables on paper (biểu in): the wording around them, their rows, groups and sums; the same on a page and in a Word file."""

from dataclasses import dataclass, field
from typing import NamedTuple

from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from screens.tables import Column

ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
         (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip

# What frames a paper is Vietnamese whatever the language of the page.
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
PLACE_AND_DATE = "Hà Nội, ngày … tháng … năm …"
SIGN_HERE = "(Ký, ghi rõ họ tên)"


@dataclass
class Sheet:
    """The wording of a printed form (biểu in); the reader may change it before printing.

    `office` issues the form, under the body above it, `superior`; both are the portal's own unless an office is named.
    `form` is the number of an official form, at the top right; `notes` say beneath the table what its figures mean.
    `group_by` names a column of the list: rows are put under its values, each group with its sums, and the column itself
    is left out. `everywhere`: the page of the list and its Excel file are laid out like the form, with the same numbers,
    groups and sums; for a table that is published as it stands.
    """

    superior: str | Promise = ""
    office: str | Promise = ""
    title: str | Promise = ""
    period: str | Promise = ""
    unit: str | Promise = ""
    signers: list = field(default_factory=list)
    group_by: str = ""
    everywhere: bool = False
    form: str = ""
    notes: list = field(default_factory=list)


def wording_of(sheet, title, changes):
    """{part: text} of a printed form: as the sheet says, as is usual, or as `changes` (sheet_title and so on) ask."""
    wording = {
        "superior": str(sheet.superior) or ("" if sheet.office else pgettext("form", "HÀ NỘI PEOPLE'S COMMITTEE")),
        "office": str(sheet.office) or pgettext("form", "DEPARTMENT OF INDUSTRY AND TRADE"),
        "title": str(sheet.title) or str(title),
        "period": str(sheet.period),
        "unit": str(sheet.unit),
        "preparer": _("Prepared by"),
        "accountant": _("Chief accountant"),
        "head": _("Head of the unit"),
    }
    if sheet.signers:
        wording |= dict(zip(("preparer", "accountant", "head"), map(str, sheet.signers), strict=False))
    for part in wording:
        asked = changes.get(f"sheet_{part}")
        if asked is not None:
            wording[part] = asked[:200]
    return wording


def office_lines(wording):
    """The lines at the top left of a form: the body above, then the office that issues it."""
    return [line for line in (*wording["superior"].splitlines(), *wording["office"].splitlines()) if line.strip()]


class Cell(NamedTuple):
    text: str
    column: Column
    value: object = None


@dataclass(frozen=True)
class Line:
    """A row on paper. The label of a group or of the sums takes `span` columns; the cells follow it."""

    number: str
    cells: list
    label: str = ""
    span: int = 0


@dataclass(frozen=True)
class Part:
    """The rows of one group under its heading, or all rows under none."""

    heading: Line | None
    lines: list


def on_paper(columns, rows, groups=None):
    """(parts, sums): the rows as numbered lines of text; sums is a line, or None where no column has a total.

    `rows` hold raw values in the order of the columns, and may go on for `groups` to read. `groups(row)` is the heading a
    row belongs under: groups stand in the order in which they first come up, rows within them in their own, numbered
    anew; the heading carries the sums of its group.
    """
    rows = list(rows)
    if groups is None:
        parts = [Part(None, _lines(columns, rows))]
    else:
        grouped = {}
        for row in rows:
            grouped.setdefault(str(groups(row)), []).append(row)
        parts = [
            Part(_summed(columns, members, heading, roman(number)), _lines(columns, members))
            for number, (heading, members) in enumerate(grouped.items(), start=1)
        ]
    has_totals = any(column.in_totals for column in columns)
    return parts, _summed(columns, rows, pgettext("line of sums", "Total"), "", whole=True) if has_totals else None


def _lines(columns, rows):
    return [
        Line(
            str(number), [Cell(column.text(value), column, value) for column, value in zip(columns, row, strict=False)]
        )
        for number, row in enumerate(rows, start=1)
    ]


def _summed(columns, rows, label, number, *, whole=False):
    """A line with the exact sums of these rows, under the columns that have a total."""
    own = [
        column.sum_of([row[position] for row in rows], whole=whole) if column.total else None
        for position, column in enumerate(columns)
    ]
    sums = {str(column.accessor): total for column, total in zip(columns, own, strict=True) if column.total}
    cells = [
        Cell(column.total_text(total, sums), column, column.total_value(total, sums))
        for column, total in zip(columns, own, strict=True)
    ]
    span = next((position for position, column in enumerate(columns) if column.in_totals), len(columns))
    if not span:  # the first column has a sum of its own: the label stands with the number
        return Line(f"{number}. {label}" if number else label, cells)
    return Line(number, cells[span:], label=label, span=span)


def roman(number):
    """XIV for 14."""
    letters = ""
    for value, letter in ROMAN:
        count, number = divmod(number, value)
        letters += letter * count
    return letters


def render_sheet(request, *, title, columns, rows, sheet, back, groups=None, filters=""):
    """A printed form: who, what, which period, which unit, numbered rows, groups and sums, three signatures.

    Rows and groups as in `on_paper`; `filters` says in words which rows these are. The wording may be changed in the
    address through the small form above it.
    """
    wording = wording_of(sheet, title, request.GET)
    labels = {
        "superior": _("Body above the office"),
        "office": _("Office"),
        "title": _("Title of the form"),
        "period": _("Period"),
        "unit": _("Unit of measure"),
        "preparer": _("First signature"),
        "accountant": _("Second signature"),
        "head": _("Third signature"),
    }
    kept = [(key, value) for key, values in request.GET.lists() if not key.startswith("sheet_") for value in values]
    parts, total = on_paper(columns, rows, groups)
    return render(
        request,
        "screens/sheet.html",
        {
            "title": wording["title"],
            "form": sheet.form,
            "wording": wording,
            "filters": filters,
            "office_lines": office_lines(wording),
            "signers": [wording[part] for part in ("preparer", "accountant", "head")],
            "frame": {"nation": NATION, "motto": MOTTO, "place_and_date": PLACE_AND_DATE, "sign_here": SIGN_HERE},
            "wording_fields": [
                {"name": part, "label": labels[part], "value": value} for part, value in wording.items()
            ],
            "kept": kept,
            "columns": columns,
            "heads": [(column, column.head(wording["unit"])) for column in columns],
            "parts": parts,
            "total": total,
            "notes": sheet.notes,
            "back": back,
            "printed_on": timezone.localtime(),
        },
    )
