"""Enterprises, their figures of years, their products and titles."""

import django_filters
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from enterprises.models import Enterprise, EnterpriseGroup, EnterpriseRevision, FigureRevision
from enterprises.models.enterprises import Size
from enterprises.models.figures import USUAL_BASIS
from exchange.filters import ApiFilter, Day, Search
from exchange.resources import Resource, register
from exchange.rows import ItemRow, Row, Time, UsdCents, Vnd, public_id


class FiguresRow(Row):
    """Confirmed figures of one year on the usual basis."""

    year = serializers.IntegerField()
    output_vnd = Vnd(allow_null=True)
    revenue_vnd = Vnd(allow_null=True)
    key_product_revenue_vnd = Vnd(allow_null=True)
    export_direct_goods_usd_cents = UsdCents(allow_null=True)
    export_entrusted_goods_usd_cents = UsdCents(allow_null=True)
    export_direct_services_usd_cents = UsdCents(allow_null=True)
    export_entrusted_services_usd_cents = UsdCents(allow_null=True)
    labour_average = serializers.IntegerField(allow_null=True)
    confirmed_at = Time()


class GroupRow(Row):
    """An enterprise belongs to a product group, from a day to a day (both included)."""

    code = serializers.CharField(source="group.code")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class EnterpriseRow(Row):
    """An enterprise of the register. One that was merged stays and names the record that stands for it."""

    expandable = ("latest_figures",)

    id = public_id()
    tax_code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField(allow_blank=True)
    name_en = serializers.CharField(allow_blank=True)
    type = serializers.ChoiceField(source="enterprise_type", choices=Enterprise.Type)
    status = serializers.ChoiceField(choices=Enterprise.Status)
    status_from = serializers.DateField(allow_null=True)
    size = serializers.CharField(allow_blank=True, help_text=_("Size by Decree 80/2021/NĐ-CP; empty when unknown."))
    size_year = serializers.IntegerField(allow_null=True)
    sector = ItemRow(source="main_activity", allow_null=True)
    ward = ItemRow(allow_null=True)
    groups = GroupRow(many=True, help_text=_("Its product groups, each from a day to a day."))
    merged_into = serializers.UUIDField(source="merged_into.public_id", allow_null=True)
    created_at = Time()
    latest_figures = FiguresRow(allow_null=True, required=False)

    @classmethod
    def subqueries(cls):
        confirmed = FigureRevision.objects.filter(
            enterprise=OuterRef("pk"), state="confirmed", superseded_at__isnull=True, **USUAL_BASIS
        )
        groups = EnterpriseGroup.objects.filter(enterprise=OuterRef("pk"))
        return {"latest_figures": confirmed.order_by("-year"), "groups": groups.order_by("starts_on", "pk")}


class EnterpriseFilter(ApiFilter):
    q = Search(label=_("Words of the name, or the tax code"))
    tax_code = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=Enterprise.Status.choices)
    size = django_filters.ChoiceFilter(choices=Size.choices)
    ward = django_filters.CharFilter(field_name="ward__code")
    sector = django_filters.CharFilter(field_name="main_activity__code")
    created_from = Day(field_name="created_at__date", lookup_expr="gte")

    class Meta:
        model = Enterprise
        fields = []


def within(caller, queryset, *, to_enterprise=""):
    """Those that belong to the wards and product groups that the caller was narrowed to."""
    if caller.wards:
        queryset = queryset.filter(**{f"{to_enterprise}ward__code__in": caller.wards})
    if caller.groups:
        today = timezone.localdate()
        members = EnterpriseGroup.objects.in_force(today).filter(group__code__in=caller.groups)
        queryset = queryset.filter(**{f"{to_enterprise}pk__in": members.values("enterprise_id")})
    return queryset


def _rows(caller):
    return within(caller, Enterprise.objects.recorded())


def _seen_before(caller, ids):
    """Of enterprises that the caller sees no longer, those that were once within what it may see."""
    if not caller.is_narrowed:
        return ids
    revisions = EnterpriseRevision.objects.filter(enterprise__public_id__in=ids)
    if caller.wards:
        revisions = revisions.filter(ward__code__in=caller.wards)
    kept = {
        public_id
        for public_id, codes in revisions.values_list("enterprise__public_id", "group_codes")
        if not caller.groups or set(caller.groups) & set(codes.split(","))
    }
    return [public_id for public_id in ids if public_id in kept]


def _of_enterprises(ids):
    """They themselves, and what was merged into them: a merge leads older aliases on to its winner."""
    aliases = Enterprise.objects.filter(merged_into__public_id__in=ids).values_list("public_id", flat=True)
    return [*ids, *aliases]


def _of_figures(ids):
    return FigureRevision.objects.filter(public_id__in=ids).values_list("enterprise__public_id", flat=True)


ENTERPRISES = register(
    Resource(
        name="enterprises",
        label=_("Enterprises"),
        model=Enterprise,
        row=EnterpriseRow,
        rows=_rows,
        filters=EnterpriseFilter,
        sorts={"name": ("sort_key",), "created_at": ("created_at",)},
        sort="name",
        changes={"enterprises.enterprise": _of_enterprises, "enterprises.figurerevision": _of_figures},
        was_seen_by=_seen_before,
    )
)
