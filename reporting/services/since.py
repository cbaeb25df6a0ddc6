"""What changed after a computation knew what it knew: to be said before its values are published."""

from django.db.models import Q
from django.utils.translation import gettext as _

from enterprises.models import EnterpriseRevision, FigureRevision, TitleRevision
from reporting.definitions import WITH_FIGURES, WITH_SUPPORT
from reporting.engine.inputs import gather, target_for
from reporting.models import CityStatistic
from reporting.wording import statistic_amount
from screens import formats
from support.models import SupportRevision

# What the engine reads of a revision: anything else of it may change without a value changing.
OF_ENTERPRISES = ("parent_tax_code", "ward", "group_codes", "main_activity", "merged_into")
OF_TITLES = ("product", "enterprise", "group", "kind", "round_year", "valid_from", "valid_to", "ended_on")
OF_SUPPORT = (
    "enterprise",
    "activity_code",
    "activity_type",
    "kind",
    "content_area",
    "year",
    "started_on",
    "delivered_on",
    "amount_vnd",
    "by_programme",
)


def replaced_statistics(chosen):
    """The city's figures that the chosen values read and that stand no longer: replaced, withdrawn or taken back."""
    read = {each["public_id"] for value, _choice in chosen for each in value.statistics}
    return CityStatistic.objects.filter(public_id__in=read, superseded_at__isnull=False)


def changed_since(run, year, chosen, now):
    """[(what, {thing: what it says now})] of which something that the chosen values of `run` read has changed since its cut-off."""
    then, today = gather((year,), run.cutoff, kept=run.versions), gather((year,), now)
    of_year = Q(year=year) | Q(delivered_on__year=year) | Q(started_on__year=year)
    of_codes = Q(activity_code__in=SupportRevision.objects.filter(of_year).values("activity_code"))
    moved = _moved(SupportRevision.objects.filter(of_codes), run.cutoff, "record", *OF_SUPPORT)
    own = _moved(SupportRevision.objects.filter(of_year), run.cutoff, "record", *OF_SUPPORT)
    known = Q(round_year__lte=year) | Q(valid_from__year__lte=year)
    enterprises = EnterpriseRevision.objects.exclude(status="withdrawn").filter(_concerned(known, of_year))
    merged = _moved(
        EnterpriseRevision.objects.filter(merged_into__isnull=False), run.cutoff, "enterprise", "merged_into"
    )
    details = _moved(enterprises, run.cutoff, "enterprise", *OF_ENTERPRISES)
    counted = (
        (_("figures of enterprises"), _figures(run.cutoff, year, chosen)),
        (_("figures of the city"), _statistics(then, today, year, chosen)),
        (_("titles"), _moved(TitleRevision.objects.filter(known), run.cutoff, "title", *OF_TITLES)),
        (_("support records"), {record: moved[record] for record in moved.keys() & own}),
        (
            _("support records of another year under the same activity code"),
            {record: moved[record] for record in moved.keys() - own},
        ),
        (_("merged enterprises"), merged),
        (_("details of enterprises"), {each: details[each] for each in details.keys() - merged}),
        (_("closing of years"), _closings(then, today, chosen)),
        (_("definitions of indicators"), _definitions(today, chosen)),
        (_("assigned targets"), {v.pk: target for v, _c in chosen if (target := _target(v)) != v.target}),
        (_("rules of counting"), _rules(then, today, chosen)),
    )
    return [(what, found) for what, found in counted if found]


def _moved(rows, cutoff, thing, *read):
    """{thing: what it says now} of those of which `rows` (revisions) say something else today than was known at `cutoff`."""
    before = set(rows.as_of(cutoff).filter(superseded_at__isnull=False).values_list(thing, *read))
    after = set(rows.current().filter(recorded_at__gt=cutoff).values_list(thing, *read))
    return {row[0]: None for row in before - after} | {row[0]: row[1:] for row in after - before}


def _concerned(titles, support):
    """Revisions of enterprises with a title or support, of those they were merged into, and of their branches and heads."""
    own = Q(enterprise__in=TitleRevision.objects.filter(titles).values("enterprise"))
    own |= Q(enterprise__in=SupportRevision.objects.filter(support).values("enterprise"))
    rows = EnterpriseRevision.objects.filter(own)
    return (
        own
        | Q(enterprise__in=rows.filter(merged_into__isnull=False).values("merged_into"))
        | Q(parent_tax_code__in=rows.exclude(parent_tax_code="").values("parent_tax_code"))
    )


def _figures(cutoff, year, chosen):
    """Enterprises whose confirmed figures, or declared ones where a bound reads them, are others than at `cutoff`."""
    read = [value.version.read for value, _c in chosen if value.version.read.counts in WITH_FIGURES]
    if not read:
        return {}
    changed = Q(confirmed_at__gt=cutoff) | Q(confirmed_at__lte=cutoff, superseded_at__gt=cutoff)
    if any(definition.upper.method == "declared" for definition in read):
        changed |= Q(declared_at__gt=cutoff)
        changed |= Q(declared_at__lte=cutoff) & (Q(returned_at__gt=cutoff) | Q(superseded_at__gt=cutoff))
    years = (year - max(definition.back for definition in read), year - min(definition.shift for definition in read))
    found = {}
    for enterprise, *revision in (
        FigureRevision.objects.filter(changed, year__range=years)
        .order_by("pk")
        .values_list("enterprise", "pk", "confirmed_at", "returned_at", "superseded_at")
    ):
        found.setdefault(enterprise, []).append(revision)
    return found


def _statistics(then, today, year, chosen):
    """Of the city's figures that the chosen values would find others today, by measure and year."""
    read = set()
    for value, _c in chosen:
        wanted, on = value.version.read.denominator, year - value.version.read.shift
        if wanted:
            read.add((wanted.measure, on))
        if wanted and wanted.when_missing == "last_year_iip":
            read |= {(wanted.measure, on - 1), ("iip", on)}
    others = read & {(s.measure, s.year) for s in set(then.statistics) ^ set(today.statistics)}
    return {each: [s for s in today.statistics if (s.measure, s.year) == each] for each in others}


def _closings(then, today, chosen):
    """Years of the chosen values that were closed or opened again."""
    read = {value.year - value.version.read.shift for value, _c in chosen}
    return {year: year in today.closed for year in read & (then.closed ^ today.closed)}


def _definitions(today, chosen):
    """Chosen indicators that are defined anew, or no longer used."""
    held = {version.indicator_id: version.pk for version in today.versions}
    indicators = {value.version.indicator_id: value.version_id for value, _c in chosen}
    return {each: held.get(each) for each, version in indicators.items() if held.get(each) != version}


def _target(value):
    return target_for(value.version.read.band, value.year, value.unit)


def _rules(then, today, chosen):
    """What is counted by another rule of turns, or from another first year of the period, today."""
    read = [value.version.read for value, _c in chosen]
    found = {}
    if any(definition.counts in WITH_SUPPORT for definition in read) and then.turns != today.turns:
        found["turns"] = today.turns
    if any(definition.who.rule == "cumulative" for definition in read) and then.periods != today.periods:
        found["periods"] = today.periods
    return found


def sentences(run, chosen, changed):
    """What whoever publishes is told of it: `changed` is that of `changed_since`."""
    said = [
        _("%(statistic)s, %(amount)s, on which these values stand, was replaced or withdrawn since. Compute anew.")
        % {"statistic": row, "amount": statistic_amount(row.measure, row.amount)}
        for row in replaced_statistics(chosen)
    ]
    if changed:
        said.append(
            _(
                "After %(moment)s, as of which these values were computed, there changed: %(what)s. Compute anew to publish what holds now."
            )
            % {
                "moment": formats.vn_datetime(run.cutoff),
                "what": "; ".join(f"{what} ({formats.number(len(found))})" for what, found in changed),
            }
        )
    return said
