from django.utils.translation import gettext_lazy as _

from audit.events import describe

FIELDS = {
    "code": _("code"),
    "name_vi": _("name in Vietnamese"),
    "name_en": _("name in English"),
    "starts_year": _("first year"),
    "ends_year": _("last year"),
    "state": _("standing"),
    "ceiling_vnd": _("estimated budget of all sources"),
    "decision": _("document"),
    "decision_on": _("date of the document"),
    "note": _("note"),
    "confidence": _("how sure"),
    "source": _("source"),
    "period": _("period of the programme"),
    "indicator_code": _("indicator"),
    "applies": _("applies"),
    "year": _("year"),
    "lower": _("at least"),
    "upper": _("at most"),
    "unit": _("unit"),
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
    "scope": _("scope"),
    "scope_count": _("number of enterprises"),
    "measure": _("figure quoted"),
    "value": _("value"),
    "qualifier": _("said as"),
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
