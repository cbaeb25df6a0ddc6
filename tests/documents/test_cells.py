import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.vn import mst

from documents import cells, encodings, headings, units
from documents.folding import fold
from screens.text import fold as stored_fold
from tests.documents.sheets import tax_code


def only(function, value, **options):
    values, problems = function([value], **options)
    return problems[0][1] if problems else values[0]


@pytest.mark.parametrize(
    ("cell", "power", "read"),
    [
        (1250.0, 6, 1_250_000_000),
        (0.1 + 0.2, 6, 300_000),
        (1234.567891, 6, 1_234_567_891),
        ("1.234.567", 0, 1_234_567),
        ("1,234,567", 0, 1_234_567),
        ("1.234,5", 6, 1_234_500_000),
        ("1,234.5", 6, 1_234_500_000),
        ("12 345", 0, 12_345),
        ("12 345,6", 3, 12_345_600),
        ("0,125", 3, 125),
        ("", 6, None),
        ("…", 6, None),
        (0.0, 6, 0),
    ],
)
def test_amount_is_read_exactly(cell, power, read):
    assert only(cells.amounts, cell, power=power) == read


@pytest.mark.parametrize(
    ("cell", "power", "code"),
    [
        ("1e9", 0, "exponent"),
        ("１２３", 0, "strange_digits"),
        ("-5", 0, "negative"),
        (-5.0, 0, "negative"),
        ("(5)", 0, "negative"),
        ("−5", 0, "negative"),
        (0.5, 0, "not_whole"),
        ("1.234,5678", 3, "not_whole"),
        (1e17, 0, "too_large"),
        (1e300, 9, "too_large"),
        ("1.23.456", 0, "not_a_number"),
        ("1.234,567,8", 0, "not_a_number"),
        ("12 tỷ", 0, "not_a_number"),
        ("-", 0, "not_a_number"),
        ("٣", 0, "strange_digits"),
        ("9" * 60, 0, "not_a_number"),
        (True, 0, "not_a_number"),
        (datetime.date(2025, 1, 1), 0, "not_a_number"),
        (float("nan"), 0, "not_a_number"),
    ],
)
def test_amount_that_no_clerk_would_sign_is_refused(cell, power, code):
    assert only(cells.amounts, cell, power=power) == code


@given(st.integers(0, 10**15), st.sampled_from([0, 3, 6, 9]))
def test_every_amount_survives_its_unit(amount, power):
    typed = f"{Decimal(amount).scaleb(-power):f}".replace(".", ",")
    style = cells.NumberStyle("vi")
    if "," in typed and len(typed.rpartition(",")[2]) == 3:
        style.chosen = "vi"
    assert only(cells.amounts, typed, power=power, style=style) == amount


@given(st.floats(allow_nan=True, allow_infinity=True) | st.text() | st.booleans() | st.dates() | st.times())
def test_no_cell_breaks_the_reader(cell):
    for function in (cells.amounts, cells.decimals, cells.tax_codes, cells.texts, cells.dates, cells.years):
        values, _problems = function([cell])
        assert len(values) == 1


def test_unclear_separator_is_counted_and_follows_the_choice():
    style = cells.NumberStyle()
    assert cells.amounts(["1.234"], style=style)[0] == [1234]
    assert style.seen == {"vi": 0, "en": 0, "unclear": 1, "unclear_commas": 0, "example": "1.234"}
    assert cells.amounts(["1.234"], power=3, style=cells.NumberStyle("en"))[0] == [1234]


def test_tax_codes_agree_with_the_library():
    for number in range(300):
        code = tax_code(number + 100)
        assert only(cells.tax_codes, code) == mst.validate(code)
        wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
        assert mst.is_valid(wrong) is False
        assert only(cells.tax_codes, wrong) == "tax_code_check"


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("0100109106", "0100109106"),
        ("0100109106-001", "0100109106-001"),
        ("0100109106001", "0100109106-001"),
        (" 0100109106 ", "0100109106"),
        ("'0100109106", "0100109106"),
        ("0100109106.0", "0100109106"),
        ("001085012345", "001085012345"),
        (100109106.0, "tax_code_zero"),
        ("100109106", "tax_code_zero"),
        ("100109107", "tax_code_shape"),
        ("12345", "tax_code_shape"),
        ("０１００１０９１０６", "tax_code_shape"),
        (True, "tax_code_shape"),
    ],
)
def test_tax_code_has_one_form(cell, read):
    assert only(cells.tax_codes, cell) == read


def test_a_refused_tax_code_is_quoted_as_it_stands():
    assert cells.tax_codes(["Nhóm  2"])[1] == [(0, "tax_code_shape", {"value": "Nhóm  2"})]


def test_lost_zero_is_put_back_when_asked():
    counts = {}
    values, problems = cells.tax_codes([100109106.0, "100109106"], repair=True, counts=counts)
    assert values == ["0100109106", "0100109106"]
    assert problems == []
    assert counts == {"repaired": 2}


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("31/12/2025", "2025-12-31"),
        ("1.2.2025", "2025-02-01"),
        ("2025-02-01", "2025-02-01"),
        (datetime.date(2025, 2, 1), "2025-02-01"),
        (datetime.datetime(2025, 2, 1, 10, 0), "2025-02-01"),
        ("30/02/2025", "not_a_date"),
        ("1/2/25", "not_a_date"),
        (45000.0, "not_a_date"),
        ("", None),
    ],
)
def test_dates_as_offices_write_them(cell, read):
    assert only(cells.dates, cell) == read


def test_texts_are_composed_and_trimmed():
    assert only(cells.texts, "  Đo\u0302ng   Anh\n ") == "Đông Anh"
    assert only(cells.texts, "Công ty") == "Công ty"
    assert only(cells.texts, 100.0) == "100"
    assert only(cells.texts, "x" * 501) == "too_long"


def test_words_are_folded_as_in_the_database():
    alphabet = encodings.UNICODE + encodings.UNICODE.upper() + "abcxyz ABC"
    for text in (alphabet, "Giá trị sản xuất", "ĐẶNG  Thị"):
        assert fold(text) == stored_fold(text)


@pytest.mark.parametrize("name", ["tcvn3", "vni"])
def test_old_encodings_are_told_and_read(name):
    text = "Mã số thuế Tên doanh nghiệp Giá trị sản xuất (triệu đồng) Đơn vị quận huyện"
    table = {letter: chr(byte) for byte, letter in encodings.TCVN3.items()}
    if name == "vni":
        table = {}
        for written, letter in encodings.VNI.items():
            table.setdefault(letter, written)
    old = "".join(table.get(letter, letter) for letter in text)
    assert encodings.guess_conversion(old) == name
    assert encodings.CONVERSIONS[name](old) == text
    data = old.encode("latin-1" if name == "tcvn3" else "cp1252")
    assert encodings.decode(data) == (text, name)


def test_good_unicode_is_left_alone():
    text = "Doanh nghiệp: à á ả ã ạ ø ñ"
    assert encodings.guess_conversion(text) == "unicode"
    assert encodings.decode(text.encode()) == (text, "utf-8")
    assert encodings.decode(text.encode("utf-16")) == (text, "utf-16")
    assert encodings.decode(b"\xef\xbb\xbf" + text.encode()) == (text, "utf-8-bom")


@pytest.mark.parametrize(
    ("heading", "currency", "power"),
    [
        ("Doanh thu (triệu đồng)", "vnd", 6),
        ("Doanh thu (tr.đ)", "vnd", 6),
        ("Doanh thu (tỷ đồng)", "vnd", 9),
        ("Doanh thu (nghìn đồng)", "vnd", 3),
        ("Doanh thu (1.000 đồng)", "vnd", 3),
        ("Doanh thu (đồng)", "vnd", 0),
        ("Doanh thu, triệu đồng", "vnd", 6),
        ("Đơn vị tính: triệu đồng", "vnd", 6),
        ("ĐVT: Triệu đồng, nghìn USD", "usd", 5),
        ("\u00d0VT: Triệu \u00f0ồng, nghìn USD", "vnd", 6),
        ("ĐVT: Triệu đồng; 1.000 USD", "vnd", 6),
        ("Xuất khẩu (triệu USD)", "usd", 8),
        ("Xuất khẩu (USD)", "usd", 2),
        ("ĐVT: 1.000.000 đồng", "vnd", 6),
        ("ĐVT: 1,000,000 đ", "vnd", 6),
        ("ĐVT: 10^6 đồng", "vnd", 6),
        ("Đơn vị tính: 10⁹ đồng", "vnd", 9),
        ("Doanh thu (10 mũ 6 đồng)", "vnd", 6),
        ("ĐVT: nghìn tỷ đồng", "vnd", 12),
        ("Doanh thu nghìn tỷ đồng", "vnd", 12),
        ("Doanh thu (nghìn tỷ)", "vnd", 12),
        ("Doanh thu (1.000 tr.đ)", "vnd", 9),
        ("Xuất khẩu (tỷ USD)", "usd", 11),
        ("Xuất khẩu (1.000.000 USD)", "usd", 8),
        ("ĐVT: trăm triệu đồng", "vnd", units.UNCLEAR),
        ("ĐVT: 500 đồng", "vnd", units.UNCLEAR),
        ("Doanh thu (2025 đồng)", "vnd", units.UNCLEAR),
        ("ĐVT: đồng Việt Nam", "vnd", 0),
        ("ĐVT: VND million", "vnd", 6),
        ("ĐVT: mn VND", "vnd", 6),
        ("Revenue (bn VND)", "vnd", 9),
        ("ĐVT: VND'000", "vnd", units.UNCLEAR),
        ("ĐVT: '000 VND", "vnd", units.UNCLEAR),
        ("Giá trị (VND'000)", "vnd", units.UNCLEAR),
        ("ĐVT: x1000 đồng", "vnd", units.UNCLEAR),
        ("ĐVT: k đồng", "vnd", units.UNCLEAR),
        ("ĐVT: vạn đồng", "vnd", units.UNCLEAR),
        ("ĐVT: triệu VND million", "vnd", units.UNCLEAR),
        ("ĐVT: triệu đồng (riêng doanh thu: tỷ đồng)", "vnd", units.UNCLEAR),
        ("ĐVT: triệu đồng; riêng doanh thu tỷ đồng", "vnd", units.UNCLEAR),
        ("Doanh thu (người)", "vnd", units.UNCLEAR),
        ("Giá trị (triệu đồng, giá hiện hành)", "vnd", 6),
        ("Giá trị theo giá so sánh 2010 (triệu đồng)", "vnd", 6),
        ("Thu nhập (đồng/người/tháng)", "vnd", 0),
        ("Doanh thu (tính bằng triệu đồng)", "vnd", 6),
        ("Đơn vị tính: Triệu đồng Việt Nam", "vnd", 6),
        ("Cột (d)", "vnd", 0),
        ("Tổng (a + b + d)", "vnd", None),
        ("Xuất khẩu ($)", "usd", 2),
        ("Xuất khẩu (triệu US$)", "usd", 8),
        ("Xuất khẩu (10^3 $)", "usd", 5),
        ("Giá trị (theo hợp đồng)", "vnd", None),
        ("Số lao động", "vnd", None),
        ("Hợp đồng", "vnd", None),
        ("Lao động (người)", "vnd", units.UNCLEAR),
    ],
)
def test_unit_is_read_where_it_is_stated(heading, currency, power):
    assert units.unit_in(heading, currency) == power


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["I", "", "Dệt may", ""], "group"),
        (["A.", "", "Cơ khí", ""], "group"),
        (["", "", "Tổng cộng", 125.0], "total"),
        (["Cộng nhóm I", "", "", 125.0], "total"),
        (["Tổng số: 12 doanh nghiệp", "", "", ""], "total"),
        ([5.0, "", "Tổng công ty May", 125.0], "data"),
        ([5.0, "", "Công ty Cổ phần X", 125.0], "data"),
        (["", "", "Người lập biểu", ""], "note"),
        (["", "Thủ trưởng đơn vị", "", ""], "note"),
        (["Ví dụ", "0100109106", "Công ty", 1.0], "example"),
        (["", "", "", ""], "blank"),
    ],
)
def test_rows_that_are_no_data_are_told(row, kind):
    assert headings.kind_of_row(row, 1, True) == kind


@pytest.mark.parametrize(
    ("heading", "dong", "dollars"),
    [
        ("Xuất khẩu theo hợp đồng (USD)", False, True),
        ("Xuất khẩu (triệu đồng)", True, False),
        ("Xuất khẩu (triệu)", False, False),
        ("Thu nhập bình quân lao động, đồng", True, False),
    ],
)
def test_the_currency_that_a_heading_names(heading, dong, dollars):
    assert units.names_currency(heading, "vnd") == dong
    assert units.names_currency(heading, "usd") == dollars


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Giá trị (EUR)", True),
        ("Giá trị (triệu nhân dân tệ)", True),
        ("Doanh thu (¥)", True),
        ("Doanh thu (triệu yên)", True),
        ("Doanh thu (nghìn tệ)", True),
        ("Doanh thu (S$)", True),
        ("Doanh thu (US$)", False),
        ("Doanh thu ($)", False),
        ("Giá trị tại Phú Yên", False),
        ("Doanh thu (triệu đồng)", False),
    ],
)
def test_money_of_another_country_is_told_by_its_name(text, foreign):
    assert units.names_foreign(text) == foreign


def test_dates_that_can_be_two_days_are_refused_where_the_file_puts_the_month_first():
    assert cells.dates(["05/06/2026", "20/05/2026"]) == (["2026-06-05", "2026-05-20"], [])
    days, problems = cells.dates(["05/06/2026", "05/20/2026", "05/05/2026", datetime.datetime(2026, 6, 5)])
    assert days == [None, None, "2026-05-05", "2026-06-05"]
    assert [(at, code) for at, code, _given in problems] == [(0, "month_first"), (1, "not_a_date")]


def test_what_excel_made_of_a_text_is_refused():
    texts, problems = cells.texts([datetime.datetime(2026, 5, 1), True, 12345678901234567.0, 2026.0, "5-2026"])
    assert texts == [None, None, None, "2026", "5-2026"]
    assert [code for _at, code, _given in problems] == ["turned_by_excel", "turned_by_excel", "digits_lost"]
