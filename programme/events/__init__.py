"""What happened in the programme, in words: each noun describes its own events."""

from programme.events import scheme  # noqa: F401 - describes its events when it is read
