"""Dated revisions: what was known at any moment can be read again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RevisedQuerySet(models.QuerySet):
    def current(self):
        """Revisions that no later one replaced."""
        return self.filter(superseded_at__isnull=True)

    def as_of(self, cutoff):
        """Revisions that were the latest recorded at `cutoff` (aware datetime)."""
        return self.filter(recorded_at__lte=cutoff).filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=cutoff))


class Revised(models.Model):
    """One recorded state of a thing. Rows are added; only `superseded_at` is ever set, once (a guard)."""

    revision = models.PositiveIntegerField(_("revision"), default=1)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.UUIDField(_("recorded by"), null=True)
    superseded_at = models.DateTimeField(_("superseded at"), null=True)

    objects = RevisedQuerySet.as_manager()

    class Meta:
        abstract = True
