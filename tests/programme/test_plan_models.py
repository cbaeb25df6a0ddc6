from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from programme.models import (
    GivenTaskReport,
    OverlapDecision,
    Plan,
    PlanEstimate,
    PlanFunding,
    PlanItem,
    Task,
    TaskProposal,
    TaskReport,
)
from tests.factories import make_agency, make_money_source, make_office, make_stored_file
from tests.programme.making import make_budget_year, make_line
from tests.programme.making_plans import (
    DRAFTER,
    make_consultation,
    make_given,
    make_item,
    make_moved,
    make_paper,
    make_plan,
    make_proposal,
    move_plan,
)

pytestmark = pytest.mark.django_db


def refused(function, *args, **kwargs):
    with pytest.raises(DatabaseError), transaction.atomic():
        function(*args, **kwargs)
    return True


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


# --- plans -------------------------------------------------------------------------------------


def test_versions_of_a_year_are_numbered_without_gaps():
    make_plan(state="withdrawn")
    second = make_plan(state="withdrawn")
    assert second.number == 2
    fields = {"kind": "original", "title": "x", "drafted_by": DRAFTER, "drafted_at": second.drafted_at}
    assert refused(Plan.objects.create, year=2026, number=4, **fields)
    assert refused(Plan.objects.create, year=2026, number=2, **fields)
    assert refused(sql, "DELETE FROM programme_plan")
    assert refused(change, second, number=7)


def test_one_version_of_a_year_is_open_and_one_in_force():
    make_plan()
    assert refused(make_plan)
    other = make_plan(2025, "in_force")
    make_plan(2025, base=other, starts_on=date(2025, 3, 1))
    assert refused(make_plan, 2025, base=other)
    assert refused(make_plan, 2025, "in_force")


def test_an_adjustment_adjusts_the_version_in_force():
    base = make_plan(2026)
    assert refused(make_plan, 2026, base=base)
    other = make_plan(2025, "in_force")
    assert refused(make_plan, 2024, base=other)
    fields = {"title": "x", "drafted_by": DRAFTER, "drafted_at": base.drafted_at}
    assert refused(Plan.objects.create, year=2025, number=2, kind="adjustment", **fields)
    assert refused(Plan.objects.create, year=2025, number=2, kind="original", base=other, **fields)


def test_a_plan_starts_as_a_draft_and_goes_on_by_its_papers_alone():
    plan = make_plan()
    fields = {"kind": "original", "title": "x", "drafted_by": DRAFTER, "drafted_at": plan.drafted_at}
    assert refused(Plan.objects.create, year=2030, number=1, state="in_force", **fields)
    assert refused(change, plan, state="approved")
    change(plan, state="consulting")
    change(plan, state="reviewing")
    assert refused(change, plan, state="submitted")  # not reviewed, no paper
    assert refused(change, plan, state="submitted", reviewed_by=DRAFTER, reviewed_at=plan.drafted_at)
    make_paper(plan)
    change(plan, state="submitted", reviewed_by=DRAFTER, reviewed_at=plan.drafted_at)
    assert refused(change, plan, state="approved")
    assert refused(change, plan, state="returned")
    assert refused(change, plan, reviewed_by=None)
    assert refused(change, plan, state="gone")


def test_a_paper_is_never_dated_before_the_paper_of_the_step_before():
    plan = make_plan(state="submitted")
    submission = plan.papers.get()
    assert refused(make_paper, plan, "approval", on=date(submission.signed_on.year, 1, 1))
    make_paper(plan, "approval", on=submission.signed_on)
    assert refused(sql, "UPDATE programme_planpaper SET number = 'x'")
    assert refused(sql, "DELETE FROM programme_planpaper")
    assert refused(make_paper, plan, "letter")
    assert refused(make_paper, plan, number="")


def test_papers_of_an_adjustment_follow_the_approval_of_what_it_adjusts():
    base = make_plan(2026, "in_force")
    approved = base.papers.get(kind="approval")
    adjustment = make_plan(2026, base=base)
    assert refused(make_paper, adjustment, "submission", on=date(approved.signed_on.year, 1, 2))
    assert refused(make_paper, adjustment, "approval", on=approved.signed_on, number=approved.number)
    make_paper(adjustment, "submission", on=approved.signed_on)


def test_lines_and_estimates_stand_still_once_the_plan_has_left_the_desk():
    plan = make_plan(state="consulting")
    item = plan.items.get()
    change(item, note="sửa")
    estimate = item.estimates.get()
    move_plan(plan, "submitted")
    for state in ("submitted", "approved", "in_force"):
        move_plan(plan, state)
        assert refused(change, item, note="khác")
        assert refused(change, estimate, amount_vnd=1)
        assert refused(estimate.delete)
        assert refused(make_item, plan)
        assert refused(PlanEstimate.objects.create, item=item, source=make_money_source(), amount_vnd=1)
    assert refused(sql, "DELETE FROM programme_planitem")


def test_a_line_is_led_by_one_has_a_result_and_is_left_out_for_a_reason():
    plan = make_plan(lines=0)
    item = make_item(plan)
    assert refused(change, item, agency=make_agency())
    assert refused(change, item, office=None)
    assert refused(change, item, deliverable="")
    assert refused(change, item, dropped=True)
    assert refused(make_item, plan, task=item.task)
    assert refused(change, item, task=make_item(make_plan(2027)).task)
    assert refused(change, item, content_area=None)


def test_an_estimate_is_positive_and_one_a_source():
    item = make_item()
    estimate = item.estimates.get()
    for wrong in (0, -1, 10**15 + 1):
        assert refused(change, estimate, amount_vnd=wrong)
    assert refused(PlanEstimate.objects.create, item=item, source=estimate.source, amount_vnd=5)
    assert refused(change, estimate, source=make_money_source())


def test_standing_lines_are_those_in_force_else_those_being_made():
    old = make_plan(2025, "in_force")
    draft = make_plan(2026)
    adjustment = make_plan(2025, base=old)
    gone = make_plan(2027, "withdrawn")
    standing = {item.plan for item in PlanItem.objects.standing()}
    assert standing == {old, draft}
    assert adjustment.items.exists() and gone.items.exists()


def test_planned_and_assigned_money_are_linked_for_one_task_and_year_and_within_the_estimate():
    plan = make_plan(2024, "in_force")
    item = plan.items.get()
    estimate = item.estimates.get()
    year = make_budget_year(2024)
    line = make_line(year, task=item.task)
    other = make_line(year)
    link = {"estimate": estimate, "linked_by": DRAFTER, "linked_at": plan.drafted_at}
    assert refused(PlanFunding.objects.create, line=other, amount_vnd=1, **link)
    assert refused(PlanFunding.objects.create, line=line, amount_vnd=0, **link)
    assert refused(PlanFunding.objects.create, line=line, amount_vnd=1_000_000_001, **link)
    funding = PlanFunding.objects.create(line=line, amount_vnd=600_000_000, **link)
    second = make_line(year, task=item.task, source=make_money_source())
    assert refused(PlanFunding.objects.create, line=second, amount_vnd=400_000_001, **link)
    assert refused(PlanFunding.objects.create, line=line, amount_vnd=1, **link)
    assert refused(change, funding, amount_vnd=1)
    assert refused(change, funding, withdrawn_by=DRAFTER)
    change(funding, withdrawn_by=DRAFTER, withdrawn_at=plan.drafted_at)
    PlanFunding.objects.create(line=line, amount_vnd=1_000_000_000, **link)
    assert refused(sql, "DELETE FROM programme_planfunding")


def test_money_is_not_linked_to_a_draft():
    item = make_item(make_plan(2024, lines=0))
    line = make_line(make_budget_year(2024), task=item.task)
    link = {"estimate": item.estimates.get(), "linked_by": DRAFTER, "linked_at": item.plan.drafted_at}
    assert refused(PlanFunding.objects.create, line=line, amount_vnd=1, **link)


def test_a_decision_on_an_overlap_stands_once_for_a_pair_and_for_ever():
    one, other = make_item(make_plan(lines=0)).task, make_item(make_plan(2027, lines=0)).task
    made = {"decided_by": DRAFTER, "decided_at": make_plan(2030).drafted_at}
    assert refused(OverlapDecision.objects.create, task=other, other=one, why="khác", **made)
    assert refused(OverlapDecision.objects.create, task=one, other=other, why="", **made)
    decision = OverlapDecision.objects.create(task=one, other=other, why="khác đối tượng", **made)
    assert refused(OverlapDecision.objects.create, task=one, other=other, why="khác", **made)
    assert refused(change, decision, why="x")
    assert refused(decision.delete)


# --- consultations -----------------------------------------------------------------------------


def test_an_answer_has_its_paper_and_silence_has_none():
    plan = make_plan(state="consulting")
    asked = make_consultation(plan)
    assert refused(make_consultation, plan, asked.agency)
    assert refused(change, asked, deadline=date(2020, 1, 1))
    assert refused(change, asked, state="answered")
    entered = {"entered_by": DRAFTER, "entered_at": plan.drafted_at}
    answer = {"state": "answered", "answer_number": "1/STC", "opinion": "agree", **entered}
    assert refused(change, asked, answered_on=date(2025, 9, 1), **answer)
    assert refused(change, asked, answered_on=date(2025, 10, 5), **{**answer, "opinion": "comment"})
    assert refused(change, asked, answered_on=date(2025, 10, 5), **{**answer, "opinion": "perhaps"})
    assert refused(change, asked, state="no_reply")
    assert refused(change, asked, state="no_reply", opinion="none", **entered)
    change(asked, state="no_reply", **entered)
    change(asked, answered_on=date(2025, 10, 5), **{**answer, "opinion": "comment", "words": "Cần rà soát kinh phí"})
    assert refused(change, asked, taken="taken_in")
    change(asked, taken="taken_in", taken_words="Đã rà soát")
    assert refused(change, asked, agency=make_agency())
    assert refused(sql, "DELETE FROM programme_consultation")


# --- proposals, tasks, given tasks -------------------------------------------------------------


def test_a_proposal_moves_by_its_table_and_stands_still_once_sent():
    proposal = make_proposal()
    assert refused(change, proposal, state="taken")
    assert refused(change, proposal, state="sent")
    change(proposal, state="sent", sent_by=DRAFTER, sent_at=proposal.written_at)
    assert refused(change, proposal, what="khác")
    assert refused(change, proposal, state="draft")
    decided = {"decided_by": DRAFTER, "decided_at": proposal.written_at}
    assert refused(change, proposal, state="declined", **decided)
    assert refused(change, proposal, state="taken", **decided)
    assert refused(change, proposal, office=make_office())
    change(proposal, state="declined", answer="trùng", **decided)
    assert refused(TaskProposal.objects.all().delete)
    assert refused(make_proposal, reason="")
    assert refused(make_proposal, amount_vnd=0)


def test_a_task_moves_by_its_table_and_keeps_its_code():
    task = make_item().task
    assert refused(change, task, state="done", percent=100)
    assert refused(change, task, code="x")
    assert refused(change, task, accepted_by=DRAFTER)
    assert refused(change, task, finished_on=date(2025, 1, 1))
    for state in ("approved", "assigned", "under_way"):
        change(task, state=state)
    assert refused(change, task, state="done", percent=99)
    change(task, state="done", percent=100)
    assert refused(change, task, state="dropped")
    assert refused(sql, "DELETE FROM programme_task")


def test_reports_are_added_and_never_changed():
    task = make_item().task
    made = {"by": DRAFTER, "at": make_plan(2030).drafted_at}
    assert refused(TaskReport.objects.create, task=task, on=date(2025, 1, 1), percent=101, done="x", **made)
    assert refused(TaskReport.objects.create, task=task, on=date(2025, 1, 1), percent=1, done="", **made)
    TaskReport.objects.create(task=task, on=date(2025, 1, 1), percent=1, done="x", **made)
    assert refused(sql, "UPDATE programme_taskreport SET percent = 2")
    assert refused(sql, "DELETE FROM programme_taskreport")
    given = make_given()
    assert refused(GivenTaskReport.objects.create, given=given, done="", **made)
    GivenTaskReport.objects.create(given=given, done="x", **made)
    assert refused(sql, "DELETE FROM programme_giventaskreport")


def test_a_deliverable_is_delivered_by_somebody_with_evidence():
    task = make_item().task
    deliverable = task.deliverables.create(name="Báo cáo")
    made = {"delivered_by": DRAFTER, "delivered_at": make_plan(2030).drafted_at}
    assert refused(change, deliverable, delivered_on=date(2025, 1, 1), evidence="1/BC")
    assert refused(change, deliverable, delivered_on=date(2025, 1, 1), **made)
    change(deliverable, delivered_on=date(2025, 1, 1), evidence="1/BC", **made)
    assert refused(change, deliverable, name="")
    assert refused(change, deliverable, task=make_item(make_plan(2029)).task)
    assert refused(sql, "DELETE FROM programme_deliverable")


def test_a_given_task_names_its_document_and_ends_with_an_outcome():
    given = make_given()
    assert refused(change, given, document="")
    assert refused(change, given, deadline=date(2025, 1, 1))
    assert refused(change, given, state="done")
    assert refused(change, given, state="done", ended_on=date(2025, 7, 1))
    change(given, state="done", ended_on=date(2025, 7, 1), outcome="Báo cáo 5/BC-SCT")
    assert refused(sql, "DELETE FROM programme_giventask")
    assert given.is_late(date(2025, 8, 2)) and not given.is_late(date(2025, 8, 1))


def test_another_deadline_says_from_which_by_what_and_why():
    given = make_given()
    for wrong in (
        {"deadline": given.deadline}, {"reason": ""}, {"document": ""}, {"document_on": None},
        {"document": "", "document_on": None, "file": make_stored_file()},
    ):  # fmt: skip
        assert refused(make_moved, given, **wrong)
    make_moved(given)
    assert refused(sql, "UPDATE programme_givendeadline SET reason = 'x'")
    assert refused(sql, "DELETE FROM programme_givendeadline")


def test_who_only_reads_sees_no_draft(now):
    from tests.factories import make_auditor, make_officer

    draft, asked = make_plan(2027), make_plan(2026, "consulting")
    assert set(Plan.objects.visible_to(make_auditor())) == {asked}
    assert set(Plan.objects.visible_to(make_officer())) == {draft, asked}
    assert not Task.objects.visible_to(make_auditor()).exists()
    office = make_office()
    mine, sent = make_proposal(office), make_proposal(state="sent")
    make_proposal()
    assert set(TaskProposal.objects.visible_to(make_officer(office=office))) == {mine, sent}
