"""Finding the table in a sheet: its heading row, what each column is, and in which unit. No Django here."""

import re
from dataclasses import dataclass

from documents import periods
from documents.folding import fold, in_full
from documents.units import AFTER_UNIT, BEFORE_UNIT, POWERS, UNIT, only, states_foreign, unit_in, without_unit

SEARCHED_ROWS = 20

_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
# What a heading over several columns says of them without changing them; the number of a form may stand there too.
_PLAIN_OVER = {
    "ket", "qua", "san", "xuat", "kinh", "doanh", "chi", "tieu", "hoat", "dong", "tinh", "hinh", "cac", "tai", "gom",
}  # fmt: skip
_NUMBER_OF_FORM = re.compile(r"\b(?:mau|bieu|phu luc|bang)\b.*$")
# What may stand in a heading of amounts beside the name of its column, its unit and its year, and change nothing.
_PLAIN = {
    *BEFORE_UNIT, *AFTER_UNIT, *POWERS, "dong", "vnd", "usd", "d", "do", "la", "my", "us", "dollar", "dollars", "dvt", "unit",
    "units", "tinh", "don", "th", "thuc", "hien", "te", "so", "lieu", "bao", "cao", "chinh", "gom", "trong", "neu",
    "bat", "buoc", "tong", "tri", "hanh", "sanh", "co", "dinh", "thi", "truong", "goc", "vat", "gtgt", "thue", "year",
}  # fmt: skip
_PLAIN_PHRASES = re.compile(r"\b(?:12 thang|ca nam|quy doi|viet nam)\b")
_PEOPLE = {"nguoi", "lao", "dong", "persons", "people"}
CURRENCIES = ("vnd", "usd")
AMOUNTS = (*CURRENCIES, "whole", "decimal")
NO_COLUMN = ("stt", "tt", "so tt", "so thu tu", "no", "ghi chu", "")
ROMAN = re.compile(r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})\.?")
LETTER = re.compile(r"[a-h]\.?")
TOTAL = re.compile(
    r"(?:tong cong|tong so|tong|cong|luy ke|total)(?:\s*$|\s*[:.(\[+].*|\s+(?:nhom|muc|phan|theo|toan|[ivx]+\b|\d).*)"
)
EXAMPLE = re.compile(r"(?:vi du|vd|example)(?:\s*\d*\s*\.?|\s*:.*)")
COLUMN_NUMBER = re.compile(r"\(?(?:[a-h]|\d{1,2})\)?(?:\s*=.*)?")


def bare(text):
    """A heading without its unit, its year and its asterisks; what makes it another figure stays."""
    folded = _BRACKETS.sub(lambda found: found[0] if periods.IN_HEADING.search(found[0]) else " ", fold(text))
    folded = without_unit(periods.DONE_IN_YEAR.sub(" ", periods.PRICES.sub(" ", folded)))
    return in_full(folded)


def is_plain(title, kind, named, known):
    """Whether every word of a heading of amounts is understood: `named`, the column's own names, its unit, one year,
    words `known` of the bases, and what changes nothing. (1) and (2)=(3)+(4) are numbers of columns."""
    if len(periods.years_in(title)) > 1:
        return False
    folded = fold(title) if kind == "decimal" else periods.BASE_YEAR.sub(" ", fold(title))
    folded = re.sub(
        r"[(\[]([^()\[\]]*)[)\]]", lambda found: " " if COLUMN_NUMBER.fullmatch(found[1]) else found[0], folded
    )
    folded = _PLAIN_PHRASES.sub(" ", periods.ANY_YEAR.sub(" ", UNIT.sub(" ", folded)))
    plain = {*_PLAIN, *known} if kind in CURRENCIES else {*_PLAIN, *_PEOPLE, *known} - {*POWERS, "goc", "sanh"}
    return set(in_full(folded).split()) <= plain.union(*(name.split() for name in named))


@dataclass(frozen=True)
class Layout:
    """What was read above the first row of data."""

    heading_row: int
    first_row: int
    places: dict  # key -> column index
    titles: dict  # key -> heading as written, with what stands over and beneath it
    units: dict  # key -> power stated in the heading
    file_units: dict  # currency -> power stated above the table
    foreign: bool  # a unit above the table is money of another country
    years: list
    unknown: list  # headings that belong to no column
    above: list  # the cells above the heading, blanks collapsed
    lines: list  # the same, folded
    strange: list  # headings of amounts with words that nobody understands
    dated: list  # [heading of amounts, the year it names]
    partial: list  # lines above the table that speak of a part of a year, or of a plan


class NoHeading(Exception):
    def __init__(self, missing, found):
        super().__init__("no heading")
        self.missing, self.found = missing, found


class TwiceTheSame(Exception):
    def __init__(self, title, columns):
        super().__init__(title)
        self.title, self.columns = title, columns  # what they mean, and each with its letter and heading


def column_letter(index):
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters):
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _spread(row, spans):
    """A heading row whose merged cells are filled to the right."""
    cells = [str(cell).strip() if cell is not None else "" for cell in row]
    for first, last in spans:
        for index in range(first + 1, min(last + 1, len(cells))):
            if not cells[index]:
                cells[index] = cells[first]
    return cells


def _names(rows, spans):
    """The words of each column from one or two heading rows: [(whole, own)]; `spans` are the merged cells of each."""
    upper = _spread(rows[0], spans[0])
    if len(rows) == 1:
        return [(cell, cell) for cell in upper]
    lower = _spread(rows[1], spans[1])
    if not spans[0]:
        filled, last = [], ""
        for top, below in zip(upper, lower, strict=False):
            last = top or last
            filled.append(top or (last if below else ""))
        upper = filled
    return [
        (f"{top} {below}".strip() if below and below != top else top, below or top)
        for top, below in zip(upper, lower, strict=False)
    ]


def _group(whole, own):
    """What the first of two heading rows says of a column, where the second names it."""
    whole, own = " ".join(whole.split()), " ".join(own.split())
    return whole.removesuffix(own) if whole != own else ""


def _match(names, aliases):
    """Where each column stands: {key: (index, heading)}, and which were named twice."""
    places, doubles = {}, {}
    for index, (whole, own) in enumerate(names):
        if not whole:
            continue
        for text in (whole, own):
            key = aliases.get(bare(text)) or aliases.get(in_full(fold(text)))
            if key:
                if key in places:
                    doubles.setdefault(key, [places[key][0]]).append(index)
                else:
                    places[key] = (index, " ".join(whole.split()))
                break
    return places, doubles


def find_layout(rows, columns, merges=(), known=frozenset(), name=""):
    """The heading among the first rows. `columns` are dicts with key, aliases (folded), type and required; `known` are
    words that may stand beside the name of any column; `name` is that of the sheet, read like a line above the table."""
    number, height, names, places = _find_heading(rows, columns, merges)
    titles = {key: title for key, (_, title) in places.items()}
    places = {key: index for key, (index, _) in places.items()}
    amounts = {column["key"]: column for column in columns if column["type"] in AMOUNTS and column["key"] in places}
    keys = {places[column["key"]] for column in columns if column.get("required")}
    first, owners = number + height, _owners(names, {places[key]: key for key in amounts})
    aside = set()  # something is written beneath the column without a heading that stands right of these
    while first < len(rows) and _is_beneath(rows[first], set(owners), keys):
        for index, text in _beneath(rows[first]).items():
            if index in owners:
                titles[owners[index]] += f" {text}"
                aside |= {owners[index]} if index != places[owners[index]] else set()
        first += 1
    while first < len(rows) and _is_column_numbers(rows[first]):
        first += 1
    units = {
        key: unit_in(titles[key], column["type"]) for key, column in amounts.items() if column["type"] in CURRENCIES
    }
    over = _over(rows[number - 1], [span for span in merges if span[0] == number - 1], owners) if number else {}
    strange = []
    for key, column in amounts.items():
        parent = _NUMBER_OF_FORM.sub("", fold(over.get(places[key], "")))
        is_plain_over = is_plain(parent, column["type"], column["aliases"], known | _PLAIN_OVER)
        group = _group(*names[places[key]])
        is_own_plain = is_plain(group, column["type"], column["aliases"], known | _PLAIN_OVER) and is_plain(
            titles[key][len(group) :], column["type"], column["aliases"], known
        )
        if not is_plain_over or periods.years_in(parent):
            titles[key] = f"{over[places[key]]} {titles[key]}"
        if not (is_plain_over and is_own_plain and len(periods.years_in(titles[key])) < 2 and key not in aside):
            strange.append(titles[key])
    above = [" ".join(str(cell).split())[:200] for row in rows[:number] for cell in row if str(cell or "").strip()]
    above += [name] if name else []
    file_units = {currency: only({unit_in(text, currency) for text in above} - {None}) for currency in CURRENCIES}
    dated = [[titles[key], year] for key in amounts for year in sorted(periods.years_in(titles[key]))]
    return Layout(
        heading_row=number,
        first_row=first,
        places=places,
        titles=titles,
        units={key: power for key, power in units.items() if power is not None},
        file_units={currency: power for currency, power in file_units.items() if power is not None},
        foreign=any(map(states_foreign, above)),
        years=sorted(
            set().union(*(periods.years_named(whole) for whole, _ in names), *map(periods.years_told, above))
            | {year for _, year in dated}
            | periods.years_of_sheet(name)
        ),
        unknown=[
            " ".join(whole.split())
            for index, (whole, _) in enumerate(names)
            if whole and index not in places.values() and bare(whole) not in NO_COLUMN
        ][:30],
        above=above,
        lines=[fold(text) for text in above],
        strange=strange,
        dated=dated,
        partial=[
            text
            for text in above
            if periods.speaks_of_another(text) or (periods.speaks_of_the_country(text) and "nuoc" not in known)
        ][:3],
    )


def _owners(names, amounts):
    """{column: key} of the columns of amounts, and of those without a heading right of one: what is written beneath
    them belongs to it. `amounts` is {column: key}."""
    owners, last = {}, None
    for index, (whole, _own) in enumerate(names):
        last = amounts.get(index) if whole else last
        if last:
            owners[index] = last
    return owners


def _find_heading(rows, columns, merges):
    """The row of the heading, how many rows it has, the words of each column, and {key: (column index, heading)}."""
    aliases = {alias: column["key"] for column in columns for alias in column["aliases"]}
    required = [column for column in columns if column.get("required")]
    best = None
    for number in range(min(SEARCHED_ROWS, len(rows))):
        spans = [
            [(left, right) for top, left, _bottom, right in merges if top == row and right > left]
            for row in (number, number + 1)
        ]
        for height in (1, 2):
            if number + height > len(rows):
                continue
            names = _names(rows[number : number + height], spans)
            places, doubles = _match(names, aliases)
            have = sum(1 for column in required if column["key"] in places)
            score = (have, len(places), -len(doubles), -height)
            if len(places) >= min(2, len(columns)) and (best is None or score > best[0]):
                best = (score, number, height, names, places, doubles)
    if best is None:
        found = max(
            ([cell for cell in row if isinstance(cell, str) and cell.strip()] for row in rows[:SEARCHED_ROWS]),
            key=len,
            default=[],
        )
        known = {aliases.get(bare(cell)) or aliases.get(in_full(fold(cell))) for cell in found}
        raise NoHeading([column["title"] for column in required if column["key"] not in known], found[:30])
    _, number, height, names, places, doubles = best
    missing = [column["title"] for column in required if column["key"] not in places]
    if missing:
        raise NoHeading(missing, [whole for whole, _ in names if whole][:30])
    for key, indexes in doubles.items():
        title = next(column["title"] for column in columns if column["key"] == key)
        below = _beneath(rows[number + height]) if number + height < len(rows) else {}
        named = [(column_letter(index), f"{names[index][0]} {below.get(index, '')}") for index in indexes]
        raise TwiceTheSame(title, [f"{letter} “{' '.join(words.split())}”" for letter, words in named])
    return number, height, names, places


def _beneath(row):
    """{column: words} of a row that may belong to the heading: texts and years."""
    cells = {index: str(whole(cell)).strip() for index, cell in enumerate(row) if cell is not None}
    return {
        index: text
        for index, text in cells.items()
        if text and (re.search(r"[^\W\d]", text) or periods.ANY_YEAR.fullmatch(text))
    }


def _over(row, merges, amounts):
    """{column: words} of a row that may stand over groups of headings: of what begins over one of `amounts`, as far as it
    is merged, else up to the next words. A line that begins left of them is a title."""
    ends = {left: right for _top, left, _bottom, right in merges if right > left}
    found, last, end = {}, "", 0
    for index, cell in enumerate(row):
        words = str(cell if cell is not None else "").strip()
        if words:
            last, end = words if index in amounts else "", ends.get(index, len(row))
        found[index] = last if index <= end else ""
    return found


def _is_beneath(row, amounts, keys):
    """Whether a row says more of the headings of amounts above it: words or years, and no row of data."""
    filled = {index for index, cell in enumerate(row) if str(cell if cell is not None else "").strip()}
    return bool(filled & amounts) and filled == set(_beneath(row)) and not filled & keys


def _is_column_numbers(row):
    """The row (1) (2) (3) or A B 1 2 that official forms have under the heading."""
    cells = [fold(whole(cell)) for cell in row if str(cell or "").strip()]
    return len(cells) >= 2 and all(COLUMN_NUMBER.fullmatch(cell) for cell in cells) and _counts_up(cells)


def _counts_up(cells):
    numbers = [int(found[0]) for found in (re.findall(r"\d+", cell) for cell in cells) if found]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True


def whole(cell):
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def kind_of_row(cells, key_index, key_has_digits):
    """What a row that is no plain data row is: blank | group | total | example | note | data."""
    filled = [(index, cell) for index, cell in enumerate(cells) if cell is not None and str(cell).strip()]
    if not filled:
        return "blank"
    texts = [(index, fold(cell)) for index, cell in filled if isinstance(cell, str)]
    for _, text in texts[:3]:
        if TOTAL.fullmatch(text):
            return "total"
        if EXAMPLE.fullmatch(text):
            return "example"
    key = str(cells[key_index] if cells[key_index] is not None else "").strip()
    only_words = len(texts) == len(filled) and len(texts) <= 3
    if not key and texts:
        first_index, first = texts[0]
        if first_index <= 2 and (ROMAN.fullmatch(first) or LETTER.fullmatch(first)):
            return "group"
        if only_words:
            return "group" if re.match(r"(?:[ivxl]+|[a-h])[.)\-:]\s", first) else "note"
    if key_has_digits and only_words and not any(sign.isdigit() for sign in key):
        return "note"
    return "data"
