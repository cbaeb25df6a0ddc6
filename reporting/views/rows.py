from functools import partial

import django_filters
from django.contrib import messages
from django.db.models import OuterRef, Q, Subquery, Sum
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprises.models import Title
from reporting import wording
from reporting.models import Dimension, KpiRow, KpiValue, PublishedRow, PublishedValue, SourceKind
from reporting.queries import Shown
from reporting.tables import published_rows_table, rows_table
from reporting.views.dashboard import money_of, part_names, two_parts
from screens.lists import FilterSet, SearchFilter, Sheet, show_list
from support.models import SupportRecord

UNKNOWN = "-"
# What a row is, in words, where its kind alone does not say it: {kind: (model, path)}.
DETAILS = {SourceKind.SUPPORT: (SupportRecord, "activity"), SourceKind.TITLE: (Title, "product__name")}
ROWS_GONE = gettext_lazy("The rows of this older computation are no longer kept; those of the year's newest one are.")


class PartFilter(django_filters.ChoiceFilter):
    """A part of the value by its name; a dash stands for what is not known."""

    def __init__(self, dimension, *, inside_list=False, **kwargs):
        self.inside_list = inside_list
        super().__init__(choices=lambda: _parts(dimension), label=dimension.label, **kwargs)

    def filter(self, queryset, value):
        if not value:
            return queryset
        code, name = ("" if value == UNKNOWN else value), self.field_name
        if not self.inside_list or not code:
            return queryset.filter(**{name: code})
        return queryset.filter(
            Q(**{name: code})
            | Q(**{f"{name}__startswith": f"{code},"})
            | Q(**{f"{name}__endswith": f",{code}"})
            | Q(**{f"{name}__contains": f",{code},"})
        )


def _parts(dimension):
    return [(UNKNOWN, _("not known")), *part_names(dimension).items()]


class RowFilter(FilterSet):
    advanced = ("ward", "group", "size", "content_area")
    q = SearchFilter(label=gettext_lazy("Name or tax code"), folded=("enterprise__folded",))
    ward = PartFilter(Dimension.WARD, field_name="ward_code")
    group = PartFilter(Dimension.GROUP, field_name="group_codes", inside_list=True)
    size = PartFilter(Dimension.SIZE, field_name="size")
    content_area = PartFilter(Dimension.CONTENT_AREA, field_name="area_code")

    class Meta:
        model = KpiRow
        fields = []


class PublishedRowFilter(RowFilter):
    q = django_filters.CharFilter(method="named", label=gettext_lazy("Name or tax code"))

    class Meta:
        model = PublishedRow
        fields = []

    def named(self, queryset, name, value):
        return queryset.filter(Q(enterprise_name__icontains=value.strip()) | Q(tax_code__startswith=value.strip()))


def value_rows(request, public_id):
    """The rows behind a value of a finished computation, each with its contribution; together they are the value."""
    value = get_object_or_404(
        KpiValue.objects.readable().select_related("version__indicator", "run"), public_id=public_id
    )
    rows = KpiRow.objects.filter(value=value)
    detail = DETAILS.get(rows.values_list("source_kind", flat=True).first())
    if detail:
        model, path = detail
        rows = rows.annotate(detail=Subquery(model.objects.filter(public_id=OuterRef("source_id")).values(path)))
    return _rows(
        request,
        Shown(value, None, value.run.cutoff),
        value.version.name,
        table=partial(rows_table, with_detail=bool(detail)),
        rows=rows,
        filterset=RowFilter,
        name="kpi-rows",
    )


def published_rows(request, public_id):
    value = get_object_or_404(
        PublishedValue.objects.select_related("version__indicator", "publication"), public_id=public_id
    )
    return _rows(
        request,
        Shown(value, value.publication, value.publication.cutoff),
        value.name,
        table=published_rows_table,
        rows=PublishedRow.objects.filter(value=value),
        filterset=PublishedRowFilter,
        name="published-rows",
    )


def _rows(request, shown, value_name, *, table, rows, filterset, name):
    value = shown.value
    kept = value.rows == 0 or rows.exists()
    if not kept and "export" in request.GET:  # a paper or file without them would say that there are none
        messages.warning(request, ROWS_GONE)
        return HttpResponseRedirect(request.path)
    parts = [request.GET.get(key) for key in ("q", "ward", "group", "size", "content_area")]
    total = None
    if kept and not any(parts):
        total = value.numerator
    elif kept:
        total = filterset(request.GET, queryset=rows, request=request).qs.aggregate(sum=Sum("contribution"))["sum"] or 0
    money = money_of(value)
    return show_list(
        request,
        name=name,
        title=_("Rows behind %(name)s, %(year)s") % {"name": value_name, "year": value.year},
        table_class=table(_counted(value), with_base=value.version.read.counts in ("growth", "supported_share")),
        filterset_class=filterset,
        queryset=rows,
        ordering=("-contribution", "pk"),
        template="reporting/value_rows.html",
        export_name=f"dong-{value.version.indicator.code.replace('.', '-')}-{value.year}",
        empty=_("No row contributes to this value.") if kept else ROWS_GONE,
        sheet=Sheet(period=str(value.year)),
        context={
            "shown": shown,
            "value": value,
            "value_name": value_name,
            "family": value.version.indicator.family,
            "total": None if total is None else money(total),
            "is_whole": not any(parts),
            "numerator": two_parts(value)["above"],
            "denominator": two_parts(value)["below"],
            "statistics": wording.statistics_of(value),
            "notes": (wording.BRANCHES, wording.SIZE_OF_WHOLE),
        },
    )


def _counted(value):
    """What the contributions are: one of `AMOUNTS`."""
    read = value.version.read
    if read.numerator:
        return read.currency
    return "vnd" if read.counts == "money" else "count"
