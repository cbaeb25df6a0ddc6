from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self):
        from accounts import handover
        from accounts.roles import LEADERS, Role
        from audit.events import register_reader
        from documents import filed, filing
        from documents.models import IncomingPaper, WorkFile
        from documents.paper_states import OFFICE
        from documents.services import imports as services
        from documents.services import incoming, papers, work_files

        handover.register(
            "imports",
            _("Imports to decide on"),
            count=services.count_held,
            things=services.names_of_held,
            takers=services.who_may_decide,
            move=services.hand_over_imports,
        )
        handover.register(
            "papers",
            _("Papers that go out and are not issued yet"),
            count=lambda person: papers.held_by(person).count(),
            things=papers.names_of_held,
            takers=papers.who_may_go_on,
            move=papers.hand_over_papers,
        )
        handover.register(
            "incoming",
            _("Papers that came in and are in this person's hands"),
            count=lambda person: IncomingPaper.objects.held_by(person).count(),
            things=incoming.names_of_held,
            takers=incoming.who_may_go_on,
            move=incoming.hand_over_incoming,
            readers=OFFICE | LEADERS | {Role.AUDITOR},
        )
        handover.register(
            "work_files",
            _("Open work files that this person keeps"),
            count=lambda person: WorkFile.objects.kept_by(person).count(),
            things=WorkFile.objects.kept_by,
            takers=work_files.who_may_keep,
            move=work_files.hand_over_files,
            readers=OFFICE | LEADERS | {Role.AUDITOR},
        )
        handover.register_file(_("Record to print (PDF)"), "documents:handover_record_pdf")
        handover.register_file(_("Record in Word"), "documents:handover_record_word")
        for kind in ("documents.outgoingpaper", "documents.papercopy"):
            register_reader(kind, "papers.see")
        for fileable in filed.FILEABLES:
            filing.register(fileable)
