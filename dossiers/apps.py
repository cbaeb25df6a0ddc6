from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "dossiers"

    def ready(self):
        from django.utils.translation import gettext_lazy as _

        from accounts import handover
        from audit.events import register_reader
        from documents import filing, purposes
        from dossiers import holding
        from dossiers.filed import FILEABLE
        from dossiers.models import ProcedureVersion
        from dossiers.panels import dossiers_panel
        from dossiers.services import results
        from dossiers.states import READERS
        from dossiers.waiting import waiting_about_dossiers
        from enterprises import panels, waiting
        from programme import citations

        register_reader("dossiers.dossier", "dossiers.list")
        citations.register(
            ProcedureVersion._meta.verbose_name_plural,
            lambda: ProcedureVersion.objects.exclude(state=ProcedureVersion.State.DISCARDED).filter(
                valid_to__isnull=True
            ),
            ("legal_basis",),
            route="dossiers:version",
        )
        filing.register(FILEABLE)
        panels.register(35, dossiers_panel)
        waiting.register(waiting_about_dossiers)
        purposes.register(
            "results",
            of=results.result_of,
            require=results.require_ready,
            follow=results.follow_paper,
            shown=results.shown_on_paper,
            after=results.after_paper,
            unsigned=results.papers_before_approval,
            withheld=results.papers_withheld_from,
            readers=results.READ_BY,
        )
        handover.register(
            "dossiers",
            _("Dossiers this person handles"),
            count=lambda user: holding.held(user).count(),
            things=holding.names_of_held,
            takers=holding.takers,
            move=holding.move,
            readers=READERS,
            short=holding.code_of,
        )
