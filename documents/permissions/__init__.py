"""Who may do what in this room: each noun has its own rows of the one table."""

from documents.permissions import copies, handovers, imports, incoming, numbers, papers, trust, work_files  # noqa: F401 - their rows are written when they are read
