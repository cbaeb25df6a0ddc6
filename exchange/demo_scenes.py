"""Invented systems of other agencies for the demonstration, with the use of a month."""

import random
from datetime import timedelta
from uuid import uuid4

from exchange.catalogue import PING, RIGHT
from exchange.models import USUAL_CALLS, Client, DayOfUse, Sending
from exchange.practice import let_practise
from exchange.rights import all_scopes
from exchange.services import register_client
from exchange.services_subscriptions import pause_subscription, subscribe
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
        (
            "enterprises:read",
            "periods:read",
            "budget_years:read",
            "budget_lines:read",
            "ledger_entries:read",
            "events:read",
        ),
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
    (
        "Hệ thống một cửa thành phố (minh họa)",
        "Trung tâm Phục vụ hành chính công thành phố Hà Nội",
        "motcua@hanhchinhcong.thunghiem.example",
        "Chuyển hồ sơ nộp trên hệ thống một cửa đến Sở và theo dõi tình trạng giải quyết",
        ("enterprises:read", "dossiers:read", "dossiers:write"),
        120,
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


# (hours before, what was answered, in how many milliseconds) of tests that were sent
TESTS = ((30, 503, 41), (29, 200, 87), (5, 200, 64))


@register_scene
def events_subscribed(stage):
    """an address that receives events, paused because nobody stands there"""
    client = next(each for each in Client.objects.filter(synthetic=True).order_by("pk") if RIGHT in each.scopes)
    made = stage.now - timedelta(hours=31)
    subscription, _secret = subscribe(
        client=client,
        address="https://ngan-sach.sotaichinh.thunghiem.example/su-kien",
        types=["budget_line.added", "budget_year.envelope_changed", "ledger_entry.booked"],
        synthetic=True,
        by=ACTOR,
        now=made,
    )
    for hours, status, milliseconds in TESTS:
        at, is_good = stage.now - timedelta(hours=hours), status == 200
        Sending.objects.create(
            subscription=subscription,
            object_id=uuid4(),
            type=PING,
            state=Sending.State.SENT if is_good else Sending.State.DROPPED,
            why="" if is_good else Sending.Why.ANSWER,
            attempts=1,
            made_at=at,
            next_try_at=at,
            tried_at=at + timedelta(seconds=4),
            status=status,
            milliseconds=milliseconds,
        )
    pause_subscription(
        subscription=subscription,
        reason="Địa chỉ minh họa, không gửi thật",
        expected=subscription.version,
        by=ACTOR,
        now=stage.now,
    )
