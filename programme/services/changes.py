"""What a version of a plan changes against the one before, and the reason each change owes."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from audit.refusals import Refused
from programme.models import PlanItem

COMPARED = (
    "content_area_id",
    "what",
    "office_id",
    "agency_id",
    "partners",
    "deliverable",
    "due_on",
    "indicator_code",
    "effect",
)
NEW, CHANGED, UNCHANGED, DROPPED = "new", "changed", "unchanged", "dropped"


@dataclass
class Change:
    """How a line stands against the version before: its kind, and which parts differ."""

    kind: str
    parts: list = field(default_factory=list)


def change_of(item, before, amounts, amounts_before):
    """The change of one line; `before` is the task's line in the version before, or None."""
    if item.dropped:
        return Change(DROPPED)
    if before is None:
        return Change(NEW)
    parts = [name for name in COMPARED if getattr(item, name) != getattr(before, name)]
    if amounts != amounts_before:
        parts.append("estimate")
    return Change(CHANGED if parts else UNCHANGED, parts)


def lines_before(plan):
    """{task id: line} of the version that this one adjusts."""
    if plan.base_id is None:
        return {}
    items = PlanItem.objects.kept().filter(plan_id=plan.base_id).prefetch_related("estimates")
    return {item.task_id: item for item in items}


def amounts_of(item):
    """{source id: đồng} of a line."""
    return {estimate.source_id: estimate.amount_vnd for estimate in item.estimates.all()}


def changes_of(plan, items=None):
    """{line id: Change} of every line of the version."""
    before = lines_before(plan)
    found = {}
    for item in items if items is not None else plan.items.prefetch_related("estimates"):
        old = before.get(item.task_id)
        found[item.pk] = change_of(item, old, amounts_of(item), amounts_of(old) if old else {})
    return found


def require_reasons(plan):
    """An adjustment changes something, and every line that it adds, changes or leaves out says why."""
    if plan.base_id is None:
        return
    items = list(plan.items.prefetch_related("estimates"))
    changes = changes_of(plan, items)
    if all(change.kind == UNCHANGED for change in changes.values()):
        raise Refused(_("This adjustment changes nothing yet. Change its lines, or withdraw it."))
    for item_id, change in changes.items():
        require_reason(next(item for item in items if item.pk == item_id), change)


def require_reason(item, change):
    """A line that an adjustment adds, changes or leaves out says why."""
    if item.why.strip() or change.kind == UNCHANGED:
        return
    if change.kind == NEW:
        raise Refused(_("Say why “%(task)s” is added by the adjustment.") % {"task": item.what})
    raise Refused(_("Say why “%(task)s” is changed by the adjustment.") % {"task": item.what})
