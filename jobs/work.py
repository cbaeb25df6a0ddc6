from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.chain import seal_all, seal_day, verify
from jobs.registry import Daily, job

TIMETABLE = [Daily("audit.seal_day", hour=0, minute=5)]


@job("audit.seal_day", _("Seal the day's events"))
def seal_yesterday(running, *, now):
    seal_all(now=now)
    seal = seal_day(timezone.localdate(now) - timedelta(days=1), now=now)
    return {"sequence": seal.sequence if seal else 0}


@job("audit.verify", _("Verify the event log"))
def verify_chain(running, *, now):
    finding = verify()
    return {"finding": str(finding) if finding else ""}
