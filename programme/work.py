from django.utils.translation import gettext_lazy as _

from jobs.registry import Daily, job
from programme.services.consistency import check_budget

TIMETABLE = [Daily("budget.check", hour=3)]


@job("budget.check", _("Check the programme's money: balances against entries"))
def check_the_money(running, *, now):
    return {"differences": check_budget(by="system:budget.check", now=now).differences}
