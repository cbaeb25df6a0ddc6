"""Official papers drawn from one data object: the measures of Decree 30/2020, the same text in PDF and Word."""

import re
import time
import unicodedata
from collections import Counter
from datetime import date
from io import BytesIO

import pypdf
import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn

from audit.refusals import Refused
from documents.layout.data import LAYOUTS, Block, Paper, Signature, blocks_from
from documents.layout.drawing import page_picture, paper_as_pdf
from documents.layout.word import paper_as_docx

MM = 72 / 25.4
LONG = "Công ty trách nhiệm hữu hạn một thành viên sản xuất, thương mại và dịch vụ kỹ thuật cơ khí chính xác " * 3
# every letter of Vietnamese with every mark, and the đồng sign
LETTERS = "ạảãàáâậầấẩẫăắằặẳẵóòọõỏôộổỗồốơờớợởỡéèẻẹẽêếềệểễúùụủũưựữửừứíìịỉĩýỳỷỵỹđ"
MARKS = " ".join([*re.findall(".{1,6}", LETTERS), *re.findall(".{1,6}", LETTERS.upper()), "₫"])
BODY = f"""# I. Kết quả
Trong kỳ, Sở đã thực hiện các nhiệm vụ sau đây: {MARKS}
STT\tDoanh nghiệp\tDoanh thu
1\tCông ty A & B <x> $y$ #z\t1.234.567.890
2\t{LONG.strip()}\t0
# II. Kiến nghị
Đề nghị xem xét."""


def paper(layout="named", **fields):
    heading = {"named": "BÁO CÁO", "letter": "", "decision": "QUYẾT ĐỊNH", "form": "PHIẾU KIỂM SOÁT"}[layout]
    return Paper(
        layout=layout,
        superior="ỦY BAN NHÂN DÂN\nTHÀNH PHỐ HÀ NỘI",
        issuer="SỞ CÔNG THƯƠNG",
        symbol=("", "/BC-SCT"),
        heading=heading,
        **{
            "subject": "Kết quả thực hiện năm 2026",
            "year": 2026,
            "bases": ("Căn cứ Luật Tổ chức chính quyền địa phương", "Theo đề nghị của Trưởng phòng"),
            "addressees": ("Ủy ban nhân dân Thành phố", "Sở Tài chính"),
            "body_of_authority": "GIÁM ĐỐC SỞ CÔNG THƯƠNG THÀNH PHỐ HÀ NỘI" if layout == "decision" else "",
            "blocks": blocks_from(BODY),
            "signature": Signature(("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), "Nguyễn Thị Hường"),
            "recipients": ("Như trên", "Lưu: VT, QLCN"),
            **fields,
        },
    )


def pages_of(pdf):
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def bare(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def text_of_docx(file):
    return bare("".join(node.text or "" for node in Document(BytesIO(file)).element.body.iter(qn("w:t"))))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pdf_and_word_file_say_the_same(layout):
    made = paper(layout, number="07", dated_on=date(2026, 2, 5))
    pages = pages_of(paper_as_pdf(made).pdf)
    numbered = [pages[0], *(re.sub(rf"^\s*{place}\s", "", text) for place, text in enumerate(pages[1:], start=2))]
    said = bare("".join(numbered))
    assert Counter(said) == Counter(text_of_docx(paper_as_docx(made)))
    for words in ("Số: 07/BC-SCT", "Hà Nội, ngày 05 tháng 02 năm 2026", "Công ty A & B <x> $y$ #z", "1.234.567.890"):
        assert bare(words) in said
        assert bare(words) in text_of_docx(paper_as_docx(made))
    assert ("V/v" in said) == (layout == "letter")
    assert ("QUYẾTĐỊNH:" in said) == (layout == "decision")
    assert bare(MARKS) in said


def test_the_parties_of_a_record_sign_side_by_side_in_both_files():
    parties = [("BÊN GIAO", "(Ký, ghi rõ họ tên)", f"Người Thứ {number}") for number in range(1, 6)]
    made = paper(blocks=(*blocks_from("Đã bàn giao."), Block("signatures", rows=tuple(parties))), signature=Signature())
    said = bare("".join(pages_of(paper_as_pdf(made).pdf)))
    assert Counter(said) == Counter(text_of_docx(paper_as_docx(made)))
    assert said.count("BÊNGIAO") == 5
    assert said.index(bare("Người Thứ 1")) < said.index(bare("Người Thứ 3")) < said.index(bare("Người Thứ 5"))


def test_the_paper_has_the_measures_of_the_decree_and_only_our_fonts():
    drawn = paper_as_pdf(paper(blocks=blocks_from("\n".join([BODY] * 8)), code="https://so.example/x"))
    reader = pypdf.PdfReader(BytesIO(drawn.pdf))
    first = reader.pages[0]
    assert (round(first.mediabox.width / MM), round(first.mediabox.height / MM)) == (210, 297)
    fonts = {
        str(font["/BaseFont"]).partition("+")[2]
        for page in reader.pages
        for font in (each.get_object() for each in page["/Resources"]["/Font"].values())
    }
    assert {name.partition("-")[0] for name in fonts} == {"Tinos"}
    heads = []
    for place, page in enumerate(pypdfium2.PdfDocument(drawn.pdf), start=1):
        written = page.get_textpage()
        letters = [(written.get_text_range(at, 1), written.get_charbox(at)) for at in range(written.count_chars())]
        boxes = [[edge / MM for edge in box] for letter, box in letters if letter.strip()]
        above = [box for box in boxes if box[1] > 297 - 20]
        assert min(box[0] for box in boxes) >= 29.5
        assert max(box[2] for box in boxes) <= 210 - 14.5
        assert min(box[1] for box in boxes) >= 19
        heads.append([round((box[0] + box[2]) / 2) for box in above if place > 1])
    assert heads[0] == []
    assert heads[1:] == [[pytest.approx((30 + 195) / 2, abs=1)]] * (len(heads) - 1)
    metadata = drawn.pdf.decode("latin-1")
    assert "pdfaid:part" in metadata
    assert reader.metadata.title == "Báo cáo – Kết quả thực hiện năm 2026"


def test_a_number_and_a_date_that_are_not_known_leave_their_places_on_the_first_page():
    drawn = paper_as_pdf(paper())
    places = {place.name: place for place in drawn.places}
    assert set(places) == {"number", "day", "month", "signature"}
    assert {places[name].page for name in ("number", "day", "month")} == {1}
    assert places["number"].x < places["day"].x < places["month"].x
    assert places["number"].x >= 30 * MM
    assert places["number"].y == pytest.approx(places["day"].y, abs=1)
    assert "/BC-SCT" in pages_of(drawn.pdf)[0]


def test_two_thousand_rows_are_drawn_within_three_seconds_with_the_heading_on_every_page():
    rows = tuple((str(n), f"Doanh nghiệp số {n} tại Hà Nội", "1.234.567.890") for n in range(1, 2001))
    columns = (("STT", "center", 5), ("Doanh nghiệp", "left", 40), ("Doanh thu", "right", 15))
    made = paper(blocks=(Block("table", columns=columns, rows=rows),))
    started = time.monotonic()
    drawn = paper_as_pdf(made)
    assert time.monotonic() - started <= 3
    pages = pages_of(drawn.pdf)
    assert all("Doanh thu" in text for text in pages[:-1])
    assert "Doanh nghiệp số 2000 tại Hà Nội" in bare_lines(pages)
    assert len(Document(BytesIO(paper_as_docx(made))).element.body.findall(f".//{qn('w:tr')}")) >= 2001
    picture, count = page_picture(drawn.pdf, len(pages))
    assert picture.startswith(b"\x89PNG")
    assert count == len(pages)


def bare_lines(pages):
    return re.sub(r"\s+", " ", " ".join(pages))


def test_the_signature_never_stands_on_a_page_by_itself():
    for lines in range(28, 40):
        pages = pages_of(paper_as_pdf(paper(blocks=blocks_from("\n".join(["Một dòng nội dung."] * lines)))).pdf)
        if len(pages) == 2:
            assert "Một dòng nội dung." in pages[1]
            assert "Nguyễn Thị Hường" in pages[1]
            break
    else:
        pytest.fail("no paper of two pages")


def test_what_papers_are_not_printed_with_is_refused_and_markup_is_text():
    with pytest.raises(Refused, match="không in được"):
        paper_as_pdf(paper(blocks=(Block("text", "Chữ 漢字"),)))
    hostile = '#import "/etc/passwd" = * _ ` $ @x <y> \\ // [ ] { }'
    assert bare(hostile) in bare(pages_of(paper_as_pdf(paper(blocks=(Block("text", hostile),))).pdf)[0])
    with pytest.raises(Refused):
        page_picture(paper_as_pdf(paper()).pdf, 99)


def test_typed_text_becomes_paragraphs_headings_articles_and_tables():
    blocks = blocks_from("# Mở đầu\nĐiều 1. Phê duyệt.\n\nĐoạn văn.\nTên | Số\nA | 1.000\nB | 2\r\nHết.")
    assert [block.kind for block in blocks] == ["heading", "article", "text", "table", "text"]
    assert (blocks[1].label, blocks[1].text) == ("Điều 1.", "Phê duyệt.")
    assert [alignment for _title, alignment, _weight in blocks[3].columns] == ["left", "right"]
    assert blocks[3].rows == (("A", "1.000"), ("B", "2"))


def test_the_fonts_are_shipped_with_their_licence():
    from documents.layout.drawer import FONTS

    assert {path.name for path in FONTS.glob("*.ttf")} == {
        f"Tinos-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")
    }
    assert "SIL Open Font License" in (FONTS / "LICENSE.txt").read_text()
