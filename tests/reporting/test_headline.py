from types import SimpleNamespace

from reporting.queries import FamilyView, Shown, Variant


def shown(year, exact, publication=None):
    return Shown(SimpleNamespace(year=year, exact=exact), publication)


def variant(code, *values, choice=None):
    return Variant(code, code, SimpleNamespace(confirmed=False), choice, list(values))


def test_published_year_keeps_its_value_when_another_variant_is_chosen_later():
    before = variant("a", shown(2024, 30), shown(2025, 31, publication="200/TB-SCT"))
    after = variant("b", shown(2024, 27), shown(2025, 28), choice="201/TB-SCT")
    headline = FamilyView("output_share", [before, after]).headline
    assert [(s.year, s.value.exact) for s in headline.shown] == [(2024, 27), (2025, 31)]
    assert [s.value.exact for s in after.shown] == [27, 28]


def test_variant_that_was_published_is_not_called_unconfirmed():
    assert variant("a", shown(2025, 31, publication="200/TB-SCT")).confirmed
    assert not variant("b", shown(2025, 28)).confirmed


def test_nothing_is_the_headline_while_nobody_has_chosen():
    assert FamilyView("output_share", [variant("a", shown(2025, 1)), variant("b", shown(2025, 2))]).headline is None
