"""Raw SQL as the application's role against every rule of the money; `make prove NAME=guards` tries all rooms' rules."""

import pytest

from audit.guards import all_guards
from tests.proofs import attempts, prove_guards

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def money(db):
    prove_guards.lay_money()


def test_every_guard_of_the_money_refuses_what_it_must():
    statements = attempts.money_attempts()
    passed = [
        f"{name}: {statement}"
        for name, tried in statements.items()
        for statement in tried
        if not prove_guards.is_refused(statement, (), name)
    ]
    assert passed == []


def test_no_guard_of_the_money_is_without_an_attempt():
    from programme.guards import budget, returns

    checks = {guard.name for guard in [*budget.GUARDS, *returns.GUARDS] if guard.kind == "check"}
    assert checks == attempts.money_attempts().keys()
    assert checks <= {guard.name for guard in all_guards()}


def test_no_sum_passes_its_parent_and_no_entry_changes_by_raw_sql():
    passed = [
        f"{what}: {statement}"
        for what, statement, names in attempts.money_limits()
        if not prove_guards.is_refused_by(statement, names)
    ]
    assert passed == []
