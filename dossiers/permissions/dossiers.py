"""Dossiers: the people of an enterprise prepare, its signatory lodges; clerks type in what comes on paper, connected systems
lodge what came through them; staff read."""

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.access import ANYONE, action, menu, route
from accounts.roles import ENTERPRISE_ROLES, SYSTEMS
from dossiers.states import CLERKS, HANDLERS, IN_HAND, READERS, SIGNATORY, State

VIEW = action("dossiers.view", _("See dossiers"), roles=READERS | ENTERPRISE_ROLES)
LIST = action("dossiers.list", _("See the list of dossiers of all enterprises"), roles=READERS)
OWN = action("dossiers.own", _("See the dossiers of one's own enterprise"), roles=ENTERPRISE_ROLES)
START = action("dossiers.start", _("Begin a dossier of one's own enterprise"), roles=ENTERPRISE_ROLES)
TYPE_IN = action("dossiers.type_in", _("Type in dossiers that came on paper"), roles=CLERKS)
BRING = action("dossiers.bring", _("Lodge what was lodged with another system"), roles=SYSTEMS)
PREPARE = action("dossiers.prepare", _("Prepare a dossier"), roles=ENTERPRISE_ROLES | CLERKS | SYSTEMS)
LODGE = action("dossiers.lodge", _("Lodge a dossier"), roles=SIGNATORY | CLERKS | SYSTEMS)
SEE_IDENTITY = action(
    "dossiers.see_identity",
    _("Open identity papers of one's own dossiers, of those at one's desk or in one's hands"),
    roles=ENTERPRISE_ROLES | CLERKS | HANDLERS,
)
WITHDRAW = action("dossiers.withdraw", _("Withdraw a dossier"), roles=ENTERPRISE_ROLES | CLERKS)

route("dossiers:dossier_list", GET=LIST)
route("dossiers:register", GET=LIST)
route("dossiers:tally", GET=LIST)
route("dossiers:type_in_dossier", GET=TYPE_IN, POST=TYPE_IN)

route("dossiers:look_up_dossier", GET=ANYONE)

route("dossiers:own_dossiers", GET=OWN)
route("dossiers:open_procedures", GET=START)
route("dossiers:start_dossier", GET=START, POST=START)

route("dossiers:dossier", GET=VIEW)
route("dossiers:dossier_file", GET=VIEW)
route("dossiers:dossier_template", GET=PREPARE)
route("dossiers:fill_dossier", GET=PREPARE, POST=PREPARE)
route("dossiers:dossier_components", GET=PREPARE)
route("dossiers:add_file", GET=PREPARE, POST=PREPARE)
route("dossiers:remove_file", POST=PREPARE)
route("dossiers:attach_application", POST=LODGE)
route("dossiers:remove_application", POST=LODGE)
route("dossiers:application_signatures", GET=VIEW)
route("dossiers:move_draft", GET=PREPARE, POST=PREPARE)
route("dossiers:check_dossier", GET=PREPARE, POST=PREPARE)
route("dossiers:lodge_dossier", GET=PREPARE, POST=LODGE)
route("dossiers:lodged_dossier", GET=VIEW)
route("dossiers:copy_dossier", GET=START, POST=START)
route("dossiers:withdraw_dossier", GET=WITHDRAW, POST=WITHDRAW)

menu("dossiers", _("Dossiers"), route="dossiers:dossier_list", order=25, rooms=("dossiers",))
menu(
    "own_dossiers",
    _("My dossiers"),
    route="dossiers:own_dossiers",
    order=20,
    enterprise_label=_("Dossiers"),
    rooms=("dossiers",),
)


def acts_for(user, enterprise, roles):
    """Whether the person acts for the enterprise in one of these roles, by a membership of it or of what it became."""
    from enterprises.models import Membership

    held = Membership.objects.held_by(user).filter(role__in=[role.value for role in roles & ENTERPRISE_ROLES])
    return held.filter(enterprise_id__in=(enterprise.pk, enterprise.merged_into_id)).exists()


def may_on(user, dossier, roles):
    """Whether the person may do for this dossier what takes one of `roles`: people of the enterprise for what it lodges
    itself, clerks for what came on paper or through a system, the system itself until it has lodged it."""
    if isinstance(user, str):
        return True
    if dossier.is_online:
        return acts_for(user, dossier.enterprise, roles)
    if dossier.is_draft and not dossier.is_paper:
        return bool(user.roles & roles & SYSTEMS) and dossier.typed_by_id == user.pk
    return bool(user.roles & roles & CLERKS)


def purpose_of_identity(user, dossier):
    """To what end the person may open identity papers of the dossier, in a word; "" for whoever only reads it: the
    enterprise's own people, the clerk who types it in, receives it or supplements it for them, then the one who
    handles it until its result is issued or it ends before: after that nothing is left to be done by them."""
    if not user.may(SEE_IDENTITY):
        return ""
    if user.roles & ENTERPRISE_ROLES and acts_for(user, dossier.enterprise, ENTERPRISE_ROLES):
        return "own"
    at_the_door = {State.DRAFT, State.LODGED} | (set() if dossier.is_online else {State.SUPPLEMENTING})
    if user.roles & CLERKS and dossier.state in at_the_door:
        return "receiving"
    handles = user.roles & HANDLERS and dossier.handler_id == user.pk and dossier.state in IN_HAND
    return "handling" if handles else ""


def sees_identity(user, dossier):
    """The same for a page, asked only where the dossier has an identity paper."""
    return SimpleLazyObject(lambda: purpose_of_identity(user, dossier))
