"""Who acts for an enterprise: invited, accepted, ended."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import ENTERPRISE_ROLES, Role
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from enterprises.models import Membership
from enterprises.permissions import INVITE, can_act_for
from enterprises.services.enterprises import locked, require_standing


def require_may_invite(by, enterprise, role):
    """The Department invites the signatory; a signatory invites preparers, and another signatory of the same firm."""
    if not can_act_for(by, enterprise, INVITE):
        raise NotAllowed(_("Only the legal representative and the Department invite people of this enterprise."))
    if Role(role) not in ENTERPRISE_ROLES:
        raise Refused(_("This is no role of an enterprise."))
    require_standing(enterprise)


@transaction.atomic
def add_member(*, enterprise, user, role, by, now, paper="", ends_on=None, synthetic=False):
    """Let `user` act for the enterprise from today on."""
    enterprise = locked(enterprise.root)
    require_may_invite(by, enterprise, role)
    on = timezone.localdate(now)
    if enterprise.memberships.in_force(on).filter(user=user, role=role).exists():
        raise Conflict(_("%(person)s already has this role in this enterprise.") % {"person": user})
    if ends_on and ends_on < on:
        raise Refused(_("The authorisation ended before today."))
    membership = Membership.objects.create(
        user=user, enterprise=enterprise, role=role, starts_on=on, ends_on=ends_on, paper=paper, synthetic=synthetic
    )
    facts = {"person": str(user.public_id), "role": str(Role(role))}
    record_event("membership given", membership, by=by, now=now, **facts)
    record_event("enterprise got a member", enterprise, by=by, now=now, personal={"member": user.full_name}, **facts)
    return membership


@transaction.atomic
def end_membership(*, membership, by, now, reason=""):
    """From today on the person acts for the enterprise no longer."""
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    enterprise = membership.enterprise
    if not can_act_for(by, enterprise, INVITE):
        raise NotAllowed(_("Only the legal representative and the Department end a membership."))
    on = timezone.localdate(now)
    if membership.ends_on and membership.ends_on < on:
        raise Conflict(_("This membership has already ended."))
    if getattr(by, "pk", None) == membership.user_id:
        raise Refused(_("You cannot end your own membership; ask the Department or another legal representative."))
    # the last day is yesterday: rights end now, not tonight
    yesterday = on - timedelta(days=1)
    if membership.starts_on > yesterday:
        membership.starts_on = yesterday
    membership.ends_on = yesterday
    membership.version += 1
    membership.save(update_fields=["starts_on", "ends_on", "version"])
    record_event("membership ended", membership, by=by, now=now, reason=reason)
    record_event(
        "enterprise lost a member",
        enterprise,
        by=by,
        now=now,
        reason=reason,
        person=str(membership.user.public_id),
        personal={"member": membership.user.full_name},
    )
    return membership
