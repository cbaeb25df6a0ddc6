"""What people did with procedures: two versions put in force one after the other, and a draft of the next."""

import io
from datetime import date

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from documents.loading import load_series
from documents.store import save_upload
from dossiers.loading import load_procedures
from dossiers.models import Procedure
from dossiers.services.procedures import add_part, begin_version, edit_part, edit_version, issue_version
from reporting.demo.copying import at

CODE = "KN-01"
FIRST_ON, SECOND_ON, DRAFTED_ON = date(2026, 1, 5), date(2026, 7, 1), date(2026, 11, 12)


def procedures_in_versions(stage):
    """a procedure with a version superseded, one in force and a draft"""
    deputy, head, director = (stage.people[role] for role in (Role.DEPUTY_HEAD, Role.HEAD, Role.DIRECTOR))
    load_series(by="load_series", now=at(FIRST_ON, 7))
    load_procedures(by="load_procedures", now=at(FIRST_ON, 8))
    procedure = Procedure.objects.get(code=CODE)
    first = procedure.versions.get()
    issue_version(
        procedure_version=first, paper_number="MH-01/QĐ-SCT", paper_on=FIRST_ON, valid_from=FIRST_ON, version=first.version,
        by=director, now=at(FIRST_ON),
    )  # fmt: skip

    second = begin_version(procedure=procedure, by=deputy, now=at(date(2026, 6, 15)))
    handling = second.steps.order_by("-working_days").first()
    edit_part(
        row=handling, values={"working_days": handling.working_days - 3}, version=handling.version, by=deputy,
        now=at(date(2026, 6, 15), 10),
    )  # fmt: skip
    second.refresh_from_db()
    second = edit_version(
        procedure_version=second, values={"total_days": second.total_days - 3}, version=second.version, by=deputy,
        now=at(date(2026, 6, 15), 11),
    )  # fmt: skip
    identity = {
        "code": "giay-to", "name_vi": "Giấy tờ tùy thân của người được ủy quyền", "need": "optional", "is_identity": True,
        "name_en": "Identity paper of the authorised person", "formats": ["pdf", "png", "jpeg"], "most_megabytes": 5,
        "help_vi": "Chỉ khi người nộp không phải là người đại diện theo pháp luật.", "most_files": 2,
        "help_en": "Only where somebody else than the legal representative applies.",
    }  # fmt: skip
    add_part(procedure_version=second, part="component", values=identity, by=deputy, now=at(date(2026, 6, 15), 14))
    second.refresh_from_db()
    issue_version(
        procedure_version=second, paper_number="MH-64/QĐ-SCT", paper_on=date(2026, 6, 24), valid_from=SECOND_ON,
        version=second.version, by=head, now=at(date(2026, 6, 25)),
    )  # fmt: skip

    third = begin_version(procedure=procedure, by=deputy, now=at(DRAFTED_ON))
    listed = third.components.get(code="tai-lieu")
    template = save_upload(
        SimpleUploadedFile("Danh mục tài liệu (minh họa).xlsx", _list_of_papers()), by=deputy, now=at(DRAFTED_ON, 10)
    )
    edit_part(row=listed, values={"template": template}, version=listed.version, by=deputy, now=at(DRAFTED_ON, 10))
    values = {
        "code": "so-lao-dong", "name_vi": "Số lao động bị ảnh hưởng", "name_en": "Workers affected", "kind": "number",
        "required": False,
    }  # fmt: skip
    add_part(procedure_version=third, part="field", values=values, by=deputy, now=at(DRAFTED_ON, 11))
    step = {"name_vi": "Thông báo kết quả của cơ quan được chuyển", "working_days": 0, "role": Role.OFFICER}
    add_part(procedure_version=third, part="step", values=step, by=deputy, now=at(DRAFTED_ON, 14))


def _list_of_papers():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Danh mục")
    sheet.write_row(0, 0, ["STT", "Tên tài liệu", "Số, ký hiệu", "Ngày"])
    book.close()
    return buffer.getvalue()
