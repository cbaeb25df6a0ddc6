"""What happened in this room, in words: each noun describes its own events."""

from dossiers.events import procedures  # noqa: F401 - it describes its events when it is read
