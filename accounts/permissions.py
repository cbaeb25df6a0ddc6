from django.utils.translation import gettext_lazy as _

from accounts.access import ANYONE, SIGNED_IN, action, route
from accounts.roles import LEADERS, Role

ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

SEE_PEOPLE = action(
    "accounts.see people",
    _("See the people, their posts and sign-ins"),
    roles=OVERSEERS | LEADERS | {Role.CHIEF_OF_OFFICE},
)
MANAGE_PEOPLE = action("accounts.manage people", _("Invite, assign, disable people"), roles=ADMINISTRATOR)
HAND_OVER = action(
    "accounts.hand over", _("Hand over what a person holds"), roles=ADMINISTRATOR | {Role.CHIEF_OF_OFFICE}
)
EDIT_OFFICES = action("accounts.edit offices", _("Edit the offices"), roles=ADMINISTRATOR)
SEE_LETTERS = action("accounts.see letters", _("See which letters went out"), roles=ADMINISTRATOR)
OVERSEE = action("accounts.oversee", _("Open the administration of the system"), roles=OVERSEERS)
SEE_LOGS = action("audit.see", _("Read the event log, the access log and the seals"), roles=OVERSEERS)
VERIFY = action("audit.verify", _("Have the event log verified"), roles=OVERSEERS)
SEE_JOBS = action("jobs.see all", _("See all jobs"), roles=OVERSEERS)
RUN_AGAIN = action("jobs.run again", _("Run a failed job again"), roles=ADMINISTRATOR)

# a load balancer and a watchman
for name in ("healthz", "readyz"):
    route(name, GET=ANYONE)

# how everything is shown (screens is below this room and cannot write its own rows)
route("screens:set_language", POST=ANYONE)
route("screens:save_view", POST=SIGNED_IN)
route("screens:delete_view", POST=SIGNED_IN)
route("screens:style_guide", GET=OVERSEE)

# the front door
route("front", GET=SIGNED_IN)

# signing in
for name in ("account_login", "account_reset_password", "account_reset_password_from_key", "mfa_authenticate"):
    route(name, GET=ANYONE, POST=ANYONE)
for name in ("account_reset_password_done", "account_reset_password_from_key_done", "account_inactive"):
    route(name, GET=ANYONE)
for name in (
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
):
    route(name, GET=SIGNED_IN, POST=SIGNED_IN)
for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_download_recovery_codes"):
    route(name, GET=SIGNED_IN)

# one's own page
route("accounts:me", GET=SIGNED_IN)

# what the try-out would have mailed (404 where SHOW_OUTBOX is off)
route("accounts:outbox", GET=ANYONE)
