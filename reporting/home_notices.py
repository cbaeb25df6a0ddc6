"""Notices in "My work": what colleagues remind of, and what could not be sent."""

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.models import Delivery, Reminder, Telling
from reporting.waiting import Item, Section, address, first_of, may
from screens import formats


def _reminders(user, now):
    if not may(user, "notices.remind"):
        return None
    mine = Reminder.objects.open().filter(receiver=user).select_related("sender")
    shown, number = first_of(mine.order_by(F("due_on").asc(nulls_last=True), "sent_at", "pk"))
    today = timezone.localdate(now)
    items = [
        Item(
            f"{row.label}: {row.words}",
            row.get_absolute_url(),
            _("Look at it"),
            f"{row.sender.full_name}, {formats.vn_date(row.due_on or row.sent_at)}",
            late=row.due_on is not None and row.due_on < today,
        )
        for row in shown
    ]
    return Section(_("Colleagues remind you"), items, number, address("notices:reminder_list"))


def _letters_set_aside(user, now):
    if not may(user, "notices.send_again"):
        return None
    parked = Delivery.objects.visible_to(user).filter(state=Delivery.State.PARKED)
    named = parked.with_readable(user).select_related("notice__telling", "person")
    shown, number = first_of(named.order_by("made_at", "pk"))
    items = [
        Item(
            f"{row.called}: {row.title}",
            row.get_absolute_url(),
            _("Send again"),
            formats.vn_datetime(row.made_at),
        )
        for row in shown
    ]
    more = f"{address('notices:delivery_list')}?state={Delivery.State.PARKED.value}"
    return Section(_("Notices that could not be sent"), items, number, more)


def _matters_set_aside(user, now):
    """Of these nobody was told at all: the administrator finds out why."""
    if not may(user, "notices.edit_texts"):
        return None
    parked = Telling.objects.visible_to(user).filter(state=Telling.State.PARKED)
    shown, number = first_of(parked.order_by("told_at", "pk"))
    items = [
        Item(row.title, row.get_absolute_url(), _("Pass on again"), formats.vn_datetime(row.told_at)) for row in shown
    ]
    more = f"{address('notices:telling_list')}?state={Telling.State.PARKED.value}"
    return Section(_("Matters that could not be passed on"), items, number, more)


NOTICES = (_reminders, _letters_set_aside, _matters_set_aside)
