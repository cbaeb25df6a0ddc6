"""A list of 100 enterprises of 100,000 through the API, everything on, against two others on the same tables in one run:
a bare ASGI endpoint with one statement and no rights, and a textbook viewset. Two workers, 16 connections, on PostgreSQL.

Then the same of 1,000,000: the rate against that at 100,000, and page 5,000 against page 1.
"""

import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from datetime import timedelta
from pathlib import Path

RUNS_ON = "postgres"
NEEDS = ("wrk",)
MANY, CONNECTIONS, SECONDS, ROUNDS = 100_000, 16, 6, 5
TIMES, FAR, TURNS = 10, 5_000, 150  # as many enterprises again, the page that is far away, how often it is asked for
ASKED = "limit=100"
OURS = "limit=100&expand=latest_figures"


def figures():
    from bench.bench_lists import fill

    environment = dict(os.environ)
    fill(environment, MANY)
    client_id, secret = register_a_system()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-api-")))
        who = {
            "by_hand": (stack.enter_context(by_hand(environment, folder)) + f"/enterprises?{ASKED}", ""),
            "textbook": (stack.enter_context(textbook(environment, folder)) + f"/enterprises?{ASKED}", ""),
            "portal": (stack.enter_context(portal(environment, folder)) + f"/api/v1/enterprises?{OURS}", ""),
        }
        address, _none = who["portal"]
        who["portal"] = (address, token_for(address, client_id, secret))
        rows = {name: json.loads(read(*where)[1]) for name, where in who.items()}
        same = rows["portal"]["data"] == rows["by_hand"]["data"] == rows["textbook"]["results"]
        yield (
            "api-rows-the-same-in-all",
            len(rows["portal"]["data"]),
            "100",
            same and len(rows["portal"]["data"]) == 100,
        )
        rates, slowest = {name: [] for name in who}, {name: [] for name in who}
        for turn in range(-1, ROUNDS):
            for name, where in list(who.items())[:: -1 if turn % 2 else 1]:
                rate, p99 = hammered(*where, seconds=SECONDS if turn >= 0 else 2)
                if turn >= 0:
                    rates[name].append(rate)
                    slowest[name].append(p99)
        for name, found in rates.items():
            yield f"api-{name}-a-second", f"{statistics.median(found):.0f}", "-", True
        to_hand = statistics.median(o / h for o, h in zip(rates["portal"], rates["by_hand"], strict=True))
        yield "api-list-to-by-hand", f"{to_hand:.2f}", ">=0.3", to_hand >= 0.3
        to_book = statistics.median(o / t for o, t in zip(rates["portal"], rates["textbook"], strict=True))
        yield "api-list-to-textbook", f"{to_book:.1f}", ">=4", to_book >= 4
        tail = statistics.median(o / h for o, h in zip(slowest["portal"], slowest["by_hand"], strict=True))
        yield "api-list-p99-to-by-hand", f"{tail:.2f}", "<=2.5", tail <= 2.5
        yield from at_a_million(*who["portal"], statistics.median(rates["portal"]))


def at_a_million(address, token, rate_before):
    from bench.many_enterprises import multiply

    count = multiply(TIMES)
    yield "api-enterprises-then", count, f">={MANY * TIMES * 99 // 100}", count >= MANY * TIMES * 99 // 100
    found = [hammered(address, token, seconds=SECONDS)[0] for _turn in range(ROUNDS + 1)]
    rate = statistics.median(found[1:])  # the first warms up
    yield "api-portal-a-second-of-1000000", f"{rate:.0f}", "-", True
    yield "api-rate-of-1000000-to-100000", f"{rate / rate_before:.2f}", ">=0.7", rate >= 0.7 * rate_before
    far = f"{address}&cursor={cursor_of_page(FAR, address, token)}"
    times = {address: [], far: []}
    for turn in range(TURNS):
        for each in list(times)[:: -1 if turn % 2 else 1]:
            started = time.perf_counter()
            rows = json.loads(read(each, token)[1])["data"]
            times[each].append(time.perf_counter() - started)
            if len(rows) != 100:
                raise RuntimeError(f"{each} gave {len(rows)} rows.")
    first, later = statistics.median(times[address]), statistics.median(times[far])
    shown = f"{first * 1000:.1f}ms->{later * 1000:.1f}ms={later / first:.2f}x"
    yield f"api-page-1-to-page-{FAR}", shown, "<=1.3x", later <= 1.3 * first


def cursor_of_page(number, address, token):
    """The cursor of a page of 100, come to as any reader comes to it, but by pages of 1,000 identifiers."""
    left, cursor, base = (number - 1) * 100, "", address.partition("?")[0]
    while left:
        limit = min(1000, left)
        page = json.loads(read(f"{base}?limit={limit}&fields=id" + (cursor and f"&cursor={cursor}"), token)[1])
        left, cursor = left - limit, page["next"]
    return cursor


def register_a_system():
    from django.utils import timezone

    from exchange.services import register_client

    now = timezone.now()
    client, secret = register_client(
        by="system:bench",
        now=now,
        name="Bench",
        owner="Sở Công Thương",
        contact="bench@example.com",
        purpose="bench",
        basis="bench",
        scopes=["enterprises:read", "figures:read"],  # of which OURS expands the latest
        wards=[],
        groups=[],
        addresses=[],
        calls_a_minute=100_000,
        expires_on=timezone.localdate(now) + timedelta(days=30),
    )
    return client.application.client_id, secret


def token_for(address, client_id, secret, **more):
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    body = urllib.parse.urlencode({**asked, **more}).encode()
    url = f"{address.partition('/api/')[0]}/api/oauth/token"
    with urllib.request.urlopen(url, data=body, timeout=30) as answer:  # noqa: S310 - our own loopback address
        return json.loads(answer.read())["access_token"]


def read(address, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:  # noqa: S310
        return answer.status, answer.read()


def hammered(address, token, *, seconds):
    """(answers a second, slowest of 99 of 100 in seconds); every answer is a 200."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
    command += ["-H", f"Authorization: Bearer {token}"] if token else []
    said = subprocess.run([*command, address], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    seconds_of = {"us": 1e-6, "ms": 1e-3, "s": 1}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), float(number) * seconds_of


def served(command, environment, folder, name):
    from tests import services

    port = services.free_port()
    process = services.start(
        [sys.executable, "-m", *(part.format(port=port) for part in command)],
        log=folder / name,
        environment=environment,
        dies_by="KILL",
    )
    return process, f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def standing(process, address, log, path):
    from tests import services

    try:
        services.wait_until(lambda: services.answers(f"{address}{path}"), process, log, log.name, 60)
        yield address
    finally:
        services.end(process)


def by_hand(environment, folder):
    command = [
        "uvicorn",
        "--port",
        "{port}",
        "--workers",
        "2",
        "--no-access-log",
        "bench.baselines.api_by_hand:application",
    ]
    return standing(*served(command, environment, folder, "by_hand"), folder / "by_hand", "/enterprises?limit=1")


def textbook(environment, folder):
    command = ["gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    command += ["bench.baselines.api_textbook:application"]
    return standing(*served(command, environment, folder, "textbook"), folder / "textbook", "/enterprises?limit=1")


@contextlib.contextmanager
def portal(environment, folder):
    from tests import services

    with services.web({**environment, "WEB_WORKERS": "2"}, log=folder / "portal") as address:
        yield address
