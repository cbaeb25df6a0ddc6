"""Notices: each reads their own; who oversees the sending sees the log, sends again, and words the kinds."""

from django.utils.translation import gettext_lazy as _

from accounts.access import SIGNED_IN, action, menu, route
from accounts.roles import STAFF, Role

CLERKS = frozenset({Role.INTAKE, Role.RECORDS_CLERK})
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.CHIEF_OF_OFFICE})

SEE_LOG = action(
    "notices.see_log", _("See what was told to whom, and what failed"), roles=KEEPERS | CLERKS | {Role.AUDITOR}
)
SEND_AGAIN = action("notices.send_again", _("Send a notice again"), roles=KEEPERS | CLERKS)
SEE_TEXTS = action("notices.see_texts", _("See the wordings of notices"), roles=KEEPERS | CLERKS | {Role.AUDITOR})
EDIT_TEXTS = action("notices.edit_texts", _("Word the notices anew"), roles=KEEPERS)
REMIND = action("notices.remind", _("Remind a colleague"), roles=STAFF)

# one's own
route("notices:own_notices", GET=SIGNED_IN)
route("notices:own_notice", GET=SIGNED_IN)
route("notices:read_notice", POST=SIGNED_IN)
route("notices:read_notices", POST=SIGNED_IN)
route("notices:preferences", GET=SIGNED_IN, POST=SIGNED_IN)

# the log
route("notices:delivery_list", GET=SEE_LOG)
route("notices:delivery", GET=SEE_LOG)
route("notices:send_again", POST=SEND_AGAIN)
route("notices:send_many_again", POST=SEND_AGAIN)
route("notices:give_up_sending", POST=SEND_AGAIN)
route("notices:telling_list", GET=SEE_LOG)
route("notices:telling", GET=SEE_LOG)
route("notices:pass_on_again", POST=SEND_AGAIN)

# wordings
route("notices:text_list", GET=SEE_TEXTS)
route("notices:text", GET=SEE_TEXTS)
route("notices:edit_text", GET=EDIT_TEXTS, POST=EDIT_TEXTS)

# reminders between colleagues
route("notices:remind", GET=REMIND, POST=REMIND)
route("notices:reminder_list", GET=REMIND)
route("notices:reminder", GET=REMIND)
route("notices:settle_reminder", POST=REMIND)

menu("notices_log", _("Log of notices"), route="notices:delivery_list", order=92)
