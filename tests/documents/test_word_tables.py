import io
import re
import time
from fractions import Fraction

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from django.utils import translation
from docx import Document
from docx.oxml.ns import qn

from accounts.models import User
from documents.word_tables import AS_WORD, docx_table_response
from screens import tables
from screens.lists import FilterSet, SearchFilter, Sheet, show_list
from tests.factories import make_officer

HEADS = [
    "STT",
    "Nội dung nhiệm vụ",
    "Đơn vị chủ trì",
    "Thời hạn",
    "Kế hoạch",
    "Đã chi",
    "Tỷ lệ",
]


@pytest.fixture(autouse=True)
def in_vietnamese():
    with translation.override("vi"):
        yield


def columns():
    return [
        tables.Column(verbose_name="Nội dung nhiệm vụ", accessor="what", width=60),
        tables.Column(verbose_name="Đơn vị chủ trì", accessor="lead"),
        tables.DateColumn(verbose_name="Thời hạn", accessor="due"),
        tables.MoneyColumn(verbose_name="Kế hoạch", accessor="planned_vnd", unit=10**6, total=True),
        tables.MoneyColumn(verbose_name="Đã chi", accessor="paid_vnd", unit=10**6, total=True),
        tables.ShareColumn(verbose_name="Tỷ lệ", accessor="share", part="paid_vnd", whole="planned_vnd"),
    ]


def task(what, area, planned, paid):
    return (what, "Phòng QLCN", None, planned * 10**6, paid * 10**6, Fraction(paid, planned), area)


TASKS = [
    task("Hội chợ", "Xúc tiến thương mại", 100, 100),
    task("Đào tạo", "Phát triển nhân lực", 200, 50),
    task("Gian hàng chung", "Xúc tiến thương mại", 300, 100),
]


def word_file(rows=TASKS, **changes):
    table = {
        "office_lines": ["UBND THÀNH PHỐ HÀ NỘI", "SỞ CÔNG THƯƠNG"],
        "title": "BIỂU NHIỆM VỤ NĂM 2026",
        "subtitle": "(Kèm theo Kế hoạch số 12/KH-UBND)",
        "unit": "triệu đồng",
        "columns": columns(),
        "rows": rows,
        "groups": lambda row: row[6],
        "signers": ["Người lập biểu", "Kế toán trưởng", "Thủ trưởng đơn vị"],
    }
    return opened(docx_table_response("nhiem-vu", **{**table, **changes}))


def opened(answer):
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:  # answer.close() would also end the test's database connection
        close()
    return Document(io.BytesIO(content))


def texts_of(row):
    """The text of each cell of a row, a cell that spans many once."""
    return [
        "\n".join("".join(_letters(part)) for part in cell.findall(qn("w:p"))) for cell in row._tr.findall(qn("w:tc"))
    ]


def _letters(paragraph):
    for part in paragraph.iter(qn("w:t"), qn("w:br")):
        yield part.text if part.tag == qn("w:t") else "\n"


def lines_of(document):
    return [texts_of(row) for row in document.tables[1].rows]


def test_a_word_file_has_the_heading_of_an_official_paper_its_title_period_and_unit():
    document = word_file()
    office, nation = texts_of(document.tables[0].rows[0])
    assert office.split("\n")[:2] == ["UBND THÀNH PHỐ HÀ NỘI", "SỞ CÔNG THƯƠNG"]
    assert nation.split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    title, period, unit = (paragraph for paragraph in document.paragraphs if paragraph.text)
    assert (title.text, title.style.name) == ("BIỂU NHIỆM VỤ NĂM 2026", "Tên biểu")
    assert period.text == "(Kèm theo Kế hoạch số 12/KH-UBND)"
    assert unit.text == "Đơn vị tính: triệu đồng"
    assert title.style.font.bold and unit.style.font.italic


def test_rows_stand_under_their_groups_with_sums_and_shares_of_sums():
    assert lines_of(word_file()) == [
        HEADS,
        ["I", "Xúc tiến thương mại", "400", "200", "50,0\u00a0%"],
        ["1", "Hội chợ", "Phòng QLCN", "–", "100", "100", "100,0\u00a0%"],
        ["2", "Gian hàng chung", "Phòng QLCN", "–", "300", "100", "33,3\u00a0%"],
        ["II", "Phát triển nhân lực", "200", "50", "25,0\u00a0%"],
        ["1", "Đào tạo", "Phòng QLCN", "–", "200", "50", "25,0\u00a0%"],
        ["", "Tổng cộng", "600", "250", "41,7\u00a0%"],
    ]


def test_a_unit_that_is_not_the_one_above_the_table_stands_in_its_heading():
    assert lines_of(word_file(unit="đồng"))[0] == [
        *HEADS[:4],
        "Kế hoạch (triệu đồng)",
        "Đã chi (triệu đồng)",
        "Tỷ lệ",
    ]


def test_a_group_row_spans_to_its_first_sum_is_bold_and_stays_with_its_rows():
    group, row = word_file().tables[1].rows[1:3]
    cells = group._tr.findall(qn("w:tc"))
    assert cells[1].find(f".//{qn('w:gridSpan')}").get(qn("w:val")) == "3"
    assert len(list(group._tr.iter(qn("w:b")))) == len(cells)
    assert len(list(group._tr.iter(qn("w:keepNext")))) == len(cells)
    assert not list(row._tr.iter(qn("w:b")))


def test_the_head_is_repeated_rows_are_not_torn_and_pages_are_numbered_from_the_second():
    document = word_file()
    head, *rows = document.tables[1].rows
    assert head._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in rows)
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in (head, *rows))
    section = document.sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml and "PAGE" not in section.first_page_header._element.xml


def test_the_page_is_a4_landscape_in_times_new_roman_with_borders():
    document = word_file()
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    assert (section.top_margin.mm, section.left_margin.mm) == (pytest.approx(20, abs=0.1), pytest.approx(30, abs=0.1))
    for name, size in (("Normal", 13), ("Tên biểu", 14), ("Ô chữ", 12), ("Ô số", 12), ("Đầu cột", 12)):
        style = document.styles[name]
        assert (style.font.name, style.font.size.pt) == ("Times New Roman", size)
        assert style.element.rPr.rFonts.get(qn("w:eastAsia")) == "Times New Roman"
    assert document.tables[1].style.name == "Table Grid"


def test_the_columns_fill_the_page_and_figures_stay_on_one_line():
    widths = [column.width.mm for column in word_file().tables[1].columns]
    assert sum(widths) == pytest.approx(252, abs=0.5)
    assert min(widths[3:]) > 19  # 8 figures of 12 pt
    assert widths[1] > 2 * widths[2]

    # where figures alone would fill the page, text keeps its part of it
    many = [tables.MoneyColumn(verbose_name=f"Cột {n}", accessor=f"c{n}") for n in range(12)]
    name = tables.Column(verbose_name="Tên", accessor="name")
    document = word_file([("Một", *[10**12] * 12)], columns=[name, *many], groups=None)
    widths = [column.width.mm for column in document.tables[1].columns]
    assert sum(widths) == pytest.approx(252, abs=0.5) and widths[1] > 70


def test_three_sign_beneath_the_place_and_date():
    cells = texts_of(word_file().tables[2].rows[0])
    assert [cell.split("\n")[1] for cell in cells] == ["Người lập biểu", "Kế toán trưởng", "Thủ trưởng đơn vị"]
    assert [cell.split("\n")[0] for cell in cells] == ["", "", "Hà Nội, ngày … tháng … năm …"]
    assert len(word_file(signers=[]).tables) == 2


@pytest.mark.parametrize(
    "text",
    ["A & B <x>", "</w:t><w:br/>", "“Mận” ]]>", "&amp;", "{{ 1 + 1 }}", "  hai  dấu cách ", "dòng một\ndòng hai"],
)
def test_text_is_data(text):
    document = word_file([task(text, text, 1, 1)], title=text, office_lines=[text], signers=[text])
    _head, group, row, _total = lines_of(document)
    assert (group[1], row[1]) == (text, text)
    assert document.paragraphs[0].text == text
    assert texts_of(document.tables[0].rows[0])[0].startswith(text)
    assert text in texts_of(document.tables[2].rows[0])[0]


def test_signs_that_no_xml_file_can_hold_are_left_out():
    document = word_file([task("mộ\x00t\x0b hai\ud800\r\nba", "Nhóm", 1, 1)], title="bi\x07ểu" + "n" * 300)
    assert lines_of(document)[2][1] == "một hai\nba"
    assert document.core_properties.title == ("biểu" + "n" * 300)[:255]


def test_a_table_without_rows_says_so():
    assert lines_of(word_file([]))[1:] == [["Không có gì để hiển thị."], ["", "Tổng cộng", "0", "0", "–"]]


def test_the_file_says_what_it_is_and_whose_and_comes_as_an_attachment():
    answer = docx_table_response(
        "nhiệm-vụ", office_lines=["SỞ CÔNG THƯƠNG"], title="BIỂU", columns=columns(), rows=TASKS
    )
    assert answer["Content-Disposition"].endswith("filename*=UTF-8''nhi%E1%BB%87m-v%E1%BB%A5.docx")
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    properties = opened(answer).core_properties
    assert (properties.title, properties.author, properties.comments) == ("BIỂU", "SỞ CÔNG THƯƠNG", "")


def test_two_thousand_rows_take_no_more_than_three_seconds():
    rows = [task(f"Nhiệm vụ {number} " * 5, f"Nhóm {number % 5}", 100, number % 100) for number in range(2000)]
    started = time.process_time()
    document = word_file(rows)
    assert time.process_time() - started < 3
    assert len(document.tables[1].rows) == 1 + 5 + 2000 + 1


# --- a list as a Word file ---------------------------------------------------------------------------


class PeopleTable(tables.Table):
    full_name = tables.Column(verbose_name="Họ tên", second="email", second_label="Thư điện tử")
    version = tables.MoneyColumn(verbose_name="Vốn", unit=1000, total=True)
    synthetic = tables.TagColumn(verbose_name="Loại", choices=[(True, "Giả định"), (False, "Thật")])
    phone = tables.CodeColumn(verbose_name="Điện thoại")


class PeopleFilter(FilterSet):
    q = SearchFilter(label="Tên", folded=("full_name",))

    class Meta:
        model = User
        fields = ["synthetic"]


@pytest.fixture
def officer(db):
    for number, name in enumerate(["ong A & B <x>", "ong hai", "ong ba"]):
        User.objects.create(
            email=f"p{number}@so.example", full_name=name, version=1000 * number + 1, synthetic=number == 1
        )
    return make_officer(full_name="zz nguoi xem")


def listed(officer, query, **kwargs):
    request = RequestFactory().get(f"/people/?{query}")
    request.user, request.session, request.resolver_match = officer, {}, None
    request._messages = FallbackStorage(request)
    kwargs = {"ordering": ("full_name",), "more_exports": AS_WORD, **kwargs}
    return show_list(
        request,
        name="people",
        title="Danh sách người",
        table_class=PeopleTable,
        filterset_class=PeopleFilter,
        queryset=User.objects.all(),
        **kwargs,
    )


def cells_on(page):
    """The cells of the printed form's rows, as a reader sees them."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    return [[text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") for text in row] for row in cells]


@pytest.mark.parametrize(
    "query", ["q=ong", "q=ong&sort=-version&column=version&column=phone", "synthetic=false", "q=none"]
)
@pytest.mark.parametrize("group_by", ["", "synthetic"])
def test_the_word_file_of_a_list_is_its_printed_form(officer, query, group_by):
    sheet = Sheet(office="UBND THÀNH PHỐ\nSỞ CÔNG THƯƠNG", period="Năm 2026", unit="nghìn đồng", group_by=group_by)
    printed = listed(officer, f"{query}&export=print", sheet=sheet).content.decode()
    document = opened(listed(officer, f"{query}&export=docx", sheet=sheet))
    assert lines_of(document) == cells_on(printed)
    assert [text for text in (paragraph.text for paragraph in document.paragraphs) if text] == [
        "Danh sách người",
        "Năm 2026",
        "Đơn vị tính: nghìn đồng",
    ]
    assert texts_of(document.tables[0].rows[0])[0].startswith("UBND THÀNH PHỐ\nSỞ CÔNG THƯƠNG")


def test_the_word_file_is_offered_at_the_end_of_the_bar_and_told_before_it_leaves(officer):
    page = listed(officer, "q=ong&page=1").content.decode()
    assert re.search(r'href="\?q=ong&amp;export=docx">Word</a>\s*</div>', page)
    assert "docx" not in listed(officer, "q=ong", more_exports=None).content.decode()
    told = []
    answer = listed(officer, "export=docx", on_export=told.append)
    assert told == ["docx"] and re.search(r"people-\d{8}-\d{4}\.docx", answer["Content-Disposition"])


def test_a_list_that_does_not_offer_word_files_shows_its_page_when_asked_for_one(officer):
    assert "<table" in listed(officer, "export=docx", more_exports=None).content.decode()


def test_the_wording_of_a_word_file_may_be_changed_in_the_address(officer):
    document = opened(
        listed(officer, "export=docx&sheet_title=Bi%E1%BB%83u%2001&sheet_head=Gi%C3%A1m%20%C4%91%E1%BB%91c")
    )
    assert document.paragraphs[0].text == "Biểu 01"
    assert "Giám đốc" in texts_of(document.tables[2].rows[0])[2]


def test_too_long_a_word_file_is_refused_with_a_sentence(officer, monkeypatch):
    monkeypatch.setattr("screens.lists.PRINTED_ROWS", 2)
    assert listed(officer, "q=ong&export=docx")["Location"] == "/people/?q=ong"
