from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import duties, handover
from accounts.models import Handover, IncompatibleSteps, Invitation, Office, SignIn, User
from accounts.roles import Role
from audit.models import AccessEntry
from audit.refusals import NotAllowed
from tests.factories import make_administrator, make_auditor, make_director, make_office, make_officer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_administrator(full_name="Quản Trị Mẫu")


def page_of(person):
    return reverse("accounts:person_detail", args=[person.public_id])


def key():
    import uuid

    return str(uuid.uuid4())


# --- who sees what ----------------------------------------------------------------------------


def test_person_page_is_seen_by_overseers_and_leaders_not_by_colleagues_or_strangers(client, client_as, admin):
    person = make_officer(full_name="Trần Thị Bí Mật")
    for viewer in (admin, make_auditor(), make_director()):
        assert "Trần Thị Bí Mật" in client_as(viewer).get(page_of(person)).content.decode()
    for viewer in (make_officer(), person, make_user()):
        assert client_as(viewer).get(page_of(person)).status_code == 403
    assert client.get(page_of(person))["Location"].startswith("/accounts/login/")


def test_reading_a_person_leaves_a_trace_and_reading_oneself_does_not(client_as, admin):
    person = make_officer()
    client_as(admin).get(page_of(person))
    entry = AccessEntry.objects.get(what="page of a person")
    assert entry.object_id == person.public_id and entry.actor == f"user:{admin.public_id}"
    client_as(admin).get(page_of(admin))
    assert AccessEntry.objects.filter(what="page of a person").count() == 1


def test_auditor_sees_no_acts(client_as):
    person = make_officer()
    page = client_as(make_auditor()).get(page_of(person)).content.decode()
    assert reverse("accounts:disable_person", args=[person.public_id]) not in page
    assert reverse("accounts:give_post", args=[person.public_id]) not in page


def test_list_finds_without_marks_and_filters_by_office_role_and_state(client_as, admin):
    office = make_office(name="Phòng Tìm Thấy")
    wanted = make_officer(full_name="Nguyễn Đình Đông", office=office)
    make_officer(full_name="Lê Văn Khác")
    client = client_as(admin)
    for query in ({"q": "dinh dong"}, {"office": office.pk}, {"q": wanted.email}):
        page = client.get(reverse("accounts:people_list"), query).content.decode()
        assert "Nguyễn Đình Đông" in page and "Lê Văn Khác" not in page, query
    page = client.get(reverse("accounts:people_list"), {"role": "administrator"}).content.decode()
    assert "Quản Trị Mẫu" in page and "Nguyễn Đình Đông" not in page


def test_accounts_unused_for_45_days_are_marked(client_as, admin):
    person = make_officer(full_name="Người Lâu Không Vào")
    User.objects.filter(pk=person.pk).update(last_login=timezone.now() - timezone.timedelta(days=46))
    page = client_as(admin).get(reverse("accounts:people_list"), {"state": "unused"}).content.decode()
    assert "Người Lâu Không Vào" in page and "Quản Trị Mẫu</a>" not in page


@pytest.mark.parametrize("route", ["people_list", "invitation_list", "letter_list", "office_list"])
def test_lists_take_the_same_queries_with_one_and_with_many(client_as, admin, route, django_assert_max_num_queries):
    client = client_as(admin)
    for _number in range(4):
        make_officer()
    with django_assert_max_num_queries(12):
        assert client.get(reverse(f"accounts:{route}")).status_code == 200


def test_people_are_listed_by_given_name(client_as, admin):
    for name in ("Trần Văn Dũng", "Lê Thị Ân", "Phạm Đông"):
        make_officer(full_name=name)
    page = client_as(admin).get(reverse("accounts:people_list")).content.decode()
    places = [page.index(name) for name in ("Lê Thị Ân", "Trần Văn Dũng", "Phạm Đông")]
    assert places == sorted(places)


# --- acts over the pages ----------------------------------------------------------------------


def test_administrator_invites_over_the_page_once(client_as, admin):
    office = make_office()
    form = {
        "full_name": "Người Mới",
        "email": "moi@so.example",
        "office": office.pk,
        "role": "officer",
        "starts_on": "01/07/2026",
        "paper": "5/QĐ-SCT",
        "operation_key": key(),
    }
    client = client_as(admin)
    for _press in range(2):
        assert client.post(reverse("accounts:invite_person"), form).status_code == 302
    assert Invitation.objects.get().payload["starts_on"] == "2026-07-01"
    known = form | {"email": admin.email.upper(), "operation_key": key()}
    told = client.post(reverse("accounts:invite_person"), known, follow=True).content.decode()
    assert "đã có tài khoản" in told and admin.full_name in told


def test_refused_form_keeps_what_was_typed(client_as, admin):
    answer = client_as(admin).post(
        reverse("accounts:invite_person"), {"full_name": "Người Mới", "email": "sai", "operation_key": key()}
    )
    assert answer.status_code == 200
    assert 'value="Người Mới"' in answer.content.decode() and "error-summary" in answer.content.decode()


def test_posting_every_field_of_the_model_changes_only_those_of_the_form(client_as, admin):
    person = make_officer(email="nguoi@so.example")
    before = User.objects.values().get(pk=person.pk)
    extra = {field.attname: "1" for field in User._meta.local_fields}
    form = extra | {"full_name": "Tên Mới", "email": person.email, "phone": "", "version": "1"}
    form |= {"is_active": "", "synthetic": "on", "is_staff": "on", "disabled_at": "2020-01-01", "role": "administrator"}
    answer = client_as(admin).post(reverse("accounts:edit_person", args=[person.public_id]), form)
    assert answer.status_code == 302
    after = User.objects.values().get(pk=person.pk)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"full_name", "folded", "sort_key", "version"}
    assert person.posts.count() == 1


def test_stale_form_shows_both_versions_and_can_then_be_sent(client_as, admin):
    person = make_officer(full_name="Tên Ban Đầu")
    address = reverse("accounts:edit_person", args=[person.public_id])
    client = client_as(admin)
    form = {"email": person.email, "phone": "", "version": "1"}
    client.post(address, {**form, "full_name": "Tên Của Người Kia"})
    answer = client.post(address, {**form, "full_name": "Tên Của Tôi"})
    page = answer.content.decode()
    assert "Tên Của Người Kia" in page and 'value="Tên Của Tôi"' in page
    assert answer.context["form"]["version"].value() == "2"
    assert client.post(address, {**form, "full_name": "Tên Của Tôi", "version": "2"}).status_code == 302
    person.refresh_from_db()
    assert person.full_name == "Tên Của Tôi"


def test_post_is_given_and_ended_over_the_pages(client_as, admin):
    person, office, client = make_user(), make_office(), client_as(admin)
    form = {"office": office.pk, "role": "head", "starts_on": "01/01/2020", "ends_on": "", "paper": "7/QĐ"}
    answer = client.post(reverse("accounts:give_post", args=[person.public_id]), {**form, "operation_key": key()})
    assert answer["Location"] == page_of(person)
    post = person.posts.get()
    today = timezone.localdate().strftime("%d/%m/%Y")
    answer = client.post(
        reverse("accounts:end_post", args=[post.public_id]), {"ends_on": today, "reason": "Điều động", "version": "1"}
    )
    assert answer["Location"] == page_of(person)
    assert person.posts.get().ends_on == timezone.localdate()


def test_refusal_of_the_service_stands_above_the_form(client_as, admin):
    post = admin.posts.get()
    answer = client_as(admin).post(
        reverse("accounts:end_post", args=[post.public_id]),
        {"ends_on": timezone.localdate().strftime("%d/%m/%Y"), "reason": "Nghỉ", "version": "1"},
    )
    assert "quản trị hệ thống cuối cùng" in answer.content.decode()


def test_disabling_and_enabling_over_the_pages(client_as, admin):
    person, client = make_officer(), client_as(admin)
    client.post(reverse("accounts:disable_person", args=[person.public_id]), {"reason": "Thôi việc"})
    assert "Thôi việc" in client.get(page_of(person)).content.decode()
    client.post(reverse("accounts:enable_person", args=[person.public_id]), {"reason": "Trở lại"})
    person.refresh_from_db()
    assert person.is_active


def test_handover_over_the_page_leads_to_its_record(client_as, admin, monkeypatch):
    person, taker = make_officer(), make_officer(full_name="Người Nhận Việc")
    held = {person.pk: 2}
    monkeypatch.setattr(handover, "_holdings", {})
    handover.register(
        "files",
        "Hồ sơ",
        count=lambda user: held.get(user.pk, 0),
        things=lambda user: ["Hồ sơ một", "Hồ sơ hai"],
        takers=lambda user, on: User.objects.holding(Role.OFFICER, on),
        move=lambda user, to, by, now: held.update({to.pk: held.pop(user.pk)}),
    )
    client = client_as(admin)
    assert "Hồ sơ: 2" in client.get(page_of(person)).content.decode()
    answer = client.post(
        reverse("accounts:hand_over", args=[person.public_id]),
        {"to_files": taker.pk, "paper": "3/BB", "reason": "Nghỉ"},
        follow=True,
    )
    assert "Người Nhận Việc" in answer.content.decode()
    assert held == {taker.pk: 2} and Handover.objects.count() == 1


def test_own_sessions_are_listed_and_ended_and_those_of_others_are_not_found(client_as):
    person, other = make_officer(), make_officer()
    client, elsewhere, stranger = client_as(person), client_as(person), client_as(other)
    foreign = reverse("accounts:end_my_session", args=[other.sign_ins.get().public_id])
    assert client.post(foreign).status_code == 404
    assert stranger.get(reverse("accounts:me")).status_code == 200
    client.post(reverse("accounts:end_my_other_sessions"))
    assert elsewhere.get(reverse("accounts:me")).status_code == 302
    assert client.get(reverse("accounts:me")).status_code == 200
    assert SignIn.objects.filter(user=person, end_reason="by owner").count() == 1


def test_office_pages(client_as, admin):
    client = client_as(admin)
    form = {"code": "QLCN", "name": "Phòng Quản lý công nghiệp", "symbol": "QLCN", "kind": "office", "ended_on": ""}
    answer = client.post(reverse("accounts:add_office"), form, follow=True)
    assert "Phòng Quản lý công nghiệp" in answer.content.decode()
    assert client.post(reverse("accounts:add_office"), form).status_code == 200
    office = Office.objects.get(code="QLCN")
    answer = client.post(
        reverse("accounts:edit_office", args=[office.public_id]), {**form, "name": "Phòng Công nghiệp", "version": "1"}
    )
    assert answer.status_code == 302
    officer = client_as(make_officer())
    assert officer.get(reverse("accounts:office_detail", args=[office.public_id])).status_code == 200
    assert officer.get(reverse("accounts:edit_office", args=[office.public_id])).status_code == 403


def test_table_of_rights_is_the_table_itself(client_as):
    page = client_as(make_officer()).get(reverse("accounts:table_of_rights"), {"role": "administrator"})
    said = page.content.decode()
    assert "Mời, phân công, khóa người dùng" in said
    page = client_as(make_officer()).get(reverse("accounts:table_of_rights"), {"role": "intake"})
    assert "Mời, phân công, khóa người dùng" not in page.content.decode()


# --- names, duties ----------------------------------------------------------------------------


def test_names_stand_with_their_posts_and_erased_people_as_such(now):
    from accounts.names import actors, names_of

    office = make_office(name="Phòng A", symbol="A")
    person = make_user(Role.HEAD, full_name="Lê Thị Tên", office=office)
    assert names_of([person.public_id]) == {person.public_id: "Lê Thị Tên (Trưởng phòng, A)"}
    User.objects.filter(pk=person.pk).update(full_name="")
    assert names_of([str(person.public_id)])[person.public_id] == "người đã được xóa dữ liệu cá nhân"
    assert actors({"system:beat", "user:not-a-uuid"}) == {}


def test_pairs_of_steps_are_loaded_once_and_hold(now):
    call_command("load_duties", verbosity=0)
    call_command("load_duties", verbosity=0)
    assert IncompatibleSteps.objects.filter(step="submit figures").count() == 1
    pairs = set(IncompatibleSteps.objects.values_list("step", "other_step"))
    assert {("prepare commitment", "approve commitment"), ("control payment", "sign payment")} < pairs
    assert len(pairs) == IncompatibleSteps.objects.count() == 18
    assert not IncompatibleSteps.objects.exclude(legal_basis__contains="cần xác nhận").exists()
    person = make_officer()
    with pytest.raises(NotAllowed):
        duties.check_pair(
            step="confirm figures",
            by=person,
            other_step="submit figures",
            other_by=person.public_id,
            on=date(2025, 7, 1),
        )
    duties.check_pair(
        step="confirm figures", by=make_officer(), other_step="submit figures", other_by=person, on=date(2025, 7, 1)
    )


def test_letter_of_the_outbox_is_dated_in_greenwich_time_when_it_names_no_zone():
    from accounts.outbox import _moment

    assert _moment("Mon, 23 Nov 2026 11:07:00 -0000").isoformat() == "2026-11-23T11:07:00+00:00"


def test_nothing_is_chosen_for_whoever_invites(client_as, admin):
    page = client_as(admin).get(reverse("accounts:invite_person"))
    assert page.context["form"].fields["role"].choices[0][0] == ""
    make_office(name="Hội đồng thử")
    answer = client_as(admin).post(
        reverse("accounts:invite_person"),
        {"full_name": "Lê Mới", "email": "moi@so.example", "office": Office.objects.get(name="Hội đồng thử").pk,
         "starts_on": "01/01/2026", "paper": "1/QĐ"},
    )  # fmt: skip
    assert "role" in answer.context["form"].errors and not Invitation.objects.exists()


def test_an_invited_person_may_not_choose_a_password_of_digits_alone(client, admin, mailoutbox):
    from accounts.forms import AcceptInvitationForm

    invitation = Invitation(email="moi@so.example", full_name="Lê Mới")
    form = AcceptInvitationForm({"password1": "12345678901234", "password2": "12345678901234"}, invitation=invitation)
    assert "password1" in form.errors


def test_every_right_stands_under_the_title_of_a_room():
    from accounts.access import actions
    from accounts.views import ROOM_OF, ROOM_TITLES

    nouns = {action.code.partition(".")[0] for action in actions().values()}
    assert {ROOM_OF.get(noun, noun) for noun in nouns} <= ROOM_TITLES.keys()


def test_the_table_of_rights_is_about_people(client, admin):
    client.force_login(admin)
    text = client.get(reverse("accounts:table_of_rights")).content.decode()
    assert "Đăng ký, sửa và ngắt hệ thống kết nối" in text and "Đọc dữ liệu qua API" not in text
