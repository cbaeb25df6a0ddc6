from django.urls import path

from programme.views import consultations, given, items, plan_steps, plans, proposals, scheme, tasks

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
    # plans
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/add/", plans.add_plan, name="add_plan"),
    path("plans/<uuid:public_id>/", plans.plan_detail, name="plan"),
    path("plans/<uuid:public_id>/table/", plans.plan_table, name="plan_table"),
    path("plans/<uuid:public_id>/edit/", plans.edit_plan, name="edit_plan"),
    path("plans/<uuid:public_id>/adjust/", plans.adjust_plan, name="adjust_plan"),
    path("plans/<uuid:public_id>/withdraw/", plans.withdraw_plan, name="withdraw_plan"),
    path("plans/papers/<uuid:public_id>/", plans.plan_paper, name="plan_paper"),
    # steps of a plan
    path("plans/<uuid:public_id>/send-to-review/", plan_steps.send_to_review, name="send_to_review"),
    path("plans/<uuid:public_id>/review/", plan_steps.review_plan, name="review_plan"),
    path("plans/<uuid:public_id>/submit/", plan_steps.submit_plan, name="submit_plan"),
    path("plans/<uuid:public_id>/return/", plan_steps.return_plan, name="return_plan"),
    path("plans/<uuid:public_id>/take-up/", plan_steps.take_up_plan, name="take_up_plan"),
    path("plans/<uuid:public_id>/approve/", plan_steps.approve_plan, name="approve_plan"),
    path("plans/<uuid:public_id>/assign/", plan_steps.assign_tasks, name="assign_tasks"),
    # lines of a plan
    path("plans/<uuid:public_id>/items/add/", items.add_item, name="add_item"),
    path("items/<uuid:public_id>/edit/", items.edit_item, name="edit_item"),
    path("items/<uuid:public_id>/drop/", items.drop_item, name="drop_item"),
    path("items/<uuid:public_id>/restore/", items.restore_item, name="restore_item"),
    path("items/<uuid:public_id>/overlaps/<uuid:other>/", items.decide_overlap, name="decide_overlap"),
    path("items/<uuid:public_id>/money/link/", items.link_money, name="link_money"),
    path("money-links/<uuid:public_id>/unlink/", items.unlink_money, name="unlink_money"),
    # consultations
    path("plans/<uuid:public_id>/consultations/", consultations.consultation_list, name="consultation_list"),
    path("plans/<uuid:public_id>/consultations/ask/", consultations.ask_agencies, name="ask_agencies"),
    path("consultations/<uuid:public_id>/", consultations.consultation_detail, name="consultation"),
    path("consultations/<uuid:public_id>/file/", consultations.consultation_file, name="consultation_file"),
    path("consultations/<uuid:public_id>/answer/", consultations.answer_consultation, name="answer_consultation"),
    path("consultations/<uuid:public_id>/silence/", consultations.record_silence, name="record_silence"),
    path("consultations/<uuid:public_id>/handle/", consultations.handle_opinion, name="handle_opinion"),
    # proposals
    path("proposals/", proposals.proposal_list, name="proposal_list"),
    path("proposals/add/", proposals.add_proposal, name="add_proposal"),
    path("proposals/<uuid:public_id>/", proposals.proposal_detail, name="proposal"),
    path("proposals/<uuid:public_id>/edit/", proposals.edit_proposal, name="edit_proposal"),
    path("proposals/<uuid:public_id>/send/", proposals.send_proposal, name="send_proposal"),
    path("proposals/<uuid:public_id>/withdraw/", proposals.withdraw_proposal, name="withdraw_proposal"),
    path("proposals/<uuid:public_id>/take/", proposals.take_proposal, name="take_proposal"),
    path("proposals/<uuid:public_id>/decline/", proposals.decline_proposal, name="decline_proposal"),
    # tasks
    path("tasks/", tasks.task_list, name="task_list"),
    path("tasks/<uuid:public_id>/", tasks.task_detail, name="task"),
    path("tasks/<uuid:public_id>/accept/", tasks.accept_task, name="accept_task"),
    path("tasks/<uuid:public_id>/report/", tasks.report_task, name="report_task"),
    path("tasks/<uuid:public_id>/finish/", tasks.finish_task, name="finish_task"),
    path("tasks/<uuid:public_id>/reopen/", tasks.reopen_task, name="reopen_task"),
    path("tasks/<uuid:public_id>/deliverables/add/", tasks.add_deliverable, name="add_deliverable"),
    path("deliverables/<uuid:public_id>/deliver/", tasks.deliver, name="deliver"),
    path("deliverables/<uuid:public_id>/file/", tasks.deliverable_file, name="deliverable_file"),
    # given tasks
    path("given-tasks/", given.given_list, name="given_list"),
    path("given-tasks/add/", given.add_given, name="add_given"),
    path("given-tasks/<uuid:public_id>/", given.given_detail, name="given_task"),
    path("given-tasks/<uuid:public_id>/file/", given.given_file, name="given_file"),
    path("given-tasks/<uuid:public_id>/edit/", given.edit_given, name="edit_given"),
    path("given-tasks/<uuid:public_id>/report/", given.report_given, name="report_given"),
    path("given-tasks/<uuid:public_id>/finish/", given.finish_given, name="finish_given"),
    path("given-tasks/<uuid:public_id>/reopen/", given.reopen_given, name="reopen_given"),
    path("given-tasks/<uuid:public_id>/cancel/", given.cancel_given, name="cancel_given"),
]
