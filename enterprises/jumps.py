"""Figures that moved further from the year before than the rule “jump_factor” lets pass without a warning."""

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import GreaterThan
from django.utils.translation import ngettext

from enterprises.models import FigureRevision
from enterprises.models.figures import MEASURES, State
from reference.services import rule
from screens.formats import number

USUAL = 10


def jump_factor(on):
    """So many times more, or less, is a jump, by the rule in force on the day `on`."""
    return int(rule("jump_factor", on, USUAL))


def jumped(before, after, factor):
    """Whether an amount is more than `factor` times the one before, or less than that part of it; 0 is no base."""
    return bool(before and after and (after > factor * before or after * factor < before))


def with_jump(figures, on):
    """Those of which an amount jumped against what was confirmed the year before, on the same basis."""
    return figures.filter(_jump(on))


def without_jump(figures, on):
    """The others, those with no year before among them."""
    return figures.filter(~_jump(on))


def _jump(on):
    factor = jump_factor(on)
    before = FigureRevision.objects.current().filter(
        Q(base_year=OuterRef("base_year")) | Q(base_year__isnull=True),
        enterprise_id=OuterRef("enterprise_id"),
        year=OuterRef("year") - 1,
        state=State.CONFIRMED,
        scope=OuterRef("scope"),
        place=OuterRef("place"),
        prices=OuterRef("prices"),
        accounts=OuterRef("accounts"),
    )
    wide = Q(pk__in=[])
    for name in MEASURES:
        far = GreaterThan(OuterRef(name), F(name) * factor) | GreaterThan(F(name), OuterRef(name) * factor)
        wide |= Q(far, **{f"{name}__gt": 0}) & GreaterThan(OuterRef(name), 0)
    return Exists(before.filter(wide))


def left_sentence(count):
    """What became of figures that were not confirmed because they jumped."""
    return ngettext(
        "%(count)s declaration whose figures jumped stays and waits.",
        "%(count)s declarations whose figures jumped stay and wait.",
        count,
    ) % {"count": number(count)}
