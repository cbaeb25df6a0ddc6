import uuid
from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.names import names_of
from audit.refusals import Conflict, Refused
from enterprises.filters import FiguresFilter
from enterprises.forms import FiguresForm, ReasonForm, ReturnForm
from enterprises.jumps import jump_factor, jumped, left_sentence, with_jump, without_jump
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing
from enterprises.models.figures import MEASURES, MOVES, PEOPLE_MEASURES, USD_MEASURES, State
from enterprises.permissions import DECLARE, IMPORT_FIGURES, REVIEW, SUBMIT, can_act_for, can_review_figures
from enterprises.services import figures as services
from enterprises.tables import STATE_TAGS, FiguresTable
from enterprises.views.answers import do_once, found, tried
from jobs.services import enqueue
from reference.models import IndustryCode
from screens.formats import money, number, usd
from screens.forms import form_data
from screens.lists import NOT_FILTERS, BulkAction, BulkResult, bulk_results, show_list

AT_ONCE = 1000
MOST_REVISIONS = 6
LISTED = 50


def figures_list(request):
    """All figures that stand: confirmed, and what is on its way."""
    return _list(
        request,
        FigureRevision.objects.visible_to(request.user).current(),
        name="figures",
        title=_("Figures of enterprises"),
        ordering=("-year", "-pk"),
    )


def figures_waiting(request):
    """The queue: oldest first."""
    actions = []
    if request.user.may(REVIEW):
        actions = [
            BulkAction("confirm", _("Confirm"), reverse("enterprises:bulk_confirm")),
            BulkAction("return", _("Return"), reverse("enterprises:bulk_return")),
        ]
    return _list(
        request,
        FigureRevision.objects.waiting_for(request.user),
        name="figures-waiting",
        title=_("Figures waiting for review"),
        ordering=("submitted_at", "pk"),
        actions=actions,
    )


def _list(request, queryset, **kwargs):
    query = request.GET.copy()
    for name in NOT_FILTERS:
        query.pop(name, None)
    return show_list(
        request,
        table_class=FiguresTable,
        filterset_class=FiguresFilter,
        queryset=queryset,
        template="enterprises/figures_list.html",
        context={
            "may_review": request.user.may(REVIEW),
            "may_import": request.user.may(IMPORT_FIGURES),
            "filters_query": query.urlencode(),
        },
        export_name="so-lieu",
        empty=_("Open an enterprise and declare its figures, or import the file of the year."),
        **kwargs,
    )


def _visible(request, public_id):
    queryset = FigureRevision.objects.visible_to(request.user)
    return found(queryset.select_related("enterprise", "enterprise__merged_into", "export_rate"), public_id)


def said(name, value):
    if name in USD_MEASURES:
        return usd(value)
    return number(value) if name in PEOPLE_MEASURES else money(value)


def figures_detail(request, public_id):
    now = timezone.now()
    figures = _visible(request, public_id)
    enterprise = figures.enterprise.root
    same = services.on_basis(enterprise, figures.year, figures.basis)
    shown = same.filter(pk__in=FigureRevision.objects.visible_to(request.user)).exclude(
        declared_at__isnull=True, state=State.WITHDRAWN
    )
    revisions = list(shown.order_by("-revision", "-id")[:MOST_REVISIONS])
    if figures not in revisions:
        revisions.append(figures)
    before = (
        services.on_basis(enterprise, figures.year - 1, figures.basis).current().filter(state=State.CONFIRMED).first()
    )
    factor = jump_factor(timezone.localdate(now))
    closed = figures.year in FigureYearClosing.closed_years()
    movable = MOVES[figures.state] if figures.superseded_at is None and not closed else set()
    user = request.user
    context = {
        "figures": figures,
        "enterprise": enterprise,
        "state_tag": STATE_TAGS[figures.state],
        "closed": closed,
        "rows": [_row(name, revisions, before, factor) for name in MEASURES],
        "factor": factor,
        "revisions": revisions,
        "before": before,
        "lines": [
            (line, FigureRevision._meta.get_field(line.measure).verbose_name)
            for line in figures.lines.select_related("product", "activity")
        ],
        "people": names_of(
            [p for r in revisions for p in (r.declared_by, r.submitted_by, r.confirmed_by, r.returned_by) if p]
        ),
        "steps": _steps(figures),
        "may_submit": State.WAITING in movable and can_act_for(user, figures.enterprise, SUBMIT),
        "may_review": State.CONFIRMED in movable
        and user.may(REVIEW)
        and can_review_figures(user, figures, on=timezone.localdate(now)),
        "own": State.CONFIRMED in movable and user.may(REVIEW),
        "may_withdraw": State.WITHDRAWN in movable
        and can_act_for(user, figures.enterprise, SUBMIT if figures.submitted_at else DECLARE),
        "may_correct": not closed and figures.superseded_at is None and can_act_for(user, figures.enterprise, DECLARE),
        "back": _page_of(request, enterprise),
    }
    return render(request, "enterprises/figures_detail.html", context)


def _row(name, revisions, before, factor):
    """One measure over the revisions side by side, with the year before and how far it moved."""
    values = [getattr(revision, name) for revision in revisions]
    last = getattr(before, name) if before else None
    return {
        "label": FigureRevision._meta.get_field(name).verbose_name,
        "cells": [
            {
                "text": said(name, value),
                "missing": value is None,
                "changed": at + 1 < len(values) and value != values[at + 1],
            }
            for at, value in enumerate(values)
        ],
        "before": said(name, last),
        "jump": jumped(last, values[0], factor),
    }


def _steps(figures):
    """(label, person, time) of what has been done to a revision."""
    taken = (
        (_("Declared"), figures.declared_by, figures.declared_at),
        (_("Sent for review"), figures.submitted_by, figures.submitted_at),
        (_("Confirmed"), figures.confirmed_by, figures.confirmed_at),
        (_("Returned"), figures.returned_by, figures.returned_at),
    )
    names = names_of([person for _label, person, _at in taken if person])
    return [(label, names.get(person, _("the system")), at) for label, person, at in taken if at]


def _page_of(request, enterprise):
    if request.user.is_staff_member or not request.user.is_enterprise_user:
        return reverse("enterprises:enterprise_detail", args=[enterprise.public_id])
    return f"{reverse('enterprises:own_figures')}?enterprise={enterprise.public_id}"


def declare_figures(request, public_id):
    now = timezone.now()
    enterprise = found(Enterprise.objects.visible_to(request.user).standing(), public_id)
    if not can_act_for(request.user, enterprise, DECLARE):
        raise PermissionDenied(_("Only the people of this enterprise and the Department may declare its figures."))
    today = timezone.localdate(now)
    figures, year = _begin_with(request, enterprise, today)
    if request.method != "POST" and (elsewhere := _has_moved_on(request, enterprise, figures, year, now)):
        return redirect(elsewhere)
    form = FiguresForm(
        *form_data(request),
        enterprise=enterprise,
        products=list(enterprise.products.standing()[:20]),
        activities=_activities(enterprise, figures, today),
        today=today,
        figures=figures,
        year=year,
    )
    may_submit = can_act_for(request.user, enterprise, SUBMIT)
    answer = {}

    def act():
        answer.update(do_once(request, "declare figures", declare, now=now))

    def declare():
        _require_what_stands(form, enterprise, figures)
        declared = services.declare_figures(
            enterprise=enterprise,
            year=form.cleaned_data["year"],
            basis=form.basis(),
            values=form.measures(),
            lines=form.lines(),
            currency=form.cleaned_data["export_currency"],
            rate=form.rate,
            note=form.cleaned_data["note"],
            draft="draft" in request.POST,
            by=request.user,
            now=now,
        )
        if "send" in request.POST and may_submit:
            services.submit_figures(figures=declared, by=request.user, now=now)
        return {"public_id": str(declared.public_id)}

    if request.method == "POST" and form.is_valid() and _is_about(form, figures) and tried(form, act):
        sent = "send" in request.POST and may_submit
        messages.success(request, _("The figures were sent for review.") if sent else _("The figures were saved."))
        return redirect("enterprises:figures_detail", public_id=answer["public_id"])
    context = {
        "form": form,
        "enterprise": enterprise,
        "figures": figures,
        "may_submit": may_submit,
        "year": year,
        "other_years": _open_years(today, besides=year),
        "back": _page_of(request, enterprise),
    }
    return render(request, "enterprises/declare_figures.html", context)


def _open_years(today, *, besides):
    closed = FigureYearClosing.closed_years() | {besides}
    return [year for year in range(today.year, today.year - 5, -1) if year not in closed]


def _has_moved_on(request, enterprise, figures, year, now):
    """The address to look at instead of an empty form, and the reason as a message: the year is closed, or what was to
    be corrected was replaced meanwhile."""
    try:
        services.require_open_year(year, now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _page_of(request, enterprise)
    if figures is None or figures.superseded_at is None:
        return None
    standing = services.on_basis(enterprise, figures.year, figures.basis).current().exclude(state=State.WITHDRAWN)
    standing = standing.filter(pk__in=FigureRevision.objects.visible_to(request.user)).order_by("-revision").first()
    if standing is None:
        return None
    messages.info(
        request,
        _("What you wanted to correct was replaced meanwhile. These are the figures of %(year)s that stand now.")
        % {"year": figures.year},
    )
    return reverse("enterprises:figures_detail", args=[standing.public_id])


def _activities(enterprise, figures, today):
    """The activities by which the figures may be split: those of today, and those that the declaration has already."""
    held = enterprise.activities.in_force(today).values("activity_id")
    wanted = Q(pk__in=held) | Q(pk=enterprise.main_activity_id)
    if figures is not None:
        wanted |= Q(pk__in=figures.lines.filter(activity__isnull=False).values("activity_id"))
    return list(IndustryCode.objects.filter(wanted).order_by("code", "classification"))


def _is_about(form, begun_with):
    """Whether the form speaks of the year it was filled in from; else it says so, and nothing is stored."""
    year = form.cleaned_data["year"]
    if begun_with is None or begun_with.year == year:
        return True
    form.add_error(
        "year",
        _("This form was filled in from the figures of %(from)s. Open the form of %(year)s to declare that year.")
        % {"from": begun_with.year, "year": year},
    )
    return False


def _require_what_stands(form, enterprise, begun_with):
    """A form must not silently replace a declaration that it was not filled in from."""
    year = form.cleaned_data["year"]
    standing = services.on_basis(enterprise, year, form.basis()).current().exclude(state=State.WITHDRAWN)
    if (begun_with is None or not standing.filter(pk=begun_with.pk).exists()) and standing.exists():
        raise Refused(
            _("Figures of %(year)s on this basis stand already. Open them and correct them there.") % {"year": year}
        )


def _begin_with(request, enterprise, today):
    """What the form begins with: the figures that are corrected, or those that stand of the asked year."""
    mine = FigureRevision.objects.visible_to(request.user).filter(enterprise__in=enterprise.family_ids)
    corrected = request.GET.get("corrects", "")
    if corrected:
        with suppress(ValueError):
            figures = mine.filter(public_id=uuid.UUID(corrected)).first()
            if figures:
                return figures, figures.year
        raise Http404
    asked = request.GET.get("year", "")
    if asked.isascii() and asked.isdigit() and len(asked) == 4:
        year = int(asked)
    else:  # the last whole year, or once that is closed the present one
        year = today.year if today.year - 1 in FigureYearClosing.closed_years() else today.year - 1
    standing = mine.current().filter(year=year, scope=FigureRevision.Scope.WHOLE).filter(~Q(state=State.WITHDRAWN))
    return standing.order_by("-revision").first(), year


def submit_figures(request, public_id):
    figures = _visible(request, public_id)
    return _acted(
        request,
        figures,
        lambda: services.submit_figures(figures=figures, by=request.user, now=timezone.now()),
        _("The figures were sent for review."),
    )


def confirm_figures(request, public_id):
    figures = _visible(request, public_id)
    return _acted(
        request,
        figures,
        lambda: services.confirm_figures(figures=figures, by=request.user, now=timezone.now()),
        _("The figures were confirmed."),
    )


def _acted(request, figures, act, done):
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("enterprises:figures_detail", public_id=figures.public_id)


def return_figures(request, public_id):
    now = timezone.now()
    figures = _visible(request, public_id)
    form = ReturnForm(*form_data(request))

    def act():
        services.return_figures(figures=figures, reason=form.cleaned_data["reason"], by=request.user, now=now)

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The figures were returned."))
        return redirect("enterprises:figures_detail", public_id=public_id)
    return render(request, "enterprises/return_figures.html", {"form": form, "figures": figures})


def withdraw_figures(request, public_id):
    now = timezone.now()
    figures = _visible(request, public_id)
    form = ReasonForm(*form_data(request))

    def act():
        services.withdraw_figures(figures=figures, reason=form.cleaned_data["reason"], by=request.user, now=now)

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The figures were withdrawn."))
        return redirect(_page_of(request, figures.enterprise.root))
    return render(request, "enterprises/withdraw_figures.html", {"form": form, "figures": figures})


# --- many at once -----------------------------------------------------------------------------
def _chosen(request):
    """Keys of the rows that were chosen and that the person may see."""
    ids = []
    for value in request.POST.getlist("chosen"):
        with suppress(ValueError):
            ids.append(uuid.UUID(value))
    rows = FigureRevision.objects.visible_to(request.user).filter(public_id__in=ids)
    return list(rows.values_list("pk", flat=True))


def _back(request):
    """The list as it was filtered, if the form names an address of this site."""
    asked = request.POST.get("next", "")
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return asked
    return reverse("enterprises:figures_waiting")


def _result_rows(results, done):
    return [
        BulkResult(
            label=f"{result.figures.enterprise} – {result.figures.year}, {result.figures.basis_words}",
            ok=result.done,
            message=done if result.done else result.refusal,
            url=reverse("enterprises:figures_detail", args=[result.figures.public_id]),
        )
        for result in results
    ]


def bulk_confirm(request):
    """The chosen rows, each with its result; where some of them jumped, first a question that names those."""
    chosen, today = _chosen(request), timezone.localdate()
    jumped_rows = with_jump(FigureRevision.objects.filter(pk__in=chosen), today)
    asked = request.POST.get("jumps", "")
    if asked == "without":
        chosen = list(without_jump(FigureRevision.objects.filter(pk__in=chosen), today).values_list("pk", flat=True))
    elif asked != "with" and jumped_rows.exists():
        context = {
            "chosen": request.POST.getlist("chosen"),
            "count": len(chosen),
            "jumped": list(jumped_rows.select_related("enterprise").order_by("pk")[:LISTED]),
            "jumped_count": jumped_rows.count(),
            "factor": jump_factor(today),
            "next": _back(request),
        }
        return render(request, "enterprises/bulk_confirm.html", context)
    results = services.bulk_confirm(pks=chosen, by=request.user, now=timezone.now())
    return bulk_results(
        request,
        title=_("Confirming figures"),
        results=_result_rows(results, _("Confirmed")),
        back=_back(request),
    )


def bulk_return(request):
    """First the reason is asked for, then the chosen rows are returned with it."""
    form = ReturnForm(request.POST if "reason" in request.POST else None)
    if form.is_bound and form.is_valid():
        results = services.bulk_return(
            pks=_chosen(request), reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
        )
        rows = _result_rows(results, _("Returned"))
        return bulk_results(request, title=_("Returning figures"), results=rows, back=_back(request))
    context = {"form": form, "chosen": request.POST.getlist("chosen"), "next": _back(request)}
    return render(request, "enterprises/bulk_return.html", context)


def confirm_all(request):
    """Confirm everything that a filter of the queue shows: at once when few, as a job when many.

    What jumped against the year before stays unless it is asked for by name; of many, only the job finds out what did.
    """
    waiting = FigureRevision.objects.waiting_for(request.user)
    filters = FiguresFilter(request.GET, queryset=waiting, request=request)
    rows = filters.qs if not filters.errors else waiting.none()
    own = rows.filter(declared_by=request.user.public_id)[: AT_ONCE + 1].count()
    count = rows[: AT_ONCE + 1].count()
    back = f"{reverse('enterprises:figures_waiting')}?{request.GET.urlencode()}"
    if request.method == "POST":
        now = timezone.now()
        with_jumps = request.POST.get("jumps") == "with"
        if count <= AT_ONCE:
            chosen = rows if with_jumps else without_jump(rows, timezone.localdate(now))
            results = services.bulk_confirm(pks=chosen.values_list("pk", flat=True), by=request.user, now=now)
            done = sum(result.done for result in results)
            messages.success(
                request,
                ngettext("%(count)s declaration was confirmed.", "%(count)s declarations were confirmed.", done)
                % {"count": number(done)},
            )
            left = 0 if with_jumps else with_jump(rows.all(), timezone.localdate(now)).count()
            if left:
                messages.warning(request, left_sentence(left))
            return redirect(back)
        try:
            answer = do_once(request, "confirm all figures", lambda: _enqueue(request, with_jumps, now), now=now)
        except Conflict as refusal:
            messages.error(request, str(refusal))
            return redirect(back)
        return redirect("jobs:job_detail", public_id=answer["job"])
    as_job, today = count > AT_ONCE, timezone.localdate()
    jumped_count = 0 if as_job else with_jump(rows, today).count()
    context = {
        "count": _up_to(count),
        "own": own and _up_to(own),
        "jumped": jumped_count and number(jumped_count),
        "factor": jump_factor(today),
        "jumped_url": f"{reverse('enterprises:figures_waiting')}?{_with_jumps(request.GET)}",
        "back": back,
        "form": ReasonForm(),
        "as_job": as_job,
    }
    return render(request, "enterprises/confirm_all.html", context)


def _with_jumps(query):
    query = query.copy()
    query["jump"] = "yes"
    return query.urlencode()


def _up_to(count):
    """Exact while few; “more than 1.000” beyond, because counting further is the job's work."""
    return number(count) if count <= AT_ONCE else _("more than %(count)s") % {"count": number(AT_ONCE)}


def _enqueue(request, with_jumps, now):
    params = {"query": request.GET.urlencode(), "by": str(request.user.public_id), "jumps": with_jumps}
    return {"job": str(enqueue("figures.confirm_all", params=params, by=request.user, now=now).public_id)}
