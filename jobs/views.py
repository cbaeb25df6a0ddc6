from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit.chain import head
from audit.events import actor_name, actor_names
from audit.models import DaySeal, PendingEvent
from audit.refusals import Refused
from jobs import health, services
from jobs.models import Job
from jobs.registry import kinds
from jobs.tables import STATE_KINDS, JobFilter, JobTable
from screens.lists import show_list


@never_cache
def healthz(request):
    """The web server answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request):
    """Each part, and 503 when one is away without which pages cannot be served."""
    parts = health.state_of_parts(now=timezone.now())
    ready = all(parts[name] for name in health.NEEDED)
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _may_see(user, job):
    return job.actor == actor_name(user) or user.may("jobs.see all")


@require_safe
def job_list(request):
    return show_list(
        request,
        name="jobs",
        title=_("Jobs"),
        table_class=JobTable,
        filterset_class=JobFilter,
        queryset=Job.objects.all(),
        ordering=("-pk",),
        export_name="tac-vu",
        template="jobs/job_list.html",
        empty=_("No job has been asked for yet."),
    )


@require_safe
def job_detail(request, public_id):
    """How far a job is: for whoever asked for it and for those who oversee the system."""
    job = get_object_or_404(Job, public_id=public_id)
    if not _may_see(request.user, job):
        raise Http404
    kind = kinds().get(job.kind)
    unexpected = job.error.startswith("Traceback")
    oversees = request.user.may("jobs.see all")
    page = {
        "job": job,
        "title": kind.title if kind else job.kind,
        "state_kind": STATE_KINDS[job.state],
        "asked_by": actor_names({job.actor})[job.actor],
        "refusal": "" if unexpected else job.error,
        "technical": job.error if unexpected and oversees else "",
        "may_see_all": oversees,
        "may_run_again": job.state == Job.State.FAILED and request.user.may("jobs.run again"),
    }
    part = request.headers.get("HX-Request") == "true" and not job.is_over
    if request.headers.get("HX-Request") == "true" and job.is_over:
        # The work is done: the whole page is shown anew, with what can be done next.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "jobs/includes/progress.html" if part else "jobs/job_detail.html", page)


@require_POST
def run_again(request, public_id):
    job = get_object_or_404(Job, public_id=public_id)
    try:
        services.run_again(job=job, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The job waits to run again."))
    return redirect("jobs:job_detail", job.public_id)


@require_safe
def chain(request):
    """The chain of events: its head, what waits, the day seals, and what verifying found."""
    sequence, value = head()
    verifications = []
    for job in Job.objects.filter(kind="audit.verify").order_by("-id")[:5]:
        found = job.result.get("finding", "") if job.state == Job.State.DONE else ""
        if job.state == Job.State.DONE:
            verifications.append((job, found or _("The chain is whole"), "bad" if found else "ok"))
        else:
            verifications.append((job, job.get_state_display(), STATE_KINDS[job.state]))
    return render(
        request,
        "jobs/chain.html",
        {
            "sequence": sequence,
            "hash": value,
            "pending": PendingEvent.objects.count(),
            "seals": DaySeal.objects.order_by("-day")[:14],
            "verifications": verifications,
        },
    )


@require_POST
def verify_events(request):
    with transaction.atomic():
        job = services.enqueue("audit.verify", by=request.user, now=timezone.now())
    return redirect("jobs:job_detail", job.public_id)
