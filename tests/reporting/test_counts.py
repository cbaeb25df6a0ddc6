"""Counts, growth and money, counted by hand on small sets."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from reporting.models import KpiValue
from tests.factories import (
    make_agency,
    make_content_area,
    make_enterprise,
    make_figures,
    make_industry_code,
    make_money_source,
    make_period,
    make_product,
    make_product_group,
    make_rule,
    make_support,
    make_target,
    make_title,
)
from tests.reporting.making import make_indicator, make_run, value, values
from tests.reporting.test_shares import make_titled, merge

pytestmark = pytest.mark.django_db
TURNS = {"counts": "turns", "unit": "turn", "band": "turns"}
SUPPORTED = {"counts": "supported", "unit": "enterprise"}
SUPPORTED_SHARE = {
    "counts": "supported_share",
    "unit": "percent",
    "who": {"rule": "in_year"},
    "band": "supported_share",
}
PRODUCTS = {"counts": "products", "unit": "product", "who": {"rule": "in_year"}, "outside_industry": "count"}
GROWTH = {"counts": "growth", "numerator": "output_vnd", "unit": "percent", "band": "output_growth"}


def test_turn_is_an_enterprise_in_an_activity_however_many_days_and_people():
    make_indicator(TURNS, "turns")
    first, second = make_enterprise(), make_enterprise()
    for what in ("Gian hàng", "Vận chuyển", "Phiên dịch"):
        make_support(first, "HC-1", what=what)
    make_support(first, "HC-2")
    make_support(second, "HC-1")
    make_support(second, "HC-1", delivered_on=date(2023, 3, 1))
    found = values(2023, 2024)
    assert found["turns", 2024].numerator == 3
    assert found["turns", 2024].rows == 3
    assert found["turns", 2023].numerator == 0


@pytest.mark.parametrize(("once", "turns"), [("activity", (0, 1)), ("activity_and_year", (1, 1))])
def test_rule_says_whether_the_same_activity_in_another_year_is_another_turn(once, turns):
    make_rule("turns", {"once": once})
    make_indicator(TURNS, "turns")
    enterprise = make_enterprise()
    make_support(enterprise, "HC-1", delivered_on=date(2023, 3, 1))
    make_support(enterprise, "HC-1", delivered_on=date(2024, 3, 1))
    found = values(2023, 2024)
    assert tuple(found["turns", year].numerator for year in (2023, 2024)) == turns


@pytest.mark.parametrize(("year_of", "turns"), [("completion", (0, 1)), ("start", (1, 0))])
def test_activity_over_two_years_counts_where_the_rule_says(year_of, turns):
    make_rule("turns", {"year_of": year_of})
    make_indicator(TURNS, "turns")
    make_support(started_on=date(2023, 11, 1), delivered_on=date(2024, 2, 1))
    found = values(2023, 2024)
    assert tuple(found["turns", year].numerator for year in (2023, 2024)) == turns


def test_a_product_counts_under_its_own_group_not_under_those_of_its_enterprise():
    make_indicator(PRODUCTS, "products")
    groups = [make_product_group("G1"), make_product_group("G2")]
    enterprise = make_enterprise(groups=groups)
    for group in (groups[0], groups[0], groups[1], None):
        make_title(make_product(enterprise, group=group), round_year=2024)
    run = make_run(year_from=2024, year_to=2024)
    found = KpiValue.objects.get(run=run, year=2024)
    parts = {part.code: part.amount for part in found.parts.filter(dimension="group")}
    assert (found.numerator, parts) == (4, {"G1": 2, "G2": 1, "": 1})
    assert sorted(found.source_rows.values_list("group_codes", flat=True)) == ["", "G1", "G1", "G2"]


def test_rule_says_whose_support_and_which_activities_count():
    make_rule("turns", {"uncounted_types": ["honour", "media"], "other_agencies": False})
    make_indicator(TURNS, "turns")
    make_support(activity_type="honour")
    make_support(activity_type="media")
    make_support(by_programme=False, agency=make_agency())
    make_support()
    assert value(code="turns").numerator == 1


@pytest.mark.parametrize(("needed", "turns"), [("none", 3), ("ever", 2), ("on_delivery", 1)])
def test_rule_says_whether_the_enterprise_must_hold_a_title(needed, turns):
    make_rule("turns", {"title_needed": needed})
    make_indicator(TURNS, "turns")
    make_support(make_enterprise())
    make_support(make_titled(2023))
    once = make_enterprise()
    make_title(make_product(once), round_year=2021, valid_to=date(2022, 1, 1))
    make_support(once)
    assert value(code="turns").numerator == turns


def test_branch_and_parent_at_one_fair_are_one_turn():
    make_indicator(TURNS, "turns")
    make_indicator(SUPPORTED, "supported")
    parent = make_enterprise()
    make_support(parent, "HC-1")
    make_support(make_enterprise(tax_code=f"{parent.tax_code}-001"), "HC-1")
    found = values(2024)
    assert found["turns", 2024].numerator == found["supported", 2024].numerator == 1


def test_merged_enterprise_has_no_turn_of_its_own():
    make_indicator(TURNS, "turns")
    winner, loser = make_enterprise(), make_enterprise()
    make_support(winner, "HC-1")
    make_support(loser, "HC-1")
    assert value(code="turns").numerator == 2
    merge(loser, winner, datetime(2025, 6, 1, tzinfo=UTC))
    assert value(code="turns").numerator == 1
    assert value(code="turns", cutoff=datetime(2025, 5, 1, tzinfo=UTC)).numerator == 2


def test_same_answer_as_the_screens_of_support():
    from support.turns import TurnRule, turns_by_year

    make_indicator(TURNS, "turns")
    enterprises = [make_enterprise() for _ in range(4)]
    for number, enterprise in enumerate(enterprises):
        for code in range(number + 1):
            make_support(enterprise, f"HC-{code}", delivered_on=date(2022 + number % 3, 3, 1 + code))
            make_support(enterprise, f"HC-{code}", delivered_on=date(2022 + code % 3, 5, 1 + code), what="x")
    rule = TurnRule.of({})
    theirs = {row["turn_year"]: row["turns"] for row in turns_by_year(rule, cutoff=datetime(2026, 6, 1, tzinfo=UTC))}
    assert {year: v.numerator for (_code, year), v in values(2022, 2023, 2024).items()} == {
        year: theirs.get(year, 0) for year in (2022, 2023, 2024)
    }


def test_support_recorded_or_withdrawn_after_the_cutoff_is_not_known_yet():
    make_indicator(TURNS, "turns")
    record = make_support(now=datetime(2025, 6, 1, tzinfo=UTC))
    assert value(code="turns", cutoff=datetime(2025, 5, 31, tzinfo=UTC)).numerator == 0
    assert value(code="turns").numerator == 1
    record.revisions.update(superseded_at=datetime(2025, 7, 1, tzinfo=UTC))
    assert value(code="turns").numerator == 0
    assert value(code="turns", cutoff=datetime(2025, 6, 30, tzinfo=UTC)).numerator == 1


def test_turns_are_judged_against_the_band_of_each_year():
    make_target(make_period(), "turns", 2, 3, applies="each_year", unit="turn")
    make_indicator(TURNS, "turns")
    verdicts = []
    for _number in range(4):
        make_support()
        verdicts.append(value(code="turns").verdict)
    assert verdicts == ["below", "within", "within", "above"]


def test_share_of_recognised_enterprises_that_were_supported():
    make_target(make_period(), "supported_share", 100, None, applies="each_year")
    make_indicator(SUPPORTED_SHARE, "supported_share")
    first, second = make_titled(2024), make_titled(2024)
    make_titled(2023)
    make_support(first)
    make_support()
    found = value(code="supported_share")
    assert (found.numerator, found.denominator, found.rows) == (1, 2, 2)
    assert found.share(found.numerator) == Fraction(1, 2)
    assert found.verdict == "below"
    make_support(second)
    assert value(code="supported_share").verdict == "within"


def test_share_of_nobody_is_unknown():
    make_indicator(SUPPORTED_SHARE, "supported_share")
    found = value(code="supported_share")
    assert (found.numerator, found.denominator, found.verdict, found.reason) == (
        None,
        None,
        "not_assessable",
        "no_value",
    )


def test_products_recognised_in_the_year_all_and_first_time():
    make_period(2021, 2025)
    make_indicator(PRODUCTS, "products.year")
    make_indicator(PRODUCTS | {"who": {"rule": "cumulative"}}, "products.period")
    make_indicator(PRODUCTS | {"counts": "first_time_products"}, "first_time_products")
    again, new = make_product(), make_product()
    make_title(again, round_year=2021)
    make_title(again, round_year=2024)
    make_title(new, round_year=2024)
    make_title(new, round_year=2024, kind="top_10")
    found = values(2021, 2023, 2024)
    assert found["products.year", 2024].numerator == 2
    assert found["products.period", 2024].numerator == 2
    assert found["first_time_products", 2024].numerator == 1
    assert found["first_time_products", 2021].numerator == 1
    assert found["products.year", 2023].numerator == 0
    assert found["products.period", 2023].numerator == 1


def test_software_product_is_a_product():
    make_indicator(PRODUCTS, "products")
    make_title(make_product(make_enterprise(main_activity=make_industry_code("62", parent_code="J"))), round_year=2024)
    assert value(code="products").numerator == 1


def test_enterprises_with_a_title_count_once_however_many_products():
    make_indicator({"counts": "enterprises", "unit": "enterprise", "outside_industry": "count"}, "enterprises")
    enterprise = make_enterprise()
    for _number in range(3):
        make_title(make_product(enterprise), round_year=2023)
    make_titled(2022)
    make_title(round_year=2019, valid_to=date(2022, 1, 1))
    found = value(code="enterprises")
    assert (found.numerator, found.rows) == (2, 2)


def test_growth_compares_the_same_enterprises_on_one_price_basis():
    make_target(make_period(), "output_growth", 10, 12, applies="each_year")
    make_indicator(GROWTH, "output_growth")
    for before, now in ((100, 110), (200, 220)):
        enterprise = make_titled()
        make_figures(enterprise, 2023, output_vnd=before)
        make_figures(enterprise, 2024, output_vnd=now)
    found = value(code="output_growth")
    assert (found.numerator, found.denominator, found.verdict, found.rows) == (30, 300, "within", 4)
    assert found.share(found.numerator) == Fraction(1, 10)
    newcomer = make_titled()
    make_figures(newcomer, 2024, output_vnd=9_999)
    mixed = make_titled()
    make_figures(mixed, 2023, output_vnd=1, prices="constant", base_year=2010)
    make_figures(mixed, 2024, output_vnd=9_999)
    found = value(code="output_growth")
    assert (found.numerator, found.denominator, found.reporting, found.counted) == (30, 300, 2, 4)
    assert (found.verdict, found.reason) == ("not_assessable", "incomplete")


def test_shrinking_is_a_negative_growth():
    make_indicator(GROWTH, "output_growth")
    enterprise = make_titled()
    make_figures(enterprise, 2023, output_vnd=100)
    make_figures(enterprise, 2024, output_vnd=75)
    found = value(code="output_growth")
    assert found.share(found.numerator) == Fraction(-1, 4)


def test_growth_from_nothing_is_unknown():
    make_indicator(GROWTH, "output_growth")
    enterprise = make_titled()
    make_figures(enterprise, 2023, output_vnd=0)
    make_figures(enterprise, 2024, output_vnd=75)
    assert value(code="output_growth").denominator is None
    assert value(code="output_growth").reason == "no_value"


def test_growth_of_branches_is_the_growth_of_their_sum():
    make_indicator(GROWTH, "output_growth")
    parent = make_titled()
    for n, before, now in ((1, 10, 20), (2, 30, 40)):
        branch = make_enterprise(tax_code=f"{parent.tax_code}-00{n}")
        make_figures(branch, 2023, output_vnd=before)
        make_figures(branch, 2024, output_vnd=now)
    found = value(code="output_growth")
    assert (found.numerator, found.denominator, found.reporting, found.counted) == (20, 40, 1, 1)


def test_support_money_by_content_area_with_what_is_not_known():
    make_indicator({"counts": "money", "unit": "vnd"}, "support_money")
    source, areas = make_money_source(), [make_content_area("N1"), make_content_area("N2")]
    enterprise = make_enterprise()
    make_support(enterprise, amount_vnd=100, money_source=source, content_area=areas[0])
    make_support(enterprise, amount_vnd=20, money_source=source, content_area=areas[1])
    make_support(amount_vnd=3, money_source=source, content_area=areas[1])
    make_support()
    make_support(amount_vnd=999, money_source=source, by_programme=False, agency=make_agency())
    found = value(code="support_money")
    assert (found.numerator, found.reporting, found.counted, found.rows) == (123, 2, 3, 3)
    parts = {p.code: (p.amount, p.enterprises) for p in found.parts if p.dimension == "content_area"}
    assert parts == {"N1": (100, 1), "N2": (23, 2)}
