"""What changed after a computation knew what it knew: to be said before its values are published."""

from django.db.models import Q
from django.utils.translation import gettext as _

from enterprises.models import EnterpriseRevision, FigureRevision, TitleRevision
from reporting.models import CityStatistic
from reporting.wording import statistic_amount
from screens import formats
from support.models import SupportRevision


def replaced_statistics(chosen):
    """The city's figures that the chosen values read and that stand no longer: replaced, withdrawn or taken back."""
    read = {each["public_id"] for value, _choice in chosen for each in value.statistics}
    return CityStatistic.objects.filter(public_id__in=read, superseded_at__isnull=False)


def changed_since(cutoff, year):
    """[(what, how many things)] recorded, corrected or withdrawn after `cutoff` that values of the year read."""
    later = Q(recorded_at__gt=cutoff) | Q(superseded_at__gt=cutoff)
    confirmed = Q(confirmed_at__gt=cutoff) | Q(confirmed_at__lte=cutoff, superseded_at__gt=cutoff)
    counted = (
        (
            _("figures of enterprises"),
            FigureRevision.objects.filter(confirmed, year__in=(year - 1, year)),
            "enterprise",
        ),
        (_("figures of the city"), CityStatistic.objects.filter(later, year=year), "measure"),
        (_("titles"), TitleRevision.objects.filter(later), "title"),
        (_("support records"), SupportRevision.objects.filter(later, year=year), "record"),
        (_("merged enterprises"), EnterpriseRevision.objects.filter(later, merged_into__isnull=False), "enterprise"),
    )
    numbers = ((what, rows.values(of).distinct().count()) for what, rows, of in counted)
    return [(what, number) for what, number in numbers if number]


def sentences(run, year, chosen):
    """What whoever publishes is told of it."""
    said = [
        _("%(statistic)s, %(amount)s, on which these values stand, was replaced or withdrawn since. Compute anew.")
        % {"statistic": row, "amount": statistic_amount(row.measure, row.amount)}
        for row in replaced_statistics(chosen)
    ]
    changed = changed_since(run.cutoff, year)
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
