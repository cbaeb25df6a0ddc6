from django.utils.translation import gettext_lazy as _

from audit.events import describe

FIELDS = {
    "activity": _("activity"),
    "activity_code": _("activity code"),
    "activity_type": _("type of activity"),
    "year": _("year"),
    "content_area": _("content area"),
    "kind": _("kind of support"),
    "what": _("what was delivered"),
    "started_on": _("started on"),
    "delivered_on": _("delivered on"),
    "amount_vnd": _("amount (đồng)"),
    "money_source": _("source of money"),
    "by_programme": _("by this programme"),
    "agency": _("agency that gave it"),
    "evidence": _("evidence"),
    "evidence_file": _("evidence file"),
}

describe("support recorded", _("Support recorded"), fields=FIELDS)
describe("support imported", _("Support recorded by an import"), fields=FIELDS)
describe("support corrected", _("Support record corrected"), fields=FIELDS)
describe("support withdrawn", _("Support record withdrawn"))
