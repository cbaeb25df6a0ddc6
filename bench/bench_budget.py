"""Commitments a second against the same inserts and updates by hand in one run, and who waits for whom.

Eight connections, each in a process of its own and on a line of its own; then one transaction stays open on a line while
others approve on theirs.
"""

import json
import multiprocessing
import os
import statistics
import threading
import time

from bench.baselines import commit_by_hand

RUNS_ON = "postgres"
CONNECTIONS, EACH, ROUNDS = 8, 100, 5
HELD_SECONDS, MEANWHILE = 2, 40


def figures():
    from django.db import connections
    from django.utils import timezone

    from programme.models import Commitment
    from programme.services.consistency import find_differences
    from tests.proofs import hammer

    now, people = timezone.now(), hammer.people_of_the_budget()
    year = hammer.open_year(10**11, now)
    lines = {
        who: [hammer.book_line(people, year, 10**9, now) for _ in range(CONNECTIONS)] for who in ("hand", "portal")
    }
    times = {"hand": [], "portal": []}
    for each in range(-1, ROUNDS):  # the first round warms up
        for who in ("hand", "portal") if each % 2 else ("portal", "hand"):
            laid = [
                hammer.prepared(line, [1000 + n for n in range(EACH)], people["officer"], now, start=each * EACH + 1000)
                for line in lines[who]
            ]
            started, ended = at_once(who, [[row.pk for row in rows] for rows in laid], people["director"], now)
            if each >= 0:
                times[who].append(max(ended) - min(started))
    by_hand, ours = (statistics.median(times[who]) for who in ("hand", "portal"))
    count = CONNECTIONS * EACH
    yield "budget_by_hand_a_second", f"{count / by_hand:.0f}", "-", True
    yield "budget_commitments_a_second", f"{count / ours:.0f}", "-", True
    ratio = statistics.median(h / o for h, o in zip(times["hand"], times["portal"], strict=True))
    yield "budget_ratio_to_by_hand", f"{ratio:.2f}", ">= 0.3", ratio >= 0.3
    different = sum(rows_of(hand) != rows_of(own) for hand, own in zip(lines["hand"], lines["portal"], strict=True))
    yield "budget_lines_whose_rows_differ", different, "= 0", different == 0
    approved = Commitment.objects.filter(state="approved").count()
    yield "budget_rows_compared", approved, f">= {2 * count}", approved >= 2 * count
    found = list(find_differences())
    yield "budget_balance_differences", len(found), "= 0", not found
    connections.close_all()
    yield from waiting(lines["portal"], people, now)


# --- eight connections -------------------------------------------------------------------------


def at_once(who, rows, director, now):
    """Every process approves its commitments, all beginning together: (started, ended) of each."""
    from django.db import connections

    connections.close_all()
    process = multiprocessing.get_context("fork")
    gate, told = process.Barrier(len(rows)), process.Queue()
    act = by_hand if who == "hand" else by_service
    workers = [process.Process(target=act, args=(keys, director, now, gate, told)) for keys in rows]
    for worker in workers:
        worker.start()
    found = [told.get(timeout=300) for _ in workers]
    for worker in workers:
        worker.join()
    return zip(*found, strict=True)


def by_service(keys, director, now, gate, told):
    from programme.models import Commitment
    from programme.services.commitments import approve_commitment

    rows = list(Commitment.objects.filter(pk__in=keys).order_by("pk"))
    director.roles, director.delegations  # noqa: B018 - a request has read them by then
    gate.wait(60)
    started = time.perf_counter()
    for row in rows:
        approve_commitment(row, by=director, now=now)
    told.put((started, time.perf_counter()))


def by_hand(keys, director, now, gate, told):
    from django.db import connection
    from django.utils import timezone

    from programme.models import Commitment

    rows = [
        {
            "id": row.pk,
            "public_id": str(row.public_id),
            "line_id": row.line_id,
            "line": str(row.line.public_id),
            "document": f"{row.get_kind_display()} {row.number}",
            "signed_on": row.signed_on,
            "amount": row.amount_vnd,
            "prepared_by": str(row.prepared_by),
        }
        for row in Commitment.objects.filter(pk__in=keys).select_related("line").order_by("pk")
    ]
    line = Commitment.objects.get(pk=keys[0]).line
    connection.close()
    hand = commit_by_hand.connect(os.environ["DATABASE_URL"])
    by, today = str(director.public_id), timezone.localdate(now)
    gate.wait(60)
    started = time.perf_counter()
    for number, row in enumerate(rows, line.last_number + 1):
        commit_by_hand.approve(hand, row, number, by=by, now=now, today=today)
    told.put((started, time.perf_counter()))
    hand.close()


def rows_of(line):
    """Everything that approving wrote on a line, without the keys that differ by nature."""
    from audit.models import Event, PendingEvent
    from programme.models import BALANCES, COMMITMENT_BALANCES, Commitment, LedgerEntry

    line.refresh_from_db()
    entries = LedgerEntry.objects.filter(line=line, kind="commit").order_by("number")
    hidden = {"id", "public_id", "line", "line_id", "commitment", "commitment_id"}
    columns = [field.attname for field in LedgerEntry._meta.local_fields if field.attname not in hidden]
    decided = ("number", "amount_vnd", "state", "decided_by", "decided_at", "decided_for", "answer", "version")
    about = [*entries.values_list("public_id", flat=True), *line.commitments.values_list("public_id", flat=True)]
    events = Event.objects.filter(object_id__in=about).order_by("id")
    pending = set(PendingEvent.objects.filter(event__in=events).values_list("event_id", flat=True))
    said = [
        (event.kind, event.actor, event.object_kind, event.source, event.at, event.pk in pending, told(event, line))
        for event in events
    ]
    return (
        [getattr(line, name) for name in (*BALANCES, "last_number")],
        list(entries.values_list(*columns)),
        list(Commitment.objects.filter(line=line).order_by("number").values_list(*decided, *COMMITMENT_BALANCES)),
        list(line.months.order_by("month").values_list("month", "committed_vnd", "disbursed_vnd")),
        said,
    )


def told(event, line):
    return json.loads(event.body.replace(str(line.public_id), "the line"))


# --- one that stays open -----------------------------------------------------------------------


def waiting(lines, people, now):
    """While a transaction stays open after an approval on the first line, approvals go on on the others."""
    from django.db import connection, transaction
    from django.utils import timezone

    from programme.services.commitments import approve_commitment
    from programme.services.steps import approve_step, prepare_step
    from tests.proofs import hammer

    held, *others = lines
    (first,) = hammer.prepared(held, [500], people["officer"], now, start=90_000)
    open_now, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            approve_commitment(first, by=people["director"], now=now)
            open_now.set()
            done.wait(60)
        connection.close()

    def approvals(start):
        """Seconds of each approval: contracts on one line after the other, and allocations taken back."""
        spent = []
        for n in range(MEANWHILE):
            line = others[n % len(others)]
            (row,) = hammer.prepared(line, [700], people["officer"], now, start=start + n)
            steps = {
                "document": "1/QĐ-SCT",
                "document_on": timezone.localdate(now),
                "by": people["accountant"],
                "now": now,
            }
            back = prepare_step("deallocate", amount_vnd=1, line=line, **steps)
            began = time.perf_counter()
            approve_commitment(row, by=people["director"], now=now)
            approve_step(back, by=people["director"], now=now)
            spent.append(time.perf_counter() - began)
        return spent

    approvals(91_000)
    alone = approvals(92_000)
    holder = threading.Thread(target=hold)
    holder.start()
    open_now.wait(60)
    began = time.perf_counter()
    meanwhile = approvals(93_000)
    while time.perf_counter() - began < HELD_SECONDS:
        meanwhile += approvals(94_000 + len(meanwhile))
    done.set()
    holder.join()
    ratio = statistics.median(meanwhile) / statistics.median(alone)
    yield "budget_held_open_seconds", f"{time.perf_counter() - began:.1f}", f">= {HELD_SECONDS}", True
    yield "budget_other_lines_meanwhile_ratio", f"{ratio:.2f}", "<= 1.5", ratio <= 1.5
    yield "budget_longest_of_them_seconds", f"{max(meanwhile):.3f}", "< 1", max(meanwhile) < 1
