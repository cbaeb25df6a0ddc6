"""Which invented products were recognised in which year: as many as the published counts, for none of the real ones."""

import random
from dataclasses import dataclass
from datetime import date

from reporting.demo.firms import GROUPS, SEED, make_big
from reporting.demo.names import MARK, identifier

# year: (products, enterprises, of them recognised before, large among the new, large among the others, day, Top 10 firms)
ROUNDS = {
    2021: (46, 30, 0, 13, 0, date(2021, 11, 26), 10),
    2022: (33, 25, 4, 6, 2, date(2022, 12, 9), 10),
    2023: (33, 24, 5, 5, 2, date(2023, 12, 5), 7),
    2024: (36, 25, 8, 5, 3, date(2024, 11, 29), 10),
    2025: (35, 28, 10, 6, 5, date(2025, 11, 15), 10),
}
TITLED = 105
TITLE_YEARS = 3


@dataclass(slots=True)
class Product:
    firm: object
    name: str
    group: str
    serial: int
    key: int | None = None

    @property
    def public_id(self):
        return identifier("product", self.firm.tax_code, self.serial)


@dataclass(slots=True)
class Title:
    product: Product
    kind: str  # key_product | top_10
    year: int
    decided_on: date
    valid_to: date
    ended_on: date | None = None
    end_reason: str = ""

    @property
    def public_id(self):
        return identifier("title", self.product.firm.tax_code, self.product.serial, self.kind, self.year)

    @property
    def decision(self):
        return f"MH-{self.year}/QĐ-MINHHOA"


def make_rounds(firms, titled, *, scale):
    """(products, titles) for the first `titled` firms; marks the firms with their years and sizes."""
    rng = random.Random(SEED + 1)  # noqa: S311
    factor = titled / TITLED
    fresh = iter(firms[:titled])
    left = titled
    products, titles, known = [], [], []
    last = max(ROUNDS)
    for year, (product_count, firm_count, again, big_new, big_again, day, top_firms) in ROUNDS.items():
        repeats = round(again * factor)
        news = left if year == last else min(left, round(firm_count * factor) - repeats)
        left -= news
        newcomers = [next(fresh) for _ in range(news)]
        for firm in newcomers[: round(big_new * factor)]:
            make_big(firm, rng, scale)
        round_firms = newcomers + _recognised_again(known, repeats, round(big_again * factor), year, rng)
        known += newcomers
        chosen = _products_of_round(round_firms, round(product_count * factor), products, year, rng)
        for product in chosen:
            titles.append(Title(product, "key_product", year, day, _three_years_after(day)))
        for firm in round_firms:
            firm.years.append(year)
            firm.first_year = firm.first_year or year
        for product in _top_ten(chosen, top_firms):
            titles.append(Title(product, "top_10", year, day, _three_years_after(day)))
    for title in titles[3 : 3 + max(2, titled // 60)]:  # a few that ended before their time
        if title.kind == "key_product":
            title.ended_on = date(title.year + 1, 6, 30)
            title.end_reason = "Doanh nghiệp ngừng sản xuất sản phẩm (minh họa)"
    return products, titles


def _recognised_again(known, count, big, year, rng):
    """Firms of earlier years: `big` large ones and the rest not."""
    free = [firm for firm in known if year - firm.years[-1] >= 1]
    large = [firm for firm in free if firm.big]
    small = [firm for firm in free if not firm.big]
    return rng.sample(large, min(big, len(large))) + rng.sample(small, min(count - big, len(small)))


def _products_of_round(round_firms, count, products, year, rng):
    """`count` products of these firms: one each, the rest spread; some renew a title that has run out."""
    shares = dict.fromkeys((firm.tax_code for firm in round_firms), 1)
    extra = max(0, count - len(round_firms))
    for firm in rng.sample(round_firms, min(extra, len(round_firms))):
        shares[firm.tax_code] += 1
    made = []
    by_firm = {}
    if year >= min(ROUNDS) + TITLE_YEARS:
        for product in products:
            by_firm.setdefault(product.firm.tax_code, []).append(product)
    for firm in round_firms:
        old = by_firm.get(firm.tax_code, []) if firm.first_year and year - firm.first_year >= TITLE_YEARS else []
        for turn in range(shares[firm.tax_code]):
            if turn < len(old) and rng.random() < 0.7:
                made.append(old[turn])
            else:
                serial = year * 10 + turn
                product = Product(firm, _product_name(firm, serial, rng), firm.group, serial)
                products.append(product)
                made.append(product)
    return made


def _product_name(firm, serial, rng):
    names = next(group[3] for group in GROUPS if group[0] == firm.group)
    return f"{rng.choice(names)} {MARK} {firm.number:03d}-{serial % 100:02d}"


def _top_ten(chosen, firms):
    """Ten products of `firms` enterprises, the largest first."""
    by_firm = {}
    for product in sorted(chosen, key=lambda product: -product.firm.revenue):
        by_firm.setdefault(product.firm.tax_code, []).append(product)
    groups = list(by_firm.values())
    if firms < 10:
        groups.sort(key=lambda own: (-len(own), -own[0].firm.revenue))
    best = [own[0] for own in groups[:firms]]
    rest = [product for own in groups[:firms] for product in own[1:]]
    return (best + rest)[:10]


def _three_years_after(day):
    return date(day.year + TITLE_YEARS, day.month, day.day - 1)
