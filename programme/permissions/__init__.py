"""Who may do what in the programme: each noun has its own rows of the one table."""

from programme.permissions import (  # noqa: F401 - their rows are written when they are read
    budget,
    commitments,
    meetings,
    money,
    payments,
    plans,
    policies,
    scheme,
    steps,
    treasury,
)
