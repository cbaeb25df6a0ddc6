"""Two people at one procedure in the same instant: exactly one has it, the other reads why."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from audit.events import history_of
from audit.models import Event
from audit.refusals import Refused
from dossiers.models import ProcedureVersion
from dossiers.services import procedures as services
from tests.factories import make_director, make_head, make_office, make_procedure, make_version

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
TODAY = date(2026, 11, 27)


def at_once(*acts):
    """What each act gave or the refusal it met, begun together on connections of their own; other errors are raised."""
    ready, outcomes, failures = threading.Barrier(len(acts)), [None] * len(acts), []

    def run(place, act):
        try:
            ready.wait(20)
            outcomes[place] = act()
        except Refused as refusal:
            outcomes[place] = refusal
        except Exception as error:  # shown by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    return outcomes


def the_winner_and_the_refusal(outcomes):
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refusals) == 1, outcomes
    return next(outcome for outcome in outcomes if outcome not in refusals), str(refusals[0])


def issue(version, by, paper, valid_from=date(2026, 12, 1)):
    return lambda: services.issue_version(
        procedure_version=version,
        paper_number=paper,
        paper_on=TODAY,
        valid_from=valid_from,
        version=version.version,
        by=by,
        now=NOW,
    )


def test_one_version_put_in_force_twice_at_once_has_the_paper_of_one_and_the_other_reads_why():
    office = make_office()
    before = make_version(make_procedure(), state="issued", office=office)
    draft = make_version(before.procedure, office=office)
    outcomes = at_once(issue(draft, make_director(), "12/QĐ-SCT"), issue(draft, make_director(), "13/QĐ-SCT"))
    won, refusal = the_winner_and_the_refusal(outcomes)
    draft.refresh_from_db()
    before.refresh_from_db()
    assert (draft.state, draft.paper_number, draft.put_in_force_by) == ("issued", won.paper_number, won.put_in_force_by)
    assert before.valid_to == date(2026, 11, 30)
    assert refusal == "Phiên bản này không còn là dự thảo (Đã ban hành). Hãy sửa bằng phiên bản mới."
    assert Event.objects.filter(kind="procedure version put in force").count() == 1
    assert Event.objects.filter(kind="procedure version superseded").count() == 1
    assert len(history_of(draft)) == 1


def test_a_draft_put_in_force_and_discarded_at_once_is_one_of_both():
    office = make_office()
    draft = make_version(office=office)
    head = make_head(office=office)
    outcomes = at_once(
        issue(draft, make_director(), "12/QĐ-SCT"),
        lambda: services.discard_version(
            procedure_version=draft, version=draft.version, by=head, now=NOW, reason="Làm lại"
        ),
    )
    won, refusal = the_winner_and_the_refusal(outcomes)
    draft.refresh_from_db()
    assert draft.state == won.state
    assert bool(draft.paper_number) != bool(draft.discarded_reason)
    assert draft.get_state_display() in refusal


def test_a_version_put_in_force_while_a_step_is_changed_is_never_less_than_whole():
    """The change came first, and the draft lacks days; or it came too late, and the version is frozen."""
    office = make_office()
    draft = make_version(office=office)
    head, step = make_head(office=office), draft.steps.first()
    outcomes = at_once(
        issue(draft, make_director(), "12/QĐ-SCT"),
        lambda: services.edit_part(
            row=step, values={"working_days": step.working_days - 1}, version=step.version, by=head, now=NOW
        ),
    )
    the_winner_and_the_refusal(outcomes)
    draft.refresh_from_db()
    taken = sum(draft.steps.values_list("working_days", flat=True))
    assert (draft.state == "issued") == (taken == draft.total_days)


def test_of_two_first_versions_begun_at_once_one_is_begun():
    office = make_office()
    procedure = make_procedure()
    values = {"office": office, "form_set": "plain", "total_days": 5}
    head, other = make_head(office=office), make_head(office=office)
    outcomes = at_once(
        lambda: services.begin_version(procedure=procedure, values=dict(values), by=head, now=NOW),
        lambda: services.begin_version(procedure=procedure, values=dict(values), by=other, now=NOW),
    )
    won, refusal = the_winner_and_the_refusal(outcomes)
    assert list(ProcedureVersion.objects.values_list("number", "state")) == [(1, "draft")]
    assert ProcedureVersion.objects.get() == won
    assert refusal.startswith("Thủ tục này đang có dự thảo.")
