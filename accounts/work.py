from django.utils.translation import gettext_lazy as _

from accounts.emails import send_letter, try_again
from accounts.models import Letter
from jobs.registry import Every, job

TIMETABLE = [Every("mail.retry", seconds=300)]


@job("mail.send", _("Send a letter"))
def send(running, *, now):
    send_letter(Letter.objects.get(public_id=running.params["letter"]), now=now)


@job("mail.retry", _("Send again the letters that did not go"))
def send_again(running, *, now):
    sent, failing = try_again(now=now)
    return {"sent": sent, "failing": failing}
