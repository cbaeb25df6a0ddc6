"""What other rooms have to say of a record on its own page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Note:
    """A sentence about the record, and the page it speaks of where the reader may open it."""

    text: str
    url: str = ""


_notes: list[Callable[[Any, Any], list[Note]]] = []


def register(note):
    """`note(record, user) -> [Note]`; call it when the apps are ready."""
    _notes.append(note)


def notes_of(record, user):
    return [each for note in _notes for each in note(record, user)]
