"""The nightly check names every planted fault. A temporary table shadows the real one, which no fault can enter."""

from contextlib import ExitStack, contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from programme.models import BudgetCheck
from programme.services.consistency import QUESTIONS, check_budget, find_differences, sentence_of
from tests.factories import make_period
from tests.programme.making import (
    make_budget_year,
    make_closed_contract,
    make_commitment,
    make_entry,
    make_line,
    make_opening_contract,
    make_paid_payment,
    make_pair,
    make_return,
    make_reversal,
    move_year,
)

pytestmark = pytest.mark.django_db
BILLION = 10**9


@contextmanager
def shadowed(table):
    """Inside, `table` is a copy without constraints and guards."""
    schema = "public" if connection.vendor == "postgresql" else "main"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM {schema}.{table}")
        try:
            yield
        finally:
            cursor.execute(f"DROP TABLE {'pg_temp' if schema == 'public' else 'temp'}.{table}")


@pytest.fixture
def money(now):
    """Two years of a period with a line each, a payment, a pair carried over, and a reversal; opening sums on a line with
    their contract, and a closed year with money returned."""
    period = make_period(2021, 2025, ceiling_vnd=100 * BILLION)
    before, year = (make_budget_year(each, envelope_vnd=10 * BILLION, period=period) for each in (2023, 2024))
    old = make_line(before, assigned_vnd=2 * BILLION)
    line = make_line(year, assigned_vnd=3 * BILLION, allocated_vnd=BILLION, task=old.task, source=old.source)
    make_paid_payment(make_commitment(line, 500_000_000), 100_000_000)
    move_year(before, "adjusting")
    make_pair(old, line, "carry_out", BILLION)
    make_reversal(make_entry(line, "supplement", 7))
    opened = make_line(year, assigned_vnd=0)
    for kind in ("assign", "allocate"):
        make_entry(opened, kind, 1_000, opening=True)
    make_opening_contract(opened, 1_000, disbursed_vnd=800, advanced_vnd=300, settled_vnd=500)
    make_return(make_closed_contract(2019), 10)
    return line


FAULTS = {
    "line assigned_vnd": ("programme_budgetline", "assigned_vnd = assigned_vnd + 1"),
    "line carried_in_vnd": ("programme_budgetline", "carried_in_vnd = carried_in_vnd + 1"),
    "line allocated_vnd": ("programme_budgetline", "allocated_vnd = allocated_vnd - 1"),
    "line committed_vnd": ("programme_budgetline", "committed_vnd = committed_vnd + 1"),
    "line advanced_vnd": ("programme_budgetline", "advanced_vnd = 5"),
    "line disbursed_vnd": ("programme_budgetline", "disbursed_vnd = disbursed_vnd + 1"),
    "line recovered_vnd": ("programme_budgetline", "recovered_vnd = 5"),
    "line settled_vnd": ("programme_budgetline", "settled_vnd = settled_vnd + 1"),
    "line cancelled_vnd": ("programme_budgetline", "cancelled_vnd = 5"),
    "line carried_out_vnd": ("programme_budgetline", "carried_out_vnd = carried_out_vnd + 1"),
    "line withheld_vnd": ("programme_budgetline", "withheld_vnd = 5"),
    "numbers": ("programme_budgetline", "last_number = last_number + 1"),
    "order": ("programme_budgetline", "allocated_vnd = assigned_vnd + 1"),
    "counts": ("programme_budgetline", "counts = NOT counts"),
    "commitment committed_vnd": ("programme_commitment", "committed_vnd = committed_vnd + 1"),
    "commitment advanced_vnd": ("programme_commitment", "advanced_vnd = 5"),
    "commitment disbursed_vnd": ("programme_commitment", "disbursed_vnd = 5"),
    "commitment recovered_vnd": ("programme_commitment", "recovered_vnd = 5"),
    "commitment settled_vnd": ("programme_commitment", "settled_vnd = settled_vnd + 1"),
    "two people": ("programme_payment", "signed_by = prepared_by"),
    "paid": ("programme_payment", "amount_vnd = amount_vnd + 1"),
    "booked": ("programme_budgetstep", "kind = 'allocate'"),
    "months": ("programme_linemonth", "disbursed_vnd = disbursed_vnd + 1"),
    "month": ("programme_linemonth", "committed_vnd = committed_vnd + 1"),
    "envelope": ("programme_budgetyear", "envelope_vnd = 1"),
    "ceiling": ("programme_period", "ceiling_vnd = 1"),
    "after closing": ("programme_budgetyear", "closed_at = '2001-01-01 00:00:00+00'"),
    "brought in": ("programme_ledgerentry", "opening = (kind = 'carry_in')"),
    "halves": ("programme_ledgerentry", "amount_vnd = amount_vnd + 1 WHERE kind = 'carry_in'"),
    "carried": (
        "programme_ledgerentry",
        "reverses_id = (SELECT x.id FROM programme_ledgerentry x WHERE x.kind = 'carry_in') "
        "WHERE reverses_id IS NOT NULL",
    ),
    "reversals": ("programme_ledgerentry", "amount_vnd = amount_vnd + 1 WHERE reverses_id IS NOT NULL"),
    "days allocated": ("programme_ledgerentry", "happened_on = '2018-12-31' WHERE kind = 'allocate'"),
    "days committed": ("programme_ledgerentry", "happened_on = '2018-12-31' WHERE kind = 'commit'"),
    "days ended": ("programme_ledgerentry", "happened_on = '2018-12-31' WHERE kind = 'carry_out'"),
    "days disbursed line": ("programme_ledgerentry", "happened_on = '2018-12-31' WHERE kind = 'pay'"),
    "days disbursed contract": ("programme_ledgerentry", "happened_on = '2018-12-31' WHERE kind = 'pay'"),
    "days settled line": ("programme_ledgerentry", "happened_on = '2018-12-31' WHERE kind = 'settle'"),
    "days settled contract": ("programme_ledgerentry", "happened_on = '2018-12-31' WHERE kind = 'settle'"),
    "opening": ("programme_ledgerentry", "step_id = NULL WHERE kind = 'commit'"),
    "opening once": (
        "programme_ledgerentry",
        "commitment_id = NULL, kind = 'assign' WHERE opening",
    ),
    "opening contract": ("programme_commitment", "before_portal = NOT before_portal"),
    "returned": ("programme_moneyreturn", "amount_vnd = amount_vnd + 1000"),
    "returned while open": ("programme_budgetyear", "state = 'adjusting' WHERE state = 'closed'"),
    "returned by step": ("programme_moneyreturn", "amount_vnd = amount_vnd + 1"),
    "events": ("programme_ledgerentry", "number = number"),  # these entries came without events
}


def test_every_question_has_a_planted_fault():
    assert FAULTS.keys() == {question.code for question in QUESTIONS}


@pytest.mark.parametrize("code", FAULTS)
def test_a_planted_fault_is_found_and_named(money, code):
    table, change = FAULTS[code]
    assert {finding.code for finding in find_differences()} <= {"events"}
    with ExitStack() as stack:
        stack.enter_context(shadowed(table))
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {change}")
        found = [finding for finding in find_differences() if finding.code == code]
        assert found
        assert all(finding.sentence for finding in found)


def test_the_check_is_kept_and_read_again_in_words(money, now):
    with shadowed("programme_budgetline"):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE programme_budgetline SET assigned_vnd = assigned_vnd + 5 WHERE id = %s", [money.pk])
        check = check_budget(by="system:budget.check", now=now)
    assert BudgetCheck.objects.get() == check
    kept = [finding for finding in check.findings if finding["code"] == "line assigned_vnd"]
    assert [(each["object"].replace("-", ""), each["stands"] - each["should"]) for each in kept] == [
        (money.public_id.hex, 5)
    ]
    assert sentence_of(kept[0])


def test_a_finding_of_a_day_names_the_first_day_that_does_not_hold(money, now):
    with shadowed("programme_ledgerentry"):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE programme_ledgerentry SET happened_on = '2024-01-31' WHERE kind = 'pay'")
        check = check_budget(by="system:budget.check", now=now)
    kept = [finding for finding in check.findings if finding["code"] == "days disbursed line"]
    (first,) = [finding for finding in kept if finding["object"].replace("-", "") == money.public_id.hex]
    assert (first["day"], first["stands"], first["should"]) == ("2024-01-31", 100_000_000, 0)
    assert "31/01/2024" in sentence_of(first)


def test_the_command_names_differences_and_fails():
    out = StringIO()
    call_command("check_budget", stdout=out)
    assert "every rule of the ledger holds" in out.getvalue()
    make_line(make_budget_year(2024))  # rows laid without events
    with pytest.raises(CommandError):
        call_command("check_budget", "--keep", stdout=out)
    assert BudgetCheck.objects.get().differences == 2
