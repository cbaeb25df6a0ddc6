from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = _("Enterprises")

    def ready(self):
        from accounts import handover, panels
        from accounts.invitations import register_purpose
        from accounts.roles import register_ending_source, register_role_source
        from enterprises import inviting, waiting
        from enterprises.models import FigureYearClosing, Title
        from enterprises.permissions import roles_by_membership
        from enterprises.services import claims, figures, memberships
        from programme import citations, invited_enterprises

        register_role_source(roles_by_membership)
        register_ending_source(memberships.authorisations_that_ended)
        register_purpose(
            memberships.PURPOSE,
            label=_("Membership of an enterprise"),
            check=memberships.check_invitation,
            accept=memberships.accept_invitation,
            describe=memberships.describe_invitation,
        )
        register_purpose(
            claims.PURPOSE,
            label=_("A claim of an enterprise that was confirmed"),
            check=claims.check_invitation,
            accept=claims.accept_invitation,
            describe=memberships.describe_invitation,
        )
        invited_enterprises.register(
            named=inviting.named,
            gone=inviting.gone,
            email_of=inviting.email_of,
            people=inviting.people,
            held_by=inviting.held_by,
        )
        waiting.register(inviting.waiting_invitations)
        panels.register(memberships.panel_of_person)
        panels.register_way_in(
            _("Do you represent an enterprise that has no account yet?"),
            _("Claim it by its tax code"),
            "enterprises:claim_enterprise",
        )
        handover.register(
            "figures",
            _("Figures to send or to correct"),
            count=figures.count_held,
            things=figures.names_of_held,
            takers=figures.who_may_declare,
            move=figures.hand_over_figures,
        )
        citations.register(
            Title._meta.verbose_name_plural,
            lambda: Title.objects.standing().select_related("product"),
            ("decision_number",),
            route="enterprises:title_detail",
            dated_by="decision_on",
        )
        citations.register(
            FigureYearClosing._meta.verbose_name_plural,
            lambda: FigureYearClosing.objects.filter(reopened_at__isnull=True),
            ("decision_number",),
            dated_by="decided_on",
        )
