"""The computation of the indicators killed with -9 ten times at random moments, on both brokers.

A child of the worker, or the whole worker, dies while the job runs. The sweep of the next tick takes the job up again;
it ends by itself with the digest of an undisturbed run, and no value of an unfinished run is ever readable meanwhile.
"""

import itertools
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

RUNS_ON = "both"
KILLS = 10
PATIENCE = 300


def figures():
    from jobs import services as jobs
    from jobs.models import Job
    from reporting.models import KpiRun, KpiValue
    from reporting.services.computing import ask_for_values
    from tests import services

    broker = "redis" if settings.REDIS_URL else "filesystem"
    for command in ("load_reference", "load_programme", "load_indicators"):
        call_command(command, verbosity=0)
    call_command("demo", verbosity=0)
    cutoff = timezone.now()
    quiet = ask_for_values(by="system:proof", now=cutoff)
    begun = time.monotonic()
    jobs.run(quiet.job_id, now=cutoff)
    lasts = time.monotonic() - begun
    quiet.refresh_from_db()
    yield f"kpi_kill_{broker}_undisturbed", quiet.state, "done", quiet.state == "done"

    whole = KpiValue.objects.readable().filter(run=quiet).count()

    def seen_in_part(run):
        """Whether some of the run's values can be read, but not all of them: one statement, one moment."""
        return KpiValue.objects.readable().filter(run=run).count() not in (0, whole)

    rng, killed, half, lost = random.Random(20261116), 0, 0, 0
    environment = dict(os.environ)
    logs = (Path(settings.DATA_DIR) / f"kpi-kill-{number}.log" for number in itertools.count())
    run = ask_for_values(by="system:proof", now=timezone.now(), cutoff=cutoff)
    while killed < KILLS:
        with services.worker(environment, log=next(logs)) as worker:
            if _wait_until_running(run.job_id) is None:
                lost += 1
                break
            time.sleep(rng.uniform(0, lasts))
            half += seen_in_part(run)
            if Job.objects.filter(pk=run.job_id, state=Job.State.RUNNING).exists():
                killed += 1
                _kill(worker, whole=killed % 2 == 0)
            else:  # it was done before the blow fell: the next run is hit instead
                run.refresh_from_db()
                half += run.state != "done" or run.digest != quiet.digest
                lasts *= 0.7  # the worker is quicker than the first run was
                run = ask_for_values(by="system:proof", now=timezone.now(), cutoff=cutoff)
        half += seen_in_part(run)
        jobs.sweep(now=timezone.now())
    with services.worker(environment, log=next(logs)):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            run.refresh_from_db()
            if run.state == "done":
                break
            half += seen_in_part(run)
            jobs.sweep(now=timezone.now())
            time.sleep(1)
    run.refresh_from_db()
    attempts = set(KpiValue.objects.filter(run=run).values_list("attempt", flat=True))
    yield f"kpi_kill_{broker}_kills", str(killed), f">= {KILLS}", killed >= KILLS and not lost
    yield f"kpi_kill_{broker}_finished", run.state, "done", run.state == "done"
    yield f"kpi_kill_{broker}_same_digest", str(run.digest == quiet.digest), "True", run.digest == quiet.digest
    yield f"kpi_kill_{broker}_half_seen", str(half), "== 0", half == 0
    yield f"kpi_kill_{broker}_leftovers", str(attempts), "one attempt", len(attempts) == 1
    unfinished = KpiRun.objects.exclude(state="done").count()
    yield f"kpi_kill_{broker}_runs_unfinished", str(unfinished), "== 0", unfinished == 0


def _wait_until_running(job_id):
    from jobs.models import Job
    from jobs.services import sweep

    until, swept = time.monotonic() + 90, 0.0
    while time.monotonic() < until:
        job = Job.objects.get(pk=job_id)
        if job.state in (Job.State.RUNNING, Job.State.DONE):
            return job
        if time.monotonic() - swept > 1:
            sweep(now=timezone.now())
            swept = time.monotonic()
        time.sleep(0.005)
    return None


def _kill(worker, *, whole):
    """The worker's child that does the work, or the worker with all its children."""
    found = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=False).stdout
    for child in map(int, found.split()):
        _strike(child)
    if whole:
        _strike(worker.pid)


def _strike(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
