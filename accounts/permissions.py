from django.utils.translation import gettext_lazy as _

from accounts.access import ANYONE, BY_POST, SIGNED_IN, action, menu, route
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
DELEGATE = action(
    "accounts.delegate", _("Record and end delegations (leaders: their own)"), roles=ADMINISTRATOR | LEADERS
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
route("screens:bulk_results", GET=SIGNED_IN)
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
route("accounts:end_my_session", POST=SIGNED_IN)
route("accounts:end_my_other_sessions", POST=SIGNED_IN)

# administration
route("accounts:administration", GET=OVERSEE)
route("accounts:people_list", GET=SEE_PEOPLE)
route("accounts:person_detail", GET=SEE_PEOPLE)
for name in (
    "edit_person",
    "give_post",
    "end_post",
    "disable_person",
    "enable_person",
    "reset_second_factor",
    "invite_person",
):
    route(f"accounts:{name}", GET=MANAGE_PEOPLE, POST=MANAGE_PEOPLE)
for name in ("end_sessions", "withdraw_invitation", "resend_invitation"):
    route(f"accounts:{name}", POST=MANAGE_PEOPLE)
route("accounts:hand_over", GET=HAND_OVER, POST=HAND_OVER)
route("accounts:handover_detail", GET=SIGNED_IN)  # the parties, and those who see people
route("accounts:delegation_list", GET=SEE_PEOPLE)
route("accounts:delegation_detail", GET=SEE_PEOPLE)
for name in ("add_delegation", "end_delegation"):
    route(f"accounts:{name}", GET=DELEGATE, POST=DELEGATE)
route("accounts:invitation_list", GET=SEE_PEOPLE)
route("accounts:invitation_detail", GET=SEE_PEOPLE)
route("accounts:accept_invitation", GET=ANYONE, POST=ANYONE)
route("accounts:office_list", GET=BY_POST)
route("accounts:office_detail", GET=BY_POST)
route("accounts:add_office", GET=EDIT_OFFICES, POST=EDIT_OFFICES)
route("accounts:edit_office", GET=EDIT_OFFICES, POST=EDIT_OFFICES)
route("accounts:table_of_rights", GET=BY_POST)
route("accounts:letter_list", GET=SEE_LETTERS)

# what the try-out would have mailed (404 where SHOW_OUTBOX is off)
route("accounts:outbox", GET=ANYONE)

# audit and jobs stand below this room and cannot write their own rows
route("audit:event_list", GET=SEE_LOGS)
route("audit:access_list", GET=SEE_LOGS)
route("jobs:chain", GET=SEE_LOGS)
route("jobs:verify_events", POST=VERIFY)
route("jobs:job_list", GET=SEE_JOBS)
route("jobs:job_detail", GET=SIGNED_IN)
route("jobs:run_again", POST=RUN_AGAIN)

menu(
    "administration",
    _("System administration"),
    route="accounts:administration",
    order=100,
    rooms=("accounts", "audit", "jobs", "systems"),
)
