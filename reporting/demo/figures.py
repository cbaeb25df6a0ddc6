"""The figures the invented enterprises reported, with the gaps and states that real ones have."""

import random
from dataclasses import dataclass, replace
from datetime import date

from reporting.demo.firms import SEED, TY

YEARS = (2021, 2022, 2023, 2024, 2025)
MOOD = {2020: 1.0, 2021: 1.0, 2022: 1.06, 2023: 1.09, 2024: 1.17, 2025: 1.26, 2026: 1.33}
RATES = {2020: 23_130, 2021: 22_930, 2022: 23_560, 2023: 23_870, 2024: 24_950, 2025: 26_050, 2026: 26_300}
DEFLATOR = {2021: 0.70, 2022: 0.68, 2023: 0.665, 2024: 0.65, 2025: 0.635, 2026: 0.62}


AMOUNTS = (
    "output", "revenue", "key_revenue", "export_direct_goods", "export_entrusted_goods", "export_direct_services",
    "labour", "insured", "capital", "tax",
)  # fmt: skip


@dataclass(slots=True)
class Numbers:
    """One report of one firm for one year on one basis; None was not reported."""

    firm: object
    year: int
    scope: str
    place: str
    prices: str
    state: str
    output: int | None
    revenue: int | None
    key_revenue: int | None
    export_direct_goods: int | None
    export_entrusted_goods: int | None
    export_direct_services: int | None
    labour: int | None
    insured: int | None
    capital: int | None
    tax: int | None
    revision: int = 1
    replaced: bool = False

    @property
    def key(self):
        return (self.firm.tax_code, self.year, self.scope, self.place, self.prices, self.revision)


def declared_in(year):
    """The day on which reports of `year` are declared."""
    return date(year + 1, 2, 20)


def figures_rng():
    return random.Random(SEED + 2)  # noqa: S311


def make_figures(firms, rng, *, scale):
    """The reports of `firms`, firm by firm. Money of firms is already scaled; only whole đồng and cents leave here."""
    for firm in firms:
        if firm.parent:
            yield from _branch(firm, rng, scale)
            continue
        for year in YEARS:
            if firm.status == "dissolved" and year > 2023:
                continue
            gap = rng.random()
            if gap < (0.05 if firm.titled else 0.25):
                continue  # never reported
            state = "confirmed"
            if year == 2025:
                state = "waiting" if gap > 0.93 else "returned" if gap > 0.905 else "declared" if gap > 0.89 else state
            yield from _reports(firm, year, state, rng, scale)


def _reports(firm, year, state, rng, scale):
    revenue = _revenue(firm, year, rng, scale)
    whole = _numbers(firm, year, "whole", "hanoi", "current", state, int(revenue * firm.hanoi), rng)
    if state == "confirmed" and rng.random() < 0.03:
        yield _before_correction(whole)
        whole.revision = 2
    yield whole
    if firm.titled and (state == "confirmed" or firm.number % 2):
        yield _numbers(firm, year, "key_products", "hanoi", "current", state, whole.key_revenue, rng)
    if firm.titled:
        yield _no_less(_numbers(firm, year, "whole", "whole", "current", state, revenue, rng), whole)
    if firm.titled and firm.number % 4 == 0:
        constant = int(revenue * firm.hanoi * DEFLATOR[year])
        yield _numbers(firm, year, "whole", "hanoi", "constant", state, constant, rng)


def _no_less(numbers, part):
    """What all plants of a firm come to is no less than what those in Hà Nội do."""
    for name in AMOUNTS:
        own, least = getattr(numbers, name), getattr(part, name)
        if own is not None and least is not None:
            setattr(numbers, name, max(own, least))
    return numbers


def _before_correction(numbers):
    """What was confirmed first: a report in which the exports stood ten times too high."""
    wrong = 10 * numbers.export_direct_goods if numbers.export_direct_goods else numbers.export_direct_goods
    return replace(numbers, export_direct_goods=wrong, output=numbers.revenue, replaced=True)


def _revenue(firm, year, rng, scale):
    """Moves with the mood of the year, and never crosses 1,000 tỷ by itself."""
    value = int(firm.revenue * MOOD[year] * (1 + firm.growth) ** (year - 2021) * rng.uniform(0.95, 1.05))
    line = int(1000 * TY / scale)
    return max(value, line * 102 // 100) if firm.big else min(value, line * 96 // 100)


def _numbers(firm, year, scope, place, prices, state, revenue, rng):
    output = int(revenue * rng.uniform(0.9, 1.03))
    exports = int(revenue * firm.exports / RATES[year] * 100) if prices == "current" else None
    goods, services = (None, exports) if firm.software else (exports, None)
    entrusted = None
    if goods and firm.entrusted:
        entrusted = int(goods * firm.entrusted)
        goods -= entrusted
    whole = scope == "whole" and prices == "current"
    labour = max(3, int(firm.labour * MOOD[year] * rng.uniform(0.95, 1.05))) if whole else None
    return Numbers(
        firm=firm,
        year=year,
        scope=scope,
        place=place,
        prices=prices,
        state=state,
        output=output if rng.random() > 0.02 else None,
        revenue=revenue,
        key_revenue=int(revenue * firm.key_share)
        if whole and firm.titled
        else (revenue if not whole and scope != "whole" else None),
        export_direct_goods=goods,
        export_entrusted_goods=entrusted,
        export_direct_services=services,
        labour=labour,
        insured=int(labour * rng.uniform(0.8, 1.0)) if labour else None,
        capital=int(revenue * rng.uniform(0.4, 1.6)) if whole else None,
        tax=int(revenue * rng.uniform(0.01, 0.06)) if whole else None,
    )


def _branch(firm, rng, scale):
    for year in YEARS[2:]:
        yield _numbers(firm, year, "whole", "hanoi", "current", "confirmed", _revenue(firm, year, rng, scale), rng)
