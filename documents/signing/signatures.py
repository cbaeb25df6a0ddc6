"""What the signatures in a PDF file are worth. The limited process reads the file; nothing here loads the signing library."""

import base64
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.limited import ReaderFailed, ask_reader

VERIFIER = "documents.signing.verifier"
MEGABYTES = 2048
SIGNER, AGENCY = "Signer", "Agency"  # names of the two signature fields
FIELDS = ("number", "day", "month")  # of the fields that are filled in between them


@dataclass(frozen=True)
class Signature:
    """One signature in a file, for what it is.

    `intact`: the signed bytes are as they were signed. `allowed`: what came after is only what the signature allows.
    `trusted`: issued under a certificate of the portal's list. `tryout`: self-made by a portal that is tried out.
    """

    field: str
    name: str
    organisation: str
    issuer: str
    serial: str
    intact: bool
    allowed: bool
    changed: str
    whole: bool
    covers: bool
    certifies: bool
    trusted: bool
    tryout: bool
    at: datetime | None
    stamped_at: datetime | None

    @property
    def holds(self):
        """Whether nothing speaks against it, whoever issued its certificate."""
        return self.intact and self.allowed and self.covers

    @property
    def words(self):
        """What it is worth, in a sentence."""
        if not self.intact:
            return _("The file was changed: the signature does not hold.")
        if not self.holds:
            return _("Something was changed after signing that the signature does not allow.")
        if self.trusted:
            return _("Intact, and issued by an organisation of the portal's list.")
        if self.tryout:
            return _("Intact, signed with a try-out certificate that has no legal value.")
        return _("Intact; the certifying organisation is not known.")


def signatures_in(pdf, roots=()):
    """Every Signature in the PDF, in the order in which they were made; `roots` are PEM texts of trusted certificates.

    What was verified today is kept at hand: certificates run out by the day.
    """
    return list(_verified(pdf, tuple(roots), timezone.localdate()))


@lru_cache(maxsize=16)
def _verified(pdf, roots, on):
    order = {"verify": base64.b64encode(pdf).decode(), "roots": list(roots)}
    found = {}
    try:
        for answer in ask_reader(order, module=VERIFIER, memory=MEGABYTES * 2**20):
            found |= answer
    except ReaderFailed as error:
        raise Refused(_("The signatures in the file cannot be read. Sign the file again and send it.")) from error
    return tuple(
        Signature(**each | {"at": _moment(each["at"]), "stamped_at": _moment(each["stamped_at"])})
        for each in found["signatures"]
    )


def _moment(text):
    return datetime.fromisoformat(text) if text else None
