"""Who takes which step of a payment, in what right, and which payments wait for a person."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Capacity, any_of, capacity, route
from accounts.duties import check_pair
from audit.refusals import NotAllowed
from programme.models import AccountAddendum, Payment
from programme.permissions.budget import (
    ANSWER_PAYMENT,
    CONTROL_PAYMENT,
    PREPARE_PAYMENT,
    SEND_PAYMENT,
    SIGN_PAYMENT,
    VIEW,
)
from programme.permissions.steps import within_rights

STATE = Payment.State
RETURN_PAYMENT = any_of(
    "budget.return payment", gettext_lazy("Give payments back before they are sent"), CONTROL_PAYMENT, SIGN_PAYMENT
)

route("programme:payment_list", GET=VIEW)
route("programme:prepare_payment", GET=PREPARE_PAYMENT, POST=PREPARE_PAYMENT)
route("programme:prepare_account", GET=PREPARE_PAYMENT, POST=PREPARE_PAYMENT)
route("programme:approve_account", POST=CONTROL_PAYMENT)
route("programme:refuse_account", GET=CONTROL_PAYMENT, POST=CONTROL_PAYMENT)
route("programme:account_file", GET=VIEW)
route("programme:bulk_control_payments", POST=CONTROL_PAYMENT)
route("programme:bulk_sign_payments", POST=SIGN_PAYMENT)
route("programme:bulk_send_payments", POST=SEND_PAYMENT)
route("programme:bulk_record_paid", POST=ANSWER_PAYMENT)
route("programme:payment", GET=VIEW)
route("programme:payment_file", GET=VIEW)
route("programme:control_payment", POST=CONTROL_PAYMENT)
route("programme:sign_payment", POST=SIGN_PAYMENT)
route("programme:send_payment", POST=SEND_PAYMENT)
route("programme:return_payment", GET=RETURN_PAYMENT, POST=RETURN_PAYMENT)
route("programme:withdraw_payment", GET=PREPARE_PAYMENT, POST=PREPARE_PAYMENT)
route("programme:record_paid", GET=ANSWER_PAYMENT, POST=ANSWER_PAYMENT)
route("programme:record_refused", GET=ANSWER_PAYMENT, POST=ANSWER_PAYMENT)


def accounts_waiting_for(user: Any):
    """Accounts of contracts that others entered and `user` may confirm."""
    rows = AccountAddendum.objects.filter(state=AccountAddendum.State.PREPARED)
    return rows.exclude(prepared_by=user.public_id) if user.may(CONTROL_PAYMENT) else rows.none()


def right_to_control(by: Any, payment: Payment, *, on: date) -> Capacity:
    """In what right `by` controls the payment; NotAllowed says why in none."""
    acting = capacity(by, CONTROL_PAYMENT, amount_vnd=payment.amount_vnd, on=on)
    _require_apart("control payment", by, acting, on, {"prepare payment": (payment.prepared_by, None)})
    return acting


def right_to_sign(by: Any, payment: Payment, *, on: date) -> Capacity:
    """In what right `by` signs the payment as account holder; NotAllowed says why in none."""
    acting = capacity(by, SIGN_PAYMENT, amount_vnd=payment.amount_vnd, on=on)
    before = {
        "prepare payment": (payment.prepared_by, None),
        "control payment": (payment.controlled_by, payment.controlled_for),
    }
    _require_apart("sign payment", by, acting, on, before)
    return acting


def right_to_return(by: Any, payment: Payment, *, on: date) -> Capacity:
    """In what right `by` gives the payment back: whoever controls it, and once it is controlled whoever signs."""
    wanted = CONTROL_PAYMENT if payment.state == STATE.PREPARED else SIGN_PAYMENT
    return capacity(by, wanted, on=on)


def _require_apart(step: str, by: Any, acting: Capacity, on: date, before: dict[str, tuple[Any, Any]]) -> None:
    """Nobody takes two steps of one payment, in their own name or in another's."""
    for other_step, (other_by, other_also) in before.items():
        if {by.public_id, acting.giver} & {other_by, other_also} - {None}:
            raise NotAllowed(_("Preparing, controlling and signing a payment need three different people."))
        check_pair(
            step=step,
            by=by,
            other_step=other_step,
            other_by=other_by,
            on=on,
            also=acting.giver,
            other_also=other_also,
        )


def can_withdraw_payment(user: Any, payment: Payment) -> bool:
    """The accountant who prepared it or took it over, before it is controlled."""
    mine = payment.state == STATE.PREPARED and (payment.kept_by or payment.prepared_by) == user.public_id
    return mine and bool(user.may(PREPARE_PAYMENT))


def waiting_to_be(done: str, user: Any, *, on: date):
    """Payments that wait for `user` to have them "controlled", "signed", "sent" or "answered"."""
    if done == "controlled":
        rows = within_rights(user, CONTROL_PAYMENT, on=on, amount="amount_vnd", apart=("prepared_by",), limited=False)
        return Payment.objects.filter(rows, state=STATE.PREPARED)
    if done == "signed":
        apart = ("prepared_by", "controlled_by", "controlled_for")
        rows = within_rights(user, SIGN_PAYMENT, on=on, amount="amount_vnd", apart=apart, limited=False)
        return Payment.objects.filter(rows, state=STATE.CONTROLLED)
    wanted, state = (SEND_PAYMENT, STATE.SIGNED) if done == "sent" else (ANSWER_PAYMENT, STATE.SENT)
    return Payment.objects.filter(state=state) if user.may(wanted) else Payment.objects.none()


def payments_waiting_for(user: Any, *, on: date):
    """Payments whose next step `user` may take."""
    waiting = Q(pk__in=[])
    for done in ("controlled", "signed", "sent", "answered"):
        waiting |= Q(pk__in=waiting_to_be(done, user, on=on).values("pk"))
    return Payment.objects.filter(waiting)
