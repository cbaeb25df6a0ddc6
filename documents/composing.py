"""From a paper of the portal to the data object of its layout."""

from django.utils import timezone

from documents.issuers import place_of
from documents.layout.data import Paper, Signature, blocks_from, lines_of
from documents.signatories import DIRECTOR_WORDS, lines_above

DRAFT_MARK = "DỰ THẢO"


def data_of(paper, *, now, mark=DRAFT_MARK, code=""):
    """The `documents.layout.data.Paper` of an OutgoingPaper as it stands."""
    series, today, number = paper.series, timezone.localdate(now), paper.number
    return Paper(
        layout=series.layout,
        superior=series.superior,
        issuer=series.issuer,
        symbol=series.symbol_parts(office=paper.office, year=today.year),
        year=today.year,
        number=f"{number.number:02d}" if number else "",
        dated_on=number.dated_on if number else None,
        heading=series.heading,
        subject=paper.subject if series.layout == series.Layout.LETTER else paper.title,
        body_of_authority=_deciding(paper, today) if series.layout == "decision" else "",
        bases=tuple(lines_of(paper.bases)),
        addressees=tuple(lines_of(paper.addressees)),
        blocks=blocks_from(paper.body),
        signature=Signature(
            lines=lines_above(series, paper.signer, paper.authority, paper.signer_post, today),
            name=paper.signer.full_name,
        ),
        recipients=(*lines_of(paper.recipients), kept_by(paper)),
        mark=mark,
        code=code,
        made_on=today,
    )


def kept_by(paper):
    """The last line of the recipients: where the paper is kept."""
    return f"Lưu: VT, {paper.office.symbol or paper.office.code}"


def _deciding(paper, on):
    """Who decides, above the bases of a decision: GIÁM ĐỐC SỞ CÔNG THƯƠNG THÀNH PHỐ HÀ NỘI."""
    issuer = " ".join(lines_of(paper.series.issuer))
    if paper.series.on_behalf_of:
        return issuer
    return f"{DIRECTOR_WORDS} {issuer} {place_of(paper.series.superior)}".strip()
