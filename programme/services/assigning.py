"""What the assignment of a plan does to its tasks."""

from django.utils.translation import gettext as _

from audit.events import record_event
from audit.refusals import Refused
from programme.models import Deliverable, PlanPaper, Task
from programme.services.amounts import carry_links
from programme.services.moving import changed_values, move, save
from screens import formats

WORDS = ("what", "content_area", "office", "agency", "deliverable", "due_on")


def take_words(task, item):
    """Give the task the words of its line; returns (before, after) of what changed."""
    return changed_values(task, {name: getattr(item, name) for name in WORDS})


def assign(plan, paper, *, by, now):
    """Tasks take the words of the version in force; new ones are assigned, those left out are dropped."""
    related = ("task", "content_area", "office", "agency")
    for item in plan.items.kept().select_related(*related).order_by("id"):
        task = item.task
        promised = task.deliverable
        before, after = take_words(task, item)
        if task.state == Task.State.APPROVED:
            move(task, Task.State.ASSIGNED)
        task.save()
        record_event("task assigned", task, by=by, now=now, before=before, after=after, paper=str(paper))
        carry_deliverable(task, promised if plan.base_id else item.deliverable, by=by, now=now)
    left_out = Task.objects.filter(items__plan=plan, items__dropped=True)
    for task in left_out.exclude(state__in=[Task.State.DONE, Task.State.DROPPED]):
        require_since_assigned(task, paper.signed_on)
    drop_tasks(left_out, reason=str(paper), by=by, now=now)
    if plan.base_id:
        carry_links(plan, by=by, now=now)


def carry_deliverable(task, promised, *, by, now):
    """The row still to be delivered follows the plan; `promised` is what it was called before. What was delivered stays."""
    first = not task.deliverables.exists()
    names = [task.deliverable, promised]
    row = task.deliverables.filter(name__in=names, delivered_on__isnull=True).order_by("id").first()
    if row:
        before, after = changed_values(row, {"name": task.deliverable, "due_on": task.due_on})
        if after:
            save(row, row.version, after)
            record_event("deliverable changed", task, by=by, now=now, before=before, after=after)
    elif task.state != Task.State.DONE and not task.deliverables.filter(name=task.deliverable).exists():
        Deliverable.objects.create(task=task, name=task.deliverable, due_on=task.due_on)
        if not first:
            after = {"name": task.deliverable, "due_on": task.due_on}
            record_event("deliverable added", task, by=by, now=now, after=after)


def require_since_assigned(task, on):
    """Refuse a day on which the task was not assigned yet: nothing was done for it, and it was not dropped, before."""
    papers = PlanPaper.objects.filter(kind=PlanPaper.Kind.ASSIGNMENT, plan__items__task=task)
    begun = papers.order_by("signed_on").first()
    if begun and on < begun.signed_on:
        raise Refused(
            _("Task %(task)s was assigned on %(begun)s; nothing of it is dated before (%(day)s). Check the date.")
            % {"task": task.code, "begun": formats.vn_date(begun.signed_on), "day": formats.vn_date(on)}
        )


def drop_tasks(tasks, *, reason, by, now):
    """Drop tasks that are not finished and not dropped yet."""
    for task in tasks.select_for_update(of=("self",)).exclude(state__in=[Task.State.DONE, Task.State.DROPPED]):
        move(task, Task.State.DROPPED)
        task.save(update_fields=["state"])
        record_event("task dropped", task, by=by, now=now, reason=reason)
