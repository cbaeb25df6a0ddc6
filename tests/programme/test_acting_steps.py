"""Steps of the budget on their pages: who sees and decides, what is refused in words, and what stands afterwards."""

import re
import uuid
from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.roles import Role
from audit.models import AccessEntry, Event
from programme.models import BudgetStep, StepKind, Task
from programme.services import steps as step_services
from programme.services.limits import saving_of
from tests.factories import make_auditor, make_enterprise_user, make_head, make_officer, make_rule, make_user
from tests.programme.acting import (
    BILLION,
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
    make_budget_step,
    make_budget_year,
    make_closed_contract,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    make_pair,
    make_return,
    make_reversal,
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
    year = make_budget_year(2024, envelope_vnd=10 * BILLION)
    return make_line(year, assigned_vnd=5 * BILLION, allocated_vnd=3 * BILLION)


def waiting(people, line, kind="allocate", amount_vnd=BILLION, **fields):
    return make_budget_step(
        kind,
        amount_vnd,
        state="prepared",
        line=line,
        year=line.year,
        prepared_by=people["accountant"].public_id,
        happened_on="2024-07-01",
        document_on="2024-07-01",
        prepared_at=NOW,
        **fields,
    )


def test_staff_and_the_auditor_read_steps_others_do_not(client_as, client, people, line):
    step = waiting(people, line)
    pages = [address("budget_step_list"), step.get_absolute_url()]
    for user in (people["accountant"], make_officer(), make_auditor()):
        assert {client_as(user).get(page).status_code for page in pages} == {200}
    for user in (make_enterprise_user(), make_user(Role.COUNCIL_MEMBER), make_user()):
        assert {client_as(user).get(page).status_code for page in pages} == {403}
    assert {client.get(page).status_code for page in pages} == {302}
    assert client_as(make_officer()).get(address("budget_step", uuid.uuid4())).status_code == 404


def test_the_page_of_a_step_shows_amount_in_words_room_and_who_approves(client_as, people, line):
    waiting(people, line, "cut", 300_000_000)
    step = waiting(people, line, amount_vnd=1_500_000_000)
    page = text(client_as(people["director"]).get(step.get_absolute_url()))
    for words in (
        "1,5 tỷ đồng",
        "1.500.000.000 đồng",
        "Một tỷ năm trăm triệu đồng chẵn",
        "2.000.000.000",  # not allocated yet
        "500.000.000",  # after it
        "300.000.000",  # pending besides
        "Trần Thị Kế Toán",
        line.task.what,
    ):
        assert words in page, words
    assert address("approve_step", step) in page
    for other in (people["accountant"], people["chief"], people["officer"]):
        shown = text(client_as(other).get(step.get_absolute_url()))
        assert address("approve_step", step) not in shown


def test_a_step_is_prepared_on_the_form_and_approved_by_another(client_as, people, line):
    accountant, director = client_as(people["accountant"]), client_as(people["director"])
    form = accountant.get(address("prepare_step", "allocate", line))
    assert "2.000.000.000" in text(form)
    answer = post(accountant, "prepare_step", "allocate", line, file=one_page(), **STEP)
    step = BudgetStep.objects.get(kind="allocate")
    assert answer.url == step.get_absolute_url()
    assert (step.amount_vnd, step.state, step.file.owner) == (500_000_000, "prepared", people["accountant"].public_id)
    line.refresh_from_db()
    assert line.allocated_vnd == 3 * BILLION
    assert post(director, "approve_step", step).url == step.get_absolute_url()
    line.refresh_from_db()
    assert line.allocated_vnd == 3_500_000_000
    shown = text(director.get(step.get_absolute_url()))
    assert "Phạm Giám Đốc" in shown
    assert post(director, "approve_step", step).status_code == 409  # decided once


def test_the_document_is_handed_out_and_the_reading_is_kept(client_as, people, line):
    accountant = client_as(people["accountant"])
    post(accountant, "prepare_step", "allocate", line, file=one_page(), **STEP)
    step = BudgetStep.objects.get(kind="allocate")
    answer = client_as(people["director"]).get(address("budget_step_file", step))
    assert downloaded(answer).startswith(b"%PDF")
    assert AccessEntry.objects.filter(what="file downloaded").exists()
    bare = waiting(people, line)
    assert client_as(people["director"]).get(address("budget_step_file", bare)).status_code == 404


def test_every_kind_has_its_form_with_what_is_left(client_as, people, line):
    accountant = client_as(people["accountant"])
    commitment = make_commitment(line, 100_000_000)
    make_paid_payment(commitment, 50_000_000)
    entry = line.entries.first()
    about = {
        StepKind.CEILING: line.year.period,
        StepKind.ENVELOPE: line.year,
        StepKind.REVERSE: entry,
        StepKind.COMMIT_MORE: commitment,
        StepKind.DECOMMIT: commitment,
        StepKind.RECOVER: commitment,
        StepKind.RECOVER_ADVANCE: commitment,
        StepKind.SETTLE: commitment,
        StepKind.BUDGET_RETURN: make_closed_contract(2022),
    }
    about[StepKind.UNDO_RETURN] = make_return(about[StepKind.BUDGET_RETURN], 1)
    for kind in set(StepKind) - {StepKind.OPENING}:  # its forms stand at the line
        page = accountant.get(address("prepare_step", kind.value, about.get(kind, line)))
        assert page.status_code == 200, kind
        refused = post(accountant, "prepare_step", kind.value, about.get(kind, line))
        assert refused.context["form"].errors, kind
    assert accountant.get(address("prepare_step", "no-such-step", line)).status_code == 404
    assert accountant.get(address("prepare_step", "allocate", uuid.uuid4())).status_code == 404
    assert not BudgetStep.objects.prepared().exists()


def test_ceiling_and_envelope_are_prepared_and_booked(client_as, people, line):
    accountant, chief = client_as(people["accountant"]), client_as(people["chief"])
    post(accountant, "prepare_step", "envelope", line.year, **(STEP | {"amount_vnd": "12 tỷ"}))
    assert not BudgetStep.objects.prepared().exists()  # amounts are written in full
    post(accountant, "prepare_step", "envelope", line.year, **(STEP | {"amount_vnd": "12.000.000.000"}))
    step = BudgetStep.objects.prepared().get()
    page = text(chief.get(step.get_absolute_url()))
    assert "10.000.000.000 đồng" in page and "200.000.000.000" in page
    post(chief, "approve_step", step)
    line.year.refresh_from_db()
    assert line.year.envelope_vnd == 12 * BILLION
    after = make_budget_year(2025, envelope_vnd=0, state="preparing", period=line.year.period)
    facts = dict(fact[:2] for fact in accountant.get(address("prepare_step", "envelope", after)).context["facts"])
    assert facts["Hạn mức năm hiện nay"] == "chưa có quyết định"
    post(accountant, "prepare_step", "ceiling", line.year.period, **(STEP | {"amount_vnd": "5.000.000.000"}))
    lower = BudgetStep.objects.prepared().get()
    refused = post(chief, "approve_step", lower)
    assert refused.status_code == 409 and "12.000.000.000 đồng" in text(refused)


def test_a_refused_form_keeps_what_was_typed_and_the_file_stays_attached(client_as, people, line):
    accountant = client_as(people["accountant"])
    refused = post(accountant, "prepare_step", "allocate", line, file=one_page(), **(STEP | {"amount_vnd": "abc"}))
    page = text(refused)
    assert 'value="abc"' in page and STEP["document"] in page and "quyet-dinh.pdf" in page
    kept = re.search(r'name="file_kept" value="([^"]+)"', page)[1]
    key = refused.context["form"]["operation_key"].value()
    post(accountant, "prepare_step", "allocate", line, key=key, file_kept=kept, **STEP)
    assert BudgetStep.objects.get(kind="allocate").file.original_name == "quyet-dinh.pdf"
    other = client_as(make_user(Role.ACCOUNTANT))
    post(other, "prepare_step", "allocate", line, file_kept=kept, **STEP)
    assert BudgetStep.objects.filter(kind="allocate", file=None).count() == 1  # another's file is not taken


def test_the_same_key_does_it_once_and_with_another_amount_names_what_was_sent(client_as, people, line):
    accountant, key = client_as(people["accountant"]), str(uuid.uuid4())
    first = post(accountant, "prepare_step", "allocate", line, key=key, **STEP)
    again = post(accountant, "prepare_step", "allocate", line, key=key, **STEP)
    assert first.url == again.url
    other = post(accountant, "prepare_step", "allocate", line, key=key, **(STEP | {"amount_vnd": "600.000.000"}))
    assert line.task.code in errors(other) and "10:00" in errors(other)
    assert BudgetStep.objects.filter(kind="allocate").get().amount_vnd == 500_000_000


def test_an_approval_without_room_says_how_much_is_left_and_changes_nothing(client_as, people, line):
    step = waiting(people, line, amount_vnd=2 * BILLION + 1)
    before = Event.objects.count()
    refused = post(client_as(people["director"]), "approve_step", step)
    assert refused.status_code == 409
    assert "2.000.000.000 đồng" in text(refused)
    step.refresh_from_db(), line.refresh_from_db()
    assert (step.state, line.allocated_vnd, Event.objects.count()) == ("prepared", 3 * BILLION, before)


def test_whoever_prepared_a_step_gets_no_button_and_is_refused(client_as, people, line):
    both = make_user(Role.ACCOUNTANT, Role.DIRECTOR)
    step = make_budget_step(
        "allocate", 5, state="prepared", line=line, year=line.year, prepared_by=both.public_id, prepared_at=NOW
    )
    client = client_as(both)
    page = text(client.get(step.get_absolute_url()))
    assert address("approve_step", step) not in page and address("withdraw_step", step) in page
    assert post(client, "approve_step", step).status_code == 403
    assert client.get(address("refuse_step", step)).status_code == 403
    step.refresh_from_db()
    assert step.state == "prepared"


def test_whoever_may_decide_on_one_kind_is_refused_on_another(client_as, people, line):
    allocation, supplement = waiting(people, line), waiting(people, line, "supplement")
    assert post(client_as(people["chief"]), "approve_step", allocation).status_code == 403
    assert post(client_as(people["director"]), "approve_step", supplement).status_code == 403
    above = waiting(people, line, amount_vnd=BILLION + 1)
    refused = post(client_as(people["deputy"]), "approve_step", above)
    assert refused.status_code == 403 and "1.000.000.000 đồng" in text(refused)


def test_a_receiver_of_a_delegation_sees_the_button_and_in_whose_name(client_as, people, line):
    head, step = make_head(), waiting(people, line)
    delegate(people["director"], head, "budget.approve spending")
    client = client_as(head)
    page = text(client.get(step.get_absolute_url()))
    assert address("approve_step", step) in page
    assert "Phạm Giám Đốc" in page and "15/GUQ-SCT" in page
    assert post(client, "approve_step", step).status_code == 302
    step.refresh_from_db()
    assert step.decided_for == people["director"].public_id
    assert "Phạm Giám Đốc" in text(client.get(step.get_absolute_url()))


def test_a_receiver_does_not_approve_what_the_giver_prepared_or_beyond_the_limit(client_as, people, line):
    both = make_user(Role.ACCOUNTANT, Role.DIRECTOR)
    own = make_budget_step(
        "allocate", 5, state="prepared", line=line, year=line.year, prepared_by=both.public_id, prepared_at=NOW
    )
    head = make_head()
    delegate(both, head, "budget.approve spending", limit_vnd=1000)
    assert post(client_as(head), "approve_step", own).status_code == 403
    assert post(client_as(head), "approve_step", waiting(people, line, amount_vnd=1001)).status_code == 403
    listed = client_as(head).get(address("budget_step_list"), {"whose": "waiting"})
    assert listed.context["listing"].count == 0


def test_a_step_is_refused_with_a_reason_and_withdrawn_by_its_preparer(client_as, people, line):
    director, accountant = client_as(people["director"]), client_as(people["accountant"])
    step = waiting(people, line)
    assert director.get(address("refuse_step", step)).status_code == 200
    assert "answer" in post(director, "refuse_step", step).context["form"].errors
    assert post(director, "refuse_step", step, answer="Chưa có dự toán chi tiết").status_code == 302
    assert "Chưa có dự toán chi tiết" in text(accountant.get(step.get_absolute_url()))
    mine = waiting(people, line)
    assert post(client_as(make_user(Role.ACCOUNTANT)), "withdraw_step", mine).context["form"].errors
    assert "Chỉ người đã lập" in text(client_as(make_user(Role.ACCOUNTANT)).get(address("withdraw_step", mine)))
    assert 'method="post"' in text(accountant.get(address("withdraw_step", mine)))  # it asks once
    mine.refresh_from_db()
    assert mine.state == "prepared"
    assert post(accountant, "withdraw_step", mine).status_code == 302
    mine.refresh_from_db()
    assert mine.state == "withdrawn"
    said = text(accountant.get(mine.get_absolute_url()))
    assert "Người rút lại" in said and "Người duyệt" not in said


def test_money_goes_to_another_line_of_the_same_source(client_as, people, line):
    other = make_line(line.year, assigned_vnd=BILLION, source=line.source)
    foreign = make_line(line.year, assigned_vnd=BILLION)
    accountant = client_as(people["accountant"])
    page = text(accountant.get(address("prepare_step", "transfer", line)))
    assert other.task.what in page and foreign.task.what not in page
    wrong = post(accountant, "prepare_step", "transfer", line, other_line=foreign.public_id, **STEP)
    assert "other_line" in wrong.context["form"].errors
    post(accountant, "prepare_step", "transfer", line, other_line=other.public_id, **STEP)
    post(client_as(people["chief"]), "approve_step", BudgetStep.objects.prepared().get())
    other.refresh_from_db()
    assert other.assigned_vnd == 1_500_000_000


def test_saving_is_what_the_rule_of_the_year_comes_to_or_says_why_it_is_another_amount(client_as, people, line):
    rule = make_rule("budget_saving", {"percent": 10}, legal_basis="Cần Sở xác nhận", valid_from=date(2020, 1, 1))
    make_entry(line, "supplement", 5)
    make_pair_carried_into(line, 1_000)
    due = (line.assigned_vnd - 1_000) * 10 // 100
    accountant = client_as(people["accountant"])
    form = text(accountant.get(address("prepare_step", "saving", line)))
    assert "Tỷ lệ chưa xác nhận" in form and "Cần Sở xác nhận" not in form, "a note to those who keep the data"
    type(rule).objects.filter(pk=rule.pk).update(confidence="A", legal_basis="Quyết định số 5/QĐ-UBND")
    form = text(accountant.get(address("prepare_step", "saving", line)))
    shown = f"{due:,}".replace(",", ".")
    assert (
        f"còn phải giữ lại {shown} đồng" in form
        and f'value="{shown}"' in form
        and "10%" in form
        and "5/QĐ-UBND" in form
    )
    other = post(accountant, "prepare_step", "saving", line, **STEP | {"amount_vnd": "7"})
    assert f"còn phải giữ lại {shown} đồng. Nêu ở ô Thuyết minh" in errors(other)
    assert not BudgetStep.objects.filter(kind="saving").exists()
    post(accountant, "prepare_step", "saving", line, **STEP | {"amount_vnd": "7", "reason": "Giữ lại đợt 1"})
    step = BudgetStep.objects.prepared().get()
    page = text(client_as(people["chief"]).get(step.get_absolute_url()))
    assert f"còn phải giữ lại {shown} đồng" in page
    assert post(client_as(people["chief"]), "approve_step", step).status_code == 302
    line.refresh_from_db()
    rule = saving_of(line)
    assert (rule.percent, rule.left_vnd) == (10, due - 7), "what was withheld counts"
    post(accountant, "prepare_step", "saving", line, **STEP | {"amount_vnd": str(due - 7)})
    assert BudgetStep.objects.prepared().get().amount_vnd == due - 7
    assert saving_of(make_line(make_budget_year(2019), assigned_vnd=10)) is None, "no rule was in force then"


def make_pair_carried_into(line, amount_vnd):
    """Money that the line of the year before left over."""
    before = make_budget_year(2023, envelope_vnd=BILLION, state="adjusting", period=line.year.period)
    left = make_line(before, assigned_vnd=0, task=line.task, source=line.source)
    for kind in ("assign", "allocate"):
        make_entry(left, kind, amount_vnd, opening=True)
    make_pair(left, line, "carry_out", amount_vnd)


def test_money_is_carried_over_on_a_ground_of_that_years_law(client_as, people, line):
    after = make_budget_year(2025, envelope_vnd=BILLION, state="preparing", period=line.year.period)
    target = make_line(after, assigned_vnd=0, task=line.task, source=line.source)
    accountant = client_as(people["accountant"])
    early = text(accountant.get(address("prepare_step", "carry_over", line)))
    assert "Năm ngân sách 2024" in early and 'name="amount_vnd"' not in early, "the year is not over"
    move_year(line.year, "adjusting")
    assert "Hợp đồng đã ký" in text(accountant.get(address("prepare_step", "carry_over", line)))
    wrong = post(accountant, "prepare_step", "carry_over", line, other_line=target.public_id, ground="x", **STEP)
    assert "ground" in wrong.context["form"].errors
    post(accountant, "prepare_step", "carry_over", line, other_line=target.public_id, ground="contracts", **STEP)
    post(client_as(people["director"]), "approve_step", BudgetStep.objects.prepared().get())
    target.refresh_from_db()
    assert target.carried_in_vnd == 500_000_000


def test_a_reversal_names_entry_and_reason_and_is_not_reversed_itself(client_as, people, line):
    accountant = client_as(people["accountant"])
    entry = make_entry(line, "allocate", 100)
    fields = {name: value for name, value in STEP.items() if name != "amount_vnd"}
    assert "reason" in post(accountant, "prepare_step", "reverse", entry, **fields).context["form"].errors
    post(accountant, "prepare_step", "reverse", entry, reason="Ghi nhầm dòng", **fields)
    step = BudgetStep.objects.prepared().get()
    assert post(client_as(people["chief"]), "approve_step", step).status_code == 302
    line.refresh_from_db()
    assert line.allocated_vnd == 3 * BILLION
    reversal = entry.reversed_by
    again = post(accountant, "prepare_step", "reverse", reversal, reason="Ghi nhầm dòng", **fields)
    assert errors(again)
    assert not BudgetStep.objects.prepared().exists()


def test_a_closed_year_takes_no_step(client_as, people):
    year = make_budget_year(2023)
    line = make_line(year, assigned_vnd=0, task=make_task())
    move_year(year, "closed")
    refused = post(client_as(people["accountant"]), "prepare_step", "allocate", line, **STEP)
    assert "2023" in errors(refused)
    assert not BudgetStep.objects.prepared().exists()


def test_a_reversal_in_a_closed_year_is_refused_when_it_is_prepared(client_as, people):
    year = make_budget_year(2023, envelope_vnd=BILLION)
    line = make_line(year, assigned_vnd=100)
    entry = line.entries.get(kind="allocate")
    make_entry(line, "cancel", 100)
    move_year(year, "closed")
    fields = {name: value for name, value in STEP.items() if name != "amount_vnd"}
    refused = post(client_as(people["accountant"]), "prepare_step", "reverse", entry, reason="Ghi nhầm", **fields)
    assert "2023" in errors(refused)
    assert not BudgetStep.objects.prepared().exists()


def test_the_day_of_booking_says_what_holds_in_a_year_that_is_over(client_as, people, line):
    move_year(line.year, "adjusting")
    form = client_as(people["accountant"]).get(address("prepare_step", "cancel", line)).context["form"]
    assert "chỉnh lý" in str(form.fields["happened_on"].help_text)


@pytest.mark.parametrize("day", ["31/12/2023", "17/07/2024"])
def test_a_day_of_booking_outside_the_year_or_to_come_is_refused_when_it_is_prepared(client_as, people, line, day):
    refused = post(client_as(people["accountant"]), "prepare_step", "allocate", line, happened_on=day, **STEP)
    assert errors(refused)
    assert not BudgetStep.objects.prepared().exists()


def test_whoever_looks_at_a_step_reads_what_stands_in_its_way(client_as, people, line):
    accountant = client_as(people["accountant"])
    fits, too_much = waiting(people, line, amount_vnd=2 * BILLION), waiting(people, line, amount_vnd=2 * BILLION + 1)
    envelope = make_budget_step("envelope", BILLION, state="prepared", year=line.year)
    said = [accountant.get(step.get_absolute_url()).context["obstacle"] for step in (fits, too_much, envelope)]
    assert said[0] == ""
    assert "2.000.000.000 đồng" in said[1]
    assert "5.000.000.000 đồng" in said[2]
    moved = make_entry(line, "allocate", BILLION)
    make_commitment(line, 4 * BILLION)
    back = make_budget_step(
        "reverse", BILLION, state="prepared", line=line, year=line.year, reverses=moved, reason="Nhầm"
    )
    assert "0 đồng" in accountant.get(back.get_absolute_url()).context["obstacle"]


def test_whoever_prepares_more_than_is_left_is_told_at_once(client_as, people, line):
    accountant = client_as(people["accountant"])
    for amount, told in (("2.000.000.000", False), ("2.000.000.001", True)):
        sent = {"operation_key": str(uuid.uuid4()), **STEP, "amount_vnd": amount}
        page = accountant.post(address("prepare_step", "allocate", line), sent, follow=True)
        said = [str(each) for each in page.context["messages"]]
        assert any("Hiện chưa thể ghi sổ" in each and "2.000.000.000 đồng" in each for each in said) is told


def test_an_adjustment_below_what_is_committed_is_refused_at_approval(client_as, people, line):
    make_commitment(line, 3 * BILLION)
    step = waiting(people, line, "cut", 3 * BILLION)
    assert "2.000.000.000 đồng" in text(post(client_as(people["chief"]), "approve_step", step))
    step.refresh_from_db()
    assert step.state == "prepared"


def test_the_list_has_tabs_filters_and_sums(client_as, people, line):
    step = waiting(people, line)
    mine = make_budget_step(
        "cut", 7, state="prepared", line=line, year=line.year, prepared_by=people["chief"].public_id, prepared_at=NOW
    )
    director, accountant = client_as(people["director"]), client_as(people["accountant"])

    def listed(client, **asked):
        page = client.get(address("budget_step_list"), asked)
        return {record["public_id"] for _row, record, _cells in page.context["table"].bare_rows()}

    assert listed(director, whose="waiting") == {step.public_id}
    assert listed(accountant, whose="mine") == {step.public_id}
    assert listed(client_as(people["chief"]), whose="waiting") == set()  # its own, and one that leaders approve
    assert listed(director, kind="cut") == {mine.public_id}
    page = director.get(address("budget_step_list"), {"state": "prepared", "sums": "1"})
    assert page.context["sums"] == {"rows": 2, "amount": BILLION + 7, "apart": 0}
    for vnd in (8, 9):
        make_budget_step(
            "envelope", vnd * BILLION, year=line.year, state="prepared", prepared_by=mine.prepared_by, prepared_at=NOW
        )
    asked = {"state": "prepared", "sums": "1"}
    page = director.get(address("budget_step_list"), asked)
    assert page.context["sums"] == {"rows": 4, "amount": BILLION + 7, "apart": 2}
    assert "Không cộng 2 quyết định về hạn mức năm" in text(page)
    for kind, said in (("cut", True), ("envelope", False), ("", False)):
        paper = director.get(address("budget_step_list"), {"kind": kind, "export": "print"})
        assert ("Tổng cộng" in text(paper)) is said, kind
    export = director.get(address("budget_step_list"), {"export": "csv"})
    assert str(BILLION) in b"".join(export.streaming_content).decode("utf-8-sig")


def test_the_list_costs_the_same_with_one_row_and_with_three(
    client_as, people, line, django_assert_num_queries, django_assert_max_num_queries
):
    client = client_as(people["director"])
    waiting(people, line)
    client.get(address("budget_step_list"))
    with django_assert_max_num_queries(20) as few:
        client.get(address("budget_step_list"))
    waiting(people, line), waiting(people, line)
    with django_assert_num_queries(len(few)):
        client.get(address("budget_step_list"))


def test_many_steps_are_approved_each_with_its_result(client_as, people, line):
    good, short = waiting(people, line, amount_vnd=BILLION), waiting(people, line, amount_vnd=BILLION + 1)
    own = make_budget_step(
        "allocate",
        1,
        state="prepared",
        line=line,
        year=line.year,
        prepared_by=people["director"].public_id,
        prepared_at=NOW,
    )
    last = waiting(people, line, amount_vnd=5)
    director, key = client_as(people["director"]), str(uuid.uuid4())
    table = director.get(address("budget_step_list")).context["table"]
    assert table.choosable == {each.public_id for each in (good, short, last)}, "nobody approves a step of their own"
    assert client_as(people["chief"]).get(address("budget_step_list")).context["actions"] == ()
    rows = {"chosen": [each.public_id for each in (good, short, own, last)], "amount_vnd": "0"}
    page = post(director, "bulk_approve_steps", key=key, **rows)
    assert [result.ok for result in page.context["results"]] == [True, False, False, True]
    assert "1.000.000.000 đồng" in page.context["results"][1].message
    assert page.context["results"][3].message == "Đã duyệt, đã ghi sổ: 5 đồng"
    line.refresh_from_db()
    assert line.allocated_vnd == 4 * BILLION + 5  # amounts are the steps' own
    again = post(director, "bulk_approve_steps", key=key, **rows)
    assert [result.ok for result in again.context["results"]] == [True, False, False, True]
    line.refresh_from_db()
    assert (line.allocated_vnd, line.entries.filter(step=good).count()) == (4 * BILLION + 5, 1)
    assert post(director, "bulk_approve_steps", chosen=["x"]).context["results"] == []
    assert post(client_as(people["officer"]), "bulk_approve_steps", **rows).status_code == 403


def test_money_for_a_task_that_has_ended_is_pointed_out_and_not_approved_among_many(client_as, people, line):
    Task.objects.filter(pk=line.task_id).update(state="done", percent=100, finished_on=date(2023, 12, 1))
    step, ended = waiting(people, line, amount_vnd=5), "đã kết thúc ngày 01/12/2023"
    director = client_as(people["director"])
    assert ended in text(director.get(step.get_absolute_url()))
    assert ended in text(client_as(people["accountant"]).get(address("prepare_step", "allocate", line)))
    assert ended not in text(client_as(people["accountant"]).get(address("prepare_step", "cut", line)))
    (refused,) = post(director, "bulk_approve_steps", chosen=[step.public_id]).context["results"]
    assert (refused.ok, ended in refused.message) == (False, True)
    assert post(director, "approve_step", step).status_code == 302
    assert ended not in text(director.get(step.get_absolute_url()))


def test_a_decision_on_the_ceiling_stands_beside_it_and_one_of_long_ago_is_pointed_out(client_as, people, line):
    period, chief = line.year.period, client_as(people["chief"])
    period.decision_on = period.decision_on or date(2020, 12, 1)
    type(period).objects.filter(pk=period.pk).update(decision="7/QĐ-UBND", decision_on=period.decision_on)
    about = {"period": period, "prepared_by": people["accountant"].public_id, "prepared_at": NOW}
    step = make_budget_step("ceiling", 201 * BILLION, state="prepared", document_on=date(2018, 1, 1), **about)
    said = f"Văn bản đề ngày 01/01/2018, trước 7/QĐ-UBND ngày {period.decision_on:%d/%m/%Y}"
    for who in ("accountant", "chief"):
        assert said in text(client_as(people[who]).get(step.get_absolute_url()))
    (refused,) = post(chief, "bulk_approve_steps", chosen=[step.public_id]).context["results"]
    assert (refused.ok, said in refused.message) == (False, True)
    assert post(chief, "approve_step", step).status_code == 302
    for page in (period.get_absolute_url(), f"{address('money')}?period={period.code}"):
        assert f"{step.document}, 01/01/2018" in text(chief.get(page))
    type(period).objects.filter(pk=period.pk).update(decision="", decision_on=None, state="illustration")
    early = make_budget_step("ceiling", 202 * BILLION, state="prepared", document_on=date(2019, 12, 31), **about)
    assert f"sớm hơn một năm so với năm bắt đầu của “{period}”" in text(chief.get(early.get_absolute_url()))
    fine = make_budget_step("ceiling", 202 * BILLION, state="prepared", document_on=date(2020, 1, 1), **about)
    assert "sớm hơn một năm" not in text(chief.get(fine.get_absolute_url()))


def test_released_saving_says_that_it_goes_to_the_envelope_and_lessens_no_line(client_as, people, line):
    said = "Trở lại hạn mức chưa giao của năm 2024"
    make_entry(line, "saving", BILLION)
    accountant, chief = client_as(people["accountant"]), client_as(people["chief"])
    assert said in text(accountant.get(address("prepare_step", "release", line)))
    step = waiting(people, line, "release", 100_000_000)
    assert said in text(chief.get(step.get_absolute_url()))
    done = chief.post(address("approve_step", step), {"operation_key": str(uuid.uuid4())}, follow=True)
    assert any(said in str(message) for message in done.context["messages"])
    page = chief.get(line.get_absolute_url())
    assert page.context["ledger"][-1]["amount"] == "100.000.000" and said in text(page)
    entry = line.entries.get(kind="release")
    for other in (step.get_absolute_url(), address("ledger_entry_list")):
        shown = text(chief.get(other))
        assert "100.000.000" in shown and "\u2212100.000.000" not in shown
    assert said in text(chief.get(entry.get_absolute_url()))


def test_what_only_the_database_knew_is_told_in_its_row_and_the_others_go_on(client_as, people, line, monkeypatch):
    bad, good = waiting(people, line, amount_vnd=1), waiting(people, line, amount_vnd=5)
    booked = step_services._carry_through

    def refused_by_the_database(step, **by):
        if step.pk == bad.pk:
            raise IntegrityError("guard some_rule")
        return booked(step, **by)

    monkeypatch.setattr(step_services, "_carry_through", refused_by_the_database)
    director = client_as(people["director"])
    page = post(director, "bulk_approve_steps", chosen=[bad.public_id, good.public_id])
    assert [result.ok for result in page.context["results"]] == [False, True]
    assert "chưa có gì được ghi sổ" in str(page.context["results"][0].message)
    one = post(director, "approve_step", bad.public_id)
    assert one.status_code == 409
    bad.refresh_from_db()
    assert bad.state == "prepared"


def test_a_step_is_begun_by_choosing_what_and_where(client_as, people, line):
    client = client_as(people["accountant"])
    page = client.get(address("begin_step"))
    assert line.task.what in text(page)
    asked = client.get(address("begin_step"), {"kind": "allocate", "line": line.public_id})
    assert asked.url == address("prepare_step", "allocate", line)
    assert client.get(address("begin_step"), {"kind": "envelope", "line": line.public_id}).context["form"].errors
    envelope = client.get(address("begin_step"), {"kind": "envelope", "year": line.year.public_id})
    assert envelope.url == address("prepare_step", "envelope", line.year)
    assert make_reversal(make_entry(line, "allocate", 1)).reverses_id


def test_a_step_is_begun_from_the_page_of_a_line_with_that_line_chosen(client_as, people, line):
    make_line(line.year)
    accountant = client_as(people["accountant"])
    begin = f"{address('begin_step')}?line={line.public_id}"
    assert begin in text(accountant.get(line.get_absolute_url()))
    assert f'<option value="{line.public_id}" selected lang="vi">' in text(accountant.get(begin))
    assert accountant.get(f"{address('begin_step')}?line=nonsense").status_code == 200


def test_what_the_year_does_not_take_in_its_state_is_not_offered_and_refused_before_the_form(client_as, people, line):
    entry = make_entry(line, "supplement", 100)
    commitment = make_commitment(line, BILLION)
    accountant, bind = client_as(people["accountant"]), address("prepare_commitment", line)
    raised, reversal = address("prepare_step", "commit", commitment), address("prepare_step", "reverse", entry)
    pages = {line.get_absolute_url(): bind, commitment.get_absolute_url(): raised, entry.get_absolute_url(): reversal}
    for page, offered in pages.items():
        assert offered in text(accountant.get(page)), page
    move_year(line.year, "adjusting")
    for page, offered in pages.items():
        assert offered not in text(accountant.get(page)), page
    on_contract = text(accountant.get(commitment.get_absolute_url()))
    assert address("prepare_step", "decommit", commitment) in on_contract
    assert address("prepare_payment", commitment) in on_contract, "payments of December are still taken"
    begin = f"{address('begin_step')}?kind=supplement&line={line.public_id}"
    assert "không" in errors(accountant.get(begin)) or "2024" in errors(accountant.get(begin))
    assert accountant.get(begin.replace("supplement", "cancel")).status_code == 302
    for typed in pages.values():
        answer = text(accountant.get(typed))
        assert "Năm ngân sách 2024" in answer and 'name="document"' not in answer and 'name="number"' not in answer


def test_money_without_a_line_to_be_carried_to_leads_to_adding_one(client_as, people, line):
    after = make_budget_year(2025, envelope_vnd=BILLION, state="preparing", period=line.year.period)
    make_line(after, assigned_vnd=0, source=line.source)
    move_year(line.year, "adjusting")
    page = text(client_as(people["accountant"]).get(address("prepare_step", "carry_over", line)))
    assert "Chưa có dòng dự toán năm 2025 của nhiệm vụ này, cùng nguồn" in page
    add = f"{address('add_line')}?year=2025&amp;task={line.task.public_id}&amp;source={line.source.public_id}"
    assert add in page
    form = text(client_as(people["accountant"]).get(f"{add.replace('&amp;', '&')}&unit={line.unit.public_id}"))
    for chosen in ("2025", line.task.public_id, line.unit.public_id):
        assert f'<option value="{chosen}" selected lang="vi">' in form, chosen
    assert "managed=yes" in page, "money moves between managed lines only"
    refused = post(client_as(people["accountant"]), "prepare_step", "carry_over", line, ground="contracts", **STEP)
    assert "Dòng dự toán năm sau" in str(refused.context["form"].errors["other_line"])
