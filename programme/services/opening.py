"""Money from before the portal: sums that one person prepares and another approves, before anything else on the line.

What was assigned and allocated opens on the line; what was bound, advanced, disbursed and settled opens on the contract
or decision that it was paid on, which is entered with it. From then on the ordinary steps go on with both.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Refused
from documents.models import StoredFile
from programme.models import BudgetLine, BudgetStep, BudgetYear, Commitment, EntryKind, LedgerEntry, StepKind
from programme.permissions.budget import PREPARE_STEP
from programme.services.commitments import STATE as CONTRACT
from programme.services.commitments import require_sound, save_prepared
from programme.services.ledger import (
    RULES,
    Paper,
    book,
    require_envelope,
    require_room,
    require_year_takes,
    take_commitment,
    take_lines,
)


@transaction.atomic
def prepare_opening(
    line: BudgetLine,
    *,
    assigned_vnd: int,
    allocated_vnd: int = 0,
    document: str,
    document_on: date,
    file: StoredFile | None = None,
    reason: str = "",
    by: Any,
    now: datetime,
) -> BudgetStep:
    """Prepare what was assigned and allocated on a line before the portal; nothing is booked until another approves."""
    require(by, PREPARE_STEP)
    line = BudgetLine.objects.select_related("year").get(pk=line.pk)
    require_opens(line, EntryKind.ASSIGN)
    if assigned_vnd <= 0:
        raise Refused(_("The amount must be above 0 đồng."))
    if not 0 <= allocated_vnd <= assigned_vnd:
        raise Refused(_("What is allocated is at most what is assigned."))
    step = _prepared(line, assigned_vnd, document, document_on, file, reason, by, now, allocated_vnd=allocated_vnd)
    return _save(step, by=by, now=now)


@transaction.atomic
def prepare_opening_contract(
    line: BudgetLine,
    *,
    advanced_vnd: int = 0,
    disbursed_vnd: int = 0,
    settled_vnd: int = 0,
    document: str,
    document_on: date,
    paper_file: StoredFile | None = None,
    reason: str = "",
    by: Any,
    now: datetime,
    procurement: tuple[dict[str, Any], ...] = (),
    **content: Any,
) -> BudgetStep:
    """Prepare a contract or decision from before the portal, with what was paid on it; one approval books all of it.

    `content` and `procurement` are those of a contract; `disbursed_vnd` is less what came back, advances included, and
    `advanced_vnd` the part of it that is an advance still to be cleared. `document` and `paper_file` are of the sums.
    """
    require(by, PREPARE_STEP)
    line = BudgetLine.objects.select_related("year", "task").get(pk=line.pk)
    require_opens(line, EntryKind.COMMIT)
    commitment = Commitment(line=line, before_portal=True, prepared_by=by.public_id, prepared_at=now, **content)
    require_sound(commitment, procurement, timezone.localdate(now))
    sums = {"advanced_vnd": advanced_vnd, "disbursed_vnd": disbursed_vnd, "settled_vnd": settled_vnd}
    _require_falling(commitment.amount_vnd, **sums)
    save_prepared(commitment, procurement, content, by=by, now=now)
    step = _prepared(line, commitment.amount_vnd, document, document_on, paper_file, reason, by, now, **sums)
    step.commitment = commitment
    return _save(step, by=by, now=now)


def require_opens(line: BudgetLine, kind: str) -> None:
    """Refuse opening sums where the line, or its year, does not take them any more, or not yet."""
    if not line.managed:
        raise Refused(_("This line is only followed: it is written from the report of whoever holds the money."))
    require_year_takes(line.year, kind, opening=True)
    if line.entries.filter(opening=False).exists():
        raise Refused(_("This line has entries already. Opening sums come before all others."))


def why_never(line: BudgetLine, kind: str) -> str:
    """Why no opening sums can be prepared here now, whatever is filled in; empty when they can."""
    try:
        require_opens(line, kind)
    except Refused as refused:
        return str(refused)
    return ""


def _require_falling(amount_vnd: int, advanced_vnd: int, disbursed_vnd: int, settled_vnd: int) -> None:
    if min(advanced_vnd, disbursed_vnd, settled_vnd) < 0 or disbursed_vnd > amount_vnd:
        raise Refused(_("What is disbursed is at most the amount of the contract or decision."))
    if settled_vnd + advanced_vnd > disbursed_vnd:
        raise Refused(_("What is settled and what is advanced and not cleared are together at most what is disbursed."))


def _prepared(
    line: BudgetLine,
    amount_vnd: int,
    document: str,
    document_on: date,
    file: StoredFile | None,
    reason: str,
    by: Any,
    now: datetime,
    **sums: int,
) -> BudgetStep:
    today = timezone.localdate(now)
    if not document.strip():
        raise Refused(_("Name the document that this rests on."))
    if document_on > today:
        raise Refused(_("The document is dated in the future."))
    return BudgetStep(
        kind=StepKind.OPENING,
        year=line.year,
        line=line,
        amount_vnd=amount_vnd,
        document=document.strip(),
        document_on=document_on,
        file=file,
        happened_on=booking_day(line.year, today),
        reason=reason.strip(),
        prepared_by=by.public_id,
        prepared_at=now,
        **sums,
    )


def _save(step: BudgetStep, *, by: Any, now: datetime) -> BudgetStep:
    step.save(force_insert=True)
    names = ("kind", "amount_vnd", "allocated_vnd", "advanced_vnd", "disbursed_vnd", "settled_vnd")
    said = {name: getattr(step, name) for name in names if getattr(step, name)}
    after = said | {"document": step.document, "document_on": step.document_on}
    record_event("budget step prepared", step, by=by, now=now, reason=step.reason, after=after)
    return step


def booking_day(year: BudgetYear, today: date) -> date:
    """Opening sums stand from the day of their approval, within the year: the ledger of the portal begins there."""
    return min(today, date(year.year, 12, 31))


def entries_of(step: BudgetStep) -> list[tuple[EntryKind, int]]:
    """[(kind of entry, amount)] that the step books, in their order; nothing of 0."""
    if step.commitment_id is None:
        found = [(EntryKind.ASSIGN, step.amount_vnd), (EntryKind.ALLOCATE, step.allocated_vnd)]
    else:
        found = [
            (EntryKind.COMMIT, step.amount_vnd),
            (EntryKind.ADVANCE, step.advanced_vnd),
            (EntryKind.PAY, step.disbursed_vnd - step.advanced_vnd),
            (EntryKind.SETTLE, step.settled_vnd),
        ]
    return [(kind, amount) for kind, amount in found if amount]


def require_bookable(step: BudgetStep, line: BudgetLine) -> None:
    """Refuse what the line as it stands has no room for; of the sums only the first takes room of anything else."""
    kind = EntryKind.ASSIGN if step.commitment_id is None else EntryKind.COMMIT
    require_opens(line, kind)
    require_room(line, RULES, kind, step.amount_vnd, 1)
    require_envelope(line, kind, step.amount_vnd, 1)


def carry_through(step: BudgetStep, *, by: Any, now: datetime) -> list[LedgerEntry]:
    """Book the opening sums of an approved step; its contract or decision is signed from now on."""
    assert step.line_id is not None  # noqa: S101 - a constraint of the table
    commitment = None
    if step.commitment_id is not None:
        commitment = take_commitment(step.commitment_id)
        _decide(commitment, step, CONTRACT.APPROVED)
        record_event("commitment approved", commitment, by=by, now=now)
    line = take_lines(step.line_id, alone=commitment is None)[step.line_id]
    require_bookable(step, line)
    day = booking_day(line.year, timezone.localdate(now))
    return [
        book(
            line,
            kind,
            amount,
            paper=Paper(step.document, step.document_on, step.file),
            happened_on=day,
            by=by,
            now=now,
            prepared_by=step.prepared_by,
            approved_by=by.public_id,
            commitment=commitment,
            step=step,
            opening=True,
            reason=step.reason,
        )
        for kind, amount in entries_of(step)
    ]


def _decide(commitment: Commitment, step: BudgetStep, state: str) -> None:
    """The contract from before the portal follows its step: approved, refused or withdrawn with it."""
    commitment.state, commitment.answer = state, step.answer
    commitment.decided_by, commitment.decided_at, commitment.decided_for = (
        step.decided_by,
        step.decided_at,
        step.decided_for,
    )
    commitment.save(update_fields=["state", "answer", "decided_by", "decided_at", "decided_for"])


def drop_with(step: BudgetStep, state: str, *, by: Any, now: datetime) -> None:
    """A refused or withdrawn step takes its contract from before the portal with it."""
    if step.kind != StepKind.OPENING or step.commitment_id is None:
        return
    commitment = take_commitment(step.commitment_id)
    _decide(commitment, step, state)
    record_event(f"commitment {state}", commitment, by=by, now=now, reason=step.answer)
