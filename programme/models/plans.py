"""The plan of a year in its versions: lines for tasks, estimates by source, and the papers that move it on."""

from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from accounts.roles import STAFF
from audit.identity import Identified, Versioned
from documents.models import StoredFile
from programme.models.budget import MOST_VND, BudgetLine, BudgetYear, YearState
from programme.models.scheme import indicator_name
from programme.models.tasks import Task
from reference.models import Agency, ContentArea, MoneySource


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Being drafted")
    CONSULTING = "consulting", _("Opinions being asked for")
    REVIEWING = "reviewing", _("Under review by Planning and Finance")
    SUBMITTED = "submitted", _("Submitted to the City People's Committee")
    RETURNED = "returned", _("Returned for completion")
    APPROVED = "approved", _("Approved, tasks to be assigned")
    IN_FORCE = "in_force", _("In force, tasks assigned")
    SUPERSEDED = "superseded", _("Replaced by an adjustment")
    WITHDRAWN = "withdrawn", _("Given up")


# A version in force moves no further: how it stands once its year is over comes from the budget year.
SETTLING, ENDED = "settling", "ended"
YEAR_IS_OVER = {YearState.ADJUSTING: SETTLING, YearState.CLOSED: ENDED}
STANDINGS = [
    *PlanState.choices,
    (SETTLING, pgettext_lazy("plan", "Year over, being settled")),
    (ENDED, pgettext_lazy("plan", "Ended")),
]
EDITABLE = (PlanState.DRAFT, PlanState.CONSULTING)
OPEN = (
    PlanState.DRAFT,
    PlanState.CONSULTING,
    PlanState.REVIEWING,
    PlanState.SUBMITTED,
    PlanState.RETURNED,
    PlanState.APPROVED,
)
DECIDED = (PlanState.APPROVED, PlanState.IN_FORCE, PlanState.SUPERSEDED)


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see every version; whoever only reads sees it once it has left the drafters' desk."""
        return self if user.roles & STAFF else self.exclude(state=PlanState.DRAFT)

    def in_force(self):
        return self.filter(state=PlanState.IN_FORCE)

    def open(self):
        return self.filter(state__in=OPEN)

    def with_standing(self):
        """With `standing`: the state, or that the year of the version in force is over (one of STANDINGS)."""
        years = BudgetYear.objects.filter(year=OuterRef("year"))
        over = [
            When(Q(Exists(years.filter(state=state)), state=PlanState.IN_FORCE), then=Value(standing))
            for state, standing in YEAR_IS_OVER.items()
        ]
        return self.annotate(standing=Case(*over, default=F("state"), output_field=CharField()))


class Plan(Identified, Versioned):
    """One version of a year's plan. An adjustment is a new version with a decision of its own."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("Plan of the year")
        ADJUSTMENT = "adjustment", _("Adjustment")

    State = PlanState
    MOVES = {
        PlanState.DRAFT: {PlanState.CONSULTING, PlanState.REVIEWING, PlanState.WITHDRAWN},
        PlanState.CONSULTING: {PlanState.REVIEWING, PlanState.WITHDRAWN},
        PlanState.REVIEWING: {PlanState.DRAFT, PlanState.CONSULTING, PlanState.SUBMITTED, PlanState.WITHDRAWN},
        PlanState.SUBMITTED: {PlanState.RETURNED, PlanState.APPROVED},
        PlanState.RETURNED: {PlanState.DRAFT, PlanState.WITHDRAWN},
        PlanState.APPROVED: {PlanState.IN_FORCE},
        PlanState.IN_FORCE: {PlanState.SUPERSEDED},
        PlanState.SUPERSEDED: set(),
        PlanState.WITHDRAWN: set(),
    }

    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("version of the plan"), editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    base = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="adjustments",
        verbose_name=_("version it adjusts"),
        editable=False,
    )
    title = models.CharField(_("name of the plan"), max_length=300)
    state = models.CharField(_("state"), max_length=12, choices=PlanState, default=PlanState.DRAFT, editable=False)
    drafted_by = models.UUIDField(_("drafted by"), editable=False)
    drafted_at = models.DateTimeField(_("drafted at"), editable=False)
    reviewed_by = models.UUIDField(_("reviewed by"), null=True, editable=False)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, editable=False)
    review = models.CharField(_("opinion of the review"), max_length=1000, blank=True, editable=False)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan of a year")
        verbose_name_plural = _("plans of the years")
        ordering = ["-year", "-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "consulting",
                        "reviewing",
                        "submitted",
                        "returned",
                        "approved",
                        "in_force",
                        "superseded",
                        "withdrawn",
                    ]
                ),
                name="plan_state_valid",
            ),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="plan_year_valid"),
            models.CheckConstraint(
                condition=Q(kind="original", base__isnull=True) | Q(kind="adjustment", base__isnull=False),
                name="plan_adjusts_another_when_adjustment",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="plan_number_from_1"),
            models.UniqueConstraint(fields=["year", "number"], name="one_plan_a_number"),
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(state__in=["draft", "consulting", "reviewing", "submitted", "returned", "approved"]),
                name="one_open_plan_a_year",
            ),
            models.UniqueConstraint(fields=["year"], condition=Q(state="in_force"), name="one_plan_in_force_a_year"),
            models.CheckConstraint(condition=~Q(title=""), name="plan_has_a_title"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="plan_reviewed_when_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "returned", "approved", "in_force", "superseded"])
                | Q(reviewed_at__isnull=False),
                name="plan_submitted_after_its_review",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("programme:plan", args=[self.public_id])

    def may_move_to(self, state):
        return state in self.MOVES[PlanState(self.state)]

    def get_standing_display(self):
        """Of a row `with_standing`."""
        return dict(STANDINGS)[self.standing]

    @property
    def is_editable(self):
        return self.state in EDITABLE

    @property
    def is_decided(self):
        return self.state in DECIDED

    @property
    def opinions_stand(self):
        """What became of the agencies' opinions went out with the plan, or the version was given up."""
        return self.is_decided or self.state in (PlanState.SUBMITTED, PlanState.WITHDRAWN)


class PlanPaper(Identified):
    """A paper that took a plan one step on: number, date, scan. Papers of a plan run forward in time."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", _("Letter asking for opinions")
        REVIEW = "review", _("Review by Planning and Finance")
        SUBMISSION = "submission", _("Submission to the City People's Committee")
        RETURN = "return", _("Request to complete and submit again")
        APPROVAL = "approval", _("Plan or decision of the City People's Committee")
        ASSIGNMENT = "assignment", _("Decision assigning the tasks")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="papers", verbose_name=_("plan of a year"))
    kind = models.CharField(_("paper"), max_length=12, choices=Kind)
    number = models.CharField(_("number"), max_length=60)
    signed_on = models.DateField(_("date"))
    about = models.CharField(_("content"), max_length=1000, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("scan"))
    entered_by = models.UUIDField(_("entered by"))
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("paper of a plan")
        verbose_name_plural = _("papers of a plan")
        ordering = ["signed_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["consultation", "review", "submission", "return", "approval", "assignment"]),
                name="plan_paper_kind_valid",
            ),
            models.CheckConstraint(condition=~Q(number=""), name="plan_paper_has_a_number"),
            models.UniqueConstraint(
                fields=["number", "signed_on"], condition=Q(kind="approval"), name="one_plan_an_approval"
            ),
        ]

    def __str__(self):
        return f"{self.number}, {self.signed_on:%d/%m/%Y}"


class PlanItemQuerySet(models.QuerySet):
    def kept(self):
        return self.filter(dropped=False)

    def standing(self):
        """Lines of each year's plan as it stands: of the version in force, where there is none of the open one."""
        in_force = Plan.objects.in_force().values("year")
        return self.kept().filter(
            Q(plan__state=PlanState.IN_FORCE) | (Q(plan__state__in=OPEN) & ~Q(plan__year__in=in_force))
        )


class PlanItem(Identified, Versioned):
    """The line of a task in one version of a plan. The task is the same in every version; its words may change."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="items", verbose_name=_("plan of a year"))
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="items", verbose_name=_("task"))
    position = models.PositiveSmallIntegerField(_("place in its content area"), default=1)
    content_area = models.ForeignKey(
        ContentArea, on_delete=models.PROTECT, related_name="+", verbose_name=_("content area")
    )
    what = models.CharField(_("task"), max_length=500)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead office")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead agency")
    )
    partners = models.CharField(_("co-ordinating units"), max_length=500, blank=True)
    deliverable = models.CharField(_("deliverable"), max_length=500)
    due_on = models.DateField(_("due on"))
    indicator_code = models.CharField(_("indicator it serves"), max_length=60, blank=True)
    effect = models.CharField(_("expected effect"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    dropped = models.BooleanField(_("left out of this version"), default=False, editable=False)
    why = models.CharField(_("why it moved"), max_length=500, blank=True)
    changed_by = models.UUIDField(_("last changed by"), editable=False)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a plan")
        verbose_name_plural = _("lines of a plan")
        ordering = ["content_area__code", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "task"], name="one_line_a_task_and_plan"),
            models.CheckConstraint(
                condition=Q(office__isnull=False, agency__isnull=True) | Q(office__isnull=True, agency__isnull=False),
                name="plan_item_led_by_one",
            ),
            models.CheckConstraint(condition=~Q(what="") & ~Q(deliverable=""), name="plan_item_has_what_and_result"),
            models.CheckConstraint(condition=Q(dropped=False) | ~Q(why=""), name="plan_item_dropped_for_a_reason"),
        ]

    def __str__(self):
        return self.what

    def get_absolute_url(self):
        return f"{self.plan.get_absolute_url()}#line-{self.public_id}"

    @property
    def lead(self):
        return self.office or self.agency

    @property
    def indicator(self):
        return indicator_name(self.indicator_code)


class PlanEstimate(models.Model):
    """What a line is estimated to need from one source."""

    item = models.ForeignKey(
        PlanItem, on_delete=models.PROTECT, related_name="estimates", verbose_name=_("line of a plan")
    )
    source = models.ForeignKey(
        MoneySource, on_delete=models.PROTECT, related_name="+", verbose_name=_("source of money")
    )
    amount_vnd = models.BigIntegerField(_("estimated cost"))

    class Meta:
        verbose_name = _("estimate of a line")
        verbose_name_plural = _("estimates of lines")
        ordering = ["source__code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "source"], name="one_estimate_a_source"),
            models.CheckConstraint(
                condition=Q(amount_vnd__gt=0, amount_vnd__lte=MOST_VND), name="plan_estimate_positive"
            ),
        ]

    def __str__(self):
        return f"{self.item}: {self.source}"


class PlanFundingQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_at__isnull=True)


class PlanFunding(Identified):
    """How much of a line's estimate a budget line carries: planned and assigned money are two acts and may differ."""

    estimate = models.ForeignKey(
        PlanEstimate, on_delete=models.PROTECT, related_name="fundings", verbose_name=_("estimate of a line")
    )
    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="fundings", verbose_name=_("budget line")
    )
    amount_vnd = models.BigIntegerField(_("amount of money"))
    linked_by = models.UUIDField(_("linked by"))
    linked_at = models.DateTimeField(_("money linked at"))
    withdrawn_by = models.UUIDField(_("link taken back by"), null=True)
    withdrawn_at = models.DateTimeField(_("link taken back at"), null=True)

    objects = PlanFundingQuerySet.as_manager()

    class Meta:
        verbose_name = _("money assigned to a planned task")
        verbose_name_plural = _("money assigned to planned tasks")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["estimate", "line"], condition=Q(withdrawn_at__isnull=True), name="one_funding_a_line"
            ),
            models.CheckConstraint(
                condition=Q(amount_vnd__gt=0, amount_vnd__lte=MOST_VND), name="plan_funding_positive"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="plan_funding_withdrawn_when_and_by",
            ),
        ]

    def __str__(self):
        return f"{self.estimate} – {self.line}"


class OverlapDecision(Identified):
    """Two tasks that look alike are not the same: who says so, when and why."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+", verbose_name=_("task"))
    other = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+", verbose_name=_("other task"))
    why = models.CharField(_("why they do not overlap"), max_length=500)
    decided_by = models.UUIDField(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision on an overlap")
        verbose_name_plural = _("decisions on overlaps")
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "other"], name="one_overlap_decision_a_pair"),
            models.CheckConstraint(condition=Q(task__lt=F("other")), name="overlap_pair_in_order"),
            models.CheckConstraint(condition=~Q(why=""), name="overlap_decided_for_a_reason"),
        ]

    def __str__(self):
        return f"{self.task} / {self.other}"
