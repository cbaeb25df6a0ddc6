"""Where the pages of the programme stand in the demonstration: each noun tells its own."""

from tests.programme import (
    pages_meetings,
    pages_money,
    pages_plans,
    pages_policies,
    pages_scheme,
    pages_steps,
    pages_treasury,
)

PARTS = [pages_scheme, pages_money, pages_plans, pages_meetings, pages_policies, pages_steps, pages_treasury]


ADDRESSES = {name: where for part in PARTS for name, where in part.ADDRESSES.items()}
# of some of them the demonstration has no scan
FILES = (
    "account_file", "budget_step_file", "commitment_file", "consultation_file", "deliverable_file", "given_deadline_file", "given_file",
    "ledger_entry_file", "payment_file", "plan_paper", "procurement_file",
)  # fmt: skip
NOT_PAGES = {name: why for part in PARTS for name, why in getattr(part, "NOT_PAGES", {}).items()}
NOT_PAGES |= {f"programme:{name}": "a file" for name in FILES}
