"""Columns and filters of the list of dossiers."""

from datetime import timedelta

import django_filters
from django.db.models import Case, F, Prefetch, Q, When
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, Post
from dossiers.clock import Run, Terms, WorkingDays, warning_on
from dossiers.models import Dossier, FormField, Procedure, ProcedureVersion, SupplementRequest
from dossiers.presenting.dossiers import OF_MATTER, STATE_KINDS, about_text
from dossiers.presenting.handling import left_on, lies_since, supplemented_on, tag_of_time
from dossiers.states import IN_HAND, RUNNING, State
from enterprises.models import Enterprise
from reference.tables import name_in_language
from screens import formats, tables
from screens.forms import DateField
from screens.lists import FilterSet, SearchFilter
from screens.text import matching

MOST_CALLED = 500
A_YEAR = timedelta(days=366)
TERMS = ("total_days", "warn_percent", "warn_days")
WITHOUT_A_CODE = {State.DRAFT: _("(being typed in)"), State.WITHDRAWN: _("(given up)")}


class TimeColumn(tables.Column):
    """How many working days are left of a promise whose clock runs; the calendar is read once for a whole table. Of what is
    not received yet, that it came back with a supplement, or where it did not come online, since when it lies."""

    def __init__(self, **kwargs):
        version = "procedure_version__"
        super().__init__(
            fields=(
                "due_on", "starts_on", "state", "channel", "arrived_on", "supplemented_at",
                *(f"{version}{name}" for name in TERMS),
            ),
            compute=self.left, order_by=("due_on",), orderable=True, **kwargs,
        )  # fmt: skip
        self.days = None

    def left(self, record):
        """(kind of tag, words), or None where no clock runs."""
        due, starts, arrived = record["due_on"], record["starts_on"], record["arrived_on"]
        if record["supplemented_at"] is not None and record["state"] == State.LODGED:
            return "warn", supplemented_on(record["supplemented_at"])
        if arrived is not None and record["state"] == State.LODGED and arrived < timezone.localdate():
            return "warn", lies_since(record["channel"], arrived)
        if due is not None and record["state"] == State.SUPPLEMENTING:
            return "quiet", gettext("the clock stands still")
        if due is None or record["state"] not in RUNNING:
            return None
        today = timezone.localdate()
        first, last = (self.days.first, self.days.last) if self.days else (today, today)
        if self.days is None or not all(first <= day <= last for day in (due, starts)):
            self.days = WorkingDays(min(first, starts - A_YEAR), max(last, due + A_YEAR))
        terms = Terms(
            total=record["procedure_version__total_days"], warn_percent=record["procedure_version__warn_percent"],
            warn_days=tuple(record["procedure_version__warn_days"]),
        )  # fmt: skip
        return tag_of_time(
            warning_on(today, Run(starts, due), terms, self.days), left_on(today, starts, due, self.days)
        )

    def text(self, value):
        return formats.NOTHING if value is None else value[1]

    def plain(self, value):
        return "" if value is None else str(value[1])

    def sheet_value(self, value):
        return None if value is None else str(value[1])

    def render(self, value, record):
        left = self.left(record)
        return formats.NOTHING if left is None else format_html('<span class="tag tag-{}">{}</span>', *left)


def first_due_on_top():
    """How what is in hand is ordered: by the promised day while the clock runs, and after all those, what waits for a
    supplement, by the day that this is due."""
    paused = Q(state=State.SUPPLEMENTING)
    return (
        Case(When(paused, then=1), default=0),
        Case(When(paused, then=SupplementRequest.objects.answer_day()), default=F("due_on")),
        "pk",
    )


class AboutColumn(tables.VietnameseColumn):
    """Under which procedure, by its code, and what the dossier is about in its own words; of one that says nothing, what the
    procedure is called. What a version asks for is read once for a whole table."""

    VERSION, PROCEDURE = "procedure_version__public_id", "procedure_version__procedure__"

    def __init__(self, **kwargs):
        named = [f"{self.PROCEDURE}{name}" for name in ("code", "name_vi", "name_en")]
        super().__init__(
            fields=("answers", self.VERSION, *named), compute=self.about, orderable=True,
            order_by=(f"{self.PROCEDURE}sort_key",), **kwargs,
        )  # fmt: skip
        self.fields_of = {}  # of versions that dossiers stand under, which never change

    def about(self, record):
        version = record[self.VERSION]
        if version not in self.fields_of:
            self.fields_of = {version: []} | fields_by_version()
        told = about_text(record["answers"], self.fields_of.get(version, ())) or self.called(record)
        return f"{record[f'{self.PROCEDURE}code']} · {told}"

    def called(self, record):
        return name_in_language(record[f"{self.PROCEDURE}name_vi"], record[f"{self.PROCEDURE}name_en"])

    def render(self, value, record):
        code, _dot, told = value.partition(" · ")
        return format_html(
            '<abbr title="{}">{}</abbr> · <span lang="vi" title="{}">{}</span>', self.called(record), code, told, told
        )


def fields_by_version():
    """{public id of a version that came into force: its fields that say what a dossier is about}"""
    fields = Prefetch("fields", FormField.objects.filter(kind__in=OF_MATTER).order_by("position"), to_attr="of_matter")
    versions = ProcedureVersion.objects.filter(state=ProcedureVersion.State.ISSUED).prefetch_related(fields)
    return {version.public_id: version.of_matter for version in versions}


class WholeLinkColumn(tables.LinkColumn):
    """A code that is never broken, whatever stands beneath it."""

    classes = "text whole"


class CalledColumn(tables.VietnameseColumn):
    """A name with its code beside it on the page."""

    classes = "text beside"


class DossierTable(tables.Table):
    dense = stacked = True
    code = WholeLinkColumn(
        verbose_name=_("Dossier code"),
        route="dossiers:dossier",
        fields=("code", "state"),
        compute=lambda record: record["code"] or str(WITHOUT_A_CODE[record["state"]]),
        orderable=True,
        order_by=("code",),
        width=28,
    )
    enterprise = CalledColumn(
        verbose_name=_("Enterprise"),
        accessor="enterprise__name",
        second="enterprise__tax_code",
        second_label=_("Tax code"),
        order_by=("enterprise__sort_key",),
        width=40,
    )
    about = AboutColumn(verbose_name=_("Procedure and content"), beneath="code", width=60)
    procedure = tables.Column(
        verbose_name=_("Procedure"),
        fields=("procedure_version__procedure__name_vi", "procedure_version__procedure__name_en"),
        compute=lambda record: name_in_language(
            record["procedure_version__procedure__name_vi"], record["procedure_version__procedure__name_en"]
        ),
        orderable=True,
        order_by=("procedure_version__procedure__sort_key",),
        beneath="code",
        width=40,
    )
    state = tables.TagColumn(verbose_name=_("State"), choices=dict(State.choices), kinds=STATE_KINDS)
    submitted_at = tables.DateTimeColumn(verbose_name=_("Lodged at"))
    due_on = tables.DateColumn(verbose_name=_("Promised day"))
    time = TimeColumn(verbose_name=_("Time left"), beneath="due_on", width=20)
    handler = tables.VietnameseColumn(
        verbose_name=_("Who handles"), accessor="handler__full_name", orderable=False, beneath="state"
    )
    channel = tables.ChoiceColumn(verbose_name=_("Way of lodging"), choices=Dossier.Channel)
    applicant_name = tables.VietnameseColumn(verbose_name=_("Applicant"))
    office = tables.VietnameseColumn(
        verbose_name=_("Office that handles"),
        fields=("office__name", "procedure_version__office__name"),
        compute=lambda record: record["office__name"] or record["procedure_version__office__name"],
    )
    procedure_code = tables.CodeColumn(
        verbose_name=_("Code of the procedure"), accessor="procedure_version__procedure__code", orderable=False
    )
    arrived_on = tables.DateColumn(verbose_name=_("Day the paper arrived or it was lodged elsewhere"))
    outside_code = tables.CodeColumn(verbose_name=_("Code in the one-stop system"), orderable=False)
    withdrawn_at = tables.DateTimeColumn(verbose_name=_("Withdrawn at"))

    class Meta(tables.Table.Meta):
        shown = ["code", "enterprise", "about", "state", "due_on", "time", "handler"]


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


class WhoseFilter(django_filters.ChoiceFilter):
    """Those in one's own hands, or those of the offices one works in: what is still open, the first due on top."""

    def filter(self, queryset, value):
        if not value:
            return queryset
        user, open_ones = self.parent.request.user, queryset.filter(state__in=IN_HAND)
        if value == "mine":
            return open_ones.filter(handler=user)
        posts = Post.objects.in_force(timezone.localdate()).filter(user=user)
        return open_ones.filter(office__in=posts.values("office_id"))


class OfficeFilter(django_filters.ModelChoiceFilter):
    """The office that has the dossier; of what is not received yet, the one that its procedure names."""

    def filter(self, queryset, value):
        if not value:
            return queryset
        return queryset.filter(Q(office=value) | Q(office__isnull=True, procedure_version__office=value))


class LateFilter(django_filters.ChoiceFilter):
    def filter(self, queryset, value):
        if not value:
            return queryset
        today = timezone.localdate()
        running = queryset.filter(state__in=RUNNING)
        return running.filter(due_on__lt=today) if value == "late" else running.filter(due_on__gte=today)


class DossierFilter(FilterSet):
    advanced = ("procedure", "office", "channel", "lodged_from", "lodged_to")

    q = DossierSearch(label=_("Code, tax code or name"))
    procedure = django_filters.ModelChoiceFilter(
        label=_("Procedure"),
        queryset=Procedure.objects.order_by("sort_key"),
        to_field_name="code",
        field_name="procedure_version__procedure",
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices, empty_label=_("All"))
    whose = WhoseFilter(
        label=_("In whose hands"),
        choices=[("mine", _("Mine")), ("office", _("My office's"))],
        empty_label=_("All"),
    )
    late = LateFilter(
        label=_("Promise"), choices=[("late", _("Overdue")), ("running", _("Not yet due"))], empty_label=_("All")
    )
    office = OfficeFilter(
        label=_("Office that handles"),
        queryset=Office.objects.order_by("name"),
        to_field_name="code",
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
