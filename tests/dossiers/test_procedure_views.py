"""The pages of procedures: who sees and does what, and that nothing typed is lost."""

import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import IncompatibleSteps
from accounts.roles import Role
from documents.models import StoredFile
from dossiers.models import Component, FormField, Procedure, ProcedureStep, ProcedureVersion
from tests.dossiers.matrix_procedures import one_page
from tests.factories import (
    make_administrator,
    make_agency,
    make_auditor,
    make_component,
    make_deputy_head,
    make_director,
    make_enterprise_user,
    make_field,
    make_head,
    make_office,
    make_officer,
    make_procedure,
    make_step,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def draft(office):
    return make_version(office=office, total_days=9)


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def page(name, *rows):
    return reverse(f"dossiers:{name}", args=[row.public_id for row in rows])


def cost(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# --- who ---------------------------------------------------------------------------------------


def test_staff_and_auditors_read_heads_draft_for_their_office_strangers_neither(client_as, client, office, draft):
    part = draft.fields.first()
    reads = [reverse("dossiers:procedure_list"), page("procedure", draft.procedure), page("version", draft)]
    reads.append(page("preview_version", draft))
    edits = [page("edit_version", draft), page("discard_version", draft), page("edit_procedure", draft.procedure)]
    edits += [page("add_step", draft), page("edit_field", draft, part), page("remove_field", draft, part)]
    of_office = [edit for edit in edits if edit != page("edit_procedure", draft.procedure)]
    for reader in (make_officer(), make_auditor(), make_user(Role.RECORDS_CLERK)):
        assert {client_as(reader).get(address).status_code for address in reads} == {200}
        assert {client_as(reader).get(address).status_code for address in edits} == {403}
    for editor in (make_head(office=office), make_deputy_head(office=office), make_administrator()):
        assert {client_as(editor).get(address).status_code for address in reads + edits} == {200}
    stranger = client_as(make_head())
    assert {stranger.get(address).status_code for address in reads} == {200}
    assert {stranger.get(address).status_code for address in of_office} == {403}
    for outside in (make_enterprise_user(), make_user(Role.COUNCIL_MEMBER), make_user()):
        assert {client_as(outside).get(address).status_code for address in reads + edits} == {403}
    assert {client.get(address).status_code for address in reads + edits} == {302}
    assert {client.get(page("version", each)).status_code for each in (draft, make_user())} == {302}


def test_putting_in_force_is_for_leaders_and_for_heads_of_the_office(client_as, office, draft):
    address = page("issue_version", draft)
    for may in (make_director(), make_user(Role.DEPUTY_DIRECTOR), make_head(office=office)):
        assert client_as(may).get(address).status_code == 200
    for may_not in (make_head(), make_administrator(), make_officer()):
        assert client_as(may_not).get(address).status_code == 403


def test_a_page_that_is_not_there_is_not_found(client_as, draft):
    client, other = client_as(make_administrator()), make_version()
    nothing = uuid.uuid4()
    for name in ("procedure", "version", "preview_version", "edit_version"):
        assert client.get(reverse(f"dossiers:{name}", args=[nothing])).status_code == 404
    assert client.get(reverse("dossiers:edit_field", args=[draft.public_id, nothing])).status_code == 404
    for name in ("edit_field", "remove_field"):  # a field of another version
        assert client.get(page(name, draft, other.fields.first())).status_code == 404
    assert client.get(page("component_template", draft, draft.components.first())).status_code == 404


def test_nobody_is_shown_a_button_that_is_refused(client_as, office, draft):
    for reader in (make_officer(), make_head()):
        for address in (page("version", draft), page("procedure", draft.procedure)):
            text = client_as(reader).get(address).content.decode()
            assert "/steps/add/" not in text
            assert "/issue/" not in text
            assert "/move/" not in text
    own = client_as(make_head(office=office)).get(page("version", draft)).content.decode()
    assert "/steps/add/" in own
    assert "/fields/" in own


def test_the_menu_has_procedures_for_those_who_may_see_them(client_as):
    address = reverse("dossiers:procedure_list")
    assert f'href="{address}"' in client_as(make_officer()).get(reverse("accounts:me")).content.decode()
    assert address not in client_as(make_enterprise_user()).get(reverse("accounts:me")).content.decode()


# --- lists and records -------------------------------------------------------------------------


def test_the_list_shows_what_is_in_force_and_costs_the_same_for_one_and_for_three(client_as, office):
    client, address = client_as(make_officer()), reverse("dossiers:procedure_list")
    make_version(make_procedure("TT-MOT", "Thủ tục một"), state="issued", office=office)
    client.get(address)
    one = cost(client, address)
    for number in range(2):
        make_version(make_procedure(f"TT-{number}", "Thủ tục khác"), state="issued")
    assert cost(client, address) == one
    text = client.get(address, {"q": "thu tuc mot"}).content.decode()
    assert "TT-MOT" in text
    assert "TT-0" not in text
    assert "Đang tiếp nhận" in text
    assert "TT-MOT" in client.get(address, {"office": office.code}).content.decode()
    assert "TT-0" not in client.get(address, {"office": office.code}).content.decode()


def test_the_list_says_how_each_procedure_stands(client_as):
    client, address = client_as(make_officer()), reverse("dossiers:procedure_list")
    today = TODAY()
    make_procedure("TT-RONG")
    make_version(make_procedure("TT-SOAN"))
    make_version(make_procedure("TT-DANG"), state="issued")
    make_version(make_procedure("TT-SAP"), state="issued", valid_from=date(today.year + 1, 1, 4))
    make_procedure("TT-DONG", closed_on=today, closed_reason="Bãi bỏ")
    codes = {"empty": "TT-RONG", "drafted": "TT-SOAN", "open": "TT-DANG", "to_come": "TT-SAP", "closed": "TT-DONG"}
    for standing, code in codes.items():
        text = client.get(address, {"standing": standing}).content.decode()
        assert [other for other in codes.values() if f">{other}<" in text] == [code]
    assert client.get(address, {"export": "csv"}).status_code == 200


def test_the_page_of_a_version_costs_the_same_with_more_parts(client_as, office, draft):
    client, address = client_as(make_head(office=office)), page("version", draft)
    client.get(address)
    few = cost(client, address)
    for _more in range(2):
        make_step(draft, 1, office=office)
        make_field(draft)
        make_component(draft)
    assert cost(client, address) == few


def test_the_pages_tell_what_a_version_takes_and_its_history(client_as, office):
    procedure = make_procedure()
    first = make_version(procedure, state="issued", office=office, receipt_until="15:00")
    text = client_as(make_officer()).get(page("version", first)).content.decode()
    for words in ("Kế hoạch số 60/KH-UBND", "15:00", "5 ngày làm việc", "1/QĐ-SCT", "Đang có hiệu lực", str(office)):
        assert words in text
    listed = client_as(make_officer()).get(page("procedure", procedure)).content.decode()
    assert "Phiên bản 1" in listed


def test_what_keeps_a_draft_from_coming_into_force_stands_on_its_page(client_as, office, draft):
    text = client_as(make_officer()).get(page("version", draft)).content.decode()
    assert "Các bước cộng lại 5 ngày làm việc, tổng thời hạn là 9" in text
    assert "/issue/" not in client_as(make_director()).get(page("version", draft)).content.decode()
    ProcedureVersion.objects.filter(pk=draft.pk).update(total_days=5)
    assert "/issue/" in client_as(make_director()).get(page("version", draft)).content.decode()


# --- drafting ----------------------------------------------------------------------------------

VERSION = {
    "legal_basis": "Kế hoạch số 60/KH-UBND",
    "result": "Văn bản trả lời",
    "form_set": "plain",
    "total_days": "15",
    "receipt_until": "15:00",
    "after_supplement": "goes_on",
    "answer_days": "20",
    "extension_times": "1",
    "extension_days": "5",
    "warn_percent": "50",
    "warn_days": "1, 2",
    "confidence": "K",
    "source": "",
}


def test_a_procedure_is_entered_drafted_in_parts_and_put_in_force_on_its_pages(client_as, office):
    IncompatibleSteps.objects.create(
        step="draft procedure", other_step="put procedure in force", valid_from=date(2021, 1, 1)
    )
    head, agency, key = client_as(make_head(office=office)), make_agency(), str(uuid.uuid4())
    named = {"code": "TT-01", "kind": "programme", "name_vi": "Đề nghị", "agency": agency.pk, "confidence": "K"}
    for _again in range(2):
        answer = head.post(reverse("dossiers:add_procedure"), named | {"operation_key": key})
        assert answer.status_code == 302
    procedure = Procedure.objects.get()
    assert post(head, page("begin_version", procedure), office=office.pk, **VERSION).status_code == 302
    draft = procedure.versions.get()
    assert (draft.warn_days, draft.receipt_until.hour, draft.office) == ([2, 1], 15, office)
    assert draft.answer_days == 20 and "20 ngày làm việc kể từ ngày gửi" in head.get(page("version", draft)).text

    assert post(head, page("add_step", draft), name_vi="Xử lý", working_days="14", role="officer").status_code == 302
    too_long = post(head, page("add_step", draft), name_vi="Ký", working_days="2", role="director")
    assert too_long.context["form"].errors
    assert 'value="Ký"' in too_long.content.decode()
    assert post(head, page("add_step", draft), name_vi="Ký", working_days="1", role="director").status_code == 302
    field = {"code": "Loai", "name_vi": "Loại", "kind": "choice", "required": "on"}
    assert post(head, page("add_field", draft), **field, choices="a | Một").context["form"].errors
    rows = "a | Một | One\nb | Hai | "
    assert post(head, page("add_field", draft), **field, choices=rows).status_code == 302
    assert FormField.objects.get().choices[1] == {"code": "b", "label_vi": "Hai", "label_en": ""}
    part = {
        "code": "don",
        "name_vi": "Đơn",
        "need": "conditional",
        "condition": "loai|b",
        "formats": ["pdf", "png"],
        "most_megabytes": "10",
        "most_files": "10",
    }
    assert post(head, page("add_component", draft), **part).status_code == 302
    component = Component.objects.get()
    assert (component.condition_field, component.condition_value, component.formats) == ("loai", "b", ["pdf", "png"])

    seen = draft.version  # on a page that was opened before the parts were added
    draft.refresh_from_db()
    paper = {"paper_number": "12/QĐ-SCT", "paper_on": TODAY().strftime("%d/%m/%Y"), "version": draft.version}
    paper["valid_from"] = paper["paper_on"]
    own = post(head, page("issue_version", draft), **paper)
    assert own.context["form"].errors  # whoever drafted does not put in force
    director = client_as(make_director())
    assert "Người tham gia soạn bản dự thảo" in head.get(page("issue_version", draft), follow=True).text
    offered = [page("issue_version", draft) in each.get(page("version", draft)).text for each in (head, director)]
    assert offered == [False, True]
    for _again in range(2):
        stale = post(director, page("issue_version", draft), **paper | {"version": seen})
        assert "đã thay đổi sau khi ông/bà mở trang này" in str(stale.context["form"].errors)
    key = str(uuid.uuid4())
    for _again in range(2):
        assert director.post(page("issue_version", draft), paper | {"operation_key": key}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.valid_from) == ("issued", TODAY())
    assert procedure.version_on(TODAY()) == draft


def test_the_next_version_is_begun_by_one_button_as_a_copy(client_as, office):
    first = make_version(state="issued", office=office)
    head = client_as(make_head(office=office))
    form = head.get(page("begin_version", first.procedure)).context["form"]
    assert list(form.fields) == ["operation_key"]
    assert post(head, page("begin_version", first.procedure)).status_code == 302
    assert first.procedure.versions.drafts().get().fields.count() == 1


def test_parts_are_moved_and_taken_out_once_however_often_a_form_is_sent(client_as, office):
    draft = make_version(office=office, days=(1, 2, 3))
    head, last = client_as(make_head(office=office)), draft.steps.last()
    key = str(uuid.uuid4())
    for _again in range(2):
        answer = head.post(page("move_step", draft, last), {"operation_key": key, "direction": "up"})
        assert answer.status_code == 302
    assert [step.working_days for step in draft.steps.all()] == [1, 3, 2]
    assert head.post(page("move_step", draft, last), {"direction": "sideways"}).status_code == 302
    assert [step.working_days for step in draft.steps.all()] == [1, 3, 2]
    for _again in range(2):
        answer = head.post(page("remove_step", draft, last), {"operation_key": key, "version": "1"})
        assert answer.status_code == 302
    assert [step.working_days for step in draft.steps.all()] == [1, 2]
    assert head.get(page("remove_step", draft, last)).status_code == 404
    assert head.get(page("move_step", draft, draft.steps.first())).status_code == 405


def test_two_people_who_change_one_part_see_both_and_lose_nothing(client_as, office):
    draft = make_version(office=office)
    step = draft.steps.first()
    typed = {"name_vi": "Tiếp nhận", "working_days": "1", "role": "intake", "version": "1"}
    one, other = client_as(make_head(office=office)), client_as(make_deputy_head(office=office))
    assert post(one, page("edit_step", draft, step), **typed).status_code == 302
    answer = post(other, page("edit_step", draft, step), **typed | {"name_vi": "Nhận hồ sơ"})
    assert answer.context["form"].conflicts
    assert "Nhận hồ sơ" in answer.content.decode()
    again = post(other, page("edit_step", draft, step), **typed | {"name_vi": "Nhận hồ sơ", "version": "2"})
    assert again.status_code == 302
    assert ProcedureStep.objects.get(pk=step.pk).name_vi == "Nhận hồ sơ"


def test_the_editor_leads_back_from_a_version_that_is_no_draft(client_as, office):
    version = make_version(state="issued", office=office)
    head = client_as(make_head(office=office))
    for address in (
        page("edit_version", version),
        page("add_field", version),
        page("edit_field", version, version.fields.first()),
        page("discard_version", version),
    ):
        answer = head.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, version.get_absolute_url())
    refused = post(head, page("edit_version", version), office=office.pk, **VERSION, version="1")
    assert refused.context["form"].errors
    version.refresh_from_db()
    assert version.total_days == 5


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"total_days": "0"}, "total_days"),
        ({"total_days": "401"}, "total_days"),
        ({"receipt_until": "25:00"}, "receipt_until"),
        ({"warn_days": "hai"}, "warn_days"),
        ({"warn_days": "0"}, "warn_days"),
        ({"warn_percent": "100"}, "warn_percent"),
        ({"answer_days": "0"}, "answer_days"),
        ({"extension_times": "1", "extension_days": "0"}, "extension_days"),
        ({"form_set": "khac"}, "form_set"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(client_as, office, draft, wrong, name):
    answer = post(
        client_as(make_head(office=office)),
        page("edit_version", draft),
        office=office.pk,
        version="1",
        **VERSION | wrong,
    )
    assert list(answer.context["form"].errors) == [name]


@pytest.mark.parametrize("typed", ["15:00", "15h00", "15 giờ", "15h"])
def test_an_hour_is_read_as_people_write_it(client_as, office, draft, typed):
    values = VERSION | {"receipt_until": typed}
    answer = post(
        client_as(make_head(office=office)), page("edit_version", draft), office=office.pk, version="1", **values
    )
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.receipt_until.hour == 15


def test_enterprise_data_names_what_is_shown_and_is_never_asked(client_as, office, draft):
    head = client_as(make_head(office=office))
    field = {"code": "ten", "name_vi": "Tên doanh nghiệp", "kind": "enterprise", "required": "on"}
    assert list(post(head, page("add_field", draft), **field).context["form"].errors) == ["fact"]
    assert post(head, page("add_field", draft), **field, fact="name").status_code == 302
    made = FormField.objects.get(code="ten")
    assert (made.fact, made.required) == ("name", False)
    twice = post(head, page("add_field", draft), **field, fact="tax_code")
    assert "ten" in str(twice.context["form"].errors)


def test_a_condition_is_chosen_among_answers_of_the_same_version(client_as, office, draft):
    head = client_as(make_head(office=office))
    other = make_field(make_version(), "la", "yes_no")
    make_field(draft, "co", "yes_no")
    part = {
        "code": "don",
        "name_vi": "Đơn",
        "formats": ["pdf"],
        "most_megabytes": "10",
        "most_files": "3",
        "need": "conditional",
    }
    for condition in ("", f"{other.code}|yes", "co|maybe"):
        assert list(post(head, page("add_component", draft), **part, condition=condition).context["form"].errors) == [
            "condition"
        ]
    assert post(head, page("add_component", draft), **part, condition="co|yes").status_code == 302
    made = Component.objects.get(code="don")
    # what is no longer conditional loses its condition
    answer = post(
        head, page("edit_component", draft, made), **part | {"need": "required"}, condition="co|yes", version=1
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.need, made.condition_field, made.condition_value) == ("required", "", "")


# --- templates ---------------------------------------------------------------------------------


def test_a_template_is_kept_downloaded_as_an_attachment_copied_and_taken_away(client_as, office, settings):
    settings.SERVE_UNSCANNED = True
    draft = make_version(office=office)
    component = draft.components.first()
    head, address = client_as(make_head(office=office)), page("edit_component", draft, component)
    part = {
        "code": component.code,
        "name_vi": "Đơn",
        "need": "required",
        "formats": ["pdf"],
        "most_megabytes": "10",
        "most_files": "10",
        "version": "1",
    }
    # a form that is refused keeps the file
    refused = post(head, address, **part | {"name_vi": ""}, template_file=SimpleUploadedFile("mau don.pdf", one_page()))
    kept = refused.context["form"].data["template_file_kept"]
    assert "mau don.pdf" in refused.content.decode()
    assert post(head, address, **part, template_file_kept=kept).status_code == 302
    component.refresh_from_db()
    assert component.template == StoredFile.objects.get(public_id=kept)
    answer = client_as(make_officer()).get(page("component_template", draft, component))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert b"".join(answer.streaming_content) == one_page()
    # saved again without choosing a file it stays, until it is taken away
    assert post(head, address, **part | {"version": "2"}).status_code == 302
    component.refresh_from_db()
    assert component.template is not None
    assert post(head, address, **part | {"version": component.version}, drop_template="on").status_code == 302
    component.refresh_from_db()
    assert component.template is None


def test_a_template_that_is_not_what_it_says_is_refused_with_a_sentence(client_as, office, draft):
    head, component = client_as(make_head(office=office)), draft.components.first()
    answer = post(
        head,
        page("edit_component", draft, component),
        code=component.code,
        name_vi="Đơn",
        need="required",
        formats=["pdf"],
        most_megabytes="10",
        most_files="10",
        version="1",
        template_file=SimpleUploadedFile("mau.pdf", b"MZ this is a program"),
    )
    assert "template_file" in answer.context["form"].errors


def test_somebody_elses_file_is_never_attached(client_as, office, draft):
    mine = StoredFile.objects.create(
        sha256="0" * 64,
        size=1,
        format="pdf",
        content_type="application/pdf",
        original_name="rieng.pdf",
        owner=make_user().public_id,
        stored_at=timezone.now(),
    )
    head, component = client_as(make_head(office=office)), draft.components.first()
    answer = post(
        head,
        page("edit_component", draft, component),
        code=component.code,
        name_vi="Đơn",
        need="required",
        formats=["pdf"],
        most_megabytes="10",
        most_files="10",
        version="1",
        template_file_kept=str(mine.public_id),
    )
    assert answer.status_code == 302
    component.refresh_from_db()
    assert component.template is None


# --- preview -----------------------------------------------------------------------------------


def test_the_preview_shows_the_form_checks_what_is_typed_and_keeps_nothing(client_as, draft):
    make_field(draft, "co", "yes_no", name_vi="Đã kiến nghị")
    make_field(draft, "ten", "enterprise", fact="name", required=False, name_vi="Tên doanh nghiệp")
    make_component(draft, need="conditional", condition_field="co", condition_value="yes", name_vi="Trả lời cũ")
    client, address = client_as(make_officer()), page("preview_version", draft)
    text = client.get(address).content.decode()
    assert "Tên doanh nghiệp" in text
    assert "lấy từ dữ liệu Sở đã có" in text
    assert "csrfmiddlewaretoken" not in text.partition("<main")[2].partition("</main>")[0]
    asked = draft.fields.first().code
    wrong = client.get(address, {"check": "yes", "co": "maybe"})
    assert set(wrong.context["form"].errors) == {asked, "co"}
    right = client.get(address, {"check": "yes", "co": "yes", asked: "Nội dung"})
    assert right.context["is_right"]
    assert [row["required"] for row in right.context["components"]] == [True, True]
    answered_no = client.get(address, {"co": "no"})
    assert [row["required"] for row in answered_no.context["components"]] == [True, False]
    assert "(bắt buộc khi" in answered_no.text and "Không bắt buộc" not in answered_no.text
    assert client.post(address).status_code == 405


def test_a_version_without_fields_has_a_preview(client_as, draft):
    draft.fields.all().delete()
    draft.components.all().delete()
    assert client_as(make_officer()).get(page("preview_version", draft)).status_code == 200


# --- closing -----------------------------------------------------------------------------------


def test_a_procedure_is_closed_on_its_page_and_says_why(client_as, office):
    version = make_version(state="issued", office=office)
    procedure, head = version.procedure, client_as(make_head(office=office))
    address = page("close_procedure", procedure)
    past = post(head, address, closed_on="01/01/2020", reason="Bãi bỏ", version="1")
    assert past.context["form"].errors
    today = TODAY().strftime("%d/%m/%Y")
    assert post(head, address, closed_on=today, reason="Bãi bỏ theo QĐ", version="1").status_code == 302
    text = head.get(page("procedure", procedure)).content.decode()
    assert "Bãi bỏ theo QĐ" in text
    assert "/begin/" not in text
    assert "/close/" not in text


def test_forms_of_components_say_which_files_are_taken(client_as, office, draft):
    component = draft.components.first()
    client = client_as(make_head(office=office))
    for address in (page("add_component", draft), page("edit_component", draft, component)):
        said = client.get(address).content.decode()
        assert "Nhận tệp .xlsx, .docx, .csv, .pdf, .png, .jpg, .jpeg, không quá" in said


def test_history_says_hours_as_people_write_them(client_as, office):
    version = make_version(office=office, state="issued", receipt_until="15:00")
    client = client_as(make_administrator())
    post(client, page("begin_version", version.procedure))
    said = client.get(page("version", version.procedure.versions.drafts().get())).content.decode()
    assert "15:00" in said
    assert "15:00:00" not in said
