"""What the page of an enterprise says about the support it was given."""

from django.utils import timezone
from django.utils.translation import gettext as _

from support.models import SupportRecord
from support.permissions import RECORD
from support.turns import COUNTS, explained, turn_rule

SHOWN = 10


def support_panel(request, enterprise):
    """The latest records of the enterprise and of the records merged into it, each with its turn."""
    if not request.user.may("support.view"):
        return None
    own = SupportRecord.objects.standing().filter(enterprise__in=enterprise.family_ids)
    records = explained(own, turn_rule(timezone.localdate())).order_by("-delivered_on", "-pk")
    rows = list(records.select_related("kind")[: SHOWN + 1])
    return {
        "id": "support",
        "title": _("Support"),
        "template": "support/includes/panel.html",
        "records": rows[:SHOWN],
        "more": len(rows) > SHOWN,
        "counts": COUNTS,
        "may_record": request.user.may(RECORD),
        "enterprise": enterprise,
    }
