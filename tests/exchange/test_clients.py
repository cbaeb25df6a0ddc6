"""Connected systems: registering and editing them, their secrets, switching off, and what is done every night."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.demo import PASSWORD
from audit.access_log import record_read
from audit.events import history_of
from audit.models import AccessEntry, AccessSum, Event, PersonalValue
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from exchange.callers import minute_of, use_by_day
from exchange.demo_scenes import events_subscribed, systems_connected
from exchange.models import Client, DayOfUse, MinuteOfUse, Subscription
from exchange.practice import CLIENT_ID, SECRET, how_to_call
from exchange.rights import all_scopes
from exchange.services import EDITABLE, edit_client, rotate_secret, sum_up_traces, switch_off_client
from exchange.work import tidy, warn
from notices.models import Delivery, Telling
from notices.services import sending
from reporting.demo.story import scenes_of_rooms_above
from reporting.management.commands import prepare
from tests.exchange.calling import System, ask_for_token, make_client
from tests.factories import make_administrator, make_auditor, make_officer, make_rule

pytestmark = pytest.mark.django_db
BY = "system:test"


def values_of(client, **changes):
    return {name: getattr(client, name) for name in EDITABLE} | changes


def edit(client, *, expected=1, by=BY, **changes):
    return edit_client(client=client, expected=expected, by=by, now=timezone.now(), **values_of(client, **changes))


def off(client, *, expected=1, by=BY, reason="Hết nhiệm vụ"):
    return switch_off_client(client=client, reason=reason, expected=expected, by=by, now=timezone.now())


def test_only_administrators_manage_systems():
    client, _secret = make_client()
    for act in (edit, off):
        with pytest.raises(NotAllowed):
            act(client, by=make_auditor(email=f"{act.__name__}@example.com"))
    off(client, by=make_administrator())


def test_a_name_stands_once():
    make_client()
    with pytest.raises(Conflict):
        make_client(name="  Sở Tài chính – phần mềm ngân sách ")
    other, _secret = make_client(name="Khác")
    with pytest.raises(Conflict):
        edit(other, name="Sở Tài chính – phần mềm ngân sách")
    assert set(Client.objects.values_list("name", flat=True)) == {"Sở Tài chính – phần mềm ngân sách", "Khác"}


@pytest.mark.parametrize("wrong", [{"owner": "  "}, {"basis": ""}, {"calls_a_minute": 0}, {"calls_a_minute": 100_001}])
def test_a_system_says_whose_it_is_and_how_much_it_asks(wrong):
    with pytest.raises(Refused):
        make_client(**wrong)


def test_an_edit_against_an_older_version_is_refused():
    client, _secret = make_client()
    edit(client, purpose="Thống kê")
    with pytest.raises(StaleVersion):
        edit(client, purpose="Khác")
    assert Client.objects.get().purpose == "Thống kê"


def test_what_changed_is_told_and_a_contact_can_be_erased():
    client, secret = make_client(contact="Nguyễn Văn An")
    edit(client, contact="Trần Thị Bình", scopes=["enterprises:read"], calls_a_minute=5)
    bodies = "".join(Event.objects.about(client).values_list("body", flat=True))
    assert not any(text in bodies for text in ("Nguyễn Văn An", "Trần Thị Bình", secret))
    latest = history_of(client)[0]
    changes = {str(label): (before, after) for label, before, after in latest.changes}
    assert (600, 5) in changes.values() and (None, "Trần Thị Bình") in changes.values()
    PersonalValue.objects.filter(event__object_id=client.public_id).delete()
    assert "Trần Thị Bình" not in str(history_of(client)[0].changes)


def test_what_is_switched_off_has_no_secret_or_token_that_holds_and_stays_off():
    system = System()
    rotate_secret(client=system.client, expected=1, by=BY, now=timezone.now())
    off(system.client, expected=2)
    assert not system.client.secrets.filter(ends_at__isnull=True).exists()
    assert not system.client.secrets.filter(ends_at__gt=timezone.now()).exists()
    assert not AccessToken.objects.exists()
    for act in (edit, off):
        with pytest.raises(Conflict):
            act(system.client, expected=3)
    with pytest.raises(Conflict):
        rotate_secret(client=system.client, expected=3, by=BY, now=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Client.objects.update(switched_off_at=None, switched_off_by="", switched_off_reason="")


def test_a_third_secret_ends_the_first_at_once():
    client, first = make_client()
    second = rotate_secret(client=client, expected=1, by=BY, now=timezone.now())
    third = rotate_secret(client=client, expected=2, by=BY, now=timezone.now())
    assert [ask_for_token(client, each).status_code for each in (first, second, third)] == [401, 200, 200]


# --- every night -------------------------------------------------------------------------------


def test_minutes_before_yesterday_become_days_once_and_nothing_is_lost(time_machine):
    now = datetime(2026, 11, 28, 19, 30, tzinfo=UTC)  # 02:30 of the 29th in Hà Nội
    time_machine.move_to(now, tick=False)
    client, _secret = make_client()
    today = timezone.localdate()
    midnight = minute_of(today - timedelta(days=1))
    for minute in (midnight - 1, midnight - 2, midnight - 1441, midnight, minute_of(today)):
        MinuteOfUse.objects.create(client=client, minute=minute, calls=10)
    before = use_by_day(client, since=today - timedelta(days=30))
    assert tidy(None, now=now)["minutes"] == 3
    assert tidy(None, now=now)["minutes"] == 0
    assert use_by_day(client, since=today - timedelta(days=30)) == before
    assert list(DayOfUse.objects.order_by("day").values_list("day", "calls")) == [
        (today - timedelta(days=3), 10),
        (today - timedelta(days=2), 20),
    ]
    assert MinuteOfUse.objects.count() == 2


def read_at(client, at, what="api enterprises list", basis="NĐ 278"):
    AccessEntry.objects.create(at=at, actor=client.actor, what=what, basis=basis)


def test_calls_are_kept_for_the_days_of_the_rule_and_then_summed_up_for_good():
    make_rule("system_traces", {"days": 100})
    client, now = make_client()[0], datetime(2026, 11, 28, 19, 30, tzinfo=UTC)  # 02:30 of the 29th in Hà Nội
    kept = datetime(2026, 8, 20, 17, 0, tzinfo=UTC)  # the first moment of the 21st
    for before in (timedelta(0), timedelta(seconds=1), timedelta(hours=3), timedelta(hours=25)):
        read_at(client, kept - before)
    read_at(client, kept - timedelta(hours=1), what="api titles one")
    record_read(make_officer(), "file downloaded", now=kept - timedelta(days=900))
    assert tidy(None, now=now)["reads"] == 4
    assert tidy(None, now=now)["reads"] == 0
    sums = AccessSum.objects.filter(actor=client.actor).order_by("day", "what")
    assert list(sums.values_list("day", "what", "basis", "calls")) == [
        (date(2026, 8, 19), "api enterprises list", "NĐ 278", 1),
        (date(2026, 8, 20), "api enterprises list", "NĐ 278", 2),
        (date(2026, 8, 20), "api titles one", "NĐ 278", 1),
    ]
    assert AccessEntry.objects.get(actor=client.actor).at == kept
    assert AccessEntry.objects.filter(what="file downloaded").exists()


def test_no_call_goes_from_the_log_that_no_sum_tells_of():
    client, now = make_client()[0], timezone.now()
    read_at(client, now - timedelta(days=400))
    read_at(client, now - timedelta(days=300), what="api titles one")
    sum_up_traces(now=now)
    for rows in (AccessEntry.objects.all(), AccessSum.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)
    with pytest.raises(IntegrityError), transaction.atomic():
        some = AccessSum.objects.get()
        some.pk, some.actor = None, "user:1"
        some.save()
    assert (AccessEntry.objects.count(), AccessSum.objects.count()) == (1, 1)


def test_expired_tokens_are_forgotten(time_machine):
    System()
    time_machine.move_to(timezone.now() + timedelta(days=2))
    tidy(None, now=timezone.now())
    assert not AccessToken.objects.exists()


def test_when_administrators_are_told_of_a_last_day_is_a_rule():
    make_rule("system_ending", {"first_days": 60, "last_days": 2})
    today = timezone.localdate()
    make_client(expires_on=today + timedelta(days=60))
    make_client(name="Sau", expires_on=today + timedelta(days=61))
    assert warn(None, now=timezone.now()) == {"told": 1}


def test_administrators_are_told_thirty_and_seven_days_before_the_last_day(time_machine):
    administrator, today = make_administrator(), timezone.localdate()
    make_auditor()
    client, _secret = make_client(expires_on=today + timedelta(days=31))
    make_client(name="Tắt", expires_on=today + timedelta(days=3))
    off(Client.objects.get(name="Tắt"))
    told = []
    for days in (0, 1, 2, 10, 24, 25, 31, 32):
        time_machine.move_to(datetime.combine(today + timedelta(days=days), datetime.min.time(), UTC))
        warn(None, now=timezone.now())
        told.append(Telling.objects.count())
    assert told == [0, 1, 1, 1, 2, 2, 2, 2]
    time_machine.move_to(datetime.combine(today + timedelta(days=1), datetime.min.time(), UTC))
    Telling.objects.update(next_try_at=timezone.now())
    sending.send_waiting(now=timezone.now())
    assert {row.person for row in Delivery.objects.all()} == {administrator}
    assert client.name in Delivery.objects.first().notice.subject_vi


# --- the demonstration -------------------------------------------------------------------------


@pytest.fixture
def demonstration():
    systems_connected(SimpleNamespace(now=timezone.now()))


def test_the_demonstration_has_systems_of_other_agencies_and_one_to_practise_with(demonstration):
    assert Client.objects.working(timezone.localdate()).filter(synthetic=True).count() == 5
    used = [sum(use_by_day(client, since=date(2020, 1, 1)).values()) for client in Client.objects.all()]
    assert min(used) > 500
    assert systems_connected in scenes_of_rooms_above()


def test_the_demonstration_has_an_address_for_events(demonstration):
    events_subscribed(SimpleNamespace(now=timezone.now()))
    (subscription,) = Subscription.objects.all()
    assert (subscription.state, subscription.synthetic, subscription.sendings.count()) == ("paused", True, 3)
    assert scenes_of_rooms_above().index(systems_connected) < scenes_of_rooms_above().index(events_subscribed)


def test_what_the_terminal_says_of_the_practice_system_gives_a_token_with_every_right(demonstration):
    client = Client.objects.get(application__client_id=CLIENT_ID)
    token = ask_for_token(client, SECRET).json()["access_token"]
    answer = Browser().get("/api/v1/enterprises", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert set(client.scopes) == set(all_scopes())
    assert how_to_call()[-1].split() == [CLIENT_ID, SECRET]


def test_nothing_is_said_where_nobody_can_practise(demonstration):
    client = Client.objects.get(application__client_id=CLIENT_ID)
    off(client)
    assert how_to_call() == []


def test_the_terminal_shows_it_beneath_the_sign_ins(demonstration, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    prepare.Command().write_people()
    shown = (tmp_path / "run" / "people.txt").read_text()
    assert PASSWORD in shown and shown.rstrip().endswith(f"{CLIENT_ID}  {SECRET}")
