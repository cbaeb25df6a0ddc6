"""Whom the portal tells that a dossier was lodged or withdrawn, and what it says."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import ENTERPRISE_ROLES
from dossiers.models import Dossier
from dossiers.states import CLERKS, State
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


def tell_withdrawn(dossier, *, by, now):
    """Of a draft that is given up nobody is told: nobody but its enterprise knew of it."""
    tell(WITHDRAWN, dossier, by=by, now=now)


subject("dossiers:dossier", Dossier, Dossier.objects.visible_to)
