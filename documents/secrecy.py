"""Papers with a mark of secrecy have no place here: whatever is typed or drawn is looked through for such a mark."""

import re
import unicodedata

from django.utils.translation import gettext as _

from audit.refusals import Refused

# the mark as it is stamped: alone on its line or before what it marks, or after the words “độ mật”
_MARKS = re.compile(r"(?m)^\W*(?:TUYỆT|TỐI)?\s*MẬT(?:\W*$|\s*:)|(?i:độ\s+mật)\s*:?\s*(?:(?i:tuyệt|tối)\s+)?(?i:mật)\b")


def refuse_secret(*texts):
    """Raise Refused where one of the texts bears the mark of a secret paper."""
    for text in texts:
        if _MARKS.search(unicodedata.normalize("NFC", str(text or ""))):
            raise Refused(secret_sentence())


def secret_sentence():
    return _("Secret papers are not put into the system. Remove it here and handle it as the rules of secrecy say.")
