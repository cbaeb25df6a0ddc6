"""Columns and filters of the register of papers that came in; its two printed forms are those of Decree 30/2020, Appendix IV."""

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, Post
from documents.incoming_states import IncomingState
from documents.models import IncomingPaper, NumberSeries
from documents.tables.numbers import DayFilter
from reference.tables import name_in_language
from screens import formats, tables
from screens.lists import FilterSet, SearchFilter

STATE_KINDS = {
    IncomingState.ENTERED: "warn",
    IncomingState.HANDLING: "info",
    IncomingState.DONE: "ok",
    IncomingState.VOID: "bad",
}
URGENCY_KINDS = {"normal": "quiet", "urgent": "warn", "very": "bad", "express": "bad"}
BY_NUMBER = ("year", "series__sort_key", "number")


def state_on(record, today):
    """The state of a row, or that it is late."""
    late = record["state"] == IncomingState.HANDLING and record["due_on"] and record["due_on"] < today
    return "late" if late else record["state"]


def _in_charge(record):
    return " – ".join(filter(None, (record["office__name"], record["person__full_name"])))


def _answer(record):
    symbol = record["answer__symbol"]
    return _("%(number)s (void)") % {"number": symbol} if record["answer__voided_at"] else symbol


ANSWER = {"fields": ("answer__symbol", "answer__voided_at"), "compute": _answer}


def _kind_and_subject(record):
    return f"{record['kind']}: {record['subject']}"


class IncomingTable(tables.Table):
    number = tables.LinkColumn(
        verbose_name=_("Number of arrival"), route="documents:incoming", order_by=BY_NUMBER, width=10
    )
    arrived_on = tables.DateColumn(verbose_name=_("Day of arrival"))
    subject = tables.VietnameseColumn(verbose_name=_("Abstract of the content"), width=60)
    issuer = tables.VietnameseColumn(verbose_name=_("Issued by"))
    symbol = tables.CodeColumn(verbose_name=_("Number and symbol"))
    issued_on = tables.DateColumn(verbose_name=_("Date of the paper"))
    kind = tables.VietnameseColumn(verbose_name=_("Kind of paper"))
    urgency = tables.TagColumn(
        verbose_name=_("Urgency"), choices=dict(IncomingPaper.Urgency.choices), kinds=URGENCY_KINDS
    )
    in_charge = tables.VietnameseColumn(
        verbose_name=_("In charge"), fields=("office__name", "person__full_name"), compute=_in_charge
    )
    passed_at = tables.DateTimeColumn(verbose_name=_("Passed on at"))
    due_on = tables.DateColumn(verbose_name=_("Deadline"))
    state = tables.TagColumn(
        verbose_name=_("State"),
        fields=("state", "due_on"),
        compute=lambda record: state_on(record, timezone.localdate()),
        choices=dict(IncomingState.choices) | {"late": _("Late")},
        kinds=STATE_KINDS | {"late": "bad"},
        orderable=True,
        order_by=("state", "due_on"),
    )
    answer = tables.CodeColumn(verbose_name=_("Answered by"), **ANSWER, orderable=False)
    done_at = tables.DateTimeColumn(verbose_name=_("Dealt with at"))
    pages = tables.NumberColumn(verbose_name=_("Pages"))
    series = tables.Column(
        verbose_name=_("Series of numbers"),
        fields=("series__name_vi", "series__name_en"),
        compute=lambda record: name_in_language(record["series__name_vi"], record["series__name_en"]),
        orderable=True,
        order_by=("series__sort_key",),
    )
    note = tables.VietnameseColumn(verbose_name=_("Remark"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = [
            "number",
            "arrived_on",
            "subject",
            "issuer",
            "symbol",
            "issued_on",
            "in_charge",
            "due_on",
            "state",
            "answer",
        ]


def _number(record):
    return f"{record['number']:02d}"


class RegisterSheet(tables.Table):
    """Sổ đăng ký văn bản đến."""

    form_day = tables.DateColumn(verbose_name=_("Day of arrival"), accessor="arrived_on")
    form_number = tables.CodeColumn(verbose_name=_("Number of arrival"), fields=("number",), compute=_number)
    form_issuer = tables.VietnameseColumn(verbose_name=_("Author"), accessor="issuer")
    form_symbol = tables.CodeColumn(verbose_name=_("Number and symbol"), accessor="symbol")
    form_issued = tables.DateColumn(verbose_name=_("Date of the paper"), accessor="issued_on")
    form_subject = tables.VietnameseColumn(
        verbose_name=_("Kind and abstract of the content"), fields=("kind", "subject"), compute=_kind_and_subject
    )
    form_receiver = tables.VietnameseColumn(
        verbose_name=_("Office or person who received it"),
        fields=("office__name", "person__full_name"),
        compute=_in_charge,
    )
    form_passed = tables.DateColumn(verbose_name=_("Day passed on"), accessor="passed_at")
    form_signed = tables.Column(verbose_name=_("Signed for"), fields=("pk",), compute=lambda record: "\u00a0")
    form_note = tables.VietnameseColumn(
        verbose_name=_("Remark"),
        fields=("note", "state"),
        compute=lambda record: (
            str(IncomingState.VOID.label) if record["state"] == IncomingState.VOID else record["note"]
        ),
    )


def _paper_in_full(record):
    day = f"ngày {formats.vn_date(record['issued_on'])}" if record["issued_on"] else ""
    return ", ".join(filter(None, (record["kind"], record["symbol"], day, record["issuer"])))


def _progress(record):
    state = state_on(record, timezone.localdate())
    done = f" ({formats.vn_date(record['done_at'])})" if record["done_at"] else ""
    return f"{_('Late')}" if state == "late" else f"{IncomingState(state).label}{done}"


class FollowUpSheet(tables.Table):
    """Sổ theo dõi giải quyết văn bản đến."""

    form_number = tables.CodeColumn(verbose_name=_("Number of arrival"), fields=("number",), compute=_number)
    form_paper = tables.VietnameseColumn(
        verbose_name=_("Kind, number, symbol, date and author"),
        fields=("kind", "symbol", "issued_on", "issuer"),
        compute=_paper_in_full,
    )
    form_receiver = tables.VietnameseColumn(
        verbose_name=_("Office or person who received it"),
        fields=("office__name", "person__full_name"),
        compute=_in_charge,
    )
    form_due = tables.DateColumn(verbose_name=_("Deadline"), accessor="due_on")
    form_progress = tables.Column(verbose_name=_("Progress"), fields=("state", "due_on", "done_at"), compute=_progress)
    form_answer = tables.CodeColumn(verbose_name=_("Number and symbol of the answer"), **ANSWER)
    form_note = tables.VietnameseColumn(verbose_name=_("Remark"), accessor="note")


class WhoseFilter(django_filters.ChoiceFilter):
    """Those in one's own hands, or in those of the offices one works in, and not dealt with."""

    def filter(self, queryset, value):
        if not value:
            return queryset
        user, in_hand = self.parent.request.user, queryset.filter(state=IncomingState.HANDLING)
        if value == "mine":
            return in_hand.filter(person=user)
        posts = Post.objects.in_force(timezone.localdate()).filter(user=user)
        return in_hand.filter(office__in=posts.values("office_id"))


class StateFilter(django_filters.ChoiceFilter):
    def filter(self, queryset, value):
        return queryset.late(timezone.localdate()) if value == "late" else super().filter(queryset, value)


class IncomingFilter(FilterSet):
    advanced = ("series", "year", "urgency", "arrived_from", "arrived_to", "due_to")

    q = SearchFilter(label=_("Number, issuer or content"))
    state = StateFilter(label=_("State"), choices=[*IncomingState.choices, ("late", _("Late"))], empty_label=_("All"))
    whose = WhoseFilter(
        label=_("In whose hands"),
        choices=[("mine", _("Mine")), ("office", _("My office's"))],
        empty_label=_("All"),
    )
    office = django_filters.ModelChoiceFilter(
        label=_("Office in charge"),
        queryset=Office.objects.order_by("name"),
        to_field_name="code",
        empty_label=_("All"),
    )
    series = django_filters.ModelChoiceFilter(
        label=_("Series of numbers"),
        queryset=NumberSeries.objects.in_register(NumberSeries.Register.IN).order_by("sort_key"),
        to_field_name="code",
        empty_label=_("All"),
    )
    year = django_filters.NumberFilter(label=_("Year"))
    urgency = django_filters.ChoiceFilter(
        label=_("Urgency"), choices=IncomingPaper.Urgency.choices, empty_label=_("All")
    )
    arrived_from = DayFilter(label=_("Arrived from"), field_name="arrived_on", lookup_expr="gte", help_text="")
    arrived_to = DayFilter(label=_("Arrived to"), field_name="arrived_on", lookup_expr="lte", help_text="")
    due_to = DayFilter(label=_("Due by"), field_name="due_on", lookup_expr="lte", help_text="")

    class Meta:
        model = IncomingPaper
        fields: list = []
