"""10,000 events to receivers that are unsteady, slow, away for an hour, or lead elsewhere, while broker and workers are killed.

Each event arrives at least once, what happened to one thing in its order, and nothing at an address that is not public.
The hour is one of the clock that the sender is given.
"""

import itertools
import json
import os
import random
import socket
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

RUNS_ON = "both"
EVENTS, THINGS, SLOW = 10_000, 400, 60
KILLS = 5
PATIENCE = 600
ALLOWED, NOT_ALLOWED = "127.0.0.1", "127.0.0.2"


def figures():
    from tests.exchange.receiving import HEARS, make_subscription
    from tests.factories import make_enterprise

    settings.EVENTS_ALSO_TO = [ALLOWED]
    begun = timezone.now()
    things = [make_enterprise() for _each in range(THINGS)]
    from tests.exchange.calling import make_client

    client, _secret = make_client(*HEARS)
    with ExitStack() as stack:
        if settings.POSTGRES:
            yield from _while_everything_is_killed(stack, client, things)
        else:
            _happen(things)
        subscription, _secret = make_subscription(client, address="https://receiver.example.com/", types=_types())
        yield from _away_for_an_hour(stack, subscription, begun)


def _types():
    return ["enterprise.changed", "enterprise.status_changed"]


def _happen(things):
    """The events, mixed over the things, linked into the chain."""
    from audit.chain import seal_all
    from audit.events import EventData, record_events

    rng, now = random.Random(20261129), timezone.now()
    kinds = ["enterprise status changed"] * SLOW + ["enterprise edited"] * (EVENTS - SLOW)
    rng.shuffle(kinds)
    with transaction.atomic():
        record_events(
            (EventData(kind, "enterprises.enterprise", rng.choice(things).public_id) for kind in kinds),
            by="system:proof",
            now=now,
        )
    seal_all(now=now)


def _log(*kinds):
    """{thing: identifiers of its events in the order of the log}"""
    from audit.models import EventLink

    found = {}
    links = EventLink.objects.filter(event__kind__in=kinds).order_by("sequence")
    for thing, public_id in links.values_list("event__object_id", "event__public_id"):
        found.setdefault(str(thing), []).append(str(public_id))
    return found


ALL = ("enterprise edited", "enterprise status changed")


def _arrived(receiver):
    """({thing: identifiers as they came first}, how many came more than once)"""
    found, seen = {}, set()
    for body, _headers in receiver.taken:
        event = json.loads(body)
        if event["id"] not in seen:
            found.setdefault(event["data"]["id"], []).append(event["id"])
            seen.add(event["id"])
    return found, len(receiver.taken) - len(seen)


def _judged(name, receiver, *kinds):
    """Figures of whether everything arrived, in its order."""
    log, (arrived, _twice) = _log(*kinds), _arrived(receiver)
    missing = sum(len(set(ids) - set(arrived.get(thing, ()))) for thing, ids in log.items())
    disorder = sum(arrived.get(thing, []) != ids for thing, ids in log.items()) if not missing else "?"
    total = sum(map(len, log.values()))
    yield f"{name}_events_that_arrived", total - missing, f"== {total}", missing == 0 and total > 0
    yield f"{name}_things_out_of_order", disorder, "== 0", disorder == 0


@contextmanager
def _trap(host):
    """Counts whoever connects there; answers nobody."""
    caught = []
    with socket.create_server((host, 0)) as server:

        def serve():
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                caught.append(address)
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1], caught


class Verifying:
    """Verifies what comes as a receiver does, and refuses each fiftieth event at its first attempt."""

    def __init__(self, secret):
        self.secret, self.unsigned, self.refused = secret, 0, set()

    def __call__(self, body, headers):
        from tests.exchange.receiving import verified

        try:
            event = verified(self.secret, body, headers)
        except Exception as fault:
            sys.stderr.write(f"# no signature that holds: {fault!r} of {len(body)} letters, {headers}\n")
            self.unsigned += 1
            return 401
        time.sleep(int(event["id"][:2], 16) / 256 * 0.02)  # up to 20 milliseconds
        if int(event["id"][-4:], 16) % 50 == 0 and event["id"] not in self.refused:
            self.refused.add(event["id"])
            return 500
        return 204


def _while_everything_is_killed(stack, client, things):
    from config.celery import app
    from exchange.models import Sending
    from tests import services
    from tests.exchange.receiving import make_subscription, receiving
    from tests.proofs.prove_kpi_kill import _kill

    port, secret = services.free_port(), "a-secret-of-this-proof"
    settings.CELERY_BROKER_URL = app.conf.broker_url = f"redis://:{secret}@127.0.0.1:{port}/0"
    environment = dict(os.environ) | {"REDIS_URL": settings.CELERY_BROKER_URL, "EVENTS_ALSO_TO": ALLOWED}
    logs = (Path(settings.DATA_DIR) / f"webhooks-{number}.log" for number in itertools.count())

    unsteady, slow, elsewhere = (stack.enter_context(receiving()) for _each in range(3))
    inside, entered = stack.enter_context(_trap(ALLOWED))
    private, caught = stack.enter_context(_trap(NOT_ALLOWED))
    slow.behave = lambda body, headers: time.sleep(1) or 200
    elsewhere.behave = lambda body, headers: (307, {"Location": f"http://{ALLOWED}:{inside}/"})
    _subscription, signing = make_subscription(client, address=unsteady.address, types=_types())
    unsteady.behave = Verifying(signing)
    make_subscription(client, address=slow.address, types=["enterprise.status_changed"])
    redirected, _secret = make_subscription(client, address=elsewhere.address, types=_types())
    hidden, _secret = make_subscription(client, address="https://receiver.example.com/x", types=_types())
    type(hidden).objects.filter(pk=hidden.pk).update(address=f"https://{NOT_ALLOWED}:{private}/")
    _happen(things)

    def everything_came():
        return len(unsteady.taken) >= EVENTS and len({h["webhook-id"] for _b, h in unsteady.taken}) == EVENTS

    rng, killed, until = random.Random(20261129), 0, time.monotonic() + PATIENCE
    begun = time.monotonic()
    with services.beat(environment, log=next(logs)):
        while not everything_came() and time.monotonic() < until:
            with services.redis(port, secret), services.worker(environment, log=next(logs)) as worker:
                goal = (killed + 1) * EVENTS // (KILLS + 1)
                _until(everything_came if killed == KILLS else lambda goal=goal: len(unsteady.taken) >= goal, until)
                if killed < KILLS:
                    time.sleep(rng.uniform(0, 0.3))
                    killed += 1
                    _kill(worker, whole=killed % 2 == 0)
            # the broker went with what it held
        seconds = time.monotonic() - begun
        with services.redis(port, secret), services.worker(environment, log=next(logs)):
            _until(lambda: len({h["webhook-id"] for _b, h in slow.taken}) == SLOW, until)
            _until(lambda: Sending.objects.filter(subscription=hidden, attempts__gt=0).exists(), until)
    yield "webhooks_workers_and_brokers_killed", killed, f"== {KILLS}", killed == KILLS
    yield "webhooks_seconds", f"{seconds:.0f}", f"<= {PATIENCE}", seconds <= PATIENCE
    yield from _judged("webhooks_unsteady", unsteady, *ALL)
    twice = _arrived(unsteady)[1]
    yield "webhooks_unsteady_twice", twice, f"<= {killed * 600}", twice <= killed * 600
    refused = len(unsteady.behave.refused)
    yield "webhooks_refused_once_with_500", refused, ">= 100", refused >= 100
    yield "webhooks_without_a_signature_that_holds", unsteady.behave.unsigned, "== 0", unsteady.behave.unsigned == 0
    yield from _judged("webhooks_slow", slow, "enterprise status changed")
    yield "webhooks_redirects_answered", len(elsewhere.calls), ">= 1", len(elsewhere.calls) >= 1
    yield "webhooks_redirects_followed", len(entered), "== 0", not entered
    tried = Sending.objects.filter(subscription=hidden, why=Sending.Why.NOT_PUBLIC).count()
    yield "webhooks_private_tried", tried, ">= 1", tried >= 1
    yield "webhooks_private_reached", len(caught), "== 0", not caught
    type(hidden).objects.filter(pk__in=[redirected.pk, hidden.pk]).update(state="paused", state_reason="proved")


def _away_for_an_hour(stack, subscription, begun):
    from exchange.due import something_is_due
    from exchange.models import Sending
    from exchange.services_subscriptions import replay
    from tests.exchange.receiving import Clock, receiving, turn

    receiver, clock = stack.enter_context(receiving()), Clock(timezone.now())
    type(subscription).objects.filter(pk=subscription.pk).update(address=receiver.address)
    replay(subscription=subscription, since=begun, expected=1, by="system:proof", now=clock.now)
    receiver.behave = lambda body, headers: 503
    back = clock.now + timedelta(hours=1)
    while clock.now < back:
        if something_is_due(clock.now):
            turn(clock)
        clock.goes(seconds=10)
    asked = len(receiver.calls)
    yield "webhooks_calls_while_away", asked, "<= 60", 5 <= asked <= 60
    receiver.behave = lambda body, headers: 204
    while something_is_due(clock.now) or clock.now < back + timedelta(minutes=12):
        turn(clock)
        clock.goes(seconds=10)
    yield from _judged("webhooks_after_the_hour", receiver, *ALL)
    left = Sending.objects.filter(subscription=subscription).exclude(state="sent").count()
    yield "webhooks_set_aside_or_left", left, "== 0", left == 0


def _until(condition, until):
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
