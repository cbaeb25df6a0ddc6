"""What happened in the programme, in words: each noun describes its own events."""

from programme.events import budget, meetings, plans, policies, scheme, treasury  # noqa: F401 - they describe their events when they are read
