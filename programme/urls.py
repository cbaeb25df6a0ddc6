from django.urls import path

from programme.views import commitments, payments, policies, scheme, steps

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
    # steps of the budget
    path("budget/steps/", steps.budget_step_list, name="budget_step_list"),
    path("budget/steps/begin/", steps.begin_step, name="begin_step"),
    path("budget/steps/approve/", steps.bulk_approve_steps, name="bulk_approve_steps"),
    path("budget/steps/prepare/<slug:kind>/<uuid:about>/", steps.prepare_step, name="prepare_step"),
    path("budget/steps/<uuid:public_id>/", steps.budget_step, name="budget_step"),
    path("budget/steps/<uuid:public_id>/file/", steps.budget_step_file, name="budget_step_file"),
    path("budget/steps/<uuid:public_id>/approve/", steps.approve_step, name="approve_step"),
    path("budget/steps/<uuid:public_id>/refuse/", steps.refuse_step, name="refuse_step"),
    path("budget/steps/<uuid:public_id>/withdraw/", steps.withdraw_step, name="withdraw_step"),
    # contracts and decisions
    path("budget/commitments/", commitments.commitment_list, name="commitment_list"),
    path("budget/commitments/begin/", commitments.begin_commitment, name="begin_commitment"),
    path("budget/commitments/approve/", commitments.bulk_approve_commitments, name="bulk_approve_commitments"),
    path("budget/commitments/prepare/<uuid:line>/", commitments.prepare_commitment, name="prepare_commitment"),
    path("budget/commitments/<uuid:public_id>/", commitments.commitment, name="commitment"),
    path("budget/commitments/<uuid:public_id>/file/", commitments.commitment_file, name="commitment_file"),
    path("budget/procurement/<uuid:public_id>/file/", commitments.procurement_file, name="procurement_file"),
    path("budget/commitments/<uuid:public_id>/approve/", commitments.approve_commitment, name="approve_commitment"),
    path("budget/commitments/<uuid:public_id>/refuse/", commitments.refuse_commitment, name="refuse_commitment"),
    path("budget/commitments/<uuid:public_id>/withdraw/", commitments.withdraw_commitment, name="withdraw_commitment"),
    path(
        "budget/commitments/<uuid:public_id>/liquidate/", commitments.liquidate_commitment, name="liquidate_commitment"
    ),
    # payments
    path("budget/payments/", payments.payment_list, name="payment_list"),
    path("budget/payments/control/", payments.bulk_control_payments, name="bulk_control_payments"),
    path("budget/payments/sign/", payments.bulk_sign_payments, name="bulk_sign_payments"),
    path("budget/payments/send/", payments.bulk_send_payments, name="bulk_send_payments"),
    path("budget/payments/paid/", payments.bulk_record_paid, name="bulk_record_paid"),
    path("budget/payments/prepare/<uuid:commitment>/", payments.prepare_payment, name="prepare_payment"),
    path("budget/payments/<uuid:public_id>/", payments.payment, name="payment"),
    path("budget/payments/<uuid:public_id>/file/", payments.payment_file, name="payment_file"),
    path("budget/payments/<uuid:public_id>/control/", payments.control_payment, name="control_payment"),
    path("budget/payments/<uuid:public_id>/sign/", payments.sign_payment, name="sign_payment"),
    path("budget/payments/<uuid:public_id>/send/", payments.send_payment, name="send_payment"),
    path("budget/payments/<uuid:public_id>/return/", payments.return_payment, name="return_payment"),
    path("budget/payments/<uuid:public_id>/withdraw/", payments.withdraw_payment, name="withdraw_payment"),
    path("budget/payments/<uuid:public_id>/paid/", payments.record_paid, name="record_paid"),
    path("budget/payments/<uuid:public_id>/refused/", payments.record_refused, name="record_refused"),
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
