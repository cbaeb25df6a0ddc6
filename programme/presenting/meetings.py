"""Papers of a meeting as they begin: filled in from its facts, the drafter goes on from there. What stands on them is
Vietnamese whatever the language of the page."""

from django.utils import timezone
from django.utils.translation import override

from accounts.models import Post
from accounts.roles import HEADS, LEADERS, Role
from documents.models import NumberSeries
from documents.signatories import Authority
from programme.models import Invitee, Meeting, MeetingPaper
from programme.services.meeting_papers import ABSENT, PLACE, TIME, lines_of_text
from screens import formats

KIND = MeetingPaper.Kind
SERIES = {KIND.INVITATION: "GM", KIND.MINUTES: "BB", KIND.CONCLUSIONS: "TB"}
STATE_KINDS = {
    Meeting.State.PREPARED: "quiet",
    Meeting.State.INVITED: "info",
    Meeting.State.HELD: "warn",
    Meeting.State.CONCLUDED: "ok",
    Meeting.State.CANCELLED: "bad",
}
ANSWER_KINDS = {Invitee.Answer.COME: "ok", Invitee.Answer.DECLINE: "bad", Invitee.Answer.DEPUTY: "info"}
PRESIDING = (Role.DIRECTOR, Role.DEPUTY_DIRECTOR, Role.CHIEF_OF_OFFICE, Role.HEAD, Role.DEPUTY_HEAD, Role.OFFICER)
MOST_ADDRESSEES = 12  # of an invitation; more are named in the list of guests


def draft_of(meeting, kind, on):
    """{field of the form of a paper: what it begins with}"""
    kind = KIND(kind)
    with override("vi"):
        words = {KIND.INVITATION: _invitation, KIND.MINUTES: _minutes, KIND.CONCLUSIONS: _conclusions}[kind](meeting)
    series = NumberSeries.objects.in_use(on).laid_out().filter(code=SERIES[kind]).first()
    return {"series": series, "office": meeting.office_id, **words, **_signer(meeting, on)}


def _when_and_where(meeting):
    return [f"{TIME} {meeting.when}.", f"{PLACE} {meeting.place}."]


def _invitation(meeting):
    guests = [guest.name for guest in meeting.invitees.standing().order_by("place")]
    addressees = guests if len(guests) <= MOST_ADDRESSEES else ["Các đại biểu theo danh sách dưới đây"]
    body = [
        f"Sở Công Thương trân trọng kính mời Quý đại biểu dự họp: {meeting.bare_subject}.",
        *_when_and_where(meeting),
        f"Chủ trì: {_chair(meeting)}.",
        "Nội dung:",
        *lines_of_text(meeting.agenda),
        f"Đề nghị đại biểu xác nhận dự họp trước giờ họp. Đầu mối: {meeting.secretary.full_name}, {meeting.office.name}.",
        *(
            ["# Danh sách đại biểu được mời", _table(("STT", "Đại biểu"), [(name,) for name in guests])]
            if len(guests) > MOST_ADDRESSEES
            else []
        ),
    ]
    return {
        "subject": f"Họp {_lower(meeting.bare_subject)}"[:500],
        "addressees": "\n".join(addressees),
        "body": "\n".join(body),
        "recipients": "Như trên",
    }


def _minutes(meeting):
    came = list(meeting.invitees.filter(attended=True).order_by("place"))
    absent = list(meeting.invitees.filter(attended=False).order_by("place"))
    body = [
        *_when_and_where(meeting),
        "# I. Thành phần dự họp",
        f"Chủ trì: {_chair(meeting)}.",
        f"Thư ký: {meeting.secretary.full_name}.",
        *(
            [
                _table(
                    ("STT", "Đơn vị, người được mời", "Người dự"),
                    [(each.name, each.came_as or formats.NOTHING) for each in came],
                )
            ]
            if came
            else []
        ),
        *([f"{ABSENT} {'; '.join(each.name for each in absent)}."] if absent else []),
        "# II. Nội dung",
        *lines_of_text(meeting.agenda),
        "# III. Diễn biến",
        *lines_of_text(meeting.proceedings),
        *_concluded(meeting, "# IV. Kết luận"),
        f"Cuộc họp kết thúc cùng ngày. Biên bản được thông qua; người ghi biên bản: {meeting.secretary.full_name}.",
    ]
    return {"subject": f"Họp {_lower(meeting.bare_subject)}"[:500], "addressees": "", "body": "\n".join(body),
            "recipients": "Các thành viên dự họp"}  # fmt: skip


def _conclusions(meeting):
    held_on = formats.vn_date(meeting.starts_at)
    offices = dict.fromkeys(row.office.name for row in meeting.conclusions.standing().select_related("office"))
    body = [
        f"Ngày {held_on}, tại {meeting.place}, {_chair(meeting)} chủ trì họp: {meeting.bare_subject}. "
        "Sau khi nghe báo cáo và ý kiến của các đại biểu, người chủ trì kết luận như sau:",
        *_concluded(meeting, ""),
        "Đề nghị các đơn vị được giao chủ trì thực hiện đúng thời hạn và báo cáo kết quả.",
    ]
    return {
        "subject": f"Kết luận cuộc họp {_lower(meeting.bare_subject)}"[:500],
        "addressees": "",
        "body": "\n".join(body),
        "recipients": "\n".join(["Giám đốc Sở (để báo cáo)", *offices]),
    }


def _concluded(meeting, heading):
    rows = [
        (row.content, row.in_charge, formats.vn_date(row.deadline))
        for row in meeting.conclusions.standing().select_related("office", "person").order_by("number")
    ]  # fmt: skip
    if not rows:
        return []
    table = _table(("STT", "Nội dung", "Chủ trì", "Thời hạn"), rows)
    return [heading, table] if heading else [table]


def _table(heads, rows):
    lines = [heads, *((str(number), *row) for number, row in enumerate(rows, start=1))]
    return "\n".join(" | ".join(cell.replace("|", "/") for cell in line) for line in lines)


def _chair(meeting):
    """With the post in which the chair presides on the day: the highest, with its office where the post does not name it."""
    posts = Post.objects.in_force(timezone.localdate(meeting.starts_at)).filter(user=meeting.chair)
    held = {post.role: post for post in posts.select_related("office").order_by("-pk")}
    post = next((held[role] for role in PRESIDING if role in held), None)
    if post is None:
        return meeting.chair.full_name
    of_itself = post.role in LEADERS or post.role == Role.CHIEF_OF_OFFICE
    return ", ".join([meeting.chair.full_name, post.get_role_display(), *([] if of_itself else [post.office.name])])


def _lower(subject):
    """A subject after a first word: its own first word stays as it is where it is a name or all capitals."""
    return subject[:1].lower() + subject[1:] if subject[1:2].islower() else subject


def _signer(meeting, on):
    """The chair, in the right that the post gives."""
    roles = set(Post.objects.in_force(on).filter(user=meeting.chair).values_list("role", flat=True))
    rights = (
        ({Role.DIRECTOR}, Authority.OWN),
        ({Role.DEPUTY_DIRECTOR}, Authority.KT),
        (HEADS - {Role.DEPUTY_HEAD} | {Role.CHIEF_OF_OFFICE}, Authority.TL),
    )
    right = next((right for needed, right in rights if roles & needed), None)
    return {"signer": meeting.chair, "authority": right} if right else {}
