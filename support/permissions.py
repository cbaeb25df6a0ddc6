from django.utils.translation import gettext_lazy as _

from accounts.access import action, menu, route
from accounts.models import Post
from accounts.roles import ENTERPRISE_ROLES, HEADS, READERS, Role

VIEW = action("support.view", _("See support records"), roles=READERS | ENTERPRISE_ROLES)
TOTALS = action("support.totals", _("See totals of support"), roles=READERS)
RECORD = action("support.record", _("Record and correct support"), roles=HEADS | {Role.OFFICER, Role.CENTRE_STAFF})
IMPORT = action("support.import", _("Import support records"), roles=HEADS | {Role.OFFICER})

route("support:support_list", GET=VIEW)
route("support:support_detail", GET=VIEW)
route("support:support_evidence", GET=VIEW)
route("support:support_totals", GET=TOTALS)
route("support:record_support", GET=RECORD, POST=RECORD)
route("support:correct_support", GET=RECORD, POST=RECORD)
route("support:withdraw_support", GET=RECORD, POST=RECORD)

menu("support", _("Support"), route="support:support_list", order=60)

EVERYWHERE = HEADS | {Role.OFFICER}


def offices_of(user, on):
    """Offices in which `user` may keep records on the date `on`; None means any office."""
    if user.roles & EVERYWHERE:
        return None
    posts = Post.objects.filter(user=user, role=Role.CENTRE_STAFF).in_force(on)
    return set(posts.values_list("office_id", flat=True))


def can_change_support(user, record, on):
    """Officers and heads; centre staff only records kept by their own office. Nobody changes a withdrawn record."""
    if record.withdrawn or not user.may(RECORD):
        return False
    offices = offices_of(user, on)
    return offices is None or record.office_id in offices
