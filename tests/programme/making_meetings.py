"""Meetings for tests: a room of people, a meeting in any state, and papers that went their way without being drawn."""

from datetime import UTC, datetime, timedelta

from accounts.roles import Role
from documents.models import NumberSeries, OutgoingPaper, PaperStep
from documents.paper_states import MOVES, NEXT
from documents.services.papers import CONTENT
from documents.services.way import issue_paper
from programme.models import Meeting
from programme.presenting.meetings import SERIES, draft_of
from programme.services import invitations, meetings
from programme.services.meeting_papers import begin_meeting_paper
from tests.factories import make_number, make_office, make_series, make_stored_file, make_user

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # nine o'clock on a Monday
BEGINS = NOW + timedelta(days=7)
FILES = {"check": "drawn", "sign": "signed", "number": "numbered", "seal": "sealed"}
TARGET = {move.verb: move.target for move in MOVES if NEXT.get(move.source) == move.verb}


def pass_plainly(paper, state, *, by, at):
    """A paper that went its way up to `state`, with the steps and files that the database asks for and nothing drawn."""
    place = paper.step_count
    while paper.state != state:
        verb, place = NEXT[paper.state], place + 1
        values = {"state": TARGET[verb], "step_count": place}
        file = make_stored_file() if verb in FILES else None
        if file:
            values[FILES[verb]] = file
        if verb == "check":
            values["token"] = f"paper-{paper.pk}"
        if verb == "number":
            values["number"] = make_number(paper.series, office=paper.office, dated_on=at.date(), now=at)
        if verb == "issue":
            values["issued_at"] = at
        PaperStep.objects.create(
            paper=paper,
            place=place,
            round=1,
            verb=verb,
            target=TARGET[verb],
            by=f"user:{by.public_id}",
            at=at,
            file=file,
        )
        OutgoingPaper.objects.filter(pk=paper.pk).update(**values)
        paper.refresh_from_db()
    return paper


class Room:
    """An office that prepares a meeting chaired by a deputy director."""

    def __init__(self, *, now=NOW, begins=None):
        self.now, self.begins = now, begins or now + (BEGINS - NOW)
        for code in SERIES.values():
            NumberSeries.objects.filter(code=code).exists() or make_series(code, heading="GIẤY MỜI")
        self.office = make_office()
        self.secretary = make_user(Role.OFFICER, office=self.office)
        self.head = make_user(Role.HEAD, office=self.office)
        self.chair, self.clerk = make_user(Role.DEPUTY_DIRECTOR), make_user(Role.RECORDS_CLERK)
        self.meeting = meetings.add_meeting(values=self.values(), by=self.secretary, now=now)

    def values(self, **changed):
        return {
            "subject": "Sơ kết Chương trình", "starts_at": self.begins, "place": "Phòng họp số 1", "chair": self.chair,
            "secretary": self.secretary, "office": self.office, "agenda": "Báo cáo\nThảo luận",
        } | changed  # fmt: skip

    def add(self, **guests):
        added, _left = invitations.add_guests(meeting=self.meeting, by=self.secretary, now=self.now, **guests)
        return added

    def begin(self, kind, now=None, **changed):
        now = now or self.now
        given = draft_of(self.meeting, kind, now.date())
        values = {name: given.get(name, "") for name in CONTENT} | {"office": self.office, "due_on": None} | changed
        return begin_meeting_paper(meeting=self.meeting, kind=kind, values=values, by=self.secretary, now=now)

    def issued(self, kind, now=None):
        """The paper issued by the records clerk, everything before that passed plainly."""
        now = now or self.now
        paper = pass_plainly(self.begin(kind, now), "issuing", by=self.secretary, at=now)
        return issue_paper(paper=paper, version=paper.version, by=self.clerk, now=now)

    def send(self):
        invitations.open_invitations(meeting=self.meeting, by=self.secretary, now=self.now)
        for guest in invitations.to_send(self.meeting):
            invitations.send_invitation(invitee=guest, by=self.secretary, now=self.now)
        return self.again()

    def invited(self):
        if not self.meeting.invitees.exists():
            self.add(people=[self.head], outside=[("Hội Doanh nghiệp", "hoi@ngoai.example"), ("Báo", "")])
        self.issued("invitation")
        return self.send()

    @property
    def over(self):
        return self.begins + timedelta(hours=3)

    def held(self):
        self.meeting = meetings.hold_meeting(
            meeting=self.meeting,
            proceedings="Đã trao đổi",
            version=self.meeting.version,
            by=self.secretary,
            now=self.over,
        )
        return self

    def conclude(self, content="Rà soát danh sách", *, person=None, days=30, **changed):
        values = {
            "content": content, "office": self.office, "person": person,
            "deadline": (self.begins + timedelta(days=days)).date(), **changed,
        }  # fmt: skip
        return meetings.add_conclusion(meeting=self.meeting, values=values, by=self.secretary, now=self.over)

    def concluded(self):
        self.conclude(person=self.secretary)
        left_out = self.conclude("Ghi nhầm")
        meetings.drop_conclusion(conclusion=left_out, reason="Ghi nhầm", by=self.secretary, now=self.over)
        self.issued("conclusions", self.over)
        return self.again()

    def cancelled(self):
        meetings.cancel_meeting(meeting=self.meeting, reason="Trùng lịch", by=self.secretary, now=self.now)
        return self.again()

    def again(self):
        self.meeting.refresh_from_db()
        return self

    def guest(self, name):
        return self.meeting.invitees.get(name=name)


def in_every_state(**when):
    """{state: Room}"""
    rooms = {state.value: Room(**when) for state in Meeting.State}
    rooms["cancelled"].add(outside=[("Khách", "")])
    rooms["cancelled"].cancelled()
    for state in ("invited", "held", "concluded"):
        rooms[state].invited()
    for state in ("held", "concluded"):
        rooms[state].held()
    rooms["concluded"].concluded()
    return rooms
