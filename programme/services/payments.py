"""The payment chain: prepared, controlled, signed, sent; only the Treasury's answer makes money disbursed."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from programme.alike import alike
from programme.models import Commitment, EntryKind, LedgerEntry, Payment, account_now
from programme.models.commitments import PENDING
from programme.permissions.budget import ANSWER_PAYMENT, PREPARE_PAYMENT, SEND_PAYMENT
from programme.permissions.payments import right_to_control, right_to_return, right_to_sign
from programme.services.accounts import same_bank
from programme.services.ledger import Paper, book, require_taken_by, require_year_takes, take_lines
from programme.services.limits import advance_ceiling
from programme.services.redoing import require_redoable
from screens import formats
from screens.text import plain_letters

STATE = Payment.State
CONTENT = (
    "kind",
    "amount_vnd",
    "clears_vnd",
    "payee",
    "payee_account",
    "payee_bank",
    "invoice",
    "invoice_on",
    "file",
    "note",
)


@transaction.atomic
def prepare_payment(
    commitment: Commitment, *, by: Any, now: datetime, redoes: Payment | None = None, **content: Any
) -> Payment:
    """Prepare an advance or a payment on a signed contract or decision; `content` holds the fields named in CONTENT.

    `redoes` is the one without effect in whose place it stands.
    """
    require(by, PREPARE_PAYMENT)
    commitment = Commitment.objects.select_for_update(of=("self",)).select_related("line__year").get(pk=commitment.pk)
    require_redoable(redoes, commitment_id=commitment.pk)
    content["payee_account"] = plain_letters(content.get("payee_account"))
    content["payee_bank"] = _bank_as_in_contract(commitment, plain_letters(content.get("payee_bank")))
    payment = Payment(commitment=commitment, redoes=redoes, prepared_by=by.public_id, prepared_at=now, **content)
    _require_sound(payment, timezone.localdate(now))
    payment.save(force_insert=True)
    record_event(
        "payment prepared",
        payment,
        by=by,
        now=now,
        after={name: content.get(name) for name in ("kind", "amount_vnd", "clears_vnd", "invoice", "invoice_on")},
        personal={"payee_account": payment.payee_account} if payment.payee_account else None,
        commitment=commitment.public_id,
    )
    return payment


def _bank_as_in_contract(commitment: Commitment, typed: str) -> str:
    """The bank as the contract writes it, where the same or none was typed: the database compares the names as written."""
    if commitment.kind == Commitment.Kind.DETAILED_ESTIMATE:
        return typed
    bank = account_now(commitment)[1]
    return bank if not typed or same_bank(typed, bank) else typed


def _require_sound(payment: Payment, today: date) -> None:
    """Refuse what the contract does not bear: its state, payee and account, what is left on it, the ceiling of advances."""
    commitment = payment.commitment
    _require_signed(commitment)
    advance = payment.kind == Payment.Kind.ADVANCE
    require_year_takes(commitment.line.year, EntryKind.ADVANCE if advance else EntryKind.PAY)
    if payment.amount_vnd < 0 or payment.clears_vnd < 0 or payment.amount_vnd + payment.clears_vnd <= 0:
        raise Refused(_("The amount must be above 0 đồng."))
    if advance and payment.clears_vnd:
        raise Refused(_("An advance clears no advance."))
    if not payment.invoice.strip():
        raise Refused(_("Name the invoice, acceptance or request that this pays."))
    if payment.invoice_on > today:
        raise Refused(_("The invoice is dated in the future."))
    if payment.invoice_on < commitment.signed_on:
        raise Refused(_("The invoice is dated before the contract or decision."))
    _require_payee_of_commitment(payment)
    _require_room(payment)


def _require_signed(commitment: Commitment) -> None:
    if commitment.state == Commitment.State.LIQUIDATED:
        require_taken_by(commitment, EntryKind.PAY)
    if commitment.state != Commitment.State.APPROVED:
        raise Refused(_("Only a signed contract or decision is paid."))


def why_never(commitment: Commitment) -> str:
    """Why no payment can be prepared on it now, whatever is filled in; empty when one can."""
    year = commitment.line.year
    try:
        _require_signed(commitment)
        if not year.takes(EntryKind.ADVANCE):
            require_year_takes(year, EntryKind.PAY)
    except Refused as refused:
        return str(refused)
    return ""


def why_never_again(payment: Payment, *states: str) -> str:
    """Why a step that is taken in one of `states` cannot be taken on it any more; empty when it can."""
    if payment.state in states:
        return ""
    return _("This payment is “%(state)s”; this step is not taken on it.") % {"state": payment.get_state_display()}


def _require_payee_of_commitment(payment: Payment) -> None:
    commitment = payment.commitment
    if commitment.kind == Commitment.Kind.DETAILED_ESTIMATE:
        return  # a list pays many; each payment names its own
    if payment.payee.strip() != commitment.payee.strip():
        raise Refused(_("The payee differs from the contract's: %(payee)s.") % {"payee": commitment.payee})
    account, bank = account_now(commitment)
    if (alike(payment.payee_account), alike(payment.payee_bank)) != (alike(account), alike(bank)):
        said = (
            _("The account or its bank differs from the contract's (%(account)s). An addendum must change it first.")
            if payment.pk is None
            else _(
                "The contract is paid to the account %(account)s by now; this payment names another. Give it back, to be "
                "prepared anew."
            )
        )
        raise Refused(said % {"account": " – ".join(filter(None, (account, bank))) or _("none")})


def _require_room(payment: Payment) -> None:
    """What is prepared takes no room of the line, but no contract is asked to pay more than it says."""
    commitment = payment.commitment
    waiting = commitment.payments.filter(state__in=PENDING).exclude(pk=payment.pk)
    sums = waiting.aggregate(amount=Sum("amount_vnd"), clears=Sum("clears_vnd"))
    pending, clearing = sums["amount"] or 0, sums["clears"] or 0
    left = commitment.payable_vnd - pending
    if payment.amount_vnd > left:
        raise Refused(
            _("The contract or decision leaves %(left)s (%(pending)s of it is waiting); this asks for %(amount)s.")
            % {
                "left": formats.money(max(left, 0)),
                "pending": formats.money(pending),
                "amount": formats.money(payment.amount_vnd),
            }
        )
    uncleared = commitment.advanced_vnd - clearing
    if payment.clears_vnd > uncleared:
        raise Refused(
            _("Only %(left)s of advances is not yet cleared; this takes %(amount)s.")
            % {"left": formats.money(max(uncleared, 0)), "amount": formats.money(payment.clears_vnd)}
        )
    if payment.kind == Payment.Kind.ADVANCE:
        _require_advance_ceiling(payment)


def of_all_years(commitment: Commitment) -> tuple[int, int]:
    """(bound, advanced and not cleared) by a contract with what the same contract is in the years before."""
    years = [commitment]
    while (before := years[-1].continues) is not None:
        years.append(before)
    return sum(each.committed_vnd for each in years), sum(each.advanced_vnd for each in years)


def room_for_advances(commitment: Commitment, on: date, *, but: Payment | None = None) -> tuple[int, int, int]:
    """(percent, most, what is left) of advances on a contract on a day: those not cleared and those that wait take their part,
    `but` one payment."""
    percent = advance_ceiling(on)
    committed, advanced = of_all_years(commitment)
    waiting = commitment.payments.filter(state__in=PENDING, kind=Payment.Kind.ADVANCE)
    if but is not None:
        waiting = waiting.exclude(pk=but.pk)
    most = committed * percent // 100
    return percent, most, most - advanced - (waiting.aggregate(sum=Sum("amount_vnd"))["sum"] or 0)


def _require_advance_ceiling(payment: Payment) -> None:
    percent, _most, left = room_for_advances(payment.commitment, payment.invoice_on, but=payment)
    if payment.amount_vnd > left:
        raise Refused(
            _(
                "Advances may reach %(percent)s %% of the contract or decision; %(left)s is left, this asks for %(amount)s."
            )
            % {
                "percent": percent,
                "left": formats.money(max(left, 0)),
                "amount": formats.money(payment.amount_vnd),
            }
        )


def obstacle(payment: Payment) -> str:
    """Why the payment could not be controlled, signed or sent as its contract stands now; empty when it could."""
    try:
        if payment.state in (STATE.PREPARED, STATE.CONTROLLED, STATE.SIGNED):
            _require_payee_of_commitment(payment)
        if payment.state in (STATE.PREPARED, STATE.CONTROLLED):
            _require_room(payment)
    except Refused as refused:
        return str(refused)
    return ""


def _take(payment: Payment, *states: str) -> Payment:
    """The payment as it stands now, locked; refused when it is not in one of `states`."""
    payment = (
        Payment.objects.select_for_update(of=("self",)).select_related("commitment__line__year").get(pk=payment.pk)
    )
    if payment.state not in states:
        raise Conflict(_("This payment is “%(state)s” already.") % {"state": payment.get_state_display()})
    return payment


def _move(payment: Payment, state: str, **values: Any) -> None:
    payment.state = state
    for name, value in values.items():
        setattr(payment, name, value)
    payment.version += 1
    payment.save(update_fields=["state", "version", *values])


@transaction.atomic
def control_payment(payment: Payment, *, by: Any, now: datetime) -> Payment:
    """The chief accountant controls what the accountant prepared."""
    payment = _take(payment, STATE.PREPARED)
    today = timezone.localdate(now)
    acting = right_to_control(by, payment, on=today)
    _require_payee_of_commitment(payment)
    _require_room(payment)
    _move(payment, STATE.CONTROLLED, controlled_by=by.public_id, controlled_at=now, controlled_for=acting.giver)
    record_event("payment controlled", payment, by=by, now=now, **acting.facts)
    return payment


@transaction.atomic
def sign_payment(payment: Payment, *, by: Any, now: datetime) -> Payment:
    """The account holder, or whoever they authorised in writing, signs what was controlled."""
    payment = _take(payment, STATE.CONTROLLED)
    today = timezone.localdate(now)
    acting = right_to_sign(by, payment, on=today)
    _require_payee_of_commitment(payment)
    _require_room(payment)
    _move(payment, STATE.SIGNED, signed_by=by.public_id, signed_at=now, signed_for=acting.giver)
    record_event("payment signed", payment, by=by, now=now, **acting.facts)
    return payment


@transaction.atomic
def send_payment(payment: Payment, *, by: Any, now: datetime) -> Payment:
    """Note that the signed papers went to the Treasury."""
    require(by, SEND_PAYMENT)
    payment = _take(payment, STATE.SIGNED)
    _require_payee_of_commitment(payment)
    _move(payment, STATE.SENT, sent_by=by.public_id, sent_at=now)
    record_event("payment sent", payment, by=by, now=now)
    return payment


@transaction.atomic
def return_payment(payment: Payment, *, answer: str, by: Any, now: datetime) -> Payment:
    """Give a payment back before it is sent, with the reason; its preparer prepares another."""
    payment = _take(payment, STATE.PREPARED, STATE.CONTROLLED, STATE.SIGNED)
    today = timezone.localdate(now)
    acting = right_to_return(by, payment, on=today)
    if not answer.strip():
        raise Refused(_("Say why it is given back."))
    _move(payment, STATE.RETURNED, returned_by=by.public_id, returned_at=now, answer=answer.strip())
    record_event("payment returned", payment, by=by, now=now, reason=payment.answer, **acting.facts)
    return payment


@transaction.atomic
def withdraw_payment(payment: Payment, *, by: Any, now: datetime) -> Payment:
    """Take back a payment one prepared oneself, before it is controlled."""
    require(by, PREPARE_PAYMENT)
    payment = _take(payment, STATE.PREPARED)
    if (payment.kept_by or payment.prepared_by) != by.public_id:
        raise NotAllowed(_("Only whoever prepared it withdraws it."))
    _move(payment, STATE.WITHDRAWN, returned_by=by.public_id, returned_at=now)
    record_event("payment withdrawn", payment, by=by, now=now)
    return payment


def _signed_first(payment: Payment, voucher: str) -> date:
    """The day of the signing: what is entered anew for reversed payments of the contract by the same voucher was paid by
    the Treasury then, after the first of these was signed."""
    paid = payment.commitment.payments.filter(state=STATE.PAID)
    stands = LedgerEntry.objects.filter(payment=OuterRef("pk"), reversed_by__isnull=True)
    undone = [other for other in paid.exclude(Exists(stands)) if alike(other.voucher) == alike(voucher)]
    return min(timezone.localdate(each.signed_at) for each in [payment, *undone] if each.signed_at)


@transaction.atomic
def record_paid(payment: Payment, *, voucher: str, paid_on: date, by: Any, now: datetime) -> list[LedgerEntry]:
    """The Treasury paid: only now is the money disbursed, and the advance that the volume covers cleared."""
    require(by, ANSWER_PAYMENT)
    payment = _take(payment, STATE.SENT)
    if not voucher.strip():
        raise Refused(_("Give the number of the Treasury's voucher."))
    signed_on = _signed_first(payment, voucher)  # the sending may have been noted days after it happened
    if not signed_on <= paid_on <= timezone.localdate(now):
        raise Refused(
            _("The day of payment lies between the signing (%(day)s) and today.") % {"day": formats.vn_date(signed_on)}
        )
    commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=payment.commitment_id)
    line = take_lines(payment.commitment.line_id)[payment.commitment.line_id]
    try:
        with transaction.atomic():
            _move(
                payment,
                STATE.PAID,
                voucher=plain_letters(voucher),
                paid_on=paid_on,
                answered_by=by.public_id,
                answered_at=now,
            )
    except IntegrityError as error:
        if "voucher" not in str(error):
            raise
        raise Refused(_("Another payment of the same year has this voucher already.")) from None
    record_event("payment paid", payment, by=by, now=now, reason=payment.voucher)
    common: dict[str, Any] = {
        "paper": Paper(payment.voucher, paid_on),
        "happened_on": paid_on,
        "by": by,
        "now": now,
        "prepared_by": payment.prepared_by,
        "approved_by": payment.signed_by,
        "commitment": commitment,
        "payment": payment,
    }
    written = []
    if payment.clears_vnd:
        written.append(book(line, EntryKind.CLEAR, payment.clears_vnd, **common))
    if payment.amount_vnd:
        kind = EntryKind.ADVANCE if payment.kind == Payment.Kind.ADVANCE else EntryKind.PAY
        written.append(book(line, kind, payment.amount_vnd, **common))
    return written


@transaction.atomic
def record_refused(payment: Payment, *, answer: str, by: Any, now: datetime) -> Payment:
    """The Treasury refused, with its reason; nothing is disbursed."""
    require(by, ANSWER_PAYMENT)
    payment = _take(payment, STATE.SENT)
    if not answer.strip():
        raise Refused(_("Give the Treasury's reason."))
    _move(payment, STATE.REFUSED, answer=answer.strip(), answered_by=by.public_id, answered_at=now)
    record_event("payment refused", payment, by=by, now=now, reason=payment.answer)
    return payment
