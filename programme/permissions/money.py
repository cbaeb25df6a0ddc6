"""Pages of the money: everybody who reads the programme reads them; lines and years are kept by the accountants."""

from django.utils.translation import gettext_lazy as _

from accounts.access import menu, route
from programme.permissions.budget import KEEP_LINES, KEEP_YEARS, REPORT, VIEW

# the state of the money
route("programme:money", GET=VIEW)

# years
route("programme:budget_year", GET=VIEW)
for verb in ("add_year", "open_year", "start_adjusting", "close_year"):
    route(f"programme:{verb}", GET=KEEP_YEARS, POST=KEEP_YEARS)

# lines
route("programme:budget_line_list", GET=VIEW)
route("programme:budget_line", GET=VIEW)
for verb in ("add_line", "describe_line", "plan_spending"):
    route(f"programme:{verb}", GET=KEEP_LINES, POST=KEEP_LINES)
route("programme:record_report", GET=REPORT, POST=REPORT)

# the ledger
route("programme:ledger_entry_list", GET=VIEW)
route("programme:ledger_entry", GET=VIEW)
route("programme:ledger_entry_file", GET=VIEW)

menu("programme", _("Plan and money"), route="programme:money", order=50)
