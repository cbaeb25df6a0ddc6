"""Reminding a colleague from the page of a thing; the page of a reminder; those sent and received."""

from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.forms import ReminderForm
from notices.models import Reminder
from notices.services import reminders as services
from notices.subjects import subjects
from notices.tables import ReminderFilter, ReminderTable
from reference.sending import do_once
from screens.lists import show_list


def remind(request, subject, public_id):
    subject = subjects().get(subject)
    thing = subject and subject.seen_by(request.user, public_id)
    if thing is None:
        raise Http404
    colleagues = services.who_may_be_reminded(subject, timezone.localdate(), by=request.user)
    form = ReminderForm(request.POST or None, colleagues=colleagues)
    done = do_once(
        request,
        form,
        f"remind of {thing.public_id}",
        lambda given, **by: services.remind(subject=subject, thing=thing, **given, **by),
    )
    if done:
        messages.success(request, _("Your colleague is reminded."))
        return redirect(subject.address(thing.public_id))
    return render(
        request,
        "notices/remind.html",
        {"form": form, "thing": str(thing), "back": subject.address(thing.public_id)},
    )


def reminder(request, public_id):
    row = _own(request, public_id)
    subject = subjects().get(row.object_kind)
    return render(
        request,
        "notices/reminder.html",
        {
            "reminder": row,
            "address": subject.address(row.object_id) if subject else "",
            "late": row.done_at is None and row.due_on is not None and row.due_on < timezone.localdate(),
        },
    )


def settle_reminder(request, public_id):
    row = _own(request, public_id)
    services.settle_reminder(reminder=row, by=request.user, now=timezone.now())
    messages.success(request, _("The reminder is settled."))
    return redirect(row)


def reminder_list(request):
    return show_list(
        request,
        name="reminders",
        title=_("Reminders"),
        lead=_("Between colleagues, inside the Department. An official reminder is a paper."),
        table_class=ReminderTable,
        filterset_class=ReminderFilter,
        queryset=Reminder.objects.of(request.user),
        ordering=(F("done_at").desc(nulls_first=True), "-sent_at", "-pk"),
        export_name="nhac-viec",
        empty=_("Open the page of a dossier, an enterprise or a task and remind a colleague from there."),
    )


def _own(request, public_id):
    rows = Reminder.objects.of(request.user).select_related("sender", "receiver", "done_by")
    return get_object_or_404(rows, public_id=public_id)
