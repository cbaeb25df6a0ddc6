import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import fields as filter_fields

from enterprises.jumps import with_jump
from enterprises.models import Claim, Enterprise, EnterpriseGroup, FigureRevision, Product, Title
from enterprises.models.enterprises import Size
from enterprises.models.figures import State
from enterprises.models.products import TitleKind
from enterprises.tables import TITLE_STATES
from reference import tax_codes
from reference.models import AdministrativeUnit, ProductGroup
from reference.presenting import named_as_of
from screens.lists import FilterSet, SearchFilter

YES_NO = [("yes", _("Yes")), ("no", _("No"))]


def wards(request):
    on = timezone.localdate()
    return AdministrativeUnit.objects.in_force(on).filter(kind=AdministrativeUnit.Kind.WARD).order_by("sort_key")


def product_groups(request):
    """Those that ended too: what stood under them in its years is still to be found."""
    return ProductGroup.objects.filter(valid_from__lte=timezone.localdate()).order_by("code", "valid_from")


class GroupField(filter_fields.ModelChoiceField):
    def label_from_instance(self, obj):
        return named_as_of(obj, on=timezone.localdate())


class GroupFilter(django_filters.ModelChoiceFilter):
    field_class = GroupField

    def __init__(self, **kwargs):
        super().__init__(label=_("Product group"), queryset=product_groups, **kwargs)


class EnterpriseFilter(FilterSet):
    advanced = ("enterprise_type", "size", "title_year")

    q = SearchFilter(label=_("Name or tax code"))
    group = GroupFilter(method="of_group")
    ward = django_filters.ModelChoiceFilter(label=_("Ward or commune"), queryset=wards)
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=[(s, label) for s, label in Enterprise.Status.choices if s != "withdrawn"]
    )
    has_title = django_filters.ChoiceFilter(label=_("Title in force"), choices=YES_NO, method="with_title")
    size = django_filters.ChoiceFilter(label=_("Size"), choices=Size.choices)
    enterprise_type = django_filters.ChoiceFilter(label=_("Type"), choices=Enterprise.Type.choices)
    title_year = django_filters.NumberFilter(label=_("Recognised in the round of"), method="of_round")

    class Meta:
        model = Enterprise
        fields = ()

    def of_group(self, queryset, name, value):
        rows = EnterpriseGroup.objects.in_force(timezone.localdate()).filter(group=value)
        return queryset.filter(pk__in=rows.values("enterprise_id"))

    def with_title(self, queryset, name, value):
        held = Title.objects.in_force(timezone.localdate()).values("product__enterprise_id")
        return queryset.filter(pk__in=held) if value == "yes" else queryset.exclude(pk__in=held)

    def of_round(self, queryset, name, value):
        titles = Title.objects.standing().filter(round_year=value)
        return queryset.filter(pk__in=titles.values("product__enterprise_id"))


class ClaimFilter(FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=Claim.State.choices)
    tax_code = django_filters.CharFilter(label=_("Tax code"), method="of_tax_code")
    office = django_filters.ChoiceFilter(label=_("In which capacity"), choices=Claim.Office.choices)

    class Meta:
        model = Claim
        fields = ()

    def of_tax_code(self, queryset, name, value):
        return queryset.filter(tax_code=tax_codes.normal(value))


class ProductFilter(FilterSet):
    q = SearchFilter(label=_("Product"))
    enterprise = SearchFilter(label=_("Enterprise or tax code"), folded=("enterprise__folded",))
    group = GroupFilter()
    has_title = django_filters.ChoiceFilter(label=_("Title in force"), choices=YES_NO, method="with_title")

    class Meta:
        model = Product
        fields = ()

    def with_title(self, queryset, name, value):
        held = Title.objects.in_force(timezone.localdate()).values("product_id")
        return queryset.filter(pk__in=held) if value == "yes" else queryset.exclude(pk__in=held)


class TitleFilter(FilterSet):
    round_year = django_filters.NumberFilter(label=_("Round"))
    q = SearchFilter(label=_("Product or enterprise"), folded=("product__folded", "product__enterprise__folded"))
    kind = django_filters.ChoiceFilter(label=_("Title"), choices=TitleKind.choices)
    group = GroupFilter(field_name="product__group")
    state = django_filters.ChoiceFilter(label=_("State"), choices=TITLE_STATES, field_name="title_state")

    class Meta:
        model = Title
        fields = ()


class FiguresFilter(FilterSet):
    advanced = ("size", "scope", "place", "prices", "jump", "whose")

    year = django_filters.NumberFilter(label=_("Year"))
    q = SearchFilter(label=_("Enterprise or tax code"), folded=("enterprise__folded",))
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices)
    group = GroupFilter(method="of_group")
    size = django_filters.ChoiceFilter(label=_("Size"), choices=Size.choices)
    scope = django_filters.ChoiceFilter(label=_("Scope"), choices=FigureRevision.Scope.choices)
    place = django_filters.ChoiceFilter(label=_("Place"), choices=FigureRevision.Place.choices)
    prices = django_filters.ChoiceFilter(label=_("Prices"), choices=FigureRevision.Prices.choices)
    jump = django_filters.ChoiceFilter(
        label=_("Jump against the year before"), choices=[("yes", _("Yes"))], method="with_jump"
    )
    whose = django_filters.ChoiceFilter(
        label=_("Whose"), choices=[("mine", _("Mine to send or to correct"))], method="of_whom"
    )
    import_batch = django_filters.UUIDFilter(label="", widget=forms.HiddenInput)

    class Meta:
        model = FigureRevision
        fields = ()

    def of_group(self, queryset, name, value):
        rows = EnterpriseGroup.objects.in_force(timezone.localdate()).filter(group=value)
        return queryset.filter(enterprise__in=rows.values("enterprise_id"))

    def of_whom(self, queryset, name, value):
        """Nothing that waits for review is still to be sent: a job that goes through those asks for nobody."""
        return queryset.held_by(self.request.user) if self.request else queryset.none()

    def with_jump(self, queryset, name, value):
        return with_jump(queryset, timezone.localdate())
