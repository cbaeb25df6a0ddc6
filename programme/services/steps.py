"""Steps of the budget: one person prepares, another approves; room is taken, or refused, at approval."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.models import StoredFile
from programme.cautions import cautions_of_step, require_no_caution
from programme.models import (
    PAIRS,
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    EntryKind,
    LedgerEntry,
    Period,
    StepKind,
)
from programme.models.returns import MoneyReturn
from programme.models.steps import ABOUT_COMMITMENT, BESIDE_LEDGER, LIMITS, NEXT_YEAR, ON_TWO_LINES, RECOVERING
from programme.permissions.budget import PREPARE_STEP
from programme.permissions.steps import right_to_approve_step, right_to_refuse_step
from programme.services import opening, returns
from programme.services.commitments import withdraw_with_its_entry
from programme.services.continuing import OF_CONTRACTS, left_to_carry, require_left_behind
from programme.services.ledger import (
    COMMITMENT_RULES,
    RULES,
    Paper,
    book,
    ceiling_left,
    envelope_left,
    halves_of,
    moves_assigned,
    new_pair,
    require_after_its_contract,
    require_after_what_it_acts_on,
    require_bookable,
    require_cover,
    require_envelope,
    require_reversible,
    require_room,
    require_room_since,
    require_taken_by,
    require_year_takes,
    reverse,
    take_lines,
)
from programme.services.limits import carry_over_grounds, saving_of
from programme.services.redoing import require_redoable
from screens import formats
from screens.text import plain_letters

STATE = BudgetStep.State


@transaction.atomic
def prepare_step(
    kind: str,
    *,
    amount_vnd: int,
    document: str,
    document_on: date,
    by: Any,
    now: datetime,
    period: Period | None = None,
    year: BudgetYear | None = None,
    line: BudgetLine | None = None,
    other_line: BudgetLine | None = None,
    commitment: Commitment | None = None,
    reverses: LedgerEntry | None = None,
    undoes: MoneyReturn | None = None,
    file: StoredFile | None = None,
    ground: str = "",
    happened_on: date | None = None,
    reason: str = "",
    voucher: str = "",
    payer: str = "",
    redoes: BudgetStep | None = None,
) -> BudgetStep:
    """Prepare a step on a line, a commitment, a year or the programme; nothing moves until another person approves it.

    Opening sums have services of their own (`programme.services.opening`).
    """
    require(by, PREPARE_STEP)
    kind = StepKind(kind)
    if kind == StepKind.OPENING:
        raise Refused(_("Opening sums are prepared on the page of their budget line."))
    today = timezone.localdate(now)
    if reverses is not None:
        require_reversible(reverses)
        line, amount_vnd, commitment = reverses.line, reverses.amount_vnd, reverses.commitment
        if BudgetStep.objects.prepared().filter(reverses__in=halves_of(reverses)).exists():
            raise Conflict(_("A reversal of this entry is waiting for approval already."))
    if undoes is not None:
        returns.require_standing(undoes)
        commitment, amount_vnd = undoes.commitment, undoes.amount_vnd
        if BudgetStep.objects.prepared().filter(undoes=undoes).exists():
            raise Conflict(_("A reversal of this return is waiting for approval already."))
    if kind in BESIDE_LEDGER and commitment is not None:
        line = commitment.line
    if line is not None:
        line = BudgetLine.objects.select_related("year").get(pk=line.pk)
    step = BudgetStep(
        kind=kind,
        period=period,
        year=line.year if line is not None else year,
        line=line,
        other_line=other_line,
        commitment=commitment,
        reverses=reverses,
        undoes=undoes,
        redoes=redoes,
        amount_vnd=amount_vnd,
        voucher=plain_letters(voucher),
        payer=payer.strip(),
        document=plain_letters(document) if kind in RECOVERING else document.strip(),
        document_on=document_on,
        file=file,
        ground=ground,
        happened_on=happened_on or today,
        reason=reason.strip(),
        prepared_by=by.public_id,
        prepared_at=now,
    )
    require_redoable(redoes, kind=step.kind, line_id=step.line_id, year_id=step.year_id, period_id=step.period_id)
    _require_sound(step, now=now)
    step.save(force_insert=True)
    record_event("budget step prepared", step, by=by, now=now, reason=step.reason, after=_said(step))
    return step


def _said(step: BudgetStep) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "amount_vnd": step.amount_vnd,
        "document": step.document,
        "document_on": step.document_on,
        **({"voucher": step.voucher, "payer": step.payer} if step.voucher else {}),
    }


def _require_sound(step: BudgetStep, *, now: datetime) -> None:
    """Refuse what no approval could make right; whether there is room is seen at approval (`obstacle`)."""
    if step.amount_vnd <= 0:
        raise Refused(_("The amount must be above 0 đồng."))
    if not step.document:
        raise Refused(_("Name the document that this rests on."))
    if step.document_on > timezone.localdate(now):
        raise Refused(_("The document is dated in the future."))
    if step.kind in LIMITS:
        if (step.kind == StepKind.CEILING and step.period is None) or (
            step.kind == StepKind.ENVELOPE and step.year is None
        ):
            raise Refused(_("Say which period or year this decision is about."))
        if step.kind == StepKind.ENVELOPE and step.year is not None:
            _require_envelope_open(step.year, step.amount_vnd)
            _require_newer_decision(step.year.envelope_step, step)
        elif step.period is not None:
            _require_newer_decision(step.period.ceiling_step, step)
        return
    line = step.line
    if line is None:
        raise Refused(_("Choose the budget line."))
    _require_managed(line)
    if step.kind in BESIDE_LEDGER:
        returns.require_sound(step, today=timezone.localdate(now))
        return
    if step.kind == StepKind.REVERSE:
        _require_sound_reversal(step, now=now)
        return
    require_bookable(line.year, entry_kind(step.kind), step.happened_on, document_on=step.document_on, now=now)
    if step.kind == StepKind.SAVING and not step.reason:
        _require_percent_of_saving(line, step.amount_vnd)
    if step.kind in ON_TWO_LINES:
        _require_other_line(step)
    if step.kind in ABOUT_COMMITMENT:
        if step.commitment is None or step.commitment.line_id != line.pk:
            raise Refused(_("Choose the contract or decision on this line."))
        require_taken_by(step.commitment, entry_kind(step.kind))
        require_after_its_contract(step.commitment, step.document_on)
        if step.kind in RECOVERING:
            returns.require_new_voucher(step.commitment, step.document, waiting=True)
        if step.ground:
            _require_on_its_ground(step, line)
    require_after_what_it_acts_on(line, step.commitment, entry_kind(step.kind), step.amount_vnd, step.document_on)


def _goes_on(step: BudgetStep) -> bool:
    return step.kind == StepKind.COMMIT_MORE and step.ground == NEXT_YEAR


def _require_on_its_ground(step: BudgetStep, line: BudgetLine) -> None:
    """A contract leaves to the next year what it could not pay in its own, once that is over, and binds it there."""
    if _goes_on(step) and step.commitment is not None:
        require_left_behind(step.commitment, step.amount_vnd)
        return
    if step.kind != StepKind.DECOMMIT or step.ground != NEXT_YEAR:
        raise Refused(_("Only what is left unpaid on a contract or decision goes on in the next year."))
    if line.year.state != BudgetYear.State.ADJUSTING:
        raise Refused(
            _("What a contract leaves unpaid goes on in the next year once %(year)s is over; it is “%(state)s”.")
            % {"year": line.year, "state": line.year.get_state_display()}
        )


def _require_percent_of_saving(line: BudgetLine, amount_vnd: int) -> None:
    """What is withheld is what the rule of the year comes to; another amount says why."""
    rule = saving_of(line)
    if rule is not None and amount_vnd != rule.left_vnd:
        raise Refused(
            _(
                "%(percent)s %% of %(base)s comes to %(left)s still to be withheld. Say in the explanation why it is another amount."
            )
            % {
                "percent": rule.percent,
                "base": formats.money(rule.base_vnd),
                "left": formats.money(rule.left_vnd),
            }
        )


def _require_sound_reversal(step: BudgetStep, *, now: datetime) -> None:
    assert step.reverses is not None  # noqa: S101 - a constraint of the table
    if not step.reason:
        raise Refused(_("Say why the entry is reversed."))
    for half in halves_of(step.reverses):
        require_bookable(
            half.line.year,
            half.kind,
            step.happened_on,
            document_on=step.document_on,
            now=now,
            reverses=half,
            opening=half.opening,
        )


def _require_managed(line: BudgetLine) -> None:
    if not line.managed:
        raise Refused(_("This line is only followed: it is written from the report of whoever holds the money."))


def _require_envelope_open(year: BudgetYear, amount_vnd: int) -> None:
    """After its end a year is corrected: its envelope is lowered with what was cancelled, and raised no more."""
    if year.state == BudgetYear.State.CLOSED:
        raise Refused(_("The budget year %(year)s is closed; nothing is booked in it any more.") % {"year": year})
    if year.state == BudgetYear.State.ADJUSTING and amount_vnd > year.envelope_vnd:
        raise Refused(
            _("The budget year %(year)s is over; its envelope (%(now)s) may be lowered, not raised.")
            % {"year": year, "now": formats.money(year.envelope_vnd)}
        )


def why_never(
    kind: str,
    *,
    line: BudgetLine | None,
    year: BudgetYear | None = None,
    reverses: LedgerEntry | None = None,
    commitment: Commitment | None = None,
    undoes: MoneyReturn | None = None,
) -> str:
    """Why no step of `kind` can be prepared here now, whatever is filled in; empty when one can."""
    try:
        if kind == StepKind.ENVELOPE and year is not None:
            _require_envelope_open(year, 0)
        if kind in BESIDE_LEDGER:
            about = commitment if undoes is None else undoes.commitment
            if about is not None:
                returns.require_closed(about)
            if undoes is not None:
                returns.require_standing(undoes)
            return ""
        if reverses is not None:
            require_reversible(reverses)
        if line is not None:
            _require_managed(line)
            if reverses is None:
                require_year_takes(line.year, entry_kind(kind))
        for half in [] if reverses is None else halves_of(reverses):
            require_year_takes(half.line.year, half.kind, opening=half.opening)
    except Refused as refused:
        return str(refused)
    return ""


def obstacle(step: BudgetStep) -> str:
    """Why the step could not be booked as its lines, contract, year and programme stand now; empty when it could."""
    try:
        if step.reverses is not None:
            require_reversible(step.reverses)
        if step.kind in BESIDE_LEDGER:
            returns.obstacle(step)
        if step.kind == StepKind.OPENING and step.line is not None:
            opening.require_bookable(step, step.line, again=opening.opens_again(step))
        if step.kind in RECOVERING and step.commitment is not None:
            returns.require_new_voucher(step.commitment, step.document)
        moves = _moves(step)
        for line, kind, amount_vnd, sign in moves:
            require_room(line, RULES, kind, amount_vnd, sign)
            require_room_since(line, RULES, kind, amount_vnd, sign, step.happened_on)
            if len(moves) == 1:  # a movement between two lines takes nothing of an envelope
                require_envelope(line, kind, amount_vnd, sign)
            if step.commitment is not None:
                if _goes_on(step):
                    require_left_behind(step.commitment, step.amount_vnd)
                require_taken_by(step.commitment, kind, reversal=sign < 0)
                if sign > 0:
                    require_after_its_contract(step.commitment, step.document_on)
                require_cover(step.commitment, kind, amount_vnd, sign)
                require_room(step.commitment, COMMITMENT_RULES, kind, amount_vnd, sign)
                require_room_since(step.commitment, COMMITMENT_RULES, kind, amount_vnd, sign, step.happened_on)
            if sign > 0:
                require_after_what_it_acts_on(line, step.commitment, kind, amount_vnd, step.document_on)
        if step.kind == StepKind.CEILING and step.period is not None:
            _require_ceiling_above(step.period, step.amount_vnd)
        if step.kind == StepKind.ENVELOPE and step.year is not None:
            _require_envelope_between(step.year.period, step.year, step.amount_vnd)
    except Refused as refused:
        return str(refused)
    return ""


def doubt(step: BudgetStep) -> str:
    """What the ledger does not show of the ground that a carry-over names; empty when it shows it, or cannot tell."""
    line = step.line
    if step.kind != StepKind.CARRY_OVER or line is None:
        return ""
    if step.ground == OF_CONTRACTS:
        return _doubt_of_contracts(line, step.amount_vnd)
    if step.ground == "additions_after_30_9":
        late = LedgerEntry.objects.filter(
            line=line,
            kind=EntryKind.SUPPLEMENT,
            reverses__isnull=True,
            reversed_by__isnull=True,
            happened_on__gt=date(line.year.year, 9, 30),
        )
        if not late.exists():
            return _("The ledger of this line shows no estimate that was added after 30/9.")
    return ""


def _doubt_of_contracts(line: BudgetLine, amount_vnd: int) -> str:
    """On this ground goes what contracts left to the next year; the rest of the line no contract ever bound."""
    left = left_to_carry(line)
    if amount_vnd <= left:
        return ""
    standing = Commitment.objects.standing().filter(line=line)
    unpaid = standing.aggregate(sum=Sum(F("committed_vnd") - F("disbursed_vnd") + F("recovered_vnd")))["sum"] or 0
    said = {"left": formats.money(left), "rest": formats.money(amount_vnd - left), "unpaid": formats.money(unpaid)}
    if unpaid:
        return (
            _(
                "Contracts and decisions of this line left %(left)s to the next year; the other %(rest)s none of them ever "
                "bound. %(unpaid)s of them is signed and unpaid: to carry that over, first reduce each by it, as carried over "
                "to the next year, on its page."
            )
            % said
        )
    if left:
        return (
            _(
                "Contracts and decisions of this line left %(left)s to the next year; the other %(rest)s none of them ever "
                "bound."
            )
            % said
        )
    return _("The portal knows no signed contract or decision of this line with money left to be paid.")


def _moves(step: BudgetStep) -> list[tuple[BudgetLine, EntryKind, int, int]]:
    """[(line, kind of entry, amount, sign)] of what the step would book."""
    if step.kind in LIMITS or step.kind in BESIDE_LEDGER or step.kind == StepKind.OPENING:
        return []
    if step.reverses is not None:
        return [(half.line, EntryKind(half.kind), half.amount_vnd, -1) for half in halves_of(step.reverses)]
    assert step.line is not None  # noqa: S101 - a constraint of the table
    out = entry_kind(step.kind)
    moves = [(step.line, out, step.amount_vnd, 1)]
    if step.other_line is not None:
        moves.append((step.other_line, PAIRS[out], step.amount_vnd, 1))
    return moves


def entry_kind(kind: str) -> EntryKind:
    """The entry that a step of `kind` books on its line; of a movement between two lines, where the money leaves."""
    if kind == StepKind.TRANSFER:
        return EntryKind.TRANSFER_OUT
    return EntryKind.CARRY_OUT if kind == StepKind.CARRY_OVER else EntryKind(kind)


def _require_other_line(step: BudgetStep) -> None:
    line, other = step.line, step.other_line
    if other is None or line is None or other.pk == line.pk:
        raise Refused(_("Choose the other line."))
    if not other.managed or other.source_id != line.source_id:
        raise Refused(_("Money moves only between managed lines of the same source."))
    if step.kind == StepKind.TRANSFER and other.year_id != line.year_id:
        raise Refused(_("Money is adjusted between lines of one year; to the next year it is carried over."))
    if step.kind == StepKind.CARRY_OVER:
        if other.year.year != line.year.year + 1 or other.task_id != line.task_id:
            raise Refused(_("Money is carried over to the line of the same task in the next year."))
        grounds = carry_over_grounds(line.year.year)
        if step.ground not in grounds:
            raise Refused(_("Choose a ground for carrying over that the law of %(year)s knows.") % {"year": line.year})


@transaction.atomic
def approve_step(step: BudgetStep, *, by: Any, now: datetime) -> list[LedgerEntry]:
    """Approve a prepared step and book it; returns the entries. Two people, and room for it, or a sentence why not."""
    step = BudgetStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    _require_prepared(step)
    today = timezone.localdate(now)
    acting = right_to_approve_step(by, step, on=today)
    step.state, step.decided_by, step.decided_at, step.decided_for = STATE.APPROVED, by.public_id, now, acting.giver
    if step.kind == StepKind.OPENING and step.line is not None:
        step.happened_on = opening.booking_day(step.line.year, today)
    step.save(update_fields=["state", "decided_by", "decided_at", "decided_for", "happened_on"])
    record_event("budget step approved", step, by=by, now=now, **acting.facts)
    return _carry_through(step, by=by, now=now, facts=acting.facts)


def approve_without_caution(step: BudgetStep, *, by: Any, now: datetime) -> list[LedgerEntry]:
    """Approve one of many: what has a caution is looked at on its own page first."""
    if step.state == STATE.PREPARED:
        require_no_caution([each for each in (doubt(step), *cautions_of_step(step)) if each])
    return approve_step(step, by=by, now=now)


def _carry_through(step: BudgetStep, *, by: Any, now: datetime, facts: dict[str, str]) -> list[LedgerEntry]:
    """Book what the step asks for; ceiling and envelope become the new limit."""
    if step.kind == StepKind.CEILING:
        return _change_ceiling(step, by=by, now=now)
    if step.kind == StepKind.ENVELOPE:
        return _change_envelope(step, by=by, now=now)
    if step.kind == StepKind.OPENING:
        return opening.carry_through(step, by=by, now=now, facts=facts)
    if step.kind in BESIDE_LEDGER:
        returns.carry_through(step, by=by, now=now)
        return []
    paper = Paper(step.document, step.document_on, step.file)
    common: dict[str, Any] = {
        "paper": paper,
        "happened_on": step.happened_on,
        "reason": step.reason,
        "step": step,
        "by": by,
        "now": now,
        "facts": facts,
    }
    if step.kind == StepKind.REVERSE:
        assert step.reverses is not None  # noqa: S101 - a constraint of the table
        entries = reverse(step.reverses, **common)
        withdraw_with_its_entry(step.reverses, reason=step.reason, by=by, now=now)
        return entries
    common |= {"prepared_by": step.prepared_by, "approved_by": by.public_id}
    if step.kind in ON_TWO_LINES:
        return _book_pair(step, common)
    commitment = None
    if step.kind in ABOUT_COMMITMENT:
        assert step.commitment is not None  # noqa: S101 - _require_sound
        commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=step.commitment.pk)
        if step.kind in RECOVERING:
            returns.require_new_voucher(commitment, step.document)
        if _goes_on(step):
            require_left_behind(commitment, step.amount_vnd)
    assert step.line is not None  # noqa: S101 - a constraint of the table
    line = take_lines(step.line.pk, alone=moves_assigned(step.kind))[step.line.pk]
    return [book(line, step.kind, step.amount_vnd, commitment=commitment, **common)]


def _book_pair(step: BudgetStep, common: dict[str, Any]) -> list[LedgerEntry]:
    out = entry_kind(step.kind)
    assert step.line is not None and step.other_line is not None  # noqa: S101 - constraints of the table
    lines, pair = take_lines(step.line.pk, step.other_line.pk, alone=True), new_pair()
    return [
        book(lines[step.line.pk], out, step.amount_vnd, pair=pair, **common),
        book(lines[step.other_line.pk], PAIRS[out], step.amount_vnd, pair=pair, **common),
    ]


def _change_ceiling(step: BudgetStep, *, by: Any, now: datetime) -> list[LedgerEntry]:
    assert step.period is not None  # noqa: S101 - a constraint of the table
    period = Period.objects.select_for_update(of=("self",)).get(pk=step.period.pk)
    _require_newer_decision(period.ceiling_step, step)
    _require_ceiling_above(period, step.amount_vnd)
    before = period.ceiling_vnd
    period.ceiling_vnd, period.ceiling_step = step.amount_vnd, step
    period.save_version(period.version, update_fields=["ceiling_vnd", "ceiling_step"])
    record_event(
        "ceiling changed",
        period,
        by=by,
        now=now,
        reason=step.document,
        before={"ceiling_vnd": before},
        after={"ceiling_vnd": step.amount_vnd},
    )
    return []


def _require_ceiling_above(period: Period, amount_vnd: int) -> None:
    taken = (period.ceiling_vnd or 0) - ceiling_left(period)
    if amount_vnd < taken:
        raise Refused(
            _(
                "The years' envelopes, and money carried in from outside, take %(taken)s already; the ceiling cannot be lower."
            )
            % {"taken": formats.money(taken)}
        )


def _require_envelope_between(period: Period, year: BudgetYear, amount_vnd: int) -> None:
    """The envelope lies between what its lines have been assigned, with what is withheld, and what the ceiling leaves."""
    room = ceiling_left(period) + year.envelope_vnd
    if amount_vnd > room:
        raise Refused(
            _("The programme's ceiling leaves %(left)s for %(year)s; this asks for %(amount)s.")
            % {"left": formats.money(room), "year": year, "amount": formats.money(amount_vnd)}
        )
    taken = year.envelope_vnd - envelope_left(year)
    if amount_vnd < taken:
        raise Refused(
            _("%(taken)s of %(year)s is assigned to lines or withheld as saving; the envelope cannot be lower.")
            % {"taken": formats.money(taken), "year": year}
        )


def _change_envelope(step: BudgetStep, *, by: Any, now: datetime) -> list[LedgerEntry]:
    assert step.year is not None  # noqa: S101 - a constraint of the table
    period = Period.objects.select_for_update(of=("self",)).get(pk=step.year.period_id)
    year = BudgetYear.objects.select_for_update(of=("self",)).get(pk=step.year.pk)
    _require_newer_decision(year.envelope_step, step)
    _require_envelope_open(year, step.amount_vnd)
    _require_envelope_between(period, year, step.amount_vnd)
    before = year.envelope_vnd
    year.envelope_vnd, year.envelope_step = step.amount_vnd, step
    year.save_version(year.version, update_fields=["envelope_vnd", "envelope_step"])
    record_event(
        "envelope changed",
        year,
        by=by,
        now=now,
        reason=step.document,
        before={"envelope_vnd": before},
        after={"envelope_vnd": step.amount_vnd},
    )
    return []


def _require_newer_decision(standing: BudgetStep | None, step: BudgetStep) -> None:
    """A limit that stands by a decision changes by a later one only."""
    if standing is not None and step.document_on < standing.document_on:
        raise Refused(
            _("It stands by %(document)s of %(day)s. A decision of an earlier day does not change it; check the date.")
            % {"document": standing.document, "day": formats.vn_date(standing.document_on)}
        )


def _require_prepared(step: BudgetStep) -> None:
    if step.state != STATE.PREPARED:
        raise Conflict(
            _("This step is “%(state)s” already; somebody decided on it at %(when)s.")
            % {"state": step.get_state_display(), "when": formats.vn_datetime(step.decided_at)}
        )


@transaction.atomic
def refuse_step(step: BudgetStep, *, answer: str, by: Any, now: datetime) -> BudgetStep:
    """Send a prepared step back for good, with the reason its preparer reads."""
    step = BudgetStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    _require_prepared(step)
    today = timezone.localdate(now)
    acting = right_to_refuse_step(by, step, on=today)
    if not answer.strip():
        raise Refused(_("Say why it is refused."))
    step.state, step.decided_by, step.decided_at, step.decided_for = STATE.REFUSED, by.public_id, now, acting.giver
    step.answer = answer.strip()
    step.save(update_fields=["state", "decided_by", "decided_at", "decided_for", "answer"])
    record_event("budget step refused", step, by=by, now=now, reason=step.answer, **acting.facts)
    opening.drop_with(step, Commitment.State.REFUSED, by=by, now=now)
    return step


@transaction.atomic
def withdraw_step(step: BudgetStep, *, by: Any, now: datetime) -> BudgetStep:
    """Take back a step one prepared oneself, before anybody decided on it."""
    require(by, PREPARE_STEP)
    step = BudgetStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    _require_prepared(step)
    if (step.kept_by or step.prepared_by) != by.public_id:
        raise NotAllowed(_("Only whoever prepared a step withdraws it."))
    step.state, step.decided_by, step.decided_at = STATE.WITHDRAWN, by.public_id, now
    step.save(update_fields=["state", "decided_by", "decided_at"])
    record_event("budget step withdrawn", step, by=by, now=now)
    opening.drop_with(step, Commitment.State.WITHDRAWN, by=by, now=now)
    return step
