"""Which signs of a text are not seen. It needs nothing of the portal, so that programs beside it may ask too."""

import unicodedata

# Soft hyphens, and what joins letters or keeps them apart, belong to the writing of words: the portal's forms keep them too.
OF_WORDS = "\u00ad\u200c\u200d"
LINES = "\t\n\r\u2028\u2029"


def is_unseen(sign, known=OF_WORDS):
    """Whether a sign steers something, turns the direction of writing, has no width, or is no character at all."""
    if sign in known:
        return False
    code = ord(sign)
    is_none = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    return is_none or unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
