"""What administrators are told of connected systems: that the last day of one comes near."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from exchange.models import Client
from notices.kinds import Place, kind
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
