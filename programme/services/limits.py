"""Rules of the budget that are data: the ceiling of advances, grounds for carrying over, the calendar of the year's end."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from reference.services import rule


def _label(row: dict) -> str:
    english = (get_language() or "vi").startswith("en")
    return row["label_en"] if english and row.get("label_en") else row["label_vi"]


def advance_ceiling(on: date) -> int:
    """Up to how many percent of a contract or decision may be advanced, by the rule in force on the day; 0 without one."""
    return int(rule("budget_advance_ceiling", on, default={}).get("percent", 0))


def carry_over_grounds(year: int) -> dict[str, str]:
    """{code: words} of what the budget law of that year lets be carried over."""
    return {row["code"]: _label(row) for row in rule("carry_over_grounds", date(year, 12, 31), default=[])}


@dataclass(frozen=True)
class Due:
    """A day of the year's end, with what is due on it."""

    code: str
    label: str
    on: date


def year_end(year: int) -> list[Due]:
    """The calendar of the end of a budget year by the law in force in it, earliest first."""
    found = [
        Due(row["code"], _label(row), date(year + row["year_offset"], row["month"], row["day"]))
        for row in rule("budget_calendar", date(year, 12, 31), default=[])
    ]
    return sorted(found, key=lambda due: (due.on, due.code))
