"""What the rules of this room are made of."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dossiers.register import KNOWN
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


def _known(row):
    if row["code"] not in KNOWN:
        raise ValidationError(
            gettext("The register has no column %(code)s. It may have: %(known)s.")
            % {"code": row["code"], "known": ", ".join(KNOWN)},
            code="column",
        )


shape("dossier_register", [Rows("", _("Columns of the register of dossiers"), CODED, check=_known)])
