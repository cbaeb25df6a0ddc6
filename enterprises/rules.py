"""What the values of this room's rules are made of."""

from django.utils.translation import gettext_lazy as _

from reference.rules import Whole, shape

shape(
    "enterprise_claims", [Whole("days", _("A claim that nobody decided expires after"), _("days"), least=1, most=365)]
)
shape(
    "authorisation_ending",
    [Whole("days", _("Told before the last day of an authorisation"), _("days"), least=1, most=90)],
)
