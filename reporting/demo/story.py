"""What people did in these days: the states that a page would otherwise never show, through the services."""

from datetime import date

from accounts.roles import ENTERPRISE_ROLES, Role
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing
from enterprises.models.figures import State
from enterprises.services.figures import close_year
from enterprises.services.memberships import add_member
from reporting.demo.copying import ACTOR, at

CLOSED_YEAR = 2021
JOINED_ON = date(2025, 1, 6)


def play(world, people, *, small, say):
    enterprise = _give_memberships(people)
    say(f"people act for {enterprise.name}")
    if small and not FigureYearClosing.objects.exists():
        decided_on = date(CLOSED_YEAR + 1, 12, 20)
        close_year(
            year=CLOSED_YEAR,
            decision_number="MH-12/QĐ-MINHHOA",
            decided_on=decided_on,
            by=people[Role.DIRECTOR],
            now=at(decided_on),
            leave_waiting=True,
        )
    return {"memberships": len(ENTERPRISE_ROLES)}


def _give_memberships(people):
    """The two who act for an enterprise act for one with titles whose figures were returned, where there is one."""
    firms = Enterprise.objects.standing().filter(synthetic=True, pk__in=_with_titles())
    returned = FigureRevision.objects.current().filter(state=State.RETURNED).values("enterprise_id")
    enterprise = firms.filter(pk__in=returned).order_by("pk").first() or firms.order_by("pk").first()
    for role in sorted(ENTERPRISE_ROLES):
        if not people[role].memberships.exists():
            add_member(
                enterprise=enterprise,
                user=people[role],
                role=role,
                by=ACTOR,
                now=at(JOINED_ON),
                paper="MH-05/GUQ" if role == Role.SIGNATORY else "",
                synthetic=True,
            )
    return enterprise


def _with_titles():
    return Enterprise.objects.filter(
        products__titles__withdrawn_at__isnull=True, products__titles__isnull=False
    ).values("pk")
