"""Who decides on a prepared step, in what right, and which steps wait for a person."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Action, Capacity, any_of, capacities, capacity, route
from accounts.duties import check_pair
from audit.refusals import NotAllowed
from programme.models import BudgetStep, StepKind
from programme.permissions.budget import (
    APPROVAL,
    APPROVE_CORRECTION,
    APPROVE_LIMIT,
    APPROVE_SPENDING,
    PREPARE_STEP,
    VIEW,
)
from reference.thresholds import capacity_to_approve, limit_of

DECIDE_STEP = any_of(
    "budget.decide step",
    gettext_lazy("Decide on steps of the budget"),
    APPROVE_LIMIT,
    APPROVE_SPENDING,
    APPROVE_CORRECTION,
)

# Incompatible pairs of their own, beside that of every step (data: accounts/data/incompatible_steps.csv).
PAIRS_OF_KIND = {
    StepKind.REVERSE: ("prepare reversal", "approve reversal"),
    StepKind.CARRY_OVER: ("propose carry over", "approve carry over"),
    StepKind.OPENING: ("prepare opening", "approve opening"),
    StepKind.BUDGET_RETURN: ("prepare return", "approve return"),
    StepKind.UNDO_RETURN: ("prepare return", "approve return"),
}

route("programme:budget_step_list", GET=VIEW)
route("programme:begin_step", GET=PREPARE_STEP)
route("programme:prepare_step", GET=PREPARE_STEP, POST=PREPARE_STEP)
route("programme:prepare_opening", GET=PREPARE_STEP, POST=PREPARE_STEP)
route("programme:prepare_opening_contract", GET=PREPARE_STEP, POST=PREPARE_STEP)
route("programme:prepare_opening_again", GET=PREPARE_STEP, POST=PREPARE_STEP)
route("programme:bulk_approve_steps", POST=DECIDE_STEP)
route("programme:budget_step", GET=VIEW)
route("programme:budget_step_file", GET=VIEW)
route("programme:approve_step", POST=DECIDE_STEP)
route("programme:refuse_step", GET=DECIDE_STEP, POST=DECIDE_STEP)
route("programme:withdraw_step", GET=PREPARE_STEP, POST=PREPARE_STEP)


def right_to_approve_step(by: Any, step: BudgetStep, *, on: date) -> Capacity:
    """In what right `by` approves the step; NotAllowed says why in none.

    Thresholds are for what the Department itself decides; decisions from above and corrections have none.
    """
    wanted = APPROVAL[StepKind(step.kind)]
    if wanted is APPROVE_SPENDING:
        acting = capacity_to_approve(by, wanted, amount_vnd=step.amount_vnd, on=on)
    else:
        acting = capacity(by, wanted, amount_vnd=step.amount_vnd, on=on)
    _require_two(step, by, acting, on)
    return acting


def right_to_refuse_step(by: Any, step: BudgetStep, *, on: date) -> Capacity:
    """In what right `by` refuses the step: whoever may approve its kind, whatever the amount."""
    acting = capacity(by, APPROVAL[StepKind(step.kind)], on=on)
    _require_two(step, by, acting, on)
    return acting


def _require_two(step: BudgetStep, by: Any, acting: Capacity, on: date) -> None:
    if step.prepared_by in (by.public_id, acting.giver):
        raise NotAllowed(_("Two different people must do this: whoever prepared a step does not approve it."))
    pairs = [("prepare budget step", "approve budget step")]
    if (pair := PAIRS_OF_KIND.get(StepKind(step.kind))) is not None:
        pairs.append(pair)
    for prepared, approved in pairs:
        check_pair(step=approved, by=by, other_step=prepared, other_by=step.prepared_by, on=on, also=acting.giver)


def can_withdraw_step(user: Any, step: BudgetStep) -> bool:
    """The accountant who prepared it or took it over, before anybody decided."""
    return (
        step.state == BudgetStep.State.PREPARED
        and (step.kept_by or step.prepared_by) == user.public_id
        and bool(user.may(PREPARE_STEP))
    )


def within_rights(user: Any, wanted: Action, *, on: date, amount: str, apart: tuple[str, ...], limited: bool) -> Q:
    """Rows on which `user` may do `wanted`: within the amount of each right, and not touched by those it acts for.

    `apart` names the columns of people who may not be the same; `limited` that thresholds by role hold.
    """
    found = Q(pk__in=[])
    for right in capacities(user, wanted, on=on):
        same = [user.public_id, *([right.giver] if right.giver else [])]
        rows = Q()
        for column in apart:
            rows &= ~Q(**{f"{column}__in": same})
        limits = [right.limit_vnd, limit_of(right.roles, on) if limited else None]
        for limit in limits:
            if limit is not None:
                rows &= Q(**{f"{amount}__lte": limit})
        found |= rows
    return found


def steps_waiting_for(user: Any, *, on: date):
    """Prepared steps that `user` may approve."""
    mine = Q(pk__in=[])
    for wanted in (APPROVE_LIMIT, APPROVE_SPENDING, APPROVE_CORRECTION):
        rows = within_rights(
            user,
            wanted,
            on=on,
            amount="amount_vnd",
            apart=("prepared_by",),
            limited=wanted is APPROVE_SPENDING,
        )
        mine |= rows & Q(kind__in=[kind for kind, action in APPROVAL.items() if action is wanted])
    return BudgetStep.objects.prepared().filter(mine)
