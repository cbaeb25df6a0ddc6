"""Who may do what in the programme: each noun has its own rows of the one table."""

from programme.permissions import budget, commitments, money, payments, plans, policies, scheme, steps, treasury  # noqa: F401 - their rows are written when they are read
