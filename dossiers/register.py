"""The register of dossiers (form 07): which receipts it lists, and which columns it may have.

Which of them it has, in which order and under which headings is the rule `dossier_register`: nobody has read the columns
of TT 03/2025/TT-VPCP itself.
"""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier, ProcedureVersion, SlipLine
from dossiers.presenting.slips import numbered
from dossiers.states import Verb

FORM = "07"
KNOWN = {
    "code": _("Dossier code"),
    "procedure": _("Procedure"),
    "enterprise": _("Enterprise"),
    "tax_code": _("Tax code"),
    "applicant": _("Applicant"),
    "contact": _("Address, telephone"),
    "channel": _("Way of lodging"),
    "office": _("Office that handles"),
    "handler": _("Who handles"),
    "received_at": _("Received at"),
    "due_on": _("Promised day"),
    "handed_at": _("Given to whoever handles"),
    "result_at": _("Result issued at"),
    "paper": _("Number and date of the result"),
    "returned_at": _("Result returned at"),
    "way": _("How the result was given"),
    "signature": _("Signature of whoever received it"),
    "state": _("State"),
    "remark": _("Remark"),
}
ENDING = (Verb.NOT_ELIGIBLE, Verb.STOP, Verb.WITHDRAW)


def receipts_for(user):
    """Receipts of the dossiers that the person sees, with the days and words of what came after each."""
    seen = Dossier.objects.visible_to(user)
    return SlipLine.objects.filter(verb=Verb.RECEIVE, dossier__in=seen).annotate(
        handed=_of("at", Verb.ASSIGN),
        result=_of("at", Verb.ISSUE),
        result_paper=_of("paper_number", Verb.ISSUE),
        result_day=_of("paper_on", Verb.ISSUE),
        given=_of("at", Verb.RETURN),
        given_note=_of("note", Verb.RETURN),
        ended_note=_of("note", *ENDING),
    )


def _of(name, *verbs):
    """What the first line of these verbs on the same slip says."""
    lines = SlipLine.objects.filter(dossier=OuterRef("dossier"), verb__in=verbs).order_by("number")
    return Subquery(lines.values(name)[:1])


def form_of(procedure_code):
    """“Mẫu số 07 …” where every version in question has forms with numbers; nothing for procedures of the programme."""
    versions = ProcedureVersion.objects.issued()
    if procedure_code:
        versions = versions.filter(procedure__code=procedure_code)
    sets = set(versions.order_by().values_list("form_set", flat=True).distinct())
    return numbered(FORM) if sets == {ProcedureVersion.FormSet.NUMBERED} else ""
