"""Who may do what in the programme: each noun has its own rows of the one table."""

from programme.permissions import scheme  # noqa: F401 - its rows are written when it is read
