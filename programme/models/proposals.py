"""What offices, centres and wards propose for a year's plan."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from audit.identity import Identified, Versioned
from programme.models.budget import MOST_VND
from programme.models.plans import PlanItem
from programme.models.scheme import indicator_name
from programme.models.tasks import office_ids
from reference.models import ContentArea, MoneySource


class TaskProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was sent, and the drafts of the person's own office."""
        own = office_ids(user, timezone.localdate())
        return self.filter(~Q(state=TaskProposal.State.DRAFT) | Q(office_id__in=own))

    def to_consider(self):
        return self.filter(state=TaskProposal.State.SENT)


class TaskProposal(Identified, Versioned):
    """A task that an office proposes for a year: what, why, what comes of it, by when, for how much."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being written")
        SENT = "sent", _("Sent, to be considered")
        TAKEN = "taken", _("Taken into the plan")
        DECLINED = "declined", _("Not taken")
        WITHDRAWN = "withdrawn", _("Withdrawn by its office")

    MOVES = {
        State.DRAFT: {State.SENT, State.WITHDRAWN},
        State.SENT: {State.TAKEN, State.DECLINED, State.WITHDRAWN},
        State.TAKEN: {State.SENT},  # when the draft that took it is given up
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
    }

    year = models.PositiveSmallIntegerField(_("for the plan of"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("office"))
    content_area = models.ForeignKey(
        ContentArea, on_delete=models.PROTECT, related_name="+", verbose_name=_("content area")
    )
    what = models.CharField(_("task"), max_length=500)
    reason = models.TextField(_("why it is needed"), max_length=2000)
    deliverable = models.CharField(_("deliverable"), max_length=500)
    due_on = models.DateField(_("due on"))
    partners = models.CharField(_("co-ordinating units"), max_length=500, blank=True)
    indicator_code = models.CharField(_("indicator it serves"), max_length=60, blank=True)
    effect = models.CharField(_("expected effect"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    written_by = models.UUIDField(_("written by"), editable=False)
    written_at = models.DateTimeField(_("written at"), editable=False)
    sent_by = models.UUIDField(_("sent by"), null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    decided_by = models.UUIDField(_("decided by"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=500, blank=True, editable=False)
    item = models.ForeignKey(
        PlanItem,
        on_delete=models.PROTECT,
        null=True,
        related_name="proposals",
        verbose_name=_("line of a plan"),
        editable=False,
    )
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = TaskProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal of a task")
        verbose_name_plural = _("proposals of tasks")
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent", "taken", "declined", "withdrawn"]), name="proposal_state_valid"
            ),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="proposal_year_valid"),
            models.CheckConstraint(condition=~Q(what="") & ~Q(reason=""), name="proposal_says_what_and_why"),
            models.CheckConstraint(
                condition=Q(sent_by__isnull=True, sent_at__isnull=True)
                | Q(sent_by__isnull=False, sent_at__isnull=False),
                name="proposal_sent_when_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "taken", "declined"]) | Q(sent_at__isnull=False),
                name="proposal_decided_after_sent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent"], decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["taken", "declined", "withdrawn"], decided_by__isnull=False, decided_at__isnull=False),
                name="proposal_decided_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state="taken", item__isnull=False) | (~Q(state="taken") & Q(item__isnull=True)),
                name="proposal_taken_names_its_line",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="proposal_declined_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["state", "sent_at"], name="proposal_by_state")]

    def __str__(self):
        return self.what

    def get_absolute_url(self):
        return reverse("programme:proposal", args=[self.public_id])

    def may_move_to(self, state):
        return state in self.MOVES[self.State(self.state)]

    @property
    def indicator(self):
        return indicator_name(self.indicator_code)


class ProposalEstimate(models.Model):
    """What a proposed task would need from one source."""

    proposal = models.ForeignKey(
        TaskProposal, on_delete=models.PROTECT, related_name="estimates", verbose_name=_("proposal of a task")
    )
    source = models.ForeignKey(
        MoneySource, on_delete=models.PROTECT, related_name="+", verbose_name=_("source of money")
    )
    amount_vnd = models.BigIntegerField(_("estimated cost"))

    class Meta:
        verbose_name = _("estimate of a proposal")
        verbose_name_plural = _("estimates of proposals")
        ordering = ["source__code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "source"], name="one_proposal_estimate_a_source"),
            models.CheckConstraint(
                condition=Q(amount_vnd__gt=0, amount_vnd__lte=MOST_VND), name="proposal_estimate_positive"
            ),
        ]

    def __str__(self):
        return f"{self.proposal}: {self.source}"
