"""Papers that came in: some to be passed on, some in hand and late, some answered. All invented, and they say so."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from documents.models import NumberSeries, PaperNumber
from documents.services import incoming as services
from documents.store import save_upload
from reporting.demo.copying import at
from reporting.demo.scans import one_page

# (day of arrival, number that the document system gave, issuer, number and symbol, day, kind, subject, urgency, until when)
CAME = (
    (date(2026, 6, 15), 2401, "UBND Thành phố", "1873/UBND-KT", date(2026, 6, 12), "Công văn",
     "Đôn đốc báo cáo số liệu 6 tháng", "urgent", date(2026, 6, 25)),
    (date(2026, 7, 2), None, "Bộ Công Thương", "4410/BCT-CN", date(2026, 6, 30), "Công văn",
     "Báo cáo kết quả phát triển công nghiệp 6 tháng", "normal", date(2026, 7, 15)),
    (date(2026, 10, 12), None, "Sở Tài chính", "3321/STC-NS", date(2026, 10, 9), "Công văn",
     "Rà soát dự toán năm 2027", "normal", date(2026, 11, 6)),
    (date(2026, 11, 3), None, "Hiệp hội doanh nghiệp Minh Họa", "45/HH", date(2026, 11, 2), "Công văn",
     "Kiến nghị về thuê đất tại cụm công nghiệp", "urgent", date(2026, 12, 4)),
    (date(2026, 11, 10), None, "Ông Nguyễn Văn Ví Dụ", "", None, "Đơn",
     "Đề nghị cung cấp thông tin về xét chọn sản phẩm", "normal", None),
    (date(2026, 11, 13), 5120, "UBND Thành phố", "3990/UBND-KT", date(2026, 11, 12), "Công văn",
     "Báo cáo tiến độ thực hiện Chương trình năm 2026", "express", date(2026, 11, 24)),
    (date(2026, 11, 13), None, "Sở Khoa học và Công nghệ", "2204/SKHCN-QLCN", date(2026, 11, 11), "Giấy mời",
     "Họp về ứng dụng thiết bị tiên tiến", "normal", None),
    (date(2026, 11, 13), None, "Sở Khoa học và Công nghệ", "2205/SKHCN-VP", date(2026, 11, 11), "Công văn",
     "Gửi nhầm nơi nhận", "normal", None),
)  # fmt: skip


def papers_came_in(stage):
    """papers that came in: to be passed on, in hand, late, answered, taken up again; one with a void number"""
    clerk, chief = stage.people[Role.RECORDS_CLERK], stage.people[Role.CHIEF_OF_OFFICE]
    series = {row.numbered_by: row for row in NumberSeries.objects.filter(register="in")}
    papers = [_entered(clerk, series["system" if row[1] else "portal"], *row) for row in CAME]
    office, deputy = stage.officer.posts.get().office, stage.people[Role.DEPUTY_DIRECTOR]
    passed = []
    for paper, row in zip(papers[:6], CAME, strict=False):
        passed.append(
            services.pass_incoming(
                paper=paper, office=office, due_on=row[8], version=paper.version, by=chief, now=at(row[0], 14),
                instruction="Giao Phòng Quản lý công nghiệp tham mưu, báo cáo Giám đốc.", instructed_by=stage.director,
            )
        )  # fmt: skip
    for paper in (*passed[:2], passed[3]):
        services.pass_incoming(
            paper=paper, office=office, person=stage.officer, due_on=paper.due_on, version=paper.version, by=stage.head,
            now=at(paper.arrived_on, 16), instruction="Chuyên viên dự thảo văn bản trả lời.",
        )  # fmt: skip
    reminded = PaperNumber.objects.get(symbol__startswith="2046/")
    first, second = (_again(paper) for paper in passed[:2])
    services.finish_incoming(
        paper=first, answer=reminded, version=first.version, by=stage.officer, now=at(date(2026, 6, 23), 10)
    )
    second = services.finish_incoming(
        paper=second, note="Đã báo cáo bằng thư điện tử", version=second.version, by=stage.officer,
        now=at(date(2026, 7, 10), 10),
    )  # fmt: skip
    second = services.reopen_incoming(
        paper=second, reason="Bộ yêu cầu báo cáo bằng văn bản", version=second.version, by=deputy,
        due_on=date(2026, 7, 20), now=at(date(2026, 7, 13), 9),
    )  # fmt: skip
    answer = PaperNumber.objects.standing().get(symbol__endswith="/BC-SCT", dated_on=date(2026, 7, 10))
    services.finish_incoming(
        paper=second, answer=answer, version=second.version, by=stage.officer, now=at(date(2026, 7, 14), 10)
    )
    services.void_incoming(
        paper=papers[7], reason="Văn bản gửi nhầm, đã chuyển trả (minh họa)", version=papers[7].version, by=clerk,
        now=at(date(2026, 11, 13), 16),
    )  # fmt: skip


def _entered(clerk, series, day, number, issuer, symbol, issued_on, kind, subject, urgency, due_on):
    name = f"Van ban den {day:%Y%m%d} {symbol.partition('/')[0]} (minh hoa).pdf"
    scan = save_upload(SimpleUploadedFile(name, one_page(name)), by=clerk, now=at(day, 9)) if symbol else None
    values = {
        "issuer": issuer, "symbol": symbol, "issued_on": issued_on, "kind": kind, "subject": f"{subject} (minh họa)",
        "urgency": urgency, "pages": 1, "note": "",
    }  # fmt: skip
    return services.enter_incoming(
        series=series, arrived_on=day, number=number, values=values, scan=scan, by=clerk, now=at(day, 10)
    )


def _again(paper):
    paper.refresh_from_db()
    return paper
