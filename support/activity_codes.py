"""The code of an activity: turns are counted by it, so that it is kept in one way of writing."""

import re

from screens.text import DASHES, plain_letters

_APART = re.compile(rf"[\s._/{DASHES}-]+")


def activity_code(text: str | None) -> str:
    """As it is kept: “hc–2026–01 ” and “HC - 2026 - 01” are HC-2026-01."""
    return re.sub(r" ?- ?", "-", plain_letters(text)).upper()


def much_like(code: str) -> str:
    """The same for codes that differ in blanks, dashes, dots, strokes, or capitals (of before they were kept so) only: one of
    them is likely a slip."""
    return _APART.sub("", code).upper()


def not_kept_so(column: str) -> str:
    """SQL: the column holds a code in another way of writing."""
    unlike = (f"{column} <> REPLACE({column}, '{part}', '')" for part in (*DASHES, " -", "- "))
    return f"({column} <> UPPER({column}) OR {' OR '.join(unlike)})"
