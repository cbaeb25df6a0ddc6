"""Policies and their reviews in words."""

from django.utils.translation import gettext as _

from programme.models import Policy
from programme.presenting.scheme import unknown
from screens import formats

BARE = {Policy.Kind.STANDARD, Policy.Kind.OTHER}  # the number says what it is
STANDING_KINDS = {
    "in_force": "ok",
    "not_yet": "info",
    "expired": "quiet",
    "superseded": "quiet",
    "withdrawn": "bad",
}
STATE_KINDS = {"draft": "quiet", "submitted": "info", "answered": "ok", "withdrawn": "bad"}
PROPOSES_KINDS = {"keep": "ok", "amend": "info", "replace": "warn", "repeal": "warn"}
ANSWER_KINDS = {"accepted": "ok", "partly": "warn", "refused": "bad"}


def name_of(kind, number):
    """ "Quyết định số 4303/QĐ-UBND"."""
    if kind in BARE:
        return number
    return _("%(kind)s No. %(number)s") % {"kind": Policy.Kind(kind).label, "number": number}


def policy_name(policy):
    return name_of(policy.kind, policy.number)


def day_or_unknown(day):
    return formats.vn_date(day) if day else unknown()


def in_force_text(valid_from, valid_to):
    """From when to when a document holds, as far as it is known."""
    if valid_to:
        return f"{day_or_unknown(valid_from)} – {formats.vn_date(valid_to)}"
    return _("from %(day)s") % {"day": formats.vn_date(valid_from)} if valid_from else unknown()


def paper_text(number, on):
    """ "120/TTr-SCT, 15/03/2026", or nothing."""
    return f"{number}, {formats.vn_date(on)}" if number else ""
