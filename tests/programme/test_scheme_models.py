from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import DatabaseError, connection, transaction

from programme.models import Period, PublishedResult, Target
from tests.factories import make_period, make_published_figure, make_published_result, make_target

pytestmark = pytest.mark.django_db


def refused(function, *args, **kwargs):
    with pytest.raises(DatabaseError), transaction.atomic():
        function(*args, **kwargs)
    return True


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_a_ceiling_stands_in_a_decision():
    assert refused(make_period, decision="")
    assert refused(make_period, decision_on=None)
    assert refused(make_period, state="no_document", ceiling_vnd=1)
    assert refused(make_period, state="no_document", decision="QĐ 1")
    make_period(2026, 2030, state="no_document")


def test_a_ceiling_is_positive_and_plausible():
    for wrong in (0, -1, 10**15 + 1):
        assert refused(make_period, ceiling_vnd=wrong)


def test_a_period_ends_after_it_starts_and_has_a_known_state():
    assert refused(make_period, 2025, 2024)
    assert refused(make_period, state="draft")


def test_two_periods_never_cover_one_year_but_an_illustration_may():
    make_period()
    assert refused(make_period, 2025, 2030, code="x")
    make_period(2026, 2030, state="no_document")
    assert refused(make_period, 2026, 2030, code="x")
    shown = make_period(2026, 2030, code="2026-2030-mh", state="illustration", ceiling_vnd=10**11)
    assert refused(Period.objects.filter(pk=shown.pk).update, state="no_document", ceiling_vnd=None)
    assert Period.objects.of_year(2027).state == "no_document"
    assert Period.objects.of_year(2025).code == "2021-2025"
    assert Period.objects.of_year(2035) is None


def test_a_target_has_a_band_in_order():
    period = make_period()
    assert refused(make_target, period, lower=50, upper=40)
    assert refused(make_target, period, lower=None, upper=None)
    assert refused(make_target, period, lower=-1)
    assert refused(make_target, period, unit="box")
    assert refused(make_target, period, document="")
    make_target(period, lower=15, upper=None)


def test_a_target_for_one_year_names_a_year_of_its_period():
    period = make_period()
    assert refused(make_target, period, applies="year")
    assert refused(make_target, period, applies="year", year=2026)
    assert refused(make_target, period, applies="each_year", year=2021)
    make_target(period, applies="year", year=2021)
    assert refused(Period.objects.filter(pk=period.pk).update, starts_year=2022)


def test_one_target_stands_for_an_indicator_and_a_year():
    period = make_period()
    first = make_target(period)
    assert refused(make_target, period)
    Target.objects.filter(pk=first.pk).update(withdrawn_on=date(2024, 1, 1))
    second = make_target(period)
    make_target(period, applies="year", year=2021)
    assert list(Target.objects.for_year(2025)) == [second]
    assert refused(sql, "DELETE FROM programme_target")


def test_targets_of_a_year_are_those_of_the_year_of_each_year_and_of_the_end():
    period = make_period()
    make_target(period, "turns", 100, 200, applies="each_year", unit="turn")
    make_target(period, "output_share", 35, 40, applies="year", year=2021)
    make_target(period, "output_share", 40, 50)
    codes = lambda year: sorted(Target.objects.for_year(year).values_list("indicator_code", "lower"))  # noqa: E731
    assert codes(2021) == [("output_share", 35), ("turns", 100)]
    assert codes(2022) == [("turns", 100)]
    assert codes(2025) == [("output_share", 40), ("turns", 100)]
    assert codes(2026) == []


def test_within_a_band_is_decided_on_the_exact_value():
    target = Target(lower=Decimal("40"), upper=Decimal("50"))
    assert target.contains(Fraction(39_999_999, 1_000_000)) == -1
    assert target.contains(Fraction(40)) == 0
    assert target.contains(Decimal("50.0001")) == 1
    assert Target(lower=Decimal("15")).contains(10**9) == 0


def test_published_results_keep_the_unknown_unknown_and_the_rest_in_order():
    assert PublishedResult.objects.get(pk=make_published_result(2019).pk).recognised_products is None
    assert refused(make_published_result, 2019)
    assert refused(make_published_result, 2020, source="")
    assert refused(make_published_result, 2020, recognised_products=5, first_time_products=6)
    assert refused(make_published_result, 2020, recognised_products=5, recognised_enterprises=6)
    assert refused(make_published_result, 1999)
    assert refused(sql, "DELETE FROM programme_publishedresult")


def test_a_published_figure_has_a_source_a_scope_and_years_in_order():
    make_published_figure()
    assert refused(make_published_figure)
    assert refused(make_published_figure, 2022, source="")
    assert refused(make_published_figure, 2022, reference_year=2023)
    assert refused(make_published_figure, 2022, scope="recognised")
    assert refused(make_published_figure, 2022, scope="unknown", scope_count=3)
    assert refused(make_published_figure, 2022, value=-1)
    assert refused(make_published_figure, 2022, unit="turn")
    assert refused(make_published_figure, 2022, measure="profit")
    assert refused(make_published_figure, 2022, qualifier="maybe")
