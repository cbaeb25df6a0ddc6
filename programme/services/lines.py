"""Lines of the budget: adding and describing them, and what other bodies report of lines followed."""

from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Refused
from programme.models import BudgetLine, BudgetYear, EntryKind, LedgerEntry, SpendingPlan, Task, YearState
from programme.permissions.budget import KEEP_LINES, REPORT
from programme.services.ledger import Paper, book, take_lines
from reference.models import Agency, MoneySource
from screens import formats

CODES = ("chapter", "category", "item", "source_code", "unit_code")
LABELS = {field.name: field.verbose_name for field in BudgetLine._meta.local_fields}
CODE_LENGTHS = {"chapter": (3,), "category": (3,), "item": (4,), "source_code": (2, 4), "unit_code": (7,)}


@transaction.atomic
def add_line(
    year: BudgetYear,
    task: Task,
    source: MoneySource,
    unit: Agency,
    *,
    managed: bool = True,
    note: str = "",
    by: Any,
    now: datetime,
    **codes: str,
) -> BudgetLine:
    """Add the line of a task, a source and a budget unit in a year; money comes on it only by entries."""
    require(by, KEEP_LINES)
    if year.state not in (BudgetYear.State.PREPARING, BudgetYear.State.OPEN):
        raise Refused(
            _("The budget year %(year)s is “%(state)s”; no line is added to it any more.")
            % {"year": year, "state": year.get_state_display()}
        )
    line = BudgetLine(
        year=year,
        task=task,
        source=source,
        unit=unit,
        managed=managed,
        counts=source.counts_to_ceiling,
        note=note.strip(),
        **codes,
    )
    _require_codes(line)
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError as error:
        if "one_budget_line" not in str(error) and "UNIQUE" not in str(error):
            raise
        raise Refused(_("This task already has a line of this source and unit in %(year)s.") % {"year": year}) from None
    record_event("budget line added", line, by=by, now=now, year=year.year, task=task.code, source=source.code)
    return line


def _require_codes(line: BudgetLine) -> None:
    for name, lengths in CODE_LENGTHS.items():
        code = getattr(line, name)
        if code and not (code.isascii() and code.isdecimal() and len(code) in lengths):
            raise Refused(
                _("“%(label)s” has %(digits)s digits; “%(code)s” has not.")
                % {
                    "label": LABELS[name],
                    "digits": _(" or ").join(map(str, lengths)),
                    "code": code,
                }
            )


@transaction.atomic
def describe_line(line: BudgetLine, values: dict[str, str], *, version: int, by: Any, now: datetime) -> BudgetLine:
    """Correct the budget classification or the note of a line."""
    require(by, KEEP_LINES)
    if line.year.state == BudgetYear.State.CLOSED:
        raise Refused(_("The budget year %(year)s is closed; nothing is booked in it any more.") % {"year": line.year})
    before = {name: getattr(line, name) for name in (*CODES, "note")}
    for name, value in values.items():
        setattr(line, name, value)
    _require_codes(line)
    changed = [name for name in before if getattr(line, name) != before[name]]
    if changed:
        line.save_version(version, update_fields=changed)
        record_event(
            "budget line described",
            line,
            by=by,
            now=now,
            before={name: before[name] for name in changed},
            after={name: getattr(line, name) for name in changed},
        )
    return line


_FALLING = ("assigned_vnd", "allocated_vnd", "committed_vnd", "disbursed_vnd", "settled_vnd")


def _require_falling(amounts: dict[str, int]) -> None:
    """Assigned ≥ allocated ≥ committed ≥ disbursed ≥ settled."""
    sums = [amounts.get(name) or 0 for name in _FALLING]
    if any(after > before for before, after in pairwise(sums)):
        raise Refused(_("Each sum is at most the one before it: assigned, allocated, committed, disbursed, settled."))


# How a reported sum is reached from what stands: (balance, kind when it grows, kind when it falls).
_REPORTED = (
    ("assigned_vnd", EntryKind.SUPPLEMENT, EntryKind.CUT),
    ("allocated_vnd", EntryKind.ALLOCATE, EntryKind.DEALLOCATE),
    ("committed_vnd", EntryKind.COMMIT, EntryKind.DECOMMIT),
    ("disbursed_vnd", EntryKind.PAY, EntryKind.RECOVER),
    ("settled_vnd", EntryKind.SETTLE, None),
)


def why_not_reported(line: BudgetLine) -> str:
    """Why no report can be entered on the line, whatever it says; empty when one can."""
    if line.managed:
        return _("This line is managed here: its money moves by the steps of its own ledger.")
    if line.year.state == YearState.CLOSED:
        return _("The budget year %(year)s is closed; nothing is booked in it any more.") % {"year": line.year}
    return ""


@transaction.atomic
def record_report(
    line: BudgetLine, amounts: dict[str, int], *, document: str, document_on: date, by: Any, now: datetime
) -> list[LedgerEntry]:
    """Bring a followed line to the sums of another body's periodic report: entries for what changed, marked as reported."""
    require(by, REPORT)
    line = take_lines(line.pk, alone=True)[line.pk]
    if why_not := why_not_reported(line):
        raise Refused(why_not)
    today = timezone.localdate(now)
    if not document.strip():
        raise Refused(_("Name the report: its number and who sent it."))
    if document_on > today:
        raise Refused(_("The report is dated in the future."))
    amounts = {"allocated_vnd": amounts.get("assigned_vnd") or 0, **amounts}
    _require_falling(amounts)
    last = line.entries.order_by("-number").first()
    if last is not None and last.document_on and document_on < last.document_on:
        raise Refused(_("A later report (%(day)s) is entered already.") % {"day": formats.vn_date(last.document_on)})
    day = min(document_on, date(line.year.year, 12, 31))
    day = max(day, date(line.year.year, 1, 1))
    entries: list[LedgerEntry] = []
    common: dict[str, Any] = {"paper": Paper(document.strip(), document_on), "happened_on": day, "by": by, "now": now}
    changes = []
    for name, more, less in _REPORTED:
        now_at = line.spent_vnd if name == "disbursed_vnd" else getattr(line, name)
        change = (amounts.get(name) or 0) - now_at
        if change < 0 and less is None:
            raise Refused(_("A report cannot lower what is settled. Reverse the settlement entry with its reason."))
        changes.append((change, more, less))
    for change, more, _less in changes:
        if change > 0:
            entries.append(book(line, _first(line, more), change, reported=True, **common))
    for change, _more, less in reversed(changes):
        if change < 0 and less is not None:
            entries.append(book(line, less, -change, reported=True, **common))
    if not entries:
        raise Refused(_("The report says what stands here already."))
    record_event("report entered", line, by=by, now=now, reason=document.strip(), entries=len(entries))
    return entries


def _first(line: BudgetLine, kind: EntryKind) -> EntryKind:
    """The first money on a line is its assignment, later money a supplement."""
    return EntryKind.ASSIGN if kind == EntryKind.SUPPLEMENT and not line.last_number else kind


@transaction.atomic
def plan_spending(line: BudgetLine, planned: dict[int, int], *, by: Any, now: datetime) -> BudgetLine:
    """Write what the line is meant to disburse month by month; `planned` maps year * 100 + month to đồng."""
    require(by, KEEP_LINES)
    if line.year.state == BudgetYear.State.CLOSED:
        raise Refused(_("The budget year %(year)s is closed; nothing is booked in it any more.") % {"year": line.year})
    if sum(planned.values()) > line.assigned_vnd:
        raise Refused(
            _("The months add up to %(sum)s, more than the %(assigned)s assigned to this line.")
            % {"sum": formats.money(sum(planned.values())), "assigned": formats.money(line.assigned_vnd)}
        )
    before = dict(line.spending_plan.values_list("month", "planned_vnd"))
    for month, amount in planned.items():
        SpendingPlan.objects.update_or_create(line=line, month=month, defaults={"planned_vnd": amount})
    changed = {month: amount for month, amount in planned.items() if before.get(month) != amount}
    if changed:
        record_event(
            "spending planned",
            line,
            by=by,
            now=now,
            before={str(month): before.get(month) for month in changed},
            after={str(month): amount for month, amount in changed.items()},
        )
    return line
