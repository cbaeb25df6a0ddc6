from django.utils.translation import gettext_lazy as _

from reference.models import SupportKind
from reference.rules import Choice, Flag, Several, shape
from support.models import ActivityType


def kinds_of_support():
    """The kinds as they are called now, by their codes."""
    return {kind.code: kind.name for kind in SupportKind.objects.order_by("code", "valid_from")}


shape(
    "turns",
    [
        Choice(
            "once",
            _("A turn is counted once"),
            {"activity": _("per enterprise and activity"), "activity_and_year": _("per enterprise, activity and year")},
        ),
        Choice(
            "year_of",
            _("An activity over two years belongs to the year"),
            {"completion": _("in which it was completed"), "start": _("in which it began")},
        ),
        Choice(
            "title_needed",
            _("Must the enterprise hold a title"),
            {"none": _("no"), "on_delivery": _("yes, on the day of the support"), "ever": _("yes, at any time")},
        ),
        Flag("other_agencies", _("Support by other agencies counts")),
        Several("uncounted_types", _("Types of activity that do not count"), dict(ActivityType.choices)),
        Several("uncounted_kinds", _("Kinds of support that do not count"), kinds_of_support),
    ],
)
