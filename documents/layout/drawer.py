"""The limited process that draws: python -m documents.layout.drawer < order > answer.

It sets its own limits first, knows nothing of the site, reads one order as JSON and answers in lines of JSON, as
documents.reader does. An order is {"paper": data} for a PDF, or {"pdf": base64, "page": n, "width": pixels} for a picture.
"""

import base64
import json
import sys
from pathlib import Path

from documents.reader import Refusal, limit_self, say

HERE = Path(__file__).resolve().parent
FONTS = HERE / "fonts"
LAYOUT = HERE / "official.typ"


def draw(order):
    import typst

    compiler = typst.Compiler(
        str(LAYOUT),
        root=str(HERE),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(order["paper"], ensure_ascii=False)},
    )
    try:
        pdf = compiler.compile(format="pdf", pdf_standards="a-2b")
        places = compiler.query("<place>", field="value")
    except typst.TypstError as error:
        if "font" in str(error) or "glyph" in str(error):
            raise Refusal("no_glyph") from error
        raise
    say(pdf=base64.b64encode(pdf).decode(), places=json.loads(places))


def picture(order):
    import io

    import pypdfium2

    document = pypdfium2.PdfDocument(base64.b64decode(order["pdf"]))
    page = document[order["page"] - 1]
    drawn = page.render(scale=order["width"] / page.get_width(), may_draw_forms=True)
    png = io.BytesIO()
    drawn.to_pil().convert("L").save(png, "PNG", optimize=False)
    say(png=base64.b64encode(png.getvalue()).decode(), pages=len(document))


def main():
    order = json.loads(sys.stdin.readline())
    limit_self(order["memory"], order["seconds"])
    try:
        (draw if "paper" in order else picture)(order)
    except Refusal as refusal:
        say(refused=[refusal.code, refusal.arguments])
        return
    say(end=True)


if __name__ == "__main__":
    main()
