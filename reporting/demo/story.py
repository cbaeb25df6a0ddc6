"""What people did in these days: the states that a page would otherwise never show, each through its service."""

import io
import struct
import zlib
from datetime import date

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from accounts.models import Post
from accounts.roles import Role
from documents.imports import kinds
from documents.models import Import
from documents.services.imports import apply_import, start_import
from documents.store import save_upload
from enterprises.models import Enterprise, FigureRevision
from enterprises.services.enterprises import edit_enterprise
from enterprises.services.figures import (
    close_year,
    confirm_figures,
    declare_figures,
    return_figures,
    submit_figures,
)
from enterprises.services.memberships import add_member
from enterprises.services.merging import merge_enterprises
from jobs import services as jobs
from jobs.operations import once
from programme.loading import load_illustration
from reference.models import Agency, ContentArea, MoneySource, SupportKind
from reporting.demo.claims import enterprises_claimed
from reporting.demo.copies import papers_copied
from reporting.demo.copying import ACTOR, at
from reporting.demo.dossiers import dossiers_lodged
from reporting.demo.handling import results_drafted
from reporting.demo.incoming import papers_came_in
from reporting.demo.meetings import meetings_held
from reporting.demo.money import settlements_closed, years_of_money
from reporting.demo.notices import people_told
from reporting.demo.papers import numbers_given, papers_on_their_way
from reporting.demo.plans import planned_money_linked, plans_of_the_years
from reporting.demo.policies import policies_reviewed
from reporting.demo.procedures import procedures_in_versions
from reporting.demo.treasury import treasury_reconciled
from reporting.demo.work_files import files_kept
from screens.models import SavedView
from support.models import SupportRecord
from support.services import correct_support, record_support, withdraw_support

PLAYED_ON = date(2026, 11, 16)
JOINED_ON = date(2025, 1, 6)
# (role, list, name of the view, what it asks for)
VIEWS = (
    (Role.OFFICER, "support", "Không tính lượt năm 2025", "year=2025&turn=no"),
    (Role.OFFICER, "support", "Hội chợ năm 2025", "year=2025&activity_type=fair&sort=-amount_vnd"),
    (
        Role.HEAD,
        "support",
        "Cơ quan khác hỗ trợ",
        "column=delivered_on&column=activity&column=enterprise&column=agency",
    ),
)


_scenes_above = []


def register_scene(scene):
    """A room above this one plays `scene(stage)` too; it says so in its module `demo_scenes`."""
    _scenes_above.append(scene)
    return scene


def scenes_of_rooms_above():
    autodiscover_modules("demo_scenes")
    return list(_scenes_above)


def play(world, people, *, say):
    """Play every scene that was not played yet; returns what came of it."""
    stage = Stage(world, people)
    for scene in (
        members,
        double_merged,
        moved,
        corrections,
        years_closed,
        gifts_changed,
        views,
        next_period,
        policies_reviewed,
        procedures_in_versions,
        dossiers_lodged,
        enterprises_claimed,
        people_told,
        numbers_given,
        papers_on_their_way,
        papers_came_in,
        files_kept,
        papers_copied,
        results_drafted,
        plans_of_the_years,
        meetings_held,
        years_of_money,
        planned_money_linked,
        *scenes_of_rooms_above(),
    ):
        with once(scope=ACTOR, verb="scene", key=scene.__name__, body={}, now=stage.now) as operation:
            if not operation.done:
                scene(stage)
                operation.store({"played": True})
        say(scene.__doc__)
    for scene in (
        import_with_errors,
        treasury_reconciled,
        settlements_closed,
    ):  # they look themselves whether they were played
        scene(stage)
        say(scene.__doc__)
    return {"imports": Import.objects.count()}


class Stage:
    """Who is there, and what the scenes work on."""

    def __init__(self, world, people):
        self.world, self.people, self.now = world, people, at(PLAYED_ON)
        self.officer, self.head, self.director = (people[r] for r in (Role.OFFICER, Role.HEAD, Role.DIRECTOR))
        titled = Enterprise.objects.standing().filter(synthetic=True, products__titles__isnull=False)
        returned = FigureRevision.objects.current().filter(state=FigureRevision.State.RETURNED)
        with_work = titled.filter(pk__in=returned.values("enterprise_id"))
        self.lead = with_work.order_by("pk").first() or titled.order_by("pk").first()  # its people have something to do

    def enterprise(self, firm):
        return Enterprise.objects.get(tax_code=firm.tax_code)

    def later(self, hours):
        return at(PLAYED_ON, 9 + hours)


def members(stage):
    """people of an enterprise"""
    for role in (Role.SIGNATORY, Role.PREPARER):
        add_member(
            enterprise=stage.lead,
            user=stage.people[role],
            role=role,
            paper="MH-02/GUQ",
            synthetic=True,
            by=ACTOR,
            now=at(JOINED_ON),
        )


def double_merged(stage):
    """two records of one enterprise made one"""
    winner, loser = map(stage.enterprise, stage.world.double)
    merge_enterprises(
        winner=winner,
        loser=loser,
        reason="Một doanh nghiệp được nhập hai lần với hai mã số thuế (minh họa)",
        by=stage.officer,
        now=stage.now,
    )


def moved(stage):
    """an enterprise that moved"""
    firm = stage.world.firms[1]
    enterprise = stage.enterprise(firm)
    other = Enterprise.objects.exclude(ward=enterprise.ward).filter(ward__isnull=False).order_by("pk").first()
    edit_enterprise(
        enterprise=enterprise,
        version=enterprise.version,
        values={"ward": other.ward, "address": "Số 1, đường Ví Dụ, Hà Nội"},
        reason="Chuyển địa điểm sản xuất (minh họa)",
        by=stage.officer,
        now=stage.now,
    )


def corrections(stage):
    """figures drafted, corrected, confirmed again and returned"""
    draft = {"revenue_vnd": 42_000_000_000, "labour_insured": 120}
    signatory = stage.people[Role.SIGNATORY]
    declare_figures(
        enterprise=stage.lead, year=2026, values=draft, draft=True, by=signatory, now=stage.later(1), synthetic=True
    )
    confirmed = (
        FigureRevision.objects.current()
        .filter(year=2024, state="confirmed", scope="whole", place="hanoi", prices="current")
        .filter(enterprise__merged_into__isnull=True, enterprise__status="active")
        .exclude(enterprise=stage.lead)
        .order_by("pk")
    )
    for end, figures in zip(("waiting", "waiting", "confirmed", "returned"), confirmed[:4], strict=True):
        given = declare_figures(
            enterprise=figures.enterprise,
            year=2024,
            values=figures.values | {"revenue_vnd": figures.revenue_vnd * 101 // 100, "labour_average": None},
            basis=figures.basis,
            note="Đính chính theo báo cáo tài chính đã kiểm toán (minh họa)",
            by=stage.officer,
            now=stage.later(1),
            synthetic=True,
        )
        given = submit_figures(figures=given, by=stage.officer, now=stage.later(2))
        if end == "confirmed":
            confirm_figures(figures=given, by=stage.head, now=stage.later(3))
        elif end == "returned":
            reason = "Chưa kèm báo cáo tài chính đã kiểm toán, đề nghị gửi lại"
            return_figures(figures=given, reason=reason, by=stage.head, now=stage.later(3))


def years_closed(stage):
    """two years closed by decision"""
    for year in (2021, 2022):
        close_year(
            year=year,
            decision_number=f"MH-{year}/QĐ-CHOTSOLIEU",
            decided_on=date(year + 2, 6, 30),
            leave_waiting=True,
            by=stage.director,
            now=stage.later(4),
        )


def gifts_changed(stage):
    """support corrected, withdrawn, recorded by a centre, with evidence"""
    first, second = SupportRecord.objects.filter(year=2025, amount_vnd__isnull=False).order_by("pk")[:2]
    paper = SimpleUploadedFile("Biên bản nghiệm thu (minh họa).png", blank_page(), content_type="image/png")
    correct_support(
        record=first,
        version=first.version,
        reason="Ghi lại theo biên bản nghiệm thu (minh họa)",
        amount_vnd=first.amount_vnd + 1_500_000,
        evidence_file=save_upload(paper, by=stage.officer, now=stage.now),
        by=stage.officer,
        now=stage.later(1),
    )
    withdraw_support(
        record=second,
        version=second.version,
        reason="Doanh nghiệp không tham dự (minh họa)",
        by=stage.head,
        now=stage.later(1),
    )
    today, centre = PLAYED_ON, stage.people[Role.CENTRE_STAFF]
    for number, firm in enumerate(stage.world.firms[2:5]):
        record_support(
            enterprise=stage.enterprise(firm).root,
            office=Post.objects.filter(user=centre).in_force(timezone.localdate()).first().office,
            activity="Tập huấn sản xuất tinh gọn Minh Họa 2026",
            activity_code="TTKC-DT-2026-01",
            activity_type="course",
            content_area=ContentArea.objects.in_force(today).get(code="5"),
            kind=SupportKind.objects.in_force(today).get(code="governance"),
            what="Học phí cho hai học viên",
            delivered_on=date(2026, 9, 18),
            amount_vnd=6_000_000 + number * 500_000,
            money_source=MoneySource.objects.in_force(today).get(code="national_promotion"),
            by_programme=number > 0,
            agency=Agency.objects.in_force(today).get(code="TTKC"),
            evidence="Danh sách lớp số 01 (minh họa)",
            by=centre,
            now=stage.later(2),
        )


def views(stage):
    """views that people keep"""
    for role, name, label, query in VIEWS:
        SavedView.objects.create(
            owner=stage.people[role].public_id, list_name=name, label=label, query=query, created_at=stage.now
        )


def next_period(stage):
    """a period for illustration"""
    load_illustration(by=ACTOR, now=stage.now)


def import_with_errors(stage):
    """a list of support with rows that were refused"""
    if Import.objects.filter(kind="support").exists():
        return
    import_ = start_import(
        kind=kinds()["support"],
        file=SimpleUploadedFile("Danh sách hỗ trợ (minh họa).xlsx", _list_of_support(stage.world.firms)),
        year=None,
        by=stage.officer,
        now=stage.later(5),
    )
    jobs.run(import_.job_id, now=stage.later(5))
    import_.refresh_from_db()
    apply_import(import_=import_, by=stage.officer, now=stage.later(5))
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=stage.later(5))


HEADINGS = (
    "STT", "Mã số thuế", "Tên doanh nghiệp", "Hoạt động", "Mã hoạt động", "Loại hoạt động", "Nội dung chương trình",
    "Hình thức hỗ trợ", "Nội dung đã hỗ trợ", "Ngày hoàn thành", "Kinh phí (triệu đồng)", "Nguồn kinh phí", "Minh chứng",
)  # fmt: skip


def _list_of_support(firms):
    """A list as an office keeps it, with a title, a total and six rows that cannot be right."""
    rows = [
        [
            firm.tax_code, firm.name, "Hội chợ Minh họa mùa thu 2026", "HC-THU-2026", "Hội chợ", "2", "promotion",
            "Gian hàng tiêu chuẩn 9 m²", "15/10/2026", "32,5", "Ngân sách thành phố", "Quyết định MH-33 (minh họa)",
        ]
        for firm in firms[8:32]
    ]  # fmt: skip
    for row, column, wrong in ((2, 0, "0190000000"), (5, 6, "khác"), (7, 8, "15/10/2030"), (9, 9, "-4"), (12, 10, "")):
        rows[row][column] = wrong
    rows.append(rows[0])
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": at(PLAYED_ON).replace(tzinfo=None)})
    sheet = book.add_worksheet("Hỗ trợ")
    sheet.write(0, 0, "DANH SÁCH DOANH NGHIỆP ĐƯỢC HỖ TRỢ (số liệu minh họa)")
    sheet.write_row(2, 0, HEADINGS)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(2 + number, 0, [number, *row])
    sheet.write_row(3 + len(rows), 0, ["", "", "Tổng cộng"])
    book.close()
    return buffer.getvalue()


def blank_page(width=420, height=594):
    """A white page as PNG."""

    def part(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\x00" + b"\xff" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", pixels) + part(b"IEND", b"")
