"""What a computation reads besides the enterprises' rows: definitions, city statistics, periods, rules, targets."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q
from django.utils import timezone

from enterprises.models import FigureYearClosing
from programme.models import Period, Target
from reference.services import rule
from reporting.models import CityStatistic, IndicatorVersion, KpiRun


@dataclass(frozen=True)
class Inputs:
    """Everything that is not a row of an enterprise, as of `cutoff`."""

    years: tuple
    cutoff: datetime
    versions: tuple
    periods: dict  # year -> first year of its period
    turns: dict  # the rule of turns
    statistics: tuple
    closed: frozenset  # years closed by decision

    def kept(self):
        """What cannot be read again as of the cut-off; kept with the run."""
        return {
            "indicators": {v.indicator.code: v.revision for v in self.versions},
            "periods": {str(year): start for year, start in self.periods.items()},
            "turns": self.turns,
        }


def gather(years, cutoff, *, kept=None):
    """Inputs of the years as of `cutoff`. What a finished run with the same cut-off kept is used again."""
    if kept is None:
        earlier = KpiRun.objects.done().filter(cutoff=cutoff).order_by("id").first()
        kept = earlier.versions if earlier else {}
    periods = kept.get("periods", {})
    return Inputs(
        years=tuple(years),
        cutoff=cutoff,
        versions=versions_as_of(cutoff, kept.get("indicators")),
        periods={y: periods[str(y)] if str(y) in periods else _period_start(y) for y in years},
        turns=kept["turns"] if "turns" in kept else rule("turns", timezone.localdate(cutoff), {}),
        statistics=tuple(CityStatistic.objects.as_of(cutoff).order_by("measure", "year", "prices", "state", "id")),
        closed=frozenset(
            FigureYearClosing.objects.filter(closed_at__lte=cutoff)
            .filter(Q(reopened_at__isnull=True) | Q(reopened_at__gt=cutoff))
            .values_list("year", flat=True)
        ),
    )


def versions_as_of(cutoff, kept=None):
    """The version of every indicator in use at `cutoff`; of one defined only later, its first."""
    found = {}
    for version in IndicatorVersion.objects.select_related("indicator").order_by("indicator", "revision"):
        indicator, held = version.indicator, found.get(version.indicator_id)
        if indicator.retired_at and indicator.retired_at <= cutoff:
            continue
        if kept is not None:
            if kept.get(indicator.code) == version.revision:
                found[indicator.pk] = version
        elif held is None or version.recorded_at <= cutoff:
            found[indicator.pk] = version
    return tuple(sorted(found.values(), key=lambda v: (v.indicator.place, v.indicator.code)))


def _period_start(year):
    period = Period.objects.of_year(year)
    return period.starts_year if period else year


ORDER = {"year": 0, "each_year": 1, "by_end": 2}


def target_for(band, year, unit):
    """The band that a value of `year` is judged by, as it is kept with the value; {} when no document says one.

    Only the year's own period speaks: a period without a document has no band, whatever an illustration shows.
    """
    period = Period.objects.of_year(year) if band else None
    found = (
        Target.objects.for_year(year).filter(period=period, indicator_code=band, unit=unit).select_related("period")
        if period
        else ()
    )
    if not found:
        return {}
    target = min(found, key=lambda t: (ORDER[t.applies], -t.pk))
    return {
        "lower": None if target.lower is None else str(target.lower.normalize()),
        "upper": None if target.upper is None else str(target.upper.normalize()),
        "applies": target.applies,
        "document": target.document,
        "confidence": target.confidence,
        "source": target.source,
        "period": target.period.code,
    }


def moment(value):
    """A time as digests spell it."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")
