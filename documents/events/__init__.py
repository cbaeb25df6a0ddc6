"""What happened in this room, in words: each noun describes its own events."""

from documents.events import copies, files, imports, incoming, numbers, papers, trust, work_files  # noqa: F401 - they describe their events when they are read
