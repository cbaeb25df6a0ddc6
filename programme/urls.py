from django.urls import path

from programme.views import money, scheme

app_name = "programme"

urlpatterns = [
    # the state of the money
    path("", money.money, name="money"),
    # budget years
    path("years/add/", money.add_year, name="add_year"),
    path("years/<int:year>/", money.budget_year, name="budget_year"),
    path("years/<int:year>/open/", money.open_year, name="open_year"),
    path("years/<int:year>/adjust/", money.start_adjusting, name="start_adjusting"),
    path("years/<int:year>/close/", money.close_year, name="close_year"),
    # budget lines
    path("lines/", money.budget_line_list, name="budget_line_list"),
    path("lines/add/", money.add_line, name="add_line"),
    path("lines/<uuid:public_id>/", money.budget_line, name="budget_line"),
    path("lines/<uuid:public_id>/describe/", money.describe_line, name="describe_line"),
    path("lines/<uuid:public_id>/plan/", money.plan_spending, name="plan_spending"),
    path("lines/<uuid:public_id>/opening/", money.record_opening, name="record_opening"),
    path("lines/<uuid:public_id>/report/", money.record_report, name="record_report"),
    # the ledger
    path("ledger/", money.ledger_entry_list, name="ledger_entry_list"),
    path("ledger/<uuid:public_id>/", money.ledger_entry, name="ledger_entry"),
    path("ledger/<uuid:public_id>/file/", money.ledger_entry_file, name="ledger_entry_file"),
    # periods
    path("periods/", scheme.period_list, name="period_list"),
    path("periods/add/", scheme.add_period, name="add_period"),
    path("periods/<uuid:public_id>/", scheme.period_detail, name="period"),
    path("periods/<uuid:public_id>/edit/", scheme.edit_period, name="edit_period"),
    path("periods/<uuid:public_id>/targets/add/", scheme.add_target, name="add_target"),
    # targets
    path("targets/", scheme.target_list, name="target_list"),
    path("targets/<uuid:public_id>/", scheme.target_detail, name="target"),
    path("targets/<uuid:public_id>/edit/", scheme.edit_target, name="edit_target"),
    path("targets/<uuid:public_id>/withdraw/", scheme.withdraw_target, name="withdraw_target"),
    # what was published
    path("results/", scheme.result_list, name="result_list"),
    path("results/add/", scheme.add_result, name="add_result"),
    path("results/<uuid:public_id>/", scheme.result_detail, name="result"),
    path("results/<uuid:public_id>/edit/", scheme.edit_result, name="edit_result"),
    path("figures/", scheme.figure_list, name="figure_list"),
    path("figures/add/", scheme.add_figure, name="add_figure"),
    path("figures/<uuid:public_id>/", scheme.figure_detail, name="figure"),
    path("figures/<uuid:public_id>/edit/", scheme.edit_figure, name="edit_figure"),
]
