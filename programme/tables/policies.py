"""Columns and filters of the register of policies, of their reviews and of the yearly list."""

import django_filters
from django.db.models import BooleanField, Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programme.models import Policy, PolicyReview, Standing
from programme.presenting.policies import (
    ANSWER_KINDS,
    PROPOSES_KINDS,
    STANDING_KINDS,
    STATE_KINDS,
    answer_text,
    name_of,
    paper_text,
)
from reference.tables import ConfidenceColumn, ConfidenceFilter
from screens import tables
from screens.lists import FilterSet, SearchFilter

CITED = {True: _("Still cited")}


class KnownDateColumn(tables.DateColumn):
    """A day; one that is not known says so."""

    empty_values = ()

    def text(self, value):
        return str(_("not known")) if value is None else super().text(value)


def policies_to_list(on):
    """The register with the standing on a day, and whether data still cited a superseded one when it was last counted."""
    cited = When(superseded_from__lte=on, citation_count__rows__gt=0, then=Value(True))
    return Policy.objects.with_standing(on).annotate(
        still_cited=Case(cited, default=Value(False), output_field=BooleanField())
    )


class PolicyTable(tables.Table):
    name = tables.LinkColumn(
        verbose_name=_("Mechanism or policy"),
        route="programme:policy",
        fields=("kind", "number"),
        compute=lambda record: name_of(record["kind"], record["number"]),
        second="title",
        second_label=_("What the document is about"),
        second_column=tables.TextColumn,
        orderable=True,
        order_by=("sort_key",),
    )
    standing = tables.TagColumn(verbose_name=_("Standing"), choices=Standing, kinds=STANDING_KINDS)
    cited = tables.TagColumn(
        verbose_name=_("Cited"),
        choices=CITED,
        kinds={True: "warn"},
        fields=("still_cited",),
        compute=lambda record: True if record["still_cited"] else None,
        orderable=True,
        order_by=("-still_cited",),
    )
    kind = tables.ChoiceColumn(verbose_name=_("Kind of document"), choices=Policy.Kind)
    issuer = tables.Column(verbose_name=_("Issued by"))
    issued_on = KnownDateColumn(verbose_name=_("Issued on"))
    gives = tables.Column(verbose_name=_("What it gives"))
    valid_from = KnownDateColumn(verbose_name=_("In force from"))
    valid_to = tables.DateColumn(verbose_name=_("In force to"), beneath="valid_from")
    superseded_by = tables.LinkColumn(
        verbose_name=_("Superseded by"),
        accessor="superseded_by__number",
        route="programme:policy",
        args=["superseded_by__public_id"],
        order_by=("superseded_by__sort_key",),
    )
    note = tables.Column(verbose_name=_("Remark"))
    confidence = ConfidenceColumn()
    source = tables.Column(verbose_name=_("Source"))

    class Meta(tables.Table.Meta):
        shown = ["name", "standing", "cited", "issuer", "issued_on", "valid_from", "valid_to", "superseded_by"]


def _issuers():
    issuers = Policy.objects.order_by("issuer").values_list("issuer", flat=True).distinct()
    return [(issuer, issuer) for issuer in issuers]


class PolicyFilter(FilterSet):
    advanced = ("cited", "confidence")

    q = SearchFilter(label=_("Number or name"))
    standing = django_filters.ChoiceFilter(
        label=_("Standing"), choices=Standing.choices, empty_label=_("All"), field_name="standing"
    )
    kind = django_filters.ChoiceFilter(label=_("Kind of document"), choices=Policy.Kind.choices, empty_label=_("All"))
    issuer = django_filters.ChoiceFilter(label=_("Issued by"), choices=_issuers, empty_label=_("All"))
    cited = django_filters.ChoiceFilter(
        label=_("Superseded, and still cited"),
        choices=[("yes", _("Only these"))],
        empty_label=_("All"),
        method="only_cited",
    )
    confidence = ConfidenceFilter()

    class Meta:
        model = Policy
        fields: list = []

    def only_cited(self, queryset, name, value):
        return queryset.filter(still_cited=True)


def _policy_column(**kwargs):
    return tables.LinkColumn(
        verbose_name=_("Mechanism or policy"),
        fields=("policy__kind", "policy__number"),
        compute=lambda record: name_of(record["policy__kind"], record["policy__number"]),
        orderable=True,
        order_by=("policy__sort_key", "year"),
        second="policy__title",
        second_label=_("What the document is about"),
        second_column=tables.TextColumn,
        **kwargs,
    )


class ReviewTable(tables.Table):
    policy = _policy_column(route="programme:review")
    year = tables.YearColumn(verbose_name=_("Year"))
    state = tables.TagColumn(verbose_name=_("State"), choices=PolicyReview.State, kinds=STATE_KINDS)
    found = tables.Column(verbose_name=_("What was found"))
    proposes = tables.TagColumn(verbose_name=_("What is proposed"), choices=PolicyReview.Proposes, kinds=PROPOSES_KINDS)
    proposal = tables.Column(verbose_name=_("Wording of the proposal"))
    submitted_number = tables.CodeColumn(verbose_name=_("Number of the submission"))
    submitted_on = tables.DateColumn(verbose_name=_("Submitted on"))
    answer = tables.TagColumn(verbose_name=_("Answer"), choices=PolicyReview.Answer, kinds=ANSWER_KINDS)
    answer_number = tables.CodeColumn(verbose_name=_("Number of the answer"))
    answered_on = tables.DateColumn(verbose_name=_("Answered on"))
    answer_text = tables.Column(verbose_name=_("What the answer says"))

    class Meta(tables.Table.Meta):
        shown = ["policy", "year", "state", "proposes", "submitted_number", "submitted_on", "answer"]


class ProposalTable(tables.Table):
    """The yearly list of what is proposed: one line a review, as it is sent to the City."""

    policy = _policy_column(route="programme:review")
    found = tables.Column(verbose_name=_("What was found"))
    proposes = tables.TagColumn(verbose_name=_("What is proposed"), choices=PolicyReview.Proposes, kinds=PROPOSES_KINDS)
    proposal = tables.Column(verbose_name=_("Wording of the proposal"))
    paper = tables.Column(
        verbose_name=_("Paper of the submission"),
        fields=("submitted_number", "submitted_on"),
        compute=lambda record: paper_text(record["submitted_number"], record["submitted_on"]),
    )
    answer = tables.Column(
        verbose_name=_("Answer"),
        fields=("answer", "answer_number", "answered_on"),
        compute=lambda record: answer_text(record["answer"], record["answer_number"], record["answered_on"]),
        orderable=True,
        order_by=("answer", "answered_on"),
    )
    state = tables.TagColumn(verbose_name=_("State"), choices=PolicyReview.State, kinds=STATE_KINDS)

    class Meta(tables.Table.Meta):
        shown = ["policy", "found", "proposes", "proposal", "paper", "answer"]


def years_of_reviews():
    """Years that can be chosen: those of reviews, and this one; the latest first."""
    years = set(PolicyReview.objects.order_by().values_list("year", flat=True).distinct())
    return sorted(years | {timezone.localdate().year}, reverse=True)


class ProposalFilter(FilterSet):
    q = SearchFilter(label=_("Number or name"), folded=("policy__folded",))
    proposes = django_filters.ChoiceFilter(
        label=_("What is proposed"),
        choices=[pair for pair in PolicyReview.Proposes.choices if pair[0] != "keep"],
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[pair for pair in PolicyReview.State.choices if pair[0] != "withdrawn"],
        empty_label=_("All"),
    )

    class Meta:
        model = PolicyReview
        fields: list = []


class ReviewFilter(FilterSet):
    q = SearchFilter(label=_("Number or name"), folded=("policy__folded",))
    year = django_filters.ChoiceFilter(
        label=_("Year"), choices=lambda: [(y, str(y)) for y in years_of_reviews()], empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=PolicyReview.State.choices, empty_label=_("All"))
    proposes = django_filters.ChoiceFilter(
        label=_("What is proposed"), choices=PolicyReview.Proposes.choices, empty_label=_("All")
    )
    answer = django_filters.ChoiceFilter(label=_("Answer"), choices=PolicyReview.Answer.choices, empty_label=_("All"))

    class Meta:
        model = PolicyReview
        fields: list = []
