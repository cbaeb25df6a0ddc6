from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reporting import wording
from reporting.models import CityStatistic, KpiRun, SourceKind
from screens import formats, tables

SOURCE_ROUTES = {
    SourceKind.FIGURE: "enterprises:figures_detail",
    SourceKind.TITLE: "enterprises:title_detail",
    SourceKind.SUPPORT: "support:support_detail",
    SourceKind.ENTERPRISE: "enterprises:enterprise_detail",
}


class SourceColumn(tables.Column):
    """The kind of row as a link to the row itself."""

    def text(self, value):
        return str(SourceKind(value).label)

    def plain(self, value):
        return self.text(value)

    def sheet_value(self, value):
        return self.text(value)

    def render(self, value, record):
        try:
            url = reverse(SOURCE_ROUTES[value], args=[record["source_id"]])
        except NoReverseMatch:
            return self.text(value)
        return format_html('<a href="{}">{}</a>', url, self.text(value))


class EnterpriseColumn(tables.Column):
    """The enterprise by its name, with its tax code beneath; `address` is the path of its public id."""

    def __init__(self, *, address, **kwargs):
        self.address = address
        kwargs["fields"] = (*kwargs.get("fields", ()), address)
        super().__init__(**kwargs)

    def render(self, value, record):
        shown = super().render(value, record)
        try:
            url = reverse("enterprises:enterprise_detail", args=[record[self.address]])
        except NoReverseMatch:
            return shown
        return format_html('<a href="{}">{}</a><span class="second">{}</span>', url, value, record[self.second])


AMOUNTS = {"vnd": tables.MoneyColumn, "usd_cents": tables.UsdColumn, "count": tables.NumberColumn}


def rows_table(counted, *, with_base, with_detail):
    """The table of the rows behind a value; `counted`: of which AMOUNTS its contributions are."""
    amounts = AMOUNTS[counted]

    class RowTable(tables.Table):
        enterprise = EnterpriseColumn(
            accessor="enterprise__name",
            verbose_name=_("Enterprise"),
            address="enterprise__public_id",
            second="enterprise__tax_code",
            second_label=_("Tax code"),
            order_by=("enterprise__sort_key",),
        )
        tax_code = tables.CodeColumn(accessor="enterprise__tax_code", verbose_name=_("Tax code"))
        contribution = amounts(verbose_name=_("Contribution"), total=True)
        if with_base:
            base = amounts(verbose_name=_("Base"), total=True)
        source_kind = SourceColumn(verbose_name=_("Row"), fields=["source_id"])
        if with_detail:
            detail = tables.Column(verbose_name=_("Detail"))
        ward_code = tables.CodeColumn(verbose_name=_("Ward or commune (code)"))
        group_codes = tables.CodeColumn(verbose_name=_("Product groups"))
        size = tables.ChoiceColumn(verbose_name=_("Size"), choices=wording.SIZES)

        class Meta:
            shown = [
                "enterprise",
                "source_kind",
                *(["detail"] if with_detail else []),
                "contribution",
                *(["base"] if with_base else []),
            ]

    return RowTable


def published_rows_table(counted, *, with_base):
    amounts = AMOUNTS[counted]

    class PublishedRowTable(tables.Table):
        enterprise_name = EnterpriseColumn(
            verbose_name=_("Enterprise"),
            address="enterprise_id",
            second="tax_code",
            second_label=_("Tax code"),
        )
        tax_code = tables.CodeColumn(verbose_name=_("Tax code"))
        contribution = amounts(verbose_name=_("Contribution"), total=True)
        if with_base:
            base = amounts(verbose_name=_("Base"), total=True)
        source_kind = SourceColumn(verbose_name=_("Row"), fields=["source_id"])
        detail = tables.Column(verbose_name=_("Detail"))
        ward_code = tables.CodeColumn(verbose_name=_("Ward or commune (code)"))
        group_codes = tables.CodeColumn(verbose_name=_("Product groups"))
        size = tables.ChoiceColumn(verbose_name=_("Size"), choices=wording.SIZES)

        class Meta:
            shown = ["enterprise_name", "source_kind", "detail", "contribution", *(["base"] if with_base else [])]

    return PublishedRowTable


class StatisticTable(tables.Table):
    name = tables.LinkColumn(
        verbose_name=_("Figure"),
        route="reporting:statistic_detail",
        fields=["measure"],
        compute=lambda row: str(CityStatistic.Measure(row["measure"]).label),
        order_by="measure",
    )
    year = tables.YearColumn(verbose_name=_("Year"))
    told = tables.EitherColumn(
        verbose_name=_("Value"),
        fields=["amount", "measure"],
        compute=lambda row: (row["measure"], wording.in_its_unit(row["measure"], row["amount"])),
        alike={
            CityStatistic.Measure.OUTPUT: tables.MoneyColumn(),
            CityStatistic.Measure.EXPORTS: tables.UsdColumn(),
            CityStatistic.Measure.IIP: tables.NumberColumn(places=2),
        },
    )
    unit = tables.TextColumn(
        verbose_name=_("Unit"),
        fields=["measure"],
        compute=lambda row: str(wording.STATISTIC_UNITS[row["measure"]]),
        beneath="told",
    )
    coverage = tables.CodeColumn(
        verbose_name=pgettext_lazy("of a city figure", "Coverage"), accessor="vsic_coverage", beneath="name"
    )
    prices = tables.ChoiceColumn(verbose_name=_("Prices"), choices=CityStatistic.Prices, beneath="told")
    base_year = tables.Column(verbose_name=_("Base year"))
    state = tables.TagColumn(
        verbose_name=_("State of the figure"),
        choices=CityStatistic.State,
        kinds={"official": "ok", "preliminary": "info", "estimate": "warn"},
    )
    source = tables.Column(verbose_name=_("Source"))
    published_on = tables.DateColumn(verbose_name=_("Published on"))
    revision = tables.NumberColumn(verbose_name=_("Revision number"))
    recorded_at = tables.DateTimeColumn(verbose_name=_("Recorded at"))
    superseded_at = tables.DateTimeColumn(verbose_name=_("Superseded at"))

    class Meta:
        shown = ["name", "coverage", "year", "told", "unit", "prices", "state", "source", "published_on", "revision"]


class RunTable(tables.Table):
    cutoff = tables.LinkColumn(verbose_name=_("Cut-off"), route="reporting:run_detail")
    years = tables.Column(
        verbose_name=_("Years computed"),
        fields=["year_from", "year_to"],
        compute=lambda row: (
            f"{row['year_from']}–{row['year_to']}" if row["year_from"] != row["year_to"] else str(row["year_from"])
        ),
    )
    occasion = tables.ChoiceColumn(verbose_name=_("Occasion"), choices=KpiRun.Occasion)
    state = tables.TagColumn(verbose_name=_("State"), choices=KpiRun.State, kinds={"waiting": "warn", "done": "ok"})
    done_at = tables.DateTimeColumn(verbose_name=_("Done at"))
    digest = tables.CodeColumn(verbose_name=_("Digest"))

    def render_cutoff(self, value, record):
        return format_html(
            '<a href="{}">{}</a>',
            reverse("reporting:run_detail", args=[record["public_id"]]),
            formats.vn_datetime(value),
        )

    class Meta:
        shown = ["cutoff", "years", "occasion", "state", "done_at"]


def dashboard_columns():
    """The columns of the dashboard's files and printed form, in the order of the page."""
    alike = {
        "percent": tables.PercentColumn(verbose_name=_("Value")),
        "vnd": tables.MoneyColumn(verbose_name=_("Value")),
        "count": tables.NumberColumn(verbose_name=_("Value")),
    }
    return [
        tables.Column(verbose_name=_("Indicator")),
        tables.Column(verbose_name=_("Variant")),
        tables.YearColumn(verbose_name=_("Year")),
        tables.EitherColumn(verbose_name=_("Value"), alike=alike),
        tables.Column(verbose_name=_("Unit"), width=14),
        tables.Column(verbose_name=_("Target")),
        tables.Column(verbose_name=_("Verdict")),
        tables.Column(verbose_name=_("Coverage")),
        tables.Column(verbose_name=_("Bounds")),
        tables.Column(verbose_name=_("Kind of figure")),
        tables.DateTimeColumn(verbose_name=_("Cut-off")),
    ]


def dashboard_rows(views):
    """What the dashboard shows, line by line: figures as figures, the rest as the text that stands on the screen."""
    for view in views:
        for variant in view.variants:
            for shown in variant.shown:
                unit = shown.value.unit
                exact = shown.value.exact
                which = unit if unit in ("percent", "vnd") else "count"
                yield [
                    str(view.label),
                    variant.name,
                    shown.year,
                    (which, exact if which == "percent" or exact is None else int(exact)),
                    str(wording.UNITS[unit]),
                    shown.band,
                    shown.verdict_text,
                    shown.coverage,
                    shown.bounds,
                    shown.kind,
                    shown.cutoff,
                ]
