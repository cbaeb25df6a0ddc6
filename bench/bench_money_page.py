"""The money page with 1,000,000 ledger entries against 10,000, on the same lines, asked in turn in one run.

The entries are loaded by the owner with the guards of two tables lifted, balances and months set to what the entries say;
then the guards stand again and the nightly check finds no difference.
"""

import os
import statistics
import sys
import time

from bench.asking import Asked, tell

RUNS_ON = "postgres"
FEW, MANY = 10_000, 1_000_000
YEARS, LINES = 5, 40  # lines of each year
ROUNDS = 25
LOADED = ("programme_ledgerentry", "programme_budgetline", "programme_commitment")


def figures():
    from tests import figures as harness

    with (
        harness.ground("postgres") as environment,
        Asked("bench.bench_money_page", environment, FEW) as few,
        Asked("bench.bench_money_page", os.environ, MANY) as many,
    ):
        laid = few.answer(), many.answer()
        yield (
            "money-page-entries",
            f"{laid[0]['entries']}->{laid[1]['entries']}",
            f"{FEW}->{MANY}",
            (laid[0]["entries"] >= FEW and laid[1]["entries"] >= MANY),
        )
        for what in ("guards_missing", "differences"):
            yield f"money-page-{what}", sum(each[what] for each in laid), "= 0", not any(each[what] for each in laid)
        rounds = [(few.ask(), many.ask()) for _ in range(ROUNDS + 2)][2:]
    for address in rounds[0][0]:
        before, after = (statistics.median(each[place][address][0] for each in rounds) for place in (0, 1))
        ratio = after / before
        yield f"{address}-time", f"{before * 1000:.0f}ms->{after * 1000:.0f}ms={ratio:.2f}x", "1.2x", ratio <= 1.2
        queries = rounds[-1][0][address][1], rounds[-1][1][address][1]
        yield f"{address}-queries", f"{queries[0]}->{queries[1]}", "same,<=30", queries[0] == queries[1] <= 30


# --- in a process of its own -------------------------------------------------------------------


def lay(count):
    """Lines of five years with a contract each, and entries on them until there are `count`."""
    from django.db import connections
    from django.utils import timezone

    from programme.models import LedgerEntry
    from programme.services.consistency import find_differences
    from tests.factories import make_agency, make_content_area, make_money_source, make_office, make_period
    from tests.programme.making import make_budget_year, make_commitment, make_line, make_task

    this_year = timezone.localdate().year
    period = make_period(this_year - YEARS + 1, this_year)
    areas, sources = [make_content_area() for _ in range(5)], [make_money_source() for _ in range(3)]
    unit, office = make_agency(name="Sở Công Thương"), make_office()
    tasks = [make_task(year=this_year, content_area=areas[n % 5], office=office) for n in range(LINES)]
    for back in range(YEARS):
        year = make_budget_year(this_year - back, envelope_vnd=40_000_000_000, period=period)
        for n, task in enumerate(tasks):
            line = make_line(year, assigned_vnd=900_000_000, task=task, source=sources[n % 3], unit=unit)
            make_commitment(line, 1_000)
    each = (count - LedgerEntry.objects.count()) // (YEARS * LINES) // 2 + 1
    with connections["owner"].cursor() as cursor:
        for table in LOADED:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        try:
            load(cursor, each)
        finally:
            for table in LOADED:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        cursor.execute("VACUUM ANALYZE")
    from audit.guards import missing_guards

    found = [finding for finding in find_differences() if finding.code != "events"]  # of these rows nobody tells
    return {"entries": LedgerEntry.objects.count(), "guards_missing": len(missing_guards()), "differences": len(found)}


def load(cursor, each):
    """`each` pairs of a commitment raised by 2,000 đồng and 1,000 đồng of it paid that day, on every line, month by month;
    none before the 15th of January, when the lines were allocated.

    A year that is over has them in all its months, the present one in those that are over.
    """
    from django.utils import timezone

    today = timezone.localdate()
    cursor.execute(
        "INSERT INTO programme_ledgerentry (public_id, line_id, number, kind, amount_vnd, opening, reported, commitment_id, "
        "document, document_on, happened_on, reason, recorded_at, recorded_by, approved_by) "
        "SELECT gen_random_uuid(), l.id, l.last_number + n, CASE n %% 2 WHEN 1 THEN 'commit' ELSE 'pay' END, "
        "CASE n %% 2 WHEN 1 THEN 2000 ELSE 1000 END, false, false, c.id, 'Chứng từ số ' || n, d.day, d.day, '', "
        "d.day + time '02:00', c.prepared_by, c.decided_by FROM programme_budgetline l "
        "JOIN programme_budgetyear y ON y.id = l.year_id JOIN programme_commitment c ON c.line_id = l.id "
        "CROSS JOIN generate_series(1, %s) n "
        "CROSS JOIN LATERAL (SELECT make_date(y.year, 1 + (n - 1) / 2 %% CASE WHEN y.year < %s THEN 12 ELSE %s END, "
        "15 + (n - 1) / 2 %% 14) AS day) d",
        [2 * each, today.year, max(1, today.month - 1)],
    )
    moved = {"committed_vnd": 2000 * each, "disbursed_vnd": 1000 * each}
    sets = ", ".join(f"{name} = {name} + {amount}" for name, amount in moved.items())
    cursor.execute(f"UPDATE programme_commitment SET {sets}")
    cursor.execute(f"UPDATE programme_budgetline SET {sets}, last_number = last_number + {2 * each}")
    cursor.execute("DELETE FROM programme_linemonth")
    cursor.execute(
        "INSERT INTO programme_linemonth (line_id, month, committed_vnd, disbursed_vnd, recovered_vnd, settled_vnd) "
        "SELECT line_id, (extract(year FROM happened_on) * 100 + extract(month FROM happened_on))::integer, "
        "COALESCE(SUM(amount_vnd) FILTER (WHERE kind = 'commit'), 0), "
        "COALESCE(SUM(amount_vnd) FILTER (WHERE kind = 'pay'), 0), 0, 0 "
        "FROM programme_ledgerentry WHERE kind IN ('commit', 'pay') GROUP BY 1, 2"
    )


def addresses():
    """The whole, its breakdowns, a year and a line."""
    from django.urls import reverse

    from programme.models import BudgetLine, BudgetYear

    whole = reverse("programme:money")
    yield "money-page", whole
    for by in ("area", "source", "task"):
        yield f"money-page-by-{by}", f"{whole}?by={by}"
    yield "money-year", BudgetYear.objects.latest("year").get_absolute_url()
    yield "money-line", BudgetLine.objects.latest("pk").get_absolute_url()


def serve():
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    from tests.factories import make_officer

    laid = lay(int(sys.argv[1]))
    setup_test_environment(debug=False)
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    client = Client()
    client.force_login(make_officer(), backend=settings.AUTHENTICATION_BACKENDS[0])
    pages = dict(addresses())
    tell(laid)
    for _asked in sys.stdin:
        found = {}
        for name, address in pages.items():
            started = time.perf_counter()
            answer = client.get(address)
            spent = time.perf_counter() - started
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            found[name] = [spent, len(queries)]
        tell(found)


if __name__ == "__main__":
    import django

    django.setup()
    serve()
