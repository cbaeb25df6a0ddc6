"""Telling people of something, in the transaction of the change itself: what is written here is passed on after it."""

from functools import partial

from django.db import transaction

from audit.events import actor_name
from jobs.models import Job
from jobs.services import enqueue
from notices.models import Telling

SEND = "notices.send"
AT_ONCE = 500


def tell(kind, thing, *, by, now, occasion=""):
    """Have those told whom `kind` says `thing` concerns when it is sent. The same occasion is told once."""
    tell_each(kind, [thing], by=by, now=now, occasion=occasion)


def tell_each(kind, things, *, by, now, occasion=""):
    """Likewise of many things at once, by one statement for each AT_ONCE of them."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("People are told in the transaction of the change.")
    rows = [
        Telling(
            kind=kind.code,
            object_kind=thing._meta.label_lower,
            object_id=thing.public_id,
            occasion=occasion,
            actor=actor_name(by),
            told_at=now,
            next_try_at=now,
        )
        for thing in things
    ]
    if rows:
        Telling.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)
        transaction.on_commit(partial(ask_to_send, now=now), robust=True)


def ask_to_send(*, now):
    """Have a worker send what waits. A job that has not begun yet will find this too; the timetable finds what is lost."""
    if not Job.objects.filter(kind=SEND, state=Job.State.QUEUED).exists():
        enqueue(SEND, by="system:notices", now=now)
