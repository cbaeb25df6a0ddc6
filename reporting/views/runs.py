from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from jobs.operations import once
from jobs.services import worker_alive
from reporting.forms import ComputeForm
from reporting.models import KpiPublication, KpiRun, KpiValue
from reporting.permissions import COMPUTE, DECIDE
from reporting.queries import Shown
from reporting.services.computing import ask_for_values, years_known
from reporting.tables import RunTable
from screens.forms import form_data
from screens.lists import show_list


def run_list(request):
    action = None
    if request.user.may(COMPUTE):
        action = {"url": reverse("reporting:compute"), "label": _("Compute now")}
    return show_list(
        request,
        name="kpi-runs",
        title=_("Computations of indicators"),
        table_class=RunTable,
        queryset=KpiRun.objects.all(),
        ordering=("-id",),
        export_name="lan-tinh-chi-tieu",
        main_action=action,
        empty=_("Nothing was computed yet. The indicators are computed every night, and whenever someone asks."),
    )


def run_detail(request, public_id):
    run = get_object_or_404(KpiRun.objects.select_related("job"), public_id=public_id)
    job = run.job
    context = {
        "run": run,
        "job": job,
        "failed": run.state != KpiRun.State.DONE and job is not None and job.state in ("failed", "cancelled"),
        "worker_alive": worker_alive(timezone.now()),
    }
    if run.state == KpiRun.State.DONE:
        values = (
            KpiValue.objects.readable()
            .filter(run=run)
            .select_related("version__indicator", "run")
            .order_by("version__indicator__place", "version__indicator__code", "year")
        )
        context["values"] = [(value.version.name, Shown(value, None, run.cutoff)) for value in values]
        published = set(KpiPublication.objects.filter(run=run).values_list("year", flat=True))
        context["publish"] = [y for y in run.years if y not in published] if request.user.may(DECIDE) else []
    part = request.headers.get("HX-Target") == "run-state"
    return render(request, "reporting/includes/run_state.html" if part else "reporting/run_detail.html", context)


def compute(request):
    now = timezone.now()
    first, last = years_known(now)
    form = ComputeForm(*form_data(request), initial={"year_from": first, "year_to": last})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with once(
                scope=f"user:{request.user.public_id}",
                verb="compute indicators",
                key=given["operation_key"],
                body={"from": given["year_from"], "to": given["year_to"], "known_on": given["known_on"]},
                now=now,
            ) as operation:
                if not operation.done:
                    run = ask_for_values(
                        by=request.user,
                        now=now,
                        year_from=given["year_from"],
                        year_to=given["year_to"],
                        cutoff=form.cutoff(now),
                    )
                    operation.store({"public_id": str(run.public_id)})
                found = operation.answer or operation.operation.answer
            return redirect("reporting:run_detail", public_id=found["public_id"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "reporting/compute.html", {"form": form, "worker_alive": worker_alive(now)})
