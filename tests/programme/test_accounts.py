"""A payee's new account: by an addendum, by two people, and paid to only once it is confirmed."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from audit.refusals import Conflict, NotAllowed, Refused
from programme.models import account_now
from programme.services.accounts import approve_account, prepare_account, refuse_account
from programme.services.payments import control_payment, send_payment, sign_payment
from tests.programme.making import CLERK, make_account, make_commitment
from tests.programme.test_budget_services import NOW, TODAY, line, payment_of, people, signed

pytestmark = pytest.mark.django_db
__all__ = ["line", "people"]
SAID = {"payee_account": "9900 1122", "payee_bank": "Ngân hàng Ví Dụ", "document": "01/PLHĐ", "document_on": TODAY}


def test_a_contract_is_paid_to_a_new_account_once_another_person_confirmed_it(people, line):
    bound = signed(people, line)
    row = prepare_account(bound, **SAID, by=people["accountant"], now=NOW)
    with pytest.raises(Refused, match="phụ lục"):
        payment_of(people, bound, payee_account="99001122")
    with pytest.raises(NotAllowed):
        approve_account(row, by=people["accountant"], now=NOW)
    approve_account(row, by=people["chief"], now=NOW)
    assert account_now(bound) == ("9900 1122", "Ngân hàng Ví Dụ")
    assert payment_of(people, bound, payee_account="99001122").payee_account == "99001122"
    with pytest.raises(Refused, match="9900 1122"):
        payment_of(people, bound)  # the account it was signed with
    with pytest.raises(Conflict):
        refuse_account(row, answer="Sai", by=people["chief"], now=NOW)
    with pytest.raises(Refused, match="đúng tài khoản"):
        prepare_account(bound, **SAID, by=people["accountant"], now=NOW)


def test_the_page_of_a_contract_names_the_account_it_is_paid_to_and_the_one_it_was_signed_with(client_as, people, line):
    bound = signed(people, line)
    before = " – ".join(filter(None, account_now(bound)))
    row = prepare_account(bound, **SAID, by=people["accountant"], now=NOW)

    def accounts():
        facts = client_as(people["accountant"]).get(bound.get_absolute_url()).context["facts"]
        return [text for _label, text, _url in facts if text == before or text.startswith("9900 1122 – ")]

    assert accounts() == [before]
    approve_account(row, by=people["chief"], now=NOW)
    now, then = accounts()
    assert now.startswith("9900 1122 – Ngân hàng Ví Dụ, theo ") and then == before


def test_a_contract_without_an_account_gets_one_and_one_waits_at_a_time(people, line):
    bound = signed(people, line, payee_account="")
    first = prepare_account(bound, **SAID, by=people["accountant"], now=NOW)
    with pytest.raises(Conflict):
        prepare_account(bound, **SAID | {"payee_account": "1"}, by=people["accountant"], now=NOW)
    with pytest.raises(Refused):
        refuse_account(first, answer=" ", by=people["chief"], now=NOW)
    refuse_account(first, answer="Sai số", by=people["chief"], now=NOW)
    assert account_now(bound)[0] == ""
    again = prepare_account(bound, **SAID, by=people["accountant"], now=NOW)
    approve_account(again, by=people["chief"], now=NOW)
    assert payment_of(people, bound, payee_account="99001122").pk


def test_a_payment_that_names_the_old_account_goes_no_further_once_another_is_confirmed(people, line):
    bound = signed(people, line, amount_vnd=400)
    rows = [payment_of(people, bound, amount_vnd=amount) for amount in (10, 20, 30)]
    for row in rows[1:]:
        control_payment(row, by=people["chief"], now=NOW)
    sign_payment(rows[2], by=people["director"], now=NOW)
    new = prepare_account(bound, **SAID, by=people["accountant"], now=NOW)
    approve_account(new, by=people["chief"], now=NOW)
    for row, act, by in zip(
        rows, (control_payment, sign_payment, send_payment), ("chief", "director", "accountant"), strict=True
    ):
        with pytest.raises(Refused, match="9900 1122"):
            act(row, by=people[by], now=NOW)
    for row, state in (
        (rows[1], {"state": "signed", "signed_at": NOW, "signed_by": CLERK}),
        (rows[2], {"state": "sent", "sent_at": NOW, "sent_by": CLERK}),
    ):
        with pytest.raises(IntegrityError, match="payment_to_its_account"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**state)


def test_an_account_is_its_number_and_its_bank(people, line):
    bank = "Ngân hàng TMCP Đông Á, chi nhánh Hà Nội"
    bound = signed(people, line, payee_bank=bank)
    with pytest.raises(Refused, match="Đông Á"):
        payment_of(people, bound, payee_bank="Ngân hàng TMCP Nam Á, chi nhánh Hà Nội")
    for typed in ("", "NGÂN HÀNG TMCP ĐÔNG Á -  chi nhanh Ha Noi", bank):
        row = payment_of(people, bound, payee_bank=typed)
        assert row.payee_bank == bank
    control_payment(row, by=people["chief"], now=NOW)
    here = {"payee_account": bound.payee_account}
    with pytest.raises(Refused, match="đúng tài khoản"):
        prepare_account(bound, **SAID | here | {"payee_bank": bank.upper()}, by=people["accountant"], now=NOW)
    approve_account(
        prepare_account(bound, **SAID | here, by=people["accountant"], now=NOW), by=people["chief"], now=NOW
    )
    with pytest.raises(Refused, match="Ngân hàng Ví Dụ"):
        sign_payment(row, by=people["director"], now=NOW)
    with pytest.raises(IntegrityError, match="payment_to_its_account"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(state="signed", signed_at=NOW, signed_by=CLERK)
    assert payment_of(people, bound, payee_bank="ngân hàng ví dụ").payee_bank == SAID["payee_bank"]


@pytest.mark.parametrize(
    "wrong", [{"document_on": TODAY.replace(year=2023)}, {"document_on": TODAY.replace(year=2025)}]
)
def test_an_addendum_is_dated_between_the_contract_and_today(people, line, wrong):
    with pytest.raises(Refused, match="Ngày phụ lục"):
        prepare_account(signed(people, line), **SAID | wrong, by=people["accountant"], now=NOW)


def test_what_was_entered_is_never_changed_and_decided_by_two(people, line):
    row = make_account(signed(people, line))
    model = type(row)

    def update(**values):
        return model.objects.filter(pk=row.pk).update(**values)

    decided = {"state": "approved", "decided_at": row.prepared_at}
    for refused in ({"payee_account": "1"}, decided | {"decided_by": row.prepared_by}):
        with pytest.raises(IntegrityError), transaction.atomic():
            update(**refused)
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()
    update(**decided, decided_by=people["chief"].public_id)
    with pytest.raises(IntegrityError, match="decided_"), transaction.atomic():
        update(state="refused", answer="x")


def test_the_page_of_a_contract_leads_through_it(client_as, people):
    bound = make_commitment()
    accountant, chief = client_as(people["accountant"]), client_as(people["chief"])
    address = reverse("programme:prepare_account", args=[bound.public_id])
    assert address in accountant.get(bound.get_absolute_url()).content.decode()
    said = SAID | {
        "document_on": bound.signed_on.strftime("%d/%m/%Y"),
        "operation_key": "8c5e3c3e-7f3c-4f0e-8f38-0a1f2d4f4b11",
    }
    assert accountant.post(address, said | {"payee_bank": ""}).status_code == 200
    assert accountant.post(address, said).status_code == 302
    row = bound.accounts.get()
    page = chief.get(bound.get_absolute_url()).content.decode()
    assert reverse("programme:approve_account", args=[row.public_id]) in page
    chief.post(reverse("programme:approve_account", args=[row.public_id]), {"operation_key": said["operation_key"]})
    row.refresh_from_db()
    assert row.state == "approved"
    for shown in (bound.get_absolute_url(), reverse("programme:liquidate_commitment", args=[bound.public_id])):
        facts = client_as(people["officer"]).get(shown).context["facts"]
        account = {str(label): words for label, words, _url in facts}
        assert account["Số tài khoản nhận tiền"].startswith("9900 1122 – Ngân hàng Ví Dụ, theo 01/PLHĐ ngày ")
        assert account["Tài khoản khi ký"].startswith(bound.payee_account)
    assert "9900 1122" in accountant.get(reverse("programme:prepare_payment", args=[bound.public_id])).content.decode()
