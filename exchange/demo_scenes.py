"""Invented systems of other agencies for the demonstration, with the use of a month."""

import random
from datetime import timedelta

from exchange.models import USUAL_CALLS, DayOfUse
from exchange.practice import let_practise
from exchange.rights import all_scopes
from exchange.services import register_client
from reporting.demo.copying import ACTOR
from reporting.demo.firms import SEED
from reporting.demo.story import register_scene

PRACTICE = "Hệ thống thực hành (minh họa)"

# (name, agency, contact, purpose, rights, calls of a usual day)
SYSTEMS = (
    (
        "Phần mềm quản lý ngân sách (minh họa)",
        "Sở Tài chính",
        "ngansach@sotaichinh.thunghiem.example",
        "Đối chiếu kế hoạch vốn và giải ngân của Chương trình",
        ("enterprises:read", "periods:read", "budget_years:read", "budget_lines:read", "ledger_entries:read"),
        240,
    ),
    (
        "Cơ sở dữ liệu thống kê thành phố (minh họa)",
        "Cục Thống kê thành phố Hà Nội",
        "thongke@thongke.thunghiem.example",
        "Đối chiếu số liệu doanh nghiệp sản xuất sản phẩm công nghiệp chủ lực",
        (
            "enterprises:read",
            "figures:read",
            "figures:write",
            "city_statistics:read",
            "city_statistics:write",
            "kpi_values:read",
        ),
        60,
    ),
    (
        "Hệ thống thanh toán Kho bạc (minh họa)",
        "Kho bạc Nhà nước khu vực I",
        "thanhtoan@khobac.thunghiem.example",
        "Trả lời hồ sơ thanh toán của Chương trình: đã thanh toán hoặc từ chối",
        ("payments:read", "payments:write"),
        60,
    ),
    (
        PRACTICE,
        "Các đơn vị xây dựng kết nối",
        "thuchanh@ketnoi.thunghiem.example",
        "Gọi thử API trước khi được cấp quyền của hệ thống thật",
        tuple(all_scopes()),
        50,
    ),
)


@register_scene
def systems_connected(stage):
    """systems of other agencies connected"""
    rng, today = random.Random(SEED + 9), stage.now.date()  # noqa: S311
    for name, owner, contact, purpose, rights, calls in SYSTEMS:
        client, _secret = register_client(
            name=name,
            owner=owner,
            contact=contact,
            purpose=purpose,
            basis="Nghị định 278/2025/NĐ-CP",
            scopes=[right for right in rights if right in all_scopes()],
            wards=[],
            groups=[],
            addresses=[],
            calls_a_minute=USUAL_CALLS,
            expires_on=today + timedelta(days=365),
            synthetic=True,
            by=ACTOR,
            now=stage.now,
        )
        if name == PRACTICE:
            let_practise(client, now=stage.now)
        days = (today - timedelta(days=back) for back in range(2, 22))
        DayOfUse.objects.bulk_create(
            DayOfUse(client=client, day=day, calls=round(calls * rng.uniform(0.7, 1.3)))
            for day in days
            if day.weekday() < 5
        )
