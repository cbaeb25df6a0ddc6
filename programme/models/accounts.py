"""A payee's new account: an addendum to a contract, entered by one person and confirmed by another."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.identity import Identified
from documents.models import StoredFile
from programme.models.commitments import Commitment


class AccountAddendum(Identified):
    """The account to which a contract is paid from now on. The account of the contract itself stays as it was signed."""

    class State(models.TextChoices):
        PREPARED = "prepared", pgettext_lazy("account", "Waiting to be confirmed")
        APPROVED = "approved", pgettext_lazy("account", "Confirmed")
        REFUSED = "refused", pgettext_lazy("account", "Refused")

    MOVES = {State.PREPARED: {State.APPROVED, State.REFUSED}, State.APPROVED: set(), State.REFUSED: set()}

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("commitment")
    )
    payee_account = models.CharField(_("payee's account"), max_length=30)
    payee_bank = models.CharField(_("payee's bank"), max_length=200)
    document = models.CharField(_("document"), max_length=160)
    document_on = models.DateField(_("date of the document"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PREPARED)
    prepared_by = models.UUIDField(_("prepared by"))
    prepared_at = models.DateTimeField(_("prepared at"))
    decided_by = models.UUIDField(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("addendum on an account")
        verbose_name_plural = _("addenda on accounts")
        ordering = ["commitment", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "approved", "refused"]), name="account_state_valid"
            ),
            models.CheckConstraint(
                condition=~Q(payee_account="") & ~Q(payee_bank="") & ~Q(document=""), name="account_by_a_document"
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="prepared") & Q(decided_by__isnull=False, decided_at__gte=F("prepared_at")),
                name="account_decided_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("prepared_by")), name="account_by_two_people"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(answer=""), name="account_refused_with_reason"),
            models.UniqueConstraint(
                fields=["commitment"], condition=Q(state="prepared"), name="one_account_waits_a_commitment"
            ),
        ]

    def __str__(self):
        return self.document

    def get_absolute_url(self):
        return f"{self.commitment.get_absolute_url()}#accounts"


def account_addendum(commitment: Commitment) -> AccountAddendum | None:
    """The last confirmed one, which says where the contract is paid to."""
    return commitment.accounts.filter(state=AccountAddendum.State.APPROVED).order_by("-pk").first()


def account_now(commitment: Commitment) -> tuple[str, str]:
    """(account, bank) to which the contract is paid: of the last confirmed addendum, else as it was signed."""
    row = account_addendum(commitment) or commitment
    return row.payee_account, row.payee_bank
