"""Money from before the portal: prepared by one, approved by another, paid on a contract that lives on."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils.translation import override

from accounts.roles import Role
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from programme.models import BudgetStep, Commitment, LedgerEntry
from programme.permissions.commitments import commitments_waiting_for
from programme.services.commitments import (
    approve_commitment,
    liquidate_commitment,
    refuse_commitment,
    withdraw_commitment,
)
from programme.services.consistency import find_differences
from programme.services.ledger import ceiling_left
from programme.services.opening import (
    prepare_opening,
    prepare_opening_again,
    prepare_opening_contract,
    said_of_waiting,
    why_never,
)
from programme.services.payments import control_payment, prepare_payment, record_paid, send_payment, sign_payment
from programme.services.steps import approve_step, obstacle, prepare_step, refuse_step, withdraw_step
from programme.services.years import obstacles
from tests.factories import make_director, make_money_source, make_period, make_rule, make_user
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_opening_step,
    make_paid_payment,
    make_payment,
    make_reversal,
    move_year,
    set_envelope,
)

pytestmark = pytest.mark.django_db
BILLION = 10**9
NOW = datetime(2024, 7, 16, 3, 0, tzinfo=UTC)
TODAY = date(2024, 7, 16)
PAPER = {"document": "Báo cáo số 45/BC-SCT", "document_on": date(2024, 7, 1)}
CORRECTED = PAPER | {"document_on": TODAY}
CONTRACT = {
    "kind": "contract",
    "number": "12/HĐ-SCT",
    "signed_on": date(2024, 2, 1),
    "what": "Dàn dựng gian hàng",
    "amount_vnd": 800,
    "payee": "Công ty TNHH Minh Họa",
    "payee_account": "1903 1234",
}


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def kinds_of(row):
    return list(Event.objects.filter(object_id=row.public_id).values_list("kind", flat=True))


@pytest.fixture
def people():
    make_rule("budget_approval_thresholds", {"deputy_director": BILLION})
    make_rule("budget_advance_ceiling", {"percent": 30})
    roles = {"accountant": Role.ACCOUNTANT, "chief": Role.CHIEF_ACCOUNTANT, "officer": Role.OFFICER}
    return {name: make_user(role) for name, role in roles.items()} | {"director": make_director()}


@pytest.fixture
def line():
    return make_line(make_budget_year(2024, envelope_vnd=BILLION), assigned_vnd=0)


def opened(people, line, assigned_vnd=1_000, allocated_vnd=900, **fields):
    return prepare_opening(
        line,
        assigned_vnd=assigned_vnd,
        allocated_vnd=allocated_vnd,
        by=people["accountant"],
        now=NOW,
        **(PAPER | fields),
    )


def contract(people, line, **fields):
    return prepare_opening_contract(line, by=people["accountant"], **({"now": NOW} | PAPER | CONTRACT | fields))


def approved(people, step, **fields):
    return approve_step(step, by=people["chief"], **({"now": NOW} | fields))


@pytest.fixture
def open_line(people, line):
    approved(people, opened(people, line))
    line.refresh_from_db()
    return line


def test_opening_sums_are_prepared_by_one_and_booked_when_another_approves(people, line):
    step = opened(people, line)
    assert not line.entries.exists(), "nothing is booked before"
    for nobody in ("accountant", "director", "officer"):
        with pytest.raises(NotAllowed):
            approve_step(step, by=people[nobody], now=NOW)
    with pytest.raises(NotAllowed):
        prepare_opening(line, assigned_vnd=1, by=people["chief"], now=NOW, **PAPER)
    entries = approved(people, step)
    line.refresh_from_db()
    assert (line.assigned_vnd, line.allocated_vnd, line.committed_vnd) == (1_000, 900, 0)
    assert [(entry.kind, entry.opening, entry.happened_on) for entry in entries] == [
        ("assign", True, TODAY),
        ("allocate", True, TODAY),
    ]
    assert {entry.recorded_by for entry in entries} == {people["accountant"].public_id}
    assert {entry.approved_by for entry in entries} == {people["chief"].public_id}


def test_what_was_bound_and_paid_before_the_portal_opens_on_its_contract(people, open_line):
    step = contract(people, open_line, disbursed_vnd=500, advanced_vnd=200, settled_vnd=100)
    assert step.commitment.state == "prepared"
    assert open_line.entries.count() == 2, "nothing of it is booked before"
    approved(people, step)
    open_line.refresh_from_db()
    step.commitment.refresh_from_db()
    for row in (open_line, step.commitment):
        sums = (row.committed_vnd, row.advanced_vnd, row.disbursed_vnd, row.recovered_vnd, row.settled_vnd)
        assert sums == (800, 200, 500, 0, 100)
    assert step.commitment.state == "approved"
    kinds = open_line.entries.filter(commitment=step.commitment).values_list("kind", flat=True)
    assert list(kinds) == ["commit", "advance", "pay", "settle"]
    assert "commitment approved" in kinds_of(step.commitment)
    assert list(find_differences()) == []


def test_the_ordinary_steps_go_on_with_a_contract_from_before_the_portal(people, open_line):
    commitment = contract(people, open_line, disbursed_vnd=500, advanced_vnd=200, settled_vnd=100).commitment
    approved(people, BudgetStep.objects.get(commitment=commitment))
    commitment.refresh_from_db()

    def step(kind, amount, by="director", **fields):
        found = prepare_step(
            kind,
            amount_vnd=amount,
            line=open_line,
            commitment=commitment,
            by=people["accountant"],
            now=NOW,
            **(PAPER | fields),
        )
        return approve_step(found, by=people[by], now=NOW)

    step("recover", 50, by="chief")
    step("recover_advance", 20, by="chief", document="UNC-2")
    bill = {"payee": CONTRACT["payee"], "payee_account": CONTRACT["payee_account"], "invoice_on": TODAY}
    payment = prepare_payment(
        commitment,
        kind="payment",
        amount_vnd=300,
        clears_vnd=180,
        invoice="Hóa đơn 1",
        by=people["accountant"],
        now=NOW,
        **bill,
    )
    control_payment(payment, by=people["chief"], now=NOW)
    sign_payment(payment, by=people["director"], now=NOW)
    send_payment(payment, by=people["accountant"], now=NOW)
    record_paid(payment, voucher="KB-1", paid_on=TODAY, by=people["accountant"], now=NOW)
    step("decommit", 70)
    step("settle", 630, document_on=TODAY)
    commitment.refresh_from_db()
    assert (commitment.committed_vnd, commitment.spent_vnd, commitment.advanced_vnd) == (730, 730, 0)
    assert commitment.settled_vnd == 730
    liquidate_commitment(commitment, on=TODAY, paper="05/BBTL", by=people["officer"], now=NOW)
    assert list(find_differences()) == []


def test_a_refused_or_withdrawn_opening_takes_its_contract_with_it_and_books_nothing(people, open_line):
    refused = contract(people, open_line)
    refuse_step(refused, answer="Sai số hợp đồng", by=people["chief"], now=NOW)
    taken_back = contract(people, open_line)
    withdraw_step(taken_back, by=people["accountant"], now=NOW)
    states = [Commitment.objects.get(pk=step.commitment_id).state for step in (refused, taken_back)]
    assert states == ["refused", "withdrawn"]
    assert Commitment.objects.get(pk=refused.commitment_id).answer == "Sai số hợp đồng"
    assert open_line.entries.count() == 2
    with pytest.raises(Refused):
        refuse_step(contract(people, open_line), answer=" ", by=people["chief"], now=NOW)


def test_a_contract_from_before_the_portal_is_not_approved_without_its_sums(people, open_line):
    commitment = contract(people, open_line).commitment
    assert commitment not in commitments_waiting_for(people["director"], on=TODAY)
    for attempt in (
        lambda: approve_commitment(commitment, by=people["director"], now=NOW),
        lambda: refuse_commitment(commitment, answer="Không", by=people["director"], now=NOW),
        lambda: withdraw_commitment(commitment, by=people["accountant"], now=NOW),
    ):
        with pytest.raises(Refused, match="before the portal"):
            attempt()


@pytest.mark.parametrize(
    "sums",
    [
        {"disbursed_vnd": 801},
        {"disbursed_vnd": 100, "advanced_vnd": 101},
        {"disbursed_vnd": 100, "advanced_vnd": 60, "settled_vnd": 41},
        {"settled_vnd": 1},
        {"disbursed_vnd": -1},
        {"amount_vnd": 0},
        {"signed_on": date(2024, 7, 17)},
        {"signed_on": date(2025, 1, 2), "now": datetime(2025, 7, 1, tzinfo=UTC)},
        {"payee": " "},
        {"document": " "},
        {"document_on": date(2024, 7, 17)},
        {"document_on": date(2024, 1, 31)},
        {"signed_on": TODAY, "document_on": TODAY},
        {"payee_account": " ", "disbursed_vnd": 799},
    ],
)
def test_a_contract_whose_sums_or_days_cannot_be_is_refused(people, open_line, sums):
    with pytest.raises(Refused):
        contract(people, open_line, **sums)
    assert not Commitment.objects.exists()


def test_a_contract_is_from_before_the_portal_only_when_signed_before_its_line_was_kept_there(people, line):
    opening = datetime(2024, 3, 1, 3, tzinfo=UTC)
    paper = {"document_on": date(2024, 3, 1)}
    step = prepare_opening(
        line, assigned_vnd=900, allocated_vnd=900, by=people["accountant"], now=opening, **(PAPER | paper)
    )
    approved(people, step, now=opening)
    for day in (date(2024, 3, 1), date(2024, 7, 16)):
        with pytest.raises(Refused, match=r"since 01/03/2024.*ordinary contract|signed only on"):
            contract(people, line, signed_on=day)
    with pytest.raises(Refused, match=r"The paper of the sums is of 31/01/2024.* only on 01/02/2024"):
        contract(people, line, document_on=date(2024, 1, 31))
    contract(people, line, signed_on=date(2024, 2, 29), document_on=date(2024, 2, 29))


def test_an_account_is_asked_for_while_something_is_left_to_be_paid(people, open_line):
    with pytest.raises(Refused, match="1 đồng is left to be paid"):
        contract(people, open_line, payee_account="", disbursed_vnd=799)
    contract(people, open_line, payee_account="", disbursed_vnd=800)
    many = {"kind": "detailed_estimate", "payee": "", "payee_account": "", "number": "1/DT", "amount_vnd": 10}
    contract(people, open_line, **many)


def test_sums_of_a_line_that_cannot_be_are_refused(people, line):
    for sums in ((0, 0), (10, 11), (10, -1)):
        with pytest.raises(Refused):
            opened(people, line, *sums)
    with pytest.raises(Refused):
        opened(people, line, document=" ")
    followed = make_line(line.year, assigned_vnd=0, managed=False)
    with pytest.raises(Refused, match="followed"):
        opened(people, followed)


def undone(people, line, *, now=NOW, **which):
    """Everything that opened on the line is reversed by two people, the last first."""
    for entry in reversed(line.entries.filter(opening=True, reverses=None, reversed_by=None, **which)):
        back = prepare_step(
            "reverse", amount_vnd=0, reverses=entry, reason="Ghi nhầm", by=people["accountant"], now=now, **CORRECTED
        )
        approved(people, back, now=now)
    line.refresh_from_db()


def test_a_line_has_one_opening_total_which_a_second_names(people, line):
    waiting = opened(people, line)
    with pytest.raises(Conflict, match=r"wait for approval already: 1,000 đồng by Báo cáo số 45"):
        opened(people, line, 1_000, 900, document="Báo cáo số 46/BC-SCT")
    approved(people, waiting)
    said = r"stand already: 1,000 đồng by Báo cáo số 45/BC-SCT \(entry 1\)"
    with pytest.raises(Conflict, match=said):
        opened(people, line, 5, 0)
    other = make_opening_step(line, "assign", 5, state="prepared")
    assert "stand already" in obstacle(BudgetStep.objects.get(pk=other.pk))
    with pytest.raises(Conflict, match=said):
        approved(people, other)
    line.refresh_from_db()
    assert (line.assigned_vnd, line.allocated_vnd) == (1_000, 900)
    assert "stand already" in why_never(line, "assign")
    assert not why_never(line, "commit")


def test_of_two_openings_of_a_line_at_the_same_instant_one_is_prepared_and_one_booked(people, line, monkeypatch):
    monkeypatch.setattr("programme.services.opening._require_none_waits", lambda line: None)
    monkeypatch.setattr("programme.services.opening._require_none_stands", lambda line: None)
    first = opened(people, line)
    with pytest.raises(Conflict, match="already"):
        opened(people, line)
    assert BudgetStep.objects.filter(kind="opening").count() == 1
    approved(people, first)
    with transaction.atomic(), pytest.raises(DatabaseError, match="entry_j_opening_fits"):
        approved(people, opened(people, line, 5, 0))
    assert find_codes() == []


def find_codes():
    return [finding.code for finding in find_differences() if finding.code != "events"]  # rows of tests have none


def test_after_the_first_was_reversed_a_corrected_total_is_opened(people, open_line):
    last = open_line.entries.last()
    back = prepare_step(
        "reverse", amount_vnd=0, reverses=last, reason="Ghi nhầm", by=people["accountant"], now=NOW, **CORRECTED
    )
    approved(people, back)
    with pytest.raises(Conflict, match="stand already"):
        opened(people, open_line, 5, 0)
    undone(people, open_line)
    approved(people, opened(people, open_line, 800, 700))
    open_line.refresh_from_db()
    assert (open_line.assigned_vnd, open_line.allocated_vnd) == (800, 700)
    assert find_codes() == []


def test_what_the_year_before_left_over_is_opened_once_and_takes_nothing_of_the_envelope(people, line):
    with pytest.raises(Refused, match="at most what is assigned"):
        opened(people, line, 1_000, 900, carried_in_vnd=1_001)
    with pytest.raises(Refused):
        opened(people, line, 1_000, 900, carried_in_vnd=-1)
    approved(people, opened(people, line, BILLION + 400, BILLION, carried_in_vnd=400))
    line.refresh_from_db()
    assert (line.assigned_vnd, line.carried_in_vnd, line.allocated_vnd) == (BILLION + 400, 400, BILLION)
    kinds = list(line.entries.values_list("kind", "amount_vnd", "opening"))
    assert kinds == [("assign", BILLION, True), ("carry_in", 400, True), ("allocate", BILLION, True)]
    assert find_codes() == []
    undone(people, line)
    assert (line.assigned_vnd, line.carried_in_vnd) == (0, 0)
    approved(people, opened(people, line, 400, 0, carried_in_vnd=400))
    line.refresh_from_db()
    assert (line.assigned_vnd, line.carried_in_vnd) == (400, 400)
    with pytest.raises(Conflict, match="stand already"):
        opened(people, line, 1, 0)
    one_more = make_line(line.year, assigned_vnd=0)
    too_much = opened(people, one_more, BILLION + 401, 0, carried_in_vnd=400)
    assert "envelope" in obstacle(too_much)
    with pytest.raises(Refused, match="envelope"):
        approved(people, too_much)


def brought(line, amount_vnd):
    return make_entry(line, "carry_in", amount_vnd, opening=True, pair=uuid4())


def test_what_a_year_in_the_portal_left_over_is_carried_over_and_not_opened(people, line):
    waiting = opened(people, line, 10, 0, carried_in_vnd=5)
    make_budget_year(2023, envelope_vnd=BILLION, period=line.year.period, state="preparing")
    assert "2023 is kept in the portal" in obstacle(waiting)
    for attempt in (
        lambda: approved(people, waiting),
        lambda: opened(people, make_line(line.year, assigned_vnd=0), 10, 0, carried_in_vnd=5),
    ):
        with pytest.raises(Refused, match="2023 is kept in the portal"):
            attempt()
    refused(lambda: brought(line, 5), "entry_m_brought_from_outside")
    withdraw_step(waiting, by=people["accountant"], now=NOW)
    opened(people, line, 10, 0)


def test_what_is_carried_in_from_outside_takes_of_the_ceiling_like_an_envelope(people):
    period = make_period(2021, 2025, ceiling_vnd=BILLION)
    year = make_budget_year(2024, envelope_vnd=BILLION - 400, period=period)
    line, other = (make_line(year, assigned_vnd=0) for _each in range(2))
    much = opened(people, line, 499_999, 0, carried_in_vnd=401)
    assert "Only 400 đồng of the programme's ceiling is left" in obstacle(much)
    with pytest.raises(Refused, match="Only 400 đồng of the programme's ceiling is left"):
        approved(people, much)
    refused(lambda: brought(other, 401), "entry_n_brought_within_ceiling")
    withdraw_step(much, by=people["accountant"], now=NOW)
    approved(people, opened(people, line, 499_999, 0, carried_in_vnd=300))
    assert ceiling_left(period) == 100
    refused(lambda: brought(other, 101), "entry_n_brought_within_ceiling")
    for attempt, guard in (
        (lambda: set_envelope(year, BILLION - 299), "years_within_ceiling"),
        (lambda: lower_ceiling(period, BILLION - 101), "ceiling_holds_its_years"),
    ):
        refused(attempt, guard)
    about = {"by": people["accountant"], "now": NOW, **PAPER}
    more = prepare_step("envelope", amount_vnd=BILLION - 299, year=year, **about)
    assert "leaves 999,999,700 đồng for 2024" in obstacle(more)
    step = prepare_step("ceiling", amount_vnd=BILLION - 101, period=period, **about)
    assert "cannot be lower" in obstacle(step)
    assert find_codes() == []
    followed = make_line(year, assigned_vnd=0, source=make_money_source(counts_to_ceiling=False))
    brought(followed, BILLION)  # of a source that does not count


def lower_ceiling(period, amount_vnd):
    step = make_budget_step("ceiling", amount_vnd, period=period, document_on=TODAY)
    type(period).objects.filter(pk=period.pk).update(ceiling_vnd=amount_vnd, ceiling_step=step)


def test_opening_sums_after_other_entries_say_why_and_are_marked(people, open_line):
    make_entry(open_line, "supplement", 5, happened_on=TODAY, recorded_at=NOW)
    with pytest.raises(Refused, match="why its opening sums come only now"):
        contract(people, open_line, reason=" ")
    step = contract(people, open_line, disbursed_vnd=500, reason="Bỏ sót khi nhập số dư đầu kỳ")
    assert step.late
    assert obstacle(BudgetStep.objects.get(pk=step.pk)) == ""
    with pytest.raises(NotAllowed):
        approve_step(step, by=people["accountant"], now=NOW)
    entries = approved(people, step)
    assert all(entry.opening and entry.step.late and entry.happened_on == TODAY for entry in entries)
    open_line.refresh_from_db()
    assert (open_line.committed_vnd, open_line.disbursed_vnd) == (800, 500)
    assert find_codes() == []


def test_an_error_in_opening_sums_is_put_right_although_ordinary_entries_stand(people, open_line):
    step = contract(people, open_line, disbursed_vnd=60)
    approved(people, step)
    commitment = Commitment.objects.get(pk=step.commitment_id)
    settled = make_entry(open_line, "settle", 10, commitment=commitment, happened_on=TODAY, recorded_at=NOW)
    make_reversal(settled, recorded_at=NOW)
    undone(people, open_line, commitment=commitment)
    assert Commitment.objects.get(pk=commitment.pk).state == "withdrawn"
    corrected = contract(people, open_line, disbursed_vnd=52, reason="Số đã chi đúng là 52 đồng")
    assert corrected.late
    approved(people, corrected)
    open_line.refresh_from_db()
    assert (open_line.committed_vnd, open_line.disbursed_vnd) == (800, 52)
    assert find_codes() == []


def again(people, commitment, **fields):
    said = PAPER | {"reason": "Số đã chi đúng là 52 đồng", "by": people["accountant"], "now": NOW} | fields
    return prepare_opening_again(commitment, **said)


@pytest.fixture
def living(people, open_line):
    """A contract opened with 60 paid and 40 of it settled, on which the portal has paid 20 since."""
    step = contract(people, open_line, disbursed_vnd=60, settled_vnd=40)
    approved(people, step)
    commitment = Commitment.objects.get(pk=step.commitment_id)
    make_paid_payment(commitment, 20, paid_on=TODAY, invoice_on=TODAY)
    return commitment


def reversed_entry(people, commitment, kind):
    entry = commitment.entries.get(kind=kind, opening=True, reverses=None, reversed_by=None)
    back = prepare_step(
        "reverse", amount_vnd=0, reverses=entry, reason="Ghi nhầm", by=people["accountant"], now=NOW, **CORRECTED
    )
    approved(people, back)


def test_a_wrong_opening_sum_of_a_contract_that_lives_on_is_booked_anew_by_two_people(people, open_line, living):
    with pytest.raises(Refused, match="Reverse the opening entry that is wrong first"):
        again(people, living, disbursed_vnd=52, settled_vnd=40)
    reversed_entry(people, living, "settle")
    reversed_entry(people, living, "pay")
    for sums, said in (
        ({"disbursed_vnd": 781, "settled_vnd": 40}, "Only 780 đồng"),
        ({"disbursed_vnd": 801}, "at most the amount"),
        ({"disbursed_vnd": 52, "reason": " "}, "what was wrong"),
        ({"disbursed_vnd": 52, "document_on": date(2024, 1, 31)}, "signed only on"),
        ({}, "Nothing of these sums"),
    ):
        with pytest.raises(Refused, match=said):
            again(people, living, **sums)
    step = again(people, living, disbursed_vnd=52, settled_vnd=40)
    with pytest.raises(Conflict, match="wait for approval already"):
        again(people, living, disbursed_vnd=1)
    assert obstacle(BudgetStep.objects.get(pk=step.pk)) == ""
    with pytest.raises(NotAllowed):
        approve_step(step, by=people["accountant"], now=NOW)
    entries = approved(people, step)
    assert [(entry.kind, entry.amount_vnd, entry.opening) for entry in entries] == [
        ("pay", 52, True),
        ("settle", 40, True),
    ]
    living.refresh_from_db()
    open_line.refresh_from_db()
    for row in (living, open_line):
        assert (row.committed_vnd, row.disbursed_vnd, row.settled_vnd) == (800, 72, 40)
    assert living.state == "approved"
    assert find_codes() == []
    with pytest.raises(Refused, match="Reverse the opening entry"):
        again(people, living, disbursed_vnd=52, settled_vnd=40)


def test_what_stands_of_a_contracts_opening_is_not_booked_twice(people, living):
    reversed_entry(people, living, "settle")
    with pytest.raises(Refused, match="stands with 60 đồng"):
        again(people, living, disbursed_vnd=52, settled_vnd=30)
    step = again(people, living, disbursed_vnd=60, settled_vnd=30)
    entries = approved(people, step)
    assert [(entry.kind, entry.amount_vnd) for entry in entries] == [("settle", 30)]
    other = make_budget_step(
        "opening", 800, line=living.line, year=living.line.year, commitment=living, disbursed_vnd=60
    )
    refused(
        lambda: make_entry(living.line, "pay", 60, opening=True, commitment=living, step=other), "entry_j_opening_fits"
    )


def test_a_refused_correction_leaves_its_contract_signed(people, living):
    reversed_entry(people, living, "settle")
    refuse_step(again(people, living, disbursed_vnd=60, settled_vnd=1), answer="Sai", by=people["chief"], now=NOW)
    withdraw_step(again(people, living, disbursed_vnd=60, settled_vnd=1), by=people["accountant"], now=NOW)
    assert Commitment.objects.get(pk=living.pk).state == "approved"
    ordinary = make_commitment(make_line(living.line.year, assigned_vnd=10), 10)
    with pytest.raises(Refused, match="from before the portal"):
        again(people, ordinary, disbursed_vnd=1)


def test_a_correction_leaves_the_cover_of_payments_under_way(people, living):
    reversed_entry(people, living, "settle")
    reversed_entry(people, living, "pay")
    make_payment(living, 700, state="sent")
    with pytest.raises(Refused, match=r"Only 80 đồng .*payment under way"):
        again(people, living, disbursed_vnd=81)
    step = again(people, living, disbursed_vnd=80)
    make_payment(living, 10)
    assert "Only 70 đồng" in obstacle(BudgetStep.objects.get(pk=step.pk))


def test_opening_sums_that_were_prepared_before_an_ordinary_entry_are_booked_after_it_without_a_reason(
    people, open_line
):
    step = contract(people, open_line)
    other = prepare_step(
        "deallocate", amount_vnd=1, line=open_line, by=people["accountant"], now=NOW + timedelta(hours=1), **PAPER
    )
    assert "12/HĐ-SCT" in said_of_waiting(other)
    approve_step(other, by=people["director"], now=NOW + timedelta(hours=2))
    assert not step.late
    approved(people, step, now=NOW + timedelta(hours=3))
    assert said_of_waiting(other) == ""
    assert find_codes() == []


def test_opening_sums_prepared_unaware_of_an_earlier_entry_are_refused_at_approval(people, open_line):
    step = contract(people, open_line)
    make_entry(open_line, "supplement", 5, happened_on=TODAY, recorded_at=NOW)
    assert "prepare them again" in obstacle(BudgetStep.objects.get(pk=step.pk))
    with pytest.raises(Refused, match="prepare them again"):
        approved(people, step)
    assert Commitment.objects.get(pk=step.commitment_id).state == "prepared", "nothing half done"


def test_what_stands_in_the_way_of_an_opening_is_said_before_and_at_approval(people, open_line):
    step = contract(people, open_line, amount_vnd=901)
    said = obstacle(BudgetStep.objects.get(pk=step.pk))
    assert "900 đồng" in said
    with pytest.raises(Refused, match=re.escape(said)):
        approved(people, step)
    large = opened(people, make_line(open_line.year, assigned_vnd=0), BILLION, 0)
    assert "envelope" in obstacle(BudgetStep.objects.get(pk=large.pk))
    with pytest.raises(Refused, match="envelope"):
        approved(people, large)


def test_a_year_that_has_not_begun_opens_with_no_spending_and_a_closed_one_with_nothing(people, line):
    coming = make_line(make_budget_year(2025, envelope_vnd=1_000, state="preparing"), assigned_vnd=0)
    approved(people, opened(people, coming, 10, 10))
    coming.refresh_from_db()
    assert coming.allocated_vnd == 10
    with pytest.raises(Refused, match="2025"):
        contract(people, coming)
    move_year(move_year(line.year, "adjusting"), "closed")
    line.refresh_from_db()
    with pytest.raises(Refused, match="2024"):
        opened(people, line)


def test_opening_sums_of_a_year_that_is_over_stand_on_its_last_day_and_hold_its_closing(people, line):
    approved(people, opened(people, line))
    move_year(line.year, "adjusting")
    later = datetime(2025, 1, 10, 3, tzinfo=UTC)
    step = contract(people, line, now=later)
    assert {each.code for each in obstacles(line.year)} >= {"steps", "commitments"}
    entries = approved(people, step, now=later)
    assert {entry.happened_on for entry in entries} == {date(2024, 12, 31)}


def test_opening_sums_are_booked_on_the_day_of_their_approval(people, line):
    step = opened(people, line)
    approved(people, step, now=datetime(2024, 8, 1, 3, tzinfo=UTC))
    step.refresh_from_db()
    assert step.happened_on == line.entries.first().happened_on == date(2024, 8, 1)


def test_an_opening_entry_is_reversed_like_any_other_and_may_be_entered_anew(people, open_line):
    step = contract(people, open_line, disbursed_vnd=300)
    approved(people, step)
    for entry in reversed(open_line.entries.filter(commitment=step.commitment)):
        back = prepare_step(
            "reverse", amount_vnd=0, reverses=entry, reason="Ghi nhầm", by=people["accountant"], now=NOW, **CORRECTED
        )
        approved(people, back)
    open_line.refresh_from_db()
    assert (open_line.committed_vnd, open_line.disbursed_vnd) == (0, 0)
    assert Commitment.objects.get(pk=step.commitment_id).state == "withdrawn", "its number is free again"
    approved(people, contract(people, open_line, disbursed_vnd=200))
    open_line.refresh_from_db()
    assert (open_line.committed_vnd, open_line.disbursed_vnd) == (800, 200)


def test_the_reversal_of_an_opening_entry_has_a_day_of_its_year_that_has_come(people, open_line):
    entry = open_line.entries.last()
    for day in (date(2024, 7, 17), date(2025, 1, 1)):
        with pytest.raises(Refused):
            prepare_step(
                "reverse",
                amount_vnd=0,
                reverses=entry,
                happened_on=day,
                reason="Ghi nhầm",
                by=people["accountant"],
                now=NOW,
                **CORRECTED,
            )


def test_a_number_that_the_line_has_already_is_refused(people, open_line):
    contract(people, open_line)
    with pytest.raises(Refused, match="number"):
        contract(people, open_line)


# --- what the database refuses -------------------------------------------------------------------


def refused(attempt, *names):
    with transaction.atomic(), pytest.raises(DatabaseError) as error:
        attempt()
    assert any(name in str(error.value) for name in names), error.value


def test_the_database_takes_no_opening_entry_without_an_approved_step_of_its_sum(people, open_line):
    waiting = contract(people, open_line)
    Commitment.objects.filter(pk=waiting.commitment_id).update(
        state="approved", decided_by=people["chief"].public_id, decided_at=NOW
    )
    commitment = Commitment.objects.get(pk=waiting.commitment_id)
    other = make_opening_step(
        open_line, "commit", 799, commitment=Commitment.objects.get(pk=commitment.pk), state="refused"
    )
    for step in (None, waiting, other):
        refused(
            lambda step=step: make_entry(open_line, "commit", 800, opening=True, commitment=commitment, step=step),
            "entry_j_opening_fits",
        )
    fits = make_opening_step(open_line, "assign", 5)
    refused(lambda: make_entry(open_line, "assign", 6, opening=True, step=fits), "entry_j_opening_fits")
    refused(lambda: make_entry(open_line, "cut", 5, opening=True, step=fits), "entry_j_opening_fits")


def test_the_database_takes_no_opening_sum_of_spending_without_a_contract_from_before_the_portal(people, open_line):
    step = make_opening_step(open_line, "commit", 5)
    refused(lambda: make_entry(open_line, "commit", 5, opening=True, step=step), "entry_e_commitment_fits")


def test_the_database_takes_no_opening_sum_after_another_entry(open_line):
    make_entry(open_line, "supplement", 5)
    refused(lambda: make_entry(open_line, "assign", 5, opening=True), "entry_j_opening_fits")
    assert LedgerEntry.objects.filter(line=open_line).count() == 3
    late = make_budget_step("opening", 5, line=line_of(900), year=open_line.year, late=True, reason="Bỏ sót")
    make_entry(late.line, "supplement", 5)
    make_entry(late.line, "assign", 5, opening=True, step=late)


def line_of(assigned_vnd):
    return make_line(assigned_vnd=assigned_vnd)


def test_the_database_takes_one_opening_total_of_a_line(people, open_line):
    for kind, amount in (("assign", 5), ("allocate", 5), ("carry_in", 5)):
        step = make_opening_step(open_line, kind, amount)
        pair = {"pair": uuid4()} if kind == "carry_in" else {}
        refused(
            lambda kind=kind, amount=amount, step=step, pair=pair: make_entry(
                open_line, kind, amount, opening=True, step=step, **pair
            ),
            "entry_j_opening_fits",
        )
    fresh = make_line(open_line.year, assigned_vnd=0)
    step = make_opening_step(fresh, "carry_in", 5)
    refused(lambda: make_entry(fresh, "carry_in", 4, opening=True, step=step, pair=uuid4()), "entry_j_opening_fits")
    make_entry(fresh, "carry_in", 5, opening=True, step=step, pair=uuid4())
    refused(lambda: make_entry(fresh, "assign", 5, opening=True), "entry_j_opening_fits")
    make_opening_step(fresh, "assign", 5, state="prepared")
    refused(lambda: make_opening_step(fresh, "assign", 5, state="prepared"), "one_opening_waiting_a_line", "UNIQUE")


def test_the_database_takes_no_later_opening_without_a_reason_nor_a_share_above_the_whole(open_line):
    where = {"line": open_line, "year": open_line.year}
    refused(lambda: make_budget_step("opening", 5, late=True, **where), "step_late_opening_with_reason")
    refused(lambda: make_budget_step("supplement", 5, late=True, reason="x", **where), "step_late_opening_with_reason")
    for sums in ({"carried_in_vnd": 6}, {"carried_in_vnd": -1}):
        refused(lambda sums=sums: make_budget_step("opening", 5, **sums, **where), "step_opening_sums_fall")
    refused(lambda: make_budget_step("supplement", 5, carried_in_vnd=1, **where), "step_opening_sums_fall")
