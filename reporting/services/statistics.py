"""The city's statistics: recorded from a paper, revised by a later one, never overwritten."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from reporting.models import CityStatistic
from reporting.permissions import RECORD
from screens import formats

UNIT_OF = {
    CityStatistic.Measure.OUTPUT: CityStatistic.Unit.VND,
    CityStatistic.Measure.EXPORTS: CityStatistic.Unit.USD_CENTS,
    CityStatistic.Measure.IIP: CityStatistic.Unit.INDEX,
}
MOST_OF = {  # in the unit of the measure
    CityStatistic.Measure.OUTPUT: 10**17,
    CityStatistic.Measure.EXPORTS: 10**14,
    CityStatistic.Measure.IIP: 10**5,
}
YEAR_TO_COME = _lazy("The year %(year)s has not begun. Give a year up to %(last)s.")
BEFORE_REVISED = gettext_noop(  # said at once, and kept with the rows of an import
    "What it revises was published on %(day)s: give that day or a later one. Where that day is wrong, withdraw the figure and "
    "record it anew."
)
DAY_TO_COME = _lazy("The day of publication lies in the future.")
BEFORE_ITS_YEAR = gettext_noop(
    "No figure of %(year)s is published before that year begins. Check the day and the year."
)
OFFICIAL_EARLY = gettext_noop(
    "An official figure of %(year)s is published when that year is over. Before, it is an estimate or preliminary."
)
BASE_TO_COME = gettext_noop("The base year %(year)s lies after the day of publication.")
TOLD = ("amount", "state", "source", "published_on", "vsic_coverage")


@transaction.atomic
def record_statistic(
    *,
    measure,
    year,
    amount,
    state,
    source,
    published_on,
    by,
    now,
    prices="current",
    base_year=None,
    vsic_coverage="B-E",
    reason="",
    import_batch=None,
    synthetic=False,
):
    """Write down a figure of the city that was not known in this state before, or is known again (`reason` says why)."""
    require(by, RECORD)
    _require_past(year=year, published_on=published_on, now=now)
    _require_timely(year=year, state=state, base_year=base_year, published_on=published_on)
    _require_basis(measure=measure, prices=prices, base_year=base_year)
    _require_believable(measure, amount)
    key = {"measure": measure, "year": year, "prices": prices, "base_year": base_year, "state": state}
    known = CityStatistic.objects.filter(**key)
    if known.current().exists():
        raise Conflict(_("This figure of the city is recorded already. Revise it instead."))
    last = known.order_by("-revision").first()
    statistic = CityStatistic(
        **key,
        unit=UNIT_OF[measure],
        amount=amount,
        source=source,
        published_on=published_on,
        vsic_coverage=vsic_coverage,
        reason=reason,
        revision=last.revision + 1 if last else 1,
        recorded_at=now,
        recorded_by=getattr(by, "public_id", None),
        import_batch=import_batch,
        synthetic=synthetic,
    )
    _save(statistic)
    record_event("statistic recorded", statistic, by=by, now=now, reason=reason, after=_told(statistic))
    return statistic


@transaction.atomic
def revise_statistic(
    *, statistic, amount, source, published_on, reason, by, now, vsic_coverage=None, import_batch=None
):
    """Let a new revision take the place of `statistic`; what was known before stays readable."""
    require(by, RECORD)
    if not reason.strip():
        raise Refused(_("Say why the figure is revised."))
    _require_past(year=statistic.year, published_on=published_on, now=now)
    standing = {"year": statistic.year, "state": statistic.state, "base_year": statistic.base_year}
    _require_timely(**standing, published_on=published_on)
    _require_believable(statistic.measure, amount)
    old = CityStatistic.objects.select_for_update(of=("self",)).get(pk=statistic.pk)
    if old.superseded_at is not None:
        raise _out_of_use(old)
    if published_on < old.published_on:
        raise Refused(_(BEFORE_REVISED) % {"day": formats.vn_date(old.published_on)})
    now = max(now, old.recorded_at)
    vsic_coverage = old.vsic_coverage if vsic_coverage is None else vsic_coverage
    if (old.amount, old.source, old.published_on, old.vsic_coverage) == (amount, source, published_on, vsic_coverage):
        raise Refused(_("Nothing was changed."))
    CityStatistic.objects.filter(pk=old.pk).update(superseded_at=now)
    new = CityStatistic(
        measure=old.measure,
        year=old.year,
        unit=old.unit,
        amount=amount,
        prices=old.prices,
        base_year=old.base_year,
        state=old.state,
        source=source,
        published_on=published_on,
        vsic_coverage=vsic_coverage,
        reason=reason,
        revision=old.revision + 1,
        supersedes=old,
        recorded_at=now,
        recorded_by=getattr(by, "public_id", None),
        import_batch=import_batch,
        synthetic=old.synthetic,
    )
    _save(new)
    record_event("statistic revised", new, by=by, now=now, reason=reason, before=_told(old), after=_told(new))
    return new


@transaction.atomic
def withdraw_statistic(*, statistic, reason, by, now):
    """Take a figure of the city out of use from now on: it was recorded by mistake."""
    require(by, RECORD)
    if not reason.strip():
        raise Refused(_("Say why the figure is withdrawn."))
    changed = CityStatistic.objects.filter(pk=statistic.pk, superseded_at__isnull=True).update(
        superseded_at=max(now, statistic.recorded_at)
    )
    if not changed:
        raise _out_of_use(statistic)
    record_event("statistic withdrawn", statistic, by=by, now=now, reason=reason, before=_told(statistic))


def _out_of_use(statistic):
    if CityStatistic.objects.filter(supersedes=statistic).exists():
        return Conflict(_("Somebody else revised this figure meanwhile. Look at the latest revision first."))
    return Conflict(_("This figure was withdrawn already: it is out of use."))


def _require_past(*, year, published_on, now):
    today = timezone.localdate(now)
    if year > today.year:
        raise Refused(YEAR_TO_COME % {"year": year, "last": today.year})
    if published_on > today:
        raise Refused(str(DAY_TO_COME))


def untimely(*, year, state, base_year, published_on):
    """(field, sentence, the year that it names) where the day of publication does not go with what was published; or None."""
    if published_on.year < year:
        return "published_on", BEFORE_ITS_YEAR, year
    if state == CityStatistic.State.OFFICIAL and published_on.year == year:
        return "published_on", OFFICIAL_EARLY, year
    if base_year is not None and base_year > published_on.year:
        return "base_year", BASE_TO_COME, base_year
    return None


def _require_timely(**given):
    if fault := untimely(**given):
        _field, sentence, year = fault
        raise Refused(_(sentence) % {"year": year})


def _require_basis(*, measure, prices, base_year):
    is_constant = prices == CityStatistic.Prices.CONSTANT
    if is_constant and measure != CityStatistic.Measure.OUTPUT:
        raise Refused(_("Only industrial output is given in constant prices."))
    if is_constant and base_year is None:
        raise Refused(_("Constant prices need their base year."))
    if not is_constant and base_year is not None:
        raise Refused(_("Current prices have no base year. Leave it empty."))


def _require_believable(measure, amount):
    if amount <= 0:
        raise Refused(_("The amount must be more than 0."))
    if amount > MOST_OF[measure]:
        raise Refused(_("Too large for a figure of the city. Check the unit."))


def _told(statistic):
    return {name: getattr(statistic, name) for name in TOLD}


def _save(statistic):
    try:
        with transaction.atomic():
            statistic.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("This figure of the city is recorded already. Revise it instead.")) from None
