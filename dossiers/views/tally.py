"""What became of the dossiers of a year: a list, a printed form and files, all with the same numbers and sums."""

from django.utils import timezone
from django.utils.translation import gettext as _

from documents.layout.sheets import AS_PDF
from documents.word_tables import AS_WORD
from dossiers.tables.tally import TallyFilter, TallyTable, year_choices
from dossiers.tally import tallied
from screens import formats
from screens.lists import show_list
from screens.sheets import Sheet


def tally(request):
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    year = int(asked) if asked in dict(year_choices(today)) else today.year
    return show_list(
        request,
        name="dossier-tally",
        title=_("What became of dossiers"),
        lead=_(
            "Dossiers lodged in a year, by procedure: how many were answered, in time or late, and what is still open."
        ),
        table_class=TallyTable,
        filterset_class=TallyFilter,
        queryset=tallied(request.user, year, today),
        ordering=("sort_key", "pk"),
        export_name="ket-qua-giai-quyet-ho-so",
        empty=_("No dossier was lodged in this year. Choose another one."),
        sheet=Sheet(
            title=_("RESULTS OF DOSSIERS"),
            period=_("Lodged in %(year)s, as of %(day)s") % {"year": year, "day": formats.vn_date(today)},
            everywhere=True,
        ),
        more_exports=AS_WORD | AS_PDF,
    )
