"""Many people approve commitments at once until no room is left, while web workers are killed with -9.

Clients note every answer, ask again with the same key whenever the outcome is unknown, and replay keys that were
answered. Afterwards the ledger is held against what they were told.
"""

import collections
import contextlib
import json
import multiprocessing
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field

from tests import services

MOST_TRIES = 400


# --- the money before --------------------------------------------------------------------------


@dataclass
class Ground:
    """Prepared commitments on lines whose room runs out, and who approves them."""

    director: str
    commitments: list
    lines: list


def people_of_the_budget():
    from accounts.roles import Role
    from tests.factories import make_director, make_officer, make_rule, make_user

    make_rule("budget_approval_thresholds", {"deputy_director": 10**9})
    return {
        "accountant": make_user(Role.ACCOUNTANT),
        "chief": make_user(Role.CHIEF_ACCOUNTANT),
        "director": make_director(),
        "officer": make_officer(),
    }


def book_line(people, year, amount_vnd, now):
    """A line with money assigned and allocated by the services, so that every entry has its event."""
    from django.utils import timezone

    from programme.services.steps import approve_step, prepare_step
    from tests.programme.making import make_line

    line, day = make_line(year, assigned_vnd=0), timezone.localdate(now)
    for kind, by in (("assign", "chief"), ("allocate", "director")):
        step = prepare_step(
            kind,
            amount_vnd=amount_vnd,
            line=line,
            document="1/QĐ-UBND",
            document_on=day,
            by=people["accountant"],
            now=now,
        )
        approve_step(step, by=people[by], now=now)
    return line


def prepared(line, amounts, by, now, start=0):
    """Commitments of these amounts on the line, waiting for approval."""
    from django.utils import timezone

    from programme.models import Commitment

    return Commitment.objects.bulk_create(
        Commitment(
            line=line,
            kind=Commitment.Kind.CONTRACT,
            number=f"{start + number}/HĐ-SCT",
            signed_on=timezone.localdate(now),
            what="Hợp đồng thử nghiệm",
            amount_vnd=amount,
            payee="Công ty TNHH Minh Họa",
            prepared_by=by.public_id,
            prepared_at=now,
        )
        for number, amount in enumerate(amounts, 1)
    )


def open_year(envelope_vnd, now):
    from django.utils import timezone

    from tests.programme.making import make_budget_year

    return make_budget_year(timezone.localdate(now).year, envelope_vnd=envelope_vnd)


def lay_ground(count, lines, rng):
    """`count` commitments on `lines` lines; each line has room for about six tenths of what is asked of it."""
    from django.utils import timezone

    now, people = timezone.now(), people_of_the_budget()
    amounts = [[rng.randrange(1_000_000, 50_000_000) for _ in range(count // lines)] for _ in range(lines)]
    rooms = [sum(asked) * 6 // 10 for asked in amounts]
    year = open_year(sum(rooms), now)
    laid, commitments = [], []
    for asked, room in zip(amounts, rooms, strict=True):
        line = book_line(people, year, room, now)
        laid.append(line.pk)
        commitments += [str(each.public_id) for each in prepared(line, asked, people["officer"], now)]
    return Ground(str(people["director"].public_id), commitments, laid)


# --- the web server that dies ------------------------------------------------------------------


def serve():
    """What gunicorn runs: the portal with one address and no pages."""
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    settings.ROOT_URLCONF, settings.MIDDLEWARE = "tests.proofs.approving", ["screens.middleware.LanguageMiddleware"]
    return WSGIHandler()


@contextlib.contextmanager
def approving_site(environment, *, log, workers=2):
    """The portal's gunicorn with the addresses of tests.proofs.approving; yields its own and its master process."""
    port = services.free_port()
    process = services.start(
        [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "tests.proofs.hammer:serve()"],
        log=log,
        environment={**environment, "PORT": str(port), "WEB_WORKERS": str(workers)},
        dies_by="KILL",
    )
    address = f"http://127.0.0.1:{port}"
    try:
        services.wait_until(lambda: services.answers(f"{address}/healthz"), process, log, "The web server", 60)
        yield address, process
    finally:
        services.end(process)


def workers_of(master):
    found = subprocess.run(["pgrep", "-P", str(master.pid)], capture_output=True, text=True, check=False).stdout
    return [int(pid) for pid in found.split()]


def kill_at(moments, master, progress, rng, killed, over):
    """Kills one web worker each time the clients' `progress` passes one of `moments`, and a random while later."""
    for moment in moments:
        while progress.value < moment and not over.is_set():
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.08))
        for pid in rng.sample(found, 1) if (found := workers_of(master)) else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)


# --- the clients -------------------------------------------------------------------------------


@dataclass
class Told:
    """What one client was told: the last answer to each key, and what should not have happened."""

    answers: dict = field(default_factory=dict)  # key -> (commitment, answer)
    unknown: int = 0  # requests that broke off
    errors: list = field(default_factory=list)  # answers of the kind 5xx
    changed: list = field(default_factory=list)  # replays that were answered otherwise
    replayed: int = 0
    unanswered: list = field(default_factory=list)


def _answered(address, body):
    """(code, body) of the answer; what breaks while it is read is the caller's to catch, whatever the code."""
    try:
        with urllib.request.urlopen(address, data=body, timeout=60) as response:  # noqa: S310 - loopback
            return response.status, response.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


def ask(address, director, commitment, key, told):
    """The answer to one request, asked again with the same key until there is one; None when there never is."""
    body = urllib.parse.urlencode({"by": director, "key": key}).encode()
    for _try in range(MOST_TRIES):
        try:
            code, said = _answered(f"{address}/approve/{commitment}", body)
            if code >= 500:
                told.errors.append(f"{code} {said.decode(errors='replace')[:200]}")
            elif (answer := json.loads(said))["outcome"] != "running" or code == 200:
                return answer
        except (OSError, ValueError):  # nobody listens, the line broke, or half an answer came
            told.unknown += 1
        except Exception as error:  # http.client says it in its own words
            if not type(error).__module__.startswith("http"):
                raise
            told.unknown += 1
        time.sleep(0.05)
    told.unanswered.append(key)
    return None


def be_a_client(address, director, asked, seed, progress, results):
    """Asks for each (commitment, key); now and then asks again for one that was answered."""
    rng, told = random.Random(seed), Told()
    for commitment, key in asked:
        answer = ask(address, director, commitment, key, told)
        with progress.get_lock():
            progress.value += 1
        if answer is None:
            continue
        told.answers[key] = (commitment, answer)
        if rng.random() < 0.1:
            again = rng.choice(list(told.answers))
            commitment, before = told.answers[again]
            after = ask(address, director, commitment, again, told)
            told.replayed += 1
            if after != before and (after is None or after["outcome"] != before["outcome"] or "entry" in before):
                told.changed.append((before, after))
    results.put(told)


def hammer(ground, environment, *, clients, kills, log, seed=20261127, twice=0.05, patience=3600):
    """Lets `clients` processes approve everything while `kills` web workers die; returns (told, killed, seconds)."""
    rng = random.Random(seed)
    asked = [(commitment, str(uuid.UUID(int=rng.getrandbits(128)))) for commitment in ground.commitments]
    # Some are asked for by two people at once, each with a key of their own: one of them must be told that it is done.
    asked += [(commitment, str(uuid.UUID(int=rng.getrandbits(128)))) for commitment, _ in asked if rng.random() < twice]
    rng.shuffle(asked)
    moments = sorted(rng.sample(range(len(asked) // 50, len(asked) * 9 // 10), kills))
    process = multiprocessing.get_context("spawn")
    progress, results, killed, over = process.Value("i", 0), process.Queue(), [], threading.Event()
    with approving_site(environment, log=log) as (address, master):
        killer = threading.Thread(target=kill_at, args=(moments, master, progress, rng, killed, over))
        workers = [
            process.Process(
                target=be_a_client,
                args=(address, ground.director, asked[each::clients], seed + each, progress, results),
                daemon=True,
            )
            for each in range(clients)
        ]
        started = time.monotonic()
        for worker in (*workers, killer):
            worker.start()
        told = _told_by(workers, results, started + patience)
        seconds = time.monotonic() - started
        over.set()
        for worker in (*workers, killer):
            worker.join(60)
    return told, killed, seconds


def _told_by(workers, results, until):
    """What each client tells at its end; one that died tells nothing, and is not waited for."""
    told = []
    while len(told) < len(workers):
        try:
            told.append(results.get(timeout=1))
        except queue.Empty:
            died = [worker.exitcode for worker in workers if worker.exitcode]
            if died or time.monotonic() > until:
                raise RuntimeError(f"Clients ended with {died} or too late; {len(told)} told what they saw.") from None
    return told


# --- the money after ---------------------------------------------------------------------------


def verdict(ground, told):
    """{figure: number} of what must be 0, held against the ledger itself."""
    from django.db.models import F, Sum

    from programme.models import BudgetLine, BudgetYear, Commitment, LedgerEntry
    from programme.services.consistency import find_differences

    entries = list(LedgerEntry.objects.filter(kind="commit").values_list("public_id", "commitment__public_id"))
    booked = {str(entry): str(commitment) for entry, commitment in entries}
    per_commitment = collections.Counter(str(commitment) for _entry, commitment in entries)
    answers = [pair for each in told for pair in each.answers.values()]
    acknowledged = [(commitment, answer) for commitment, answer in answers if answer["outcome"] == "approved"]
    turned_down = [commitment for commitment, answer in answers if answer["outcome"] == "refused"]
    over = sum(max(0, line.committed_vnd - line.allocated_vnd) for line in BudgetLine.objects.all())
    sums = (
        LedgerEntry.objects.filter(kind="commit").values("line__allocated_vnd", "line").annotate(sum=Sum("amount_vnd"))
    )
    over += sum(max(0, row["sum"] - row["line__allocated_vnd"]) for row in sums)
    for year in BudgetYear.objects.all():
        over += max(0, year.lines.aggregate(sum=Sum("assigned_vnd"))["sum"] - year.envelope_vnd)
    rooms = {line.pk: line.left_vnd for line in BudgetLine.objects.all()}
    asked = dict(Commitment.objects.values_list("public_id", F("amount_vnd")))
    lines = dict(Commitment.objects.values_list("public_id", "line_id"))
    needless = [
        commitment for commitment in turned_down if asked[uuid.UUID(commitment)] <= rooms[lines[uuid.UUID(commitment)]]
    ]
    return {
        "over_ceiling_vnd": over,
        "acknowledged_lost": sum(booked.get(answer["entry"]) != commitment for commitment, answer in acknowledged),
        "applied_twice": sum(count - 1 for count in per_commitment.values()),
        "applied_unacknowledged": len(booked.keys() - {answer["entry"] for _commitment, answer in acknowledged}),
        "refused_but_applied": sum(commitment in per_commitment for commitment in turned_down),
        "refused_with_room": len(needless),
        "balance_differences": len(list(find_differences())),
        "replays_answered_otherwise": sum(len(each.changed) for each in told),
        "server_errors": sum(len(each.errors) for each in told),
        "unanswered": sum(len(each.unanswered) for each in told),
    }


def outcomes(told):
    return collections.Counter(answer["outcome"] for each in told for _commitment, answer in each.answers.values())


def decided(told):
    """Of how many commitments the clients know whether they were approved or refused."""
    known = [pair for each in told for pair in each.answers.values()]
    return len({commitment for commitment, answer in known if answer["outcome"] in ("approved", "refused")})


def complaints(told):
    """What went wrong, to be read beside the figures."""
    for each in told:
        yield from (f"server error: {error}" for error in each.errors[:3])
        yield from (f"replay {before} -> {after}" for before, after in each.changed[:3])


# --- fifty at once -----------------------------------------------------------------------------


def race(contenders, year, people, now):
    """As many approvals at one moment as `contenders`, for room for one: (approved, sentences, anything else)."""
    from django.db import connection

    from audit.refusals import Refused
    from programme.services.commitments import approve_commitment

    line = book_line(people, year, 1_000_000_000, now)
    waiting = prepared(line, [700_000_000] * contenders, people["officer"], now)
    gate, approved, sentences, other = threading.Barrier(contenders), [], [], []

    def approve(commitment):
        try:
            connection.ensure_connection()
            gate.wait(60)
            approved.append(approve_commitment(commitment, by=people["director"], now=now))
        except Refused as refusal:
            sentences.append(str(refusal))
        except Exception as error:
            other.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(commitment,)) for commitment in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return approved, sentences, other, line
