"""What an export costs at least: XlsxWriter writing rows that are already at hand. Imports none of our code."""

import xlsxwriter


def write(path, heads, kinds, rows):
    """Write `rows` of typed values; `kinds` says text, number, date or datetime for each column."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    page = book.add_worksheet()
    bold = book.add_format({"bold": True})
    looks = {
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "#,##0"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "datetime": book.add_format({"num_format": "hh:mm dd/mm/yyyy"}),
    }
    for position, head in enumerate(heads):
        page.write_string(0, position, head, bold)
    for number, row in enumerate(rows, start=1):
        for position, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            if value is None:
                continue
            if kind == "text":
                page.write_string(number, position, value, looks[kind])
            elif kind == "number":
                page.write_number(number, position, value, looks[kind])
            else:
                page.write_datetime(number, position, value, looks[kind])
    book.close()
