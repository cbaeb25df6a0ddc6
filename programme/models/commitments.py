"""What the Department binds itself to, the procurement before it, and the payments through the Treasury."""

from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.identity import Identified, Versioned
from documents.models import StoredFile
from programme.alike import alike_column
from programme.models.budget import COMMITMENT_BALANCES, MOST_VND, BudgetLine, plausible


class CommitmentQuerySet(models.QuerySet):
    def prepared(self):
        """Commitments that wait for approval; they take no room yet."""
        return self.filter(state=Commitment.State.PREPARED)

    def standing(self):
        return self.filter(state=Commitment.State.APPROVED)

    def numbered_like(self, commitment):
        """Others that wait or hold, signed in the same year under the same number, however it is typed."""
        same = self.annotate(alike=alike_column("number")).filter(alike=alike_column(Value(commitment.number)))
        same = same.filter(signed_on__year=commitment.signed_on.year, state__in=HELD).exclude(pk=commitment.pk)
        if commitment.continues_id:  # the contract itself, in the years before
            same = same.exclude(signed_on=commitment.signed_on, payee=commitment.payee)
        return same

    def held(self):
        """What waits, holds, or was liquidated."""
        return self.filter(state__in=HELD)


class Commitment(Identified, Versioned):
    """A contract, a decision to support, or an approved detailed estimate, on one line.

    `amount_vnd` is what was prepared; `committed_vnd` what the ledger says now. The payee is who is paid, which at a fair
    is the contractor, not the enterprises that benefit. One `before_portal` comes with its opening sums, by one step
    (`programme.services.opening`), and lives on as any other.
    """

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Contract")
        SUPPORT_DECISION = "support_decision", _("Decision to support")
        DETAILED_ESTIMATE = "detailed_estimate", _("Approved detailed estimate or list")

    class State(models.TextChoices):
        PREPARED = "prepared", _("Waiting for approval")
        APPROVED = "approved", _("Contract or decision signed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("step", "Withdrawn")
        LIQUIDATED = "liquidated", _("Liquidated")

    MOVES = {
        State.PREPARED: {State.APPROVED, State.REFUSED, State.WITHDRAWN},
        State.APPROVED: {State.LIQUIDATED, State.WITHDRAWN},  # withdrawn: opened by mistake, its sums reversed
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
        State.LIQUIDATED: {State.APPROVED},  # liquidated wrongly: undone by a document, with a reason
    }

    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="commitments", verbose_name=_("line"))
    redoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="redone_by", verbose_name=_("prepared anew for")
    )
    continues = models.ForeignKey(  # the same contract in the year before, as far as its unpaid money was carried over
        "self", on_delete=models.PROTECT, null=True, related_name="continuations", verbose_name=_("goes on from")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PREPARED)
    number = models.CharField(_("number"), max_length=60)
    signed_on = models.DateField(_("signed on"))
    what = models.CharField(_("what for"), max_length=500)
    amount_vnd = models.BigIntegerField(_("amount"))
    payee = models.CharField(_("payee"), max_length=300)
    payee_tax_code = models.CharField(_("payee's tax code"), max_length=14, blank=True)
    payee_account = models.CharField(_("payee's account"), max_length=30, blank=True)
    payee_bank = models.CharField(_("payee's bank"), max_length=200, blank=True)
    ends_on = models.DateField(_("to be finished by"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    before_portal = models.BooleanField(_("from before the portal"), default=False, editable=False)
    prepared_by = models.UUIDField(_("prepared by"))
    prepared_at = models.DateTimeField(_("prepared at"))
    kept_by = models.UUIDField(_("taken over by"), null=True)
    decided_by = models.UUIDField(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_for = models.UUIDField(_("in whose name"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    liquidated_on = models.DateField(_("liquidated on"), null=True)
    liquidation_paper = models.CharField(_("minutes of liquidation"), max_length=120, blank=True)
    committed_vnd = models.BigIntegerField(_("committed"), default=0, editable=False)
    advanced_vnd = models.BigIntegerField(_("advances not cleared"), default=0, editable=False)
    disbursed_vnd = models.BigIntegerField(_("disbursed"), default=0, editable=False)
    recovered_vnd = models.BigIntegerField(_("recovered"), default=0, editable=False)
    settled_vnd = models.BigIntegerField(_("settled"), default=0, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["-signed_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["contract", "support_decision", "detailed_estimate"]),
                name="commitment_kind_valid",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "approved", "refused", "withdrawn", "liquidated"]),
                name="commitment_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(amount_vnd__gt=0, amount_vnd__lte=MOST_VND), name="commitment_amount_positive"
            ),
            models.CheckConstraint(condition=~Q(number="") & ~Q(what=""), name="commitment_has_number_and_subject"),
            models.CheckConstraint(
                condition=Q(kind="detailed_estimate") | ~Q(payee=""), name="commitment_names_its_payee"
            ),
            models.UniqueConstraint(
                fields=["line", "number"],
                condition=Q(state__in=["prepared", "approved", "liquidated"]),
                name="one_commitment_a_number",
            ),
            models.UniqueConstraint(
                fields=["continues"],
                condition=Q(state__in=["prepared", "approved", "liquidated"]),
                name="one_continuation_a_commitment",
            ),
            plausible("commitment_balances_plausible", *COMMITMENT_BALANCES),
            models.CheckConstraint(
                condition=Q(committed_vnd__gte=F("disbursed_vnd") - F("recovered_vnd")),
                name="commitment_disbursed_within",
            ),
            models.CheckConstraint(
                condition=Q(settled_vnd__lte=F("disbursed_vnd") - F("recovered_vnd") - F("advanced_vnd")),
                name="commitment_settled_within",
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="prepared") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="commitment_decided_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "withdrawn"]) | ~Q(decided_by=F("prepared_by")),
                name="commitment_prepared_and_decided_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""), name="commitment_refused_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="liquidated", liquidated_on__isnull=False) & ~Q(liquidation_paper="")
                | (~Q(state="liquidated") & Q(liquidated_on__isnull=True, liquidation_paper="")),
                name="commitment_liquidated_when_and_by_paper",
            ),
        ]
        indexes = [models.Index(fields=["state", "prepared_at"], name="commitment_by_state")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self):
        return reverse("programme:commitment", args=[self.public_id])

    @property
    def standing(self):
        """The state, and whether anything is still bound by what was signed."""
        return standing_of(self.state, self.committed_vnd)

    def get_standing_display(self):
        return dict(STANDINGS)[self.standing]

    @property
    def going_on(self):
        """The same contract in the next year, until it is liquidated there."""
        rows = self.continuations.held().exclude(state=self.State.LIQUIDATED)
        return rows.select_related("line__year").first()

    @property
    def spent_vnd(self):
        return self.disbursed_vnd - self.recovered_vnd

    @property
    def payable_vnd(self):
        """What may still be paid on it."""
        return self.committed_vnd - self.spent_vnd


HELD = (Commitment.State.PREPARED, Commitment.State.APPROVED, Commitment.State.LIQUIDATED)
EMPTIED = "emptied"
STANDINGS = [*Commitment.State.choices, (EMPTIED, _("Signed, reduced to nothing"))]


def standing_of(state, committed_vnd):
    return EMPTIED if state == Commitment.State.APPROVED and not committed_vnd else state


class ProcurementStep(Identified):
    """A step before a contract, with its paper: estimate approved, plan of contractor selection, its result."""

    class Kind(models.TextChoices):
        ESTIMATE = "estimate", _("Approval of the estimate")
        PLAN = "plan", _("Plan of contractor selection")
        RESULT = "result", _("Result of contractor selection")

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="procurement")
    kind = models.CharField(_("step"), max_length=10, choices=Kind)
    number = models.CharField(_("number"), max_length=60)
    decided_on = models.DateField(_("date"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))

    class Meta:
        verbose_name = _("step before a contract")
        verbose_name_plural = _("steps before a contract")
        ordering = ["decided_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["estimate", "plan", "result"]), name="procurement_kind_valid"),
            models.UniqueConstraint(fields=["commitment", "kind"], name="one_procurement_step_a_kind"),
            models.CheckConstraint(condition=~Q(number=""), name="procurement_has_a_number"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"


class PaymentQuerySet(models.QuerySet):
    def under_way(self):
        """Payments that were prepared and have no answer of the Treasury yet."""
        return self.filter(state__in=PENDING)


class Payment(Identified, Versioned):
    """An advance or a payment on a commitment: prepared, controlled, signed, sent; only the Treasury's answer disburses.

    `amount_vnd` is what the Treasury is asked to pay out, `clears_vnd` the part of earlier advances that accepted volume
    covers.
    """

    class Kind(models.TextChoices):
        ADVANCE = "advance", _("Advance")
        PAYMENT = "payment", _("Payment")

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared, waiting for control")
        CONTROLLED = "controlled", _("Controlled, waiting for signature")
        SIGNED = "signed", _("Signed, to be sent")
        SENT = "sent", _("Sent to the Treasury")
        PAID = "paid", _("Paid by the Treasury")
        REFUSED = "refused", _("Refused by the Treasury")
        RETURNED = "returned", _("Returned")
        WITHDRAWN = "withdrawn", pgettext_lazy("step", "Withdrawn")

    MOVES = {
        State.PREPARED: {State.CONTROLLED, State.RETURNED, State.WITHDRAWN},
        State.CONTROLLED: {State.SIGNED, State.RETURNED},
        State.SIGNED: {State.SENT, State.RETURNED},
        State.SENT: {State.PAID, State.REFUSED},
        State.PAID: set(),
        State.REFUSED: set(),
        State.RETURNED: set(),
        State.WITHDRAWN: set(),
    }

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="payments", verbose_name=_("commitment")
    )
    redoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="redone_by", verbose_name=_("prepared anew for")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PREPARED)
    amount_vnd = models.BigIntegerField(_("to be paid out"))
    clears_vnd = models.BigIntegerField(_("advance cleared"), default=0)
    payee = models.CharField(_("payee"), max_length=300)
    payee_account = models.CharField(_("payee's account"), max_length=30, blank=True)
    payee_bank = models.CharField(_("payee's bank"), max_length=200, blank=True)
    invoice = models.CharField(_("invoice or acceptance"), max_length=160)
    invoice_on = models.DateField(_("date of invoice or acceptance"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    prepared_by = models.UUIDField(_("prepared by"))
    prepared_at = models.DateTimeField(_("prepared at"))
    kept_by = models.UUIDField(_("taken over by"), null=True)
    controlled_by = models.UUIDField(_("controlled by"), null=True)
    controlled_at = models.DateTimeField(_("controlled at"), null=True)
    controlled_for = models.UUIDField(_("controlled in whose name"), null=True)
    signed_by = models.UUIDField(_("signed by"), null=True)
    signed_at = models.DateTimeField(_("signed at"), null=True)
    signed_for = models.UUIDField(_("signed in whose name"), null=True)
    sent_by = models.UUIDField(_("sent by"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    answered_by = models.UUIDField(_("answer entered by"), null=True)
    answered_at = models.DateTimeField(_("answer entered at"), null=True)
    voucher = models.CharField(_("Treasury voucher"), max_length=60, blank=True)
    paid_on = models.DateField(_("paid on"), null=True)
    answer = models.CharField(_("reason"), max_length=500, blank=True)
    returned_by = models.UUIDField(_("returned by"), null=True)
    returned_at = models.DateTimeField(_("returned at"), null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-prepared_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["advance", "payment"]), name="payment_kind_valid"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "prepared",
                        "controlled",
                        "signed",
                        "sent",
                        "paid",
                        "refused",
                        "returned",
                        "withdrawn",
                    ]
                ),
                name="payment_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(kind="advance", amount_vnd__gt=0, clears_vnd=0)
                | Q(kind="payment", amount_vnd__gt=0, clears_vnd__gte=0)
                | Q(kind="payment", amount_vnd=0, clears_vnd__gt=0),
                name="payment_amounts_by_kind",
            ),
            plausible("payment_amounts_plausible", "amount_vnd", "clears_vnd"),
            models.CheckConstraint(condition=~Q(invoice=""), name="payment_has_an_invoice"),
            models.CheckConstraint(
                condition=Q(controlled_at__isnull=True, controlled_by__isnull=True)
                | Q(controlled_at__isnull=False, controlled_by__isnull=False),
                name="payment_controlled_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False, controlled_at__isnull=False),
                name="payment_signed_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False, signed_at__isnull=False),
                name="payment_sent_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, sent_at__isnull=False),
                name="payment_answered_when_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(controlled_by=F("prepared_by")) | Q(controlled_by__isnull=True),
                name="payment_controlled_by_another",
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True)
                | (~Q(signed_by=F("prepared_by")) & ~Q(signed_by=F("controlled_by"))),
                name="payment_signed_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", controlled_at__isnull=True)
                | Q(state="controlled", controlled_at__isnull=False, signed_at__isnull=True)
                | Q(state="signed", signed_at__isnull=False, sent_at__isnull=True)
                | Q(state="sent", sent_at__isnull=False, answered_at__isnull=True)
                | Q(state__in=["paid", "refused"], answered_at__isnull=False)
                | Q(state__in=["returned", "withdrawn"], sent_at__isnull=True, returned_at__isnull=False),
                name="payment_state_by_its_steps",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_on__isnull=False) & ~Q(voucher="")
                | (~Q(state="paid") & Q(paid_on__isnull=True, voucher="")),
                name="payment_paid_with_voucher",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "returned"]) | ~Q(answer=""), name="payment_refused_with_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "prepared_at"], name="payment_by_state"),
            models.Index(alike_column("voucher"), condition=~Q(voucher=""), name="payment_by_voucher"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} – {self.commitment}"

    def get_absolute_url(self):
        return reverse("programme:payment", args=[self.public_id])


COVERED = (Payment.State.SIGNED, Payment.State.SENT)  # what they are paid from is taken away by nobody
PENDING = (Payment.State.PREPARED, Payment.State.CONTROLLED, Payment.State.SIGNED, Payment.State.SENT)
