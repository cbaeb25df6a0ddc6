from django.utils.translation import gettext_lazy as _

from audit.events import describe

FIELDS = {
    "code": _("code"),
    "name_vi": _("name in Vietnamese"),
    "name_en": _("name in English"),
    "valid_from": _("in force from"),
    "valid_to": _("in force to"),
    "legal_basis": _("legal basis"),
    "confidence": _("how sure"),
    "source": _("source"),
    "kind": _("kind"),
    "unit_type": _("type of unit"),
    "classification": _("classification"),
    "level": _("level"),
    "parent_code": _("belongs to"),
    "divisions": _("nearest VSIC divisions"),
    "short_name": _("short name"),
    "successor": _("work taken over by"),
    "counts_to_ceiling": _("counts against the ceiling"),
    "sector_column": _("field of activity"),
    "size": _("size"),
    "labour_max": _("workers with social insurance, at most"),
    "revenue_max_vnd": _("revenue of the year, at most"),
    "capital_max_vnd": _("total capital, at most"),
    "value": _("value"),
    "currency": _("currency"),
    "on": _("day"),
    "vnd_per_unit": _("đồng for one unit"),
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
