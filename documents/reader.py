"""The limited process that opens files from outside: python -m documents.reader < order > answer.

It sets its own limits before it touches the file, knows nothing of the site (no Django, no database, no secrets),
reads one order as JSON, and answers in lines of JSON. Whatever goes wrong here ends this process and no other:
the site takes any non-zero exit for "file refused".
"""

import gc
import json
import logging
import re
import sys
from array import array

from documents import cells, encodings, headings, periods, units
from documents.folding import fold
from documents.limits import Refusal, limit_self, say
from documents.looking import look_into_image, look_into_pdf
from documents.opening import no_table, odd_cells, odd_formats, open_csv, open_xlsx

CHUNK = 5000
MOST_TOTALS = 50
MOST_REMARKS = 3  # of one kind; and how many lines are looked at for them
MOST_LINES = 5000
MOST_VALUES = 20  # in a column that is not read: with more it says nothing of amounts


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
        self.layout = headings.find_layout([self.clean(row) for row in rows[:40]], self.columns, merges, known, name)
        self.encoding = encoding
        self.style = cells.NumberStyle(self.options.get("decimal_style"))
        self.counts = {"rows": 0, "good": 0, "bad": 0, "blank": 0, "group": 0, "total": 0, "note": 0, "example": 0}
        self.odd = odd_cells(order, name) if order["format"] == "xlsx" else {}
        self.totals = []  # (row number, cells) of rows in which the file itself adds up
        self.key_names = next((c["aliases"] for c in self.columns if c["key"] == order["key"]), ())
        self.remarks = []  # [line, why, year]: rows that are no data and say that amounts are another thing, see take_remark
        self.lines = 0  # those that were looked at for remarks
        self.tax_counts = {"repaired": 0, "repairable": 0}
        self.units = {}
        self.unit_from = {}
        for column in self.columns:
            if column["key"] in self.layout.places and column["type"] in ("vnd", "usd"):
                self.units[column["key"]], self.unit_from[column["key"]] = self.unit_of(column)
        self.bases = self.read_bases()
        self.base_years = {
            year for basis in order.get("bases", ()) for word in basis["stated"] for year in periods.base_years(word)
        }
        says_prices = {"prices"} & {*self.layout.places, *(basis["key"] for basis in order.get("bases", ()))}
        self.no_prices = bool(self.units) and not says_prices

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

    def read_bases(self):
        """Which choice of each basis a line such as “Prices: current prices” states, else the words above the table name,
        else those in every heading of money."""
        found = {}
        for basis in self.order.get("bases", ()):
            stated = (line.partition(":") for line in self.layout.lines)
            codes = [basis["stated"].get(said.strip()) for title, _, said in stated if title.strip() in basis["titles"]]
            if any(codes):
                found[basis["key"]] = next(filter(None, codes))
                continue
            above = codes_stated(basis, " | ".join(self.layout.lines))
            each = [codes_stated(basis, fold(self.layout.titles[key])) for key in self.units]
            codes = above or [code for code in basis["words"] if each and all(code in codes for codes in each)]
            if codes:
                found[basis["key"]] = codes[0]
        return found

    def is_of_another_basis(self, text):
        """Whether a text says another basis than the amounts are read on, or prices of another year where nothing tells of
        prices."""
        if self.no_prices and periods.states_constant_prices(text):
            return True
        if self.base_years and periods.base_years(text) - self.base_years:
            return True
        folded = fold(text)
        return any(
            code != self.bases.get(basis["key"], basis["default"])
            for basis in self.order.get("bases", ())
            for code in codes_stated(basis, folded)
        )

    def is_otherwise(self, text):
        """Whether amounts are of a plan, or on another basis, by a text above them, whatever time they are of."""
        return self.is_of_another_basis(text) or (bool(self.units) and periods.speaks_of_a_plan(text))

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
            for at in self.beyond(rows):
                problems.setdefault(at, {})[0] = ("too_many_cells", {})
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

    def beyond(self, rows):
        """Rows of a CSV file with more cells than headings: a comma within a number or a name has shifted what follows."""
        if self.order["format"] != "csv":
            return
        headed = self.rows[self.layout.heading_row : self.layout.first_row]
        width = 1 + max(index for row in headed for index, cell in enumerate(row) if cell)
        for at, row in enumerate(rows):
            if any(cell.strip() for cell in row[width:]):
                yield at

    def without_other_rows(self, rows, numbers, key_at, key_type):
        """Rows of data only: empty ones, groups, totals and notes are counted and left out."""
        self.counts["rows"] += len(rows)
        drop, has_digits = set(), key_type in ("tax_code", "year")
        for at, row in enumerate(rows):
            key, first = row[key_at], row[0]
            plain_key = key.__class__ is float or (key.__class__ is str and key[:1].isdecimal()) if has_digits else key
            if plain_key and (first.__class__ is float or (has_digits and (not first or str(first)[0].isdecimal()))):
                continue
            kind = self.kind_of(row, key_at, has_digits)
            if kind in ("note", "group", "total") or not key:
                self.take_remark(row, key_at)
            if kind != "data":
                self.counts[kind] += 1
                drop.add(at)
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
        """Keep a line in or beneath the table with what it states: another unit, basis or headings ("unit"), something else
        than a whole year of the enterprise ("period"), or a year ("year")."""
        self.lines += 1
        if self.lines > MOST_LINES:
            return
        texts = [" ".join(cell.split()) for cell in row if cell.__class__ is str and cell.strip()]
        years = sorted(set().union(*map(periods.years_told, texts)))
        line, other_headings = " ".join(texts)[:200], list(row) != self.clean(self.rows[self.layout.heading_row])
        why = {self.why_another(text) for text in texts}
        if "unit" in why or (self.is_heading(row, key_at) and other_headings):
            self.remark(line, "unit")
        elif "period" in why:
            self.remark(line, "period")
        elif years:
            self.remark(line, "year", years[0])

    def remark(self, line, why, year=None):
        if sum(said[1:] == [why, year] for said in self.remarks) < MOST_REMARKS:
            self.remarks.append([line, why, year])

    def why_another(self, text):
        """What a text beside the amounts states: another unit or basis ("unit"), no whole year ("period"), or nothing."""
        stated = {units.unit_in(text, currency) for currency in headings.CURRENCIES}
        understood = {None, *self.units.values()} | (set() if units.states_unit(text) else {units.UNCLEAR})
        if stated - understood or self.is_of_another_basis(text):
            return "unit"
        return "period" if periods.speaks_of_another(text) else None

    def remarks_of_columns(self):
        """As `take_remark`, of what stands in the columns that are not read: a unit, a period or a year for each row."""
        if not any(
            column["type"] in headings.AMOUNTS for column in self.columns if column["key"] in self.layout.places
        ):
            return
        titles = self.clean(self.rows[self.layout.heading_row])
        for index in sorted(set(range(len(titles))) - set(self.layout.places.values())):
            title, values = " ".join(str(titles[index]).split()), set()
            for row in self.rows[self.layout.first_row :]:
                values.add(row[index])
                if len(values) > MOST_VALUES:
                    break
            else:
                for text in sorted({" ".join(str(headings.whole(value)).split()) for value in self.clean(values)}):
                    self.take_value(title, text)

    def take_value(self, title, text):
        line = f"{title}: {text}"[:200]
        power = units.unit_in(f"({text})", "vnd")
        if power not in (None, units.UNCLEAR, *self.units.values()) or self.is_of_another_basis(text):
            self.remark(line, "unit")
        elif periods.speaks_of_another(text):
            self.remark(line, "period")
        elif periods.is_year_of(title, text):
            self.remark(line, "year", int(text))

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

    def of_another_unit(self):
        """Headings of money that state another unit than what stands above the table."""
        layout = self.layout
        for column in self.columns:
            key, above = column["key"], layout.file_units.get(column["type"])
            if key in layout.places and above is not None and layout.units.get(key, above) != above:
                yield layout.titles[key]

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
            "bases": self.bases,
            "unknown": layout.unknown,
            "strange": [*layout.strange, *self.of_another_unit()],
            "partial": layout.partial,
            "mixed": [text for text in (*layout.above, *layout.titles.values()) if self.is_otherwise(text)][:3],
            "dated": layout.dated,
            "original": [" ".join(str(cell).split()) for cell in self.clean(self.rows[layout.heading_row])][:200],
        }


def codes_stated(basis, folded):
    """The choices of a basis that a folded text names."""
    return [
        code
        for code, words in basis["words"].items()
        if any(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", folded) for word in words)
    ]


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
                code = "no_heading" if error.missing else "not_understood"
                problem = Refusal(code, missing=error.missing, found=error.found)
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
    table.remarks_of_columns()
    if not any_row:
        raise Refusal("no_rows", row=table.layout.heading_row + 1)


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
