"""The register of papers that came in on screen: who sees and does what, each form once, and what was typed is kept."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from documents.models import IncomingPaper
from documents.services import incoming as services
from documents.signing.keys import person_key
from reporting.demo.scans import one_page, signed_page
from tests.factories import (
    make_auditor,
    make_enterprise_user,
    make_head,
    make_incoming,
    make_incoming_series,
    make_number,
    make_office,
    make_officer,
    make_paper_at,
    make_stored_file,
    make_user,
    pass_on,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def page(name, *rows):
    return reverse(f"documents:{name}", args=[row.public_id for row in rows])


@pytest.fixture
def clerk():
    return make_user(Role.RECORDS_CLERK)


def test_the_register_and_its_papers_are_seen_and_changed_by_those_they_concern_alone(client_as, client, clerk):
    office = make_office()
    officer, colleague, stranger = make_officer(office=office), make_officer(office=office), make_officer()
    paper = pass_on(make_incoming(scan=make_stored_file(clerk)), office, by=clerk, person=officer)
    shown, listed, finish = page("incoming", paper), page("incoming_list"), page("finish_incoming", paper)
    writes = [page("enter_incoming"), page("correct_incoming", paper)]
    for reader in (officer, colleague, clerk, make_auditor(), make_head(office=office)):
        assert {client_as(reader).get(address).status_code for address in (shown, listed)} == {200}
    assert client_as(stranger).get(listed).status_code == 200
    for address in (shown, finish, page("incoming_scan", paper.scans.get())):
        assert client_as(stranger).get(address).status_code == 404
    assert finish in client_as(officer).get(shown).content.decode()
    assert finish not in client_as(colleague).get(shown).content.decode()
    assert client_as(colleague).get(finish).status_code == 302
    assert {client_as(officer).get(address).status_code for address in writes} == {403}
    assert {client_as(clerk).get(address).status_code for address in writes} == {200}
    for outside in (make_enterprise_user(), make_user(Role.COUNCIL_MEMBER)):
        assert {client_as(outside).get(address).status_code for address in (shown, listed, finish)} == {403}
    assert {client.get(address).status_code for address in (shown, listed, finish)} == {302}


def test_a_paper_is_entered_once_with_its_scan_which_stays_attached_while_the_form_is_refused(client_as, clerk):
    client, series = client_as(clerk), make_incoming_series()
    given = {
        "series": series.pk, "arrived_on": TODAY().strftime("%d/%m/%Y"), "issuer": "Sở & ban", "symbol": "7/STC",
        "kind": "Công văn", "subject": "Rà soát dự toán", "urgency": "urgent", "pages": "3", "secrecy": "yes",
        "operation_key": str(uuid.uuid4()), "state": "done", "person": clerk.pk,
    }  # fmt: skip
    scan = SimpleUploadedFile("Công văn đến.pdf", one_page("đến"))
    refused = client.post(page("enter_incoming"), given | {"scan": scan})
    text = refused.content.decode()
    assert "Không đưa văn bản mật lên hệ thống" in text
    assert "Rà soát dự toán" in text
    assert not IncomingPaper.objects.exists()
    kept = text.partition('name="scan_kept" value="')[2].partition('"')[0]
    given |= {"secrecy": "no", "scan_kept": kept}
    answers = [client.post(page("enter_incoming"), given) for _time in range(2)]
    paper = IncomingPaper.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {page("incoming", paper)}
    assert (paper.state, paper.person, paper.urgency, paper.number) == ("entered", None, "urgent", 1)
    shown = client.get(page("incoming", paper)).content.decode()
    assert "Sở &amp; ban" in shown
    file = client.get(page("incoming_scan", paper.scans.get()))
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.getvalue() == one_page("đến")


def test_a_day_of_arrival_long_ago_is_asked_about_once(client_as, clerk):
    client, series, address = client_as(clerk), make_incoming_series(), page("enter_incoming")
    day = TODAY() - timedelta(days=31)
    given = {
        "series": series.pk, "arrived_on": day.strftime("%d/%m/%Y"), "issuer": "Sở Tài chính", "symbol": "7/STC",
        "kind": "Công văn", "subject": "Rà soát dự toán", "urgency": "normal", "secrecy": "no",
    }  # fmt: skip
    assert 'name="long_ago"' not in client.get(address).content.decode()
    scan = SimpleUploadedFile("den.pdf", one_page("đến"))
    asked = post(client, address, **given, scan=scan).content.decode()
    assert f"Ngày {day:%d/%m/%Y} đã lâu" in asked and 'name="long_ago"' in asked and "Rà soát dự toán" in asked
    assert not IncomingPaper.objects.exists()
    kept = asked.partition('name="scan_kept" value="')[2].partition('"')[0]
    post(client, address, **given, long_ago="on", scan_kept=kept)
    paper = IncomingPaper.objects.get()
    assert (paper.arrived_on, paper.scans.count()) == (day, 1)
    nearer = (TODAY() - timedelta(days=30)).strftime("%d/%m/%Y")
    post(client, address, **given | {"symbol": "8/STC", "arrived_on": nearer})
    assert IncomingPaper.objects.count() == 2


@pytest.mark.parametrize(
    ("made", "says", "told"),
    [
        (lambda key: signed_page("a", key), "nguyên vẹn; ký bằng chứng thư thử nghiệm", True),
        (lambda key: signed_page("a", key).replace(b"TAI LIEU", b"TAI LIEV", 1), "đã bị sửa sau khi ký", True),
        (lambda key: one_page("a"), "chưa ký số", False),
    ],
)
def test_the_signatures_of_a_scan_are_verified_and_shown_for_what_they_are(client_as, clerk, made, says, told):
    client, series = client_as(clerk), make_incoming_series()
    given = {
        "series": series.pk, "arrived_on": TODAY().strftime("%d/%m/%Y"), "issuer": "Sở Tài chính", "symbol": "7/STC",
        "kind": "Công văn", "subject": "Rà soát dự toán", "urgency": "normal", "secrecy": "no",
        "scan": SimpleUploadedFile("den.pdf", made(person_key(clerk))),
    }  # fmt: skip
    entered = client.post(page("enter_incoming"), given | {"operation_key": str(uuid.uuid4())}, follow=True)
    paper = IncomingPaper.objects.get()
    scan = paper.scans.get()
    assert entered.content.decode().count(f"Chữ ký số của bản quét: {says}") == told
    assert f"Chữ ký số: {says}" in client.get(page("incoming", paper)).content.decode()
    looked = client.get(page("scan_signatures", scan)).content.decode()
    assert says in looked and ("Tệp không có chữ ký số." in looked) == (not told)
    assert len(scan.signatures) == told and scan.verified_at
    assert client_as(make_officer()).get(page("scan_signatures", scan)).status_code == 404
    with pytest.raises(IntegrityError, match="scan_signatures_verified"), transaction.atomic():
        paper.scans.create(file=make_stored_file(clerk), added_at=paper.entered_at, added_by="x", signatures=[])


def test_a_deadline_on_a_day_off_is_pointed_out_when_a_paper_is_passed_on(client_as, clerk):
    office, client, paper = make_office(), client_as(clerk), make_incoming()
    sunday = TODAY() + timedelta(days=14 - TODAY().weekday() - 1)
    given = {"office": office.pk, "due_on": f"{sunday:%d/%m/%Y}", "version": paper.version}
    said = f"Thời hạn Chủ nhật {sunday:%d/%m/%Y} là ngày nghỉ"
    passed = client.post(page("pass_incoming", paper), given | {"operation_key": str(uuid.uuid4())}, follow=True)
    assert passed.content.decode().count(said) == 2  # told once, and beside the deadline
    later = given | {"due_on": f"{sunday + timedelta(days=1):%d/%m/%Y}", "version": paper.version + 1}
    passed = client.post(page("pass_incoming", paper), later | {"operation_key": str(uuid.uuid4())}, follow=True)
    assert "là ngày nghỉ" not in passed.content.decode()


def test_a_paper_is_passed_on_dealt_with_and_taken_up_again_on_its_page(client_as, clerk):
    office = make_office()
    officer, director = make_officer(office=office), make_user(Role.DIRECTOR)
    paper = make_incoming()
    given = {"office": office.pk, "person": officer.pk, "instruction": "Giao tham mưu gấp", "version": paper.version}
    refused = post(client_as(clerk), page("pass_incoming", paper), **given)
    assert "ý kiến chỉ đạo của ai" in refused.content.decode()
    assert "Giao tham mưu gấp" in refused.content.decode()
    post(client_as(clerk), page("pass_incoming", paper), **given, instructed_by=director.pk)
    shown = client_as(officer).get(page("incoming", paper)).content.decode()
    assert "Giao tham mưu gấp" in shown
    assert director.full_name in shown
    paper.refresh_from_db()
    unknown = post(client_as(officer), page("finish_incoming", paper), answer="999/BC-SCT", version=paper.version)
    assert "999/BC-SCT" in unknown.content.decode()
    answer = make_number(dated_on=TODAY(), now=timezone.now())
    post(
        client_as(officer),
        page("finish_incoming", paper),
        answer=answer.symbol.removeprefix("0"),
        version=paper.version,
    )
    paper.refresh_from_db()
    assert (paper.state, paper.answer) == ("done", answer)
    assert answer.symbol in client_as(officer).get(page("incoming", paper)).content.decode()
    late = post(client_as(officer), page("finish_incoming", paper), note="Nữa", version=paper.version)
    assert "Đã giải quyết" in late.content.decode()
    post(client_as(director), page("reopen_incoming", paper), reason="Chưa đủ", version=paper.version)
    paper.refresh_from_db()
    assert (paper.state, paper.person) == ("handling", officer)


def test_an_answer_whose_number_becomes_void_is_told_before_and_marked_beside_the_paper(client_as, clerk):
    office = make_office()
    officer = make_officer(office=office)
    given = make_number(dated_on=TODAY(), now=timezone.now())
    stopped = make_paper_at("sealing", clerk=clerk, now=timezone.now())
    papers = [pass_on(make_incoming(now=timezone.now()), office, person=officer, now=timezone.now()) for _ in range(2)]
    for paper, number in zip(papers, (given, stopped.number), strict=True):
        services.finish_incoming(paper=paper, version=paper.version, by=officer, now=timezone.now(), answer=number)
    client, told = client_as(clerk), "Văn bản đến đã ghi giải quyết bằng số này: số đến {}."
    for address, paper in (
        (reverse("documents:void_number", args=[given.public_id]), papers[0]),
        (reverse("documents:stop_paper", args=[stopped.public_id]), papers[1]),
    ):
        assert told.format(paper.called) in client.get(address).text
        version = given.version if paper == papers[0] else stopped.version
        assert post(client, address, reason="Ghi nhầm", version=version).status_code == 302
        shown = client.get(page("incoming", paper)).text
        assert "Số của văn bản trả lời đã hủy" in shown and shown.count('<span class="tag tag-bad">Đã hủy</span>') == 2
        paper.refresh_from_db()
        assert f"{paper.answer} (đã hủy)" in client.get(reverse("documents:incoming_list")).text


def test_the_list_costs_the_same_for_one_row_and_for_three_is_found_without_marks_and_printed_as_the_decree_says(
    client_as, clerk
):
    client, series, office = client_as(clerk), make_incoming_series(), make_office()
    pass_on(make_incoming(series, subject="Đôn đốc báo cáo", issuer="Bộ Công Thương"), office, by=clerk)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page("incoming_list")).status_code == 200
        return len(queries)

    cost()
    one = cost()
    make_incoming(series, subject="Khác")
    make_incoming(series, subject="Khác nữa")
    assert cost() == one <= 12
    found = client.get(page("incoming_list"), {"q": "don doc bo cong thuong"}).content.decode()
    assert "Đôn đốc báo cáo" in found
    assert "Khác nữa" not in found
    assert "Khác nữa" not in client.get(page("incoming_list"), {"state": "handling"}).content.decode()
    assert "Đôn đốc" not in client.get(page("incoming_list"), {"state": "late"}).content.decode()
    for kind in ("xlsx", "csv", "docx", "print"):
        assert client.get(page("incoming_list"), {"export": kind}).getvalue()
    register = client.get(page("incoming_list"), {"export": "register", "q": "don doc"}).content.decode()
    assert all(
        words in register for words in ("Sổ đăng ký văn bản đến", "Tác giả", "Ký nhận", "Công văn: Đôn đốc báo cáo")
    )
    assert "Khác nữa" not in register
    follow = client.get(page("incoming_list"), {"export": "followup"}).content.decode()
    assert all(words in follow for words in ("Sổ theo dõi giải quyết văn bản đến", "Đang xử lý", office.name))


def test_whoever_is_slower_at_a_paper_that_came_in_reads_who_dealt_with_it(client_as, clerk):
    office = make_office()
    officer, head = make_officer(office=office), make_head(office=office)
    paper = pass_on(make_incoming(), office, by=clerk, person=officer)
    version = paper.version
    entry = {name: getattr(paper, name) or "" for name in services.ENTRY}
    entry |= {
        "issued_on": f"{paper.issued_on:%d/%m/%Y}",
        "version": version - 1,
        "reason": "Ghi nhầm",
        "subject": "Khác hẳn",
    }
    late = post(client_as(clerk), page("correct_incoming", paper), **entry).content.decode()
    assert "Trong lúc đó đã có người xử lý" in late and "Cả hai bản" not in late and "Khác hẳn" in late
    done = services.finish_incoming(paper=paper, version=version, by=officer, now=timezone.now(), note="Để biết")
    late = post(client_as(head), page("finish_incoming", paper), version=version, note="Lưu").content.decode()
    assert "không còn làm được nữa" in late and officer.full_name in late and "Cả hai bản" not in late
    assert (
        f'href="{paper.get_absolute_url()}">Mở trang xem' in late
        and 'class="btn btn-primary" type="submit"' not in late
    )
    services.reopen_incoming(paper=done, version=done.version, by=clerk, now=timezone.now(), reason="Trả lời")
    late = post(client_as(head), page("finish_incoming", paper), version=version, note="Lưu").content.decode()
    assert "Trong lúc đó đã có người xử lý" in late and clerk.full_name in late and "Lưu" in late
    assert 'class="btn btn-primary" type="submit"' in late
