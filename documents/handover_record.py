"""Biên bản bàn giao: the record of a handover as an official paper, from the record's own lines.

What stands on paper is Vietnamese whatever the language of the page.
"""

from django.utils import timezone, translation

from accounts.handover import lines_of
from accounts.models import Post, User
from documents.issuers import head_of
from documents.layout.data import Block, Paper, widths_of
from screens import formats
from screens.sheets import SIGN_HERE

DOTS = "…" * 24
HEADS = ("STT", "Hồ sơ, tài liệu, công việc", "Ghi chú")


def paper_of(record, reader):
    """The `accounts.models.Handover` as a paper, to be printed or gone on with in Word, and signed by all parties."""
    with translation.override("vi"):
        lines = lines_of(record, reader)
        on = timezone.localdate(record.at)
        superior, issuer = head_of()
        takers = list(User.objects.filter(public_id__in={line.taker for line in lines}).order_by("sort_key", "pk"))
        return Paper(
            layout="form" if record.paper else "named",  # a number that is not known leaves its place
            superior=superior,
            issuer=issuer,
            symbol=("", "" if record.paper else "/BB-SCT"),
            number=record.paper,
            dated_on=on,
            heading="BIÊN BẢN",
            subject="Bàn giao công việc, hồ sơ, tài liệu",
            blocks=tuple(_blocks(record, lines, takers, on)),
            recipients=("Bên giao, bên nhận", "Lưu: VT"),
        )


def _blocks(record, lines, takers, on):
    hour, minute = formats.vn_time(record.at).split(":")
    yield Block(
        "text",
        f"Vào hồi {hour} giờ {minute} phút, ngày {formats.vn_date(on)}, tại Sở Công Thương thành phố Hà Nội, các bên tiến "
        "hành bàn giao công việc, hồ sơ, tài liệu.",
    )
    yield Block("heading", "1. Bên giao")
    yield Block("text", _party(record.person, on))
    yield Block("heading", "2. Bên nhận")
    for taker in takers:
        yield Block("text", _party(taker, on))
    yield Block("heading", "3. Người chứng kiến")
    yield Block("text", f"Ông (bà): {DOTS}")
    yield Block("text", f"Chức vụ, đơn vị: {DOTS}")
    yield Block("heading", "4. Lý do bàn giao")
    yield Block("text", record.reason)
    yield Block("heading", "5. Nội dung bàn giao")
    names = {str(taker.public_id): taker.full_name for taker in takers}
    for number, line in enumerate(lines, start=1):
        yield Block(
            "heading",
            f"5.{number}. {line.what}: {formats.number(line.count)}. Người nhận: {names.get(line.taker, '…')}.",
        )
        if line.things:
            rows = tuple((str(place), thing, "") for place, thing in enumerate(line.things, start=1))
            weights = widths_of([[head, *(row[place] for row in rows)] for place, head in enumerate(HEADS)])
            yield Block("table", columns=tuple(zip(HEADS, ("center", "left", "left"), weights, strict=True)), rows=rows)
        if line.withheld:
            yield Block("text", "Danh mục đầy đủ có trong bản in của bên giao, bên nhận.")
    yield Block("text", f"Tổng cộng: {formats.number(sum(line.count for line in lines))} hồ sơ, tài liệu, công việc.")
    yield Block(
        "text",
        "Các bên đã kiểm tra, thống nhất nội dung bàn giao nêu trên. Kể từ thời điểm bàn giao, bên nhận chịu trách "
        "nhiệm tiếp tục giải quyết công việc và quản lý hồ sơ, tài liệu đã nhận.",
    )
    yield Block(
        "text",
        f"Biên bản được lập thành {len(takers) + 2:02d} bản có giá trị như nhau; mỗi bên giữ 01 bản, 01 bản lưu tại "
        "Văn phòng Sở.",
    )
    signers = [("BÊN GIAO", record.person.full_name), *(("BÊN NHẬN", taker.full_name) for taker in takers)]
    yield Block(
        "signatures", rows=(*((title, SIGN_HERE, name) for title, name in signers), ("NGƯỜI CHỨNG KIẾN", SIGN_HERE, ""))
    )


def _party(person, on):
    posts = Post.objects.in_force(on).filter(user=person).select_related("office").order_by("starts_on", "pk")
    held = "; ".join(f"{post.get_role_display()}, {post.office.name}" for post in posts)
    return f"Ông (bà): {person.full_name}" + (f". Chức vụ, đơn vị: {held}." if held else ".")
