from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import READERS
from audit.identity import Identified, Versioned
from audit.revisions import Revised
from enterprises.models import Enterprise
from screens.text import fold

GREATEST_AMOUNT = 10**15


class ActivityType(models.TextChoices):
    """What kind of event it was; the rule of turns names those that do not count."""

    FAIR = "fair", _("Fair or exhibition")
    MISSION = "mission", _("Trade or investment mission")
    MATCHING = "matching", _("Buyer meeting or supply-chain matching")
    COURSE = "course", _("Training course")
    CONSULTING = "consulting", _("Consulting")
    EQUIPMENT = "equipment", _("Technology or equipment")
    QUALITY = "quality", _("Quality system or certification")
    HONOUR = "honour", _("Honour or award")
    MEDIA = "media", _("Logo or media")
    CEREMONY = "ceremony", _("Ceremony or conference")
    PETITION = "petition", _("Answered petition")
    OTHER = "other", _("Other")


class Facts(models.Model):
    """What was delivered; the record holds it as it stands now, each revision as it stood."""

    activity = models.CharField(_("activity"), max_length=300)
    activity_code = models.CharField(_("activity code"), max_length=60)
    activity_type = models.CharField(_("type of activity"), max_length=20, choices=ActivityType)
    year = models.PositiveSmallIntegerField(_("year"))
    content_area = models.ForeignKey(
        "reference.ContentArea", on_delete=models.PROTECT, related_name="+", verbose_name=_("content area")
    )
    kind = models.ForeignKey(
        "reference.SupportKind", on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of support")
    )
    what = models.CharField(_("what was delivered"), max_length=500)
    started_on = models.DateField(_("started on"), null=True, blank=True)
    delivered_on = models.DateField(_("delivered on"))
    amount_vnd = models.BigIntegerField(_("amount (đồng)"), null=True, blank=True)
    money_source = models.ForeignKey(
        "reference.MoneySource",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("source of money"),
    )
    by_programme = models.BooleanField(_("by this programme"), default=True)
    agency = models.ForeignKey(
        "reference.Agency",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("agency that gave it"),
    )
    evidence = models.CharField(_("evidence"), max_length=500)
    evidence_file = models.ForeignKey(
        "documents.StoredFile",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("evidence file"),
    )

    class Meta:
        abstract = True


def fact_constraints(name):
    """The constraints that hold for a record and for each of its revisions."""
    return [
        models.CheckConstraint(
            condition=Q(amount_vnd__isnull=True) | Q(amount_vnd__gte=0, amount_vnd__lte=GREATEST_AMOUNT),
            name=f"{name}_amount_whole_and_possible",
        ),
        models.CheckConstraint(
            condition=Q(amount_vnd__isnull=True) | Q(money_source__isnull=False), name=f"{name}_money_names_its_source"
        ),
        models.CheckConstraint(
            condition=Q(started_on__isnull=True) | Q(started_on__lte=F("delivered_on")),
            name=f"{name}_starts_before_delivery",
        ),
        models.CheckConstraint(
            condition=Q(by_programme=True) | Q(agency__isnull=False), name=f"{name}_of_another_names_agency"
        ),
        models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name=f"{name}_year_possible"),
        models.CheckConstraint(condition=Q(activity_type__in=ActivityType.values), name=f"{name}_activity_type_valid"),
        models.CheckConstraint(
            condition=~Q(activity_code="") & ~Q(activity="") & ~Q(what=""), name=f"{name}_says_what"
        ),
    ]


class SupportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff and auditors see all; an enterprise what it was given itself; others nothing."""
        if user.roles & READERS:
            return self
        mine = Enterprise.objects.visible_to(user)
        return self.standing().filter(Q(enterprise__in=mine) | Q(enterprise__merged_into__in=mine))

    def standing(self):
        """Records that were not withdrawn."""
        return self.filter(withdrawn=False)

    def activities(self):
        """{activity code: {folded name: (name, years, types)}}."""
        found: dict[str, dict[str, tuple[str, set, set]]] = {}
        columns = ("activity_code", "activity", "year", "activity_type")
        for code, name, year, type_ in self.order_by().values_list(*columns).distinct():
            _name, years, types = found.setdefault(code, {}).setdefault(fold(name), (name, set(), set()))
            years.add(year)
            types.add(type_)
        return found


class SupportRecord(Identified, Versioned, Facts):
    """Something an enterprise was given: a plain record that also counts the turns (see `support.turns`)."""

    enterprise = models.ForeignKey(
        "enterprises.Enterprise",
        on_delete=models.PROTECT,
        related_name="support_records",
        verbose_name=_("enterprise"),
    )
    office = models.ForeignKey(
        "accounts.Office",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("office that keeps the record"),
    )
    withdrawn = models.BooleanField(_("withdrawn"), default=False, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_by = models.UUIDField(_("withdrawn by"), null=True, editable=False)
    withdrawn_reason = models.CharField(_("reason for withdrawal"), max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(_("recorded at"), editable=False)
    created_by = models.UUIDField(_("recorded by"), null=True, editable=False)
    import_batch = models.UUIDField(_("import"), null=True, editable=False)

    objects = SupportQuerySet.as_manager()

    class Meta:
        verbose_name = _("support record")
        verbose_name_plural = _("support records")
        ordering = ["-delivered_on", "-id"]
        constraints = [
            *fact_constraints("support"),
            models.UniqueConstraint(
                fields=["enterprise", "activity_code", "kind", "content_area", "delivered_on", "what"],
                condition=Q(withdrawn=False),
                name="one_support_a_delivery",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=False, withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn=True, withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="support_withdrawn_when_and_why",
            ),
        ]
        indexes = [
            models.Index(fields=["activity_code", "enterprise", "delivered_on"], name="support_by_activity"),
            models.Index(fields=["-delivered_on", "-id"], name="support_by_delivery"),
            models.Index(fields=["year", "content_area", "kind"], name="support_by_year"),
            models.Index(fields=["withdrawn_at"], name="support_withdrawn", condition=Q(withdrawn=True)),
            models.Index(fields=["import_batch"], name="support_by_import", condition=Q(import_batch__isnull=False)),
        ]

    def __str__(self):
        return f"{self.activity} – {self.enterprise}"

    def get_absolute_url(self):
        return reverse("support:support_detail", args=[self.public_id])


class SupportRevision(Revised, Facts):
    """A support record as it was recorded at a time: what KPIs read as of their cut-off.

    A withdrawn record has no current revision.
    """

    record = models.ForeignKey(SupportRecord, on_delete=models.PROTECT, related_name="revisions")
    enterprise = models.ForeignKey("enterprises.Enterprise", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("revision of a support record")
        verbose_name_plural = _("revisions of support records")
        ordering = ["record", "revision"]
        constraints = [
            *fact_constraints("support_rev"),
            models.UniqueConstraint(fields=["record", "revision"], name="one_support_revision_a_number"),
            models.UniqueConstraint(
                fields=["record"], condition=Q(superseded_at__isnull=True), name="one_current_support_revision"
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
                name="support_rev_superseded_after",
            ),
        ]
        indexes = [
            models.Index(fields=["activity_code", "enterprise", "delivered_on"], name="support_rev_by_activity"),
        ]

    def __str__(self):
        return f"{self.record_id}/{self.revision}"
