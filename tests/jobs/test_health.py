import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs import health
from jobs.services import give_sign


def test_the_web_server_answers_without_a_database(client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db(transaction=True)
def test_every_part_is_well_while_a_worker_gives_signs(client):
    give_sign("worker", now=timezone.now())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert set(answer.json().values()) == {True}


@pytest.mark.django_db(transaction=True)
def test_a_silent_worker_is_told_and_pages_are_still_served(client):
    give_sign("worker", now=timezone.now() - timedelta(minutes=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["worker"] is False


@pytest.mark.django_db(transaction=True)
def test_a_part_that_hangs_or_breaks_counts_as_away_within_seconds(client, monkeypatch):
    def broken(now):
        raise OSError("gone")

    hanging = threading.Event()
    monkeypatch.setitem(health.NEEDED, "storage", broken)
    monkeypatch.setitem(health.NEEDED, "cache", lambda now: hanging.wait(3))
    started = timezone.now()
    answer = client.get("/readyz")
    hanging.set()
    assert timezone.now() - started < timedelta(seconds=2)
    assert answer.status_code == 503
    assert answer.json()["storage"] is False
    assert answer.json()["cache"] is False
