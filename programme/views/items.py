"""Lines of a plan: add, change, leave out; likely overlaps; links with assigned money."""

import copy

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from programme.forms.papers import ReasonForm, VersionForm
from programme.forms.plans import DropForm, ItemForm, LinkMoneyForm, OverlapForm
from programme.models import Plan, PlanFunding, PlanItem, Task
from programme.services import amounts, items, overlaps
from programme.services.planned_room import counted, room_for
from programme.views.acting import act, bound
from programme.views.plans import lines_with_names, visible_plan


def add_item(request, public_id):
    plan, now = visible_plan(request, public_id), timezone.now()
    form = bound(request, ItemForm, instance=PlanItem(plan=plan), plan=plan)
    found, room = [], room_for(plan)

    def add():
        _look_first(form, PlanItem(plan=plan), found, room)
        return items.add_item(
            plan=plan,
            values=form.values(),
            amounts=form.amounts(),
            task=form.cleaned_data["task"],
            by=request.user,
            now=now,
        )

    return act(
        request,
        form,
        add,
        verb=f"add item {plan.public_id}",
        title=_("Add a task to the plan"),
        submit=_("Add the task"),
        done=_("The task is added."),
        back=plan.get_absolute_url(),
        back_label=str(plan),
        now=now,
        then=plan.get_absolute_url(),
        template="programme/item_form.html",
        overlaps=found,
        room=room,
    )


def edit_item(request, public_id):
    item, now = _item(request, public_id), timezone.now()
    form = bound(request, ItemForm, instance=copy.copy(item), plan=item.plan)
    found = overlaps.overlaps_of(item)

    def edit():
        before = {estimate.source: estimate.amount_vnd for estimate in item.estimates.select_related("source")}
        raised = counted(form.amounts()) > counted(before)
        _look_first(form, copy.copy(item), found, room_for(item.plan, without=item) if raised else None)
        return items.edit_item(
            item=item,
            values=form.values(),
            amounts=form.amounts(),
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        )

    return act(
        request,
        form,
        edit,
        verb=f"edit item {item.public_id}",
        title=_("Change: %(task)s") % {"task": item.task.code},
        submit=_("Save"),
        done=_("The line of the task is saved."),
        then=item.plan.get_absolute_url(),
        **_of(item, now),
        template="programme/item_form.html",
        overlaps=found,
        item=item,
        room=room_for(item.plan),
    )


def _look_first(form, line, shown, room):
    """Refuse until the overlaps of what was typed, and money beyond `room`, were shown: then it is sent again, or changed."""
    for name, value in form.values().items():
        setattr(line, name, value)
    if form.cleaned_data.get("task"):
        line.task = form.cleaned_data["task"]
    found = [each for each in overlaps.overlaps_of(line) if each.decision is None]
    seen, said = sorted(str(each.other.public_id) for each in found), []
    if found:
        said.append(_("This task looks like those shown above. Look at them; send again if it is another task."))
    planned = room.with_amounts(form.amounts()) if room and counted(form.amounts()) else None
    if planned and planned.is_over:
        seen.append(str(planned.planned_vnd))
        said.append(planned.said)
        said.append(_("Send again if it is to stand in the draft all the same."))
    key = ",".join(seen)
    if seen and form.cleaned_data["overlaps_seen"] != key:
        shown[:] = found
        form.data = form.data.copy()
        form.data["overlaps_seen"] = key
        raise Refused(" ".join(said))


def _item(request, public_id):
    plans = Plan.objects.visible_to(request.user)
    return get_object_or_404(lines_with_names().filter(plan__in=plans), public_id=public_id)


def _of(item, now):
    return {"back": item.plan.get_absolute_url(), "back_label": str(item.plan), "now": now}


def drop_item(request, public_id):
    item, now = _item(request, public_id), timezone.now()
    form = bound(request, DropForm, initial={"version": item.version})
    return act(
        request,
        form,
        lambda: items.drop_item(
            item=item, why=form.cleaned_data["why"], version=form.cleaned_data["version"], by=request.user, now=now
        ),
        verb=f"drop item {item.public_id}",
        title=_("Leave out: %(task)s") % {"task": item},
        submit=_("Leave it out"),
        done=_("The task is left out of this version."),
        then=item.plan.get_absolute_url(),
        **_of(item, now),
    )


def restore_item(request, public_id):
    item, now = _item(request, public_id), timezone.now()
    form = bound(request, VersionForm, initial={"version": item.version})
    return act(
        request,
        form,
        lambda: items.restore_item(item=item, version=form.cleaned_data["version"], by=request.user, now=now),
        verb=f"restore item {item.public_id}",
        title=_("Take back in: %(task)s") % {"task": item},
        submit=_("Take it back in"),
        done=_("The task stands in the plan again."),
        then=item.plan.get_absolute_url(),
        **_of(item, now),
    )


def decide_overlap(request, public_id, other):
    item, now = _item(request, public_id), timezone.now()
    task = get_object_or_404(Task.objects.visible_to(request.user), public_id=other)
    form = bound(request, OverlapForm)
    return act(
        request,
        form,
        lambda: overlaps.decide_overlap(item=item, other=task, why=form.cleaned_data["why"], by=request.user, now=now),
        verb=f"no overlap {item.public_id.hex} {task.code}",
        title=_("No overlap: %(task)s and %(other)s") % {"task": item.task.code, "other": task.code},
        submit=_("They do not overlap"),
        done=_("The decision is kept."),
        lead=_("“%(task)s” beside “%(other)s”") % {"task": item, "other": task},
        then=item.plan.get_absolute_url(),
        **_of(item, now),
    )


def link_money(request, public_id):
    """Link the estimates of a line with the budget lines of its task."""
    item, now = _item(request, public_id), timezone.now()
    estimates, lines = amounts.linkable(item)
    form = bound(request, LinkMoneyForm, estimates=estimates, lines=lines)
    return act(
        request,
        form,
        lambda: amounts.link_money(
            estimate=form.cleaned_data["estimate"],
            line=form.cleaned_data["line"],
            amount_vnd=form.cleaned_data["amount_vnd"],
            by=request.user,
            now=now,
        ),
        verb=f"link money {item.public_id}",
        title=_("Link assigned money: %(task)s") % {"task": item.task.code},
        submit=_("Link"),
        done=_("The money is linked."),
        then=item.task.get_absolute_url(),
        back=item.task.get_absolute_url(),
        back_label=str(item),
        now=now,
    )


def unlink_money(request, public_id):
    funding = get_object_or_404(
        PlanFunding.objects.select_related("estimate__item__task", "line__source"), public_id=public_id
    )
    task, now = funding.estimate.item.task, timezone.now()
    form = bound(request, ReasonForm)
    return act(
        request,
        form,
        lambda: amounts.unlink_money(funding=funding, reason=form.cleaned_data["reason"], by=request.user, now=now),
        verb=f"unlink money {funding.public_id}",
        title=_("Take the link back: %(task)s") % {"task": task.code},
        submit=_("Take the link back"),
        done=_("The link is taken back."),
        then=task.get_absolute_url(),
        back=task.get_absolute_url(),
        back_label=str(task),
        now=now,
    )
