"""Messages: officers, heads, leaders and clerks write to the enterprise, its people answer."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from accounts.roles import ENTERPRISE_ROLES
from dossiers.permissions.dossiers import acts_for
from dossiers.permissions.links import OURS
from dossiers.states import ENTERPRISE

WRITE = action(
    "dossiers.write_message", _("Write to the enterprise about its dossier, or answer"), roles=ENTERPRISE_ROLES | OURS
)

route("dossiers:write_message", GET=WRITE, POST=WRITE)


def writes_as_department(user):
    return isinstance(user, str) or bool(user.roles & OURS)


def may_write(user, dossier):
    """Whether the person may write about this dossier now: the enterprise once the Department has written."""
    if dossier.submitted_at is None:
        return False
    if writes_as_department(user):
        return True
    return acts_for(user, dossier.enterprise, ENTERPRISE) and dossier.messages.filter(from_department=True).exists()
