"""Wordings with places to fill in, written {name}: what may stand in them, and filling them."""

import re

from django.utils.translation import gettext as _

PLACE = re.compile(r"\{([a-z_]+)\}")
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def fill(text, values):
    """`text` with each {name} replaced; what is put in is never read for places itself."""
    return PLACE.sub(lambda found: str(values[found.group(1)]), text)


def one_line(text):
    """For a subject: blanks and line ends become single blanks."""
    return " ".join(str(text).split())


def problem_of(text, known):
    """Why `text` cannot be used with the places `known`, in a sentence; "" when it can."""
    example, offered = f"{{{next(iter(known))}}}", ", ".join(f"{{{name}}}" for name in known)
    for name in IN_BRACES.findall(text):
        if name not in known:
            return _("There is no place {%(name)s} in this notice. There are: %(known)s.") % {
                "name": name,
                "known": offered,
            }
    rest = IN_BRACES.sub("", text)
    if IN_BRACES.search(rest):
        return _("A place has one pair of braces, as %(example)s.") % {"example": example}
    if "{" in rest or "}" in rest:
        return _("A brace stands alone. A place is written as %(example)s; there are: %(known)s.") % {
            "example": example,
            "known": offered,
        }
    return ""
