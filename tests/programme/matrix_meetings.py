"""A meeting of each person's own office, with a document, a guest and a conclusion; an invitation of each person."""

from datetime import timedelta

from programme.models import Meeting
from programme.permissions.meetings import KEEP
from programme.services import meetings
from tests.programme.making_meetings import Room


def build(world):
    world.held = {}
    for role in KEEP.roles:
        held = Room(now=world.now - timedelta(days=20))
        office = world.people[role.value].posts.first().office
        Meeting.objects.filter(pk=held.meeting.pk).update(office=office)
        held.again().invited().held().conclude()
        world.held[role.value] = held.meeting
    room = Room(now=world.now)
    room.add(people=list(world.people.values()), outside=[("Hội Doanh nghiệp", "hoi@ngoai.example")])
    file = world.scan
    world.meeting_document = meetings.attach_document(
        meeting=room.meeting, title="Tài liệu", file=file, by=room.secretary, now=world.now
    )
    room.invited()
    world.invitations = {who: room.meeting.invitees.get(person=person) for who, person in world.people.items()}
    world.link = room.meeting.invitees.get(kind="outside")
    world.meetings, world.meeting_documents = {}, {}
    for who, person in world.people.items():
        post = person.posts.first()
        if post is None:
            continue
        values = room.values(office=post.office)
        meeting = Meeting(prepared_by=person.public_id, prepared_at=world.now, **values)
        meeting.save()
        meeting.invitees.create(kind="outside", name="Khách", place=1, added_by=person.public_id, added_at=world.now)
        world.meetings[who] = meeting
        world.meeting_documents[who] = meeting.documents.create(
            title="Tài liệu", file=file, by=person.public_id, at=world.now
        )


def _own(world, who):
    return {"public_id": world.meetings.get(who, world.meetings["officer"]).public_id}


def _document(world, who):
    return _own(world, who) | {
        "document": world.meeting_documents.get(who, world.meeting_documents["officer"]).public_id
    }


def _conclusion(world, who):
    return {"public_id": world.held.get(who, world.held["officer"]).public_id, "number": 1}


def _invitation(world, who):
    return {"public_id": world.invitations.get(who, world.invitations["officer"]).public_id}


def _attached(world):
    return {"document": world.meeting_document.public_id}


OF_MEETING = (
    "meeting", "edit_meeting", "cancel_meeting", "hold_meeting", "correct_proceedings", "attach_document", "attendance_list", "add_guests",
    "send_invitations", "mark_attendance", "add_conclusion",
)  # fmt: skip
OBJECTS = {
    **{f"programme:{name}": _own for name in OF_MEETING},
    **{f"programme:{name}": _document for name in ("meeting_document", "withdraw_document")},
    **{
        f"programme:{name}": lambda world, who: _own(world, who) | {"place": 1}
        for name in ("withdraw_guest", "enter_answer")
    },
    **{f"programme:{name}": _conclusion for name in ("edit_conclusion", "drop_conclusion")},
    "programme:draft_meeting_paper": lambda world, who: _own(world, who) | {"kind": "invitation"},
    "programme:own_invitation": _invitation,
    "programme:own_invitation_file": lambda world, who: _invitation(world, who) | _attached(world),
    "programme:invitation_by_link": lambda world: {"token": world.link.token},
    "programme:invitation_file_by_link": lambda world: {"token": world.link.token} | _attached(world),
}
