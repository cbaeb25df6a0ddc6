from django.utils.translation import gettext_lazy as _

from jobs.registry import Daily, WhileDue, job
from notices.services.mornings import HOUR, write_morning_letters
from notices.services.sending import send_waiting, something_is_due
from notices.services.telling import SEND

TIMETABLE = [WhileDue(SEND, 30, something_is_due), Daily("notices.morning", hour=HOUR)]


@job(SEND, _("Send notices"))
def send(running, *, now):
    return send_waiting(now=now)


@job("notices.morning", _("Write the letters of the morning"))
def morning(running, *, now):
    return {"letters": write_morning_letters(now=now)}
