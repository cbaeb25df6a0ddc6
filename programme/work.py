from django.utils.translation import gettext_lazy as _

from jobs.registry import Daily, job
from programme.citations import count_again
from programme.services.consistency import check_budget

TIMETABLE = [Daily("budget.check", hour=3), Daily("policies.count_citations", hour=3, minute=30)]


@job("budget.check", _("Check the programme's money: balances against entries"))
def check_the_money(running, *, now):
    return {"differences": check_budget(by="system:budget.check", now=now).differences}


@job("policies.count_citations", _("Count what still cites superseded documents"))
def count_the_citations(running, *, now):
    return {"cited": len(count_again(now=now))}
