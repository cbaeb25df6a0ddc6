"""Names that leave the house and versions that keep two people from overwriting each other."""

import uuid

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from audit.refusals import StaleVersion


class Identified(models.Model):
    """An object that an API, event, paper or address may name: by `public_id`, never by its key.

    A guard keeps the column from ever changing (`audit.guards`).
    """

    public_id = models.UUIDField(_("identifier"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A row that people edit by hand. Every edit names the version it was read at."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True

    def save_version(self, expected, *, update_fields):
        """Write `update_fields` if the row still is at version `expected`; else raise StaleVersion."""
        values = {name: getattr(self, self._meta.get_field(name).attname) for name in update_fields}
        columns = {self._meta.get_field(name).attname: value for name, value in values.items()}
        changed = (
            type(self)._base_manager.filter(pk=self.pk, version=expected).update(version=F("version") + 1, **columns)
        )
        if not changed:
            raise StaleVersion(type(self)._base_manager.get(pk=self.pk))
        self.version = expected + 1
