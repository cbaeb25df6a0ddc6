import django_filters
from django.utils.translation import gettext_lazy as _

from documents.imports import kinds
from documents.models import Import
from screens import tables
from screens.lists import FilterSet

STATE_TAGS = {
    "applied": "ok",
    "refused": "bad",
    "previewed": "warn",
    "uploaded": "info",
    "applying": "info",
    "undoing": "info",
    "undone": "quiet",
    "discarded": "quiet",
}


def kind_choices(*_args):
    return [(code, kind.title) for code, kind in kinds().items()]


def kind_title(record):
    kind = kinds().get(record["kind"])
    return str(kind.title) if kind else record["kind"]


class ImportTable(tables.Table):
    file = tables.LinkColumn(accessor="file__original_name", route="documents:import_detail", verbose_name=_("File"))
    kind = tables.TextColumn(compute=kind_title, fields=("kind",), verbose_name=_("Kind"), order_by=("kind",))
    year = tables.YearColumn(verbose_name=_("Year"))
    uploaded_at = tables.DateTimeColumn(verbose_name=_("Sent"))
    sender = tables.TextColumn(verbose_name=_("By"))
    state = tables.TagColumn(choices=Import.State, kinds=STATE_TAGS, verbose_name=_("State"))
    good = tables.NumberColumn(accessor="counts__good", verbose_name=_("Good rows"))
    bad = tables.NumberColumn(accessor="counts__bad", verbose_name=_("Bad rows"))
    applied_at = tables.DateTimeColumn(verbose_name=_("Imported"))

    class Meta(tables.Table.Meta):
        shown = ("file", "kind", "year", "uploaded_at", "sender", "state", "good", "bad")


class ImportFilter(FilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=kind_choices)
    year = django_filters.NumberFilter(label=_("Year"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Import.State.choices)
    whose = django_filters.ChoiceFilter(label=_("Whose"), choices=[("mine", _("Mine to decide on"))], method="of_whom")

    class Meta:
        model = Import
        fields = ("kind", "year", "state")

    def of_whom(self, queryset, name, value):
        return queryset.held_by(self.request.user) if self.request else queryset.none()
