"""Where reading goes on: an opaque, sealed place that belongs to one question and to no other.

A place holds keys and numbers of the chain, from which a reader could tell how much there is that it may not see, so it is
encrypted; the same place always reads the same, so that an unchanged page keeps its ETag.
"""

import base64
import binascii
import hashlib
import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError


def question(*parts) -> str:
    """A short name of what was asked; a cursor is only good for the same."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=6).hexdigest()


def _box():
    return AESSIV(hashlib.sha512(b"exchange.cursor" + settings.SECRET_KEY.encode()).digest())


def write(asked: str, place: list) -> str:
    clear = json.dumps([asked, place], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_box().encrypt(clear, None)).decode().rstrip("=")


def read(text: str, asked: str | None) -> list:
    """The place of a cursor that was written for the same question, or for any where that could not be read; else refused."""
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        of, place = json.loads(_box().decrypt(sealed, None))
    except (InvalidTag, binascii.Error, ValueError, TypeError):
        raise ValidationError({"cursor": _("This is no cursor of ours. Begin again without one.")}) from None
    if of != asked and asked is not None:
        sentence = _(
            "This cursor belongs to another question: filters, order, resource and what the system may see must stay the same. "
            "Begin again without it."
        )
        raise ValidationError({"cursor": sentence})
    return place
