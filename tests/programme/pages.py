"""Where the pages of the programme stand in the demonstration: each noun tells its own."""

from tests.programme import (
    pages_plans,
    pages_policies,
    pages_scheme,
)

PARTS = [pages_plans, pages_policies, pages_scheme]


ADDRESSES = {name: where for part in PARTS for name, where in part.ADDRESSES.items()}
