from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from accounts.roles import HEADS, LEADERS, READERS, Role

VIEW = action("policies.view", _("See mechanisms and policies, and their reviews"), roles=READERS)
EDIT = action(
    "policies.edit",
    _("Enter mechanisms and policies, and review them"),
    roles=HEADS | LEADERS | {Role.OFFICER},
)
ANSWER = action("policies.answer", _("Record the answer to a review of a policy"), roles=HEADS | {Role.OFFICER})

# policies
route("programme:policy_list", GET=VIEW)
route("programme:policy", GET=VIEW)
route("programme:policy_proposal_list", GET=VIEW)
for verb in ("add", "edit", "supersede", "reinstate", "withdraw"):
    route(f"programme:{verb}_policy", GET=EDIT, POST=EDIT)

# reviews
route("programme:review_list", GET=VIEW)
route("programme:review", GET=VIEW)
for verb in ("add", "edit", "submit", "withdraw"):
    route(f"programme:{verb}_review", GET=EDIT, POST=EDIT)
route("programme:answer_review", GET=ANSWER, POST=ANSWER)
