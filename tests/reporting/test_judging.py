from fractions import Fraction

import pytest

from reporting.engine.judging import judge

BAND = {"lower": "40", "upper": "50"}
HALF = Fraction(1, 2)


def share(text):
    return Fraction(text) / 100


@pytest.mark.parametrize(
    ("percent", "verdict"),
    [("39.99999999999", "below"), ("40", "within"), ("50", "within"), ("50.00000000001", "above"), ("45", "within")],
)
def test_band_is_decided_on_the_exact_fraction(percent, verdict):
    value = share(percent)
    assert judge(value, value, value, BAND, unit="percent", complete=True) == (verdict, "")


def test_a_third_is_not_33_percent():
    target = {"lower": "33.3333", "upper": "33.3333"}
    third = Fraction(1, 3)
    assert judge(third, third, third, target, unit="percent", complete=True)[0] == "above"


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        ("10", "20", ("below", "")),
        ("10", "45", ("not_assessable", "bounds_cross")),
        ("10", "60", ("not_assessable", "bounds_cross")),
        ("10", None, ("not_assessable", "incomplete")),
        ("45", "49", ("within", "")),
        ("45", "60", ("within", "")),
        ("45", None, ("within", "")),
        ("55", "60", ("above", "")),
        ("55", None, ("above", "")),
    ],
)
def test_what_is_missing_decides_when_it_could_change_the_answer(lower, upper, expected):
    found = judge(
        share(lower), share(lower), None if upper is None else share(upper), BAND, unit="percent", complete=False
    )
    assert found == expected


def test_without_value_or_target_there_is_no_verdict():
    assert judge(None, None, None, BAND, unit="percent", complete=True) == ("not_assessable", "no_value")
    assert judge(HALF, HALF, HALF, {}, unit="percent", complete=True) == ("not_assessable", "no_target")


def test_open_band_has_one_edge():
    assert judge(HALF, HALF, HALF, {"lower": "15", "upper": None}, unit="percent", complete=True)[0] == "within"
    assert judge(Fraction(250), Fraction(250), None, {"lower": "100", "upper": "200"}, unit="turn", complete=True) == (
        "above",
        "",
    )


def test_where_less_is_better_above_the_band_is_not_reached():
    assert (
        judge(share("60"), share("60"), share("60"), BAND, unit="percent", complete=True, direction="down")[0]
        == "below"
    )
    assert judge(share("10"), share("10"), None, BAND, unit="percent", complete=False, direction="down") == (
        "not_assessable",
        "incomplete",
    )
