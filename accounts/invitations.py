"""Inviting: a one-time link, valid for 72 hours, by which somebody gets an account and what goes with it.

What goes with an invitation is its purpose. This room knows "post"; rooms above register theirs (memberships).
"""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts import emails
from accounts.access import require
from accounts.models import Invitation, Office, User
from accounts.permissions import MANAGE_PEOPLE
from accounts.roles import Role
from accounts.sealing import digest
from accounts.services import give_post, new_person
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from screens.formats import vn_date

VALID_FOR = timedelta(hours=72)


@dataclass(frozen=True)
class Purpose:
    """What an invitation brings.

    `check(by, payload, now)` refuses whoever may not invite for it; `accept(user, payload, by, now)` gives it;
    `describe(payload)` is a sentence about it.
    """

    code: str
    label: object
    check: object
    accept: object
    describe: object


_purposes: dict[str, Purpose] = {}


def register_purpose(code, *, label, check, accept, describe):
    _purposes[code] = Purpose(code, label, check, accept, describe)


def purpose_of(code):
    return _purposes[code]


def what_of(invitation):
    """The sentence that says what the invitation brings."""
    purpose = _purposes.get(invitation.purpose)
    return purpose.describe(invitation.payload) if purpose else invitation.purpose


@transaction.atomic
def invite(*, email, full_name, purpose, payload, by, now):
    """Invite a person; an earlier open invitation for the same thing is replaced. Known addresses are answered alike."""
    kind = purpose_of(purpose)
    kind.check(by, payload, now)
    email = email.strip().lower()
    same = Invitation.objects.filter(
        email=email, purpose=purpose, payload=payload, accepted_at__isnull=True, withdrawn_at__isnull=True
    )
    for earlier in same.select_for_update(of=("self",)):
        _withdraw(earlier, by=by, now=now)
    return _send(email=email, full_name=full_name, purpose=purpose, payload=payload, by=by, now=now)


def _send(*, email, full_name, purpose, payload, by, now):
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        full_name=full_name,
        purpose=purpose,
        payload=payload,
        token_digest=digest(token),
        invited_by=None if isinstance(by, str) else by.public_id,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    record_event(
        "invitation sent",
        invitation,
        by=by,
        now=now,
        personal={"full_name": full_name, "email": email},
        purpose=purpose,
        payload=payload,
    )
    with override("vi"):
        what = str(what_of(invitation))
    emails.send_invitation(invitation, token, what=what, by_name="" if isinstance(by, str) else by.full_name, now=now)
    return invitation


def _withdraw(invitation, *, by, now):
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    record_event("invitation withdrawn", invitation, by=by, now=now)


def _may_handle(invitation, *, by, now):
    purpose_of(invitation.purpose).check(by, invitation.payload, now)


def _open(invitation):
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.accepted_at:
        raise Conflict(_("The invitation has been accepted already."))
    if invitation.withdrawn_at:
        raise Conflict(_("The invitation was withdrawn."))
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation, by, now):
    """Take an invitation back; its link no longer works."""
    _may_handle(invitation, by=by, now=now)
    invitation = _open(invitation)
    _withdraw(invitation, by=by, now=now)
    return invitation


@transaction.atomic
def resend_invitation(*, invitation, by, now):
    """Send the same invitation with a new link; the old link no longer works."""
    _may_handle(invitation, by=by, now=now)
    invitation = _open(invitation)
    _withdraw(invitation, by=by, now=now)
    return _send(
        email=invitation.email,
        full_name=invitation.full_name,
        purpose=invitation.purpose,
        payload=invitation.payload,
        by=by,
        now=now,
    )


def find_invitation(token, *, now):
    """The open invitation with this link, or None."""
    invitation = Invitation.objects.filter(token_digest=digest(token)).first()
    return invitation if invitation is not None and invitation.is_open(now) else None


def account_of(invitation):
    """The account that already has the invited address, or None."""
    return User.objects.filter(email=invitation.email.lower()).first()


@transaction.atomic
def accept_invitation(*, token, now, password=None, user=None):
    """Accept: a new account with `password`, or the signed-in `user` whose address was invited. The link works once."""
    invitation = find_invitation(token, now=now)
    if invitation is None:
        raise Refused(_("The invitation was used, withdrawn or is too old. Ask for a new one."))
    invitation = _open(invitation)
    person = account_of(invitation)
    if person is None:
        if not password:
            raise Refused(_("Choose a password."))
        person = new_person(
            email=invitation.email, full_name=invitation.full_name, password=password, by="system:invitation", now=now
        )
    elif user is None or user.pk != person.pk:
        raise NotAllowed(_("Sign in with the invited address to accept."))
    elif not person.is_active:
        raise Refused(_("This account is disabled. Ask the administrators of the portal."))
    invitation.accepted_at, invitation.accepted_by = now, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record_event("invitation accepted", invitation, by=person, now=now, person=person.public_id)
    by = User.objects.filter(public_id=invitation.invited_by).first() if invitation.invited_by else "system:invitation"
    if by is None or (not isinstance(by, str) and not by.is_active):
        raise Refused(_("Whoever invited you may no longer do so. Ask for a new invitation."))
    kind = purpose_of(invitation.purpose)
    kind.check(by, invitation.payload, now)
    kind.accept(person, invitation.payload, by, now)
    return person


# --- the purpose of this room: a post --------------------------------------------------------


def _post_office(payload):
    return Office.objects.get(public_id=payload["office"])


def check_post(by, payload, now):
    require(by, MANAGE_PEOPLE)


def accept_post(user, payload, by, now):
    give_post(
        user=user,
        office=_post_office(payload),
        role=Role(payload["role"]),
        starts_on=date.fromisoformat(payload["starts_on"]),
        paper=payload["paper"],
        by=by,
        now=now,
    )


def describe_post(payload):
    return _("Role: %(role)s, %(office)s, from %(day)s (%(paper)s).") % {
        "role": Role(payload["role"]).label,
        "office": _post_office(payload).name,
        "day": vn_date(date.fromisoformat(payload["starts_on"])),
        "paper": payload["paper"],
    }


def invite_to_post(*, email, full_name, office, role, starts_on, paper, by, now):
    """Invite a member of staff; the post begins when they accept, not before `starts_on`."""
    if not paper.strip():
        raise Refused(_("Name the assignment paper: number and date."))
    payload = {
        "office": str(office.public_id),
        "role": Role(role).value,
        "starts_on": starts_on.isoformat(),
        "paper": paper.strip(),
    }
    return invite(email=email, full_name=full_name, purpose="post", payload=payload, by=by, now=now)


register_purpose(
    "post", label=gettext_lazy("A post in an office"), check=check_post, accept=accept_post, describe=describe_post
)
