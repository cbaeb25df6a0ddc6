"""Which rows of the programme, and of the rooms below it, name documents in words (see `programme.citations`)."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import IncompatibleSteps
from programme.citations import register
from programme.models import Period, Policy, PolicyReview, PublishedFigure, PublishedResult, Target
from reference.models import CalendarDay, ExchangeRate, ReferenceItem, UnitSuccession
from reference.registry import KINDS


def _not_ended(model):
    return lambda: model.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate()))


def _not_ended_policies():
    return Policy.objects.listed().filter(Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate()))


def register_all():
    for kind in KINDS:
        if issubclass(kind.model, ReferenceItem):
            register(kind.title, _not_ended(kind.model), ("legal_basis", "source"), route=f"reference:{kind.code}")
    register(
        CalendarDay._meta.verbose_name_plural,
        lambda: CalendarDay.objects.filter(on__gte=timezone.localdate()),
        ("basis", "source"),
        route="reference:calendarday",
    )
    register(
        ExchangeRate._meta.verbose_name_plural,
        lambda: ExchangeRate.objects.standing(),
        ("source", "note"),
        route="reference:exchangerate",
    )
    register(
        UnitSuccession._meta.verbose_name_plural,
        lambda: UnitSuccession.objects.select_related("old", "new"),
        ("legal_basis", "source"),
    )
    register(IncompatibleSteps._meta.verbose_name_plural, _not_ended(IncompatibleSteps), ("legal_basis",))

    register(
        Period._meta.verbose_name_plural,
        Period.objects.all,
        ("decision", "note", "source"),
        route="programme:period",
        dated_by="decision_on",
        ends=("ends_year",),
    )
    register(
        Target._meta.verbose_name_plural,
        lambda: Target.objects.standing(),
        ("document", "source"),
        route="programme:target",
        ends=("year", "period__ends_year"),
    )
    register(
        PublishedResult._meta.verbose_name_plural,
        PublishedResult.objects.all,
        ("decision", "note", "source"),
        route="programme:result",
        ends=("year",),
    )
    register(
        PublishedFigure._meta.verbose_name_plural,
        PublishedFigure.objects.all,
        ("note", "source"),
        route="programme:figure",
        ends=("award_year",),
    )
    register(
        Policy._meta.verbose_name_plural,
        _not_ended_policies,
        ("title", "gives", "note", "source"),
        route="programme:policy",
        belongs_to="pk",
    )
    register(
        PolicyReview._meta.verbose_name_plural,
        lambda: PolicyReview.objects.filter(state__in=["draft", "submitted"]),
        ("found", "proposal"),
        route="programme:review",
        belongs_to="policy_id",
    )
