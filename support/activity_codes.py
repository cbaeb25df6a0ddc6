"""The code of an activity: turns are counted by it, so that it is kept in one way of writing."""

import re
from functools import lru_cache

from django.utils.translation import gettext_noop

from screens.letters import D_LOOKALIKES, as_latin, one_d
from screens.text import DASHES, fold, plain_letters
from support.models import ActivityType

CODE_OF_ANOTHER = gettext_noop(
    "The activity code %(code)s stands for “%(name)s” already. Under one code the turn of an enterprise is counted once."
)
CODE_LIKE_ANOTHER = gettext_noop(
    "The activity code %(code)s differs from %(other)s only in blanks, signs, capitals, zeros before a number or letters that look alike (Đ and D, O and 0, those of another alphabet). If it is one activity, write one code: turns are counted by it."
)
CODE_OF_ANOTHER_YEAR = gettext_noop(
    "The activity code %(code)s was used in %(year)s already. Under one code the turn of an enterprise is counted once, not once a year."
)
CODE_OF_ANOTHER_TYPE = gettext_noop(
    "The activity code %(code)s stands for an activity of the type “%(type)s”. Of some types no turns are counted."
)

# The small ones too: SQLite knows the capitals of plain letters only.
_D_NOT_KEPT = f"{D_LOOKALIKES}{D_LOOKALIKES.lower()}đ"
_APART = re.compile(rf"[\s._/{DASHES}-]+")
_NUMBER = re.compile(r"O*[0-9][O0-9]*")
_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")


def activity_code(text: str | None) -> str:
    """As it is kept: “hc–2026–01 ” and “HC - 2026 - 01” are HC-2026-01, “ÐT-1” with the Ð of old keyboards is ĐT-1."""
    return re.sub(r" ?- ?", "-", plain_letters(text)).upper()


@lru_cache(maxsize=1024)  # the rows of an import name few
def likenesses(code: str) -> frozenset[str]:
    """Two codes that share one of these are much alike, and one of them is likely a slip: they differ in blanks and signs
    (or in zeros before a number), capitals and letters drawn alike only: Đ and D, O in a number, another alphabet's."""
    plain = as_latin(one_d(code).upper()).replace("Đ", "D")
    plain = _NUMBER.sub(lambda number: number[0].replace("O", "0"), plain)
    return frozenset((_APART.sub("", plain), "-".join(part.lstrip("0") or "0" for part in _PARTS.findall(plain))))


def not_kept_so(column: str) -> str:
    """SQL: the column holds a code in another way of writing."""
    unlike = (f"{column} <> REPLACE({column}, '{part}', '')" for part in (*DASHES, *_D_NOT_KEPT, " -", "- "))
    return f"({column} <> UPPER({column}) OR {' OR '.join(unlike)})"


def doubts_of(code, name, year, type_, *, names, likely, counted_once):
    """What should be looked at in a code: untranslated sentences and their values.

    `names` {folded: (name, years, types)} are those of the code in what is recorded; `likely` is a code that it is much
    like; `type_` is that of the activity, None where it is not said.
    """
    recorded = [names[fold(name)]] if fold(name) in names else names.values()
    years = set().union(*(years for _name, years, _types in recorded))
    types = set().union(*(types for _name, _years, types in recorded))
    if names and fold(name) not in names:
        yield CODE_OF_ANOTHER, {"code": code, "name": min(name for name, _years, _types in names.values())}
    if not names and likely != code:
        yield CODE_LIKE_ANOTHER, {"code": code, "other": likely}
    if counted_once and years and year not in years:
        yield CODE_OF_ANOTHER_YEAR, {"code": code, "year": max(years)}
    if type_ and types and type_ not in types:
        yield CODE_OF_ANOTHER_TYPE, {"code": code, "type": str(ActivityType(min(types)).label)}
