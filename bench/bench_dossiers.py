"""The list of dossiers with 100,000 of them against 1,000, of the same enterprises, asked in turn in one run on PostgreSQL.

As it opens, in the order of promises, what is overdue, and sought by code, tax code and a name without marks. The dossiers
are loaded by the owner with the guards of two tables lifted, and stand over five years in the states that a year's work
leaves: most answered, the rest in hand, waiting or overdue.
"""

import os
import statistics
import sys
import time

from bench.asking import Asked, tell

RUNS_ON = "postgres"
FEW, MANY, ENTERPRISES = 1_000, 100_000, 3_000
ROUNDS = 25
LOADED = ("dossiers_dossier", "dossiers_slipline")
READER = "truongphong@thunghiem.example"
PREPARED_BY = (
    ("load_reference",),
    ("load_programme",),
    ("load_indicators",),
    ("demo", "--enterprises", str(ENTERPRISES)),
)


def figures():
    from tests import figures as harness
    from tests import services

    with harness.ground("postgres") as environment:
        for ground in (environment, dict(os.environ)):
            for command in PREPARED_BY:
                services.manage(*command, environment=ground)
        with (
            Asked("bench.bench_dossiers", environment, FEW) as few,
            Asked("bench.bench_dossiers", os.environ, MANY) as many,
        ):
            laid = few.answer(), many.answer()
            counts = [each["dossiers"] for each in laid]
            enough = counts[0] >= FEW and counts[1] >= MANY
            yield "dossiers", f"{counts[0]}->{counts[1]}", f"{FEW}->{MANY}", enough
            missing = sum(each["guards_missing"] for each in laid)
            yield "dossiers-guards_missing", missing, "= 0", not missing
            rounds = [(few.ask(), many.ask()) for _ in range(ROUNDS + 2)][2:]
    for page in rounds[0][0]:
        before, after = (statistics.median(each[place][page]["seconds"] for each in rounds) for place in (0, 1))
        first, last = (rounds[-1][place][page] for place in (0, 1))
        ratio = after / before
        yield f"{page}-time", f"{before * 1000:.0f}ms->{after * 1000:.0f}ms={ratio:.2f}x", "1.3x", ratio <= 1.3
        same = first["queries"] == last["queries"] <= 12
        yield f"{page}-queries", f"{first['queries']}->{last['queries']}", "same,<=12", same
        yield f"{page}-rows", f"{first['rows']}->{last['rows']}", ">= 1", min(first["rows"], last["rows"]) >= 1


# --- in a process of its own -------------------------------------------------------------------


def lay(count):
    from django.db import connections

    from audit.guards import missing_guards
    from dossiers.models import Dossier

    with connections["owner"].cursor() as cursor:
        for table in LOADED:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        try:
            load(cursor, count)
        finally:
            for table in LOADED:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        cursor.execute("VACUUM ANALYZE")
    return {"dossiers": Dossier.objects.lodged().count(), "guards_missing": len(missing_guards())}


def load(cursor, count):
    """`count` dossiers on paper, the first FEW of fifty enterprises (so that whoever is sought has as many in both), the
    others of the rest in turn, day by day over five years: those of the last sixty days wait or are in hand, the older half
    of them overdue, the rest is answered; with the lines of their slips that the pages read."""
    cursor.execute(
        "INSERT INTO dossiers_dossier (public_id, version, procedure_version_id, enterprise_id, state, code, channel, "
        "applicant_name, typed_by_id, arrived_on, answers, typed, left_out, facts, started_at, started_by_id, saved_at, "
        "saved_by_id, submitted_at, submitted_by_id, withdrawn_reason, office_id, handler_id, starts_on, due_on, steps_done, "
        "applicant_right, lodged_name, lodged_tax_code, outside_code, token, folded) "
        "SELECT gen_random_uuid(), 1, given.version, e.id, s.state, c.code, 'counter', 'Trần Thị Ký', given.clerk, d.day, "
        "'{}', '{}', '[]', '{}', d.day + time '02:00', given.clerk, d.day + time '02:00', given.clerk, d.day + time '02:00', "
        "given.clerk, '', CASE WHEN s.state <> 'lodged' THEN given.office END, "
        "CASE WHEN s.state NOT IN ('lodged', 'received') THEN given.handler END, "
        "CASE WHEN s.state <> 'lodged' THEN d.day END, CASE WHEN s.state <> 'lodged' THEN d.day + 30 END, 0, "
        "'', e.name, e.tax_code, '', gen_random_uuid(), lower(c.code) || ' | ' || e.folded "
        "FROM generate_series(1, %s) n "
        "CROSS JOIN (SELECT v.id AS version, v.office_id AS office, p.id AS clerk, "
        "(SELECT id FROM accounts_user WHERE email = %s) AS handler "
        "FROM dossiers_procedureversion v, accounts_user p WHERE v.state = 'issued' AND p.email = %s "
        "ORDER BY v.number DESC LIMIT 1) given "
        "JOIN (SELECT id, folded, name, tax_code, row_number() OVER (ORDER BY id) AS place, COUNT(*) OVER () AS firms "
        "FROM enterprises_enterprise WHERE merged_into_id IS NULL AND status <> 'withdrawn') e "
        "ON e.place = CASE WHEN n <= %s THEN 1 + n %% 50 ELSE 51 + n %% (e.firms - 50) END "
        "CROSS JOIN LATERAL (SELECT CASE WHEN n %% 1800 >= 60 THEN 'returned' ELSE "
        "(ARRAY['lodged', 'received', 'appraising', 'submitted'])[1 + n %% 4] END AS state) s "
        "CROSS JOIN LATERAL (SELECT 'BD-' || lpad(n::text, 7, '0') AS code) c "
        "CROSS JOIN LATERAL (SELECT current_date - 1 - n %% 1800 AS day) d",
        [count, "chuyenvien@thunghiem.example", "tiepnhan@thunghiem.example", FEW],
    )
    columns = (
        "public_id, dossier_id, number, verb, source, target, at, by_id, office_id, handler_id, starts_on, due_on, "
        "steps_done, note, legal_basis, paper_number, paper_on, file_id"
    )
    for number, verb, source, target, after, states in (
        (1, "receive", "lodged", "received", 0, ("received", "appraising", "submitted", "returned")),
        (2, "issue", "approved", "issued", 9, ("returned",)),
    ):
        paper = ("'1/SCT'", "d.starts_on", "(SELECT min(id) FROM documents_storedfile)")
        cursor.execute(
            f"INSERT INTO dossiers_slipline ({columns}) "
            "SELECT gen_random_uuid(), d.id, %s, %s, %s, %s, d.submitted_at + make_interval(days => %s), d.typed_by_id, "
            "d.office_id, NULL, d.starts_on, d.due_on, 0, '', '', "
            f"{', '.join(paper) if verb == 'issue' else chr(39) * 2 + ', NULL, NULL'} "
            "FROM dossiers_dossier d WHERE d.code LIKE 'BD-%%' AND d.state = ANY(%s)",
            [number, verb, source, target, after, list(states)],
        )


def addresses():
    from django.urls import reverse

    from dossiers.models import Dossier

    there = reverse("dossiers:dossier_list")
    wanted = Dossier.objects.select_related("enterprise").get(code="BD-0000777")
    yield "dossier-list", there
    yield "dossier-list-of-my-office", f"{there}?whose=office"
    yield "dossier-list-overdue", f"{there}?late=late"
    yield "dossier-search-code", f"{there}?q={wanted.code.lower()}"
    yield "dossier-search-tax-code", f"{there}?q={wanted.enterprise.tax_code}"
    yield "dossier-search-name", f"{there}?q={wanted.enterprise.folded.split(' | ')[0]}"


def serve():
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    from accounts.models import User

    laid = lay(int(sys.argv[1]))
    setup_test_environment(debug=False)
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    client = Client()
    client.force_login(User.objects.get(email=READER), backend=settings.AUTHENTICATION_BACKENDS[0])
    pages = dict(addresses())
    tell(laid)
    for _asked in sys.stdin:
        found = {}
        for name, address in pages.items():
            started = time.perf_counter()
            client.get(address).close()
            seconds = time.perf_counter() - started
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            found[name] = {"seconds": seconds, "queries": len(queries), "rows": answer.context["listing"].count}
        tell(found)


if __name__ == "__main__":
    import django

    django.setup()
    serve()
