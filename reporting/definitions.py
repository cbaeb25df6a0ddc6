"""What an indicator's definition says, read from its JSON and checked: nothing about a share is a constant in code."""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import Refused

COUNTS = {
    "sum": gettext_lazy("sum of a yearly figure"),
    "growth": gettext_lazy("growth of a yearly figure against the year before"),
    "turns": gettext_lazy("enterprise-turns supported"),
    "supported": gettext_lazy("distinct enterprises supported"),
    "supported_share": gettext_lazy("share of the counted enterprises that were supported"),
    "products": gettext_lazy("products recognised"),
    "first_time_products": gettext_lazy("products recognised for the first time"),
    "enterprises": gettext_lazy("enterprises with a title"),
    "money": gettext_lazy("support money"),
}
FIGURES = {
    "output_vnd": gettext_lazy("industrial output"),
    "revenue_vnd": gettext_lazy("net revenue"),
    "key_product_revenue_vnd": gettext_lazy("revenue of key products"),
    "export_direct_goods_usd_cents": gettext_lazy("direct export of goods"),
    "export_entrusted_goods_usd_cents": gettext_lazy("entrusted export of goods"),
    "export_direct_services_usd_cents": gettext_lazy("direct export of services"),
    "export_entrusted_services_usd_cents": gettext_lazy("entrusted export of services"),
}
SCOPES = {"whole": gettext_lazy("whole enterprise"), "key_products": gettext_lazy("key products only")}
PLACES = {"hanoi": gettext_lazy("plants in Hà Nội"), "whole": gettext_lazy("all plants of the enterprise")}
PRICES = {"current": gettext_lazy("current prices"), "constant": gettext_lazy("constant prices")}
ACCOUNTS = {"separate": gettext_lazy("separate accounts"), "consolidated": gettext_lazy("consolidated accounts")}
WHO = {
    "in_force": gettext_lazy("title in force on a named date"),
    "in_year": gettext_lazy("recognised in the year"),
    "cumulative": gettext_lazy("recognised since the period began"),
}
FIGURE_YEARS = {"reporting": gettext_lazy("the reporting year"), "before": gettext_lazy("the year before")}
STATES = ("official", "preliminary", "estimate")
UPPER = {
    "none": gettext_lazy("none"),
    "declared": gettext_lazy("declared but not yet verified figures"),
    "last_verified": gettext_lazy("last verified year times a cap"),
}
MISSING = {
    "unknown": gettext_lazy("stays unknown"),
    "last_year_iip": gettext_lazy("last year's value times the index of industrial production, marked as estimated"),
}
UNITS = {
    "percent": gettext_lazy("percent"),
    "enterprise": gettext_lazy("enterprises"),
    "product": gettext_lazy("products"),
    "turn": gettext_lazy("turns"),
    "vnd": gettext_lazy("đồng"),
}
OUTSIDE = {"leave_out": gettext_lazy("left out"), "count": gettext_lazy("counted")}
TITLE_KINDS = ("key_product", "top_10")
WITH_FIGURES = ("sum", "growth")
# The unit of numerator and denominator; those of figures have the unit of their figures.
COUNTED_IN = {
    "turns": "turn",
    "supported": "enterprise",
    "supported_share": "enterprise",
    "products": "product",
    "first_time_products": "product",
    "enterprises": "enterprise",
    "money": "vnd",
}
WITH_SUPPORT = ("turns", "supported", "supported_share", "money")
KEYS = {
    "counts",
    "numerator",
    "scope",
    "place",
    "prices",
    "base_year",
    "accounts",
    "who",
    "title_kinds",
    "figure_year",
    "denominator",
    "unit",
    "direction",
    "band",
    "upper",
    "outside_industry",
    "activities",
}


@dataclass(frozen=True)
class Basis:
    """The basis of yearly figures that the numerator adds up."""

    scope: str = "whole"
    place: str = "hanoi"
    prices: str = "current"
    base_year: int | None = None
    accounts: str = "separate"


@dataclass(frozen=True)
class Who:
    """Which enterprises count in a year."""

    rule: str = "in_force"
    on: str = "12-31"
    title_kinds: tuple = ("key_product",)
    leave_out_outside: bool = True
    activities: tuple = ()


@dataclass(frozen=True)
class Denominator:
    measure: str
    prices: str = "current"
    base_year: int | None = None
    states: tuple = STATES
    when_missing: str = "unknown"


@dataclass(frozen=True)
class Upper:
    method: str = "none"
    cap_percent: int = 100
    years_back: int = 1


@dataclass(frozen=True)
class Definition:
    """A checked definition. `source` is the JSON as it stands, part of every digest."""

    counts: str
    unit: str
    numerator: tuple = ()
    basis: Basis = field(default_factory=Basis)
    who: Who = field(default_factory=Who)
    shift: int = 0
    denominator: Denominator | None = None
    upper: Upper = field(default_factory=Upper)
    direction: str = "up"
    band: str = ""
    source: dict = field(default_factory=dict, compare=False, hash=False)

    @property
    def is_ratio(self):
        return self.counts in ("growth", "supported_share") or self.denominator is not None

    @property
    def back(self):
        """How many years before its own the earliest confirmed figures of a value lie."""
        if self.counts == "growth":
            return self.shift + 1
        return self.shift + (self.upper.years_back if self.upper.method == "last_verified" else 0)

    @property
    def way(self):
        """What a value is made of: values of two ways are not compared."""
        return self.counts, self.numerator, self.basis, self.who, self.shift, self.denominator

    @property
    def currency(self):
        return "usd_cents" if self.numerator and self.numerator[0].endswith("usd_cents") else "vnd"

    @property
    def counted_in(self):
        """The unit of numerator and denominator."""
        return COUNTED_IN.get(self.counts, self.currency)

    def differing_bases(self):
        """Why numerator and denominator may not be compared: a code, or "" when they may."""
        if self.denominator is None or self.counts != "sum":
            return ""
        wanted = {"output": ("output_vnd",), "exports": tuple(n for n in FIGURES if n.endswith("usd_cents"))}
        if not set(self.numerator) <= set(wanted.get(self.denominator.measure, ())):
            return "measures_differ"
        if self.denominator.measure == "output":
            above = (self.basis.prices, self.basis.base_year)
            if above != (self.denominator.prices, self.denominator.base_year):
                return "prices_differ"
            if not self.who.leave_out_outside:
                return "coverage_differs"
        if self.basis.place == "whole":
            return "places_differ"
        return ""


def read(source):
    """The Definition in `source` (a dict); raises Refused with the sentence for the first thing that is wrong."""
    if not isinstance(source, dict):
        raise Refused(_("A definition is a list of named values."))
    unknown = set(source) - KEYS
    if unknown:
        raise Refused(_("The definition has a value nobody knows: %(name)s.") % {"name": min(unknown)})
    counts = _choice(source, "counts", COUNTS)
    numerator = _numerator(source, counts)
    denominator = _denominator(source.get("denominator"), counts, numerator)
    unit = _choice(source, "unit", UNITS)
    if (denominator is not None or counts in ("growth", "supported_share")) != (unit == "percent"):
        raise Refused(_("A share or a growth is given in percent, everything else in its own unit."))
    return Definition(
        counts=counts,
        unit=unit,
        numerator=numerator,
        basis=_basis(source),
        who=_who(source),
        shift=1 if _choice(source, "figure_year", FIGURE_YEARS, "reporting") == "before" else 0,
        denominator=denominator,
        upper=_upper(source.get("upper") or {"method": "none"}, counts),
        direction=_choice(source, "direction", {"up": "", "down": ""}, "up"),
        band=_text(source, "band"),
        source=source,
    )


def _choice(source, name, known, default=None):
    value = source.get(name, default)
    if value not in known:
        raise Refused(
            _("%(name)s cannot be %(value)s. Known are: %(known)s.")
            % {"name": name, "value": value, "known": ", ".join(known)}
        )
    return value


def _text(source, name):
    value = source.get(name) or ""
    if not isinstance(value, str):
        raise Refused(_("%(name)s must be text.") % {"name": name})
    return value


def _whole(value, name, least, most):
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused(
            _("%(name)s must be a whole number from %(least)s to %(most)s.")
            % {"name": name, "least": least, "most": most}
        )
    return value


def _numerator(source, counts):
    value = source.get("numerator")
    if counts not in WITH_FIGURES:
        if value:
            raise Refused(_("Only sums and growth of yearly figures have a numerator."))
        return ()
    names = (value,) if isinstance(value, str) else tuple(value or ())
    if not names or len(set(names)) != len(names) or not set(names) <= set(FIGURES):
        raise Refused(_("numerator must name one or more yearly figures: %(known)s.") % {"known": ", ".join(FIGURES)})
    if len({name.endswith("usd_cents") for name in names}) > 1:
        raise Refused(_("Đồng and dollars are not added up."))
    return names


def _base_year(source, prices):
    year = source.get("base_year")
    if prices == "constant":
        return _whole(year, "base_year", 1990, 2100)
    if year is not None:
        raise Refused(_("Current prices have no base year."))
    return None


def _basis(source):
    prices = _choice(source, "prices", PRICES, "current")
    return Basis(
        scope=_choice(source, "scope", SCOPES, "whole"),
        place=_choice(source, "place", PLACES, "hanoi"),
        prices=prices,
        base_year=_base_year(source, prices),
        accounts=_choice(source, "accounts", ACCOUNTS, "separate"),
    )


def _who(source):
    who = source.get("who") or {"rule": "in_force"}
    if not isinstance(who, dict) or set(who) - {"rule", "on"}:
        raise Refused(_("who must give a rule and, for titles in force, a date."))
    rule, on = _choice(who, "rule", WHO), who.get("on", "12-31")
    if not isinstance(on, str) or not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", on) or on in BAD_DAYS:
        raise Refused(_("The named date is month-day, such as 12-31."))
    kinds = source.get("title_kinds", ["key_product"])
    if not isinstance(kinds, list) or not kinds or not set(kinds) <= set(TITLE_KINDS):
        raise Refused(_("title_kinds must be a list of: %(known)s.") % {"known": ", ".join(TITLE_KINDS)})
    activities = source.get("activities", [])
    if not isinstance(activities, list) or not all(
        isinstance(a, str) and re.fullmatch(r"\d{2}", a) for a in activities
    ):
        raise Refused(_("activities must be a list of two-digit divisions of VSIC."))
    return Who(
        rule=rule,
        on=on if rule == "in_force" else "12-31",
        title_kinds=tuple(sorted(set(kinds))),
        leave_out_outside=_choice(source, "outside_industry", OUTSIDE, "leave_out") == "leave_out",
        activities=tuple(sorted(set(activities))),
    )


BAD_DAYS = ("02-29", "02-30", "02-31", "04-31", "06-31", "09-31", "11-31")


def _denominator(value, counts, numerator):
    if value is None:
        return None
    if counts != "sum":
        raise Refused(_("Only a sum of yearly figures is divided by a city statistic."))
    if not isinstance(value, dict) or set(value) - {"measure", "prices", "base_year", "states", "when_missing"}:
        raise Refused(_("The denominator has a value nobody knows."))
    measure = _choice(value, "measure", {"output": "", "exports": ""})
    if (measure == "exports") != numerator[0].endswith("usd_cents"):
        raise Refused(_("Dollars are divided by the city's exports, đồng by the city's output."))
    prices = _choice(value, "prices", PRICES, "current")
    states = value.get("states", list(STATES))
    if not isinstance(states, list) or not states or not set(states) <= set(STATES):
        raise Refused(_("states must be a list of: %(known)s.") % {"known": ", ".join(STATES)})
    when_missing = _choice(value, "when_missing", MISSING, "unknown")
    if when_missing == "last_year_iip" and measure != "output":
        raise Refused(_("Only output can be carried on by the index of industrial production."))
    return Denominator(
        measure, prices, _base_year(value, prices), tuple(s for s in STATES if s in states), when_missing
    )


def _upper(value, counts):
    if not isinstance(value, dict) or set(value) - {"method", "cap_percent", "years_back"}:
        raise Refused(_("The upper bound has a value nobody knows."))
    method = _choice(value, "method", UPPER)
    if method == "none":
        return Upper()
    if counts != "sum":
        raise Refused(_("Only sums of yearly figures have an upper bound."))
    if method == "declared":
        return Upper(method)
    return Upper(
        method,
        _whole(value.get("cap_percent"), "cap_percent", 1, 1000),
        _whole(value.get("years_back", 1), "years_back", 1, 5),
    )
