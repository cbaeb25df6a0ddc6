"""What Celery knows: one task that runs a job row and one tick that keeps everything going."""

from celery import shared_task
from django.utils import timezone

from audit.chain import seal_pending
from audit.context import source
from jobs import services


@shared_task(name="jobs.run")
def run_job(job_id):
    services.run(job_id, now=timezone.now())


@shared_task(name="jobs.tick", expires=30)
def tick():
    """Every ten seconds: a sign of life, the sealer, the sweep, the timetable. Harmless when it comes twice."""
    now = timezone.now()
    with source("job"):
        services.give_sign("worker", now=now)
        for _round in range(20):
            if not seal_pending(now=now):
                break
        services.sweep(now=now)
        services.keep_timetable(now=now)
