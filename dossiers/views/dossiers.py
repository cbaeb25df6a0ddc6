"""The list of dossiers, and the page of one: for the Department and for the enterprise whose it is."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from audit.refusals import Refused
from documents.filing import filing_of
from documents.layout.files import file_of_paper
from documents.paper_states import State as PaperState
from documents.services.trust import verified
from documents.serving import serve
from dossiers.answers import missing_of
from dossiers.models import Dossier, SlipLine, SupplementRequest
from dossiers.permissions.dossiers import START, TYPE_IN, acts_for, sees_identity
from dossiers.permissions.handling import ASSIGN, NOTE, RECEIVE, may_approve_request, may_do
from dossiers.permissions.links import may_link
from dossiers.permissions.messages import may_write
from dossiers.presenting import slips
from dossiers.presenting.applications import application_shown
from dossiers.presenting.dossiers import (
    STATE_KINDS,
    components_shown,
    facts_of,
    history_lines,
    next_inside,
    next_of_whole_draft,
    next_text,
    sections_of,
    turn_text,
    until_text,
    what_happened,
)
from dossiers.presenting.handling import supplemented, supplements_shown, time_left, time_of, used_text
from dossiers.presenting.links import links_shown
from dossiers.presenting.results import papers_of, unready_draft
from dossiers.presenting.told import told_of
from dossiers.services import dossiers as services
from dossiers.services import handling as services_handling
from dossiers.services.applications import application_of
from dossiers.services.messages import nobody_reads
from dossiers.states import ENTERPRISE, READERS, State, Turn, Verb
from dossiers.tables import dossiers as tables
from dossiers.views.handling import acts_now
from dossiers.views.lodging import AT_THE_DESK, around_of, visible_dossier
from notices.permissions import SEE_LOG
from screens import formats
from screens.lists import BulkAction, Sheet, show_list


def dossier_list(request):
    may_receive = request.user.may(RECEIVE)
    lead, ordering = _("What enterprises lodged, the latest first."), ("-submitted_at", "-pk")
    if request.GET.get("late"):
        lead, ordering = _("What enterprises lodged, the first due on top."), ("due_on", "pk")
    elif request.GET.get("whose"):
        lead = _("What enterprises lodged, the first due on top; what waits for a supplement comes last.")
        ordering = tables.first_due_on_top()
    action = {"url": reverse("dossiers:type_in_dossier"), "label": _("Type in a dossier")}
    return show_list(
        request,
        name="dossiers",
        title=_("Dossiers"),
        lead=lead,
        table_class=tables.DossierTable,
        filterset_class=tables.DossierFilter,
        queryset=Dossier.objects.visible_to(request.user).annotate(
            supplemented_at=SupplementRequest.objects.last_answer()
        ),
        ordering=ordering,
        export_name="ho-so",
        template="dossiers/dossier_list.html",
        actions=[BulkAction("receive", _("Receive"), reverse("dossiers:bulk_receive"))] * may_receive
        + [BulkAction("assign", _("Assign"), reverse("dossiers:bulk_assign"))] * request.user.may(ASSIGN),
        main_action=action if request.user.may(TYPE_IN) else None,
        empty=_("No dossier was lodged yet."),
        sheet=Sheet(
            title=_("List of dossiers"), period=_("On %(day)s") % {"day": formats.vn_date(timezone.localdate())}
        ),
    )


@never_cache
def look_up_dossier(request, token):
    """What the code on a receipt opens, for everybody: how the dossier stands, and nothing of who asks or for what."""
    row = Dossier.objects.lodged().select_related("procedure_version__procedure").filter(token=token).first()
    if row is None:
        return render(request, "dossiers/look_up_nothing.html", status=404)
    lines = list(row.slip.order_by("number"))
    received, issued = (_line_of(lines, verb) for verb in (SlipLine.Verb.RECEIVE, SlipLine.Verb.ISSUE))
    page = {
        "dossier": row,
        "kind": STATE_KINDS[row.state],
        "received_at": received.at if received else None,
        "result_on": issued.paper_on if issued else None,
        "ended_at": lines[-1].at if row.turn == Turn.NOBODY and not issued else None,
        "turn": turn_text(row),
        "next": "" if row.turn == Turn.NOBODY else next_text(row),
        "answer_by": until_text(row) if row.state == State.SUPPLEMENTING else "",
    }
    answer = render(request, "dossiers/look_up_dossier.html", page)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _line_of(lines, verb):
    """The line of the slip with this verb, the latest where there are several; None where there is none."""
    return next((line for line in reversed(lines) if line.verb == verb), None)


def dossier(request, public_id):
    """What happened, what is next, whose turn it is, until when; the answers, the components, the history."""
    row, now = visible_dossier(request, public_id), timezone.now()
    fields, files = list(row.procedure_version.fields.all()), list(services.standing_files(row))
    is_staff = bool(request.user.roles & READERS)
    may_prepare = services.may_prepare(request.user, row)
    missing = missing_of(row, fields, files) if may_prepare else []
    around = around_of(row)
    is_whole = may_prepare and row.is_online and not missing and not around["hindrance"]
    components, handled = components_shown(row, fields, files), _handled(request.user, row, now, is_staff=is_staff)
    supplemented(components, handled["supplements"])
    return render(
        request,
        "dossiers/dossier.html",
        {
            "dossier": row,
            "kind": STATE_KINDS[row.state],
            "turn": turn_text(row),
            "until": until_text(row),
            "facts": facts_of(row),
            "sections": sections_of(row, fields),
            "components": components,
            "sees_identity": sees_identity(request.user, row),
            "application": application_shown(row, application_of(row)),
            "missing": missing,
            "may_prepare": may_prepare,
            "may_lodge": services.may_move(request.user, row, State.LODGED),
            "may_withdraw": services.may_move(request.user, row, State.WITHDRAWN),
            "may_copy": request.user.may(START) and acts_for(request.user, row.enterprise, ENTERPRISE),
            "is_staff": is_staff,
            "at_the_desk": "" if is_staff or row.is_online or row.turn == Turn.NOBODY else AT_THE_DESK,
            "caution": services.out_of_business(row) if is_staff else "",
            "links": links_shown(request.user, row),
            "may_link": may_link(request.user, row),
            "lines": history_lines(row) if is_staff else [],
            **handled,
            **({"next": next_of_whole_draft(row)} if is_whole else {}),
            **around,
        },
    )


def _handled(user, row, now, *, is_staff):
    """What the page tells of a lodged dossier: its time, its steps, its supplements, its forms, and what may be done."""
    lines = list(row.slip.with_people())
    for line in lines:
        line.dossier = row
    unready = unready_draft(row, now) if is_staff else None
    unread = nobody_reads(row, user, now)
    result = _line_of(lines, SlipLine.Verb.ISSUE)
    supplements = supplements_shown(row, staff=is_staff)
    requests = [each["supplement"] for each in supplements]
    prepared = next((each for each in requests if each.state == SupplementRequest.State.PREPARED), None)
    if prepared:
        prepared.dossier = row
    first_act, more_acts = acts_now(user, row, now, prepared=prepared, unready=unready)
    talk = list(row.messages.select_related("by"))
    return {
        "words": slips.words_on(lines) if is_staff else [],
        "happened": what_happened(row, lines, talk),
        "next": _next(row, prepared, unready) if is_staff else next_text(row),
        "talk": talk,
        "may_write": may_write(user, row) and not unread,
        "unread": unread,
        "told": told_of(row) if is_staff else [],
        "may_see_log": user.may(SEE_LOG),
        "time_left": time_left(row, timezone.localdate(now)),
        "used": used_text(time_of(row, lines, now)),
        "steps": services_handling.steps_of(row) if is_staff and row.due_on else [],
        "supplements": supplements,
        "may_ask": may_do(user, row, Verb.ASK, now),
        "may_send": prepared is not None and may_approve_request(user, prepared, now),
        "forms": [(line, slips.title_of(line)) for line in lines if slips.has_form(line)],
        "result": result,
        "result_papers": papers_of(user, row) if is_staff else [],
        "result_token": _token(row) if result else "",
        "has_slip": is_staff and bool(lines),
        "filing": filing_of(user, "dossier", row) if is_staff and row.submitted_at else None,
        "notes": list(row.notes.select_related("by")) if is_staff else [],
        "may_note": is_staff and row.submitted_at and user.may(NOTE),
        "first_act": first_act,
        "more_acts": more_acts,
    }


def _next(row, prepared, unready):
    """What comes next as the Department reads it: what an unready draft of the result needs, unless something is asked for."""
    return unready.words if unready and not prepared else next_inside(row, prepared)


def _token(row):
    """The token of the page that confirms the result, where it is a paper of the portal."""
    issued = row.result_papers.filter(paper__state=PaperState.ISSUED)
    return issued.values_list("paper__token", flat=True).first() or ""


def dossier_form(request, public_id, line_id, kind=""):
    """A form that belongs to a line of the slip: to be printed, or as a file."""
    row = visible_dossier(request, public_id)
    line = get_object_or_404(row.slip.with_people(), public_id=line_id)
    line.dossier = row
    if not slips.has_form(line):
        raise Http404
    return _slip(request, row, slips.slip_of(line), kind, "dossier_form", line.public_id)


def control_slip(request, public_id, kind=""):
    row = visible_dossier(request, public_id)
    lines = list(row.slip.with_people())
    if not lines:
        raise Http404
    return _slip(request, row, slips.control_slip(row, lines), kind, "control_slip")


def _slip(request, row, slip, kind, route, *line):
    """The page of a form, or its file: "pdf" for keeping, "word" to go on working with."""
    page = reverse(f"dossiers:{route}", args=[row.public_id, *line])
    if kind:
        name = f"{slip.title} {row.code}"
        try:
            return file_of_paper(slips.paper_of(slip), kind, name)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(page)
    files = {kind: reverse(f"dossiers:{route}_{kind}", args=[row.public_id, *line]) for kind in ("pdf", "word")}
    return render(
        request, "dossiers/slip.html", {"dossier": row, "slip": slip, "frame": slips.frame_of(slip), "files": files}
    )


def result_file(request, public_id, line_id):
    """The issued result, or the draft of one for the Department: always as an attachment."""
    row = visible_dossier(request, public_id)
    line = _line_with_file(request.user, row, line_id)
    return serve(line.file, request, of=row, basis=f"result of dossier {row.public_id}")


def _line_with_file(user, row, line_id):
    lines = row.slip.filter(file__isnull=False).select_related("file")
    if not user.roles & READERS:
        lines = lines.filter(verb=SlipLine.Verb.ISSUE)
    return get_object_or_404(lines, public_id=line_id)


def result_signatures(request, public_id, line_id):
    """Every signature in the file of the result, verified now."""
    row, now = visible_dossier(request, public_id), timezone.now()
    line = _line_with_file(request.user, row, line_id)
    if line.file.format != "pdf":
        raise Http404
    return render(
        request,
        "dossiers/application_signatures.html",
        {
            "dossier": row,
            "row": line,
            "title": _("Signatures in the file"),
            "application": None,
            "file_url": reverse("dossiers:result_file", args=[row.public_id, line.public_id]),
            "found": verified(line.file, now),
            "now": now,
        },
    )
