"""Columns and filters of the register of papers that go out, and of the series of numbers."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from documents.models import NumberSeries, PaperNumber
from reference.tables import ConfidenceColumn, name_in_language
from screens import tables
from screens.forms import DateField
from screens.lists import FilterSet, SearchFilter

STANDING = {"standing": _("Given"), "void": _("Void")}
STANDING_KINDS = {"standing": "ok", "void": "bad"}
IN_USE = {"in_use": _("In use"), "ended": _("Ended")}


class DayFilter(django_filters.Filter):
    field_class = DateField


def _kind_and_subject(record):
    return f"{record['series__name_vi']}: {record['subject']}"


class NumberTable(tables.Table):
    symbol = tables.LinkColumn(
        verbose_name=_("Number and symbol"), route="documents:number", order_by=("year", "series__sort_key", "number")
    )
    dated_on = tables.DateColumn(verbose_name=_("Date of the paper"))
    subject = tables.VietnameseColumn(
        verbose_name=_("Kind of paper and abstract of the content"),
        fields=("series__name_vi", "subject"),
        compute=_kind_and_subject,
        order_by=("subject",),
        width=60,
    )
    signer = tables.VietnameseColumn(verbose_name=_("Signed by"))
    recipients = tables.VietnameseColumn(verbose_name=_("Recipients"), width=40, orderable=False)
    office = tables.VietnameseColumn(verbose_name=_("Office that drafted"), accessor="office__name")
    copies = tables.NumberColumn(verbose_name=_("Copies"))
    series = tables.Column(
        verbose_name=_("Series of numbers"),
        fields=("series__name_vi", "series__name_en"),
        compute=lambda record: name_in_language(record["series__name_vi"], record["series__name_en"]),
        orderable=True,
        order_by=("series__sort_key",),
    )
    state = tables.TagColumn(
        verbose_name=_("State"),
        fields=("voided_at",),
        compute=lambda record: "void" if record["voided_at"] else "standing",
        choices=STANDING,
        kinds=STANDING_KINDS,
    )
    void_reason = tables.VietnameseColumn(verbose_name=_("Why it is void"), orderable=False)
    note = tables.VietnameseColumn(verbose_name=_("Remark"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["symbol", "dated_on", "subject", "signer", "recipients", "office", "copies", "state"]


def _remark(record):
    void = _("Void: %(reason)s") % {"reason": record["void_reason"]} if record["voided_at"] else ""
    return "; ".join(filter(None, (void, record["note"])))


class OutgoingSheet(tables.Table):
    """Sổ đăng ký văn bản đi, as Decree 30/2020, Appendix IV, has it."""

    form_symbol = tables.CodeColumn(verbose_name=_("Number and symbol"), accessor="symbol")
    form_day = tables.DateColumn(verbose_name=_("Date of the paper"), accessor="dated_on")
    form_subject = tables.VietnameseColumn(
        verbose_name=_("Kind and abstract of the content"),
        fields=("series__name_vi", "subject"),
        compute=_kind_and_subject,
    )
    form_signer = tables.VietnameseColumn(verbose_name=_("Signed by"), accessor="signer")
    form_recipients = tables.VietnameseColumn(verbose_name=_("Recipients"), accessor="recipients")
    form_kept = tables.VietnameseColumn(verbose_name=_("Who keeps the file copy"), accessor="office__name")
    form_copies = tables.NumberColumn(verbose_name=_("Copies"), accessor="copies")
    form_note = tables.VietnameseColumn(
        verbose_name=_("Remark"), fields=("note", "voided_at", "void_reason"), compute=_remark
    )


class NumberFilter(FilterSet):
    advanced = ("office", "dated_from", "dated_to")

    q = SearchFilter(label=_("Number, content, signer or recipient"))
    series = django_filters.ModelChoiceFilter(
        label=_("Series of numbers"),
        queryset=NumberSeries.objects.in_register(NumberSeries.Register.OUT).order_by("sort_key"),
        to_field_name="code",
        empty_label=_("All"),
    )
    year = django_filters.NumberFilter(label=_("Year"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=list(STANDING.items()), method="by_state", empty_label=_("All")
    )
    office = django_filters.ModelChoiceFilter(
        label=_("Office that drafted"),
        queryset=Office.objects.order_by("name"),
        to_field_name="code",
        empty_label=_("All"),
    )
    dated_from = DayFilter(label=_("Dated from"), field_name="dated_on", lookup_expr="gte", help_text="")
    dated_to = DayFilter(label=_("Dated to"), field_name="dated_on", lookup_expr="lte", help_text="")

    class Meta:
        model = PaperNumber
        fields: list = []

    def by_state(self, queryset, name, state):
        return queryset.filter(voided_at__isnull=state == "standing")


class SeriesTable(tables.Table):
    name = tables.LinkColumn(
        verbose_name=_("Series of numbers"),
        route="documents:series",
        fields=("name_vi", "name_en"),
        compute=lambda record: name_in_language(record["name_vi"], record["name_en"]),
        orderable=True,
        order_by=("sort_key",),
    )
    code = tables.CodeColumn(verbose_name=_("Code"))
    pattern = tables.CodeColumn(verbose_name=_("Number and symbol"))
    register = tables.ChoiceColumn(verbose_name=_("Register"), choices=NumberSeries.Register)
    numbered_by = tables.ChoiceColumn(verbose_name=_("Who gives the numbers"), choices=NumberSeries.NumberedBy)
    office = tables.VietnameseColumn(verbose_name=_("Only for papers of"), accessor="office__name")
    counts_each_office = tables.BooleanColumn(verbose_name=_("Each office has numbers of its own"))
    ended_on = tables.DateColumn(verbose_name=_("Ended from"))
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = ["name", "code", "register", "pattern", "numbered_by", "office", "ended_on", "confidence"]


class SeriesFilter(FilterSet):
    q = SearchFilter(label=_("Code, name or symbol"))
    register = django_filters.ChoiceFilter(
        label=_("Register"), choices=NumberSeries.Register.choices, empty_label=_("All")
    )
    numbered_by = django_filters.ChoiceFilter(
        label=_("Who gives the numbers"), choices=NumberSeries.NumberedBy.choices, empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=list(IN_USE.items()), method="by_state", empty_label=_("All")
    )

    class Meta:
        model = NumberSeries
        fields: list = []

    def by_state(self, queryset, name, state):
        return queryset.filter(ended_on__isnull=state == "in_use")
