from django.utils.translation import gettext_lazy as _

from accounts.access import ANYONE, action, menu, route
from accounts.duties import steps_apart_from
from accounts.roles import ENTERPRISE_ROLES, HEADS, LEADERS, READERS, SYSTEMS, Role

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

SEE_CLAIMS = action(
    "claims.see", _("See who claims to represent an enterprise"), roles=OFFICERS | {Role.INTAKE, Role.AUDITOR}
)
DECIDE_CLAIMS = action(
    "claims.decide", _("Confirm or refuse who claims to represent an enterprise"), roles=OFFICERS | {Role.INTAKE}
)

VIEW_FIGURES = action("figures.view", _("See the figures of enterprises"), roles=READERS | ENTERPRISE_ROLES)
DECLARE = action("figures.declare", _("Declare figures of a year"), roles=OFFICERS | ENTERPRISE_ROLES | SYSTEMS)
SUBMIT = action("figures.submit", _("Send declared figures"), roles=OFFICERS | SYSTEMS | {Role.SIGNATORY})
REVIEW = action("figures.confirm", _("Confirm or return figures"), roles=OFFICERS)
CLOSE = action("figures.close_year", _("Close a year's figures"), roles=LEADERS, delegable=True)
IMPORT_FIGURES = action("figures.import", _("Import figures"), roles=OFFICERS)


route("enterprises:enterprise_list", GET=VIEW)
route("enterprises:enterprise_detail", GET=VIEW)
route("enterprises:register_enterprise", GET=REGISTER, POST=REGISTER)
route("enterprises:edit_enterprise", GET=REGISTER, POST=REGISTER)
route("enterprises:change_status", GET=REGISTER, POST=REGISTER)
route("enterprises:withdraw_enterprise", GET=REGISTER, POST=REGISTER)
route("enterprises:duplicates", GET=MERGE)
route("enterprises:merge_enterprises", GET=MERGE, POST=MERGE)
route("enterprises:invite_member", GET=INVITE, POST=INVITE)
route("enterprises:end_membership", GET=INVITE, POST=INVITE)

route("enterprises:claim_enterprise", GET=ANYONE, POST=ANYONE)
route("enterprises:claim_sent", GET=ANYONE)
route("enterprises:claim_list", GET=SEE_CLAIMS)
route("enterprises:claim_detail", GET=SEE_CLAIMS)
route("enterprises:claim_file", GET=SEE_CLAIMS)
route("enterprises:claim_signatures", GET=SEE_CLAIMS)
route("enterprises:confirm_claim", GET=DECIDE_CLAIMS, POST=DECIDE_CLAIMS)
route("enterprises:refuse_claim", GET=DECIDE_CLAIMS, POST=DECIDE_CLAIMS)
route("enterprises:invite_claimant_again", POST=DECIDE_CLAIMS)

route("enterprises:product_list", GET=VIEW)
route("enterprises:product_detail", GET=VIEW)
route("enterprises:add_product", GET=REGISTER, POST=REGISTER)
route("enterprises:edit_product", GET=REGISTER, POST=REGISTER)
route("enterprises:withdraw_product", GET=REGISTER, POST=REGISTER)
route("enterprises:title_list", GET=VIEW)
route("enterprises:title_detail", GET=VIEW)
route("enterprises:record_title", GET=REGISTER, POST=REGISTER)
route("enterprises:correct_title", GET=REGISTER, POST=REGISTER)
route("enterprises:end_title", GET=REGISTER, POST=REGISTER)
route("enterprises:withdraw_title", GET=REGISTER, POST=REGISTER)

route("enterprises:figures_list", GET=VIEW)
route("enterprises:figures_waiting", GET=VIEW)
route("enterprises:figures_detail", GET=VIEW_FIGURES)
route("enterprises:declare_figures", GET=DECLARE, POST=DECLARE)
route("enterprises:submit_figures", POST=SUBMIT)
route("enterprises:confirm_figures", POST=REVIEW)
route("enterprises:return_figures", GET=REVIEW, POST=REVIEW)
route("enterprises:withdraw_figures", GET=DECLARE, POST=DECLARE)
route("enterprises:bulk_confirm", POST=REVIEW)
route("enterprises:bulk_return", POST=REVIEW)
route("enterprises:confirm_all", GET=REVIEW, POST=REVIEW)
route("enterprises:years", GET=VIEW)
route("enterprises:close_year", GET=CLOSE, POST=CLOSE)
route("enterprises:reopen_year", GET=CLOSE, POST=CLOSE)

route("enterprises:own_home", GET=OWN)
route("enterprises:own_enterprise", GET=OWN)
route("enterprises:edit_contact", GET=EDIT_CONTACT, POST=EDIT_CONTACT)
route("enterprises:own_figures", GET=OWN)
route("enterprises:own_help", GET=OWN)

menu("own_home", _("Home"), route="enterprises:own_home", order=10)
menu(
    "own_enterprise", _("My enterprise"), route="enterprises:own_enterprise", order=31, enterprise_label=_("Enterprise")
)
menu("own_figures", _("My figures"), route="enterprises:own_figures", order=46, enterprise_label=_("Figures"))
menu("own_help", _("Guidance"), route="enterprises:own_help", order=95)
menu("enterprises", _("Enterprises"), route="enterprises:enterprise_list", order=30)
menu("products", _("Products"), route="enterprises:product_list", order=40)
menu("figures", _("Figures"), route="enterprises:figures_list", order=45)


def roles_by_membership(user, on):
    """Signatory or preparer, by the memberships of enterprises that hold on `on`."""
    from enterprises.models import Membership

    return Membership.objects.held_by(user, on).order_by().values_list("role", flat=True)


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
