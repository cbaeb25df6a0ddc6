"""The door of the API: a token that holds, the scope it needs, the limit of its client, and a trace of what was taken."""

from urllib.parse import unquote_to_bytes

from allauth.core.internal import ratelimit
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from accounts.middleware import token_sent
from audit.context import current_source
from exchange.bodies import Json
from exchange.callers import EVERYBODY, caller_of, count_and_note, seconds_left
from exchange.leaving import headers_of

MINUTE = 60
OPEN = {"open": "60/m/ip"}  # without a token, of everything that is open to all together


class Token(BaseAuthentication):
    """`Authorization: Bearer …`; a token that does not hold is refused, whatever the reason, in one sentence."""

    def authenticate_header(self, request):
        return "Bearer"

    def authenticate(self, request):
        token = token_sent(request)
        if not token:
            return None
        caller = caller_of(token, now=timezone.now(), address=current_source().address)
        if caller is None:
            raise exceptions.AuthenticationFailed(_("This token does not hold. Ask for a new one."), "invalid_token")
        return request._request.user, caller


class TooMany(exceptions.APIException):
    status_code = 429
    default_code = "throttled"
    sentence = _("More calls than this system may make in a minute. Go on after %(seconds)s seconds.")

    def __init__(self, wait):
        self.wait = wait  # becomes Retry-After
        super().__init__(self.sentence % {"seconds": wait})


class TooManyWithoutToken(TooMany):
    sentence = _("More calls than one address may make in a minute without a token. Go on after %(seconds)s seconds.")


def _is_utf8(query):
    """Django would put signs of replacement where a byte is none of UTF-8, and they would be sought."""
    try:
        unquote_to_bytes(query.encode("latin-1")).decode()
    except UnicodeError:
        return False
    return True


class NoLength(exceptions.APIException):
    status_code = 411
    default_code = "length_required"
    default_detail = _("Send the body with its length (Content-Length), not in chunks.")


class NotUtf8(exceptions.ParseError):
    default_code = "not_utf8"
    default_detail = _("The parameters are not in UTF-8, percent-encoded.")


class DoorView(APIView):
    """A view of the API. `scope` is what its token needs; with `open_to_all` none is asked for, and nothing written down.

    What is refused for want of a right counts like what is answered, and is written down as refused.
    """

    authentication_classes = (Token,)
    permission_classes = ()
    parser_classes = (Json,)
    renderer_classes = (JSONRenderer,)
    http_method_names = ("get", "head", "post")  # and no OPTIONS, as for every route of the table
    scope = write_scope = ""
    open_to_all = False
    what = ""
    kind_of_object = ""  # "enterprises.product", where an address may name one

    def what_is_done(self, request):
        """How the access log calls it."""
        return self.what

    def rights_needed(self, request):
        """The rights without which the call is refused."""
        if request.method not in SAFE_METHODS:
            return [self.write_scope]
        return [] if self.open_to_all else [self.scope]

    @property
    def leaving(self):
        """What of the answer is on its way out."""
        return []

    def dispatch(self, request, *args, **kwargs):
        answer = super().dispatch(request, *args, **kwargs)
        self.response = None  # view and request know each other: with them a whole page would wait for the collector
        return answer

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        self.now, self.caller = timezone.now(), request.auth or EVERYBODY
        if not _is_utf8(request.META.get("QUERY_STRING", "")):
            raise NotUtf8
        if self.open_to_all and self.caller is EVERYBODY and request.method in SAFE_METHODS:
            if not ratelimit.consume(request._request, app="exchange", action="open", config=OPEN, limit_get=True):
                raise TooManyWithoutToken(MINUTE)
            return
        if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
            raise NoLength
        if self.caller is EVERYBODY:
            raise exceptions.NotAuthenticated
        lacking = next((scope for scope in self.rights_needed(request) if scope not in self.caller.scopes), None)
        what = self.what_is_done(request)
        asked = {"kind": self.kind_of_object, "obj": kwargs.get("public_id")}
        self.left = count_and_note(self.caller, f"refused {what}" if lacking else what, now=self.now, **asked)
        if self.left is None:
            raise TooMany(seconds_left(self.now))
        if lacking:
            raise exceptions.PermissionDenied(_("The token lacks the right “%(scope)s”.") % {"scope": lacking})

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "left"):
            response.headers["RateLimit-Limit"] = str(self.caller.calls_a_minute)
            response.headers["RateLimit-Remaining"] = str(self.left or 0)
            response.headers["RateLimit-Reset"] = str(seconds_left(self.now))
        for name, value in headers_of(self.leaving).items():
            response.headers[name] = value
        is_public = self.open_to_all and request.method in SAFE_METHODS and response.status_code < 400
        response.headers.setdefault("Cache-Control", "public, max-age=300" if is_public else "private, no-cache")
        response.headers.setdefault("Vary", "Accept-Language, Authorization")
        return response
