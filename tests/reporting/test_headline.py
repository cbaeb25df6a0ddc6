from types import SimpleNamespace

from reporting.definitions import read
from reporting.queries import FamilyView, Shown, Variant
from tests.reporting.making import OUTPUT_SHARE


def version(code, **change):
    return SimpleNamespace(confirmed=False, name=code, indicator_id=code, read=read(OUTPUT_SHARE | change))


def shown(year, exact, publication=None, code="a", paper="", **change):
    kept = SimpleNamespace(
        year=year, exact=exact, exact_lower=None, exact_upper=None, kind="official", target=None, name=code,
        version=version(code, **change), choice=SimpleNamespace(paper_number=paper) if paper else None,
    )  # fmt: skip
    return Shown(kept, publication)


def variant(code, *values, choice=None):
    return Variant(code, code, version(code), choice, list(values))


def chosen_anew():
    """2025 was published while variant a was chosen; now it is b."""
    before = variant("a", shown(2024, 30), shown(2025, 31, publication="200/TB-SCT", paper="99/TB-SCT"))
    years = [shown(year, exact, code="b") for year, exact in ((2023, 26), (2024, 27), (2025, 28), (2026, 29))]
    return FamilyView("output_share", [before, variant("b", *years, choice=SimpleNamespace(paper_number="201/TB-SCT"))])


def test_published_year_keeps_its_value_when_another_variant_is_chosen_later():
    view = chosen_anew()
    assert [(s.year, s.value.exact) for s in view.headline.shown] == [(2023, 26), (2024, 27), (2025, 31), (2026, 29)]
    assert [s.value.exact for s in view.variants[1].shown] == [26, 27, 28, 29]


def test_headline_says_which_years_were_counted_how_and_by_which_paper():
    stretches = chosen_anew().headline.stretches
    assert [(s.mark, s.years_text, s.name, s.choice.paper_number) for s in stretches] == [
        ("(1)", "2023–2024", "b", "201/TB-SCT"),
        ("(2)", "2025", "a", "99/TB-SCT"),
        ("(1)", "2026", "b", "201/TB-SCT"),
    ]


def test_line_of_the_headline_breaks_where_the_variant_changes():
    svg = str(chosen_anew().chart)
    assert svg.count('class="line') == 1 and svg.count("way-break") == 2


def test_line_of_a_variant_breaks_where_its_definition_counts_otherwise():
    same = variant("a", shown(2023, 1), shown(2024, 2, upper={"method": "declared"}))
    other = variant("a", shown(2023, 1), shown(2024, 2, who={"rule": "in_year"}))
    assert (same.changes_way, other.changes_way) == (False, True)


def test_variant_that_was_published_is_not_called_unconfirmed():
    assert variant("a", shown(2025, 31, publication="200/TB-SCT")).confirmed
    assert not variant("b", shown(2025, 28)).confirmed


def test_nothing_is_the_headline_while_nobody_has_chosen():
    assert FamilyView("output_share", [variant("a", shown(2025, 1)), variant("b", shown(2025, 2))]).headline is None
