from django.urls import include, path
from django.views.generic import RedirectView

from jobs import views as jobs

# One line a room; what machines ask, and often, stands before what has no first word of its own.
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="reporting:home"), name="front"),
    path("healthz", jobs.healthz, name="healthz"),
    path("readyz", jobs.readyz, name="readyz"),
    path("api/", include("exchange.urls")),
    path("", include("screens.urls")),
    path("accounts/", include("accounts.urls_sign_in")),
    path("people/", include("accounts.urls")),
    path("audit/", include("audit.urls")),
    path("jobs/", include("jobs.urls")),
    path("enterprises/", include("enterprises.urls")),
    path("dossiers/", include("dossiers.urls")),
    path("support/", include("support.urls")),
    path("notices/", include("notices.urls")),
    path("", include("documents.urls")),
    path("reference/", include("reference.urls")),
    path("programme/", include("programme.urls")),
    path("systems/", include("exchange.urls_clients")),
    path("", include("reporting.urls")),
]

handler400 = "exchange.views.bad_request"
handler404 = "exchange.views.not_found"
handler500 = "exchange.views.broken"
