"""Letters that look like another and are typed or converted for it. No Django here: the limited reader imports this."""

# Ð (U+00D0) and Ɖ (U+0189), of old keyboards and converted documents, are told from Đ by nobody.
D_LOOKALIKES = "ÐƉ"
_AS_D = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"})


def one_d(text: str) -> str:
    """The text with đ and Đ for every letter that only looks like them."""
    return text.translate(_AS_D)


# Capitals of Cyrillic and Greek that are drawn like Latin ones: typed on the wrong keyboard, seen by nobody.
_AS_LATIN = str.maketrans("АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXABEZHIKMNOPTYX")


def as_latin(text: str) -> str:
    """The text with the Latin capital for every Cyrillic or Greek one that looks like it."""
    return text.translate(_AS_LATIN)
