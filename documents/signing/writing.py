"""Signing a PDF file, and the empty field in which the agency signs last.

Loaded only where something is signed: the signing library is large.
"""

from io import BytesIO

from django.utils import timezone
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import StaticStampStyle

from documents.layout.drawing import Words, words_as_pdf
from documents.signing.signatures import AGENCY, SIGNER

HIGH, WIDE, AGENCY_WIDE = 58, 200, 100  # points, of the boxes
OVERLAP = WIDE // 3  # how far the agency's reaches over the left of the signer's (NĐ 30/2020, Phụ lục I)
BLUE, RED = "#1f3a93", "#c00000"
# what is drawn fills its box
WHOLE = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins(0, 0, 0, 0))


def sign(pdf, key, *, field, place, now):
    """The PDF signed: certified by its signer, who lets only the empty places be filled in; or closed by the agency."""
    local = timezone.localtime(now)
    name = key.signing_cert.subject.native.get("common_name", "")
    lines = [_signed_by(field, name), f"Thời gian ký: {local:%d/%m/%Y %H:%M:%S}"]
    organisation = key.signing_cert.subject.native.get("organization_name", "")
    if organisation:
        lines.insert(1, str(organisation))
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    left, bottom, right, top = box_of(writer, field, place)
    new_field = fields.SigFieldSpec(field, on_page=place.page - 1, box=(left, bottom, right, top))
    is_agency = field == AGENCY
    words = Words(
        tuple(lines),
        right - left,
        top - bottom,
        7 if is_agency else 8,
        framed=True,
        indent=0 if is_agency else OVERLAP + 2,  # what the agency's lies over stays empty
        colour=RED if is_agency else BLUE,
    )
    (picture,) = words_as_pdf([words], made_on=local.date())
    certify = field == SIGNER
    about = PdfSignatureMetadata(
        field_name=field,
        certify=certify,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS if certify else fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        location="Hà Nội",
    )
    style = StaticStampStyle(
        border_width=0, background=_Picture(picture), background_opacity=1, background_layout=WHOLE
    )
    return (
        PdfSigner(about, key, stamp_style=style, new_field_spec=new_field if certify else None)
        .sign_pdf(writer)
        .getvalue()
    )


def add_agency_field(writer, place):
    """The empty field of the agency's signature. It is there before the signer certifies: after that no signature that is
    seen may be added, and what it signs is closed for good: nothing may be filled in or added after it."""
    box = box_of(writer, AGENCY, place)
    closed = {
        "field_mdp_spec": fields.FieldMDPSpec(fields.FieldMDPAction.ALL),
        "doc_mdp_update_value": fields.MDPPerm.NO_CHANGES,
    }
    fields.append_signature_field(writer, fields.SigFieldSpec(AGENCY, on_page=place.page - 1, box=box, **closed))


def _signed_by(field, name):
    return f"Cơ quan: {name}" if field == AGENCY else f"Người ký: {name}"


def box_of(writer, field, place):
    """Where the signature is seen: in the middle of the room between post and name; the agency's over the left third of it."""
    page, _resources = writer.find_page_for_modification(place.page - 1)
    bottom = float(page.get_object()["/MediaBox"][3]) - place.y - (place.height + HIGH) / 2
    left = place.x + (place.width - WIDE) / 2
    right = left + WIDE
    if field == AGENCY:
        left, right = left + OVERLAP - AGENCY_WIDE, left + OVERLAP
    return round(left), round(bottom), round(right), round(bottom) + HIGH


class _Picture(PdfContent):
    """A page of a PDF that is at hand as the picture of a signature."""

    def __init__(self, pdf):
        self.pdf = pdf
        super().__init__()

    def render(self):
        drawn = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self.pdf)))
        self.resources.xobject["/Words"] = drawn
        left, bottom, right, top = (float(edge) for edge in drawn.get_object()["/BBox"])
        self.box = BoxConstraints(width=int(right - left), height=int(top - bottom))
        return b"/Words Do"
