"""Meetings: nobody is invited without an issued giấy mời, each answers for themselves until it begins, and the notice of
conclusions makes each of them a given task."""

import uuid
from datetime import date, timedelta
from html import unescape

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.handover import hand_over
from accounts.roles import Role
from audit.events import actor_names, history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents import purposes
from documents.services.papers import discard_paper
from documents.services.way import issue_paper
from documents.signing.keys import person_key
from documents.store import save_upload
from notices.models import Notice
from notices.services import sending
from programme.forms.meetings import AttendanceForm, MeetingForm
from programme.models import Conclusion, GivenDeadline, GivenTask, Invitee, Meeting
from programme.presenting.meetings import draft_of
from programme.services import given as given_services
from programme.services import invitations, meetings
from programme.services.meeting_papers import begin_meeting_paper
from programme.telling import INVITED
from reporting.demo.scans import signed_page
from tests.factories import (
    make_auditor,
    make_enterprise,
    make_enterprise_user,
    make_head,
    make_office,
    make_officer,
    make_paper,
    make_stored_file,
    make_user,
)
from tests.programme.making_meetings import BEGINS, NOW, Room, in_every_state, pass_plainly
from tests.programme.making_plans import make_given, make_moved
from tests.proofs.attempts import copied, removed, updated
from tests.proofs.attempts_meetings import attempts
from tests.support.matrix import one_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return Room()


def answer(guest, by, given="come", delegate="", *, now=NOW, version=None):
    guest = Invitee.objects.select_related("meeting").get(pk=guest.pk)
    version = version or guest.version
    return invitations.answer_invitation(
        invitee=guest, answer=given, delegate=delegate, version=version, meeting_version=guest.meeting.version, by=by,
        now=now,
    )  # fmt: skip


def shown_in(page, **typed):
    """What the form on a page carries with it, and what is typed into it."""
    form = page.context["form"]
    hidden = {field.name: str(field.value()) for field in form.hidden_fields()}
    return hidden | {"answer": "come", "delegate": ""} | typed


def said(meeting):
    """[(sentence, who)] of the history, oldest first."""
    return [line.sentence for line in reversed(history_of(meeting))]


# --- inviting ----------------------------------------------------------------------------------


def test_nobody_is_invited_before_the_giay_moi_is_issued_and_then_each_in_the_way_that_reaches_them(room):
    enterprise, without = make_enterprise("Công ty Mộc Lan"), make_enterprise("Công ty Không Tài Khoản")
    make_enterprise_user(enterprise)
    type(without).objects.filter(pk=without.pk).update(email="vanthu@dn.example")
    office = make_office(name="Phòng Một")
    make_head(office=office)
    room.add(
        offices=[office, make_office(name="Phòng Hai")], people=[room.head], tax_codes=[enterprise.tax_code, without.tax_code],
        outside=[("Hội Doanh nghiệp", "hoi@ngoai.example"), ("Báo Minh Họa", "")],
    )  # fmt: skip
    with pytest.raises(Refused, match="Giấy mời chưa được phát hành"):
        invitations.open_invitations(meeting=room.meeting, by=room.secretary, now=NOW)
    with pytest.raises(Conflict):
        invitations.send_invitation(invitee=room.guest("Phòng Một"), by=room.secretary, now=NOW)
    room.issued("invitation")
    room.send()
    assert dict(room.meeting.invitees.values_list("name", "way")) == {
        "Phòng Một": "portal", "Phòng Hai": "paper", room.head.full_name: "portal", "Công ty Mộc Lan": "portal",
        "Công ty Không Tài Khoản": "link", "Hội Doanh nghiệp": "link", "Báo Minh Họa": "paper",
    }  # fmt: skip
    assert room.meeting.state == "invited"
    with pytest.raises(Conflict):
        invitations.send_invitation(invitee=room.guest("Phòng Một"), by=room.secretary, now=NOW)
    with pytest.raises(Conflict):
        invitations.withdraw_guest(invitee=room.guest("Báo Minh Họa"), by=room.secretary, now=NOW)
    with pytest.raises(Refused, match="tất cả đại biểu"):
        invitations.open_invitations(meeting=room.meeting, by=room.secretary, now=NOW)


def test_a_guest_stands_once_on_the_list_and_a_wrong_tax_code_adds_nobody(room):
    room.add(people=[room.head], outside=[("Hội", "hoi@ngoai.example")])
    with pytest.raises(Refused, match="0199999999"):
        room.add(people=[room.chair], tax_codes=["0199999999"])
    with pytest.raises(Refused, match="đã có trong danh sách"):
        room.add(people=[room.head], outside=[(" hội", "hoi@ngoai.example"), ("Hội", "")])
    assert [guest.place for guest in room.add(people=[room.head, room.chair])] == [3]
    guest = room.guest(room.chair.full_name)
    invitations.withdraw_guest(invitee=guest, by=room.secretary, now=NOW)
    with pytest.raises(Conflict):
        invitations.withdraw_guest(invitee=guest, by=room.secretary, now=NOW)
    assert [guest.place for guest in room.add(people=[room.chair])] == [4]


def test_a_tax_code_of_an_enterprise_that_ended_says_what_became_of_it(room):
    gone = make_enterprise(name="Công ty Cũ", status="dissolved", status_from=date(2025, 3, 1))
    root = make_enterprise(name="Công ty Mới")
    merged = make_enterprise(name="Công ty Gộp", merged_into=root, merged_at=NOW)
    with pytest.raises(Refused) as refusal:
        room.add(tax_codes=[gone.tax_code, merged.tax_code, "0199999999"])
    said = str(refusal.value)
    assert f"{gone.tax_code} (Công ty Cũ) được ghi nhận đã giải thể từ ngày 01/03/2025." in said
    assert f"{merged.tax_code} (Công ty Gộp) đã được gộp vào Công ty Mới, mã số thuế {root.tax_code}." in said
    assert said.endswith(
        "Không có doanh nghiệp nào với mã số thuế 0199999999. Hãy sửa lại, hoặc ghi tên vào mục ngoài Sở."
    )


def test_several_of_one_body_share_its_address_and_whoever_is_not_added_is_named(client_as):
    now = timezone.now()
    room = Room(now=now, begins=now + timedelta(days=3))
    client = client_as(room.secretary)
    address = reverse("programme:add_guests", args=[room.meeting.public_id])

    def typed(*lines):
        fields = {"outside": "\n".join(lines), "tax_codes": "", "operation_key": str(uuid.uuid4())}
        return text_of(client.post(address, fields, follow=True))

    page = typed(
        "Hội Một; vanthu@hoi.example", "Hội Một – Phó chủ tịch; vanthu@hoi.example", "Hội Một; VANTHU@hoi.example"
    )
    assert "Không đưa vào vì đã có trong danh sách: Hội Một." in page
    guests = room.meeting.invitees.order_by("place")
    assert [(guest.name, guest.email) for guest in guests] == [
        ("Hội Một", "vanthu@hoi.example"), ("Hội Một – Phó chủ tịch", "vanthu@hoi.example"),
    ]  # fmt: skip
    assert "Không đưa vào" not in typed("Hội Một; khac@hoi.example")
    with pytest.raises(IntegrityError, match=r"outside_guest_invited_once|UNIQUE"), transaction.atomic():
        twin = guests.first()
        twin.pk, twin.public_id, twin.place = None, uuid.uuid4(), 9
        twin.save(force_insert=True)
    room.invited()
    sending.send_waiting(now=now)
    told = Notice.objects.filter(telling__kind="programme.invited").order_by("pk").values_list("name", "email")
    assert list(told) == [(guest.name, guest.email) for guest in room.meeting.invitees.order_by("place")]


def test_whoever_came_stays_on_the_list_and_nobody_is_taken_off_once_the_meeting_is_concluded(client_as):
    now = timezone.now()
    room = Room(now=now - timedelta(days=8), begins=now - timedelta(days=1)).invited().held()
    late, other = room.add(outside=[("Người đến muộn", ""), ("Người vắng", "")])
    mark = {"meeting": room.meeting, "version": room.meeting.version, "by": room.secretary}
    invitations.mark_attendance(**mark, marks={late.place: (True, "")}, now=now)
    with pytest.raises(Refused, match="Người đến muộn đã được ghi nhận có dự"):
        invitations.withdraw_guest(invitee=late, by=room.secretary, now=now)
    room.again().conclude(days=30)
    room.issued("conclusions", now)
    with pytest.raises(Conflict, match="Đã thông báo kết luận"):
        invitations.withdraw_guest(invitee=other, by=room.secretary, now=now)
    client = client_as(room.secretary)
    for name in ("withdraw_guest", "mark_attendance"):
        place = [other.place] if name == "withdraw_guest" else []
        address = reverse(f"programme:{name}", args=[room.meeting.public_id, *place])
        assert address not in client.get(room.meeting.get_absolute_url()).text
    assert "Điểm danh được thực hiện" in text_of(client.get(address, follow=True))


def test_letters_carry_a_link_and_a_cancelled_or_changed_meeting_is_told_to_whoever_was_invited(room):
    room.invited()
    sending.send_waiting(now=NOW)
    guest = room.guest("Hội Doanh nghiệp")
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert set(letters) == {room.head.email, "hoi@ngoai.example"}
    link = reverse("programme:invitation_by_link", args=[guest.token])
    assert link in letters["hoi@ngoai.example"].body and guest.token not in letters[room.head.email].body
    values = room.values(place="Phòng họp số 2")
    with pytest.raises(Refused, match="nêu lý do"):
        meetings.edit_meeting(
            meeting=room.meeting, values=values, version=room.meeting.version, by=room.secretary, now=NOW
        )
    change = {
        "values": values,
        "version": room.meeting.version,
        "by": room.secretary,
        "now": NOW,
        "reason": "Phòng bận",
    }
    meetings.edit_meeting(meeting=room.meeting, **change)
    with pytest.raises(StaleVersion):
        meetings.edit_meeting(meeting=room.meeting, **change | {"values": room.values()})
    sending.send_waiting(now=NOW)
    assert "Phòng họp số 2" in mail.outbox[-1].body and len(mail.outbox) == 4
    room.again().cancelled()
    sending.send_waiting(now=NOW)
    assert len(mail.outbox) == 6 and "Trùng lịch" in mail.outbox[-1].body


# --- answering ---------------------------------------------------------------------------------


def test_each_answers_for_themselves_until_the_meeting_begins_and_the_history_says_whose_answer_it_is(room):
    office, enterprise = make_office(name="Phòng Một"), make_enterprise("Công ty Mộc Lan")
    head, signatory = make_head(office=office), make_enterprise_user(enterprise)
    room.add(offices=[office], tax_codes=[enterprise.tax_code], outside=[("Hội", "hoi@ngoai.example"), ("Báo", "")])
    guest = room.guest("Phòng Một")
    with pytest.raises(Conflict, match="chưa được gửi"):
        answer(guest, head)
    room.invited()
    answer(guest, head)
    changed = answer(guest, head, "deputy", "  Bà   Lan ")
    assert (changed.answer, changed.delegate, changed.answered_by) == ("deputy", "Bà Lan", f"user:{head.public_id}")
    for stranger in (make_head(), make_officer(office=office), make_enterprise_user(), signatory, invitations.BY_LINK):
        with pytest.raises(NotAllowed):
            answer(guest, stranger)
    answer(room.guest("Công ty Mộc Lan"), signatory, "decline")
    answer(room.guest("Hội"), invitations.BY_LINK)
    answer(room.guest("Báo"), room.secretary)
    with pytest.raises(Refused, match="người dự thay"):
        answer(guest, head, "deputy", " ")
    with pytest.raises(StaleVersion):
        answer(guest, head, version=2)
    with pytest.raises(Conflict, match="đã bắt đầu"):
        answer(guest, head, now=BEGINS)
    assert said(room.meeting)[-5:] == [
        "Một đại biểu đã xác nhận dự họp", "Một đại biểu đã xác nhận dự họp", "Một đại biểu đã xác nhận dự họp",
        "Một đại biểu đã xác nhận qua đường dẫn của giấy mời", "Đã ghi hộ xác nhận của một đại biểu",
    ]  # fmt: skip
    assert actor_names([invitations.BY_LINK]) == {invitations.BY_LINK: "đại biểu, qua đường dẫn của giấy mời"}
    (newest, *_rest) = history_of(room.meeting)
    assert ("đại biểu", None, "Báo") in newest.changes


def attached(room):
    upload = SimpleUploadedFile("tai-lieu.pdf", one_page(), content_type="application/pdf")
    file = save_upload(upload, by=room.secretary, now=room.now)
    return meetings.attach_document(
        meeting=room.meeting, title="Tài liệu họp", file=file, by=room.secretary, now=room.now
    )


def text_of(reply):
    return unescape(reply.content.decode())


def test_the_link_of_an_invitation_opens_it_and_its_documents_and_nothing_else(client, client_as):
    room, other = Room(now=timezone.now()), Room(now=timezone.now())
    document, elsewhere = attached(room), attached(other)
    room.add(outside=[("Hội Doanh nghiệp", "hoi@ngoai.example"), ("Khách Khác", "khac@ngoai.example")])
    room.invited()
    token = room.guest("Hội Doanh nghiệp").token
    link = reverse("programme:invitation_by_link", args=[token])
    page = client.get(link)
    assert page.status_code == 200
    assert "Hội Doanh nghiệp" in text_of(page) and "Phòng họp số 1" in text_of(page) and "Tài liệu họp" in text_of(page)
    assert "Khách Khác" not in text_of(page) and room.head.full_name not in text_of(page)
    shown = shown_in(page)
    refused = client.post(link, {**shown, "answer": "deputy", "delegate": ""})
    assert refused.status_code == 200 and "người dự thay" in text_of(refused)
    assert client.post(link, {**shown, "answer": "deputy", "delegate": "Bà Lan"}).status_code == 302
    assert (
        client.post(link, {**shown, "answer": "deputy", "delegate": "Bà Lan"}).status_code == 302
    )  # the same once more
    guest = room.guest("Hội Doanh nghiệp")
    assert (guest.answer, guest.delegate, guest.version) == ("deputy", "Bà Lan", 3)
    assert "Bà Lan" in text_of(client.get(link))

    def file(key, row):
        return reverse("programme:invitation_file_by_link", args=[key, row.public_id])

    sent = client.get(file(token, document))
    assert (
        sent.headers["Content-Disposition"].startswith("attachment") and b"".join(sent.streaming_content) == one_page()
    )
    assert client.get(file(token, elsewhere)).status_code == 404
    assert client.get(file("x" * 32, document)).status_code == 404
    assert client.get(reverse("programme:invitation_by_link", args=["x" * 32])).status_code == 404
    own = reverse("programme:own_invitation", args=[guest.public_id])
    assert client.get(own).status_code == 302
    for person in (make_enterprise_user(), room.secretary):
        assert client_as(person).get(own).status_code == 404
    Meeting.objects.filter(pk=room.meeting.pk).update(
        starts_at=timezone.now() - timedelta(minutes=1), moved_at=timezone.now()
    )
    late = client.post(link, shown | {"operation_key": str(uuid.uuid4()), "version": "3"})
    assert late.status_code == 200 and "không nhận xác nhận nữa" in text_of(late)
    assert room.guest("Hội Doanh nghiệp").answer == "deputy"


def test_an_enterprise_finds_its_own_invitation_and_another_one_nothing(client_as):
    room, enterprise = Room(now=timezone.now()), make_enterprise("Công ty Mộc Lan")
    signatory, stranger = make_enterprise_user(enterprise), make_enterprise_user()
    document = attached(room)
    room.add(tax_codes=[enterprise.tax_code])
    guest = room.guest("Công ty Mộc Lan")
    own = reverse("programme:own_invitation", args=[guest.public_id])
    file = reverse("programme:own_invitation_file", args=[guest.public_id, document.public_id])
    assert client_as(signatory).get(own).status_code == 404  # nothing before it is sent
    home = reverse("enterprises:own_home")
    assert own not in text_of(client_as(signatory).get(home))
    room.invited()
    assert own in text_of(client_as(signatory).get(home)) and own not in text_of(client_as(stranger).get(home))
    page = client_as(signatory).get(own)
    assert page.status_code == 200 and client_as(signatory).get(file).getvalue() == one_page()
    assert client_as(stranger).get(own).status_code == client_as(stranger).get(file).status_code == 404
    shown = shown_in(page)
    assert client_as(stranger).post(own, {**shown, "answer": "decline"}).status_code == 404
    assert client_as(signatory).post(own, {**shown, "answer": "decline"}).status_code == 302
    assert room.guest("Công ty Mộc Lan").answer == "decline"
    assert own not in text_of(client_as(signatory).get(home))
    for address in (reverse("programme:meeting_list"), room.meeting.get_absolute_url()):
        assert client_as(signatory).get(address).status_code == 403


def moved(room, **changed):
    values = {"starts_at": room.begins + timedelta(days=1)} | changed
    meetings.edit_meeting(
        meeting=room.meeting,
        values=values,
        version=room.meeting.version,
        by=room.secretary,
        now=room.now,
        reason="Trùng",
    )
    return room.again()


def test_an_answer_for_a_time_that_was_changed_is_told_as_such_and_asked_for_once_more(client, client_as):
    room = Room(now=timezone.now())
    room.invited()
    answer(room.guest("Hội Doanh nghiệp"), invitations.BY_LINK, now=room.now)
    answer(room.guest(room.head.full_name), room.head, now=room.now)
    room.now += timedelta(seconds=1)
    moved(room, place="Phòng họp số 2", starts_at=room.begins)
    guests = room.meeting.invitees
    assert room.meeting.moved_at is None and not guests.former().exists()  # another room is no other time
    link = reverse("programme:invitation_by_link", args=[room.guest("Hội Doanh nghiệp").token])
    page = text_of(client.get(link))
    assert "“Địa điểm: Phòng họp số 1.”" in page and "“Phòng họp số 2”" in page and "Đề nghị xác nhận lại" not in page
    moved(room)
    guest = room.guest("Hội Doanh nghiệp")
    page = text_of(client.get(link))
    assert "Thời gian họp đã thay đổi" in page and "Đề nghị xác nhận lại" in page
    own = room.guest(room.head.full_name)
    assert set(guests.to_answer(room.now)) == {guest, own, room.guest("Báo")} and set(guests.former()) == {guest, own}
    keeper, listed = client_as(room.secretary), reverse("programme:attendance_list", args=[room.meeting.public_id])
    assert text_of(keeper.get(room.meeting.get_absolute_url())).count("cho thời gian cũ") == 2
    assert keeper.get(listed, {"answer": "former"}).context["listing"].count == 2
    answer(guest, invitations.BY_LINK, now=room.now)  # the same once more, for the new time
    assert "Đề nghị xác nhận lại" not in text_of(client.get(link))
    assert set(guests.former()) == {own} and guest not in guests.to_answer(room.now)
    assert "thời gian cũ" in text_of(keeper.get(listed))
    other = reverse("programme:own_invitation", args=[own.public_id])
    assert "Đề nghị xác nhận lại" in text_of(client_as(room.head).get(other))
    room.cancelled()
    assert "Đề nghị xác nhận lại" not in text_of(client_as(room.head).get(other))  # nothing is taken any more


def test_an_answer_given_on_a_page_of_before_a_change_is_refused_with_the_new_time_and_loses_nothing(client, client_as):
    room = Room(now=timezone.now())
    room.invited()
    link = reverse("programme:invitation_by_link", args=[room.guest("Hội Doanh nghiệp").token])
    entering = reverse("programme:enter_answer", args=[room.meeting.public_id, room.guest("Báo").place])
    for asking, address in ((client, link), (client_as(room.secretary), entering)):
        for change in (
            lambda was: {"starts_at": was.starts_at + timedelta(hours=1)},
            lambda was: {"place": was.place + "a"},
        ):
            sent = shown_in(asking.get(address), answer="deputy", delegate="Bà Lan")
            room.now = timezone.now()
            meeting = moved(room, **{"starts_at": room.meeting.starts_at} | change(room.meeting)).meeting
            refused = asking.post(address, sent)
            assert f"{meeting.when}, địa điểm: {meeting.place}. Xác nhận chưa được ghi nhận" in text_of(refused)
            assert 'value="Bà Lan"' in text_of(refused) and "đang lưu" not in text_of(refused)
        assert asking.post(address, shown_in(refused, answer="deputy", delegate="Bà Lan")).status_code == 302
    assert set(room.meeting.invitees.exclude(answer="").values_list("name", "delegate")) == {
        ("Hội Doanh nghiệp", "Bà Lan"), ("Báo", "Bà Lan"),
    }  # fmt: skip
    assert [guest.name for guest in room.meeting.invitees.former()] == ["Hội Doanh nghiệp"]  # moved once more since


def test_whoever_is_invited_on_paper_is_named_to_be_told_by_hand(client_as):
    room = Room(now=timezone.now())
    client, place = client_as(room.secretary), [room.meeting.public_id]
    told = "cần báo trực tiếp: Báo."
    room.invited()
    assert told not in text_of(client.get(room.meeting.get_absolute_url()))
    for form in ("edit_meeting", "cancel_meeting"):
        assert told in text_of(client.get(reverse(f"programme:{form}", args=place)))
    moved(room)
    assert told in text_of(client.get(room.meeting.get_absolute_url()))
    assert told not in text_of(client_as(make_head()).get(room.meeting.get_absolute_url()))  # the keepers tell them
    sent = {"reason": "Trùng lịch", "operation_key": str(uuid.uuid4())}
    done = text_of(client.post(reverse("programme:cancel_meeting", args=place), sent, follow=True))
    assert done.count(told) == 2  # said at once, and on the page from then on


def test_a_body_comes_as_a_person_who_is_written_down_and_not_as_itself(room, client_as):
    room.add(offices=[room.office], people=[room.head])
    room.invited()
    for guest in room.meeting.invitees.all():
        answer(guest, room.secretary, "come")
    form = AttendanceForm(guests=list(room.meeting.invitees.order_by("place")))
    assert [(line[1].initial, line[2].initial) for line in form.lines] == [(True, ""), (True, room.head.full_name)]
    invitations.mark_attendance(
        meeting=room.meeting, marks={1: (True, ""), 2: (True, "")}, version=room.meeting.version, by=room.secretary,
        now=room.over,
    )  # fmt: skip
    room.again().held()
    lines = room.begin("minutes", room.over).body.splitlines()
    assert f"1 | {room.office.name} | –" in lines and f"2 | {room.head.full_name} | {room.head.full_name}" in lines


# --- held and concluded ------------------------------------------------------------------------


def test_who_came_is_filled_in_from_the_answers_and_marked_from_the_beginning_on(room):
    room.add(people=[room.head], outside=[("Hội", "hoi@ngoai.example"), ("Báo", "")])
    room.invited()
    answer(room.guest("Hội"), invitations.BY_LINK, "deputy", "Bà Lan")
    marks = {1: (True, ""), 2: (True, ""), 3: (False, "Ai đó")}
    mark = {"meeting": room.meeting, "marks": marks, "version": room.meeting.version, "by": room.secretary}
    with pytest.raises(Conflict):
        invitations.mark_attendance(**mark, now=NOW)
    with pytest.raises(Refused, match="Chỉ ghi nhận"):
        meetings.hold_meeting(
            meeting=room.meeting, proceedings="x", version=room.meeting.version, by=room.secretary, now=NOW
        )
    invitations.mark_attendance(**mark, now=room.over)
    came = dict(room.meeting.invitees.order_by("place").values_list("place", "attendee"))
    assert came == {1: room.head.full_name, 2: "Bà Lan", 3: ""}
    with pytest.raises(StaleVersion):
        invitations.mark_attendance(**mark, now=room.over)
    room.again().held()
    body = room.begin("minutes", room.over).body
    assert "Bà Lan" in body and "Vắng mặt: Báo" in body and "Đã trao đổi" in body


def test_what_happened_is_corrected_until_the_minutes_are_on_their_way(client_as):
    now = timezone.now()
    room = Room(now=now - timedelta(days=8), begins=now - timedelta(days=1)).invited()
    client = client_as(room.secretary)
    address = reverse("programme:correct_proceedings", args=[room.meeting.public_id])
    assert address not in text_of(client.get(room.meeting.get_absolute_url()))
    room.held()
    assert address in client.get(room.meeting.get_absolute_url()).content.decode()
    given = {
        "proceedings": "Đã trao đổi, thống nhất",
        "version": room.meeting.version,
        "operation_key": str(uuid.uuid4()),
    }
    assert client.post(address, given).status_code == 302
    room.again()
    assert room.meeting.proceedings == "Đã trao đổi, thống nhất"
    event = Event.objects.about(room.meeting).latest("id")
    assert event.kind == "meeting proceedings corrected" and "Đã trao đổi" in str(event.body)
    change = {"meeting": room.meeting, "by": room.secretary, "now": now}
    with pytest.raises(StaleVersion):
        meetings.correct_proceedings(proceedings="Khác", version=1, **change)
    with pytest.raises(NotAllowed):
        meetings.correct_proceedings(proceedings="Khác", version=3, **change | {"by": make_user(Role.OFFICER)})
    paper = room.begin("minutes", now)
    assert "Biên bản đã soạn được sửa trên trang của biên bản" in text_of(client.get(address))
    pass_plainly(paper, "signing", by=room.secretary, at=now)
    with pytest.raises(Conflict, match="Biên bản đã trình ký"):
        meetings.correct_proceedings(proceedings="Khác", version=room.meeting.version, **change)
    assert address not in client.get(room.meeting.get_absolute_url()).content.decode()


def test_minutes_that_tell_the_meeting_otherwise_say_so_and_close_the_list_of_who_came(client_as):
    now = timezone.now()
    room = Room(now=now - timedelta(days=8), begins=now - timedelta(days=1))
    room.add(people=[room.head], outside=[("Hội", "hoi@ngoai.example"), ("Báo | Đài", "")])
    room.invited().held()
    client, place = client_as(room.secretary), [room.meeting.public_id]
    acts = [
        reverse(f"programme:{name}", args=place) for name in ("mark_attendance", "add_guests", "correct_proceedings")
    ]

    def mark(**came):
        marks = {guest: (as_whom is not None, as_whom or "") for guest, as_whom in enumerate(came.values(), start=1)}
        invitations.mark_attendance(
            meeting=room.meeting, marks=marks, version=room.again().meeting.version, by=room.secretary, now=now
        )

    paper = room.begin("minutes", now)
    assert "Chưa điểm danh" in purposes.cautions_on(paper)[0] and "; Hội; Báo / Đài." in purposes.cautions_on(paper)[0]
    discard_paper(paper=paper, version=paper.version, by=room.secretary, now=now, reason="Soạn lại")
    mark(head="", guild="Bà Lan", press=None)
    room.again()
    paper = room.begin("minutes", now)
    assert purposes.cautions_on(paper) == []
    mark(head="", guild="Ông Nam", press="Ông Bảy")
    meetings.correct_proceedings(
        meeting=room.again().meeting, proceedings="Đã trao đổi\nKhác hẳn", version=room.meeting.version,
        by=room.secretary, now=now,
    )  # fmt: skip
    said = "Biên bản không ghi “Khác hẳn” như diễn biến cuộc họp đã nhập. Biên bản chưa ghi đúng người có mặt"
    page = text_of(client.get(paper.get_absolute_url()))
    assert said in page and "theo điểm danh của: Hội; Báo / Đài." in page
    mark(head="", guild=None, press=None)
    assert "Biên bản ghi có mặt nhưng điểm danh là vắng: Hội." in purposes.cautions_on(paper)[0]
    purposes.require_step(paper, "send")
    paper = pass_plainly(paper, "signing", by=room.secretary, at=now)
    assert said[:30] in purposes.cautions_on(paper)[0]
    page = client.get(room.meeting.get_absolute_url()).content.decode()
    assert not any(address in page for address in acts)
    assert acts[1] not in client.get(reverse("programme:attendance_list", args=place)).content.decode()
    pass_plainly(paper, "issued", by=room.secretary, at=now)
    with pytest.raises(Conflict, match="đến khi trình ký biên bản"):
        mark(head=None)
    with pytest.raises(Conflict, match="Chỉ thêm đại biểu khi"):
        room.add(outside=[("Khách", "")])
    guest = room.meeting.invitees.first()
    with pytest.raises(DatabaseError, match="guest_comes_to_a_meeting"), transaction.atomic():
        Invitee.objects.filter(pk=guest.pk).update(attended=False, attendee="")
    guest.pk, guest.public_id, guest.place, guest.name, guest.sent_at = None, uuid.uuid4(), 99, "Khách", None
    guest.way, guest.attended, guest.attendee = "", None, ""
    with pytest.raises(DatabaseError, match="guest_begins_uninvited"), transaction.atomic():
        guest.save(force_insert=True)


def test_a_guest_who_did_not_come_is_taken_off_until_the_minutes_are_on_their_way(client_as):
    now = timezone.now()
    room = Room(now=now - timedelta(days=8), begins=now - timedelta(days=1))
    room.add(people=[room.head])
    room.invited().held()
    room.add(outside=[("Khách vắng", "")])
    invitations.mark_attendance(
        meeting=room.meeting, marks={1: (True, ""), 2: (False, "")}, version=room.again().meeting.version,
        by=room.secretary, now=now,
    )  # fmt: skip
    guest, client = room.guest("Khách vắng"), client_as(room.secretary)
    taking_off = reverse("programme:withdraw_guest", args=[room.meeting.public_id, guest.place])
    pages = [room.meeting.get_absolute_url(), reverse("programme:attendance_list", args=[room.meeting.public_id])]
    paper = room.again().begin("minutes", now)
    assert all(taking_off in client.get(page).content.decode() for page in pages)
    pass_plainly(paper, "signing", by=room.secretary, at=now)
    assert not any(taking_off in client.get(page).content.decode() for page in pages)
    with pytest.raises(Conflict, match="Biên bản đã trình ký hoặc đã phát hành"):
        invitations.withdraw_guest(invitee=guest, by=room.secretary, now=now)
    with pytest.raises(DatabaseError, match="guest_withdrawn_who_did_not_come"), transaction.atomic():
        Invitee.objects.filter(pk=guest.pk).update(withdrawn_at=now, withdrawn_by=room.secretary.public_id)


def test_a_document_that_was_changed_after_it_was_signed_is_pointed_out_when_it_is_attached(client_as):
    room = Room(now=timezone.now())
    client, address = client_as(room.secretary), reverse("programme:attach_document", args=[room.meeting.public_id])
    signed = signed_page("a", person_key(room.chair))
    for content, said in ((signed.replace(b"TAI LIEU", b"TAI LIEV", 1), True), (one_page(), False)):
        fields = {"title": "Tài liệu", "upload": SimpleUploadedFile("tài liệu.pdf", content)}
        page = text_of(client.post(address, fields | {"operation_key": str(uuid.uuid4())}, follow=True))
        assert ("đã bị sửa sau khi ký. Hãy xem lại tệp trước khi gửi giấy mời" in page) == said
    assert room.meeting.documents.count() == 2


def test_who_chairs_is_chosen_by_name_and_post(room):
    post = room.chair.posts.get()
    auditor, administrator = make_auditor(), make_user(Role.ADMINISTRATOR)
    labels = dict(MeetingForm().fields["chair"].choices)
    assert not {auditor.pk, administrator.pk} & {getattr(key, "value", key) for key in labels}
    for name in ("chair", "secretary"):
        form = MeetingForm({name: auditor.pk}, instance=room.meeting)
        assert name in form.errors
    Meeting.objects.filter(pk=room.meeting.pk).update(chair=auditor)
    kept = MeetingForm({"chair": auditor.pk}, instance=room.again().meeting)
    assert "chair" not in kept.errors  # who chairs already is not lost by another change
    assert f"{room.chair.full_name} – {post.get_role_display()}, {post.office}" in map(str, labels.values())


def test_a_meeting_whose_subject_says_that_it_is_one_invites_with_that_word_once(room):
    Meeting.objects.filter(pk=room.meeting.pk).update(subject="Họp mười lăm khách")
    room.again().add(people=[room.head])
    assert INVITED.says(room.meeting.invitees.get())["subject"] == "mười lăm khách"
    for kind, words in (("invitation", "dự họp: mười lăm khách."), ("conclusions", "chủ trì họp: mười lăm khách.")):
        assert words in draft_of(room.meeting, kind, timezone.localdate())["body"]


def test_a_meeting_on_a_day_off_is_pointed_out_and_not_refused(client_as):
    now = timezone.now()
    room = Room(now=now)
    today = timezone.localdate(now)
    sunday = today + timedelta(days=14 - today.weekday() - 1)
    said = f"Ngày họp Chủ nhật {sunday:%d/%m/%Y} là ngày nghỉ"
    fields = {
        "subject": "Sơ kết", "time": "09:00", "place": "Phòng 1", "chair": room.chair.pk, "office": room.office.pk,
        "secretary": room.secretary.pk, "agenda": "Báo cáo", "operation_key": str(uuid.uuid4()),
    }  # fmt: skip
    client = client_as(room.secretary)
    made = client.post(reverse("programme:add_meeting"), fields | {"day": f"{sunday:%d/%m/%Y}"}, follow=True)
    assert text_of(made).count(said) == 1
    meeting = Meeting.objects.latest("pk")
    edit = reverse("programme:edit_meeting", args=[meeting.public_id])
    more = {
        "version": meeting.version,
        "operation_key": str(uuid.uuid4()),
        "day": f"{sunday + timedelta(days=1):%d/%m/%Y}",
    }
    assert "là ngày nghỉ" not in text_of(client.post(edit, fields | more, follow=True))


def test_the_notice_of_conclusions_makes_each_of_them_a_given_task(room):
    room.invited().held()
    with pytest.raises(Refused, match="Chưa ghi kết luận"):
        room.begin("conclusions", room.over)
    first = room.conclude("Rà soát danh sách | lần 2", person=room.secretary)
    assert first.content == "Rà soát danh sách / lần 2"
    with pytest.raises(Refused, match="không"):
        room.conclude("Khác", person=room.chair)
    for person in (None, room.chair):
        with pytest.raises(Refused, match="không báo cáo nhiệm vụ"):
            room.conclude("Khác", person=person, office=room.chair.posts.get().office)
    with pytest.raises(Refused, match="trước ngày họp"):
        room.conclude("Khác", days=-1)
    second = room.conclude("Báo cáo Giám đốc", days=2)
    dropped = room.conclude("Bỏ đi")
    meetings.drop_conclusion(conclusion=dropped, reason="Ghi nhầm", by=room.secretary, now=room.over)
    paper = room.begin("conclusions", room.over)
    assert "Rà soát danh sách / lần 2" in paper.body and "Bỏ đi" not in paper.body
    with pytest.raises(Conflict, match="đã được soạn"):
        room.begin("conclusions", room.over)
    values = {"content": "Báo cáo Sở", "office": second.office, "person": None, "deadline": second.deadline}
    second = meetings.edit_conclusion(
        conclusion=second, values=values, version=second.version, by=room.secretary, now=room.over
    )
    with pytest.raises(Refused, match="Kết luận 2"):
        purposes.require_step(paper, "send")
    discard_paper(paper=paper, version=paper.version, by=room.secretary, now=room.over, reason="Soạn lại")
    paper = room.begin("conclusions", room.over)
    purposes.require_step(paper, "send")
    with pytest.raises(Refused, match="trước ngày họp"):
        purposes.require_step(paper, "number", dated_on=NOW.date())
    with pytest.raises(Refused, match="Kết luận 2"):
        purposes.require_step(paper, "number", dated_on=(BEGINS + timedelta(days=3)).date())
    paper = pass_plainly(paper, "issuing", by=room.secretary, at=room.over)
    for change in (lambda: room.conclude("Thêm"), lambda: meetings.drop_conclusion(
        conclusion=second, reason="x", by=room.secretary, now=room.over
    )):  # fmt: skip
        with pytest.raises(Conflict, match="đang trình ký"):
            change()
    issue_paper(paper=paper, version=paper.version, by=room.clerk, now=room.over)
    assert room.again().meeting.state == "concluded"
    given = {task.content: task for task in GivenTask.objects.all()}
    assert set(given) == {"Rà soát danh sách / lần 2", "Báo cáo Sở"}
    task = given["Rà soát danh sách / lần 2"]
    assert (task.document, task.person, task.office, task.deadline) == (
        paper.number.symbol, room.secretary, room.office, first.deadline,
    )  # fmt: skip
    assert task.conclusion.meeting == room.meeting and task.file is not None
    sending.send_waiting(now=room.over)
    told = Notice.objects.filter(telling__kind="programme.task_given").values_list("person", "telling__object_id")
    assert set(told) == {(room.secretary.pk, task.public_id), (room.head.pk, given["Báo cáo Sở"].public_id)}
    assert list(GivenTask.objects.late(first.deadline + timedelta(days=1)).in_charge_of(room.secretary, [])) == [task]
    with pytest.raises(Conflict):
        room.conclude("Sau khi kết luận")


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (Role.DEPUTY_DIRECTOR, "Hoàng Thị Minh Họa, Phó Giám đốc Sở"),
        (Role.HEAD, "Hoàng Thị Minh Họa, Trưởng phòng, Phòng Thử"),
        (Role.CHIEF_OF_OFFICE, "Hoàng Thị Minh Họa, Chánh Văn phòng"),
        (Role.AUDITOR, "Hoàng Thị Minh Họa"),
    ],
)
def test_papers_name_the_chair_with_the_post_of_the_day(room, role, said):
    chair = make_user(role, full_name="Hoàng Thị Minh Họa", office=make_office(name="Phòng Thử"))
    chair.posts.create(
        role=Role.DIRECTOR, office=room.office, starts_on=room.begins.date() + timedelta(days=1), paper="9/QĐ"
    )
    Meeting.objects.filter(pk=room.meeting.pk).update(chair=chair)
    meeting = room.again().meeting
    bodies = {kind: draft_of(meeting, kind, NOW.date())["body"] for kind in ("invitation", "minutes", "conclusions")}
    assert f"Chủ trì: {said}." in bodies["invitation"] and f"Chủ trì: {said}." in bodies["minutes"]
    assert f", {said} chủ trì họp" in bodies["conclusions"]


def test_what_a_letter_says_otherwise_than_its_meeting_is_said_once_on_its_page(room, client_as):
    room.add(people=[room.head])
    paper = room.begin("invitation")
    changed(room, place="Hội trường A")
    assert text_of(client_as(room.secretary).get(paper.get_absolute_url())).count("Giấy mời ghi “Địa điểm") == 1


@pytest.mark.parametrize("kind", ["minutes", "conclusions"])
def test_what_a_paper_concludes_otherwise_is_said_once_with_what_can_still_be_changed(room, client_as, kind):
    room.invited().held()
    conclusion, client = room.conclude("Ban đầu"), client_as(room.secretary)
    paper = room.begin(kind, room.over)
    meetings.drop_conclusion(conclusion=conclusion, reason="Ghi nhầm", by=room.secretary, now=room.over)
    room.conclude("Thay vào")
    page = text_of(client.get(paper.get_absolute_url()))
    assert page.count("Kết luận 1 đã bỏ") == 1
    assert "Hãy sửa dự thảo hoặc sửa kết luận." in page and "trả lại" not in page
    if kind == "minutes":
        room.concluded()
        page = text_of(client.get(paper.get_absolute_url()))
        assert "Hãy sửa dự thảo." in page and page.count("Kết luận 1 đã bỏ") == 1
        paper = pass_plainly(paper, "signing", by=room.secretary, at=room.over)
        assert "Hãy trả lại văn bản để sửa dự thảo." in text_of(client.get(paper.get_absolute_url()))
        with pytest.raises(Refused, match="Kết luận 1 đã bỏ"):
            purposes.require_step(paper, "sign")


def test_minutes_say_with_a_dash_where_nobody_is_written_down_for_an_enterprise_that_came(client_as):
    now = timezone.now()
    room = Room(now=now - timedelta(days=8), begins=now - timedelta(days=1))
    room.add(tax_codes=[make_enterprise(name).tax_code for name in ("Công ty Một", "Công ty Hai")], people=[room.head])
    room.invited().held()
    mark = reverse("programme:mark_attendance", args=[room.meeting.public_id])
    ticked = {f"came_{guest.place}": "on" for guest in room.meeting.invitees.all()}
    who = {f"who_{room.guest('Công ty Hai').place}": "Bà Lan"}
    fields = ticked | who | {"version": room.again().meeting.version, "operation_key": str(uuid.uuid4())}
    said_so = "Chưa ghi tên người dự của: Công ty Một."
    client = client_as(room.secretary)
    assert text_of(client.post(mark, fields, follow=True)).count(said_so) == 1
    paper = room.again().begin("minutes", now)
    lines = paper.body.splitlines()
    assert any(line.endswith("Công ty Một | –") for line in lines)
    assert any(line.endswith("Công ty Hai | Bà Lan") for line in lines)
    assert said_so in " ".join(purposes.cautions_on(paper)) and said_so in text_of(client.get(paper.get_absolute_url()))
    type(paper).objects.filter(pk=paper.pk).update(body=paper.body.replace("Công ty Một | –", "Công ty Một | Ông Hùng"))
    paper.refresh_from_db()
    assert "Chưa ghi tên" not in " ".join(purposes.cautions_on(paper))


def test_minutes_go_no_further_while_they_conclude_otherwise_than_the_meeting(room, client_as):
    room.invited().held()
    dropped, kept = room.conclude("Bỏ đi"), room.conclude("Giữ lại")
    paper = room.begin("minutes", room.over)
    purposes.require_step(paper, "send")
    assert "Kết luận" not in " ".join(purposes.cautions_on(paper))
    meetings.drop_conclusion(conclusion=dropped, reason="Ghi nhầm", by=room.secretary, now=room.over)
    paper = pass_plainly(paper, "signing", by=room.secretary, at=room.over)
    for verb in ("sign", "number", "seal", "issue"):
        with pytest.raises(Refused, match=r"Kết luận 1 đã bỏ.*Hãy"):
            purposes.require_step(paper, verb)
    assert text_of(client_as(room.secretary).get(paper.get_absolute_url())).count("Kết luận 1 đã bỏ") == 1
    purposes.require_step(paper, "return")
    room.conclude("Bỏ đi")
    purposes.require_step(paper, "sign")  # said again, under another number
    room.conclude("Thêm vào")
    with pytest.raises(Refused, match="Kết luận 4 không có nguyên văn"):
        purposes.require_step(paper, "sign")
    assert kept.content in paper.body


@pytest.mark.parametrize("kind", ["minutes", "conclusions"])
def test_a_paper_gives_each_conclusion_to_the_body_and_by_the_day_of_its_own_line(room, client_as, kind):
    room.invited().held()
    other = make_office()
    colleague = make_user(Role.OFFICER, office=other)
    first, second = room.conclude("Rà soát số liệu", person=room.secretary, days=17), room.conclude("Lập danh sách")
    paper = room.begin(kind, room.over)
    purposes.require_step(paper, "send")
    swapped = {"office": first.office, "person": first.person, "deadline": first.deadline}
    for row, values in (
        (first, {"office": other, "person": colleague}),
        (first, {"person": None}),
        (first, {"deadline": second.deadline}),
        (second, swapped),
    ):
        row.refresh_from_db()
        before = {name: getattr(row, name) for name in ("content", "office", "person", "deadline")}
        change = {"conclusion": row, "by": room.secretary, "now": room.over}
        row = meetings.edit_conclusion(values=before | values, version=row.version, **change)
        with pytest.raises(Refused, match=f"Kết luận {row.number} không có nguyên văn.*{row.content}.*Hãy sửa dự thảo"):
            purposes.require_step(paper, "send")
        assert f"Kết luận {row.number} không có" in text_of(client_as(room.secretary).get(paper.get_absolute_url()))
        meetings.edit_conclusion(values=before, version=row.version, **change)
    purposes.require_step(paper, "send")
    said = [(row.content, row.in_charge, f"{row.deadline:%d/%m/%Y}") for row in (first, second)]
    paper.body = "\n".join(f"{in_charge} chủ trì: {content}, trước ngày {day}." for content, in_charge, day in said)
    purposes.require_step(paper, "send")  # written as sentences
    paper.body = "\n".join(f"{content} trước ngày {day}" for content, _in_charge, day in said)
    with pytest.raises(Refused, match="Kết luận 1 không có nguyên văn"):
        purposes.require_step(paper, "send")


def test_every_guest_of_a_long_list_is_found_with_what_can_be_done_and_stands_in_the_letter(client_as):
    now = timezone.now()
    room = Room(now=now, begins=now + timedelta(days=3))
    room.add(outside=[(f"Khách {number}", "") for number in range(1, 61)])
    client, listed = client_as(room.secretary), reverse("programme:attendance_list", args=[room.meeting.public_id])

    def to_do(name):
        return reverse(f"programme:{name}", args=[room.meeting.public_id, 60])

    assert to_do("withdraw_guest") in client.get(listed, {"q": "Khách 60"}).text
    body = room.begin("invitation").body
    assert "STT | Đại biểu" in body and "60 | Khách 60" in body
    pass_plainly(room.meeting.papers.get().paper, "issued", by=room.secretary, at=now)
    room.send()
    assert to_do("enter_answer") in client.get(listed, {"q": "Khách 60"}).text
    assert to_do("enter_answer") not in client_as(make_officer()).get(listed, {"q": "Khách 60"}).text


def test_a_conclusion_whose_deadline_is_over_is_refused_before_its_notice_goes_its_way(room):
    room.invited().held()
    row = room.conclude(days=2)
    late, change = room.over + timedelta(days=3), {"by": room.secretary}
    values = {"content": "Rà soát", "office": room.office, "person": None, "deadline": row.deadline}
    with pytest.raises(Refused, match="thời hạn muộn hơn"):
        meetings.add_conclusion(meeting=room.meeting, values=values, now=late, **change)
    with pytest.raises(Refused, match="thời hạn muộn hơn"):
        earlier = values | {"deadline": row.deadline - timedelta(days=1)}
        meetings.edit_conclusion(conclusion=row, values=earlier, version=row.version, now=late, **change)
    with pytest.raises(Refused, match="Kết luận 1"):
        room.begin("conclusions", late)
    later = values | {"deadline": row.deadline + timedelta(days=9)}
    meetings.edit_conclusion(conclusion=row, values=later, version=row.version, now=late, **change)
    assert room.begin("conclusions", late).state == "draft"


def test_a_paper_of_a_meeting_goes_no_further_once_the_meeting_stands_otherwise(room):
    paper = room.begin("invitation")
    with pytest.raises(Refused, match="Giấy mời phải ghi ngày"):
        purposes.require_step(paper, "number", dated_on=(BEGINS + timedelta(days=1)).date())
    with pytest.raises(Conflict):
        room.begin("minutes")
    room.cancelled()
    with pytest.raises(Refused, match="Đã hủy"):
        purposes.require_step(paper, "sign")
    purposes.require_step(paper, "return")


def changed(room, **values):
    change = {"version": room.meeting.version, "by": room.secretary, "now": room.now, "reason": "Trùng"}
    meetings.edit_meeting(meeting=room.meeting, values=values, **change)
    return room.again().meeting


def test_a_letter_that_gives_another_time_or_place_than_its_meeting_goes_no_further_and_says_so(client_as):
    room = Room(
        now=timezone.now().replace(minute=0), begins=timezone.now().replace(hour=2, minute=0) + timedelta(days=7)
    )
    changed(room, agenda="# Báo cáo | thảo luận\nKết luận")
    paper, first = room.begin("invitation"), room.meeting.when
    assert "\nBáo cáo / thảo luận\n" in paper.body
    meeting = changed(room, starts_at=room.begins + timedelta(minutes=30), place="Hội trường A")
    keeper = client_as(room.secretary)
    for verb in ("send", "initial", "check", "sign", "number", "seal", "issue"):
        with pytest.raises(Refused, match=f"{first}.*{meeting.when}.*Phòng họp số 1.*Hội trường A"):
            purposes.require_step(paper, verb)
    for page in (paper, meeting):
        assert f"Giấy mời ghi “Thời gian: {first}.”" in text_of(keeper.get(page.get_absolute_url()))
    purposes.require_step(paper, "return")
    at = timezone.localtime(meeting.starts_at)
    written = f"{at.hour} giờ 30 phút, ngày {at.day} tháng {at.month} năm {at.year}"
    for body in (
        f"Mời họp lúc {written}\ntại hội trường  A.",
        f"Thời gian: {at:%Hh30 ngày %d/%m/%Y}\nĐịa điểm: Hội trường A",
    ):
        paper.body = body
        purposes.require_step(paper, "send")
    for body in ("Hội trường A", f"Thời gian: {at:%Hh00 ngày %d/%m/%Y}, {written}1; Hội trường A".replace("30", "15")):
        paper.body = body
        with pytest.raises(Refused, match=meeting.when):
            purposes.require_step(paper, "send")
    changed(room, starts_at=room.begins, place="Phòng họp số 1")
    room.add(people=[room.head], outside=[("Hội", "hoi@ngoai.example")])
    issue_paper(paper=(gone := pass_plainly(paper, "issuing", by=room.secretary, at=room.now)), version=gone.version,
                by=room.clerk, now=room.now)  # fmt: skip
    sending_page = reverse("programme:send_invitations", args=[meeting.public_id])
    assert "Giấy mời ghi" not in text_of(keeper.get(sending_page))
    changed(room, place="Hội trường A")
    for address in (sending_page, room.meeting.get_absolute_url()):
        assert "Giấy mời ghi “Địa điểm: Phòng họp số 1.”, cuộc họp ghi “Hội trường A”" in text_of(keeper.get(address))
    room.send()
    assert keeper.get(sending_page).status_code == 302  # nobody is left to invite
    link = reverse("programme:invitation_by_link", args=[room.guest("Hội").token])
    assert "Lịch họp dưới đây thay cho" in text_of(keeper.get(link))


@pytest.mark.parametrize("more", [0, 14])
def test_a_letter_that_invites_others_or_to_something_else_than_its_meeting_says_so(client_as, more):
    now = timezone.now()
    room = Room(now=now, begins=now + timedelta(days=5))
    changed(room, subject="Họp sơ kết quý")
    room.add(people=[room.head], outside=[("Hội", ""), ("Báo", ""), *((f"Khách {n}", "") for n in range(more))])
    paper, keeper = room.begin("invitation"), client_as(room.secretary)
    assert "dự họp: sơ kết quý." in paper.body and purposes.cautions_on(paper) == []
    room.add(outside=[("Hội Mới", "")])
    invitations.withdraw_guest(invitee=room.guest("Báo"), by=room.secretary, now=now)
    guests = "Giấy mời không có tên: Hội Mới. Giấy mời còn tên đại biểu đã đưa ra khỏi danh sách: Báo."
    assert purposes.cautions_on(paper) == [guests]
    purposes.require_step(paper, "send")
    pass_plainly(paper, "issued", by=room.secretary, at=now)
    send = reverse("programme:send_invitations", args=[room.meeting.public_id])
    changed(room, subject="Chủ đề khác hẳn")
    for address in (send, room.meeting.get_absolute_url()):
        assert f"Giấy mời không ghi “Chủ đề khác hẳn” như thông tin cuộc họp. {guests}" in text_of(keeper.get(address))
    changed(room, subject="Sơ kết quý", agenda="Báo cáo\nNội dung khác")
    assert "Giấy mời không ghi “Nội dung khác”" in text_of(keeper.get(send))
    changed(room, agenda="Báo cáo\nThảo luận")
    room.send()
    assert "Giấy mời" not in "".join(keeper.get(room.meeting.get_absolute_url()).context["otherwise"])


# --- who may what ------------------------------------------------------------------------------


def test_a_meeting_is_kept_by_its_office_secretary_and_chair_and_a_draft_is_seen_by_few(room, client_as):
    stranger, colleague = make_officer(), make_officer(office=room.office)
    for person in (room.chair, room.secretary, colleague, make_auditor(), room.clerk):
        assert client_as(person).get(room.meeting.get_absolute_url()).status_code == 200
    assert client_as(stranger).get(room.meeting.get_absolute_url()).status_code == 404
    edit = reverse("programme:edit_meeting", args=[room.meeting.public_id])
    assert client_as(room.clerk).get(edit).status_code == 403 and client_as(colleague).get(edit).status_code == 200
    with pytest.raises(NotAllowed):
        meetings.cancel_meeting(meeting=room.meeting, reason="x", by=stranger, now=NOW)
    with pytest.raises(NotAllowed):
        begin_meeting_paper(meeting=room.meeting, kind="invitation", values={}, by=stranger, now=NOW)
    with pytest.raises(Refused, match="mật"):
        meetings.add_meeting(values=room.values(agenda="Độ mật: Mật"), by=room.secretary, now=NOW)
    room.invited()
    assert client_as(stranger).get(room.meeting.get_absolute_url()).status_code == 200
    administrator = make_user(Role.ADMINISTRATOR)
    hand_over(person=room.secretary, to={"meetings": colleague}, paper="1/BB", reason="Nghỉ", by=administrator, now=NOW)
    assert room.again().meeting.secretary == colleague


# --- on the pages ------------------------------------------------------------------------------


def test_invitations_are_sent_from_the_page_in_one_act_with_a_result_for_each(client_as):
    room = Room(now=timezone.now())
    client, place = client_as(room.secretary), [room.meeting.public_id]
    key = str(uuid.uuid4())
    guests = {
        "operation_key": key,
        "outside": "Hội Doanh nghiệp; hoi@ngoai.example\nBáo Minh Họa",
        "people": [room.head.pk],
    }
    wrong = client.post(reverse("programme:add_guests", args=place), {"outside": "Hội; một\n;a@b.vn\nBáo; hai"})
    assert all(f"“{email}” không phải là địa chỉ thư điện tử" in text_of(wrong) for email in ("một", "hai"))
    assert "Báo; hai" in text_of(wrong) and "a@b.vn" in text_of(wrong).split("Báo; hai")[0]
    assert client.post(reverse("programme:add_guests", args=place), guests).status_code == 302
    send = reverse("programme:send_invitations", args=place)
    key = str(client.get(send).context["form"]["operation_key"].value())
    assert "chưa được phát hành" in text_of(client.post(send, {"operation_key": key}))
    room.issued("invitation")
    results = client.post(send, {"operation_key": key}, follow=True)
    assert [(each.label, each.ok) for each in results.context["results"]] == [
        (room.head.full_name, True), ("Hội Doanh nghiệp", True), ("Báo Minh Họa", True),
    ]  # fmt: skip
    assert [each.message for each in results.context["results"]] == [
        "Đã mời: bằng thông báo trên Cổng thông tin và thư điện tử",
        "Đã mời: bằng thư điện tử có liên kết",
        "Đã mời: bằng giấy; còn phải chuyển giấy mời đến nơi nhận",
    ]
    assert "Có 1 đại biểu được mời bằng giấy: còn phải chuyển giấy mời đến nơi nhận." in text_of(results)
    Meeting.objects.filter(pk=room.meeting.pk).update(
        starts_at=timezone.now() - timedelta(hours=1), moved_at=timezone.now()
    )
    mark = reverse("programme:mark_attendance", args=place)
    version = client.get(mark).context["form"]["version"].value()
    unticked = client.post(mark, {"operation_key": key, "version": version, "who_1": "Ông Minh", "who_2": "Bà Lan"})
    assert "“Ông Minh”" in text_of(unticked) and 'value="Bà Lan"' in text_of(unticked)
    assert room.guest("Hội Doanh nghiệp").attended is None
    assert (
        client.post(mark, {"operation_key": key, "version": version, "came_2": "on", "who_2": "Bà Lan"}).status_code
        == 302
    )
    assert room.guest("Hội Doanh nghiệp").attendee == "Bà Lan" and room.guest("Báo Minh Họa").attended is False
    printed = text_of(client.get(reverse("programme:attendance_list", args=place), {"export": "to_sign"}))
    assert "Bà Lan" in printed and "Ký tên" in printed
    assert client.get(reverse("programme:attendance_list", args=place), {"export": "xlsx"}).getvalue()[:2] == b"PK"


def test_the_page_shows_who_came_once_it_is_marked_and_acts_while_there_are_any(client_as):
    def heads(room):
        page = client_as(room.secretary).get(room.meeting.get_absolute_url()).content.decode().split("</table>")[0]
        return [head for head in ("Có dự", "Thao tác") if f'<th scope="col">{head}</th>' in page]

    now = timezone.now()
    begun = Room(now=now - timedelta(days=8), begins=now - timedelta(days=1)).invited()
    assert heads(begun) == []  # nobody answers any more
    invitations.mark_attendance(
        meeting=begun.meeting, marks={1: (True, "")}, version=begun.meeting.version, by=begun.secretary, now=now
    )
    assert heads(begun) == ["Có dự"]
    assert heads(Room(now=now).invited()) == ["Thao tác"]


def test_a_task_and_its_meeting_lead_to_each_other(client_as, room):
    room.invited().held().concluded()
    client, task = client_as(room.secretary), GivenTask.objects.get()
    assert task.get_absolute_url() in text_of(client.get(room.meeting.get_absolute_url()))
    assert room.meeting.get_absolute_url() in text_of(client.get(task.get_absolute_url()))
    make_given(room.office)
    assert "Theo kết luận cuộc họp" not in text_of(client.get(GivenTask.objects.latest("pk").get_absolute_url()))


def test_a_deadline_on_a_day_off_is_pointed_out_and_not_refused(client_as):
    now = timezone.now()
    room = Room(now=now - timedelta(days=8), begins=now - timedelta(days=1)).invited().held()
    client = client_as(room.secretary)
    sunday = timezone.localdate(now) + timedelta(days=14 - timezone.localdate(now).weekday() - 1)
    said = f"Thời hạn Chủ nhật {sunday:%d/%m/%Y} là ngày nghỉ"
    fields = {"content": "Rà soát", "office": room.office.pk, "person": "", "operation_key": str(uuid.uuid4())}
    add = reverse("programme:add_conclusion", args=[room.meeting.public_id])
    written = client.post(add, fields | {"deadline": f"{sunday:%d/%m/%Y}"}, follow=True)
    assert text_of(written).count(said) == 2  # told once, and beside the conclusion
    assert said in text_of(client.get(reverse("programme:edit_conclusion", args=[room.meeting.public_id, 1])))
    paper = room.begin("conclusions", now)
    assert purposes.cautions_on(paper)[0].startswith(said)
    assert said in text_of(client.get(paper.get_absolute_url()))
    given = make_given(room.office, deadline=sunday)
    assert said in text_of(client.get(given.get_absolute_url()))
    GivenTask.objects.filter(pk=given.pk).update(deadline=sunday + timedelta(days=1))
    assert "là ngày nghỉ" not in text_of(client.get(given.get_absolute_url()))


def test_lists_ask_as_much_for_many_rows_as_for_one(client_as, room):
    client = client_as(room.secretary)
    addresses = [reverse("programme:meeting_list"), reverse("programme:attendance_list", args=[room.meeting.public_id])]
    room.add(people=[room.head])

    def counts():
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        return found

    counts()
    few = counts()
    for _number in range(2):
        room.add(people=[make_officer(), make_officer()])
        meetings.add_meeting(values=room.values(), by=room.secretary, now=NOW)
    assert counts() == few and max(few) <= 12


# --- what became of a conclusion ---------------------------------------------------------------


@pytest.fixture
def concluded(room):
    """(room, the task of whoever keeps its meeting, what an edit or a new deadline needs beside its values)"""
    room.invited().held().concluded()
    task = GivenTask.objects.get()
    return room, task, {"given": task, "version": task.version, "now": room.over, "reason": "Điều chỉnh"}


@pytest.mark.parametrize(
    "change",
    [
        {"content": "Việc khác hẳn"}, {"document": "999/QĐ-UBND"}, {"document_on": date(2026, 11, 1)}, {"issuer": "UBND"},
        {"deadline": date(2027, 12, 31)}, {"person": None}, {"office": "other"},
    ],
)  # fmt: skip
def test_what_the_notice_says_of_a_task_is_not_edited(concluded, change):
    room, task, given = concluded
    if "office" in change:
        change = {"office": make_office()}
    for by in (room.clerk, room.head, room.secretary):
        with pytest.raises(Refused, match="thông báo kết luận"):
            given_services.edit_given(values=change, by=by, **given)
    assert "given task changed" not in {line.event.kind for line in history_of(task)}


def test_where_the_notice_names_the_office_alone_its_person_is_named_afterwards(client_as, room):
    room.invited().held()
    room.conclude("Báo cáo Giám đốc")
    room.issued("conclusions", room.over)
    task = GivenTask.objects.get()
    edit = reverse("programme:edit_given", args=[task.public_id])
    page = text_of(client_as(room.head).get(edit))
    assert 'name="person"' in page and 'name="content"' not in page and 'name="deadline"' not in page
    smuggled = {"person": room.secretary.pk, "content": "Khác", "deadline": "31/12/2027", "document": "9/QĐ"}
    key = str(uuid.uuid4())
    client_as(room.head).post(edit, smuggled | {"version": task.version, "reason": "Phân công", "operation_key": key})
    again = GivenTask.objects.get()
    assert again.person == room.secretary
    assert (again.content, again.deadline, again.document) == (task.content, task.deadline, task.document)


def test_the_deadline_of_a_conclusion_moves_by_a_paper_or_a_decision_and_never_by_whoever_is_in_charge(concluded):
    room, task, given = concluded
    later, first = task.deadline + timedelta(days=30), task.deadline
    paper = {"document": "45/SCT-VP", "document_on": room.over.date()}
    move = given_services.move_given_deadline
    for more in ({}, paper):
        with pytest.raises(NotAllowed, match="không tự điều chỉnh"):
            move(deadline=later, by=room.secretary, **given, **more)
    with pytest.raises(NotAllowed):
        move(deadline=later, by=make_auditor(), **given)
    for by in (room.clerk, room.head):
        with pytest.raises(Refused, match="ghi văn bản"):
            move(deadline=later, by=by, **given)
    for wrong, said_so in (
        (paper | {"document_on": None}, "cả số và ngày"),
        (paper | {"document_on": room.over.date() + timedelta(days=1)}, "chưa đến"),
        (paper | {"document_on": task.document_on - timedelta(days=1)}, "trước văn bản giao"),
        (paper | {"deadline": task.document_on - timedelta(days=1)}, "trước ngày văn bản"),
        (paper | {"deadline": first}, "hiện hành"),
    ):
        with pytest.raises(Refused, match=said_so):
            move(**{"deadline": later, "by": room.clerk} | given | wrong)
    assert not GivenDeadline.objects.exists()
    task = move(deadline=later, by=room.clerk, file=make_stored_file(), **given, **paper)
    with pytest.raises(StaleVersion):
        move(deadline=first, by=room.chair, **given)
    task = move(deadline=first, by=room.chair, **given | {"version": task.version})
    assert list(GivenDeadline.objects.values_list("former", "deadline", "document")) == [
        (first, later, "45/SCT-VP"), (later, first, ""),
    ]  # fmt: skip
    decided, moved = [line for line in history_of(task) if "deadline" in line.event.kind]
    assert (decided.changes, decided.reason) == ((("thời hạn", str(later), str(first)),), "Điều chỉnh")
    assert (moved.changes, moved.reason) == ((("thời hạn", str(first), str(later)),), "Điều chỉnh")
    assert "45/SCT-VP" in moved.sentence
    assert Conclusion.objects.get(given=task).deadline == first


def test_whoever_is_in_charge_of_a_conclusion_does_not_call_it_off(concluded):
    room, task, _given = concluded
    with pytest.raises(NotAllowed, match="không tự cho thôi"):
        given_services.cancel_given(given=task, reason="Thôi", by=room.secretary, now=room.over)
    assert given_services.cancel_given(given=task, reason="Thôi", by=room.clerk, now=room.over).state == "cancelled"


def test_a_chair_who_is_in_charge_does_not_move_the_own_deadline(concluded):
    room, task, given = concluded
    GivenTask.objects.filter(pk=task.pk).update(person=room.chair)
    with pytest.raises(NotAllowed, match="không tự điều chỉnh"):
        given_services.move_given_deadline(deadline=date(2027, 3, 1), by=room.chair, **given)


def test_the_page_of_the_meeting_shows_the_deadline_that_holds_beside_the_one_concluded(client_as, concluded):
    room, task, given = concluded
    address = reverse("programme:move_given_deadline", args=[task.public_id])
    own = text_of(client_as(room.secretary).get(task.get_absolute_url()))
    assert address not in own and reverse("programme:edit_given", args=[task.public_id]) not in own
    assert client_as(room.secretary).get(address).status_code == 403
    edit = client_as(room.clerk).get(reverse("programme:edit_given", args=[task.public_id]), follow=True)
    assert "đã ghi trong thông báo kết luận" in text_of(edit)
    client = client_as(room.clerk)
    assert address in text_of(client.get(task.get_absolute_url()))
    later = f"{task.deadline + timedelta(days=30):%d/%m/%Y}"
    fields = {"deadline": later, "reason": "Chờ số liệu", "version": task.version, "operation_key": str(uuid.uuid4())}
    refused = client.post(address, fields)
    assert {"document", "document_on"} <= set(refused.context["form"].errors) and later in text_of(refused)
    assert not GivenDeadline.objects.exists()
    decided = given_services.move_given_deadline(
        deadline=task.deadline + timedelta(days=30), by=room.chair, file=make_stored_file(), document="45/SCT-VP",
        document_on=room.over.date(), **given,
    )  # fmt: skip
    page = text_of(client.get(room.meeting.get_absolute_url()))
    assert f"{task.deadline:%d/%m/%Y}" in page and f"Nay: {later}" in page
    page = text_of(client.get(decided.get_absolute_url()))
    moved = GivenDeadline.objects.get()
    assert "45/SCT-VP" in page and reverse("programme:given_deadline_file", args=[moved.public_id]) in page


# --- what the database refuses -----------------------------------------------------------------


def test_the_database_refuses_what_the_services_would(room):
    rooms = in_every_state()
    for one in rooms.values():
        if one.meeting.state in ("prepared", "invited", "held"):
            one.add(outside=[("Khách thêm", "")])
    rooms["held"].conclude()
    rooms["held"].begin("minutes", rooms["held"].over)
    make_moved(make_given(room.office))
    make_paper()
    pass_plainly(make_paper(), "issued", by=room.secretary, at=NOW)
    attached(rooms["prepared"])
    for name, statements in attempts(copied, updated, removed).items():
        for statement in statements:
            with (
                pytest.raises(DatabaseError, match=f"guard {name}"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
                assert cursor.rowcount != 0, f"nothing to try {name} on"
    Invitee.objects.filter(meeting__state="held", name="Khách thêm").update(attended=True, attendee="Khách thêm")
    for match, rows, values in (
        ("guard held", Meeting.objects.filter(state="held"), {"place": "Khác"}),
        ("guard ended", Meeting.objects.filter(state="cancelled"), {"reason": "Khác"}),
        ("guard sent", Invitee.objects.filter(way="link"), {"email": "khac@ngoai.example"}),
        ("guard given", Conclusion.objects.filter(given__isnull=False), {"written_at": NOW}),
        ("meeting_ended_with_time", Meeting.objects.filter(state="prepared"), {"reason": "Không hủy"}),
        (
            "guest_deputy_named",
            Invitee.objects.filter(meeting__state="invited", sent_at__isnull=False),
            {"answer": "deputy", "answered_at": NOW, "answered_by": "user:x"},
        ),
        ("guest_invited_in_a_way", Invitee.objects.filter(meeting__state="invited", sent_at=None), {"sent_at": NOW}),
        (
            "guard guest_withdrawn_who_did_not_come",
            Invitee.objects.filter(meeting__state="held", attended=True, sent_at=None),
            {"withdrawn_at": NOW, "withdrawn_by": room.secretary.public_id},
        ),
        ("guest_withdrawn_before", Invitee.objects.filter(meeting__state="prepared"), {"withdrawn_at": NOW}),
    ):
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            assert rows.update(**values), match


def test_two_guests_of_one_kind_stand_once_in_the_database(room):
    (guest,) = room.add(people=[room.head])
    with pytest.raises(IntegrityError), transaction.atomic():
        room.meeting.invitees.create(
            kind="person", person=room.head, name="x", place=9, added_by=guest.added_by, added_at=NOW
        )
