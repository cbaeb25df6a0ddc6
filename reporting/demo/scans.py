"""Papers of the demonstration that say that they are invented."""

from io import BytesIO

from documents.layout.drawer import FONTS


def one_page(mark):
    """A PDF of one page that says that it is invented; `mark` makes its bytes its own."""
    said = "TAI LIEU MINH HOA - SAMPLE DOCUMENT"
    text = f"BT /F1 18 Tf 70 760 Td ({said}) Tj ET\n% {mark.encode().hex()}".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def identity_card(holder):
    """A picture in the shape of a card that says in red that it is none; on it an invented name."""
    from PIL import Image, ImageDraw, ImageFont

    card = Image.new("RGB", (856, 540), "#e8f0ea")
    pen, font = ImageDraw.Draw(card), ImageFont.truetype(str(FONTS / "Tinos-Bold.ttf"), 40)
    pen.rectangle((8, 8, 847, 531), outline="#9a3b26", width=6)
    pen.rectangle((40, 150, 260, 430), fill="#c9d3cc")
    for line, (text, colour) in enumerate((
        ("THẺ MINH HỌA – KHÔNG PHẢI GIẤY TỜ THẬT", "#9b1f25"), ("SAMPLE – NOT AN IDENTITY PAPER", "#9b1f25"),
    )):  # fmt: skip
        pen.text((40, 30 + 52 * line), text, colour, font.font_variant(size=32))
    pen.text((300, 190), f"Họ và tên: {holder}", "#1c2530", font.font_variant(size=30))
    pen.text((300, 250), "Số: 000 000 000 000", "#1c2530", font.font_variant(size=30))
    out = BytesIO()
    card.save(out, "PNG")
    return out.getvalue()


def signed_page(mark, key, *, stamper=None):
    """The same, signed with `key`; with the time stamp of `stamper` where one is given."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    about = PdfSignatureMetadata(field_name="ChuKySo", subfilter=SigSeedSubFilter.PADES, location="Hà Nội")
    signer = PdfSigner(about, key, timestamper=stamper)
    return signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(one_page(mark)))).getvalue()
