"""What happened in the programme, in words: each noun describes its own events."""

from programme.events import scheme, treasury  # noqa: F401 - each describes its events when it is read
