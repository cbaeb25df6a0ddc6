"""Meetings in every state: concluded with its tasks, held, inviting, being prepared, cancelled. All invented."""

from datetime import date, datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Office
from accounts.roles import Role
from documents.paper_states import State as PaperState
from documents.services.papers import CONTENT
from documents.services.way import TAKING, next_verb
from documents.store import save_upload
from enterprises.models import Enterprise
from programme.presenting.meetings import draft_of
from programme.services import invitations, meetings
from programme.services.given import move_given_deadline
from programme.services.meeting_papers import begin_meeting_paper
from reporting.demo.copying import at
from reporting.demo.scans import one_page

PLACE = "Phòng họp số 1, Sở Công Thương (minh họa)"
AGENDA = "Báo cáo tình hình thực hiện\nÝ kiến của các đại biểu\nKết luận của người chủ trì"
PROCEEDINGS = (
    "Phòng Quản lý công nghiệp báo cáo tình hình thực hiện (nội dung minh họa).\n"
    "Các đại biểu trao đổi về tiến độ và khó khăn của doanh nghiệp."
)
OUTSIDE = [("Hội Doanh nghiệp minh họa", "hoi@thunghiem.example"), ("Báo Minh Họa", "")]


def meetings_held(stage):
    """meetings: concluded with its tasks, held, inviting, being prepared, cancelled"""
    concluded = _Meeting(
        stage, "Giao ban triển khai Chương trình tháng 11 năm 2026", date(2026, 11, 5), date(2026, 10, 20)
    )
    concluded.invited(date(2026, 10, 29)).held()
    for content, office, role, deadline in (
        (
            "Rà soát danh sách doanh nghiệp chưa báo cáo số liệu năm 2026 (minh họa)",
            "QLCN",
            Role.OFFICER,
            date(2026, 11, 13),
        ),
        ("Tổng hợp tiến độ giải ngân, báo cáo Giám đốc Sở (minh họa)", "KHTC", Role.ACCOUNTANT, date(2026, 12, 15)),
    ):
        concluded.concludes(content, office, role, deadline)
    left_out = concluded.concludes("Việc ghi nhầm (minh họa)", "VP", Role.RECORDS_CLERK, date(2026, 11, 20))
    meetings.drop_conclusion(
        conclusion=left_out, reason="Ghi nhầm (minh họa)", by=stage.officer, now=at(date(2026, 11, 5), 15)
    )
    concluded.paper("conclusions", date(2026, 11, 6))
    concluded.moves_deadline("KHTC", date(2026, 12, 22), at(date(2026, 11, 13), 16))
    held = _Meeting(stage, "Rà soát hồ sơ đề nghị hỗ trợ quý IV năm 2026", date(2026, 11, 13), date(2026, 11, 2))
    held.invited(date(2026, 11, 6)).held()
    held.concludes("Hoàn thiện hồ sơ hỗ trợ còn thiếu (minh họa)", "TTKC", Role.CENTRE_STAFF, date(2026, 11, 30))
    held.begin("minutes", at(date(2026, 11, 16), 8))
    inviting = _Meeting(stage, "Sơ kết Chương trình năm 2026", date(2026, 12, 18), date(2026, 11, 9))
    inviting.invited(date(2026, 11, 12))
    inviting.answers(at(date(2026, 11, 13)))
    inviting.moved_to(time(14), at(date(2026, 11, 13), 15))
    _Meeting(stage, "Góp ý dự thảo kế hoạch năm 2027", date(2026, 12, 22), date(2026, 11, 13)).guests(
        date(2026, 11, 13)
    )
    cancelled = _Meeting(
        stage, "Đối thoại với doanh nghiệp ngành cơ khí", date(2026, 11, 27), date(2026, 11, 3)
    ).guests(date(2026, 11, 4))
    meetings.cancel_meeting(
        meeting=cancelled.row, reason="Trùng lịch công tác của lãnh đạo Sở (minh họa)", by=cancelled.secretary,
        now=at(date(2026, 11, 10)),
    )  # fmt: skip


class _Meeting:
    """A meeting chaired by the deputy director, prepared in the lead office."""

    def __init__(self, stage, subject, day, prepared_on):
        self.stage, self.day, self.secretary = stage, day, stage.officer
        values = {
            "subject": f"{subject} (minh họa)",
            "starts_at": timezone.make_aware(datetime.combine(day, time(9))),
            "place": PLACE,
            "chair": stage.people[Role.DEPUTY_DIRECTOR],
            "secretary": self.secretary,
            "office": self.secretary.posts.get().office,
            "agenda": AGENDA,
        }
        now = at(prepared_on, 8)
        self.row = meetings.add_meeting(values=values, by=self.secretary, now=now, synthetic=True)
        upload = SimpleUploadedFile("tai-lieu.pdf", one_page(subject), content_type="application/pdf")
        file = save_upload(upload, by=self.secretary, now=now)
        meetings.attach_document(
            meeting=self.row, title="Tài liệu họp (minh họa)", file=file, by=self.secretary, now=now
        )

    def guests(self, on):
        codes = [self.stage.lead.tax_code, *self._others()]
        invitations.add_guests(
            meeting=self.row,
            offices=list(Office.objects.filter(code__in=["KHTC", "TTKC"]).order_by("code")),
            people=[self.stage.head, self.stage.people[Role.CHIEF_OF_OFFICE]],
            tax_codes=codes,
            outside=OUTSIDE,
            by=self.secretary,
            now=at(on, 9),
        )
        return self

    def _others(self):
        rows = Enterprise.objects.standing().filter(synthetic=True, status="active", memberships__isnull=True)
        return list(rows.order_by("pk").values_list("tax_code", flat=True)[:2])

    def invited(self, on):
        self.guests(on)
        self.paper("invitation", on)
        now = at(on, 16)
        self.row = invitations.open_invitations(meeting=self.row, by=self.secretary, now=now)
        for guest in invitations.to_send(self.row):
            invitations.send_invitation(invitee=guest, by=self.secretary, now=now)
        return self

    def answers(self, now):
        """Some come, one sends somebody else, one does not come, some have not answered."""
        given = (("come", ""), ("deputy", "Phó Giám đốc Trung tâm Ví Dụ"), ("come", ""), ("decline", ""))
        for guest, (answer, delegate) in zip(self.row.invitees.order_by("place"), given, strict=False):
            invitations.answer_invitation(
                invitee=guest, answer=answer, delegate=delegate, version=guest.version,
                meeting_version=self.row.version, by=self.secretary, now=now,
            )  # fmt: skip

    def moved_to(self, hour, now):
        """The same day at another hour: some answered for the former one, one already for the new one."""
        starts_at = timezone.make_aware(datetime.combine(self.day, hour))
        self.row = meetings.edit_meeting(
            meeting=self.row, values={"starts_at": starts_at}, version=self.row.version, by=self.secretary, now=now,
            reason="Lãnh đạo Sở có lịch họp khác buổi sáng (minh họa)",
        )  # fmt: skip
        guest = self.row.invitees.get(place=1)
        invitations.answer_invitation(
            invitee=guest, answer="come", delegate="", version=guest.version, meeting_version=self.row.version,
            by=self.secretary, now=now + timedelta(minutes=20),
        )  # fmt: skip

    def held(self):
        begun, over = at(self.day, 10), at(self.day, 12)
        marks = {guest.place: (guest.place % 4 != 0, "") for guest in self.row.invitees.order_by("place")}
        self.row = invitations.mark_attendance(
            meeting=self.row, marks=marks, version=self.row.version, by=self.secretary, now=begun
        )
        self.row = meetings.hold_meeting(
            meeting=self.row, proceedings=PROCEEDINGS, version=self.row.version, by=self.secretary, now=over
        )
        return self

    def concludes(self, content, office, role, deadline):
        values = {
            "content": content, "office": Office.objects.get(code=office), "person": self.stage.people[role],
            "deadline": deadline,
        }  # fmt: skip
        return meetings.add_conclusion(meeting=self.row, values=values, by=self.secretary, now=at(self.day, 14))

    def moves_deadline(self, office, deadline, now):
        given = self.row.conclusions.get(office__code=office, given__isnull=False).given
        move_given_deadline(
            given=given, deadline=deadline, reason="Chờ số liệu của Kho bạc (minh họa)", version=given.version,
            by=self.row.chair, now=now,
        )  # fmt: skip

    def begin(self, kind, now):
        given = draft_of(self.row, kind, timezone.localdate(now))
        values = {name: given.get(name, "") for name in CONTENT} | {"office": self.row.office, "due_on": None}
        return begin_meeting_paper(meeting=self.row, kind=kind, values=values, by=self.secretary, now=now)

    def paper(self, kind, on):
        """The paper on its whole way, issued on the day."""
        paper, people = self.begin(kind, at(on, 10)), self.stage.people
        by = {
            "send": self.secretary, "initial": self.stage.head, "check": people[Role.CHIEF_OF_OFFICE],
            "sign": people[Role.DEPUTY_DIRECTOR],
        }  # fmt: skip
        hour = 10
        while paper.state != PaperState.ISSUED:
            verb, hour = next_verb(paper), min(hour + 1, 15)
            given = {"dated_on": on} if verb == "number" else {}
            paper = TAKING[verb](
                paper=paper,
                version=paper.version,
                by=by.get(verb, people[Role.RECORDS_CLERK]),
                now=at(on, hour),
                **given,
            )
        self.row.refresh_from_db()
