import datetime
import io
import re

import pytest
import xlsxwriter

from audit.refusals import Refused
from documents.limited import ReaderFailed, ask_reader
from documents.spreadsheets import Basis, Column, read_rows, read_table
from documents.store import path_of, save_upload
from tests.documents.sheets import changed, tax_code, upload, with_cells, workbook
from tests.factories import make_officer

pytestmark = pytest.mark.django_db

COLUMNS = [
    Column("tax_code", "Tax code", "tax_code", aliases=("MST", "Mã số thuế"), required=True),
    Column("name", "Enterprise", aliases=("Tên doanh nghiệp", "Tên DN")),
    Column("output_vnd", "Output", "vnd", aliases=("Giá trị sản xuất", "GTSX")),
    Column("revenue_vnd", "Revenue", "vnd", aliases=("Doanh thu", "Doanh thu thuần")),
    Column("export_usd_cents", "Export", "usd", aliases=("Xuất khẩu", "Xuất khẩu Trực tiếp")),
    Column("labour", "Labour", "whole", aliases=("Lao động", "Số lao động")),
    Column("on", "Date", "date", aliases=("Ngày",)),
    Column(
        "place",
        "Place",
        "choice",
        aliases=("Địa bàn",),
        choices={"hanoi": ("Hanoi", ("Hà Nội", "HN")), "all": ("All", ("Cả nước",))},
    ),
]
A, B, C = tax_code(101), tax_code(102), tax_code(103)


def read(data, name="a.xlsx", now=None, **options):
    stored = save_upload(
        upload(data, name), by=make_officer(), now=now or datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
    )
    return read_rows(stored, COLUMNS, key="tax_code", options=options)


def counts(data, name="a.xlsx", **options):
    stored = save_upload(
        upload(data, name), by=make_officer(), now=datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
    )
    return next(answer for answer in read_table(stored, COLUMNS, key="tax_code", options=options) if "end" in answer)[
        "end"
    ]


def test_headings_are_known_by_the_abbreviations_of_offices_too():
    rows, bad, heading = read(
        workbook([["MST", "Tên DN", "XK trực tiếp (nghìn USD)", "Số LĐ"], [A, "Công ty May", 12, 80]])
    )
    assert (bad, heading["unknown"]) == ([], [])
    assert (rows[0]["export_usd_cents"], rows[0]["labour"]) == (1_200_000, 80)


def test_a_table_without_any_row_is_refused_with_the_row_of_its_headings():
    for rows in ([], [["I", "", "Dệt may"]], [["", "Tổng cộng", "", 5]]):
        with pytest.raises(Refused) as refusal:
            read(workbook([["BIỂU"], ["MST", "Tên DN", "GTSX (tỷ đồng)"], *rows]))
        assert "row 2" in str(refusal.value) or "dòng 2" in str(refusal.value)


def test_numbers_are_not_named_as_headings_that_were_found():
    with pytest.raises(Refused) as refusal:
        read(workbook([[1, 2, "Cột lạ"], [3, 4, 5]]))
    assert "Cột lạ" in str(refusal.value) and "1.0" not in str(refusal.value)


def test_table_as_an_office_writes_it():
    rows, bad, heading = read(
        workbook(
            [
                ["SỞ CÔNG THƯƠNG HÀ NỘI"],
                ["BIỂU TỔNG HỢP SỐ LIỆU NĂM 2025"],
                ["", "", "", "", "ĐVT: triệu đồng, nghìn USD"],
                [],
                ["STT", "Tên DN", "MST", "Doanh thu", "Xuất khẩu", "Lao động (người)", "GTSX (tỷ đồng)"],
                ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
                ["I", "Dệt may"],
                [1, "Công ty Cổ phần May", A, 1250.5, 12.25, 120, 2],
                ["II", "Cơ khí"],
                [2, "Tổng công ty Cơ khí", B, "1.250,5", "", 80, "1,5"],
                ["", "Tổng cộng", "", 2501, 12.25, 200, 3.5],
                [],
                ["", "Người lập biểu", "", "", "Thủ trưởng đơn vị"],
            ]
        )
    )
    assert bad == []
    assert rows == [
        {"tax_code": A, "name": "Công ty Cổ phần May", "output_vnd": 2_000_000_000, "revenue_vnd": 1_250_500_000, "export_usd_cents": 1_225_000, "labour": 120},
        {"tax_code": B, "name": "Tổng công ty Cơ khí", "output_vnd": 1_500_000_000, "revenue_vnd": 1_250_500_000, "export_usd_cents": None, "labour": 80},
    ]  # fmt: skip
    assert heading["heading_row"] == 5
    assert heading["years"] == [2025]
    assert heading["units"] == {"output_vnd": 9, "revenue_vnd": 6, "export_usd_cents": 5}
    assert heading["unit_from"] == {"output_vnd": "heading", "revenue_vnd": "file", "export_usd_cents": "file"}


def test_left_out_rows_are_counted():
    end = counts(
        workbook(
            [
                ["MST", "Tên DN", "Doanh thu"],
                ["", "Nhóm A", ""],
                [A, "X", 1],
                [],
                ["", "Tổng cộng", 1],
                ["Ví dụ", "", ""],
            ]
        )
    )
    assert (end["good"], end["total"], end["blank"], end["note"], end["example"]) == (1, 1, 1, 1, 1)


def test_two_heading_rows_with_merged_cells():
    data = workbook(
        [
            ["STT", "MST", "", "", "Lao động"],
            ["", "", "Trực tiếp", "Tổng", ""],
            [1, A, 5, 6, 10],
        ],
        merges=[
            (0, 2, 0, 3, "Xuất khẩu (nghìn USD)"),
            (0, 0, 1, 0, "STT"),
            (0, 1, 1, 1, "MST"),
            (0, 4, 1, 4, "Lao động"),
        ],
    )
    rows, bad, heading = read(data)
    assert bad == []
    assert rows == [{"tax_code": A, "export_usd_cents": 500_000, "labour": 10}]
    assert heading["titles"]["export_usd_cents"] == "Xuất khẩu (nghìn USD) Trực tiếp"


def test_chosen_unit_wins():
    rows, _bad, heading = read(workbook([["MST", "Doanh thu (tỷ đồng)"], [A, 5]]), units={"revenue_vnd": 6})
    assert rows[0]["revenue_vnd"] == 5_000_000
    assert heading["unit_from"] == {"revenue_vnd": "chosen"}


def test_unit_that_is_nowhere_is_said_so():
    _rows, _bad, heading = read(workbook([["MST", "Doanh thu"], [A, 5]]))
    assert heading["unit_from"] == {"revenue_vnd": "nowhere"}


@pytest.mark.parametrize("heading", ["Xuất khẩu (triệu đồng)", "Xuất khẩu, VND", "Doanh thu (nghìn USD)"])
def test_a_column_in_another_currency_is_refused_by_its_name(heading):
    with pytest.raises(Refused, match=f"{re.escape(heading)}.*chỉ nhận {'đồng' if 'USD' in heading else 'USD'}"):
        read(workbook([["MST", heading], [A, 5]]))


@pytest.mark.parametrize(
    ("line", "heading", "money"),
    [
        ("ĐVT: triệu đồng", "Doanh thu (EUR)", "đồng"),
        ("ĐVT: triệu đồng", "Doanh thu ($)", "đồng"),
        ("ĐVT: nghìn USD", "Xuất khẩu (triệu JPY)", "USD"),
        ("ĐVT: triệu EUR", "Doanh thu", "đồng"),
    ],
)
def test_money_of_another_country_is_refused_by_its_name(line, heading, money):
    with pytest.raises(Refused, match=f"{re.escape(heading)}.*chỉ nhận {money}"):
        read(workbook([[line], ["MST", heading], [A, 5]]))


def test_two_units_above_the_table_are_asked_for():
    for lines in ([["ĐVT: triệu đồng"], ["ĐVT: tỷ đồng"]], [["ĐVT: triệu đồng (riêng doanh thu: tỷ đồng)"]]):
        heading = read(workbook([*lines, ["MST", "GTSX"], [A, 5]]))[2]
        assert heading["unit_from"] == {"output_vnd": "unclear"}


@pytest.mark.parametrize("words", ["6 tháng", "quý I", "kế hoạch", "toàn tập đoàn", "triệu đồng, 9 tháng đầu năm"])
def test_a_column_of_less_than_the_year_or_of_others_is_not_taken_for_the_year(words):
    _rows, _bad, heading = read(workbook([["MST", "Lao động", f"Doanh thu ({words})"], [A, 5, 6]]))
    assert "revenue_vnd" not in heading["titles"]
    assert heading["unknown"] == [f"Doanh thu ({words})"]


def test_formats_of_the_cells_of_amounts_are_looked_at_and_of_no_others():
    for column, code, told in ((1, '#,##0.0 "tỷ"', True), (1, "0%", True), (1, "#,##0.00", False), (2, "0%", False)):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        sheet = book.add_worksheet()
        for row, cells in enumerate((["MST", "Doanh thu (đồng)", "Tăng trưởng"], [A, 6, 7])):
            for at, cell in enumerate(cells):
                given = [book.add_format({"num_format": code})] if (row, at) == (1, column) else []
                sheet.write(row, at, cell, *given)
        book.close()
        assert counts(buffer.getvalue())["formats"] == ([code] if told else [])


def test_another_currency_on_a_sheet_that_is_not_read_refuses_nothing():
    data = workbook([["MST", "Doanh thu"], [A, 1]], [["MST", "Doanh thu (nghìn USD)"], [B, 2]])
    rows, _bad, _heading = read(data)
    assert [row["tax_code"] for row in rows] == [A]
    assert counts(data)["sheets"] == [["Sheet1", 1], ["Sheet2", 1]]
    with pytest.raises(Refused, match="chỉ nhận đồng"):
        read(data, sheet="Sheet2")


def test_a_unit_in_words_that_nobody_understands_is_asked_for():
    for lines in ([["ĐVT: trăm triệu đồng"], ["MST", "GTSX"]], [["MST", "GTSX (trăm triệu đồng)"]]):
        heading = read(workbook([*lines, [A, 5]]))[2]
        assert (heading["unit_from"], heading["units"]) == ({"output_vnd": "unclear"}, {"output_vnd": 0})
    rows, _bad, heading = read(workbook([["ĐVT: 1.000.000 đồng"], ["MST", "GTSX"], [A, 18500]]))
    assert (rows[0]["output_vnd"], heading["unit_from"]) == (18_500_000_000, {"output_vnd": "file"})


def test_bad_cells_have_row_column_and_reason():
    rows, bad, _heading = read(
        workbook(
            [
                ["MST", "Tên DN", "Doanh thu (đồng)", "Lao động", "Ngày", "Địa bàn"],
                [A, "X", 1, 2, "31/12/2025", "HN"],
                ["0100109107", "Y", "1e9", 1.5, "31/02/2025", "Huế"],
                ["", "Z", 5, "", "", ""],
                [B, "Y", "１２", -1, datetime.datetime(2025, 3, 1), "cả nước"],
            ]
        )
    )
    assert [row["tax_code"] for row in rows] == [A]
    assert rows[0]["on"] == "2025-12-31"
    assert rows[0]["place"] == "hanoi"
    assert [(row, column) for row, column, _reason in bad] == [
        (3, "A"), (3, "C"), (3, "D"), (3, "E"), (3, "F"), (4, "A"), (5, "C"), (5, "D"),
    ]  # fmt: skip
    assert all(reason for _row, _column, reason in bad)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258", "tcvn3"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_of_every_kind(encoding, delimiter):
    lines = [
        ["STT", "Mã số thuế", "Tên doanh nghiệp", "Doanh thu (triệu đồng)"],
        ["1", A, "Cong ty A", "5"],
        ["2", B, "B", ""],
    ]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    if encoding == "tcvn3":
        from documents.encodings import TCVN3

        table = {letter: byte for byte, letter in TCVN3.items()}
        data = bytes(table.get(letter, ord(letter)) for letter in text)
    elif encoding == "cp1258":
        data = cp1258(text)
    else:
        data = text.encode(encoding)
    rows, bad, _heading = read(data, "a.csv")
    assert bad == []
    assert rows == [
        {"tax_code": A, "name": "Cong ty A", "revenue_vnd": 5_000_000},
        {"tax_code": B, "name": "B", "revenue_vnd": None},
    ]


def cp1258(text):
    import unicodedata

    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        out += base.encode("cp1258") + "".join(part for part in parts if part in tones).encode("cp1258")
    return out


def test_unclear_numbers_are_counted_for_the_question():
    end = counts(f"MST;Doanh thu (đồng)\n{A};1.234\n{B};5\n".encode(), "a.csv")
    assert end["style"] == {"vi": 0, "en": 0, "unclear": 1, "unclear_commas": 0, "example": "1.234"}


def test_lost_zero_is_counted_and_repaired_when_asked():
    data = workbook([["MST", "Doanh thu (đồng)"], [100109106, 5]])
    assert counts(data)["repairable"] == 1
    rows, bad, _heading = read(data, repair_tax_codes=True)
    assert (rows[0]["tax_code"], bad) == ("0100109106", [])


def test_wrong_headings_are_named():
    with pytest.raises(Refused) as refusal:
        read(workbook([["Cột A", "Cột B"], [1, 2]]))
    assert "Tax code" in str(refusal.value)
    assert "Cột A" in str(refusal.value)


def test_two_columns_with_one_name_are_refused():
    with pytest.raises(Refused, match="B “Doanh thu”, C “Doanh thu thuần”"):
        read(workbook([["MST", "Doanh thu", "Doanh thu thuần"], [A, 1, 2]]))


def test_error_cells_and_formulas_without_result_are_bad_rows_not_empty_ones():
    base = workbook([["x"]])
    text = lambda ref, words: f'<c r="{ref}" t="inlineStr"><is><t>{words}</t></is></c>'.encode()  # noqa: E731
    data = with_cells(
        base,
        b'<row r="1">' + text("A1", "MST") + text("B1", "GTSX") + text("C1", "Doanh thu") + b"</row>"
        b'<row r="2">' + text("A2", A) + b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C2"><v>1</v></c></row>'
        b'<row r="3">' + text("A3", B) + b'<c r="B3"><f>SUM(C1:C2)</f><v></v></c><c r="C3"><v>1</v></c></row>'
        b'<row r="4">' + text("A4", C) + b'<c r="B4"><f>1+1</f><v>2</v></c><c r="C4"><v>1</v></c></row>',
    )
    rows, bad, _heading = read(data)
    assert [row["tax_code"] for row in rows] == [C]
    assert [(row, column) for row, column, _ in bad] == [(2, "B"), (3, "B")]


def test_second_sheet_is_read_when_the_first_is_a_cover():
    rows, _bad, heading = read(workbook([["Kính gửi"]], [["MST", "Doanh thu"], [A, 1]]))
    assert len(rows) == 1
    assert heading["sheet"] == "Sheet2"


def test_one_sheet_is_read_and_all_that_hold_such_a_table_are_named():
    head, cover = ["MST", "Doanh thu"], [["Kính gửi"]]
    data = workbook(
        cover, [head, [A, 1]], [head], [head, [B, 2], [C, 3]], [["MST", "Doanh thu", "Doanh thu"], [A, 1, 1]]
    )
    sheets = [["Sheet2", 1], ["Sheet4", 2]]
    for chosen, codes in ((None, [A]), ("Sheet4", [B, C])):
        options = {"sheet": chosen} if chosen else {}
        rows, _bad, heading = read(data, **options)
        assert ([row["tax_code"] for row in rows], heading["sheet"]) == (codes, chosen or "Sheet2")
        assert counts(data, **options)["sheets"] == sheets
    assert read(workbook([head], [head, [A, 1]]))[2]["sheet"] == "Sheet2"


def test_bases_are_read_from_the_words_above():
    stored = save_upload(
        upload(workbook([["Giá so sánh năm 2010"], ["MST", "Doanh thu"], [A, 1]])),
        by=make_officer(),
        now=datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC),
    )
    prices = Basis("prices", "Prices", {"current": ("c", ("giá hiện hành",)), "constant": ("k", ("giá so sánh",))})
    answers = list(read_table(stored, COLUMNS, key="tax_code", bases=[prices]))
    assert answers[0]["heading"]["bases"] == {"prices": "constant"}


def test_process_that_wants_too_much_memory_dies_alone(now, settings):
    """Two far-apart cells that slipped past the guard end the reader, not the site."""
    data = with_cells(
        workbook([["x"]]),
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    )
    stored = save_upload(upload(workbook([["x"]])), by=make_officer(), now=now)
    path = path_of(stored.sha256)
    path.chmod(0o600)
    path.write_bytes(data)
    try:
        with pytest.raises(Refused):
            read_rows(stored, COLUMNS, key="tax_code")
    finally:
        path.unlink()


def test_reader_that_hangs_is_stopped():
    with pytest.raises(ReaderFailed):
        list(ask_reader({"do": "look", "format": "pdf", "path": "/dev/zero"}, seconds=1))


def test_reader_knows_nothing_of_the_site():
    import subprocess
    import sys

    code = "import documents.reader, sys; print([m for m in sys.modules if m.startswith(('django', 'config'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_old_letters_inside_a_workbook_are_read():
    from documents.encodings import TCVN3

    table = {letter: chr(byte) for byte, letter in TCVN3.items()}
    old = lambda text: "".join(table.get(letter, letter) for letter in text)  # noqa: E731
    rows, bad, heading = read(
        workbook(
            [
                [old("Mã số thuế"), old("Tên doanh nghiệp"), old("Giá trị sản xuất (triệu đồng)")],
                [A, old("Công ty Đông Anh"), 5],
            ]
        )
    )
    assert bad == []
    assert rows == [{"tax_code": A, "name": "Công ty Đông Anh", "output_vnd": 5_000_000}]
    assert heading["encoding"] == "tcvn3"


def test_hidden_text_of_other_files_is_never_seen():
    """A part that names a file of the machine gives its own text only (no entities are read)."""
    data = changed(
        workbook([["MST", "Tên DN"], [A, "x"]]),
        {"xl/sharedStrings.xml": lambda x: x.replace(b"<t>x</t>", b"<t>&canary;</t>")},
    )

    try:
        rows, _bad, _heading = read(data)
    except Refused:
        return
    assert "root:" not in str(rows)
