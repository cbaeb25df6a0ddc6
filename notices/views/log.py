"""What was to be told, what was sent to whom by which way, what failed; and sending it again."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import actor_names
from audit.refusals import Refused
from notices.channels import is_on
from notices.models import Channel, Delivery, Telling
from notices.permissions import SEND_AGAIN
from notices.services import again
from notices.services.letters import text_to_copy
from notices.tables import DELIVERY_KINDS, TELLING_KINDS, DeliveryFilter, DeliveryTable, TellingFilter, TellingTable
from notices.views import uuids
from screens.lists import PAGE_SIZES, BulkAction, bulk_results, show_list

MOST_AT_ONCE = PAGE_SIZES[-1]


def delivery_list(request):
    actions = [BulkAction("again", _("Send again"), reverse("notices:send_many_again"))]
    return show_list(
        request,
        name="notices-log",
        title=_("Log of notices"),
        lead=_(
            "Each way of telling each person, the latest first. What does not go is tried again by itself, at growing intervals."
        ),
        table_class=DeliveryTable,
        filterset_class=DeliveryFilter,
        queryset=Delivery.objects.visible_to(request.user).with_readable(request.user),
        ordering=("-made_at", "-pk"),
        template="notices/log.html",
        actions=actions if request.user.may(SEND_AGAIN) else [],
        export_name="nhat-ky-thong-bao",
        empty=_("Nobody was told of anything yet."),
    )


def delivery(request, public_id):
    row = _delivery(request, public_id)
    return render(
        request,
        "notices/delivery.html",
        {
            "delivery": row,
            "notice": row.notice,
            "title": row.title,
            "state_kind": DELIVERY_KINDS[row.state],
            "may_send_again": row.may_be_sent_again and request.user.may(SEND_AGAIN),
            "may_give_up": row.state == Delivery.State.PARKED and request.user.may(SEND_AGAIN),
            "text_to_copy": text_to_copy(row.notice) if row.notice and row.readable and not is_on(Channel.ZALO) else "",
            "bundled": _shown(row.bundled, request.user).order_by("made_at", "pk"),
        },
    )


def send_again(request, public_id):
    row = _delivery(request, public_id)
    try:
        again.send_again(delivery=row, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It waits to be sent."))
    return redirect(row)


def give_up_sending(request, public_id):
    row = _delivery(request, public_id)
    try:
        again.give_up_sending(delivery=row, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is given up and stays in the log."))
    return redirect(row)


def send_many_again(request):
    chosen = uuids(request.POST.getlist("chosen"))[:MOST_AT_ONCE]
    rows = _shown(Delivery.objects, request.user)
    results = again.send_many_again(
        deliveries=rows.filter(public_id__in=chosen).order_by("pk"), by=request.user, now=timezone.now()
    )
    return bulk_results(request, title=_("Sending again"), results=results, back=reverse("notices:delivery_list"))


def telling_list(request):
    return show_list(
        request,
        name="notices-matters",
        title=_("Matters that were to be told"),
        lead=_("Each act that people are to be told of, also where nobody was concerned any more when it was sent."),
        table_class=TellingTable,
        filterset_class=TellingFilter,
        queryset=Telling.objects.visible_to(request.user),
        ordering=("-told_at", "-pk"),
        export_name="viec-can-bao",
        template="notices/log.html",
        empty=_("Nothing was to be told yet."),
    )


def telling(request, public_id):
    row = _telling(request, public_id)
    deliveries = (
        Delivery.objects.filter(notice__telling=row).select_related("person", "notice").order_by("person", "pk")
    )
    return render(
        request,
        "notices/telling.html",
        {
            "telling": row,
            "actor": actor_names({row.actor})[row.actor],
            "state_kind": TELLING_KINDS[row.state],
            "deliveries": [(each, DELIVERY_KINDS[each.state]) for each in deliveries],
            "may_pass_on": row.state == Telling.State.PARKED and request.user.may(SEND_AGAIN),
        },
    )


def pass_on_again(request, public_id):
    row = _telling(request, public_id)
    try:
        again.pass_on_again(telling=row, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It waits to be passed on."))
    return redirect(row)


def _delivery(request, public_id):
    return get_object_or_404(_shown(Delivery.objects, request.user), public_id=public_id)


def _shown(rows, user):
    """Those that the person sees in the log, with whether they may read what was said."""
    return rows.visible_to(user).with_readable(user).select_related("notice__telling", "person", "bundled_into")


def _telling(request, public_id):
    return get_object_or_404(Telling.objects.visible_to(request.user), public_id=public_id)
