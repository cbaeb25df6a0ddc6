import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from reference import tax_codes
from reference.models import ContentArea, MoneySource, SupportKind
from screens.lists import FilterSet
from screens.text import matching
from support.activity_codes import activity_code
from support.models import ActivityType, SupportRecord

TURN_CHOICES = [("yes", _("Counts as a turn")), ("no", _("Does not count"))]


class SupportFilter(FilterSet):
    """What a reader may narrow the list by; `turn` reads what `support.turns.explained` says of each record."""

    advanced = ("activity_type", "activity", "money_source", "withdrawn")

    year = django_filters.NumberFilter(label=_("Year"))
    enterprise = django_filters.CharFilter(label=_("Enterprise or tax code"), method="of_enterprise")
    content_area = django_filters.ModelChoiceFilter(
        label=_("Content area"), queryset=ContentArea.objects.order_by("code")
    )
    kind = django_filters.ModelChoiceFilter(label=_("Kind of support"), queryset=SupportKind.objects.order_by("code"))
    activity_type = django_filters.ChoiceFilter(label=_("Type of activity"), choices=ActivityType.choices)
    activity = django_filters.CharFilter(label=_("Activity or its code"), method="of_activity")
    money_source = django_filters.ModelChoiceFilter(
        label=_("Source of money"), queryset=MoneySource.objects.order_by("code")
    )
    turn = django_filters.ChoiceFilter(label=_("Turn"), choices=TURN_CHOICES, method="by_turn")
    import_batch = django_filters.UUIDFilter(label="", widget=forms.HiddenInput)
    withdrawn = django_filters.BooleanFilter(label=_("Withdrawn"))

    class Meta:
        model = SupportRecord
        fields = ()

    def of_enterprise(self, queryset, name, value):
        code = tax_codes.normal(value)
        found = Enterprise.objects.filter(Q(tax_code=code) | matching(value, "folded"))
        return queryset.filter(enterprise__in=found)

    def of_activity(self, queryset, name, value):
        return queryset.filter(Q(activity_code=activity_code(value)) | Q(activity__icontains=value.strip()))

    def by_turn(self, queryset, name, value):
        counts = Q(turn_reason="counts")
        return queryset.filter(counts if value == "yes" else ~counts)
