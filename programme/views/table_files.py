"""The table of a page as a file or a printed form: the same columns and rows that the page shows."""

from django.utils import timezone

from documents.word_tables import docx_table_response
from screens import exports
from screens.sheets import render_sheet, wording_of

KINDS = ("xlsx", "csv", "print", "docx")


def table_file(request, *, name, columns, rows, sheet, total=None):
    """The answer to `?export=` on a page with a table, or None where the page itself is asked for.

    `rows` are raw values in the order of `columns`; `total` is the row of sums for files, which have no line of their own
    for it as paper has.
    """
    kind = request.GET.get("export")
    if kind not in KINDS:
        return None
    file_name = f"{name}-{timezone.localtime():%Y%m%d-%H%M}"
    title = str(sheet.title)
    if kind in ("xlsx", "csv"):
        rows = [*rows, total] if total else rows
        if kind == "xlsx":
            return exports.xlsx_response(file_name, columns, rows, sheet=title)
        return exports.csv_response(file_name, columns, rows)
    if kind == "print":
        query = request.GET.copy()
        del query["export"]
        back = f"{request.path}?{query.urlencode()}"
        return render_sheet(request, title=title, columns=columns, rows=rows, sheet=sheet, back=back)
    wording = wording_of(sheet, title, request.GET)
    return docx_table_response(
        file_name,
        office_lines=wording["office"].splitlines(),
        title=wording["title"],
        subtitle=wording["period"],
        unit=wording["unit"],
        notes=sheet.notes,
        columns=columns,
        rows=rows,
        signers=[wording["preparer"], wording["accountant"], wording["head"]],
    )
