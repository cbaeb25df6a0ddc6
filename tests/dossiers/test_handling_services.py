"""The verbs of handling: what each does, whom it refuses, what doing it twice comes to, and what the clock promises."""

from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import strip_tags

from accounts import handover
from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.services.numbers import void_number
from dossiers.clock import Terms, WorkingDays, promise
from dossiers.models import Dossier, SupplementChange, SupplementRequest
from dossiers.permissions.handling import ACTIONS, may_do
from dossiers.presenting.handling import time_left, time_of
from dossiers.presenting.slips import control_slip, slip_of
from dossiers.services import dossiers as lodging
from dossiers.services import handling as services
from dossiers.services import supplements
from dossiers.states import State, Turn, Verb, targets_of
from tests.dossiers.matrix_procedures import one_page
from tests.dossiers.test_dossier_models import forced_into, kept, refused
from tests.factories import (
    make_day,
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_number,
    make_office,
    make_paper_at,
    make_procedure,
    make_slip_line,
    make_step,
    make_stored_file,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 1, 2, tzinfo=UTC)  # 09:00 in Hà Nội
TODAY = date(2026, 6, 1)
BASIS = "Kế hoạch số 60/KH-UBND"


class Desk:
    """A lodged dossier and everybody who may have something to do with it."""

    def __init__(self):
        self.office = make_office()
        self.version = make_version(make_procedure(), office=self.office, days=())
        self.version.total_days = 10
        self.version.save()
        for days, role in (
            (1, "intake"),
            (1, "head"),
            (5, "officer"),
            (1, "head"),
            (1, "director"),
            (1, "records_clerk"),
        ):
            make_step(self.version, days, role=role)
        self.version.state, self.version.valid_from, self.version.paper_number = "issued", date(2026, 1, 5), "1/QĐ"
        self.version.paper_on, self.version.put_in_force_at = date(2026, 1, 5), MONDAY
        self.version.put_in_force_by = "system:tests"
        self.version.save()
        self.enterprise = make_enterprise()
        self.signatory = make_enterprise_user(self.enterprise, full_name="Trịnh Văn Ký")
        self.preparer = make_enterprise_user(self.enterprise, Role.PREPARER)
        self.clerk, self.records = make_user(Role.INTAKE), make_user(Role.RECORDS_CLERK)
        self.head = make_user(Role.HEAD, office=self.office)
        self.deputy = make_user(Role.DEPUTY_HEAD, office=self.office)
        self.officer = make_user(Role.OFFICER, office=self.office)
        self.colleague = make_user(Role.OFFICER, office=self.office)
        self.director = make_user(Role.DIRECTOR)
        self.stranger = make_user(Role.HEAD, full_name="Trưởng phòng khác")
        self.dossier = make_dossier(self.version, self.enterprise, state="lodged", by=self.signatory, at=MONDAY)

    def person_of(self, role):
        return {
            Role.SIGNATORY: self.signatory, Role.PREPARER: self.preparer, Role.INTAKE: self.clerk,
            Role.RECORDS_CLERK: self.records, Role.HEAD: self.head, Role.OFFICER: self.officer,
            Role.DIRECTOR: self.director,
        }[role]  # fmt: skip

    def received(self, now=MONDAY):
        self.dossier = services.receive_dossier(dossier=self.dossier, by=self.clerk, now=now)
        return self.dossier

    def appraised(self):
        self.received()
        services.assign_dossier(dossier=self.dossier, to=self.officer, by=self.head, now=MONDAY)
        self.dossier = services.appraise_dossier(dossier=self.dossier, by=self.officer, now=MONDAY)
        return self.dossier

    def asked(self, *, by=None, sender=None, now=MONDAY, items=1):
        wanted = [
            {"component": None, "wanted": f"Bản vẽ {place}", "reason": "Chưa rõ", "legal_basis": BASIS}
            for place in range(items)
        ]
        request = supplements.prepare_supplement(
            dossier=self.dossier, items=wanted, guidance="", answer_by=None, by=by or self.officer, now=now
        )
        self.dossier = supplements.send_supplement(request=request, by=sender or self.head, now=now)
        request.refresh_from_db()
        return request

    def answered(self, request, now):
        texts = {str(item.public_id): "Đã bổ sung" for item in request.items.all()}
        supplements.save_answers(request=request, answers=texts, by=self.preparer, now=now)
        self.dossier = sent_answer(request, by=self.signatory, now=now)
        return self.dossier


def sent_answer(request, *, by, now):
    """The answer as it stands, sent by whoever has just read it."""
    checked = supplements.digest_of_answer(request)
    return supplements.send_answer(request=request, digest=checked, by=by, now=now)


@pytest.fixture
def desk():
    return Desk()


def later(days, hour=9):
    """That hour in Hà Nội, so many days after Monday the 1st of June 2026."""
    return MONDAY + timedelta(days=days, hours=hour - 9)


# --- the whole walk ----------------------------------------------------------------------------


def test_a_dossier_goes_its_whole_way_and_its_slip_tells_it(desk):
    dossier = desk.received()
    assert (dossier.state, dossier.office, dossier.starts_on) == ("received", desk.office, TODAY)
    assert dossier.due_on == date(2026, 6, 15)  # ten working days after the Monday
    services.assign_dossier(dossier=dossier, to=desk.officer, by=desk.head, now=later(1), note="Làm sớm")
    services.appraise_dossier(dossier=dossier, by=desk.officer, now=later(1, 10))
    services.submit_dossier(dossier=dossier, note="Đề nghị trả lời", by=desk.officer, now=later(4))
    services.send_back_dossier(dossier=dossier, reason="Bổ sung căn cứ", by=desk.director, now=later(4, 14))
    services.submit_dossier(dossier=dossier, note="Đã bổ sung căn cứ", by=desk.officer, now=later(7))
    services.approve_dossier(dossier=dossier, by=desk.director, now=later(8))
    services.issue_result(
        dossier=dossier, paper_number="12/SCT-QLCN", paper_on=date(2026, 6, 9), file=make_stored_file(), by=desk.records,
        now=later(8, 15),
    )  # fmt: skip
    dossier = services.return_result(dossier=dossier, note="Gửi qua Cổng", by=desk.clerk, now=later(9))
    assert (dossier.state, dossier.steps_done, dossier.due_on) == ("returned", 6, date(2026, 6, 15))
    lines = list(dossier.slip.with_people())
    assert [line.verb for line in lines] == [
        "receive", "assign", "appraise", "submit", "send_back", "submit", "approve", "issue", "return",
    ]  # fmt: skip
    # the officer's submission is no review by the head
    assert [line.steps_done for line in lines] == [1, 2, 2, 3, 2, 3, 5, 6, 6]
    assert time_of(dossier, lines, later(30))[Turn.DEPARTMENT] == 7
    sentences = [line.sentence for line in history_of(dossier)]
    assert "Phát hành kết quả" in sentences and "Trả lại để xử lý tiếp" in sentences
    slip = control_slip(dossier, lines)
    assert (slip.form, len(slip.rows), slip.rows[1][4]) == ("", 9, f"{desk.officer.full_name} ({desk.office})")
    given = {line.verb: row[4] for line, row in zip(lines, slip.rows, strict=True)}
    assert (given["submit"], given["issue"], given["return"]) == ("Lãnh đạo Sở", "Bộ phận tiếp nhận", "Doanh nghiệp")


def test_the_history_tells_to_whom_a_dossier_was_assigned_handed_over_and_passed_on(desk):
    desk.office.name = "Phòng Quản lý công nghiệp"
    desk.office.save()
    dossier, colleague = desk.received(), make_user(Role.OFFICER, office=desk.office, full_name="Vũ Thị Tiếp")
    other = make_office(name="Phòng Quản lý thương mại")
    make_user(Role.HEAD, office=other)
    services.assign_dossier(dossier=dossier, to=desk.officer, by=desk.head, now=later(1))
    services.hand_over_dossier(dossier=dossier, to=colleague, note="Nghỉ phép", by=desk.officer, now=later(2))
    services.assign_dossier(dossier=dossier, to=None, office=other, by=desk.head, now=later(3))
    passed, handed, assigned, received = (
        [
            (label, *(side and strip_tags(str(side)).partition(" (")[0] for side in sides))
            for label, *sides in line.changes
        ]
        for line in history_of(dossier)[:4]
    )
    who, where, officer = "người xử lý", "đơn vị xử lý", desk.officer.full_name
    assert assigned == [(who, None, officer)]
    assert handed == [(who, officer, "Vũ Thị Tiếp")]
    assert passed == [(who, "Vũ Thị Tiếp", None), (where, "Phòng Quản lý công nghiệp", other.name)]
    assert (where, None, "Phòng Quản lý công nghiệp") in received


def test_the_promise_stands_when_the_calendar_is_edited_afterwards(desk):
    dossier = desk.received()
    make_day(date(2026, 6, 10))
    services.assign_dossier(dossier=dossier, to=desk.officer, by=desk.head, now=later(1))
    dossier.refresh_from_db()
    assert dossier.due_on == date(2026, 6, 15)


def test_a_dossier_received_after_the_hour_counts_from_the_next_working_day(desk):
    version = make_version(make_procedure(), office=desk.office, state="issued", receipt_until="15:00", days=(5,))
    dossier = make_dossier(version, desk.enterprise, state="lodged", by=desk.signatory, at=MONDAY)
    dossier = services.receive_dossier(dossier=dossier, by=desk.clerk, now=later(4, 16))  # Friday at 16:00
    assert (dossier.starts_on, dossier.due_on) == (date(2026, 6, 8), date(2026, 6, 15))


def test_days_left_and_days_overdue_are_working_days_alone(desk):
    dossier = desk.received(later(4))  # a Friday, for the Friday two weeks later

    def words(day):
        return time_left(dossier, day)[1]

    assert words(date(2026, 6, 5)) == "còn 10 ngày làm việc"
    assert words(date(2026, 6, 19)) == "đến hạn hôm nay"
    assert [words(date(2026, 6, day)) for day in (20, 21, 22)] == ["quá hạn", "quá hạn", "quá hạn 1 ngày làm việc"]
    weekend = Desk()
    weekend.received(later(5))  # counted from the Monday
    assert time_left(weekend.dossier, date(2026, 6, 6))[1] == "còn 10 ngày làm việc"


# --- supplements -------------------------------------------------------------------------------


def test_three_supplements_work_alike_and_the_clock_stands_still_meanwhile(desk):
    desk.appraised()
    for time in range(3):
        request = desk.asked(now=later(7 * time + 1))
        assert (request.number, desk.dossier.state, desk.dossier.is_running) == (time + 1, "supplementing", False)
        desk.answered(request, later(7 * time + 4))
        assert desk.dossier.state == "appraising"
    # each time from the evening of a Tuesday to a Friday: three working days are the enterprise's
    assert desk.dossier.due_on == date(2026, 6, 26)
    used = time_of(desk.dossier, list(desk.dossier.slip.all()), later(18))
    assert (used[Turn.DEPARTMENT], used[Turn.ENTERPRISE]) == (5, 9)


def test_a_supplement_at_the_door_is_the_clerks_alone_and_promises_nothing(desk):
    request = desk.asked(by=desk.clerk, sender=desk.clerk)
    assert request.stage == "lodged"
    dossier = desk.answered(request, later(2))
    assert (dossier.state, dossier.due_on) == ("lodged", None)
    form = slip_of(dossier.slip.get(verb="ask"))
    assert (form.title, form.form) == ("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "")
    assert form.rows == [[1, "Bản vẽ 0", "–", "Chưa rõ", BASIS]]


def test_whoever_prepares_a_supplement_does_not_send_it(desk):
    desk.appraised()
    with pytest.raises(NotAllowed, match="không tham gia soạn"):
        desk.asked(by=desk.head, sender=desk.head)
    request = desk.dossier.supplements.get()
    with pytest.raises(NotAllowed):
        supplements.send_supplement(request=request, by=desk.officer, now=MONDAY)
    assert supplements.send_supplement(request=request, by=desk.deputy, now=MONDAY).state == "supplementing"


def test_a_dossier_stays_at_its_stage_while_a_request_for_a_supplement_is_prepared(desk):
    item = {"component": None, "wanted": "Bản vẽ", "reason": "Chưa rõ", "legal_basis": BASIS}
    asks = {"items": [item], "guidance": "", "answer_by": None, "now": MONDAY}
    request = supplements.prepare_supplement(dossier=desk.dossier, by=desk.clerk, **asks)
    for receive in (services.receive_dossier, services.receive_among_many):
        with pytest.raises(Refused, match="Đang soạn một yêu cầu bổ sung"):
            receive(dossier=desk.dossier, by=desk.clerk, now=MONDAY)
    supplements.drop_supplement(request=request, by=desk.clerk, now=MONDAY)
    desk.received()
    services.assign_dossier(dossier=desk.dossier, to=desk.officer, by=desk.head, now=MONDAY)
    request = supplements.prepare_supplement(dossier=desk.dossier, by=desk.officer, **asks)
    with pytest.raises(Refused, match="Đang soạn một yêu cầu bổ sung"):
        services.appraise_dossier(dossier=desk.dossier, by=desk.officer, now=MONDAY)
    assert supplements.send_supplement(request=request, by=desk.head, now=MONDAY).state == "supplementing"


def test_what_is_not_received_drops_the_request_that_was_prepared(desk):
    item = {"component": None, "wanted": "Bản vẽ", "reason": "Chưa rõ", "legal_basis": BASIS}
    request = supplements.prepare_supplement(
        dossier=desk.dossier, items=[item], guidance="", answer_by=None, by=desk.clerk, now=MONDAY
    )
    services.refuse_dossier(dossier=desk.dossier, reason="Không thuộc", legal_basis=BASIS, by=desk.clerk, now=MONDAY)
    request.refresh_from_db()
    assert request.state == "dropped"


def test_whoever_wrote_any_of_a_supplement_does_not_send_it(desk):
    desk.appraised()
    item = {"component": None, "wanted": "Bản vẽ", "reason": "Chưa rõ", "legal_basis": BASIS}
    asks = {"guidance": "", "answer_by": None, "now": MONDAY}
    request = supplements.prepare_supplement(dossier=desk.dossier, items=[item], by=desk.officer, **asks)
    other = make_user(Role.DEPUTY_HEAD, office=desk.dossier.office, full_name="Lê Thị Phó")
    more = {"items": [item | {"wanted": "Bản đồ"}], "version": request.version}
    supplements.change_supplement(request=request, by=desk.head, **asks, **more)
    event = Event.objects.about(desk.dossier).filter(kind="dossier supplement changed").get()
    assert "Bản vẽ" in event.body and "Bản đồ" in event.body
    with pytest.raises(NotAllowed, match=desk.head.full_name):
        supplements.send_supplement(request=request, by=desk.head, now=MONDAY)
    rows = SupplementRequest.objects.filter(pk=request.pk)
    sent = {"state": "sent", "sent_at": MONDAY, "answer_by": TODAY + timedelta(days=30)}
    assert refused(lambda: rows.update(**sent, sent_by=desk.head), "supplement_not_sent_by_who_changed_it")
    assert kept(SupplementChange.objects.filter(request=request).delete)
    supplements.send_supplement(request=request, by=other, now=MONDAY)
    another = {"request": request, "by": other, "at": MONDAY}
    assert refused(lambda: SupplementChange.objects.create(**another), "supplement_changed_while_prepared")


def test_a_prepared_supplement_is_changed_or_dropped_and_one_at_a_time(desk):
    desk.appraised()
    item = {"component": None, "wanted": "Bản vẽ", "reason": "Chưa rõ", "legal_basis": BASIS}
    asks = {"guidance": "", "answer_by": None, "by": desk.officer, "now": MONDAY}
    request = supplements.prepare_supplement(dossier=desk.dossier, items=[item], **asks)
    with pytest.raises(Conflict, match="đang được"):
        supplements.prepare_supplement(dossier=desk.dossier, items=[item], **asks)
    with pytest.raises(Refused, match="Đang soạn một yêu cầu bổ sung"):
        services.submit_dossier(dossier=desk.dossier, note="Trình", by=desk.officer, now=MONDAY)
    with pytest.raises(Refused, match="sau ngày hôm nay"):
        supplements.change_supplement(request=request, items=[item], version=1, **asks | {"answer_by": TODAY})
    with pytest.raises(Refused, match="ít nhất một"):
        supplements.change_supplement(request=request, items=[], version=1, **asks)
    changed = [item | {"wanted": "Bản đồ"}, item]
    supplements.change_supplement(request=request, items=changed, version=request.version, **asks)
    assert [each.wanted for each in request.items.all()] == ["Bản đồ", "Bản vẽ"]
    supplements.drop_supplement(request=request, by=desk.officer, now=MONDAY)
    with pytest.raises(Conflict):
        supplements.send_supplement(request=request, by=desk.head, now=MONDAY)
    assert supplements.prepare_supplement(dossier=desk.dossier, items=[item], **asks).number == 2


def test_a_request_that_names_no_day_is_to_be_answered_by_that_of_the_procedure_counted_from_its_sending(desk):
    desk.appraised()
    item = {"component": None, "wanted": "Bản vẽ", "reason": "Chưa rõ", "legal_basis": BASIS}
    asks = {"items": [item], "guidance": "", "by": desk.officer, "now": MONDAY}
    request = supplements.prepare_supplement(dossier=desk.dossier, answer_by=None, **asks)
    make_day(date(2026, 6, 10))
    supplements.send_supplement(request=request, by=desk.head, now=later(2))
    request.refresh_from_db()
    assert request.answer_by == date(2026, 7, 2)  # twenty working days after Wednesday the 3rd, the 10th off
    line = desk.dossier.slip.get(verb="ask")
    assert ("Đề nghị bổ sung chậm nhất ngày", "02/07/2026") in slip_of(line).lines


def test_where_the_procedure_names_no_days_the_request_names_its_day(desk):
    version = make_version(make_procedure(), office=desk.office, state="issued", answer_days=None)
    dossier = make_dossier(version, desk.enterprise, state="lodged", by=desk.signatory, at=MONDAY)
    item = {"component": None, "wanted": "Bản vẽ", "reason": "Chưa rõ", "legal_basis": BASIS}
    asks = {"items": [item], "guidance": "", "by": desk.clerk, "now": MONDAY}
    with pytest.raises(Refused, match="không quy định sẵn"):
        supplements.prepare_supplement(dossier=dossier, answer_by=None, **asks)
    request = supplements.prepare_supplement(dossier=dossier, answer_by=date(2026, 6, 12), **asks)
    with pytest.raises(Refused, match="không quy định sẵn"):
        supplements.change_supplement(request=request, answer_by=None, version=request.version, **asks)
    supplements.send_supplement(request=request, by=desk.clerk, now=later(1))
    request.refresh_from_db()
    assert request.answer_by == date(2026, 6, 12)


@pytest.mark.parametrize(
    ("sent", "answer_by", "promised"),
    [
        ("2026-11-20", "2026-12-21", "2026-12-21"),  # Friday; 24/11 is a day off
        ("2026-11-21", "2026-12-21", "2026-12-22"),  # Saturday
        ("2026-11-22", "2026-12-21", "2026-12-22"),  # Sunday
        ("2026-11-23", "2026-12-22", "2026-12-22"),
        ("2026-11-24", "2026-12-22", "2026-12-23"),
        ("2026-08-21", "2026-09-22", "2026-09-22"),  # before the working Saturday of 22/08; 31/08 to 02/09 are days off
        ("2026-08-22", "2026-09-23", "2026-09-23"),
    ],
)
def test_days_to_answer_count_from_the_day_after_the_sending_days_of_the_promise_from_the_day_after_the_receipt(
    desk, sent, answer_by, promised
):
    """The day from which a time is counted is left out and its last day is a working one (Civil Code, 147 and 148); what
    comes to the Department on a day off is received on the next working day, what it sends then is sent."""
    for day in ("2026-08-31", "2026-09-01", "2026-09-02", "2026-11-24"):
        make_day(day)
    make_day("2026-08-22", "work")
    morning = datetime.fromisoformat(f"{sent}T09:00+07:00")
    desk.version.total_days = desk.version.answer_days = 20
    assert supplements.day_by_procedure(desk.version, morning) == date.fromisoformat(answer_by)
    days = WorkingDays.around(morning.date(), working_days=20)
    assert promise(morning, Terms(total=20), days).due_on == date.fromisoformat(promised)


def test_every_item_is_answered_with_words_or_a_file_before_the_signatory_sends(desk):
    desk.appraised()
    request = desk.asked(items=2)
    first, second = request.items.all()
    texts = {str(first.public_id): "Bản vẽ kèm theo", str(second.public_id): ""}
    supplements.save_answers(request=request, answers=texts, by=desk.preparer, now=MONDAY)
    with pytest.raises(Refused, match="Mục 2"):
        sent_answer(request, by=desk.signatory, now=MONDAY)
    second.request = request
    upload = SimpleUploadedFile("ban-ve.pdf", one_page())
    file = supplements.upload_item_file(item=second, upload=upload, by=desk.preparer, now=MONDAY)
    again = SimpleUploadedFile("ban-ve.pdf", one_page())
    assert supplements.upload_item_file(item=second, upload=again, by=desk.preparer, now=MONDAY) == file
    with pytest.raises(NotAllowed, match="đại diện"):
        sent_answer(request, by=desk.preparer, now=MONDAY)
    sent_answer(request, by=desk.signatory, now=MONDAY)
    with pytest.raises(Conflict, match="không thêm được nữa"):
        supplements.save_answers(request=request, answers=texts, by=desk.preparer, now=MONDAY)
    with pytest.raises(Conflict):
        supplements.upload_item_file(item=second, upload=again, by=desk.preparer, now=MONDAY)
    with pytest.raises(Conflict):
        supplements.remove_item_file(row=file, by=desk.preparer, now=MONDAY)


def test_an_answer_is_sent_as_it_was_checked(desk):
    desk.appraised()
    request = desk.asked()
    item = request.items.get()

    def say(words):
        supplements.save_answers(request=request, answers={str(item.public_id): words}, by=desk.preparer, now=MONDAY)

    def send(checked):
        return supplements.send_answer(request=request, digest=checked, by=desk.signatory, now=MONDAY)

    say("Như đã trao đổi")
    checked = supplements.digest_of_answer(request)
    say("Đã đổi")
    with pytest.raises(Conflict, match="Hãy kiểm tra lại rồi gửi"):
        send(checked)
    checked, item.request = supplements.digest_of_answer(request), request
    upload = SimpleUploadedFile("ban-ve.pdf", one_page())
    file = supplements.upload_item_file(item=item, upload=upload, by=desk.preparer, now=MONDAY)
    for stale in (checked, ""):
        with pytest.raises(Conflict, match="Hãy kiểm tra lại rồi gửi"):
            send(stale)
    supplements.remove_item_file(row=file, by=desk.preparer, now=MONDAY)
    assert send(checked).state == "appraising"
    kept = Event.objects.about(desk.dossier).get(kind="dossier supplement given")
    assert checked in kept.body and kept.actor == f"user:{desk.signatory.public_id}" and kept.at == MONDAY


def test_answers_of_items_that_the_request_does_not_have_are_refused(desk):
    desk.appraised()
    request = desk.asked()
    with pytest.raises(Refused, match="không khớp"):
        supplements.save_answers(
            request=request, answers={str(desk.dossier.public_id): "x"}, by=desk.preparer, now=MONDAY
        )
    with pytest.raises(NotAllowed):
        stranger = make_enterprise_user(make_enterprise())
        supplements.save_answers(request=request, answers={}, by=stranger, now=MONDAY)


# --- a new day, stopping, withdrawing ----------------------------------------------------------


def test_a_new_day_is_promised_with_an_apology_as_the_procedure_allows(desk):
    dossier = desk.appraised()

    def extend(due_on, by=desk.head):
        return services.extend_dossier(dossier=dossier, due_on=due_on, reason="Chờ ý kiến", by=by, now=later(10))

    for wrong, sentence in (
        (date(2026, 6, 15), "phải sau"),
        (date(2026, 6, 20), "ngày nghỉ"),
        (date(2026, 6, 23), "tối đa 5"),
    ):
        with pytest.raises(Refused, match=sentence):
            extend(wrong)
    with pytest.raises(NotAllowed):
        extend(date(2026, 6, 18), by=desk.stranger)
    dossier = extend(date(2026, 6, 18))
    form = slip_of(dossier.slip.get(verb="extend"))
    assert ("Ngày đã hẹn trả kết quả", "15/06/2026") in form.lines
    assert ("Ngày hẹn trả kết quả mới", "18/06/2026") in form.lines
    with pytest.raises(Refused, match="đủ số lần"):
        extend(date(2026, 6, 19))


def test_no_new_day_is_promised_once_the_day_is_over(desk):
    dossier, last_minute = desk.appraised(), datetime(2026, 6, 15, 16, 59, tzinfo=UTC)  # 23:59 in Hà Nội

    def extend(now):
        due_on = date(2026, 6, 18)
        return services.extend_dossier(dossier=dossier, due_on=due_on, reason="Chờ ý kiến", by=desk.head, now=now)

    with pytest.raises(Refused, match="vẫn tính là quá hạn"):
        extend(last_minute + timedelta(minutes=1))
    assert extend(last_minute).due_on == date(2026, 6, 18)


def test_stopping_and_withdrawing_drop_what_waits_for_the_enterprise(desk):
    desk.appraised()
    request = desk.asked()
    services.stop_dossier(dossier=desk.dossier, reason="Hết đối tượng", legal_basis=BASIS, by=desk.head, now=MONDAY)
    request.refresh_from_db()
    assert request.state == "dropped"
    other = Desk()
    other.appraised()
    request = other.asked()
    withdrawn = lodging.withdraw_dossier(dossier=other.dossier, reason="Đã giải quyết", by=other.signatory, now=MONDAY)
    request.refresh_from_db()
    assert (request.state, withdrawn.state, withdrawn.withdrawn_by) == ("dropped", "withdrawn", other.signatory)


def test_the_result_is_a_paper_dated_from_its_approval_on(desk):
    dossier = desk.appraised()
    services.submit_dossier(dossier=dossier, note="Trình", by=desk.officer, now=later(1))
    services.approve_dossier(dossier=dossier, by=desk.director, now=later(2))
    issue = {
        "dossier": dossier,
        "paper_number": "1/SCT",
        "file": make_stored_file(),
        "by": desk.records,
        "now": later(3),
    }
    with pytest.raises(Refused, match="Hãy nhập đúng ngày ghi trên bản chụp; nếu đó là ngày"):
        services.issue_result(paper_on=date(2026, 6, 5), **issue)
    with pytest.raises(Refused, match="trước ngày phê duyệt"):
        services.issue_result(paper_on=date(2026, 6, 2), **issue)
    void = make_number(dated_on=date(2026, 6, 3))
    void_number(number=void, version=void.version, by=make_user(Role.RECORDS_CLERK), now=MONDAY, reason="Ghi nhầm")
    with pytest.raises(Refused, match="đã hủy trong sổ"):
        services.issue_result(paper_on=date(2026, 6, 3), **issue | {"paper_number": void.symbol})
    assert services.issue_result(paper_on=date(2026, 6, 3), **issue).state == "issued"


def test_two_results_never_bear_one_number_unless_they_are_one_file(desk):
    scan, made = make_stored_file(), make_paper_at("issued")

    def issue(desk, number, file):
        dossier = desk.appraised()
        services.submit_dossier(dossier=dossier, note="Trình", by=desk.officer, now=later(1))
        services.approve_dossier(dossier=dossier, by=desk.director, now=later(2))
        given = {"paper_number": number, "paper_on": date(2026, 6, 3), "by": desk.records, "now": later(3)}
        return services.issue_result(dossier=dossier, file=file, **given)

    assert issue(desk, "1/SCT", scan).state == "issued"
    for number, file in (
        ("1/SCT", make_stored_file()), (" 1 / SCT", make_stored_file()), (made.number.symbol, scan),
    ):  # fmt: skip
        with pytest.raises(Refused, match=f"Số {services.as_kept(number)} là số của"):
            issue(Desk(), number, file)
    assert issue(Desk(), "1/SCT", scan).state == "issued"
    assert issue(Desk(), made.number.symbol, made.sealed).state == "issued"


def test_work_goes_only_to_people_of_the_office_who_handle(desk):
    dossier = desk.received()
    with pytest.raises(Refused, match="không giữ vị trí"):
        services.assign_dossier(dossier=dossier, to=desk.clerk, by=desk.head, now=MONDAY)
    services.assign_dossier(dossier=dossier, to=desk.officer, by=desk.head, now=MONDAY)
    with pytest.raises(Refused, match="ở đó rồi"):
        services.assign_dossier(dossier=dossier, to=desk.officer, by=desk.head, now=MONDAY)
    with pytest.raises(NotAllowed, match=desk.officer.full_name):
        services.hand_over_dossier(dossier=dossier, to=desk.colleague, note="Nghỉ phép", by=desk.colleague, now=MONDAY)
    dossier = services.hand_over_dossier(
        dossier=dossier, to=desk.colleague, note="Nghỉ phép", by=desk.officer, now=MONDAY
    )
    assert dossier.handler == desk.colleague
    elsewhere = desk.stranger.posts.get().office
    for nobody_heads in (
        make_office(),
        make_user(Role.OFFICER).posts.get().office,
        make_user(Role.AUDITOR).posts.get().office,
    ):
        with pytest.raises(Refused, match="chưa có lãnh đạo"):
            services.assign_dossier(dossier=dossier, to=None, office=nobody_heads, by=desk.head, now=MONDAY)
    dossier = services.assign_dossier(dossier=dossier, to=None, office=elsewhere, by=desk.head, now=MONDAY)
    assert (dossier.office, dossier.handler) == (elsewhere, None)
    with pytest.raises(NotAllowed):
        services.assign_dossier(dossier=dossier, to=desk.officer, by=desk.head, now=MONDAY)
    desk.stranger.posts.update(ends_on=date(2026, 5, 31))
    with pytest.raises(Refused, match="chưa có lãnh đạo"):
        services.assign_dossier(dossier=dossier, to=None, office=elsewhere, by=desk.director, now=MONDAY)
    back = services.assign_dossier(dossier=dossier, to=None, office=desk.office, by=desk.director, now=MONDAY)
    assert back.office == desk.office


def test_everything_somebody_handles_goes_to_a_colleague_in_one_act(desk):
    desk.appraised()
    held = {holding.code: count for holding, count in handover.held_by(desk.officer)}
    assert held == {"dossiers": 1}
    administrator = make_user(Role.ADMINISTRATOR)
    handover.hand_over(
        person=desk.officer,
        to={"dossiers": desk.colleague},
        paper="",
        reason="Nghỉ phép",
        by=administrator,
        now=later(1),
    )
    desk.dossier.refresh_from_db()
    line = desk.dossier.slip.order_by("-number").first()
    assert (desk.dossier.handler, line.verb, line.note) == (
        desk.colleague, "hand_over", f"Bàn giao toàn bộ hồ sơ do {desk.officer.full_name} xử lý",
    )  # fmt: skip


def test_notes_are_the_departments_alone(desk):
    with pytest.raises(NotAllowed):
        services.write_note(dossier=desk.dossier, text="x", by=desk.signatory, now=MONDAY)
    with pytest.raises(Refused):
        services.write_note(dossier=make_dossier(desk.version), text="x", by=desk.clerk, now=MONDAY)
    assert services.write_note(dossier=desk.dossier, text="Đã gọi", by=desk.clerk, now=MONDAY).text == "Đã gọi"


# --- every verb by the wrong person, in the wrong state, twice ---------------------------------


def doing(verb, dossier, by, to=None):
    """The service of a verb with everything else right."""
    said = {"dossier": dossier, "by": by, "now": later(30)}
    grounded = {"reason": "Lý do", "legal_basis": BASIS}
    return {
        Verb.RECEIVE: lambda: services.receive_dossier(**said),
        Verb.REFUSE: lambda: services.refuse_dossier(**grounded, **said),
        Verb.ASSIGN: lambda: services.assign_dossier(to=to, **said),
        Verb.HAND_OVER: lambda: services.hand_over_dossier(to=to, note="x", **said),
        Verb.APPRAISE: lambda: services.appraise_dossier(**said),
        Verb.SUBMIT: lambda: services.submit_dossier(note="x", **said),
        Verb.SEND_BACK: lambda: services.send_back_dossier(reason="x", **said),
        Verb.APPROVE: lambda: services.approve_dossier(**said),
        Verb.NOT_ELIGIBLE: lambda: services.find_not_eligible(**grounded, **said),
        Verb.STOP: lambda: services.stop_dossier(**grounded, **said),
        Verb.EXTEND: lambda: services.extend_dossier(due_on=date(2026, 7, 3), reason="x", **said),
        Verb.ISSUE: lambda: services.issue_result(
            paper_number="1", paper_on=date(2026, 7, 1), file=make_stored_file(), **said
        ),
        Verb.RETURN: lambda: services.return_result(note="x", **said),
        Verb.WITHDRAW: lambda: lodging.withdraw_dossier(reason="x", **said),
    }[verb]


BY_ROLE = [verb for verb in Verb if verb not in (Verb.LODGE, Verb.ASK, Verb.ANSWER)]


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
def test_in_every_state_only_the_verbs_of_the_table_are_done(desk, state):
    dossier = forced_into(state, version=desk.version, enterprise=desk.enterprise)
    for verb in BY_ROLE:
        if state not in targets_of(verb):
            with pytest.raises(Conflict, match="đang ở trạng thái"):
                doing(verb, dossier, "system:tests")()


def test_every_verb_is_refused_to_every_role_but_those_of_the_table(desk):
    others = [role for role in Role if role not in (Role.SIGNATORY, Role.PREPARER)]
    people = {role: make_user(role, office=desk.office) for role in others}
    people |= {Role.SIGNATORY: make_enterprise_user(make_enterprise()), Role.PREPARER: desk.preparer}
    for verb in BY_ROLE:
        state = next(state for state in targets_of(verb) if state != State.DRAFT)
        dossier = forced_into(state, version=desk.version, enterprise=desk.enterprise)
        for role, person in people.items():
            if role in ACTIONS[verb].roles and role not in (Role.SIGNATORY, Role.PREPARER):
                continue
            assert not may_do(person, dossier, verb, later(1)), (verb, role)
            with pytest.raises(NotAllowed):
                doing(verb, dossier, person)()
        assert Dossier.objects.get(pk=dossier.pk).state == state


def test_what_is_done_twice_is_done_once_and_the_other_reads_by_whom(desk):
    desk.received()
    with pytest.raises(Conflict, match=desk.clerk.full_name):
        services.receive_dossier(dossier=desk.dossier, by=desk.records, now=MONDAY)
    with pytest.raises(Conflict, match="Đã tiếp nhận"):
        services.refuse_dossier(dossier=desk.dossier, reason="x", legal_basis="x", by=desk.clerk, now=MONDAY)


def test_whoever_submits_does_not_approve(desk):
    both = make_user(Role.HEAD, Role.DIRECTOR, office=desk.office)
    dossier = desk.received()
    make_slip_line(dossier, "received", "assign", handler=both)
    services.appraise_dossier(dossier=dossier, by=both, now=later(1))
    services.submit_dossier(dossier=dossier, note="Trình", by=both, now=later(2))
    with pytest.raises(Refused, match="người trình"):
        services.approve_dossier(dossier=dossier, by=both, now=later(3))


# --- who decided on a supplement -----------------------------------------------------------------


def test_who_decided_on_a_supplement_is_said_as_it_was(desk, client_as):
    def shown(person):
        return unescape(client_as(person).get(desk.dossier.get_absolute_url()).content.decode())

    request = desk.asked(by=desk.clerk, sender=desk.clerk)
    line = desk.dossier.slip.with_people().get(verb="ask")
    assert (slip_of(line).signer, slip_of(line).name) == (("Người yêu cầu bổ sung",), desk.clerk.full_name)
    said = f"người kiểm tra hồ sơ khi tiếp nhận: {desk.clerk.full_name}"
    for person in (desk.officer, desk.signatory):
        assert said in shown(person) and "duyệt và gửi" not in shown(person)
    desk.answered(request, now=MONDAY)
    desk.appraised()
    desk.asked(now=later(2))
    line = desk.dossier.slip.with_people().filter(verb="ask").latest("number")
    slip = slip_of(line)
    assert slip.signer[-1].startswith("TRƯỞNG PHÒNG") and slip.name == desk.head.full_name
    assert f"Người soạn: {desk.officer.full_name}; duyệt và gửi lúc" in shown(desk.clerk)
    assert f": {desk.head.full_name}" in shown(desk.signatory)
    assert "Người soạn" not in shown(desk.signatory)
