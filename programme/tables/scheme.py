"""Columns and filters of the programme's lists."""

import django_filters
from django.utils.translation import gettext_lazy as _

from programme.models import Indicator, Period, PublishedFigure, Target
from programme.presenting.scheme import amount, band_text, scope_text
from reference.tables import ConfidenceColumn, ConfidenceFilter, name_in_language
from screens import tables
from screens.lists import FilterSet

STATE_KINDS = {"in_force": "ok", "no_document": "warn", "illustration": "quiet"}
REPRODUCIBLE = {True: _("can be reproduced"), False: _("cannot be reproduced")}


class PeriodTable(tables.Table):
    name = tables.LinkColumn(
        verbose_name=_("Period of the programme"),
        route="programme:period",
        fields=("name_vi", "name_en"),
        compute=lambda record: name_in_language(record["name_vi"], record["name_en"]),
    )
    starts_year = tables.CodeColumn(verbose_name=_("First year"))
    ends_year = tables.CodeColumn(verbose_name=_("Last year"))
    state = tables.TagColumn(verbose_name=_("Standing"), choices=Period.State, kinds=STATE_KINDS)
    decision = tables.Column(verbose_name=_("Document"))
    decision_on = tables.DateColumn(verbose_name=_("Date"))
    ceiling_vnd = tables.MoneyColumn(verbose_name=_("Estimated budget"), unit=10**9)
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = ["name", "starts_year", "ends_year", "state", "decision", "decision_on", "ceiling_vnd", "confidence"]


def _indicator(record):
    code = record["indicator_code"]
    return str(Indicator(code).label) if code in Indicator.values else code


class TargetTable(tables.Table):
    indicator = tables.LinkColumn(
        verbose_name=_("Indicator"),
        route="programme:target",
        fields=("indicator_code",),
        compute=_indicator,
    )
    period = tables.Column(
        verbose_name=_("Period of the programme"),
        fields=("period__name_vi", "period__name_en"),
        compute=lambda record: name_in_language(record["period__name_vi"], record["period__name_en"]),
        order_by=("period__starts_year",),
        orderable=True,
    )
    applies = tables.ChoiceColumn(verbose_name=_("Applies"), choices=Target.Applies)
    year = tables.CodeColumn(verbose_name=_("Year"))
    band = tables.Column(
        verbose_name=_("Band"),
        fields=("lower", "upper", "unit"),
        compute=lambda record: band_text(record["lower"], record["upper"], record["unit"]),
    )
    document = tables.Column(verbose_name=_("Document"))
    standing = tables.TagColumn(
        verbose_name=_("State"),
        choices={"now": _("Standing now"), "withdrawn": _("No longer applies")},
        kinds={"now": "ok", "withdrawn": "quiet"},
        fields=("withdrawn_on",),
        compute=lambda record: "withdrawn" if record["withdrawn_on"] else "now",
    )
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = ["indicator", "period", "applies", "year", "band", "document", "confidence"]


class TargetFilter(FilterSet):
    period = django_filters.ModelChoiceFilter(
        queryset=Period.objects.order_by("-starts_year"),
        to_field_name="public_id",
        label=_("Period of the programme"),
        empty_label=_("All"),
    )
    indicator_code = django_filters.ChoiceFilter(choices=Indicator.choices, label=_("Indicator"), empty_label=_("All"))
    confidence = ConfidenceFilter()

    class Meta:
        model = Target
        fields: list = []


class KnownColumn(tables.NumberColumn):
    """A count in which what is unknown says so."""

    empty_values = ()

    def text(self, value):
        return str(_("not known")) if value is None else super().text(value)


class ResultTable(tables.Table):
    year = tables.LinkColumn(
        verbose_name=_("Year of the round"), route="programme:result", second="source", second_label=_("Source")
    )
    registered_enterprises = KnownColumn(verbose_name=_("Enterprises registered"))
    registered_products = KnownColumn(verbose_name=_("Products registered"))
    recognised_enterprises = KnownColumn(verbose_name=_("Enterprises recognised"))
    recognised_products = KnownColumn(verbose_name=_("Products recognised"))
    first_time_products = KnownColumn(verbose_name=_("Of these for the first time"))
    top10_enterprises = KnownColumn(verbose_name=_("Enterprises in the Top 10"))
    decision = tables.Column(verbose_name=_("Document"))
    note = tables.Column(verbose_name=_("Remark"))
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = [
            "year",
            "registered_enterprises",
            "registered_products",
            "recognised_enterprises",
            "recognised_products",
            "first_time_products",
            "top10_enterprises",
        ]


class FigureTable(tables.Table):
    measure = tables.LinkColumn(
        verbose_name=_("Figure"),
        route="programme:figure",
        second="source",
        second_label=_("Source"),
        fields=("measure",),
        compute=lambda record: str(PublishedFigure.Measure(record["measure"]).label),
    )
    award_year = tables.CodeColumn(verbose_name=_("Year of the round"))
    reference_year = tables.Column(
        verbose_name=_("Year of the figures"),
        empty_values=(),
        fields=("reference_year",),
        compute=lambda r: r["reference_year"] or str(_("not known")),
        orderable=True,
        order_by=("reference_year",),
    )
    scope = tables.Column(
        verbose_name=_("Scope"),
        fields=("scope_count", "scope"),
        compute=lambda record: scope_text(record["scope"], record["scope_count"]),
    )
    value = tables.Column(
        verbose_name=_("As quoted"),
        fields=("unit", "qualifier", "value"),
        compute=lambda record: " ".join(
            part
            for part in (
                str(PublishedFigure.Qualifier(record["qualifier"]).label) if record["qualifier"] else "",
                amount(record["value"], record["unit"]),
            )
            if part
        ),
    )
    reproducible = tables.TagColumn(
        verbose_name=_("Reproducible"), choices=REPRODUCIBLE, kinds={True: "ok", False: "warn"}
    )
    note = tables.Column(verbose_name=_("Remark"))
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = ["measure", "award_year", "reference_year", "scope", "value", "reproducible"]


def years_of(model, name):
    return lambda: [(y, str(y)) for y in model.objects.order_by(name).values_list(name, flat=True).distinct()]


class FigureFilter(FilterSet):
    award_year = django_filters.ChoiceFilter(
        choices=years_of(PublishedFigure, "award_year"), label=_("Year of the round"), empty_label=_("All")
    )
    measure = django_filters.ChoiceFilter(
        choices=PublishedFigure.Measure.choices, label=_("Figure"), empty_label=_("All")
    )

    class Meta:
        model = PublishedFigure
        fields: list = []
