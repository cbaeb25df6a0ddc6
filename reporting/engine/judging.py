"""Where a value stands against its band. Everything is decided on exact fractions, never on what is displayed."""

from fractions import Fraction

from reporting.models import Verdict

PLACES = {-1: Verdict.BELOW, 0: Verdict.WITHIN, 1: Verdict.ABOVE}


def in_target_units(value, unit):
    """A share of one as percent, everything else as it is: the unit in which targets are written."""
    return value * 100 if unit == "percent" else value


def position(value, target):
    """-1 below the band, 0 within (its edges included), 1 above."""
    lower, upper = target.get("lower"), target.get("upper")
    if lower is not None and value < Fraction(lower):
        return -1
    if upper is not None and value > Fraction(upper):
        return 1
    return 0


def judge(value, lower, upper, target, *, unit, complete, direction="up"):
    """(verdict, why) of a value between its bounds; `upper` None: what is missing could be anything.

    When what is missing could change the answer, there is not enough to judge by. A value whose lower bound is within
    the band has reached it, whatever is missing.
    """
    if value is None:
        return Verdict.NOT_ASSESSABLE, "no_value"
    if not target:
        return Verdict.NOT_ASSESSABLE, "no_target"
    if complete:
        lower = upper = value
    if lower is None:
        return Verdict.NOT_ASSESSABLE, "incomplete"
    least = position(in_target_units(lower, unit), target)
    most = None if upper is None else position(in_target_units(upper, unit), target)
    if direction == "down":
        if most is None or (least != most and most == 1):
            return Verdict.NOT_ASSESSABLE, "incomplete" if most is None else "bounds_cross"
        return PLACES[-most], ""
    if least >= 0 or least == most:
        return PLACES[least], ""
    return Verdict.NOT_ASSESSABLE, "incomplete" if most is None else "bounds_cross"
