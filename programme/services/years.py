"""Budget years: opened, balanced in the adjustment period, closed when nothing is left unexplained."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from programme.models import (
    SETTLES_YEAR,
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    LedgerEntry,
    Payment,
    Period,
    TreasuryStatement,
    YearState,
)
from programme.models.commitments import PENDING
from programme.permissions.budget import KEEP_YEARS
from screens import formats


@dataclass(frozen=True)
class Obstacle:
    """Something that keeps a year from being closed, with the rows it is about."""

    code: str
    sentence: str
    rows: Any


@transaction.atomic
def add_year(period: Period, year: int, *, by: Any, now: datetime) -> BudgetYear:
    """Add a budget year of a period; its envelope comes by a decision."""
    require(by, KEEP_YEARS)
    if year not in period.years():
        raise Refused(
            _("The year %(year)s does not belong to this period (%(first)s–%(last)s).")
            % {"year": year, "first": period.starts_year, "last": period.ends_year}
        )
    if period.state == Period.State.NO_DOCUMENT:
        raise Refused(_("This period has no document yet. Enter its document first, then its budget."))
    try:
        with transaction.atomic():
            row = BudgetYear.objects.create(period=period, year=year)
    except IntegrityError:
        raise Refused(_("The budget year %(year)s is there already.") % {"year": year}) from None
    record_event("budget year added", row, by=by, now=now, year=year)
    return row


def _take(year: BudgetYear, state: str) -> BudgetYear:
    year = BudgetYear.objects.select_for_update(of=("self",)).get(pk=year.pk)
    if year.state != state:
        raise Conflict(
            _("The budget year %(year)s is “%(state)s” already.") % {"year": year, "state": year.get_state_display()}
        )
    return year


@transaction.atomic
def open_year(year: BudgetYear, *, by: Any, now: datetime) -> BudgetYear:
    """Open a year for execution: it has its envelope, and the calendar has come to it."""
    require(by, KEEP_YEARS)
    year = _take(year, YearState.PREPARING)
    if not year.envelope_vnd:
        raise Refused(_("The year has no envelope yet. Book the decision on it first."))
    if timezone.localdate(now).year < year.year:
        raise Refused(_("The year %(year)s has not begun.") % {"year": year})
    year.state, year.opened_by, year.opened_at = YearState.OPEN, by.public_id, now
    year.save_version(year.version, update_fields=["state", "opened_by", "opened_at"])
    record_event("budget year opened", year, by=by, now=now)
    return year


@transaction.atomic
def start_adjusting(year: BudgetYear, *, by: Any, now: datetime) -> BudgetYear:
    """Close the books on 31/12: from now on only corrections, settlement, cancelling and carrying over."""
    require(by, KEEP_YEARS)
    year = _take(year, YearState.OPEN)
    if timezone.localdate(now) <= date(year.year, 12, 30):
        raise Refused(_("The books of %(year)s are closed on 31/12/%(year)s.") % {"year": year})
    year.state, year.adjusting_by, year.adjusting_at = YearState.ADJUSTING, by.public_id, now
    year.save_version(year.version, update_fields=["state", "adjusting_by", "adjusting_at"])
    record_event("books of the year closed", year, by=by, now=now)
    return year


_checks: list[Callable[[BudgetYear], Obstacle | None]] = []


def register_closing_check(check: Callable[[BudgetYear], Obstacle | None]) -> None:
    """`check(year)` -> Obstacle or None; nouns that know more of a year's end register one."""
    _checks.append(check)


def obstacles(year: BudgetYear) -> list[Obstacle]:
    """What keeps the year from being closed: what waits, what is left, what is not settled."""
    lines = BudgetLine.objects.managed().filter(year=year)
    found = [
        _obstacle(
            "steps",
            BudgetStep.objects.prepared().filter(Q(year=year) | Q(other_line__year=year)),
            lambda count: ngettext("%(count)s step waits for approval.", "%(count)s steps wait for approval.", count),
        ),
        _obstacle(
            "commitments",
            Commitment.objects.prepared().filter(line__year=year),
            lambda count: ngettext(
                "%(count)s contract or decision waits for approval.",
                "%(count)s contracts or decisions wait for approval.",
                count,
            ),
        ),
        _obstacle(
            "payments",
            Payment.objects.filter(commitment__line__year=year, state__in=PENDING),
            lambda count: ngettext(
                "%(count)s payment waits for its answer.", "%(count)s payments wait for their answer.", count
            ),
        ),
        _obstacle(
            "advances",
            lines.filter(advanced_vnd__gt=0),
            lambda count: ngettext(
                "%(count)s line has advances that are not cleared.",
                "%(count)s lines have advances that are not cleared.",
                count,
            ),
        ),
        _obstacle(
            "unsettled",
            lines.filter(~Q(settled_vnd=F("disbursed_vnd") - F("recovered_vnd"))),
            lambda count: ngettext(
                "%(count)s line has money disbursed and not settled.",
                "%(count)s lines have money disbursed and not settled.",
                count,
            ),
        ),
        _obstacle(
            "left",
            lines.exclude(assigned_vnd=F("settled_vnd") + F("cancelled_vnd") + F("carried_out_vnd")),
            lambda count: ngettext(
                "%(count)s line has money left that is neither cancelled nor carried over.",
                "%(count)s lines have money left that is neither cancelled nor carried over.",
                count,
            ),
        ),
        *(check(year) for check in _checks),
    ]
    return [obstacle for obstacle in found if obstacle is not None]


def _obstacle(code: str, rows: Any, say: Any) -> Obstacle | None:
    count = rows.count()
    return Obstacle(code, say(count) % {"count": formats.number(count)}, rows) if count else None


def _before_its_papers(year: BudgetYear, paper_on: date) -> str:
    """That a paper of the settlement is older than what it settles, naming the latest of that; empty when it is not."""
    settled = LedgerEntry.objects.filter(
        line__year=year, line__managed=True, kind__in=SETTLES_YEAR, opening=False, reverses=None, reversed_by=None
    )
    entry = settled.annotate(day=Coalesce("document_on", "happened_on")).order_by("-day", "-pk").first()
    reconciled = TreasuryStatement.objects.filter(year=year, state=TreasuryStatement.State.RECONCILED)
    statement = reconciled.order_by("-paper_on").first()
    rests_on = [(entry.day, f"{entry.get_kind_display()} – {entry.document}")] if entry else []
    if statement is not None:
        rests_on.append(
            (statement.paper_on, _("reconciliation with the Treasury %(paper)s") % {"paper": statement.paper})
        )
    latest = max(rests_on, default=None)
    if latest is None or paper_on >= latest[0]:
        return ""
    return _("The paper of the settlement cannot be dated before what it settles: %(what)s of %(day)s.") % {
        "what": latest[1],
        "day": formats.vn_date(latest[0]),
    }


@transaction.atomic
def close_year(year: BudgetYear, *, paper: str, paper_on: date, by: Any, now: datetime) -> BudgetYear:
    """Close a year for good by the paper of its settlement; refused while anything waits, is left or is not reconciled."""
    require(by, KEEP_YEARS)
    year = _take(year, YearState.ADJUSTING)
    if not paper.strip():
        raise Refused(_("Name the paper of the settlement."))
    if not date(year.year, 12, 31) <= paper_on <= timezone.localdate(now):
        raise Refused(
            _("The paper of the settlement is of 31/12/%(year)s or later, and not dated in the future.")
            % {"year": year}
        )
    against = [obstacle.sentence for obstacle in obstacles(year)]
    if early := _before_its_papers(year, paper_on):
        against.append(early)
    if against:
        raise Refused(" ".join(against))
    year.state, year.closed_by, year.closed_at = YearState.CLOSED, by.public_id, now
    year.closing_paper, year.closing_paper_on = paper.strip(), paper_on
    written = ["state", "closed_by", "closed_at", "closing_paper", "closing_paper_on"]
    year.save_version(year.version, update_fields=written)
    said = f"{year.closing_paper}, {formats.vn_date(paper_on)}"
    record_event("budget year closed", year, by=by, now=now, reason=said)
    return year
