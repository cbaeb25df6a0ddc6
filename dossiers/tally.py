"""What became of the dossiers lodged in a year, procedure by procedure: answered, in time or late, still open, overdue.

A dossier counts in the year it was lodged in, whenever it was answered. It is answered when its result is issued, and late
when that is after the day promised last; `put_off` tells how many were promised anew.
"""

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate

from dossiers.models import Dossier, Procedure, SlipLine
from dossiers.states import IN_HAND, RUNNING, State, Verb

ANSWERED = (State.ISSUED, State.RETURNED)
ENDED_WITHOUT = (State.REFUSED, State.NOT_ELIGIBLE, State.STOPPED)


def years_of_dossiers():
    """Years in which dossiers were lodged, the latest first."""
    return [day.year for day in Dossier.objects.lodged().dates("submitted_at", "year", order="DESC")]


def tallied(user, year, today):
    """Procedures under which dossiers that the person sees were lodged in the year, with counts of these dossiers."""
    issued = SlipLine.objects.filter(dossier=OuterRef("pk"), verb=Verb.ISSUE)
    dossiers = (
        Dossier.objects.visible_to(user)
        .lodged()
        .filter(submitted_at__year=year)
        .annotate(
            issued_on=Subquery(issued.order_by("number").values(day=TruncDate("at"))[:1]),
            put_off=Exists(SlipLine.objects.filter(dossier=OuterRef("pk"), verb=Verb.EXTEND)),
        )
    )
    answered = Q(state__in=ANSWERED)
    conditions = {
        "lodged": Q(),
        "open": Q(state__in=[State.LODGED, *IN_HAND]),
        "overdue": Q(state__in=RUNNING, due_on__lt=today),
        "answered": answered,
        "answered_late": answered & Q(issued_on__gt=F("due_on")),
        "put_off": Q(put_off=True),
        "ended_without": Q(state__in=ENDED_WITHOUT),
        "withdrawn": Q(state=State.WITHDRAWN),
    }
    counts = {name: _count(dossiers.filter(condition)) for name, condition in conditions.items()}
    counts["enterprises"] = _count(dossiers, Coalesce("enterprise__merged_into", "enterprise"))
    return Procedure.objects.annotate(**counts, year=Value(year, IntegerField())).filter(lodged__gt=0)


def _count(dossiers, what="pk"):
    """How many of the dossiers are of the procedure of the outer row."""
    own = dossiers.filter(procedure_version__procedure=OuterRef("pk")).order_by()
    counted = own.values("procedure_version__procedure").annotate(count=Count(what, distinct=what != "pk"))
    return Coalesce(Subquery(counted.values("count")), 0)
