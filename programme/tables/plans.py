"""Columns and filters of plans, their lines, consultations and proposals."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from programme.models import Consultation, Plan, PlanItem, TaskProposal
from programme.models.plans import STANDINGS
from programme.presenting.plans import STATE_KINDS
from programme.tables.scheme import years_of
from reference.models import ContentArea
from reference.tables import name_in_language
from screens import formats, tables
from screens.lists import FilterSet

PROPOSAL_KINDS = {"draft": "quiet", "sent": "info", "taken": "ok", "declined": "bad", "withdrawn": "quiet"}
CONSULTATION_KINDS = {"waiting": "warn", "answered": "ok", "no_reply": "quiet"}


def lead_of(record):
    """The lead of a row: an office, or an agency in the language of the page."""
    agency = record["agency__name_vi"]
    return record["office__name"] or (name_in_language(agency, record["agency__name_en"]) if agency else None)


class LeadColumn(tables.Column):
    """Who leads: the name of an office is Vietnamese in every language."""

    def __init__(self, **kwargs):
        paths = ("office__name", "agency__name_vi", "agency__name_en")
        super().__init__(verbose_name=_("Lead"), fields=paths, compute=lead_of, width=30, **kwargs)

    def render(self, value, record):
        shown = super().render(value, record)
        return formats.vietnamese(shown) if record["office__name"] else shown


class PlanTable(tables.Table):
    title = tables.LinkColumn(verbose_name=_("Plan of the year"), route="programme:plan", width=50)
    year = tables.YearColumn(verbose_name=_("Year"))
    number = tables.NumberColumn(verbose_name=_("Version"))
    kind = tables.ChoiceColumn(verbose_name=_("Kind"), choices=Plan.Kind)
    state = tables.TagColumn(verbose_name=_("State"), accessor="standing", choices=STANDINGS, kinds=STATE_KINDS)
    approval = tables.CodeColumn(verbose_name=_("Approving paper"), orderable=False)
    approved_on = tables.DateColumn(verbose_name=_("Date"), orderable=False)
    lines = tables.NumberColumn(verbose_name=_("Tasks"), orderable=False)
    planned_vnd = tables.MoneyColumn(verbose_name=_("Estimated cost"), unit=10**6, orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["title", "year", "number", "state", "approval", "approved_on", "lines", "planned_vnd"]


class PlanFilter(FilterSet):
    year = django_filters.ChoiceFilter(choices=years_of(Plan, "year"), label=_("Year"), empty_label=_("All"))
    state = django_filters.ChoiceFilter(
        field_name="standing", choices=STANDINGS, label=_("State"), empty_label=_("All")
    )

    class Meta:
        model = Plan
        fields: list = []


class LinesTable(tables.Table):
    """The task table as Departments publish it."""

    what = tables.LinkColumn(
        verbose_name=_("Task"),
        route="programme:task",
        args=("task__public_id",),
        second="task__code",
        second_label=_("Code"),
        orderable=False,
        width=50,
    )
    content_area = tables.TranslatedColumn("content_area__name", verbose_name=_("Content area"), orderable=False)
    lead = LeadColumn()
    partners = tables.TextColumn(verbose_name=_("Co-ordinating units"), orderable=False, width=30)
    deliverable = tables.TextColumn(verbose_name=_("Deliverable"), orderable=False, width=40)
    due_on = tables.DateColumn(verbose_name=_("Due on"))
    planned_vnd = tables.MoneyColumn(verbose_name=_("Estimated cost"), unit=10**6, total=True)
    effect = tables.TextColumn(verbose_name=_("Expected effect"), orderable=False)
    note = tables.TextColumn(verbose_name=_("Remark"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["what", "content_area", "lead", "partners", "deliverable", "due_on", "planned_vnd"]


class LinesFilter(FilterSet):
    content_area = django_filters.ModelChoiceFilter(
        queryset=ContentArea.objects.order_by("code"),
        to_field_name="public_id",
        label=_("Content area"),
        empty_label=_("All"),
    )

    class Meta:
        model = PlanItem
        fields: list = []


class ConsultationTable(tables.Table):
    """The table of opinions, what was taken in and what is explained."""

    agency = tables.LinkColumn(
        verbose_name=_("Agency"),
        route="programme:consultation",
        fields=("agency__name_vi", "agency__name_en"),
        compute=lambda record: name_in_language(record["agency__name_vi"], record["agency__name_en"]),
        width=36,
    )
    letter = tables.CodeColumn(verbose_name=_("Letter"), accessor="letter__number", orderable=False)
    asked_on = tables.DateColumn(verbose_name=_("Asked on"))
    deadline = tables.DateColumn(verbose_name=_("To answer by"))
    state = tables.TagColumn(verbose_name=_("State"), choices=Consultation.State, kinds=CONSULTATION_KINDS)
    answer_number = tables.CodeColumn(verbose_name=_("Number of the answer"), orderable=False)
    answered_on = tables.DateColumn(verbose_name=_("Date of the answer"))
    opinion = tables.ChoiceColumn(
        verbose_name=_("Opinion"), choices=[("", formats.NOTHING), *Consultation.Opinion.choices]
    )
    words = tables.TextColumn(verbose_name=_("Content of the opinion"), orderable=False, width=50)
    taken = tables.ChoiceColumn(
        verbose_name=_("Taken in or explained"), choices=[("", formats.NOTHING), *Consultation.Taken.choices]
    )
    taken_words = tables.TextColumn(verbose_name=_("What was taken in, what is explained"), orderable=False, width=50)

    class Meta(tables.Table.Meta):
        shown = [
            "agency",
            "deadline",
            "state",
            "answer_number",
            "answered_on",
            "opinion",
            "words",
            "taken",
            "taken_words",
        ]


class ProposalTable(tables.Table):
    what = tables.LinkColumn(verbose_name=_("Task proposed"), route="programme:proposal", orderable=False, width=50)
    year = tables.YearColumn(verbose_name=_("For the plan of"))
    office = tables.VietnameseColumn(verbose_name=_("Office that proposes"), accessor="office__name")
    content_area = tables.TranslatedColumn("content_area__name", verbose_name=_("Content area"))
    deliverable = tables.TextColumn(verbose_name=_("Deliverable"), orderable=False)
    due_on = tables.DateColumn(verbose_name=_("Due on"))
    planned_vnd = tables.MoneyColumn(verbose_name=_("Estimated cost"), unit=10**6, orderable=False)
    state = tables.TagColumn(verbose_name=_("State"), choices=TaskProposal.State, kinds=PROPOSAL_KINDS)
    sent_at = tables.DateTimeColumn(verbose_name=_("Sent at"))
    answer = tables.TextColumn(verbose_name=_("Answer"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["what", "year", "office", "content_area", "planned_vnd", "state", "sent_at"]


class ProposalFilter(FilterSet):
    year = django_filters.ChoiceFilter(
        choices=years_of(TaskProposal, "year"), label=_("For the plan of"), empty_label=_("All")
    )
    office = django_filters.ModelChoiceFilter(
        queryset=Office.objects.order_by("code"),
        to_field_name="public_id",
        label=_("Office that proposes"),
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(choices=TaskProposal.State.choices, label=_("State"), empty_label=_("All"))
    content_area = django_filters.ModelChoiceFilter(
        queryset=ContentArea.objects.order_by("code"),
        to_field_name="public_id",
        label=_("Content area"),
        empty_label=_("All"),
    )
    advanced = ("content_area",)

    class Meta:
        model = TaskProposal
        fields: list = []
