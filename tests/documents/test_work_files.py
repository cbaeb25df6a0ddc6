"""Work files: opened for one's office, filled in order, closed with their register of contents; a closed one takes nothing."""

import re
import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.handover import hand_over
from accounts.roles import Role
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.models import WorkFile, WorkFileItem
from documents.models.work_files import kept_for
from documents.services import incoming as incoming_services
from documents.services import numbers
from documents.services import work_files as services
from documents.store import save_upload
from reporting.demo.scans import one_page
from tests.factories import (
    make_administrator,
    make_agency,
    make_auditor,
    make_copy_at,
    make_director,
    make_dossier,
    make_enterprise_user,
    make_head,
    make_incoming,
    make_number,
    make_office,
    make_officer,
    make_user,
    make_work_file,
    pass_on,
)
from tests.proofs.attempts import copied, removed, updated
from tests.proofs.attempts_work_files import attempts

pytestmark = pytest.mark.django_db

PAGES = ("work_file", "work_file_contents")
NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)


@pytest.fixture
def officer():
    return make_officer(office=make_office())


def put(work_file, thing, by, kind="outgoing", **given):
    return services.put_into_file(work_file=work_file, kind=kind, thing=thing, by=by, now=NOW, **given)


def close(work_file, by):
    return services.close_work_file(work_file=work_file, version=work_file.version, by=by, now=NOW)


def values_of(work_file, **changed):
    return {name: getattr(work_file, name) for name in services.CONTENT} | changed


def test_a_work_file_is_called_so_and_an_english_page_says_in_english_how_long_it_is_kept(officer, client_as):
    work_file = make_work_file(keeper=officer)
    assert "<h2>Hồ sơ công việc</h2>" in client_as(officer).get(work_file.get_absolute_url()).content.decode()
    kept = (work_file.retention_words, work_file.retention_years)
    with override("en"):
        assert (kept_for(*kept), kept_for("Vĩnh viễn", 0)) == (f"{kept[1]} years", "for ever")
        assert kept_for("1 năm", 1) == "1 year"
    with override("vi"):
        assert kept_for(*kept) == kept[0]


# --- filling and closing -----------------------------------------------------------------------


def test_papers_in_and_out_and_dossiers_stand_in_a_file_in_the_order_in_which_they_were_put(officer):
    make_agency(name="Sở Công Thương")
    work_file = make_work_file(keeper=officer)
    paper = pass_on(make_incoming(symbol="12/UBND", pages=4), officer.posts.get().office, person=officer)
    number, dossier = make_number(subject="Trả lời"), make_dossier(state="withdrawn", code="261127-0001")
    for kind, thing in (("incoming", paper), ("outgoing", number), ("dossier", dossier)):
        put(work_file, thing, officer, kind)
    lines = list(work_file.items.values_list("place", "symbol", "pages", "author"))
    assert lines == [
        (1, "12/UBND", 4, "UBND Thành phố"), (2, number.symbol, None, "Sở Công Thương"),
        (3, "261127-0001", None, dossier.enterprise.name),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="vị trí 2"):
        put(work_file, number, officer)


def test_a_file_is_closed_when_work_on_what_stands_in_it_is_over_and_then_takes_nothing_more(officer):
    work_file = make_work_file(keeper=officer)
    with pytest.raises(Refused, match="chưa có văn bản"):
        close(work_file, officer)
    paper = pass_on(make_incoming(), officer.posts.get().office, person=officer)
    item = put(work_file, paper, officer, "incoming")
    other = pass_on(make_incoming(), officer.posts.get().office, person=officer)
    put(work_file, other, officer, "incoming")
    with pytest.raises(Refused, match=r"vị trí 1.*; vị trí 2"):
        close(work_file, officer)
    for each in (paper, other):
        incoming_services.finish_incoming(paper=each, version=each.version, by=officer, now=NOW, note="Lưu")
    with pytest.raises(StaleVersion):
        services.close_work_file(work_file=work_file, version=7, by=officer, now=NOW)
    closed = close(work_file, officer)
    assert (closed.state, closed.kept_until) == ("closed", 2036)
    with pytest.raises(Conflict, match="đã đóng"):
        put(work_file, make_number(), officer)
    with pytest.raises(Conflict, match="đã đóng"):
        services.take_out_item(item=item, by=officer, now=NOW, reason="Nhầm")
    with pytest.raises(Conflict, match="đã đóng"):
        services.edit_work_file(work_file=closed, values=values_of(closed), version=2, by=officer, now=NOW)
    with pytest.raises(Conflict, match="đã đóng"):
        close(closed, officer)


def test_a_void_number_is_told_before_and_shown_by_the_closed_file_and_its_contents(client_as, officer):
    clerk, work_file = make_user(Role.RECORDS_CLERK), make_work_file(keeper=officer, code="77.QLCN")
    scan = save_upload(SimpleUploadedFile("den.pdf", one_page("den")), by=clerk, now=NOW)
    copied_one = make_incoming(scan=scan, by=clerk)
    paper = pass_on(copied_one, officer.posts.get().office, person=officer)
    copy = make_copy_at("issued", original=paper, clerk=clerk)
    number = make_number()
    for kind, thing in (("incoming", paper), ("outgoing", number)):
        put(work_file, thing, officer, kind)
    paper = incoming_services.finish_incoming(paper=paper, version=paper.version, by=officer, now=NOW, note="Lưu")
    close(work_file, officer)
    numbers.void_number(number=number, version=number.version, by=clerk, now=NOW, reason="Nhầm")
    client = client_as(clerk)
    told = "hồ sơ công việc đã đóng, hồ sơ vẫn đóng: 77.QLCN/2026."
    page = client.get(reverse("documents:reopen_incoming", args=[paper.public_id])).content.decode()
    assert told in page and str(copy) not in page
    paper = incoming_services.reopen_incoming(paper=paper, version=paper.version, by=clerk, now=NOW, reason="Còn việc")
    page = client.get(reverse("documents:void_incoming", args=[paper.public_id])).content.decode()
    assert told in page and str(copy) in page
    before = [client.get(reverse(f"documents:{name}", args=[work_file.public_id])) for name in PAGES]
    incoming_services.void_incoming(paper=paper, version=paper.version, by=clerk, now=NOW, reason="Gửi nhầm")
    after = [client.get(reverse(f"documents:{name}", args=[work_file.public_id])) for name in PAGES]
    assert [page.content.decode().count("Đã hủy số") for page in before + after] == [1, 1, 2, 2]
    assert "Số đến của văn bản được sao đã hủy." in client.get(copy.get_absolute_url()).content.decode()


def test_what_was_put_in_by_mistake_is_taken_out_with_a_reason_and_its_place_stays_empty(officer):
    work_file, number = make_work_file(keeper=officer), make_number()
    item = put(work_file, number, officer)
    services.take_out_item(item=item, by=officer, now=NOW, reason="Nhầm hồ sơ")
    with pytest.raises(Conflict):
        services.take_out_item(item=item, by=officer, now=NOW, reason="Lần nữa")
    assert put(work_file, number, officer).place == 2
    assert WorkFileItem.objects.get(place=1).taken_out_reason == "Nhầm hồ sơ"


# --- who may what ------------------------------------------------------------------------------


def test_files_are_kept_by_their_keeper_head_and_the_office_and_filled_by_colleagues_alone(officer):
    office = officer.posts.get().office
    work_file, clerk = make_work_file(keeper=officer), make_user(Role.RECORDS_CLERK)
    colleague, stranger, head = make_officer(office=office), make_officer(), make_head(office=office)
    put(work_file, make_number(), colleague)
    with pytest.raises(NotAllowed, match=str(office)):
        put(work_file, make_number(), stranger)
    for person in (colleague, stranger, make_director()):
        with pytest.raises(NotAllowed):
            close(work_file, person)
    with pytest.raises(NotAllowed, match="chỉ đưa"):
        put(work_file, make_incoming(), colleague, "incoming")
    for person in (make_auditor(), make_administrator()):
        with pytest.raises(NotAllowed):
            put(work_file, make_number(), person)
    for person in (head, clerk):
        values = values_of(work_file, note=person.full_name)
        work_file = services.edit_work_file(
            work_file=work_file, values=values, version=work_file.version, by=person, now=NOW
        )
    assert all(list(WorkFile.objects.visible_to(person)) == [work_file] for person in (colleague, head, clerk))
    assert list(WorkFile.objects.visible_to(make_auditor())) == [work_file]
    assert not any(WorkFile.objects.visible_to(person).exists() for person in (stranger, make_user()))


def test_what_the_list_says_of_a_file_is_right(officer):
    for stands, others in (("01.QLCN", ("01.QLCN", "01.qlcn")), ("02.ĐTXD", ("02.đtxd", "02.Đtxd"))):
        make_work_file(keeper=officer, code=stands)
        for code in others:
            with pytest.raises(Conflict, match=re.escape(code)):
                make_work_file(keeper=officer, code=code)
    make_work_file(keeper=officer, code="01.QLCN", year=2027)
    with pytest.raises(Refused, match="không giữ chức vụ"):
        make_work_file(keeper=officer, office=make_office(), by=make_user(Role.RECORDS_CLERK))
    with pytest.raises(Refused, match="của mình"):
        make_work_file(keeper=officer, by=make_officer())
    with pytest.raises(Refused, match="thời hạn"):
        make_work_file(keeper=officer, retention="y3")
    with pytest.raises(Refused, match="mật"):
        make_work_file(keeper=officer, title="MẬT")


def test_open_files_go_to_a_colleague_of_the_same_office_in_one_act(officer):
    work_file, colleague = make_work_file(keeper=officer), make_officer(office=officer.posts.get().office)
    given = {"person": officer, "paper": "1/BB", "reason": "Điều động", "by": make_administrator(), "now": NOW}
    with pytest.raises(Refused):
        hand_over(to={"work_files": make_officer()}, **given)
    hand_over(to={"work_files": colleague}, **given)
    work_file.refresh_from_db()
    assert work_file.keeper == colleague


# --- what the database refuses -----------------------------------------------------------------


def test_the_database_refuses_what_the_guards_forbid(officer):
    work_file = make_work_file(keeper=officer)
    put(work_file, make_number(), officer)
    close(work_file, officer)
    put(make_work_file(keeper=officer), make_number(), officer)
    make_work_file(keeper=officer)
    for name, statements in attempts(copied, updated, removed).items():
        for statement in statements:
            with (
                pytest.raises(DatabaseError, match=f"guard {name}"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
                assert cursor.rowcount != 0, f"nothing to try {name} on"
    with pytest.raises(DatabaseError, match="guard closed"), transaction.atomic():
        WorkFile.objects.filter(state="closed").update(title="Khác")
    with pytest.raises(IntegrityError, match="work_file_closed_by_somebody"):
        WorkFile.objects.filter(state="open").update(closed_by="user:x")


# --- on the pages ------------------------------------------------------------------------------


def page(name, *rows):
    return reverse(f"documents:{name}", args=[row.public_id for row in rows])


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def test_a_file_is_opened_once_filled_from_the_page_of_a_paper_and_closed(client_as, officer):
    make_work_file()  # which lays the rule
    client, office, number = client_as(officer), officer.posts.get().office, make_number(subject="Trả lời & nộp")
    given = {
        "year": "2026", "code": "05.QLCN", "title": "Kiến nghị & trả lời", "office": office.pk, "keeper": officer.pk,
        "retention": "", "operation_key": str(uuid.uuid4()), "state": "closed",
    }  # fmt: skip
    assert "Kiến nghị &amp; trả lời" in client.post(page("open_work_file"), given).content.decode()
    answers = [client.post(page("open_work_file"), given | {"retention": "y10"}) for _time in range(2)]
    work_file = WorkFile.objects.get(code="05.QLCN")
    assert {answer.headers["Location"] for answer in answers} == {page("work_file", work_file)}
    assert work_file.state == "open"
    into = reverse("documents:put_into_file", args=["outgoing", number.public_id])
    assert into in client.get(page("number", number)).content.decode()
    post(client, into, work_file=work_file.pk, pages="2")
    assert "05.QLCN" in client.get(page("number", number)).content.decode()
    shown = client.get(page("work_file", work_file)).content.decode()
    assert "Trả lời &amp; nộp" in shown
    assert page("number", number) in shown
    for kind in ("xlsx", "csv", "docx", "print"):
        assert client.get(page("work_file_contents", work_file), {"export": kind}).getvalue()
    post(client, page("close_work_file", work_file), version=1)
    closed = client.get(page("work_file", work_file)).content.decode()
    assert page("close_work_file", work_file) not in closed
    assert client.get(page("edit_work_file", work_file)).status_code == 302
    assert client.get(reverse("documents:put_into_file", args=["nothing", number.public_id])).status_code == 404


def test_files_are_not_there_for_strangers_and_the_list_costs_the_same_for_one_and_for_three(
    client_as, client, officer
):
    work_file = make_work_file(keeper=officer)
    item = put(work_file, make_number(), officer)
    pages = [page("work_file", work_file), page("work_file_contents", work_file), page("take_out_item", item)]
    assert {client_as(make_officer()).get(address).status_code for address in pages} == {404}
    assert {client_as(make_enterprise_user()).get(address).status_code for address in pages} == {403}
    assert {client.get(address).status_code for address in pages} == {302}
    signed_in = client_as(officer)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert signed_in.get(page("work_file_list")).status_code == 200
        return len(queries)

    cost()
    one = cost()
    for _more in range(2):
        make_work_file(keeper=officer, title="Hồ sơ khác")
    assert cost() == one <= 12
    form = signed_in.get(page("work_file_list"), {"export": "filelist", "year": "2026"}).content.decode()
    assert all(words in form for words in ("Danh mục hồ sơ", "Năm 2026", "Thời hạn", "Hồ sơ khác"))
    assert signed_in.get(page("work_file_list"), {"q": "ho so khac"}).content.decode().count("Hồ sơ khác") >= 2


def test_a_wrong_day_says_nothing_of_when_a_file_may_go(officer):
    kept_for_ever = make_work_file(keeper=officer, retention="permanent")
    put(kept_for_ever, make_number(dated_on=date(2026, 11, 27)), officer)
    assert close(kept_for_ever, officer).kept_until is None


def test_whoever_is_slower_at_a_work_file_reads_who_closed_it(client_as):
    officer = make_officer()
    work_file = make_work_file(keeper=officer)
    put(work_file, make_number(), officer)
    close(work_file, officer)
    address = reverse("documents:close_work_file", args=[work_file.public_id])
    given = {"version": work_file.version, "operation_key": str(uuid.uuid4())}
    late = client_as(officer).post(address, given).content.decode()
    assert "Cả hai bản" not in late and "không còn làm được nữa" in late and officer.full_name in late
    assert f'href="{work_file.get_absolute_url()}">Mở trang xem' in late
    assert 'class="btn btn-primary" type="submit"' not in late
