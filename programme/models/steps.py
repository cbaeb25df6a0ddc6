"""Steps of the budget that one person prepares and another approves; until then they take no room."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.identity import Identified, Versioned
from documents.models import StoredFile
from programme.models.budget import MOST_VND, BudgetLine, BudgetYear, EntryKind, LedgerEntry
from programme.models.scheme import Period


class StepKind(models.TextChoices):
    """What a step asks for. Most become one entry or a pair; ceiling and envelope change a limit."""

    CEILING = "ceiling", _("Ceiling of the programme")
    ENVELOPE = "envelope", _("Envelope of a year")
    ASSIGN = EntryKind.ASSIGN.value, EntryKind.ASSIGN.label
    SUPPLEMENT = EntryKind.SUPPLEMENT.value, EntryKind.SUPPLEMENT.label
    CUT = EntryKind.CUT.value, EntryKind.CUT.label
    SAVING = EntryKind.SAVING.value, EntryKind.SAVING.label
    RELEASE = EntryKind.RELEASE.value, EntryKind.RELEASE.label
    TRANSFER = "transfer", _("Adjustment between two lines")
    ALLOCATE = EntryKind.ALLOCATE.value, EntryKind.ALLOCATE.label
    DEALLOCATE = EntryKind.DEALLOCATE.value, EntryKind.DEALLOCATE.label
    COMMIT_MORE = "commit", _("Commitment raised")
    DECOMMIT = EntryKind.DECOMMIT.value, EntryKind.DECOMMIT.label
    RECOVER = EntryKind.RECOVER.value, EntryKind.RECOVER.label
    RECOVER_ADVANCE = EntryKind.RECOVER_ADVANCE.value, EntryKind.RECOVER_ADVANCE.label
    SETTLE = EntryKind.SETTLE.value, EntryKind.SETTLE.label
    CANCEL = EntryKind.CANCEL.value, EntryKind.CANCEL.label
    CARRY_OVER = "carry_over", _("Carry-over to the next year")
    REVERSE = "reverse", _("Reversal of an entry")
    OPENING = "opening", _("Opening sums from before the portal")
    BUDGET_RETURN = "budget_return", _("Returned to the budget after the year was closed")
    UNDO_RETURN = "undo_return", _("Reversal of a return to the budget")


LIMITS = frozenset({StepKind.CEILING, StepKind.ENVELOPE})
ON_TWO_LINES = frozenset({StepKind.TRANSFER, StepKind.CARRY_OVER})
ABOUT_COMMITMENT = frozenset(
    {StepKind.COMMIT_MORE, StepKind.DECOMMIT, StepKind.RECOVER, StepKind.RECOVER_ADVANCE, StepKind.SETTLE}
)
# What is returned after a year was closed moves no balance of the year: it is kept beside the ledger.
BESIDE_LEDGER = frozenset({StepKind.BUDGET_RETURN, StepKind.UNDO_RETURN})
# By these money comes back, each by a voucher of the Treasury.
RECOVERING = frozenset({StepKind.RECOVER, StepKind.RECOVER_ADVANCE})
COMES_BACK = RECOVERING | {StepKind.BUDGET_RETURN}
# Sums of an opening step beside its amount, which is what was assigned to the line, or bound by the contract it names.
OPENING_SUMS = ("carried_in_vnd", "allocated_vnd", "advanced_vnd", "disbursed_vnd", "settled_vnd")


# Ground of a reduction at the end of a year: what a contract leaves unpaid goes on in the next. There it raises the same
# contract on the same ground, where that goes on already.
NEXT_YEAR = "next_year"


class BudgetStepQuerySet(models.QuerySet):
    def prepared(self):
        """Steps that wait for approval."""
        return self.filter(state=BudgetStep.State.PREPARED)


class BudgetStep(Identified, Versioned):
    """A prepared step: what, on which line, by which document, prepared by one person and decided by another."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Waiting for approval")
        APPROVED = "approved", _("Approved and booked")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("step", "Withdrawn")

    MOVES = {
        State.PREPARED: {State.APPROVED, State.REFUSED, State.WITHDRAWN},
        State.APPROVED: set(),
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
    }

    kind = models.CharField(_("kind"), max_length=16, choices=StepKind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PREPARED)
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("period of the programme")
    )
    year = models.ForeignKey(
        BudgetYear, on_delete=models.PROTECT, null=True, related_name="steps", verbose_name=_("year")
    )
    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, null=True, related_name="steps", verbose_name=_("line")
    )
    other_line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("other line")
    )
    commitment = models.ForeignKey(
        "programme.Commitment", on_delete=models.PROTECT, null=True, related_name="steps", verbose_name=_("commitment")
    )
    reverses = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="reversing_steps", verbose_name=_("reverses")
    )
    undoes = models.ForeignKey(
        "programme.MoneyReturn",
        on_delete=models.PROTECT,
        null=True,
        related_name="undoing_steps",
        verbose_name=_("return that is reversed"),
    )
    redoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="redone_by", verbose_name=_("prepared anew for")
    )
    amount_vnd = models.BigIntegerField(_("amount"))
    carried_in_vnd = models.BigIntegerField(_("of it carried in"), default=0)
    allocated_vnd = models.BigIntegerField(_("allocated"), default=0)
    advanced_vnd = models.BigIntegerField(_("advances not cleared"), default=0)
    disbursed_vnd = models.BigIntegerField(_("disbursed"), default=0)
    settled_vnd = models.BigIntegerField(_("settled"), default=0)
    # Opening sums that were prepared when the line had other entries already: only with a reason.
    late = models.BooleanField(_("later opening sums"), default=False)
    voucher = models.CharField(_("Treasury voucher"), max_length=60, blank=True)
    payer = models.CharField(_("who returned it"), max_length=300, blank=True)
    document = models.CharField(_("document"), max_length=160)
    document_on = models.DateField(_("date of the document"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    ground = models.CharField(_("ground for carrying over"), max_length=40, blank=True)
    happened_on = models.DateField(_("booked on"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    prepared_by = models.UUIDField(_("prepared by"))
    prepared_at = models.DateTimeField(_("prepared at"))
    kept_by = models.UUIDField(_("taken over by"), null=True)
    decided_by = models.UUIDField(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_for = models.UUIDField(_("in whose name"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    objects = BudgetStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of the budget")
        verbose_name_plural = _("steps of the budget")
        ordering = ["-prepared_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=sorted(StepKind.values)), name="step_kind_valid"),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "approved", "refused", "withdrawn"]), name="step_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(amount_vnd__gt=0, amount_vnd__lte=MOST_VND), name="step_amount_positive"
            ),
            models.CheckConstraint(condition=~Q(document=""), name="step_has_a_document"),
            models.CheckConstraint(
                condition=Q(kind="ceiling", period__isnull=False, year__isnull=True, line__isnull=True)
                | Q(kind="envelope", period__isnull=True, year__isnull=False, line__isnull=True)
                | (
                    ~Q(kind__in=["ceiling", "envelope"])
                    & Q(period__isnull=True, year__isnull=False, line__isnull=False)
                ),
                name="step_says_where",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["transfer", "carry_over"], other_line__isnull=False)
                | (~Q(kind__in=["transfer", "carry_over"]) & Q(other_line__isnull=True)),
                name="step_on_two_lines_by_kind",
            ),
            models.CheckConstraint(
                condition=Q(other_line__isnull=True) | ~Q(other_line=F("line")), name="step_lines_differ"
            ),
            models.CheckConstraint(
                condition=Q(kind="reverse", reverses__isnull=False) & ~Q(reason="")
                | (~Q(kind="reverse") & Q(reverses__isnull=True)),
                name="step_reverses_with_reason",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(kind="opening")
                    & Q(carried_in_vnd=0, allocated_vnd=0, advanced_vnd=0, disbursed_vnd=0, settled_vnd=0)
                )
                | Q(
                    kind="opening",
                    commitment__isnull=True,
                    carried_in_vnd__gte=0,
                    carried_in_vnd__lte=F("amount_vnd"),
                    allocated_vnd__gte=0,
                    allocated_vnd__lte=F("amount_vnd"),
                    advanced_vnd=0,
                    disbursed_vnd=0,
                    settled_vnd=0,
                )
                | Q(
                    kind="opening",
                    commitment__isnull=False,
                    carried_in_vnd=0,
                    allocated_vnd=0,
                    advanced_vnd__gte=0,
                    settled_vnd__gte=0,
                    settled_vnd__lte=F("disbursed_vnd") - F("advanced_vnd"),
                    disbursed_vnd__lte=F("amount_vnd"),
                ),
                name="step_opening_sums_fall",
            ),
            models.CheckConstraint(
                condition=Q(late=False) | (Q(kind="opening") & ~Q(reason="")), name="step_late_opening_with_reason"
            ),
            models.CheckConstraint(
                condition=(Q(kind="budget_return", commitment__isnull=False) & ~Q(voucher="") & ~Q(payer=""))
                & ~Q(reason="")
                | (~Q(kind="budget_return") & Q(voucher="", payer="")),
                name="step_returned_by_whom_and_voucher",
            ),
            models.CheckConstraint(
                condition=Q(kind="undo_return", undoes__isnull=False, commitment__isnull=False) & ~Q(reason="")
                | (~Q(kind="undo_return") & Q(undoes__isnull=True)),
                name="step_undoes_a_return_with_reason",
            ),
            models.CheckConstraint(
                condition=(Q(kind="carry_over") & ~Q(ground=""))
                | (~Q(kind="carry_over") & Q(ground=""))
                | Q(kind__in=["commit", "decommit"], ground=NEXT_YEAR),
                name="step_ground_for_carrying_over",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared"], decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="prepared") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="step_decided_when_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | ~Q(decided_by=F("prepared_by")),
                name="step_prepared_and_decided_by_two",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(answer=""), name="step_refused_with_reason"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(state__in=["prepared", "approved"]), name="one_reversal_an_entry"
            ),
            models.UniqueConstraint(
                fields=["undoes"], condition=Q(state__in=["prepared", "approved"]), name="one_undoing_a_return"
            ),
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(kind="opening", state="prepared", commitment__isnull=False),
                name="one_opening_a_commitment",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(kind="opening", state="prepared", commitment__isnull=True),
                name="one_opening_waiting_a_line",
            ),
        ]
        indexes = [models.Index(fields=["state", "kind", "prepared_at"], name="step_by_state")]

    def __str__(self):
        return f"{self.get_kind_display()} – {self.line or self.year or self.period}"

    def get_absolute_url(self):
        return reverse("programme:budget_step", args=[self.public_id])
