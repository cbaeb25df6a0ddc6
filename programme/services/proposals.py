"""The verbs of proposals: an office writes and sends them, the drafters take them into a plan or say why not."""

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from programme.models import MOST_VND, BudgetYear, PlanItem, ProposalEstimate, TaskProposal
from programme.models.plans import YEAR_IS_OVER
from programme.permissions.plans import DRAFT, PROPOSE, can_keep_proposal
from programme.services.items import add_item, open_plan_of, require_due_in_plan, said
from programme.services.moving import changed_values, locked, move, save, told

STATE = TaskProposal.State


@transaction.atomic
def add_proposal(*, office, values, amounts, by, now, synthetic=False):
    """Write a proposal for the own office. It is seen by that office alone until it is sent."""
    require(by, PROPOSE)
    _require_year_to_come(values["year"])
    require_due_in_plan(values["year"], values["due_on"])
    _require_estimates(values, amounts)
    proposal = TaskProposal(office=office, written_by=by.public_id, written_at=now, synthetic=synthetic, **values)
    _require_own(by, proposal)
    proposal.save()
    _set_amounts(proposal, amounts)
    after = {**told(values), "year": str(proposal.year), "office": str(office), "estimates": said(amounts)}
    record_event("proposal written", proposal, by=by, now=now, after=after)
    return proposal


def _require_own(by, proposal):
    if not isinstance(by, str) and not can_keep_proposal(by, proposal):
        raise NotAllowed(_("The proposal belongs to another office."))


def _require_year_to_come(year):
    """Nothing is proposed for a year whose books are closed: its plan no longer changes."""
    if BudgetYear.objects.filter(year=year, state__in=YEAR_IS_OVER).exists():
        raise Refused(_("The year %(year)s is over: nothing is proposed for its plan any more.") % {"year": year})


def _require_estimates(values, amounts):
    if not values.get("content_area"):
        raise Refused(_("An estimate belongs to a content area of the programme. Choose the content area."))
    for source, amount in amounts.items():
        if not 0 < amount <= MOST_VND:
            raise Refused(_("The estimate from %(source)s must be more than 0.") % {"source": source})


def _set_amounts(proposal, amounts):
    proposal.estimates.exclude(source__in=amounts).delete()
    for source, amount in amounts.items():
        ProposalEstimate.objects.update_or_create(proposal=proposal, source=source, defaults={"amount_vnd": amount})


@transaction.atomic
def edit_proposal(*, proposal, values, amounts, version, by, now):
    """Change a proposal that was not sent yet."""
    require(by, PROPOSE)
    proposal = locked(proposal)
    _require_own(by, proposal)
    if proposal.state != STATE.DRAFT:
        raise Conflict(_("The proposal was sent and no longer changes. Withdraw it and write another one."))
    require_due_in_plan(values.get("year", proposal.year), values.get("due_on", proposal.due_on))
    _require_estimates({"content_area": proposal.content_area, **values}, amounts)
    old = {estimate.source: estimate.amount_vnd for estimate in proposal.estimates.select_related("source")}
    before, after = changed_values(proposal, values)
    if old != amounts:
        before["estimates"], after["estimates"] = said(old), said(amounts)
    if after:
        save(proposal, version, [name for name in after if name != "estimates"])
        _set_amounts(proposal, amounts)
        record_event("proposal changed", proposal, by=by, now=now, before=before, after=after)
    return proposal


@transaction.atomic
def send_proposal(*, proposal, by, now):
    """Send a proposal to the drafters of the plan."""
    require(by, PROPOSE)
    proposal = locked(proposal)
    _require_own(by, proposal)
    _require_year_to_come(proposal.year)
    require_due_in_plan(proposal.year, proposal.due_on)
    move(proposal, STATE.SENT)
    proposal.sent_by, proposal.sent_at = by.public_id, now
    proposal.save(update_fields=["state", "sent_by", "sent_at"])
    record_event("proposal sent", proposal, by=by, now=now)
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal, reason, by, now):
    """Take back a proposal that was not decided on yet."""
    require(by, PROPOSE)
    proposal = locked(proposal)
    _require_own(by, proposal)
    _decide(proposal, STATE.WITHDRAWN, answer=reason, by=by, now=now)
    record_event("proposal withdrawn", proposal, by=by, now=now, reason=reason)
    return proposal


@transaction.atomic
def take_proposal(*, proposal, by, now):
    """Take a proposal into the draft of its year: a new line, led by the office that proposed it."""
    require(by, DRAFT)
    proposal = locked(proposal, "office", "content_area")
    plan = open_plan_of(proposal.year)
    if plan is None:
        raise Refused(_("There is no draft of the plan of %(year)s. Begin it first.") % {"year": proposal.year})
    names = ("content_area", "what", "office", "deliverable", "due_on", "partners", "indicator_code", "effect")
    move(proposal, STATE.TAKEN)
    values = {name: getattr(proposal, name) for name in names}
    if plan.base_id:  # an adjustment says why it adds a task
        values["why"] = Truncator(proposal.reason).chars(PlanItem._meta.get_field("why").max_length)
    item = add_item(
        plan=plan,
        values=values,
        amounts={e.source: e.amount_vnd for e in proposal.estimates.select_related("source")},
        by=by,
        now=now,
    )
    proposal.item, proposal.decided_by, proposal.decided_at = item, by.public_id, now
    proposal.save(update_fields=["state", "item", "decided_by", "decided_at"])
    record_event("proposal taken", proposal, by=by, now=now, task=item.task.code, plan=str(plan))
    return item


@transaction.atomic
def decline_proposal(*, proposal, reason, by, now):
    """Say that a proposal is not taken, and why; its office reads the reason."""
    require(by, DRAFT)
    proposal = locked(proposal)
    if not reason.strip():
        raise Refused(_("Say why the proposal is not taken."))
    _decide(proposal, STATE.DECLINED, answer=reason.strip(), by=by, now=now)
    record_event("proposal declined", proposal, by=by, now=now, reason=reason.strip())
    return proposal


def _decide(proposal, state, *, answer, by, now):
    move(proposal, state)
    proposal.decided_by, proposal.decided_at, proposal.answer = by.public_id, now, answer
    proposal.save(update_fields=["state", "decided_by", "decided_at", "answer"])
