"""The programme: its periods and targets, the plans of years with their tasks, and the money of the Department.

None of this belongs to an enterprise. A client that was narrowed to wards or product groups reads the periods and
targets, which are public; plans, tasks and money tell of everybody at once, and it reads none of them.
"""

from typing import ClassVar

import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from exchange.filters import ApiFilter, Code, Day, Identifier, Search, Truth, WholeNumber
from exchange.resources import Resource, register, rows_with
from exchange.rows import ItemRow, Row, Time, Vnd, public_id
from programme.models import (
    BudgetLine,
    BudgetYear,
    LedgerEntry,
    Period,
    Plan,
    PlanEstimate,
    PlanItem,
    PlanPaper,
    Target,
    Task,
)
from programme.models.budget import EntryKind, YearState
from programme.models.plans import DECIDED
from programme.models.scheme import Unit
from reference.models import Confidence


def of_everybody(queryset):
    """For `rows`: what tells of everybody at once is read only by clients that were not narrowed."""
    return lambda caller: queryset.none() if caller.is_narrowed else queryset.all()


def never(caller, ids):
    """For `was_seen_by`: of rows that stay once they are there. What is not there was never there."""
    return []


# --- the scheme -----------------------------------------------------------------------------------


class PeriodRow(Row):
    told = _("A period of the programme. One without a document of its own yet, or for illustration only, says so.")

    id = public_id()
    code = serializers.CharField()
    name_vi = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    starts_year = serializers.IntegerField()
    ends_year = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Period.State.choices)
    ceiling_vnd = Vnd(allow_null=True, help_text=_("Estimated budget of all sources, in whole đồng."))
    decision = serializers.CharField(allow_blank=True)
    decision_on = serializers.DateField(allow_null=True)
    ceiling_document = serializers.CharField(
        source="ceiling_step.document", allow_null=True, help_text=_("By which the ceiling was changed, if it was.")
    )
    ceiling_document_on = serializers.DateField(source="ceiling_step.document_on", allow_null=True)
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    source = serializers.CharField(allow_blank=True)


class PeriodFilter(ApiFilter):
    code = Code(label=_("Code of the period"))
    state = django_filters.ChoiceFilter(choices=Period.State.choices, label=_("State of the period"))


PERIODS = register(
    Resource(
        name="periods",
        label=_("Periods of the programme"),
        model=Period,
        row=PeriodRow,
        rows=lambda caller: Period.objects.all(),
        filters=PeriodFilter,
        sorts={"code": ("code",)},
        sort="code",
        changes={"programme.period": list},
    )
)


class TargetRow(Row):
    told = _("What a document promises: a band for an indicator, each year, in one year, or by the end of the period.")

    id = public_id()
    period = serializers.CharField(source="period.code")
    period_state = serializers.ChoiceField(
        source="period.state",
        choices=Period.State.choices,
        help_text=_("Whether the period is one by decision, or an illustration."),
    )
    indicator = serializers.CharField(source="indicator_code")
    applies = serializers.ChoiceField(choices=Target.Applies.choices)
    year = serializers.IntegerField(allow_null=True)
    lower = serializers.DecimalField(
        max_digits=20, decimal_places=4, allow_null=True, help_text=_("At least, in the unit.")
    )
    upper = serializers.DecimalField(
        max_digits=20, decimal_places=4, allow_null=True, help_text=_("At most, in the unit.")
    )
    unit = serializers.ChoiceField(choices=Unit.choices)
    document = serializers.CharField()
    withdrawn_on = serializers.DateField(allow_null=True)
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    source = serializers.CharField(allow_blank=True)


class TargetFilter(ApiFilter):
    period = Code(field_name="period__code", label=_("Code of the period"))
    indicator = Code(field_name="indicator_code", label=_("Code of the indicator"))


TARGETS = register(
    Resource(
        name="targets",
        label=_("Targets of the programme"),
        model=Target,
        row=TargetRow,
        rows=lambda caller: Target.objects.all(),
        filters=TargetFilter,
        sorts={"added": ()},
        sort="added",
        changes={"programme.target": list, "programme.period": rows_with(Target, "period")},
    )
)


# --- plans and tasks ------------------------------------------------------------------------------


class EstimateRow(Row):
    told = _("What a task is estimated to need from one source.")

    source = serializers.CharField(source="source.code")
    amount_vnd = Vnd()


class PlanLineRow(Row):
    told = _("The line of a task in this version of the plan.")

    task = serializers.UUIDField(source="task.public_id")
    code = serializers.CharField(source="task.code")
    content_area = serializers.CharField(source="content_area.code")
    position = serializers.IntegerField(help_text=_("Place in its content area."))
    what = serializers.CharField()
    office = serializers.CharField(source="office.code", allow_null=True, help_text=_("Lead office of the Department."))
    agency = serializers.CharField(
        source="agency.code", allow_null=True, help_text=_("Lead agency, where it is another.")
    )
    partners = serializers.CharField(allow_blank=True)
    deliverable = serializers.CharField()
    due_on = serializers.DateField()
    indicator = serializers.CharField(source="indicator_code", allow_blank=True, help_text=_("That it serves."))
    dropped = serializers.BooleanField(help_text=_("Whether this version leaves the task out."))
    why = serializers.CharField(allow_blank=True, help_text=_("Why it moved or was left out."))
    estimates = EstimateRow(many=True)

    @classmethod
    def subqueries(cls):
        return {"estimates": PlanEstimate.objects.filter(item=OuterRef("pk")).order_by("source__code", "pk")}


class PlanPaperRow(Row):
    told = _("A paper by which the plan was approved or its tasks assigned.")

    kind = serializers.ChoiceField(choices=PlanPaper.Kind.choices)
    number = serializers.CharField()
    signed_on = serializers.DateField()


class PlanRow(Row):
    told = _("A version of a year's plan that was approved. What is still drafted or reviewed is not shown.")

    expandable: ClassVar = {"tasks": "tasks:read"}

    id = public_id()
    year = serializers.IntegerField()
    version = serializers.IntegerField(source="number", help_text=_("An adjustment is a new version."))
    kind = serializers.ChoiceField(choices=Plan.Kind.choices)
    adjusts = serializers.UUIDField(
        source="base.public_id", allow_null=True, help_text=_("The version that it adjusts.")
    )
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=[(state.value, state.label) for state in DECIDED])
    papers = PlanPaperRow(many=True)
    tasks = PlanLineRow(many=True, required=False)

    @classmethod
    def subqueries(cls):
        deciding = [PlanPaper.Kind.APPROVAL, PlanPaper.Kind.ASSIGNMENT]
        papers = PlanPaper.objects.filter(plan=OuterRef("pk"), kind__in=deciding)
        lines = PlanItem.objects.filter(plan=OuterRef("pk"))
        return {
            "papers": papers.order_by("signed_on", "pk"),
            "tasks": lines.order_by("content_area__code", "position", "pk"),
        }


class PlanFilter(ApiFilter):
    year = WholeNumber(label=_("Year of the plan"))
    state = django_filters.ChoiceFilter(
        choices=[(state.value, state.label) for state in DECIDED], label=_("State of the plan")
    )


PLANS = register(
    Resource(
        name="plans",
        label=_("Plans of the years"),
        model=Plan,
        row=PlanRow,
        rows=of_everybody(Plan.objects.filter(state__in=DECIDED)),
        filters=PlanFilter,
        sorts={"year": ("year", "number")},
        sort="year",
        changes={"programme.plan": list, "accounts.office": rows_with(Plan, "items__office")},
        was_seen_by=never,
    )
)


class OfficeRow(Row):
    told = _("An office of the Department.")

    code = serializers.CharField()
    name = serializers.CharField()


class TaskRow(Row):
    told = _("A task of an approved plan, as the version in force words it, with how far it has come.")

    id = public_id()
    code = serializers.CharField()
    first_year = serializers.IntegerField()
    what = serializers.CharField()
    content_area = ItemRow()
    office = OfficeRow(allow_null=True, help_text=_("Lead office of the Department."))
    agency = ItemRow(allow_null=True, help_text=_("Lead agency, where it is another."))
    deliverable = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=Task.State.choices)
    percent = serializers.IntegerField(help_text=_("Progress as last reported, in whole percent."))
    finished_on = serializers.DateField(allow_null=True)


class TaskFilter(ApiFilter):
    q = Search(label=_("Words of the task, or its code"))
    code = Code(label=_("Code of the task."))
    state = django_filters.ChoiceFilter(choices=Task.State.choices, label=_("State of the task"))
    content_area = Code(field_name="content_area__code", label=_("Code of the content area (see content_areas)"))
    office = Code(field_name="office__code", label=_("Code of the lead office of the Department"))
    agency = Code(field_name="agency__code", label=_("Code of the lead agency (see agencies)"))


def _tasks_of_decided_plans():
    return Task.objects.filter(Exists(PlanItem.objects.filter(task=OuterRef("pk"), plan__state__in=DECIDED)))


TASKS = register(
    Resource(
        name="tasks",
        label=_("Tasks of approved plans"),
        model=Task,
        row=TaskRow,
        rows=of_everybody(_tasks_of_decided_plans()),
        filters=TaskFilter,
        sorts={"code": ("code",)},
        sort="code",
        changes={
            "programme.task": list,
            "programme.plan": rows_with(Task, "items__plan"),
            "accounts.office": rows_with(Task, "office"),
            "reference.agency": rows_with(Task, "agency"),
            "reference.contentarea": rows_with(Task, "content_area"),
        },
        was_seen_by=never,
    )
)


# --- money ----------------------------------------------------------------------------------------


class BudgetYearRow(Row):
    told = _("A budget year of the programme with its envelope, which the lines of the year never pass.")

    id = public_id()
    year = serializers.IntegerField()
    period = serializers.CharField(source="period.code")
    state = serializers.ChoiceField(choices=YearState.choices)
    envelope_vnd = Vnd()
    envelope_document = serializers.CharField(source="envelope_step.document", allow_null=True)
    envelope_document_on = serializers.DateField(source="envelope_step.document_on", allow_null=True)
    opened_at = Time(allow_null=True)
    adjusting_at = Time(allow_null=True, help_text=_("When its books were closed and the adjustment period began."))
    closed_at = Time(allow_null=True)
    closing_paper = serializers.CharField(allow_blank=True)
    closing_paper_on = serializers.DateField(allow_null=True)


class BudgetYearFilter(ApiFilter):
    year = WholeNumber(label=_("Budget year"))
    period = Code(field_name="period__code", label=_("Code of the period"))
    state = django_filters.ChoiceFilter(choices=YearState.choices, label=_("State of the budget year"))


BUDGET_YEARS = register(
    Resource(
        name="budget_years",
        label=_("Budget years with their envelopes"),
        model=BudgetYear,
        row=BudgetYearRow,
        rows=of_everybody(BudgetYear.objects),
        filters=BudgetYearFilter,
        sorts={"year": ("year",)},
        sort="year",
        changes={"programme.budgetyear": list},
        was_seen_by=never,
    )
)


class BudgetLineRow(Row):
    told = _(
        "Money of one task from one source in one year at one budget unit, with its balances as the ledger has them now."
    )

    id = public_id()
    year = serializers.IntegerField(source="year.year")
    task = serializers.CharField(source="task.code", help_text=_("Code of the task."))
    source = ItemRow()
    unit = ItemRow(help_text=_("The budget unit."))
    managed = serializers.BooleanField(
        help_text=_("Whether the Department itself keeps and pays the money, or follows it by another body's reports.")
    )
    counts = serializers.BooleanField(help_text=_("Whether it counts against the programme's ceiling."))
    chapter = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    item = serializers.CharField(allow_blank=True, help_text=_("Sub-item of the budget index."))
    source_code = serializers.CharField(allow_blank=True, help_text=_("Code of the source in the budget index."))
    unit_code = serializers.CharField(allow_blank=True, help_text=_("Code of the unit that uses the budget."))
    assigned_vnd = Vnd(help_text=_("Assigned, what was carried in included; whole đồng."))
    carried_in_vnd = Vnd(help_text=_("Of it carried in from the year before; whole đồng."))
    allocated_vnd = Vnd()
    committed_vnd = Vnd()
    advanced_vnd = Vnd(help_text=_("Advances that are not cleared yet; whole đồng."))
    disbursed_vnd = Vnd(help_text=_("Advances included; whole đồng."))
    recovered_vnd = Vnd()
    settled_vnd = Vnd()
    cancelled_vnd = Vnd()
    carried_out_vnd = Vnd(help_text=_("Carried over to the next year; whole đồng."))
    withheld_vnd = Vnd(help_text=_("Withheld as recurrent saving; whole đồng."))
    entries = serializers.IntegerField(source="last_number", help_text=_("How many entries its ledger has."))


class BudgetLineFilter(ApiFilter):
    year = WholeNumber(field_name="year__year", label=_("Budget year"))
    task = Code(field_name="task__code", label=_("Code of the task."))
    source = Code(field_name="source__code", label=_("Code of the source of money (see money_sources)"))
    unit = Code(field_name="unit__code", label=_("Code of the budget unit (see agencies)"))
    managed = Truth(
        label=_(
            "Only money that the Department itself keeps and pays (true) or only what it follows by reports (false)"
        )
    )
    counts = Truth(label=_("Only what counts against the programme's ceiling (true) or only what does not (false)"))


BUDGET_LINES = register(
    Resource(
        name="budget_lines",
        label=_("Budget lines with their balances"),
        model=BudgetLine,
        row=BudgetLineRow,
        rows=of_everybody(BudgetLine.objects),
        filters=BudgetLineFilter,
        sorts={"added": ()},
        sort="added",
        changes={
            "programme.budgetline": list,
            "programme.ledgerentry": rows_with(BudgetLine, "entries"),
            "reference.moneysource": rows_with(BudgetLine, "source"),
            "reference.agency": rows_with(BudgetLine, "unit"),
        },
        was_seen_by=never,
    )
)


class LedgerEntryRow(Row):
    told = _(
        "One movement of money on a line. It never changes; a mistake is undone by a new entry that names it.\n\n"
        "The amount is above 0: the kind says which way it goes, and an entry that reverses another goes the other way."
    )

    id = public_id()
    line = serializers.UUIDField(source="line.public_id", help_text=_("The budget line."))
    year = serializers.IntegerField(source="line.year.year", help_text=_("Budget year of the line."))
    number = serializers.IntegerField(help_text=_("Without gaps on its line."))
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    amount_vnd = Vnd()
    reverses = serializers.UUIDField(source="reverses.public_id", allow_null=True)
    pair = serializers.UUIDField(allow_null=True, help_text=_("The same for the two halves of one movement."))
    opening = serializers.BooleanField(help_text=_("Whether it stood before the portal."))
    reported = serializers.BooleanField(help_text=_("Whether it comes from another body's report."))
    commitment = serializers.UUIDField(
        source="commitment.public_id", allow_null=True, help_text=_("The contract or decision that it is booked on.")
    )
    payment = serializers.UUIDField(source="payment.public_id", allow_null=True)
    document = serializers.CharField()
    document_on = serializers.DateField(allow_null=True)
    happened_on = serializers.DateField(help_text=_("The day on which it is booked."))
    reason = serializers.CharField(allow_blank=True)
    recorded_at = Time()


class LedgerEntryFilter(ApiFilter):
    line = Identifier(field_name="line__public_id", label=_("Identifier of the budget line (see budget_lines)"))
    year = WholeNumber(field_name="line__year__year", label=_("Budget year"))
    kind = django_filters.ChoiceFilter(choices=EntryKind.choices, label=_("Kind of entry"))
    commitment = Identifier(field_name="commitment__public_id", label=_("Identifier of the contract or decision"))
    happened_since = Day(
        field_name="happened_on", lookup_expr="gte", label=_("Only what was booked on this day or later")
    )
    happened_until = Day(
        field_name="happened_on", lookup_expr="lte", label=_("Only what was booked on this day or earlier")
    )


LEDGER_ENTRIES = register(
    Resource(
        name="ledger_entries",
        label=_("Entries of the ledger"),
        model=LedgerEntry,
        row=LedgerEntryRow,
        rows=of_everybody(LedgerEntry.objects),
        filters=LedgerEntryFilter,
        sorts={"recorded_at": ("recorded_at",)},
        sort="recorded_at",
        changes={"programme.ledgerentry": list},
        was_seen_by=never,
    )
)
