from django.utils.translation import gettext_lazy as _

from screens import tables
from support.models import ActivityType
from support.turns import COUNTS, REASONS

TAGS = {COUNTS: "ok", "withdrawn": "bad", "same_activity": "info"}
SHORT = {
    COUNTS: _("One turn"),
    "withdrawn": _("Withdrawn"),
    "other_agency": _("Another agency"),
    "kind": _("Kind not counted"),
    "activity_type": _("Type not counted"),
    "no_title": _("No title then"),
    "same_activity": _("Counted already"),
}


class SupportTable(tables.Table):
    delivered_on = tables.DateColumn(verbose_name=_("Delivered on"))
    activity = tables.LinkColumn(
        verbose_name=_("Activity"),
        route="support:support_detail",
        second="activity_code",
        second_label=_("Code"),
        orderable=False,
    )
    enterprise = tables.TextColumn(
        verbose_name=_("Enterprise"), accessor="enterprise__name", order_by="enterprise__sort_key"
    )
    tax_code = tables.CodeColumn(verbose_name=_("Tax code"), accessor="enterprise__tax_code")
    year = tables.YearColumn(verbose_name=_("Year"))
    content_area = tables.TranslatedColumn("content_area__name", verbose_name=_("Content area"))
    kind = tables.TranslatedColumn("kind__name", verbose_name=_("Kind of support"))
    activity_type = tables.ChoiceColumn(verbose_name=_("Type of activity"), choices=ActivityType)
    what = tables.TextColumn(verbose_name=_("What was delivered"), orderable=False)
    amount_vnd = tables.MoneyColumn(verbose_name=_("Amount"), total=True)
    money_source = tables.TranslatedColumn("money_source__name", verbose_name=_("Source of money"))
    agency = tables.TranslatedColumn("agency__name", verbose_name=_("Agency that gave it"))
    started_on = tables.DateColumn(verbose_name=_("Started on"))
    evidence = tables.TextColumn(verbose_name=_("Evidence"), orderable=False)
    turn_reason = tables.TagColumn(verbose_name=_("Turn"), choices=SHORT.items(), kinds=TAGS, orderable=False)
    turn_year = tables.YearColumn(verbose_name=_("Year of the turn"), orderable=False)
    why = tables.ChoiceColumn(
        verbose_name=_("Why it counts or not"), accessor="turn_reason", choices=REASONS.items(), orderable=False
    )

    class Meta:
        shown = ["delivered_on", "activity", "enterprise", "kind", "amount_vnd", "turn_reason"]
