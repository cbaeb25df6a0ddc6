"""Statements of the Treasury beside the portal: sums of both sides, and the reconciliation table line by line."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programme.models import EFFECTS, BudgetLine, Direction, EntryKind, LedgerEntry
from programme.services.treasury import payments_of, recoveries_of
from screens import formats

TITLE = gettext_lazy("Reconciliation of the estimate and the money used with the State Treasury")


def both_sides(statement):
    """[(what, statement, portal, apart)] of what is compared; clearings only where the statement lists them."""
    pairs = [(_("Paid out"), statement.paid_vnd, statement.here_paid_vnd)]
    if statement.cleared_vnd:
        pairs.append((_("Advances cleared"), statement.cleared_vnd, statement.here_cleared_vnd))
    pairs.append((_("Recovered"), statement.recovered_vnd, statement.here_recovered_vnd))
    return [(what, there, here, None if here is None else there - here) for what, there, here in pairs]


def period_text(statement):
    return _("From %(first)s to %(last)s, budget year %(year)s") % {
        "first": formats.vn_date(statement.starts_on),
        "last": formats.vn_date(statement.ends_on),
        "year": statement.year.year,
    }


@dataclass
class LineSums:
    """What one line had, used and has left by the end of the statement."""

    line: BudgetLine | None
    carried_in: int = 0
    assigned: int = 0
    here: int = 0
    there: int = 0
    used: int = 0
    cancelled: int = 0

    @property
    def is_empty(self):
        return not any((self.carried_in, self.assigned, self.here, self.there, self.used))

    def values(self):
        """In the order of ReconciliationTable, and the source of money behind, to group by."""
        line = self.line
        left = self.carried_in + self.assigned - self.used - self.cancelled
        facts = (line.task.what, line.chapter, line.category, line.source_code) if line else (NO_LINE, "", "", "")
        figures = (self.carried_in, self.assigned, self.here, self.there, self.there - self.here, self.used, left)
        return (*map(str, facts), *figures, line.source.name if line else str(NOT_HERE))


NOT_HERE = gettext_lazy("Not in the portal")
NO_LINE = gettext_lazy("On the statement, belonging to no payment of the portal")


def reconciliation_rows(statement):
    """The rows of the reconciliation table: each line with money, and last what the statement alone has.

    Of a confirmed statement as they stood when it was confirmed, whatever was booked since.
    """
    lines = BudgetLine.objects.managed().filter(year=statement.year).select_related("task", "source")
    sums = {line.pk: LineSums(line) for line in lines.order_by("source__code", "task__code", "id")}
    _add_ledger(statement, sums)
    _add_portal(statement, sums)
    alone = _add_statement(statement, sums)
    rows = [each.values() for each in sums.values() if not each.is_empty]
    return rows + ([LineSums(None, there=alone).values()] if alone else [])


def _add_ledger(statement, sums):
    """Assigned, used and cancelled up to the statement's last day, from the entries."""
    entries = LedgerEntry.objects.filter(
        line__year=statement.year, line__managed=True, happened_on__lte=statement.ends_on
    )
    if statement.reconciled_at:
        entries = entries.filter(recorded_at__lte=statement.reconciled_at)
    for sign, some in ((1, entries.filter(reverses__isnull=True)), (-1, entries.filter(reverses__isnull=False))):
        for line, kind, vnd in some.order_by().values_list("line_id", "kind").annotate(vnd=Sum("amount_vnd")):
            effects, row = EFFECTS[EntryKind(kind)], sums[line]
            row.carried_in += sign * effects.get("carried_in_vnd", 0) * vnd
            row.assigned += sign * (effects.get("assigned_vnd", 0) - effects.get("carried_in_vnd", 0)) * vnd
            row.used += sign * (effects.get("disbursed_vnd", 0) - effects.get("recovered_vnd", 0)) * vnd
            row.cancelled += sign * (effects.get("cancelled_vnd", 0) + effects.get("carried_out_vnd", 0)) * vnd


def _add_portal(statement, sums):
    days = (statement.starts_on, statement.ends_on)
    paid = payments_of(statement.year, as_of=statement.reconciled_at).filter(undone=False, paid_on__range=days)
    for line, vnd in paid.order_by().values_list("commitment__line_id").annotate(vnd=Sum("amount_vnd")):
        sums[line].here += vnd
    back = recoveries_of(statement.year, as_of=statement.reconciled_at).filter(happened_on__range=days)
    for line, vnd in back.order_by().values_list("line_id").annotate(vnd=Sum("amount_vnd")):
        sums[line].here -= vnd


def _add_statement(statement, sums):
    """The statement's rows by the line of what they belong to; returns what belongs to nothing."""
    by_line = defaultdict(int)
    rows = statement.rows.exclude(direction=Direction.CLEAR).order_by()
    grouped = rows.values_list("direction", "payment__commitment__line_id", "entry__line_id")
    for direction, paid_line, back_line, vnd in grouped.annotate(vnd=Sum("amount_vnd")):
        by_line[paid_line or back_line] += -vnd if direction == Direction.RECOVERY else vnd
    alone = by_line.pop(None, 0)
    for line, vnd in by_line.items():
        sums[line].there += vnd
    return alone
