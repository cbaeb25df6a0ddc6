"""Plans of the years: their list, the page of a version, its table as published, its papers."""

import copy
from datetime import timedelta
from itertools import chain

from django.db.models import Count, DateField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.serving import serve
from documents.word_tables import AS_WORD
from programme.forms.papers import ReasonForm
from programme.forms.plans import AdjustForm, EditPlanForm, PlanForm
from programme.models import Plan, PlanEstimate, PlanItem, PlanPaper, PlanState, Task, TaskProposal
from programme.permissions.plans import DRAFT, REVIEW, SUBMIT, TYPE_ANSWER
from programme.presenting.plans import (
    STATE_KINDS,
    from_plan_to_result,
    lines_of,
    money_by_source,
    sent_back,
    signers_of_plans,
    steps_of,
    whose_turn,
)
from programme.services import plans as services
from programme.services.consulting import lacking_answers
from programme.services.overlaps import overlaps_in
from programme.services.planned_room import room_for
from programme.tables import plans as tables
from programme.views.acting import act, bound
from screens import formats
from screens.lists import show_list
from screens.sheets import Sheet

DUE_SHOWN, DUE_SOON = 5, timedelta(days=45)


def plan_list(request):
    approvals = PlanPaper.objects.filter(plan=OuterRef("pk"), kind=PlanPaper.Kind.APPROVAL).order_by("-id")
    estimates = PlanEstimate.objects.filter(item__plan=OuterRef("pk"), item__dropped=False).order_by()
    plans = (
        Plan.objects.visible_to(request.user)
        .with_standing()
        .annotate(
            lines=Count("items", filter=Q(items__dropped=False)),
            planned_vnd=Subquery(estimates.values("item__plan").annotate(sum=Sum("amount_vnd")).values("sum")),
            approval=Subquery(approvals.values("number")[:1]),
            approved_on=Subquery(approvals.values("signed_on")[:1], output_field=DateField()),
        )
    )
    action = None
    if request.user.may(DRAFT):
        action = {"url": reverse("programme:add_plan"), "label": _("Draft the plan of a year")}
    return show_list(
        request,
        name="plans",
        title=_("Plans of the years"),
        lead=_("Each year's tasks and estimate, version by version, with the papers that moved them on."),
        table_class=tables.PlanTable,
        filterset_class=tables.PlanFilter,
        queryset=plans,
        ordering=("-year", "-number"),
        export_name="ke-hoach",
        main_action=action,
        empty=_("Begin with the draft of a year's plan."),
        template="programme/list.html",
        more_exports=AS_WORD,
    )


def visible_plan(request, public_id):
    plans = Plan.objects.visible_to(request.user).with_standing()
    return get_object_or_404(plans.select_related("base"), public_id=public_id)


def plan_detail(request, public_id):
    plan = visible_plan(request, public_id)
    today = timezone.localdate()
    groups, left_out, sums = lines_of(plan)
    steps = steps_of(plan)
    papers = sorted(
        chain.from_iterable(step["papers"] for step in steps), key=lambda paper: (paper.signed_on, paper.pk)
    )
    at_work = plan.is_editable or plan.state == PlanState.REVIEWING
    overlaps = overlaps_in(plan) if at_work else []
    lines = list(chain.from_iterable(group.lines for group in groups))
    results, result_sums = from_plan_to_result(plan, groups)
    return render(
        request,
        "programme/plan.html",
        {
            "plan": plan,
            "state_kind": STATE_KINDS[plan.standing],
            "turn": whose_turn(plan),
            "steps": steps,
            "papers": papers,
            "sent_back": sent_back(plan, papers),
            "lacking": lacking_answers(plan, now=timezone.now()) if plan.state == PlanState.REVIEWING else "",
            "actions": actions_for(request.user, plan),
            "may_draft": request.user.may(DRAFT) and plan.is_editable,
            "groups": groups,
            "left_out": left_out,
            "sums": sums,
            "results": results,
            "result_sums": result_sums,
            "sources": money_by_source(groups),
            "room": room_for(plan) if at_work else None,
            "due": _due_next(plan, lines, today),
            "today": today,
            "consultations": _consultations(plan, today),
            "overlaps": overlaps,
            "undecided": sum(overlap.decision is None for overlap in overlaps),
            "proposals": TaskProposal.objects.to_consider().filter(year=plan.year).count(),
            "versions": Plan.objects.visible_to(request.user)
            .with_standing()
            .filter(year=plan.year)
            .order_by("-number"),
            "is_adjustment": plan.base_id is not None,
            "followed": plan.is_decided,
        },
    )


def _due_next(plan, lines, today):
    """Open tasks of a plan in force, late ones first, then those due before long."""
    if plan.state != PlanState.IN_FORCE:
        return []
    open_states = (Task.State.ASSIGNED, Task.State.UNDER_WAY)
    open_lines = [line.item.task for line in lines if line.item.task.state in open_states and line.item.task.due_on]
    open_lines = [task for task in open_lines if task.due_on <= today + DUE_SOON]
    open_lines.sort(key=lambda task: (task.due_on, task.code))
    return [{"task": task, "late": task.is_late(today)} for task in open_lines[:DUE_SHOWN]]


def _consultations(plan, today):
    """What the plan page says of the opinions in one line each."""
    asked = list(plan.consultations.select_related("agency").order_by("deadline", "id"))
    return {
        "asked": len(asked),
        "answered": sum(each.state == "answered" for each in asked),
        "silent": [each for each in asked if each.state == "no_reply"],
        "waiting": [{"row": each, "late": each.is_overdue(today)} for each in asked if each.state == "waiting"],
        "undealt": [each for each in asked if each.opinion == "comment" and not each.taken],
    }


def actions_for(user, plan):
    """[(route, label)] of the steps that `user` may take on the plan now, the main one first."""
    steps = {
        PlanState.DRAFT: [
            (DRAFT, "ask_agencies", _("Ask for opinions")),
            (DRAFT, "send_to_review", _("Send to review")),
        ],
        PlanState.CONSULTING: [
            (DRAFT, "send_to_review", _("Send to review")),
            (DRAFT, "ask_agencies", _("Ask for opinions")),
        ],
        PlanState.REVIEWING: [
            (SUBMIT, "submit_plan", _("Submit to the Committee"))
            if plan.reviewed_at
            else (REVIEW, "review_plan", _("Enter the review")),
            (DRAFT, "take_up_plan", _("Take up again")),
        ],
        PlanState.SUBMITTED: [
            (TYPE_ANSWER, "approve_plan", _("Enter the approval")),
            (TYPE_ANSWER, "return_plan", _("Enter the return")),
        ],
        PlanState.RETURNED: [(DRAFT, "take_up_plan", _("Take up again"))],
        PlanState.APPROVED: [(SUBMIT, "assign_tasks", _("Assign the tasks"))],
        PlanState.IN_FORCE: [(DRAFT, "adjust_plan", _("Begin an adjustment"))]
        if plan.standing == PlanState.IN_FORCE
        else [],
    }
    found = [(route, label) for needed, route, label in steps.get(plan.state, []) if user.may(needed)]
    if plan.is_editable and user.may(DRAFT):
        found.append(("edit_plan", _("Correct the name of the plan")))
    if plan.may_move_to(PlanState.WITHDRAWN) and user.may(DRAFT):
        found.append(("withdraw_plan", _("Give this version up")))
    return found


def plan_table(request, public_id):
    """The task table as Departments publish it: on the screen, for Excel and Word, as a printed form."""
    plan = visible_plan(request, public_id)
    estimates = PlanEstimate.objects.filter(item=OuterRef("pk")).order_by()
    lines = plan.items.kept().annotate(
        planned_vnd=Coalesce(Subquery(estimates.values("item").annotate(sum=Sum("amount_vnd")).values("sum")), 0)
    )
    approval = plan.papers.filter(kind=PlanPaper.Kind.APPROVAL).last()
    period = _("With %(paper)s of %(day)s")
    return show_list(
        request,
        name="plan-lines",
        title=_("Tasks of the plan of %(year)s") % {"year": plan.year},
        lead=str(plan),
        table_class=tables.LinesTable,
        filterset_class=tables.LinesFilter,
        queryset=lines,
        ordering=("content_area__code", "position", "id"),
        export_name=f"nhiem-vu-{plan.year}-lan-{plan.number}",
        template="programme/plan_table.html",
        context={"plan": plan},
        sheet=Sheet(
            title=plan.title,
            period=period % {"paper": approval.number, "day": formats.vn_date(approval.signed_on)}
            if approval
            else _("Draft of the plan"),
            unit=_("million đồng"),
            signers=signers_of_plans(),
            group_by="content_area",
            everywhere=True,
        ),
        more_exports=AS_WORD,
    )


def plan_paper(request, public_id):
    """The scan of a paper of a plan."""
    paper = get_object_or_404(
        PlanPaper.objects.filter(plan__in=Plan.objects.visible_to(request.user)).select_related("file"),
        public_id=public_id,
    )
    if paper.file is None:
        raise Http404
    return serve(paper.file, request, of=paper.plan, basis=f"paper of plan {paper.plan.public_id}")


def add_plan(request):
    now = timezone.now()
    form = bound(request, PlanForm)
    return act(
        request,
        form,
        lambda: services.add_plan(
            year=form.cleaned_data["year"],
            title=form.cleaned_data["title"],
            note=form.cleaned_data["note"],
            by=request.user,
            now=now,
        ),
        verb="add plan",
        title=_("Draft the plan of a year"),
        submit=_("Begin to draft"),
        done=_("The draft is begun. Add its tasks, or take them from proposals."),
        back=reverse("programme:plan_list"),
        back_label=_("Plans of the years"),
        now=now,
    )


def edit_plan(request, public_id):
    plan, now = visible_plan(request, public_id), timezone.now()
    form = bound(request, EditPlanForm, instance=copy.copy(plan))
    return act(
        request,
        form,
        lambda: services.edit_plan(
            plan=plan,
            values={name: form.cleaned_data[name] for name in ("title", "note")},
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        ),
        verb=f"edit plan {plan.public_id}",
        title=_("Correct the name of the plan"),
        submit=_("Save"),
        done=_("The plan is saved."),
        **_of(plan, now),
    )


def _of(plan, now):
    """What every page of a step on a plan has."""
    return {"back": plan.get_absolute_url(), "back_label": str(Plan.objects.get(pk=plan.pk)), "now": now}


def adjust_plan(request, public_id):
    plan, now = visible_plan(request, public_id), timezone.now()
    form = bound(request, AdjustForm, initial={"title": _("Adjustment of the plan of %(year)s") % {"year": plan.year}})
    return act(
        request,
        form,
        lambda: services.adjust_plan(
            base=plan,
            title=form.cleaned_data["title"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=now,
        ),
        verb=f"adjust plan {plan.public_id}",
        title=_("Begin an adjustment"),
        submit=_("Begin the adjustment"),
        done=_("The adjustment is begun with the same lines. Change what changes, each with its reason."),
        **_of(plan, now),
    )


def withdraw_plan(request, public_id):
    plan, now = visible_plan(request, public_id), timezone.now()
    form = bound(request, ReasonForm)
    return act(
        request,
        form,
        lambda: services.withdraw_plan(plan=plan, reason=form.cleaned_data["reason"], by=request.user, now=now),
        verb=f"withdraw plan {plan.public_id}",
        title=_("Give this version up"),
        submit=_("Give this version up"),
        done=_("This version is given up."),
        **_of(plan, now),
    )


def lines_with_names():
    """Lines of plans with what their pages name."""
    return PlanItem.objects.select_related("plan", "task", "content_area", "office", "agency")
