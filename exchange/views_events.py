"""The feed of events, for those who ask rather than being told, and the catalogue of what there is to hear."""

import json
from datetime import UTC

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.text import format_lazy
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from audit.chain import head
from exchange import cursors
from exchange.asking import given_once, limit_of, only_known
from exchange.bodies import Faults
from exchange.catalogue import RIGHT, schema_of, types_by_name
from exchange.described import CURSOR, LIMIT, refused_with
from exchange.door import DoorView
from exchange.heard import before, body_of, events_after
from exchange.rows import Time
from exchange.views import json_answer

OWN = ("cursor", "limit", "since", "types")
OneEvent = inline_serializer(
    "Event",
    {
        "id": serializers.UUIDField(help_text=_("The same whenever the event is given or sent again.")),
        "type": serializers.CharField(help_text=_("One of the catalogue.")),
        "version": serializers.IntegerField(),
        "timestamp": Time(help_text=_("When it happened.")),
        "data": inline_serializer(
            "EventData",
            {
                "resource": serializers.CharField(help_text=_("The kind of thing that it happened to.")),
                "id": serializers.UUIDField(help_text=_("The thing.")),
                "url": serializers.CharField(help_text=_("Where this API shows it.")),
            },
        ),
    },
    many=True,
)
Page = inline_serializer(
    "EventsPage",
    {
        "data": OneEvent,
        "next": serializers.CharField(help_text=_("Keep it; ask with it again for what happened since.")),
        "more": serializers.BooleanField(help_text=_("Whether more is waiting now.")),
    },
)
Catalogue = inline_serializer(
    "EventsCatalogue",
    {
        "data": inline_serializer(
            "EventType",
            {
                "type": serializers.CharField(),
                "version": serializers.IntegerField(),
                "name_vi": serializers.CharField(),
                "name_en": serializers.CharField(),
                "resources": serializers.ListField(child=serializers.CharField()),
                "scope": serializers.CharField(
                    help_text=format_lazy(_("The right that is needed beside {right}."), right=RIGHT)
                ),
                "schema": serializers.DictField(help_text=_("JSON Schema of the event.")),
            },
            many=True,
        )
    },
)
_one = "|".join(name.replace(".", r"\.") for name in types_by_name())
SINCE = OpenApiParameter("since", OpenApiTypes.DATETIME, description=_("Begin at this moment; without a cursor."))
TYPES = OpenApiParameter(
    "types",
    {"type": "string", "pattern": f"^({_one})(,({_one}))*$"},
    description=_("Only these events, by commas."),
)
UNCHANGED = OpenApiResponse(description=_("As the ETag that was sent says."))


def _names_asked(params):
    text = given_once(params, "types")
    if text is None:
        return list(types_by_name())
    names, sentence = sorted(set(text.split(","))), _now("“%(name)s” is no event of the catalogue.")
    if wrong := [sentence % {"name": name} for name in names if name not in types_by_name()]:
        raise ValidationError({"types": wrong})
    return names


def _moment(params):
    text = given_once(params, "since")
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
        if moment is not None and is_aware(moment):
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter at the ends of time
        pass
    raise ValidationError({"since": _now("Write a moment with its zone, such as 2026-11-29T08:00:00Z.")})


class Events(DoorView):
    """What happened to the things that the caller may read, in the order of the log."""

    scope, what = RIGHT, "api events list"

    @extend_schema(
        operation_id="events_list",
        summary=_("Events, in the order in which they happened"),
        description=_(
            "The events that are also sent to subscriptions. Only those of things that the caller has the right to "
            "read and sees. `next` is never null: at the end it is kept and asked again later."
        ),
        tags=["events"],
        auth=[{"client_credentials": [RIGHT]}],
        parameters=[SINCE, TYPES, LIMIT, CURSOR],
        responses={200: Page, 304: UNCHANGED, **refused_with(400, 401, 403, 429)},
    )
    def get(self, request):
        params, caller = request._request.GET, self.caller
        faults = Faults()
        faults.look(lambda: only_known(params, OWN))
        names, since = faults.look(lambda: _names_asked(params)), faults.look(lambda: _moment(params))
        limit, text = faults.look(lambda: limit_of(params)), faults.look(lambda: given_once(params, "cursor"))
        asked = cursors.question("events", caller.public_id, caller.wards, caller.groups, names)
        if text is None:
            after = 0 if since is None else before(since)
        elif since is not None:
            faults.named["since"] = [_now("A cursor says already where to begin. Give one of both.")]
        else:
            (after,) = faults.look(lambda: cursors.read(text, asked if names else None)) or (0,)
        faults.refuse()
        events, reached = events_after(caller, after, names, limit=limit)
        following, more = cursors.write(asked, [reached]), "true" if reached < head()[0] else "false"
        entries = ",".join(body_of(event) for event in events)
        return json_answer(request._request, f'{{"data":[{entries}],"next":"{following}","more":{more}}}'.encode())


class EventCatalogue(DoorView):
    """Every event that there is to hear, with its schema."""

    open_to_all, what = True, "api events catalogue"

    @extend_schema(
        operation_id="events_catalogue",
        summary=_("Catalogue of the events that there are"),
        description=_(
            "Each event with its version, the right that it needs and its JSON Schema. Fields are added within a "
            "version; nothing else changes."
        ),
        tags=["events"],
        auth=[],
        responses={200: Catalogue, 304: UNCHANGED, **refused_with(400, 429)},
    )
    def get(self, request):
        only_known(request._request.GET, ())
        entries = []
        for name, alike in types_by_name().items():
            said = {}
            for language, _label in settings.LANGUAGES:
                with override(language):
                    said[f"name_{language}"] = str(alike[0].label)
            entries.append(
                {
                    "type": name,
                    "version": alike[0].version,
                    **said,
                    "resources": [each.resource_name for each in alike],
                    "scope": alike[0].scope,
                    "schema": schema_of(name),
                }
            )
        return json_answer(request._request, json.dumps({"data": entries}, ensure_ascii=False).encode())
