"""Reading through the API: lists, one thing, a stream of all, what changed."""

import hashlib

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView

from accounts.middleware import API, api_refusal
from exchange.asking import asked_of, filters_of, given_once, limit_of, names_of
from exchange.changes import changes_of
from exchange.described import Described
from exchange.door import DoorView
from exchange.pages import one_of, page_of, stream_of


def json_answer(request, body: bytes):
    """The bytes with their ETag; 304 where the caller has them already."""
    etag = quote_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
    answer = get_conditional_response(request, etag=etag) or HttpResponse(body, content_type="application/json")
    answer.headers["ETag"] = etag
    return answer


class Description(SpectacularAPIView):
    """The description as JSON, open to all."""

    renderer_classes = (OpenApiJsonRenderer2,)
    authentication_classes = permission_classes = ()


# Both libraries write styles into the page, and nothing else of it is wider than elsewhere.
their_styles = csp_update({"style-src": [UNSAFE_INLINE]})


@require_safe
@their_styles
def swagger(request):
    """The description, to be tried out."""
    return render(request, "exchange/swagger.html")


@require_safe
@their_styles
def redoc(request):
    """The description, to be read."""
    return render(request, "exchange/redoc.html")


class ResourceView(DoorView):
    """A view of one resource; each of these is made for every resource by `exchange.urls`."""

    resource = None
    schema = Described()
    kind = summary = ""

    def params(self, request):
        return request._request.GET


class ListOfRows(ResourceView):
    kind, summary = "list", _("List: %(what)s")

    def get(self, request):
        asked = asked_of(self.params(request), self.resource, self.caller)
        return json_answer(request._request, page_of(self.resource, self.caller, asked))


class OneRow(ResourceView):
    kind, summary = "one", _("One of: %(what)s")

    def get(self, request, public_id):
        params = self.params(request)
        filters_of(params, self.resource, also=("fields", "expand"))
        text = one_of(self.resource, self.caller, public_id, names_of(params, self.resource))
        if text is None:
            raise Http404
        return json_answer(request._request, text.encode())


class StreamOfRows(ResourceView):
    kind, summary = "stream", _("All as a stream: %(what)s")

    def get(self, request):
        asked = asked_of(self.params(request), self.resource, self.caller, own=("sort", "fields", "expand"))
        rows = stream_of(self.resource, self.caller, asked)
        return StreamingHttpResponse(rows, content_type="application/x-ndjson")


class Changes(ResourceView):
    kind, summary = "changes", _("What changed: %(what)s")

    def get(self, request):
        params = self.params(request)
        filters_of(params, self.resource, also=("cursor", "limit", "fields", "expand"))
        body = changes_of(
            self.resource,
            self.caller,
            cursor=given_once(params, "cursor"),
            limit=limit_of(params),
            names=names_of(params, self.resource),
        )
        return json_answer(request._request, body)


def bad_request(request, exception):
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    return api_refusal(400, "bad_request", _("The request cannot be read."))


def not_found(request, exception):
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return api_refusal(404, "not_found", _("There is nothing at this address."))


def broken(request):
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return api_refusal(500, "error", _("Something broke here. It is written down; try again later."))
