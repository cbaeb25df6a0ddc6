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
    """[(what, how many things)] of which something that the chosen values of `run` read has changed since its cut-off."""
    then, today = gather((year,), run.cutoff, kept=run.versions), gather((year,), now)
    of_year = Q(year=year) | Q(delivered_on__year=year) | Q(started_on__year=year)
    of_codes = Q(activity_code__in=SupportRevision.objects.filter(of_year).values("activity_code"))
    support = _moved(SupportRevision.objects.filter(of_year), run.cutoff, "record", *OF_SUPPORT)
    elsewhere = _moved(SupportRevision.objects.filter(of_codes).exclude(of_year), run.cutoff, "record", *OF_SUPPORT)
    known = Q(round_year__lte=year) | Q(valid_from__year__lte=year)
    enterprises = EnterpriseRevision.objects.exclude(status="withdrawn").filter(_concerned(known, of_year))
    merged = _moved(
        EnterpriseRevision.objects.filter(merged_into__isnull=False), run.cutoff, "enterprise", "merged_into"
    )
    counted = (
        (_("figures of enterprises"), _figures(run.cutoff, year, chosen)),
        (_("figures of the city"), _statistics(then, today, year, chosen)),
        (_("titles"), _moved(TitleRevision.objects.filter(known), run.cutoff, "title", *OF_TITLES)),
        (_("support records"), support),
        (_("support records of another year under the same activity code"), elsewhere - support),
        (_("merged enterprises"), merged),
        (_("details of enterprises"), _moved(enterprises, run.cutoff, "enterprise", *OF_ENTERPRISES) - merged),
        (
            _("closing of years"),
            {value.year - value.version.read.shift for value, _c in chosen} & (then.closed ^ today.closed),
        ),
        (_("definitions of indicators"), {value.version_id for value, _c in chosen} - {v.pk for v in today.versions}),
        (_("assigned targets"), [value for value, _c in chosen if value.target != _target(value)]),
        (_("rules of counting"), _rules(then, today, chosen)),
    )
    return [(what, len(found)) for what, found in counted if found]


def _moved(rows, cutoff, thing, *read):
    """Keys of the things of which `rows` (revisions) say something else today than was known at `cutoff`."""
    before = rows.as_of(cutoff).filter(superseded_at__isnull=False).values_list(thing, *read)
    after = rows.current().filter(recorded_at__gt=cutoff).values_list(thing, *read)
    return {row[0] for row in set(before) ^ set(after)}


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
        return set()
    changed = Q(confirmed_at__gt=cutoff) | Q(confirmed_at__lte=cutoff, superseded_at__gt=cutoff)
    if any(definition.upper.method == "declared" for definition in read):
        changed |= Q(declared_at__gt=cutoff)
        changed |= Q(declared_at__lte=cutoff) & (Q(returned_at__gt=cutoff) | Q(superseded_at__gt=cutoff))
    years = (year - max(definition.back for definition in read), year - min(definition.shift for definition in read))
    return set(FigureRevision.objects.filter(changed, year__range=years).values_list("enterprise", flat=True))


def _statistics(then, today, year, chosen):
    """(measure, year) of the city's figures that the chosen values would find others today."""
    read = set()
    for value, _c in chosen:
        wanted, on = value.version.read.denominator, year - value.version.read.shift
        if wanted:
            read.add((wanted.measure, on))
        if wanted and wanted.when_missing == "last_year_iip":
            read |= {(wanted.measure, on - 1), ("iip", on)}
    return read & {(s.measure, s.year) for s in set(then.statistics) ^ set(today.statistics)}


def _target(value):
    return target_for(value.version.read.band, value.year, value.unit)


def _rules(then, today, chosen):
    """What is counted by another rule of turns, or from another first year of the period, today."""
    read = [value.version.read for value, _c in chosen]
    turns = any(definition.counts in WITH_SUPPORT for definition in read) and then.turns != today.turns
    periods = any(definition.who.rule == "cumulative" for definition in read) and then.periods != today.periods
    return [each for each in (turns, periods) if each]


def sentences(run, year, chosen, now):
    """What whoever publishes is told of it."""
    said = [
        _("%(statistic)s, %(amount)s, on which these values stand, was replaced or withdrawn since. Compute anew.")
        % {"statistic": row, "amount": statistic_amount(row.measure, row.amount)}
        for row in replaced_statistics(chosen)
    ]
    changed = changed_since(run, year, chosen, now)
    if changed:
        said.append(
            _(
                "After %(moment)s, as of which these values were computed, there changed: %(what)s. Compute anew to publish what holds now."
            )
            % {
                "moment": formats.vn_datetime(run.cutoff),
                "what": "; ".join(f"{what} ({formats.number(number)})" for what, number in changed),
            }
        )
    return said
