"""The code of an activity: turns are counted by it, so that it is kept in one way of writing."""

import re

from django.utils.translation import gettext_noop

from screens.letters import D_LOOKALIKES, one_d
from screens.text import DASHES, fold, plain_letters

CODE_OF_ANOTHER = gettext_noop(
    "The activity code %(code)s stands for “%(name)s” already. Under one code the turn of an enterprise is counted once."
)
CODE_LIKE_ANOTHER = gettext_noop(
    "The activity code %(code)s differs from %(other)s in blanks, signs or capitals only. If it is one activity, write one code: turns are counted by it."
)
CODE_OF_ANOTHER_YEAR = gettext_noop(
    "The activity code %(code)s was used in %(year)s already. Under one code the turn of an enterprise is counted once, not once a year."
)

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


def doubt_of(code, name, year, *, names, years, likely, counted_once):
    """What should be looked at in a code, as an untranslated sentence and its values; or None.

    `names` {folded: name} and `years` are those of the code in what is recorded; `likely` is a code that it is much like.
    """
    if names and fold(name) not in names:
        return CODE_OF_ANOTHER, {"code": code, "name": min(names.values())}
    if not names and likely != code:
        return CODE_LIKE_ANOTHER, {"code": code, "other": likely}
    if counted_once and years and year not in years:
        return CODE_OF_ANOTHER_YEAR, {"code": code, "year": max(years)}
    return None
