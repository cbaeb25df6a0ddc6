"""What the assignment of a plan does to its tasks."""

from audit.events import record_event
from programme.models import Deliverable, Task
from programme.services.amounts import carry_links
from programme.services.moving import changed_values, move

WORDS = ("what", "content_area", "office", "agency", "deliverable", "due_on")


def take_words(task, item):
    """Give the task the words of its line; returns (before, after) of what changed."""
    return changed_values(task, {name: getattr(item, name) for name in WORDS})


def assign(plan, paper, *, by, now):
    """Tasks take the words of the version in force; new ones are assigned, those left out are dropped."""
    related = ("task", "content_area", "office", "agency")
    for item in plan.items.kept().select_related(*related).order_by("id"):
        task = item.task
        before, after = take_words(task, item)
        if task.state == Task.State.APPROVED:
            move(task, Task.State.ASSIGNED)
        task.save()
        record_event("task assigned", task, by=by, now=now, before=before, after=after, paper=str(paper))
        if not task.deliverables.exists():
            Deliverable.objects.create(task=task, name=item.deliverable, due_on=item.due_on)
    left_out = Task.objects.filter(items__plan=plan, items__dropped=True)
    drop_tasks(left_out, reason=str(paper), by=by, now=now)
    if plan.base_id:
        carry_links(plan, by=by, now=now)


def drop_tasks(tasks, *, reason, by, now):
    """Drop tasks that are not finished and not dropped yet."""
    for task in tasks.select_for_update(of=("self",)).exclude(state__in=[Task.State.DONE, Task.State.DROPPED]):
        move(task, Task.State.DROPPED)
        task.save(update_fields=["state"])
        record_event("task dropped", task, by=by, now=now, reason=reason)
