"""The verbs of a payee's new account: one person enters the addendum, another confirms or refuses it."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.models import StoredFile
from programme.alike import alike
from programme.models import AccountAddendum, Commitment, account_now
from programme.permissions.budget import CONTROL_PAYMENT, PREPARE_PAYMENT
from screens import formats
from screens.text import plain_letters, short_forms

STATE = AccountAddendum.State


def same_bank(one: str, other: str) -> bool:
    """Whether two names are of one bank, whatever their marks, capitals, signs and short forms."""
    return short_forms(one) == short_forms(other)


@transaction.atomic
def prepare_account(
    commitment: Commitment,
    *,
    payee_account: str,
    payee_bank: str,
    document: str,
    document_on: date,
    by: Any,
    now: datetime,
    file: StoredFile | None = None,
) -> AccountAddendum:
    """Enter the addendum by which a signed contract is paid to another account; it holds once another confirms it."""
    require(by, PREPARE_PAYMENT)
    commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    if commitment.state != Commitment.State.APPROVED:
        raise Refused(_("Only a signed contract or decision is paid; its account is not changed now."))
    if commitment.kind == Commitment.Kind.DETAILED_ESTIMATE:
        raise Refused(_("A list pays many; each payment names its own account."))
    if not commitment.signed_on <= document_on <= timezone.localdate(now):
        raise Refused(_("The addendum is dated before the contract or in the future."))
    account, bank = account_now(commitment)
    if alike(payee_account) == alike(account) and same_bank(payee_bank, bank):
        raise Refused(_("The contract is paid to this account already."))
    if commitment.accounts.filter(state=STATE.PREPARED).exists():
        raise Conflict(_("Another account of this contract waits to be confirmed. Decide on it first."))
    row = AccountAddendum.objects.create(
        commitment=commitment, payee_account=plain_letters(payee_account), payee_bank=plain_letters(payee_bank),
        document=document.strip(), document_on=document_on, file=file, prepared_by=by.public_id, prepared_at=now,
    )  # fmt: skip
    record_event(
        "account addendum prepared", commitment, by=by, now=now, document=row.document,
        personal={"payee_account": row.payee_account},
    )  # fmt: skip
    return row


@transaction.atomic
def approve_account(row: AccountAddendum, *, by: Any, now: datetime) -> AccountAddendum:
    """Confirm what another entered, after the addendum itself: from now on the contract is paid to this account."""
    return _decide(row, STATE.APPROVED, "", by=by, now=now)


@transaction.atomic
def refuse_account(row: AccountAddendum, *, answer: str, by: Any, now: datetime) -> AccountAddendum:
    """Refuse it with the reason its preparer reads."""
    if not answer.strip():
        raise Refused(_("Say why it is refused."))
    return _decide(row, STATE.REFUSED, answer.strip(), by=by, now=now)


def _decide(row: AccountAddendum, state: str, answer: str, *, by: Any, now: datetime) -> AccountAddendum:
    require(by, CONTROL_PAYMENT)
    Commitment.objects.select_for_update(of=("self",)).get(
        pk=row.commitment_id
    )  # what is being signed knows its account
    row = AccountAddendum.objects.select_for_update(of=("self",)).select_related("commitment").get(pk=row.pk)
    if row.state != STATE.PREPARED:
        raise Conflict(
            _("This account is “%(state)s” already, since %(when)s.")
            % {"state": row.get_state_display(), "when": formats.vn_datetime(row.decided_at)}
        )
    if row.prepared_by == by.public_id:
        raise NotAllowed(_("Whoever entered the account does not confirm it."))
    row.state, row.answer, row.decided_by, row.decided_at = state, answer, by.public_id, now
    row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    kind = "account addendum confirmed" if state == STATE.APPROVED else "account addendum refused"
    record_event(kind, row.commitment, by=by, now=now, document=row.document, reason=answer)
    return row
