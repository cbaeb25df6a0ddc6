"""That a dossier follows an earlier one: it goes on with it, asks the same again, or does not accept its result."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.identity import Identified
from dossiers.models.dossiers import Dossier


class LinkQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(ended_at__isnull=True)


class DossierLink(Identified):
    """`dossier` names `earlier`, which was lodged before it. Read from either page by whoever may see both."""

    class Kind(models.TextChoices):
        CONTINUES = "continues", pgettext_lazy("dossier link", "Continues")
        REPEATS = "repeats", pgettext_lazy("dossier link", "Asks again what was asked by")
        OBJECTS = "objects", pgettext_lazy("dossier link", "Does not accept the result of")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="links", verbose_name=_("dossier"))
    earlier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="later_links", verbose_name=_("earlier dossier")
    )
    kind = models.CharField(_("how it follows it"), max_length=9, choices=Kind)
    at = models.DateTimeField(_("named at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("named by")
    )
    ended_at = models.DateTimeField(_("taken away at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("taken away by")
    )

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of dossiers")
        verbose_name_plural = _("links of dossiers")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["continues", "repeats", "objects"]), name="dossier_link_kind_valid"
            ),
            models.CheckConstraint(condition=~Q(dossier=F("earlier")), name="dossier_link_to_another"),
            models.UniqueConstraint(
                fields=["dossier", "earlier"], condition=Q(ended_at__isnull=True), name="dossier_link_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("at"), ended_by__isnull=False),
                name="dossier_link_ended_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.dossier} – {self.earlier}"
