"""Whom the portal tells of a meeting and of a task that is given to them, and the things of the programme of which one
colleague may remind another."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from documents.paper_states import INITIALLERS
from notices.kinds import Place, kind
from notices.subjects import readable, subject
from programme.models import (
    BudgetStep,
    Commitment,
    GivenTask,
    Invitee,
    Meeting,
    Payment,
    Plan,
    PolicyReview,
    Task,
)
from programme.permissions.plans import REPORT
from screens import formats


def _guests_while(state):
    """Whoever is invited, while the meeting stands so: their users, or the address that has a link."""

    def people(invitee, on):
        return invitee.people(on) if invitee.sent_at and invitee.meeting.state == state else User.objects.none()

    def strangers(invitee):
        return [(invitee.name, invitee.email)] if invitee.token and invitee.meeting.state == state else []

    return {
        "model": Invitee,
        "people": people,
        "strangers": strangers,
        "says": _says,
        "must": True,
        "address": _address,
    }


def _address(invitee):
    return invitee.invitation_address


def _says(invitee):
    meeting = invitee.meeting
    return {
        "subject": meeting.bare_subject,
        "guest": invitee.name,
        "when": meeting.when,
        "place": meeting.place,
        "secretary": meeting.secretary.full_name,
        "reason": meeting.reason,
    }


_PLACES = (
    Place("subject", _("subject of the meeting"), "Họp triển khai nhiệm vụ năm 2027"),
    Place("guest", _("who is invited"), "Công ty TNHH Cơ khí Minh Họa"),
    Place("when", _("when it begins"), "09:00 thứ Sáu 27/11/2026"),
    Place("place", _("where it takes place"), "Phòng họp số 1, Sở Công Thương"),
    Place("secretary", _("secretary of the meeting"), "Nguyễn Thị Mẫu"),
)
INVITED = kind(
    "programme.invited", _("I am invited to a meeting"), places=_PLACES, **_guests_while(Meeting.State.INVITED)
)
MEETING_CHANGED = kind(
    "programme.meeting_changed",
    _("A meeting that I am invited to was changed"),
    places=_PLACES,
    **_guests_while(Meeting.State.INVITED),
)
MEETING_CANCELLED = kind(
    "programme.meeting_cancelled",
    _("A meeting that I was invited to was cancelled"),
    places=(*_PLACES, Place("reason", _("why it was cancelled"), "Trùng lịch công tác của lãnh đạo Sở")),
    **_guests_while(Meeting.State.CANCELLED),
)


def _in_charge(given, on):
    """Whoever is in charge of it; of an office in which nobody is named, its heads, else those who report there."""
    if given.state != GivenTask.State.OPEN:
        return User.objects.none()
    if given.person_id:
        return User.objects.filter(pk=given.person_id)
    posts = Post.objects.in_force(on).filter(office_id=given.office_id, user__is_active=True)
    heads = posts.filter(role__in=[role.value for role in INITIALLERS])
    receiving = heads if heads.exists() else posts.filter(role__in=[role.value for role in REPORT.roles])
    return User.objects.filter(pk__in=receiving.values("user_id"))


def _no_longer_in_charge(given, on):
    """The person it was taken from, while it is open and in other hands."""
    taken = given.state == GivenTask.State.OPEN and given.taken_from_id != given.person_id
    return User.objects.filter(pk=given.taken_from_id if taken else None)


_OF_TASK = {
    "model": GivenTask,
    "says": lambda given: {
        "content": given.content,
        "document": given.document,
        "day": formats.vn_date(given.document_on),
        "issuer": given.issuer,
        "office": given.office.name,
        "deadline": formats.vn_long_date(given.deadline),
    },
    "places": (
        Place("content", _("what is asked"), "Rà soát danh sách sản phẩm đề nghị công nhận năm 2027"),
        Place("document", _("number of the document"), "15/TB-SCT"),
        Place("day", _("date of the document"), "27/11/2026"),
        Place("issuer", _("issued by"), "Văn phòng UBND Thành phố"),
        Place("office", _("office in charge"), "Phòng Quản lý công nghiệp"),
        Place("deadline", _("deadline"), "thứ Tư 23/12/2026"),
    ),
    "roles": REPORT.roles,
}
TASK_GIVEN = kind(
    "programme.task_given", _("A task of the Committee or of a meeting was given to me"), people=_in_charge, **_OF_TASK
)
TASK_DUE = kind(
    "programme.task_due", _("The deadline of a task that I am in charge of was changed"), people=_in_charge, **_OF_TASK
)
TASK_TAKEN = kind(
    "programme.task_taken",
    _("A task that I was in charge of was given to others"),
    people=_no_longer_in_charge,
    **_OF_TASK,
)


def _invitations_read_by(user):
    """With the list of guests: by whoever sees the meeting."""
    return Invitee.objects.filter(meeting__in=Meeting.objects.visible_to(user).order_by())


readable(Invitee, _invitations_read_by)
subject("programme:task", Task, Task.objects.visible_to)
subject("programme:plan", Plan, Plan.objects.visible_to)
subject("programme:given_task", GivenTask)
subject("programme:meeting", Meeting, Meeting.objects.visible_to)
subject("programme:budget_step", BudgetStep)
subject("programme:commitment", Commitment)
subject("programme:payment", Payment)
subject("programme:review", PolicyReview)
