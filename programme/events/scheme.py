from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from audit.events import describe
from programme.models import Indicator, Period, PublishedFigure, Target, Unit
from reference.events import words
from reference.models import Confidence
from screens import formats


def plain_number(value):
    """A stored decimal without the zeros behind it."""
    return formats.number(Decimal(value), 4, trim=True)


FIELDS = {
    "code": (_("code"), formats.code),
    "name_vi": (_("name in Vietnamese"), formats.vietnamese),
    "name_en": (_("name in English"), formats.english),
    "starts_year": _("first year"),
    "ends_year": _("last year"),
    "state": (_("standing"), words(Period.State)),
    "ceiling_vnd": (_("estimated budget of all sources"), formats.money),
    "decision": _("document"),
    "decision_on": _("date of the document"),
    "note": _("note"),
    "confidence": (_("how sure"), words(Confidence)),
    "source": _("source"),
    "period": _("period of the programme"),
    "indicator_code": (_("indicator"), words(Indicator)),
    "applies": (_("applies"), words(Target.Applies)),
    "year": _("year"),
    "lower": (_("at least"), plain_number),
    "upper": (_("at most"), plain_number),
    "unit": (_("unit"), words(Unit)),
    "document": _("document"),
    "withdrawn_on": _("withdrawn on"),
    "registered_enterprises": _("enterprises registered"),
    "registered_products": _("products registered"),
    "recognised_enterprises": _("enterprises recognised"),
    "recognised_products": _("products recognised"),
    "first_time_products": _("of these for the first time"),
    "top10_enterprises": _("enterprises in the Top 10"),
    "award_year": _("year of the round"),
    "reference_year": _("year of the figures"),
    "scope": (_("scope"), words(PublishedFigure.Scope)),
    "scope_count": _("number of enterprises"),
    "measure": (_("figure quoted"), words(PublishedFigure.Measure)),
    "value": (_("value"), plain_number),
    "qualifier": (_("said as"), words(PublishedFigure.Qualifier)),
    "reproducible": _("can be reproduced"),
}

describe("period added", _("Period added"), fields=FIELDS)
describe("period corrected", _("Period corrected"), fields=FIELDS)
describe("period decided", _("The document of the period was entered"), fields=FIELDS)
describe("target added", _("Target added"), fields=FIELDS)
describe("target changed", _("Target changed"), fields=FIELDS)
describe("target withdrawn", _("Target withdrawn"), fields=FIELDS)
describe("published result added", _("Published result added"), fields=FIELDS)
describe("published result corrected", _("Published result corrected"), fields=FIELDS)
describe("published figure added", _("Published figure added"), fields=FIELDS)
describe("published figure corrected", _("Published figure corrected"), fields=FIELDS)
describe("programme row loaded", _("Loaded from the portal's data files"), fields=FIELDS)
describe("programme row reloaded", _("Brought up to date from the portal's data files"), fields=FIELDS)
