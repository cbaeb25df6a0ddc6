"""The screens of the reconciliation: who sees what, what they do there, and the files that leave."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from programme.models import LedgerEntry, StatementDifference, TreasuryStatement
from programme.services.treasury import explain_difference, number_statement
from reporting.home import work_for
from tests.factories import make_auditor, make_director, make_enterprise_user, make_head, make_officer
from tests.programme.making import (
    make_accountant,
    make_budget_year,
    make_chief_accountant,
    make_commitment,
    make_line,
    make_paid_payment,
    make_recovery,
    make_reversal,
    make_statement,
    statement_line,
)

pytestmark = pytest.mark.django_db
DAY = date(2024, 3, 5)
KEY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def accountant():
    return make_accountant()


@pytest.fixture
def commitment():
    line = make_line(
        make_budget_year(2024), chapter="416", category="309", item="7049", source_code="12", unit_code="1010452"
    )
    return make_commitment(line, 900_000_000)


@pytest.fixture
def statement(commitment, accountant):
    """One row agrees, one differs in its amount, one the portal lacks."""
    one = make_paid_payment(commitment, 10_000_000, voucher="KB-1", paid_on=DAY)
    two = make_paid_payment(commitment, 20_000_000, voucher="KB-2", paid_on=DAY)
    lines = [
        statement_line(one),
        statement_line(two, amount_vnd=20_000_001),
        statement_line(voucher="KB-9", paid_on=DAY, amount_vnd=7),
    ]
    return make_statement(commitment.line.year, lines, by=accountant)


def url(name, thing=None, **more):
    return reverse(f"programme:{name}", kwargs={"public_id": thing.public_id, **more} if thing else None)


def text_of(answer):
    return answer.content.decode()


def explain_all(statement, by):
    for difference in statement.differences.unexplained():
        explain_difference(difference=difference, cause="other", explanation="Khác ngày", by=by, now=timezone.now())


def number(statement, by):
    number_statement(
        statement=statement,
        number="12/KBNN",
        issued_on=date(2024, 4, 2),
        version=statement.version,
        by=by,
        now=timezone.now(),
    )
    statement.refresh_from_db()


def test_finance_heads_leaders_and_auditors_see_statements_and_nobody_else(statement, client_as, accountant):
    pages = [
        url("statement_list"),
        url("statement", statement),
        url("statement_rows", statement),
        url("difference_list", statement),
        url("reconciliation_table", statement),
        url("difference", statement.differences.first()),
        url("treasury_papers", statement.rows.first().payment),
    ]
    for person in (accountant, make_chief_accountant(), make_head(), make_director(), make_auditor()):
        client = client_as(person)
        assert [client.get(page).status_code for page in pages] == [200] * len(pages)
    for stranger in (make_officer(), make_enterprise_user()):
        client = client_as(stranger)
        assert [client.get(page).status_code for page in pages] == [403] * len(pages)


def test_nobody_learns_without_signing_in_whether_a_statement_exists(statement, client):
    there = client.get(url("statement", statement))
    gone = client.get(url("statement", statement).replace(str(statement.public_id), KEY))
    assert (there.status_code, gone.status_code) == (302, 302)


def test_the_page_shows_both_sums_and_the_differences_that_wait_first(statement, client_as, accountant):
    difference = statement.differences.get(kind="amount")
    explain_difference(difference=difference, cause="other", explanation="Nhầm số", by=accountant, now=timezone.now())
    page = text_of(client_as(accountant).get(url("statement", statement)))
    assert "30.000.008" in page and "30.000.000" in page
    assert page.index(str(StatementDifference.objects.get(kind="not_here").public_id)) < page.index(
        str(difference.public_id)
    )
    assert "Nhầm số" in page
    assert page.count('name="chosen"') == 2
    assert 'name="chosen"' not in text_of(client_as(make_head()).get(url("statement", statement)))


def test_chosen_differences_are_explained_together_with_a_result_for_each(statement, client_as, accountant):
    client, address = client_as(accountant), url("explain_differences", statement)
    chosen = [str(difference.public_id) for difference in statement.differences.there()]
    typed = {"cause": "other", "explanation": "Khác ngày", "operation_key": KEY}
    refused = client.post(address, typed)
    assert (refused.status_code, statement.differences.unexplained().count()) == (422, 2)
    refused = client.post(address, {"chosen": chosen, "cause": "", "explanation": "", "operation_key": KEY})
    assert refused.status_code == 422 and text_of(refused).count(" checked") == 2
    answer = client.post(address, typed | {"chosen": [*chosen, KEY]})
    assert answer.headers["Location"] == url("statement", statement)
    assert statement.differences.unexplained().count() == 0
    assert client.post(address, typed | {"chosen": [*chosen, KEY]}).status_code == 302  # sent again
    assert set(statement.differences.values_list("version", flat=True)) == {2}
    StatementDifference.objects.filter(kind="amount").update(gone_at=timezone.now())
    stale = client.post(address, typed | {"chosen": chosen, "operation_key": KEY[:-1] + "2"})
    assert stale.status_code == 302  # what is gone is no longer among those to choose


def test_one_difference_is_explained_on_its_own_page_and_a_stale_form_shows_both(statement, client_as, accountant):
    client, difference = client_as(accountant), statement.differences.first()
    address = url("explain_difference", difference)
    assert client.get(address).status_code == 200
    typed = {"cause": "refund", "explanation": "Đã nộp trả", "version": 1, "operation_key": KEY}
    assert client.post(address, typed).status_code == 302
    difference.refresh_from_db()
    assert (difference.cause, difference.explained_by) == ("refund", accountant.public_id)
    stale = client.post(address, typed | {"explanation": "Lý do khác", "operation_key": KEY[:-1] + "2"})
    assert stale.status_code == 422
    assert "Đã nộp trả" in text_of(stale) and "Lý do khác" in text_of(stale)
    assert "Đã nộp trả" in text_of(client.get(url("difference", difference)))
    assert client_as(make_chief_accountant()).post(address, typed).status_code == 403


def test_the_chief_accountant_confirms_on_a_page_that_shows_the_sums(statement, client_as, accountant):
    client = client_as(make_chief_accountant())
    address = url("confirm_reconciliation", statement)
    typed = {"paper": "01/BĐC", "paper_on": "05/04/2024", "version": statement.version, "operation_key": KEY}
    assert client.post(address, typed).status_code == 422
    waiting = statement.differences.unexplained().count()
    assert "chưa có số và ngày" in text_of(client.get(address))
    assert waiting and f"Đã giải trình: 0. Chưa giải trình: {waiting}." in text_of(client.get(address))
    explain_all(statement, accountant)
    number(statement, accountant)
    assert f"Đã giải trình: {waiting}. Chưa giải trình: 0." in text_of(client.get(address))
    assert "chưa có số và ngày" not in text_of(client.get(address))
    assert "30.000.008" in text_of(client.get(address))
    assert f'href="{address}"' in text_of(client.get(url("statement", statement)))
    typed |= {"version": statement.version, "operation_key": KEY[:-1] + "2"}
    assert client.post(address, typed).status_code == 302
    statement.refresh_from_db()
    assert statement.state == TreasuryStatement.State.RECONCILED
    page = text_of(client.get(url("statement", statement)))
    assert "01/BĐC" in page and address not in page
    assert client_as(accountant).post(address, typed).status_code == 403


def test_number_and_date_are_entered_and_the_comparison_is_done_again(statement, client_as, accountant):
    client = client_as(accountant)
    address = url("number_statement", statement)
    typed = {"number": "12/KBNN", "issued_on": "02/04/2024", "version": statement.version, "operation_key": KEY}
    assert client.post(address, typed | {"issued_on": "02/01/2024"}).status_code == 422
    assert client.post(address, typed | {"operation_key": KEY[:-1] + "2"}).status_code == 302
    make_paid_payment(statement.rows.first().payment.commitment, 7, voucher="KB-9", paid_on=DAY)
    again = url("match_statement", statement)
    assert client.post(again, {"operation_key": KEY}).status_code == 302
    assert client.post(again, {}).status_code == 302  # without its key nothing is done
    statement.refresh_from_db()
    assert (statement.number, statement.differences.there().count()) == ("12/KBNN", 1)
    assert client_as(make_head()).post(again, {"operation_key": KEY}).status_code == 403


def test_a_page_says_that_payments_changed_since_the_comparison(statement, commitment, client_as, accountant):
    client, said = client_as(accountant), "đã thay đổi sau lần đối chiếu"
    assert said not in client.get(statement.get_absolute_url()).content.decode()
    make_reversal(LedgerEntry.objects.filter(payment__isnull=False, kind="pay").first())
    assert said in client.get(statement.get_absolute_url()).content.decode()


def test_lists_need_the_same_number_of_queries_for_one_row_and_for_three(
    statement, client_as, accountant, django_assert_max_num_queries, django_assert_num_queries
):
    client = client_as(accountant)
    more = make_statement(
        statement.year,
        [statement_line(voucher=f"Y{n}", paid_on=date(2024, 5, n), amount_vnd=n) for n in range(1, 12)],
        span="q2",
        by=accountant,
    )
    for one, many in (
        (url("statement_rows", statement), url("statement_rows", more)),
        (url("difference_list", statement), url("difference_list", more)),
        (url("statement", statement), url("statement", more)),
    ):
        client.get(one)
        with CaptureQueries() as few:
            assert client.get(one).status_code == 200
        with django_assert_num_queries(len(few)):
            assert client.get(many).status_code == 200
    with CaptureQueries() as two:
        client.get(url("statement_list"))
    for span in ("q3", "q4"):
        line = statement_line(voucher=f"Z{span}", paid_on=date(2024, 8, 1), amount_vnd=1)
        make_statement(statement.year, [line], span=span, by=accountant)
    with django_assert_num_queries(len(two)):
        page = client.get(url("statement_list"))
    assert f'<option value="{statement.year}">{statement.year}</option>' in text_of(page)


class CaptureQueries:
    def __enter__(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.context = CaptureQueriesContext(connection)
        return self.context.__enter__()

    def __exit__(self, *error):
        return self.context.__exit__(*error)


def test_rows_are_filtered_by_what_they_belong_to_and_differences_exported_as_shown(statement, client_as, accountant):
    client = client_as(accountant)
    rows = url("statement_rows", statement)
    assert "KB-9" in text_of(client.get(rows, {"belongs": "no"}))
    assert "KB-1" not in text_of(client.get(rows, {"belongs": "no"}))
    assert "KB-9" not in text_of(client.get(rows, {"belongs": "yes", "direction": "payment"}))
    assert "KB-2" in text_of(client.get(rows, {"voucher": "b-2"}))
    differences = url("difference_list", statement)
    assert "KB-9" not in text_of(client.get(differences, {"kind": "amount", "explained": "no"}))
    assert "KB-9" in text_of(client.get(differences, {"voucher": "KB-9"}))
    answer = client.get(differences, {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {20_000_001, 20_000_000, 7, "KB-9"} <= set(cells)
    assert client.get(differences, {"export": "print"}).status_code == 200
    for address in (differences, rows):
        assert Document(io.BytesIO(b"".join(client.get(address, {"export": "docx"}).streaming_content))).tables


def test_the_reconciliation_table_balances_with_both_sides(statement, commitment, client_as, accountant):
    make_recovery(commitment, 1_000_000, document="NT-1", happened_on=date(2024, 3, 20))
    client = client_as(accountant)
    page = text_of(client.get(url("reconciliation_table", statement)))
    assert commitment.line.task.what in page and "416" in page
    answer = client.get(url("reconciliation_table", statement), {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[1:4] for row in rows] == [["416", "309", "12"], [None, None, None]]
    assert rows[0][4:] == [0, 1_000_000_000, 29_000_000, 30_000_001, 1_000_001, 29_000_000, 971_000_000]
    assert rows[1][7] == 7
    word = client.get(url("reconciliation_table", statement), {"export": "docx"})
    assert "30.000.008" in _words(word)


def _words(answer):
    document = Document(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_papers_for_the_treasury_are_filled_in_from_the_payment(commitment, client_as, accountant):
    advance = make_paid_payment(commitment, 30_000_000, kind="advance", payee_account="1020304050")
    payment = make_paid_payment(commitment, 12_345_678, clears_vnd=5_000_000, note="Thuê gian hàng <b>")
    client = client_as(accountant)
    assert url("treasury_papers", payment) in text_of(client.get(payment.get_absolute_url()))
    page = text_of(client.get(url("treasury_papers", payment)))
    codes = ("withdrawal", "vouchers", "clearing")
    assert all(url("treasury_paper", payment, code=code) in page for code in codes)
    assert url("treasury_paper", advance, code="clearing") not in text_of(client.get(url("treasury_papers", advance)))
    withdrawal = _words(client.get(url("treasury_paper", payment, code="withdrawal")))
    for said in (
        "Mẫu số C2-02a/NS",
        "12.345.678",
        "Mười hai triệu ba trăm bốn mươi lăm nghìn sáu trăm bảy mươi tám đồng",
        "Thuê gian hàng <b>",
        "1020304050",
        commitment.number,
        "1010452",
        "7049",
        "Thực chi ☒     Tạm ứng ☐",
    ):
        assert said in withdrawal
    assert "Thực chi ☐     Tạm ứng ☒" in _words(client.get(url("treasury_paper", advance, code="withdrawal")))
    clearing = _words(client.get(url("treasury_paper", payment, code="clearing")))
    assert "30.000.000" in clearing and "Năm triệu đồng chẵn" in clearing
    vouchers = _words(client.get(url("treasury_paper", payment, code="vouchers")))
    assert payment.invoice in vouchers and "5.000.000" in vouchers
    for missing in ((advance, "clearing"), (payment, "other")):
        assert client.get(url("treasury_paper", missing[0], code=missing[1])).status_code == 404
    assert client_as(make_officer()).get(url("treasury_paper", payment, code="vouchers")).status_code == 403


def test_what_waits_stands_in_the_work_of_whoever_must_do_it(statement, accountant):
    chief, both = make_chief_accountant(), make_head()

    def waiting(person):
        sections = work_for(person, timezone.now())
        return [item.url for section in sections for item in section.items if "treasury" in item.url]

    assert waiting(accountant) == [url("statement", statement)]
    assert waiting(chief) == waiting(both) == []
    explain_all(statement, accountant)
    assert waiting(accountant) == [url("statement", statement)]  # its number and date are missing
    number(statement, accountant)
    assert waiting(accountant) == []
    assert waiting(chief) == [url("confirm_reconciliation", statement)]


def test_an_accountant_starts_the_import_from_the_list_and_sees_the_file_again(statement, client_as, accountant):
    client = client_as(accountant)
    start = reverse("documents:start_import", args=["treasury-statement"])
    assert start in text_of(client.get(url("statement_list")))
    assert client.get(start).status_code == 200
    assert start not in text_of(client_as(make_head()).get(url("statement_list")))
    answer = client.get(url("statement_file", statement), follow=True)  # the test's file has no bytes
    assert answer.redirect_chain == [(statement.get_absolute_url(), 302)] and "không còn trong kho lưu trữ" in text_of(
        answer
    )
