from django.urls import include, path

from jobs import views as jobs

urlpatterns = [
    path("healthz", jobs.healthz, name="healthz"),
    path("readyz", jobs.readyz, name="readyz"),
    path("", include("screens.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
