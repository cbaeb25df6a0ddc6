"""The entries of the ledger, all of them and one by one."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.serving import serve
from programme.models import BudgetLine, LedgerEntry, StepKind
from programme.presenting import money as presenting
from programme.presenting.acting import in_whose_name
from programme.presenting.places import address_of, open_address
from programme.queries import money as queries
from programme.services import steps
from programme.tables import money as tables
from programme.views.keeping import line_period, people_named
from screens.lists import show_list
from screens.sheets import Sheet


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
        queryset=queries.with_approver(LedgerEntry.objects.all()),
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
        return line_period(chosen["line"], today)
    year = int(chosen.get("year") or today.year)
    sums = queries.spent_beside(BudgetLine.objects.managed(), year, today)
    when = presenting.period_text(chosen.get("year"), today)
    return f"{when} – {presenting.beside_last_year(year, *sums, today)} {_('Managed money only.')}"


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
    names = people_named([entry.recorded_by, entry.approved_by])
    other_half = None
    if entry.pair:
        halves = LedgerEntry.objects.filter(pair=entry.pair, reverses__isnull=not entry.reverses_id)
        other_half = halves.exclude(line=entry.line).select_related("line__task", "line__source", "line__year").first()
    undone = getattr(entry, "reversed_by", None)
    reverse_url = why_never = ""
    if undone is None and not entry.reverses_id and not entry.reported:
        reverse_url = open_address(request.user, "programme:prepare_step", StepKind.REVERSE, entry.public_id)
    if reverse_url and (why_never := steps.why_never(StepKind.REVERSE, line=entry.line, reverses=entry)):
        reverse_url = ""
    context = {
        "entry": entry,
        "title": tables.entry_name(entry.kind, bool(entry.reverses_id), raises=entry.raises),
        "amount": presenting.signed_text(entry),
        "goes_to": presenting.goes_to(entry.kind, entry.line.year, reversal=bool(entry.reverses_id)),
        "effects": [(label, presenting.plus_or_minus(change)) for label, change in presenting.effects(entry)],
        "recorded_by": names[entry.recorded_by],
        "approved_by": names[entry.approved_by],
        "behalf": in_whose_name([entry]).get(entry.pk, ""),
        "other_half": other_half,
        "undone": undone,
        "reverse_url": reverse_url,
        "why_never": why_never,
        "step_url": address_of(request.user, entry.step),
        "commitment_url": address_of(request.user, entry.commitment),
        "payment_url": address_of(request.user, entry.payment),
    }
    return render(request, "programme/ledger_entry.html", context)


def ledger_entry_file(request, public_id):
    entry = get_object_or_404(LedgerEntry.objects.select_related("file"), public_id=public_id)
    if entry.file is None:
        raise Http404
    return serve(entry.file, request, of=entry, basis=f"ledger entry {entry.public_id}")
