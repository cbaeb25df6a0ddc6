"""Columns and filters of the list of papers that go out."""

import django_filters
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from documents.models import NumberSeries, OutgoingPaper
from documents.paper_states import State
from reference.tables import name_in_language
from screens import tables
from screens.lists import FilterSet, SearchFilter

STATE_KINDS = {
    State.DRAFT: "info",
    State.INITIALLING: "warn",
    State.CHECKING: "warn",
    State.SIGNING: "warn",
    State.NUMBERING: "warn",
    State.SEALING: "warn",
    State.ISSUING: "warn",
    State.ISSUED: "ok",
    State.STOPPED: "bad",
    State.DISCARDED: "quiet",
}


class PaperTable(tables.Table):
    subject = tables.LinkColumn(
        verbose_name=_("Abstract of the content"),
        route="documents:paper",
        fields=("subject",),
        compute=lambda record: capfirst(record["subject"]),
        orderable=True,
        order_by=("subject",),
        width=60,
    )
    series = tables.Column(
        verbose_name=_("Kind of paper"),
        fields=("series__name_vi", "series__name_en"),
        compute=lambda record: name_in_language(record["series__name_vi"], record["series__name_en"]),
        orderable=True,
        order_by=("series__sort_key",),
    )
    number = tables.CodeColumn(verbose_name=_("Number and symbol"), accessor="number__symbol")
    dated_on = tables.DateColumn(verbose_name=_("Date of the paper"), accessor="number__dated_on")
    state = tables.TagColumn(verbose_name=_("State"), choices=dict(State.choices), kinds=STATE_KINDS)
    office = tables.VietnameseColumn(verbose_name=_("Office that drafts"), accessor="office__name")
    drafter = tables.VietnameseColumn(verbose_name=_("Drafted by"), accessor="drafter__full_name")
    signer = tables.VietnameseColumn(verbose_name=_("Signed by"), accessor="signer__full_name")
    drafted_at = tables.DateTimeColumn(verbose_name=_("Begun at"))
    due_on = tables.DateColumn(verbose_name=_("To be issued by"))

    class Meta(tables.Table.Meta):
        shown = ["subject", "number", "series", "state", "office", "drafter", "signer", "drafted_at", "due_on"]


class PaperFilter(FilterSet):
    q = SearchFilter(label=_("Content, kind, office or recipient"))
    series = django_filters.ModelChoiceFilter(
        label=_("Kind of paper"),
        queryset=NumberSeries.objects.laid_out().order_by("sort_key"),
        to_field_name="code",
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices, empty_label=_("All"))
    office = django_filters.ModelChoiceFilter(
        label=_("Office that drafts"),
        queryset=Office.objects.order_by("name"),
        to_field_name="code",
        empty_label=_("All"),
    )

    class Meta:
        model = OutgoingPaper
        fields: list = []
