"""Bands and published figures in words."""

from django.utils.translation import gettext as _

from programme.models import PublishedFigure, Target, Unit
from screens import formats


def unknown():
    """The word for what nobody knows: never 0, never empty."""
    return _("not known")


def amount(value, unit):
    """40, "percent" -> "40 %"."""
    if value is None:
        return unknown()
    return f"{formats.number(value, 4, trim=True)} {Unit(unit).label}"


def band_text(lower, upper, unit=None):
    """A band as documents write it: "40–50 %", "from 15 %", "at most 3 %", "100 %"."""
    least, most = (formats.number(value, 4, trim=True) if value is not None else None for value in (lower, upper))
    label = f" {Unit(unit).label}" if unit else ""
    if lower is None:
        return _("at most %(value)s") % {"value": f"{most}{label}"}
    if upper is None:
        return _("from %(value)s") % {"value": f"{least}{label}"}
    return f"{least}{label}" if lower == upper else f"{least}–{most}{label}"


def target_band(target, *, with_unit=True):
    return band_text(target.lower, target.upper, target.unit if with_unit else None)


def applies_text(target):
    """For which years a target is meant."""
    if target.applies == Target.Applies.YEAR:
        return _("in %(year)s") % {"year": target.year}
    if target.applies == Target.Applies.BY_END:
        return _("by the end of %(year)s") % {"year": target.period.ends_year}
    return _("each year")


def quoted(figure):
    """A published figure as it was quoted: "about 40,000 billion đồng"."""
    words = figure.get_qualifier_display() if figure.qualifier else ""
    return f"{words} {amount(figure.value, figure.unit)}".strip()


def scope_text(scope, count):
    if scope == PublishedFigure.Scope.RECOGNISED:
        return _("%(count)s enterprises recognised") % {"count": formats.number(count)}
    return unknown()


def bands_by_year(period, targets):
    """[{indicator, unit, cells}]: what is promised for each year; empty where no document says."""
    rows: dict[str, dict] = {}
    for target in targets:
        unit = Unit(target.unit).label
        row = rows.setdefault(target.indicator_code, {"indicator": target.indicator, "unit": unit, "cells": {}})
        years = {
            Target.Applies.EACH_YEAR: period.years(),
            Target.Applies.YEAR: [target.year],
            Target.Applies.BY_END: [period.ends_year],
        }[target.applies]
        for year in years:
            row["cells"].setdefault(year, []).append(
                {
                    "text": target_band(target, with_unit=False),
                    "target": target,
                    "by_end": target.applies == Target.Applies.BY_END,
                }
            )
    return [{**row, "cells": [row["cells"].get(year, []) for year in period.years()]} for row in rows.values()]
