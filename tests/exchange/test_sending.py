"""Events on their way: each at least once, in order for each thing, never to a place that is not public."""

import json
import socket
import subprocess
import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from audit.chain import seal_all
from audit.models import AccessEntry, Event
from enterprises.models import Enterprise
from exchange import posting, sending
from exchange.due import something_is_due
from exchange.models import Sending, Subscription
from exchange.posting import Line, is_public, place_of, why_not_address
from exchange.sending import AWAY_AFTER, MOST_ATTEMPTS, forget_settled, rest_after
from exchange.services import edit_client, switch_off_client
from exchange.services_subscriptions import (
    edit_subscription,
    leave_out,
    pause_subscription,
    replay,
    resume_subscription,
    rotate_signing_secret,
    send_again,
    send_test,
)
from exchange.work import TIMETABLE
from notices.models import Telling
from tests.exchange.calling import System
from tests.exchange.receiving import HEARS, Clock, certified, make_subscription, receiving, turn, verified
from tests.exchange.test_clients import values_of
from tests.exchange.test_events import edit, register
from tests.factories import make_administrator, make_officer, make_unit

pytestmark = pytest.mark.django_db
BY = "system:test"


@pytest.fixture(autouse=True)
def to_this_machine(settings):
    settings.EVENTS_ALSO_TO = ["127.0.0.0/8"]


@pytest.fixture
def clock():
    return Clock(timezone.now())


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def subscription(receiver, clock):
    found, receiver.secret = make_subscription(address=receiver.address, now=clock.now)
    return found


def happen(officer, clock, *, things=2, changes=2):
    """Things that are registered and then changed some times, sealed into the chain; returns them."""
    made = [register(f"Doanh nghiệp {number}", by=officer) for number in range(things)]
    for number in range(changes):
        for each in made:
            edit(each, by=officer, name=f"Lần {number} {each.public_id}")
    seal_all(now=clock.now)
    return made


def expected(things, changes=2):
    return {str(each.public_id): ["enterprise.registered", *["enterprise.changed"] * changes] for each in things}


def taken_by_thing(receiver, *, once=True):
    """{thing: what the receiver heard of it, in its order}, repeats dropped by their identifier."""
    found, seen = {}, set()
    for body, headers in receiver.taken:
        event = json.loads(body)
        assert headers["webhook-id"] == event["id"]
        if event["id"] not in seen or not once:
            found.setdefault(event["data"]["id"], []).append(event["type"])
        seen.add(event["id"])
    return found


def order_of(receiver, things):
    """Whether each thing's events came in the order of the log."""
    for each in things:
        logged = Event.objects.filter(object_id=each.public_id).order_by("id").values_list("public_id", flat=True)
        came = list(dict.fromkeys(h["webhook-id"] for b, h in receiver.taken if str(each.public_id) in b))
        assert came == [str(public_id) for public_id in logged]


def states():
    return set(Sending.objects.values_list("state", flat=True))


# --- when all is well --------------------------------------------------------------------------


def test_what_happens_is_sent_signed_in_its_order_and_as_the_feed_has_it(subscription, receiver, officer, clock):
    things = happen(officer, clock)
    assert something_is_due(clock.now)
    assert turn(clock) == {"sent": 6}
    assert taken_by_thing(receiver) == expected(things)
    order_of(receiver, things)
    for body, headers in receiver.taken:
        assert verified(receiver.secret, body, headers)["version"] == 1
    system = System(*HEARS)
    fed = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in system.changed("events?limit=50")[0]]
    assert sorted(fed) == sorted(body for body, _headers in receiver.taken)
    assert not something_is_due(clock.now)
    assert turn(clock) == {} and len(receiver.calls) == 6


def test_what_was_taken_is_written_down_with_its_ground(subscription, receiver, officer, clock):
    (thing,) = happen(officer, clock, things=1, changes=0)
    turn(clock)
    entry = AccessEntry.objects.get(what="event sent")
    client = subscription.client
    assert (entry.actor, entry.basis, entry.object_id) == (client.actor, client.basis, thing.public_id)
    assert entry.address == "127.0.0.1"


def test_what_happened_before_the_address_was_added_is_not_sent(receiver, officer, clock):
    happen(officer, clock)
    make_subscription(address=receiver.address)
    assert turn(clock) == {} and receiver.calls == []


def test_each_address_hears_what_it_asked_for_and_what_it_may(receiver, officer, clock):
    here, there = make_unit(), make_unit()
    system = System(*HEARS, wards=[here.code])
    make_subscription(system.client, address=f"{receiver.address}/ours", types=["enterprise.changed"])
    ours, theirs = (register(name, by=officer, ward=ward) for name, ward in (("A", here), ("B", there)))
    for each in (ours, theirs):
        edit(each, by=officer, name=f"{each.name} mới")
    seal_all(now=clock.now)
    turn(clock)
    assert taken_by_thing(receiver) == {str(ours.public_id): ["enterprise.changed"]}
    assert Sending.objects.count() == 1


# --- when the receiver is not well -------------------------------------------------------------


def test_a_receiver_that_is_down_for_an_hour_gets_everything_in_order_after_it(subscription, receiver, officer, clock):
    things = happen(officer, clock, things=8)
    receiver.behave = lambda body, headers: 503
    until = clock.now + timedelta(hours=1)
    while clock.now < until:
        if something_is_due(clock.now):
            turn(clock)
        clock.goes(seconds=30)
    assert receiver.taken == [] and states() == {"waiting"}
    assert AWAY_AFTER <= len(receiver.calls) <= 30  # it is left alone, with one call now and then
    subscription.refresh_from_db()
    assert subscription.failures == len(receiver.calls)
    receiver.behave = lambda body, headers: 200
    clock.goes(minutes=12)
    assert turn(clock) == {"sent": 24}
    assert taken_by_thing(receiver) == expected(things)
    order_of(receiver, things)
    subscription.refresh_from_db()
    assert (subscription.failures, subscription.rest_until) == (0, None)


def test_a_thing_whose_event_is_refused_holds_up_itself_alone(subscription, receiver, officer, clock):
    administrator = make_administrator()
    poisoned, well = happen(officer, clock)
    receiver.behave = lambda body, headers: 500 if str(poisoned.public_id) in body else 200
    assert turn(clock) == {"failed": 1, "sent": 3}
    assert taken_by_thing(receiver) == expected([well])
    for _attempt in range(MOST_ATTEMPTS):
        clock.goes(hours=30)
        turn(clock)
    parked = Sending.objects.get(state="parked")
    assert (parked.attempts, parked.status, parked.why) == (MOST_ATTEMPTS, 500, "answer")
    assert Sending.objects.filter(state="waiting").count() == 2
    assert not something_is_due(clock.now)
    assert Telling.objects.filter(kind="exchange.event_parked").count() == 1 and administrator
    edit(well, by=officer, name="Vẫn đi")
    seal_all(now=clock.now)
    assert turn(clock) == {"sent": 1}

    receiver.behave = lambda body, headers: 200
    send_again(sending=parked, by=BY, now=clock.now)
    assert turn(clock) == {"sent": 3}
    order_of(receiver, [poisoned, well])


def test_what_is_left_out_lets_the_later_events_go(subscription, receiver, officer, clock):
    (thing,) = happen(officer, clock, things=1)
    receiver.behave = lambda body, headers: 500
    turn(clock)
    first = Sending.objects.exclude(attempts=0).get()
    Sending.objects.filter(pk=first.pk).update(state="parked")
    receiver.behave = lambda body, headers: 200
    clock.goes(hours=1)
    assert turn(clock) == {}
    leave_out(sending=first, by=BY, now=clock.now)
    assert turn(clock) == {"sent": 2}
    assert taken_by_thing(receiver) == {str(thing.public_id): ["enterprise.changed"] * 2}


def test_rests_grow_and_are_spread():
    rests = [rest_after(attempt, lambda: 0.5) for attempt in range(1, MOST_ATTEMPTS)]
    assert rests == sorted(rests) and rests[0] == timedelta(seconds=5)
    assert timedelta(days=2) < sum(rests, timedelta()) < timedelta(days=4)
    assert rest_after(2, lambda: 0.0) < rest_after(2, lambda: 1.0)


def test_a_receiver_that_says_when_to_come_back_is_left_alone_until_then(subscription, receiver, officer, clock):
    happen(officer, clock, things=1, changes=0)
    receiver.behave = lambda body, headers: (429, {"Retry-After": "1800"})
    turn(clock)
    receiver.behave = lambda body, headers: 200
    clock.goes(minutes=29)
    assert turn(clock) == {} and not something_is_due(clock.now)
    clock.goes(minutes=2)
    assert turn(clock) == {"sent": 1}


def test_a_receiver_that_wants_nothing_more_is_sent_nothing_more(subscription, receiver, officer, clock):
    happen(officer, clock)
    receiver.behave = lambda body, headers: 410
    turn(clock)
    subscription.refresh_from_db()
    assert subscription.state == Subscription.State.STOPPED and "410" in subscription.reason_said
    clock.goes(days=1)
    assert turn(clock) == {}
    assert Telling.objects.filter(kind="exchange.subscription_stopped").count() == 1
    receiver.behave = lambda body, headers: 200
    resume_subscription(subscription=subscription, expected=subscription.version, by=BY, now=clock.now)
    assert turn(clock) == {"sent": 6}


def test_a_receiver_that_is_silent_for_three_days_is_given_up_and_loses_nothing(subscription, receiver, officer, clock):
    happen(officer, clock, things=8, changes=0)
    receiver.behave = lambda body, headers: 500
    for _hour in range(80):
        turn(clock)
        clock.goes(hours=1)
    subscription.refresh_from_db()
    assert subscription.state == Subscription.State.STOPPED and states() == {"waiting"}
    receiver.behave = lambda body, headers: 200
    resume_subscription(subscription=subscription, expected=subscription.version, by=BY, now=clock.now)
    assert turn(clock) == {"sent": 8}


def test_a_receiver_that_is_back_after_two_days_and_a_half_is_asked_within_minutes(
    subscription, receiver, officer, clock
):
    happen(officer, clock, things=8, changes=0)
    receiver.behave = lambda body, headers: 500
    for _hour in range(60):
        turn(clock)
        clock.goes(hours=1)
    assert states() == {"waiting"} and max(Sending.objects.values_list("attempts", flat=True)) == 1
    receiver.behave = lambda body, headers: 200
    clock.goes(minutes=12)
    assert turn(clock) == {"sent": 8}


def drip(connection):
    """Answers one byte at a time, and never to the end."""
    try:
        connection.recv(65536)
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
            connection.send(bytes([byte]))
            time.sleep(0.02)
    except OSError:
        pass


def flood(connection):
    """Takes the event and answers with more than anybody wants to read."""
    try:
        connection.recv(65536)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            connection.send(b"x" * 65536)
    except OSError:
        pass


@pytest.mark.parametrize(
    ("answers", "why", "status"),
    [(drip, "no_answer", None), (flood, "", 200), (lambda c: c.close(), "connection", None)],
)
def test_a_call_ends_whatever_the_receiver_does(monkeypatch, answers, why, status):
    monkeypatch.setattr(posting, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _address = server.accept()
            with connection:
                answers(connection)

        threading.Thread(target=serve, daemon=True).start()
        line = Line()
        answer = line.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        line.close()
    assert (answer.why, answer.status) == (why, status)


# --- addresses that are not public -------------------------------------------------------------

PRIVATE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "224.0.0.1",
    "239.1.1.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "192.88.99.1",
    "240.0.0.1",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "nowhere",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_known(address):
    assert not is_public(address)


def test_public_addresses_are_known():
    assert is_public("203.119.8.1") and is_public("2606:4700:4700::1111")


def names(monkeypatch, *places):
    """The name of the receiver stands for these addresses; returns how often it was looked up."""
    asked, look_up_really = [], socket.getaddrinfo

    def look_up(host, port, *given, **more):
        if host[0].isdigit():
            return look_up_really(host, port, *given, **more)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port)) for place in places]

    monkeypatch.setattr(posting.socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("places", [("10.0.0.1",), ("203.119.8.1", "127.0.0.1"), ("::1",), ()])
def test_a_name_that_leads_inside_is_never_called(monkeypatch, settings, officer, clock, places):
    settings.EVENTS_ALSO_TO = []
    called = []
    monkeypatch.setattr(posting.httpcore.SyncBackend, "connect_tcp", lambda *given: called.append(given))
    make_subscription(now=clock.now)
    happen(officer, clock, things=1, changes=0)
    names(monkeypatch, *places)
    assert turn(clock) == {"failed": 1}
    assert called == []
    assert Sending.objects.get().why == Sending.Why.NOT_PUBLIC


def test_the_operator_may_open_ports(settings):
    settings.EVENTS_PORTS = [443, 8443]
    assert (
        why_not_address("https://receiver.example.com:8443/x") == why_not_address("https://receiver.example.com/") == ""
    )
    assert "443, 8443" in why_not_address("https://receiver.example.com:8444/")


def test_another_port_is_never_called(monkeypatch, settings, officer, clock):
    """One that was open when the address was saved."""
    called = []
    monkeypatch.setattr(posting.httpcore.SyncBackend, "connect_tcp", lambda *given: called.append(given))
    settings.EVENTS_PORTS = [443, 8443]
    make_subscription(address="https://receiver.example.com:8443/events", now=clock.now)
    settings.EVENTS_PORTS = [443]
    happen(officer, clock, things=1, changes=0)
    names(monkeypatch, "203.119.8.1")
    assert turn(clock) == {"failed": 1}
    assert called == [] and Sending.objects.get().why == Sending.Why.PORT


def test_the_call_goes_to_the_address_that_was_looked_at(monkeypatch, receiver):
    """A name that stands for another address a moment later leads nowhere else."""
    asked, connected = names(monkeypatch, "127.0.0.1"), []
    connect = posting.httpcore.SyncBackend.connect_tcp

    def note(self, host, port, *given, **more):
        connected.append(host)
        return connect(self, host, port, *given, **more)

    monkeypatch.setattr(posting.httpcore.SyncBackend, "connect_tcp", note)
    line, port = Line(), receiver.address.rpartition(":")[2]
    answer = line.post(f"http://receiver.example.com:{port}", b"{}", {})
    line.close()
    assert (answer.status, answer.place) == (204, "127.0.0.1")
    assert asked == ["receiver.example.com"] and connected == ["127.0.0.1"]
    assert receiver.calls[0][1]["Host"].startswith("receiver.example.com:")


@pytest.mark.parametrize(("name", "status"), [("receiver.example.com", 204), ("another.example.com", None)])
def test_the_certificate_must_be_that_of_the_name(monkeypatch, tmp_path, name, status):
    own, trusting = certified(tmp_path, name)
    asked_for = []
    own.sni_callback = lambda _connection, server_name, _context: asked_for.append(server_name)
    monkeypatch.setattr(posting, "_trusted", lambda: trusting)
    names(monkeypatch, "127.0.0.1")
    with receiving(tls=own) as receiver:
        line, port = Line(), receiver.address.split(":")[2]
        answer = line.post(f"https://receiver.example.com:{port}", b"{}", {})
        line.close()
        assert (answer.status, len(receiver.calls)) == (status, 1 if status else 0)
    assert asked_for == ["receiver.example.com"]
    assert answer.why == ("" if status else Sending.Why.CONNECTION)


def test_a_redirect_is_not_followed(subscription, receiver, officer, clock):
    happen(officer, clock, things=1, changes=0)
    with receiving() as inside:
        receiver.behave = lambda body, headers: (307, {"Location": inside.address})
        assert turn(clock) == {"failed": 1}
        assert inside.calls == []
    row = Sending.objects.get()
    assert (row.why, row.status) == (Sending.Why.ELSEWHERE, 307)


def test_proxies_of_the_environment_are_not_asked(monkeypatch, subscription, receiver, officer, clock):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    happen(officer, clock, things=1, changes=0)
    assert turn(clock) == {"sent": 1}


@pytest.mark.parametrize(
    "address",
    [
        "http://receiver.example.com/",
        "ftp://receiver.example.com/",
        "https://user:password@receiver.example.com/",
        "https://receiver.example.com/#here",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https:///events",
        "https://receiver.example.com:99999/",
        "https://receiver.example.com:0/",
        "https://receiver.example.com:22/",
        "https://receiver.example.com:8443/",
        "https://203.119.8.1:6379/",
        "https://nhận.example.com/",
        "https://receiver.example.com/a b",
        "https://receiver.example.com/\nX-Other: 1",
        "receiver.example.com",
        "https://[::1",
        "https://0177.0.0.1/",
        "https://203.119.8.01/",
        "https://0x7f.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://example.0x1/",
        "https://203.119.8.1./",
        f"https://receiver.example.com/{'x' * 480}",
        "",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(settings, address):
    assert why_not_address(address)


def test_names_with_numbers_and_public_addresses_may_be_meant():
    for host in ("203.119.8.1", "[2606:4700::1111]", "1.example.com", "0x7f.example.com", "sct.hanoi.gov.vn"):
        assert why_not_address(f"https://{host}/") == "", host
    assert why_not_address(f"https://receiver.example.com/{'x' * 471}") == ""


def test_the_operator_may_allow_a_network(settings):
    assert why_not_address("http://127.0.0.1:9000/x") == why_not_address("https://receiver.example.com:443/x") == ""
    settings.EVENTS_ALSO_TO = ["10.20.0.0/16"]
    assert why_not_address("https://10.20.1.1:9000/")
    assert why_not_address("https://10.20.1.1/") == ""
    assert why_not_address("http://10.20.1.1/") and why_not_address("http://127.0.0.1/")
    with pytest.raises(posting.NotPublic):
        place_of("127.0.0.1", 443)


# --- secrets, states, rights -------------------------------------------------------------------


def test_while_a_secret_is_changed_both_sign(subscription, receiver, officer, clock):
    second = rotate_signing_secret(subscription=subscription, expected=1, by=BY, now=clock.now)
    happen(officer, clock, things=1, changes=0)
    turn(clock)
    body, headers = receiver.taken[0]
    assert verified(receiver.secret, body, headers) == verified(second, body, headers)
    with pytest.raises(WebhookVerificationError):
        verified("whsec_bm90IHRoaXMgc2VjcmV0IGF0IGFsbA==", body, headers)
    clock.goes(days=8)
    happen(officer, clock, things=1, changes=0)
    turn(clock)
    assert receiver.taken[1][1]["webhook-signature"].count("v1,") == 1


def test_a_secret_is_kept_in_clear_nowhere(subscription, receiver):
    kept = subscription.secrets.get()
    assert receiver.secret not in kept.sealed and receiver.secret.endswith(kept.hint)
    assert not any(receiver.secret in body for body in Event.objects.values_list("body", flat=True))


def test_without_a_secret_that_can_be_read_nothing_goes(subscription, receiver, officer, clock, settings):
    happen(officer, clock, things=1, changes=0)
    settings.SECRET_KEY = "another-key-of-fifty-characters-and-some-more-0123456789"
    assert turn(clock) == {} and receiver.calls == []
    subscription.refresh_from_db()
    assert subscription.state == Subscription.State.STOPPED


def test_what_happens_while_it_is_paused_is_sent_after(subscription, receiver, officer, clock):
    pause_subscription(subscription=subscription, reason="Nâng cấp", expected=1, by=BY, now=clock.now)
    things = happen(officer, clock)
    assert turn(clock) == {} and not something_is_due(clock.now)
    resume_subscription(subscription=subscription, expected=2, by=BY, now=clock.now)
    turn(clock)
    assert taken_by_thing(receiver) == expected(things)


def test_a_replay_sends_the_same_events_again_in_their_order(subscription, receiver, officer, clock):
    things = happen(officer, clock)
    turn(clock)
    clock.goes(hours=1)
    later = register("Sau", by=officer)
    seal_all(now=clock.now)
    turn(clock)
    first = [headers["webhook-id"] for _body, headers in receiver.taken]
    replay(subscription=subscription, since=clock.now - timedelta(days=1), expected=1, by=BY, now=clock.now)
    assert turn(clock) == {"sent": 7}
    again = [headers["webhook-id"] for _body, headers in receiver.taken[7:]]
    assert sorted(again) == sorted(first) and again != first[::-1]
    order_of(receiver, [*things, later])
    replay(subscription=subscription, since=clock.now - timedelta(minutes=5), expected=2, by=BY, now=clock.now)
    assert turn(clock) == {"sent": 1}


def test_rights_are_asked_again_at_the_moment_of_sending(subscription, receiver, officer, clock):
    happen(officer, clock, things=1)
    receiver.behave = lambda body, headers: 500
    turn(clock)
    client = subscription.client
    changed = values_of(client, scopes=["events:read", "figures:read"])
    edit_client(client=client, expected=1, by=BY, now=timezone.now(), **changed)
    receiver.behave = lambda body, headers: 200
    clock.goes(hours=1)
    assert turn(clock) == {"dropped": 3}
    assert set(Sending.objects.values_list("why", flat=True)) == {Sending.Why.RIGHTS}


def test_an_event_that_is_no_longer_asked_for_is_not_sent(subscription, receiver, officer, clock):
    happen(officer, clock, things=1, changes=1)
    receiver.behave = lambda body, headers: 500
    turn(clock)
    edit_subscription(
        subscription=subscription,
        address=subscription.address,
        types=["enterprise.changed"],
        expected=1,
        by=BY,
        now=clock.now,
    )
    receiver.behave = lambda body, headers: 200
    clock.goes(hours=1)
    assert turn(clock) == {"dropped": 1, "sent": 1}


def test_a_system_that_is_switched_off_is_sent_nothing(subscription, receiver, officer, clock):
    happen(officer, clock)
    switch_off_client(client=subscription.client, reason="Hết nhiệm vụ", expected=1, by=BY, now=clock.now)
    assert turn(clock) == {} and not something_is_due(clock.now) and receiver.calls == []


def test_a_test_goes_once_in_any_state(subscription, receiver, clock):
    pause_subscription(subscription=subscription, reason="Chưa sẵn sàng", expected=1, by=BY, now=clock.now)
    send_test(subscription=subscription, by=BY, now=clock.now)
    assert something_is_due(clock.now)
    assert turn(clock) == {"sent": 1}
    body, headers = receiver.taken[0]
    assert verified(receiver.secret, body, headers)["type"] == "ping"
    receiver.behave = lambda body, headers: 404
    send_test(subscription=subscription, by=BY, now=clock.now)
    assert turn(clock) == {"dropped": 1}
    row = Sending.objects.latest("pk")
    assert (row.why, row.status) == (Sending.Why.ANSWER, 404)
    assert turn(clock) == {}


def test_a_test_whose_sender_died_goes_after_a_while(subscription, receiver, clock):
    send_test(subscription=subscription, by=BY, now=clock.now)
    Sending.objects.update(attempts=1, tried_at=clock.now)
    assert turn(clock) == {}
    clock.goes(minutes=2)
    assert turn(clock) == {"sent": 1}


# --- two at once, and what is left behind ------------------------------------------------------


def test_what_another_holds_is_left_to_it_until_it_is_silent(subscription, receiver, officer, clock):
    happen(officer, clock)
    Subscription.objects.update(held_by="another", held_until=clock.now + timedelta(seconds=90))
    assert turn(clock) == {} and not something_is_due(clock.now)
    clock.goes(seconds=91)
    assert turn(clock) == {"sent": 6}
    subscription.refresh_from_db()
    assert (subscription.held_by, subscription.held_until) == ("", None)


def test_what_a_process_of_this_machine_held_is_free_once_it_is_gone(subscription, receiver, officer, clock):
    happen(officer, clock)
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    holder = f"{socket.gethostname()}:{gone.pid}:1/abc"
    Subscription.objects.update(held_by=holder, held_until=clock.now + timedelta(seconds=90))
    assert turn(clock) == {"sent": 6}


def test_whoever_dies_before_the_answer_was_noted_leaves_it_to_be_sent_again(subscription, receiver, officer, clock):
    things = happen(officer, clock)

    def dies(*_given):
        raise KeyboardInterrupt

    run = sending.Run(clock=clock)
    run._note = dies
    with pytest.raises(KeyboardInterrupt):
        run.work()
    assert receiver.taken and states() == {"waiting"}
    clock.goes(seconds=91)
    assert turn(clock) == {"sent": 6}
    assert taken_by_thing(receiver) == expected(things)
    order_of(receiver, things)


def test_a_slow_receiver_holds_up_no_other(subscription, receiver, officer, clock):
    with receiving() as other:
        waits = threading.Event()
        make_subscription(address=other.address, now=clock.now)

        def slow(body, headers):
            waits.wait(5)
            return 200

        def quick(body, headers):
            if len(other.calls) == 6:
                waits.set()
            return 200

        receiver.behave, other.behave = slow, quick
        happen(officer, clock)
        assert turn(clock) == {"sent": 12}
        assert waits.is_set()


def test_settled_sendings_are_forgotten_after_some_time_and_no_others(subscription, receiver, officer, clock):
    happen(officer, clock)
    turn(clock)
    Sending.objects.filter(pk=Sending.objects.first().pk).update(state="parked", why="answer")
    assert forget_settled(now=clock.now) == 0
    assert forget_settled(now=clock.now + timedelta(days=91)) == 5
    assert states() == {"parked"} and Event.objects.exists()


def test_the_timetable_asks_while_something_is_due(subscription, officer, clock):
    (entry,) = (each for each in TIMETABLE if each.kind == sending.SEND)
    assert entry.period(clock.now) == "nothing due"
    happen(officer, clock, things=1, changes=0)
    assert entry.period(clock.now).isdecimal()


def test_what_nobody_asked_for_wakes_nobody(subscription, officer, clock):
    make_unit()
    seal_all(now=clock.now)
    assert Enterprise.objects.count() == 0 and not something_is_due(clock.now)
