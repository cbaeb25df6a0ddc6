"""Payments that went to the State Treasury, and its answers: paid, which alone disburses money, or refused.

None of this belongs to one enterprise: a client that was narrowed to wards or product groups reads and answers none.
"""

import django_filters
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from exchange.api.programme import never, of_everybody
from exchange.bodies import Body, Day, Text
from exchange.filters import ApiFilter, Code, Identifier, WholeNumber
from exchange.resources import Resource, Write, register, rows_with
from exchange.rows import Row, Time, Vnd, public_id
from programme.models import Payment
from programme.services.payments import record_paid, record_refused

STATE = Payment.State
WITH_THE_TREASURY = (STATE.SENT, STATE.PAID, STATE.REFUSED)
STATES = [(state.value, state.label) for state in WITH_THE_TREASURY]


class PaymentRow(Row):
    told = _("A payment on a contract or decision, from when it was sent to the Treasury. Only `paid` is money spent.")

    id = public_id()
    year = serializers.IntegerField(source="commitment.line.year.year")
    line = serializers.UUIDField(source="commitment.line.public_id", help_text=_("Its budget line (see budget_lines)."))
    commitment = serializers.UUIDField(source="commitment.public_id", help_text=_("Its contract or decision."))
    kind = serializers.ChoiceField(choices=Payment.Kind.choices)
    state = serializers.ChoiceField(choices=STATES)
    amount_vnd = Vnd(help_text=_("What the Treasury is asked to pay out, in whole đồng."))
    clears_vnd = Vnd(help_text=_("Of earlier advances, what accepted volume covers, in whole đồng."))
    payee = serializers.CharField()
    payee_account = serializers.CharField(allow_blank=True)
    payee_bank = serializers.CharField(allow_blank=True)
    invoice = serializers.CharField(help_text=_("Invoice or acceptance."))
    invoice_on = serializers.DateField()
    sent_at = Time()
    voucher = serializers.CharField(allow_blank=True, help_text=_("Number of the Treasury's voucher."))
    paid_on = serializers.DateField(allow_null=True)
    answer = serializers.CharField(allow_blank=True, help_text=_("Why the Treasury refused."))
    answered_at = Time(allow_null=True)


class PaymentFilter(ApiFilter):
    state = django_filters.ChoiceFilter(choices=STATES, label=_("State of the payment"))
    year = WholeNumber(field_name="commitment__line__year__year", label=_("Budget year"))
    line = Identifier(
        field_name="commitment__line__public_id", label=_("Identifier of the budget line (see budget_lines)")
    )
    voucher = Code(label=_("Number of the Treasury's voucher, whole"))


class PaidBody(Body):
    told = _(
        "The Treasury paid. The money counts as disbursed from this answer on, and the advance that was to be cleared is."
    )

    voucher = Text(max_length=60, help_text=_("Number of the Treasury's voucher."))
    paid_on = Day()


class RefusedBody(Body):
    told = _("The Treasury refused. Nothing is disbursed; whoever prepared the payment prepares another.")

    answer = Text(long=True, max_length=500, help_text=_("The Treasury's reason."))


def _paid(payment, by, values, now):
    record_paid(payment, voucher=values["voucher"], paid_on=values["paid_on"], by=by, now=now)
    return payment


def _refused(payment, by, values, now):
    return record_refused(payment, answer=values["answer"], by=by, now=now)


PAYMENTS = register(
    Resource(
        name="payments",
        label=_("Payments that went to the Treasury"),
        model=Payment,
        row=PaymentRow,
        rows=of_everybody(Payment.objects.filter(state__in=WITH_THE_TREASURY)),
        filters=PaymentFilter,
        sorts={"added": ()},
        sort="added",
        changes={"programme.payment": rows_with(Payment, "")},
        was_seen_by=never,
        writes=(
            Write(name="paid", label=_("Answer of the Treasury: paid"), body=PaidBody, do=_paid, of_one=True),
            Write(
                name="refused", label=_("Answer of the Treasury: refused"), body=RefusedBody, do=_refused, of_one=True
            ),
        ),
    )
)
