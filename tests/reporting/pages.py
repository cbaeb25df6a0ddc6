from reporting.models import CityStatistic, Indicator, KpiPublication, KpiRun, KpiValue, PublishedValue


def first(rows):
    return lambda: {"public_id": rows().first().public_id}


def a_value():
    return (
        KpiValue.objects.readable()
        .filter(run=KpiRun.objects.done().first(), rows__gt=0)
        .order_by("version_id", "-year")
    )


ADDRESSES = {
    "reporting:indicator_detail": lambda: {"family": "output_share"},
    "reporting:choose_variant": lambda: {"family": "output_share"},
    "reporting:publish_year": lambda: {"year": 2025},
    "reporting:define_indicator": first(lambda: Indicator.objects.order_by("place")),
    "reporting:add_variant": first(lambda: Indicator.objects.order_by("place")),
    "reporting:value_detail": first(a_value),
    "reporting:value_rows": first(a_value),
    "reporting:publication_detail": first(lambda: KpiPublication.objects.order_by("year")),
    "reporting:published_value": first(lambda: PublishedValue.objects.order_by("id")),
    "reporting:published_rows": first(lambda: PublishedValue.objects.order_by("id")),
    "reporting:run_detail": first(lambda: KpiRun.objects.done()),
    "reporting:statistic_detail": first(lambda: CityStatistic.objects.order_by("id")),
    "reporting:revise_statistic": first(lambda: CityStatistic.objects.current().order_by("id")),
    "reporting:withdraw_statistic": first(lambda: CityStatistic.objects.current().order_by("id")),
}
