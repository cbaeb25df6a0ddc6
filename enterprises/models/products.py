from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import READERS
from audit.identity import Identified, Versioned
from audit.revisions import Revised
from enterprises.models.enterprises import Enterprise, Membership, folded_text
from enterprises.models.search import SearchIndex
from screens.text import sort_key


class ProductQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_at__isnull=True)

    def visible_to(self, user):
        if user.is_authenticated and user.roles & READERS:
            return self
        return self.filter(enterprise__in=Membership.objects.held_by(user).values("enterprise_id"))


class Product(Identified, Versioned):
    """A product that an enterprise makes and that may hold titles of the programme."""

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="products", verbose_name=_("enterprise")
    )
    name = models.CharField(_("name"), max_length=300)
    folded = models.TextField(_("name for searching"), editable=False)
    sort_key = models.TextField(_("name for sorting"), editable=False)
    group = models.ForeignKey(
        "reference.ProductGroup",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("product group"),
    )
    activity = models.ForeignKey(
        "reference.IndustryCode",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("activity"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_reason = models.CharField(_("reason of withdrawal"), max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    import_batch = models.UUIDField(_("import"), null=True, editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["sort_key", "id"]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="product_by_name"),
            models.Index(fields=["import_batch"], name="product_by_import", condition=Q(import_batch__isnull=False)),
            SearchIndex(fields=["folded"], name="product_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "folded"], name="product_once", condition=Q(withdrawn_at__isnull=True)
            ),
            models.CheckConstraint(condition=~Q(name=""), name="product_named"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="product_withdrawn_with_reason",
            ),
        ]

    def __str__(self):
        return self.name

    def set_name_columns(self):
        self.folded = folded_text(self.name)
        self.sort_key = sort_key(self.name)


class TitleQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_at__isnull=True)

    def in_force(self, on):
        """Titles that hold on `on`: begun, not past their end, not ended before."""
        return self.standing().filter(valid_from__lte=on).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on), Q(ended_on__isnull=True) | Q(ended_on__gt=on)
        )  # fmt: skip

    def visible_to(self, user):
        if user.is_authenticated and user.roles & READERS:
            return self
        return self.filter(product__enterprise__in=Membership.objects.held_by(user).values("enterprise_id"))


class TitleKind(models.TextChoices):
    KEY_PRODUCT = "key_product", _("Key industrial product")
    TOP_10 = "top_10", _("Top 10")


class Title(Identified, Versioned):
    """A product was recognised in the round of a year, by a decision, for a time."""

    Kind = TitleKind

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="titles", verbose_name=_("product"))
    kind = models.CharField(_("kind of title"), max_length=20, choices=TitleKind, default=TitleKind.KEY_PRODUCT)
    round_year = models.PositiveSmallIntegerField(_("year of the round"))
    decision_number = models.CharField(_("decision"), max_length=60)
    decision_on = models.DateField(_("date of the decision"))
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_reason = models.CharField(_("reason of withdrawal"), max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    import_batch = models.UUIDField(_("import"), null=True, editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = TitleQuerySet.as_manager()

    class Meta:
        verbose_name = _("title")
        verbose_name_plural = _("titles")
        ordering = ["-round_year", "id"]
        indexes = [
            models.Index(fields=["round_year", "id"], name="title_by_year"),
            models.Index(fields=["import_batch"], name="title_by_import", condition=Q(import_batch__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind", "round_year"], name="title_once", condition=Q(withdrawn_at__isnull=True)
            ),
            models.CheckConstraint(condition=Q(kind__in=["key_product", "top_10"]), name="title_kind_valid"),
            models.CheckConstraint(condition=Q(round_year__range=(2000, 2100)), name="title_year_plausible"),
            models.CheckConstraint(condition=~Q(decision_number=""), name="title_has_decision"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="title_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | (Q(ended_on__isnull=False, ended_on__gte=F("valid_from")) & ~Q(end_reason="")),
                name="title_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="title_withdrawn_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.round_year}: {self.product}"

    def holds_on(self, on):
        """Whether the title is in force on `on`."""
        return (
            self.withdrawn_at is None
            and self.valid_from <= on
            and (self.valid_to is None or self.valid_to >= on)
            and (self.ended_on is None or self.ended_on > on)
        )


class TitleRevision(Revised):
    """What the indicators read of a title, as it was known at a time. A withdrawn title has no current revision."""

    title = models.ForeignKey(Title, on_delete=models.PROTECT, related_name="revisions", verbose_name=_("title"))
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product"), db_index=False
    )
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", verbose_name=_("enterprise"))
    group = models.ForeignKey(
        "reference.ProductGroup",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("product group"),
    )
    kind = models.CharField(_("kind of title"), max_length=20, choices=TitleKind)
    round_year = models.PositiveSmallIntegerField(_("year of the round"))
    decision_number = models.CharField(_("decision"), max_length=60)
    decision_on = models.DateField(_("date of the decision"))
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True)
    ended_on = models.DateField(_("ended on"), null=True)

    class Meta:
        verbose_name = _("revision of a title")
        verbose_name_plural = _("revisions of titles")
        constraints = [
            models.UniqueConstraint(fields=["title", "revision"], name="title_revision_once"),
            models.UniqueConstraint(
                fields=["title"], name="title_one_current_revision", condition=Q(superseded_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
                name="title_revision_order",
            ),
        ]

    def __str__(self):
        return f"{self.title_id} #{self.revision}"
