"""The invented world as plan, before anything is written: firms with their kinds and fates, products, titles."""

import random
from dataclasses import dataclass
from datetime import date

from reporting.demo.firms import SEED, make_firms, set_labour
from reporting.demo.rounds import TITLED, make_rounds

BASE = 300


@dataclass
class World:
    count: int
    scale: float
    firms: list
    products: list
    titles: list
    double: tuple  # (firm, the same firm entered once more)


def titled_of(count):
    """How many of `count` enterprises hold titles: 105 of 300; 43,000 of 100,000."""
    return TITLED if count == BASE else round(count * 0.43)


def make_world(count=BASE):
    scale = max(1, count / BASE)
    firms = make_firms(count, scale=scale)
    titled = titled_of(count)
    products, titles = make_rounds(firms, titled, scale=scale)
    _dissolve(firms, titled)
    _households(firms, titled)
    _branches(firms, titled)
    double = _double(firms, titled)
    rng = random.Random(SEED + 4)  # noqa: S311
    for firm in firms:
        set_labour(firm, rng, scale)
    return World(count, scale, firms, products, titles, double)


def _share(firms, titled, part):
    """How many of the firms without titles are of a special sort: `part` of a hundred, at least two."""
    return max(2, (len(firms) - titled) * part // 100)


def _dissolve(firms, titled):
    for firm in (firms[4], *firms[titled : titled + _share(firms, titled, 2)]):
        firm.status = "dissolved"
    start = titled + _share(firms, titled, 2)
    for firm in firms[start : start + _share(firms, titled, 1)]:
        firm.status = "suspended"


def _households(firms, titled):
    """Household businesses of handicraft: twelve digits of a person who is not yet born."""
    start = titled + _share(firms, titled, 2) + _share(firms, titled, 1)
    for serial, firm in enumerate(firms[start : start + _share(firms, titled, 2)], start=1):
        firm.kind, firm.group, firm.division = "household", "8", "32"
        firm.tax_code = f"001399{serial:06d}"
        firm.name = firm.short_name = f"Hộ kinh doanh Minh Họa {firm.short_name.split(' ', 1)[1]}"
        firm.exports, firm.second_group = 0.0, ""
        firm.revenue = firm.revenue // 40


def _branches(firms, titled):
    """The last firms become branches of the first ones: 13 digits, figures of their own place."""
    count = _share(firms, titled, 3)
    for parent, branch in zip(firms[:count], firms[-count:], strict=True):
        branch.parent = parent.tax_code
        branch.kind, branch.tax_code = "branch", f"{parent.tax_code}-001"
        branch.name = f"Chi nhánh {parent.name} tại Hà Nội"
        branch.short_name = f"CN {parent.short_name}"[:120]
        branch.group, branch.division, branch.second_group = parent.group, parent.division, ""
        branch.revenue = parent.revenue // 10


def _double(firms, titled):
    """Two records of one firm, entered under two tax codes: to be merged."""
    first = firms[len(firms) // 2 + titled // 2]
    second = firms[len(firms) // 2 + titled // 2 + 1]
    second.name = first.name.upper()
    second.short_name = first.short_name
    return first, second


def status_since(firm):
    return {"dissolved": date(2024, 3, 31), "suspended": date(2025, 6, 30)}.get(firm.status)
