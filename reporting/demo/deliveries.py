"""What the invented enterprises were given: shared events, single help, honours, and what other agencies gave."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from reporting.demo.firms import SEED
from reporting.demo.names import MARK, identifier

LAST_DAY = date(2026, 10, 30)
YEARS = (2021, 2022, 2023, 2024, 2025, 2026)

# (type, name, code, events a year, firms an event, area, kind, đồng for one, two years, other agency)
EVENTS = (
    ("fair", "Hội chợ hàng công nghiệp chủ lực", "HC", 2, 17, 2, 1, 45_000_000, False, False),
    ("mission", "Đoàn xúc tiến thương mại tại nước ngoài", "XT", 1, 8, 2, 1, 96_500_000, False, False),
    ("matching", "Kết nối cung cầu với doanh nghiệp đầu chuỗi", "KN", 1, 13, 2, 3, None, False, False),
    ("course", "Lớp quản trị sản xuất", "DT", 3, 10, 5, 3, 12_000_000, False, False),
    ("consulting", "Tư vấn hệ thống quản lý chất lượng", "TV", 1, 8, 4, 3, 85_000_000, True, False),
    ("equipment", "Ứng dụng máy móc thiết bị tiên tiến", "TB", 1, 5, 4, 2, 300_000_000, True, False),
    ("petition", "Đối thoại, tháo gỡ khó khăn", "TG", 1, 6, 3, 4, None, False, False),
    ("fair", "Gian hàng chung xúc tiến thương mại quốc gia", "XTQG", 1, 7, 2, 1, 60_000_000, False, True),
    ("ceremony", "Lễ tôn vinh doanh nghiệp có sản phẩm chủ lực", "LE", 1, 9, 1, 1, None, False, False),
    ("media", "Giới thiệu sản phẩm và biểu trưng trên báo đài", "TT", 1, 6, 1, 1, 8_000_000, False, False),
)
BUSY = {2021: 0.72, 2022: 0.95, 2023: 1.05, 2024: 0.88, 2025: 1.16, 2026: 0.62}
TOTAL = 700


@dataclass(slots=True)
class Delivery:
    firm: object
    activity: str
    code: str
    type: str
    area: int  # 1–5
    kind: int  # 1–4
    what: str
    started_on: date | None
    delivered_on: date
    amount: int | None
    by_programme: bool
    withdrawn: bool = False

    @property
    def public_id(self):
        return identifier("support", self.firm.tax_code, self.code, self.what)


def make_deliveries(firms, *, count_of_firms):
    """About 700 for 300 enterprises and in proportion for more; mostly to firms that hold titles."""
    rng = random.Random(SEED + 3)  # noqa: S311
    titled = [firm for firm in firms if firm.titled and not firm.parent]
    others = [firm for firm in firms if not firm.titled and not firm.parent] or titled
    factor = max(1, round(count_of_firms / 300))
    wanted, given = round(TOTAL * count_of_firms / 300), 0
    for year in YEARS:
        for type_, name, code, events, size, area, kind, amount, long, other in EVENTS:
            for number in range(1, events * factor + 1):
                members = max(2, round(size * BUSY[year]))
                guests = max(1, members // 5)
                chosen = rng.sample(titled, min(members - guests, len(titled))) + rng.sample(
                    others, min(guests, len(others))
                )
                started, day = _days(year, long, rng)
                if day > LAST_DAY:
                    continue
                for firm in chosen:
                    if given == wanted:
                        return
                    given += 1
                    yield Delivery(
                        firm=firm,
                        activity=f"{name} {MARK} {year} – {number:02d}",
                        code=f"{code}-{year}-{number:02d}",
                        type=type_,
                        area=area,
                        kind=kind,
                        what=_what(type_),
                        started_on=started,
                        delivered_on=day,
                        amount=None if amount is None else round(amount * rng.choice((80, 100, 100, 120)) / 100),
                        by_programme=not other,
                    )
                    if given < wanted and type_ == "course" and rng.random() < 0.1:
                        given += 1  # a second day of the same course: no second turn
                        yield Delivery(
                            firm, f"{name} {MARK} {year} – {number:02d}", f"{code}-{year}-{number:02d}", type_, area, kind,
                            "Học viên tham dự buổi bổ sung", None, day + timedelta(days=2), None, True,
                        )  # fmt: skip


def _days(year, long, rng):
    day = date(year, 3, 1) + timedelta(days=rng.randrange(240))
    if long and rng.random() < 0.5:
        return date(year - 1, 10, 1) + timedelta(days=rng.randrange(60)), date(year, 2, 1) + timedelta(
            days=rng.randrange(90)
        )
    return (day - timedelta(days=rng.randrange(1, 6)) if rng.random() < 0.5 else None), day


def _what(type_):
    return {
        "fair": "Gian hàng tiêu chuẩn 9 m²",
        "mission": "Chi phí tham gia đoàn cho một người",
        "matching": "Giao thương trực tiếp với bên mua",
        "course": "Học phí cho học viên của doanh nghiệp",
        "consulting": "Hợp đồng tư vấn đến khi được cấp chứng nhận",
        "equipment": "Một phần chi phí mua máy",
        "petition": "Trả lời kiến nghị về thủ tục",
        "ceremony": "Tham dự lễ, nhận biểu trưng",
        "media": "Phóng sự, bài giới thiệu",
    }[type_]
