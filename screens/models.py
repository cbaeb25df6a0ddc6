import uuid

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A way of looking at a list that a person keeps: filters, order and columns under a name of their own."""

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    owner = models.UUIDField(_("owner"), db_index=True)
    list_name = models.CharField(_("list"), max_length=80)
    label = models.CharField(_("name of the view"), max_length=60)
    query = models.TextField(_("filters, order and columns"), blank=True)
    is_default = models.BooleanField(_("opened first"), default=False)
    created_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["label", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "list_name", "label"], name="one_view_per_name"),
            models.UniqueConstraint(
                fields=["owner", "list_name"], condition=models.Q(is_default=True), name="one_default_view_per_list"
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def address(self):
        """The query string that opens the list with this view."""
        query = QueryDict(self.query, mutable=True)
        query["view"] = str(self.public_id)
        return query.urlencode()
