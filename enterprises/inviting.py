"""Enterprises as guests of a meeting (`programme.invited_enterprises`)."""

from accounts.models import User
from enterprises.models import Enterprise, Membership
from enterprises.telling import people_of


def named(tax_codes):
    """{tax code: (public id, name)} of those that are registered and were not dissolved."""
    rows = Enterprise.objects.standing().filter(tax_code__in=tax_codes).exclude(status=Enterprise.Status.DISSOLVED)
    return {row.tax_code: (row.public_id, row.name) for row in rows}


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
