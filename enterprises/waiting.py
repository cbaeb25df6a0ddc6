"""What waits for the people of an enterprise, as rooms above tell it (dossiers)."""

from typing import NamedTuple

_sources = []


class Waiting(NamedTuple):
    """A line of “waiting for you”: what to do as a link, and what else to know of it; `late` when its day is over."""

    text: str
    url: str
    second: str = ""
    late: bool = False


def register(source):
    """`source(request, enterprise) -> [Waiting]`; call it when the apps are ready."""
    _sources.append(source)


def waiting_for(request, enterprise):
    return [item for source in _sources for item in source(request, enterprise)]
