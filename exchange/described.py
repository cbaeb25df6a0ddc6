"""The description of the API (OpenAPI 3.1), written from the resources themselves."""

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_serializer, inline_serializer
from rest_framework import serializers

from exchange.asking import MOST, MOST_COUNTED, USUAL
from exchange.bodies import Json, JsonAndFiles
from exchange.filters import Day, Identifier, WholeNumber
from exchange.resources import resources
from exchange.rights import all_scopes
from exchange.rows import Row
from exchange.writing import KEY_PATTERN, MOST_ROWS

REFUSALS = {
    400: _("Something could not be read, or names what there is not; each fault is named."),
    401: _("No token, or one that does not hold: ask for a new one."),
    403: _("The token lacks the right to this."),
    404: _("There is no such thing, or the system does not see it."),
    406: _("None of the kinds that `Accept` names is given: the API speaks JSON."),
    409: _("It stands already, or the first request with this key is still being handled."),
    411: _("The body comes without its length (`Content-Length`)."),
    412: _("It is no longer as it was seen: read it again and decide anew."),
    413: _("The body is too large."),
    414: _("The address is longer than 8,190 bytes, its query included."),
    415: _("The body is of another kind or in another charset."),
    422: _("It could be read, and a rule refuses it; or the key was used for another request."),
    428: _("If-Match is missing."),
    429: _("More calls than may be made in a minute; Retry-After says when to go on."),
    431: _("A header is longer than 8,190 bytes."),
}
ANYWHERE = (406, 414, 431)
ERRORS = [
    ("validation_error", _("Something that was sent cannot be read, or names what there is not.")),
    ("client_error", _("The call is refused for another reason.")),
    ("server_error", _("A fault of the portal.")),
]
CHANGES = [
    ("there", _("The row is new, or it changed.")),
    ("gone", _("The row is there no longer, or not seen any more.")),
]


def refused_with(*statuses):
    """The answers that refuse, each with what it means; some may refuse any call."""
    statuses = sorted({*statuses, *ANYWHERE})
    return {status: OpenApiResponse(Errors, description=REFUSALS[status]) for status in statuses}


class OneError(serializers.Serializer):
    code = serializers.CharField(help_text=_("Short name of the error, for programs."))
    detail = serializers.CharField(help_text=_("What is wrong, in Vietnamese or English (Accept-Language)."))
    attr = serializers.CharField(allow_null=True, help_text=_("The parameter or field that it is about, if one."))


# By the name of its own field, clients made from it would break.
@extend_schema_serializer(component_name="Refusal", description=_("The one shape of every error."))
class Errors(serializers.Serializer):
    type = serializers.ChoiceField(choices=ERRORS)
    errors = OneError(many=True)


def told_at_first(result, generator, request, public):
    """What is so of the whole API: its name, and what the server answers before any operation is asked."""
    result["info"] |= {
        "title": gettext("Hà Nội's key-industrial-products programme: the API"),
        "description": gettext(
            "Besides what each operation says, any call may be answered 405 (the address takes other methods, which `Allow` "
            "names) or 5xx (a fault of the portal; a read may be tried again, a write with its `Idempotency-Key`). Errors have "
            "one shape, `Refusal`."
        ),
    }
    return result


def how_to_get_in(result, generator, request, public):
    """Client credentials, with every right that there is."""
    scopes = {scope: str(label) for scope, label in all_scopes().items()}
    flow = {"tokenUrl": "/api/oauth/token", "scopes": scopes}
    scheme = {"type": "oauth2", "flows": {"clientCredentials": flow}}
    result["components"]["securitySchemes"] = {"client_credentials": scheme}
    return result


def nothing_unknown(result, generator, request, public):
    """Bodies, and the rows of bulk bodies, take no field that they do not have."""
    schemas = result["components"]["schemas"]
    operations = [each for methods in result["paths"].values() for each in methods.values()]
    for name in {ref for each in operations for ref in _bodies_of(each)}:
        schemas[name]["additionalProperties"] = False
        rows = schemas[name]["properties"].get("rows")
        if rows:
            schemas[_named(rows["items"])]["additionalProperties"] = False
    return result


def _bodies_of(operation):
    """Names of the schemas of an operation's bodies."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        for each in (schema, *schema.get("properties", {}).values()):
            if "$ref" in each:
                yield _named(each)


def _named(reference):
    return reference["$ref"].rpartition("/")[2]


def _parameter(name, what, kind=str, **more):
    return OpenApiParameter(name, kind, description=what, **more)


IDENTIFIER = _parameter("public_id", _("Identifier; it never changes."), OpenApiTypes.UUID, location="path")
LIMIT = _parameter("limit", _("Rows of a page."), {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL})
CURSOR = _parameter("cursor", _("`next` of the page before; belongs to the same question only."))
COUNT = _parameter(
    "count",
    format_lazy(_("Whether to count the rows, up to {most}."), most=MOST_COUNTED),
    {"type": "string", "enum": ["true", "false"]},
)


def _header(name, what, **more):
    return OpenApiParameter(name, {"type": "string", **more}, OpenApiParameter.HEADER, required=True, description=what)


KEY = _header(
    "Idempotency-Key",
    _("A key of your own: the same request again with it reads the same answer. It is kept for good."),
    pattern=f"^{KEY_PATTERN}$",
)
IF_MATCH = _header("If-Match", _("The ETag of the row as you saw it; `*` is refused."))


def _listed(name, what, choices):
    """Names with commas between, each one of `choices`."""
    one = "|".join(choices)
    return _parameter(name, what, {"type": "string", "pattern": f"^({one})(,({one}))*$"})


def _filter_type(filter_):
    if isinstance(filter_, WholeNumber):
        return {"type": "string", "pattern": r"^-?[0-9]{1,18}$"}
    if isinstance(filter_, Day):
        return OpenApiTypes.DATE
    if isinstance(filter_, Identifier):
        return OpenApiTypes.UUID
    choices = filter_.extra.get("choices")
    return (
        {"type": "string", "enum": [value for value, _label in choices]}
        if choices
        else {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]+$"}
    )


def fields_may_be_chosen(result, generator, request, public):
    """Of a row only its identifier is always there: which other fields it has, the reader chooses."""
    for each in resources().values():
        result["components"]["schemas"][each.row.__name__]["required"] = ["id"]
    return result


def rows_within(row):
    """The row's class and those of all rows in it."""
    yield row
    for field in row().fields.values():
        inner = getattr(field, "child", field)
        if isinstance(inner, Row):
            yield from rows_within(type(inner))


def _all_rows():
    return {row for each in resources().values() for row in rows_within(each.row)}


def rows_and_bodies_are_told(result, generator, request, public):
    """What each row and body is, in the language of the description: a docstring has one only."""
    bodies = {write.body for each in resources().values() for write in each.writes}
    told = {row.__name__: row.told for row in _all_rows()} | {f"{body.__name__}Request": body.told for body in bodies}
    for name, words in told.items():
        result["components"]["schemas"][name]["description"] = str(words)
    return result


def fields_leave(result, generator, request, public):
    """Fields on their way out are marked, with the sentence that says what to use instead."""
    for row in _all_rows():
        for name, leaving in row.leaving.items():
            shown = result["components"]["schemas"][row.__name__]["properties"][name]
            shown |= {"deprecated": True, "description": f"{shown.get('description', '')} {leaving}".strip()}
    return result


def _rights_said(row):
    """{expandable field: which right it needs}"""
    said = gettext("`%(field)s` needs the right `%(right)s`.")
    return {name: said % {"field": name, "right": right} for name, right in row.expandable.items()}


def expanded_fields_need_rights(result, generator, request, public):
    """Fields that are given only when asked for say which right they need."""
    for row in _all_rows():
        for name, said in _rights_said(row).items():
            shown = result["components"]["schemas"][row.__name__]["properties"][name]
            shown["description"] = f"{shown.get('description', '')} {gettext('Only when asked for.')} {said}".strip()
    return result


class Described(AutoSchema):
    """Describes each view of a resource by what the resource says of itself."""

    @property
    def _resource(self):
        return self.view.resource

    @property
    def _write(self):
        """The write that is described; None where the operation reads."""
        return self.view.write if self.method == "POST" else None

    @property
    def _kind(self):
        return self.view.verb if self._write else self.view.kind

    def get_tags(self):
        return [self._resource.name]

    def get_operation_id(self):
        return f"{self._resource.name}_{self._kind}"

    def get_summary(self):
        if self._write and self._kind != "bulk":
            return str(self._write.label)
        return self.view.summary % {"what": self._write.label if self._write else self._resource.label}

    def get_description(self):
        described = self._write.body if self._write else self._resource.row
        return "\n\n".join(map(str, [described.told, *self.view.leaving]))

    def is_deprecated(self):
        return bool(self.view.leaving)

    def get_auth(self):
        if self._write:
            return [{"client_credentials": [self._resource.write_scope]}]
        return [] if self._resource.open_to_all else [{"client_credentials": [self._resource.scope]}]

    def get_override_parameters(self):
        if self._write:
            return [IDENTIFIER, KEY, IF_MATCH] if self._write.of_one else [KEY]
        resource, kind = self._resource, self._kind
        found = [IDENTIFIER] if kind == "one" else []
        found.append(_listed("fields", _("Only these fields, by commas."), resource.fields))
        if resource.row.expandable:
            said = [_("Fields that are given only when asked for, by commas."), *_rights_said(resource.row).values()]
            found.append(_listed("expand", " ".join(map(str, said)), resource.row.expandable))
        if kind in ("list", "changes"):
            found += [LIMIT, CURSOR]
        if kind in ("list", "stream"):
            orders = [sign + name for name in resource.sorts for sign in ("", "-")]
            found.append(_parameter("sort", _("Order; - goes down."), {"type": "string", "enum": orders}))
            filters = resource.filters.base_filters if resource.filters else {}
            found += [_parameter(name, each.label, _filter_type(each)) for name, each in filters.items()]
        if kind == "list":
            found.append(COUNT)
        return found

    def get_request_serializer(self):
        if self._write is None:
            return None
        if self._kind != "bulk":
            return self._whole_body()
        rows = serializers.ListField(child=self._write.body(), min_length=1, max_length=MOST_ROWS)
        return inline_serializer(f"{self._name}Rows", {"rows": rows})

    def _whole_body(self):
        """The body as JSON, and where files come with it also as a form: the JSON is one part, files are the others."""
        body = self._write.body
        forms = [each for each in self._write.parsers if issubclass(each, JsonAndFiles)]
        if not forms:
            return body
        said = _(
            "A file, called by the code of its component; of several files of one component each is a part of its own."
        )
        files = {"type": "string", "format": "binary", "description": said}
        schema = {
            "type": "object",
            "properties": {forms[0].json_part: {"$ref": f"#/components/schemas/{body.__name__}Request"}},
            "required": [forms[0].json_part],
            "additionalProperties": files,
        }
        return {Json.media_type: body, forms[0].media_type: schema}

    @property
    def _name(self):
        return self._resource.name.title().replace("_", "")

    def _written(self):
        """Answers of a write, by status."""
        row, refusals = self._resource.row, [400, 401, 403, 409, 411, 413, 415, 422, 429]
        if self._kind == "bulk":
            result = inline_serializer(
                f"{self._name}Result",
                {
                    "index": serializers.IntegerField(
                        help_text=_("Place of the row among those that were sent, from 0.")
                    ),
                    "status": serializers.IntegerField(help_text=_("As if the row had been sent alone.")),
                    "row": row(required=False),
                    "refusal": Errors(required=False),
                },
                many=True,
            )
            counts = {"done": serializers.IntegerField(), "refused": serializers.IntegerField()}
            results = inline_serializer(f"{self._name}Results", counts | {"results": result})
            return {200: results} | refused_with(*refusals)
        if self._write.of_one:
            return {200: row} | refused_with(*refusals, 404, 412, 428)
        return {201: row} | refused_with(*refusals)

    def get_response_serializers(self):
        if self._write:
            return self._written()
        row, kind = self._resource.row, self._kind
        name = self._name
        answers = {
            "one": row,
            "list": inline_serializer(
                f"{name}Page",
                {
                    "data": row(many=True),
                    "next": serializers.CharField(allow_null=True, help_text=_("Cursor of the next page.")),
                    "count": serializers.IntegerField(required=False),
                    "count_is_exact": serializers.BooleanField(required=False),
                },
            ),
            "changes": inline_serializer(
                f"{name}Changes",
                {
                    "data": inline_serializer(
                        f"{name}Change",
                        {
                            "id": serializers.UUIDField(),
                            "change": serializers.ChoiceField(choices=CHANGES),
                            "row": row(allow_null=True),
                        },
                        many=True,
                    ),
                    "next": serializers.CharField(help_text=_("Keep it; ask with it again for what changed since.")),
                    "more": serializers.BooleanField(),
                },
            ),
        }
        answer = answers.get(kind)
        if kind == "stream":
            answer = OpenApiResponse(OpenApiTypes.STR, description=_("One row a line, each as in the list."))
            found = {(200, "application/x-ndjson"): answer}
        else:
            found = {200: answer, 304: OpenApiResponse(description=_("As the ETag that was sent says."))}
        refusals = [400, 429] if self._resource.open_to_all else [400, 401, 403, 429]
        if kind == "one":
            refusals.append(404)
        return found | refused_with(*refusals)
