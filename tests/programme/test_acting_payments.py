"""The payment chain on its pages: prepared, controlled, signed, sent; only the Treasury's answer disburses."""

import io
import uuid
import zipfile
from datetime import date

import pytest
from django.utils import timezone

from accounts.roles import Role
from programme.models import Payment
from tests.factories import make_auditor, make_enterprise_user, make_officer, make_user
from tests.programme.acting import (
    BILLION,
    NOW,
    PAYMENT,
    address,
    delegate,
    downloaded,
    errors,
    make_people,
    make_rules,
    post,
    text,
)
from tests.programme.making import (
    liquidate,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    make_payment,
    make_reversal,
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
def contract():
    line = make_line(make_budget_year(2024, envelope_vnd=10 * BILLION), assigned_vnd=3 * BILLION)
    return make_commitment(line, 1_000_000_000)


def at(people, contract, state, amount_vnd=100_000_000, **fields):
    """A payment in `state` by the people of the test."""
    fields.setdefault("prepared_by", people["accountant"].public_id)
    return make_payment(contract, amount_vnd, state=state, **fields)


def test_staff_and_the_auditor_read_payments_others_do_not(client_as, client, people, contract):
    pages = [address("payment_list"), at(people, contract, "prepared").get_absolute_url()]
    for user in (people["accountant"], make_officer(), make_auditor()):
        assert {client_as(user).get(page).status_code for page in pages} == {200}
    for user in (make_enterprise_user(), make_user(Role.COUNCIL_MEMBER), make_user()):
        assert {client_as(user).get(page).status_code for page in pages} == {403}
    assert {client.get(page).status_code for page in pages} == {302}
    assert client_as(make_officer()).get(address("payment", uuid.uuid4())).status_code == 404


def test_a_payment_goes_through_its_chain_and_only_the_answer_disburses(client_as, people, contract):
    accountant, chief, director = (client_as(people[name]) for name in ("accountant", "chief", "director"))
    form = accountant.get(address("prepare_payment", contract))
    assert contract.payee in text(form) and "1.000.000.000" in text(form) and "300.000.000 đồng" in text(form)
    answer = post(accountant, "prepare_payment", contract, file=one_page("hoa-don.pdf"), **PAYMENT)
    payment = Payment.objects.get()
    assert answer.url == payment.get_absolute_url()
    for client, verb in ((chief, "control"), (director, "sign"), (accountant, "send")):
        page = text(client.get(payment.get_absolute_url()))
        assert address(f"{verb}_payment", payment) in page
        assert post(client, f"{verb}_payment", payment).status_code == 302
        contract.line.refresh_from_db()
        assert contract.line.disbursed_vnd == 0
    assert accountant.get(address("record_paid", payment)).status_code == 200
    early = post(accountant, "record_paid", payment, voucher="KB-1", paid_on="15/07/2024")
    assert "16/07/2024" in errors(early)
    assert post(accountant, "record_paid", payment, voucher="KB-1", paid_on="16/07/2024").status_code == 302
    contract.line.refresh_from_db()
    assert contract.line.disbursed_vnd == 100_000_000
    page = text(director.get(payment.get_absolute_url()))
    for words in ("Trần Thị Kế Toán", "Lê Kế Toán Trưởng", "Phạm Giám Đốc", "KB-1", "Một trăm triệu đồng chẵn"):
        assert words in page, words
    assert downloaded(director.get(address("payment_file", payment))).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount_vnd": "1.000.000.001"}, "1.000.000.000 đồng"),
        ({"amount_vnd": "0"}, "0 đồng"),
        ({"payee": "Người khác"}, "Công ty TNHH Dịch vụ Hội chợ"),
        ({"payee_account": "999"}, "1020304050"),
        ({"invoice_on": "17/07/2024"}, ""),
        ({"invoice_on": "31/01/2024"}, ""),
        ({"kind": "advance", "amount_vnd": "300.000.001"}, "300.000.000 đồng"),
        ({"amount_vnd": "1e9"}, ""),
    ],
)
def test_a_payment_its_contract_does_not_bear_is_refused_in_words(client_as, people, contract, wrong, said):
    refused = post(client_as(people["accountant"]), "prepare_payment", contract, **(PAYMENT | wrong))
    assert refused.status_code == 200 and said in errors(refused) and errors(refused)
    assert not Payment.objects.exists()


def test_payments_that_wait_count_against_the_contract(client_as, people, contract):
    at(people, contract, "prepared", 600_000_000)
    accountant = client_as(people["accountant"])
    assert "600.000.000" in text(accountant.get(address("prepare_payment", contract)))
    refused = post(accountant, "prepare_payment", contract, **(PAYMENT | {"amount_vnd": "400.000.001"}))
    assert "400.000.000 đồng" in errors(refused)


def test_the_form_says_how_much_may_still_be_advanced(client_as, people, contract):
    accountant = client_as(people["accountant"])
    assert (
        "tối đa là 30 % giá trị hợp đồng hoặc quyết định: 300.000.000 đồng; còn được tạm ứng 300.000.000 đồng"
        in text(accountant.get(address("prepare_payment", contract)))
    )
    make_paid_payment(contract, 100_000_000, kind="advance")
    at(people, contract, "prepared", 150_000_000, kind="advance")
    assert "còn được tạm ứng 50.000.000 đồng" in text(accountant.get(address("prepare_payment", contract)))


def test_an_advance_is_cleared_by_a_payment_of_nothing(client_as, people, contract):
    make_paid_payment(contract, 300_000_000, kind="advance")
    accountant = client_as(people["accountant"])
    values = PAYMENT | {"amount_vnd": "0", "clears_vnd": "300.000.000"}
    assert post(accountant, "prepare_payment", contract, **values).status_code == 302
    payment = Payment.objects.get(state="prepared")
    assert (payment.amount_vnd, payment.clears_vnd) == (0, 300_000_000)
    assert client_as(people["chief"]).get(payment.get_absolute_url()).status_code == 200


def test_a_year_that_is_not_open_takes_no_advance(client_as, people, contract):
    move_year(contract.line.year, "adjusting")
    values = PAYMENT | {"kind": "advance", "amount_vnd": "1.000"}
    assert "2024" in errors(post(client_as(people["accountant"]), "prepare_payment", contract, **values))


def test_the_same_key_prepares_one_payment(client_as, people, contract):
    accountant, key = client_as(people["accountant"]), str(uuid.uuid4())
    first = post(accountant, "prepare_payment", contract, key=key, **PAYMENT)
    assert post(accountant, "prepare_payment", contract, key=key, **PAYMENT).url == first.url
    other = post(accountant, "prepare_payment", contract, key=key, **(PAYMENT | {"amount_vnd": "7"}))
    assert contract.number in errors(other)
    assert Payment.objects.get().amount_vnd == 100_000_000


def test_a_payment_says_which_other_rests_on_the_same_document(client_as, people, contract):
    same = {"invoice": "HĐ 2", "invoice_on": date(2024, 3, 1)}
    one, other = at(people, contract, "sent", **same), at(people, contract, "prepared", **same | {"invoice": "hđ 2"})
    at(people, contract, "withdrawn", **same)
    alone = at(people, contract, "prepared")
    chief = client_as(people["chief"])
    said = text(chief.get(other.get_absolute_url()))
    assert said.count("đã có hồ sơ thanh toán khác dùng cùng chứng từ") == 1 and one.get_absolute_url() in said
    assert "cùng chứng từ" not in text(chief.get(alone.get_absolute_url()))
    wrong = make_paid_payment(contract, 3_000_000, **same | {"invoice_on": date(2024, 3, 2)})
    make_reversal(wrong.entries.get())
    again = at(people, contract, "prepared", **same | {"invoice_on": date(2024, 3, 2)})
    assert "3.000.000 đồng, Đã thanh toán, đã ghi đảo" in text(chief.get(again.get_absolute_url()))


def test_a_step_that_a_payment_does_not_take_any_more_shows_why_and_no_form(client_as, people, contract):
    paid, under_way = make_paid_payment(contract, 5_000_000), at(people, contract, "sent")
    accountant, chief = client_as(people["accountant"]), client_as(people["chief"])
    for client, verb, payments in (
        (accountant, "record_paid", [paid]),
        (accountant, "record_refused", [paid]),
        (chief, "return_payment", [paid, under_way]),
    ):
        for payment in payments:
            page = text(client.get(address(verb, payment)))
            assert payment.get_state_display() in page and "operation_key" not in page, (verb, payment.state)
    assert "operation_key" in text(accountant.get(address("record_paid", under_way)))
    liquidated = make_commitment(contract.line, 10)
    make_paid_payment(liquidated, 10)
    liquidate(liquidated)
    page = text(accountant.get(address("prepare_payment", liquidated)))
    assert "đã thanh lý" in page and "operation_key" not in page


def test_a_payment_needs_three_people_on_its_pages_too(client_as, people, contract):
    everything = make_user(Role.ACCOUNTANT, Role.CHIEF_ACCOUNTANT, Role.DIRECTOR)
    client = client_as(everything)
    mine = at(people, contract, "prepared", prepared_by=everything.public_id)
    assert address("control_payment", mine) not in text(client.get(mine.get_absolute_url()))
    assert post(client, "control_payment", mine).status_code == 403
    controlled = at(people, contract, "controlled")
    assert post(client, "sign_payment", at(people, contract, "prepared")).status_code == 409
    assert post(client_as(people["chief"]), "sign_payment", controlled).status_code == 403
    assert post(client, "sign_payment", controlled).status_code == 302


def test_a_signature_by_delegation_says_in_whose_name(client_as, people, contract):
    payment = at(people, contract, "controlled")
    client = client_as(people["deputy"])
    assert address("sign_payment", payment) not in text(client.get(payment.get_absolute_url()))
    assert post(client, "sign_payment", payment).status_code == 403, "a deputy, too, needs a written authorisation"
    delegate(people["director"], people["deputy"], "budget.sign payment")
    client = client_as(people["deputy"])
    assert "15/GUQ-SCT" in text(client.get(payment.get_absolute_url()))
    assert post(client, "sign_payment", payment).status_code == 302
    payment.refresh_from_db()
    assert payment.signed_for == people["director"].public_id
    form = downloaded(client_as(people["accountant"]).get(address("treasury_paper", payment, "withdrawal")))
    with zipfile.ZipFile(io.BytesIO(form)) as word:
        assert "KT. THỦ TRƯỞNG ĐƠN VỊ" in word.read("word/document.xml").decode()
    assert f"thay {people['director'].full_name}" in text(client.get(payment.get_absolute_url()))
    head = make_user(Role.HEAD)
    delegate(people["chief"], head, "budget.control payment")
    waiting = at(people, contract, "prepared", 5)
    assert "Lê Kế Toán Trưởng" in text(client_as(head).get(waiting.get_absolute_url()))
    assert post(client_as(head), "control_payment", waiting).status_code == 302
    waiting.refresh_from_db()
    assert waiting.controlled_for == people["chief"].public_id
    assert "Lê Kế Toán Trưởng" in text(client_as(head).get(waiting.get_absolute_url()))


def test_a_payment_is_given_back_withdrawn_or_refused_with_a_reason(client_as, people, contract):
    accountant, chief, director = (client_as(people[name]) for name in ("accountant", "chief", "director"))
    first, second, third, sent = (
        at(people, contract, state, 5) for state in ("prepared", "controlled", "prepared", "sent")
    )
    assert director.get(address("return_payment", first)).status_code == 403
    assert "answer" in post(chief, "return_payment", first).context["form"].errors
    assert post(chief, "return_payment", first, answer="Sai tài khoản").status_code == 302
    assert "Sai tài khoản" in text(accountant.get(first.get_absolute_url()))
    assert post(director, "return_payment", second, answer="Thiếu hồ sơ").status_code == 302
    assert post(client_as(make_user(Role.ACCOUNTANT)), "withdraw_payment", third).context["form"].errors
    assert "Chỉ người đã lập" in text(client_as(make_user(Role.ACCOUNTANT)).get(address("withdraw_payment", third)))
    assert 'method="post"' in text(accountant.get(address("withdraw_payment", third)))  # it asks once
    third.refresh_from_db()
    assert third.state == "prepared"
    assert post(accountant, "withdraw_payment", third).status_code == 302
    assert post(accountant, "record_refused", sent).context["form"].errors
    assert post(accountant, "record_refused", sent, answer="Thiếu biên bản nghiệm thu").status_code == 302
    states = list(Payment.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["returned", "returned", "withdrawn", "refused"]
    assert "Thiếu biên bản nghiệm thu" in text(accountant.get(sent.get_absolute_url()))
    assert post(accountant, "record_refused", sent, answer="x").status_code == 200


def test_a_payment_says_beforehand_why_it_does_not_go_on(client_as, people, contract):
    advance, later = (at(people, contract, state, kind="advance") for state in ("controlled", "prepared"))
    director, chief = client_as(people["director"]), client_as(people["chief"])
    assert "Hiện chưa thể" not in text(director.get(advance.get_absolute_url()))
    make_entry(contract.line, "decommit", 400_000_000, commitment=contract)  # 30 % of what is left is 180 triệu
    for client, verb, row in ((director, "sign", advance), (chief, "control", later)):
        said = "Hiện chưa thể thực hiện bước tiếp theo: Mức tạm ứng tối đa là 30 % giá trị"
        assert said in text(client.get(row.get_absolute_url())).replace("\u00a0", " ")
        assert "80.000.000 đồng" in errors(post(client, f"{verb}_payment", row))


def test_many_payments_are_controlled_signed_and_sent_each_with_its_result(client_as, people, contract):
    own = at(people, contract, "prepared", 7, prepared_by=people["chief"].public_id)
    rows = [at(people, contract, "prepared", amount) for amount in (5, 6)]
    fields = {"chosen": [row.public_id for row in (own, *rows)], "amount_vnd": "999"}
    for who, verb, results in (
        ("chief", "control", [False, True, True]),
        ("director", "sign", [False, True, True]),
        ("accountant", "send", [False, True, True]),
    ):
        client, key = client_as(people[who]), str(uuid.uuid4())
        table = client.get(address("payment_list")).context["table"]
        assert table.choosable == {row.public_id for row in rows}, verb
        for _again in range(2):
            page = post(client, f"bulk_{verb}_payments", key=key, **fields)
            assert [result.ok for result in page.context["results"]] == results, verb
    assert list(Payment.objects.order_by("pk").values_list("state", "amount_vnd")) == [
        ("prepared", 7),
        ("sent", 5),
        ("sent", 6),
    ]
    assert post(client_as(people["officer"]), "bulk_sign_payments", **fields).status_code == 403


def test_many_answers_of_the_treasury_are_typed_in_one_table(client_as, people, contract):
    rows = [at(people, contract, "sent", amount, prepared_by=people["accountant"].public_id) for amount in (5, 6, 7)]
    client, key = client_as(people["accountant"]), str(uuid.uuid4())
    chosen = {"chosen": [row.public_id for row in rows]}
    asked = post(client, "bulk_record_paid", key=key, **chosen)
    assert all(row.invoice in text(asked) for row in rows)

    def typed(*answers):
        fields = {"typed": "yes", **chosen}
        for row, (voucher, day) in zip(rows, answers, strict=True):
            fields |= {f"{row.public_id.hex}-voucher": voucher, f"{row.public_id.hex}-paid_on": day}
        return fields

    empty = text(post(client, "bulk_record_paid", key=key, **typed(("", ""), ("", ""), ("", ""))))
    assert "Chưa nhập số chứng từ" in empty and "paid-rows" in empty
    faulty = post(client, "bulk_record_paid", key=key, **typed(("KB-1", "5/13/2024"), ("KB-2", ""), ("", "")))
    assert "KB-1" in text(faulty) and Payment.objects.filter(state="paid").count() == 0
    answers = typed(("KB-1", "10/07/2024"), ("KB-1", "10/07/2024"), ("", ""))
    page = post(client, "bulk_record_paid", key=key, **answers)
    assert [result.ok for result in page.context["results"]] == [True, False]
    again = post(client, "bulk_record_paid", key=key, **answers)
    assert [result.ok for result in again.context["results"]] == [True, False]
    other = post(client, "bulk_record_paid", key=key, **typed(("KB-9", "10/07/2024"), ("", ""), ("", "")))
    assert rows[0].commitment.number in str(other.context["results"][0].message)
    contract.line.refresh_from_db()
    assert contract.line.disbursed_vnd == 5
    assert [row.state for row in Payment.objects.order_by("pk")] == ["paid", "sent", "sent"]
    assert text(post(client, "bulk_record_paid"))


def test_what_is_paid_after_the_adjustment_period_is_looked_at_by_itself(client_as, people, contract, monkeypatch):
    rows = [at(people, contract, "prepared", amount) for amount in (5, 6)]
    client, page = client_as(people["chief"]), rows[0].get_absolute_url()
    assert "hết ngày 31/01/2025" not in text(client.get(page))
    monkeypatch.setattr(timezone, "now", lambda: NOW.replace(year=2025, month=2, day=1))
    client = client_as(people["chief"])
    assert "hết ngày 31/01/2025" in text(client.get(page))
    asked = post(client, "bulk_control_payments", chosen=[row.public_id for row in rows])
    assert [result.ok for result in asked.context["results"]] == [False, False]
    assert "31/01/2025" in str(asked.context["results"][0].message)


def test_the_list_shows_what_waits_and_costs_the_same_with_one_row_and_with_three(
    client_as, people, contract, django_assert_num_queries, django_assert_max_num_queries
):
    at(people, contract, "prepared", 5)
    client = client_as(people["chief"])
    client.get(address("payment_list"))
    with django_assert_max_num_queries(22) as few:
        client.get(address("payment_list"))
    at(people, contract, "controlled", 6), at(people, contract, "sent", 7)
    with django_assert_num_queries(len(few)):
        client.get(address("payment_list"))

    def waits_for(who):
        page = client_as(people[who]).get(address("payment_list"), {"whose": "waiting"})
        return sorted(record["amount_vnd"] for _row, record, _cells in page.context["table"].bare_rows())

    assert {who: waits_for(who) for who in ("accountant", "chief", "director", "officer")} == {
        "accountant": [7],
        "chief": [5, 7],
        "director": [6],
        "officer": [],
    }


def test_a_payment_whose_entry_is_reversed_says_so_with_the_reversal(client_as, people, contract):
    stands, wrong = make_paid_payment(contract, 5_000_000), make_paid_payment(contract, 7_000_000)
    reversal = make_reversal(wrong.entries.get())
    accountant = client_as(people["accountant"])
    page = text(accountant.get(wrong.get_absolute_url()))
    assert page.count(reversal.get_absolute_url()) == 2, "in the message and among the entries"
    assert f"đã ghi đảo bằng bút toán số {reversal.number}" in page
    assert "ghi đảo" not in text(accountant.get(stands.get_absolute_url()))
    rows = accountant.get(address("payment_list")).context["table"].data.data
    assert {row["public_id"]: row["state"] for row in rows} == {
        stands.public_id: "paid",
        wrong.public_id: "undone",
    }
    assert "Đã thanh toán, đã ghi đảo" in text(accountant.get(address("payment_list")))
    for row in (contract, contract.line):
        assert text(accountant.get(row.get_absolute_url())).count('tag-bad">Đã ghi đảo') == 1, row
    assert "Kho bạc đã thanh toán: 1<" in text(accountant.get(contract.get_absolute_url()))


def test_the_form_of_payments_says_what_was_disbursed_beside_the_year_before(client_as, people, contract):
    before = make_line(make_budget_year(2023, envelope_vnd=BILLION, period=contract.line.year.period))
    make_paid_payment(make_commitment(before, 100_000_000), 40_000_000)
    make_paid_payment(contract, 50_000_000)
    paper = text(client_as(people["accountant"]).get(f"{address('payment_list')}?year=2024&export=print"))
    said = "Giải ngân năm 2024: 50.000.000 đồng; cùng kỳ năm trước: 40.000.000 đồng; tăng, giảm: 25,0\u00a0%."
    assert said in paper and "Đơn vị tính" in paper
