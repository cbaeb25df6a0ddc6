"""The pages of connected systems: the list, one of them, registering, editing, a new secret, switching one off."""

from django.contrib import messages
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import may_open
from accounts.answers import do_once, form_page
from audit.events import actor_names
from audit.models import AccessEntry, AccessSum
from exchange import services
from exchange.callers import caller_for, use_by_day
from exchange.forms import ClientForm, SecretForm, SwitchOffForm
from exchange.models import Client
from exchange.names import named_groups, named_scopes, named_wards
from exchange.rights import idle_scopes
from exchange.tables import ClientFilter, ClientTable, clients_with_use, first_day_shown
from screens import formats
from screens.charts import small_bar
from screens.forms import form_data
from screens.lists import show_list

TAKEN_SHOWN = 30


@require_safe
def client_list(request):
    add = {"url": reverse("systems:add_client"), "label": _("Register a system")}
    return show_list(
        request,
        name="clients",
        template="exchange/list.html",
        title=_("Connected systems"),
        table_class=ClientTable,
        filterset_class=ClientFilter,
        queryset=clients_with_use(timezone.localdate()),
        ordering=("name", "pk"),
        export_name="he-thong-ket-noi",
        main_action=add if may_open(request.user, "systems:add_client") else None,
        lead=_("Systems of other agencies that read and write here by the API, each with its own rights."),
        empty=_("No system is connected yet."),
    )


def _client(public_id):
    return get_object_or_404(Client.objects.select_related("application"), public_id=public_id)


def above(client=None):
    """The way to what belongs to a system, or to all of them."""
    way = [
        (_("System administration"), reverse("accounts:administration")),
        (_("Connected systems"), reverse("systems:client_list")),
    ]
    return [*way, (client.name, client.get_absolute_url())] if client else way


def _days_of_use(client, today):
    """The days on which it called, the latest first, each with its bar."""
    used = use_by_day(client, since=first_day_shown(today))
    most = max(used.values(), default=0)
    return [
        {
            "day": day,
            "calls": calls,
            "bar": small_bar([calls], title=f"{formats.vn_date(day)}: {formats.number(calls)}", full=most),
        }
        for day, calls in sorted(used.items(), reverse=True)
    ]


def _summed(client):
    """What it took on days of which only sums are kept, the latest first."""
    sums = AccessSum.objects.filter(actor=client.actor).values("day", "what", "basis").annotate(calls=Sum("calls"))
    return sums.order_by("-day", "what", "basis")[:TAKEN_SHOWN]


@require_safe
def client_detail(request, public_id):
    client, today = _client(public_id), timezone.localdate()
    secrets = list(client.secrets.all())
    names = actor_names({client.created_by, client.switched_off_by, *(each.made_by for each in secrets)} - {""})
    days, state = _days_of_use(client, today), client.state_on(today)
    may_manage = may_open(request.user, "systems:edit_client") and state != Client.State.OFF
    now, idle = timezone.now(), idle_scopes(caller_for(client))
    return render(
        request,
        "exchange/client_detail.html",
        {
            "client": client,
            "state": state,
            "state_kind": Client.KINDS[state],
            "may_manage": may_manage,
            "rights": list(zip(named_scopes(client.scopes), [scope in idle for scope in client.scopes], strict=True)),
            "wards": named_wards(client.wards),
            "groups": named_groups(client.groups),
            "created_by": names[client.created_by],
            "switched_off_by": names.get(client.switched_off_by, ""),
            "secrets": [
                {"secret": each, "made_by": names[each.made_by], "holds": each.ends_at is None or each.ends_at > now}
                for each in secrets
            ],
            "subscriptions": [
                {"subscription": each, "state": each.state_shown(today)} for each in client.subscriptions.with_counts()
            ],
            "days": days,
            "calls": sum(row["calls"] for row in days),
            "taken": AccessEntry.objects.filter(actor=client.actor).order_by("-id")[:TAKEN_SHOWN],
            "trace_days": services.days_of_traces(today),
            "summed": _summed(client),
        },
    )


def _shown_once(request, client, secret, title):
    """The answer that shows a secret: the only place where it ever stands, kept by no browser and no session."""
    token_url = request.build_absolute_uri(reverse("exchange:token"))
    page = {"client": client, "secret": secret, "title": title, "token_url": token_url}
    answer = render(request, "exchange/secret.html", page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def made_already(request, thing):
    """What a form says that is sent a second time."""
    messages.warning(
        request,
        _(
            "This was done already, and its secret was shown then. It cannot be shown again: if it was lost, make a "
            "new one."
        ),
    )
    return redirect(thing)


def add_client(request):
    """Register a system; its first secret stands on the page that answers."""
    now, title = timezone.now(), _("Register a system")
    form = ClientForm(*form_data(request), on=timezone.localdate(now))

    def act(data):
        values = form.values()
        sent = {**values, "operation_key": data["operation_key"]}
        with do_once(request, "register client", sent, now, label=title) as operation:
            if operation.done:
                return made_already(request, _client(operation.answer["client"]))
            client, secret = services.register_client(by=request.user, now=now, **values)
            operation.store({"client": str(client.public_id)})
        return _shown_once(request, client, secret, _("The system is registered"))

    return form_page(
        request,
        form,
        act,
        title=title,
        submit=title,
        back=reverse("systems:client_list"),
        lead=_("It gets the rights that are ticked here and no others. Its secret is shown once, on the next page."),
        above=above(),
    )


def edit_client(request, public_id):
    client, now = _client(public_id), timezone.now()
    form = ClientForm(*form_data(request), instance=client, on=timezone.localdate(now))

    def act(data):
        values = form.values()
        sent = {**values, "version": data["version"], "operation_key": data["operation_key"]}
        with do_once(request, f"edit client {client.public_id}", sent, now, label=title) as operation:
            if not operation.done:
                services.edit_client(client=client, expected=data["version"], by=request.user, now=now, **values)
        return _(
            "The changes count from the system's next call on; a right that was added, from the next token that it asks for."
        ), client.get_absolute_url()

    title = _("Edit a connected system")
    return form_page(
        request,
        form,
        act,
        title=title,
        submit=_("Save"),
        back=client.get_absolute_url(),
        above=above(client),
    )


def make_secret(request, public_id):
    client, now, title = _client(public_id), timezone.now(), _("Make a new secret")
    form = SecretForm(*form_data(request), initial={"version": client.version})

    def act(data):
        with do_once(request, f"make secret {client.public_id}", data, now, label=title) as operation:
            if operation.done:
                return made_already(request, client)
            secret = services.rotate_secret(client=client, expected=data["version"], by=request.user, now=now)
            operation.store({"client": str(client.public_id)})
        return _shown_once(request, client, secret, _("A new secret was made"))

    return form_page(
        request,
        form,
        act,
        title=title,
        submit=title,
        back=client.get_absolute_url(),
        lead=_(
            "The secret in use now holds seven days more, so that the system can change over; any older one ends at "
            "once. The new one is shown once, on the next page."
        ),
        above=above(client),
    )


def switch_off_client(request, public_id):
    client, now, title = _client(public_id), timezone.now(), _("Switch off")
    form = SwitchOffForm(*form_data(request), initial={"version": client.version})

    def act(data):
        with do_once(request, f"switch off client {client.public_id}", data, now, label=title) as operation:
            if not operation.done:
                services.switch_off_client(
                    client=client, reason=data["reason"], expected=data["version"], by=request.user, now=now
                )
        return _("The system is switched off. Its next call is refused."), client.get_absolute_url()

    return form_page(
        request,
        form,
        act,
        title=_("Switch a connected system off"),
        submit=title,
        back=client.get_absolute_url(),
        lead=_("Its tokens and secrets end at once and for good. To connect it again it is registered anew."),
        above=above(client),
    )
