"""Series of numbers from the data file of the room. What people changed or ended is never overwritten."""

import csv
from pathlib import Path

from django.db import transaction

from audit.events import record_event
from documents.models import NumberSeries
from documents.services.numbers import filled
from reference.loading import Report, keep

DATA = Path(__file__).parent / "data" / "series.csv"
FIXED = ("register", "numbered_by", "counts_each_office")  # the database lets nobody change them


@transaction.atomic
def load_series(*, by, now, path=DATA):
    """Bring series that nobody touched to the file, and add those that are missing; returns a Report."""
    report = Report()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values = row | {"counts_each_office": row["counts_each_office"] == "true"}
            series = NumberSeries.objects.filter(code=row["code"]).first()
            if series is None:
                series = NumberSeries(**values)
                series.derive()
                series.save()
                record_event("number series loaded", series, by=by, now=now, after=filled(series))
                report.created += 1
            elif all(getattr(series, name) == value for name, value in values.items()):
                report.unchanged += 1
            elif series.version == 1 and all(getattr(series, name) == values[name] for name in FIXED):
                before = filled(series)
                for name, value in values.items():
                    setattr(series, name, value)
                series.derive()
                series.save()
                record_event("number series loaded", series, by=by, now=now, before=before, after=filled(series))
                report.updated += 1
            else:
                report.kept.append(f"series {series.code}")
    keep("documents", report, by=by, now=now)
    return report
