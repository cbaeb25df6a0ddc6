"""Statements of the State Treasury, and every difference between them and the portal's payments, each explained.

A statement never changes: a corrected one comes as a new version. Its rows are laid beside the payments and recoveries of
its days; what does not agree becomes a difference, and the reconciliation is confirmed only when all are explained.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified, Versioned
from documents.models import StoredFile
from programme.models.budget import BudgetYear, LedgerEntry
from programme.models.commitments import Payment

MOST_ROW_VND = 10**12  # one voucher; a million of them still sum within 64 bits
STANDING = ("open", "reconciled")
AT_THE_TREASURY = {"disbursed_vnd", "recovered_vnd", "advanced_vnd"}  # balances that a statement speaks of


class StatementSpan(models.TextChoices):
    """The days that a statement covers within its budget year."""

    Q1 = "q1", _("quarter I")
    Q2 = "q2", _("quarter II")
    Q3 = "q3", _("quarter III")
    Q4 = "q4", _("quarter IV")
    YEAR = "year", _("the whole year, to 31/12")
    ADJUSTED = "adjusted", _("the whole year with its adjustment period")


QUARTERS = {StatementSpan.Q1: 1, StatementSpan.Q2: 2, StatementSpan.Q3: 3, StatementSpan.Q4: 4}
YEAR_END = (StatementSpan.YEAR, StatementSpan.ADJUSTED)
_LAST_DAYS = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}


def days_of(span, year, adjustment_ends):
    """(first day, last day) of a span of the budget year, whose adjustment period ends on a day of the year after."""
    quarter = QUARTERS.get(span)
    if quarter:
        return date(year, 3 * quarter - 2, 1), date(year, *_LAST_DAYS[quarter])
    return date(year, 1, 1), date(year, 12, 31) if span == StatementSpan.YEAR else adjustment_ends


class Direction(models.TextChoices):
    """What the Treasury says a row is; OUT where it does not tell payments from advances."""

    OUT = "out", _("Paid out")
    PAYMENT = "payment", _("Payment")
    ADVANCE = "advance", _("Advance")
    CLEAR = "clear", _("Advance cleared")
    RECOVERY = "recovery", _("Recovered")


class DifferenceKind(models.TextChoices):
    NOT_HERE = "not_here", _("On the statement, not in the portal")
    NOT_THERE = "not_there", _("In the portal, not on the statement")
    AMOUNT = "amount", _("Another amount")
    DATE = "date", _("Another day")
    ACCOUNT = "account", _("Another account")
    VOUCHER = "voucher", _("Another voucher number")
    NATURE = "nature", _("Advance here, payment there, or the reverse")
    DUPLICATE = "duplicate", _("Twice on the statement")


def name_of_difference(kind, elsewhere):
    """The words of a difference; `elsewhere` where what a row repeats stands on another statement."""
    return str(_("On another quarter's statement already") if elsewhere else DifferenceKind(kind).label)


class Cause(models.TextChoices):
    TIMING = "timing", _("Booked on different days")
    TYPED_HERE = "typed_here", _("Typing error in the portal")
    TREASURY_ERROR = "treasury_error", _("Error at the Treasury, correction asked for")
    OTHER_YEAR = "other_year", _("Belongs to another budget year")
    REFUND = "refund", _("Money returned to the Treasury")
    NOT_PROGRAMME = "not_programme", _("Not money of the programme")
    BEFORE_PORTAL = "before_portal", _("From before the portal, in the opening entries")
    OTHER = "other", _("Another cause, as written")


# What explains only some kinds of difference; the other causes explain any.
EXPLAINS_ONLY = {
    Cause.TIMING: (DifferenceKind.NOT_HERE, DifferenceKind.NOT_THERE, DifferenceKind.DATE),
    Cause.TYPED_HERE: tuple(kind for kind in DifferenceKind if kind != DifferenceKind.DUPLICATE),
    Cause.NOT_PROGRAMME: (DifferenceKind.NOT_HERE, DifferenceKind.DUPLICATE),
    Cause.BEFORE_PORTAL: (DifferenceKind.NOT_HERE,),
}


def causes_of(kind: str) -> list[Cause]:
    """The causes that a difference of this kind may have."""
    return [cause for cause in Cause if kind in EXPLAINS_ONLY.get(cause, DifferenceKind)]


class StatementQuerySet(models.QuerySet):
    def standing(self):
        """Statements that count: the last version of each span."""
        return self.filter(state__in=STANDING)

    def reconciled(self, year, day):
        """The confirmed statements of the year that cover the day."""
        return self.filter(state=TreasuryStatement.State.RECONCILED, year=year, starts_on__lte=day, ends_on__gte=day)

    def open(self):
        return self.filter(state=TreasuryStatement.State.OPEN)

    def with_differences(self):
        """With `differences` and `unexplained`: how many there are now."""
        there = Q(differences__gone_at__isnull=True)
        return self.annotate(
            differences_count=models.Count("differences", filter=there),
            unexplained=models.Count("differences", filter=there & Q(differences__explained_at__isnull=True)),
        )

    def unfinished(self):
        """What an accountant still has to do: explain differences, or enter number and date."""
        return self.open().with_differences().filter(Q(unexplained__gt=0) | Q(number=""))

    def to_be_confirmed(self):
        """Compared, numbered, and nothing is left to be explained."""
        ready = self.open().filter(matched_at__isnull=False).exclude(number="")
        return ready.with_differences().filter(unexplained=0)


class TreasuryStatement(Identified, Versioned):
    """What the Treasury says it paid out and took back in a span of a budget year, by its own list."""

    class State(models.TextChoices):
        OPEN = "open", _("Being reconciled")
        RECONCILED = "reconciled", _("Reconciled")
        REPLACED = "replaced", _("Replaced by a later version")
        WITHDRAWN = "withdrawn", _("Import undone")

    MOVES = {
        State.OPEN: {State.RECONCILED, State.REPLACED, State.WITHDRAWN},
        State.RECONCILED: {State.REPLACED},
        State.REPLACED: {State.OPEN, State.RECONCILED},  # when the import of the later version is undone
        State.WITHDRAWN: set(),
    }

    year = models.ForeignKey(
        BudgetYear, on_delete=models.PROTECT, related_name="treasury_statements", verbose_name=_("budget year")
    )
    span = models.CharField(_("period"), max_length=10, choices=StatementSpan)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    revision = models.PositiveSmallIntegerField(_("version of the statement"), default=1)
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="successors", verbose_name=_("takes the place of")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    number = models.CharField(_("number"), max_length=60, blank=True)
    issued_on = models.DateField(_("date"), null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    import_batch = models.UUIDField(_("import"))
    imported_by = models.UUIDField(_("imported by"))
    imported_at = models.DateTimeField(_("imported at"))
    rows_count = models.PositiveIntegerField(_("rows"))
    paid_vnd = models.BigIntegerField(_("paid out by the statement"))
    cleared_vnd = models.BigIntegerField(_("advances cleared by the statement"))
    recovered_vnd = models.BigIntegerField(_("recovered by the statement"))
    matched_at = models.DateTimeField(_("compared at"), null=True)
    here_paid_vnd = models.BigIntegerField(_("paid out by the portal"), null=True)
    here_cleared_vnd = models.BigIntegerField(_("advances cleared by the portal"), null=True)
    here_recovered_vnd = models.BigIntegerField(_("recovered by the portal"), null=True)
    reconciled_by = models.UUIDField(_("confirmed by"), null=True)
    reconciled_at = models.DateTimeField(_("confirmed at"), null=True)
    paper = models.CharField(_("reconciliation paper"), max_length=120, blank=True)
    paper_on = models.DateField(_("date of the paper"), null=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement of the Treasury")
        verbose_name_plural = _("statements of the Treasury")
        ordering = ["-ends_on", "-starts_on", "-revision"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "reconciled", "replaced", "withdrawn"]),
                name="treasury_statement_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(span__in=sorted(StatementSpan.values)), name="treasury_statement_span_valid"
            ),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="treasury_statement_days_in_order"),
            models.UniqueConstraint(
                fields=["year", "span"], condition=Q(state__in=STANDING), name="one_standing_statement_a_span"
            ),
            models.UniqueConstraint(
                fields=["year", "span", "revision"],
                condition=~Q(state="withdrawn"),
                name="one_statement_a_version",
            ),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(supersedes__isnull=False) & ~Q(state="withdrawn"),
                name="one_statement_takes_a_place",
            ),
            models.UniqueConstraint(fields=["import_batch"], name="one_statement_an_import"),
            models.CheckConstraint(
                condition=Q(revision=1, supersedes__isnull=True) | Q(revision__gt=1, supersedes__isnull=False),
                name="treasury_statement_supersedes_by_version",
            ),
            models.CheckConstraint(
                condition=Q(rows_count__gt=0, paid_vnd__gte=0, cleared_vnd__gte=0, recovered_vnd__gte=0),
                name="treasury_statement_totals_plausible",
            ),
            models.CheckConstraint(
                condition=Q(number="", issued_on__isnull=True) | (~Q(number="") & Q(issued_on__isnull=False)),
                name="treasury_statement_number_with_date",
            ),
            models.CheckConstraint(
                condition=Q(
                    matched_at__isnull=True,
                    here_paid_vnd__isnull=True,
                    here_cleared_vnd__isnull=True,
                    here_recovered_vnd__isnull=True,
                )
                | Q(
                    matched_at__isnull=False,
                    here_paid_vnd__isnull=False,
                    here_cleared_vnd__isnull=False,
                    here_recovered_vnd__isnull=False,
                    here_paid_vnd__gte=0,
                    here_cleared_vnd__gte=0,
                    here_recovered_vnd__gte=0,
                ),
                name="treasury_statement_matched_with_totals",
            ),
            models.CheckConstraint(
                condition=Q(reconciled_at__isnull=True, reconciled_by__isnull=True, paper="", paper_on__isnull=True)
                | (
                    Q(
                        reconciled_at__isnull=False,
                        reconciled_by__isnull=False,
                        paper_on__isnull=False,
                        matched_at__isnull=False,
                    )
                    & ~Q(paper="")
                    & ~Q(number="")
                ),
                name="treasury_statement_confirmed_when_by_and_paper",
            ),
            models.CheckConstraint(
                condition=Q(state="open", reconciled_at__isnull=True)
                | Q(state="reconciled", reconciled_at__isnull=False)
                | Q(state__in=["replaced"])
                | Q(state="withdrawn", reconciled_at__isnull=True),
                name="treasury_statement_state_by_its_steps",
            ),
            models.CheckConstraint(
                condition=Q(reconciled_by__isnull=True) | ~Q(reconciled_by=F("imported_by")),
                name="treasury_statement_confirmed_by_another",
            ),
        ]

    def __str__(self):
        return _("Treasury statement of %(span)s %(year)s") % {"span": self.get_span_display(), "year": self.year.year}

    def get_absolute_url(self):
        return reverse("programme:statement", args=[self.public_id])

    @property
    def is_year_end(self):
        return self.span in YEAR_END


class StatementRow(models.Model):
    """A line of a statement as the Treasury wrote it; only what it belongs to here may change, until it is reconciled.

    Several rows of one voucher may make up one payment: `part` counts them.
    """

    statement = models.ForeignKey(TreasuryStatement, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    voucher = models.CharField(_("voucher"), max_length=60)
    paid_on = models.DateField(_("day"))
    amount_vnd = models.BigIntegerField(_("amount"))
    direction = models.CharField(_("nature"), max_length=10, choices=Direction)
    payee = models.CharField(_("payee"), max_length=300, blank=True)
    account = models.CharField(_("account"), max_length=60, blank=True)
    text = models.CharField(_("content"), max_length=500, blank=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="statement_rows", verbose_name=_("payment")
    )
    entry = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="statement_rows", verbose_name=_("recovery")
    )
    part = models.PositiveSmallIntegerField(_("part"), null=True)

    class Meta:
        verbose_name = _("row of a statement")
        verbose_name_plural = _("rows of statements")
        ordering = ["statement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="one_statement_row_a_number"),
            models.CheckConstraint(
                condition=Q(direction__in=sorted(Direction.values)), name="statement_row_direction_valid"
            ),
            models.CheckConstraint(
                condition=Q(amount_vnd__gt=0, amount_vnd__lte=MOST_ROW_VND), name="statement_row_amount_positive"
            ),
            models.CheckConstraint(condition=~Q(voucher=""), name="statement_row_has_a_voucher"),
            models.CheckConstraint(
                condition=Q(payment__isnull=True, entry__isnull=True, part__isnull=True)
                | (
                    Q(payment__isnull=False, entry__isnull=True, part__isnull=False, part__gt=0)
                    & ~Q(direction="recovery")
                )
                | Q(payment__isnull=True, entry__isnull=False, part__isnull=False, part__gt=0, direction="recovery"),
                name="statement_row_belongs_to_one",
            ),
            models.UniqueConstraint(
                fields=["statement", "payment", "part"],
                condition=Q(payment__isnull=False) & ~Q(direction="clear"),
                name="one_statement_row_a_payment",
            ),
            models.UniqueConstraint(
                fields=["statement", "payment", "part"],
                condition=Q(payment__isnull=False, direction="clear"),
                name="one_statement_row_a_clearing",
            ),
            models.UniqueConstraint(
                fields=["statement", "entry", "part"],
                condition=Q(entry__isnull=False),
                name="one_statement_row_a_recovery",
            ),
        ]

    def __str__(self):
        return f"{self.number}: {self.voucher}"


class DifferenceQuerySet(models.QuerySet):
    def there(self):
        """Differences of the last comparison."""
        return self.filter(gone_at__isnull=True)

    def unexplained(self):
        return self.there().filter(explained_at__isnull=True)

    def with_elsewhere(self):
        """With `elsewhere`: whether the row repeats what another quarter's statement has, and no row of its own."""
        about = Q(payment=models.OuterRef("payment")) | Q(entry=models.OuterRef("entry"))
        own = StatementRow.objects.filter(about, statement=models.OuterRef("statement"))
        clears, cleared = Q(row__direction=Direction.CLEAR), Q(direction=Direction.CLEAR)
        alone = clears & ~models.Exists(own.filter(cleared)) | ~clears & ~models.Exists(own.exclude(cleared))
        known = Q(payment__isnull=False) | Q(entry__isnull=False)
        repeats = models.When(Q(known & alone, kind=DifferenceKind.DUPLICATE), then=True)
        return self.annotate(elsewhere=models.Case(repeats, default=False, output_field=models.BooleanField()))


class StatementDifference(Identified, Versioned):
    """Something on which the statement and the portal do not agree, with the figures of both sides.

    What a later comparison no longer finds is gone, and stays to be read.
    """

    statement = models.ForeignKey(TreasuryStatement, on_delete=models.PROTECT, related_name="differences")
    key = models.CharField(max_length=64, editable=False)  # what it is about: the same again is the same difference
    kind = models.CharField(_("difference"), max_length=10, choices=DifferenceKind)
    row = models.ForeignKey(
        StatementRow, on_delete=models.PROTECT, null=True, related_name="differences", verbose_name=_("row")
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="differences", verbose_name=_("payment")
    )
    entry = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="differences", verbose_name=_("recovery")
    )
    there_vnd = models.BigIntegerField(_("amount on the statement"), null=True)
    there_on = models.DateField(_("day on the statement"), null=True)
    there_voucher = models.CharField(_("voucher on the statement"), max_length=60, blank=True)
    there_account = models.CharField(_("account on the statement"), max_length=60, blank=True)
    here_vnd = models.BigIntegerField(_("amount in the portal"), null=True)
    here_on = models.DateField(_("day in the portal"), null=True)
    here_voucher = models.CharField(_("voucher in the portal"), max_length=160, blank=True)
    here_account = models.CharField(_("account in the portal"), max_length=60, blank=True)
    found_at = models.DateTimeField(_("found at"))
    gone_at = models.DateTimeField(_("gone at"), null=True)
    cause = models.CharField(_("cause"), max_length=20, choices=Cause, blank=True)
    explanation = models.CharField(_("explanation"), max_length=500, blank=True)
    explained_by = models.UUIDField(_("explained by"), null=True)
    explained_at = models.DateTimeField(_("explained at"), null=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference with the Treasury")
        verbose_name_plural = _("differences with the Treasury")
        ordering = ["statement", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=sorted(DifferenceKind.values)), name="statement_difference_kind_valid"
            ),
            models.CheckConstraint(
                condition=Q(cause="") | Q(cause__in=sorted(Cause.values)), name="statement_difference_cause_valid"
            ),
            models.UniqueConstraint(
                fields=["statement", "key"], condition=Q(gone_at__isnull=True), name="one_statement_difference_a_key"
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=True) | Q(entry__isnull=True), name="statement_difference_with_one"
            ),
            models.CheckConstraint(
                condition=Q(kind="not_here", row__isnull=False, payment__isnull=True, entry__isnull=True)
                | (Q(kind="not_there", row__isnull=True) & (Q(payment__isnull=False) | Q(entry__isnull=False)))
                | Q(kind="duplicate", row__isnull=False)
                | (
                    Q(kind__in=["amount", "date", "account", "voucher", "nature"], row__isnull=False)
                    & (Q(payment__isnull=False) | Q(entry__isnull=False))
                ),
                name="statement_difference_sides_by_kind",
            ),
            models.CheckConstraint(
                condition=Q(row__isnull=True, there_vnd__isnull=True, there_on__isnull=True)
                | Q(row__isnull=False, there_vnd__isnull=False, there_vnd__gt=0, there_on__isnull=False),
                name="statement_difference_there_complete",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=True, entry__isnull=True, here_vnd__isnull=True, here_on__isnull=True)
                | (
                    (Q(payment__isnull=False) | Q(entry__isnull=False))
                    & Q(here_vnd__isnull=False, here_vnd__gt=0, here_on__isnull=False)
                ),
                name="statement_difference_here_complete",
            ),
            models.CheckConstraint(
                condition=Q(cause="", explanation="", explained_by__isnull=True, explained_at__isnull=True)
                | (~Q(cause="") & ~Q(explanation="") & Q(explained_by__isnull=False, explained_at__isnull=False)),
                name="statement_difference_explained_when_by_and_why",
            ),
        ]

    def __str__(self):
        return f"{self.name} – {self.there_voucher or self.here_voucher}"

    @property
    def name(self):
        return name_of_difference(self.kind, getattr(self, "elsewhere", False))

    def get_absolute_url(self):
        return reverse("programme:difference", args=[self.public_id])
