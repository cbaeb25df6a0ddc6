from django.utils.translation import gettext_lazy as _

from programme.models import Commitment
from reference.rules import Several, Whole, Word, shape

shape("treasury_matching", [Whole("days", _("Without an equal voucher, days apart by at most"), _("days"), most=31)])
shape(
    "treasury_forms",
    [
        Word("withdrawal", _("Number of the form: withdrawal of the estimate")),
        Word("vouchers", _("Number of the form: list of vouchers")),
        Word("clearing", _("Number of the form: clearing of an advance")),
    ],
)
shape(
    "steps_before_commitment",
    [
        Several(
            "kinds",
            _("Point out that no step before it is entered"),
            lambda: dict(Commitment.Kind.choices),
        )
    ],
)
