"""Rules of the budget that are data: the ceiling of advances, the part that is saved, grounds for carrying over, the calendar of the year's end."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, Sum, When
from django.utils.translation import get_language

from programme.models import BudgetLine, EntryKind
from reference.models import Confidence, Rule
from reference.services import rule


def _label(row: dict) -> str:
    english = (get_language() or "vi").startswith("en")
    return row["label_en"] if english and row.get("label_en") else row["label_vi"]


def advance_ceiling(on: date) -> int:
    """Up to how many percent of a contract or decision may be advanced, by the rule in force on the day; 0 without one."""
    return int(rule("budget_advance_ceiling", on, default={}).get("percent", 0))


@dataclass(frozen=True)
class Saving:
    """What the rule of a year withholds of a line as recurrent saving, and what of it is not withheld yet.

    `paper` is empty while nobody has verified the rule: what then stands there is a note to those who keep the data.
    """

    percent: int
    paper: str
    base_vnd: int
    left_vnd: int


def saving_of(line: BudgetLine) -> Saving | None:
    """By the rule in force at the end of the line's year, of what was assigned in the year itself; None without a rule."""
    found = Rule.objects.in_force(date(line.year.year, 12, 31)).filter(code="budget_saving").first()
    percent = int(found.value.get("percent", 0)) if found is not None else 0
    if found is None or not percent:
        return None
    withheld = _net_saved(line)
    base = line.assigned_vnd - line.carried_in_vnd + withheld
    paper = "" if found.confidence == Confidence.K else found.legal_basis
    return Saving(percent, paper, base, max(base * percent // 100 - withheld, 0))


def _net_saved(line: BudgetLine) -> int:
    signed = Case(When(reverses__isnull=True, then=F("amount_vnd")), default=-F("amount_vnd"))
    return line.entries.filter(kind=EntryKind.SAVING).aggregate(sum=Sum(signed))["sum"] or 0


def carry_over_grounds(year: int) -> dict[str, str]:
    """{code: words} of what the budget law of that year lets be carried over."""
    return {row["code"]: _label(row) for row in rule("carry_over_grounds", date(year, 12, 31), default=[])}


@dataclass(frozen=True)
class Due:
    """A day of the year's end, with what is due on it."""

    code: str
    label: str
    on: date


def adjustment_ends(year: int) -> date:
    """The last day on which money of the year is paid or comes back into it."""
    return {due.code: due.on for due in year_end(year)}.get("adjustment_ends", date(year + 1, 1, 31))


def year_end(year: int) -> list[Due]:
    """The calendar of the end of a budget year by the law in force in it, earliest first."""
    found = [
        Due(row["code"], _label(row), date(year + row["year_offset"], row["month"], row["day"]))
        for row in rule("budget_calendar", date(year, 12, 31), default=[])
    ]
    return sorted(found, key=lambda due: (due.on, due.code))
