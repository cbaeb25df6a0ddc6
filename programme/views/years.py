"""The budget years: their page, and the moves from opening to closing."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from programme.forms import money as forms
from programme.models import BudgetYear, YearState
from programme.permissions.budget import KEEP_YEARS
from programme.presenting import money as presenting
from programme.presenting.places import address_of, open_address
from programme.presenting.returns import return_rows
from programme.queries import money as queries
from programme.services import years as year_services
from programme.services.limits import year_end
from programme.views.keeping import form_page, keep_page, people_named
from programme.views.money import LISTED, groups_file, groups_of, pending_in, ways_of
from reference.sending import sent_once


def budget_year(request, year):
    year = get_object_or_404(BudgetYear.objects.select_related("period", "envelope_step"), year=year)
    today = timezone.localdate()
    scope = queries.Scope(year.period, [year], year)
    by, ways = request.GET.get("by", ""), ways_of(scope)
    if by not in dict(ways):
        by = ways[0][0]
    found, sums = queries.breakdown(scope, by, today)
    groups = groups_of(request.user, scope, by, found, sums, today)
    file = groups_file(request, scope, groups, today)
    if file is not None:
        return file
    opened = queries.opened_by_month(year)
    months = queries.months(year, opened=opened)
    drawn = not opened or any(row.planned_vnd or row.spent_vnd for row in months)
    by_month = drawn or any(row.followed_vnd for row in months)
    lapsing = queries.lapsing_lines(year).select_related("task", "source", "year")
    obstacles = year_services.obstacles(year) if year.state in (YearState.OPEN, YearState.ADJUSTING) else []
    context = {
        "year": year,
        "kind": presenting.YEAR_KINDS[year.state],
        "verbs": _year_verbs(request.user, year, today),
        "done_by": _done_by(year),
        "bar": presenting.scope_bar(scope, sums),
        "scope": scope,
        "levels": presenting.level_rows(scope, sums),
        "left": presenting.left_rows(scope, sums),
        "ways": [(code, label, code == by) for code, label in ways],
        "groups": groups,
        "rate": presenting.share(sums.managed.spent_vnd, sums.managed.assigned_vnd),
        "rate_followed": presenting.share(sums.followed.spent_vnd, sums.followed.assigned_vnd),
        "chart": presenting.month_chart(months, year) if drawn else "",
        "opened_vnd": sum(opened.values()),
        "months": presenting.month_rows(months, year, today) if by_month else [],
        "has_followed": any(row.followed_vnd for row in months),
        "pending": pending_in(request.user, scope),
        "returns": return_rows(year, request.user) if year.state == YearState.CLOSED else [],
        "returned_vnd": sums.returned_vnd or 0,
        "lapsing": [{"line": line, "money": queries.Money.of_line(line)} for line in lapsing[:LISTED]],
        "year_is_over": today > date(year.year, 12, 31),
        "lapsing_count": lapsing.count(),
        "lapsing_sum": sums.managed.lapsing_vnd,
        "lapsing_url": open_address(request.user, "programme:budget_line_list", year=year, state="unexplained"),
        "due": [presenting.due_day(due, year, today, obstacles) for due in year_end(year.year)],
        "obstacles": _obstacles(request.user, year, obstacles),
        "lines_url": open_address(request.user, "programme:budget_line_list", year=year),
    }
    return render(request, "programme/budget_year.html", context)


def _done_by(year):
    """[(what, who, when)] of the year's moves so far."""
    moves = [
        (_("Opened"), year.opened_by, year.opened_at),
        (_("Books closed"), year.adjusting_by, year.adjusting_at),
        (_("Closed for good"), year.closed_by, year.closed_at),
    ]
    names = people_named(by for _what, by, _at in moves)
    return [(what, names[by], at) for what, by, at in moves if at]


def _year_verbs(user, year, today):
    """[(url, label)]: the one act that comes next, for whoever may do it."""
    if not user.may(KEEP_YEARS):
        return []
    if year.state == YearState.PREPARING:
        return [(reverse("programme:open_year", args=[year.year]), _("Open the year"))]
    if year.state == YearState.OPEN and today >= date(year.year, 12, 31):
        return [(reverse("programme:start_adjusting", args=[year.year]), _("Close the books"))]
    if year.state == YearState.ADJUSTING:
        return [(reverse("programme:close_year", args=[year.year]), _("Close the budget year"))]
    return []


LISTS = {
    "steps": ("programme:budget_step_list", {"state": "prepared"}),
    "commitments": ("programme:commitment_list", {"state": "prepared"}),
    "advances": ("programme:budget_line_list", {"state": "advances", "managed": "yes"}),
    "unsettled": ("programme:budget_line_list", {"state": "unsettled", "managed": "yes"}),
    "left": ("programme:budget_line_list", {"state": "unexplained", "managed": "yes"}),
    "reconciliation": ("programme:statement_list", {}),
}
NAMED = frozenset({"steps"})  # with their list, and one by one: each is withdrawn or decided on by somebody
RELATED = {
    "steps": ("line__task", "line__source", "line__year", "year", "period"),
    "payments": ("commitment",),
    "advances": ("task", "source", "year"),
    "unsettled": ("task", "source", "year"),
    "left": ("task", "source", "year"),
}


def _obstacles(user, year, obstacles):
    """What keeps the year from being closed, each with its list, or its first rows where it has none or they are named."""
    rows = []
    for obstacle in obstacles:
        route, query = LISTS.get(obstacle.code, ("", {}))
        url = open_address(user, route, year=year, **query) if route else ""
        named = obstacle.code in NAMED or not url
        first = list(obstacle.rows.select_related(*RELATED.get(obstacle.code, ()))[:LISTED]) if named else []
        rows.append(
            {
                "sentence": obstacle.sentence,
                "url": url,
                "rows": [{"text": str(row), "url": address_of(user, row)} for row in first],
            }
        )
    return rows


def add_year(request):
    now = timezone.now()
    form = forms.YearForm(request.POST or None)
    if form.is_valid():
        try:
            with sent_once(request, form, "add budget year", now=now, label=_("Add a budget year")) as operation:
                if not operation.done:
                    row = year_services.add_year(
                        form.cleaned_data["period"], form.cleaned_data["year"], by=request.user, now=now
                    )
                    operation.store({"year": row.year})
            messages.success(request, _("The budget year is added. Its envelope comes by a decision."))
            return HttpResponseRedirect(reverse("programme:budget_year", args=[operation.operation.answer["year"]]))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return form_page(
        request,
        form,
        title=_("Add a budget year"),
        submit=_("Add the year"),
        back=reverse("programme:money"),
    )


def open_year(request, year):
    return _move_year(
        request,
        year,
        year_services.open_year,
        verb="open budget year",
        title=_("Open the budget year %(year)s"),
        lead=_("From now on money of this year can be committed and paid."),
        submit=_("Open the year"),
        done=_("The budget year is open."),
    )


def start_adjusting(request, year):
    return _move_year(
        request,
        year,
        year_services.start_adjusting,
        verb="close the books",
        title=_("Close the books of %(year)s"),
        lead=_(
            "From now on the year takes only corrections, payments of December, settlement, cancelling and carrying over."
        ),
        submit=_("Close the books"),
        done=_("The books are closed; the adjustment period has begun."),
    )


def _move_year(request, year, service, *, verb, title, lead, submit, done):
    year = get_object_or_404(BudgetYear, year=year)
    return keep_page(
        request,
        forms.StepOnForm(request.POST or None),
        verb=f"{verb} {year}",
        title=title % {"year": year},
        lead=lead,
        submit=submit,
        done=done,
        back=year,
        act=lambda _form, **by: service(year, **by),
    )


def close_year(request, year):
    year = get_object_or_404(BudgetYear, year=year)
    return keep_page(
        request,
        forms.CloseYearForm(request.POST or None),
        verb=f"close budget year {year}",
        title=_("Close the budget year %(year)s") % {"year": year},
        lead=_("A closed year takes no entry any more. What is left must be cancelled or carried over before."),
        submit=_("Close the budget year"),
        done=_("The budget year is closed."),
        back=year,
        obstacles=_obstacles(request.user, year, year_services.obstacles(year)),
        act=lambda form, **by: year_services.close_year(
            year, paper=form.cleaned_data["paper"], paper_on=form.cleaned_data["paper_on"], **by
        ),
    )
