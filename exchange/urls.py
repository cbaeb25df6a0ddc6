from uuid import UUID

from django.urls import path, register_converter

from exchange import views, views_events, views_token
from exchange.filters import IDENTIFIER
from exchange.resources import resources

app_name = "exchange"


class IdentifierConverter:
    """An identifier in capitals or not: it is the same (RFC 9562, 4)."""

    regex = IDENTIFIER.pattern

    def to_python(self, value):
        return UUID(value)

    def to_url(self, value):
        return str(value)


register_converter(IdentifierConverter, "identifier")


def addresses(resource):
    """The addresses of one resource: a list, everything as a stream, what changed, and one of them."""
    made = {
        "resource": resource,
        "scope": resource.scope,
        "write_scope": resource.write_scope,
        "open_to_all": resource.open_to_all,
        "kind_of_object": resource.model._meta.label_lower,
    }
    base, found = f"v1/{resource.name}", []
    kinds = [("", views.ListOfRows), ("/stream", views.StreamOfRows), ("/<identifier:public_id>", views.OneRow)]
    if resource.changes:
        kinds.append(("/changes", views.Changes))
    for tail, view in kinds:
        name, more = f"{resource.name}_{view.kind}", {}
        if view is views.ListOfRows and (creates := resource.write("create")):
            view, more = views.CreateRow, {"write": creates}
        view = view.as_view(**made, **more, what=f"api {resource.name} {view.kind}")
        found.append(path(f"{base}{tail}", view, name=name))
    for each in resource.writes:
        if each.of_one:
            view = views.WriteOne.as_view(**made, write=each)
            found.append(path(f"{base}/<identifier:public_id>/{each.name}", view, name=f"{resource.name}_{each.name}"))
        if each.in_bulk:
            view = views.ManyRows.as_view(**made, write=each)
            found.append(path(f"{base}/bulk", view, name=f"{resource.name}_bulk"))
    return found


urlpatterns = [
    path("oauth/token", views_token.Token.as_view(), name="token"),
    path("v1/openapi.json", views.description, name="description"),
    path("v1/events", views_events.Events.as_view(), name="events_list"),
    path("v1/events/catalogue", views_events.EventCatalogue.as_view(), name="events_catalogue"),
    path("docs", views.swagger, name="swagger"),
    path("redoc", views.redoc, name="redoc"),
]
for each in resources().values():
    urlpatterns += addresses(each)
