"""The verbs of a plan's lines: add, change, leave out, take back in; only while the plan is being drafted."""

import re
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from programme.models import MOST_VND, Plan, PlanEstimate, PlanItem, PlanState, Task
from programme.permissions.plans import DRAFT
from programme.services.amounts import require_item_above_committed
from programme.services.assigning import WORDS, take_words
from programme.services.changes import changes_of, require_reason
from programme.services.moving import changed_values, locked, save, told
from programme.services.plans import require_editable
from screens import formats


@transaction.atomic
def add_item(*, plan, values, amounts, by, now, task=None):
    """Add a line to a draft: for a new task, or for `task` that goes on from another year. `amounts`: {source: đồng}.

    In an adjustment it says why.
    """
    require(by, DRAFT)
    plan = locked(plan)
    require_editable(plan)
    values = dict(values)
    _require_line(plan, values, amounts)
    if task is None:
        task = Task(code=next_code(plan.year), first_year=plan.year, synthetic=plan.synthetic)
        for name in WORDS:
            setattr(task, name, values.get(name))
        task.save()
    else:
        task = locked(task)
        _require_continuing(plan, task)
    position = values.pop("position", None) or next_position(plan, values["content_area"])
    item = PlanItem(plan=plan, task=task, changed_by=by.public_id, position=position, **values)
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise Refused(_("This task stands in the plan already.")) from None
    _set_amounts(item, amounts)
    _require_reason(plan, item)
    short = {"what": values["what"], "estimates": said(amounts)}
    record_event("plan line added", plan, by=by, now=now, after=short, task=task.code)
    after = {**told(values), "estimates": said(amounts)}
    record_event("task planned", task, by=by, now=now, after=after, plan=str(plan))
    return item


def next_code(year):
    """NV-2026-07: the next code of a task first planned in the year; plans of a year are drafted one at a time."""
    codes = Task.objects.filter(code__startswith=f"NV-{year}-").values_list("code", flat=True)
    used = [int(found.group(1)) for code in codes if (found := re.fullmatch(r"NV-\d{4}-(\d+)", code))]
    return f"NV-{year}-{max(used, default=0) + 1:02d}"


def next_position(plan, content_area):
    last = plan.items.filter(content_area=content_area).aggregate(last=Max("position"))["last"] or 0
    return last + 1


def said(amounts):
    """Estimates as a history keeps them."""
    return "; ".join(f"{source.name_vi}: {formats.number(amount)}" for source, amount in amounts.items()) or "–"


def require_due_in_plan(year, due_on):
    """A task of the plan of `year` is due in that year or in the one after it."""
    if not date(year, 1, 1) <= due_on <= date(year + 1, 12, 31):
        raise Refused(
            _("%(day)s does not belong to the plan of %(year)s. Check the year of the deadline.")
            % {"day": formats.vn_date(due_on), "year": year}
        )


def _require_line(plan, values, amounts):
    if not values.get("content_area"):
        raise Refused(_("An estimate belongs to a content area of the programme. Choose the content area."))
    if bool(values.get("office")) == bool(values.get("agency")):
        raise Refused(_("A task has exactly one lead: an office of the Department or another agency."))
    require_due_in_plan(plan.year, values["due_on"])
    for source, amount in amounts.items():
        if not 0 < amount <= MOST_VND:
            raise Refused(_("The estimate from %(source)s must be more than 0.") % {"source": source})


def _require_continuing(plan, task):
    if task.state in (Task.State.DONE, Task.State.DROPPED):
        raise Refused(
            _("“%(task)s” is “%(state)s”. Open it again first, or add a new task.")
            % {"task": task, "state": task.get_state_display()}
        )
    if task.first_year > plan.year:
        raise Refused(_("This task begins in %(year)s, after the plan.") % {"year": task.first_year})


def _set_amounts(item, amounts):
    item.estimates.exclude(source__in=amounts).delete()
    for source, amount in amounts.items():
        PlanEstimate.objects.update_or_create(item=item, source=source, defaults={"amount_vnd": amount})


@transaction.atomic
def edit_item(*, item, values, amounts, version, by, now):
    """Change a line of a draft. In an adjustment the change says why, and money never falls below what is committed."""
    require(by, DRAFT)
    plan = locked(item.plan)
    require_editable(plan)
    item = locked(item, "task", "content_area", "office", "agency")
    item.plan = plan
    _require_line(plan, values, amounts)
    require_item_above_committed(item, amounts)
    old = {estimate.source: estimate.amount_vnd for estimate in item.estimates.select_related("source")}
    before, after = changed_values(item, values)
    if old != amounts:
        before["estimates"], after["estimates"] = said(old), said(amounts)
    if not after:
        return item
    item.changed_by = by.public_id
    save(item, version, [*(name for name in after if name != "estimates"), "changed_by"])
    _set_amounts(item, amounts)
    _require_reason(plan, item)
    if item.task.state == Task.State.PLANNED:
        take_words(item.task, item)
        item.task.save()
    record_event("plan line changed", plan, by=by, now=now, before=before, after=after, task=item.task.code)
    record_event("task line changed", item.task, by=by, now=now, before=before, after=after, plan=str(plan))
    return item


def _require_reason(plan, item):
    if plan.base_id:
        saved = PlanItem.objects.prefetch_related("estimates").get(pk=item.pk)
        require_reason(saved, changes_of(plan, [saved])[saved.pk])


@transaction.atomic
def drop_item(*, item, why, version, by, now):
    """Leave a line out of this version. It stays to be read with its reason, and can be taken back in."""
    require(by, DRAFT)
    plan = locked(item.plan)
    require_editable(plan)
    item = locked(item, "task")
    item.plan = plan
    if item.dropped:
        raise Conflict(_("This line is left out already."))
    if item.task.state == Task.State.DONE:
        raise Refused(_("“%(task)s” is finished. A finished task stays in the plan.") % {"task": item.what})
    if not why.strip():
        raise Refused(_("Say why the task is left out."))
    require_item_above_committed(item, {})
    item.dropped, item.why, item.changed_by = True, why.strip(), by.public_id
    save(item, version, ["dropped", "why", "changed_by"])
    record_event("plan line dropped", plan, by=by, now=now, reason=why.strip(), task=item.task.code)
    record_event("task left out", item.task, by=by, now=now, reason=why.strip(), plan=str(plan))
    return item


@transaction.atomic
def restore_item(*, item, version, by, now):
    """Take a line that was left out back into the version."""
    require(by, DRAFT)
    plan = locked(item.plan)
    require_editable(plan)
    item = locked(item, "task")
    if not item.dropped:
        raise Conflict(_("This line stands in the plan."))
    item.dropped, item.why, item.changed_by = False, "", by.public_id
    save(item, version, ["dropped", "why", "changed_by"])
    record_event("plan line restored", plan, by=by, now=now, task=item.task.code)
    record_event("task taken back in", item.task, by=by, now=now, plan=str(plan))
    return item


def tasks_that_may_go_on(plan):
    """Tasks of earlier plans that are not finished and have no line in this version."""
    earlier = PlanItem.objects.kept().filter(
        plan__state__in=[PlanState.IN_FORCE, PlanState.APPROVED], plan__year__lt=plan.year
    )
    open_states = [Task.State.APPROVED, Task.State.ASSIGNED, Task.State.UNDER_WAY]
    return (
        Task.objects.filter(state__in=open_states, pk__in=earlier.values("task_id"))
        .exclude(items__plan=plan)
        .order_by("code")
    )


def open_plan_of(year):
    """The version of the year's plan whose lines may still change, or None."""
    return Plan.objects.filter(year=year, state__in=[PlanState.DRAFT, PlanState.CONSULTING]).first()
