from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused, StaleVersion
from documents.guard import PAPERS
from documents.serving import serve
from documents.store import save_upload
from jobs.operations import once
from screens.forms import form_data
from screens.lists import show_list
from support import services, totals
from support.filters import SupportFilter
from support.forms import CorrectSupportForm, SupportForm, WithdrawSupportForm
from support.models import SupportRecord
from support.permissions import RECORD, TOTALS, can_change_support, offices_of
from support.tables import SupportTable
from support.turns import explained, sentence, turn_rule


def support_list(request):
    records = explained(SupportRecord.objects.visible_to(request.user), turn_rule(timezone.localdate()))
    action = None
    if request.user.may(RECORD):
        action = {"url": reverse("support:record_support"), "label": _("Record support")}
    sums = None
    if "sums" in request.GET:
        sums = totals.of_list(SupportFilter(request.GET, queryset=records, request=request).qs)
    return show_list(
        request,
        name="support",
        title=_("Support given to enterprises"),
        table_class=SupportTable,
        filterset_class=SupportFilter,
        queryset=records,
        ordering=("-delivered_on", "-pk"),
        template="support/support_list.html",
        context={"sums": sums, "sums_query": _with_sums(request), "may_see_totals": request.user.may(TOTALS)},
        export_name="ho-tro",
        main_action=action,
        empty=_("No support is recorded yet. Record it one by one, or import the lists that the office keeps."),
    )


def _with_sums(request):
    query = request.GET.copy()
    query["sums"] = "1"
    return query.urlencode()


def support_detail(request, public_id):
    today = timezone.localdate()
    visible = SupportRecord.objects.visible_to(request.user).select_related(
        "enterprise", "content_area", "kind", "money_source", "agency", "office", "evidence_file"
    )
    record = get_object_or_404(explained(visible, turn_rule(today)), public_id=public_id)
    return render(
        request,
        "support/support_detail.html",
        {
            "record": record,
            "counts": record.turn_reason == "counts",
            "turn": sentence(record.turn_reason),
            "may_change": can_change_support(request.user, record, today),
        },
    )


def support_evidence(request, public_id):
    record = get_object_or_404(
        SupportRecord.objects.visible_to(request.user).select_related("evidence_file"), public_id=public_id
    )
    if record.evidence_file is None:
        raise Http404
    return serve(record.evidence_file, request, of=record, basis=f"support {record.public_id}")


def support_totals(request):
    rule = turn_rule(timezone.localdate())
    state = totals.state_of(rule)
    years = totals.kept("years", state, partial(totals.by_year, rule))
    chosen = _chosen_year(request.GET.get("year"), years)
    return render(
        request,
        "support/support_totals.html",
        {
            "years": years,
            "year": chosen,
            "areas": totals.kept(f"areas {chosen}", state, partial(totals.of_year, chosen, rule)) if chosen else [],
        },
    )


def record_support(request):
    now = timezone.now()
    today = timezone.localdate(now)
    options = {"today": today, "offices": offices_of(request.user, today), "user": request.user}
    if request.method == "POST":
        form = _bound(request, SupportForm, now, **options)
        if form.is_valid():
            try:
                return redirect("support:support_detail", public_id=_record_once(request.user, form, now))
            except services.DoubtfulCode as doubt:
                form.ask_about_code(str(doubt))
            except Refused as refusal:
                form.add_error(None, str(refusal))
    else:
        initial = {"enterprise": request.GET.get("enterprise", "")}
        form = SupportForm(*form_data(request), initial=initial, **options)
    return render(request, "support/record_support.html", {"form": form})


def correct_support(request, public_id):
    now = timezone.now()
    today = timezone.localdate(now)
    record = _changeable(request, public_id, today)
    options = {"today": today, "offices": offices_of(request.user, today), "user": request.user, "record": record}
    if request.method == "POST":
        form = _bound(request, CorrectSupportForm, now, **options)
        if form.is_valid():
            given = form.cleaned_data
            try:
                services.correct_support(
                    record=record,
                    version=given["version"],
                    by=request.user,
                    now=now,
                    reason=given["reason"],
                    **form.content(),
                )
            except StaleVersion as stale:
                form.meet_conflict(stale.current, stale)
            except services.DoubtfulCode as doubt:
                form.ask_about_code(str(doubt))
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The record was corrected."))
                return redirect("support:support_detail", public_id=record.public_id)
    else:
        form = CorrectSupportForm(*form_data(request), **options)
    return render(request, "support/correct_support.html", {"form": form, "record": record})


def withdraw_support(request, public_id):
    now = timezone.now()
    record = _changeable(request, public_id, timezone.localdate(now))
    form = WithdrawSupportForm(request.POST or None, initial={"version": record.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.withdraw_support(
                record=record, version=given["version"], by=request.user, now=now, reason=given["reason"]
            )
        except StaleVersion as stale:
            form.meet_conflict(stale.current, stale)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The record was withdrawn."))
            return redirect("support:support_detail", public_id=record.public_id)
    return render(request, "support/withdraw_support.html", {"form": form, "record": record})


def _changeable(request, public_id, today):
    """A record the person may change: 404 when not visible, 403 when it is kept by another office."""
    visible = SupportRecord.objects.visible_to(request.user).select_related("enterprise", "evidence_file")
    record = get_object_or_404(visible, public_id=public_id)
    if not record.withdrawn and not can_change_support(request.user, record, today):
        raise PermissionDenied(_("The record is kept by another office."))
    return record


def _bound(request, form_class, now, **options):
    """The form with what was typed; a file that came with it is kept at once, so that a refusal loses nothing."""
    data, refusal = request.POST.copy(), None
    upload = request.FILES.get("evidence_upload")
    if upload:
        try:
            stored = save_upload(upload, by=request.user, now=now, allow=PAPERS)
            data["kept_file"] = str(stored.public_id)
        except Refused as error:
            refusal = error
    form = form_class(data, **options)
    if refusal:
        form.add_error("evidence_upload", str(refusal))
    return form


def _record_once(user, form, now):
    """Record it once however often the form is sent; returns the public id."""
    given = form.cleaned_data
    content = form.content()
    with once(
        scope=f"user:{user.public_id}",
        verb="record support",
        key=given["operation_key"],
        body={"enterprise": given["enterprise"].public_id, "office": given["office"]} | content,
        now=now,
    ) as operation:
        if operation.done:
            return operation.answer["public_id"]
        record = services.record_support(
            enterprise=given["enterprise"], office=given["office"], by=user, now=now, **content
        )
        operation.store({"public_id": str(record.public_id)})
        return record.public_id


def _chosen_year(typed, years):
    known = [row["year"] for row in years]
    if typed and typed.isascii() and typed.isdigit() and int(typed) in known:
        return int(typed)
    return known[0] if known else None
