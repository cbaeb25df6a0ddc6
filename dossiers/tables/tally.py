"""Columns and filter of what became of the dossiers of a year."""

import django_filters
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.models import Procedure
from dossiers.tally import years_of_dossiers
from reference.tables import name_in_language
from screens import tables
from screens.lists import FilterSet


class CountColumn(tables.NumberColumn):
    """How many; `listed` are the filters of the list of dossiers that shows just these."""

    def __init__(self, *, listed=None, total=True, **kwargs):
        self.listed = listed
        super().__init__(total=total, fields=("code", "year"), **kwargs)

    def render(self, value, record):
        shown = super().render(value, record)
        if self.listed is None or not value:
            return shown
        days = {"lodged_from": f"01/01/{record['year']}", "lodged_to": f"31/12/{record['year']}"}
        asked = urlencode({"procedure": record["code"], **days, **self.listed})
        return format_html('<a href="{}?{}">{}</a>', reverse("dossiers:dossier_list"), asked, shown)


class TallyTable(tables.Table):
    name = tables.LinkColumn(
        verbose_name=_("Procedure"),
        route="dossiers:procedure",
        fields=("name_vi", "name_en"),
        compute=lambda record: name_in_language(record["name_vi"], record["name_en"]),
        orderable=True,
        order_by=("sort_key",),
        width=50,
    )
    lodged = CountColumn(verbose_name=_("Lodged"), listed={})
    enterprises = CountColumn(verbose_name=_("Enterprises"), total=False)  # one may stand in several rows
    answered = CountColumn(verbose_name=pgettext_lazy("dossiers", "Answered"))
    answered_late = CountColumn(verbose_name=_("of them late"))
    put_off = CountColumn(verbose_name=_("Promised anew"))
    open = CountColumn(verbose_name=pgettext_lazy("dossiers", "Open"))
    overdue = CountColumn(verbose_name=_("Overdue now"), listed={"late": "late"})
    ended_without = CountColumn(verbose_name=_("Ended without a result"))
    withdrawn = CountColumn(verbose_name=pgettext_lazy("dossier", "Withdrawn"), listed={"state": "withdrawn"})


class TallyFilter(FilterSet):
    """The year so far until the reader asks for another one; what is counted is chosen with it (dossiers.tally)."""

    year = django_filters.ChoiceFilter(
        label=_("Year of lodging"), choices=lambda: year_choices(timezone.localdate()), method="kept", empty_label=None
    )

    class Meta:
        model = Procedure
        fields: list = []

    def __init__(self, data=None, *args, **kwargs):
        asked = data.copy()
        asked["year"] = asked.get("year") or str(timezone.localdate().year)
        super().__init__(asked, *args, **kwargs)

    def kept(self, queryset, name, value):
        return queryset


def year_choices(today):
    years = dict.fromkeys([today.year, *years_of_dossiers()])
    return [(str(year), str(year)) for year in years]
