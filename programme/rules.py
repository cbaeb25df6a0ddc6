from django.utils.translation import gettext_lazy as _

from reference.rules import Text, Whole, shape

shape(
    "treasury_matching",
    [
        Whole("days", _("Without an equal voucher, days apart by at most"), _("days"), most=31),
        Whole("adjustment_ends_month", _("Month in which the adjustment period ends"), least=1, most=12),
        Whole("adjustment_ends_day", _("Day on which the adjustment period ends"), least=1, most=31),
    ],
)
shape(
    "treasury_forms",
    [
        Text("withdrawal", _("Number of the form: withdrawal of the estimate")),
        Text("vouchers", _("Number of the form: list of vouchers")),
        Text("clearing", _("Number of the form: clearing of an advance")),
    ],
)
