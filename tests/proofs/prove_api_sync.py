"""A full copy of the register by `changes` while four writers change, end and merge enterprises: nothing lost, nothing invented.

Two receivers follow over HTTP, each a process of its own with its copy in a file: one that may read all enterprises and one
that was narrowed to a ward and a product group. A million rows on PostgreSQL, fewer on SQLite.
"""

import contextlib
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from uuid import UUID

RUNS_ON = "both"
WRITERS, SEALED_EVERY = 4, 0.5
BASE, ROUNDS = 2_000, 15
SIZES = {"postgres": 1_000_000, "sqlite": 4_000}
TOLD = 3  # of the rows that are wrong
WIDE, NARROW = "wide", "narrow"


def figures():
    engine = os.environ["FIGURES_ENGINE"]
    yield from synchronised(engine, SIZES[engine])


def synchronised(engine, count):
    from django.db import connections

    ground = lay(engine, count)
    connections.close_all()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-sync-")))
        site = stack.enter_context(served(dict(os.environ), folder / "web"))
        receivers = {
            name: stack.enter_context(receiver(site, *who, folder / name)) for name, who in ground["systems"].items()
        }
        web = stack.enter_context(Memory(site))
        with writing(ground) as written:
            first = {name: followed(each) for name, each in receivers.items()}  # all of it, while they write
            later = 0
            for _round in range(ROUNDS):  # and on, as the feed grows
                time.sleep(1)
                found = {name: followed(each) for name, each in receivers.items()}
                later += found[WIDE]["there"]
        changed = written()
        seal()
        last = {name: followed(each) for name, each in receivers.items()}
        again = {name: followed(each) for name, each in receivers.items()}
        memory = web.figures()
        for name in receivers:
            yield from compared(f"{engine}_sync_{name}", site, ground["systems"][name], folder / name, ground)
    yield f"{engine}_sync_rows", first[WIDE]["there"], f">= {count}", first[WIDE]["there"] >= count
    for kind, number in changed.items():
        yield f"{engine}_sync_meanwhile_{kind}", number, ">= 5", number >= 5
    later += last[WIDE]["there"]
    yield f"{engine}_sync_rows_that_changed_later", later, ">= 10", later >= 10
    told = sum(each["there"] + each["gone"] for each in again.values())
    yield f"{engine}_sync_told_again_at_rest", told, "= 0", told == 0
    yield flat(f"{engine}_sync_memory_of_web_workers", memory)
    yield flat(f"{engine}_sync_memory_of_the_receiver", first[WIDE]["resident"])
    yield f"{engine}_sync_seconds", f"{first[WIDE]['seconds']:.0f}", "-", True


# --- the ground -----------------------------------------------------------------------------------


def lay(engine, count):
    """Enterprises of four wards and two groups, two systems with their tokens, and who writes."""
    from tests.exchange.calling import make_client
    from tests.factories import (
        make_enterprise,
        make_figures,
        make_head,
        make_industry_code,
        make_officer,
        make_product_group,
        make_unit,
    )

    wards, groups = [make_unit() for _ in range(4)], [make_product_group(code) for code in ("S1", "S2")]
    sector = make_industry_code()
    base = BASE if engine == "postgres" else count
    for number in range(base):
        made = make_enterprise(ward=wards[number % 4], groups=[groups[number // 4 % 2]], main_activity=sector)
        if number % 2:  # without figures it can be taken back as entered by mistake
            make_figures(made, 2024)
    if engine == "postgres":
        from bench.many_enterprises import multiply

        multiply(count // base)
    seal()
    scope = {WIDE: {}, NARROW: {"wards": [wards[0].code], "groups": [groups[0].code]}}
    systems = {
        name: make_client("enterprises:read", "figures:read", name=name, calls_a_minute=100_000, **more)
        for name, more in scope.items()
    }
    people = {"officer": make_officer().pk, "head": make_head().pk}
    return {"systems": systems, "wards": [each.pk for each in wards], "groups": [each.pk for each in groups], **people}


def seal():
    from django.utils import timezone

    from audit.chain import seal_all

    seal_all(now=timezone.now())


# --- the writers ----------------------------------------------------------------------------------


@contextlib.contextmanager
def writing(ground):
    """Four writers and a sealer at work; yields what tells, once they have ended, how much was done of each kind."""
    process = multiprocessing.get_context("fork")
    told, stop = process.Queue(), process.Event()
    workers = [process.Process(target=write, args=(number, ground, stop, told)) for number in range(WRITERS)]
    sealer = process.Process(target=keep_sealing, args=(stop,))
    for each in (*workers, sealer):
        each.start()
    done = {}

    def count():
        return done

    try:
        yield count
    finally:
        stop.set()
        for _worker in workers:
            for kind, number in told.get(timeout=120).items():
                done[kind] = done.get(kind, 0) + number
        for each in (*workers, sealer):
            each.join()


def keep_sealing(stop):
    from django.db import connections

    connections.close_all()
    while not stop.is_set():
        seal()
        time.sleep(SEALED_EVERY)


def write(number, ground, stop, told):
    """One writer: enterprises by chance, each changed, ended, merged or taken back as an officer does it."""
    from django.db import connections
    from django.db.models import Max, Min
    from django.utils import timezone

    from accounts.models import User
    from audit.refusals import Refused
    from enterprises.models import Enterprise
    from reference.models import AdministrativeUnit, ProductGroup

    connections.close_all()
    chance = random.Random(number)
    officer, head = (User.objects.get(pk=ground[who]) for who in ("officer", "head"))
    wards = list(AdministrativeUnit.objects.filter(pk__in=ground["wards"]))
    groups = list(ProductGroup.objects.filter(pk__in=ground["groups"]))
    keys = Enterprise.objects.aggregate(first=Min("pk"), last=Max("pk"))
    done = dict.fromkeys(("edited", "moved", "ended", "merged", "withdrawn", "registered"), 0)

    def any_one():
        key = chance.randint(keys["first"], keys["last"])
        return Enterprise.objects.standing().filter(pk__gte=key).order_by("pk").first() or any_one()

    while not stop.is_set():
        kind = chance.choice(list(done))
        try:
            ACTS[kind](
                any_one, officer=officer, head=head, wards=wards, groups=groups, chance=chance, now=timezone.now()
            )
            done[kind] += 1
        except Refused:  # somebody else was faster, or it has figures: as on screen
            continue
        time.sleep(0.01)
    told.put(done)


def edit(any_one, *, officer, chance, now, **_rest):
    from enterprises.services.enterprises import edit_enterprise

    found = any_one()
    values = {"name": f"{found.name[:200]} {chance.randint(0, 99)}"}
    edit_enterprise(enterprise=found, version=found.version, values=values, by=officer, now=now, reason="Đổi tên")


def move(any_one, *, officer, wards, groups, chance, now, **_rest):
    from enterprises.services.enterprises import edit_enterprise

    found = any_one()
    edit_enterprise(
        enterprise=found,
        version=found.version,
        values={"ward": chance.choice(wards)},
        groups=chance.sample(groups, chance.randint(0, 2)),
        by=officer,
        now=now,
        reason="Dời",
    )


def end(any_one, *, officer, now, **_rest):
    from enterprises.services.enterprises import change_status

    found = any_one()
    change_status(
        enterprise=found,
        version=found.version,
        status="active" if found.status == "dissolved" else "dissolved",
        since=date(2026, 1, 5),
        reason="TB 1",
        by=officer,
        now=now,
    )


def merge(any_one, *, head, now, **_rest):
    from enterprises.services.merging import merge_enterprises

    merge_enterprises(winner=any_one(), loser=any_one(), reason="Một doanh nghiệp", by=head, now=now)


def withdraw(any_one, *, officer, now, **_rest):
    from enterprises.services.enterprises import withdraw_enterprise

    withdraw_enterprise(enterprise=any_one(), reason="Nhập nhầm", by=officer, now=now)


def register(_any_one, *, officer, wards, groups, chance, now, **_rest):
    from enterprises.services.enterprises import register_enterprise

    code = f"8{chance.randrange(10**9):09d}"
    values = {"name": f"Công ty mới {code}", "tax_code": code, "enterprise_type": "llc", "ward": chance.choice(wards)}
    register_enterprise(values=values, groups=[chance.choice(groups)], by=officer, now=now, same_name=True)


ACTS = {"edited": edit, "moved": move, "ended": end, "merged": merge, "withdrawn": withdraw, "registered": register}


# --- the receivers and the portal -----------------------------------------------------------------


@contextlib.contextmanager
def served(environment, log):
    from tests import services

    with services.web({**environment, "WEB_WORKERS": "2"}, log=log) as site:
        yield site


@contextlib.contextmanager
def receiver(site, client, secret, path):
    from bench.bench_api import token_for

    url = f"{site}/api/v1/enterprises/changes?limit=1000&expand=latest_figures"
    command = [sys.executable, str(Path(__file__).with_name("following.py")), url, str(path)]
    environment = {**os.environ, "TOKEN": token_for(url, client.application.client_id, secret)}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(60)


def followed(process):
    """What the receiver did up to the end of the feed."""
    started = time.monotonic()
    process.stdin.write("on\n")
    process.stdin.flush()
    line = process.stdout.readline()
    return json.loads(line) | {"seconds": time.monotonic() - started}


class Memory:
    """Kilobytes that the web workers hold together, twice a second."""

    def __init__(self, site):
        self.port = site.rpartition(":")[2]
        self.found, self.over = [], threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.over.set()
        self.thread.join()

    def _watch(self):
        while not self.over.wait(0.5):
            held = [self._resident(pid) for pid in self._workers()]
            if held:
                self.found.append(max(held))

    def _workers(self):
        """Processes that gunicorn's master forked to serve our port."""
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"PORT={self.port}".encode() in (place / "environ").read_bytes().split(b"\0"):
                    yield place.name

    @staticmethod
    def _resident(pid):
        with contextlib.suppress(OSError):
            for line in (Path("/proc") / pid / "status").read_text().splitlines():
                if line.startswith("VmRSS"):
                    return int(line.split()[1])
        return 0

    def figures(self):
        return list(self.found)


def flat(name, held):
    """The peak of the last third against that of the first; to hold a copy of the rows would take hundreds of megabytes."""
    third = max(1, len(held) // 3)
    first, last = max(held[:third]), max(held[-third:])
    return name, f"{first // 1024}MB->{last // 1024}MB", "<= 1.1x or +16MB", last <= max(first * 1.1, first + 16 * 1024)


# --- the comparison -------------------------------------------------------------------------------


def compared(name, site, system, copy, ground):
    """The copy against the table as this caller sees it, row by row; and what it ever heard of against what it may."""
    import sqlite3
    import urllib.request

    from bench.bench_api import token_for

    client, secret = system
    address = f"{site}/api/v1/enterprises/stream?expand=latest_figures"
    token = token_for(address, client.application.client_id, secret)
    kept, seen, lost, differ = sqlite3.connect(copy), 0, 0, 0
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=600) as lines:  # noqa: S310
        for line in lines:
            row = json.loads(line)
            found = kept.execute("SELECT row FROM kept WHERE id = ?", [row["id"]]).fetchone()
            seen += 1
            if found is None or found[0] != json.dumps(row):
                lost, differ = lost + (found is None), differ + (found is not None)
                if lost + differ <= TOLD:
                    sys.stdout.write(f"# {name} has {found and found[0]} instead of {json.dumps(row)}\n")
    (held,) = kept.execute("SELECT count(*) FROM kept").fetchone()
    in_table = visible(client, ground).count()
    yield f"{name}_rows_in_the_table", seen, f"= {in_table}", seen == in_table > 0
    yield f"{name}_lost", lost, "= 0", lost == 0
    yield f"{name}_phantom", held - (seen - lost), "= 0", held == seen - lost
    yield f"{name}_different", differ, "= 0", differ == 0
    if client.wards:
        heard = {each for (each,) in kept.execute("SELECT id FROM heard")}
        foreign = heard - once_visible(client)
        for each in sorted(foreign)[:TOLD]:
            sys.stdout.write(f"# {name} heard of {each}: {history(each)}\n")
        yield f"{name}_heard_of_others", len(foreign), "= 0", not foreign
    kept.close()


def visible(client, ground):
    """The rows of the table that the client may see, asked of the table without the API."""
    from enterprises.models import Enterprise

    rows = Enterprise.objects.exclude(status="withdrawn")
    if client.wards:
        in_group = {"groups__group": ground["groups"][0], "groups__ends_on": None}
        within = rows.filter(merged_into=None, ward=ground["wards"][0], **in_group)
        within = set(within.values_list("pk", flat=True))
        merged = rows.exclude(merged_into=None).values_list("pk", "merged_into")
        rows = rows.filter(pk__in=within | {loser for loser, winner in merged if winner in within})
    return rows


# Of each revision of a record, those of the record that stood for it then, itself or what it was merged into.
ONCE = """
SELECT DISTINCT e.public_id FROM enterprises_enterpriserevision r
JOIN enterprises_enterprise e ON e.id = r.enterprise_id
JOIN enterprises_enterpriserevision w ON w.enterprise_id = COALESCE(r.merged_into_id, r.enterprise_id)
JOIN reference_administrativeunit u ON u.id = w.ward_id
WHERE w.merged_into_id IS NULL AND u.code = %s AND ',' || w.group_codes || ',' LIKE %s
  AND (r.superseded_at IS NULL OR w.recorded_at <= r.superseded_at)
  AND (w.superseded_at IS NULL OR r.recorded_at <= w.superseded_at)
"""


def once_visible(client):
    """Identifiers of what ever belonged to its ward and group."""
    from django.db import connection

    (ward,), (group,) = client.wards, client.groups
    with connection.cursor() as cursor:
        cursor.execute(ONCE, [ward, f"%,{group},%"])
        return {str(UUID(str(each))) for (each,) in cursor.fetchall()}


def history(public_id):
    """Its wards and groups so far."""
    from enterprises.models import EnterpriseRevision

    rows = EnterpriseRevision.objects.filter(enterprise__public_id=public_id).order_by("revision")
    return list(rows.values_list("ward__code", "group_codes"))
