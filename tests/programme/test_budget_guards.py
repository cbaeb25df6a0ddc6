"""What the database itself refuses of the money, tried by raw SQL and by rows that no service wrote."""

import uuid
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from programme.models import (
    BALANCES,
    COMMITMENT_BALANCES,
    EFFECTS,
    KINDS_IN_STATE,
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    EntryKind,
    LedgerEntry,
    LineMonth,
    YearState,
)
from programme.services.years import obstacles
from tests.factories import make_money_source, make_period
from tests.programme.making import (
    LONG_AGO,
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_pair,
    make_reversal,
    make_task,
    move_year,
    set_envelope,
)

pytestmark = pytest.mark.django_db
BILLION = 10**9


@contextmanager
def refused(*names):
    """The block is refused by the database; where `names` are given, by one of these guards or constraints."""
    with pytest.raises((IntegrityError, DatabaseError)) as caught, transaction.atomic():
        yield
    said = str(caught.value)
    assert not names or any(name in said for name in names), said


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def balances(row, names=BALANCES):
    row.refresh_from_db()
    return {name: getattr(row, name) for name in names if getattr(row, name)}


@pytest.fixture
def line():
    return make_line(assigned_vnd=BILLION, allocated_vnd=800_000_000)


# --- the ledger moves the balances ---------------------------------------------------------------


def test_an_entry_moves_the_balances_of_its_line_and_commitment(line):
    commitment = make_commitment(line, 500_000_000)
    make_entry(line, "advance", 100_000_000, commitment=commitment)
    make_entry(line, "clear", 60_000_000, commitment=commitment)
    make_entry(line, "pay", 200_000_000, commitment=commitment)
    make_entry(line, "recover", 50_000_000, commitment=commitment)
    make_entry(line, "settle", 200_000_000, commitment=commitment)
    moved = {
        "committed_vnd": 500_000_000,
        "advanced_vnd": 40_000_000,
        "disbursed_vnd": 300_000_000,
        "recovered_vnd": 50_000_000,
        "settled_vnd": 200_000_000,
    }
    assert balances(line) == {"assigned_vnd": BILLION, "allocated_vnd": 800_000_000} | moved
    assert balances(commitment, COMMITMENT_BALANCES) == moved


@pytest.mark.parametrize("kind", EntryKind)
def test_a_reversal_undoes_exactly_what_its_entry_did(kind):
    year = make_budget_year(2024, envelope_vnd=10 * BILLION)
    line = make_line(year, assigned_vnd=2 * BILLION, allocated_vnd=BILLION)
    commitment = make_commitment(line, 400_000_000)
    make_entry(line, "advance", 100_000_000, commitment=commitment)
    make_entry(line, "pay", 100_000_000, commitment=commitment)
    make_entry(line, "saving", 10_000_000)
    on = (
        {"commitment": commitment}
        if kind in {"commit", "decommit", "advance", "clear", "pay", "recover", "recover_advance", "settle"}
        else {}
    )
    before = balances(line)
    if kind in ("transfer_in", "carry_in"):
        earlier = year if kind == "transfer_in" else make_budget_year(2023, envelope_vnd=BILLION, period=year.period)
        other = make_line(
            earlier,
            assigned_vnd=100_000_000,
            allocated_vnd=50_000_000,
            source=line.source,
            task=line.task if kind == "carry_in" else None,
        )
        if kind == "carry_in":
            move_year(earlier, "adjusting")
        _out, entry = make_pair(other, line, "transfer_out" if kind == "transfer_in" else "carry_out", 10_000_000)
    elif kind in ("transfer_out", "carry_out"):
        if kind == "carry_out":
            move_year(year, "adjusting")
        entry = make_entry(line, kind, 10_000_000, pair=uuid.uuid4())
    else:
        entry = make_entry(line, kind, 10_000_000, **on)
    assert balances(line) != before
    make_reversal(entry)
    assert balances(line) == before


@pytest.mark.parametrize("balance", [*BALANCES, "last_number"])
def test_no_balance_is_written_by_hand(line, balance):
    with refused("line_moves_by_entries"):
        sql(f"UPDATE programme_budgetline SET {balance} = {balance} + 1 WHERE id = %s", line.pk)


@pytest.mark.parametrize("balance", COMMITMENT_BALANCES)
def test_no_balance_of_a_commitment_is_written_by_hand(line, balance):
    commitment = make_commitment(line, 100_000_000)
    with refused("commitment_moves_by_entries"):
        sql(f"UPDATE programme_commitment SET {balance} = {balance} + 1 WHERE id = %s", commitment.pk)


@pytest.mark.parametrize("balance", BALANCES)
def test_no_line_starts_with_money_on_it(line, balance):
    copy = BudgetLine(
        year=line.year, task=make_task(), source=line.source, unit=line.unit, counts=line.counts, **{balance: 1}
    )
    with refused("line_starts_empty"):
        copy.save()


def test_an_entry_that_was_booked_is_not_applied_a_second_time(line):
    with refused("line_moves_by_entries"):
        sql(
            "UPDATE programme_budgetline SET allocated_vnd = allocated_vnd + 800000000, last_number = last_number + 1 "
            "WHERE id = %s",
            line.pk,
        )


def test_entries_are_numbered_without_gaps_per_line(line):
    assert list(line.entries.order_by("number").values_list("number", flat=True)) == [1, 2]
    entry = line.entries.last()
    for number in (2, 4, 0):
        fresh = LedgerEntry(
            line=line,
            number=number,
            kind="allocate",
            amount_vnd=1,
            document="1",
            happened_on=date(2024, 3, 1),
            recorded_at=entry.recorded_at,
        )
        with refused("entry_a_number", "one_entry_a_number"):
            fresh.save()


@pytest.mark.parametrize("change", ["amount_vnd = 1", "kind = 'cut'", "document = 'x'", "happened_on = '2024-05-05'"])
def test_an_entry_is_never_changed_or_removed(line, change):
    entry = line.entries.last()
    with refused():
        sql(f"UPDATE programme_ledgerentry SET {change} WHERE id = %s", entry.pk)
    with refused():
        sql("DELETE FROM programme_ledgerentry WHERE id = %s", entry.pk)
    if connection.vendor == "postgresql":
        with refused():
            sql("TRUNCATE programme_ledgerentry CASCADE")


def test_months_add_up_what_moved_in_them(line):
    commitment = make_commitment(line, 500_000_000)
    make_entry(line, "pay", 100_000_000, commitment=commitment, happened_on=date(2024, 5, 3))
    paid = make_entry(line, "pay", 20_000_000, commitment=commitment, happened_on=date(2024, 5, 31))
    make_entry(line, "recover", 5_000_000, commitment=commitment, happened_on=date(2024, 6, 1))
    make_reversal(paid, happened_on=date(2024, 7, 1))
    months = {row.month: row for row in LineMonth.objects.filter(line=line)}
    assert {month: row.disbursed_vnd for month, row in months.items() if month in (202405, 202406, 202407)} == {
        202405: 120_000_000,
        202406: 0,
        202407: -20_000_000,
    }
    assert months[202406].recovered_vnd == 5_000_000


# --- how far each may go ------------------------------------------------------------------------


def test_money_is_refused_at_every_level_where_there_is_no_room(line):
    with refused("line_committed_within_allocated"):
        make_commitment(line, 800_000_001)
    commitment = make_commitment(line, 800_000_000)
    with refused("line_disbursed_within_committed", "commitment_disbursed_within"):
        make_entry(line, "pay", 800_000_001, commitment=commitment)
    make_entry(line, "pay", 800_000_000, commitment=commitment)
    with refused("line_settled_within_disbursed", "commitment_settled_within"):
        make_entry(line, "settle", 800_000_001, commitment=commitment)
    with refused("line_allocated_assigned"):
        make_entry(line, "allocate", 200_000_001)
    with refused("line_allocated_assigned"):
        make_entry(line, "cut", 200_000_001)
    with refused("line_ended_within_assigned"):
        make_entry(line, "cancel", 200_000_001)
    make_entry(line, "cancel", 200_000_000)  # what was never allocated
    with refused("line_ended_within_assigned"):
        make_entry(line, "cut", 1)
    with refused():
        make_entry(line, "recover", 800_000_001, commitment=commitment)


def test_a_payment_above_its_own_contract_is_refused_though_the_line_has_room(line):
    small, _large = make_commitment(line, 100_000_000), make_commitment(line, 600_000_000)
    with refused("commitment_disbursed_within"):
        make_entry(line, "pay", 100_000_001, commitment=small)


def test_lines_never_pass_the_envelope_of_their_year():
    year = make_budget_year(envelope_vnd=3 * BILLION)
    make_line(year, assigned_vnd=2 * BILLION)
    second = make_line(year, assigned_vnd=BILLION)
    with refused("lines_within_envelope"):
        make_entry(second, "supplement", 1)
    with refused("envelope_holds_its_lines"):
        set_envelope(year, 3 * BILLION - 1)


def test_what_is_withheld_as_saving_takes_room_of_the_envelope_until_it_is_released():
    year = make_budget_year(envelope_vnd=3 * BILLION)
    saved = make_line(year, assigned_vnd=2 * BILLION, allocated_vnd=BILLION)
    other = make_line(year, assigned_vnd=BILLION)
    saving = make_entry(saved, "saving", 100)
    with refused("lines_within_envelope"):
        make_entry(other, "supplement", 1)
    with refused("envelope_holds_its_lines"):
        set_envelope(year, 3 * BILLION - 1)
    with refused("budget_line_balances_plausible"):
        make_entry(saved, "release", 101)
    released = make_entry(saved, "release", 60)
    make_entry(other, "supplement", 60)
    for entry, why in ((released, "lines_within_envelope"), (saving, "budget_line_balances_plausible")):
        with refused(why):
            make_reversal(entry)
    assert (balances(saved)["withheld_vnd"], balances(other)["assigned_vnd"]) == (40, BILLION + 60)


def test_a_source_that_does_not_count_takes_no_room_of_the_envelope():
    year = make_budget_year(envelope_vnd=BILLION)
    free = make_money_source(counts_to_ceiling=False)
    assert make_line(year, assigned_vnd=5 * BILLION, source=free).assigned_vnd == 5 * BILLION
    with refused("line_counts_as_its_source"):
        BudgetLine.objects.create(
            year=year, task=make_task(), source=free, unit=make_line(year, assigned_vnd=0).unit, counts=True
        )


def test_years_never_pass_the_ceiling_of_the_programme():
    period = make_period(2021, 2025, ceiling_vnd=10 * BILLION)
    make_budget_year(2021, envelope_vnd=6 * BILLION, period=period)
    second = make_budget_year(2022, envelope_vnd=4 * BILLION, period=period)
    with refused("years_within_ceiling"):
        set_envelope(second, 4 * BILLION + 1)
    with refused("ceiling_by_decision", "ceiling_holds_its_years"):
        sql("UPDATE programme_period SET ceiling_vnd = %s WHERE id = %s", 10 * BILLION - 1, period.pk)


def test_ceiling_and_envelope_change_only_by_an_approved_step_of_their_own():
    period = make_period(2021, 2025, ceiling_vnd=10 * BILLION)
    year = make_budget_year(2021, envelope_vnd=BILLION, period=period)
    with refused("ceiling_by_decision"):
        sql("UPDATE programme_period SET ceiling_vnd = %s WHERE id = %s", 20 * BILLION, period.pk)
    with refused("envelope_by_decision"):
        sql("UPDATE programme_budgetyear SET envelope_vnd = %s WHERE id = %s", 2 * BILLION, year.pk)
    waiting = make_budget_step("envelope", 2 * BILLION, year=year, state="prepared")
    other = make_budget_step("envelope", 3 * BILLION, year=year)
    for step in (waiting, other):
        with refused("envelope_by_decision"):
            BudgetYear.objects.filter(pk=year.pk).update(envelope_vnd=2 * BILLION, envelope_step=step)
    right = make_budget_step("ceiling", 20 * BILLION, period=period)
    assert (
        sql(
            "UPDATE programme_period SET ceiling_vnd = %s, ceiling_step_id = %s WHERE id = %s",
            20 * BILLION,
            right.pk,
            period.pk,
        )
        == 1
    )


def test_a_used_decision_does_not_bring_an_old_envelope_back():
    year = make_budget_year(2021, envelope_vnd=BILLION)
    first = year.envelope_step
    set_envelope(year, 2 * BILLION)
    with refused("envelope_by_decision"):
        BudgetYear.objects.filter(pk=year.pk).update(envelope_vnd=BILLION, envelope_step=first)


# --- years ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [YearState.PREPARING, YearState.ADJUSTING])
@pytest.mark.parametrize("kind", EntryKind)
def test_a_year_takes_only_the_entries_of_its_state(kind, state):
    year = make_budget_year(2024, envelope_vnd=10 * BILLION)
    line = make_line(year, assigned_vnd=2 * BILLION, allocated_vnd=BILLION)
    commitment = make_commitment(line, 400_000_000)
    make_entry(line, "advance", 100_000_000, commitment=commitment)
    make_entry(line, "pay", 100_000_000, commitment=commitment)
    make_entry(line, "saving", 1_000_000)
    if state == YearState.ADJUSTING:
        move_year(year, "adjusting")
    else:
        year = make_budget_year(2025, envelope_vnd=BILLION, state="preparing", period=year.period)
        line, commitment = make_line(year, assigned_vnd=100_000_000, allocated_vnd=50_000_000, source=line.source), None
        make_entry(line, "saving", 1_000_000)
    if kind in ("transfer_in", "carry_in") or (commitment is None and kind in ("settle", "recover", "pay", "advance")):
        return  # their own tests; here something else would refuse them
    fields = {"pair": uuid.uuid4()} if kind in ("transfer_out", "carry_out") else {}
    if commitment and EFFECTS[kind].keys() & set(COMMITMENT_BALANCES):
        fields["commitment"] = commitment
    if kind in KINDS_IN_STATE[state]:
        make_entry(line, kind, 1_000_000, **fields)
        return
    with refused("entry_b_year_takes_it", "entry_e_commitment_fits"):  # whichever the database asks first
        make_entry(line, kind, 1_000_000, **fields)


def test_a_year_that_is_being_prepared_takes_no_opening_sum_of_spending():
    year = make_budget_year(2025, envelope_vnd=BILLION, state="preparing")
    line = make_line(year, assigned_vnd=0)
    make_entry(line, "assign", 100, opening=True, happened_on=date(2024, 12, 1))
    make_entry(line, "allocate", 50, opening=True, happened_on=date(2024, 12, 1))
    commitment = make_commitment(line, 1, before_portal=True)
    with refused("entry_b_year_takes_it"):
        make_entry(line, "commit", 1, opening=True, commitment=commitment)


def test_a_closed_year_takes_no_entry_at_all():
    year = make_budget_year(2024)
    line = make_line(year, assigned_vnd=BILLION)
    make_entry(line, "cancel", BILLION)
    move_year(year, "closed")
    for kind in ("assign", "deallocate", "cut"):
        with refused("entry_b_year_takes_it"):
            make_entry(line, kind, 1)
    with refused("closed_programme_budgetyear", "year_goes_on"):
        sql("UPDATE programme_budgetyear SET state = 'open' WHERE id = %s", year.pk)


def test_a_year_is_not_closed_while_money_is_left():
    year = make_budget_year(2024)
    make_line(year, assigned_vnd=BILLION)
    with refused("year_is_done_when_closed"):
        move_year(year, "closed")


def test_a_year_is_not_closed_while_a_step_of_it_waits_be_it_only_its_envelope():
    year = make_budget_year(2024)
    step = make_budget_step("envelope", BILLION, state="prepared", year=year)
    assert [obstacle.code for obstacle in obstacles(year)] == ["steps"]
    with refused("year_is_done_when_closed"):
        move_year(year, "closed")
    BudgetStep.objects.filter(pk=step.pk).update(state="withdrawn", decided_by=step.prepared_by, decided_at=LONG_AGO)
    year.refresh_from_db()
    move_year(year, "closed")


def test_a_year_is_not_closed_by_a_paper_dated_before_what_it_settles():
    year = make_budget_year(2024)
    day = date(2025, 2, 16)
    make_entry(make_line(year, assigned_vnd=BILLION), "cancel", BILLION, document_on=day, happened_on=day)
    with refused("year_closed_after_its_papers"):
        move_year(year, "closed")  # by a paper of 15/02/2025


def test_years_go_on_step_by_step():
    year = make_budget_year(2024, state="preparing")
    with refused("year_goes_on"):
        BudgetYear.objects.filter(pk=year.pk).update(state="adjusting")
    with refused("year_goes_on", "year_is_done_when_closed"):  # it lacks its closing paper, too
        BudgetYear.objects.filter(pk=year.pk).update(state="closed")


def test_a_year_lies_in_its_period():
    period = make_period(2021, 2025)
    with refused("year_in_its_period"):
        BudgetYear.objects.create(period=period, year=2026)


# --- reversals and halves --------------------------------------------------------------------------


def test_a_reversal_is_not_reversed_nor_an_entry_twice(line):
    entry = make_entry(line, "supplement", 5_000_000)
    reversal = make_reversal(entry)
    with refused("entry_c_reversal_fits"):
        make_reversal(reversal)
    with refused():
        make_reversal(entry)


def test_a_reversal_names_line_kind_and_amount_of_its_entry(line):
    entry = make_entry(line, "supplement", 5_000_000)
    other = make_line(line.year, assigned_vnd=BILLION)
    for where, kind, amount in ((other, "supplement", 5_000_000), (line, "cut", 5_000_000), (line, "supplement", 4)):
        with refused("entry_c_reversal_fits"):
            make_entry(where, kind, amount, reverses=entry, reason="x")


def test_money_carried_in_is_backed_by_what_the_year_before_carried_out():
    period = make_period(2021, 2025)
    before, after = (make_budget_year(year, envelope_vnd=BILLION, period=period) for year in (2023, 2024))
    old = make_line(before, assigned_vnd=BILLION)
    new = make_line(after, assigned_vnd=BILLION, source=old.source, task=old.task)
    with refused("entry_g_other_half"):
        make_entry(new, "carry_in", 10, pair=uuid.uuid4())
    with refused("entry_b_year_takes_it"):  # the year is not over
        make_entry(old, "carry_out", 10, pair=uuid.uuid4())
    move_year(before, "adjusting")
    out, into = make_pair(old, new, "carry_out", 200_000_000)
    assert balances(new)["assigned_vnd"] == BILLION + 200_000_000  # not counted against the envelope again
    with refused():
        make_entry(new, "carry_in", 200_000_000, pair=out.pair)
    with refused("entry_h_half_still_used"):
        make_reversal(out)
    make_reversal(into)
    make_reversal(out)
    assert balances(old) == {"assigned_vnd": BILLION, "allocated_vnd": BILLION}


def test_money_moves_to_another_line_only_from_a_line_of_the_same_year_and_source():
    year = make_budget_year(envelope_vnd=5 * BILLION)
    one, other = make_line(year, assigned_vnd=BILLION, allocated_vnd=1), make_line(year, assigned_vnd=BILLION)
    with refused("entry_g_other_half"):
        make_pair(one, other, "transfer_out", 10)


# --- lines managed and followed --------------------------------------------------------------------


def test_a_followed_line_is_written_from_reports_and_a_managed_one_never(line):
    followed = make_line(line.year, assigned_vnd=BILLION, managed=False)
    make_entry(followed, "commit", 100, reported=True)
    with refused("entry_d_line_fits", "entry_e_commitment_fits"):
        make_entry(followed, "commit", 100, reported=False)
    with refused("entry_d_line_fits"):
        make_entry(line, "allocate", 100, reported=True)


def test_money_of_a_managed_line_is_bound_and_paid_only_on_an_approved_commitment_of_that_line(line):
    other = make_commitment(make_line(line.year), 100)
    waiting = make_commitment(line, 100, state="prepared")
    for commitment in (None, other, waiting):
        with refused("entry_e_commitment_fits"):
            make_entry(line, "commit", 100, commitment=commitment)


def test_a_commitment_is_prepared_before_it_is_anything_else(line):
    with refused("commitment_starts_empty"):
        Commitment.objects.create(
            line=line,
            kind="contract",
            number="1",
            signed_on=date(2024, 1, 2),
            what="x",
            payee="y",
            amount_vnd=1,
            prepared_by=uuid.uuid4(),
            prepared_at=line.entries.first().recorded_at,
            state="approved",
            decided_by=uuid.uuid4(),
            decided_at=line.entries.first().recorded_at,
        )
