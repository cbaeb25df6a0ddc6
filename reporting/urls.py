from django.urls import path

from reporting.views import dashboard, deciding, home, rows, runs, statistics

app_name = "reporting"
urlpatterns = [
    path("work/", home.home, name="home"),
    path("search/", home.search, name="search"),
    # indicators
    path("indicators/", dashboard.dashboard, name="dashboard"),
    path("indicators/<slug:family>/", dashboard.indicator_detail, name="indicator_detail"),
    path("indicators/<slug:family>/choose/", deciding.choose_variant, name="choose_variant"),
    path("indicators/definitions/<uuid:public_id>/define/", deciding.define_indicator, name="define_indicator"),
    path("indicators/definitions/<uuid:public_id>/variant/", deciding.add_variant, name="add_variant"),
    # values
    path("values/<uuid:public_id>/", dashboard.value_detail, name="value_detail"),
    path("values/<uuid:public_id>/rows/", rows.value_rows, name="value_rows"),
    path("published/", dashboard.publication_list, name="publication_list"),
    path("published/<uuid:public_id>/", dashboard.publication_detail, name="publication_detail"),
    path("published/values/<uuid:public_id>/", dashboard.published_value, name="published_value"),
    path("published/values/<uuid:public_id>/rows/", rows.published_rows, name="published_rows"),
    path("publish/<int:year>/", deciding.publish_year, name="publish_year"),
    # computations
    path("computations/", runs.run_list, name="run_list"),
    path("computations/compute/", runs.compute, name="compute"),
    path("computations/<uuid:public_id>/", runs.run_detail, name="run_detail"),
    # the city's statistics
    path("statistics/", statistics.statistic_list, name="statistic_list"),
    path("statistics/record/", statistics.record_statistic, name="record_statistic"),
    path("statistics/<uuid:public_id>/", statistics.statistic_detail, name="statistic_detail"),
    path("statistics/<uuid:public_id>/revise/", statistics.revise_statistic, name="revise_statistic"),
    path("statistics/<uuid:public_id>/withdraw/", statistics.withdraw_statistic, name="withdraw_statistic"),
]
