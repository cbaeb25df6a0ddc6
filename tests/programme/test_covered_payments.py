"""What is signed or at the Treasury is paid from its contract, and a liquidated contract is still settled: by whoever writes."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.refusals import Conflict, Refused
from programme.models import Commitment
from programme.services.commitments import liquidate_commitment, undo_liquidation
from programme.services.payments import record_paid, return_payment, sign_payment
from programme.services.steps import approve_step, obstacle
from tests.programme.acting import text
from tests.programme.making import liquidate, make_closed_contract, make_entry, make_payment, make_reversal
from tests.programme.test_budget_services import (
    NOW,
    TODAY,
    contract,
    control_payment,
    line,
    paid,
    payment_of,
    people,
    prepared,
    send_payment,
    signed,
)

pytestmark = pytest.mark.django_db
__all__ = ["line", "people"]
MILLION = 10**6


def at_the_treasury(people, commitment, amount_vnd):
    payment = payment_of(people, commitment, amount_vnd)
    control_payment(payment, by=people["chief"], now=NOW)
    sign_payment(payment, by=people["director"], now=NOW)
    return send_payment(payment, by=people["accountant"], now=NOW)


def test_a_reduction_or_reversal_leaves_what_the_treasury_is_asked_to_pay(people, line):
    bound = signed(people, line, 50 * MILLION)
    payment = at_the_treasury(people, bound, 20 * MILLION)
    bound.refresh_from_db()
    less = prepared(people, "decommit", 31 * MILLION, line=line, commitment=bound)
    assert "20.000.000" in obstacle(less)
    with pytest.raises(Refused, match=r"20\.000\.000 đồng.*Kho bạc"):
        approve_step(less, by=people["director"], now=NOW)
    entry = bound.entries.get(kind="commit")
    undone = prepared(people, "reverse", reverses=entry, reason="Ghi nhầm", line=line, document_on=NOW.date())
    assert "Kho bạc" in obstacle(undone)
    with pytest.raises(Refused, match="Kho bạc"):
        approve_step(undone, by=people["chief"], now=NOW)
    enough = prepared(people, "decommit", 30 * MILLION, line=line, commitment=bound)
    approve_step(enough, by=people["director"], now=NOW)
    record_paid(payment, voucher="KB-1", paid_on=TODAY, by=people["accountant"], now=NOW)
    bound.refresh_from_db()
    assert (bound.committed_vnd, bound.disbursed_vnd, bound.payable_vnd) == (20 * MILLION, 20 * MILLION, 0)


def test_a_payment_that_is_given_back_frees_its_contract(people, line):
    bound = signed(people, line, 50 * MILLION)
    payment = payment_of(people, bound, 50 * MILLION)
    control_payment(payment, by=people["chief"], now=NOW)
    sign_payment(payment, by=people["director"], now=NOW)
    less = prepared(people, "decommit", 50 * MILLION, line=line, commitment=bound)
    with pytest.raises(Refused, match="Kho bạc"):
        approve_step(less, by=people["director"], now=NOW)
    return_payment(payment, answer="Sai hóa đơn", by=people["director"], now=NOW)
    approve_step(less, by=people["director"], now=NOW)


def test_the_database_itself_keeps_the_cover_of_payments(people, line):
    bound = signed(people, line, 50 * MILLION)
    make_payment(bound, 40 * MILLION, state="sent")
    with pytest.raises(IntegrityError, match="entry_i_cover_stays"), transaction.atomic():
        make_entry(line, "decommit", 11 * MILLION, commitment=bound, happened_on=TODAY)
    make_entry(line, "decommit", 10 * MILLION, commitment=bound, happened_on=TODAY)
    second = make_payment(bound, 1, state="controlled")
    with pytest.raises(IntegrityError, match="payment_has_cover"), transaction.atomic():
        type(second).objects.filter(pk=second.pk).update(
            state="signed", signed_by=people["director"].public_id, signed_at=NOW
        )


def test_an_advance_that_a_payment_at_the_treasury_clears_is_neither_recovered_nor_reversed(people, line):
    bound = signed(people, line, 100 * MILLION)
    advance = paid(people, payment_of(people, bound, 30 * MILLION, kind="advance"))[0]
    bound.refresh_from_db()
    about = {"line": line, "commitment": bound}
    waiting = prepared(people, "recover_advance", 11 * MILLION, document="GNT-1", **about)
    undone = prepared(people, "reverse", reverses=advance, reason="Ghi nhầm", line=line, document_on=NOW.date())
    payment = payment_of(people, bound, 5 * MILLION, clears_vnd=20 * MILLION)
    control_payment(payment, by=people["chief"], now=NOW)
    assert obstacle(waiting) == obstacle(undone) == ""  # what is only prepared or controlled holds nothing yet
    sign_payment(payment, by=people["director"], now=NOW)
    for step in (waiting, undone):
        assert "20.000.000 đồng tạm ứng" in obstacle(step)
        with pytest.raises(Refused, match=r"20\.000\.000 đồng tạm ứng.*Kho bạc"):
            approve_step(step, by=people["chief"], now=NOW)
    line.refresh_from_db()
    with pytest.raises(IntegrityError, match="entry_i_cover_stays"), transaction.atomic():
        make_entry(line, "recover_advance", 11 * MILLION, commitment=bound, document="GNT-2", happened_on=TODAY)
    second = make_payment(bound, 1, clears_vnd=11 * MILLION, state="controlled")
    with pytest.raises(IntegrityError, match="payment_has_cover"), transaction.atomic():
        type(second).objects.filter(pk=second.pk).update(
            state="signed", signed_by=people["director"].public_id, signed_at=NOW
        )
    enough = prepared(people, "recover_advance", 10 * MILLION, document="GNT-3", **about)
    approve_step(enough, by=people["chief"], now=NOW)
    send_payment(payment, by=people["accountant"], now=NOW)
    record_paid(payment, voucher="KB-1", paid_on=TODAY, by=people["accountant"], now=NOW)
    bound.refresh_from_db()
    assert (bound.advanced_vnd, bound.spent_vnd) == (0, 25 * MILLION)


def test_a_payment_is_reversed_with_the_advance_that_it_cleared(client_as, people, line):
    bound = signed(people, line, 100 * MILLION)
    paid(people, payment_of(people, bound, 20 * MILLION, kind="advance"), voucher="KB-1")
    bound.refresh_from_db()
    paid(people, payment_of(people, bound, 30 * MILLION, clears_vnd=15 * MILLION), voucher="KB-2")
    bound.refresh_from_db()
    pay, clear = bound.entries.get(kind="pay"), bound.entries.get(kind="clear")
    form = client_as(people["accountant"]).get(reverse("programme:prepare_step", args=["reverse", pay.public_id]))
    assert "Cùng ghi đảo" in text(form) and clear.get_absolute_url() in text(form)
    with pytest.raises(IntegrityError, match="entry_h_cleared_still"), transaction.atomic():
        make_reversal(pay, happened_on=TODAY)
    about = {"reason": "Ghi nhầm", "line": line, "document_on": TODAY}
    step = prepared(people, "reverse", reverses=pay, **about)
    with pytest.raises(Conflict):
        prepared(people, "reverse", reverses=clear, **about)
    approve_step(step, by=people["chief"], now=NOW)
    bound.refresh_from_db()
    assert (bound.advanced_vnd, bound.disbursed_vnd) == (20 * MILLION, 20 * MILLION)
    shown = text(client_as(people["accountant"]).get(step.get_absolute_url()))
    assert "Cùng ghi đảo" in shown and clear.get_absolute_url() in shown
    assert "45.000.000 đồng" in shown, "both entries in all"
    paid(people, payment_of(people, bound, 30 * MILLION, clears_vnd=15 * MILLION), voucher="KB-2")
    bound.refresh_from_db()
    assert (bound.advanced_vnd, bound.disbursed_vnd) == (5 * MILLION, 50 * MILLION)


def liquidated(people, line, amount_vnd=40 * MILLION):
    bound = signed(people, line, amount_vnd)
    paid(people, payment_of(people, bound, amount_vnd))
    return liquidate_commitment(bound, on=TODAY, paper="1/BBTL", by=people["accountant"], now=NOW)


def test_a_liquidated_contract_is_settled_recovered_and_reduced_but_not_raised(people, line):
    bound = liquidated(people, line)
    for kind, amount in (("settle", 30 * MILLION), ("recover", 10 * MILLION), ("decommit", 10 * MILLION)):
        bound.refresh_from_db()
        step = prepared(people, kind, amount, line=line, commitment=bound)
        assert obstacle(step) == ""
        approve_step(step, by=people["chief" if kind == "recover" else "director"], now=NOW)
    bound.refresh_from_db()
    assert (bound.committed_vnd, bound.spent_vnd, bound.settled_vnd) == (30 * MILLION,) * 3
    with pytest.raises(Refused, match="đã thanh lý"):
        prepared(people, "commit", 1, line=line, commitment=bound)
    with pytest.raises(IntegrityError, match="entry_e_commitment_fits"), transaction.atomic():
        make_entry(line, "commit", 1, commitment=bound, happened_on=TODAY)
    with pytest.raises(Refused):
        payment_of(people, bound, 1)


def test_what_a_liquidation_stands_on_is_corrected_once_it_is_undone(client_as, people, line):
    bound = liquidated(people, line)
    bound.refresh_from_db()
    entry = bound.entries.get(kind="pay")
    about = {"reverses": entry, "reason": "Sai số chứng từ", "line": line, "document_on": TODAY}
    accountant, officer = client_as(people["accountant"]), client_as(people["officer"])
    reversing = reverse("programme:prepare_step", args=["reverse", entry.public_id])
    assert "Hủy việc thanh lý" in text(accountant.get(reversing))
    page = text(accountant.get(entry.get_absolute_url()))
    assert "Hủy việc thanh lý" in page and reversing not in page
    assert "Hủy việc thanh lý" not in text(officer.get(entry.get_absolute_url())), "nothing that this person may do"
    with pytest.raises(Refused, match=r"1/BBTL.*Hủy việc thanh lý"):
        prepared(people, "reverse", **about)
    with pytest.raises(IntegrityError, match="entry_e_commitment_fits"), transaction.atomic():
        make_reversal(entry, happened_on=TODAY)
    undone = reverse("programme:undo_liquidation", args=[bound.public_id])
    assert undone in text(officer.get(bound.get_absolute_url()))
    assert 'name="paper"' not in text(officer.get(reverse("programme:liquidate_commitment", args=[bound.public_id])))
    typed = {"document": "03/TTr-SCT", "on": "15/07/2024", "reason": "Sai số chứng từ Kho bạc"}
    page = officer.post(undone, typed | {"operation_key": uuid.uuid4()})
    assert "16/07/2024" in text(page), "not before the liquidation"
    page = officer.post(undone, typed | {"on": "16/07/2024", "operation_key": uuid.uuid4()})
    assert page.status_code == 302
    assert 'name="reason"' not in text(officer.get(undone)), "there is nothing to undo any more"
    said = text(officer.get(bound.get_absolute_url()))
    assert "Đã hủy việc thanh lý" in said and "1/BBTL" in said and "Sai số chứng từ Kho bạc" in said
    bound.refresh_from_db()
    about["reverses"] = bound.entries.get(kind="pay")
    approve_step(prepared(people, "reverse", **about), by=people["chief"], now=NOW)
    bound.refresh_from_db()
    paid(people, payment_of(people, bound, 40 * MILLION))
    liquidate_commitment(bound, on=TODAY, paper="2/BBTL", by=people["accountant"], now=NOW)


def test_the_liquidations_of_a_closed_year_stand(client_as, people):
    bound, officer = make_closed_contract(), client_as(people["accountant"])
    undone = reverse("programme:undo_liquidation", args=[bound.public_id])
    assert undone not in text(officer.get(bound.get_absolute_url()))
    page = text(officer.get(undone))
    assert 'name="reason"' not in page and "Năm ngân sách 2019 đã đóng" in page
    said = {"reason": "Sai số chứng từ", "document": "03/TTr-SCT", "on": TODAY, "by": people["accountant"], "now": NOW}
    with pytest.raises(Refused, match="2019"):
        undo_liquidation(bound, **said)
    with pytest.raises(IntegrityError, match="commitment_reopened_first_before"), transaction.atomic():
        Commitment.objects.filter(pk=bound.pk).update(state="approved", liquidated_on=None, liquidation_paper="")


def test_a_contract_is_not_liquidated_before_what_was_paid_or_changed_on_it(people, line):
    bound = signed(people, line, 40 * MILLION)
    paid(people, payment_of(people, bound, 30 * MILLION))
    step = prepared(people, "decommit", 10 * MILLION, line=line, commitment=bound, document_on=TODAY)
    approve_step(step, by=people["director"], now=NOW)
    early = TODAY - timedelta(days=1)
    with pytest.raises(Refused, match="16/07/2024"):
        liquidate_commitment(bound, on=early, paper="1/BBTL", by=people["accountant"], now=NOW)
    with pytest.raises(IntegrityError, match="commitment_liquidated_last"), transaction.atomic():
        liquidate(bound, on=early)
    liquidate_commitment(bound, on=TODAY, paper="1/BBTL", by=people["accountant"], now=NOW)


def test_a_contract_is_not_liquidated_while_a_step_on_it_waits(people, line):
    bound = signed(people, line, 40 * MILLION)
    paid(people, payment_of(people, bound, 40 * MILLION))
    step = prepared(people, "commit", 10 * MILLION, line=line, commitment=bound)
    with pytest.raises(Refused, match="chờ quyết định"):
        liquidate_commitment(bound, on=TODAY, paper="1/BBTL", by=people["accountant"], now=NOW)
    approve_step(step, by=people["director"], now=NOW)


def test_a_contract_whose_signing_is_reversed_is_withdrawn_and_its_number_is_free(people, line):
    bound = signed(people, line, 40 * MILLION)
    raised = prepared(people, "commit", 10 * MILLION, line=line, commitment=bound)
    undone = prepared(
        people, "reverse", reverses=bound.entries.get(), reason="Ghi nhầm", line=line, document_on=NOW.date()
    )
    approve_step(undone, by=people["chief"], now=NOW)
    bound.refresh_from_db()
    assert (bound.state, bound.committed_vnd) == (Commitment.State.WITHDRAWN, 0)
    assert "không ghi sổ" in obstacle(raised)
    with pytest.raises(Refused, match="không ghi sổ"):
        approve_step(raised, by=people["director"], now=NOW + timedelta(minutes=1))
    assert contract(people, line, 40 * MILLION, number=bound.number).pk != bound.pk
