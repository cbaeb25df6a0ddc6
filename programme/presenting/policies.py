"""Policies and their reviews in words."""

from django.utils.translation import gettext as _

from programme.models import Policy, PolicyReview
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


def paper_text(number, on):
    """ "120/TTr-SCT, 15/03/2026", or nothing."""
    return f"{number}, {formats.vn_date(on)}" if number else ""


def answer_text(answer, number, on):
    """ "Accepted: 315/UBND-KT, 20/04/2024", or nothing."""
    return f"{PolicyReview.Answer(answer).label}: {paper_text(number, on)}" if answer else ""
