import itertools
import json
import subprocess
import sys
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.access_log import record_read
from audit.context import source
from audit.events import (
    EventData,
    actor_name,
    canonical,
    describe,
    history_of,
    record_event,
    record_events,
    record_selected_events,
    whole_numbers,
)
from audit.models import Event, PendingEvent, PersonalValue
from audit.rewriting import rewritten
from tests.factories import make_office, make_user

NOW = timezone.now()


@pytest.mark.django_db
def test_event_stands_with_its_pending_row():
    office, user = make_office(), make_user()
    event = record_event("office renamed", office, by=user, now=NOW, before={"name": "A"}, after={"name": "B"})
    assert PendingEvent.objects.filter(event=event).exists()
    assert event.actor == f"user:{user.public_id}"
    assert json.loads(event.body) == {"after": {"name": "B"}, "before": {"name": "A"}}


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        record_event("x", make_office(), by="system:test", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_event_of_a_rolled_back_change_is_gone_with_it():
    office = make_office()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_event("office renamed", office, by="system:test", now=NOW)
        raise ZeroDivisionError
    assert Event.objects.about(office).count() == 0
    assert PendingEvent.objects.count() == 0


@pytest.mark.django_db
def test_personal_values_stand_beside_the_event_and_only_their_digest_in_it():
    user = make_user()
    event = record_event("user renamed", user, by=user, now=NOW, personal={"full_name": "Trần Thị Bí Mật"})
    assert "Bí Mật" not in event.body
    assert PersonalValue.objects.get(event=event, field="full_name").value == "Trần Thị Bí Mật"


@pytest.mark.django_db
def test_address_of_the_request_is_erasable():
    with source("web", request_id="abc", address="127.0.0.9"):
        event = record_event("x", make_office(), by="system:test", now=NOW)
    assert event.source == "web:abc"
    assert "127.0.0.9" not in event.body
    assert PersonalValue.objects.get(event=event).value == "127.0.0.9"


@pytest.mark.django_db
def test_many_events_at_once_equal_single_ones():
    office = make_office()
    single = record_event("x", office, by="system:test", now=NOW, reason="vì\tsao\\\n", after={"name": "Đ"})
    before = Event.objects.count()
    written = record_events(
        (
            EventData("x", "accounts.office", office.public_id, reason="vì\tsao\\\n", after={"name": "Đ"})
            for _number in range(3)
        ),
        by="system:test",
        now=NOW,
    )
    assert written == 3
    assert Event.objects.count() == before + 3
    assert PendingEvent.objects.count() == before + 3
    many = Event.objects.exclude(pk=single.pk).order_by("id").last()
    same = ("at", "kind", "actor", "object_kind", "object_id", "source", "body")
    assert [getattr(many, name) for name in same] == [getattr(single, name) for name in same]


@pytest.mark.django_db
def test_single_events_after_many_get_fresh_keys():
    office = make_office()
    record_events([EventData("x", "accounts.office", office.public_id)], by="system:test", now=NOW)
    event = record_event("y", office, by="system:test", now=NOW)
    assert list(Event.objects.about(office).order_by("id").values_list("kind", flat=True)) == ["x", "y"]
    assert event.pk


def test_canonical_form_has_one_spelling():
    left = canonical({"b": [Decimal("1.50"), None, True], "a": date(2026, 1, 2)})
    assert left == '{"a":"2026-01-02","b":["1.50",null,true]}'


def test_float_has_no_place_in_an_event():
    with pytest.raises(TypeError):
        canonical({"a": 0.1})


@pytest.mark.django_db
def test_history_reads_as_sentences_with_before_and_after():
    office, user = make_office(), make_user(full_name="Lê Văn Sáu")
    describe("office renamed in a test", "Office renamed by %(paper)s", fields={"name": "Name"})
    record_event(
        "office renamed in a test",
        office,
        by=user,
        now=NOW,
        reason="sắp xếp lại",
        before={"name": "Cũ", "code": "1"},
        after={"name": "Mới", "code": "1"},
        paper="12/QĐ-SCT",
    )
    (line,) = history_of(office)
    assert line.sentence == "Office renamed by 12/QĐ-SCT"
    assert line.reason == "sắp xếp lại"
    assert line.changes == (("Name", "Cũ", "Mới"),)


@pytest.mark.django_db
def test_people_before_and_after_a_change_are_named_in_one_query_however_many(django_assert_num_queries):
    office, people = make_office(), [make_user(full_name=f"Lê Thị {number}") for number in range(4)]
    describe("office led in a test", "Led", fields={"head": "Head"})

    def led(before, after):
        before = {"head": before and actor_name(before), "note": "user:x"}
        after = {"head": actor_name(after), "note": "user:y"}
        record_event("office led in a test", office, by="system:test", now=NOW, before=before, after=after)

    led(None, people[0])
    with CaptureQueriesContext(connection) as few:
        history_of(office)
    for before, after in itertools.pairwise(people):
        led(before, after)
    with django_assert_num_queries(len(few)):
        lines = history_of(office)
    assert [line.changes[0][1:] for line in reversed(lines)] == [
        (None, "Lê Thị 0"), ("Lê Thị 0", "Lê Thị 1"), ("Lê Thị 1", "Lê Thị 2"), ("Lê Thị 2", "Lê Thị 3"),
    ]  # fmt: skip
    assert lines[0].changes[1] == ("note", "user:x", "user:y")  # no name of anybody


def test_a_long_text_is_told_by_what_differs_in_it():
    old = "Một hai ba bốn năm sáu bảy tám chín mười. " * 6
    new = old.replace("bảy", "BẢY", 1)
    told = rewritten(old, new)
    assert told.passages == (
        ("… hai ba bốn năm sáu bảy tám chín mười. Một hai …", "… hai ba bốn năm sáu BẢY tám chín mười. Một hai …"),
    )
    assert (told.more, told.whole) == (0, new)
    many = rewritten("\n".join("abcdef"), "\n".join("aBcDeF"))
    assert (many.passages, many.more) == ((("b", "B"), ("d", "D"), ("f", "F")), 0)
    assert rewritten("\n".join("abcdefgh"), "\n".join("AbCdEfGh")).more == 1
    begun = rewritten(None, old)
    assert begun.passages[0][0] is None and begun.passages[0][1].endswith("…")
    assert rewritten(old, None).whole == ""


@pytest.mark.django_db
def test_read_that_must_be_traced_leaves_an_entry():
    user, office = make_user(), make_office()
    entry = record_read(user, "ID card picture", office, now=NOW, basis="thẩm định hồ sơ")
    assert (entry.actor, entry.object_id, entry.basis) == (
        f"user:{user.public_id}",
        office.public_id,
        "thẩm định hồ sơ",
    )
    assert isinstance(entry.object_id, uuid.UUID)


@pytest.mark.django_db
def test_events_chosen_by_the_database_are_the_same_as_written_one_by_one():
    office, other, user = make_office(), make_office(), make_user()
    body = f"""'{{"after":' || {whole_numbers({"version": "version", "id": "id", "gone": "NULL"})} || '}}'"""
    select = f"SELECT public_id AS object_id, {body} AS body FROM accounts_office WHERE code = %s OR code = %s"
    with transaction.atomic():
        made = record_selected_events(
            "office seen", "accounts.office", select, [office.code, other.code], by=user, now=NOW
        )
        single = record_event(
            "office seen", office, by=user, now=NOW, after={"version": office.version, "id": office.pk, "gone": None}
        )
    assert made == 2
    event = Event.objects.about(office).exclude(pk=single.pk).get()
    assert (event.body, event.at, event.actor, event.source) == (single.body, single.at, single.actor, single.source)
    assert PendingEvent.objects.count() == 3


def test_every_room_tells_its_events_however_few_were_told_before():
    asked = (
        "import config.wsgi; from audit.events import describe, sentences; "
        'describe("told too early", "Told"); print({"told too early", "plan approved"} <= sentences().keys())'
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"
