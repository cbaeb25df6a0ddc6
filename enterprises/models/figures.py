from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.roles import READERS
from audit.identity import Identified
from enterprises.models.enterprises import Enterprise, Membership, Size
from enterprises.models.products import Product

# No single amount passes these, so that the sum over 46,000 enterprises at the limit still fits 64 bits.
MOST_VND = 200_000_000_000_000
MOST_USD_CENTS = 20_000_000_000_00
MOST_PEOPLE = 1_000_000

VND_MEASURES = ("output_vnd", "revenue_vnd", "key_product_revenue_vnd", "capital_vnd", "tax_vnd")
USD_MEASURES = (
    "export_direct_goods_usd_cents",
    "export_entrusted_goods_usd_cents",
    "export_direct_services_usd_cents",
    "export_entrusted_services_usd_cents",
)
PEOPLE_MEASURES = ("labour_average", "labour_insured")
MEASURES = (
    "output_vnd",
    "revenue_vnd",
    "key_product_revenue_vnd",
    *USD_MEASURES,
    *PEOPLE_MEASURES,
    "capital_vnd",
    "tax_vnd",
)
BASIS = ("scope", "place", "prices", "base_year", "accounts")
LIMITS = (
    dict.fromkeys(VND_MEASURES, MOST_VND)
    | dict.fromkeys(USD_MEASURES, MOST_USD_CENTS)
    | dict.fromkeys(PEOPLE_MEASURES, MOST_PEOPLE)
)


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    DECLARED = "declared", _("Declared")
    WAITING = "waiting", _("Waiting for review")
    CONFIRMED = "confirmed", _("Confirmed")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Every move of a revision; a returned or confirmed one is followed by a new revision.
MOVES = {
    State.DRAFT: {State.DECLARED, State.WITHDRAWN},
    State.DECLARED: {State.WAITING, State.WITHDRAWN},
    State.WAITING: {State.CONFIRMED, State.RETURNED, State.WITHDRAWN},
    State.CONFIRMED: set(),
    State.RETURNED: set(),
    State.WITHDRAWN: set(),
}
UNSETTLED = (State.DRAFT, State.DECLARED, State.RETURNED)
OPEN_STATES = (State.DRAFT, State.DECLARED, State.WAITING, State.RETURNED)


# Whoever took the declaration over, else whoever made it.
HOLDER = Coalesce("kept_by", "recorded_by")


class FigureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff and the auditor see all but drafts that others keep; people of an enterprise see their own."""
        if user.is_authenticated and user.roles & READERS:
            return self.alias(holder=HOLDER).filter(
                Q(declared_at__isnull=False) | Q(recorded_by=user.public_id) | Q(holder=user.public_id)
            )
        mine = Enterprise.objects.filter(pk__in=Membership.objects.held_by(user).values("enterprise_id"))
        return self.filter(Q(enterprise__in=mine) | Q(enterprise__merged_into__in=mine))

    def current(self):
        return self.filter(superseded_at__isnull=True)

    def held_by(self, person):
        """What `person` still has to send or to correct: their own, or handed over to them."""
        open_rows = self.current().filter(state__in=UNSETTLED)
        return open_rows.alias(holder=HOLDER).filter(holder=person.public_id)

    def waiting(self):
        return self.current().filter(state=State.WAITING)

    def waiting_for(self, user):
        """What waits and `user` may see: it was declared, so that readers see all of it, nothing asked row by row."""
        seen = self if user.is_authenticated and user.roles & READERS else self.visible_to(user)
        return seen.waiting()

    def confirmed_as_of(self, cutoff):
        """Confirmed by `cutoff` (aware datetime) and not replaced by then: what a figure of that time rests on."""
        return self.filter(confirmed_at__lte=cutoff).filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=cutoff))

    def declared_only_as_of(self, cutoff):
        """Declared by `cutoff` but then neither confirmed nor returned nor replaced."""
        return self.filter(declared_at__lte=cutoff).filter(
            Q(confirmed_at__isnull=True) | Q(confirmed_at__gt=cutoff),
            Q(returned_at__isnull=True) | Q(returned_at__gt=cutoff),
            Q(superseded_at__isnull=True) | Q(superseded_at__gt=cutoff),
        )


class FigureRevision(Identified):
    """One declaration of an enterprise's figures of a year on one basis.

    Null means not reported, never nothing. What was declared never changes: a correction is a new revision by the
    same two steps, and confirming it supersedes the one before.
    """

    State = State

    class Scope(models.TextChoices):
        WHOLE = "whole", _("whole enterprise")
        KEY_PRODUCTS = "key_products", _("key products only")

    class Place(models.TextChoices):
        HANOI = "hanoi", _("plants in Hà Nội")
        WHOLE = "whole", _("all plants")

    class Prices(models.TextChoices):
        CURRENT = "current", _("current prices")
        CONSTANT = "constant", _("constant prices")

    class Accounts(models.TextChoices):
        SEPARATE = "separate", _("separate accounts")
        CONSOLIDATED = "consolidated", _("consolidated accounts")

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="figures", db_index=False, verbose_name=_("enterprise")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    scope = models.CharField(_("scope"), max_length=20, choices=Scope, default=Scope.WHOLE)
    place = models.CharField(_("place"), max_length=20, choices=Place, default=Place.HANOI)
    prices = models.CharField(_("prices"), max_length=20, choices=Prices, default=Prices.CURRENT)
    base_year = models.PositiveSmallIntegerField(_("base year of the prices"), null=True, blank=True)
    accounts = models.CharField(_("accounts"), max_length=20, choices=Accounts, default=Accounts.SEPARATE)

    output_vnd = models.BigIntegerField(_("industrial output"), null=True, blank=True)
    revenue_vnd = models.BigIntegerField(_("net revenue"), null=True, blank=True)
    key_product_revenue_vnd = models.BigIntegerField(_("revenue from key products"), null=True, blank=True)
    export_direct_goods_usd_cents = models.BigIntegerField(_("direct export of goods"), null=True, blank=True)
    export_entrusted_goods_usd_cents = models.BigIntegerField(_("entrusted export of goods"), null=True, blank=True)
    export_direct_services_usd_cents = models.BigIntegerField(
        _("direct export of services and software"), null=True, blank=True
    )
    export_entrusted_services_usd_cents = models.BigIntegerField(
        _("entrusted export of services and software"), null=True, blank=True
    )
    export_currency = models.CharField(_("currency of the contracts"), max_length=3, default="USD")
    export_rate = models.ForeignKey(
        "reference.ExchangeRate",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("exchange rate used"),
    )
    labour_average = models.BigIntegerField(_("average labour"), null=True, blank=True)
    labour_insured = models.BigIntegerField(_("labour with social insurance"), null=True, blank=True)
    capital_vnd = models.BigIntegerField(_("total capital"), null=True, blank=True)
    tax_vnd = models.BigIntegerField(_("tax paid"), null=True, blank=True)
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True)

    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    recorded_by = models.UUIDField(_("recorded by"), null=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    kept_by = models.UUIDField(_("handed over to"), null=True)
    declared_by = models.UUIDField(_("declared by"), null=True)
    declared_at = models.DateTimeField(_("declared at"), null=True)
    submitted_by = models.UUIDField(_("sent by"), null=True)
    submitted_at = models.DateTimeField(_("sent at"), null=True)
    confirmed_by = models.UUIDField(_("confirmed by"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    returned_by = models.UUIDField(_("returned by"), null=True)
    returned_at = models.DateTimeField(_("returned at"), null=True)
    return_reason = models.CharField(_("why it was returned"), max_length=1000, blank=True)
    superseded_at = models.DateTimeField(_("superseded at"), null=True)
    import_batch = models.UUIDField(_("import"), null=True)
    synthetic = models.BooleanField(_("demonstration data"), default=False)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figures of a year")
        verbose_name_plural = _("figures of years")
        indexes = [
            models.Index(fields=["enterprise", "year"], name="figures_of_enterprise"),
            models.Index(fields=["year", "id"], name="figures_of_year"),
            models.Index(
                fields=["submitted_at", "id"],
                name="figures_waiting",
                condition=Q(state="waiting", superseded_at__isnull=True),
            ),
            models.Index(
                fields=["year", "state"],
                name="figures_unsettled",
                condition=Q(
                    state__in=["draft", "declared", "waiting", "returned"],
                    superseded_at__isnull=True,
                    declared_at__isnull=False,
                ),
            ),
            models.Index(
                HOLDER,
                name="figures_held",
                condition=Q(state__in=["draft", "declared", "returned"], superseded_at__isnull=True),
            ),
            models.Index(fields=["import_batch"], name="figures_by_import", condition=Q(import_batch__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                "enterprise",
                "year",
                "scope",
                "place",
                "prices",
                Coalesce("base_year", 0),
                "accounts",
                name="figures_one_confirmed",
                condition=Q(state="confirmed", superseded_at__isnull=True),
            ),
            models.UniqueConstraint(
                "enterprise",
                "year",
                "scope",
                "place",
                "prices",
                Coalesce("base_year", 0),
                "accounts",
                name="figures_one_open",
                condition=Q(state__in=["draft", "declared", "waiting", "returned"], superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "declared", "waiting", "confirmed", "returned", "withdrawn"]),
                name="figures_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=["whole", "key_products"])
                & Q(place__in=["hanoi", "whole"])
                & Q(accounts__in=["separate", "consolidated"])
                & (
                    Q(prices="current", base_year__isnull=True)
                    | Q(prices="constant", base_year__isnull=False, base_year__range=(1990, 2100))
                ),
                name="figures_basis_valid",
            ),
            models.CheckConstraint(condition=Q(year__range=(2000, 2100)), name="figures_year_plausible"),
            models.CheckConstraint(
                condition=Q(size__in=["", "micro", "small", "medium", "large"]), name="figures_size_valid"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (0, most)}),
                    name=f"figures_{name}_plausible",
                )
                for name, most in LIMITS.items()
            ),
            models.CheckConstraint(
                condition=Q(state="draft", declared_at__isnull=True, declared_by__isnull=True)
                | Q(state="withdrawn")
                | (
                    Q(state__in=["declared", "waiting", "confirmed", "returned"])
                    & Q(declared_at__isnull=False, declared_by__isnull=False)
                ),
                name="figures_declared_pair",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(
                    submitted_at__isnull=False,
                    declared_at__isnull=False,
                    submitted_at__gte=F("declared_at"),
                    submitted_by__isnull=False,
                ),
                name="figures_submitted_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "confirmed", "returned"]) | Q(submitted_at__isnull=False),
                name="figures_submitted_when_waiting",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(state="confirmed") & Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                    | Q(
                        state="confirmed",
                        confirmed_at__isnull=False,
                        confirmed_at__gte=F("submitted_at"),
                        confirmed_by__isnull=False,
                    )
                ),
                name="figures_confirmed_pair",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("declared_by")), name="figures_four_eyes"
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(state="returned") & Q(returned_at__isnull=True, returned_by__isnull=True, return_reason="")
                    | Q(
                        state="returned",
                        returned_at__isnull=False,
                        returned_at__gte=F("submitted_at"),
                        returned_by__isnull=False,
                    )
                    & ~Q(return_reason="")
                ),
                name="figures_returned_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(superseded_at__isnull=False), name="figures_withdrawn_superseded"
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.year}"

    @property
    def basis(self):
        return {name: getattr(self, name) for name in BASIS}

    @property
    def basis_words(self):
        """On what the figures stand, where it is not the usual basis."""
        return basis_words(self.scope, self.place, self.prices, self.base_year, self.accounts)

    @property
    def values(self):
        """{measure: amount}; None is not reported."""
        return {name: getattr(self, name) for name in MEASURES}

    @property
    def exports_usd_cents(self):
        """All exports together; None when none of the four was reported."""
        given = [value for value in (getattr(self, name) for name in USD_MEASURES) if value is not None]
        return sum(given) if given else None

    @property
    def is_open(self):
        return self.superseded_at is None and self.state in OPEN_STATES


USUAL_BASIS = {
    "scope": FigureRevision.Scope.WHOLE,
    "place": FigureRevision.Place.HANOI,
    "prices": FigureRevision.Prices.CURRENT,
    "accounts": FigureRevision.Accounts.SEPARATE,
}


def basis_words(scope, place, prices, base_year, accounts):
    """What of a basis is not as usual, in words: two declarations of a year are told apart by it."""
    given = {"scope": scope, "place": place, "prices": prices, "accounts": accounts}
    words = []
    for name, usual in USUAL_BASIS.items():
        if given[name] != usual:
            words.append(str(type(usual)(given[name]).label))
            if name == "prices" and base_year:
                words[-1] += f" {base_year}"
    return ", ".join(words) or str(_("usual basis"))


class FigureLine(models.Model):
    """A part of one measure of a declaration: by activity, by product, or both."""

    revision = models.ForeignKey(
        FigureRevision, on_delete=models.PROTECT, related_name="lines", verbose_name=_("declaration")
    )
    activity = models.ForeignKey(
        "reference.IndustryCode",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("activity"),
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("product")
    )
    measure = models.CharField(_("measure"), max_length=40)
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("part of the figures")
        verbose_name_plural = _("parts of the figures")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(activity__isnull=False) | Q(product__isnull=False), name="line_of_something"
            ),
            models.CheckConstraint(condition=Q(measure__in=sorted(MEASURES)), name="line_measure_valid"),
            models.CheckConstraint(condition=Q(amount__range=(0, MOST_VND)), name="line_amount_plausible"),
        ]

    def __str__(self):
        return f"{self.revision_id} {self.measure} {self.amount}"


class FigureYearClosing(Identified):
    """The figures of a year are closed by a decision; a later decision may open the year again."""

    year = models.PositiveSmallIntegerField(_("year"))
    decision_number = models.CharField(_("decision"), max_length=60)
    decided_on = models.DateField(_("date of the decision"))
    closed_by = models.UUIDField(_("closed by"))
    closed_at = models.DateTimeField(_("closed at"))
    reopening_number = models.CharField(_("decision to open again"), max_length=60, blank=True)
    reopened_by = models.UUIDField(_("opened again by"), null=True)
    reopened_at = models.DateTimeField(_("opened again at"), null=True)

    class Meta:
        verbose_name = _("closing of a year")
        verbose_name_plural = _("closings of years")
        ordering = ["-year", "-closed_at"]
        constraints = [
            models.UniqueConstraint(fields=["year"], name="one_closing_a_year", condition=Q(reopened_at__isnull=True)),
            models.CheckConstraint(condition=~Q(decision_number=""), name="closing_has_decision"),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True, reopening_number="")
                | (
                    Q(reopened_at__isnull=False, reopened_at__gte=F("closed_at"), reopened_by__isnull=False)
                    & ~Q(reopening_number="")
                ),
                name="closing_reopened_pair",
            ),
        ]

    def __str__(self):
        return str(self.year)

    @classmethod
    def closed_years(cls):
        return frozenset(cls.objects.filter(reopened_at__isnull=True).values_list("year", flat=True))
