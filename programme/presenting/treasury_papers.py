"""The papers that go to the Treasury with a payment, as Word files filled from it: to be checked, signed and sent.

What they say is Vietnamese whatever the language of the page; their form numbers are data (rule `treasury_forms`).
"""

from io import BytesIO

from django.utils.translation import gettext_lazy
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from documents.word_tables import docx_table
from reference.services import rule
from screens import formats, tables
from screens.spelling import amount_in_words

PAPERS = {
    "withdrawal": gettext_lazy("Withdrawal of the estimate"),
    "vouchers": gettext_lazy("List of vouchers paid"),
    "clearing": gettext_lazy("Request to clear an advance"),
}
FILE_NAMES = {
    "withdrawal": "giay-rut-du-toan",
    "vouchers": "bang-ke-chung-tu",
    "clearing": "de-nghi-thanh-toan-tam-ung",
}
NUMBERS = {"withdrawal": "Mẫu số C2-02a/NS", "vouchers": "Mẫu số 07", "clearing": "Mẫu số C2-03/NS"}
DOTS = "…………………"
OFFICE = "SỞ CÔNG THƯƠNG HÀ NỘI"
FONT = "Times New Roman"
WIDTH = 165  # mm between the margins of an upright page


def papers_of(payment):
    """The codes of the papers that this payment needs."""
    wanted = {"withdrawal": payment.amount_vnd > 0, "vouchers": True, "clearing": payment.clears_vnd > 0}
    return [code for code in PAPERS if wanted[code]]


def form_number(code, on):
    """The number of the form, by the rule in force on the day."""
    return {**NUMBERS, **rule("treasury_forms", on, {})}[code]


def paper(payment, code, on):
    """The Word file of one paper, open at its beginning."""
    document = {"withdrawal": _withdrawal, "vouchers": _vouchers, "clearing": _clearing}[code](
        payment, form_number(code, on)
    )
    file = BytesIO()
    document.save(file)
    file.seek(0)
    return file


# --- the three papers -------------------------------------------------------------------------


def _withdrawal(payment, number):
    commitment, line = payment.commitment, payment.commitment.line
    advance = payment.kind == payment.Kind.ADVANCE
    document = _upright(number, "GIẤY RÚT DỰ TOÁN NGÂN SÁCH")
    _centred(document.add_paragraph(), f"Năm ngân sách: {line.year.year}")
    _centred(
        document.add_paragraph(),
        f"Thực chi {_box(not advance)}     Tạm ứng {_box(advance)}     Chuyển khoản {_box(True)}     Tiền mặt {_box(False)}",
    )
    _fact(document, "Đơn vị rút dự toán", f"{line.unit.name_vi}")
    _fact(document, "Mã ĐVQHNS", line.unit_code)
    _fact(document, "Tài khoản", "", "Tại KBNN", "")
    _fact(document, _basis(commitment), f"số {commitment.number} ngày {formats.vn_date(commitment.signed_on)}")
    _grid(
        document,
        ("Nội dung thanh toán", "Mã NDKT", "Mã chương", "Mã ngành KT", "Mã nguồn NSNN", "Số tiền (đồng)"),
        [(_what(payment), line.item, line.chapter, line.category, line.source_code, _figure(payment.amount_vnd))],
        ("Cộng", "", "", "", "", _figure(payment.amount_vnd)),
    )
    _fact(document, "Tổng số tiền ghi bằng chữ", amount_in_words(payment.amount_vnd, capital=True))
    _fact(document, "Đơn vị nhận tiền", payment.payee)
    _fact(document, "Tài khoản", payment.payee_account, "Tại KBNN (Ngân hàng)", payment.payee_bank)
    _signatures(document, ("KẾ TOÁN TRƯỞNG", _account_holder(payment)))
    _part_of_treasury(document)
    return document


def _clearing(payment, number):
    commitment, line = payment.commitment, payment.commitment.line
    paid = payment.state == payment.State.PAID
    balance = commitment.advanced_vnd + (payment.clears_vnd if paid else 0)
    document = _upright(number, "GIẤY ĐỀ NGHỊ THANH TOÁN TẠM ỨNG, ỨNG TRƯỚC")
    _centred(document.add_paragraph(), f"Năm ngân sách: {line.year.year}")
    _fact(document, "Đơn vị", line.unit.name_vi)
    _fact(document, "Mã ĐVQHNS", line.unit_code)
    _fact(document, _basis(commitment), f"số {commitment.number} ngày {formats.vn_date(commitment.signed_on)}")
    _fact(
        document,
        "Căn cứ",
        f"{payment.invoice} ngày {formats.vn_date(payment.invoice_on)}; đề nghị Kho bạc Nhà nước thanh toán số tiền đã tạm ứng theo chi tiết sau:",
    )
    _grid(
        document,
        ("Nội dung", "Mã NDKT", "Mã chương", "Mã ngành KT", "Mã nguồn NSNN", "Số dư tạm ứng", "Số đề nghị thanh toán", "Số duyệt thanh toán"),
        [(_what(payment), line.item, line.chapter, line.category, line.source_code, _figure(balance), _figure(payment.clears_vnd), "")],
        ("Cộng", "", "", "", "", _figure(balance), _figure(payment.clears_vnd), ""),
    )  # fmt: skip
    _fact(document, "Tổng số tiền đề nghị ghi bằng chữ", amount_in_words(payment.clears_vnd, capital=True))
    _signatures(document, ("KẾ TOÁN TRƯỞNG", _account_holder(payment)))
    _part_of_treasury(document)
    return document


def _vouchers(payment, number):
    """The list of vouchers is a table on an oblong page, like every list of the portal."""
    commitment, line = payment.commitment, payment.commitment.line
    columns = [
        tables.Column(verbose_name="Hóa đơn, chứng từ"),
        tables.DateColumn(verbose_name="Ngày"),
        tables.CodeColumn(verbose_name="Mã NDKT"),
        tables.Column(verbose_name="Nội dung chi", width=40),
        tables.MoneyColumn(verbose_name="Thanh toán tạm ứng", total=True),
        tables.MoneyColumn(verbose_name="Đề nghị chi", total=True),
    ]
    for name, column in zip(("invoice", "day", "item", "what", "clears", "amount"), columns, strict=True):
        column.accessor = name
    row = (payment.invoice, payment.invoice_on, line.item, _what(payment), payment.clears_vnd, payment.amount_vnd)
    return docx_table(
        office_lines=[OFFICE],
        title="BẢNG KÊ CHỨNG TỪ THANH TOÁN",
        subtitle=f"({number}) {_basis(commitment)} số {commitment.number} ngày {formats.vn_date(commitment.signed_on)}; mã ĐVQHNS: {line.unit_code or DOTS}",
        unit="đồng",
        columns=columns,
        rows=[row],
        signers=["Người lập biểu", "Kế toán trưởng", "Thủ trưởng đơn vị"],
    )


def _basis(commitment):
    return {
        "contract": "Hợp đồng",
        "support_decision": "Quyết định hỗ trợ",
        "detailed_estimate": "Dự toán, bảng kê được duyệt",
    }[commitment.kind]


def _what(payment):
    return payment.note or payment.commitment.what


def _figure(vnd):
    """1.234.567 as papers write it, whatever the language of the page."""
    return f"{vnd:,}".replace(",", ".")


def _box(ticked):
    return "☒" if ticked else "☐"


# --- an upright page --------------------------------------------------------------------------


def _upright(number, title):
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(13)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for use in ("w:eastAsia", "w:cs"):  # without these Word takes another font for some letters
        fonts.set(qn(use), FONT)
    normal.paragraph_format.space_before, normal.paragraph_format.space_after = Pt(2), Pt(2)
    document.core_properties.title, document.core_properties.author = title, OFFICE
    document.core_properties.comments, document.core_properties.language = "", "vi-VN"
    left, right = _side_by_side(document, (WIDTH * 55 // 100, WIDTH * 45 // 100))
    _centred(left.paragraphs[0], OFFICE, bold=True)
    _centred(right.paragraphs[0], number, bold=True)
    _centred(right.add_paragraph(), f"Số: {DOTS}")
    heading = _centred(document.add_paragraph(), title, bold=True)
    heading.paragraph_format.space_before = Pt(12)
    heading.runs[0].font.size = Pt(14)
    return document


def _side_by_side(document, widths):
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = Mm(width)
    return table.rows[0].cells


def _centred(paragraph, text, *, bold=False, italic=False):
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(_clean(text))
    run.bold, run.italic = bold or None, italic or None
    return paragraph


def _clean(text):
    """Without the signs that no XML file can hold."""
    return "".join(sign for sign in str(text) if sign in "\t\n" or sign >= " ")


def _fact(document, *pairs):
    """A line of facts: label, value, label, value; what is not known is dots to write on."""
    paragraph = document.add_paragraph()
    for place, text in enumerate(pairs):
        if place % 2 == 0:
            paragraph.add_run(f"{'     ' if place else ''}{_clean(text)}: ")
        else:
            paragraph.add_run(_clean(text or DOTS)).bold = bool(text) or None


def _grid(document, heads, rows, total):
    table = document.add_table(rows=0, cols=len(heads))
    table.style = "Table Grid"
    for place, cells in enumerate((heads, *rows, total)):
        edge = place in (0, len(rows) + 1)
        for column, (cell, text) in enumerate(zip(table.add_row().cells, cells, strict=True)):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(_clean(text))
            run.font.size, run.bold = Pt(11), edge or None
            if place == 0:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif heads[column].startswith("Số"):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _account_holder(payment):
    """Who signs as account holder: the head of the unit, or in their place the deputy whom they authorised."""
    return "KT. THỦ TRƯỞNG ĐƠN VỊ\nPHÓ GIÁM ĐỐC" if payment.signed_for else "THỦ TRƯỞNG ĐƠN VỊ"


def _signatures(document, signers):
    day = document.add_paragraph("Ngày … tháng … năm …")
    day.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    day.paragraph_format.space_before = Pt(8)
    for cell, signer in zip(_side_by_side(document, [WIDTH // len(signers)] * len(signers)), signers, strict=True):
        _centred(cell.paragraphs[0], signer, bold=True)
        _centred(cell.add_paragraph(), "(Ký, ghi rõ họ tên)", italic=True)
        for _line in range(3):
            cell.add_paragraph()


def _part_of_treasury(document):
    _centred(document.add_paragraph(), "PHẦN KHO BẠC NHÀ NƯỚC GHI", bold=True)
    _fact(document, "Nợ TK", "", "Có TK", "")
    _signatures(document, ("KẾ TOÁN", "KẾ TOÁN TRƯỞNG", "GIÁM ĐỐC"))
