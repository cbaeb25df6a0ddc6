"""The pages of handling: what each person is offered, what a stale or foreign page says, and that nothing typed is lost."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.roles import Role
from dossiers.models import Dossier, SlipLine, SupplementChange
from dossiers.models.handling import ANY_KIND
from dossiers.presenting.handling import promises_of
from dossiers.presenting.procedures import endings
from dossiers.services import handling as services
from dossiers.services import supplements
from notices.models import Delivery, Notice, Telling
from notices.services.sending import send_waiting
from screens import formats
from tests.dossiers.matrix_procedures import one_page
from tests.dossiers.test_dossier_models import forced_into
from tests.dossiers.test_dossier_views import in_force, text_of
from tests.factories import (
    make_auditor,
    make_component,
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_office,
    make_slip_line,
    make_supplement,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def enterprise():
    return make_enterprise()


@pytest.fixture
def version(office):
    return make_version(office=office, state="issued")


@pytest.fixture
def lodged(version, enterprise):
    return make_dossier(version, enterprise, state="lodged", by=make_enterprise_user(enterprise), at=timezone.now())


class Keyed:
    """A client that sends a key of its own with each form, as a page does."""

    def __init__(self, client):
        self.get = client.get
        self.send = client.post

    def post(self, address, data=None, **options):
        return self.send(address, {"operation_key": str(uuid.uuid4()), **(data or {})}, **options)


@pytest.fixture
def client_as(client_as):
    return lambda person: Keyed(client_as(person))


def shown(request):
    """What the page that sends a request was shown at."""
    request.refresh_from_db()
    return {"version": request.version}


def to(route, row, *more):
    return reverse(f"dossiers:{route}", args=[row.public_id, *more])


def test_a_clerk_receives_and_the_enterprise_reads_the_promise_and_its_slip(client_as, lodged):
    clerk = client_as(make_user(Role.INTAKE))
    page = text_of(clerk.get(to("dossier", lodged)))
    assert to("receive_dossier", lodged) in page
    assert "hẹn trả kết quả ngày" in text_of(clerk.get(to("receive_dossier", lodged)))
    answer = clerk.post(to("receive_dossier", lodged), {"note": ""}, follow=True)
    lodged.refresh_from_db()
    assert lodged.state == "received"
    assert lodged.due_on.strftime("%d/%m/%Y") in text_of(answer)
    slip = to("dossier_form", lodged, lodged.slip.get().public_id)
    said = f'Đã tiếp nhận hồ sơ. In biểu mẫu: <a href="{slip}" lang="vi">Giấy tiếp nhận hồ sơ và hẹn trả kết quả</a>'
    assert said in answer.content.decode()
    again = clerk.get(to("receive_dossier", lodged), follow=True)
    assert "không làm được việc này nữa" in text_of(again)
    own = client_as(lodged.applicant)
    page = text_of(own.get(to("dossier", lodged)))
    assert "hẹn trả ngày" in page
    assert "Ghi chú nội bộ" not in page
    form = text_of(own.get(to("dossier_form", lodged, lodged.slip.get().public_id)))
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in form and "Mẫu số" not in form
    assert own.get(to("control_slip", lodged)).status_code == 403


def test_a_numbered_procedure_prints_the_numbers_of_its_forms(client_as, enterprise):
    version = make_version(state="issued", form_set="numbered")
    dossier = make_dossier(version, enterprise, state="lodged", by=make_enterprise_user(enterprise))
    line = make_slip_line(dossier, "received")
    client = client_as(make_auditor())
    assert "Mẫu số 01" in text_of(client.get(to("dossier_form", dossier, line.public_id)))
    assert "Mẫu số 06" in text_of(client.get(to("control_slip", dossier)))
    made = make_slip_line(dossier, "appraising")
    assert client.get(to("dossier_form", dossier, made.public_id)).status_code == 404


def test_whoever_does_not_have_the_dossier_is_refused_and_told_who_has_it(client_as, lodged, office):
    make_slip_line(lodged, "received", handler=make_user(Role.OFFICER, office=office, full_name="Lê Thị Giữ"))
    answer = client_as(make_user(Role.OFFICER, office=office)).get(to("appraise_dossier", lodged))
    assert answer.status_code == 403
    assert "Lê Thị Giữ" in answer.content.decode()
    assert client_as(make_enterprise_user(make_enterprise())).get(to("dossier", lodged)).status_code == 404
    draft = make_dossier(lodged.procedure_version)
    assert client_as(make_user(Role.INTAKE)).post(to("receive_dossier", draft)).status_code == 404


def test_a_supplement_is_prepared_item_by_item_and_what_is_half_typed_stays(client_as, lodged, office):
    officer, head = make_user(Role.OFFICER, office=office), make_user(Role.HEAD, office=office)
    make_slip_line(lodged, "received", handler=officer)
    make_slip_line(lodged, "appraising")
    client = client_as(officer)
    half = {"wanted_0": "Bản vẽ mặt bằng", "reason_0": "", "wanted_2": "", "reason_2": "Chưa rõ"}
    half["answer_by"] = f"{timezone.localdate():%d/%m/%Y}"
    page = text_of(client.post(to("ask_supplement", lodged), half))
    assert "Mục 1 – Lý do: Hãy nêu" in page and "Mục 3 – Nội dung còn thiếu hoặc chưa đúng: Hãy nêu" in page
    assert "Hạn bổ sung phải sau ngày hôm nay" in page
    assert "Bản vẽ mặt bằng" in page and "Hãy nêu lý do." in page and "Hãy nêu nội dung còn thiếu" in page
    whole = {"wanted_0": "Bản vẽ mặt bằng", "reason_0": "Chưa rõ diện tích", "guidance": "Gửi bản PDF"}
    page = text_of(client.post(to("ask_supplement", lodged), whole, follow=True))
    assert "Chưa rõ diện tích" in page and "Kế hoạch số 60/KH-UBND" in page
    request = lodged.supplements.get()
    assert "Gửi cho doanh nghiệp" not in page
    changed = whole | {"wanted_1": "Hợp đồng thuê", "reason_1": "Chưa có", "version": request.version}
    client.post(to("edit_supplement", lodged, request.public_id), changed)
    assert request.items.count() == 2
    stale = text_of(client.post(to("edit_supplement", lodged, request.public_id), whole | {"version": 1}))
    assert "Bản vẽ mặt bằng" in stale and request.items.count() == 2
    page = text_of(client_as(head).post(to("send_supplement", lodged, request.public_id), shown(request), follow=True))
    assert "Tạm dừng tính thời hạn" in page
    assert client.get(to("edit_supplement", lodged, request.public_id)).status_code == 403  # nothing to ask for now


def test_while_a_request_is_prepared_what_waits_for_it_is_not_offered(client_as, lodged, office):
    officer, head = make_user(Role.OFFICER, office=office), make_user(Role.HEAD, office=office)
    other, clerk = make_user(Role.DEPUTY_HEAD, office=office), make_user(Role.INTAKE)
    make_slip_line(lodged, "received", handler=officer)
    make_slip_line(lodged, "appraising")
    here = to("dossier", lodged)
    assert to("submit_dossier", lodged) in text_of(client_as(officer).get(here))
    request = make_supplement(lodged, by=officer)
    sending = to("send_supplement", lodged, request.public_id)
    page = text_of(client_as(officer).get(here))
    assert to("submit_dossier", lodged) not in page
    assert f'<a href="{sending}">Xem hoặc sửa</a>' in page and "Kiểm tra và gửi" not in page
    page = text_of(client_as(head).get(here))
    assert f'<a class="btn btn-primary" href="{sending}">Kiểm tra và gửi yêu cầu bổ sung</a>' in page
    assert to("assign_dossier", lodged) in page and to("ask_supplement", lodged) not in page
    assert to("stop_dossier", lodged) in page  # which drops the request
    assert sending not in text_of(client_as(clerk).get(here))
    editing = client_as(head).get(to("edit_supplement", lodged, request.public_id))
    assert "Người sửa yêu cầu không gửi" in text_of(editing)
    SupplementChange.objects.create(request=request, by=head, at=timezone.now())
    page = text_of(client_as(head).get(here))
    assert "Kiểm tra và gửi" not in page and f"{head.full_name} sửa" in page
    page = text_of(client_as(other).get(sending))
    assert "Gửi cho doanh nghiệp" in page and f"{officer.full_name}, {head.full_name}" in page
    grounds = {"reason": "Doanh nghiệp đã giải thể bộ phận", "legal_basis": "Kế hoạch số 60/KH-UBND"}
    client_as(head).post(to("stop_dossier", lodged), grounds)
    lodged.refresh_from_db()
    request.refresh_from_db()
    assert (lodged.state, request.state) == ("stopped", "dropped")


def test_who_asks_for_a_supplement_too_late_reads_how_the_dossier_stands(client_as, lodged, office):
    officer = make_user(Role.OFFICER, office=office)
    make_slip_line(lodged, "received", handler=officer)
    make_slip_line(lodged, "appraising")
    make_slip_line(lodged, "stopped", legal_basis="KH 60", note="Đã giải thể")
    answer = client_as(officer).get(to("ask_supplement", lodged))
    page = unescape(answer.content.decode())
    assert answer.status_code == 403 and "không làm được việc này nữa" in page and "không do ông/bà xử lý" not in page


def test_a_request_whose_day_is_over_says_so_before_it_is_sent(client_as, lodged):
    clerk = client_as(make_user(Role.INTAKE))
    today = timezone.localdate()
    request = make_supplement(lodged, answer_by=today)
    page = text_of(clerk.get(to("send_supplement", lodged, request.public_id)))
    assert f"Hạn bổ sung {today:%d/%m/%Y} đã đến hoặc đã qua" in page and "Gửi cho doanh nghiệp" not in page


def test_a_request_that_was_changed_while_its_sender_read_it_is_not_sent(client_as, lodged, office):
    officer, head = make_user(Role.OFFICER, office=office), make_user(Role.HEAD, office=office)
    make_slip_line(lodged, "received", handler=officer)
    request = make_supplement(lodged, by=officer)
    sending, read = to("send_supplement", lodged, request.public_id), shown(request)
    assert f'name="version" value="{request.version}"' in text_of(client_as(head).get(sending))
    items = [{"component": None, "wanted": "Báo cáo tài chính 5 năm", "reason": "Chưa có", "legal_basis": "KH 60"}]
    supplements.change_supplement(
        request=request, items=items, guidance="", answer_by=request.answer_by, version=request.version, by=officer,
        now=timezone.now(),
    )  # fmt: skip
    page = text_of(client_as(head).post(sending, read))
    assert f"{officer.full_name} đã sửa yêu cầu bổ sung" in page and "Báo cáo tài chính 5 năm" in page
    request.refresh_from_db()
    assert (request.state, request.sent_at) == ("prepared", None)
    client_as(head).post(sending, shown(request))  # read now
    request.refresh_from_db()
    assert request.state == "sent"


@pytest.mark.parametrize("name", ["approve", "send_back", "not_eligible"])
def test_nobody_decides_upon_what_was_submitted_anew_meanwhile(client_as, lodged, office, name):
    officer, head = make_user(Role.OFFICER, office=office), make_user(Role.HEAD, office=office)
    leader, words = client_as(make_user(Role.DEPUTY_DIRECTOR)), {"reason": "Chưa đủ", "legal_basis": "KH 60"}
    make_slip_line(lodged, "received", handler=officer)
    make_slip_line(lodged, "appraising")
    services.submit_dossier(dossier=lodged, note="Trả lời theo dự thảo", by=officer, now=timezone.now())
    address = to(f"{name}_dossier", lodged)
    read = {"seen": leader.get(address).context["form"]["seen"].value()}
    services.send_back_dossier(dossier=lodged, reason="Làm lại", by=head, now=timezone.now())
    services.submit_dossier(dossier=lodged, note="Đề nghị từ chối", by=officer, now=timezone.now())
    page = leader.post(address, read | words)
    assert "Trong lúc đó đã có người xử lý" in text_of(page) and "Đề nghị từ chối" in text_of(page)
    lodged.refresh_from_db()
    assert lodged.state == "submitted"
    leader.post(address, words | {"seen": page.context["form"]["seen"].value()})
    lodged.refresh_from_db()
    assert lodged.state != "submitted"


def test_what_did_not_come_online_says_where_the_enterprise_supplements_and_withdraws_it(
    client_as, version, enterprise
):
    signatory = make_enterprise_user(enterprise)
    dossier = make_dossier(version, enterprise, channel="post", by=make_user(Role.INTAKE), state="lodged")
    said = "tại bộ phận tiếp nhận của Sở"
    assert said in text_of(client_as(signatory).get(to("dossier", dossier)))
    refused = client_as(signatory).get(to("withdraw_dossier", dossier))
    words = unescape(refused.content.decode())
    assert refused.status_code == 403 and said in words and "người đại diện theo pháp luật" not in words
    assert said not in text_of(client_as(make_user(Role.INTAKE)).get(to("dossier", dossier)))


def test_a_supplement_at_the_door_stops_no_clock_and_its_day_off_is_pointed_out(client_as, lodged):
    clerk = client_as(make_user(Role.INTAKE))
    saturday = timezone.localdate() + timedelta(days=12 - timezone.localdate().weekday())
    given = {"wanted_0": "Bản vẽ", "reason_0": "Thiếu", "answer_by": f"{saturday:%d/%m/%Y}"}
    page = text_of(clerk.post(to("ask_supplement", lodged), given, follow=True))
    assert "là ngày nghỉ" in page and "Người soạn" in page and "Người lập biểu" not in page
    assert lodged.code in page.split("<dl")[1] and str(lodged.enterprise) in page.split("<dl")[1]
    request = lodged.supplements.get()
    for page in (
        text_of(clerk.get(to("send_supplement", lodged, request.public_id))),
        text_of(clerk.post(to("send_supplement", lodged, request.public_id), shown(request), follow=True)),
    ):
        assert "chờ doanh nghiệp bổ sung" in page and "ạm dừng tính" not in page


def test_the_enterprise_reads_on_which_basis_its_dossier_was_not_received(client_as, lodged):
    make_slip_line(lodged, "refused", note="Không thuộc thẩm quyền", legal_basis="Khoản 2 Điều 5 Nghị định A")
    page = text_of(client_as(lodged.submitted_by).get(to("dossier", lodged)))
    assert "Không thuộc thẩm quyền (Khoản 2 Điều 5 Nghị định A)" in page


def test_the_enterprise_answers_item_by_item_and_its_signatory_sends(client_as, lodged, enterprise):
    make_supplement(lodged, items=2, state="sent")
    make_slip_line(lodged, "supplementing", request=lodged.supplements.get())
    first, second = lodged.supplements.get().items.all()
    preparer = client_as(make_enterprise_user(enterprise, Role.PREPARER))
    page = text_of(preparer.get(to("dossier", lodged)))
    assert "Thiếu bản 1" in page and to("answer_supplement", lodged) in page
    upload = SimpleUploadedFile("ban-ve.pdf", one_page())
    wrong = SimpleUploadedFile("virus.exe", b"MZ" + bytes(200))
    typed = {str(first.public_id): "Kèm bản vẽ", str(second.public_id): "", "files-1": upload, "files-2": wrong}
    page = text_of(preparer.post(to("answer_supplement", lodged), typed))
    assert "Kèm bản vẽ" in page and "ban-ve.pdf" in page and "virus.exe" in page
    page = text_of(preparer.get(to("send_answer", lodged)))
    assert "Chưa bổ sung:" in page and "Thiếu bản 2" in page
    typed = {str(first.public_id): "Kèm bản vẽ", str(second.public_id): "Đã có từ trước"}
    typed |= {"files-1": "", "files-2": ""}  # as a browser sends inputs of no file
    kept = first.files.get()
    preparer.post(to("answer_supplement", lodged), typed | {"remove": str(kept.public_id)})
    assert first.files.standing().count() == 0
    assert "đại diện theo pháp luật" in text_of(preparer.post(to("send_answer", lodged)))
    assert preparer.post(to("answer_supplement", lodged), {"another": "x"}).status_code == 200
    signatory = client_as(lodged.applicant)
    page = signatory.get(to("send_answer", lodged))
    seen = {"digest": page.context["form"]["digest"].value()}
    assert "chịu trách nhiệm trước pháp luật" in text_of(page)
    assert "là đúng sự thật" in text_of(signatory.post(to("send_answer", lodged), seen))
    lodged.refresh_from_db()
    assert lodged.state == "supplementing"
    seen["confirmed"] = "on"
    preparer.post(to("answer_supplement", lodged), typed | {str(second.public_id): "Đổi sau khi xem"})
    refused = signatory.post(to("send_answer", lodged), seen)
    assert "Hãy kiểm tra lại rồi gửi." in text_of(refused) and "Đổi sau khi xem" in text_of(refused)
    preparer.post(to("answer_supplement", lodged), typed)
    done = text_of(signatory.post(to("send_answer", lodged), seen, follow=True))
    lodged.refresh_from_db()
    assert lodged.state == "lodged" and "Sở sẽ xử lý tiếp" in done
    late = text_of(preparer.post(to("answer_supplement", lodged), typed))
    assert "không thêm được nữa" in late and "Đã có từ trước" in late and "Lưu và kiểm tra" not in late
    for route in ("answer_supplement", "send_answer"):
        closed = preparer.get(to(route, lodged), follow=True)
        assert closed.redirect_chain == [(lodged.get_absolute_url(), 302)] and "không thêm được nữa" in text_of(closed)
    stranger = client_as(make_enterprise_user(make_enterprise()))
    assert stranger.get(to("answer_supplement", lodged)).status_code == 404


@pytest.mark.parametrize("confirmed", ["", "on"])
def test_whoever_sends_an_answer_that_changed_after_it_was_checked_reads_what_changed(
    client_as, lodged, enterprise, confirmed
):
    """Ticked or not: the answer that the page shows anew is confirmed anew."""
    make_supplement(lodged, items=2, state="sent")
    make_slip_line(lodged, "supplementing", request=lodged.supplements.get())
    lodged.supplements.get().items.update(answer="Đã có")
    signatory, send = client_as(lodged.applicant), to("send_answer", lodged)
    form = signatory.get(send).context["form"]
    checked = {"digest": form["digest"].value(), "parts": form["parts"].value(), "confirmed": confirmed}
    lodged.supplements.get().items.filter(position=2).update(answer="Đổi sau khi xem")
    told = signatory.post(send, checked)
    assert "sau khi ông/bà kiểm tra: 2. Thiếu bản 2. Hãy kiểm tra lại rồi gửi." in text_of(told)
    assert "là đúng sự thật" not in told.context["form"].errors.as_text()
    shown = told.context["form"]
    assert "Đổi sau khi xem" in text_of(told) and not shown["confirmed"].value()
    lodged.refresh_from_db()
    assert lodged.state == "supplementing"
    again = {"digest": shown["digest"].value(), "parts": shown["parts"].value(), "confirmed": "on"}
    assert signatory.post(send, again).status_code == 302
    lodged.refresh_from_db()
    assert lodged.state == "lodged"


def test_two_people_of_an_enterprise_answer_side_by_side_and_undo_nothing_of_each_other(client_as, lodged, enterprise):
    make_supplement(lodged, items=3, state="sent")
    make_slip_line(lodged, "supplementing", request=lodged.supplements.get())
    items = list(lodged.supplements.get().items.all())
    colleague, own = client_as(make_enterprise_user(enterprise, Role.PREPARER)), client_as(lodged.applicant)
    address = to("answer_supplement", lodged)

    def send(client, page, *words, **more):
        form = page.context["form"]
        typed = {str(item.public_id): text for item, text in zip(items, words, strict=True)}
        return client.post(
            address, typed | {form.seen_of(item): form[form.seen_of(item)].value() for item in items} | more
        )

    def stand():
        return [item.answer for item in lodged.supplements.get().items.all()]

    theirs, page = colleague.get(address), own.get(address)
    assert send(colleague, theirs, "Kèm bản vẽ", "Của kế toán", "").status_code == 302
    refused = send(own, page, "", "Của giám đốc", "Đã nộp", **{"files-3": SimpleUploadedFile("tep.pdf", one_page())})
    shown = text_of(refused)
    assert stand() == ["Kèm bản vẽ", "Của kế toán", ""] and items[2].files.standing().count() == 1
    assert (
        "Người khác đã sửa nội dung này" in shown
        and "2. Thiếu bản 2</th><td>Của kế toán</td><td>Của giám đốc</td>" in shown
    )
    assert [refused.context["form"][str(item.public_id)].value() for item in items] == [
        "Kèm bản vẽ",
        "Của giám đốc",
        "Đã nộp",
    ]
    assert send(own, refused, "Kèm bản vẽ", "Của giám đốc", "Đã nộp").status_code == 302
    assert stand() == ["Kèm bản vẽ", "Của giám đốc", "Đã nộp"]
    # what was left as it was undoes nothing
    assert send(own, page, "", "", "").status_code == 302
    assert stand() == ["Kèm bản vẽ", "Của giám đốc", "Đã nộp"]


def test_three_supplements_are_asked_and_answered_on_the_pages_each_with_what_it_gave(client_as, enterprise):
    version = make_version()
    component = make_component(version, formats=["pdf"])
    lodged = make_dossier(
        in_force(version, timezone.localdate()), enterprise, state="lodged", by=make_enterprise_user(enterprise)
    )
    clerk, own = client_as(make_user(Role.INTAKE)), client_as(lodged.applicant)
    day = timezone.localdate() + timedelta(days=20)
    for number in (1, 2, 3):
        asked = {
            "component_0": component.public_id,
            "wanted_0": f"Bản vẽ {number}",
            "reason_0": "Mờ",
            "wanted_1": "Ý kiến",
        }
        asked |= {"reason_1": "Chưa rõ", "answer_by": f"{day:%d/%m/%Y}"}
        clerk.post(to("ask_supplement", lodged), asked)
        request = lodged.supplements.get(number=number)
        clerk.post(to("send_supplement", lodged, request.public_id), shown(request))
        first, second = request.items.all()
        page = text_of(own.get(to("answer_supplement", lodged)))
        assert f"Bản vẽ {number}" in page and f"Bản vẽ {number - 1}" not in page
        given = {str(first.public_id): "", str(second.public_id): f"Ý kiến lần {number}", "files-2": ""}
        given["files-1"] = SimpleUploadedFile(f"ban-ve-{number}.pdf", one_page())
        own.post(to("answer_supplement", lodged), given)
        digest = own.get(to("send_answer", lodged)).context["form"]["digest"].value()
        own.post(to("send_answer", lodged), {"digest": digest, "confirmed": "on"})
    lodged.refresh_from_db()
    assert lodged.state == "lodged" and [each.state for each in lodged.supplements.all()] == ["answered"] * 3
    for client in (own, clerk):
        page = text_of(client.get(to("dossier", lodged)))
        for number in (1, 2, 3):
            assert f"ban-ve-{number}.pdf" in page and f"Ý kiến lần {number}" in page
            assert f'<a href="#supplement-{number}">Đã có tệp bổ sung ở lần {number}</a>' in page
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
    assert page_of_history(own, lodged).count(f"trả lời chậm nhất ngày {day:%d/%m/%Y}") == 3


def page_of_history(client, dossier):
    return text_of(client.get(to("dossier", dossier))).split('<ol class="history">')[-1]


def test_each_item_says_what_files_it_takes_and_refused_files_are_listed_on_top(client_as, enterprise):
    version = make_version()
    component = make_component(version, formats=["png", "jpeg"], most_megabytes=4)
    lodged = make_dossier(in_force(version, timezone.localdate()), enterprise, state="lodged", by=make_user())
    request = make_supplement(lodged, items=2)
    request.items.filter(position=2).update(component=component)
    request.state, request.sent_at, request.sent_by = request.State.SENT, lodged.submitted_at, make_user()
    request.answer_by = timezone.localdate()
    request.save()
    make_slip_line(lodged, "supplementing", request=request)
    first, second = request.items.all()
    client, address = client_as(make_enterprise_user(enterprise, Role.PREPARER)), to("answer_supplement", lodged)
    page = text_of(client.get(address))
    assert f"{endings(ANY_KIND)}, tối đa {settings.UPLOAD_MEGABYTES} MB, tối đa 10 tệp" in page
    assert ".png, .jpg, .jpeg, tối đa 4 MB, tối đa 10 tệp" in page and 'accept=".png,.jpg,.jpeg"' in page
    assert 'class="error-summary"' not in page
    refused = [SimpleUploadedFile("virus.exe", b"MZ" + bytes(200)), SimpleUploadedFile("rong.png", b"")]
    taken = SimpleUploadedFile("ban-ve.pdf", one_page())
    sent = {str(first.public_id): "Kèm bản vẽ", str(second.public_id): "", "files-1": taken, "files-2": refused}
    page = text_of(client.post(address, sent))
    summary = page.split('class="error-summary"')[1].split("</ul>")[0]
    assert summary.count('<a href="#id_files-2">Tệp cho mục 2: ') == 2 and "id_files-1" not in summary
    assert "virus.exe: " in summary and "rong.png: " in summary and 'id="id_files-2"' in page
    assert first.files.get().file.original_name == "ban-ve.pdf" and not second.files.exists()
    page = text_of(client.post(address, {"another": "x"}))
    assert "không khớp với yêu cầu" in page.split('class="error-summary"')[1].split("</ul>")[0]


def test_the_signatory_is_told_once_a_day_that_an_answer_is_complete_and_finds_it_at_home(
    client_as, lodged, enterprise
):
    make_slip_line(lodged, "supplementing", request=make_supplement(lodged, state="sent"))
    item = lodged.supplements.get().items.get()
    preparer = client_as(make_enterprise_user(enterprise, Role.PREPARER))
    send, home = to("send_answer", lodged), reverse("enterprises:own_home")
    tell = {"tell": "yes"}
    assert "Báo người đại diện" not in text_of(preparer.get(send))
    assert "chưa được bổ sung" in text_of(preparer.post(send, tell, follow=True))
    assert not Telling.objects.filter(kind="dossiers.answer_ready").exists()
    signatory = client_as(lodged.applicant)
    assert send not in text_of(signatory.get(home))
    preparer.post(to("answer_supplement", lodged), {str(item.public_id): "Đã nộp kèm", "files-1": ""})
    assert 'name="tell"' in text_of(preparer.get(send)) and 'name="tell"' not in text_of(signatory.get(send))
    for _press in range(2):
        assert "Đã báo người đại diện" in text_of(preparer.post(send, tell, follow=True))
    assert Telling.objects.filter(kind="dossiers.answer_ready", object_id=lodged.public_id).count() == 1
    send_waiting(now=timezone.now())
    told = Notice.objects.get(telling__kind="dossiers.answer_ready")
    assert told.person == lodged.applicant
    assert send in text_of(signatory.get(home)) and send not in text_of(preparer.get(home))
    assert "đã bổ sung đủ các mục" in text_of(signatory.get(home))
    seen = {"digest": signatory.get(send).context["form"]["digest"].value()}
    signatory.post(send, seen | {"confirmed": "on"})
    assert send not in text_of(signatory.get(home))
    assert "không thêm được nữa" in text_of(preparer.post(send, tell, follow=True))


def test_the_home_of_an_enterprise_costs_the_same_for_one_and_for_three_supplements(client_as, version, enterprise):
    signatory, home = make_enterprise_user(enterprise), reverse("enterprises:own_home")
    client, counts = client_as(signatory), []
    for more in (1, 2):
        for _one in range(more):
            dossier = make_dossier(version, enterprise, state="lodged", by=signatory, at=timezone.now())
            make_slip_line(dossier, "supplementing", request=make_supplement(dossier, items=2, state="sent"))
        client.get(home)
        with CaptureQueriesContext(connection) as queries:
            assert "Bổ sung hồ sơ" in text_of(client.get(home))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_one_writes_for_the_next_is_read_where_they_work(client_as, lodged, office):
    officer = make_user(Role.OFFICER, office=office)
    head, leader = client_as(make_user(Role.HEAD, office=office)), client_as(make_user(Role.DEPUTY_DIRECTOR))
    make_slip_line(lodged, "received", note="Nộp bản gốc sau")
    page = to("dossier", lodged)
    shown = head.get(to("assign_dossier", lodged)).context["form"]["version"].value()
    head.post(to("assign_dossier", lodged), {"to": str(officer.public_id), "note": "Hỏi điện lực", "version": shown})
    own = client_as(officer)
    assert "Nộp bản gốc sau" in text_of(own.get(page)) and "Hỏi điện lực" in text_of(own.get(page))
    make_slip_line(lodged, "appraising", handler=officer)
    own.post(to("submit_dossier", lodged), {"note": "Đề nghị trả lời theo dự thảo"})
    for where in (page, to("approve_dossier", lodged), to("send_back_dossier", lodged)):
        assert "Đề nghị trả lời theo dự thảo" in text_of(leader.get(where))
    seen = leader.get(to("send_back_dossier", lodged)).context["form"]["seen"].value()
    leader.post(to("send_back_dossier", lodged), {"reason": "Làm rõ căn cứ", "seen": seen})
    assert "Làm rõ căn cứ" in text_of(own.get(page))
    enterprise = text_of(client_as(lodged.applicant).get(page))
    assert not any(words in enterprise for words in ("Hỏi điện lực", "Đề nghị trả lời", "Làm rõ căn cứ"))


def test_what_is_next_says_for_whom_and_the_enterprise_reads_of_no_assignment(client_as, lodged, office):
    officer, head = make_user(Role.OFFICER, office=office), make_user(Role.HEAD, office=office)
    own = client_as(lodged.applicant)

    def said(client, words):
        return f"<dd>{words}</dd>" in client.get(to("dossier", lodged)).content.decode()

    receives = "sau đó tiếp nhận và hẹn ngày trả kết quả, hoặc yêu cầu bổ sung, hoặc từ chối tiếp nhận có nêu lý do."
    assert said(client_as(head), f"Bộ phận tiếp nhận kiểm tra hồ sơ, {receives}")
    make_slip_line(lodged, "received")
    assert said(client_as(head), f"{office} phân công người xử lý hồ sơ.")
    main = f'<a class="btn btn-primary" href="{to("assign_dossier", lodged)}">'
    assert main in client_as(head).get(to("dossier", lodged)).content.decode()
    services.assign_dossier(dossier=lodged, to=officer, by=head, now=timezone.now())
    after = client_as(head).get(to("dossier", lodged)).content.decode()
    assert main not in after and to("assign_dossier", lodged) in after  # another may be named; nobody waits for it
    begins = f"{officer.full_name} bắt đầu thẩm định, hoặc soạn yêu cầu bổ sung nếu hồ sơ còn thiếu."
    assert said(client_as(officer), begins) and said(client_as(head), begins)
    assert said(own, "Phòng chuyên môn thẩm định hồ sơ.")
    lodged.refresh_from_db()
    make_slip_line(lodged, "appraising", handler=officer)
    appraises = f"{officer.full_name} thẩm định và trình đề xuất, hoặc soạn yêu cầu bổ sung nếu hồ sơ còn thiếu."
    assert said(client_as(officer), appraises) and not said(own, appraises)
    make_supplement(lodged)
    sends = "Lãnh đạo phòng hoặc lãnh đạo Sở (không phải người soạn) kiểm tra và gửi yêu cầu bổ sung đã soạn."
    assert said(client_as(officer), sends) and not said(own, sends)


def test_pressing_twice_gives_a_dossier_to_somebody_once(client_as, lodged, office):
    head, first, second = (make_user(role, office=office) for role in (Role.HEAD, Role.OFFICER, Role.OFFICER))
    make_slip_line(lodged, "received")
    client = client_as(head)
    shown = client.get(to("assign_dossier", lodged)).context["form"]
    sent = {"to": str(first.public_id), "version": shown["version"].value(), "operation_key": str(uuid.uuid4())}
    assert [client.send(to("assign_dossier", lodged), sent).status_code for _each in range(2)] == [302, 302]
    over = {"to": str(second.public_id), "note": "Đã xem", "operation_key": str(uuid.uuid4())}
    assert [client_as(first).send(to("hand_over_dossier", lodged), over).status_code for _each in range(2)] == [
        302,
        302,
    ]
    lodged.refresh_from_db()
    assert (lodged.handler, lodged.slip.filter(verb__in=["assign", "hand_over"]).count()) == (second, 2)


def test_the_result_reaches_the_enterprise_and_the_draft_of_it_does_not(client_as, lodged, office):
    officer = make_user(Role.OFFICER, office=office)
    make_slip_line(lodged, "received", handler=officer)
    make_slip_line(lodged, "appraising")
    draft = SimpleUploadedFile("du-thao.pdf", one_page())
    client_as(officer).post(to("submit_dossier", lodged), {"note": "Đề nghị trả lời", "draft": draft})
    lodged.refresh_from_db()
    make_slip_line(lodged, "approved")
    clerk = client_as(make_user(Role.RECORDS_CLERK))
    missing = clerk.post(to("issue_dossier", lodged), {"paper_number": "12/SCT-QLCN", "paper_on": "x"})
    assert "Hãy đính kèm văn bản đã phát hành." in text_of(missing) and "12/SCT-QLCN" in text_of(missing)
    scan = SimpleUploadedFile("tra-loi.pdf", one_page())
    today = timezone.localdate().strftime("%d/%m/%Y")
    clerk.post(to("issue_dossier", lodged), {"paper_number": "12/SCT-QLCN", "paper_on": today, "scan": scan})
    own = client_as(lodged.applicant)
    issued, submitted = lodged.slip.get(verb="issue"), lodged.slip.get(verb="submit")
    answer = own.get(to("result_file", lodged, issued.public_id))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.getvalue()  # to its end, which closes the file behind it
    assert own.get(to("result_file", lodged, submitted.public_id)).status_code == 404
    assert client_as(officer).get(to("result_file", lodged, submitted.public_id)).getvalue()


def test_many_are_received_and_assigned_at_once_each_with_its_result(client_as, version, enterprise, office):
    rows = [make_dossier(version, enterprise, state="lodged") for _three in range(3)]
    make_slip_line(rows[2], "refused")
    keys = {"chosen": [str(row.public_id) for row in rows]}
    clerk, key = client_as(make_user(Role.INTAKE)), {"typed": "yes", "operation_key": str(uuid.uuid4())}
    promised = formats.vn_long_date(promises_of(rows[:1], timezone.now())[rows[0]].due_on)
    sent = clerk.post(reverse("dossiers:bulk_receive"), keys | {"next": "/dossiers/?state=lodged"})
    asked = text_of(clerk.get(sent.headers["Location"]))  # an address of its own: Back comes to it again
    assert asked.count('name="chosen"') == 2 and 'name="next" value="/dossiers/?state=lodged"' in asked
    assert asked.count(promised) == 2 and "Hồ sơ đang ở trạng thái “Từ chối tiếp nhận”" in asked
    assert not Dossier.objects.filter(state="received").exists()
    done = [clerk.post(reverse("dossiers:bulk_receive"), keys | key) for _twice in range(2)]
    pages = [text_of(clerk.get(answer["Location"])) for answer in done for _loaded_again in range(2)]
    for page in pages:
        assert page.count(f"Đã tiếp nhận: hẹn trả kết quả {promised}") == 2
        assert "không thực hiện được việc này nữa" in page.lower()
    assert Dossier.objects.filter(state="received").count() == 2
    assert [row.slip.filter(verb="receive").count() for row in rows] == [1, 1, 0]


def test_many_are_assigned_once_the_page_said_which_ones_go_to_whom_and_which_do_not(client_as, version, office):
    officer, elsewhere = make_user(Role.OFFICER, office=office, full_name="Lê Thị Nhận"), make_version(state="issued")
    other = make_user(Role.OFFICER, office=elsewhere.office, full_name="Phạm Văn Khác")
    rows = [make_dossier(version, state="lodged") for _four in range(4)]
    foreign = make_dossier(elsewhere, state="lodged")
    for row in (*rows[:2], foreign):
        make_slip_line(row, "received")
    make_slip_line(rows[2], "received", handler=officer)
    address, chosen = reverse("dossiers:bulk_assign"), [str(row.public_id) for row in (*rows, foreign)]
    head = client_as(make_user(Role.HEAD, office=office))
    sent = head.post(address, {"chosen": chosen, "next": "/dossiers/?late=late"})
    assert sent.status_code == 302
    page = text_of(head.get(sent["Location"]))
    assert officer.full_name in page and other.full_name not in page
    assert f"Chỉ trưởng phòng của {foreign.office} hoặc lãnh đạo Sở mới phân công" in page
    assert f'href="{rows[3].get_absolute_url()}">{rows[3]}</a>: Hồ sơ đang ở trạng thái “Chờ tiếp nhận”' in page
    question = f"{sent['Location']}&to={officer.public_id}"
    answer = head.get(question)
    page = text_of(answer)
    assert "2 hồ sơ được giao cho Lê Thị Nhận" in page and "Lê Thị Nhận đang xử lý hồ sơ này" in page
    assert [str(row) for row in answer.context["going"]] == [str(row) for row in rows[:2]]
    assigning = page.split('name="typed"')[1].split("</form>")[0]
    assert page.index(">Phân công</button>") < page.index(">Chọn người khác</button>")
    left_out = [row for row in chosen if f'name="left_out" value="{row}"' in assigning]
    assert left_out == chosen[2:]
    going = [row for row in chosen if f'name="chosen" value="{row}"' in assigning]
    assert going == chosen[:2] and not Dossier.objects.filter(handler=officer).exclude(pk=rows[2].pk).exists()
    typed = {
        "chosen": going,
        "left_out": left_out,
        "typed": "yes",
        "to": str(officer.public_id),
        "note": "Làm trước thứ Sáu",
    }
    done = head.post(address, typed | {"next": "/dossiers/?late=late"})
    assert done.status_code == 302
    for _loaded_again in range(2):
        page = text_of(head.get(done["Location"]))
        assert page.count("Đã phân công: Lê Thị Nhận") == 2 and 'href="/dossiers/?late=late"' in page
        assert "Thực hiện được 2 dòng; chưa thực hiện được 3 dòng" in page
        assert "Lê Thị Nhận đang xử lý hồ sơ này" in page and f"Chỉ trưởng phòng của {foreign.office}" in page
    assert Dossier.objects.filter(handler=officer).count() == 3
    assert [row.slip.filter(verb="assign").count() for row in rows] == [1, 1, 0, 0]
    director = client_as(make_user(Role.DIRECTOR))
    asked = {"chosen": [chosen[0], chosen[4]], "to": str(other.public_id)}
    page = text_of(director.get(address, asked))
    assert f"Phạm Văn Khác không giữ vị trí xử lý hồ sơ tại {office}" in page and "1 hồ sơ được giao cho Phạm" in page


def test_the_result_of_receiving_many_names_those_that_were_left_out_beforehand(client_as, version, enterprise):
    rows = [make_dossier(version, enterprise, state="lodged") for _three in range(3)]
    make_slip_line(rows[1], "refused")
    clerk, address = client_as(make_user(Role.INTAKE)), reverse("dossiers:bulk_receive")
    page = text_of(clerk.get(address, {"chosen": [str(row.public_id) for row in rows[:2]]}))
    assert (
        f'name="left_out" value="{rows[1].public_id}"' in page
        and f'name="chosen" value="{rows[1].public_id}"' not in page
    )
    strange = make_dossier(version, enterprise)  # a draft, which nobody of the Department sees
    left_out = [str(row.public_id) for row in (rows[1], rows[2], strange)]
    sent = {"chosen": [str(rows[0].public_id)], "left_out": left_out, "typed": "yes"}
    page = text_of(clerk.post(address, sent | {"operation_key": str(uuid.uuid4())}, follow=True))
    assert f"{rows[1]}</a>" in page and "Hồ sơ đang ở trạng thái “Từ chối tiếp nhận”" in page
    assert "hiện không còn vướng gì" in page and str(strange.public_id) not in page
    assert [Dossier.objects.get(pk=row.pk).state for row in rows] == ["received", "refused", "lodged"]


def test_where_nobody_can_take_the_chosen_dossiers_the_page_says_so(client_as, version):
    row = make_dossier(version, state="lodged")
    make_slip_line(row, "received")
    director, address = client_as(make_user(Role.DIRECTOR)), reverse("dossiers:bulk_assign")
    page = text_of(director.get(address, {"chosen": [str(row.public_id)]}))
    assert "chưa có ai giữ vị trí xử lý hồ sơ" in page and "<select" not in page
    assert "Hãy chọn" in text_of(director.get(address))
    faulty = director.post(address, {"chosen": [str(row.public_id)], "typed": "yes", "to": str(uuid.uuid4())})
    assert faulty.status_code == 200 and not row.slip.filter(verb="assign").exists()


def test_asking_before_many_are_assigned_costs_the_same_for_one_and_for_three(client_as, version, office):
    officer, head = make_user(Role.OFFICER, office=office), client_as(make_user(Role.HEAD, office=office))
    rows = [make_dossier(version, state="lodged") for _three in range(3)]
    for row in rows:
        make_slip_line(row, "received")
    asked = []
    for some in (rows, rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            chosen = {"chosen": [str(row.public_id) for row in some], "to": str(officer.public_id)}
            head.get(reverse("dossiers:bulk_assign"), chosen)
        asked.append(len(queries))
    assert asked[1] == asked[2] <= 20


def test_what_is_chosen_for_an_address_that_would_be_too_long_is_asked_about_all_the_same(
    client_as, version, enterprise
):
    row, clerk = make_dossier(version, enterprise, state="lodged"), client_as(make_user(Role.INTAKE))
    keys = [str(row.public_id), *(str(uuid.uuid4()) for _each in range(200))]
    assert row.code in text_of(clerk.post(reverse("dossiers:bulk_receive"), {"chosen": keys}))
    assert "Hãy chọn" in text_of(clerk.get(reverse("dossiers:bulk_receive")))
    assert Dossier.objects.get(pk=row.pk).state == "lodged"


def test_three_hundred_are_received_in_one_post_each_with_its_result(client_as, version, enterprise, office):
    rows = [make_dossier(version, enterprise, state="lodged") for _each in range(300)]
    refused, clerk = rows[7], client_as(make_user(Role.INTAKE))
    listed = clerk.get(reverse("dossiers:dossier_list"), {"state": "lodged", "rows": "500"})
    chosen = re.findall(r'name="chosen" value="([^"]+)"', text_of(listed))
    assert set(chosen) == {str(row.public_id) for row in rows}
    make_slip_line(refused, "refused")  # meanwhile
    address, back = reverse("dossiers:bulk_receive"), "/dossiers/?state=lodged&rows=500"
    asked = text_of(clerk.post(address, {"chosen": chosen, "next": back}))
    assert asked.count('name="chosen"') == 299 and asked.count('name="left_out"') == 1
    form = {name: re.findall(rf'name="{name}" value="([^"]+)"', asked) for name in ("chosen", "left_out")}
    sent = form | {"typed": "yes", "next": back, "operation_key": str(uuid.uuid4())}
    done = clerk.post(address, sent)
    page = text_of(clerk.get(done["Location"]))
    assert "Thực hiện được 299 dòng; chưa thực hiện được 1 dòng" in page and page.count("Đã tiếp nhận: hẹn trả") == 299
    assert all(row.get_absolute_url() in page for row in rows) and 'href="/dossiers/?state=lodged&amp;rows=500"' in page
    assert Dossier.objects.filter(state="received").count() == 299
    clerk.post(address, sent)
    assert SlipLine.objects.filter(verb="receive").count() == 299


def test_hundreds_are_assigned_though_no_address_holds_them(client_as, version, office):
    officer, head = (
        make_user(Role.OFFICER, office=office, full_name="Lê Thị Nhận"),
        client_as(make_user(Role.HEAD, office=office)),
    )
    rows = [make_dossier(version, state="lodged") for _each in range(160)]
    for row in rows:
        make_slip_line(row, "received")
    address, chosen = reverse("dossiers:bulk_assign"), {"chosen": [str(row.public_id) for row in rows]}
    page = text_of(head.post(address, chosen))
    assert 'method="post" action="/dossiers/assign/"' in page and page.count('name="chosen"') == 160
    answer = head.post(address, chosen | {"to": str(officer.public_id)})
    assert answer.status_code == 200 and "160 hồ sơ được giao cho Lê Thị Nhận" in text_of(answer)
    few = head.post(address, {"chosen": chosen["chosen"][:2], "to": str(officer.public_id)})
    assert few.status_code == 302 and "2 hồ sơ được giao cho Lê Thị Nhận" in text_of(head.get(few["Location"]))
    assert not Dossier.objects.filter(handler=officer).exists()
    done = head.post(address, chosen | {"to": str(officer.public_id), "note": "", "typed": "yes"}, follow=True)
    assert "Thực hiện được 160 dòng" in text_of(done)
    assert Dossier.objects.filter(handler=officer).count() == 160


def test_asking_before_many_are_received_costs_the_same_for_one_and_for_three(client_as, version, enterprise):
    rows = [make_dossier(version, enterprise, state="lodged") for _three in range(3)]
    clerk, asked = client_as(make_user(Role.INTAKE)), []
    for some in (rows, rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            clerk.get(reverse("dossiers:bulk_receive"), {"chosen": [str(row.public_id) for row in some]})
        asked.append(len(queries))
    assert asked[1] == asked[2]


@pytest.mark.parametrize(("status", "words"), [("dissolved", "đã giải thể từ ngày"), ("withdrawn", "đã nhập nhầm")])
def test_whoever_handles_a_dossier_reads_that_its_enterprise_ended_since(
    client_as, version, enterprise, office, status, words
):
    lodged = make_dossier(version, enterprise, state="lodged")
    clerk, officer = client_as(make_user(Role.INTAKE)), make_user(Role.OFFICER, office=office)
    receive = reverse("dossiers:receive_dossier", args=[lodged.public_id])
    for address in (receive, lodged.get_absolute_url()):
        assert words not in text_of(clerk.get(address))
    type(enterprise).objects.filter(pk=enterprise.pk).update(status=status, status_from=timezone.localdate())
    for address in (receive, lodged.get_absolute_url()):
        assert words in text_of(clerk.get(address))
    chosen = {"chosen": [str(lodged.public_id)]}
    sent = chosen | {"typed": "yes", "operation_key": str(uuid.uuid4())}
    for given in (chosen, sent):
        assert words in text_of(clerk.post(reverse("dossiers:bulk_receive"), given, follow=True))
    assert Dossier.objects.get(pk=lodged.pk).state == "lodged"
    assert clerk.post(receive, {"operation_key": str(uuid.uuid4())}).status_code == 302  # pointed out, not refused
    lodged.refresh_from_db()
    make_slip_line(lodged, "received", "assign", handler=officer)
    assert words in text_of(client_as(officer).get(lodged.get_absolute_url()))
    assert words not in text_of(client_as(make_enterprise_user(enterprise)).get(lodged.get_absolute_url()))
    stopped = forced_into("stopped", version=version, enterprise=enterprise)
    assert words not in text_of(clerk.get(stopped.get_absolute_url()))


def test_the_list_shows_what_is_left_of_each_promise_the_first_due_on_top(client_as, version, enterprise, office):
    officer = make_user(Role.OFFICER, office=office)
    late, later = (forced_into("appraising", version=version, enterprise=enterprise) for _two in range(2))
    for row, due in ((later, {"due_on": "2099-01-05"}), (late, {})):
        make_slip_line(row, "appraising", "assign", handler=officer)
        if due:
            make_slip_line(row, "appraising", "extend", **due)
    make_dossier(version, enterprise, state="lodged")
    client = client_as(officer)
    page = text_of(client.get(reverse("dossiers:dossier_list"), {"whose": "mine"}))
    assert page.index(late.code) < page.index(later.code)
    assert "quá hạn" in page and "còn " in page
    later_still = forced_into("appraising", version=version, enterprise=enterprise)
    make_slip_line(later_still, "appraising", "extend", due_on="2026-02-02")
    overdue = text_of(client.get(reverse("dossiers:dossier_list"), {"late": "late"}))
    assert overdue.index(late.code) < overdue.index(later_still.code) and later.code not in overdue
    assert late.code in text_of(client.get(reverse("dossiers:dossier_list"), {"whose": "office"}))


def test_what_waits_for_a_supplement_stands_after_all_whose_clock_runs_by_the_day_it_is_due(
    client_as, version, enterprise, office
):
    officer = make_user(Role.OFFICER, office=office)
    paused_long, paused = (forced_into("appraising", version=version, enterprise=enterprise) for _two in range(2))
    late, later = (forced_into("appraising", version=version, enterprise=enterprise) for _two in range(2))
    for row in (paused_long, paused, late, later):
        make_slip_line(row, "appraising", "assign", handler=officer)
    make_slip_line(later, "appraising", "extend", due_on="2099-01-05")
    for row, day in ((paused_long, "2099-03-01"), (paused, "2026-03-01")):  # both were promised for the day of `late`
        asked = make_supplement(row, state="sent", answer_by=day)
        make_slip_line(row, "supplementing", request=asked)
    client = client_as(officer)
    wanted = [late, later, paused, paused_long]
    for asked in ({"whose": "mine"}, {"whose": "office"}, {"whose": "mine", "state": ""}):
        page = client.get(reverse("dossiers:dossier_list"), asked)
        assert [row["code"] for row in page.context["listing"].rows_of_page] == [row.code for row in wanted]
        assert "hồ sơ đang chờ bổ sung ở sau cùng" in text_of(page)
    running = client.get(reverse("dossiers:dossier_list"), {"whose": "mine", "late": "late"})
    assert [row["code"] for row in running.context["listing"].rows_of_page] == [late.code]
    turned = client.get(reverse("dossiers:dossier_list"), {"whose": "mine", "sort": "-due_on"})  # as the reader asked
    assert turned.context["listing"].rows_of_page[0]["code"] == later.code


def test_whoever_assigns_on_an_old_page_reads_who_did_it_and_may_do_it_again(client_as, version, enterprise, office):
    row = forced_into("received", version=version, enterprise=enterprise)
    first, second, third = (make_user(Role.OFFICER, office=office) for _three in range(3))
    head, deputy = make_user(Role.HEAD, office=office), client_as(make_user(Role.DEPUTY_HEAD, office=office))
    seen = deputy.get(to("assign_dossier", row)).context["form"]["version"].value()
    services.assign_dossier(dossier=row, to=first, by=head, now=timezone.now())
    old = {"version": seen, "to": str(second.public_id), "note": "Làm sớm"}
    refused = deputy.post(to("assign_dossier", row), old)
    assert head.full_name in text_of(refused) and first.full_name in text_of(refused)
    assert refused.context["form"]["note"].value() == "Làm sớm"
    row.refresh_from_db()
    assert row.handler == first
    again = old | {"version": refused.context["form"]["version"].value()}
    assert deputy.post(to("assign_dossier", row), again).status_code == 302
    row.refresh_from_db()
    assert row.handler == second
    assert deputy.post(to("assign_dossier", row), {"to": str(third.public_id)}).status_code == 200  # no version, no act


def test_no_form_asks_for_a_new_day_that_could_not_be_right(client_as, version, enterprise, office):
    row = forced_into("appraising", version=version, enterprise=enterprise)  # due long ago
    head = client_as(make_user(Role.HEAD, office=office))
    assert to("extend_dossier", row) not in head.get(row.get_absolute_url()).text
    page = head.get(to("extend_dossier", row), follow=True)
    assert page.redirect_chain == [(row.get_absolute_url(), 302)] and "vẫn tính là quá hạn" in text_of(page)


def test_the_page_of_a_dossier_costs_the_same_however_long_its_slip_is(client_as, lodged, office):
    head = client_as(make_user(Role.HEAD, office=office))

    def cost():
        head.get(to("dossier", lodged))
        with CaptureQueriesContext(connection) as queries:
            head.get(to("dossier", lodged))
        return len(queries)

    make_slip_line(lodged, "received", handler=make_user(Role.OFFICER, office=office))
    before = cost()
    for _time in range(4):
        make_slip_line(lodged, "received", "assign", handler=make_user(Role.OFFICER, office=office))
    assert cost() == before


# --- what may stay empty, and what cannot be chosen ---------------------------------------------


def label_of(page, field):
    """What stands in the label of a field."""
    return strip_tags(page.split(f'for="id_{field}">')[1].split("</label>")[0])


def test_no_field_that_is_asked_for_is_called_optional(client_as, lodged, office):
    make_user(Role.HEAD, office=make_office())
    officer, head = make_user(Role.OFFICER, office=office), make_user(Role.HEAD, office=office)
    make_slip_line(lodged, "received", handler=officer)
    page = text_of(client_as(head).get(to("assign_dossier", lodged)))
    assert "chọn một trong hai" in label_of(page, "to") and "chọn một trong hai" in label_of(page, "office")
    assert "(không bắt buộc)" in label_of(page, "note")
    page = text_of(client_as(officer).get(to("ask_supplement", lodged)))
    for part in ("wanted", "reason"):
        assert "(" not in label_of(page, f"{part}_0") and "(cần điền nếu" in label_of(page, f"{part}_1")
    assert "(không bắt buộc)" in label_of(page, "legal_basis_0")  # the basis of the procedure stands there then
    for target in ("appraising", "submitted", "approved"):
        make_slip_line(lodged, target)
    page = text_of(client_as(make_user(Role.RECORDS_CLERK)).get(to("issue_dossier", lodged)))
    assert "(" not in label_of(page, "scan") and "(" not in label_of(page, "paper_number")
    make_slip_line(lodged, "issued")
    page = text_of(client_as(make_user(Role.INTAKE)).get(to("return_dossier", lodged)))
    assert "(" not in label_of(page, "note")


def test_where_no_other_office_or_nobody_can_be_chosen_the_page_says_why(client_as, lodged, office):
    head = make_user(Role.HEAD, office=office)
    client = client_as(head)
    make_slip_line(lodged, "received")
    page = text_of(client.get(to("assign_dossier", lodged)))
    assert "Chưa có phòng nào khác có lãnh đạo phòng" in page and 'name="office"' not in page
    assert "một trong hai" not in page and head.full_name in page
    make_slip_line(lodged, "received", "assign", handler=head)
    page = text_of(client.get(to("assign_dossier", lodged), follow=True))
    assert "không còn ai khác giữ vị trí xử lý hồ sơ và chưa có phòng nào khác" in page and 'name="to"' not in page
    page = text_of(client.get(to("hand_over_dossier", lodged), follow=True))
    assert "không có người để bàn giao" in page and 'name="to"' not in page
    other = make_office()
    make_user(Role.HEAD, office=other)
    page = text_of(client.get(to("assign_dossier", lodged)))
    assert "Trong phòng không còn ai khác" in page and 'name="to"' not in page and str(other) in page
    lodged.refresh_from_db()
    answer = client.post(to("assign_dossier", lodged), {"office": other.code, "note": "", "version": lodged.version})
    lodged.refresh_from_db()
    assert answer.status_code == 302 and (lodged.office, lodged.handler) == (other, None)


def test_the_form_of_a_supplement_shows_the_day_of_the_procedure_or_asks_for_one(client_as, lodged, enterprise, office):
    clerk, given = client_as(make_user(Role.INTAKE)), {"wanted_0": "Bản vẽ", "reason_0": "Thiếu"}
    day = formats.vn_long_date(supplements.day_by_procedure(lodged.procedure_version, timezone.now()))
    page = text_of(clerk.get(to("ask_supplement", lodged)))
    assert (
        "(không bắt buộc)" in label_of(page, "answer_by") and "20 ngày làm việc kể từ ngày gửi" in page and day in page
    )
    page = text_of(clerk.post(to("ask_supplement", lodged), given, follow=True))
    assert f"20 ngày làm việc kể từ ngày gửi theo thủ tục; nếu gửi hôm nay thì đến hết {day}" in page
    asked = lodged.supplements.get()
    clerk.post(to("send_supplement", lodged, asked.public_id), shown(asked))
    asked.refresh_from_db()
    assert formats.vn_long_date(asked.answer_by) == day
    own = text_of(client_as(lodged.applicant).get(to("answer_supplement", lodged)))
    assert formats.vn_date(asked.answer_by) in own
    version = make_version(office=office, state="issued", answer_days=None)
    other = make_dossier(version, enterprise, state="lodged")
    page = text_of(clerk.post(to("ask_supplement", other), given))
    assert "(" not in label_of(page, "answer_by") and "Hãy điền “Hạn bổ sung”" in page and "Bản vẽ" in page
    assert not other.supplements.exists()


def test_the_page_of_a_dossier_says_when_and_whom_of_the_enterprise_was_told_and_what_was_not(client_as, lodged):
    clerk, own = client_as(make_user(Role.INTAKE)), client_as(lodged.applicant)
    clerk.post(to("receive_dossier", lodged), {"note": ""})

    def told():
        page = text_of(clerk.get(to("dossier", lodged)))
        return page.split("Thông báo cho doanh nghiệp</h2>")[1].split("</section>")[0]

    assert "chưa báo, đang chờ gửi" in told() and "đã báo lúc" not in told()
    send_waiting(now=timezone.now())
    notice = Notice.objects.get(telling__kind="dossiers.received", telling__object_id=lodged.public_id)
    said = told()
    assert f"đã báo lúc {formats.vn_datetime(notice.at)}" in said and lodged.applicant.full_name in said
    assert (
        "trên Cổng, chưa đọc" in said
        and "Thư điện tử: " in said
        and reverse("notices:telling", args=[notice.telling.public_id]) in said
    )
    assert "Hồ sơ chờ phân công" not in said  # what only the Department is told
    Notice.objects.filter(pk=notice.pk).update(read_at=notice.at)
    Delivery.objects.filter(notice=notice, channel="email").update(state="parked", sent_at=None, error="550")
    said = told()
    assert "có thư chưa gửi được" in said and "trên Cổng, đã đọc lúc" in said and "550" not in said
    facts = {"object_kind": "dossiers.dossier", "object_id": lodged.public_id, "actor": "system:x"}
    facts |= {"kind": "dossiers.message", "told_at": notice.at, "next_try_at": notice.at}
    Telling.objects.create(**facts, occasion="1", state="parked", error="Lỗi trong máy chủ")
    assert "chưa báo được: gửi bị lỗi" in told() and "Lỗi trong máy chủ" not in told()
    Telling.objects.create(**facts, occasion="2", state="nobody", done_at=notice.at)
    assert "chưa báo được cho ai: doanh nghiệp chưa có tài khoản" in told()
    assert "Thông báo cho doanh nghiệp</h2>" not in text_of(own.get(to("dossier", lodged)))
    officer = client_as(make_user(Role.OFFICER))
    assert reverse("notices:telling", args=[notice.telling.public_id]) not in text_of(
        officer.get(to("dossier", lodged))
    )
