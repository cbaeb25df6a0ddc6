"""The register of dossiers (sổ theo dõi hồ sơ): a row for each receipt, the columns as the rule `dossier_register` says."""

from datetime import datetime, time, timedelta

import django_filters
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from dossiers.models import Dossier, Procedure, SlipLine
from dossiers.presenting.dossiers import STATE_KINDS
from dossiers.register import KNOWN
from dossiers.states import State
from reference.services import rule
from reference.tables import name_in_language
from screens import formats, tables
from screens.forms import DateField
from screens.lists import FilterSet

PROCEDURE = "dossier__procedure_version__procedure"


def _contact(record):
    parts = (record["dossier__enterprise__address"], record["dossier__enterprise__phone"])
    return ", ".join(part for part in parts if part) or None


def _result(record):
    number, day = record["result_paper"], record["result_day"]
    return gettext("%(paper)s of %(day)s") % {"paper": number, "day": formats.vn_date(day)} if number else None


def _remark(record):
    """A new day that was promised, and why a dossier ended without a result."""
    said = []
    if record["dossier__due_on"] != record["due_on"]:
        said.append(gettext("promised anew for %(day)s") % {"day": formats.vn_date(record["dossier__due_on"])})
    if record["ended_note"]:
        said.append(record["ended_note"])
    return "; ".join(said) or None


class SignatureColumn(tables.Column):
    """A place to sign in on paper."""

    def __init__(self, **kwargs):
        super().__init__(compute=lambda record: "", empty_values=(), **kwargs)

    def text(self, value):
        return ""


COLUMNS = {
    "code": lambda **head: tables.LinkColumn(
        route="dossiers:dossier", args=("dossier__public_id",), accessor="dossier__code", width=28, **head
    ),
    "procedure": lambda **head: tables.Column(
        fields=(f"{PROCEDURE}__name_vi", f"{PROCEDURE}__name_en"),
        compute=lambda record: name_in_language(record[f"{PROCEDURE}__name_vi"], record[f"{PROCEDURE}__name_en"]),
        width=36, **head,
    ),
    "enterprise": lambda **head: tables.VietnameseColumn(
        fields=("dossier__lodged_name", "dossier__enterprise__name"),
        compute=lambda record: record["dossier__lodged_name"] or record["dossier__enterprise__name"], width=36, **head,
    ),
    "tax_code": lambda **head: tables.CodeColumn(
        fields=("dossier__lodged_tax_code", "dossier__enterprise__tax_code"),
        compute=lambda record: record["dossier__lodged_tax_code"] or record["dossier__enterprise__tax_code"], **head,
    ),
    "applicant": lambda **head: tables.VietnameseColumn(accessor="dossier__applicant_name", **head),
    "contact": lambda **head: tables.VietnameseColumn(
        fields=("dossier__enterprise__address", "dossier__enterprise__phone"), compute=_contact, width=36, **head
    ),
    "channel": lambda **head: tables.ChoiceColumn(accessor="dossier__channel", choices=Dossier.Channel, **head),
    "office": lambda **head: tables.VietnameseColumn(accessor="dossier__office__name", **head),
    "handler": lambda **head: tables.VietnameseColumn(accessor="dossier__handler__full_name", **head),
    "received_at": lambda **head: tables.DateTimeColumn(accessor="at", **head),
    "due_on": lambda **head: tables.DateColumn(accessor="due_on", **head),
    "handed_at": lambda **head: tables.DateTimeColumn(accessor="handed", orderable=False, **head),
    "result_at": lambda **head: tables.DateTimeColumn(accessor="result", orderable=False, **head),
    "paper": lambda **head: tables.VietnameseColumn(fields=("result_paper", "result_day"), compute=_result, **head),
    "returned_at": lambda **head: tables.DateTimeColumn(accessor="given", orderable=False, **head),
    "way": lambda **head: tables.VietnameseColumn(accessor="given_note", orderable=False, **head),
    "signature": SignatureColumn,
    "state": lambda **head: tables.TagColumn(
        accessor="dossier__state", choices=dict(State.choices), kinds=STATE_KINDS, **head
    ),
    "remark": lambda **head: tables.VietnameseColumn(
        fields=("due_on", "dossier__due_on", "ended_note"), compute=_remark, **head
    ),
}  # fmt: skip


def register_table(on):
    """The table with the columns, in the order and under the headings that the rule has on the day."""
    said = [row for row in rule("dossier_register", on, []) if row["code"] in COLUMNS]
    heads = {row["code"]: name_in_language(row["label_vi"], row["label_en"]) for row in said} or KNOWN
    columns = {code: COLUMNS[code](verbose_name=head) for code, head in heads.items()}
    return type("RegisterTable", (tables.Table,), columns)


# --- filters -----------------------------------------------------------------------------------


def beginning_of(day):
    return timezone.make_aware(datetime.combine(day, time.min))


class DayFilter(django_filters.Filter):
    field_class = DateField


class FromFilter(DayFilter):
    def filter(self, queryset, value):
        return queryset.filter(at__gte=beginning_of(value)) if value else queryset


class ToFilter(DayFilter):
    def filter(self, queryset, value):
        return queryset.filter(at__lt=beginning_of(value + timedelta(days=1))) if value else queryset


ONCE_RECEIVED = [state for state in State if state not in (State.DRAFT, State.LODGED, State.REFUSED)]


class RegisterFilter(FilterSet):
    """Receipts of a period; the month so far until the reader asks for another one."""

    advanced = ("state",)

    received_from = FromFilter(label=_("Received from"), help_text="")
    received_to = ToFilter(label=_("Received to"), help_text="")
    office = django_filters.ModelChoiceFilter(
        label=_("Office that handles"), queryset=Office.objects.order_by("name"), to_field_name="code",
        field_name="dossier__office", empty_label=_("All"),
    )  # fmt: skip
    procedure = django_filters.ModelChoiceFilter(
        label=_("Procedure"), queryset=Procedure.objects.order_by("sort_key"), to_field_name="code",
        field_name=PROCEDURE, empty_label=_("All"),
    )  # fmt: skip
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(state.value, state.label) for state in ONCE_RECEIVED],
        field_name="dossier__state",
        empty_label=_("All"),
    )

    class Meta:
        model = SlipLine
        fields: list = []

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(with_period(data, timezone.localdate()), *args, **kwargs)


def with_period(asked, today):
    """What was asked for, with the days of the period where it names none."""
    asked = asked.copy()
    for name, day in (("received_from", today.replace(day=1)), ("received_to", today)):
        if not asked.get(name, "").strip():
            asked[name] = formats.vn_date(day)
    return asked
