"""Whatever is missing turns out to be, the truth lies between the bounds; tried on many random worlds."""

import random
from datetime import UTC, datetime

import pytest

from reporting import wording
from reporting.engine.judging import judge
from reporting.models import KpiValue
from reporting.queries import families
from tests.factories import make_enterprise, make_figures, make_product, make_title
from tests.reporting.making import OUTPUT_SHARE, make_indicator, make_run, make_statistic, value

pytestmark = pytest.mark.django_db
BEFORE = datetime(2025, 6, 1, tzinfo=UTC)
AFTER = datetime(2025, 12, 1, tzinfo=UTC)
CITY = 1_000


@pytest.mark.parametrize("seed", range(6))
def test_truth_lies_between_the_bounds_once_everything_is_verified(seed):
    """Everything missing was declared; later it is confirmed as declared: the value stays within the old bounds."""
    rng = random.Random(seed)
    make_indicator(OUTPUT_SHARE | {"upper": {"method": "declared"}})
    make_statistic(CITY)
    waiting = []
    for _number in range(rng.randint(2, 7)):
        enterprise = make_enterprise()
        make_title(make_product(enterprise), round_year=2023)
        output = rng.randint(0, 120)
        if rng.random() < 0.5:
            make_figures(enterprise, 2024, output_vnd=output)
        else:
            waiting.append(make_figures(enterprise, 2024, state="waiting", output_vnd=output))
    early = value(cutoff=BEFORE)
    for row in waiting:
        import uuid

        type(row).objects.filter(pk=row.pk).update(state="confirmed", confirmed_by=uuid.uuid4(), confirmed_at=AFTER)
    late = value()
    assert early.open_units == 0
    assert early.lower <= late.numerator <= early.upper <= CITY
    assert late.lower == late.upper == late.numerator
    assert value(cutoff=BEFORE) == early


@pytest.mark.parametrize("seed", range(200))
def test_verdict_on_bounds_agrees_with_every_value_between_them(seed):
    from fractions import Fraction

    rng = random.Random(seed)
    low, high = sorted(rng.randint(0, 20) for _ in range(2))
    lower, upper = sorted(rng.randint(0, 20) for _ in range(2))
    target = {"lower": str(lower), "upper": str(upper) if rng.random() < 0.8 else None}
    found, _why = judge(Fraction(low), Fraction(low), Fraction(high), target, unit="turn", complete=False)
    possible = {
        judge(Fraction(v), Fraction(v), Fraction(v), target, unit="turn", complete=True)[0]
        for v in range(low, high + 1)
    }
    if found == "not_assessable":
        assert "below" in possible and len(possible) > 1
    elif found == "within":
        assert possible <= {"within", "above"}
    else:
        assert possible == {found}


@pytest.fixture(params=["declared", "last_verified", "none"])
def method(request):
    return {"method": request.param} | (
        {"cap_percent": 110, "years_back": 1} if request.param == "last_verified" else {}
    )


@pytest.mark.parametrize("reporting", [0, 1])
def test_an_enterprise_without_any_figure_leaves_the_upper_bound_unknown(method, reporting):
    make_indicator(OUTPUT_SHARE | {"upper": method})
    make_statistic(CITY)
    for number in range(3):
        enterprise = make_enterprise()
        make_title(make_product(enterprise), round_year=2023)
        if number < reporting:
            make_figures(enterprise, 2024, output_vnd=100)
    make_run(year_from=2024, year_to=2024)
    found = KpiValue.objects.get(year=2024)
    assert (found.exact_lower * 10, found.exact_upper) == (reporting, None)
    lower = "10,0\u00a0%" if reporting else "0,0\u00a0%"
    said = wording.bounds(found)
    assert said == f"từ {lower}, cận trên chưa rõ ({3 - reporting} doanh nghiệp chưa có số liệu nào)"
    chart = str(families()[0].variants[0].chart())
    assert "l6 8" in chart  # the arrow of a whisker that nothing bounds from above


def test_where_the_method_reaches_everyone_the_upper_bound_is_named():
    make_indicator(OUTPUT_SHARE | {"upper": {"method": "declared"}})
    make_statistic(CITY)
    enterprise = make_enterprise()
    make_title(make_product(enterprise), round_year=2023)
    make_figures(enterprise, 2024, state="waiting", output_vnd=250)
    make_run(year_from=2024, year_to=2024)
    assert wording.bounds(KpiValue.objects.get(year=2024)) == "0,0\u00a0% – 25,0\u00a0%"
