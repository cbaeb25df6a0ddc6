"""The pages of lodging: the owner, a colleague, a stranger, staff and nobody; and that nothing typed is lost."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Post
from accounts.roles import Role
from audit.events import record_event
from audit.models import AccessEntry
from documents.store import save_upload
from dossiers.lodging import ShownField
from dossiers.models import Dossier
from dossiers.presenting.dossiers import titled
from dossiers.services import dossiers as services
from enterprises.services.merging import merge_enterprises
from notices.models import Notice, Telling
from notices.services.sending import send_waiting
from screens import formats
from tests.accounts.test_parking import lost, sign_in
from tests.dossiers.matrix_procedures import one_page
from tests.factories import (
    make_auditor,
    make_component,
    make_dossier,
    make_dossier_file,
    make_enterprise,
    make_enterprise_user,
    make_field,
    make_membership,
    make_office,
    make_officer,
    make_procedure,
    make_slip_line,
    make_stored_file,
    make_supplement,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

TEXT = "Thiếu mặt bằng sản xuất"


@pytest.fixture
def version():
    """In force for the last month: a text, an amount, a day, a choice; one component that is not required."""
    version = make_version(make_procedure())
    version.fields.update(code="noi-dung")
    version.components.update(code="tai-lieu", need="optional")
    make_field(version, "ten", "enterprise", fact="name", required=False, name_vi="Tên doanh nghiệp")
    make_field(version, "thiet-hai", "money", required=False, name_vi="Thiệt hại")
    make_field(version, "tu-ngay", "date", required=False, name_vi="Từ ngày")
    make_field(version, "da-gui", "yes_no", required=False, name_vi="Đã gửi nơi khác")
    return in_force(version, timezone.localdate() - timedelta(days=30))


def in_force(version, valid_from):
    version.state, version.valid_from, version.paper_number, version.paper_on = "issued", valid_from, "1/QĐ", valid_from
    version.put_in_force_at, version.put_in_force_by = timezone.now(), "system:tests"
    version.save()
    return version


def superseded(version):
    """The version after it, in force from today on, with the same text field and no more."""
    version.valid_to = timezone.localdate() - timedelta(days=1)
    version.save()
    after = make_version(version.procedure)
    after.fields.update(code="noi-dung")
    after.components.update(code="tai-lieu", need="optional")
    return in_force(after, timezone.localdate())


@pytest.fixture
def enterprise():
    return make_enterprise("Công ty TNHH Bóng đèn Thử nghiệm")


@pytest.fixture
def signatory(enterprise):
    return make_enterprise_user(enterprise, full_name="Trịnh Văn Ký")


@pytest.fixture
def preparer(enterprise):
    return make_enterprise_user(enterprise, Role.PREPARER)


@pytest.fixture
def draft(version, enterprise, preparer):
    return make_dossier(version, enterprise, by=preparer, at=timezone.now(), answers={"noi-dung": TEXT})


@pytest.fixture
def lodged(version, enterprise, signatory):
    dossier = make_dossier(version, enterprise, by=signatory, at=timezone.now(), answers={"noi-dung": TEXT})
    stored = save_upload(SimpleUploadedFile("văn bản.pdf", one_page()), by=signatory, now=timezone.now())
    make_dossier_file(dossier, version.components.get(), stored, at=timezone.now())
    digest = services.digest_of(dossier, list(services.standing_files(dossier)))
    return services.lodge_dossier(dossier=dossier, digest=digest, by=signatory, now=timezone.now())


def page(name, *rows):
    return reverse(f"dossiers:{name}", args=[row.public_id for row in rows])


def text_of(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def status(client, address):
    """The status of the answer, which is read to its end: that closes the file behind it."""
    answer = client.get(address)
    answer.streaming and answer.getvalue()
    return answer.status_code


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def fill(client, dossier, *, version=None, key=None, htmx=False, **fields):
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    sent = {"operation_key": key or str(uuid.uuid4()), "version": version or dossier.version, **fields}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(page("fill_dossier", dossier), sent, headers=headers)


def lodge(client, dossier, key=None, follow=False, **fields):
    digest = services.digest_of(dossier, list(services.standing_files(dossier)))
    sent = {"digest": digest, "confirmed": "on", "operation_key": key or str(uuid.uuid4()), **fields}
    return client.post(page("lodge_dossier", dossier), sent, follow=follow)


# --- who ---------------------------------------------------------------------------------------


def test_a_draft_is_there_for_its_enterprise_and_for_nobody_else(client_as, client, draft, signatory, preparer):
    addresses = [page(name, draft) for name in ("dossier", "fill_dossier", "dossier_components", "check_dossier")]
    addresses += [page("withdraw_dossier", draft), page("copy_dossier", draft)]
    for member in (signatory, preparer):
        assert {client_as(member).get(address).status_code for address in addresses} == {200}
    assert {client_as(make_enterprise_user()).get(address).status_code for address in addresses} == {404}
    for staff in (make_officer(), make_auditor(), make_user(Role.INTAKE)):
        assert client_as(staff).get(addresses[0]).status_code == 404
    assert {client.get(address).status_code for address in addresses} == {302}
    nowhere = reverse("dossiers:dossier", args=[uuid.uuid4()])
    assert {client.get(address).status_code for address in (addresses[0], nowhere)} == {302}


def test_whoever_does_not_withdraw_a_dossier_reads_whether_it_is_their_right_or_its_state(
    client_as, lodged, signatory, preparer
):
    address = page("withdraw_dossier", lodged)
    assert "người đại diện theo pháp luật của doanh nghiệp hoặc người được ủy quyền thực hiện" in text_of(
        client_as(preparer).get(address, follow=True)
    )
    services.withdraw_dossier(dossier=lodged, reason="Thôi", by=signatory, now=timezone.now())
    assert "Hồ sơ đang ở trạng thái “Đã rút”" in text_of(client_as(preparer).get(address, follow=True))


def test_whoever_withdraws_a_dossier_is_asked_in_the_words_of_an_enterprise(client_as, lodged, signatory):
    text = text_of(client_as(signatory).get(page("withdraw_dossier", lodged)))
    assert "Lý do rút" in text and "Lý do hoặc văn bản của lần thay đổi này" not in text


def test_what_was_lodged_is_seen_by_its_enterprise_and_by_staff(client_as, lodged, signatory, preparer):
    row = lodged.files.get()
    addresses = [page("dossier", lodged), page("lodged_dossier", lodged), page("dossier_file", lodged, row)]
    for reader in (signatory, preparer, make_officer(), make_auditor(), make_user(Role.INTAKE)):
        assert {status(client_as(reader), address) for address in addresses} == {200}
    assert {client_as(make_enterprise_user()).get(address).status_code for address in addresses} == {404}
    assert {client_as(make_user(Role.COUNCIL_MEMBER)).get(address).status_code for address in addresses} == {403}


def test_the_end_of_a_membership_ends_the_sight(client_as, lodged, signatory):
    client = client_as(signatory)
    assert client.get(page("dossier", lodged)).status_code == 200
    yesterday = timezone.localdate() - timedelta(days=1)
    signatory.memberships.update(ends_on=yesterday)
    make_membership(signatory, make_enterprise())  # of another enterprise now
    for address in (page("dossier", lodged), page("dossier_file", lodged, lodged.files.get())):
        assert status(client_as(signatory), address) == 404


def test_no_name_of_another_enterprise_stands_on_any_page(client_as, draft, lodged):
    client = client_as(make_enterprise_user())
    for address in (reverse("dossiers:own_dossiers"), reverse("dossiers:open_procedures")):
        assert "Bóng đèn" not in text_of(client.get(address))
    assert lodged.code not in text_of(client.get(reverse("dossiers:own_dossiers")))


def test_a_clerk_does_not_prepare_what_came_online(client_as, lodged):
    client = client_as(make_user(Role.INTAKE))
    for name in ("fill_dossier", "dossier_components", "check_dossier", "withdraw_dossier"):
        assert client.get(page(name, lodged)).status_code == 403
    assert post(client, page("lodge_dossier", lodged), digest="x", confirmed="on").status_code == 403


# --- from beginning to end ---------------------------------------------------------------------


def test_a_preparer_begins_and_fills_in_and_the_signatory_lodges(client_as, version, enterprise, signatory, preparer):
    client = client_as(preparer)
    assert str(version.procedure) in text_of(client.get(reverse("dossiers:open_procedures")))
    begin = page("start_dossier", version.procedure)
    assert "Văn bản kiến nghị" in text_of(client.get(begin))
    answer = post(client, begin)
    dossier = Dossier.objects.get()
    assert answer.headers["Location"] == page("fill_dossier", dossier)
    form = text_of(client.get(page("fill_dossier", dossier)))
    assert "Công ty TNHH Bóng đèn Thử nghiệm" in form
    assert 'name="ten"' not in form  # what is known is shown and not asked
    answer = fill(client, dossier, noi_dung=TEXT, thiet_hai="1.200.000.000", tu_ngay="01/11/2026", da_gui="no")
    assert answer.headers["Location"] == page("dossier_components", dossier)
    dossier.refresh_from_db()
    assert dossier.answers == {
        "noi-dung": TEXT,
        "thiet-hai": 1_200_000_000,
        "tu-ngay": "2026-11-01",
        "da-gui": "no",
    }
    add = page("add_file", dossier, version.components.get())
    upload = SimpleUploadedFile("văn bản.pdf", one_page())
    answer = post(client, add, file=upload)
    assert answer.headers["Location"].startswith(page("dossier_components", dossier))
    check = text_of(client.get(page("check_dossier", dossier)))
    assert "1.200.000.000 đồng" in check
    assert "01/11/2026" in check
    assert "văn bản.pdf" in check
    assert "Người đại diện theo pháp luật của doanh nghiệp hoặc người được ủy quyền xác nhận và nộp" in check
    assert 'name="confirmed"' not in check
    assert lodge(client, dossier).status_code == 403

    client = client_as(signatory)
    assert 'name="confirmed"' in text_of(client.get(page("check_dossier", dossier)))
    answer = lodge(client, dossier)
    assert answer.headers["Location"] == page("lodged_dossier", dossier)
    dossier.refresh_from_db()
    confirmation = text_of(client.get(page("lodged_dossier", dossier)))
    assert "Xác nhận đã nộp hồ sơ" in confirmation
    assert dossier.code in confirmation
    assert "Trước khi tiếp nhận chưa có ngày hẹn trả" in confirmation
    follow = text_of(client.get(page("dossier", dossier)))
    assert "Chờ tiếp nhận" in follow
    assert "Đang chờ Sở xử lý" in follow
    assert dossier.code in text_of(client.get(reverse("dossiers:own_dossiers")))


def test_the_own_list_tells_what_each_is_about_and_whose_turn_it_is(client_as, version, enterprise, signatory):
    about = {"noi-dung": "Vướng mắc về thủ tục\nthuê đất mở rộng nhà xưởng " + "dài " * 40}
    draft = make_dossier(version, enterprise, by=signatory, answers=about)
    make_dossier(version, enterprise, by=signatory)
    lodged = make_dossier(version, enterprise, state="lodged", by=signatory)
    text = text_of(client_as(signatory).get(reverse("dossiers:own_dossiers")))
    assert text.count("Vướng mắc về thủ tục thuê đất mở rộng nhà xưởng") == 2 and "dài " * 30 not in text
    assert str(draft.public_id) in text and "đang chờ Sở xử lý" in text and lodged.code in text


def test_a_draft_is_called_by_its_matter_and_not_by_whom_to_ask(client_as, enterprise, signatory):
    version = make_version(make_procedure())
    make_field(version, "goi-ai", name_vi="Người liên hệ")
    make_field(version, "dien-thoai", "phone")
    choices = [{"code": "von", "label_vi": "Vốn, tín dụng", "label_en": "Capital"}]
    make_field(version, "linh-vuc", "choice", choices=choices)
    make_field(version, "noi-dung", "long_text")
    version.fields.exclude(code__in=["goi-ai", "dien-thoai", "linh-vuc", "noi-dung"]).delete()
    in_force(version, timezone.localdate())
    answers = {"goi-ai": "Trần Thị Liên Hệ", "dien-thoai": "0912345678"}
    draft = make_dossier(version, enterprise, by=signatory, answers=answers)
    client, procedure = client_as(signatory), str(version.procedure)
    for more, title in (
        ({}, procedure),
        ({"linh-vuc": "von"}, f"{procedure}: Vốn, tín dụng"),
        ({"linh-vuc": "von", "noi-dung": "Lãi vay\nquá cao"}, f"{procedure}: Lãi vay quá cao"),
    ):
        draft.answers = answers | more
        draft.save_version(draft.version, update_fields=["answers"])
        assert titled(draft) == title
        own = text_of(client.get(reverse("dossiers:own_dossiers")))
        assert title.removeprefix(procedure) in own and "Liên Hệ" not in own
        for name in ("fill_dossier", "dossier_components", "check_dossier", "dossier"):
            assert f"<h1>{title}</h1>" in text_of(client.get(page(name, draft)))


def test_a_form_of_short_texts_alone_is_called_by_the_first_that_is_no_name_of_a_person(enterprise, signatory):
    version = make_version(make_procedure())
    make_field(version, "goi-ai")
    make_field(version, "dien-thoai", "phone")
    make_field(version, "ten-san-pham")
    version.fields.exclude(code__in=["goi-ai", "dien-thoai", "ten-san-pham"]).delete()
    in_force(version, timezone.localdate())
    draft = make_dossier(version, enterprise, answers={"goi-ai": "Trần Thị Liên Hệ", "ten-san-pham": "Đèn LED"})
    assert titled(draft) == f"{version.procedure}: Đèn LED"


def test_the_own_list_marks_what_is_late_and_keeps_drafts_that_were_given_up_apart(
    client_as, version, enterprise, signatory
):
    own, today = reverse("dossiers:own_dossiers"), timezone.localdate()
    long_ago = timezone.now() - timedelta(days=40)

    def received(due_on):
        dossier = make_dossier(version, enterprise, state="lodged", by=signatory, at=long_ago)
        return make_slip_line(dossier, "received", starts_on=today - timedelta(days=30), due_on=due_on).dossier

    received(today)
    client = client_as(signatory)
    assert "quá hạn" not in text_of(client.get(own)) and "Đã bỏ" not in text_of(client.get(own))
    late = received(today - timedelta(days=1))
    given_up = make_dossier(version, enterprise, by=signatory)
    services.withdraw_dossier(dossier=given_up, reason="Thôi", by=signatory, now=timezone.now())
    text = text_of(client.get(own))
    assert text.count("quá hạn") == 1 and text.index(late.code) < text.index("quá hạn")
    lodged, dropped = text.split('id="lodged"')[1].split('id="given-up"')
    assert str(given_up.public_id) in dropped and str(given_up.public_id) not in lodged
    assert "bỏ bản nháp lúc" in dropped and late.code in lodged


def test_a_day_to_answer_by_reads_alike_wherever_it_stands(client_as, version, enterprise, signatory):
    dossier, until = make_dossier(version, enterprise, by=signatory, state="lodged"), timezone.localdate()
    until += timedelta(days=9)
    make_slip_line(dossier, "supplementing", request=make_supplement(dossier, "lodged", state="sent", answer_by=until))
    client, said = client_as(signatory), f"rả lời chậm nhất ngày {formats.vn_date(until)}"
    for address in (
        reverse("dossiers:own_dossiers"),
        reverse("enterprises:own_home"),
        page("answer_supplement", dossier),
    ):
        assert said in text_of(client.get(address))


def test_a_double_click_begins_one_draft_and_lodges_once(client_as, version, draft, signatory):
    client, key = client_as(signatory), str(uuid.uuid4())
    begin = page("start_dossier", version.procedure)
    first, second = (client.post(begin, {"operation_key": key}) for _twice in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Dossier.objects.count() == 2
    digest = services.digest_of(draft, [])
    sent = {"digest": digest, "confirmed": "on", "operation_key": str(uuid.uuid4())}
    first, second = (client.post(page("lodge_dossier", draft), sent) for _twice in range(2))
    assert first.headers["Location"] == second.headers["Location"] == page("lodged_dossier", draft)
    # from another window: told that it was lodged already
    draft.refresh_from_db()
    other = {**sent, "operation_key": str(uuid.uuid4())}
    again = text_of(client.post(page("lodge_dossier", draft), other, follow=True))
    assert f"mã hồ sơ {draft.code}" in again


def test_a_person_of_two_enterprises_says_for_which(client_as, version, enterprise, signatory):
    other = make_enterprise("Công ty Thứ hai")
    make_membership(signatory, other)
    client, begin = client_as(signatory), page("start_dossier", version.procedure)
    assert 'name="enterprise"' in text_of(client.get(begin))
    text_of(post(client, begin))  # asked again
    assert post(client, begin, enterprise=str(other.public_id)).status_code == 302
    assert Dossier.objects.get().enterprise == other
    text_of(post(client, begin, enterprise=str(make_enterprise().public_id)))
    assert Dossier.objects.count() == 1


def test_lodging_needs_the_confirmation(client_as, draft, signatory):
    client = client_as(signatory)
    answer = lodge(client, draft, confirmed="")
    assert answer.headers["Location"] == page("check_dossier", draft)  # a page of its own, for Back and for reloading
    assert "Hãy xác nhận nội dung khai" in text_of(client.get(answer.headers["Location"]))
    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.parametrize("confirmed", ["", "on"])
def test_whoever_lodges_what_changed_after_it_was_checked_reads_what_changed(
    client_as, draft, version, signatory, preparer, confirmed
):
    """Ticked or not: no digest is replaced unsaid."""
    client = client_as(signatory)
    form = client.get(page("check_dossier", draft)).context["form"]
    checked = {"digest": form["digest"].value(), "parts": form["parts"].value(), "confirmed": confirmed}
    Dossier.objects.filter(pk=draft.pk).update(answers={"noi-dung": "Thiếu nước"}, typed={"thiet-hai": "nhiều"})
    make_dossier_file(draft, version.components.get(), make_stored_file(preparer), at=timezone.now())
    told = text_of(post_to_lodge(client, draft, checked))
    names = f"Nội dung kiến nghị; Thiệt hại; {version.components.get().name}"
    assert f"Hồ sơ đã thay đổi sau khi ông/bà kiểm tra: {names}. Hãy kiểm tra lại rồi nộp." in html.unescape(told)
    assert "Hãy xác nhận nội dung khai" not in told
    draft.refresh_from_db()
    assert draft.is_draft and "Thiếu nước" in told
    # the same page sent once more is told again; what is shown now is what is lodged
    assert "đã thay đổi sau khi" in text_of(post_to_lodge(client, draft, checked))
    Dossier.objects.filter(pk=draft.pk).update(typed={})
    shown = client.get(page("check_dossier", draft)).context["form"]
    now = {"digest": shown["digest"].value(), "parts": shown["parts"].value(), "confirmed": "on"}
    assert "Xác nhận đã nộp hồ sơ" in text_of(post_to_lodge(client, draft, now))


def test_parts_that_do_not_say_what_was_checked_change_nothing_of_the_refusal(client_as, draft, signatory):
    client = client_as(signatory)
    for parts in ("", "[]", "không phải", '{"field noi-dung": []}'):
        told = text_of(post_to_lodge(client, draft, {"digest": "x", "parts": parts, "confirmed": "on"}))
        assert "đã thay đổi sau khi ông/bà kiểm tra" in told
    draft.refresh_from_db()
    assert draft.is_draft


def test_what_changed_while_the_session_was_over_is_said_after_signing_in(client_as, draft, signatory):
    client = client_as(signatory)
    form = client.get(page("check_dossier", draft)).context["form"]
    checked = {"digest": form["digest"].value(), "parts": form["parts"].value(), "confirmed": "on"}
    back = lost(client, page("lodge_dossier", draft), checked)
    Dossier.objects.filter(pk=draft.pk).update(answers={"noi-dung": "Thiếu nước"})
    sign_in(client, signatory)
    assert "sau khi ông/bà kiểm tra: Nội dung kiến nghị." in text_of(client.get(back, follow=True))


def post_to_lodge(client, dossier, sent):
    return client.post(page("lodge_dossier", dossier), {**sent, "operation_key": str(uuid.uuid4())}, follow=True)


def test_the_address_of_lodging_opened_by_hand_leads_on(client_as, draft, lodged, preparer):
    client = client_as(preparer)
    for dossier, name in ((draft, "check_dossier"), (lodged, "lodged_dossier")):
        answer = client.get(page("lodge_dossier", dossier))
        assert (answer.status_code, answer.headers["Location"]) == (302, page(name, dossier))
    assert client_as(make_enterprise_user()).get(page("lodge_dossier", draft)).status_code == 404


def test_an_address_that_only_takes_a_form_says_so_and_leads_to_its_dossier(client_as, lodged, signatory):
    client = client_as(signatory)
    answer = client.get(page("remove_file", lodged, lodged.files.get()))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    text = answer.content.decode()
    assert "chỉ nhận nội dung gửi từ biểu mẫu" in text and f'href="{page("dossier", lodged)}"' in text
    listed = client_as(make_user(Role.HEAD)).get(reverse("programme:bulk_approve_steps"))
    assert listed.status_code == 405 and "chỉ nhận nội dung gửi từ biểu mẫu" in listed.content.decode()
    sent = client.post(reverse("dossiers:own_dossiers"))
    assert (sent.status_code, sent.headers["Allow"]) == (405, "GET, HEAD")
    assert "không nhận nội dung gửi đến" in sent.content.decode()


def test_what_is_missing_is_listed_with_links_and_there_is_no_button(client_as, draft, signatory):
    Dossier.objects.filter(pk=draft.pk).update(answers={}, typed={"thiet-hai": "nhiều"})
    text = text_of(client_as(signatory).get(page("check_dossier", draft)))
    assert "Còn thiếu 2 mục" in text
    assert f"{page('fill_dossier', draft)}#id_noi-dung" in text
    assert f"{page('fill_dossier', draft)}#id_thiet-hai" in text
    assert 'name="confirmed"' not in text


# --- saving as one types -------------------------------------------------------------------------


def test_a_draft_saves_itself_and_says_when(client_as, draft, preparer):
    client = client_as(preparer)
    answer = fill(client, draft, htmx=True, noi_dung="Thiếu điện")
    part = text_of(answer)
    assert "<html" not in part
    assert "Đã lưu lúc" in part
    assert 'hx-swap-oob="true"' in part
    draft.refresh_from_db()
    assert draft.answers == {"noi-dung": "Thiếu điện"}
    assert f'value="{draft.version}"' in part


def test_a_draft_that_is_saved_by_the_button_is_called_as_everywhere(client_as, draft, preparer):
    client = client_as(preparer)
    sent = opened(client.get(page("fill_dossier", draft))) | {"and_stay": "yes"}
    said = text_of(client.post(page("fill_dossier", draft), sent, follow=True))
    assert "Đã lưu bản nháp." in said and "dự thảo" not in said


def test_what_is_not_right_yet_is_kept_as_it_was_typed(client_as, draft, preparer):
    client = client_as(preparer)
    part = text_of(fill(client, draft, htmx=True, noi_dung=TEXT, thiet_hai="khoảng 2 tỷ", tu_ngay="31/02/2026"))
    assert "Một số mục chưa đúng" in part
    draft.refresh_from_db()
    assert draft.answers == {"noi-dung": TEXT}
    assert draft.typed == {"thiet-hai": "khoảng 2 tỷ", "tu-ngay": "31/02/2026"}
    form = text_of(client.get(page("fill_dossier", draft)))
    assert "khoảng 2 tỷ" in form
    assert "31/02/2026" in form


def test_two_windows_are_compared_only_in_what_differs(client_as, draft, preparer):
    client, opened = client_as(preparer), draft.version
    fill(client, draft, noi_dung=TEXT, thiet_hai="khoảng 2 tỷ")
    draft.refresh_from_db()
    met = fill(client, draft, version=opened, noi_dung="Khác", thiet_hai="khoảng 2 tỷ", ten=draft.enterprise.name)
    assert [(each["theirs"], each["yours"]) for each in met.context["form"].conflicts] == [(TEXT, "Khác")]


def test_sent_by_its_button_the_form_tells_what_is_wrong_and_keeps_it(client_as, draft, preparer):
    form = text_of(fill(client_as(preparer), draft, noi_dung=TEXT, thiet_hai="1e9"))
    assert "1.000.000.000" in form  # what to write instead
    assert 'value="1e9"' in form
    draft.refresh_from_db()
    assert draft.typed == {"thiet-hai": "1e9"}


def test_what_is_too_long_to_be_kept_is_told_and_stays_on_the_page(client_as, draft, preparer):
    client, typed = client_as(preparer), "Dài " * 6000
    assert "quá dài" in text_of(fill(client, draft, htmx=True, noi_dung=typed))
    form = text_of(fill(client, draft, noi_dung=typed))
    assert "quá dài" in form
    assert typed.strip() in form
    draft.refresh_from_db()
    assert draft.answers == {"noi-dung": TEXT}


def test_two_windows_are_told_of_each_other_and_nothing_is_lost(client_as, draft, preparer, signatory):
    here, there = client_as(preparer), client_as(signatory)
    fill(here, draft, htmx=True, noi_dung="Của người lập")
    part = text_of(fill(there, draft, htmx=True, noi_dung="Của người ký"))
    assert "Chưa lưu" in part
    key = str(uuid.uuid4())
    form = text_of(fill(there, draft, key=key, noi_dung="Của người ký"))
    assert "Của người lập" in form
    assert "Của người ký" in form
    draft.refresh_from_db()
    assert draft.answers == {"noi-dung": "Của người lập"}
    # sent again against what was shown, it stands
    assert fill(there, draft, version=draft.version, key=key, noi_dung="Của người ký").status_code == 302
    draft.refresh_from_db()
    assert draft.answers == {"noi-dung": "Của người ký"}


def test_one_window_that_saves_itself_never_meets_itself(client_as, draft, preparer):
    client, key = client_as(preparer), str(uuid.uuid4())
    for typed in ("Một", "Một hai", "Một hai ba"):  # the page still names the version it was opened with
        assert "Đã lưu lúc" in text_of(fill(client, draft, key=key, version=1, htmx=True, noi_dung=typed))
    draft.refresh_from_db()
    assert draft.answers == {"noi-dung": "Một hai ba"}


def opened(answer):
    """{name: what a browser sends of the form on this page}"""
    sent = {}
    for bound in answer.context["form"]:
        value = bound.value()
        shown = bound.field.prepare_value(value)
        if not isinstance(bound.field, ShownField) and (shown not in (None, "") or not hasattr(bound.field, "choices")):
            sent[bound.html_name] = "" if shown is None else str(shown)
    return sent


def send(client, dossier, sent, *, htmx=False, **changes):
    sent |= {name.replace("_", "-"): value for name, value in changes.items()}
    address, headers = page("fill_dossier", dossier), {"HX-Request": "true"} if htmx else {}
    return client.post(address, {**sent, "and_stay": "yes"} if not htmx else sent, headers=headers)


def stands(dossier):
    dossier.refresh_from_db()
    return {**dossier.answers, **dossier.typed}


@pytest.mark.parametrize("htmx", [True, False])
def test_what_a_colleague_filled_in_meanwhile_stands_beside_what_the_other_changed(
    client_as, draft, preparer, signatory, htmx
):
    hers, his = client_as(preparer), client_as(signatory)
    form = opened(hers.get(page("fill_dossier", draft)))
    send(his, draft, opened(his.get(page("fill_dossier", draft))), thiet_hai="5.000.000", tu_ngay="abc", da_gui="yes")
    answer = send(hers, draft, form, htmx=htmx, noi_dung="Thiếu điện")
    assert stands(draft) == {"noi-dung": "Thiếu điện", "thiet-hai": 5_000_000, "tu-ngay": "abc", "da-gui": "yes"}
    said = text_of(answer) if htmx else text_of(hers.get(answer.headers["Location"]))
    assert "đồng nghiệp đã sửa các mục sau" in said
    assert "Thiệt hại; Từ ngày; Đã gửi nơi khác" in said


def test_a_page_that_saves_itself_never_empties_what_it_does_not_show(client_as, draft, preparer, signatory):
    """Saved by itself again and again: the page still shows empty what a colleague filled in."""
    hers, his = client_as(preparer), client_as(signatory)
    form = opened(hers.get(page("fill_dossier", draft)))
    send(his, draft, opened(his.get(page("fill_dossier", draft))), thiet_hai="5.000.000", da_gui="no")
    for typed in ("Một", "Một hai", "Một hai ba"):
        part = text_of(send(hers, draft, form, htmx=True, noi_dung=typed))
        assert "Đã lưu lúc" in part
        form["version"] = re.search(r'name="version" value="(\d+)"', part)[1]
        form["as_seen"] = html.unescape(re.search(r'name="as_seen" value="([^"]*)"', part)[1])
        assert stands(draft) == {"noi-dung": typed, "thiet-hai": 5_000_000, "da-gui": "no"}
    # what she now fills in herself, without having read his, both changed
    assert "Chưa lưu" in text_of(send(hers, draft, form, htmx=True, thiet_hai="7.000.000"))
    assert stands(draft)["thiet-hai"] == 5_000_000


def test_what_both_changed_is_shown_with_both_and_nothing_is_kept_before_it_is_chosen(
    client_as, draft, preparer, signatory
):
    hers, his = client_as(preparer), client_as(signatory)
    form = opened(hers.get(page("fill_dossier", draft)))
    theirs = {"noi_dung": "Thiếu nước", "thiet_hai": "5.000.000", "da_gui": "yes"}
    send(his, draft, opened(his.get(page("fill_dossier", draft))), **theirs)
    met = send(hers, draft, form, noi_dung="Thiếu điện", tu_ngay="01/11/2026")
    shown = met.context["form"]
    assert shown.conflicts == [{"label": "Nội dung kiến nghị", "theirs": "Thiếu nước", "yours": "Thiếu điện"}]
    assert stands(draft) == {"noi-dung": "Thiếu nước", "thiet-hai": 5_000_000, "da-gui": "yes"}
    assert "hx-post" not in text_of(met).split("data-keeps-itself", 1)[1].split(">", 1)[0]  # it does not save itself
    again = opened(met)
    assert [again[name] for name in ("noi-dung", "thiet-hai", "tu-ngay", "da-gui")] == [
        "Thiếu điện", "5.000.000", "01/11/2026", "yes",
    ]  # fmt: skip
    assert send(hers, draft, again).status_code == 302
    assert stands(draft) == {
        "noi-dung": "Thiếu điện", "thiet-hai": 5_000_000, "tu-ngay": "2026-11-01", "da-gui": "yes",
    }  # fmt: skip


def test_a_third_save_meanwhile_is_met_too(client_as, draft, preparer, signatory):
    hers, his = client_as(preparer), client_as(signatory)
    form = opened(hers.get(page("fill_dossier", draft)))
    send(his, draft, opened(his.get(page("fill_dossier", draft))), noi_dung="Thiếu nước")
    again = opened(send(hers, draft, form, noi_dung="Thiếu điện"))
    send(his, draft, opened(his.get(page("fill_dossier", draft))), noi_dung="Thiếu đường")
    met = send(hers, draft, again)
    assert [each["theirs"] for each in met.context["form"].conflicts] == ["Thiếu đường"]
    assert stands(draft)["noi-dung"] == "Thiếu đường"


def test_whoever_empties_a_field_herself_empties_it(client_as, draft, preparer, signatory):
    hers, his = client_as(preparer), client_as(signatory)
    send(his, draft, opened(his.get(page("fill_dossier", draft))), thiet_hai="5.000.000")
    form = opened(hers.get(page("fill_dossier", draft)))
    send(his, draft, opened(his.get(page("fill_dossier", draft))), tu_ngay="01/11/2026")
    assert send(hers, draft, form, thiet_hai="").status_code == 302
    assert stands(draft) == {"noi-dung": TEXT, "tu-ngay": "2026-11-01"}


def test_what_the_page_does_not_say_that_it_showed_is_met_as_shown_empty(client_as, draft, preparer, signatory):
    """A page that was made before, or was changed on its way."""
    hers, his = client_as(preparer), client_as(signatory)
    for forged in ("", "[]", "không phải", '{"noi-dung": 1}'):
        form = opened(hers.get(page("fill_dossier", draft))) | {"as_seen": forged}
        send(
            his, draft, opened(his.get(page("fill_dossier", draft))), thiet_hai="5.000.000", noi_dung=f"Của ký {forged}"
        )
        met = send(hers, draft, form, noi_dung="Của lập", thiet_hai="")
        assert [each["yours"] for each in met.context["form"].conflicts] == ["Của lập"]
        assert stands(draft) == {"noi-dung": f"Của ký {forged}".strip(), "thiet-hai": 5_000_000}


def test_line_ends_and_blanks_make_no_two_of_one_text(client_as, draft, preparer, signatory):
    hers, his = client_as(preparer), client_as(signatory)
    Dossier.objects.filter(pk=draft.pk).update(answers={"noi-dung": "Một\nhai"})
    form = opened(hers.get(page("fill_dossier", draft)))
    send(his, draft, opened(his.get(page("fill_dossier", draft))), noi_dung="Một\r\nhai\r\nba")
    assert send(hers, draft, form, noi_dung="Một\r\nhai", thiet_hai="1").status_code == 302  # as she read it
    assert stands(draft) == {"noi-dung": "Một\r\nhai\r\nba", "thiet-hai": 1}


def test_what_a_colleague_wrote_stands_on_the_page_of_what_is_not_right_yet(client_as, draft, preparer, signatory):
    hers, his = client_as(preparer), client_as(signatory)
    form = opened(hers.get(page("fill_dossier", draft)))
    send(his, draft, opened(his.get(page("fill_dossier", draft))), thiet_hai="5.000.000")
    answer = send(hers, draft, form, tu_ngay="31/02/2026")
    again = opened(answer)
    assert (again["thiet-hai"], again["tu-ngay"]) == ("5.000.000", "31/02/2026")
    assert send(hers, draft, again, tu_ngay="28/02/2026").status_code == 302
    assert stands(draft) == {"noi-dung": TEXT, "thiet-hai": 5_000_000, "tu-ngay": "2026-02-28"}


@pytest.mark.parametrize("htmx", [True, False])
def test_a_form_with_fields_it_never_had_is_refused_and_what_was_typed_is_there(client_as, draft, preparer, htmx):
    answer = text_of(fill(client_as(preparer), draft, htmx=htmx, noi_dung="Thiếu nước", state="approved", code="H26"))
    assert "có mục mà thủ tục không có" in answer
    assert htmx or "Thiếu nước" in answer
    draft.refresh_from_db()
    assert (draft.state, draft.code, draft.answers) == ("draft", None, {"noi-dung": TEXT})


def test_what_the_department_knows_is_not_taken_from_the_form(client_as, draft, preparer):
    assert fill(client_as(preparer), draft, noi_dung=TEXT, ten="Tên khác").status_code == 302
    draft.refresh_from_db()
    assert draft.answers == {"noi-dung": TEXT}


def test_a_form_sent_after_the_dossier_was_lodged_says_by_whom_and_shows_what_was_typed(client_as, lodged, preparer):
    client, copy = client_as(preparer), page("copy_dossier", lodged)
    by_itself = text_of(fill(client, lodged, htmx=True, noi_dung="Sửa lại"))
    answer = text_of(fill(client, lodged, noi_dung="Sửa lại", thiet_hai="nhiều"))
    for text in (by_itself, answer):
        assert f"Trịnh Văn Ký đã nộp hồ sơ này lúc {formats.vn_datetime(lodged.submitted_at)}" in text
        assert "không sửa được nữa" in text and "Đã lưu lúc" not in text and "Lưu và tiếp tục" not in text
        assert f'href="{lodged.get_absolute_url()}"' in text and f'href="{copy}"' in text and "and_stay" not in text
    assert 'id="draft-actions" hx-swap-oob="true"' in by_itself
    assert "Sửa lại" in answer and "nhiều" in answer and answer.count("khác với hồ sơ") == 2
    assert Dossier.objects.get(pk=lodged.pk).answers == {"noi-dung": TEXT}


def test_a_form_sent_after_the_draft_was_given_up_says_by_whom(client_as, draft, preparer, signatory):
    services.withdraw_dossier(dossier=draft, reason="Thôi", by=signatory, now=timezone.now())
    answer = text_of(fill(client_as(preparer), draft, noi_dung=TEXT))
    assert "Trịnh Văn Ký đã bỏ bản nháp này lúc" in answer and "khác với hồ sơ" not in answer and TEXT in answer


def test_vietnamese_and_signs_come_back_as_they_were_typed(client_as, draft, preparer):
    typed = "Đông Anh’s “đá” <b>&amp; 'x' {{ 7|add:7 }}\u0000"
    fill(client_as(preparer), draft, noi_dung=typed)
    draft.refresh_from_db()
    assert draft.answers["noi-dung"] == typed.replace("\u0000", "")
    text = text_of(client_as(preparer).get(page("check_dossier", draft)))
    assert "&lt;b&gt;&amp;amp;" in text
    assert "<b>&amp;" not in text


def test_what_was_typed_when_the_session_had_ended_is_there_after_signing_in(client_as, draft, preparer):
    client = client_as(preparer)
    address = page("fill_dossier", draft)
    back = lost(client, address, {"noi-dung": "Viết dở", "version": draft.version, "operation_key": str(uuid.uuid4())})
    sign_in(client, preparer)
    assert "Viết dở" in text_of(client.get(back))
    draft.refresh_from_db()
    assert draft.answers == {"noi-dung": TEXT}


def test_a_file_that_was_sent_when_the_session_had_ended_is_there_after_signing_in(client_as, draft, version, preparer):
    client = client_as(preparer)
    add = page("add_file", draft, version.components.get())
    back = lost(client, add, {"file": SimpleUploadedFile("văn bản.pdf", one_page())})
    sign_in(client, preparer)
    assert "văn bản.pdf" in text_of(client.get(back))
    assert not draft.files.exists()


# --- what waits for the enterprise -----------------------------------------------------------------


def test_the_signatory_is_told_once_a_day_that_a_draft_is_complete_and_finds_it_at_home(
    client_as, draft, preparer, signatory
):
    check, home = page("check_dossier", draft), reverse("enterprises:own_home")
    follow = page("dossier", draft)
    assert "Hồ sơ đã đủ. Người đại diện" in text_of(client_as(preparer).get(follow))
    for _press in range(2):
        assert "Đã báo người đại diện" in text_of(client_as(preparer).post(check, follow=True))
    assert Telling.objects.filter(kind="dossiers.ready", object_id=draft.public_id).count() == 1
    assert "Đã báo người đại diện theo pháp luật lúc" in text_of(client_as(preparer).get(follow))
    send_waiting(now=timezone.now())
    assert [notice.person for notice in Notice.objects.all()] == [signatory]
    assert check in text_of(client_as(signatory).get(home)) and check not in text_of(client_as(preparer).get(home))
    draft.answers = {}
    draft.save_version(draft.version, update_fields=["answers"])
    assert "Bản nháp chưa đủ" in text_of(client_as(preparer).post(check, follow=True))
    assert "Điền tờ khai, đính kèm thành phần hồ sơ" in text_of(client_as(preparer).get(follow))
    assert check not in text_of(client_as(signatory).get(home))


def test_a_supplement_that_is_asked_for_waits_at_the_home_of_the_enterprise(client_as, version, enterprise, signatory):
    long_ago = timezone.now() - timedelta(days=20)
    dossier = make_dossier(version, enterprise, by=signatory, state="lodged", at=long_ago)
    make_slip_line(
        dossier,
        "supplementing",
        note="Thiếu",
        request=make_supplement(
            dossier, "lodged", state="sent", at=long_ago, answer_by=timezone.localdate() - timedelta(days=1)
        ),
    )
    home = text_of(client_as(signatory).get(reverse("enterprises:own_home")))
    assert f"Bổ sung hồ sơ {dossier.code}" in home and "quá hạn" in home
    other = make_enterprise_user(make_enterprise())
    assert dossier.code not in text_of(client_as(other).get(reverse("enterprises:own_home")))


def test_what_waits_at_home_says_which_dossier_it_is_and_the_first_due_stands_on_top(
    client_as, version, enterprise, signatory
):
    today, long_ago = timezone.localdate(), timezone.now() - timedelta(days=20)
    for about, until in (("Giá thuê đất", 9), ("Không có hạn", None), ("Trạm điện quá tải", -1), ("Xe tải cấm giờ", 2)):
        dossier = make_dossier(
            version, enterprise, by=signatory, state="lodged", at=long_ago, answers={"noi-dung": about}
        )
        day = None if until is None else today + timedelta(days=until)
        asked = make_supplement(dossier, "lodged", state="sent", at=long_ago, answer_by=day)
        make_slip_line(dossier, "supplementing", note="Thiếu", request=asked)
    for about in ("Hoàn thuế chậm", "Thiếu thợ hàn"):
        make_dossier(version, enterprise, by=signatory, at=timezone.now(), answers={"noi-dung": about})
    shown = client_as(signatory).get(reverse("enterprises:own_home")).context["waiting"]
    about = [item.text.rsplit(": ", 1)[1] for item in shown]
    assert about[:4] == ["Trạm điện quá tải", "Xe tải cấm giờ", "Giá thuê đất", "Không có hạn"]
    assert sorted(about[4:]) == ["Hoàn thuế chậm", "Thiếu thợ hàn"] and len({item.text for item in shown}) == 6
    assert [item.late for item in shown] == [True, False, False, False, False, False]
    codes = dict(Dossier.objects.lodged().values_list("code", "answers__noi-dung"))
    assert all(any(code in item.text and words in item.text for code, words in codes.items()) for item in shown[:4])


def test_of_many_that_wait_the_first_due_are_shown(client_as, version, enterprise, signatory, monkeypatch):
    monkeypatch.setattr("dossiers.waiting.MOST", 2)
    today, long_ago = timezone.localdate(), timezone.now() - timedelta(days=20)
    due = {}
    for days in (9, 5, 7):
        dossier = make_dossier(version, enterprise, by=signatory, state="lodged", at=long_ago)
        asked = make_supplement(dossier, "lodged", state="sent", at=long_ago, answer_by=today + timedelta(days=days))
        make_slip_line(dossier, "supplementing", request=asked)
        due[days] = dossier.code
    home = text_of(client_as(signatory).get(reverse("enterprises:own_home")))
    assert home.index(due[5]) < home.index(due[7]) and due[9] not in home


# --- components ----------------------------------------------------------------------------------


def test_a_file_is_checked_while_it_is_sent_and_the_reason_stands_at_its_component(client_as, draft, version, preparer):
    client, component = client_as(preparer), version.components.get()
    add = page("add_file", draft, component)
    for name, content, why in (
        ("anh.png", b"x", "không được nhận"),
        ("van-ban.pdf", b"MZ\x90", "không phải"),
        ("rong.pdf", b"", "trống"),
    ):
        answer = client.post(add, {"file": SimpleUploadedFile(name, content)}, headers={"HX-Request": "true"})
        part = text_of(answer)
        assert "<html" not in part
        assert name in part, why
    assert "Hãy chọn tệp trước" in text_of(client.post(add, {}))
    assert not draft.files.exists()


def test_several_files_are_taken_together_each_with_its_own_answer(client_as, draft, version, preparer):
    add = page("add_file", draft, version.components.get())
    files = [SimpleUploadedFile("một.pdf", one_page()), SimpleUploadedFile("hai.pdf", b"MZ")]
    part = text_of(client_as(preparer).post(add, {"file": files}, headers={"HX-Request": "true"}))
    assert "hai.pdf" in part
    assert [str(row) for row in draft.files.standing()] == ["một.pdf"]


def test_the_same_file_under_another_name_is_said_to_be_there(client_as, draft, version, preparer):
    client, content = client_as(preparer), one_page()

    def sent(name):
        upload = SimpleUploadedFile(name, content)
        return text_of(client.post(page("add_file", draft, version.components.get()), {"file": upload}, follow=True))

    assert "Đã đính kèm: van-ban.pdf." in sent("van-ban.pdf")
    assert "van-ban.pdf: tệp này đã được đính kèm." in sent("van-ban.pdf")  # sent twice it is one sending
    assert "khac-ten.pdf: tệp này đã được đính kèm với tên “van-ban.pdf”" in sent("khac-ten.pdf")
    row = draft.files.standing().get()
    assert "Đã bỏ tệp: van-ban.pdf." in text_of(client.post(page("remove_file", draft, row), follow=True))


def test_a_file_that_waits_for_its_scan_or_is_harmful_says_so_wherever_it_stands(
    client_as, draft, lodged, version, preparer, settings
):
    client, file = client_as(preparer), make_dossier_file(draft, version.components.get(), at=timezone.now()).file
    addresses = [page(name, draft) for name in ("dossier_components", "check_dossier", "dossier")]
    file.scan, file.scanned_at = "waiting", None
    file.save()
    settings.CLAMD = ""
    assert not any("Chưa quét vi-rút" in text_of(client.get(address)) for address in addresses)
    settings.CLAMD = "/nowhere/clamd.sock"
    assert all("Chưa quét vi-rút" in text_of(client.get(address)) for address in addresses)
    file.scan, file.scanned_at = "found", timezone.now()
    file.save()
    assert all("phát hiện nội dung nguy hại" in text_of(client.get(address)) for address in addresses)
    file.scan = "clean"
    file.save()
    for address in addresses:
        shown = text_of(client.get(address))
        assert "Chưa quét vi-rút" not in shown and "phát hiện nội dung nguy hại" not in shown


def test_a_component_alone_says_what_became_of_a_file(client_as, draft, version, preparer):
    client, add = client_as(preparer), page("add_file", draft, version.components.get())
    behind = {"HX-Request": "true"}
    part = text_of(client.post(add, {"file": SimpleUploadedFile("một.pdf", one_page())}, headers=behind))
    assert "Đã đính kèm: một.pdf." in part
    remove = page("remove_file", draft, draft.files.standing().get())
    assert "Đã bỏ tệp: một.pdf." in text_of(client.post(remove, headers=behind))
    assert "Đã " not in text_of(client.get(page("dossier_components", draft)))


def test_a_component_of_another_dossier_takes_nothing(client_as, draft, preparer):
    foreign = make_component(make_version())
    client = client_as(preparer)
    address = page("add_file", draft, foreign)
    answer = client.post(address, {"file": SimpleUploadedFile("a.pdf", one_page())})
    assert "không thuộc hồ sơ này" in text_of(answer)
    assert client.get(address).status_code == 404
    assert not draft.files.exists()


def test_a_file_of_another_dossier_is_neither_served_nor_taken_away(client_as, draft, lodged, preparer):
    row = lodged.files.get()
    client = client_as(preparer)
    assert client.get(page("dossier_file", draft, row)).status_code == 404
    assert client.post(page("remove_file", draft, row)).status_code == 404
    stranger = client_as(make_enterprise_user())
    assert stranger.get(page("dossier_file", lodged, row)).status_code == 404
    assert stranger.post(page("remove_file", lodged, row)).status_code == 404


def test_a_file_leaves_as_an_attachment_byte_for_byte_and_the_reading_is_recorded(client_as, lodged):
    officer, row = make_officer(), lodged.files.get()
    answer = client_as(officer).get(page("dossier_file", lodged, row))
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    entry = AccessEntry.objects.get(object_id=row.file.public_id)
    assert entry.basis == f"dossier {lodged.public_id}"


def test_a_file_that_was_taken_away_is_served_no_more(client_as, draft, version, preparer):
    client = client_as(preparer)
    stored = save_upload(SimpleUploadedFile("a.pdf", one_page()), by=preparer, now=timezone.now())
    row = make_dossier_file(draft, version.components.get(), stored)
    for _twice in range(2):
        assert post(client, page("remove_file", draft, row)).status_code == 302
    assert client.get(page("dossier_file", draft, row)).status_code == 404


def test_after_lodging_no_file_comes_or_goes(client_as, lodged, version, signatory):
    client, row = client_as(signatory), lodged.files.get()
    upload = SimpleUploadedFile("b.pdf", one_page())
    for name, of, sent in (("add_file", version.components.get(), {"file": upload}), ("remove_file", row, {})):
        text = text_of(client.post(page(name, lodged, of), sent, follow=True))
        assert "không sửa được nữa" in text and "Đính kèm thêm" not in text and "Bỏ tệp" not in text
        behind = client.post(page(name, lodged, of), sent, headers={"hx-request": "true"})
        assert behind.headers["HX-Redirect"] == lodged.get_absolute_url()
    assert [each.pk for each in lodged.files.standing()] == [row.pk]


# --- what changed meanwhile ----------------------------------------------------------------------


def test_a_draft_is_told_of_a_new_version_and_moved_to_it(client_as, draft, version, signatory):
    after = superseded(version)
    Dossier.objects.filter(pk=draft.pk).update(answers={"noi-dung": TEXT, "thiet-hai": 5_000_000})
    client = client_as(signatory)
    for name in ("dossier", "fill_dossier", "dossier_components", "check_dossier"):
        text = text_of(client.get(page(name, draft)))
        assert "Thủ tục có phiên bản mới" in text
        assert page("move_draft", draft) in text
        assert "Hồ sơ đã đủ" not in text
    assert "Thủ tục có phiên bản mới" in text_of(lodge(client, draft, follow=True))
    assert "Thủ tục đã thay đổi" in text_of(client.get(reverse("dossiers:own_dossiers")))
    asked = text_of(client.get(page("move_draft", draft)))
    assert "5.000.000 đồng" in asked  # will no longer be asked for
    assert post(client, page("move_draft", draft)).headers["Location"] == page("fill_dossier", draft)
    draft.refresh_from_db()
    assert (draft.procedure_version, draft.answers) == (after, {"noi-dung": TEXT})
    assert "5.000.000 đồng" in text_of(client.get(page("fill_dossier", draft)))
    assert client.get(page("move_draft", draft)).status_code == 302  # nothing to move any more
    assert lodge(client, Dossier.objects.get(pk=draft.pk)).status_code == 302


def test_a_draft_of_a_closed_procedure_says_so_and_stays(client_as, draft, version, signatory):
    procedure = version.procedure
    type(procedure).objects.filter(pk=procedure.pk).update(closed_on=timezone.localdate(), closed_reason="Bãi bỏ")
    client = client_as(signatory)
    text = text_of(client.get(page("check_dossier", draft)))
    assert "đã đóng từ ngày" in text
    assert TEXT in text
    assert "đã đóng từ ngày" in text_of(lodge(client, draft, follow=True))
    assert "Hôm nay không nộp được" in text_of(client.get(page("start_dossier", procedure)))
    assert "đã đóng từ ngày" in text_of(post(client, page("start_dossier", procedure)))
    assert str(procedure) not in text_of(client.get(reverse("dossiers:open_procedures")))


def test_an_enterprise_dissolved_meanwhile_is_told_what_to_do(client_as, draft, enterprise, signatory):
    type(enterprise).objects.filter(pk=enterprise.pk).update(status="dissolved", status_from=timezone.localdate())
    client = client_as(signatory)
    assert "giải thể" in text_of(client.get(page("fill_dossier", draft)))
    text = text_of(lodge(client, draft, follow=True))
    assert "giải thể" in text
    assert TEXT in text


# --- copying and withdrawing ---------------------------------------------------------------------


def test_a_lodged_dossier_is_copied_and_withdrawn_with_a_reason(client_as, lodged, signatory, preparer):
    client = client_as(signatory)
    assert "sao của hồ sơ này" not in text_of(client.get(page("dossier", lodged)))
    answer = post(client, page("copy_dossier", lodged))
    copy = Dossier.objects.drafts().get()
    assert answer.headers["Location"] == page("fill_dossier", copy)
    assert page("dossier", lodged) in text_of(client.get(page("dossier", copy)))
    assert post(client_as(preparer), page("withdraw_dossier", lodged), reason="Thôi").status_code == 200
    text_of(post(client, page("withdraw_dossier", lodged)))  # asks for the reason
    assert post(client, page("withdraw_dossier", lodged), reason="Đã giải quyết xong").status_code == 302
    text = text_of(client.get(page("dossier", lodged)))
    assert "Đã rút" in text
    assert "Đã giải quyết xong" in text
    assert client.get(page("withdraw_dossier", lodged)).status_code == 302


def test_a_preparer_is_not_offered_to_withdraw_what_was_lodged(client_as, lodged, preparer):
    client = client_as(preparer)
    assert page("withdraw_dossier", lodged) not in text_of(client.get(page("dossier", lodged)))
    assert client.get(page("withdraw_dossier", lodged)).status_code == 302


def test_there_is_no_confirmation_of_what_was_not_lodged(client_as, draft, signatory):
    assert client_as(signatory).get(page("lodged_dossier", draft)).status_code == 404


# --- paper ---------------------------------------------------------------------------------------


def test_a_clerk_types_in_lodges_and_is_never_the_applicant(client_as, version, enterprise, signatory):
    client = client_as(make_user(Role.RECORDS_CLERK, full_name="Bùi Thị Văn Thư"))
    cover = {
        "procedure": str(version.procedure.public_id),
        "tax_code": enterprise.tax_code,
        "applicant_name": "Trần Thị Ký",
        "channel": "post",
        "arrived_on": "26/11/2020",
    }
    address = reverse("dossiers:type_in_dossier")
    assert "Chưa có doanh nghiệp nào" in text_of(post(client, address, **cover | {"tax_code": "0100109106"}))
    asked = post(client, address, **cover)
    assert "26/11/2020 đã lâu" in text_of(asked) and 'name="long_ago"' in text_of(asked)
    assert 'name="long_ago"' not in text_of(client.get(address))
    answer = post(client, address, **cover | {"long_ago": "on"})
    dossier = Dossier.objects.get()
    assert answer.headers["Location"] == page("fill_dossier", dossier)
    assert client_as(signatory).get(page("dossier", dossier)).status_code == 404
    assert client_as(make_officer()).get(page("dossier", dossier)).status_code == 404
    assert "(đang nhập)" in text_of(client.get(reverse("dossiers:dossier_list"), {"state": "draft"}))
    fill(client, dossier, noi_dung=TEXT)
    dossier.refresh_from_db()
    assert "hãy quét và đính kèm" in text_of(client.get(page("check_dossier", dossier)))
    dossier.files.create(
        component=dossier.procedure_version.components.first(), file=make_stored_file(), added_at=dossier.saved_at,
        added_by=dossier.typed_by,
    )  # fmt: skip
    assert "Trần Thị Ký" in text_of(client.get(page("check_dossier", dossier)))
    assert lodge(client, dossier).status_code == 302
    receiving = client.get(page("receive_dossier", dossier))
    assert "Bản giấy đến ngày 26/11/2020" in text_of(receiving)
    assert "bản giấy đến từ 26/11/2020" in text_of(client.get(reverse("dossiers:dossier_list")))
    dossier.refresh_from_db()
    assert (dossier.applicant, dossier.applicant_name) == (None, "Trần Thị Ký")
    text = text_of(client_as(make_officer()).get(page("dossier", dossier)))
    assert "Trần Thị Ký" in text
    assert "Bùi Thị Văn Thư" in text
    assert client_as(signatory).get(page("dossier", dossier)).status_code == 200


# --- lists ---------------------------------------------------------------------------------------


def test_the_list_is_found_by_code_tax_code_and_name_without_marks(client_as, lodged, enterprise):
    other = make_dossier(state="lodged", code="KHAC-0001")
    client = client_as(make_officer())
    address = reverse("dossiers:dossier_list")
    for q in (lodged.code, enterprise.tax_code, "bong den", "Bóng đèn " + lodged.code[-4:]):
        text = text_of(client.get(address, {"q": q}))
        assert lodged.code in text
        assert other.code not in text
    procedure = lodged.procedure_version.procedure
    for filters in (
        {"procedure": procedure.code},
        {"office": lodged.procedure_version.office.code},
        {"lodged_from": timezone.localdate().strftime("%d/%m/%Y")},
    ):
        text = text_of(client.get(address, filters))
        assert lodged.code in text
        assert other.code not in text
    assert lodged.code not in text_of(client.get(address, {"state": "withdrawn"}))


def test_the_list_says_what_each_dossier_is_about_under_its_code(client_as, lodged, enterprise):
    silent = make_version(make_procedure(), state="issued")
    silent.procedure.name_vi = "Xác nhận ưu đãi"
    silent.procedure.save()
    bare = make_dossier(silent, enterprise, state="lodged", answers={})
    client, address = client_as(make_officer()), reverse("dossiers:dossier_list")
    page_of_list = text_of(client.get(address))
    code = lodged.procedure_version.procedure.code
    assert re.search(rf'<abbr title="[^"]+">{code}</abbr> · <span lang="vi" title="{TEXT}">{TEXT}</span>', page_of_list)
    assert f">{silent.procedure.code}</abbr> · " in page_of_list and page_of_list.count("Xác nhận ưu đãi") >= 2
    answer = client.get(address, {"export": "csv"})
    content = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8-sig")
    assert (
        f"{code} · {TEXT}" in content
        and f"{silent.procedure.code} · Xác nhận ưu đãi" in content
        and bare.code in content
    )


def test_a_renamed_enterprise_is_found_by_both_names(client_as, lodged, enterprise):
    enterprise.name = "Công ty TNHH Phích nước"
    enterprise.set_name_columns()
    enterprise.save()
    client = client_as(make_officer())
    for q in ("bong den", "phich nuoc"):
        assert lodged.code in text_of(client.get(reverse("dossiers:dossier_list"), {"q": q}))


def test_what_a_merged_enterprise_lodged_is_found_by_the_name_of_what_it_became(client_as, lodged, enterprise):
    winner, officer = make_enterprise("Công ty Cổ phần Hợp nhất"), make_officer()
    merge_enterprises(winner=winner, loser=enterprise, reason="Trùng", by=officer, now=timezone.now())
    assert lodged.code in text_of(client_as(officer).get(reverse("dossiers:dossier_list"), {"q": "hop nhat"}))


def test_no_draft_stands_in_the_list_or_in_its_files(client_as, draft, lodged):
    client = client_as(make_officer())
    address = reverse("dossiers:dossier_list")
    assert str(draft.public_id) not in text_of(client.get(address))
    answer = client.get(address, {"export": "csv"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = content.decode("utf-8-sig").strip().splitlines()
    assert len(rows) == 2
    assert lodged.code in rows[1]


def cost(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_lists_and_pages_cost_the_same_with_one_row_and_with_three(
    client_as, version, enterprise, lodged, draft, signatory
):
    officer, own = client_as(make_officer()), client_as(signatory)
    addresses = [
        (officer, reverse("dossiers:dossier_list")),
        (own, reverse("dossiers:own_dossiers")),
        (own, reverse("dossiers:open_procedures")),
        (own, page("dossier", draft)),
        (own, page("dossier_components", draft)),
        (own, page("check_dossier", draft)),
        (officer, page("dossier", lodged)),
    ]
    for client, address in addresses:
        cost(client, address)  # warms what is read once
    before = [cost(client, address) for client, address in addresses]
    for _more in range(2):
        make_dossier(version, enterprise, state="lodged", at=timezone.now())
        make_dossier(version, enterprise, by=signatory, at=timezone.now())
        make_dossier_file(draft, version.components.get(), at=timezone.now())
        more = make_version(make_procedure())
        in_force(more, timezone.localdate())
    assert [cost(client, address) for client, address in addresses] == before
    assert before[0] <= 12


@pytest.mark.parametrize(
    "role", ["administrator", "accountant", "chief_accountant", "centre_staff", "council_secretary"]
)
def test_whoever_has_nothing_to_do_with_dossiers_reads_none_and_none_of_their_files(
    client_as, lodged, enterprise, role
):
    line, file = make_slip_line(lodged, "received"), lodged.files.get()
    addresses = [
        reverse("dossiers:dossier_list"), reverse("dossiers:register"), reverse("dossiers:tally"),
        page("dossier", lodged), page("dossier_file", lodged, file), page("lodged_dossier", lodged),
        page("control_slip", lodged), reverse("dossiers:dossier_form", args=[lodged.public_id, line.public_id]),
        reverse("dossiers:dossier_list") + "?export=csv",
    ]  # fmt: skip
    person, office = make_user(Role(role)), make_office()
    client, reader = client_as(person), client_as(make_auditor())
    assert {client.get(address).status_code for address in addresses} == {403}
    answers = [reader.get(address) for address in addresses]
    assert all(
        answer.status_code == 200 and answer.getvalue() for answer in answers
    )  # a file to its end, which closes it
    assert page("dossier", lodged) not in text_of(client.get(reverse("reporting:search"), {"q": lodged.code}))
    own_page = reverse("enterprises:enterprise_detail", args=[enterprise.public_id])
    assert lodged.code not in text_of(client.get(own_page)) and lodged.code in text_of(reader.get(own_page))
    assert reverse("dossiers:procedure_list") in text_of(client.get(reverse("dossiers:procedure_list")))
    Post.objects.create(
        user=person,
        office=office,
        role=Role.OFFICER,
        starts_on=timezone.localdate() - timedelta(days=1),
        paper="1/QĐ",
    )  # who also handles dossiers reads them as whoever handles does
    assert client_as(person).get(page("dossier", lodged)).status_code == 200


def test_the_event_log_says_to_administrators_that_something_happened_to_a_dossier_and_not_what(client_as, lodged):
    officer = make_officer()
    make_slip_line(lodged, "received", handler=officer)
    record_event("dossier appraised", lodged, by=officer, now=timezone.now(), note="Công ty nợ lương")
    record_event("dossier file attached", lodged, by=officer, now=timezone.now(), name="cccd.png", component="Giấy tờ")
    log = reverse("audit:event_list")
    shown = text_of(client_as(make_auditor()).get(log))
    assert "Công ty nợ lương" in shown and "Đính kèm tệp cccd.png" in shown
    shown = text_of(client_as(make_user(Role.ADMINISTRATOR)).get(log))
    assert "Công ty nợ lương" not in shown and "cccd.png" not in shown and "Đính kèm tệp …" in shown
    assert officer.full_name in shown and "Nội dung chỉ người được xem đối tượng này" in shown


def test_the_menu_has_dossiers_for_staff_and_for_enterprises(client_as, signatory):
    assert reverse("dossiers:own_dossiers") in text_of(client_as(signatory).get(reverse("dossiers:own_dossiers")))
    text = text_of(client_as(make_officer()).get(reverse("dossiers:dossier_list")))
    assert f'href="{reverse("dossiers:dossier_list")}"' in text
    assert reverse("dossiers:own_dossiers") not in text
    assert reverse("dossiers:type_in_dossier") not in text
    assert reverse("dossiers:type_in_dossier") in text_of(
        client_as(make_user(Role.INTAKE)).get(reverse("dossiers:dossier_list"))
    )


def test_the_search_on_top_and_the_page_of_the_enterprise_lead_to_what_was_lodged(client_as, draft, lodged, enterprise):
    client = client_as(make_officer())
    found = text_of(client.get(reverse("reporting:search"), {"q": lodged.code}))
    assert page("dossier", lodged) in found
    assert page("dossier", draft) not in text_of(client.get(reverse("reporting:search"), {"q": "bong den"}))
    text = text_of(client.get(reverse("enterprises:enterprise_detail", args=[enterprise.public_id])))
    assert page("dossier", lodged) in text
    assert page("dossier", draft) not in text
    stranger = make_enterprise("Công ty Khác")
    assert "chưa nộp hồ sơ nào" in text_of(
        client.get(reverse("enterprises:enterprise_detail", args=[stranger.public_id]))
    )


# --- what nobody ought to send -------------------------------------------------------------------

HOSTILE = [
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "\u0000\u202e\ufeff",
    "1e309",
    "-0",
    "NaN",
    "9" * 400,
    "١٢٣",
    "../../etc/passwd",
    "31/02/2026",
    "=cmd|' /C calc'!A0",
    "😀" * 200,
    "%s%n%x",
    " ",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_in_any_field_is_kept_or_told_and_never_drawn_as_it_is(client_as, draft, preparer, typed):
    client = client_as(preparer)
    fields = dict.fromkeys(("noi_dung", "thiet_hai", "tu_ngay", "da_gui"), typed)
    for htmx in (True, False):
        assert fill(client, draft, htmx=htmx, **fields).status_code in (200, 302)
        draft.refresh_from_db()
    for name in ("fill_dossier", "check_dossier", "dossier"):
        text = text_of(client.get(page(name, draft)))
        assert "<script>alert" not in text
        assert "SECRET_KEY = " not in text
    assert draft.state == "draft"
    assert not any(isinstance(value, float) for value in draft.answers.values())


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_in_the_search_and_on_the_cover_of_paper_is_answered(client_as, version, lodged, typed):
    client = client_as(make_user(Role.INTAKE))
    assert (
        client.get(reverse("dossiers:dossier_list"), {"q": typed, "procedure": typed, "lodged_from": typed}).status_code
        == 200
    )
    cover = {"procedure": typed, "tax_code": typed, "applicant_name": typed, "channel": typed, "arrived_on": typed}
    text = text_of(post(client, reverse("dossiers:type_in_dossier"), **cover))
    assert "<script>alert" not in text
    assert Dossier.objects.count() == 1


def test_nothing_but_its_own_fields_changes_a_draft(client_as, draft, signatory):
    """Every column of a dossier posted to each of its forms."""
    client = client_as(signatory)
    before = Dossier.objects.filter(pk=draft.pk).values().get()
    more = {field.attname: "1" for field in Dossier._meta.concrete_fields if field.attname != "version"}
    fill(client, draft, noi_dung=TEXT, **more)
    client.post(page("withdraw_dossier", draft), {**more, "operation_key": str(uuid.uuid4())})
    client.post(page("lodge_dossier", draft), {**more, "digest": "x", "operation_key": str(uuid.uuid4())})
    assert Dossier.objects.filter(pk=draft.pk).values().get() == before
