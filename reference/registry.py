"""The tables of reference data that people see and edit: one declaration each, one set of pages for all."""

from dataclasses import dataclass

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reference import tables
from reference.models import (
    AdministrativeUnit,
    Agency,
    CalendarDay,
    ContentArea,
    ExchangeRate,
    IndustryCode,
    MoneySource,
    ProductGroup,
    ReferenceItem,
    Rule,
    SizeThreshold,
    SupportKind,
)
from reference.permissions import FIXED_VALUES, action_for


@dataclass(frozen=True)
class Kind:
    """One table: its words, its own fields, its list. `slug` stands in addresses."""

    model: type[models.Model]
    slug: str
    title: str
    add: str
    lead: str
    fields: tuple = ()
    table: type | None = None
    filters: type | None = None
    ordering: tuple = ("code", "valid_from")

    @property
    def code(self):
        return self.model._meta.model_name

    @property
    def action(self):
        return action_for(self.code)

    @property
    def is_item(self):
        return issubclass(self.model, ReferenceItem)

    @property
    def is_replaced(self):
        """Whether its values never change in place."""
        return self.code in FIXED_VALUES

    def url(self, verb="", entry=None):
        name = f"reference:{verb}_{self.code}" if verb and verb != "list" else f"reference:{self.code}"
        if verb == "list":
            name = f"reference:{self.code}_list"
        return reverse(name, args=[entry.public_id] if entry is not None else [])

    def rows(self):
        return self.model.objects.all()


def _item(
    model, slug, title, add, lead, fields=(), columns=None, filters=None, ordering=("sort_key", "valid_from"), shown=()
):
    return Kind(
        model,
        slug,
        title,
        add,
        lead,
        tuple(fields),
        tables.item_table(model, columns or {}, shown),
        tables.item_filter(model, filters or {}),
        ordering,
    )


KINDS = [
    _item(
        AdministrativeUnit,
        "units",
        _("Administrative units"),
        _("Add a unit"),
        _("Districts until 30/06/2025, wards and communes since 01/07/2025. A code means something only with a date."),
        ("kind", "unit_type"),
        tables.UNIT_COLUMNS,
        tables.UNIT_FILTERS,
    ),
    _item(
        IndustryCode,
        "industries",
        _("Industry codes (VSIC)"),
        _("Add an industry code"),
        _("Sections and divisions of VSIC 2018 and VSIC 2025; the same number is another code in another version."),
        ("classification", "level", "parent_code"),
        tables.INDUSTRY_COLUMNS,
        tables.INDUSTRY_FILTERS,
        ("-classification", "level", "code", "valid_from"),
    ),
    _item(
        ProductGroup,
        "product-groups",
        _("Product groups"),
        _("Add a product group"),
        _("Groups of key industrial products. The list changes between periods; older lists keep their dates."),
        ("divisions",),
        tables.GROUP_COLUMNS,
    ),
    _item(
        Agency,
        "agencies",
        _("Agencies"),
        _("Add an agency"),
        _("Bodies the programme works with, and who took over the work of those that ended."),
        ("short_name", "successor"),
        tables.AGENCY_COLUMNS,
    ),
    _item(
        ContentArea,
        "content-areas",
        _("Content areas"),
        _("Add a content area"),
        _("Plans, money, support and reports break down by these."),
        ordering=("code", "valid_from"),
    ),
    _item(
        SupportKind,
        "support-kinds",
        _("Kinds of support"),
        _("Add a kind of support"),
        _("What the programme does for enterprises."),
    ),
    _item(
        MoneySource,
        "money-sources",
        _("Sources of money"),
        _("Add a source of money"),
        _("Each source says whether it counts against the programme's ceiling."),
        ("counts_to_ceiling",),
        tables.SOURCE_COLUMNS,
    ),
    _item(
        SizeThreshold,
        "size-thresholds",
        _("Size thresholds of enterprises"),
        _("Add a size threshold"),
        _("Micro, small and medium: labour within the limit, and revenue or capital within the limit."),
        ("sector_column", "size", "labour_max", "revenue_max_vnd", "capital_max_vnd"),
        tables.THRESHOLD_COLUMNS,
        tables.THRESHOLD_FILTERS,
        ("sector_column", "labour_max", "valid_from"),
        ("name", *tables.THRESHOLD_COLUMNS, "valid_from", "standing", "confidence"),
    ),
    _item(
        Rule,
        "rules",
        _("Rules, limits and caps"),
        _("Add a rule"),
        _("Rules of counting are data. A new value holds from a later day; what was counted stays as it was counted."),
        ("value",),
    ),
    Kind(
        CalendarDay,
        "calendar-days",
        _("Days off and working weekends"),
        _("Add a day"),
        _("Days on which the city's offices differ from the week. Deadlines count working days by this list."),
        ("on", "kind", "name_vi", "name_en", "basis"),
        tables.CalendarDayTable,
        tables.CalendarDayFilter,
        ("-on",),
    ),
    Kind(
        ExchangeRate,
        "exchange-rates",
        _("Exchange rates"),
        _("Add an exchange rate"),
        _("What one unit of a currency was worth on a day. A wrong rate is withdrawn and entered anew."),
        ("currency", "on", "vnd_per_unit", "note"),
        tables.ExchangeRateTable,
        tables.ExchangeRateFilter,
        ("-on", "currency"),
    ),
]
BY_CODE = {kind.code: kind for kind in KINDS}
