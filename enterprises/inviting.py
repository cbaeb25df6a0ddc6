"""Enterprises as guests of a meeting (`programme.invited_enterprises`)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enterprises.models import Enterprise, Membership
from enterprises.telling import people_of
from enterprises.waiting import Waiting
from programme.models import Invitee
from screens import formats

MOST = 10  # invitations that wait for an answer, the next meeting first


def named(tax_codes):
    """{tax code: (public id, name)} of those that are registered and were not dissolved."""
    rows = Enterprise.objects.standing().filter(tax_code__in=tax_codes).exclude(status=Enterprise.Status.DISSOLVED)
    return {row.tax_code: (row.public_id, row.name) for row in rows}


def gone(tax_codes):
    """{tax code: sentence} of those that are registered and not invited: why."""
    rows = Enterprise.objects.recorded().filter(tax_code__in=tax_codes).select_related("merged_into")
    found = {}
    for row in rows:
        words = {"code": row.tax_code, "name": row.name}
        if row.merged_into:
            found[row.tax_code] = _("%(code)s (%(name)s) was merged into %(other)s, tax code %(other_code)s.") % (
                words | {"other": row.merged_into.name, "other_code": row.merged_into.tax_code}
            )
        elif row.status == Enterprise.Status.DISSOLVED:
            found[row.tax_code] = _("%(code)s (%(name)s) stands as dissolved since %(day)s.") % (
                words | {"day": formats.vn_date(row.status_from)}
            )
    return found


def _record(public_id):
    return Enterprise.objects.recorded().select_related("merged_into").filter(public_id=public_id).first()


def email_of(public_id):
    record = _record(public_id)
    return record.root.email if record else ""


def people(public_id, on):
    record = _record(public_id)
    return people_of(record, on) if record else User.objects.none()


def held_by(user, on):
    """Public ids of the enterprises that somebody acts for, and of those merged into them: two queries in one would look
    through the whole register."""
    held = Membership.objects.in_force(on).filter(user=user).values("enterprise")
    rows = Enterprise.objects.recorded()
    return rows.filter(pk__in=held).values("public_id"), rows.filter(merged_into__in=held).values("public_id")


def waiting_invitations(request, enterprise):
    """[Waiting] for an answer, or for another one since the time was changed."""
    family = Enterprise.objects.filter(pk__in=enterprise.family_ids).values("public_id")
    rows = Invitee.objects.filter(enterprise__in=family, sent_at__isnull=False).to_answer(timezone.now())
    return [
        Waiting(
            _("Answer the invitation: %(meeting)s") % {"meeting": invitee.meeting},
            invitee.invitation_address,
            invitee.meeting.when,
            until=timezone.localdate(invitee.meeting.starts_at),
        )
        for invitee in rows.select_related("meeting").order_by("meeting__starts_at", "pk")[:MOST]
    ]
