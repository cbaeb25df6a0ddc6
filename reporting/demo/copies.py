"""Copies of papers: issued, waiting at each step, and one that was dropped. All invented, and they say so."""

from datetime import date

from accounts.roles import Role
from documents.copy_states import NEXT_OF_COPY
from documents.models import IncomingPaper, OutgoingPaper
from documents.services import copies as services
from reporting.demo.copying import at

DAY = date(2026, 11, 13)


def papers_copied(stage):
    """copies of papers: waiting to be signed, numbered and sealed, issued, dropped"""
    paper = IncomingPaper.objects.filter(state="done").order_by("pk").first()
    issued = OutgoingPaper.objects.filter(state="issued").order_by("pk").first()
    part = "Giao Sở Công Thương tổng hợp, báo cáo kết quả thực hiện trước ngày 25/6/2026. (Nội dung minh họa.)"
    for place, (original, kind, state) in enumerate(
        (
            (issued, "full", "issued"), (paper, "extract", "issued"), (paper, "full", "issuing"),
            (paper, "full", "numbering"), (issued, "extract", "signing"), (issued, "full", "dropped"),
        )
    ):  # fmt: skip
        extract = {paper: part, issued: issued.body.splitlines()[-1]}[original] if kind == "extract" else ""
        _walk(stage, original, kind, extract, state, at(DAY, 9 + place))


def _walk(stage, original, kind, extract, state, now):
    clerk, chief = stage.people[Role.RECORDS_CLERK], stage.people[Role.CHIEF_OF_OFFICE]
    values = {
        "kind": kind, "extract": extract, "recipients": "Phòng Quản lý công nghiệp\nTrung tâm Khuyến công",
        "signer": chief, "authority": "tl", "authority_paper": "", "signer_post": "",
    }  # fmt: skip
    copy = services.prepare_copy(original=original, values=values, by=clerk, now=now)
    if state == "dropped":
        services.drop_copy(copy=copy, reason="Lập trùng (minh họa)", version=copy.version, by=clerk, now=now)
        return
    while copy.state != state:
        verb = NEXT_OF_COPY[copy.state]
        given = {"dated_on": DAY} if verb == "number" else {}
        by = chief if verb == "sign" else clerk
        copy = services.TAKING[verb](copy=copy, version=copy.version, by=by, now=now, **given)
