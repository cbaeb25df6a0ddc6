"""The lists of connected systems, and of events sent to them: columns and filters."""

from datetime import timedelta

import django_filters
from django.db.models import Max, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exchange.callers import day_of, minute_of
from exchange.catalogue import PING, label_of, types_by_name
from exchange.models import Client, DayOfUse, MinuteOfUse, Sending, Subscription
from exchange.names import found_by_words, named_scopes, scopes_in_short
from screens import tables
from screens.lists import FilterSet

SHOWN_DAYS = 30


def first_day_shown(today):
    """The first of the last SHOWN_DAYS days, today included."""
    return today - timedelta(days=SHOWN_DAYS - 1)


def _of(rows, what):
    """One figure of the rows of use of each system."""
    own = rows.filter(client=OuterRef("pk")).order_by().values("client")
    return Subquery(own.annotate(figure=what).values("figure"))


def clients_with_use(today):
    """Systems with their state, the calls of the last 30 days and when they called last.

    A day is summed up only after the next one: what is not yet stands in minutes.
    """
    since = first_day_shown(today)
    days, minutes = DayOfUse.objects.all(), MinuteOfUse.objects.all()
    summed = Coalesce(_of(days.filter(day__gte=since), Sum("calls")), 0)
    fresh = Coalesce(_of(minutes.filter(minute__gte=minute_of(since)), Sum("calls")), 0)
    return Client.objects.with_state(today).annotate(
        calls=summed + fresh,
        last_minute=_of(minutes, Max("minute")),
        last_day=_of(days, Max("day")),
    )


def last_call(record):
    """The day of the last call."""
    if record["last_minute"] is None:
        return record["last_day"]
    return day_of(record["last_minute"])


class RightsColumn(tables.Column):
    """The rights of a system: in short on the page, all of them in words in what is exported."""

    width = 60

    def text(self, value):
        return scopes_in_short(value)

    def plain(self, value):
        return "; ".join(named_scopes(value))

    sheet_value = plain


class ClientTable(tables.Table):
    held = True
    name = tables.VietnameseLinkColumn(verbose_name=_("System"), route="systems:client_detail")
    state = tables.TagColumn(verbose_name=_("State"), choices=Client.State, kinds=Client.KINDS)
    owner = tables.VietnameseColumn(verbose_name=_("Agency"))
    scopes = RightsColumn(verbose_name=_("Rights"), orderable=False)
    purpose = tables.VietnameseColumn(verbose_name=_("Purpose of the connection"))
    basis = tables.VietnameseColumn(verbose_name=_("Ground of the sharing"))
    contact = tables.VietnameseColumn(verbose_name=_("Contact"))
    expires_on = tables.DateColumn(verbose_name=_("Last day"))
    calls = tables.NumberColumn(verbose_name=_("Calls in 30 days"))
    last_used = tables.DateColumn(verbose_name=_("Last call"), fields=("last_minute", "last_day"), compute=last_call)

    class Meta:
        shown = ["name", "state", "owner", "scopes", "expires_on", "calls", "last_used"]


class ClientFilter(FilterSet):
    q = django_filters.CharFilter(label=_("System, agency or purpose"), method="with_words")
    state = django_filters.ChoiceFilter(label=_("State"), choices=Client.State.choices)

    class Meta:
        model = Client
        fields = []

    def with_words(self, queryset, name, value):
        return queryset.filter(pk__in=found_by_words(value))


class SendingTable(tables.Table):
    held = True
    event = tables.LinkColumn(
        verbose_name=pgettext_lazy("sent to a system", "Event"),
        route="systems:sending_detail",
        fields=("type",),
        compute=lambda record: str(label_of(record["type"])),
        order_by=("type",),
        orderable=True,
        width=40,
    )
    system = tables.VietnameseColumn(
        verbose_name=_("System"), accessor="subscription__client__name", orderable=False, width=40
    )
    made_at = tables.DateTimeColumn(verbose_name=_("Written at"), order_by=("pk",))
    state = tables.TagColumn(verbose_name=_("State"), choices=Sending.State, kinds=Sending.KINDS)
    attempts = tables.NumberColumn(verbose_name=_("Attempts"))
    why = tables.ChoiceColumn(verbose_name=_("Why it did not go"), choices=Sending.Why, orderable=False)
    tried_at = tables.DateTimeColumn(verbose_name=_("Last attempt"), orderable=False)
    status = tables.CodeColumn(verbose_name=_("Answer code"), orderable=False)
    address = tables.CodeColumn(
        verbose_name=_("Address that receives events"), accessor="subscription__address", orderable=False
    )
    thing = tables.CodeColumn(verbose_name=_("Identifier of the thing"), accessor="object_id", orderable=False)

    class Meta:
        shown = ["event", "system", "made_at", "state", "attempts", "why", "tried_at"]


def _types():
    return [(name, label_of(name)) for name in (PING, *types_by_name())]


class SendingFilter(FilterSet):
    advanced = ("type", "thing")

    address = django_filters.ModelChoiceFilter(
        label=_("Address that receives events"),
        field_name="subscription",
        queryset=Subscription.objects.order_by("address", "pk"),
        to_field_name="public_id",
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=Sending.State.choices)
    type = django_filters.ChoiceFilter(label=pgettext_lazy("sent to a system", "Event"), choices=_types)
    thing = django_filters.UUIDFilter(label=_("Identifier of the thing"), field_name="object_id")

    class Meta:
        model = Sending
        fields = []
