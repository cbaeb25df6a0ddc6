"""Papers that came in: the records clerk enters them, the Department's Office and the leaders pass them on, and whoever has
one in hand deals with it."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, menu, route
from accounts.roles import Role
from documents.incoming_states import SEERS, roles_of_incoming

SEE = action("incoming.see", _("See papers that came in"), roles=SEERS)
ENTER = action("incoming.enter", _("Enter papers that came in"), roles={Role.RECORDS_CLERK})
ACTIONS = {
    "pass": action("incoming.pass", _("Pass on papers that came in"), roles=roles_of_incoming("pass")),
    "finish": action("incoming.finish", _("Mark papers that came in as dealt with"), roles=roles_of_incoming("finish")),
    "reopen": action("incoming.reopen", _("Take up papers that came in again"), roles=roles_of_incoming("reopen")),
    "void": action("incoming.void", _("Make numbers of arrival void"), roles=roles_of_incoming("void")),
}

route("documents:incoming_list", GET=SEE)
route("documents:incoming", GET=SEE)
route("documents:incoming_scan", GET=SEE)
route("documents:scan_signatures", GET=SEE)
route("documents:enter_incoming", GET=ENTER, POST=ENTER)
route("documents:correct_incoming", GET=ENTER, POST=ENTER)
for verb, needed in ACTIONS.items():
    route(f"documents:{verb}_incoming", GET=needed, POST=needed)

menu("incoming", _("Papers that came in"), route="documents:incoming_list", order=78, rooms=("documents",))
