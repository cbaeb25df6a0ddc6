"""Where a person can go from here: only pages that are there and that their roles may open."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access import may_open

# The pages of plan and money in the order of the work; each noun brings its own.
SECTIONS = (
    ("programme:money", pgettext_lazy("section", "Money")),
    ("programme:plan_list", pgettext_lazy("section", "Plans")),
    ("programme:proposal_list", pgettext_lazy("section", "Proposals")),
    ("programme:task_list", pgettext_lazy("section", "Tasks")),
    ("programme:given_list", pgettext_lazy("section", "Given tasks")),
    ("programme:meeting_list", pgettext_lazy("section", "Meetings")),
    ("programme:budget_line_list", pgettext_lazy("section", "Budget lines")),
    ("programme:budget_step_list", pgettext_lazy("section", "Steps")),
    ("programme:commitment_list", pgettext_lazy("section", "Contracts and decisions")),
    ("programme:payment_list", pgettext_lazy("section", "Payments")),
    ("programme:ledger_entry_list", pgettext_lazy("section", "Ledger")),
    ("programme:statement_list", pgettext_lazy("section", "Reconciliation")),
    ("programme:policy_list", pgettext_lazy("section", "Policies")),
    ("programme:period_list", pgettext_lazy("section", "Periods")),
    ("programme:target_list", pgettext_lazy("section", "Targets")),
)
ROOT = _("Plan and money")


def open_address(user, route, *args, **query):
    """The address of a page, or nothing where it does not exist or the person may not open it."""
    if not may_open(user, route):
        return ""
    try:
        address = reverse(route, args=args)
    except NoReverseMatch:
        return ""
    asked = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{address}?{urlencode(asked)}" if asked else address


def address_of(user, row):
    """The address of a row's own page, or nothing where there is none that the person may open."""
    if row is None or not hasattr(row, "get_absolute_url"):
        return ""
    try:
        address = row.get_absolute_url()
        route = resolve(address).view_name
    except (NoReverseMatch, Resolver404):
        return ""
    return address if may_open(user, route) else ""


def sections(user, here):
    """[{url, label, current}] of the sections that the person may open."""
    found = []
    for route, label in SECTIONS:
        address = open_address(user, route)
        if address:
            found.append({"url": address, "label": label, "current": route == here})
    return found
