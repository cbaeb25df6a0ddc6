from django.urls import path

from support import views

app_name = "support"
urlpatterns = [
    # records
    path("", views.support_list, name="support_list"),
    path("record/", views.record_support, name="record_support"),
    path("totals/", views.support_totals, name="support_totals"),
    path("<uuid:public_id>/", views.support_detail, name="support_detail"),
    path("<uuid:public_id>/correct/", views.correct_support, name="correct_support"),
    path("<uuid:public_id>/withdraw/", views.withdraw_support, name="withdraw_support"),
    path("<uuid:public_id>/evidence/", views.support_evidence, name="support_evidence"),
]
