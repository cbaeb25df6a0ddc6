"""Links: whoever prepares a draft names what it follows; of what was lodged the Department does."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from accounts.roles import ENTERPRISE_ROLES, LEADERS
from dossiers.permissions.dossiers import PREPARE, may_on
from dossiers.states import CLERKS, HANDLERS

OURS = CLERKS | HANDLERS | LEADERS
LINK = action("dossiers.link", _("Name the earlier dossier that a dossier follows"), roles=ENTERPRISE_ROLES | OURS)

route("dossiers:link_dossier", GET=LINK, POST=LINK)
route("dossiers:end_link", POST=LINK)


def may_link(user, dossier):
    """Whether the person may say what this dossier follows, as it stands."""
    if isinstance(user, str):
        return True
    if dossier.is_draft:
        return may_on(user, dossier, PREPARE.roles)
    return bool(dossier.submitted_at and user.roles & OURS)
