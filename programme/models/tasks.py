"""A task of the programme: what is planned, paid for, carried out and reported, through all versions of its plans."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, Post
from accounts.roles import STAFF
from audit.identity import Identified, Versioned
from documents.models import StoredFile
from reference.models import Agency, ContentArea
from screens.text import fold


def office_ids(user, on):
    """Offices in which the person holds a post on the day."""
    return set(Post.objects.filter(user=user).in_force(on).values_list("office_id", flat=True))


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see every task; whoever only reads does not see what stands in a draft alone."""
        return self if user.roles & STAFF else self.exclude(state=Task.State.PLANNED)

    def open(self):
        """Assigned and not yet finished."""
        return self.filter(state__in=[Task.State.ASSIGNED, Task.State.UNDER_WAY])

    def late(self, today):
        return self.open().filter(due_on__lt=today)

    def led_by(self, offices):
        return self.filter(office_id__in=offices)

    def of_year(self, year):
        """Tasks with a line in the year's plan as it stands: the version in force, else the one being made."""
        from programme.models.plans import PlanItem

        lines = PlanItem.objects.standing().filter(plan__year=year)
        return self.filter(pk__in=lines.values("task_id"))


class Task(Identified, Versioned):
    """One task, led by an office of the Department or by another agency.

    Its words are those of the plan version in force; earlier versions keep theirs (`programme.models.plans`).
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("In a draft plan")
        APPROVED = "approved", _("In an approved plan")
        ASSIGNED = "assigned", _("Assigned, waiting for acceptance")
        UNDER_WAY = "under_way", _("Under way")
        DONE = "done", _("Finished")
        DROPPED = "dropped", _("Dropped by an adjustment")

    MOVES = {
        State.PLANNED: {State.APPROVED, State.DROPPED},
        State.APPROVED: {State.ASSIGNED, State.DROPPED},
        State.ASSIGNED: {State.UNDER_WAY, State.DROPPED},
        State.UNDER_WAY: {State.DONE, State.DROPPED},
        State.DONE: {State.UNDER_WAY},
        State.DROPPED: set(),
    }

    code = models.CharField(_("code"), max_length=30, unique=True)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    what = models.CharField(_("task"), max_length=500)
    folded = models.TextField(editable=False, default="")
    content_area = models.ForeignKey(
        ContentArea, on_delete=models.PROTECT, related_name="+", verbose_name=_("content area")
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("lead office")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead agency")
    )
    deliverable = models.CharField(_("deliverable"), max_length=500, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PLANNED)
    percent = models.PositiveSmallIntegerField(_("progress (%)"), default=0)
    accepted_by = models.UUIDField(_("accepted by"), null=True, editable=False)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    finished_on = models.DateField(_("finished on"), null=True, editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["planned", "approved", "assigned", "under_way", "done", "dropped"]),
                name="task_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(office__isnull=False, agency__isnull=True) | Q(office__isnull=True, agency__isnull=False),
                name="task_led_by_one",
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="task_percent_at_most_100"),
            models.CheckConstraint(condition=~Q(state="done") | Q(percent=100), name="task_done_is_100_percent"),
            models.CheckConstraint(condition=Q(first_year__gte=2000, first_year__lte=2100), name="task_year_valid"),
            models.CheckConstraint(condition=~Q(what="") & ~Q(code=""), name="task_has_a_name"),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True, accepted_at__isnull=True)
                | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="task_accepted_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(state="done"), name="task_finished_only_when_done"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="task_by_state")]

    def __str__(self):
        return self.what

    def save(self, *args, **kwargs):
        self.folded = fold(f"{self.code} {self.what}")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("programme:task", args=[self.public_id])

    @property
    def lead(self):
        """Who carries it out: an office of the Department or another agency."""
        return self.office or self.agency

    def is_late(self, today):
        return self.state in (self.State.ASSIGNED, self.State.UNDER_WAY) and bool(self.due_on) and self.due_on < today

    def may_move_to(self, state):
        return state in self.MOVES[self.State(self.state)]


class TaskReport(Identified):
    """How far a task has come, as its office reported on a day. Reports are added, never changed."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reports", verbose_name=_("task"))
    on = models.DateField(_("state of affairs on"))
    percent = models.PositiveSmallIntegerField(_("progress (%)"))
    done = models.TextField(_("what was done"), max_length=2000)
    difficulty = models.TextField(_("difficulties, proposals"), max_length=2000, blank=True)
    by = models.UUIDField(_("reported by"))
    at = models.DateTimeField(_("reported at"))

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="report_percent_at_most_100"),
            models.CheckConstraint(condition=~Q(done=""), name="report_says_what_was_done"),
        ]

    def __str__(self):
        return f"{self.percent}% – {self.on:%d/%m/%Y}"


class Deliverable(Identified, Versioned):
    """What a task hands over, by when, and the evidence that it was."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="deliverables", verbose_name=_("task"))
    name = models.CharField(_("deliverable"), max_length=500)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    delivered_by = models.UUIDField(_("entered by"), null=True, editable=False)
    delivered_at = models.DateTimeField(_("entered at"), null=True, editable=False)

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="deliverable_has_a_name"),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True, delivered_by__isnull=True, delivered_at__isnull=True)
                | Q(delivered_on__isnull=False, delivered_by__isnull=False, delivered_at__isnull=False),
                name="deliverable_delivered_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | ~Q(evidence="") | Q(file__isnull=False),
                name="deliverable_delivered_with_evidence",
            ),
        ]

    def __str__(self):
        return self.name
