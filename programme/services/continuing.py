"""A contract that goes on in the next year: what it leaves unpaid is carried over, and bound there by the same contract.

At the end of the year the contract is reduced by what it leaves unpaid, on the ground that this goes on in the next year;
that money is carried over (`programme.services.steps`); and on the line of the next year the contract stands again, with
its number, day, payee and the steps before it. Each of the two names the other. What it leaves later raises the one that
goes on already, on the same ground.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from audit.refusals import Conflict, Refused
from documents.models import StoredFile
from programme.models import BudgetLine, Commitment, EntryKind, LedgerEntry, account_now
from programme.models.steps import NEXT_YEAR
from programme.services.commitments import CONTENT, prepare_commitment
from programme.services.ledger import take_commitment
from screens import formats

OF_CONTRACTS = "contracts"  # the code of their ground for carrying over (rule `carry_over_grounds`)


def _booked(kind: EntryKind, ground: str) -> Any:
    """Entries that stand, of steps of this ground."""
    return LedgerEntry.objects.filter(kind=kind, step__ground=ground, reverses__isnull=True, reversed_by__isnull=True)


def left_by(commitment: Commitment) -> int:
    """What a contract left to the next year."""
    return _sum(_booked(EntryKind.DECOMMIT, NEXT_YEAR).filter(commitment=commitment))


def going_on_as(commitment: Commitment) -> Commitment | None:
    """The same contract in the next year, prepared, signed or liquidated."""
    return commitment.continuations.held().select_related("line__year", "continues__line__year").first()


def goes_on_with(after: Commitment) -> int:
    """What of the year before a contract that goes on binds: as it was begun, and what it was raised by on that ground."""
    if after.state == Commitment.State.PREPARED:
        return after.amount_vnd
    rows = after.entries.filter(kind=EntryKind.COMMIT, reverses__isnull=True, reversed_by__isnull=True)
    return _sum(rows.filter(Q(step=None) | Q(step__ground=NEXT_YEAR)))


def left_behind(commitment: Commitment) -> int:
    """What a contract left to the next year and does not go on there."""
    after = going_on_as(commitment)
    return max(left_by(commitment) - (goes_on_with(after) if after is not None else 0), 0)


def require_left_behind(commitment: Commitment, amount_vnd: int) -> None:
    """Refuse to raise a contract, as going on, by more than it left in the year before and does not bind here yet."""
    if commitment.continues is None:
        raise Refused(
            _("“%(name)s” goes on from no contract of the year before; it is raised by an addendum.")
            % {"name": commitment}
        )
    left = left_behind(commitment.continues)
    if amount_vnd > left:
        raise Refused(
            _("“%(name)s” left %(left)s to this year that it does not bind yet; this asks for %(amount)s.")
            % {"name": commitment, "left": formats.money(left), "amount": formats.money(amount_vnd)}
        )


def papers_of(commitment: Commitment) -> str:
    """The documents by which it left money to the next year."""
    rows = _booked(EntryKind.DECOMMIT, NEXT_YEAR).filter(commitment=commitment).order_by("number")
    return ", ".join(dict.fromkeys(rows.values_list("document", flat=True)))


def left_to_carry(line: BudgetLine) -> int:
    """What the contracts of a line left to the next year and was not carried over on their ground yet."""
    left = _sum(_booked(EntryKind.DECOMMIT, NEXT_YEAR).filter(line=line))
    return max(left - _sum(_booked(EntryKind.CARRY_OUT, OF_CONTRACTS).filter(line=line)), 0)


def _sum(rows: Any) -> int:
    return rows.aggregate(sum=Sum("amount_vnd"))["sum"] or 0


def to_continue(line: BudgetLine) -> list[Commitment]:
    """Contracts of the year before that left money to this line's year and do not go on yet."""
    rows = Commitment.objects.standing().filter(
        line__task=line.task_id,
        line__source=line.source_id,
        line__year__year=line.year.year - 1,
        entries__in=_booked(EntryKind.DECOMMIT, NEXT_YEAR),
    )
    return list(rows.exclude(continuations__in=Commitment.objects.held()).distinct().order_by("signed_on", "pk"))


def _require_continuable(line: BudgetLine, before: Commitment) -> None:
    if (standing := going_on_as(before)) is not None:
        said = {"name": before, "year": standing.line.year}
        if standing.state == Commitment.State.PREPARED:
            raise Conflict(_("“%(name)s” is prepared to go on in %(year)s and waits for approval.") % said)
        raise Conflict(_("“%(name)s” goes on in %(year)s already.") % said)
    if before not in to_continue(line):
        raise Refused(_("Choose a contract or decision of this task that left money to this year."))


def why_never(line: BudgetLine, before: Commitment | None) -> str:
    """Why the contract cannot go on here now, whatever is filled in; empty when it can."""
    try:
        if before is not None:
            _require_continuable(line, before)
    except Refused as refused:
        return str(refused)
    return ""


@transaction.atomic
def continue_commitment(
    line: BudgetLine,
    before: Commitment,
    *,
    amount_vnd: int,
    ends_on: date | None,
    file: StoredFile | None,
    by: Any,
    now: datetime,
    redoes: Commitment | None = None,
) -> Commitment:
    """Prepare on `line` the contract that `before` is in the year before; it takes room when another approves it."""
    before = take_commitment(before.pk)
    _require_continuable(line, before)
    left = left_by(before)
    if amount_vnd > left:
        raise Refused(
            _("“%(name)s” left %(left)s to this year; this asks for %(amount)s.")
            % {"name": before, "left": formats.money(left), "amount": formats.money(amount_vnd)}
        )
    account, bank = account_now(before)
    content = {name: getattr(before, name) for name in CONTENT} | {
        "amount_vnd": amount_vnd,
        "ends_on": ends_on,
        "file": file or before.file,
        "payee_account": account,
        "payee_bank": bank,
    }
    before_it = before.procurement.values("kind", "number", "decided_on", "file_id")
    steps: tuple[dict[str, Any], ...] = tuple({**step} for step in before_it)
    return prepare_commitment(line, procurement=steps, redoes=redoes, continues=before, by=by, now=now, **content)
