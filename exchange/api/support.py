"""Support that enterprises were given."""

import django_filters
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from exchange.api.enterprises import OfEnterprise, OwnerRow, of_enterprise, once_within, owner_of, within
from exchange.filters import ApiFilter, Code, Day, Truth, WholeNumber
from exchange.resources import Resource, register, rows_with
from exchange.rows import ItemRow, Row, Time, Vnd, public_id
from support.models import ActivityType, SupportRecord, SupportRevision


class SupportRow(Row):
    told = _(
        "Something an enterprise was given, as its current revision says. A record that was withdrawn is gone.\n\n"
        "Enterprises with the same activity code were given support by the same activity."
    )

    id = public_id()
    enterprise = OwnerRow()
    year = serializers.IntegerField(help_text=_("The year in which it counts."))
    activity_code = serializers.CharField()
    activity = serializers.CharField()
    activity_type = serializers.ChoiceField(choices=ActivityType.choices)
    content_area = ItemRow()
    kind = ItemRow()
    what = serializers.CharField(help_text=_("What was delivered."))
    started_on = serializers.DateField(allow_null=True)
    delivered_on = serializers.DateField()
    amount_vnd = Vnd(allow_null=True)
    money_source = ItemRow(allow_null=True)
    by_programme = serializers.BooleanField(help_text=_("Whether this programme gave it, or another one."))
    agency = ItemRow(allow_null=True, help_text=_("The agency that gave it."))
    evidence = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField(help_text=_("Revision of the record that is current."))
    recorded_at = Time(source="created_at")

    @classmethod
    def expressions(cls):
        current = SupportRevision.objects.current().filter(record=OuterRef("pk"))
        return {"revision": Subquery(current.values("revision")[:1])}


class SupportFilter(ApiFilter):
    year = WholeNumber(label=_("The year in which it counts."))
    enterprise = OfEnterprise(
        label=_("Identifier of the enterprise, with what was recorded for records merged into it")
    )
    tax_code = Code(field_name="enterprise__tax_code", label=_("Tax code of the enterprise, whole"))
    activity_code = Code(label=_("Code of the activity, whole"))
    activity_type = django_filters.ChoiceFilter(choices=ActivityType.choices, label=_("Kind of activity"))
    content_area = Code(field_name="content_area__code", label=_("Code of the content area (see content_areas)"))
    kind = Code(field_name="kind__code", label=_("Code of the kind of support (see support_kinds)"))
    by_programme = Truth(label=_("Only what this programme gave (true) or only what another one gave (false)"))
    delivered_since = Day(
        field_name="delivered_on", lookup_expr="gte", label=_("Only what was delivered on this day or later")
    )
    delivered_until = Day(
        field_name="delivered_on", lookup_expr="lte", label=_("Only what was delivered on this day or earlier")
    )


SUPPORT = register(
    Resource(
        name="support",
        label=_("Support that enterprises were given"),
        model=SupportRecord,
        row=SupportRow,
        rows=lambda caller: within(caller, SupportRecord.objects.standing(), to_enterprise="enterprise__"),
        filters=SupportFilter,
        sorts={"delivered_on": ("delivered_on",)},
        sort="delivered_on",
        changes={
            "support.supportrecord": list,
            "enterprises.enterprise": of_enterprise(SupportRecord),
            "reference.contentarea": rows_with(SupportRecord, "content_area"),
            "reference.supportkind": rows_with(SupportRecord, "kind"),
            "reference.moneysource": rows_with(SupportRecord, "money_source"),
            "reference.agency": rows_with(SupportRecord, "agency"),
        },
        was_seen_by=once_within(owner_of(SupportRecord)),
    )
)
