"""The money in words and drawings: levels with shares, bars, what is left, and what of the year's end is done."""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from programme.models import EFFECTS, EntryKind, YearState
from programme.queries.money import Money, same_day_last_year
from screens import formats
from screens.charts import money_bar, month_columns, nested_bar, small_bar
from screens.tables import ShareColumn

LEVEL_LABELS = (
    pgettext_lazy("money", "Assigned"),
    pgettext_lazy("money", "Allocated"),
    pgettext_lazy("money", "Contract or decision signed"),
    pgettext_lazy("money", "Disbursed"),
    pgettext_lazy("money", "Settled"),
)
MANAGED, FOLLOWED = pgettext_lazy("money", "Managed"), pgettext_lazy("money", "Followed")
YEAR_KINDS = {"preparing": "quiet", "open": "info", "adjusting": "warn", "closed": "ok"}
LEFT_LABELS = (
    ("unallocated_vnd", gettext_lazy("Assigned, not allocated")),
    ("left_vnd", gettext_lazy("Allocated, no contract or decision yet")),
    ("unspent_vnd", gettext_lazy("Signed, not disbursed")),
    ("unsettled_vnd", gettext_lazy("Disbursed, not settled")),
    ("advanced_vnd", gettext_lazy("Of it advances not cleared")),
)
ENDED_LABELS = (
    ("withheld_vnd", EntryKind.SAVING.label),
    ("carried_out_vnd", gettext_lazy("Carried over to the next year")),
    ("cancelled_vnd", gettext_lazy("Estimate cancelled")),
)


@dataclass(frozen=True)
class Level:
    """One row of the table beside the bar."""

    label: str
    managed: int | None
    followed: int | None
    together: int | None
    of_limit: str = ""
    of_before: str = ""
    note: str = ""


def share(part, whole):
    return formats.percent(ShareColumn.share(part, whole))


def limit_label(scope):
    return _("Envelope of the year") if scope.year else _("Ceiling of the programme")


def limit_decision(scope):
    """Number and day of the decision by which the limit stands."""
    if scope.year is None:
        return scope.period.ceiling_decision
    step = scope.year.envelope_step
    return f"{step.document}, {formats.vn_date(step.document_on)}" if step is not None else ""


def level_rows(scope, totals):
    """[Level]: from the limit down to what is settled, managed and followed money apart.

    The limit binds both; how far money has come from step to step is said of managed money, as every rate is. What was
    carried in stands outside the limit: it is left out of what is assigned, and added to the limit for what comes of both.
    """
    limit, together = scope.limit_vnd, totals.together
    within = None if limit is None else limit + together.carried_in_vnd
    rows = [Level(limit_label(scope), None, None, limit, note=limit_decision(scope))]
    if not scope.year:
        envelopes = scope.envelopes_vnd
        rows.append(Level(_("Envelopes of the years"), None, None, envelopes, share(envelopes, limit)))
    before = None
    for label, managed, followed, both in zip(
        LEVEL_LABELS, totals.managed.levels, totals.followed.levels, together.levels, strict=True
    ):
        note = ""
        if before is None and together.carried_in_vnd:
            note = _("of it carried in from the year before, which the share leaves out: %(amount)s") % {
                "amount": formats.big_money(together.carried_in_vnd)
            }
        of_limit = share(both - together.carried_in_vnd, limit) if before is None else share(both, within)
        rows.append(
            Level(str(label), managed, followed, both, of_limit, share(managed, before) if before else "", note)
        )
        before = managed
    return rows


def left_rows(scope, totals):
    """[Level]: what is left at each step; rows of which there is nothing are left out where they say no more."""
    together, rows = totals.together, []
    if not scope.year and scope.limit_vnd is not None:
        outside = scope.brought_in_vnd if together.carried_in_vnd else 0
        left = scope.limit_vnd - (scope.envelopes_vnd or 0) - outside
        rows.append(Level(_("Ceiling not given to a year"), None, None, left))
    if scope.envelopes_vnd is not None:
        own = together.assigned_vnd - together.carried_in_vnd + together.withheld_vnd
        rows.append(Level(_("Envelope not assigned to a line"), None, None, scope.envelopes_vnd - own))
    for name, label in LEFT_LABELS:
        rows.append(
            Level(str(label), getattr(totals.managed, name), getattr(totals.followed, name), getattr(together, name))
        )
    for name, label in ENDED_LABELS:
        if getattr(together, name):
            managed, followed = getattr(totals.managed, name), getattr(totals.followed, name)
            rows.append(Level(str(label), managed, followed, getattr(together, name)))
    return rows


def scope_bar(scope, totals):
    return money_bar(
        (limit_label(scope), scope.limit_vnd),
        [str(label) for label in LEVEL_LABELS],
        [(str(MANAGED), totals.managed.levels), (str(FOLLOWED), totals.followed.levels)],
        title=_("The money of %(scope)s, from the limit down to what is settled") % {"scope": scope_name(scope)},
    )


def figured_bar(scope, totals):
    """The same with its figures in the key, both kinds of money together: for a narrow place."""
    labels = [limit_label(scope), *map(str, LEVEL_LABELS)]
    return nested_bar(
        list(zip(labels, [scope.limit_vnd, *totals.together.levels], strict=True)),
        title=_("The money of %(scope)s, from the limit down to what is settled") % {"scope": scope_name(scope)},
    )


def scope_name(scope):
    return _("budget year %(year)s") % {"year": scope.year} if scope.year else str(scope.period)


def period_text(year, today):
    """What stands under the title of a form: the year, or the day alone."""
    day = formats.vn_date(today)
    return _("Year %(year)s, up to %(day)s") % {"year": year, "day": day} if year else _("Up to %(day)s") % {"day": day}


def compared_with(years, today):
    """[sentence]: what stands beside the disbursement of these years: of a year that is over all of the year before it,
    of the running one the year before up to this day, of one to come nothing."""
    over, day = [year for year in years if year < today.year], formats.vn_date(same_day_last_year(today))
    if today.year in years and over:
        said = _(
            "Same period last year: disbursed up to %(day)s; of a year that is over, in the whole of the year before."
        )
        return [said % {"day": day}]
    if today.year in years:
        return [_("Same period last year: disbursed up to %(day)s.") % {"day": day}]
    if len(over) == 1:
        return [_("Same period last year: disbursed in the whole of %(year)s.") % {"year": over[0] - 1}]
    return [_("Same period last year: disbursed in the whole of the year before.")] if over else []


def group_notes(years, today, alone=()):
    """[sentence]: what the figures of a breakdown of these years are, on the page and on paper alike.

    `alone`: years disbursed in that have no year before them to be compared with.
    """
    notes = [
        _("Sums and rates are those of managed money; followed money stands in columns of its own."),
        _("Left: allocated and not yet bound by a contract or decision."),
        *compared_with([year for year in years if year not in alone], today),
    ]
    if alone:
        said = _("The growth leaves out what was disbursed in %(years)s: of the year before nothing is kept here.")
        notes.append(said % {"years": ", ".join(map(str, alone))})
    return notes


def beside_last_year(year, spent_vnd, before_vnd, today):
    """A sentence for a form without columns of the two: disbursed now, by the same day a year ago, and the growth.

    A year that is over stands beside all of the year before it.
    """
    said = {"year": year, "spent": formats.money(spent_vnd), "last": year - 1}
    if before_vnd is None:
        return _("Disbursed in %(year)s: %(spent)s; same period last year: no figure.") % said
    said |= {"before": formats.money(before_vnd), "growth": formats.percent(growth(spent_vnd, before_vnd))}
    if year < today.year:
        return _("Disbursed in %(year)s: %(spent)s; in the whole of %(last)s: %(before)s; growth: %(growth)s.") % said
    return _("Disbursed in %(year)s: %(spent)s; same period last year: %(before)s; growth: %(growth)s.") % said


def growth(spent_vnd, before_vnd):
    """By which share more was disbursed than by the same day a year ago; less has a minus. Of nothing nothing grows."""
    return Fraction(spent_vnd - before_vnd, before_vnd) if spent_vnd is not None and before_vnd else None


def line_bar(line):
    money = Money.of_line(line)
    labels = [str(label) for label in LEVEL_LABELS]
    return nested_bar(list(zip(labels, money.levels, strict=True)), title=str(line))


def row_bar(money, label, *, full=None):
    said = ", ".join(
        f"{name} {formats.big_money(amount)}" for name, amount in zip(LEVEL_LABELS, money.levels, strict=True)
    )
    return small_bar(money.levels, title=f"{label}: {said}", full=full)


# --- months --------------------------------------------------------------------------------------


def month_name(month, year):
    """ "3", or "1/2027" for a month of the adjustment period."""
    return str(month % 100) if month // 100 == year else f"{month % 100}/{month // 100}"


def in_billions(vnd):
    return formats.number(Fraction(vnd, 10**9), 2, trim=True)


def month_chart(rows, year):
    return month_columns(
        [(month_name(row.month, year.year), row.planned_vnd, row.spent_vnd) for row in rows],
        title=_("Disbursement of %(year)s by month, in billion đồng") % {"year": year},
        label=in_billions,
    )


def month_rows(rows, year, today):
    """The table beside the chart; months to come have no figure yet."""
    now = today.year * 100 + today.month
    return [
        {
            "name": month_name(row.month, year.year),
            "row": row,
            "share": share(row.sum_spent_vnd, row.sum_planned_vnd) if row.sum_planned_vnd and row.month <= now else "",
            "to_come": row.month > now,
        }
        for row in rows
    ]


# --- the ledger ----------------------------------------------------------------------------------


def signed(entry):
    """The amount with the sign of its effect: what lessens the estimate, takes or undoes has a minus."""
    return way_of(entry.kind, reversal=bool(entry.reverses_id)) * entry.amount_vnd


def way_of(kind, *, reversal=False):
    """+1 or -1: an entry that lessens the estimate (cut, cancelled and carried over alike) or a balance that it is named
    after has a minus; a reversal does the opposite. What is released leaves the line's estimate as it is."""
    taken = kind in (
        EntryKind.CUT,
        EntryKind.SAVING,
        EntryKind.TRANSFER_OUT,
        EntryKind.CANCEL,
        EntryKind.CARRY_OUT,
        EntryKind.DEALLOCATE,
        EntryKind.DECOMMIT,
        EntryKind.RECOVER,
        EntryKind.RECOVER_ADVANCE,
    )
    return (-1 if taken else 1) * (-1 if reversal else 1)


def signed_text(entry):
    """The amount as a ledger shows it; released saving, which neither adds to its line nor takes from it, has no sign."""
    vnd = signed(entry)
    return formats.number(vnd) if entry.kind == EntryKind.RELEASE and vnd > 0 else plus_or_minus(vnd)


def goes_to(kind, year, *, reversal=False):
    """Where released saving goes, which its line does not say; empty for everything else."""
    if kind != EntryKind.RELEASE or reversal:
        return ""
    said = _("To the envelope of %(year)s that is not assigned yet; the estimate of this line stays as it is.")
    if year.takes(EntryKind.SUPPLEMENT):
        said = f"{said} {_('The line is given it again by “%(step)s”.')}"
    return said % {"year": year, "step": EntryKind.SUPPLEMENT.label}


def entry_rows(entries, address):
    """[{entry, url, name, amount}] of the entries of a contract, a payment or a step, as the ledger has them."""
    return [
        {
            "entry": entry,
            "url": address(entry),
            "name": entry.name,
            "amount": signed_text(entry),
        }
        for entry in entries
    ]


BALANCE_LABELS = {
    "assigned_vnd": LEVEL_LABELS[0],
    "carried_in_vnd": gettext_lazy("Carried in from the year before"),
    "allocated_vnd": LEVEL_LABELS[1],
    "committed_vnd": LEVEL_LABELS[2],
    "advanced_vnd": gettext_lazy("Advances not cleared"),
    "disbursed_vnd": LEVEL_LABELS[3],
    "recovered_vnd": pgettext_lazy("money", "Recovered"),
    "settled_vnd": LEVEL_LABELS[4],
    "cancelled_vnd": gettext_lazy("Estimate cancelled"),
    "carried_out_vnd": gettext_lazy("Carried over to the next year"),
    "withheld_vnd": EntryKind.SAVING.label,
}


def effects(entry):
    """[(balance, change in đồng)] of an entry."""
    return [
        (str(BALANCE_LABELS[name]), entry.sign * way * entry.amount_vnd)
        for name, way in EFFECTS[EntryKind(entry.kind)].items()
    ]


def plus_or_minus(vnd):
    return f"+{formats.number(vnd)}" if vnd > 0 else formats.number(vnd)


# --- the end of the year -------------------------------------------------------------------------

IN_THE_YEAR = {"last_withdrawals", "last_spending"}  # met when the books are closed
ASKS_FOR = {"repay_advances": "advances", "reconcile": "reconciliation"}  # met when this is no obstacle any more


@dataclass(frozen=True)
class DueDay:
    """A day of the year's end: done, overdue or how long there is left."""

    label: str
    on: object
    state: str  # done, overdue, soon, later
    said: str

    @property
    def kind(self):
        return DUE_KINDS[self.state]


DUE_KINDS = {"done": "ok", "overdue": "bad", "soon": "warn", "later": "quiet"}
SOON = 14


def due_day(due, year, today, obstacles=()):
    """Whether the day is met: by the state of the year, or because what it asks for is no obstacle any more."""
    days = (due.on - today).days
    in_the_way = {obstacle.code for obstacle in obstacles}
    books_closed = year.state in (YearState.ADJUSTING, YearState.CLOSED)
    met = books_closed and (due.code in IN_THE_YEAR or ASKS_FOR.get(due.code, due.code) not in {due.code, *in_the_way})
    if year.state == YearState.CLOSED or met:
        return DueDay(due.label, due.on, "done", pgettext("day of the calendar", "done"))
    if days < 0:
        return DueDay(due.label, due.on, "overdue", _("%(days)s days overdue") % {"days": formats.number(-days)})
    said = _("%(days)s days left") % {"days": formats.number(days)} if days else _("today")
    return DueDay(due.label, due.on, "soon" if days <= SOON else "later", said)
