"""Where the pages of notices stand in the demonstration."""

from accounts.demo import PEOPLE
from accounts.models import User
from enterprises.models import Enterprise
from notices.models import Delivery, Notice, Reminder, Telling


def _own():
    """Of somebody who signs in first to whom something was told."""
    people = [User.objects.get(email=email) for _label, email, _password in PEOPLE]
    return next({"public_id": notice.public_id} for person in people if (notice := Notice.objects.of(person).first()))


def _letter():
    return {"public_id": Delivery.objects.filter(channel="email", notice__isnull=False).latest("pk").public_id}


ADDRESSES = {
    "notices:own_notice": _own,
    "notices:delivery": _letter,
    "notices:telling": lambda: {"public_id": Telling.objects.filter(state="done").latest("pk").public_id},
    "notices:text": lambda: {"kind": "dossiers.lodged"},
    "notices:edit_text": lambda: {"kind": "dossiers.lodged"},
    "notices:reminder": lambda: {"public_id": Reminder.objects.latest("pk").public_id},
    "notices:remind": lambda: {
        "subject": "enterprises.enterprise",
        "public_id": Enterprise.objects.standing().first().public_id,
    },
}
