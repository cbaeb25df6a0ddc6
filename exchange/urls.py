from django.urls import path
from oauth2_provider.views import TokenView

from exchange import views
from exchange.resources import resources

app_name = "exchange"


def addresses(resource):
    """The addresses of one resource: a list, everything as a stream, what changed, and one of them."""
    made = {"resource": resource, "scope": resource.scope, "open_to_all": resource.open_to_all}
    base, found = f"v1/{resource.name}", []
    kinds = [("", views.ListOfRows), ("/stream", views.StreamOfRows), ("/<uuid:public_id>", views.OneRow)]
    if resource.changes:
        kinds.append(("/changes", views.Changes))
    for tail, view in kinds:
        name = f"{resource.name}_{view.kind}"
        found.append(path(f"{base}{tail}", view.as_view(**made, what=f"api {resource.name} {view.kind}"), name=name))
    return found


urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="token"),
    path("v1/openapi.json", views.Description.as_view(), name="description"),
    path("docs", views.swagger, name="swagger"),
    path("redoc", views.redoc, name="redoc"),
]
for each in resources().values():
    urlpatterns += addresses(each)
