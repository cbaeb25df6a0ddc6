"""Tables on paper as PDF/A: the rows of a list as its page and its printed form have them, drawn by the limited process."""

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from audit.refusals import Refused
from documents.layout.data import widths_of
from documents.layout.drawing import sheet_pdf
from documents.layout.files import PDF
from documents.serving import as_attachment
from screens.lists import too_long_for_paper
from screens.sheets import MOTTO, NATION, PLACE_AND_DATE, SIGN_HERE, office_lines, on_paper, wording_of

ALIGNMENTS = {"num": "right", "date": "center", "code": "center"}
MANY, SIZE, SMALL = 9, 12, 9  # more columns than these are written smaller
LETTERS = {SIZE: 115, SMALL: 155}  # of a line across the page


def list_as_pdf(listing):
    """The rows of a list, with its columns, filters, order and groups; for `show_list(more_exports=AS_PDF)`."""
    refusal = too_long_for_paper(listing)
    if refusal:
        return refusal
    wording = wording_of(listing.sheet, listing.title, listing.params)
    try:
        sheet, today = listing.sheet, timezone.localdate()
        file = sheet_pdf(sheet_data(wording, *listing.for_paper(), form=sheet.form, notes=sheet.notes, on=today))
    except Refused as refused:
        messages.error(listing.request, str(refused))
        return HttpResponseRedirect(listing.back)
    return as_attachment(BytesIO(file), f"{listing.file_name}.pdf", PDF, size=len(file))


AS_PDF = {"pdf": (gettext_lazy("PDF"), list_as_pdf)}


def sheet_data(wording, columns, rows, groups=None, *, form="", notes=(), on):
    """The form as plain values for the layout; `columns`, `rows` and `groups` as in `screens.sheets.on_paper`."""
    parts, total = on_paper(columns, rows, groups)
    lines = [(line, line is part.heading) for part in parts for line in (part.heading, *part.lines) if line]
    lines += [(total, True)] if total else []
    heads = [_("No."), *(column.head(wording["unit"]) for column in columns)]
    cells = [
        {
            "cells": [line.number, *([line.label] if line.span else []), *(cell.text for cell in line.cells)],
            "span": line.span,
            "strong": strong,
        }
        for line, strong in lines
    ]
    plain = [row["cells"] for row in cells if not row["span"]]
    size = SMALL if len(heads) > MANY else SIZE
    texts = [[head, *(row[place] for row in plain)] for place, head in enumerate(heads)]
    alignments = ["center", *(ALIGNMENTS.get(column.classes, "left") for column in columns)]
    widths = widths_of(texts, LETTERS[size])
    return {
        "form": form,
        "office": office_lines(wording),
        "nation": NATION,
        "motto": MOTTO,
        "title": wording["title"],
        "period": wording["period"],
        "unit": f"{_('Unit of measure')}: {wording['unit']}" if wording["unit"] else "",
        "size": size,
        "columns": list(zip(heads, alignments, widths, strict=True)),
        "rows": cells,
        "notes": f"{pgettext('form', 'Notes')}: {' '.join(map(str, notes))}" if notes else "",
        "signers": [wording[part] for part in ("preparer", "accountant", "head") if wording[part]],
        "place_and_date": PLACE_AND_DATE,
        "sign_here": SIGN_HERE,
        "made_on": [on.year, on.month, on.day],
    }
