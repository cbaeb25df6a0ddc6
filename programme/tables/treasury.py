"""Columns and filters of the Treasury's statements, their rows and differences."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import row_for
from programme.models import (
    Cause,
    DifferenceKind,
    Direction,
    StatementDifference,
    StatementRow,
    StatementSpan,
    TreasuryStatement,
)
from programme.models.treasury import name_of_difference
from programme.tables.scheme import years_of
from screens import tables
from screens.lists import FilterSet

STATE_KINDS = {"open": "warn", "reconciled": "ok", "replaced": "quiet", "withdrawn": "quiet"}
EXPLAINED = {"yes": _("Explained"), "no": _("Not explained")}
BELONGS = {"yes": _("Belongs to a payment or recovery"), "no": _("Belongs to nothing in the portal")}


class PaymentColumn(tables.LinkColumn):
    """The contract or decision whose payment it is, as a link to the payment where there is such a page."""

    def __init__(self, **kwargs):
        super().__init__(
            verbose_name=_("Payment on"),
            accessor="payment__commitment__number",
            route="programme:payment",
            args=("payment__public_id",),
            **kwargs,
        )

    def render(self, value, record):
        return super().render(value, record) if row_for(self.route, "GET") else self.text(value)


class StatementTable(tables.Table):
    span = tables.LinkColumn(
        verbose_name=_("Statement"),
        route="programme:statement",
        fields=("span", "year__year"),
        compute=lambda record: f"{StatementSpan(record['span']).label} {record['year__year']}",
    )
    number = tables.CodeColumn(verbose_name=_("Number of the statement"), beneath="span")
    issued_on = tables.DateColumn(verbose_name=_("Date of the statement"))
    ends_on = tables.DateColumn(verbose_name=_("To"))
    revision = tables.NumberColumn(verbose_name=_("Version"))
    state = tables.TagColumn(verbose_name=_("State"), choices=TreasuryStatement.State, kinds=STATE_KINDS)
    unexplained = tables.NumberColumn(verbose_name=_("Not explained"))
    differences_count = tables.NumberColumn(verbose_name=_("Differences"))
    rows_count = tables.NumberColumn(verbose_name=_("Rows"))
    paid_vnd = tables.MoneyColumn(verbose_name=_("Paid out, Treasury"))
    here_paid_vnd = tables.MoneyColumn(verbose_name=_("Paid out, portal"))
    recovered_vnd = tables.MoneyColumn(verbose_name=_("Recovered, Treasury"))
    here_recovered_vnd = tables.MoneyColumn(verbose_name=_("Recovered, portal"))
    paper = tables.Column(verbose_name=_("Reconciliation paper"))

    class Meta(tables.Table.Meta):
        shown = [
            "span",
            "number",
            "issued_on",
            "state",
            "unexplained",
            "paid_vnd",
            "here_paid_vnd",
        ]


class StatementFilter(FilterSet):
    year = django_filters.ChoiceFilter(
        choices=years_of(TreasuryStatement, "year__year"),
        field_name="year__year",
        label=_("Budget year"),
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(choices=TreasuryStatement.State.choices, label=_("State"), empty_label=_("All"))
    span = django_filters.ChoiceFilter(choices=StatementSpan.choices, label=_("Period"), empty_label=_("All"))

    class Meta:
        model = TreasuryStatement
        fields: list = []


class RowTable(tables.Table):
    number = tables.NumberColumn(verbose_name=_("Row"))
    voucher = tables.CodeColumn(verbose_name=_("Voucher number"))
    paid_on = tables.DateColumn(verbose_name=_("Day"))
    amount_vnd = tables.MoneyColumn(verbose_name=_("Amount"), total=True)
    direction = tables.ChoiceColumn(verbose_name=_("Nature"), choices=Direction)
    payee = tables.Column(verbose_name=_("Payee"))
    account = tables.CodeColumn(verbose_name=_("Account"))
    text = tables.Column(verbose_name=_("Content"))
    payment = PaymentColumn()
    recovery = tables.Column(verbose_name=_("Recovery"), accessor="entry__document")
    part = tables.NumberColumn(verbose_name=_("Part of the voucher"))

    class Meta(tables.Table.Meta):
        shown = [
            "number",
            "voucher",
            "paid_on",
            "amount_vnd",
            "direction",
            "payee",
            "account",
            "payment",
            "recovery",
        ]


class RowFilter(FilterSet):
    voucher = django_filters.CharFilter(lookup_expr="icontains", label=_("Voucher number"))
    direction = django_filters.ChoiceFilter(choices=Direction.choices, label=_("Nature"), empty_label=_("All"))
    belongs = django_filters.ChoiceFilter(
        choices=list(BELONGS.items()), label=_("In the portal"), empty_label=_("All"), method="by_match"
    )

    class Meta:
        model = StatementRow
        fields: list = []

    def by_match(self, queryset, name, value):
        return queryset.filter(part__isnull=value == "no")


def vouchers(record):
    """The voucher of both sides; where they differ, the Treasury's first."""
    there, here = record["there_voucher"], record["here_voucher"]
    return " / ".join(dict.fromkeys(filter(None, (there, here))))


class DifferenceTable(tables.Table):
    kind = tables.LinkColumn(
        verbose_name=_("Difference"),
        route="programme:difference",
        fields=("kind", "elsewhere"),
        compute=lambda record: name_of_difference(record["kind"], record["elsewhere"]),
    )
    row = tables.NumberColumn(verbose_name=_("Row"), accessor="row__number")
    voucher = tables.CodeColumn(
        verbose_name=_("Voucher number"), fields=("there_voucher", "here_voucher"), compute=vouchers
    )
    there_voucher = tables.CodeColumn(verbose_name=_("Voucher, Treasury"))
    here_voucher = tables.CodeColumn(verbose_name=_("Voucher, portal"))
    there_vnd = tables.MoneyColumn(verbose_name=_("Amount, Treasury"))
    here_vnd = tables.MoneyColumn(verbose_name=_("Amount, portal"))
    there_on = tables.DateColumn(verbose_name=_("Day, Treasury"))
    here_on = tables.DateColumn(verbose_name=_("Day, portal"))
    there_account = tables.CodeColumn(verbose_name=_("Account, Treasury"))
    here_account = tables.CodeColumn(verbose_name=_("Account, portal"))
    payment = PaymentColumn()
    explained = tables.TagColumn(
        verbose_name=_("State"),
        choices=EXPLAINED,
        kinds={"yes": "ok", "no": "warn"},
        fields=("explained_at",),
        compute=lambda record: "yes" if record["explained_at"] else "no",
    )
    cause = tables.Column(
        verbose_name=_("Cause"),
        fields=("cause",),
        compute=lambda record: str(Cause(record["cause"]).label) if record["cause"] else None,
    )
    explanation = tables.Column(verbose_name=_("Explanation of the difference"))

    class Meta(tables.Table.Meta):
        shown = [
            "kind",
            "row",
            "voucher",
            "there_vnd",
            "here_vnd",
            "there_on",
            "here_on",
            "explained",
            "explanation",
        ]


class DifferenceFilter(FilterSet):
    kind = django_filters.ChoiceFilter(choices=DifferenceKind.choices, label=_("Difference"), empty_label=_("All"))
    voucher = django_filters.CharFilter(label=_("Voucher number"), method="by_voucher")
    explained = django_filters.ChoiceFilter(
        choices=list(EXPLAINED.items()), label=_("State"), empty_label=_("All"), method="by_explanation"
    )

    class Meta:
        model = StatementDifference
        fields: list = []

    def by_voucher(self, queryset, name, value):
        return queryset.filter(Q(there_voucher__icontains=value) | Q(here_voucher__icontains=value))

    def by_explanation(self, queryset, name, value):
        return queryset.filter(explained_at__isnull=value == "no")


class ReconciliationTable(tables.Table):
    """Estimate and money used, line by line, on both sides."""

    line = tables.Column(verbose_name=_("Budget line"))
    chapter = tables.CodeColumn(verbose_name=_("Chapter"))
    category = tables.CodeColumn(verbose_name=_("Category"))
    source_code = tables.CodeColumn(verbose_name=_("Source code"))
    carried_in = tables.MoneyColumn(verbose_name=_("Estimate carried in"), total=True)
    assigned = tables.MoneyColumn(verbose_name=_("Estimate of the year"), total=True)
    here = tables.MoneyColumn(verbose_name=_("Used in the period, portal"), total=True)
    there = tables.MoneyColumn(verbose_name=_("Used in the period, Treasury"), total=True)
    apart = tables.MoneyColumn(verbose_name=_("Difference"), total=True)
    used = tables.MoneyColumn(verbose_name=_("Used since the beginning of the year"), total=True)
    left = tables.MoneyColumn(verbose_name=_("Estimate left"), total=True)

    @classmethod
    def paper_columns(cls):
        """The columns as forms and files take them."""
        columns = []
        for bound in cls([]).columns:
            bound.column.accessor = bound.accessor
            columns.append(bound.column)
        return columns
