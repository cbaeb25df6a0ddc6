"""What a letter says at the moment it is sent, and whether it is sent at all."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.emails import compose
from notices import wording
from notices.channels import Letter, absolute
from notices.kinds import kinds
from notices.models import Delivery
from notices.services.texts import text_of
from notices.telling import MORNING


def why_not(delivery, now):
    """Why it is not sent (any more); "" when it is: asked of the thing as it stands now."""
    if delivery.person_id and not delivery.person.is_active:
        return Delivery.Why.DISABLED
    if delivery.notice is None:
        return "" if left_of(delivery, now) else Delivery.Why.READ
    return "" if still_concerns(delivery.notice, now) else Delivery.Why.NOT_CONCERNED


def still_concerns(notice, now):
    kind = kinds().get(notice.telling.kind)
    thing = kind and kind.model._base_manager.filter(public_id=notice.telling.object_id).first()
    if not thing:
        return False
    if notice.person_id is None:
        return (notice.name, notice.email) in kind.strangers(thing)
    return kind.people(thing, timezone.localdate(now)).filter(pk=notice.person_id).exists()


def left_of(morning, now):
    """The notices of a morning's letter that were not read meanwhile and still concern the person."""
    rows = morning.bundled.select_related("notice__telling").order_by("made_at", "pk")
    return [row.notice for row in rows if row.notice.read_at is None and still_concerns(row.notice, now)]


def letter_of(delivery, address, *, now):
    """The letter as it is sent, in Vietnamese like all letters of the portal."""
    with override("vi"):
        if delivery.notice is None:
            subject, body, page = _of_morning(delivery, now)
        else:
            notice = delivery.notice
            subject, body, page = notice.subject_vi, notice.body_vi, notice.url
    page = absolute(page)
    ways = absolute(reverse("notices:preferences")) if delivery.person_id else ""  # who has no account has no choice
    subject, whole = compose("notices/email/notice.txt", subject=subject, body=body, address=page, ways=ways)
    identity = f"{delivery.public_id}.{delivery.times_again}"
    return Letter(identity, address, subject, whole, f"{subject}\n{page}", f"{subject}\n\n{body}\n\n{page}")


def _of_morning(morning, now):
    notices = left_of(morning, now)
    lines = "\n".join(f"- {notice.subject_vi}\n  {absolute(notice.url)}" for notice in notices)
    says = MORNING.says(morning) | {"person": morning.person.full_name, "count": len(notices), "list": lines}
    text = text_of(MORNING)
    return (
        wording.one_line(wording.fill(text.subject_vi, says)),
        wording.fill(text.body_vi, says),
        reverse("notices:own_notices"),
    )


def text_to_copy(notice):
    """The whole notice in Vietnamese, for whoever sends it by hand on another way."""
    return f"{notice.subject_vi}\n\n{notice.body_vi}\n\n{absolute(notice.url)}"
