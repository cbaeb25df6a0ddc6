import pytest

from audit.refusals import Refused
from reporting.definitions import read

SHARE = {
    "counts": "sum",
    "numerator": "output_vnd",
    "denominator": {"measure": "output"},
    "unit": "percent",
    "upper": {"method": "declared"},
    "band": "output_share",
}


def changed(**values):
    return {**SHARE, **values}


def test_definition_of_a_share_is_read_with_its_defaults():
    definition = read(SHARE)
    assert definition.numerator == ("output_vnd",)
    assert (definition.basis.scope, definition.basis.place, definition.basis.prices) == ("whole", "hanoi", "current")
    assert (definition.who.rule, definition.who.on) == ("in_force", "12-31")
    assert definition.denominator.states == ("official", "preliminary", "estimate")
    assert definition.differing_bases() == ""
    assert definition.is_ratio and definition.currency == "vnd"


@pytest.mark.parametrize(
    "values",
    [
        {"counts": "average"},
        {"numerator": "profit_vnd"},
        {"numerator": []},
        {"numerator": ["output_vnd", "export_direct_goods_usd_cents"]},
        {"numerator": "export_direct_goods_usd_cents"},
        {"denominator": {"measure": "exports"}},
        {"denominator": {"measure": "output", "prices": "constant"}},
        {"denominator": {"measure": "output", "base_year": 2010}},
        {"denominator": {"measure": "output", "states": []}},
        {"denominator": {"measure": "output", "states": ["guess"]}},
        {"denominator": {"measure": "output", "when_missing": "zero"}},
        {"denominator": "output"},
        {"denominator": None},
        {"unit": "vnd"},
        {"unit": "euro"},
        {"prices": "constant"},
        {"base_year": 2010},
        {"scope": "everything"},
        {"place": "abroad"},
        {"who": {"rule": "everyone"}},
        {"who": {"rule": "in_force", "on": "31-12"}},
        {"who": {"rule": "in_force", "on": "02-30"}},
        {"who": "in_force"},
        {"title_kinds": []},
        {"title_kinds": ["best"]},
        {"figure_year": "next"},
        {"upper": {"method": "guess"}},
        {"upper": {"method": "last_verified"}},
        {"upper": {"method": "last_verified", "cap_percent": 1.5}},
        {"upper": {"method": "last_verified", "cap_percent": True}},
        {"upper": {"method": "last_verified", "cap_percent": 150, "years_back": 9}},
        {"outside_industry": "maybe"},
        {"activities": ["C"]},
        {"activities": "10"},
        {"direction": "sideways"},
        {"band": 7},
        {"formula": "1+1"},
    ],
)
def test_nonsense_in_a_definition_is_refused_with_a_sentence(values):
    with pytest.raises(Refused) as refusal:
        read(changed(**values))
    assert str(refusal.value).endswith(".")


def test_definition_must_be_an_object():
    with pytest.raises(Refused):
        read([])


def test_only_sums_of_figures_are_divided_by_a_city_statistic():
    with pytest.raises(Refused):
        read({"counts": "turns", "unit": "percent", "denominator": {"measure": "output"}})


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, ""),
        ({"numerator": "revenue_vnd"}, "measures_differ"),
        ({"prices": "constant", "base_year": 2010}, "prices_differ"),
        (
            {
                "prices": "constant",
                "base_year": 2010,
                "denominator": {"measure": "output", "prices": "constant", "base_year": 2020},
            },
            "prices_differ",
        ),
        (
            {
                "prices": "constant",
                "base_year": 2010,
                "denominator": {"measure": "output", "prices": "constant", "base_year": 2010},
            },
            "",
        ),
        ({"place": "whole"}, "places_differ"),
        ({"outside_industry": "count"}, "coverage_differs"),
    ],
)
def test_different_bases_above_and_below_the_line_are_found(values, why):
    assert read(changed(**values)).differing_bases() == why
