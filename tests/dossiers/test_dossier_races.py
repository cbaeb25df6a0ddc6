"""Two people at one dossier, or many at one procedure, in the same instant: each has what is theirs, nothing is lost."""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from accounts.roles import Role
from audit.models import Event
from audit.refusals import Refused, StaleVersion
from documents.services.trust import Checked
from dossiers.answers import marks_of
from dossiers.models import Dossier, DossierNumber, SlipLine
from dossiers.services import dossiers as services
from dossiers.services import handling, slip
from tests.dossiers.test_procedure_races import at_once, the_winner_and_the_refusal
from tests.factories import (
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_field,
    make_office,
    make_officer,
    make_procedure,
    make_slip_line,
    make_stored_file,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def version():
    version = make_version(make_procedure())
    version.components.update(need="optional")
    version.fields.update(code="noi-dung")
    make_field(version, "dien-thoai", "phone", required=False)
    version.state, version.valid_from, version.paper_number = "issued", NOW.date(), "1/QĐ-SCT"
    version.paper_on, version.put_in_force_at, version.put_in_force_by = NOW.date(), NOW, "system:tests"
    version.save()
    return version


def lodging(dossier, by):
    digest = services.digest_of(dossier, list(services.standing_files(dossier)))
    return lambda: services.lodge_dossier(dossier=dossier, digest=digest, by=by, now=LATER)


def test_dossiers_lodged_at_once_each_have_a_code_of_their_own(version):
    lodgings = []
    for _each in range(8):
        enterprise = make_enterprise()
        lodgings.append(lodging(make_dossier(version, enterprise), make_enterprise_user(enterprise)))
    outcomes = at_once(*lodgings)
    assert sorted(outcome.code for outcome in outcomes) == [f"261127-{number:04d}" for number in range(1, 9)]
    assert DossierNumber.objects.get().last_number == 8


def test_one_dossier_lodged_twice_at_once_has_one_code_and_the_other_reads_it(version):
    enterprise = make_enterprise()
    dossier = make_dossier(version, enterprise)
    outcomes = at_once(*(lodging(dossier, make_enterprise_user(enterprise)) for _two in range(2)))
    won, refusal = the_winner_and_the_refusal(outcomes)
    assert won.code in refusal
    assert Event.objects.filter(kind="dossier lodged").count() == 1
    assert DossierNumber.objects.get().last_number == 1


def test_a_draft_lodged_and_given_up_at_once_is_one_of_both(version):
    enterprise = make_enterprise()
    dossier = make_dossier(version, enterprise)
    signatory = make_enterprise_user(enterprise)
    outcomes = at_once(
        lodging(dossier, signatory),
        lambda: services.withdraw_dossier(dossier=dossier, reason="Thôi", by=signatory, now=LATER),
    )
    row = Dossier.objects.get(pk=dossier.pk)
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    if row.submitted_at:  # lodged first: what was lodged may be withdrawn after it
        assert refusals == []
        assert (row.state, bool(row.code)) == ("withdrawn", True)
    else:
        assert len(refusals) == 1
        assert (row.state, row.code) == ("withdrawn", None)


def test_a_file_attached_while_the_dossier_is_lodged_is_in_it_or_refused(version):
    enterprise = make_enterprise()
    dossier, signatory = make_dossier(version, enterprise), make_enterprise_user(enterprise)
    component, stored = version.components.get(), make_stored_file()
    outcomes = at_once(
        lodging(dossier, signatory),
        lambda: services.attach_file(dossier=dossier, component=component, stored=stored, by=signatory, now=LATER),
    )
    the_winner_and_the_refusal(outcomes)  # lodged without it, or changed after it was checked
    row = Dossier.objects.get(pk=dossier.pk)
    assert (row.state, row.files.count()) in [("lodged", 0), ("draft", 1)]


def received(version):
    dossier, office = make_dossier(version, make_enterprise(), state="lodged"), make_office()
    make_slip_line(dossier, "received", office=office, starts_on=NOW.date(), due_on=date(2026, 12, 4))
    return dossier, office


def test_whoever_takes_over_a_dossier_keeps_it_when_its_day_is_put_off_meanwhile(version, monkeypatch):
    dossier, office = received(version)
    head, officer, next_one = (
        make_user(Role.HEAD, office=office),
        make_officer(office=office),
        make_officer(office=office),
    )
    make_slip_line(dossier, "received", "assign", handler=officer)
    locked = threading.Event()
    monkeypatch.setattr(handling, "_require_handler", lambda *_: locked.set() or time.sleep(0.3))

    def put_off():
        locked.wait(10)
        return handling.extend_dossier(dossier=dossier, due_on=date(2026, 12, 7), reason="Chờ", by=head, now=LATER)

    at_once(
        lambda: handling.hand_over_dossier(dossier=dossier, to=next_one, note="Nghỉ phép", by=officer, now=LATER),
        put_off,
    )
    dossier.refresh_from_db()
    assert (dossier.handler, dossier.due_on) == (next_one, date(2026, 12, 7))


@pytest.mark.parametrize("act", ["assign", "extend"])
def test_of_two_who_assign_or_put_off_at_once_one_does_and_the_other_reads_who(version, act):
    dossier, office = received(version)
    heads = [make_user(role, office=office) for role in (Role.HEAD, Role.DEPUTY_HEAD)]
    officers = [make_officer(office=office) for _two in range(2)]
    seen = {"dossier": dossier, "version": dossier.version, "now": LATER}
    acts = {
        "assign": lambda head, officer: handling.assign_dossier(to=officer, by=head, **seen),
        "extend": lambda head, _: handling.extend_dossier(due_on=date(2026, 12, 7), reason="Chờ", by=head, **seen),
    }
    outcomes = at_once(
        *(lambda pair=pair: acts[act](*pair) for pair in zip(heads, officers, strict=True)),
    )
    won, refusal = the_winner_and_the_refusal(outcomes)
    line = dossier.slip.get(verb=act)
    assert line.by.full_name in refusal and "chưa được thực hiện" in refusal
    if act == "assign":
        assert (won.handler, won.handler.full_name in refusal) == (line.handler, True)


def issued_at_once(version, files, monkeypatch):
    """What comes of issuing a result with each of these files, all under one number: all ask whose it is before one has
    written its line, and all write theirs before one ends."""
    monkeypatch.setattr(handling, "require_unchanged", lambda *_: time.sleep(0.3))
    monkeypatch.setattr(slip, "tell_moved", lambda *_, **__: time.sleep(0.3))
    found, acts = Checked("", []), []
    for file in files:
        dossier, _office = received(version)
        for target in ("appraising", "submitted", "approved"):
            make_slip_line(dossier, target)
        given = {"dossier": dossier, "file": file, "by": make_user(Role.RECORDS_CLERK), "now": LATER}
        acts.append(partial(handling.issue_result, paper_number="7/SCT", paper_on=NOW.date(), found=found, **given))
    return at_once(*acts)


def test_two_results_issued_under_one_number_at_once_are_one(version, monkeypatch):
    outcomes = issued_at_once(version, [make_stored_file(), make_stored_file()], monkeypatch)
    won, refusal = the_winner_and_the_refusal(outcomes)
    assert "Số 7/SCT là số của kết quả khác" in refusal and won.code in refusal
    assert SlipLine.objects.filter(verb="issue").count() == 1


def test_one_file_is_issued_as_the_result_of_two_dossiers_at_once(version, monkeypatch):
    outcomes = issued_at_once(version, [make_stored_file()] * 2, monkeypatch)
    assert [outcome.state for outcome in outcomes] == ["issued", "issued"]


def test_two_windows_that_save_at_once_do_not_overwrite_each_other(version):
    enterprise = make_enterprise()
    dossier = make_dossier(version, enterprise)
    people = [make_enterprise_user(enterprise) for _two in range(2)]
    outcomes = at_once(
        *(
            lambda person=person, typed=typed: services.save_draft(
                dossier=dossier, kept={"noi-dung": typed}, not_right={}, version=1, window=None, by=person, now=LATER
            )
            for person, typed in zip(people, ("Một", "Hai"), strict=True)
        )
    )
    assert [type(outcome) for outcome in outcomes].count(StaleVersion) == 1
    won = next(outcome for outcome in outcomes if not isinstance(outcome, Refused))
    assert Dossier.objects.get(pk=dossier.pk).answers == won.answers


def test_two_who_change_two_fields_at_once_both_have_theirs(version):
    enterprise = make_enterprise()
    dossier = make_dossier(version, enterprise)
    people, fields = [make_enterprise_user(enterprise) for _two in range(2)], ["noi-dung", "dien-thoai"]
    given = {"dossier": dossier, "not_right": {}, "version": 1, "window": None, "now": LATER, "sent": fields}
    given["seen"], words = marks_of(dossier.answers), "0900 000 009"
    outcomes = at_once(
        *(
            lambda person=person, field=field: services.save_draft(
                kept={**dossier.answers, field: words}, by=person, **given
            )
            for person, field in zip(people, fields, strict=True)
        )
    )
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [False, False]
    assert Dossier.objects.get(pk=dossier.pk).answers == dict.fromkeys(fields, words)
