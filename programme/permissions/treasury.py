"""Who reconciles with the Treasury: an accountant imports and explains, the chief accountant confirms."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from accounts.roles import HEADS, LEADERS, Role

ACCOUNTS = frozenset({Role.ACCOUNTANT, Role.CHIEF_ACCOUNTANT})

VIEW = action(
    "treasury.view",
    _("See statements of the Treasury and their differences"),
    roles=ACCOUNTS | HEADS | LEADERS | {Role.AUDITOR},
)
IMPORT = action("treasury.import", _("Import statements of the Treasury"), roles={Role.ACCOUNTANT})
EXPLAIN = action("treasury.explain", _("Explain differences with the Treasury"), roles={Role.ACCOUNTANT})
CONFIRM = action("treasury.confirm", _("Confirm a reconciliation with the Treasury"), roles={Role.CHIEF_ACCOUNTANT})

# statements
route("programme:statement_list", GET=VIEW)
route("programme:statement", GET=VIEW)
route("programme:statement_rows", GET=VIEW)
route("programme:statement_file", GET=VIEW)
route("programme:match_statement", POST=IMPORT)
route("programme:number_statement", GET=IMPORT, POST=IMPORT)
route("programme:confirm_reconciliation", GET=CONFIRM, POST=CONFIRM)
route("programme:reconciliation_table", GET=VIEW)

# differences
route("programme:difference_list", GET=VIEW)
route("programme:explain_differences", POST=EXPLAIN)
route("programme:difference", GET=VIEW)
route("programme:explain_difference", GET=EXPLAIN, POST=EXPLAIN)

# papers for the Treasury
route("programme:treasury_papers", GET=VIEW)
route("programme:treasury_paper", GET=VIEW)
