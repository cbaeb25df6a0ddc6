"""Files of tables: what Excel and CSV take."""

from screens.exports import sheet_name


def test_a_title_becomes_a_sheet_name_that_excel_takes():
    assert sheet_name("Chênh lệch: quý I/2024 [1]") == "Chênh lệch quý I 2024 1"
    assert sheet_name("x" * 40) == "x" * 31
    assert sheet_name("'?'") == "1"
