"""Work files of the year: one closed with its register of contents, one being filled, one still empty. All invented."""

from datetime import date

from documents.models import IncomingPaper, PaperNumber
from documents.services import work_files as services
from dossiers.models import Dossier
from reporting.demo.copying import at

# (number, title, how long it is kept)
FILES = (
    ("01.QLCN", "Báo cáo kết quả thực hiện Chương trình 6 tháng đầu năm 2026 (minh họa)", "y10"),
    ("02.QLCN", "Tháo gỡ khó khăn, vướng mắc của doanh nghiệp năm 2026 (minh họa)", "y20"),
    ("03.QLCN", "Xét chọn sản phẩm công nghiệp chủ lực năm 2026 (minh họa)", "permanent"),
)


def files_kept(stage):
    """work files: closed with its register of contents, being filled, still empty"""
    officer, office = stage.officer, stage.officer.posts.get().office
    closed, filling, _empty = (
        services.open_work_file(
            year=2026,
            values={
                "code": code, "title": title, "office": office, "keeper": officer, "retention": kept, "note": "",
            },
            by=officer,
            now=at(date(2026, 1, 12)),
        )
        for code, title, kept in FILES
    )  # fmt: skip
    answered = IncomingPaper.objects.filter(state="done").order_by("pk")
    for paper in answered:
        _put(closed, "incoming", paper, officer, at(date(2026, 7, 15), 9))
        _put(closed, "outgoing", paper.answer, officer, at(date(2026, 7, 15), 10))
    services.close_work_file(work_file=closed, version=closed.version, by=officer, now=at(date(2026, 7, 31)))
    in_hand = IncomingPaper.objects.visible_to(officer).filter(state="handling").order_by("pk").first()
    _put(filling, "incoming", in_hand, officer, at(date(2026, 11, 5), 9))
    for dossier in Dossier.objects.lodged().order_by("submitted_at")[:3]:
        _put(filling, "dossier", dossier, officer, at(date(2026, 11, 6), 9))
    wrong = PaperNumber.objects.standing().order_by("-dated_on", "-pk").first()
    item = _put(filling, "outgoing", wrong, officer, at(date(2026, 11, 9), 9))
    services.take_out_item(item=item, reason="Để nhầm hồ sơ (minh họa)", by=stage.head, now=at(date(2026, 11, 9), 10))


def _put(work_file, kind, thing, by, now):
    return services.put_into_file(work_file=work_file, kind=kind, thing=thing, by=by, now=now)
