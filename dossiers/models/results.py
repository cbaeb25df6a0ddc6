"""Papers of the portal in which the results of dossiers are drafted."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified
from documents.models import OutgoingPaper
from documents.paper_states import State as PaperState
from dossiers.models.dossiers import Dossier

OVER = (PaperState.STOPPED, PaperState.DISCARDED)


class ResultPaperQuerySet(models.QuerySet):
    def standing(self):
        """Those that were neither stopped nor given up: at most one of each dossier."""
        return self.exclude(paper__state__in=OVER)


class ResultPaper(Identified):
    """A paper that was begun as the result of a dossier. Once it is issued, the dossier's result follows from it; one that is
    stopped or given up leaves the dossier as it was, and another may be begun."""

    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="result_papers", verbose_name=_("dossier")
    )
    paper = models.OneToOneField(
        OutgoingPaper, on_delete=models.PROTECT, related_name="+", verbose_name=_("paper that goes out")
    )
    begun_at = models.DateTimeField(_("begun at"))
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("begun by")
    )

    objects = ResultPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("result drafted as a paper")
        verbose_name_plural = _("results drafted as papers")
        ordering = ["dossier", "id"]

    def __str__(self):
        return f"{self.dossier} – {self.paper}"
