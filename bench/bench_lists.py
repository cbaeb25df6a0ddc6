"""Pages at 100,000 enterprises against 300: time and queries on PostgreSQL; the search box on SQLite.

Every page that is only read is held to the time and to asking no more queries; lists and dashboards to 12 queries at most,
"My work", which gathers some twenty kinds of work, to the same number whatever waits. Forms are no lists.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

RUNS_ON = "both"
HOUSE = Path(__file__).resolve().parent.parent
FEW, MANY = 300, 100_000
ROOMS = ("enterprises", "dossiers", "support", "documents", "programme", "reporting", "front")
READER = "truongphong@thunghiem.example"
DASHBOARDS = ("reporting:dashboard", "programme:money")
QUESTION = "minh hoa hoa sua 00"
PREPARED_BY = (("load_reference",), ("load_programme",), ("load_indicators",))


def fill(environment, count):
    from tests import services

    for command in (*PREPARED_BY, ("demo", "--enterprises", str(count))):
        services.manage(*command, environment=environment)
    if (
        environment["FIGURES_ENGINE"] == "postgres"
    ):  # the database does so by itself, a while after so many rows came in
        owner = psycopg2.connect(environment["DATABASE_OWNER_URL"])
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        owner.close()


def measured(environment):
    """{address: [seconds, queries, whether it is a list or a dashboard]} as a fresh process finds them."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.bench_lists"],
        cwd=HOUSE,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return json.loads(done.stdout)


def figures():
    from tests import figures as harness

    engine = os.environ["FIGURES_ENGINE"]
    fill(dict(os.environ), MANY)
    many = measured(dict(os.environ))
    if engine == "sqlite":
        seconds, *_rest = many["search"]
        yield "sqlite-search-among-100000-enterprises", f"{seconds * 1000:.0f}ms", "300ms", seconds <= 0.3
        return
    with harness.ground(engine) as environment:
        fill(environment, FEW)
        few = measured(environment)
    for address in many:
        before, after = few[address], many[address]
        ratio = after[0] / before[0]
        shown = f"{before[0] * 1000:.0f}ms->{after[0] * 1000:.0f}ms={ratio:.2f}x"
        yield f"page-{address}-time", shown, "1.5x", ratio <= 1.5
        same, few_enough = before[1] == after[1], after[1] <= 12
        bound, good = ("same,<=12", same and few_enough) if after[2] else ("same", same)
        yield f"page-{address}-queries", f"{before[1]}->{after[1]}", bound, good


def addresses(user):
    """Every page of these rooms that needs no object, is only read, and that the reader may open."""
    from django.urls import reverse

    from accounts.access import may_open, routes
    from tests.routes import all_routes

    for route in all_routes():
        if route.arguments or route.name.split(":")[0] not in ROOMS or "POST" in routes()[route.name]:
            continue
        if may_open(user, route.name):
            yield route.name, reverse(route.name)
    yield "search", reverse("enterprises:enterprise_list") + f"?q={QUESTION}"


def measure():
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    from accounts.models import User

    setup_test_environment(debug=False)
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    user = User.objects.get(email=READER)
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    found = {}
    for name, address in addresses(user):
        answer = client.get(address)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        times = []
        for _turn in range(9):
            started = time.perf_counter()
            client.get(address).close()
            times.append(time.perf_counter() - started)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(address)
        is_list = name in DASHBOARDS or "listing" in (answer.context or {})
        found[name] = [statistics.median(times), len(asked), is_list]
    return found


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(measure(), sys.stdout)
