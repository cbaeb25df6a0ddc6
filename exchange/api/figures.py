"""Figures of years: those that the Department confirmed, and those that a statistical system sent to be confirmed.

What is sent is a declaration like any other: sent for review at once, confirmed or returned by a person of the Department,
and only then among the confirmed figures.
"""

from typing import ClassVar

import django_filters
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from enterprises.models import FigureLine, FigureRevision
from enterprises.models.figures import LIMITS, MEASURES
from enterprises.services.figures import FIRST_YEAR, Years, send_figures
from exchange.api.enterprises import (
    NamedEnterprise,
    OfEnterprise,
    OwnerRow,
    confirmed_among,
    enterprise_named,
    family_of,
    of_enterprise,
    once_within,
    owner_of,
    within,
)
from exchange.bodies import Choice, Text, Whole
from exchange.filters import ApiFilter, Code, Truth, WholeNumber
from exchange.resources import Resource, Write, register
from exchange.rows import Row, Time, UsdCents, Vnd, public_id


class FigurePartRow(Row):
    told = _("A part of one measure: of an activity, of a product, or of both.")

    measure = serializers.ChoiceField(
        choices=[(name, FigureRevision._meta.get_field(name).verbose_name) for name in MEASURES]
    )
    activity = serializers.CharField(source="activity.code", allow_null=True)
    product = serializers.UUIDField(source="product.public_id", allow_null=True)
    amount = serializers.IntegerField(help_text=_("In the unit that the name of the measure ends with."))


class DeclaredRow(Row):
    """Figures of an enterprise for a year on one basis. Null means not reported, never nothing."""

    id = public_id()
    enterprise = OwnerRow()
    year = serializers.IntegerField()
    scope = serializers.ChoiceField(
        choices=FigureRevision.Scope.choices, help_text=_("The whole enterprise or key products only.")
    )
    place = serializers.ChoiceField(
        choices=FigureRevision.Place.choices, help_text=_("Plants in Hà Nội or all plants.")
    )
    prices = serializers.ChoiceField(choices=FigureRevision.Prices.choices)
    base_year = serializers.IntegerField(allow_null=True, help_text=_("Of constant prices."))
    accounts = serializers.ChoiceField(choices=FigureRevision.Accounts.choices)
    output_vnd = Vnd(allow_null=True)
    revenue_vnd = Vnd(allow_null=True)
    key_product_revenue_vnd = Vnd(allow_null=True)
    export_direct_goods_usd_cents = UsdCents(allow_null=True)
    export_entrusted_goods_usd_cents = UsdCents(allow_null=True)
    export_direct_services_usd_cents = UsdCents(allow_null=True)
    export_entrusted_services_usd_cents = UsdCents(allow_null=True)
    labour_average = serializers.IntegerField(allow_null=True)
    labour_insured = serializers.IntegerField(allow_null=True)
    capital_vnd = Vnd(allow_null=True)
    tax_vnd = Vnd(allow_null=True)


class FigureRow(DeclaredRow):
    told = _(
        "Confirmed figures of an enterprise for a year on one basis. Nothing in them changes; a later revision supersedes.\n\n"
        "Null means not reported, never nothing. Figures on different bases are not compared."
    )

    expandable: ClassVar = {"parts": "figures:read"}

    export_currency = serializers.CharField(
        help_text=_("Currency of the contracts before they were converted (ISO 4217).")
    )
    export_rate = serializers.UUIDField(
        source="export_rate.public_id", allow_null=True, help_text=_("The exchange rate that was used.")
    )
    size = serializers.CharField(allow_blank=True, help_text=_("Size by Decree 80/2021/NĐ-CP; empty when unknown."))
    revision = serializers.IntegerField()
    confirmed_at = Time()
    superseded_at = Time(allow_null=True, help_text=_("Since when a later revision stands in its place."))
    parts = FigurePartRow(many=True, required=False)

    @classmethod
    def subqueries(cls):
        return {"parts": FigureLine.objects.filter(revision=OuterRef("pk")).order_by("pk")}


class FigureFilter(ApiFilter):
    year = WholeNumber(label=_("Year of the figures"))
    enterprise = OfEnterprise(
        label=_("Identifier of the enterprise, with what was recorded for records merged into it")
    )
    tax_code = Code(field_name="enterprise__tax_code", label=_("Tax code of the enterprise, whole"))
    scope = django_filters.ChoiceFilter(
        choices=FigureRevision.Scope.choices, label=_("The whole enterprise or key products only.")
    )
    place = django_filters.ChoiceFilter(
        choices=FigureRevision.Place.choices, label=_("Plants in Hà Nội or all plants.")
    )
    prices = django_filters.ChoiceFilter(choices=FigureRevision.Prices.choices, label=_("Current or constant prices"))
    accounts = django_filters.ChoiceFilter(
        choices=FigureRevision.Accounts.choices, label=_("Separate or consolidated accounts")
    )
    standing = Truth(
        field_name="superseded_at__isnull", label=_("Only what stands (true) or only what was superseded (false)")
    )


def _confirmed():
    return FigureRevision.objects.filter(state=FigureRevision.State.CONFIRMED)


def _confirmed_of(ids):
    return _confirmed().filter(public_id__in=of_enterprise(FigureRevision)(ids)).values_list("public_id", flat=True)


def _of_the_same_years(ids):
    return _beside(_confirmed(), confirmed_among(ids))


def _sent_of_the_same_years(ids):
    return _beside(FigureRevision.objects.all(), FigureRevision.objects.filter(public_id__in=ids))


def _beside(rows, named):
    """Of the rows those of the same enterprises and years: declaring or confirming one moves what stands beside it."""
    found = rows.filter(enterprise__in=family_of(named), year__in=named.values("year"))
    return found.values_list("public_id", flat=True)


FIGURES = register(
    Resource(
        name="figures",
        label=_("Confirmed figures of years"),
        model=FigureRevision,
        row=FigureRow,
        rows=lambda caller: within(caller, _confirmed(), to_enterprise="enterprise__"),
        filters=FigureFilter,
        sorts={"year": ("year",)},
        sort="year",
        changes={
            "enterprises.figurerevision": _of_the_same_years,
            "enterprises.enterprise": _confirmed_of,
        },
        was_seen_by=once_within(owner_of(FigureRevision)),
    )
)


# --- sent by a system -----------------------------------------------------------------------------


class SentFigureRow(DeclaredRow):
    told = _(
        "Figures that this system sent, and what became of them. Those that were confirmed stand under `figures`, too, "
        "with the same identifier; those that were returned say why, and are sent anew as another row."
    )

    note = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField()
    state = serializers.ChoiceField(choices=FigureRevision.State.choices)
    return_reason = serializers.CharField(allow_blank=True, help_text=_("Why it was returned."))
    sent_at = Time(source="submitted_at", allow_null=True)
    superseded_at = Time(allow_null=True, help_text=_("Since when a later revision stands in its place."))


class SentFigureFilter(ApiFilter):
    year = WholeNumber(label=_("Year of the figures"))
    enterprise = OfEnterprise(
        label=_("Identifier of the enterprise, with what was recorded for records merged into it")
    )
    tax_code = Code(field_name="enterprise__tax_code", label=_("Tax code of the enterprise, whole"))
    state = django_filters.ChoiceFilter(choices=FigureRevision.State.choices, label=_("State of the figures"))
    standing = Truth(
        field_name="superseded_at__isnull", label=_("Only what stands (true) or only what was superseded (false)")
    )


class Measures(NamedEnterprise):
    """The measures of a year; null, or left away, is not reported, and 0 is nothing."""

    def get_fields(self):
        fields = super().get_fields()
        for name in MEASURES:
            label = FigureRevision._meta.get_field(name).verbose_name
            fields[name] = Whole(required=False, allow_null=True, min_value=0, max_value=LIMITS[name], help_text=label)
        return fields


class FigureBody(Measures):
    told = _(
        "Figures of an enterprise for one year, sent for review at once. The enterprise is named by its identifier or "
        "by its tax code. What stands unconfirmed for the same year on the same basis gives way to them.\n\n"
        "What is sent is the whole declaration of the year on its basis: a measure that is absent, or null, is not reported, and once "
        "this is confirmed nothing of it stands any more that an earlier declaration said. To correct one measure send all of them."
    )

    year = Whole(min_value=FIRST_YEAR, max_value=2100)
    scope = Choice(choices=FigureRevision.Scope.choices, default=FigureRevision.Scope.WHOLE)
    place = Choice(choices=FigureRevision.Place.choices, default=FigureRevision.Place.HANOI)
    prices = Choice(choices=FigureRevision.Prices.choices, default=FigureRevision.Prices.CURRENT)
    base_year = Whole(
        required=False, allow_null=True, min_value=FIRST_YEAR, max_value=2100, help_text=_("Of constant prices.")
    )
    accounts = Choice(choices=FigureRevision.Accounts.choices, default=FigureRevision.Accounts.SEPARATE)
    note = Text(long=True, required=False, allow_blank=True, max_length=500)


def _send(caller, by, values, now, years):
    return send_figures(
        years=years,
        enterprise=enterprise_named(caller, values),
        year=values["year"],
        values={name: values.get(name) for name in MEASURES},
        basis={name: values.get(name) for name in ("scope", "place", "prices", "base_year", "accounts")},
        note=values.get("note", ""),
        by=by,
        now=now,
    )


def _sent(caller):
    own = FigureRevision.objects.filter(recorded_by=caller.public_id)
    return within(caller, own, to_enterprise="enterprise__")


def _sent_before(caller, ids):
    """Its own that left what it may see; of what others sent nothing is said."""
    own = FigureRevision.objects.filter(public_id__in=ids, recorded_by=caller.public_id)
    return once_within(owner_of(FigureRevision))(caller, list(own.values_list("public_id", flat=True)))


SENT_FIGURES = register(
    Resource(
        name="sent_figures",
        label=_("Figures of years that this system sent"),
        right=("figures", FIGURES.label),
        model=FigureRevision,
        row=SentFigureRow,
        rows=_sent,
        filters=SentFigureFilter,
        sorts={"year": ("year",)},
        sort="year",
        changes={
            "enterprises.figurerevision": _sent_of_the_same_years,
            "enterprises.enterprise": of_enterprise(FigureRevision),
        },
        was_seen_by=_sent_before,
        writes=(
            Write(
                name="create",
                label=_("Send figures of a year"),
                body=FigureBody,
                do=_send,
                in_bulk=True,
                read_once=Years,
            ),
        ),
    )
)
