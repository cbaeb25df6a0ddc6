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
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from audit.refusals import Refused
from documents.layout import word
from documents.layout.data import LAYOUTS, LEFT_OPEN, Block, Copy, Paper, Signature, as_words, blocks_from, table_of
from documents.layout.drawing import copy_as_pdf, page_picture, paper_as_pdf
from documents.layout.word import paper_as_docx
from documents.signing.signatures import AGENCY, SIGNER
from documents.signing.writing import box_of
from documents.word_tables import BESIDE_TEXT
from screens.sheets import NATION

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
        symbol=("", "/BC-SCT"),
        heading=heading,
        **{
            "issuer": "SỞ CÔNG THƯƠNG",
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


def lines_of_page(pdf, number=1):
    """[(text, left, bottom, right, top)] of the lines of a page, in millimetres from the left and the foot."""
    written = pypdfium2.PdfDocument(pdf)[number - 1].get_textpage()
    boxes = [[edge / MM for edge in written.get_rect(at)] for at in range(written.count_rects())]
    return [(written.get_text_bounded(*[edge * MM for edge in box]).strip(), *box) for box in boxes]


def rules_of_page(pdf):
    """[(left, right, height)] of the level lines of the first page, in millimetres from the left and the foot."""
    shown = pypdfium2.PdfDocument(pdf)[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH])
    edges = [[edge / MM for edge in each.get_bounds()] for each in shown]
    return [(left, right, bottom) for left, bottom, right, top in edges if top - bottom < 0.5 and right - left > 5]


@pytest.mark.parametrize("issuer", ["SỞ CÔNG THƯƠNG", "TRUNG TÂM KHUYẾN CÔNG VÀ TƯ VẤN PHÁT TRIỂN CÔNG NGHIỆP HÀ NỘI"])
@pytest.mark.parametrize("subject", ["Kết quả năm 2026", LONG.strip()])
def test_rules_are_as_long_as_the_decree_says_and_lie_in_the_middle(issuer, subject):
    drawn = paper_as_pdf(
        paper(issuer=issuer, subject=subject, blocks=blocks_from("Nội dung."), number="07", dated_on=date(2026, 2, 5))
    )
    lines = lines_of_page(drawn.pdf)
    office, motto, about = rules_of_page(drawn.pdf)
    (said,) = [line for line in lines if line[0].startswith("Độc lập")]
    assert motto[1] - motto[0] == pytest.approx(said[3] - said[1], abs=1.5)
    for (left, right, _height), words in ((office, issuer), (about, subject)):
        widest = max(line[3] - line[1] for line in lines if line[0] and bare(line[0]) in bare(words))
        assert 1 / 3 <= (right - left) / widest <= 1 / 2
    assert sum(office[:2]) / 2 == pytest.approx(30 + 66 / 2, abs=0.5)
    assert sum(about[:2]) / 2 == pytest.approx((30 + 195) / 2, abs=0.5)


def test_addressees_and_recipients_are_lists_with_semicolons_and_a_full_stop_at_the_end():
    made = paper("letter", addressees=("- Sở Tài chính;", "Sở Nội vụ"), recipients=("Như trên;", "Lưu: VT, QLCN."))
    data = made.as_data()
    assert data["addressees"] == ["Sở Tài chính;", "Sở Nội vụ."]
    assert data["recipients"] == ["Như trên;", "Lưu: VT, QLCN."]
    assert paper("letter", addressees=("Sở Tài chính",)).as_data()["addressees"] == ("Sở Tài chính",)
    lines = {line[0]: line for line in lines_of_page(paper_as_pdf(made).pdf)}
    colon, dash = lines["Kính gửi:"][3], lines["- Sở Tài chính;"][1]
    assert dash == pytest.approx(colon, abs=1.5)


@pytest.mark.parametrize("name", ["Nguyễn An", "Công Tằng Tôn Nữ Nguyễn Thị Phương Hoàng Anh"])
@pytest.mark.parametrize(
    "post", ["PHÓ GIÁM ĐỐC", "PHÓ TRƯỞNG PHÒNG QUẢN LÝ CÔNG NGHIỆP VÀ PHÁT TRIỂN CÔNG NGHIỆP HỖ TRỢ"]
)
def test_signatures_stand_between_post_and_name_and_the_agencys_covers_a_third_of_the_signers(name, post):
    made = paper(
        signature=Signature(("TL. GIÁM ĐỐC", post), name),
        addressees=(),
        recipients=(LONG.strip(), "Lưu: VT"),
        blocks=blocks_from("Nội dung."),
    )
    drawn = paper_as_pdf(made)
    place = next(place for place in drawn.places if place.name == "signature")
    writer = IncrementalPdfFileWriter(BytesIO(drawn.pdf))
    signer, agency = ([edge / MM for edge in box_of(writer, field, place)] for field in (SIGNER, AGENCY))
    lines = [line for line in lines_of_page(drawn.pdf) if line[0]]
    posts, names = ([line for line in lines if bare(line[0]) in bare(words)] for words in (post, name))
    for left, bottom, right, top in (signer, agency):
        assert max(line[4] for line in names) < bottom and top < min(line[2] for line in posts)
        assert right < 195 and left > max(
            line[3] for line in lines if line[0].startswith("- ") or bare(line[0]) in bare(LONG)
        )
    middle = (min(line[1] for line in names) + max(line[3] for line in names)) / 2
    assert (signer[0] + signer[2]) / 2 == pytest.approx(middle, abs=1)
    assert (agency[2] - signer[0]) / (signer[2] - signer[0]) == pytest.approx(1 / 3, abs=0.02)
    assert agency[0] < signer[0]


def test_the_national_title_stays_on_one_line_in_the_word_file():
    office, nation = Document(BytesIO(paper_as_docx(paper()))).tables[0].rows[0].cells
    reserve = nation.width.mm - 2 * BESIDE_TEXT - word.length_of(NATION, 13, bold=True)
    assert reserve > 2  # office programs reckon a little differently
    assert office.width.mm + nation.width.mm == pytest.approx(165 + 2 * BESIDE_TEXT, abs=0.1)


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


def test_the_last_row_of_a_table_goes_with_the_signature_under_the_heading_of_the_table():
    for rows in range(20, 40):
        table = blocks_from("\n".join(["STT | Việc", *(f"{row} | Phân công xử lý" for row in range(rows))]))
        pages = pages_of(paper_as_pdf(paper(blocks=table, bases=())).pdf)
        assert [page.count("STT") for page in pages] == [1] * len(pages)
        if len(pages) == 2:
            assert pages[1].count("Phân công xử lý") == 1 and "Nguyễn Thị Hường" in pages[1]
            break
    else:
        pytest.fail("no paper of two pages")
    *_before, last, signing = Document(BytesIO(paper_as_docx(paper(blocks=table)))).tables
    kept = [
        all(paragraph.paragraph_format.keep_with_next for paragraph in cell.paragraphs)
        for row in last.rows[-2:]
        for cell in row.cells
    ]
    assert kept == [False, False, True, True] and "Nơi nhận" in signing.rows[0].cells[0].text
    long = "việc dài " * 1500
    cut = "".join(pages_of(paper_as_pdf(paper(blocks=blocks_from(f"STT | Việc\n1 | a\n2 | {long}"))).pdf))
    assert bare(cut).count("dài") == 1500


def test_what_nobody_signs_nor_receives_has_no_page_for_its_foot():
    counts = set()
    for rows in range(20, 40):
        table = blocks_from("\n".join(["STT | Việc", *(f"{row} | Phân công xử lý" for row in range(rows))]))
        slip = paper(blocks=table, signature=Signature(), recipients=(), code="")
        pages = pages_of(paper_as_pdf(slip).pdf)
        assert all("Phân công xử lý" in page for page in pages), rows
        counts.add(len(pages))
    assert counts == {1, 2}
    tables = [len(Document(BytesIO(each)).tables) for each in (paper_as_docx(slip), paper_as_docx(paper(blocks=table)))]
    assert tables == [3, 4]


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
    dashes = table_of([["STT", "Hạn", "Số tiền", "Trống"], ["1", "–", "–", ""], ["2", "–", "1.000", ""]])
    assert [alignment for _title, alignment, _weight in dashes.columns] == ["center", "left", "right", "left"]
    assert blocks[3].rows == (("A", "1.000"), ("B", "2"))


def test_the_fonts_are_shipped_with_their_licence():
    from documents.layout.drawer import FONTS

    assert {path.name for path in FONTS.glob("*.ttf")} == {
        f"Tinos-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")
    }
    assert "SIL Open Font License" in (FONTS / "LICENSE.txt").read_text()


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("Ngân hàng A | 12.000.000.000 | 9,5%", "Ngân hàng A, 12.000.000.000, 9,5%"),
        ("| A | | B ||\tC |", "A, B, C"),
        ("STT\tTên\n1\u00a0|\u00a0A", "STT Tên 1, A"),
        ("|", ""),
        ("A|B", "A|B"),
        ("# # Kiến nghị", "Kiến nghị"),
        ("#", ""),
        ("#1 về gạo", "#1 về gạo"),
        ("Điều 1. Cho vay", "Điều 1 – Cho vay"),
        ("Điều  12a : Cho vay", "Điều 12a – Cho vay"),
        ("theo Điều 1. Luật", "theo Điều 1. Luật"),
        ("… và máy khác", "(…) và máy khác"),
        ("gạo, ngô, ...", "gạo, ngô, (…)"),
        ("gạo, ngô…", "gạo, ngô…"),
        ("| # Điều 1. …", "Điều 1 – (…)"),
    ],
)
def test_words_from_elsewhere_have_no_mark_of_the_layout(given, written):
    assert as_words(given, begins_line=True) == written
    assert [block.kind for block in blocks_from(written)] in ([], ["text"]) and not LEFT_OPEN.search(written)
    for line in (f"Nêu: {as_words(given)} như trên", f"{as_words(given, begins_line=True)} như trên"):
        assert [block.kind for block in blocks_from(line)] == ["text"] and not LEFT_OPEN.search(line)


@given(st.text(alphabet="|#… .:;,\t\n1aĐiều\u00a0", max_size=30))
def test_no_words_from_elsewhere_read_as_a_mark(given):
    written = as_words(given, begins_line=True)
    for line in (written, f"{written} như trên", f"Nêu: {as_words(given)} như trên"):
        assert {block.kind for block in blocks_from(line)} <= {"text"} and not LEFT_OPEN.search(line)


ENDLESS = "Chữdàikhôngngắt" * 40  # a word that is longer than any line


def furthest(pdf):
    """How far to the left and to the right the letters of all pages go, in points."""
    document = pypdfium2.PdfDocument(pdf)
    boxes = [
        letters.get_charbox(place)
        for letters in (page.get_textpage() for page in document)
        for place in range(letters.count_chars())
        if letters.get_text_range(place, 1).strip()
    ]
    return min(left for left, _bottom, _right, _top in boxes), max(right for _left, _bottom, right, _top in boxes)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_word_longer_than_a_line_is_broken_and_stays_one_word_to_whoever_copies_it(layout):
    body = f"Trước {ENDLESS} sau.\n# {ENDLESS}\nĐiều 1. {ENDLESS}\nTên | Giá trị | Ghi chú\n{ENDLESS} | 1.234.567.890 | {'x' * 39}"
    made = paper(
        layout, blocks=blocks_from(body), subject=ENDLESS[:200], addressees=(ENDLESS[:120],), recipients=(ENDLESS[:90],),
        signature=Signature(("GIÁM ĐỐC",), ENDLESS[:60]),
    )  # fmt: skip
    drawn = paper_as_pdf(made).pdf
    left, right = furthest(drawn)
    assert left > 29.5 * MM and right < 195.5 * MM
    pages = pages_of(drawn)
    said = bare(
        "".join([pages[0], *(re.sub(rf"^\s*{place}\s", "", text) for place, text in enumerate(pages[1:], start=2))])
    )
    assert said.count(ENDLESS) == text_of_docx(paper_as_docx(made)).count(ENDLESS) == 4
    assert "\u200b" not in said and "1.234.567.890" in said


def test_a_part_that_is_copied_breaks_such_a_word_too():
    made = Copy(
        superior="UBND", issuer="SỞ CÔNG THƯƠNG", symbol=("", "/TrS-SCT"), heading="TRÍCH SAO", original=ENDLESS, year=2026,
        made_on=date(2026, 11, 27), blocks=blocks_from(ENDLESS), signature=Signature(("GIÁM ĐỐC",), "Nguyễn Thị Hường"),
        recipients=(ENDLESS[:90],),
    )  # fmt: skip
    left, right = furthest(copy_as_pdf(made).pdf)
    assert left > 29.5 * MM and right < 195.5 * MM


def test_words_that_fit_in_a_line_are_not_broken():
    words = "phong.quanlycongnghiep@socongthuong.vn"
    for before in range(1, 12):
        (text,) = pages_of(paper_as_pdf(paper(blocks=blocks_from(f"{'Gửi tới ' * before}{words} ngay."))).pdf)
        assert words in text
