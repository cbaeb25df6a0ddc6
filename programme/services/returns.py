"""Money returned after its year was closed: kept beside the ledger, for the closed year's balances stay as they are.

While a year is open, what comes back is recovered and restores the estimate (the step “recover”); after that it is
returned to the State budget and restores nothing.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import record_event
from audit.refusals import Conflict, Refused
from programme.alike import alike, voucher_in
from programme.models import BudgetStep, Commitment, EntryKind, LedgerEntry, MoneyReturn, YearState
from programme.models.budget import RECOVERIES
from programme.models.steps import COMES_BACK
from programme.services.ledger import take_commitment
from programme.services.limits import year_end
from screens import formats


def returned_vnd(rows: Any) -> int:
    """What these returns come to, those reversed taken off."""
    return rows.with_net().aggregate(sum=Sum("net_vnd"))["sum"] or 0


def left_to_return(commitment: Commitment) -> int:
    """What was paid on it and has not come back, neither in its year nor since."""
    return commitment.spent_vnd - returned_vnd(MoneyReturn.objects.filter(commitment=commitment))


def require_closed(commitment: Commitment) -> None:
    """Refuse while the year of the contract can still take the money back."""
    year = commitment.line.year
    if year.state != YearState.CLOSED:
        raise Refused(
            _(
                "The budget year %(year)s is not closed (“%(state)s”): what comes back now is recovered and restores the "
                "estimate. Prepare “Recovered, estimate restored” instead."
            )
            % {"year": year, "state": year.get_state_display()}
        )


def require_room(commitment: Commitment, amount_vnd: int) -> None:
    left = left_to_return(commitment)
    if amount_vnd > left:
        raise Refused(
            _("Only %(left)s was paid on this contract or decision and has not come back; this returns %(amount)s.")
            % {"left": formats.money(max(left, 0)), "amount": formats.money(amount_vnd)}
        )


def require_standing(found: MoneyReturn) -> None:
    if found.reverses_id is not None:
        raise Refused(_("This return is itself a reversal; it cannot be reversed."))
    if MoneyReturn.objects.filter(reverses=found).exists():
        raise Conflict(_("This return is reversed already."))


def require_sound(step: BudgetStep, *, today: date) -> None:
    """Refuse what no approval could make right."""
    commitment = step.commitment
    if commitment is None or commitment.state not in (Commitment.State.APPROVED, Commitment.State.LIQUIDATED):
        raise Refused(_("Choose the contract or decision that the money was paid on."))
    require_closed(commitment)
    if not step.reason:
        raise Refused(_("Say why the money is returned, or why its record is reversed."))
    if step.undoes is not None:
        require_standing(step.undoes)
        _require_day_of_reversal(step, step.undoes, today)
        return
    if step.happened_on > today:
        raise Refused(_("The day of the Treasury's voucher lies in the future."))
    if not step.voucher or not step.payer:
        raise Refused(_("Give the number of the Treasury's voucher and say who returned the money."))
    _require_day_of_voucher(commitment, step.happened_on)
    require_new_voucher(commitment, step.voucher, waiting=True)
    require_room(commitment, step.amount_vnd)


def _require_day_of_voucher(commitment: Commitment, day: date) -> None:
    """Until its adjustment period ended, what came back lowered the spending of the year itself; what came later, though
    entered only now that the year is closed, is revenue of the budget of the day it came."""
    year = commitment.line.year
    closed_on = timezone.localdate(year.closed_at)
    ends = next((due.on for due in year_end(year.year) if due.code == "adjustment_ends"), closed_on)
    if day < closed_on and day <= ends:
        raise Refused(
            _(
                "A voucher of %(day)s lowers the spending of %(year)s itself, whose adjustment period ran until %(ends)s; "
                "but that year was closed on %(closed)s and takes no entry. Compare with the Treasury: what it counts as "
                "revenue of a later year is entered here with the day on which it does."
            )
            % {
                "year": year,
                "closed": formats.vn_date(closed_on),
                "day": formats.vn_date(day),
                "ends": formats.vn_date(ends),
            }
        )
    spending = [EntryKind.ADVANCE, EntryKind.PAY]
    paid = LedgerEntry.objects.filter(commitment=commitment, kind__in=spending, reverses__isnull=True)
    first = paid.aggregate(on=Min("happened_on"))["on"]
    if first is not None and day < first:
        raise Refused(
            _("The first payment on this contract or decision is of %(first)s; nothing came back before it.")
            % {"first": formats.vn_date(first)}
        )


def _require_day_of_reversal(step: BudgetStep, undone: MoneyReturn, today: date) -> None:
    if step.happened_on > today:
        raise Refused(_("The day of the reversal lies in the future."))
    if step.happened_on < undone.returned_on:
        raise Refused(
            _("The return is of %(day)s; it is reversed on that day or later.")
            % {"day": formats.vn_date(undone.returned_on)}
        )
    if step.document_on < undone.returned_on:
        raise Refused(
            _("The return is of %(day)s; a document dated before it (%(document)s) cannot correct it.")
            % {"day": formats.vn_date(undone.returned_on), "document": formats.vn_date(step.document_on)}
        )
    if step.happened_on < step.document_on:
        raise Refused(
            _("It is reversed on the day of its document (%(day)s) or later.")
            % {"day": formats.vn_date(step.document_on)}
        )


def require_new_voucher(commitment: Commitment, voucher: str, *, waiting: bool = False) -> None:
    """By one paper money comes back once on a contract, into the estimate or to the budget; however the paper is typed."""
    same = alike(voucher_in(voucher))
    back = commitment.entries.filter(kind__in=RECOVERIES, reverses__isnull=True, reversed_by__isnull=True)
    known = [*back.values_list("document", flat=True)]
    known += MoneyReturn.objects.standing().filter(commitment=commitment).values_list("voucher", flat=True)
    if same in {alike(voucher_in(each)) for each in known}:
        raise Conflict(
            _("The voucher %(voucher)s is entered on this contract or decision already.") % {"voucher": voucher}
        )
    if not waiting:
        return
    for step in BudgetStep.objects.prepared().filter(kind__in=COMES_BACK, commitment=commitment):
        if alike(voucher_in(step.voucher or step.document)) == same:
            raise Conflict(
                _(
                    "The voucher %(voucher)s stands on a step of %(day)s that waits for approval: %(kind)s, %(amount)s. It "
                    "is entered once that is approved; to enter it otherwise, have that step withdrawn first."
                )
                % {
                    "voucher": voucher,
                    "day": formats.vn_date(timezone.localdate(step.prepared_at)),
                    "kind": step.get_kind_display(),
                    "amount": formats.money(step.amount_vnd),
                }
            )


def obstacle(step: BudgetStep) -> None:
    """Refuse, in words, what could not be recorded as things stand now."""
    assert step.commitment is not None  # noqa: S101 - a constraint of the table
    require_closed(step.commitment)
    if step.undoes is not None:
        require_standing(step.undoes)
    else:
        require_new_voucher(step.commitment, step.voucher)
        require_room(step.commitment, step.amount_vnd)


def carry_through(step: BudgetStep, *, by: Any, now: datetime) -> MoneyReturn:
    """Record what the approved step says; the balances of the closed year do not change."""
    assert step.commitment_id is not None  # noqa: S101 - a constraint of the table
    step.commitment = take_commitment(step.commitment_id)
    obstacle(step)
    undone = step.undoes
    row = MoneyReturn(
        commitment=step.commitment,
        amount_vnd=step.amount_vnd,
        reverses=undone,
        step=step,
        document=step.document,
        document_on=step.document_on,
        file=step.file,
        voucher=undone.voucher if undone else step.voucher,
        returned_on=step.happened_on,
        payer=undone.payer if undone else step.payer,
        reason=step.reason,
        recorded_at=now,
        recorded_by=step.prepared_by,
        approved_by=by.public_id,
    )
    row.save(force_insert=True)
    record_event(
        "return to the budget reversed" if undone else "money returned to the budget",
        step.commitment,
        by=by,
        now=now,
        reason=step.reason,
        after={
            "amount_vnd": row.amount_vnd,
            "voucher": row.voucher,
            "returned_on": row.returned_on,
            "payer": row.payer,
        },
    )
    return row
