"""How the history of connected systems reads, and what they took in the access log."""

from datetime import datetime
from itertools import combinations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from audit.access_log import describe_access
from audit.events import describe
from exchange.catalogue import label_of
from exchange.names import named_groups, named_scopes, named_wards
from exchange.resources import resources
from screens import formats

CLIENT = {
    "name": _("Name of the system"),
    "owner": _("Agency that runs it"),
    "contact": _("Contact"),
    "contact before": _("Contact before"),
    "purpose": _("Purpose of the connection"),
    "basis": _("Ground of the sharing"),
    "scopes": (_("Rights"), named_scopes),
    "wards": (_("Only these wards"), named_wards),
    "groups": (_("Only these product groups"), named_groups),
    "addresses": _("Only from these addresses"),
    "calls_a_minute": _("Calls a minute"),
    "expires_on": _("Last day"),
}

describe("client registered", _("Registered the connected system"), fields=CLIENT)
describe("client edited", _("Changed what the connected system may do"), fields=CLIENT)
describe("client secret made", _("Made a secret that ends with %(hint)s"))
describe("client switched off", _("Switched the connected system off"))


def _named_events(names):
    return [str(label_of(name)) for name in names]


def _moment(text):
    return formats.vn_datetime(datetime.fromisoformat(text))


SUBSCRIPTION = {
    "address": _("Address that receives events"),
    "types": (_("Events"), _named_events),
    "since": (_("Since the moment"), _moment),
}

describe("subscription made", _("Events are sent to the address from now on"), fields=SUBSCRIPTION)
describe("subscription edited", _("Changed the address or its events"), fields=SUBSCRIPTION)
describe("signing secret made", _("Made a signing secret that ends with %(hint)s"))
describe("subscription paused", _("Paused sending"))
describe("subscription resumed", _("Resumed sending"))
describe("subscription silent", _("Sending stopped: the receiver has taken nothing for three days"))
describe("subscription unwanted", _("Sending stopped: the receiver answers that it wants no more events (410)"))
describe("subscription unsigned", _("Sending stopped: no signing secret can be read"))
describe("subscription ended", _("Ended sending"))
describe("subscription tested", _("Sent a test"))
describe("events replayed", _("Had events sent again"), fields=SUBSCRIPTION)
describe("event sent again", _("Had the event “%(type)s” of %(thing)s sent again"))
describe("event left out", _("Left out the event “%(type)s” of %(thing)s"))


def _combinations(names):
    return (some for count in range(1, len(names) + 1) for some in combinations(names, count))


def _joined(labels):
    return format_lazy(", ".join(["{}"] * len(labels)), *labels)


# Written down before it is answered, so that nothing is taken without a trace: also what then was not there, or refused.
WAYS = {
    "list": _("Asked for a list through the API"),
    "one": _("Asked for one entry through the API"),
    "stream": _("Asked for everything through the API"),
    "changes": _("Asked for what changed through the API"),
}
_LABELS = {each.scope: each.scope_label for each in resources().values()}
for _resource in resources().values():
    for _kind, _sentence in WAYS.items():
        describe_access(f"api {_resource.name} {_kind}", format_lazy("{}: {}", _sentence, _resource.label))
        for _names in _combinations(_resource.row.expandable):
            _shown = [_LABELS[_resource.row.expandable[_name]] for _name in _names]
            describe_access(
                f"api {_resource.name} {_kind} {' '.join(_names)}",
                format_lazy(
                    _("{asked}: {what}, with: {more}"), asked=_sentence, what=_resource.label, more=_joined(_shown)
                ),
            )
    for _write in _resource.writes:
        describe_access(
            f"api {_resource.name} {_write.name}",
            format_lazy("{}: {}", _("Asked to write through the API"), _write.label),
        )
        if _write.in_bulk:
            describe_access(
                f"api {_resource.name} bulk",
                format_lazy("{}: {}", _("Asked to write many through the API"), _write.label),
            )
describe_access("api events list", _("Asked for what happened through the API"))
describe_access("api events catalogue", _("Asked which events there are through the API"))
describe_access("event sent", _("An event was sent to the system"))
