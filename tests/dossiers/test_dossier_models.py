"""What the database itself refuses of dossiers: constraints and guards, in raw SQL too."""

from datetime import date, timedelta

import pytest

from dossiers.models import Dossier, DossierFile, DossierNumber
from dossiers.states import FINAL, MOVES, TURNS, State, move_between
from tests.dossiers.test_procedure_models import refused, setting, sql
from tests.factories import (
    LONG_AGO,
    make_component,
    make_dossier,
    make_dossier_file,
    make_enterprise,
    make_stored_file,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

LATER = LONG_AGO + timedelta(hours=1)
KNOWN = {(move.source, move.target) for move in MOVES}
BETWEEN = [(source, target) for source in State for target in State if source != target]


def forced_into(state, **fields):
    """A lodged dossier in any state of the table, on a way that the table has."""
    dossier = make_dossier(state="lodged", **fields)
    ways = {State.LODGED: [State.LODGED]}
    waiting = [State.LODGED]
    while waiting:
        here = waiting.pop(0)
        for source, target in KNOWN:
            if source == here and target not in ways:
                ways[target] = [*ways[here], target]
                waiting.append(target)
    for step in ways[state][1:]:
        setting(dossier, state=step, **_with(step, dossier))()
    dossier.refresh_from_db()
    return dossier


def _with(state, dossier):
    if state != State.WITHDRAWN:
        return {}
    return {"withdrawn_at": LATER, "withdrawn_by": dossier.started_by, "withdrawn_reason": "Nộp nhầm"}


def test_the_table_has_every_state_and_says_whose_turn_it_is():
    assert {move.source for move in MOVES} | {move.target for move in MOVES} == set(State)
    assert set(TURNS) == set(State)
    assert set(FINAL) == {State.RETURNED, State.REFUSED, State.NOT_ELIGIBLE, State.STOPPED, State.WITHDRAWN}
    assert all(move.roles for move in MOVES)
    assert move_between(State.DRAFT, State.RECEIVED) is None


@pytest.mark.parametrize("source", [state for state in State if state != State.DRAFT])
def test_the_database_lets_a_dossier_go_only_where_the_table_leads(source):
    for target in State:
        if target == source:
            continue
        dossier = forced_into(source)
        move = setting(dossier, state=target, **_with(target, dossier))
        if (source, target) in KNOWN:
            move()
            dossier.refresh_from_db()
            assert dossier.state == target
        else:
            # on PostgreSQL constraints are looked at after the guards, on SQLite before them
            assert refused(move, "dossier_moves_by_the_table", "dossier_lodged_whole", "dossier_withdrawn_by_somebody")


@pytest.mark.parametrize(
    "target", [state for state in State if state not in (State.DRAFT, State.LODGED, State.WITHDRAWN)]
)
def test_a_draft_goes_nowhere_but_to_being_lodged_or_withdrawn(target):
    assert refused(setting(make_dossier(), state=target), "dossier_moves_by_the_table", "dossier_lodged_whole")


def test_a_dossier_begins_as_a_draft():
    lodged = make_dossier(state="lodged")
    lodged.pk, lodged.code, lodged.public_id = None, "khac", "0" * 32
    lodged._state.adding = True
    assert refused(lodged.save, "dossier_begins_as_a_draft")


@pytest.mark.parametrize(
    "values",
    [
        {"state": "other"},
        {"channel": "other"},
        {"code": "260101-0001"},
        {"submitted_at": LATER},
        {"saved_at": LONG_AGO - timedelta(days=1)},
        {"arrived_on": date(2026, 1, 5)},
        {"withdrawn_reason": "Nộp nhầm"},
        {"state": "withdrawn"},
        {"state": "lodged"},
    ],
)
def test_a_draft_that_contradicts_itself_is_refused(values):
    assert refused(setting(make_dossier(), **values))


def test_what_came_on_paper_names_who_typed_it_and_never_makes_them_the_applicant():
    clerk = make_user()
    paper = make_dossier(channel="post", by=clerk)
    assert refused(setting(paper, applicant=clerk), "dossier_clerk_no_applicant")
    assert refused(setting(paper, applicant_name=""), "dossier_paper_typed_in")
    assert refused(setting(paper, typed_by=None), "dossier_paper_typed_in", "same_dossiers_dossier")
    assert refused(setting(paper, channel="online"), "dossier_paper_typed_in", "same_dossiers_dossier")
    online = make_dossier()
    assert refused(setting(online, applicant=clerk), "dossier_clerk_no_applicant")


@pytest.mark.parametrize(
    "values",
    [
        {"answers": {}},
        {"answers": {"khac": 1}},
        {"facts": {"ten": "Khác"}},
        {"code": "khac"},
        {"submitted_at": LATER},
        {"applicant_name": "Khác"},
        {"typed": {"a": "b"}},
        {"folded": "khac"},
    ],
)
@pytest.mark.parametrize("state", [State.LODGED, State.APPRAISING, State.WITHDRAWN])
def test_what_was_lodged_stands_as_it_was_lodged(state, values):
    assert refused(setting(forced_into(state), **values))


def test_a_lodged_dossier_keeps_its_version_and_enterprise():
    dossier = make_dossier(state="lodged")
    assert refused(setting(dossier, procedure_version=make_version(state="issued")), "lodged_dossiers_dossier")
    assert refused(setting(dossier, enterprise=make_enterprise()), "dossiers_dossier")
    assert refused(setting(make_dossier(), enterprise=make_enterprise()), "same_dossiers_dossier_enterprise_id")


def test_dossiers_are_never_removed():
    for dossier in (make_dossier(), make_dossier(state="lodged")):
        assert refused(sql("DELETE FROM dossiers_dossier WHERE id = %s", dossier.pk), "dossiers_dossier_delete")


def test_a_code_stands_once():
    make_dossier(state="lodged", code="H26-1")
    assert refused(lambda: make_dossier(state="lodged", code="H26-1"))


def test_a_dossier_stands_under_a_version_that_was_put_in_force():
    draft_version = make_version()
    assert refused(lambda: make_dossier(draft_version), "dossier_under_an_issued_version")
    assert refused(setting(make_dossier(), procedure_version=draft_version), "dossier_under_an_issued_version")


# --- files -------------------------------------------------------------------------------------


def test_files_come_and_go_only_while_the_dossier_is_a_draft():
    dossier = make_dossier()
    row = make_dossier_file(dossier)
    taken = make_dossier_file(dossier, removed_at=LATER, removed_by=dossier.started_by)
    assert refused(setting(taken, removed_at=None, removed_by=None), "dossier_file_taken_away_once")
    setting(dossier, state="lodged", code="A-1", submitted_at=LATER, submitted_by=dossier.started_by,
            applicant=dossier.started_by, applicant_name="A")()  # fmt: skip
    assert refused(lambda: make_dossier_file(dossier), "dossier_file_of_a_draft")
    assert refused(setting(row, removed_at=LATER, removed_by=dossier.started_by), "dossier_file_of_a_draft")
    assert refused(sql("DELETE FROM dossiers_dossierfile WHERE id = %s", row.pk), "dossiers_dossierfile_delete")


def test_a_file_stands_for_a_component_of_its_own_dossier():
    dossier, other = make_dossier(), make_version(state="issued")
    assert refused(lambda: make_dossier_file(dossier, other.components.first()), "dossier_file_of_its_version")
    row = make_dossier_file(dossier)
    assert refused(setting(row, component=other.components.first()), "dossier_file_of_its_version")
    assert refused(
        setting(row, dossier=make_dossier(dossier.procedure_version)), "same_dossiers_dossierfile_dossier_id"
    )


def test_a_dossier_is_not_lodged_with_files_of_another_version():
    dossier, other = make_dossier(), make_version(state="issued")
    make_dossier_file(dossier)
    setting(dossier, procedure_version=other)()
    lodging = {"state": "lodged", "code": "A-2", "submitted_at": LATER, "submitted_by": dossier.started_by}
    lodging |= {"applicant": dossier.started_by, "applicant_name": "A"}
    assert refused(setting(dossier, **lodging), "dossier_lodged_with_its_own_components")


def test_the_same_file_stands_once_for_a_component():
    dossier, file = make_dossier(), make_stored_file()
    make_dossier_file(dossier, file=file, removed_at=LATER, removed_by=dossier.started_by)
    make_dossier_file(dossier, file=file)
    assert refused(lambda: make_dossier_file(dossier, file=file))
    assert refused(setting(DossierFile.objects.get(removed_at=None), removed_at=LATER), "removed_by_somebody")


def test_numbers_never_go_back():
    series = DossierNumber.objects.create(prefix="A-#", last_number=7)
    for values in ({"last_number": 7}, {"last_number": 6}, {"prefix": "B-#", "last_number": 8}):
        assert refused(setting(series, **values), "dossier_number_goes_on")
    assert refused(series.delete, "stay_dossiers_dossiernumber_delete")
    setting(series, last_number=8)()


@pytest.mark.parametrize("most", [0, 51])
def test_a_component_takes_a_plausible_number_of_files(most):
    assert refused(lambda: make_component(make_version(), most_files=most), "component_files_plausible")


def test_drafts_are_found_apart_from_what_was_lodged():
    draft, lodged, gone = make_dossier(), make_dossier(state="lodged"), make_dossier(state="withdrawn")
    assert set(Dossier.objects.drafts()) == {draft}
    assert set(Dossier.objects.lodged()) == {lodged, gone}
