"""Columns and filters: one's own notices, the log of sendings, the matters that were to be told."""

import django_filters
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from notices.kinds import kinds, title_of
from notices.models import Channel, Delivery, Notice, Reminder, Telling
from notices.models.deliveries import title_of_morning
from notices.services.own import kinds_for
from screens import tables
from screens.lists import FilterSet, SearchFilter

MORNING = "notices.morning"
DELIVERY_KINDS = {
    "waiting": "info",
    "daily": "info",
    "bundled": "ok",
    "sent": "ok",
    "parked": "bad",
    "dropped": "quiet",
}
TELLING_KINDS = {"waiting": "info", "done": "ok", "nobody": "quiet", "parked": "bad"}
SETTLED = (("no", pgettext_lazy("reminder", "Not done yet")), ("yes", pgettext_lazy("reminder", "Done")))
MINE = (("received", _("I am reminded")), ("sent", _("I remind")))
READ = (("no", _("Not read yet")), ("yes", _("Read")))


def titles():
    return sorted((code, str(kind)) for code, kind in kinds().items())


def _in_language(record, path):
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    return record[f"{path}_{language}"]


def _title(record):
    """The subject for whoever may read it; the kind alone for the others."""
    if record["digest_on"]:
        return title_of_morning(record["digest_on"])
    return _in_language(record, "notice__subject") if record["readable"] else title_of(record["notice__telling__kind"])


class OwnTable(tables.Table):
    stacked = True
    subject = tables.LinkColumn(
        verbose_name=_("Notice"),
        route="notices:own_notice",
        fields=("subject_vi", "subject_en"),
        compute=lambda record: _in_language(record, "subject"),
        width=60,
    )
    at = tables.DateTimeColumn(verbose_name=_("Told at"))
    read = tables.TagColumn(
        verbose_name=_("State"),
        choices=READ,
        kinds={"no": "info", "yes": "quiet"},
        fields=("read_at",),
        compute=lambda record: "yes" if record["read_at"] else "no",
    )
    kind = tables.Column(
        verbose_name=_("Kind"), fields=("telling__kind",), compute=lambda record: title_of(record["telling__kind"])
    )

    class Meta(tables.Table.Meta):
        shown = ["subject", "at", "read"]


class OwnFilter(FilterSet):
    read = django_filters.ChoiceFilter(label=_("State"), choices=READ, method="filter_read", empty_label=_("All"))
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=titles, field_name="telling__kind", empty_label=_("All")
    )

    class Meta:
        model = Notice
        fields: list = []

    def __init__(self, *args, **kwargs):
        """Offers the kinds of which the person may be told."""
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [(kind.code, str(kind)) for kind in kinds_for(self.request.user)]

    def filter_read(self, queryset, _name, value):
        return queryset.filter(read_at__isnull=value == "no")


class DeliveryTable(tables.Table):
    subject = tables.LinkColumn(
        verbose_name=_("Notice"),
        route="notices:delivery",
        fields=("notice__subject_vi", "notice__subject_en", "notice__telling__kind", "digest_on", "readable"),
        compute=_title,
        width=50,
    )
    person = tables.VietnameseColumn(
        verbose_name=_("Person"),
        fields=("person__full_name", "notice__name"),
        compute=lambda record: record["person__full_name"] or record["notice__name"],
        orderable=True,
        order_by=("person__sort_key",),
        width=30,
    )
    channel = tables.ChoiceColumn(verbose_name=_("Way of telling"), choices=Channel)
    made_at = tables.DateTimeColumn(verbose_name=_("Written at"))
    sent_at = tables.DateTimeColumn(verbose_name=_("Sent at"))
    state = tables.TagColumn(verbose_name=_("State"), choices=Delivery.State, kinds=DELIVERY_KINDS)
    read_at = tables.DateTimeColumn(verbose_name=_("Read at"), accessor="notice__read_at", orderable=False)
    attempts = tables.NumberColumn(verbose_name=_("Attempts"))
    error = tables.Column(verbose_name=_("Error"), orderable=False)
    address = tables.Column(verbose_name=_("Sent to"))
    kind = tables.Column(
        verbose_name=_("Kind"),
        fields=("notice__telling__kind",),
        compute=lambda record: title_of(record["notice__telling__kind"] or MORNING),
    )

    class Meta(tables.Table.Meta):
        shown = ["subject", "person", "channel", "made_at", "sent_at", "state", "error"]


class DeliveryFilter(FilterSet):
    advanced = ("channel", "kind")

    q = SearchFilter(label=_("Person"), folded=("person__folded", "notice__folded"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Delivery.State.choices, empty_label=_("All"))
    channel = django_filters.ChoiceFilter(label=_("Way of telling"), choices=Channel.choices, empty_label=_("All"))
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=titles, field_name="notice__telling__kind", empty_label=_("All")
    )

    class Meta:
        model = Delivery
        fields: list = []


class TellingTable(tables.Table):
    kind = tables.LinkColumn(
        verbose_name=_("Matter"),
        route="notices:telling",
        fields=("kind",),
        compute=lambda record: title_of(record["kind"]),
        order_by=("kind",),
        orderable=True,
        width=40,
    )
    told_at = tables.DateTimeColumn(verbose_name=_("Time of the act"))
    state = tables.TagColumn(verbose_name=_("State"), choices=Telling.State, kinds=TELLING_KINDS)
    done_at = tables.DateTimeColumn(verbose_name=_("Passed on at"))
    attempts = tables.NumberColumn(verbose_name=_("Failed attempts"))
    error = tables.Column(verbose_name=_("Error"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["kind", "told_at", "state", "done_at", "error"]


class TellingFilter(FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=Telling.State.choices, empty_label=_("All"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=titles, empty_label=_("All"))

    class Meta:
        model = Telling
        fields: list = []


class ReminderTable(tables.Table):
    label = tables.LinkColumn(
        verbose_name=_("About"),
        route="notices:reminder",
        second="words",
        second_label=_("What is to be done"),
        second_column=tables.TextColumn,
        width=50,
    )
    sender = tables.VietnameseColumn(
        verbose_name=_("Who reminds"), accessor="sender__full_name", order_by=("sender__sort_key",)
    )
    receiver = tables.VietnameseColumn(
        verbose_name=_("Who is reminded"), accessor="receiver__full_name", order_by=("receiver__sort_key",)
    )
    sent_at = tables.DateTimeColumn(verbose_name=_("Reminded at"))
    due_on = tables.DateColumn(verbose_name=_("To be done by the day"))
    done = tables.TagColumn(
        verbose_name=_("State"),
        choices=SETTLED,
        kinds={"no": "info", "yes": "quiet"},
        fields=("done_at",),
        compute=lambda record: "yes" if record["done_at"] else "no",
    )

    class Meta(tables.Table.Meta):
        shown = ["label", "sender", "receiver", "sent_at", "due_on", "done"]


class ReminderFilter(FilterSet):
    mine = django_filters.ChoiceFilter(label=_("Whose"), choices=MINE, method="filter_mine", empty_label=_("All"))
    done = django_filters.ChoiceFilter(label=_("State"), choices=SETTLED, method="filter_done", empty_label=_("All"))

    class Meta:
        model = Reminder
        fields: list = []

    def filter_mine(self, queryset, _name, value):
        return queryset.filter(**{"receiver" if value == "received" else "sender": self.request.user})

    def filter_done(self, queryset, _name, value):
        return queryset.filter(done_at__isnull=value == "no")
