"""The clock of a dossier: when it starts, what was promised, what stops it, when to warn, who used how much of the time.

Pure functions over the city's calendar: nothing here writes, and nothing asks for the time of day. Times are moments
with their zone; days are days in Hà Nội; every count is in whole working days. A date once promised is an argument,
never worked out anew: the calendar may be edited afterwards, the promise stands.

The day of receipt is not counted: received on a Monday, five working days end on the Monday after.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone

from dossiers.models import ProcedureVersion
from dossiers.states import Turn
from reference.services import WorkingCalendar

ONE_DAY = timedelta(days=1)


class WorkingDays:
    """The working days of the city from `first` to `last`, both included, in their order; the calendar is read once."""

    def __init__(self, first: date, last: date):
        calendar = WorkingCalendar(first, last)
        span = (last - first).days + 1
        days = (first + timedelta(days=passed) for passed in range(span))
        self.first, self.last = first, last
        self._days = [day for day in days if calendar.is_working(day)]

    @classmethod
    def around(cls, *days: date, working_days: int = 0):
        """Enough of the calendar for counting `working_days` from any of `days`, to either side."""
        reach = timedelta(days=working_days * 2 + 60)
        return cls(min(days) - reach, max(days) + reach)

    def _within(self, day):
        if not self.first <= day <= self.last:
            raise ValueError(f"The calendar was read from {self.first} to {self.last}; {day} lies outside.")

    def is_working(self, day: date) -> bool:
        """Whether the offices work on `day`."""
        self._within(day)
        place = bisect_left(self._days, day)
        return place < len(self._days) and self._days[place] == day

    def on_or_after(self, day: date) -> date:
        """`day`, or the next working day where it is a day off."""
        self._within(day)
        return self._at(bisect_left(self._days, day))

    def next_after(self, day: date) -> date:
        """The working day after `day`."""
        self._within(day)
        return self._at(bisect_right(self._days, day))

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, when negative); 0 gives `day` or the next working day."""
        if count == 0:
            return self.on_or_after(day)
        self._within(day)
        if count > 0:
            return self._at(bisect_right(self._days, day) + count - 1)
        return self._at(bisect_left(self._days, day) + count)

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` lies before `start`."""
        self._within(start)
        self._within(end)
        return bisect_right(self._days, end) - bisect_right(self._days, start)

    def _at(self, place):
        if not 0 <= place < len(self._days):
            raise ValueError(f"The calendar was read from {self.first} to {self.last}; the day lies outside.")
        return self._days[place]


AfterSupplement = ProcedureVersion.AfterSupplement


@dataclass(frozen=True)
class Terms:
    """What a version of a procedure says of time.

    `total` and each of `steps` are working days; a moment later than `receipt_until` (an hour of the day in Hà Nội, read
    to the minute as a slip prints it) counts as the next working day; `warn_percent` is a part of the time in percent;
    `warn_days` are working days before the promised day.
    """

    total: int
    steps: tuple[int, ...] = ()
    receipt_until: time | None = None
    after_supplement: str = AfterSupplement.GOES_ON
    warn_percent: int | None = None
    warn_days: tuple[int, ...] = ()

    @classmethod
    def of(cls, version):
        """The terms of a ProcedureVersion; one query, for its steps."""
        return cls(
            total=version.total_days,
            steps=tuple(version.steps.values_list("working_days", flat=True)),
            receipt_until=version.receipt_until,
            after_supplement=version.after_supplement,
            warn_percent=version.warn_percent,
            warn_days=tuple(version.warn_days),
        )


# --- the promise -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """The clock from the day it started, which is not counted, to the day that was promised."""

    starts_on: date
    due_on: date


def starts_on(moment: datetime, terms: Terms, days: WorkingDays) -> date:
    """The working day on which something that came at `moment` counts as received.

    On a day off, the next working day. After the hour of the procedure, the working day after; that minute itself is
    still in time.
    """
    local = timezone.localtime(moment)
    day = local.date()
    if not days.is_working(day):
        return days.on_or_after(day)
    late = terms.receipt_until is not None and local.time().replace(second=0, microsecond=0) > terms.receipt_until
    return days.next_after(day) if late else day


def promise(moment: datetime, terms: Terms, days: WorkingDays) -> Run:
    """What is promised when a dossier is received at `moment`."""
    first = starts_on(moment, terms, days)
    return Run(first, days.after(first, terms.total))


def step_days(run: Run, terms: Terms, days: WorkingDays) -> list[date]:
    """The day by which each step is to be done, in the order of the steps; none later than the promised day.

    The steps of `terms` follow one another from the start of the run. After a supplement the run is shorter or begins
    anew, and the last steps keep their place before the promised day.
    """
    spare = days.between(run.starts_on, run.due_on) - terms.total
    done, ends = 0, []
    for taken in terms.steps:
        done += taken
        ends.append(min(days.after(run.starts_on, max(done + min(spare, 0), 0)), run.due_on))
    return ends


# --- stopping and going on ---------------------------------------------------------------------


def left_when_stopped(run: Run, stopped_at: datetime, days: WorkingDays) -> int:
    """Working days that were left when the clock stopped; negative when the promise had been missed already.

    The day of stopping counts as used, unless the clock had not started by then.
    """
    return days.between(max(timezone.localdate(stopped_at), run.starts_on), run.due_on)


def resume(run: Run, stopped_at: datetime, answered_at: datetime, terms: Terms, days: WorkingDays) -> Run:
    """The run after a supplement: with the days that were left, or from the beginning, as the procedure says.

    What was late already stays late: a promise that had been missed when the clock stopped is not made good by waiting
    for the enterprise, unless the time starts again.
    """
    first = max(starts_on(answered_at, terms, days), run.starts_on)
    if terms.after_supplement == AfterSupplement.STARTS_AGAIN:
        return Run(first, days.after(first, terms.total))
    left = left_when_stopped(run, stopped_at, days)
    if left < 0:
        return run
    return Run(first, days.after(first, left))


# --- warnings ----------------------------------------------------------------------------------


class WarningKind(StrEnum):
    SHARE = "share"  # `value` percent of the time are used
    DAYS = "days"  # `value` working days are left
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Warning:
    """From the day `on` people are warned; the later of two weighs more."""

    on: date
    kind: WarningKind
    value: int = 0


def warnings(run: Run, terms: Terms, days: WorkingDays) -> list[Warning]:
    """Every warning of a run with the day from which it holds, in their order; the last one is that it is overdue.

    Points that would lie on the day of the start or before it are left out: a short run has fewer.
    """
    whole = days.between(run.starts_on, run.due_on)
    found = []
    if terms.warn_percent is not None:
        used = -(-whole * terms.warn_percent // 100)  # rounded up: that part is used in full
        if used < whole:
            found.append(Warning(days.after(run.starts_on, used), WarningKind.SHARE, terms.warn_percent))
    for left in sorted(terms.warn_days, reverse=True):
        if left < whole:
            found.append(Warning(days.after(run.starts_on, whole - left), WarningKind.DAYS, left))
    found.sort(key=lambda warning: (warning.on, warning.kind == WarningKind.DAYS, -warning.value))
    return [*found, Warning(run.due_on + ONE_DAY, WarningKind.OVERDUE)]


def warning_on(day: date, run: Run, terms: Terms, days: WorkingDays) -> Warning | None:
    """The weightiest warning that holds on `day`, or None. While the clock is stopped nobody is warned: do not ask."""
    held = [warning for warning in warnings(run, terms, days) if warning.on <= day]
    return held[-1] if held else None


# --- who used the time -------------------------------------------------------------------------


def time_used(
    changes: Iterable[tuple[datetime, Turn]], until: datetime, terms: Terms, days: WorkingDays
) -> dict[Turn, int]:
    """Working days used by the Department and by the enterprise up to `until`, counted apart.

    `changes` are (moment, whose turn it is from then on) in the order of time. What comes to the Department counts from
    the working day on which it counts as received; what leaves it, from that very day. Each working day is counted
    once, for whoever had the turn when it began, so that both together are the working days that passed.
    """
    used = {Turn.DEPARTMENT: 0, Turn.ENTERPRISE: 0}
    last = timezone.localdate(until)
    marks = [(_counts_from(moment, turn, terms, days), turn) for moment, turn in changes if moment <= until]
    for (begins, turn), (ends, _next) in _pairs(_in_order(marks), last):
        if turn in used:
            used[turn] += days.between(begins, ends)
    return used


def _counts_from(moment, turn, terms, days):
    return starts_on(moment, terms, days) if turn == Turn.DEPARTMENT else timezone.localdate(moment)


def _in_order(marks: Sequence[tuple[date, Turn]]):
    """No mark before the one that came before it: an answer of the evening may count from a later day than what follows."""
    reached = None
    for day, turn in marks:
        reached = day if reached is None else max(day, reached)
        yield reached, turn


def _pairs(marks, last):
    marks = list(marks)
    return zip(marks, [*marks[1:], (max(last, marks[-1][0]), Turn.NOBODY)] if marks else [], strict=True)
