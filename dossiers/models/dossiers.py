"""Dossiers: what an enterprise lodges under a version of a procedure, with the files of its components."""

import secrets
from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from accounts.roles import ENTERPRISE_ROLES
from audit.identity import Identified, Versioned
from documents.models import StoredFile
from dossiers.models.procedures import Component, ProcedureVersion
from dossiers.states import CLERKS, READERS, RUNNING, TURNS, State, move_between
from enterprises.models import Enterprise, Membership
from enterprises.models.search import SearchIndex

STATES = [state.value for state in State]
NEVER_LODGED = [State.DRAFT.value, State.WITHDRAWN.value]


class DossierQuerySet(models.QuerySet):
    def of_enterprises_of(self, user):
        """Those of the enterprises that the person acts for, whatever record they were lodged under."""
        held = Membership.objects.held_by(user).values("enterprise_id")
        return self.filter(Q(enterprise__in=held) | Q(enterprise__merged_into__in=held))

    def visible_to(self, user):
        """The enterprise sees its own, but not what a clerk is still typing in; those of the Department who have to do with
        dossiers see what was lodged, and those who type in paper also what they type."""
        if not user.is_authenticated:
            return self.none()
        own = Q(pk__in=Dossier.objects.of_enterprises_of(user).values("pk")) & (
            Q(channel=Dossier.Channel.ONLINE) | Q(submitted_at__isnull=False)
        )
        if not user.roles & READERS:
            return self.filter(own)
        seen = Q(submitted_at__isnull=False)
        if user.roles & CLERKS:
            seen |= ~Q(channel=Dossier.Channel.ONLINE)
        return self.filter(seen | own if user.roles & ENTERPRISE_ROLES else seen)

    def lodged(self):
        """All that were ever lodged."""
        return self.filter(submitted_at__isnull=False)

    def drafts(self):
        return self.filter(state=State.DRAFT)


class Dossier(Identified, Versioned):
    """What an enterprise asks for under one version of a procedure. A draft until its signatory lodges it; then it stands
    as it was lodged. What came on paper is typed in by a clerk, who never becomes the applicant; what came from the one-stop
    system is lodged by that system's account, which does not either, and handled at our end as paper is."""

    State = State

    class Channel(models.TextChoices):
        ONLINE = "online", _("Online")
        COUNTER = "counter", _("At the counter")
        POST = "post", _("By post")
        ONE_STOP = "one_stop", _("From the one-stop system")

    procedure_version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("version of a procedure")
    )
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("enterprise")
    )
    state = models.CharField(_("state"), max_length=14, choices=State, default=State.DRAFT)
    code = models.CharField(_("dossier code"), max_length=200, null=True, unique=True, editable=False)
    # of the address at which whoever holds the receipt looks it up; 144 random bits
    token = models.CharField(max_length=40, unique=True, default=partial(secrets.token_urlsafe, 18), editable=False)
    channel = models.CharField(_("way of lodging"), max_length=8, choices=Channel, default=Channel.ONLINE)

    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("applicant")
    )
    applicant_name = models.CharField(_("applicant"), max_length=150, blank=True)
    applicant_right = models.CharField(_("in what right it was lodged"), max_length=400, blank=True)
    lodged_name = models.CharField(_("name of the enterprise when it was lodged"), max_length=300, blank=True)
    lodged_tax_code = models.CharField(_("tax code when it was lodged"), max_length=20, blank=True)
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("typed in by")
    )
    arrived_on = models.DateField(_("day the paper arrived or it was lodged elsewhere"), null=True)
    outside_code = models.CharField(_("code in the one-stop system"), max_length=60, blank=True, editable=False)
    # the same in one way of writing, so that a code is one whatever its capitals and however its marks are written
    outside_key = models.TextField(blank=True, editable=False, default="", db_default="")

    answers = models.JSONField(_("answers"), default=dict)
    typed = models.JSONField(_("typed and not yet right"), default=dict)
    left_out = models.JSONField(_("answers that a new version does not ask for"), default=list)
    facts = models.JSONField(_("enterprise data as they stood when it was lodged"), default=dict)

    started_at = models.DateTimeField(_("begun at"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("begun by")
    )
    saved_at = models.DateTimeField(_("saved at"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("saved by")
    )
    saved_in = models.UUIDField(_("window it was saved from"), null=True)
    submitted_at = models.DateTimeField(_("lodged at"), null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("lodged by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("withdrawn by")
    )
    withdrawn_reason = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="copies", verbose_name=_("copied from")
    )

    # written by the database from the newest line of the control slip
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("office that handles"),
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("who handles"),
    )  # fmt: skip
    starts_on = models.DateField(_("time counts from"), null=True, editable=False)
    due_on = models.DateField(_("promised day"), null=True, editable=False)
    steps_done = models.PositiveSmallIntegerField(_("steps done"), default=0, editable=False)

    folded = models.TextField(editable=False, default="")

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ["-submitted_at", "-id"]
        indexes = [
            models.Index(F("submitted_at").desc(), F("id").desc(), name="dossier_by_day"),
            models.Index(fields=["state", "-submitted_at", "-id"], name="dossier_by_state"),
            models.Index(fields=["enterprise", "-started_at"], name="dossier_by_enterprise"),
            models.Index(fields=["due_on", "id"], condition=Q(state__in=RUNNING), name="dossier_by_due_day"),
            models.Index(fields=["handler", "due_on"], condition=Q(handler__isnull=False), name="dossier_by_handler"),
            SearchIndex(fields=["folded"], name="dossier_search"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="dossier_state_valid"),
            models.CheckConstraint(
                condition=Q(channel__in=["online", "counter", "post", "one_stop"]), name="dossier_channel_valid"
            ),
            models.CheckConstraint(
                condition=Q(
                    code__isnull=True, submitted_at__isnull=True, submitted_by__isnull=True, state__in=NEVER_LODGED
                )
                | Q(code__isnull=False, submitted_at__isnull=False, submitted_by__isnull=False)
                & ~Q(code="")
                & ~Q(state="draft")
                & ~Q(applicant_name=""),
                name="dossier_lodged_whole",
            ),
            models.CheckConstraint(
                condition=Q(channel="online", typed_by__isnull=True, arrived_on__isnull=True)
                | Q(channel__in=["counter", "post", "one_stop"], typed_by__isnull=False, arrived_on__isnull=False)
                & ~Q(applicant_name=""),
                name="dossier_paper_typed_in",
            ),
            models.CheckConstraint(
                condition=Q(channel="online", submitted_at__isnull=True, applicant__isnull=True)
                | Q(channel="online", submitted_at__isnull=False, applicant__isnull=False)
                | Q(channel__in=["counter", "post", "one_stop"], applicant__isnull=True),
                name="dossier_clerk_no_applicant",
            ),
            models.CheckConstraint(
                condition=Q(outside_code="") | Q(channel="one_stop"), name="dossier_outside_code_of_a_system"
            ),
            models.UniqueConstraint(
                fields=["typed_by", "outside_key"], condition=~Q(outside_key=""), name="dossier_outside_code_once"
            ),
            models.CheckConstraint(
                condition=Q(outside_code="", outside_key="") | ~Q(outside_code="") & ~Q(outside_key=""),
                name="dossier_outside_code_with_key",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawn_reason="")
                | ~Q(state="withdrawn") & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason=""),
                name="dossier_withdrawn_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["draft", "lodged"])
                | Q(office__isnull=True, handler__isnull=True, starts_on__isnull=True, due_on__isnull=True),
                name="dossier_in_hand_once_received",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True, due_on__isnull=True) | Q(due_on__gte=F("starts_on")),
                name="dossier_promise_whole",
            ),
            models.CheckConstraint(
                condition=Q(saved_at__gte=F("started_at"))
                & (Q(submitted_at__isnull=True) | Q(submitted_at__gte=F("started_at")))
                & (Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("started_at"))),
                name="dossier_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True)
                | Q(submitted_at__isnull=True)
                | Q(withdrawn_at__gte=F("submitted_at")),
                name="dossier_withdrawn_after_lodged",
            ),
        ]

    def __str__(self):
        return self.code or str(self.procedure_version.procedure)

    def get_absolute_url(self):
        return reverse("dossiers:dossier", args=[self.public_id])

    @property
    def procedure(self):
        return self.procedure_version.procedure

    @property
    def is_draft(self):
        return self.state == State.DRAFT

    @property
    def is_online(self):
        """Whether the enterprise lodges it here, with an account of its own: of all others clerks do here what is its part."""
        return self.channel == self.Channel.ONLINE

    @property
    def is_paper(self):
        return self.channel in (self.Channel.COUNTER, self.Channel.POST)

    @property
    def turn(self):
        """Whose turn it is; of paper that is still being typed in, the Department's."""
        return TURNS[State.LODGED] if self.is_draft and not self.is_online else TURNS[State(self.state)]

    @property
    def applicant_words(self):
        """Who asks: by authorisation with its paper and last day."""
        return f"{self.applicant_name} ({self.applicant_right})" if self.applicant_right else self.applicant_name

    @property
    def called(self):
        """The name of the enterprise as it was lodged, which later names do not change."""
        return self.lodged_name or self.enterprise.name

    @property
    def tax_code(self):
        return self.lodged_tax_code or self.enterprise.tax_code

    @property
    def is_running(self):
        """Whether the clock of a promise runs now: it stops while the enterprise has the turn."""
        return self.due_on is not None and self.state in RUNNING

    def is_late(self, on):
        """Whether its promised day is over and nothing was issued yet; a stopped clock is never late."""
        return self.is_running and self.due_on < on

    def may_move_to(self, state):
        return move_between(State(self.state), state) is not None


class DossierFileQuerySet(models.QuerySet):
    def standing(self):
        """Those that were not taken away."""
        return self.filter(removed_at__isnull=True)

    def to_be_fetched_from(self, dossier):
        """The standing ones of the dossier, and those of a draft that its new version has no component for."""
        left_out = [line["file"] for line in dossier.left_out if line.get("dossier") == str(dossier.public_id)]
        return self.filter(Q(removed_at__isnull=True) | Q(public_id__in=left_out), dossier=dossier)

    def as_lodged(self):
        """Those of the components that came with the dossier, not with a supplement."""
        return self.standing().filter(item__isnull=True, is_application=False)

    def applications(self):
        """The signed application that stands beside the components, if there is one."""
        return self.standing().filter(is_application=True)


class DossierFile(Identified):
    """A file that stands for a component of a dossier, or for an item of a supplement; taken away only while the dossier
    is a draft, or the supplement is not given yet. Or the application itself as its signatory signed it outside, kept with
    what its signatures were worth when it was attached (nothing where they could not be read)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="files", verbose_name=_("dossier"))
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("component of a dossier")
    )
    item = models.ForeignKey(
        "SupplementItem",
        on_delete=models.PROTECT,
        null=True,
        related_name="files",
        verbose_name=_("item of a supplement"),
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    is_application = models.BooleanField(_("signed application"), default=False)
    signatures = models.JSONField(_("signatures"), null=True)
    verified_at = models.DateTimeField(_("signatures verified at"), null=True)
    added_at = models.DateTimeField(_("attached at"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("attached by")
    )
    removed_at = models.DateTimeField(_("taken away at"), null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("taken away by")
    )

    objects = DossierFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a dossier")
        verbose_name_plural = _("files of dossiers")
        ordering = ["component__position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__gte=F("added_at"), removed_by__isnull=False),
                name="dossier_file_removed_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["dossier", "component", "file"],
                condition=Q(removed_at__isnull=True, item__isnull=True),
                name="dossier_file_once_a_component",
            ),
            models.UniqueConstraint(
                fields=["item", "file"], condition=Q(removed_at__isnull=True), name="dossier_file_once_an_item"
            ),
            models.CheckConstraint(
                condition=Q(is_application=True, component__isnull=True, item__isnull=True)
                | Q(is_application=False) & (Q(component__isnull=False) | Q(item__isnull=False)),
                name="dossier_file_stands_for_something",
            ),
            models.CheckConstraint(
                condition=Q(is_application=True, verified_at__isnull=False)
                | Q(is_application=False, verified_at__isnull=True, signatures__isnull=True),
                name="dossier_application_verified",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(is_application=True, removed_at__isnull=True),
                name="dossier_one_application",
            ),
        ]

    def __str__(self):
        return str(self.file)

    @property
    def name_to_all(self):
        """How it is called where every reader of the dossier sees it: the name of an identity paper is part of what is in it."""
        return self.component.name_vi if self.file.is_identity else self.file.original_name


class DossierNumber(models.Model):
    """The last number given under a beginning of codes (a day, mostly): whoever lodges takes the next one here."""

    prefix = models.CharField(_("beginning of the code"), max_length=200, unique=True)
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number of dossiers")
        verbose_name_plural = _("numbers of dossiers")

    def __str__(self):
        return f"{self.prefix} {self.last_number}"
