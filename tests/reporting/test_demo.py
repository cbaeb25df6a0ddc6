"""The demonstration data: as much as it promises, the same every time, and refused where it has no place."""

import hashlib

import pytest
from django.core.management import call_command

from audit.refusals import Refused
from enterprises.models import Enterprise
from reference import tax_codes
from reporting.demo.figures import AMOUNTS, figures_rng, make_figures
from reporting.demo.loading import load
from reporting.demo.rounds import ROUNDS
from reporting.demo.world import make_world
from tests.reporting import demo_promises

TY = 10**9


@pytest.fixture
def loaded(db):
    call_command("load_reference", verbosity=0)
    call_command("load_programme", verbosity=0)
    call_command("load_indicators", verbosity=0)
    return load()


def digest_of(world):
    """One digest of everything the plan says before it is written."""
    seen = hashlib.sha256()
    for firm in world.firms:
        seen.update(repr((firm.tax_code, firm.name, firm.status, firm.revenue, firm.labour, firm.years)).encode())
    for title in world.titles:
        seen.update(repr((title.public_id, title.kind, title.decided_on, title.ended_on)).encode())
    for numbers in make_figures(world.firms, figures_rng(), scale=world.scale):
        seen.update(repr((*numbers.key, numbers.state, numbers.output, numbers.revenue, numbers.labour)).encode())
    return seen.hexdigest()


def test_the_plan_is_the_same_every_time():
    assert digest_of(make_world()) == digest_of(make_world())


@pytest.mark.parametrize("count", [300, 1200])
def test_no_part_of_a_firm_reports_more_than_the_whole(count):
    world = make_world(count)
    reports = make_figures(world.firms, figures_rng(), scale=world.scale)
    standing = {numbers.key[:-1]: numbers for numbers in reports if not numbers.replaced}
    compared = 0
    for (tax_code, year, scope, place, prices), part in standing.items():
        wider = {("whole", "hanoi"): ("whole", "whole"), ("key_products", "hanoi"): ("whole", "hanoi")}.get(
            (scope, place)
        )
        whole = standing.get((tax_code, year, *(wider or ()), prices))
        for name in AMOUNTS if whole else ():
            ours, theirs = getattr(part, name), getattr(whole, name)
            assert ours is None or theirs is None or ours <= theirs, (tax_code, year, scope, name)
            compared += 1
    assert compared > 1000


def test_rounds_have_as_many_products_and_enterprises_as_were_published():
    world = make_world()
    recognised = [title for title in world.titles if title.kind == "key_product"]
    assert len(recognised) == 183
    assert len({title.product.firm.number for title in recognised}) == 105
    for year, (products, firms, *_rest, top_firms) in ROUNDS.items():
        own = [title.product.firm.number for title in recognised if title.year == year]
        assert (len(own), len(set(own))) == (products, firms)
        top = [title.product.firm.number for title in world.titles if title.kind == "top_10" and title.year == year]
        assert (len(top), len(set(top))) == (10, top_firms)


def test_revenues_are_spread_as_published():
    world = make_world()
    large = {
        numbers.firm.number
        for numbers in make_figures(world.firms, figures_rng(), scale=1)
        if numbers.scope == "whole" and numbers.place == "whole" and numbers.prices == "current"
        if numbers.revenue > 1000 * TY
    }
    for year, count in ((2021, 13), (2024, 8), (2025, 11)):
        firms = [firm for firm in world.firms if year in firm.years]
        assert sum(firm.big for firm in firms) == count
        assert {firm.number for firm in firms if not firm.big}.isdisjoint(large)


def test_every_tax_code_is_right_and_plainly_invented():
    world = make_world()
    codes = [firm.tax_code for firm in world.firms]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not tax_codes.is_valid(code)] == []
    assert {len(code) for code in codes} == {10, 12, 14}
    assert all("minh họa" in firm.name.lower() for firm in world.firms)


def test_demo_loads_what_it_promises(loaded):
    assert loaded["enterprises"] == Enterprise.objects.filter(synthetic=True).count()
    demo_promises.main()


def test_demo_is_refused_in_production(settings, db):
    settings.PRODUCTION = True
    with pytest.raises(Refused):
        load()
    assert not Enterprise.objects.exists()


def test_demo_lists_one_sign_in_for_each_role(capsys):
    call_command("demo", list_people=True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 18
    assert all(len(line.split("\t")) == 3 for line in lines)
