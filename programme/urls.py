from django.urls import path

from programme.views import policies, scheme

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
