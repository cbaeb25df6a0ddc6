"""Procedures as versioned data: what an enterprise is asked, how long each step takes, and what comes of it."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from accounts.roles import POST_ROLES, Role
from audit.identity import Identified, Versioned
from documents.models import NumberSeries, StoredFile
from reference.models import Agency, BilingualName, Sourced, confidence_valid
from screens.text import fold, sort_key

MOST_FILES = 50  # of one component
MOST_DAYS = 400  # working days a procedure may take in all


class ProcedureQuerySet(models.QuerySet):
    def open(self, on: date):
        """Those that were not closed by the day `on`."""
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on))


class Procedure(Identified, Versioned, BilingualName, Sourced):
    """Something an enterprise may ask of the Department. What it takes stands in its versions; the code never changes."""

    class Kind(models.TextChoices):
        ADMINISTRATIVE = "administrative", _("Administrative procedure")
        PROGRAMME = "programme", _("Procedure of the programme")

    code = models.CharField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency that decides")
    )
    note = models.TextField(_("note"), blank=True)
    closed_on = models.DateField(_("closed from"), null=True, blank=True, editable=False)
    closed_reason = models.CharField(_("reason of closing"), max_length=300, blank=True, editable=False)
    sort_key = models.TextField(editable=False, default="")
    folded = models.TextField(editable=False, default="")

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["sort_key", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["administrative", "programme"]), name="procedure_kind_valid"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name_vi=""), name="procedure_code_and_name"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_reason="")
                | Q(closed_on__isnull=False) & ~Q(closed_reason=""),
                name="procedure_closed_with_a_reason",
            ),
            confidence_valid("procedure_confidence_valid"),
        ]

    def get_absolute_url(self):
        return reverse("dossiers:procedure", args=[self.public_id])

    def derive(self):
        """Fill the columns that follow from others: the order of names, and the text that searches read."""
        self.sort_key = sort_key(self.name_vi)
        self.folded = fold(" ".join(part for part in (self.code, self.name_vi, self.name_en) if part))

    def is_closed(self, on: date):
        return self.closed_on is not None and on >= self.closed_on

    def version_on(self, on: date):
        """The version under which a dossier is received on the day `on`, or None."""
        return self.versions.in_force(on).first()


class VersionQuerySet(models.QuerySet):
    def issued(self):
        return self.filter(state=ProcedureVersion.State.ISSUED)

    def drafts(self):
        return self.filter(state=ProcedureVersion.State.DRAFT)

    def in_force(self, on: date):
        """Versions that were put in force and hold on the day `on`: at most one of each procedure."""
        return self.issued().filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


class ProcedureVersion(Identified, Versioned, Sourced):
    """What a procedure takes from a day to a day: a draft that is worked on, then put in force by a paper and frozen.

    In force from its first day until a later version supersedes it or the procedure is closed. Whether it holds is a
    matter of days (`standing_on`), so that no clock has to turn it over.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("version of a procedure", "Draft")
        ISSUED = "issued", pgettext_lazy("version of a procedure", "Put in force")
        DISCARDED = "discarded", pgettext_lazy("version of a procedure", "Discarded")

    MOVES = {
        State.DRAFT: {State.ISSUED, State.DISCARDED},
        State.ISSUED: set(),
        State.DISCARDED: set(),
    }

    class Standing(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("version of a procedure", "Draft")
        TO_COME = "to_come", pgettext_lazy("version of a procedure", "Not yet in force")
        IN_FORCE = "in_force", pgettext_lazy("version of a procedure", "In force")
        SUPERSEDED = "superseded", pgettext_lazy("version of a procedure", "No longer in force")
        DISCARDED = "discarded", pgettext_lazy("version of a procedure", "Discarded")

    class FormSet(models.TextChoices):
        NUMBERED = "numbered", _("Forms 01–07 of TT 03/2025/TT-VPCP, with their numbers")
        PLAIN = "plain", _("The same content without numbers of forms")

    class AfterSupplement(models.TextChoices):
        GOES_ON = "goes_on", _("goes on with what was left")
        STARTS_AGAIN = "starts_again", _("starts again from the beginning")

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="versions", verbose_name=_("procedure")
    )
    number = models.PositiveSmallIntegerField(_("number of the version"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)

    legal_basis = models.TextField(_("legal basis"), blank=True)
    result = models.CharField(_("result"), max_length=300, blank=True)
    result_series = models.ForeignKey(
        NumberSeries,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kind of paper of the result"),
    )
    result_subject = models.CharField(_("abstract of the result"), max_length=300, blank=True)
    result_text = models.TextField(_("text that the result begins with"), max_length=4000, blank=True)
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("office that handles"),
    )
    form_set = models.CharField(_("set of forms"), max_length=10, choices=FormSet)

    total_days = models.PositiveSmallIntegerField(_("working days in all"))
    receipt_until = models.TimeField(
        _("received after this hour counts as the next working day"), null=True, blank=True
    )
    after_supplement = models.CharField(
        _("after a supplement the time"), max_length=12, choices=AfterSupplement, default=AfterSupplement.GOES_ON
    )
    answer_days = models.PositiveSmallIntegerField(
        _("working days to answer a request for a supplement"), null=True, blank=True
    )
    extension_times = models.PositiveSmallIntegerField(_("times it may be extended"), default=1)
    extension_days = models.PositiveSmallIntegerField(_("working days of each extension, at most"), default=5)
    warn_percent = models.PositiveSmallIntegerField(_("warn when this part of the time is used"), null=True, blank=True)
    warn_days = models.JSONField(_("warn when so many working days are left"), default=list, blank=True)

    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    paper_number = models.CharField(_("number of the paper"), max_length=60, blank=True)
    paper_on = models.DateField(_("date of the paper"), null=True, blank=True)
    put_in_force_at = models.DateTimeField(_("put in force at"), null=True, blank=True)
    put_in_force_by = models.CharField(_("put in force by"), max_length=80, blank=True)

    discarded_at = models.DateTimeField(_("discarded at"), null=True, blank=True)
    discarded_by = models.CharField(_("discarded by"), max_length=80, blank=True)
    discarded_reason = models.CharField(_("why it was discarded"), max_length=300, blank=True)

    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("begun as a copy of")
    )
    drafted_at = models.DateTimeField(_("begun at"))
    hands = models.JSONField(_("who worked on the draft"), default=list)  # actor names, the first one began it

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["procedure", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["procedure"], condition=Q(state="draft"), name="one_draft_a_procedure"),
            models.CheckConstraint(condition=Q(number__gt=0), name="version_number_positive"),
            models.CheckConstraint(condition=Q(state__in=["draft", "issued", "discarded"]), name="version_state_valid"),
            models.CheckConstraint(condition=Q(form_set__in=["numbered", "plain"]), name="version_form_set_valid"),
            models.CheckConstraint(
                condition=Q(after_supplement__in=["goes_on", "starts_again"]), name="version_supplement_valid"
            ),
            models.CheckConstraint(
                condition=Q(total_days__gte=1, total_days__lte=MOST_DAYS), name="version_days_plausible"
            ),
            models.CheckConstraint(
                condition=Q(answer_days__isnull=True) | Q(answer_days__gte=1, answer_days__lte=MOST_DAYS),
                name="version_answer_days_plausible",
            ),
            models.CheckConstraint(
                condition=Q(warn_percent__isnull=True) | Q(warn_percent__gte=1, warn_percent__lte=99),
                name="version_warning_within_the_time",
            ),
            models.CheckConstraint(
                condition=Q(extension_times=0, extension_days=0)
                | Q(
                    extension_times__gte=1, extension_times__lte=9, extension_days__gte=1, extension_days__lte=MOST_DAYS
                ),
                name="version_extensions_with_days",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="issued",
                    valid_from__isnull=False,
                    paper_on__isnull=False,
                    put_in_force_at__isnull=False,
                    office__isnull=False,
                )
                & ~Q(paper_number="")
                & ~Q(put_in_force_by="")
                & ~Q(legal_basis="")
                & ~Q(result="")
                | ~Q(state="issued")
                & Q(
                    valid_from__isnull=True,
                    valid_to__isnull=True,
                    paper_number="",
                    paper_on__isnull=True,
                    put_in_force_at__isnull=True,
                    put_in_force_by="",
                ),
                name="version_in_force_by_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(state="discarded", discarded_at__isnull=False)
                & ~Q(discarded_by="")
                & ~Q(discarded_reason="")
                | ~Q(state="discarded") & Q(discarded_at__isnull=True, discarded_by="", discarded_reason=""),
                name="version_discarded_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="version_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_from__gte=F("paper_on")),
                name="version_holds_from_its_paper",
            ),
            confidence_valid("version_confidence_valid"),
        ]

    def __str__(self):
        return f"{self.procedure.code} – {self.number}"

    def get_absolute_url(self):
        return reverse("dossiers:version", args=[self.public_id])

    @property
    def is_draft(self):
        return self.state == self.State.DRAFT

    def may_move_to(self, state):
        return state in self.MOVES[self.State(self.state)]

    def standing_on(self, on: date):
        """What it is on the day `on`; `Standing` has the words."""
        return standing(self.state, self.valid_from, self.valid_to, on)


def standing(state, valid_from, valid_to, on):
    """How a version with these values stands on the day `on`."""
    Standing = ProcedureVersion.Standing
    if state != ProcedureVersion.State.ISSUED:
        return Standing(state)
    if on < valid_from:
        return Standing.TO_COME
    return Standing.SUPERSEDED if valid_to and on > valid_to else Standing.IN_FORCE


class Part(Identified, Versioned, BilingualName):
    """A part of a version: in order, named, and changed only while its version is a draft (a guard)."""

    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        abstract = True
        ordering = ["procedure_version", "position"]


class ProcedureStep(Part):
    """One step of handling: who does it, in how many working days. Steps never take longer than the whole (a guard)."""

    KIND = "step"

    procedure_version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="steps", verbose_name=_("version of a procedure")
    )
    working_days = models.PositiveSmallIntegerField(_("working days"))
    role = models.CharField(
        _("role"), max_length=30, choices=[(role.value, role.label) for role in Role if role in POST_ROLES]
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )

    class Meta(Part.Meta):
        verbose_name = _("step of a procedure")
        verbose_name_plural = _("steps of procedures")
        constraints = [
            models.UniqueConstraint(fields=["procedure_version", "position"], name="one_step_a_position"),
            models.CheckConstraint(condition=Q(working_days__lte=MOST_DAYS), name="step_days_plausible"),
            models.CheckConstraint(
                condition=Q(role__in=sorted(role.value for role in POST_ROLES)), name="step_role_valid"
            ),
            models.CheckConstraint(condition=~Q(name_vi=""), name="step_named"),
        ]


class Component(Part):
    """One paper of a dossier: asked of everybody, of who wants to give it, or of whoever answered a question so."""

    KIND = "component"

    class Need(models.TextChoices):
        REQUIRED = "required", _("Required")
        CONDITIONAL = "conditional", _("Required on a condition")
        OPTIONAL = "optional", _("If there is one")

    procedure_version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="components", verbose_name=_("version of a procedure")
    )
    code = models.CharField(_("code"), max_length=40)
    need = models.CharField(_("needed"), max_length=12, choices=Need, default=Need.REQUIRED)
    condition_field = models.CharField(_("field on whose answer it depends"), max_length=40, blank=True)
    condition_value = models.CharField(_("answer on which it is required"), max_length=40, blank=True)
    formats = models.JSONField(_("kinds of files"), default=list)
    most_megabytes = models.PositiveSmallIntegerField(_("at most for one file"))
    most_files = models.PositiveSmallIntegerField(_("files at most"), default=10)
    template = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("template")
    )
    is_identity = models.BooleanField(_("identity papers"), default=False)
    help_vi = models.CharField(_("hint in Vietnamese"), max_length=300, blank=True)
    help_en = models.CharField(_("hint in English"), max_length=300, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("component of a dossier")
        verbose_name_plural = _("components of dossiers")
        constraints = [
            models.UniqueConstraint(fields=["procedure_version", "position"], name="one_component_a_position"),
            models.UniqueConstraint(fields=["procedure_version", "code"], name="one_component_a_code"),
            models.CheckConstraint(
                condition=Q(need__in=["required", "conditional", "optional"]), name="component_need_valid"
            ),
            models.CheckConstraint(
                condition=Q(need="conditional") & ~Q(condition_field="") & ~Q(condition_value="")
                | ~Q(need="conditional") & Q(condition_field="", condition_value=""),
                name="component_condition_whole",
            ),
            models.CheckConstraint(condition=Q(most_megabytes__gte=1), name="component_size_positive"),
            models.CheckConstraint(
                condition=Q(most_files__gte=1, most_files__lte=MOST_FILES), name="component_files_plausible"
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name_vi=""), name="component_code_and_name"),
        ]

    @property
    def help(self):
        return _in_language(self.help_vi, self.help_en)

    def takes(self, stored):
        """Whether a file that came in may stand for it: of a kind it takes, and kept as what it asks for is kept."""
        return stored.format in self.formats and stored.is_identity == self.is_identity

    def is_required(self, answers):
        """Whether it must be there, given {code of a field: answer}."""
        if self.need == self.Need.CONDITIONAL:
            return str(answers.get(self.condition_field) or "") == self.condition_value
        return self.need == self.Need.REQUIRED


class Fact(models.TextChoices):
    """What the Department knows of an enterprise already, and shows instead of asking."""

    NAME = "name", _("Name of the enterprise")
    TAX_CODE = "tax_code", _("Tax code")
    TYPE = "enterprise_type", _("Type of enterprise")
    ADDRESS = "address", _("Address")
    WARD = "ward", _("Ward or commune")
    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("E-mail address")
    ACTIVITY = "main_activity", _("Main activity")
    SIZE = "size", _("Size")


class FormField(Part):
    """One field of the form an enterprise fills in; or a fact that is shown to it instead of asked."""

    KIND = "field"

    class Kind(models.TextChoices):
        TEXT = "text", _("Short text")
        LONG_TEXT = "long_text", _("Long text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Amount of money (đồng)")
        DATE = "date", _("Date")
        PAST_DATE = "past_date", _("Date, today or before")
        PHONE = "phone", _("Telephone number")
        CHOICE = "choice", _("Choice of a list")
        YES_NO = "yes_no", _("Yes or no")
        ENTERPRISE = "enterprise", _("Enterprise data, shown instead of asked")

    procedure_version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="fields", verbose_name=_("version of a procedure")
    )
    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    fact = models.CharField(_("enterprise data"), max_length=20, choices=Fact, blank=True)
    required = models.BooleanField(_("must be filled in"), default=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    help_vi = models.CharField(_("hint in Vietnamese"), max_length=300, blank=True)
    help_en = models.CharField(_("hint in English"), max_length=300, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("field of a form")
        verbose_name_plural = _("fields of forms")
        constraints = [
            models.UniqueConstraint(fields=["procedure_version", "position"], name="one_field_a_position"),
            models.UniqueConstraint(fields=["procedure_version", "code"], name="one_field_a_code"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "text",
                        "long_text",
                        "number",
                        "money",
                        "date",
                        "past_date",
                        "phone",
                        "choice",
                        "yes_no",
                        "enterprise",
                    ]
                ),
                name="field_kind_valid",
            ),
            models.CheckConstraint(
                condition=Q(kind="enterprise", fact__in=Fact.values, required=False)
                | ~Q(kind="enterprise") & Q(fact=""),
                name="field_shows_a_fact_or_asks",
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name_vi=""), name="field_code_and_label"),
        ]

    @property
    def help(self):
        return _in_language(self.help_vi, self.help_en)

    @property
    def answers(self):
        """{answer: words} of a field whose answer a condition may ask for; empty for all others."""
        if self.kind == self.Kind.CHOICE:
            return {row["code"]: _in_language(row["label_vi"], row["label_en"]) for row in self.choices}
        if self.kind == self.Kind.YES_NO:
            return dict(YES_NO)
        return {}


YES_NO = (("yes", _("Yes")), ("no", _("No")))
PARTS = {model.KIND: model for model in (ProcedureStep, Component, FormField)}


def _in_language(vi, en):
    return en if en and (get_language() or "vi").startswith("en") else vi
