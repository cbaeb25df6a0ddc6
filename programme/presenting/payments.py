"""A payment in words: its chain of steps with people and days, and what it is about."""

from typing import Any

from django.utils.translation import gettext as _

from programme.models import Payment
from programme.presenting.acting import Taken
from screens import formats


def facts_of(row: Payment, commitment_url: str) -> list[tuple[str, str, str]]:
    """[(label, text, link or "")]."""
    account = " – ".join(part for part in (row.payee_account, row.payee_bank) if part)
    facts = [
        (_("Contract or decision"), str(row.commitment), commitment_url),
        (_("Purpose"), row.commitment.what, ""),
        (_("Kind"), row.get_kind_display(), ""),
        (_("Advance cleared by it"), formats.money(row.clears_vnd) if row.clears_vnd else "", ""),
        (_("Payee"), row.payee, ""),
        (_("Payee's account"), account, ""),
        (_("Invoice or acceptance"), f"{row.invoice}, {formats.vn_date(row.invoice_on)}", ""),
        (
            _("Number of the Treasury voucher"),
            f"{row.voucher}, {formats.vn_date(row.paid_on)}" if row.voucher else "",
            "",
        ),
        (_("Remark"), row.note, ""),
    ]
    return [fact for fact in facts if fact[1]]


def payment_chain(row: Payment, people: dict[Any, str]) -> list[Taken]:
    """The chain of a payment as a strip: who took which step and when, and where it stands now."""
    state = Payment.State
    steps = [
        Taken(_("Accountant prepares"), people.get(row.prepared_by, ""), row.prepared_at),
        Taken(
            _("Chief accountant controls"),
            people.get(row.controlled_by, "") if row.controlled_by else "",
            row.controlled_at,
            people.get(row.controlled_for, "") if row.controlled_for else "",
            current=row.state == state.PREPARED,
        ),
        Taken(
            _("Account holder signs"),
            people.get(row.signed_by, "") if row.signed_by else "",
            row.signed_at,
            people.get(row.signed_for, "") if row.signed_for else "",
            current=row.state == state.CONTROLLED,
        ),
        Taken(
            _("Sent to the Treasury"),
            people.get(row.sent_by, "") if row.sent_by else "",
            row.sent_at,
            current=row.state == state.SIGNED,
        ),
    ]
    if row.state in (state.RETURNED, state.WITHDRAWN):
        done = [step for step in steps if step.at]
        name = people.get(row.returned_by, "") if row.returned_by else ""
        ending = Taken(row.get_state_display(), name, row.returned_at, current=True, bad=True)
        return [*done, ending]
    answer = _("The Treasury paid") if row.state != state.REFUSED else _("The Treasury refused")
    name = people.get(row.answered_by, "") if row.answered_by else ""
    return [
        *steps,
        Taken(
            answer,
            name,
            row.answered_at,
            current=row.state in (state.SENT, state.PAID, state.REFUSED),
            bad=row.state == state.REFUSED,
        ),
    ]
