"""Who acts for an enterprise: invited, accepted, ended."""

from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import invitations
from accounts.models import Invitation
from accounts.roles import ENTERPRISE_ROLES, Role
from accounts.sessions import end_sessions
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from enterprises.models import Enterprise, Membership
from enterprises.models.enterprises import role_words
from enterprises.permissions import INVITE, VIEW, can_act_for
from enterprises.services.enterprises import locked, require_standing
from enterprises.telling import AUTHORISATION_ENDS
from notices.services.telling import tell
from reference.services import rule
from screens import formats

USUAL_DAYS = 15  # before the last day of an authorisation, where no rule says otherwise


def require_may_invite(by, enterprise, role):
    """The Department invites whoever represents the enterprise, and preparers; a signatory invites preparers."""
    if not can_act_for(by, enterprise, INVITE):
        raise NotAllowed(_("Only the legal representative and the Department invite people of this enterprise."))
    if Role(role) not in ENTERPRISE_ROLES:
        raise Refused(_("This is no role of an enterprise."))
    if Role(role) not in roles_to_invite(by):
        raise NotAllowed(_("A new legal representative is invited by the Department. You may invite preparers."))
    require_standing(enterprise)


def roles_to_invite(by):
    """The roles of an enterprise that `by`, who may invite, can invite to."""
    if isinstance(by, str) or by.roles & (INVITE.roles - ENTERPRISE_ROLES):
        return [Role.SIGNATORY, Role.PREPARER]
    return [Role.PREPARER]


@transaction.atomic
def add_member(*, enterprise, user, role, by, now, paper="", ends_on=None, synthetic=False):
    """Let `user` act for the enterprise from today on."""
    enterprise = locked(enterprise.root)
    require_may_invite(by, enterprise, role)
    return give_membership(
        enterprise=enterprise, user=user, role=role, by=by, now=now, paper=paper, ends_on=ends_on, synthetic=synthetic
    )


def give_membership(*, enterprise, user, role, by, now, paper="", ends_on=None, synthetic=False):
    """Whoever calls holds the enterprise's row and has looked whether `by` may give it."""
    on = timezone.localdate(now)
    if enterprise.memberships.in_force(on).filter(user=user, role=role).exists():
        raise Conflict(_("%(person)s already has this role in this enterprise.") % {"person": user})
    if ends_on and ends_on < on:
        raise Refused(_("The authorisation ended before today."))
    membership = Membership.objects.create(
        user=user, enterprise=enterprise, role=role, starts_on=on, ends_on=ends_on, paper=paper, synthetic=synthetic,
        is_authorised=role == Role.SIGNATORY and ends_on is not None,
    )  # fmt: skip
    facts = {"person": str(user.public_id), "role": str(Role(role))}
    record_event("membership given", membership, by=by, now=now, **facts)
    record_event("enterprise got a member", enterprise, by=by, now=now, personal={"member": user.full_name}, **facts)
    end_sessions(user, now=now, reason="roles")
    return membership


def acts_by_authorisation(by, enterprise):
    """Whether somebody represents the enterprise only because its legal representative authorised them: they do not end the
    access of whoever did."""
    if isinstance(by, str) or by.roles - ENTERPRISE_ROLES:
        return False
    ids = (enterprise.pk, enterprise.merged_into_id)
    return Membership.objects.held_by(by).filter(is_authorised=True, enterprise_id__in=ids).exists()


def members_of(enterprise, viewer, on):
    """[(membership, whether the viewer, who may invite, ends it)] of those who act for the enterprise on the day."""
    apart = acts_by_authorisation(viewer, enterprise)
    return [
        (row, row.user_id != viewer.pk and not (apart and row.represents))
        for row in enterprise.memberships.in_force(on).select_related("user")
    ]


@transaction.atomic
def end_membership(*, membership, by, now, reason=""):
    """From today on the person acts for the enterprise no longer."""
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    enterprise = membership.enterprise
    if not can_act_for(by, enterprise, INVITE):
        raise NotAllowed(_("Only the legal representative and the Department end a membership."))
    if membership.represents and acts_by_authorisation(by, enterprise):
        raise NotAllowed(
            _("You act by authorisation: the access of the legal representative is ended by the Department.")
        )
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
    end_sessions(membership.user, now=now, reason="roles")
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


# --- the last day of an authorisation ----------------------------------------------------------


@transaction.atomic
def tell_of_endings(*, now):
    """Tell once of every authorisation whose last day is near: whoever has it, and the legal representative."""
    on = timezone.localdate(now)
    until = on + timedelta(days=int(rule("authorisation_ending", on, {}).get("days", USUAL_DAYS)))
    rows = list(Membership.objects.in_force(on).filter(is_authorised=True, ends_on__lte=until).order_by("pk"))
    for row in rows:
        tell(AUTHORISATION_ENDS, row, by="system:memberships", now=now, occasion=row.ends_on.isoformat())
    return len(rows)


def authorisations_that_ended(user, on):
    """Sentences: for which enterprises somebody acted by authorisation until a day, and does no longer."""
    held = Membership.objects.in_force(on).filter(user=user).values("enterprise")
    ended = Membership.objects.filter(user=user, is_authorised=True, ends_on__lt=on, enterprise__merged_into=None)
    ended = ended.exclude(enterprise__in=held)
    last = {row.enterprise_id: row for row in ended.select_related("enterprise").order_by("ends_on", "pk")}
    return [
        _(
            "Your authorisation to act for %(enterprise)s ended; %(day)s was its last day. If you are authorised anew, claim the "
            "enterprise with the new paper, or ask the Department to invite you."
        )
        % {"enterprise": row.enterprise.name, "day": formats.vn_date(row.ends_on)}
        for row in last.values()
    ]


# --- invitations ------------------------------------------------------------------------------
PURPOSE = "membership"


@transaction.atomic
def invite_member(*, enterprise, email, full_name, role, paper="", ends_on=None, by, now):
    """Invite a person to act for the enterprise, by authorisation until a day or without; they get the role when they accept."""
    payload = {"enterprise": str(enterprise.root.public_id), "role": str(Role(role)), "paper": paper}
    if ends_on and Role(role) != Role.SIGNATORY:
        raise Refused(_("Only whoever signs by authorisation has a last day."))
    if ends_on:
        payload["ends_on"] = ends_on.isoformat()
    if Role(role) == Role.SIGNATORY:
        require_may_invite(by, enterprise.root, role)
        _require_represents_once(locked(enterprise.root), email.strip().lower(), payload, now)
    return invitations.invite(email=email, full_name=full_name, purpose=PURPOSE, payload=payload, by=by, now=now)


def _require_represents_once(enterprise, email, payload, now):
    """Refuse to invite somebody who represents the enterprise, or is invited to otherwise than by this very invitation."""
    other = open_to_represent(enterprise, now).filter(email=email).exclude(purpose=PURPOSE, payload=payload).last()
    if other:
        raise Refused(
            _(
                "This address is invited to represent the enterprise already; the invitation is valid until %(time)s. Let "
                "them use that one, or ask an administrator to send it again or to withdraw it first."
            )
            % {"time": formats.vn_datetime(other.expires_at)}
        )
    held = (
        enterprise.memberships.in_force(timezone.localdate(now)).filter(role=Role.SIGNATORY, user__email=email).first()
    )
    if held and held.is_authorised:
        raise Refused(
            _(
                "This address acts for the enterprise by authorisation until %(day)s. End that access first, then invite anew with "
                "the new paper."
            )
            % {"day": formats.vn_date(held.ends_on)}
        )
    if held:
        raise Refused(_("This address represents the enterprise already."))


def open_to_represent(enterprise, now):
    """Open invitations, however they came, by which somebody becomes a representative of the enterprise."""
    keys = Enterprise.objects.filter(pk__in=enterprise.family_ids).values_list("public_id", flat=True)
    return Invitation.objects.filter(
        payload__enterprise__in=[str(key) for key in keys],
        payload__role=str(Role.SIGNATORY),
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=now,
    ).order_by("created_at", "pk")


def open_invitations(enterprise, *, now):
    return Invitation.objects.filter(
        purpose=PURPOSE,
        payload__enterprise=str(enterprise.public_id),
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=now,
    )


def _enterprise_of(payload):
    return Enterprise.objects.get(public_id=payload["enterprise"]).root


def last_day_of(payload):
    """The last day of the authorisation that an invitation carries; None where there is none."""
    ends_on = payload.get("ends_on")
    return date.fromisoformat(ends_on) if ends_on else None


def check_invitation(by, payload, now):
    require_may_invite(by, _enterprise_of(payload), payload["role"])


def accept_invitation(user, payload, by, now):
    add_member(
        enterprise=_enterprise_of(payload), user=user, role=payload["role"], paper=payload["paper"],
        ends_on=last_day_of(payload), by=by, now=now,
    )  # fmt: skip


def describe_invitation(payload):
    words = {"role": role_words(payload["role"], last_day_of(payload)), "enterprise": _enterprise_of(payload).name}
    if last_day_of(payload):
        return _("%(role)s, of %(enterprise)s") % words
    return _("%(role)s of %(enterprise)s") % words


def panel_of_person(person, viewer):
    """On a person's page: the enterprises they act for."""
    held = Membership.objects.held_by(person).select_related("enterprise")
    if not viewer.may(VIEW) or not held:
        return None
    return _("Acts for"), [
        (
            f"{membership.enterprise.name} ({membership.role_words})",
            reverse("enterprises:enterprise_detail", args=[membership.enterprise.public_id]),
        )
        for membership in held
    ]
