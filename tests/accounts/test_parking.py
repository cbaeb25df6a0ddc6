from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import Office, ParkedFile, ParkedForm, SignIn
from accounts.parked_page import in_the_words_of
from accounts.sealing import digest
from tests.factories import make_administrator, make_officer

pytestmark = pytest.mark.django_db
ADD = "/people/offices/add/"
PASSWORD = "hoa sữa nở trên phố Nguyễn Du"
TYPED = {"code": "QLCN", "name": "Phòng Quản lý công nghiệp", "symbol": "QLCN", "kind": "office"}


def end_sessions():
    SignIn.objects.filter(ended_at__isnull=True).update(ended_at=timezone.now(), end_reason="idle")


def sign_in(client, user):
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")


def page_of(client):
    """What a form on a page of this session carries: the token of the secret that was made when it began."""
    secret = get_random_string(32)
    sign_in = SignIn.objects.filter(key_digest=digest(client.cookies["sessionid"].value))
    assert sign_in.update(csrf_digest=digest(secret)) == 1
    return {"csrfmiddlewaretoken": secret}


def led_to(answer):
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
    return parse_qs(urlsplit(answer["Location"]).query)["next"][0]


def lost(client, address=ADD, data=TYPED, **more):
    """A form sent after the session ended; returns the address to go to after sign-in."""
    data = data | page_of(client)
    end_sessions()
    return led_to(client.post(address, data, **more))


def test_form_is_shown_again_filled_in_unsent_and_then_works(client_as):
    admin = make_administrator()
    client = client_as(admin)
    back = lost(client)
    assert not Office.objects.filter(code="QLCN").exists()
    assert "Công nghiệp" not in ParkedForm.objects.get().sealed_fields
    sign_in(client, admin)
    page = client.get(back)
    assert page.context["form"]["name"].value() == TYPED["name"]
    assert "chưa gửi" in page.content.decode()
    assert not Office.objects.filter(code="QLCN").exists()
    assert client.post(ADD, TYPED).status_code == 302
    assert Office.objects.filter(code="QLCN").exists()
    assert not ParkedForm.objects.exists()


def test_session_that_vanished_altogether_keeps_the_form_too(client_as):
    admin = make_administrator()
    client = client_as(admin)
    typed = TYPED | page_of(client)
    client.cookies.clear()
    back = led_to(client.post(ADD, typed))
    sign_in(client, admin)
    assert client.get(back).context["form"]["code"].value() == "QLCN"


def test_another_person_does_not_see_it(client_as):
    client = client_as(make_administrator())
    back = lost(client)
    sign_in(client, make_administrator())
    answer = client.get(back)
    assert answer["Location"] == ADD


def test_what_was_typed_before_signing_out_in_another_tab_is_its_typists(client_as):
    """Signed out, and meanwhile somebody else signed in and out there: the page, not the last person, says whose it is."""
    typist, other = make_administrator(), make_administrator()
    client = client_as(typist)
    typed = TYPED | page_of(client)
    client.post(reverse("account_logout"))
    sign_in(client, other)
    client.post(reverse("account_logout"))
    back = led_to(client.post(ADD, typed))
    assert ParkedForm.objects.get().owner == typist
    sign_in(client, other)
    assert client.get(back)["Location"] == ADD
    client.post(reverse("account_logout"))
    sign_in(client, typist)
    assert client.get(back).context["form"]["name"].value() == TYPED["name"]


def test_the_session_that_ended_last_does_not_make_another_persons_form_its_own(client_as):
    typist, other = make_administrator(), make_administrator()
    client = client_as(typist)
    typed = TYPED | page_of(client)
    sign_in(client, other)
    end_sessions()
    client.post(ADD, typed)
    assert ParkedForm.objects.get().owner == typist


def test_somebody_signed_in_is_neither_shown_nor_given_what_another_person_typed(client_as):
    strict, typist = Client(enforce_csrf_checks=True), make_administrator()
    sign_in(strict, typist)
    typed = TYPED | page_of(strict)
    sign_in(strict, make_administrator())
    answer = strict.post(ADD, typed, headers={"Origin": "http://testserver"})
    assert answer["Location"] == ADD and ParkedForm.objects.get().owner == typist
    page = strict.get(ADD).content.decode()
    assert "được giữ cho người đó" in page and TYPED["name"] not in page


def test_a_page_of_an_unknown_sign_in_is_not_sent(client_as):
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, make_administrator())
    typed = TYPED | {"csrfmiddlewaretoken": "a" * 64}
    assert strict.post(ADD, typed, headers={"Origin": "http://testserver"})["Location"] == ADD
    assert "mở từ trước khi ông/bà đăng nhập" in strict.get(ADD).content.decode()
    assert not ParkedForm.objects.exists()


def test_the_typist_is_told_after_signing_in_that_a_form_is_kept(client_as):
    people = [make_administrator(), make_administrator()]
    for person in people:
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    client = client_as(people[0])
    data = TYPED | page_of(client)
    end_sessions()
    first, second = (led_to(client.post(ADD, data | {"code": code})) for code in ("QLCN", "TTKC"))
    for person in reversed(people):
        client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        page = client.get(reverse("accounts:me")).content.decode()
        assert page.count("biểu mẫu nhập lúc") == (2 if person == people[0] else 0)
        if person != people[0]:
            client.post(reverse("account_logout"))
    assert first in page and second in page
    form = client.get(first).context["form"]
    client.post(ADD, {**TYPED, "code": form["code"].value(), "version": ""})
    page = client.get(reverse("accounts:me")).content.decode()
    assert first not in page and second in page  # one is sent, the other is still kept


@pytest.mark.parametrize("token", ["", "a" * 32, "b" * 64, "x", "ế" * 32, "a" * 100_000])
def test_a_form_of_nobody_is_not_kept(client, token):
    answer = client.post(ADD, TYPED | {"csrfmiddlewaretoken": token})
    assert led_to(answer) == ADD
    assert not ParkedForm.objects.exists()


def test_each_sign_in_at_the_door_has_forms_of_its_own():
    """As a browser does it: the token of the page in its form, the secret in its cookie, a new one with every sign-in."""
    browser = Client(enforce_csrf_checks=True)
    people = [make_administrator(), make_administrator()]
    pages = []
    for person in people:
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
        door = browser.get(reverse("account_login"))
        browser.post(
            reverse("account_login"),
            {"login": person.email, "password": PASSWORD, "csrfmiddlewaretoken": door.context["csrf_token"]},
        )
        pages.append({"csrfmiddlewaretoken": str(browser.get(ADD).context["csrf_token"])})
        browser.post(reverse("account_logout"), pages[-1])
    for person, page in zip(people, pages, strict=True):
        browser.post(ADD, TYPED | page, headers={"Origin": "http://testserver"})
        assert ParkedForm.objects.latest("pk").owner == person


def test_another_browser_does_not_see_it(client_as):
    admin = make_administrator()
    back = lost(client_as(admin))
    assert client_as(admin).get(back)["Location"] == ADD


def test_it_is_forgotten_after_twelve_hours(client_as):
    admin = make_administrator()
    client = client_as(admin)
    back = lost(client)
    ParkedForm.objects.update(created_at=timezone.now() - timedelta(hours=12, minutes=1))
    sign_in(client, admin)
    assert client.get(back)["Location"] == ADD
    lost(client)
    assert ParkedForm.objects.count() == 1


def test_it_cannot_be_put_on_another_page(client_as):
    admin = make_administrator()
    client = client_as(admin)
    token = lost(client).partition("parked=")[2]
    sign_in(client, admin)
    assert client.get(f"/people/invite/?parked={token}")["Location"] == "/people/invite/"


@pytest.mark.parametrize("token", ["", "x", "00000000-0000-0000-0000-000000000000", "'; DROP TABLE"])
def test_invented_tokens_show_the_plain_page(client_as, token):
    answer = client_as(make_administrator()).get(ADD, {"parked": token})
    assert answer.status_code == 302 and answer["Location"] == ADD


def test_passwords_are_never_kept(client_as):
    client = client_as(make_officer())
    lost(client, reverse("account_change_password"), {"oldpassword": "bí mật", "password1": "x", "password2": "x"})
    assert not ParkedForm.objects.exists()


def test_files_stay_attached_and_go_with_the_form(client_as, rf):
    """The form of this room takes no file: the middleware is asked directly."""
    from accounts import parking

    admin = make_administrator()
    client = client_as(admin)
    sent = SimpleUploadedFile("quyết định.pdf", b"%PDF-1.7 noi dung", "application/pdf")
    large = SimpleUploadedFile("lớn.pdf", b"0" * (parking.MOST_FILES + 1), "application/pdf")
    back = lost(client, data={**TYPED, "paper": sent, "scan": large})
    file = ParkedFile.objects.get()
    assert file.name == "quyết định.pdf" and b"noi dung" not in bytes(file.sealed_content)
    sign_in(client, admin)
    page = client.get(back).content.decode()
    assert "quyết định.pdf" in page and "hãy chọn lại: lớn.pdf" in page
    seen = {}

    def view(request):
        from django.http import HttpResponseRedirect

        seen.update({name: file.read() for name, file in request.FILES.items()})
        return HttpResponseRedirect("/")

    request = rf.post(ADD, TYPED)
    request.session, request.user = client.session, admin
    request.COOKIES["parked"] = client.cookies["parked"].value
    parking.send_again(request, view)
    assert seen == {"paper": b"%PDF-1.7 noi dung"}
    assert not ParkedFile.objects.exists()


def test_nobody_can_fill_the_database(client_as):
    client = client_as(make_administrator())
    typed = TYPED | page_of(client)
    end_sessions()
    for _attempt in range(61):
        client.post(ADD, typed)
    assert ParkedForm.objects.count() == 60


def test_what_is_too_long_is_not_kept(client_as):
    client = client_as(make_administrator())
    assert lost(client, data={"text": "a" * 2_100_000}) == ADD
    assert not ParkedForm.objects.exists()


def test_a_button_without_a_page_of_its_own_leads_back_to_its_page(client_as):
    user = make_officer()
    client = client_as(user)
    button = reverse("accounts:end_my_other_sessions")
    assert lost(client, button, {}, headers={"Referer": "http://testserver/people/me/?a=1"}) == "/people/me/?a=1"
    assert led_to(client.post(button, headers={"Referer": "https://elsewhere.example/people/me/"})) == "/"


def test_where_a_view_takes_no_part_the_page_lists_what_was_typed_and_sends_it(client_as):
    user = make_officer()
    client = client_as(user)
    address = reverse("accounts:end_my_other_sessions")
    back = lost(client, address, {"note": "Ghi chú <b>"}, headers={"Referer": "http://testserver/people/me/"})
    sign_in(client, user)
    page = client.get(back).content.decode()
    assert "<dt>Đã nhập</dt>" in page and "Ghi chú &lt;b&gt;" in page and f'action="{address}"' in page


def test_where_a_file_was_not_kept_the_page_leads_to_the_form_and_sends_nothing(client_as):
    from accounts import parking

    user = make_officer()
    client = client_as(user)
    large = SimpleUploadedFile("lớn.pdf", b"0" * (parking.MOST_FILES + 1), "application/pdf")
    from_page = {"Referer": "http://testserver/people/me/"}
    back = lost(
        client, reverse("accounts:end_my_other_sessions"), {"note": "Ghi chú", "file": large}, headers=from_page
    )
    sign_in(client, user)
    page = client.get(back).content.decode()
    assert "Mở biểu mẫu" in page and "Gửi ngay" not in page and "Ghi chú" in page


def test_values_are_listed_under_the_labels_of_their_form():
    page = """<form action="/other/"><label for="o">Khác</label><input id="o" name="reason"></form>
      <form action="/act/"><input type="hidden" name="version" value="1"><label for="r">Lý do
      <span class="optional">(không bắt buộc)</span></label><textarea id="r" name="reason"></textarea>
      <label for="s">Đơn vị</label><select id="s" name="office"><option value="7">Phòng Kế hoạch</option></select>
      <fieldset><legend>Hình thức</legend><label for="k0">Trực tiếp</label>
      <input id="k0" type="radio" name="how" value="direct"></fieldset></form>"""
    typed = [("reason", ["Trùng", "lặp"]), ("office", ["7"]), ("how", ["direct"]), ("note", ["x"])]
    assert in_the_words_of(page, "/act/?a=1", typed) == [
        ("Lý do", ["Trùng", "lặp"]),
        ("Đơn vị", ["Phòng Kế hoạch"]),
        ("Hình thức", ["Trực tiếp"]),
        ("", ["x"]),
    ]


def test_form_whose_token_is_old_is_shown_again_and_not_sent(client_as):
    admin = make_administrator()
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, admin)
    typed = TYPED | page_of(strict)
    strict.cookies.clear()
    sign_in(strict, admin)
    answer = strict.post(ADD, typed, headers={"Origin": "http://testserver"})
    assert answer.status_code == 302 and answer["Location"].startswith(f"{ADD}?parked=")
    page = strict.get(answer["Location"])
    assert page.context["form"]["code"].value() == "QLCN"
    assert not Office.objects.filter(code="QLCN").exists()


@pytest.mark.parametrize(
    "more",
    [{}, {"headers": {"Origin": "https://elsewhere.example"}}, {"headers": {"Origin": "null"}}],
)
def test_a_form_of_another_site_is_refused_as_ever(more):
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, make_administrator())
    assert strict.post(ADD, {**TYPED, "csrfmiddlewaretoken": "a" * 64}, **more).status_code == 403
    assert strict.post(ADD, TYPED, headers={"Origin": "http://testserver"}).status_code == 403
    assert not ParkedForm.objects.exists()


def test_part_of_a_page_asked_for_without_session_sends_the_browser_to_sign_in(client):
    answer = client.get("/people/me/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/me/"})
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/people/me/"
