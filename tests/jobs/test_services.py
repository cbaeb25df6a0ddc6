import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.refusals import Refused
from jobs import registry, services
from jobs.models import Job
from jobs.registry import Daily, Every
from tests.factories import make_user

NOW = timezone.now()
LATER = NOW + timedelta(minutes=2)


@pytest.fixture(autouse=True)
def broker_forgiven(monkeypatch):
    monkeypatch.setattr(services, "_away_until", 0.0)


@pytest.fixture
def work(monkeypatch):
    """A kind of job whose work is given by the test."""

    def register(function, code="test.work"):
        monkeypatch.setitem(registry.kinds(), code, registry.Kind(code, "Test", function))
        return code

    return register


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(services, "publish", lambda pk: messages.append(pk))
    return messages


@pytest.mark.django_db(transaction=True)
class TestRunning:
    def test_job_runs_once_however_often_it_is_delivered(self, work, sent):
        runs = []
        job = services.enqueue(work(lambda running, now: runs.append(1)), by="system:test", now=NOW)
        assert services.run(job.pk, now=NOW) == Job.State.DONE
        assert services.run(job.pk, now=NOW) is None
        assert runs == [1]

    def test_result_and_progress_are_kept(self, work, sent):
        def count(running, now):
            running.progress(3, 10, "ba dòng")
            return {"rows": 3}

        job = services.enqueue(work(count), by="system:test", now=NOW)
        services.run(job.pk, now=NOW)
        job.refresh_from_db()
        assert (job.done, job.total, job.result, job.percent) == (3, 10, {"rows": 3}, 30)

    def test_refusal_ends_in_a_state_that_a_person_can_read(self, work, sent):
        def refuse(running, now):
            raise Refused("Không có số liệu.")

        job = services.enqueue(work(refuse), by="system:test", now=NOW)
        assert services.run(job.pk, now=NOW) == Job.State.FAILED
        job.refresh_from_db()
        assert job.error == "Không có số liệu."
        assert job.finished_at

    def test_job_that_is_done_no_longer_says_what_it_was_at(self, work, sent):
        job = services.enqueue(
            work(lambda running, now: running.progress(1, 2, "Đang đọc tệp")), by="system:test", now=NOW
        )
        assert services.run(job.pk, now=NOW) == Job.State.DONE
        job.refresh_from_db()
        assert job.message == ""

    def test_error_ends_in_a_visible_state(self, work, sent, caplog):
        def fail(running, now):
            raise ZeroDivisionError

        job = services.enqueue(work(fail), by="system:test", now=NOW)
        assert services.run(job.pk, now=NOW) == Job.State.FAILED
        job.refresh_from_db()
        assert "ZeroDivisionError" in job.error

    def test_job_taken_over_by_another_attempt_does_not_finish(self, work, sent):
        def slow(running, now):
            Job.objects.filter(pk=running.job.pk).update(attempt=2)
            running.progress(1)

        job = services.enqueue(work(slow), by="system:test", now=NOW)
        assert services.run(job.pk, now=NOW) is None
        job.refresh_from_db()
        assert job.state == Job.State.RUNNING

    def test_job_of_unknown_kind_fails_visibly(self, sent):
        job = services.enqueue("no.such.work", by="system:test", now=NOW)
        assert services.run(job.pk, now=NOW) == Job.State.FAILED


@pytest.mark.django_db(transaction=True)
class TestSweep:
    def test_running_job_without_a_sign_of_life_is_taken_up(self, work, sent):
        job = services.enqueue(work(lambda running, now: None), by="system:test", now=NOW)
        Job.objects.filter(pk=job.pk).update(state="running", attempt=1, heartbeat_at=NOW, started_at=NOW)
        assert services.sweep(now=NOW + timedelta(seconds=30)) == []
        assert services.sweep(now=LATER) == [job.pk]
        assert services.run(job.pk, now=LATER) == Job.State.DONE

    def test_job_of_a_dead_process_on_this_machine_is_taken_up_at_once(self, work, sent):
        job = services.enqueue(work(lambda running, now: None), by="system:test", now=NOW)
        host = services.runner_name().split(":")[0]
        Job.objects.filter(pk=job.pk).update(
            state="running", attempt=1, heartbeat_at=NOW, started_at=NOW, runner=f"{host}:999999999:1"
        )
        assert services.sweep(now=NOW) == [job.pk]

    def test_job_that_runs_here_is_left_alone(self, work, sent):
        job = services.enqueue(work(lambda running, now: None), by="system:test", now=NOW)
        Job.objects.filter(pk=job.pk).update(
            state="running", attempt=1, heartbeat_at=NOW, started_at=NOW, runner=services.runner_name()
        )
        assert services.sweep(now=NOW) == []

    def test_job_that_was_never_sent_is_sent_again(self, work, monkeypatch):
        monkeypatch.setattr(services, "publish", lambda pk: False)
        job = services.enqueue(work(lambda running, now: None), by="system:test", now=NOW)
        assert services.sweep(now=NOW + timedelta(seconds=5)) == []
        assert services.sweep(now=LATER) == [job.pk]

    def test_job_that_kills_its_worker_again_and_again_ends_failed(self, work, sent):
        job = services.enqueue(work(lambda running, now: None), by="system:test", now=NOW)
        Job.objects.filter(pk=job.pk).update(
            state="running", attempt=services.MAX_ATTEMPTS, heartbeat_at=NOW, started_at=NOW
        )
        assert services.sweep(now=LATER) == []
        job.refresh_from_db()
        assert job.state == Job.State.FAILED
        assert job.finished_at == LATER


@pytest.mark.django_db(transaction=True)
def test_broker_that_is_away_refuses_nothing(work, monkeypatch, caplog):
    from jobs.tasks import run_job

    def away(*args, **kwargs):
        raise ConnectionError("away")

    monkeypatch.setattr(run_job, "apply_async", away)
    job = services.enqueue(work(lambda running, now: None), by="system:test", now=NOW)
    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED
    assert "the sweep will" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_broker_that_does_not_answer_is_asked_again_only_later(work, monkeypatch, caplog):
    from jobs.tasks import run_job

    asked, silence = [], threading.Event()

    def hang(*args, **kwargs):
        asked.append(1)
        silence.wait(20)

    monkeypatch.setattr(run_job, "apply_async", hang)
    monkeypatch.setattr(services, "SEND_SECONDS", 0.1)
    code = work(lambda running, now: None)
    jobs = [services.enqueue(code, by="system:test", now=NOW) for _number in range(5)]
    silence.set()
    assert asked == [1]
    assert {Job.objects.get(pk=job.pk).state for job in jobs} == {Job.State.QUEUED}


@pytest.mark.django_db(transaction=True)
def test_one_job_a_period_however_many_beats(work, sent):
    code = work(lambda running, now: None)
    first = services.enqueue(code, by="system:beat", now=NOW, period="2026-01-01")
    second = services.enqueue(code, by="system:beat", now=NOW, period="2026-01-01")
    assert first.pk == second.pk
    assert sent == [first.pk]


@pytest.mark.django_db(transaction=True)
def test_job_that_has_begun_is_not_cancelled(work, sent):
    user = make_user()
    job = services.enqueue(work(lambda running, now: None), by=user, now=NOW)
    services.run(job.pk, now=NOW)
    with pytest.raises(Refused):
        services.cancel_job(job=job, by=user, now=NOW)


def test_daily_period_is_the_day_on_which_it_was_last_due():
    entry = Daily("x", hour=2)
    before = timezone.make_aware(timezone.datetime(2026, 3, 5, 1, 59))
    after = timezone.make_aware(timezone.datetime(2026, 3, 5, 2, 0))
    assert (entry.period(before), entry.period(after)) == ("2026-03-04", "2026-03-05")


def test_periods_of_an_interval_do_not_overlap():
    entry = Every("x", 60)
    assert entry.period(NOW) != entry.period(NOW + timedelta(seconds=60))


@pytest.mark.django_db
def test_worker_counts_as_alive_for_a_minute_after_its_sign():
    services.give_sign("worker", now=NOW)
    assert services.worker_alive(NOW + timedelta(seconds=59))
    assert not services.worker_alive(NOW + timedelta(seconds=61))
