"""Planned money beside assigned money: what a plan may not fall below, and how budget lines carry estimates."""

from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from programme.models import BudgetLine, PlanEstimate, PlanFunding, PlanItem, PlanState
from programme.permissions.plans import REVIEW
from programme.services.moving import locked, told
from screens import formats


def committed_by_source(task, year):
    """{source id: committed đồng} on the task's budget lines of the year."""
    lines = BudgetLine.objects.filter(task=task, year__year=year, committed_vnd__gt=0)
    return dict(lines.values_list("source_id").annotate(sum=Sum("committed_vnd")).order_by())


def require_item_above_committed(item, amounts):
    """Refuse amounts ({source: đồng}) that lower a line of an adjustment below what is committed already."""
    if item.plan.base_id is None:
        return
    committed = committed_by_source(item.task, item.plan.year)
    if not committed:
        return
    before = PlanItem.objects.filter(plan_id=item.plan.base_id, task_id=item.task_id).first()
    planned = {e.source_id: e for e in before.estimates.select_related("source")} if before else {}
    now = {source.pk: amount for source, amount in amounts.items()}
    for source_id, sum_vnd in committed.items():
        wanted = now.get(source_id, 0)
        was = planned.get(source_id)
        if was is not None and wanted < was.amount_vnd and wanted < sum_vnd:
            raise Refused(
                _(
                    "%(committed)s is already committed for “%(task)s” from %(source)s; the adjustment cannot lower its "
                    "estimate to %(amount)s."
                )
                % {
                    "committed": formats.money(sum_vnd),
                    "task": item.what,
                    "source": was.source,
                    "amount": formats.money(wanted),
                }
            )


def require_above_committed(plan):
    """The same for every line of the version, as things stand now."""
    if plan.base_id is None:
        return
    for item in plan.items.select_related("plan", "task").prefetch_related("estimates__source"):
        kept = {} if item.dropped else {estimate.source: estimate.amount_vnd for estimate in item.estimates.all()}
        require_item_above_committed(item, kept)


def linkable(item):
    """(estimates, budget lines) of a line of the plan, each with `linked_vnd`: what of it is linked already."""
    standing = Q(fundings__withdrawn_at=None)
    estimates = PlanEstimate.objects.filter(item=item).select_related("item", "source")
    lines = BudgetLine.objects.filter(task=item.task, year__year=item.plan.year)
    of_plan = standing & Q(fundings__estimate__item__plan=item.plan)
    return (
        estimates.annotate(linked_vnd=Coalesce(Sum("fundings__amount_vnd", filter=standing), 0)),
        lines.select_related("task", "source", "year").annotate(
            linked_vnd=Coalesce(Sum("fundings__amount_vnd", filter=of_plan), 0)
        ),
    )


def _require_assigned(line, plan, amount_vnd):
    """Refuse to link more than the line was assigned; what is only followed is told by its reports, later."""
    if not line.managed:
        return
    linked = (
        line.fundings.filter(withdrawn_at=None, estimate__item__plan=plan).aggregate(sum=Sum("amount_vnd"))["sum"] or 0
    )
    if linked + amount_vnd > line.assigned_vnd:
        raise Refused(
            _("Of the %(assigned)s assigned to the line, %(left)s is not yet linked; %(amount)s is more.")
            % {
                "assigned": formats.money(line.assigned_vnd),
                "left": formats.money(max(line.assigned_vnd - linked, 0)),
                "amount": formats.money(amount_vnd),
            }
        )


@transaction.atomic
def link_money(*, estimate, line, amount_vnd, by, now):
    """Say that a budget line carries so much of an estimate of the approved plan."""
    require(by, REVIEW)
    estimate = PlanEstimate.objects.select_for_update(of=("self",)).select_related("item__plan").get(pk=estimate.pk)
    item = estimate.item
    if item.plan.state not in (PlanState.APPROVED, PlanState.IN_FORCE) or item.dropped:
        raise Conflict(_("Money is linked to the lines of an approved plan."))
    if line.task_id != item.task_id or line.year.year != item.plan.year:
        raise Refused(_("The budget line belongs to another task or another year."))
    if estimate.fundings.standing().filter(line=line).exists():
        raise Refused(_("This budget line is linked already. Take the link back first to change its amount."))
    linked = estimate.fundings.standing().aggregate(sum=Sum("amount_vnd"))["sum"] or 0
    if linked + amount_vnd > estimate.amount_vnd:
        raise Refused(
            _("Of the estimate of %(estimate)s, %(left)s is not yet linked; %(amount)s is more.")
            % {
                "estimate": formats.money(estimate.amount_vnd),
                "left": formats.money(estimate.amount_vnd - linked),
                "amount": formats.money(amount_vnd),
            }
        )
    _require_assigned(line, item.plan, amount_vnd)
    funding = PlanFunding.objects.create(
        estimate=estimate, line=line, amount_vnd=amount_vnd, linked_by=by.public_id, linked_at=now
    )
    record_event(
        "money linked", item.task, by=by, now=now, after=told({"source": line.source, "amount_vnd": amount_vnd})
    )
    return funding


@transaction.atomic
def unlink_money(*, funding, reason, by, now):
    """Take a link back. The money and the estimate stay as they are."""
    require(by, REVIEW)
    funding = locked(funding, "estimate__item__task", "line__source")
    if funding.withdrawn_at is not None:
        raise Conflict(_("This link was taken back already."))
    funding.withdrawn_by, funding.withdrawn_at = by.public_id, now
    funding.save(update_fields=["withdrawn_by", "withdrawn_at"])
    record_event(
        "money unlinked",
        funding.estimate.item.task,
        by=by,
        now=now,
        reason=reason,
        before=told({"source": funding.line.source, "amount_vnd": funding.amount_vnd}),
    )
    return funding


def carry_links(plan, *, by, now):
    """The budget lines of the version before carry the same estimates of this one, as far as these reach."""
    links = PlanFunding.objects.standing().filter(estimate__item__plan_id=plan.base_id).select_related("estimate__item")
    room = {
        (estimate.item.task_id, estimate.source_id): [estimate, estimate.amount_vnd]
        for estimate in PlanEstimate.objects.filter(item__plan=plan, item__dropped=False).select_related("item")
    }
    for link in links.order_by("id"):
        place = room.get((link.estimate.item.task_id, link.estimate.source_id))
        if place and place[1] > 0:
            amount = min(link.amount_vnd, place[1])
            place[1] -= amount
            PlanFunding.objects.create(
                estimate=place[0],
                line_id=link.line_id,
                amount_vnd=amount,
                linked_by=by.public_id,
                linked_at=now,
            )
