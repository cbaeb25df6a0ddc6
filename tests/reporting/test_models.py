import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from reporting.models import (
    CityStatistic,
    Indicator,
    IndicatorVersion,
    KpiChoice,
    KpiPart,
    KpiPublication,
    KpiRun,
    KpiValue,
    PublishedRow,
    PublishedValue,
)

pytestmark = pytest.mark.django_db
THEN = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)
SHA = "0" * 64


def make_statistic_row(**fields):
    values = {
        "measure": "output",
        "year": 2024,
        "unit": "vnd",
        "amount": 1_000,
        "state": "estimate",
        "source": "Niên giám",
        "published_on": date(2025, 1, 1),
        "recorded_at": THEN,
    }
    return CityStatistic.objects.create(**values | fields)


def make_version(code="output_share.a"):
    indicator = Indicator.objects.create(code=code, family="output_share")
    return IndicatorVersion.objects.create(
        indicator=indicator, name_vi="Tỷ trọng", name_en="Share", definition={}, recorded_at=THEN
    )


def make_done_run():
    run = KpiRun.objects.create(year_from=2024, year_to=2024, cutoff=THEN, actor="system:test", created_at=THEN)
    value = make_value(run)
    KpiPart.objects.create(value=value, dimension="ward", code="1", amount=1, enterprises=1)
    run.state, run.digest, run.done_at = "done", SHA, THEN
    run.save()
    return run, value


def make_value(run, **fields):
    values = {"verdict": "within", "unit": "percent", "numerator": 1, "denominator": 2, "year": 2024, "digest": SHA}
    return KpiValue.objects.create(run=run, attempt=0, version=make_version(), **values | fields)


def make_published(run, value):
    publication = KpiPublication(
        id=7,
        year=2024,
        revision=1,
        run=run,
        cutoff=THEN,
        paper_number="01/TB-SCT",
        paper_on=date(2025, 3, 1),
        published_by=uuid.uuid4(),
        published_at=THEN,
        digest=SHA,
    )
    published = PublishedValue.objects.create(
        publication_id=7,
        family="output_share",
        indicator_code="output_share.a",
        version=value.version,
        name_vi="a",
        name_en="a",
        definition={},
        year=2024,
        unit="percent",
        numerator=1,
        denominator=2,
        verdict="within",
        digest=SHA,
    )
    make_published_row(published)
    publication.save(force_insert=True)
    return publication, published


def make_published_row(published, position=1):
    return PublishedRow.objects.create(
        value=published,
        position=position,
        source_kind="figure",
        source_id=uuid.uuid4(),
        enterprise_id=uuid.uuid4(),
        tax_code="0100109106",
        enterprise_name="A",
        contribution=1,
    )


def refused(statement, *params):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_city_statistic_is_never_overwritten_or_removed():
    make_statistic_row()
    refused("UPDATE reporting_citystatistic SET amount = 2")
    refused("DELETE FROM reporting_citystatistic")


def test_city_statistic_is_superseded_once():
    make_statistic_row()
    CityStatistic.objects.update(superseded_at=THEN)
    refused("UPDATE reporting_citystatistic SET superseded_at = NULL")


def test_two_current_statistics_of_one_kind_are_refused():
    make_statistic_row()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_statistic_row()
    make_statistic_row(state="official")
    make_statistic_row(prices="constant", base_year=2010)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_statistic_row(prices="constant", base_year=2010)


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": 0},
        {"amount": -1},
        {"year": 24},
        {"unit": "usd_cents"},
        {"measure": "exports"},
        {"prices": "constant"},
        {"base_year": 2010},
        {"state": "guess"},
        {"superseded_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_nonsense_in_a_city_statistic_is_refused_by_the_database(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_statistic_row(**fields)


def test_version_of_an_indicator_is_never_changed():
    make_version()
    refused("UPDATE reporting_indicatorversion SET definition = '{}', name_vi = 'x'")
    refused("DELETE FROM reporting_indicatorversion")
    refused("DELETE FROM reporting_indicator")


def test_choice_is_never_changed():
    version = make_version()
    KpiChoice.objects.create(
        family="output_share",
        indicator=version.indicator,
        paper_number="1",
        paper_on=date(2025, 1, 1),
        recorded_at=THEN,
    )
    refused("UPDATE reporting_kpichoice SET paper_number = '2'")
    refused("DELETE FROM reporting_kpichoice")


def test_done_run_and_its_values_are_frozen():
    make_done_run()
    refused("UPDATE reporting_kpirun SET digest = 'x'")
    refused("UPDATE reporting_kpirun SET state = 'waiting', done_at = NULL, digest = ''")
    refused("DELETE FROM reporting_kpirun")
    refused("UPDATE reporting_kpivalue SET numerator = 2")
    refused("UPDATE reporting_kpipart SET amount = 2")
    refused("DELETE FROM reporting_kpipart")
    refused("DELETE FROM reporting_kpivalue")


def test_nothing_is_added_to_a_done_run():
    run, value = make_done_run()
    with pytest.raises(DatabaseError), transaction.atomic():
        KpiPart.objects.create(value=value, dimension="ward", code="2", amount=1, enterprises=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        KpiValue.objects.create(
            run=run, attempt=1, version=value.version, year=2024, unit="turn", verdict="within", digest=SHA
        )


def test_values_of_an_unfinished_run_can_be_cleared():
    run = KpiRun.objects.create(year_from=2024, year_to=2024, cutoff=THEN, actor="system:test", created_at=THEN)
    make_value(run)
    assert KpiValue.objects.filter(run=run).delete()[0] == 1


def test_published_figures_are_frozen():
    run, value = make_done_run()
    make_published(run, value)
    for table, column in (
        ("reporting_kpipublication", "paper_number = 'x'"),
        ("reporting_publishedvalue", "numerator = 5"),
        ("reporting_publishedrow", "contribution = 5"),
    ):
        refused(f"UPDATE {table} SET {column}")
        refused(f"DELETE FROM {table}")


def test_nothing_is_slipped_under_a_publication():
    run, value = make_done_run()
    _publication, published = make_published(run, value)
    with pytest.raises(DatabaseError), transaction.atomic():
        make_published_row(published, position=2)
    published.pk, published.public_id, published.family = None, uuid.uuid4(), "turns"
    with pytest.raises(DatabaseError), transaction.atomic():
        published.save(force_insert=True)


def test_only_a_done_run_is_published():
    run = KpiRun.objects.create(year_from=2024, year_to=2024, cutoff=THEN, actor="system:test", created_at=THEN)
    with pytest.raises(DatabaseError), transaction.atomic():
        make_published(run, make_value(run))


def test_value_that_is_not_assessable_says_why():
    run = KpiRun.objects.create(year_from=2024, year_to=2024, cutoff=THEN, actor="system:test", created_at=THEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_value(run, verdict="not_assessable")


@pytest.mark.parametrize("fields", [{"lower": 5, "upper": 4}, {"reporting": 3, "counted": 2}, {"denominator": 0}])
def test_impossible_value_is_refused(fields):
    run = KpiRun.objects.create(year_from=2024, year_to=2024, cutoff=THEN, actor="system:test", created_at=THEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_value(run, **fields)
