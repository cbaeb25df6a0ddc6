"""What words beside amounts say of their time: years, parts of a year, plans, and the years of prices. No Django here.

Every text is folded first (`documents.folding`): lower case, without marks.
"""

import re

from documents.folding import fold

ANY_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_NAMED = re.compile(r"(?<!so sanh )\b(?:nam|year)\s*(20\d\d)\b")
DONE_IN_YEAR = re.compile(rf"(?:\b(?:thuc hien|th) )?{_NAMED.pattern}")
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]20\d\d")
BASE_YEAR = re.compile(r"\b(?:so sanh|co dinh|gia|goc)(?: nam)?(?: goc)? (?:19|20)\d\d\b")
PRICES = re.compile(
    r"[-,]?\s*(?:\btinh )?(?:\btheo )?\bgia (?:hien hanh|so sanh|co dinh)(?: nam)?(?: (?:19|20)\d\d)?\b"
)
_CONSTANT = re.compile(r"\bgia (?:nam )?(?:so sanh|co dinh|goc)\b|\bgss\b|\bconstant prices?\b")
_COUNTRY = re.compile(r"\b(?:ca nuoc|toan quoc)\b")


def _any_of(*patterns):
    return re.compile("|".join(patterns))


_SOME_MONTHS = r"\b(?:(?!12\b)\d+|ba|sau|chin)\s*thang\b"
_QUARTER = r"\bquy\s*(?:[1-4]|i{1,3}|iv)\b"
# In a heading: of a part of a year, planned, or of more than the enterprise.
IN_HEADING = _any_of(
    _SOME_MONTHS,
    _QUARTER,
    r"\bthang\s*\d",
    r"\b(?:ke hoach|kh|uoc|du kien|muc tieu|cung ky)\b",
    r"\b(?:dau nam|cuoi nam|nam truoc|tap doan)\b",
)
# A line may begin with the number of a section or the kind of paper that it is: II. …, BIỂU SỐ 2: …, Ghi chú: …
_BEGINS = (
    r"^\W*(?:(?:[ivx]+|[a-h]|\d+)\s*[.)\-:/]\s*)?"
    r"(?:(?:bieu|bang|mau|phu luc|so lieu|bao cao|tong hop|chi tieu|dang ky|ghi chu:?)\)?\s+(?:so\s+)?(?:\d+\s*)?)*"
)
_PLAN = rf"{_BEGINS}(?:ke hoach|kh(?!\s*[&-])|uoc|du kien|du toan|du bao|muc tieu)\b"
# In a line beside the table; of a plan only where the line begins with it, for papers are named after plans too.
_IN_LINE = _any_of(
    rf"{_SOME_MONTHS}(?!\s*\d)",
    _QUARTER,
    r"(?<!ngay )(?<!\d )\bthang\s*\d",
    r"\bq(?:[1-4]|i{1,3}|iv)\b",
    r"\b(?!12t)\d{1,2}t\b",
    r"\bh[12]\b",
    r"\b(?:dau nam|ban nien|nua nam|nam tai chinh|luy ke|binh quan thang)\b",
    r"\bgiai doan\b",
    r"\b20\d\d\s*[-–]\s*20\d\d\b",
    r"\b(?:toan|ca|hop nhat) tap doan\b",
    r"\bchi nhanh\b",
    r"\bso lieu tai\b(?! ha noi)",
    r"\b(?:so lieu|(?:day|tren) la|la so lieu) (?:ke hoach|uoc|du kien|du toan)\b",
    _PLAN,
)
_TO_A_DAY = re.compile(r"\bden (?:het )?(?:ngay )?(?!31\s*(?:[/.-]|thang)\s*12\b)\d{1,2}\s*(?:[/.-]|thang)\s*\d{1,2}\b")
# What tells of a time, but not of that of the amounts: the day of a paper, the years of a programme, a comparison.
_DATE = _any_of(
    r"\bngay\b.{0,20}?\bthang\b.{0,10}?\bnam\b\s*(?:20\d\d)?",
    r"^(?:tp )?ha noi,? thang\b.{0,20}$",
    r"\bso voi (?:cung ky )?nam 20\d\d",
)
_PROGRAMME = re.compile(r"\b(?:chuong trinh|de an)\b.*?\bgiai doan 20\d\d\s*[-–]\s*20\d\d\b")


def speaks_of_another(text):
    """Whether a line beside the table speaks of a part of a year, of several, of a plan, or of more than the enterprise."""
    folded = fold(text)
    return bool(_TO_A_DAY.search(folded) or _IN_LINE.search(_PROGRAMME.sub(" ", _DATE.sub(" ", folded))))


def speaks_of_a_plan(text):
    """Whether a line beside the table begins with a plan: its amounts are of what has not been done."""
    return bool(re.search(_PLAN, fold(text)))


def speaks_of_the_country(text):
    return bool(_COUNTRY.search(fold(text)))


def years_in(title):
    """The years that a heading of amounts is about; those of fixed prices are none of them."""
    return {int(year) for year in ANY_YEAR.findall(BASE_YEAR.sub(" ", fold(title)))}


def years_named(heading):
    """The years that a heading names as such: năm 2026."""
    return {int(year) for year in _NAMED.findall(fold(heading))}


def years_told(text):
    """The years that a line beside the table names, those of dates left out."""
    return years_named(_DATE.sub(" ", fold(text)))


def years_of_sheet(name):
    """The years in the name of a sheet, where they stand alone too; those of days left out."""
    return {int(year) for year in ANY_YEAR.findall(_DAY.sub(" ", name))}


def is_year_of(title, text):
    """Whether a column that is called after the year says one in this cell."""
    return bool(re.search(r"\b(?:nam|year|ky)\b", fold(title)) and ANY_YEAR.fullmatch(text))


def base_years(text):
    """The years whose prices a text names."""
    return {int(found[-4:]) for found in BASE_YEAR.findall(fold(text))}


def states_constant_prices(text):
    return bool(_CONSTANT.search(fold(text)))
