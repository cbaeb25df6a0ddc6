"""What every page says about notices: how many are unread, and on the page of a thing that a colleague may be reminded of it.

It costs no query: the session's own row is read with the count.
"""

from django.db.models import OuterRef
from django.urls import reverse

from notices.models import Notice
from notices.permissions import REMIND
from notices.subjects import subject_of_page
from screens.lists import CountOf, counted, upto

COUNTED = 100


def unread_beside_the_session():
    """An expression on a session's row: how many notices its person has not read, counted no further than COUNTED."""
    return CountOf(upto(Notice.objects.unread().filter(person=OuterRef("user")), COUNTED))


def shown_number(notices):
    """How many of `notices` are unread, as the bar says it."""
    return _shown(counted(notices.unread(), COUNTED))


def _shown(unread):
    return f"{COUNTED - 1}+" if unread >= COUNTED else unread


def of_request(request):
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"notices_url": "", "unread_notices": 0, "remind_url": ""}
    unread = getattr(getattr(request, "sign_in", None), "unread_notices", 0)
    return {
        "notices_url": reverse("notices:own_notices"),
        "unread_notices": _shown(unread),
        "remind_url": _remind_url(user, request.resolver_match),
    }


def _remind_url(user, match):
    found = subject_of_page(match) if user.may(REMIND) else None
    return reverse("notices:remind", args=[found[0].code, found[1]]) if found else ""
