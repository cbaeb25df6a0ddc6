"""Contracts, decisions to support and detailed estimates on their pages."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from programme.cautions import cautions_of
from programme.models import BudgetStep, Commitment, Payment, Task
from tests.factories import make_auditor, make_enterprise_user, make_office, make_officer, make_user
from tests.programme.acting import (
    BILLION,
    CONTRACT,
    NOW,
    STEP,
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
    make_budget_year,
    make_commitment,
    make_line,
    make_paid_payment,
    make_pair,
    make_task,
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
    return make_line(make_budget_year(2024, envelope_vnd=10 * BILLION), assigned_vnd=3 * BILLION)


def waiting(people, line, amount_vnd=800_000_000, **fields):
    fields.setdefault("prepared_by", people["officer"].public_id)
    return make_commitment(line, amount_vnd, state="prepared", prepared_at=NOW, **fields)


def test_staff_and_the_auditor_read_contracts_others_do_not(client_as, client, people, line):
    row = waiting(people, line)
    pages = [address("commitment_list"), row.get_absolute_url()]
    for user in (people["officer"], make_officer(), make_auditor()):
        assert {client_as(user).get(page).status_code for page in pages} == {200}
    for user in (make_enterprise_user(), make_user(Role.COUNCIL_MEMBER), make_user()):
        assert {client_as(user).get(page).status_code for page in pages} == {403}
    assert {client.get(page).status_code for page in pages} == {302}
    assert client_as(make_officer()).get(address("commitment", uuid.uuid4())).status_code == 404


def test_a_contract_is_prepared_with_the_steps_before_it_and_approved(client_as, people, line):
    officer, director = client_as(people["officer"]), client_as(people["director"])
    assert "3.000.000.000" in text(officer.get(address("prepare_commitment", line)))
    before = {
        "estimate_number": "1/QĐ-SCT",
        "estimate_decided_on": "02/05/2024",
        "result_number": "3/QĐ-SCT",
        "result_decided_on": "20/06/2024",
        "result_file": one_page("ket-qua.pdf"),
    }
    answer = post(officer, "prepare_commitment", line, file=one_page("hop-dong.pdf"), **CONTRACT, **before)
    row = Commitment.objects.get()
    assert answer.url == row.get_absolute_url()
    assert [step.number for step in row.procurement.all()] == ["1/QĐ-SCT", "3/QĐ-SCT"]
    page = text(director.get(row.get_absolute_url()))
    for words in ("Tám trăm triệu đồng chẵn", "hop-dong.pdf", "ket-qua.pdf", "1/QĐ-SCT", "2.200.000.000"):
        assert words in page, words
    for name, thing in (("commitment_file", row), ("procurement_file", row.procurement.last())):
        assert downloaded(director.get(address(name, thing))).startswith(b"%PDF")
    assert director.get(address("procurement_file", row.procurement.first())).status_code == 404
    assert post(director, "approve_commitment", row).status_code == 302
    line.refresh_from_db()
    assert line.committed_vnd == 800_000_000
    shown = text(officer.get(row.get_absolute_url()))
    assert "Phạm Giám Đốc" in shown
    assert post(director, "approve_commitment", row).status_code == 409


def test_a_refused_contract_form_keeps_its_files_and_what_was_typed(client_as, people, line):
    officer = client_as(people["officer"])
    wrong = CONTRACT | {"signed_on": "31/02/2024"}
    refused = post(
        officer, "prepare_commitment", line, file=one_page("hop-dong.pdf"), plan_file=one_page("kh.pdf"), **wrong
    )
    page = text(refused)
    assert {"signed_on", "plan_number"} <= set(refused.context["form"].errors)
    assert "hop-dong.pdf" in page and "kh.pdf" in page and CONTRACT["what"] in page
    kept = dict(re.findall(r'name="(\w+_kept)" value="([^"]+)"', page))
    key = refused.context["form"]["operation_key"].value()
    plan = {"plan_number": "2/QĐ-SCT", "plan_decided_on": "01/06/2024"}
    assert post(officer, "prepare_commitment", line, key=key, **CONTRACT, **kept, **plan).status_code == 302
    row = Commitment.objects.get()
    assert (row.file.original_name, row.procurement.get().file.original_name) == ("hop-dong.pdf", "kh.pdf")


@pytest.mark.parametrize(
    "wrong",
    [
        {"payee": ""},
        {"payee_tax_code": "abc"},
        {"payee_tax_code": "0100000001"},
        {"signed_on": "17/07/2024"},
        {"ends_on": "01/07/2024"},
        {"amount_vnd": "0"},
        {"number": " "},
        {"result_number": "3/QĐ-SCT", "result_decided_on": "06/07/2024"},
        {"estimate_number": "3/QĐ-SCT"},
    ],
)
def test_a_contract_with_a_fault_is_refused_and_nothing_is_half_done(client_as, people, line, wrong):
    refused = post(client_as(people["officer"]), "prepare_commitment", line, **(CONTRACT | wrong))
    assert refused.status_code == 200 and errors(refused)
    assert not Commitment.objects.exists()


def test_a_contract_on_a_closed_year_is_refused(client_as, people):
    line = make_line(make_budget_year(2023), assigned_vnd=0, task=make_task())
    move_year(line.year, "closed")
    assert "2023" in errors(post(client_as(people["officer"]), "prepare_commitment", line, **CONTRACT))


def test_the_same_key_prepares_one_contract_and_names_it_when_the_amount_differs(client_as, people, line):
    officer, key = client_as(people["officer"]), str(uuid.uuid4())
    first = post(officer, "prepare_commitment", line, key=key, **CONTRACT)
    assert post(officer, "prepare_commitment", line, key=key, **CONTRACT).url == first.url
    other = post(officer, "prepare_commitment", line, key=key, **(CONTRACT | {"amount_vnd": "1"}))
    assert line.task.code in errors(other)
    assert Commitment.objects.get().amount_vnd == 800_000_000


def test_of_two_contracts_with_room_for_one_the_second_reads_what_is_left(client_as, people, line):
    first, second = waiting(people, line, 2 * BILLION), waiting(people, line, 2 * BILLION)
    director, said = client_as(people["director"]), "Hiện chưa thể ghi sổ"
    assert said not in text(director.get(second.get_absolute_url()))
    assert post(director, "approve_commitment", first).status_code == 302
    assert said in text(director.get(second.get_absolute_url()))
    refused = post(director, "approve_commitment", second)
    assert refused.status_code == 409 and "1.000.000.000 đồng" in text(refused)
    second.refresh_from_db()
    assert second.state == "prepared"


def test_whoever_prepared_it_has_no_button_and_is_refused(client_as, people, line):
    both = make_user(Role.OFFICER, Role.DIRECTOR)
    row = waiting(people, line, prepared_by=both.public_id)
    client = client_as(both)
    page = text(client.get(row.get_absolute_url()))
    assert address("approve_commitment", row) not in page and address("withdraw_commitment", row) in page
    assert post(client, "approve_commitment", row).status_code == 403
    assert client.get(address("refuse_commitment", row)).status_code == 403
    above = waiting(people, line, BILLION + 1)
    assert post(client_as(people["deputy"]), "approve_commitment", above).status_code == 403


def test_a_receiver_of_a_delegation_approves_in_the_givers_name(client_as, people, line):
    row = waiting(people, line)
    delegate(people["director"], people["chief"], "budget.approve commitment")
    client = client_as(people["chief"])
    page = text(client.get(row.get_absolute_url()))
    assert address("approve_commitment", row) in page and "15/GUQ-SCT" in page
    assert client.get(address("commitment_list"), {"whose": "waiting"}).context["listing"].count == 1
    assert post(client, "approve_commitment", row).status_code == 302
    row.refresh_from_db()
    assert row.decided_for == people["director"].public_id
    said, entry = "thay Phạm Giám Đốc, theo 15/GUQ-SCT, 28/06/2024", row.entries.get()
    for url in (entry.get_absolute_url(), line.get_absolute_url(), f"{line.get_absolute_url()}?export=print"):
        assert said in text(client.get(url)), url
    assert said in downloaded(client.get(f"{line.get_absolute_url()}?export=csv")).decode()
    assert text(client.get(entry.get_absolute_url())).count("15/GUQ-SCT") == 2, "in its history too"


def test_it_is_refused_with_a_reason_and_withdrawn_by_its_preparer(client_as, people, line):
    director, officer = client_as(people["director"]), client_as(people["officer"])
    row = waiting(people, line)
    assert "answer" in post(director, "refuse_commitment", row).context["form"].errors
    assert post(director, "refuse_commitment", row, answer="Thiếu hồ sơ").status_code == 302
    said = text(officer.get(row.get_absolute_url()))
    assert "Thiếu hồ sơ" in said and "Người từ chối" in said and "Người duyệt" not in said
    mine = waiting(people, line)
    assert post(client_as(make_officer()), "withdraw_commitment", mine).context["form"].errors
    assert "Chỉ người đã lập" in text(client_as(make_officer()).get(address("withdraw_commitment", mine)))
    assert 'method="post"' in text(officer.get(address("withdraw_commitment", mine)))  # it asks once
    mine.refresh_from_db()
    assert mine.state == "prepared"
    assert post(officer, "withdraw_commitment", mine).status_code == 302
    said = text(officer.get(mine.get_absolute_url()))
    assert "Người rút lại" in said and "Người duyệt" not in said


def test_centre_staff_bind_only_money_of_tasks_their_office_leads(client_as, people, line):
    centre = make_office(kind="centre")
    client = client_as(make_user(Role.CENTRE_STAFF, office=centre))
    own = make_line(line.year, assigned_vnd=BILLION, task=make_task(office=centre))
    assert client.get(address("prepare_commitment", line)).status_code == 403
    assert post(client, "prepare_commitment", line, **CONTRACT).status_code == 403
    page = text(client.get(address("begin_commitment")))
    assert own.task.what in page and line.task.what not in page
    asked = client.get(address("begin_commitment"), {"line": own.public_id})
    assert asked.url == address("prepare_commitment", own)
    assert post(client, "prepare_commitment", own, **CONTRACT).status_code == 302
    foreign = make_commitment(line, 5)
    assert client.get(address("liquidate_commitment", foreign)).status_code == 403


def test_a_signed_contract_is_raised_reduced_settled_and_liquidated(client_as, people, line):
    row = make_commitment(line, 500_000_000)
    accountant, director = client_as(people["accountant"]), client_as(people["director"])
    page = text(accountant.get(row.get_absolute_url()))
    for kind in ("commit", "decommit"):
        assert address("prepare_step", kind, row) in page
    make_paid_payment(row, 400_000_000)
    early = post(client_as(people["officer"]), "liquidate_commitment", row, paper="5/BBTL", on="15/07/2024")
    assert "100.000.000 đồng" in errors(early)
    for kind, amount in (("commit", "200.000.000"), ("decommit", "300.000.000"), ("settle", "400.000.000")):
        post(accountant, "prepare_step", kind, row, **(STEP | {"amount_vnd": amount}))
        assert post(director, "approve_step", BudgetStep.objects.prepared().get()).status_code == 302
    row.refresh_from_db()
    assert (row.committed_vnd, row.settled_vnd) == (400_000_000, 400_000_000)
    done = post(client_as(people["officer"]), "liquidate_commitment", row, paper="5/BBTL", on="15/07/2024")
    assert done.status_code == 302
    shown = text(accountant.get(row.get_absolute_url()))
    assert "5/BBTL" in shown and address("prepare_payment", row) not in shown
    assert Payment.objects.get().state == "paid"


def test_an_entry_of_an_addendum_says_so_and_the_one_that_reverses_it(client_as, people, line):
    row = make_commitment(line, 500_000_000)
    accountant, chief = client_as(people["accountant"]), client_as(people["chief"])
    post(accountant, "prepare_step", "commit", row, **(STEP | {"amount_vnd": "200.000.000"}))
    post(client_as(people["director"]), "approve_step", BudgetStep.objects.prepared().get())
    signed, raised = row.entries.order_by("number")
    for entry in (raised, signed):
        paper = STEP | {"reason": "Ghi nhầm", "document_on": f"{timezone.localdate():%d/%m/%Y}"}
        post(accountant, "prepare_step", "reverse", entry, **paper)
        post(chief, "approve_step", BudgetStep.objects.prepared().get())
    word, number = "Tăng giá trị hợp đồng", row.entries.count()
    assert [entry.raises for entry in row.entries.order_by("number")] == [False, True, True, False]
    for page in (row.get_absolute_url(), line.get_absolute_url(), address("ledger_entry_list")):
        assert text(accountant.get(page)).count(word) >= 2, page
    assert word in text(accountant.get(raised.get_absolute_url())).split("</h1>")[0] and number == 4


def test_whoever_prepares_or_approves_is_told_of_the_same_number_in_the_year(client_as, people, line):
    make_commitment(line, 5, number="7/hđ -SCT", what="Thuê gian hàng", payee="Công ty Cũ")
    other = make_line(line.year)
    make_commitment(other, 5, number="7/HĐ-SCT", state="refused", payee="Công ty Bị Từ Chối")
    row = waiting(people, other, 50, number="7/HĐ-SCT")
    assert "không có chữ số" not in text(client_as(people["director"]).get(row.get_absolute_url()))
    wrong = waiting(people, other, 50, payee_account="abc")
    assert "“abc” không có chữ số" in text(client_as(people["director"]).get(wrong.get_absolute_url()))
    for who in ("officer", "director"):
        page = text(client_as(people[who]).get(row.get_absolute_url()))
        assert "cùng số: Hợp đồng 7/hđ -SCT" in page and "Công ty Cũ" in page and "Bị Từ Chối" not in page
    assert post(client_as(people["director"]), "approve_commitment", row).status_code == 302
    assert "cùng số" not in text(client_as(people["director"]).get(row.get_absolute_url()))


def test_whoever_approves_is_told_what_a_contract_lacks_and_does_not_approve_it_among_many(client_as, people, line):
    assigned = line.entries.get(kind="assign").happened_on
    row = waiting(people, line, signed_on=assigned - timedelta(days=1))
    good = waiting(people, line, kind="support_decision", signed_on=assigned)
    Task.objects.filter(pk=line.task_id).update(state="done", percent=100, finished_on=assigned)
    director = client_as(people["director"])
    early, nothing, ended = "trước ngày dòng dự toán", "Chưa nhập bước nào trước hợp đồng", "đã kết thúc ngày"
    for who in ("officer", "director"):
        page = text(client_as(people[who]).get(row.get_absolute_url()))
        assert early in page and nothing in page and ended not in page
    page = text(director.get(good.get_absolute_url()))
    assert early not in page and nothing not in page
    late = waiting(people, line, kind="support_decision", signed_on=assigned + timedelta(days=1))
    assert ended in text(director.get(late.get_absolute_url()))
    assert ended in text(client_as(people["officer"]).get(address("prepare_commitment", line)))
    done = post(director, "bulk_approve_commitments", chosen=[each.public_id for each in (row, good, late)])
    assert [result.ok for result in done.context["results"]] == [False, True, False]
    assert early in done.context["results"][0].message and "phê duyệt riêng" in done.context["results"][0].message
    assert post(director, "approve_commitment", row).status_code == 302
    assert early not in text(director.get(row.get_absolute_url()))


def test_a_contract_on_carried_money_is_signed_after_the_year_before_was_given_it(people, line):
    year = make_budget_year(2025, envelope_vnd=BILLION, period=line.year.period)
    after = make_line(year, assigned_vnd=0, task=line.task, source=line.source)
    move_year(line.year, "adjusting")
    make_pair(line, after, "carry_out", 1000, happened_on=date(2025, 2, 1))
    said = {row.said for row in cautions_of(waiting(people, after, 5, signed_on=date(2024, 6, 1)), on=date(2025, 3, 1))}
    assert not any("trước ngày dòng" in each for each in said)


def test_many_contracts_are_approved_each_with_its_result(client_as, people, line):
    amounts = (BILLION, 3 * BILLION, 2 * BILLION)
    rows = [waiting(people, line, amount, kind="support_decision") for amount in amounts]
    director, key = client_as(people["director"]), str(uuid.uuid4())
    fields = {"chosen": [row.public_id for row in rows], "amount_vnd": "0"}
    page = post(director, "bulk_approve_commitments", key=key, **fields)
    assert [result.ok for result in page.context["results"]] == [True, False, True]
    assert "2.000.000.000 đồng" in page.context["results"][1].message
    again = post(director, "bulk_approve_commitments", key=key, **fields)
    assert [result.ok for result in again.context["results"]] == [True, False, True]
    line.refresh_from_db()
    assert (line.committed_vnd, line.entries.filter(kind="commit").count()) == (3 * BILLION, 2)
    assert post(client_as(people["officer"]), "bulk_approve_commitments", **fields).status_code == 403


def test_the_list_costs_the_same_with_one_row_and_with_three(
    client_as, people, line, django_assert_num_queries, django_assert_max_num_queries
):
    client = client_as(people["director"])
    waiting(people, line)
    client.get(address("commitment_list"))
    with django_assert_max_num_queries(20) as few:
        client.get(address("commitment_list"))
    waiting(people, line), waiting(people, line)
    with django_assert_num_queries(len(few)):
        client.get(address("commitment_list"))
    sums = client.get(address("commitment_list"), {"sums": "1", "line": line.public_id}).context["sums"]
    assert sums == {"rows": 3, "amount": 2_400_000_000}
