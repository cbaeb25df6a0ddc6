"""Writing the invented statistics of the city: estimate, preliminary and official, with one that was revised."""

from datetime import date, timedelta

from audit.events import record_event
from reporting.demo.city import COVERAGE, SOURCE, make_statistics
from reporting.demo.copying import ACTOR, at
from reporting.demo.names import identifier
from reporting.models import CityStatistic

UNITS = {"output": "vnd", "exports": "usd_cents"}
REVISED = ("output", 2023, "preliminary", "current")
REVISED_ON = date(2024, 9, 30)


def write_statistics(today, *, by):
    rows = make_statistics(today)
    for row in rows:
        revised = (row["measure"], row["year"], row["state"], row["prices"]) == REVISED
        first = dict(row, amount=row["amount"] * 98 // 100) if revised else row
        statistic = _write(first, 1, row["published_on"], by=by, superseded_at=at(REVISED_ON) if revised else None)
        if revised:
            _write(row, 2, REVISED_ON, by=by, supersedes=statistic, reason="Tính lại theo điều tra (minh họa)")
    return len(rows) + 1


def _write(row, revision, day, *, by, **more):
    recorded = at(day + timedelta(days=2 if revision == 1 else 0))
    statistic = CityStatistic.objects.create(
        public_id=identifier("statistic", *(row[n] for n in ("measure", "year", "state", "prices")), revision),
        unit=UNITS[row["measure"]],
        source=SOURCE,
        vsic_coverage=COVERAGE if row["measure"] == "output" else "",
        synthetic=True,
        revision=revision,
        recorded_at=recorded,
        recorded_by=by,
        **row,
        **more,
    )
    record_event("statistic recorded", statistic, by=ACTOR, now=recorded, year=row["year"])
    return statistic
