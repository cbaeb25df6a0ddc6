"""What a heading, and what stands around it, is read as: asked of the reader's table itself, without a file or a process."""

import pytest

from documents import headings, reader, units
from documents.spreadsheets import Basis
from tests.documents.sheets import tax_code
from tests.documents.test_spreadsheets import COLUMNS

A, B = tax_code(101), tax_code(102)


PRICES = Basis(
    "prices", "Prices", {"current": ("current", ("giá hiện hành",)), "constant": ("constant", ("giá so sánh",))}, "current"
)


def table_of(rows, merges=(), bases=()):
    """The table of a sheet with these rows, numbers as a workbook gives them."""
    width = max(map(len, rows))
    cells = [[float(cell) if cell.__class__ is int else cell for cell in [*row, *[""] * width][:width]] for row in rows]
    order = {"format": "xlsx", "key": "tax_code", "columns": [column.order() for column in COLUMNS]}
    order["bases"] = [basis.order() for basis in bases]
    return reader.Table(order, "Sheet1", cells, merges, None)


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
        ("", "vnd", False),
    ],
)
def test_a_format_of_cells_that_shows_another_unit_is_told(code, kind, another):
    assert units.shows_another(code, kind) == another


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
