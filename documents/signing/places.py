"""The places of a drawn paper that stay empty until it is signed: as form fields, filled in without touching what is signed.

A number written into the page after the signer's signature would break it. An empty form field that was there when the
signer certified the paper (with the permission to fill in forms) is filled in by an incremental update, and the signature
stays valid. What a filled field shows is drawn by the same layout engine and font as the paper.
"""

from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from documents.layout.drawing import Words, words_as_pdf
from documents.signing.signatures import FIELDS
from documents.signing.writing import add_agency_field

ABOVE, BELOW = 2.0, 11.0  # points above and below the upper edge of a place
STANDS = {"number": "right", "day": "center", "month": "center"}  # the number directly before its symbol
PRINTED = 4  # flag of an annotation that is printed


def with_fields(pdf, places):
    """The drawn PDF with an empty form field in each place that is filled in later."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    fields = generic.ArrayObject()
    for place in places:
        if place.name not in FIELDS:
            continue
        page, _resources = writer.find_page_for_modification(place.page - 1)
        height = float(page.get_object()["/MediaBox"][3])
        corners = (place.x, height - place.y - BELOW, place.x + place.width, height - place.y + ABOVE)
        empty = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): _numbers(0, 0, place.width, ABOVE + BELOW),
            },
            stream_data=b"",
        )
        field = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Tx"),
                pdf_name("/T"): pdf_string(place.name),
                pdf_name("/F"): generic.NumberObject(PRINTED),
                pdf_name("/DA"): pdf_string("/Tinos 13 Tf 0 g"),
                pdf_name("/Rect"): _numbers(*corners),
                pdf_name("/P"): page,
                pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): writer.add_object(empty)}),
            }
        )
        reference = writer.add_object(field)
        fields.append(reference)
        writer.register_annotation(page, reference)
    form = generic.DictionaryObject({pdf_name("/Fields"): fields})
    writer.root[pdf_name("/AcroForm")] = writer.add_object(form)
    writer.update_root()
    add_agency_field(writer, next(place for place in places if place.name == "signature"))
    return _written(writer)


def fill_in(pdf, values, *, on):
    """The PDF with its fields filled in, `values` {name: text}; everything before stays byte for byte."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    fields = {str(each.get_object()["/T"]): each for each in writer.root["/AcroForm"]["/Fields"]}
    boxes = {name: [float(edge) for edge in fields[name].get_object()["/Rect"]] for name in values}
    shown = words_as_pdf(
        [
            Words((text,), right - left, top - bottom, 13, italic=name != "number", at=STANDS[name])
            for (name, text), (left, bottom, right, top) in zip(values.items(), boxes.values(), strict=True)
        ],
        made_on=on,
    )
    for (name, text), words in zip(values.items(), shown, strict=True):
        field = fields[name].get_object()
        drawn = writer.import_page_as_xobject(PdfFileReader(BytesIO(words)))
        field[pdf_name("/V")] = pdf_string(text)
        field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): drawn})
        writer.mark_update(fields[name])
    return _written(writer)


def filled_in(pdf):
    """{name: text} of the fields of a PDF that we made."""
    try:
        fields = PdfFileReader(BytesIO(pdf)).root["/AcroForm"]["/Fields"]
    except KeyError:
        return {}
    known = [reference.get_object() for reference in fields]
    return {str(field["/T"]): str(field.get("/V", "")) for field in known if field.get("/FT") == "/Tx"}


def _numbers(*values):
    return generic.ArrayObject([generic.FloatObject(round(value, 3)) for value in values])


def _written(writer):
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
