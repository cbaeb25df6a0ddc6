"""The rows that tests lay are such as the database accepts, and its balances are what they say."""

from datetime import date

import pytest

from programme.models import LedgerEntry
from tests.programme.making import (
    make_budget_year,
    make_commitment,
    make_line,
    make_paid_payment,
    make_pair,
    make_payment,
    make_recovery,
    make_reversal,
)

pytestmark = pytest.mark.django_db


def test_a_line_with_a_contract_a_payment_and_a_recovery_has_their_balances():
    line = make_line(make_budget_year(2024), assigned_vnd=900, allocated_vnd=800)
    commitment = make_commitment(line, 500)
    make_paid_payment(commitment, 200, kind="advance")
    make_paid_payment(commitment, 100, clears_vnd=150)
    make_recovery(commitment, 40, document="NT-01", happened_on=date(2024, 6, 1))
    line.refresh_from_db()
    commitment.refresh_from_db()
    assert (line.assigned_vnd, line.allocated_vnd, line.committed_vnd, line.left_vnd) == (900, 800, 500, 300)
    assert (line.disbursed_vnd, line.advanced_vnd, line.recovered_vnd, line.spent_vnd) == (300, 50, 40, 260)
    assert (commitment.disbursed_vnd, commitment.payable_vnd) == (300, 240)
    assert line.last_number == LedgerEntry.objects.filter(line=line).count()


def test_payments_stand_in_every_state_and_years_in_every_state():
    commitment = make_commitment()
    for state in ("prepared", "controlled", "signed", "sent", "paid", "refused", "returned", "withdrawn"):
        assert make_payment(commitment, state=state).state == state
    for year, state in ((2021, "preparing"), (2022, "open"), (2023, "adjusting"), (2025, "closed")):
        assert make_budget_year(year, state=state, envelope_vnd=10**10).state == state


def test_money_moves_between_lines_and_an_entry_is_undone():
    year = make_budget_year(2023)
    one = make_line(year, assigned_vnd=100, allocated_vnd=10)
    two = make_line(year, assigned_vnd=100, allocated_vnd=10, source=one.source)
    make_pair(one, two, "transfer_out", 30)
    make_reversal(one.entries.get(kind="allocate"))
    for line in (one, two):
        line.refresh_from_db()
    assert (one.assigned_vnd, two.assigned_vnd, one.allocated_vnd) == (70, 130, 0)
