"""Notices for the matrix: one's own for everybody, a letter and a matter of the log, a reminder to each."""

from tests.factories import make_delivery, make_enterprise, make_notice, make_officer, make_reminder, make_telling


def build(world):
    telling = make_telling(at=world.now)
    world.notice_of = {who: make_notice(person, telling, at=world.now) for who, person in world.people.items()}
    world.letter = make_delivery(world.notice_of["officer"], state="parked", at=world.now)
    world.set_aside = make_telling(state="parked", at=world.now)
    world.reminded_of = make_enterprise()
    sender = make_officer(email="sender@matrix.example")
    world.reminder_to = {
        who: make_reminder(person, sender, world.reminded_of, at=world.now) for who, person in world.people.items()
    }


def _notice(world, who):
    return {"public_id": world.notice_of.get(who, world.notice_of["officer"]).public_id}


def _reminder(world, who):
    return {"public_id": world.reminder_to.get(who, world.reminder_to["officer"]).public_id}


def _letter(world):
    return {"public_id": world.letter.public_id}


def _matter(world):
    return {"public_id": world.set_aside.public_id}


OBJECTS = {
    "notices:own_notice": _notice,
    "notices:read_notice": _notice,
    "notices:delivery": _letter,
    "notices:send_again": _letter,
    "notices:give_up_sending": _letter,
    "notices:telling": _matter,
    "notices:pass_on_again": _matter,
    "notices:text": lambda world: {"kind": "dossiers.lodged"},
    "notices:edit_text": lambda world: {"kind": "dossiers.lodged"},
    "notices:reminder": _reminder,
    "notices:settle_reminder": _reminder,
    "notices:remind": lambda world: {
        "subject": "enterprises.enterprise",
        "public_id": world.reminded_of.public_id,
    },
}
