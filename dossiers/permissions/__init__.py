"""Who may do what in this room: each noun has its own rows of the one table."""

from dossiers.permissions import dossiers, handling, links, messages, procedures  # noqa: F401 - their rows are written when they are read
