"""The register of dossiers of a period: a page, a printed form, Excel, Word and PDF, all alike."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.layout.sheets import AS_PDF
from documents.word_tables import AS_WORD
from dossiers.register import form_of, receipts_for
from dossiers.tables.register import RegisterFilter, register_table, with_period
from screens.lists import show_list
from screens.sheets import Sheet


def register(request):
    today = timezone.localdate()
    asked = with_period(request.GET, today)
    return show_list(
        request,
        name="dossier-register",
        title=_("Register of dossiers"),
        lead=_("What was received in a period, and what became of it, as the form of the register has it."),
        table_class=register_table(today),
        filterset_class=RegisterFilter,
        queryset=receipts_for(request.user),
        ordering=("at", "pk"),
        export_name="so-theo-doi-ho-so",
        main_action={"url": reverse("dossiers:dossier_list"), "label": _("List of dossiers")},
        empty=_("Nothing was received in this period. Choose other days."),
        sheet=Sheet(
            title=_("REGISTER OF DOSSIERS"),
            period=_("From %(first)s to %(last)s")
            % {"first": asked["received_from"][:20], "last": asked["received_to"][:20]},
            signers=[_("Kept by"), _("Head of the intake desk"), _("Head of the unit")],
            form=form_of(request.GET.get("procedure", "")),
            everywhere=True,
        ),
        more_exports=AS_WORD | AS_PDF,
    )
