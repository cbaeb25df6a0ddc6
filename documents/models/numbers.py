"""Numbers of papers: series as data, a counter for each year, and the register of what was given to papers that go out."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from audit.identity import Identified, Versioned
from reference.models import BilingualName, Sourced, confidence_valid
from screens.text import fold, sort_key


class SeriesQuerySet(models.QuerySet):
    def in_use(self, on: date):
        """Those from which numbers are given on the day `on`."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))

    def in_register(self, register):
        """Those of one register."""
        return self.filter(register=register)

    def of_the_department(self):
        """Those of papers that the Department itself issues, not a council."""
        return self.filter(register=NumberSeries.Register.OUT, on_behalf_of="").exclude(issuer="")

    def laid_out(self):
        """Those whose papers are drafted in the portal."""
        return self.exclude(layout="")


class NumberSeries(Identified, Versioned, BilingualName, Sourced):
    """One series of numbers (Quyết định, Công văn…): how its symbol is written and who gives its numbers.

    Who numbers and how it counts never change; where they do in the Department, the series is ended and another entered.
    """

    class NumberedBy(models.TextChoices):
        PORTAL = "portal", _("The portal: the next number, without gaps")
        SYSTEM = "system", _("The city's document system: number and date are typed in")

    class Register(models.TextChoices):
        OUT = "out", _("Papers that go out")
        IN = "in", _("Papers that come in")

    class Layout(models.TextChoices):
        NAMED = "named", _("Its kind as a heading (BÁO CÁO, TỜ TRÌNH…)")
        LETTER = "letter", _("Official letter: its subject under the number")
        DECISION = "decision", _("Decision: bases, then what is decided")

    code = models.CharField(_("code"), max_length=40, unique=True)
    register = models.CharField(_("register"), max_length=3, choices=Register, default=Register.OUT)
    numbered_by = models.CharField(_("who gives the numbers"), max_length=6, choices=NumberedBy)
    pattern = models.CharField(_("number and symbol"), max_length=60)
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for papers of"),
    )
    counts_each_office = models.BooleanField(_("each office has numbers of its own"), default=False)
    layout = models.CharField(_("layout"), max_length=8, choices=Layout, blank=True)
    heading = models.CharField(_("kind as it is printed"), max_length=100, blank=True)
    superior = models.TextField(_("body above the issuer"), blank=True)
    issuer = models.TextField(_("issuer"), blank=True)
    on_behalf_of = models.CharField(_("council it is signed for"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    ended_on = models.DateField(_("ended from"), null=True, blank=True, editable=False)
    sort_key = models.TextField(editable=False, default="")
    folded = models.TextField(editable=False, default="")

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        ordering = ["sort_key", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(numbered_by__in=["portal", "system"]), name="series_numbered_by_valid"),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name_vi="") & Q(pattern__contains="{number}"), name="series_code_name_symbol"
            ),
            models.CheckConstraint(
                condition=Q(office__isnull=True) | Q(counts_each_office=False), name="series_of_one_office_counts_once"
            ),
            models.CheckConstraint(
                condition=Q(layout="")
                | Q(layout="letter") & ~Q(issuer="")
                | Q(layout__in=["named", "decision"]) & ~Q(issuer="") & ~Q(heading=""),
                name="series_laid_out_whole",
            ),
            models.CheckConstraint(
                condition=Q(register="out")
                | Q(register="in", layout="", pattern="{number}", office__isnull=True, counts_each_office=False),
                name="series_of_one_register",
            ),
            confidence_valid("series_confidence_valid"),
        ]

    def get_absolute_url(self):
        return reverse("documents:series", args=[self.public_id])

    def derive(self):
        self.sort_key = sort_key(self.name_vi)
        self.folded = fold(" ".join(part for part in (self.code, self.name_vi, self.name_en, self.pattern) if part))

    @property
    def is_portals(self):
        return self.numbered_by == self.NumberedBy.PORTAL

    def symbol_parts(self, *, office, year):
        """What stands before and after the number on a paper that has none yet."""
        before, after = self.pattern.split("{number}")
        words = {"{office}": office.symbol or office.code, "{year}": str(year)}
        for place, word in words.items():
            before, after = before.replace(place, word), after.replace(place, word)
        return before, after

    def is_ended(self, on: date):
        return self.ended_on is not None and on >= self.ended_on

    def symbol_of(self, number, *, office, year):
        """The whole number as it stands on paper: 07/QĐ-SCT; numbers below ten get a zero before them."""
        before, after = self.symbol_parts(office=office, year=year)
        return f"{before}{number:02d}{after}"


class NumberCounter(Identified):
    """How far a series has counted in one year, for the whole Department or for one office.

    The database itself moves it on with each number of the portal; `starts_after` is the last number given elsewhere
    before the portal began to count.
    """

    series = models.ForeignKey(
        NumberSeries, on_delete=models.PROTECT, related_name="counters", verbose_name=_("series of numbers")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("office"))
    numbered_by = models.CharField(_("who gives the numbers"), max_length=6, choices=NumberSeries.NumberedBy)
    starts_after = models.PositiveIntegerField(_("last number given before the portal"), default=0)
    last_number = models.PositiveIntegerField(_("last number"), default=0)
    last_on = models.DateField(_("date of the last number"), null=True)

    class Meta:
        verbose_name = _("counter of numbers")
        verbose_name_plural = _("counters of numbers")
        ordering = ["-year", "office"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year"], condition=Q(office__isnull=True), name="one_counter_a_year"
            ),
            models.UniqueConstraint(
                fields=["series", "year", "office"], condition=Q(office__isnull=False), name="one_counter_an_office"
            ),
            models.CheckConstraint(condition=Q(numbered_by__in=["portal", "system"]), name="counter_numbered_by_valid"),
            models.CheckConstraint(
                condition=Q(numbered_by="portal", last_number__gte=F("starts_after"))
                | Q(numbered_by="system", starts_after=0, last_number=0, last_on__isnull=True),
                name="counter_counts_for_the_portal",
            ),
        ]

    def __str__(self):
        return f"{self.series} {self.year}"


class NumberQuerySet(models.QuerySet):
    def standing(self):
        """Those that were not made void."""
        return self.filter(voided_at__isnull=True)


class PaperNumber(Identified, Versioned):
    """A number that was given to a paper: a line of the register of papers that go out (sổ đăng ký văn bản đi).

    Number, symbol and date stay for ever. A void number stays with its reason and, where the portal counts, is never
    given again.
    """

    counter = models.ForeignKey(
        NumberCounter, on_delete=models.PROTECT, related_name="numbers", verbose_name=_("counter of numbers")
    )
    series = models.ForeignKey(
        NumberSeries, on_delete=models.PROTECT, related_name="numbers", verbose_name=_("series of numbers")
    )
    by_portal = models.BooleanField(_("given by the portal"))
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    symbol = models.CharField(_("number and symbol"), max_length=80)
    dated_on = models.DateField(_("date of the paper"))
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office that drafted")
    )
    subject = models.CharField(_("abstract of the content"), max_length=500)
    signer = models.CharField(_("signed by"), max_length=200)
    recipients = models.TextField(_("recipients"), blank=True)
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)
    note = models.CharField(_("note"), max_length=300, blank=True)
    given_at = models.DateTimeField(_("given at"))
    given_by = models.CharField(_("given by"), max_length=80)
    voided_at = models.DateTimeField(_("made void at"), null=True)
    voided_by = models.CharField(_("made void by"), max_length=80, blank=True)
    void_reason = models.CharField(_("why it is void"), max_length=300, blank=True)
    folded = models.TextField(editable=False, default="")

    objects = NumberQuerySet.as_manager()

    class Meta:
        verbose_name = _("number of a paper")
        verbose_name_plural = _("numbers of papers")
        ordering = ["-dated_on", "-id"]
        indexes = [models.Index(fields=["-dated_on", "-id"], name="number_by_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["counter", "number"],
                condition=Q(by_portal=True) | Q(voided_at__isnull=True),
                name="one_paper_a_number",
            ),
            models.UniqueConstraint(
                fields=["year", "symbol"],
                condition=Q(by_portal=True) | Q(voided_at__isnull=True),
                name="one_paper_a_symbol",
            ),
            models.CheckConstraint(
                condition=Q(number__gt=0) & ~Q(symbol="") & ~Q(subject="") & ~Q(signer="") & Q(copies__gt=0),
                name="number_says_what_for",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by="", void_reason="")
                | Q(voided_at__isnull=False) & ~Q(voided_by="") & ~Q(void_reason=""),
                name="number_void_with_a_reason",
            ),
        ]

    def __str__(self):
        return self.symbol

    def get_absolute_url(self):
        return reverse("documents:number", args=[self.public_id])

    @property
    def is_void(self):
        return self.voided_at is not None

    def derive(self):
        self.folded = fold(f"{self.symbol} {self.subject} {self.signer} {self.recipients}")
