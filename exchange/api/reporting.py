"""What the programme is judged by: published values of indicators with where they come from, and the city's figures.

A client that was narrowed to wards or product groups reads the city's figures, which are public, but no indicators: they
sum up enterprises that it may not see.
"""

import django_filters
from django.db.models import Case, DecimalField, F, Func, TextField, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Contains
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from exchange.api.programme import never, of_everybody
from exchange.bodies import Body, Choice, Day, Text, Whole
from exchange.filters import ApiFilter, Code, Identifier, Truth, WholeNumber
from exchange.resources import Resource, Write, register, rows_with
from exchange.rows import Row, Time, UsdCents, Vnd, public_id
from programme.models.scheme import Unit
from reporting.definitions import COUNTED_IN
from reporting.models import CityStatistic, FigureKind, PublishedValue, Verdict
from reporting.services.statistics import MOST_OF, record_statistic, revise_statistic, withdraw_statistic


def _within_json(column, steps):
    """The text at a place of a JSON column, written the same on both engines."""
    return Func(F(column), template=f"(%(expressions)s {steps})", output_field=TextField())


IN_WHICH_UNIT = [
    ("vnd", _("whole đồng")),
    ("usd_cents", _("cents of a US dollar")),
    ("enterprise", Unit.ENTERPRISE.label),
    ("product", Unit.PRODUCT.label),
    ("turn", Unit.TURN.label),
]


PLACES = {"max_digits": 20, "decimal_places": 4}  # as `targets` has them


def _bound(name):
    """A bound of the band, which is kept without its zeros (“5E+1”)."""
    return Cast(_within_json("target", f"->> '{name}'"), DecimalField(**PLACES))


def _counted_in():
    """As `reporting.definitions.Definition.counted_in`, by the definition that was published with the value."""
    counts = [When(definition__counts=counts, then=Value(unit)) for counts, unit in COUNTED_IN.items()]
    in_cents = Contains(_within_json("definition", "->> 'numerator'"), Value("usd_cents"))
    return Case(*counts, When(in_cents, then=Value("usd_cents")), default=Value("vnd"), output_field=TextField())


class KpiValueRow(Row):
    told = _(
        "A value of an indicator as it was published by a numbered paper. It never changes; a later one supersedes it.\n\n"
        "A share is exactly numerator over denominator; sum numerators and denominators, never shares. The numerator "
        "lies between its two bounds: enterprises that did not report count nothing in the lower one and by the "
        "definition's method in the upper one, which is no bound while `open_units` is above 0."
    )

    id = public_id()
    year = serializers.IntegerField()
    indicator = serializers.CharField(source="family")
    variant = serializers.CharField(source="indicator_code")
    name_vi = serializers.CharField()
    name_en = serializers.CharField()
    definition_version = serializers.IntegerField(source="version.revision")
    unit = serializers.ChoiceField(
        choices=Unit.choices, help_text=_("In which the indicator and its target are given.")
    )
    counted_in = serializers.ChoiceField(
        choices=IN_WHICH_UNIT, help_text=_("The unit of numerator, denominator, lower and upper.")
    )
    numerator = serializers.IntegerField(allow_null=True, help_text=_("In the unit that `counted_in` names."))
    denominator = serializers.IntegerField(
        allow_null=True, help_text=_("In the unit that `counted_in` names; none for a count.")
    )
    lower = serializers.IntegerField(
        allow_null=True, help_text=_("Lower bound of the numerator, in the unit that `counted_in` names.")
    )
    upper = serializers.IntegerField(
        allow_null=True, help_text=_("Upper bound of the numerator, in the unit that `counted_in` names.")
    )
    open_units = serializers.IntegerField(help_text=_("Enterprises that the upper bound says nothing about."))
    reporting = serializers.IntegerField(allow_null=True, help_text=_("Enterprises that report."))
    counted = serializers.IntegerField(allow_null=True, help_text=_("Enterprises that count."))
    kind = serializers.ChoiceField(
        choices=FigureKind.choices,
        help_text=_(
            "Official: the year was closed, every enterprise reported, and the city's figure was official when it was computed. Otherwise "
            "provisional, though published."
        ),
    )
    estimated = serializers.BooleanField(help_text=_("Whether the denominator is estimated."))
    statistic_state = serializers.CharField(allow_blank=True, help_text=_("State of the city's figure."))
    city_statistic = serializers.CharField(
        allow_null=True,
        help_text=_("The figure of the city that was read (see city_statistics), in this very revision."),
    )
    city_index = serializers.CharField(
        allow_null=True, help_text=_("The index by which last year's figure was carried on, where there was none yet.")
    )
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField(allow_blank=True, help_text=_("Why it cannot be judged."))
    target_lower = serializers.DecimalField(
        **PLACES, allow_null=True, help_text=_("Of the band that it was judged by; a decimal.")
    )
    target_upper = serializers.DecimalField(
        **PLACES, allow_null=True, help_text=_("Of the band that it was judged by; a decimal.")
    )
    target_document = serializers.CharField(allow_null=True)
    rows = serializers.IntegerField(help_text=_("How many rows it was computed from."))
    digest = serializers.CharField(
        help_text=_("Of the definition, the cut-off, the statistics, each row and the value (SHA-256).")
    )
    run = serializers.UUIDField(source="publication.run.public_id", help_text=_("The computation."))
    cutoff = Time(source="publication.cutoff", help_text=_("It rests on what was recorded by this moment."))
    publication = serializers.UUIDField(source="publication.public_id")
    publication_revision = serializers.IntegerField(source="publication.revision")
    paper_number = serializers.CharField(source="publication.paper_number")
    paper_on = serializers.DateField(source="publication.paper_on")
    published_at = Time(source="publication.published_at")
    superseded_by = serializers.UUIDField(
        source="publication.superseded_by.public_id", allow_null=True, help_text=_("The publication in its place.")
    )

    @classmethod
    def expressions(cls):
        return {
            "counted_in": _counted_in(),
            "city_statistic": _within_json("statistics", "-> 0 ->> 'public_id'"),
            "city_index": _within_json("statistics", "-> 1 ->> 'public_id'"),
            "target_lower": _bound("lower"),
            "target_upper": _bound("upper"),
            "target_document": _within_json("target", "->> 'document'"),
        }


class KpiValueFilter(ApiFilter):
    year = WholeNumber(label=_("Year of the value"))
    indicator = Code(field_name="family", label=_("Code of the indicator"))
    variant = Code(field_name="indicator_code", label=_("Code of the way of counting"))
    publication = Identifier(field_name="publication__public_id", label=_("Identifier of the publication"))
    standing = Truth(
        field_name="publication__superseded_by__isnull", label=_("Only what stands, or only what was superseded")
    )


KPI_VALUES = register(
    Resource(
        name="kpi_values",
        label=_("Published values of indicators"),
        model=PublishedValue,
        row=KpiValueRow,
        rows=of_everybody(PublishedValue.objects),
        filters=KpiValueFilter,
        sorts={"added": ()},
        sort="added",
        changes={
            "reporting.kpipublication": rows_with(PublishedValue, "publication", "publication__superseded_by"),
        },
        was_seen_by=never,
    )
)


class CityStatisticRow(Row):
    told = _(
        "What the statistical office says about the city in a year. A revision supersedes, it never overwrites.\n\n"
        "Estimates, preliminary and official figures of one year stand beside each other, each with its own revisions."
    )

    id = public_id()
    measure = serializers.ChoiceField(choices=CityStatistic.Measure.choices)
    year = serializers.IntegerField()
    state = serializers.ChoiceField(choices=CityStatistic.State.choices)
    prices = serializers.ChoiceField(choices=CityStatistic.Prices.choices)
    base_year = serializers.IntegerField(allow_null=True, help_text=_("Of constant prices."))
    output_vnd = Vnd(allow_null=True)
    exports_usd_cents = UsdCents(allow_null=True)
    index_hundredths_of_percent = serializers.IntegerField(
        allow_null=True, help_text=_("Index against last year: 10523 is 105.23 %.")
    )
    vsic_coverage = serializers.CharField(allow_blank=True)
    source = serializers.CharField()
    published_on = serializers.DateField()
    revision = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True, help_text=_("Why it was revised."))
    supersedes = serializers.UUIDField(source="supersedes.public_id", allow_null=True)
    recorded_at = Time()
    superseded_at = Time(allow_null=True, help_text=_("Since when it is out of use, replaced or withdrawn."))
    superseded_by = serializers.UUIDField(
        source="superseded_by.public_id",
        allow_null=True,
        help_text=_("The revision in its place; one that is out of use without any was withdrawn."),
    )

    @classmethod
    def expressions(cls):
        return {
            name: Case(When(unit=unit, then="amount"))
            for name, unit in (
                ("output_vnd", CityStatistic.Unit.VND),
                ("exports_usd_cents", CityStatistic.Unit.USD_CENTS),
                ("index_hundredths_of_percent", CityStatistic.Unit.INDEX),
            )
        }


class CityStatisticFilter(ApiFilter):
    measure = django_filters.ChoiceFilter(choices=CityStatistic.Measure.choices, label=_("What is measured"))
    year = WholeNumber(label=_("Year of the figure"))
    state = django_filters.ChoiceFilter(
        choices=CityStatistic.State.choices, label=_("State of the figure: estimate, preliminary or official")
    )
    prices = django_filters.ChoiceFilter(choices=CityStatistic.Prices.choices, label=_("Current or constant prices"))
    standing = Truth(field_name="superseded_at__isnull", label=_("Only what stands, or only what is out of use"))


# What the statistical office's system writes

AMOUNT_OF = {
    CityStatistic.Measure.OUTPUT: "output_vnd",
    CityStatistic.Measure.EXPORTS: "exports_usd_cents",
    CityStatistic.Measure.IIP: "index_hundredths_of_percent",
}


class AmountBody(Body):
    """The one amount that belongs to the measure, named as the row names it."""

    output_vnd = Whole(
        required=False, min_value=1, max_value=MOST_OF[CityStatistic.Measure.OUTPUT], help_text=_("Whole đồng.")
    )
    exports_usd_cents = Whole(
        required=False,
        min_value=1,
        max_value=MOST_OF[CityStatistic.Measure.EXPORTS],
        help_text=_("Cents of a US dollar."),
    )
    index_hundredths_of_percent = Whole(
        required=False,
        min_value=1,
        max_value=MOST_OF[CityStatistic.Measure.IIP],
        help_text=_("Index against last year: 10523 is 105.23 %."),
    )
    source = Text(max_length=300, help_text=_("The paper, its number and date, the page."))
    published_on = Day()
    vsic_coverage = Text(
        required=False,
        allow_blank=True,
        max_length=40,
        help_text=_("Sections of VSIC that it covers: B-E unless given; of a revision, those of what it revises."),
    )


def amounts_disagreeing(measure, values):
    """{field: [sentence]} of amounts that belong to another measure, and of one that the measure lacks."""
    wanted = AMOUNT_OF[measure]
    others = [name for name in AMOUNT_OF.values() if name != wanted and name in values]
    lacking = {} if wanted in values else {wanted: [_now("Give the amount of the measure.")]}
    return {name: [_now("This amount belongs to another measure.")] for name in others} | lacking


class CityStatisticBody(AmountBody):
    told = _(
        "A figure of the city that was not known in this state before. One that is known already is revised instead."
    )

    measure = Choice(choices=CityStatistic.Measure.choices)
    year = Whole(min_value=2000, max_value=2100)
    state = Choice(choices=CityStatistic.State.choices)
    prices = Choice(choices=CityStatistic.Prices.choices, default=CityStatistic.Prices.CURRENT)
    base_year = Whole(
        required=False, allow_null=True, min_value=1990, max_value=2100, help_text=_("Of constant prices.")
    )

    def disagreeing(self, sent):
        measure = sent.get("measure")
        return amounts_disagreeing(measure, sent) if measure in CityStatistic.Measure.values else {}


class RevisionBody(AmountBody):
    told = _("What a later paper says instead. The revision is a row of its own, and the answer is that row.")

    reason = Text(long=True, max_length=300, help_text=_("Why it was revised."))


class WithdrawalBody(Body):
    told = _("The figure was recorded by mistake; it stays to be read, out of use.")

    reason = Text(long=True, max_length=300)


def _record(caller, by, values, now):
    return record_statistic(
        measure=values["measure"],
        year=values["year"],
        amount=values[AMOUNT_OF[values["measure"]]],
        state=values["state"],
        source=values["source"],
        published_on=values["published_on"],
        prices=values["prices"],
        base_year=values.get("base_year"),
        vsic_coverage=values.get("vsic_coverage", "B-E"),
        by=by,
        now=now,
    )


def _revise(statistic, by, values, now):
    if wrong := amounts_disagreeing(statistic.measure, values):
        raise serializers.ValidationError(wrong)
    return revise_statistic(
        statistic=statistic,
        amount=values[AMOUNT_OF[statistic.measure]],
        source=values["source"],
        published_on=values["published_on"],
        vsic_coverage=values.get("vsic_coverage"),
        reason=values["reason"],
        by=by,
        now=now,
    )


def _withdraw(statistic, by, values, now):
    withdraw_statistic(statistic=statistic, reason=values["reason"], by=by, now=now)
    return statistic


CITY_STATISTICS = register(
    Resource(
        name="city_statistics",
        label=_("Figures of the city"),
        model=CityStatistic,
        row=CityStatisticRow,
        rows=lambda caller: CityStatistic.objects.all(),
        filters=CityStatisticFilter,
        sorts={"added": ()},
        sort="added",
        changes={"reporting.citystatistic": rows_with(CityStatistic, "", "superseded_by")},
        writes=(
            Write(
                name="create",
                label=_("Record a figure of the city"),
                body=CityStatisticBody,
                do=_record,
                in_bulk=True,
                of_the_city=True,
            ),
            Write(
                name="revise",
                label=_("Revise a figure of the city"),
                body=RevisionBody,
                do=_revise,
                of_one=True,
                of_the_city=True,
            ),
            Write(
                name="withdraw",
                label=_("Withdraw a figure of the city"),
                body=WithdrawalBody,
                do=_withdraw,
                of_one=True,
                of_the_city=True,
            ),
        ),
    )
)
