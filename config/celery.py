import os

from celery import Celery
from celery.signals import worker_process_init

from config.lifeline import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {"tick": {"task": "jobs.tick", "schedule": 10.0, "options": {"expires": 30}}}


@worker_process_init.connect
def end_with_the_worker(**_):
    """A job's process does not outlive a worker that was killed: another one takes the job up."""
    die_with_parent()
