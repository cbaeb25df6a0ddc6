"""The state of the money as a whole: levels, what is left, what waits, and its breakdowns."""

from dataclasses import replace

from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programme.models import BudgetCheck, BudgetStep, Payment, StepKind
from programme.models.steps import LIMITS
from programme.permissions.budget import KEEP_YEARS
from programme.presenting import money as presenting
from programme.presenting.places import address_of, open_address
from programme.queries import money as queries
from programme.services.consistency import sentence_of
from programme.tables import money as tables
from programme.views.table_files import table_file
from reference.tables import name_in_language
from screens.sheets import Sheet
from screens.tables import on_page, with_lines

SHOWN = 50
LISTED = 20


def money(request):
    today = timezone.localdate()
    scope, periods = queries.scope_of(today, period=request.GET.get("period", ""), year=request.GET.get("year", ""))
    if scope is None:
        return render(request, "programme/money_empty.html", {"may_keep_years": request.user.may(KEEP_YEARS)})
    by = request.GET.get("by", "")
    ways = ways_of(scope)
    if by not in dict(ways):
        by = ways[0][0]
    found, sums = queries.breakdown(scope, by, today)
    groups = groups_of(request.user, scope, by, found, sums, today)
    file = groups_file(request, scope, groups, today)
    if file is not None:
        return file
    context = {
        "scope": scope,
        "periods": periods,
        "bar": presenting.scope_bar(scope, sums),
        "levels": presenting.level_rows(scope, sums),
        "left": presenting.left_rows(scope, sums),
        "outside": sums.outside if sums.outside.assigned_vnd else None,
        "pending": pending_in(request.user, scope),
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


def ways_of(scope):
    """[(code, label)] of the breakdowns; of one year there is none by year."""
    ways = [
        ("year", _("By year")),
        ("area", _("By content area")),
        ("source", _("By source")),
        ("unit", _("By budget unit")),
        ("task", _("By task")),
    ]
    return ways[1:] if scope.year else ways


def pending_in(user, scope):
    found = queries.pending(years=scope.chosen, period=None if scope.year else scope.period)
    return _pending_rows(user, found, year=scope.year)


def pending_on(user, line):
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
            waiting.amount_vnd if kind not in LIMITS or waiting.count == 1 else None,  # of several the last one holds
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


def groups_of(user, scope, by, groups, sums, today):
    """A breakdown as a table: its columns, rows of typed values and of text, each with its page and a small bar."""
    label = dict(ways_of(scope))[by]
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
    places = on_page(list(columns.items()))
    heads = list(columns.values())
    for row in rows:
        row["lines"] = _lines(row["cells"], places)
    total = _cells(columns, whole)
    return {
        "columns": heads,
        "heads": [(heads[place], [heads[other] for other in beneath]) for place, beneath in places],
        "rows": rows,
        "values": [row["values"] for row in rows],
        "whole": tuple(whole.values()),
        "total": total,
        "total_lines": _lines(total, places),
        "notes": presenting.group_notes([year.year for year in scope.chosen], today, sums.alone),
    }


def _group(columns, values, group, url, *, year=None):
    return {
        "url": url,
        "year": year,
        "kind": presenting.YEAR_KINDS[year.state] if year else "",
        "label": values["label"],
        "code": values.get("code", ""),
        "money": group.managed,
        "values": tuple(values.values()),
        "cells": _cells(columns, values),
        "bar": presenting.row_bar(group.managed, values["label"], full=year.envelope_vnd if year else None),
    }


def _cells(columns, values):
    return [
        (column.text(values[name]) if values[name] != "" else "", column.classes) for name, column in columns.items()
    ]


def _lines(cells, places):
    """[(text with what is told beneath it, classes)] of cells, as the page shows them."""
    return [
        (with_lines(cells[place][0], [cells[other][0] for other in beneath]), cells[place][1])
        for place, beneath in places
    ]


def groups_file(request, scope, groups, today):
    """The breakdown as a file or a form; None where the page is asked for."""
    title = _("The state of the money: %(scope)s") % {"scope": presenting.scope_name(scope)}
    return table_file(
        request,
        name="tinh-hinh-kinh-phi",
        columns=groups["columns"],
        rows=groups["values"],
        total=groups["whole"],
        sheet=Sheet(
            title=title,
            period=presenting.period_text(scope.year, today),
            unit=tables.UNITS[tables.MILLION],
            notes=groups["notes"],
        ),
    )
