"""Columns and filters of the list of contracts and decisions."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from programme.models import Commitment
from programme.models.commitments import EMPTIED, STANDINGS, standing_of
from programme.permissions.commitments import commitments_waiting_for
from programme.tables.steps import Whose, years
from screens import tables
from screens.lists import FilterSet

STATE_KINDS = {
    "prepared": "warn",
    "approved": "ok",
    "refused": "bad",
    "withdrawn": "quiet",
    "liquidated": "quiet",
    EMPTIED: "quiet",
}


class CommitmentTable(tables.Table):
    number = tables.LinkColumn(
        verbose_name=_("Number and symbol"),
        route="programme:commitment",
        second="what",
        second_label=_("Purpose"),
    )
    kind = tables.ChoiceColumn(verbose_name=_("Kind"), choices=Commitment.Kind)
    state = tables.TagColumn(
        verbose_name=_("State"),
        choices=STANDINGS,
        kinds=STATE_KINDS,
        fields=("state", "committed_vnd"),
        compute=lambda record: standing_of(record["state"], record["committed_vnd"]),
        orderable=True,
        order_by=("state",),
    )
    payee = tables.Column(verbose_name=_("Payee"))
    task = tables.Column(verbose_name=_("Task"), accessor="line__task__what")
    source = tables.Column(verbose_name=_("Source of money"), accessor="line__source__name_vi")
    year = tables.YearColumn(verbose_name=_("Year"), accessor="line__year__year")
    signed_on = tables.DateColumn(verbose_name=_("Signed on"))
    amount_vnd = tables.MoneyColumn(verbose_name=_("Amount"), total=True)
    committed_vnd = tables.MoneyColumn(verbose_name=_("Committed now"), total=True)
    paid = tables.MoneyColumn(
        verbose_name=_("Disbursed"),
        fields=("disbursed_vnd", "recovered_vnd"),
        compute=lambda record: record["disbursed_vnd"] - record["recovered_vnd"],
        total=True,
    )
    settled_vnd = tables.MoneyColumn(verbose_name=_("Settled"), total=True)
    ends_on = tables.DateColumn(verbose_name=_("To be finished by"))
    prepared_at = tables.DateTimeColumn(verbose_name=_("Prepared at"))

    class Meta(tables.Table.Meta):
        shown = ["number", "state", "payee", "signed_on", "amount_vnd", "paid"]


class CommitmentFilter(FilterSet):
    whose = Whose(waiting=commitments_waiting_for)
    kind = django_filters.ChoiceFilter(choices=Commitment.Kind.choices, label=_("Kind"), empty_label=_("All"))
    year = django_filters.ChoiceFilter(
        field_name="line__year__year", choices=years, label=_("Year"), empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(choices=Commitment.State.choices, label=_("State"), empty_label=_("All"))
    number = django_filters.CharFilter(lookup_expr="icontains", label=_("Number and symbol"))
    payee = django_filters.CharFilter(lookup_expr="icontains", label=_("Payee"))
    line = django_filters.UUIDFilter(field_name="line__public_id", label="", widget=forms.HiddenInput)

    advanced = ("payee",)

    class Meta:
        model = Commitment
        fields: list = []
