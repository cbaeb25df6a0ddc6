"""The verbs that take a plan from its draft to force and on to its adjustment, each step by its paper."""

from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.duties import check_pair
from audit.events import record_event
from audit.refusals import Conflict, Refused
from programme.models import BudgetYear, Plan, PlanEstimate, PlanItem, PlanPaper, PlanState, Task, TaskProposal
from programme.models.plans import YEAR_IS_OVER
from programme.permissions.plans import DRAFT, REVIEW, SUBMIT, TYPE_ANSWER
from programme.services.amounts import require_above_committed
from programme.services.assigning import assign, drop_tasks
from programme.services.changes import require_reasons
from programme.services.consulting import require_answers, require_dealt_with, require_required_answers
from programme.services.moving import changed_values, locked, move, require_each, require_move, save
from programme.services.overlaps import undecided
from programme.services.papers import keep_paper
from screens import formats

KIND = PlanPaper.Kind
COPIED = (
    "task",
    "position",
    "content_area",
    "what",
    "office",
    "agency",
    "partners",
    "deliverable",
    "due_on",
    "indicator_code",
    "effect",
    "note",
)


@transaction.atomic
def add_plan(*, year, title, by, now, note="", synthetic=False):
    """Begin the draft of a year's plan."""
    require(by, DRAFT)
    if Plan.objects.filter(year=year).in_force().exists():
        raise Refused(_("The plan of %(year)s is in force. Change it by an adjustment.") % {"year": year})
    plan = Plan(year=year, kind=Plan.Kind.ORIGINAL, title=title, note=note, synthetic=synthetic)
    _insert(plan, by=by, now=now)
    record_event("plan drafted", plan, by=by, now=now, after={"year": str(year), "title": title, "note": note})
    return plan


@transaction.atomic
def adjust_plan(*, base, title, reason, by, now):
    """Begin an adjustment of the plan in force: a new version with the same lines, to be changed with reasons."""
    require(by, DRAFT)
    base = locked(base)
    if base.state != PlanState.IN_FORCE:
        raise Conflict(_("Only the version in force can be adjusted."))
    if BudgetYear.objects.filter(year=base.year, state__in=YEAR_IS_OVER).exists():
        raise Refused(_("The year %(year)s is over: its plan is no longer adjusted.") % {"year": base.year})
    plan = Plan(
        year=base.year, kind=Plan.Kind.ADJUSTMENT, base=base, title=title, note=reason, synthetic=base.synthetic
    )
    _insert(plan, by=by, now=now)
    for item in base.items.kept().prefetch_related("estimates"):
        copy = PlanItem(plan=plan, changed_by=plan.drafted_by, **{name: getattr(item, name) for name in COPIED})
        copy.save()
        PlanEstimate.objects.bulk_create(
            PlanEstimate(item=copy, source_id=estimate.source_id, amount_vnd=estimate.amount_vnd)
            for estimate in item.estimates.all()
        )
    record_event(
        "plan adjustment drafted", plan, by=by, now=now, reason=reason, after={"year": str(plan.year), "title": title}
    )
    return plan


def _insert(plan, *, by, now):
    open_one = Plan.objects.filter(year=plan.year).open().first()
    if open_one:
        raise Refused(
            _("A version of the plan of %(year)s is already being prepared: “%(title)s”. Go on with that one.")
            % {"year": plan.year, "title": open_one.title}
        )
    last = Plan.objects.filter(year=plan.year).aggregate(last=Max("number"))["last"] or 0
    plan.number, plan.drafted_by, plan.drafted_at = last + 1, by.public_id, now
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError:
        raise Conflict(_("Somebody else began this version a moment ago. Open it instead.")) from None


@transaction.atomic
def edit_plan(*, plan, values, version, by, now):
    """Correct the title or the note of a draft."""
    require(by, DRAFT)
    plan = locked(plan)
    require_editable(plan)
    before, after = changed_values(plan, values)
    if after:
        save(plan, version, after)
        record_event("plan corrected", plan, by=by, now=now, before=before, after=after)
    return plan


def require_editable(plan):
    """Lines and words change only while the plan is on the drafters' desk."""
    if not plan.is_editable:
        raise Conflict(
            _("The plan is “%(state)s”: its lines no longer change. An adjustment is a new version.")
            % {"state": plan.get_state_display()}
        )


@transaction.atomic
def withdraw_plan(*, plan, reason, by, now):
    """Give up a version before it is submitted. It stays to be read; tasks that stand in no other plan are dropped.

    The proposals that it took are to be considered again.
    """
    require(by, DRAFT)
    plan = locked(plan)
    move(plan, PlanState.WITHDRAWN)
    plan.save(update_fields=["state"])
    only_here = Task.objects.filter(items__plan=plan, state=Task.State.PLANNED).exclude(
        pk__in=PlanItem.objects.exclude(plan=plan).values("task_id")
    )
    drop_tasks(only_here, reason=reason, by=by, now=now)
    taken = TaskProposal.objects.select_for_update(of=("self",)).filter(item__plan=plan, state=TaskProposal.State.TAKEN)
    for proposal in taken:
        move(proposal, TaskProposal.State.SENT)
        proposal.item = proposal.decided_by = proposal.decided_at = None
        proposal.save(update_fields=["state", "item", "decided_by", "decided_at"])
        record_event("proposal given back", proposal, by=by, now=now, reason=reason, plan=str(plan))
    record_event("plan withdrawn", plan, by=by, now=now, reason=reason)
    return plan


@transaction.atomic
def send_to_review(*, plan, by, now):
    """Hand the draft to Planning and Finance: complete, every change explained, every likeness looked at.

    Whoever must be asked for an opinion has answered by then, and what came was taken in or explained.
    """
    require(by, DRAFT)
    plan = locked(plan)
    require_move(plan, PlanState.REVIEWING)
    require_each(
        partial(_require_some_task, plan),
        partial(require_reasons, plan),
        partial(_require_no_likely_overlap, plan),
        partial(require_required_answers, plan, now=now),
        partial(require_dealt_with, plan),
    )
    move(plan, PlanState.REVIEWING)
    plan.reviewed_by = plan.reviewed_at = None
    plan.review = ""
    plan.save(update_fields=["state", "reviewed_by", "reviewed_at", "review"])
    record_event("plan sent to review", plan, by=by, now=now)
    return plan


def _require_some_task(plan):
    if not plan.items.kept().exists():
        raise Refused(_("The plan has no task yet. Add its tasks first."))


def _require_no_likely_overlap(plan):
    left = undecided(plan)
    if left:
        raise Refused(
            _("%(count)s likely overlaps wait for a decision. Say for each why it is none, or drop a task.")
            % {"count": formats.number(len(left))}
        )


@transaction.atomic
def review_plan(*, plan, passed, number, signed_on, opinion, by, now, file=None):
    """Planning and Finance has looked at tasks and money: in order, or back to the drafters with what to change."""
    require(by, REVIEW)
    plan = locked(plan)
    _require_state(plan, PlanState.REVIEWING)
    _require_not_reviewed(plan)
    _require_other_than_drafters(plan, "review plan", by=by, now=now)
    if not passed and not opinion.strip():
        raise Refused(_("Say what has to be changed."))
    paper = keep_paper(plan, KIND.REVIEW, number, signed_on, about=opinion, file=file, by=by, now=now)
    plan.review = opinion
    if passed:
        plan.reviewed_by, plan.reviewed_at = by.public_id, now
        plan.save(update_fields=["review", "reviewed_by", "reviewed_at"])
        record_event("plan reviewed", plan, by=by, now=now, reason=opinion, paper=str(paper))
    else:
        move(plan, PlanState.DRAFT)
        plan.save(update_fields=["state", "review"])
        record_event("plan sent back by review", plan, by=by, now=now, reason=opinion, paper=str(paper))
    return plan


def _require_not_reviewed(plan):
    """One review has one result; another one follows only when the plan was taken up again."""
    if plan.reviewed_at is not None:
        raise Conflict(
            _(
                "The result of the review was entered at %(when)s already. To be reviewed anew, the plan is taken up again first."
            )
            % {"when": formats.vn_datetime(plan.reviewed_at)}
        )


@transaction.atomic
def submit_plan(*, plan, number, signed_on, by, now, about="", file=None):
    """The Department submits the plan to the City People's Committee; its lines stand still from here."""
    require(by, SUBMIT)
    plan = locked(plan)
    if plan.state == PlanState.REVIEWING and plan.reviewed_at is None:
        raise Refused(_("Planning and Finance has not finished its review yet."))
    require_answers(plan, now=now)
    require_above_committed(plan)
    _require_other_than_drafters(plan, "submit plan", by=by, now=now)
    move(plan, PlanState.SUBMITTED)
    paper = keep_paper(plan, KIND.SUBMISSION, number, signed_on, about=about, file=file, by=by, now=now)
    plan.save(update_fields=["state"])
    record_event("plan submitted", plan, by=by, now=now, paper=str(paper))
    return plan


@transaction.atomic
def return_plan(*, plan, number, signed_on, what, by, now, file=None):
    """The Committee asks for completion and another submission."""
    require(by, TYPE_ANSWER)
    plan = locked(plan)
    if not what.strip():
        raise Refused(_("Say what has to be completed."))
    require_move(plan, PlanState.RETURNED)
    paper = keep_paper(plan, KIND.RETURN, number, signed_on, about=what, file=file, by=by, now=now)
    move(plan, PlanState.RETURNED)
    plan.save(update_fields=["state"])
    record_event("plan returned", plan, by=by, now=now, reason=what, paper=str(paper))
    return plan


@transaction.atomic
def take_up_plan(*, plan, by, now):
    """Open a plan again that was returned or is under review: to be completed, reviewed and submitted anew.

    From the review it goes back to where opinions are asked for.
    """
    require(by, DRAFT)
    plan = locked(plan)
    if plan.state == PlanState.REVIEWING:
        move(plan, PlanState.CONSULTING)
        plan.review = ""
    else:
        _require_state(plan, PlanState.RETURNED)
        move(plan, PlanState.DRAFT)
    plan.reviewed_by = plan.reviewed_at = None
    plan.save(update_fields=["state", "review", "reviewed_by", "reviewed_at"])
    record_event("plan taken up again", plan, by=by, now=now)
    return plan


@transaction.atomic
def approve_plan(*, plan, number, signed_on, by, now, about="", file=None):
    """Enter the Committee's plan or decision, as typed from the paper. Nobody enters it for a draft of their own."""
    require(by, TYPE_ANSWER)
    plan = locked(plan)
    _require_other_than_drafters(plan, "approve plan", by=by, now=now)
    require_move(plan, PlanState.APPROVED)
    paper = keep_paper(plan, KIND.APPROVAL, number, signed_on, about=about, file=file, by=by, now=now)
    move(plan, PlanState.APPROVED)
    plan.save(update_fields=["state"])
    for item in plan.items.kept().select_related("task"):
        if item.task.state == Task.State.PLANNED:
            move(item.task, Task.State.APPROVED)
            item.task.save(update_fields=["state"])
            record_event("task approved", item.task, by=by, now=now, paper=str(paper))
    record_event("plan approved", plan, by=by, now=now, paper=str(paper))
    return plan


@transaction.atomic
def assign_tasks(*, plan, number, signed_on, by, now, about="", file=None):
    """The Department's decision assigns the tasks: this version is in force, the one before is replaced."""
    require(by, SUBMIT)
    plan = locked(plan, "base")
    require_move(plan, PlanState.IN_FORCE)
    paper = keep_paper(plan, KIND.ASSIGNMENT, number, signed_on, about=about, file=file, by=by, now=now)
    for before in Plan.objects.select_for_update(of=("self",)).filter(year=plan.year).in_force():
        move(before, PlanState.SUPERSEDED)
        before.save(update_fields=["state"])
        record_event("plan superseded", before, by=by, now=now, paper=str(paper))
    move(plan, PlanState.IN_FORCE)
    plan.save(update_fields=["state"])
    assign(plan, paper, by=by, now=now)
    record_event("plan in force", plan, by=by, now=now, paper=str(paper))
    return plan


def _require_state(plan, state):
    if plan.state != state:
        raise Conflict(
            _("This is “%(state)s” now; the step can no longer be taken.") % {"state": plan.get_state_display()}
        )


def drafters_of(plan):
    """Public ids of whoever drafted the version or one of its lines."""
    return {plan.drafted_by, *plan.items.values_list("changed_by", flat=True)}


def _require_other_than_drafters(plan, step, *, by, now):
    on = timezone.localdate(now)
    for drafter in drafters_of(plan):
        check_pair(step=step, by=by, other_step="draft plan", other_by=drafter, on=on)
