"""What this room itself has to put into work files: papers that came in, and lines of the register of those that went out."""

from django.utils.translation import gettext_lazy as _

from documents.filing import Entry, Fileable
from documents.incoming_states import IncomingState
from documents.models import IncomingPaper, PaperNumber
from documents.paper_states import SEERS
from reference.presenting import written


def _incoming(paper):
    return Entry(
        subject=f"{paper.kind}: {paper.subject}",
        symbol=paper.symbol,
        dated_on=paper.issued_on,
        author=paper.issuer,
        pages=paper.pages,
    )


def _outgoing(number):
    return Entry(
        subject=f"{number.series.name_vi}: {number.subject}",
        symbol=number.symbol,
        dated_on=number.dated_on,
        author=written(number.series.issuer) or number.office.name,
    )


def _numbers_seen(user):
    seen = user.is_authenticated and user.roles & SEERS
    rows = PaperNumber.objects.standing().select_related("series", "office")
    return rows if seen else rows.none()


FILEABLES = (
    Fileable(
        "incoming",
        _("Paper that came in"),
        IncomingPaper,
        IncomingPaper.objects.visible_to,
        _incoming,
        is_open=lambda paper: paper.state in (IncomingState.ENTERED, IncomingState.HANDLING),
        void=lambda: IncomingPaper.objects.filter(state=IncomingState.VOID).order_by(),
    ),
    Fileable(
        "outgoing",
        _("Paper that went out"),
        PaperNumber,
        _numbers_seen,
        _outgoing,
        void=lambda: PaperNumber.objects.filter(voided_at__isnull=False).order_by(),
    ),
)
