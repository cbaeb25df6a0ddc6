import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from audit.events import actor_name
from audit.models import Event
from audit.refusals import Conflict, NotAllowed
from jobs import services
from jobs.models import Job
from tests.factories import make_administrator, make_auditor, make_officer

pytestmark = pytest.mark.django_db


def make_job(by, **fields):
    fields.setdefault("kind", "audit.verify")
    fields.setdefault("created_at", timezone.now())
    return Job.objects.create(actor=actor_name(by), **fields)


def page(client, job, **more):
    return client.get(reverse("jobs:job_detail", args=[job.public_id]), **more)


def test_job_is_seen_by_its_asker_and_overseers_and_by_nobody_else(client, client_as):
    asker = make_officer()
    job = make_job(asker)
    for viewer in (asker, make_administrator(), make_auditor()):
        assert page(client_as(viewer), job).status_code == 200
    assert page(client_as(make_officer()), job).status_code == 404
    assert page(client, job).status_code == 302


def test_running_job_shows_its_progress_and_asks_again_without_keeping_the_session_alive(client_as):
    asker = make_officer()
    job = make_job(asker, state="running", done=30, total=120, message="Đang kiểm tra")
    shown = page(client_as(asker), job).content.decode()
    assert "30 / 120 (25 %)" in shown and "Đang kiểm tra" in shown
    assert '<noscript><meta http-equiv="refresh"' in shown and "X-Background" in shown


def test_part_for_htmx_is_the_progress_alone_and_the_end_shows_the_whole_page(client_as):
    asker = make_officer()
    job = make_job(asker, state="running")
    client, part = client_as(asker), {"headers": {"HX-Request": "true"}}
    assert "<html" not in page(client, job, **part).content.decode()
    Job.objects.update(state="done", finished_at=timezone.now())
    assert page(client, job, **part).headers["HX-Refresh"] == "true"
    assert "http-equiv" not in page(client, job).content.decode()


def test_traceback_is_shown_to_overseers_only(client_as):
    asker = make_officer()
    job = make_job(asker, state="failed", finished_at=timezone.now(), error="Traceback (most recent call last): bí mật")
    assert "bí mật" not in page(client_as(asker), job).content.decode()
    assert "bí mật" in page(client_as(make_auditor()), job).content.decode()


def test_sentence_of_a_refusal_is_shown_to_the_asker(client_as):
    asker = make_officer()
    job = make_job(asker, state="failed", finished_at=timezone.now(), error="Tệp không đọc được.")
    assert "Tệp không đọc được." in page(client_as(asker), job).content.decode()


def test_failed_job_runs_again_once_by_an_administrator(client_as, now):
    job = make_job(make_officer(), state="failed", finished_at=timezone.now(), error="x")
    with pytest.raises(NotAllowed):
        services.run_again(job=job, by=make_auditor(), now=now)
    admin = make_administrator()
    client_as(admin).post(reverse("jobs:run_again", args=[job.public_id]))
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED and job.finished_at is None and not job.error
    assert Event.objects.about(job).get().kind == "job run again"
    with pytest.raises(Conflict):
        services.run_again(job=job, by=admin, now=now)


def test_list_of_jobs_is_for_overseers(client_as):
    make_job(make_officer(), state="failed", finished_at=timezone.now(), message="Bị dừng")
    shown = client_as(make_administrator()).get(reverse("jobs:job_list"), {"state": "failed"}).content.decode()
    assert "Kiểm tra nhật ký sự kiện" in shown and "Bị dừng" in shown
    assert client_as(make_officer()).get(reverse("jobs:job_list")).status_code == 403


def test_silent_worker_is_told_and_a_live_one_is_not():
    assert "message-warn" in render_to_string("jobs/worker_notice.html")
    services.give_sign("worker", now=timezone.now())
    assert "message-warn" not in render_to_string("jobs/worker_notice.html")


def test_event_log_is_verified_as_a_job_and_its_finding_is_shown(client_as, monkeypatch, tmp_path):
    monkeypatch.setattr("audit.chain.heads_file", lambda: tmp_path / "heads.jsonl")
    client = client_as(make_auditor())
    answer = client.post(reverse("jobs:verify_events"))
    job = Job.objects.get(kind="audit.verify")
    assert answer["Location"] == reverse("jobs:job_detail", args=[job.public_id])
    assert services.run(job.pk, now=timezone.now()) == Job.State.DONE
    assert "Chuỗi toàn vẹn" in client.get(reverse("jobs:chain")).content.decode()
    Job.objects.update(result={"finding": "7 x: Mắt xích bị sửa"})
    assert "Mắt xích bị sửa" in client.get(reverse("jobs:chain")).content.decode()
