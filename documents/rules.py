"""What the rules of this room are made of."""

from django.utils.translation import gettext_lazy as _

from reference.rules import CODED, Rows, Whole, shape

shape(
    "work_file_retention",
    [
        Rows(
            "",
            _("How long work files are kept"),
            (*CODED, Whole("years", _("years (0: for ever)"), most=100)),
            row_text=lambda row: row["years"] or _("for ever"),
        )
    ],
)
