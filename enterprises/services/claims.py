"""Claiming an enterprise by its tax code: sent by whoever says that they represent it, confirmed or refused once.

Sending looks up nothing: neither the registry nor the accounts, so that it tells nobody what is there. Whoever decides
sees what is on record beside what was said.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import invitations
from accounts.access import require
from accounts.models import User
from accounts.roles import Role
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from enterprises.models import Claim, Enterprise, Membership
from enterprises.permissions import DECIDE_CLAIMS
from enterprises.services.enterprises import locked
from enterprises.services.memberships import give_membership, last_day_of, open_to_represent
from enterprises.telling import CLAIM_CONFIRMED, CLAIM_EXPIRED, CLAIM_REFUSED, CLAIM_WAITS
from notices.services.telling import tell
from reference.services import rule
from screens import formats
from screens.text import clean

PURPOSE = "claimed membership"
USUAL_DAYS = 30
SAID = (
    "tax_code",
    "enterprise_name",
    "full_name",
    "email",
    "phone",
    "office",
    "paper_number",
    "scope",
    "authorised_to",
)


def days_to_decide(on: date) -> int:
    return int(rule("enterprise_claims", on, {}).get("days", USUAL_DAYS))


@transaction.atomic
def claim_enterprise(*, said, file, by, now, found=None):
    """Send a claim; `found` is what the signatures of its paper are worth (`looked_at`). `by` is the system's visitor, or somebody who signed in: of them name and address are their account's."""
    on = timezone.localdate(now)
    said = {name: clean(value) if isinstance(value, str) else value for name, value in said.items()}
    claimant = None if isinstance(by, str) else by
    if claimant:
        said |= {"full_name": claimant.full_name, "email": claimant.email}
        _require_may_claim(claimant, said["tax_code"])
    if said["office"] != Claim.Office.AUTHORISED:
        said |= {"scope": "", "authorised_to": None}
    elif said["authorised_to"] < on:
        raise Refused(_("The authorisation ended before today. Attach one that is in force."))
    if Claim.objects.filter(file=file).exists():
        raise Refused(_("This paper was sent with another claim already. Choose the file once more."))
    claim = Claim.objects.create(
        **{name: said[name] for name in SAID} | {"email": said["email"].lower()},
        file=file,
        claimant=claimant,
        sent_at=now,
        expires_on=on + timedelta(days=days_to_decide(on)),
        **found or {},
    )
    personal = {
        name: said[name] for name in ("full_name", "email", "phone", "enterprise_name", "tax_code") if said[name]
    }
    after = {"office": claim.office, "expires_on": claim.expires_on}
    record_event("enterprise claimed", claim, by=by, now=now, personal=personal, after=after)
    tell(CLAIM_WAITS, claim, by=by, now=now)
    return claim


def _require_may_claim(claimant, tax_code):
    """Said to somebody who signed in about what they know anyhow: their own posts and enterprises."""
    if claimant.is_staff_member:
        raise Refused(_("You hold a post in the Department. Whoever works there does not act for an enterprise."))
    held = Membership.objects.held_by(claimant).filter(role=Role.SIGNATORY, enterprise__tax_code=tax_code)
    if held.filter(is_authorised=False).exists():
        raise Refused(_("You represent this enterprise already. Open it from the menu."))


# --- deciding ----------------------------------------------------------------------------------


def record_of(claim):
    """The record that has the claim's tax code, itself and not what it was merged into; or None."""
    return Enterprise.objects.recorded().filter(tax_code=claim.tax_code).select_related("merged_into").first()


def hindrance_of(record):
    """Why nobody can represent what stands on record, in a sentence that says what to do; "" when they can."""
    if record is None:
        return _(
            "No enterprise with this tax code is registered. Register it first if the paper is right, or refuse the claim."
        )
    if record.merged_into_id:
        return _(
            "This record was merged into “%(name)s”, tax code %(code)s. Refuse the claim; the person claims that one instead."
        ) % {"name": record.merged_into, "code": record.merged_into.tax_code}
    if record.status == Enterprise.Status.DISSOLVED:
        return _(
            "“%(name)s” stands as dissolved since %(day)s. If that is not so, change its status first; else refuse the claim."
        ) % {"name": record, "day": formats.vn_date(record.status_from)}
    return ""


def reason_for(record):
    """What a refusal may say to the claimant where the record cannot be represented; "" where it can."""
    if record is None:
        return _(
            "The tax code is not in the Department's register of enterprises. Please look at it and claim again, "
            "or send the Department a copy of the registration certificate so that the enterprise is registered first."
        )
    if record.merged_into_id:
        return _("The enterprise goes by the tax code %(code)s now. Please claim it by that tax code.") % {
            "code": record.merged_into.tax_code
        }
    if record.status == Enterprise.Status.DISSOLVED:
        return _(
            "By the Department's register the enterprise has ended its activity. If that is not so, please send the "
            "Department the confirmation of the business registration office, then claim again."
        )
    return ""


def signatories_of(enterprise, on):
    """The memberships of those who represent it on the day."""
    return enterprise.memberships.in_force(on).filter(role=Role.SIGNATORY).select_related("user")


def invited_to_represent(enterprise, claim, now):
    """Open invitations by which somebody else becomes its representative: they hold as much as who accepted."""
    return open_to_represent(enterprise, now).exclude(email=claim.email)


def address_problem(claim, enterprise, now):
    """Why the address cannot be invited, in a sentence; "" when it can."""
    invited = enterprise and open_to_represent(enterprise, now).filter(email=claim.email).last()
    if invited:
        return _(
            "This address is invited to represent the enterprise already; the invitation is valid until %(time)s. "
            "Refuse the claim, or invite the person again where that invitation came from."
        ) % {"time": formats.vn_datetime(invited.expires_at)}
    on = timezone.localdate(now)
    account = User.objects.filter(email=claim.email).first()
    if account is None:
        return ""
    if not account.is_active:
        return _("The account of this address is disabled. Ask an administrator, or refuse the claim.")
    if account.is_staff_member:
        return _("This address is that of somebody who holds a post in the Department. Refuse the claim.")
    held = enterprise and signatories_of(enterprise, on).filter(user=account).first()
    if held and held.is_authorised:
        return _(
            "This address acts for the enterprise by authorisation until %(day)s. End that access first, or refuse the claim."
        ) % {"day": formats.vn_date(held.ends_on)}
    if held:
        return _("This address represents the enterprise already. Refuse the claim and say how to sign in.")
    return ""


class HasSignatory(Refused):
    """The enterprise is represented on the portal already, or somebody is invited to; whoever knows better says `although=True`."""


@transaction.atomic
def confirm_claim(*, claim, although=False, by, now):
    """Confirm: the person is invited to represent the enterprise, and does when they accept."""
    claim, on = _undecided(claim, by=by, now=now), timezone.localdate(now)
    found = record_of(claim)
    enterprise = found and locked(found)
    hindrance = hindrance_of(enterprise)
    if hindrance:
        raise Refused(hindrance)
    problem = address_problem(claim, enterprise, now)
    if problem:
        raise Refused(problem)
    if claim.authorised_to and claim.authorised_to < on:
        raise Refused(_("The authorisation ended on %(day)s. Refuse the claim and ask for one in force.") % {
            "day": formats.vn_date(claim.authorised_to)
        })  # fmt: skip
    represent = [row.user.full_name for row in signatories_of(enterprise, on)]
    invited = [row.full_name for row in invited_to_represent(enterprise, claim, now)]
    if represent and not although:
        raise HasSignatory(
            _("%(names)s represents this enterprise on the portal already. Say that you confirm one more all the same.")
            % {"names": ", ".join(represent)}
        )
    if invited and not although:
        raise HasSignatory(
            _("%(names)s is invited to represent this enterprise already. Say that you confirm one more all the same.")
            % {"names": ", ".join(invited)}
        )
    invitation = _invite(claim, enterprise, by=by, now=now)
    claim.state, claim.ended_at, claim.decided_by = Claim.State.CONFIRMED, now, by
    claim.enterprise, claim.invitation = enterprise, invitation
    claim.save(update_fields=["state", "ended_at", "decided_by", "enterprise", "invitation"])
    after = {"state": claim.state} | ({"although": formats.yes_no(True)} if represent or invited else {})
    record_event("claim confirmed", claim, by=by, now=now, before={"state": Claim.State.WAITING}, after=after)
    record_event("enterprise claim confirmed", enterprise, by=by, now=now, personal={"member": claim.full_name})
    tell(CLAIM_CONFIRMED, claim, by=by, now=now)
    return claim


@transaction.atomic
def refuse_claim(*, claim, reason, by, now):
    """Refuse with a reason that the claimant reads."""
    claim = _undecided(claim, by=by, now=now)
    if not reason.strip():
        raise Refused(_("Say why, and what the person can do."))
    claim.state, claim.ended_at, claim.decided_by, claim.reason = Claim.State.REFUSED, now, by, reason.strip()
    claim.save(update_fields=["state", "ended_at", "decided_by", "reason"])
    record_event(
        "claim refused", claim, by=by, now=now, reason=claim.reason, before={"state": Claim.State.WAITING},
        after={"state": claim.state},
    )  # fmt: skip
    tell(CLAIM_REFUSED, claim, by=by, now=now)
    return claim


@transaction.atomic
def invite_claimant_again(*, claim, by, now):
    """Send the invitation of a confirmed claim again, with a new link; an accepted one is not."""
    require(by, DECIDE_CLAIMS)
    claim = _locked(claim)
    if claim.state != Claim.State.CONFIRMED:
        raise Conflict(_("Only the person of a confirmed claim is invited again."))
    if claim.invitation.accepted_at:
        raise Conflict(_("The invitation has been accepted already."))
    claim.invitation = _invite(claim, claim.enterprise.root, by=by, now=now)
    claim.save(update_fields=["invitation"])
    record_event("claimant invited again", claim, by=by, now=now)
    return claim


def expire_claims(*, now):
    """End what nobody decided in time, and tell whoever claimed; returns how many."""
    keys = list(Claim.objects.run_out(timezone.localdate(now)).order_by("pk").values_list("pk", flat=True))
    return sum(_expire(key, now) for key in keys)


@transaction.atomic
def _expire(key, now):
    claim = _locked(Claim(pk=key))
    if claim.state != Claim.State.WAITING:
        return False  # decided meanwhile
    claim.state, claim.ended_at = Claim.State.EXPIRED, now
    claim.save(update_fields=["state", "ended_at"])
    by, change = "system:claims", {"before": {"state": Claim.State.WAITING}, "after": {"state": claim.state}}
    record_event("claim expired", claim, by=by, now=now, **change)
    tell(CLAIM_EXPIRED, claim, by=by, now=now)
    return True


def _locked(claim):
    """The row, held; what it points to is read after: joined, it would be what stood before another let go of it."""
    return Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)


def _undecided(claim, *, by, now):
    """The row, held, for somebody who may decide it and has no part in it."""
    require(by, DECIDE_CLAIMS)
    claim = _locked(claim)
    if claim.state in (Claim.State.CONFIRMED, Claim.State.REFUSED):
        words = {
            "name": claim.decided_by.full_name,
            "time": formats.vn_datetime(claim.ended_at),
            "state": claim.get_state_display(),
        }
        said = _("%(name)s decided this claim at %(time)s: %(state)s.") % words
        raise Conflict(f"{said} {claim.reason}".strip())
    if claim.state == Claim.State.EXPIRED or claim.expires_on < timezone.localdate(now):
        raise Conflict(
            _("This claim expired on %(day)s. The person sends another one.")
            % {"day": formats.vn_date(claim.expires_on)}
        )
    record = record_of(claim)
    own = getattr(by, "pk", None) and (
        claim.claimant_id == by.pk
        or claim.email == by.email
        or (record and Membership.objects.held_by(by).filter(enterprise=record.root).exists())
    )
    if own:
        raise NotAllowed(_("This claim concerns yourself or an enterprise that you act for. A colleague decides it."))
    return claim


# --- the invitation ----------------------------------------------------------------------------


def _invite(claim, enterprise, *, by, now):
    payload = {
        "claim": str(claim.public_id),
        "enterprise": str(enterprise.public_id),
        "role": str(Role.SIGNATORY),
        "paper": claim.paper,
    }
    if claim.authorised_to:
        payload["ends_on"] = claim.authorised_to.isoformat()
    return invitations.invite(
        email=claim.email, full_name=claim.full_name, purpose=PURPOSE, payload=payload, by=by, now=now
    )


def _invited_for(payload):
    return Enterprise.objects.select_related("merged_into").get(public_id=payload["enterprise"])


def check_invitation(by, payload, now):
    """At inviting, and once more when it is accepted: what was confirmed then may have ended since."""
    require(by, DECIDE_CLAIMS)
    hindrance = hindrance_of(_invited_for(payload).root)
    if hindrance:
        raise Refused(hindrance)


def accept_invitation(user, payload, by, now):
    give_membership(
        enterprise=locked(_invited_for(payload).root),
        user=user,
        role=payload["role"],
        paper=payload["paper"],
        ends_on=last_day_of(payload),
        by=by,
        now=now,
    )
