"""Objects of plans, consultations, proposals, tasks and given tasks; what an office alone may do is made for each office."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from documents.store import save_upload
from programme.models import BudgetYear, Consultation, Deliverable, PlanFunding, PlanPaper
from tests.programme.making import make_budget_year, make_line
from tests.programme.making_plans import (
    DRAFTER,
    make_consultation,
    make_given,
    make_item,
    make_moved,
    make_plan,
    make_proposal,
)
from tests.support.matrix import one_page


def build(world):
    world.scan = save_upload(SimpleUploadedFile("van-ban.pdf", one_page()), by=world.people["officer"], now=world.now)
    world.plan = make_plan(2031, "consulting", lines=2)
    world.plan_item = world.plan.items.order_by("pk").first()
    world.plan_paper = PlanPaper.objects.create(
        plan=world.plan,
        kind="consultation",
        number="77/SCT-QLCN",
        signed_on=date(2030, 10, 1),
        file=world.scan,
        entered_by=DRAFTER,
        entered_at=world.now,
    )
    world.consultation = make_consultation(world.plan)
    Consultation.objects.filter(pk=world.consultation.pk).update(file=world.scan)
    standing = make_plan(2022, "in_force")
    item = standing.items.get()
    year = BudgetYear.objects.filter(year=2022).first() or make_budget_year(2022)
    line = make_line(year, task=item.task, assigned_vnd=10_000_000)
    world.assigned_item = item
    world.funding = PlanFunding.objects.create(
        estimate=item.estimates.get(), line=line, amount_vnd=1_000, linked_by=DRAFTER, linked_at=world.now
    )
    draft = make_plan(2032, lines=0)
    world.tasks, world.proposals, world.given, world.deliverables = {}, {}, {}, {}
    world.given_deadlines, world.given_elsewhere = {}, make_given()
    for who, person in world.people.items():
        post = person.posts.first()
        office = post.office if post else standing.items.get().office
        world.tasks[who] = make_item(draft, office=office).task
        world.tasks[who].__class__.objects.filter(pk=world.tasks[who].pk).update(state="approved")
        world.tasks[who].__class__.objects.filter(pk=world.tasks[who].pk).update(state="assigned")
        world.deliverables[who] = Deliverable.objects.create(task=world.tasks[who], name="Báo cáo", file=world.scan)
        world.proposals[who] = make_proposal(office, year=2031, state="sent")
        given = world.given[who] = make_given(office, file=world.scan)
        world.given_deadlines[who] = make_moved(given, file=world.scan)


def _same(name):
    return lambda world: {"public_id": getattr(world, name).public_id}


def _own(name):
    return lambda world, who: {"public_id": getattr(world, name).get(who, getattr(world, name)["officer"]).public_id}


OBJECTS = {
    **{
        f"programme:{name}": _same("plan")
        for name in (
            "plan",
            "plan_table",
            "edit_plan",
            "adjust_plan",
            "withdraw_plan",
            "send_to_review",
            "review_plan",
            "submit_plan",
            "return_plan",
            "take_up_plan",
            "approve_plan",
            "assign_tasks",
            "add_item",
            "consultation_list",
            "ask_agencies",
        )
    },
    **{f"programme:{name}": _same("plan_item") for name in ("edit_item", "drop_item", "restore_item")},
    **{
        f"programme:{name}": _same("consultation")
        for name in (
            "consultation",
            "consultation_file",
            "answer_consultation",
            "record_silence",
            "handle_opinion",
        )
    },
    **{
        f"programme:{name}": _own("proposals")
        for name in (
            "proposal",
            "edit_proposal",
            "send_proposal",
            "withdraw_proposal",
            "take_proposal",
            "decline_proposal",
        )
    },
    **{
        f"programme:{name}": _own("tasks")
        for name in ("task", "accept_task", "report_task", "finish_task", "reopen_task", "add_deliverable")
    },
    **{f"programme:{name}": _own("deliverables") for name in ("deliver", "deliverable_file")},
    **{
        f"programme:{name}": _own("given")
        for name in (
            "given_task",
            "given_file",
            "edit_given",
            "report_given",
            "finish_given",
            "reopen_given",
            "cancel_given",
        )
    },
    "programme:move_given_deadline": _same("given_elsewhere"),  # nobody moves the own deadline
    "programme:given_deadline_file": _own("given_deadlines"),
    "programme:plan_paper": _same("plan_paper"),
    "programme:link_money": _same("assigned_item"),
    "programme:unlink_money": _same("funding"),
    "programme:decide_overlap": lambda world: {
        "public_id": world.plan_item.public_id,
        "other": world.tasks["officer"].public_id,
    },
}
