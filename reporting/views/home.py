from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from enterprises.models import Enterprise, Product
from programme.permissions.budget import VIEW as SEE_MONEY
from programme.presenting.money import figured_bar, scope_name
from programme.queries.money import scope_of, totals
from reporting import queries, wording
from reporting.finding import found_for
from reporting.home import work_for
from reporting.models import Family
from reporting.permissions import VIEW
from screens.charts import small_band
from screens.text import clean, matching, side_by_side

THREE = (Family.OUTPUT_SHARE, Family.EXPORT_SHARE, Family.TURNS)
FOUND = 20


def home(request):
    user = request.user
    if user.is_enterprise_user and not user.is_staff_member:
        return redirect("enterprises:own_home")
    now = timezone.now()
    context = {"sections": work_for(user, now), "today": timezone.localdate(now)}
    if user.may(VIEW):
        context["lines"] = three_lines()
    if user.may(SEE_MONEY):
        context["money"] = money_bar(timezone.localdate(now))
    return render(request, "reporting/home.html", context)


def money_bar(today):
    """The money of the period of today in one bar with its figures; nothing where no budget is entered."""
    scope, _periods = scope_of(today)
    if scope is None or not scope.years:
        return None
    return {"bar": figured_bar(scope, totals(scope.lines)), "name": scope_name(scope)}


def three_lines():
    """The programme in three lines: the newest value of each with its band."""
    views = {view.family: view for view in queries.families() if view.family in THREE}
    lines = []
    for family in THREE:
        view = views.get(family)
        variants = [view.headline] if view and view.headline else view.variants if view else []
        for variant in variants:
            shown = next((s for s in reversed(variant.shown) if s.value.exact is not None), None)
            if shown is None:
                continue
            lower, upper = wording.band_ends(shown.value.target, shown.value.unit)
            title = _("%(name)s %(year)s: %(value)s, target %(band)s") % {
                "name": variant.name,
                "year": shown.year,
                "value": shown.text,
                "band": shown.band,
            }
            lines.append(
                {
                    "label": view.label,
                    "variant": variant.name if len(variants) > 1 else "",
                    "shown": shown,
                    "family": family,
                    "svg": small_band(shown.value.exact, lower, upper, title=title, provisional=shown.provisional),
                }
            )
    return lines


def _nearest(rows, typed):
    """The first rows found: those that hold the words side by side before those that hold them anywhere."""
    found = rows.filter(matching(typed, "folded")).order_by("sort_key", "pk")
    nearest = list(found.filter(side_by_side(typed, "folded"))[:FOUND])
    if len(nearest) < FOUND:
        nearest += found.exclude(pk__in=[row.pk for row in nearest])[: FOUND - len(nearest)]
    return nearest


def search(request):
    """Enterprises, products, tasks, documents and vouchers by code, tax code, number or name."""
    typed = clean(request.GET.get("q"))[:200]
    enterprises = products = others = []
    if typed:
        enterprises = _nearest(Enterprise.objects.visible_to(request.user), typed)
        standing = Product.objects.visible_to(request.user).standing().select_related("enterprise")
        products = _nearest(standing, typed)
        others = found_for(request.user, typed, FOUND)
    return render(
        request,
        "reporting/search.html",
        {"typed": typed, "enterprises": enterprises, "products": products, "others": others, "limit": FOUND},
    )
