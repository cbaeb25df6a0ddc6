from django.contrib import messages
from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.names import names_of
from enterprises.forms import CloseYearForm, ReopenYearForm
from enterprises.models import FigureRevision, FigureYearClosing
from enterprises.models.figures import OPEN_STATES, State
from enterprises.permissions import CLOSE
from enterprises.services import figures as services
from enterprises.services.figures import FIRST_YEAR
from enterprises.views.answers import do_once, tried
from screens.forms import form_data


def years(request):
    """Each year: how many declarations are not settled yet, and whether a decision closed it."""
    rows = FigureRevision.objects.filter(declared_at__isnull=False).order_by("year")
    first, last = (rows.values_list("year", flat=True).first(), rows.values_list("year", flat=True).last())
    unsettled = FigureRevision.objects.current().filter(state__in=OPEN_STATES, declared_at__isnull=False)
    grouped = unsettled.order_by().values("year", "state").annotate(count=Count("*"))
    counted = {(row["year"], row["state"]): row["count"] for row in grouped}
    closings = list(FigureYearClosing.objects.order_by("year", "-closed_at"))
    standing = {closing.year: closing for closing in closings if closing.reopened_at is None}
    rows = [
        {
            "year": year,
            "closing": standing.get(year),
            **{state.value: counted.get((year, state.value), 0) for state in OPEN_STATES},
        }
        for year in (range(last, first - 1, -1) if first else ())
    ]
    context = {
        "rows": rows,
        "closings": closings,
        "people": names_of([p for c in closings for p in (c.closed_by, c.reopened_by) if p]),
        "may_close": request.user.may(CLOSE),
        "this_year": timezone.localdate().year,
    }
    return render(request, "enterprises/years.html", context)


def close_year(request, year):
    now = timezone.now()
    if not FIRST_YEAR <= year < timezone.localdate(now).year:
        raise Http404
    form = CloseYearForm(*form_data(request))

    def act():
        do_once(request, "close year", close, now=now)

    def close():
        closing = services.close_year(
            year=year,
            decision_number=form.cleaned_data["decision_number"],
            decided_on=form.cleaned_data["decided_on"],
            leave_waiting=form.cleaned_data["leave_waiting"],
            by=request.user,
            now=now,
        )
        return {"public_id": str(closing.public_id)}

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The figures of %(year)s are closed.") % {"year": year})
        return redirect("enterprises:years")
    standing = FigureRevision.objects.current().filter(year=year)
    context = {
        "form": form,
        "year": year,
        "waiting": standing.filter(state=State.WAITING).count(),
    }
    return render(request, "enterprises/close_year.html", context)


def reopen_year(request, year):
    now = timezone.now()
    closing = FigureYearClosing.objects.filter(year=year, reopened_at__isnull=True).first()
    if closing is None:
        raise Http404
    form = ReopenYearForm(*form_data(request))

    def act():
        services.reopen_year(
            closing=closing, decision_number=form.cleaned_data["decision_number"], by=request.user, now=now
        )

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The figures of %(year)s are open again.") % {"year": year})
        return redirect("enterprises:years")
    return render(request, "enterprises/reopen_year.html", {"form": form, "closing": closing})
