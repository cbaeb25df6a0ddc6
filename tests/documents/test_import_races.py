"""Imports that meet: two files of one year at the same moment, and an attempt that lost its job."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Office
from documents.models import Import
from documents.services import imports as services
from jobs import services as jobs
from jobs.models import Job
from tests.documents.sheets import tax_code, upload, workbook
from tests.factories import make_officer
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ["MST", "Tên", "GTSX (triệu đồng)"]


def previewed(kind, codes, by, now):
    data = workbook([HEAD, *[[code, "x", 5] for code in codes]])
    import_ = services.start_import(kind=kind, file=upload(data), year=2025, by=by, now=now)
    jobs.run(import_.job_id, now=now + timedelta(seconds=1))
    services.apply_import(import_=import_, by=by, now=now)
    import_.refresh_from_db()
    return import_


def at_once(*functions):
    failures = []

    def guarded(function):
        try:
            function()
        except Exception as error:  # shown by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_of_two_files_of_one_year_at_once_the_second_is_looked_at_again(kind, now):
    by = make_officer()
    first = previewed(kind, [tax_code(601), tax_code(602)], by, now)
    second = previewed(kind, [tax_code(602), tax_code(603)], by, now)
    later = now + timedelta(seconds=2)
    at_once(lambda: jobs.run(first.job_id, now=later), lambda: jobs.run(second.job_id, now=later))
    states = sorted(Import.objects.values_list("state", flat=True))
    assert states == ["applied", "uploaded"]
    assert Office.objects.filter(kind="other").count() == 2
    waiting = Import.objects.get(state="uploaded")
    jobs.run(waiting.job_id, now=later)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.counts["flags"]) == ("previewed", 1)


def test_attempt_that_lost_its_job_changes_nothing(kind, now):
    """A worker that was thought dead comes back: what it did is rolled back, the new attempt does it."""
    import_ = previewed(kind, [tax_code(604)], make_officer(), now)
    in_apply, go_on = threading.Event(), threading.Event()
    plain_apply = kind.apply

    def slow_apply(*args, **given):
        counts = plain_apply(*args, **given)
        in_apply.set()
        go_on.wait(20)
        return counts

    def take_over():
        until(in_apply.is_set)
        if connection.vendor == "postgresql":  # SQLite has one writer: nobody can take a job over meanwhile
            Job.objects.filter(pk=import_.job_id).update(state=Job.State.QUEUED, attempt=7)
        go_on.set()

    kind.apply = slow_apply
    try:
        at_once(lambda: jobs.run(import_.job_id, now=now + timedelta(seconds=2)), take_over)
    finally:
        del kind.apply
    if connection.vendor == "postgresql":
        assert Office.objects.filter(kind="other").count() == 0
        import_.refresh_from_db()
        assert import_.state == "applying"
        jobs.run(import_.job_id, now=now + timedelta(seconds=3))
    import_.refresh_from_db()
    assert (import_.state, Office.objects.filter(kind="other").count()) == ("applied", 1)


def test_same_file_sent_twice_at_once_is_one_import(kind, now):
    by, other = make_officer(), make_officer()
    data = workbook([HEAD, [tax_code(605), "x", 5]])
    met = []

    def send(who):
        try:
            services.start_import(kind=kind, file=upload(data), year=2025, by=who, now=now)
        except services.AlreadyHere as here:
            met.append(here.standing)

    at_once(lambda: send(by), lambda: send(other))
    assert Import.objects.count() == 1
    assert met == [Import.objects.get()]
