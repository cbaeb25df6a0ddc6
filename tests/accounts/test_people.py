from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, transaction

from accounts import services
from accounts.models import Letter, Post, SignIn
from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from tests.factories import make_administrator, make_auditor, make_office, make_officer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_administrator(full_name="Quản Trị Mẫu")


def kinds_about(obj):
    return list(Event.objects.about(obj).order_by("id").values_list("kind", flat=True))


def give(admin, user, now, **changes):
    values = {"office": changes.pop("office", None) or make_office(), "role": Role.HEAD, "starts_on": date(2025, 7, 1)}
    return services.give_post(user=user, paper="12/QĐ-SCT", by=admin, now=now, **(values | changes))


# --- posts ------------------------------------------------------------------------------------


def test_post_gives_the_role_and_is_recorded(admin, now):
    user = make_user()
    post = give(admin, user, now)
    assert Role.HEAD in user.roles_on(date(2025, 7, 15))
    assert Role.HEAD not in user.roles_on(date(2025, 6, 30))
    line = history_of(user)[0]
    assert line.event.kind == "post given" and line.who.startswith("Quản Trị Mẫu (")
    assert post.paper == "12/QĐ-SCT"


def test_only_an_administrator_gives_a_post(now):
    with pytest.raises(NotAllowed):
        give(make_auditor(), make_user(), now)
    assert not Post.objects.filter(role=Role.HEAD).exists()


def test_same_post_twice_on_the_same_days_is_refused(admin, now):
    user, office = make_user(), make_office()
    give(admin, user, now, office=office)
    with pytest.raises(Conflict):
        give(admin, user, now, office=office, starts_on=date(2025, 9, 1))


def test_post_without_paper_after_the_office_ended_or_backwards_is_refused(admin, now):
    user = make_user()
    with pytest.raises(Refused):
        services.give_post(
            user=user, office=make_office(), role=Role.HEAD, starts_on=date(2025, 7, 1), paper=" ", by=admin, now=now
        )
    with pytest.raises(Refused):
        give(admin, user, now, office=make_office(ended_on=date(2025, 3, 1)))
    with pytest.raises(Refused):
        give(admin, user, now, ends_on=date(2025, 6, 1))
    assert not user.posts.exists()


def test_enterprise_roles_are_not_given_by_posts(admin, now):
    with pytest.raises(Refused):
        give(admin, make_user(), now, role=Role.SIGNATORY)


def test_ending_a_post_takes_the_role_after_its_last_day(admin, now):
    user = make_officer()
    post = user.posts.get()
    services.end_post(post=post, ends_on=date(2025, 7, 20), reason="Điều động", expected=1, by=admin, now=now)
    assert Role.OFFICER in user.roles_on(date(2025, 7, 20))
    assert Role.OFFICER not in user.roles_on(date(2025, 7, 21))
    assert history_of(user)[0].reason == "Điều động"


def test_post_ends_at_once_with_yesterday_but_not_earlier(admin, now):
    user = make_officer()
    post = user.posts.get()
    with pytest.raises(Refused):
        services.end_post(post=post, ends_on=date(2025, 7, 1), reason="Sai", expected=1, by=admin, now=now)
    services.end_post(post=post, ends_on=date(2025, 7, 14), reason="Sai", expected=1, by=admin, now=now)
    assert user.roles_on(date(2025, 7, 15)) == frozenset()
    with pytest.raises(Conflict):
        services.end_post(post=post, ends_on=date(2025, 7, 15), reason="Sai", expected=2, by=admin, now=now)


def test_ending_a_post_from_a_stale_page_is_refused(admin, now):
    post = make_officer().posts.get()
    services.end_post(post=post, ends_on=date(2025, 8, 1), reason="Một", expected=1, by=admin, now=now)
    with pytest.raises(StaleVersion):
        services.end_post(post=post, ends_on=date(2025, 9, 1), reason="Hai", expected=1, by=admin, now=now)


def test_the_database_refuses_overlapping_posts_and_their_removal(admin, now):
    post = make_officer().posts.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Post.objects.create(user=post.user, office=post.office, role=post.role, starts_on=date(2025, 1, 1), paper="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        Post.objects.filter(pk=post.pk)._raw_delete("default")


def test_role_change_ends_the_persons_sessions(admin, now, client_as):
    user = make_officer()
    client = client_as(user)
    assert client.get("/people/me/").status_code == 200
    give(admin, user, now)
    assert client.get("/people/me/").status_code == 302
    assert SignIn.objects.get(user=user).end_reason == "roles"


# --- the last administrator -------------------------------------------------------------------


def test_last_administrator_cannot_be_removed(admin, now):
    post = admin.posts.get()
    with pytest.raises(Refused):
        services.end_post(post=post, ends_on=date(2025, 7, 31), reason="Nghỉ", expected=1, by=admin, now=now)
    second = make_administrator()
    services.end_post(post=post, ends_on=date(2025, 7, 31), reason="Nghỉ", expected=1, by=admin, now=now)
    with pytest.raises(Refused):
        services.end_post(
            post=second.posts.get(), ends_on=date(2025, 8, 5), reason="Nghỉ", expected=1, by=admin, now=now
        )


def test_disabled_administrator_does_not_count(admin, now):
    second = make_administrator()
    services.disable_person(user=second, reason="Chuyển công tác", by=admin, now=now)
    with pytest.raises(Refused):
        services.end_post(
            post=admin.posts.get(), ends_on=date(2025, 8, 1), reason="Nghỉ", expected=1, by=admin, now=now
        )


def test_nobody_disables_themselves(admin, now):
    make_administrator()
    with pytest.raises(NotAllowed):
        services.disable_person(user=admin, reason="Nhầm", by=admin, now=now)


# --- disabling, enabling ----------------------------------------------------------------------


def test_disabling_ends_every_session_at_once(admin, now, client_as):
    user = make_officer()
    phone, desk = client_as(user), client_as(user)
    services.disable_person(user=user, reason="Thôi việc", by=admin, now=now)
    assert phone.get("/people/me/").status_code == desk.get("/people/me/").status_code == 302
    user.refresh_from_db()
    assert not user.is_active and user.disabled_reason == "Thôi việc" and user.roles_on(now.date()) == frozenset()
    with pytest.raises(Conflict):
        services.disable_person(user=user, reason="Thôi việc", by=admin, now=now)


def test_disabling_needs_a_reason(admin, now):
    with pytest.raises(Refused):
        services.disable_person(user=make_officer(), reason="  ", by=admin, now=now)


def test_enabling_gives_the_roles_back(admin, now):
    user = make_officer()
    services.disable_person(user=user, reason="Nhầm", by=admin, now=now)
    services.enable_person(user=user, reason="Đã xác minh", by=admin, now=now)
    user.refresh_from_db()
    assert user.is_active and Role.OFFICER in user.roles_on(now.date())
    with pytest.raises(Conflict):
        services.enable_person(user=user, reason="Đã xác minh", by=admin, now=now)
    assert kinds_about(user) == ["account disabled", "account enabled"]


# --- personal details -------------------------------------------------------------------------


def edit(admin, user, now, **changes):
    values = {"full_name": user.full_name, "email": user.email, "phone": user.phone, "expected": user.version}
    return services.edit_person(user=user, by=admin, now=now, **(values | changes))


def test_personal_values_stand_beside_the_event_and_not_in_it(admin, now):
    user = make_officer(full_name="Nguyễn Thị Cũ")
    edit(admin, user, now, full_name="Nguyễn Thị Mới")
    event = Event.objects.about(user).get()
    assert "Nguyễn Thị" not in event.body
    assert {value.value for value in event.personal_values.all()} == {"Nguyễn Thị Cũ", "Nguyễn Thị Mới"}
    user.refresh_from_db()
    assert user.folded.startswith("nguyen thi moi")


def test_new_address_ends_sessions_tells_both_and_stops_the_old_one(admin, now, client_as):
    user = make_officer(email="cu@so.example")
    EmailAddress.objects.create(user=user, email="cu@so.example", primary=True, verified=True)
    client = client_as(user)
    edit(admin, user, now, email="Moi@so.example")
    assert client.get("/people/me/").status_code == 302
    assert sorted(Letter.objects.values_list("to", flat=True)) == ["cu@so.example", "moi@so.example"]
    assert not EmailAddress.objects.filter(user=user).exists()


def test_address_of_another_account_is_refused(admin, now):
    make_officer(email="co.roi@so.example")
    with pytest.raises(Refused):
        edit(admin, make_officer(), now, email="CO.ROI@so.example")


def test_editing_from_a_stale_page_is_refused(admin, now):
    user = make_officer()
    edit(admin, user, now, phone="0912000111")
    with pytest.raises(StaleVersion):
        edit(admin, user, now, phone="0912000222", expected=1)


def test_saving_the_same_writes_nothing(admin, now):
    user = make_officer()
    edit(admin, user, now)
    assert kinds_about(user) == []


# --- second factor, sessions ------------------------------------------------------------------


def test_lost_second_factor_is_reset_by_another(admin, now):
    from allauth.mfa.models import Authenticator

    user = make_officer()
    with pytest.raises(Conflict):
        services.reset_second_factor(user=user, reason="Mất máy, đã gọi lại", by=admin, now=now)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    services.reset_second_factor(user=user, reason="Mất máy, đã gọi lại", by=admin, now=now)
    assert not Authenticator.objects.filter(user=user).exists()
    with pytest.raises(NotAllowed):
        services.reset_second_factor(user=admin, reason="Của tôi", by=admin, now=now)


def test_a_person_ends_own_sessions_and_not_those_of_others(now, client_as):
    one, other = make_officer(), make_officer()
    client_as(one)
    client_as(other)
    with pytest.raises(NotAllowed):
        services.end_session(sign_in=other.sign_ins.get(), by=one, now=now)
    later = SignIn.objects.get(user=one).started_at + timedelta(minutes=1)
    assert services.end_session(sign_in=one.sign_ins.get(), by=one, now=later)
    assert not services.end_session(sign_in=one.sign_ins.get(), by=one, now=later)


# --- offices ----------------------------------------------------------------------------------


def office_values(**changes):
    return (
        {"code": "QLCN", "name": "Phòng Quản lý công nghiệp", "symbol": "QLCN", "kind": "office"}
        | {"ended_on": None}
        | changes
    )


def test_office_is_added_once_and_edited_with_before_and_after(admin, now):
    office = services.add_office(by=admin, now=now, **office_values())
    with pytest.raises(Conflict):
        services.add_office(by=admin, now=now, **office_values())
    services.edit_office(office=office, expected=1, by=admin, now=now, **office_values(name="Phòng Công nghiệp"))
    (change,) = history_of(office)[0].changes
    assert change[1:] == ("Phòng Quản lý công nghiệp", "Phòng Công nghiệp")
    with pytest.raises(StaleVersion):
        services.edit_office(office=office, expected=1, by=admin, now=now, **office_values(name="Khác"))


def test_office_with_lasting_posts_cannot_end(admin, now):
    office = make_office(code="QLCN")
    make_officer(office=office)
    with pytest.raises(Refused):
        services.edit_office(office=office, expected=1, by=admin, now=now, **office_values(ended_on=date(2025, 12, 31)))


def test_officer_cannot_edit_offices(now):
    with pytest.raises(NotAllowed):
        services.add_office(by=make_officer(), now=now, **office_values())
