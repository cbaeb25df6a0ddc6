"""The pages of papers: who sees and does what, and what was typed is kept."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from documents.composing import data_of
from documents.models import OutgoingPaper
from documents.services import way
from documents.services.papers import pass_on
from documents.store import path_of
from tests.factories import (
    make_auditor,
    make_copy_at,
    make_director,
    make_enterprise_user,
    make_head,
    make_incoming,
    make_office,
    make_officer,
    make_paper,
    make_paper_at,
    make_series,
    make_stored_file,
    make_user,
)

pytestmark = pytest.mark.django_db


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def page(name, *rows):
    return reverse(f"documents:{name}", args=[row.public_id for row in rows])


def typed(officer, **fields):
    return {
        "series": make_series().pk, "office": officer.posts.get().office_id, "subject": "Kết quả & kiến nghị",
        "body": "Nội dung.", "signer": make_director().pk, "authority": "own", "secrecy": "no", **fields,
    }  # fmt: skip


def test_a_draft_is_seen_by_its_drafter_and_head_and_is_not_there_for_others(client_as, client):
    office = make_office()
    officer, head = make_officer(office=office), make_head(office=office)
    paper = make_paper(drafter=officer)
    reads = [page(name, paper) for name in ("paper", "paper_word")]
    own = [page(name, paper) for name in ("edit_paper", "discard_paper")]
    assert {client_as(officer).get(address).status_code for address in reads + own} == {200}
    assert {client_as(head).get(address).status_code for address in reads} == {200}
    for other in (make_officer(office=office), make_auditor(), make_director()):
        assert {client_as(other).get(address).status_code for address in reads} == {404}
    assert {client_as(make_enterprise_user()).get(address).status_code for address in reads + own} == {403}
    assert {client.get(address).status_code for address in [*reads, page("paper", make_office())]} == {302}
    assert page("edit_paper", paper) not in client_as(head).get(page("paper", paper)).content.decode()


def test_a_paper_is_drafted_once_changed_and_given_up_and_nothing_typed_is_lost(client_as):
    officer = make_officer()
    client, given = client_as(officer), typed(officer) | {"operation_key": str(uuid.uuid4())}
    refused = client.post(page("draft_paper"), given | {"authority": "tm"})
    assert "Kết quả &amp; kiến nghị" in refused.content.decode()
    assert "TM." in refused.content.decode()
    secret = client.post(page("draft_paper"), given | {"secrecy": "yes"})
    assert "Không đưa văn bản mật lên hệ thống" in secret.content.decode()
    assert not OutgoingPaper.objects.exists()
    answers = [client.post(page("draft_paper"), given) for _time in range(2)]
    paper = OutgoingPaper.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {page("paper", paper)}
    hidden = {"state": "discarded", "drafter": make_officer().pk}
    changed = typed(officer, series=paper.series_id, subject="Khác", version=1, **hidden)
    post(client, page("edit_paper", paper), **changed)
    paper.refresh_from_db()
    assert (paper.subject, paper.state, paper.drafter) == ("Khác", "draft", officer)
    stale = post(client, page("edit_paper", paper), **changed | {"subject": "Của tôi"})
    assert "Của tôi" in stale.content.decode()
    post(client, page("discard_paper", paper), reason="Không cần nữa", version=2)
    assert "Không cần nữa" in client.get(page("paper", paper)).content.decode()
    assert client.get(page("edit_paper", paper)).status_code == 302


def test_a_paper_is_looked_at_page_by_page_and_taken_away_as_pdf_and_word(client_as):
    officer = make_officer()
    client, paper = client_as(officer), make_paper(drafter=officer, body="Một dòng.\n" * 60)
    preview = client.get(page("paper_preview", paper), {"page": "2"}).content.decode()
    assert "pages/2/" in preview
    picture = client.get(reverse("documents:paper_page", args=[paper.public_id, 2]))
    assert picture.content.startswith(b"\x89PNG")
    assert client.get(reverse("documents:paper_page", args=[paper.public_id, 99])).status_code == 404
    for name, start in (("paper_pdf", b"%PDF-"), ("paper_word", b"PK")):
        answer = client.get(page(name, paper))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.getvalue().startswith(start)
    strange = make_paper(drafter=officer, body="漢字")
    assert "không in được" in client.get(page("paper_preview", strange)).content.decode()
    assert "không in được" in client.get(page("paper_pdf", strange), follow=True).content.decode()


def test_the_title_of_a_paper_begins_with_a_capital_and_only_after_v_v_it_does_not(client_as):
    officer, subject = make_officer(), "trả lời kiến nghị của Công ty Mộc Lan"
    letter = make_paper(drafter=officer, subject=subject, series=make_series(layout="letter", heading=""))
    notice = make_paper(drafter=officer, subject=subject)
    client, title = client_as(officer), "Trả lời kiến nghị của Công ty Mộc Lan"
    assert client.get(page("paper_list")).content.decode().count(f">{title}<") == 2
    for paper in (letter, notice):
        shown = client.get(page("paper", paper)).content.decode()
        assert f"<h1>{title}</h1>" in shown and subject not in shown
    drawn = [data_of(paper, now=timezone.now()) for paper in (letter, notice)]
    assert [(data.subject, data.title) for data in drawn] == [(subject, title), (title, f"Thông báo – {title}")]


def test_the_list_costs_the_same_for_one_row_and_for_three(client_as):
    officer = make_officer()
    client, series = client_as(officer), make_series()
    make_paper(drafter=officer, series=series)
    make_paper()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page("paper_list"))
        return len(queries), answer.content.decode().count("Về việc thử nghiệm")

    cost()
    one, shown = cost()
    assert shown == 1
    for _place in range(2):
        make_paper(drafter=officer, series=series)
    assert cost() == (one, 3)
    assert one <= 12


def test_a_place_that_a_template_left_to_be_filled_in_takes_the_way_to_sending_away_until_it_is_filled_in(client_as):
    said = "Văn bản còn chỗ chưa điền ở mục “Nội dung”: “1. …”"
    paper = make_paper(body="Sở trả lời như sau:\n1. …\nGồm máy A, máy B… và các máy khác")
    drafter, clerk = client_as(paper.drafter), make_user(Role.RECORDS_CLERK)
    shown = drafter.get(page("paper", paper)).content.decode()
    assert shown.count(said) == 1 and page("send_paper", paper) not in shown and page("edit_paper", paper) in shown
    assert said in drafter.get(page("send_paper", paper)).content.decode()
    refused = post(drafter, page("send_paper", paper), version=paper.version).content.decode()
    assert said in refused and OutgoingPaper.objects.get().state == "draft"
    paper = make_paper_at("numbering", paper=make_paper(body="1. Đồng ý"), clerk=clerk)
    paper.body = "1. …"  # signed before this was refused
    assert way.left_to_fill_in(paper) == ""
    filled = make_paper(body="1. Đã giải quyết…\n2. Chi phí 1... 2 triệu đồng")
    assert "còn chỗ chưa điền" not in client_as(filled.drafter).get(page("paper", filled)).content.decode()


def test_a_paper_whose_file_is_missing_from_the_store_answers_in_words_and_tells_the_operator(client_as, caplog):
    clerk = make_user(Role.RECORDS_CLERK)
    paper = make_paper_at("numbering", clerk=clerk)
    path_of(paper.signed.sha256).unlink()
    client, said = client_as(clerk), "Không đọc được tệp: tệp không còn trong kho lưu trữ"
    for name in ("paper_signatures", "paper_preview", "paper_pdf"):
        answer = client.get(page(name, paper), follow=True)
        assert answer.status_code == 200 and said in answer.content.decode()
    assert client.get(reverse("documents:paper_page", args=[paper.public_id, 1])).status_code == 404
    assert client.get(paper.get_absolute_url()).status_code == 200
    refused = post(client, page("number_paper", paper), version=paper.version, dated_on="27/11/2026")
    assert said in refused.content.decode()
    assert {record.levelname for record in caplog.records if paper.signed.sha256 in record.getMessage()} == {"ERROR"}


def test_a_copy_and_a_scan_whose_files_are_missing_answer_in_words(client_as):
    clerk = make_user(Role.RECORDS_CLERK)
    copy = make_copy_at("numbering", clerk=clerk)
    scan = make_incoming(scan=make_stored_file(), by=clerk).scans.get()  # its bytes are nowhere
    path_of(copy.last_file.sha256).unlink()
    client = client_as(clerk)
    for address in (
        reverse("documents:copy_pdf", args=[copy.public_id]),
        reverse("documents:incoming_scan", args=[scan.public_id]),
        reverse("documents:incoming_scan", args=[scan.public_id]) + "?view=1",
    ):
        answer = client.get(address, follow=True)
        assert answer.status_code == 200 and "tệp không còn trong kho lưu trữ" in answer.content.decode()
    assert client.get(reverse("documents:scan_signatures", args=[scan.public_id])).status_code == 200


def test_whoever_only_runs_the_system_reads_no_paper_that_went_out_and_no_copy(client_as):
    clerk = make_user(Role.RECORDS_CLERK)
    copy = make_copy_at("issued", clerk=clerk)
    paper = copy.outgoing
    addresses = [reverse("documents:paper_list"), reverse("documents:copy_pdf", args=[copy.public_id])]
    addresses += [page(name, paper) for name in ("paper", "paper_preview", "paper_pdf", "paper_signatures")]
    administrator, reader = client_as(make_user(Role.ADMINISTRATOR)), client_as(make_officer())
    assert {administrator.get(address).status_code for address in addresses} == {403}
    assert all(answer.status_code == 200 and answer.getvalue() for answer in map(reader.get, addresses))
    assert administrator.get(reverse("documents:series_list")).status_code == 200
    line = administrator.get(reverse("documents:number", args=[paper.number.public_id])).content.decode()
    assert paper.get_absolute_url() not in line


UNTRUE = "Cả hai bản được hiện ra"


def test_whoever_is_slower_at_a_step_reads_who_took_it_and_is_offered_it_no_more(client_as):
    clerk, head, other = make_user(Role.RECORDS_CLERK), make_head(), make_user(Role.RECORDS_CLERK)
    paper = make_paper_at(
        "initialling", head=head, office=head.posts.get().office, drafter=make_officer(office=head.posts.get().office)
    )
    first, second = (client_as(head).get(page("initial_paper", paper)).content.decode() for _tab in range(2))
    assert "<button" in first and "<button" in second
    version = paper.version
    post(client_as(head), page("initial_paper", paper), version=version)
    late = post(client_as(head), page("initial_paper", paper), version=version).content.decode()
    assert UNTRUE not in late and "không còn làm được nữa" in late and f"{head.full_name}" in late
    assert "Ký nháy nội dung" in late and "Ký nháy</button>" not in late
    assert f'href="{paper.get_absolute_url()}">Mở trang xem' in late
    paper = make_paper_at("numbering", paper=OutgoingPaper.objects.get(pk=paper.pk), clerk=clerk, head=head)
    version = paper.version
    post(client_as(clerk), page("number_paper", paper), version=version, dated_on="27/11/2026")
    late = post(client_as(other), page("return_paper", paper), version=version, reason="Sai tên").content.decode()
    assert UNTRUE not in late and clerk.full_name in late and "Trả lại</button>" not in late
    assert OutgoingPaper.objects.get(pk=paper.pk).state == "sealing"


def test_whoever_may_take_a_step_all_the_same_reads_what_was_done_meanwhile_and_keeps_what_they_typed(client_as):
    clerk = make_user(Role.RECORDS_CLERK)
    paper = make_paper_at("signing", clerk=clerk)
    before, version = client_as(clerk), paper.version
    paper = way.sign_paper(paper=paper, version=version, by=paper.signer, now=timezone.now())
    late = post(before, page("return_paper", paper), version=version, reason="Sai tên").content.decode()
    assert UNTRUE not in late and "Trong lúc đó đã có người xử lý" in late and paper.signer.full_name in late
    assert "Sai tên" in late and f'name="version" value="{paper.version}"' in late
    series = make_series(numbered_by="system")
    typed = make_paper_at("numbering", clerk=clerk, series=series)
    pass_on(OutgoingPaper.objects.get(pk=typed.pk), make_officer(office=typed.office), by=clerk, now=timezone.now())
    given = {"version": typed.version, "dated_on": "27/11/2026", "number": "3002"}
    late = post(client_as(clerk), page("number_paper", typed), **given).content.decode()
    assert "Trong lúc đó đã có người xử lý" in late and "3.002" not in late and "conflict-caption" not in late
    assert 'value="3002"' in late


def test_a_draft_that_was_sent_meanwhile_is_not_given_up(client_as):
    paper = make_paper()
    drafter = client_as(paper.drafter)
    post(drafter, page("send_paper", paper), version=1)
    for name, more in (("send_paper", {}), ("discard_paper", {"reason": "Thừa"})):
        late = post(drafter, page(name, paper), version=1, **more).content.decode()
        assert UNTRUE not in late and "không còn làm được nữa" in late and paper.drafter.full_name in late
        assert 'type="submit">Trình' not in late and 'type="submit">Bỏ' not in late
