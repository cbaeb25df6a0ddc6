"""Asking for long work, running it, and taking up what was lost."""

import logging
import os
import socket
import threading
import time
import traceback
from datetime import timedelta
from functools import partial

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.context import source
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused
from jobs.models import Job, Sign
from jobs.registry import kinds, timetable

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 20
HEARTBEAT_SECONDS = 5
SEND_SECONDS = 1.5
AWAY_SECONDS = 10
SILENCE = timedelta(seconds=60)
UNSENT = timedelta(seconds=30)
WORKER_SILENCE = timedelta(seconds=60)


class Superseded(Exception):
    """Another attempt took the job over; this one must not finish."""


def enqueue(kind, *, params=None, by, now, period=""):
    """Ask for a job; returns its row. With a `period` the one job of that period is returned, however often asked.

    The broker hears of it after commit; when it is away the job waits and the sweep sends it later.
    """
    if period:
        existing = Job.objects.filter(kind=kind, period=period).first()
        if existing:
            return existing
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind, period=period, params=params or {}, actor=actor_name(by), created_at=now
            )
    except IntegrityError:
        return Job.objects.get(kind=kind, period=period)
    transaction.on_commit(partial(publish, job.pk))
    return job


_away_until = 0.0


def publish(job_id):
    """Tell the broker that the job may be run; False when it is away, which is no error: the sweep sends it later.

    The broker is another machine. It is given SEND_SECONDS to answer, in a thread of its own because its client waits
    longer; after a silence nobody asks it again for AWAY_SECONDS, so that a hundred letters do not wait a hundred times.
    """
    global _away_until
    from jobs.tasks import run_job

    if time.monotonic() < _away_until:
        return False
    outcome = []

    def send():
        try:
            run_job.apply_async((job_id,), retry=False)
            outcome.append("sent")
        except Exception as error:  # anything may come from another machine
            outcome.append(error)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    sender.join(SEND_SECONDS)
    if outcome != ["sent"]:
        _away_until = time.monotonic() + AWAY_SECONDS
        log.warning("job %s not sent, the sweep will: %s", job_id, outcome[0] if outcome else "no answer")
        return False
    Job.objects.filter(pk=job_id).update(published_at=timezone.now())
    return True


class Running:
    """A job while it runs: its parameters, its progress, and whether this attempt still holds it."""

    def __init__(self, job):
        self.job, self.attempt = job, job.attempt
        self.params, self.actor = job.params, job.actor

    def _mine(self):
        return Job.objects.filter(pk=self.job.pk, attempt=self.attempt, state=Job.State.RUNNING)

    def progress(self, done, total=None, message=""):
        """Show how far the work is; outside a transaction it is seen at once."""
        values = {"done": done, "heartbeat_at": timezone.now(), "message": message[:300]}
        if total is not None:
            values["total"] = total
        if not self._mine().update(**values):
            raise Superseded

    def must_still_be_mine(self):
        """Call inside the transaction that makes the result visible: holds the row, or raises Superseded."""
        if not self._mine().select_for_update(of=("self",)).exists():
            raise Superseded


def run(job_id, *, now):
    """Run the job if it waits; returns its state. Delivered twice, it runs once.

    What the work returns is kept as the job's result; its "message" is what people read on the job's page.
    """
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempt=F("attempt") + 1,
        started_at=now,
        heartbeat_at=now,
        runner=runner_name(),
    )
    if not claimed:
        return None
    job = Job.objects.get(pk=job_id)
    running = Running(job)
    kind = kinds().get(job.kind)
    stop = threading.Event()
    pulse = threading.Thread(target=_beat, args=(job.pk, job.attempt, stop), daemon=True)
    pulse.start()
    try:
        with source(f"job:{job.public_id}"):
            if kind is None:
                raise Refused(_("No work of kind %(kind)s is known.") % {"kind": job.kind})
            result = kind.run(running, now=now) or {}
        _finish(running, Job.State.DONE, message=str(result.pop("message", "")), result=result)
    except Superseded:
        return None
    except Refused as refusal:
        _finish(running, Job.State.FAILED, error=str(refusal))
    except Exception:
        log.exception("job %s failed", job.public_id)
        _finish(
            running,
            Job.State.FAILED,
            error=traceback.format_exc()[-4000:],
            message=gettext_noop("An unexpected error."),
        )
    finally:
        stop.set()
        pulse.join()
    return Job.objects.values_list("state", flat=True).get(pk=job_id)


def _finish(running, state, **values):
    running._mine().update(state=state, finished_at=timezone.now(), **values)


def _beat(job_id, attempt, stop):
    while not stop.wait(HEARTBEAT_SECONDS):
        try:
            Job.objects.filter(pk=job_id, attempt=attempt, state=Job.State.RUNNING).update(heartbeat_at=timezone.now())
        except Exception as error:  # a missed beat is made up by the next one
            log.info("heartbeat of job %s missed: %s", job_id, error)
    connection.close()


def runner_name():
    return f"{socket.gethostname()}:{os.getpid()}:{_birth(os.getpid())}"


def _birth(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[19]
    except OSError:
        return ""


def runner_is_dead(runner):
    """True when the process ran on this machine and is gone; False when it lives or cannot be seen from here."""
    host, _sep, rest = runner.partition(":")
    pid, _sep, birth = rest.partition(":")
    return bool(pid) and host == socket.gethostname() and _birth(pid) != birth


def sweep(*, now):
    """Take up lost work: running jobs whose worker died, waiting jobs that were never sent. Returns their ids."""
    taken = []
    for job in Job.objects.filter(state=Job.State.RUNNING):
        silent = job.heartbeat_at is None or job.heartbeat_at < now - SILENCE
        if not (silent or runner_is_dead(job.runner)):
            continue
        again = job.attempt < MAX_ATTEMPTS
        values = (
            {"state": Job.State.QUEUED, "published_at": None}
            if again
            else {
                "state": Job.State.FAILED,
                "finished_at": now,
                "error": _("Given up after %(count)s attempts.") % {"count": job.attempt},
            }
        )
        if Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt).update(**values) and again:
            taken.append(job.pk)
    lost = Job.objects.filter(state=Job.State.QUEUED, created_at__lt=now - UNSENT).exclude(
        published_at__gte=now - UNSENT
    )
    taken += [pk for pk in lost.values_list("pk", flat=True)[:100] if pk not in taken]
    for pk in taken:
        publish(pk)
    return taken


def keep_timetable(*, now):
    """Ask for every job of the timetable whose period has come; a second beat changes nothing."""
    return [enqueue(entry.kind, by="system:timetable", now=now, period=entry.period(now)).pk for entry in timetable()]


def give_sign(name, *, now):
    Sign.objects.update_or_create(name=name, defaults={"at": now})


def worker_alive(now):
    """Whether a worker took something from the broker within the last minute."""
    return Sign.objects.filter(name="worker", at__gte=now - WORKER_SILENCE).exists()


def cancel_job(*, job, by, now):
    """Take back a job that has not begun."""
    if not Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(state=Job.State.CANCELLED, finished_at=now):
        raise Refused(_("The job has begun; it can no longer be cancelled."))


@transaction.atomic
def run_again(*, job, by, now):
    """Put a failed job back among those that wait; it runs from its beginning."""
    if not isinstance(by, str) and not by.may("jobs.run again"):
        raise NotAllowed(_("Your role does not allow this."))
    waits = {"state": Job.State.QUEUED, "finished_at": None, "published_at": None, "error": "", "message": ""}
    if not Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(**waits):
        raise Conflict(_("Only a job that failed can be run again."))
    record_event("job run again", job, by=by, now=now)
    transaction.on_commit(partial(publish, job.pk))
