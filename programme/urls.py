from django.urls import path

from programme.views import policies, scheme, treasury

app_name = "programme"

urlpatterns = [
    # periods
    path("", scheme.period_list, name="period_list"),
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
    # reconciliation with the Treasury
    path("treasury/", treasury.statement_list, name="statement_list"),
    path("treasury/<uuid:public_id>/", treasury.statement_detail, name="statement"),
    path("treasury/<uuid:public_id>/rows/", treasury.statement_rows, name="statement_rows"),
    path("treasury/<uuid:public_id>/file/", treasury.statement_file, name="statement_file"),
    path("treasury/<uuid:public_id>/match/", treasury.match_statement, name="match_statement"),
    path("treasury/<uuid:public_id>/number/", treasury.number_statement, name="number_statement"),
    path("treasury/<uuid:public_id>/confirm/", treasury.confirm_reconciliation, name="confirm_reconciliation"),
    path("treasury/<uuid:public_id>/table/", treasury.reconciliation_table, name="reconciliation_table"),
    path("treasury/<uuid:public_id>/differences/", treasury.difference_list, name="difference_list"),
    path("treasury/<uuid:public_id>/differences/explain/", treasury.explain_differences, name="explain_differences"),
    path("treasury/differences/<uuid:public_id>/", treasury.difference_detail, name="difference"),
    path("treasury/differences/<uuid:public_id>/explain/", treasury.explain_difference, name="explain_difference"),
    # papers for the Treasury
    path("payments/<uuid:public_id>/papers/", treasury.treasury_papers_page, name="treasury_papers"),
    path("payments/<uuid:public_id>/papers/<slug:code>/", treasury.treasury_paper, name="treasury_paper"),
    # mechanisms and policies
    path("policies/", policies.policy_list, name="policy_list"),
    path("policies/add/", policies.add_policy, name="add_policy"),
    path("policies/proposals/<int:year>/", policies.policy_proposal_list, name="policy_proposal_list"),
    path("policies/<uuid:public_id>/", policies.policy_detail, name="policy"),
    path("policies/<uuid:public_id>/edit/", policies.edit_policy, name="edit_policy"),
    path("policies/<uuid:public_id>/supersede/", policies.supersede_policy, name="supersede_policy"),
    path("policies/<uuid:public_id>/reinstate/", policies.reinstate_policy, name="reinstate_policy"),
    path("policies/<uuid:public_id>/withdraw/", policies.withdraw_policy, name="withdraw_policy"),
    path("policies/<uuid:public_id>/reviews/add/", policies.add_review, name="add_review"),
    # reviews of policies
    path("policies/reviews/", policies.review_list, name="review_list"),
    path("policies/reviews/<uuid:public_id>/", policies.review_detail, name="review"),
    path("policies/reviews/<uuid:public_id>/edit/", policies.edit_review, name="edit_review"),
    path("policies/reviews/<uuid:public_id>/submit/", policies.submit_review, name="submit_review"),
    path("policies/reviews/<uuid:public_id>/answer/", policies.answer_review, name="answer_review"),
    path("policies/reviews/<uuid:public_id>/withdraw/", policies.withdraw_review, name="withdraw_review"),
]
