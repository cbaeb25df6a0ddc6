"""An official paper as a Word file that stays editable, from the same data object as the PDF."""

from functools import cache
from io import BytesIO

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml.etree import SubElement
from PIL import ImageFont

from documents.layout.drawer import FONTS
from documents.word_tables import (
    BESIDE_TEXT,
    CENTRE,
    LEFT,
    RIGHT,
    bare_table,
    clean_text,
    number_pages,
    row_writer,
    rule,
    set_font,
)
from screens.sheets import MOTTO, NATION

PAGE, MARGINS = (210, 297), {"top": 20, "bottom": 20, "left": 30, "right": 15}  # mm
WIDTH = PAGE[0] - MARGINS["left"] - MARGINS["right"]
TABLE = (
    WIDTH + 2 * BESIDE_TEXT
)  # what cells keep free stands in the margins, so that their text has the width of the page
HEADING_WIDTHS = (67, TABLE - 67)  # the national title keeps its one line in every office program
SIGNING_WIDTHS = (TABLE - 95, 95)
HANGING = {11: 2.2, 14: 2.8}  # mm of a dash and a blank
INDENT = 10
EMPTY = {"number": "        ", "day": "     ", "month": "     "}  # a place to write in
CELLS = {"left": "PaperLeft", "center": "PaperMiddle", "right": "PaperRight"}
STYLES = {  # id: (name in Word, alignment)
    "PaperLeft": ("Ô chữ của văn bản", LEFT),
    "PaperMiddle": ("Ô giữa của văn bản", CENTRE),
    "PaperRight": ("Ô số của văn bản", RIGHT),
}


def paper_as_docx(paper):
    """The bytes of the Word file of a `documents.layout.data.Paper`."""
    data, document = paper.as_data(), Document()
    _set_page(document, data)
    if data["form_number"]:
        form_number = _line(document.add_paragraph(), data["form_number"], size=12, bold=True, alignment=RIGHT)
        form_number.paragraph_format.space_after = Pt(6)
    _write_heading(document, data)
    _write_title(document, data)
    for block in data["blocks"]:
        _write_block(document, block)
    _write_signing(document, data)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_page(document, data):
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.top_margin, section.bottom_margin = Mm(MARGINS["top"]), Mm(MARGINS["bottom"])
    section.left_margin, section.right_margin = Mm(MARGINS["left"]), Mm(MARGINS["right"])
    section.header_distance = section.footer_distance = Mm(10)
    number_pages(section)
    normal = document.styles["Normal"]
    set_font(normal, 14)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.1
    for code, (name, alignment) in STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.element.styleId = code
        style.base_style = normal
        set_font(style, 12)
        style.paragraph_format.alignment = alignment
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(2)
    set_font(document.styles["Header"], 13)
    properties = document.core_properties
    properties.title, properties.author = clean_text(data["title"])[:255], clean_text(" ".join(data["issuer"]))[:255]
    properties.comments, properties.language = "", "vi-VN"


def _line(paragraph, text, *, size=14, bold=False, italic=False, alignment=CENTRE):
    paragraph.alignment = alignment
    run = paragraph.add_run(clean_text(text))
    run.bold, run.italic, run.font.size = bold or None, italic or None, Pt(size)
    return paragraph


@cache
def _font(bold):
    return ImageFont.truetype(FONTS / f"Tinos-{'Bold' if bold else 'Regular'}.ttf", 1000)


def length_of(text, size, *, bold=False):
    """How long the words are on one line, in millimetres."""
    return _font(bold).getlength(text) / 1000 * Pt(size).mm


def _evened(text, size, bold, width):
    """How wide the words must be, in millimetres, so that they take no more lines than within `width`."""
    lengths = [length_of(word, size, bold=bold) for word in text.split()]
    blank = length_of(" ", size, bold=bold)

    def lines_in(width):
        lines, used = 1, 0
        for length in lengths:
            if used and used + length > width:
                lines, used = lines + 1, 0
            used += length + blank
        return lines

    most, wide = lines_in(width), width
    while wide > 15 and lines_in(wide - 1) <= most:
        wide -= 1
    return wide


def _even(paragraph, text, *, size=14, bold=False, width):
    """The words in lines of alike length in the middle of a cell `width` wide."""
    free = width - 2 * BESIDE_TEXT
    beside = (free - _evened(text, size, bold, free)) / 2 - 0.5  # a hair more than measured
    if length_of(text, size, bold=bold) > free:
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(max(beside, 0))
    return _line(paragraph, text, size=size, bold=bold)


def _rule_under(cell, text, size, width):
    """From a third to a half of the line above it (NĐ 30/2020)."""
    rule(cell, 0.4 * _evened(text, size, True, width - 2 * BESIDE_TEXT), width)


def _listed(paragraph, text, *, size, indent=0):
    """A line of a list: what does not fit hangs under its own beginning."""
    paragraph.paragraph_format.left_indent = Mm(indent + HANGING[size])
    paragraph.paragraph_format.first_line_indent = Mm(-HANGING[size])
    return _line(paragraph, f"- {text}", size=size, alignment=LEFT)


def _next(cell, number):
    """The paragraph of a cell to write its line `number` in: a new cell has an empty one already."""
    return cell.paragraphs[0] if number == 0 else cell.add_paragraph()


def _write_heading(document, data):
    office, nation = bare_table(document, HEADING_WIDTHS)
    lines = [(words, False) for words in data["superior"]] + [(words, True) for words in data["issuer"]]
    for number, (words, bold) in enumerate(lines):
        _even(_next(office, number), words, size=13, bold=bold, width=HEADING_WIDTHS[0])
    if data["issuer"]:
        _rule_under(office, data["issuer"][-1], 13, HEADING_WIDTHS[0])
    _line(nation.paragraphs[0], NATION, size=13, bold=True)
    _line(nation.add_paragraph(), MOTTO, size=14, bold=True)
    rule(nation, length_of(MOTTO, 14, bold=True), HEADING_WIDTHS[1])
    number, moment = bare_table(document, HEADING_WIDTHS)
    before, after = data["symbol"]
    _line(number.paragraphs[0], f"Số: {before}{data['number'] or EMPTY['number']}{after}", size=13)
    if data["layout"] == "letter":
        subject = _even(number.add_paragraph(), f"V/v {data['subject']}", size=12, width=HEADING_WIDTHS[0])
        subject.paragraph_format.space_before = Pt(6)
    if data["mark"]:
        _line(number.add_paragraph(), data["mark"], size=12, bold=True).paragraph_format.space_before = Pt(4)
    day, month = data["day"] or EMPTY["day"], data["month"] or EMPTY["month"]
    words = f"{data['place']}, ngày {day} tháng {month} năm {data['year']}"
    _line(moment.paragraphs[0], words, size=13, italic=True)
    for cell in (office, nation, number, moment):
        for paragraph in cell.paragraphs:
            if paragraph.text:
                paragraph.paragraph_format.line_spacing = 1


def _write_title(document, data):
    if data["layout"] != "letter":
        paragraph = _line(document.add_paragraph(), data["heading"], bold=True)
        paragraph.paragraph_format.space_before = Pt(12)
        if data["subject"]:
            _even(document.add_paragraph(), data["subject"], bold=True, width=TABLE)
            _rule_under(document, data["subject"], 14, TABLE)
        document.paragraphs[-1].paragraph_format.space_after = Pt(10)
    if len(data["addressees"]) == 1:
        paragraph = _line(document.add_paragraph(), f"Kính gửi: {data['addressees'][0]}")
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(10)
    elif data["addressees"]:
        paragraph = _line(document.add_paragraph(), "Kính gửi:", alignment=LEFT)
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.space_before = Mm(25), Pt(10)
        for each in data["addressees"]:
            paragraph = _listed(document.add_paragraph(), each, size=14, indent=25 + length_of("Kính gửi", 14))
        paragraph.paragraph_format.space_after = Pt(10)
    if data["body_of_authority"]:
        paragraph = _line(document.add_paragraph(), data["body_of_authority"], bold=True)
        paragraph.paragraph_format.space_after = Pt(8)
    for each in data["bases"]:
        _paragraph(document, [(each, False, True)])
    if data["layout"] == "decision":
        paragraph = _line(document.add_paragraph(), "QUYẾT ĐỊNH:", bold=True)
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(6)


def _paragraph(document, runs, *, keep=False):
    """A paragraph of the content; `runs` [(text, bold, italic)]."""
    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.first_line_indent, layout.space_after = Mm(INDENT), Pt(6)
    layout.keep_with_next = keep or None
    paragraph.alignment = 3  # at both sides
    for text, bold, italic in runs:
        run = paragraph.add_run(clean_text(text))
        run.bold, run.italic = bold or None, italic or None


def _write_block(document, block):
    if block["kind"] == "table":
        _write_table(document, block)
    elif block["kind"] == "signatures":
        _write_signatures(document, block["rows"])
    elif block["kind"] == "heading":
        _paragraph(document, [(block["text"], True, False)], keep=True)
    elif block["kind"] == "article":
        _paragraph(document, [(block["label"], True, False), (f" {block['text']}", False, False)])
    else:
        _paragraph(document, [(block["text"], False, False)])


def _write_table(document, block):
    table = document.add_table(rows=0, cols=len(block["columns"]))
    table.style, table.autofit, table.alignment = "Table Grid", False, WD_TABLE_ALIGNMENT.CENTER
    margins = SubElement(table._tbl.tblPr, qn("w:tblCellMar"))
    for side in ("left", "right"):
        SubElement(margins, qn(f"w:{side}"), {qn("w:w"): "68", qn("w:type"): "dxa"})  # 1.2 mm
    weights = [weight for _title, _alignment, weight in block["columns"]]
    widths = [WIDTH * weight / sum(weights) for weight in weights]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    row = row_writer(table, widths)
    row([(title, "PaperMiddle", 1) for title, _alignment, _weight in block["columns"]], bold=True, is_head=True)
    styles = [CELLS[alignment] for _title, alignment, _weight in block["columns"]]
    for cells in block["rows"]:
        row([(cell, style, 1) for cell, style in zip(cells, styles, strict=True)])
    document.add_paragraph()


def _write_signatures(document, parties):
    """The parties side by side, three in a row, four as two and two."""
    abreast = 2 if len(parties) == 4 else 3
    for first in range(0, len(parties), abreast):
        document.add_paragraph()
        row = parties[first : first + abreast]
        for cell, (title, asked, name) in zip(
            bare_table(document, [WIDTH / min(len(parties), abreast)] * len(row)), row, strict=True
        ):
            _line(cell.paragraphs[0], title, bold=True)
            _line(cell.add_paragraph(), asked, size=13, italic=True)
            for _blank in range(4):
                cell.add_paragraph()
            _line(cell.add_paragraph(), name, bold=True)


def _write_signing(document, data):
    signature = data["signature"]
    if not (data["recipients"] or signature["lines"] or signature["name"]):
        return
    # the signature never stands on a page by itself
    if document.paragraphs:
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    if data["blocks"] and data["blocks"][-1]["kind"] == "table":
        for cell in document.tables[-1].rows[-1].cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True
    document.add_paragraph().paragraph_format.keep_with_next = True
    recipients, signing = bare_table(document, SIGNING_WIDTHS)
    if data["recipients"]:
        _line(recipients.paragraphs[0], "Nơi nhận:", size=12, bold=True, italic=True, alignment=LEFT)
        for each in data["recipients"]:
            _listed(recipients.add_paragraph(), each, size=11)
    for number, words in enumerate(signature["lines"]):
        _even(_next(signing, number), words, bold=True, width=SIGNING_WIDTHS[1])
    if signature["note"]:
        _line(signing.add_paragraph(), signature["note"], size=13, italic=True)
    for _blank in range(4):
        signing.add_paragraph()
    _even(signing.add_paragraph(), signature["name"], bold=True, width=SIGNING_WIDTHS[1])
    for cell in (recipients, signing):
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.line_spacing = 1
