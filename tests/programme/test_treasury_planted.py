"""A statement of 200 lines with ten planted differences: all are named, and nothing else (tests/proofs: 5,000 and 50)."""

import pytest

from tests.programme.making import make_accountant, make_statement
from tests.programme.planting import KINDS, lay_payments, named, plant

pytestmark = pytest.mark.django_db


def test_every_planted_difference_is_named_and_nothing_else():
    year, paid, back = lay_payments(200, seed=1, lines=6)
    lines, planted = plant(paid, back, 10, seed=2)
    assert {kind for kind, *_rest in planted} == set(KINDS)
    statement = make_statement(year, lines, by=make_accountant())
    assert sorted(named(statement)) == sorted(planted)
    assert statement.here_recovered_vnd == statement.recovered_vnd
    belongs = statement.rows.filter(part__isnull=False).count()
    assert belongs == len(lines) - sum(kind in ("not_here", "duplicate") for kind, *_rest in planted)
