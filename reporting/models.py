from fractions import Fraction

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified
from audit.revisions import Revised


class CityStatistic(Identified, Revised):
    """What the statistical office says about the city in a year. A revision supersedes, it never overwrites.

    `amount` is in whole đồng, whole US cents, or hundredths of a percent, as `unit` says. Estimates, preliminary and
    official figures of one year stand beside each other, each with its own revisions.
    """

    class Measure(models.TextChoices):
        OUTPUT = "output", _("Industrial output")
        EXPORTS = "exports", _("Exports of goods")
        IIP = "iip", _("Index of industrial production against last year")

    class Unit(models.TextChoices):
        VND = "vnd", _("đồng")
        USD_CENTS = "usd_cents", _("US cents")
        INDEX = "index_x100", _("hundredths of a percent")

    class Prices(models.TextChoices):
        CURRENT = "current", _("Current prices")
        CONSTANT = "constant", _("Constant prices")

    class State(models.TextChoices):
        ESTIMATE = "estimate", _("Estimate")
        PRELIMINARY = "preliminary", _("Preliminary figure")
        OFFICIAL = "official", _("Official figure")

    measure = models.CharField(_("measure"), max_length=20, choices=Measure)
    year = models.PositiveSmallIntegerField(_("year"))
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    amount = models.BigIntegerField(_("amount"))
    prices = models.CharField(_("prices"), max_length=10, choices=Prices, default=Prices.CURRENT)
    base_year = models.PositiveSmallIntegerField(_("base year"), null=True, blank=True)
    state = models.CharField(_("state of the figure"), max_length=20, choices=State)
    source = models.CharField(_("source"), max_length=300)
    published_on = models.DateField(_("published on"))
    vsic_coverage = models.CharField(_("coverage by VSIC"), max_length=40, blank=True, default="B-E")
    reason = models.CharField(_("reason for the revision"), max_length=300, blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name=_("supersedes")
    )
    import_batch = models.UUIDField(_("import"), null=True, editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    class Meta:
        verbose_name = _("city statistic")
        verbose_name_plural = _("city statistics")
        ordering = ["measure", "-year", "prices", "state", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "year", "prices", "base_year", "state"],
                condition=Q(superseded_at__isnull=True, base_year__isnull=False),
                name="one_statistic_constant",
            ),
            models.UniqueConstraint(
                fields=["measure", "year", "prices", "state"],
                condition=Q(superseded_at__isnull=True, base_year__isnull=True),
                name="one_statistic_current",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="statistic_above_zero"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="statistic_year_valid"),
            models.CheckConstraint(
                condition=Q(measure="output", unit="vnd")
                | Q(measure="exports", unit="usd_cents")
                | Q(measure="iip", unit="index_x100"),
                name="statistic_unit_of_measure",
            ),
            models.CheckConstraint(
                condition=Q(prices="current", base_year__isnull=True)
                | Q(prices="constant", base_year__isnull=False, measure="output"),
                name="statistic_base_year_when_constant",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["estimate", "preliminary", "official"]), name="statistic_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
                name="statistic_superseded_after",
            ),
        ]

    def __str__(self):
        return f"{self.get_measure_display()} {self.year} ({self.get_state_display()})"

    @property
    def was_withdrawn(self):
        """Out of use without a revision in its place."""
        return self.superseded_at is not None and not hasattr(self, "superseded_by")


class IndicatorQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(retired_at__isnull=True)


class Indicator(Identified):
    """An indicator, or one variant of it: variants of the same `family` stand side by side."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    family = models.CharField(_("indicator"), max_length=40)
    place = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    retired_at = models.DateTimeField(_("no longer used since"), null=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["place", "code"]
        constraints = [models.CheckConstraint(condition=~Q(code="") & ~Q(family=""), name="indicator_named")]

    def __str__(self):
        return self.code


class IndicatorVersion(Identified, Revised):
    """A version of an indicator's definition. Never changed: a new version supersedes it from its time on."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="versions", verbose_name=_("indicator"))
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    definition = models.JSONField(_("definition"))
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    confirmed = models.BooleanField(_("confirmed by a document"), default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("version of an indicator")
        verbose_name_plural = _("versions of indicators")
        ordering = ["indicator", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "revision"], name="one_indicator_version"),
            models.UniqueConstraint(
                fields=["indicator"], condition=Q(superseded_at__isnull=True), name="one_current_indicator_version"
            ),
        ]

    def __str__(self):
        return f"{self.name} v{self.revision}"

    @property
    def name(self):
        return self.name_en if (get_language() or "vi").startswith("en") else self.name_vi

    @cached_property
    def read(self):
        from reporting.definitions import read

        return read(self.definition)


class Family(models.TextChoices):
    """The indicators that the programme is judged by; what each means is in the versions' definitions."""

    OUTPUT_SHARE = "output_share", _("Share of the city's industrial output")
    EXPORT_SHARE = "export_share", _("Share of the city's exports")
    TURNS = "turns", _("Enterprise-turns supported")
    SUPPORTED = "supported", _("Enterprises supported")
    SUPPORTED_SHARE = "supported_share", _("Share of recognised enterprises supported")
    PRODUCTS_RECOGNISED = "products_recognised", _("Products recognised in the year")
    PRODUCTS_FIRST_TIME = "products_first_time", _("Products recognised for the first time")
    PRODUCTS = "products", _("Products recognised since the period began")
    ENTERPRISES_RECOGNISED = "enterprises_recognised", _("Enterprises recognised in the year")
    ENTERPRISES = "enterprises", _("Enterprises recognised since the period began")
    ENTERPRISES_IN_FORCE = "enterprises_in_force", _("Enterprises with a title in force")
    OUTPUT_GROWTH = "output_growth", _("Growth of output")
    SUPPORT_MONEY = "support_money", _("Support money")


class KpiRunQuerySet(models.QuerySet):
    def done(self):
        return self.filter(state=KpiRun.State.DONE)

    def for_year(self, year):
        return self.filter(year_from__lte=year, year_to__gte=year)

    def newest_of(self, year):
        """The finished run that knows most about `year`: the one with the latest cut-off."""
        return self.done().for_year(year).order_by("-cutoff", "-id").first()


class KpiRun(Identified):
    """One computation of the indicators of one or more years, as of a cut-off. Only a DONE run is ever read."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to run")
        DONE = "done", _("Done")

    class Occasion(models.TextChoices):
        NIGHTLY = "nightly", _("Every night")
        ON_DEMAND = "on_demand", _("On demand")

    year_from = models.PositiveSmallIntegerField(_("from year"))
    year_to = models.PositiveSmallIntegerField(_("to year"))
    cutoff = models.DateTimeField(_("cut-off"))
    occasion = models.CharField(_("occasion"), max_length=20, choices=Occasion, default=Occasion.ON_DEMAND)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    versions = models.JSONField(_("versions of the indicators"), default=dict)
    job = models.OneToOneField("jobs.Job", models.PROTECT, null=True, related_name="kpi_run", verbose_name=_("job"))
    actor = models.CharField(_("asked by"), max_length=80)
    created_at = models.DateTimeField(_("asked at"))
    done_at = models.DateTimeField(_("done at"), null=True)

    objects = KpiRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("computation of indicators")
        verbose_name_plural = _("computations of indicators")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="run_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "done"]), name="run_state_valid"),
            models.CheckConstraint(condition=Q(year_to__gte=F("year_from")), name="run_years_in_order"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) & ~Q(digest="")
                | ~Q(state="done") & Q(done_at__isnull=True, digest=""),
                name="run_done_with_digest",
            ),
        ]

    def __str__(self):
        return f"{self.years_text} · {self.cutoff:%Y-%m-%d %H:%M}"

    @property
    def years(self):
        return range(self.year_from, self.year_to + 1)

    @property
    def years_text(self):
        return str(self.year_from) if self.year_from == self.year_to else f"{self.year_from}–{self.year_to}"


class Verdict(models.TextChoices):
    BELOW = "below", _("Not reached")
    WITHIN = "within", _("Reached")
    ABOVE = "above", _("Exceeded")
    NOT_ASSESSABLE = "not_assessable", _("Not enough to judge by")


class FigureKind(models.TextChoices):
    PROVISIONAL = "provisional", _("Provisional")
    OFFICIAL = "official", _("Official")


class Measured(models.Model):
    """What every value says about itself: exact numerator and denominator, coverage, bounds, verdict, provenance.

    A count has no denominator. `lower` is the lower bound of the numerator; `upper` what it can come to by the method
    the definition names, `open_units` enterprises left out, which that method does not reach: only while there are none
    is it a bound (`exact_upper`). `statistics` are the revisions of city statistics that were read, `target` the band.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    unit = models.CharField(_("unit"), max_length=20)
    numerator = models.BigIntegerField(_("numerator"), null=True)
    denominator = models.BigIntegerField(_("denominator"), null=True)
    reporting = models.PositiveIntegerField(_("enterprises that report"), null=True)
    counted = models.PositiveIntegerField(_("enterprises that count"), null=True)
    lower = models.BigIntegerField(_("lower bound"), null=True)
    upper = models.BigIntegerField(_("upper bound"), null=True)
    open_units = models.PositiveIntegerField(
        _("missing enterprises that the upper bound says nothing about"), default=0
    )
    kind = models.CharField(_("kind of figure"), max_length=20, choices=FigureKind, default=FigureKind.PROVISIONAL)
    estimated = models.BooleanField(_("denominator is estimated"), default=False)
    statistic_state = models.CharField(
        _("state of the city's figure"), max_length=20, choices=CityStatistic.State, blank=True
    )
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict)
    reason = models.CharField(_("why"), max_length=40, blank=True)
    target = models.JSONField(_("target"), default=dict)
    statistics = models.JSONField(_("city statistics"), default=list)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        abstract = True

    @property
    def is_ratio(self):
        return self.unit == "percent"

    @property
    def exact(self):
        """The value as an exact Fraction (a share as a share of one), or None while it is unknown."""
        return self._over(self.numerator)

    @property
    def exact_lower(self):
        return self._over(self.lower)

    @property
    def exact_upper(self):
        """None while enterprises are missing whose figure could be anything."""
        return None if self.open_units else self._over(self.upper)

    def _over(self, above):
        if above is None:
            return None
        if not self.is_ratio:
            return Fraction(above)
        return Fraction(above, self.denominator) if self.denominator else None

    @property
    def coverage(self):
        return Fraction(self.reporting, self.counted) if self.counted else None


class KpiValueQuerySet(models.QuerySet):
    def readable(self):
        """Values of finished runs; what a dead attempt left behind is never seen."""
        return self.filter(run__state=KpiRun.State.DONE, attempt=F("run__attempt"))


class KpiValue(Identified, Measured):
    """One value of a run. Written by an attempt; read only when the run is DONE and the attempt is the run's."""

    run = models.ForeignKey(KpiRun, models.PROTECT, related_name="values", verbose_name=_("computation"))
    attempt = models.PositiveIntegerField(_("attempt"))
    version = models.ForeignKey(IndicatorVersion, models.PROTECT, related_name="values", verbose_name=_("definition"))

    objects = KpiValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("value of an indicator")
        verbose_name_plural = _("values of indicators")
        constraints = [
            models.UniqueConstraint(fields=["run", "attempt", "version", "year"], name="one_value_an_attempt"),
            models.CheckConstraint(
                condition=Q(verdict__in=["below", "within", "above", "not_assessable"]), name="value_verdict_valid"
            ),
            models.CheckConstraint(
                condition=~Q(verdict="not_assessable") | ~Q(reason=""), name="value_says_why_not_assessable"
            ),
            models.CheckConstraint(
                condition=Q(upper__isnull=True) | Q(lower__isnull=True) | Q(upper__gte=F("lower")),
                name="value_bounds_in_order",
            ),
            models.CheckConstraint(
                condition=Q(reporting__isnull=True) | Q(reporting__lte=F("counted")), name="value_coverage_within_one"
            ),
            models.CheckConstraint(
                condition=~Q(unit="percent") | Q(denominator__isnull=True) | Q(denominator__gt=0),
                name="value_denominator_above_zero",
            ),
        ]

    def __str__(self):
        return f"{self.version} {self.year}"


class Dimension(models.TextChoices):
    GROUP = "group", _("Product group")
    WARD = "ward", _("Ward or commune")
    SIZE = "size", _("Size")
    CONTENT_AREA = "content_area", _("Content area")


class KpiPart(models.Model):
    """A value's part that belongs to one group, ward, size or content area. Groups overlap; the total counts once."""

    value = models.ForeignKey(KpiValue, models.CASCADE, related_name="parts")
    dimension = models.CharField(_("by"), max_length=20, choices=Dimension)
    code = models.CharField(_("code"), max_length=40, blank=True)
    amount = models.BigIntegerField(_("contribution"))
    base = models.BigIntegerField(_("base"), null=True)
    enterprises = models.PositiveIntegerField(_("enterprises"))

    class Meta:
        verbose_name = _("part of a value")
        verbose_name_plural = _("parts of values")
        constraints = [models.UniqueConstraint(fields=["value", "dimension", "code"], name="one_part_a_code")]

    def __str__(self):
        return f"{self.dimension}:{self.code}"


class SourceKind(models.TextChoices):
    FIGURE = "figure", _("Yearly figures")
    TITLE = "title", _("Title")
    SUPPORT = "support", _("Support record")
    ENTERPRISE = "enterprise", _("Enterprise")


class KpiRow(models.Model):
    """A row behind a value of the newest finished run, kept for looking and exporting at once.

    Older runs' rows are let go: computing again at the same cut-off brings them back, and the value's digest says
    whether they are the same. Rows under a published value are `PublishedRow` and stay.
    """

    value = models.ForeignKey(KpiValue, models.CASCADE, related_name="source_rows")
    source_kind = models.CharField(_("kind of row"), max_length=20, choices=SourceKind)
    source_id = models.UUIDField(_("row"))
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    unit = models.ForeignKey(
        "enterprises.Enterprise", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    contribution = models.BigIntegerField(_("contribution"))
    base = models.BigIntegerField(_("base"), null=True)
    ward_code = models.CharField(_("ward or commune"), max_length=40, blank=True)
    group_codes = models.CharField(_("product groups"), max_length=200, blank=True)
    size = models.CharField(_("size"), max_length=10, blank=True)
    area_code = models.CharField(_("content area"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("row behind a value")
        verbose_name_plural = _("rows behind values")
        indexes = [models.Index(fields=["value", "-contribution", "id"], name="kpi_row_by_size")]

    def __str__(self):
        return f"{self.source_id} {self.contribution}"


class KpiChoice(Identified, Revised):
    """The director's choice of the variant that counts, by a numbered paper. A later choice supersedes."""

    family = models.CharField(_("indicator"), max_length=40, choices=Family)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="choices", verbose_name=_("variant"))
    paper_number = models.CharField(_("number of the paper"), max_length=60)
    paper_on = models.DateField(_("date of the paper"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("chosen variant")
        verbose_name_plural = _("chosen variants")
        ordering = ["family", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["family"], condition=Q(superseded_at__isnull=True), name="one_choice_a_family"
            ),
            models.CheckConstraint(condition=~Q(paper_number=""), name="choice_has_a_paper"),
        ]

    def __str__(self):
        return f"{self.family}: {self.indicator} ({self.paper_number})"


class KpiPublicationQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(superseded_by__isnull=True)


class KpiPublication(Identified):
    """The figures of a year as published by a numbered paper. Never changed: a later one supersedes with a reason."""

    year = models.PositiveSmallIntegerField(_("year"))
    revision = models.PositiveIntegerField(_("revision"))
    run = models.ForeignKey(KpiRun, models.PROTECT, related_name="publications", verbose_name=_("computation"))
    cutoff = models.DateTimeField(_("cut-off"))
    paper_number = models.CharField(_("number of the paper"), max_length=60)
    paper_on = models.DateField(_("date of the paper"))
    published_by = models.UUIDField(_("published by"))
    published_at = models.DateTimeField(_("published at"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name=_("supersedes")
    )
    digest = models.CharField(_("digest"), max_length=64)

    objects = KpiPublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-year", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["year", "revision"], name="one_publication_a_revision"),
            models.CheckConstraint(
                condition=Q(revision=1, supersedes__isnull=True)
                | Q(revision__gt=1, supersedes__isnull=False) & ~Q(reason=""),
                name="publication_supersedes_with_reason",
            ),
            models.CheckConstraint(condition=~Q(paper_number=""), name="publication_has_a_paper"),
        ]

    def __str__(self):
        return f"{self.year} ({self.revision}) · {self.paper_number}"


class PublishedValue(Identified, Measured):
    """A published value, copied whole: definition, target, statistics and parts as they were."""

    publication = models.ForeignKey(KpiPublication, models.PROTECT, related_name="values")
    family = models.CharField(_("indicator"), max_length=40)
    indicator_code = models.CharField(_("code"), max_length=60)
    version = models.ForeignKey(IndicatorVersion, models.PROTECT, related_name="published")
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    definition = models.JSONField(_("definition"))
    choice = models.ForeignKey(KpiChoice, models.PROTECT, null=True, related_name="published")
    parts = models.JSONField(_("parts"), default=list)

    class Meta:
        verbose_name = _("published value")
        verbose_name_plural = _("published values")
        constraints = [models.UniqueConstraint(fields=["publication", "family"], name="one_published_value")]

    def __str__(self):
        return f"{self.indicator_code} {self.year}"

    @property
    def name(self):
        return self.name_en if (get_language() or "vi").startswith("en") else self.name_vi


class PublishedRow(models.Model):
    """A row behind a published value, copied with its contribution and the names it had."""

    value = models.ForeignKey(PublishedValue, models.PROTECT, related_name="source_rows")
    position = models.PositiveIntegerField(_("place in the list"))
    source_kind = models.CharField(_("kind of row"), max_length=20, choices=SourceKind)
    source_id = models.UUIDField(_("row"))
    enterprise_id = models.UUIDField(_("enterprise"))
    tax_code = models.CharField(_("tax code"), max_length=20)
    enterprise_name = models.CharField(_("enterprise"), max_length=300)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    contribution = models.BigIntegerField(_("contribution"))
    base = models.BigIntegerField(_("base"), null=True)
    ward_code = models.CharField(_("ward or commune"), max_length=40, blank=True)
    group_codes = models.CharField(_("product groups"), max_length=200, blank=True)
    size = models.CharField(_("size"), max_length=10, blank=True)
    area_code = models.CharField(_("content area"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("published row")
        verbose_name_plural = _("published rows")
        constraints = [models.UniqueConstraint(fields=["value", "position"], name="one_published_row")]
        indexes = [
            models.Index(fields=["value", "-contribution"], name="published_row_by_size"),
            models.Index(fields=["source_id"], name="published_row_by_source"),
        ]

    def __str__(self):
        return f"{self.tax_code} {self.contribution}"
