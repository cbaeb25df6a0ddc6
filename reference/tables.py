"""Columns and filters of the reference lists."""

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reference.loading import BEGINNING
from reference.models import (
    AdministrativeUnit,
    CalendarDay,
    Confidence,
    ExchangeRate,
    IndustryCode,
    SizeThreshold,
    UnitSuccession,
)
from screens import formats, tables
from screens.lists import FilterSet, SearchFilter

STANDING = {"now": _("In force"), "later": _("Not yet in force"), "ended": _("No longer in force")}
STANDING_KINDS = {"now": "ok", "later": "info", "ended": "quiet"}
SHORT_CONFIDENCE = {
    "A": _("A – document"),
    "B": _("B – press"),
    "C": _("C – weak source"),
    "D": _("D – derived"),
    "K": _("K – not verified"),
}
CONFIDENCE_KINDS = {"A": "ok", "B": "ok", "C": "warn", "D": "info", "K": "warn"}


def standing_of(valid_from, valid_to, today):
    if valid_from > today:
        return "later"
    return "ended" if valid_to and valid_to < today else "now"


def since_text(value):
    """The first day, or words where the day is older than the portal's data."""
    return str(_("before the portal's data")) if value == BEGINNING else formats.vn_date(value)


def name_in_language(vi, en):
    return en if en and (get_language() or "").startswith("en") else vi


class SinceColumn(tables.DateColumn):
    def text(self, value):
        return since_text(value)


class StandingColumn(tables.TagColumn):
    """Whether a row is in force today."""

    def __init__(self, **kwargs):
        kwargs.setdefault("verbose_name", _("State"))
        super().__init__(
            choices=STANDING, kinds=STANDING_KINDS, fields=("valid_from", "valid_to"), compute=self.now, **kwargs
        )

    @staticmethod
    def now(record):
        return standing_of(record["valid_from"], record["valid_to"], timezone.localdate())


class ConfidenceColumn(tables.TagColumn):
    def __init__(self, **kwargs):
        super().__init__(verbose_name=_("How sure"), choices=SHORT_CONFIDENCE, kinds=CONFIDENCE_KINDS, **kwargs)


def name_column(route):
    return tables.LinkColumn(
        verbose_name=_("Name"),
        route=route,
        fields=("name_vi", "name_en"),
        compute=lambda record: name_in_language(record["name_vi"], record["name_en"]),
        orderable=True,
        order_by=("sort_key",),
    )


def item_table(model, extra=(), shown=()):
    """The table of a ReferenceItem: name, code, what is its own, days, state, basis, how sure, source."""
    columns = {
        "name": name_column(f"reference:{model._meta.model_name}"),
        "code": tables.CodeColumn(verbose_name=_("Code")),
        **dict(extra),
        "valid_from": SinceColumn(verbose_name=_("In force from")),
        "valid_to": tables.DateColumn(verbose_name=_("In force to")),
        "standing": StandingColumn(),
        "legal_basis": tables.Column(verbose_name=_("Legal basis")),
        "confidence": ConfidenceColumn(),
        "source": tables.Column(verbose_name=_("Source")),
    }
    always = ["name", "code", *dict(extra), "valid_from", "valid_to", "standing", "confidence"]
    meta = type("Meta", (tables.Table.Meta,), {"shown": list(shown) or always, "sequence": list(columns)})
    table = type(f"{model.__name__}Table", (tables.Table,), {**columns, "Meta": meta})
    table.base_columns = {name: table.base_columns[name] for name in columns}
    return table


class StandingFilter(django_filters.ChoiceFilter):
    """In force today, later or ended."""

    def __init__(self, **kwargs):
        super().__init__(label=_("State"), choices=list(STANDING.items()), empty_label=_("All"), **kwargs)

    def filter(self, queryset, value):
        today = timezone.localdate()
        if value == "now":
            return queryset.in_force(today)
        if value == "later":
            return queryset.filter(valid_from__gt=today)
        return queryset.filter(valid_to__lt=today) if value == "ended" else queryset


class ConfidenceFilter(django_filters.ChoiceFilter):
    def __init__(self, **kwargs):
        super().__init__(label=_("How sure"), choices=Confidence.choices, empty_label=_("All"), **kwargs)


def _choices(field, choices, label):
    return django_filters.ChoiceFilter(field_name=field, choices=choices, label=label, empty_label=_("All"))


def item_filter(model, extra=()):
    fields = {
        "q": SearchFilter(label=_("Name or code")),
        **dict(extra),
        "state": StandingFilter(),
        "confidence": ConfidenceFilter(),
    }
    meta = type("Meta", (), {"model": model, "fields": []})
    filters = type(f"{model.__name__}Filter", (FilterSet,), {**fields, "Meta": meta})
    filters.base_filters = {name: filters.base_filters[name] for name in fields}
    return filters


UNIT_COLUMNS = {
    "kind": tables.ChoiceColumn(verbose_name=_("Level"), choices=AdministrativeUnit.Kind),
    "unit_type": tables.ChoiceColumn(verbose_name=_("Type of unit"), choices=AdministrativeUnit.UnitType),
}
UNIT_FILTERS = {
    "kind": _choices("kind", AdministrativeUnit.Kind.choices, _("Level")),
    "unit_type": _choices("unit_type", AdministrativeUnit.UnitType.choices, _("Type of unit")),
}
INDUSTRY_COLUMNS = {
    "classification": tables.ChoiceColumn(verbose_name=_("Classification"), choices=IndustryCode.Classification),
    "level": tables.ChoiceColumn(verbose_name=_("Level"), choices=IndustryCode.Level),
    "parent_code": tables.CodeColumn(verbose_name=_("Belongs to")),
}
INDUSTRY_FILTERS = {
    "classification": _choices("classification", IndustryCode.Classification.choices, _("Classification")),
    "level": _choices("level", IndustryCode.Level.choices, _("Level")),
}
GROUP_COLUMNS = {"divisions": tables.CodeColumn(verbose_name=_("Nearest VSIC divisions"))}
AGENCY_COLUMNS = {
    "short_name": tables.VietnameseColumn(verbose_name=_("Short name")),
    "successor": tables.Column(
        verbose_name=_("Work taken over by"),
        fields=("successor__name_vi", "successor__name_en"),
        compute=lambda record: name_in_language(record["successor__name_vi"], record["successor__name_en"]),
    ),
}
SOURCE_COLUMNS = {"counts_to_ceiling": tables.BooleanColumn(verbose_name=_("Counts against the ceiling"))}
THRESHOLD_COLUMNS = {
    "sector_column": tables.ChoiceColumn(verbose_name=_("Field of activity"), choices=SizeThreshold.Column),
    "labour_max": tables.NumberColumn(verbose_name=_("Workers, at most")),
    "revenue_max_vnd": tables.MoneyColumn(verbose_name=_("Revenue, at most"), unit=10**9),
    "capital_max_vnd": tables.MoneyColumn(verbose_name=_("Capital, at most"), unit=10**9),
}
THRESHOLD_FILTERS = {"sector_column": _choices("sector_column", SizeThreshold.Column.choices, _("Field of activity"))}


# --- the map, days, rates, loads ---------------------------------------------------------------


class SuccessionTable(tables.Table):
    new = tables.LinkColumn(
        verbose_name=_("Unit since 01/07/2025"),
        route="reference:administrativeunit",
        args=["new__public_id"],
        fields=("new__name_vi", "new__name_en"),
        compute=lambda record: name_in_language(record["new__name_vi"], record["new__name_en"]),
        orderable=True,
        order_by=("new__sort_key", "old__sort_key"),
    )
    new__code = tables.CodeColumn(verbose_name=_("Code"))
    old = tables.LinkColumn(
        verbose_name=_("Former district"),
        route="reference:administrativeunit",
        args=["old__public_id"],
        fields=("old__name_vi", "old__name_en"),
        compute=lambda record: name_in_language(record["old__name_vi"], record["old__name_en"]),
        orderable=True,
        order_by=("old__sort_key", "new__sort_key"),
    )
    old__code = tables.CodeColumn(verbose_name=_("Former code"))
    on = tables.DateColumn(verbose_name=_("Since"))
    legal_basis = tables.Column(verbose_name=_("Legal basis"))
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = ["new", "new__code", "old", "old__code", "on", "confidence"]


class UnitChoice(django_filters.ModelChoiceFilter):
    """A unit to choose, by name in Vietnamese order."""

    def __init__(self, kind, **kwargs):
        super().__init__(
            queryset=lambda request: AdministrativeUnit.objects.filter(kind=kind).ordered(),
            to_field_name="public_id",
            empty_label=_("All"),
            **kwargs,
        )


class SuccessionFilter(FilterSet):
    q = SearchFilter(label=_("Name or code"), folded=("new__folded", "old__folded"))
    district = UnitChoice("district", field_name="old", label=_("Former district"))

    class Meta:
        model = UnitSuccession
        fields: list = []


class CalendarDayTable(tables.Table):
    on = tables.LinkColumn(verbose_name=_("Day"), route="reference:calendarday")
    weekday = tables.Column(
        verbose_name=_("Day of the week"),
        fields=("on",),
        compute=lambda record: formats.WEEKDAYS[record["on"].weekday()],
    )
    kind = tables.TagColumn(
        verbose_name=_("Kind"),
        choices=CalendarDay.Kind,
        kinds={"off": "info", "work": "warn", "ordinary": "quiet"},
    )
    name = tables.TranslatedColumn("name", verbose_name=_("Name"))
    basis = tables.Column(verbose_name=_("Notice or law"))
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = ["on", "weekday", "kind", "name", "basis", "confidence"]


def _year_choices():
    this = timezone.localdate().year
    return [(year, str(year)) for year in range(2021, this + 3)]


class CalendarDayFilter(FilterSet):
    year = django_filters.ChoiceFilter(
        field_name="on", lookup_expr="year", choices=_year_choices, label=_("Year"), empty_label=_("All")
    )
    kind = _choices("kind", CalendarDay.Kind.choices, _("Kind"))
    confidence = ConfidenceFilter()

    class Meta:
        model = CalendarDay
        fields: list = []


class ExchangeRateTable(tables.Table):
    on = tables.LinkColumn(verbose_name=_("On"), route="reference:exchangerate")
    currency = tables.CodeColumn(verbose_name=_("Currency"))
    vnd_per_unit = tables.MoneyColumn(verbose_name=_("For one unit"))
    standing = tables.TagColumn(
        verbose_name=_("State"),
        choices={"now": _("In use"), "withdrawn": _("Taken out of use")},
        kinds={"now": "ok", "withdrawn": "quiet"},
        fields=("withdrawn_on",),
        compute=lambda record: "withdrawn" if record["withdrawn_on"] else "now",
    )
    note = tables.Column(verbose_name=_("Remark"))
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))


class ExchangeRateFilter(FilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("now", _("In use")), ("withdrawn", _("Taken out of use"))],
        empty_label=_("All"),
        method="by_state",
    )
    confidence = ConfidenceFilter()

    class Meta:
        model = ExchangeRate
        fields: list = []

    def by_state(self, queryset, name, value):
        return queryset.filter(Q(withdrawn_on__isnull=value == "now"))


ROOMS = {
    "reference": _("Reference data"),
    "programme": _("Programme"),
    "notices": _("Notices"),
    "documents": _("Papers that go out"),
    "dossiers": _("Dossiers"),
}


class LoadTable(tables.Table):
    at = tables.LinkColumn(verbose_name=_("Time"), route="reference:load")
    room = tables.ChoiceColumn(verbose_name=_("Data"), choices=ROOMS)
    created = tables.NumberColumn(verbose_name=_("Rows added"))
    updated = tables.NumberColumn(verbose_name=_("Rows changed"))
    unchanged = tables.NumberColumn(verbose_name=_("Rows as before"))
    kept_count = tables.NumberColumn(
        verbose_name=_("Rows kept as people edited them"),
        fields=("kept",),
        compute=lambda record: len(record["kept"]),
    )
