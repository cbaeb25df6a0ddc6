"""What the nightly check of the money found."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified


class BudgetCheck(Identified):
    """One run of the consistency check: how many questions, how many differences, and the first of them."""

    at = models.DateTimeField(_("checked at"))
    questions = models.PositiveIntegerField(_("questions asked"))
    differences = models.PositiveIntegerField(_("differences"))
    findings = models.JSONField(_("what was found"), default=list)

    class Meta:
        verbose_name = _("check of the money")
        verbose_name_plural = _("checks of the money")
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(questions__gt=0), name="check_asked_something")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}"
