"""Turns (lượt doanh nghiệp): one is an enterprise in an activity; days and people do not multiply.

What counts is data: the rule "turns" of `reference`, with its dates and its legal basis. This module turns the rule
into one expression over the records (as they stand) or their revisions (as of a cut-off), so that a screen, an export
and a KPI give the same answer and the same reason.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, ExtractYear
from django.utils.translation import gettext_lazy as _

from enterprises.models import EnterpriseRevision, TitleRevision
from reference.services import rule
from support.models import SupportRecord, SupportRevision

COUNTS = "counts"
REASONS = {
    COUNTS: _("Counts as a turn"),
    "withdrawn": _("Does not count: the record was withdrawn"),
    "other_agency": _("Does not count: another agency gave the support"),
    "kind": _("Does not count: this kind of support is left out by the rule"),
    "activity_type": _("Does not count: this type of activity is left out by the rule"),
    "no_title": _("Does not count: the enterprise held no title then"),
    "same_activity": _("Does not count again: the enterprise's turn in this activity is counted once"),
}


@dataclass(frozen=True)
class TurnRule:
    """The rule of turns in force at a date, read from data."""

    year_of: str = "completion"  # completion | start: the year of an activity that runs over two years
    once: str = "activity"  # activity | activity_and_year: whether the same code in another year is another turn
    uncounted_types: tuple = ()
    uncounted_kinds: tuple = ()
    title_needed: str = "none"  # none | on_delivery | ever
    other_agencies: bool = False

    @classmethod
    def of(cls, value):
        """From the JSON of the rule; what it does not say keeps the default."""
        value = value or {}
        return cls(
            year_of=value.get("year_of", cls.year_of),
            once=value.get("once", cls.once),
            uncounted_types=tuple(value.get("uncounted_types", ())),
            uncounted_kinds=tuple(value.get("uncounted_kinds", ())),
            title_needed=value.get("title_needed", cls.title_needed),
            other_agencies=bool(value.get("other_agencies", cls.other_agencies)),
        )

    def year_for(self, started_on: date | None, delivered_on: date) -> int:
        """The year an activity belongs to."""
        return (started_on or delivered_on).year if self.year_of == "start" else delivered_on.year


def turn_rule(on: date) -> TurnRule:
    return TurnRule.of(rule("turns", on))


def explained(rows, rule, *, cutoff: datetime | None = None):
    """`rows` (records, or revisions as of `cutoff`) with `turn_year` and `turn_reason` ("counts" or why not).

    Filters on `rows` do not change the answer: whether an enterprise's turn in an activity is already counted is
    looked up among all rows of the same kind.
    """
    whens = [When(condition, then=Value(reason)) for reason, condition in _left_out(rows.model, rule, cutoff)]
    rows = _with_turn(rows, rule, cutoff)
    whens.append(When(_counted_elsewhere(rows.model, rule, cutoff), then=Value("same_activity")))
    return rows.annotate(turn_reason=Case(*whens, default=Value(COUNTS), output_field=CharField()))


def counted(rows, rule, *, cutoff: datetime | None = None):
    """Only the rows that count: each is one turn of `turn_enterprise` (its key) in `turn_year`."""
    rows = _eligible(_with_turn(rows, rule, cutoff), rule, cutoff)
    return rows.filter(~_counted_elsewhere(rows.model, rule, cutoff))


def turns_by_year(rule, *, cutoff: datetime | None = None):
    """[{turn_year, turns, enterprises}] over all years."""
    return list(
        counted(standing(cutoff), rule, cutoff=cutoff)
        .order_by()
        .values("turn_year")
        .annotate(turns=Count("pk"), enterprises=Count("turn_enterprise", distinct=True))
        .order_by("turn_year")
    )


def standing(cutoff: datetime | None = None):
    """The rows that a rule is applied to: records as they stand, or revisions as of `cutoff`."""
    if cutoff is None:
        return SupportRecord.objects.standing()
    return SupportRevision.objects.as_of(cutoff)


def _with_turn(rows, rule, cutoff):
    """Who the turn is for (a merged record's is its root's), and when."""
    if cutoff is None:
        root = F("enterprise__merged_into_id")
    else:
        known = EnterpriseRevision.objects.as_of(cutoff).filter(enterprise=OuterRef("enterprise_id"))
        root = Subquery(known.values("merged_into_id")[:1])
    begun = Coalesce("started_on", "delivered_on") if rule.year_of == "start" else F("delivered_on")
    return rows.annotate(
        turn_enterprise=Coalesce(root, F("enterprise_id"), output_field=BigIntegerField()),
        turn_on=begun,
        turn_year=ExtractYear(begun),
    )


def _left_out(model, rule, cutoff):
    """(reason, condition) of what the rule leaves out, first reason first."""
    if model is SupportRecord:
        yield "withdrawn", Q(withdrawn=True)
    if not rule.other_agencies:
        yield "other_agency", Q(by_programme=False)
    if rule.uncounted_kinds:
        yield "kind", Q(kind__code__in=rule.uncounted_kinds)
    if rule.uncounted_types:
        yield "activity_type", Q(activity_type__in=rule.uncounted_types)
    if rule.title_needed != "none":
        yield "no_title", ~Exists(_titles(rule, cutoff))


def _titles(rule, cutoff):
    """Titles that the enterprise of the outer row (or one merged into the same) held when it was supported."""
    revisions = TitleRevision.objects.current() if cutoff is None else TitleRevision.objects.as_of(cutoff)
    whose = Q(enterprise=OuterRef("enterprise_id")) | Q(enterprise=OuterRef("turn_enterprise"))
    held = revisions.filter(whose, valid_from__lte=OuterRef("delivered_on"))
    if rule.title_needed == "on_delivery":
        held = held.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=OuterRef("delivered_on")),
            Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("delivered_on")),
        )
    return held


def _eligible(rows, rule, cutoff):
    for _reason, condition in _left_out(rows.model, rule, cutoff):
        rows = rows.filter(~condition)
    return rows


def _counted_elsewhere(model, rule, cutoff):
    """Whether another row is the one that counts for this enterprise in this activity."""
    others = SupportRecord.objects.all() if cutoff is None else SupportRevision.objects.as_of(cutoff)
    others = _eligible(_with_turn(others, rule, cutoff), rule, cutoff)
    others = others.filter(turn_enterprise=OuterRef("turn_enterprise"), activity_code=OuterRef("activity_code"))
    if rule.once == "activity_and_year":
        others = others.filter(turn_year=OuterRef("turn_year"))
    key = "pk" if model is SupportRecord else "record_id"
    earlier_key = Q(turn_on=OuterRef("turn_on"), **{f"{key}__lt": OuterRef(key)})
    if rule.year_of == "start":
        return Exists(others.filter(Q(turn_on__lt=OuterRef("turn_on")) | earlier_key))
    return Exists(others.filter(Q(turn_on__gt=OuterRef("turn_on")) | earlier_key))


def sentence(reason):
    """The reason in words."""
    return REASONS[reason]
