"""Tasks that the Committee or a meeting's conclusions gave, tracked beside the plan's own."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from audit.identity import Identified, Versioned
from documents.models import StoredFile
from screens.text import fold


class GivenTaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=GivenTask.State.OPEN)

    def late(self, today):
        return self.open().filter(deadline__lt=today)

    def same_as(self, given):
        """Others that ask the same office for the same by the same document."""
        same = self.filter(folded=given.folded, document_on=given.document_on, office=given.office_id)
        return same.exclude(pk=given.pk).exclude(state=GivenTask.State.CANCELLED)

    def in_charge_of(self, user, offices):
        return self.open().filter(Q(office_id__in=offices) | Q(person=user))


class GivenTask(Identified, Versioned):
    """What a paper from above asks of the Department: who is in charge and by when."""

    class State(models.TextChoices):
        OPEN = "open", _("Under way")
        DONE = "done", _("Finished")
        CANCELLED = "cancelled", _("No longer asked for")

    MOVES = {State.OPEN: {State.DONE, State.CANCELLED}, State.DONE: {State.OPEN}, State.CANCELLED: set()}

    document = models.CharField(_("number of the document"), max_length=60)
    document_on = models.DateField(_("date of the document"))
    issuer = models.CharField(_("issued by"), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("scan"))
    content = models.CharField(_("what is asked"), max_length=1000)
    folded = models.TextField(editable=False, default="")
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="given_tasks", verbose_name=_("office in charge")
    )
    person = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="given_tasks",
        verbose_name=_("person in charge"),
    )
    taken_from = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("taken from")
    )
    deadline = models.DateField(_("deadline"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    outcome = models.CharField(_("result or reason"), max_length=1000, blank=True, editable=False)
    entered_by = models.UUIDField(_("entered by"), editable=False)
    entered_at = models.DateTimeField(_("entered at"), editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = GivenTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("given task")
        verbose_name_plural = _("given tasks")
        ordering = ["deadline", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "done", "cancelled"]), name="given_state_valid"),
            models.CheckConstraint(
                condition=~Q(document="") & ~Q(issuer="") & ~Q(content=""), name="given_has_document_and_content"
            ),
            models.CheckConstraint(
                condition=Q(deadline__gte=F("document_on")), name="given_deadline_after_its_document"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_on__isnull=True, outcome="")
                | (~Q(state="open") & Q(ended_on__isnull=False) & ~Q(outcome="")),
                name="given_ended_with_its_outcome",
            ),
        ]
        indexes = [models.Index(fields=["state", "deadline"], name="given_by_state")]

    def __str__(self):
        return self.content

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def derive(self):
        self.folded = fold(f"{self.document} {self.issuer} {self.content}")

    def get_absolute_url(self):
        return reverse("programme:given_task", args=[self.public_id])

    def may_move_to(self, state):
        return state in self.MOVES[self.State(self.state)]

    def is_late(self, today):
        return self.state == self.State.OPEN and self.deadline < today

    @property
    def concluded(self):
        """The conclusion of a meeting that it came from; None of a task that was entered from a paper."""
        return getattr(self, "conclusion", None)

    @property
    def concluded_fields(self):
        """What stands in the signed notice and is changed by nobody afterwards; the deadline moves, but not by an edit."""
        if self.concluded is None:
            return frozenset()
        fields = {"document", "document_on", "issuer", "content", "office", "deadline"}
        return frozenset(fields | ({"person"} if self.concluded.person_id else set()))


class GivenTaskReport(Identified):
    """What was done about a given task, as reported on a day. Added, never changed."""

    given = models.ForeignKey(GivenTask, on_delete=models.PROTECT, related_name="reports", verbose_name=_("given task"))
    done = models.TextField(_("what was done"), max_length=2000)
    by = models.UUIDField(_("reported by"))
    at = models.DateTimeField(_("reported at"))

    class Meta:
        verbose_name = _("report on a given task")
        verbose_name_plural = _("reports on given tasks")
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(done=""), name="given_report_says_what_was_done")]

    def __str__(self):
        return self.done


class GivenDeadline(Identified):
    """Another deadline of a given task: by which paper, or else by whose decision, and why. Added, never changed."""

    given = models.ForeignKey(
        GivenTask, on_delete=models.PROTECT, related_name="deadlines", verbose_name=_("given task")
    )
    former = models.DateField(_("former deadline"))
    deadline = models.DateField(_("deadline"))
    document = models.CharField(_("number of the document"), max_length=60, blank=True)
    document_on = models.DateField(_("date of the document"), null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("scan"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.UUIDField(_("entered by"))
    at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("new deadline of a given task")
        verbose_name_plural = _("new deadlines of given tasks")
        ordering = ["given", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(deadline=F("former")), name="given_deadline_is_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="given_deadline_with_a_reason"),
            models.CheckConstraint(
                condition=Q(document="", document_on__isnull=True, file__isnull=True)
                | (~Q(document="") & Q(document_on__isnull=False)),
                name="given_deadline_paper_whole",
            ),
        ]

    def __str__(self):
        return str(self.deadline)
