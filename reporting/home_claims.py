"""Claims of enterprises in "My work": those that wait for a decision, the first to expire on top."""

from django.utils import timezone
from django.utils.translation import gettext as _

from enterprises.models import Claim
from reporting.waiting import Item, Section, address, first_of, may
from screens import formats


def _claims(user, now):
    if not may(user, "claims.decide"):
        return None
    waiting = Claim.objects.waiting(timezone.localdate(now)).exclude(claimant=user)
    rows, number = first_of(waiting.order_by("expires_on", "pk"))
    items = [
        Item(
            f"{row.enterprise_name} ({row.tax_code}) – {row.full_name}",
            row.get_absolute_url(),
            _("Compare and decide"),
            _("until %(day)s") % {"day": formats.vn_date(row.expires_on)},
        )
        for row in rows
    ]
    return Section(_("Claims of enterprises"), items, number, f"{address('enterprises:claim_list')}?state=waiting")


CLAIMS = (_claims,)
