"""Columns and filters of the list of steps."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programme.models import BudgetStep, BudgetYear, StepKind
from programme.models.steps import LIMITS
from programme.permissions.steps import steps_waiting_for
from screens import tables
from screens.lists import FilterSet

STATE_KINDS = {"prepared": "warn", "approved": "ok", "refused": "bad", "withdrawn": "quiet"}
WHOSE = (("waiting", _("Waiting for me")), ("mine", _("Prepared by me")))


def years():
    return [(str(year), str(year)) for year in BudgetYear.objects.values_list("year", flat=True)]


class Whose(django_filters.ChoiceFilter):
    """The tabs above a list: what waits for me, what I prepared. `waiting(user, on=)` gives the first."""

    def __init__(self, *, waiting, **kwargs):
        self.waiting = waiting
        super().__init__(choices=WHOSE, label="", widget=forms.HiddenInput, **kwargs)

    def filter(self, queryset, value):
        user = self.parent.request.user
        if value == "waiting":
            return queryset.filter(pk__in=self.waiting(user, on=timezone.localdate()).values("pk"))
        return queryset.filter(prepared_by=user.public_id) if value == "mine" else queryset


def _where(record):
    return record["line__task__what"] or record["year__year"] or record["period__name_vi"]


class StepTable(tables.Table):
    kind = tables.LinkColumn(
        verbose_name=_("Kind of step"),
        route="programme:budget_step",
        fields=("kind",),
        compute=lambda record: str(StepKind(record["kind"]).label),
        second="document",
        second_label=_("Document"),
        orderable=True,
        order_by=("kind",),
    )
    where = tables.Column(
        verbose_name=_("Task, year or period"),
        fields=("line__task__what", "year__year", "period__name_vi"),
        compute=_where,
        second="line__source__name_vi",
        second_label=_("Source of money"),
    )
    year = tables.YearColumn(verbose_name=_("Year"), accessor="year__year")
    amount_vnd = tables.MoneyColumn(verbose_name=_("Amount"))
    document = tables.Column(verbose_name=_("Document"))
    document_on = tables.DateColumn(verbose_name=_("Date of the document"))
    state = tables.TagColumn(verbose_name=_("State"), choices=BudgetStep.State, kinds=STATE_KINDS)
    prepared_at = tables.DateTimeColumn(verbose_name=_("Prepared at"))
    decided_at = tables.DateTimeColumn(verbose_name=_("Decided at"))
    reason = tables.Column(verbose_name=_("Explanation"))
    answer = tables.Column(verbose_name=_("Reason"))

    class Meta(tables.Table.Meta):
        shown = ["kind", "where", "year", "amount_vnd", "state", "prepared_at"]


class SummedStepTable(StepTable):
    amount_vnd = tables.MoneyColumn(verbose_name=_("Amount"), total=True)


def step_table(kind):
    """With a sum where all steps are of one kind: of different ones, and of limits, it would mean nothing."""
    return SummedStepTable if kind in StepKind.values and kind not in LIMITS else StepTable


class StepFilter(FilterSet):
    whose = Whose(waiting=steps_waiting_for)
    kind = django_filters.ChoiceFilter(choices=StepKind.choices, label=_("Kind of step"), empty_label=_("All"))
    year = django_filters.ChoiceFilter(field_name="year__year", choices=years, label=_("Year"), empty_label=_("All"))
    state = django_filters.ChoiceFilter(choices=BudgetStep.State.choices, label=_("State"), empty_label=_("All"))
    document = django_filters.CharFilter(lookup_expr="icontains", label=_("Document"))

    advanced = ("document",)

    class Meta:
        model = BudgetStep
        fields: list = []
