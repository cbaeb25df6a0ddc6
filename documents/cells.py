"""Cells of a spreadsheet as plain values, a column at a time. No Django here: the limited reader imports this.

Every function takes the cells of one column and answers (values, problems): a problem is (index, code, arguments)
and its sentence stands in documents/reasons.py. Amounts are whole numbers all the way; a float cell is read with
the fifteen digits that a spreadsheet keeps and shows.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

EXACT_FLOAT = 10**15
WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
DIGIT_VALUES = {str(digit): digit for digit in range(10)}
BLANK_WORDS = frozenset(("", "...", "…", "n/a", "không có số liệu", "chưa có số liệu"))

_MANY = {".": re.compile(r"\d{1,3}(\.\d{3})+"), ",": re.compile(r"\d{1,3}(,\d{3})+")}
_SPACED = re.compile(r"\d{1,3}([  ]\d{3})+(?=$|[.,]\d)")
_EXPONENT = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+")
_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
_YEAR = re.compile(r"(?:năm\s*)?((?:19|20)\d\d)", re.IGNORECASE)


class BadCell(Exception):
    def __init__(self, code, **arguments):
        super().__init__(code)
        self.code, self.arguments = code, arguments


class NumberStyle:
    """How numbers typed as text are written in this file; what the file itself proves is counted."""

    def __init__(self, chosen=None):
        self.chosen = chosen
        self.seen = {"vi": 0, "en": 0, "unclear": 0, "unclear_commas": 0}

    def thousands_or_decimals(self, text, sign):
        """A number with one separator and three digits after it: 1.234 or 1,234."""
        self.seen["unclear"] += 1
        self.seen["unclear_commas"] += sign == ","
        self.seen.setdefault("example", text)
        thousands = "." if (self.chosen or "vi") == "vi" else ","
        return text.replace(sign, "") if sign == thousands else text.replace(sign, ".")


def plain_number(text, style):
    """A number typed as text, as Decimal; separators are read as the file uses them."""
    dots, commas = text.count("."), text.count(",")
    if not dots and not commas:
        plain = text
    elif dots and commas:
        decimal = "." if text.rfind(".") > text.rfind(",") else ","
        thousands = "," if decimal == "." else "."
        whole, _, part = text.rpartition(decimal)
        if decimal in whole or not _MANY[thousands].fullmatch(whole) or not part.isdecimal():
            raise BadCell("not_a_number", value=text)
        style.seen["en" if decimal == "." else "vi"] += 1
        plain = whole.replace(thousands, "") + "." + part
    else:
        sign = "." if dots else ","
        if dots + commas > 1:
            if not _MANY[sign].fullmatch(text):
                raise BadCell("not_a_number", value=text)
            style.seen["vi" if sign == "." else "en"] += 1
            plain = text.replace(sign, "")
        else:
            whole, _, part = text.partition(sign)
            if not whole.isdecimal() or not part.isdecimal():
                raise BadCell("not_a_number", value=text)
            if len(part) == 3 and len(whole) <= 3 and not whole.startswith("0"):
                plain = style.thousands_or_decimals(text, sign)
            else:
                style.seen["en" if sign == "." else "vi"] += 1
                plain = whole + "." + part
    if not plain.replace(".", "", 1).isdecimal() or len(plain) > 40:
        raise BadCell("not_a_number", value=text)
    return Decimal(plain)


def number_cell(value, style):
    """One cell as Decimal, or None for an empty one; refuses what no clerk would sign."""
    kind = value.__class__
    if kind is float:
        if value != value or value in (float("inf"), float("-inf")):
            raise BadCell("not_a_number", value=str(value))
        return Decimal(f"{value:.15g}")
    if kind is int:
        return Decimal(value)
    if value is None:
        return None
    if kind is not str:
        raise BadCell("not_a_number", value=str(value))
    text = unicodedata.normalize("NFC", value).replace("\xa0", " ").replace("\u202f", " ").strip()
    if text.lower() in BLANK_WORDS:
        return None
    if any(sign.isdigit() and sign not in DIGIT_VALUES for sign in text):
        raise BadCell("strange_digits", value=text)
    if text[0] in "-\u2212\u2013(" and any(sign.isdigit() for sign in text):
        raise BadCell("negative", value=text)
    if _EXPONENT.fullmatch(text):
        raise BadCell("exponent", value=text)
    if _SPACED.match(text):
        text = text.replace(" ", "")
    if not text[0].isdecimal() or not text[-1].isdecimal():
        raise BadCell("not_a_number", value=value[:60])
    return plain_number(text, style)


def amount_cell(value, power, most, style, negative=False):
    number = number_cell(value, style)
    if number is None:
        return None
    if number < 0 and not negative:
        raise BadCell("negative", value=told(value))
    scaled = number.scaleb(power)
    if scaled != scaled.to_integral_value():
        raise BadCell("not_whole", value=told(value))
    whole = int(scaled)
    if abs(whole) > most:
        raise BadCell("too_large", value=told(value))
    return whole


def written(value):
    """A number of a cell in plain digits."""
    text = f"{value:.15g}"
    return format(Decimal(text), "f") if "e" in text else text


def told(value):
    """A cell as a sentence about it names it: a number that is no whole one is said as the reader's language writes it."""
    if value.__class__ is float and value == value and abs(value) != float("inf") and not value.is_integer():
        return {"number": written(value)}
    return shown(value)


def shown(value):
    """A cell as a person sees it."""
    if value.__class__ is float:
        return written(value) if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y") if not (value.hour or value.minute) else value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return "" if value is None else str(value)


def amounts(values, *, power=0, most=10**15, negative=False, style=None):
    """Amounts in their smallest unit (đồng, cent, people): the cell times ten to the power, exactly."""
    scale = 10**power
    limit = min(most // scale, EXACT_FLOAT)
    if set(map(type, values)) == {float} and min(values) >= 0 and max(values) <= limit:
        whole = list(map(int, values))
        if whole == list(values):
            return ([number * scale for number in whole] if power else whole), []
    style = style or NumberStyle()
    out, problems = [], []
    append = out.append
    for index, value in enumerate(values):
        kind = value.__class__
        if kind is float:
            if 0.0 <= value <= limit:
                if value.is_integer():
                    append(int(value) * scale)
                    continue
                whole, _, part = f"{value:.15g}".partition(".")
                if 0 < len(part) <= power and part.isdecimal():
                    append(int(whole + part.ljust(power, "0")))
                    continue
        elif value == "":
            append(None)
            continue
        elif kind is str and value.isdecimal() and value.isascii() and len(value) < 16 and int(value) <= limit:
            append(int(value) * scale)
            continue
        try:
            append(amount_cell(value, power, most, style, negative))
        except BadCell as bad:
            append(None)
            problems.append((index, bad.code, bad.arguments))
    return out, problems


def decimals(values, *, places=2, most=10**12, style=None):
    """Numbers with a part behind the comma, as text that Decimal reads exactly."""
    style = style or NumberStyle()
    out, problems = [], []
    for index, value in enumerate(values):
        if value == "":
            out.append(None)
            continue
        try:
            number = number_cell(value, style)
            if number is not None:
                if number < 0:
                    raise BadCell("negative", value=told(value))
                if number > most:
                    raise BadCell("too_large", value=told(value))
                if number.normalize().as_tuple().exponent < -places:
                    raise BadCell("too_many_places", value=told(value), places=places)
            out.append(None if number is None else format(number, "f"))
        except BadCell as bad:
            out.append(None)
            problems.append((index, bad.code, bad.arguments))
    return out, problems


def check_digit_right(digits):
    """Whether ten digits are a tax code by their last one."""
    a, b, c, d, e, f, g, h, i, last = digits.encode()  # each is 48 more than its digit; 147 is the sum of the weights
    weighed = a * 31 + b * 29 + c * 23 + d * 19 + e * 17 + f * 13 + g * 7 + h * 5 + i * 3 - 48 * 147
    return 10 - weighed % 11 == last - 48


def tax_code_cell(value, repair):
    """A tax code in its one form: 0199999991, 0199999991-001, or the 12 digits of a household business."""
    if value.__class__ is float and value.is_integer():
        text = str(int(value))
    elif value.__class__ is str:
        text = unicodedata.normalize("NFC", value).strip().lstrip("'").replace(" ", "").replace("\xa0", "")
        text = text.replace(".", "") if text.count(".") > 1 else text.removesuffix(".0")
    else:
        raise BadCell("tax_code_shape", value=shown(value))
    digits = text.replace("-", "")
    if digits and all(sign in DIGIT_VALUES for sign in digits):
        size = len(digits)
        if size in (10, 13):
            if not check_digit_right(digits[:10]):
                raise BadCell("tax_code_check", value=text)
            if digits[2:9] == "0000000" or digits[10:] == "000":
                raise BadCell("tax_code_shape", value=text)
            return (digits if size == 10 else f"{digits[:10]}-{digits[10:]}"), False
        if size in (9, 12) and check_digit_right("0" + digits[:9]) and not (size == 12 and personal(digits)):
            repaired = "0" + digits if size == 9 else f"0{digits[:9]}-{digits[9:]}"
            if not repair:
                raise BadCell("tax_code_zero", value=text, repaired=repaired)
            return repaired, True
        if size == 12 and personal(digits):
            return digits, False
    raise BadCell("tax_code_shape", value=shown(value)[:40])


def personal(digits):
    """Twelve digits of a citizen: province, sex and century, year of birth, number."""
    return "001" <= digits[:3] <= "096" and digits[3] in "0123"


def tax_codes(values, *, repair=False, counts=None):
    out, problems = [], []
    append = out.append
    for index, value in enumerate(values):
        if value.__class__ is str and len(value) == 10 and value.isdecimal() and value.isascii():
            if check_digit_right(value) and value[2:9] != "0000000":
                append(value)
                continue
        elif value == "":
            append(None)
            continue
        try:
            code, repaired = tax_code_cell(value, repair)
            append(code)
            if repaired and counts is not None:
                counts["repaired"] = counts.get("repaired", 0) + 1
        except BadCell as bad:
            append(None)
            problems.append((index, bad.code, bad.arguments))
            if bad.code == "tax_code_zero" and counts is not None:
                counts["repairable"] = counts.get("repairable", 0) + 1
    return out, problems


def text_cell(value, most):
    text = value.strip() if value.__class__ is str else ""
    if text and text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        pass
    elif value.__class__ is float:
        if abs(value) > EXACT_FLOAT:
            raise BadCell("digits_lost", value=shown(value))
        text = shown(value)
    elif isinstance(value, date) or value.__class__ is bool:
        raise BadCell("turned_by_excel", value=shown(value))
    else:
        text = " ".join(unicodedata.normalize("NFC", shown(value)).split())
        if not text.isprintable():
            text = "".join(sign for sign in text if sign.isprintable())
    if len(text) > most:
        raise BadCell("too_long", value=text[:40] + "…", most=most)
    return text or None


def texts(values, *, most=500):
    out, problems = [], []
    for index, value in enumerate(values):
        if value == "":
            out.append(None)
            continue
        try:
            out.append(text_cell(value, most))
        except BadCell as bad:
            out.append(None)
            problems.append((index, bad.code, bad.arguments))
    return out, problems


def date_cell(value):
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else None
    if text is None:
        raise BadCell("not_a_date", value=shown(value))
    if not text:
        return None
    match = _DATE.fullmatch(text)
    parts = (match[3], match[2], match[1]) if match else None
    if not parts:
        match = _ISO_DATE.fullmatch(text)
        parts = match.groups() if match else None
    try:
        return date(*map(int, parts))
    except (TypeError, ValueError):
        raise BadCell("not_a_date", value=text[:40]) from None


def month_first(values):
    """Whether one of these texts can only be a date with its month first: 05/20/2026."""
    found = (_DATE.fullmatch(value.strip()) for value in values if value.__class__ is str)
    return any(match and int(match[1]) <= 12 < int(match[2]) for match in found)


def dates(values):
    """Dates, as 2026-01-31; where one has its month first, none is taken that can be read both ways."""
    out, problems = [], []
    doubtful = month_first(values)
    for index, value in enumerate(values):
        if value == "":
            out.append(None)
            continue
        try:
            day = date_cell(value)
            if day is not None and not 1900 <= day.year <= 2100:
                raise BadCell("not_a_date", value=shown(value))
            if doubtful and value.__class__ is str and day and day.day <= 12 and day.day != day.month:
                raise BadCell("month_first", value=value.strip()[:40])
            out.append(None if day is None else day.isoformat())
        except BadCell as bad:
            out.append(None)
            problems.append((index, bad.code, bad.arguments))
    return out, problems


def years(values):
    out, problems = [], []
    for index, value in enumerate(values):
        if value.__class__ is float and value.is_integer() and 1900 <= value <= 2100:
            out.append(int(value))
            continue
        if value == "" or value is None:
            out.append(None)
            continue
        match = _YEAR.fullmatch(value.strip()) if isinstance(value, str) else None
        out.append(int(match[1]) if match else None)
        if not match:
            problems.append((index, "not_a_year", {"value": shown(value)[:40]}))
    return out, problems


def choices(values, *, words, fold, title=""):
    """Words of a closed list, as their codes; `words` maps the folded word to the code."""
    known, out, problems = {"": None}, [], []
    for index, value in enumerate(values):
        try:
            out.append(known[value])
            continue
        except (KeyError, TypeError):
            pass
        folded = fold(shown(value))
        code = words.get(folded)
        if code is None and folded:
            problems.append((index, "not_a_choice", {"value": shown(value)[:60], "choices": title}))
        else:
            known[value] = code
        out.append(code)
    return out, problems
