"""How the history of people, offices and invitations reads."""

from django.utils.translation import gettext_lazy as _

from accounts.access import actions
from accounts.models import Office
from accounts.roles import Role
from audit.access_log import describe_access
from audit.events import actor_names, describe
from screens import formats


def _labels(choices):
    """Says a stored value in words; what is not (or no longer) a choice stands as it is."""
    labels = dict(choices.choices)
    return lambda value: labels.get(value, value)


def _named(actor):
    return actor_names({actor})[actor]


def _action_label(code):
    known = actions().get(code)
    return known.label if known else code


PERSON = {
    "full_name": _("Full name"),
    "full_name before": _("Full name before"),
    "email": _("E-mail address"),
    "email before": _("E-mail address before"),
    "phone": _("Telephone"),
    "phone before": _("Telephone before"),
    "active": _("Active"),
}
POST = {
    "role": (_("Role"), _labels(Role)),
    "office": (_("Office or centre"), formats.vietnamese),
    "starts_on": _("From"),
    "ends_on": _("Last day"),
    "paper": _("Assignment paper"),
}
OFFICE = {
    "code": (_("Code"), formats.code),
    "name": _("Name"),
    "symbol": _("Symbol on papers"),
    "kind": (_("Kind"), _labels(Office.Kind)),
    "ended_on": _("Last day"),
}

DELEGATION = {
    "giver": (_("Who authorises"), _named),
    "receiver": (_("Who is authorised"), _named),
    "action": (_("What for"), _action_label),
    "starts_on": _("From"),
    "ends_on": _("Last day"),
    "paper": _("Written authorisation"),
    "paper_on": _("Date of the written authorisation"),
    "limit_vnd": (_("At most for one act"), formats.money),
}

describe("account opened", _("Opened the account"), fields=PERSON)
describe("person edited", _("Corrected the personal details"), fields=PERSON)
describe("account disabled", _("Disabled the account"), fields=PERSON)
describe("account enabled", _("Enabled the account again"), fields=PERSON)
describe("post given", _("Gave a post in %(office)s"), fields=POST)
describe("post ended", _("Ended the post in %(office)s"), fields=POST)
describe("password changed", _("Changed the password"))
describe("password reset", _("Set a new password by the link sent by mail"))
describe("second factor set up", _("Set up the second factor"))
describe("second factor removed", _("Removed the second factor"))
describe("second factor reset", _("Reset the second factor of the person"))
describe("recovery codes made", _("Made new recovery codes"))
describe("session ended", _("Ended a session"))
describe("sessions ended", _("Ended %(count)s sessions"))
describe("work handed over", _("Handed over everything the person held (%(count)s)"))
describe("delegation given", _("Recorded the delegation"), fields=DELEGATION)
describe("delegation ended early", _("Ended the delegation early"), fields=DELEGATION)
describe("office added", _("Added the office"), fields=OFFICE)
describe("office edited", _("Changed the office"), fields=OFFICE)
describe("invitation sent", _("Sent an invitation"), fields=PERSON)
describe("invitation withdrawn", _("Withdrew the invitation"))
describe("invitation accepted", _("Accepted the invitation"))

describe_access("page of a person", _("Opened the page of a person"))
