"""The code of an activity: turns are counted by it, so that it is kept in one way of writing."""

import re

from screens.letters import D_LOOKALIKES, one_d
from screens.text import DASHES, plain_letters

# The small ones too: SQLite knows the capitals of plain letters only.
_D_NOT_KEPT = f"{D_LOOKALIKES}{D_LOOKALIKES.lower()}đ"
_APART = re.compile(rf"[\s._/{DASHES}-]+")


def activity_code(text: str | None) -> str:
    """As it is kept: “hc–2026–01 ” and “HC - 2026 - 01” are HC-2026-01, “ÐT-1” with the Ð of old keyboards is ĐT-1."""
    return re.sub(r" ?- ?", "-", plain_letters(text)).upper()


def much_like(code: str) -> str:
    """The same for codes that differ in blanks, dashes, dots, strokes, or in capitals and Đ (of before
    they were kept so) only: one of them is likely a slip."""
    return _APART.sub("", one_d(code)).upper()


def not_kept_so(column: str) -> str:
    """SQL: the column holds a code in another way of writing."""
    unlike = (f"{column} <> REPLACE({column}, '{part}', '')" for part in (*DASHES, *_D_NOT_KEPT, " -", "- "))
    return f"({column} <> UPPER({column}) OR {' OR '.join(unlike)})"
