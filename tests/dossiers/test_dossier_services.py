"""The verbs of lodging: what each does, whom it refuses, and what doing it twice comes to."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.models import StoredFile
from dossiers.answers import marks_of
from dossiers.codes import next_code
from dossiers.models import Dossier, DossierFile, DossierNumber
from dossiers.presenting.dossiers import facts_of
from dossiers.presenting.slips import slip_of
from dossiers.services import dossiers as services
from dossiers.states import State
from enterprises.services.merging import merge_enterprises
from reference.loading import DATA
from tests.dossiers.matrix_procedures import one_page
from tests.factories import (
    make_component,
    make_dossier,
    make_dossier_file,
    make_enterprise,
    make_enterprise_user,
    make_field,
    make_membership,
    make_officer,
    make_procedure,
    make_rule,
    make_slip_line,
    make_stored_file,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
TODAY = date(2026, 11, 27)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def enterprise():
    return make_enterprise()


@pytest.fixture
def signatory(enterprise):
    return make_enterprise_user(enterprise, full_name="Trịnh Văn Ký")


@pytest.fixture
def preparer(enterprise):
    return make_enterprise_user(enterprise, Role.PREPARER)


@pytest.fixture
def clerk():
    return make_user(Role.INTAKE)


@pytest.fixture
def version():
    """In force, with one text field, one optional component, and no more."""
    version = make_version(make_procedure())
    version.components.update(need="optional", code="tai-lieu")
    version.fields.update(code="noi-dung")
    return issued(version)


def issued(version, valid_from=date(2026, 1, 5)):
    version.state, version.valid_from, version.paper_number, version.paper_on = "issued", valid_from, "1/QĐ", valid_from
    version.put_in_force_at, version.put_in_force_by = NOW, "system:tests"
    version.save()
    return version


def next_version(version, *, changing=lambda draft: None, valid_from=TODAY):
    """The version after `version`, in force from `valid_from` on; the one before ends the day before."""
    draft = make_version(version.procedure, days=(1, 4))
    draft.components.update(need="optional", code="tai-lieu")
    draft.fields.update(code="noi-dung")
    changing(draft)
    version.valid_to = valid_from - timedelta(days=1)
    version.save()
    return issued(draft, valid_from)


def begun(version, enterprise, by):
    return services.start_dossier(procedure=version.procedure, enterprise=enterprise, by=by, now=NOW)


def saved(dossier, by, window=None, version=None, not_right=None, **kept):
    kept = {name.replace("_", "-"): value for name, value in kept.items()}
    return services.save_draft(
        dossier=dossier, kept=kept, not_right=not_right or {}, version=version or dossier.version, window=window, by=by,
        now=LATER,
    )  # fmt: skip


def digest(dossier):
    return services.digest_of(dossier, list(services.standing_files(dossier)))


def lodge(dossier, by, now=LATER):
    return services.lodge_dossier(dossier=dossier, digest=digest(dossier), by=by, now=now)


# --- beginning ---------------------------------------------------------------------------------


def test_people_of_an_enterprise_begin_a_draft_under_the_version_in_force(version, enterprise, preparer):
    dossier = begun(version, enterprise, preparer)
    assert (dossier.state, dossier.procedure_version, dossier.enterprise) == ("draft", version, enterprise)
    assert (dossier.code, dossier.applicant, dossier.started_by) == (None, None, preparer)
    assert [line.sentence for line in history_of(dossier)] == ["Bắt đầu lập bản nháp hồ sơ"]


def test_nobody_begins_for_another_enterprise(version, signatory, clerk):
    with pytest.raises(NotAllowed):
        begun(version, make_enterprise(), signatory)
    with pytest.raises(NotAllowed):
        begun(version, make_enterprise(), clerk)


def test_nothing_is_begun_under_a_procedure_that_is_closed_or_not_in_force(enterprise, signatory):
    closed = make_procedure(closed_on=TODAY, closed_reason="Bãi bỏ")
    with pytest.raises(Refused, match="đóng từ ngày"):
        services.start_dossier(procedure=closed, enterprise=enterprise, by=signatory, now=NOW)
    with pytest.raises(Refused, match="không có hiệu lực"):
        begun(make_version(), enterprise, signatory)


@pytest.mark.parametrize("status", ["dissolved", "withdrawn"])
def test_nothing_is_begun_for_an_enterprise_that_is_no_more(version, status):
    gone = make_enterprise(status=status, status_from=TODAY)
    with pytest.raises(Refused):
        begun(version, gone, make_enterprise_user(gone))


# --- typing in paper ---------------------------------------------------------------------------


def test_a_clerk_types_in_paper_and_never_becomes_the_applicant(version, enterprise, clerk):
    dossier = services.type_in_dossier(
        procedure=version.procedure, enterprise=enterprise, channel="post", applicant_name="Trần Thị Ký", arrived_on=TODAY,
        by=clerk, now=NOW,
    )  # fmt: skip
    dossier = saved(dossier, clerk, noi_dung="Thiếu điện")
    with pytest.raises(Refused, match="hãy quét và đính kèm"):
        lodge(dossier, clerk)
    component = version.components.get()
    dossier.files.create(component=component, file=make_stored_file(clerk), added_at=LATER, added_by=clerk)
    lodged = lodge(dossier, clerk)
    assert (lodged.state, lodged.channel, lodged.typed_by, lodged.submitted_by) == ("lodged", "post", clerk, clerk)
    assert (lodged.applicant, lodged.applicant_name) == (None, "Trần Thị Ký")


def test_only_clerks_type_in_and_no_day_to_come(version, enterprise, signatory, clerk):
    paper = {"procedure": version.procedure, "enterprise": enterprise, "channel": "post", "applicant_name": "A"}
    for who in (signatory, make_officer()):
        with pytest.raises(NotAllowed):
            services.type_in_dossier(**paper, arrived_on=TODAY, by=who, now=NOW)
    with pytest.raises(Refused, match="chưa đến"):
        services.type_in_dossier(**paper, arrived_on=TODAY + timedelta(days=1), by=clerk, now=NOW)


def test_people_of_the_enterprise_do_not_touch_what_a_clerk_types_in(version, enterprise, signatory, clerk):
    paper = make_dossier(version, enterprise, channel="counter", by=clerk)
    for act in (
        lambda: saved(paper, signatory, noi_dung="Khác"),
        lambda: lodge(paper, signatory),
        lambda: services.withdraw_dossier(dossier=paper, reason="Thôi", by=signatory, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


# --- saving ------------------------------------------------------------------------------------


def test_a_draft_is_saved_and_saving_it_again_changes_nothing(version, enterprise, preparer):
    dossier = begun(version, enterprise, preparer)
    once = saved(dossier, preparer, noi_dung="Thiếu điện")
    assert (once.answers, once.version, once.saved_at) == ({"noi-dung": "Thiếu điện"}, 2, LATER)
    again = saved(dossier, preparer, noi_dung="Thiếu điện")  # the same, from what stood before
    assert again.version == 2
    assert Event.objects.filter(kind="dossier draft saved").count() == 1


def test_two_windows_meet_and_neither_loses(version, enterprise, preparer):
    dossier = begun(version, enterprise, preparer)
    here, there = uuid.uuid4(), uuid.uuid4()
    saved(dossier, preparer, window=here, noi_dung="Một")
    with pytest.raises(StaleVersion) as conflict:
        saved(dossier, preparer, window=there, noi_dung="Hai")
    assert conflict.value.current.answers == {"noi-dung": "Một"}
    # the window that saved last goes on, though its page still shows an older version
    assert saved(dossier, preparer, window=here, noi_dung="Một rưỡi").answers == {"noi-dung": "Một rưỡi"}
    # and whoever saw what stands may replace it
    current = Dossier.objects.get(pk=dossier.pk)
    assert saved(current, preparer, window=there, noi_dung="Hai").answers == {"noi-dung": "Hai"}


def test_a_window_that_saved_last_goes_on_though_the_answer_did_not_reach_it(version, enterprise, preparer):
    dossier, here = begun(version, enterprise, preparer), uuid.uuid4()
    given = {"dossier": dossier, "not_right": {}, "version": 1, "window": here, "by": preparer, "now": LATER}
    for typed in ("Một", "Một hai", ""):
        kept = {"noi-dung": typed} if typed else {}
        services.save_draft(kept=kept, seen={}, sent=["noi-dung"], **given)
        assert Dossier.objects.get(pk=dossier.pk).answers == kept


def test_what_did_not_come_is_not_emptied(version, enterprise, preparer):
    dossier = saved(begun(version, enterprise, preparer), preparer, noi_dung="Một")
    seen = marks_of(dossier.answers)
    given = {"dossier": dossier, "version": dossier.version, "window": None, "by": preparer, "now": LATER, "seen": seen}
    assert services.save_draft(kept={}, not_right={}, sent=[], **given).answers == {"noi-dung": "Một"}
    assert services.save_draft(kept={}, not_right={}, sent=["noi-dung"], **given).answers == {}


def test_fields_that_the_procedure_does_not_have_are_refused(version, enterprise, preparer):
    dossier = begun(version, enterprise, preparer)
    with pytest.raises(Refused, match="không có"):
        saved(dossier, preparer, khac="x")
    dossier.refresh_from_db()
    assert dossier.answers == {}


@pytest.mark.parametrize("state", ["lodged", "withdrawn"])
def test_what_is_no_draft_is_not_changed(version, enterprise, signatory, state):
    dossier = make_dossier(version, enterprise, state=state)
    component = version.components.get()
    for act in (
        lambda: saved(dossier, signatory, noi_dung="Khác"),
        lambda: services.attach_file(
            dossier=dossier, component=component, stored=make_stored_file(), by=signatory, now=NOW
        ),
        lambda: services.move_draft(dossier=dossier, by=signatory, now=NOW),
    ):
        with pytest.raises(Conflict):
            act()


def test_strangers_and_staff_change_no_draft(version, enterprise, clerk):
    dossier = make_dossier(version, enterprise)
    for who in (make_enterprise_user(), clerk, make_officer()):
        with pytest.raises(NotAllowed):
            saved(dossier, who, noi_dung="Khác")


# --- files -------------------------------------------------------------------------------------


def upload(dossier, component, by, name="van-ban.pdf", content=None):
    return services.upload_file(
        dossier=dossier,
        component=component,
        upload=SimpleUploadedFile(name, one_page() if content is None else content),
        by=by,
        now=NOW,
    )


def test_a_file_is_attached_once_and_taken_away(version, enterprise, preparer):
    dossier, component = make_dossier(version, enterprise), version.components.get()
    content = one_page()
    row = upload(dossier, component, preparer, content=content)
    assert upload(dossier, component, preparer, content=content) == row
    assert list(services.standing_files(dossier)) == [row]
    for _twice in range(2):
        services.remove_file(row=row, by=preparer, now=LATER)
    assert list(services.standing_files(dossier)) == []
    assert Event.objects.filter(kind="dossier file taken away").count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("anh.png", b"\x89PNG\r\n\x1a\n" + b"0" * 90),
        ("van-ban.pdf", b""),
        ("van-ban.pdf", b"MZ" + b"0" * 90),
        ("van-ban.exe", b"%PDF-1.4"),
        ("bang.xlsm", b"PK\x03\x04"),
    ],
)
def test_a_component_takes_only_what_its_contents_allow(version, enterprise, preparer, name, content):
    dossier = make_dossier(version, enterprise)
    with pytest.raises(Refused):
        upload(dossier, version.components.get(), preparer, name, content)
    assert not StoredFile.objects.exists()


def test_a_component_takes_files_up_to_its_own_size_and_number(version, enterprise, preparer):
    wide = make_version()
    small = make_component(wide, most_megabytes=1, most_files=1)
    dossier = make_dossier(issued(wide), enterprise)
    with pytest.raises(Refused, match="1 MB"):
        upload(dossier, small, preparer, content=one_page() + b"0" * 2**20)
    upload(dossier, small, preparer)
    with pytest.raises(Refused, match="nhiều nhất 1"):
        upload(dossier, small, preparer, content=one_page() + b"\n")


def test_a_component_of_another_dossier_is_refused(version, enterprise, preparer):
    dossier, other = make_dossier(version, enterprise), make_version(state="issued").components.get()
    with pytest.raises(Refused, match="không thuộc hồ sơ này"):
        upload(dossier, other, preparer)
    assert not StoredFile.objects.exists()


# --- lodging -----------------------------------------------------------------------------------


def test_the_signatory_lodges_and_the_dossier_has_a_code_and_no_promised_date(version, enterprise, signatory, preparer):
    make_rule("dossier_code", {"pattern": "000.00.01.H26-{yy}{mm}{dd}-{number}", "digits": 4})
    dossier = saved(begun(version, enterprise, preparer), preparer, noi_dung="Thiếu điện")
    lodged = lodge(dossier, signatory)
    assert (lodged.state, lodged.code) == ("lodged", "000.00.01.H26-261127-0001")
    assert (lodged.applicant, lodged.applicant_name, lodged.submitted_at) == (signatory, "Trịnh Văn Ký", LATER)
    assert "261127-0001" in lodged.folded
    assert history_of(lodged)[0].sentence == "Nộp hồ sơ, mã 000.00.01.H26-261127-0001"


def test_what_is_printed_of_a_dossier_keeps_the_name_and_the_right_under_which_it_was_lodged(
    version, enterprise, signatory
):
    authorised = make_membership(
        enterprise=enterprise, is_authorised=True, ends_on=date(2030, 12, 31), paper="GUQ 07 ngày 20/11/2026"
    ).user
    first, second = (lodge(make_dossier(version, enterprise), by) for by in (signatory, authorised))
    name, code = enterprise.name, enterprise.tax_code
    type(enterprise).objects.filter(pk=enterprise.pk).update(name="Tên mới")
    right = f"{authorised.full_name} (Người được ủy quyền, đến 31/12/2030; GUQ 07 ngày 20/11/2026)"
    for row, who in ((first, signatory.full_name), (second, right)):
        make_slip_line(row, "received")
        row = Dossier.objects.get(pk=row.pk)
        slip = dict(slip_of(row.slip.get()).lines)
        assert (slip["Doanh nghiệp"], slip["Mã số thuế"], slip["Người nộp hồ sơ"]) == (name, code, who)
        assert who in dict(facts_of(row)).values()
        with pytest.raises(DatabaseError), transaction.atomic():
            Dossier.objects.filter(pk=row.pk).update(lodged_name="Tên mới")
    # of before the portal kept it, what is known today
    assert Dossier(enterprise=enterprise).called == enterprise.name


def test_a_preparer_prepares_and_does_not_lodge(version, enterprise, preparer):
    dossier = saved(begun(version, enterprise, preparer), preparer, noi_dung="Thiếu điện")
    with pytest.raises(NotAllowed):
        lodge(dossier, preparer)
    with pytest.raises(NotAllowed):
        lodge(dossier, make_enterprise_user())
    dossier.refresh_from_db()
    assert dossier.is_draft


def test_lodging_twice_keeps_the_first_code(version, enterprise, signatory):
    dossier = saved(begun(version, enterprise, signatory), signatory, noi_dung="Thiếu điện")
    first = lodge(dossier, signatory)
    with pytest.raises(Conflict, match=first.code):
        lodge(dossier, signatory)
    assert Event.objects.filter(kind="dossier lodged").count() == 1


def test_what_was_checked_is_what_is_lodged(version, enterprise, signatory, preparer):
    dossier = saved(begun(version, enterprise, preparer), preparer, noi_dung="Thiếu điện")
    checked = digest(dossier)
    saved(dossier, preparer, noi_dung="Thiếu nước")
    with pytest.raises(Conflict, match="thay đổi sau khi"):
        services.lodge_dossier(dossier=dossier, digest=checked, by=signatory, now=LATER)
    dossier.refresh_from_db()
    checked = digest(dossier)
    make_dossier_file(dossier)
    with pytest.raises(Conflict, match="thay đổi sau khi"):
        services.lodge_dossier(dossier=dossier, digest=checked, by=signatory, now=LATER)


def test_what_is_missing_keeps_a_dossier_from_being_lodged(enterprise, signatory):
    version = make_version()
    version.fields.update(code="noi-dung")
    make_field(version, "muc", "choice", choices=[{"code": "co", "label_vi": "Có", "label_en": ""},
                                                 {"code": "khac", "label_vi": "Khác", "label_en": ""}])  # fmt: skip
    version.components.update(need="conditional", condition_field="muc", condition_value="co")
    issued(version)
    dossier = begun(version, enterprise, signatory)
    for answers, problem in (
        ({}, "Nội dung kiến nghị"),
        ({"noi_dung": "Thiếu điện"}, "chưa điền"),
        ({"noi_dung": "Thiếu điện", "muc": "co"}, "chưa có tệp"),
    ):
        dossier.refresh_from_db()
        dossier = saved(dossier, signatory, **answers)
        with pytest.raises(Refused, match=problem):
            lodge(dossier, signatory)
    dossier = saved(dossier, signatory, noi_dung="Thiếu điện", muc="khac")
    assert lodge(dossier, signatory).state == "lodged"


def test_what_is_typed_wrongly_keeps_a_dossier_from_being_lodged(version, enterprise, signatory):
    dossier = begun(version, enterprise, signatory)
    dossier = saved(dossier, signatory, not_right={"noi-dung": "x" * 400})
    with pytest.raises(Refused, match="chưa đúng"):
        lodge(dossier, signatory)


def test_a_file_in_which_something_harmful_was_found_keeps_a_dossier_from_being_lodged(version, enterprise, signatory):
    dossier = make_dossier(version, enterprise)
    make_dossier_file(dossier, file=make_stored_file(scan="found", scanned_at=NOW))
    with pytest.raises(Refused, match="nguy hại"):
        lodge(dossier, signatory)


def test_a_draft_of_a_closed_procedure_is_not_lodged_and_stays(version, enterprise, signatory):
    dossier = make_dossier(version, enterprise)
    type(version.procedure).objects.filter(pk=version.procedure.pk).update(closed_on=TODAY, closed_reason="Bãi bỏ")
    with pytest.raises(Refused, match="đóng từ ngày"):
        lodge(dossier, signatory)
    dossier.refresh_from_db()
    assert dossier.answers == {"noi-dung": "Thiếu mặt bằng"}


def test_a_draft_of_a_dissolved_enterprise_is_not_lodged_and_stays(version, enterprise, signatory):
    dossier = make_dossier(version, enterprise)
    type(enterprise).objects.filter(pk=enterprise.pk).update(status="dissolved", status_from=TODAY)
    with pytest.raises(Refused, match="giải thể"):
        lodge(dossier, signatory)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.answers) == ("draft", {"noi-dung": "Thiếu mặt bằng"})


def test_a_draft_of_a_merged_enterprise_is_copied_to_what_it_became(version, enterprise, signatory):
    dossier, winner = make_dossier(version, enterprise), make_enterprise()
    merge_enterprises(winner=winner, loser=enterprise, reason="Trùng", by=make_officer(), now=NOW)
    assert dossier in Dossier.objects.visible_to(signatory)
    dossier = Dossier.objects.get(pk=dossier.pk)
    with pytest.raises(Refused, match="gộp vào"):
        lodge(dossier, signatory)
    copy = services.copy_dossier(dossier=dossier, by=signatory, now=LATER)
    assert (copy.enterprise, copy.answers, copy.copied_from) == (winner, dossier.answers, dossier)
    assert lodge(copy, signatory).enterprise == winner


# --- a new version -----------------------------------------------------------------------------


def test_a_draft_moves_to_the_new_version_with_what_still_fits(version, enterprise, signatory):
    dossier = make_dossier(version, enterprise, answers={"noi-dung": "Thiếu điện"})
    make_dossier_file(dossier)

    def changing(draft):
        make_field(draft, "so-lao-dong", "number")

    new = next_version(version, changing=changing)
    with pytest.raises(Refused, match="phiên bản mới"):
        lodge(dossier, signatory)
    moved = services.move_draft(dossier=dossier, by=signatory, now=LATER)
    assert (moved.procedure_version, moved.answers, moved.left_out) == (new, {"noi-dung": "Thiếu điện"}, [])
    assert [row.component for row in services.standing_files(moved)] == [new.components.get()]
    again = services.move_draft(dossier=moved, by=signatory, now=LATER)
    assert again.version == moved.version
    moved = saved(moved, signatory, noi_dung="Thiếu điện", so_lao_dong=12)
    assert lodge(moved, signatory).procedure_version == new


def test_what_the_new_version_does_not_ask_for_stays_to_be_read(version, enterprise, signatory):
    dossier = make_dossier(version, enterprise, answers={"noi-dung": "Thiếu điện"})
    file = make_dossier_file(dossier)

    def changing(draft):
        draft.fields.update(code="khac", kind="date")
        draft.components.update(formats=["png"])

    new = next_version(version, changing=changing)
    left = [("Nội dung kiến nghị", "Thiếu điện"), (file.component.name_vi, file.name_to_all)]
    stays, goes = services.what_fits(dossier, new)
    assert (stays, [(line["label"], line["text"]) for line in goes]) == ([], left)
    moved = services.move_draft(dossier=dossier, by=signatory, now=LATER)
    assert moved.answers == {}
    assert [(line["label"], line["text"]) for line in moved.left_out] == left
    assert list(services.standing_files(moved)) == []
    assert list(DossierFile.objects.to_be_fetched_from(moved)) == [file]


def test_a_file_that_was_taken_away_is_not_fetched_any_more(version, enterprise, signatory):
    dossier = make_dossier(version, enterprise)
    file = make_dossier_file(dossier)
    services.remove_file(row=file, by=signatory, now=LATER)
    assert list(DossierFile.objects.to_be_fetched_from(dossier)) == []


# --- copying and withdrawing -------------------------------------------------------------------


def test_a_copy_has_the_answers_and_files_of_the_earlier_one_and_a_life_of_its_own(version, enterprise, signatory):
    dossier = make_dossier(version, enterprise)
    row = make_dossier_file(dossier)
    lodged = lodge(dossier, signatory)
    copy = services.copy_dossier(dossier=lodged, by=signatory, now=LATER)
    assert (copy.state, copy.code, copy.answers, copy.copied_from) == ("draft", None, lodged.answers, lodged)
    assert [each.file for each in services.standing_files(copy)] == [row.file]
    with pytest.raises(NotAllowed):
        services.copy_dossier(dossier=lodged, by=make_enterprise_user(), now=LATER)


def test_a_lodged_dossier_is_withdrawn_by_the_signatory_with_a_reason_and_keeps_its_code(
    version, enterprise, signatory, preparer
):
    lodged = lodge(make_dossier(version, enterprise), signatory)
    with pytest.raises(NotAllowed):
        services.withdraw_dossier(dossier=lodged, reason="Thôi", by=preparer, now=LATER)
    gone = services.withdraw_dossier(dossier=lodged, reason="Đã giải quyết xong", by=signatory, now=LATER)
    assert (gone.state, gone.code, gone.withdrawn_reason) == ("withdrawn", lodged.code, "Đã giải quyết xong")
    with pytest.raises(Conflict, match="Đã rút"):
        services.withdraw_dossier(dossier=lodged, reason="Thôi", by=signatory, now=LATER)


def test_a_preparer_gives_up_a_draft(version, enterprise, preparer):
    gone = services.withdraw_dossier(dossier=make_dossier(version, enterprise), reason="Thôi", by=preparer, now=NOW)
    assert (gone.state, gone.code, gone.submitted_at) == ("withdrawn", None, None)


# --- codes -------------------------------------------------------------------------------------


def test_codes_follow_their_pattern_and_begin_anew_each_day(version):
    make_rule("dossier_code", {"pattern": "{procedure}/{yyyy}.{mm}.{dd}/{number}/{khac}", "digits": 3})
    code = version.procedure.code
    assert next_code(version.procedure, now=NOW) == f"{code}/2026.11.27/001/{{khac}}"
    assert next_code(version.procedure, now=NOW) == f"{code}/2026.11.27/002/{{khac}}"
    assert next_code(version.procedure, now=NOW + timedelta(days=1)) == f"{code}/2026.11.28/001/{{khac}}"


def test_the_day_of_a_code_is_that_of_hanoi(version):
    evening = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)
    assert next_code(version.procedure, now=evening).startswith("261128-")


def test_a_pattern_without_a_place_for_the_number_has_it_at_its_end(version):
    make_rule("dossier_code", {"pattern": "HS", "digits": 2})
    assert next_code(version.procedure, now=NOW) == "HS-01"


def test_a_code_that_an_earlier_pattern_gave_is_not_given_again(version, enterprise):
    make_dossier(version, enterprise, state="withdrawn", code="261127-0001")
    assert next_code(version.procedure, now=NOW) == "261127-0002"
    assert DossierNumber.objects.get().last_number == 2


def test_every_state_has_a_name_in_the_one_stop_system_marked_as_not_verified():
    rules = json.loads((DATA / "rules.json").read_text(encoding="utf-8"))
    (told,) = (each for each in rules if each["code"] == "dossier_one_stop_codes")
    assert [row["code"] for row in told["value"]] == [state.value for state in State]
    assert len({row["one_stop"] for row in told["value"]}) == len(State)
    assert {each["confidence"] for each in rules if each["code"].startswith("dossier_")} == {"K"}


# --- who sees ----------------------------------------------------------------------------------


def test_each_sees_their_own_and_drafts_are_seen_by_nobody_else(version, enterprise, signatory, preparer, clerk):
    draft, lodged = make_dossier(version, enterprise), make_dossier(version, enterprise, state="lodged")
    paper = make_dossier(version, enterprise, channel="post", by=clerk)
    paper_lodged = make_dossier(version, enterprise, channel="post", by=clerk, state="lodged")
    given_up = services.withdraw_dossier(dossier=make_dossier(version, enterprise), reason="Thôi", by=preparer, now=NOW)
    seen = Dossier.objects.visible_to
    assert set(seen(signatory)) == set(seen(preparer)) == {draft, lodged, paper_lodged, given_up}
    assert set(seen(make_officer())) == set(seen(make_user(Role.AUDITOR))) == {lodged, paper_lodged}
    assert set(seen(clerk)) == {lodged, paper_lodged, paper}
    assert set(seen(make_enterprise_user())) == set(seen(make_user())) == set()
