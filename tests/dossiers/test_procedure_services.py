"""The verbs of procedures: what they do, what they refuse, and to whom."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from accounts.models import IncompatibleSteps
from accounts.roles import Role
from audit.events import history_of
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.models import StoredFile
from dossiers.models import Component, FormField, Procedure, ProcedureVersion
from dossiers.services import procedures as services
from dossiers.services.checking import problems_of
from tests.factories import (
    make_administrator,
    make_agency,
    make_component,
    make_deputy_head,
    make_director,
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

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
TODAY = date(2026, 11, 27)
BY = {"now": NOW}


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def head(office):
    return make_head(office=office)


@pytest.fixture
def director():
    return make_director()


@pytest.fixture
def four_eyes():
    IncompatibleSteps.objects.create(
        step="draft procedure", other_step="put procedure in force", valid_from=date(2021, 1, 1)
    )


def values_of_version(office, **changed):
    return {
        "legal_basis": "Kế hoạch số 60/KH-UBND",
        "result": "Văn bản trả lời",
        "office": office,
        "form_set": "plain",
        "total_days": 5,
        "receipt_until": None,
        "after_supplement": "goes_on",
        "extension_times": 1,
        "extension_days": 5,
        "warn_percent": 50,
        "warn_days": [2, 1],
        "confidence": "K",
        "source": "",
        **changed,
    }


def issue(version, by, **changed):
    given = {
        "paper_number": "12/QĐ-SCT",
        "paper_on": TODAY,
        "valid_from": date(2026, 12, 1),
        "version": version.version,
        **changed,
    }
    return services.issue_version(procedure_version=version, by=by, now=NOW, **given)


def sentences(obj):
    return [line.sentence for line in history_of(obj)]


# --- procedures --------------------------------------------------------------------------------


def test_a_procedure_is_entered_with_a_code_of_its_own(head):
    agency = make_agency()
    values = {"code": "TT-01", "kind": "programme", "name_vi": "Đề nghị hỗ trợ", "agency": agency}
    procedure = services.add_procedure(values=values, by=head, **BY)
    assert (procedure.code, procedure.folded) == ("TT-01", "tt-01 de nghi ho tro")
    assert len(sentences(procedure)) == 1
    with pytest.raises(Refused, match="TT-01"):
        services.add_procedure(values=values, by=head, **BY)


def test_a_procedure_is_corrected_but_for_its_code(head):
    procedure = make_procedure()
    services.edit_procedure(procedure=procedure, values={"name_vi": "Tên mới"}, version=1, by=head, reason="Sửa", **BY)
    procedure.refresh_from_db()
    assert (procedure.name_vi, procedure.version) == ("Tên mới", 2)
    with pytest.raises(Refused):
        services.edit_procedure(procedure=procedure, values={"code": "KHAC"}, version=2, by=head, reason="Sửa", **BY)
    with pytest.raises(StaleVersion):
        services.edit_procedure(procedure=procedure, values={"name_vi": "Nữa"}, version=1, by=head, reason="Sửa", **BY)


def test_closing_ends_the_version_in_force_the_day_before(head, office):
    procedure = make_procedure()
    version = make_version(procedure, state="issued", office=office)
    closed_on = date(2027, 1, 1)
    services.close_procedure(procedure=procedure, closed_on=closed_on, version=1, by=head, reason="Bãi bỏ", **BY)
    procedure.refresh_from_db()
    version.refresh_from_db()
    assert (procedure.closed_on, procedure.closed_reason) == (closed_on, "Bãi bỏ")
    assert version.valid_to == date(2026, 12, 31)
    assert procedure.version_on(closed_on) is None
    with pytest.raises(Refused):
        services.close_procedure(procedure=procedure, closed_on=closed_on, version=2, by=head, reason="Nữa", **BY)
    with pytest.raises(Refused):
        services.begin_version(procedure=procedure, by=head, **BY)
    with pytest.raises(Refused):
        services.edit_procedure(procedure=procedure, values={}, version=2, by=head, reason="Sửa", **BY)


def test_closing_is_refused_in_the_past_before_a_version_that_is_to_come_and_beside_a_draft(head, office):
    procedure = make_procedure()
    close = {"procedure": procedure, "version": 1, "by": head, "reason": "Bãi bỏ", **BY}
    with pytest.raises(Refused):
        services.close_procedure(closed_on=date(2026, 11, 26), **close)
    make_version(procedure, state="issued", office=office, valid_from=date(2027, 2, 1))
    with pytest.raises(Refused, match="01/02/2027"):
        services.close_procedure(closed_on=date(2027, 2, 1), **close)
    make_version(procedure, office=office)
    with pytest.raises(Refused):
        services.close_procedure(closed_on=date(2027, 3, 1), **close)


# --- versions ----------------------------------------------------------------------------------


def test_the_first_version_begins_with_what_was_filled_in(head, office):
    procedure = make_procedure()
    with pytest.raises(Refused):
        services.begin_version(procedure=procedure, by=head, **BY)
    draft = services.begin_version(procedure=procedure, values=values_of_version(office), by=head, **BY)
    assert (draft.number, draft.state, draft.total_days) == (1, "draft", 5)
    assert draft.hands == [f"user:{head.public_id}"]
    with pytest.raises(Conflict):
        services.begin_version(procedure=procedure, values=values_of_version(office), by=head, **BY)


def test_the_next_version_begins_as_a_copy_of_the_one_in_force_with_all_its_parts(head, office):
    source = make_version(state="issued", office=office, days=(1, 3, 1), warn_days=[3])
    draft = services.begin_version(procedure=source.procedure, by=head, **BY)
    assert (draft.number, draft.copied_from, draft.warn_days, draft.state) == (2, source, [3], "draft")
    for kind in ("steps", "components", "fields"):
        same = [
            [
                {f: v for f, v in row.items() if f not in ("id", "public_id", "procedure_version_id", "version")}
                for row in getattr(version, kind).values()
            ]
            for version in (source, draft)
        ]
        assert same[0] == same[1] != []


def test_a_draft_is_changed_and_everybody_who_worked_on_it_is_remembered(head, office):
    draft = make_version(office=office, hands=[f"user:{head.public_id}"])
    other = make_deputy_head(office=office)
    services.edit_version(procedure_version=draft, values={"result": "Giấy"}, version=1, by=other, **BY)
    draft.refresh_from_db()
    assert (draft.result, draft.version) == ("Giấy", 2)
    assert draft.hands == [f"user:{head.public_id}", f"user:{other.public_id}"]
    with pytest.raises(StaleVersion):
        services.edit_version(procedure_version=draft, values={"result": "Khác"}, version=1, by=other, **BY)


def test_the_whole_never_becomes_shorter_than_its_steps(head, office):
    draft = make_version(office=office, days=(1, 4))
    with pytest.raises(Refused, match="5"):
        services.edit_version(procedure_version=draft, values={"total_days": 4}, version=1, by=head, **BY)


def test_a_change_that_the_database_refuses_is_a_sentence(head, office):
    draft = make_version(office=office)
    with pytest.raises(Refused):
        services.edit_version(procedure_version=draft, values={"warn_percent": 100}, version=1, by=head, **BY)


def test_a_discarded_draft_stays_with_its_reason_and_makes_room_for_another(head, office):
    procedure = make_procedure()
    draft = make_version(procedure, office=office)
    services.discard_version(procedure_version=draft, version=1, by=head, reason="Làm lại", **BY)
    draft.refresh_from_db()
    assert (draft.state, draft.discarded_reason) == ("discarded", "Làm lại")
    again = services.begin_version(procedure=procedure, values=values_of_version(office), by=head, **BY)
    assert again.number == 2
    with pytest.raises(Conflict):
        services.discard_version(procedure_version=draft, version=2, by=head, reason="Nữa", **BY)


def test_a_version_is_put_in_force_by_a_paper_and_supersedes_the_one_before(director, office):
    procedure = make_procedure()
    first = make_version(procedure, state="issued", office=office)
    second = issue(make_version(procedure, office=office), director)
    first.refresh_from_db()
    assert (second.state, second.paper_number, second.valid_from) == ("issued", "12/QĐ-SCT", date(2026, 12, 1))
    assert (second.put_in_force_by, second.put_in_force_at) == (f"user:{director.public_id}", NOW)
    assert first.valid_to == date(2026, 11, 30)
    assert procedure.version_on(date(2026, 11, 30)) == first
    assert procedure.version_on(date(2026, 12, 1)) == second
    assert len(sentences(first)) == len(sentences(second)) == 1


def test_putting_in_force_twice_is_refused_the_second_time(director, office):
    draft = make_version(office=office)
    issue(draft, director)
    with pytest.raises(Conflict):
        issue(draft, director)


@pytest.mark.parametrize(
    "days",
    [
        {"paper_on": date(2026, 11, 28), "valid_from": date(2026, 12, 1)},
        {"paper_on": date(2026, 11, 27), "valid_from": date(2026, 11, 26)},
        {"valid_from": date(2026, 1, 5)},
        {"paper_on": date(2026, 11, 20), "valid_from": date(2026, 11, 26)},
    ],
)
def test_days_of_a_paper_that_do_not_fit_are_refused(director, office, days):
    procedure = make_procedure()
    make_version(procedure, state="issued", office=office)
    draft = make_version(procedure, office=office)
    with pytest.raises(Refused):
        issue(draft, director, **days)
    draft.refresh_from_db()
    assert draft.is_draft


def test_the_first_version_may_hold_from_a_day_that_has_passed(director, office):
    draft = make_version(office=office)
    assert issue(draft, director, paper_on=date(2026, 11, 2), valid_from=date(2026, 11, 2)).valid_from.day == 2


def test_what_the_check_names_keeps_a_version_from_coming_into_force(director, office):
    draft = make_version(office=office, days=(1,), total_days=5)
    with pytest.raises(Refused, match="5"):
        issue(draft, director)


def test_whoever_worked_on_a_draft_does_not_put_it_in_force(head, director, office, four_eyes):
    draft = services.begin_version(procedure=make_procedure(), values=values_of_version(office), by=head, **BY)
    step = {"name_vi": "Xử lý", "role": "officer", "working_days": 5}
    services.add_part(procedure_version=draft, part="step", values=step, by=head, **BY)
    deputy = make_deputy_head(office=office)
    field = {"code": "noi-dung", "name_vi": "Nội dung", "kind": "text"}
    services.add_part(procedure_version=draft, part="field", values=field, by=deputy, **BY)
    for drafter in (head, deputy):
        with pytest.raises(NotAllowed):
            issue(draft, drafter)
    draft.refresh_from_db()
    assert issue(draft, director).state == "issued"


# --- who ---------------------------------------------------------------------------------------


def test_heads_draft_for_their_own_office_administrators_for_all_and_others_not_at_all(office, head):
    draft = make_version(office=office)
    edit = {"procedure_version": draft, "values": {"result": "Giấy"}, "now": NOW}
    for stranger in (make_head(), make_officer(), make_director(), make_user(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            services.edit_version(version=1, by=stranger, **edit)
    services.edit_version(version=1, by=head, **edit)
    services.edit_version(version=2, by=make_administrator(), **edit | {"values": {"result": "Văn bản"}})


def test_a_head_gives_no_draft_to_an_office_that_is_not_theirs(office, head):
    draft = make_version(office=office)
    with pytest.raises(NotAllowed):
        services.edit_version(procedure_version=draft, values={"office": make_office()}, version=1, by=head, **BY)


def test_while_no_office_is_named_any_head_drafts(office, head):
    draft = make_version(office=office)
    ProcedureVersion.objects.filter(pk=draft.pk).update(office=None)
    draft.refresh_from_db()
    services.edit_version(procedure_version=draft, values={"office": office}, version=1, by=head, **BY)


def test_a_head_of_another_office_puts_nothing_in_force_and_closes_nothing(office):
    stranger, procedure = make_head(), make_procedure()
    make_version(procedure, state="issued", office=office)
    with pytest.raises(NotAllowed):
        services.close_procedure(
            procedure=procedure, closed_on=date(2027, 1, 1), version=1, by=stranger, reason="Bãi bỏ", **BY
        )
    with pytest.raises(NotAllowed):
        services.begin_version(procedure=procedure, by=stranger, **BY)
    draft = make_version(procedure, office=office)
    with pytest.raises(NotAllowed):
        issue(draft, stranger)
    with pytest.raises(NotAllowed):
        issue(draft, make_administrator())


# --- parts -------------------------------------------------------------------------------------


def test_parts_are_added_last_changed_moved_and_taken_out(head, office):
    draft = make_version(office=office, days=(1, 2), total_days=9)
    values = {"name_vi": "Ký ban hành", "role": "director", "working_days": 1}
    step = services.add_part(procedure_version=draft, part="step", values=values, by=head, **BY)
    assert step.position == 3
    services.edit_part(row=step, values={"working_days": 2}, version=1, by=head, **BY)
    services.move_part(row=step, up=True, by=head, **BY)
    services.move_part(row=step, up=True, by=head, **BY)
    services.move_part(row=step, up=True, by=head, **BY)  # it is the first already
    assert [each.working_days for each in draft.steps.all()] == [2, 1, 2]
    services.move_part(row=step, up=False, by=head, **BY)
    assert [each.name_vi for each in draft.steps.all()] == ["Xử lý", "Ký ban hành", "Xử lý"]
    step.refresh_from_db()
    services.remove_part(row=step, version=step.version, by=head, **BY)
    assert [each.working_days for each in draft.steps.all()] == [1, 2]
    said = sentences(draft)
    assert len(said) == 6
    assert all("Ký ban hành" in sentence for sentence in said)


def test_a_part_that_somebody_took_out_or_changed_meanwhile_is_refused(head, office):
    draft = make_version(office=office)
    field = make_field(draft)
    services.edit_part(row=field, values={"name_vi": "Khác"}, version=1, by=head, **BY)
    with pytest.raises(StaleVersion):
        services.edit_part(row=field, values={"name_vi": "Nữa"}, version=1, by=head, **BY)
    with pytest.raises(Conflict):
        services.remove_part(row=field, version=1, by=head, **BY)
    gone = FormField.objects.get(pk=field.pk)
    services.remove_part(row=field, version=2, by=head, **BY)
    for act in (
        lambda: services.edit_part(row=gone, values={"name_vi": "Nữa"}, version=2, by=head, **BY),
        lambda: services.move_part(row=gone, up=True, by=head, **BY),
        lambda: services.remove_part(row=gone, version=2, by=head, **BY),
    ):
        with pytest.raises(Conflict):
            act()


def test_parts_of_a_version_in_force_are_refused_by_the_service_in_words(head, office):
    version = make_version(state="issued", office=office)
    field = version.fields.first()
    for act in (
        lambda: services.add_part(
            procedure_version=version,
            part="field",
            values={"code": "moi", "name_vi": "Mới", "kind": "text"},
            by=head,
            **BY,
        ),
        lambda: services.edit_part(row=field, values={"name_vi": "Khác"}, version=1, by=head, **BY),
        lambda: services.move_part(row=field, up=True, by=head, **BY),
        lambda: services.remove_part(row=field, version=1, by=head, **BY),
        lambda: services.edit_version(procedure_version=version, values={"result": "x"}, version=1, by=head, **BY),
    ):
        with pytest.raises(Conflict):
            act()


def test_steps_that_would_take_longer_than_the_whole_are_refused_with_both_figures(head, office):
    draft = make_version(office=office, days=(1, 4))
    values = {"name_vi": "Thêm", "role": "officer", "working_days": 2}
    with pytest.raises(Refused) as refusal:
        services.add_part(procedure_version=draft, part="step", values=values, by=head, **BY)
    assert "7" in str(refusal.value)
    assert "5" in str(refusal.value)


def test_a_field_never_has_the_name_of_what_the_forms_of_the_portal_carry_themselves(head, office):
    draft = make_version(office=office)
    values = {"code": "version", "name_vi": "Phiên bản", "kind": "text"}
    with pytest.raises(Refused, match="dùng riêng"):
        services.add_part(procedure_version=draft, part="field", values=values, by=head, **BY)


def test_two_fields_never_have_one_code_and_codes_are_plain(head, office):
    draft = make_version(office=office)
    make_field(draft, "noi-dung")
    for code in ("noi-dung", "Nội dung", "operation_key", "1a", ""):
        values = {"code": code, "name_vi": "Nội dung", "kind": "text"}
        with pytest.raises(Refused):
            services.add_part(procedure_version=draft, part="field", values=values, by=head, **BY)


# --- the check ---------------------------------------------------------------------------------


def problem(version, on=TODAY):
    """The one thing that is wrong."""
    found = problems_of(ProcedureVersion.objects.get(pk=version.pk), on=on)
    assert len(found) == 1, found
    return found[0]


def test_a_whole_draft_has_no_problem():
    assert problems_of(make_version(), on=TODAY) == []


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"office": None}, "đơn vị xử lý"),
        ({"legal_basis": ""}, "căn cứ"),
        ({"result": ""}, "kết quả"),
        ({"total_days": 6}, "6"),
        ({"form_set": "numbered"}, "thủ tục hành chính"),
    ],
)
def test_the_check_names_what_is_missing(values, word):
    version = make_version()
    ProcedureVersion.objects.filter(pk=version.pk).update(**values)
    assert word in problem(version)


def test_an_administrative_procedure_uses_the_numbered_forms():
    procedure = make_procedure(kind=Procedure.Kind.ADMINISTRATIVE)
    assert "Mẫu 01–07" in problem(make_version(procedure))


def test_the_check_names_a_closed_procedure_an_ended_office_and_an_ended_agency():
    closed = make_procedure(closed_on=date(2026, 11, 1), closed_reason="Bãi bỏ")
    assert "01/11/2026" in problem(make_version(closed))
    ended = make_office(ended_on=date(2026, 6, 30))
    assert str(ended) in problem(make_version(office=ended))
    agency = make_agency(valid_to=date(2026, 6, 30))
    assert str(agency) in problem(make_version(make_procedure(agency=agency)))


def test_the_check_names_a_version_without_steps_and_one_that_asks_nothing():
    version = make_version()
    version.steps.all().delete()
    assert "bước" in problem(version)
    version = make_version()
    version.fields.all().delete()
    version.components.all().delete()
    make_field(version, kind="enterprise", fact="name", required=False)
    assert "doanh nghiệp" in problem(version)


def test_the_check_names_fields_that_do_not_hold():
    version = make_version()
    choice = make_field(version, kind="choice", choices=[{"code": "a", "label_vi": "A", "label_en": ""}])
    assert str(choice) in problem(version)
    choice.delete()
    for code in ("mot", "hai"):
        make_field(version, code, kind="enterprise", fact="name", required=False, name_vi=code)
    assert "mot" in problem(version)
    assert "hai" in problem(version)


def test_the_check_names_a_condition_on_a_field_or_an_answer_that_is_gone(head):
    version = make_version()
    component = make_component(
        version, need="conditional", condition_field="loai", condition_value="b", name_vi="Bản cam kết"
    )
    assert "loai" in problem(version)
    rows = [{"code": code, "label_vi": code.upper(), "label_en": ""} for code in ("a", "c")]
    field = make_field(version, "loai", kind="choice", choices=rows, name_vi="Loại")
    assert "(b)" in problem(version)
    Component.objects.filter(pk=component.pk).update(condition_value="c")
    assert problems_of(version, on=TODAY) == []
    FormField.objects.filter(pk=field.pk).update(kind="text", choices=[])
    assert "(c)" in problem(version)
    FormField.objects.filter(pk=field.pk).update(kind="yes_no")
    Component.objects.filter(pk=component.pk).update(condition_value="no")
    assert problems_of(version, on=TODAY) == []


def test_the_check_names_components_whose_files_would_never_come_in(settings):
    version = make_version()
    component = make_component(version, formats=["exe"], name_vi="Bản vẽ")
    assert "Bản vẽ" in problem(version)
    Component.objects.filter(pk=component.pk).update(formats=["pdf"], most_megabytes=settings.UPLOAD_MEGABYTES + 1)
    assert str(settings.UPLOAD_MEGABYTES) in problem(version)


def test_the_check_names_a_template_in_which_something_harmful_was_found():
    found = StoredFile.objects.create(
        sha256="0" * 64,
        size=1,
        format="pdf",
        content_type="application/pdf",
        original_name="mau.pdf",
        owner=make_user().public_id,
        stored_at=NOW,
        scan="found",
        scanned_at=NOW,
    )
    version = make_version()
    make_component(version, template=found, name_vi="Đơn")
    assert "Đơn" in problem(version)


def test_a_step_of_no_days_is_a_step():
    version = make_version(days=(5,))
    make_step(version, 0)
    assert problems_of(version, on=TODAY) == []


def test_nothing_is_written_when_a_service_refuses(director, office):
    procedure = make_procedure()
    first = make_version(procedure, state="issued", office=office)
    draft = make_version(procedure, office=office, days=(1,), total_days=5)
    with pytest.raises(Refused):
        issue(draft, director)
    first.refresh_from_db()
    assert first.valid_to is None
    assert sentences(first) == sentences(draft) == []
    with pytest.raises(IntegrityError):
        ProcedureVersion.objects.filter(pk=draft.pk).update(total_days=0)
