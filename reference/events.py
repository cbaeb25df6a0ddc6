from django.utils.translation import gettext_lazy as _

from audit.events import describe
from reference.models import AdministrativeUnit, CalendarDay, Confidence, IndustryCode, SizeThreshold
from reference.rules import value_text
from screens import formats


def words(*choices):
    """Says a stored code in words."""
    known = {str(value): label for one in choices for value, label in one.choices}
    return lambda value: known.get(str(value), value)


FIELDS = {
    "code": (_("code"), formats.code),
    "name_vi": (_("name in Vietnamese"), formats.vietnamese),
    "name_en": (_("name in English"), formats.english),
    "valid_from": _("in force from"),
    "valid_to": _("in force to"),
    "legal_basis": _("legal basis"),
    "confidence": (_("how sure"), words(Confidence)),
    "source": _("source"),
    "kind": (_("kind"), words(AdministrativeUnit.Kind, CalendarDay.Kind)),
    "unit_type": (_("type of unit"), words(AdministrativeUnit.UnitType)),
    "classification": _("classification"),
    "level": (_("level"), words(IndustryCode.Level)),
    "parent_code": _("belongs to"),
    "divisions": _("nearest VSIC divisions"),
    "short_name": _("short name"),
    "successor": _("work taken over by"),
    "counts_to_ceiling": _("counts against the ceiling"),
    "sector_column": (_("field of activity"), words(SizeThreshold.Column)),
    "size": (_("size"), words(SizeThreshold.Size)),
    "labour_max": _("workers with social insurance, at most"),
    "revenue_max_vnd": (_("revenue of the year, at most"), formats.money),
    "capital_max_vnd": (_("total capital, at most"), formats.money),
    "value": (_("value"), value_text),
    "currency": _("currency"),
    "on": _("day"),
    "vnd_per_unit": (_("đồng for one unit"), formats.money),
    "note": _("note"),
    "withdrawn_on": _("withdrawn on"),
    "basis": _("basis"),
    "old": _("old unit"),
    "new": _("new unit"),
}

describe("reference entry added", _("Entry added"), fields=FIELDS)
describe("reference entry corrected", _("Entry corrected"), fields=FIELDS)
describe("reference entry ended", _("Entry ended"), fields=FIELDS)
describe("reference entry loaded", _("Entry loaded from the portal's data files"), fields=FIELDS)
describe("reference entry reloaded", _("Entry brought up to date from the portal's data files"), fields=FIELDS)
describe("exchange rate withdrawn", _("Exchange rate withdrawn"), fields=FIELDS)
