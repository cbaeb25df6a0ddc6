"""The one table of a paper's states: what may follow what, by which verb. The database refuses every other move."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    DRAFT = "draft", pgettext_lazy("paper that goes out", "Draft")
    DISCARDED = "discarded", pgettext_lazy("paper that goes out", "Given up")


@dataclass(frozen=True)
class Move:
    """`verb` takes a paper from `source` to `target`."""

    verb: str
    source: State
    target: State


MOVES = (Move("discard", State.DRAFT, State.DISCARDED),)


def move_of(verb, source):
    """The Move of a verb from this state, or None."""
    return next((move for move in MOVES if (move.verb, move.source) == (verb, source)), None)
