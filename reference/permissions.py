from django.utils.translation import gettext_lazy as _

from accounts.access import action
from accounts.roles import READERS, Role

VIEW = action("reference.view", _("See reference data"), roles=READERS)
EDIT = action(
    "reference.edit",
    _("Edit lists of reference data"),
    roles={Role.ADMINISTRATOR, Role.HEAD, Role.OFFICER},
)
EDIT_RULES = action(
    "reference.edit_rules",
    _("Edit rules, thresholds, the calendar and classifications"),
    roles={Role.ADMINISTRATOR},
)
