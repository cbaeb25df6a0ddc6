"""Waiting until nothing that is written as of before the cut-off is still under way.

Rows carry the time at which their transaction began its work, and become visible only when it commits. A run that read
in between would miss them, and another run at the same cut-off would find them.
"""

import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from jobs.models import Job
from jobs.services import SILENCE

LONGEST = 600  # seconds for writers: an import of a hundred thousand rows is done long before
READERS = 5  # seconds for transactions that have not written anything yet
PAUSE = 0.2
GRACE = timedelta(seconds=1)


def wait_until_settled(cutoff, *, own_job, progress=lambda: None):
    """Return when all work begun before `cutoff` has ended, or after ten minutes."""
    begun = time.monotonic()
    while True:
        waited = time.monotonic() - begun
        if waited > LONGEST:
            return
        if (
            timezone.now() - cutoff >= GRACE
            and not _open_jobs(cutoff, own_job)
            and not _open_transactions(cutoff, waited)
        ):
            return
        if waited > READERS:
            progress()
        time.sleep(PAUSE)


def _open_jobs(cutoff, own_job):
    """Running jobs that were given a time before the cut-off, computations like this one aside."""
    return (
        Job.objects.filter(state=Job.State.RUNNING, started_at__lte=cutoff, heartbeat_at__gte=timezone.now() - SILENCE)
        .exclude(pk=own_job.pk)
        .exclude(kind__startswith="kpi.")
        .exists()
    )


def _open_transactions(cutoff, waited):
    """PostgreSQL: transactions begun before the cut-off that wrote, or still might. SQLite has one writer at a time."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND xact_start <= %s AND (backend_xid IS NOT NULL OR %s)",
            [cutoff, waited < READERS],
        )
        return cursor.fetchone()[0] > 0
