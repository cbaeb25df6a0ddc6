"""Identity papers are kept encrypted under keys of their own (IDENTITY_KEY): the first one encrypts, every one opens."""

from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.sealing import box
from audit.refusals import Refused


def _boxes():
    return MultiFernet([box(b"documents.identity", key) for key in settings.IDENTITY_KEYS])


def locked(clear):
    return _boxes().encrypt(clear)


def unlocked(content):
    """The clear bytes; Refused where no key of the settings fits, or the file was changed."""
    return _opened(_boxes().decrypt, content)


def locked_anew(content):
    """The same bytes under the first key."""
    return _opened(_boxes().rotate, content)


def _opened(act, content):
    try:
        return act(content)
    except InvalidToken as error:
        raise Refused(_("The identity paper cannot be opened: its key is missing. Tell the administrator.")) from error
