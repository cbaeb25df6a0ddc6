"""Whom the portal tells that a paper which came in was given to them, and of which papers one colleague reminds another."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from documents.incoming_states import HANDLERS, IncomingState
from documents.models import IncomingPaper, OutgoingPaper, WorkFile
from documents.paper_states import INITIALLERS
from notices.kinds import Place, kind
from notices.subjects import subject
from screens import formats


def _in_whose_hands(paper, on):
    """Whoever it was given to; of an office in which nobody was named, its heads."""
    if paper.state != IncomingState.HANDLING:
        return User.objects.none()
    if paper.person_id:
        return User.objects.filter(pk=paper.person_id)
    roles = [role.value for role in INITIALLERS]
    posts = Post.objects.in_force(on).filter(office_id=paper.office_id, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=posts.values("user_id"))


def _says(paper):
    step = paper.steps.order_by("-place").first()
    return {
        "number": paper.called,
        "symbol": paper.symbol or formats.NOTHING,
        "issuer": paper.issuer,
        "subject": paper.subject,
        "due_on": formats.vn_date(paper.due_on),
        "instruction": (step.instruction if step else "") or formats.NOTHING,
    }


INCOMING_PASSED = kind(
    "documents.incoming_passed",
    _("A paper that came in was given to me"),
    model=IncomingPaper,
    people=_in_whose_hands,
    says=_says,
    places=(
        Place("number", _("number of arrival"), "127/2026"),
        Place("symbol", _("number and symbol"), "812/UBND-KT"),
        Place("issuer", _("issued by"), "UBND Thành phố"),
        Place("subject", _("abstract of the content"), "Báo cáo kết quả thực hiện Chương trình"),
        Place("due_on", _("deadline"), "30/11/2026"),
        Place("instruction", _("instruction"), "Giao Phòng Quản lý công nghiệp tham mưu."),
    ),
    roles=HANDLERS,
)

subject("documents:incoming", IncomingPaper, IncomingPaper.objects.visible_to)
subject("documents:work_file", WorkFile, WorkFile.objects.visible_to)
subject("documents:paper", OutgoingPaper, OutgoingPaper.objects.visible_to)
