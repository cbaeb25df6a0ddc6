from django.utils.translation import gettext_lazy as _

from accounts.access import action, menu, route
from accounts.roles import HEADS, READERS, Role

VIEW = action("reference.view", _("See reference data"), roles=READERS)
EDIT = action(
    "reference.edit",
    _("Edit product groups, agencies and exchange rates"),
    roles=HEADS | {Role.ADMINISTRATOR, Role.OFFICER},
)
EDIT_RULES = action(
    "reference.edit_rules",
    _("Edit rules, thresholds, the calendar, the map and classifications"),
    roles={Role.ADMINISTRATOR},
)

EDITED_BY_STAFF = {"productgroup", "agency", "exchangerate"}
ITEMS = (
    "administrativeunit",
    "industrycode",
    "productgroup",
    "agency",
    "contentarea",
    "supportkind",
    "moneysource",
    "sizethreshold",
    "rule",
)
FIXED_VALUES = ("moneysource", "sizethreshold", "rule")
OTHERS = ("calendarday", "exchangerate")


def action_for(model_name):
    """The action that changing rows of a table needs."""
    return EDIT if model_name in EDITED_BY_STAFF else EDIT_RULES


for table in (*ITEMS, *OTHERS):
    edits = action_for(table)
    route(f"reference:{table}_list", GET=VIEW)
    route(f"reference:{table}", GET=VIEW)
    route(f"reference:add_{table}", GET=edits, POST=edits)
    route(f"reference:edit_{table}", GET=edits, POST=edits)
    if table in ITEMS:
        route(f"reference:end_{table}", GET=edits, POST=edits)
    if table in FIXED_VALUES:
        route(f"reference:replace_{table}", GET=edits, POST=edits)

route("reference:home", GET=VIEW)
route("reference:map", GET=VIEW)
route("reference:calendar", GET=VIEW)
route("reference:withdraw_exchangerate", GET=EDIT, POST=EDIT)
route("reference:load_list", GET=VIEW)
route("reference:load", GET=VIEW)

menu("reference", _("Reference data"), route="reference:home", order=91)
