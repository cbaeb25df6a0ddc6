"""A contract or decision in words and as a bar: what it is, what came before, what may be done with it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from programme.models import AFTER_LIQUIDATION, Commitment, EntryKind, StepKind, YearState, account_addendum
from programme.presenting.acting import line_name
from programme.services.returns import left_to_return
from screens import formats
from screens.charts import nested_bar


def facts_of(row: Commitment, line_url: str) -> list[tuple[str, str, str]]:
    """[(label, text, link or "")]."""
    signed = " – ".join(part for part in (row.payee_account, row.payee_bank) if part)
    facts = [
        (_("Budget line"), line_name(row.line), line_url),
        (_("Kind"), row.get_kind_display(), ""),
        (_("Number and symbol"), row.number, ""),
        (_("Signed on"), formats.vn_date(row.signed_on), ""),
        (_("Purpose"), row.what, ""),
        (_("Payee"), row.payee or _("several, by the list"), ""),
        (_("Payee's tax code"), row.payee_tax_code, ""),
        *_account_facts(row, signed),
        (_("To be finished by"), formats.vn_date(row.ends_on) if row.ends_on else "", ""),
    ]
    if row.liquidated_on:
        paper = f"{row.liquidation_paper}, {formats.vn_date(row.liquidated_on)}"
        facts.append((_("Minutes of liquidation"), paper, ""))
    return [fact for fact in facts if fact[1]]


def _account_facts(row: Commitment, signed: str) -> list[tuple[str, str, str]]:
    """Where it is paid to now, by which addendum, and the account that was signed."""
    addendum = account_addendum(row)
    if addendum is None:
        return [(_("Payee's account"), signed, "")]
    now = _("%(account)s – %(bank)s, by %(document)s of %(day)s") % {
        "account": addendum.payee_account,
        "bank": addendum.payee_bank,
        "document": addendum.document,
        "day": formats.vn_date(addendum.document_on),
    }
    return [(_("Payee's account"), now, ""), (_("Account as signed"), signed or _("none"), "")]


def bar(row: Commitment) -> Any:
    """From what is bound down to what is settled."""
    parts = [
        (_("Committed now"), row.committed_vnd),
        (_("Disbursed"), row.spent_vnd),
        (_("Settled"), row.settled_vnd),
    ]
    return nested_bar(parts, title=_("%(name)s: committed, disbursed, settled") % {"name": row})


def chain(
    row: Commitment, line_url: str, paid: int, before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """What came before and comes after: line, contract, payments, settlement, liquidation; and the other years of it.

    `paid`: how many payments the Treasury paid and nothing reversed.
    """
    settled = bool(row.committed_vnd) and row.settled_vnd == row.committed_vnd
    liquidated = row.state == Commitment.State.LIQUIDATED
    return [
        *({"label": label, "url": url} for label, url in before),
        {"label": _("Budget line"), "url": line_url},
        {"label": row.get_standing_display(), "url": "", "current": not liquidated},
        {"label": _("Paid by the Treasury: %(count)s") % {"count": paid}, "url": "#payments"},
        {"label": _("Settled") if settled else _("Settlement"), "url": ""},
        *({"label": label, "url": url} for label, url in after),
        {"label": _("Liquidated") if liquidated else _("Liquidation"), "url": "", "current": liquidated},
    ]


def verbs_on(row: Commitment, *, steps: bool, payments: bool, binds: bool, left: int) -> list[tuple[str, str]]:
    """[(address, label)] of what may be prepared on a signed contract or decision; the first is the main one.

    `left`: what it left in the year before and does not bind here yet.
    """
    signed = (Commitment.State.APPROVED, Commitment.State.LIQUIDATED)
    if row.line.year.state == YearState.CLOSED and row.state in signed and steps and left_to_return(row):
        address = reverse("programme:prepare_step", args=[StepKind.BUDGET_RETURN.value, row.public_id])
        return [(address, _("Record a return to the budget"))]
    if row.state not in signed:
        return []
    found, year = [], row.line.year
    stands = row.state == Commitment.State.APPROVED
    pays = year.takes(EntryKind.PAY) or year.takes(EntryKind.ADVANCE)
    if payments and stands and pays and row.payable_vnd + row.advanced_vnd:
        found.append((reverse("programme:prepare_payment", args=[row.public_id]), _("Prepare a payment")))
    if payments and stands and row.kind != Commitment.Kind.DETAILED_ESTIMATE and year.state != YearState.CLOSED:
        address = reverse("programme:prepare_account", args=[row.public_id])
        account = (address, _("Change the account by an addendum"))
    else:
        account = None
    if steps:
        kinds = [(StepKind.COMMIT_MORE, _("Raise, or bind what it left") if left else _("Raise by an addendum"))]
        if row.payable_vnd:
            over = year.state == YearState.ADJUSTING
            kinds.append(
                (StepKind.DECOMMIT, _("Reduce or leave to the next year") if over else _("Reduce by an addendum"))
            )
        if row.spent_vnd > row.settled_vnd:
            kinds.append((StepKind.SETTLE, _("Propose settlement")))
        if row.spent_vnd > max(row.settled_vnd, row.advanced_vnd):
            kinds.append((StepKind.RECOVER, _("Recover what was paid")))
        if row.advanced_vnd:
            kinds.append((StepKind.RECOVER_ADVANCE, _("Recover an advance")))
        found += [
            (reverse("programme:prepare_step", args=[kind.value, row.public_id]), label)
            for kind, label in kinds
            if year.takes(EntryKind(kind.value)) and (stands or EntryKind(kind.value) in AFTER_LIQUIDATION)
        ]
    if account:
        found.append(account)
    if binds and stands and row.going_on is None:
        found.append((reverse("programme:liquidate_commitment", args=[row.public_id]), _("Liquidate")))
    corrects = year.state != YearState.CLOSED
    if (
        binds
        and not stands
        and corrects
        and (row.continues is None or row.continues.state != Commitment.State.LIQUIDATED)
    ):
        found.append((reverse("programme:undo_liquidation", args=[row.public_id]), _("Undo the liquidation")))
    return found
