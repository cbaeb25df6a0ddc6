from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="job_list"),
    path("chain/", views.chain, name="chain"),
    path("chain/verify/", views.verify_events, name="verify_events"),
    path("<uuid:public_id>/", views.job_detail, name="job_detail"),
    path("<uuid:public_id>/again/", views.run_again, name="run_again"),
]
