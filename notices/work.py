from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.registry import Daily, Every, job
from notices.services.mornings import HOUR, write_morning_letters
from notices.services.sending import send_waiting, something_is_due
from notices.services.telling import SEND


@dataclass(frozen=True)
class WhileSomethingIsDue(Every):
    """Once in every `seconds`, and only while something is due that no job is at: else the one period in which nothing was."""

    def period(self, now):
        is_at_it = Job.objects.open().filter(kind=self.kind).exists()
        return super().period(now) if not is_at_it and something_is_due(now) else "nothing due"


TIMETABLE = [WhileSomethingIsDue(SEND, seconds=30), Daily("notices.morning", hour=HOUR)]


@job(SEND, _("Send notices"))
def send(running, *, now):
    return send_waiting(now=now)


@job("notices.morning", _("Write the letters of the morning"))
def morning(running, *, now):
    return {"letters": write_morning_letters(now=now)}
