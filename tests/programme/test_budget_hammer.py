"""Many at once: through a web server whose workers die, and at one moment for room for one. Large in `make prove`."""

import random

import pytest
from django.db import connections
from django.utils import timezone

from screens import formats
from tests.conftest import DATA, test_database_environment
from tests.proofs import hammer

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_room_is_given_twice_while_web_workers_die():
    ground = hammer.lay_ground(60, 4, random.Random(7))
    connections.close_all()
    told, killed, _seconds = hammer.hammer(
        ground, test_database_environment(), clients=3, kills=2, log=DATA / "approving.log", seed=7
    )
    assert len(killed) == 2
    assert hammer.decided(told) == 60
    assert hammer.outcomes(told)["refused"] > 0
    assert {figure: number for figure, number in hammer.verdict(ground, told).items() if number} == {}


def test_of_twelve_at_once_one_is_approved_and_the_others_read_what_is_left():
    now = timezone.now()
    people, year = hammer.people_of_the_budget(), hammer.open_year(10**10, now)
    approved, sentences, other, line = hammer.race(12, year, people, now)
    line.refresh_from_db()
    assert (len(approved), other, line.committed_vnd) == (1, [], 700_000_000)
    assert [formats.money(300_000_000) in sentence for sentence in sentences] == [True] * 11
