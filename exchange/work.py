from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import clear_expired

from exchange.due import something_is_due
from exchange.sending import SEND, forget_settled, send_events
from exchange.services import sum_up_traces, sum_up_use, warn_of_last_days
from jobs.registry import Daily, WhileDue, job

TIMETABLE = [
    Daily("exchange.tidy", hour=2, minute=10),
    Daily("exchange.warn", hour=6, minute=30),
    WhileDue(SEND, 10, something_is_due),
]


@job(SEND, _("Send events to connected systems"))
def send(running, *, now):
    return send_events(now=now)


@job("exchange.tidy", _("Sum up the use of connected systems and what they took, and forget expired tokens"))
def tidy(running, *, now):
    clear_expired()
    return {
        "minutes": sum_up_use(now=now),
        "reads": sum_up_traces(now=now),
        "sendings": forget_settled(now=now),
    }


@job("exchange.warn", _("Tell administrators which connected systems end soon"))
def warn(running, *, now):
    return {"told": warn_of_last_days(by="system:exchange.warn", now=now)}
