from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import history_of
from audit.refusals import Refused
from jobs.operations import once
from reporting import wording
from reporting.forms import ReviseStatisticForm, StatisticForm, WithdrawStatisticForm
from reporting.models import CityStatistic
from reporting.permissions import RECORD
from reporting.services.statistics import record_statistic as record
from reporting.services.statistics import revise_statistic as revise
from reporting.services.statistics import withdraw_statistic as withdraw
from reporting.tables import StatisticTable
from screens.forms import form_data
from screens.lists import FilterSet, show_list


class StatisticFilter(FilterSet):
    class Meta:
        model = CityStatistic
        fields = {"measure": ["exact"], "year": ["exact"], "state": ["exact"]}


def statistic_list(request):
    """The current figures of the city; older revisions are on each figure's own page."""
    action = None
    if request.user.may(RECORD):
        action = {"url": reverse("reporting:record_statistic"), "label": _("Record a figure")}
    return show_list(
        request,
        name="city-statistics",
        title=_("The city's statistics"),
        table_class=StatisticTable,
        filterset_class=StatisticFilter,
        queryset=CityStatistic.objects.current(),
        ordering=("measure", "-year", "prices", "state"),
        export_name="so-lieu-thanh-pho",
        main_action=action,
        lead=_("Output, exports and the index of production as the statistical office publishes them, by state."),
        empty=_("No figure of the city is recorded yet. Record the first from its paper, or import a table."),
    )


def statistic_detail(request, public_id):
    statistic = get_object_or_404(CityStatistic, public_id=public_id)
    revisions = (
        CityStatistic.objects.filter(
            measure=statistic.measure,
            year=statistic.year,
            prices=statistic.prices,
            base_year=statistic.base_year,
            state=statistic.state,
        )
        .select_related("superseded_by")
        .order_by("-revision")
    )
    return render(
        request,
        "reporting/statistic_detail.html",
        {
            "statistic": statistic,
            "amount": wording.statistic_amount(statistic.measure, statistic.amount),
            "revisions": [(row, wording.statistic_amount(row.measure, row.amount)) for row in revisions],
            "lines": history_of(statistic),
            "may_revise": request.user.may(RECORD) and statistic.superseded_at is None,
        },
    )


GIVEN = ("measure", "year", "amount", "state", "source", "published_on", "prices", "base_year", "vsic_coverage")


def record_statistic(request):
    now = timezone.now()
    form = StatisticForm(*form_data(request))
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in GIVEN}
        try:
            with once(
                scope=f"user:{request.user.public_id}",
                verb="record statistic",
                key=form.cleaned_data["operation_key"],
                body=given,
                now=now,
            ) as operation:
                if not operation.done:
                    statistic = record(by=request.user, now=now, **given)
                    operation.store({"public_id": str(statistic.public_id)})
                answer = operation.operation.answer
            messages.success(request, _("The figure was recorded."))
            return redirect("reporting:statistic_detail", public_id=answer["public_id"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "reporting/record_statistic.html", {"form": form})


def revise_statistic(request, public_id):
    statistic = get_object_or_404(CityStatistic, public_id=public_id)
    form = ReviseStatisticForm(*form_data(request), statistic=statistic)
    if request.method == "POST" and form.is_valid():
        given = {
            name: form.cleaned_data[name] for name in ("amount", "source", "published_on", "vsic_coverage", "reason")
        }
        try:
            new = revise(statistic=statistic, by=request.user, now=timezone.now(), **given)
            messages.success(request, _("The figure was revised. The earlier revision stays readable."))
            return redirect("reporting:statistic_detail", public_id=new.public_id)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "reporting/revise_statistic.html", {"form": form, "statistic": statistic})


def withdraw_statistic(request, public_id):
    statistic = get_object_or_404(CityStatistic, public_id=public_id)
    form = WithdrawStatisticForm(*form_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            withdraw(statistic=statistic, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
            messages.success(request, _("The figure was withdrawn."))
            return redirect("reporting:statistic_detail", public_id=statistic.public_id)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "reporting/withdraw_statistic.html", {"form": form, "statistic": statistic})
