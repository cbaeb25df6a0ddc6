"""Units of money as files state them, in a heading or above a table. No Django here."""

import re

from documents.folding import fold

UNCLEAR = -1  # a unit is stated, in words that are not understood
KNOWN_POWERS = {"vnd": (0, 3, 6, 9, 12), "usd": (2, 5, 8, 11)}
_STATED = r"(?:don vi tinh|don vi|dvt|units?|loai tien|tien te|currency)\s*[:.\-]?\s*"
POWERS = {
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
_WORDS = "|".join(sorted(POWERS, key=len, reverse=True))
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
BEFORE_UNIT = {"la", "bang", "tinh", "vi", "theo", "hanh", "sanh", "don", "doi", "ra", "va", "unit", "in", "nam"}
AFTER_UNIT = {"viet", "theo", "gia", "mot", "tren", "moi", "va", "rieng", "nam", "chua", "da", "co"}
_NO_MONEY = re.compile(rf"\s*(?:(?:{_WORDS})\s+)*(?:nguoi|lao dong|%|tan|kg|chiec|cai|san pham|m2|m3|lit|bo)\s*")
_UNIT_AT_END = rf"(?:(?:{_WORDS}|1(?:[.,]?000)+|10\s*\^\s*\d)\s+)+(?:dong|vnd|usd)\s*$"
UNIT = re.compile(rf"(?<![a-z0-9])(?:{_TIMES}\s*)*(?:{_DONG}|{_DOLLARS})(?:\s+(?:{_WORDS})\b)?")
_LONE_TIMES = re.compile(rf"\b(?:{_WORDS})\b(?! (?:le|trong)\b)")
_SHORT_TIMES = re.compile(r"(?<![a-z])[kmb](?![a-z])")
_ONE_IN_ANOTHER = re.compile(r"\b(?:usd|vnd)/(?:usd|vnd)\b")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _power(times):
    """The power of ten that words and numbers such as “nghìn tỷ” or “1.000.000” multiply by; None for any other."""
    power = 0
    for part in re.findall(_TIMES, times):
        word = part.rstrip(".")
        if word in POWERS:
            power += POWERS[word]
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
    for found in re.finditer(rf"(?<![a-z0-9])((?:{_TIMES}\s*)*){money}(?:\s+((?:{_WORDS})\b))?", part):
        before = re.search(r"([^\s,;:./()\[\]]+)[\s'.(\[]*$", part[: found.start()])
        after = re.match(r"(?:\s*[(\[]|\.(?=\S))?\s*([^\s,;:./()\[\]-]+)", part[found.end() :])
        strange = (
            _ONE_IN_ANOTHER.search(part)
            or (before and before[1] not in BEFORE_UNIT)
            or (after and after[1] not in AFTER_UNIT)
        )
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
        if found and _LONE_TIMES.search(UNIT.sub(" ", part)):  # (VND, triệu)
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


def states_unit(text):
    """Whether a text says that it states a unit."""
    return bool(re.search(_STATED, fold(text)))


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


def states_foreign(text):
    """Whether the unit that a text states is money of another country."""
    return any(_FOREIGN.search(part) for part in _stated(fold(text)))


def without_unit(folded):
    """A folded heading without the unit that it states at its end, in words or after “ĐVT:”."""
    folded = re.sub(rf"{_STATED}.*$", " ", folded)
    folded = re.sub(rf"[,:\-/]\s*(?:{_TIMES}\s*)*(?:dong|vnd|usd)\s*$", " ", folded)
    return re.sub(rf"(?<!\w){_UNIT_AT_END}", " ", folded)


def shows_another(code, kind, power):
    """Whether the format of a cell shows its number in another power of ten (by a word, by commas at the end, in percent), or
    as other money, than a column of this kind has that is read in this power."""
    words = fold(" ".join(found[0] or found[1] for found in re.findall(r'"([^"]*)"|\[\$([^\]-]*)', code)))
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]', "", code)
    times = set(map(_power, _LONE_TIMES.findall(words)))
    if (
        times - {power}
        or re.search(r"\d", "".join(re.findall(r'"([^"]*)"', code)))
        or _SHORT_TIMES.search(words)
        or re.search(r"[0#?],+(?![0#?,])", plain)
        or "%" in plain
    ):
        return True
    if kind == "vnd":
        return "$" in plain or bool(re.search(_DOLLARS, words) or _FOREIGN.search(words))
    return kind == "usd" and bool(re.search(rf"(?<![a-z]){_DONG}", words))
