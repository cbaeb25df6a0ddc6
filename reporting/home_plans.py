"""What waits for a person in the plans: steps, proposals, tasks, given tasks, opinions that did not come, meetings and
invitations; soonest first."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import may_open
from accounts.roles import HEADS
from programme.models import Consultation, GivenTask, Invitee, Meeting, Plan, PlanState, Task, TaskProposal
from programme.models.tasks import office_ids
from programme.permissions.plans import DRAFT, REPORT, REVIEW, SUBMIT, TYPE_ANSWER, TYPE_OPINION
from reporting.waiting import Item, Section, address, first_of
from screens import formats

NEAR = timedelta(days=14)
# (state, reviewed, who takes the step, its verb)
STEPS = (
    (PlanState.DRAFT, None, DRAFT, lambda: _("Finish the draft")),
    (PlanState.CONSULTING, None, DRAFT, lambda: _("Gather the opinions")),
    (PlanState.REVIEWING, False, REVIEW, lambda: _("Review")),
    (PlanState.REVIEWING, True, SUBMIT, lambda: _("Submit to the Committee")),
    (PlanState.SUBMITTED, None, TYPE_ANSWER, lambda: _("Enter the Committee's answer")),
    (PlanState.RETURNED, None, DRAFT, lambda: _("Complete and submit again")),
    (PlanState.APPROVED, None, SUBMIT, lambda: _("Assign the tasks")),
)


def _due_item(text, row, verb, due, today):
    """What has a deadline, marked when that is past."""
    note = formats.vn_date(due) if due else ""
    return Item(text, row.get_absolute_url(), verb, note, late=due is not None and due < today)


def _plans(user, now):
    verbs = {(state, reviewed): verb for state, reviewed, needed, verb in STEPS if user.may(needed)}
    if not verbs:
        return None
    items = []
    for plan in Plan.objects.open().order_by("year"):
        verb = verbs.get((plan.state, None)) or verbs.get((plan.state, plan.reviewed_at is not None))
        if verb:
            items.append(Item(str(plan), plan.get_absolute_url(), verb(), plan.get_state_display()))
    return Section(_("Plans that wait for my step"), items)


def _proposals(user, now):
    if not user.may(DRAFT):
        return None
    rows, number = first_of(TaskProposal.objects.to_consider().select_related("office").order_by("sent_at", "id"))
    items = [Item(row.what, row.get_absolute_url(), _("Consider"), f"{row.office}, {row.year}") for row in rows]
    return Section(
        _("Proposals of tasks to consider"),
        items,
        number,
        f"{address('programme:proposal_list')}?state=sent",
    )


def _own_tasks(user, now):
    if not user.may(REPORT):
        return Task.objects.none()
    return Task.objects.led_by(office_ids(user, timezone.localdate(now)))


def _to_accept(user, now):
    rows, number = first_of(_own_tasks(user, now).filter(state=Task.State.ASSIGNED).order_by("due_on", "id"))
    today = timezone.localdate(now)
    items = [_due_item(task.what, task, _("Accept the task"), task.due_on, today) for task in rows]
    return Section(_("Tasks to accept"), items, number, _list_of_tasks("assigned"))


def _due(user, now):
    today = timezone.localdate(now)
    near = _own_tasks(user, now).filter(state=Task.State.UNDER_WAY, due_on__lte=today + NEAR)
    rows, number = first_of(near.order_by("due_on", "id"))
    items = [_due_item(task.what, task, _("Report progress"), task.due_on, today) for task in rows]
    return Section(_("Tasks late or due soon"), items, number, _list_of_tasks("under_way"))


def _list_of_tasks(state):
    return f"{address('programme:task_list')}?state={state}"


def _given(user, now):
    if not may_open(user, "programme:report_given"):
        return None
    today = timezone.localdate(now)
    mine = GivenTask.objects.in_charge_of(user, office_ids(user, today)).select_related("person")
    if not user.roles & HEADS:  # what a colleague is in charge of waits for them, and for the heads
        mine = mine.filter(Q(person=user) | Q(person=None))
    rows, number = first_of(mine.order_by("deadline", "id"))
    items = [_due_item(_whose(row, user), row, _("Report progress"), row.deadline, today) for row in rows]
    more = f"{address('programme:given_list')}?state=open"
    return Section(_("Given tasks"), items, number, more)


def _whose(given, user):
    """What is asked, with the person in charge where that is a colleague."""
    return given.content if given.person in (None, user) else f"{given.content} – {given.person}"


def _opinions(user, now):
    if not user.may(TYPE_OPINION):
        return None
    today = timezone.localdate(now)
    late = Consultation.objects.overdue(today).select_related("agency", "plan")
    rows, number = first_of(late.order_by("deadline", "id"))
    items = [
        _due_item(f"{row.agency} – {row.plan.year}", row, _("Enter the answer or the silence"), row.deadline, today)
        for row in rows
    ]
    return Section(_("Opinions past their deadline"), items, number)


def _invitations(user, now):
    waiting = Invitee.objects.visible_to(user).to_answer(now).select_related("meeting")
    rows, number = first_of(waiting.order_by("meeting__starts_at", "id"))
    items = [
        Item(
            str(row.meeting),
            row.invitation_address,
            _("Answer the invitation"),
            formats.vn_datetime(row.meeting.starts_at),
        )
        for row in rows
    ]
    return Section(_("Invitations to answer"), items, number)


def _meetings(user, now):
    """Those of which the person is the secretary."""
    if not may_open(user, "programme:edit_meeting"):
        return None
    verbs = {
        Meeting.State.PREPARED: _("Prepare and invite"),
        Meeting.State.INVITED: _("Follow the answers"),
        Meeting.State.HELD: _("Write the conclusions"),
    }
    rows, number = first_of(Meeting.objects.under_way().filter(secretary=user).order_by("starts_at", "id"))
    items = []
    for row in rows:
        begun = row.starts_at <= now
        verb = _("Mark who came") if begun and row.state == Meeting.State.INVITED else verbs[row.state]
        note, late = formats.vn_datetime(row.starts_at), begun and row.state != Meeting.State.HELD
        items.append(Item(str(row), row.get_absolute_url(), verb, note, late=late))
    return Section(_("Meetings of which I am the secretary"), items, number, address("programme:meeting_list"))


PLANS = (_plans, _to_accept, _due, _given, _invitations, _meetings, _opinions, _proposals)
