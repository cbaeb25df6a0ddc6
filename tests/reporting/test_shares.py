"""Shares, counted by hand on small sets."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from tests.factories import (
    make_enterprise,
    make_figures,
    make_industry_code,
    make_period,
    make_product,
    make_product_group,
    make_target,
    make_title,
    make_unit,
)
from tests.reporting.making import EXPORT_SHARE, OUTPUT_SHARE, make_indicator, make_statistic, value, values

pytestmark = pytest.mark.django_db


def make_titled(round_year=2023, **fields):
    """An enterprise with one product recognised in the round."""
    enterprise = make_enterprise(**fields)
    make_title(make_product(enterprise), round_year=round_year)
    return enterprise


@pytest.fixture
def share():
    return make_indicator(OUTPUT_SHARE)


def test_output_share_adds_up_confirmed_output_of_enterprises_with_a_title(share):
    for output in (300, 100):
        make_figures(make_titled(), 2024, output_vnd=output)
    make_figures(make_enterprise(), 2024, output_vnd=9_999)  # no title
    make_figures(make_titled(), 2023, output_vnd=7_777)  # another year
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.denominator) == (400, 1_000)
    assert found.share(found.numerator) == Fraction(2, 5)
    assert (found.reporting, found.counted, found.rows) == (2, 3, 2)
    assert (found.lower, found.upper) == (400, None)
    assert found.statistics[0]["amount"] == 1_000


def test_zero_is_a_figure_and_null_is_not(share):
    make_figures(make_titled(), 2024, output_vnd=0)
    make_figures(make_titled(), 2024, revenue_vnd=5)
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.reporting, found.counted, found.rows) == (0, 1, 2, 1)


def test_nothing_reported_is_unknown_and_not_zero(share):
    make_titled()
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.lower, found.verdict, found.reason) == (None, 0, "not_assessable", "no_value")


def test_year_in_which_nobody_counts_says_so(share):
    make_statistic(1_000)
    assert value().reason == "nobody_counts"


def test_missing_city_figure_stays_unknown(share):
    make_figures(make_titled(), 2024, output_vnd=400)
    make_statistic(1_000, year=2023)
    found = value()
    assert (found.numerator, found.denominator, found.reason) == (400, None, "no_denominator")
    assert found.share(found.numerator) is None


def test_missing_city_figure_is_carried_on_by_the_index_only_when_the_definition_names_it():
    make_indicator(OUTPUT_SHARE | {"denominator": {"measure": "output", "when_missing": "last_year_iip"}})
    make_figures(make_titled(), 2024, output_vnd=400)
    make_statistic(1_000, year=2023)
    assert value().denominator is None
    make_statistic(10_570, measure="iip")
    found = value()
    assert (found.denominator, found.estimated, found.statistic_state) == (1_057, True, "estimate")
    assert [s["measure"] for s in found.statistics] == ["output", "iip"]
    assert found.kind == "provisional"


def test_best_state_of_the_city_figure_is_used_and_named(share):
    make_figures(make_titled(), 2024, output_vnd=400)
    make_statistic(900, state="estimate")
    assert (value().denominator, value().statistic_state) == (900, "estimate")
    make_statistic(1_000, state="official")
    make_statistic(950, state="preliminary")
    assert (value().denominator, value().statistic_state) == (1_000, "official")


def test_states_a_definition_does_not_name_are_not_used():
    make_indicator(OUTPUT_SHARE | {"denominator": {"measure": "output", "states": ["official"]}})
    make_figures(make_titled(), 2024, output_vnd=400)
    make_statistic(900, state="estimate")
    assert value().denominator is None


@pytest.mark.parametrize(
    "other",
    [
        {"scope": "key_products"},
        {"place": "whole"},
        {"prices": "constant", "base_year": 2010},
        {"accounts": "consolidated"},
    ],
)
def test_figures_on_another_basis_are_not_added(share, other):
    make_figures(make_titled(), 2024, output_vnd=400, **other)
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.reporting, found.counted) == (None, 0, 1)


def test_constant_prices_of_another_base_year_are_not_added():
    constant = {"prices": "constant", "base_year": 2010}
    make_indicator(OUTPUT_SHARE | constant | {"denominator": {"measure": "output", **constant}})
    make_figures(make_titled(), 2024, output_vnd=400, prices="constant", base_year=2020)
    make_figures(make_titled(), 2024, output_vnd=100, **constant)
    make_statistic(1_000, **constant)
    make_statistic(5_000)
    found = value()
    assert (found.numerator, found.denominator, found.reason) == (100, 1_000, "no_target")


@pytest.mark.parametrize(
    ("change", "why"),
    [({"numerator": "revenue_vnd"}, "measures_differ"), ({"place": "whole"}, "places_differ")],
)
def test_different_bases_are_shown_but_not_judged(change, why):
    make_target(make_period(), lower=1, upper=99, applies="each_year")
    make_indicator(OUTPUT_SHARE | change)
    make_figures(
        make_titled(), 2024, output_vnd=400, revenue_vnd=400, **{k: v for k, v in change.items() if k == "place"}
    )
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.verdict, found.reason) == (400, "not_assessable", why)


def test_waiting_returned_and_draft_figures_do_not_count(share):
    for state in ("draft", "declared", "waiting", "returned", "withdrawn"):
        make_figures(make_titled(), 2024, state=state, output_vnd=400)
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.reporting, found.counted) == (None, 0, 5)


def test_upper_bound_counts_what_is_declared_but_not_verified():
    make_indicator(OUTPUT_SHARE | {"upper": {"method": "declared"}})
    make_figures(make_titled(), 2024, output_vnd=100)
    make_figures(make_titled(), 2024, state="waiting", output_vnd=50)
    make_figures(make_titled(), 2024, state="returned", output_vnd=7)
    make_statistic(1_000)
    found = value()
    assert (found.lower, found.upper, found.open_units) == (100, 150, 1)


def test_upper_bound_by_the_last_verified_year_times_a_cap():
    make_indicator(OUTPUT_SHARE | {"upper": {"method": "last_verified", "cap_percent": 150, "years_back": 2}})
    make_figures(make_titled(), 2024, output_vnd=100)
    older = make_titled()
    make_figures(older, 2022, output_vnd=1)
    make_figures(older, 2023, output_vnd=33)
    make_figures(make_titled(), 2021, output_vnd=500)  # too long ago
    make_statistic(1_000)
    found = value()
    assert (found.lower, found.upper, found.open_units) == (100, 150, 1)  # 33 × 1.5 = 49.5, rounded up


def test_upper_bound_never_passes_the_city_total():
    make_indicator(OUTPUT_SHARE | {"upper": {"method": "declared"}})
    make_figures(make_titled(), 2024, output_vnd=100)
    make_figures(make_titled(), 2024, state="waiting", output_vnd=5_000)
    make_statistic(1_000)
    assert value().upper == 1_000


def test_more_than_the_whole_city_is_not_judged(share):
    make_target(make_period(), lower=40, upper=50, applies="each_year")
    make_figures(make_titled(), 2024, output_vnd=1_001)
    make_statistic(1_000)
    assert value().reason == "above_city_total"


def test_enterprise_in_two_groups_counts_once_in_the_total_and_in_each_group(share):
    groups = [make_product_group("G1"), make_product_group("G2")]
    make_figures(make_titled(groups=groups), 2024, output_vnd=400)
    make_statistic(1_000)
    found = value()
    assert found.numerator == 400
    parts = {(p.dimension, p.code): p.amount for p in found.parts}
    assert parts["group", "G1"] == parts["group", "G2"] == 400


def test_parts_by_ward_and_size_add_up_to_the_value(share):
    wards = [make_unit("00001"), make_unit("00002")]
    for ward, output, size in (
        (wards[0], 100, "large"),
        (wards[0], 20, "small"),
        (wards[1], 3, "small"),
        (None, 7, ""),
    ):
        make_figures(make_titled(ward=ward), 2024, output_vnd=output, size=size)
    make_statistic(1_000)
    found = value()
    parts = {(p.dimension, p.code): (p.amount, p.enterprises) for p in found.parts}
    assert parts["ward", "00001"] == (120, 2)
    assert parts["ward", "00002"] == (3, 1)
    assert parts["ward", ""] == (7, 1)
    assert parts["size", "small"] == (23, 2)
    assert sum(p.amount for p in found.parts if p.dimension == "size") == found.numerator == 130


def test_branches_roll_up_and_never_count_twice_with_their_parent(share):
    parent = make_titled()
    make_branch = lambda n: make_enterprise(tax_code=f"{parent.tax_code}-00{n}", enterprise_type="branch")  # noqa: E731
    first, second = make_branch(1), make_branch(2)
    make_figures(first, 2024, output_vnd=10)
    make_figures(second, 2024, output_vnd=20)
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.reporting, found.counted, found.rows) == (30, 1, 1, 2)
    make_figures(parent, 2024, output_vnd=100)
    found = value()
    assert (found.numerator, found.reporting, found.counted, found.rows) == (100, 1, 1, 1)


def test_a_branch_counts_in_the_ward_and_size_of_its_enterprise_even_of_one_dissolved(share):
    here, elsewhere = make_unit("00001"), make_unit("00002")
    parent = make_titled(ward=here, status="dissolved", status_from=date(2024, 1, 1))
    branch = make_enterprise(tax_code=f"{parent.tax_code}-001", enterprise_type="branch", ward=elsewhere)
    make_figures(branch, 2024, output_vnd=10, size="large")
    make_statistic(1_000)
    assert {(p.dimension, p.code) for p in value().parts} >= {("ward", "00001"), ("size", "")}
    make_figures(parent, 2024, output_vnd=100, size="medium")
    parts = {(p.dimension, p.code): p.amount for p in value().parts if p.dimension in ("ward", "size")}
    assert parts == {("ward", "00001"): 100, ("size", "medium"): 100}


def test_title_of_a_branch_counts_for_the_ten_digits(share):
    parent = make_enterprise()
    branch = make_enterprise(tax_code=f"{parent.tax_code}-001", enterprise_type="branch")
    make_title(make_product(branch))
    make_figures(parent, 2024, output_vnd=100)
    make_statistic(1_000)
    assert (value().numerator, value().counted) == (100, 1)


def test_branches_whose_parent_is_not_registered_count_as_one(share):
    code = make_enterprise().tax_code[:2] + "12345678"
    for n, output in ((1, 10), (2, 20)):
        branch = make_enterprise(tax_code=f"{code}-00{n}", enterprise_type="branch")
        make_title(make_product(branch))
        make_figures(branch, 2024, output_vnd=output)
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.reporting, found.counted) == (30, 1, 1)


def test_titles_in_force_are_those_that_hold_on_the_named_date():
    make_indicator(OUTPUT_SHARE | {"who": {"rule": "in_force", "on": "06-30"}})
    before, ended, late = make_enterprise(), make_enterprise(), make_enterprise()
    make_title(make_product(before), round_year=2021, decision_on=date(2021, 6, 30), valid_to=date(2024, 6, 30))
    make_title(
        make_product(ended), round_year=2021, ended_on=date(2024, 6, 30), end_reason="x", valid_to=date(2025, 1, 1)
    )
    make_title(make_product(late), round_year=2024, decision_on=date(2024, 7, 1))
    for enterprise, output in ((before, 1), (ended, 20), (late, 300)):
        make_figures(enterprise, 2024, output_vnd=output)
    make_statistic(1_000)
    assert (value().numerator, value().counted) == (1, 1)


def test_recognised_in_the_year_and_cumulative_since_the_period_began():
    make_period(2021, 2025)
    make_indicator(OUTPUT_SHARE | {"who": {"rule": "in_year"}}, "output_share.year")
    make_indicator(OUTPUT_SHARE | {"who": {"rule": "cumulative"}}, "output_share.period")
    for round_year, output in ((2020, 1), (2021, 20), (2024, 300), (2025, 4_000)):
        make_figures(make_titled(round_year), 2024, output_vnd=output)
    make_statistic(10_000)
    found = values(2024)
    assert found["output_share.year", 2024].numerator == 300
    assert found["output_share.period", 2024].numerator == 320


def test_figures_of_the_year_before_go_with_the_city_figure_of_the_year_before():
    make_indicator(OUTPUT_SHARE | {"figure_year": "before", "who": {"rule": "in_year"}})
    enterprise = make_titled(2024)
    make_figures(enterprise, 2023, output_vnd=100)
    make_figures(enterprise, 2024, output_vnd=200)
    make_statistic(500, year=2023)
    make_statistic(1_000, year=2024)
    found = value(2024)
    assert (found.numerator, found.denominator) == (100, 500)


def test_software_outside_industry_is_left_out_unless_the_definition_counts_it():
    software = make_industry_code("62", parent_code="J")
    make_indicator(OUTPUT_SHARE)
    make_indicator(OUTPUT_SHARE | {"outside_industry": "count"}, "output_share.b")
    make_figures(make_titled(main_activity=software), 2024, output_vnd=100)
    make_figures(make_titled(main_activity=make_industry_code("26")), 2024, output_vnd=20)
    make_figures(make_titled(), 2024, output_vnd=3)
    make_statistic(1_000)
    found = values(2024)
    assert found["output_share.a", 2024].numerator == 23
    assert found["output_share.b", 2024].numerator == 123
    assert found["output_share.b", 2024].reason == "coverage_differs"


def test_activities_of_a_definition_limit_who_counts():
    make_indicator(OUTPUT_SHARE | {"activities": ["26"]})
    make_figures(make_titled(main_activity=make_industry_code("26")), 2024, output_vnd=20)
    make_figures(make_titled(main_activity=make_industry_code("10")), 2024, output_vnd=100)
    make_statistic(1_000)
    assert (value().numerator, value().counted) == (20, 1)


def test_export_share_adds_the_named_kinds_of_export_in_cents():
    make_indicator(EXPORT_SHARE, "export_share.a")
    make_indicator(EXPORT_SHARE | {"numerator": "export_direct_goods_usd_cents"}, "export_share.b")
    make_figures(make_titled(), 2024, export_direct_goods_usd_cents=100, export_entrusted_goods_usd_cents=10)
    make_figures(make_titled(), 2024, export_entrusted_goods_usd_cents=5, export_direct_services_usd_cents=999)
    make_figures(make_titled(), 2024, export_direct_services_usd_cents=999)
    make_statistic(1_000, measure="exports")
    found = values(2024)
    assert found["export_share.a", 2024].numerator == 115
    assert (found["export_share.a", 2024].reporting, found["export_share.a", 2024].counted) == (2, 3)
    assert found["export_share.b", 2024].numerator == 100
    assert found["export_share.b", 2024].reporting == 1


def test_merged_enterprise_counts_in_the_one_it_was_merged_into(share):
    winner, loser = make_titled(), make_titled()
    make_figures(loser, 2024, output_vnd=10)
    merge(loser, winner, datetime(2025, 6, 1, tzinfo=UTC))
    make_statistic(1_000)
    found = value()
    assert (found.numerator, found.reporting, found.counted) == (10, 1, 1)
    before = value(cutoff=datetime(2025, 5, 31, tzinfo=UTC))
    assert (before.numerator, before.reporting, before.counted) == (10, 1, 2)
    make_figures(winner, 2024, output_vnd=100)
    found = value()
    assert (found.numerator, found.rows) == (100, 1)


def merge(loser, winner, at):
    """As the register's service does it: the loser becomes an alias and both leave a dated revision."""
    from enterprises.models import Enterprise
    from enterprises.services.revisions import note_enterprise

    Enterprise.objects.filter(pk=loser.pk).update(merged_into=winner, merged_at=at)
    loser.refresh_from_db()
    note_enterprise(loser, by="system:tests", now=at)


def test_enterprise_entered_by_mistake_does_not_count(share):
    from enterprises.services.revisions import note_enterprise

    enterprise = make_titled()
    make_figures(enterprise, 2024, output_vnd=10)
    make_statistic(1_000)
    enterprise.status, enterprise.status_from = "withdrawn", date(2025, 6, 1)
    enterprise.save()
    note_enterprise(enterprise, by="system:tests", now=datetime(2025, 6, 1, tzinfo=UTC))
    assert value().reason == "nobody_counts"
    assert value(cutoff=datetime(2025, 5, 1, tzinfo=UTC)).numerator == 10


def test_shares_are_never_averaged_but_summed(share):
    for output in (1, 2):
        make_figures(make_titled(), 2024, output_vnd=output)
    make_statistic(3)
    assert value().share(value().numerator) == Fraction(1)
