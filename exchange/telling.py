"""What administrators are told of connected systems: that the last day of one comes near, or its events do not arrive."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from exchange.models import Client, Sending, Subscription
from exchange.permissions import SEE_CLIENTS
from notices.kinds import Place, kind
from notices.subjects import readable
from screens import formats


def _days_left(client):
    return (client.expires_on - timezone.localdate()).days


def _administrators(client, on):
    if client.state_on(on) != Client.State.WORKING:
        return User.objects.none()
    return User.objects.holding(Role.ADMINISTRATOR, on)


EXPIRES = kind(
    "exchange.client_expires",
    _("The last day of a connected system comes near"),
    model=Client,
    people=_administrators,
    says=lambda client: {
        "system": client.name,
        "agency": client.owner,
        "contact": client.contact,
        "expires_on": formats.vn_date(client.expires_on),
        "days": formats.number(_days_left(client)),
    },
    places=(
        Place("system", _("name of the system"), "Phần mềm quản lý ngân sách"),
        Place("agency", _("agency that runs it"), "Sở Tài chính"),
        Place("contact", _("contact"), "Phòng Tin học, so-tai-chinh@example.com"),
        Place("expires_on", _("last day"), "31/12/2026"),
        Place("days", _("how many days are left"), "30"),
    ),
    roles=frozenset({Role.ADMINISTRATOR}),
)


def _while_parked(subscription, on):
    is_so = subscription.sendings.filter(state=Sending.State.PARKED).exists()
    return _administrators(subscription.client, on) if is_so else User.objects.none()


def _while_stopped(subscription, on):
    is_so = subscription.state == Subscription.State.STOPPED
    return _administrators(subscription.client, on) if is_so else User.objects.none()


_WHICH = (
    Place("system", _("name of the system"), "Phần mềm quản lý ngân sách"),
    Place("agency", _("agency that runs it"), "Sở Tài chính"),
    Place("contact", _("contact"), "Phòng Tin học, so-tai-chinh@example.com"),
    Place("address", _("address that receives events"), "https://ngan-sach.example.com/su-kien"),
)


def _says_which(subscription):
    client = subscription.client
    return {
        "system": client.name,
        "agency": client.owner,
        "contact": client.contact,
        "address": subscription.address,
    }


EVENT_PARKED = kind(
    "exchange.event_parked",
    _("Events for a connected system were set aside"),
    model=Subscription,
    people=_while_parked,
    says=lambda subscription: {
        **_says_which(subscription),
        "count": formats.number(subscription.sendings.filter(state=Sending.State.PARKED).count()),
    },
    places=(*_WHICH, Place("count", _("how many are set aside"), "3")),
    roles=frozenset({Role.ADMINISTRATOR}),
)
SUBSCRIPTION_STOPPED = kind(
    "exchange.subscription_stopped",
    _("Events are no longer sent to a connected system"),
    model=Subscription,
    people=_while_stopped,
    says=lambda subscription: {**_says_which(subscription), "reason": subscription.reason_said},
    places=(*_WHICH, Place("reason", _("reason"), "Hệ thống nhận không nhận sự kiện trong ba ngày.")),
    roles=frozenset({Role.ADMINISTRATOR}),
)


def _read_by_overseers(model):
    return lambda user: model.objects.all() if user.may(SEE_CLIENTS) else model.objects.none()


for _model in (Client, Subscription):
    readable(_model, _read_by_overseers(_model))
