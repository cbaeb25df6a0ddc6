"""What the Department did with the dossiers that were lodged: one in each state, three whole ways, one late, supplements."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.roles import Role
from documents.services.papers import CONTENT
from documents.store import save_upload
from dossiers.models import Dossier
from dossiers.presenting.results import draft_of
from dossiers.services import handling as services
from dossiers.services import links, messages, supplements
from dossiers.services.results import begin_result
from reference.services import add_working_days
from reporting.demo.copying import at
from reporting.demo.scans import one_page

BASIS = "Quyết định số 4303/QĐ-UBND ngày 24/9/2020"
LACKS = (
    ("Bản chụp hợp đồng thuê đất còn hiệu lực", "Chưa có căn cứ xác định thời hạn thuê"),
    ("Số liệu thiệt hại từng tháng", "Nội dung khai chưa nêu thời gian phát sinh"),
)


class Handling:
    """One dossier, day by day after it was lodged; every act on the next working day at the hour it is given."""

    def __init__(self, stage, dossier):
        self.people, self.dossier = stage.people, dossier
        self.day = timezone.localdate(dossier.submitted_at)

    def on(self, days=1, hour=9):
        self.day = add_working_days(self.day + timedelta(days=days), 0)
        return at(self.day, hour)

    def by(self, role, days=1):
        return {"dossier": self.dossier, "by": self.people[role], "now": self.on(days)}

    def received(self, days=0):
        self.dossier = services.receive_dossier(**self.by(Role.INTAKE, days) | {"now": at(self.day, 14)})
        return self

    def assigned(self, days=0):
        self.received(days)
        services.assign_dossier(to=self.people[Role.OFFICER], note="Xử lý đúng hạn (minh họa)", **self.by(Role.HEAD))
        return self

    def appraising(self):
        self.assigned()
        self.dossier = services.appraise_dossier(**self.by(Role.OFFICER))
        return self

    def submitted(self):
        self.appraising()
        services.submit_dossier(note="Đề nghị trả lời theo dự thảo (minh họa)", **self.by(Role.OFFICER, 4))
        return self

    def approved(self):
        self.submitted()
        self.dossier = services.approve_dossier(**self.by(Role.DEPUTY_DIRECTOR))
        return self

    def issued(self):
        self.approved()
        clerk = self.by(Role.RECORDS_CLERK)
        name = f"Văn bản trả lời {self.dossier.code} (minh họa).pdf"
        scan = save_upload(SimpleUploadedFile(name, one_page(name)), by=clerk["by"], now=clerk["now"])
        number = f"MH-{self.dossier.code[-11:].replace('-', '')}/SCT-QLCN"
        services.issue_result(paper_number=number, paper_on=self.day, file=scan, **clerk)
        return self

    def returned(self):
        self.issued()
        services.return_result(note="Trả qua Cổng và qua bưu chính (minh họa)", **self.by(Role.INTAKE))

    def asking(self, lacks=1):
        """A supplement prepared by whoever has the dossier."""
        at_door = self.dossier.state == "lodged"
        asker = self.by(Role.INTAKE if at_door else Role.OFFICER)
        items = [
            {"component": None, "wanted": f"{wanted} (minh họa)", "reason": reason, "legal_basis": BASIS}
            for wanted, reason in LACKS[:lacks]
        ]
        guidance = "Gửi bản chụp rõ nét hoặc viết vào ô trả lời (minh họa)."
        return supplements.prepare_supplement(
            items=items, guidance=guidance, answer_by=self.day + timedelta(days=45), **asker
        )

    def rewritten(self, request):
        """Another head than the one who sends it writes more of it."""
        items = [
            {"component": None, "wanted": f"{wanted} (minh họa)", "reason": reason, "legal_basis": BASIS}
            for wanted, reason in LACKS
        ]
        return supplements.change_supplement(
            request=request, items=items, guidance=request.guidance, answer_by=request.answer_by,
            version=request.version, by=self.people[Role.DEPUTY_HEAD], now=at(self.day, 15),
        )  # fmt: skip

    def asked(self, lacks=1):
        request = self.asking(lacks)
        sender = Role.INTAKE if request.stage == "lodged" else Role.HEAD
        self.dossier = supplements.send_supplement(request=request, by=self.people[sender], now=at(self.day, 14))
        return request

    def answered(self, request):
        signatory = {"by": self.people[Role.SIGNATORY], "now": self.on(3)}
        texts = {str(item.public_id): "Đã bổ sung (nội dung minh họa)." for item in request.items.all()}
        supplements.save_answers(request=request, answers=texts, **signatory)
        self.dossier = supplements.send_answer(
            request=request, digest=supplements.digest_of_answer(request), **signatory
        )


def results_drafted(stage):
    """a dossier whose result is drafted as a paper of the portal"""
    dossier = Dossier.objects.filter(state="approved").order_by("pk").first()
    day = date(2026, 11, 13)
    given = draft_of(dossier, day)
    values = {name: given.get(name, "") for name in CONTENT} | {"office": dossier.office}
    values["subject"] = f"{values['subject']} (minh họa)"
    begin_result(dossier=dossier, values=values, by=stage.people[Role.OFFICER], now=at(day, 16))


def handle(stage, own, on_paper):
    """`own` are the dossiers of the enterprise that signs in, `on_paper` those of the others, the first ones first."""
    desks = [Handling(stage, dossier) for dossier in on_paper]
    for desk in desks[:2]:
        desk.returned()
    desks[2].approved()  # its result is drafted in results_drafted
    desks[3].issued()
    grounded = {"legal_basis": BASIS}
    services.refuse_dossier(
        reason="Không thuộc phạm vi chương trình (minh họa)", **grounded, **desks[4].by(Role.INTAKE)
    )
    desks[5].submitted()
    services.find_not_eligible(reason="Không có căn cứ giải quyết (minh họa)", **grounded, **desks[5].by(Role.DIRECTOR))
    desks[6].assigned()
    services.stop_dossier(
        reason="Doanh nghiệp đã giải thể bộ phận liên quan (minh họa)", **grounded, **desks[6].by(Role.HEAD)
    )
    desks[7].approved()
    desks[8].submitted()
    desks[9].appraising()
    services.write_note(text="Đã gọi điện cho doanh nghiệp (minh họa).", **desks[9].by(Role.OFFICER))
    desks[10].appraising()
    desks[10].rewritten(desks[10].asking())
    desks[11].received(days=28)
    desks[12].assigned(days=18)

    twice = Handling(stage, own[1])
    twice.answered(twice.asked())
    twice.appraising()
    twice.answered(twice.asked(lacks=2))
    due = twice.dossier.due_on + timedelta(days=7)
    services.extend_dossier(due_on=due, reason="Chờ ý kiến của cơ quan liên quan (minh họa)", **twice.by(Role.HEAD))
    open_one = Handling(stage, own[2])
    open_one.appraising()
    open_one.asked(lacks=2)
    talk(twice, open_one)


def talk(first, second):
    """The officer writes about the first dossier and is answered; the second names the first, and one named wrongly."""
    officer = {"by": first.people[Role.OFFICER]}
    for text, who in (
        ("Đề nghị cho biết thời điểm thuận tiện để khảo sát thực địa (minh họa).", Role.OFFICER),
        ("Doanh nghiệp bố trí được vào sáng thứ Ba hằng tuần (minh họa).", Role.SIGNATORY),
    ):
        messages.write_message(dossier=first.dossier, text=text, by=first.people[who], now=first.on(hour=15))
    earlier, later = sorted((first.dossier, second.dossier), key=lambda each: each.submitted_at)
    now = first.on(hour=16)
    wrong = links.link_dossier(dossier=later, code=earlier.code, kind="repeats", now=now, **officer)
    links.end_link(link=wrong, now=now, **officer)
    links.link_dossier(dossier=later, code=earlier.code, kind="continues", now=now, **officer)
