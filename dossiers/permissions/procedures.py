"""Procedures: staff and auditors read them, heads of the office that handles draft them, somebody else puts them in force."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, menu, route
from accounts.models import Post
from accounts.roles import HEADS, LEADERS, READERS, Role

VIEW = action("procedures.view", _("See procedures and their versions"), roles=READERS)
EDIT = action("procedures.edit", _("Draft procedures and their versions"), roles=HEADS | {Role.ADMINISTRATOR})
ISSUE = action("procedures.issue", _("Put versions of procedures in force"), roles=HEADS | LEADERS)
EVERYWHERE = LEADERS | {Role.ADMINISTRATOR}  # the others act for the offices they head

route("dossiers:procedure_list", GET=VIEW)
route("dossiers:procedure", GET=VIEW)
for verb in ("add", "edit", "close"):
    route(f"dossiers:{verb}_procedure", GET=EDIT, POST=EDIT)

route("dossiers:version", GET=VIEW)
route("dossiers:preview_version", GET=VIEW)
for verb in ("begin", "edit", "discard"):
    route(f"dossiers:{verb}_version", GET=EDIT, POST=EDIT)
route("dossiers:issue_version", GET=ISSUE, POST=ISSUE)

for part in ("step", "component", "field"):
    for verb in ("add", "edit", "remove"):
        route(f"dossiers:{verb}_{part}", GET=EDIT, POST=EDIT)
    route(f"dossiers:move_{part}", POST=EDIT)
route("dossiers:component_template", GET=VIEW)

menu("procedures", _("Procedures"), route="dossiers:procedure_list", order=90, rooms=("dossiers",))


def heads_office(user, office, on):
    """Whether the person may act for `office` on the day: leaders and administrators everywhere, heads in their own.

    While nobody is named to handle a procedure, any head may.
    """
    if office is None or user.roles & EVERYWHERE:
        return True
    return Post.objects.in_force(on).filter(user=user, office=office, role__in=[role.value for role in HEADS]).exists()
