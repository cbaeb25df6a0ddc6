"""The money of the programme: years with their envelopes, lines, and the ledger that alone moves their balances.

All amounts are whole đồng. A balance of a line or of a commitment is never written by hand: inserting an entry makes
the database add it up (`programme.guards.budget`), and its CHECK constraints say how far each may go.
"""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.identity import Identified, Versioned
from documents.models import StoredFile
from programme.models.scheme import Period
from programme.models.tasks import Task
from reference.models import Agency, MoneySource

MOST_VND = 10**15  # one amount; a thousand lines of it still sum within 64 bits

BALANCES = (
    "assigned_vnd",
    "carried_in_vnd",
    "allocated_vnd",
    "committed_vnd",
    "advanced_vnd",
    "disbursed_vnd",
    "recovered_vnd",
    "settled_vnd",
    "cancelled_vnd",
    "carried_out_vnd",
    "withheld_vnd",
)
COMMITMENT_BALANCES = ("committed_vnd", "advanced_vnd", "disbursed_vnd", "recovered_vnd", "settled_vnd")


class EntryKind(models.TextChoices):
    """What an entry of the ledger records."""

    ASSIGN = "assign", _("Assignment of the estimate")
    SUPPLEMENT = "supplement", _("Supplement to the estimate")
    CUT = "cut", _("Cut of the estimate")
    SAVING = "saving", _("Withheld as recurrent saving")
    RELEASE = "release", _("Withheld saving released")
    TRANSFER_OUT = "transfer_out", _("Adjustment: to another line")
    TRANSFER_IN = "transfer_in", _("Adjustment: from another line")
    CARRY_IN = "carry_in", _("Carried in from the year before")
    ALLOCATE = "allocate", _("Allocation")
    DEALLOCATE = "deallocate", _("Allocation taken back")
    COMMIT = "commit", _("Commitment")
    DECOMMIT = "decommit", _("Commitment reduced")
    ADVANCE = "advance", _("Advance paid")
    CLEAR = "clear", _("Advance cleared by accepted volume")
    PAY = "pay", _("Payment")
    RECOVER = "recover", _("Recovered, estimate restored")
    RECOVER_ADVANCE = "recover_advance", _("Advance recovered, estimate restored")
    SETTLE = "settle", _("Settlement")
    CANCEL = "cancel", _("Estimate cancelled")
    CARRY_OUT = "carry_out", _("Carried over to the next year")


RAISED = _("Commitment raised")  # an entry of the kind COMMIT that a step booked on a signed contract
# What each kind adds to (+1) or takes from (-1) the balances of its line; a reversal does the opposite.
EFFECTS = {
    EntryKind.ASSIGN: {"assigned_vnd": 1},
    EntryKind.SUPPLEMENT: {"assigned_vnd": 1},
    EntryKind.CUT: {"assigned_vnd": -1},
    EntryKind.SAVING: {"assigned_vnd": -1, "withheld_vnd": 1},
    EntryKind.RELEASE: {"withheld_vnd": -1},
    EntryKind.TRANSFER_OUT: {"assigned_vnd": -1},
    EntryKind.TRANSFER_IN: {"assigned_vnd": 1},
    EntryKind.CARRY_IN: {"assigned_vnd": 1, "carried_in_vnd": 1},
    EntryKind.ALLOCATE: {"allocated_vnd": 1},
    EntryKind.DEALLOCATE: {"allocated_vnd": -1},
    EntryKind.COMMIT: {"committed_vnd": 1},
    EntryKind.DECOMMIT: {"committed_vnd": -1},
    EntryKind.ADVANCE: {"advanced_vnd": 1, "disbursed_vnd": 1},
    EntryKind.CLEAR: {"advanced_vnd": -1},
    EntryKind.PAY: {"disbursed_vnd": 1},
    EntryKind.RECOVER: {"recovered_vnd": 1},
    EntryKind.RECOVER_ADVANCE: {"advanced_vnd": -1, "recovered_vnd": 1},
    EntryKind.SETTLE: {"settled_vnd": 1},
    EntryKind.CANCEL: {"cancelled_vnd": 1},
    EntryKind.CARRY_OUT: {"carried_out_vnd": 1},
}
# Kinds that stand on a commitment and move its balances too.
ON_COMMITMENT = frozenset(
    {
        EntryKind.COMMIT,
        EntryKind.DECOMMIT,
        EntryKind.ADVANCE,
        EntryKind.CLEAR,
        EntryKind.PAY,
        EntryKind.RECOVER,
        EntryKind.RECOVER_ADVANCE,
        EntryKind.SETTLE,
    }
)
RECOVERIES = (EntryKind.RECOVER, EntryKind.RECOVER_ADVANCE)
# What a liquidated contract or decision still takes: what was paid is settled, comes back, and frees what it no longer needs.
AFTER_LIQUIDATION = frozenset({EntryKind.SETTLE, EntryKind.RECOVER, EntryKind.DECOMMIT})
# What each kind acts on: its paper is not older than the first paper of these that stands, on its line or its contract.
# A settlement is held to the days of the very payments that it settles.
GIVES = frozenset({EntryKind.ASSIGN, EntryKind.SUPPLEMENT, EntryKind.TRANSFER_IN, EntryKind.CARRY_IN})
ACTS_ON = {
    EntryKind.CUT: GIVES,
    EntryKind.SAVING: GIVES,
    EntryKind.TRANSFER_OUT: GIVES,
    EntryKind.ALLOCATE: GIVES,
    EntryKind.CANCEL: GIVES,
    EntryKind.CARRY_OUT: GIVES,
    EntryKind.RELEASE: frozenset({EntryKind.SAVING}),
    EntryKind.DEALLOCATE: frozenset({EntryKind.ALLOCATE}),
    EntryKind.RECOVER: frozenset({EntryKind.ADVANCE, EntryKind.PAY}),
    EntryKind.RECOVER_ADVANCE: frozenset({EntryKind.ADVANCE}),
}
SETTLES_YEAR = (EntryKind.SETTLE, EntryKind.CANCEL, EntryKind.CARRY_OUT)  # what the paper that closes a year rests on
PAIRS = {EntryKind.TRANSFER_OUT: EntryKind.TRANSFER_IN, EntryKind.CARRY_OUT: EntryKind.CARRY_IN}


class YearState(models.TextChoices):
    PREPARING = "preparing", _("Being prepared")
    OPEN = "open", _("In execution")
    ADJUSTING = "adjusting", _("Adjustment period")
    CLOSED = "closed", pgettext_lazy("budget year", "Closed")


_BEFORE = {
    kind
    for kind, effect in EFFECTS.items()
    if effect.keys() <= {"assigned_vnd", "carried_in_vnd", "allocated_vnd", "withheld_vnd"}
}
_AFTER = {
    EntryKind.DEALLOCATE,
    EntryKind.CUT,
    EntryKind.RELEASE,
    EntryKind.DECOMMIT,
    EntryKind.CLEAR,
    EntryKind.PAY,
    EntryKind.RECOVER,
    EntryKind.RECOVER_ADVANCE,
    EntryKind.SETTLE,
    EntryKind.CANCEL,
    EntryKind.CARRY_OUT,
}
# Which entries a year takes in each state; a reversal counts as its kind. Money is carried over when the year is over
# (Law on the State Budget 2015, article 64); a closed year takes nothing.
KINDS_IN_STATE = {
    YearState.PREPARING: frozenset(_BEFORE),
    YearState.OPEN: frozenset(EntryKind) - {EntryKind.CARRY_OUT},
    YearState.ADJUSTING: frozenset(_AFTER),
    YearState.CLOSED: frozenset(),
}


class BudgetYear(Identified, Versioned):
    """A budget year of the programme with its envelope; lines never pass it, years never pass the period's ceiling."""

    State = YearState
    MOVES = {
        YearState.PREPARING: {YearState.OPEN},
        YearState.OPEN: {YearState.ADJUSTING},
        YearState.ADJUSTING: {YearState.CLOSED},
        YearState.CLOSED: set(),
    }

    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="budget_years", verbose_name=_("period of the programme")
    )
    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    state = models.CharField(_("state"), max_length=10, choices=YearState, default=YearState.PREPARING)
    envelope_vnd = models.BigIntegerField(_("envelope of the year"), default=0, editable=False)
    envelope_step = models.ForeignKey(
        "programme.BudgetStep", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    opened_by = models.UUIDField(_("opened by"), null=True, editable=False)
    opened_at = models.DateTimeField(_("opened at"), null=True, editable=False)
    adjusting_by = models.UUIDField(_("books closed by"), null=True, editable=False)
    adjusting_at = models.DateTimeField(_("books closed at"), null=True, editable=False)
    closed_by = models.UUIDField(_("closed by"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closing_paper = models.CharField(_("paper of the closing"), max_length=120, blank=True, editable=False)
    closing_paper_on = models.DateField(_("date of the paper of the closing"), null=True, editable=False)

    class Meta:
        verbose_name = _("budget year")
        verbose_name_plural = _("budget years")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "open", "adjusting", "closed"]), name="budget_year_state_valid"
            ),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="budget_year_valid"),
            models.CheckConstraint(
                condition=Q(envelope_vnd__gte=0, envelope_vnd__lte=MOST_VND), name="budget_year_envelope_plausible"
            ),
            models.CheckConstraint(
                condition=Q(state="preparing", opened_at__isnull=True, opened_by__isnull=True)
                | (~Q(state="preparing") & Q(opened_at__isnull=False, opened_by__isnull=False)),
                name="budget_year_opened_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "open"], adjusting_at__isnull=True, adjusting_by__isnull=True)
                | Q(state__in=["adjusting", "closed"], adjusting_at__isnull=False, adjusting_by__isnull=False),
                name="budget_year_adjusting_when_and_by",
            ),
            models.CheckConstraint(
                condition=(
                    Q(closed_at__isnull=True, closed_by__isnull=True, closing_paper="", closing_paper_on__isnull=True)
                    & ~Q(state="closed")
                )
                | (Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing_paper="")),
                name="budget_year_closed_when_by_and_paper",
            ),
        ]

    def __str__(self):
        return str(self.year)

    def get_absolute_url(self):
        return reverse("programme:budget_year", args=[self.year])

    def takes(self, kind):
        """Whether the year in its state takes an entry of `kind`."""
        return kind in KINDS_IN_STATE[YearState(self.state)]


def plausible(name, *fields):
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__gte": 0, f"{field}__lte": MOST_VND})
    return models.CheckConstraint(condition=condition, name=name)


class BudgetLineQuerySet(models.QuerySet):
    def managed(self):
        """Lines whose money the Department itself keeps and pays."""
        return self.filter(managed=True)

    def followed(self):
        """Lines of other agencies' or enterprises' money, known from their reports."""
        return self.filter(managed=False)


class BudgetLine(Identified, Versioned):
    """Money of one task from one source in one year, at one spending unit.

    Managed lines (quản lý) have the full ledger here; followed lines (theo dõi) are written from another body's
    periodic report and never paid from here.
    """

    year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="lines", verbose_name=_("year"))
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="lines", verbose_name=_("task"))
    source = models.ForeignKey(
        MoneySource, on_delete=models.PROTECT, related_name="+", verbose_name=_("source of money")
    )
    unit = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("budget unit"))
    managed = models.BooleanField(_("managed here"), default=True)
    counts = models.BooleanField(_("counts against the ceiling"), editable=False)
    chapter = models.CharField(_("chapter"), max_length=3, blank=True)
    category = models.CharField(_("category"), max_length=3, blank=True)
    item = models.CharField(_("sub-item"), max_length=4, blank=True)
    source_code = models.CharField(_("code of the source"), max_length=4, blank=True)
    unit_code = models.CharField(_("code of the budget unit"), max_length=7, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    last_number = models.PositiveIntegerField(_("entries"), default=0, editable=False)
    assigned_vnd = models.BigIntegerField(_("assigned"), default=0, editable=False)
    carried_in_vnd = models.BigIntegerField(_("of it carried in"), default=0, editable=False)
    allocated_vnd = models.BigIntegerField(_("allocated"), default=0, editable=False)
    committed_vnd = models.BigIntegerField(_("committed"), default=0, editable=False)
    advanced_vnd = models.BigIntegerField(_("advances not cleared"), default=0, editable=False)
    disbursed_vnd = models.BigIntegerField(_("disbursed"), default=0, editable=False)
    recovered_vnd = models.BigIntegerField(_("recovered"), default=0, editable=False)
    settled_vnd = models.BigIntegerField(_("settled"), default=0, editable=False)
    cancelled_vnd = models.BigIntegerField(_("cancelled"), default=0, editable=False)
    carried_out_vnd = models.BigIntegerField(_("carried over"), default=0, editable=False)
    withheld_vnd = models.BigIntegerField(_("withheld as recurrent saving"), default=0, editable=False)

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        ordering = ["year", "task", "id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "task", "source", "unit", "managed"], name="one_budget_line"),
            plausible("budget_line_balances_plausible", *BALANCES),
            models.CheckConstraint(condition=Q(carried_in_vnd__lte=F("assigned_vnd")), name="line_carried_in_assigned"),
            models.CheckConstraint(condition=Q(allocated_vnd__lte=F("assigned_vnd")), name="line_allocated_assigned"),
            models.CheckConstraint(
                condition=Q(committed_vnd__lte=F("allocated_vnd")), name="line_committed_within_allocated"
            ),
            models.CheckConstraint(
                condition=Q(assigned_vnd__gte=F("committed_vnd") + F("cancelled_vnd") + F("carried_out_vnd")),
                name="line_ended_within_assigned",
            ),
            models.CheckConstraint(
                condition=Q(committed_vnd__gte=F("disbursed_vnd") - F("recovered_vnd")),
                name="line_disbursed_within_committed",
            ),
            models.CheckConstraint(
                condition=Q(settled_vnd__lte=F("disbursed_vnd") - F("recovered_vnd") - F("advanced_vnd")),
                name="line_settled_within_disbursed",
            ),
        ]

    def __str__(self):
        return f"{self.task} – {self.source} – {self.year}"

    def get_absolute_url(self):
        return reverse("programme:budget_line", args=[self.public_id])

    @property
    def spent_vnd(self):
        """Disbursed less what came back."""
        return self.disbursed_vnd - self.recovered_vnd

    @property
    def free_vnd(self):
        """Room to cancel or carry over: allocated or not, it is neither bound, cancelled nor carried over."""
        return self.assigned_vnd - self.committed_vnd - self.cancelled_vnd - self.carried_out_vnd

    @property
    def unallocated_vnd(self):
        """Not allocated and there to be. What is cancelled or carried over takes first what was not allocated."""
        return max(self.assigned_vnd - self.allocated_vnd - self.cancelled_vnd - self.carried_out_vnd, 0)

    @property
    def left_vnd(self):
        """Room for another commitment."""
        return min(self.allocated_vnd - self.committed_vnd, self.free_vnd)

    @property
    def unspent_vnd(self):
        """Committed and not yet disbursed."""
        return self.committed_vnd - self.spent_vnd


class LedgerEntryQuerySet(models.QuerySet):
    def brought_in(self):
        """Opening sums that were carried in from a year that is not kept here, and stand."""
        return self.filter(opening=True, kind=EntryKind.CARRY_IN, reverses__isnull=True, reversed_by__isnull=True)


class LedgerEntry(Identified):
    """One movement of money on a line, numbered without gaps per line, never changed; a mistake is reversed by a new one.

    `amount_vnd` is above 0; the kind gives the direction, and an entry that `reverses` another undoes it.
    """

    line = models.ForeignKey(  # found by `entry_of_line_by_day`
        BudgetLine, on_delete=models.PROTECT, related_name="entries", verbose_name=_("line"), db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=16, choices=EntryKind)
    amount_vnd = models.BigIntegerField(_("amount"))
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    pair = models.UUIDField(_("two halves of one movement"), null=True)
    opening = models.BooleanField(_("from before the portal"), default=False)
    reported = models.BooleanField(_("from another body's report"), default=False)
    commitment = models.ForeignKey(
        "programme.Commitment",
        on_delete=models.PROTECT,
        null=True,
        related_name="entries",
        verbose_name=_("commitment"),
    )
    payment = models.ForeignKey(
        "programme.Payment", on_delete=models.PROTECT, null=True, related_name="entries", verbose_name=_("payment")
    )
    step = models.ForeignKey(
        "programme.BudgetStep", on_delete=models.PROTECT, null=True, related_name="entries", verbose_name=_("step")
    )
    document = models.CharField(_("document"), max_length=160)
    document_on = models.DateField(_("date of the document"), null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    happened_on = models.DateField(_("booked on"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.UUIDField(_("recorded by"), null=True)
    approved_by = models.UUIDField(_("approved by"), null=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["line", "number"]
        constraints = [
            models.UniqueConstraint(fields=["line", "number"], name="one_entry_a_number"),
            models.CheckConstraint(condition=Q(kind__in=sorted(EntryKind.values)), name="entry_kind_valid"),
            models.CheckConstraint(
                condition=Q(amount_vnd__gt=0, amount_vnd__lte=MOST_VND), name="entry_amount_positive"
            ),
            models.CheckConstraint(condition=~Q(document=""), name="entry_has_a_document"),
            models.CheckConstraint(condition=Q(reverses__isnull=True) | ~Q(reason=""), name="reversal_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(ON_COMMITMENT)) | Q(commitment__isnull=True),
                name="entry_on_commitment_by_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["transfer_out", "transfer_in", "carry_out", "carry_in"], pair__isnull=False)
                | (~Q(kind__in=["transfer_out", "transfer_in", "carry_out", "carry_in"]) & Q(pair__isnull=True)),
                name="entry_pair_by_kind",
            ),
            models.UniqueConstraint(
                fields=["pair", "kind"],
                condition=Q(pair__isnull=False, reverses__isnull=True),
                name="one_entry_a_half",
            ),
            models.UniqueConstraint(fields=["step", "kind"], condition=Q(step__isnull=False), name="one_entry_a_step"),
            models.UniqueConstraint(
                fields=["payment", "kind"],
                condition=Q(payment__isnull=False, reverses__isnull=True),
                name="one_entry_a_payment",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(recorded_by__isnull=True) | ~Q(approved_by=F("recorded_by")),
                name="entry_recorded_and_approved_by_two",
            ),
            models.CheckConstraint(
                condition=Q(document_on__isnull=True)
                | Q(opening=True)
                | Q(reported=True)
                | Q(document_on__lte=F("happened_on")),
                name="entry_not_before_its_document",
            ),
        ]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="entry_by_time"),
            models.Index(fields=["happened_on"], name="entry_by_day"),
            models.Index(
                fields=["line", "happened_on"],
                include=["kind", "amount_vnd", "reverses"],
                name="entry_of_line_by_day",
            ),
            models.Index(fields=["line"], condition=Q(opening=True, kind="carry_in"), name="entry_brought_in"),
            models.Index(fields=["line", "happened_on"], condition=Q(reverses__isnull=False), name="entry_reversing"),
        ]

    def __str__(self):
        return f"{self.name} {self.number}"

    @property
    def raises(self):
        """Whether it raised a signed contract, or undoes such an entry."""
        if self.kind != EntryKind.COMMIT or self.opening:
            return False
        return (self.reverses if self.reverses_id else self).step_id is not None

    @property
    def name(self):
        return str(RAISED) if self.raises else self.get_kind_display()

    def get_absolute_url(self):
        return reverse("programme:ledger_entry", args=[self.public_id])

    @property
    def sign(self):
        return -1 if self.reverses_id else 1


class LineMonth(models.Model):
    """What moved on a line in a month: kept by the database beside the ledger, so that months need no sums of entries."""

    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="months")
    month = models.PositiveIntegerField(_("month"))  # year * 100 + month
    committed_vnd = models.BigIntegerField(default=0)
    disbursed_vnd = models.BigIntegerField(default=0)
    recovered_vnd = models.BigIntegerField(default=0)
    settled_vnd = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("month of a line")
        verbose_name_plural = _("months of lines")
        constraints = [models.UniqueConstraint(fields=["line", "month"], name="one_row_a_line_and_month")]

    def __str__(self):
        return f"{self.line_id} {self.month % 100:02d}/{self.month // 100}"


class SpendingPlan(Identified, Versioned):
    """What a line is meant to disburse in a month (kế hoạch giải ngân)."""

    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="spending_plan")
    month = models.PositiveIntegerField(_("month"))  # year * 100 + month
    planned_vnd = models.BigIntegerField(_("planned to be disbursed"))

    class Meta:
        verbose_name = _("planned disbursement of a month")
        verbose_name_plural = _("planned disbursements by month")
        ordering = ["line", "month"]
        constraints = [
            models.UniqueConstraint(fields=["line", "month"], name="one_plan_a_line_and_month"),
            models.CheckConstraint(
                condition=Q(planned_vnd__gte=0, planned_vnd__lte=MOST_VND), name="planned_amount_plausible"
            ),
            models.CheckConstraint(condition=Q(month__gte=200001, month__lte=210012), name="planned_month_valid"),
        ]

    def __str__(self):
        return f"{self.line_id} {self.month % 100:02d}/{self.month // 100}"
