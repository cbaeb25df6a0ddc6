"""Columns and filters of the list of payments."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from programme.models import EntryKind, LedgerEntry, Payment
from programme.permissions.payments import payments_waiting_for
from programme.tables.steps import Whose, years
from screens import tables
from screens.lists import FilterSet

STATE_KINDS = {
    "prepared": "warn",
    "controlled": "warn",
    "signed": "info",
    "sent": "info",
    "paid": "ok",
    "refused": "bad",
    "returned": "bad",
    "withdrawn": "quiet",
}


PAID = (EntryKind.ADVANCE, EntryKind.PAY)
UNDONE = "undone"
STATES = [*Payment.State.choices, (UNDONE, _("Paid, reversed since"))]


def with_undone(payments):
    """Payments with whether the entry that paid them is reversed."""
    return payments.annotate(
        undone=Exists(LedgerEntry.objects.filter(payment=OuterRef("pk"), kind__in=PAID, reversed_by__isnull=False))
    )


def standing(payment):
    """The state of one of `with_undone`, as the list says it."""
    return dict(STATES)[UNDONE if payment.undone else payment.state]


def _state(record):
    return UNDONE if record["undone"] else record["state"]


class PaymentTable(tables.Table):
    invoice = tables.LinkColumn(
        verbose_name=_("Invoice or acceptance"),
        route="programme:payment",
        second="commitment__number",
        second_label=_("Contract or decision"),
    )
    kind = tables.ChoiceColumn(verbose_name=_("Kind"), choices=Payment.Kind)
    state = tables.TagColumn(
        verbose_name=_("State"),
        choices=STATES,
        kinds={**STATE_KINDS, UNDONE: "bad"},
        fields=("state", "undone"),
        compute=_state,
        orderable=True,
        order_by=("state",),
    )
    payee = tables.Column(verbose_name=_("Payee"))
    amount_vnd = tables.MoneyColumn(verbose_name=_("To be paid out"), total=True)
    clears_vnd = tables.MoneyColumn(verbose_name=_("Advance cleared"), total=True)
    year = tables.YearColumn(verbose_name=_("Year"), accessor="commitment__line__year__year")
    prepared_at = tables.DateTimeColumn(verbose_name=_("Prepared at"))
    sent_at = tables.DateTimeColumn(verbose_name=_("Sent at"))
    voucher = tables.CodeColumn(verbose_name=_("Number of the Treasury voucher"))
    paid_on = tables.DateColumn(verbose_name=_("Paid on"))
    task = tables.Column(verbose_name=_("Task"), accessor="commitment__line__task__what")
    source = tables.Column(verbose_name=_("Source of money"), accessor="commitment__line__source__name_vi")
    invoice_on = tables.DateColumn(verbose_name=_("Date of the invoice or acceptance"))
    answer = tables.Column(verbose_name=_("Reason"))

    class Meta(tables.Table.Meta):
        shown = ["invoice", "kind", "state", "payee", "amount_vnd", "voucher"]


class PaymentFilter(FilterSet):
    whose = Whose(waiting=payments_waiting_for)
    kind = django_filters.ChoiceFilter(choices=Payment.Kind.choices, label=_("Kind"), empty_label=_("All"))
    year = django_filters.ChoiceFilter(
        field_name="commitment__line__year__year", choices=years, label=_("Year"), empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(choices=Payment.State.choices, label=_("State"), empty_label=_("All"))
    number = django_filters.CharFilter(
        field_name="commitment__number", lookup_expr="icontains", label=_("Number of the contract or decision")
    )
    voucher = django_filters.CharFilter(lookup_expr="icontains", label=_("Number of the Treasury voucher"))
    payee = django_filters.CharFilter(lookup_expr="icontains", label=_("Payee"))
    line = django_filters.UUIDFilter(field_name="commitment__line__public_id", label="", widget=forms.HiddenInput)

    advanced = ("number", "voucher", "payee")

    class Meta:
        model = Payment
        fields: list = []
