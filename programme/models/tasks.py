"""A task of the programme: what is planned, paid for, carried out and reported, through all versions of its plans."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from audit.identity import Identified, Versioned
from reference.models import Agency, ContentArea
from screens.text import fold


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
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

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
        ]

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
