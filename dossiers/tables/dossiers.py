"""Columns and filters of the list of dossiers."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from dossiers.models import Dossier, Procedure
from dossiers.presenting.dossiers import STATE_KINDS
from dossiers.states import State
from enterprises.models import Enterprise
from reference.tables import name_in_language
from screens import tables
from screens.forms import DateField
from screens.lists import FilterSet, SearchFilter
from screens.text import matching

MOST_CALLED = 500
WITHOUT_A_CODE = {State.DRAFT: _("(being typed in)"), State.WITHDRAWN: _("(given up)")}


class DossierTable(tables.Table):
    code = tables.LinkColumn(
        verbose_name=_("Dossier code"),
        route="dossiers:dossier",
        fields=("code", "state"),
        compute=lambda record: record["code"] or str(WITHOUT_A_CODE[record["state"]]),
        orderable=True,
        order_by=("code",),
        width=28,
    )
    enterprise = tables.VietnameseColumn(
        verbose_name=_("Enterprise"),
        accessor="enterprise__name",
        second="enterprise__tax_code",
        second_label=_("Tax code"),
        order_by=("enterprise__sort_key",),
        width=40,
    )
    procedure = tables.Column(
        verbose_name=_("Procedure"),
        fields=("procedure_version__procedure__name_vi", "procedure_version__procedure__name_en"),
        compute=lambda record: name_in_language(
            record["procedure_version__procedure__name_vi"], record["procedure_version__procedure__name_en"]
        ),
        orderable=True,
        order_by=("procedure_version__procedure__sort_key",),
        width=40,
    )
    state = tables.TagColumn(verbose_name=_("State"), choices=dict(State.choices), kinds=STATE_KINDS)
    submitted_at = tables.DateTimeColumn(verbose_name=_("Lodged at"))
    channel = tables.ChoiceColumn(verbose_name=_("Way of lodging"), choices=Dossier.Channel)
    applicant_name = tables.VietnameseColumn(verbose_name=_("Applicant"))
    office = tables.VietnameseColumn(
        verbose_name=_("Office that handles"), accessor="procedure_version__office__name", orderable=False
    )
    procedure_code = tables.CodeColumn(
        verbose_name=_("Code of the procedure"), accessor="procedure_version__procedure__code", orderable=False
    )
    arrived_on = tables.DateColumn(verbose_name=_("Day the paper arrived"))
    withdrawn_at = tables.DateTimeColumn(verbose_name=_("Withdrawn at"))

    class Meta(tables.Table.Meta):
        shown = ["code", "enterprise", "procedure", "state", "submitted_at", "channel", "office"]


class DossierSearch(SearchFilter):
    """By code, tax code, name of the enterprise as it was lodged or as it is called now, or procedure; without marks.

    The enterprises are asked first, so that the database takes their keys and the text from two indexes; so many bear a
    name that the text as lodged finds them by itself.
    """

    def filter(self, queryset, value):
        if not value:
            return queryset
        called = Enterprise.objects.filter(matching(value, "folded") | matching(value, "merged_into__folded"))
        keys = list(called.order_by().values_list("pk", flat=True)[:MOST_CALLED])
        return queryset.filter(matching(value, "folded") | Q(enterprise__in=keys))


class DayFilter(django_filters.Filter):
    field_class = DateField


class DossierFilter(FilterSet):
    advanced = ("channel", "lodged_from", "lodged_to")

    q = DossierSearch(label=_("Code, tax code or name"))
    procedure = django_filters.ModelChoiceFilter(
        label=_("Procedure"),
        queryset=Procedure.objects.order_by("sort_key"),
        to_field_name="code",
        field_name="procedure_version__procedure",
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices, empty_label=_("All"))
    office = django_filters.ModelChoiceFilter(
        label=_("Office that handles"),
        queryset=Office.objects.order_by("name"),
        to_field_name="code",
        field_name="procedure_version__office",
        empty_label=_("All"),
    )
    channel = django_filters.ChoiceFilter(
        label=_("Way of lodging"), choices=Dossier.Channel.choices, empty_label=_("All")
    )
    lodged_from = DayFilter(label=_("Lodged from"), field_name="submitted_at", lookup_expr="date__gte", help_text="")
    lodged_to = DayFilter(label=_("Lodged to"), field_name="submitted_at", lookup_expr="date__lte", help_text="")

    class Meta:
        model = Dossier
        fields: list = []
