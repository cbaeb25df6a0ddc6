from django.utils import timezone

from jobs.models import Job


def failed_job():
    """A job that failed: its page shows the most."""
    return Job.objects.filter(kind="audit.verify", state="failed").first() or Job.objects.create(
        kind="audit.verify",
        actor="system:test",
        created_at=timezone.now(),
        state="failed",
        finished_at=timezone.now(),
        error="Tệp không đọc được.",
    )


ADDRESSES = {"jobs:job_detail": lambda: {"public_id": failed_job().public_id}}
