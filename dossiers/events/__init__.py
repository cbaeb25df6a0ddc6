"""What happened in this room, in words: each noun describes its own events."""

from dossiers.events import dossiers, handling, links, messages, procedures  # noqa: F401 - they describe their events when they are read
