"""What enterprises lodged: drafts, dossiers online and on paper, and some withdrawn. All of it is invented, and says so."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from documents.signing.keys import person_key
from dossiers.models import Procedure
from dossiers.services import dossiers as services
from dossiers.services.applications import attach_application
from enterprises.models import Enterprise
from reporting.demo.copying import at
from reporting.demo.handling import handle
from reporting.demo.procedures import CODE, SECOND_ON
from reporting.demo.scans import identity_card, one_page, signed_page

# (answer to the field, what the obstacle is, what is proposed)
OBSTACLES = (
    (
        "dat-dai",
        "Hết hạn thuê đất tại cụm công nghiệp, chưa được gia hạn.",
        "Đề nghị hướng dẫn thủ tục gia hạn thuê đất.",
    ),
    ("von", "Khó tiếp cận vốn vay trung hạn để thay dây chuyền sản xuất.", "Đề nghị kết nối với ngân hàng thương mại."),
    ("thue-hai-quan", "Mã HS của linh kiện nhập khẩu chưa thống nhất.", "Đề nghị làm việc với cơ quan hải quan."),
    ("thi-truong", "Đơn hàng xuất khẩu giảm từ đầu năm.", "Đề nghị được tham gia đoàn giao thương."),
    ("ha-tang", "Điện áp tại khu sản xuất không ổn định.", "Đề nghị ngành điện nâng cấp trạm biến áp."),
    ("moi-truong", "Chưa rõ quy định mới về phòng cháy cho nhà xưởng cũ.", "Đề nghị có văn bản hướng dẫn."),
    ("nhan-luc", "Thiếu thợ vận hành máy điều khiển số.", "Đề nghị hỗ trợ liên kết với trường nghề."),
)
FIRST_LODGED, LAST_LODGED = date(2026, 7, 6), date(2026, 11, 13)
ON_PAPER = 14
LAST_WITHOUT_CARD = 60  # days after the second version: what is lodged later comes with an identity paper


def dossiers_lodged(stage):
    """dossiers lodged online and on paper, drafts, and some withdrawn"""
    procedure = Procedure.objects.get(code=CODE)
    own = Enterprise.objects.get(memberships__user=stage.people[Role.SIGNATORY])
    signatory, preparer = stage.people[Role.SIGNATORY], stage.people[Role.PREPARER]
    lodged = _own_dossiers(own, procedure, signatory, preparer)
    on_paper = _paper(stage, own, procedure)
    handle(stage, lodged, on_paper)


def _own_dossiers(own, procedure, signatory, preparer):
    """Of the enterprise whose people sign in to the demonstration."""
    _draft(procedure, own, preparer, date(2026, 6, 22), OBSTACLES[4])
    lodged, signed = [], _signed_applications(signatory)
    for days, obstacle in ((9, OBSTACLES[0]), (58, OBSTACLES[3]), (126, OBSTACLES[1]), (134, OBSTACLES[4])):
        on = SECOND_ON + timedelta(days=days)
        dossier = _draft(procedure, own, preparer, on, obstacle, phone="0900 000 001")
        _attach(dossier, "tai-lieu", f"Tài liệu minh họa {days}.pdf", preparer, at(on, 10))
        if days > LAST_WITHOUT_CARD:
            _attach_card(dossier, preparer, at(on, 11))
        if days in signed:
            attach_application(dossier=dossier, upload=signed[days], by=signatory, now=at(on, 13))
        lodged.append(_lodge(dossier, signatory, at(on, 14)))
    services.withdraw_dossier(
        dossier=lodged[0],
        reason="Đã được chủ đầu tư cụm công nghiệp giải quyết",
        by=signatory,
        now=at(date(2026, 8, 3)),
    )
    waiting = _draft(procedure, own, preparer, date(2026, 11, 12), OBSTACLES[6], phone="0900 000 001")
    _attach(waiting, "tai-lieu", "Danh sách vị trí cần tuyển (minh họa).pdf", preparer, at(date(2026, 11, 12), 10))
    wrong = _attach(waiting, "tai-lieu", "Nhầm tệp (minh họa).pdf", preparer, at(date(2026, 11, 12), 11))
    services.remove_file(row=wrong, by=preparer, now=at(date(2026, 11, 12), 12))
    begun = services.start_dossier(procedure=procedure, enterprise=own, by=signatory, now=at(date(2026, 11, 13)))
    services.save_draft(
        dossier=begun, kept={"nguoi-lien-he": "Phan Thị Minh Họa"}, not_right={"anh-huong": "khoảng 2 tỷ"},
        version=begun.version, window=None, by=signatory, now=at(date(2026, 11, 13), 10),
    )  # fmt: skip
    given_up = services.copy_dossier(dossier=lodged[1], by=preparer, now=at(date(2026, 11, 13), 11))
    services.withdraw_dossier(dossier=given_up, reason="Lập trùng", by=preparer, now=at(date(2026, 11, 13), 12))
    return lodged


def _signed_applications(signatory):
    """{days of the dossier: the application that is attached}: one intact, one changed after signing, one not signed."""
    intact = signed_page("don", person_key(signatory))
    changed = intact.replace(b"TAI LIEU MINH HOA", b"TAI LIEU DA SUA  ", 1)
    files = {
        58: ("Đơn chưa ký số", one_page("don")),
        126: ("Đơn đã ký số, bị sửa", changed),
        134: ("Đơn đã ký số", intact),
    }
    return {days: SimpleUploadedFile(f"{name} (minh họa).pdf", content) for days, (name, content) in files.items()}


def _paper(stage, own, procedure):
    """Of other enterprises, typed in by the clerks; the last one is still being typed in."""
    clerks = (stage.people[Role.INTAKE], stage.people[Role.RECORDS_CLERK])
    firms = list(
        Enterprise.objects.standing()
        .filter(synthetic=True, status="active")
        .exclude(pk=own.pk)
        .order_by("pk")[: ON_PAPER + 1]
    )
    step = (LAST_LODGED - FIRST_LODGED) // ON_PAPER
    lodged = []
    for place, firm in enumerate(firms):
        on = FIRST_LODGED + step * place
        on -= timedelta(days=max(on.weekday() - 4, 0))
        clerk, obstacle = clerks[place % 2], OBSTACLES[place % len(OBSTACLES)]
        channel = "counter" if place % 2 == 0 else "post"
        dossier = services.type_in_dossier(
            procedure=procedure, enterprise=firm, channel=channel, applicant_name="Người ký (minh họa)",
            arrived_on=on - timedelta(days=place % 2), by=clerk, now=at(on, 9),
        )  # fmt: skip
        dossier = _fill(dossier, clerk, at(on, 10), obstacle)
        _attach(dossier, "van-ban", f"Văn bản kiến nghị {place + 1} (minh họa).pdf", clerk, at(on, 10))
        if place < ON_PAPER:
            lodged.append(_lodge(dossier, clerk, at(on, 11)))
    return lodged


def _draft(procedure, enterprise, by, on, obstacle, phone="0900 000 000"):
    dossier = services.start_dossier(procedure=procedure, enterprise=enterprise, by=by, now=at(on, 8))
    return _fill(dossier, by, at(on, 9), obstacle, phone)


def _fill(dossier, by, now, obstacle, phone="0900 000 000"):
    field, content, proposal = obstacle
    kept = {
        "nguoi-lien-he": "Người liên hệ (minh họa)",
        "dien-thoai": phone,
        "linh-vuc": field,
        "noi-dung": f"{content} (Nội dung minh họa.)",
        "de-xuat": proposal,
        "da-gui-noi-khac": "no",
    }
    return services.save_draft(
        dossier=dossier, kept=kept, not_right={}, version=dossier.version, window=None, by=by, now=now
    )


def _attach(dossier, code, name, by, now):
    component = dossier.procedure_version.components.get(code=code)
    upload = SimpleUploadedFile(name, one_page(name))
    return services.upload_file(dossier=dossier, component=component, upload=upload, by=by, now=now)


def _attach_card(dossier, by, now):
    """An invented identity paper, which whoever only reads the dossier does not open."""
    component = dossier.procedure_version.components.get(code="giay-to")
    upload = SimpleUploadedFile("Thẻ minh họa.png", identity_card("Lê Văn Minh Họa"))
    return services.upload_file(dossier=dossier, component=component, upload=upload, by=by, now=now)


def _lodge(dossier, by, now):
    digest = services.digest_of(dossier, list(services.standing_files(dossier)))
    return services.lodge_dossier(dossier=dossier, digest=digest, by=by, now=now)
