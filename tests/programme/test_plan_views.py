import io
import re
import zipfile
from datetime import date, datetime, timedelta

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit.events import history_of
from programme.models import Consultation, GivenTask, Plan, PlanItem, Task, TaskProposal
from screens import formats
from tests.factories import (
    make_agency,
    make_auditor,
    make_director,
    make_enterprise_user,
    make_head,
    make_money_source,
    make_office,
    make_officer,
    make_user,
)
from tests.programme.making import make_budget_year, make_line
from tests.programme.making_plans import (
    make_area,
    make_consultation,
    make_finance_agree,
    make_given,
    make_item,
    make_paper,
    make_plan,
    make_proposal,
    make_source,
    move_plan,
)
from tests.support.matrix import one_page

pytestmark = pytest.mark.django_db


def post(client, address, **fields):
    """Send a form as a browser does: with the key and the version that its page showed."""
    page = client.get(address)
    form = page.context["form"]
    shown = {}
    for name in ("operation_key", "version"):
        if name in form.fields:
            shown[name] = str(form[name].value() or "")
    return client.post(address, {**shown, **fields})


def address(name, row):
    return reverse(f"programme:{name}", args=[row.public_id])


def text_of(answer):
    return answer.content.decode()


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


# --- who sees what -----------------------------------------------------------------------------


def test_papers_of_one_day_stand_in_the_order_of_the_steps(client_as):
    plan, day = make_plan(2027), date(2026, 9, 2)
    make_paper(plan, "consultation", on=date(2026, 9, 1))
    for kind in ("review", "submission", "return", "review", "submission"):
        make_paper(plan, kind, on=day)
    papers = client_as(make_officer()).get(plan.get_absolute_url()).context["papers"]
    assert [paper.kind for paper in papers] == [
        "consultation", "review", "submission", "return", "review", "submission",
    ]  # fmt: skip


def test_only_what_is_late_or_due_before_long_is_due_next(client_as):
    today = timezone.localdate()
    plan = make_plan(today.year, lines=0)
    for days in (-3, 10, 200):
        make_item(plan, due_on=today + timedelta(days=days))
    move_plan(plan, "in_force")
    due = client_as(make_officer()).get(plan.get_absolute_url()).context["due"]
    assert [(each["task"].due_on - today).days for each in due] == [-3, 10]


def test_a_draft_is_seen_by_staff_and_by_nobody_else(client_as, client):
    plan = make_plan(2027)
    where = plan.get_absolute_url()
    assert client_as(make_officer()).get(where).status_code == 200
    assert client_as(make_director()).get(where).status_code == 200
    assert client_as(make_auditor()).get(where).status_code == 404
    assert client_as(make_enterprise_user()).get(where).status_code == 403
    assert client.get(where).status_code == 302
    move_plan(plan, "consulting")
    assert client_as(make_auditor()).get(where).status_code == 200
    assert "Kế hoạch năm 2027" in text_of(client_as(make_auditor()).get(reverse("programme:plan_list")))


def test_a_draft_of_a_proposal_is_seen_by_its_office_alone(client_as):
    office = make_office()
    proposal = make_proposal(office)
    where = proposal.get_absolute_url()
    colleague = client_as(make_user(Role.CENTRE_STAFF, office=office))
    assert colleague.get(where).status_code == 200
    assert client_as(make_officer()).get(where).status_code == 404
    assert colleague.get(address("edit_proposal", proposal)).status_code == 200
    sent = make_proposal(office, state="sent")
    assert client_as(make_officer()).get(sent.get_absolute_url()).status_code == 200
    assert client_as(make_officer()).get(address("edit_proposal", sent)).status_code == 403


def test_another_office_reads_a_task_and_reports_nothing(client_as):
    office = make_office()
    plan = make_plan(2025, lines=0)
    task = make_item(plan, office=office).task
    move_plan(plan, "in_force")
    own, other = (client_as(make_user(Role.CENTRE_STAFF, office=each)) for each in (office, make_office()))
    assert other.get(task.get_absolute_url()).status_code == 200
    assert other.get(address("accept_task", task)).status_code == 403
    assert own.get(address("accept_task", task)).status_code == 200
    given = make_given(office)
    assert other.get(address("report_given", given)).status_code == 403
    assert own.get(address("report_given", given)).status_code == 200


# --- the plan on the screen --------------------------------------------------------------------


def item_fields(office, **fields):
    return {
        "content_area": str(make_area().pk),
        "what": "Tổ chức hội chợ",
        "office": str(office.pk),
        "agency": "",
        "deliverable": "Báo cáo",
        "due_on": "30/11/2027",
        f"source_{make_source().pk}": "1.500.000.000",
    } | fields


def test_a_new_line_goes_behind_the_others_unless_told(client_as):
    plan = make_plan(2027)
    form = client_as(make_officer()).get(address("add_item", plan)).context["form"]
    assert form["position"].value() in (None, "")


def test_a_plan_is_drafted_and_its_lines_are_added_changed_and_left_out(client_as):
    client, office = client_as(make_officer()), make_office()
    make_source()
    answer = post(client, reverse("programme:add_plan"), year="2027", title="Kế hoạch năm 2027")
    plan = Plan.objects.get()
    assert answer.headers["Location"] == plan.get_absolute_url()
    add = address("add_item", plan)
    refused = post(client, add, **item_fields(office, content_area=""))
    assert refused.context["form"].errors["content_area"]
    refused = post(client, add, **item_fields(office, agency=str(make_agency().pk)))
    assert refused.context["form"].errors["office"]
    assert post(client, add, **item_fields(office)).status_code == 302
    item = PlanItem.objects.get()
    assert (item.task.code, item.estimates.get().amount_vnd) == ("NV-2027-01", 1_500_000_000)
    edit = address("edit_item", item)
    assert 'value="1.500.000.000"' in text_of(client.get(edit))
    assert post(client, edit, **item_fields(office, what="Hội chợ mùa thu")).status_code == 302
    stale = client.post(
        edit, {**item_fields(office, what="Khác"), "version": "1", "operation_key": str(plan.public_id)}
    )
    assert stale.context["form"].conflicts
    assert post(client, address("drop_item", item), why="Chưa cần").status_code == 302
    page = text_of(client.get(plan.get_absolute_url()))
    assert "Chưa cần" in page
    assert post(client, address("restore_item", item)).status_code == 302


def test_the_same_form_sent_twice_adds_one_line(client_as):
    client, office = client_as(make_officer()), make_office()
    plan = make_plan(2027, lines=0)
    fields = {**item_fields(office), "operation_key": str(plan.public_id)}
    for _time in range(2):
        assert client.post(address("add_item", plan), fields).status_code == 302
    assert plan.items.count() == 1
    other = client.post(address("add_item", plan), fields | {"what": "Việc khác hẳn"})
    assert other.context["form"].errors and plan.items.count() == 1


def test_a_likely_overlap_is_shown_while_drafting_and_saved_after_a_look(client_as):
    client, office = client_as(make_officer()), make_office()
    plan = make_plan(2027, lines=0)
    old = make_item(plan, "Tổ chức hội chợ mùa xuân")
    answer = post(client, address("add_item", plan), **item_fields(office, what="Hội chợ mùa xuân"))
    assert answer.status_code == 200 and old.task.code in text_of(answer)
    seen = answer.context["form"]["overlaps_seen"].value()
    again = post(client, address("add_item", plan), **item_fields(office, what="Hội chợ mùa xuân", overlaps_seen=seen))
    assert again.status_code == 302
    item = plan.items.exclude(pk=old.pk).get()
    page = text_of(client.get(plan.get_absolute_url()))
    decide = reverse("programme:decide_overlap", args=[old.public_id, item.task.public_id])
    assert decide in page
    assert post(client, decide, why="Khác đối tượng").status_code == 302
    assert "Khác đối tượng" in text_of(client.get(address("edit_item", item)))


def test_money_beyond_the_year_is_pointed_out_while_drafting_and_never_refused(client_as):
    client, office = client_as(make_officer()), make_office()
    make_budget_year(2027, envelope_vnd=2_000_000_000, state="preparing")
    plan = make_plan(2027, lines=0)
    make_item(plan, amount_vnd=400_000_000)
    make_item(plan, amount_vnd=9_000_000_000, source=make_money_source(counts_to_ceiling=False))
    add = address("add_item", plan)
    assert "còn lại 1.600.000.000" in plain(client.get(add))
    assert post(client, add, **item_fields(office)).status_code == 302
    assert "còn lại 100.000.000" in plain(client.get(plan.get_absolute_url()))
    more = item_fields(office, what="Việc khác hẳn", deliverable="Khác")
    told = post(client, add, **more)
    assert told.status_code == 200 and "3.400.000.000 đồng, vượt 1.400.000.000 đồng" in plain(told)
    seen = told.context["form"]["overlaps_seen"].value()
    assert post(client, add, **more, overlaps_seen=seen).status_code == 302
    page = plain(client.get(plan.get_absolute_url()))
    assert "vượt 1.400.000.000" in page and "message-warn" in page
    last = plan.items.latest("pk")
    assert post(client, address("edit_item", last), **more | {"note": "x"}).status_code == 302  # asks for no more
    make_budget_year(2028, envelope_vnd=0, state="preparing")
    assert "Năm 2028 chưa được giao hạn mức" in plain(client.get(make_plan(2028).get_absolute_url()))


def plain(response):
    return text_of(response).replace("\u00a0", " ")


def test_a_plan_is_led_to_force_on_the_screen(client_as):
    plan = make_plan(2025)
    make_finance_agree(plan)
    officer, money, director = (client_as(make_user(role)) for role in (Role.OFFICER, Role.ACCOUNTANT, Role.DIRECTOR))
    clerk = client_as(make_user(Role.RECORDS_CLERK))
    assert address("send_to_review", plan) in text_of(officer.get(plan.get_absolute_url()))
    assert post(officer, address("send_to_review", plan)).status_code == 302
    paper = {"number": "1/KHTC", "signed_on": "01/11/2024"}
    assert post(money, address("review_plan", plan), passed="yes", **paper).status_code == 302
    early = post(director, address("submit_plan", plan), number="1/TTr-SCT", signed_on="01/10/2024")
    assert early.context["form"].errors
    scan = SimpleUploadedFile("to-trinh.pdf", one_page())
    paper = {"number": "1/TTr-SCT", "signed_on": "02/11/2024", "upload": scan}
    assert post(director, address("submit_plan", plan), **paper).status_code == 302
    kept = plan.papers.get(kind="submission")
    assert kept.file.original_name == "to-trinh.pdf"
    assert body(clerk.get(address("plan_paper", kept))).startswith(b"%PDF")
    assert clerk.get(address("plan_paper", plan.papers.get(kind="review"))).status_code == 404
    assert post(clerk, address("approve_plan", plan), number="7/KH-UBND", signed_on="15/12/2024").status_code == 302
    assert post(director, address("assign_tasks", plan), number="2/QĐ-SCT", signed_on="20/12/2024").status_code == 302
    page = text_of(officer.get(plan.get_absolute_url()))
    for words in ("7/KH-UBND", "1/TTr-SCT", "15/12/2024", address("adjust_plan", plan)):
        assert words in page
    adjust = {"title": "Điều chỉnh kế hoạch năm 2025", "reason": "Theo chỉ đạo"}
    assert post(officer, address("adjust_plan", plan), **adjust).status_code == 302
    assert Plan.objects.filter(year=2025, number=2, base=plan).exists()


def test_a_scan_stays_attached_when_the_form_is_refused(client_as):
    plan = make_plan(2025, "submitted")
    client = client_as(make_user(Role.RECORDS_CLERK))
    where = address("approve_plan", plan)
    scan = SimpleUploadedFile("ke-hoach.pdf", one_page())
    refused = post(client, where, number="7/KH-UBND", signed_on="01/01/2020", upload=scan)
    kept = refused.context["form"]["kept_file"].value()
    assert "ke-hoach.pdf" in text_of(refused)
    day = plan.papers.get().signed_on.strftime("%d/%m/%Y")
    assert post(client, where, number="7/KH-UBND", signed_on=day, kept_file=kept).status_code == 302
    assert plan.papers.get(kind="approval").file.original_name == "ke-hoach.pdf"
    bad = post(client, where, number="7", signed_on=day, upload=SimpleUploadedFile("x.exe", b"MZ"))
    assert bad.context["form"].errors["upload"]


def test_a_returned_plan_a_title_and_a_version_given_up(client_as):
    officer, clerk = client_as(make_officer()), client_as(make_user(Role.RECORDS_CLERK))
    plan = make_plan(2025, "submitted")
    day = plan.papers.get().signed_on.strftime("%d/%m/%Y")
    sent = post(clerk, address("return_plan", plan), number="1/UBND", signed_on=day, about="Bổ sung căn cứ")
    assert sent.status_code == 302
    assert "Bổ sung căn cứ" in text_of(officer.get(plan.get_absolute_url()))
    assert post(officer, address("take_up_plan", plan)).status_code == 302
    assert post(officer, address("edit_plan", plan), title="Tên mới", note="").status_code == 302
    assert post(officer, address("withdraw_plan", plan), reason="Lập lại").status_code == 302
    plan.refresh_from_db()
    assert (plan.title, plan.state) == ("Tên mới", "withdrawn")


def test_a_version_that_came_back_says_who_returned_it_by_which_paper_and_why(client_as):
    officer, clerk = client_as(make_officer()), client_as(make_user(Role.RECORDS_CLERK))
    money = client_as(make_user(Role.ACCOUNTANT))
    plan = make_plan(2025, "reviewing")
    where = plan.get_absolute_url()
    make_consultation(plan)  # waited for to the end
    make_paper(plan, "review", on=date(2024, 10, 1), number="12/KHTC", about="Đạt")
    Plan.objects.filter(pk=plan.pk).update(review="Đạt")
    move_plan(plan, "submitted")
    day = plan.papers.get(kind="submission").signed_on.strftime("%d/%m/%Y")
    paper = {"number": "301/UBND-KT", "signed_on": day, "about": "Bổ sung căn cứ dự toán"}
    assert post(clerk, address("return_plan", plan), **paper).status_code == 302
    said = f"UBND Thành phố yêu cầu hoàn thiện, trình lại tại văn bản số 301/UBND-KT ngày {day}: Bổ sung căn cứ dự toán"
    assert said in text_of(officer.get(where))
    assert post(officer, address("take_up_plan", plan)).status_code == 302
    page = text_of(officer.get(where))
    assert said in page and "trả lại" not in page.partition('class="message message-warn"')[2].partition("</p>")[0]

    refused = text_of(post(officer, address("send_to_review", plan)))
    assert "phải được lấy ý kiến và có văn bản trả lời trước khi chuyển kế hoạch sang rà soát" in refused
    make_finance_agree(plan)
    assert post(officer, address("send_to_review", plan)).status_code == 302
    reviewed = text_of(officer.get(where))
    assert said not in reviewed and reviewed.count("message-warn") == reviewed.count("Chưa trình được") == 1
    assert address("take_up_plan", plan) in reviewed
    paper = {"number": "15/KHTC", "signed_on": "30/12/2024", "about": "Giảm dự toán", "passed": "no"}
    assert post(money, address("review_plan", plan), **paper).status_code == 302
    said = "Phòng Kế hoạch – Tài chính trả lại tại văn bản số 15/KHTC ngày 30/12/2024: Giảm dự toán"
    page = text_of(officer.get(where))
    assert said in page and page.count("message-warn") == 1


@pytest.mark.parametrize(
    ("year_is", "words"),
    [("open", "Đang thực hiện"), ("adjusting", "Hết năm, đang quyết toán"), ("closed", "Đã kết thúc")],
)
def test_a_plan_in_force_says_that_its_year_is_over_and_is_then_no_longer_adjusted(client_as, year_is, words):
    plan, other = make_plan(2024, "in_force"), make_plan(2025, "in_force")
    make_budget_year(2024, state=year_is)
    make_budget_year(2025)
    client, plans = client_as(make_officer()), reverse("programme:plan_list")
    standing = {"open": "in_force", "adjusting": "settling", "closed": "ended"}[year_is]
    found = client.get(f"{plans}?state={standing}&sort=state").context["table"].rows
    assert {row.record["year"] for row in found} == ({2024, 2025} if year_is == "open" else {2024})
    page = text_of(client.get(plan.get_absolute_url()))
    assert page.count(words) == 2  # the state on top, and among the versions
    assert words in text_of(client.get(plan.items.get().task.get_absolute_url()))
    assert (address("adjust_plan", plan) in page) == (year_is == "open")
    sent = post(client, address("adjust_plan", plan), title="Điều chỉnh", reason="Theo chỉ đạo")
    if year_is == "open":
        assert sent.status_code == 302
    else:
        assert "đã kết thúc, kế hoạch của năm không điều chỉnh nữa" in text_of(sent)
    assert "Đang thực hiện" in text_of(client.get(other.get_absolute_url()))


def test_the_task_table_is_exported_as_it_is_published(client_as):
    plan = make_plan(2025, lines=0)
    make_item(plan, "Hội chợ", amount_vnd=1_500_000_000, partners="Sở Tài chính")
    make_item(plan, "Tập huấn", amount_vnd=500_000_000, content_area=make_area("5", "Phát triển nguồn nhân lực"))
    client, where = client_as(make_officer()), address("plan_table", plan)
    page = text_of(client.get(where))
    assert "1.500" in page and "Sở Tài chính" in page
    printed = text_of(client.get(where + "?export=print"))
    for words in ("II", "Phát triển nguồn nhân lực", "2.000", "Kế hoạch năm 2025"):
        assert words in printed
    word = zipfile.ZipFile(io.BytesIO(body(client.get(where + "?export=docx"))))
    assert "Hội chợ" in word.read("word/document.xml").decode()
    for export in ("xlsx", "csv"):
        assert body(client.get(where + f"?export={export}"))


def rows_in(page):
    """The cells of the table on a page, each row a list, as a reader sees them."""
    table = page[page.index('<table class="data">') : page.index("</table>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)[1:]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r'<span class="second">.*?</span>|<[^>]+>', "", cell) for cell in row] for row in cells]


def test_the_task_table_says_the_same_on_the_screen_in_excel_in_word_and_on_paper(client_as):
    plan = make_plan(2025, lines=0, title="Kế hoạch phát triển năm 2025")
    make_item(plan, "Hội chợ", amount_vnd=1_500_500_000, partners="Sở Tài chính")
    make_item(plan, "Tập huấn", amount_vnd=500_000_000, content_area=make_area("5", "Phát triển nguồn nhân lực"))
    make_item(plan, "Triển lãm", amount_vnd=250_000_000)
    move_plan(plan, "approved")
    client, where = client_as(make_officer()), address("plan_table", plan)
    expected = [
        ("I", "Xét chọn, tôn vinh sản phẩm công nghiệp chủ lực", "1.750,5"),
        ("1", "Hội chợ", "1.500,5"),
        ("2", "Triển lãm", "250"),
        ("II", "Phát triển nguồn nhân lực", "500"),
        ("1", "Tập huấn", "500"),
        ("", "Tổng cộng", "2.250,5"),
    ]
    for export in ("", "?export=print"):
        rows = rows_in(text_of(client.get(where + export)))
        assert [(row[0], row[1], row[-1]) for row in rows] == expected
    word = docx.Document(io.BytesIO(body(client.get(where + "?export=docx"))))
    assert word.tables[0].rows[0].cells[0].text.startswith("ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI\nSỞ CÔNG THƯƠNG")
    signed = [cell.text.split("\n")[1] for cell in word.tables[2].rows[0].cells]
    assert signed == ["Người lập biểu", "Trưởng phòng Kế hoạch – Tài chính", "Giám đốc Sở"]
    assert "Kế toán trưởng" not in text_of(client.get(where + "?export=print"))
    rows = [[cell.text for cell in row.cells] for row in word.tables[1].rows]
    assert [(row[0], row[1], row[-1]) for row in rows[1:]] == expected

    page = text_of(client.get(where + "?column=planned_vnd"))
    assert [(row[0], row[1], row[-1]) for row in rows_in(page)] == expected
    page = text_of(client.get(where + "?sort=-planned_vnd"))  # within each content area
    assert [(row[0], row[1], row[-1]) for row in rows_in(page)] == expected
    assert 'value="lead"' in page and 'value="content_area"' not in page
    assert "Phát triển nguồn nhân lực" in body(client.get(where + "?column=planned_vnd&export=csv")).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(body(client.get(where + "?export=xlsx")))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(place for place, row in enumerate(rows) if row[0] == "STT")
    above = [row[0] for row in rows[:head]]
    approval = plan.papers.get(kind="approval")
    assert "Kế hoạch phát triển năm 2025" in above and "Đơn vị tính: triệu đồng" in above
    assert any(approval.number in words for words in above)
    figures = [("I", 1750.5), (1, 1500.5), (2, 250), ("II", 500), (1, 500), (None, 2250.5)]
    assert [(row[0], row[-1]) for row in rows[head + 1 :]] == figures
    assert [row[1] for row in rows[head + 1 :]] == [words for _number, words, _sum in expected]
    assert datetime(2025, 11, 30) in rows[head + 2]


def test_planned_assigned_signed_and_paid_stand_beside_each_other(client_as):
    from tests.programme.making import make_commitment, make_paid_payment

    base = make_plan(2024, "in_force")
    item = base.items.get()
    line = make_line(make_budget_year(2024), task=item.task, source=make_source(), assigned_vnd=900_000_000)
    make_paid_payment(make_commitment(line, 700_000_000), 300_000_000)
    plan = make_plan(2024, base=base, lines=0, starts_on=date(2024, 3, 1))
    make_item(plan, item.what, task=item.task, amount_vnd=1_200_000_000, why="Mở rộng quy mô")
    client = client_as(make_officer())
    page = client.get(plan.get_absolute_url())
    shown = page.context["groups"][0].lines[0]
    found = (shown.original_vnd, shown.planned_vnd, shown.assigned_vnd, shown.committed_vnd, shown.paid_vnd)
    assert found == (10**9, 1_200_000_000, 900_000_000, 700_000_000, 300_000_000)
    assert "Mở rộng quy mô" in text_of(page)
    task = text_of(client.get(item.task.get_absolute_url()))
    assert "900.000.000" in task and "300.000.000" in task


def test_a_task_dropped_by_a_later_version_still_counts_in_what_was_planned_at_first_and_paid(client_as):
    from tests.programme.making import make_commitment, make_paid_payment

    first = make_plan(2024, lines=0)
    tasks = [make_item(first, amount_vnd=amount).task for amount in (1_000_000_000, 700_000_000, 300_000_000)]
    elsewhere = make_item(first, amount_vnd=50_000_000, content_area=make_area("7", "Nội dung khác")).task
    move_plan(first, "in_force")
    year = make_budget_year(2024)
    lines = [make_line(year, task=task, source=make_source(), assigned_vnd=200_000_000) for task in (*tasks, elsewhere)]
    make_paid_payment(make_commitment(lines[1], 90_000_000), 60_000_000)
    second = make_plan(2024, base=first, lines=0, starts_on=date(2024, 2, 1))
    make_item(second, task=tasks[0], amount_vnd=900_000_000, why="Giảm quy mô hội chợ")
    make_item(second, task=tasks[2], amount_vnd=900_000_000)
    for task in (tasks[1], elsewhere):
        make_item(second, task=task, dropped=True, why="Chuyển sang chương trình khác")
    move_plan(first, "superseded")
    move_plan(second, "in_force", begun=date(2024, 2, 1))
    third = make_plan(2024, base=second, lines=0, starts_on=date(2024, 6, 1))
    make_item(third, task=tasks[0], amount_vnd=900_000_000)
    make_item(third, task=tasks[2], dropped=True, why="Hoãn sang năm sau")
    new = make_item(third, amount_vnd=40_000_000)
    move_plan(second, "superseded")
    move_plan(third, "in_force", begun=date(2024, 6, 1))

    client = client_as(make_officer())
    at_first = client.get(first.get_absolute_url()).context["sums"]["planned_vnd"]
    for plan, planned in ((second, 1_800_000_000), (third, 940_000_000)):
        page = client.get(plan.get_absolute_url())
        sums, groups = page.context["result_sums"], page.context["results"]
        assert sums["original_vnd"] == at_first == 2_050_000_000
        assert sums["assigned_vnd"] == sum(line.assigned_vnd for line in lines) == 800_000_000
        assert (sums["committed_vnd"], sums["paid_vnd"]) == (90_000_000, 60_000_000)
        assert sums["planned_vnd"] == page.context["sums"]["planned_vnd"] == planned
        assert {name: sum(group.sum(name) for group in groups) for name in sums} == sums
    told = {line.item.task: line for group in groups for line in group.lines}
    assert set(told) == {*tasks, elsewhere, new.task}
    assert [told[task].is_left_out for task in (*tasks, elsewhere)] == [False, True, True, True]
    words = text_of(page)
    assert "Chuyển sang chương trình khác" in words and "Hoãn sang năm sau" in words
    assert told[tasks[0]].reasons == [(second.number, "Giảm quy mô hội chợ")], "the third left it as it was"
    assert told[tasks[2]].reasons == [(third.number, "Hoãn sang năm sau")]
    assert f'Giảm quy mô hội chợ<span class="second">Phiên bản {second.number}</span>' in words
    table = words.partition('id="plan-money"')[2].partition("</table>")[0]
    assert table.count(">Đã bỏ</span>") == 3 and "2.050" in table


def test_assigned_money_is_linked_and_the_link_taken_back_on_the_task(client_as):
    plan = make_plan(2024, "in_force")
    item = plan.items.get()
    line = make_line(make_budget_year(2024), task=item.task, source=make_source())
    client = client_as(make_user(Role.CHIEF_ACCOUNTANT))
    link = address("link_money", item)
    assert link in text_of(client.get(item.task.get_absolute_url()))
    fields = {"estimate": str(item.estimates.get().pk), "line": str(line.public_id), "amount_vnd": "800.000.000"}
    assert post(client, link, **fields).status_code == 302
    said = text_of(client.get(link))
    estimate, left = item.estimates.get().amount_vnd, line.assigned_vnd - 800_000_000
    assert f"còn {formats.money(estimate - 800_000_000)} chưa liên kết" in said
    assert f"được giao {formats.money(line.assigned_vnd)}, còn {formats.money(left)} chưa liên kết" in said
    funding = item.estimates.get().fundings.get()
    assert "800.000.000" in text_of(client.get(item.task.get_absolute_url()))
    assert post(client, address("unlink_money", funding), reason="Nhầm").status_code == 302


# --- consultations, proposals ------------------------------------------------------------------


def test_opinions_are_asked_answered_and_taken_in_on_the_screen(client_as):
    plan, officer = make_plan(2025), client_as(make_officer())
    one, other = make_agency(name="Sở Khoa học và Công nghệ"), make_agency(name="Hội doanh nghiệp")
    letter = {"number": "5/SCT-QLCN", "signed_on": "01/10/2024", "deadline": "10/10/2024"}
    asked = {"agencies": [str(one.pk), str(other.pk)], **letter}
    assert post(officer, address("ask_agencies", plan), **asked).status_code == 302
    first, second = (Consultation.objects.get(agency=each) for each in (one, other))
    clerk = client_as(make_user(Role.RECORDS_CLERK))
    answer = {"answer_number": "3/SKHCN", "answered_on": "05/10/2024", "opinion": "comment"}
    where = address("answer_consultation", first)
    assert post(clerk, where, **answer).context["form"].errors
    scan = SimpleUploadedFile("y-kien.pdf", one_page())
    assert post(clerk, where, **answer, words="Bổ sung nhiệm vụ", upload=scan).status_code == 302
    assert body(clerk.get(address("consultation_file", first))).startswith(b"%PDF")
    assert address("record_silence", second) in text_of(clerk.get(second.get_absolute_url()))
    assert post(clerk, address("record_silence", second)).status_code == 302
    assert address("handle_opinion", first) in text_of(officer.get(first.get_absolute_url()))
    handled = {"taken": "taken_in", "taken_words": "Đã bổ sung"}
    assert post(officer, address("handle_opinion", first), **handled).status_code == 302
    listed = text_of(officer.get(address("consultation_list", plan)))
    for words in ("3/SKHCN", "Bổ sung nhiệm vụ", "Đã bổ sung", "Hội doanh nghiệp"):
        assert words in listed
    move_plan(plan, "reviewing")
    assert address("handle_opinion", first) in text_of(officer.get(first.get_absolute_url())), "until it is submitted"
    assert "Chưa trình được" in text_of(officer.get(plan.get_absolute_url()))
    told = [line for line in history_of(plan) if line.event.kind.startswith(("opinion", "no opinion"))]
    labels = {str(label) for line in told for label, _before, after in line.changes if after == str(one.name_vi)}
    assert len(told) == 4 and labels == {"cơ quan được lấy ý kiến"}
    for export in ("xlsx", "csv", "print", "docx"):
        assert body(officer.get(address("consultation_list", plan) + f"?export={export}"))


def test_a_proposal_goes_from_its_office_into_the_plan(client_as):
    make_plan(2027, lines=0)
    office = make_office()
    centre, officer = client_as(make_user(Role.CENTRE_STAFF, office=office)), client_as(make_head())
    fields = item_fields(office, year="2027", reason="Nhu cầu của doanh nghiệp")
    assert post(centre, reverse("programme:add_proposal"), **fields).status_code == 302
    proposal = TaskProposal.objects.get()
    assert post(centre, address("edit_proposal", proposal), **fields | {"what": "Tập huấn"}).status_code == 302
    assert post(centre, address("send_proposal", proposal)).status_code == 302
    page = text_of(officer.get(proposal.get_absolute_url()))
    assert address("take_proposal", proposal) in page
    assert post(officer, address("take_proposal", proposal)).status_code == 302
    assert PlanItem.objects.get().what == "Tập huấn"
    other = make_proposal(office, state="sent")
    assert post(officer, address("decline_proposal", other), reason="Trùng").status_code == 302
    assert "Trùng" in text_of(centre.get(other.get_absolute_url()))
    draft = make_proposal(office)
    assert post(centre, address("withdraw_proposal", draft), reason="Gộp").status_code == 302


# --- tasks, given tasks ------------------------------------------------------------------------


def test_a_task_is_accepted_reported_delivered_finished_and_opened_again(client_as):
    office = make_office()
    plan = make_plan(2025, lines=0)
    task = make_item(plan, office=office).task
    move_plan(plan, "in_force")
    client = client_as(make_user(Role.CENTRE_STAFF, office=office))
    assert post(client, address("accept_task", task)).status_code == 302
    report = {"on": "01/07/2025", "percent": "40", "done": "Đã mở 01 lớp", "difficulty": "Thiếu kinh phí"}
    assert post(client, address("report_task", task), **report).status_code == 302
    assert post(client, address("add_deliverable", task), name="Báo cáo lớp học", due_on="").status_code == 302
    row = task.deliverables.get()
    deliver = address("deliver", row)
    assert post(client, deliver, delivered_on="02/07/2025", evidence="").context["form"].errors
    scan = SimpleUploadedFile("bao-cao.pdf", one_page())
    assert post(client, deliver, delivered_on="02/07/2025", evidence="", upload=scan).status_code == 302
    assert body(client.get(address("deliverable_file", row))).startswith(b"%PDF")
    assert "Đã đính kèm tệp bao-cao.pdf" in text_of(client.get(deliver))
    assert "– <a" not in text_of(client.get(task.get_absolute_url()))
    finish = {"finished_on": "03/07/2025", "words": "Hoàn thành"}
    later = make_plan(2090, lines=0)
    to_come = make_item(later, office=office).task
    move_plan(later, "in_force")
    assert "kế hoạch năm 2090, năm đó chưa bắt đầu" in text_of(client.get(address("finish_task", to_come)))
    assert "chưa bắt đầu" not in text_of(client.get(address("finish_task", task)))
    late = post(client, address("finish_task", task), **finish | {"finished_on": "03/07/2095"})
    assert "chưa đến" in str(late.context["form"].errors["finished_on"])
    assert post(client, address("finish_task", task), **finish).status_code == 302
    page = text_of(client.get(task.get_absolute_url()))
    for words in ("Đã mở 01 lớp", "Thiếu kinh phí", "bao-cao.pdf"):
        assert words in page
    assert post(client_as(make_officer()), address("reopen_task", task), reason="Thiếu").status_code == 302
    task.refresh_from_db()
    assert task.state == Task.State.UNDER_WAY


def test_late_tasks_come_first_and_can_be_asked_for(client_as):
    plan = make_plan(2025, lines=0)
    for number, day in enumerate((date(2030, 1, 1), date(2025, 1, 15), date(2030, 2, 1))):
        make_item(plan, f"Nhiệm vụ {'xyz'[number] * 4}", due_on=date(2026, 1, 1) if day.year == 2030 else day)
    move_plan(plan, "in_force")
    Task.objects.exclude(due_on=date(2025, 1, 15)).update(due_on=date(2090, 1, 1))
    client = client_as(make_officer())
    rows = client.get(reverse("programme:task_list")).context["listing"].rows_of_page
    assert [row["late"] for row in rows] == [True, None, None]
    late = client.get(reverse("programme:task_list") + "?late=yes").context["listing"]
    assert late.count == 1
    assert client.get(reverse("programme:task_list") + "?year=2025").context["listing"].count == 3
    assert client.get(reverse("programme:task_list") + "?q=nhiem vu yyyy").context["listing"].count == 1


def test_a_given_task_is_entered_changed_reported_and_finished(client_as):
    office = make_office()
    person = make_user(Role.CENTRE_STAFF, office=office)
    clerk, client = client_as(make_user(Role.RECORDS_CLERK)), client_as(person)
    fields = {
        "document": "120/TB-VP",
        "document_on": "01/07/2025",
        "issuer": "Văn phòng UBND Thành phố",
        "content": "Báo cáo kết quả",
        "office": str(office.pk),
        "person": "",
        "deadline": "31/07/2025",
    }
    early = post(clerk, reverse("programme:add_given"), **fields | {"deadline": "30/06/2025"})
    assert early.context["form"].errors == {"deadline": ["Thời hạn trước ngày văn bản."]}
    scan = SimpleUploadedFile("thong-bao.pdf", one_page())
    assert post(clerk, reverse("programme:add_given"), **fields, upload=scan).status_code == 302
    given = GivenTask.objects.get()
    assert "nhập hai lần" not in text_of(client.get(given.get_absolute_url()))
    assert post(clerk, reverse("programme:add_given"), **fields).status_code == 302
    twin = GivenTask.objects.latest("pk")
    page = text_of(client.get(twin.get_absolute_url()))
    assert "nhập hai lần" in page and given.get_absolute_url() in page
    assert post(clerk, address("cancel_given", twin), reason="Nhập hai lần").status_code == 302
    assert "nhập hai lần" not in text_of(client.get(given.get_absolute_url()))
    form = text_of(client.get(reverse("programme:given_list") + "?export=print"))
    assert "Kế toán trưởng" not in form
    assert body(clerk.get(address("given_file", given))).startswith(b"%PDF")
    changed = fields | {"person": str(person.pk), "reason": "Giao cụ thể"}
    assert post(clerk, address("edit_given", given), **changed).status_code == 302
    assert post(client, address("report_given", given), done="Đang tổng hợp").status_code == 302
    finish = {"ended_on": "20/07/2025", "outcome": "Báo cáo số 9/BC-SCT"}
    assert post(client, address("finish_given", given), **finish).status_code == 302
    page = text_of(client.get(given.get_absolute_url()))
    assert "9/BC-SCT" in page and "Đang tổng hợp" in page
    assert post(clerk, address("reopen_given", given), reason="Thiếu").status_code == 302
    assert post(clerk, address("cancel_given", given), reason="Theo 130/TB-VP").status_code == 302


# --- costs -------------------------------------------------------------------------------------


def fill(count):
    """`count` more of everything that the lists and pages show, tasks alike included; returns a plan with its task."""
    plan = Plan.objects.filter(year=2027).first() or make_plan(2027, lines=0)
    first = plan.items.first()
    area = first.content_area if first else make_area()
    for _number in range(count):
        item = make_item(plan, "Hội chợ hàng công nghiệp chủ lực", content_area=area)
        make_proposal(state="sent", year=2027)
        make_given()
        make_consultation(plan)
    return plan, item.task


def queries(client, where, counter):
    with counter() as counted:
        assert client.get(where).status_code == 200
    return [query["sql"] for query in counted]


def test_lists_and_pages_cost_the_same_with_few_rows_and_with_more(client_as):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_as(make_officer())
    counter = lambda: CaptureQueriesContext(connection)  # noqa: E731 - read once
    plan, task = fill(2)  # two that are alike, as three more will be
    pages = [
        *(reverse(f"programme:{name}_list") for name in ("plan", "task", "proposal", "given")),
        plan.get_absolute_url(),
        address("plan_table", plan),
        address("consultation_list", plan),
        task.get_absolute_url(),
    ]
    for where in pages:
        client.get(where)
    before = {where: queries(client, where, counter) for where in pages}
    fill(3)
    after = {where: queries(client, where, counter) for where in pages}
    for where in pages:
        assert len(before[where]) == len(after[where]), "\n".join([where, *after[where]])
    assert max(map(len, after.values())) < 35
