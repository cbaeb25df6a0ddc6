from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import handover
from accounts.roles import Role
from audit.events import history_of
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from notices.models import Notice
from notices.services import sending
from programme.models import GivenTask, Task
from programme.services import given as given_services
from programme.services.assigning import require_since_assigned
from programme.services.plans import withdraw_plan
from programme.services.proposals import (
    add_proposal,
    decline_proposal,
    edit_proposal,
    send_proposal,
    take_proposal,
    withdraw_proposal,
)
from programme.services.tasks import accept_task, add_deliverable, deliver, finish_task, reopen_task, report_task
from tests.factories import make_agency, make_auditor, make_head, make_office, make_officer, make_user
from tests.programme.making_plans import (
    make_area,
    make_given,
    make_item,
    make_plan,
    make_proposal,
    make_source,
    move_plan,
)

pytestmark = pytest.mark.django_db


def assigned(office=None, **fields):
    plan = make_plan(2025, lines=0)
    item = make_item(plan, office=office or make_office(), **fields)
    move_plan(plan, "in_force")
    item.task.refresh_from_db()
    return item.task


def centre(office=None):
    return make_user(Role.CENTRE_STAFF, office=office or make_office())


def office_of(person):
    return person.posts.get().office


# --- tasks -------------------------------------------------------------------------------------


def test_the_lead_office_accepts_reports_delivers_and_finishes(now):
    person = centre()
    task = assigned(office_of(person))
    task.deliverables.create(name="Báo cáo", due_on=date(2025, 11, 1))
    accept_task(task=task, by=person, now=now)
    report_task(task=task, on=date(2025, 7, 1), percent=40, done="Đã mở 01 lớp", by=person, now=now)
    deliverable = task.deliverables.get()
    finish = {"finished_on": date(2025, 7, 14), "words": "Hoàn thành", "by": person, "now": now}
    with pytest.raises(Refused) as refusal:
        finish_task(task=task, **finish)
    assert "Báo cáo" in str(refusal.value)
    given = {"delivered_on": date(2025, 7, 10), "version": 1, "by": person, "now": now}
    with pytest.raises(Refused):
        deliver(deliverable=deliverable, evidence=" ", **given)
    deliver(deliverable=deliverable, evidence="12/BC-TTKC ngày 10/7/2025", **given)
    for day, percent in ((date(2025, 7, 9), None), (date(2025, 7, 11), 60)):
        if percent:
            report_task(task=task, on=date(2025, 7, 12), percent=percent, done="Đã in", by=person, now=now)
        said = "12/07/2025" if percent else "10/07/2025"
        with pytest.raises(Refused, match=said):
            finish_task(task=task, **finish | {"finished_on": day})
        with pytest.raises(DatabaseError, match="task_finished_last"), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(state="done", percent=100, finished_on=day)
    task = finish_task(task=task, **finish)
    assert (task.state, task.percent, task.reports.count()) == ("done", 100, 3)
    with pytest.raises(Conflict):
        finish_task(task=task, **finish)
    with pytest.raises(Conflict):
        report_task(task=task, on=date(2025, 7, 14), percent=10, done="x", by=person, now=now)
    assert [line.event.kind for line in history_of(task)][:3] == [
        "task finished",
        "task reported",
        "deliverable delivered",
    ]


def test_another_office_neither_accepts_nor_reports(now):
    task, stranger = assigned(), centre()
    with pytest.raises(NotAllowed):
        accept_task(task=task, by=stranger, now=now)
    Task.objects.filter(pk=task.pk).update(state="under_way")
    report = {"on": date(2025, 7, 1), "percent": 1, "done": "x", "now": now}
    for person in (stranger, make_auditor(), make_head()):
        with pytest.raises(NotAllowed):
            report_task(task=task, by=person, **report)
    with pytest.raises(NotAllowed):
        add_deliverable(task=task, name="x", due_on=None, by=stranger, now=now)


def test_nothing_of_a_task_is_dated_before_it_was_assigned(now):
    person = centre()
    task = assigned(office_of(person))
    begun = task.items.get().plan.papers.get(kind="assignment").signed_on
    accept_task(task=task, by=person, now=now)
    acting = {"by": person, "now": now}
    thing = add_deliverable(task=task, name="Tờ gấp", due_on=None, **acting)
    steps = (
        lambda on: report_task(task=task, on=on, percent=40, done="x", **acting),
        lambda on: deliver(deliverable=thing, delivered_on=on, evidence="1/BC", version=1, **acting),
        lambda on: finish_task(task=task, finished_on=on, words="Xong", **acting),
        lambda on: require_since_assigned(task, on),  # as the assignment asks of what an adjustment leaves out
    )
    for step in steps:
        with pytest.raises(Refused, match=f"{begun:%d/%m/%Y}"):
            step(begun - timedelta(days=1))
        step(begun)


def test_the_drafters_report_for_another_agency(now):
    plan = make_plan(2025, lines=0)
    task = make_item(plan, agency=make_agency()).task
    move_plan(plan, "in_force")
    with pytest.raises(NotAllowed):
        accept_task(task=task, by=centre(), now=now)
    assert accept_task(task=task, by=make_officer(), now=now).state == "under_way"


def test_a_report_is_of_a_past_day_in_order_and_says_something(now):
    person = centre()
    task = assigned(office_of(person))
    report = {"percent": 10, "done": "x", "by": person, "now": now}
    with pytest.raises(Conflict):
        report_task(task=task, on=date(2025, 7, 1), **report)
    accept_task(task=task, by=person, now=now)
    with pytest.raises(Conflict):
        accept_task(task=task, by=person, now=now)
    for wrong in ({"on": date(2025, 7, 16)}, {"percent": 101}, {"done": " "}):
        with pytest.raises(Refused):
            report_task(task=task, **{"on": date(2025, 7, 1), **report, **wrong})
    report_task(task=task, on=date(2025, 7, 1), **report)
    with pytest.raises(Refused):
        report_task(task=task, on=date(2025, 6, 30), **report)
    back = report | {"on": date(2025, 7, 2), "percent": 5}
    with pytest.raises(Refused, match="10 %"):
        report_task(task=task, **back)
    assert report_task(task=task, difficulty="Nhà thầu bỏ dở", **back).percent == 5


def test_a_finished_task_is_opened_again_by_the_drafters(now):
    person = centre()
    task = assigned(office_of(person))
    with pytest.raises(Conflict):
        reopen_task(task=task, reason="x", by=make_officer(), now=now)
    accept_task(task=task, by=person, now=now)
    finish_task(task=task, finished_on=date(2025, 7, 1), words="Xong", by=person, now=now)
    with pytest.raises(NotAllowed):
        reopen_task(task=task, reason="x", by=person, now=now)
    task = reopen_task(task=task, reason="Thiếu báo cáo", by=make_officer(), now=now)
    assert (task.state, task.finished_on) == ("under_way", None)


def test_a_delivery_is_corrected_at_its_version(now):
    person = centre()
    task = accept_task(task=assigned(office_of(person)), by=person, now=now)
    thing = add_deliverable(task=task, name="Tờ gấp", due_on=date(2025, 8, 1), by=person, now=now)
    given = {"deliverable": thing, "by": person, "now": now, "delivered_on": date(2025, 7, 1)}
    deliver(evidence="1", version=1, **given)
    with pytest.raises(StaleVersion):
        deliver(evidence="2", version=1, **given)
    deliver(evidence="2", version=2, **given)
    with pytest.raises(Refused):
        deliver(evidence="2", version=3, **given | {"delivered_on": date(2026, 1, 1)})


def test_late_tasks_are_open_ones_whose_day_has_passed():
    task = assigned(due_on=date(2025, 6, 1))
    assert list(Task.objects.late(date(2025, 6, 2))) == [task]
    assert not Task.objects.late(date(2025, 6, 1)).exists()
    assert list(Task.objects.of_year(2025)) == [task]


# --- proposals ---------------------------------------------------------------------------------


def proposal_values(**fields):
    return {
        "year": 2026,
        "content_area": make_area(),
        "what": "Mở lớp tập huấn",
        "reason": "Nhu cầu của doanh nghiệp",
        "deliverable": "02 lớp",
        "due_on": date(2026, 9, 30),
    } | fields


def test_an_office_writes_and_sends_its_own_proposals(now):
    person = centre()
    own = {"office": office_of(person), "by": person, "now": now}
    with pytest.raises(NotAllowed):
        add_proposal(values=proposal_values(), amounts={}, **own | {"office": make_office()})
    with pytest.raises(NotAllowed):
        add_proposal(values=proposal_values(), amounts={}, **own | {"by": make_auditor()})
    with pytest.raises(Refused):
        add_proposal(values=proposal_values(content_area=None), amounts={make_source(): 5}, **own)
    with pytest.raises(Refused):
        add_proposal(values=proposal_values(), amounts={make_source(): 0}, **own)
    late = {"due_on": date(2025, 12, 31)}
    with pytest.raises(Refused, match="31/12/2025"):
        add_proposal(values=proposal_values(**late), amounts={make_source(): 5}, **own)
    proposal = add_proposal(values=proposal_values(), amounts={make_source(): 5}, **own)
    with pytest.raises(Refused, match="31/12/2025"):
        edit_proposal(proposal=proposal, values=late, amounts={make_source(): 5}, version=1, by=person, now=now)
    edit = {"proposal": proposal, "values": {"what": "Mở 03 lớp"}, "version": 1, "now": now}
    with pytest.raises(NotAllowed):
        edit_proposal(amounts={}, by=centre(), **edit)
    edit_proposal(amounts={make_source(): 7}, by=person, **edit)
    with pytest.raises(StaleVersion):
        edit_proposal(amounts={make_source(): 7}, by=person, **edit | {"values": {"what": "Cũ"}})
    with pytest.raises(NotAllowed):
        send_proposal(proposal=proposal, by=centre(), now=now)
    send_proposal(proposal=proposal, by=person, now=now)
    with pytest.raises(Conflict):
        edit_proposal(amounts={}, by=person, **edit | {"version": 2})
    with pytest.raises(Conflict):
        send_proposal(proposal=proposal, by=person, now=now)


def test_a_proposal_is_taken_into_the_draft_of_its_year(now):
    proposal, officer = make_proposal(state="sent"), make_officer()
    with pytest.raises(Refused):
        take_proposal(proposal=proposal, by=officer, now=now)
    plan = make_plan(2026, lines=0)
    with pytest.raises(NotAllowed):
        take_proposal(proposal=proposal, by=centre(), now=now)
    item = take_proposal(proposal=proposal, by=officer, now=now)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.item, item.plan, item.office) == ("taken", item, plan, proposal.office)
    assert item.estimates.get().amount_vnd == 500_000_000
    with pytest.raises(Conflict):
        take_proposal(proposal=proposal, by=officer, now=now)


def test_a_proposal_comes_back_when_the_draft_that_took_it_is_given_up(now):
    first, second, officer = make_proposal(state="sent"), make_proposal(state="sent"), make_officer()
    plan = make_plan(2026, lines=0)
    for proposal in (first, second):
        take_proposal(proposal=proposal, by=officer, now=now)
    raw = "UPDATE programme_taskproposal SET state = 'sent', item_id = NULL, decided_by = NULL, decided_at = NULL"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(raw)  # while the draft stands
    withdraw_plan(plan=plan, reason="Lập lại", by=officer, now=now)
    first.refresh_from_db()
    told = history_of(first)[0]
    assert (first.state, first.item, told.event.kind) == ("sent", None, "proposal given back")
    assert told.reason == "Lập lại"
    anew = make_plan(2026, lines=0)
    assert take_proposal(proposal=first, by=officer, now=now).plan == anew
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(raw)
    decline_proposal(proposal=second, reason="Trùng", by=officer, now=now)


def test_a_proposal_is_declined_with_a_reason_or_withdrawn_by_its_office(now):
    person = centre()
    proposal, officer = make_proposal(office_of(person), state="sent"), make_officer()
    with pytest.raises(Refused):
        decline_proposal(proposal=proposal, reason=" ", by=officer, now=now)
    decline_proposal(proposal=proposal, reason="Đã có trong kế hoạch khuyến công", by=officer, now=now)
    with pytest.raises(Conflict):
        withdraw_proposal(proposal=proposal, reason="x", by=person, now=now)
    draft = make_proposal(office_of(person))
    with pytest.raises(NotAllowed):
        withdraw_proposal(proposal=draft, reason="x", by=centre(), now=now)
    with pytest.raises(Conflict):
        decline_proposal(proposal=draft, reason="x", by=officer, now=now)
    assert withdraw_proposal(proposal=draft, reason="Gộp", by=person, now=now).state == "withdrawn"


# --- given tasks -------------------------------------------------------------------------------


def given_values(office, **fields):
    return {
        "document": "120/TB-VP",
        "document_on": date(2025, 7, 1),
        "issuer": "Văn phòng UBND Thành phố",
        "content": "Báo cáo kết quả",
        "office": office,
        "person": None,
        "deadline": date(2025, 7, 31),
    } | fields


def test_a_given_task_is_entered_reported_and_finished_by_the_office_in_charge(now):
    person, clerk = centre(), make_user(Role.RECORDS_CLERK)
    values = given_values(office_of(person), person=person)
    with pytest.raises(NotAllowed):
        given_services.add_given(values=values, by=person, now=now)
    for wrong in (
        {"deadline": date(2025, 6, 30)},
        {"document_on": date(2025, 7, 20), "deadline": date(2025, 8, 1)},
        {"person": centre()},
    ):
        with pytest.raises(Refused):
            given_services.add_given(values=values | wrong, by=clerk, now=now)
    given = given_services.add_given(values=values, by=clerk, now=now)
    with pytest.raises(NotAllowed):
        given_services.report_given(given=given, done="x", by=centre(), now=now)
    with pytest.raises(Refused):
        given_services.report_given(given=given, done=" ", by=person, now=now)
    given_services.report_given(given=given, done="Đang tổng hợp", by=person, now=now)
    finish = {"given": given, "by": person, "now": now, "outcome": "Báo cáo số 9/BC-SCT"}
    for wrong in ({"outcome": " "}, {"ended_on": date(2025, 6, 1)}, {"ended_on": date(2025, 8, 1)}):
        with pytest.raises(Refused):
            given_services.finish_given(**{**finish, "ended_on": date(2025, 7, 10), **wrong})
    given = given_services.finish_given(ended_on=date(2025, 7, 10), **finish)
    assert given.state == GivenTask.State.DONE
    with pytest.raises(Conflict):
        given_services.report_given(given=given, done="x", by=person, now=now)
    given = given_services.reopen_given(given=given, reason="Cần bổ sung", by=clerk, now=now)
    given = given_services.cancel_given(given=given, reason="Theo 130/TB-VP", by=clerk, now=now)
    with pytest.raises(Conflict):
        given_services.reopen_given(given=given, reason="x", by=clerk, now=now)


def test_a_given_task_changes_hands_with_a_reason(now):
    given, clerk, taker = make_given(), make_user(Role.RECORDS_CLERK), centre()
    values = {"office": office_of(taker), "person": taker}
    change = {"given": given, "values": values, "by": clerk, "now": now, "reason": "Phân công lại"}
    given_services.edit_given(version=1, **change)
    with pytest.raises(StaleVersion):
        given_services.edit_given(version=1, **change | {"values": {"content": "khác"}})
    given_services.finish_given(given=given, ended_on=date(2025, 7, 1), outcome="Xong", by=taker, now=now)
    with pytest.raises(Conflict):
        given_services.edit_given(version=2, **change)


def test_another_deadline_is_told_to_whoever_is_in_charge_and_another_person_to_whoever_was(now):
    clerk, person = make_user(Role.RECORDS_CLERK), make_user(Role.OFFICER)
    office = office_of(person)
    other = make_user(Role.OFFICER, office=office)
    given = given_services.add_given(values=given_values(office, person=person), by=clerk, now=now)

    def news(version, values):
        before = set(Notice.objects.values_list("pk", flat=True))
        change = {"given": given, "values": values, "by": clerk, "now": now, "reason": "Điều chỉnh"}
        given_services.edit_given(version=version, **change)
        sending.send_waiting(now=now)
        new = Notice.objects.exclude(pk__in=before).select_related("telling", "person")
        return {(notice.telling.kind.removeprefix("programme."), notice.person) for notice in new}

    sending.send_waiting(now=now)
    assert news(1, {"deadline": date(2025, 8, 1)}) == {("task_due", person)}
    assert Notice.objects.latest("pk").subject_vi == "Nhiệm vụ tại 120/TB-VP: thời hạn mới thứ Sáu 01/08/2025"
    assert news(2, {"person": other, "deadline": date(2025, 8, 4)}) == {("task_given", other), ("task_taken", person)}
    assert news(3, {"person": person}) == {("task_given", person), ("task_taken", other)}
    assert news(4, {"content": "Khác"}) == set()


def test_nobody_of_those_in_charge_moves_the_deadline_of_a_given_task_alone(now):
    officer, clerk = make_user(Role.OFFICER), make_user(Role.RECORDS_CLERK)
    head = make_head(office=office_of(officer))
    given = given_services.add_given(values=given_values(office_of(officer), person=officer), by=clerk, now=now)
    later = {"deadline": date(2025, 12, 31)}
    for by in (officer, head):
        with pytest.raises(NotAllowed, match="không tự sửa thời hạn"):
            given_services.edit_given(given=given, values=later, version=1, by=by, now=now, reason="Lùi")
    paper = {"document": "9/TB-VP", "document_on": date(2025, 7, 2)}
    move = {"given": given, "version": 1, "now": now, "reason": "Lùi"} | later
    with pytest.raises(NotAllowed):
        given_services.move_given_deadline(by=officer, **move, **paper)
    with pytest.raises(Refused, match="ghi văn bản"):
        given_services.move_given_deadline(by=head, **move)
    assert given_services.move_given_deadline(by=head, **move, **paper).deadline == later["deadline"]
    freely = given_services.add_given(values=given_values(office_of(officer)), by=clerk, now=now)
    with pytest.raises(NotAllowed):  # nobody is named, so the office is in charge
        given_services.move_given_deadline(by=head, **move | {"given": freely}, **paper)
    corrected = given_services.edit_given(given=freely, values=later, version=1, by=clerk, now=now, reason="Gõ nhầm")
    assert corrected.deadline == later["deadline"]


def test_whoever_is_in_charge_of_a_given_task_is_told_once_and_of_an_office_its_heads(now):
    told = []

    def news():
        sending.send_waiting(now=now)
        new = list(Notice.objects.filter(telling__kind="programme.task_given").exclude(pk__in=told))
        told.extend(notice.pk for notice in new)
        return {notice.person for notice in new}

    clerk, person, alone = make_user(Role.RECORDS_CLERK), make_user(Role.OFFICER), centre()
    office = office_of(person)
    head = make_user(Role.HEAD, office=office)
    make_user(Role.HEAD)
    give = {"by": clerk, "now": now}
    given = given_services.add_given(values=given_values(office, person=person), **give)
    assert news() == {person}
    assert Notice.objects.get().subject_vi == "Nhiệm vụ được giao tại 120/TB-VP, hạn thứ Năm 31/07/2025"
    given_services.edit_given(given=given, values={"content": "Khác"}, version=1, reason="Rõ hơn", **give)
    assert news() == set()
    given_services.edit_given(given=given, values={"person": None}, version=2, reason="Giao phòng", **give)
    assert news() == {head}
    given_services.add_given(values=given_values(office_of(alone)), **give)
    assert news() == {alone}
    gone = given_services.add_given(values=given_values(office), **give)
    given_services.cancel_given(given=gone, reason="Nhập nhầm", **give)
    assert news() == set()


def test_given_tasks_of_a_person_are_handed_over_in_one_act(now):
    person, taker = centre(), centre()
    given = make_given(office_of(person), person=person)
    administrator = make_user(Role.ADMINISTRATOR)
    handover.hand_over(person=person, to={"given_tasks": taker}, paper="1/BB", reason="Nghỉ", by=administrator, now=now)
    given.refresh_from_db()
    assert (given.person, given_services.count_held(person)) == (taker, 0)
