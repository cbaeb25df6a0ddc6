"""Opinions asked of other agencies on a draft plan, what they answered, and what became of it."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified, Versioned
from documents.models import StoredFile
from programme.models.plans import Plan, PlanPaper
from reference.models import Agency


class ConsultationQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Consultation.State.WAITING)

    def overdue(self, today):
        """Asked, not answered, and the day has passed."""
        return self.waiting().filter(deadline__lt=today)

    def undealt(self):
        """Comments that were neither taken in nor explained."""
        return self.filter(opinion=Consultation.Opinion.COMMENT, taken="")


class Consultation(Identified, Versioned):
    """One agency asked for its opinion on a draft plan. Silence is written down, never guessed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for the answer")
        ANSWERED = "answered", _("Answered")
        NO_REPLY = "no_reply", _("No written answer")

    class Opinion(models.TextChoices):
        AGREE = "agree", _("Agrees")
        COMMENT = "comment", _("Has comments")
        NONE = "none", _("Has no opinion")

    class Taken(models.TextChoices):
        TAKEN_IN = "taken_in", _("Taken in")
        EXPLAINED = "explained", _("Explained")
        PARTLY = "partly", _("Partly taken in, the rest explained")

    MOVES = {
        State.WAITING: {State.ANSWERED, State.NO_REPLY},
        State.NO_REPLY: {State.ANSWERED},
        State.ANSWERED: set(),
    }

    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="consultations", verbose_name=_("plan of a year")
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    letter = models.ForeignKey(
        PlanPaper,
        on_delete=models.PROTECT,
        related_name="consultations",
        verbose_name=_("letter asking for the opinion"),
    )
    asked_on = models.DateField(_("asked on"))
    deadline = models.DateField(_("to answer by"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING, editable=False)
    answer_number = models.CharField(_("number of the answer"), max_length=60, blank=True)
    answered_on = models.DateField(_("date of the answer"), null=True)
    opinion = models.CharField(_("opinion"), max_length=10, choices=Opinion, blank=True)
    words = models.TextField(_("content of the opinion"), max_length=4000, blank=True)
    taken = models.CharField(_("how it was taken"), max_length=10, choices=Taken, blank=True)
    taken_words = models.TextField(_("what was taken in, what is explained"), max_length=4000, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("scan"))
    entered_by = models.UUIDField(_("entered by"), null=True, editable=False)
    entered_at = models.DateTimeField(_("entered at"), null=True, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["deadline", "agency__code", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "answered", "no_reply"]), name="consultation_state_valid"
            ),
            models.UniqueConstraint(
                fields=["plan", "agency"], condition=Q(state="waiting"), name="one_waiting_consultation_an_agency"
            ),
            models.CheckConstraint(condition=Q(deadline__gte=F("asked_on")), name="consultation_deadline_after_asking"),
            models.CheckConstraint(
                condition=Q(state="answered", answered_on__isnull=False, opinion__in=["agree", "comment", "none"])
                & ~Q(answer_number="")
                | (
                    ~Q(state="answered")
                    & Q(answered_on__isnull=True, opinion="", answer_number="", words="", taken="", taken_words="")
                ),
                name="consultation_answered_with_its_paper",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("asked_on")),
                name="consultation_answered_after_asking",
            ),
            models.CheckConstraint(
                condition=~Q(opinion="comment") | ~Q(words=""), name="consultation_comment_has_words"
            ),
            models.CheckConstraint(
                condition=Q(taken="") | (Q(taken__in=["taken_in", "explained", "partly"]) & ~Q(taken_words="")),
                name="consultation_taken_with_words",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", entered_by__isnull=True, entered_at__isnull=True)
                | Q(state__in=["answered", "no_reply"], entered_by__isnull=False, entered_at__isnull=False),
                name="consultation_entered_when_and_by",
            ),
        ]

    def __str__(self):
        return f"{self.agency} – {self.plan}"

    def get_absolute_url(self):
        return reverse("programme:consultation", args=[self.public_id])

    def may_move_to(self, state):
        return state in self.MOVES[self.State(self.state)]

    def is_overdue(self, today):
        return self.state == self.State.WAITING and self.deadline < today
