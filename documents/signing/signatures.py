"""What the signatures in a PDF file are worth. The limited process reads the file; nothing here loads the signing library."""

import base64
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.limited import ReaderFailed, ask_reader
from screens import formats

VERIFIER = "documents.signing.verifier"
MEGABYTES = 2048
SIGNER, AGENCY = "Signer", "Agency"  # names of the two signature fields
FIELDS = ("number", "day", "month")  # of the fields that are filled in between them

MOMENTS = ("at", "stamped_at", "expired_at")


@dataclass(frozen=True)
class Signature:
    """One signature in a file, for what it is; or a time stamp of the whole file (`is_stamp`).

    `intact`: the signed bytes are as they were signed. `allowed`: what came after is only what the signature allows.
    `trusted`: issued under a certificate of the portal's list. `tryout`: self-made by a portal that is tried out.
    `stamp_holds`, `stamp_trusted`: the same of the time stamp that the signature carries. `unreadable`: nothing can be said.
    `expired_at`: when its certificate ran out, where it had when this was verified. `clean`: nothing is hidden in the place
    that it leaves out of what it signs.
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
    stamped_by: str
    stamp_holds: bool
    stamp_trusted: bool
    is_stamp: bool
    unreadable: bool
    expired_at: datetime | None = None
    clean: bool = True

    @property
    def holds(self):
        """Whether nothing speaks against it, whoever issued its certificate."""
        return self.intact and self.allowed and self.covers

    @property
    def words(self):
        """What it is worth, in a sentence."""
        if self.unreadable:
            return _(
                "The signature could not be checked, because the file is not built as a PDF should be. That says neither "
                "that it holds nor that it does not: ask for the file signed anew, or check it with the signing program."
            )
        if not self.intact:
            return _("The file was changed: the signature does not hold.")
        if not self.holds:
            return _("Something was changed after signing that the signature does not allow.")
        if self.trusted:
            return _("Intact, and issued by an organisation of the portal's list.")
        if self.expired_at:
            return self._expired
        if self.tryout:
            return _("Intact, signed with a try-out certificate that has no legal value.")
        return _("Intact; the certifying organisation is not known.")

    @property
    def ran_out_before(self):
        """Whether the certificate had run out when it was signed, by the time that the signature carries."""
        moment = self.stamped_at or self.at
        return bool(self.expired_at and moment and moment > self.expired_at)

    @property
    def _expired(self):
        day = {"day": formats.vn_date(self.expired_at)}
        if self.ran_out_before:
            return _("Intact, but the certificate had run out on %(day)s, before it was signed.") % day
        return (
            _("Intact; the certificate ran out on %(day)s, so that its organisation does not vouch for it now.") % day
        )

    @property
    def stamp_words(self):
        """What its time stamp is worth, in a sentence."""
        if not self.stamped_at:
            return _("No time stamp; the time is only what the signer's machine said.")
        if not self.stamp_holds:
            return _("The time stamp does not hold.")
        named = {"time": formats.vn_datetime(self.stamped_at), "name": self.stamped_by}
        if self.stamp_trusted:
            return _("Stamped at %(time)s by %(name)s, an organisation of the portal's list.") % named
        return _("Stamped at %(time)s by %(name)s; the organisation is not known.") % named

    @property
    def kept(self):
        """As it is kept with a file: plain values."""
        moments = {name: _text(getattr(self, name)) for name in MOMENTS}
        return asdict(self) | moments

    @classmethod
    def of(cls, kept):
        return cls(**kept | {name: _moment(kept.get(name)) for name in MOMENTS})


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
    return tuple(Signature.of(each) for each in found["signatures"])


def _text(moment):
    return moment.isoformat() if moment else ""


def _moment(text):
    return datetime.fromisoformat(text) if text else None
