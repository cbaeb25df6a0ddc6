from django.utils.translation import gettext_lazy as _

from accounts.access import action
from accounts.duties import steps_apart_from
from accounts.roles import ENTERPRISE_ROLES, HEADS, LEADERS, READERS, Role

OFFICERS = HEADS | {Role.OFFICER}

VIEW = action("enterprises.view", _("See enterprises, products and titles"), roles=READERS)
REGISTER = action("enterprises.register", _("Register and edit enterprises, products and titles"), roles=OFFICERS)
MERGE = action("enterprises.merge", _("Merge two records of one enterprise"), roles=OFFICERS)
IMPORT = action("enterprises.import", _("Import enterprises with products and titles"), roles=OFFICERS)
OWN = action("enterprises.own", _("See one's own enterprise"), roles=ENTERPRISE_ROLES)
EDIT_CONTACT = action(
    "enterprises.edit_contact", _("Keep the contact data of one's own enterprise"), roles=ENTERPRISE_ROLES
)
INVITE = action("memberships.invite", _("Invite people of an enterprise"), roles=OFFICERS | {Role.SIGNATORY})

VIEW_FIGURES = action("figures.view", _("See the figures of enterprises"), roles=READERS | ENTERPRISE_ROLES)
DECLARE = action("figures.declare", _("Declare figures of a year"), roles=OFFICERS | ENTERPRISE_ROLES)
SUBMIT = action("figures.submit", _("Send declared figures"), roles=OFFICERS | {Role.SIGNATORY})
REVIEW = action("figures.confirm", _("Confirm or return figures"), roles=OFFICERS)
CLOSE = action("figures.close_year", _("Close a year's figures"), roles=LEADERS)
IMPORT_FIGURES = action("figures.import", _("Import figures"), roles=OFFICERS)


def roles_by_membership(user, on):
    """Signatory or preparer, by the memberships of enterprises that hold on `on`."""
    from enterprises.models import Membership

    return {Role(role) for role in Membership.objects.held_by(user, on).values_list("role", flat=True)}


def can_act_for(user, enterprise, wanted):
    """Whether `user` may do `wanted` for `enterprise`: by a post, or by a membership of this very enterprise."""
    from enterprises.models import Membership

    if isinstance(user, str):
        return True
    if not user.is_active:
        return False
    if user.roles & (wanted.roles - ENTERPRISE_ROLES):
        return True
    held = Membership.objects.held_by(user).filter(role__in=wanted.roles & ENTERPRISE_ROLES)
    return held.filter(enterprise_id__in=(enterprise.pk, enterprise.merged_into_id)).exists()


def can_review_figures(user, figures, *, on):
    """A reviewer by post who did not declare these figures (nor sent them, where the data forbids it) nor belongs there."""
    from enterprises.models import Membership

    if not user.may(REVIEW) or user.public_id == figures.declared_by:
        return False
    if user.public_id == figures.submitted_by and "submit figures" in steps_apart_from("confirm figures", on=on):
        return False
    ids = (figures.enterprise_id, figures.enterprise.merged_into_id)
    return not Membership.objects.held_by(user).filter(enterprise_id__in=ids).exists()
