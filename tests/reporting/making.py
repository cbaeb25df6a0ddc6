"""Indicators, city statistics and computations for tests of reporting."""

from datetime import UTC, date, datetime

from jobs import services as jobs
from reporting.engine.computing import compute
from reporting.engine.inputs import gather
from reporting.models import CityStatistic, Indicator, IndicatorVersion
from reporting.services.computing import ask_for_values

LONG_AGO = datetime(2021, 1, 4, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
OUTPUT_SHARE = {
    "counts": "sum",
    "numerator": "output_vnd",
    "denominator": {"measure": "output"},
    "unit": "percent",
    "band": "output_share",
}
EXPORT_SHARE = {
    "counts": "sum",
    "numerator": ["export_direct_goods_usd_cents", "export_entrusted_goods_usd_cents"],
    "denominator": {"measure": "exports"},
    "unit": "percent",
    "band": "export_share",
}


def make_indicator(definition, code="output_share.a", family=None, **fields):
    """The version 1 of an indicator with `definition`."""
    indicator, _new = Indicator.objects.get_or_create(code=code, defaults={"family": family or code.split(".")[0]})
    fields.setdefault("recorded_at", LONG_AGO)
    return IndicatorVersion.objects.create(
        indicator=indicator, name_vi=code, name_en=code, definition=definition, **fields
    )


def make_statistic(amount, measure="output", year=2024, state="official", **fields):
    fields.setdefault("unit", {"output": "vnd", "exports": "usd_cents", "iip": "index_x100"}[measure])
    fields.setdefault("published_on", date(year + 1, 1, 31))
    fields.setdefault("recorded_at", datetime(year + 1, 2, 1, tzinfo=UTC))
    return CityStatistic.objects.create(
        measure=measure, year=year, amount=amount, state=state, source="Niên giám thử", **fields
    )


def values(*years, cutoff=NOW):
    """{(code, year): Value} of all indicators."""
    return {(v.version.indicator.code, v.year): v for v in compute(gather(years or (2024,), cutoff))}


def value(year=2024, code="output_share.a", cutoff=NOW):
    return values(year, cutoff=cutoff)[code, year]


def make_run(*, by="system:tests", now=NOW, **asked):
    """A computation that a worker has finished."""
    run = ask_for_values(by=by, now=now, **asked)
    jobs.run(run.job_id, now=now)
    run.refresh_from_db()
    return run
