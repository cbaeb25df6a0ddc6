from django.utils.translation import gettext_lazy as _

from audit.refusals import Refused
from jobs.registry import Daily, job
from reporting.models import KpiRun
from reporting.services.computing import KIND, NIGHTLY, fill_run, nightly_run

TIMETABLE = [Daily(NIGHTLY, hour=2)]


@job(KIND, _("Compute the indicators"))
def compute_indicators(running, *, now):
    run = KpiRun.objects.filter(public_id=running.params.get("run")).first()
    if run is None:
        raise Refused(_("The computation is not there."))
    return fill_run(run, running, now=now)


@job(NIGHTLY, _("Compute the indicators every night, as provisional figures"))
def compute_indicators_nightly(running, *, now):
    return fill_run(nightly_run(running.job), running, now=now)
