from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import may_open
from audit.events import actor_names
from audit.refusals import Refused, StaleVersion
from documents.serving import as_attachment, serve
from documents.word_tables import AS_WORD, DOCX, docx_table_response
from programme.forms.treasury import (
    ConfirmReconciliationForm,
    ExplainDifferenceForm,
    ExplainDifferencesForm,
    MatchStatementForm,
    NumberStatementForm,
)
from programme.models import Payment, StatementDifference, TreasuryStatement
from programme.permissions.treasury import CONFIRM, EXPLAIN, IMPORT
from programme.presenting import treasury as presenting
from programme.presenting import treasury_papers
from programme.services import treasury as services
from programme.tables import treasury as tables
from reference.sending import sent_once
from screens import exports, formats
from screens.forms import form_data
from screens.lists import BulkResult, bulk_results, show_list
from screens.sheets import Sheet, office_lines, render_sheet, wording_of

SHOWN_DIFFERENCES = 200
BY_ROW = (F("row__number").asc(nulls_last=True), "id")  # what the statement lacks comes last
IMPORT_KIND = "treasury-statement"


def statement_or_404(public_id):
    return get_object_or_404(TreasuryStatement.objects.select_related("year", "file"), public_id=public_id)


# --- statements --------------------------------------------------------------------------------


def statement_list(request):
    action = None
    if request.user.may(IMPORT):
        url = reverse("documents:start_import", args=[IMPORT_KIND])
        action = {"url": url, "label": _("Import a statement")}
    return show_list(
        request,
        name="programme-statements",
        title=_("Reconciliation with the Treasury"),
        lead=_("Statements of the State Treasury, compared voucher by voucher with the payments of the portal."),
        table_class=tables.StatementTable,
        filterset_class=tables.StatementFilter,
        queryset=TreasuryStatement.objects.with_differences(),
        ordering=("-ends_on", "-starts_on", "-revision"),
        export_name="doi-chieu-kho-bac",
        main_action=action,
        empty=_("An accountant imports the statement that the Treasury sends each quarter and at the end of the year."),
        template="programme/list.html",
        more_exports=AS_WORD,
    )


def statement_detail(request, public_id):
    return _statement_page(request, statement_or_404(public_id), ExplainDifferencesForm())


def _statement_page(request, statement, form, chosen=(), status=200):
    user, is_open = request.user, statement.state == TreasuryStatement.State.OPEN
    there = statement.differences.there()
    changed = is_open and services.moved_since(statement)
    count, unexplained = there.count(), there.filter(explained_at__isnull=True).count()
    shown = list(
        there.with_elsewhere()
        .select_related("row", "payment__commitment")
        .order_by(F("explained_at").asc(nulls_first=True), *BY_ROW)[: SHOWN_DIFFERENCES + 1]
    )
    for difference in shown:
        difference.is_chosen = str(difference.public_id) in chosen
    people = actor_names({f"user:{who}" for who in (statement.imported_by, statement.reconciled_by) if who})
    return render(
        request,
        "programme/statement.html",
        {
            "statement": statement,
            "state_kind": tables.STATE_KINDS[statement.state],
            "period": presenting.period_text(statement),
            "sides": presenting.both_sides(statement),
            "count": count,
            "unexplained": unexplained,
            "booked_since": services.booked_since(statement).count(),
            "changed_since": changed and services.CHANGED_SINCE,
            "explained": count - unexplained,
            "differences": shown[:SHOWN_DIFFERENCES],
            "shown_at_most": SHOWN_DIFFERENCES if len(shown) > SHOWN_DIFFERENCES else None,
            "form": form,
            "may_explain": is_open and count and user.may(EXPLAIN),
            "may_import": is_open and user.may(IMPORT),
            "may_confirm": is_open and not unexplained and not changed and user.may(CONFIRM),
            "payment_links": may_open(user, "programme:payment"),
            "imported_by": people.get(f"user:{statement.imported_by}", ""),
            "reconciled_by": people.get(f"user:{statement.reconciled_by}", ""),
            "later": statement.successors.exclude(state=TreasuryStatement.State.WITHDRAWN).first(),
            "match_form": MatchStatementForm(auto_id="match_%s"),
        },
        status=status,
    )


def statement_rows(request, public_id):
    statement = statement_or_404(public_id)
    return show_list(
        request,
        name="programme-statement-rows",
        title=_("Rows: %(name)s") % {"name": statement},
        table_class=tables.RowTable,
        filterset_class=tables.RowFilter,
        queryset=statement.rows.all(),
        ordering=("number",),
        export_name="so-phu-kho-bac",
        template="programme/statement_part.html",
        context={"statement": statement},
        sheet=Sheet(period=presenting.period_text(statement), unit=_("đồng")),
        more_exports=AS_WORD,
    )


def statement_file(request, public_id):
    statement = statement_or_404(public_id)
    return serve(statement.file, request, of=statement, basis=f"statement {statement.public_id}")


def match_statement(request, public_id):
    statement = statement_or_404(public_id)
    form, now = MatchStatementForm(request.POST), timezone.now()
    try:
        form.full_clean()
        with sent_once(request, form, f"match statement {statement.public_id}", now=now) as operation:
            if not operation.done:
                services.match_statement(statement=statement, by=request.user, now=now)
        messages.success(request, _("The statement is compared with the payments as they are now."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(statement)


def number_statement(request, public_id):
    statement = statement_or_404(public_id)
    initial = {"number": statement.number, "issued_on": statement.issued_on, "version": statement.version}
    return _act_on_statement(
        request,
        statement,
        NumberStatementForm(request.POST or None, initial=initial),
        service=services.number_statement,
        names=("number", "issued_on"),
        title=_("Number and date: %(name)s") % {"name": statement},
        submit=_("Save"),
        done=_("The number and date of the statement are saved."),
    )


def confirm_reconciliation(request, public_id):
    statement = statement_or_404(public_id)
    return _act_on_statement(
        request,
        statement,
        ConfirmReconciliationForm(request.POST or None, initial={"version": statement.version}),
        service=services.confirm_reconciliation,
        names=("paper", "paper_on"),
        title=_("Confirm the reconciliation: %(name)s") % {"name": statement},
        submit=_("Confirm the reconciliation"),
        done=_("The reconciliation is confirmed."),
        template="programme/confirm_reconciliation.html",
    )


def _act_on_statement(request, statement, form, *, service, names, title, submit, done, template="programme/form.html"):
    now = timezone.now()
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in (*names, "version")}
        try:
            with sent_once(request, form, f"{service.__name__} {statement.public_id}", now=now) as operation:
                if not operation.done:
                    service(statement=statement, by=request.user, now=now, **values)
            messages.success(request, done)
            return redirect(statement)
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    statement.refresh_from_db()
    unexplained = statement.differences.unexplained().count()
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "statement": statement,
        "sides": presenting.both_sides(statement),
        "unexplained": unexplained,
        "explained": statement.differences.there().count() - unexplained,
        "back": statement.get_absolute_url(),
        "back_label": statement,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def reconciliation_table(request, public_id):
    """The table to be signed with the Treasury: on paper, as .xlsx and as .docx, from the same rows."""
    statement = statement_or_404(public_id)
    columns, rows = tables.ReconciliationTable.paper_columns(), presenting.reconciliation_rows(statement)
    name = f"doi-chieu-kho-bac-{statement.span}-{statement.year.year}"
    sheet = Sheet(title=presenting.TITLE, period=presenting.period_text(statement), unit=_("đồng"))
    kind = request.GET.get("export")
    if kind == "xlsx":
        return exports.xlsx_response(name, columns, rows, sheet=_("Reconciliation"))
    if kind == "docx":
        wording = wording_of(sheet, sheet.title, request.GET)
        return docx_table_response(
            name,
            office_lines=office_lines(wording),
            title=wording["title"],
            subtitle=wording["period"],
            unit=wording["unit"],
            columns=columns,
            rows=rows,
            groups=_source,
            signers=[wording["preparer"], wording["accountant"], wording["head"]],
        )
    return render_sheet(
        request,
        title=sheet.title,
        columns=columns,
        rows=rows,
        groups=_source,
        sheet=sheet,
        back=statement.get_absolute_url(),
    )


def _source(row):
    return row[-1]


# --- differences -------------------------------------------------------------------------------


def difference_list(request, public_id):
    statement = statement_or_404(public_id)
    return show_list(
        request,
        name="programme-differences",
        title=_("Differences: %(name)s") % {"name": statement},
        table_class=tables.DifferenceTable,
        filterset_class=tables.DifferenceFilter,
        queryset=statement.differences.there().with_elsewhere(),
        ordering=BY_ROW,
        export_name="chenh-lech-kho-bac",
        empty=_("Statement and portal agree."),
        template="programme/statement_part.html",
        context={"statement": statement},
        sheet=Sheet(period=presenting.period_text(statement), unit=_("đồng")),
        more_exports=AS_WORD,
    )


def difference_detail(request, public_id):
    difference = get_object_or_404(
        StatementDifference.objects.with_elsewhere().select_related(
            "statement__year", "row", "payment__commitment", "entry"
        ),
        public_id=public_id,
    )
    statement = difference.statement
    may_explain = (
        statement.state == TreasuryStatement.State.OPEN and not difference.gone_at and request.user.may(EXPLAIN)
    )
    people = actor_names({f"user:{difference.explained_by}"}) if difference.explained_by else {}
    return render(
        request,
        "programme/difference.html",
        {
            "difference": difference,
            "statement": statement,
            "may_explain": may_explain,
            "payment_links": may_open(request.user, "programme:payment"),
            "explained_by": people.get(f"user:{difference.explained_by}", ""),
        },
    )


def explain_difference(request, public_id):
    difference = get_object_or_404(StatementDifference.objects.select_related("statement__year"), public_id=public_id)
    now = timezone.now()
    form = ExplainDifferenceForm(request.POST or None, instance=difference)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("cause", "explanation", "version")}
        try:
            with sent_once(request, form, f"explain difference {difference.public_id}", now=now) as operation:
                if not operation.done:
                    services.explain_difference(difference=difference, by=request.user, now=now, **values)
            messages.success(request, _("The difference is explained."))
            return HttpResponseRedirect(difference.statement.get_absolute_url())
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    standing = StatementDifference.objects.get(pk=difference.pk)
    context = {
        "form": form,
        "title": _("Explain: %(name)s") % {"name": standing},
        "submit": _("Explain the difference"),
        "back": standing.get_absolute_url(),
        "back_label": standing,
    }
    return render(request, "programme/form.html", context, status=422 if form.errors else 200)


def explain_differences(request, public_id):
    """One explanation for all the chosen differences, with a result for each."""
    statement, now = statement_or_404(public_id), timezone.now()
    chosen = request.POST.getlist("chosen")
    form = ExplainDifferencesForm(*form_data(request))
    if form.is_valid() and not chosen:
        form.add_error(None, _("Choose at least one difference in the table."))
    if form.is_valid():
        results = []
        try:
            with sent_once(request, form, f"explain differences {statement.public_id}", now=now) as operation:
                if not operation.done:
                    results = [
                        _explained(difference, form.cleaned_data, request.user, now)
                        for difference in _chosen(statement, chosen)
                    ]
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if all(result.ok for result in results):
                count = formats.number(len(results) or len(chosen))
                messages.success(request, _("Differences explained: %(count)s.") % {"count": count})
                return redirect(statement)
            return bulk_results(
                request, title=_("Explained differences"), results=results, back=statement.get_absolute_url()
            )
    return _statement_page(request, statement, form, chosen, status=422)


def _chosen(statement, public_ids):
    """The chosen differences of this statement; what is none of them is left out."""
    there = statement.differences.there().with_elsewhere().select_related("statement__year")
    known = {str(found.public_id): found for found in there}
    return [known[public_id] for public_id in dict.fromkeys(public_ids) if public_id in known]


def _explained(difference, values, by, now):
    try:
        services.explain_difference(
            difference=difference, cause=values["cause"], explanation=values["explanation"], by=by, now=now
        )
    except Refused as refusal:
        return BulkResult(str(difference), False, str(refusal), difference.get_absolute_url())
    return BulkResult(str(difference), True, _("explained"), difference.get_absolute_url())


# --- papers for the Treasury -------------------------------------------------------------------


def _payment_or_404(public_id):
    return get_object_or_404(
        Payment.objects.select_related("commitment__line__year", "commitment__line__unit"), public_id=public_id
    )


def treasury_papers_page(request, public_id):
    payment, today = _payment_or_404(public_id), timezone.localdate()
    return render(
        request,
        "programme/treasury_papers.html",
        {
            "payment": payment,
            "payment_link": may_open(request.user, "programme:payment"),
            "papers": [
                {
                    "url": reverse("programme:treasury_paper", args=[payment.public_id, code]),
                    "name": treasury_papers.PAPERS[code],
                    "number": treasury_papers.form_number(code, today),
                }
                for code in treasury_papers.papers_of(payment)
            ],
        },
    )


def treasury_paper(request, public_id, code):
    payment = _payment_or_404(public_id)
    if code not in treasury_papers.papers_of(payment):
        raise Http404
    file = treasury_papers.paper(payment, code, timezone.localdate())
    return as_attachment(file, f"{treasury_papers.FILE_NAMES[code]}.docx", DOCX)
