"""Vouchers, accounts and banks as they are written and compared: one way, here and in both databases.

Blanks, dashes of every kind, dots, underscores and capitals do not tell two of them apart; “/” does.
"""

import re

from django.db.models import Value
from django.db.models.functions import Replace, Upper

from screens.text import DASHES, plain_letters

# SQLite knows the capitals of plain letters only; đ is given to it.
CAPITALS = str.maketrans("abcdefghijklmnopqrstuvwxyzđ", "ABCDEFGHIJKLMNOPQRSTUVWXYZĐ")
APART = f" \u00a0-{DASHES}._"  # in the databases too, where something older has them
NUMBER_IN = re.compile(r"\bsố\s*:?\s*(\S+)", re.IGNORECASE)


def alike(text: str | None) -> str:
    kept = plain_letters(text).translate(CAPITALS)
    return "".join(letter for letter in kept if letter not in APART)


def voucher_in(document: str) -> str:
    """The number in the name of a document: 15/NT of “Giấy nộp trả kinh phí số 15/NT”."""
    found = NUMBER_IN.search(document)
    return (found[1] if found else document).strip(",;.")


def alike_sql(column: str) -> str:
    bare = f"REPLACE({column}, 'đ', 'Đ')"
    for letter in APART:
        bare = f"REPLACE({bare}, '{letter}', '')"
    return f"UPPER({bare})"


def alike_column(name: str | Value) -> Upper:
    """The same for constraints and queries of models."""
    bare = Replace(name, Value("đ"), Value("Đ"))
    for letter in APART:
        bare = Replace(bare, Value(letter), Value(""))
    return Upper(bare)
