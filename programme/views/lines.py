"""The lines of the budget: the list, each line with its ledger, and how the accountants keep it."""

from copy import copy

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.word_tables import AS_WORD
from programme.forms import money as forms
from programme.models import BudgetLine, EntryKind, MoneyReturn, Payment, YearState
from programme.permissions.budget import KEEP_LINES, REPORT
from programme.presenting import money as presenting
from programme.presenting.acting import in_whose_name
from programme.presenting.places import address_of, open_address
from programme.presenting.returns import return_rows
from programme.queries import money as queries
from programme.services import lines as line_services
from programme.services.opening import why_never
from programme.services.returns import returned_vnd
from programme.tables import commitments, payments
from programme.tables import money as tables
from programme.views.keeping import form_page, keep_page, line_period, names_of
from programme.views.money import SHOWN, pending_on
from programme.views.table_files import table_file
from reference.sending import sent_once
from screens import formats
from screens.lists import Listing, show_list
from screens.sheets import Sheet


def budget_line_list(request):
    today = timezone.localdate()
    unit = tables.DONG if request.GET.get("money") == "dong" else tables.MILLION
    every_line = queries.with_sums(BudgetLine.objects.all(), today)
    balances = queries.with_balances(BudgetLine.objects.all())
    matching = Listing(request, tables.LineTable, balances, tables.LineFilter).filtered
    parts = list(matching.order_by().values("managed", "year__year").annotate(**_summed()))
    before, alike = _before_of_lines(request, {part["year__year"] for part in parts}, today)
    year = request.GET.get("year", "")
    return show_list(
        request,
        name="programme-budget-lines",
        title=_("Budget lines"),
        lead=_(
            "The money of each task by source and year. What is left may still be bound by a contract or decision. "
            "The same period last year: a line is compared with the line of its own task; totals take in last year's other tasks too."
        ),
        table_class=tables.line_table(
            unit,
            {name: sum(part[f"sum_{name}"] for part in parts) if parts else None for name in tables.SUMMED},
            before,
            mixed=len({part["managed"] for part in parts}) > 1,
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
            notes=presenting.compared_with({part["year__year"] for part in parts}, today),
        ),
        main_action={"url": reverse("programme:add_line"), "label": _("Add a budget line")}
        if request.user.may(KEEP_LINES)
        else None,
        empty=_("Lines are added by the accountants once the budget year is there."),
        more_exports=AS_WORD,
    )


def _summed():
    return {f"sum_{name}": Sum(name) for name in tables.SUMMED}


def _before_of_lines(request, years, today):
    """(what the years before had disbursed by the same day, by (year, code of the area), and in all under None; whether
    every one of `years`, of which lines are listed, has a year before it).

    Which tasks there are changes from year to year: lines picked by their task or by the state of their money have no
    like in the year before.
    """
    asked = request.GET.copy()
    if asked.get("q") or asked.get("state"):
        return {}, False
    asked.pop("year", None)
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
    opened = queries.opened_by_month(line.year, line=line)
    months = queries.months(line.year, line=line, opened=opened)
    if request.GET.get("export"):
        file = _ledger_file(request, line, today)
        if file is not None:
            return file
    takes = BudgetLine.objects.filter(pk=line.pk).values_list(queries.pending_of_line(), flat=True).get()
    ledger, more = _ledger(line)
    by_month = any(row.planned_vnd or row.spent_vnd for row in months)
    context = {
        "line": line,
        "money": queries.Money.of_line(line),
        "year_kind": presenting.YEAR_KINDS[line.year.state],
        "bar": presenting.line_bar(line),
        "rate": presenting.share(line.spent_vnd, line.assigned_vnd),
        "takes": takes,
        "left_after": line.left_vnd - takes,
        "pending": pending_on(request.user, line),
        "verbs": _line_verbs(request.user, line),
        "task_url": address_of(request.user, line.task),
        "source_url": address_of(request.user, line.source),
        "ledger": ledger,
        "more_entries": open_address(request.user, "programme:ledger_entry_list", line=line.public_id) if more else "",
        **_over_years(request.user, line),
        "commitments": _commitments(request.user, line),
        "payments": _payments(request.user, line),
        "returns": return_rows(line, request.user) if line.year.state == YearState.CLOSED else [],
        "returned_vnd": returned_vnd(MoneyReturn.objects.filter(commitment__line=line)),
        "opened_vnd": sum(opened.values()),
        "months": presenting.month_rows(months, line.year, today) if by_month else [],
        "chart": presenting.month_chart(months, line.year) if by_month else "",
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
        verbs += _opening_verbs(user, line)
    elif user.may(REPORT):
        verbs.append((reverse("programme:record_report", args=[line.public_id]), _("Enter a report")))
    if user.may(KEEP_LINES):
        verbs.append((reverse("programme:plan_spending", args=[line.public_id]), _("Plan by month")))
        verbs.append((reverse("programme:describe_line", args=[line.public_id]), _("Correct the classification")))
    return verbs


def _opening_verbs(user, line):
    """[(url, label)] of what may stand on the line from before the portal: its own sums once, contracts as there are."""
    sums = open_address(user, "programme:prepare_opening", line.public_id)
    if not sums:
        return []
    verbs = [] if why_never(line, EntryKind.ASSIGN) else [(sums, _("Enter opening sums"))]
    if line.allocated_vnd and line.year.state != YearState.PREPARING:
        contract = open_address(user, "programme:prepare_opening_contract", line.public_id)
        verbs.append((contract, _("Enter a contract from before the portal")))
    return verbs


def _ledger_file(request, line, today):
    """The whole ledger of a line as a file or a form, each entry as the page shows it."""
    rows = [
        (
            row["entry"].number,
            row["entry"].happened_on,
            f"{row['kind']} ({row['opening']})" if row["opening"] else row["kind"],
            _reversal_words(row),
            row["signed"],
            row["left"],
            row["entry"].document,
            row["entry"].document_on,
            row["recorded_by"],
            f"{row['approved_by']}, {row['behalf']}" if row["behalf"] else row["approved_by"],
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
            period=line_period(line, today),
            unit=_("đồng"),
        ),
    )


def _reversal_words(row):
    """Which entry this one reverses, or which one reversed it, as the page says it with links."""
    if row["entry"].reverses is not None:
        return _("reverses entry %(number)s") % {"number": row["entry"].reverses.number}
    if row["reversed_by"] is not None:
        return _("reversed by entry %(number)s") % {"number": row["reversed_by"].number}
    return ""


def _opening_word(entry):
    if not entry.opening:
        return ""
    return _("later opening") if entry.step is not None and entry.step.late else _("opening")


def _ledger(line, shown=SHOWN):
    """(the newest entries in the order of their numbers, each with what was left after it; whether there are older ones).

    What was left is counted back from what stands, so that a long ledger is not read from its beginning.
    """
    newest = line.entries.select_related("reverses", "commitment", "payment", "reversed_by", "step").order_by("-number")
    entries = list(newest[: shown + 1] if shown else newest)
    names = names_of(each for entry in entries for each in (entry.recorded_by, entry.approved_by))
    behalf = in_whose_name(entries)
    before, rows = copy(line), []
    for entry in entries[:shown]:
        rows.append(
            {
                "entry": entry,
                "kind": tables.entry_name(entry.kind, bool(entry.reverses_id), raises=entry.raises),
                "opening": _opening_word(entry),
                "signed": presenting.signed(entry),
                "amount": presenting.signed_text(entry),
                "goes_to": presenting.goes_to(entry.kind, line.year, reversal=bool(entry.reverses_id)),
                "left": before.left_vnd,
                "recorded_by": names(entry.recorded_by),
                "approved_by": names(entry.approved_by),
                "behalf": behalf.get(entry.pk, ""),
                "reversed_by": getattr(entry, "reversed_by", None),
            }
        )
        queries.take_back(before, entry)
    return rows[::-1], len(entries) > len(rows)


def _over_years(user, line):
    """The lines from which money was carried into this one, and to which it was carried over."""
    if not (line.carried_in_vnd or line.carried_out_vnd):
        return {}
    pairs = line.entries.filter(kind__in=[EntryKind.CARRY_IN, EntryKind.CARRY_OUT], pair__isnull=False).values("pair")
    others = BudgetLine.objects.filter(entries__pair__in=pairs).exclude(pk=line.pk).select_related("year").distinct()
    named = [(other, address_of(user, other)) for other in others]
    return {
        "carried_from": [each for each in named if each[0].year.year < line.year.year],
        "carried_to": [each for each in named if each[0].year.year > line.year.year],
    }


def _commitments(user, line):
    rows = line.commitments.order_by("-signed_on", "-pk")[:SHOWN]
    return [{"row": row, "url": address_of(user, row), "kind": commitments.STATE_KINDS[row.standing]} for row in rows]


def _payments(user, line):
    rows = payments.with_undone(Payment.objects.filter(commitment__line=line))
    rows = rows.select_related("commitment").order_by("-prepared_at", "-pk")
    return [{"row": row, "url": address_of(user, row), "kind": payments.STATE_KINDS[row.state]} for row in rows[:SHOWN]]


def add_line(request):
    now = timezone.now()
    asked = {name: request.GET[name] for name in ("year", "task", "source", "unit", "managed") if name in request.GET}
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
    return form_page(
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
    return keep_page(
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


def record_report(request, public_id):
    line = _line_or_404(public_id)
    return keep_page(
        request,
        forms.ReportForm(request.POST or None, line=line),
        verb=f"record report {line.public_id}",
        title=_("Enter the report on a followed line"),
        lead=_("Sums since the beginning of the year, as the report says; the ledger takes what changed."),
        submit=_("Enter the report"),
        done=_("The report is entered."),
        back=line,
        act=lambda form, **by: line_services.record_report(line, form.amounts(), **_paper(form), **by),
        never=line_services.why_not_reported(line),
    )


def _paper(form):
    return {"document": form.cleaned_data["document"], "document_on": form.cleaned_data["document_on"]}


def plan_spending(request, public_id):
    line = _line_or_404(public_id)
    planned = dict(line.spending_plan.values_list("month", "planned_vnd"))
    return keep_page(
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
