"""What "My work" says of plans and tasks, to whom, in which order."""

from datetime import date

import pytest

from accounts.roles import Role
from programme.models import Plan, Task
from reporting.home import work_for
from tests.factories import make_auditor, make_director, make_head, make_office, make_officer, make_user
from tests.programme.making_meetings import Room
from tests.programme.making_plans import (
    DRAFTER,
    at,
    make_consultation,
    make_given,
    make_item,
    make_plan,
    make_proposal,
    move_plan,
)

pytestmark = pytest.mark.django_db


def waiting(person, now):
    """{title: [text]} of what waits for the person."""
    return {str(section.title): [item.text for item in section.items] for section in work_for(person, now)}


def has(person, now, text):
    return any(text in texts for texts in waiting(person, now).values())


def test_a_plan_waits_for_whoever_takes_its_next_step(now):
    people = {
        "draft": make_officer(),
        "review": make_user(Role.ACCOUNTANT),
        "submit": make_director(),
        "answer": make_user(Role.RECORDS_CLERK),
        "nobody": make_auditor(),
    }
    plan = make_plan(2025)

    def turn():
        return {name for name, person in people.items() if has(person, now, str(plan))}

    assert turn() == {"draft"}
    move_plan(plan, "consulting")
    assert turn() == {"draft"}
    move_plan(plan, "reviewing")
    assert turn() == {"review"}
    Plan.objects.filter(pk=plan.pk).update(reviewed_by=DRAFTER, reviewed_at=at(date(2024, 11, 1)))
    assert turn() == {"submit"}
    plan.refresh_from_db()
    move_plan(plan, "submitted")
    assert turn() == {"answer"}
    move_plan(plan, "approved")
    assert turn() == {"submit"}
    move_plan(plan, "in_force")
    assert turn() == set()


def test_tasks_wait_for_their_own_office_late_ones_first(now):
    office = make_office()
    plan = make_plan(2025, lines=0)
    make_item(plan, "Chờ tiếp nhận", office=office)
    make_item(plan, "Sắp đến hạn", office=office, due_on=date(2025, 7, 29))
    make_item(plan, "Quá hạn", office=office, due_on=date(2025, 7, 1))
    make_item(plan, "Còn xa", office=office, due_on=date(2025, 7, 30))
    move_plan(plan, "in_force")
    Task.objects.exclude(what="Chờ tiếp nhận").update(state="under_way")
    member = make_user(Role.CENTRE_STAFF, office=office)
    own = waiting(member, now)
    assert ["Chờ tiếp nhận"] in own.values()
    assert ["Quá hạn", "Sắp đến hạn"] in own.values()
    marked = [item.text for section in work_for(member, now) for item in section.items if item.late]
    assert marked == ["Quá hạn"]
    assert waiting(make_user(Role.CENTRE_STAFF), now) == {}


def test_proposals_given_tasks_and_overdue_opinions_wait_for_those_who_act_on_them(now):
    office = make_office()
    proposal = make_proposal(state="sent")
    make_proposal(what="Còn soạn")
    given = make_given(office)
    plan = make_plan(2026, "consulting")
    late = make_consultation(plan, asked_on=date(2025, 7, 1), deadline=date(2025, 7, 14))
    make_consultation(plan, asked_on=date(2025, 7, 1), deadline=date(2025, 7, 15))
    head, centre = make_head(), make_user(Role.CENTRE_STAFF, office=office)
    texts = [text for section in waiting(head, now).values() for text in section]
    assert proposal.what in texts and "Còn soạn" not in texts and given.content not in texts
    assert [text for text in texts if str(late.agency) in text] == [f"{late.agency} – 2026"]
    assert has(centre, now, given.content) and not has(centre, now, proposal.what)


def test_a_given_task_waits_for_the_person_in_charge_and_the_head_not_for_colleagues(now):
    office = make_office()
    owner, colleague = make_user(Role.OFFICER, office=office), make_user(Role.OFFICER, office=office)
    head = make_user(Role.HEAD, office=office)
    given = make_given(office, person=owner)
    assert has(owner, now, given.content) and not has(colleague, now, given.content)
    assert has(head, now, f"{given.content} – {owner}")


def test_meetings_wait_for_their_secretary_and_invitations_for_whoever_is_invited(now):
    room = Room(now=now)
    assert has(room.secretary, now, str(room.meeting)) and not has(room.head, now, str(room.meeting))
    room.invited()
    assert has(room.head, now, str(room.meeting)) and not has(room.clerk, now, str(room.meeting))
    assert not has(room.head, room.over, str(room.meeting))
    marked = [item.text for section in work_for(room.secretary, room.over) for item in section.items if item.late]
    assert marked == [str(room.meeting)]
