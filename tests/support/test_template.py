from datetime import date

import pytest
from openpyxl import load_workbook

from documents import imports, workbooks
from reference.models import ContentArea, MoneySource, SupportKind

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)


@pytest.mark.parametrize("code", ["support", "enterprises", "city-statistics"])
def test_template_shows_words_and_no_codes(code):
    kind = imports.kinds()[code]
    with workbooks.template(kind, TODAY) as file:
        book = load_workbook(file)
    example = dict(
        zip(
            [column.key for column in kind.columns],
            next(book.worksheets[0].iter_rows(2, 2, 2, values_only=True)),
            strict=False,
        )
    )
    for column in kind.columns:
        if column.type == "choice" and example[column.key]:
            assert example[column.key] in [str(label) for label, _words in column.choices.values()]
        if column.type == "date" and example[column.key]:
            assert example[column.key][2] == example[column.key][5] == "/"
    notes = " ".join(f"{a} {b}" for a, b in book.worksheets[1].iter_rows(values_only=True))
    if code == "support":
        for key, model in (("content_area", ContentArea), ("kind", SupportKind), ("money_source", MoneySource)):
            names = [item.name for item in model.objects.in_force(TODAY)]
            assert all(name in notes for name in names)
            assert not names or example[key] in names
    if code == "city-statistics":
        from django.utils.translation import gettext as _

        assert _("Tax codes") not in notes
