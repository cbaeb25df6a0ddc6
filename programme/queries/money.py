"""What the money pages show: sums over lines, each in one query however long the ledgers are.

Of the entries no more is read than half a month of the year before, where that month is compared in part, and reversals.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Least

from accounts.models import User
from programme.models import (
    BALANCES,
    EFFECTS,
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    EntryKind,
    LedgerEntry,
    LineMonth,
    MoneyReturn,
    Payment,
    Period,
    SpendingPlan,
    StepKind,
    YearState,
)
from reference.years import same_day

LEVELS = ("assigned_vnd", "allocated_vnd", "committed_vnd", "spent_vnd", "settled_vnd")
# Prepared steps that will take from what is left of a line, once approved.
TAKING = (StepKind.COMMIT_MORE, StepKind.CANCEL, StepKind.CARRY_OVER, StepKind.DEALLOCATE)


# Of what was cancelled or carried over, what had not been allocated: it goes first. Kept line by line, it makes every
# other sum one of sums.
_ENDED = F("cancelled_vnd") + F("carried_out_vnd")
_NOT_ALLOCATED = F("assigned_vnd") - F("allocated_vnd")
OF_UNALLOCATED = {
    "unallocated_ended_vnd": Least(_ENDED, _NOT_ALLOCATED),
    "unallocated_carried_vnd": Least(F("carried_out_vnd"), _NOT_ALLOCATED),
}


@dataclass(frozen=True)
class Money:
    """Sums of balances over lines of one or more years; what one of these years carried into the next counts once."""

    assigned_vnd: int = 0
    carried_in_vnd: int = 0
    allocated_vnd: int = 0
    committed_vnd: int = 0
    advanced_vnd: int = 0
    disbursed_vnd: int = 0
    recovered_vnd: int = 0
    settled_vnd: int = 0
    cancelled_vnd: int = 0
    carried_out_vnd: int = 0
    withheld_vnd: int = 0
    unallocated_ended_vnd: int = 0

    @classmethod
    def of(cls, rows):
        """`rows`: mappings of the sums and of "year"."""
        rows = list(rows)
        years = {row["year"] for row in rows}
        sums = {name: sum(row[name] or 0 for row in rows) for name in SUMS}
        # counted where it leaves: what was carried in before the portal left no line here, and is counted where it came
        twice = sum(row["carried_out_vnd"] or 0 for row in rows if row["year"] + 1 in years)
        for name in ("assigned_vnd", "carried_in_vnd", "allocated_vnd", "carried_out_vnd"):
            sums[name] -= twice
        never = sum(row["unallocated_carried_vnd"] or 0 for row in rows if row["year"] + 1 in years)
        sums["allocated_vnd"] += never
        sums["unallocated_ended_vnd"] -= never
        return cls(**sums)

    @classmethod
    def of_line(cls, line):
        balances = {name: getattr(line, name) for name in BALANCES}
        ended = line.cancelled_vnd + line.carried_out_vnd
        return cls(**balances, unallocated_ended_vnd=min(ended, line.assigned_vnd - line.allocated_vnd))

    @property
    def spent_vnd(self):
        return self.disbursed_vnd - self.recovered_vnd

    @property
    def levels(self):
        """From what is assigned down to what is settled, each within the one before."""
        return [getattr(self, name) for name in LEVELS]

    @property
    def unallocated_vnd(self):
        return self.assigned_vnd - self.allocated_vnd - self.unallocated_ended_vnd

    @property
    def left_vnd(self):
        """Room for another commitment."""
        of_allocated = self.cancelled_vnd + self.carried_out_vnd - self.unallocated_ended_vnd
        return self.allocated_vnd - self.committed_vnd - of_allocated

    @property
    def unspent_vnd(self):
        return self.committed_vnd - self.spent_vnd

    @property
    def unsettled_vnd(self):
        return self.spent_vnd - self.settled_vnd

    @property
    def lapsing_vnd(self):
        """What is lost at the end of the year unless it is spent or carried over."""
        return self.unallocated_vnd + self.left_vnd + self.unspent_vnd


SUMS = (*BALANCES, "unallocated_ended_vnd")


# --- periods and years ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """What a money page is about: a period, or one of its years."""

    period: Period
    years: list
    year: BudgetYear | None = None

    @property
    def chosen(self):
        return [self.year] if self.year else self.years

    @property
    def limit_vnd(self):
        """The ceiling of the period, or the envelope of the year; None where no decision says."""
        return (self.year.envelope_vnd or None) if self.year else self.period.ceiling_vnd

    @property
    def envelopes_vnd(self):
        """What the decisions on the years give together; None while there is none."""
        return sum(year.envelope_vnd for year in self.chosen) or None

    @property
    def brought_in_vnd(self):
        """What the lines of a period opened with as carried in from before the portal: see `services.ledger.brought_in`."""
        return sum(year.brought_in_vnd for year in self.years)

    @property
    def lines(self):
        return BudgetLine.objects.filter(year__in=[year.pk for year in self.chosen])


def scope_of(today, *, period="", year=""):
    """(scope, periods with money) for a period's code and a year as typed; what is not known falls back to today's."""
    brought = LedgerEntry.objects.brought_in().filter(line__year=OuterRef("pk"), line__counts=True)
    every_year = list(
        BudgetYear.objects.select_related("period__ceiling_step", "envelope_step")
        .annotate(brought_in_vnd=_sum_of(brought, "amount_vnd", "line__year"))
        .order_by("year")
    )
    periods = {row.period_id: row.period for row in every_year}
    chosen = next((row for row in periods.values() if row.code == period), None)
    if chosen is None and year:
        chosen = next((row.period for row in every_year if str(row.year) == year), None)
    if chosen is None:
        chosen = next((row.period for row in every_year if row.year == today.year), None)
    if chosen is None:
        chosen = Period.objects.of_year(today.year) or (every_year[-1].period if every_year else None)
    if chosen is None:
        return None, []
    years = [row for row in every_year if row.period_id == chosen.pk]
    named = next((row for row in years if str(row.year) == year), None)
    shown = sorted({**periods, chosen.pk: chosen}.values(), key=lambda row: (-row.starts_year, row.code))
    return Scope(chosen, years, named), shown


# --- sums ----------------------------------------------------------------------------------------


def _summed(lines, *fields):
    parts = {name: Sum(part) for name, part in OF_UNALLOCATED.items()}  # before the balances are names of sums
    named = parts | {name: Sum(name) for name in BALANCES}
    rows = lines.order_by().values(*fields, "managed", "year__year").annotate(**named)
    for row in rows:
        row["year"] = row.pop("year__year")
        yield row


@dataclass(frozen=True)
class Totals:
    """Managed and followed money within the limit, and what stands outside it because its source does not count.

    `before_vnd` is what was disbursed of managed money in the years before, up to the same day; None where it is not known.
    `compared_vnd` is what was disbursed in those years that have a year before them: only that grows, or shrinks; `alone`
    are the years that have none, and are left out of it.
    """

    managed: Money
    followed: Money
    outside: Money
    before_vnd: int | None = None
    compared_vnd: int = 0
    alone: tuple[int, ...] = ()
    returned_vnd: int | None = None  # to the State budget after the year was closed; None where no year is closed

    @property
    def together(self):
        return _added(self.managed, self.followed)


def _added(one, other):
    return Money(**{name: getattr(one, name) + getattr(other, name) for name in SUMS})


def totals(lines):
    return Totals(*_apart(list(_summed(lines, "counts"))))


def _apart(rows):
    """(managed, followed, outside) of rows."""
    return (
        Money.of(row for row in rows if row["counts"] and row["managed"]),
        Money.of(row for row in rows if row["counts"] and not row["managed"]),
        Money.of(row for row in rows if not row["counts"]),
    )


@dataclass
class Group:
    """One row of a breakdown: the kinds of money apart, as in `Totals`."""

    key: tuple
    managed: Money = field(default_factory=Money)
    followed: Money = field(default_factory=Money)
    outside: Money = field(default_factory=Money)
    before_vnd: int | None = None
    compared_vnd: int = 0
    returned_vnd: int = 0


GROUPS: dict[str, tuple] = {
    "year": ("year__year",),
    "area": (
        "task__content_area__code",
        "task__content_area__name_vi",
        "task__content_area__name_en",
        "task__content_area__public_id",
    ),
    "source": ("source__code", "source__name_vi", "source__name_en", "source__public_id"),
    "unit": ("unit__code", "unit__name_vi", "unit__name_en", "unit__public_id"),
    "task": ("task__code", "task__what", "task__public_id"),
}


def breakdown(scope, by, today):
    """([Group] in the order of their keys, Totals) of a scope.

    A group that had money in the years before and has none now stands there too, so that the groups add up to the whole.
    """
    fields = GROUPS[by]
    rows = list(_summed(scope.lines, "counts", *(name for name in fields if name != "year__year")))
    found: dict[tuple, list] = {}
    for row in rows:
        found.setdefault(tuple(row["year"] if name == "year__year" else row[name] for name in fields), []).append(row)
    comparable = BudgetLine.objects.filter(managed=True, counts=True)
    earlier = earlier_lines(comparable, [year.year for year in scope.chosen], today)
    before_by_year = spent_up_to_the_day(earlier, today, "year__year", *fields)
    years = {year + 1 for year, *_key in before_by_year}
    before: dict[tuple, int] = {}
    for (_year, *key), sums in before_by_year.items():
        before[tuple(key)] = before.get(tuple(key), 0) + sums
    if by == "year":
        before = {(year + 1,): sums for (year,), sums in before.items()}
    place = -1 if by == "task" else 0  # names are written anew from year to year, codes and tasks stay
    of_before: dict = {}
    for key, sums in before.items():
        of_before[key[place]] = of_before.get(key[place], 0) + sums
    if by not in ("year", "task"):
        here = {key[place] for key in found}
        for key in before:
            if key[place] not in here:
                here.add(key[place])
                found[key] = []
    of_nothing = None if by in ("year", "task") or not before else 0
    any_closed = any(
        year.state == YearState.CLOSED for year in scope.chosen
    )  # money comes back to the budget of such only
    returned = _returned(scope, fields) if any_closed else {}
    groups = [
        Group(
            key,
            *_apart(members),
            of_before.pop(key[place], of_nothing),
            _compared(members, years),
            returned.get(key, 0),
        )
        for key, members in sorted(found.items(), key=lambda item: item[0][:2])
    ]
    whole = sum(returned.values()) if any_closed else None
    before_vnd = sum(before.values()) if before else None
    spent = {row["year"] for row in rows if row["counts"] and row["managed"] and row["disbursed_vnd"]}
    alone = tuple(sorted(spent - years)) if before else ()
    return groups, Totals(*_apart(rows), before_vnd, _compared(rows, years), alone, whole)


def _returned(scope, fields):
    """{values of the fields: what was returned to the budget after the years of the scope were closed}."""
    signed = Case(When(reverses__isnull=True, then=F("amount_vnd")), default=-F("amount_vnd"))
    keys = [f"commitment__line__{name}" for name in fields]
    rows = MoneyReturn.objects.filter(commitment__line__in=scope.lines).order_by().values(*keys)
    return {tuple(key): sums for *key, sums in rows.annotate(sum=Sum(signed)).values_list(*keys, "sum")}


def _compared(rows, years):
    return Money.of(row for row in rows if row["counts"] and row["managed"] and row["year"] in years).spent_vnd


# --- the same period of the year before ----------------------------------------------------------

HALF_A_MONTH = 15
SPENDING = {EntryKind.ADVANCE: 1, EntryKind.PAY: 1, EntryKind.RECOVER: -1, EntryKind.RECOVER_ADVANCE: -1}


def same_day_last_year(today):
    return same_day(today, -1)


def earlier_lines(lines, years, today):
    """Those lines of the years before these that they are compared with; a year to come is not compared yet."""
    return lines.filter(year__year__in=[year - 1 for year in years if year <= today.year])


def _days_of_the_month(until, of_line, group):
    """What the lines of `of_line` had beside the months of `_whole_months`, as a subquery; NULL for nothing.

    In the first half of a month the days up to `until`; in the second what came after it, to be taken off. `group` is the
    same for all of the lines. The only entries that any sum reads: half a month of each line at most, and all that is asked
    of them stands in the index by line and day.
    """
    first, last, back_to_front = _days_beside(until)
    back = Q(kind__in=[kind for kind, sign in SPENDING.items() if sign < 0])
    undone = Q(reverses__isnull=False)
    less, more = (F("amount_vnd"), -F("amount_vnd")) if back_to_front else (-F("amount_vnd"), F("amount_vnd"))
    signed = Case(When((back & ~undone) | (~back & undone), then=less), default=more, output_field=BigIntegerField())
    entries = LedgerEntry.objects.filter(
        **of_line, happened_on__gte=first, happened_on__lte=last, kind__in=list(SPENDING)
    )
    days = entries.order_by().values(group).annotate(sum=Sum(signed))
    return Subquery(days.values("sum"), output_field=BigIntegerField())


def _undone_since(until, of_line, group):
    """What entries up to `until` were reversed by after it, as a subquery: they were mistakes, and are left out."""
    back = Q(kind__in=[kind for kind, sign in SPENDING.items() if sign < 0])
    signed = Case(When(back, then=F("amount_vnd")), default=-F("amount_vnd"), output_field=BigIntegerField())
    reversals = LedgerEntry.objects.filter(
        **of_line,
        reverses__isnull=False,
        reverses__happened_on__lte=until,
        happened_on__gt=until,
        kind__in=list(SPENDING),
    )
    return _sum_of(reversals, signed, group)


def _days_beside(until):
    """(first, last, whether they are taken off): the fewer days that part `until` from whole months."""
    last = until.replace(day=monthrange(until.year, until.month)[1])
    if until.day <= HALF_A_MONTH:
        return until.replace(day=1), until, False
    return until + timedelta(days=1), last, True


def _whole_months(until):
    """The months that count whole: the month of `until` too when what came after it is taken off."""
    month = until.year * 100 + until.month
    return LineMonth.objects.filter(month__lt=month + (until.day > HALF_A_MONTH))


_NET = F("disbursed_vnd") - F("recovered_vnd")


def spent_up_to_the_day(lines, today, *fields):
    """{values of the fields: what these lines had disbursed, less what came back, by this day a year ago}.

    Lines of a year that was over by then count as a whole; what was reversed later as a mistake is left out, as in the
    comparison with the Treasury. There is a key wherever there is a line.
    """
    until = same_day_last_year(today)
    months = _whole_months(until).filter(line=OuterRef("pk")).annotate(net_vnd=F("disbursed_vnd") - F("recovered_vnd"))
    days = Coalesce(
        _days_of_the_month(until, {"line": OuterRef("pk")}, "line"), Value(0), output_field=BigIntegerField()
    )
    undone = _undone_since(until, {"line": OuterRef("pk")}, "line")
    by_the_day = _sum_of(months, "net_vnd", "line") + days + undone
    net = Sum(Case(When(year__year__lt=until.year, then=_NET), default=by_the_day, output_field=BigIntegerField()))
    summed = lines.order_by().values(*fields).annotate(net=net).values_list(*fields, "net")
    return {tuple(key): net for *key, net in summed}


@dataclass(frozen=True)
class Waiting:
    """What is prepared and takes no room yet: how many, and how much."""

    count: int = 0
    amount_vnd: int = 0


@dataclass(frozen=True)
class Pending:
    steps: dict  # kind -> Waiting
    commitments: Waiting
    payments: dict  # state -> Waiting

    @property
    def any(self):
        return bool(self.steps or self.commitments.count or self.payments)


def pending(*, years=None, period=None, line=None):
    """What waits in these years (and on the ceiling of the period), or on one line."""
    if line is not None:
        steps, commitments = Q(line=line) | Q(other_line=line), Q(line=line)
        payments = Q(commitment__line=line)
    else:
        keys = [year.pk for year in years or []]
        steps, commitments = Q(year__in=keys), Q(line__year__in=keys)
        payments = Q(commitment__line__year__in=keys)
        if period is not None:
            steps |= Q(period=period)
    counted = {"count": Count("pk"), "amount": Sum("amount_vnd")}
    # one from before the portal waits with its step, which is counted among the steps
    found = Commitment.objects.prepared().filter(commitments, before_portal=False).aggregate(**counted)
    return Pending(
        _waiting(BudgetStep.objects.prepared().filter(steps), "kind", counted),
        Waiting(found["count"], found["amount"] or 0),
        _waiting(Payment.objects.under_way().filter(payments), "state", counted),
    )


def _waiting(rows, name, counted):
    found = rows.order_by().values(name).annotate(**counted)
    return {row[name]: Waiting(row["count"], row["amount"] or 0) for row in found}


# --- lines ---------------------------------------------------------------------------------------


def _sum_of(rows, name, group):
    """The sum of `name` over rows of another table as a subquery; 0 where there are none."""
    summed = rows.order_by().values(group).annotate(sum=Sum(name)).values("sum")
    return Coalesce(Subquery(summed, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


def spent_beside(lines, year, today):
    """(disbursed less what came back, the same by this day a year ago) of those of these lines that are of a year."""
    sums = lines.filter(year__year=year).order_by().aggregate(paid=Sum("disbursed_vnd"), back=Sum("recovered_vnd"))
    before = spent_up_to_the_day(earlier_lines(lines, [year], today), today, "year__year")
    return (sums["paid"] or 0) - (sums["back"] or 0), before.get((year - 1,))


def with_sums(lines, today):
    """Lines with their sums and what they are compared with."""
    return with_balances(lines).annotate(before_sum_vnd=_spent_before(today))


def with_balances(lines):
    """Lines with what is left, pending, planned and spent."""
    return lines.annotate(
        spent_sum_vnd=F("disbursed_vnd") - F("recovered_vnd"),
        left_sum_vnd=left_of_line(),
        unspent_sum_vnd=F("committed_vnd") - F("disbursed_vnd") + F("recovered_vnd"),
        pending_sum_vnd=pending_of_line(),
        returned_sum_vnd=_returned_on_line(),
        planned_sum_vnd=_sum_of(SpendingPlan.objects.filter(line=OuterRef("pk")), "planned_vnd", "line"),
    )


def _spent_before(today):
    """What the line of the same task, source and budget unit had spent by this day a year ago; all of it where that year was
    over by then.

    A new task has none; nor has a line that lives on what was carried into it alone, which ends the line of the year before
    and does not repeat it.
    """
    until = same_day_last_year(today)
    same = {
        "year__year": OuterRef("year__year") - 1,
        "task": OuterRef("task"),
        "source": OuterRef("source"),
        "unit": OuterRef("unit"),
        "managed": OuterRef("managed"),
    }
    of_line = {f"line__{name}": value for name, value in same.items()}
    months = _whole_months(until).filter(**of_line).annotate(net_vnd=F("disbursed_vnd") - F("recovered_vnd"))
    days = Coalesce(_days_of_the_month(until, of_line, "line__managed"), Value(0), output_field=BigIntegerField())
    undone = _undone_since(until, of_line, "line__managed")
    before = _sum_of(months, "net_vnd", "line__managed") + days + undone
    there = Exists(BudgetLine.objects.filter(**same))
    own = Q(carried_in_vnd=0) | Q(assigned_vnd__gt=F("carried_in_vnd"))
    whole = _sum_of(BudgetLine.objects.filter(**same), _NET, "managed")
    return Case(
        When(there & own, year__year__lt=today.year, then=whole),
        When(there & own, year__year=today.year, then=before),
        output_field=BigIntegerField(),
    )


def _returned_on_line():
    """What was returned to the budget after the year of the line was closed, reversals taken off."""
    rows = MoneyReturn.objects.filter(commitment__line=OuterRef("pk"))
    return _sum_of(rows.with_net(), "net_vnd", "commitment__line")


def left_of_line():
    return F("allocated_vnd") - F("committed_vnd") - _ENDED + OF_UNALLOCATED["unallocated_ended_vnd"]


def pending_of_line():
    """Prepared contracts, decisions and steps that will take from what is left."""
    commitments = Commitment.objects.prepared().filter(line=OuterRef("pk"))
    steps = BudgetStep.objects.prepared().filter(line=OuterRef("pk"), kind__in=TAKING)
    return _sum_of(commitments, "amount_vnd", "line") + _sum_of(steps, "amount_vnd", "line")


LINE_STATES = {
    "left": Q(left_sum_vnd__gt=0),
    "pending": Q(pending_sum_vnd__gt=0),
    "unallocated": Q(assigned_vnd__gt=F("allocated_vnd") + _ENDED),
    "unspent": Q(unspent_sum_vnd__gt=0),
    "advances": Q(advanced_vnd__gt=0),
    "unsettled": ~Q(settled_vnd=F("disbursed_vnd") - F("recovered_vnd")),
    "unexplained": ~Q(assigned_vnd=F("settled_vnd") + F("cancelled_vnd") + F("carried_out_vnd")),
}


def lapsing_lines(year):
    """Managed lines of the year that have money to lose on 31/12, the largest sum first."""
    return (
        BudgetLine.objects.managed()
        .filter(year=year)
        .annotate(
            lapsing_sum_vnd=F("assigned_vnd")
            - F("cancelled_vnd")
            - F("carried_out_vnd")
            - F("disbursed_vnd")
            + F("recovered_vnd")
        )
        .filter(lapsing_sum_vnd__gt=0)
        .order_by("-lapsing_sum_vnd", "pk")
    )


def take_back(line, entry):
    """Set the balances of `line`, which is not saved, to what they were before its entry."""
    for name, way in EFFECTS[EntryKind(entry.kind)].items():
        setattr(line, name, getattr(line, name) - entry.sign * way * entry.amount_vnd)


# --- months --------------------------------------------------------------------------------------


@dataclass
class Month:
    month: int  # year * 100 + month
    planned_vnd: int | None = None
    spent_vnd: int = 0
    followed_vnd: int = 0
    sum_planned_vnd: int = 0
    sum_spent_vnd: int = 0


def opened_by_month(year, *, line=None):
    """{year * 100 + month: đồng} disbursed before the portal, by the month in which it was booked here; found by the few
    steps that open contracts, for entries are many."""
    which = {"line": line} if line is not None else {"year": year}
    steps = BudgetStep.objects.filter(kind=StepKind.OPENING, state=BudgetStep.State.APPROVED, **which)
    steps = list(steps.filter(disbursed_vnd__gt=0).values_list("pk", flat=True))
    found = {}
    for of in ("step", "reverses__step") if steps else ():
        rows = LedgerEntry.objects.filter(**{f"{of}__in": steps}, kind__in=[EntryKind.ADVANCE, EntryKind.PAY])
        for on, vnd, reverses in rows.values_list("happened_on", "amount_vnd", "reverses_id"):
            month = on.year * 100 + on.month
            found[month] = found.get(month, 0) + (-vnd if reverses else vnd)
    return found


def months(year, *, line=None, opened=None):
    """The twelve months of the year, and those of its adjustment period in which something moved, with running sums.

    What was disbursed before the portal (`opened`, see `opened_by_month`) is spending of no month: the sums begin with it.
    """
    which = {"line": line} if line is not None else {"line__year": year}
    moved = LineMonth.objects.filter(**which).order_by().values("month", "line__managed")
    moved = moved.annotate(net=Sum(F("disbursed_vnd") - F("recovered_vnd")))
    planned = SpendingPlan.objects.filter(**which).order_by().values("month").annotate(sum=Sum("planned_vnd"))
    found = {month: Month(month) for month in range(year.year * 100 + 1, year.year * 100 + 13)}
    for row in planned:
        found.setdefault(row["month"], Month(row["month"])).planned_vnd = row["sum"]
    for row in moved:
        if not row["net"] and row["month"] not in found:
            continue
        here = found.setdefault(row["month"], Month(row["month"]))
        if row["line__managed"] or line is not None:
            here.spent_vnd += row["net"]
        else:
            here.followed_vnd += row["net"]
    opened = opened_by_month(year, line=line) if opened is None else opened
    for month, vnd in opened.items():
        found.setdefault(month, Month(month)).spent_vnd -= vnd
    rows = [found[month] for month in sorted(found)]
    plan, spent = 0, sum(opened.values())
    for row in rows:
        plan, spent = plan + (row.planned_vnd or 0), spent + row.spent_vnd
        row.sum_planned_vnd, row.sum_spent_vnd = plan, spent
    return rows


def running_years():
    """Years in which money still moves, earliest first."""
    return BudgetYear.objects.filter(state__in=[YearState.OPEN, YearState.ADJUSTING]).order_by("year")


def with_approver(entries):
    """Entries with `approver`, the name of whoever approved them; empty where another body's report did."""
    people = User.objects.filter(public_id=OuterRef("approved_by"))
    return entries.annotate(approver=Subquery(people.values("full_name")[:1]))
