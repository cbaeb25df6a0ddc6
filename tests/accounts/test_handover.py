from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import handover
from accounts.forms import HandOverForm
from accounts.models import Handover, User
from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from tests.factories import make_administrator, make_auditor, make_office, make_officer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(monkeypatch):
    """Two kinds of work in a dict: {code: {user pk: how many}}."""
    monkeypatch.setattr(handover, "_holdings", {})
    work = {"files": {}, "tasks": {}}

    def mover(code):
        def move(user, to, *, by, now):
            work[code][to.pk] = work[code].get(to.pk, 0) + work[code].pop(user.pk, 0)

        return move

    for code in work:
        handover.register(
            code,
            code,
            count=lambda user, code=code: work[code].get(user.pk, 0),
            things=lambda user, code=code: [f"{code} {n}" for n in range(1, work[code].get(user.pk, 0) + 1)],
            takers=lambda user, on: User.objects.holding(Role.OFFICER, on),
            move=mover(code),
        )
    return work


def test_everything_goes_to_several_people_in_one_recorded_act(held, now):
    admin, person, one, two = make_administrator(), make_officer(), make_officer(), make_officer()
    held["files"][person.pk], held["tasks"][person.pk], held["tasks"][two.pk] = 3, 2, 1
    act = handover.hand_over(
        person=person, to={"files": one, "tasks": two}, paper="3/BB", reason="Nghỉ thai sản", by=admin, now=now
    )
    assert held == {"files": {one.pk: 3}, "tasks": {two.pk: 3}}
    assert [(line["kind"], line["count"]) for line in act.lines] == [("files", 3), ("tasks", 2)]
    assert handover.lines_of(act, one)[0].things == ["files 1", "files 2", "files 3"]
    assert "files 1" not in Event.objects.get(kind="work handed over").body  # names of drafts stay in the record
    assert history_of(person)[0].reason == "Nghỉ thai sản"
    with pytest.raises(Refused):
        handover.hand_over(person=person, to={}, paper="", reason="Lần nữa", by=admin, now=now)


def test_nothing_may_be_left_out(held, now):
    admin, person, one = make_administrator(), make_officer(), make_officer()
    held["files"][person.pk], held["tasks"][person.pk] = 3, 2
    with pytest.raises(Refused):
        handover.hand_over(person=person, to={"files": one}, paper="", reason="Điều động", by=admin, now=now)
    assert not Handover.objects.exists()


def test_what_a_move_leaves_behind_refuses_the_whole_act(held, now, monkeypatch):
    admin, person, one = make_administrator(), make_officer(), make_officer()
    held["files"][person.pk] = 3
    files = handover._holdings["files"]
    monkeypatch.setitem(handover._holdings, "files", replace(files, move=lambda *a, **k: None))
    with pytest.raises(Refused):
        handover.hand_over(person=person, to={"files": one}, paper="", reason="Điều động", by=admin, now=now)


@pytest.mark.parametrize("taker", ["self", "disabled"])
def test_work_goes_only_to_another_active_person(held, now, taker):
    admin, person = make_administrator(), make_officer()
    to = person if taker == "self" else make_officer(is_active=False, disabled_at=now)
    held["files"][person.pk] = 1
    with pytest.raises(Refused):
        handover.hand_over(person=person, to={"files": to}, paper="", reason="Điều động", by=admin, now=now)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COUNCIL_MEMBER, Role.RECORDS_CLERK])
def test_work_goes_only_to_whose_role_allows_it(held, now, role):
    person = make_officer()
    held["files"][person.pk] = 1
    with pytest.raises(Refused, match="vai trò"):
        handover.hand_over(
            person=person,
            to={"files": make_user(role)},
            paper="",
            reason="Điều động",
            by=make_administrator(),
            now=now,
        )
    assert held["files"] == {person.pk: 1}


def test_a_post_that_has_ended_lets_nobody_take_over(held, now):
    person, former = make_officer(), make_officer()
    former.posts.update(ends_on=timezone.localdate(now) - timedelta(days=1))
    held["files"][person.pk] = 1
    with pytest.raises(Refused):
        handover.hand_over(
            person=person, to={"files": former}, paper="", reason="Nghỉ", by=make_administrator(), now=now
        )


def test_those_who_may_take_over_are_offered_with_role_and_office(held, now):
    person, _taker = make_officer(), make_officer(full_name="Lê Thị Nhận", office=make_office(name="Phòng Thử"))
    make_auditor(full_name="Kiểm Toán Viên")
    held["files"][person.pk] = 1
    shown = HandOverForm(person=person, held=handover.held_by(person), on=timezone.localdate(now)).as_p()
    assert "Lê Thị Nhận – Chuyên viên, Phòng Thử" in shown
    assert "Kiểm Toán Viên" not in shown and "---" not in shown


def test_where_nobody_may_take_over_the_form_says_so(held, now):
    person = make_officer()
    held["files"][person.pk] = 1
    form = HandOverForm(person=person, held=handover.held_by(person), on=timezone.localdate(now))
    assert "Chưa có ai khác" in str(form.fields["to_files"].help_text)


def test_an_officer_hands_nothing_over(held, now):
    person = make_officer()
    with pytest.raises(NotAllowed):
        handover.hand_over(person=person, to={}, paper="", reason="Điều động", by=person, now=now)


def test_the_parties_find_and_read_the_record_and_strangers_do_not(held, now, client_as):
    giver, taker, other = make_officer(), make_officer(full_name="Lê Thị Nhận"), make_officer()
    held["files"][giver.pk] = 2
    act = handover.hand_over(
        person=giver, to={"files": taker}, paper="3/BB", reason="Nghỉ", by=make_administrator(), now=now
    )
    address = reverse("accounts:handover_detail", args=[act.public_id])
    for person in (giver, taker):
        client = client_as(person)
        assert address in client.get(reverse("accounts:me")).content.decode()
        page = client.get(address).content.decode()
        assert "files 1" in page and "files 2" in page and f'href="{reverse("accounts:people_list")}"' not in page
    assert client_as(other).get(address).status_code == 404
    assert address not in client_as(other).get(reverse("accounts:me")).content.decode()


def test_who_is_no_party_reads_kinds_and_numbers_and_of_names_what_is_open_to_them(held, now, client_as):
    admin, giver, taker = make_administrator(), make_officer(), make_officer()
    held["files"][giver.pk], held["tasks"][giver.pk] = 2, 1
    kinds = handover._holdings
    kinds["files"] = replace(kinds["files"], readers=frozenset({Role.AUDITOR}), short=lambda name: name[-1:] + "/TT")
    act = handover.hand_over(
        person=giver, to={"files": taker, "tasks": taker}, paper="3/BB", reason="Nghỉ", by=admin, now=now
    )
    seen = {
        who: [(line.count, line.things, line.withheld) for line in handover.lines_of(act, who)]
        for who in (taker, admin)
    }
    assert seen[taker] == [(2, ["files 1", "files 2"], False), (1, ["tasks 1"], False)]
    assert seen[admin] == [(2, ["1/TT", "2/TT"], True), (1, [], True)]
    address = reverse("accounts:handover_detail", args=[act.public_id])
    page = client_as(admin).get(address).content.decode()
    assert "1/TT" in page and "files 1" not in page and "tasks 1" not in page
    audited = client_as(make_auditor()).get(address).content.decode()
    assert "files 1" in audited and "tasks 1" not in audited
