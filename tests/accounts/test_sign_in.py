import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import LoginRecord, SignIn
from accounts.roles import Role
from accounts.sealing import digest
from tests.factories import make_administrator, make_membership, make_officer, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "mùa thu Hà Nội có hoa sữa"
LOGIN = "/accounts/login/"


def person(*roles, **fields):
    user = make_user(*(roles or (Role.OFFICER,)), **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, user, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": user.email, "password": password, **more})


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_person_signs_in_by_email_and_lands_at_the_front(client):
    user = person()
    answer = sign_in(client, user)
    assert answer.status_code == 302 and answer["Location"] == "/"
    assert client.get("/", follow=True).status_code == 200
    row = SignIn.objects.get(user=user)
    assert row.key_digest == digest(client.session.session_key)
    assert LoginRecord.objects.get(user=user).success


def test_email_is_accepted_in_any_case(client):
    user = person(email="Lan.Tran@so.example")
    assert client.post(LOGIN, {"login": "LAN.TRAN@SO.EXAMPLE", "password": PASSWORD}).status_code == 302
    assert user.email == "lan.tran@so.example"


def test_session_id_is_new_at_sign_in(client):
    user = person()
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    sign_in(client, user)
    assert client.session.session_key != before


def test_wrong_password_and_unknown_address_get_the_same_answer(client):
    user = person()
    known = sign_in(client, user, "không phải mật khẩu này")
    unknown = client.post(LOGIN, {"login": "khong.co@so.example", "password": "không phải mật khẩu này"})
    without = [re.sub(r'(value|name="next")="[^"]*"', "", page.content.decode()) for page in (known, unknown)]
    assert known.status_code == unknown.status_code == 200
    assert without[0] == without[1]
    assert LoginRecord.objects.filter(user=user, success=False, step="password").count() == 1
    assert LoginRecord.objects.filter(user=None, success=False).count() == 1


def test_unknown_address_costs_as_much_work_as_a_known_one(client, monkeypatch):
    from accounts.models import User

    hashed = []
    check, make = User.check_password, User.set_password
    monkeypatch.setattr(User, "check_password", lambda self, raw: hashed.append("known") or check(self, raw))
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append("unknown") or make(self, raw))
    user = make_officer()
    sign_in(client, user, "sai mật khẩu")
    client.post(LOGIN, {"login": "khong.co@so.example", "password": "sai mật khẩu"})
    assert hashed == ["known", "unknown"]


def test_sixth_wrong_password_locks_the_account_also_for_the_right_one(client):
    user = person()
    for _attempt in range(5):
        assert sign_in(client, user, "sai mật khẩu rồi").status_code == 200
    answer = Client(headers={"X-Forwarded-For": "203.0.113.7"}).post(
        LOGIN, {"login": user.email, "password": PASSWORD}, REMOTE_ADDR="10.9.8.7"
    )
    assert answer.status_code == 200
    assert not SignIn.objects.filter(user=user).exists()


def test_a_forged_forwarded_address_makes_no_new_count(client):
    answers = [
        client.post(
            LOGIN,
            {"login": f"nguoi{number}@khong.example", "password": "sai mật khẩu"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        for number in range(21)
    ]
    assert "15 phút" in answers[-1].content.decode()


def test_disabled_person_cannot_sign_in(client, now):
    user = person()
    user.is_active, user.disabled_at = False, now
    user.save()
    assert sign_in(client, user)["Location"] == reverse("account_inactive")
    assert client.get(reverse("accounts:me")).status_code == 302


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_next_leads_only_to_this_site(client, target):
    answer = sign_in(client, person(), next=target)
    assert answer["Location"] == "/"


def test_next_leads_back_to_the_page(client):
    assert sign_in(client, person(), next="/people/me/?a=1")["Location"] == "/people/me/?a=1"


def test_there_is_no_sign_up(client):
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/email/").status_code == 404


def test_a_post_without_token_is_refused():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(LOGIN, {"login": "a@b.example", "password": "x"}).status_code == 403


# --- sessions ---------------------------------------------------------------------------------


def test_idle_session_ends(client, settings):
    settings.SESSION_IDLE_MINUTES = 15
    user = person()
    sign_in(client, user)
    SignIn.objects.update(seen_at=timezone.now() - timedelta(minutes=14))
    assert client.get(reverse("accounts:me")).status_code == 200
    SignIn.objects.update(seen_at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert client.get(reverse("accounts:me"))["Location"] == "/accounts/login/?next=/people/me/"
    assert SignIn.objects.get().end_reason == "idle"


def test_administrators_session_is_idle_sooner(client, settings):
    settings.SESSION_IDLE_MINUTES, settings.ADMIN_IDLE_MINUTES = 15, 5
    sign_in(client, person(Role.ADMINISTRATOR))
    SignIn.objects.update(seen_at=timezone.now() - timedelta(minutes=6))
    assert client.get(reverse("accounts:me")).status_code == 302


def test_busy_session_ends_twelve_hours_after_sign_in(client):
    sign_in(client, person())
    SignIn.objects.update(started_at=timezone.now() - timedelta(hours=12, seconds=1))
    assert client.get(reverse("accounts:me")).status_code == 302
    assert SignIn.objects.get().end_reason == "too old"


def test_watching_in_the_background_does_not_keep_a_session_alive(client):
    sign_in(client, person())
    before = timezone.now() - timedelta(minutes=3)
    SignIn.objects.update(seen_at=before)
    client.get(reverse("accounts:me"), headers={"X-Background": "yes"})
    assert SignIn.objects.get().seen_at == before
    client.get(reverse("accounts:me"))
    assert SignIn.objects.get().seen_at > before


def test_signing_out_ends_the_row(client):
    sign_in(client, person())
    client.post(reverse("account_logout"))
    assert SignIn.objects.get().end_reason == "signed out"


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(client, django_capture_on_commit_callbacks):
    user, other = person(), Client()
    sign_in(client, user)
    sign_in(other, user)
    new = "một câu dài hơn mười bốn chữ"
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
        )
    assert answer["Location"] == reverse("accounts:me")
    assert client.get(reverse("accounts:me")).status_code == 200
    assert other.get(reverse("accounts:me")).status_code == 302


def test_a_short_password_is_refused_with_a_sentence(client):
    user = person()
    sign_in(client, user)
    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "Ngắn1234!", "password2": "Ngắn1234!"},
    )
    assert answer.status_code == 200
    assert "14" in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


# --- second factor ----------------------------------------------------------------------------


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_second_factor(user, secret=SECRET):
    TOTP.activate(user, secret)
    return secret


def test_staff_without_second_factor_reach_nothing_but_setting_it_up(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    sign_in(client, person())
    for address in ("/", reverse("accounts:me"), reverse("account_change_password"), reverse("mfa_index")):
        assert client.get(address)["Location"] == reverse("mfa_activate_totp"), address
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_enterprise_people_need_no_second_factor(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    user = make_user()
    make_membership(user=user, role=Role.SIGNATORY)
    user.set_password(PASSWORD)
    user.save()
    sign_in(client, user)
    assert client.get(reverse("accounts:me")).status_code == 200


def test_setting_up_the_second_factor_opens_the_portal(client, settings, django_capture_on_commit_callbacks):
    settings.STAFF_MFA_REQUIRED = True
    user = person()
    sign_in(client, user)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("accounts:me")).status_code == 200
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in stored


def test_signing_in_with_the_second_factor_and_its_code_once(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    user = person()
    secret = with_second_factor(user)
    assert sign_in(client, user)["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("accounts:me")).status_code == 302
    code = code_of(secret)
    assert client.post(reverse("mfa_authenticate"), {"code": code})["Location"] == "/"
    assert client.get(reverse("accounts:me")).status_code == 200
    other = Client()
    sign_in(other, user)
    assert other.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert other.get(reverse("accounts:me")).status_code == 302


def test_wrong_codes_are_recorded_and_limited(client):
    user = person()
    with_second_factor(user)
    sign_in(client, user)
    for _attempt in range(6):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert LoginRecord.objects.filter(user=user, step="second factor", success=False).count() == 5


def test_a_session_without_the_factor_that_was_set_up_elsewhere_ends(client, settings, client_as):
    settings.STAFF_MFA_REQUIRED = True
    user = person()
    client = client_as(user)
    with_second_factor(user)
    assert client.get(reverse("accounts:me"))["Location"].startswith(LOGIN)


def test_staff_cannot_remove_a_compulsory_second_factor(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    user = person()
    secret = with_second_factor(user)
    sign_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=user, type="totp").exists()


# --- a new password by mail -------------------------------------------------------------------


def ask_for_reset(email):
    from accounts.models import Letter

    client = Client()
    answer = client.post(reverse("account_reset_password"), {"email": email})
    return answer, Letter.objects.latest("id")


def link_in(text):
    return re.search(r"http://\S+(/accounts/password/reset/key/\S+)", text).group(1)


def test_reset_link_sets_the_password_once(client, mailoutbox):
    from accounts.emails import deliver

    user = person()
    _answer, letter = ask_for_reset(user.email)
    assert deliver(letter, now=timezone.now())
    (mail,) = mailoutbox
    assert mail.to == [user.email]
    link = link_in(mail.body)
    page = client.get(link, follow=True)
    action = page.context["action_url"]
    new = "mật khẩu mới của tôi rất dài"
    answer = client.post(action, {"password1": new, "password2": new})
    assert answer["Location"] == reverse("account_reset_password_from_key_done")
    done = client.get(answer["Location"])
    assert "mọi phiên" in done.content.decode() and not list(done.context["messages"])
    user.refresh_from_db()
    assert user.check_password(new)
    assert "token_fail" in Client().get(link, follow=True).context


def test_reset_does_not_sign_in_and_does_not_skip_the_second_factor(client, mailoutbox):
    from accounts.emails import deliver

    user = person()
    with_second_factor(user)
    other = Client()
    sign_in(other, user)
    _answer, letter = ask_for_reset(user.email)
    deliver(letter, now=timezone.now())
    action = client.get(link_in(mailoutbox[0].body), follow=True).context["action_url"]
    new = "mật khẩu mới của tôi rất dài"
    client.post(action, {"password1": new, "password2": new})
    assert client.get(reverse("accounts:me")).status_code == 302
    assert sign_in(client, user, new)["Location"] == reverse("mfa_authenticate")


def test_reset_ends_every_session(client, mailoutbox, client_as):
    from accounts.emails import deliver

    user = person()
    old = client_as(user)
    _answer, letter = ask_for_reset(user.email)
    deliver(letter, now=timezone.now())
    action = client.get(link_in(mailoutbox[0].body), follow=True).context["action_url"]
    new = "mật khẩu mới của tôi rất dài"
    client.post(action, {"password1": new, "password2": new})
    assert old.get(reverse("accounts:me")).status_code == 302


def test_unknown_address_gets_the_same_answer_the_same_work_and_no_mail(client, mailoutbox, django_assert_num_queries):
    from accounts.emails import deliver
    from accounts.models import Letter

    user = person()
    known, first = ask_for_reset(user.email)
    unknown, second = ask_for_reset("khong.co@so.example")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert first.kind == second.kind and first.pk != second.pk
    assert deliver(second, now=timezone.now())
    second.refresh_from_db()
    assert second.state == Letter.State.DROPPED and not mailoutbox


def test_reset_link_is_too_old_after_an_hour(client, mailoutbox, monkeypatch):
    from allauth.account.forms import default_token_generator

    from accounts.emails import deliver

    user = person()
    _answer, letter = ask_for_reset(user.email)
    later = default_token_generator._now() - timedelta(seconds=3601)
    with monkeypatch.context() as earlier:
        earlier.setattr(type(default_token_generator), "_now", lambda self: later)
        deliver(letter, now=timezone.now())
    assert "token_fail" in client.get(link_in(mailoutbox[0].body), follow=True).context


def test_outbox_page_exists_only_on_the_try_out(client, settings):
    settings.SHOW_OUTBOX = True
    assert client.get(reverse("accounts:outbox")).status_code == 200
    settings.SHOW_OUTBOX = False
    assert client.get(reverse("accounts:outbox")).status_code == 404


def test_administrator_is_anonymous_after_the_session_ended_elsewhere(client_as):
    user = make_administrator()
    client = client_as(user)
    SignIn.objects.filter(user=user).update(ended_at=timezone.now(), end_reason="by admin")
    assert client.get(reverse("accounts:me")).status_code == 302
