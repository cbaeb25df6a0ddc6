"""Contracts, decisions to support and approved estimates: prepared without taking room, booked when another approves."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from programme.cautions import cautions_of, require_no_caution
from programme.models import (
    AFTER_LIQUIDATION,
    EFFECTS,
    BudgetLine,
    BudgetStep,
    Commitment,
    EntryKind,
    LedgerEntry,
    Payment,
    ProcurementStep,
    YearState,
)
from programme.models.commitments import PENDING
from programme.permissions.budget import PREPARE_COMMITMENT
from programme.permissions.commitments import (
    require_own_task,
    right_to_approve_commitment,
    right_to_refuse_commitment,
)
from programme.services.ledger import (
    RULES,
    Paper,
    book,
    require_room,
    require_room_since,
    require_year_takes,
    take_commitment,
    take_lines,
)
from programme.services.redoing import require_redoable
from reference import tax_codes
from screens import formats
from screens.text import plain_letters

STATE = Commitment.State
CONTENT = (
    "kind",
    "number",
    "signed_on",
    "what",
    "amount_vnd",
    "payee",
    "payee_tax_code",
    "payee_account",
    "payee_bank",
    "ends_on",
    "file",
)


@transaction.atomic
def prepare_commitment(
    line: BudgetLine,
    *,
    by: Any,
    now: datetime,
    procurement: tuple[dict[str, Any], ...] = (),
    redoes: Commitment | None = None,
    continues: Commitment | None = None,
    **content: Any,
) -> Commitment:
    """Prepare a contract, a decision to support or a detailed estimate on a line; it takes room only when approved.

    `content` holds the fields named in CONTENT; `procurement` the steps before a contract: kind, number, decided_on, file.
    `redoes` is the one without effect in whose place it stands; `continues` the same one in the year before
    (`programme.services.continuing`).
    """
    require(by, PREPARE_COMMITMENT)
    require_redoable(redoes, line_id=line.pk)
    today = timezone.localdate(now)
    line = BudgetLine.objects.select_related("year", "task").get(pk=line.pk)
    require_own_task(by, line, today)
    commitment = Commitment(
        line=line, redoes=redoes, continues=continues, prepared_by=by.public_id, prepared_at=now, **content
    )
    _require_line_binds(line)
    require_sound(commitment, procurement, today)
    return save_prepared(commitment, procurement, content, by=by, now=now)


def save_prepared(
    commitment: Commitment, procurement: tuple[dict[str, Any], ...], content: dict[str, Any], *, by: Any, now: datetime
) -> Commitment:
    """Write down what was found sound, with the steps before it; refused when the line has one of its number."""
    commitment.payee_account = plain_letters(commitment.payee_account)
    commitment.payee_bank = plain_letters(commitment.payee_bank)
    try:
        with transaction.atomic():
            commitment.save(force_insert=True)
    except IntegrityError as error:
        if "one_commitment_a_number" not in str(error) and "UNIQUE" not in str(error):
            raise
        raise Refused(_("A contract or decision with this number stands on this line already.")) from None
    ProcurementStep.objects.bulk_create(ProcurementStep(commitment=commitment, **step) for step in procurement)
    record_event(
        "commitment prepared",
        commitment,
        by=by,
        now=now,
        after={name: content[name] for name in ("kind", "number", "signed_on", "what", "amount_vnd", "payee")},
        line=commitment.line.public_id,
    )
    return commitment


def _require_line_binds(line: BudgetLine) -> None:
    if not line.managed:
        raise Refused(_("This line is only followed: it is written from the report of whoever holds the money."))
    require_year_takes(line.year, EntryKind.COMMIT)


def why_never(line: BudgetLine) -> str:
    """Why nothing can be bound on the line now, whatever is filled in; empty when it can."""
    try:
        _require_line_binds(line)
    except Refused as refused:
        return str(refused)
    return ""


def require_sound(commitment: Commitment, procurement: tuple[dict[str, Any], ...], today: date) -> None:
    """Refuse a contract or decision whose amount, names or days cannot be right, whatever its line says."""
    line = commitment.line
    if commitment.amount_vnd <= 0:
        raise Refused(_("The amount must be above 0 đồng."))
    if not commitment.number.strip() or not commitment.what.strip():
        raise Refused(_("Give the number and say what it is for."))
    if commitment.signed_on > today:
        raise Refused(_("It is dated in the future. Enter it once it is signed."))
    if commitment.signed_on.year > line.year.year:
        raise Refused(
            _("It is signed after the budget year %(year)s; money of that year binds nothing signed later.")
            % {"year": line.year}
        )
    if commitment.kind != Commitment.Kind.DETAILED_ESTIMATE and not commitment.payee.strip():
        raise Refused(_("Name who is paid."))
    if commitment.payee_tax_code and (fault := tax_codes.fault_of(commitment.payee_tax_code)):
        sentence, values = fault
        raise Refused(sentence % values)
    if commitment.ends_on and commitment.ends_on < commitment.signed_on:
        raise Refused(_("It ends before it is signed. Look at the two dates again."))
    _require_order_before(commitment, procurement, today)


def _require_order_before(commitment: Commitment, procurement: tuple[dict[str, Any], ...], today: date) -> None:
    """Refuse steps before a contract that do not lead to it day after day, naming the one that is wrong."""
    before, order = None, list(ProcurementStep.Kind)
    for step in sorted(procurement, key=lambda step: order.index(step["kind"])):
        kind, day = ProcurementStep.Kind(step["kind"]).label, step["decided_on"]
        said = {"step": kind, "day": formats.vn_date(day)}
        if day > today:
            raise Refused(_("“%(step)s” is dated in the future (%(day)s). Look at its date again.") % said)
        if before is not None and day < before[1]:
            said |= {"before": before[0], "before_day": formats.vn_date(before[1])}
            raise Refused(
                _("“%(step)s” (%(day)s) is dated before “%(before)s” (%(before_day)s), which it follows.") % said
            )
        if day > commitment.signed_on:
            said |= {"signed": formats.vn_date(commitment.signed_on)}
            raise Refused(
                _("The contract is signed (%(signed)s) before “%(step)s” (%(day)s). Look at the dates again.") % said
            )
        before = (kind, day)


@transaction.atomic
def approve_commitment(commitment: Commitment, *, by: Any, now: datetime) -> LedgerEntry:
    """Approve what another prepared and book it on its line: one entry, or a sentence that says how much is left."""
    commitment = take_commitment(commitment.pk)
    _require_prepared(commitment)
    today = timezone.localdate(now)
    acting = right_to_approve_commitment(by, commitment, on=today)
    line = take_lines(commitment.line_id)[commitment.line_id]
    commitment.state, commitment.decided_by, commitment.decided_at = STATE.APPROVED, by.public_id, now
    commitment.decided_for = acting.giver
    commitment.save(update_fields=["state", "decided_by", "decided_at", "decided_for"])
    record_event("commitment approved", commitment, by=by, now=now, **acting.facts)
    return book(
        line,
        EntryKind.COMMIT,
        commitment.amount_vnd,
        paper=Paper(f"{commitment.get_kind_display()} {commitment.number}", commitment.signed_on, commitment.file),
        happened_on=_booking_day(line, today),
        by=by,
        now=now,
        prepared_by=commitment.prepared_by,
        approved_by=by.public_id,
        commitment=commitment,
        facts=acting.facts,
    )


def obstacle(commitment: Commitment, today: date) -> str:
    """Why what is prepared could not be booked as its line and year stand now; empty when it could."""
    line, kind, amount_vnd = commitment.line, EntryKind.COMMIT, commitment.amount_vnd
    try:
        require_year_takes(line.year, kind)
        require_room(line, RULES, kind, amount_vnd, 1)
        require_room_since(line, RULES, kind, amount_vnd, 1, _booking_day(line, today))
    except Refused as refused:
        return str(refused)
    return ""


def approve_without_caution(commitment: Commitment, *, by: Any, now: datetime) -> LedgerEntry:
    """Approve one of many: what has a caution is looked at on its own page first."""
    require_no_caution([each.said for each in cautions_of(commitment, on=timezone.localdate(now))])
    return approve_commitment(commitment, by=by, now=now)


def _booking_day(line: BudgetLine, today: date) -> date:
    """Today, or the last day of the line's year when that is over and its books are still open."""
    return min(today, date(line.year.year, 12, 31))


def _require_prepared(commitment: Commitment) -> None:
    if commitment.before_portal and commitment.state == STATE.PREPARED:
        raise Refused(_("It is from before the portal: decide on the step that opens its sums."))
    if commitment.state != STATE.PREPARED:
        raise Conflict(
            _("“%(name)s” is “%(state)s” already; somebody decided on it at %(when)s.")
            % {
                "name": commitment,
                "state": commitment.get_state_display(),
                "when": formats.vn_datetime(commitment.decided_at),
            }
        )


@transaction.atomic
def refuse_commitment(commitment: Commitment, *, answer: str, by: Any, now: datetime) -> Commitment:
    """Refuse what was prepared, with the reason its preparer reads."""
    commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    _require_prepared(commitment)
    today = timezone.localdate(now)
    acting = right_to_refuse_commitment(by, commitment, on=today)
    if not answer.strip():
        raise Refused(_("Say why it is refused."))
    commitment.state, commitment.decided_by, commitment.decided_at = STATE.REFUSED, by.public_id, now
    commitment.decided_for, commitment.answer = acting.giver, answer.strip()
    commitment.save(update_fields=["state", "decided_by", "decided_at", "decided_for", "answer"])
    record_event("commitment refused", commitment, by=by, now=now, reason=commitment.answer, **acting.facts)
    return commitment


@transaction.atomic
def withdraw_commitment(commitment: Commitment, *, by: Any, now: datetime) -> Commitment:
    """Take back what one prepared oneself, before anybody decided on it."""
    require(by, PREPARE_COMMITMENT)
    commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    _require_prepared(commitment)
    if (commitment.kept_by or commitment.prepared_by) != by.public_id:
        raise NotAllowed(_("Only whoever prepared it withdraws it."))
    commitment.state, commitment.decided_by, commitment.decided_at = STATE.WITHDRAWN, by.public_id, now
    commitment.save(update_fields=["state", "decided_by", "decided_at"])
    record_event("commitment withdrawn", commitment, by=by, now=now)
    return commitment


@transaction.atomic
def liquidate_commitment(commitment: Commitment, *, on: date, paper: str, by: Any, now: datetime) -> Commitment:
    """Close a contract or decision by its minutes of liquidation: nothing is owed, advanced or waiting on it."""
    require(by, PREPARE_COMMITMENT)
    commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    require_own_task(by, commitment.line, timezone.localdate(now))
    if commitment.state != STATE.APPROVED:
        raise Conflict(_("Only a signed contract or decision is liquidated."))
    if (after := commitment.going_on) is not None:
        raise Refused(
            _("“%(name)s” goes on in %(year)s. Liquidate it there first.") % {"name": after, "year": after.line.year}
        )
    if not paper.strip():
        raise Refused(_("Name the minutes of liquidation."))
    if on > timezone.localdate(now) or on < commitment.signed_on:
        raise Refused(_("The day of liquidation lies before the signature or in the future."))
    _require_liquidated_elsewhere(commitment, on)
    if commitment.advanced_vnd:
        raise Refused(_("%(left)s advanced is not cleared yet.") % {"left": formats.money(commitment.advanced_vnd)})
    if commitment.payable_vnd:
        raise Refused(
            _("%(left)s is committed and not paid. Pay it, or reduce the commitment first.")
            % {"left": formats.money(commitment.payable_vnd)}
        )
    if Payment.objects.filter(commitment=commitment, state__in=PENDING).exists():
        raise Refused(_("A payment on it still waits for its answer."))
    _require_nothing_after(commitment, on)
    waiting = commitment.steps.filter(state=BudgetStep.State.PREPARED).first()
    if waiting is not None:
        raise Refused(
            _("A step on it waits for its decision: %(step)s. Decide on it or withdraw it first.") % {"step": waiting}
        )
    commitment.state, commitment.liquidated_on, commitment.liquidation_paper = STATE.LIQUIDATED, on, paper.strip()
    commitment.save(update_fields=["state", "liquidated_on", "liquidation_paper"])
    record_event("commitment liquidated", commitment, by=by, now=now, reason=commitment.liquidation_paper)
    return commitment


def _require_liquidated_elsewhere(commitment: Commitment, on: date) -> None:
    """The same contract in the next year is liquidated first: not on a later day."""
    after = (
        commitment.continuations.filter(state=STATE.LIQUIDATED, liquidated_on__gt=on)
        .select_related("line__year")
        .first()
    )
    if after is not None:
        raise Refused(
            _("“%(name)s” is liquidated in %(year)s on %(day)s only; here it is not liquidated on a day before.")
            % {"name": after, "year": after.line.year, "day": formats.vn_date(after.liquidated_on)}
        )


def _require_nothing_after(commitment: Commitment, on: date) -> None:
    """On the day of liquidation everything was paid: afterwards it is settled, money comes back and frees what it paid."""
    standing = LedgerEntry.objects.filter(commitment=commitment, reverses__isnull=True, reversed_by__isnull=True)
    later = [e for e in standing.order_by("document_on", "number") if e.document_on and e.document_on > on]
    later = [entry for entry in later if not entry.opening]
    owed = sum(_owes(entry) for entry in standing if entry not in later)
    freeing = {EntryKind.DECOMMIT} if owed else set()
    against = [e for e in later if e.kind not in AFTER_LIQUIDATION or e.kind in freeing]
    if against:
        last = against[-1]
        raise Refused(
            _(
                "“%(kind)s” by %(document)s is of %(day)s. It is liquidated on that day or later; look at the date again."
            )
            % {
                "kind": last.get_kind_display(),
                "document": last.document,
                "day": formats.vn_date(last.document_on),
            }
        )


def _owes(entry: LedgerEntry) -> int:
    moves = EFFECTS[EntryKind(entry.kind)]
    ways = moves.get("committed_vnd", 0) - moves.get("disbursed_vnd", 0) + moves.get("recovered_vnd", 0)
    return ways * entry.amount_vnd


@transaction.atomic
def undo_liquidation(
    commitment: Commitment, *, reason: str, document: str, on: date, by: Any, now: datetime
) -> Commitment:
    """Take back a liquidation that was wrong, by a document and with a reason: what it stood on can be corrected again.

    The events keep its minutes. Of a contract that goes on in the next year, that of the earlier year is undone first.
    """
    require(by, PREPARE_COMMITMENT)
    before = commitment.continues_id and take_commitment(commitment.continues_id)
    commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    require_own_task(by, commitment.line, timezone.localdate(now))
    _require_undoable(commitment, before or None)
    if not reason.strip():
        raise Refused(_("Say why the liquidation is undone."))
    if not document.strip():
        raise Refused(_("Name the document that this rests on."))
    assert commitment.liquidated_on is not None  # noqa: S101 - a constraint of the table
    if on > timezone.localdate(now) or on < commitment.liquidated_on:
        raise Refused(
            _("The document is dated between the day of liquidation (%(day)s) and today.")
            % {"day": formats.vn_date(commitment.liquidated_on)}
        )
    was = {name: getattr(commitment, name) for name in ("liquidation_paper", "liquidated_on")}
    commitment.state, commitment.liquidated_on, commitment.liquidation_paper = STATE.APPROVED, None, ""
    commitment.save(update_fields=["state", "liquidated_on", "liquidation_paper"])
    record_event(
        "liquidation undone",
        commitment,
        by=by,
        now=now,
        reason=reason.strip(),
        before=was,
        after={"document": document.strip(), "document_on": on},
    )
    return commitment


def why_not_liquidated(commitment: Commitment) -> str:
    """Why it cannot be liquidated in its state, whatever is filled in; empty when it can."""
    return "" if commitment.state == STATE.APPROVED else _("Only a signed contract or decision is liquidated.")


def why_not_undone(commitment: Commitment) -> str:
    """Why its liquidation cannot be undone now, whatever is filled in; empty when it can."""
    try:
        _require_undoable(commitment, commitment.continues)
    except (Conflict, Refused) as refused:
        return str(refused)
    return ""


def _require_undoable(commitment: Commitment, before: Commitment | None) -> None:
    if commitment.state != STATE.LIQUIDATED:
        raise Conflict(_("“%(name)s” is not liquidated. Load the page again.") % {"name": commitment})
    if before is not None and before.state == STATE.LIQUIDATED:
        raise Refused(
            _("“%(name)s” is liquidated in %(year)s too. Undo it there first.")
            % {"name": before, "year": before.line.year}
        )
    year = commitment.line.year
    if year.state == YearState.CLOSED:
        raise Refused(
            _("The budget year %(year)s is closed; nothing is corrected in it any more, and its liquidations stand.")
            % {"year": year}
        )


def withdraw_with_its_entry(entry: LedgerEntry, *, reason: str, by: Any, now: datetime) -> None:
    """A contract or decision of which nothing is bound any more, because its entries were reversed, is withdrawn: its
    number may be entered anew."""
    if entry.kind != EntryKind.COMMIT or entry.commitment_id is None:
        return
    commitment = take_commitment(entry.commitment_id)
    if commitment.state != STATE.APPROVED or commitment.committed_vnd or commitment.payments.under_way().exists():
        return
    commitment.state = STATE.WITHDRAWN
    commitment.save(update_fields=["state"])
    record_event("commitment withdrawn", commitment, by=by, now=now, reason=reason)
