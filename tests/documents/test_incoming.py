"""Papers that came in: numbered without gaps, passed on with deadline and instruction, dealt with; nothing is overwritten."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.handover import hand_over
from accounts.roles import Role
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.models import IncomingPaper, NumberCounter
from documents.services import incoming as services
from documents.services import numbers
from documents.services.incoming import ENTRY
from documents.telling import INCOMING_PASSED
from notices.models import Telling
from tests.factories import (
    make_administrator,
    make_auditor,
    make_director,
    make_head,
    make_incoming,
    make_incoming_series,
    make_number,
    make_office,
    make_officer,
    make_series,
    make_stored_file,
    make_user,
    pass_on,
)
from tests.proofs.attempts import copied, removed, updated
from tests.proofs.attempts_incoming import attempts

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
TODAY = date(2026, 11, 27)


@pytest.fixture
def clerk():
    return make_user(Role.RECORDS_CLERK)


def do(verb, paper, by, **given):
    act = {
        "pass": services.pass_incoming, "finish": services.finish_incoming, "reopen": services.reopen_incoming,
        "void": services.void_incoming,
    }[verb]  # fmt: skip
    return act(paper=paper, version=paper.version, by=by, now=NOW, **given)


# --- the register ------------------------------------------------------------------------------


def test_arrivals_are_counted_without_gaps_by_series_and_year_in_whatever_order_they_came(clerk):
    series = make_incoming_series()
    last_year = make_incoming(series, arrived_on=date(2025, 12, 31), issued_on=None, by=clerk)
    first = make_incoming(series, by=clerk)
    with pytest.raises(RuntimeError), transaction.atomic():
        make_incoming(series, by=clerk)
        raise RuntimeError("the machine stops")
    second = make_incoming(
        series, arrived_on=date(2026, 11, 26), issued_on=None, by=clerk
    )  # yesterday's, entered today
    assert (last_year.number, first.number, second.number) == (1, 1, 2)
    assert NumberCounter.objects.get(series=series, year=2026).last_number == 2
    later = make_incoming_series()
    numbers.continue_series(series=later, year=2026, last_number=40, by=clerk, now=NOW, reason="Sổ giấy")
    assert make_incoming(later, by=clerk).number == 41


def test_numbers_of_the_document_system_are_typed_stand_once_and_are_free_again_when_void(clerk):
    typed = make_incoming_series(numbered_by="system")
    paper = make_incoming(typed, number=127, by=clerk)
    with pytest.raises(Refused, match="Nhập số"):
        make_incoming(typed, by=clerk)
    with pytest.raises(Conflict, match="127"):
        make_incoming(typed, number=127, by=clerk)
    do("void", paper, clerk, reason="Ghi nhầm")
    assert make_incoming(typed, number=127, by=clerk).number == 127
    with pytest.raises(Refused, match="để trống"):
        make_incoming(make_incoming_series(), number=5, by=clerk)


def test_what_cannot_be_entered_is_refused_with_what_to_do(clerk):
    series = make_incoming_series()
    with pytest.raises(Refused, match="mật"):
        make_incoming(series, subject="MẬT", by=clerk)
    with pytest.raises(Refused, match="chưa đến"):
        make_incoming(series, arrived_on=date(2026, 11, 28), by=clerk)
    with pytest.raises(Refused, match="sau ngày đến"):
        make_incoming(series, arrived_on=date(2026, 11, 26), by=clerk)
    with pytest.raises(NotAllowed):
        make_incoming(series, by=make_officer())
    with pytest.raises(Refused, match="dãy khác"):
        make_incoming(make_series(), by=clerk)
    with pytest.raises(Refused, match="dãy khác"):
        make_number(series)
    make_incoming(series, symbol="12/UBND-KT", by=clerk)
    for symbol in (" 12/ubnd-kt", "12 / UBND – KT"):
        with pytest.raises(Conflict, match="số đến 01/2026"):
            make_incoming(series, symbol=symbol, issuer="UBND thành phố", by=clerk)
    assert IncomingPaper.objects.count() == 1


def test_an_entry_is_corrected_with_a_reason_and_a_better_scan_stands_beside_the_first(clerk):
    scans = [make_stored_file(clerk, name=f"{place}.pdf") for place in range(2)]
    paper = make_incoming(scan=scans[0], by=clerk)
    values = {name: getattr(paper, name) for name in ENTRY} | {"subject": "Đúng trích yếu"}
    given = {"values": values, "by": clerk, "now": NOW, "reason": "Gõ sai"}
    services.correct_incoming(paper=paper, version=1, scan=scans[1], **given)
    event = Event.objects.get(kind="incoming corrected", object_id=paper.public_id)
    assert json.loads(event.body)["before"] == {"subject": "Về việc thử nghiệm"}
    assert {scan.file for scan in paper.scans.all()} == set(scans)
    with pytest.raises(StaleVersion):
        services.correct_incoming(paper=paper, version=1, **given)


# --- whose hands it is in ----------------------------------------------------------------------


def test_a_paper_goes_from_hand_to_hand_and_is_answered_by_a_paper_of_the_register(clerk):
    office, director = make_office(), make_director()
    head, officer = make_head(office=office), make_officer(office=office)
    paper = pass_on(
        make_incoming(), office, by=clerk, due_on=TODAY, instruction="Giao tham mưu.", instructed_by=director
    )
    assert (paper.state, paper.office, paper.person, paper.due_on) == ("handling", office, None, TODAY)
    assert list(IncomingPaper.objects.waiting_for(head, TODAY)) == [paper]
    assert list(INCOMING_PASSED.people(paper, TODAY)) == [head]
    paper = do("pass", paper, head, office=office, person=officer, due_on=TODAY, instruction="Dự thảo trả lời.")
    assert list(IncomingPaper.objects.waiting_for(officer, TODAY)) == [paper]
    assert not IncomingPaper.objects.waiting_for(head, TODAY).exists()
    assert list(INCOMING_PASSED.people(paper, TODAY)) == [officer]
    assert INCOMING_PASSED.says(paper).keys() == {place.name for place in INCOMING_PASSED.places}
    assert Telling.objects.filter(kind=INCOMING_PASSED.code, object_id=paper.public_id).count() == 2
    answer = make_number()
    paper = do("finish", paper, officer, answer=answer)
    assert (paper.state, paper.answer, paper.done_at) == ("done", answer, NOW)
    again = do("reopen", paper, director, reason="Trả lời chưa đủ", due_on=date(2026, 12, 1))
    assert (again.state, again.person, again.answer, again.due_on) == ("handling", officer, None, date(2026, 12, 1))
    steps = paper.steps.order_by("place")
    assert [step.verb for step in steps] == ["pass", "pass", "finish", "reopen"]
    assert [step.instructed_by for step in steps[:2]] == [director, head]
    assert steps[2].answer == answer


def test_a_paper_is_late_from_the_day_after_its_deadline_until_it_is_dealt_with(clerk):
    office = make_office()
    paper = pass_on(make_incoming(), office, by=clerk, due_on=TODAY)
    assert not paper.is_late(TODAY)
    assert paper.is_late(date(2026, 11, 28))
    assert list(IncomingPaper.objects.late(date(2026, 11, 28))) == [paper]
    done = do("finish", paper, make_head(office=office), note="Đọc, lưu")
    assert not done.is_late(date(2026, 11, 28))
    assert not IncomingPaper.objects.late(date(2026, 11, 28)).exists()


def test_only_those_in_whose_hands_it_is_pass_it_on_within_their_office_or_mark_it_as_dealt_with(clerk):
    office, other = make_office(), make_office()
    head, officer, stranger = make_head(office=office), make_officer(office=office), make_officer(office=office)
    entered = make_incoming()
    for person in (head, officer, make_auditor()):
        with pytest.raises(NotAllowed):
            do("pass", entered, person, office=office)
    paper = pass_on(entered, office, by=clerk, person=officer)
    for person in (stranger, make_head(office=other), clerk, make_administrator()):
        with pytest.raises(NotAllowed):
            do("finish", paper, person, note="Xong")
    with pytest.raises(NotAllowed, match="trong đơn vị"):
        do("pass", paper, head, office=other)
    with pytest.raises(NotAllowed):
        do("void", paper, head, reason="Nhầm")
    with pytest.raises(Conflict):
        do("reopen", paper, clerk, reason="Chưa xong")
    done = do("finish", paper, head, note="Xong")
    for verb, given in (("finish", {"note": "x"}), ("pass", {"office": office}), ("void", {"reason": "x"})):
        with pytest.raises(Conflict):
            do(verb, done, clerk, **given)
    with pytest.raises(Conflict, match="Đã giải quyết"):
        services.finish_incoming(paper=paper, version=paper.version, by=officer, now=NOW, note="Hai lần")


def test_passing_on_and_finishing_need_what_they_need(clerk):
    office = make_office()
    officer = make_officer(office=office)
    paper = make_incoming()
    with pytest.raises(Refused, match="không giữ chức vụ"):
        do("pass", paper, clerk, office=office, person=make_officer())
    with pytest.raises(Refused, match="đã qua"):
        do("pass", paper, clerk, office=office, due_on=date(2026, 11, 26))
    with pytest.raises(Refused, match="ý kiến chỉ đạo của ai"):
        do("pass", paper, clerk, office=office, instruction="Giao tham mưu")
    with pytest.raises(Refused, match="kết thúc"):
        do("pass", paper, clerk, office=make_office(ended_on=date(2026, 1, 1)))
    paper = pass_on(paper, office, by=clerk, person=officer)
    with pytest.raises(Conflict, match="xem lại"):
        services.pass_incoming(paper=paper, version=1, office=office, by=clerk, now=NOW)
    with pytest.raises(Refused, match="cách giải quyết"):
        do("finish", paper, officer)
    with pytest.raises(Refused, match="trước khi"):
        do("finish", paper, officer, answer=make_number(dated_on=date(2026, 11, 26)))
    void = make_number()
    numbers.void_number(number=void, version=1, reason="Nhầm", by=clerk, now=NOW)
    with pytest.raises(Refused, match="đã hủy"):
        do("finish", paper, officer, answer=void)


def test_a_paper_is_seen_by_those_through_whose_hands_it_went_the_office_leaders_and_auditors(clerk):
    office = make_office()
    officer, head, stranger = make_officer(office=office), make_head(office=office), make_officer()
    paper = make_incoming()
    everything = (clerk, make_director(), make_auditor(), make_user(Role.CHIEF_OF_OFFICE))
    assert all(list(IncomingPaper.objects.visible_to(person)) == [paper] for person in everything)
    assert not any(IncomingPaper.objects.visible_to(person).exists() for person in (officer, head, stranger))
    paper = pass_on(paper, office, by=clerk)
    pass_on(paper, make_office(), by=clerk)
    assert all(list(IncomingPaper.objects.visible_to(person)) == [paper] for person in (officer, head))
    assert not any(IncomingPaper.objects.visible_to(person).exists() for person in (stranger, make_user()))


def test_what_somebody_has_in_hand_goes_to_a_colleague_of_the_same_office_in_one_act(clerk):
    office = make_office()
    leaver, colleague = make_officer(office=office), make_officer(office=office)
    paper = pass_on(make_incoming(), office, by=clerk, person=leaver, due_on=TODAY)
    given = {"person": leaver, "paper": "1/BB", "reason": "Điều động", "by": make_administrator(), "now": NOW}
    with pytest.raises(Refused):
        hand_over(to={"incoming": make_officer()}, **given)
    hand_over(to={"incoming": colleague}, **given)
    paper.refresh_from_db()
    assert (paper.person, paper.due_on, paper.steps.count()) == (colleague, TODAY, 2)


# --- what the database refuses -----------------------------------------------------------------


@pytest.fixture
def standing(clerk):
    """One entered, one in hand with a deadline, one dealt with, one void."""
    series, office = make_incoming_series(), make_office()
    head = make_head(office=office)
    make_incoming(series)
    pass_on(make_incoming(series), office, by=clerk, due_on=TODAY)
    do("finish", pass_on(make_incoming(series), office, by=clerk), head, note="Lưu")
    do("void", make_incoming(series), clerk, reason="Nhầm")


def test_the_database_refuses_what_the_guards_forbid(standing):
    for name, statements in attempts(copied, updated, removed).items():
        for statement in statements:
            with (
                pytest.raises(DatabaseError, match=f"guard {name}"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
                assert cursor.rowcount != 0, f"nothing to try {name} on"
    paper = IncomingPaper.objects.get(state="void")
    for change in ({"note": "x"}, {"number": 99}):
        with pytest.raises(DatabaseError, match="guard"), transaction.atomic():
            IncomingPaper.objects.filter(pk=paper.pk).update(**change)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"urgency": "later"}, "arrival_urgency_valid"),
        ({"issuer": ""}, "arrival_says_what_came"),
        ({"issued_on": date(2026, 12, 1)}, "arrival_after_its_date"),
        ({"done_at": NOW}, "arrival_done_with_its_time"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(changes, constraint):
    paper = make_incoming()
    with pytest.raises(IntegrityError, match=constraint):
        IncomingPaper.objects.filter(pk=paper.pk).update(**changes)


def test_numbers_of_arrival_have_no_symbol_layout_or_office():
    for fields in ({"pattern": "{number}/QĐ"}, {"layout": "letter"}, {"counts_each_office": True}):
        with pytest.raises(IntegrityError, match="series_of_one_register"), transaction.atomic():
            make_incoming_series(**fields)
