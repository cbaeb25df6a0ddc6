"""The invented tasks of a year's plan: what is done again each year, by whom, for how much, with what result."""

from dataclasses import dataclass
from datetime import date

MILLION = 10**6
# How much of the amounts below a year plans, in a hundred.
PERCENT = {2021: 82, 2022: 93, 2023: 94, 2024: 98, 2025: 101, 2026: 94, 2027: 99}


@dataclass(frozen=True)
class Pattern:
    """A task as it comes back each year; `office` or `agency` leads, `money` in million đồng by source."""

    area: str
    what: str
    deliverable: str
    due: tuple  # (month, day)
    money: dict
    office: str = ""
    agency: str = ""
    partners: str = ""
    indicator: str = ""
    effect: str = ""
    since: int = 2021


PATTERNS = (
    Pattern(
        "1", "Xét chọn, công nhận sản phẩm công nghiệp chủ lực năm {year}",
        "Quyết định công nhận của UBND Thành phố", (11, 30), {"city_budget": 1900}, office="QLCN",
        partners="Hội đồng đánh giá, xét chọn; các sở, ngành liên quan",
        indicator="products_recognised", effect="Công nhận 30–35 sản phẩm",
    ),
    Pattern(
        "1", "Tôn vinh, trao giấy chứng nhận và truyền thông sản phẩm được công nhận năm {year}",
        "Lễ tôn vinh; 12 phóng sự, chuyên đề", (12, 20), {"city_budget": 2100}, office="VP",
        partners="Phòng Quản lý công nghiệp; cơ quan báo chí",
    ),
    Pattern(
        "2", "Triển lãm sản phẩm công nghiệp chủ lực Thành phố năm {year}",
        "Triển lãm 250 gian hàng; báo cáo kết quả", (10, 31), {"city_budget": 9500, "enterprise": 2500}, agency="HPA",
        partners="Trung tâm Khuyến công; Hội Doanh nghiệp SPCNCL", indicator="turns", effect="60 lượt doanh nghiệp",
    ),
    Pattern(
        "2", "Hỗ trợ doanh nghiệp dự hội chợ chuyên ngành ở nước ngoài năm {year}",
        "03 đoàn dự hội chợ; báo cáo từng đoàn", (9, 30), {"city_budget": 5200, "enterprise": 1200}, office="TTKC",
        partners="HPA; Thương vụ Việt Nam ở nước ngoài", indicator="export_share", effect="24 lượt doanh nghiệp",
    ),
    Pattern(
        "2", "Kết nối chuỗi cung ứng giữa doanh nghiệp đầu tàu và doanh nghiệp nhỏ, vừa năm {year}",
        "04 hội nghị kết nối; danh sách biên bản ghi nhớ", (8, 31), {"city_budget": 1500}, office="QLCN",
        partners="Ban Quản lý các khu công nghiệp; HAMI", indicator="turns", effect="40 lượt doanh nghiệp",
    ),
    Pattern(
        "3", "Đối thoại, tháo gỡ khó khăn, vướng mắc của doanh nghiệp năm {year}",
        "02 hội nghị đối thoại; bảng theo dõi kiến nghị", (6, 30), {"city_budget": 600}, office="QLCN",
        partners="Thuế; Hải quan; Sở Tài chính",
    ),
    Pattern(
        "3", "Rút ngắn thời gian giải quyết thủ tục về xây dựng, đất đai, môi trường năm {year}",
        "Báo cáo rà soát; phương án đơn giản hóa", (7, 31), {"city_budget": 400, "agency_budget": 500}, office="VP",
        partners="Sở Nông nghiệp và Môi trường; Trung tâm Phục vụ hành chính công",
    ),
    Pattern(
        "4", "Hỗ trợ ứng dụng máy móc, thiết bị tiên tiến vào sản xuất năm {year}",
        "12 dây chuyền được nghiệm thu", (10, 15), {"national_promotion": 4800, "enterprise": 3600}, office="TTKC",
        partners="Sở Khoa học và Công nghệ", indicator="output_growth", effect="12 lượt doanh nghiệp",
    ),
    Pattern(
        "4", "Áp dụng hệ thống quản lý chất lượng, tiêu chuẩn quốc tế năm {year}",
        "15 giấy chứng nhận hệ thống quản lý", (11, 15), {"agency_budget": 2600}, agency="SKHCN",
        partners="Phòng Quản lý công nghiệp", indicator="turns", effect="15 lượt doanh nghiệp",
    ),
    Pattern(
        "4", "Tư vấn chuyển đổi số trong quản trị sản xuất năm {year}",
        "20 báo cáo đánh giá mức độ sẵn sàng", (12, 10), {"agency_budget": 1600}, agency="SKHCN",
        partners="Trung tâm Khuyến công", indicator="turns", effect="20 lượt doanh nghiệp", since=2023,
    ),
    Pattern(
        "5", "Đào tạo quản trị sản xuất tinh gọn năm {year}",
        "06 lớp, 240 học viên", (9, 15), {"city_budget": 2200}, office="TTKC",
        partners="Trường đào tạo; HAMI", indicator="turns", effect="60 lượt doanh nghiệp",
    ),
    Pattern(
        "5", "Bồi dưỡng kỹ năng hội nhập và thương mại điện tử năm {year}",
        "03 khóa bồi dưỡng; tài liệu", (8, 15), {"other_legal": 700, "enterprise": 400}, agency="HAMI",
        partners="Phòng Quản lý công nghiệp",
    ),
)  # fmt: skip


def tasks_of(year):
    """[(values, {source code: đồng}, office code, agency code, content area code)] of the year's plan."""
    found = []
    for pattern in PATTERNS:
        if year < pattern.since:
            continue
        values = {
            "what": pattern.what.format(year=year),
            "partners": pattern.partners,
            "deliverable": pattern.deliverable,
            "due_on": date(year, *pattern.due),
            "indicator_code": pattern.indicator,
            "effect": pattern.effect,
        }
        money = {code: amount * PERCENT[year] // 100 * MILLION for code, amount in pattern.money.items()}
        found.append((values, money, pattern.office, pattern.agency, pattern.area))
    return found
