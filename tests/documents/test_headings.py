"""What a heading, and what stands around it, is read as: asked of the reader's table itself, without a file or a process."""

import pytest

from documents import headings, reader, units
from documents.spreadsheets import Basis, Column
from tests.documents.sheets import tax_code
from tests.documents.test_spreadsheets import COLUMNS

A, B = tax_code(101), tax_code(102)


PRICES = Basis(
    "prices",
    "Prices",
    {"current": ("current", ("giá hiện hành",)), "constant": ("constant", ("giá so sánh",))},
    "current",
)


def table_of(rows, merges=(), bases=(), columns=COLUMNS, name="Sheet1", format_="xlsx"):
    """The table of a sheet with these rows, numbers as a workbook gives them."""
    width = max(map(len, rows))
    cells = [[float(cell) if cell.__class__ is int else cell for cell in [*row, *[""] * width][:width]] for row in rows]
    order = {"format": format_, "key": "tax_code", "columns": [column.order() for column in columns]}
    order["bases"] = [basis.order() for basis in bases]
    return reader.Table(order, name, cells, merges, None)


def read_through(rows, bases=()):
    table = table_of(rows, bases=bases)
    assert list(table.chunks())
    return table


STRANGE = [
    "Q1", "6T", "9T/2026", "H1", "bq tháng", "T1-T6", "6 th", "đồng/tháng", "triệu đồng/người", "dự toán", "ƯTH", "kỳ trước",
    "hợp nhất", "toàn quốc", "2024-2026", "chỉ tiêu", "chỉ tiêu 2026",
]  # fmt: skip
PLAIN = [
    "triệu đồng", "tr.đ", "ĐVT: Triệu đồng Việt Nam", "10^6 đồng", "triệu ₫", "triệu đồng/năm", "năm 2026", "TH 2026", "2026",
    "12 tháng", "cả năm", "*", "3", "3)=(1)+(2", "triệu đồng, giá so sánh 2010", "đã bao gồm VAT",
]  # fmt: skip


@pytest.mark.parametrize("words", [*STRANGE, *PLAIN])
def test_a_heading_is_read_unasked_only_where_every_word_of_it_is_known(words):
    title = f"Doanh thu ({words})"
    heading = table_of([["MST", title], [A, 6]]).heading()
    assert heading["strange"] == ([title] if words in STRANGE else [])
    years = {2026: ["năm 2026", "TH 2026", "2026", "9T/2026", "chỉ tiêu 2026"], 2024: ["2024-2026"]}
    assert (2026 in heading["years"]) == (words in years[2026] or words in years[2024])


@pytest.mark.parametrize(
    ("line", "partial"),
    [
        ("BÁO CÁO SỐ LIỆU 6 THÁNG ĐẦU NĂM 2026", True),
        ("KẾ HOẠCH SẢN XUẤT KINH DOANH NĂM 2026", True),
        ("Số liệu kế hoạch năm 2026. ĐVT: triệu đồng", True),
        ("Quý I/2026", True),
        ("Tháng 6 năm 2026", True),
        ("BÁO CÁO Q3/2026", True),
        ("BÁO CÁO GIAI ĐOẠN 2024-2026", True),
        ("SỐ LIỆU TOÀN TẬP ĐOÀN NĂM 2026", True),
        ("Từ ngày 01/01/2026 đến ngày 30/6/2026", True),
        ("Số liệu đến hết 30/9/2026", True),
        ("Từ ngày 01 tháng 01 đến ngày 30 tháng 6 năm 2026", True),
        ("Từ ngày 01 tháng 01 đến ngày 31 tháng 12 năm 2026", False),
        ("BÁO CÁO BÁN NIÊN 2026", True),
        ("QII/2026", True),
        ("(BIỂU) ĐĂNG KÝ KẾ HOẠCH NĂM 2026", True),
        ("DỰ TOÁN 2026", True),
        ("KH 2026", True),
        ("Năm tài chính 2026", True),
        ("Chi nhánh Bắc Ninh", True),
        ("SỐ LIỆU CẢ NƯỚC", True),
        ("Lưu ý: các số trên là kế hoạch", True),
        ("II. Kế hoạch", True),
        ("Từ 01/01/2026 đến 31/12/2026", False),
        ("TẬP ĐOÀN CÔNG NGHIỆP MINH HỌA", False),
        ("THỰC HIỆN CHƯƠNG TRÌNH SẢN PHẨM CHỦ LỰC GIAI ĐOẠN 2021-2025", False),
        ("Hà Nội, tháng 3/2027", False),
        ("Phòng KH&CN", False),
        ("Hà Nội, ngày 20 tháng 01 năm 2027", False),
        ("SỞ KẾ HOẠCH VÀ ĐẦU TƯ", False),
        ("(Kèm theo Kế hoạch số 12/KH-UBND ngày 3 tháng 2 năm 2026)", False),
        ("Tình hình thực hiện kế hoạch năm 2026 (12 tháng)", False),
    ],
)
def test_a_line_above_that_speaks_of_a_part_of_a_year_or_of_a_plan_is_told(line, partial):
    assert table_of([[line], ["MST", "Doanh thu"], [A, 6]]).heading()["partial"] == ([line] if partial else [])


@pytest.mark.parametrize(
    "words",
    [
        "ng.đ",
        "N.đồng",
        "T.đồng",
        "VND (mn)",
        "VND (millions)",
        "đồng (x1000)",
        "USD/VND",
        "VNĐ, triệu",
        "VND - millions",
        "đồng (triệu)",
    ],
)
def test_a_unit_is_read_only_where_what_is_joined_to_it_is_known(words):
    for rows in ([["MST", f"Doanh thu ({words})"]], [[f"ĐVT: {words}"], ["MST", "Doanh thu"]]):
        assert table_of([*rows, [A, 6]]).heading()["unit_from"] == {"revenue_vnd": "unclear"}


def test_two_units_in_one_heading_are_asked_for():
    heading = table_of([["MST", "Doanh thu triệu đồng (VND)", "Xuất khẩu (USD (thousands))"], [A, 6, 7]]).heading()
    assert set(heading["unit_from"].values()) == {"unclear"}


def test_what_stands_over_a_group_of_headings_belongs_to_them():
    for over, strange, years in (
        ("Năm 2024", [], [2024]),
        ("Toàn tập đoàn", ["Toàn tập đoàn Doanh thu"], []),
        ("Chi nhánh Hải Phòng", ["Chi nhánh Hải Phòng Doanh thu"], []),
        ("Kết quả sản xuất kinh doanh năm 2026", [], [2026]),
        ("ĐVT: triệu đồng", [], []),
        ("Mẫu số 01/BC", [], []),
    ):
        heading = table_of(
            [["", "", over, "", "Khác"], ["STT", "MST", "Doanh thu", "Ghi chú", "X"], [1, A, 6]]
        ).heading()
        assert (heading["strange"], heading["years"]) == (strange, years)
        assert heading["dated"] == [[f"{over} Doanh thu", year] for year in years]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["", "", "ĐVT: tỷ đồng"], "unit"),
        (["", "", "(ĐVT: nghìn đồng)"], "unit"),
        (["", "", "Ghi chú: tính theo giá so sánh 2010"], "unit"),
        (["", "II", "Kế hoạch năm 2027"], "period"),
        (["", "", "Ghi chú: số liệu 6 tháng đầu năm"], "period"),
        (["MST", "Tên DN", "Doanh thu (tỷ đồng)"], "unit"),
        (["MST", "Tên DN", "Doanh thu (triệu đồng)"], ""),
        (["", "", "ĐVT: triệu đồng"], ""),
        (["", "", "Ghi chú: theo giá hiện hành"], ""),
        (["", "II", "Dệt may"], ""),
        (["", "", "(Ký tên, đóng dấu)"], ""),
        (["", "", "So với năm 2025 tăng 8%"], ""),
        (["II. Kế hoạch"], "period"),
        (["", "", "B. Kế hoạch sản xuất"], "period"),
        (["", "", "Hà Nội, ngày 15 tháng 3 năm 2027"], ""),
    ],
)
def test_what_a_line_in_the_table_says_of_another_unit_or_time_is_told(line, told):
    for rows in ([[A, "X", 5], line, [B, "Y", 6]], [[A, "X", 5], [B, "Y", 6], line]):
        table = read_through([["MST", "Tên DN", "Doanh thu (triệu đồng)"], *rows])
        assert table.remarks == ([[" ".join(filter(None, line)), told, None]] if told else [])
        assert (table.counts["good"], table.counts["bad"]) == (2, 0)


def test_another_year_between_the_rows_is_told_with_it():
    table = read_through([["MST", "Doanh thu"], ["", "Năm 2025"], [A, 5], ["", "Năm 2024"], [B, 6]])
    assert table.remarks == [["Năm 2024", "year", 2024]]  # the first belongs to the heading


@pytest.mark.parametrize("name", ["KH 2027", "6 tháng", "Quý I", "Sheet1", "2025", "Năm 2025", "15.3.2027"])
def test_the_name_of_a_sheet_is_read_like_a_line_above(name):
    heading = table_of([["MST", "Doanh thu"], [A, 6]], name=name).heading()
    assert heading["partial"] == ([name] if name in ("KH 2027", "6 tháng", "Quý I") else [])
    assert heading["years"] == {"KH 2027": [2027], "2025": [2025], "Năm 2025": [2025]}.get(name, [])


@pytest.mark.parametrize(
    "line",
    [
        "(Ban hành kèm theo Thông tư số 37/2024/TT-BCT ngày 31 tháng 12 năm 2024)",
        "Hà Nội, ngày 15 tháng 3 năm 2027",
    ],
)
def test_the_year_of_a_date_above_is_not_that_of_the_figures(line):
    assert table_of([[line], ["MST", "Doanh thu"], [A, 6]]).heading()["years"] == []


def test_a_unit_stated_late_is_told_though_many_lines_name_the_year():
    sections = [["", f"Nhóm {n}, năm 2026"] for n in range(9)]
    table = read_through([["MST", "Doanh thu (triệu đồng)"], [A, 5], *sections, ["", "ĐVT: tỷ đồng"], [B, 6]])
    assert [said[1:] for said in table.remarks] == [["year", 2026]] * 3 + [["unit", None]]


@pytest.mark.parametrize(
    ("title", "cell", "remark"),
    [
        ("Loại số liệu", "Kế hoạch", ["Loại số liệu: Kế hoạch", "period", None]),
        ("Kỳ", "6 tháng", ["Kỳ: 6 tháng", "period", None]),
        ("ĐVT", "tỷ đồng", ["ĐVT: tỷ đồng", "unit", None]),
        ("ĐVT", "đồng", ["ĐVT: đồng", "unit", None]),
        ("Năm", 2025, ["Năm: 2025", "year", 2025]),
        ("ĐVT", "triệu đồng", None),
        ("ĐVT sản phẩm", "cái", None),
        ("Ghi chú", "đã kiểm toán", None),
        ("", "số 6, đường 3 tháng 2", None),
    ],
)
def test_a_column_that_is_not_read_tells_what_its_rows_are(title, cell, remark):
    table = read_through([["MST", "Doanh thu (triệu đồng)", title], [A, 5, ""], [B, 6, cell]])
    table.remarks_of_columns()
    assert table.remarks == ([remark] if remark else [])


def test_an_index_of_another_base_and_a_unit_against_the_one_above_are_told():
    index = Column("iip", "Index", "decimal", aliases=("IIP",))
    for title, strange in (("IIP", False), ("IIP (năm gốc 2010)", True), ("IIP (năm gốc 2015 = 100)", True)):
        heading = table_of([["MST", title], [A, 105.7]], columns=[COLUMNS[0], index]).heading()
        assert heading["strange"] == ([title] if strange else [])
    for title, strange in (("Doanh thu (nghìn đồng)", True), ("Doanh thu (triệu đồng)", False)):
        heading = table_of([["ĐVT: triệu đồng"], ["MST", title], [A, 6]]).heading()
        assert heading["strange"] == ([title] if strange else [])


def test_words_over_amounts_are_looked_at_wherever_the_columns_that_must_be_there_stand():
    last = Column("evidence", "Evidence", aliases=("Căn cứ",), required=True)
    for over in ("Vốn đối ứng của doanh nghiệp", "6 tháng đầu năm"):
        rows = [["", "", over, ""], ["MST", "Tên DN", "Doanh thu", "Căn cứ"], [A, "X", 6, "QĐ 1"]]
        assert table_of(rows, columns=[*COLUMNS, last]).heading()["strange"] == [f"{over} Doanh thu"]
    title = [["DANH SÁCH HỖ TRỢ THEO ĐỀ NGHỊ"], ["MST", "Tên DN", "Doanh thu", "Căn cứ"], [A, "X", 6, "QĐ 1"]]
    for merges in ((), [(0, 0, 0, 3)]):
        assert table_of(title, merges, columns=[*COLUMNS, last]).heading()["strange"] == []


def test_groups_of_headings_in_two_rows_and_what_stands_beside_them():
    for group in ("Kết quả sản xuất kinh doanh năm 2026", "Chỉ tiêu", "Kết quả thực hiện năm 2026"):
        heading = table_of([["MST", group, ""], ["", "Doanh thu", "Lao động"], [A, 6, 7]], [(0, 1, 0, 2)]).heading()
        assert heading["strange"] == []
    heading = table_of([["MST", "Kế hoạch", ""], ["", "Doanh thu", "Lao động"], [A, 6, 7]], [(0, 1, 0, 2)]).heading()
    assert heading["strange"] == ["Kế hoạch Doanh thu", "Kế hoạch Lao động"]
    heading = table_of([["MST", "Doanh thu", ""], ["", "", "Năm 2026"], [A, 18, 17]]).heading()
    assert heading["strange"] == ["Doanh thu Năm 2026"]


def test_columns_that_nobody_understands_are_named():
    with pytest.raises(headings.NoHeading) as refusal:
        table_of([["MST", "Doanh thu 6T"], [A, 6]])
    assert (refusal.value.missing, refusal.value.found) == ([], ["MST", "Doanh thu 6T"])


def test_a_row_of_a_csv_file_with_more_cells_than_headings_is_refused():
    rows = [["MST", "Doanh thu (triệu đồng)", ""], [A, "6", "100"], [B, "6100", ""]]
    (chunk,) = table_of(rows, format_="csv").chunks()
    assert [[number, problem[0][2]] for number, problem in chunk["bad"]] == [[2, "too_many_cells"]]
    (chunk,) = table_of(rows).chunks()  # beside the table of a workbook stand remarks
    assert chunk["numbers"] == [2, 3]


CONSTANT, OUTPUT = "Tính theo giá so sánh 2010", "Giá trị sản xuất"


@pytest.mark.parametrize(
    ("lines", "headings_", "read", "mixed"),
    [
        ([CONSTANT], ["Doanh thu"], "constant", []),
        ([], ["Doanh thu (giá so sánh 2010)"], "constant", []),
        ([], ["Doanh thu (giá so sánh 2010)", OUTPUT], None, ["Doanh thu (giá so sánh 2010)"]),
        ([CONSTANT], ["Doanh thu (giá hiện hành)", OUTPUT], "constant", ["Doanh thu (giá hiện hành)"]),
        (["Theo giá hiện hành", CONSTANT], ["Doanh thu"], "current", [CONSTANT]),
        ([], ["Doanh thu (giá hiện hành)", OUTPUT], None, []),
    ],
)
def test_amounts_on_another_basis_than_the_rest_are_told(lines, headings_, read, mixed):
    rows = [*([line] for line in lines), ["MST", *headings_], [A, *[6] * len(headings_)]]
    heading = table_of(rows, bases=[PRICES]).heading()
    assert (heading["bases"].get("prices"), heading["mixed"]) == (read, mixed)
    # where nothing tells of prices, those of another year are told wherever they stand
    constant = [text for text in (*lines, *headings_) if "so sánh" in text]
    assert table_of(rows).heading()["mixed"] == constant


def test_a_plan_above_amounts_is_told_whatever_time_they_are_of():
    for line in ("KẾ HOẠCH HỖ TRỢ NĂM 2026", "DỰ KIẾN KINH PHÍ 2026"):
        assert table_of([[line], ["MST", "Doanh thu"], [A, 6]]).heading()["mixed"] == [line]
        assert table_of([[line], ["MST", "Tên DN"], [A, "X"]]).heading()["mixed"] == []


def test_a_note_on_another_basis_is_told():
    rows = [["MST", "Doanh thu"], [A, 5], ["", "Ghi chú: tính theo giá so sánh"]]
    assert read_through(rows, bases=[PRICES]).remarks == [["Ghi chú: tính theo giá so sánh", "unit", None]]
    assert not read_through([[CONSTANT], *rows], bases=[PRICES]).remarks


@pytest.mark.parametrize(
    ("code", "kind", "another"),
    [
        ('#,##0.0 "tỷ"', "vnd", True),
        ("#,##0,,", "vnd", True),
        ('#,##0\\ "triệu đồng"', "vnd", True),
        ("0%", "vnd", True),
        ("0.0%", "whole", True),
        ("[$$-409]#,##0.00", "vnd", True),
        ('_("$"* #,##0.00_)', "vnd", True),
        ("[$€-2] #,##0", "vnd", True),
        ('#,##0 "đ"', "usd", True),
        ("[$₫-42A]#,##0", "usd", True),
        ('#,##0\\ "₫"', "vnd", False),
        ("[$₫-42A]#,##0", "vnd", False),
        ('_("$"* #,##0.00_)', "usd", False),
        ("_-* #,##0_-;-* #,##0_-", "vnd", False),
        ("#,##0.00", "vnd", False),
        ('#,##0"K"', "vnd", True),
        ('#,##0".000"', "vnd", True),
        ("", "vnd", False),
    ],
)
def test_a_format_of_cells_that_shows_another_unit_is_told(code, kind, another):
    assert units.shows_another(code, kind, 0) == another


def test_people_are_not_counted_in_thousands_unasked():
    heading = table_of([["MST", "Lao động (nghìn người)"], [A, 6]]).heading()
    assert heading["strange"] == ["Lao động (nghìn người)"]


def test_prices_beside_the_name_of_a_column_are_no_part_of_it():
    for title in ("Doanh thu - giá hiện hành", "Doanh thu theo giá hiện hành năm 2026", "Doanh thu (giá so sánh 2010)"):
        heading = table_of([["MST", title], [A, 6]]).heading()
        assert (heading["titles"], heading["strange"]) == ({"tax_code": "MST", "revenue_vnd": title}, [])


def test_several_units_in_one_line_are_read_each():
    heading = table_of(
        [["ĐVT: triệu đồng / nghìn USD / người"], ["MST", "Doanh thu", "Xuất khẩu"], [A, 6, 7]]
    ).heading()
    assert heading["units"] == {"revenue_vnd": 6, "export_usd_cents": 5}


@pytest.mark.parametrize("line", ["Unit: $", "Unit: US$", "Currency: S$", "Đơn vị tính: nghìn USD"])
def test_a_table_in_dollars_is_refused_for_a_column_of_dong(line):
    with pytest.raises(reader.Refusal) as refusal:
        table_of([[line], ["MST", "Doanh thu"], [A, 6]]).require_currencies()
    assert (refusal.value.code, refusal.value.arguments["title"]) == ("other_currency", "Doanh thu")


@pytest.mark.parametrize(
    "below", [("Năm 2025", "Năm 2026"), (2025, 2026), ("Kế hoạch", "Thực hiện"), ("6 tháng", "Cả năm")]
)
@pytest.mark.parametrize("above", [[], [["ĐVT: triệu đồng"]], [["BIỂU"], ["", "", "ĐVT: triệu đồng"]]])
def test_a_merged_heading_over_two_columns_is_never_taken_for_the_first(below, above):
    top = len(above)
    merges = [(top, 2, top, 3), (top, 0, top + 1, 0), (top, 1, top + 1, 1)]
    rows = [*above, ["STT", "MST", "Doanh thu", ""], ["", "", *below], [1, A, 18500, 17000]]
    with pytest.raises(headings.TwiceTheSame) as refusal:
        table_of(rows, merges)
    assert refusal.value.columns == [f"C “Doanh thu {below[0]}”", f"D “Doanh thu {below[1]}”"]


def test_what_stands_beneath_a_heading_belongs_to_it():
    for below, strange, unit, years in (
        ("6 tháng", ["Doanh thu 6 tháng"], "nowhere", []),
        ("(triệu đồng)", [], "heading", []),
        ("Thực hiện 2025", [], "nowhere", [2025]),
        (2025, [], "nowhere", [2025]),
    ):
        table = read_through([["MST", "Doanh thu"], ["", below], [A, 6]])
        heading = table.heading()
        assert (heading["strange"], heading["unit_from"], heading["years"]) == (strange, {"revenue_vnd": unit}, years)
        assert table.counts["rows"] == 1
