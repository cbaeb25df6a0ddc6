from datetime import UTC, date, datetime

from reporting.models import Indicator, KpiValue
from reporting.services.publishing import publish_year
from tests.factories import make_director, make_figures, make_product, make_title
from tests.reporting.making import OUTPUT_SHARE, make_indicator, make_run, make_statistic

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


def build(world):
    """One indicator, one computed year, one publication."""
    make_indicator(OUTPUT_SHARE)
    make_title(make_product(world.enterprise), round_year=2023)
    make_figures(world.enterprise, 2022, output_vnd=100, scope="key_products")
    world.statistic = make_statistic(1_000)
    world.run = make_run(year_from=2024, year_to=2024)
    world.value = KpiValue.objects.readable().filter(run=world.run).first()
    world.publication = publish_year(
        year=2024, run=world.run, paper_number="1/TB-SCT", paper_on=date(2026, 5, 1), by=make_director(), now=NOW
    )
    world.published = world.publication.values.first()
    world.indicator = Indicator.objects.get(code="output_share.a")


def named(name):
    return lambda world: {"public_id": getattr(world, name).public_id}


OBJECTS = {
    "reporting:indicator_detail": lambda world: {"family": "output_share"},
    "reporting:choose_variant": lambda world: {"family": "output_share"},
    "reporting:publish_year": lambda world: {"year": 2024},
    "reporting:define_indicator": named("indicator"),
    "reporting:add_variant": named("indicator"),
    "reporting:value_detail": named("value"),
    "reporting:value_rows": named("value"),
    "reporting:publication_detail": named("publication"),
    "reporting:published_value": named("published"),
    "reporting:published_rows": named("published"),
    "reporting:run_detail": named("run"),
    "reporting:statistic_detail": named("statistic"),
    "reporting:revise_statistic": named("statistic"),
    "reporting:withdraw_statistic": named("statistic"),
}
