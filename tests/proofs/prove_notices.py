"""200 dossiers lodged while the broker and the mail server are away, and workers killed with -9 while they send.

Nothing is refused; everybody is told after; each kill costs at most one letter that is sent twice.
"""

import itertools
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

RUNS_ON = "postgres"
LODGED = 200
KILLS = 8
PATIENCE = 300


def figures():
    from accounts.roles import Role
    from config.celery import app
    from jobs.models import Job
    from notices.models import Delivery, Notice, Telling
    from tests import services
    from tests.factories import make_user
    from tests.proofs import mail_server
    from tests.proofs.prove_kpi_kill import _kill

    broker, post, secret = services.free_port(), services.free_port(), "a-secret-of-this-proof"
    settings.CELERY_BROKER_URL = app.conf.broker_url = f"redis://:{secret}@127.0.0.1:{broker}/0"
    clerk = make_user(Role.INTAKE)
    drafts = _drafts()
    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        refused = [reason for reason in pool.map(_lodge, drafts) if reason]
    seconds = time.monotonic() - begun
    yield "notices_lodged_with_broker_and_mail_away", LODGED - len(refused), f"== {LODGED}", not refused
    yield "notices_lodging_seconds_each", f"{seconds / LODGED:.2f}", "<= 0.5", seconds / LODGED <= 0.5
    waiting = Job.objects.filter(kind="notices.send").count()
    yield "notices_jobs_waiting_for_the_broker", waiting, "<= 4", 1 <= waiting <= 4

    environment = dict(os.environ) | {"REDIS_URL": settings.CELERY_BROKER_URL, "EMAIL_URL": f"smtp://127.0.0.1:{post}"}
    logs = (Path(settings.DATA_DIR) / f"notices-{number}.log" for number in itertools.count())
    expected = {person.email for _dossier, person in drafts} | {clerk.email}
    with services.redis(broker, secret), services.beat(environment, log=next(logs)):
        with services.worker(environment, log=next(logs)):
            begun = time.monotonic()
            _until(lambda: not Telling.objects.filter(state="waiting").exists(), 120)
            passed_on = time.monotonic() - begun
        told = Notice.objects.count()
        yield "notices_told_in_the_portal", told, f"== {2 * LODGED}", told == 2 * LODGED
        yield "notices_seconds_after_the_broker_is_back", f"{passed_on:.0f}", "<= 60", passed_on <= 60
        sent = Delivery.objects.filter(channel="email", state="sent").count()
        yield "notices_sent_while_mail_is_away", sent, "== 0", sent == 0

        rng, killed = random.Random(20261127), 0
        with mail_server.listening(post) as server:
            until = time.monotonic() + PATIENCE
            while killed < KILLS and time.monotonic() < until:
                with services.worker(environment, log=next(logs)) as worker:
                    before = len(server.taken)
                    _until(lambda before=before: len(server.taken) > before or not _due(), 120)
                    time.sleep(rng.uniform(0, 0.4))
                    if not _due():
                        break
                    killed += 1
                    _kill(worker, whole=killed % 2 == 0)
            with services.worker(environment, log=next(logs)):
                _until(lambda: not _due(), PATIENCE)
            taken = list(server.taken)
    each = Counter(message for message, _to in taken)
    twice = sum(each.values()) - len(each)
    yield "notices_workers_killed_while_sending", killed, f"== {KILLS}", killed == KILLS
    yield "notices_letters_that_went", len(each), f"== {2 * LODGED}", len(each) == 2 * LODGED
    yield "notices_letters_twice", twice, f"<= {killed}", twice <= killed
    yield (
        "notices_people_told_by_letter",
        len({to for _message, to in taken}),
        f"== {len(expected)}",
        ({to for _message, to in taken} == expected),
    )
    left = Delivery.objects.exclude(state="sent").count()
    yield "notices_left_unsent", left, "== 0", left == 0


def _drafts():
    from tests.factories import make_dossier, make_enterprise, make_enterprise_user
    from tests.notices.making import make_open_version

    version, found = make_open_version(), []
    for _each in range(LODGED):
        enterprise = make_enterprise()
        found.append((make_dossier(version, enterprise), make_enterprise_user(enterprise)))
    return found


def _lodge(draft):
    """Why it was refused; "" when it was lodged."""
    from dossiers.services import dossiers as services

    dossier, person = draft
    try:
        digest = services.digest_of(dossier, [])
        services.lodge_dossier(dossier=dossier, digest=digest, by=person, now=timezone.now())
    except Exception as error:
        return repr(error)
    finally:
        connection.close()
    return ""


def _due():
    from notices.models import Delivery

    return Delivery.objects.filter(state="waiting").exists()


def _until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
