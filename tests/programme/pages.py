"""Where the pages of the programme stand in the demonstration: each noun tells its own."""

from tests.programme import (
    pages_policies,
    pages_scheme,
    pages_steps,
)

PARTS = [pages_policies, pages_scheme, pages_steps]

ADDRESSES = {name: where for part in PARTS for name, where in part.ADDRESSES.items()}
