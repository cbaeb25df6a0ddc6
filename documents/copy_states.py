"""The one table of a copy's states: prepared by the records clerk, signed by whoever is authorised to, numbered and dated, issued
with the agency's signature; or dropped before it has a number."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from documents.paper_states import CLERK, OFFICE
from documents.signatories import MAY_SIGN


class CopyState(TextChoices):
    SIGNING = "signing", pgettext_lazy("copy of a paper", "Waiting to be signed")
    NUMBERING = "numbering", pgettext_lazy("copy of a paper", "Signed, waiting for its number")
    ISSUING = "issuing", pgettext_lazy("copy of a paper", "Numbered, waiting for the agency's signature")
    ISSUED = "issued", pgettext_lazy("copy of a paper", "Issued")
    DROPPED = "dropped", pgettext_lazy("copy of a paper", "Dropped")


@dataclass(frozen=True)
class CopyMove:
    verb: str
    source: CopyState
    target: CopyState
    roles: frozenset


COPY_MOVES = (
    CopyMove("sign", CopyState.SIGNING, CopyState.NUMBERING, MAY_SIGN),
    CopyMove("number", CopyState.NUMBERING, CopyState.ISSUING, CLERK),
    CopyMove("issue", CopyState.ISSUING, CopyState.ISSUED, CLERK),
    CopyMove("drop", CopyState.SIGNING, CopyState.DROPPED, MAY_SIGN | OFFICE),
    CopyMove("drop", CopyState.NUMBERING, CopyState.DROPPED, CLERK),
)
# the verb that leads on from each state
NEXT_OF_COPY = {CopyState.SIGNING: "sign", CopyState.NUMBERING: "number", CopyState.ISSUING: "issue"}
WITH_COPY_NUMBER = (CopyState.ISSUING, CopyState.ISSUED)


def copy_move(verb, source):
    """The CopyMove of a verb from this state, or None."""
    return next((move for move in COPY_MOVES if (move.verb, move.source) == (verb, source)), None)


def roles_of_copies(verb):
    return frozenset().union(*(move.roles for move in COPY_MOVES if move.verb == verb))
