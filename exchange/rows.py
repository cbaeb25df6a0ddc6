"""What one row of the API says: documented as a serializer, filled by the database (`exchange.json_rows`).

Each field's `source` is a path of columns. What is no plain column stands in `expressions`, what comes from rows of
another table in `subqueries`. The serializer itself is read by the documentation and by the tests only.
"""

from datetime import UTC
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class Row(serializers.Serializer):
    """`told` is what the description says of it. `expandable` fields, each with the right that it needs, stand in a row only when they
    are asked for; `leaving` ones are on their way out."""

    expandable: ClassVar[dict] = {}
    leaving: ClassVar[dict] = {}

    @classmethod
    def expressions(cls):
        """{field: expression} of fields that are no column."""
        return {}

    @classmethod
    def subqueries(cls):
        """{field: QuerySet} of fields that come from another table; of a single row, its first one."""
        return {}


class Time(serializers.DateTimeField):
    """A moment in UTC, to the microsecond, always with six digits."""

    def __init__(self, **extra):
        super().__init__(format="%Y-%m-%dT%H:%M:%S.%fZ", default_timezone=UTC, **extra)


class Vnd(serializers.IntegerField):
    """Whole đồng."""

    def __init__(self, **extra):
        extra.setdefault("help_text", _("Whole đồng."))
        super().__init__(**extra)


class UsdCents(serializers.IntegerField):
    """Cents of a US dollar."""

    def __init__(self, **extra):
        extra.setdefault("help_text", _("Cents of a US dollar."))
        super().__init__(**extra)


class ItemRow(Row):
    told = _("An item of reference data as other rows name it; the list of its kind says what else is known of it.")

    code = serializers.CharField()
    name_vi = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)


def public_id(**extra):
    return serializers.UUIDField(source="public_id", help_text=_("Identifier; it never changes."), **extra)
