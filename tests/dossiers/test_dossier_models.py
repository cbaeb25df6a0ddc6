"""What the database itself refuses of dossiers: constraints and guards, in raw SQL too."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from dossiers.models import Dossier, DossierFile, DossierNote, DossierNumber, SlipLine
from dossiers.states import FINAL, MOVES, STAYING, TURNS, State, Verb, move_between
from tests.dossiers.test_procedure_models import refused, setting, sql
from tests.factories import (
    LONG_AGO,
    make_component,
    make_dossier,
    make_dossier_file,
    make_enterprise,
    make_paper_at,
    make_slip_line,
    make_stored_file,
    make_supplement,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

LATER = LONG_AGO + timedelta(hours=1)
KNOWN = {(move.source, move.target) for move in MOVES}
BETWEEN = [(source, target) for source in State for target in State if source != target]


def kept(act):
    """Whether the row cannot be changed or removed: by a guard, or because the application's role lacks the right."""
    with pytest.raises(DatabaseError, match=r"keep_|permission denied"), transaction.atomic():
        act()
    return True


def forced_into(state, **fields):
    """A lodged dossier in any state of the table, on a way that the table has."""
    dossier = make_dossier(state="lodged", **fields)
    ways = {State.LODGED: []}
    waiting = [State.LODGED]
    while waiting:
        here = waiting.pop(0)
        for move in MOVES:
            if move.source == here and move.target not in ways:
                ways[move.target] = [*ways[here], move.target]
                waiting.append(move.target)
    for step in ways[state]:
        make_slip_line(dossier, step)
    return dossier


def test_the_table_has_every_state_and_says_whose_turn_it_is():
    assert {move.source for move in MOVES} | {move.target for move in MOVES} == set(State)
    assert set(TURNS) == set(State)
    assert set(FINAL) == {State.RETURNED, State.REFUSED, State.NOT_ELIGIBLE, State.STOPPED, State.WITHDRAWN}
    assert all(move.roles for move in MOVES)
    assert move_between(State.DRAFT, State.RECEIVED) is None


@pytest.mark.parametrize("source", [state for state in State if state != State.DRAFT])
def test_the_slip_leads_a_dossier_only_where_the_table_leads(source):
    dossier = forced_into(source)
    for target in State:
        move = move_between(source, target)
        for verb in Verb:
            known = (move is not None and move.verb == verb) or target == source in STAYING.get(verb, ())
            if known or verb in (Verb.ASK, Verb.ANSWER):  # a request of their own kind goes with those
                continue
            assert refused(lambda v=verb, t=target: make_slip_line(dossier, t, v), "slip_by_the_table", "slip_")
    dossier.refresh_from_db()
    assert dossier.state == source


def test_a_dossier_stands_as_its_newest_line_says_and_nowhere_else():
    dossier = make_dossier(state="lodged")
    line = make_slip_line(dossier, "received", handler=make_user(), steps_done=1)
    assert (dossier.state, dossier.office, dossier.handler) == ("received", line.office, line.handler)
    assert (dossier.starts_on, dossier.due_on, dossier.steps_done) == (line.starts_on, line.due_on, 1)
    for changes in (
        {"state": "appraising"}, {"state": "approved"}, {"handler": None}, {"office": None}, {"steps_done": 2},
        {"due_on": date(2026, 1, 13)}, {"starts_on": date(2026, 1, 6)},
    ):  # fmt: skip
        assert refused(setting(dossier, **changes), "dossier_follows_its_slip", "dossier_promise_whole")
    make_slip_line(dossier, "withdrawn", note="Nộp nhầm")
    assert (dossier.withdrawn_reason, dossier.withdrawn_at) == ("Nộp nhầm", line.at)


def test_a_slip_goes_on_line_by_line_and_is_never_rewritten():
    dossier = make_dossier(state="lodged")
    first = make_slip_line(dossier, "received")
    assert refused(lambda: make_slip_line(dossier, "appraising", number=3), "slip_goes_on")
    assert refused(lambda: make_slip_line(dossier, "appraising", number=1), "slip_goes_on", "slip_line_once")
    assert refused(lambda: make_slip_line(dossier, "appraising", at=first.at - timedelta(days=1)), "slip_goes_on")
    assert refused(lambda: make_slip_line(dossier, "submitted", "submit", source="appraising"), "slip_from_where")
    assert kept(setting(first, note="Khác"))
    assert kept(lambda: SlipLine.objects.filter(pk=first.pk).delete())


def test_a_number_is_of_one_result_unless_the_file_is_the_same():
    def issue(**paper):
        dossier = make_dossier(state="lodged")
        for target in ("received", "appraising", "submitted", "approved"):
            make_slip_line(dossier, target)
        return lambda: make_slip_line(dossier, "issued", **paper)

    scan, made = make_stored_file(), make_paper_at("issued")
    paper = {"paper_number": "7/SCT", "paper_on": date(2026, 6, 3), "file": scan}
    issue(**paper)()
    assert refused(issue(**paper | {"file": make_stored_file()}), "result_number_of_one_file")
    assert refused(issue(**paper | {"paper_number": made.number.symbol}), "result_number_of_one_file")
    issue(**paper)()
    issue(**paper | {"file": make_stored_file(sha256=scan.sha256)})()
    issue(**paper | {"file": make_stored_file(), "paper_on": date(2025, 6, 3)})()
    issue(**paper | {"paper_number": made.number.symbol, "file": made.sealed})()


def test_a_promise_moves_only_with_an_apology_or_after_a_supplement():
    dossier = make_dossier(state="lodged")
    make_slip_line(dossier, "received")
    moved = {"due_on": date(2026, 1, 20)}
    assert refused(lambda: make_slip_line(dossier, "appraising", **moved), "slip_keeps_the_promise")
    assert refused(lambda: make_slip_line(dossier, "received", "assign", **moved), "slip_keeps_the_promise")
    over = datetime(2026, 1, 12, 17, tzinfo=UTC)  # midnight after the promised day in Hà Nội
    assert refused(
        lambda: make_slip_line(dossier, "received", "extend", at=over, **moved), "slip_promises_anew_in_time"
    )
    make_slip_line(dossier, "received", "extend", at=over - timedelta(seconds=1), **moved)
    assert dossier.due_on == date(2026, 1, 20)


@pytest.mark.parametrize("target", ["approved", "not_eligible"])
def test_whoever_submits_does_not_decide(target):
    dossier = forced_into("submitted")
    submitter = dossier.slip.get(verb="submit").by
    assert refused(lambda: make_slip_line(dossier, target, by=submitter), "slip_decided_by_another")


@pytest.mark.parametrize(
    ("state", "target", "empty", "named"),
    [
        ("lodged", "refused", {"note": ""}, "slip_reason_given"),
        ("lodged", "refused", {"legal_basis": ""}, "slip_basis_given"),
        ("lodged", "received", {"due_on": None, "starts_on": None}, "slip_day_promised"),
        ("lodged", "received", {"due_on": date(2026, 1, 1)}, "slip_promise_whole"),
        ("approved", "issued", {"file": None}, "slip_result_is_a_paper"),
        ("approved", "issued", {"paper_number": ""}, "slip_result_is_a_paper"),
        ("lodged", "supplementing", {"request": None}, "slip_supplement_named"),
    ],
)
def test_a_line_that_lacks_what_its_verb_needs_is_refused(state, target, empty, named):
    dossier = forced_into(state)
    assert refused(lambda: make_slip_line(dossier, target, **empty), named)


def test_a_supplement_of_another_dossier_or_stage_stands_on_no_slip():
    dossier, other = make_dossier(state="lodged"), make_dossier(state="lodged")
    foreign = make_supplement(other, state="sent")
    assert refused(lambda: make_slip_line(dossier, "supplementing", request=foreign), "slip_supplement_of_it")
    prepared = make_supplement(dossier)
    assert refused(lambda: make_slip_line(dossier, "supplementing", request=prepared), "slip_supplement_of_it")


def test_no_dossier_goes_on_while_a_request_for_a_supplement_is_prepared():
    for stage, goes_on in (("lodged", "received"), ("received", "appraising"), ("appraising", "submitted")):
        dossier = forced_into(State(stage))
        request = make_supplement(dossier, stage)
        name = "slip_waits_for_what_is_prepared"
        assert refused(lambda d=dossier, t=goes_on: make_slip_line(d, t), name)
        request.state, request.dropped_at, request.dropped_by = "dropped", request.prepared_at, make_user()
        request.save()
        make_slip_line(dossier, goes_on)


def test_a_supplement_stands_as_it_was_sent_and_as_it_was_answered():
    dossier = make_dossier(state="lodged")
    request = make_supplement(dossier)
    item = request.items.get()
    assert refused(lambda: make_supplement(dossier), "supplement_one_at_a_time", "UNIQUE", "dossiers_supplementrequest")
    assert refused(setting(item, answer="Có"), "supplement_answered_while_it_waits")
    assert refused(setting(request, state="answered"), "supplement_moves_by_its_table", "supplement_state_by_its_days")
    make_slip_line(dossier, "supplementing", request=_sent(request))
    assert refused(setting(item, wanted="Khác"), "sent_dossiers_supplementitem")
    assert refused(lambda: item.delete(), "sent_dossiers_supplementitem")
    assert refused(setting(request, guidance="Khác"), "sent_dossiers_supplementrequest")
    setting(item, answer="Có")()
    make_slip_line(dossier, "lodged")
    assert refused(setting(item, answer="Không"), "supplement_answered_while_it_waits")
    assert refused(setting(request, answered_at=None, answered_by=None, state="sent"), "supplement_moves_by_its_table")


def test_a_supplement_is_sent_by_another_than_its_author_but_at_the_door():
    dossier = forced_into("appraising")
    request = make_supplement(dossier)
    day = {"answer_by": date(2026, 12, 31)}
    sent = {"state": "sent", "sent_at": request.prepared_at, "sent_by": request.prepared_by, **day}
    assert refused(setting(request, **sent), "supplement_sent_by_another")
    at_door = make_supplement(make_dossier(state="lodged"))
    setting(at_door, **sent | {"sent_by": at_door.prepared_by, "sent_at": at_door.prepared_at})()
    empty = make_supplement(make_dossier(state="lodged"), items=0)
    sent_empty = {"state": "sent", "sent_at": empty.prepared_at, "sent_by": empty.prepared_by, **day}
    assert refused(setting(empty, **sent_empty), "supplement_names_what_is_missing")


def test_a_supplement_is_sent_with_the_day_by_which_it_is_answered():
    request = make_supplement(make_dossier(state="lodged"))
    sent = {"state": "sent", "sent_at": request.prepared_at, "sent_by": request.prepared_by}
    assert refused(setting(request, **sent), "supplement_sent_with_a_day")
    setting(request, **sent, answer_by=date(2026, 12, 31))()


def _sent(request):
    request.state, request.sent_at, request.sent_by = "sent", request.prepared_at, make_user()
    request.answer_by = date(2026, 12, 31)
    request.save()
    return request


def test_a_file_comes_to_an_item_only_while_the_enterprise_is_asked():
    dossier = make_dossier(state="lodged")
    request = make_supplement(dossier)
    item = request.items.get()
    of_item = {"item": item, "component": None}
    assert refused(lambda: _item_file(dossier, **of_item), "dossier_file_of_a_draft")
    make_slip_line(dossier, "supplementing", request=_sent(request))
    file = _item_file(dossier, **of_item)
    assert refused(lambda: _item_file(make_dossier(), **of_item), "dossier_file_of_a_draft")
    assert refused(
        lambda: _item_file(dossier, item=None, component=None), "dossier_file_stands", "dossier_file_of_a_draft"
    )
    make_slip_line(dossier, "lodged")
    assert refused(lambda: _item_file(dossier, **of_item), "dossier_file_of_a_draft")
    gone = {"removed_at": file.added_at, "removed_by": file.added_by}
    assert refused(setting(file, **gone), "dossier_file_of_a_draft")


def _item_file(dossier, **fields):
    return DossierFile.objects.create(
        dossier=dossier, file=make_stored_file(), added_at=LATER, added_by=dossier.started_by, **fields
    )


def test_notes_are_never_rewritten_nor_removed():
    note = DossierNote.objects.create(
        dossier=make_dossier(state="lodged"), text="Đã gọi điện", at=LATER, by=make_user()
    )
    assert kept(setting(note, text="Khác"))
    assert kept(lambda: DossierNote.objects.filter(pk=note.pk).delete())


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
