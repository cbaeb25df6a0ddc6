"""Who may do what with plans: offices propose, the industry office drafts, KHTC reviews, the director submits and
assigns; the Committee's answer is typed by the records clerk or a head.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from accounts.roles import HEADS, LEADERS, READERS, Role
from programme.models.tasks import office_ids

OFFICES = HEADS | {
    Role.INTAKE,
    Role.OFFICER,
    Role.CHIEF_OF_OFFICE,
    Role.ACCOUNTANT,
    Role.CHIEF_ACCOUNTANT,
    Role.RECORDS_CLERK,
    Role.CENTRE_STAFF,
    Role.INSPECTOR,
}

SEE_PLANS = action("programme.see_plans", _("See plans, tasks and proposals"), roles=READERS)
PROPOSE = action("programme.propose", _("Propose tasks for the own office"), roles=OFFICES)
DRAFT = action("programme.draft_plan", _("Draft and adjust plans, consider proposals"), roles=HEADS | {Role.OFFICER})
REVIEW = action(
    "programme.review_plan",
    _("Review plans and link them with assigned money"),
    roles={Role.ACCOUNTANT, Role.CHIEF_ACCOUNTANT},
)
SUBMIT = action("programme.submit_plan", _("Submit plans and assign their tasks"), roles=LEADERS)
TYPE_ANSWER = action(
    "programme.type_answer",
    _("Enter the City People's Committee's answer to a plan"),
    roles={Role.RECORDS_CLERK, Role.HEAD},
)
TYPE_OPINION = action(
    "programme.type_opinion",
    _("Enter the opinions of agencies"),
    roles=HEADS | {Role.OFFICER, Role.RECORDS_CLERK},
)
REPORT = action("programme.report_task", _("Accept tasks of the own office and report on them"), roles=OFFICES)
GIVE = action(
    "programme.enter_given_task",
    _("Enter tasks given by the Committee or a meeting"),
    roles=HEADS | {Role.OFFICER, Role.CHIEF_OF_OFFICE, Role.RECORDS_CLERK},
)
MOVE_DEADLINE = action(
    "programme.move_given_deadline", _("Move the deadlines of given tasks"), roles=GIVE.roles | LEADERS
)


def can_keep_proposal(user, proposal):
    """People of the office that proposes, while the proposal is theirs to write."""
    return user.may(PROPOSE) and proposal.office_id in office_ids(user, timezone.localdate())


def can_report_task(user, task):
    """People of the lead office; for another agency's task the drafters of the plan, who follow it."""
    if task.office_id is None:
        return user.may(DRAFT)
    return user.may(REPORT) and task.office_id in office_ids(user, timezone.localdate())


def can_report_given(user, given):
    """People of the office in charge, and the person in charge wherever they are."""
    own = given.person_id == user.pk or given.office_id in office_ids(user, timezone.localdate())
    return user.may(REPORT) and own


def is_in_charge(user, given):
    """The person in charge; where nobody is named, the people of the office in charge."""
    if given.person_id:
        return given.person_id == user.pk
    return given.office_id in office_ids(user, timezone.localdate())


def can_move_deadline(user, given):
    """Whoever enters given tasks, and leaders: never whoever is in charge of this one."""
    return user.may(MOVE_DEADLINE) and not is_in_charge(user, given)


def can_decide_deadline(user, given):
    """Without a paper: whoever chaired the meeting that it came from, and leaders."""
    chairs = given.concluded is not None and given.concluded.meeting.chair_id == user.pk
    return can_move_deadline(user, given) and (chairs or bool(user.roles & LEADERS))


def can_correct_deadline(user, given):
    """Of a task that was entered from a paper: whoever enters given tasks, but nobody of those who are in charge."""
    in_charge = given.person_id == user.pk or given.office_id in office_ids(user, timezone.localdate())
    return given.concluded is None and user.may(GIVE) and not in_charge


# plans
route("programme:plan_list", GET=SEE_PLANS)
route("programme:plan", GET=SEE_PLANS)
route("programme:plan_table", GET=SEE_PLANS)
route("programme:plan_paper", GET=SEE_PLANS)
route("programme:add_plan", GET=DRAFT, POST=DRAFT)
route("programme:edit_plan", GET=DRAFT, POST=DRAFT)
route("programme:adjust_plan", GET=DRAFT, POST=DRAFT)
route("programme:withdraw_plan", GET=DRAFT, POST=DRAFT)
route("programme:send_to_review", GET=DRAFT, POST=DRAFT)
route("programme:review_plan", GET=REVIEW, POST=REVIEW)
route("programme:submit_plan", GET=SUBMIT, POST=SUBMIT)
route("programme:return_plan", GET=TYPE_ANSWER, POST=TYPE_ANSWER)
route("programme:take_up_plan", GET=DRAFT, POST=DRAFT)
route("programme:approve_plan", GET=TYPE_ANSWER, POST=TYPE_ANSWER)
route("programme:assign_tasks", GET=SUBMIT, POST=SUBMIT)

# lines of a plan
route("programme:add_item", GET=DRAFT, POST=DRAFT)
route("programme:edit_item", GET=DRAFT, POST=DRAFT)
route("programme:drop_item", GET=DRAFT, POST=DRAFT)
route("programme:restore_item", GET=DRAFT, POST=DRAFT)
route("programme:decide_overlap", GET=DRAFT, POST=DRAFT)
route("programme:link_money", GET=REVIEW, POST=REVIEW)
route("programme:unlink_money", GET=REVIEW, POST=REVIEW)

# consultations
route("programme:consultation_list", GET=SEE_PLANS)
route("programme:consultation", GET=SEE_PLANS)
route("programme:consultation_file", GET=SEE_PLANS)
route("programme:ask_agencies", GET=DRAFT, POST=DRAFT)
route("programme:answer_consultation", GET=TYPE_OPINION, POST=TYPE_OPINION)
route("programme:record_silence", GET=TYPE_OPINION, POST=TYPE_OPINION)
route("programme:handle_opinion", GET=DRAFT, POST=DRAFT)

# proposals
route("programme:proposal_list", GET=SEE_PLANS)
route("programme:proposal", GET=SEE_PLANS)
route("programme:add_proposal", GET=PROPOSE, POST=PROPOSE)
route("programme:edit_proposal", GET=PROPOSE, POST=PROPOSE)
route("programme:send_proposal", GET=PROPOSE, POST=PROPOSE)
route("programme:withdraw_proposal", GET=PROPOSE, POST=PROPOSE)
route("programme:take_proposal", GET=DRAFT, POST=DRAFT)
route("programme:decline_proposal", GET=DRAFT, POST=DRAFT)

# tasks
route("programme:task_list", GET=SEE_PLANS)
route("programme:task", GET=SEE_PLANS)
route("programme:accept_task", GET=REPORT, POST=REPORT)
route("programme:report_task", GET=REPORT, POST=REPORT)
route("programme:finish_task", GET=REPORT, POST=REPORT)
route("programme:reopen_task", GET=DRAFT, POST=DRAFT)
route("programme:add_deliverable", GET=REPORT, POST=REPORT)
route("programme:deliver", GET=REPORT, POST=REPORT)
route("programme:deliverable_file", GET=SEE_PLANS)

# given tasks
route("programme:given_list", GET=SEE_PLANS)
route("programme:given_task", GET=SEE_PLANS)
route("programme:given_file", GET=SEE_PLANS)
route("programme:add_given", GET=GIVE, POST=GIVE)
route("programme:edit_given", GET=GIVE, POST=GIVE)
route("programme:move_given_deadline", GET=MOVE_DEADLINE, POST=MOVE_DEADLINE)
route("programme:given_deadline_file", GET=SEE_PLANS)
route("programme:report_given", GET=REPORT, POST=REPORT)
route("programme:finish_given", GET=REPORT, POST=REPORT)
route("programme:reopen_given", GET=GIVE, POST=GIVE)
route("programme:cancel_given", GET=GIVE, POST=GIVE)
