from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Substr
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import READERS, Role
from audit.identity import Identified, Versioned
from audit.revisions import Revised
from enterprises.models.search import SearchIndex
from reference import tax_codes
from screens import formats
from screens.text import SHORT_FORMS, fold, short_forms, sort_key

models.CharField.register_lookup(Length)


class Size(models.TextChoices):
    """Size by Decree 80/2021/NĐ-CP art. 5, worked out for a year; empty when the year's figures do not say."""

    MICRO = "micro", _("Micro")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    LARGE = "large", _("Large")


TYPES = [
    "llc_one",
    "llc",
    "joint_stock",
    "partnership",
    "private",
    "cooperative",
    "household",
    "branch",
    "other",
]


class EnterpriseQuerySet(models.QuerySet):
    def standing(self):
        """Those that are an enterprise of their own: neither merged into another nor entered by mistake."""
        return self.filter(merged_into__isnull=True).exclude(status=Enterprise.Status.WITHDRAWN)

    def recorded(self):
        """All but those entered by mistake: each tax code stands once among them."""
        return self.exclude(status=Enterprise.Status.WITHDRAWN)

    def visible_to(self, user):
        """Staff and the auditor see all; people of an enterprise see their own."""
        if user.is_authenticated and user.roles & READERS:
            return self
        return self.filter(pk__in=Membership.objects.held_by(user).values("enterprise_id"))

    def with_title_on(self, on):
        """Those holding a title that is in force on `on`."""
        from enterprises.models.products import Title

        titles = Title.objects.in_force(on).filter(product__enterprise_id=models.OuterRef("pk"))
        return self.filter(models.Exists(titles))

    def called_like(self, name):
        """Those whose name is the same but for marks, case and short forms: “CTY TNHH SX Hoà”, “Công ty TNHH sản xuất Hòa”."""
        key = short_forms(name)
        return self.standing().filter(name_key=key) if key else self.none()

    def by_tax_code(self, code):
        """The enterprise that goes by the tax code today: a merged record leads to the one it was merged into."""
        found = self.recorded().filter(tax_code=tax_codes.normal(code)).select_related("merged_into").first()
        return found and found.root


class Enterprise(Identified, Versioned):
    """A firm, branch or household business that makes, or may make, key industrial products."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        DISSOLVED = "dissolved", _("Dissolved")
        WITHDRAWN = "withdrawn", _("Entered by mistake")

    class Type(models.TextChoices):
        ONE_MEMBER = "llc_one", _("One-member limited liability company")
        LIMITED = "llc", _("Limited liability company")
        JOINT_STOCK = "joint_stock", _("Joint stock company")
        PARTNERSHIP = "partnership", _("Partnership")
        PRIVATE = "private", _("Private enterprise")
        COOPERATIVE = "cooperative", _("Cooperative")
        HOUSEHOLD = "household", _("Household business")
        BRANCH = "branch", _("Branch")
        OTHER = "other", _("Other")

    class Sector(models.TextChoices):
        INDUSTRY = "industry", _("Agriculture, industry and construction")
        SERVICES = "services", _("Trade and services")

    tax_code = models.CharField(_("tax code"), max_length=14, db_index=True)
    parent_tax_code = models.CharField(_("tax code of the parent"), max_length=10, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=300)
    short_name = models.CharField(_("short name"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    folded = models.TextField(_("name for searching"), editable=False)
    sort_key = models.TextField(_("name for sorting"), editable=False)
    name_key = models.TextField(_("name for comparing"), editable=False, default="", db_default="")
    enterprise_type = models.CharField(_("type"), max_length=20, choices=Type, default=Type.OTHER)
    address = models.CharField(_("address"), max_length=400, blank=True)
    ward = models.ForeignKey(
        "reference.AdministrativeUnit",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("ward or commune"),
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.ACTIVE)
    status_from = models.DateField(_("status since"), null=True, blank=True)
    main_activity = models.ForeignKey(
        "reference.IndustryCode",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("main activity"),
    )
    size_sector = models.CharField(
        _("field of activity for the size"), max_length=20, choices=Sector, default=Sector.INDUSTRY
    )
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True, editable=False)
    size_year = models.PositiveSmallIntegerField(_("year of the size"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="merged_records",
        null=True,
        editable=False,
        verbose_name=_("merged into"),
    )
    merged_at = models.DateTimeField(_("merged at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    import_batch = models.UUIDField(_("import"), null=True, editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")
        ordering = ["sort_key", "id"]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="enterprise_by_name"),
            models.Index(fields=["status", "sort_key", "id"], name="enterprise_by_status"),
            models.Index(fields=["size", "sort_key", "id"], name="enterprise_by_size"),
            models.Index(fields=["import_batch"], name="enterprise_by_import", condition=Q(import_batch__isnull=False)),
            models.Index(fields=["created_at", "id"], name="enterprise_by_creation"),
            models.Index(fields=["name_key"], name="enterprise_by_name_key"),
            SearchIndex(fields=["folded"], name="enterprise_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tax_code"], name="enterprise_one_tax_code", condition=~Q(status="withdrawn")
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "suspended", "dissolved", "withdrawn"]),
                name="enterprise_status_valid",
            ),
            models.CheckConstraint(
                condition=Q(enterprise_type__in=TYPES),
                name="enterprise_type_valid",
            ),
            models.CheckConstraint(
                condition=Q(size_sector__in=["industry", "services"]), name="enterprise_sector_valid"
            ),
            models.CheckConstraint(
                condition=Q(size="", size_year__isnull=True)
                | Q(size__in=["micro", "small", "medium", "large"], size_year__isnull=False),
                name="enterprise_size_with_year",
            ),
            models.CheckConstraint(
                condition=Q(tax_code__length=12, parent_tax_code="")
                | Q(tax_code__length__in=[10, 14], parent_tax_code=Substr("tax_code", 1, 10)),
                name="enterprise_tax_code_shape",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, merged_at__isnull=True)
                | Q(merged_into__isnull=False, merged_at__isnull=False),
                name="enterprise_merged_with_time",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="enterprise_not_its_own_alias"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="enterprise_named"),
            models.CheckConstraint(
                condition=Q(status="active") | Q(status_from__isnull=False), name="enterprise_status_dated"
            ),
        ]

    def __str__(self):
        return self.name

    def set_name_columns(self):
        """The columns that searching and sorting read; services call this whenever a name or the tax code changes."""
        self.folded = folded_text(self.name, self.short_name, self.name_en, self.tax_code)
        self.sort_key = sort_key(self.name)
        self.name_key = short_forms(self.name)
        self.parent_tax_code = tax_codes.parent_of(self.tax_code)

    @property
    def root(self):
        """The record that stands for this enterprise today (itself, unless it was merged)."""
        return self.merged_into or self

    @property
    def is_branch(self):
        return len(self.tax_code) == 14

    @property
    def parent(self):
        """The enterprise that this branch belongs to, where the registry has it."""
        if not self.is_branch:
            return None
        found = (
            Enterprise.objects.recorded().filter(tax_code=self.parent_tax_code).select_related("merged_into").first()
        )
        return found and found.root

    @property
    def branches(self):
        """The branches of this enterprise that stand in the registry."""
        if self.is_branch or not self.parent_tax_code:
            return Enterprise.objects.none()
        branches = Enterprise.objects.standing().filter(parent_tax_code=self.parent_tax_code, tax_code__length=14)
        return branches.exclude(pk=self.pk).order_by("tax_code")

    @property
    def family_ids(self):
        """Keys of this record and of the records merged into it: where its figures and support are found."""
        return [self.pk, *self.merged_records.values_list("pk", flat=True)]

    @property
    def called(self):
        """The short name if there is one."""
        return self.short_name or self.name


def folded_text(*parts):
    """What searching looks into: every name and number of a thing, folded, also with its short words written out."""
    folded = [fold(part) for part in parts if part]
    written_out = [" ".join(SHORT_FORMS.get(word, word) for word in text.split()) for text in folded]
    return " | ".join(dict.fromkeys([*folded, *written_out]))


class DatedQuerySet(models.QuerySet):
    def in_force(self, on):
        return self.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class EnterpriseGroup(models.Model):
    """An enterprise belongs to a product group, from a day to a day (both included)."""

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="groups", verbose_name=_("enterprise")
    )
    group = models.ForeignKey(
        "reference.ProductGroup", on_delete=models.PROTECT, related_name="+", verbose_name=_("product group")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("product group of an enterprise")
        verbose_name_plural = _("product groups of enterprises")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "group"], name="enterprise_group_open_once", condition=Q(ends_on__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="group_ends_after_it_starts"
            ),
        ]

    def __str__(self):
        return f"{self.enterprise_id} – {self.group_id}"


class EnterpriseActivity(models.Model):
    """An activity of an enterprise by its code in the industry classification, from a day to a day."""

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="activities", verbose_name=_("enterprise")
    )
    activity = models.ForeignKey(
        "reference.IndustryCode", on_delete=models.PROTECT, related_name="+", verbose_name=_("activity")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity of an enterprise")
        verbose_name_plural = _("activities of enterprises")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "activity"],
                name="enterprise_activity_open_once",
                condition=Q(ends_on__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="activity_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise_id} – {self.activity_id}"


class EnterpriseRevision(Revised):
    """What the indicators read of an enterprise, as it was known at a time."""

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="revisions", verbose_name=_("enterprise")
    )
    parent_tax_code = models.CharField(_("tax code of the parent"), max_length=10, blank=True)
    ward = models.ForeignKey(
        "reference.AdministrativeUnit",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("ward or commune"),
    )
    group_codes = models.CharField(
        _("product groups"), max_length=200, blank=True, help_text=_("codes in order, with commas between")
    )
    main_activity = models.ForeignKey(
        "reference.IndustryCode",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("main activity"),
    )
    size_sector = models.CharField(_("field of activity for the size"), max_length=20, choices=Enterprise.Sector)
    status = models.CharField(_("status"), max_length=20, choices=Enterprise.Status)
    status_from = models.DateField(_("status since"), null=True)
    merged_into = models.ForeignKey(
        Enterprise,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("merged into"),
    )

    class Meta:
        verbose_name = _("revision of an enterprise")
        verbose_name_plural = _("revisions of enterprises")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "revision"], name="enterprise_revision_once"),
            models.UniqueConstraint(
                fields=["enterprise"], name="enterprise_one_current_revision", condition=Q(superseded_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
                name="enterprise_revision_order",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise_id} #{self.revision}"


class MembershipQuerySet(DatedQuerySet):
    def held_by(self, user, on=None):
        """Memberships of `user` in force on `on` (today, unless told)."""
        return self.in_force(on or timezone.localdate()).filter(user_id=user.pk)


def role_words(role, authorised_to=None):
    """A role as pages and invitations name it: whoever is authorised is no legal representative, and only until a day."""
    if authorised_to:
        return gettext("Authorised person, until %(day)s") % {"day": formats.vn_date(authorised_to)}
    return str(Role(role).label)


class Membership(Identified, Versioned):
    """A person who acts for an enterprise: its legal representative, whoever they authorised until a day, or a preparer."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("enterprise")
    )
    role = models.CharField(
        _("role"), max_length=30, choices=[(r.value, r.label) for r in (Role.SIGNATORY, Role.PREPARER)]
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    paper = models.CharField(_("paper of authorisation"), max_length=200, blank=True)
    is_authorised = models.BooleanField(_("acts by authorisation"), default=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=["preparer", "signatory"]), name="membership_role_valid"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(is_authorised=False) | Q(role="signatory", ends_on__isnull=False),
                name="membership_authorised_until_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.role_words}, {self.enterprise}"

    @property
    def represents(self):
        """Whether it is the legal representative's."""
        return self.role == Role.SIGNATORY and not self.is_authorised

    @property
    def role_words(self):
        return role_words(self.role, self.ends_on if self.is_authorised else None)
