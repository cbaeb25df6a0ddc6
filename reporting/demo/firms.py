"""Who the invented enterprises are: size, group, ward, and how their figures move."""

import random
from dataclasses import dataclass, field

from reporting.demo.names import enterprise_name, identifier, tax_codes

SEED = 20261123
TY = 10**9

# The eight groups of 2022 with their products of that year: the spread of groups. (code, weight, divisions, products)
GROUPS = (
    ("1", 6, ("28", "25", "29", "30"), ("Máy biến tốc", "Khuôn mẫu chính xác", "Kết cấu thép", "Băng tải công nghiệp")),
    ("2", 4, ("26", "27"), ("Máy biến áp", "Cáp điện hạ thế", "Công tơ điện tử", "Đèn LED")),
    ("3", 5, ("62", "58"), ("Phần mềm quản trị", "Nền tảng hóa đơn", "Phần mềm kế toán", "Dịch vụ truyền hình số")),
    ("4", 8, ("13", "14", "15"), ("Vải dệt kim", "Áo sơ mi", "Giày thể thao", "Sợi cotton")),
    ("5", 4, ("10", "11"), ("Bánh mềm", "Nước giải khát", "Sữa chua", "Giò chả")),
    ("6", 3, ("20", "21", "22"), ("Sơn nước", "Ống nhựa", "Thuốc viên nang", "Săm lốp xe máy")),
    ("7", 2, ("23",), ("Gạch ốp lát", "Kính an toàn")),
    ("8", 1, ("16", "32"), ("Gốm trang trí", "Đồ sơn mài")),
)
SOFTWARE = "3"


@dataclass(slots=True)
class Firm:
    """One invented enterprise with what decides its figures."""

    number: int
    tax_code: str
    kind: str
    name: str
    short_name: str
    group: str
    second_group: str
    division: str
    ward: int
    big: bool
    revenue: int  # of 2021, đồng
    growth: float
    hanoi: float
    exports: float
    entrusted: float
    key_share: float
    labour: int
    first_year: int | None = None  # of recognition
    status: str = "active"
    years: list = field(default_factory=list)  # in which it was recognised
    parent: str = ""
    key: int | None = None  # in the database, once written

    @property
    def public_id(self):
        return identifier("enterprise", self.tax_code)

    @property
    def titled(self):
        return bool(self.years)

    @property
    def software(self):
        return self.group == SOFTWARE


def make_firms(count, *, scale):
    """`count` enterprises in a fixed order; `scale` shrinks their money so that sums stay as for 300."""
    rng = random.Random(SEED)  # noqa: S311 - the same data every time is the point
    codes = tax_codes()
    weights = [group[1] for group in GROUPS]
    firms = []
    for number in range(1, count + 1):
        code, _weight, divisions, _products = rng.choices(GROUPS, weights)[0]
        kind, name, short = enterprise_name(number, rng)
        second = rng.choice(GROUPS)[0] if rng.random() < 0.06 else ""
        software = code == SOFTWARE
        firms.append(
            Firm(
                number=number,
                tax_code=next(codes),
                kind=kind,
                name=name,
                short_name=short,
                group=code,
                second_group="" if second == code else second,
                division=rng.choice(divisions),
                ward=rng.randrange(10**6),
                big=False,
                revenue=_ordinary_revenue(rng, scale),
                growth=rng.uniform(-0.02, 0.12),
                hanoi=1.0 if rng.random() < 0.6 else round(rng.uniform(0.45, 0.95), 2),
                exports=0.0 if rng.random() < 0.35 else round(rng.uniform(0.05, 0.7), 2) * (0.4 if software else 1),
                entrusted=0.0 if rng.random() < 0.8 else round(rng.uniform(0.1, 0.4), 2),
                key_share=round(rng.uniform(0.35, 0.9), 2),
                labour=0,
            )
        )
    return firms


def make_big(firm, rng, scale):
    """An enterprise above 1,000 tỷ a year."""
    firm.big = True
    firm.revenue = int(1_150 * TY * rng.lognormvariate(0.55, 0.6) / scale)
    firm.revenue = max(firm.revenue, int(1_100 * TY / scale))


def _ordinary_revenue(rng, scale):
    return int(min(900, max(4, rng.lognormvariate(4.6, 1.1))) * TY / scale)


def set_labour(firm, rng, scale):
    """Workers follow revenue: about one for each tỷ, more in garments, fewer in software."""
    a_head = {"4": 0.55, "3": 1.3, "8": 0.4}.get(firm.group, 1.6) * TY / scale
    firm.labour = max(4, int(firm.revenue / a_head * rng.uniform(0.6, 1.5) / max(1, scale / 20)))
