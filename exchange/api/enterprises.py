"""Enterprises, their figures of years, their products and titles."""

from collections import defaultdict
from typing import ClassVar

import django_filters
from django.db.models import OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from audit.models import Event
from enterprises.models import (
    Enterprise,
    EnterpriseGroup,
    EnterpriseRevision,
    FigureRevision,
    Product,
    Title,
    TitleRevision,
)
from enterprises.models.enterprises import Size
from enterprises.models.figures import USUAL_BASIS
from exchange.bodies import Body, Id, Text
from exchange.filters import ApiFilter, Code, Day, Identifier, InForceOn, Search, WholeNumber
from exchange.resources import Resource, register, rows_with
from exchange.rows import ItemRow, Row, Time, UsdCents, Vnd, public_id


class FiguresRow(Row):
    told = _("Confirmed figures of one year on the usual basis.")

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
    told = _("An enterprise belongs to a product group, from a day to a day (both included).")

    code = serializers.CharField(source="group.code")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class EnterpriseRow(Row):
    told = _("An enterprise of the register. One that was merged stays and names the record that stands for it.")

    expandable: ClassVar = {"latest_figures": "figures:read"}

    id = public_id()
    tax_code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField(allow_blank=True)
    name_en = serializers.CharField(allow_blank=True)
    type = serializers.ChoiceField(source="enterprise_type", choices=Enterprise.Type.choices)
    status = serializers.ChoiceField(choices=Enterprise.Status.choices)
    status_from = serializers.DateField(allow_null=True)
    size = serializers.CharField(allow_blank=True, help_text=_("Size by Decree 80/2021/NĐ-CP; empty when unknown."))
    size_year = serializers.IntegerField(allow_null=True)
    sector = ItemRow(source="main_activity", allow_null=True)
    ward = ItemRow(allow_null=True)
    groups = GroupRow(many=True, help_text=_("Its product groups, each from a day to a day."))
    merged_into = serializers.UUIDField(
        source="merged_into.public_id",
        allow_null=True,
        help_text=_("The record that stands for it since they were merged; products and titles went over to that one."),
    )
    created_at = Time()
    latest_figures = FiguresRow(
        allow_null=True, required=False, help_text=_("Of its own, and of records that were merged into it, the latest.")
    )

    @classmethod
    def subqueries(cls):
        its_records = Enterprise.objects.filter(
            Q(pk=OuterRef(OuterRef("pk"))) | Q(merged_into=OuterRef(OuterRef("pk")))
        )
        confirmed = FigureRevision.objects.filter(
            enterprise__in=its_records.values("pk"), state="confirmed", superseded_at__isnull=True, **USUAL_BASIS
        )
        groups = EnterpriseGroup.objects.filter(enterprise=OuterRef("pk"))
        return {"latest_figures": confirmed.order_by("-year"), "groups": groups.order_by("starts_on", "pk")}


class EnterpriseFilter(ApiFilter):
    q = Search(label=_("Words of the name, or the tax code"))
    tax_code = Code(label=_("Tax code of the enterprise, whole"))
    status = django_filters.ChoiceFilter(choices=Enterprise.Status.choices, label=_("Status of the enterprise"))
    size = django_filters.ChoiceFilter(choices=Size.choices, label=_("Size by Decree 80/2021/NĐ-CP"))
    ward = Code(field_name="ward__code", label=_("Code of the ward (see units)"))
    sector = Code(field_name="main_activity__code", label=_("Code of the main activity (see industry_codes)"))
    created_from = Day(
        field_name="created_at__date", lookup_expr="gte", label=_("Only what was entered on this day or later")
    )

    class Meta:
        model = Enterprise
        fields = []


def within(caller, queryset, *, to_enterprise=""):
    """Those that belong to the wards and product groups that the caller was narrowed to.

    A record that was merged, and what was recorded for it, belongs where the record belongs that stands for it. An enterprise
    leaves a group by an event, so it is out from then on, whatever the last day says: a day that passes is no event, and a
    copy would keep it.
    """
    if not caller.is_narrowed:
        return queryset
    standing = Enterprise.objects.filter(merged_into__isnull=True)
    if caller.wards:
        standing = standing.filter(ward__code__in=caller.wards)
    if caller.groups:
        members = EnterpriseGroup.objects.filter(ends_on__isnull=True, group__code__in=caller.groups)
        standing = standing.filter(pk__in=members.values("enterprise_id"))
    stands = Coalesce(f"{to_enterprise}merged_into", f"{to_enterprise}pk")
    return queryset.alias(_stands=stands).filter(_stands__in=standing.values("pk"))


def _rows(caller):
    return within(caller, Enterprise.objects.recorded())


def _seen_before(caller, ids):
    """Of records that the caller sees no longer, those that were once within what it may see: by themselves, or since they were
    merged by the record that stood for them."""
    if not caller.is_narrowed:
        return ids
    kept, merged = set(), []
    for record in _revisions(enterprise__public_id__in=ids):
        if record.merged_into_id:
            merged.append(record)
        elif _once_belonged(caller, record):
            kept.add(record.enterprise.public_id)
    stood = defaultdict(list)
    for record in _revisions(enterprise__in={each.merged_into_id for each in merged}, merged_into__isnull=True):
        if _once_belonged(caller, record):
            stood[record.enterprise_id].append(record)
    kept |= {
        each.enterprise.public_id
        for each in merged
        if any(_at_once(each, record) for record in stood[each.merged_into_id])
    }
    return [public_id for public_id in ids if public_id in kept]


def _revisions(**conditions):
    return EnterpriseRevision.objects.filter(**conditions).select_related("enterprise", "ward")


def _once_belonged(caller, revision):
    in_ward = not caller.wards or (revision.ward is not None and revision.ward.code in caller.wards)
    return in_ward and (not caller.groups or bool(set(caller.groups) & set(revision.group_codes.split(","))))


def _at_once(one, other):
    """Whether two revisions stood at the same time, be it for a moment."""
    return (one.superseded_at is None or other.recorded_at <= one.superseded_at) and (
        other.superseded_at is None or one.recorded_at <= other.superseded_at
    )


def _of_enterprises(ids):
    """They themselves, and what was merged into them: a merge leads older aliases on to its winner."""
    aliases = Enterprise.objects.filter(merged_into__public_id__in=ids).values_list("public_id", flat=True)
    return [*ids, *aliases]


def family_of(figures):
    """Every record of the enterprises that the figures are of: confirming supersedes what stands at any of them."""
    roots = list(figures.values_list(Coalesce("enterprise__merged_into", "enterprise"), flat=True))
    return Enterprise.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots))


def confirmed_among(ids):
    """Of revisions of figures those that were confirmed: of the others nobody hears but who sent them."""
    return FigureRevision.objects.filter(public_id__in=ids, state=FigureRevision.State.CONFIRMED)


def _of_figures(ids):
    """Whose size or latest figures may be others now."""
    return family_of(confirmed_among(ids)).values_list("public_id", flat=True)


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
        changes={
            "enterprises.enterprise": _of_enterprises,
            "enterprises.figurerevision": _of_figures,
            "reference.administrativeunit": rows_with(Enterprise, "ward"),
            "reference.industrycode": rows_with(Enterprise, "main_activity"),
        },
        was_seen_by=_seen_before,
    )
)


# --- what belongs to an enterprise ----------------------------------------------------------------


class OwnerRow(Row):
    told = _("The enterprise that it belongs to; what else is known of it stands under `enterprises`.")

    id = public_id()
    tax_code = serializers.CharField()
    name = serializers.CharField()


class NamedEnterprise(Body):
    """A body that names an enterprise by its identifier or by its tax code, by one of them."""

    enterprise = Id(
        required=False,
        help_text=_("Identifier of the enterprise. It is named by this or by `tax_code`: by one of them."),
    )
    tax_code = Text(
        required=False, max_length=20, help_text=_("Tax code of the enterprise, where no identifier is given.")
    )

    def disagreeing(self, sent):
        if ("enterprise" in sent) != ("tax_code" in sent):
            return {}
        return {"enterprise": [_now("Name the enterprise by its identifier or by its tax code, by one of them.")]}


def enterprise_named(caller, values):
    """The enterprise that a body names, among those that the caller may see."""
    name = "enterprise" if "enterprise" in values else "tax_code"
    column = "public_id" if name == "enterprise" else "tax_code"
    found = _rows(caller).filter(**{column: values[name]}).first()
    if found is None:
        raise serializers.ValidationError({name: [_now("There is no such enterprise.")]})
    if found.merged_into_id:
        sentence = _now(
            "This record was merged into another one. Name that one: `merged_into` of this record says which."
        )
        raise serializers.ValidationError({name: [sentence]})
    return found


def of_enterprise(model, path="enterprise"):
    """For `changes`: what was recorded for an enterprise, for records that were merged into it too."""
    return rows_with(model, path, f"{path}__merged_into")


class OfEnterprise(Identifier):
    """What was recorded for an enterprise, for records that were merged into it too."""

    def filter(self, queryset, value):
        if value is None:
            return queryset
        found = Enterprise.objects.filter(public_id=value).first()
        return queryset.filter(enterprise__in=found.family_ids) if found else queryset.none()


def once_within(owners):
    """Of things that the caller sees no longer, those that belonged to an enterprise within what it may see.

    `owners(ids)` gives (thing, enterprise) for every enterprise that each of the things ever belonged to.
    """

    def seen(caller, ids):
        if not caller.is_narrowed:
            return ids
        found = list(owners(ids))
        kept = set(_seen_before(caller, list({owner for _thing, owner in found if owner})))
        known = {thing for thing, owner in found if owner in kept}
        return [public_id for public_id in ids if public_id in known]

    return seen


def owner_of(model):
    """For things that stay with the enterprise that they were recorded for."""
    return lambda ids: model._base_manager.filter(public_id__in=ids).values_list("public_id", "enterprise__public_id")


# --- products and titles --------------------------------------------------------------------------


class ProductRow(Row):
    told = _("A product that an enterprise makes. One that was entered by mistake is gone.")

    id = public_id()
    enterprise = OwnerRow()
    name = serializers.CharField()
    group = ItemRow(allow_null=True, help_text=_("Its group of key industrial products."))
    activity = ItemRow(allow_null=True)
    created_at = Time()


class ProductFilter(ApiFilter):
    q = Search(label=_("Words of the name"))
    enterprise = Identifier(field_name="enterprise__public_id", label=_("Identifier of the enterprise"))
    tax_code = Code(field_name="enterprise__tax_code", label=_("Tax code of the enterprise, whole"))
    group = Code(field_name="group__code", label=_("Code of the product group (see product_groups)"))


def _owners_of_products(ids):
    """A product that was moved by a merge belonged to a record that was merged into its owner."""
    found = list(owner_of(Product)(ids))
    moved = Event.objects.filter(object_kind="enterprises.product", object_id__in=ids, kind="product moved")
    before = Product.objects.filter(public_id__in=moved.values("object_id"))
    return found + list(before.values_list("public_id", "enterprise__merged_records__public_id"))


PRODUCTS = register(
    Resource(
        name="products",
        label=_("Products"),
        model=Product,
        row=ProductRow,
        rows=lambda caller: within(caller, Product.objects.standing(), to_enterprise="enterprise__"),
        filters=ProductFilter,
        sorts={"name": ("sort_key",)},
        sort="name",
        changes={
            "enterprises.product": list,
            "enterprises.enterprise": rows_with(Product, "enterprise"),
            "reference.productgroup": rows_with(Product, "group"),
            "reference.industrycode": rows_with(Product, "activity"),
        },
        was_seen_by=once_within(_owners_of_products),
    )
)


class NamedRow(Row):
    told = _("The product that holds the title; what else is known of it stands under `products`.")

    id = public_id()
    name = serializers.CharField()


class TitleRow(Row):
    told = _(
        "A product was recognised in the round of a year. One that ended says when; one recorded by mistake is gone."
    )

    id = public_id()
    product = NamedRow()
    enterprise = OwnerRow(source="product.enterprise")
    group = ItemRow(source="product.group", allow_null=True)
    kind = serializers.ChoiceField(choices=Title.Kind.choices)
    round_year = serializers.IntegerField()
    decision_number = serializers.CharField()
    decision_on = serializers.DateField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, help_text=_("Last day in force."))
    ended_on = serializers.DateField(
        allow_null=True, help_text=_("It holds no longer from this day on, whatever its last day was.")
    )
    end_reason = serializers.CharField(allow_blank=True)
    created_at = Time()


class TitleFilter(ApiFilter):
    q = Search("product__folded", label=_("Words of the name of the product"))
    year = WholeNumber(field_name="round_year", label=_("Year of the round"))
    kind = django_filters.ChoiceFilter(choices=Title.Kind.choices, label=_("Kind of title"))
    group = Code(field_name="product__group__code", label=_("Code of the product group (see product_groups)"))
    in_force_on = InForceOn(label=_("Only titles that are in force on this day"))


class OwnTitleFilter(TitleFilter):
    enterprise = Identifier(field_name="product__enterprise__public_id", label=_("Identifier of the enterprise"))
    tax_code = Code(field_name="product__enterprise__tax_code", label=_("Tax code of the enterprise, whole"))


def _owners_of_titles(ids):
    return TitleRevision.objects.filter(title__public_id__in=ids).values_list(
        "title__public_id", "enterprise__public_id"
    )


TITLES = register(
    Resource(
        name="titles",
        label=_("Titles of products"),
        model=Title,
        row=TitleRow,
        rows=lambda caller: within(caller, Title.objects.standing(), to_enterprise="product__enterprise__"),
        filters=OwnTitleFilter,
        sorts={"year": ("round_year",)},
        sort="year",
        changes={
            "enterprises.title": list,
            "enterprises.product": rows_with(Title, "product"),
            "enterprises.enterprise": rows_with(Title, "product__enterprise"),
            "reference.productgroup": rows_with(Title, "product__group"),
        },
        was_seen_by=once_within(_owners_of_titles),
    )
)


class RecognisedRow(Row):
    told = _("A product that holds, or once held, a title of the programme, as the public register shows it.")

    id = public_id()
    product = serializers.CharField(source="product.name")
    enterprise = serializers.CharField(source="product.enterprise.name")
    group = ItemRow(source="product.group", allow_null=True)
    kind = serializers.ChoiceField(choices=Title.Kind.choices)
    round_year = serializers.IntegerField()
    decision_number = serializers.CharField()
    decision_on = serializers.DateField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, help_text=_("Last day in force."))
    ended_on = serializers.DateField(
        allow_null=True, help_text=_("It holds no longer from this day on, whatever its last day was.")
    )


# It has no feed of changes: a title comes in when its first day comes, which is no event. The list is short; an
# ETag says whether it is the same as before.
RECOGNISED = register(
    Resource(
        name="recognised",
        label=_("Recognised products, as the public register shows them"),
        model=Title,
        row=RecognisedRow,
        rows=lambda caller: Title.objects.standing().filter(valid_from__lte=timezone.localdate()),
        filters=TitleFilter,
        sorts={"year": ("round_year",)},
        sort="-year",
        open_to_all=True,
    )
)
