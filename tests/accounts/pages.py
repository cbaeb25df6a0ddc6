"""What the pages of this room show: somebody of the demonstration, and an invitation, a handover, a delegation made for it."""

from datetime import timedelta

from django.utils import timezone

from accounts.delegations import give_delegation
from accounts.demo import address_of
from accounts.invitations import invite_to_post
from accounts.models import Delegation, Handover, Invitation, User
from accounts.roles import Role
from accounts.sealing import digest

TOKEN = "a-token-that-only-the-tests-know"


def somebody():
    return User.objects.get(email=address_of("truongphong"))


def invitation():
    """An open invitation whose link is known."""
    found = Invitation.objects.filter(token_digest=digest(TOKEN)).first()
    if found is None:
        now = timezone.now()
        found = invite_to_post(
            email="khach@thunghiem.example",
            full_name="Khách Được Mời",
            office=somebody().posts.first().office,
            role=Role.OFFICER,
            starts_on=timezone.localdate(now),
            paper="12/QĐ-SCT",
            by=User.objects.get(email=address_of("quantri")),
            now=now,
        )
        Invitation.objects.filter(pk=found.pk).update(token_digest=digest(TOKEN))
    return found


def handover():
    values = {"paper": "3/BB-SCT", "reason": "Điều động", "at": timezone.now()}
    taker = User.objects.get(email=address_of("photruongphong"))
    lines = [{"kind": "files", "count": 3, "to": str(taker.public_id), "things": ["01 – Tập kế hoạch"]}]
    return Handover.objects.filter(person=somebody()).first() or Handover.objects.create(
        person=somebody(), by=taker.public_id, lines=lines, **values
    )


def delegation():
    """In force from today: the director's to the head of office."""
    today = timezone.localdate()
    giver = User.objects.get(email=address_of("giamdoc"))
    return Delegation.objects.filter(giver=giver).first() or give_delegation(
        giver=giver,
        receiver=somebody(),
        action="figures.close_year",
        starts_on=today,
        ends_on=today + timedelta(days=60),
        paper="15/GUQ-SCT",
        paper_on=today,
        by=User.objects.get(email=address_of("quantri")),
        now=timezone.now(),
    )


def accept_invitation():
    invitation()
    return {"token": TOKEN}


ADDRESSES = {
    f"accounts:{name}": lambda: {"public_id": somebody().public_id}
    for name in ("person_detail", "edit_person", "give_post", "disable_person", "enable_person", "hand_over")
} | {
    "accounts:reset_second_factor": lambda: {"public_id": somebody().public_id},
    "accounts:end_post": lambda: {"public_id": somebody().posts.first().public_id},
    "accounts:delegation_detail": lambda: {"public_id": delegation().public_id},
    "accounts:end_delegation": lambda: {"public_id": delegation().public_id},
    "accounts:office_detail": lambda: {"public_id": somebody().posts.first().office.public_id},
    "accounts:edit_office": lambda: {"public_id": somebody().posts.first().office.public_id},
    "accounts:handover_detail": lambda: {"public_id": handover().public_id},
    "accounts:invitation_detail": lambda: {"public_id": invitation().public_id},
    "accounts:accept_invitation": accept_invitation,
    "account_reset_password_from_key": lambda: {"uidb36": "1", "key": "set-password"},
}
