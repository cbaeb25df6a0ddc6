"""Telling people: what is written with the change, whom it is passed on to, what is sent, and what stops it."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role
from audit.refusals import Conflict, NotAllowed, Refused
from dossiers.services import dossiers as dossiers_services
from dossiers.telling import LODGED, TO_RECEIVE, WITHDRAWN
from enterprises.services.figures import bulk_return, confirm_figures
from jobs.models import Job
from jobs.registry import WhileDue
from notices import channels
from notices.kinds import kinds
from notices.models import Delivery, Notice, Preference, Telling
from notices.services import again, mornings, own, sending
from notices.services.telling import tell
from notices.services.texts import problems_of, words_in_file
from reporting.home import work_for
from tests.factories import (
    make_delivery,
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_figures,
    make_head,
    make_notice,
    make_officer,
    make_slip_line,
    make_telling,
    make_user,
    make_version,
)
from tests.notices.gateway import listening
from tests.notices.making import make_open_version

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)


def after(**time):
    return NOW + timedelta(**time)


@pytest.fixture
def enterprise():
    return make_enterprise(name="Công ty Thử {person}")


@pytest.fixture
def signatory(enterprise):
    return make_enterprise_user(enterprise, full_name="Trịnh Văn Ký")


@pytest.fixture
def dossier(enterprise, signatory):
    return make_dossier(make_version(state="issued"), enterprise, state="lodged", by=signatory, at=NOW)


class Refusing(EmailBackend):
    """A mail server that takes no letter to the addresses in `of`."""

    of: set = set()

    def send_messages(self, messages):
        for message in messages:
            if set(message.to) & self.of:
                raise smtplib.SMTPRecipientsRefused(dict.fromkeys(message.to, (550, b"no such user")))
        return super().send_messages(messages)


class Gone(EmailBackend):
    """A mail server that is not there."""

    def open(self):
        raise ConnectionRefusedError(111, "Connection refused")


@pytest.fixture
def mail_by(settings):
    def choose(backend):
        settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"

    return choose


def told(kind, thing, now=NOW):
    tell(kind, thing, by="system:tests", now=now)


def letters():
    return sorted((row.person.email, row.state) for row in Delivery.objects.filter(channel="email"))


# --- telling -----------------------------------------------------------------------------------


def test_one_occasion_is_told_once_and_only_with_its_change(dossier):
    told(LODGED, dossier)
    told(LODGED, dossier)
    tell(LODGED, dossier, by="system:tests", now=NOW, occasion="again")
    assert Telling.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        make_telling(dossier, LODGED.code)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_outside_the_transaction_of_a_change_nor_of_one_that_was_taken_back(monkeypatch):
    monkeypatch.setattr("jobs.services.publish", lambda pk: True)
    dossier = make_dossier(state="lodged")
    with pytest.raises(RuntimeError):
        told(LODGED, dossier)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        told(LODGED, dossier)
        raise ZeroDivisionError
    assert (Telling.objects.count(), Job.objects.count()) == (0, 0)
    for _more in range(2):  # one job finds all that waits
        with transaction.atomic():
            told(LODGED, dossier)
    assert Job.objects.filter(kind="notices.send", state="queued").count() == 1


def test_the_verbs_of_dossiers_and_figures_tell(enterprise, signatory):
    draft = make_dossier(make_open_version(), enterprise, by=signatory, at=NOW)
    digest = dossiers_services.digest_of(draft, [])
    lodged = dossiers_services.lodge_dossier(dossier=draft, digest=digest, by=signatory, now=NOW)
    dossiers_services.withdraw_dossier(dossier=lodged, reason="Thôi", by=signatory, now=NOW)
    reviewer, officer = make_head(), make_officer()
    rows = [make_figures(each, year=2024, state="waiting", by=officer) for each in (enterprise, make_enterprise())]
    confirm_figures(figures=rows[0], by=reviewer, now=NOW)
    bulk_return(pks=[rows[1].pk], reason="Thiếu", by=reviewer, now=NOW)
    assert sorted(Telling.objects.values_list("kind", flat=True)) == [
        "dossiers.lodged",
        "dossiers.to_receive",
        "dossiers.withdrawn",
        "enterprises.figures_confirmed",  # of the other enterprise nobody has an account
    ]


def test_a_draft_that_is_given_up_is_told_to_nobody(enterprise, signatory):
    draft = make_dossier(make_version(state="issued"), enterprise, by=signatory, at=NOW)
    dossiers_services.withdraw_dossier(dossier=draft, reason="Thôi", by=signatory, now=NOW)
    assert not Telling.objects.exists()


# --- passing on and sending --------------------------------------------------------------------


def test_those_whom_it_concerns_are_told_in_the_portal_and_by_letter(dossier, signatory):
    make_enterprise_user()
    told(LODGED, dossier)
    sending.send_waiting(now=NOW)
    notice = Notice.objects.get()
    assert (notice.person, notice.url, notice.read_at) == (signatory, dossier.get_absolute_url(), None)
    assert notice.subject_vi == f"Xác nhận đã nộp hồ sơ {dossier.code}"
    assert notice.subject_en == f"Confirmation that dossier {dossier.code} was lodged"
    assert "Công ty Thử {person}" in notice.body_vi  # what is put in is not read for places
    assert {row.channel: row.state for row in notice.deliveries.all()} == {"portal": "sent", "email": "sent"}
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([signatory.email], notice.subject_vi)
    assert dossier.get_absolute_url() in letter.body
    assert sending.send_waiting(now=after(days=1)) == {}
    assert len(mail.outbox) == 1


def test_whom_it_concerns_is_asked_at_the_moment_of_sending(dossier, signatory):
    make_user(Role.INTAKE)
    told(TO_RECEIVE, dossier)
    make_slip_line(dossier, "withdrawn")
    sending.send_waiting(now=NOW)
    assert Telling.objects.get(kind="dossiers.to_receive").state == "nobody"
    assert not Notice.objects.filter(telling__kind="dossiers.to_receive").exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda clerk: clerk.posts.update(ends_on=datetime(2026, 11, 1)), "not_concerned"),
        (lambda clerk: User.objects.filter(pk=clerk.pk).update(is_active=False, disabled_at=NOW), "disabled"),
    ],
)
def test_a_letter_that_waited_is_not_sent_to_whom_it_concerns_no_more(dossier, mail_by, change, why):
    mail_by(Gone)
    clerk = make_user(Role.INTAKE)
    told(TO_RECEIVE, dossier)
    sending.send_waiting(now=NOW)
    change(clerk)
    sending.send_waiting(now=after(minutes=5))
    assert Delivery.objects.get(channel="email").why == why
    assert Notice.objects.get().person == clerk  # what was told in the portal stays


def test_a_server_that_is_away_costs_a_letter_no_attempt_and_stops_the_run(dossier, mail_by):
    for _each in range(4):
        make_user(Role.INTAKE)
    mail_by(Gone)
    told(TO_RECEIVE, dossier)
    assert sending.send_waiting(now=NOW) == {"done": 1, "away": sending.GIVEN_UP_AFTER}
    assert set(Delivery.objects.filter(channel="email").values_list("state", "attempts")) == {("waiting", 0)}
    assert "Connection refused" in Delivery.objects.exclude(error="").first().error
    mail_by(EmailBackend)
    assert sending.send_waiting(now=after(minutes=2)) == {"sent": 4}


def test_a_letter_that_is_refused_rests_longer_each_time_and_is_set_aside(dossier, signatory, mail_by):
    Refusing.of = {signatory.email}
    mail_by(Refusing)
    other = make_enterprise_user(dossier.enterprise)
    told(LODGED, dossier)
    assert sending.send_waiting(now=NOW) == {"done": 1, "failed": 1, "sent": 1}
    assert sending.send_waiting(now=after(seconds=30)) == {}
    at = NOW
    for attempt in range(1, sending.MOST_ATTEMPTS):
        at += sending.rest_after(attempt) + timedelta(seconds=1)
        sending.send_waiting(now=at)
    row = Delivery.objects.get(channel="email", person=signatory)
    assert (row.state, row.attempts) == ("parked", sending.MOST_ATTEMPTS)
    assert "550" in row.error
    assert at - NOW < timedelta(days=2)
    assert letters() == sorted([(signatory.email, "parked"), (other.email, "sent")])
    assert sending.send_waiting(now=after(days=30)) == {}


def test_a_letter_that_kills_whoever_sends_it_is_set_aside(dossier, signatory):
    row = make_delivery(make_notice(signatory, make_telling(dossier)), attempts=sending.MOST_ATTEMPTS)
    assert sending.send_waiting(now=NOW) == {"parked": 1}
    row.refresh_from_db()
    assert (row.state, mail.outbox) == ("parked", [])


def test_a_matter_that_cannot_be_passed_on_keeps_no_other_and_is_set_aside(dossier, signatory, monkeypatch, caplog):
    broken = make_telling(kind="no.such", state="waiting", at=NOW)
    told(LODGED, dossier)
    assert sending.send_waiting(now=NOW) == {"failed": 1, "done": 1, "sent": 1}
    Telling.objects.filter(pk=broken.pk).update(attempts=sending.MOST_ATTEMPTS - 1, next_try_at=NOW)
    sending.send_waiting(now=after(minutes=1))
    broken.refresh_from_db()
    assert (broken.state, broken.error) == ("parked", "KeyError: 'no.such'")


def test_the_timetable_asks_only_while_something_is_due(dossier):
    entry = WhileDue("notices.send", 30, sending.something_is_due)
    assert entry.period(NOW) == entry.period(after(hours=1)) == "nothing due"
    told(LODGED, dossier)
    assert entry.period(NOW).isdecimal()
    at_it = Job.objects.create(kind="notices.send", actor="system:tests", created_at=NOW)
    assert entry.period(NOW) == "nothing due"
    at_it.delete()
    sending.send_waiting(now=NOW)
    assert entry.period(NOW) == "nothing due"


@pytest.mark.parametrize("code", sorted(kinds()))
def test_every_kind_has_a_wording_that_can_be_filled(code):
    kind = kinds()[code]
    assert problems_of(kind, words_in_file()[code]) == {}
    assert words_in_file()[code]["subject_en"]


def test_what_a_kind_says_fills_every_place(enterprise, signatory):
    """Of what the tests here can show; the others are sent in tests of their own."""
    dossier = make_dossier(make_version(state="issued"), enterprise, state="withdrawn", by=signatory, at=NOW)
    figures = make_figures(enterprise, year=2024, state="returned", by=make_officer())
    for thing in (dossier, figures):
        for kind in (each for each in kinds().values() if each.model is type(thing)):
            assert kind.says(thing).keys() >= {place.name for place in kind.places}, kind.code


# --- how a person wants to be told -------------------------------------------------------------


def test_people_choose_how_they_are_told_and_some_things_are_never_kept_to_the_portal():
    clerk, enterprise = make_user(Role.INTAKE), make_enterprise()
    signatory = make_enterprise_user(enterprise)
    own.choose_ways(ways={"dossiers.withdrawn": ("portal", [])}, by=clerk, now=NOW)
    own.choose_ways(ways={"dossiers.withdrawn": ("daily", [])}, by=signatory, now=NOW)
    assert {row.way for row in Preference.objects.all()} == {"portal", "daily"}
    with pytest.raises(Refused, match="Không tắt được"):
        own.choose_ways(ways={"dossiers.lodged": ("portal", [])}, by=signatory, now=NOW)
    with pytest.raises(Refused):
        own.choose_ways(ways={"dossiers.lodged": ("daily", [])}, by=clerk, now=NOW)  # never told of it
    withdrawn = make_dossier(make_version(state="issued"), enterprise, state="withdrawn", by=signatory, at=NOW)
    told(WITHDRAWN, withdrawn)
    sending.send_waiting(now=NOW)
    assert sorted((row.person.email, row.channel, row.state) for row in Delivery.objects.all()) == sorted(
        [
            (clerk.email, "portal", "sent"),
            (signatory.email, "portal", "sent"),
            (signatory.email, "email", "daily"),
        ]
    )
    assert mail.outbox == []


def test_the_letter_of_the_morning_holds_what_was_not_read(signatory, enterprise):
    Preference.objects.create(person=signatory, kind="dossiers.lodged", way="daily")
    version = make_version(state="issued")
    dossiers = [make_dossier(version, enterprise, state="lodged", by=signatory, at=NOW) for _three in range(3)]
    for dossier in dossiers:
        told(LODGED, dossier)
    sending.send_waiting(now=NOW)
    own.mark_read(by=signatory, now=after(hours=1), public_ids=[Notice.objects.first().public_id])
    morning = after(hours=22)
    assert mornings.write_morning_letters(now=morning) == 1
    assert mornings.write_morning_letters(now=morning) == 0  # begun again it goes on where it was
    assert sending.send_waiting(now=morning) == {"sent": 1}
    (letter,) = mail.outbox
    assert letter.subject == "Cổng SPCNCL: 2 thông báo đến sáng 28/11/2026"
    left = list(Notice.objects.unread())
    assert [notice.subject_vi in letter.body for notice in left] == [True, True]
    row = Delivery.objects.get(notice__isnull=True)
    assert (row.state, row.bundled.count()) == ("sent", 3)
    told_later = make_dossier(version, enterprise, state="lodged", by=signatory, at=NOW)
    told(LODGED, told_later, now=morning)
    sending.send_waiting(now=morning)
    assert mornings.write_morning_letters(now=after(hours=23)) == 0  # the letter of today has gone
    assert mornings.write_morning_letters(now=after(hours=46)) == 1


def test_a_letter_of_the_morning_of_which_all_was_read_is_not_sent(signatory, dossier):
    Preference.objects.create(person=signatory, kind="dossiers.lodged", way="daily")
    told(LODGED, dossier)
    sending.send_waiting(now=NOW)
    mornings.write_morning_letters(now=after(hours=22))
    own.mark_read(by=signatory, now=after(hours=22))
    sending.send_waiting(now=after(hours=23))
    assert Delivery.objects.get(notice__isnull=True).why == "read"
    assert mail.outbox == []


# --- SMS and Zalo ------------------------------------------------------------------------------


def test_other_ways_are_off_until_the_operator_names_a_gateway(settings):
    assert [way.code for way in channels.ways_besides()] == []
    settings.SMS_URL = "http://127.0.0.1:1/sms"
    assert [way.code for way in channels.ways_besides()] == ["sms"]


def test_a_gateway_gets_the_letter_of_whoever_chose_it_and_has_a_telephone(dossier, signatory, settings):
    User.objects.filter(pk=signatory.pk).update(phone="0912345678")
    without = make_enterprise_user(dossier.enterprise)
    for person in (signatory, without):
        Preference.objects.create(person=person, kind="dossiers.lodged", way="at_once", also=["sms", "zalo"])
    told(LODGED, dossier)
    with listening() as gateway:
        settings.SMS_URL, settings.SMS_TOKEN = gateway.address, "secret"
        sending.send_waiting(now=NOW)
        assert {(row.person, row.channel, row.state) for row in Delivery.objects.exclude(channel="portal")} == {
            (signatory, "email", "sent"),
            (without, "email", "sent"),
            (signatory, "sms", "sent"),
        }
        (asked,) = gateway.asked
        assert (asked["to"], asked["authorization"]) == ("0912345678", "Bearer secret")
        assert dossier.code in asked["text"] and dossier.get_absolute_url() in asked["text"]
        gateway.answer = 400
        row = Delivery.objects.get(channel="sms")
        again.send_again(delivery=row, by="system:tests", now=NOW)
        assert sending.send_waiting(now=NOW) == {"failed": 1}
        gateway.answer = 503
        assert sending.send_waiting(now=after(minutes=3)) == {"away": 1}
        User.objects.filter(pk=signatory.pk).update(phone="")
        assert sending.send_waiting(now=after(minutes=5)) == {"dropped": 1}
        again.send_again(delivery=row, by="system:tests", now=NOW)
    settings.SMS_URL = ""
    assert sending.send_waiting(now=after(hours=1)) == {}  # switched off, it waits


# --- sending again -----------------------------------------------------------------------------


def test_what_did_not_go_is_sent_again_by_hand_under_another_name(dossier, signatory):
    clerk = make_user(Role.INTAKE)
    notice = make_notice(signatory, make_telling(dossier, at=NOW), at=NOW)
    row = make_delivery(notice, state="parked", attempts=12, error="550")
    with pytest.raises(NotAllowed):
        again.send_again(delivery=row, by=make_officer(), now=NOW)
    again.send_again(delivery=row, by=clerk, now=NOW)
    with pytest.raises(Conflict):
        again.send_again(delivery=row, by=clerk, now=NOW)
    sending.send_waiting(now=NOW)
    again.send_again(delivery=row, by=clerk, now=NOW)
    sending.send_waiting(now=NOW)
    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first != second
    row.refresh_from_db()
    assert (row.state, row.attempts, row.times_again) == ("sent", 1, 2)


def test_what_was_set_aside_is_given_up_by_hand_and_stays_in_the_log(signatory):
    clerk, row = make_user(Role.INTAKE), make_delivery(make_notice(signatory), state="parked")
    with pytest.raises(NotAllowed):
        again.give_up_sending(delivery=row, by=make_officer(), now=NOW)
    waiting = {str(each.title): len(each.items) for each in work_for(clerk, NOW)}
    assert waiting == {"Thông báo chưa gửi được": 1}
    again.give_up_sending(delivery=row, by=clerk, now=NOW)
    with pytest.raises(Conflict):
        again.give_up_sending(delivery=row, by=clerk, now=NOW)
    assert Delivery.objects.get(pk=row.pk).why == "given_up"
    assert work_for(clerk, NOW) == []


def test_matters_of_which_nobody_was_told_wait_for_the_keepers():
    make_telling(state="parked")
    assert "Việc chưa báo được" in [str(each.title) for each in work_for(make_user(Role.CHIEF_OF_OFFICE), NOW)]
    assert work_for(make_user(Role.INTAKE), NOW) == []


def test_nothing_is_sent_again_of_what_concerns_the_person_no_more_or_needs_no_sending(dossier, signatory):
    clerk = make_user(Role.INTAKE)
    stranger = make_notice(make_user(), make_telling(dossier, at=NOW), at=NOW)
    results = again.send_many_again(
        deliveries=[make_delivery(stranger, state="parked"), stranger.deliveries.get(channel="portal")],
        by=clerk,
        now=NOW,
    )
    assert [(result.ok, result.message[:24]) for result in results] == [
        (False, "Việc không còn liên quan"),
        (False, "Thông báo có sẵn trên Cổ"),
    ]


def test_a_matter_that_was_set_aside_is_passed_on_again(dossier, signatory):
    row = make_telling(dossier, LODGED.code, state="parked", at=NOW, attempts=12, error="KeyError")
    again.pass_on_again(telling=row, by=make_user(Role.INTAKE), now=NOW)
    sending.send_waiting(now=NOW)
    assert Notice.objects.get().person == signatory
    with pytest.raises(Conflict):
        again.pass_on_again(telling=row, by=make_user(Role.INTAKE), now=NOW)


# --- what the database holds -------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "sent"},
        {"state": "dropped"},
        {"state": "bundled"},
        {"state": "read"},
        {"channel": "fax"},
        {"notice": None},
        {"digest_on": NOW.date()},
        {"sent_at": NOW},
    ],
)
def test_a_row_of_the_log_that_says_half_is_refused(wrong):
    notice = make_notice(make_user())
    facts = {"notice": notice, "person": notice.person, "channel": "email", "made_at": NOW, "next_try_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(**(facts | wrong))


def test_what_was_told_is_never_changed_or_removed():
    notice = make_notice(make_user())
    rows = Notice.objects.filter(pk=notice.pk)
    rows.update(read_at=NOW)
    for attempt in (
        lambda: rows.update(read_at=None),
        lambda: rows.update(body_vi="Khác"),
        lambda: rows.delete(),
        lambda: Delivery.objects.all().delete(),
        lambda: Delivery.objects.update(person=make_user()),
        lambda: Telling.objects.update(kind="another"),
    ):
        with (
            pytest.raises((IntegrityError, Exception), match=r"guard|permission|protected|PROTECT") as refusal,
            transaction.atomic(),
        ):
            attempt()
        assert refusal
