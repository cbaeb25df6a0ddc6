import pytest
from django.db import transaction
from django.template import Context, Template
from django.urls import reverse

from audit.access_log import record_read
from audit.chain import seal_all
from audit.events import describe, record_event, sentences
from audit.forms import kinds
from audit.models import AccessEntry
from tests.factories import make_administrator, make_auditor, make_office, make_officer

pytestmark = pytest.mark.django_db
EVENTS, ACCESS = "/audit/events/", "/audit/access/"


def note(kind, obj, by, now, **more):
    with transaction.atomic():
        return record_event(kind, obj, by=by, now=now, **more)


def test_log_is_read_by_overseers_only(client, client_as):
    for viewer in (make_auditor(), make_administrator()):
        assert client_as(viewer).get(EVENTS).status_code == client_as(viewer).get(ACCESS).status_code == 200
    assert client_as(make_officer()).get(EVENTS).status_code == 403
    assert client.get(EVENTS).status_code == 302


def test_event_stands_as_a_sentence_with_who_before_after_and_place(client_as, now):
    officer, office = make_officer(full_name="Lê Thị Làm"), make_office()
    note("office edited", office, officer, now, before={"name": "Cũ"}, after={"name": "Mới"})
    client = client_as(make_auditor())
    assert "chờ vào chuỗi" in client.get(EVENTS).content.decode()
    seal_all(now=now)
    page = client.get(EVENTS).content.decode()
    for said in ("Lê Thị Làm (Chuyên viên", "Sửa đơn vị", "Cũ", "Mới", '<td class="num">1</td>'):
        assert said in page, said


def test_events_are_found_by_kind_person_object_and_day(client_as, now):
    one, two = make_officer(full_name="Lê Thị Một"), make_officer(full_name="Trần Văn Hai")
    first, second = make_office(), make_office()
    note("office added", first, one, now)
    note("office edited", second, two, now)
    client = client_as(make_auditor())

    def found(**query):
        return [line.event.object_id for line, _place in client.get(EVENTS, query).context["lines"]]

    assert found() == [second.public_id, first.public_id]
    assert found(kind="office added") == [first.public_id]
    assert found(person="tran van") == [second.public_id]
    assert found(about=str(first.public_id)) == [first.public_id]
    assert found(first="15/07/2025", last="15/07/2025") == [second.public_id, first.public_id]
    assert found(first="16/07/2025") == found(last="14/07/2025") == found(person="không ai") == []
    assert found(about="not-a-uuid") == []


def test_kinds_that_read_alike_stand_once_in_the_filter_and_are_found_together(client_as, now):
    labels = [label for _kind, label in kinds()]
    assert len(labels) == len(set(labels))
    describe("test one", "Đọc như nhau")
    describe("test two", "Đọc như nhau")
    try:
        officer, first, second = make_officer(), make_office(), make_office()
        note("test one", first, officer, now)
        note("test two", second, officer, now)
        page = client_as(make_auditor()).get(EVENTS, {"kind": "test one"})
        assert len(page.context["lines"]) == 2
    finally:
        del sentences()["test one"], sentences()["test two"]


def test_long_log_goes_by_pages(client_as, now, django_assert_max_num_queries):
    office, officer = make_office(), make_officer()
    for _number in range(51):
        note("office edited", office, officer, now)
    client = client_as(make_auditor())
    with django_assert_max_num_queries(12):
        page = client.get(EVENTS)
    assert len(page.context["lines"]) == 50 and page.context["has_next"]
    assert len(client.get(EVENTS, {"page": "2"}).context["lines"]) == 1
    for odd in ("0", "-1", "x", "１", "99999999999"):
        assert client.get(EVENTS, {"page": odd}).status_code == 200


def test_reading_the_access_log_leaves_a_trace_in_it(client_as, now):
    auditor, office = make_auditor(full_name="Kiểm Toán Viên"), make_office()
    record_read(make_officer(full_name="Người Đọc"), "page of a person", office, now=now, basis="test")
    client = client_as(auditor)
    page = client.get(ACCESS).content.decode()
    assert "Người Đọc" in page and "Mở trang thông tin người dùng" in page
    assert "Kiểm Toán Viên" in client.get(ACCESS).content.decode()


def test_an_object_of_unknown_kind_is_called_an_object(client_as, now):
    entry = AccessEntry.objects.create(
        at=now, actor="client:x", what="api products one", object_id=make_office().public_id
    )
    page = client_as(make_auditor()).get(ACCESS).content.decode()
    assert f'<a href="?about={entry.object_id}">Đối tượng</a>' in page


def test_refused_attempt_stands_in_the_access_log(client_as):
    client_as(make_officer(full_name="Người Thử")).get(EVENTS)
    page = client_as(make_auditor()).get(ACCESS).content.decode()
    assert "Người Thử" in page and "(GET audit:event_list)" in page


def test_history_tag_reads_values_as_people_do(now):
    office = make_office()
    note(
        "office edited",
        office,
        make_officer(full_name="Lê Thị Làm"),
        now,
        reason="Sắp xếp <bộ máy>",
        before={"ended_on": None, "name": "Cũ"},
        after={"ended_on": "2025-12-31", "name": "Mới"},
    )
    shown = Template("{% load history %}{% history office %}").render(Context({"office": office}))
    for said in ("<ins>31/12/2025</ins>", "<del>Cũ</del>", "<ins>Mới</ins>"):
        assert said in shown
    assert "Sắp xếp &lt;bộ máy&gt;" in shown and "Lê Thị Làm" in shown


def test_a_long_history_shows_the_latest_and_folds_the_older(now):
    office, officer = make_office(), make_officer()
    for number in range(1, 9):
        note("office edited", office, officer, now, reason=f"Lần {number}")
    shown = Template("{% load history %}{% history office %}").render(Context({"office": office}))
    latest, older = shown.split("<summary>Các mục cũ hơn (2)</summary>")
    assert all(f"Lần {number}" in latest for number in range(3, 9))
    assert all(f"Lần {number}" in older for number in (1, 2))


def test_history_of_something_untouched_says_so():
    shown = Template("{% load history %}{% history office %}").render(Context({"office": make_office()}))
    assert "Chưa ghi nhận gì" in shown


def test_addresses_are_named_in_the_configuration():
    assert reverse("audit:event_list") == EVENTS and reverse("audit:access_list") == ACCESS
