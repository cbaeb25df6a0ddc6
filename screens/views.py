from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from screens.kept import KEY
from screens.middleware import KNOWN


@require_POST
def set_language(request):
    """Remember the language of this browser and go back to the page it was chosen on."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    language = request.POST.get("language")
    if language in KNOWN:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


@require_safe
def kept_form(request):
    """What was being sent when the session ended, ready to be sent again."""
    kept = request.session.get(KEY)
    if not kept:
        return redirect("/")
    shown = [(name, value) for name, value in kept["fields"] if value and name not in ("operation_key", "version")]
    return render(request, "screens/kept_form.html", {"kept": kept, "shown": shown})
