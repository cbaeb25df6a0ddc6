"""What waits for the people of an enterprise, as rooms above tell it (dossiers)."""

from datetime import date
from typing import NamedTuple

_sources = []


class Waiting(NamedTuple):
    """A line of “waiting for you”: what to do as a link, what else to know of it, until when; `late` when that day is over."""

    text: str
    url: str
    second: str = ""
    until: date | None = None
    late: bool = False


def register(source):
    """`source(request, enterprise) -> [Waiting]`; call it when the apps are ready."""
    _sources.append(source)


def waiting_for(request, enterprise):
    """Whatever waits, the first due on top; what has no day comes last, as its room has it."""
    found = [item for source in _sources for item in source(request, enterprise)]
    return sorted(found, key=lambda item: item.until or date.max)
