"""What the Department and the enterprise write to each other about a dossier."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified
from dossiers.models.dossiers import Dossier


class DossierMessage(Identified):
    """A message of the Department to the enterprise, or its answer: both read it, nobody changes it. What colleagues write
    for each other is a DossierNote; what a dossier lacks is asked for by a supplement, which stops the clock."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="messages", verbose_name=_("dossier"))
    from_department = models.BooleanField(_("from the Department"))
    text = models.TextField(_("message"), max_length=3000)
    at = models.DateTimeField(_("written at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )

    class Meta:
        verbose_name = _("message about a dossier")
        verbose_name_plural = _("messages about dossiers")
        ordering = ["dossier", "at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="dossier_message_says_something")]

    def __str__(self):
        return self.text[:80]
