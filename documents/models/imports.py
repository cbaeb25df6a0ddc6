"""What came in from outside and the imports made of it."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified
from documents import scanner


class StoredFile(Identified):
    """A file that came in: its bytes stand in the store under their hash, this row says who sent it and as what."""

    class Scan(models.TextChoices):
        CLEAN = "clean", _("Scanned, nothing found")
        WAITING = "waiting", _("Not yet scanned")
        FOUND = "found", _("Something harmful was found")

    sha256 = models.CharField(_("digest"), max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    format = models.CharField(_("format"), max_length=10)
    content_type = models.CharField(_("type"), max_length=100)
    original_name = models.CharField(_("file name"), max_length=150)
    owner = models.UUIDField(_("sent by"), db_index=True)
    stored_at = models.DateTimeField(_("sent at"))
    scan = models.CharField(_("virus scan"), max_length=10, choices=Scan, default=Scan.WAITING)
    scanned_at = models.DateTimeField(_("scanned at"), null=True)
    facts = models.JSONField(_("what the guard saw"), default=dict)
    is_identity = models.BooleanField(
        _("identity papers"), default=False
    )  # kept encrypted, opened by a right of its own

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="stored_file_not_empty"),
            models.CheckConstraint(
                condition=Q(format__in=["xlsx", "csv", "docx", "pdf", "png", "jpeg"]), name="stored_file_format_valid"
            ),
            models.CheckConstraint(condition=Q(scan__in=["clean", "waiting", "found"]), name="stored_file_scan_valid"),
            models.CheckConstraint(
                condition=Q(scan="waiting", scanned_at__isnull=True) | Q(~Q(scan="waiting"), scanned_at__isnull=False),
                name="stored_file_scanned_when_judged",
            ),
        ]

    def __str__(self):
        return self.original_name

    @property
    def can_be_viewed(self):
        """Whether it has pages to look at; a table has none."""
        return self.format in ("pdf", "png", "jpeg")

    @property
    def waits_for_scan(self):
        """Whether a scanner is set up that has not judged it yet; where there is none, nothing is waited for."""
        return self.scan == self.Scan.WAITING and scanner.is_set_up()


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Imports of the kinds that the person may import or, for those who only read, all of them."""
        from documents.imports import kinds
        from documents.permissions.imports import SEE_ALL_IMPORTS

        if user.may(SEE_ALL_IMPORTS):
            return self
        return self.filter(kind__in=[code for code, kind in kinds().items() if user.may(kind.action)])

    def held_by(self, person):
        """What `person` still has to decide on: sent by them, or handed over to them."""
        undecided = self.filter(state=Import.State.PREVIEWED)
        return undecided.filter(Q(kept_by=person.public_id) | Q(kept_by__isnull=True, by=person.public_id))

    def standing(self):
        """Imports that hold their file: a second upload of it leads to them."""
        return self.exclude(state__in=Import.GONE)


class Import(Identified):
    """One file of rows on its way into the portal: read, looked at, then applied whole or not at all."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Being read")
        PREVIEWED = "previewed", _("Waiting for you to look at it")
        APPLYING = "applying", _("Being imported")
        APPLIED = "applied", _("Imported")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        DISCARDED = "discarded", _("Not imported")
        REFUSED = "refused", _("File refused")

    MOVES = {
        State.UPLOADED: {State.PREVIEWED, State.REFUSED, State.DISCARDED},
        State.PREVIEWED: {State.UPLOADED, State.APPLYING, State.DISCARDED},
        State.APPLYING: {State.APPLIED, State.UPLOADED, State.PREVIEWED},
        State.APPLIED: {State.UNDOING},
        State.UNDOING: {State.UNDONE, State.APPLIED},
        State.UNDONE: set(),
        State.DISCARDED: set(),
        State.REFUSED: set(),
    }
    GONE = (State.UNDONE, State.DISCARDED, State.REFUSED)

    kind = models.CharField(_("kind"), max_length=40)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="imports", verbose_name=_("file"))
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.UPLOADED)
    options = models.JSONField(_("units and bases"), default=dict)
    reading = models.JSONField(_("what was read"), default=dict)
    counts = models.JSONField(_("counts"), default=dict)
    result = models.JSONField(_("result"), default=dict)
    refusal = models.JSONField(_("why not"), default=dict)
    by = models.UUIDField(_("sent by"), db_index=True)
    uploaded_at = models.DateTimeField(_("sent at"))
    kept_by = models.UUIDField(_("handed over to"), null=True)
    previewed_at = models.DateTimeField(_("read at"), null=True)
    applied_at = models.DateTimeField(_("imported at"), null=True)
    applied_by = models.UUIDField(_("imported by"), null=True)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.UUIDField(_("undone by"), null=True)
    undo_reason = models.CharField(_("reason for undoing"), max_length=300, blank=True)
    turn = models.PositiveBigIntegerField(default=0)  # how many imports of (kind, year) the preview knew of
    job = models.ForeignKey("jobs.Job", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("job"))

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-uploaded_at", "-id"]
        indexes = [models.Index(fields=["kind", "-uploaded_at"], name="import_by_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "uploaded", "previewed", "applying", "applied", "undoing", "undone", "discarded", "refused",
                    ]
                ),
                name="import_state_valid",
            ),
            models.UniqueConstraint(
                fields=["kind", "year", "digest"],
                condition=~Q(state__in=["undone", "discarded", "refused"]) & Q(year__isnull=False),
                name="one_import_a_file_and_year",
            ),
            models.UniqueConstraint(
                fields=["kind", "digest"],
                condition=~Q(state__in=["undone", "discarded", "refused"]) & Q(year__isnull=True),
                name="one_import_a_file",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True, applied_by__isnull=True)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="import_applied_by_and_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "undoing", "undone"]) | Q(applied_at__isnull=False),
                name="import_applied_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False, undone_by__isnull=False)
                | Q(~Q(state="undone"), undone_at__isnull=True),
                name="import_undone_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(applied_at__gte=F("uploaded_at")),
                name="import_applied_after_sent",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.kind} {self.year or ''} {self.file}".strip()

    def get_absolute_url(self):
        return reverse("documents:import_detail", args=[self.public_id])

    def may_move_to(self, state):
        return state in self.MOVES[self.State(self.state)]

    @property
    def is_open(self):
        """Work on it is under way or still possible."""
        return self.state in (self.State.UPLOADED, self.State.PREVIEWED, self.State.APPLYING, self.State.UNDOING)

    @property
    def is_working(self):
        return self.state in (self.State.UPLOADED, self.State.APPLYING, self.State.UNDOING)


class ImportPart(models.Model):
    """Rows of an import between reading and applying, some thousands in one packed piece."""

    class Kind(models.TextChoices):
        GOOD = "good", _("good rows")
        BAD = "bad", _("bad rows")
        FLAG = "flag", _("rows to look at")

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts", verbose_name=_("import"))
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    number = models.PositiveIntegerField(_("number"))
    rows = models.PositiveIntegerField(_("rows"))
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("part of an import")
        verbose_name_plural = _("parts of imports")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind", "number"], name="one_part_a_number"),
            models.CheckConstraint(condition=Q(kind__in=["good", "bad", "flag"]), name="import_part_kind_valid"),
        ]

    def __str__(self):
        return f"{self.owner_id} {self.kind} {self.number}"


class ImportTurn(models.Model):
    """One row for each kind and year: whoever applies or undoes an import holds it, so that they take turns."""

    kind = models.CharField(_("kind"), max_length=40)
    year = models.PositiveSmallIntegerField(_("year"), default=0)
    turn = models.PositiveBigIntegerField(_("turn"), default=0)

    class Meta:
        verbose_name = _("turn of imports")
        verbose_name_plural = _("turns of imports")
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="one_turn_a_kind_and_year")]

    def __str__(self):
        return f"{self.kind} {self.year}: {self.turn}"
