import copy
from datetime import date

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused, StaleVersion
from programme.forms.scheme import FigureForm, PeriodForm, ResultForm, TargetForm, WithdrawTargetForm
from programme.models import Indicator, Period, PublishedFigure, PublishedResult, Target
from programme.permissions.scheme import EDIT
from programme.presenting.scheme import amount, applies_text, bands_by_year, quoted, scope_text, target_band, unknown
from programme.services import scheme as services
from programme.tables import scheme as tables
from reference.models import ContentArea
from reference.sending import sent_once
from reference.tables import SHORT_CONFIDENCE
from screens import formats
from screens.lists import show_list

COUNTS = (
    "registered_enterprises",
    "registered_products",
    "recognised_enterprises",
    "recognised_products",
    "first_time_products",
    "top10_enterprises",
)

# --- periods -----------------------------------------------------------------------------------


def period_list(request):
    return show_list(
        request,
        name="programme-periods",
        title=_("Programme"),
        lead=_("Periods of the programme, each with its document, its budget and its targets."),
        table_class=tables.PeriodTable,
        queryset=Period.objects.all(),
        ordering=("-starts_year", "code"),
        export_name="giai-doan",
        main_action=_main(request, reverse("programme:add_period"), _("Add a period")),
        empty=_("Load the portal's data files with the command load_programme, or add a period."),
        template="programme/period_list.html",
    )


def _main(request, url, label):
    return {"url": url, "label": label} if request.user.may(EDIT) else None


def period_detail(request, public_id):
    period = get_object_or_404(Period.objects.select_related("ceiling_step"), public_id=public_id)
    order = {code: place for place, code in enumerate(Indicator.values)}
    targets = sorted(
        period.targets.standing().select_related("period"),
        key=lambda target: (order.get(target.indicator_code, 99), target.year or 0),
    )
    years = (period.starts_year, period.ends_year)
    results = list(PublishedResult.objects.filter(year__range=years))
    return render(
        request,
        "programme/period.html",
        {
            "period": period,
            "state_kind": tables.STATE_KINDS[period.state],
            "may_edit": request.user.may(EDIT),
            "years": period.years(),
            "bands": bands_by_year(period, targets),
            "targets": [
                {
                    "target": target,
                    "band": target_band(target),
                    "applies": applies_text(target),
                    "sure": SHORT_CONFIDENCE[target.confidence],
                }
                for target in targets
            ],
            "areas": ContentArea.objects.in_force(_last_day(period)).order_by("code"),
            "results": [{"result": result, "counts": _counts(result)} for result in results],
            "count_labels": [_label(PublishedResult, name) for name in COUNTS],
            "figures": [
                {
                    "figure": figure,
                    "value": quoted(figure),
                    "scope": scope_text(figure.scope, figure.scope_count),
                    "of": figure.reference_year or unknown(),
                }
                for figure in PublishedFigure.objects.filter(award_year__range=years)
            ],
        },
    )


def _last_day(period):
    """The day on which the period's lists are read: today within it, else its nearest end."""
    first, last = date(period.starts_year, 1, 1), date(period.ends_year, 12, 31)
    return min(max(timezone.localdate(), first), last)


def _counts(result):
    return [unknown() if getattr(result, name) is None else formats.number(getattr(result, name)) for name in COUNTS]


def _label(model, name):
    label = str(model._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def add_period(request):
    return _add(
        request,
        PeriodForm,
        Period,
        verb="add period",
        title=_("Add a period"),
        done=_("The period is added."),
        back=reverse("programme:period_list"),
        back_label=_("Programme"),
        act=lambda values, **by: services.add_period(values, **by),
    )


def edit_period(request, public_id):
    return _edit(
        request,
        get_object_or_404(Period, public_id=public_id),
        PeriodForm,
        verb="edit period",
        title=_("Correct or complete: %(name)s"),
        done=_("The period is saved."),
        act=services.edit_period,
    )


# --- targets -----------------------------------------------------------------------------------


def target_list(request):
    return show_list(
        request,
        name="programme-targets",
        title=_("Targets"),
        lead=_("What documents promise, as bands; a year that no document names has none."),
        table_class=tables.TargetTable,
        filterset_class=tables.TargetFilter,
        queryset=Target.objects.all(),
        ordering=("-period__starts_year", "indicator_code", "year"),
        export_name="chi-tieu",
        empty=_("Targets are added on the page of their period."),
        template="programme/list.html",
    )


def target_detail(request, public_id):
    target = get_object_or_404(Target.objects.select_related("period"), public_id=public_id)
    facts = [
        (_("Period of the programme"), str(target.period)),
        (_("Applies"), applies_text(target)),
        (_("Band"), target_band(target)),
        (_("Document"), target.document),
        (_("How sure"), target.get_confidence_display()),
        (_("Source"), target.source),
    ]
    verbs = []
    if request.user.may(EDIT) and not target.withdrawn_on:
        verbs = [
            (reverse("programme:edit_target", args=[target.public_id]), _("Change the band")),
            (reverse("programme:withdraw_target", args=[target.public_id]), _("Stop applying")),
        ]
    tag = {"label": _("No longer applies"), "kind": "quiet"} if target.withdrawn_on else None
    trail = [(target.period.get_absolute_url(), str(target.period))]
    return _record(request, target, title=target.indicator, facts=facts, verbs=verbs, tag=tag, trail=trail)


def _record(request, row, *, title, facts, verbs, tag, trail):
    facts = [(label, text or formats.NOTHING) for label, text in facts]
    context = {"row": row, "title": title, "facts": facts, "verbs": verbs, "tag": tag, "trail": trail}
    return render(request, "programme/record.html", context)


def add_target(request, public_id):
    period = get_object_or_404(Period, public_id=public_id)
    return _add(
        request,
        TargetForm,
        Target,
        verb=f"add target {period.public_id}",
        title=_("Add a target: %(period)s") % {"period": period},
        done=_("The target is added."),
        back=period.get_absolute_url(),
        back_label=period,
        act=lambda values, **by: services.add_target(period, values, **by),
        then=period.get_absolute_url(),
    )


def edit_target(request, public_id):
    return _edit(
        request,
        get_object_or_404(Target.objects.select_related("period"), public_id=public_id),
        TargetForm,
        verb="edit target",
        title=_("Change the band: %(name)s"),
        done=_("The target is saved."),
        act=services.edit_target,
    )


def withdraw_target(request, public_id):
    target = get_object_or_404(Target.objects.select_related("period"), public_id=public_id)
    now = timezone.now()
    form = WithdrawTargetForm(request.POST or None, initial={"version": target.version})
    if form.is_valid():
        try:
            with sent_once(request, form, f"withdraw target {target.public_id}", now=now) as operation:
                if not operation.done:
                    services.withdraw_target(
                        target,
                        version=form.cleaned_data["version"],
                        by=request.user,
                        now=now,
                        reason=form.cleaned_data["reason"],
                    )
            messages.success(request, _("The target is withdrawn."))
            return HttpResponseRedirect(target.period.get_absolute_url())
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    title = _("Stop applying: %(name)s") % {"name": target}
    back = target.get_absolute_url()
    return _form_page(request, form, title=title, submit=_("Withdraw the target"), back=back, back_label=target)


# --- what was published ------------------------------------------------------------------------


def result_list(request):
    return show_list(
        request,
        name="programme-results",
        title=_("Published results by year"),
        lead=_("What press and decisions say of each round. “Not known” means that no source says; it is not zero."),
        table_class=tables.ResultTable,
        queryset=PublishedResult.objects.all(),
        ordering=("-year",),
        export_name="ket-qua-cong-bo",
        main_action=_main(request, reverse("programme:add_result"), _("Add the results of a year")),
        template="programme/list.html",
    )


def result_detail(request, public_id):
    result = get_object_or_404(PublishedResult, public_id=public_id)
    facts = list(zip([_label(PublishedResult, name) for name in COUNTS], _counts(result), strict=True))
    facts += [
        (_("Document"), result.decision),
        (_("Remark"), result.note),
        (_("How sure"), result.get_confidence_display()),
        (_("Source"), result.source),
    ]
    return _published(request, result, "result", _("Results of %(year)s") % {"year": result.year}, facts, None)


def _published(request, row, thing, title, facts, tag):
    verbs = []
    if request.user.may(EDIT):
        verbs = [(reverse(f"programme:edit_{thing}", args=[row.public_id]), _("Correct"))]
    label = _("Published results by year") if thing == "result" else _("Published figures")
    trail = [(reverse(f"programme:{thing}_list"), label)]
    return _record(request, row, title=title, facts=facts, verbs=verbs, tag=tag, trail=trail)


def add_result(request):
    return _add(
        request,
        ResultForm,
        PublishedResult,
        verb="add published result",
        title=_("Add the results of a year"),
        done=_("The results are added."),
        back=reverse("programme:result_list"),
        back_label=_("Published results by year"),
        act=lambda values, **by: services.add_result(values, **by),
    )


def edit_result(request, public_id):
    return _edit(
        request,
        get_object_or_404(PublishedResult, public_id=public_id),
        ResultForm,
        verb="edit published result",
        title=_("Correct the results of %(name)s"),
        done=_("The results are saved."),
        act=services.edit_result,
    )


def figure_list(request):
    return show_list(
        request,
        name="programme-figures",
        title=_("Published figures"),
        lead=_(
            "Figures as they were quoted, with their source. Their bases differ or are not known: do not compare them."
        ),
        table_class=tables.FigureTable,
        filterset_class=tables.FigureFilter,
        queryset=PublishedFigure.objects.all(),
        ordering=("-award_year", "measure"),
        export_name="so-lieu-cong-bo",
        main_action=_main(request, reverse("programme:add_figure"), _("Add a published figure")),
        template="programme/list.html",
    )


def figure_detail(request, public_id):
    figure = get_object_or_404(PublishedFigure, public_id=public_id)
    facts = [
        (_("As quoted"), quoted(figure)),
        (_("Year of the round"), str(figure.award_year)),
        (_("Year of the figures"), str(figure.reference_year or unknown())),
        (_("Scope"), scope_text(figure.scope, figure.scope_count)),
        (_("Value"), amount(figure.value, figure.unit)),
        (_("Remark"), figure.note),
        (_("How sure"), figure.get_confidence_display()),
        (_("Source"), figure.source),
    ]
    reproducible = figure.reproducible
    tag = {"label": tables.REPRODUCIBLE[reproducible], "kind": "ok" if reproducible else "warn"}
    return _published(request, figure, "figure", str(figure), facts, tag)


def add_figure(request):
    return _add(
        request,
        FigureForm,
        PublishedFigure,
        verb="add published figure",
        title=_("Add a published figure"),
        done=_("The figure is added."),
        back=reverse("programme:figure_list"),
        back_label=_("Published figures"),
        act=lambda values, **by: services.add_figure(values, **by),
    )


def edit_figure(request, public_id):
    return _edit(
        request,
        get_object_or_404(PublishedFigure, public_id=public_id),
        FigureForm,
        verb="edit published figure",
        title=_("Correct: %(name)s"),
        done=_("The figure is saved."),
        act=services.edit_figure,
    )


# --- shared ------------------------------------------------------------------------------------


def _add(request, form_class, model, *, verb, title, done, back, back_label, act, then=""):
    now = timezone.now()
    form = form_class(request.POST or None)
    if form.is_valid():
        try:
            with sent_once(request, form, verb, now=now, label=title) as operation:
                if not operation.done:
                    row = act(form.values(), by=request.user, now=now, reason=form.cleaned_data["reason"])
                    operation.store({"public_id": str(row.public_id)})
            messages.success(request, done)
            row = model.objects.get(public_id=operation.operation.answer["public_id"])
            return HttpResponseRedirect(then or row.get_absolute_url())
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _form_page(request, form, title=title, submit=_("Add"), back=back, back_label=back_label)


def _edit(request, row, form_class, *, verb, title, done, act):
    now = timezone.now()
    form = form_class(request.POST or None, instance=copy.copy(row))
    if form.is_valid():
        try:
            with sent_once(request, form, f"{verb} {row.public_id}", now=now, label=title % {"name": row}) as operation:
                if not operation.done:
                    act(
                        row,
                        form.values(),
                        version=form.cleaned_data["version"],
                        by=request.user,
                        now=now,
                        reason=form.cleaned_data["reason"],
                    )
            messages.success(request, done)
            return HttpResponseRedirect(row.get_absolute_url())
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    standing = type(row).objects.get(pk=row.pk)
    back, page_title = row.get_absolute_url(), title % {"name": standing}
    return _form_page(request, form, title=page_title, submit=_("Save"), back=back, back_label=standing)


def _form_page(request, form, *, title, submit, back, back_label):
    context = {"form": form, "title": title, "submit": submit, "back": back, "back_label": back_label}
    return render(request, "programme/form.html", context)
