"""Money from before the portal: sums that one person prepares and another approves, before anything else on the line.

What was assigned and allocated opens on the line; what was bound, advanced, disbursed and settled opens on the contract
or decision that it was paid on, which is entered with it. From then on the ordinary steps go on with both.
"""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from documents.models import StoredFile
from programme.models import (
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    EntryKind,
    LedgerEntry,
    Period,
    StepKind,
)
from programme.models.steps import OPENING_SUMS
from programme.permissions.budget import PREPARE_STEP
from programme.services.commitments import STATE as CONTRACT
from programme.services.commitments import require_sound, save_prepared
from programme.services.ledger import (
    RULES,
    Paper,
    book,
    new_pair,
    require_ceiling,
    require_envelope,
    require_room,
    require_year_takes,
    take_commitment,
    take_lines,
)
from programme.services.redoing import require_redoable
from screens import formats


@transaction.atomic
def prepare_opening(
    line: BudgetLine,
    *,
    assigned_vnd: int,
    carried_in_vnd: int = 0,
    allocated_vnd: int = 0,
    document: str,
    document_on: date,
    file: StoredFile | None = None,
    reason: str = "",
    redoes: BudgetStep | None = None,
    by: Any,
    now: datetime,
) -> BudgetStep:
    """Prepare what was assigned and allocated on a line before the portal; nothing is booked until another approves.

    `carried_in_vnd` is the part of what was assigned that a year before the portal left over: it takes nothing of the
    envelope, but of the programme's ceiling.
    """
    require(by, PREPARE_STEP)
    require_redoable(redoes, kind=StepKind.OPENING, line_id=line.pk)
    line = BudgetLine.objects.select_related("year", "task").get(pk=line.pk)
    require_opens(line, EntryKind.ASSIGN)
    _require_none_stands(line)
    _require_none_waits(line)
    if assigned_vnd <= 0:
        raise Refused(_("The amount must be above 0 đồng."))
    if not 0 <= allocated_vnd <= assigned_vnd:
        raise Refused(_("What is allocated is at most what is assigned."))
    if not 0 <= carried_in_vnd <= assigned_vnd:
        raise Refused(_("What was carried in from the year before is at most what is assigned."))
    if carried_in_vnd:
        _require_carried_in_from_outside(line)
    sums = {"carried_in_vnd": carried_in_vnd, "allocated_vnd": allocated_vnd}
    step = _prepared(line, assigned_vnd, document, document_on, file, reason, by, now, **sums)
    step.redoes = redoes
    try:
        with transaction.atomic():
            return _save(step, by=by, now=now)
    except IntegrityError as error:  # somebody else prepared it at the same instant
        if "one_opening_waiting_a_line" not in str(error) and "UNIQUE" not in str(error):
            raise
        raise Conflict(_("Opening sums of this line wait for approval already.")) from None


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
    redoes: BudgetStep | None = None,
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
    require_redoable(redoes, kind=StepKind.OPENING, line_id=line.pk)
    line = BudgetLine.objects.select_related("year", "task").get(pk=line.pk)
    require_opens(line, EntryKind.COMMIT)
    commitment = Commitment(line=line, before_portal=True, prepared_by=by.public_id, prepared_at=now, **content)
    require_sound(commitment, procurement, timezone.localdate(now))
    _require_from_before(commitment, document_on)
    _require_payable(commitment, disbursed_vnd)
    sums = {"advanced_vnd": advanced_vnd, "disbursed_vnd": disbursed_vnd, "settled_vnd": settled_vnd}
    _require_falling(commitment.amount_vnd, **sums)
    save_prepared(commitment, procurement, content, by=by, now=now)
    step = _prepared(line, commitment.amount_vnd, document, document_on, paper_file, reason, by, now, **sums)
    step.redoes = redoes
    step.commitment = commitment
    return _save(step, by=by, now=now)


@transaction.atomic
def prepare_opening_again(
    commitment: Commitment,
    *,
    advanced_vnd: int = 0,
    disbursed_vnd: int = 0,
    settled_vnd: int = 0,
    document: str,
    document_on: date,
    paper_file: StoredFile | None = None,
    reason: str,
    redoes: BudgetStep | None = None,
    by: Any,
    now: datetime,
) -> BudgetStep:
    """Prepare what a contract from before the portal should have opened with, where some of it was reversed.

    The sums are all that was paid on it before the portal; only those whose entries were reversed are booked anew.
    """
    require(by, PREPARE_STEP)
    require_redoable(redoes, kind=StepKind.OPENING, line_id=commitment.line_id)
    commitment = Commitment.objects.select_related("line__year").get(pk=commitment.pk)
    line = commitment.line
    require_opens_again(commitment)
    sums = {"advanced_vnd": advanced_vnd, "disbursed_vnd": disbursed_vnd, "settled_vnd": settled_vnd}
    _require_falling(commitment.amount_vnd, **sums)
    if document_on < commitment.signed_on:
        _require_from_before(commitment, document_on)
    if not reason.strip():
        raise Refused(_("Say in the explanation what was wrong with the opening sums."))
    if waiting_on(line).filter(commitment=commitment).exists():
        raise _waits_already()
    step = _prepared(line, commitment.amount_vnd, document, document_on, paper_file, reason, by, now, **sums)
    step.redoes = redoes
    step.commitment = commitment
    _require_left_to_open(step)
    try:
        with transaction.atomic():
            return _save(step, by=by, now=now)
    except IntegrityError as error:
        if "one_opening_a_commitment" not in str(error) and "UNIQUE" not in str(error):
            raise
        raise _waits_already() from None


def _waits_already() -> Conflict:
    return Conflict(_("Opening sums of this contract or decision wait for approval already."))


def require_opens_again(commitment: Commitment) -> None:
    """Refuse where nothing that opened on the contract was reversed, or where it was reversed whole."""
    if not commitment.before_portal or commitment.state != CONTRACT.APPROVED:
        raise Refused(_("Only a signed contract or decision from before the portal has opening sums to put right."))
    require_opens(commitment.line, EntryKind.PAY)
    gone = commitment.entries.filter(opening=True, reverses__isnull=True, reversed_by__isnull=False)
    if not gone.exclude(kind__in=_standing_on(commitment)).exists():
        raise Refused(_("Reverse the opening entry that is wrong first; then its right sum is prepared here."))


def why_not_again(commitment: Commitment) -> str:
    """Why nothing that opened on the contract may be opened anew now; empty when it may."""
    try:
        require_opens_again(commitment)
    except Refused as refused:
        return str(refused)
    return ""


def _standing_on(commitment: Commitment) -> dict[str, int]:
    """{kind: đồng} of the opening entries of the contract that were not reversed."""
    found = commitment.entries.filter(opening=True, reverses__isnull=True, reversed_by__isnull=True)
    return dict(found.values_list("kind", "amount_vnd"))


def _require_left_to_open(step: BudgetStep) -> None:
    """What stands of a contract's opening sums is what the step says too; something of the rest is left to be booked."""
    assert step.commitment is not None  # noqa: S101 - a constraint of the table
    stands, said = _standing_on(step.commitment), dict(sums_of(step))
    for kind, amount in stands.items():
        if said[EntryKind(kind)] != amount:
            raise Refused(
                _("“%(kind)s” stands with %(amount)s. Reverse that entry first, or give the same sum.")
                % {"kind": EntryKind(kind).label, "amount": formats.money(amount)}
            )
    left = {kind: amount for kind, amount in said.items() if amount and kind not in stands}
    if not left:
        raise Refused(_("Nothing of these sums is left to be booked."))
    paid = left.get(EntryKind.ADVANCE, 0) + left.get(EntryKind.PAY, 0)
    waiting = step.commitment.payments.under_way().aggregate(sum=Sum("amount_vnd"))["sum"] or 0
    room = step.commitment.payable_vnd - waiting
    if paid > room:
        raise Refused(
            _(
                "Only %(left)s of the contract or decision is neither paid nor in a payment under way; this takes %(amount)s."
            )
            % {"left": formats.money(max(room, 0)), "amount": formats.money(paid)}
        )


def opens_again(step: BudgetStep) -> bool:
    """Whether the step puts right what a contract that is signed already opened with."""
    return step.commitment is not None and step.commitment.state not in (
        CONTRACT.PREPARED,
        CONTRACT.REFUSED,
        CONTRACT.WITHDRAWN,
    )


def require_opens(line: BudgetLine, kind: str) -> None:
    """Refuse opening sums where the line, or its year, does not take them any more, or not yet."""
    if not line.managed:
        raise Refused(_("This line is only followed: it is written from the report of whoever holds the money."))
    require_year_takes(line.year, kind, opening=True)


def standing(line: BudgetLine) -> LedgerEntry | None:
    """The first opening entry of the line itself, not of its contracts, that was not reversed."""
    found = line.entries.filter(opening=True, commitment__isnull=True, reverses__isnull=True, reversed_by__isnull=True)
    return found.select_related("step").order_by("number").first()


def _require_none_stands(line: BudgetLine) -> None:
    """A line has one opening total: a second one is refused while anything of the first stands."""
    entry = standing(line)
    if entry is not None:
        raise Conflict(
            _(
                "The opening sums of this line stand already: %(amount)s by %(document)s (entry %(number)s). Reverse them "
                "first; where contracts rest on them, book the difference as a supplement, a cut or an allocation."
            )
            % {
                "amount": formats.money(entry.step.amount_vnd if entry.step is not None else entry.amount_vnd),
                "document": entry.document,
                "number": entry.number,
            }
        )


def _require_none_waits(line: BudgetLine) -> None:
    waiting = waiting_on(line).filter(commitment__isnull=True).first()
    if waiting is not None:
        raise Conflict(
            _(
                "Opening sums of this line wait for approval already: %(amount)s by %(document)s. Withdraw or refuse them "
                "before others are prepared."
            )
            % {"amount": formats.money(waiting.amount_vnd), "document": waiting.document}
        )


def waiting_on(line: BudgetLine) -> Any:
    """Opening steps of the line and of its contracts that wait for approval."""
    return BudgetStep.objects.prepared().filter(kind=StepKind.OPENING, line=line).order_by("pk")


def _require_carried_in_from_outside(line: BudgetLine) -> None:
    """What a year that is kept here left over comes by carrying it over, both halves at once."""
    if BudgetYear.objects.filter(year=line.year.year - 1).exists():
        raise Refused(
            _(
                "The budget year %(year)s is kept in the portal: what its lines left over comes by the step “%(step)s” of "
                "the line of that year, within what it carried out. Leave the part carried in empty here."
            )
            % {"year": line.year.year - 1, "step": StepKind.CARRY_OVER.label}
        )


def say_why_so_late() -> str:
    """What is asked of opening sums that come after other entries."""
    return _("This line has other entries already: say in the explanation why its opening sums come only now.")


def is_late(line: BudgetLine) -> bool:
    """Whether the line has other entries already, so that opening sums prepared now come later than they should."""
    return line.entries.filter(opening=False).exists()


def why_never(line: BudgetLine, kind: str) -> str:
    """Why no opening sums can be prepared here now, whatever is filled in; empty when they can."""
    try:
        require_opens(line, kind)
        if kind == EntryKind.ASSIGN:
            _require_none_stands(line)
            _require_none_waits(line)
    except Refused as refused:
        return str(refused)
    return ""


def said_of_waiting(step: BudgetStep) -> str:
    """What opening sums wait on the line of another step, for whoever approves that one; empty when none do."""
    line = step.line
    if line is None or step.kind in (StepKind.OPENING, StepKind.REVERSE):
        return ""
    waiting = waiting_on(line).select_related("commitment").first()
    if waiting is None:
        return ""
    what = str(waiting.commitment) if waiting.commitment is not None else str(StepKind.OPENING.label)
    return _(
        "Opening sums of this line wait for approval (%(what)s, %(amount)s). They come before other entries: decide on "
        "them first where you can."
    ) % {"what": what, "amount": formats.money(waiting.amount_vnd)}


def _require_from_before(commitment: Commitment, document_on: date) -> None:
    """It was signed before the portal booked anything on its line, and before the paper that says what was paid on it."""
    if document_on < commitment.signed_on:
        raise Refused(
            _("The paper of the sums is of %(paper)s; the contract or decision was signed only on %(signed)s.")
            % {"paper": formats.vn_date(document_on), "signed": formats.vn_date(commitment.signed_on)}
        )
    first = commitment.line.entries.aggregate(at=Min("recorded_at"))["at"]
    if first is not None and commitment.signed_on >= timezone.localdate(first):
        raise Refused(
            _(
                "The line is kept in the portal since %(day)s. What was signed on that day or later is prepared as an "
                "ordinary contract or decision, and paid through the Treasury."
            )
            % {"day": formats.vn_date(timezone.localdate(first))}
        )


def _require_payable(commitment: Commitment, disbursed_vnd: int) -> None:
    """What is left to be paid goes to the account that the contract names, and to no other."""
    if commitment.kind == Commitment.Kind.DETAILED_ESTIMATE or disbursed_vnd >= commitment.amount_vnd:
        return
    if not commitment.payee_account.strip():
        raise Refused(
            _("%(left)s is left to be paid: give the payee's account as the contract has it.")
            % {"left": formats.money(commitment.amount_vnd - disbursed_vnd)}
        )


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
    today, late = timezone.localdate(now), is_late(line)
    if not document.strip():
        raise Refused(_("Name the document that this rests on."))
    if document_on > today:
        raise Refused(_("The document is dated in the future."))
    if late and not reason.strip():
        raise Refused(say_why_so_late())
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
        late=late,
        prepared_by=by.public_id,
        prepared_at=now,
        **sums,
    )


def _save(step: BudgetStep, *, by: Any, now: datetime) -> BudgetStep:
    step.save(force_insert=True)
    names = ("kind", "amount_vnd", *OPENING_SUMS, "late")
    said = {name: getattr(step, name) for name in names if getattr(step, name)}
    after = said | {"document": step.document, "document_on": step.document_on}
    record_event("budget step prepared", step, by=by, now=now, reason=step.reason, after=after)
    return step


def booking_day(year: BudgetYear, today: date) -> date:
    """Opening sums stand from the day of their approval, within the year: the ledger of the portal begins there."""
    return min(today, date(year.year, 12, 31))


def sums_of(step: BudgetStep) -> list[tuple[EntryKind, int]]:
    """[(kind of entry, amount)] of all that the step says, in the order of booking."""
    if step.commitment_id is None:
        return [
            (EntryKind.ASSIGN, step.amount_vnd - step.carried_in_vnd),
            (EntryKind.CARRY_IN, step.carried_in_vnd),
            (EntryKind.ALLOCATE, step.allocated_vnd),
        ]
    return [
        (EntryKind.COMMIT, step.amount_vnd),
        (EntryKind.ADVANCE, step.advanced_vnd),
        (EntryKind.PAY, step.disbursed_vnd - step.advanced_vnd),
        (EntryKind.SETTLE, step.settled_vnd),
    ]


def entries_of(step: BudgetStep) -> list[tuple[EntryKind, int]]:
    """[(kind of entry, amount)] that the step books, in their order; nothing of 0, and nothing that stands already."""
    stands = _standing_on(step.commitment) if step.commitment is not None else {}
    return [(kind, amount) for kind, amount in sums_of(step) if amount and kind not in stands]


def require_bookable(step: BudgetStep, line: BudgetLine, *, again: bool) -> None:
    """Refuse what the line as it stands has no room for; of the sums only the first takes room of anything else.

    `again` where the contract is signed already and what was reversed of its sums is booked anew (`opens_again`).
    """
    kind = EntryKind.ASSIGN if step.commitment_id is None else EntryKind.COMMIT
    require_opens(line, kind)
    if step.commitment_id is None:
        _require_none_stands(line)
    if not step.late and line.entries.filter(opening=False, recorded_at__lte=step.prepared_at).exists():
        raise Refused(
            _(
                "The line had other entries before these sums were prepared. Withdraw them and prepare them again, with "
                "the reason why they come only now."
            )
        )
    if again and step.commitment is not None:
        require_opens_again(step.commitment)
        _require_left_to_open(step)
        return
    require_room(line, RULES, kind, step.amount_vnd, 1)
    require_envelope(line, kind, step.amount_vnd - step.carried_in_vnd, 1)
    if step.carried_in_vnd:
        _require_carried_in_from_outside(line)
        require_ceiling(line, step.carried_in_vnd)


def carry_through(step: BudgetStep, *, by: Any, now: datetime, facts: dict[str, str]) -> list[LedgerEntry]:
    """Book the opening sums of an approved step; its contract or decision is signed from now on."""
    assert step.line_id is not None  # noqa: S101 - a constraint of the table
    commitment, again = None, False
    if step.commitment_id is not None:
        commitment = step.commitment = take_commitment(step.commitment_id)
        again = opens_again(step)
        if not again:
            _decide(commitment, step, CONTRACT.APPROVED)
            record_event("commitment approved", commitment, by=by, now=now, **facts)
    if step.carried_in_vnd:  # it takes of the ceiling, and the period comes before its years
        Period.objects.select_for_update(of=("self",)).get(budget_years__lines=step.line_id)
    line = take_lines(step.line_id, alone=commitment is None)[step.line_id]
    require_bookable(step, line, again=again)
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
            pair=new_pair() if kind == EntryKind.CARRY_IN else None,
            reason=step.reason,
            facts=facts,
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
    if commitment.state != CONTRACT.PREPARED:
        return
    _decide(commitment, step, state)
    record_event(f"commitment {state}", commitment, by=by, now=now, reason=step.answer)
