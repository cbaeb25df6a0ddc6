"""What was refused, given back or withdrawn is prepared anew from a form that begins with what stood there."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.refusals import Refused
from programme.models import BudgetStep, Commitment, Payment
from programme.services.payments import prepare_payment
from tests.factories import make_auditor
from tests.programme.acting import (
    BILLION,
    CONTRACT,
    NOW,
    PAYMENT,
    STEP,
    address,
    errors,
    make_people,
    make_rules,
    post,
    text,
)
from tests.programme.making import (
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    make_payment,
    move_year,
)
from tests.programme.matrix_steps import one_page

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
    return make_line(
        make_budget_year(2024, envelope_vnd=10 * BILLION), assigned_vnd=3 * BILLION, allocated_vnd=2 * BILLION
    )


def begun(answer):
    """What the form of a page begins with: {field: text}."""
    return {bound.name: str(bound.value() or "") for bound in answer.context["form"]}


def test_a_refused_payment_is_prepared_anew_with_what_stood_there_and_its_file(client_as, people, line):
    contract, accountant = make_commitment(line, 1_000_000_000), client_as(people["accountant"])
    post(accountant, "prepare_payment", contract, file=one_page("hoa-don.pdf"), note="Đợt 1", **PAYMENT)
    first = Payment.objects.get()
    assert address("prepare_payment", contract) not in text(accountant.get(first.get_absolute_url()))
    post(client_as(people["chief"]), "return_payment", first, answer="Sai số hóa đơn.")

    page = text(accountant.get(first.get_absolute_url()))
    anew = f"{address('prepare_payment', contract)}?like={first.public_id}"
    assert anew in page
    form = accountant.get(anew)
    values = begun(form)
    assert (values["amount_vnd"], values["invoice"], values["note"]) == ("100.000.000", "Hóa đơn số 0000123", "Đợt 1")
    assert "hoa-don.pdf" in text(form) and "Sai số hóa đơn." in text(form)

    sent = {"file_kept": values["file_kept"], "note": "Đợt 1", **(PAYMENT | {"invoice": "Hóa đơn số 0000124"})}
    assert accountant.post(anew, {"operation_key": uuid.uuid4(), **sent}).status_code == 302
    second = Payment.objects.latest("pk")
    assert (second.invoice, second.file, second.redoes) == ("Hóa đơn số 0000124", first.file, first)


def test_once_prepared_anew_it_names_what_stands_in_its_place_and_is_not_prepared_again(client_as, people, line):
    contract, accountant = make_commitment(line, 1_000_000_000), client_as(people["accountant"])
    post(accountant, "prepare_payment", contract, **PAYMENT)
    first = Payment.objects.get()
    post(client_as(people["chief"]), "return_payment", first, answer="Sai số hóa đơn.")
    assert "Sai số hóa đơn." in text(accountant.get("/", follow=True))
    anew = f"{address('prepare_payment', contract)}?like={first.public_id}"
    sent = PAYMENT | {"invoice": "Hóa đơn số 0000124"}
    assert accountant.post(anew, {"operation_key": uuid.uuid4(), **sent}).status_code == 302
    second = Payment.objects.latest("pk")
    assert second.redoes == first
    page = text(accountant.get(first.get_absolute_url()))
    assert anew not in page and second.get_absolute_url() in page
    assert first.get_absolute_url() in text(accountant.get(second.get_absolute_url()))
    assert "Sai số hóa đơn." not in text(accountant.get("/", follow=True))
    again = accountant.post(anew, {"operation_key": uuid.uuid4(), **sent})
    assert "đã được lập lại" in errors(again)
    assert Payment.objects.count() == 2


def test_a_refused_contract_is_prepared_anew_with_the_steps_before_it(client_as, people, line):
    accountant = client_as(people["accountant"])
    given = CONTRACT | {"result_number": "12/QĐ-SCT", "result_decided_on": "01/07/2024"}
    post(accountant, "prepare_commitment", line, result_file=one_page("ket-qua.pdf"), **given)
    first = Commitment.objects.get()
    post(client_as(people["director"]), "refuse_commitment", first, answer="Sai bên thụ hưởng.")
    anew = f"{address('prepare_commitment', line)}?like={first.public_id}"
    assert anew in text(accountant.get(first.get_absolute_url()))
    values = begun(accountant.get(anew))
    assert (values["number"], values["amount_vnd"]) == ("12/2024/HĐ-SCT", "800.000.000")
    assert (values["result_number"], values["result_decided_on"]) == ("12/QĐ-SCT", "01/07/2024")
    assert values["result_file_kept"] == str(first.procurement.get().file.public_id)


def test_only_what_ended_and_concerns_the_same_is_prepared_anew(people, line):
    one, other = make_commitment(line, 1_000), make_commitment(line, 1_000)
    ended, standing = make_payment(one, 10, state="returned"), make_payment(one, 10)
    for commitment, redoes in ((other, ended), (one, standing)):
        said = {"payee": commitment.payee, "payee_account": commitment.payee_account, "invoice": "Hóa đơn số 9"}
        with pytest.raises(Refused):
            prepare_payment(
                commitment, kind="payment", amount_vnd=5, clears_vnd=0, invoice_on=commitment.signed_on, redoes=redoes,
                by=people["accountant"], now=NOW, **said,
            )  # fmt: skip
        with pytest.raises(IntegrityError, match="payment_redoes_its_like"), transaction.atomic():
            make_payment(commitment, 5, redoes=redoes)
    assert make_payment(one, 5, redoes=ended).redoes == ended


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
def test_a_step_without_effect_is_prepared_anew(client_as, people, line, end):
    accountant = client_as(people["accountant"])
    post(accountant, "prepare_step", "supplement", line, reason="Theo kế hoạch", **STEP)
    first = BudgetStep.objects.latest("pk")
    if end == "refused":
        post(client_as(people["chief"]), "refuse_step", first, answer="Thiếu căn cứ.")
    else:
        post(accountant, "withdraw_step", first)
    first.refresh_from_db()
    assert first.state == end
    anew = f"{address('prepare_step', 'supplement', line)}?like={first.public_id}"
    assert anew in text(accountant.get(first.get_absolute_url()))
    values = begun(accountant.get(anew))
    assert (values["amount_vnd"], values["document"], values["reason"]) == (
        "500.000.000",
        "Quyết định số 12/QĐ-SCT",
        "Theo kế hoạch",
    )
    assert anew not in text(client_as(make_auditor()).get(first.get_absolute_url()))


def test_refused_opening_sums_are_prepared_anew(client_as, people):
    year = make_budget_year(2024, envelope_vnd=10 * BILLION)
    line, accountant = make_line(year, assigned_vnd=0), client_as(people["accountant"])
    sums = {"assigned_vnd": "900.000.000", "allocated_vnd": "700.000.000", "reason": "Theo sổ cũ"}
    paper = {"document": "Báo cáo số 1/BC-SCT", "document_on": "02/01/2024"}
    post(accountant, "prepare_opening", line, **sums, **paper)
    first = BudgetStep.objects.latest("pk")
    post(client_as(people["chief"]), "refuse_step", first, answer="Chưa khớp sổ.")
    anew = f"{address('prepare_opening', line)}?like={first.public_id}"
    assert anew in text(accountant.get(first.get_absolute_url()))
    values = begun(accountant.get(anew))
    assert (values["assigned_vnd"], values["allocated_vnd"], values["reason"]) == (
        "900.000.000",
        "700.000.000",
        "Theo sổ cũ",
    )


def test_a_refused_contract_from_before_the_portal_is_prepared_anew_whole(client_as, people):
    year = make_budget_year(2024, envelope_vnd=10 * BILLION)
    line, accountant = make_line(year, assigned_vnd=0), client_as(people["accountant"])
    make_entry(line, "assign", 2 * BILLION, opening=True)
    make_entry(line, "allocate", BILLION, opening=True)
    given = CONTRACT | {"signed_on": "05/11/2020", "disbursed_vnd": "300.000.000", "settled_vnd": "100.000.000"}
    paper = {"document": "Báo cáo số 1/BC-SCT", "document_on": "02/02/2024", "reason": "Theo sổ cũ"}
    answer = post(accountant, "prepare_opening_contract", line, paper_file=one_page("so-cu.pdf"), **given, **paper)
    assert answer.status_code == 302, errors(answer)
    first = BudgetStep.objects.latest("pk")
    post(client_as(people["chief"]), "refuse_step", first, answer="Chưa khớp sổ.")
    anew = f"{address('prepare_opening_contract', line)}?like={first.public_id}"
    assert anew in text(accountant.get(first.get_absolute_url()))
    values = begun(accountant.get(anew))
    assert (values["number"], values["disbursed_vnd"], values["settled_vnd"]) == (
        "12/2024/HĐ-SCT",
        "300.000.000",
        "100.000.000",
    )
    assert values["paper_file_kept"] == str(first.file.public_id)


def test_only_what_ended_without_effect_begins_a_form_and_no_closed_year_offers_it(client_as, people):
    line = make_line(make_budget_year(2024, envelope_vnd=10 * BILLION), assigned_vnd=BILLION, allocated_vnd=BILLION)
    contract, accountant = make_commitment(line, BILLION), client_as(people["accountant"])
    post(accountant, "prepare_payment", contract, **PAYMENT)
    waiting = Payment.objects.get()
    for like in (waiting.public_id, contract.public_id, "nothing"):
        form = accountant.get(f"{address('prepare_payment', contract)}?like={like}")
        assert begun(form)["invoice"] == ""
    post(client_as(people["chief"]), "return_payment", waiting, answer="Sai.")
    assert "like=" in text(accountant.get(waiting.get_absolute_url()))
    make_paid_payment(contract, BILLION)
    make_entry(line, "settle", BILLION, commitment=contract)
    move_year(line.year, "closed")
    assert "like=" not in text(accountant.get(waiting.get_absolute_url()))
