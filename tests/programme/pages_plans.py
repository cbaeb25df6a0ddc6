"""Where the pages of plans, proposals, tasks and given tasks stand in the demonstration."""

from programme.models import Consultation, Deliverable, GivenTask, Plan, PlanFunding, Task, TaskProposal
from programme.services.overlaps import undecided


def _of(rows):
    return lambda: {"public_id": rows().order_by("pk").first().public_id}


def _draft():
    return Plan.objects.filter(year=2027)


def _standing():
    return Plan.objects.filter(year=2026, state="in_force")


def _line():
    return Plan.objects.get(year=2027).items.kept()


def _assigned_line():
    return _standing().get().items.kept()


def _overlap():
    found = undecided(Plan.objects.get(year=2027))[0]
    return {"public_id": found.item.public_id, "other": found.other.task.public_id}


def _asked():
    return Consultation.objects.filter(plan__year=2027, state="waiting")


def _commented():
    return Consultation.objects.filter(plan__year=2027, opinion="comment")


def _task(state, office):
    return lambda: Task.objects.filter(state=state, office__code=office, first_year=2026)


def _given(state):
    return lambda: GivenTask.objects.filter(state=state)


ADDRESSES = {
    "programme:plan": _of(_draft),
    "programme:plan_table": _of(_standing),
    "programme:adjust_plan": _of(_standing),
    **{
        f"programme:{name}": _of(_draft)
        for name in (
            "edit_plan",
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
    **{f"programme:{name}": _of(_line) for name in ("edit_item", "drop_item", "restore_item")},
    "programme:decide_overlap": _overlap,
    "programme:link_money": _of(_assigned_line),
    "programme:unlink_money": _of(lambda: PlanFunding.objects.standing()),
    "programme:consultation": _of(_asked),
    "programme:answer_consultation": _of(_asked),
    "programme:record_silence": _of(_asked),
    "programme:handle_opinion": _of(_commented),
    "programme:proposal": _of(lambda: TaskProposal.objects.filter(state="taken")),
    **{
        f"programme:{name}": _of(lambda: TaskProposal.objects.filter(state="draft"))
        for name in ("edit_proposal", "send_proposal", "withdraw_proposal")
    },
    **{
        f"programme:{name}": _of(lambda: TaskProposal.objects.filter(state="sent"))
        for name in ("take_proposal", "decline_proposal")
    },
    "programme:task": _of(_task("under_way", "TTKC")),
    "programme:accept_task": _of(_task("assigned", "VP")),
    **{
        f"programme:{name}": _of(_task("under_way", "TTKC"))
        for name in ("report_task", "finish_task", "add_deliverable")
    },
    "programme:reopen_task": _of(_task("done", "TTKC")),
    "programme:deliver": _of(lambda: Deliverable.objects.filter(task__state="under_way", task__office__code="TTKC")),
    "programme:given_task": _of(_given("done")),
    **{
        f"programme:{name}": _of(_given("open"))
        for name in ("edit_given", "move_given_deadline", "report_given", "finish_given", "cancel_given")
    },
    "programme:reopen_given": _of(_given("done")),
}
