"""Why a cell, a row or a file is refused: codes of the limited reader and their sentences."""

from decimal import Decimal

from django.utils.translation import gettext, gettext_noop

from screens.formats import money, usd
from screens.formats import number as dotted

CELLS = {
    "missing": gettext_noop("This cell is empty but must be filled in."),
    "not_a_number": gettext_noop("“%(value)s” is not a number. Write digits only, such as 1,234,567."),
    "strange_digits": gettext_noop("“%(value)s” has full-width or foreign digits. Type it again with the digits 0–9."),
    "negative": gettext_noop("“%(value)s” is negative; only amounts from 0 up are taken."),
    "exponent": gettext_noop("“%(value)s” is written with an exponent. Write the number out, such as 1,000,000,000."),
    "not_whole": gettext_noop("“%(value)s” does not come out whole in the smallest unit (đồng, cent, person). Check the unit and the digits after the decimal sign."),
    "too_large": gettext_noop("“%(value)s” is larger than can be. Check the unit of the column."),
    "too_many_places": gettext_noop("“%(value)s” has more than %(places)s digits after the decimal sign."),
    "tax_code_shape": gettext_noop("“%(value)s” is not a tax code: 10 digits, 13 digits (0199999991-001) or 12 digits of a household business."),
    "tax_code_check": gettext_noop("Tax code %(value)s has a wrong check digit. Look at the business registration certificate."),
    "tax_code_zero": gettext_noop("Tax code %(value)s has lost its leading 0; it should be %(repaired)s. Tick “Put back the lost 0” or correct the file."),
    "too_long": gettext_noop("The text is too long (at most %(most)s characters): “%(value)s”."),
    "not_a_date": gettext_noop("“%(value)s” is not a date. Write it as 31/12/2025."),
    "month_first": gettext_noop("“%(value)s” can be two days: other dates of this file put the month first. Write it as 31/12/2025."),
    "turned_by_excel": gettext_noop("Excel has turned this cell into %(value)s. Format it as text and type it again."),
    "digits_lost": gettext_noop("Excel keeps 15 digits only; the last ones of %(value)s are lost. Format the cell as text and type it again."),
    "too_many_cells": gettext_noop("The row has more cells than there are headings: a comma within a number or a name parts it. Put such a cell in quotation marks."),
    "not_a_year": gettext_noop("“%(value)s” is not a year. Write it as 2025."),
    "not_a_choice": gettext_noop("“%(value)s” is not one of: %(choices)s."),
    "error_cell": gettext_noop("The formula in this cell gives an error. Correct it in Excel and save again."),
    "unfilled_formula": gettext_noop("The formula in this cell has no result stored. Open the file in Excel, save it, and send it again."),
}  # fmt: skip

FILES = {
    "unreadable": gettext_noop("The file cannot be read. Open it in Excel and save it again as .xlsx."),
    "not_text": gettext_noop("The file is not text. Save it again as .xlsx or as CSV UTF-8."),
    "empty": gettext_noop("The file has no rows."),
    "no_rows": gettext_noop("Under the headings in row %(row)s there is no row to bring in."),
    "too_many_rows": gettext_noop("The file has %(rows)s rows; at most %(most)s are taken at once. Divide it."),
    "too_wide": gettext_noop("The file has more than %(most)s columns."),
    "no_heading": gettext_noop("No heading row was found in the first 20 rows. Missing: %(missing)s. Found: %(found)s. Use the template, or give the columns these names."),
    "not_understood": gettext_noop("No column of figures was understood. Found: %(found)s. Use the template, or give the columns the names that stand there."),
    "hidden_sheets": gettext_noop("The sheets that are shown hold no such table, and hidden ones are not read: %(sheets)s. Unhide the sheet with the table, save the file and send it again."),
    "twice_the_same": gettext_noop("Two columns mean the same (%(title)s): %(columns)s. Remove or rename one."),
    "other_currency": gettext_noop("The column “%(title)s” is in another currency: it is taken in %(currency)s only. Convert it and write the unit into its heading."),
    "encrypted": gettext_noop("The file is protected by a password. Save it without one."),
    "too_many_pages": gettext_noop("The file has no pages, or more than %(most)s."),
    "active_content": gettext_noop("The file carries actions or scripts. Print it to PDF again and send that file."),
    "embedded_files": gettext_noop("The file carries other files inside. Send them one by one."),
    "cut_off": gettext_noop("The end of the file is missing. It was not saved or sent whole; send it again."),
    "too_large_page": gettext_noop("A page is larger than five metres. Save the file with the true size of its pages."),
    "unpacks_too_large": gettext_noop("A part of the file unpacks to far more than its size. Print it to PDF again and send that file."),
    "too_many_pixels": gettext_noop("The picture is too large. Make it smaller (at most 50 million pixels)."),
}  # fmt: skip


def plain_digits(text):
    """1234.5 as the language of whoever reads it writes it, with every digit."""
    return dotted(Decimal(text), len(text.partition(".")[2]))


AMOUNTS = {"vnd": money, "usd": usd, "whole": dotted, "number": plain_digits}


def readable(arguments):
    """Arguments as people read them: numbers with dots, lists with commas, {"usd": cents} as an amount of money."""
    out = {}
    for name, value in arguments.items():
        if isinstance(value, bool) or name in ("places", "year", "code", "tax_code"):
            out[name] = value
        elif isinstance(value, int):
            out[name] = dotted(value)
        elif isinstance(value, dict):
            out[name] = " ".join(AMOUNTS[kind](amount) for kind, amount in value.items())
        elif isinstance(value, list):
            out[name] = ", ".join(map(str, value)) or "–"
        else:
            out[name] = value
    return out


def sentence(text, arguments):
    """A reason in the language of whoever reads it; `text` is a code of the reader or an English msgid."""
    message = CELLS.get(text) or FILES.get(text) or text
    try:
        return gettext(message) % readable(arguments)
    except (KeyError, TypeError, ValueError):
        return gettext(message)
