"""What of the money waits for whom under My work: longest waiting first, late ones marked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import handover
from audit.events import history_of
from audit.refusals import NotAllowed
from programme.models import Payment
from programme.services.payments import record_refused, return_payment
from programme.services.steps import refuse_step, withdraw_step
from reporting.home import work_for
from tests.factories import make_administrator, make_officer
from tests.programme.acting import BILLION, NOW, delegate, make_people, make_rules, text
from tests.programme.making import (
    make_account,
    make_accountant,
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_line,
    make_payment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def people():
    make_rules()
    return make_people()


@pytest.fixture
def line():
    return make_line(make_budget_year(2024, envelope_vnd=10 * BILLION), assigned_vnd=3 * BILLION)


def found(person):
    """{address: late} of the work of the money."""
    return {
        item.url: item.late for section in work_for(person, NOW) for item in section.items if "/budget/" in item.url
    }


def step(people, line, kind="allocate", days=0, **fields):
    fields.setdefault("state", "prepared")
    who = {"prepared_by": people["accountant"].public_id, "prepared_at": NOW - timedelta(days=days)}
    return make_budget_step(kind, 5, line=line, year=line.year, **who, **fields)


def test_what_waits_for_a_person_stands_there_with_the_late_first(client_as, people, line):
    new, old = step(people, line, days=7), step(people, line, days=8)
    limit = step(people, line, "supplement")
    contract = make_commitment(line, 5, state="prepared", prepared_by=people["officer"].public_id, prepared_at=NOW)
    assert list(found(people["director"]).items()) == [
        (old.get_absolute_url(), True),
        (new.get_absolute_url(), False),  # five working days are not more than five
        (contract.get_absolute_url(), False),
    ]
    assert found(people["chief"]) == {limit.get_absolute_url(): False}
    assert found(people["officer"]) == {} == found(make_officer())
    page = text(client_as(people["director"]).get("/", follow=True))
    assert old.get_absolute_url() in page and page.count("tag-bad") == 1


def test_payments_wait_for_whoever_takes_their_next_step(people, line):
    contract = make_commitment(line, BILLION)
    rows = {
        state: make_payment(contract, 5, state=state, prepared_by=people["accountant"].public_id).get_absolute_url()
        for state in ("prepared", "controlled", "signed", "sent", "paid")
    }
    assert set(found(people["chief"])) == {rows["prepared"], rows["sent"]}
    assert set(found(people["director"])) == {rows["controlled"]}
    assert set(found(people["accountant"])) == {rows["signed"], rows["sent"]}


def test_a_new_account_of_a_contract_waits_for_whoever_may_confirm_it(people, line):
    account = make_account(make_commitment(line, 5), prepared_by=people["accountant"].public_id, prepared_at=NOW)
    assert found(people["chief"]) == {account.get_absolute_url(): False}
    assert found(people["accountant"]) == {} == found(people["director"])


def test_a_receiver_of_a_delegation_finds_the_givers_work(people, line):
    waiting = step(people, line)
    delegate(people["director"], people["officer"], "budget.approve spending")
    assert set(found(people["officer"])) == {waiting.get_absolute_url()}


def test_what_was_refused_or_given_back_comes_to_its_preparer(people, line):
    recent = {"decided_at": NOW}
    refused = step(people, line, state="refused", **recent)
    step(people, line, "cut", state="refused", decided_at=NOW - timedelta(days=60))
    contract = make_commitment(line, BILLION)
    back = make_payment(contract, 5, state="returned", prepared_by=people["accountant"].public_id)
    assert set(found(people["accountant"])) == {refused.get_absolute_url()}  # given back long ago
    assert back.returned_at < NOW - timedelta(days=30)
    sections = {section.title: section for section in work_for(people["accountant"], NOW)}
    assert any("Thiếu căn cứ" in item.text for section in sections.values() for item in section.items)


def test_the_page_costs_the_same_with_one_and_with_three(
    client_as, people, line, django_assert_num_queries, django_assert_max_num_queries
):
    client = client_as(people["director"])
    step(people, line)
    client.get("/", follow=True)
    with django_assert_max_num_queries(60) as few:
        client.get("/", follow=True)
    step(people, line), step(people, line)
    with django_assert_num_queries(len(few)):
        client.get("/", follow=True)


def test_what_waits_goes_with_the_work_that_is_handed_over_and_its_refusal_to_the_taker(people, line):
    person, taker = people["accountant"], make_accountant()
    contract = make_commitment(line, BILLION)
    waiting, taken_back = step(people, line), step(people, line)
    pays = [make_payment(contract, 5, state=state, prepared_by=person.public_id) for state in ("prepared", "sent")]
    held = {holding.code: count for holding, count in handover.held_by(person)}
    assert held == {"refused_steps": 2, "payments_back": 2}
    handover.hand_over(
        person=person, to=dict.fromkeys(held, taker), paper="", reason="Nghỉ", by=make_administrator(), now=NOW
    )
    assert handover.held_by(person) == []
    with pytest.raises(NotAllowed):
        withdraw_step(taken_back, by=person, now=NOW)
    withdraw_step(taken_back, by=taker, now=NOW)
    refuse_step(waiting, answer="Sai số", by=people["director"], now=NOW)
    return_payment(pays[0], answer="Sai số", by=people["chief"], now=NOW)
    record_refused(pays[1], answer="Thiếu hồ sơ", by=taker, now=NOW)
    mine = {waiting.get_absolute_url(), *(row.get_absolute_url() for row in pays)}
    assert mine <= set(found(taker)) and not mine & set(found(person))


def test_what_was_refused_goes_with_the_work_that_is_handed_over(people, line):
    person, taker = people["accountant"], make_accountant()
    contract = make_commitment(line, BILLION)
    decided = {"decided_by": people["director"].public_id, "decided_at": NOW, "answer": "Sai số"}
    refused = step(people, line, state="refused", **decided)
    back = make_payment(contract, 5, prepared_by=person.public_id)
    returned = {"state": "returned", "returned_by": people["chief"].public_id, "returned_at": NOW, "answer": "Sai số"}
    Payment.objects.filter(pk=back.pk).update(**returned)
    mine = {refused.get_absolute_url(), back.get_absolute_url()}
    assert mine <= set(found(person))
    held = {holding.code: count for holding, count in handover.held_by(person)}
    assert held == {"refused_steps": 1, "payments_back": 1}
    handover.hand_over(
        person=person, to=dict.fromkeys(held, taker), paper="", reason="Nghỉ", by=make_administrator(), now=NOW
    )
    assert not mine & set(found(person)) and mine <= set(found(taker))
    assert "Bàn giao" in history_of(back)[0].sentence
