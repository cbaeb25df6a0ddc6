from django.urls import path
from oauth2_provider.views import TokenView

from exchange import views
from exchange.resources import resources

app_name = "exchange"


def addresses(resource):
    """The addresses of one resource: a list, everything as a stream, what changed, and one of them."""
    made = {"resource": resource, "scope": resource.scope, "open_to_all": resource.open_to_all}
    base, found = f"v1/{resource.name}", []
    kinds = [("list", "", views.ListOfRows), ("stream", "/stream", views.StreamOfRows)]
    if resource.changes:
        kinds.append(("changes", "/changes", views.Changes))
    kinds.append(("one", "/<uuid:public_id>", views.OneRow))
    for name, tail, view in kinds:
        view = view.as_view(**made, what=f"api {resource.name} {name}")
        found.append(path(f"{base}{tail}", view, name=f"{resource.name}_{name}"))
    return found


urlpatterns = [path("oauth/token", TokenView.as_view(), name="token")]
for each in resources().values():
    urlpatterns += addresses(each)
