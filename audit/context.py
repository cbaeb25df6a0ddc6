"""Where the current work comes from: a request, a job or a command."""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """`name` says from where ("web", "job", "command"); `request_id` ties log lines together."""

    name: str = "command"
    request_id: str = ""
    address: str = ""


_current: ContextVar[Source | None] = ContextVar("source", default=None)


def current_source():
    return _current.get() or Source()


@contextmanager
def source(name, *, request_id="", address=""):
    token = _current.set(Source(name, request_id, address))
    try:
        yield
    finally:
        _current.reset(token)
