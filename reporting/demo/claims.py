"""Who claimed to represent an enterprise: waiting, confirmed, refused and expired. All of it is invented, and says so."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Letter
from accounts.roles import Role
from documents.store import VISITOR, save_upload
from enterprises.models import Claim, Enterprise
from enterprises.services import claims as services
from reporting.demo.copying import at
from reporting.demo.scans import one_page

UNKNOWN = "0199999889"  # a right tax code that no enterprise of the demonstration has


def enterprises_claimed(stage):
    """claims of enterprises: some wait, one confirmed, one refused, one expired"""
    clerk, own = stage.people[Role.INTAKE], stage.lead
    firms = Enterprise.objects.standing().filter(synthetic=True, status="active", memberships__isnull=True)
    first, second, third, fourth = firms.exclude(pk=own.pk).order_by("pk")[:4]
    merged = Enterprise.objects.filter(merged_into__isnull=False).order_by("pk").first()
    gone = Enterprise.objects.filter(status="dissolved", synthetic=True).order_by("pk").first()
    day = date(2026, 11, 9)
    _claim(first.tax_code, first.name, "Nguyễn Văn Minh Họa", "nguyen.minhhoa", day)
    _claim(
        second.tax_code, second.short_name, "Trần Thị Ví Dụ", "tran.vidu", day + timedelta(days=1),
        scope="Lập, ký số và nộp hồ sơ trên Cổng", authorised_to=date(2027, 6, 30),
    )  # fmt: skip
    _claim(own.tax_code, own.name, "Lê Văn Thử", "le.thu", day + timedelta(days=2))
    _claim(UNKNOWN, "Công ty TNHH Chưa Đăng Ký (minh họa)", "Phạm Thị Mẫu", "pham.mau", day + timedelta(days=2))
    for record, name, local in ((merged, "Hoàng Văn Mẫu", "hoang.mau"), (gone, "Vũ Thị Thử", "vu.thu")):
        if record:
            _claim(record.tax_code, record.name, name, local, day + timedelta(days=3))
    confirmed = _claim(third.tax_code, third.name, "Bùi Văn Ví Dụ", "bui.vidu", day)
    services.confirm_claim(claim=confirmed, by=clerk, now=at(day + timedelta(days=4), 14))
    # its link ran out before anybody looks: among the letters of the try-out it would only mislead
    Letter.objects.filter(kind="invitation", to=confirmed.email).update(state=Letter.State.DROPPED, sealed_body="")
    refused = _claim(
        fourth.tax_code, fourth.name, "Đỗ Văn Thử", "do.thu", day, scope="Giao dịch", authorised_to=date(2026, 12, 31)
    )
    services.refuse_claim(
        claim=refused,
        reason="Giấy ủy quyền không ghi nội dung nộp hồ sơ và báo cáo số liệu. Đề nghị gửi lại kèm giấy ủy quyền ghi rõ "
        "nội dung này. (Minh họa.)",
        by=stage.head,
        now=at(day + timedelta(days=4), 15),
    )
    _claim(fourth.tax_code, fourth.name, "Ngô Thị Mẫu", "ngo.mau", date(2026, 9, 7))
    services.expire_claims(now=at(date(2026, 10, 12), 1))


def _claim(tax_code, enterprise_name, full_name, local, day, *, scope="", authorised_to=None):
    now = at(day, 9)
    office = Claim.Office.AUTHORISED if scope else Claim.Office.REPRESENTATIVE
    name = f"Giấy tờ của {full_name} (minh họa).pdf"
    file = save_upload(SimpleUploadedFile(name, one_page(name)), by=VISITOR, now=now)
    said = {
        "tax_code": tax_code, "enterprise_name": enterprise_name, "full_name": full_name,
        "email": f"{local}@thunghiem.example", "phone": "0900 000 000", "office": office,
        "paper_number": f"MH-{day:%d%m}/GUQ ngày {day:%d/%m/%Y}" if scope else "Giấy CNĐKDN (minh họa), cấp lần 2",
        "scope": scope, "authorised_to": authorised_to,
    }  # fmt: skip
    return services.claim_enterprise(said=said, file=file, by=VISITOR, now=now)
