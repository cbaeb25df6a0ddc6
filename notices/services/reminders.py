"""Reminding a colleague of a thing, and saying that it is done. An official reminder is a paper and not this."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require, row_for
from accounts.models import User
from accounts.roles import POST_ROLES
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from notices.models import Reminder
from notices.permissions import REMIND
from notices.services.telling import tell
from notices.telling import REMINDER
from screens import formats


def who_may_be_reminded(subject, on, *, by):
    """Those who hold a post whose role opens the page of the thing, each with `posts_now`."""
    roles = row_for(subject.route, "GET").roles & POST_ROLES
    return User.objects.holding(roles, on).exclude(pk=by.pk).order_by("sort_key", "pk").with_posts(on)


@transaction.atomic
def remind(*, subject, thing, receiver, words, due_on, by, now):
    """Remind `receiver`, who must be able to see the thing, of what is to be done with it."""
    require(by, REMIND)
    today = timezone.localdate(now)
    if receiver.pk == by.pk:
        raise Refused(_("You cannot remind yourself. Choose a colleague."))
    if due_on and due_on < today:
        raise Refused(_("The day %(day)s is over. Choose a day to come.") % {"day": formats.vn_date(due_on)})
    if not receiver.roles_on(today) & REMIND.roles or subject.seen_by(receiver, thing.public_id) is None:
        raise Refused(
            _("%(name)s may not open this page. Choose somebody whose work it is.") % {"name": receiver.full_name}
        )
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    same = {"sender": by, "receiver": receiver, "object_kind": subject.code, "object_id": thing.public_id}
    standing = Reminder.objects.open().filter(**same).first()
    if standing:
        raise Conflict(
            _("You reminded %(name)s of this at %(time)s, and it is not done yet.")
            % {"name": receiver.full_name, "time": formats.vn_datetime(standing.sent_at)}
        )
    reminder = Reminder.objects.create(**same, label=str(thing)[:300], words=words, due_on=due_on, sent_at=now)
    record_event("colleague reminded", reminder, by=by, now=now, after={"due_on": due_on})
    tell(REMINDER, reminder, by=by, now=now)
    return reminder


@transaction.atomic
def settle_reminder(*, reminder, by, now):
    """Say that it is done, or needs doing no more: by whoever was reminded or whoever reminded."""
    row = Reminder.objects.select_for_update(of=("self",)).get(pk=reminder.pk)
    if by.pk not in (row.sender_id, row.receiver_id):
        raise NotAllowed(_("Only the two colleagues whom the reminder concerns may do this."))
    if row.done_at:
        return row
    row.done_at, row.done_by = max(now, row.sent_at), by
    row.save(update_fields=["done_at", "done_by"])
    record_event("reminder settled", row, by=by, now=now)
    return row


# --- handing over ------------------------------------------------------------------------------


def held_by(person):
    return Reminder.objects.open().filter(receiver=person)


def count_held(person):
    return held_by(person).count()


def who_may_take(person, on):
    return User.objects.holding(REMIND.roles, on)


def hand_over_reminders(person, to, *, by, now):
    """What the person was reminded of goes to `to`; what `to` asked for, or was asked for too, is settled by that."""
    for reminder in held_by(person).select_for_update(of=("self",)):
        same = Reminder.objects.open().filter(
            sender=reminder.sender_id, receiver=to, object_kind=reminder.object_kind, object_id=reminder.object_id
        )
        if reminder.sender_id == to.pk or same.exists():
            Reminder.objects.filter(pk=reminder.pk).update(done_at=max(now, reminder.sent_at), done_by=to)
        else:
            Reminder.objects.filter(pk=reminder.pk).update(receiver=to)
        record_event("reminder handed over", reminder, by=by, now=now)
