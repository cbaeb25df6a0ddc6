"""A step of the budget in words: what it is about, what is left, who approves it."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from programme.models import BudgetStep, LedgerEntry, StepKind
from programme.models.steps import NEXT_YEAR
from programme.permissions.budget import APPROVAL, APPROVE_SPENDING
from programme.presenting.acting import Room, address, line_name
from programme.presenting.money import goes_to
from programme.services.ledger import ceiling_left, halves_of
from programme.services.limits import Saving, carry_over_grounds, saving_of
from programme.services.opening import entries_of, opens_again
from reference.thresholds import limit_of
from screens import formats

LEFT_TO_NEXT_YEAR = gettext_lazy("Left unpaid and carried over to the next year")
LEFT_BY_YEAR_BEFORE = gettext_lazy("Left unpaid in the year before and carried over")


def left_over(step: BudgetStep) -> Any:
    """Why a contract is reduced at the end of a year, or raised in the next, where no addendum changes it."""
    if step.ground != NEXT_YEAR:
        return ""
    return LEFT_TO_NEXT_YEAR if step.kind == StepKind.DECOMMIT else LEFT_BY_YEAR_BEFORE


def about_facts(step: BudgetStep, user: Any) -> list[tuple[str, str, str]]:
    """[(label, text, link or "")] of what the step concerns and what stands behind it."""
    facts: list[tuple[str, str, str]] = []
    if step.line is not None:
        label = _("From line") if step.other_line is not None else _("Budget line")
        facts.append((label, line_name(step.line), address(user, step.line)))
    if step.other_line is not None:
        facts.append((_("To line"), line_name(step.other_line), address(user, step.other_line)))
    if step.commitment is not None:
        payee = f" – {step.commitment.payee}" if step.commitment.payee else ""
        facts.append((_("Contract or decision"), f"{step.commitment}{payee}", address(user, step.commitment)))
    if step.reverses is not None:
        facts.append((_("Entry that is reversed"), _entry_said(step.reverses), address(user, step.reverses)))
        others = _reversed_with(step)
        facts += [(_("Reversed with it"), _entry_said(each), address(user, each)) for each in others]
        if others:
            total = sum(each.amount_vnd for each in (step.reverses, *others))
            facts.append((_("Reversed in all"), formats.money(total), ""))
    if step.kind == StepKind.OPENING:
        facts += [(label, formats.money(vnd), "") for label, vnd in opening_sums(step)]
    if step.undoes is not None:
        said = _("%(voucher)s: %(amount)s, returned by %(payer)s") % {
            "voucher": step.undoes.voucher,
            "amount": formats.money(step.undoes.amount_vnd),
            "payer": step.undoes.payer,
        }
        facts.append((_("Return that is reversed"), said, ""))
    if step.voucher:
        facts.append((_("Treasury voucher"), f"{step.voucher}, {formats.vn_date(step.happened_on)}", ""))
        facts.append((_("Who returned it"), step.payer, ""))
    if step.kind == StepKind.ENVELOPE and step.year is not None:
        facts.append((_("Budget year"), str(step.year), address(user, step.year)))
        decided = step.year.envelope_step_id is not None
        now = formats.money(step.year.envelope_vnd) if decided else _("no decision yet")
        facts.append((_("Envelope now"), now, ""))
    if step.kind == StepKind.CEILING and step.period is not None:
        facts.append((_("Period of the programme"), str(step.period), address(user, step.period)))
        taken = (step.period.ceiling_vnd or 0) - ceiling_left(step.period)
        stands = step.period.ceiling_decision
        now = formats.money(step.period.ceiling_vnd)
        facts.append((_("Ceiling now"), f"{now} ({stands})" if stands else now, ""))
        facts.append((_("Given to years already"), formats.money(taken), ""))
    if step.kind == StepKind.SAVING and step.line is not None and step.state == BudgetStep.State.PREPARED:
        rule = saving_of(step.line)
        if rule is not None:
            facts.append((_("By the rule of the year"), saving_text(rule), ""))
    if step.kind == StepKind.RELEASE and step.line is not None:
        facts.append((_("Where the money goes"), goes_to(step.kind, step.line.year), ""))
    if step.ground and step.line is not None:
        if step.ground == NEXT_YEAR:
            label = _("Why it is reduced") if step.kind == StepKind.DECOMMIT else _("Why it is raised")
            facts.append((label, str(left_over(step)), ""))
        else:
            grounds = carry_over_grounds(step.line.year.year)
            facts.append((_("Ground for carrying over"), grounds.get(step.ground, step.ground), ""))
    if step.reason:
        facts.append((_("Explanation"), step.reason, ""))
    return facts


def _entry_said(entry: LedgerEntry) -> str:
    return _("%(entry)s: %(amount)s, %(document)s") % {
        "entry": entry,
        "amount": formats.money(entry.amount_vnd),
        "document": entry.document,
    }


def _reversed_with(step: BudgetStep) -> list[LedgerEntry]:
    """What the same payment booked besides the entry that the step reverses."""
    if step.reverses is None or not step.reverses.payment_id:
        return []
    if step.state == BudgetStep.State.APPROVED:
        return [each.reverses for each in step.entries.select_related("reverses") if each.reverses != step.reverses]
    return [half for half in halves_of(step.reverses) if half != step.reverses]


def booked_anew(step: BudgetStep) -> list[tuple[str, int]]:
    """[(kind of entry, đồng)] that a step would book of the sums that a signed contract opened with."""
    if step.kind != StepKind.OPENING or not opens_again(step):
        return []
    return [(str(kind.label), vnd) for kind, vnd in entries_of(step)]


def saving_text(rule: Saving) -> str:
    """What the rule of the year comes to for a line, with its paper."""
    said = _("%(percent)s %% of %(base)s assigned in the year: %(left)s still to be withheld.") % {
        "percent": rule.percent,
        "base": formats.money(rule.base_vnd),
        "left": formats.money(rule.left_vnd),
    }
    return f"{said} {rule.paper}." if rule.paper else f"{said} {_('The percentage is not confirmed.')}"


def day_label(kind: str) -> str:
    """What the day of a step is called: of what is kept beside the ledger it is no day of booking."""
    return {
        StepKind.BUDGET_RETURN: _("Date of the voucher"),
        StepKind.UNDO_RETURN: _("Reversed on"),
    }.get(StepKind(kind), _("Booked on"))


def opening_sums(step: BudgetStep) -> list[tuple[str, int]]:
    """[(what, đồng)] of what an opening step opens."""
    if step.commitment_id is None:
        sums = [(_("Assigned in all"), step.amount_vnd), (_("Allocated in all"), step.allocated_vnd)]
        carried_in = [(_("Of it carried in from the year before"), step.carried_in_vnd)] if step.carried_in_vnd else []
        return [sums[0], *carried_in, sums[1]]
    return [
        (_("Contract or decision signed"), step.amount_vnd),
        (_("Disbursed in all, less what came back"), step.disbursed_vnd),
        (_("Of it advances not cleared"), step.advanced_vnd),
        (_("Settled in all"), step.settled_vnd),
    ]


def room_rows(rooms: list[Room], amount_vnd: int | None) -> list[dict[str, Any]]:
    """Rows of the table of what is left; `amount_vnd` is what the step itself takes, if it is known."""
    return [
        {
            "label": room.label,
            "left": room.left_vnd,
            "pending": room.pending_vnd,
            "takes": amount_vnd,
            "rest": None if amount_vnd is None else room.left_vnd - amount_vnd,
            "short": amount_vnd is not None and amount_vnd > room.left_vnd,
        }
        for room in rooms
    ]


def who_approves(step: BudgetStep, on: date) -> str:
    """The roles that approve the step, those first who may approve its amount alone."""
    wanted = APPROVAL[StepKind(step.kind)]
    roles = [role for role in Role if role in wanted.roles]
    if wanted is APPROVE_SPENDING:
        limits = {role: limit_of({role}, on) for role in roles}
        roles = [role for role in roles if limits[role] is None or (limits[role] or 0) >= step.amount_vnd]
    names = ", ".join(str(role.label) for role in roles)
    return _("%(roles)s, or whoever they authorised in writing") % {"roles": names}
