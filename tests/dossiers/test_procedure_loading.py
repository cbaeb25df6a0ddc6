"""Procedures come from the data file as drafts, and what people touched stays."""

import json

import pytest
from django.core.management import call_command

from dossiers.loading import DATA, as_data, load_procedures
from dossiers.models import Procedure, ProcedureVersion
from dossiers.services.checking import problems_of
from dossiers.services.procedures import edit_part, edit_procedure
from reference.models import Load
from tests.factories import make_administrator, make_agency, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def agency():
    return make_agency("SCT", "Sở Công Thương")


@pytest.fixture
def office():
    return make_office("QLCN")


def load(now, path=DATA):
    return load_procedures(by="load_procedures", now=now, path=path)


def changed(tmp_path, **version):
    rows = json.loads(DATA.read_text(encoding="utf-8"))
    rows[0]["version"] |= version
    path = tmp_path / "procedures.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_the_obstacle_procedure_is_loaded_as_a_draft_that_is_whole_and_says_how_sure_it_is(now, office):
    assert load(now).created == 1
    procedure = Procedure.objects.get(code="KN-01")
    version = procedure.versions.get()
    assert procedure.name_vi == "Kiến nghị, tháo gỡ khó khăn, vướng mắc"
    assert (procedure.kind, procedure.confidence, version.confidence) == ("programme", "K", "K")
    assert (version.state, version.office, version.form_set) == ("draft", office, "plain")
    assert sum(step.working_days for step in version.steps.all()) == version.total_days
    assert problems_of(version, on=now.date()) == []


def test_where_the_office_is_not_there_yet_the_draft_says_so_and_finds_it_later(now):
    load(now)
    version = ProcedureVersion.objects.get()
    assert version.office is None
    assert len(problems_of(version, on=now.date())) == 1
    office = make_office("QLCN")
    assert load(now).updated == 1
    version.refresh_from_db()
    assert version.office == office


def test_loading_again_changes_nothing(now, office):
    load(now)
    before = as_data(Procedure.objects.get())
    kept = set(ProcedureVersion.objects.get().fields.values_list("public_id", flat=True))
    again = load(now)
    assert (again.created, again.updated, again.unchanged, again.kept) == (0, 0, 1, [])
    assert as_data(Procedure.objects.get()) == before
    assert set(ProcedureVersion.objects.get().fields.values_list("public_id", flat=True)) == kept
    assert Load.objects.filter(room="dossiers").count() == 1


def test_a_new_file_rewrites_a_draft_that_nobody_touched(now, office, tmp_path):
    load(now)
    path = changed(tmp_path, result="Công văn trả lời", components=[])
    assert load(now, path).updated == 1
    version = ProcedureVersion.objects.get()
    assert version.result == "Công văn trả lời"
    assert not version.components.exists()
    assert version.steps.count() == 6
    assert load(now, path).unchanged == 1


def test_a_draft_that_people_worked_on_is_kept_and_reported(now, office, tmp_path):
    load(now)
    step = ProcedureVersion.objects.get().steps.first()
    edit_part(row=step, values={"name_vi": "Nhận hồ sơ"}, version=1, by=make_administrator(), now=now)
    report = load(now, changed(tmp_path, result="Công văn trả lời"))
    assert (report.updated, report.kept) == (0, ["procedure KN-01"])
    step.refresh_from_db()
    assert step.name_vi == "Nhận hồ sơ"


def test_a_procedure_whose_name_people_corrected_is_kept(now, office, tmp_path):
    load(now)
    edit_procedure(
        procedure=Procedure.objects.get(),
        values={"name_vi": "Tên khác"},
        version=1,
        by=make_administrator(),
        now=now,
        reason="Sửa",
    )
    assert load(now).kept == ["procedure KN-01"]
    assert Procedure.objects.get().name_vi == "Tên khác"


def test_the_command_loads(capsys, office):
    call_command("load_procedures")
    assert "1 added" in capsys.readouterr().out
    Procedure.objects.get(code="KN-01")
