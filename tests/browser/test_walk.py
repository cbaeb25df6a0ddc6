"""The first whole walk: a file of figures comes in, is confirmed, computed, published, and stands behind the number.

Each step by the person whose role it is; tests/test_permission_matrix.py tries every other role on the same routes.
"""

import json
from pathlib import Path

import pytest
import xlsxwriter

from tests.browser.conftest import DESKTOP, sign_in
from tests.waiting import until

OFFICER, HEAD, DIRECTOR = (f"{name}@thunghiem.example" for name in ("chuyenvien", "truongphong", "giamdoc"))
YEAR = 2025

UNREPORTED = """
import json
from datetime import date
from enterprises.models import Enterprise, FigureRevision, Title
titled = Title.objects.filter(kind="key_product", valid_from__lte=date(2025, 12, 31), valid_to__gte=date(2025, 12, 31))
firms = Enterprise.objects.filter(
    pk__in=titled.values("product__enterprise_id"), merged_into=None, main_activity__code__lt="34"
).exclude(pk__in=FigureRevision.objects.filter(year=2025).values("enterprise_id"))
print(json.dumps(list(firms.order_by("pk").values_list("tax_code", "name")[:2])))
"""


@pytest.fixture
def as_person(browser, fresh_site):
    """as_person(email): a page of that person, in a browser of their own."""
    contexts, said = [], []

    def open_page(email):
        context = browser.new_context(base_url=fresh_site.address, viewport=DESKTOP, accept_downloads=True)
        context.set_default_timeout(30_000)
        sign_in(context, email, dict(fresh_site.people.values())[email])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def write_figures(path, rows):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Số liệu")
        sheet.write(0, 0, "BIỂU TỔNG HỢP SỐ LIỆU NĂM 2025")
        heads = ["STT", "MST", "Tên doanh nghiệp", "Giá trị sản xuất (triệu đồng)", "Lao động bình quân"]
        sheet.write_row(2, 0, heads)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(2 + number, 0, [number, *row])
        sheet.write_row(3 + len(rows), 0, ["", "", "Tổng cộng"])
    return path


def test_a_year_walks_from_the_file_to_the_rows_behind_its_published_number(as_person, fresh_site, tmp_path):
    (first, name), (second, other) = json.loads(fresh_site.python(UNREPORTED))
    wrong = first[:9] + str((int(first[9]) + 1) % 10)
    file = write_figures(
        tmp_path / "so-lieu-2025.xlsx",
        [
            (first, name, 120_500, 310),
            (second, other, 7_300.5, 45),
            (wrong, "Sai chữ số kiểm tra", 10, 1),
            (first, name, -5, 1),
        ],
    )

    officer = as_person(OFFICER)
    officer.goto("/imports/new/figures/")
    officer.fill("input[name=year]", str(YEAR))
    officer.set_input_files("input[name=file]", file)
    officer.click("main form button[type=submit]")
    officer.wait_for_selector("form[action$='/apply/'] button, #bad-rows", timeout=90_000)
    bad_rows = officer.inner_text("#bad-rows")
    assert wrong in bad_rows
    assert "kiểm tra" in bad_rows
    officer.click("form[action$='/apply/'] button")
    officer.wait_for_selector("a[href$='/undo/']", timeout=90_000)
    batch = officer.url.rstrip("/").rpartition("/")[2]

    head = as_person(HEAD)
    head.goto(f"/enterprises/figures/waiting/?import_batch={batch}")
    assert head.inner_text("[data-list-count]").split()[0] == "2"
    for box in head.locator("tbody input[type=checkbox]").all():
        box.check()
    head.locator("button[formaction*='/confirm/'], button[value=confirm]").first.click()
    head.wait_for_load_state()
    if head.locator("button[name=jumps][value=with]").count():  # far from what they had the year before: looked at
        head.click("button[name=jumps][value=with]")
        head.wait_for_load_state()
    head.goto(f"/enterprises/figures/?import_batch={batch}&state=confirmed")
    assert head.inner_text("[data-list-count]").split()[0] == "2"

    officer.goto("/computations/compute/")
    officer.fill("input[name=year_from]", str(YEAR))
    officer.fill("input[name=year_to]", str(YEAR))
    officer.click("main form.form button[type=submit]")
    run = officer.url

    def computed():
        officer.goto(run)
        return officer.locator("#run-values").count() == 1

    until(computed, 90)

    director = as_person(DIRECTOR)
    director.goto(f"/publish/{YEAR}/")
    for family in ("output_share", "export_share"):
        if director.locator(f"a[href*='/indicators/{family}/choose/']").count():
            director.goto(f"/indicators/{family}/choose/")
            director.locator("input[name=indicator]").first.check()
            fill_paper(director, "901/TB-SCT")
    director.goto(f"/publish/{YEAR}/")
    fill_paper(director, "902/TB-SCT")
    director.wait_for_selector("#published-values")
    assert "902/TB-SCT" in director.inner_text("main")

    rows = director.locator("#published-values").locator("xpath=ancestor::table").locator("a[href$='/rows/']").first
    value = rows.inner_text()
    assert "%" in value
    director.goto(rows.get_attribute("href") + "?q=" + first)
    assert name in director.inner_text("tbody")
    assert "120.500" in director.inner_text("tbody")

    director.goto("/indicators/")
    assert "Chưa đạt" in director.inner_text("main") or "Đạt" in director.inner_text("main")
    with director.expect_download() as download:
        director.click("a[href*='export=xlsx']")
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def fill_paper(page, number):
    """Number and date of the paper, the reason where one is asked, the check page, and the deed."""
    page.fill("input[name=paper_number]", number)
    page.fill("input[name=paper_on]", "20/11/2026")
    if page.locator("[name=reason]").count():
        page.fill("[name=reason]", "Bổ sung số liệu đã rà soát")
    page.click("main form.form button[type=submit]")
    page.click("button[name=checked]")
    page.wait_for_load_state()
