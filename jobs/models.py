from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified


class JobQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])


class Job(Identified):
    """Long work. The row is the truth: the broker only says that there may be something to do."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to run")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = {
        State.QUEUED: {State.RUNNING, State.CANCELLED, State.FAILED},
        State.RUNNING: {State.QUEUED, State.DONE, State.FAILED},
        State.DONE: set(),
        State.FAILED: {State.QUEUED},
        State.CANCELLED: set(),
    }

    kind = models.CharField(_("kind"), max_length=60)
    period = models.CharField(_("period"), max_length=60, blank=True)
    params = models.JSONField(_("parameters"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("of"), default=0)
    message = models.CharField(_("message"), max_length=300, blank=True)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("error"), blank=True)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    actor = models.CharField(_("asked by"), max_length=80)
    created_at = models.DateTimeField(_("asked at"))
    published_at = models.DateTimeField(_("sent to the worker at"), null=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    runner = models.CharField(_("runs on"), max_length=120, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [models.Index(fields=["state", "id"], name="job_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "done", "failed", "cancelled"]), name="job_state_valid"
            ),
            models.UniqueConstraint(fields=["kind", "period"], condition=~Q(period=""), name="one_job_a_period"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_finished_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(started_at__gte=F("created_at")), name="job_starts_after_asked"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.period}".strip()

    @property
    def is_over(self):
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self):
        return min(100, self.done * 100 // self.total) if self.total else 0


class Operation(models.Model):
    """What a person or machine may repeat, kept with its answer: the same key does the work once.

    `scope` is the actor or client, `verb` what was asked, `digest` SHA-256 of the body, `answer` what was replied.
    """

    scope = models.CharField(max_length=80)
    verb = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        constraints = [models.UniqueConstraint(fields=["scope", "verb", "key"], name="one_operation_a_key")]

    def __str__(self):
        return f"{self.scope} {self.verb} {self.key}"


class Sign(models.Model):
    """The last sign of life of a process: "worker", "beat", "sealer"."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self):
        return f"{self.name} {self.at}"
