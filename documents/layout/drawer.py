"""The limited process that draws: python -m documents.layout.drawer < order > answer.

It sets its own limits first, knows nothing of the site, reads one order as JSON and answers in lines of JSON, as
documents.reader does. An order is {"paper": data} or {"sheet": data} for a PDF, {"copy": data, "source": base64} for a
copy, {"words": [data]} for several small PDFs, {"pdf": base64, "page": n, "width": pixels} for a picture, or {"look": base64,
"kind", "page", "width"} for a picture of a page of a file that came from outside.
"""

import base64
import json
import sys
from pathlib import Path

from documents.limits import Refusal, limit_self, say

HERE = Path(__file__).resolve().parent
FONTS = HERE / "fonts"
TALLEST = 3  # of a page to look at, in its width


def compiled(kind, data):
    import typst

    return typst.Compiler(
        str(HERE / f"{kind}.typ"),
        root=str(HERE),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={kind: json.dumps(data, ensure_ascii=False)},
    )


def as_pdf(compiler):
    import typst

    try:
        return base64.b64encode(compiler.compile(format="pdf", pdf_standards="a-2b")).decode()
    except typst.TypstError as error:
        if "font" in str(error) or "glyph" in str(error):
            raise Refusal("no_glyph") from error
        raise


def draw(order):
    """A paper, with the places on it that are filled in later."""
    compiler = compiled("paper", order["paper"])
    say(pdf=as_pdf(compiler), places=json.loads(compiler.query("<place>", field="value")))


def draw_copy(order):
    """The form of a copy, after the pages of what was copied."""
    compiler = compiled("copy", order["copy"])
    drawn, places = as_pdf(compiler), json.loads(compiler.query("<place>", field="value"))
    if "source" in order:
        drawn, before = joined(base64.b64decode(order["source"]), base64.b64decode(drawn))
        places = [place | {"page": place["page"] + before} for place in places]
    say(pdf=drawn, places=places)


def joined(source, form):
    """(the pages of `source` and then those of `form` as one PDF, how many pages the source has). What is laid over a page
    of the source, such as a signature, becomes part of it: nothing of it can be clicked, filled in or run."""
    import io

    import pypdfium2

    pages = pypdfium2.PdfDocument(source if source.startswith(b"%PDF") else as_page(source))
    pages.init_forms()
    for number in range(len(pages)):
        pypdfium2.raw.FPDFPage_Flatten(pages[number], pypdfium2.raw.FLAT_NORMALDISPLAY)
    whole = pypdfium2.PdfDocument.new()
    whole.import_pages(pages)
    whole.import_pages(pypdfium2.PdfDocument(form))
    out = io.BytesIO()
    whole.save(out)
    return base64.b64encode(out.getvalue()).decode(), len(pages)


def as_page(picture):
    """A picture as a PDF of one page that fits on A4."""
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    dots = max(image.width / 8.27, image.height / 11.69)  # an inch
    out = io.BytesIO()
    image.save(out, "PDF", resolution=dots)
    return out.getvalue()


def draw_sheet(order):
    say(pdf=as_pdf(compiled("sheet", order["sheet"])))


def draw_words(order):
    """A few words for each of several places."""
    say(pdfs=[as_pdf(compiled("words", words)) for words in order["words"]])


def picture(order):
    import io

    import pypdfium2

    document = pypdfium2.PdfDocument(base64.b64decode(order["pdf"]))
    document.init_forms()  # so that what was filled in is drawn
    page = document[order["page"] - 1]
    drawn = page.render(scale=order["width"] / page.get_width(), may_draw_forms=True)
    png = io.BytesIO()
    drawn.to_pil().convert("RGB").save(png, "PNG", optimize=False)
    say(png=base64.b64encode(png.getvalue()).decode(), pages=len(document))


def look(order):
    """A page of a file from outside, in its colours: nothing but points leaves."""
    import io

    content, page, width = base64.b64decode(order["look"]), order["page"], order["width"]
    most = (width, TALLEST * width)
    image, pages = page_of_pdf(content, page, most) if order["kind"] == "pdf" else (None, 1)
    if order["kind"] != "pdf" and page == 1:
        image = upright(content, order["kind"], most)
    if image is None:
        say(pages=pages)
        return
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=85)
    say(jpeg=base64.b64encode(jpeg.getvalue()).decode(), pages=pages)


def page_of_pdf(content, number, most):
    """(the page as an image or None, number of pages)"""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    if not 0 < number <= len(document):
        return None, len(document)
    document.init_forms()
    page = document[number - 1]
    scale = min(most[0] / page.get_width(), most[1] / page.get_height())
    return page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB"), len(document)


def upright(content, kind, most):
    """A picture as whoever took it held it, on white, no larger than `most`."""
    import io

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = 50_000_000
    image = Image.open(io.BytesIO(content), formats=[kind.upper()])
    image.draft("RGB", (most[1], most[1]))
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits a point
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    image.thumbnail(most)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


ACTS = {"look": look, "page": picture, "words": draw_words, "copy": draw_copy, "sheet": draw_sheet, "paper": draw}


def main():
    order = json.loads(sys.stdin.readline())
    limit_self(order["memory"], order["seconds"])
    try:
        next(act for part, act in ACTS.items() if part in order)(order)
    except Refusal as refusal:
        say(refused=[refusal.code, refusal.arguments])
        return
    say(end=True)


if __name__ == "__main__":
    main()
