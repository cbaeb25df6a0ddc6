"""Opening what tables come in: sheets of a workbook, lines of a CSV file, and what a workbook keeps beside its values.

No Django here: the limited reader imports this.
"""

import csv
import posixpath
import re
import zipfile
from html import unescape

from documents import encodings, headings, units
from documents.limits import Refusal

LOOKED_AT = 1 << 18  # of a sheet, for the formats of its cells


def parts_of_sheets(path):
    """Which part of the workbook holds which sheet: {sheet name: "xl/worksheets/sheet1.xml"}."""
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for link in re.findall(r"<Relationship\b[^>]*>", links):
        attributes = dict(re.findall(r"(\w+)=\"([^\"]*)\"", link))
        target = attributes.get("Target", "")
        targets[attributes.get("Id")] = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
    parts = {}
    for sheet in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        name, link = re.search(r'\bname="([^"]*)"', sheet), re.search(r'\bid="([^"]*)"', sheet)
        if name and link:
            parts[unescape(name[1])] = targets.get(link[1], "")
    return parts


def odd_formats(table):
    """Formats in which the cells of amounts of a workbook show another unit, money or power of ten than is read: at most
    three of #,##0.0 "tỷ", #,##0,, (thousands of what is stored), 0%, [$$-409]#,##0 in a column of đồng."""
    order, letters = table.order, {}
    if order["format"] != "xlsx":
        return []
    for column in table.columns:
        if column["type"] in headings.AMOUNTS and column["key"] in table.layout.places:
            letter = headings.column_letter(table.layout.places[column["key"]])
            letters[letter] = (column["type"], table.units.get(column["key"]))
    with zipfile.ZipFile(order["path"]) as package:
        part = parts_of_sheets(order["path"]).get(table.name)
        if part not in package.namelist() or "xl/styles.xml" not in package.namelist():
            return []
        codes = format_codes(package.read("xl/styles.xml").decode("utf-8", "replace"))
        with package.open(part) as file:
            sheet = file.read(LOOKED_AT).decode("utf-8", "replace")
    found = []
    for letter, row, attributes in re.findall(r'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"([^>]*)>', sheet):
        style = re.search(r'\bs="(\d+)"', attributes)
        if letter in letters and int(row) > table.layout.first_row and style and int(style[1]) < len(codes):
            code = codes[int(style[1])]
            if code not in found and units.shows_another(code, *letters[letter]):
                found.append(code)
    return [code[:100] for code in found[:3]]


def format_codes(styles):
    """The format of each style of cells; of those that Excel has built in only the percents are told."""
    known = {"9": "0%", "10": "0.00%"}
    for number, code in re.findall(r'<(?:\w+:)?numFmt\b[^>]*\bnumFmtId="(\d+)"[^>]*\bformatCode="([^"]*)"', styles):
        known[number] = unescape(code)
    cells = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", styles, re.DOTALL)
    used = re.findall(r'<(?:\w+:)?xf\b[^>]*\bnumFmtId="(\d+)"', cells[0]) if cells else []
    return [known.get(number, "") for number in used]


def odd_cells(order, name):
    """Cells of the sheet without a usable value, as the guard found them: {row: {column: code}}."""
    found = {}
    if not order.get("odd"):
        return found
    part = parts_of_sheets(order["path"]).get(name)
    for reference, code in order["odd"].get(part, {}).items():
        letters = reference.rstrip("0123456789")
        found.setdefault(int(reference[len(letters) :]), {})[headings.column_index(letters)] = code
    return found


def sheets_of(workbook, *, hidden=False):
    """Names of the sheets of cells that are shown, or of those that are not."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        about.name
        for about in workbook.sheets_metadata
        if about.typ == SheetTypeEnum.WorkSheet and (about.visible != SheetVisibleEnum.Visible) == hidden
    ]


def open_xlsx(path):
    """The visible sheets of a workbook: (name, rows, merged ranges)."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        for name in sheets_of(workbook):
            sheet = workbook.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            merges = [(top, left, bottom, right) for (top, left), (bottom, right) in (sheet.merged_cell_ranges or ())]
            yield name, rows, merges
    except CalamineError as error:
        raise Refusal("unreadable") from error


def no_table(order, problem):
    """Why none of the sheets that are shown could be read; where others are hidden, that those were not looked at."""
    from python_calamine import CalamineWorkbook

    hidden = order["format"] == "xlsx" and sheets_of(CalamineWorkbook.from_path(order["path"]), hidden=True)
    return Refusal("hidden_sheets", sheets=hidden) if hidden else problem or Refusal("empty")


def open_csv(path):
    with open(path, "rb") as file:
        data = file.read()
    try:
        text, encoding = encodings.decode(data)
    except UnicodeError as error:
        raise Refusal("not_text") from error
    rows = csv_rows(text)
    return encoding, rows


def csv_rows(text):
    csv.field_size_limit(100_000)
    first_lines = text[:20_000].splitlines()[:20]
    if first_lines and first_lines[0].lower().startswith("sep=") and len(first_lines[0]) == 5:
        delimiter = first_lines[0][4]
        text = text.split("\n", 1)[1] if "\n" in text else ""
    else:
        delimiter = max(";\t,", key=lambda sign: sum(min(line.count(sign), 60) for line in first_lines))
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise Refusal("unreadable") from error
    width = max(map(len, rows), default=0)
    if width > 1000:
        raise Refusal("too_wide", most=1000)
    for row in rows:
        if len(row) < width:
            row.extend([""] * (width - len(row)))
    return rows
