"""Money that comes back after its budget year was closed: returned to the State budget, it restores no estimate."""

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified
from documents.models import StoredFile
from programme.models.budget import MOST_VND
from programme.models.commitments import Commitment
from programme.models.steps import BudgetStep


class MoneyReturnQuerySet(models.QuerySet):
    def standing(self):
        """Returns that were not reversed."""
        return self.filter(reverses__isnull=True, reversed_by__isnull=True)

    def with_net(self):
        """Each with `net_vnd`, which a reversal takes off."""
        return self.annotate(net_vnd=Case(When(reverses__isnull=True, then=F("amount_vnd")), default=-F("amount_vnd")))


class MoneyReturn(Identified):
    """A sum paid on a contract of a closed year and returned to the State budget by a voucher of the Treasury.

    Never changed; a mistake is reversed by a new row that names it. The balances of the closed year stay as they are.
    """

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="returns", verbose_name=_("commitment")
    )
    amount_vnd = models.BigIntegerField(_("amount"))
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    step = models.OneToOneField(
        BudgetStep, on_delete=models.PROTECT, related_name="money_return", verbose_name=_("step")
    )
    document = models.CharField(_("document"), max_length=160)
    document_on = models.DateField(_("date of the document"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    voucher = models.CharField(_("Treasury voucher"), max_length=60)
    returned_on = models.DateField(_("returned on"))
    payer = models.CharField(_("who returned it"), max_length=300)
    reason = models.CharField(_("reason"), max_length=500)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.UUIDField(_("recorded by"))
    approved_by = models.UUIDField(_("approved by"))

    objects = MoneyReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("return to the budget")
        verbose_name_plural = _("returns to the budget")
        ordering = ["commitment", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_vnd__gt=0, amount_vnd__lte=MOST_VND), name="return_amount_positive"
            ),
            models.CheckConstraint(
                condition=~Q(document="") & ~Q(voucher="") & ~Q(payer="") & ~Q(reason=""),
                name="return_says_by_what_and_whom",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("recorded_by")), name="return_recorded_and_approved_by_two"
            ),
        ]

    def __str__(self):
        return f"{self.voucher} – {self.commitment}"

    def get_absolute_url(self):
        return f"{self.commitment.get_absolute_url()}#returns"

    @property
    def sign(self):
        return -1 if self.reverses_id else 1
