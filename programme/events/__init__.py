"""What happened in the programme, in words: each noun describes its own events."""

from programme.events import plans, scheme  # noqa: F401 - describe their events when they are read
