"""What a contract leaves unpaid goes on in the next year: reduced, carried over, and bound there by the same contract."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.refusals import Conflict, Refused
from programme.cautions import cautions_of
from programme.models import BudgetStep, Commitment
from programme.services.commitments import (
    approve_commitment,
    liquidate_commitment,
    prepare_commitment,
    refuse_commitment,
    undo_liquidation,
)
from programme.services.consistency import find_differences
from programme.services.continuing import continue_commitment, to_continue
from programme.services.payments import prepare_payment
from programme.services.steps import approve_step, approve_without_caution, doubt, obstacle, prepare_step
from tests.programme.acting import BILLION, address, errors, make_people, make_rules, post, text
from tests.programme.making import (
    liquidate,
    make_account,
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    move_year,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 2, 20, 3, 0, tzinfo=UTC)
TODAY = date(2025, 2, 20)
MILLION = 10**6
CARRIED = {"document": "Quyết định số 9/QĐ-SCT", "document_on": date(2025, 2, 10)}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def people():
    make_rules()
    return make_people()


@pytest.fixture
def line():
    """Of 2024, which is over: 100 of a contract is paid and 60 is not, and 200 no contract ever bound."""
    row = make_line(
        make_budget_year(2024, envelope_vnd=BILLION), assigned_vnd=360 * MILLION, allocated_vnd=300 * MILLION
    )
    contract = make_commitment(row, 160 * MILLION, number="27/HĐ-SCT", ends_on=date(2025, 6, 30))
    contract.procurement.create(kind="result", number="12/QĐ-SCT", decided_on=date(2024, 1, 20))
    make_paid_payment(contract, 100 * MILLION)
    make_account(contract, state="approved")
    move_year(row.year, "adjusting")
    row.refresh_from_db()
    return row


@pytest.fixture
def after(line):
    year = make_budget_year(2025, envelope_vnd=BILLION, period=line.year.period)
    return make_line(year, assigned_vnd=0, task=line.task, source=line.source)


def step(people, kind, amount_vnd, **fields):
    return prepare_step(kind, amount_vnd=amount_vnd, by=people["accountant"], now=NOW, **CARRIED | fields)


def carry_over(people, line, after, amount_vnd):
    return step(people, "carry_over", amount_vnd, line=line, other_line=after, ground="contracts")


def left(people, line, amount_vnd=60 * MILLION):
    """The contract of the line, after it left its unpaid money to the next year."""
    contract = line.commitments.get(continues=None)
    reduced = step(people, "decommit", amount_vnd, line=line, commitment=contract, ground="next_year")
    approve_without_caution(reduced, by=people["director"], now=NOW)
    contract.refresh_from_db()
    return contract


def carried(people, line, after, amount_vnd=60 * MILLION):
    contract = left(people, line, amount_vnd)
    approve_without_caution(carry_over(people, line, after, amount_vnd), by=people["director"], now=NOW)
    after.refresh_from_db()
    make_entry(after, "allocate", amount_vnd, happened_on=TODAY)
    return contract


def go_on(people, after, contract, amount_vnd=60 * MILLION, **fields):
    given = {"ends_on": None, "file": None, "by": people["officer"], "now": NOW} | fields
    return continue_commitment(after, contract, amount_vnd=amount_vnd, **given)


def test_the_ground_of_contracts_carries_what_they_left_and_nothing_else_without_a_caution(people, line, after):
    free = carry_over(people, line, after, 156 * MILLION)
    assert "156.000.000" in doubt(free) and "60.000.000 đồng" in doubt(free), "no contract bound it; 60 is unpaid"
    with pytest.raises(Refused, match=r"156\.000\.000"):
        approve_without_caution(free, by=people["director"], now=NOW)
    left(people, line)
    whole, more = (carry_over(people, line, after, vnd * MILLION) for vnd in (60, 61))
    assert doubt(whole) == "" and "1.000.000 đồng" in doubt(more)
    approve_without_caution(whole, by=people["director"], now=NOW)
    assert doubt(carry_over(people, line, after, MILLION)), "what was left is carried already"


def test_a_contract_leaves_money_to_the_next_year_only_when_its_own_is_over(people, line, after):
    early = make_commitment(make_line(after.year, assigned_vnd=BILLION // 10), 10 * MILLION)
    about = {"line": early.line, "commitment": early, "ground": "next_year"}
    with pytest.raises(Refused, match="2025"):
        step(people, "decommit", MILLION, **about)
    with pytest.raises(IntegrityError, match="step_left_to_next_year"), transaction.atomic():
        by_hand = {"state": "prepared", "prepared_by": people["accountant"].public_id, "prepared_at": NOW}
        BudgetStep.objects.create(
            kind="decommit", amount_vnd=1, year=after.year, happened_on=TODAY, **CARRIED, **about, **by_hand
        )
    with pytest.raises(Refused):
        step(people, "decommit", MILLION, line=line, commitment=line.commitments.get(), ground="contracts")
    with pytest.raises(Refused):
        step(people, "settle", MILLION, line=line, commitment=line.commitments.get(), ground="next_year")


def test_the_contract_goes_on_once_with_what_stands_in_it_and_for_no_more_than_it_left(people, line, after):
    contract = line.commitments.get()
    with pytest.raises(Refused):
        go_on(people, after, contract)  # it left nothing yet
    contract = carried(people, line, after)
    assert to_continue(after) == [contract]
    with pytest.raises(Refused, match=r"60\.000\.000 đồng"):
        go_on(people, after, contract, 60 * MILLION + 1)
    row = go_on(people, after, contract)
    assert (row.number, row.signed_on, row.payee, row.continues) == (
        "27/HĐ-SCT",
        contract.signed_on,
        contract.payee,
        contract,
    )
    assert row.payee_account == "9988776655", "as the addendum left it"
    assert [str(each) for each in row.procurement.all()] == [str(each) for each in contract.procurement.all()]
    assert cautions_of(row, on=TODAY) == []
    with pytest.raises(Conflict, match="2025"):
        go_on(people, after, contract, 1)
    with pytest.raises(IntegrityError, match=r"one_continuation|continues_id"), transaction.atomic():
        copy = Commitment.objects.get(pk=row.pk)
        copy.pk, copy.public_id, copy._state.adding = None, uuid.uuid4(), True
        copy.line = make_line(after.year, assigned_vnd=0, task=after.task, source=after.source)
        copy.save(force_insert=True)
    approve_commitment(row, by=people["director"], now=NOW)
    after.refresh_from_db()
    assert (after.committed_vnd, after.left_vnd, to_continue(after)) == (60 * MILLION, 0, [])
    assert {finding.code for finding in find_differences()} <= {"events"}


def test_what_was_left_does_not_come_back_while_the_contract_goes_on(people, line, after):
    contract = left(people, line)
    row, entry = go_on(people, after, contract), contract.entries.get(kind="decommit")
    undo = {"reverses": entry, "reason": "Nhầm", "line": line, "document_on": TODAY}
    with pytest.raises(Refused, match="2025"):
        step(people, "reverse", 0, **undo)
    with pytest.raises(IntegrityError, match="entry_o_goes_on_elsewhere"), transaction.atomic():
        make_entry(
            line, "decommit", 60 * MILLION, commitment=contract, reverses=entry, reason="Nhầm", happened_on=TODAY
        )
    refuse_commitment(row, answer="Chưa đủ hồ sơ", by=people["director"], now=NOW)
    undone = step(people, "reverse", 0, **undo)
    again = go_on(people, after, contract, redoes=row)
    assert again.continues == contract and "2025" in obstacle(undone)
    with pytest.raises(Refused, match="2025"):
        approve_step(undone, by=people["chief"], now=NOW)


def test_what_the_contract_leaves_later_raises_the_one_that_goes_on_already(client_as, people, line, after):
    contract = carried(people, line, after, 40 * MILLION)
    row = go_on(people, after, contract, 40 * MILLION)
    approve_commitment(row, by=people["director"], now=NOW)
    for each in (row, after):
        each.refresh_from_db()
    carried(people, line, after, 20 * MILLION)
    accountant, director = client_as(people["accountant"]), client_as(people["director"])
    page = text(accountant.get(contract.get_absolute_url()))
    raises = address("prepare_step", "commit", row)
    assert "20.000.000 đồng chưa thanh toán để chuyển sang năm sau, chưa được tiếp tục" in page and raises in page
    assert "năm 2025: 40.000.000 đồng" in page
    form = accountant.get(raises).context["form"]
    assert (form["amount_vnd"].value(), form["ground"].value()) == ("20.000.000", "next_year")
    on = {"line": after, "commitment": row, "ground": "next_year"}
    with pytest.raises(Refused, match=r"20\.000\.000 đồng"):
        step(people, "commit", 20 * MILLION + 1, **on)
    one, two = step(people, "commit", 20 * MILLION, **on), step(people, "commit", MILLION, **on)
    approve_step(one, by=people["director"], now=NOW)
    assert "0 đồng" in obstacle(two)
    with pytest.raises(Refused, match="0 đồng"):
        approve_step(two, by=people["director"], now=NOW)
    page = text(accountant.get(contract.get_absolute_url()))
    assert "năm 2025: 60.000.000 đồng" in page and "chưa được tiếp tục" not in page
    assert "Phần năm trước chưa thanh toán, chuyển sang năm nay" in text(director.get(row.get_absolute_url()))
    assert "Phần năm trước chưa thanh toán, chuyển sang năm nay" in text(director.get(one.get_absolute_url()))
    assert 'name="ground"' not in text(accountant.get(raises)), "nothing is left behind: by an addendum only"
    row.refresh_from_db()
    after.refresh_from_db()
    assert (row.committed_vnd, after.committed_vnd) == (60 * MILLION, 60 * MILLION)


def test_a_contract_is_raised_by_no_more_than_it_left_whoever_writes(people, line, after):
    contract = carried(people, line, after)
    make_entry(after, "assign", 200 * MILLION, happened_on=TODAY)
    make_entry(after, "allocate", 200 * MILLION, happened_on=TODAY)
    row = go_on(people, after, contract, 40 * MILLION)
    approve_commitment(row, by=people["director"], now=NOW)
    other = make_commitment(after, MILLION, signed_on=TODAY)
    with pytest.raises(Refused, match="phụ lục"):
        step(people, "commit", 1, line=after, commitment=other, ground="next_year")
    for about, amount_vnd in ((row, 20 * MILLION + 1), (other, 1)):
        raising = make_budget_step(
            "commit", amount_vnd, ground="next_year", line=after, year=after.year, commitment=about
        )
        with pytest.raises(IntegrityError, match="entry_p_raised_by_what_was_left"), transaction.atomic():
            make_entry(after, "commit", amount_vnd, commitment=about, step=raising, happened_on=TODAY)


def test_the_same_number_of_another_contract_is_pointed_out_still(people, line, after):
    contract = carried(people, line, after)
    content = {name: getattr(contract, name) for name in ("kind", "number", "signed_on", "what", "payee")}
    row = prepare_commitment(after, amount_vnd=1, by=people["officer"], now=NOW, **content)
    assert any("27/HĐ-SCT" in each.said for each in cautions_of(row, on=TODAY)), "entered anew, not gone on with"


def test_the_contract_is_liquidated_last_where_it_ends(client_as, people, line, after):
    contract = carried(people, line, after)
    row = go_on(people, after, contract)
    paper = {"on": TODAY, "paper": "1/BBTL", "by": people["officer"], "now": NOW}
    with pytest.raises(Refused, match="2025"):
        liquidate_commitment(contract, **paper)
    verb = address("liquidate_commitment", contract)
    assert verb not in text(client_as(people["officer"]).get(contract.get_absolute_url()))
    approve_commitment(row, by=people["director"], now=NOW)
    after.refresh_from_db()
    make_paid_payment(row, 60 * MILLION, paid_on=TODAY)
    with pytest.raises(Refused, match="20/02/2025"):
        liquidate_commitment(row, **paper | {"on": TODAY - timedelta(days=1)})
    liquidate_commitment(row, **paper)
    with pytest.raises(Refused, match="20/02/2025"):
        liquidate_commitment(contract, **paper | {"on": TODAY - timedelta(days=1)})
    with pytest.raises(IntegrityError, match="commitment_liquidated_last"), transaction.atomic():
        liquidate(contract, on=TODAY - timedelta(days=1))
    liquidate_commitment(contract, **paper)
    undone = {"reason": "Nhầm ngày", "document": "02/TTr", "on": TODAY, "by": people["officer"], "now": NOW}
    verb = address("undo_liquidation", row)
    assert verb not in text(client_as(people["officer"]).get(row.get_absolute_url()))
    with pytest.raises(Refused, match="2024"):
        undo_liquidation(row, **undone)
    with pytest.raises(IntegrityError, match="commitment_reopened_first_before"), transaction.atomic():
        Commitment.objects.filter(pk=row.pk).update(state="approved", liquidated_on=None, liquidation_paper="")
    for each in (contract, row):
        undo_liquidation(each, **undone)


def test_advances_of_a_contract_that_goes_on_are_held_against_its_whole_value(client_as, people):
    """Of 300, 80 was advanced in the year before and is not cleared; 220 goes on: of 90 that may be advanced 10 is left."""
    old = make_line(
        make_budget_year(2024, envelope_vnd=BILLION), assigned_vnd=300 * MILLION, allocated_vnd=300 * MILLION
    )
    make_paid_payment(make_commitment(old, 300 * MILLION), 80 * MILLION, kind="advance")
    move_year(old.year, "adjusting")
    old.refresh_from_db()
    year = make_budget_year(2025, envelope_vnd=BILLION, period=old.year.period)
    after = make_line(year, assigned_vnd=0, task=old.task, source=old.source)
    contract = carried(people, old, after, 220 * MILLION)
    row = go_on(people, after, contract, 220 * MILLION)
    with pytest.raises(Conflict, match="đang chờ duyệt"):
        go_on(people, after, contract)
    approve_commitment(row, by=people["director"], now=NOW)
    row.refresh_from_db()
    form = text(client_as(people["accountant"]).get(address("prepare_payment", row)))
    assert "90.000.000" in form and "80.000.000" in form
    content = {name: getattr(row, name) for name in ("payee", "payee_account", "payee_bank")}
    content |= {"kind": "advance", "clears_vnd": 0, "invoice": "Đề nghị tạm ứng", "invoice_on": TODAY}
    with pytest.raises(Refused, match=r"10\.000\.000"):
        prepare_payment(row, amount_vnd=10 * MILLION + 1, by=people["accountant"], now=NOW, **content)
    prepare_payment(row, amount_vnd=10 * MILLION, by=people["accountant"], now=NOW, **content)


def test_a_contract_of_which_nothing_is_bound_any_more_reads_so(client_as, people):
    line = make_line(make_budget_year(2025, envelope_vnd=BILLION), assigned_vnd=100 * MILLION)
    whole = make_commitment(line, 50 * MILLION)
    make_entry(line, "decommit", 50 * MILLION, commitment=whole, happened_on=TODAY)
    officer, every = client_as(people["officer"]), address("commitment_list")
    for page in (whole.get_absolute_url(), line.get_absolute_url(), every, f"{every}?export=print"):
        said = text(officer.get(page))
        assert "Đã ký, đã giảm hết giá trị" in said and ">Đã ký HĐ/QĐ hỗ trợ</span>" not in said, page


def test_a_contract_is_reduced_carried_over_and_gone_on_with_through_the_pages(client_as, people, line, after):
    contract = line.commitments.get()
    accountant, officer, director = (client_as(people[who]) for who in ("accountant", "officer", "director"))
    form = accountant.get(address("prepare_step", "decommit", contract))
    assert 'name="ground"' in text(form)
    paper = {"document": CARRIED["document"], "document_on": "10/02/2025"}
    post(accountant, "prepare_step", "decommit", contract, amount_vnd="60.000.000", ground="next_year", **paper)
    reduced = BudgetStep.objects.get(state="prepared")
    assert "chuyển sang năm sau" in text(director.get(reduced.get_absolute_url()))
    post(director, "approve_step", reduced)
    carry = address("prepare_step", "carry_over", line)
    page = text(accountant.get(contract.get_absolute_url()))
    assert "60.000.000 đồng chưa thanh toán để chuyển sang năm sau, chưa được tiếp tục" in page and carry in page
    assert "để lại chưa thanh toán, chuyển sang năm sau" in text(accountant.get(carry))
    where = f"{address('prepare_commitment', after)}?continues={contract.public_id}"
    assert where in text(officer.get(contract.get_absolute_url()))
    assert f"?continues={contract.public_id}" in text(officer.get(address("prepare_commitment", after)))
    page = officer.get(where)
    assert "27/HĐ-SCT" in text(page) and "12/QĐ-SCT" in text(page) and 'name="payee"' not in text(page)
    values = {bound.name: str(bound.value() or "") for bound in page.context["form"]}
    assert (values["amount_vnd"], values["ends_on"]) == ("60.000.000", "30/06/2025")
    wrong = officer.post(where, {"operation_key": uuid.uuid4(), "amount_vnd": "60.000.001"})
    assert "60.000.000 đồng" in errors(wrong)
    assert officer.post(where, {"operation_key": uuid.uuid4(), "amount_vnd": "60.000.000"}).status_code == 302
    row = Commitment.objects.get(continues=contract)
    page = text(officer.get(where))
    assert "tiếp tục “Hợp đồng 27/HĐ-SCT” ở năm 2025, đang chờ duyệt" in page and 'name="amount_vnd"' not in page
    page = text(officer.get(contract.get_absolute_url()))
    assert page.count(row.get_absolute_url()) == 2 and "năm 2025: 60.000.000 đồng" in page
    assert "Phần chưa thanh toán, chuyển sang năm sau" in page, "not only that it is reduced"
    page = text(director.get(row.get_absolute_url()))
    assert page.count(contract.get_absolute_url()) == 2 and "Chưa nhập bước nào" not in page
    assert "giá trị ký 160.000.000 đồng, đã giải ngân 100.000.000 đồng, chuyển sang năm sau 60.000.000 đồng" in page
    post(
        accountant,
        "prepare_step",
        "carry_over",
        line,
        amount_vnd="60.000.000",
        other_line=after.public_id,
        ground="contracts",
        **paper,
    )
    post(director, "approve_step", BudgetStep.objects.get(state="prepared"))
    for one, other in ((line, after), (after, line)):
        assert other.get_absolute_url() in text(officer.get(one.get_absolute_url()))
    post(director, "refuse_commitment", row, answer="Sai thời hạn.")
    anew = officer.get(f"{address('prepare_commitment', after)}?like={row.public_id}")
    assert 'name="payee"' not in text(anew) and "Sai thời hạn." in text(anew)
    other = make_line(after.year, assigned_vnd=0)
    away = f"{address('prepare_commitment', other)}?continues={contract.public_id}"
    assert accountant.get(away).status_code == 404
