from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.emails import send_letter, try_again
from accounts.models import Letter
from accounts.parking import forget_old
from jobs.registry import Daily, Every, job

TIMETABLE = [Every("mail.retry", seconds=300), Daily("accounts.tidy", hour=2, minute=30)]


@job("mail.send", _("Send a letter"))
def send(running, *, now):
    send_letter(Letter.objects.get(public_id=running.params["letter"]), now=now)


@job("mail.retry", _("Send again the letters that did not go"))
def send_again(running, *, now):
    sent, failing = try_again(now=now)
    return {"sent": sent, "failing": failing}


@job("accounts.tidy", _("Forget what was kept for a short time only"))
def tidy(running, *, now):
    """Forms that nobody came back for, and sessions that have run out."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return {"forms": forget_old(now=now)}
