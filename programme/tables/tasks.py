"""Columns and filters of tasks and given tasks: late ones first."""

import django_filters
from django.db.models import BooleanField, Case, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from programme.models import GivenTask, PlanItem, Task
from programme.presenting.plans import TASK_KINDS
from programme.tables.plans import LeadColumn
from reference.models import ContentArea
from screens import tables
from screens.lists import FilterSet, SearchFilter

GIVEN_KINDS = {"open": "info", "done": "ok", "cancelled": "quiet"}


class LateColumn(tables.TagColumn):
    """Says of what is late that it is, and nothing of the rest; beneath the day it is late for."""

    def __init__(self, *, beneath):
        super().__init__(
            beneath=beneath,
            verbose_name=_("Late"),
            choices={True: _("Late")}.items(),
            kinds={True: "bad"},
            fields=("late",),
            compute=lambda record: record["late"] or None,
        )


def late_first(queryset, *, late, open_):
    """With `late` and with `rank`: what is late, what is open, what has ended."""
    return queryset.annotate(
        late=Case(When(late, then=Value(True)), default=Value(False), output_field=BooleanField()),
        rank=Case(When(late, then=Value(0)), When(open_, then=Value(1)), default=Value(2), output_field=IntegerField()),
    )


def tasks_late_first(queryset, today):
    open_ = Q(state__in=["assigned", "under_way"])
    return late_first(queryset, late=open_ & Q(due_on__lt=today), open_=open_ | Q(state__in=["planned", "approved"]))


def given_late_first(queryset, today):
    open_ = Q(state="open")
    return late_first(queryset, late=open_ & Q(deadline__lt=today), open_=open_)


class TaskTable(tables.Table):
    what = tables.LinkColumn(
        verbose_name=_("Task"),
        route="programme:task",
        second="code",
        second_label=_("Code"),
        orderable=False,
        width=50,
    )
    content_area = tables.TranslatedColumn("content_area__name", verbose_name=_("Content area"))
    lead = LeadColumn()
    deliverable = tables.TextColumn(verbose_name=_("Deliverable"), orderable=False, width=40)
    due_on = tables.DateColumn(verbose_name=_("Due on"))
    late = LateColumn(beneath="due_on")
    state = tables.TagColumn(verbose_name=_("State"), choices=Task.State, kinds=TASK_KINDS)
    percent = tables.NumberColumn(verbose_name=_("Progress"), unit="%")
    planned_vnd = tables.MoneyColumn(verbose_name=_("Estimated cost"), unit=10**6, orderable=False)
    first_year = tables.YearColumn(verbose_name=_("First year"))

    class Meta(tables.Table.Meta):
        shown = ["what", "content_area", "lead", "due_on", "late", "state", "percent", "planned_vnd"]


def _plan_years():
    years = PlanItem.objects.order_by("-plan__year").values_list("plan__year", flat=True).distinct()
    return [(year, str(year)) for year in years]


class TaskFilter(FilterSet):
    q = SearchFilter(label=_("Search: code, words of the task"))
    year = django_filters.ChoiceFilter(choices=_plan_years, label=_("Year"), empty_label=_("All"), method="in_year")
    content_area = django_filters.ModelChoiceFilter(
        queryset=ContentArea.objects.order_by("code"),
        to_field_name="public_id",
        label=_("Content area"),
        empty_label=_("All"),
    )
    office = django_filters.ModelChoiceFilter(
        queryset=Office.objects.order_by("code"),
        to_field_name="public_id",
        label=_("Lead office"),
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(choices=Task.State.choices, label=_("State"), empty_label=_("All"))
    late = django_filters.ChoiceFilter(
        choices=[("yes", _("Late"))], label=_("Deadline"), empty_label=_("All"), method="only_late"
    )

    class Meta:
        model = Task
        fields: list = []

    def in_year(self, queryset, name, value):
        return queryset.filter(pk__in=PlanItem.objects.standing().filter(plan__year=value).values("task_id"))

    def only_late(self, queryset, name, value):
        return queryset.filter(state__in=["assigned", "under_way"], due_on__lt=timezone.localdate())


class GivenTable(tables.Table):
    content = tables.LinkColumn(
        verbose_name=_("What is asked"), route="programme:given_task", orderable=False, width=50
    )
    document = tables.CodeColumn(verbose_name=_("Document"), orderable=False)
    document_on = tables.DateColumn(verbose_name=_("Date of the document"), beneath="document")
    issuer = tables.TextColumn(verbose_name=_("Issued by"))
    office = tables.VietnameseColumn(verbose_name=_("Office in charge"), accessor="office__name")
    person = tables.Column(verbose_name=_("Person in charge"), accessor="person__full_name", beneath="office")
    deadline = tables.DateColumn(verbose_name=_("Deadline"))
    late = LateColumn(beneath="deadline")
    state = tables.TagColumn(verbose_name=_("State"), choices=GivenTask.State, kinds=GIVEN_KINDS)
    ended_on = tables.DateColumn(verbose_name=_("Day of the end"))
    outcome = tables.TextColumn(verbose_name=_("Result or reason"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["content", "document", "document_on", "office", "person", "deadline", "late", "state"]


class GivenFilter(FilterSet):
    q = SearchFilter(label=_("Search: document, words"))
    office = django_filters.ModelChoiceFilter(
        queryset=Office.objects.order_by("code"),
        to_field_name="public_id",
        label=_("Office in charge"),
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(choices=GivenTask.State.choices, label=_("State"), empty_label=_("All"))
    late = django_filters.ChoiceFilter(
        choices=[("yes", _("Late"))], label=_("Deadline"), empty_label=_("All"), method="only_late"
    )

    class Meta:
        model = GivenTask
        fields: list = []

    def only_late(self, queryset, name, value):
        return queryset.filter(state="open", deadline__lt=timezone.localdate())
