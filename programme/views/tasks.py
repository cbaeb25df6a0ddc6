"""Tasks that are carried out: their list, late ones first, and the page of one with its money and reports."""

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import actor_names
from documents.serving import serve
from documents.word_tables import AS_WORD
from programme.forms.papers import ConfirmForm, ReasonForm
from programme.forms.tasks import DeliverableForm, DeliverForm, FinishForm, ReportForm
from programme.models import BudgetLine, Deliverable, OverlapDecision, Plan, PlanEstimate, PlanFunding, PlanItem, Task
from programme.permissions.plans import DRAFT, REVIEW, can_report_task
from programme.presenting.plans import STATE_KINDS, TASK_KINDS, signers_of_plans
from programme.services import tasks as services
from programme.tables import tasks as tables
from programme.views.acting import act, bound
from screens.lists import show_list
from screens.sheets import Sheet


def task_list(request):
    today = timezone.localdate()
    estimates = PlanEstimate.objects.filter(item__in=PlanItem.objects.standing(), item__task=OuterRef("pk")).order_by()
    tasks = Task.objects.visible_to(request.user).annotate(
        planned_vnd=Subquery(estimates.values("item__task").annotate(sum=Sum("amount_vnd")).values("sum"))
    )
    return show_list(
        request,
        name="tasks",
        title=_("Tasks"),
        lead=_("Tasks of the plans as they stand; late ones first."),
        table_class=tables.TaskTable,
        filterset_class=tables.TaskFilter,
        queryset=tables.tasks_late_first(tasks, today),
        ordering=("rank", "due_on", "code"),
        export_name="nhiem-vu",
        empty=_("Tasks come from the plan of a year."),
        template="programme/list.html",
        sheet=Sheet(unit=_("million đồng"), signers=signers_of_plans()),
        more_exports=AS_WORD,
    )


def visible_task(request, public_id):
    rows = Task.objects.visible_to(request.user).select_related("content_area", "office", "agency")
    return get_object_or_404(rows, public_id=public_id)


def task_detail(request, public_id):
    task, user, today = visible_task(request, public_id), request.user, timezone.localdate()
    items = list(
        PlanItem.objects.filter(task=task, plan__in=Plan.objects.visible_to(user))
        .select_related("plan", "office", "agency")
        .prefetch_related("estimates__source")
        .order_by("plan__year", "plan__number")
    )
    plans = Plan.objects.with_standing().in_bulk({item.plan_id for item in items})
    reports = list(task.reports.order_by("-at", "-id"))
    names = actor_names({f"user:{report.by}" for report in reports})
    own = can_report_task(user, task)
    cleared = OverlapDecision.objects.filter(task=task) | OverlapDecision.objects.filter(other=task)
    return render(
        request,
        "programme/task.html",
        {
            "task": task,
            "tag": {"label": task.get_state_display(), "kind": TASK_KINDS[task.state]},
            "late": task.is_late(today),
            "verbs": _verbs(user, task, own),
            "own": own and task.state == Task.State.UNDER_WAY,
            "may_add": own and task.state in (Task.State.ASSIGNED, Task.State.UNDER_WAY),
            "versions": [
                {
                    "item": item,
                    "amount": sum(e.amount_vnd for e in item.estimates.all()),
                    "kind": STATE_KINDS[plans[item.plan_id].standing],
                    "standing": plans[item.plan_id].get_standing_display(),
                }
                for item in items
            ],
            "current": next((item for item in reversed(items) if item.plan.is_decided and not item.dropped), None),
            "may_link": user.may(REVIEW),
            "lines": list(
                BudgetLine.objects.filter(task=task).select_related("year", "source", "unit").order_by("year", "id")
            ),
            "fundings": PlanFunding.objects.standing()
            .filter(estimate__item__task=task)
            .select_related("estimate__item__plan", "estimate__source", "line__source", "line__year"),
            "deliverables": [
                {"row": row, "late": _is_late(row, today)} for row in task.deliverables.select_related("file")
            ],
            "reports": [{"row": report, "who": names[f"user:{report.by}"]} for report in reports],
            "cleared": [
                {"other": each.other if each.task_id == task.pk else each.task, "why": each.why}
                for each in cleared.select_related("task", "other")
            ],
        },
    )


def _is_late(deliverable, today):
    return deliverable.delivered_on is None and bool(deliverable.due_on) and deliverable.due_on < today


def _verbs(user, task, own):
    """[(address, label)] of what the person may do with the task now."""
    state = Task.State
    found = []
    if own and task.state == state.ASSIGNED:
        found.append(("accept_task", _("Accept the task")))
    if own and task.state == state.UNDER_WAY:
        found += [("report_task", _("Report progress")), ("finish_task", _("Finish the task"))]
    if user.may(DRAFT) and task.state == state.DONE:
        found.append(("reopen_task", _("Open again")))
    return [(reverse(f"programme:{name}", args=[task.public_id]), label) for name, label in found]


def _reportable(request, public_id):
    task = visible_task(request, public_id)
    if not can_report_task(request.user, task):
        raise PermissionDenied(_("The task belongs to another office."))
    return task


def _of(task, now):
    return {
        "back": task.get_absolute_url(),
        "back_label": str(task),
        "now": now,
        "then": task.get_absolute_url(),
    }


def accept_task(request, public_id):
    task, now = _reportable(request, public_id), timezone.now()
    return act(
        request,
        bound(request, ConfirmForm),
        lambda: services.accept_task(task=task, by=request.user, now=now),
        verb=f"accept task {task.public_id}",
        title=_("Accept the task"),
        submit=_("Accept the task"),
        done=_("The task is under way."),
        lead=_("%(lead)s takes the task on and reports on it.") % {"lead": task.lead},
        **_of(task, now),
    )


def report_task(request, public_id):
    task, now = _reportable(request, public_id), timezone.now()
    form = bound(request, ReportForm, initial={"on": timezone.localdate(now), "percent": task.percent})
    return act(
        request,
        form,
        lambda: services.report_task(
            task=task,
            by=request.user,
            now=now,
            **{name: form.cleaned_data[name] for name in ("on", "percent", "done", "difficulty")},
        ),
        verb=f"report task {task.public_id}",
        title=_("Report progress"),
        submit=_("Send the report"),
        done=_("The report is kept."),
        **_of(task, now),
    )


def finish_task(request, public_id):
    task, now = _reportable(request, public_id), timezone.now()
    form = bound(request, FinishForm, initial={"finished_on": timezone.localdate(now)})
    return act(
        request,
        form,
        lambda: services.finish_task(
            task=task,
            finished_on=form.cleaned_data["finished_on"],
            words=form.cleaned_data["words"],
            by=request.user,
            now=now,
        ),
        verb=f"finish task {task.public_id}",
        title=_("Finish the task"),
        submit=_("Finish the task"),
        done=_("The task is finished."),
        lead=_("A task is finished when everything it hands over has been delivered, with evidence."),
        caution=_before_its_year(task, timezone.localdate(now)),
        **_of(task, now),
    )


def _before_its_year(task, today):
    """That the year of its first plan is still to come; empty from then on."""
    if task.first_year <= today.year:
        return ""
    return _("The task stands in the plan of %(year)s, which has not begun. See that all of it is done already.") % {
        "year": task.first_year
    }


def reopen_task(request, public_id):
    task, now = visible_task(request, public_id), timezone.now()
    form = bound(request, ReasonForm)
    return act(
        request,
        form,
        lambda: services.reopen_task(task=task, reason=form.cleaned_data["reason"], by=request.user, now=now),
        verb=f"reopen task {task.public_id}",
        title=_("Open the task again"),
        submit=_("Open again"),
        done=_("The task is under way again."),
        **_of(task, now),
    )


def add_deliverable(request, public_id):
    task, now = _reportable(request, public_id), timezone.now()
    form = bound(request, DeliverableForm, initial={"due_on": task.due_on})
    return act(
        request,
        form,
        lambda: services.add_deliverable(
            task=task, name=form.cleaned_data["name"], due_on=form.cleaned_data["due_on"], by=request.user, now=now
        ),
        verb=f"add deliverable {task.public_id}",
        title=_("Add a deliverable"),
        submit=_("Add"),
        done=_("The deliverable is added."),
        **_of(task, now),
    )


def _deliverable(request, public_id):
    rows = Deliverable.objects.filter(task__in=Task.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("task", "file"), public_id=public_id)


def deliver(request, public_id):
    row, now = _deliverable(request, public_id), timezone.now()
    if not can_report_task(request.user, row.task):
        raise PermissionDenied(_("The task belongs to another office."))
    initial = {
        "version": row.version,
        "delivered_on": row.delivered_on or timezone.localdate(now),
        "evidence": row.evidence,
    }
    form = bound(request, DeliverForm, now=now, user=request.user, standing=row.file, initial=initial)
    return act(
        request,
        form,
        lambda: services.deliver(
            deliverable=row,
            delivered_on=form.cleaned_data["delivered_on"],
            evidence=form.cleaned_data["evidence"],
            file=form.kept(),
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        ),
        verb=f"deliver {row.public_id}",
        title=_("Delivered: %(what)s") % {"what": row},
        submit=_("Enter the delivery"),
        done=_("The delivery is entered."),
        **_of(row.task, now),
    )


def deliverable_file(request, public_id):
    row = _deliverable(request, public_id)
    if row.file is None:
        raise Http404
    return serve(row.file, request, of=row.task, basis=f"deliverable of task {row.task.public_id}")
