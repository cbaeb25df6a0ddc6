"""The door: is the session still good, does the person need a second factor, does the one table allow the request."""

import re
import uuid

from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from accounts import parking, sessions
from accounts.access import allowed, may_open, methods_of, routes, row_for
from accounts.models import SignIn
from accounts.sealing import digest
from audit.access_log import record_read
from audit.context import source

SECOND_FACTOR_SET_UP = "mfa_activate_totp"
OPEN_WITHOUT_SECOND_FACTOR = {
    SECOND_FACTOR_SET_UP,
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "account_logout",
    "screens:set_language",
}


API = "/api/"


def token_sent(request):
    """The token that was sent, or ""; the name of the scheme is the same in capitals or not (RFC 9110 11.1)."""
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def has_token(request):
    """Whether a token was sent; what it is worth the room `exchange` asks."""
    return bool(token_sent(request))


def api_refusal(status, code, sentence):
    """What is refused or broken outside any view of the API, in the one shape that all of its errors have."""
    kind = "client_error" if status < 500 else "server_error"
    return JsonResponse({"type": kind, "errors": [{"code": code, "detail": sentence, "attr": None}]}, status=status)


def page_above(request):
    """The page that an address belongs to, for whoever has no page there: of the first thing it names, else the nearest above."""
    parts = request.path.strip("/").split("/")
    above = ["/" + "/".join(parts[:length]) + "/" for length in range(len(parts) - 1, 0, -1)]
    thing = re.match(r".*?/[0-9a-f-]{36}/(?=.)", request.path)
    for address in [thing[0], *above] if thing else above:
        try:
            name = resolve(address).view_name
        except Resolver404:
            continue
        if may_open(request.user, name):
            return address
    return "/"


class SignedInMiddleware:
    """Ends sessions that are idle, too old or ended elsewhere; notes that the others are alive."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        now = timezone.now()
        request.sign_in = request.parked = None
        key = request.session.session_key
        if request.user.is_authenticated:
            self.look(request, key, now)
        response = self.get_response(request)
        if request.sign_in and request.user.is_authenticated and request.session.session_key not in (None, key):
            SignIn.objects.filter(pk=request.sign_in.pk).update(key_digest=digest(request.session.session_key))
        return response

    def look(self, request, key, now):
        sign_in = sessions.session_of(request.user, digest(key))
        reason = sessions.reason_to_end(sign_in, request.user, now) if sign_in else "unknown"
        if reason:
            if sign_in and sign_in.ended_at is None:
                SignIn.objects.filter(pk=sign_in.pk, ended_at__isnull=True).update(ended_at=now, end_reason=reason)
            request.session.flush()
            request.user = AnonymousUser()
            return
        request.sign_in = sign_in
        background = "X-Background" in request.headers
        if not background and now - sign_in.seen_at >= sessions.NOTED_EVERY:
            SignIn.objects.filter(pk=sign_in.pk).update(seen_at=now)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not user.is_authenticated or not sessions.needs_second_factor(user):
            return None
        if request.sign_in is None or request.sign_in.with_second_factor:
            return None
        if sessions.has_second_factor(user):
            # It was set up elsewhere after this session began: sign in again, with it.
            logout(request)
            return redirect_to_login(request.get_full_path())
        if request.resolver_match.view_name in OPEN_WITHOUT_SECOND_FACTOR:
            return None
        return HttpResponseRedirect(reverse(SECOND_FACTOR_SET_UP))


class AccessMiddleware:
    """Refuses what the table does not allow: anonymous → sign-in, wrong role → 403, wrong method → 405.

    Attempts that were refused and lists that were taken out as files leave a trace in the access log.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = uuid.uuid4().hex[:16]
        with source("web", request_id=request.id, address=sessions.address_of(request)):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request.id
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.view_name
        if name not in routes():
            raise PermissionDenied(_("This address is not in the table of permissions."))
        needed = row_for(name, request.method)
        if needed is None:
            row = routes()[name].values()
            shows_token = has_token(request) and any(action.by_token for action in row)
            if not (request.user.is_authenticated or shows_token or any(action.anyone for action in row)):
                return self.sign_in(request)
            return self.no_such_method(request, methods_of(name))
        if needed.by_token:
            return None if has_token(request) else self.sign_in(request)
        if allowed(request.user, needed):
            if request.GET.get("export") and request.user.is_authenticated:
                self.trace(request, "exported")
            return None
        if not request.user.is_authenticated:
            return self.sign_in(request)
        self.trace(request, "refused")
        raise PermissionDenied(_("Your role does not allow this."))

    def no_such_method(self, request, methods):
        if not request.path.startswith(API):
            page = {"only_sent": "GET" not in methods, "above": page_above(request)}
            answer = render(request, "405.html", page, status=405)
            answer.headers["Allow"] = ", ".join(methods)
            return answer
        answer = api_refusal(
            405, "method_not_allowed", _("This address takes only: %(those)s.") % {"those": ", ".join(methods)}
        )
        answer.headers["Allow"] = ", ".join(methods)
        return answer

    def trace(self, request, what):
        record_read(
            request.user,
            f"{what} {request.method} {request.resolver_match.view_name}"[:120],
            now=timezone.now(),
            basis=request.GET.get("export", "")[:20],
        )

    def sign_in(self, request):
        if request.path.startswith(API):
            sentence = _("Send the token of a connected system: Authorization: Bearer …")
            answer = api_refusal(401, "not_authenticated", sentence)
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        if request.method == "POST":
            return parking.park_and_sign_in(request)
        response = redirect_to_login(request.get_full_path())
        if request.headers.get("HX-Request"):
            # A part of a page cannot show the sign-in form: the browser goes there whole and comes back to its page.
            back = parking.path_of(request.headers.get("HX-Current-URL", ""), request) or "/"
            return HttpResponse(headers={"HX-Redirect": redirect_to_login(back).url})
        return response


class ParkedMiddleware:
    """Gives a form page what was typed before the session ended (`?parked=…`), and its files when it is sent again."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            if request.method == "GET" and "parked" in request.GET:
                return parking.show_again(request, self.get_response)
            if request.method == "POST" and "parked" in request.COOKIES:
                return parking.send_again(request, self.get_response)
        return self.get_response(request)
