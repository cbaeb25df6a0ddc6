from django.urls import path

from programme import views

app_name = "programme"

urlpatterns = [
    # periods
    path("", views.period_list, name="period_list"),
    path("periods/add/", views.add_period, name="add_period"),
    path("periods/<uuid:public_id>/", views.period_detail, name="period"),
    path("periods/<uuid:public_id>/edit/", views.edit_period, name="edit_period"),
    path("periods/<uuid:public_id>/targets/add/", views.add_target, name="add_target"),
    # targets
    path("targets/", views.target_list, name="target_list"),
    path("targets/<uuid:public_id>/", views.target_detail, name="target"),
    path("targets/<uuid:public_id>/edit/", views.edit_target, name="edit_target"),
    path("targets/<uuid:public_id>/withdraw/", views.withdraw_target, name="withdraw_target"),
    # what was published
    path("results/", views.result_list, name="result_list"),
    path("results/add/", views.add_result, name="add_result"),
    path("results/<uuid:public_id>/", views.result_detail, name="result"),
    path("results/<uuid:public_id>/edit/", views.edit_result, name="edit_result"),
    path("figures/", views.figure_list, name="figure_list"),
    path("figures/add/", views.add_figure, name="add_figure"),
    path("figures/<uuid:public_id>/", views.figure_detail, name="figure"),
    path("figures/<uuid:public_id>/edit/", views.edit_figure, name="edit_figure"),
]
