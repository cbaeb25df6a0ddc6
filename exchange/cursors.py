"""Where reading goes on: an opaque, signed place that belongs to one question and to no other."""

import hashlib

from django.core import signing
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

_signer = signing.Signer(salt="exchange.cursor")


def question(*parts) -> str:
    """A short name of what was asked; a cursor is only good for the same."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=6).hexdigest()


def write(asked: str, place: list) -> str:
    return _signer.sign_object([asked, place])


def read(text: str, asked: str) -> list:
    """The place of a cursor that was written for the same question; ValidationError else."""
    try:
        of, place = _signer.unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError):
        raise ValidationError({"cursor": _("This is no cursor of ours. Begin again without one.")}) from None
    if of != asked:
        sentence = _("This cursor belongs to another question: filters, order and resource must stay the same.")
        raise ValidationError({"cursor": sentence})
    return place
