"""Versioned reference data: the map, VSIC, product groups, agencies, rates, the calendar, and rules that are data."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Upper
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified, Versioned
from screens.text import fold, sort_key


class Confidence(models.TextChoices):
    """How sure a fact is, and why."""

    A = "A", _("A – read in the document itself")
    B = "B", _("B – press or official site citing the document")
    C = "C", _("C – one weak source")
    D = "D", _("D – derived by comparing sources")
    K = "K", _("K – office knowledge, not verified")


def confidence_valid(name):
    return models.CheckConstraint(condition=Q(confidence__in=["A", "B", "C", "D", "K"]), name=name)


class Sourced(models.Model):
    """A row that says where it was read and how sure that is."""

    confidence = models.CharField(_("how sure"), max_length=1, choices=Confidence, default=Confidence.K)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        abstract = True


class BilingualName(models.Model):
    """`name_vi` and `name_en`; `.name` in the language of the reader, Vietnamese where there is no English."""

    name_vi = models.CharField(_("name in Vietnamese"), max_length=300)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def name(self):
        if self.name_en and (get_language() or "vi").startswith("en"):
            return self.name_en
        return self.name_vi


class ReferenceQuerySet(models.QuerySet):
    def in_force(self, on: date):
        """Rows that hold on the day `on`."""
        return self.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))

    def ordered(self):
        """In Vietnamese order of names."""
        return self.order_by("sort_key", "code", "valid_from")


class ReferenceItem(Identified, Versioned, BilingualName, Sourced):
    """The one pattern of reference data: a code with names, in force from a day to a day (both included).

    No two rows with the same KEY hold on one day (a guard). A row is ended, never removed.
    """

    KEY = ("code",)
    FIXED = ()  # what never changes in place: another value is another row, from a later day

    code = models.CharField(_("code"), max_length=40)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    sort_key = models.TextField(editable=False, default="")
    folded = models.TextField(editable=False, default="")

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["code", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(class)s_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name_vi=""), name="%(class)s_code_and_name"),
            confidence_valid("%(class)s_confidence_valid"),
        ]

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse(f"reference:{self._meta.model_name}", args=[self.public_id])

    def derive(self):
        """Fill the columns that follow from others: the order of names, and the text that searches read."""
        self.sort_key = sort_key(self.name_vi)
        parts = (self.code, self.name_vi, self.name_en, getattr(self, "short_name", ""))
        self.folded = fold(" ".join(part for part in parts if part))

    def is_in_force(self, on: date):
        return self.valid_from <= on and (self.valid_to is None or self.valid_to >= on)


class AdministrativeUnit(ReferenceItem):
    """A district (until 2025-06-30) or a ward or commune (since 2025-07-01) of Hà Nội. Codes are text."""

    class Kind(models.TextChoices):
        DISTRICT = "district", _("District level")
        WARD = "ward", _("Ward level")

    class UnitType(models.TextChoices):
        QUAN = "quan", _("Urban district")
        HUYEN = "huyen", _("Rural district")
        THI_XA = "thi_xa", _("Town")
        PHUONG = "phuong", _("Ward")
        XA = "xa", _("Commune")

    KEY = ("kind", "code")

    kind = models.CharField(_("level"), max_length=10, choices=Kind)
    unit_type = models.CharField(_("type of unit"), max_length=10, choices=UnitType)

    class Meta(ReferenceItem.Meta):
        verbose_name = _("administrative unit")
        verbose_name_plural = _("administrative units")
        indexes = [models.Index(fields=["kind", "code"], name="unit_by_code")]
        constraints = [
            *ReferenceItem.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="district", unit_type__in=["quan", "huyen", "thi_xa"])
                | Q(kind="ward", unit_type__in=["phuong", "xa"]),
                name="unit_type_of_its_kind",
            ),
        ]


class UnitSuccession(Identified, Sourced):
    """Part of an old unit went into a new one on a day: many to many, so an address is never converted by itself."""

    KEY = ("old", "new")
    FIXED = ()

    old = models.ForeignKey(
        AdministrativeUnit, on_delete=models.PROTECT, related_name="successions", verbose_name=_("old unit")
    )
    new = models.ForeignKey(
        AdministrativeUnit, on_delete=models.PROTECT, related_name="origins", verbose_name=_("new unit")
    )
    on = models.DateField(_("since"))
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("succession of units")
        verbose_name_plural = _("successions of units")
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="one_succession_a_pair"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="succession_between_two_units"),
            confidence_valid("succession_confidence_valid"),
        ]

    def __str__(self):
        return f"{self.old} → {self.new}"


class IndustryCode(ReferenceItem):
    """A section or division of the Vietnam standard industrial classification; a code means nothing without its version."""

    class Classification(models.TextChoices):
        VSIC2018 = "VSIC2018", _("VSIC 2018")
        VSIC2025 = "VSIC2025", _("VSIC 2025")

    class Level(models.IntegerChoices):
        SECTION = 1, _("Section")
        DIVISION = 2, _("Division")
        GROUP = 3, _("Group")
        CLASS = 4, _("Class")
        SUBCLASS = 5, _("Subclass")

    KEY = ("classification", "code")

    classification = models.CharField(_("classification"), max_length=10, choices=Classification)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    parent_code = models.CharField(_("belongs to"), max_length=10, blank=True)

    class Meta(ReferenceItem.Meta):
        verbose_name = _("industry code")
        verbose_name_plural = _("industry codes")
        ordering = ["classification", "level", "code", "valid_from"]
        constraints = [
            *ReferenceItem.Meta.constraints,
            models.CheckConstraint(
                condition=Q(classification__in=["VSIC2018", "VSIC2025"]), name="industry_classification_valid"
            ),
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3, 4, 5]), name="industry_level_valid"),
            models.CheckConstraint(
                condition=Q(level=1, parent_code="") | Q(level__gt=1) & ~Q(parent_code=""),
                name="industry_has_a_parent_below_sections",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class ProductGroup(ReferenceItem):
    """A group of key industrial products; the list changes between periods."""

    divisions = models.CharField(_("nearest VSIC divisions"), max_length=100, blank=True)

    class Meta(ReferenceItem.Meta):
        verbose_name = _("product group")
        verbose_name_plural = _("product groups")


class Agency(ReferenceItem):
    """A body that the programme works with, with the one that took over its work."""

    short_name = models.CharField(_("short name"), max_length=80, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("work taken over by"),
    )

    class Meta(ReferenceItem.Meta):
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            *ReferenceItem.Meta.constraints,
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(valid_to__isnull=False), name="agency_with_successor_has_ended"
            ),
            models.CheckConstraint(condition=~Q(successor=F("id")), name="agency_does_not_succeed_itself"),
        ]


class ContentArea(ReferenceItem):
    """One of the content areas by which plan, money, support and reports break down."""

    class Meta(ReferenceItem.Meta):
        verbose_name = _("content area")
        verbose_name_plural = _("content areas")


class SupportKind(ReferenceItem):
    """One of the kinds of support."""

    class Meta(ReferenceItem.Meta):
        verbose_name = _("kind of support")
        verbose_name_plural = _("kinds of support")


class MoneySource(ReferenceItem):
    """Where money comes from, and whether it counts against the programme's ceiling."""

    FIXED = ("counts_to_ceiling",)

    counts_to_ceiling = models.BooleanField(_("counts against the ceiling"), default=True)

    class Meta(ReferenceItem.Meta):
        verbose_name = _("source of money")
        verbose_name_plural = _("sources of money")


class SizeThreshold(ReferenceItem):
    """Up to where an enterprise is micro, small or medium: labour AND (revenue OR capital)."""

    class Column(models.TextChoices):
        INDUSTRY = "industry", _("Agriculture, industry and construction")
        SERVICES = "services", _("Trade and services")

    class Size(models.TextChoices):
        MICRO = "micro", _("Micro enterprise")
        SMALL = "small", _("Small enterprise")
        MEDIUM = "medium", _("Medium enterprise")
        LARGE = "large", _("Large enterprise")

    KEY = ("sector_column", "size")
    FIXED = ("labour_max", "revenue_max_vnd", "capital_max_vnd")

    sector_column = models.CharField(_("field of activity"), max_length=10, choices=Column)
    size = models.CharField(_("size"), max_length=10, choices=[(s, label) for s, label in Size.choices if s != "large"])
    labour_max = models.PositiveIntegerField(_("workers with social insurance, at most"))
    revenue_max_vnd = models.BigIntegerField(_("revenue of the year, at most"))
    capital_max_vnd = models.BigIntegerField(_("total capital, at most"))

    class Meta(ReferenceItem.Meta):
        verbose_name = _("size threshold")
        verbose_name_plural = _("size thresholds")
        constraints = [
            *ReferenceItem.Meta.constraints,
            models.CheckConstraint(
                condition=Q(sector_column__in=["industry", "services"]), name="threshold_column_valid"
            ),
            models.CheckConstraint(condition=Q(size__in=["micro", "small", "medium"]), name="threshold_size_valid"),
            models.CheckConstraint(
                condition=Q(labour_max__gt=0, revenue_max_vnd__gt=0, capital_max_vnd__gt=0),
                name="threshold_limits_positive",
            ),
        ]


class Rule(ReferenceItem):
    """A rule of counting, a limit or a cap that is data: a code and its value.

    The value of a rule never changes: a new value is a new row from a later day, so that a count of the past reads
    the rule of its own day for ever.
    """

    FIXED = ("value",)

    value = models.JSONField(_("value"), default=dict)

    class Meta(ReferenceItem.Meta):
        verbose_name = _("rule")
        verbose_name_plural = _("rules")


class ExchangeRateQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_on__isnull=True)


class ExchangeRate(Identified, Versioned, Sourced):
    """What one unit of a currency was worth on a day, in whole đồng. A wrong rate is withdrawn and entered anew."""

    KEY = ("currency", "on")
    FIXED = ("vnd_per_unit",)

    currency = models.CharField(_("currency"), max_length=3)
    on = models.DateField(_("on"))
    vnd_per_unit = models.BigIntegerField(_("đồng for one unit"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True, editable=False)

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-on"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "on"], condition=Q(withdrawn_on__isnull=True), name="one_rate_a_day"
            ),
            models.CheckConstraint(
                condition=Q(vnd_per_unit__gt=0, vnd_per_unit__lte=10_000_000), name="rate_plausible"
            ),
            models.CheckConstraint(
                condition=Q(Exact(Length("currency"), 3), currency=Upper("currency")), name="rate_currency_valid"
            ),
            confidence_valid("rate_confidence_valid"),
        ]

    def __str__(self):
        return f"{self.currency} {self.on:%d/%m/%Y}"


class CalendarDay(Identified, Versioned, BilingualName, Sourced):
    """A day on which the city's offices differ from the week: off, or a working Saturday or Sunday."""

    class Kind(models.TextChoices):
        OFF = "off", _("Day off")
        WORK = "work", _("Working day at a weekend")
        ORDINARY = "ordinary", _("As any day of the week (entry withdrawn)")

    KEY = ("on",)
    FIXED = ()

    on = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    basis = models.CharField(_("basis"), max_length=300)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["on"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["off", "work", "ordinary"]), name="day_kind_valid"),
            models.CheckConstraint(condition=~Q(basis=""), name="day_has_a_basis"),
            confidence_valid("day_confidence_valid"),
        ]

    def __str__(self):
        return f"{self.on:%d/%m/%Y} {self.name}"


class Load(Identified):
    """One run of a loading command that changed something or met rows that people had edited."""

    at = models.DateTimeField(_("time"))
    room = models.CharField(_("data"), max_length=20)
    actor = models.CharField(_("who"), max_length=80)
    created = models.PositiveIntegerField(_("rows added"))
    updated = models.PositiveIntegerField(_("rows changed"))
    unchanged = models.PositiveIntegerField(_("rows as before"))
    kept = models.JSONField(_("rows kept as people edited them"), default=list)

    class Meta:
        verbose_name = _("load")
        verbose_name_plural = _("loads")
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.room} {self.at:%d/%m/%Y %H:%M}"
