"""A plan as people read it: the steps with their papers, its lines by content area, planned beside assigned money."""

from dataclasses import dataclass, field

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programme.models import BudgetLine, Deliverable, Plan, PlanEstimate, PlanItem, PlanPaper, PlanState
from programme.models.plans import DECIDED, EDITABLE
from programme.services.changes import CHANGED, DROPPED, NEW, UNCHANGED, Change, changes_of
from screens import formats
from screens.sheets import roman

STATE_KINDS = {
    "draft": "quiet",
    "consulting": "info",
    "reviewing": "info",
    "submitted": "info",
    "returned": "warn",
    "approved": "ok",
    "in_force": "ok",
    "settling": "info",
    "ended": "quiet",
    "superseded": "quiet",
    "withdrawn": "bad",
}
TASK_KINDS = {
    "planned": "quiet",
    "approved": "info",
    "assigned": "warn",
    "under_way": "info",
    "done": "ok",
    "dropped": "bad",
}
CHANGE_LABELS = {
    NEW: gettext_lazy("New"),
    CHANGED: gettext_lazy("Changed"),
    UNCHANGED: gettext_lazy("Unchanged"),
    DROPPED: gettext_lazy("Left out"),
}
CHANGE_KINDS = {NEW: "info", CHANGED: "warn", UNCHANGED: "quiet", DROPPED: "bad"}
PART_LABELS = {
    "content_area_id": gettext_lazy("content area"),
    "what": gettext_lazy("task"),
    "office_id": gettext_lazy("lead office"),
    "agency_id": gettext_lazy("lead agency"),
    "partners": gettext_lazy("co-ordinating units"),
    "deliverable": gettext_lazy("deliverable"),
    "due_on": gettext_lazy("due on"),
    "indicator_code": gettext_lazy("indicator it serves"),
    "effect": gettext_lazy("expected effect"),
    "estimate": gettext_lazy("estimated cost"),
}
KIND = PlanPaper.Kind
# (step, papers it stands on, states in which it is the current one)
STEPS = (
    (gettext_lazy("Draft of the plan"), (), (PlanState.DRAFT, PlanState.RETURNED)),
    (gettext_lazy("Opinions"), (KIND.CONSULTATION,), (PlanState.CONSULTING,)),
    (gettext_lazy("Review by Planning and Finance"), (KIND.REVIEW,), (PlanState.REVIEWING,)),
    (gettext_lazy("Submission to the Committee"), (KIND.SUBMISSION, KIND.RETURN), (PlanState.SUBMITTED,)),
    (gettext_lazy("Approval by the Committee"), (KIND.APPROVAL,), (PlanState.APPROVED,)),
    (gettext_lazy("Assignment of tasks"), (KIND.ASSIGNMENT,), (PlanState.IN_FORCE, PlanState.SUPERSEDED)),
)
WHOSE_TURN = {
    PlanState.DRAFT: gettext_lazy("The drafting office finishes the draft and asks for opinions."),
    PlanState.CONSULTING: gettext_lazy("The drafting office gathers the opinions and sends the plan to review."),
    PlanState.SUBMITTED: gettext_lazy("The City People's Committee decides; its answer is entered here."),
    PlanState.RETURNED: gettext_lazy("The drafting office takes the plan up again and completes it."),
    PlanState.APPROVED: gettext_lazy("The Director assigns the tasks to offices and centres."),
}


def signers_of_plans():
    """Who signs a list of planned tasks: it is drafted, looked at by Planning and Finance, and issued by the Director."""
    return [_("Prepared by"), _("Head of Planning and Finance"), _("Director")]


def sent_back(plan, papers):
    """A sentence while a version that came back is being completed: who returned it, by which paper and why; else empty."""
    if plan.state not in (*EDITABLE, PlanState.RETURNED):
        return ""
    last = max(
        (paper for paper in papers if paper.kind in (KIND.REVIEW, KIND.RETURN)),
        key=lambda paper: paper.pk,
        default=None,
    )
    if last is None or (last.kind == KIND.REVIEW and not plan.review):  # the drafters took it back themselves
        return ""
    said = {"number": last.number, "day": formats.vn_date(last.signed_on), "words": last.about}
    if last.kind == KIND.RETURN:
        return _("Returned by the City People's Committee with %(number)s of %(day)s: %(words)s") % said
    return _("Sent back by Planning and Finance with %(number)s of %(day)s: %(words)s") % said


def whose_turn(plan):
    """A sentence: who does what next; empty where nothing waits."""
    if plan.state == PlanState.REVIEWING:
        if plan.reviewed_at:
            return _("The Director submits the plan to the City People's Committee.")
        return _("Planning and Finance reviews tasks and money.")
    return WHOSE_TURN.get(plan.state, "")


def steps_of(plan):
    """[{label, papers, current}] of the strip on top."""
    papers = list(plan.papers.select_related("file").order_by("signed_on", "id"))
    return [
        {
            "label": label,
            "papers": [paper for paper in papers if paper.kind in kinds],
            "current": plan.state in states,
        }
        for label, kinds, states in STEPS
    ]


@dataclass
class Line:
    """A line of the plan with what the page says beside it."""

    item: PlanItem
    number: int
    amounts: dict
    change: object
    planned_vnd: int | None = 0
    original_vnd: int | None = None
    assigned_vnd: int = 0
    committed_vnd: int = 0
    paid_vnd: int = 0
    delivered: int = 0
    deliverables: int = 0
    reasons: list = field(default_factory=list)  # [(number of the version, why it moved there)], the latest first

    @property
    def change_label(self):
        return CHANGE_LABELS[self.change.kind]

    @property
    def change_kind(self):
        return CHANGE_KINDS[self.change.kind]

    @property
    def parts(self):
        return ", ".join(str(PART_LABELS[name]) for name in self.change.parts)

    @property
    def is_left_out(self):
        return self.change.kind == DROPPED

    @property
    def task_kind(self):
        return TASK_KINDS[self.item.task.state]


@dataclass
class Group:
    """The lines of one content area under its Roman number, with their sums."""

    area: object
    number: str
    lines: list = field(default_factory=list)

    def sum(self, name):
        return sum(getattr(line, name) or 0 for line in self.lines)

    @property
    def planned_vnd(self):
        return self.sum("planned_vnd")

    @property
    def original_vnd(self):
        return self.sum("original_vnd")

    @property
    def assigned_vnd(self):
        return self.sum("assigned_vnd")

    @property
    def committed_vnd(self):
        return self.sum("committed_vnd")

    @property
    def paid_vnd(self):
        return self.sum("paid_vnd")


SUMS = ("planned_vnd", "original_vnd", "assigned_vnd", "committed_vnd", "paid_vnd")


def lines_of(plan):
    """(groups, left out, sums): the lines of a version by content area, as a Department publishes them."""
    items = list(
        plan.items.select_related("task", "content_area", "office", "agency")
        .prefetch_related("estimates__source")
        .order_by("content_area__code", "position", "id")
    )
    changes = changes_of(plan, items)
    lines = []
    for item in items:
        amounts = {estimate.source: estimate.amount_vnd for estimate in item.estimates.all()}
        lines.append(Line(item, 0, amounts, changes[item.pk], planned_vnd=sum(amounts.values())))
    groups, left_out = {}, []
    for line in with_money(plan, lines):
        item = line.item
        if item.dropped:
            left_out.append(line)
            continue
        group = groups.setdefault(item.content_area_id, Group(item.content_area, roman(len(groups) + 1)))
        group.lines.append(line)
        line.number = len(group.lines)
    groups = list(groups.values())
    return groups, left_out, sums_of(groups)


def sums_of(groups):
    return {name: sum(group.sum(name) for group in groups) for name in SUMS}


def from_plan_to_result(plan, groups):
    """(groups, sums): the lines of a version with those of earlier versions that it no longer has.

    What was planned at first and what was assigned and paid in the year stay whole: a task that was dropped keeps its
    place under its content area, with the reason, and counts. Each line says why it moved in every version so far.
    """
    gone = _dropped_since(plan, {line.item.task_id for group in groups for line in group.lines})
    found = {group.area.pk: Group(group.area, group.number, list(group.lines)) for group in groups}
    for line in gone:
        area = line.item.content_area
        found.setdefault(area.pk, Group(area, roman(len(found) + 1))).lines.append(line)
    reasons = _reasons_until(plan)
    for group in found.values():
        for line in group.lines:
            line.reasons = reasons.get(line.item.task_id, [])
    return list(found.values()), sums_of(found.values())


def _items_until(plan):
    """Items of this version and of the decided ones before it."""
    versions = Plan.objects.filter(year=plan.year, number__lt=plan.number, state__in=DECIDED)
    return PlanItem.objects.filter(Q(plan=plan) | Q(plan__in=versions))


def _reasons_until(plan):
    """{task id: [(number of the version, why)]}, the latest first."""
    reasons = {}
    said = _items_until(plan).exclude(why="").order_by("-plan__number")
    for task, number, why in said.values_list("task_id", "plan__number", "why"):
        reasons.setdefault(task, []).append((number, why))
    return reasons


def _dropped_since(plan, kept):
    """Lines, told as left out, of the tasks that stood in an earlier decided version and are not among `kept`."""
    items = _items_until(plan).exclude(task__in=kept)
    items = items.select_related("task", "content_area").order_by("content_area__code", "position", "id")
    stood, latest = set(), {}
    for item in items:
        if not item.dropped and item.plan_id != plan.pk:
            stood.add(item.task_id)
        if item.task_id not in latest or latest[item.task_id].pk < item.pk:
            latest[item.task_id] = item
    lines = [Line(item, 0, {}, Change(DROPPED), None) for item in latest.values() if item.task_id in stood]
    return with_money(plan, lines) if lines else []


def with_money(plan, lines):
    """The lines with what was planned at first, the year's money and what was handed over."""
    tasks = [line.item.task_id for line in lines]
    money, original, handed = money_of_tasks(tasks, plan.year), planned_at_first(plan), deliverables_of(tasks)
    for line in lines:
        line.original_vnd = original.get(line.item.task_id)
        for name, value in money.get(line.item.task_id, {}).items():
            setattr(line, name, value)
        line.delivered, line.deliverables = handed.get(line.item.task_id, (0, 0))
    return lines


def money_of_tasks(tasks, year):
    """{task id: what its budget lines of the year say}."""
    lines = BudgetLine.objects.filter(task__in=tasks, year__year=year).order_by()
    sums = lines.values("task_id").annotate(
        assigned=Sum("assigned_vnd"),
        committed=Sum("committed_vnd"),
        disbursed=Sum("disbursed_vnd"),
        recovered=Sum("recovered_vnd"),
    )
    return {
        row["task_id"]: {
            "assigned_vnd": row["assigned"],
            "committed_vnd": row["committed"],
            "paid_vnd": row["disbursed"] - row["recovered"],
        }
        for row in sums
    }


def planned_at_first(plan):
    """{task id: đồng} as the year's first approved version estimated it."""
    decided = Plan.objects.filter(year=plan.year, state__in=DECIDED)
    first = decided.order_by("number").first() or plan
    estimates = PlanEstimate.objects.filter(item__plan=first, item__dropped=False).order_by()
    return dict(estimates.values_list("item__task_id").annotate(sum=Sum("amount_vnd")))


def deliverables_of(tasks):
    """{task id: (delivered, all)}."""
    found = {}
    for task, on in Deliverable.objects.filter(task__in=tasks).values_list("task_id", "delivered_on"):
        done, every = found.get(task, (0, 0))
        found[task] = (done + (on is not None), every + 1)
    return found


def money_by_source(groups):
    """[(source, đồng)] of the whole version."""
    sums = {}
    for group in groups:
        for line in group.lines:
            for source, amount in line.amounts.items():
                sums[source] = sums.get(source, 0) + amount
    return sorted(sums.items(), key=lambda pair: pair[0].pk)
