"""Who has no account is told by a letter and nothing else; the log has it like any other."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from audit.refusals import Refused
from enterprises.services.claims import refuse_claim
from notices import channels
from notices.models import Delivery, Notice, Telling
from notices.services import again, sending
from tests.factories import make_administrator, make_claim, make_telling, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)


@pytest.fixture
def letter():
    claim = make_claim(full_name="Đặng Thị Lạ", email="la@dn.example", at=NOW)
    refuse_claim(claim=claim, reason="Thiếu giấy", by=make_user(Role.INTAKE), now=NOW)
    told = Telling.objects.get(kind="enterprises.claim_refused")
    assert sending.pass_on(told.pk, now=NOW) == "done"
    return Delivery.objects.get(notice__telling=told)


def test_a_stranger_gets_a_letter_at_once_without_a_choice_of_ways(letter):
    assert (letter.person, letter.channel, letter.state, letter.called) == (None, "email", "waiting", "Đặng Thị Lạ")
    with channels.opened() as posts:
        assert sending.deliver(letter.pk, posts["email"], now=NOW) == "sent"
    (sent,) = mail.outbox
    assert sent.to == ["la@dn.example"]
    assert "Kính gửi Đặng Thị Lạ" in sent.body and reverse("notices:preferences") not in sent.body
    again.send_again(delivery=letter, by=make_administrator(), now=NOW)  # it concerns them still


def test_a_letter_to_a_stranger_whom_it_concerns_no_more_is_not_sent():
    other = make_telling(kind="gone")
    stranger = Notice.objects.create(
        telling=other, name="Ai Đó", email="ai@dn.example", at=NOW, url="/", subject_vi="x", body_vi="x",
        subject_en="x", body_en="x",
    )  # fmt: skip
    row = Delivery.objects.create(notice=stranger, channel="email", made_at=NOW, next_try_at=NOW)
    with channels.opened() as posts:
        assert sending.deliver(row.pk, posts["email"], now=NOW) == "dropped"
    row.refresh_from_db()
    with pytest.raises(Refused):
        again.send_again(delivery=row, by=make_administrator(), now=NOW)


def test_the_log_names_strangers_and_finds_them(letter, client_as):
    client = client_as(make_administrator())
    assert "Đặng Thị Lạ" in client.get(f"{reverse('notices:delivery_list')}?q=dang+thi+la").content.decode()
    assert "Đặng Thị Lạ" not in client.get(f"{reverse('notices:delivery_list')}?q=khong+co").content.decode()
    for address in (letter.get_absolute_url(), letter.notice.telling.get_absolute_url()):
        assert "Đặng Thị Lạ" in client.get(address).content.decode()


def test_the_database_refuses_a_notice_to_nobody_and_a_stranger_by_other_ways(letter):
    facts = {"at": NOW, "url": "/", "subject_vi": "x", "body_vi": "x", "subject_en": "x", "body_en": "x"}
    for receiver in (
        {},
        {"email": "a@dn.example"},
        {"name": "A", "email": "a@dn.example", "person": make_user()},
        {"name": "B", "email": "la@dn.example", "telling": letter.notice.telling},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(**{"telling": make_telling(), **facts, **receiver})
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(notice=letter.notice, channel="sms", made_at=NOW, next_try_at=NOW)
