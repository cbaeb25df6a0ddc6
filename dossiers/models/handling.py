"""How a lodged dossier is handled: its control slip, the supplements asked for, and what is noted about it."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from audit.identity import Identified, Versioned
from documents.models import StoredFile
from dossiers import states
from dossiers.models.dossiers import Dossier
from dossiers.models.procedures import Component
from dossiers.states import Verb

MOST_FILES = 10  # of one item of a supplement
ANY_KIND = ("pdf", "png", "jpeg", "xlsx", "docx")  # of what no component says it for
PROMISING = [Verb.RECEIVE.value, Verb.ANSWER.value, Verb.EXTEND.value]
REASONED = [
    verb.value for verb in (Verb.REFUSE, Verb.NOT_ELIGIBLE, Verb.STOP, Verb.SEND_BACK, Verb.EXTEND, Verb.WITHDRAW)
]
FOUNDED = [verb.value for verb in (Verb.REFUSE, Verb.NOT_ELIGIBLE, Verb.STOP)]  # on a legal basis that is named


class SlipLineQuerySet(models.QuerySet):
    def with_people(self):
        return self.select_related("by", "handler", "office", "request", "file")

    def promises(self):
        """Lines that promise a day, the first one at the receipt."""
        return self.filter(verb__in=PROMISING, due_on__isnull=False)


class SlipLine(Identified):
    """One line of the control slip of a lodged dossier: who did what, and how the dossier stands from then on.

    Lines are added, never changed. The dossier's state, office, handler and promised day follow from its newest line,
    written by the database itself, so that nothing moves that does not stand on the slip.
    """

    Verb = Verb

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="slip", verbose_name=_("dossier"))
    number = models.PositiveSmallIntegerField(_("line"))
    verb = models.CharField(_("what was done"), max_length=14, choices=Verb)
    source = models.CharField(_("state before"), max_length=14, choices=states.State)
    target = models.CharField(_("state after"), max_length=14, choices=states.State)
    at = models.DateTimeField(_("done at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who did it")
    )

    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("office from then on")
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("who handles")
    )
    starts_on = models.DateField(_("time counts from"), null=True)
    due_on = models.DateField(_("promised day"), null=True)
    steps_done = models.PositiveSmallIntegerField(_("steps done"), default=0)

    note = models.CharField(_("note"), max_length=2000, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=500, blank=True)
    paper_number = models.CharField(_("number of the paper"), max_length=80, blank=True)
    paper_on = models.DateField(_("date of the paper"), null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    request = models.ForeignKey(
        "SupplementRequest", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("supplement")
    )

    objects = SlipLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a control slip")
        verbose_name_plural = _("lines of control slips")
        ordering = ["dossier", "number"]
        indexes = [
            models.Index(fields=["at", "id"], condition=Q(verb="receive"), name="slip_receipt_by_day"),
            models.Index(fields=["paper_number"], condition=Q(verb="issue"), name="slip_result_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="slip_line_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="slip_line_numbered"),
            models.CheckConstraint(condition=Q(verb__in=[verb.value for verb in Verb]), name="slip_verb_valid"),
            models.CheckConstraint(condition=~Q(verb__in=REASONED) | ~Q(note=""), name="slip_reason_given"),
            models.CheckConstraint(condition=~Q(verb__in=FOUNDED) | ~Q(legal_basis=""), name="slip_basis_given"),
            models.CheckConstraint(
                condition=~Q(verb__in=["receive", "extend"]) | Q(due_on__isnull=False), name="slip_day_promised"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True, due_on__isnull=True)
                | Q(starts_on__isnull=False, due_on__isnull=False, due_on__gte=F("starts_on")),
                name="slip_promise_whole",
            ),
            models.CheckConstraint(
                condition=Q(verb="issue", paper_on__isnull=False) & ~Q(paper_number="") & Q(file__isnull=False)
                | ~Q(verb="issue"),
                name="slip_result_is_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(verb__in=["ask", "answer"], request__isnull=False)
                | ~Q(verb__in=["ask", "answer"]) & Q(request__isnull=True),
                name="slip_supplement_named",
            ),
            models.CheckConstraint(
                condition=~Q(verb__in=["assign", "hand_over"]) | Q(office__isnull=False), name="slip_goes_to_somebody"
            ),
        ]

    def __str__(self):
        return f"{self.dossier} – {self.number}"


class RequestQuerySet(models.QuerySet):
    def sent(self):
        """Those that the enterprise read or may read: all but drafts and what was dropped."""
        return self.filter(state__in=[SupplementRequest.State.SENT, SupplementRequest.State.ANSWERED])

    def open(self):
        """The one that is being prepared or waits for the enterprise."""
        return self.filter(state__in=[SupplementRequest.State.PREPARED, SupplementRequest.State.SENT])

    def last_answer(self):
        """When the dossier of a query last came back with a supplement, as a value of that query; none where it never did."""
        given = self.filter(dossier=OuterRef("pk"), answered_at__isnull=False).order_by("-number")
        return Subquery(given.values("answered_at")[:1])

    def answer_day(self):
        """By which day the dossier of a query is to be supplemented, as a value of that query; none where it waits for nothing."""
        waiting = self.filter(dossier=OuterRef("pk"), state=SupplementRequest.State.SENT).order_by()  # there is one
        return Subquery(waiting.values("answer_by")[:1])


class SupplementRequest(Identified, Versioned):
    """What a dossier lacks, item by item, at one stage: prepared, sent after somebody else approved it (at the door by the
    clerk alone), answered by the enterprise. There may be as many as it takes; the third works like the first."""

    class State(models.TextChoices):
        PREPARED = "prepared", pgettext_lazy("supplement", "Prepared, not yet sent")
        SENT = "sent", pgettext_lazy("supplement", "Waiting for the enterprise")
        ANSWERED = "answered", pgettext_lazy("supplement", "Answered")
        DROPPED = "dropped", pgettext_lazy("supplement", "Dropped")

    MOVES = {
        State.PREPARED: {State.SENT, State.DROPPED},
        State.SENT: {State.ANSWERED, State.DROPPED},
        State.ANSWERED: set(),
        State.DROPPED: set(),
    }

    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="supplements", verbose_name=_("dossier")
    )
    number = models.PositiveSmallIntegerField(_("which time"))
    stage = models.CharField(_("stage"), max_length=14, choices=states.State)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PREPARED)
    guidance = models.TextField(_("how to complete it"), max_length=2000, blank=True)
    answer_by = models.DateField(_("to be given by"), null=True)

    prepared_at = models.DateTimeField(_("prepared at"))
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("prepared by")
    )
    sent_at = models.DateTimeField(_("sent at"), null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    dropped_at = models.DateTimeField(_("dropped at"), null=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("dropped by")
    )

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a supplement")
        verbose_name_plural = _("requests for supplements")
        ordering = ["dossier", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="supplement_numbered"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(state__in=["prepared", "sent"]), name="supplement_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["lodged", "received", "appraising"]), name="supplement_stage_valid"
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", sent_at__isnull=True, answered_at__isnull=True, dropped_at__isnull=True)
                | Q(state="sent", sent_at__isnull=False, answered_at__isnull=True, dropped_at__isnull=True)
                | Q(state="answered", sent_at__isnull=False, answered_at__isnull=False, dropped_at__isnull=True)
                | Q(state="dropped", answered_at__isnull=True, dropped_at__isnull=False),
                name="supplement_state_by_its_days",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__gte=F("prepared_at"), sent_by__isnull=False),
                name="supplement_sent_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(sent_by__isnull=True) | Q(stage="lodged") | ~Q(sent_by=F("prepared_by")),
                name="supplement_sent_by_another",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__gte=F("sent_at"), answered_by__isnull=False),
                name="supplement_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True, dropped_by__isnull=True)
                | Q(dropped_at__gte=F("prepared_at"), dropped_by__isnull=False),
                name="supplement_dropped_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.dossier} – {self.number}"

    def may_move_to(self, state):
        return state in self.MOVES[self.State(self.state)]


class SupplementChange(models.Model):
    """Somebody wrote a prepared supplement anew: like whoever prepared it, they do not send it."""

    request = models.ForeignKey(
        SupplementRequest, on_delete=models.PROTECT, related_name="changes", verbose_name=_("request for a supplement")
    )
    at = models.DateTimeField(_("changed at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("change of a request for a supplement")
        verbose_name_plural = _("changes of requests for supplements")
        ordering = ["request", "id"]

    def __str__(self):
        return f"{self.request} – {self.by}"


class SupplementItem(Identified, Versioned):
    """One thing that a dossier lacks: what, why and on which basis; and what the enterprise answered."""

    request = models.ForeignKey(
        SupplementRequest, on_delete=models.PROTECT, related_name="items", verbose_name=_("request for a supplement")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("component of a dossier")
    )
    wanted = models.CharField(_("what is missing or not right"), max_length=500)
    reason = models.CharField(_("reason"), max_length=500)
    legal_basis = models.CharField(_("legal basis"), max_length=300)
    answer = models.TextField(_("answer of the enterprise"), max_length=5000, blank=True)

    class Meta:
        verbose_name = _("item of a supplement")
        verbose_name_plural = _("items of supplements")
        ordering = ["request", "position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="supplement_item_once"),
            models.CheckConstraint(
                condition=~Q(wanted="") & ~Q(reason="") & ~Q(legal_basis=""), name="supplement_item_whole"
            ),
        ]

    def __str__(self):
        return self.wanted

    @property
    def kinds_taken(self):
        return tuple(self.component.formats) if self.component else ANY_KIND

    @property
    def megabytes_taken(self):
        most = settings.UPLOAD_MEGABYTES
        return min(self.component.most_megabytes, most) if self.component else most

    @property
    def is_answered(self):
        """Whether it has words or a file that stands."""
        return bool(self.answer) or any(file.removed_at is None for file in self.files.all())


class DossierNote(Identified):
    """Something staff wrote down for each other about a dossier; the enterprise never sees it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="notes", verbose_name=_("dossier"))
    text = models.TextField(_("internal note"), max_length=3000)
    at = models.DateTimeField(_("written at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["dossier", "-at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="dossier_note_says_something")]

    def __str__(self):
        return self.text[:80]
