from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.invitations import invite_to_post
from accounts.models import Delegation, Handover, Invitation, SignIn
from accounts.roles import Role
from accounts.sealing import digest
from tests.factories import make_head, make_officer

TOKEN = "a-token-that-only-the-tests-know"


def build(world):
    for person in world.people.values():  # everybody has a second factor, so that there is one to look at
        TOTP.activate(person, generate_totp_secret())
        RecoveryCodes.activate(person)
    world.subject = make_officer(email="subject@matrix.example")
    world.handover = Handover.objects.create(
        person=world.subject,
        at=world.now,
        by=world.people["administrator"].public_id,
        reason="Điều động",
        lines=[{"kind": "files", "count": 2, "to": str(person.public_id)} for person in world.people.values()],
    )
    world.invitation = invite_to_post(
        email="invited@matrix.example",
        full_name="Người Được Mời",
        office=world.subject.posts.get().office,
        role=Role.OFFICER,
        starts_on=world.now.date(),
        paper="1/QĐ-SCT",
        by=world.people["administrator"],
        now=world.now,
    )
    Invitation.objects.filter(pk=world.invitation.pk).update(token_digest=digest(TOKEN))
    receiver = make_head(email="receiver@matrix.example")
    world.delegations = {
        who: Delegation.objects.create(
            giver=world.people[who],
            receiver=receiver,
            action="figures.close_year",
            starts_on=world.now.date(),
            ends_on=world.now.date() + timedelta(days=30),
            planned_ends_on=world.now.date() + timedelta(days=30),
            paper="15/GUQ-SCT",
            created_by=f"user:{world.people[who].public_id}",
            created_at=world.now,
        )
        for who in ("director", "deputy_director")
    }
    assert Authenticator.objects.count() == 2 * len(world.people)


def reset_link(world):
    person = world.people["officer"]
    return {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}


OBJECTS = {"account_reset_password_from_key": reset_link}


def own_session(world, who):
    """One's own session; of those without one, somebody's."""
    person = world.people.get(who, world.people["officer"])
    return {"public_id": (person.sign_ins.first() or SignIn.objects.first()).public_id}


def own_delegation(world, who):
    """What a leader gave; of others, what the director gave."""
    return {"public_id": world.delegations.get(who, world.delegations["director"]).public_id}


def person(world):
    return {"public_id": world.subject.public_id}


OBJECTS |= {
    f"accounts:{name}": person
    for name in ("person_detail", "edit_person", "give_post", "disable_person", "enable_person", "end_sessions")
} | {
    "accounts:reset_second_factor": person,
    "accounts:hand_over": person,
    "accounts:end_my_session": own_session,
    "accounts:end_post": lambda world: {"public_id": world.subject.posts.get().public_id},
    "accounts:handover_detail": lambda world: {"public_id": world.handover.public_id},
    "accounts:delegation_detail": own_delegation,
    "accounts:end_delegation": own_delegation,
    "accounts:office_detail": lambda world: {"public_id": world.subject.posts.get().office.public_id},
    "accounts:edit_office": lambda world: {"public_id": world.subject.posts.get().office.public_id},
    "accounts:invitation_detail": lambda world: {"public_id": world.invitation.public_id},
    "accounts:withdraw_invitation": lambda world: {"public_id": world.invitation.public_id},
    "accounts:resend_invitation": lambda world: {"public_id": world.invitation.public_id},
    "accounts:accept_invitation": lambda world: {"token": TOKEN},
}
