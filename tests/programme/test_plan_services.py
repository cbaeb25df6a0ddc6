from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from audit.events import history_of
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from programme.models import Plan, PlanPaper, Task
from programme.services import plans as services
from programme.services.amounts import link_money, unlink_money
from programme.services.changes import changes_of
from programme.services.consulting import answer_consultation, ask_agencies, handle_opinion, record_silence
from programme.services.items import add_item, drop_item, edit_item, restore_item, tasks_that_may_go_on
from programme.services.overlaps import decide_overlap, overlaps_in, overlaps_of, undecided, words_of
from programme.services.proposals import take_proposal
from tests.factories import (
    make_agency,
    make_auditor,
    make_director,
    make_head,
    make_money_source,
    make_office,
    make_officer,
    make_rule,
    make_user,
)
from tests.programme.making import make_budget_year, make_commitment, make_line
from tests.programme.making_plans import (
    DRAFTER,
    make_area,
    make_consultation,
    make_finance_agree,
    make_item,
    make_paper,
    make_plan,
    make_proposal,
    make_source,
    move_plan,
    need_two_people,
)

pytestmark = pytest.mark.django_db


def clerk():
    return make_user(Role.RECORDS_CLERK)


def accountant():
    return make_user(Role.ACCOUNTANT)


def line_values(**fields):
    return {
        "content_area": make_area(),
        "what": "Tổ chức hội chợ hàng công nghiệp",
        "office": make_office(),
        "agency": None,
        "partners": "",
        "deliverable": "Báo cáo kết quả hội chợ",
        "due_on": date(2025, 10, 31),
        "indicator_code": "",
        "effect": "",
        "note": "",
        "why": "",
    } | fields


def fields_of(item, **changes):
    names = line_values().keys()
    return {name: getattr(item, name) for name in names} | changes


def amounts_of(item):
    return {estimate.source: estimate.amount_vnd for estimate in item.estimates.all()}


# --- from the draft to force -------------------------------------------------------------------


def test_a_plan_goes_from_its_draft_to_force_with_a_paper_for_each_step(now):
    officer, director, record = make_officer(), make_director(), clerk()
    plan = services.add_plan(year=2025, title="Kế hoạch năm 2025", by=officer, now=now)
    item = add_item(plan=plan, values=line_values(), amounts={make_source(): 10**9}, by=officer, now=now)
    assert (item.task.code, item.task.state) == ("NV-2025-01", "planned")
    finance = make_agency("STC", "Sở Tài chính")
    letter = {"number": "10/SCT-QLCN", "signed_on": date(2025, 7, 1), "deadline": date(2025, 7, 10)}
    ask_agencies(plan=plan, agencies=[finance], by=officer, now=now, **letter)
    asked = plan.consultations.get()
    answer = {"answer_number": "5/STC", "answered_on": date(2025, 7, 8), "opinion": "agree", "words": ""}
    answer_consultation(consultation=asked, values=answer, version=1, by=record, now=now)
    services.send_to_review(plan=plan, by=officer, now=now)
    review = {"number": "1/KHTC", "signed_on": date(2025, 7, 11), "opinion": "Phù hợp"}
    services.review_plan(plan=plan, passed=True, by=accountant(), now=now, **review)
    paper = {"number": "100/TTr-SCT", "signed_on": date(2025, 7, 12)}
    services.submit_plan(plan=plan, by=director, now=now, **paper)
    services.approve_plan(plan=plan, by=record, now=now, number="7/KH-UBND", signed_on=date(2025, 7, 14))
    item.task.refresh_from_db()
    assert item.task.state == Task.State.APPROVED
    services.assign_tasks(plan=plan, by=director, now=now, number="8/QĐ-SCT", signed_on=date(2025, 7, 15))
    plan.refresh_from_db()
    item.task.refresh_from_db()
    assert (plan.state, item.task.state) == ("in_force", "assigned")
    kinds = ["consultation", "review", "submission", "approval", "assignment"]
    assert list(plan.papers.values_list("kind", flat=True)) == kinds
    assert item.task.deliverables.get().name == "Báo cáo kết quả hội chợ"
    told = [line.event.kind for line in history_of(plan)]
    assert told[0] == "plan in force" and told[-1] == "plan drafted"
    assert "7/KH-UBND" in history_of(plan)[1].sentence


def test_each_step_belongs_to_its_roles(now):
    plan = make_plan()
    paper = {"number": "1/x", "signed_on": date(2025, 7, 1)}
    everybody = [make_officer(), make_head(), make_director(), clerk(), accountant(), make_auditor()]
    steps = {
        services.send_to_review: (set(everybody[:2]), {}),
        services.withdraw_plan: (set(everybody[:2]), {"reason": "x"}),
        services.review_plan: ({everybody[4]}, {"passed": True, "opinion": "x", **paper}),
        services.submit_plan: ({everybody[2]}, paper),
        services.return_plan: ({everybody[1], everybody[3]}, {"what": "x", **paper}),
        services.take_up_plan: (set(everybody[:2]), {}),
        services.approve_plan: ({everybody[1], everybody[3]}, paper),
        services.assign_tasks: ({everybody[2]}, paper),
    }
    for step, (allowed, values) in steps.items():
        for person in everybody:
            if person not in allowed:
                with pytest.raises(NotAllowed):
                    step(plan=plan, by=person, now=now, **values)
    plan.refresh_from_db()
    assert plan.state == "draft"


def test_a_step_is_taken_once_and_only_from_the_step_before(now):
    plan = make_plan()
    paper = {"number": "1/x", "signed_on": date(2025, 7, 1)}
    with pytest.raises(Conflict):
        services.review_plan(plan=plan, passed=True, opinion="x", by=accountant(), now=now, **paper)
    with pytest.raises(Conflict):
        services.approve_plan(plan=plan, by=clerk(), now=now, **paper)
    with pytest.raises(Conflict):
        services.take_up_plan(plan=plan, by=make_officer(), now=now)
    with pytest.raises(Conflict):
        services.assign_tasks(plan=plan, by=make_director(), now=now, **paper)
    make_finance_agree(plan)
    services.send_to_review(plan=plan, by=make_officer(), now=now)
    with pytest.raises(Conflict):
        services.send_to_review(plan=plan, by=make_officer(), now=now)
    assert not PlanPaper.objects.exclude(kind="consultation").exists()


def test_who_drafted_neither_reviews_nor_submits_nor_enters_the_approval(now):
    need_two_people()
    both = make_user(Role.OFFICER, Role.ACCOUNTANT, Role.DIRECTOR, Role.HEAD)
    plan = make_plan(2025, drafted_by=both.public_id)
    make_finance_agree(plan)
    paper = {"number": "1/x", "signed_on": date(2025, 7, 1)}
    services.send_to_review(plan=plan, by=make_officer(), now=now)
    with pytest.raises(NotAllowed):
        services.review_plan(plan=plan, passed=True, opinion="x", by=both, now=now, **paper)
    services.review_plan(plan=plan, passed=True, opinion="x", by=accountant(), now=now, **paper)
    with pytest.raises(NotAllowed):
        services.submit_plan(plan=plan, by=both, now=now, **paper)
    services.submit_plan(plan=plan, by=make_director(), now=now, **paper)
    with pytest.raises(NotAllowed):
        services.approve_plan(plan=plan, by=both, now=now, **paper)


def test_who_changed_a_line_counts_as_drafter(now):
    need_two_people()
    head = make_head()
    plan = make_plan(2025, "consulting", lines=0)
    item = make_item(plan)
    edit_item(item=item, values=fields_of(item, note="x"), amounts=amounts_of(item), version=1, by=head, now=now)
    move_plan(plan, "submitted")
    with pytest.raises(NotAllowed):
        services.approve_plan(plan=plan, by=head, now=now, number="1/KH-UBND", signed_on=date(2025, 7, 1))


def test_an_approval_dated_before_its_submission_is_refused(now):
    plan = make_plan(2025, "submitted")
    day = plan.papers.get().signed_on
    with pytest.raises(Refused) as refusal:
        services.approve_plan(plan=plan, by=clerk(), now=now, number="1/KH-UBND", signed_on=date(day.year, 1, 1))
    assert day.strftime("%d/%m/%Y") in str(refusal.value)
    with pytest.raises(Refused):
        services.approve_plan(plan=plan, by=clerk(), now=now, number="1/KH-UBND", signed_on=date(2030, 1, 1))
    with pytest.raises(Refused):
        services.approve_plan(plan=plan, by=clerk(), now=now, number=" ", signed_on=day)
    plan.refresh_from_db()
    assert plan.state == "submitted"


def test_one_paper_approves_one_plan(now):
    first, second = make_plan(2025, "submitted"), make_plan(2024, "submitted")
    paper = {"number": "1/KH-UBND", "signed_on": date(2025, 1, 2)}
    services.approve_plan(plan=first, by=clerk(), now=now, **paper)
    with pytest.raises(Refused):
        services.approve_plan(plan=second, by=clerk(), now=now, **paper)


def test_a_returned_plan_is_taken_up_reviewed_and_submitted_again(now):
    plan = make_plan(2025, "submitted")
    make_finance_agreed_long_ago(plan)
    with pytest.raises(Refused):
        services.return_plan(plan=plan, what=" ", number="1/UBND", signed_on=date(2025, 1, 2), by=clerk(), now=now)
    answer = {"what": "Bổ sung căn cứ", "number": "1/UBND-KT", "signed_on": date(2025, 1, 2)}
    services.return_plan(plan=plan, by=clerk(), now=now, **answer)
    officer = make_officer()
    with pytest.raises(Conflict):
        add_item(plan=plan, values=line_values(), amounts={}, by=officer, now=now)
    services.take_up_plan(plan=plan, by=officer, now=now)
    add_item(plan=plan, values=line_values(), amounts={}, by=officer, now=now)
    services.send_to_review(plan=plan, by=officer, now=now)
    paper = {"number": "2/TTr-SCT", "signed_on": date(2025, 1, 6)}
    with pytest.raises(Refused):
        services.submit_plan(plan=plan, by=make_director(), now=now, **paper)  # not reviewed again
    review = {"passed": True, "opinion": "Đủ", "number": "3/KHTC", "signed_on": date(2025, 1, 5)}
    services.review_plan(plan=plan, by=accountant(), now=now, **review)
    services.submit_plan(plan=plan, by=make_director(), now=now, **paper)
    assert plan.papers.filter(kind="submission").count() == 2


def make_finance_agreed_long_ago(plan):
    """An answer of Sở Tài chính, asked by a letter older than the plan's papers."""
    letter = plan.papers.get()
    plan.consultations.create(
        agency=make_agency("STC", "Sở Tài chính"),
        letter=letter,
        asked_on=date(2024, 10, 1),
        deadline=date(2024, 10, 10),
        state="answered",
        answer_number="1/STC",
        answered_on=date(2024, 10, 5),
        opinion="agree",
        entered_by=plan.drafted_by,
        entered_at=plan.drafted_at,
    )


def test_a_review_that_does_not_pass_sends_the_plan_back_with_what_to_change(now):
    plan = make_plan(2025)
    make_finance_agree(plan)
    services.send_to_review(plan=plan, by=make_officer(), now=now)
    paper = {"number": "1/KHTC", "signed_on": date(2025, 7, 1)}
    with pytest.raises(Refused):
        services.review_plan(plan=plan, passed=False, opinion="", by=accountant(), now=now, **paper)
    services.review_plan(plan=plan, passed=False, opinion="Thiếu thuyết minh", by=accountant(), now=now, **paper)
    plan.refresh_from_db()
    assert (plan.state, plan.review, plan.reviewed_at) == ("draft", "Thiếu thuyết minh", None)


def test_the_result_of_a_review_is_entered_once(now):
    plan = make_plan(2025)
    make_finance_agree(plan)
    services.send_to_review(plan=plan, by=make_officer(), now=now)
    review = {"passed": True, "opinion": "Đủ", "number": "01/BB", "signed_on": date(2025, 7, 1)}
    services.review_plan(plan=plan, by=accountant(), now=now, **review)
    for passed in (True, False):
        with pytest.raises(Conflict, match="đã được nhập"):
            services.review_plan(plan=plan, by=accountant(), now=now, **review | {"passed": passed})
    with pytest.raises(IntegrityError, match="plan_reviewed_once"), transaction.atomic():
        make_paper(plan, "review", on=date(2025, 7, 2))
    assert plan.papers.filter(kind="review").count() == 1


def test_one_version_is_prepared_at_a_time_and_a_plan_in_force_is_adjusted(now):
    officer = make_officer()
    make_plan(2025, "in_force")
    with pytest.raises(Refused):
        services.add_plan(year=2025, title="x", by=officer, now=now)
    services.add_plan(year=2026, title="x", by=officer, now=now)
    with pytest.raises(Refused):
        services.add_plan(year=2026, title="y", by=officer, now=now)
    with pytest.raises(Conflict):
        services.adjust_plan(base=Plan.objects.get(year=2026), title="y", reason="x", by=officer, now=now)


def test_an_empty_plan_goes_nowhere(now):
    plan = make_plan(lines=0)
    with pytest.raises(Refused):
        services.send_to_review(plan=plan, by=make_officer(), now=now)


def test_a_version_given_up_drops_the_tasks_that_stand_nowhere_else(now):
    plan = make_plan(2025)
    services.withdraw_plan(plan=plan, reason="Gộp vào kế hoạch khác", by=make_officer(), now=now)
    assert plan.items.get().task.state == Task.State.DROPPED
    other = services.add_plan(year=2025, title="Kế hoạch", by=make_officer(), now=now)
    assert other.number == 2


def test_title_and_note_are_edited_at_their_version(now):
    plan, officer = make_plan(2025), make_officer()
    services.edit_plan(plan=plan, values={"title": "Mới", "note": ""}, version=1, by=officer, now=now)
    with pytest.raises(StaleVersion):
        services.edit_plan(plan=plan, values={"title": "Cũ", "note": ""}, version=1, by=officer, now=now)
    move_plan(plan, "submitted")
    with pytest.raises(Conflict):
        services.edit_plan(plan=plan, values={"title": "Cũ", "note": ""}, version=2, by=officer, now=now)


# --- lines -------------------------------------------------------------------------------------


def test_an_estimate_without_a_content_area_is_refused(now):
    plan = make_plan(2025, lines=0)
    with pytest.raises(Refused) as refusal:
        add_item(
            plan=plan,
            values=line_values(content_area=None),
            amounts={make_source(): 10**9},
            by=make_officer(),
            now=now,
        )
    assert "nội dung của chương trình" in str(refusal.value)
    assert not Task.objects.exists()


def test_a_line_needs_one_lead_a_deadline_of_its_year_and_positive_money(now):
    plan, officer = make_plan(2025, lines=0), make_officer()
    for wrong in (
        {"agency": make_agency()},
        {"office": None},
        {"due_on": date(2024, 12, 31)},
        {"due_on": date(2027, 1, 1)},
    ):
        with pytest.raises(Refused):
            add_item(plan=plan, values=line_values(**wrong), amounts={}, by=officer, now=now)
    for amount in (0, -5, 10**15 + 1):
        with pytest.raises(Refused):
            add_item(plan=plan, values=line_values(), amounts={make_source(): amount}, by=officer, now=now)
    assert not plan.items.exists()


def test_codes_go_on_within_the_year_and_lines_within_their_content_area(now):
    plan, officer = make_plan(2025, lines=0), make_officer()
    first = add_item(plan=plan, values=line_values(), amounts={}, by=officer, now=now)
    second = add_item(plan=plan, values=line_values(), amounts={}, by=officer, now=now)
    third = add_item(plan=plan, values=line_values(content_area=make_area("2")), amounts={}, by=officer, now=now)
    codes = [item.task.code for item in (first, second, third)]
    assert codes == ["NV-2025-01", "NV-2025-02", "NV-2025-03"]
    assert [item.position for item in (first, second, third)] == [1, 2, 1]


def test_a_task_goes_on_into_the_next_plan_under_its_code(now):
    old = make_plan(2024, "in_force")
    task = old.items.get().task
    plan, officer = make_plan(2025, lines=0), make_officer()
    assert list(tasks_that_may_go_on(plan)) == [task]
    item = add_item(plan=plan, values=line_values(), amounts={}, by=officer, now=now, task=task)
    assert (item.task, Task.objects.count()) == (task, 1)
    assert not tasks_that_may_go_on(plan).exists()
    with pytest.raises(Refused):
        add_item(plan=plan, values=line_values(), amounts={}, by=officer, now=now, task=task)
    done = make_item(make_plan(2023)).task
    for state in ("approved", "assigned", "under_way", "done"):
        Task.objects.filter(pk=done.pk).update(state=state, percent=100)
    done.refresh_from_db()
    with pytest.raises(Refused):
        add_item(plan=plan, values=line_values(), amounts={}, by=officer, now=now, task=done)


def test_editing_a_draft_line_changes_words_and_money_and_its_task(now):
    item = make_item(make_plan(2025, lines=0))
    officer, other = make_officer(), make_money_source()
    edit_item(item=item, values=fields_of(item, what="Tên mới"), amounts={other: 7}, version=1, by=officer, now=now)
    item.task.refresh_from_db()
    assert (item.task.what, amounts_of(item)) == ("Tên mới", {other: 7})
    with pytest.raises(StaleVersion):
        edit_item(item=item, values=fields_of(item, what="Cũ"), amounts={}, version=1, by=officer, now=now)
    assert amounts_of(item) == {other: 7}
    assert history_of(item.plan)[0].event.kind == "plan line changed"


def test_a_line_is_left_out_with_a_reason_and_taken_back_in(now):
    item, officer = make_item(make_plan(2025, lines=0)), make_officer()
    with pytest.raises(Refused):
        drop_item(item=item, why=" ", version=1, by=officer, now=now)
    drop_item(item=item, why="Chuyển sang năm sau", version=1, by=officer, now=now)
    with pytest.raises(Conflict):
        drop_item(item=item, why="x", version=2, by=officer, now=now)
    restore_item(item=item, version=2, by=officer, now=now)
    with pytest.raises(Conflict):
        restore_item(item=item, version=3, by=officer, now=now)
    item.refresh_from_db()
    assert (item.dropped, item.why) == (False, "")


# --- adjustments -------------------------------------------------------------------------------


def adjustment(now, **fields):
    """An adjustment of a plan in force with one line, and that line."""
    base = make_plan(2025, "in_force", **fields)
    plan = services.adjust_plan(base=base, title="Điều chỉnh", reason="Thay đổi", by=make_officer(), now=now)
    return plan, plan.items.get()


def test_an_adjustment_copies_its_lines_and_says_what_changed(now):
    plan, item = adjustment(now)
    assert (plan.number, plan.kind, changes_of(plan)[item.pk].kind) == (2, "adjustment", "unchanged")
    officer = make_officer()
    with pytest.raises(Refused):
        services.send_to_review(plan=plan, by=officer, now=now)  # nothing is adjusted yet
    with pytest.raises(Refused):
        edit_item(
            item=item, values=fields_of(item, what="Khác"), amounts=amounts_of(item), version=1, by=officer, now=now
        )
    item.refresh_from_db()
    values = fields_of(item, what="Khác", why="Theo chỉ đạo mới")
    edit_item(item=item, values=values, amounts={make_source(): 2 * 10**9}, version=1, by=officer, now=now)
    change = changes_of(plan)[item.pk]
    assert (change.kind, change.parts) == ("changed", ["what", "estimate"])
    item.task.refresh_from_db()
    assert item.task.what != "Khác"
    with pytest.raises(Refused, match="bổ sung"):
        add_item(plan=plan, values=line_values(), amounts={}, by=officer, now=now)
    new = add_item(plan=plan, values=line_values(why="Phát sinh"), amounts={}, by=officer, now=now)
    assert changes_of(plan)[new.pk].kind == "new"
    drop_item(item=new, why="Thôi", version=1, by=officer, now=now)
    assert changes_of(plan)[new.pk].kind == "dropped"


def test_an_adjustment_in_force_replaces_the_version_before_and_drops_what_it_left_out(now):
    base = make_plan(2025, "in_force", lines=2)
    officer = make_officer()
    plan = services.adjust_plan(base=base, title="Điều chỉnh", reason="x", by=officer, now=now)
    kept, left = plan.items.order_by("pk")
    assert take_proposal(proposal=make_proposal(year=2025, state="sent"), by=officer, now=now).why
    values = fields_of(kept, what="Tên điều chỉnh", why="Theo thực tế")
    edit_item(item=kept, values=values, amounts=amounts_of(kept), version=1, by=officer, now=now)
    drop_item(item=left, why="Không còn nhu cầu", version=1, by=officer, now=now)
    move_plan(plan, "approved", begun=date(2025, 3, 1))
    paper = {"number": "9/QĐ-SCT", "signed_on": date(2025, 7, 1)}
    services.assign_tasks(plan=plan, by=make_director(), now=now, **paper)
    base.refresh_from_db()
    kept.task.refresh_from_db()
    left.task.refresh_from_db()
    assert (base.state, kept.task.what, left.task.state) == ("superseded", "Tên điều chỉnh", "dropped")


def test_an_adjustment_that_lowers_a_line_below_what_is_committed_is_refused_with_the_figure(now):
    plan, item = adjustment(now)
    year, source = make_budget_year(2025), make_source()
    line = make_line(year, task=item.task, source=source, assigned_vnd=10**9)
    make_commitment(line, 600_000_000)
    officer = make_officer()
    values = fields_of(item, why="Tiết kiệm")
    with pytest.raises(Refused) as refusal:
        edit_item(item=item, values=values, amounts={source: 599_999_999}, version=1, by=officer, now=now)
    assert "600,000,000" in str(refusal.value) or "600.000.000" in str(refusal.value)
    with pytest.raises(Refused):
        drop_item(item=item, why="Thôi", version=1, by=officer, now=now)
    item.refresh_from_db()
    edit_item(item=item, values=values, amounts={source: 600_000_000}, version=1, by=officer, now=now)
    make_commitment(line, 1)
    make_finance_agree(plan, asked_on=date(2025, 6, 1))
    services.send_to_review(plan=plan, by=officer, now=now)
    review = {"passed": True, "opinion": "x", "number": "1/KHTC", "signed_on": date(2025, 7, 1)}
    services.review_plan(plan=plan, by=accountant(), now=now, **review)
    with pytest.raises(Refused):
        services.submit_plan(plan=plan, by=make_director(), now=now, number="1/TTr", signed_on=date(2025, 7, 2))


def test_an_unexplained_change_does_not_leave_the_desk(now):
    plan, item = adjustment(now)
    type(item).objects.filter(pk=item.pk).update(what="Đổi không lý do")
    make_consultation(plan, state="answered", opinion="comment", words="x", asked_on=date(2025, 6, 1))
    with pytest.raises(Refused, match=r"“Đổi không lý do”.*phải được lấy ý kiến.*chưa được tiếp thu"):
        services.send_to_review(plan=plan, by=make_officer(), now=now)


def test_what_is_still_to_be_delivered_follows_the_adjustment(now):
    base = make_plan(2025, lines=0)
    due = {"deliverable": "5 lớp", "due_on": date(2025, 11, 30)}
    open_one, half, done = (make_item(base, **due) for _number in range(3))
    move_plan(base, "in_force")
    for item in (open_one, half, done):
        item.task.deliverables.create(name="5 lớp", due_on=due["due_on"])
        item.task.deliverables.create(name="Báo cáo", due_on=None)  # the office's own
    given = {"delivered_on": date(2025, 7, 1), "evidence": "1/BC", "delivered_by": DRAFTER, "delivered_at": now}
    half.task.deliverables.filter(name="5 lớp").update(**given)
    done.task.deliverables.update(**given)
    officer = make_officer()
    plan = services.adjust_plan(base=base, title="Điều chỉnh", reason="x", by=officer, now=now)
    changes = {"due_on": date(2025, 12, 31), "why": "Tăng theo nhu cầu"}
    for item, deliverable in zip(plan.items.order_by("pk"), ("6 lớp", "6 lớp", "5 lớp"), strict=True):
        values = fields_of(item, deliverable=deliverable, **changes)
        edit_item(item=item, values=values, amounts=amounts_of(item), version=1, by=officer, now=now)
    move_plan(plan, "approved", begun=date(2025, 3, 1))
    services.assign_tasks(plan=plan, by=make_director(), now=now, number="9/QĐ-SCT", signed_on=date(2025, 7, 1))

    def rows(item):
        return list(item.task.deliverables.order_by("pk").values_list("name", "due_on", "delivered_on"))

    before, after, handed = due["due_on"], changes["due_on"], given["delivered_on"]
    assert rows(open_one) == [("6 lớp", after, None), ("Báo cáo", None, None)]
    assert rows(half) == [("5 lớp", before, handed), ("Báo cáo", None, None), ("6 lớp", after, None)]
    assert rows(done) == [("5 lớp", before, handed), ("Báo cáo", None, handed)]
    assert "deliverable changed" in [line.event.kind for line in history_of(open_one.task)]


# --- consultation ------------------------------------------------------------------------------


def reviewed(now, *, year=2025):
    plan = make_plan(year)
    services.send_to_review(plan=plan, by=make_officer(), now=now)
    review = {"passed": True, "opinion": "x", "number": "1/KHTC", "signed_on": date(2025, 7, 1)}
    return services.review_plan(plan=plan, by=accountant(), now=now, **review)


def submit(plan, now):
    paper = {"number": "1/TTr-SCT", "signed_on": date(2025, 7, 2)}
    return services.submit_plan(plan=plan, by=make_director(), now=now, **paper)


def test_required_agencies_are_asked_and_answer_before_the_review(now):
    plan, finance, officer = make_plan(2025), make_agency("STC", "Sở Tài chính"), make_officer()
    make_consultation(plan, state="answered")  # another agency
    with pytest.raises(Refused, match="Sở Tài chính phải được lấy ý kiến"):
        services.send_to_review(plan=plan, by=officer, now=now)
    asked = make_consultation(plan, finance, state="no_reply")
    with pytest.raises(Refused, match="Đã lấy ý kiến Sở Tài chính"):
        services.send_to_review(plan=plan, by=officer, now=now)
    late = {"answer_number": "9/STC", "answered_on": date(2025, 7, 1), "opinion": "comment", "words": "Bổ sung"}
    answer_consultation(consultation=asked, values=late, version=1, by=clerk(), now=now)
    with pytest.raises(Refused, match="Sở Tài chính chưa được tiếp thu"):
        services.send_to_review(plan=plan, by=officer, now=now)
    taken = {"taken": "taken_in", "taken_words": "Đã bổ sung", "version": 2}
    handle_opinion(consultation=asked, by=officer, now=now, **taken)
    services.send_to_review(plan=plan, by=officer, now=now)


def test_a_plan_under_review_goes_back_to_where_opinions_are_asked(now):
    plan, officer = make_plan(2025, "reviewing"), make_officer()  # sent before whoever must be asked was
    review = {"passed": True, "opinion": "x", "number": "1/KHTC", "signed_on": date(2025, 7, 1)}
    services.review_plan(plan=plan, by=accountant(), now=now, **review)
    with pytest.raises(Refused, match=r"Sở Tài chính|STC"):
        submit(plan, now)
    with pytest.raises(NotAllowed):
        services.take_up_plan(plan=plan, by=accountant(), now=now)
    plan = services.take_up_plan(plan=plan, by=officer, now=now)
    assert (plan.state, plan.review, plan.reviewed_at) == ("consulting", "", None)
    letter = {"number": "2/SCT-QLCN", "signed_on": date(2025, 7, 2), "deadline": date(2025, 7, 10)}
    finance = make_agency("STC", "Sở Tài chính")
    ask_agencies(plan=plan, agencies=[finance], by=officer, now=now, **letter)
    answer = {"answer_number": "5/STC", "answered_on": date(2025, 7, 8), "opinion": "agree", "words": ""}
    answer_consultation(consultation=plan.consultations.get(), values=answer, version=1, by=clerk(), now=now)
    assert services.send_to_review(plan=plan, by=officer, now=now).state == "reviewing"


def test_the_rule_says_who_must_answer(now):
    make_rule("plan_consultation", {"required_agencies": [], "silence": "no_reply"})
    assert submit(reviewed(now), now).state == "submitted"


def test_nobody_is_still_waited_for_and_every_comment_is_dealt_with(now):
    plan = make_plan(2025)
    make_finance_agree(plan)
    asked = make_consultation(plan, deadline=date(2025, 7, 1))
    services.send_to_review(plan=plan, by=make_officer(), now=now)
    review = {"passed": True, "opinion": "x", "number": "1/KHTC", "signed_on": date(2025, 7, 1)}
    services.review_plan(plan=plan, by=accountant(), now=now, **review)
    with pytest.raises(Refused):
        submit(plan, now)
    words = {"answer_number": "3/SKHCN", "answered_on": date(2025, 6, 30), "opinion": "comment", "words": "Bổ sung"}
    with pytest.raises(Refused):
        answer_consultation(consultation=asked, values={**words, "words": ""}, version=1, by=clerk(), now=now)
    answer_consultation(consultation=asked, values=words, version=1, by=clerk(), now=now)
    with pytest.raises(Refused):
        submit(plan, now)
    taken = {"taken": "taken_in", "version": 2, "by": make_officer(), "now": now}
    with pytest.raises(Refused):
        handle_opinion(consultation=asked, taken_words=" ", **taken)
    handle_opinion(consultation=asked, taken_words="Đã bổ sung", **taken)
    assert submit(plan, now).state == "submitted"
    with pytest.raises(Conflict):
        handle_opinion(consultation=asked, taken_words="khác", **taken | {"version": 3})


def test_silence_is_written_down_after_the_deadline_only(now):
    plan = make_plan(2025, "consulting")
    early = make_consultation(plan, deadline=date(2025, 7, 15))
    with pytest.raises(Refused):
        record_silence(consultation=early, version=1, by=clerk(), now=now)
    late = make_consultation(plan, deadline=date(2025, 7, 14))
    record_silence(consultation=late, version=1, by=clerk(), now=now)
    with pytest.raises(Conflict):
        record_silence(consultation=late, version=2, by=clerk(), now=now)


def test_a_letter_asks_agencies_that_are_not_being_asked_already(now):
    plan, officer, agency = make_plan(2025), make_officer(), make_agency()
    letter = {
        "number": "1/SCT",
        "signed_on": date(2025, 7, 1),
        "deadline": date(2025, 7, 10),
        "by": officer,
        "now": now,
    }
    with pytest.raises(Refused):
        ask_agencies(plan=plan, agencies=[], **letter)
    with pytest.raises(Refused):
        ask_agencies(plan=plan, agencies=[agency], **letter | {"deadline": date(2025, 6, 1)})
    ask_agencies(plan=plan, agencies=[agency], **letter)
    with pytest.raises(Refused):
        ask_agencies(plan=plan, agencies=[agency], **letter | {"number": "2/SCT"})
    plan.refresh_from_db()
    assert plan.state == "consulting"
    early = {"answer_number": "1/x", "answered_on": date(2025, 6, 1), "opinion": "agree", "words": ""}
    with pytest.raises(Refused):
        answer_consultation(consultation=plan.consultations.get(), values=early, version=1, by=clerk(), now=now)
    move_plan(plan, "submitted", begun=date(2025, 6, 1))
    with pytest.raises(Conflict):
        ask_agencies(plan=plan, agencies=[make_agency()], **letter | {"number": "3/SCT"})


# --- overlaps ----------------------------------------------------------------------------------


def test_tasks_with_like_words_in_one_content_area_are_pointed_out_whatever_their_year():
    plan = make_plan(2025, lines=0)
    one = make_item(plan, "Tổ chức Hội chợ hàng công nghiệp chủ lực năm 2025 tại Hà Nội")
    two = make_item(plan, "Hội chợ hàng công nghiệp chủ lực Hà Nội")
    make_item(plan, "Hội chợ hàng công nghiệp chủ lực", content_area=make_area("2"))
    make_item(plan, "Đào tạo quản trị sản xuất tinh gọn")
    before = make_item(make_plan(2024, lines=0), "Hội chợ hàng công nghiệp chủ lực năm 2024")
    move_plan(before.plan, "in_force")
    found = {(overlap.item, overlap.other, overlap.same_year) for overlap in overlaps_in(plan)}
    assert found == {(one, two, True), (one, before, False), (two, before, False)}
    assert {overlap.other for overlap in overlaps_of(one)} == {two, before}


def test_one_lead_with_the_same_deliverable_twice_is_pointed_out():
    plan, office = make_plan(2025, lines=0), make_office()
    one = make_item(plan, "Tập huấn thiết kế", office=office, deliverable="02 lớp tập huấn")
    two = make_item(plan, "Bồi dưỡng cán bộ", office=office, deliverable="03 lớp tập huấn", content_area=make_area("5"))
    make_item(plan, "Khóa học khác", deliverable="02 lớp tập huấn")
    assert [(o.item, o.other, o.reasons) for o in overlaps_in(plan)] == [(one, two, ("result",))]


def test_from_which_likeness_on_is_a_rule(now):
    plan = make_plan(2025, lines=0)
    make_item(plan, "alpha beta gamma")
    make_item(plan, "alpha beta delta")
    assert overlaps_in(plan) == []
    make_rule("plan_overlap", {"percent": 50})
    assert len(overlaps_in(plan)) == 1
    assert words_of("Tổ chức 12 lớp tập huấn cho doanh nghiệp năm 2026") == {"lop", "tap", "huan"}


def test_an_overlap_is_cleared_by_a_reason_and_then_no_longer_holds_the_plan(now):
    plan, officer = make_plan(2025, lines=0), make_officer()
    make_finance_agree(plan)
    one, two = make_item(plan, "alpha beta gamma"), make_item(plan, "alpha beta gamma")
    with pytest.raises(Refused):
        services.send_to_review(plan=plan, by=officer, now=now)
    with pytest.raises(Refused):
        decide_overlap(item=one, other=two.task, why=" ", by=officer, now=now)
    with pytest.raises(Refused):
        decide_overlap(item=one, other=one.task, why="x", by=officer, now=now)
    decide_overlap(item=two, other=one.task, why="Khác đối tượng", by=officer, now=now)
    with pytest.raises(Conflict):
        decide_overlap(item=one, other=two.task, why="x", by=officer, now=now)
    assert undecided(plan) == []
    assert overlaps_in(plan)[0].decision.why == "Khác đối tượng"
    assert services.send_to_review(plan=plan, by=officer, now=now).state == "reviewing"


# --- planned and assigned money ----------------------------------------------------------------


def test_assigned_money_is_linked_within_the_estimate_and_carried_into_an_adjustment(now):
    base = make_plan(2025, "in_force")
    item, money = base.items.get(), accountant()
    estimate, year = item.estimates.get(), make_budget_year(2025)
    line = make_line(year, task=item.task, source=estimate.source, assigned_vnd=900_000_000)
    link = {"estimate": estimate, "by": money, "now": now}
    with pytest.raises(Refused, match=r"được giao 900\.000\.000"):
        link_money(line=line, amount_vnd=900_000_001, **link)
    with pytest.raises(Refused):
        link_money(line=make_line(year), amount_vnd=1, **link)
    with pytest.raises(Refused):
        link_money(line=line, amount_vnd=1_000_000_001, **link)
    funding = link_money(line=line, amount_vnd=900_000_000, **link)
    with pytest.raises(Refused):
        link_money(line=line, amount_vnd=1, **link)
    officer = make_officer()
    plan = services.adjust_plan(base=base, title="x", reason="x", by=officer, now=now)
    copy = plan.items.get()
    with pytest.raises(Conflict):
        link_money(estimate=copy.estimates.get(), line=line, amount_vnd=1, by=money, now=now)
    values = fields_of(copy, why="Giảm")
    edit_item(item=copy, values=values, amounts={estimate.source: 400_000_000}, version=1, by=officer, now=now)
    move_plan(plan, "approved", begun=date(2025, 3, 1))
    paper = {"number": "9/QĐ-SCT", "signed_on": date(2025, 7, 1)}
    services.assign_tasks(plan=plan, by=make_director(), now=now, **paper)
    assert copy.estimates.get().fundings.get().amount_vnd == 400_000_000
    unlink_money(funding=funding, reason="Nhầm", by=money, now=now)
    with pytest.raises(Conflict):
        unlink_money(funding=funding, reason="Nhầm", by=money, now=now)
