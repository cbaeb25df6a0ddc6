"""Who prepares and decides on a contract or decision, in what right, and which wait for a person."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.access import Capacity, capacity, route
from accounts.duties import check_pair
from accounts.models import Post
from accounts.roles import Role
from audit.refusals import NotAllowed
from programme.models import BudgetLine, Commitment
from programme.permissions.budget import APPROVE_COMMITMENT, PREPARE_COMMITMENT, VIEW
from programme.permissions.steps import within_rights
from reference.thresholds import capacity_to_approve

route("programme:commitment_list", GET=VIEW)
route("programme:begin_commitment", GET=PREPARE_COMMITMENT)
route("programme:prepare_commitment", GET=PREPARE_COMMITMENT, POST=PREPARE_COMMITMENT)
route("programme:bulk_approve_commitments", POST=APPROVE_COMMITMENT)
route("programme:commitment", GET=VIEW)
route("programme:commitment_file", GET=VIEW)
route("programme:procurement_file", GET=VIEW)
route("programme:approve_commitment", POST=APPROVE_COMMITMENT)
route("programme:refuse_commitment", GET=APPROVE_COMMITMENT, POST=APPROVE_COMMITMENT)
route("programme:withdraw_commitment", GET=PREPARE_COMMITMENT, POST=PREPARE_COMMITMENT)
route("programme:liquidate_commitment", GET=PREPARE_COMMITMENT, POST=PREPARE_COMMITMENT)
route("programme:undo_liquidation", GET=PREPARE_COMMITMENT, POST=PREPARE_COMMITMENT)


def require_own_task(by: Any, line: BudgetLine, on: date) -> None:
    """Centre staff bind only the money of tasks that their own office leads."""
    offices = offices_of_centre_staff(by, on)
    if offices is not None and line.task.office_id not in offices:
        raise NotAllowed(_("Your office does not lead this task."))


def offices_of_centre_staff(by: Any, on: date) -> set[int] | None:
    """The offices whose tasks alone `by` may bind money of; None for whoever is not kept to their office."""
    if by.roles & (PREPARE_COMMITMENT.roles - {Role.CENTRE_STAFF}):
        return None
    posts = Post.objects.filter(user=by, role=Role.CENTRE_STAFF).in_force(on)
    return set(posts.values_list("office_id", flat=True))


def right_to_approve_commitment(by: Any, commitment: Commitment, *, on: date) -> Capacity:
    """In what right `by` approves it; NotAllowed says why in none."""
    acting = capacity_to_approve(by, APPROVE_COMMITMENT, amount_vnd=commitment.amount_vnd, on=on)
    _require_two(commitment, by, acting, on)
    return acting


def right_to_refuse_commitment(by: Any, commitment: Commitment, *, on: date) -> Capacity:
    """In what right `by` refuses it: any leader, whatever the amount."""
    acting = capacity(by, APPROVE_COMMITMENT, on=on)
    _require_two(commitment, by, acting, on)
    return acting


def _require_two(commitment: Commitment, by: Any, acting: Capacity, on: date) -> None:
    if commitment.prepared_by in (by.public_id, acting.giver):
        raise NotAllowed(_("Two different people must do this: whoever prepared it does not approve it."))
    check_pair(
        step="approve commitment",
        by=by,
        other_step="prepare commitment",
        other_by=commitment.prepared_by,
        on=on,
        also=acting.giver,
    )


def can_withdraw_commitment(user: Any, commitment: Commitment) -> bool:
    """Whoever prepared it or took it over, before anybody decided."""
    mine = (
        commitment.state == Commitment.State.PREPARED
        and (commitment.kept_by or commitment.prepared_by) == user.public_id
    )
    return mine and not commitment.before_portal and bool(user.may(PREPARE_COMMITMENT))


def can_bind(user: Any, line: BudgetLine, *, on: date) -> bool:
    """Whoever prepares contracts; centre staff on the tasks of their own office."""
    if not user.may(PREPARE_COMMITMENT):
        return False
    offices = offices_of_centre_staff(user, on)
    return offices is None or line.task.office_id in offices


def commitments_waiting_for(user: Any, *, on: date):
    """Prepared contracts and decisions that `user` may approve."""
    rows = within_rights(user, APPROVE_COMMITMENT, on=on, amount="amount_vnd", apart=("prepared_by",), limited=True)
    return Commitment.objects.prepared().filter(rows, before_portal=False)  # those are decided on with their step
