"""Columns and filters of the lists of budget lines and of the ledger."""

import uuid

import django_filters
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programme.models import BudgetLine, BudgetYear, EntryKind, LedgerEntry
from programme.models.budget import RAISED
from programme.presenting.money import FOLLOWED, LEVEL_LABELS, MANAGED, growth, way_of
from programme.queries.money import LINE_STATES, Money
from reference.models import Agency, ContentArea, MoneySource
from reference.tables import name_in_language
from screens import tables
from screens.forms import DateField
from screens.lists import FilterSet, SearchFilter

MILLION, DONG = 10**6, 1
UNITS = {MILLION: _("million đồng"), DONG: _("đồng")}
MANAGED_LABELS = {True: MANAGED, False: FOLLOWED}
STATE_LABELS = {
    "left": _("Has money left to sign"),
    "pending": _("Something waits for approval"),
    "unallocated": _("Not wholly allocated"),
    "unspent": _("Signed and not wholly disbursed"),
    "advances": _("Has advances not cleared"),
    "unsettled": _("Disbursed and not wholly settled"),
    "unexplained": _("Not wholly settled, cancelled or carried over"),
}


class NameColumn(tables.Column):
    """The name of a related row of reference data in the language of the page; a short one where there is one."""

    def __init__(self, path, *, short="", **kwargs):
        self.path, self.short = path, short
        fields = (f"{path}__name_vi", f"{path}__name_en", *((f"{path}__{short}",) if short else ()))
        kwargs.setdefault("order_by", (f"{path}__code",))
        kwargs.setdefault("orderable", True)
        super().__init__(fields=fields, compute=self.name_of, **kwargs)

    def name_of(self, record):
        if self.short and record[f"{self.path}__{self.short}"]:
            return record[f"{self.path}__{self.short}"]
        return name_in_language(record[f"{self.path}__name_vi"], record[f"{self.path}__name_en"])


def _sum(name):
    """What stands under a column of money: the exact sum of all rows that match, not of the page alone."""

    def footer(table):
        column = table.columns[name].column
        return column.text(table.sums.get(str(column.accessor or name)) or 0)

    return footer


def _share(name, part, whole):
    def footer(table):
        column = table.columns[name].column
        return column.text(column.share(table.sums.get(part) or 0, table.sums.get(whole) or 0))

    return footer


class GrowthColumn(tables.PercentColumn):
    """By how much more was disbursed than in the same period of the year before; under sums the growth of the sums.

    `alike`: every year whose money is summed has a year before it; else the sums are not of the same years.
    """

    in_totals = True

    def __init__(self, *, spent, before, alike=True, **kwargs):
        self.spent, self.before, self.alike = spent, before, alike
        super().__init__(fields=(spent, before), compute=self.of_record, **kwargs)

    def of_record(self, record):
        return growth(record[self.spent], record[self.before])

    def total_text(self, own, sums):
        if self.spent not in sums or self.before not in sums:
            return ""
        if not self.alike:
            return self.text(None)
        return self.text(growth(sums[self.spent], sums[self.before]))


RETURNED = _("Returned to the budget after the year was closed")
SUMMED = (
    "assigned_vnd",
    "carried_in_vnd",
    "allocated_vnd",
    "committed_vnd",
    "advanced_vnd",
    "disbursed_vnd",
    "recovered_vnd",
    "spent_sum_vnd",
    "settled_vnd",
    "cancelled_vnd",
    "carried_out_vnd",
    "withheld_vnd",
    "left_sum_vnd",
    "pending_sum_vnd",
    "planned_sum_vnd",
    "returned_sum_vnd",
)


class LeftColumn(tables.MoneyColumn):
    """What is left, in bold: what one is about to use."""

    def render(self, value, record):
        return format_html("<strong>{}</strong>", self.text(value))


def _money(name, label, unit, **kwargs):
    return tables.MoneyColumn(verbose_name=label, unit=unit, total=True, footer=_sum(name), **kwargs)


def _total_label(table):
    return _("Total, managed and followed") if table.mixed else pgettext_lazy("line of sums", "Total")


class LineTable(tables.Table):
    """Columns that every unit of measure shares; `sums` are those of all rows that match, `mixed` if of both kinds."""

    sums: dict = {}
    mixed, held = False, True

    task = tables.LinkColumn(
        verbose_name=_("Task"),
        route="programme:budget_line",
        accessor="task__what",
        second="task__code",
        second_label=_("Code of the task"),
        order_by=("task__code",),
        footer=_total_label,
    )
    year = tables.CodeColumn(verbose_name=_("Year"), accessor="year__year")
    area = NameColumn("task__content_area", verbose_name=_("Content area"))
    source = NameColumn("source", verbose_name=_("Source of money"), beneath="task")
    unit = NameColumn("unit", short="short_name", verbose_name=_("Budget unit"))
    managed = tables.ChoiceColumn(verbose_name=_("Managed or followed"), choices=MANAGED_LABELS)

    class Meta(tables.Table.Meta):
        shown = [
            "task",
            "year",
            "source",
            "assigned",
            "allocated",
            "committed",
            "spent",
            "rate",
            "before",
            "growth",
            "left",
            "pending",
        ]


BEFORE = "before_sum_vnd"


def _before(table):
    column = table.columns["before"].column
    return column.text(column.wholes.get(None))


def _growth(table):
    column = table.columns["growth"].column
    if not column.alike:
        return column.text(None)
    return column.text(growth(table.sums.get("spent_sum_vnd"), table.columns["before"].column.wholes.get(None)))


class BeforeColumn(tables.MoneyColumn):
    """What the line of the same task had disbursed by the same day a year ago; a new task has no such line.

    A group, and the whole, are compared with the same group in the year before, new tasks or not: `wholes` gives what it
    had by (year, code of its content area), and all of it under None.
    """

    GROUP = ("year__year", "task__content_area__code")

    def __init__(self, wholes, **kwargs):
        self.wholes = wholes
        super().__init__(
            fields=(BEFORE, *self.GROUP), compute=self.with_group, orderable=True, order_by=(BEFORE,), **kwargs
        )

    def with_group(self, record):
        return record[BEFORE], tuple(record[name] for name in self.GROUP)

    @staticmethod
    def bare(value):
        """The figure of a cell: files and forms hold it with its group, a page without."""
        return value[0] if isinstance(value, tuple) else value

    def sum_of(self, values, *, whole):
        if whole:
            return self.wholes.get(None)
        known = [self.wholes[group] for group in {group for _value, group in values} if group in self.wholes]
        return sum(known) if self.wholes else None

    def text(self, value):
        return super().text(self.bare(value))

    def plain(self, value):
        return super().plain(self.bare(value))

    def sheet_value(self, value):
        return super().sheet_value(self.bare(value))


def line_table(unit, sums, before, *, mixed=False, of_one_year=False, alike=True):
    """The table of lines with its money in đồng or million đồng; where all are of one year, no column says so by itself.

    `before` as `BeforeColumn` takes it, `alike` as `GrowthColumn` does.
    """
    columns = {
        "planned": _money("planned", _("Planned to disburse"), unit, accessor="planned_sum_vnd"),
        "assigned": _money("assigned", LEVEL_LABELS[0], unit, accessor="assigned_vnd"),
        "carried_in": _money("carried_in", _("Of it carried in"), unit, accessor="carried_in_vnd"),
        "allocated": _money("allocated", LEVEL_LABELS[1], unit, accessor="allocated_vnd"),
        "committed": _money("committed", LEVEL_LABELS[2], unit, accessor="committed_vnd"),
        "advanced": _money("advanced", _("Advances not cleared"), unit, accessor="advanced_vnd"),
        "spent": _money("spent", LEVEL_LABELS[3], unit, accessor="spent_sum_vnd"),
        "rate": tables.ShareColumn(
            verbose_name=_("Disbursed of assigned"),
            part="spent_sum_vnd",
            whole="assigned_vnd",
            footer=_share("rate", "spent_sum_vnd", "assigned_vnd"),
        ),
        "before": BeforeColumn(
            before,
            verbose_name=_("Same period last year"),
            unit=unit,
            total=True,
            footer=_before,
            accessor=BEFORE,
            beneath="spent",
        ),
        "growth": GrowthColumn(
            verbose_name=_("Growth on the same period last year"),
            spent="spent_sum_vnd",
            before=BEFORE,
            alike=alike,
            footer=_growth,
            beneath="rate",
        ),
        "settled": _money("settled", LEVEL_LABELS[4], unit, accessor="settled_vnd"),
        "cancelled": _money("cancelled", _("Estimate cancelled"), unit, accessor="cancelled_vnd"),
        "carried_out": _money("carried_out", _("Carried over to the next year"), unit, accessor="carried_out_vnd"),
        "withheld": _money("withheld", EntryKind.SAVING.label, unit, accessor="withheld_vnd"),
        "left": LeftColumn(
            verbose_name=pgettext_lazy("money", "Left"),
            unit=unit,
            total=True,
            footer=_sum("left"),
            accessor="left_sum_vnd",
        ),
        "pending": _money("pending", _("Waiting for approval"), unit, accessor="pending_sum_vnd", beneath="left"),
        "returned": _money("returned", RETURNED, unit, accessor="returned_sum_vnd", beneath="withheld"),
        "chapter": tables.CodeColumn(verbose_name=_("Chapter")),
        "category": tables.CodeColumn(verbose_name=_("Category")),
        "item": tables.CodeColumn(verbose_name=_("Sub-item")),
        "source_code": tables.CodeColumn(verbose_name=_("Code of the source")),
        "unit_code": tables.CodeColumn(verbose_name=_("Code of the budget unit")),
        "note": tables.Column(verbose_name=_("Note")),
    }
    shown = [name for name in LineTable.Meta.shown if not (of_one_year and name == "year")]
    if sums["withheld_vnd"]:
        shown.insert(shown.index("left"), "withheld")
    if sums["returned_sum_vnd"]:
        shown.append("returned")
    meta = type("Meta", (LineTable.Meta,), {"shown": shown})
    return type("BudgetLineTable", (LineTable,), {**columns, "sums": sums, "mixed": mixed, "Meta": meta})


# --- groups of lines -----------------------------------------------------------------------------


class WholeColumn(tables.MoneyColumn):
    """Sums of groups; what all of them come to is told, for money carried from one year to the next counts once."""

    def __init__(self, *, known=None, **kwargs):
        self.known = known
        super().__init__(unit=MILLION, total=True, **kwargs)

    def sum_of(self, values, *, whole):
        return self.known


class KnownGrowthColumn(tables.PercentColumn):
    """The growth of groups, worked out for each and for all of them: only years with a year before them are compared."""

    in_totals = True

    def __init__(self, *, known=None, **kwargs):
        self.known = known
        super().__init__(**kwargs)

    def total_text(self, own, sums):
        return self.text(self.known)


class EnvelopeColumn(WholeColumn):
    def text(self, value):
        return super().text(value) if value else str(NO_DECISION)


NO_DECISION = _("no decision yet")
PARTS = {
    "managed": (
        ("assigned", "assigned_vnd", LEVEL_LABELS[0]),
        ("allocated", "allocated_vnd", LEVEL_LABELS[1]),
        ("committed", "committed_vnd", LEVEL_LABELS[2]),
        ("spent", "spent_vnd", LEVEL_LABELS[3]),
        ("settled", "settled_vnd", LEVEL_LABELS[4]),
        ("left", "left_vnd", pgettext_lazy("money", "Left")),
    ),
    "followed": (
        ("followed_assigned", "assigned_vnd", _("Followed: assigned")),
        ("followed_spent", "spent_vnd", _("Followed: disbursed")),
    ),
    "outside": (
        ("outside_assigned", "assigned_vnd", _("Beside the ceiling: assigned")),
        ("outside_spent", "spent_vnd", _("Beside the ceiling: disbursed")),
    ),
}


BENEATH = {
    "code": "label",
    "before": "spent",
    "growth": "rate",
    "followed_spent": "followed_assigned",
    "outside_spent": "outside_assigned",
}


def group_columns(by, label, sums, *, envelope_vnd=None):
    """{name: column} of a breakdown; managed money with its rates, followed money and what stands outside beside it."""
    columns = {"label": tables.TextColumn(verbose_name=label)}
    if by == "task":
        columns["code"] = tables.CodeColumn(verbose_name=_("Code of the task"))
    if by == "year":
        columns["envelope"] = EnvelopeColumn(verbose_name=_("Envelope"), known=envelope_vnd)
    for kind in ("managed", "followed", "outside"):
        if kind == "outside" and sums.outside == Money():
            continue
        for name, field, heading in PARTS[kind]:
            columns[name] = WholeColumn(verbose_name=heading, known=getattr(getattr(sums, kind), field))
            if name == "spent":
                before = WholeColumn(verbose_name=_("Same period last year"), known=sums.before_vnd)
                columns |= {
                    "rate": tables.ShareColumn(verbose_name=_("Disbursed of assigned"), part="spent", whole="assigned"),
                    "before": before,
                    "growth": KnownGrowthColumn(
                        verbose_name=_("Growth on the same period last year"),
                        known=growth(sums.compared_vnd, sums.before_vnd),
                    ),
                }
    if sums.returned_vnd is not None:
        columns["returned"] = WholeColumn(verbose_name=RETURNED, known=sums.returned_vnd)
    for name, column in columns.items():
        column.accessor, column.beneath = name, BENEATH.get(name)
    return columns


def group_values(columns, group, **given):
    """{name: value} of one group in these columns; `given`: its label, code and envelope."""
    values = {**given, "before": group.before_vnd, "returned": group.returned_vnd}
    for kind, parts in PARTS.items():
        values |= {name: getattr(getattr(group, kind), field) for name, field, _heading in parts}
    values["rate"] = columns["rate"].of_record(values)
    values["growth"] = growth(group.compared_vnd, group.before_vnd)
    return {name: values[name] for name in columns}


# --- the ledger of one line ------------------------------------------------------------------------


LEDGER_COLUMNS = {
    "number": tables.NumberColumn(verbose_name=_("Number in the line")),
    "happened_on": tables.DateColumn(verbose_name=_("Booked on")),
    "kind": tables.TextColumn(verbose_name=_("Entry")),
    "reversal": tables.TextColumn(verbose_name=_("Reversal")),
    "amount": tables.MoneyColumn(verbose_name=_("Amount")),
    "left": tables.MoneyColumn(verbose_name=_("Left after it")),
    "document": tables.TextColumn(verbose_name=_("Document")),
    "document_on": tables.DateColumn(verbose_name=_("Date of the document")),
    "recorded_by": tables.TextColumn(verbose_name=_("Recorded by")),
    "approved_by": tables.TextColumn(verbose_name=_("Approved by")),
}


def _years():
    return [(str(year), str(year)) for year in BudgetYear.objects.order_by("-year").values_list("year", flat=True)]


class LineFilter(FilterSet):
    q = SearchFilter(folded=("task__folded",), label=_("Task"))
    year = django_filters.ChoiceFilter(
        field_name="year__year", choices=_years, label=_("Year"), empty_label=_("All years")
    )
    area = django_filters.ModelChoiceFilter(
        field_name="task__content_area",
        queryset=ContentArea.objects.order_by("code", "valid_from"),
        to_field_name="public_id",
        label=_("Content area"),
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(
        choices=list(STATE_LABELS.items()), method="in_state", label=_("State of the money"), empty_label=_("All")
    )
    money = django_filters.ChoiceFilter(
        choices=[("dong", UNITS[DONG])],
        method="any_unit",
        label=_("Unit of measure"),
        empty_label=UNITS[MILLION],
    )
    source = django_filters.ModelChoiceFilter(
        queryset=MoneySource.objects.order_by("code", "valid_from"),
        to_field_name="public_id",
        label=_("Source of money"),
        empty_label=_("All"),
    )
    unit = django_filters.ModelChoiceFilter(
        queryset=Agency.objects.order_by("sort_key", "code"),
        to_field_name="public_id",
        label=_("Budget unit"),
        empty_label=_("All"),
    )
    managed = django_filters.ChoiceFilter(
        choices=[("yes", MANAGED), ("no", FOLLOWED)],
        method="kept_here",
        label=_("Managed or followed"),
        empty_label=_("All"),
    )

    advanced = ("source", "unit", "managed")

    class Meta:
        model = BudgetLine
        fields: list = []

    def in_state(self, queryset, _name, value):
        return queryset.filter(LINE_STATES[value])

    def kept_here(self, queryset, _name, value):
        return queryset.filter(managed=value == "yes")

    def any_unit(self, queryset, _name, _value):
        """The unit changes how sums are written, not which lines are shown."""
        return queryset


# --- the ledger ----------------------------------------------------------------------------------


def _signed(record):
    return way_of(record["kind"], reversal=record["reverses_id"] is not None) * record["amount_vnd"]


class EntryTable(tables.Table):
    held = True

    what = tables.LinkColumn(
        verbose_name=_("Entry"),
        route="programme:ledger_entry",
        fields=("number", "kind", "reverses_id", "opening", "step_id", "reverses__step_id"),
        compute=lambda record: entry_name(record["kind"], record["reverses_id"] is not None, raises=_raises(record)),
        second="line__task__what",
        second_label=_("Task"),
        second_column=tables.TextColumn,
    )
    happened_on = tables.DateColumn(verbose_name=_("Booked on"), beneath="what")
    amount_vnd = tables.MoneyColumn(
        verbose_name=_("Amount"), fields=("kind", "reverses_id", "amount_vnd"), compute=_signed
    )
    number = tables.NumberColumn(verbose_name=_("Number in the line"), orderable=False)
    recorded_at = tables.DateTimeColumn(verbose_name=_("Recorded at"))
    document = tables.Column(verbose_name=_("Document"), orderable=False)
    document_on = tables.DateColumn(verbose_name=_("Date of the document"), orderable=False, beneath="document")
    year = tables.CodeColumn(verbose_name=_("Year"), accessor="line__year__year", orderable=False)
    source = NameColumn("line__source", verbose_name=_("Source of money"), orderable=False)
    commitment = tables.Column(verbose_name=_("Contract or decision"), accessor="commitment__number", orderable=False)
    voucher = tables.CodeColumn(verbose_name=_("Treasury voucher"), accessor="payment__voucher", orderable=False)
    approver = tables.VietnameseColumn(verbose_name=_("Approved by"), orderable=False)
    reason = tables.Column(verbose_name=_("Reason"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["what", "happened_on", "amount_vnd", "number", "year", "document", "document_on", "approver"]


def _raises(record):
    step = "reverses__step_id" if record["reverses_id"] else "step_id"
    return record["kind"] == EntryKind.COMMIT and not record["opening"] and record[step] is not None


def entry_name(kind, reversal, *, raises=False):
    label = str(RAISED if raises else EntryKind(kind).label)
    return str(_("Reversal: %(kind)s") % {"kind": label}) if reversal else label


class DayFilter(django_filters.Filter):
    field_class = DateField


def _line_asked_for(request):
    """A choice of thousands of lines helps nobody: the page of a line links to its own ledger."""
    asked = request.GET.get("line", "") if request else ""
    try:
        return BudgetLine.objects.select_related("task", "source", "year").filter(public_id=uuid.UUID(asked))
    except ValueError:
        return BudgetLine.objects.none()


class EntryFilter(FilterSet):
    document = django_filters.CharFilter(lookup_expr="icontains", label=_("Document"))
    year = django_filters.ChoiceFilter(
        field_name="line__year__year", choices=_years, label=_("Year"), empty_label=_("All years")
    )
    kind = django_filters.ChoiceFilter(choices=EntryKind.choices, label=_("Kind"), empty_label=_("All"))
    since = DayFilter(field_name="happened_on", lookup_expr="gte", label=_("Booked from"), help_text="")
    until = DayFilter(field_name="happened_on", lookup_expr="lte", label=_("Booked to"), help_text="")
    line = django_filters.ModelChoiceFilter(
        queryset=_line_asked_for, to_field_name="public_id", label=_("Budget line"), empty_label=_("All")
    )

    class Meta:
        model = LedgerEntry
        fields: list = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.data.get("line"):
            del self.filters["line"]
