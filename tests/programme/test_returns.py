"""Money returned to the budget after its year was closed: two people, never more than was paid, never changed."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import override

from accounts.roles import Role
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from programme.models import BudgetStep, MoneyReturn
from programme.queries.money import Scope, breakdown
from programme.services.consistency import find_differences
from programme.services.returns import _require_day_of_voucher, left_to_return
from programme.services.steps import approve_step, obstacle, prepare_step, refuse_step, why_never, withdraw_step
from tests.factories import make_director, make_rule, make_user
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_closed_contract,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    make_return,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 7, 16, 3, 0, tzinfo=UTC)
PAPER = {"document": "Kết luận thanh tra số 9/KL-TTr", "document_on": date(2024, 7, 1)}
SAID = {"voucher": "GNT-001", "payer": "Công ty TNHH Minh Họa", "reason": "Chi vượt khối lượng"}


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def kinds_of(row):
    return list(Event.objects.filter(object_id=row.public_id).values_list("kind", flat=True))


@pytest.fixture
def people():
    roles = {"accountant": Role.ACCOUNTANT, "chief": Role.CHIEF_ACCOUNTANT}
    return {name: make_user(role) for name, role in roles.items()} | {"director": make_director()}


@pytest.fixture
def contract():
    return make_closed_contract(2019, 1_000)


def prepared(people, contract, amount_vnd=300, **fields):
    given = PAPER | SAID | {"happened_on": date(2024, 7, 10), "now": NOW} | fields
    return prepare_step(
        "budget_return",
        amount_vnd=amount_vnd,
        line=contract.line,
        commitment=contract,
        by=people["accountant"],
        **given,
    )


def undoing(people, row, **fields):
    given = PAPER | {"document_on": date(2024, 7, 10), "reason": "Ghi nhầm hợp đồng", "now": NOW} | fields
    return prepare_step("undo_return", amount_vnd=0, undoes=row, by=people["accountant"], **given)


def test_a_return_is_prepared_by_one_and_recorded_when_another_approves(people, contract):
    before = {name: getattr(contract.line, name) for name in ("disbursed_vnd", "recovered_vnd", "settled_vnd")}
    entries = contract.line.entries.count()
    step = prepared(people, contract)
    assert not MoneyReturn.objects.exists()
    for nobody in ("accountant", "director"):
        with pytest.raises(NotAllowed):
            approve_step(step, by=people[nobody], now=NOW)
    assert approve_step(step, by=people["chief"], now=NOW) == []
    row = MoneyReturn.objects.get()
    assert (row.amount_vnd, row.voucher, row.returned_on, row.payer) == (
        300,
        "GNT-001",
        date(2024, 7, 10),
        SAID["payer"],
    )
    assert (row.recorded_by, row.approved_by) == (people["accountant"].public_id, people["chief"].public_id)
    contract.line.refresh_from_db()
    assert {name: getattr(contract.line, name) for name in before} == before, "the closed year stays as it is"
    assert contract.line.entries.count() == entries
    assert "money returned to the budget" in kinds_of(contract)
    assert {finding.code for finding in find_differences()} <= {"events"}


def test_a_return_is_never_more_than_was_paid_and_has_not_come_back(people, contract):
    waiting = prepared(people, contract, 700, voucher="GNT-002")
    approve_step(prepared(people, contract, 400), by=people["chief"], now=NOW)
    assert left_to_return(contract) == 600
    with pytest.raises(Refused, match=re.escape("600 đồng")):
        prepared(people, contract, 601, voucher="GNT-003")
    assert "600 đồng" in obstacle(BudgetStep.objects.get(pk=waiting.pk))
    with pytest.raises(Refused, match=re.escape("600 đồng")):
        approve_step(waiting, by=people["chief"], now=NOW)
    assert BudgetStep.objects.get(pk=waiting.pk).state == "prepared"


def test_while_the_year_is_not_closed_money_is_recovered_and_not_returned(people):
    commitment = make_commitment(make_line())
    make_paid_payment(commitment, 1_000)
    with pytest.raises(Refused, match="Recovered, estimate restored"):
        prepared(people, commitment)
    assert "not closed" in why_never("budget_return", line=commitment.line, commitment=commitment)


def test_a_return_says_by_which_voucher_who_returned_it_and_why(people, contract):
    for missing in ({"voucher": " "}, {"payer": ""}, {"reason": " "}, {"document": ""}):
        with pytest.raises(Refused):
            prepared(people, contract, **missing)
    for day in (date(2024, 7, 17), date(2018, 12, 31)):
        with pytest.raises(Refused):
            prepared(people, contract, happened_on=day)
    for amount in (0, -1):
        with pytest.raises(Refused):
            prepared(people, contract, amount)


def test_one_voucher_is_entered_once_on_a_contract(people, contract):
    step = prepared(people, contract, 1)
    with pytest.raises(Conflict, match="GNT-001"):
        prepared(people, contract, 2)
    where = {"line": contract.line, "year": contract.line.year, "commitment": contract, "state": "prepared"}
    refused(lambda: make_budget_step("budget_return", 2, **where, **SAID), "step_recovers_once")
    approve_step(step, by=people["chief"], now=NOW)
    meanwhile = make_budget_step("budget_return", 2, **where, **SAID)
    for attempt in (
        lambda: prepared(people, contract, 2, voucher="gnt–001"),
        lambda: approve_step(meanwhile, by=people["chief"], now=NOW),
    ):
        with pytest.raises(Conflict, match=r"(?i)gnt.001"):
            attempt()


def test_a_voucher_is_the_same_however_it_is_typed(people, contract):
    waiting = prepared(people, contract, 1)
    for voucher in ("gnt–001", " gnt-001", "GNT - 001 ", "gnt 001", "ＧＮＴ.001"):
        with pytest.raises(Conflict, match=r"stands on a step of .* that waits for approval"):
            prepared(people, contract, 2, voucher=voucher)
    where = {"line": contract.line, "year": contract.line.year, "commitment": contract}
    approve_step(waiting, by=people["chief"], now=NOW)
    typed_apart = make_budget_step("budget_return", 2, state="prepared", **where, **SAID | {"voucher": "gnt-001"})
    assert "already" in obstacle(BudgetStep.objects.get(pk=typed_apart.pk))
    with pytest.raises(Conflict):
        approve_step(typed_apart, by=people["chief"], now=NOW)
    prepared(people, contract, 1, voucher="GNT-0011")


def test_what_came_back_before_the_year_was_closed_is_no_return(people, contract):
    closed = timezone.localdate(contract.line.year.closed_at)
    with pytest.raises(Refused, match=r"A voucher of 03/01/2021 lowers the spending .* was closed on 04/01/2021"):
        prepared(people, contract, happened_on=closed - timedelta(days=1))
    prepared(people, contract, happened_on=closed)


def test_what_came_back_after_the_adjustment_period_is_a_return_though_entered_after_closing(people, contract):
    row = {"code": "adjustment_ends", "label_vi": "Hết", "label_en": "Ends", "year_offset": 1, "month": 1, "day": 31}
    make_rule("budget_calendar", [row], valid_from=date(2017, 1, 1))
    contract.line.year.closed_at = datetime(2020, 11, 28, tzinfo=UTC)
    with pytest.raises(Refused, match="until 31/01/2020; but that year was closed on 28/11/2020"):
        _require_day_of_voucher(contract, date(2020, 1, 31))
    _require_day_of_voucher(contract, date(2020, 2, 1))


def test_nothing_comes_back_before_the_first_payment(people, contract):
    year = contract.line.year
    year.closed_at = datetime(2019, 1, 5, tzinfo=UTC)
    contract.line.year = year
    with pytest.raises(Refused, match="first payment on this contract or decision is of 05/03/2019"):
        _require_day_of_voucher(contract, date(2019, 3, 4))
    _require_day_of_voucher(contract, date(2019, 3, 5))


def test_a_reversal_of_a_return_has_a_day_that_can_be(people, contract):
    approve_step(prepared(people, contract), by=people["chief"], now=NOW)
    row = MoneyReturn.objects.get()
    for day, said in (
        (date(2024, 7, 17), "day of the reversal lies in the future"),
        (date(2024, 7, 9), "The return is of 10/07/2024"),
        (date(2020, 1, 1), "The return is of 10/07/2024"),
    ):
        with pytest.raises(Refused, match=said):
            undoing(people, row, happened_on=day)
    with pytest.raises(Refused, match="day of its document"):
        undoing(people, row, happened_on=date(2024, 7, 10), document_on=date(2024, 7, 12))
    with pytest.raises(Refused, match="cannot correct it"):
        undoing(people, row, happened_on=date(2024, 7, 10), document_on=date(2024, 7, 9))
    approve_step(undoing(people, row, happened_on=date(2024, 7, 10)), by=people["chief"], now=NOW)


def test_a_return_is_corrected_only_by_a_reversal_that_names_it(people, contract):
    approve_step(prepared(people, contract, 1_000), by=people["chief"], now=NOW)
    row = MoneyReturn.objects.get()
    with pytest.raises(Refused):
        undoing(people, row, reason=" ")
    step = undoing(people, row)
    with pytest.raises(Conflict):
        undoing(people, row)
    approve_step(step, by=people["chief"], now=NOW)
    back = MoneyReturn.objects.get(reverses=row)
    assert (back.amount_vnd, back.voucher) == (1_000, row.voucher)
    assert left_to_return(contract) == 1_000
    for gone in (row, back):
        with pytest.raises(Refused):
            undoing(people, gone)
    approve_step(prepared(people, contract, 1_000), by=people["chief"], now=NOW)  # its voucher is free again
    assert left_to_return(contract) == 0


def test_a_refused_or_withdrawn_return_records_nothing(people, contract):
    refuse_step(prepared(people, contract), answer="Thiếu giấy nộp tiền", by=people["chief"], now=NOW)
    withdraw_step(prepared(people, contract), by=people["accountant"], now=NOW)
    assert not MoneyReturn.objects.exists()


def test_returns_of_a_contract_from_a_line_that_is_not_its_own_are_refused_by_the_step(people, contract):
    other = make_closed_contract(2014, 500)
    step = prepare_step(
        "budget_return",
        amount_vnd=5,
        line=other.line,
        commitment=contract,
        by=people["accountant"],
        now=NOW,
        happened_on=date(2024, 7, 10),
        **PAPER,
        **SAID,
    )
    assert step.line == contract.line


def test_the_state_of_the_money_tells_what_was_returned_beside_unchanged_balances(people, contract, now):
    make_return(contract, 300)
    make_return(contract, 50, reverses=make_return(contract, 50))
    year = contract.line.year
    groups, sums = breakdown(Scope(year.period, [year], year), "task", now.date())
    assert (sums.returned_vnd, sums.managed.spent_vnd) == (300, 1_000)
    assert [group.returned_vnd for group in groups] == [300]


# --- what the database refuses -------------------------------------------------------------------


def refused(attempt, *names):
    with transaction.atomic(), pytest.raises(DatabaseError) as error:
        attempt()
    assert any(name in str(error.value) for name in names), error.value


def test_the_database_holds_every_rule_of_returns(contract):
    row = make_return(contract, 900)
    refused(lambda: make_return(contract, 101), "return_b_within_what_was_paid")
    refused(lambda: make_return(contract, 5, reverses=row), "return_c_reversal_fits")
    make_return(contract, 900, reverses=row)
    make_return(contract, 1_000)
    open_one = make_commitment(make_line(make_budget_year(2024)))
    make_paid_payment(open_one, 100)
    refused(lambda: make_return(open_one, 1), "return_a_of_closed_year")
    step = make_budget_step(
        "budget_return",
        1,
        line=contract.line,
        year=contract.line.year,
        commitment=contract,
        state="prepared",
        **SAID,
    )
    like = {name: getattr(row, name) for name in ("document", "document_on", "returned_on", "payer", "reason")}
    who = {"recorded_at": NOW, "recorded_by": row.recorded_by, "approved_by": row.approved_by}
    small = make_closed_contract(2014, 10)
    for target in (contract, small):
        refused(
            lambda target=target: MoneyReturn.objects.create(
                commitment=target, amount_vnd=1, step=step, voucher="GNT-001", **like, **who
            ),
            "return_d_by_its_step",
            "return_b_within_what_was_paid",
        )


def test_the_database_takes_a_voucher_of_a_contract_once(contract):
    row = make_return(contract, 10, voucher="GNT-7")
    refused(lambda: make_return(contract, 10, voucher=" gnt- 7"), "return_e_by_another_voucher")
    make_return(contract, 10, reverses=row)
    make_return(contract, 10, voucher="gnt-7")
    refused(lambda: make_return(contract, 10, voucher="GNT–7"), "return_e_by_another_voucher")


def test_a_return_is_neither_changed_nor_deleted(contract):
    row = make_return(contract, 900)
    keep = ("keep_programme_moneyreturn", "permission denied")
    refused(lambda: MoneyReturn.objects.filter(pk=row.pk).update(amount_vnd=1), *keep)
    refused(lambda: MoneyReturn.objects.filter(pk=row.pk).delete(), *keep)


def test_the_balances_of_the_closed_year_still_refuse_an_entry(contract):
    refused(lambda: make_entry(contract.line, "recover", 1, commitment=contract), "entry_b_year_takes_it")
