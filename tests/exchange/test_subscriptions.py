"""The pages of events on their way, what they refuse, and what the database holds."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.chain import seal_all
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from exchange.checks import events_go_to_public_addresses
from exchange.models import Sending, SigningSecret, Subscription
from exchange.services_subscriptions import (
    edit_subscription,
    end_subscription,
    leave_out,
    pause_subscription,
    replay,
    resume_subscription,
    rotate_signing_secret,
    send_again,
    send_test,
    subscribe,
)
from jobs.models import Job
from tests.exchange.calling import make_client
from tests.exchange.receiving import BY, HEARS, Clock, make_sending, make_subscription, receiving, turn
from tests.exchange.test_clients import off
from tests.exchange.test_events import register
from tests.factories import make_administrator, make_auditor, make_officer

pytestmark = pytest.mark.django_db
ADDRESS = "https://receiver.example.com/events"


@pytest.fixture
def browser():
    """An administrator who reads English."""
    browser = Browser()
    browser.force_login(make_administrator(full_name="Quản Trị Mẫu"))
    browser.cookies.load({"django_language": "en"})
    return browser


def page(thing, name="subscription_detail"):
    return reverse(f"systems:{name}", args=[thing.public_id])


def typed(version="1", **more):
    return {"operation_key": str(uuid.uuid4()), "version": version, **more}


def said(answer):
    return " ".join(answer.content.decode().split())


def secret_on(answer):
    return re.search(r"<code>(whsec_[\w+/=]+)</code>", answer.content.decode()).group(1)


def event_of(subscription, **fields):
    """An event of the log on its way to the subscription."""
    enterprise = register("A", by=make_officer(email=f"{uuid.uuid4()}@example.com"))
    seal_all(now=timezone.now())
    event = Event.objects.get(object_id=enterprise.public_id, kind="enterprise registered")
    values = {"event": event, "sequence": event.link.sequence, "object_id": event.object_id}
    return make_sending(subscription, type="enterprise.registered", **values, **fields)


# --- pages -------------------------------------------------------------------------------------


def test_an_address_is_added_and_its_secret_stands_on_the_answer_alone(browser):
    client, _secret = make_client(*HEARS)
    url, sent = page(client, "add_subscription"), typed(address=ADDRESS, types=["enterprise.changed"])
    form = said(browser.get(url))
    assert "figures.confirmed" in form and "plan.approved" not in form  # what its rights let it hear
    answer = browser.post(url, sent)
    secret, subscription = secret_on(answer), Subscription.objects.get()
    assert answer.headers["Cache-Control"] == "no-store"
    assert (subscription.address, subscription.types, subscription.state) == (ADDRESS, ["enterprise.changed"], "active")
    again = browser.post(url, sent, follow=True)
    assert "make a new one" in said(again) and secret not in said(again)
    assert (Subscription.objects.count(), SigningSecret.objects.count()) == (1, 1)
    assert ADDRESS in said(browser.get(client.get_absolute_url()))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"address": "http://receiver.example.com/"}, "begins with https://"),
        ({"address": "https://127.0.0.1/"}, "no public address"),
        ({"address": "https://0177.0.0.1/"}, "no public address"),
        ({"address": ADDRESS + "x" * 500}, "500"),
        ({"types": []}, "Choose “Events”"),
        ({"types": ["plan.approved"]}, "plan.approved"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(browser, wrong, sentence):
    client, _secret = make_client(*HEARS)
    answer = browser.post(
        page(client, "add_subscription"), typed(**{"address": ADDRESS, "types": ["enterprise.changed"], **wrong})
    )
    assert answer.status_code == 200 and sentence in said(answer)
    assert not Subscription.objects.exists()


def test_an_address_that_is_too_long_is_not_cut_where_it_is_pasted(browser):
    client, _secret = make_client(*HEARS)
    (field,) = re.findall(
        r'<input[^>]*name="address"[^>]*>', browser.get(page(client, "add_subscription")).content.decode()
    )
    assert "maxlength" not in field


def test_an_address_is_edited_and_a_conflict_shows_both(browser):
    subscription, _secret = make_subscription()
    url = page(subscription, "edit_subscription")
    sent = typed(address=f"{ADDRESS}/2", types=["enterprise.changed"])
    assert browser.post(url, sent).headers["Location"] == page(subscription)
    late = browser.post(url, typed(address=f"{ADDRESS}/3", types=["enterprise.changed"]))
    assert "Both versions are shown" in said(late)
    subscription.refresh_from_db()
    assert (subscription.address, subscription.version) == (f"{ADDRESS}/2", 2)


def test_a_new_secret_is_shown_once(browser):
    subscription, _secret = make_subscription()
    url, sent = page(subscription, "make_signing_secret"), typed()
    secret = secret_on(browser.post(url, sent))
    assert secret not in said(browser.post(url, sent, follow=True))
    assert f"…{secret[-4:]}" in said(browser.get(page(subscription)))
    assert subscription.secrets.count() == 2


def test_it_is_paused_resumed_replayed_and_ended_with_its_reasons(browser):
    subscription, _secret = make_subscription()
    assert browser.post(page(subscription, "pause_subscription"), typed(reason=" ")).status_code == 200
    browser.post(page(subscription, "pause_subscription"), typed(reason="Nâng cấp máy chủ"))
    text = said(browser.get(page(subscription)))
    assert (
        "Nâng cấp máy chủ" in text and "Resume sending" in text and page(subscription, "pause_subscription") not in text
    )
    browser.post(page(subscription, "resume_subscription"), typed("2"))
    today = f"{timezone.localdate():%d/%m/%Y}"
    browser.post(page(subscription, "replay_subscription"), typed("3", day=today, time="0:00"))
    assert browser.get(page(subscription, "replay_subscription")).status_code == 200
    future = browser.post(page(subscription, "replay_subscription"), typed("4", day="01/01/2090", time="0:00"))
    assert "still to come" in said(future)
    browser.post(page(subscription, "end_subscription"), typed("4", reason="Hết nhiệm vụ"))
    text = said(browser.get(page(subscription)))
    assert "Hết nhiệm vụ" in text and page(subscription, "edit_subscription") not in text
    assert not subscription.secrets.filter(ends_at__isnull=True).exists()
    kinds = [line.event.kind for line in history_of(subscription)]
    assert kinds == [
        "subscription ended",
        "events replayed",
        "subscription resumed",
        "subscription paused",
        "signing secret made",
        "subscription made",
    ]


def test_what_a_system_that_is_off_was_told_is_shown_as_stopped_with_it(browser, time_machine):
    subscription, (expiring, _secret) = make_subscription()[0], make_client(*HEARS, name="Sắp hết hạn")
    of_expired = make_subscription(client=expiring)[0]
    for each in (subscription, of_expired):
        for thing in (page(each), each.client.get_absolute_url()):
            assert "Events are sent</span>" in said(browser.get(thing))
    off(subscription.client)
    time_machine.move_to(timezone.now() + timedelta(days=91))
    browser.force_login(make_administrator(full_name="Người Khác"))
    for each in (subscription, of_expired):
        for thing in (page(each), each.client.get_absolute_url()):
            shown = said(browser.get(thing))
            assert "Stopped with the system</span>" in shown and "Events are sent</span>" not in shown
    assert "Send a test" not in said(browser.get(page(subscription)))  # it is off for good
    assert "Send a test" in said(browser.get(page(of_expired)))  # its last day may be moved
    end_subscription(subscription=of_expired, reason="Thôi", expected=1, by=BY, now=timezone.now())
    assert "Ended</span>" in said(browser.get(page(of_expired)))


def test_a_test_is_sent_and_its_answer_stands_on_the_page(browser, settings):
    settings.EVENTS_ALSO_TO = ["127.0.0.0/8"]
    with receiving() as receiver:
        receiver.behave = lambda body, headers: 403
        subscription, _secret = make_subscription(address=receiver.address)
        assert "Nothing was sent yet" in said(browser.get(page(subscription)))
        browser.post(page(subscription, "test_subscription"))
        again = browser.post(page(subscription, "test_subscription"), follow=True)
        assert "on its way already" in said(again)
        turn(Clock(timezone.now()))
        text = said(browser.get(page(subscription)))
    assert "It did not take the event" in text and "403" in text
    assert '"type":"ping"' in said(browser.get(page(Sending.objects.get(), "sending_detail"))).replace("&quot;", '"')


def test_what_was_set_aside_is_shown_sent_again_and_left_out(browser):
    subscription, _secret = make_subscription()
    row = event_of(subscription, state="parked", status=500, attempts=10, detail="Lỗi")
    text = said(browser.get(page(subscription)))
    assert "Events that were set aside: 1" in text
    listed = said(browser.get(f"{reverse('systems:sending_list')}?address={subscription.public_id}&state=parked"))
    assert page(row, "sending_detail") in listed
    detail = said(browser.get(page(row, "sending_detail")))
    assert "500" in detail and "Lỗi" in detail and "enterprise.registered" in detail
    browser.post(page(row, "send_again"))
    row.refresh_from_db()
    assert (row.state, row.attempts, row.why) == ("waiting", 0, "")
    assert "waits to be sent already" in said(browser.post(page(row, "send_again"), follow=True))
    assert "Only an event that was set aside" in said(browser.post(page(row, "leave_out"), follow=True))
    Sending.objects.update(state="parked", why="answer")
    browser.post(page(row, "leave_out"))
    row.refresh_from_db()
    assert (row.state, row.why) == ("dropped", Sending.Why.BY_HAND)


def test_many_are_sent_again_or_left_out_with_a_result_for_each(browser):
    subscription, _secret = make_subscription()
    parked, test = event_of(subscription, state="parked"), make_sending(subscription, state="dropped")
    chosen = [str(parked.public_id), str(test.public_id), "nonsense"]
    left = said(browser.post(reverse("systems:leave_many_out"), {"chosen": chosen}, follow=True))
    assert "It is left out" in left and "This was a test" in left
    again = said(browser.post(reverse("systems:send_many_again"), {"chosen": chosen}, follow=True))
    assert "It waits to be sent." in again
    parked.refresh_from_db()
    assert parked.state == "waiting"


def test_every_row_of_the_longest_page_is_sent_again_with_a_result_of_its_own(browser):
    subscription, _secret = make_subscription()
    rows = [make_sending(subscription, state="dropped") for _each in range(210)]
    listed = said(browser.get(f"{reverse('systems:sending_list')}?rows=500"))
    chosen = re.findall(r'name="chosen" value="([^"]+)"', listed)
    assert set(chosen) == {str(row.public_id) for row in rows}
    answer = browser.post(reverse("systems:send_many_again"), {"chosen": chosen}, follow=True)
    assert len(answer.context["results"]) == 210


def test_the_lists_ask_as_many_queries_for_many_rows(browser):
    def asked(url):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    subscription, _secret = make_subscription()
    for _each in range(2):
        make_sending(subscription, state="sent")
    client, urls = subscription.client, (page(subscription), reverse("systems:sending_list"))
    few = [asked(url) for url in (*urls, client.get_absolute_url())]
    for number in range(4):
        make_subscription(client, address=f"{ADDRESS}/{number}")
        make_sending(subscription, state="parked")
    assert [asked(url) for url in (*urls, client.get_absolute_url())] == few
    assert max(few) <= 25


def test_an_auditor_reads_and_changes_nothing():
    subscription, _secret = make_subscription()
    row, browser = make_sending(subscription, state="parked"), Browser()
    browser.force_login(make_auditor())
    for url in (page(subscription), page(row, "sending_detail"), reverse("systems:sending_list")):
        text = said(browser.get(url))
        assert page(subscription, "edit_subscription") not in text and page(row, "send_again") not in text
    assert browser.post(page(subscription, "test_subscription")).status_code == 403


# --- services ----------------------------------------------------------------------------------


def test_only_administrators_manage_subscriptions():
    subscription, _secret = make_subscription()
    auditor, now = make_auditor(), timezone.now()
    row, given = event_of(subscription, state="parked"), {"by": auditor, "now": now}
    versioned = {"subscription": subscription, "expected": 1, **given}
    for act in (
        lambda: subscribe(client=subscription.client, address=ADDRESS, types=["enterprise.changed"], **given),
        lambda: edit_subscription(address=ADDRESS, types=["enterprise.changed"], **versioned),
        lambda: rotate_signing_secret(**versioned),
        lambda: pause_subscription(reason="x", **versioned),
        lambda: resume_subscription(**versioned),
        lambda: end_subscription(reason="x", **versioned),
        lambda: replay(since=now, **versioned),
        lambda: send_test(subscription=subscription, **given),
        lambda: send_again(sending=row, **given),
        lambda: leave_out(sending=row, **given),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_moves_that_do_not_fit_and_older_versions_are_refused():
    subscription, _secret = make_subscription()
    given = {"subscription": subscription, "by": BY, "now": timezone.now()}
    with pytest.raises(Conflict):
        resume_subscription(expected=1, **given)
    with pytest.raises(StaleVersion):
        pause_subscription(expected=7, reason="x", **given)
    end_subscription(expected=1, reason="x", **given)
    for act in (resume_subscription, rotate_signing_secret):
        with pytest.raises(Conflict):
            act(expected=2, **given)
    with pytest.raises(Conflict):
        send_test(**given)


def test_an_address_of_a_system_stands_once_until_it_ends():
    subscription, _secret = make_subscription()
    with pytest.raises(Conflict):
        make_subscription(subscription.client)
    end_subscription(subscription=subscription, expected=1, reason="x", by=BY, now=timezone.now())
    again, _secret = make_subscription(subscription.client)
    assert again.pk != subscription.pk


def test_a_system_hears_nothing_without_the_right_or_once_switched_off():
    deaf, _secret = make_client("enterprises:read")
    with pytest.raises(Refused):
        make_subscription(deaf)
    client, _secret = make_client(*HEARS, name="Tắt")
    off(client)
    client.refresh_from_db()
    with pytest.raises(Conflict):
        make_subscription(client)


def test_networks_that_are_not_public_are_pointed_out_in_production(settings):
    settings.EVENTS_ALSO_TO = []
    assert events_go_to_public_addresses(None) == []
    settings.EVENTS_ALSO_TO = ["10.20.0.0/16"]
    (warning,) = events_go_to_public_addresses(None)
    assert "10.20.0.0/16" in warning.msg


def test_asking_to_send_asks_one_job_only(django_capture_on_commit_callbacks):
    subscription, _secret = make_subscription()
    with django_capture_on_commit_callbacks(execute=True):
        send_test(subscription=subscription, by=BY, now=timezone.now())
    Sending.objects.update(state="sent", status=200, tried_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        send_test(subscription=subscription, by=BY, now=timezone.now())
    assert Job.objects.filter(kind="exchange.send", state=Job.State.QUEUED).count() == 1


# --- what the database holds -------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "asleep"},
        {"state": "paused"},
        {"state_reason": "x"},
        {"address": ""},
        {"cursor": -1},
        {"failures": 1},
        {"rest_until": timezone.now()},
        {"held_by": "x"},
        {"client_id": 0},
        {"created_at": timezone.now() + timedelta(1)},
        {"public_id": uuid.uuid4()},
    ],
)
def test_the_database_refuses_what_a_subscription_cannot_be(wrong):
    make_subscription()
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Subscription.objects.update(**wrong)
        connection.check_constraints()


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "parked"},
        {"state": "dropped"},
        {"state": "sent"},
        {"sequence": 1},
        {"object_id": uuid.uuid4()},
        {"type": "x"},
    ],
)
def test_the_database_refuses_what_a_sending_cannot_be(wrong):
    subscription, _secret = make_subscription()
    make_sending(subscription)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Sending.objects.update(**wrong)


def test_the_database_keeps_what_was_once_there():
    subscription, _secret = make_subscription()
    row = event_of(subscription)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_sending(subscription, event=row.event, sequence=row.sequence)
    for rows in (SigningSecret.objects, Subscription.objects):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all()._raw_delete(rows.db)
    with pytest.raises(DatabaseError), transaction.atomic():
        SigningSecret.objects.update(sealed="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        secret = subscription.secrets.get()
        SigningSecret.objects.create(subscription=subscription, sealed="x", hint="x", made_at=secret.made_at)
    end_subscription(subscription=subscription, expected=1, reason="x", by=BY, now=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Subscription.objects.update(state="active", state_reason="")
