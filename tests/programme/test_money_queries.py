"""Sums on reading: what is carried over counts once, what waits takes no room, months run on, in a fixed number of queries."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from programme.models import BudgetLine, SpendingPlan
from programme.queries import money
from tests.factories import make_agency, make_content_area, make_money_source, make_period
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_opening_contract,
    make_paid_payment,
    make_pair,
    make_payment,
    make_recovery,
    make_reversal,
    make_task,
    move_year,
)

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 15)


@pytest.fixture
def period():
    return make_period(2021, 2025)


def scope(**asked):
    return money.scope_of(TODAY, **asked)[0]


def test_the_scope_is_the_period_of_today_unless_another_or_a_year_is_asked_for(period):
    make_budget_year(2024, period=period)
    make_budget_year(2025, period=period)
    assert (scope().period, scope().year, scope().limit_vnd) == (period, None, 200 * 10**9)
    chosen = scope(year="2024")
    assert (str(chosen.year), chosen.limit_vnd, chosen.envelopes_vnd) == ("2024", 40 * 10**9, 40 * 10**9)
    assert scope(period="unknown", year="1999").year is None
    assert scope().envelopes_vnd == 80 * 10**9


def test_without_any_period_there_is_no_scope():
    assert money.scope_of(TODAY) == (None, [])


def test_money_carried_over_counts_once_in_the_period_and_in_full_in_its_year(period):
    first = make_budget_year(2024, period=period, state="adjusting")
    second = make_budget_year(2025, period=period)
    source, task, unit = make_money_source(), make_task(), make_agency()
    one = make_line(first, assigned_vnd=0, source=source, task=task, unit=unit)
    make_entry(one, "assign", 100, opening=True)
    make_entry(one, "allocate", 100, opening=True)
    two = make_line(second, assigned_vnd=50, source=source, task=task, unit=unit)
    make_pair(one, two, "carry_out", 40)
    make_entry(two, "allocate", 40)
    whole = money.totals(scope().lines).managed
    assert (whole.assigned_vnd, whole.carried_in_vnd, whole.allocated_vnd, whole.carried_out_vnd) == (150, 0, 150, 0)
    assert whole.left_vnd == 60 + 90
    of_year = money.totals(scope(year="2025").lines).managed
    assert (of_year.assigned_vnd, of_year.carried_in_vnd, of_year.allocated_vnd) == (90, 40, 90)
    (group,), sums = money.breakdown(scope(), "task", TODAY)
    assert (group.managed.assigned_vnd, sums.managed) == (150, whole)
    years, sums = money.breakdown(scope(), "year", TODAY)
    assert ([each.managed.assigned_vnd for each in years], sums.managed) == ([100, 90], whole)


def test_managed_and_followed_money_and_sources_outside_the_ceiling_stand_apart(period):
    year = make_budget_year(2025, period=period)
    make_line(year, assigned_vnd=100)
    make_line(year, assigned_vnd=70, managed=False)
    make_line(year, assigned_vnd=30, source=make_money_source(counts_to_ceiling=False))
    found = money.totals(scope().lines)
    assert (found.managed.assigned_vnd, found.followed.assigned_vnd, found.outside.assigned_vnd) == (100, 70, 30)
    assert found.together.assigned_vnd == 170


def test_a_breakdown_adds_up_to_the_whole_whatever_it_goes_by(period):
    year = make_budget_year(2025, period=period)
    areas = [make_content_area(code="A1"), make_content_area(code="A2")]  # in the order of their codes
    for number in range(1, 5):
        line = make_line(year, assigned_vnd=number * 100, task=make_task(content_area=areas[number % 2]))
        make_paid_payment(make_commitment(line, number * 50), number * 10)
    lines = scope().lines
    for by in money.GROUPS:
        groups, sums = money.breakdown(scope(), by, TODAY)
        assert replace(sums, before_vnd=None, compared_vnd=0, alone=()) == money.totals(lines), by
        assert sum(group.managed.assigned_vnd for group in groups) == 1000, by
        assert sum(group.managed.spent_vnd for group in groups) == 100, by
    assert [group.managed.assigned_vnd for group in money.breakdown(scope(), "area", TODAY)[0]] == [600, 400]


def test_what_waits_is_counted_by_kind_and_takes_no_room(period):
    year = make_budget_year(2025, period=period)
    line = make_line(year, assigned_vnd=1000)
    commitment = make_commitment(line, 300)
    make_commitment(line, 200, state="prepared")
    make_budget_step("deallocate", 50, state="prepared", line=line, year=year)
    make_budget_step("supplement", 70, state="prepared", line=line, year=year)
    make_budget_step("ceiling", 90, state="prepared", period=period)
    make_payment(commitment, 10)
    make_payment(commitment, 20, state="sent")
    make_paid_payment(commitment, 30)
    for found, ceiling in (
        (money.pending(years=[year], period=period), True),
        (money.pending(years=[year]), False),
        (money.pending(line=line), False),
    ):
        assert found.commitments == money.Waiting(1, 200)
        assert found.steps["deallocate"] == money.Waiting(1, 50)
        assert ("ceiling" in found.steps) is ceiling
        assert found.payments == {"prepared": money.Waiting(1, 10), "sent": money.Waiting(1, 20)}
    row = money.with_sums(BudgetLine.objects.all(), TODAY).values("left_sum_vnd", "pending_sum_vnd").get()
    assert row == {"left_sum_vnd": 700, "pending_sum_vnd": 250}


def test_lines_are_compared_up_to_the_same_day_of_the_year_before(period):
    task, source, unit = make_task(), make_money_source(), make_agency()
    same = {"task": task, "source": source, "unit": unit}
    old = make_line(make_budget_year(2024, period=period), **same)
    commitment = make_commitment(old, 500)
    make_paid_payment(commitment, 100, paid_on=date(2024, 7, 10))
    make_paid_payment(commitment, 50, paid_on=date(2024, 7, 16))
    make_recovery(commitment, 30, document="NT-1", happened_on=date(2024, 7, 10))
    wrong = make_entry(old, "pay", 7, commitment=commitment, happened_on=date(2024, 7, 11))
    make_reversal(wrong, happened_on=date(2024, 7, 12))
    new = make_line(make_budget_year(2025, period=period), **same)
    make_paid_payment(make_commitment(new, 400), 90, paid_on=date(2025, 7, 1))
    of_its_own = make_line(new.year)

    def compared(today, line=new):
        rows = money.with_sums(BudgetLine.objects.filter(pk=line.pk), today)
        return rows.values_list("spent_sum_vnd", "before_sum_vnd").get()

    assert compared(date(2025, 7, 11)) == (90, 70), "what was reversed as a mistake is left out"
    assert compared(date(2025, 7, 15)) == (90, 70)
    assert compared(date(2025, 7, 16)) == (90, 120)
    assert compared(date(2026, 3, 1)) == (90, 120), "a year that is over is compared as a whole"
    assert compared(date(2025, 7, 15), of_its_own) == (0, None), "a new task has no line to be compared with"
    assert money.same_day_last_year(date(2024, 2, 29)) == date(2023, 2, 28)
    tail = make_line(new.year, assigned_vnd=0, task=task, source=make_money_source(), unit=unit)
    whole = make_line(old.year, task=task, source=tail.source, unit=unit)
    move_year(old.year, "adjusting")
    make_pair(whole, tail, "carry_out", 5)
    assert compared(date(2025, 7, 15), tail) == (0, None), "what was carried over ends last year's line"
    make_entry(tail, "supplement", 1)
    assert compared(date(2025, 7, 15), tail) == (0, 0)
    make_paid_payment(commitment, 8, paid_on=date(2025, 1, 20))
    for today in (date(2026, 1, 2), date(2026, 3, 1)):
        assert compared(today) == (90, 128), "the whole of a year has its adjustment days, whatever the day"
        of_years = BudgetLine.objects.filter(pk__in=[old.pk, new.pk])
        assert money.spent_beside(of_years, 2025, today) == (90, 128)


def test_every_day_of_a_month_is_compared_with_what_had_moved_by_then_and_stands(period):
    task, source, unit = make_task(), make_money_source(), make_agency()
    same = {"task": task, "source": source, "unit": unit}
    old = make_line(make_budget_year(2024, period=period), **same)
    commitment, moved = make_commitment(old, 900), []
    for day, amount in ((2, 100), (14, 40), (15, 8), (16, 4), (22, 2), (31, 1)):
        make_paid_payment(commitment, amount, paid_on=date(2024, 7, day))
        moved.append((day, amount))
    for kind, day, amount, undone in (
        ("pay", 3, 16, date(2024, 7, 8)),
        ("pay", 23, 32, date(2024, 12, 30)),
        ("recover", 20, 7, date(2025, 1, 9)),
    ):
        wrong = make_entry(old, kind, amount, commitment=commitment, happened_on=date(2024, 7, day))
        if undone.year > 2024:
            move_year(old.year, "adjusting")
        make_reversal(wrong, happened_on=undone)  # a mistake was never paid, and never came back
    make_recovery(commitment, 5, document="NT-1", happened_on=date(2024, 7, 19))
    moved.append((19, -5))
    new = make_line(make_budget_year(2025, period=period), **same)
    for day in range(1, 32):
        today, expected = date(2025, 7, day), sum(amount for on, amount in moved if on <= day)
        rows = money.with_sums(BudgetLine.objects.filter(pk=new.pk), today)
        assert rows.values_list("before_sum_vnd", flat=True).get() == expected, day
        assert money.spent_beside(BudgetLine.objects.filter(pk__in=[old.pk, new.pk]), 2025, today)[1] == expected, day


def test_groups_are_compared_with_the_whole_of_the_same_group_whatever_tasks_it_had(period):
    before, year = make_budget_year(2024, period=period), make_budget_year(2025, period=period)
    here, gone = make_content_area(), make_content_area()
    for area, amount, more in ((here, 100, {}), (gone, 20, {}), (here, 40, {"managed": False})):
        line = make_line(before, task=make_task(content_area=area), **more)
        commitment = make_commitment(line, amount) if line.managed else None
        if line.managed:
            make_paid_payment(commitment, amount, paid_on=date(2024, 3, 1))
        else:
            make_entry(line, "commit", amount)
            make_entry(line, "pay", amount, happened_on=date(2024, 3, 1))
    now = make_line(year, task=make_task(content_area=here))
    make_paid_payment(make_commitment(now, 90), 60, paid_on=date(2025, 3, 1))
    of_year = scope(year="2025")
    groups, sums = money.breakdown(of_year, "area", TODAY)
    assert [(group.key[0], group.managed.spent_vnd, group.before_vnd) for group in groups] == sorted(
        [(here.code, 60, 100), (gone.code, 0, 20)]
    )
    assert sums.before_vnd == 120
    (task,), sums = money.breakdown(of_year, "task", TODAY)
    assert (task.before_vnd, sums.before_vnd) == (None, 120), "of a new task it is not known, of all tasks it is"
    years, whole = money.breakdown(scope(), "year", TODAY)
    assert [group.before_vnd for group in years] == [None, 120]
    assert (whole.alone, sums.alone) == ((2024,), ())
    assert money.breakdown(scope(year="2024"), "area", TODAY)[1].before_vnd is None
    assert money.breakdown(of_year, "area", date(2025, 2, 1))[1].before_vnd == 0


def test_months_run_on_from_plan_and_disbursement_into_the_adjustment_period(period):
    year = make_budget_year(2024, period=period)
    line = make_line(year, assigned_vnd=1000)
    followed = make_line(year, assigned_vnd=100, managed=False)
    make_entry(followed, "commit", 40)
    make_entry(followed, "pay", 40, happened_on=date(2024, 2, 1))
    commitment = make_commitment(line, 500)
    make_paid_payment(commitment, 100, paid_on=date(2024, 2, 10))
    make_paid_payment(commitment, 60, paid_on=date(2025, 1, 10))
    make_recovery(commitment, 20, document="NT-1", happened_on=date(2024, 3, 1))
    SpendingPlan.objects.create(line=line, month=202402, planned_vnd=150)
    rows = money.months(year)
    assert [row.month for row in rows] == [*range(202401, 202413), 202501]
    february, march, january = rows[1], rows[2], rows[12]
    assert (february.planned_vnd, february.spent_vnd, february.followed_vnd) == (150, 100, 40)
    assert (march.spent_vnd, march.sum_spent_vnd, march.sum_planned_vnd) == (-20, 80, 150)
    assert january.sum_spent_vnd == 140
    assert money.months(year, line=followed)[1].spent_vnd == 40


def test_what_would_lapse_is_everything_managed_that_is_not_spent_the_largest_first(period):
    year = make_budget_year(2025, period=period)
    small, large = make_line(year, assigned_vnd=100), make_line(year, assigned_vnd=1000, allocated_vnd=600)
    make_line(year, assigned_vnd=900, managed=False)
    spent = make_line(year, assigned_vnd=50)
    make_paid_payment(make_commitment(spent, 50), 50)
    make_paid_payment(make_commitment(large, 500), 200)
    assert list(money.lapsing_lines(year)) == [large, small]
    large.refresh_from_db()
    sums = money.Money.of_line(large)
    assert (sums.unallocated_vnd, sums.left_vnd, sums.unspent_vnd, sums.lapsing_vnd) == (400, 100, 300, 800)


def test_what_was_left_before_each_entry_is_counted_back_from_what_is_left_now(period):
    line = make_line(make_budget_year(2025, period=period), assigned_vnd=1000, allocated_vnd=900)
    commitment = make_commitment(line, 300)
    make_paid_payment(commitment, 100)
    make_entry(line, "decommit", 50, commitment=commitment)
    make_entry(line, "cancel", 200)
    make_reversal(line.entries.get(kind="cancel"))
    line.refresh_from_db()
    left = [line.left_vnd]
    for entry in line.entries.order_by("-number"):
        money.take_back(line, entry)
        left.append(line.left_vnd)
    assert left == [650, 550, 650, 600, 600, 900, 0, 0]  # of the 200 cancelled 100 had not been allocated


def test_what_is_cancelled_or_carried_over_takes_first_what_was_not_allocated(period):
    year, after = (make_budget_year(each, period=period) for each in (2024, 2025))
    line, full = make_line(year, assigned_vnd=1000, allocated_vnd=600), make_line(year, assigned_vnd=500)
    make_commitment(line, 550)
    move_year(year, "adjusting")
    make_entry(line, "cancel", 100)
    make_entry(full, "cancel", 40)
    make_pair(line, make_line(after, assigned_vnd=0, task=line.task, source=line.source), "carry_out", 310)
    line.refresh_from_db()
    assert (line.free_vnd, line.unallocated_vnd, line.left_vnd) == (40, 0, 40)
    assert list(BudgetLine.objects.filter(year=year, pk=line.pk).values_list(money.left_of_line(), flat=True)) == [40]
    sums = money.totals(BudgetLine.objects.filter(year=year)).managed
    assert (sums.unallocated_vnd, sums.left_vnd, sums.lapsing_vnd) == (0, 40 + 460, 40 + 460 + 550)
    whole = money.totals(BudgetLine.objects.all()).managed
    assert (whole.assigned_vnd, whole.allocated_vnd, whole.carried_out_vnd) == (1500, 1100, 0)
    assert (whole.unallocated_vnd, whole.left_vnd) == (310, 500), (
        "what was carried over is to be allocated in its new year"
    )


def test_what_was_disbursed_before_the_portal_is_spending_of_no_month(period):
    year = make_budget_year(2024, period=period)
    line = make_line(year, assigned_vnd=0)
    for kind in ("assign", "allocate"):
        make_entry(line, kind, 1_000, opening=True)
    make_opening_contract(line, 500, disbursed_vnd=300, advanced_vnd=100)
    make_paid_payment(make_commitment(line, 400), 40)
    for of in ({}, {"line": line}):
        assert money.opened_by_month(year, **of) == {202403: 300}
        rows = {row.month: row for row in money.months(year, **of)}
        assert (rows[202403].spent_vnd, rows[202401].sum_spent_vnd, rows[202412].sum_spent_vnd) == (40, 300, 340)
    make_reversal(line.entries.get(kind="pay", opening=True), opening=True, happened_on=date(2024, 5, 2))
    rows = {row.month: row for row in money.months(year)}
    assert (rows[202403].spent_vnd, rows[202405].spent_vnd, rows[202412].sum_spent_vnd) == (40, 0, 140)


def test_what_was_carried_in_before_the_portal_counts_in_the_period_although_a_year_before_comes_later(period):
    line = make_line(make_budget_year(2025, period=period), assigned_vnd=0)
    step = make_budget_step("opening", 50, carried_in_vnd=40, line=line, year=line.year)
    make_entry(line, "assign", 10, opening=True, step=step)
    make_entry(line, "carry_in", 40, opening=True, step=step, pair=uuid4())
    make_line(make_budget_year(2024, period=period), assigned_vnd=100)
    whole = money.totals(scope().lines).managed
    assert (whole.assigned_vnd, whole.carried_in_vnd, whole.carried_out_vnd) == (150, 40, 0)
