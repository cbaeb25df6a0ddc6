import csv
import re
import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from documents.store import save_upload
from programme.models import BudgetCheck, BudgetLine, BudgetYear, SpendingPlan
from programme.presenting.money import beside_last_year, compared_with
from programme.presenting.places import sections
from tests.factories import (
    make_agency,
    make_auditor,
    make_content_area,
    make_head,
    make_money_source,
    make_officer,
    make_period,
    make_rule,
    make_user,
)
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    make_pair,
    make_payment,
    make_reversal,
    make_task,
    move_year,
)

pytestmark = pytest.mark.django_db
BILLION = 10**9


@pytest.fixture
def accountant():
    return make_user(Role.ACCOUNTANT)


@pytest.fixture
def chief():
    return make_user(Role.CHIEF_ACCOUNTANT)


@pytest.fixture
def year():
    return make_budget_year(2024, envelope_vnd=40 * BILLION)


@pytest.fixture
def line(year):
    return make_line(year, assigned_vnd=5 * BILLION, allocated_vnd=4 * BILLION)


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_section_shows_the_row_of_sections_with_itself_as_current(client_as, chief):
    client = client_as(chief)
    for section in sections(chief, ""):
        page = client.get(section["url"])
        assert f'<a href="{section["url"]}" aria-current="page">{section["label"]}</a>' in text(page), section["url"]


def pages(line):
    entry = line.entries.first()
    return [
        reverse("programme:money"),
        reverse("programme:money") + f"?year={line.year}&by=task",
        line.year.get_absolute_url(),
        reverse("programme:budget_line_list"),
        line.get_absolute_url(),
        reverse("programme:ledger_entry_list"),
        entry.get_absolute_url(),
    ]


# --- who sees what -------------------------------------------------------------------------------


def test_staff_and_auditors_read_the_money_strangers_and_the_council_do_not(client_as, client, line):
    for user in (make_officer(), make_head(), make_auditor()):
        assert {client_as(user).get(page).status_code for page in pages(line)} == {200}
    for user in (make_user(Role.COUNCIL_MEMBER), make_user()):
        assert {client_as(user).get(page).status_code for page in pages(line)} == {403}
    assert {client.get(page).status_code for page in pages(line)} == {302}
    for route in ("budget_line", "ledger_entry", "ledger_entry_file"):
        assert client_as(make_officer()).get(reverse(f"programme:{route}", args=[uuid.uuid4()])).status_code == 404
    assert client_as(make_officer()).get(reverse("programme:budget_year", args=[2031])).status_code == 404


def test_only_accountants_keep_lines_and_only_the_chief_keeps_years(client_as, accountant, chief, line):
    lines = [reverse("programme:add_line")]
    lines += [reverse(f"programme:{verb}", args=[line.public_id]) for verb in ("describe_line", "plan_spending")]
    years = [reverse("programme:add_year"), reverse("programme:close_year", args=[2024])]
    for user, here in ((accountant, lines), (chief, years)):
        assert {client_as(user).get(page).status_code for page in here} == {200}
    assert {client_as(accountant).get(page).status_code for page in years} == {403}
    assert {client_as(make_head()).get(page).status_code for page in lines + years} == {403}


def test_the_menu_leads_to_the_money_and_from_there_to_what_is_there(client_as, line):
    page = text(client_as(make_officer()).get(reverse("programme:money")))
    assert f'<a href="{reverse("programme:money")}" aria-current="page">Kế hoạch và kinh phí</a>' in page
    for route in ("budget_line_list", "ledger_entry_list", "period_list", "target_list"):
        assert reverse(f"programme:{route}") in page


# --- the whole -----------------------------------------------------------------------------------


def test_the_money_page_says_each_level_with_its_share_and_what_is_left(client_as, year, line):
    make_paid_payment(make_commitment(line, 2 * BILLION), BILLION)
    followed = make_line(year, managed=False, assigned_vnd=3 * BILLION)
    make_entry(followed, "commit", 3 * BILLION)
    page = client_as(make_officer()).get(reverse("programme:money") + "?period=2021-2025")
    levels = {level.label: level for level in page.context["levels"]}
    assert levels["Tổng kinh phí chương trình"].together == 200 * BILLION
    assert (levels["Được giao"].managed, levels["Được giao"].followed) == (5 * BILLION, 3 * BILLION)
    assert levels["Được giao"].of_limit == "4,0\u00a0%"
    assert levels["Giải ngân"].of_before == "50,0\u00a0%", "of managed money alone"
    left = {level.label: level.together for level in page.context["left"]}
    assert left["Tổng kinh phí chưa phân cho năm nào"] == 160 * BILLION
    assert left["Hạn mức chưa giao cho dòng dự toán"] == 32 * BILLION
    assert left["Đã phân bổ, chưa ký HĐ/QĐ hỗ trợ"] == 2 * BILLION
    assert "200 tỷ đồng" in text(page) and "200.000.000.000 đồng" in text(page)
    assert "Theo dõi: Được giao 3 tỷ đồng" in text(page), "the bar says itself to those who do not see it"


def test_what_was_carried_in_is_no_share_of_the_limit_and_from_outside_takes_of_the_ceiling(client_as, year, line):
    brought = make_line(year, assigned_vnd=0)
    make_entry(brought, "carry_in", 10 * BILLION, opening=True, pair=uuid.uuid4())
    make_entry(brought, "allocate", 10 * BILLION)
    officer = client_as(make_officer())
    page = officer.get(reverse("programme:money") + "?period=2021-2025")
    levels = {level.label: level for level in page.context["levels"]}
    assert (levels["Được giao"].together, levels["Được giao"].of_limit) == (15 * BILLION, "2,5\u00a0%")
    assert "không tính vào tỷ lệ: 10 tỷ" in levels["Được giao"].note
    left = {level.label: level.together for level in page.context["left"]}
    assert left["Tổng kinh phí chưa phân cho năm nào"] == 150 * BILLION
    levels = {level.label: level for level in officer.get(year.get_absolute_url()).context["levels"]}
    assert [levels[label].of_limit for label in ("Được giao", "Phân bổ")] == ["12,5\u00a0%", "28,0\u00a0%"]


def test_the_money_page_of_a_year_measures_by_its_envelope_and_links_each_row_to_its_lines(client_as, line):
    client = client_as(make_officer())
    for by in ("area", "source", "unit", "task"):
        page = client.get(reverse("programme:money") + f"?year=2024&by={by}")
        (row,) = page.context["groups"]["rows"]
        assert row["money"].assigned_vnd == 5 * BILLION
        found = client.get(row["url"])
        assert line.get_absolute_url() in text(found), by
        assert page.context["levels"][0].label == "Hạn mức năm"
    fallen_back = client.get(reverse("programme:money") + "?year=2024&by=year")
    assert fallen_back.context["by"] == "area"


def test_what_is_pending_is_a_figure_of_its_own(client_as, line):
    commitment = make_commitment(line, BILLION)
    make_commitment(line, 2 * BILLION, state="prepared")
    make_payment(commitment, 7_000_000)
    make_budget_step("allocate", 9_000_000, state="prepared", line=line, year=line.year)
    page = client_as(make_officer()).get(reverse("programme:money"))
    rows = {label: (count, amount) for label, count, amount, _url in page.context["pending"]}
    assert rows["Hợp đồng, quyết định hỗ trợ"] == (1, 2 * BILLION)
    assert rows["Thanh toán: Đã lập, chờ kiểm soát"] == (1, 7_000_000)
    assert rows["Phân bổ"] == (1, 9_000_000)
    for amount in (38 * BILLION, 200 * BILLION):
        make_budget_step("envelope", amount, state="prepared", year=line.year)
    page = client_as(make_officer()).get(reverse("programme:money"))
    assert ("Hạn mức năm", 2, None) in [row[:3] for row in page.context["pending"]]
    assert "không cộng lại" in text(page)
    assert "238 tỷ" not in text(page) and "238.000" not in text(page)


def test_what_is_withheld_is_shown_and_is_no_room_of_the_envelope(client_as, year, line):
    make_entry(line, "saving", 123_456_789)
    client, left = client_as(make_officer()), year.envelope_vnd - line.assigned_vnd - 123_456_789
    for page in (f"{reverse('programme:money')}?year={year}", year.get_absolute_url(), line.get_absolute_url()):
        answer = client.get(page)
        said = re.sub(r"<[^>]+>|&nbsp;", "", text(answer))
        assert "Giữ lại tiết kiệm chi thường xuyên" in said and "123.456.789" in said, page
        for row in answer.context.get("left", []):
            if row.label == "Hạn mức chưa giao cho dòng dự toán":
                assert row.together == left


def test_without_any_period_the_money_page_says_what_to_do(client_as):
    assert "Chưa nhập giai đoạn nào" in text(client_as(make_officer()).get(reverse("programme:money")))


def test_the_money_page_costs_the_same_however_long_the_ledgers_are(client_as, year, django_assert_max_num_queries):
    client = client_as(make_officer())
    first = make_line(year)
    address = reverse("programme:money")
    client.get(address)
    with django_assert_max_num_queries(12):
        client.get(address)
    for _number in range(3):
        line = make_line(year)
        for _time in range(3):
            make_paid_payment(make_commitment(line, 1000), 100)
        make_commitment(line, 10, state="prepared")
    make_budget_year(2023, period=first.year.period)
    for by in ("year", "area", "source", "unit", "task"):
        with django_assert_max_num_queries(12):
            client.get(f"{address}?by={by}")


def test_the_last_check_of_balances_against_entries_is_shown(client_as, line, now):
    client, address = client_as(make_officer()), reverse("programme:money")
    assert "Đối chiếu số dư với bút toán" not in text(client.get(address))
    BudgetCheck.objects.create(at=now, questions=3, differences=0)
    assert "không chênh lệch" in text(client.get(address))
    finding = {"code": "line assigned_vnd", "object": str(line.public_id), "stands": 5, "should": 7}
    BudgetCheck.objects.create(at=datetime.now(UTC), questions=3, differences=1, findings=[finding])
    page = text(client.get(address))
    assert "1 chênh lệch" in page and "cộng các bút toán được 7" in page


def test_no_page_of_sums_reads_more_of_the_ledger_than_one_month_of_the_year_before(client_as, line):
    make_paid_payment(make_commitment(make_line(make_budget_year(2023)), 10), 5, paid_on=date(2023, 5, 1))
    client = client_as(make_officer())
    for address in (reverse("programme:money"), reverse("programme:budget_line_list")):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        reading = [query["sql"] for query in asked if "ledgerentry" in query["sql"]]
        assert 0 < len(reading) <= 2, address
        by_days = [sql for sql in reading if '"happened_on" >=' in sql and '"happened_on" <=' in sql]
        of_the_opening = [sql for sql in reading if '."opening"' in sql and sql not in by_days]
        assert len(by_days) + len(of_the_opening) == len(reading) and len(of_the_opening) <= 1, address


def of_this_year(client):
    """Two years with the same day in each: a managed and a followed line now, one of another task before."""
    this = timezone.localdate().year
    period = make_period(this - 1, this)
    area = make_content_area(name="Đào tạo, bồi dưỡng")
    before, now = (make_budget_year(year, period=period, envelope_vnd=9 * BILLION) for year in (this - 1, this))
    old = make_line(before, task=make_task(content_area=area), assigned_vnd=BILLION)
    make_paid_payment(make_commitment(old, BILLION), 400_000_000, paid_on=date(this - 1, 1, 1))
    new = make_line(now, task=make_task(content_area=area), assigned_vnd=BILLION)
    make_paid_payment(make_commitment(new, BILLION), 500_000_000, paid_on=date(this, 1, 1))
    followed = make_line(now, managed=False, task=make_task(content_area=area), assigned_vnd=3 * BILLION)
    make_entry(followed, "commit", 2 * BILLION)
    make_entry(followed, "pay", 2 * BILLION)
    return now, new


def test_managed_and_followed_money_stand_apart_and_both_pages_say_one_rate(client_as):
    client = client_as(make_officer())
    year, _line = of_this_year(client)
    whole, of_year = client.get(reverse("programme:money")), client.get(year.get_absolute_url())
    (_before, row) = whole.context["groups"]["rows"]
    cells = dict(
        zip([str(column.accessor) for column in whole.context["groups"]["columns"]], row["cells"], strict=True)
    )
    assert cells["rate"][0] == of_year.context["rate"] == "50,0\u00a0%"
    assert (cells["assigned"][0], cells["followed_assigned"][0], cells["followed_spent"][0]) == (
        "1.000",
        "3.000",
        "2.000",
    )
    assert (cells["before"][0], cells["growth"][0]) == ("400", "25,0\u00a0%")
    whole_total = [text for text, _classes in whole.context["groups"]["total"]]
    assert "25,0\u00a0%" in whole_total, "only years with a year before them are compared"
    for by in ("area", "source", "unit", "task"):
        page = client.get(f"{year.get_absolute_url()}?by={by}")
        total = [text for text, _classes in page.context["groups"]["total"]]
        assert "50,0\u00a0%" in total and "400" in total and "25,0\u00a0%" in total, by
    assert "Theo dõi: được giao" in text(whole)


def csv_rows(answer):
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    return list(csv.reader(lines, delimiter=";"))


def test_money_page_and_page_of_a_year_are_exported_with_the_figures_they_show(client_as):
    client = client_as(make_officer())
    year, _line = of_this_year(client)
    pages = [f"{reverse('programme:money')}?by={by}" for by in ("year", "area", "source", "unit", "task")]
    pages += [f"{year.get_absolute_url()}?by={by}" for by in ("area", "source", "task")]
    for address in pages:
        groups = client.get(address).context["groups"]
        columns = groups["columns"]
        head, *rows = csv_rows(client.get(f"{address}&export=csv"))
        assert len(head) == len(columns)
        expected = [
            [column.plain(value) for column, value in zip(columns, row, strict=True)] for row in groups["values"]
        ]
        figures = [[cell.replace(".", ",") for cell in row] for row in expected]
        assert rows[:-1] == figures, address
        assert rows[-1][0] == "Tổng cộng", address
        paper = client.get(f"{address}&export=print")
        lines = [line for part in paper.context["parts"] for line in part.lines]
        assert [[cell.text for cell in line.cells] for line in lines] == [
            [cell for cell, _classes in row["cells"]] for row in groups["rows"]
        ], address
        total = [cell.text for cell in paper.context["total"].cells]
        assert total == [cell for cell, _classes in groups["total"]][-len(total) :], address
        words = text(paper)
        for said in ("Đơn vị tính", "triệu đồng", "Cùng kỳ năm trước", "Kế toán trưởng", "Ghi chú", *groups["notes"]):
            assert said in words, (address, said)
        for kind in ("xlsx", "docx"):
            assert b"".join(client.get(f"{address}&export={kind}").streaming_content).startswith(b"PK"), kind


def test_the_ledger_of_a_line_is_exported_whole_with_what_was_left_after_each_entry(client_as, line):
    for _number in range(52):
        make_entry(line, "allocate", 1_000_000)
    client = client_as(make_officer())
    shown = client.get(line.get_absolute_url()).context["ledger"]
    _head, *rows = csv_rows(client.get(f"{line.get_absolute_url()}?export=csv"))
    assert len(rows) == 54
    assert [row[:1] + row[4:6] for row in rows[4:]] == [
        [str(row["entry"].number), str(row["signed"]), str(row["left"])] for row in shown
    ]
    paper = text(client.get(f"{line.get_absolute_url()}?export=print"))
    for said in (
        "Sổ chi tiết dòng dự toán",
        "Giải ngân năm 2024: 0 đồng; cùng kỳ năm trước: chưa có số liệu",
        "Kế toán trưởng",
    ):
        assert said in paper, said
    for kind in ("xlsx", "docx"):
        answer = client.get(f"{line.get_absolute_url()}?export={kind}")
        assert b"".join(answer.streaming_content).startswith(b"PK"), kind


def test_what_a_figure_is_compared_with_stands_beneath_it_on_the_page_and_apart_in_files(client_as):
    client = client_as(make_officer())
    year, _line = of_this_year(client)
    beneath = {"spent": ["before"], "rate": ["growth"], "followed_assigned": ["followed_spent"]}
    groups = client.get(f"{year.get_absolute_url()}?by=area").context["groups"]
    heads = {str(column.accessor): [str(other.accessor) for other in others] for column, others in groups["heads"]}
    assert {name: others for name, others in heads.items() if others} == beneath
    (row,) = groups["rows"]
    lines = dict(zip(heads, [cell for cell, _classes in row["lines"]], strict=True))
    assert lines["spent"] == '500<span class="second">400</span>'
    assert len(row["lines"]) == len(row["cells"]) - 3
    table = client.get(f"{reverse('programme:budget_line_list')}?year={year}").context["table"]
    beneath = {"task": ["source"], "spent": ["before"], "rate": ["growth"], "left": ["pending"]}
    assert {each.name: [other.name for other in others] for each, others in table.heads if others} == beneath
    alone = client.get(f"{reverse('programme:budget_line_list')}?year={year}&column=before").context["table"]
    assert [each.name for each, _others in alone.heads] == ["task", "before"]
    head, *_rows = csv_rows(client.get(f"{reverse('programme:budget_line_list')}?year={year}&export=csv"))
    assert len(head) == 12, "every column, and the code of the task"


def test_totals_and_groups_of_the_list_of_lines_are_compared_with_all_tasks_of_the_year_before(client_as):
    client = client_as(make_officer())
    year, line = of_this_year(client)
    address = reverse("programme:budget_line_list")
    page = client.get(f"{address}?year={year}&managed=yes")
    (row,) = page.context["table"].data.data
    assert row["before_sum_vnd"] is None, "the task is new"
    footer = {column.name: column.footer for column in page.context["table"].columns}
    assert (footer["before"], footer["growth"]) == ("400", "25,0\u00a0%")
    paper = client.get(f"{address}?year={year}&managed=yes&export=print")
    heading, total = paper.context["parts"][0].heading, paper.context["total"]
    for sums in (heading, total):
        assert {"400", "25,0\u00a0%"} <= {cell.text for cell in sums.cells}
    assert "–" in {cell.text for cell in paper.context["parts"][0].lines[0].cells}
    every_year = client.get(f"{address}?managed=yes")
    footer = {column.name: column.footer for column in every_year.context["table"].columns}
    assert (footer["before"], footer["growth"]) == ("400", "–"), "the first year has none to be compared with"
    by_task = client.get(f"{address}?year={year}&q={line.task.code}")
    assert {column.name: column.footer for column in by_task.context["table"].columns}["before"] == "–"
    for kind in ("xlsx", "csv", "docx"):
        assert b"".join(client.get(f"{address}?year={year}&export={kind}").streaming_content), kind


def test_the_form_of_the_ledger_says_what_was_disbursed_beside_the_year_before(client_as):
    client = client_as(make_officer())
    year, line = of_this_year(client)
    address = reverse("programme:ledger_entry_list")
    paper = text(client.get(f"{address}?year={year}&export=print"))
    assert f"Giải ngân năm {year}: 500.000.000 đồng; cùng kỳ năm trước: 400.000.000 đồng" in paper
    assert "Chỉ tính kinh phí quản lý." in paper
    paper = text(client.get(f"{address}?line={line.public_id}&export=print"))
    assert f"Giải ngân năm {year}: 500.000.000 đồng; cùng kỳ năm trước: chưa có số liệu" in paper


def test_a_year_that_is_over_is_compared_with_all_of_the_year_before():
    today, before = date(2026, 11, 28), "Cùng kỳ năm trước: giải ngân"
    assert compared_with([2026], today) == [f"{before} đến ngày 28/11/2025."]
    assert compared_with([2024], today) == [f"{before} cả năm 2023."]
    assert compared_with(range(2021, 2026), today) == [f"{before} cả năm liền trước."]
    both = f"{before} đến ngày 28/11/2025; với năm đã kết thúc: giải ngân cả năm liền trước."
    assert compared_with([2025, 2026, 2027], today) == [both]
    assert compared_with([2027], today) == []
    assert (
        beside_last_year(2024, 5, 4, today)
        == "Giải ngân năm 2024: 5 đồng; cả năm 2023: 4 đồng; tăng, giảm: 25,0\u00a0%."
    )


def test_a_year_without_a_decision_on_its_envelope_says_so_and_never_0(client_as):
    client = client_as(make_officer())
    year = make_budget_year(2024, envelope_vnd=0, state="preparing")
    page = client.get(year.get_absolute_url())
    levels = {level.label: level.together for level in page.context["levels"]}
    assert levels["Hạn mức năm"] is None
    assert text(page).count("chưa có quyết định") == 2
    assert "Hạn mức chưa giao cho dòng dự toán" not in text(page)
    whole = client.get(reverse("programme:money") + "?year=")
    (row,) = whole.context["groups"]["rows"]
    assert "chưa có quyết định" in [cell for cell, _classes in row["cells"]]


# --- years ---------------------------------------------------------------------------------------


def test_the_page_of_a_year_shows_months_what_lapses_the_calendar_and_what_is_left_to_do(client_as, year, line):
    days = [
        {"code": "last_spending", "label_vi": "Hạn cuối chi", "label_en": "", "year_offset": 0, "month": 12, "day": 31}
    ]
    make_rule("budget_calendar", days)
    make_paid_payment(make_commitment(line, 2 * BILLION), BILLION, paid_on=date(2024, 5, 5))
    SpendingPlan.objects.create(line=line, month=202405, planned_vnd=4 * BILLION)
    page = client_as(make_officer()).get(year.get_absolute_url())
    may = page.context["months"][4]
    assert (may["name"], may["row"].planned_vnd, may["row"].spent_vnd, may["share"]) == (
        "5",
        4 * BILLION,
        BILLION,
        "25,0\u00a0%",
    )
    assert page.context["rate"] == "20,0\u00a0%"
    assert "Kinh phí chưa chi hết đến 31/12/2024" in text(page) and "nguy cơ" not in text(page), "that day is over"
    coming = make_line(make_budget_year(timezone.localdate().year + 1)).year
    later = text(client_as(make_officer()).get(coming.get_absolute_url()))
    assert f"Kinh phí có nguy cơ bị hủy sau 31/12/{coming}" in later
    assert page.context["lapsing"][0]["money"].lapsing_vnd == 4 * BILLION
    assert [day.state for day in page.context["due"]] == ["overdue"]
    sentences = [each["sentence"] for each in page.context["obstacles"]]
    assert any("chưa quyết toán" in sentence for sentence in sentences)
    *about_lines, about_statement = page.context["obstacles"]
    assert about_statement["url"] == "", "an officer does not open the Treasury's statements"
    chief = client_as(make_user(Role.CHIEF_ACCOUNTANT)).get(year.get_absolute_url())
    assert chief.context["obstacles"][-1]["url"].startswith(reverse("programme:statement_list"))
    for obstacle in about_lines:
        assert line.get_absolute_url() in text(client_as(make_officer()).get(obstacle["url"]))


def test_what_waits_is_listed_among_the_obstacles(client_as, year, line):
    make_commitment(line, 5, state="prepared", number="77/HĐ-SCT")
    page = text(client_as(make_officer()).get(year.get_absolute_url()))
    assert "1 hợp đồng hoặc quyết định hỗ trợ đang chờ duyệt." in page


def test_the_page_of_a_year_costs_the_same_with_one_line_and_with_many(client_as, year, django_assert_max_num_queries):
    client = client_as(make_officer())
    for count in (1, 3):
        for _number in range(count):
            make_paid_payment(make_commitment(make_line(year), 1000), 100)
        client.get(year.get_absolute_url())
        with django_assert_max_num_queries(34):
            client.get(year.get_absolute_url())


def test_a_year_is_added_opened_balanced_and_closed_on_its_pages(client_as, chief):
    client, period = client_as(chief), make_period(2021, 2025)
    wrong = post(client, reverse("programme:add_year"), period=str(period.public_id), year="2031")
    assert "không thuộc giai đoạn" in text(wrong) or wrong.context["form"].errors
    added = post(client, reverse("programme:add_year"), period=str(period.public_id), year="2024")
    assert added["Location"] == reverse("programme:budget_year", args=[2024])
    year = BudgetYear.objects.get()
    refused = post(client, reverse("programme:open_year", args=[2024]))
    assert "chưa có hạn mức" in text(refused)
    step = make_budget_step("envelope", BILLION, year=year)
    BudgetYear.objects.filter(pk=year.pk).update(envelope_vnd=BILLION, envelope_step=step)
    assert client.get(reverse("programme:open_year", args=[2024])).status_code == 200
    assert post(client, reverse("programme:open_year", args=[2024])).status_code == 302
    assert post(client, reverse("programme:start_adjusting", args=[2024])).status_code == 302
    assert "paper" in post(client, reverse("programme:close_year", args=[2024])).context["form"].errors
    close, paper = reverse("programme:close_year", args=[2024]), {"paper": "12/BC-SCT"}
    assert "paper_on" in post(client, close, **paper).context["form"].errors
    for day in ("30/12/2024", "15/02/2099"):
        assert "31/12/2024 trở về sau" in text(post(client, close, **paper, paper_on=day))
    assert post(client, close, **paper, paper_on="15/02/2025").status_code == 302
    year.refresh_from_db()
    assert (year.state, year.closing_paper, year.closing_paper_on) == ("closed", "12/BC-SCT", date(2025, 2, 15))
    page = text(client.get(year.get_absolute_url()))
    assert "12/BC-SCT" in page and "15/02/2025" in page


def test_a_year_with_money_left_is_not_closed_and_says_why(client_as, chief):
    make_line(make_budget_year(2024))
    client = client_as(chief)
    assert post(client, reverse("programme:start_adjusting", args=[2024])).status_code == 302
    answer = post(client, reverse("programme:close_year", args=[2024]), paper="12/BC-SCT", paper_on="15/02/2025")
    assert "còn dư chưa hủy, chưa chuyển nguồn" in text(answer)
    assert BudgetYear.objects.get().state == "adjusting"


def test_what_is_missing_for_closing_is_named_before_anything_is_typed(client_as, chief):
    year = make_budget_year(2024)
    make_line(year)
    step = make_budget_step("envelope", BILLION, state="prepared", year=year, document="Quyết định số 99/QĐ-UBND")
    move_year(year, "adjusting")
    client, address = client_as(chief), reverse("programme:close_year", args=[2024])
    page = text(client.get(address))
    assert "còn dư chưa hủy, chưa chuyển nguồn" in page
    assert step.get_absolute_url() in page, "what waits is named"
    assert step.get_absolute_url() in text(client.get(year.get_absolute_url()))


def test_the_button_of_a_year_is_the_act_that_comes_next(client_as, chief):
    year = make_budget_year(2024)
    assert reverse("programme:start_adjusting", args=[2024]) in text(client_as(chief).get(year.get_absolute_url()))
    assert "start_adjusting" not in text(client_as(make_head()).get(year.get_absolute_url()))


# --- lines ---------------------------------------------------------------------------------------


def test_lines_are_filtered_searched_without_marks_and_summed(client_as, year):
    area = make_content_area()
    one = make_line(year, assigned_vnd=BILLION, task=make_task(what="Tổ chức hội chợ", content_area=area))
    two = make_line(year, assigned_vnd=2 * BILLION, task=make_task(what="Đào tạo"), managed=False)
    spent = make_line(year, assigned_vnd=100_000, source=make_money_source())
    make_commitment(spent, 100_000)
    client, address = client_as(make_officer()), reverse("programme:budget_line_list")

    def found(query):
        page = client.get(f"{address}?{query}")
        return {row["public_id"] for row in page.context["table"].data.data}

    assert found("q=to+chuc+hoi") == {one.public_id}
    assert found(f"area={area.public_id}") == {one.public_id}
    assert found(f"source={spent.source.public_id}") == {spent.public_id}
    assert found("managed=no") == {two.public_id}
    assert found("state=left") == {one.public_id, two.public_id}
    assert found("state=unspent") == {spent.public_id}
    assert found("year=2024&unit=" + str(one.unit.public_id)) == {one.public_id}
    assert found("year=2030") == set()
    both = "Tổng cộng (quản lý và theo dõi)"
    assert both in text(client.get(address)) and both not in text(client.get(f"{address}?managed=yes"))
    page = text(client.get(f"{address}?money=dong&managed=yes"))
    assert "1.000.100.000" in page, "the sum of all rows that match stands under the column"
    assert "1.000,1" in text(client.get(f"{address}?managed=yes")), "the same in million đồng"


def test_lines_are_exported_as_they_are_shown_in_the_unit_that_was_chosen(client_as, year):
    make_line(year, assigned_vnd=1_500_000, task=make_task(content_area=make_content_area(name="Đào tạo, bồi dưỡng")))
    client, address = client_as(make_officer()), reverse("programme:budget_line_list")
    paper = text(client.get(f"{address}?year=2024&export=print&column=assigned&column=area&column=rate&column=before"))
    for words in ("Đơn vị tính", "triệu đồng", "Năm 2024", "Đào tạo, bồi dưỡng", "1,5", "Cùng kỳ năm trước"):
        assert words in paper, words
    in_dong = client.get(f"{address}?money=dong&export=csv&column=assigned")
    assert b"1500000" in b"".join(in_dong.streaming_content)
    for kind in ("xlsx", "docx"):
        answer = client.get(f"{address}?export={kind}")
        assert b"".join(answer.streaming_content).startswith(b"PK"), kind


def test_lists_cost_the_same_with_one_row_and_with_three(client_as, year, django_assert_max_num_queries):
    client = client_as(make_officer())
    for _round in range(3):
        make_paid_payment(make_commitment(make_line(year), 1000), 100)
        for route in ("budget_line_list", "ledger_entry_list"):
            client.get(reverse(f"programme:{route}"))
            with django_assert_max_num_queries(16):
                client.get(reverse(f"programme:{route}"))


def test_the_page_of_a_line_shows_what_is_left_what_waits_and_its_ledger(client_as, line):
    commitment = make_commitment(line, BILLION, number="9/HĐ-SCT")
    make_commitment(line, 2 * BILLION, state="prepared")
    make_paid_payment(commitment, 500_000_000, voucher="KB-77")
    wrong = make_entry(line, "supplement", 1_000_000)
    make_reversal(wrong)
    page = client_as(make_officer()).get(line.get_absolute_url())
    assert page.context["money"].left_vnd == 3 * BILLION
    assert (page.context["takes"], page.context["left_after"]) == (2 * BILLION, BILLION)
    ledger = page.context["ledger"]
    assert [row["entry"].number for row in ledger] == [1, 2, 3, 4, 5, 6]
    assert [row["left"] for row in ledger] == [0, 4 * BILLION, 3 * BILLION, 3 * BILLION, 3 * BILLION, 3 * BILLION]
    assert [row["amount"] for row in ledger][-2:] == ["+1.000.000", "\u22121.000.000"]
    shown = text(page)
    words = ("đã ghi đảo bằng bút toán số 6", "ghi đảo bút toán số 5")
    assert all(said in shown for said in words)
    _head, *rows = csv_rows(client_as(make_officer()).get(f"{line.get_absolute_url()}?export=csv"))
    assert [row[3] for row in rows] == ["", "", "", "", *words]
    paper = text(client_as(make_officer()).get(f"{line.get_absolute_url()}?export=print"))
    assert all(said in paper for said in words)
    assert "9/HĐ-SCT" in shown and "KB-77" in shown


def test_what_lessens_the_estimate_has_a_minus_however_it_is_called(client_as, line):
    for kind in ("cut", "cancel"):
        make_entry(make_line(line.year, allocated_vnd=500_000_000) if kind == "cut" else line, kind, 50)
    move_year(line.year, "adjusting")
    next_year = make_line(make_budget_year(2025), assigned_vnd=0, task=line.task, source=line.source)
    make_pair(line, next_year, "carry_out", 50)
    make_reversal(line.entries.get(kind="cancel"))
    client = client_as(make_officer())
    shown = [row["amount"] for row in client.get(line.get_absolute_url()).context["ledger"]]
    assert shown[-3:] == ["\u221250", "\u221250", "+50"]
    rows = client.get(reverse("programme:ledger_entry_list")).context["table"].data.data
    amounts = {(row["kind"], row["reverses_id"] is None): row["amount_vnd"] for row in rows}
    assert [amounts[kind, True] for kind in ("cut", "cancel", "carry_out", "carry_in")] == [-50, -50, -50, 50]


def test_the_ledger_names_who_approved_on_screen_and_in_files(client_as, line):
    chief = make_user(Role.CHIEF_ACCOUNTANT, full_name="Trần Thị Duyệt")
    make_entry(line, "assign", 5, approved_by=chief.public_id)
    client, address = client_as(make_officer()), reverse("programme:ledger_entry_list")
    assert "Trần Thị Duyệt" in text(client.get(address))
    export = client.get(address, {"export": "csv"})
    assert "Trần Thị Duyệt" in b"".join(export.streaming_content).decode()


def test_an_addendum_is_called_so_wherever_its_entry_stands(client_as, line):
    commitment = make_commitment(line, BILLION)
    for kind, label in (
        ("commit", "Tăng giá trị hợp đồng"),
        ("decommit", "Giảm giá trị hợp đồng, quyết định hỗ trợ"),
    ):
        step = make_budget_step(kind, 5, line=line, year=line.year, commitment=commitment)
        make_entry(line, kind, 5, commitment=commitment, step=step)
        client, sign = client_as(make_officer()), "+" if kind == "commit" else "\u2212"
        row = client.get(line.get_absolute_url()).context["ledger"][-1]
        assert (row["kind"], row["amount"]) == (label, f"{sign}5")
        assert f">{label}<" in text(client.get(reverse("programme:ledger_entry_list")))
        assert label in text(client.get(row["entry"].get_absolute_url()))
        for page in (commitment, step):
            entry = client.get(page.get_absolute_url()).context["entries"][-1]
            assert (entry["name"], entry["amount"]) == (label, f"{sign}5")


def test_a_long_ledger_shows_its_newest_entries_and_leads_to_the_rest(client_as, year):
    line = make_line(year, assigned_vnd=1000, allocated_vnd=0)
    for _number in range(52):
        make_entry(line, "allocate", 10)
    page = client_as(make_officer()).get(line.get_absolute_url())
    assert [row["entry"].number for row in page.context["ledger"]] == list(range(4, 54))
    assert page.context["ledger"][0]["left"] == 30
    rest = client_as(make_officer()).get(page.context["more_entries"])
    assert rest.context["listing"].count == 53


def test_the_page_of_a_line_costs_the_same_with_few_entries_and_with_many(
    client_as, line, django_assert_max_num_queries
):
    client = client_as(make_officer())
    for _round in range(3):
        make_paid_payment(make_commitment(line, 1000), 100)
        client.get(line.get_absolute_url())
        with django_assert_max_num_queries(26):
            client.get(line.get_absolute_url())


LINE = {"managed": "yes", "chapter": "416", "category": "309", "item": "7049", "source_code": "12"}


def test_a_line_is_added_once_and_described_with_both_versions_shown(client_as, accountant):
    year, task, source, unit = make_budget_year(2024), make_task(), make_money_source(), make_agency()
    client, key = client_as(accountant), str(uuid.uuid4())
    fields = {**LINE, "year": "2024", "task": task.public_id, "source": source.public_id, "unit": unit.public_id}
    wrong = post(client, reverse("programme:add_line"), **fields | {"chapter": "4a6"})
    assert wrong.context["form"].errors
    for _again in range(2):
        answer = client.post(reverse("programme:add_line"), {**fields, "operation_key": key})
        assert answer.status_code == 302
    line = BudgetLine.objects.get()
    assert answer["Location"] == line.get_absolute_url()
    assert (line.year, line.managed, line.chapter, line.counts) == (year, True, "416", True)
    assert post(client, reverse("programme:add_line"), **fields).context["form"].errors
    describe = reverse("programme:describe_line", args=[line.public_id])
    assert post(client, describe, chapter="417", version="1").status_code == 302
    stale = post(client, describe, chapter="418", version="1")
    assert stale.context["form"].conflicts[0]["theirs"] == "417"
    assert BudgetLine.objects.get().chapter == "417"
    assert "417" in text(client.get(line.get_absolute_url()))


SUMS = {"document": "Báo cáo số 45/BC-STC", "document_on": "30/06/2024"}


def test_a_report_of_a_followed_line_is_entered_on_its_page(client_as, accountant, year):
    line = make_line(year, managed=False, assigned_vnd=0)
    client, address = client_as(accountant), reverse("programme:record_report", args=[line.public_id])
    assert address in text(client.get(line.get_absolute_url()))
    wrong = post(client, address, **SUMS, assigned_vnd="100", committed_vnd="200")
    assert "Mỗi số không được lớn hơn số trước" in text(wrong)
    done = post(client, address, **SUMS, assigned_vnd="1.000.000", committed_vnd="800.000", disbursed_vnd="500.000")
    assert done.status_code == 302
    line.refresh_from_db()
    assert (line.assigned_vnd, line.allocated_vnd, line.committed_vnd, line.spent_vnd) == (
        1_000_000,
        1_000_000,
        800_000,
        500_000,
    )
    move_year(year, "closed")
    for shown in (line, make_line(make_budget_year(2023), managed=True)):
        page = text(client.get(reverse("programme:record_report", args=[shown.public_id])))
        assert 'name="document"' not in page and "Quay lại" in page
    assert "đã đóng" in text(post(client, address, **SUMS, assigned_vnd="2.000.000"))


def test_the_disbursement_of_a_line_is_planned_month_by_month(client_as, accountant, line):
    client, address = client_as(accountant), reverse("programme:plan_spending", args=[line.public_id])
    assert post(client, address, month_3="1.000.000", month_4="2.000.000").status_code == 302
    assert post(client, address, month_3="1.500.000").status_code == 302
    assert dict(line.spending_plan.values_list("month", "planned_vnd")) == {202403: 1_500_000, 202404: 0}
    too_much = post(client, address, month_1="6.000.000.000")
    assert "vượt 5.000.000.000 đồng được giao" in text(too_much)


# --- the ledger ----------------------------------------------------------------------------------


def test_the_ledger_is_filtered_by_year_kind_day_document_and_line(client_as, line):
    other = make_line(make_budget_year(2023))
    make_entry(line, "supplement", 5, document="Quyết định số 99/QĐ-UBND", happened_on=date(2024, 6, 1))
    client, address = client_as(make_officer()), reverse("programme:ledger_entry_list")

    def count(query):
        return client.get(f"{address}?{query}").context["listing"].count

    assert count("") == 5
    assert count("year=2023") == 2
    assert count("kind=supplement") == 1
    assert count("since=01/05/2024") == 1
    assert count("until=31/12/2023") == 2
    assert count("document=99/QĐ") == 1
    assert count(f"line={other.public_id}") == 2
    assert client.get(f"{address}?since=gestern").context["listing"].is_refused
    assert client.get(f"{address}?line=nonsense").status_code == 200


def test_the_page_of_an_entry_links_to_everything_it_belongs_to(client_as, line):
    second = make_line(line.year, source=line.source, assigned_vnd=0)
    out, into = make_pair(line, second, "transfer_out", 1_000_000)
    client = client_as(make_officer())
    assert into.get_absolute_url() in text(client.get(out.get_absolute_url()))
    assert out.get_absolute_url() in text(client.get(into.get_absolute_url()))
    wrong = make_entry(line, "cut", 2_000_000)
    undo = make_reversal(wrong, reason="Ghi nhầm dòng")
    page = text(client.get(wrong.get_absolute_url()))
    assert undo.get_absolute_url() in page and "Ghi nhầm dòng" in page and "Đã ghi đảo" in page
    assert wrong.get_absolute_url() in text(client.get(undo.get_absolute_url()))
    assert "Hai triệu đồng" in page


def test_the_file_of_an_entry_is_handed_out_and_an_entry_without_one_has_none(client_as, line, now):
    upload = SimpleUploadedFile("quyet-dinh.csv", b"So;Ngay\n12;01/07/2024\n")
    entry = make_entry(line, "supplement", 5, file=save_upload(upload, by=make_officer(), now=now))
    client = client_as(make_officer())
    address = reverse("programme:ledger_entry_file", args=[entry.public_id])
    assert address in text(client.get(entry.get_absolute_url()))
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).startswith(b"So;Ngay")
    for close in answer._resource_closers:
        close()
    bare = line.entries.first()
    assert client.get(reverse("programme:ledger_entry_file", args=[bare.public_id])).status_code == 404
