"""Columns and filters of the list of procedures."""

import django_filters
from django.db.models import Case, CharField, Exists, OuterRef, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from dossiers.models import Procedure, ProcedureVersion
from reference.tables import ConfidenceColumn, ConfidenceFilter, name_in_language
from screens import tables
from screens.lists import FilterSet, SearchFilter

STANDING = {
    "open": _("Being received"),
    "to_come": _("Not yet in force"),
    "drafted": _("In draft only"),
    "empty": _("Without a version"),
    "closed": _("Closed"),
}
STANDING_KINDS = {"open": "ok", "to_come": "info", "drafted": "info", "empty": "warn", "closed": "quiet"}


def procedures_to_list(on):
    """Procedures with what holds on the day `on`: standing, and the version in force with its days and its office."""
    versions = ProcedureVersion.objects.filter(procedure=OuterRef("pk"))
    holding = versions.in_force(on)
    return Procedure.objects.annotate(
        version_number=Subquery(holding.values("number")[:1]),
        version_days=Subquery(holding.values("total_days")[:1]),
        version_from=Subquery(holding.values("valid_from")[:1]),
        version_office=Subquery(holding.values("office__name")[:1]),
        has_draft=Exists(versions.drafts()),
        has_issued=Exists(versions.issued()),
    ).annotate(
        standing=Case(
            When(closed_on__lte=on, then=Value("closed")),
            When(version_number__isnull=False, then=Value("open")),
            When(has_issued=True, then=Value("to_come")),
            When(has_draft=True, then=Value("drafted")),
            default=Value("empty"),
            output_field=CharField(),
        )
    )


class ProcedureTable(tables.Table):
    name = tables.LinkColumn(
        verbose_name=_("Procedure"),
        route="dossiers:procedure",
        fields=("name_vi", "name_en"),
        compute=lambda record: name_in_language(record["name_vi"], record["name_en"]),
        orderable=True,
        order_by=("sort_key",),
    )
    code = tables.CodeColumn(verbose_name=_("Code"))
    kind = tables.ChoiceColumn(verbose_name=_("Kind"), choices=Procedure.Kind)
    agency = tables.Column(
        verbose_name=_("Agency that decides"),
        fields=("agency__name_vi", "agency__name_en"),
        compute=lambda record: name_in_language(record["agency__name_vi"], record["agency__name_en"]),
        orderable=True,
        order_by=("agency__sort_key",),
    )
    standing = tables.TagColumn(verbose_name=_("State"), choices=STANDING, kinds=STANDING_KINDS)
    version_number = tables.NumberColumn(verbose_name=_("Version in force"))
    version_from = tables.DateColumn(verbose_name=_("In force from"))
    version_days = tables.NumberColumn(verbose_name=_("Working days"))
    version_office = tables.VietnameseColumn(verbose_name=_("Office that handles"))
    has_draft = tables.BooleanColumn(verbose_name=_("New draft"))
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = [
            "name",
            "code",
            "kind",
            "standing",
            "version_number",
            "version_from",
            "version_days",
            "version_office",
            "confidence",
        ]


class ProcedureFilter(FilterSet):
    q = SearchFilter(label=_("Code or name"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Procedure.Kind.choices, empty_label=_("All"))
    standing = django_filters.ChoiceFilter(label=_("State"), choices=list(STANDING.items()), empty_label=_("All"))
    office = django_filters.ModelChoiceFilter(
        label=_("Office that handles"),
        queryset=Office.objects.order_by("name"),
        to_field_name="code",
        method="by_office",
        empty_label=_("All"),
    )
    confidence = ConfidenceFilter()

    class Meta:
        model = Procedure
        fields: list = []

    def by_office(self, queryset, name, office):
        holding = ProcedureVersion.objects.in_force(timezone.localdate()).filter(
            procedure=OuterRef("pk"), office=office
        )
        return queryset.filter(Exists(holding))
