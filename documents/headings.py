"""Finding the table in a sheet: its heading row, what each column is, and in which unit. No Django here."""

import re
import unicodedata

from screens.letters import one_d

SEARCHED_ROWS = 20

_MARKS = re.compile("[\u0300-\u036f]")
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
# Of a part of a year, planned, or of more than the enterprise: not the column that the heading otherwise names.
_OTHER = re.compile(
    r"\b(?:(?!12\b)\d+|ba|sau|chin)\s*thang\b|\bquy\s*(?:[1-4]|i{1,3}|iv)\b|\bthang\s*\d|\b(?:ke hoach|kh|uoc|du kien|muc tieu|cung ky)\b"
    r"|\b(?:dau nam|cuoi nam|nam truoc|tap doan)\b"
)
# The same said above the table: of a date (ngày 20 tháng 01) nothing, of a plan only where the line begins with it.
_OTHER_ABOVE = re.compile(
    r"\b(?:(?!12\b)\d+|ba|sau|chin)\s*thang\b(?!\s*\d)|\bquy\s*(?:[1-4]|i{1,3}|iv)\b|(?<!ngay )(?<!\d )\bthang\s*\d|\bdau nam\b"
    r"|^(?:(?:bieu|bang|mau|phu luc|so lieu|bao cao|tong hop|chi tieu)\s+(?:so\s+)?(?:\d+\s*)?)*(?:ke hoach|uoc|du kien|muc tieu)\b"
)
_BASE_YEAR = re.compile(r"\b(?:so sanh|co dinh|gia|goc)(?: nam)?(?: goc)? (?:19|20)\d\d\b")
_ANY_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_YEAR = re.compile(r"(?<!so sanh )\b(?:nam|year)\s*(20\d\d)\b")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_STATED = r"(?:don vi tinh|don vi|dvt|units?|loai tien|tien te|currency)\s*[:.\-]?\s*"
_POWERS = {
    "ty": 9,
    "ti": 9,
    "billion": 9,
    "billions": 9,
    "bn": 9,
    "trieu": 6,
    "tr": 6,
    "million": 6,
    "millions": 6,
    "mio": 6,
    "mil": 6,
    "mn": 6,
    "nghin": 3,
    "ngan": 3,
    "thousand": 3,
    "thousands": 3,
    "tram": 2,
    "hundred": 2,
    "chuc": 1,
}
# What multiplies a unit: words, and numbers such as 1.000, 10^6, 10 mũ 6, 10⁶.
_WORDS = "|".join(sorted(_POWERS, key=len, reverse=True))
_NUMBER = r"\d[\d.,]*(?:\s*(?:\^|\*\*|mu)\s*\d+|[⁰¹²³⁴-⁹]+)?"
_TIMES = rf"(?:(?:{_WORDS})\.?|{_NUMBER})"
_DONG = r"(?:(?:(?<!hop )(?<!lao )(?<!hoat )dong|vnd|d)\b|₫)"
_DOLLARS = r"(?:(?:us)?\$|(?:usd|do la(?: my)?|dollars?)\b)"
# Money that is neither: refused by its name. Yên and tệ alone are also names of places and of much else.
_FOREIGN = re.compile(
    r"(?<![a-z])(?:eur|euro|cny|rmb|nhan dan te|jpy|yen nhat|gbp|bang anh|krw|won|sgd|thb|baht|hkd|aud|cad|chf|twd|dai te)\b"
    rf"|[€£¥₩]|(?<![a-z])(?!us)[a-z]{{1,2}}\$|(?:\b(?:{_WORDS})\s+|[(\[:]\s*)(?:yen|te)\b"
)
# What may stand beside a unit without changing it; beside any other word nobody can say what the unit is.
_BEFORE_UNIT = {"la", "bang", "tinh", "vi", "theo", "hanh", "sanh", "don", "doi", "ra", "va", "unit", "in", "nam"}
_AFTER_UNIT = {"viet", "theo", "gia", "mot", "tren", "moi", "va", "rieng", "nam", "chua", "da", "co"}
# What may stand in a heading of amounts beside the name of its column, its unit and its year, and change nothing.
_PLAIN = {
    *_BEFORE_UNIT, *_AFTER_UNIT, *_POWERS, "dong", "vnd", "usd", "d", "do", "la", "my", "us", "dollar", "dollars", "dvt", "unit",
    "units", "tinh", "don", "th", "thuc", "hien", "te", "so", "lieu", "bao", "cao", "chinh", "gom", "trong", "neu",
    "bat", "buoc", "tong", "tri", "hanh", "sanh", "co", "dinh", "thi", "truong", "goc", "vat", "gtgt", "thue", "year",
}  # fmt: skip
_PLAIN_PHRASES = re.compile(r"\b(?:12 thang|ca nam|quy doi|viet nam)\b")
_PEOPLE = {"nguoi", "lao", "dong", "persons", "people"}
_NO_MONEY = re.compile(rf"\s*(?:(?:{_WORDS})\s+)*(?:nguoi|lao dong|%|tan|kg|chiec|cai|san pham|m2|m3|lit|bo)\s*")
_UNIT_AT_END = rf"(?:(?:{_WORDS}|1(?:[.,]?000)+|10\s*\^\s*\d)\s+)+(?:dong|vnd|usd)\s*$"
_UNIT = re.compile(rf"(?<![a-z0-9])(?:{_TIMES}\s*)*(?:{_DONG}|{_DOLLARS})(?:\s+(?:{_WORDS})\b)?")
_LONE_TIMES = re.compile(rf"\b(?:{_WORDS})\b(?! (?:le|trong)\b)")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
AMOUNTS = ("vnd", "usd", "whole", "decimal")
KNOWN_POWERS = {"vnd": (0, 3, 6, 9, 12), "usd": (2, 5, 8, 11)}
UNCLEAR = -1  # a unit is stated, in words that are not understood

ABBREVIATIONS = {
    "xk": "xuat khau",
    "knxk": "kim ngach xuat khau",
    "gt": "gia tri",
    "dt": "doanh thu",
    "ld": "lao dong",
    "bq": "binh quan",
    "sp": "san pham",
    "spcncl": "san pham cong nghiep chu luc",
    "cncl": "cong nghiep chu luc",
    "nsnn": "ngan sach nha nuoc",
    "dn": "doanh nghiep",
    "qd": "quyet dinh",
}

ROMAN = re.compile(r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})\.?")
LETTER = re.compile(r"[a-h]\.?")
TOTAL = re.compile(
    r"(?:tong cong|tong so|tong|cong|luy ke|total)(?:\s*$|\s*[:.(\[+].*|\s+(?:nhom|muc|phan|theo|toan|[ivx]+\b|\d).*)"
)
EXAMPLE = re.compile(r"(?:vi du|vd|example)\b")
COLUMN_NUMBER = re.compile(r"\(?(?:[a-h]|\d{1,2})\)?(?:\s*=.*)?")


def fold(text):
    """Lower case without marks, đ as d, blanks collapsed: how words are compared."""
    lowered = one_d(unicodedata.normalize("NFC", str(text))).lower().replace("đ", "d")
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFD", lowered)).split())


def bare(text):
    """A heading without its unit, its year and its asterisks; what makes it another figure stays."""
    folded = _BRACKETS.sub(lambda found: found[0] if _OTHER.search(found[0]) else " ", fold(text))
    folded = re.sub(rf"{_STATED}.*$", " ", folded)
    folded = _YEAR.sub(" ", folded)
    folded = re.sub(rf"[,:\-/]\s*(?:{_TIMES}\s*)*(?:dong|vnd|usd)\s*$", " ", folded)
    folded = re.sub(rf"(?<!\w){_UNIT_AT_END}", " ", folded)
    return _in_full(folded)


def _in_full(folded):
    """The words of a folded text with the abbreviations of offices written out: XK as xuất khẩu."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in _NOT_WORD.sub(" ", folded).split())


def _power(times):
    """The power of ten that words and numbers such as “nghìn tỷ” or “1.000.000” multiply by; None for any other."""
    power = 0
    for part in re.findall(_TIMES, times):
        word = part.rstrip(".")
        if word in _POWERS:
            power += _POWERS[word]
            continue
        digits, raised = re.fullmatch(r"([\d.,]+)\s*(?:\^|\*\*|mu)?\s*([\d⁰¹²³⁴-⁹]*)", part).groups()
        raised = raised.translate(_PLAIN_DIGITS)
        zeros = re.fullmatch(r"1(0*)", re.sub(r"[.,]", "", digits))
        if not zeros or (raised and zeros[1] != "0"):
            return None
        power += int(raised) if raised else len(zeros[1])
    return power


def _stated(folded):
    """Where a text states units: what stands in brackets, after “ĐVT:”, or at its end."""
    parts = [match[1] for match in re.finditer(r"[(\[]((?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*)[)\]]", folded)]
    match = re.search(_STATED + r"(.*)$", folded)
    if match:
        parts.append(match[1])
    match = re.search(rf"(?:^|(?<=[\s,:\-/])){_UNIT_AT_END}", folded)
    return [*parts, match[0]] if match else parts


def _powers_in(part, currency):
    """The powers of ten of every unit of this currency in a part of a text; UNCLEAR for what nobody can say."""
    money = _DOLLARS if currency == "usd" else _DONG
    part = re.sub(r"\s/\s", "; ", part)  # several units; without blanks it is one in another
    for found in re.finditer(rf"(?<![a-z0-9])((?:{_TIMES}\s*)*){money}(?:\s+((?:{_WORDS})\b))?", part):
        before = re.search(r"([^\s,;:./()\[\]]+)[\s'./(\[]*$", part[: found.start()])
        after = re.match(r"(?:\s*[(/\[]|\.(?=\S))?\s*([^\s,;:./()\[\]-]+)", part[found.end() :])
        strange = (before and before[1] not in _BEFORE_UNIT) or (after and after[1] not in _AFTER_UNIT)
        if strange and found[0] == "d" and not part[: found.start()].endswith("."):  # a letter among others
            continue
        power = None if strange or (found[1] and found[2]) else _power(found[1] or found[2] or "")
        if power is not None and currency == "usd":
            power += 2
        yield power if power in KNOWN_POWERS[currency] else UNCLEAR


def unit_in(text, currency):
    """The power of ten of the unit that a text states for đồng ("vnd") or dollars ("usd"); None when it states none.

    Dollars are counted in cents, so one dollar is the power 2. UNCLEAR when a unit is stated that nobody can choose, or
    several that differ.
    """
    folded = fold(text)
    powers, rest = set(), folded
    for part in _stated(folded):
        found = set(_powers_in(part, currency))
        if found and _LONE_TIMES.search(_UNIT.sub(" ", part)):  # (VND, triệu)
            found = {UNCLEAR}
        rest = rest.replace(part, " ")
        if not found and currency == "vnd" and (match := re.fullmatch(rf"\s*((?:(?:{_WORDS})\s*)+)", part)):
            power = _power(match[1])
            found = {power if power in KNOWN_POWERS["vnd"] else UNCLEAR}
        if not found and _NO_MONEY.fullmatch(part):
            found = {UNCLEAR}
        powers |= found
    if powers:  # triệu đồng (VND)
        powers |= {_power(found[1]) for found in re.finditer(rf"((?:{_TIMES}\s*)+)\b(?:dong|vnd|usd)\b", rest)}
    return only(powers)


def only(powers):
    """The one power of several statements; None of none, UNCLEAR where they differ."""
    return None if not powers else powers.pop() if len(powers) == 1 else UNCLEAR


def names_currency(text, currency):
    """Whether a heading says by name that its amounts are đồng ("vnd") or dollars ("usd")."""
    dong = rf"\bvnd\b|₫|[(\[,:]\s*dong\b|\b(?:{_WORDS})\s+dong\b"
    return bool(re.search(rf"(?<![a-z0-9]){_DOLLARS}" if currency == "usd" else dong, fold(text)))


def names_foreign(text):
    """Whether a text says by name that amounts are neither đồng nor US dollars."""
    return bool(_FOREIGN.search(fold(text)))


def years_in(title):
    """The years that a heading of amounts is about; those of fixed prices are none of them."""
    return {int(year) for year in _ANY_YEAR.findall(_BASE_YEAR.sub(" ", fold(title)))}


def is_plain(title, kind, named, known):
    """Whether every word of a heading of amounts is understood: `named`, the column's own names, its unit, one year,
    words `known` of the bases, and what changes nothing. (1) and (2)=(3)+(4) are numbers of columns."""
    if len(years_in(title)) > 1:
        return False
    folded = _BASE_YEAR.sub(" ", fold(title))
    folded = re.sub(
        r"[(\[]([^()\[\]]*)[)\]]", lambda found: " " if COLUMN_NUMBER.fullmatch(found[1]) else found[0], folded
    )
    folded = _PLAIN_PHRASES.sub(" ", _ANY_YEAR.sub(" ", _UNIT.sub(" ", folded)))
    plain = {*_PLAIN, *known, *(_PEOPLE if kind == "whole" else ())}
    return set(_in_full(folded).split()) <= plain.union(*(name.split() for name in named))


class Layout:
    """What was read above the first row of data."""

    def __init__(
        self, heading_row, first_row, places, titles, units, file_units, foreign, years, words, unknown, lines, strange,
        partial, dated,
    ):  # fmt: skip
        self.heading_row, self.first_row = heading_row, first_row
        self.places = places  # key -> column index
        self.titles = titles  # key -> heading as written
        self.units = units  # key -> power stated in the heading
        self.file_units = file_units  # currency -> power stated above the table
        self.foreign = foreign  # a unit above the table is money of another country
        self.years = years
        self.words = words  # all text above and in the heading, folded: bases are looked for in it
        self.unknown = unknown  # headings that belong to no column
        self.lines = lines  # the cells above the heading, folded
        self.strange = strange  # headings of amounts with words that nobody understands
        self.dated = dated  # [heading of amounts, the year it names]
        self.partial = partial  # lines above the table that speak of a part of a year, or of a plan


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


def _match(names, aliases):
    """Where each column stands: {key: (index, heading)}, and which were named twice."""
    places, doubles = {}, {}
    for index, (whole, own) in enumerate(names):
        if not whole:
            continue
        for text in (whole, own):
            key = aliases.get(bare(text)) or aliases.get(_in_full(fold(text)))
            if key:
                if key in places:
                    doubles.setdefault(key, [places[key][0]]).append(index)
                else:
                    places[key] = (index, " ".join(whole.split()))
                break
    return places, doubles


def find_layout(rows, columns, merges=(), known=frozenset()):
    """The heading among the first rows. `columns` are dicts with key, aliases (folded), type and required; `known` are
    words that may stand beside the name of any column."""
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
        raise NoHeading([column["title"] for column in required], found[:30])
    _, number, height, names, places, doubles = best
    missing = [column["title"] for column in required if column["key"] not in places]
    if missing:
        raise NoHeading(missing, [whole for whole, _ in names if whole][:30])
    if doubles:
        key, indexes = next(iter(doubles.items()))
        title = next(column["title"] for column in columns if column["key"] == key)
        below = _beneath(rows[number + height]) if number + height < len(rows) else {}
        named = [(column_letter(index), f"{names[index][0]} {below.get(index, '')}") for index in indexes]
        raise TwiceTheSame(title, [f"{letter} “{' '.join(words.split())}”" for letter, words in named])
    first = number + height
    amounts = {column["key"]: column for column in columns if column["type"] in AMOUNTS and column["key"] in places}
    while (
        first < len(rows) and (below := _beneath(rows[first])) and _is_beneath(rows[first], places, amounts, required)
    ):
        for key in amounts:
            index, title = places[key]
            places[key] = (index, f"{title} {below.get(index, '')}".strip())
        first += 1
    while first < len(rows) and _is_column_numbers(rows[first]):
        first += 1
    above = [str(cell) for row in rows[:number] for cell in row if str(cell or "").strip()]
    taken = {index for index, _ in places.values()}
    units = {}
    for column in columns:
        if column["type"] in ("vnd", "usd") and column["key"] in places:
            power = unit_in(places[column["key"]][1], column["type"])
            if power is not None:
                units[column["key"]] = power
    file_units = {}
    for currency in ("vnd", "usd"):
        power = only({unit_in(text, currency) for text in above} - {None})
        if power is not None:
            file_units[currency] = power
    foreign = any(names_foreign(part) for text in above for part in _stated(fold(text)))
    words = [fold(text) for text in above] + [fold(whole) for whole, _ in names if whole]
    years = {int(year) for text in words for year in _YEAR.findall(text)}
    titles = {key: title for key, (_, title) in places.items()}
    over = (
        _over(rows[number - 1], [span for span in merges if span[0] == number - 1], places, required) if number else {}
    )
    for key in amounts:
        parent = over.get(places[key][0], "")
        if _OTHER.search(fold(parent)) or years_in(parent):
            titles[key] = f"{parent} {titles[key]}"
    dated = [[titles[key], year] for key in amounts for year in sorted(years_in(titles[key]))]
    years |= {year for _title, year in dated}
    strange = [
        titles[key] for key, column in amounts.items()
        if not is_plain(titles[key], column["type"], column["aliases"], known)
    ]  # fmt: skip
    partial = [" ".join(text.split())[:200] for text in above if _OTHER_ABOVE.search(fold(text))]
    unknown = [
        " ".join(whole.split())
        for index, (whole, _) in enumerate(names)
        if whole and index not in taken and bare(whole) not in ("stt", "tt", "so tt", "so thu tu", "no", "ghi chu", "")
    ]
    return Layout(
        number,
        first,
        {key: index for key, (index, _) in places.items()},
        titles,
        units,
        file_units,
        foreign,
        sorted(years),
        " | ".join(words),
        unknown[:30],
        [fold(text) for text in above],
        strange,
        partial[:3],
        dated,
    )


def _beneath(row):
    """{column: words} of a row that may belong to the heading: texts and years."""
    cells = {index: str(_whole(cell)).strip() for index, cell in enumerate(row) if cell is not None}
    return {
        index: text
        for index, text in cells.items()
        if text and (re.search(r"[^\W\d]", text) or _ANY_YEAR.fullmatch(text))
    }


def _over(row, merges, places, required):
    """{column: words} of a row that may stand over groups of headings, right of the column by which rows are known."""
    cells = _spread(row, [(left, right) for _top, left, _bottom, right in merges if right > left])
    first = max(places[column["key"]][0] for column in required) + 1 if required else 0
    found, last = {}, ""
    for index, text in enumerate(cells[first:], first):
        last = found[index] = text or last
    return found


def _is_beneath(row, places, amounts, required):
    """Whether a row says more of the headings of amounts above it: words or years, and no row of data."""
    filled = {index for index, cell in enumerate(row) if str(cell if cell is not None else "").strip()}
    below, keys = _beneath(row), {places[column["key"]][0] for column in required}
    return bool(filled & {places[key][0] for key in amounts}) and filled == set(below) and not filled & keys


def _is_column_numbers(row):
    """The row (1) (2) (3) or A B 1 2 that official forms have under the heading."""
    cells = [fold(_whole(cell)) for cell in row if str(cell or "").strip()]
    return len(cells) >= 2 and all(COLUMN_NUMBER.fullmatch(cell) for cell in cells) and _counts_up(cells)


def _counts_up(cells):
    numbers = [int(found[0]) for found in (re.findall(r"\d+", cell) for cell in cells) if found]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True


def _whole(cell):
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
        if EXAMPLE.match(text):
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
