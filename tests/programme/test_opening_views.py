"""Pages on which money from before the portal, and money returned after a year was closed, is prepared and looked at."""

import csv
import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from programme.models import BudgetStep, Commitment, MoneyReturn
from programme.presenting.acting import rooms_for
from reporting.finding import found_for
from tests.factories import make_auditor, make_head, make_officer, make_user
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_closed_contract,
    make_commitment,
    make_entry,
    make_line,
    make_opening_contract,
    make_paid_payment,
    make_return,
    make_reversal,
)

pytestmark = pytest.mark.django_db
FIRST_DAY = datetime(2024, 6, 20, 3, 0, tzinfo=UTC)  # from it on the portal keeps the line
PAPER = {"document": "Báo cáo số 45/BC-SCT", "document_on": "01/07/2024"}
CORRECTED = PAPER | {"document_on": "16/07/2024"}
CONTRACT = {
    "kind": "contract",
    "number": "12/HĐ-SCT",
    "signed_on": "01/02/2024",
    "what": "Dàn dựng gian hàng",
    "amount_vnd": "800.000",
    "payee": "Công ty TNHH Minh Họa",
    "payee_account": "1903 1234",
}
RETURN = {
    "voucher": "GNT-001",
    "payer": "Công ty TNHH Minh Họa",
    "happened_on": "10/07/2024",
    "amount_vnd": "300",
    "reason": "Chi vượt khối lượng",
}


@pytest.fixture
def accountant():
    return make_user(Role.ACCOUNTANT)


@pytest.fixture
def chief():
    return make_user(Role.CHIEF_ACCOUNTANT)


@pytest.fixture
def line():
    return make_line(make_budget_year(2024), assigned_vnd=0)


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def waiting_step():
    return BudgetStep.objects.get(kind="opening", state="prepared")


def pages_of(line):
    return [
        reverse(f"programme:{name}", args=[line.public_id]) for name in ("prepare_opening", "prepare_opening_contract")
    ]


def approve(client, step):
    return post(client, reverse("programme:approve_step", args=[step.public_id]))


def test_opening_sums_are_prepared_on_the_page_of_the_line_and_approved_by_the_chief_accountant(
    client_as, accountant, chief, line
):
    sums, contract = pages_of(line)
    page = text(client_as(accountant).get(line.get_absolute_url()))
    assert sums in page and contract not in page, "nothing is allocated yet"
    answer = post(client_as(accountant), sums, **PAPER, assigned_vnd="900.000", allocated_vnd="850.000")
    step = waiting_step()
    assert answer.url == step.get_absolute_url()
    page = text(client_as(chief).get(answer.url))
    assert "900.000 đồng" in page and "850.000 đồng" in page
    assert approve(client_as(chief), step).status_code == 302
    line.refresh_from_db()
    assert (line.assigned_vnd, line.allocated_vnd) == (900_000, 850_000)
    page = text(client_as(accountant).get(line.get_absolute_url()))
    assert contract in page and "đầu kỳ" in page


def test_a_contract_from_before_the_portal_is_prepared_with_its_sums(client_as, accountant, chief, line):
    for kind in ("assign", "allocate"):
        make_entry(line, kind, 900_000, opening=True, recorded_at=FIRST_DAY)
    _sums, address = pages_of(line)
    said = CONTRACT | PAPER | {"disbursed_vnd": "500.000", "advanced_vnd": "200.000", "settled_vnd": "100.000"}
    too_much = text(post(client_as(accountant), address, **said | {"disbursed_vnd": "800.001"}))
    assert "800.001" in too_much, "what was typed stays"
    answer = post(client_as(accountant), address, **said)
    step, commitment = waiting_step(), Commitment.objects.get()
    assert answer.url == step.get_absolute_url()
    waiting = text(client_as(chief).get(commitment.get_absolute_url()))
    assert step.get_absolute_url() in waiting
    assert reverse("programme:approve_commitment", args=[commitment.public_id]) not in waiting
    page = text(client_as(chief).get(answer.url))
    for sum_shown in ("800.000 đồng", "500.000 đồng", "200.000 đồng", "100.000 đồng"):
        assert sum_shown in page
    assert approve(client_as(chief), step).status_code == 302
    commitment.refresh_from_db()
    assert (commitment.state, commitment.disbursed_vnd, commitment.advanced_vnd) == ("approved", 500_000, 200_000)
    page = text(client_as(accountant).get(commitment.get_absolute_url()))
    for verb in ("settle", "recover", "recover_advance", "decommit"):
        assert reverse("programme:prepare_step", args=[verb, commitment.public_id]) in page


def test_the_same_form_sent_twice_prepares_one_step(client_as, accountant, line):
    sums, _contract = pages_of(line)
    client, body = client_as(accountant), {"operation_key": str(uuid.uuid4()), **PAPER, "assigned_vnd": "900"}
    first, again = client.post(sums, body), client.post(sums, body)
    assert first.url == again.url
    assert waiting_step()


def test_what_stands_in_the_way_of_an_opening_is_shown_on_its_step(client_as, accountant, chief, line):
    sums, _contract = pages_of(line)
    post(client_as(accountant), sums, **PAPER, assigned_vnd="900")
    make_entry(line, "assign", 5)
    step = waiting_step()
    said = "Rút đề nghị và lập lại, nêu lý do"
    assert said in text(client_as(chief).get(step.get_absolute_url()))
    answer = approve(client_as(chief), step)
    assert answer.status_code == 409 and said in answer.content.decode()
    assert "đang chờ duyệt: 900 đồng" in text(client_as(accountant).get(sums)), "said before anything is typed"
    assert sums not in text(client_as(accountant).get(line.get_absolute_url()))


def room_of_another(line):
    """What is left for a supplement on the line, and what waits for it."""
    (room,) = rooms_for("supplement", line=line)
    return room


def test_what_stands_already_or_comes_late_is_said_before_anything_is_typed(client_as, accountant, chief, line):
    sums, contract = pages_of(line)
    said = {"assigned_vnd": "900.000", "carried_in_vnd": "100.000", "allocated_vnd": "900.000"}
    post(client_as(accountant), sums, **PAPER, **said)
    step = waiting_step()
    page = client_as(chief).get(step.get_absolute_url())
    assert "100.000 đồng" in text(page)
    assert [room["takes"] for room in page.context["rooms"]] == [800_000, 100_000], (
        "of the envelope only what is new, of the ceiling what came from outside"
    )
    assert room_of_another(line).pending_vnd == 800_000
    approve(client_as(chief), step)
    line.refresh_from_db()
    assert (line.assigned_vnd, line.carried_in_vnd) == (900_000, 100_000)
    assert "đã có số dư đầu kỳ: 900.000 đồng" in text(client_as(accountant).get(sums))
    page = text(client_as(accountant).get(line.get_absolute_url()))
    assert f'"{sums}"' not in page and contract in page
    assert "đầu kỳ bổ sung" not in text(client_as(accountant).get(contract))
    make_entry(line, "supplement", 5, recorded_at=timezone.now())
    assert "đầu kỳ bổ sung" in text(client_as(accountant).get(contract))
    too_bare = text(post(client_as(accountant), contract, **CONTRACT, **PAPER))
    assert "nêu ở ô Thuyết minh" in too_bare
    late = post(client_as(accountant), contract, **CONTRACT, **PAPER, reason="Bỏ sót hợp đồng")
    assert "Bút toán đầu kỳ bổ sung" in text(client_as(chief).get(late.url))
    waiting = make_budget_step("supplement", 1, state="prepared", line=line, year=line.year)
    assert "12/HĐ-SCT, 800.000 đồng" in text(client_as(chief).get(waiting.get_absolute_url()))
    assert approve(client_as(chief), waiting_step()).status_code == 302
    assert "đầu kỳ bổ sung" in text(client_as(accountant).get(line.get_absolute_url()))
    entry = line.entries.get(kind="commit")
    assert "ghi bổ sung" in text(client_as(accountant).get(entry.get_absolute_url()))


def test_a_wrong_opening_sum_of_a_living_contract_is_prepared_anew_from_its_page(
    client_as, client, accountant, chief, line
):
    for kind in ("assign", "allocate"):
        make_entry(line, kind, 900_000, opening=True, recorded_at=FIRST_DAY)
    contract = make_opening_contract(line, 800_000, disbursed_vnd=60_000)
    address = reverse("programme:prepare_opening_again", args=[contract.public_id])
    assert address not in text(client_as(accountant).get(contract.get_absolute_url()))
    assert "Đảo bút toán đầu kỳ ghi sai trước" in text(client_as(accountant).get(address))
    make_reversal(contract.entries.get(kind="pay"), opening=True)
    assert address in text(client_as(accountant).get(contract.get_absolute_url()))
    assert address not in text(client_as(chief).get(contract.get_absolute_url()))
    assert "chỉ ghi lại phần đã đảo" in text(client_as(accountant).get(address))
    assert "Hãy điền “Thuyết minh”" in text(post(client_as(accountant), address, **PAPER, disbursed_vnd="52.000"))
    answer = post(client_as(accountant), address, **PAPER, disbursed_vnd="52.000", reason="Đã chi 52.000 đồng")
    assert "Thanh toán: 52.000 đồng" in text(client_as(chief).get(answer.url))
    assert approve(client_as(chief), waiting_step()).status_code == 302
    contract.refresh_from_db()
    assert (contract.state, contract.disbursed_vnd) == ("approved", 52_000)
    for other in (chief, make_head(), make_officer(), make_auditor()):
        assert client_as(other).get(address).status_code == 403
    assert client.get(address).status_code == 302


def test_what_was_paid_before_the_portal_stands_beside_the_months_not_in_them(client_as, accountant, line):
    for kind in ("assign", "allocate"):
        make_entry(line, kind, 900_000, opening=True)
    make_opening_contract(line, 800_000, disbursed_vnd=60_000)
    said = "Đã giải ngân trước khi dùng cổng: 60.000 đồng"
    for where in (line, line.year):
        page = text(client_as(accountant).get(where.get_absolute_url()))
        assert said in page and "<figcaption>Đơn vị: tỷ đồng" not in page, "no month has anything"
    make_paid_payment(make_commitment(line, 50_000), 40_000)
    for where in (line, line.year):
        page = text(client_as(accountant).get(where.get_absolute_url()))
        assert said in page and "<figcaption>Đơn vị: tỷ đồng" in page
        assert "100.000" in page.split('id="months"')[1], "the running sum begins with it"


def test_only_the_accountant_prepares_opening_sums(client_as, client, accountant, chief, line):
    for address in pages_of(line):
        assert client_as(accountant).get(address).status_code == 200
        for other in (chief, make_head(), make_officer(), make_auditor()):
            assert client_as(other).get(address).status_code == 403
        assert client.get(address).status_code == 302
    assert client_as(accountant).get(reverse("programme:prepare_opening", args=[uuid.uuid4()])).status_code == 404
    old_way = reverse("programme:prepare_step", args=["opening", line.public_id])
    assert client_as(accountant).get(old_way).status_code == 404


# --- money returned after a year was closed -----------------------------------------------------


def returns_of(contract):
    return reverse("programme:prepare_step", args=["budget_return", contract.public_id])


def test_a_return_is_prepared_on_the_contract_of_a_closed_year_and_shown_wherever_its_money_is(
    client_as, accountant, chief
):
    contract = make_closed_contract(2022, 1_000_000)
    page = text(client_as(accountant).get(contract.get_absolute_url()))
    assert returns_of(contract) in page
    form = text(client_as(accountant).get(returns_of(contract)))
    assert "1.000.000" in form, "what was paid and has not come back"
    answer = post(client_as(accountant), returns_of(contract), **PAPER, **RETURN)
    step = BudgetStep.objects.get(kind="budget_return")
    assert answer.url == step.get_absolute_url()
    assert "GNT-001" in text(client_as(chief).get(answer.url))
    assert approve(client_as(chief), step).status_code == 302
    row = MoneyReturn.objects.get()
    undo = reverse("programme:prepare_step", args=["undo_return", row.public_id])
    for where in (contract, contract.line, contract.line.year):
        page = text(client_as(accountant).get(where.get_absolute_url()))
        assert "Đã nộp ngân sách sau khi đóng năm" in page and "GNT-001" in page and undo in page
        assert undo not in text(client_as(chief).get(where.get_absolute_url()))
    post(client_as(accountant), undo, **CORRECTED, reason="Ghi nhầm hợp đồng")
    assert undo not in text(client_as(accountant).get(contract.get_absolute_url())), "its reversal waits already"
    assert approve(client_as(chief), BudgetStep.objects.get(kind="undo_return")).status_code == 302
    assert MoneyReturn.objects.filter(reverses=row).count() == 1


def test_pages_of_returns_speak_of_no_booking_in_the_ledger(client_as, accountant, chief):
    contract = make_closed_contract(2022, 1_000_000)
    address = returns_of(contract)
    assert "Hãy điền “Ngày nộp tiền”" in text(
        post(client_as(accountant), address, **PAPER, **RETURN | {"happened_on": ""})
    )
    answer = post(client_as(accountant), address, **PAPER, **RETURN)
    undo = None
    for day in ("Ngày nộp tiền", "Ngày đảo"):
        page = text(client_as(chief).get(answer.url))
        assert f"<dt>{day}</dt>" in page and "Duyệt và ghi nhận" in page
        assert "Ngày ghi sổ" not in page and "ghi sổ" not in page.split("<main")[1].split("page-side")[0]
        step = BudgetStep.objects.filter(state="prepared").get()
        assert approve(client_as(chief), step).status_code == 302
        page = text(client_as(chief).get(answer.url))
        assert "Đã duyệt, đã ghi nhận" in page and "Ngày ghi sổ" not in page
        if undo is None:
            undo = reverse("programme:prepare_step", args=["undo_return", MoneyReturn.objects.get().public_id])
            future = post(client_as(accountant), undo, **CORRECTED, reason="Nhầm", happened_on="01/01/2099")
            assert "Ngày đảo ở sau hôm nay" in text(future)
            answer = post(client_as(accountant), undo, **CORRECTED, reason="Nhầm")


def test_what_is_missing_on_the_opening_contract_is_named(client_as, accountant, line):
    page = text(post(client_as(accountant), pages_of(line)[1], kind="contract"))
    for label in ("Văn bản", "Ngày văn bản"):
        assert f"Hãy điền “{label}”" in page
    assert "Hãy điền mục này" not in page


def test_the_exports_of_the_year_tell_what_was_returned(client_as, accountant):
    contract = make_closed_contract(2022, 5_000_000)
    make_return(contract, 3_000_000)
    head = "Đã nộp ngân sách sau khi đóng năm"
    client = client_as(accountant)
    for address in (contract.line.year.get_absolute_url(), reverse("programme:money")):
        answer = client.get(address, {"export": "csv", "year": "2022"})
        rows = list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines(), delimiter=";"))
        at, place = next(
            (number, place)
            for number, row in enumerate(rows)
            for place, cell in enumerate(row)
            if cell.startswith(head)
        )
        assert rows[at + 1][place] == "3", rows
    listed = client.get(reverse("programme:budget_line_list"), {"export": "csv", "year": "2022"})
    assert head in listed.getvalue().decode("utf-8-sig")


def test_a_year_that_is_not_closed_says_that_money_is_recovered_there(client_as, accountant):
    contract = make_commitment(make_line(make_budget_year(2024)))
    make_paid_payment(contract, 1_000)
    assert returns_of(contract) not in text(client_as(accountant).get(contract.get_absolute_url()))
    said = "Thu hồi, khôi phục dự toán"
    assert said in text(client_as(accountant).get(returns_of(contract)))
    assert said in text(post(client_as(accountant), returns_of(contract), **PAPER, **RETURN))
    assert not BudgetStep.objects.filter(kind="budget_return").exists()


def test_only_the_accountant_prepares_a_return(client_as, client, accountant, chief):
    contract = make_closed_contract(2022)
    assert client_as(accountant).get(returns_of(contract)).status_code == 200
    for other in (chief, make_head(), make_officer(), make_auditor()):
        assert client_as(other).get(returns_of(contract)).status_code == 403
        assert returns_of(contract) not in text(client_as(other).get(contract.get_absolute_url()))
    assert client.get(returns_of(contract)).status_code == 302


def test_a_page_of_a_closed_contract_asks_as_often_with_one_return_as_with_three(client_as, accountant):
    contract, counts = make_closed_contract(2022), []
    for more in (1, 2):
        for _each in range(more):
            make_return(contract, 1)
        for where in (contract, contract.line, contract.line.year):
            client_as(accountant).get(where.get_absolute_url())
            with CaptureQueriesContext(connection) as asked:
                text(client_as(accountant).get(where.get_absolute_url()))
            counts.append(len(asked))
    assert counts[:3] == counts[3:]


def test_the_search_on_top_finds_a_return_by_its_voucher(accountant):
    row = make_return(make_closed_contract(2022), 5, voucher="GNT-00077")
    found = [address for _title, rows in found_for(accountant, "gnt-00077", 5) for _name, address, _hint in rows]
    assert found == [row.step.get_absolute_url()]
