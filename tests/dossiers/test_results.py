"""The result of a dossier as a paper of the portal: begun from it, signed once it is approved, issued as its result."""

import uuid
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.layout.data import blocks_from
from documents.models import OutgoingPaper
from documents.services.papers import discard_paper, edit_paper
from documents.services.trust import Checked, checked
from documents.services.way import left_to_fill_in, number_paper, return_paper, stop_paper
from documents.signing.keys import person_key
from documents.store import VISITOR, bytes_of, path_of, save_upload
from dossiers.models import Dossier
from dossiers.presenting.results import draft_of, is_rewritten
from dossiers.services import handling, results
from dossiers.services.checking import problems_of
from dossiers.services.dossiers import withdraw_dossier
from dossiers.views import handling as views
from enterprises.models import Membership
from notices.models import Telling
from reporting.demo.scans import signed_page
from tests.dossiers.test_procedure_models import refused
from tests.factories import (
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_field,
    make_head,
    make_office,
    make_paper,
    make_paper_at,
    make_procedure,
    make_result,
    make_series,
    make_slip_line,
    make_step,
    make_stored_file,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
TODAY = date(2026, 11, 27)
APPROVED_AT = datetime(2026, 11, 26, 3, tzinfo=UTC)


class Desk:
    """A dossier in an officer's hands, under a procedure that names the paper and the text of its result."""

    def __init__(self, layout="letter", steps=(), **fields):
        self.office = make_office(name="Phòng Quản lý công nghiệp")
        heading = "" if layout == "letter" else "QUYẾT ĐỊNH"
        self.series = make_series(layout=layout, heading=heading)
        days = {"days": (), "total_days": sum(taken for taken, _role in steps)} if steps else {}
        version = make_version(make_procedure(), office=self.office, result_series=self.series, **days)
        make_field(version, "noi-dung")
        for taken, role in steps:
            make_step(version, taken, role=role)
        version.result_subject = "trả lời {enterprise}"
        version.result_text = "Hồ sơ {code} nêu: {noi-dung}\nSở trả lời: …"
        version.state, version.valid_from, version.put_in_force_at = "issued", date(2026, 1, 5), NOW
        version.paper_number, version.paper_on, version.put_in_force_by = "1/QĐ", date(2026, 1, 5), "system:tests"
        version.save()
        self.enterprise = make_enterprise(name="Công ty Mộc Lan")
        self.signatory = make_enterprise_user(self.enterprise)
        self.officer, self.head = make_user(Role.OFFICER, office=self.office), make_user(Role.HEAD, office=self.office)
        self.director, self.clerk = make_user(Role.DIRECTOR), make_user(Role.RECORDS_CLERK)
        self.dossier = make_dossier(version, self.enterprise, state="lodged", by=self.signatory, **fields)
        make_slip_line(self.dossier, "received", handler=self.officer)
        make_slip_line(self.dossier, "appraising")

    def approved(self):
        make_slip_line(self.dossier, "submitted", by=self.officer)
        make_slip_line(self.dossier, "approved", by=self.director, at=APPROVED_AT)
        return self

    def begun(self, by=None, answer="đồng ý."):
        given = draft_of(self.dossier, TODAY)
        values = {"bases": "", "authority_paper": "", "signer_post": "", **given}
        values |= {"office": self.office, "signer": self.director, "authority": "own"}
        values["body"] = given["body"].replace("…", answer)
        return results.begin_result(dossier=self.dossier, values=values, by=by or self.officer, now=NOW)

    def at(self, state, paper):
        return make_paper_at(state, paper=paper, clerk=self.clerk, head=self.head, now=NOW)

    def state(self):
        self.dossier.refresh_from_db()
        return self.dossier.state


@pytest.fixture
def desk():
    return Desk()


def to(route, row):
    return reverse(f"dossiers:{route}", args=[row.public_id])


def text_of(answer):
    return unescape(answer.content.decode())


def test_the_draft_begins_with_what_the_dossier_says(desk):
    given = draft_of(desk.dossier, TODAY)
    assert (given["series"], given["office"], given["due_on"]) == (desk.series, desk.office.pk, desk.dossier.due_on)
    assert (given["subject"], given["addressees"], given["recipients"]) == (
        "trả lời Công ty Mộc Lan", "Công ty Mộc Lan", "Như trên",
    )  # fmt: skip
    assert given["body"] == f"Hồ sơ {desk.dossier.code} nêu: Thiếu mặt bằng\nSở trả lời: …"
    assert "signer" not in given
    desk.approved()
    assert draft_of(desk.dossier, TODAY)["signer"] == desk.director
    decision = Desk("decision")
    given = draft_of(decision.dossier, TODAY)
    assert given["bases"].splitlines() == [
        "Căn cứ Kế hoạch số 60/KH-UBND", f"Xét hồ sơ mã số {decision.dossier.code} của Công ty Mộc Lan",
    ]  # fmt: skip
    assert given["addressees"] == ""


def test_what_the_enterprise_wrote_is_text_of_the_draft_and_no_mark_of_the_layout(desk, client_as):
    officer, said = client_as(desk.officer), "Nội dung lấy từ hồ sơ có dấu mà mẫu trình bày hiểu"
    assert said not in text_of(officer.get(to("begin_result", desk.dossier)))
    version = desk.dossier.procedure_version
    desk.enterprise.name = "Công ty … Mộc Lan"
    desk.dossier.enterprise, desk.dossier.procedure_version = desk.enterprise, version
    for answer, line in (
        (
            "Ngân hàng A | 12.000.000.000 | 9,5%\nNgân hàng B | 1 | 2",
            "Ngân hàng A, 12.000.000.000, 9,5% Ngân hàng B, 1, 2",
        ),
        ("# Kiến nghị", "Kiến nghị"),
        ("Điều 1. Cho vay", "Điều 1 – Cho vay"),
        ("gạo, ngô, …", "gạo, ngô, (…)"),
    ):
        desk.dossier.answers = {"noi-dung": answer}
        for before in ("", "Về việc: "):
            version.result_text = f"{before}{{noi-dung}}\nSở trả lời: đồng ý."
            given = draft_of(desk.dossier, TODAY)
            first = given["body"].split("\n")[0]
            assert first == f"{before}{line}" or (before and answer[0] in "#Đ")
            assert [block.kind for block in blocks_from(given["body"])] == ["text", "text"]
            paper = OutgoingPaper(**{name: given[name] for name in ("subject", "addressees", "body", "recipients")})
            paper.state = "draft"
            assert left_to_fill_in(paper) == ""
            assert is_rewritten(desk.dossier) == (first != f"{before}{' '.join(answer.split())}")
    version.result_text = "# {noi-dung}\nTên | {noi-dung}"  # marks of the procedure's own stay
    assert [block.kind for block in blocks_from(draft_of(desk.dossier, TODAY)["body"])] == ["heading", "table"]
    marked = Desk(answers={"noi-dung": "A | B"})
    page = text_of(client_as(marked.officer).get(to("begin_result", marked.dossier)))
    assert said in page and "nêu: A, B\n" in page.replace("\r", "")


def test_the_issued_paper_is_the_result_of_the_dossier(desk, client_as):
    paper = desk.begun()
    paper = desk.at("signing", paper)  # initialled and checked while the dossier is appraised
    with pytest.raises(Refused, match="phải được phê duyệt trước khi ký"):
        desk.at("numbering", paper)
    desk.approved()
    paper = desk.at("numbering", paper)
    with pytest.raises(Refused, match="26/11/2026"):
        number_paper(paper=paper, dated_on=date(2026, 11, 25), version=paper.version, by=desk.clerk, now=NOW)
    scan = make_stored_file()
    typed = {"paper_number": "9/X", "paper_on": TODAY, "file": scan, "by": desk.clerk, "now": NOW}
    with pytest.raises(Conflict, match="soạn thành văn bản trên Cổng"):
        handling.issue_result(dossier=desk.dossier, **typed)
    assert refused(
        lambda: make_slip_line(desk.dossier, "issued", paper_number="9/X", file=scan), "result_is_the_paper_that_stands"
    )
    paper = desk.at("issuing", paper)
    assert desk.state() == "approved"
    paper = desk.at("issued", paper)
    line = desk.dossier.slip.get(verb="issue")
    assert desk.state() == "issued"
    assert (line.paper_number, line.paper_on, line.file, line.by) == (
        paper.number.symbol, TODAY, paper.sealed, desk.clerk,
    )  # fmt: skip
    assert Telling.objects.filter(kind="dossiers.result").exists()
    own = client_as(desk.signatory)
    answer = own.get(reverse("dossiers:result_file", args=[desk.dossier.public_id, line.public_id]))
    assert answer.getvalue() == bytes_of(paper.sealed)
    page = text_of(own.get(to("dossier", desk.dossier)))
    assert reverse("documents:confirm_paper", args=[paper.token]) in page
    assert paper.get_absolute_url() not in page
    handling.return_result(dossier=desk.dossier, note="Trả qua Cổng", by=desk.clerk, now=NOW)
    assert desk.state() == "returned"


def test_a_result_made_outside_is_no_file_that_was_changed_after_it_was_signed(desk, client_as):
    desk.approved()
    signed = signed_page("kết quả", person_key(desk.director))
    changed = signed.replace(b"TAI LIEU", b"TAI LIEV", 1)
    assert changed != signed
    given = {"paper_number": "9/X", "paper_on": TODAY, "by": desk.clerk, "now": NOW}
    with pytest.raises(Refused, match="bị thay đổi sau khi ký số"):
        handling.issue_result(dossier=desk.dossier, file=kept(changed), **given)
    handling.issue_result(dossier=desk.dossier, file=kept(signed), **given)
    line = desk.dossier.slip.get(verb="issue")
    at = reverse("dossiers:result_signatures", args=[desk.dossier.public_id, line.public_id])
    for reader in (desk.signatory, desk.clerk):
        client = client_as(reader)
        assert at in text_of(client.get(to("dossier", desk.dossier)))
        assert desk.director.full_name in text_of(client.get(at))


def test_a_file_that_is_another_than_was_checked_before_the_transaction_is_no_result(desk):
    desk.approved()
    file = kept(signed_page("kết quả", person_key(desk.director)))
    found = checked(file, NOW)
    path_of(file.sha256).chmod(0o600)
    path_of(file.sha256).write_bytes(bytes_of(file).replace(b"TAI LIEU", b"TAI LIEV", 1))
    given = {"paper_number": "9/X", "paper_on": TODAY, "file": file, "by": desk.clerk, "now": NOW}
    with pytest.raises(Conflict, match="bị thay đổi trong khi đang được kiểm tra"):
        handling.issue_result(dossier=desk.dossier, found=found, **given)
    assert desk.state() == "approved"


def test_signatures_of_a_result_are_verified_before_its_form_begins_a_transaction(desk, client_as, monkeypatch):
    desk.approved()
    held = []

    def watching(*args):
        held.append(len(connection.savepoint_ids))
        return Checked("", [])

    monkeypatch.setattr(views, "checked", watching)
    scan = SimpleUploadedFile("qd.pdf", signed_page("kết quả", person_key(desk.director)))
    day = f"{timezone.localdate():%d/%m/%Y}"
    outside = len(connection.savepoint_ids)
    sent = {"paper_number": "9/X", "paper_on": day, "scan": scan, "operation_key": str(uuid.uuid4())}
    page = text_of(client_as(desk.clerk).post(to("issue_dossier", desk.dossier), sent))
    assert held == [outside]
    assert "bị thay đổi trong khi đang được kiểm tra" in page and "9/X" in page
    assert desk.state() == "approved"


def kept(content):
    upload = SimpleUploadedFile("kết quả.pdf", content)
    return save_upload(upload, by=VISITOR, now=NOW)


def test_a_paper_that_is_stopped_or_given_up_leaves_the_dossier_as_it_was(desk):
    first = desk.begun()
    discard_paper(paper=first, version=first.version, reason="Soạn lại", by=desk.officer, now=NOW)
    assert desk.state() == "appraising"
    desk.approved()
    second = desk.at("sealing", desk.begun())
    stop_paper(paper=second, version=second.version, reason="Sai nội dung", by=desk.clerk, now=NOW)
    assert desk.state() == "approved" and results.standing_paper(desk.dossier) is None
    third = desk.begun(by=desk.head)
    assert results.standing_paper(desk.dossier) == third
    discard_paper(paper=third, version=third.version, reason="Ban hành ngoài Cổng", by=desk.head, now=NOW)
    given = {"paper_number": "9/X", "paper_on": TODAY, "file": make_stored_file(), "by": desk.clerk, "now": NOW}
    handling.issue_result(dossier=desk.dossier, **given)
    assert desk.state() == "issued"


def test_one_paper_at_a_time_by_whoever_has_the_dossier_while_its_result_is_drafted(desk):
    stranger = make_user(Role.OFFICER, office=make_office())
    with pytest.raises(NotAllowed, match=desk.officer.full_name):
        desk.begun(by=stranger)
    colleague = make_user(Role.OFFICER, office=desk.office)
    with pytest.raises(NotAllowed):
        desk.begun(by=colleague)
    desk.begun()
    with pytest.raises(Conflict, match="đã được soạn"):
        desk.begun()
    assert not results.may_begin(desk.officer, desk.dossier, NOW)
    assert refused(lambda: make_result(desk.dossier), "result_one_paper_at_a_time")
    early = make_dossier(state="lodged")
    assert refused(lambda: make_result(early), "result_drafted_in_its_state")
    other = Desk()
    make_slip_line(other.dossier, "submitted")
    with pytest.raises(Conflict, match="Đã trình"):
        other.begun()
    assert other.dossier.result_papers.count() == 0


def test_the_draft_goes_with_the_dossier_to_whoever_handles_it_next(desk):
    paper, colleague = desk.begun(), make_user(Role.OFFICER, office=desk.office)
    handling.hand_over_dossier(dossier=desk.dossier, to=colleague, note="Đã soạn", by=desk.officer, now=NOW)
    paper.refresh_from_db()
    assert paper.drafter == colleague
    handling.assign_dossier(dossier=desk.dossier, to=desk.officer, by=desk.head, now=NOW)
    paper.refresh_from_db()
    assert paper.drafter == desk.officer
    handling.assign_dossier(dossier=desk.dossier, to=None, office=make_head().posts.get().office, by=desk.head, now=NOW)
    paper.refresh_from_db()
    assert paper.drafter == desk.officer


def test_the_paper_of_a_dossier_that_ended_goes_no_further(desk):
    paper = desk.begun()
    desk.dossier.refresh_from_db()
    withdraw_dossier(dossier=desk.dossier, reason="Không cần nữa", by=desk.signatory, now=NOW)
    with pytest.raises(Refused, match="không đi tiếp được"):
        desk.at("initialling", paper)
    discard_paper(paper=paper, version=paper.version, reason="Hồ sơ đã rút", by=desk.officer, now=NOW)
    make_paper_at("initialling", paper=make_paper())  # other papers ask no dossier


def test_a_dossier_is_neither_submitted_nor_approved_while_its_result_has_a_place_left_to_fill_in(desk, client_as):
    officer, said = client_as(desk.officer), "Văn bản còn chỗ chưa điền ở mục “Nội dung”: “Sở trả lời: …”"
    assert officer.get(to("submit_dossier", desk.dossier)).status_code == 200
    desk.begun(answer="…")
    answer = officer.get(to("submit_dossier", desk.dossier), follow=True)
    assert said in text_of(answer) and answer.redirect_chain[-1][0] == desk.dossier.get_absolute_url()
    typed = {"note": "Đề nghị trả lời", "operation_key": str(uuid.uuid4())}
    page = text_of(officer.post(to("submit_dossier", desk.dossier), typed))
    assert said in page and "Đề nghị trả lời" in page and desk.state() == "appraising"
    make_slip_line(desk.dossier, "submitted", by=desk.officer)  # before this was refused
    with pytest.raises(Refused, match="Sở trả lời: …"):
        handling.approve_dossier(dossier=desk.dossier, by=desk.director, now=NOW)
    assert said in text_of(client_as(desk.director).get(to("approve_dossier", desk.dossier), follow=True))
    handling.send_back_dossier(dossier=desk.dossier, reason="Điền đủ", by=desk.director, now=NOW)


def test_nobody_approves_a_draft_that_was_changed_after_it_was_read(desk):
    paper = desk.begun()
    handling.submit_dossier(dossier=desk.dossier, note="Trả lời theo dự thảo", by=desk.officer, now=NOW)
    seen = results.seen_of(Dossier.objects.get(pk=desk.dossier.pk))
    edit_paper(paper=paper, values={"body": "Không đồng ý."}, version=paper.version, by=desk.officer, now=NOW)
    approval = {"dossier": desk.dossier, "by": desk.director, "now": NOW}
    with pytest.raises(StaleVersion, match="Trong lúc đó đã có người xử lý") as refused:
        handling.approve_dossier(**approval, seen=seen)
    assert refused.value.current.pk == desk.dossier.pk and desk.state() == "submitted"
    handling.approve_dossier(**approval, seen=results.seen_of(refused.value.current))


def test_what_a_head_reviews_by_the_procedure_is_initialled_before_it_is_submitted_and_approved(client_as):
    desk = Desk(steps=((1, Role.HEAD), (3, Role.OFFICER), (1, Role.HEAD), (1, Role.DIRECTOR)))
    officer, said = client_as(desk.officer), "chưa được lãnh đạo Phòng Quản lý công nghiệp ký nháy"
    paper = desk.begun()
    given = {"dossier": desk.dossier, "note": "Đề nghị trả lời", "by": desk.officer, "now": NOW}
    for state in ("draft", "initialling"):
        paper = paper if state == "draft" else desk.at(state, paper)
        with pytest.raises(Refused, match=said):
            handling.submit_dossier(**given)
    assert said in text_of(officer.get(to("submit_dossier", desk.dossier), follow=True))
    paper = desk.at("checking", paper)
    assert handling.submit_dossier(**given).steps_done == 3
    page = text_of(client_as(desk.director).get(to("approve_dossier", desk.dossier)))
    assert to("result_draft", desk.dossier) in page and paper.get_absolute_url() in page
    back = return_paper(paper=paper, version=paper.version, by=desk.clerk, now=NOW, reason="Sai thể thức")
    approval = {"dossier": desk.dossier, "by": desk.director, "now": NOW}
    with pytest.raises(Refused, match=said):
        handling.approve_dossier(**approval)
    desk.at("checking", back)
    assert handling.approve_dossier(**approval).steps_done == 4


def test_what_the_draft_still_needs_is_the_next_step_and_nobody_is_offered_what_is_refused(client_as):
    desk = Desk(steps=((1, Role.HEAD), (3, Role.OFFICER), (1, Role.HEAD), (1, Role.DIRECTOR)))
    officer, head, submitting = client_as(desk.officer), client_as(desk.head), to("submit_dossier", desk.dossier)
    assert submitting in text_of(officer.get(desk.dossier.get_absolute_url()))
    paper = desk.begun()
    link = f'<a class="btn btn-primary" href="{paper.get_absolute_url()}">'
    page = text_of(officer.get(desk.dossier.get_absolute_url()))
    assert f"{link}Trình ký nháy</a>" in page and submitting not in page
    assert f"{desk.officer.full_name} trình ký nháy dự thảo kết quả" in page
    paper = desk.at("initialling", paper)
    page = text_of(head.get(desk.dossier.get_absolute_url()))
    assert f"{link}Ký nháy" in page and submitting not in page
    assert f"Lãnh đạo {desk.office} ký nháy dự thảo kết quả" in page
    page = text_of(officer.get(desk.dossier.get_absolute_url()))
    assert link not in page and submitting not in page
    paper = desk.at("checking", paper)
    assert submitting in text_of(officer.get(desk.dossier.get_absolute_url()))

    make_slip_line(desk.dossier, "submitted", by=desk.officer)
    make_slip_line(desk.dossier, "approved", by=desk.director, at=APPROVED_AT)
    paper = desk.at("signing", paper)
    page = text_of(client_as(desk.director).get(desk.dossier.get_absolute_url()))
    assert f"{link}Ký" in page and f"Ký – {desk.director.full_name}" in page
    assert link not in text_of(officer.get(desk.dossier.get_absolute_url()))

    other = Desk()
    paper = other.begun(answer="…")
    page = text_of(client_as(other.officer).get(other.dossier.get_absolute_url()))
    link = f'<a class="btn btn-primary" href="{paper.get_absolute_url()}">'
    assert f"{link}Hoàn thiện dự thảo kết quả</a>" in page and to("submit_dossier", other.dossier) not in page
    assert "điền những chỗ còn trống" in page


def test_a_result_waits_for_its_signer_once_its_dossier_is_approved(desk):
    paper = desk.at("signing", desk.begun())
    waiting = OutgoingPaper.objects.waiting_for
    assert not waiting(desk.director, TODAY).exists()
    desk.approved()
    assert list(waiting(desk.director, TODAY)) == [paper]
    other = make_paper_at("signing")  # other papers wait for nothing
    assert list(waiting(other.signer, TODAY)) == [other]


def test_an_issued_result_is_read_by_those_who_read_dossiers_and_by_whoever_drafted_it(desk, client_as):
    desk.approved()
    paper = desk.at("issued", desk.begun())
    readers, others = (Role.INTAKE, Role.AUDITOR, Role.HEAD), (Role.ACCOUNTANT, Role.CENTRE_STAFF)
    for role in readers:
        assert client_as(make_user(role)).get(paper.get_absolute_url()).status_code == 200
    for role in others:
        person = make_user(role)
        assert client_as(person).get(paper.get_absolute_url()).status_code == 404
        assert client_as(person).get(make_paper_at("issued").get_absolute_url()).status_code == 200


def test_a_head_who_handles_a_dossier_submits_what_is_read_by_a_head():
    desk = Desk(steps=((1, Role.OFFICER), (1, Role.HEAD), (1, Role.DIRECTOR)))
    handling.assign_dossier(dossier=desk.dossier, to=desk.head, by=desk.head, now=NOW)
    paper = desk.begun(by=desk.head)
    assert (paper.state, paper.drafter) == ("draft", desk.head)
    submitted = handling.submit_dossier(dossier=desk.dossier, note="Đề nghị", by=desk.head, now=NOW)
    assert submitted.steps_done == 2


def test_whoever_decides_opens_the_file_that_was_submitted_where_the_decision_is_asked_for(desk, client_as):
    director = client_as(desk.director)
    file = make_stored_file()
    handling.submit_dossier(dossier=desk.dossier, note="Đề nghị", by=desk.officer, now=NOW, file=file)
    line = desk.dossier.slip.get(verb="submit")
    at = reverse("dossiers:result_file", args=[desk.dossier.public_id, line.public_id])
    for name in ("dossier", "approve_dossier", "send_back_dossier", "not_eligible_dossier"):
        assert at in text_of(director.get(to(name, desk.dossier)))
    other = Desk()
    make_slip_line(other.dossier, "submitted", by=other.officer)
    assert "Chưa có dự thảo kết quả" in text_of(director.get(to("approve_dossier", other.dossier)))


def test_whoever_issues_a_result_reads_beforehand_that_it_goes_to_the_enterprise(desk, client_as):
    clerk, said = (
        client_as(desk.clerk),
        f"kết quả của hồ sơ {desk.dossier.code}: ngay khi phát hành, kết quả được gửi tới",
    )
    desk.approved()
    assert said in text_of(clerk.get(to("issue_dossier", desk.dossier)))
    Membership.objects.update(starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 2))
    assert "doanh nghiệp chưa có tài khoản" in text_of(clerk.get(to("issue_dossier", desk.dossier)))
    other = Desk().approved()
    paper = other.at("sealing", other.begun())
    said = said.replace(desk.dossier.code, other.dossier.code)
    assert said not in text_of(clerk.get(paper.get_absolute_url()))
    paper = other.at("issuing", paper)
    for address in (paper.get_absolute_url(), reverse("documents:issue_paper", args=[paper.public_id])):
        assert said in text_of(clerk.get(address))
    everybody, readers = "mọi cán bộ xem được văn bản", "người được xem hồ sơ và người soạn xem được văn bản"
    page = text_of(clerk.get(reverse("documents:issue_paper", args=[paper.public_id])))
    assert readers in page and everybody not in page
    alone = make_paper_at("issuing", clerk=desk.clerk)
    page = text_of(clerk.get(reverse("documents:issue_paper", args=[alone.public_id])))
    assert "kết quả của hồ sơ" not in page and everybody in page and readers not in page


def test_pages_lead_from_the_dossier_to_its_paper_and_back(desk, client_as):
    officer, director = client_as(desk.officer), client_as(desk.director)
    assert to("begin_result", desk.dossier) in text_of(officer.get(to("dossier", desk.dossier)))
    assert client_as(make_user(Role.OFFICER)).get(to("begin_result", desk.dossier)).status_code == 403
    assert director.get(to("result_draft", desk.dossier)).status_code == 404
    page = text_of(officer.get(to("begin_result", desk.dossier)))
    assert "trả lời Công ty Mộc Lan" in page and f"Hồ sơ {desk.dossier.code} nêu" in page
    typed = {
        "operation_key": str(uuid.uuid4()), "series": desk.series.pk, "office": desk.office.pk, "subject": "trả lời",
        "body": "Nội dung trả lời", "signer": desk.director.pk, "authority": "own", "secrecy": "no",
    }  # fmt: skip
    half = text_of(officer.post(to("begin_result", desk.dossier), typed | {"secrecy": ""}))
    assert "Nội dung trả lời" in half and desk.dossier.result_papers.count() == 0
    page = text_of(officer.post(to("begin_result", desk.dossier), typed, follow=True))
    paper = desk.dossier.result_papers.get().paper
    assert desk.dossier.code in page and to("dossier", desk.dossier) in page
    assert paper.get_absolute_url() in text_of(officer.get(to("dossier", desk.dossier)))
    again = text_of(officer.get(to("begin_result", desk.dossier), follow=True))
    assert "Văn bản kết quả đã được soạn." in again
    page = text_of(director.get(to("dossier", desk.dossier)))
    assert to("result_draft", desk.dossier) in page and paper.get_absolute_url() not in page
    assert director.get(to("result_draft", desk.dossier)).getvalue().startswith(b"%PDF")
    desk.approved()
    clerk = client_as(desk.clerk)
    assert to("issue_dossier", desk.dossier) not in text_of(clerk.get(to("dossier", desk.dossier)))
    assert "Kết quả phát hành cùng văn bản đó" in text_of(clerk.get(to("issue_dossier", desk.dossier), follow=True))
    page = text_of(client_as(desk.signatory).get(to("dossier", desk.dossier)))
    assert "Văn bản kết quả" not in page and paper.get_absolute_url() not in page


def test_a_text_that_names_what_no_dossier_has_keeps_a_version_from_coming_into_force():
    version = make_version(result_text="Hồ sơ {code}: {noi-dung}, {khong-co}", result_series=make_series())
    make_field(version, "noi-dung")
    (problem,) = [each for each in problems_of(version, on=TODAY) if "{" in each]
    assert "{khong-co}" in problem and "{noi-dung}" not in problem
    version.result_series.ended_on = TODAY
    assert any("không soạn được" in each for each in problems_of(version, on=TODAY))
