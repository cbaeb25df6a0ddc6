"""The limited process that opens files from outside: python -m documents.reader < order > answer.

It sets its own limits before it touches the file, knows nothing of the site (no Django, no database, no secrets),
reads one order as JSON, and answers in lines of JSON. Whatever goes wrong here ends this process and no other:
the site takes any non-zero exit for "file refused".
"""

import gc
import json
import logging
import re
import resource
import sys
from array import array

from documents import cells, encodings, headings, units
from documents.folding import fold

CHUNK = 5000
MOST_TOTALS = 50
MOST_REMARKS = 3
LOOKED_AT = 1 << 18  # of a sheet, for the formats of its cells


def limit_self(memory, seconds):
    """No more memory, time, files or children than the order allows."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def say(**answer):
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")))
    sys.stdout.write("\n")


class Refusal(Exception):
    """The file is refused for a reason that a person can act on."""

    def __init__(self, code, **arguments):
        super().__init__(code)
        self.code, self.arguments = code, arguments


# --- opening ----------------------------------------------------------------------------------


def parts_of_sheets(path):
    """Which part of the workbook holds which sheet: {sheet name: "xl/worksheets/sheet1.xml"}."""
    import posixpath
    import re
    import zipfile
    from html import unescape

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
    import zipfile

    order, letters = table.order, {}
    if order["format"] != "xlsx":
        return []
    for column in table.columns:
        if column["type"] in headings.AMOUNTS and column["key"] in table.layout.places:
            letters[headings.column_letter(table.layout.places[column["key"]])] = column["type"]
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
            if code not in found and units.shows_another(code, letters[letter]):
                found.append(code)
    return [code[:100] for code in found[:3]]


def format_codes(styles):
    """The format of each style of cells; of those that Excel has built in only the percents are told."""
    from html import unescape

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
    import csv

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


# --- reading a table --------------------------------------------------------------------------


class Table:
    """One sheet being read: its layout, the order's columns, and what was found on the way."""

    def __init__(self, order, name, rows, merges, encoding):
        self.order, self.name, self.rows = order, name, rows
        self.columns = order["columns"]
        self.options = order.get("options", {})
        self.convert = (
            encodings.CONVERSIONS[encoding] if encoding in ("tcvn3", "vni") and order["format"] == "xlsx" else None
        )
        phrases = [
            phrase for basis in order.get("bases", ()) for phrases in basis["words"].values() for phrase in phrases
        ]
        known = frozenset(word for phrase in phrases for word in phrase.split())
        self.layout = headings.find_layout([self.clean(row) for row in rows[:40]], self.columns, merges, known)
        self.encoding = encoding
        self.style = cells.NumberStyle(self.options.get("decimal_style"))
        self.counts = {"rows": 0, "good": 0, "bad": 0, "blank": 0, "group": 0, "total": 0, "note": 0, "example": 0}
        self.odd = odd_cells(order, name) if order["format"] == "xlsx" else {}
        self.totals = []  # (row number, cells) of rows in which the file itself adds up
        self.key_names = next((c["aliases"] for c in self.columns if c["key"] == order["key"]), ())
        self.remarks = []  # what rows that are no data say of other units, years or parts of them
        self.tax_counts = {"repaired": 0, "repairable": 0}
        self.units = {}
        self.unit_from = {}
        for column in self.columns:
            if column["key"] in self.layout.places and column["type"] in ("vnd", "usd"):
                self.units[column["key"]], self.unit_from[column["key"]] = self.unit_of(column)

    def clean(self, row):
        return [self.convert(cell) if cell.__class__ is str else cell for cell in row] if self.convert else row

    def unit_of(self, column):
        """The power of ten of a column's unit and where it was read: chosen | heading | file | unclear | nowhere."""
        key, currency = column["key"], column["type"]
        chosen = self.options.get("units", {}).get(key)
        if chosen is not None:
            return chosen, "chosen"
        usual = column.get("power", 0 if currency == "vnd" else 2)
        if key in self.layout.units:
            power = self.layout.units[key]
            return (usual, "unclear") if power == units.UNCLEAR else (power, "heading")
        if currency in self.layout.file_units:
            power = self.layout.file_units[currency]
            return (usual, "unclear") if power == units.UNCLEAR else (power, "file")
        return usual, "nowhere"

    def require_currencies(self):
        """Refuse a column that is in another currency, by its heading or by what stands above the table."""
        for column in self.columns:
            key, currency = column["key"], column["type"]
            if key not in self.units or key in self.layout.units:
                continue
            title = self.layout.titles[key]
            other, said = ("vnd", "USD") if currency == "usd" else ("usd", "đồng")
            elsewhere = self.layout.foreign or (currency == "vnd" and "usd" in self.layout.file_units)
            above = elsewhere and currency not in self.layout.file_units
            if above or units.names_currency(title, other) or units.names_foreign(title):
                raise Refusal("other_currency", title=title, currency=said)

    def bases(self):
        """Which choice of each basis a line such as “Prices: current prices” states, else the words above the table name."""
        found = {}
        for basis in self.order.get("bases", ()):
            stated = (line.partition(":") for line in self.layout.lines)
            codes = [basis["stated"].get(said.strip()) for title, _, said in stated if title.strip() in basis["titles"]]
            if any(codes):
                found[basis["key"]] = next(filter(None, codes))
                continue
            for code, words in basis["words"].items():
                if any(word in self.layout.words for word in words):
                    found[basis["key"]] = code
                    break
        return found

    def vector(self, column, values):
        """The values of one column and its problems."""
        kind = column["type"]
        if kind == "text":
            return cells.texts(values, most=column.get("most", 500))
        if kind == "tax_code":
            return cells.tax_codes(values, repair=bool(self.options.get("repair_tax_codes")), counts=self.tax_counts)
        if kind in ("vnd", "usd"):
            return cells.amounts(
                values, power=self.units[column["key"]], most=column.get("most", 10**15), style=self.style,
                negative=column.get("negative", False),
            )  # fmt: skip
        if kind == "whole":
            return cells.amounts(values, most=column.get("most", 10**9), style=self.style)
        if kind == "decimal":
            return cells.decimals(
                values, places=column.get("places", 2), most=column.get("most", 10**12), style=self.style
            )
        if kind == "date":
            return cells.dates(values)
        if kind == "year":
            return cells.years(values)
        if kind == "choice":
            return cells.choices(values, words=column["words"], fold=fold, title=", ".join(column.get("shown", ())))
        raise Refusal("unreadable")

    def chunks(self):
        """Answers of the data rows, a few thousand at a time."""
        present = [column for column in self.columns if column["key"] in self.layout.places]
        indexes = [self.layout.places[column["key"]] for column in present]
        key_at = self.layout.places.get(self.order["key"], indexes[0])
        key_type = next((column["type"] for column in present if column["key"] == self.order["key"]), "text")
        required = [number for number, column in enumerate(present) if column.get("required")]
        for start in range(self.layout.first_row, len(self.rows), CHUNK):
            rows = self.rows[start : start + CHUNK]
            if self.convert:
                rows = [self.clean(row) for row in rows]
            taken = len(rows)
            numbers = array("l", range(start + 1, start + 1 + len(rows)))
            rows, numbers = self.without_other_rows(rows, numbers, key_at, key_type)
            if not rows:
                yield {"rows": taken, "numbers": [], "vectors": [], "bad": []}
                continue
            every = list(zip(*rows, strict=True))
            vectors, problems = [], {}
            for number, (column, index) in enumerate(zip(present, indexes, strict=True)):
                values, bad = self.vector(column, every[index])
                vectors.append(values)
                for at, code, arguments in bad:
                    problems.setdefault(at, {})[number] = (code, arguments)
            if self.odd:
                for at, row_number in enumerate(numbers):
                    here = self.odd.get(row_number, ())
                    for number, index in enumerate(indexes):
                        if index in here:
                            problems.setdefault(at, {})[number] = (here[index], {})
            for number in required:
                if None in vectors[number]:
                    for at, value in enumerate(vectors[number]):
                        if value is None and number not in problems.get(at, ()):
                            problems.setdefault(at, {})[number] = ("missing", {})
            bad_rows = [
                [
                    numbers[at],
                    [
                        [present[number]["key"], headings.column_letter(indexes[number]), code, arguments]
                        for number, (code, arguments) in sorted(found.items())
                    ],
                ]
                for at, found in sorted(problems.items())
            ]
            self.counts["bad"] += len(bad_rows)
            self.counts["good"] += len(numbers) - len(bad_rows)
            # what stands in the other cells of a bad row; there may be more to say about it
            doubtful = [
                [None if number in problems[at] else values[at] for number, values in enumerate(vectors)]
                for at in sorted(problems)
            ]
            if problems:
                keep = [at for at in range(len(numbers)) if at not in problems]
                vectors = [[values[at] for at in keep] for values in vectors]
                numbers = [numbers[at] for at in keep]
            yield {"rows": taken, "numbers": list(numbers), "vectors": vectors, "bad": bad_rows, "doubtful": doubtful}

    def without_other_rows(self, rows, numbers, key_at, key_type):
        """Rows of data only: empty ones, groups, totals and notes are counted and left out."""
        self.counts["rows"] += len(rows)
        drop, has_digits = set(), key_type == "tax_code"
        for at, row in enumerate(rows):
            key, first = row[key_at], row[0]
            plain_key = key.__class__ is float or (key.__class__ is str and key[:1].isdecimal()) if has_digits else key
            if plain_key and (first.__class__ is float or (has_digits and (not first or str(first)[0].isdecimal()))):
                continue
            kind = self.kind_of(row, key_at, has_digits)
            if kind != "data":
                self.counts[kind] += 1
                drop.add(at)
                if kind in ("note", "group"):
                    self.take_remark(row, key_at)
                if kind == "total" and len(self.totals) < MOST_TOTALS:
                    self.totals.append((numbers[at], row))
        if drop:
            keep = [at for at in range(len(rows)) if at not in drop]
            return [rows[at] for at in keep], [numbers[at] for at in keep]
        return rows, list(numbers)

    def kind_of(self, row, key_at, has_digits):
        """As `headings.kind_of_row`; headings that stand once more are notes."""
        is_heading = self.is_heading(row, key_at)
        return "note" if is_heading else headings.kind_of_row(row, key_at, has_digits)

    def is_heading(self, row, key_at):
        key = row[key_at]
        return key.__class__ is str and key != "" and headings.bare(key) in self.key_names

    def take_remark(self, row, key_at):
        """Keep what a line in or beneath the table states of another unit or another year, that it is of something else,
        or other headings."""
        if len(self.remarks) >= MOST_REMARKS:
            return
        texts = [" ".join(cell.split()) for cell in row if cell.__class__ is str and cell.strip()]
        stated = {units.unit_in(text, currency) for text in texts for currency in headings.CURRENCIES}
        other = stated - {None, *self.units.values()} or any(map(headings.speaks_of_another, texts))
        if self.is_heading(row, key_at):
            other = other or list(row) != self.clean(self.rows[self.layout.heading_row])
        years = [] if other else sorted(set().union(*map(headings.years_told, texts)))[:1]
        self.remarks += [[" ".join(texts)[:200], year] for year in ([None] if other else years)]

    def own_totals(self):
        """[[row number, {column: amount}]] of the rows in which the file adds up; cells without an amount are left out."""
        amounts = [column for column in self.columns if column["key"] in self.units]
        found = []
        for number, row in self.totals:
            said = {}
            for column in amounts:
                (value,), bad = self.vector({**column, "most": 10**18}, [row[self.layout.places[column["key"]]]])
                if value is not None and not bad:
                    said[column["key"]] = value
            if said:
                found.append([number, said])
        return found

    def original(self, number):
        """A row as it stands in the file, by its number; numbers stay numbers, or their point would be read anew."""
        return [as_kept(cell) for cell in self.clean(self.rows[number - 1])][:200]

    @property
    def total_rows(self):
        return max(0, len(self.rows) - self.layout.first_row)

    def heading(self):
        layout = self.layout
        return {
            "sheet": self.name,
            "encoding": self.encoding,
            "heading_row": layout.heading_row + 1,
            "total_rows": self.total_rows,
            "columns": [column["key"] for column in self.columns if column["key"] in layout.places],
            "places": {key: headings.column_letter(index) for key, index in layout.places.items()},
            "titles": layout.titles,
            "units": self.units,
            "unit_from": self.unit_from,
            "years": layout.years,
            "bases": self.bases(),
            "unknown": layout.unknown,
            "strange": layout.strange,
            "partial": layout.partial,
            "dated": layout.dated,
            "original": [" ".join(str(cell).split()) for cell in self.clean(self.rows[layout.heading_row])][:200],
        }


def as_kept(cell):
    """A cell to be written back: a number as a number, anything else as it is shown."""
    if cell.__class__ in (int, float) and abs(cell) < 1e300:
        return cell
    return cells.shown(cell)[:300]


def tables(order):
    if order["format"] == "csv":
        encoding, rows = open_csv(order["path"])
        yield "", rows, (), encoding
        return
    for name, rows, merges in open_xlsx(order["path"]):
        sample = " ".join(str(cell) for row in rows[:60] for cell in row if cell.__class__ is str)
        yield name, rows, merges, encodings.guess_conversion(sample[:20_000])


def read_table(order):
    """Answers of the sheet that was chosen, else of the first that holds such a table; the end names all that do."""
    wanted, table, problem, sheets = order.get("options", {}).get("sheet"), None, None, []
    for name, rows, merges, encoding in tables(order):
        is_wanted = table is None and wanted in (None, name)
        if is_wanted and len(rows) > order["most_rows"]:
            raise Refusal("too_many_rows", rows=len(rows), most=order["most_rows"])
        if not any(any(cell not in ("", None) for cell in row) for row in rows[:1000]):
            problem = problem or Refusal("empty")
            continue
        try:
            found = Table(order, name, rows, merges, encoding)
        except headings.NoHeading as error:
            if problem is None or problem.code == "empty":
                problem = Refusal("no_heading", missing=error.missing, found=error.found)
            continue
        except headings.TwiceTheSame as error:
            if is_wanted:
                raise Refusal("twice_the_same", title=error.title, columns=error.columns) from error
            continue
        if not found.total_rows:
            problem = Refusal("no_rows", row=found.layout.heading_row + 1)
            continue
        sheets.append([name, found.total_rows])
        if is_wanted:
            table = found
            table.require_currencies()
            say_rows(table)
    if table is None:
        raise no_table(order, problem)
    if order.get("originals"):
        say(asking="originals")
        sys.stdout.flush()
        for number in json.loads(sys.stdin.buffer.readline() or b"[]"):
            say(original=[number, table.original(number)])
    say(
        end={
            **table.counts, **table.tax_counts, "style": table.style.seen, "totals": table.own_totals(), "sheets": sheets,
            "remarks": table.remarks, "formats": odd_formats(table),
        }
    )  # fmt: skip


def say_rows(table):
    say(heading=table.heading())
    sys.stdout.flush()
    any_row = False
    for chunk in table.chunks():
        any_row = any_row or bool(chunk["numbers"] or chunk["bad"])
        say(chunk=chunk)
    if not any_row:
        raise Refusal("no_rows", row=table.layout.heading_row + 1)


# --- looking into other files -----------------------------------------------------------------


PIECE = 1 << 18
MOST_POINTS = 300_000_000  # of a picture on a page: a drawing of A0 at 400 dpi
MOST_LINKS = 20_000  # notes, fields and bookmarks that are looked at
MOST_UNPACKED = 250 * 2**20
WIDEST = 14_400  # points: five metres, as far as readers go
HARMLESS = (None, "/GoTo", "/URI", "/Named", "/Hide", "/SetOCGState", "/ResetForm", "/Thread")
LIVE_NOTES = ("/RichMedia", "/Screen", "/Movie", "/Sound", "/3D")
OUTSIDE = re.compile(r"\s*(javascript|vbscript|data|file|\\\\)", re.IGNORECASE)


def look_into_pdf(order):
    """Refuse what acts by itself, carries files, or unpacks to far more than it is, wherever a PDF can keep it."""
    from pypdf import PdfReader

    reader = PdfReader(order["path"], strict=False)
    if reader.is_encrypted:
        raise Refusal("encrypted")
    root = reader.trailer["/Root"]
    pages = len(reader.pages)
    if not 0 < pages <= order.get("most_pages", 2000):
        raise Refusal("too_many_pages", most=order.get("most_pages", 2000))
    names, start, forms = (_part(root, name) for name in ("/Names", "/OpenAction", "/AcroForm"))
    if "/JavaScript" in names or "/AA" in root or acts(start) or "/XFA" in forms:
        raise Refusal("active_content")
    if "/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root:
        raise Refusal("embedded_files")
    for row in _tree(forms.get("/Fields"), "/Kids"):
        _check_acts(row)
    for row in _tree(_part(root, "/Outlines").get("/First"), "/First", "/Next"):
        _check_acts(row)
    unpacked, seen = 0, set()
    for page in reader.pages:
        _check_acts(page)
        unit = float(_plain(page.get("/UserUnit", 1)))
        if max(abs(float(page.mediabox.width)), abs(float(page.mediabox.height))) * unit > WIDEST:
            raise Refusal("too_large_page")
        for note in _tree(page.get("/Annots")):
            _check_acts(note)
            if note.get("/Subtype") in LIVE_NOTES:
                raise Refusal("active_content")
            if note.get("/Subtype") == "/FileAttachment":
                raise Refusal("embedded_files")
        for stream in _streams(page, seen):
            unpacked += unpacked_size(stream, MOST_UNPACKED - unpacked)
    return {"pages": pages}


def _plain(value):
    return value.get_object() if hasattr(value, "get_object") else value


def _part(parent, name):
    """The dictionary that stands under the name; an empty one where there is none."""
    found = _plain(parent.get(name))
    return found if isinstance(found, dict) else {}


def _tree(start, *links):
    """The dictionaries that hang on `start` (one, or a list), and those that they lead to by `links`; each once."""
    waiting, seen = [start], set()
    while waiting:
        row = _plain(waiting.pop())
        if isinstance(row, list):
            waiting += row
        elif isinstance(row, dict) and id(row) not in seen:
            seen.add(id(row))
            if len(seen) > MOST_LINKS:
                raise Refusal("active_content")
            yield row
            waiting += [row[name] for name in links if name in row]


def acts(action):
    """Whether an action does more than lead somewhere: the one that is named, or one that follows it."""
    for each in _tree(action, "/Next"):
        if each.get("/S") not in HARMLESS or OUTSIDE.match(str(each.get("/URI", ""))):
            return True
    return False


def _check_acts(row):
    if "/AA" in row or acts(row.get("/A")):
        raise Refusal("active_content")


def _streams(page, seen):
    """What is drawn on a page: its contents, and the pictures and forms it names; each of them once in a file."""
    drawn = _part(_part(page, "/Resources"), "/XObject")
    contents = _plain(page.get("/Contents"))
    named = contents if isinstance(contents, list) else [contents]
    for stream in map(_plain, [*named, *(drawn[name] for name in drawn)]):
        if hasattr(stream, "_data") and id(stream) not in seen:
            seen.add(id(stream))
            yield stream


def unpacked_size(stream, most):
    """How far a deflated stream unpacks, layer by layer, a piece at a time and no further than `most`."""
    import zlib

    filters = _plain(stream.get("/Filter", []))
    filters = filters if isinstance(filters, list) else [filters]
    layers = []
    for name in filters:
        if name not in ("/FlateDecode", "/Fl"):
            break
        layers.append(zlib.decompressobj())
    if not layers or (stream.get("/Subtype") == "/Image" and len(layers) == 1):
        return _picture_size(stream)
    size, data = 0, stream._data
    for piece in _through(layers, (data[start : start + PIECE] for start in range(0, len(data), PIECE))):
        size += len(piece)
        if size > most:
            raise Refusal("unpacks_too_large")
    return size


def _picture_size(stream):
    """Pictures are never unpacked here: how many points they have is written on them."""
    points = float(stream.get("/Width", 0)) * float(stream.get("/Height", 0))
    if points > MOST_POINTS:
        raise Refusal("too_many_pixels")
    return 0


def _through(layers, pieces):
    """The pieces that come out of the last layer; what is damaged ends there, as it does in a reader."""
    import zlib

    if not layers:
        yield from pieces
        return
    first, *others = layers

    def unpacked():
        for piece in pieces:
            while piece:
                try:
                    out = first.decompress(piece, 4 * PIECE)
                except zlib.error:
                    return
                piece = first.unconsumed_tail
                if out:
                    yield out
                if first.eof:
                    return

    yield from _through(others, unpacked())


def look_into_image(order):
    import warnings

    from PIL import Image

    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = order.get("most_pixels", 50_000_000)
    kind = {"png": "PNG", "jpeg": "JPEG"}[order["format"]]
    try:
        with Image.open(order["path"], formats=[kind]) as image:
            width, height = image.size
            if width * height > Image.MAX_IMAGE_PIXELS:
                raise Refusal("too_many_pixels")
            image.draft("RGB", (width // 8 or 1, height // 8 or 1))  # JPEG is read whole, but kept small
            image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refusal("too_many_pixels") from error
    return {"width": width, "height": height}


def main():
    gc.disable()  # this process ends before there is anything to collect
    order = json.loads(sys.stdin.buffer.readline())
    limit_self(order["memory"], order["seconds"])
    logging.disable(logging.CRITICAL)  # what a damaged file makes its reader say helps nobody
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        if order["do"] == "table":
            read_table(order)
        elif order["format"] == "pdf":
            say(looked=look_into_pdf(order))
        else:
            say(looked=look_into_image(order))
    except Refusal as refusal:
        say(refused=[refusal.code, refusal.arguments])
    except MemoryError:
        return 3
    except Exception as error:  # whatever a parser throws at a hostile file, the answer is the same: refused
        sys.stderr.write(f"{type(error).__name__}\n")
        return 4
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
