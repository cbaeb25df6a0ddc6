import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import invitations, services
from accounts.emails import deliver
from accounts.models import Invitation, Letter, User
from accounts.roles import Role
from audit.refusals import Conflict, NotAllowed, Refused
from tests.factories import make_administrator, make_office, make_officer, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "mùa thu Hà Nội có hoa sữa"


@pytest.fixture
def admin():
    return make_administrator(full_name="Quản Trị Mẫu")


def invite(admin, now, email="moi@so.example", **changes):
    values = {
        "full_name": "Trần Thị Mới",
        "office": changes.pop("office", None) or make_office(),
        "role": Role.OFFICER,
        "starts_on": date(2025, 7, 1),
        "paper": "5/QĐ-SCT",
    }
    return invitations.invite_to_post(email=email, by=admin, now=now, **(values | changes))


def link_of(invitation, mailoutbox, now):
    mailoutbox.clear()
    deliver(Letter.objects.filter(kind="invitation", to=invitation.email).latest("id"), now=now)
    return re.search(r"/people/invitation/([\w-]+)/", mailoutbox[0].body).group(0)


def token_of(link):
    return link.split("/")[-2]


def test_invited_person_chooses_a_password_is_signed_in_and_holds_the_post(admin, client, mailoutbox):
    now = timezone.now()
    invitation = invite(admin, now)
    link = link_of(invitation, mailoutbox, now)
    assert "Trần Thị Mới" in mailoutbox[0].body and "Chuyên viên" in mailoutbox[0].body
    assert client.get(link).status_code == 200
    answer = client.post(link, {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302
    user = User.objects.get(email="moi@so.example")
    assert user.roles == {Role.OFFICER} and user.check_password(PASSWORD)
    assert client.get(reverse("accounts:me")).status_code == 200
    invitation.refresh_from_db()
    assert invitation.accepted_by == user


def test_the_token_is_not_in_the_database(admin, mailoutbox):
    now = timezone.now()
    invitation = invite(admin, now)
    token = token_of(link_of(invitation, mailoutbox, now))
    assert token not in invitation.token_digest
    letter = Letter.objects.get(kind="invitation")
    assert letter.state == "sent" and letter.sealed_body == ""


def test_a_short_password_is_refused_in_vietnamese(admin, client, mailoutbox):
    now = timezone.now()
    link = link_of(invite(admin, now), mailoutbox, now)
    page = client.post(link, {"password1": "Ng4n!", "password2": "Ng4n!"}).content.decode()
    assert "Mật khẩu quá ngắn. Hãy chọn mật khẩu có ít nhất 14 ký tự." in page and "too short" not in page


def test_the_link_works_once(admin, client, mailoutbox):
    now = timezone.now()
    link = link_of(invite(admin, now), mailoutbox, now)
    client.post(link, {"password1": PASSWORD, "password2": PASSWORD})
    assert client.get(link).status_code == 404
    with pytest.raises(Refused):
        invitations.accept_invitation(token=token_of(link), password=PASSWORD, now=now)


def test_the_link_is_too_old_after_72_hours(admin, mailoutbox):
    now = timezone.now()
    token = token_of(link_of(invite(admin, now), mailoutbox, now))
    assert invitations.find_invitation(token, now=now + timedelta(hours=71, minutes=59))
    assert invitations.find_invitation(token, now=now + timedelta(hours=72)) is None


def test_short_password_creates_nothing(admin, client, mailoutbox):
    now = timezone.now()
    link = link_of(invite(admin, now), mailoutbox, now)
    assert client.post(link, {"password1": "ngắn", "password2": "ngắn"}).status_code == 200
    assert not User.objects.filter(email="moi@so.example").exists()


def test_mass_assignment_changes_nothing_else(admin, client, mailoutbox):
    now = timezone.now()
    link = link_of(invite(admin, now), mailoutbox, now)
    client.post(
        link,
        {
            "password1": PASSWORD,
            "password2": PASSWORD,
            "email": "khac@so.example",
            "role": "administrator",
            "is_active": "",
            "synthetic": "on",
            "full_name": "Kẻ Khác",
        },
    )
    user = User.objects.get(email="moi@so.example")
    assert user.roles == {Role.OFFICER} and user.full_name == "Trần Thị Mới" and not user.synthetic


def test_whoever_has_an_account_accepts_after_signing_in(admin, client_as, client, mailoutbox):
    now = timezone.now()
    user = make_user(email="co@so.example")
    link = link_of(invite(admin, now, email="co@so.example"), mailoutbox, now)
    page = client.get(link).content.decode()
    assert "password1" not in page
    assert client.post(link, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 200
    assert not user.posts.exists()
    stranger = client_as(make_officer())
    stranger.post(link)
    assert not user.posts.exists()
    own = client_as(user)
    assert own.post(link)["Location"] == reverse("account_login")
    assert user.posts.get().role == Role.OFFICER


def test_only_administrators_invite_staff(now):
    with pytest.raises(NotAllowed):
        invite(make_officer(), now)
    assert not Invitation.objects.exists() and not Letter.objects.exists()


def test_inviting_again_for_the_same_replaces_the_earlier_link(admin, now):
    office = make_office()
    first = invite(admin, now, office=office)
    second = invite(admin, now, office=office)
    first.refresh_from_db()
    assert first.withdrawn_at is not None and second.is_open(now)


def test_withdrawn_and_resent_links_no_longer_work(admin, mailoutbox, now):
    invitation = invite(admin, now)
    old = token_of(link_of(invitation, mailoutbox, now))
    again = invitations.resend_invitation(invitation=invitation, by=admin, now=now)
    assert invitations.find_invitation(old, now=now) is None
    new = token_of(link_of(again, mailoutbox, now))
    assert invitations.find_invitation(new, now=now) == again
    invitations.withdraw_invitation(invitation=again, by=admin, now=now)
    assert invitations.find_invitation(new, now=now) is None
    with pytest.raises(Conflict):
        invitations.withdraw_invitation(invitation=again, by=admin, now=now)
    with pytest.raises(NotAllowed):
        invitations.withdraw_invitation(invitation=invite(admin, now), by=make_officer(), now=now)


def test_invitations_of_a_disabled_person_no_longer_work(admin, mailoutbox, now):
    other = make_administrator()
    invitation = invite(other, now)
    token = token_of(link_of(invitation, mailoutbox, now))
    services.disable_person(user=other, reason="Thôi việc", by=admin, now=now)
    assert invitations.find_invitation(token, now=now) is None


def test_inviter_who_lost_the_right_meanwhile_gives_nothing(admin, mailoutbox, now):
    other = make_administrator()
    token = token_of(link_of(invite(other, now), mailoutbox, now))
    post = other.posts.get()
    post.ends_on = date(2025, 1, 1)
    post.save()
    with pytest.raises(NotAllowed):
        invitations.accept_invitation(token=token, password=PASSWORD, now=now)
    assert not User.objects.filter(email="moi@so.example").exists()


def test_a_room_registers_a_purpose_of_its_own(now, admin, mailoutbox):
    given = []
    invitations.register_purpose(
        "test thing",
        label="thing",
        check=lambda by, payload, now: None,
        accept=lambda user, payload, by, now: given.append((user.email, payload["thing"], by)),
        describe=lambda payload: f"thing {payload['thing']}",
    )
    invitation = invitations.invite(
        email="a@dn.example", full_name="A", purpose="test thing", payload={"thing": 7}, by=admin, now=now
    )
    token = token_of(link_of(invitation, mailoutbox, now))
    invitations.accept_invitation(token=token, password=PASSWORD, now=now)
    assert given == [("a@dn.example", 7, admin)]


# --- letters ----------------------------------------------------------------------------------


def test_a_mail_server_that_is_away_refuses_nothing_and_the_letter_goes_later(admin, now, mailoutbox, monkeypatch):
    from django.core.mail import EmailMessage

    from accounts.emails import try_again

    invitation = invite(admin, now)
    letter = Letter.objects.get(to=invitation.email)
    with monkeypatch.context() as down:
        down.setattr(EmailMessage, "send", lambda self: (_ for _ in ()).throw(ConnectionRefusedError("SMTP away")))
        assert not deliver(letter, now=now)
    letter.refresh_from_db()
    assert letter.state == "failed" and "SMTP away" in letter.error and not mailoutbox
    assert try_again(now=now) == (1, 0)
    letter.refresh_from_db()
    assert letter.state == "sent" and letter.attempts == 2
    assert deliver(letter, now=now) and len(mailoutbox) == 1


def test_the_text_of_a_waiting_letter_is_not_readable_in_the_database(admin, now):
    invite(admin, now)
    assert "invitation" not in Letter.objects.get(kind="invitation").sealed_body
