"""Up to which amount whom may approve: the rule `budget_approval_thresholds`, read on the day of the act."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.access import Capacity, capacity
from accounts.roles import Role
from audit.refusals import NotAllowed
from reference.services import rule
from screens import formats

THRESHOLDS = "budget_approval_thresholds"
UNLIMITED = Role.DIRECTOR


def limit_of(roles, on: date) -> int | None:
    """Up to which amount somebody with `roles` approves alone on the day: None without limit, 0 for nothing."""
    if UNLIMITED in roles:
        return None
    limits = rule(THRESHOLDS, on, default={})
    return max((limits[role] for role in roles if role in limits), default=0)


def require_within_threshold(by, amount_vnd: int, on: date) -> None:
    """Refuse when none of the roles may approve `amount_vnd` alone.

    `by` is a Capacity, or roles. The director has no limit; every other role approves up to what the rule says, and
    a role that the rule does not name approves nothing.
    """
    if isinstance(by, Capacity) and by.is_system:
        return
    roles = by.roles if isinstance(by, Capacity) else frozenset(by)
    if UNLIMITED in roles:
        return
    limits = rule(THRESHOLDS, on, default={})
    own = {role: limits[role] for role in roles if role in limits}
    if own and amount_vnd <= max(own.values()):
        return
    said = {"amount": formats.money(amount_vnd), "who": _who_may(limits, amount_vnd)}
    if not own:
        raise NotAllowed(_("Your role approves no amounts. %(amount)s is approved by: %(who)s.") % said)
    most = max(own, key=lambda role: own[role])
    said |= {"role": Role(most).label, "limit": formats.money(own[most])}
    raise NotAllowed(
        _("%(role)s approves at most %(limit)s alone; this is %(amount)s. It is approved by: %(who)s.") % said
    )


def _who_may(limits, amount_vnd):
    enough = [Role(role) for role, limit in limits.items() if role in Role.values and limit >= amount_vnd]
    people = [str(role.label) for role in [UNLIMITED, *(role for role in enough if role != UNLIMITED)]]
    return _("%(roles)s, or whoever they authorised in writing") % {"roles": ", ".join(people)}


def capacity_to_approve(by, wanted, *, amount_vnd: int, on: date) -> Capacity:
    """In what right `by` approves `amount_vnd`: by own role within its threshold, else by a delegation within both."""
    return capacity(
        by, wanted, amount_vnd=amount_vnd, on=on, check=lambda right: require_within_threshold(right, amount_vnd, on)
    )
