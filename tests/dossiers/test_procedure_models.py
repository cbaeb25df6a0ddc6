"""What the database itself refuses of procedures: constraints and guards, in raw SQL too."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from dossiers.models import Component, FormField, Procedure, ProcedureStep
from tests.factories import LONG_AGO, make_component, make_field, make_procedure, make_step, make_version

pytestmark = pytest.mark.django_db


def refused(act, *named):
    """Whether the database refuses, by one of the named constraints or guards."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert not named or any(name in str(error.value) for name in named), error.value
    return True


def sql(statement, *values):
    def act():
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return act


def setting(row, **values):
    """UPDATE of one row, past every service."""
    return lambda: type(row)._base_manager.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "other"},
        {"code": ""},
        {"name_vi": ""},
        {"confidence": "Z"},
        {"closed_on": date(2026, 1, 1)},
        {"closed_reason": "Hết"},
    ],
)
def test_a_procedure_that_contradicts_itself_is_refused(values):
    procedure = make_procedure()
    assert refused(setting(procedure, **values))


def test_two_procedures_never_share_a_code():
    make_procedure("TT-MOT")
    assert refused(lambda: make_procedure("TT-MOT"))


def test_a_procedure_keeps_its_code_and_is_never_removed():
    procedure = make_procedure()
    assert refused(setting(procedure, code="KHAC"), "same_dossiers_procedure_code")
    assert refused(procedure.delete, "stay_dossiers_procedure_delete")


def test_a_closed_procedure_is_never_changed_again():
    procedure = make_procedure(closed_on=date(2026, 1, 1), closed_reason="Bãi bỏ")
    assert refused(setting(procedure, name_vi="Khác"), "closed_dossiers_procedure_update")
    assert refused(setting(procedure, closed_on=None, closed_reason=""), "closed_dossiers_procedure_update")


@pytest.mark.parametrize(
    "values",
    [
        {"number": 0},
        {"state": "other"},
        {"form_set": "other"},
        {"after_supplement": "other"},
        {"total_days": 0},
        {"total_days": 401},
        {"warn_percent": 0},
        {"warn_percent": 100},
        {"answer_days": 0},
        {"answer_days": 401},
        {"extension_times": 1, "extension_days": 0},
        {"extension_times": 0, "extension_days": 5},
        {"extension_times": 10},
        {"confidence": "Z"},
        # what belongs to a version in force, on a draft
        {"valid_from": date(2026, 1, 5)},
        {"paper_number": "1/QĐ-SCT"},
        {"put_in_force_by": "user:x"},
        {"discarded_by": "user:x"},
        # in force without its paper, its office, its basis
        {"state": "issued"},
        {"state": "discarded"},
    ],
)
def test_a_version_that_contradicts_itself_is_refused(values):
    assert refused(setting(make_version(), **values))


@pytest.mark.parametrize("missing", ["paper_number", "legal_basis", "result", "put_in_force_by"])
def test_a_version_in_force_has_everything_that_puts_it_in_force(missing):
    version = make_version()
    whole = {
        "state": "issued",
        "valid_from": date(2026, 2, 2),
        "paper_on": date(2026, 2, 2),
        "paper_number": "1/QĐ-SCT",
        "put_in_force_at": LONG_AGO,
        "put_in_force_by": "user:x",
    }
    assert refused(setting(version, **whole | {missing: ""}), "version_in_force_by_a_paper")
    assert refused(setting(version, **whole, office=None), "version_in_force_by_a_paper")
    assert refused(setting(version, **whole | {"paper_on": date(2026, 2, 3)}), "version_holds_from_its_paper")
    setting(version, **whole)()


def test_a_procedure_has_one_draft_at_a_time_and_one_version_of_a_number():
    procedure = make_procedure()
    make_version(procedure)
    assert refused(lambda: make_version(procedure))
    assert refused(lambda: make_version(procedure, number=1))


def test_a_version_begins_as_a_draft_in_the_database_too():
    version = make_version(state="discarded")
    version.pk, version.number, version.public_id = None, 9, uuid.uuid4()
    assert refused(version.save, "version_begins_as_a_draft")


def test_a_version_in_force_is_frozen_but_for_its_last_day():
    version = make_version(state="issued")
    for values in (
        {"total_days": 6},
        {"legal_basis": "Khác"},
        {"valid_from": date(2026, 1, 6)},
        {"state": "draft"},
        {"receipt_until": None, "warn_days": []},
        {"hands": ["user:x"]},
    ):
        assert refused(setting(version, **values), "issued_dossiers_procedureversion_update", "version_")
    delete = sql("DELETE FROM dossiers_procedureversion WHERE id = %s", version.pk)
    assert refused(delete, "dossiers_procedureversion_delete")
    setting(version, valid_to=date(2026, 6, 30))()
    assert refused(setting(version, valid_to=date(2026, 7, 31)), "version_ends_once")
    assert refused(setting(version, valid_to=None), "version_ends_once")


def test_a_version_ends_after_it_starts():
    version = make_version(state="issued", valid_from=date(2026, 1, 5))
    assert refused(setting(version, valid_to=date(2026, 1, 4)), "version_ends_after_it_starts")


def test_a_discarded_version_is_frozen():
    version = make_version(state="discarded")
    assert refused(setting(version, legal_basis="Khác"), "discarded_dossiers_procedureversion_update")
    assert refused(setting(version, discarded_reason="Khác"), "discarded_dossiers_procedureversion_update")


def test_a_version_stays_with_its_procedure_and_number():
    version, other = make_version(), make_procedure()
    assert refused(setting(version, procedure=other), "same_dossiers_procedureversion_procedure_id")
    assert refused(setting(version, number=9), "same_dossiers_procedureversion_procedure_id")


def test_days_of_versions_in_force_never_overlap():
    procedure = make_procedure()
    first = make_version(procedure, state="issued", valid_from=date(2026, 1, 5))
    for starts in (date(2026, 1, 5), date(2026, 3, 2), date(2027, 1, 4)):
        assert refused(
            lambda starts=starts: make_version(procedure, state="issued", valid_from=starts),
            "apart_dossiers_procedureversion",
        )
    setting(first, valid_to=date(2026, 6, 30))()
    assert refused(
        lambda: make_version(procedure, state="issued", valid_from=date(2026, 6, 30)),
        "apart_dossiers_procedureversion",
    )
    make_version(procedure, state="issued", valid_from=date(2026, 7, 1))
    for on, numbers in ((date(2026, 1, 4), []), (date(2026, 6, 30), [1]), (date(2026, 7, 1), [2])):
        assert [each.number for each in procedure.versions.in_force(on)] == numbers
    make_version(state="issued", valid_from=date(2026, 1, 5))  # of another procedure


def test_a_version_in_force_on_a_day_is_found():
    procedure = make_procedure()
    version = make_version(procedure, state="issued", valid_from=date(2026, 3, 2))
    assert procedure.version_on(date(2026, 3, 1)) is None
    assert procedure.version_on(date(2026, 3, 2)) == version


def test_standing_follows_the_days():
    procedure = make_procedure()
    version = make_version(procedure, state="issued", valid_from=date(2026, 3, 2))
    assert version.standing_on(date(2026, 3, 1)) == "to_come"
    assert version.standing_on(date(2026, 3, 2)) == "in_force"
    version.valid_to = date(2026, 3, 31)
    assert version.standing_on(date(2026, 3, 31)) == "in_force"
    assert version.standing_on(date(2026, 4, 1)) == "superseded"
    assert make_version(procedure).standing_on(date(2026, 3, 2)) == "draft"
    assert make_version(state="discarded").standing_on(date(2026, 3, 2)) == "discarded"


# --- parts -------------------------------------------------------------------------------------


def test_steps_never_take_longer_than_the_whole():
    version = make_version(days=(1, 4))
    step = version.steps.first()
    assert refused(lambda: make_step(version, 1), "steps_within_the_whole")
    assert refused(setting(step, working_days=2), "steps_within_the_whole")
    assert refused(setting(version, total_days=4), "version_covers_its_steps")
    setting(version, total_days=6)()
    make_step(version, 1)


def test_a_version_comes_into_force_only_when_its_steps_make_the_whole():
    def issue():
        make_version(days=(1, 4), total_days=6, state="issued")

    assert refused(issue, "version_in_force_is_whole")


@pytest.mark.parametrize("state", ["issued", "discarded"])
@pytest.mark.parametrize("kind", ["steps", "components", "fields"])
def test_parts_of_what_is_no_draft_are_never_added_changed_or_removed(kind, state):
    version = make_version(state=state)
    part = getattr(version, kind).first()
    add = {"steps": lambda: make_step(version, 0), "components": lambda: make_component(version)}
    assert refused(add.get(kind, lambda: make_field(version)), "_of_a_draft", "steps_within_the_whole")
    assert refused(setting(part, name_vi="Khác"), "_of_a_draft")
    assert refused(setting(part, position=9), "_of_a_draft")
    assert refused(sql(f"DELETE FROM {part._meta.db_table} WHERE id = %s", part.pk), "_stays")


@pytest.mark.parametrize("kind", ["steps", "components", "fields"])
def test_parts_of_a_draft_are_changed_and_removed_but_never_moved_to_another_version(kind):
    version, other = make_version(), make_version()
    part = getattr(version, kind).first()
    setting(part, name_vi="Khác")()
    assert refused(setting(part, procedure_version=other), f"same_{part._meta.db_table}_procedure_version_id")
    part.delete()
    assert not type(part).objects.filter(pk=part.pk).exists()


def test_two_parts_never_stand_at_one_place_or_under_one_code():
    version = make_version(total_days=30)
    for part in (version.steps.first(), version.components.first(), version.fields.first()):
        assert refused(
            lambda part=part: {"step": make_step, "component": make_component, "field": make_field}[part.KIND](
                version, position=part.position
            )
        )
    assert refused(lambda: make_component(version, version.components.first().code))
    assert refused(lambda: make_field(version, version.fields.first().code))


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (ProcedureStep, {"role": "signatory"}),
        (ProcedureStep, {"role": "other"}),
        (ProcedureStep, {"name_vi": ""}),
        (Component, {"need": "other"}),
        (Component, {"need": "conditional"}),
        (Component, {"need": "conditional", "condition_field": "a"}),
        (Component, {"condition_field": "a", "condition_value": "b"}),
        (Component, {"most_megabytes": 0}),
        (Component, {"code": ""}),
        (FormField, {"kind": "other"}),
        (FormField, {"kind": "enterprise"}),
        (FormField, {"kind": "enterprise", "fact": "name", "required": True}),
        (FormField, {"kind": "enterprise", "fact": "other", "required": False}),
        (FormField, {"fact": "name"}),
        (FormField, {"name_vi": ""}),
    ],
)
def test_a_part_that_contradicts_itself_is_refused(model, values):
    part = model.objects.filter(procedure_version=make_version()).first()
    assert refused(setting(part, **values))


def test_procedures_open_on_a_day_are_those_not_closed_by_then():
    closed = make_procedure(closed_on=date(2026, 1, 5), closed_reason="Bãi bỏ")
    make_procedure()
    assert closed in Procedure.objects.open(date(2026, 1, 5) - timedelta(days=1))
    assert closed not in Procedure.objects.open(date(2026, 1, 5))
    assert closed.is_closed(date(2026, 1, 5))
    assert not closed.is_closed(date(2026, 1, 4))
