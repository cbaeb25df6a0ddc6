"""Plans, proposals, tasks and given tasks for tests: plain functions; only what matters in a test is spelled out."""

import itertools
import uuid
from datetime import UTC, date, datetime, timedelta

from accounts.models import IncompatibleSteps
from programme.models import (
    Consultation,
    GivenDeadline,
    GivenTask,
    Plan,
    PlanEstimate,
    PlanItem,
    PlanPaper,
    ProposalEstimate,
    Task,
    TaskProposal,
)
from tests.factories import make_agency, make_content_area, make_money_source, make_office
from tests.programme.making import task_code

_numbers = itertools.count(1)
LETTERS = str.maketrans("0123456789", "ghijklmnop")
DRAFTER, REVIEWER = uuid.UUID(int=11), uuid.UUID(int=12)
WAY = ("draft", "consulting", "reviewing", "submitted", "approved", "in_force")
WAYS = {
    "returned": (*WAY[:4], "returned"),
    "superseded": (*WAY, "superseded"),
    "withdrawn": ("draft", "withdrawn"),
}
PAPERS = {"submitted": "submission", "returned": "return", "approved": "approval", "in_force": "assignment"}


def at(on):
    return datetime(on.year, on.month, on.day, 3, 0, tzinfo=UTC)


def make_area(code="1", name="Xét chọn, tôn vinh sản phẩm công nghiệp chủ lực"):
    """The content area of that code, made once."""
    from reference.models import ContentArea

    return ContentArea.objects.filter(code=code).first() or make_content_area(code, name)


def make_source(code="city_budget", name="Ngân sách thành phố"):
    from reference.models import MoneySource

    return MoneySource.objects.filter(code=code).first() or make_money_source(code, name)


def make_plan(year=2026, state="draft", *, lines=1, base=None, starts_on=None, **fields):
    """A version of the year's plan with `lines` tasks, moved on by its papers to `state`."""
    begun = starts_on or date(year - 1, 9, 1)
    last = Plan.objects.filter(year=year).order_by("-number").first()
    fields.setdefault("title", f"Kế hoạch năm {year}")
    fields.setdefault("drafted_by", DRAFTER)
    plan = Plan.objects.create(
        year=year,
        number=last.number + 1 if last else 1,
        kind="adjustment" if base else "original",
        base=base,
        drafted_at=at(begun),
        **fields,
    )
    for _number in range(lines):
        make_item(plan)
    return move_plan(plan, state, begun=begun)


def move_plan(plan, state, *, begun=None):
    """Move a plan on to `state`, a paper a month."""
    begun = begun or date(plan.year - 1, 9, 1)
    way = list(WAYS.get(state) or WAY[: WAY.index(state) + 1])
    for place, step in enumerate(way[way.index(plan.state) + 1 :], start=way.index(plan.state) + 1):
        if step in PAPERS:
            make_paper(plan, PAPERS[step], on=begun + timedelta(days=20 * place))
        changes = {"reviewed_by": REVIEWER, "reviewed_at": at(begun)} if step == "submitted" else {}
        Plan.objects.filter(pk=plan.pk).update(state=step, **changes)
    plan.refresh_from_db()
    tasks = {"approved": "approved", "in_force": "assigned"}.get(state)
    for name in ("approved", "assigned")[: ("approved", "assigned").index(tasks) + 1] if tasks else ():
        before = {"approved": "planned", "assigned": "approved"}[name]
        Task.objects.filter(items__plan=plan, state=before).update(state=name)
    return plan


def make_paper(plan, kind="submission", *, on=None, **fields):
    fields.setdefault("number", f"{next(_numbers)}/TTr-SCT")
    fields.setdefault("entered_by", DRAFTER)
    fields.setdefault("entered_at", plan.drafted_at)
    return PlanPaper.objects.create(plan=plan, kind=kind, signed_on=on or date(plan.year - 1, 11, 1), **fields)


def make_item(plan=None, what=None, *, amount_vnd=1_000_000_000, task=None, source=None, **fields):
    """A line of the plan with one estimate, for a new task unless one is given."""
    plan = plan or make_plan(lines=0)
    number = next(_numbers)
    if not fields.get("agency"):
        fields["office"] = fields.get("office") or make_office()
    fields.setdefault("content_area", make_area())
    fields.setdefault("deliverable", f"Báo cáo kết quả {number}")
    fields.setdefault("due_on", date(plan.year, 11, 30))
    what = what or f"Nhiệm vụ {number} {uuid.uuid4().hex[:8].translate(LETTERS)}"  # like no other
    changed_by = fields.pop("changed_by", plan.drafted_by)
    words = {name: fields.get(name) for name in ("content_area", "office", "agency", "deliverable", "due_on")}
    task = task or Task.objects.create(code=task_code(plan.year), first_year=plan.year, what=what, **words)
    item = PlanItem.objects.create(plan=plan, task=task, what=what, changed_by=changed_by, position=number, **fields)
    if amount_vnd:
        PlanEstimate.objects.create(item=item, source=source or make_source(), amount_vnd=amount_vnd)
    return item


def make_consultation(plan, agency=None, *, state="waiting", deadline=None, **fields):
    """An agency asked on the first of October, to answer within ten days."""
    asked = fields.pop("asked_on", date(plan.year - 1, 10, 1))
    letter = plan.papers.filter(kind="consultation").first()
    letter = letter or make_paper(plan, "consultation", on=asked, number=f"{next(_numbers)}/SCT-QLCN")
    if state == "answered":
        fields = {"answer_number": "1/STC", "answered_on": asked + timedelta(days=5), "opinion": "agree"} | fields
    if state != "waiting":
        fields = {"entered_by": DRAFTER, "entered_at": plan.drafted_at} | fields
    return Consultation.objects.create(
        plan=plan,
        agency=agency or make_agency(),
        letter=letter,
        asked_on=asked,
        deadline=deadline or asked + timedelta(days=10),
        state=state,
        **fields,
    )


def make_finance_agree(plan, **fields):
    """Sở Tài chính agrees, as the rule of consultation asks."""
    return make_consultation(plan, make_agency("STC", "Sở Tài chính"), state="answered", **fields)


def make_proposal(office=None, *, year=2026, state="draft", amount_vnd=500_000_000, **fields):
    number = next(_numbers)
    fields.setdefault("content_area", make_area())
    fields.setdefault("what", f"Đề xuất nhiệm vụ {number}")
    fields.setdefault("reason", "Theo nhu cầu của doanh nghiệp")
    fields.setdefault("deliverable", f"Lớp tập huấn {number}")
    fields.setdefault("due_on", date(year, 9, 30))
    fields.setdefault("written_by", DRAFTER)
    fields.setdefault("written_at", at(date(year - 1, 8, 1)))
    if state != "draft":
        fields |= {"sent_by": DRAFTER, "sent_at": at(date(year - 1, 8, 5))}
    if state in ("taken", "declined", "withdrawn"):
        fields |= {"decided_by": REVIEWER, "decided_at": at(date(year - 1, 8, 20))}
    if state == "declined":
        fields.setdefault("answer", "Trùng với nhiệm vụ khác")
    proposal = TaskProposal.objects.create(year=year, office=office or make_office(), state=state, **fields)
    ProposalEstimate.objects.create(proposal=proposal, source=make_source(), amount_vnd=amount_vnd)
    return proposal


def make_given(office=None, *, deadline=date(2025, 8, 1), **fields):
    """A task given by a notice of the Committee in June 2025."""
    number = next(_numbers)
    fields.setdefault("document", f"{number}/TB-VP")
    fields.setdefault("document_on", date(2025, 6, 1))
    fields.setdefault("issuer", "Văn phòng UBND Thành phố")
    fields.setdefault("content", f"Báo cáo tình hình thực hiện {number}")
    fields.setdefault("entered_by", DRAFTER)
    fields.setdefault("entered_at", at(date(2025, 6, 2)))
    if fields.get("state", "open") != "open":
        fields.setdefault("ended_on", date(2025, 7, 1))
        fields.setdefault("outcome", "Đã có báo cáo số 5/BC-SCT")
    return GivenTask.objects.create(office=office or make_office(), deadline=deadline, **fields)


def need_two_people():
    """The pairs of steps of a plan that need two people."""
    for other in ("review plan", "submit plan", "approve plan"):
        IncompatibleSteps.objects.create(step="draft plan", other_step=other, valid_from=date(2020, 1, 1))


def make_moved(given, deadline=date(2025, 9, 1), **fields):
    """Another deadline of a given task, by a paper."""
    fields = {
        "document": "5/CV",
        "document_on": given.document_on,
        "reason": "Lùi",
        "by": DRAFTER,
        "at": given.entered_at,
    } | fields
    return GivenDeadline.objects.create(given=given, former=given.deadline, deadline=deadline, **fields)
