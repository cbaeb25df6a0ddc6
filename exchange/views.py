"""Reading and writing through the API: lists, one thing, a stream of all, what changed; making and doing, one or many."""

from functools import cache, cached_property
from threading import Lock

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer

from accounts.middleware import API, api_refusal
from exchange.asking import asked_of, given_once, limit_of, names_of, only_known
from exchange.bodies import Faults, merged
from exchange.changes import changes_of, place_of
from exchange.described import Described
from exchange.door import DoorView
from exchange.errors import BROKEN
from exchange.leaving import fields_leaving
from exchange.pages import one_of, page_of, stream_of
from exchange.writing import (
    MOST_ROWS,
    Written,
    content_of,
    done_or_refused,
    errors_of,
    etag_of,
    etags_seen,
    key_of,
    looked_at,
    require_as_seen,
    row_written,
    write_once,
)


def json_answer(request, body: bytes):
    """The bytes with their ETag; 304 where the caller has them already."""
    etag = etag_of(body)
    answer = get_conditional_response(request, etag=etag) or HttpResponse(body, content_type="application/json")
    answer.headers["ETag"] = etag
    return answer


_DESCRIBING = Lock()


@cache
def _described(language) -> bytes:
    with override(language):
        return OpenApiJsonRenderer2().render(SchemaGenerator().get_schema(public=True))


def described(language) -> bytes:
    """The description in that language; it takes a second to write and stays the same while this process runs.

    The generator keeps what it found of one description where another would find it: one is written at a time.
    """
    with _DESCRIBING:
        return _described(language)


@require_safe
@vary_on_headers("Accept-Language")
def description(request):
    """The description as JSON, open to all."""
    try:
        only_known(request.GET, ())
    except exceptions.ValidationError as refusal:
        return JsonResponse(errors_of(refusal), status=400)
    return json_answer(request, described(get_language()))


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
    names = ()  # of the fields that were asked for

    @property
    def leaving(self):
        operation = self.resource.leaves(self.kind)
        return [*([operation] if operation else []), *fields_leaving(self.resource.row, self.names)]

    def params(self, request):
        return request._request.GET

    @cached_property
    def expanded(self):
        """The fields that are asked for, by `expand` or `fields`, and stand in a row only then."""
        if not self.resource.row.expandable or self.request.method not in SAFE_METHODS:
            return []
        params = self.params(self.request)
        asked = {name for each in ("expand", "fields") for text in params.getlist(each) for name in text.split(",")}
        return [name for name in self.resource.row.expandable if name in asked]

    def rights_needed(self, request):
        """Also those to what is expanded: it is read like the thing itself."""
        expandable = self.resource.row.expandable
        return [*super().rights_needed(request), *(expandable[name] for name in self.expanded)]

    def what_is_done(self, request):
        return " ".join([super().what_is_done(request), *self.expanded])


class ListOfRows(ResourceView):
    kind, summary = "list", _("List: %(what)s")

    def get(self, request):
        asked = asked_of(self.params(request), self.resource, self.caller)
        self.names = asked.names
        return json_answer(request._request, page_of(self.resource, self.caller, asked))


class WriteView(ResourceView):
    """A write of one resource: `write` is which. Its body is read before its key is looked at."""

    write = None
    received = MultiValueDict()  # files that came with it

    def finalize_response(self, request, response, *args, **kwargs):
        for _part, files in self.received.lists():
            for file in files:
                file.close()
        return super().finalize_response(request, response, *args, **kwargs)

    def get_parsers(self):
        return [parser() for parser in self.write.parsers]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS and self.write.of_the_city and self.caller.is_narrowed:
            raise exceptions.PermissionDenied(
                _("What is of the whole city is not written by a system for some wards or groups.")
            )

    def what_is_done(self, request):
        if request.method in SAFE_METHODS:
            return super().what_is_done(request)
        return f"api {self.resource.name} {self.verb}"

    @property
    def verb(self):
        return self.write.name

    def read(self, data):
        """The values of a body; what is wrong in it is refused by field, with what the rules say of the rest."""
        body = self.write.body(data=data)
        if body.is_valid():
            return body.validated_data
        if self.write.look is None:
            raise exceptions.ValidationError(body.errors)
        else_wrong = looked_at(
            self.caller, lambda by: self.write.look(self.caller, by, body.readable, self.now), now=self.now
        )
        raise exceptions.ValidationError(merged(else_wrong, body.errors))

    def read_whole(self, request):
        """The values of the request's body; a missing key, any parameter and what is wrong in the body are refused at once."""
        faults = Faults()
        faults.look(lambda: key_of(request))
        faults.look(lambda: only_known(self.params(request), ()))
        values = faults.look(lambda: self.read(request.data))
        faults.refuse()
        return values

    def once(self, request, content, do):
        verb = f"api {self.resource.name} {self.verb}"
        return write_once(request, self.caller, verb, content, do, now=self.now).response

    def place_of(self, obj):
        return reverse(f"exchange:{self.resource.name}_one", args=[obj.public_id])

    @cached_property
    def shared(self):
        return (self.write.read_once(self.now),) if self.write.read_once else ()

    def make(self, by, values):
        obj = self.write.do(self.caller, by, values, self.now, *self.shared)
        return row_written(self.resource, self.caller, obj, status=201, place=self.place_of(obj))


class CreateRow(WriteView, ListOfRows):
    """A list to which something can be added."""

    def post(self, request):
        values = self.read_whole(request)
        return self.once(request, content_of(request.data), lambda by: self.make(by, values))


class WriteOne(WriteView):
    """Something done with one thing that stands, as whoever does it saw it."""

    kind, summary = "act", "%(what)s"

    def post(self, request, public_id):
        values = self.read_whole(request)
        etags = etags_seen(request)
        content = content_of(request.data, id=public_id, seen=etags)

        def do(by):
            obj = require_as_seen(etags, self.resource, self.caller, public_id)
            return row_written(self.resource, self.caller, self.write.do(obj, by, values, self.now), status=200)

        return self.once(request, content, do)


class ManyRows(WriteView):
    """Up to MOST_ROWS at once, each done or refused by itself, all under one key."""

    kind, summary = "bulk", _("Write many: %(what)s")
    verb = "bulk"

    def post(self, request):
        rows = self.read_whole(request)
        return self.once(request, content_of(request.data), lambda by: self.made(by, rows))

    def read(self, data):
        rows = data.get("rows") if isinstance(data, dict) else None
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS or len(data) > 1:
            sentence = _("Send {“rows”: […]} with 1 to %(most)s rows and nothing else.") % {"most": MOST_ROWS}
            raise exceptions.ValidationError({"rows": [sentence]})
        return rows

    def made(self, by, rows):
        results, done = [], 0
        for row in rows:
            written = done_or_refused(lambda row=row: self.make(by, super(ManyRows, self).read(row)))
            done += written.status < 300
            what = f'"row":{written.body}' if written.status < 300 else f'"refusal":{written.body}'
            results.append(f'{{"index":{len(results)},"status":{written.status},{what}}}')
        return Written(200, f'{{"done":{done},"refused":{len(rows) - done},"results":[{",".join(results)}]}}')


class OneRow(ResourceView):
    kind, summary = "one", _("One of: %(what)s")

    def get(self, request, public_id):
        params = self.params(request)
        faults = Faults()
        faults.look(lambda: only_known(params, ("fields", "expand")))
        self.names = faults.look(lambda: names_of(params, self.resource)) or ()
        faults.refuse()
        text = one_of(self.resource, self.caller, public_id, self.names)
        if text is None:
            raise Http404
        return json_answer(request._request, text.encode())


class JsonLines(JSONRenderer):
    """Lets a stream be asked for by its own kind; a refusal is then one line of it."""

    media_type = "application/x-ndjson"


class StreamOfRows(ResourceView):
    kind, summary = "stream", _("All as a stream: %(what)s")
    renderer_classes = (JSONRenderer, JsonLines)

    def get(self, request):
        asked = asked_of(self.params(request), self.resource, self.caller, own=("sort", "fields", "expand"))
        self.names = asked.names
        rows = stream_of(self.resource, self.caller, asked)
        return StreamingHttpResponse(rows, content_type=JsonLines.media_type)


class Changes(ResourceView):
    kind, summary = "changes", _("What changed: %(what)s")

    def get(self, request):
        params = self.params(request)
        faults = Faults()
        faults.look(lambda: only_known(params, ("cursor", "limit", "fields", "expand")))
        self.names = faults.look(lambda: names_of(params, self.resource)) or ()
        limit = faults.look(lambda: limit_of(params))
        place = faults.look(lambda: place_of(self.resource, self.caller, given_once(params, "cursor")))
        faults.refuse()
        body = changes_of(self.resource, self.caller, place=place, limit=limit, names=self.names)
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
    return api_refusal(500, "error", BROKEN)
