"""Where the pages of meetings stand in the demonstration: one in each state."""

from programme.models import Invitee, Meeting, MeetingDocument


def _meeting(state):
    return Meeting.objects.filter(state=state).earliest("pk")


def _in(state):
    return lambda: {"public_id": _meeting(state).public_id}


def _document(state):
    document = MeetingDocument.objects.filter(meeting__state=state).earliest("pk")
    return {"public_id": document.meeting.public_id, "document": document.public_id}


def _guest(state):
    return lambda: {"public_id": _meeting(state).public_id, "place": 1}


def _conclusion():
    return {"public_id": _meeting("held").public_id, "number": 1}


def _invitation(**kind):
    return Invitee.objects.filter(meeting__state="invited", **kind).earliest("pk")


def _own():
    return {"public_id": _invitation(kind="person").public_id}


def _linked():
    return {"token": _invitation(way="link").token}


def _attached():
    return {"document": _document("invited")["document"]}


ADDRESSES = {
    "programme:meeting": _in("concluded"),
    "programme:attendance_list": _in("held"),
    "programme:meeting_document": lambda: _document("concluded"),
    "programme:withdraw_document": lambda: _document("prepared"),
    **{
        f"programme:{name}": _in("prepared")
        for name in ("edit_meeting", "attach_document", "add_guests", "send_invitations")
    },
    **{f"programme:{name}": _in("invited") for name in ("cancel_meeting", "hold_meeting")},
    **{f"programme:{name}": _in("held") for name in ("mark_attendance", "add_conclusion", "correct_proceedings")},
    "programme:withdraw_guest": _guest("prepared"),
    "programme:enter_answer": _guest("invited"),
    "programme:draft_meeting_paper": lambda: _in("prepared")() | {"kind": "invitation"},
    **{f"programme:{name}": _conclusion for name in ("edit_conclusion", "drop_conclusion")},
    "programme:own_invitation": _own,
    "programme:own_invitation_file": lambda: _own() | _attached(),
    "programme:invitation_by_link": _linked,
    "programme:invitation_file_by_link": lambda: _linked() | _attached(),
}
