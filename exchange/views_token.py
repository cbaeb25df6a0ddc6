"""The address of tokens: client credentials and nothing else (RFC 6749, 4.4), refused before anything is looked up."""

from allauth.core.internal import ratelimit
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from oauth2_provider.views import TokenView

from exchange.bodies import OtherCharset, require_utf8
from exchange.oauth import credentials_in, is_plain

GRANT = "client_credentials"
TAKEN = ("grant_type", "scope", "client_id", "client_secret")
MINUTES = 15
# Tries that failed. Those of one client from one address come first, so that one system with a wrong secret does not stop others
# that call from the same address, and nobody stops a system by failing in its name from elsewhere.
FAILED = {"token": f"10/{MINUTES}m/key,60/{MINUTES}m/ip"}
UNREADABLE = (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError, OtherCharset)


def _refused(error, description, status=400, **headers):
    """As RFC 6749 (5.2) has it: the sentence is in ASCII without quotes."""
    said = {"error": error, "error_description": description}
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache", **headers})


def _what_is_wrong(request):
    """The refusal of what does not ask for a token by client credentials; None where it does."""
    try:
        require_utf8(request.headers.get("Content-Type"))
        sent, files = request.POST, request.FILES
    except UNREADABLE:
        return _refused("invalid_request", "The body is no form in UTF-8.")
    if sent.get("grant_type", GRANT) != GRANT:
        return _refused("unsupported_grant_type", f"The only grant is {GRANT}.")
    if "grant_type" not in sent:
        return _refused("invalid_request", f"The body is a form with grant_type={GRANT}.")
    if request.GET or files:
        return _refused("invalid_request", "What is asked for stands in the body, not in the address or in files.")
    if not all(name in TAKEN and len(values) == 1 and is_plain(values[0]) for name, values in sent.lists()):
        taken = ", ".join(TAKEN)
        return _refused("invalid_request", f"Only these are taken, each once and in printable ASCII: {taken}.")
    return None


class Token(TokenView):
    def post(self, request, *args, **kwargs):
        if refusal := _what_is_wrong(request):
            return refusal
        known = credentials_in(request.headers.get("Authorization", ""))
        client_id = known[0] if known else request.POST.get("client_id", "")
        key = f"{client_id} {ratelimit.get_ip(request)}"
        tried = ratelimit.consume(request, app="exchange", action="token", config=FAILED, key=key)
        if not tried:
            sentence = f"Too many tries failed. Go on after {MINUTES} minutes."
            return _refused("temporarily_unavailable", sentence, 429, **{"Retry-After": str(MINUTES * 60)})
        answer = super().post(request, *args, **kwargs)
        if answer.status_code != 401:
            tried.rollback()
        return answer
