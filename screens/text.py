"""Vietnamese text: finding without marks, ordering as a Vietnamese dictionary does, the short forms offices write.

`fold` and `sort_key` are stored in columns and compared by the database as plain text, so both give the same answer on
SQLite and on PostgreSQL, whatever the collation of the database.
"""

import re
import unicodedata
from functools import reduce
from operator import or_

from django.db.models import Q

from screens.letters import one_d

# What people write short and long; each pair is in folded words.
SHORT_FORMS = {
    "tnhh": "trach nhiem huu han",
    "cp": "co phan",
    "ctcp": "cong ty co phan",
    "cty": "cong ty",
    "mtv": "mot thanh vien",
    "tm": "thuong mai",
    "dv": "dich vu",
    "sx": "san xuat",
    "xnk": "xuat nhap khau",
    "xk": "xuat khau",
    "nk": "nhap khau",
    "dtpt": "dau tu phat trien",
    "dt": "dau tu",
    "pt": "phat trien",
    "xd": "xay dung",
    "cn": "cong nghiep",
    "cnc": "cong nghe cao",
    "dntn": "doanh nghiep tu nhan",
    "htx": "hop tac xa",
    "hkd": "ho kinh doanh",
    "vlxd": "vat lieu xay dung",
    "tp": "thanh pho",
    "tx": "thi xa",
    "kcn": "khu cong nghiep",
    "ccn": "cum cong nghiep",
    "spcncl": "san pham cong nghiep chu luc",
    "jsc": "cong ty co phan",
    "vn": "viet nam",
    "hn": "ha noi",
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
}

# Dictionary order of the letters; d comes before đ, a before ă before â, and so on.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Dictionary order of the tones: none, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_LETTER_CODE = {letter: f"{index:02d}" for index, letter in enumerate(_LETTERS, start=40)}
_SHAPE_MARKS = {"\u0302", "\u0306", "\u031b"}
DASHES = "‐‑‒–—―−"
_BLANKS = re.compile(r"\s+")
_WORDS = re.compile(r"[^\W_]+")


def with_one_end(text):
    """The text with one kind of line end, whichever the browser sent."""
    return re.sub(r"\r\n?", "\n", text)


def clean(text):
    """One way of writing the same letters (NFC, one Đ), without invisible characters or doubled blanks."""
    text = one_d(unicodedata.normalize("NFC", str(text or "")))
    text = "".join(
        " " if unicodedata.category(letter) in ("Zs", "Cc") else letter
        for letter in text
        if unicodedata.category(letter) != "Cf"
    )
    return _BLANKS.sub(" ", text).strip()


def plain_letters(text: str | None) -> str:
    """A number or code as it is kept: plain letters and digits, one Đ, “-” for every dash, single blanks, nothing unseen."""
    plain = one_d(unicodedata.normalize("NFKC", text or ""))
    seen = (letter for letter in plain if unicodedata.category(letter) != "Cf")
    return " ".join("".join("-" if letter in DASHES else letter for letter in seen).split())


def code_key(text: str | None) -> str:
    """One way of writing what is the same code, capitals or not: compared as plain text it is alike on every database."""
    return unicodedata.normalize("NFC", plain_letters(text).casefold())


def fold(text):
    """For finding: small letters, no marks, đ as d, single blanks. “Đông Anh” and “dong  anh” are the same."""
    parts = unicodedata.normalize("NFD", clean(text).casefold())
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return _BLANKS.sub(" ", bare.replace("đ", "d")).strip()


_PLAIN = str.maketrans(
    {"đ": "d", "Đ": "D", "–": "-", "—": "-", "‘": "'", "’": "'", "“": "'", "”": "'", '"': "'", "\\": "_"}
)


def ascii_of(name):
    """The name in plain letters, for programs that know no others: marks are dropped, what has no plain letter is “_”."""
    bare = "".join(
        sign for sign in unicodedata.normalize("NFD", name.translate(_PLAIN)) if not unicodedata.combining(sign)
    )
    return re.sub(r"[^ -~]", "_", bare)


def search_terms(query):
    """What a search must contain: for each typed word the spellings that stand for it, in folded text.

    “cty TNHH Hòa Phát” gives [("cty", "cong ty"), ("tnhh", "trach nhiem huu han"), ("hoa",), ("phat",)];
    a record matches when every group has at least one of its spellings. A long form that was typed is joined into one
    group with its short form.
    """
    folded = f" {' '.join(_WORDS.findall(fold(query)))} "
    groups = []
    while folded.strip():
        for _short_form, long in _LONGEST_FIRST:
            if folded.startswith(f" {long} "):
                groups.append((long, *sorted(_SHORT_OF[long])))
                folded = folded[len(long) + 1 :]
                break
        else:
            word, _blank, rest = folded.strip().partition(" ")
            folded = f" {rest} "
            groups.append(_spellings(word))
    return list(dict.fromkeys(groups))


def _spellings(word):
    """A word as it may stand in folded text: a short form also written out, the code of a branch also with its hyphen."""
    if word in SHORT_FORMS:
        return word, SHORT_FORMS[word]
    if word.isdecimal() and 10 < len(word) <= 13:
        return word, f"{word[:10]}-{word[10:]}"
    return (word,)


def short_forms(text):
    """The folded text with every known long form made short and without “và” or “&”: for comparing names."""
    words = (SHORT_FORMS.get(word, word) for word in _WORDS.findall(fold(text)) if word != "va")
    folded = f" {' '.join(words)} "  # all long first, so that “cty cp” and “ctcp” become one
    for short, long in _LONGEST_FIRST:
        folded = folded.replace(f" {long} ", f" {short} ")
    return folded.strip()


_LONGEST_FIRST = sorted(SHORT_FORMS.items(), key=lambda pair: (-len(pair[1]), pair[0]))
_SHORT_OF: dict[str, set[str]] = {}
for _short, _long in SHORT_FORMS.items():
    _SHORT_OF.setdefault(_long, set()).add(_short)


def matching(query, *fields):
    """A condition: every word of the query stands in one of these folded columns, in any of its spellings.

    Up to four digits by themselves are a number, or the beginning of one: “001” is not sought within a tax code. Groups
    of digits side by side may be parts of one code that was typed with blanks.
    """
    condition, terms = Q(), search_terms(query)
    if not terms and clean(query):
        return Q(pk__in=[])  # signs only: nothing is called that
    numbers = [False, *(spellings[0].isdecimal() for spellings in terms), False]
    for place, spellings in enumerate(terms, start=1):
        alone = numbers[place] and not (numbers[place - 1] or numbers[place + 1])
        condition &= reduce(or_, (_stands_in(field, word, alone) for field in fields for word in spellings))
    return condition


def _stands_in(field, word, is_number):
    found = Q(**{f"{field}__contains": word})
    if is_number and len(word) < 5:
        found &= Q(**{f"{field}__regex": f"(^|[^0-9]){word}"})
    return found


def side_by_side(query, field):
    """A condition: the words of the query stand beside each other in this folded column, as they were typed."""
    return Q(**{f"{field}__contains": " ".join(_WORDS.findall(fold(query)))})


def sort_key(text):
    """Text whose plain order is Vietnamese dictionary order: all letters first, then the tones.

    Word by word, so “An” before “Ắn” before “Ân”, “Dũng” before “Đống Đa”; numbers by value and before letters. Where the
    tone mark stands in the word does not matter: “hòa” and “hoà” are ordered alike. Made of digits (except letters no
    Vietnamese word has), so that every collation of every database orders it alike.
    """
    letters, tones = [], []
    for word in _WORDS.findall(clean(text).casefold()):
        tone = "0"
        for piece in re.findall(r"\d+|\D", word):
            if piece.isdecimal():
                digits = str(int(piece[:99]))
                letters.append(f"1{len(digits):02d}{digits}")
                continue
            base = ""
            for mark in unicodedata.normalize("NFD", piece):
                if mark in _TONES:
                    tone = _TONES[mark]
                elif mark in _SHAPE_MARKS or not unicodedata.combining(mark):
                    base += mark
            base = unicodedata.normalize("NFC", base)
            letters.append(_LETTER_CODE.get(base) or _LETTER_CODE.get(fold(base)) or f"9{base}")
        letters.append("01")
        tones.append(tone)
    return f"{''.join(letters)}00{''.join(tones)}"
