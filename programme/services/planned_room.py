"""How much money there is for a plan being drafted: pointed out to whoever drafts or reviews it, never a refusal."""

from dataclasses import dataclass, replace

from django.db.models import Sum
from django.utils.translation import gettext as _

from programme.models import BudgetYear, Period, PlanEstimate
from programme.services.ledger import ceiling_left
from screens import formats


@dataclass(frozen=True)
class PlannedRoom:
    """What there is for a year, and what a version plans of it from the sources that count to the ceiling."""

    year: int
    limit_vnd: int
    planned_vnd: int
    by_envelope: bool  # else what of the programme's ceiling no year was given yet

    @property
    def left_vnd(self):
        return self.limit_vnd - self.planned_vnd

    @property
    def is_over(self):
        return self.left_vnd < 0

    @property
    def said(self):
        limit = {"year": self.year, "limit": formats.money(self.limit_vnd)}
        if self.by_envelope:
            there_is = _("The envelope of %(year)s is %(limit)s.") % limit
        else:
            there_is = _("%(year)s has no envelope yet; of the programme's ceiling %(limit)s is left for it.") % limit
        planned = {"planned": formats.money(self.planned_vnd)}
        if self.is_over:
            planned |= {"over": formats.money(-self.left_vnd)}
            return f"{there_is} {_('This version plans %(planned)s, %(over)s more than there is.') % planned}"
        planned |= {"left": formats.money(self.left_vnd)}
        return f"{there_is} {_('This version plans %(planned)s; %(left)s is left.') % planned}"

    def with_amounts(self, amounts):
        """The same with {source: đồng} more."""
        return replace(self, planned_vnd=self.planned_vnd + counted(amounts))


def counted(amounts):
    """What of {source: đồng} counts to the ceiling."""
    return sum(amount for source, amount in amounts.items() if source.counts_to_ceiling)


def room_for(plan, *, without=None):
    """PlannedRoom of a version, leaving the line `without` out; None where no decision gives the year or its period money."""
    year = BudgetYear.objects.select_related("period").filter(year=plan.year).first()
    period = year.period if year else Period.objects.of_year(plan.year)
    by_envelope = bool(year and year.envelope_vnd)
    if not by_envelope and (period is None or period.ceiling_vnd is None):
        return None
    estimates = PlanEstimate.objects.filter(item__plan=plan, item__dropped=False, source__counts_to_ceiling=True)
    if without is not None:
        estimates = estimates.exclude(item=without)
    planned = estimates.aggregate(sum=Sum("amount_vnd"))["sum"] or 0
    return PlannedRoom(plan.year, year.envelope_vnd if by_envelope else ceiling_left(period), planned, by_envelope)
