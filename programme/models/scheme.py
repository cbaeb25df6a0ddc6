"""The scheme: its periods, their targets as bands, and what was published about it."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified, Versioned
from reference.models import BilingualName, Sourced, confidence_valid
from screens import formats


class PeriodQuerySet(models.QuerySet):
    def covering(self, year):
        return self.filter(starts_year__lte=year, ends_year__gte=year)

    def of_year(self, year):
        """The period of a year: the one with a document before one without, before an illustration."""
        found = sorted(self.covering(year), key=lambda period: PERIOD_ORDER[period.state])
        return found[0] if found else None


class Period(Identified, Versioned, BilingualName, Sourced):
    """A period of the programme. The next one is only data: a period without a document says so."""

    class State(models.TextChoices):
        IN_FORCE = "in_force", _("By decision")
        NO_DOCUMENT = "no_document", _("No document yet")
        ILLUSTRATION = "illustration", _("Illustration")

    code = models.CharField(_("code"), max_length=40, unique=True)
    starts_year = models.PositiveSmallIntegerField(_("first year"))
    ends_year = models.PositiveSmallIntegerField(_("last year"))
    state = models.CharField(_("standing"), max_length=20, choices=State)
    ceiling_vnd = models.BigIntegerField(_("estimated budget of all sources"), null=True, blank=True)
    decision = models.CharField(_("document"), max_length=120, blank=True)
    decision_on = models.DateField(_("date of the document"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    ceiling_step = models.ForeignKey(
        "programme.BudgetStep", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("period of the programme")
        verbose_name_plural = _("periods of the programme")
        ordering = ["-starts_year", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["in_force", "no_document", "illustration"]), name="period_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(starts_year__gte=2000, ends_year__gte=F("starts_year"), ends_year__lte=2100),
                name="period_years_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ceiling_vnd__isnull=True) | Q(ceiling_vnd__gt=0, ceiling_vnd__lte=10**15),
                name="period_ceiling_plausible",
            ),
            models.CheckConstraint(
                condition=Q(state="in_force", decision_on__isnull=False) & ~Q(decision="")
                | Q(state="no_document", decision="", decision_on__isnull=True, ceiling_vnd__isnull=True)
                | Q(state="illustration", decision_on__isnull=True),
                name="period_ceiling_by_a_decision",
            ),
            confidence_valid("period_confidence_valid"),
        ]

    def get_absolute_url(self):
        return reverse("programme:period", args=[self.public_id])

    def years(self):
        return range(self.starts_year, self.ends_year + 1)

    @property
    def ceiling_decision(self):
        """Number and day of the decision by which the ceiling stands: the last that set it, else the period's own."""
        if self.ceiling_vnd is None:
            return ""
        step = self.ceiling_step
        number, on = (step.document, step.document_on) if step is not None else (self.decision, self.decision_on)
        return f"{number}, {formats.vn_date(on)}" if on else number


PERIOD_ORDER = {Period.State.IN_FORCE: 0, Period.State.NO_DOCUMENT: 1, Period.State.ILLUSTRATION: 2}


class Unit(models.TextChoices):
    """In what a target or a published figure is counted."""

    PERCENT = "percent", _("%")
    ENTERPRISE = "enterprise", _("enterprises")
    PRODUCT = "product", _("products")
    TURN = "turn", _("enterprise-turns")
    VND = "vnd", _("đồng")
    VND_BILLION = "vnd_billion", _("billion đồng")
    USD_MILLION = "usd_million", _("million USD")
    USD_BILLION = "usd_billion", _("billion USD")


class Indicator(models.TextChoices):
    """Indicators that documents set targets for; reporting defines how each is worked out."""

    OUTPUT_SHARE = "output_share", _("Share of the city's industrial output")
    EXPORT_SHARE = "export_share", _("Share of the city's export turnover")
    OUTPUT_GROWTH = "output_growth", _("Growth of output")
    TURNS = "turns", _("Enterprise-turns supported")
    ENTERPRISES = "enterprises", _("Enterprises producing key products")
    PRODUCTS = "products", _("Key products")
    ENTERPRISES_RECOGNISED = "enterprises_recognised", _("Enterprises recognised")
    PRODUCTS_RECOGNISED = "products_recognised", _("Products recognised")
    PRODUCTS_FIRST_TIME = "products_first_time", _("Products recognised for the first time")
    SUPPORTED_SHARE = "supported_share", _("Share of recognised enterprises supported")


def indicator_name(code):
    """The name of an indicator by its code; a code that the house does not know stands as it is."""
    return Indicator(code).label if code in Indicator.values else code


class TargetQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_on__isnull=True)

    def for_year(self, year, *, illustration=False):
        """Targets that a figure of `year` is measured against: promised by documents, or invented for illustration."""
        periods = Q(period__state="illustration") if illustration else ~Q(period__state="illustration")
        return (
            self.standing()
            .filter(periods)
            .filter(period__starts_year__lte=year, period__ends_year__gte=year)
            .filter(Q(applies="each_year") | Q(year=year) | Q(applies="by_end", period__ends_year=year))
        )


class Target(Identified, Versioned, Sourced):
    """What a document promises: a band for an indicator, each year, in one year, or by the end of the period."""

    class Applies(models.TextChoices):
        EACH_YEAR = "each_year", _("Each year of the period")
        YEAR = "year", _("In the year")
        BY_END = "by_end", _("By the end of the period")

    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="targets", verbose_name=_("period of the programme")
    )
    indicator_code = models.CharField(_("indicator"), max_length=60)
    applies = models.CharField(_("applies"), max_length=10, choices=Applies)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    lower = models.DecimalField(_("at least"), max_digits=20, decimal_places=4, null=True, blank=True)
    upper = models.DecimalField(_("at most"), max_digits=20, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    document = models.CharField(_("document"), max_length=120)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True, editable=False)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["period", "indicator_code", "applies", "year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applies__in=["each_year", "year", "by_end"]), name="target_applies_valid"
            ),
            models.CheckConstraint(
                condition=Q(applies="year", year__isnull=False)
                | Q(applies__in=["each_year", "by_end"], year__isnull=True),
                name="target_year_only_for_one_year",
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=False) | Q(upper__isnull=False), name="target_has_a_bound"
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(lower__lte=F("upper")),
                name="target_lower_not_above_upper",
            ),
            models.CheckConstraint(
                condition=(Q(lower__isnull=True) | Q(lower__gte=0)) & (Q(upper__isnull=True) | Q(upper__gte=0)),
                name="target_not_negative",
            ),
            models.CheckConstraint(condition=~Q(document="") & ~Q(indicator_code=""), name="target_has_a_document"),
            models.CheckConstraint(
                condition=Q(unit__in=["percent", "enterprise", "product", "turn", "vnd"]), name="target_unit_valid"
            ),
            models.UniqueConstraint(
                "period",
                "indicator_code",
                "applies",
                Coalesce("year", 0),
                condition=Q(withdrawn_on__isnull=True),
                name="one_standing_target",
            ),
            confidence_valid("target_confidence_valid"),
        ]

    def __str__(self):
        return f"{self.indicator} {self.year or ''}".strip()

    def get_absolute_url(self):
        return reverse("programme:target", args=[self.public_id])

    @property
    def indicator(self):
        """The indicator's name; a code that the house does not know stands as it is."""
        return indicator_name(self.indicator_code)

    def contains(self, value):
        """-1 below the band, 0 within, 1 above; exact for int, Fraction and Decimal."""
        if self.lower is not None and value < _like(self.lower, value):
            return -1
        if self.upper is not None and value > _like(self.upper, value):
            return 1
        return 0


def _like(bound, value):
    from fractions import Fraction

    return bound if isinstance(value, (int, Decimal)) else Fraction(bound)


class PublishedResult(Identified, Versioned, Sourced):
    """How a year's round was reported. Empty is unknown, never none."""

    year = models.PositiveSmallIntegerField(_("year of the round"), unique=True)
    registered_enterprises = models.PositiveIntegerField(_("enterprises registered"), null=True, blank=True)
    registered_products = models.PositiveIntegerField(_("products registered"), null=True, blank=True)
    recognised_enterprises = models.PositiveIntegerField(_("enterprises recognised"), null=True, blank=True)
    recognised_products = models.PositiveIntegerField(_("products recognised"), null=True, blank=True)
    first_time_products = models.PositiveIntegerField(_("of these for the first time"), null=True, blank=True)
    top10_enterprises = models.PositiveIntegerField(_("enterprises in the Top 10"), null=True, blank=True)
    decision = models.CharField(_("document"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("published result")
        verbose_name_plural = _("published results")
        ordering = ["year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recognised_products__isnull=True)
                | Q(first_time_products__isnull=True)
                | Q(first_time_products__lte=F("recognised_products")),
                name="first_time_within_recognised",
            ),
            models.CheckConstraint(
                condition=Q(recognised_enterprises__isnull=True)
                | Q(recognised_products__isnull=True)
                | Q(recognised_enterprises__lte=F("recognised_products")),
                name="no_recognised_enterprise_without_product",
            ),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="result_year_valid"),
            models.CheckConstraint(condition=~Q(source=""), name="result_has_a_source"),
            confidence_valid("result_confidence_valid"),
        ]

    def __str__(self):
        return str(self.year)

    def get_absolute_url(self):
        return reverse("programme:result", args=[self.public_id])


class PublishedFigure(Identified, Versioned, Sourced):
    """A figure quoted in public about the programme, as it was quoted."""

    class Measure(models.TextChoices):
        REVENUE = "revenue", _("Revenue")
        EXPORTS = "exports", _("Export turnover")
        OUTPUT_SHARE = "output_share", _("Share of the city's industrial output")
        ENTERPRISES_ABOVE_1000 = "enterprises_above_1000_billion", _("Enterprises with more than 1,000 billion đồng")

    class Qualifier(models.TextChoices):
        NONE = "", "–"
        ABOUT = "about", _("about")
        OVER = "over", _("over")
        ESTIMATE = "estimate", _("estimate")

    class Scope(models.TextChoices):
        UNKNOWN = "unknown", _("not known")
        RECOGNISED = "recognised", _("enterprises recognised")

    award_year = models.PositiveSmallIntegerField(_("year of the round"))
    reference_year = models.PositiveSmallIntegerField(_("year of the figures"), null=True, blank=True)
    scope = models.CharField(_("scope"), max_length=20, choices=Scope)
    scope_count = models.PositiveIntegerField(_("number of enterprises"), null=True, blank=True)
    measure = models.CharField(_("figure quoted"), max_length=40, choices=Measure)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    qualifier = models.CharField(_("said as"), max_length=10, choices=Qualifier, blank=True)
    reproducible = models.BooleanField(_("can be reproduced"), default=False)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        ordering = ["award_year", "measure"]
        constraints = [
            models.CheckConstraint(
                condition=Q(measure__in=["revenue", "exports", "output_share", "enterprises_above_1000_billion"]),
                name="published_measure_valid",
            ),
            models.CheckConstraint(
                condition=Q(unit__in=["percent", "enterprise", "vnd_billion", "usd_million", "usd_billion"]),
                name="published_unit_valid",
            ),
            models.CheckConstraint(
                condition=Q(qualifier__in=["", "about", "over", "estimate"]), name="published_qualifier_valid"
            ),
            models.CheckConstraint(
                condition=Q(scope="unknown", scope_count__isnull=True)
                | Q(scope="recognised", scope_count__isnull=False, scope_count__gt=0),
                name="published_scope_with_its_count",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="published_value_not_negative"),
            models.CheckConstraint(
                condition=Q(reference_year__isnull=True) | Q(reference_year__lte=F("award_year")),
                name="published_reference_year_not_later",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="published_has_a_source"),
            models.UniqueConstraint(fields=["award_year", "measure", "unit"], name="one_published_figure"),
            confidence_valid("published_confidence_valid"),
        ]

    def __str__(self):
        return f"{self.get_measure_display()} {self.award_year}"

    def get_absolute_url(self):
        return reverse("programme:figure", args=[self.public_id])
