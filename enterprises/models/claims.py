"""Claims: somebody says by a tax code that they represent an enterprise; a clerk confirms or refuses it once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Invitation
from audit.identity import Identified
from documents.models import StoredFile
from enterprises.models.enterprises import Enterprise


class ClaimQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who may see claims see all of them."""
        from enterprises.permissions import SEE_CLAIMS

        return self if user.is_authenticated and user.may(SEE_CLAIMS) else self.none()

    def waiting(self, on):
        """Those that may still be decided on the day: an old one ends by itself."""
        return self.filter(state=Claim.State.WAITING, expires_on__gte=on)

    def run_out(self, on):
        return self.filter(state=Claim.State.WAITING, expires_on__lt=on)


class Claim(Identified):
    """What somebody said of themselves and of an enterprise, with the paper that shows it. It names the enterprise by its
    tax code only: whether the registry has it is looked up by whoever decides, never by whoever claims. What the signatures of
    the paper were worth is kept as it was found when it came (nothing where they could not be read)."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("claim", "Waiting for a decision")
        CONFIRMED = "confirmed", pgettext_lazy("claim", "Confirmed")
        REFUSED = "refused", pgettext_lazy("claim", "Refused")
        EXPIRED = "expired", pgettext_lazy("claim", "Expired")

    class Office(models.TextChoices):
        REPRESENTATIVE = "representative", _("Legal representative of the enterprise")
        AUTHORISED = "authorised", _("Authorised by the legal representative in writing")

    MOVES = {
        State.WAITING: {State.CONFIRMED, State.REFUSED, State.EXPIRED},
        State.CONFIRMED: set(),
        State.REFUSED: set(),
        State.EXPIRED: set(),
    }

    tax_code = models.CharField(_("tax code"), max_length=14)
    enterprise_name = models.CharField(_("name of the enterprise"), max_length=300)
    full_name = models.CharField(_("full name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    office = models.CharField(_("in which capacity"), max_length=20, choices=Office)
    paper_number = models.CharField(_("number and date of the paper"), max_length=120)
    scope = models.CharField(_("what for"), max_length=300, blank=True)
    authorised_to = models.DateField(_("authorised until"), null=True)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("paper"))
    signatures = models.JSONField(_("signatures"), null=True)
    verified_at = models.DateTimeField(_("signatures verified at"), null=True)
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who was signed in"),
    )
    sent_at = models.DateTimeField(_("sent at"))
    expires_on = models.DateField(_("to be decided until"))

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    ended_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason for refusing"), max_length=600, blank=True)
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, related_name="claims", verbose_name=_("enterprise")
    )
    invitation = models.ForeignKey(
        Invitation, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("invitation")
    )

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim of an enterprise")
        verbose_name_plural = _("claims of enterprises")
        ordering = ["-sent_at", "-id"]
        indexes = [
            models.Index(fields=["-sent_at", "-id"], name="claim_by_day"),
            models.Index(fields=["state", "expires_on", "id"], name="claim_by_state"),
            models.Index(fields=["tax_code"], name="claim_by_tax_code"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "confirmed", "refused", "expired"]), name="claim_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(office="representative", scope="", authorised_to__isnull=True)
                | Q(office="authorised", authorised_to__isnull=False) & ~Q(scope=""),
                name="claim_authorised_with_scope_and_end",
            ),
            models.CheckConstraint(
                condition=~Q(enterprise_name="") & ~Q(full_name="") & ~Q(email="") & ~Q(paper_number=""),
                name="claim_said_whole",
            ),
            models.CheckConstraint(condition=Q(tax_code__length__in=[10, 12, 14]), name="claim_tax_code_shape"),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=False) | Q(signatures__isnull=True), name="claim_signatures_verified"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True, decided_by__isnull=True)
                | Q(state="expired", ended_at__isnull=False, decided_by__isnull=True)
                | Q(state__in=["confirmed", "refused"], ended_at__isnull=False, decided_by__isnull=False),
                name="claim_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(reason="") | ~Q(state="refused") & Q(reason=""),
                name="claim_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", enterprise__isnull=False, invitation__isnull=False)
                | ~Q(state="confirmed") & Q(enterprise__isnull=True, invitation__isnull=True),
                name="claim_confirmed_with_invitation",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("sent_at")), name="claim_decided_after_sent"
            ),
        ]

    def __str__(self):
        return f"{self.full_name} – {self.tax_code}"

    def get_absolute_url(self):
        return reverse("enterprises:claim_detail", args=[self.public_id])

    @property
    def may_be_signed(self):
        return self.file.format == "pdf"

    @property
    def is_authorised(self):
        return self.office == self.Office.AUTHORISED

    @property
    def paper(self):
        """What the membership rests on, in words."""
        if not self.is_authorised:
            return self.paper_number
        return f"{self.paper_number} ({self.scope})"[:200]
