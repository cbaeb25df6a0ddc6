"""The demonstration's statements of the Treasury, laid beside whatever payments there are."""

from datetime import date
from types import SimpleNamespace

import pytest

from accounts.roles import Role
from programme.models import TreasuryStatement
from programme.services.treasury import lacking_reconciliation
from reporting.demo.treasury import treasury_reconciled
from tests.programme.making import (
    make_accountant,
    make_budget_year,
    make_chief_accountant,
    make_commitment,
    make_line,
    make_paid_payment,
)

pytestmark = pytest.mark.django_db


def test_years_and_quarters_are_reconciled_and_two_statements_wait_for_people():
    people = {Role.ACCOUNTANT: make_accountant(), Role.CHIEF_ACCOUNTANT: make_chief_accountant()}
    stage = SimpleNamespace(people=people)
    treasury_reconciled(stage)
    assert not TreasuryStatement.objects.exists()  # there is no money to tell of
    year = make_budget_year(2026)
    commitment = make_commitment(make_line(year), 900_000_000)
    for month in (2, 5, 9):
        for day in range(1, 7):
            make_paid_payment(commitment, 1_000_000 + day, paid_on=date(2026, month, day))
    treasury_reconciled(stage)
    treasury_reconciled(stage)
    assert list(TreasuryStatement.objects.order_by("span").values_list("span", "state")) == [
        ("q1", "reconciled"),
        ("q2", "reconciled"),
        ("q3", "open"),
    ]
    waiting = TreasuryStatement.objects.get(span="q3")
    kinds = sorted(waiting.differences.there().values_list("kind", flat=True))
    assert kinds == ["amount", "date", "duplicate", "not_here", "not_there"]
    assert waiting.differences.unexplained().count() == 4
    assert lacking_reconciliation(year)
