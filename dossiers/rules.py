"""What the rules of this room are made of."""

from django.utils.translation import gettext_lazy as _

from reference.rules import CODED, Rows, Whole, Word, shape

shape(
    "dossier_code",
    [
        Word("pattern", _("Pattern of the dossier code")),
        Whole("digits", _("Digits of the number"), least=1, most=9),
    ],
)
shape(
    "dossier_one_stop_codes",
    [
        Rows(
            "",
            _("States of a dossier in the one-stop system"),
            (*CODED, Word("one_stop", _("code in the one-stop system"))),
            row_text=lambda row: row["one_stop"],
        )
    ],
)
