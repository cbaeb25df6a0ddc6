"""How values, verdicts and definitions read on a page, on paper and in a file."""

from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reference.models import SizeThreshold
from reporting import definitions
from reporting.models import CityStatistic, FigureKind, Verdict
from screens import formats

TAGS = {
    Verdict.BELOW: "bad",
    Verdict.WITHIN: "ok",
    Verdict.ABOVE: "info",
    Verdict.NOT_ASSESSABLE: "quiet",
}
REASONS = {
    "no_value": gettext_lazy("No confirmed figure is there yet."),
    "no_target": gettext_lazy("No document sets a target for this year."),
    "no_denominator": gettext_lazy("The city's figure of that year is not known."),
    "nobody_counts": gettext_lazy("No enterprise counts in this year by this definition."),
    "incomplete": gettext_lazy("Figures are missing, and they could change the answer."),
    "bounds_cross": gettext_lazy("The missing figures could bring it into or past the band."),
    "above_city_total": gettext_lazy("The sum is larger than the city's figure: one of the two must be wrong."),
    "measures_differ": gettext_lazy("Not comparable: what is above and below the line is not the same measure."),
    "prices_differ": gettext_lazy("Not comparable: the prices above and below the line differ."),
    "places_differ": gettext_lazy("Not comparable: plants outside Hà Nội are counted above the line only."),
    "coverage_differs": gettext_lazy("Not comparable: activities outside industry are counted above the line only."),
}
UNITS = {
    "percent": "%",
    "enterprise": gettext_lazy("enterprises"),
    "product": gettext_lazy("products"),
    "turn": gettext_lazy("turns"),
    "vnd": gettext_lazy("đồng"),
}
APPLIES = {
    "each_year": gettext_lazy("each year of the period"),
    "year": gettext_lazy("in the year"),
    "by_end": gettext_lazy("by the end of the period"),
}


def amount(value, unit):
    """A value as people read it: a Fraction of one for percent, whole numbers for the rest."""
    if value is None:
        return formats.NOTHING
    if unit == "percent":
        return formats.percent(value, 1)
    if unit == "vnd":
        return formats.money(int(value))
    return formats.number(int(value))


def figure(value, unit):
    """As `amount`, where the unit of money is named beside it: 3.776.300.000."""
    return formats.number(value) if unit == "vnd" else amount(value, unit)


def axis(unit):
    """(what writes a number on a chart of this unit, the unit that the chart names once)."""
    if unit == "percent":
        return formats.percent, ""
    if unit == "vnd":
        return lambda value: formats.number(Fraction(value) / 10**9, 1, trim=True), _("billion đồng")
    return lambda value: formats.number(value, 0), ""


def band(target, unit):
    """The band of a target in words, or that there is none."""
    if not target:
        return formats.NOTHING
    lower, upper = (_bound(target.get(name), unit) for name in ("lower", "upper"))
    if lower and upper:
        return f"{lower} – {upper}" if lower != upper else lower
    return _("at least %(amount)s") % {"amount": lower} if lower else _("at most %(amount)s") % {"amount": upper}


def _bound(text, unit):
    if text is None:
        return ""
    places = 0 if Fraction(text).denominator == 1 else 1
    number = formats.number(Fraction(text), places)
    return f"{number}\u00a0%" if unit == "percent" else number


def band_ends(target, unit):
    """(lower, upper) in the unit of `exact` (a share of one for percent)."""
    scale = 100 if unit == "percent" else 1
    return tuple(None if target.get(name) is None else Fraction(target[name]) / scale for name in ("lower", "upper"))


def coverage(value):
    if value.counted is None:
        return ""
    return _("%(reporting)s of %(counted)s (%(share)s)") % {
        "reporting": formats.number(value.reporting or 0),
        "counted": formats.number(value.counted),
        "share": formats.percent(value.coverage, 1),
    }


def bounds(value):
    """The bounds in words; an upper bound that nobody knows says so, and why."""
    if value.lower is None:
        return ""
    lower = amount(value.exact_lower, value.unit) if value.denominator or value.unit != "percent" else None
    if lower is None:
        return ""
    if value.exact_upper is None:
        text = _("from %(lower)s, upper bound unknown") % {"lower": lower}
    else:
        text = f"{lower} – {amount(value.exact_upper, value.unit)}"
    if value.open_units:
        text += " " + _("(%(count)s enterprises without any figure)") % {"count": formats.number(value.open_units)}
    return text


def kind(value, published):
    """What kind of figure it is: published, official, provisional; with the state of the city's figure."""
    words = [_("published") if published else str(FigureKind(value.kind).label).lower()]
    if value.estimated:
        words.append(_("city figure estimated by the index of industrial production"))
    elif value.statistic_state:
        words.append(
            _("city figure: %(state)s") % {"state": str(CityStatistic.State(value.statistic_state).label).lower()}
        )
    return ", ".join(words)


STATISTIC_UNITS = {
    CityStatistic.Measure.OUTPUT: gettext_lazy("đồng"),
    CityStatistic.Measure.EXPORTS: "USD",
    CityStatistic.Measure.IIP: "%",
}


def in_its_unit(measure, value):
    """A city figure as a column counts it: đồng and cents as they are stored, an index in percent."""
    return Fraction(value, 100) if measure == CityStatistic.Measure.IIP and value is not None else value


def statistic_amount(measure, value):
    """A city figure in its own unit; None where it is not known."""
    if measure == CityStatistic.Measure.EXPORTS:
        return formats.usd(value)
    if measure == CityStatistic.Measure.IIP:
        return f"{formats.number(Fraction(value, 100), 2)}\u00a0%"
    return formats.money(value)


def statistics_of(value):
    """The city's figures that a value read, each with its amount in words."""
    return [each | {"text": statistic_amount(each["measure"], each["amount"])} for each in value.statistics]


BRANCHES = gettext_lazy(
    "A branch (13 digits) counts with the enterprise of its ten digits: under the ward, the product groups and the size of "
    "that enterprise, whatever the registry has for the branch, and even if the enterprise itself has ceased."
)
SIZE_OF_WHOLE = gettext_lazy(
    "The size is that of the whole enterprise by its own confirmed figures; where only a branch reported, it is not known."
)


def sentences_of(definition):
    """[(what, how)] of a definition (the checked one), in the order in which people ask."""
    d = definition
    lines = [(_("What is counted"), definitions.COUNTS[d.counts])]
    if d.numerator:
        lines.append((_("Numerator"), " + ".join(str(definitions.FIGURES[name]) for name in d.numerator)))
        lines += [
            (_("Scope"), definitions.SCOPES[d.basis.scope]),
            (_("Place"), definitions.PLACES[d.basis.place]),
            (_("Prices"), _prices(d.basis.prices, d.basis.base_year)),
            (_("Financial statements"), definitions.ACCOUNTS[d.basis.accounts]),
            (_("Year of the figures"), definitions.FIGURE_YEARS["before" if d.shift else "reporting"]),
        ]
    if d.counts not in ("turns", "supported", "money"):
        who = str(definitions.WHO[d.who.rule])
        if d.who.rule == "in_force":
            month, day = d.who.on.split("-")
            who = _("title in force on %(day)s of the year") % {"day": f"{day}/{month}"}
        lines.append((_("Enterprises that count"), who))
        lines.append(
            (
                _("Activities outside industry (VSIC B–E)"),
                definitions.OUTSIDE["leave_out" if d.who.leave_out_outside else "count"],
            )
        )
        if d.who.activities:
            lines.append((_("Only the divisions of VSIC"), ", ".join(d.who.activities)))
    if d.denominator:
        below = f"{CityStatistic.Measure(d.denominator.measure).label}, {_prices(d.denominator.prices, d.denominator.base_year)}"
        states = ", ".join(str(CityStatistic.State(state).label).lower() for state in d.denominator.states)
        lines += [
            (_("Denominator"), below),
            (_("States of the city figure, best first"), states),
            (_("When the city figure is missing"), definitions.MISSING[d.denominator.when_missing]),
        ]
    if d.counts == "sum":
        method = str(definitions.UPPER[d.upper.method])
        if d.upper.method == "last_verified":
            method = _("last verified year, at most %(years)s back, times %(cap)s %%") % {
                "years": d.upper.years_back,
                "cap": d.upper.cap_percent,
            }
        lines.append((_("Upper bound for what is missing"), method))
    return lines


def _prices(prices, base_year):
    text = str(definitions.PRICES[prices])
    return f"{text} {base_year}" if base_year else text


SIZES = dict(SizeThreshold.Size.choices)
