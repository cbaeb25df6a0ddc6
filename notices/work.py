from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from jobs.registry import Daily, Every, job
from notices.services.mornings import HOUR, write_morning_letters
from notices.services.sending import send_waiting, something_is_due
from notices.services.telling import SEND


@dataclass(frozen=True)
class WhileSomethingIsDue(Every):
    """Once in every `seconds`, and only while something is due: else the one period in which nothing was."""

    def period(self, now):
        return super().period(now) if something_is_due(now) else "nothing due"


TIMETABLE = [WhileSomethingIsDue(SEND, seconds=30), Daily("notices.morning", hour=HOUR)]


@job(SEND, _("Send notices"))
def send(running, *, now):
    return send_waiting(now=now)


@job("notices.morning", _("Write the letters of the morning"))
def morning(running, *, now):
    return {"letters": write_morning_letters(now=now)}
