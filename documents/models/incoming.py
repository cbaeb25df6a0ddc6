"""Papers that came in: the line of their register, their scans, and whose hands they went through."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office, Post
from accounts.roles import LEADERS, Role
from audit.identity import Identified, Versioned
from documents.incoming_states import SEERS, IncomingState, incoming_move
from documents.models.imports import StoredFile
from documents.models.numbers import NumberCounter, NumberSeries, PaperNumber
from documents.models.papers import offices_headed_by
from documents.paper_states import OFFICE
from screens.text import fold, plain_letters


class IncomingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The Department's Office, the leaders and auditors see all; others what came into their own or their office's hands."""
        if not user.is_authenticated or not user.roles & SEERS:
            return self.none()
        if user.roles & (OFFICE | LEADERS | {Role.AUDITOR}):
            return self.all()
        offices = Post.objects.in_force(timezone.localdate()).filter(user=user).values("office")
        steps = IncomingStep.objects.filter(Q(person=user) | Q(office__in=offices))
        return self.filter(pk__in=steps.values("paper"))

    def waiting_for(self, user, on):
        """Those that this person deals with or passes on next."""
        waiting = Q(state=IncomingState.HANDLING, person=user) | Q(
            state=IncomingState.HANDLING, person__isnull=True, office__in=offices_headed_by(user, on)
        )
        if user.roles & OFFICE:
            waiting |= Q(state=IncomingState.ENTERED)
        return self.filter(waiting)

    def held_by(self, person):
        """Those that were given to this very person and are not dealt with."""
        return self.filter(state=IncomingState.HANDLING, person=person)

    def late(self, on):
        return self.filter(state=IncomingState.HANDLING, due_on__lt=on)


class IncomingPaper(Identified, Versioned):
    """A paper that came in: a line of the register of incoming papers (sổ đăng ký văn bản đến).

    Its number of arrival and its day stay for ever. Who has it until when follows from its newest step.
    """

    State = IncomingState

    class Urgency(models.TextChoices):
        NORMAL = "normal", pgettext_lazy("urgency of a paper", "Not urgent")
        URGENT = "urgent", pgettext_lazy("urgency of a paper", "Urgent (khẩn)")
        VERY = "very", pgettext_lazy("urgency of a paper", "Very urgent (thượng khẩn)")
        EXPRESS = "express", pgettext_lazy("urgency of a paper", "Express (hỏa tốc)")

    counter = models.ForeignKey(
        NumberCounter, on_delete=models.PROTECT, related_name="arrivals", verbose_name=_("counter of numbers")
    )
    series = models.ForeignKey(
        NumberSeries, on_delete=models.PROTECT, related_name="arrivals", verbose_name=_("series of numbers")
    )
    by_portal = models.BooleanField(_("given by the portal"))
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number of arrival"))
    arrived_on = models.DateField(_("day of arrival"))
    issuer = models.CharField(_("issued by"), max_length=200)
    symbol = models.CharField(_("number and symbol"), max_length=80, blank=True)
    issued_on = models.DateField(_("date of the paper"), null=True, blank=True)
    kind = models.CharField(_("kind of paper"), max_length=60)
    subject = models.CharField(_("abstract of the content"), max_length=500)
    urgency = models.CharField(_("urgency"), max_length=7, choices=Urgency, default=Urgency.NORMAL)
    pages = models.PositiveSmallIntegerField(_("pages"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.CharField(_("entered by"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=IncomingState, default=IncomingState.ENTERED)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("office in charge")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("person in charge"),
    )
    due_on = models.DateField(_("deadline"), null=True)
    step_count = models.PositiveSmallIntegerField(_("steps taken"), default=0)
    passed_at = models.DateTimeField(_("passed on at"), null=True)
    done_at = models.DateTimeField(_("dealt with at"), null=True)
    answer = models.ForeignKey(
        PaperNumber, on_delete=models.PROTECT, null=True, related_name="answered", verbose_name=_("answer")
    )
    source_key = models.CharField(max_length=400, editable=False, default="")
    folded = models.TextField(editable=False, default="")

    objects = IncomingQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper that came in")
        verbose_name_plural = _("papers that came in")
        ordering = ["-arrived_on", "-id"]
        indexes = [
            models.Index(F("arrived_on").desc(), F("id").desc(), name="arrival_by_day"),
            models.Index(fields=["state", "due_on"], name="arrival_by_state"),
            models.Index(fields=["person", "state"], name="arrival_by_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["counter", "number"],
                condition=Q(by_portal=True) | ~Q(state="void"),
                name="one_arrival_a_number",
            ),
            models.UniqueConstraint(
                fields=["source_key", "issued_on"],
                condition=~Q(state="void") & ~Q(source_key=""),
                name="one_arrival_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["entered", "handling", "done", "void"]), name="arrival_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=["normal", "urgent", "very", "express"]), name="arrival_urgency_valid"
            ),
            models.CheckConstraint(
                condition=Q(number__gt=0) & ~Q(issuer="") & ~Q(kind="") & ~Q(subject=""), name="arrival_says_what_came"
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(issued_on__lte=F("arrived_on")), name="arrival_after_its_date"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["handling", "done"]) | Q(office__isnull=False, passed_at__isnull=False),
                name="arrival_in_some_hands",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | ~Q(state="done") & Q(done_at__isnull=True),
                name="arrival_done_with_its_time",
            ),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("documents:incoming", args=[self.public_id])

    @property
    def is_void(self):
        return self.state == IncomingState.VOID

    @property
    def called(self):
        """How it is named elsewhere: its number of arrival and the year."""
        return f"{self.number:02d}/{self.year}"

    def may(self, verb):
        return incoming_move(verb, IncomingState(self.state)) is not None

    def derive(self):
        symbol = fold(plain_letters(self.symbol)).replace(" ", "")
        self.source_key = f"{symbol} | {fold(self.issuer)}"[:400] if symbol else ""
        self.folded = fold(f"{self.number} {self.symbol} {self.issuer} {self.kind} {self.subject} {self.note}")

    def is_late(self, on):
        return self.state == IncomingState.HANDLING and self.due_on is not None and self.due_on < on


class IncomingScan(Identified):
    """A scan of a paper that came in. A better one is added; none is ever taken away. What its signatures were worth is kept as
    it was found when it came (nothing where they could not be read)."""

    paper = models.ForeignKey(
        IncomingPaper, on_delete=models.PROTECT, related_name="scans", verbose_name=_("paper that came in")
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    added_at = models.DateTimeField(_("added at"))
    added_by = models.CharField(_("added by"), max_length=80)
    signatures = models.JSONField(_("signatures"), null=True)
    verified_at = models.DateTimeField(_("signatures verified at"), null=True)

    class Meta:
        verbose_name = _("scan of a paper that came in")
        verbose_name_plural = _("scans of papers that came in")
        ordering = ["paper", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "file"], name="one_scan_a_file"),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=False) | Q(signatures__isnull=True), name="scan_signatures_verified"
            ),
        ]

    def __str__(self):
        return self.file.original_name

    @property
    def may_be_signed(self):
        return self.file.format == "pdf"


class IncomingStep(Identified):
    """Into whose hands a paper was given, until when and with what instruction; or how it was dealt with. Never changed."""

    paper = models.ForeignKey(
        IncomingPaper, on_delete=models.PROTECT, related_name="steps", verbose_name=_("paper that came in")
    )
    place = models.PositiveSmallIntegerField(_("place on the way"))
    verb = models.CharField(_("step"), max_length=6)
    source = models.CharField(_("state before"), max_length=8, choices=IncomingState)
    target = models.CharField(_("state"), max_length=8, choices=IncomingState)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("office in charge")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("person in charge"),
    )
    due_on = models.DateField(_("deadline"), null=True)
    instruction = models.TextField(_("instruction"), blank=True)
    instructed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("instruction of"),
    )
    answer = models.ForeignKey(
        PaperNumber, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("answer")
    )
    note = models.CharField(_("result or reason"), max_length=500, blank=True)
    by = models.CharField(_("by"), max_length=80)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a paper that came in")
        verbose_name_plural = _("steps of papers that came in")
        ordering = ["paper", "place"]
        indexes = [
            models.Index(fields=["office", "paper"], name="incoming_step_of_office"),
            models.Index(fields=["person", "paper"], name="incoming_step_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["paper", "place"], name="one_incoming_step_a_place"),
            models.CheckConstraint(
                condition=Q(verb="pass", office__isnull=False, answer__isnull=True)
                | Q(verb="finish") & (Q(answer__isnull=False) | ~Q(note=""))
                | Q(verb__in=["reopen", "void"], answer__isnull=True) & ~Q(note=""),
                name="incoming_step_says_what_it_must",
            ),
            models.CheckConstraint(
                condition=Q(instruction="") | Q(instructed_by__isnull=False, verb="pass"),
                name="instruction_of_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.paper_id} {self.place} {self.verb}"
