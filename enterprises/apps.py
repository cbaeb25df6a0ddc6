from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = _("Enterprises")

    def ready(self):
        from accounts import handover, panels
        from accounts.invitations import register_purpose
        from accounts.roles import register_role_source
        from enterprises.permissions import roles_by_membership
        from enterprises.services import figures, memberships

        register_role_source(roles_by_membership)
        register_purpose(
            memberships.PURPOSE,
            label=_("Membership of an enterprise"),
            check=memberships.check_invitation,
            accept=memberships.accept_invitation,
            describe=memberships.describe_invitation,
        )
        panels.register(memberships.panel_of_person)
        handover.register(
            "figures",
            _("Figures to send or to correct"),
            count=figures.count_held,
            move=figures.hand_over_figures,
        )
