"""Where the pages of handling stand in the demonstration: a dossier in each state that its enterprise, or its office, has."""

from django.utils import timezone

from dossiers.models import Dossier, SlipLine, SupplementRequest


def _in(state, **found):
    return lambda: {"public_id": Dossier.objects.filter(state=state, **found).order_by("pk").first().public_id}


def _to_put_off():
    """One whose day is not over, the last one due."""
    rows = Dossier.objects.filter(state__in=["received", "appraising", "submitted"], due_on__gte=timezone.localdate())
    put_off = rows.exclude(slip__verb="extend").order_by("-due_on").first()
    return {"public_id": put_off.public_id} if put_off else _in("appraising")()


def _request():
    request = SupplementRequest.objects.filter(state="prepared").first()
    return {"public_id": request.dossier.public_id, "request_id": request.public_id}


def _line(verb):
    def find():
        line = SlipLine.objects.filter(verb=verb).order_by("pk").first()
        return {"public_id": line.dossier.public_id, "line_id": line.public_id}

    return find


FILES = ("_pdf", "_word")
HANDLED = {"handler__isnull": False}
ADDRESSES = {
    "dossiers:receive_dossier": _in("lodged"),
    "dossiers:refuse_dossier": _in("lodged"),
    "dossiers:assign_dossier": _in("received"),
    "dossiers:hand_over_dossier": _in("appraising", **HANDLED),
    "dossiers:appraise_dossier": _in("received", **HANDLED),
    "dossiers:submit_dossier": _in("appraising", supplements__isnull=True, **HANDLED),
    "dossiers:send_back_dossier": _in("submitted"),
    "dossiers:approve_dossier": _in("submitted"),
    "dossiers:not_eligible_dossier": _in("submitted"),
    "dossiers:stop_dossier": _in("received"),
    "dossiers:extend_dossier": _to_put_off,
    "dossiers:issue_dossier": _in("approved", result_papers__isnull=True),
    "dossiers:begin_result": _in("appraising", supplements__isnull=True, **HANDLED),
    "dossiers:result_draft": _in("approved", result_papers__isnull=False),
    "dossiers:return_dossier": _in("issued"),
    "dossiers:note_dossier": _in("received"),
    **{f"dossiers:control_slip{kind}": _in("returned") for kind in ("", *FILES)},
    **{f"dossiers:dossier_form{kind}": _line("receive") for kind in ("", *FILES)},
    "dossiers:result_file": _line("issue"),
    "dossiers:result_signatures": _line("issue"),
    "dossiers:ask_supplement": _in("appraising", supplements__isnull=True),
    "dossiers:edit_supplement": _request,
    "dossiers:send_supplement": _request,
    "dossiers:drop_supplement": _request,
    "dossiers:answer_supplement": _in("supplementing", channel="online"),
    "dossiers:send_answer": _in("supplementing", channel="online"),
}
NOT_PAGES = {
    "dossiers:result_file": "a file",
    "dossiers:result_draft": "a file",
    **{f"dossiers:{name}{kind}": "a file" for name in ("control_slip", "dossier_form") for kind in FILES},
}
