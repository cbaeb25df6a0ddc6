"""The pages of events on their way: subscriptions, their secrets and states, and each event that was sent or not."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import may_open
from accounts.answers import do_once, form_page
from audit.events import actor_names
from audit.refusals import Refused
from exchange import services_subscriptions as services
from exchange.catalogue import label_of
from exchange.forms import SecretForm
from exchange.forms_subscriptions import ReplayForm, SubscriptionForm, WhyForm
from exchange.heard import body_of, body_of_ping
from exchange.models import Client, Sending, Subscription
from exchange.tables import SendingFilter, SendingTable
from exchange.views_clients import above, made_already
from screens.forms import form_data
from screens.lists import PAGE_SIZES, BulkAction, bulk_results, show_list

LATEST_SHOWN = 20
MOST_AT_ONCE = PAGE_SIZES[-1]


def _subscription(public_id):
    return get_object_or_404(Subscription.objects.select_related("client"), public_id=public_id)


def _above(subscription):
    return [*above(subscription.client), (subscription.address, subscription.get_absolute_url())]


def _shown_once(request, subscription, secret, title):
    """The answer that shows a signing secret: the only place where it ever stands in clear."""
    answer = render(
        request,
        "exchange/signing_secret.html",
        {"subscription": subscription, "client": subscription.client, "secret": secret, "title": title},
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_safe
def subscription_detail(request, public_id):
    subscription, now = _subscription(public_id), timezone.now()
    client, secrets = subscription.client, list(subscription.secrets.all())
    names = actor_names({subscription.created_by, *(each.made_by for each in secrets)})
    counts = dict(subscription.sendings.order_by().values_list("state").annotate(Count("pk")))
    state, client_state = Subscription.State(subscription.state), client.state_on(timezone.localdate(now))
    is_over = state == Subscription.State.ENDED or client_state == Client.State.OFF
    may_manage = may_open(request.user, "systems:edit_subscription") and not is_over
    is_sent_to = state == Subscription.State.ACTIVE and client_state == Client.State.WORKING
    latest = subscription.sendings.order_by("-id")[:LATEST_SHOWN]
    return render(
        request,
        "exchange/subscription_detail.html",
        {
            "subscription": subscription,
            "client": client,
            "state": state,
            "state_shown": subscription.state_shown(timezone.localdate(now)),
            "client_works": client_state == Client.State.WORKING,
            "may_manage": may_manage,
            "may_pause": may_manage and state == Subscription.State.ACTIVE,
            "may_resume": may_manage and state in (Subscription.State.PAUSED, Subscription.State.STOPPED),
            "events": [label_of(name) for name in subscription.types],
            "created_by": names[subscription.created_by],
            "waiting": counts.get(Sending.State.WAITING, 0),
            "parked": counts.get(Sending.State.PARKED, 0),
            "is_failing": bool(subscription.failures),
            "next_call": max(subscription.rest_until, now) if subscription.failures and is_sent_to else None,
            "secrets": [
                {"secret": each, "made_by": names[each.made_by], "signs": each.ends_at is None or each.ends_at > now}
                for each in secrets
            ],
            "latest": [
                {"sending": each, "label": label_of(each.type), "kind": Sending.KINDS[each.state]} for each in latest
            ],
        },
    )


def add_subscription(request, public_id):
    """Have a system told of events; the secret that they are signed with stands on the page that answers."""
    client, now = get_object_or_404(Client, public_id=public_id), timezone.now()
    title = _("Send events to an address")
    form = SubscriptionForm(*form_data(request), client=client)

    def act(data):
        values = form.values()
        sent = {**values, "operation_key": data["operation_key"]}
        with do_once(request, f"subscribe {client.public_id}", sent, now, label=title) as operation:
            if operation.done:
                return made_already(request, _subscription(operation.answer["subscription"]))
            subscription, secret = services.subscribe(client=client, by=request.user, now=now, **values)
            operation.store({"subscription": str(subscription.public_id)})
        return _shown_once(request, subscription, secret, _("Events are sent from now on"))

    return form_page(
        request,
        form,
        act,
        title=title,
        submit=title,
        back=client.get_absolute_url(),
        lead=_("Each event says what happened and where the API shows it; the secret that signs it is shown once."),
        above=above(client),
    )


def edit_subscription(request, public_id):
    subscription, now, title = _subscription(public_id), timezone.now(), _("Edit the address and its events")
    form = SubscriptionForm(*form_data(request), instance=subscription, client=subscription.client)

    def act(data):
        values = form.values()
        sent = {**values, "version": data["version"], "operation_key": data["operation_key"]}
        with do_once(request, f"edit subscription {subscription.public_id}", sent, now, label=title) as operation:
            if not operation.done:
                services.edit_subscription(
                    subscription=subscription, expected=data["version"], by=request.user, now=now, **values
                )
        return _("The changes count from the next event on."), subscription.get_absolute_url()

    return form_page(
        request,
        form,
        act,
        title=title,
        submit=_("Save"),
        back=subscription.get_absolute_url(),
        above=_above(subscription),
    )


def make_signing_secret(request, public_id):
    subscription, now, title = _subscription(public_id), timezone.now(), _("Make a new signing secret")
    form = SecretForm(*form_data(request), initial={"version": subscription.version})

    def act(data):
        with do_once(request, f"signing secret {subscription.public_id}", data, now, label=title) as operation:
            if operation.done:
                return made_already(request, subscription)
            secret = services.rotate_signing_secret(
                subscription=subscription, expected=data["version"], by=request.user, now=now
            )
            operation.store({"subscription": str(subscription.public_id)})
        return _shown_once(request, subscription, secret, _("A new signing secret was made"))

    return form_page(
        request,
        form,
        act,
        title=title,
        submit=title,
        back=subscription.get_absolute_url(),
        lead=_("For seven days events carry both signatures, so that the receiver can change over without losing any."),
        above=_above(subscription),
    )


def _change_state(request, public_id, form_class, act, *, verb, title, lead, done):
    """A page with one form whose act moves the subscription."""
    subscription, now = _subscription(public_id), timezone.now()
    form = form_class(*form_data(request), initial={"version": subscription.version})

    def once_only(data):
        with do_once(request, f"{verb} {subscription.public_id}", data, now, label=title) as operation:
            if not operation.done:
                act(form, subscription=subscription, expected=data["version"], by=request.user, now=now)
        return done, subscription.get_absolute_url()

    return form_page(
        request,
        form,
        once_only,
        title=title,
        submit=title,
        back=subscription.get_absolute_url(),
        lead=lead,
        above=_above(subscription),
    )


def pause_subscription(request, public_id):
    return _change_state(
        request,
        public_id,
        WhyForm,
        lambda form, **given: services.pause_subscription(reason=form.cleaned_data["reason"], **given),
        verb="pause subscription",
        title=_("Pause sending"),
        lead=_("What happens meanwhile is not lost: it is sent once sending is resumed."),
        done=_("Nothing is sent until sending is resumed."),
    )


def resume_subscription(request, public_id):
    return _change_state(
        request,
        public_id,
        SecretForm,
        lambda _form, **given: services.resume_subscription(**given),
        verb="resume subscription",
        title=_("Resume sending"),
        lead=_("It goes on where it was left; what waits is sent first, in its order."),
        done=_("Events are sent again."),
    )


def end_subscription(request, public_id):
    return _change_state(
        request,
        public_id,
        WhyForm,
        lambda form, **given: services.end_subscription(reason=form.cleaned_data["reason"], **given),
        verb="end subscription",
        title=_("End sending"),
        lead=_("Nothing more goes to this address, for good. To send there again the address is added anew."),
        done=_("Nothing more is sent to this address."),
    )


def replay_subscription(request, public_id):
    return _change_state(
        request,
        public_id,
        ReplayForm,
        lambda form, **given: services.replay(since=form.moment, **given),
        verb="replay subscription",
        title=_("Send events again"),
        lead=_(
            "Everything that came into the log since this moment is sent once more, in its order, also what was set "
            "aside or left out. The receiver knows by the identifier what it has already."
        ),
        done=_("The events since this moment are sent again."),
    )


def test_subscription(request, public_id):
    subscription = _subscription(public_id)
    try:
        services.send_test(subscription=subscription, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A test is on its way. What was answered stands below in some seconds."))
    return redirect(subscription)


# --- single events ---------------------------------------------------------------------------------


@require_safe
def sending_list(request):
    actions = [
        BulkAction("again", _("Send again"), reverse("systems:send_many_again")),
        BulkAction("leave_out", _("Leave the event out"), reverse("systems:leave_many_out")),
    ]
    return show_list(
        request,
        name="event-sendings",
        template="exchange/list.html",
        title=_("Events sent to systems"),
        lead=_("Each event on its way to each address, the latest first. What is settled is kept for 90 days."),
        table_class=SendingTable,
        filterset_class=SendingFilter,
        queryset=Sending.objects.all(),
        ordering=("-pk",),
        actions=actions if may_open(request.user, "systems:send_many_again", "POST") else [],
        export_name="su-kien-da-gui",
        empty=_("No event was sent to any system yet."),
    )


def _sending(public_id):
    rows = Sending.objects.select_related("subscription__client", "event")
    return get_object_or_404(rows, public_id=public_id)


@require_safe
def sending_detail(request, public_id):
    row = _sending(public_id)
    may_manage = may_open(request.user, "systems:send_again", "POST") and row.event_id is not None
    return render(
        request,
        "exchange/sending_detail.html",
        {
            "sending": row,
            "subscription": row.subscription,
            "client": row.subscription.client,
            "title": label_of(row.type),
            "state_kind": Sending.KINDS[row.state],
            "body": body_of(row.event) if row.event else body_of_ping(row.public_id, row.made_at),
            "may_send_again": may_manage and row.state != Sending.State.WAITING,
            "may_leave_out": may_manage and row.state == Sending.State.PARKED,
        },
    )


def _act_on(request, public_id, act, done):
    row = _sending(public_id)
    try:
        act(sending=row, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(row)


def send_again(request, public_id):
    return _act_on(request, public_id, services.send_again, _("It waits to be sent."))


def leave_out(request, public_id):
    return _act_on(request, public_id, services.leave_out, _("It is left out; later events go on."))


def _chosen(request):
    found = []
    for text in request.POST.getlist("chosen")[:MOST_AT_ONCE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return Sending.objects.filter(public_id__in=found).order_by("pk")


def _many(request, act, done, title):
    results = services.each_of(_chosen(request), act, done, by=request.user, now=timezone.now())
    return bulk_results(request, title=title, results=results, back=reverse("systems:sending_list"))


def send_many_again(request):
    return _many(request, services.send_again, _("It waits to be sent."), _("Sending events again"))


def leave_many_out(request):
    return _many(request, services.leave_out, _("It is left out; later events go on."), _("Leaving events out"))
