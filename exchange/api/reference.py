"""Reference data: what the codes in all other rows mean, and on which days. Items are ended, never removed."""

import django_filters
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from exchange.filters import ApiFilter, CapitalCode, Code, Day, InForceOn, Search, Truth
from exchange.resources import Resource, register, rows_with
from exchange.rows import Row, Vnd, public_id
from reference.models import (
    AdministrativeUnit,
    Agency,
    CalendarDay,
    Confidence,
    ContentArea,
    ExchangeRate,
    IndustryCode,
    MoneySource,
    ProductGroup,
    SupportKind,
    UnitSuccession,
)

RIGHT = ("reference", _("Reference data"))


class ReferenceRow(Row):
    told = _("An item of reference data. A code means an item only on the days on which that item is in force.")

    id = public_id()
    code = serializers.CharField()
    name_vi = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    valid_from = serializers.DateField(help_text=_("First day in force."))
    valid_to = serializers.DateField(allow_null=True, help_text=_("Last day in force; none while it has no end."))
    legal_basis = serializers.CharField(allow_blank=True)
    confidence = serializers.ChoiceField(
        choices=Confidence.choices,
        help_text=_("How sure it is: A was read in the document itself, K was not verified."),
    )
    source = serializers.CharField(allow_blank=True, help_text=_("Where it was read."))


class SuccessionRow(Row):
    told = _("An older unit of which the whole or a part went into this one.")

    id = serializers.UUIDField(source="old.public_id")
    kind = serializers.ChoiceField(source="old.kind", choices=AdministrativeUnit.Kind.choices)
    code = serializers.CharField(source="old.code")
    name_vi = serializers.CharField(source="old.name_vi")
    since = serializers.DateField(source="on")
    legal_basis = serializers.CharField(allow_blank=True)


class UnitRow(ReferenceRow):
    told = _("A district (until 30/06/2025) or a ward or commune (since 01/07/2025), with the units that it came from.")

    kind = serializers.ChoiceField(choices=AdministrativeUnit.Kind.choices)
    unit_type = serializers.ChoiceField(choices=AdministrativeUnit.UnitType.choices)
    predecessors = SuccessionRow(many=True, help_text=_("An old unit may have gone into several new ones."))

    @classmethod
    def subqueries(cls):
        return {"predecessors": UnitSuccession.objects.filter(new=OuterRef("pk")).order_by("on", "pk")}


class IndustryCodeRow(ReferenceRow):
    told = _("A code of the Vietnam standard industrial classification; it means nothing without its classification.")

    classification = serializers.ChoiceField(choices=IndustryCode.Classification.choices)
    level = serializers.IntegerField(
        help_text=_("1 section, 2 division, 3 group, 4 class, 5 subclass."), min_value=1, max_value=5
    )
    parent_code = serializers.CharField(allow_blank=True, help_text=_("The code above it; empty for a section."))


class ProductGroupRow(ReferenceRow):
    told = _("A group of key industrial products; the list changes between periods of the programme.")

    divisions = serializers.CharField(allow_blank=True, help_text=_("Nearest divisions of VSIC."))


class AgencyRow(ReferenceRow):
    told = _("A body that the programme works with, with the one that took over its work.")

    short_name = serializers.CharField(allow_blank=True)
    successor = serializers.UUIDField(source="successor.public_id", allow_null=True)


class MoneySourceRow(ReferenceRow):
    told = _("Where money comes from.")

    counts_to_ceiling = serializers.BooleanField(help_text=_("Whether it counts against the programme's ceiling."))


class ExchangeRateRow(Row):
    told = _("What one unit of a currency was worth on a day. A wrong rate is withdrawn and entered anew.")

    id = public_id()
    currency = serializers.CharField(help_text=_("ISO 4217."))
    on = serializers.DateField()
    vnd_per_unit = Vnd()
    source = serializers.CharField(allow_blank=True)
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    withdrawn_on = serializers.DateField(allow_null=True)


class CalendarDayRow(Row):
    told = _("A day on which the city's offices differ from the week. Deadlines are in working days of this calendar.")

    id = public_id()
    on = serializers.DateField()
    kind = serializers.ChoiceField(choices=CalendarDay.Kind.choices)
    name_vi = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    basis = serializers.CharField()
    confidence = serializers.ChoiceField(choices=Confidence.choices)


class ItemFilter(ApiFilter):
    q = Search(label=_("Words of the name, or the code"))
    code = Code(label=_("Code of the item, whole"))
    in_force_on = InForceOn(label=_("Only what is in force on this day"))


class UnitFilter(ItemFilter):
    kind = django_filters.ChoiceFilter(
        choices=AdministrativeUnit.Kind.choices,
        label=_("Districts (until 30/06/2025), or wards and communes (since 01/07/2025)"),
    )


class IndustryCodeFilter(ItemFilter):
    classification = django_filters.ChoiceFilter(
        choices=IndustryCode.Classification.choices, label=_("Which classification the code belongs to")
    )
    parent_code = Code(label=_("The code above it"))


class MoneySourceFilter(ItemFilter):
    counts_to_ceiling = Truth(
        label=_("Only what counts against the programme's ceiling (true) or only what does not (false)")
    )


class ExchangeRateFilter(ApiFilter):
    currency = CapitalCode(label=_("Currency (ISO 4217)"))
    since = Day(field_name="on", lookup_expr="gte", label=_("On this day or later"))
    until = Day(field_name="on", lookup_expr="lte", label=_("On this day or earlier"))


class CalendarDayFilter(ApiFilter):
    kind = django_filters.ChoiceFilter(choices=CalendarDay.Kind.choices, label=_("Day off or working day"))
    since = Day(field_name="on", lookup_expr="gte", label=_("On this day or later"))
    until = Day(field_name="on", lookup_expr="lte", label=_("On this day or earlier"))


def _reference(name, label, model, row=ReferenceRow, filters=ItemFilter, *, changes=None, **more):
    """Reference data is the same for everybody: a client that was narrowed to wards or groups reads all of it."""
    return register(
        Resource(
            name=name,
            label=label,
            model=model,
            row=row,
            rows=lambda caller: model.objects.all(),
            filters=filters,
            changes={model._meta.label_lower: list, **(changes or {})},
            right=RIGHT,
            **{"sorts": {"added": ()}, "sort": "added", **more},
        )
    )


_reference(
    "units",
    _("Wards, communes and the districts before them"),
    AdministrativeUnit,
    UnitRow,
    UnitFilter,
    changes={
        "reference.administrativeunit": rows_with(AdministrativeUnit, "", "origins__old"),
        "reference.unitsuccession": rows_with(AdministrativeUnit, "origins"),
    },
)
_reference("industry_codes", _("Industry codes (VSIC)"), IndustryCode, IndustryCodeRow, IndustryCodeFilter)
_reference("product_groups", _("Groups of key industrial products"), ProductGroup, ProductGroupRow)
_reference("agencies", _("Agencies"), Agency, AgencyRow)
_reference("content_areas", _("Content areas of the programme"), ContentArea)
_reference("support_kinds", _("Kinds of support"), SupportKind)
_reference("money_sources", _("Sources of money"), MoneySource, MoneySourceRow, MoneySourceFilter)
_reference("exchange_rates", _("Exchange rates"), ExchangeRate, ExchangeRateRow, ExchangeRateFilter)
_reference(
    "calendar_days",
    _("Days off and working days at weekends"),
    CalendarDay,
    CalendarDayRow,
    CalendarDayFilter,
    sorts={"on": ("on",)},
    sort="on",
)
