"""Delegations: who acts in whose name, for how long, up to how much, and what they may not combine."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts import access, handover, services
from accounts.access import Action, allowed, capacity, require
from accounts.delegations import delegable_actions, end_delegation, give_delegation
from accounts.duties import check_pair
from accounts.models import Delegation, IncompatibleSteps, Post
from accounts.roles import LEADERS, Role
from audit.events import history_of
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from enterprises.models import FigureYearClosing
from enterprises.services.figures import close_year
from tests.factories import (
    make_administrator,
    make_auditor,
    make_director,
    make_enterprise_user,
    make_head,
    make_officer,
    make_user,
)

pytestmark = pytest.mark.django_db
APPROVE = Action("test.approve", "Phê duyệt thử", frozenset(LEADERS), delegable=True)
KEPT = Action("test.kept", "Không ủy quyền", frozenset(LEADERS))
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def two_actions(monkeypatch):
    """A right that may be delegated and one that may not."""
    monkeypatch.setattr(access, "_actions", {**access.actions(), APPROVE.code: APPROVE, KEPT.code: KEPT})


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def moment():
    return timezone.now()


def give(giver, receiver, *, by=None, now=None, **changes):
    on = timezone.localdate(now)
    values = {"action": APPROVE.code, "starts_on": on, "ends_on": on + 30 * DAY, "paper": "15/GUQ-SCT"}
    values["paper_on"] = min(on, changes.get("starts_on", on))
    return give_delegation(
        giver=giver, receiver=receiver, by=by or make_administrator(), now=now or timezone.now(), **(values | changes)
    )


def again(user):
    """The user as the next request knows them."""
    return type(user).objects.get(pk=user.pk)


# --- giving ------------------------------------------------------------------------------------


def test_a_delegation_is_recorded_and_lets_the_receiver_act(moment):
    giver, receiver = make_director(full_name="Phạm Văn Giao"), make_head(full_name="Lê Thị Nhận")
    assert not allowed(receiver, APPROVE)
    delegation = give(giver, receiver, paper=" 15/GUQ-SCT ", limit_vnd=5_000_000_000)
    assert (delegation.paper, delegation.planned_ends_on) == ("15/GUQ-SCT", delegation.ends_on)
    assert allowed(again(receiver), APPROVE.code)
    require(again(receiver), APPROVE)
    changes = {str(label): after for label, _before, after in history_of(delegation)[0].changes}
    assert changes["Người ủy quyền"].startswith("Phạm Văn Giao (Giám đốc")
    assert changes["Việc được ủy quyền"] == "Phê duyệt thử"
    assert changes["Tối đa mỗi lần"] == "5.000.000.000 đồng"


def test_it_counts_from_its_first_to_its_last_day_only(now):
    giver, receiver = make_director(), make_head()
    first, last = date(2025, 7, 20), date(2025, 7, 25)
    give(giver, receiver, now=now, starts_on=first, ends_on=last)
    for on, counts in ((first - DAY, False), (first, True), (last, True), (last + DAY, False)):
        assert bool(access.capacities(receiver, APPROVE, on=on)) is counts, on


def test_a_leader_records_only_what_they_give_themselves():
    director, deputy, receiver = make_director(), make_user(Role.DEPUTY_DIRECTOR), make_head()
    assert give(director, receiver, by=director).giver == director
    with pytest.raises(NotAllowed):
        give(director, receiver, by=deputy)
    with pytest.raises(NotAllowed):
        give(deputy, receiver, by=make_officer())


def test_nobody_records_what_they_receive_themselves():
    admin = make_administrator()
    with pytest.raises(NotAllowed):
        give(make_director(), admin, by=admin)


@pytest.mark.parametrize("action", [KEPT.code, "no.such action"])
def test_only_what_is_marked_is_delegated(action):
    with pytest.raises(Refused):
        give(make_director(), make_head(), action=action)
    assert action not in dict(delegable_actions())


def test_the_account_holder_authorises_a_deputy_and_nobody_else(client_as, today):
    director, deputy = make_director(), make_user(Role.DEPUTY_DIRECTOR)
    chief = make_user(Role.CHIEF_OF_OFFICE)
    right = access.actions()["budget.sign payment"]
    for other in (chief, make_head(), make_user(Role.CHIEF_ACCOUNTANT)):
        with pytest.raises(Refused, match="chỉ được ủy quyền cho: Phó Giám đốc"):
            give(director, other, action=right.code)
    address = reverse("accounts:add_delegation")
    assert "Phó Giám đốc" in client_as(director).get(address).content.decode()
    form = client_as(director).get(address, {"action": right.code}).context["form"]
    assert list(form.fields["receiver"].queryset) == [deputy]
    refused = client_as(director).post(address, typed(chief, today, action=right.code))
    assert "chỉ được ủy quyền cho: Phó Giám đốc" in str(refused.context["form"].errors["receiver"])
    values = {
        "starts_on": today,
        "ends_on": today,
        "planned_ends_on": today,
        "paper": "1/GUQ",
        "created_at": timezone.now(),
    }
    for receiver, may in ((chief, False), (deputy, True)):  # what was recorded before the rule gives nothing
        Delegation.objects.create(giver=make_director(), receiver=receiver, action=right.code, created_by="x", **values)
        assert allowed(again(receiver), right) is may
        assert bool(access.capacities(again(receiver), right, on=today)) is may


def test_a_right_that_is_only_delegated_is_not_passed_on():
    director, head, officer = make_director(), make_head(), make_officer()
    give(director, head)
    with pytest.raises(Refused, match="không được ủy quyền lại"):
        give(head, officer)


@pytest.mark.parametrize(
    "make",
    [
        make_enterprise_user,
        make_auditor,
        make_user,
        lambda: make_user(Role.COUNCIL_MEMBER),
        lambda: make_user(Role.COUNCIL_SECRETARY),
    ],
    ids=["enterprise", "auditor", "no post", "council member", "council secretary"],
)
def test_enterprises_the_council_and_the_audit_receive_nothing(make):
    with pytest.raises(Refused):
        give(make_director(), make())


def test_staff_who_act_for_an_enterprise_receive_nothing_and_lose_what_they_had():
    from tests.factories import make_membership

    receiver = make_head()
    give(make_director(), receiver)
    make_membership(receiver)
    assert not allowed(again(receiver), APPROVE)
    with pytest.raises(Refused):
        give(make_user(Role.DEPUTY_DIRECTOR), receiver)


def test_disabled_people_neither_give_nor_receive(moment):
    off = {"is_active": False, "disabled_at": moment}
    with pytest.raises(Refused):
        give(make_director(**off), make_head())
    with pytest.raises(Refused):
        give(make_director(), make_head(**off))


@pytest.mark.parametrize(
    "changes",
    [
        {"paper": " "},
        {"starts_on": date(2025, 8, 2), "ends_on": date(2025, 8, 1)},
        {"starts_on": date(2025, 6, 1), "ends_on": date(2025, 7, 14)},
        {"limit_vnd": 0},
        {"starts_on": date(2025, 7, 14), "paper_on": date(2025, 7, 15)},
        {"starts_on": date(2025, 8, 2), "paper_on": date(2025, 7, 16)},
    ],
    ids=["no paper", "backwards", "already over", "no amount", "before its paper", "paper to come"],
)
def test_an_incomplete_delegation_is_refused(now, changes):
    with pytest.raises(Refused):
        give(make_director(), make_head(), now=now, **changes)
    assert not Delegation.objects.exists()


def test_nobody_authorises_themselves():
    director = make_director()
    with pytest.raises(Refused):
        give(director, director)


def test_one_that_overlaps_another_is_refused_in_words(now):
    director, receiver = make_director(full_name="Phạm Văn Giao"), make_head(full_name="Lê Thị Nhận")
    give(director, receiver, now=now, starts_on=date(2025, 8, 1), ends_on=date(2025, 8, 31))
    for other in (receiver, make_officer()):  # the same person, or another
        with pytest.raises(Conflict) as refusal:
            give(director, other, now=now, starts_on=date(2025, 8, 31), ends_on=date(2025, 9, 30))
        assert "Lê Thị Nhận" in str(refusal.value) and "từ 01/08/2025 đến 31/08/2025" in str(refusal.value)
    give(director, receiver, now=now, starts_on=date(2025, 9, 1), ends_on=date(2025, 9, 30))
    give(make_director(), receiver, now=now, starts_on=date(2025, 8, 1), ends_on=date(2025, 8, 31))


def test_one_that_was_ended_early_counts_only_to_its_end(now):
    director, first, second = make_director(), make_head(), make_officer()
    ended = give(director, first, now=now, starts_on=date(2025, 7, 1), ends_on=date(2025, 12, 31))
    end_delegation(
        delegation=ended, last_day=date(2025, 8, 10), reason="Hết công tác", expected=1, by=director, now=now
    )
    with pytest.raises(Conflict):
        give(director, second, now=now, starts_on=date(2025, 8, 10), ends_on=date(2025, 8, 20))
    give(director, second, now=now, starts_on=date(2025, 8, 11), ends_on=date(2025, 8, 20))


# --- in force ----------------------------------------------------------------------------------


def test_it_ends_with_the_givers_post_and_the_givers_account(today, moment):
    director, receiver = make_director(), make_head()
    give(director, receiver)
    Post.objects.filter(user=director).update(ends_on=today - DAY)
    assert not allowed(again(receiver), APPROVE)
    Post.objects.filter(user=director).update(ends_on=None)
    assert allowed(again(receiver), APPROVE)
    type(director).objects.filter(pk=director.pk).update(is_active=False, disabled_at=moment)
    assert not allowed(again(receiver), APPROVE)


def test_it_ends_with_the_receivers_post(today):
    receiver = make_head()
    give(make_director(), receiver)
    Post.objects.filter(user=receiver).update(ends_on=today - DAY)
    assert not allowed(again(receiver), APPROVE)


def test_it_costs_one_query_a_request(django_assert_num_queries):
    receiver = make_head()
    give(make_director(), receiver)
    give(make_user(Role.DEPUTY_DIRECTOR, Role.HEAD), receiver)
    receiver = again(receiver)
    assert receiver.roles == {Role.HEAD}
    with django_assert_num_queries(1):
        for _time in range(3):
            assert allowed(receiver, APPROVE)
            assert not allowed(receiver, KEPT)
    with django_assert_num_queries(0):
        assert capacity(receiver, APPROVE, on=timezone.localdate()).is_delegated


def test_what_is_not_delegable_is_not_looked_up(django_assert_num_queries):
    officer = make_officer()
    assert officer.roles
    with django_assert_num_queries(0):
        assert not allowed(officer, KEPT)


# --- in what right -----------------------------------------------------------------------------


def test_own_roles_come_before_a_delegation(today):
    director, deputy = make_director(), make_user(Role.DEPUTY_DIRECTOR)
    give(director, deputy)
    right = capacity(deputy, APPROVE, on=today)
    assert (right.is_delegated, right.roles, right.facts, str(right)) == (
        False,
        {Role.DEPUTY_DIRECTOR},
        {},
        "by own role",
    )


def test_a_delegation_names_giver_and_paper(today):
    director, head = make_director(), make_head()
    give(director, head, paper="15/GUQ-SCT")
    paper = f"15/GUQ-SCT, {today:%d/%m/%Y}"
    right = capacity(head, APPROVE, on=today)
    assert (right.giver, right.paper, right.roles) == (director.public_id, paper, {Role.DIRECTOR})
    assert str(right) == f"authorised by {director.public_id}, paper {paper}"


def test_a_delegation_counts_up_to_its_limit(today):
    head = make_head()
    give(make_director(), head, limit_vnd=1_000_000_000)
    assert capacity(head, APPROVE, amount_vnd=1_000_000_000, on=today).is_delegated
    with pytest.raises(NotAllowed) as refusal:
        capacity(head, APPROVE, amount_vnd=1_000_000_001, on=today)
    assert "1.000.000.000 đồng" in str(refusal.value) and "1.000.000.001 đồng" in str(refusal.value)


def test_of_several_delegations_one_that_is_enough_counts(today):
    head, deputy = make_head(), make_user(Role.DEPUTY_DIRECTOR)
    give(make_director(), head, limit_vnd=1_000)
    give(deputy, head, limit_vnd=2_000)
    assert capacity(head, APPROVE, amount_vnd=1_500, on=today).giver == deputy.public_id


def test_a_verb_of_several_parts_is_open_to_whoever_may_do_one_of_them():
    either = access.any_of("test.either", "Một trong hai", APPROVE, KEPT)
    director, head = make_director(), make_head()
    assert allowed(director, either)
    assert not allowed(head, either)
    give(director, head)
    assert allowed(head_again := type(head).objects.get(pk=head.pk), either)
    assert not allowed(head_again, KEPT)


def test_who_holds_neither_role_nor_delegation_is_refused(today):
    for user in (make_head(), make_officer()):
        with pytest.raises(NotAllowed):
            capacity(user, APPROVE, on=today)
    right = capacity("system:demo", APPROVE, amount_vnd=10**12, on=today)
    assert right.is_system and not right.is_delegated


def test_what_a_receiver_does_says_in_whose_name(moment):
    director, head = make_director(full_name="Phạm Văn Giao"), make_head(full_name="Lê Thị Nhận")
    with pytest.raises(NotAllowed):
        close_year(year=2024, decision_number="1/QĐ", decided_on=date(2025, 3, 1), by=head, now=moment)
    give(director, head, action="figures.close_year", paper="15/GUQ-SCT")
    close_year(year=2024, decision_number="1/QĐ", decided_on=date(2025, 3, 1), by=again(head), now=moment)
    line = history_of(FigureYearClosing.objects.get())[0]
    assert line.who.startswith("Lê Thị Nhận (") and "theo ủy quyền của Phạm Văn Giao (" in line.who
    assert "15/GUQ-SCT" in line.who


# --- separation of duties ----------------------------------------------------------------------


@pytest.fixture
def apart():
    IncompatibleSteps.objects.create(step="prepare", other_step="approve", valid_from=date(2021, 1, 1))


ON = date(2025, 7, 15)


def check(by, other_by, **both):
    check_pair(step="approve", by=by, other_step="prepare", other_by=other_by, on=ON, **both)


def test_the_receiver_may_not_approve_in_the_givers_name_what_they_prepared(apart):
    director, head = make_director(), make_head()
    with pytest.raises(NotAllowed):
        check(head, head, also=director.public_id)


def test_the_receiver_may_not_approve_what_the_giver_prepared(apart):
    director, head = make_director(), make_head()
    check(head, director)
    with pytest.raises(NotAllowed, match="tính là cả hai người"):
        check(head, director, also=director.public_id)


def test_the_giver_may_not_approve_what_was_prepared_in_their_name(apart):
    director, head, other = make_director(), make_head(), make_officer()
    with pytest.raises(NotAllowed):
        check(director, head.public_id, other_also=director.public_id)
    check(other, head.public_id, other_also=director.public_id)


def test_two_receivers_of_one_giver_count_as_one(apart):
    director, one, other = make_director(), make_head(), make_officer()
    with pytest.raises(NotAllowed):
        check(one, other, also=director, other_also=director.public_id)
    check(one, other, also=director)
    check("system:demo", other, also=director, other_also=director)


# --- ending ------------------------------------------------------------------------------------


def test_it_is_ended_early_by_the_giver_or_an_administrator_with_a_reason(now):
    director, head = make_director(), make_head()
    delegation = give(director, head, now=now)
    for by in (make_user(Role.DEPUTY_DIRECTOR), head):
        with pytest.raises(NotAllowed):
            end_delegation(delegation=delegation, last_day=now.date(), reason="Về sớm", expected=1, by=by, now=now)
    with pytest.raises(Refused):
        end_delegation(delegation=delegation, last_day=now.date(), reason=" ", expected=1, by=director, now=now)
    ended = end_delegation(
        delegation=delegation, last_day=now.date(), reason="Về sớm", expected=1, by=director, now=now
    )
    assert (ended.ends_on, ended.planned_ends_on) == (date(2025, 7, 15), date(2025, 8, 14))
    assert (ended.ended_early_on, ended.ended_early_by) == (date(2025, 7, 15), f"user:{director.public_id}")
    assert history_of(ended)[0].reason == "Về sớm"
    assert not access.capacities(head, APPROVE, on=date(2025, 7, 16))


def test_one_that_begins_today_is_ended_at_once(moment, today):
    director, head = make_director(), make_head()
    delegation = give(director, head)
    end_delegation(delegation=delegation, last_day=today - DAY, reason="Ghi nhầm", expected=1, by=director, now=moment)
    assert not allowed(again(head), APPROVE)
    delegation.refresh_from_db()
    assert delegation.never_held
    give(director, make_officer())  # the day is free again


def test_it_does_not_end_later_than_the_paper_says_nor_in_the_past_nor_twice(now):
    director, head = make_director(), make_head()
    delegation = give(director, head, now=now)

    def end(last_day, now=now, expected=1):
        end_delegation(
            delegation=delegation, last_day=last_day, reason="Lý do", expected=expected, by=director, now=now
        )

    for wrong in (date(2025, 8, 14), date(2025, 9, 1), date(2025, 7, 13)):
        with pytest.raises(Refused):
            end(wrong)
    end(date(2025, 7, 14))
    with pytest.raises(Conflict):
        end(date(2025, 7, 14), expected=2)


def test_ending_it_by_an_old_form_is_told(now):
    director = make_director()
    delegation = give(director, make_head(), now=now)
    with pytest.raises(StaleVersion):
        end_delegation(delegation=delegation, last_day=now.date(), reason="A", expected=7, by=director, now=now)


@pytest.mark.parametrize("who", ["giver", "receiver"])
def test_disabling_either_account_ends_it(now, who):
    director, head = make_director(), make_head()
    running = give(director, head, now=now, starts_on=date(2025, 7, 1))
    to_come = give(director, head, now=now, starts_on=date(2025, 9, 1), ends_on=date(2025, 9, 9))
    other = give(make_director(), make_officer(), now=now)
    person = director if who == "giver" else head
    assert handover.delegations_of(person, now.date()).count() == 2
    services.disable_person(user=person, reason="Nghỉ hưu", by=make_administrator(), now=now)
    running.refresh_from_db()
    to_come.refresh_from_db()
    other.refresh_from_db()
    assert (running.ends_on, running.ended_early_reason) == (date(2025, 7, 14), "Nghỉ hưu")
    assert to_come.never_held and other.ended_early_on is None
    assert not handover.delegations_of(person, now.date()).exists()


# --- what the database holds -------------------------------------------------------------------


def row(now, **changes):
    values = {
        "giver": changes.pop("giver", None) or make_director(),
        "receiver": changes.pop("receiver", None) or make_head(),
        "action": APPROVE.code,
        "starts_on": date(2025, 8, 1),
        "ends_on": date(2025, 8, 31),
        "planned_ends_on": date(2025, 8, 31),
        "paper": "1/GUQ",
        "created_by": "user:x",
        "created_at": now,
    }
    return Delegation.objects.create(**(values | changes))


EARLY = {"ended_early_on": date(2025, 8, 1), "ended_early_by": "user:x", "ended_early_reason": "Lý do"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"planned_ends_on": date(2025, 7, 31), "ends_on": date(2025, 7, 31)},
        {"paper": ""},
        {"paper_on": date(2025, 8, 2)},
        {"action": ""},
        {"limit_vnd": 0},
        {"limit_vnd": -1},
        {"ends_on": date(2025, 8, 30)},
        {**EARLY},
        {**EARLY, "ends_on": date(2025, 8, 9), "ended_early_by": ""},
        {**EARLY, "ends_on": date(2025, 8, 9), "ended_early_reason": ""},
        {**EARLY, "ends_on": date(2025, 8, 9), "ended_early_on": None},
    ],
)
def test_the_database_refuses_an_impossible_delegation(now, wrong):
    giver, receiver = make_director(), make_head()
    row(now, giver=giver, receiver=receiver, action="another")
    with pytest.raises(DatabaseError), transaction.atomic():
        row(now, giver=giver, receiver=receiver, **wrong)


def test_the_database_refuses_a_delegation_to_oneself(now):
    director = make_director()
    with pytest.raises(DatabaseError), transaction.atomic():
        row(now, giver=director, receiver=director)


def test_the_database_refuses_two_that_overlap(now):
    giver, receiver = make_director(), make_head()
    row(now, giver=giver, receiver=receiver)
    for other in (receiver, make_officer()):
        with pytest.raises(DatabaseError), transaction.atomic():
            later = {"starts_on": date(2025, 8, 31), "ends_on": date(2025, 9, 9), "planned_ends_on": date(2025, 9, 9)}
            row(now, giver=giver, receiver=other, **later)
    row(now, giver=giver, receiver=receiver, action="another")
    row(now, giver=make_director(), receiver=receiver)


def test_the_database_lets_a_day_be_given_anew_once_it_is_free(now):
    giver, receiver = make_director(), make_head()
    row(now, giver=giver, receiver=receiver, ends_on=date(2025, 7, 31), **EARLY)  # ended before it began
    row(now, giver=giver, receiver=receiver, ends_on=date(2025, 8, 9), **EARLY)
    row(now, giver=giver, receiver=receiver, starts_on=date(2025, 8, 10))
    with pytest.raises(DatabaseError), transaction.atomic():
        row(now, giver=giver, receiver=receiver, starts_on=date(2025, 8, 9), ends_on=date(2025, 8, 9), **EARLY)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "other"},
        {"paper": "2/GUQ"},
        {"paper_on": date(2025, 1, 1)},
        {"limit_vnd": 10**12},
        {"starts_on": date(2025, 7, 1)},
        {"planned_ends_on": date(2026, 8, 31)},
        {"giver_id": F("receiver_id"), "receiver_id": F("giver_id")},
        {"created_by": "user:y"},
        {"created_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"ends_on": date(2025, 8, 31)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_keeps_what_was_given_and_never_makes_it_longer(now, change):
    delegation = row(now, ends_on=date(2025, 8, 9), limit_vnd=5, **EARLY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Delegation.objects.filter(pk=delegation.pk).update(**change)


def test_a_delegation_is_never_removed(now):
    delegation = row(now)
    with pytest.raises(DatabaseError), transaction.atomic():
        delegation.delete()


def test_how_it_stands_on_a_day(now):
    giver, receiver = make_director(), make_head()
    row(now, giver=giver, receiver=receiver)
    row(now, giver=giver, receiver=receiver, action="early", ends_on=date(2025, 8, 9), **EARLY)
    row(now, giver=giver, receiver=receiver, action="never", ends_on=date(2025, 7, 31), **EARLY)

    def states(on):
        return list(Delegation.objects.with_state(on).order_by("pk").values_list("state", flat=True))

    assert states(date(2025, 7, 31)) == ["to_come", "to_come", "ended_early"]
    assert states(date(2025, 8, 9)) == ["in_force", "in_force", "ended_early"]
    assert states(date(2025, 8, 10)) == ["in_force", "ended_early", "ended_early"]
    assert states(date(2025, 9, 1)) == ["over", "ended_early", "ended_early"]


# --- pages -------------------------------------------------------------------------------------

KEY = "3f0c2a52-6a53-4f0e-9d0c-0d6f0b9a4a11"


def typed(receiver, today, **changes):
    return {
        "operation_key": KEY,
        "receiver": receiver.pk,
        "action": APPROVE.code,
        "starts_on": f"{today:%d/%m/%Y}",
        "ends_on": f"{today + 9 * DAY:%d/%m/%Y}",
        "paper": "15/GUQ-SCT",
        "paper_on": f"{today:%d/%m/%Y}",
        "limit_vnd": "5.000.000.000",
    } | changes


def test_an_administrator_records_a_delegation_once(client_as, today):
    director, head = make_director(), make_head(full_name="Lê Thị Nhận")
    client, address = client_as(make_administrator()), reverse("accounts:add_delegation")
    chosen = client.get(f"{address}?giver={director.public_id}").context["rights"]
    page = client.get(next(link for label, link, _only in chosen if label == APPROVE.label))
    assert page.context["form"].initial["giver"] == director
    sent = typed(head, today, giver=director.pk)
    first, second = client.post(address, sent), client.post(address, sent)
    delegation = Delegation.objects.get()
    assert first.url == second.url == reverse("accounts:delegation_detail", args=[delegation.public_id])
    assert (delegation.giver, delegation.limit_vnd) == (director, 5_000_000_000)
    other = client.post(address, sent | {"limit_vnd": "6.000.000.000"})
    said = "".join(other.context["form"].non_field_errors())
    assert "cho việc “Ghi nhận ủy quyền”, với nội dung khác" in said
    assert Delegation.objects.get().limit_vnd == 5_000_000_000


def test_a_director_records_only_their_own(client_as, today):
    director, head = make_director(), make_head()
    client, address = client_as(director), reverse("accounts:add_delegation")
    assert "giver" not in client.get(address, {"action": APPROVE.code}).context["form"].fields
    assert client.post(address, typed(head, today, giver=make_director().pk)).status_code == 302
    assert Delegation.objects.get().giver == director
    refused = client.post(address, typed(make_officer(), today, operation_key=str(head.public_id)))
    assert "Trùng với ủy quyền khác" in refused.content.decode()
    backwards = client.post(address, typed(head, today, ends_on="01/01/2020"))
    assert "ends_on" in backwards.context["form"].errors


def test_officers_and_strangers_record_nothing(client_as, client):
    address = reverse("accounts:add_delegation")
    for person in (make_officer(), make_auditor(), make_enterprise_user()):
        assert client_as(person).get(address).status_code == 403
    assert client.get(address).status_code == 302


def test_the_page_of_a_delegation_and_who_may_end_it(client_as, today, client):
    director, head = make_director(), make_head(full_name="Lê Thị Nhận")
    delegation = give(director, head)
    page = reverse("accounts:delegation_detail", args=[delegation.public_id])
    end = reverse("accounts:end_delegation", args=[delegation.public_id])
    said = client_as(director).get(page).content.decode()
    assert "Lê Thị Nhận" in said and "15/GUQ-SCT" in said and end in said
    for colleague in (make_user(Role.DEPUTY_DIRECTOR), make_auditor()):
        assert end not in client_as(colleague).get(page).content.decode()
        assert client_as(colleague).get(end).status_code == 403
    for stranger in (make_officer(), make_enterprise_user()):
        assert client_as(stranger).get(page).status_code == 403
    assert client.get(page).status_code == 302
    form = {"operation_key": KEY, "last_day": f"{today - DAY:%d/%m/%Y}", "reason": "Về sớm", "version": "1"}
    late = client_as(director).post(end, form | {"last_day": f"{today + 90 * DAY:%d/%m/%Y}"})
    assert late.context["form"].non_field_errors()
    for _time in range(2):  # sent twice, done once
        assert client_as(director).post(end, form).url == page
    ended = client_as(director).get(page).content.decode()
    assert "Chấm dứt trước hạn" in ended and "Về sớm" in ended and end not in ended


def test_the_list_is_filtered_and_costs_the_same_with_one_and_three_rows(
    client_as, django_assert_max_num_queries, today
):
    client, address = client_as(make_administrator()), reverse("accounts:delegation_list")
    director = make_director(full_name="Phạm Văn Giao")
    give(director, make_head(full_name="Lê Thị Nhận"))
    client.get(address)
    with django_assert_max_num_queries(40) as one:
        client.get(address)
    give(make_user(Role.DEPUTY_DIRECTOR), make_head(full_name="Trần Văn Khác"))
    give(director, make_officer(), starts_on=today + 60 * DAY, ends_on=today + 70 * DAY)
    with django_assert_max_num_queries(len(one.captured_queries)):
        said = client.get(address).content.decode()
    assert "Lê Thị Nhận" in said and "Trần Văn Khác" in said and "Phê duyệt thử" in said
    assert "Trần Văn Khác" not in client.get(address, {"q": "giao"}).content.decode()
    to_come = client.get(address, {"state": "to_come"}).content.decode()
    assert "Lê Thị Nhận" not in to_come
    day = client.get(address, {"on": f"{today + 65 * DAY:%d/%m/%Y}"}).content.decode()
    assert "Lê Thị Nhận" not in day
    assert client.get(address, {"export": "csv"}).status_code == 200


def test_the_pages_of_a_person_show_what_they_gave_and_received(client_as):
    director, head = make_director(), make_head(full_name="Lê Thị Nhận")
    delegation = give(director, head)
    page = reverse("accounts:delegation_detail", args=[delegation.public_id])
    for person in (director, head):
        address = reverse("accounts:person_detail", args=[person.public_id])
        said = client_as(make_administrator()).get(address).content.decode()
        assert page in said and reverse("accounts:add_delegation") in said
    own = client_as(head).get(reverse("accounts:me")).content.decode()
    assert "15/GUQ-SCT" in own and page not in own
    assert reverse("accounts:add_delegation") in client_as(make_director()).get(reverse("accounts:me")).content.decode()


def test_whoever_hands_over_is_told_of_delegations(client_as):
    head = make_head()
    admin, address = client_as(make_administrator()), reverse("accounts:hand_over", args=[head.public_id])
    assert "Ủy quyền không bàn giao" not in admin.get(address).content.decode()
    give(make_director(), head)
    assert "Ủy quyền không bàn giao" in admin.get(address).content.decode()


def test_the_table_of_rights_says_what_may_be_delegated(client_as):
    said = client_as(make_officer()).get(reverse("accounts:table_of_rights")).content.decode()
    assert "Được ủy quyền bằng văn bản" in said
