"""Tables as Word files that stay editable: the heading of an official paper, rows, groups and sums, signatures.

The paper is laid out as Decree 30/2020 lays out pages, on A4 landscape as tables are. What it frames is Vietnamese whatever
the language of the page. Text is data: it is put into the file as it is, less the signs that no XML file can hold.
"""

import re
from io import BytesIO

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml.etree import SubElement

from documents.serving import as_attachment
from screens.lists import too_long_for_paper
from screens.sheets import MOTTO, NATION, PLACE_AND_DATE, SIGN_HERE, office_lines, on_paper, wording_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Times New Roman"
PAGE, MARGINS = (297, 210), {"top": 20, "bottom": 20, "left": 30, "right": 15}  # mm
WIDTH = PAGE[0] - MARGINS["left"] - MARGINS["right"]
HEADING_WIDTHS = (105, WIDTH - 105)
NUMBER_WIDTH = 12
BESIDE_TEXT = 1.9  # mm that a cell keeps free on each side
TWIPS = 1440 / 25.4  # in a mm
RULES = {"office": 25, "motto": 56}  # mm: a short rule; one as long as the motto in 13 pt bold
# id: (name in Word, size, alignment, bold, italic, space before, space after)
LEFT, CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
STYLES = {
    "SheetTitle": ("Tên biểu", 14, CENTRE, True, False, 12, 0),
    "SheetPeriod": ("Kỳ của biểu", 13, CENTRE, False, False, 2, 0),
    "SheetUnit": ("Đơn vị tính", 13, RIGHT, False, True, 6, 3),
    "SheetHead": ("Đầu cột", 12, CENTRE, True, False, 2, 2),
    "SheetText": ("Ô chữ", 12, LEFT, False, False, 2, 2),
    "SheetMiddle": ("Ô giữa", 12, CENTRE, False, False, 2, 2),
    "SheetFigure": ("Ô số", 12, RIGHT, False, False, 2, 2),
}
CELL_STYLES = {"num": "SheetFigure", "date": "SheetMiddle", "code": "SheetMiddle"}  # the others may break into lines
LETTER = 2.2  # mm of a figure in 12 pt bold
SHORTEST = 8  # letters that a column of figures has room for, so that the words of its heading stay whole
LEAST_TEXT = 0.3  # of the table, where there are many columns of figures
LONGEST_PROPERTY = 255
_NOT_XML = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")

W_TR, W_TRPR, W_CANT_SPLIT, W_TBL_HEADER = (qn(f"w:{tag}") for tag in ("tr", "trPr", "cantSplit", "tblHeader"))
W_TC, W_TCPR, W_TCW, W_GRID_SPAN = (qn(f"w:{tag}") for tag in ("tc", "tcPr", "tcW", "gridSpan"))
W_P, W_PPR, W_PSTYLE, W_KEEP_NEXT = (qn(f"w:{tag}") for tag in ("p", "pPr", "pStyle", "keepNext"))
W_R, W_RPR, W_B, W_T, W_BR = (qn(f"w:{tag}") for tag in ("r", "rPr", "b", "t", "br"))
W_VAL, W_W, W_TYPE = qn("w:val"), qn("w:w"), qn("w:type")
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def list_as_docx(listing):
    """The rows of a list, with its columns, filters, order and groups, as a Word file; for `show_list(more_exports=AS_WORD)`."""
    refusal = too_long_for_paper(listing)
    if refusal:
        return refusal
    wording = wording_of(listing.sheet, listing.title, listing.params)
    columns, rows, groups = listing.for_paper()
    return docx_table_response(
        listing.file_name,
        office_lines=office_lines(wording),
        title=wording["title"],
        form=listing.sheet.form,
        notes=listing.sheet.notes,
        subtitle=wording["period"],
        unit=wording["unit"],
        columns=columns,
        rows=rows,
        groups=groups,
        signers=[wording["preparer"], wording["accountant"], wording["head"]],
    )


AS_WORD = {"docx": (gettext_lazy("Word"), list_as_docx)}


def docx_table_response(file_name, **table):
    """What `docx_table` makes, as an attachment."""
    document = docx_table(**table)
    file = BytesIO()
    document.save(file)
    size = file.tell()
    file.seek(0)
    return as_attachment(file, f"{file_name}.docx", DOCX, size=size)


def docx_table(*, office_lines, title, columns, rows, signers=(), subtitle="", unit="", form="", notes=(), groups=None):
    """The Word document, open. `form` is the number of an official form. `columns`, `rows` and `groups` as in `screens.sheets.on_paper`."""
    office_lines, signers = list(office_lines), list(signers)
    document = Document()
    _set_page(document)
    _set_styles(document)
    _set_properties(document, title, office_lines)
    if form:
        document.add_paragraph(clean_text(form), style=STYLES["SheetUnit"][0])
    _write_heading(document, office_lines)
    document.add_paragraph(clean_text(title), style=STYLES["SheetTitle"][0])
    if subtitle:
        document.add_paragraph(clean_text(subtitle), style=STYLES["SheetPeriod"][0])
    if unit:
        document.add_paragraph(clean_text(f"{_('Unit of measure')}: {unit}"), style=STYLES["SheetUnit"][0])
    heads = [column.head(unit) for column in columns]
    _write_table(document, columns, heads, *on_paper(columns, rows, groups))
    if notes:
        said = " ".join(str(note) for note in notes)
        document.add_paragraph(clean_text(f"{pgettext('form', 'Notes')}: {said}"), style=STYLES["SheetText"][0])
    if signers:
        _write_signatures(document, signers)
    return document


# --- page, styles ------------------------------------------------------------------------------------


def _set_page(document):
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.top_margin, section.bottom_margin = Mm(MARGINS["top"]), Mm(MARGINS["bottom"])
    section.left_margin, section.right_margin = Mm(MARGINS["left"]), Mm(MARGINS["right"])
    section.header_distance = section.footer_distance = Mm(10)
    number_pages(section)


def number_pages(section):
    """Page numbers in the middle of the top margin, from the second page on."""
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    run = number.add_run()._r
    for kind, instruction in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = instruction
        run.append(part)


def _set_styles(document):
    normal = document.styles["Normal"]
    set_font(normal, 13)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1
    language = document.styles.element.find(f".//{qn('w:lang')}")
    if language is not None:
        language.set(W_VAL, "vi-VN")
    for code, (name, size, alignment, bold, italic, before, after) in STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.element.styleId = code
        style.base_style = normal
        set_font(style, size)
        style.font.bold, style.font.italic = bold or None, italic or None
        layout = style.paragraph_format
        layout.alignment, layout.space_before, layout.space_after = alignment, Pt(before), Pt(after)
        layout.keep_with_next = code in ("SheetTitle", "SheetPeriod", "SheetUnit") or None
    set_font(document.styles["Header"], 13)


def set_font(style, size):
    style.font.name, style.font.size = FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for use in ("w:eastAsia", "w:cs"):  # without these Word takes another font for some letters
        fonts.set(qn(use), FONT)


def _set_properties(document, title, office_lines):
    properties = document.core_properties
    properties.title = clean_text(title)[:LONGEST_PROPERTY]
    properties.author = clean_text(" ".join(office_lines))[:LONGEST_PROPERTY]
    properties.comments, properties.language = "", "vi-VN"
    properties.created = properties.modified = timezone.now().replace(tzinfo=None)


def clean_text(text):
    """The text as data, without the signs that XML cannot hold."""
    return _NOT_XML.sub("", str(text)).replace("\r\n", "\n").replace("\r", "\n")


# --- heading and signatures --------------------------------------------------------------------------


def bare_table(document, widths):
    """A table of one row without borders: what stands side by side."""
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        column.cells[0].width = Mm(width)
    SubElement(table.rows[0]._tr.get_or_add_trPr(), W_CANT_SPLIT)
    return table.rows[0].cells


def _centred(paragraph, text, *, bold=False, italic=False):
    paragraph.alignment = CENTRE
    run = paragraph.add_run(clean_text(text))
    run.bold, run.italic = bold or None, italic or None
    return paragraph


def rule(cell, length, width):
    """A rule of this length under the last line of a cell, in the middle."""
    paragraph = cell.add_paragraph()
    layout = paragraph.paragraph_format
    layout.line_spacing, layout.space_before = Pt(4), Pt(2)
    layout.left_indent = layout.right_indent = Mm((width - 2 * BESIDE_TEXT - length) / 2)
    borders = OxmlElement("w:pBdr")
    SubElement(borders, qn("w:top"), {W_VAL: "single", qn("w:sz"): "6", qn("w:space"): "1", qn("w:color"): "000000"})
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc")


def _write_heading(document, office_lines):
    office, nation = bare_table(document, HEADING_WIDTHS)
    for number, line in enumerate(office_lines, start=1):
        paragraph = office.paragraphs[0] if number == 1 else office.add_paragraph()
        _centred(paragraph, line, bold=number == len(office_lines))
    rule(office, RULES["office"], HEADING_WIDTHS[0])
    _centred(nation.paragraphs[0], NATION, bold=True)
    _centred(nation.add_paragraph(), MOTTO, bold=True)
    rule(nation, RULES["motto"], HEADING_WIDTHS[1])


def _write_signatures(document, signers):
    cells = bare_table(document, [WIDTH / len(signers)] * len(signers))
    for number, (cell, signer) in enumerate(zip(cells, signers, strict=True), start=1):
        _centred(cell.paragraphs[0], PLACE_AND_DATE if number == len(signers) else "", italic=True)
        _centred(cell.add_paragraph(), signer, bold=True)
        _centred(cell.add_paragraph(), SIGN_HERE if signer else "", italic=True)
        for _line in range(4):
            cell.add_paragraph()


# --- the table ---------------------------------------------------------------------------------------


def _write_table(document, columns, heads, parts, total):
    table = document.add_table(rows=0, cols=len(columns) + 1)
    table.style = "Table Grid"
    table.autofit = False
    widths = _widths(columns, parts, total)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    row = row_writer(table, widths)
    row([(_("No."), "SheetHead", 1), *((head, "SheetHead", 1) for head in heads)], is_head=True)
    for part in parts:
        if part.heading:
            row(_line_cells(part.heading), bold=True, keep=True)
        for line in part.lines:
            row(_line_cells(line))
    if not any(part.lines for part in parts):
        row([(_("Nothing to show."), "SheetText", len(widths))])
    if total:
        row(_line_cells(total), bold=True)
    document.add_paragraph()


def _widths(columns, parts, total):
    """mm for the number and for each column: figures, dates and codes stay on one line, text shares what is left."""
    longest = [0] * len(columns)
    for line in [
        *(line for part in parts for line in (part.heading, *part.lines) if line),
        *([total] if total else []),
    ]:
        for position, cell in enumerate(line.cells, start=len(columns) - len(line.cells)):
            longest[position] = max(longest[position], len(cell.text))
    firm = {
        position: max(length, SHORTEST) * LETTER + 2 * BESIDE_TEXT
        for position, (column, length) in enumerate(zip(columns, longest, strict=True))
        if column.classes in CELL_STYLES
    }
    room, wanted = WIDTH - NUMBER_WIDTH, sum(firm.values())
    shared = sum(column.width for position, column in enumerate(columns) if position not in firm)
    for_text = max(room - wanted, room * LEAST_TEXT) if shared else 0
    return [
        NUMBER_WIDTH,
        *(
            firm[position] * (room - for_text) / wanted if position in firm else for_text * column.width / shared
            for position, column in enumerate(columns)
        ),
    ]


def _line_cells(line):
    """[(text, style, columns it takes)] of a line of `on_paper`."""
    cells = [(line.number, "SheetMiddle", 1)]
    if line.span:
        cells.append((line.label, "SheetText", line.span))
    return cells + [(cell.text, CELL_STYLES.get(cell.column.classes, "SheetText"), 1) for cell in line.cells]


def row_writer(table, widths):
    """A function that adds a row straight to the table's XML: python-docx reads the whole table again for each cell."""
    twips = [round(width * TWIPS) for width in widths]

    def add(cells, *, bold=False, keep=False, is_head=False):
        row = SubElement(table._tbl, W_TR)
        properties = SubElement(row, W_TRPR)
        SubElement(properties, W_CANT_SPLIT)
        if is_head:
            SubElement(properties, W_TBL_HEADER)
        position = 0
        for text, style, span in cells:
            cell = SubElement(row, W_TC)
            about = SubElement(cell, W_TCPR)
            SubElement(about, W_TCW, {W_W: str(sum(twips[position : position + span])), W_TYPE: "dxa"})
            if span > 1:
                SubElement(about, W_GRID_SPAN, {W_VAL: str(span)})
            paragraph = SubElement(cell, W_P)
            layout = SubElement(paragraph, W_PPR)
            SubElement(layout, W_PSTYLE, {W_VAL: style})
            if keep:
                SubElement(layout, W_KEEP_NEXT)
            _add_text(paragraph, text, bold=bold)
            position += span

    return add


def _add_text(paragraph, text, *, bold):
    text = clean_text(text)
    if not text:
        return
    run = SubElement(paragraph, W_R)
    if bold:
        SubElement(SubElement(run, W_RPR), W_B)
    for number, line in enumerate(text.replace("\t", " ").split("\n")):
        if number:
            SubElement(run, W_BR)
        SubElement(run, W_T, {XML_SPACE: "preserve"}).text = line
