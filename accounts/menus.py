from django.conf import settings
from django.urls import reverse

from accounts.access import entries, may_open
from accounts.panels import ways_in


def navigation(request):
    """The navigation of the person who asks: only what their roles may open."""
    user = getattr(request, "user", None)
    shown = []
    if user is not None and user.is_authenticated:
        match = request.resolver_match
        room = match.view_name.split(":")[0] if match else ""
        own = bool(match) and match.view_name == "accounts:me"
        enterprise = user.is_enterprise_user and not user.is_staff_member
        for entry in entries():
            if may_open(user, entry.route):
                label = entry.enterprise_label if enterprise and entry.enterprise_label else entry.label
                shown.append(
                    {
                        "label": label,
                        "url": reverse(entry.route),
                        "current": bool(match) and room in entry.rooms and not own,
                        "code": entry.code,
                    }
                )
        # of several entries of one room: the one whose address the page lies under
        under = [] if own else [each for each in shown if each["url"] != "/" and request.path.startswith(each["url"])]
        if under:
            here = max(under, key=lambda each: len(each["url"]))
            for each in shown:
                each["current"] = each is here
    return {
        "navigation": shown,
        "ways_in": ways_in() if user is None or not user.is_authenticated else [],
        "search_url": reverse("reporting:search") if user is not None and may_open(user, "reporting:search") else "",
        "tryout": not settings.PRODUCTION,
        "show_outbox": settings.SHOW_OUTBOX,
    }
