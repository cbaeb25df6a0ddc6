"""Certifying organisations that the Department trusts: the list against which signatures are verified."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified, Versioned


class TrustQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))


class TrustedCertificate(Identified, Versioned):
    """The certificate of an organisation that issues signatures. What it issued holds while it stands in the list."""

    name = models.CharField(_("organisation"), max_length=200)
    pem = models.TextField(_("certificate"))
    sha256 = models.CharField(_("digest"), max_length=64, unique=True)
    expires_on = models.DateField(_("valid until"))
    added_at = models.DateTimeField(_("added at"))
    added_by = models.CharField(_("added by"), max_length=80)
    ended_on = models.DateField(_("trusted no more from"), null=True)
    ended_reason = models.CharField(_("why it is trusted no more"), max_length=300, blank=True)

    objects = TrustQuerySet.as_manager()

    class Meta:
        verbose_name = _("trusted certificate")
        verbose_name_plural = _("trusted certificates")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(pem=""), name="trust_names_an_organisation"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_reason="") | Q(ended_on__isnull=False) & ~Q(ended_reason=""),
                name="trust_ended_with_a_reason",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("documents:certificate", args=[self.public_id])
