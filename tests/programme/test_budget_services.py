import re
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils.translation import override

from accounts.models import Delegation
from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from programme.models import BudgetStep, Commitment, EntryKind, LedgerEntry, Payment, YearState
from programme.services.commitments import (
    approve_commitment,
    liquidate_commitment,
    prepare_commitment,
    refuse_commitment,
    withdraw_commitment,
)
from programme.services.consistency import find_differences
from programme.services.ledger import ceiling_left, envelope_left
from programme.services.lines import add_line, describe_line, plan_spending, record_report
from programme.services.payments import (
    control_payment,
    prepare_payment,
    record_paid,
    record_refused,
    return_payment,
    send_payment,
    sign_payment,
    withdraw_payment,
)
from programme.services.steps import (
    approve_step,
    approve_without_caution,
    doubt,
    obstacle,
    prepare_step,
    refuse_step,
    why_never,
    withdraw_step,
)
from programme.services.years import add_year, close_year, obstacles, open_year, start_adjusting
from reference.models import Rule
from screens import formats
from tests.factories import (
    make_agency,
    make_auditor,
    make_director,
    make_head,
    make_money_source,
    make_office,
    make_officer,
    make_period,
    make_rule,
    make_user,
)
from tests.programme.making import (
    CLERK,
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_opening_contract,
    make_paid_payment,
    make_task,
    move_year,
)

pytestmark = pytest.mark.django_db
BILLION = 10**9
NOW = datetime(2024, 7, 16, 3, 0, tzinfo=UTC)
TODAY = date(2024, 7, 16)
PAPER = {"document": "Quyết định số 12/QĐ-UBND", "document_on": date(2024, 7, 1)}
CORRECTED = PAPER | {"document_on": TODAY}


@pytest.fixture
def people():
    make_rule("budget_approval_thresholds", {"deputy_director": BILLION})
    make_rule("budget_advance_ceiling", {"percent": 30})
    make_rule("carry_over_grounds", [{"code": "contracts", "label_vi": "Hợp đồng đã ký", "label_en": "Contracts"}])
    return {
        "accountant": make_user(Role.ACCOUNTANT),
        "chief": make_user(Role.CHIEF_ACCOUNTANT),
        "director": make_director(),
        "deputy": make_user(Role.DEPUTY_DIRECTOR),
        "officer": make_officer(),
    }


@pytest.fixture
def line():
    return make_line(
        make_budget_year(2024, envelope_vnd=10 * BILLION), assigned_vnd=5 * BILLION, allocated_vnd=3 * BILLION
    )


def prepared(people, kind, amount_vnd=1_000_000, **fields):
    paper = CORRECTED if kind in ("settle", "recover", "recover_advance") else PAPER
    return prepare_step(kind, amount_vnd=amount_vnd, by=people["accountant"], now=NOW, **(paper | fields))


def contract(people, line, amount_vnd=1_000_000_000, **fields):
    content = {
        "kind": "contract",
        "number": f"{uuid.uuid4().hex[:6]}/HĐ-SCT",
        "signed_on": date(2024, 7, 1),
        "what": "Dàn dựng gian hàng",
        "amount_vnd": amount_vnd,
        "payee": "Công ty TNHH Minh Họa",
        "payee_account": "1903 1234",
    }
    return prepare_commitment(line, by=people["officer"], **({"now": NOW} | content | fields))


def signed(people, line, amount_vnd=1_000_000_000, **fields):
    commitment = contract(people, line, amount_vnd, **fields)
    approve_commitment(commitment, by=people["director"], now=NOW)
    commitment.refresh_from_db()
    return commitment


def payment_of(people, commitment, amount_vnd=100_000_000, kind="payment", **fields):
    content = {
        "kind": kind,
        "amount_vnd": amount_vnd,
        "clears_vnd": 0,
        "payee": "Công ty TNHH Minh Họa",
        "payee_account": "19031234",
        "invoice": "Hóa đơn 0000123",
        "invoice_on": date(2024, 7, 10),
    }
    return prepare_payment(commitment, by=people["accountant"], now=NOW, **(content | fields))


def paid(people, payment, voucher=None):
    control_payment(payment, by=people["chief"], now=NOW)
    sign_payment(payment, by=people["director"], now=NOW)
    send_payment(payment, by=people["accountant"], now=NOW)
    return record_paid(
        payment, voucher=voucher or uuid.uuid4().hex[:8], paid_on=TODAY, by=people["accountant"], now=NOW
    )


# --- steps ---------------------------------------------------------------------------------------


def test_a_prepared_step_takes_no_room_and_its_approval_books_one_entry(people, line):
    step = prepared(people, "allocate", 2 * BILLION, line=line)
    line.refresh_from_db()
    assert line.allocated_vnd == 3 * BILLION
    (entry,) = approve_step(step, by=people["director"], now=NOW)
    line.refresh_from_db()
    step.refresh_from_db()
    assert (line.allocated_vnd, step.state) == (5 * BILLION, "approved")
    assert (entry.recorded_by, entry.approved_by) == (people["accountant"].public_id, people["director"].public_id)
    assert entry.document == PAPER["document"]
    assert set(Event.objects.filter(object_id=step.public_id).values_list("kind", flat=True)) == {
        "budget step prepared",
        "budget step approved",
    }
    assert Event.objects.filter(object_id=entry.public_id, kind="entry booked").count() == 1


def test_an_approval_without_room_is_refused_and_says_how_much_is_left(people, line):
    step = prepared(people, "allocate", 2 * BILLION + 1, line=line)
    with pytest.raises(Refused, match=re.escape("2.000.000.000 đồng")):
        approve_step(step, by=people["director"], now=NOW)
    step.refresh_from_db()
    assert step.state == "prepared"


def test_whoever_prepared_a_step_never_approves_it(people, line):
    both = make_user(Role.ACCOUNTANT, Role.DIRECTOR)
    step = prepare_step("allocate", amount_vnd=1, line=line, by=both, now=NOW, **PAPER)
    with pytest.raises(NotAllowed):
        approve_step(step, by=both, now=NOW)
    with pytest.raises(NotAllowed):
        refuse_step(step, answer="Không đúng", by=both, now=NOW)


def test_a_step_is_decided_once(people, line):
    step = prepared(people, "allocate", 1, line=line)
    approve_step(step, by=people["director"], now=NOW)
    for again in (
        lambda: approve_step(step, by=people["director"], now=NOW),
        lambda: refuse_step(step, answer="x", by=people["director"], now=NOW),
        lambda: withdraw_step(step, by=people["accountant"], now=NOW),
    ):
        with pytest.raises(Conflict, match="10:00 16/07/2024"):
            again()
    assert line.entries.filter(step=step).count() == 1


def test_a_step_is_refused_with_a_reason_and_withdrawn_by_its_preparer(people, line):
    step = prepared(people, "allocate", 1, line=line)
    with pytest.raises(Refused):
        refuse_step(step, answer=" ", by=people["director"], now=NOW)
    refuse_step(step, answer="Chưa có dự toán chi tiết", by=people["director"], now=NOW)
    mine = prepared(people, "allocate", 1, line=line)
    with pytest.raises(NotAllowed):
        withdraw_step(mine, by=make_user(Role.ACCOUNTANT), now=NOW)
    withdraw_step(mine, by=people["accountant"], now=NOW)
    assert list(BudgetStep.objects.order_by("id").values_list("state", flat=True)) == [
        "approved",
        "refused",
        "withdrawn",
    ]


def test_a_deputy_approves_up_to_the_threshold_that_is_data(people, line):
    step = prepared(people, "allocate", BILLION + 1, line=line)
    with pytest.raises(NotAllowed, match=re.escape("1.000.000.000 đồng")):
        approve_step(step, by=people["deputy"], now=NOW)
    approve_step(prepared(people, "allocate", BILLION, line=line), by=people["deputy"], now=NOW)
    line.refresh_from_db()
    assert line.allocated_vnd == 4 * BILLION


def test_money_of_a_line_moves_to_another_as_a_pair(people, line):
    other = make_line(line.year, assigned_vnd=BILLION, source=line.source)
    step = prepared(people, "transfer", BILLION, line=line, other_line=other)
    out, into = approve_step(step, by=people["chief"], now=NOW)
    assert (out.kind, into.kind, out.pair == into.pair) == ("transfer_out", "transfer_in", True)
    line.refresh_from_db()
    other.refresh_from_db()
    assert (line.assigned_vnd, other.assigned_vnd) == (4 * BILLION, 2 * BILLION)
    back = prepare_step(
        "reverse", amount_vnd=0, reverses=out, reason="Nhầm dòng", by=people["accountant"], now=NOW, **CORRECTED
    )
    assert len(approve_step(back, by=people["chief"], now=NOW)) == 2
    line.refresh_from_db()
    other.refresh_from_db()
    assert (line.assigned_vnd, other.assigned_vnd) == (5 * BILLION, BILLION)


def test_money_is_carried_over_on_a_lawful_ground_to_the_same_task_of_the_next_year(people, line):
    after = make_budget_year(2025, envelope_vnd=BILLION, state="preparing", period=line.year.period)
    target = make_line(after, assigned_vnd=0, task=line.task, source=line.source)
    with pytest.raises(Refused, match="2024"):  # the year is not over
        prepared(people, "carry_over", BILLION, line=line, other_line=target, ground="contracts")
    move_year(line.year, "adjusting")
    with pytest.raises(Refused):
        prepared(people, "carry_over", BILLION, line=line, other_line=target, ground="no such ground")
    with pytest.raises(Refused):
        prepared(
            people, "carry_over", BILLION, line=line, other_line=make_line(after, assigned_vnd=0), ground="contracts"
        )
    step = prepared(people, "carry_over", 2 * BILLION, line=line, other_line=target, ground="contracts")
    approve_step(step, by=people["director"], now=NOW)
    line.refresh_from_db()
    target.refresh_from_db()
    assert (line.carried_out_vnd, target.carried_in_vnd, target.assigned_vnd) == (2 * BILLION, 2 * BILLION, 2 * BILLION)
    assert envelope_left(after) == BILLION  # carried money is not counted again


def test_a_year_is_closed_after_what_was_never_allocated_is_cancelled_or_carried_over(people, line):
    after = make_budget_year(2025, envelope_vnd=BILLION, state="preparing", period=line.year.period)
    target = make_line(after, assigned_vnd=0, task=line.task, source=line.source)
    approve_step(prepared(people, "allocate", 2 * BILLION, line=line), by=people["director"], now=NOW)
    move_year(line.year, "adjusting")
    approve_step(prepared(people, "deallocate", BILLION, line=line), by=people["director"], now=NOW)
    line.refresh_from_db()
    free = line.free_vnd
    assert (free, line.unallocated_vnd, line.left_vnd) == (5 * BILLION, BILLION, 4 * BILLION)
    with pytest.raises(Refused, match=re.escape(formats.money(free))):
        approve_step(prepared(people, "cancel", free + 1, line=line), by=people["director"], now=NOW)
    over = {"other_line": target, "ground": "contracts"}
    approve_step(prepared(people, "carry_over", free - 7, line=line, **over), by=people["director"], now=NOW)
    assert [obstacle.code for obstacle in obstacles(line.year)] == ["steps", "left"]
    withdraw_step(BudgetStep.objects.prepared().get(), by=people["accountant"], now=NOW)
    approve_step(prepared(people, "cancel", 7, line=line), by=people["director"], now=NOW)
    assert obstacles(line.year) == []
    move_year(line.year, "closed", at=NOW)
    assert {finding.code for finding in find_differences()} <= {"events"}


def test_ceiling_and_envelope_change_by_decisions_within_each_other(people):
    period = make_period(2021, 2025, ceiling_vnd=20 * BILLION)
    year = make_budget_year(2024, envelope_vnd=12 * BILLION, period=period)
    make_line(year, assigned_vnd=10 * BILLION)
    with pytest.raises(Refused, match=re.escape("20.000.000.000 đồng")):
        approve_step(prepared(people, "envelope", 20 * BILLION + 1, year=year), by=people["chief"], now=NOW)
    with pytest.raises(Refused, match=re.escape("10.000.000.000 đồng")):
        approve_step(prepared(people, "envelope", 9 * BILLION, year=year), by=people["chief"], now=NOW)
    with pytest.raises(Refused, match=re.escape("12.000.000.000 đồng")):
        approve_step(prepared(people, "ceiling", 11 * BILLION, period=period), by=people["chief"], now=NOW)
    approve_step(prepared(people, "ceiling", 25 * BILLION, period=period), by=people["chief"], now=NOW)
    approve_step(prepared(people, "envelope", 25 * BILLION, year=year), by=people["chief"], now=NOW)
    period.refresh_from_db()
    assert (period.ceiling_vnd, ceiling_left(period)) == (25 * BILLION, 0)


def test_a_limit_changes_by_no_decision_older_than_the_one_it_stands_by(people):
    year = make_budget_year(2024, envelope_vnd=12 * BILLION)  # by a decision of 10/12/2023
    with pytest.raises(Refused, match="10/12/2023"):
        prepared(people, "envelope", 11 * BILLION, year=year, document_on=date(2023, 12, 9))
    older = prepared(people, "envelope", 11 * BILLION, year=year, document_on=date(2023, 12, 10))
    newer = prepared(people, "envelope", 10 * BILLION, year=year, document_on=date(2023, 12, 11))
    ceiling = prepared(people, "ceiling", 30 * BILLION, period=year.period, document_on=date(2023, 12, 11))
    for step in (newer, ceiling):
        approve_step(step, by=people["chief"], now=NOW)
    with pytest.raises(Refused, match="11/12/2023"):
        approve_step(older, by=people["chief"], now=NOW)
    year.refresh_from_db()
    with pytest.raises(Refused, match="11/12/2023"):
        prepared(people, "ceiling", 29 * BILLION, period=year.period, document_on=date(2023, 12, 10))
    assert year.envelope_vnd == 10 * BILLION


def test_a_step_booked_on_an_earlier_day_is_held_against_what_stood_then_and_since(people):
    year = make_budget_year(2024, envelope_vnd=10 * BILLION)
    line = make_line(year, assigned_vnd=0)
    for day, kind, amount in (((3, 1), "assign", 5), ((4, 1), "allocate", 4)):
        make_entry(line, kind, amount * BILLION, happened_on=date(2024, *day))
    contract = make_commitment(line, 3 * BILLION, signed_on=date(2024, 4, 10))
    paid = make_paid_payment(contract, BILLION, paid_on=date(2024, 5, 20))
    assert paid.entries.get().happened_on == date(2024, 5, 20)
    contract.refresh_from_db()

    def said_of(kind, amount, on, **about):
        early = {"document": "Quyết định số 1/QĐ-SCT", "document_on": on if about else date(2024, 1, 2)}
        about |= early | {"prepared_by": people["accountant"].public_id, "prepared_at": NOW}
        line.refresh_from_db()
        step = make_budget_step(kind, amount, state="prepared", line=line, year=year, happened_on=on, **about)
        said = obstacle(step)
        if not said:
            approve_step(step, by=people["director"], now=NOW)
            return ""
        with pytest.raises(Refused, match=re.escape(said)):
            approve_step(step, by=people["director"], now=NOW)
        return said

    assert "10/02/2024" in said_of("allocate", 1, date(2024, 2, 10)), "nothing was assigned yet"
    assert "19/05/2024" in said_of("settle", 1, date(2024, 5, 19), commitment=contract), "nothing was paid yet"
    assert "11/02/2024" in said_of("cancel", 1, date(2024, 2, 11)), "nothing was assigned yet"
    assert said_of("settle", BILLION, date(2024, 5, 20), commitment=contract) == ""
    assert said_of("allocate", BILLION, date(2024, 3, 1)) == ""


def test_the_envelope_of_a_year_that_is_over_is_lowered_and_never_raised(people):
    year = make_budget_year(2024, envelope_vnd=12 * BILLION)
    waiting = prepared(people, "envelope", 13 * BILLION, year=year)
    move_year(year, "adjusting")
    for attempt in (
        lambda: prepared(people, "envelope", 13 * BILLION, year=year),
        lambda: approve_step(waiting, by=people["chief"], now=NOW),
    ):
        with pytest.raises(Refused, match=re.escape("12.000.000.000 đồng")):
            attempt()
    refuse_step(waiting, answer="Năm đã hết", by=people["chief"], now=NOW)  # a step that waits holds the closing up
    approve_step(prepared(people, "envelope", 11 * BILLION, year=year), by=people["chief"], now=NOW)
    move_year(year, "closed")
    with pytest.raises(Refused, match="2024"):
        prepared(people, "envelope", 10 * BILLION, year=year)
    assert "2024" in why_never("envelope", line=None, year=year)


def test_a_ground_for_carrying_over_that_the_ledger_does_not_show_is_doubted(people, line):
    after = make_budget_year(2025, envelope_vnd=BILLION, state="preparing", period=line.year.period)
    target = make_line(after, assigned_vnd=0, task=line.task, source=line.source)
    bound = make_commitment(line, 400_000_000)
    make_paid_payment(bound, 400_000_000)
    move_year(line.year, "adjusting")
    step = prepared(people, "carry_over", BILLION, line=line, other_line=target, ground="contracts")
    assert doubt(step), "all that was signed is paid"
    step.ground = "additions_after_30_9"
    assert "30/9" in doubt(step)
    step.ground = "science_technology"
    assert doubt(step) == "", "the ledger cannot tell"


def test_cancelled_money_frees_the_ceiling_only_by_a_decision_on_the_envelope(people, line):
    before = envelope_left(line.year)
    approve_step(prepared(people, "cancel", BILLION, line=line), by=people["director"], now=NOW)
    assert envelope_left(line.year) == before


def test_withheld_saving_is_no_room_for_others_until_a_decision_releases_it(people, line):
    other, left = make_line(line.year, assigned_vnd=0), envelope_left(line.year)
    approve_step(prepared(people, "saving", BILLION, line=line, reason="Đợt 1"), by=people["chief"], now=NOW)
    assert envelope_left(line.year) == left
    more = prepared(people, "supplement", left + 1, line=other)
    with override("vi"), pytest.raises(Refused, match="Hạn mức năm 2024 chỉ còn"):
        approve_step(more, by=people["chief"], now=NOW)
    with override("vi"), pytest.raises(Refused, match="giữ lại"):
        approve_step(prepared(people, "envelope", 5 * BILLION - 1, year=line.year), by=people["chief"], now=NOW)
    with override("vi"), pytest.raises(Refused, match="giữ lại"):
        approve_step(prepared(people, "release", BILLION + 1, line=line), by=people["chief"], now=NOW)
    (entry,) = approve_step(prepared(people, "release", BILLION, line=line), by=people["chief"], now=NOW)
    approve_step(more, by=people["chief"], now=NOW)
    assert (entry.kind, envelope_left(line.year)) == ("release", BILLION - 1)


def test_a_reversal_is_not_reversed_and_no_entry_twice(people, line):
    (entry,) = approve_step(prepared(people, "allocate", BILLION, line=line), by=people["director"], now=NOW)
    fields = {
        "amount_vnd": 0,
        "reverses": entry,
        "reason": "Nhầm số",
        "by": people["accountant"],
        "now": NOW,
        **CORRECTED,
    }
    with pytest.raises(Refused):
        prepare_step("reverse", **(fields | {"reason": ""}))
    step = prepare_step("reverse", **fields)
    with pytest.raises(Conflict):
        prepare_step("reverse", **fields)
    (reversal,) = approve_step(step, by=people["chief"], now=NOW)
    assert reversal.reverses == entry and reversal.reason == "Nhầm số"
    with pytest.raises(Refused):
        prepare_step("reverse", **(fields | {"reverses": reversal}))
    with pytest.raises(Conflict):
        prepare_step("reverse", **fields)


@pytest.mark.parametrize(
    "wrong",
    [{"amount_vnd": 0}, {"amount_vnd": -5}, {"document": " "}, {"document_on": date(2024, 7, 17)}, {"line": None}],
)
def test_a_step_that_no_approval_could_make_right_is_refused_at_once(people, line, wrong):
    fields = {"amount_vnd": 1, "line": line, **PAPER} | wrong
    with pytest.raises(Refused):
        prepare_step("allocate", by=people["accountant"], now=NOW, **fields)
    assert not BudgetStep.objects.filter(kind="allocate").exists()


def test_a_delegate_acts_for_the_giver_and_counts_as_both(people, line):
    head = make_head()
    Delegation.objects.create(
        giver=people["director"],
        receiver=head,
        action="budget.approve spending",
        starts_on=date(2024, 7, 1),
        ends_on=date(2024, 7, 31),
        planned_ends_on=date(2024, 7, 31),
        paper="15/GUQ-SCT",
        created_by=people["director"].public_id,
        created_at=NOW,
    )
    step = prepared(people, "allocate", 5, line=line)
    approve_step(step, by=head, now=NOW)
    step.refresh_from_db()
    assert (step.decided_by, step.decided_for) == (head.public_id, people["director"].public_id)


# --- commitments -----------------------------------------------------------------------------------


def test_a_commitment_takes_room_only_when_another_approves_it(people, line):
    commitment = contract(people, line, 3 * BILLION)
    line.refresh_from_db()
    assert line.committed_vnd == 0
    approve_commitment(commitment, by=people["director"], now=NOW)
    line.refresh_from_db()
    commitment.refresh_from_db()
    assert (line.committed_vnd, commitment.committed_vnd, commitment.state) == (3 * BILLION, 3 * BILLION, "approved")
    late = contract(people, line, 1)
    with pytest.raises(Refused, match=re.escape("0 đồng")):
        approve_commitment(late, by=people["director"], now=NOW)
    assert refuse_commitment(late, answer="Hết kinh phí", by=people["director"], now=NOW).state == "refused"


def test_of_many_prepared_for_room_for_one_exactly_one_is_approved(people, line):
    waiting = [contract(people, line, 3 * BILLION) for _ in range(5)]
    outcomes = []
    for commitment in waiting:
        try:
            approve_commitment(commitment, by=people["director"], now=NOW)
            outcomes.append("approved")
        except Refused:
            outcomes.append("refused")
    assert outcomes == ["approved"] + ["refused"] * 4


def test_a_commitment_is_approved_by_another_within_the_threshold(people, line):
    with pytest.raises(NotAllowed):
        approve_commitment(contract(people, line, 2 * BILLION), by=people["deputy"], now=NOW)
    for nobody in (people["officer"], people["chief"], make_auditor(), make_user()):
        with pytest.raises(NotAllowed):
            approve_commitment(contract(people, line, 1), by=nobody, now=NOW)


def test_centre_staff_bind_money_of_their_own_tasks_only(people):
    centre = make_office(kind="centre")
    staff = make_user(Role.CENTRE_STAFF, office=centre)
    year = make_budget_year(2024)
    own, other = (make_line(year, task=make_task(office=office)) for office in (centre, make_office()))
    contract(people | {"officer": staff}, own)
    with pytest.raises(NotAllowed):
        contract(people | {"officer": staff}, other)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_vnd": 0},
        {"number": " "},
        {"payee": ""},
        {"signed_on": date(2024, 7, 17)},
        {"ends_on": date(2024, 6, 1)},
    ],
)
def test_a_commitment_with_a_fault_is_refused_with_a_sentence(people, line, wrong):
    with pytest.raises(Refused):
        contract(people, line, **({"amount_vnd": 10} | wrong))
    assert not Commitment.objects.exists()


def test_steps_before_a_contract_are_dated_in_their_order(people, line):
    estimate = {"kind": "estimate", "number": "1/QĐ-SCT", "decided_on": date(2024, 6, 3)}
    result = {"kind": "result", "number": "3/QĐ-SCT", "decided_on": date(2024, 6, 20)}
    commitment = contract(people, line, 10, procurement=(estimate, result))
    assert [step.number for step in commitment.procurement.all()] == ["1/QĐ-SCT", "3/QĐ-SCT"]
    for day, said in (
        (
            date(2024, 6, 25),
            r"“Kết quả lựa chọn nhà thầu” \(20/06/2024\) đề ngày trước “Phê duyệt dự toán” \(25/06/2024\)",
        ),
        (date(2024, 7, 17), r"“Phê duyệt dự toán” đề ngày ở tương lai \(17/07/2024\)"),
    ):
        with pytest.raises(Refused, match=said):
            contract(people, line, 10, procurement=(estimate | {"decided_on": day}, result))
    with pytest.raises(Refused, match=r"ký ngày 01/07/2024, trước “Kết quả lựa chọn nhà thầu” \(02/07/2024\)"):
        contract(people, line, 10, procurement=(result | {"decided_on": date(2024, 7, 2)},))


def test_the_same_number_stands_once_on_a_line(people, line):
    contract(people, line, 10, number="5/HĐ-SCT")
    with pytest.raises(Refused):
        contract(people, line, 10, number="5/HĐ-SCT")


def test_a_commitment_is_withdrawn_by_its_preparer(people, line):
    commitment = contract(people, line, 10)
    with pytest.raises(NotAllowed):
        withdraw_commitment(commitment, by=make_officer(), now=NOW)
    assert withdraw_commitment(commitment, by=people["officer"], now=NOW).state == "withdrawn"


# --- payments --------------------------------------------------------------------------------------


def test_only_the_treasurys_answer_disburses(people, line):
    commitment = signed(people, line)
    payment = payment_of(people, commitment, 400_000_000)
    for act, by in ((control_payment, "chief"), (sign_payment, "director"), (send_payment, "accountant")):
        act(payment, by=people[by], now=NOW)
        line.refresh_from_db()
        assert line.disbursed_vnd == 0
    (entry,) = record_paid(payment, voucher="KB-001", paid_on=TODAY, by=people["accountant"], now=NOW)
    line.refresh_from_db()
    payment.refresh_from_db()
    assert (line.disbursed_vnd, entry.kind, entry.document, payment.state) == (400_000_000, "pay", "KB-001", "paid")


def test_a_refusal_of_the_treasury_moves_nothing_and_frees_the_contract(people, line):
    commitment = signed(people, line, 100)
    payment = payment_of(people, commitment, 100)
    control_payment(payment, by=people["chief"], now=NOW)
    sign_payment(payment, by=people["director"], now=NOW)
    send_payment(payment, by=people["accountant"], now=NOW)
    with pytest.raises(Refused):
        payment_of(people, commitment, 1)
    record_refused(payment, answer="Thiếu biên bản nghiệm thu", by=people["accountant"], now=NOW)
    line.refresh_from_db()
    assert line.disbursed_vnd == 0
    assert payment_of(people, commitment, 100).state == "prepared"


def test_an_advance_has_a_ceiling_and_is_cleared_by_payments(people, line):
    commitment = signed(people, line, 1_000_000_000)
    with pytest.raises(Refused, match=re.escape("300.000.000 đồng")):
        payment_of(people, commitment, 300_000_001, kind="advance")
    paid(people, payment_of(people, commitment, 300_000_000, kind="advance"))
    commitment.refresh_from_db()
    assert (commitment.advanced_vnd, commitment.disbursed_vnd) == (300_000_000, 300_000_000)
    with pytest.raises(Refused, match=re.escape("300.000.000 đồng")):
        payment_of(people, commitment, 0, clears_vnd=300_000_001)
    entries = paid(people, payment_of(people, commitment, 100_000_000, clears_vnd=300_000_000))
    commitment.refresh_from_db()
    assert [entry.kind for entry in entries] == ["clear", "pay"]
    assert (commitment.advanced_vnd, commitment.disbursed_vnd) == (0, 400_000_000)  # clearing is no disbursement


def test_a_payment_needs_three_people(people, line):
    commitment = signed(people, line)
    everything = make_user(Role.ACCOUNTANT, Role.CHIEF_ACCOUNTANT, Role.DIRECTOR)
    payment = payment_of(people | {"accountant": everything}, commitment)
    with pytest.raises(NotAllowed):
        control_payment(payment, by=everything, now=NOW)
    control_payment(payment, by=people["chief"], now=NOW)
    with pytest.raises(NotAllowed):
        sign_payment(payment, by=everything, now=NOW)
    chief_and_director = make_user(Role.CHIEF_ACCOUNTANT, Role.DIRECTOR)
    second = payment_of(people, commitment)
    control_payment(second, by=chief_and_director, now=NOW)
    with pytest.raises(NotAllowed):
        sign_payment(second, by=chief_and_director, now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_vnd": 1_000_000_001},
        {"amount_vnd": 0},
        {"payee": "Người khác"},
        {"payee_account": "999"},
        {"invoice": ""},
        {"invoice_on": date(2024, 6, 30)},
        {"invoice_on": date(2024, 7, 17)},
        {"kind": "advance", "clears_vnd": 5},
    ],
)
def test_a_payment_that_its_contract_does_not_bear_is_refused(people, line, wrong):
    commitment = signed(people, line)
    with pytest.raises(Refused):
        payment_of(people, commitment, **({"amount_vnd": 10} | wrong))
    assert not Payment.objects.exists()


def test_payments_waiting_count_against_their_contract(people, line):
    commitment = signed(people, line, 100)
    payment_of(people, commitment, 60)
    with pytest.raises(Refused, match=re.escape("40 đồng")):
        payment_of(people, commitment, 41)


def test_a_payment_is_given_back_or_withdrawn_before_it_is_sent(people, line):
    commitment = signed(people, line)
    payment = payment_of(people, commitment)
    with pytest.raises(NotAllowed):
        withdraw_payment(payment, by=make_user(Role.ACCOUNTANT), now=NOW)
    withdraw_payment(payment, by=people["accountant"], now=NOW)
    second = payment_of(people, commitment)
    control_payment(second, by=people["chief"], now=NOW)
    assert return_payment(second, answer="Sai tài khoản", by=people["director"], now=NOW).state == "returned"
    with pytest.raises(Conflict):
        sign_payment(second, by=people["director"], now=NOW)


def test_a_voucher_pays_once(people, line):
    commitment = signed(people, line)
    paid(people, payment_of(people, commitment), voucher="KB-9")
    second = payment_of(people, commitment)
    with pytest.raises(Refused):
        paid(people, second, voucher="KB-9")
    second.refresh_from_db()
    assert second.state == "sent"


@pytest.mark.parametrize("typed", [" kđ-9", "Kđ\u00a0–9", "KĐ 9", "ＫĐ‑９", "K\u200bĐ.9"])
def test_a_voucher_is_one_however_it_is_typed(people, line, typed):
    commitment = signed(people, line)
    paid(people, payment_of(people, commitment), voucher="KĐ-9")
    second = payment_of(people, commitment)
    with pytest.raises(Refused, match="chứng từ"):
        paid(people, second, voucher=typed)
    answer = {"state": "paid", "paid_on": TODAY, "answered_at": NOW, "answered_by": CLERK}
    with pytest.raises(IntegrityError, match="payment_by_its_own_voucher"), transaction.atomic():
        Payment.objects.filter(pk=second.pk).update(**answer, voucher=" kđ–9")
    answered = {"paid_on": TODAY, "by": people["accountant"], "now": NOW}
    (entry,) = record_paid(second, voucher="KĐ–9/1", **answered)
    assert entry.document == "KĐ-9/1"


def test_what_is_entered_anew_for_a_reversed_payment_bears_the_day_on_which_the_treasury_paid(people, line):
    commitment = signed(people, line)
    (entry,) = paid(people, payment_of(people, commitment), voucher="KB-001")
    later = datetime(2024, 9, 16, 3, tzinfo=UTC)
    anew, other = (payment_of(people, commitment, 90_000_000) for _number in range(2))
    for payment in (anew, other):
        control_payment(payment, by=people["chief"], now=later)
        sign_payment(payment, by=people["director"], now=later)
        send_payment(payment, by=people["accountant"], now=later)
    said = {"by": people["accountant"], "now": later}
    with pytest.raises(Refused, match="16/09/2024"):
        record_paid(anew, voucher="KB-001", paid_on=TODAY, **said)  # the other stands
    approve_step(
        prepared(people, "reverse", 0, reverses=entry, reason="Ghi nhầm", document_on=TODAY),
        by=people["chief"],
        now=NOW,
    )
    for payment, voucher, day in ((other, "KB-002", TODAY), (anew, "KB-001", TODAY - timedelta(1))):
        with pytest.raises(Refused, match="Ngày Kho bạc thanh toán"):
            record_paid(payment, voucher=voucher, paid_on=day, **said)
    (again,) = record_paid(anew, voucher="kb–001", paid_on=TODAY, **said)
    assert (again.happened_on, again.amount_vnd) == (TODAY, 90_000_000)


def test_a_payment_whose_entries_were_reversed_gives_its_voucher_free_and_another_year_has_its_own(people, line):
    bound = signed(people, line)
    wrong = payment_of(people, bound)
    (entry,) = paid(people, wrong, voucher="KB-9")
    approve_step(
        prepared(people, "reverse", 0, reverses=entry, reason="Ghi nhầm", document_on=TODAY),
        by=people["chief"],
        now=NOW,
    )
    right = payment_of(people, bound)
    assert paid(people, right, voucher="KB-9")
    with pytest.raises(Refused, match="chứng từ"):
        paid(people, payment_of(people, bound), voucher="KB 9")
    earlier = make_line(make_budget_year(2023))
    assert make_paid_payment(make_commitment(earlier), voucher="KB-9").state == "paid"
    assert {finding.code for finding in find_differences()} <= {"events"}


def test_one_voucher_of_money_that_came_back_is_booked_once_on_a_contract(people, line):
    bound = signed(people, line, 1_000)
    paid(people, payment_of(people, bound, 200))
    paid(people, payment_of(people, bound, 100, kind="advance"))
    about = {"line": line, "commitment": bound, "document_on": TODAY, "happened_on": TODAY}

    def back(voucher, kind="recover", amount=3):
        return prepared(people, kind, amount, document=voucher, **about)

    def typed_by_hand(voucher, kind="recover", **fields):
        by_hand = {"year": line.year, "prepared_by": people["accountant"].public_id, "state": "prepared"}
        return make_budget_step(kind, 3, document=voucher, **by_hand, **about, **fields)

    waiting = back("UNC–8")
    assert waiting.document == "UNC-8"
    for kind in ("recover", "recover_advance"):
        with pytest.raises(Conflict, match=r"unc\.8.*chờ duyệt.*3 đồng"):
            back("Giấy nộp tiền số unc.8", kind)
        with pytest.raises(IntegrityError, match="step_recovers_once"), transaction.atomic():
            typed_by_hand("unc.8", kind)
    approve_step(waiting, by=people["chief"], now=NOW)
    again = typed_by_hand("unc 8")
    assert "unc 8" in obstacle(again)
    for approve in (approve_step, approve_without_caution):
        with pytest.raises(Conflict, match="unc 8"):
            approve(again, by=people["chief"], now=NOW)
    line.refresh_from_db()
    with pytest.raises(IntegrityError, match="entry_l_recovered_once"), transaction.atomic():
        make_entry(line, "recover_advance", 3, commitment=bound, document="unc – 8", happened_on=TODAY)
    entry = line.entries.get(kind="recover")
    approve_step(
        prepared(people, "reverse", 0, reverses=entry, reason="Nhầm", document_on=TODAY), by=people["chief"], now=NOW
    )
    assert approve_step(again, by=people["chief"], now=NOW)
    other = signed(people, line, 100)
    paid(people, payment_of(people, other, 50))
    assert prepared(
        people, "recover", 3, document="UNC-8", **about | {"commitment": other}
    ).pk  # one paper, two contracts


@pytest.mark.parametrize("kind", ["commit", "decommit", "settle", "recover"])
def test_an_addendum_is_not_dated_before_its_contract(people, line, kind):
    bound = signed(people, line, 1_000)
    paid(people, payment_of(people, bound, 500))
    line.refresh_from_db()
    before = {"document_on": bound.signed_on - timedelta(days=1)}
    about = {"line": line, "commitment": bound, "happened_on": TODAY}
    with pytest.raises(Refused, match="ký ngày 01/07/2024"):
        prepared(people, kind, 100, **about, **before)
    by_hand = {"year": line.year, "prepared_by": people["accountant"].public_id}
    waiting = make_budget_step(kind, 100, state="prepared", **about, **by_hand, **before)
    assert "ký ngày 01/07/2024" in obstacle(waiting)
    with pytest.raises(Refused, match="ký ngày 01/07/2024"):
        approve_step(waiting, by=people["chief" if kind == "recover" else "director"], now=NOW)
    with pytest.raises(IntegrityError, match=r"entry_[kl]_not_before_"), transaction.atomic():
        make_entry(line, kind, 100, commitment=bound, happened_on=TODAY, **before)
    assert prepared(people, kind, 100, **about, document_on=TODAY if kind in PAID else bound.signed_on).pk


PAID = ("recover", "settle")  # of what was paid: not before the payment
PAPERS = {  # what is acted on, by papers of these days
    "assign": date(2024, 2, 1),
    "allocate": date(2024, 3, 1),
    "saving": date(2024, 4, 1),
}


@pytest.mark.parametrize(
    ("kind", "since"),
    [(kind, "assign") for kind in ("allocate", "cut", "saving", "transfer", "cancel")]
    + [("deallocate", "allocate"), ("release", "saving")],
)
def test_a_step_is_not_dated_before_what_it_acts_on(people, kind, since):
    line = make_line(make_budget_year(2024), assigned_vnd=0)
    for each, day in PAPERS.items():
        make_entry(line, each, 100 if each == "saving" else 1_000, document_on=day, happened_on=day)
        if each == "assign":
            make_entry(line, "supplement", 500, document_on=date(2024, 6, 1), happened_on=date(2024, 6, 1))
    about = {"line": line, "happened_on": TODAY, "reason": "Theo văn bản"}
    about |= {"other_line": make_line(line.year, source=line.source)} if kind == "transfer" else {}
    before = {"document_on": PAPERS[since] - timedelta(days=1)}
    said = f"{formats.vn_date(before['document_on'])}.*{formats.vn_date(PAPERS[since])}"
    with pytest.raises(Refused, match=said):
        prepared(people, kind, 100, **about, **before)
    by_hand = {"year": line.year, "prepared_by": people["accountant"].public_id}
    waiting = make_budget_step(kind, 100, state="prepared", **about, **by_hand, **before)
    assert re.search(said, obstacle(waiting))
    by = people["chief" if kind in ("cut", "saving", "release", "transfer") else "director"]
    with pytest.raises(Refused, match=said):
        approve_step(waiting, by=by, now=NOW)
    entry = "transfer_out" if kind == "transfer" else kind
    pair = {"pair": uuid.uuid4()} if kind == "transfer" else {}
    with pytest.raises(IntegrityError, match="entry_l_not_before_what_it_acts_on"), transaction.atomic():
        make_entry(line, entry, 100, happened_on=TODAY, **before, **pair)
    assert prepared(people, kind, 100, **about, document_on=PAPERS[since]).pk


def test_money_comes_back_and_is_settled_after_it_was_paid(people, line):
    bound = signed(people, line, 1_000)
    paid(people, payment_of(people, bound, 200))
    line.refresh_from_db()
    about = {"line": line, "commitment": bound, "happened_on": TODAY}
    before = {"document_on": TODAY - timedelta(days=1)}
    for kind in ("recover", "settle"):
        with pytest.raises(Refused, match=r"15/07/2024.*16/07/2024"):
            prepared(people, kind, 100, **about, **before)
        with pytest.raises(IntegrityError, match="entry_l_not_before_what_it_acts_on"), transaction.atomic():
            make_entry(line, kind, 100, commitment=bound, happened_on=TODAY, **before)
    later = NOW + timedelta(days=10)
    second = payment_of(people, bound, 300)
    for act, by in ((control_payment, "chief"), (sign_payment, "director"), (send_payment, "accountant")):
        act(second, by=people[by], now=later)
    record_paid(second, voucher="KB-SAU", paid_on=later.date(), by=people["accountant"], now=later)
    of_today = PAPER | about | {"document_on": TODAY, "by": people["accountant"], "now": later}
    with pytest.raises(Refused, match=r"16/07/2024.*200 đồng.*26/07/2024"):
        prepare_step("settle", amount_vnd=201, **of_today)
    with pytest.raises(IntegrityError, match="entry_l_not_before_what_it_acts_on"), transaction.atomic():
        make_entry(line, "settle", 201, commitment=bound, document_on=TODAY, happened_on=later.date())
    about = of_today | {"document_on": later.date(), "happened_on": later.date()}
    approve_step(prepare_step("settle", amount_vnd=300, **about), by=people["director"], now=later)
    step = prepare_step("settle", amount_vnd=200, **of_today)  # of what was paid by then, though more is settled since
    assert approve_step(step, by=people["director"], now=later)


def test_what_opened_from_before_the_portal_holds_no_paper_back(people):
    line = make_line(make_budget_year(2024), assigned_vnd=0)
    for kind, amount in (("assign", 2_000), ("allocate", 1_500)):
        make_entry(line, kind, amount, opening=True, document_on=date(2024, 6, 1), happened_on=date(2024, 6, 2))
    bound = make_opening_contract(line, 1_000, disbursed_vnd=500)
    line.refresh_from_db()
    earlier = {"line": line, "happened_on": TODAY, "document_on": date(2024, 4, 1)}
    for kind, amount in (("allocate", 100), ("cut", 100), ("settle", 500), ("recover", 0)):
        fields = {"commitment": bound} if kind in ("settle", "recover") else {}
        step = prepared(people, kind, amount or 1, **earlier, **fields)
        if amount:
            assert obstacle(step) == ""


def test_a_contract_is_liquidated_when_nothing_is_owed(people, line):
    commitment = signed(people, line, 100)
    with pytest.raises(Refused):
        liquidate_commitment(commitment, on=TODAY, paper="01/BBTL", by=people["officer"], now=NOW)
    paid(people, payment_of(people, commitment, 100))
    done = liquidate_commitment(commitment, on=TODAY, paper="01/BBTL", by=people["officer"], now=NOW)
    assert done.state == "liquidated"


# --- lines -----------------------------------------------------------------------------------------


def test_a_line_is_added_once_with_codes_of_the_right_length(people):
    year, task, source, unit = make_budget_year(2024), make_task(), make_money_source(), make_agency()
    line = add_line(year, task, source, unit, chapter="416", item="7049", by=people["accountant"], now=NOW)
    assert (line.counts, line.assigned_vnd) == (True, 0)
    with pytest.raises(Refused):
        add_line(year, task, source, unit, by=people["accountant"], now=NOW)
    with pytest.raises(Refused):
        describe_line(line, {"chapter": "41"}, version=line.version, by=people["accountant"], now=NOW)
    line.refresh_from_db()
    describe_line(line, {"chapter": "417"}, version=line.version, by=people["accountant"], now=NOW)
    with pytest.raises(NotAllowed):
        add_line(year, make_task(), source, unit, by=people["officer"], now=NOW)


def test_a_followed_line_goes_up_and_down_with_reports(people):
    line = make_line(make_budget_year(2024), assigned_vnd=0, managed=False)
    record_report(
        line, {"assigned_vnd": 100, "committed_vnd": 80, "disbursed_vnd": 50}, by=people["accountant"], now=NOW, **PAPER
    )
    later = PAPER | {"document": "Báo cáo 2", "document_on": date(2024, 7, 15)}
    record_report(
        line,
        {"assigned_vnd": 90, "committed_vnd": 60, "disbursed_vnd": 55, "settled_vnd": 10},
        by=people["accountant"],
        now=NOW,
        **later,
    )
    line.refresh_from_db()
    assert (line.assigned_vnd, line.committed_vnd, line.spent_vnd, line.settled_vnd) == (90, 60, 55, 10)
    assert set(line.entries.values_list("reported", flat=True)) == {True}
    with pytest.raises(Refused):
        record_report(line, {"assigned_vnd": 95}, by=people["accountant"], now=NOW, **PAPER)
    with pytest.raises(Refused):
        prepared(people, "allocate", 1, line=line)


def test_months_planned_stay_within_what_is_assigned(people, line):
    plan_spending(line, {202408: BILLION, 202409: BILLION}, by=people["accountant"], now=NOW)
    assert dict(line.spending_plan.values_list("month", "planned_vnd")) == {202408: BILLION, 202409: BILLION}
    with pytest.raises(Refused):
        plan_spending(line, {202410: 6 * BILLION}, by=people["accountant"], now=NOW)
    with override("vi"):
        [told] = history_of(line, limit=1)
        assert [(label, str(after)) for label, _before, after in told.changes] == [
            ("tháng 8/2024", formats.money(BILLION)),
            ("tháng 9/2024", formats.money(BILLION)),
        ]


# --- years -----------------------------------------------------------------------------------------


def test_a_year_goes_from_preparation_to_closing(people):
    period = make_period(2021, 2025, ceiling_vnd=100 * BILLION)
    year = add_year(period, 2024, by=people["chief"], now=NOW)
    with pytest.raises(Refused):
        open_year(year, by=people["chief"], now=NOW)
    approve_step(prepared(people, "envelope", 10 * BILLION, year=year), by=people["chief"], now=NOW)
    year = open_year(year, by=people["chief"], now=NOW)
    line = make_line(year, assigned_vnd=BILLION)
    with pytest.raises(Refused):
        start_adjusting(year, by=people["chief"], now=NOW)
    later = datetime(2025, 1, 6, 3, 0, tzinfo=UTC)
    year = start_adjusting(year, by=people["chief"], now=later)
    assert {obstacle.code for obstacle in obstacles(year)} >= {"left"}
    with pytest.raises(Refused):
        close_year(year, paper="05/BC-SCT", paper_on=later.date(), by=people["chief"], now=later)
    with pytest.raises(Refused):
        contract(people, line, 10)
    step = prepare_step(
        "cancel",
        amount_vnd=BILLION,
        line=line,
        happened_on=date(2025, 1, 6),
        by=people["accountant"],
        now=later,
        **PAPER | {"document_on": date(2025, 1, 6)},
    )
    approve_step(step, by=people["director"], now=later)
    assert obstacles(year) == []
    with pytest.raises(Refused, match=r"trước căn cứ của nó: .*06/01/2025"):
        close_year(year, paper="05/BC-SCT", paper_on=date(2024, 12, 31), by=people["chief"], now=later)
    year = close_year(year, paper="05/BC-SCT", paper_on=later.date(), by=people["chief"], now=later)
    assert year.state == YearState.CLOSED
    with pytest.raises(Refused, match="2024"):
        prepared(people, "cut", 1, line=line)


def test_a_year_outside_its_period_is_refused(people):
    with pytest.raises(Refused):
        add_year(make_period(2021, 2025), 2026, by=people["chief"], now=NOW)


def test_an_advance_that_is_not_cleared_is_not_settled_but_can_be_recovered(people, line):
    commitment = signed(people, line, BILLION)
    paid(people, payment_of(people, commitment, 300_000_000, kind="advance"))
    settle = prepared(people, "settle", 300_000_000, line=line, commitment=commitment)
    with pytest.raises(Refused):
        approve_step(settle, by=people["director"], now=NOW)
    withdraw_step(settle, by=people["accountant"], now=NOW)
    for change in ("settled_vnd = 1", "advanced_vnd = disbursed_vnd + 1"):
        for table in ("programme_commitment", "programme_budgetline"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET {change}")
    with override("vi"), pytest.raises(Refused, match="Tạm ứng"):
        approve_step(
            prepared(people, "recover_advance", 300_000_001, line=line, commitment=commitment),
            by=people["chief"],
            now=NOW,
        )
    paid(people, payment_of(people, commitment, 0, clears_vnd=200_000_000))
    for kind, amount, by in (("settle", 200_000_000, "director"), ("recover_advance", 100_000_000, "chief")):
        step = prepared(people, kind, amount, line=line, commitment=commitment, document=f"UNC-{kind}")
        approve_step(step, by=people[by], now=NOW)
    commitment.refresh_from_db()
    assert (commitment.settled_vnd, commitment.advanced_vnd, commitment.spent_vnd) == (200_000_000, 0, 200_000_000)


def test_an_entry_is_booked_on_the_day_of_its_document_or_later_and_a_reversal_after_its_entry(people, line):
    early = {"document": "12/QĐ-SCT", "document_on": date(2024, 7, 2), "happened_on": date(2024, 7, 1)}
    with pytest.raises(Refused):
        prepare_step("allocate", amount_vnd=1, line=line, by=people["accountant"], now=NOW, **early)
    entry = line.entries.get(kind="allocate")
    before = {"happened_on": entry.happened_on - timedelta(1), "document_on": entry.happened_on - timedelta(1)}
    with pytest.raises(Refused):
        prepare_step(
            "reverse",
            amount_vnd=0,
            reverses=entry,
            document="1",
            reason="Nhầm",
            by=people["accountant"],
            now=NOW,
            **before,
        )
    paper = {"document": "2/QĐ-SCT", "document_on": entry.happened_on - timedelta(1)}
    with override("vi"), pytest.raises(Refused, match="không thể đính chính"):
        prepared(people, "reverse", 0, reverses=entry, reason="Nhầm", **paper)
    for fields in (
        {"kind": "allocate", "document_on": date(2024, 7, 2), "happened_on": date(2024, 7, 1)},
        {"kind": "allocate", "reverses": entry, "reason": "Nhầm", "amount_vnd": entry.amount_vnd, **paper},
        {"kind": "allocate", "reverses": entry, "reason": "Nhầm", "amount_vnd": entry.amount_vnd, **before},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            make_entry(line, **({"amount_vnd": 1} | fields))


def test_a_contract_signed_after_the_budget_year_is_refused(people, line):
    with pytest.raises(Refused, match="2024"):
        contract(people, line, 10, signed_on=date(2025, 1, 2), now=datetime(2025, 1, 3, 3, 0, tzinfo=UTC))


def test_an_entry_is_booked_on_a_day_of_its_year(people, line):
    for day in (date(2023, 12, 31), date(2025, 1, 2), date(2024, 7, 17)):
        with pytest.raises(Refused):
            prepared(people, "allocate", 1, line=line, happened_on=day)
        step = make_budget_step("allocate", 1, state="prepared", line=line, year=line.year, happened_on=day)
        with pytest.raises(Refused):  # whoever prepared it, and whenever
            approve_step(step, by=people["director"], now=NOW)


# --- who may -------------------------------------------------------------------------------------


STEP_ROLES = {
    "prepare": {Role.ACCOUNTANT},
    "limit": {Role.CHIEF_ACCOUNTANT},
    "spending": {Role.DIRECTOR, Role.DEPUTY_DIRECTOR},
}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_against_every_step_is_as_written(people, line, role):
    from accounts.roles import ENTERPRISE_ROLES

    person = make_user(role) if role not in ENTERPRISE_ROLES else make_user()
    outcomes = set()
    if _goes(lambda: prepare_step("cut", amount_vnd=1, line=line, by=person, now=NOW, **PAPER)):
        outcomes.add("prepare")
    if _goes(lambda: approve_step(prepared(people, "supplement", 1, line=line), by=person, now=NOW)):
        outcomes.add("limit")
    if _goes(lambda: approve_step(prepared(people, "allocate", 1, line=line), by=person, now=NOW)):
        outcomes.add("spending")
    assert outcomes == {name for name, roles in STEP_ROLES.items() if role in roles}


def _goes(act):
    try:
        act()
    except NotAllowed:
        return False
    return True


def test_entries_stand_in_the_ledger_as_their_kinds(people, line):
    commitment = signed(people, line, 100)
    assert LedgerEntry.objects.filter(commitment=commitment).get().kind == EntryKind.COMMIT
    assert Rule.objects.filter(code="budget_advance_ceiling").exists()
    assert make_commitment(line, 5).committed_vnd in (0, 5)
    assert move_year(line.year, "adjusting").state == "adjusting"
