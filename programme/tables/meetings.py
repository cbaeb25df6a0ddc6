"""Columns and filters of meetings and of their lists of guests."""

import django_filters
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from programme.models import Invitee, Meeting
from programme.presenting.meetings import ANSWER_KINDS, STATE_KINDS
from screens import tables
from screens.lists import FilterSet, SearchFilter


class MeetingTable(tables.Table):
    subject = tables.LinkColumn(
        verbose_name=pgettext_lazy("meeting", "Subject"), route="programme:meeting", orderable=False, width=50
    )
    starts_at = tables.DateTimeColumn(verbose_name=_("Begins at"))
    place = tables.VietnameseColumn(verbose_name=pgettext_lazy("meeting", "Place"), orderable=False, width=30)
    chair = tables.Column(verbose_name=_("Chair"), accessor="chair__full_name")
    secretary = tables.Column(verbose_name=_("Secretary"), accessor="secretary__full_name")
    office = tables.Column(verbose_name=_("Office that prepares it"), accessor="office__name")
    state = tables.TagColumn(verbose_name=_("State"), choices=Meeting.State, kinds=STATE_KINDS)

    class Meta(tables.Table.Meta):
        shown = ["subject", "starts_at", "place", "chair", "office", "state"]


class MeetingFilter(FilterSet):
    q = SearchFilter(label=_("Search: subject, place"))
    office = django_filters.ModelChoiceFilter(
        queryset=Office.objects.order_by("code"),
        to_field_name="public_id",
        label=_("Office that prepares it"),
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(choices=Meeting.State.choices, label=_("State"), empty_label=_("All"))
    when = django_filters.ChoiceFilter(
        choices=[("to_come", _("Still to come")), ("over", _("Begun or over"))],
        label=pgettext_lazy("meeting", "Time"),
        empty_label=_("All"),
        method="by_time",
    )

    class Meta:
        model = Meeting
        fields: list = []

    def by_time(self, queryset, name, value):
        now = timezone.now()
        return queryset.filter(starts_at__gt=now) if value == "to_come" else queryset.filter(starts_at__lte=now)


FORMER = _("the former time")


def _is_former(record):
    moved = record["meeting__moved_at"]
    return bool(record["answer"] and moved and record["answered_at"] < moved)


class GuestTable(tables.Table):
    name = tables.VietnameseColumn(verbose_name=_("Guest"), orderable=False, width=40)
    kind = tables.ChoiceColumn(verbose_name=_("Kind of guest"), choices=Invitee.Kind)
    email = tables.TextColumn(verbose_name=_("E-mail address"), orderable=False)
    way = tables.ChoiceColumn(verbose_name=_("Way of the invitation"), choices=Invitee.Way)
    sent_at = tables.DateTimeColumn(verbose_name=_("Invitation sent at"))
    answer = tables.TagColumn(
        verbose_name=pgettext_lazy("meeting", "Answer"), choices=Invitee.Answer, kinds=ANSWER_KINDS
    )
    given_for = tables.Column(
        verbose_name=_("Answer given for"),
        fields=("answer", "answered_at", "meeting__moved_at"),
        compute=lambda record: FORMER if _is_former(record) else "",
    )
    delegate = tables.VietnameseColumn(verbose_name=_("Who comes instead"), orderable=False)
    answered_at = tables.DateTimeColumn(verbose_name=_("Answered at"))
    attended = tables.BooleanColumn(verbose_name=_("Came"))
    attendee = tables.VietnameseColumn(verbose_name=_("Who came"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["name", "kind", "way", "answer", "given_for", "delegate", "attended", "attendee"]


class _KeptName(tables.VietnameseColumn):
    """The guest, and below what whoever keeps the meeting can do; `answers` while they are taken."""

    def __init__(self, *, answers, **kwargs):
        self.answers = answers
        super().__init__(fields=("name", "sent_at", "attended", "place", "meeting__public_id"), **kwargs)

    def render(self, value, record):
        name = super().render(value, record)
        if record["sent_at"] and self.answers:
            route, label = "enter_answer", _("Enter the answer")
        elif not record["sent_at"] and not record["attended"]:
            route, label = "withdraw_guest", _("Take off the list")
        else:
            return name
        url = reverse(f"programme:{route}", args=[record["meeting__public_id"], record["place"]])
        hidden = format_html('<span class="visually-hidden">: {}</span>', name)
        return format_html('{}<span class="second"><a href="{}">{}{}</a></span>', name, url, label, hidden)


class GuestTableInvited(GuestTable):
    name = _KeptName(answers=True, verbose_name=_("Guest"), orderable=False, width=40)


class GuestTableKept(GuestTable):
    name = _KeptName(answers=False, verbose_name=_("Guest"), orderable=False, width=40)


class GuestFilter(FilterSet):
    q = SearchFilter(label=_("Search: name, address"))
    kind = django_filters.ChoiceFilter(choices=Invitee.Kind.choices, label=_("Kind of guest"), empty_label=_("All"))
    way = django_filters.ChoiceFilter(
        choices=Invitee.Way.choices, label=_("Way of the invitation"), empty_label=_("All")
    )
    answer = django_filters.ChoiceFilter(
        choices=[*Invitee.Answer.choices, ("none", _("No answer yet")), ("former", _("Given for the former time"))],
        label=pgettext_lazy("meeting", "Answer"),
        empty_label=_("All"),
        method="by_answer",
    )
    attended = django_filters.ChoiceFilter(
        choices=[("yes", _("Came")), ("no", _("Did not come"))],
        label=_("At the meeting"),
        empty_label=_("All"),
        method="by_coming",
    )

    class Meta:
        model = Invitee
        fields: list = []

    def by_answer(self, queryset, name, value):
        if value == "former":
            return queryset.former()
        return queryset.filter(answer="" if value == "none" else value)

    def by_coming(self, queryset, name, value):
        return queryset.filter(attended=value == "yes")


def _expected(record):
    if record["answer"] == Invitee.Answer.DECLINE and not record["attendee"]:
        return Invitee.Answer.DECLINE.label
    return record["attendee"] or record["delegate"]


class SignInSheet(tables.Table):
    """The list of delegates on which those who come sign."""

    name = tables.VietnameseColumn(verbose_name=_("Guest"), orderable=False, width=45)
    who = tables.Column(
        verbose_name=_("Who comes"),
        fields=("attendee", "answer", "delegate"),
        compute=_expected,
        width=35,
    )
    signature = tables.Column(verbose_name=_("Signature"), fields=("id",), compute=lambda record: " ", width=20)
