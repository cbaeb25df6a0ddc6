"""What the values of this room's rules are made of."""

from django.utils.translation import gettext_lazy as _

from reference.rules import Whole, shape

shape(
    "system_ending",
    [
        Whole("first_days", _("Told before the last day of a connected system"), _("days"), least=2, most=180),
        Whole("last_days", _("and once more before it"), _("days"), least=1, most=90),
    ],
)
shape(
    "system_traces",
    [Whole("days", _("Each call of a connected system is kept in the access log for"), _("days"), least=92, most=3660)],
)
