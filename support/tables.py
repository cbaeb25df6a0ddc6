from django.utils.translation import gettext_lazy as _

from screens import tables
from support.models import ActivityType
from support.turns import COUNTS, REASONS

TAGS = {COUNTS: "ok", "withdrawn": "bad", "same_activity": "info"}


class SupportTable(tables.Table):
    delivered_on = tables.DateColumn(verbose_name=_("Delivered on"))
    activity = tables.LinkColumn(
        verbose_name=_("Activity"), route="support:support_detail", second="activity_code", orderable=False
    )
    enterprise = tables.TextColumn(
        verbose_name=_("Enterprise"), accessor="enterprise__name", order_by="enterprise__sort_key"
    )
    tax_code = tables.CodeColumn(verbose_name=_("Tax code"), accessor="enterprise__tax_code")
    year = tables.NumberColumn(verbose_name=_("Year"), attrs={})
    content_area = tables.TranslatedColumn("content_area__name", verbose_name=_("Content area"))
    kind = tables.TranslatedColumn("kind__name", verbose_name=_("Kind of support"))
    activity_type = tables.ChoiceColumn(verbose_name=_("Type of activity"), choices=ActivityType)
    what = tables.TextColumn(verbose_name=_("What was delivered"), orderable=False)
    amount_vnd = tables.MoneyColumn(verbose_name=_("Amount"), total=True)
    money_source = tables.TranslatedColumn("money_source__name", verbose_name=_("Source of money"))
    agency = tables.TranslatedColumn("agency__name", verbose_name=_("Agency that gave it"))
    started_on = tables.DateColumn(verbose_name=_("Started on"))
    evidence = tables.TextColumn(verbose_name=_("Evidence"), orderable=False)
    turn_reason = tables.TagColumn(verbose_name=_("Turn"), choices=REASONS.items(), kinds=TAGS, orderable=False)

    class Meta:
        shown = ["delivered_on", "activity", "enterprise", "kind", "amount_vnd", "turn_reason"]
