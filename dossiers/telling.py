"""Whom the portal tells that a dossier was lodged or withdrawn, and what it says."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from accounts.roles import ENTERPRISE_ROLES, HEADS, LEADERS, Role
from dossiers.models import Dossier
from dossiers.states import CLERKS, DECIDERS, HANDLERS, IN_HAND, UNASSIGNED, State, Verb
from enterprises.telling import ENTERPRISE, people_of
from notices.kinds import Place, kind
from notices.services.telling import tell
from notices.subjects import subject
from screens import formats

CODE = Place("code", _("dossier code"), "261120-0001")
PROCEDURE = Place("procedure", _("name of the procedure"), "Kiến nghị, tháo gỡ khó khăn, vướng mắc")
APPLICANT = Place("applicant", _("name of the applicant"), "Trịnh Văn Minh Họa")
LODGED_AT = Place("lodged_at", _("when it was lodged"), "14:05 20/11/2026")
REASON = Place("reason", _("why it was withdrawn"), "Đã được giải quyết")
WHY = Place("reason", _("the reason that was given"), "Chờ ý kiến của cơ quan liên quan")
DUE_ON = Place("due_on", _("promised day"), "15/12/2026")
STATE = Place("state", _("state of the dossier"), "Từ chối tiếp nhận")
ANSWER_BY = Place("answer_by", _("day by which the enterprise answers"), "30/11/2026")
PAPER = Place("paper", _("number and date of the result"), "12/SCT-QLCN ngày 27/11/2026")


def _says(dossier):
    return {
        "code": dossier.code or "",
        "procedure": dossier.procedure.name,
        "enterprise": dossier.enterprise.name,
        "applicant": dossier.applicant_name,
        "lodged_at": formats.vn_datetime(dossier.submitted_at),
    }


def _people(dossier, on):
    return people_of(dossier.enterprise, on) if dossier.submitted_at else User.objects.none()


def _receivers(dossier, on):
    """The clerks, while it waits to be received; whoever lodged it knows."""
    if dossier.state != State.LODGED:
        return User.objects.none()
    return User.objects.holding(CLERKS, on).exclude(pk=dossier.submitted_by_id)


def _concerned_by_withdrawing(dossier, on):
    """The people of the enterprise, and the clerks: of a draft nobody."""
    if dossier.state != State.WITHDRAWN or not dossier.submitted_at:
        return User.objects.none()
    clerks = User.objects.holding(CLERKS, on).exclude(pk=dossier.withdrawn_by_id)
    return people_of(dossier.enterprise, on) | clerks


LODGED = kind(
    "dossiers.lodged",
    _("Confirmation that a dossier was lodged"),
    model=Dossier,
    people=_people,
    says=_says,
    places=(CODE, PROCEDURE, ENTERPRISE, APPLICANT, LODGED_AT),
    roles=ENTERPRISE_ROLES,
    must=True,
)
TO_RECEIVE = kind(
    "dossiers.to_receive",
    _("A dossier waits to be received"),
    model=Dossier,
    people=_receivers,
    says=_says,
    places=(CODE, PROCEDURE, ENTERPRISE, APPLICANT, LODGED_AT),
    roles=CLERKS,
)
WITHDRAWN = kind(
    "dossiers.withdrawn",
    _("A dossier was withdrawn"),
    model=Dossier,
    people=_concerned_by_withdrawing,
    says=lambda dossier: _says(dossier) | {"reason": dossier.withdrawn_reason},
    places=(CODE, PROCEDURE, ENTERPRISE, APPLICANT, LODGED_AT, REASON),
    roles=ENTERPRISE_ROLES | CLERKS,
)


def tell_lodged(dossier, *, by, now):
    tell(LODGED, dossier, by=by, now=now)
    tell(TO_RECEIVE, dossier, by=by, now=now)


# --- what the Department does with it -----------------------------------------------------------


def _last(dossier, *verbs):
    """The newest line of the slip of these verbs, or None."""
    return dossier.slip.filter(verb__in=verbs).order_by("-number").first()


def _reason(*verbs):
    def says(dossier):
        line = _last(dossier, *verbs)
        due = formats.vn_date(dossier.due_on) if dossier.due_on else ""
        return _says(dossier) | {
            "reason": line.note if line else "", "state": dossier.get_state_display(), "due_on": due,
        }  # fmt: skip

    return says


def _waits_for_supplement(dossier, on):
    return _people(dossier, on) if dossier.state == State.SUPPLEMENTING else User.objects.none()


def _signatories_of_answer(dossier, on):
    waits = dossier.state == State.SUPPLEMENTING and dossier.is_online
    return people_of(dossier.enterprise, on, Role.SIGNATORY) if waits else User.objects.none()


def _answer_by(dossier):
    request = dossier.supplements.sent().order_by("-number").first()
    day = formats.vn_date(request.answer_by) if request and request.answer_by else formats.NOTHING
    return _says(dossier) | {"answer_by": day}


def _in_whose_hands(dossier, on):
    """Whoever handles it; at the door the clerks; of an office that has it and gave it to nobody yet, its heads, and where
    it has none the leaders."""
    if dossier.state == State.LODGED:
        return User.objects.holding(CLERKS, on)
    if dossier.handler_id:
        return User.objects.filter(pk=dossier.handler_id)
    posts = Post.objects.in_force(on).filter(office_id=dossier.office_id, role__in=[role.value for role in HEADS])
    heads = User.objects.filter(is_active=True, pk__in=posts.values("user_id"))
    return heads if heads.exists() else User.objects.holding(LEADERS, on)


def _at_whose_desk(dossier, on):
    """Whoever has it or had it last; of what never came in, the clerks."""
    return _in_whose_hands(dossier, on) if dossier.office_id else User.objects.holding(CLERKS, on)


def _to_assign(dossier, on):
    """Whoever assigns it, while nobody handles it."""
    waits = dossier.state in UNASSIGNED and dossier.handler_id is None
    return _in_whose_hands(dossier, on) if waits else User.objects.none()


def _to_decide(dossier, on):
    return User.objects.holding(LEADERS, on) if dossier.state == State.SUBMITTED else User.objects.none()


def _to_issue(dossier, on):
    """The records clerks, unless the result is made as a paper of the portal: that one comes to them on its way."""
    waits = dossier.state == State.APPROVED and not dossier.result_papers.standing().exists()
    return User.objects.holding(RECORDS, on) if waits else User.objects.none()


def _assigned(dossier, on):
    return User.objects.filter(pk=dossier.handler_id) if dossier.state in IN_HAND else User.objects.none()


def _sent_back(dossier, on):
    return User.objects.filter(pk=dossier.handler_id) if dossier.state == State.APPRAISING else User.objects.none()


def _approved(dossier, on):
    return User.objects.filter(pk=dossier.handler_id) if dossier.state in AFTER_APPROVAL else User.objects.none()


def _issued(dossier):
    line = _last(dossier, Verb.ISSUE)
    paper = f"{line.paper_number} ngày {formats.vn_date(line.paper_on)}" if line else ""
    return _says(dossier) | {"paper": paper}


def _signatories_of_draft(dossier, on):
    return people_of(dossier.enterprise, on, Role.SIGNATORY) if dossier.is_draft else User.objects.none()


AFTER_APPROVAL = (State.APPROVED, State.ISSUED)
RECORDS = frozenset({Role.RECORDS_CLERK})
READY = kind(
    "dossiers.ready",
    _("A complete draft waits for the legal representative"),
    model=Dossier,
    people=_signatories_of_draft,
    says=_says,
    places=(PROCEDURE, ENTERPRISE),
    roles=frozenset({Role.SIGNATORY}),
)
ANSWER_READY = kind(
    "dossiers.answer_ready",
    _("A complete answer to a supplement waits for the legal representative"),
    model=Dossier,
    people=_signatories_of_answer,
    says=_answer_by,
    places=(CODE, PROCEDURE, ENTERPRISE, ANSWER_BY),
    roles=frozenset({Role.SIGNATORY}),
    address=lambda dossier: reverse("dossiers:send_answer", args=[dossier.public_id]),
)
_LODGED = (CODE, PROCEDURE, ENTERPRISE, APPLICANT, LODGED_AT)
_OF_ENTERPRISE = {"model": Dossier, "people": _people, "roles": ENTERPRISE_ROLES, "must": True}
RECEIVED = kind(
    "dossiers.received", _("A dossier was received, with a promised day"), says=_reason(Verb.RECEIVE),
    places=(*_LODGED, DUE_ON), **_OF_ENTERPRISE,
)  # fmt: skip
ENDED = kind(
    "dossiers.ended", _("A dossier was not received, not eligible or stopped"),
    says=_reason(Verb.REFUSE, Verb.NOT_ELIGIBLE, Verb.STOP), places=(*_LODGED, STATE, WHY), **_OF_ENTERPRISE,
)  # fmt: skip
SUPPLEMENT = kind(
    "dossiers.supplement", _("A dossier waits for a supplement"), says=_answer_by, places=(*_LODGED, ANSWER_BY),
    **_OF_ENTERPRISE | {"people": _waits_for_supplement},
)  # fmt: skip
PROMISED_ANEW = kind(
    "dossiers.promised_anew", _("A new day was promised, with an apology"), says=_reason(Verb.EXTEND),
    places=(*_LODGED, DUE_ON, WHY), **_OF_ENTERPRISE,
)  # fmt: skip
RESULT = kind(
    "dossiers.result", _("The result of a dossier was issued"), says=_issued, places=(*_LODGED, PAPER), **_OF_ENTERPRISE
)
SUPPLEMENTED = kind(
    "dossiers.supplemented", _("The enterprise gave a supplement"), model=Dossier, people=_in_whose_hands, says=_says,
    places=_LODGED, roles=CLERKS | HANDLERS | LEADERS,
)  # fmt: skip
ASSIGNED = kind(
    "dossiers.assigned", _("A dossier was given to me"), model=Dossier, people=_assigned,
    says=_reason(Verb.ASSIGN, Verb.HAND_OVER), places=(*_LODGED, DUE_ON, WHY), roles=HANDLERS,
)  # fmt: skip
TO_ASSIGN = kind(
    "dossiers.to_assign", _("A dossier waits to be assigned"), model=Dossier, people=_to_assign, says=_reason(Verb.RECEIVE),
    places=(*_LODGED, DUE_ON), roles=DECIDERS,
)  # fmt: skip
TO_DECIDE = kind(
    "dossiers.to_decide", _("A dossier waits for a decision"), model=Dossier, people=_to_decide,
    says=_reason(Verb.SUBMIT), places=(*_LODGED, DUE_ON, WHY), roles=LEADERS,
)  # fmt: skip
TO_ISSUE = kind(
    "dossiers.to_issue", _("A result waits to be issued"), model=Dossier, people=_to_issue, says=_reason(Verb.APPROVE),
    places=(*_LODGED, DUE_ON), roles=RECORDS,
)  # fmt: skip
SENT_BACK = kind(
    "dossiers.sent_back", _("A dossier of mine was sent back"), model=Dossier, people=_sent_back,
    says=_reason(Verb.SEND_BACK), places=(*_LODGED, DUE_ON, WHY), roles=HANDLERS,
)  # fmt: skip
APPROVED = kind(
    "dossiers.approved", _("A dossier of mine was approved"), model=Dossier, people=_approved, says=_reason(Verb.APPROVE),
    places=(*_LODGED, DUE_ON, WHY), roles=HANDLERS,
)  # fmt: skip
MESSAGE = kind(
    "dossiers.message", _("The Department wrote about a dossier"), says=_says, places=_LODGED, **_OF_ENTERPRISE
)
ANSWERED = kind(
    "dossiers.answered", _("The enterprise wrote about a dossier"), model=Dossier, people=_at_whose_desk, says=_says,
    places=_LODGED, roles=CLERKS | HANDLERS | LEADERS,
)  # fmt: skip
TO_ENTERPRISE = (LODGED, RECEIVED, ENDED, SUPPLEMENT, PROMISED_ANEW, RESULT, MESSAGE)
TOLD = {
    Verb.RECEIVE: (RECEIVED, TO_ASSIGN),
    Verb.SUBMIT: (TO_DECIDE,),
    Verb.SEND_BACK: (SENT_BACK,),
    Verb.APPROVE: (APPROVED, TO_ISSUE),
    Verb.WITHDRAW: (WITHDRAWN,),
    Verb.REFUSE: (ENDED,),
    Verb.NOT_ELIGIBLE: (ENDED,),
    Verb.STOP: (ENDED,),
    Verb.ASK: (SUPPLEMENT,),
    Verb.ANSWER: (SUPPLEMENTED,),
    Verb.EXTEND: (PROMISED_ANEW,),
    Verb.ISSUE: (RESULT,),
    Verb.ASSIGN: (ASSIGNED,),
    Verb.HAND_OVER: (ASSIGNED,),
}


def tell_moved(dossier, verb, *, line, by, now):
    """Tell whom this line of the slip concerns, once for each line."""
    passed_on = verb == Verb.ASSIGN and dossier.handler_id is None
    for each in (TO_ASSIGN,) if passed_on else TOLD.get(verb, ()):
        tell(each, dossier, by=by, now=now, occasion=str(line.number))


def tell_message(message, *, by, now):
    """Tell the other side that something was written."""
    kind_of_it = MESSAGE if message.from_department else ANSWERED
    tell(kind_of_it, message.dossier, by=by, now=now, occasion=str(message.public_id))


subject("dossiers:dossier", Dossier, Dossier.objects.visible_to)
