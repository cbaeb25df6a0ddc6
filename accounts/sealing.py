"""Text that must not be readable in the database: parked forms, letters with one-time links, keys of second factors."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def box(purpose, secret):
    """What encrypts for one purpose (bytes that name it) with a key made of a secret of the settings."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(purpose + secret.encode()).digest()))


def _box():
    return box(b"accounts.sealing", settings.SECRET_KEY)


def seal(data):
    """`data` (bytes) encrypted with a key made of SECRET_KEY."""
    return _box().encrypt(data)


def unseal(sealed):
    """The bytes that were sealed; None when they were sealed with another key or changed."""
    try:
        return _box().decrypt(bytes(sealed))
    except InvalidToken:
        return None


def seal_text(text):
    return seal(text.encode()).decode()


def unseal_text(sealed):
    data = unseal(sealed.encode())
    return "" if data is None else data.decode()


def digest(secret):
    """What the database keeps of a one-time token or a session key: enough to recognise it, no use to a thief."""
    return hashlib.sha256(secret.encode()).hexdigest()
