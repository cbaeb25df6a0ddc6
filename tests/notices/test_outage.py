"""Mail server away, broker away, a worker killed while it sends: nothing is refused, all are told, at most one letter twice."""

import random
import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.roles import Role
from dossiers.services import dossiers as dossiers_services
from jobs import services as jobs
from jobs.models import Job
from notices.models import Delivery, Notice, Telling
from notices.services import again, sending
from tests.dossiers.test_procedure_races import at_once, the_winner_and_the_refusal
from tests.factories import make_dossier, make_enterprise, make_enterprise_user, make_user
from tests.notices.making import make_open_version

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
LODGED = 6


class Killed(BaseException):
    """What a process that is killed does not live to see."""


class Killing(EmailBackend):
    """Takes the letter and kills who sent it, at some of them."""

    left = 0

    def send_messages(self, messages):
        sent = super().send_messages(messages)
        if Killing.left and random.random() < 0.4:
            Killing.left -= 1
            raise Killed
        return sent


class Gone(EmailBackend):
    def open(self):
        raise smtplib.SMTPConnectError(421, b"not available")


@pytest.fixture
def drafts(transactional_db):
    version, found = make_open_version(), []
    for _each in range(LODGED):
        enterprise = make_enterprise()
        found.append((make_dossier(version, enterprise), make_enterprise_user(enterprise)))
    return found


def lodge_all(drafts):
    for dossier, signatory in drafts:
        digest = dossiers_services.digest_of(dossier, [])
        dossiers_services.lodge_dossier(dossier=dossier, digest=digest, by=signatory, now=NOW)


def test_lodging_goes_on_while_broker_and_mail_server_are_away_and_all_are_told_after(
    drafts, monkeypatch, settings, caplog
):
    from jobs.tasks import run_job

    def away(*args, **kwargs):
        raise ConnectionError("away")

    monkeypatch.setattr(jobs, "_away_until", 0.0)
    monkeypatch.setattr(run_job, "apply_async", away)
    settings.EMAIL_BACKEND = f"{__name__}.Gone"
    lodge_all(drafts)
    assert Telling.objects.filter(kind="dossiers.lodged", state="waiting").count() == LODGED
    job = Job.objects.get(kind="notices.send")  # one for all of them
    assert job.state == Job.State.QUEUED
    sending.send_waiting(now=NOW)  # the broker is back, the mail server is not
    assert Notice.objects.count() == LODGED
    assert mail.outbox == []
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    sending.send_waiting(now=NOW + timedelta(minutes=2))
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(person.email for _draft, person in drafts)


def test_each_kill_costs_at_most_one_letter_twice(drafts, monkeypatch, settings):
    monkeypatch.setattr(jobs, "publish", lambda pk: True)
    lodge_all(drafts)
    settings.EMAIL_BACKEND = f"{__name__}.Killing"
    Killing.left = 3
    kills, now = 0, NOW
    while Delivery.objects.filter(state="waiting").exists() or Telling.objects.filter(state="waiting").exists():
        try:
            sending.send_waiting(now=now)
        except Killed:
            kills += 1
        now += sending.IN_HAND
    letters = [letter.extra_headers["Message-ID"] for letter in mail.outbox]
    assert len(set(letters)) == LODGED
    assert len(letters) - LODGED <= kills <= 3


def test_workers_that_send_at_once_pass_on_and_send_everything_once(drafts, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda pk: True)
    lodge_all(drafts)
    outcomes = at_once(*(lambda: sending.send_waiting(now=NOW) for _worker in range(3)))
    assert sum(outcome.get("done", 0) for outcome in outcomes) == LODGED
    assert sum(outcome.get("sent", 0) for outcome in outcomes) == LODGED
    assert len(mail.outbox) == Notice.objects.count() == LODGED


def test_one_letter_sent_again_by_two_at_once_goes_once(drafts, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda pk: True)
    dossier, person = drafts[0]
    lodge_all([(dossier, person)])
    sending.send_waiting(now=NOW)
    row, clerk = Delivery.objects.get(channel="email"), make_user(Role.INTAKE)
    the_winner_and_the_refusal(
        at_once(*(lambda: again.send_again(delivery=row, by=clerk, now=NOW) for _two in range(2)))
    )
    assert Delivery.objects.get(pk=row.pk).times_again == 1
