"""Where the pages of the programme stand in the demonstration: each noun tells its own."""

from tests.programme import (
    pages_money,
    pages_plans,
    pages_policies,
    pages_scheme,
    pages_steps,
    pages_treasury,
)

PARTS = [pages_scheme, pages_money, pages_plans, pages_policies, pages_steps, pages_treasury]


ADDRESSES = {name: where for part in PARTS for name, where in part.ADDRESSES.items()}
NOT_PAGES = {name: why for part in PARTS for name, why in getattr(part, "NOT_PAGES", {}).items()}
