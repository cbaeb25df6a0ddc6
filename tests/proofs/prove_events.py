"""The event log under eight writers and two sealers, then five kinds of tampering.

Writers change offices under a row lock and write an event for each change; a fifth of their transactions roll back,
and one transaction stays open for a minute (two seconds on SQLite, where a writer keeps the others out).
"""

import json
import multiprocessing
import random
import time
from datetime import UTC, datetime

from django.conf import settings

RUNS_ON = "both"
WRITERS, SEALERS, OBJECTS = 8, 2, 40


def rounds():
    return 250 if settings.POSTGRES else 60


def write(number, offices, told):
    from django.db import connections, transaction
    from django.utils import timezone

    from accounts.models import Office
    from audit.events import record_event

    connections.close_all()
    chance, committed = random.Random(number), []
    for _round in range(rounds()):
        try:
            with transaction.atomic():
                office = Office.objects.select_for_update(of=("self",)).get(pk=chance.choice(offices))
                before = office.version
                office.save_version(before, update_fields=["name"])
                event = record_event("changed", office, by="system:proof", now=timezone.now(), number=before)
                if chance.random() < 0.2:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            continue
        committed.append((event.pk, time.time()))
    told.put(committed)


def write_for_long(office, seconds, told):
    from django.db import connections, transaction
    from django.utils import timezone

    from accounts.models import Office
    from audit.events import record_event

    connections.close_all()
    with transaction.atomic():
        locked = Office.objects.select_for_update(of=("self",)).get(pk=office)
        event = record_event("changed", locked, by="system:proof", now=timezone.now(), number=locked.version)
        time.sleep(seconds)
    told.put([(event.pk, time.time())])


def seal(stop):
    from django.db import connections
    from django.utils import timezone

    from audit.chain import seal_pending

    connections.close_all()
    while not stop.is_set():
        seal_pending(now=timezone.now(), limit=500)
        time.sleep(0.5)


def figures():
    from django.db import connections

    from accounts.models import Office
    from audit.chain import seal_all, verify
    from audit.models import Event, EventLink, PendingEvent

    offices = [Office.objects.create(code=f"O{n}", name=f"Phòng {n}", kind="office").pk for n in range(OBJECTS + 1)]
    connections.close_all()
    process = multiprocessing.get_context("fork")
    told, stop = process.Queue(), process.Event()
    minute = 60 if settings.POSTGRES else 2
    workers = [process.Process(target=write, args=(n, offices[:-1], told)) for n in range(WRITERS)]
    workers.append(process.Process(target=write_for_long, args=(offices[-1], minute, told)))
    sealers = [process.Process(target=seal, args=(stop,)) for _ in range(SEALERS)]
    for one in workers + sealers:
        one.start()
    committed = dict(pair for _ in workers for pair in told.get(timeout=400))
    for one in workers:
        one.join()
    deadline = time.monotonic() + 60
    while PendingEvent.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    stop.set()
    for one in sealers:
        one.join()

    links = list(EventLink.objects.order_by("sequence").select_related("event"))
    lost = set(committed) ^ {link.event_id for link in links}
    yield "events_committed", len(committed), ">= 100", len(committed) >= 100
    yield "events_lost_or_phantom", len(lost), "= 0", not lost
    waits = [link.linked_at.timestamp() - committed[link.event_id] for link in links if link.event_id in committed]
    yield "events_longest_wait_seconds", f"{max(waits):.1f}", "<= 60", max(waits) <= 60
    whole = [link.sequence for link in links] == list(range(1, len(links) + 1)) and verify() is None
    yield "events_one_chain", int(whole), "= 1", whole
    disorder, last = 0, {}
    for link in links:
        number = json.loads(link.event.body)["facts"]["number"]
        disorder += number <= last.get(link.event.object_id, 0)
        last[link.event.object_id] = number
    yield "events_out_of_order_per_object", disorder, "= 0", disorder == 0

    found = 0
    for attack in (changed_byte, removed_row, swapped_rows, cut_tail, rebuilt_chain):
        undo = keep()
        attack()
        found += verify() is not None
        undo()
    yield "events_tampering_found", found, "= 5", found == 5
    started = time.monotonic()
    yield "events_still_whole", int(verify() is None), "= 1", verify() is None
    total = Event.objects.count()
    fill(100_000 - total)
    seal_all(now=datetime.now(tz=UTC))
    started = time.monotonic()
    good = verify() is None
    took = time.monotonic() - started
    yield "events_verify_100k_seconds", f"{took:.1f}", "< 60", good and took < 60


def fill(count):
    from accounts.models import Office
    from audit.events import EventData, record_events

    office = Office.objects.first()
    data = EventData("changed", "accounts.office", office.public_id, after={"name": "Phòng"})
    now = datetime.now(tz=UTC)
    from django.db import transaction

    with transaction.atomic():
        record_events((data for _ in range(count)), by="system:proof", now=now)


def owner():
    return "owner" if "owner" in settings.DATABASES else "default"


def tamper(*statements):
    from django.db import connections

    from audit.guards import lifted

    with lifted(owner()), connections[owner()].cursor() as cursor:
        for statement, *params in statements:
            cursor.execute(statement, params)


TABLES = ("audit_event", "audit_eventlink", "audit_personalvalue")


def keep():
    """Copies of the tables as they are; the returned function puts them back."""
    tamper(*[(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}",) for table in TABLES])

    def put_back():
        emptied = [(f"DELETE FROM {table}",) for table in ("audit_pendingevent", *TABLES[1:], TABLES[0])]
        filled = [(f"INSERT INTO {table} SELECT * FROM kept_{table}",) for table in TABLES]
        tamper(*emptied, *filled, *[(f"DROP TABLE kept_{table}",) for table in TABLES])

    return put_back


def middle():
    from audit.models import EventLink

    return EventLink.objects.get(sequence=EventLink.objects.count() // 2)


def changed_byte():
    tamper(("UPDATE audit_event SET source = 'cOmmand' WHERE id = %s", middle().event_id))


def removed_row():
    tamper(("DELETE FROM audit_eventlink WHERE sequence = %s", middle().sequence))


def swapped_rows():
    from audit.models import EventLink

    first = middle()
    second = EventLink.objects.get(sequence=first.sequence + 1)
    tamper(
        ("DELETE FROM audit_eventlink WHERE sequence IN (%s, %s)", first.sequence, second.sequence),
        *[
            (
                "INSERT INTO audit_eventlink (sequence, event_id, previous_hash, hash, linked_at) VALUES (%s, %s, %s, %s, %s)",
                link.sequence,
                other.event_id,
                link.previous_hash,
                link.hash,
                link.linked_at,
            )
            for link, other in ((first, second), (second, first))
        ],
    )


def cut_tail():
    from audit.models import EventLink

    last = EventLink.objects.order_by("-sequence").first()
    tamper(
        ("DELETE FROM audit_eventlink WHERE sequence = %s", last.sequence),
        ("DELETE FROM audit_personalvalue WHERE event_id = %s", last.event_id),
        ("DELETE FROM audit_event WHERE id = %s", last.event_id),
    )


def rebuilt_chain():
    """A forged event, and every hash after it worked out anew by somebody who knows how."""
    from audit.chain import GENESIS, link_hash
    from audit.models import Event, EventLink

    links = list(EventLink.objects.order_by("sequence"))
    tamper(
        ("UPDATE audit_event SET kind = 'forged' WHERE id = %s", links[0].event_id), ("DELETE FROM audit_eventlink",)
    )
    previous, events = GENESIS, Event.objects.in_bulk([link.event_id for link in links])
    for link in links:
        link.previous_hash = previous
        link.hash = previous = link_hash(previous, link.sequence, events[link.event_id])
    EventLink.objects.bulk_create(links, batch_size=1000)
