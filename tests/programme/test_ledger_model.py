"""The services of the budget against a model of the ledger; `make prove NAME=ledger_model` takes twenty times the steps."""

import pytest

from tests.programme import ledger_machine


@pytest.mark.django_db
def test_five_hundred_random_steps_end_as_the_model_says():
    steps, seen = ledger_machine.run(500)
    assert steps >= 500
    went_through = {kind for kind, done in seen if done}
    assert went_through >= {"contract", "payment", "settle on a contract", "carry_over", "cancel", "year closed"}
