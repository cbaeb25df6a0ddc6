from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.csrf import csrf_failure as plain_csrf_failure
from django.views.decorators.http import require_safe

from accounts.access import ANYONE, row_for
from accounts.outbox import letters
from accounts.parking import park_and_show, park_and_sign_in, path_of


def csrf_failure(request, reason=""):
    """A form whose token is old because its owner signed in again elsewhere: shown again, not sent.

    Only for a form that this site itself sent; anything else is refused as ever.
    """
    own = request.headers.get("Origin") and path_of(f"{request.headers['Origin']}/", request)
    if own and request.method == "POST" and request.POST.get("csrfmiddlewaretoken"):
        answer = None
        if request.user.is_authenticated:
            answer = park_and_show(request)
        elif row_for(request.resolver_match.view_name, "POST") not in (None, ANYONE):
            answer = park_and_sign_in(request)
        if answer is not None:
            return answer
    return plain_csrf_failure(request, reason)


@require_safe
def me(request):
    """One's own page: posts, sessions, second factor, password, language."""
    on = timezone.localdate()
    return render(
        request,
        "accounts/me.html",
        {"person": request.user, "posts": request.user.posts.in_force(on).select_related("office")},
    )


@require_safe
def outbox(request):
    """What the try-out would have mailed; there is no such page where letters really go out."""
    if not settings.SHOW_OUTBOX:
        raise Http404
    return render(request, "accounts/outbox.html", {"letters": letters()})
