"""The state of the money: the whole at a glance, a year, the lines and their ledgers."""

from dataclasses import replace
from datetime import date

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from audit.events import actor_names
from audit.refusals import Refused, StaleVersion
from documents.serving import serve
from documents.word_tables import AS_WORD
from programme.forms import money as forms
from programme.models import (
    BudgetCheck,
    BudgetLine,
    BudgetStep,
    BudgetYear,
    EntryKind,
    LedgerEntry,
    Payment,
    StepKind,
    YearState,
)
from programme.permissions.budget import KEEP_LINES, KEEP_YEARS, OPENING, REPORT
from programme.presenting import money as presenting
from programme.presenting.places import address_of, open_address
from programme.queries import money as queries
from programme.services import lines as line_services
from programme.services import years as year_services
from programme.services.consistency import sentence_of
from programme.services.limits import year_end
from programme.tables import money as tables
from programme.views.table_files import table_file
from reference.sending import sent_once
from reference.tables import name_in_language
from screens import formats
from screens.lists import Listing, show_list
from screens.sheets import Sheet

SHOWN = 50
LISTED = 20

# --- the whole -----------------------------------------------------------------------------------


def money(request):
    today = timezone.localdate()
    scope, periods = queries.scope_of(today, period=request.GET.get("period", ""), year=request.GET.get("year", ""))
    if scope is None:
        return render(request, "programme/money_empty.html", {"may_keep_years": request.user.may(KEEP_YEARS)})
    by = request.GET.get("by", "")
    ways = _ways(scope)
    if by not in dict(ways):
        by = ways[0][0]
    found, sums = queries.breakdown(scope, by, today)
    groups = _groups(request.user, scope, by, found, sums, today)
    file = _groups_file(request, scope, groups, today)
    if file is not None:
        return file
    context = {
        "scope": scope,
        "periods": periods,
        "bar": presenting.scope_bar(scope, sums),
        "levels": presenting.level_rows(scope, sums),
        "left": presenting.left_rows(scope, sums),
        "outside": sums.outside if sums.outside.assigned_vnd else None,
        "pending": _pending(request.user, scope),
        "ways": [(code, label, code == by) for code, label in ways],
        "by": by,
        "groups": groups,
        "check": _last_check(),
        "may_keep_years": request.user.may(KEEP_YEARS),
    }
    return render(request, "programme/money.html", context)


def _last_check():
    """What the nightly check of balances against entries found last; nothing before its first night."""
    check = BudgetCheck.objects.first()
    if check is None:
        return None
    return {"check": check, "findings": [sentence_of(finding) for finding in check.findings[:LISTED]]}


def _ways(scope):
    """[(code, label)] of the breakdowns; of one year there is none by year."""
    ways = [
        ("year", _("By year")),
        ("area", _("By content area")),
        ("source", _("By source")),
        ("unit", _("By budget unit")),
        ("task", _("By task")),
    ]
    return ways[1:] if scope.year else ways


def _pending(user, scope):
    found = queries.pending(years=scope.chosen, period=None if scope.year else scope.period)
    return _pending_rows(user, found, year=scope.year)


def _pending_on(user, line):
    """The same on one line: its steps one by one, contracts and payments by their lists."""
    steps = BudgetStep.objects.prepared().filter(Q(line=line) | Q(other_line=line)).order_by("prepared_at")[:SHOWN]
    rows = [(step.get_kind_display(), 1, step.amount_vnd, address_of(user, step)) for step in steps]
    found = queries.pending(line=line)
    return rows + _pending_rows(user, replace(found, steps={}), line=line.public_id)


def _pending_rows(user, found, **query):
    """[(label, count, amount, url)] of what is prepared and takes no room yet."""
    rows = [
        (
            StepKind(kind).label,
            waiting.count,
            waiting.amount_vnd,
            open_address(user, "programme:budget_step_list", state="prepared", kind=kind, **query),
        )
        for kind, waiting in found.steps.items()
    ]
    if found.commitments.count:
        address = open_address(user, "programme:commitment_list", state="prepared", **query)
        rows.append((_("Contracts and decisions"), found.commitments.count, found.commitments.amount_vnd, address))
    rows += [
        (
            _("Payments: %(state)s") % {"state": Payment.State(state).label},
            found.payments[state].count,
            found.payments[state].amount_vnd,
            open_address(user, "programme:payment_list", state=state, **query),
        )
        for state in Payment.State
        if state in found.payments
    ]
    return rows


def _groups(user, scope, by, groups, sums, today):
    """A breakdown as a table: its columns, rows of typed values and of text, each with its page and a small bar."""
    label = dict(_ways(scope))[by]
    columns = tables.group_columns(by, label, sums, envelope_vnd=scope.envelopes_vnd)
    rows = []
    if by == "year":
        found = {group.key[0]: group for group in groups}
        for year in scope.years:
            group = found.get(year.year, queries.Group((year.year,)))
            values = tables.group_values(columns, group, label=str(year), envelope=year.envelope_vnd or None)
            rows.append(_group(columns, values, group, year.get_absolute_url(), year=year))
    year = scope.year
    for group in groups if by != "year" else []:
        if by == "task":
            code, what, _public_id = group.key
            url = open_address(user, "programme:budget_line_list", q=code, year=year)
            values = tables.group_values(columns, group, label=what, code=code)
        else:
            _code, name_vi, name_en, public_id = group.key
            url = open_address(user, "programme:budget_line_list", **{by: public_id}, year=year)
            values = tables.group_values(columns, group, label=name_in_language(name_vi, name_en))
        rows.append(_group(columns, values, group, url))
    whole = tables.group_values(
        columns, sums, label=pgettext("line of sums", "Total"), code="", envelope=scope.envelopes_vnd
    )
    return {
        "columns": list(columns.values()),
        "rows": rows,
        "values": [row["values"] for row in rows],
        "whole": tuple(whole.values()),
        "total": _cells(columns, whole),
        "day": formats.vn_date(queries.same_day_last_year(today)),
    }


def _group(columns, values, group, url, *, year=None):
    return {
        "url": url,
        "year": year,
        "kind": presenting.YEAR_KINDS[year.state] if year else "",
        "money": group.managed,
        "values": tuple(values.values()),
        "cells": _cells(columns, values),
        "bar": presenting.row_bar(group.managed, values["label"], full=year.envelope_vnd if year else None),
    }


def _cells(columns, values):
    return [
        (column.text(values[name]) if values[name] != "" else "", column.classes) for name, column in columns.items()
    ]


def _groups_file(request, scope, groups, today):
    """The breakdown as a file or a form; None where the page is asked for."""
    title = _("The state of the money: %(scope)s") % {"scope": presenting.scope_name(scope)}
    return table_file(
        request,
        name="tinh-hinh-kinh-phi",
        columns=groups["columns"],
        rows=groups["values"],
        total=groups["whole"],
        sheet=Sheet(title=title, period=presenting.period_text(scope.year, today), unit=tables.UNITS[tables.MILLION]),
    )


# --- a year --------------------------------------------------------------------------------------


def budget_year(request, year):
    year = get_object_or_404(BudgetYear.objects.select_related("period", "envelope_step"), year=year)
    today = timezone.localdate()
    scope = queries.Scope(year.period, [year], year)
    by, ways = request.GET.get("by", ""), _ways(scope)
    if by not in dict(ways):
        by = ways[0][0]
    found, sums = queries.breakdown(scope, by, today)
    groups = _groups(request.user, scope, by, found, sums, today)
    file = _groups_file(request, scope, groups, today)
    if file is not None:
        return file
    months = queries.months(year)
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
        "chart": presenting.month_chart(months, year),
        "months": presenting.month_rows(months, year, today),
        "has_followed": any(row.followed_vnd for row in months),
        "pending": _pending(request.user, scope),
        "lapsing": [{"line": line, "money": queries.Money.of_line(line)} for line in lapsing[:LISTED]],
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
    names = _people(by for _what, by, _at in moves)
    return [(what, names[by], at) for what, by, at in moves if at]


def _people(ids):
    """{id: name} of the people behind these ids, in one look."""
    wanted = {each for each in ids if each}
    names = actor_names({f"user:{each}" for each in wanted}) if wanted else {}
    return {None: formats.NOTHING} | {each: names[f"user:{each}"] for each in wanted}


def _names(ids):
    """The same without posts, for a narrow column."""
    known = dict(
        User.objects.filter(public_id__in={each for each in ids if each}).values_list("public_id", "full_name")
    )
    return lambda each: known.get(each) or formats.NOTHING


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
RELATED = {
    "steps": ("line__task", "line__source", "line__year", "year", "period"),
    "payments": ("commitment",),
    "advances": ("task", "source", "year"),
    "unsettled": ("task", "source", "year"),
    "left": ("task", "source", "year"),
}


def _obstacles(user, year, obstacles):
    """What keeps the year from being closed, each with its list, or with its first rows where it has no list."""
    rows = []
    for obstacle in obstacles:
        route, query = LISTS.get(obstacle.code, ("", {}))
        url = open_address(user, route, year=year, **query) if route else ""
        first = [] if url else list(obstacle.rows.select_related(*RELATED.get(obstacle.code, ()))[:LISTED])
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
    return _form_page(
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
    return _act(
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
    return _act(
        request,
        forms.CloseYearForm(request.POST or None),
        verb=f"close budget year {year}",
        title=_("Close the budget year %(year)s") % {"year": year},
        lead=_("A closed year takes no entry any more. What is left must be cancelled or carried over before."),
        submit=_("Close the budget year"),
        done=_("The budget year is closed."),
        back=year,
        act=lambda form, **by: year_services.close_year(year, paper=form.cleaned_data["paper"], **by),
    )


# --- lines ---------------------------------------------------------------------------------------


def budget_line_list(request):
    today = timezone.localdate()
    unit = tables.DONG if request.GET.get("money") == "dong" else tables.MILLION
    every_line = queries.with_sums(BudgetLine.objects.all(), today)
    balances = queries.with_balances(BudgetLine.objects.all())
    matching = Listing(request, tables.LineTable, balances, tables.LineFilter).filtered
    sums = matching.order_by().aggregate(
        kinds=Count("managed", distinct=True), **{f"sum_{name}": Sum(name) for name in tables.SUMMED}
    )
    before, alike = _before_of_lines(request, matching, today)
    year = request.GET.get("year", "")
    return show_list(
        request,
        name="programme-budget-lines",
        title=_("Budget lines"),
        lead=_("The money of each task by source and year. What is left may still be bound by a contract or decision."),
        table_class=tables.line_table(
            unit,
            {name: sums[f"sum_{name}"] for name in tables.SUMMED},
            before,
            mixed=sums["kinds"] > 1,
            of_one_year=bool(year),
            alike=alike,
        ),
        filterset_class=tables.LineFilter,
        queryset=every_line,
        ordering=("-year__year", "task__content_area__code", "task__code", "source__code", "pk"),
        export_name="dong-du-toan",
        template="programme/list.html",
        sheet=Sheet(
            title=_("The state of the estimate by task"),
            period=presenting.period_text(year, today),
            unit=tables.UNITS[unit],
            group_by="area",
        ),
        main_action={"url": reverse("programme:add_line"), "label": _("Add a budget line")}
        if request.user.may(KEEP_LINES)
        else None,
        empty=_("Lines are added by the accountants once the budget year is there."),
        more_exports=AS_WORD,
    )


def _before_of_lines(request, matching, today):
    """(what the years before had disbursed by the same day, by (year, code of the area), and in all under None; whether
    every year that matches has a year before it).

    Which tasks there are changes from year to year: lines picked by their task or by the state of their money have no
    like in the year before.
    """
    asked = request.GET.copy()
    if asked.get("q") or asked.get("state"):
        return {}, False
    asked.pop("year", None)
    years = list(matching.order_by().values_list("year__year", flat=True).distinct())
    alike = tables.LineFilter(asked, queryset=BudgetLine.objects.all(), request=request).qs
    found = queries.spent_up_to_the_day(queries.earlier_lines(alike, years, today), today, *tables.BeforeColumn.GROUP)
    wholes = {(year + 1, area): spent for (year, area), spent in found.items()}
    alike_years = {year for year in years if year <= today.year} == {year for year, _area in wholes}
    return ({**wholes, None: sum(wholes.values())} if wholes else {}), alike_years


def _line_or_404(public_id):
    return get_object_or_404(
        BudgetLine.objects.select_related(
            "year__period", "task__content_area", "task__office", "task__agency", "source", "unit"
        ),
        public_id=public_id,
    )


def budget_line(request, public_id):
    line = _line_or_404(public_id)
    today = timezone.localdate()
    months = queries.months(line.year, line=line)
    if request.GET.get("export"):
        file = _ledger_file(request, line, today)
        if file is not None:
            return file
    takes = BudgetLine.objects.filter(pk=line.pk).values_list(queries.pending_of_line(), flat=True).get()
    ledger, more = _ledger(line)
    planned = any(row.planned_vnd for row in months)
    context = {
        "line": line,
        "money": queries.Money.of_line(line),
        "year_kind": presenting.YEAR_KINDS[line.year.state],
        "bar": presenting.line_bar(line),
        "rate": presenting.share(line.spent_vnd, line.assigned_vnd),
        "takes": takes,
        "left_after": line.left_vnd - takes,
        "pending": _pending_on(request.user, line),
        "verbs": _line_verbs(request.user, line),
        "task_url": address_of(request.user, line.task),
        "source_url": address_of(request.user, line.source),
        "ledger": ledger,
        "more_entries": open_address(request.user, "programme:ledger_entry_list", line=line.public_id) if more else "",
        "commitments": _commitments(request.user, line),
        "payments": _payments(request.user, line),
        "months": presenting.month_rows(months, line.year, today) if planned or line.disbursed_vnd else [],
        "chart": presenting.month_chart(months, line.year) if planned or line.disbursed_vnd else "",
    }
    return render(request, "programme/budget_line.html", context)


def _line_verbs(user, line):
    """[(url, label)] of what can be done on the line now, the most usual first."""
    verbs = []
    if line.year.state == YearState.CLOSED:
        return []
    if line.managed:
        bind = open_address(user, "programme:prepare_commitment", line.public_id)
        if bind and line.year.takes(EntryKind.COMMIT):
            verbs.append((bind, _("Prepare a contract or decision")))
        begin = open_address(user, "programme:begin_step", line=line.public_id)
        if begin:
            verbs.append((begin, _("Prepare a step")))
        if not line.last_number and user.may(OPENING):
            verbs.append((reverse("programme:record_opening", args=[line.public_id]), _("Enter opening sums")))
    elif user.may(REPORT):
        verbs.append((reverse("programme:record_report", args=[line.public_id]), _("Enter a report")))
    if user.may(KEEP_LINES):
        verbs.append((reverse("programme:plan_spending", args=[line.public_id]), _("Plan by month")))
        verbs.append((reverse("programme:describe_line", args=[line.public_id]), _("Correct the classification")))
    return verbs


def _ledger_file(request, line, today):
    """The whole ledger of a line as a file or a form, each entry as the page shows it."""
    rows = [
        (
            row["entry"].number,
            row["entry"].happened_on,
            row["kind"],
            row["signed"],
            row["left"],
            row["entry"].document,
            row["entry"].document_on,
            row["recorded_by"],
            row["approved_by"],
        )
        for row in _ledger(line, shown=None)[0]
    ]
    return table_file(
        request,
        name="so-dong-du-toan",
        columns=list(tables.LEDGER_COLUMNS.values()),
        rows=rows,
        sheet=Sheet(
            title=_("Ledger of the budget line %(line)s") % {"line": line},
            period=_line_period(line, today),
            unit=_("đồng"),
        ),
    )


def _ledger(line, shown=SHOWN):
    """(the newest entries in the order of their numbers, each with what was left after it; whether there are older ones).

    What was left is counted back from what stands, so that a long ledger is not read from its beginning.
    """
    newest = line.entries.select_related("reverses", "commitment", "payment", "reversed_by").order_by("-number")
    entries = list(newest[: shown + 1] if shown else newest)
    names = _names(each for entry in entries for each in (entry.recorded_by, entry.approved_by))
    left, rows = line.left_vnd, []
    for entry in entries[:shown]:
        rows.append(
            {
                "entry": entry,
                "kind": tables.entry_name(entry.kind, bool(entry.reverses_id)),
                "signed": presenting.signed(entry),
                "amount": presenting.plus_or_minus(presenting.signed(entry)),
                "left": left,
                "recorded_by": names(entry.recorded_by),
                "approved_by": names(entry.approved_by),
                "reversed_by": getattr(entry, "reversed_by", None),
            }
        )
        left -= queries.left_by_entry(entry)
    return rows[::-1], len(entries) > len(rows)


def _commitments(user, line):
    rows = line.commitments.order_by("-signed_on", "-pk")[:SHOWN]
    return [{"row": row, "url": address_of(user, row), "kind": COMMITMENT_KINDS[row.state]} for row in rows]


def _payments(user, line):
    rows = Payment.objects.filter(commitment__line=line).select_related("commitment").order_by("-prepared_at", "-pk")
    return [{"row": row, "url": address_of(user, row), "kind": PAYMENT_KINDS[row.state]} for row in rows[:SHOWN]]


COMMITMENT_KINDS = {
    "prepared": "warn",
    "approved": "ok",
    "refused": "bad",
    "withdrawn": "quiet",
    "liquidated": "quiet",
}
PAYMENT_KINDS = {
    "prepared": "warn",
    "controlled": "warn",
    "signed": "warn",
    "sent": "info",
    "paid": "ok",
    "refused": "bad",
    "returned": "bad",
    "withdrawn": "quiet",
}


def add_line(request):
    now = timezone.now()
    asked = {name: request.GET[name] for name in ("year", "task", "source", "unit") if name in request.GET}
    form = forms.LineForm(request.POST or None, today=timezone.localdate(now), initial=asked)
    if form.is_valid():
        try:
            with sent_once(request, form, "add budget line", now=now, label=_("Add a budget line")) as operation:
                if not operation.done:
                    line = line_services.add_line(by=request.user, now=now, **_without_key(form.cleaned_data))
                    operation.store({"public_id": str(line.public_id)})
            messages.success(request, _("The line is added. Money comes on it by the decision that assigns it."))
            answer = operation.operation.answer
            return HttpResponseRedirect(reverse("programme:budget_line", args=[answer["public_id"]]))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _form_page(
        request,
        form,
        title=_("Add a budget line"),
        submit=_("Add the line"),
        back=reverse("programme:budget_line_list"),
        trail=[(reverse("programme:budget_line_list"), _("Budget lines"))],
    )


def _without_key(cleaned):
    return {name: value for name, value in cleaned.items() if name not in ("operation_key", "version")}


def describe_line(request, public_id):
    line = _line_or_404(public_id)
    form = forms.DescribeLineForm(request.POST or None, instance=line)
    names = form._meta.fields
    return _act(
        request,
        form,
        verb=f"describe budget line {line.public_id}",
        title=_("Correct the classification of the line"),
        submit=_("Save"),
        done=_("The line is saved."),
        back=line,
        act=lambda form, **by: line_services.describe_line(
            _line_or_404(public_id),
            {name: form.cleaned_data[name] for name in names},
            version=form.cleaned_data["version"],
            **by,
        ),
    )


def record_opening(request, public_id):
    line = _line_or_404(public_id)
    return _act(
        request,
        forms.SumsForm(request.POST or None),
        verb=f"record opening {line.public_id}",
        title=_("Enter opening sums"),
        lead=_("What happened on this line before the portal, as sums. Later money is booked step by step."),
        submit=_("Book the opening sums"),
        done=_("The opening sums are booked."),
        back=line,
        act=lambda form, **by: line_services.record_opening(line, form.amounts(), **_paper(form), **by),
    )


def record_report(request, public_id):
    line = _line_or_404(public_id)
    return _act(
        request,
        forms.ReportForm(request.POST or None, line=line),
        verb=f"record report {line.public_id}",
        title=_("Enter the report on a followed line"),
        lead=_("Sums since the beginning of the year, as the report says; the ledger takes what changed."),
        submit=_("Enter the report"),
        done=_("The report is entered."),
        back=line,
        act=lambda form, **by: line_services.record_report(line, form.amounts(), **_paper(form), **by),
    )


def _paper(form):
    return {"document": form.cleaned_data["document"], "document_on": form.cleaned_data["document_on"]}


def plan_spending(request, public_id):
    line = _line_or_404(public_id)
    planned = dict(line.spending_plan.values_list("month", "planned_vnd"))
    return _act(
        request,
        forms.SpendingForm(request.POST or None, line=line, planned=planned),
        verb=f"plan spending {line.public_id}",
        title=_("Plan the disbursement by month"),
        lead=_("Assigned to this line: %(amount)s.") % {"amount": formats.money(line.assigned_vnd)},
        submit=_("Save the plan"),
        done=_("The plan is saved."),
        back=line,
        act=lambda form, **by: line_services.plan_spending(line, form.months(), **by),
    )


# --- the ledger ----------------------------------------------------------------------------------


def ledger_entry_list(request):
    return show_list(
        request,
        name="programme-ledger",
        title=_("Ledger"),
        lead=_(
            "Every movement of money on every line, the newest first. Nothing is ever changed: a mistake is reversed."
        ),
        table_class=tables.EntryTable,
        filterset_class=tables.EntryFilter,
        queryset=LedgerEntry.objects.all(),
        ordering=("-recorded_at", "-id"),
        export_name="so-kinh-phi",
        template="programme/list.html",
        sheet=Sheet(period=_ledger_period(request), unit=_("đồng")) if request.GET.get("export") else None,
        empty=_("Entries come from approved steps, contracts and payments."),
    )


def _ledger_period(request):
    """The year and day of the form, and the disbursement of a year or a line beside that of the same day a year ago."""
    today = timezone.localdate()
    form = tables.EntryFilter(request.GET, queryset=LedgerEntry.objects.all(), request=request).form
    chosen = form.cleaned_data if form.is_valid() else {}
    if chosen.get("line"):
        return _line_period(chosen["line"], today)
    year = int(chosen.get("year") or today.year)
    sums = queries.spent_beside(BudgetLine.objects.all(), year, today)
    when = presenting.period_text(chosen.get("year"), today)
    return f"{when} – {presenting.beside_last_year(year, *sums)}"


def _line_period(line, today):
    compared = queries.with_sums(BudgetLine.objects.filter(pk=line.pk), today)
    sums = compared.values_list("spent_sum_vnd", "before_sum_vnd").get()
    return f"{presenting.period_text(line.year, today)} – {presenting.beside_last_year(line.year, *sums)}"


def ledger_entry(request, public_id):
    entry = get_object_or_404(
        LedgerEntry.objects.select_related(
            "line__task",
            "line__source",
            "line__year",
            "reverses",
            "reversed_by",
            "commitment",
            "payment",
            "step",
            "file",
        ),
        public_id=public_id,
    )
    names = _people([entry.recorded_by, entry.approved_by])
    other_half = None
    if entry.pair:
        halves = LedgerEntry.objects.filter(pair=entry.pair, reverses__isnull=not entry.reverses_id)
        other_half = halves.exclude(line=entry.line).select_related("line__task", "line__source", "line__year").first()
    undone = getattr(entry, "reversed_by", None)
    reverse_url = ""
    halves = [entry] if other_half is None else [entry, other_half]
    taken = all(
        half.line.year.state != YearState.CLOSED and (half.opening or half.line.year.takes(half.kind))
        for half in halves
    )
    if undone is None and not entry.reverses_id and not entry.reported and taken:
        reverse_url = open_address(request.user, "programme:prepare_step", StepKind.REVERSE, entry.public_id)
    context = {
        "entry": entry,
        "title": tables.entry_name(entry.kind, bool(entry.reverses_id)),
        "amount": presenting.plus_or_minus(presenting.signed(entry)),
        "effects": [(label, presenting.plus_or_minus(change)) for label, change in presenting.effects(entry)],
        "recorded_by": names[entry.recorded_by],
        "approved_by": names[entry.approved_by],
        "other_half": other_half,
        "undone": undone,
        "reverse_url": reverse_url,
        "step_url": address_of(request.user, entry.step),
        "commitment_url": address_of(request.user, entry.commitment),
        "payment_url": address_of(request.user, entry.payment),
    }
    return render(request, "programme/ledger_entry.html", context)


def ledger_entry_file(request, public_id):
    entry = get_object_or_404(LedgerEntry.objects.select_related("file"), public_id=public_id)
    if entry.file is None:
        raise Http404
    return serve(entry.file, request, basis=f"ledger entry {entry.public_id}")


# --- shared --------------------------------------------------------------------------------------


def _act(request, form, *, verb, title, submit, done, back, act, lead=""):
    """A form that does one thing to a year or a line, once, and leads back to its page."""
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            with sent_once(request, form, verb, now=now, label=title) as operation:
                if not operation.done:
                    act(form, by=request.user, now=now)
            messages.success(request, done)
            return HttpResponseRedirect(back.get_absolute_url())
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    trail = [(back.get_absolute_url(), str(back))]
    return _form_page(request, form, title=title, submit=submit, back=back.get_absolute_url(), trail=trail, lead=lead)


def _form_page(request, form, *, title, submit, back, trail=(), lead=""):
    context = {"form": form, "title": title, "submit": submit, "back": back, "trail": trail, "lead": lead}
    return render(request, "programme/money_form.html", context)
