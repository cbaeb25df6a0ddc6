from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reference.models import AdministrativeUnit, ContentArea, ProductGroup
from reporting import queries, wording
from reporting.engine.rows import SOURCE_KINDS
from reporting.models import Dimension, Family, KpiPublication, KpiValue, PublishedValue, SourceKind
from reporting.permissions import COMPUTE, DECIDE, DEFINE
from reporting.queries import Shown
from reporting.tables import dashboard_columns, dashboard_rows
from screens.exports import csv_response, xlsx_response
from screens.lists import Sheet, render_sheet


def dashboard(request):
    views = queries.families()
    kind = request.GET.get("export")
    if kind in ("xlsx", "csv", "print"):
        return _exported(request, kind, views, _("Indicators of the programme"), "chi-tieu")
    years = sorted({s.year for view in views for variant in view.variants for s in variant.shown})
    return render(
        request,
        "reporting/dashboard.html",
        {
            "views": queries.with_what_is_said(views),
            "years": years,
            "may_compute": request.user.may(COMPUTE),
            "may_decide": request.user.may(DECIDE),
        },
    )


def _exported(request, kind, views, title, name):
    columns, rows = dashboard_columns(), dashboard_rows(views)
    file_name = f"{name}-{timezone.localtime():%Y%m%d-%H%M}"
    if kind == "xlsx":
        return xlsx_response(file_name, columns, rows, sheet=str(title)[:31])
    if kind == "csv":
        return csv_response(file_name, columns, rows)
    return render_sheet(
        request, title=title, columns=columns, rows=list(rows), sheet=Sheet(title=title), back=request.path
    )


def indicator_detail(request, family):
    """One indicator: its variants side by side, each with its definition in words, its years and its chart."""
    if family not in Family.values:
        raise Http404
    views = queries.with_what_is_said(queries.families(only=family))
    kind = request.GET.get("export")
    if views and kind in ("xlsx", "csv", "print"):
        return _exported(request, kind, views, views[0].label, f"chi-tieu-{family.replace('_', '-')}")
    view = views[0] if views else None
    return render(
        request,
        "reporting/indicator_detail.html",
        {
            "family": family,
            "title": Family(family).label,
            "view": view,
            "side_by_side": view.side_by_side if view else None,
            "variants": [(variant, variant.chart(view.targets)) for variant in view.variants] if view else [],
            "may_decide": request.user.may(DECIDE) and view is not None and len(view.variants) > 1,
            "may_define": request.user.may(DEFINE),
        },
    )


def value_detail(request, public_id):
    value = get_object_or_404(
        KpiValue.objects.readable().select_related("version__indicator", "run"), public_id=public_id
    )
    return _value_page(request, Shown(value, None, value.run.cutoff), value.version.name, list(value.parts.values()))


def published_value(request, public_id):
    value = get_object_or_404(
        PublishedValue.objects.select_related("version__indicator", "publication", "choice"), public_id=public_id
    )
    return _value_page(request, Shown(value, value.publication, value.publication.cutoff), value.name, value.parts)


def _value_page(request, shown, name, parts):
    indicator = shown.value.version.indicator
    return render(
        request,
        "reporting/value_detail.html",
        {
            "shown": shown,
            "value": shown.value,
            "name": name,
            "family": indicator.family,
            "family_label": Family(indicator.family).label,
            "words": wording.sentences_of(shown.value.version.read),
            "statistics": wording.statistics_of(shown.value),
            "breakdowns": _breakdowns(shown, parts),
            "unit": wording.UNITS[shown.value.unit],
            "numerator": two_parts(shown.value),
        },
    )


def two_parts(value):
    """Numerator and denominator in their own unit."""
    money = money_of(value)
    return {
        "above": money(value.numerator),
        "below": money(value.denominator) if value.is_ratio and value.denominator else "",
    }


def money_of(value):
    counted_in = value.version.read.counted_in
    if counted_in == "usd_cents":
        return lambda amount: wording.statistic_amount("exports", amount)
    if counted_in == "vnd":
        return lambda amount: wording.statistic_amount("output", amount)
    return lambda amount: wording.amount(amount, "enterprise")


NOTES = {
    Dimension.GROUP: gettext_lazy("An enterprise in two groups stands in both; the total counts it once."),
    Dimension.WARD: wording.BRANCHES,
    Dimension.SIZE: wording.SIZE_OF_WHOLE,
}


def _breakdowns(shown, parts):
    """[(dimension label, note, [{name, amount, share, enterprises, url}])] in the order of size of the part."""
    value = shown.value
    money = money_of(value)
    of_products = SOURCE_KINDS[value.version.read.counts] == SourceKind.TITLE  # each has one group
    found = []
    for dimension in Dimension:
        rows = [part for part in parts if part["dimension"] == dimension]
        if not rows:
            continue
        names = part_names(dimension)
        found.append(
            {
                "label": dimension.label,
                "note": "" if dimension == Dimension.GROUP and of_products else NOTES.get(dimension, ""),
                "rows": [
                    {
                        "name": names.get(part["code"]) or part["code"] or _("not known"),
                        "amount": money(part["amount"]),
                        "share": wording.amount(_share(part, value), "percent")
                        if _share(part, value) is not None
                        else "",
                        "enterprises": part["enterprises"],
                        "url": f"{shown.rows_url}?{dimension}={part['code'] or '-'}",
                    }
                    for part in sorted(rows, key=lambda part: (-part["amount"], part["code"]))
                ],
            }
        )
    return found


def _share(part, value):
    from fractions import Fraction

    if value.unit == "percent" and part["base"] is not None:
        return Fraction(part["amount"], part["base"]) if part["base"] else None
    return Fraction(part["amount"], value.numerator) if value.numerator else None


def part_names(dimension):
    """{code: name} of the parts of a dimension, those of earlier days too."""
    if dimension == Dimension.WARD:
        wards = AdministrativeUnit.objects.filter(kind=AdministrativeUnit.Kind.WARD)
        return {ward.code: ward.name for ward in wards.order_by("code", "valid_from")}
    if dimension == Dimension.GROUP:
        return {group.code: group.name for group in ProductGroup.objects.order_by("valid_from")}
    if dimension == Dimension.CONTENT_AREA:
        return {area.code: area.name for area in ContentArea.objects.order_by("valid_from")}
    return {code: str(label) for code, label in wording.SIZES.items()}


def publication_list(request):
    return render(
        request,
        "reporting/publication_list.html",
        {"publications": KpiPublication.objects.select_related("supersedes").order_by("-year", "-revision")},
    )


def publication_detail(request, public_id):
    publication = get_object_or_404(KpiPublication.objects.select_related("run", "supersedes"), public_id=public_id)
    values = publication.values.select_related("version__indicator", "choice").order_by("version__indicator__place")
    later = KpiPublication.objects.filter(supersedes=publication).first()
    return render(
        request,
        "reporting/publication_detail.html",
        {
            "publication": publication,
            "later": later,
            "values": [(value, Shown(value, publication, publication.cutoff)) for value in values],
            "back": reverse("reporting:publication_list"),
        },
    )
